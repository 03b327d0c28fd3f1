/** Ranks with ties, and how much two rankings agree. */
#ifndef TP_JUDGE_RANKING_H
#define TP_JUDGE_RANKING_H

#include "technopolis/error.h"

#include <stdint.h>

/** Where a site stands: 1 is the best; equal ones share the smaller rank and the next ones are left out (1, 2, 2, 4). */
typedef struct tp_rank {
    int64_t rank;  /**< by the low end of its score */
    int64_t best;  /**< if its own score is at the high end and all others' at their low ends */
    int64_t worst; /**< the other way round */
} tp_rank;

/** The ranks of n scores of which only intervals [low, high] are known; larger is better. O(n log n). */
TP_NODISCARD tp_code tp_rank_intervals(const double *low, const double *high, int64_t n, tp_rank *ranks,
                                       tp_error *error);

/**
 * Kendall's tau-b of two lists of n values (M. G. Kendall, Biometrika 33, 1945): 1 when they order alike, -1 when
 * opposite, ties allowed. False where one of them is constant. O(n²).
 */
bool tp_kendall_tau(const double *a, const double *b, int64_t n, double *tau);

#endif
