/* Ranks with ties and their agreement: see ranking.h. */
#include "4_judge/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_numbers(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How many of n ascending values are greater than `value`. */
static int64_t count_above(const double *sorted, int64_t n, double value) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] > value) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return n - low;
}

tp_code tp_rank_intervals(const double *low, const double *high, int64_t n, tp_rank *ranks, tp_error *error) {
    size_t bytes = (size_t)n * sizeof(double);
    double *lows = malloc(bytes + 1), *highs = malloc(bytes + 1);
    if (lows == NULL || highs == NULL) {
        free(lows);
        free(highs);
        return tp_error_memory(error);
    }
    memcpy(lows, low, bytes);
    memcpy(highs, high, bytes);
    qsort(lows, (size_t)n, sizeof *lows, compare_numbers);
    qsort(highs, (size_t)n, sizeof *highs, compare_numbers);
    for (int64_t i = 0; i < n; i++) {
        ranks[i].rank = 1 + count_above(lows, n, low[i]);
        ranks[i].best = 1 + count_above(lows, n, high[i]);
        ranks[i].worst = 1 + count_above(highs, n, low[i]) - (high[i] > low[i]); /* not above itself */
    }
    free(lows);
    free(highs);
    return TP_OK;
}

bool tp_kendall_tau(const double *a, const double *b, int64_t n, double *tau) {
    int64_t agree = 0, tied_a = 0, tied_b = 0, pairs = 0;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = i + 1; k < n; k++) {
            int x = (a[i] > a[k]) - (a[i] < a[k]), y = (b[i] > b[k]) - (b[i] < b[k]);
            agree += x * y;
            tied_a += x == 0;
            tied_b += y == 0;
            pairs++;
        }
    }
    if (tied_a == pairs || tied_b == pairs) {
        return false;
    }
    *tau = (double)agree / sqrt((double)(pairs - tied_a) * (double)(pairs - tied_b));
    return true;
}
