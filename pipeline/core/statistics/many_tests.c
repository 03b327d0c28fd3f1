/* q-values and what permutations can reach: see hotspot.h. */
#include "technopolis/hotspot.h"

#include <math.h>
#include <stdlib.h>

typedef struct tested {
    double p;
    int64_t unit;
} tested;

static int compare(const void *a, const void *b) {
    const tested *x = a, *y = b;
    return x->p != y->p ? (x->p > y->p) - (x->p < y->p) : (x->unit > y->unit) - (x->unit < y->unit);
}

/* 1 for BH; for BY the sum of 1 / i over n tests. */
static double penalty(tp_correction correction, int64_t n) {
    double sum = 0;
    for (int64_t i = n; i >= 1 && correction == TP_CORRECTION_BY; i--) {
        sum += 1 / (double)i;
    }
    return correction == TP_CORRECTION_BY ? sum : 1;
}

tp_code tp_q_values(const double *p, int64_t n, tp_correction correction, double *q, tp_error *error) {
    tested *sorted = malloc(((size_t)n + 1) * sizeof *sorted);
    int64_t n_tests = 0;
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        q[i] = NAN;
        if (!isnan(p[i])) {
            sorted[n_tests++] = (tested){p[i], i};
        }
    }
    qsort(sorted, (size_t)n_tests, sizeof *sorted, compare);
    double least = 1, factor = penalty(correction, n_tests) * (double)n_tests;
    for (int64_t i = n_tests - 1; i >= 0; i--) {
        least = fmin(least, factor / (double)(i + 1) * sorted[i].p);
        q[sorted[i].unit] = least;
    }
    free(sorted);
    return TP_OK;
}

int64_t tp_attainable(int64_t n, int64_t permutations, tp_correction correction, double rate) {
    double needed = (double)n * penalty(correction, n) / (rate * (double)(permutations + 1));
    double whole = ceil(needed - 1e-9);
    return whole < 1 ? 1 : (int64_t)whole;
}
