/* The adjusted Rand index: see partition.h. */
#include "technopolis/partition.h"

#include <math.h>
#include <stdlib.h>

typedef struct labels {
    int32_t a, b;
} labels;

static int compare_a(const void *x, const void *y) {
    const labels *p = x, *q = y;
    return p->a != q->a ? (p->a > q->a) - (p->a < q->a) : (p->b > q->b) - (p->b < q->b);
}

static int compare_b(const void *x, const void *y) {
    const labels *p = x, *q = y;
    return (p->b > q->b) - (p->b < q->b);
}

static double pairs(int64_t n) {
    return (double)n * (double)(n - 1) / 2;
}

/* Pairs of things within runs that are equal in a, in a and b, or in b. */
static double pairs_in_runs(const labels *all, int64_t n, bool by_a, bool by_b) {
    double sum = 0;
    int64_t run = 0;
    for (int64_t i = 0; i < n; i++) {
        bool same = i > 0 && (!by_a || all[i].a == all[i - 1].a) && (!by_b || all[i].b == all[i - 1].b);
        if (!same) {
            sum += pairs(run);
            run = 0;
        }
        run++;
    }
    return sum + pairs(run);
}

tp_code tp_adjusted_rand(const int32_t *a, const int32_t *b, int64_t n, double *index, tp_error *error) {
    *index = NAN;
    if (n < 2) {
        return TP_OK;
    }
    labels *all = malloc((size_t)n * sizeof *all);
    if (all == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        all[i] = (labels){a[i], b[i]};
    }
    qsort(all, (size_t)n, sizeof *all, compare_a);
    double in_a = pairs_in_runs(all, n, true, false), in_both = pairs_in_runs(all, n, true, true);
    qsort(all, (size_t)n, sizeof *all, compare_b);
    double in_b = pairs_in_runs(all, n, false, true);
    free(all);
    double expected = in_a * in_b / pairs(n), most = (in_a + in_b) / 2;
    *index = most == expected ? 1 : (in_both - expected) / (most - expected);
    return TP_OK;
}
