/** The weighted score: its settings as read, and the score of a row. The stage itself is score.c. */
#ifndef TP_JUDGE_SCORE_H
#define TP_JUDGE_SCORE_H

#include "4_judge/trial.h"

/** From which value on a part scores nothing, and from which on everything. */
typedef struct tp_score_bounds {
    double worst, best;
} tp_score_bounds;

/** Initialise with `= {0}`. */
typedef struct tp_weighting {
    const tp_profile *profile;
    double *weight;          /**< one a criterion; 0: not written */
    tp_score_bounds *bounds; /**< one a part, criterion by criterion */
} tp_weighting;

/**
 * Reads the maps `weights` (CRITERION: share; they add up to 1) and `bounds` (CRITERION: [worst, best]; NULL: none) of a
 * profile; every fault with its place, that of the sum at `place`. A part without bounds goes from nothing at twice the
 * threshold (`at_least`: at 0) to everything at 0 (at twice the threshold), so that the threshold itself scores one half.
 */
void tp_weighting_read(const tp_profile *profile, const tp_node *weights, const tp_node *bounds, tp_place place,
                       tp_weighting *weighting, tp_faults *faults);
void tp_weighting_reset(tp_weighting *weighting);

/** Between what a score lies: the ends differ where something is unknown. */
typedef struct tp_score {
    double low, high; /**< in [0, 1] */
} tp_score;

/**
 * The score of a criterion in a row: linear between its bounds, the smallest of its parts where all are needed, the
 * largest where one is enough. What is unreachable scores 0; a band scores 1 where it is met, 0 where not. Thread-safe.
 */
tp_score tp_score_criterion(const tp_weighting *weighting, const tp_trial *trial, size_t criterion, int64_t row);

/** The weighted sum over all criteria. */
tp_score tp_score_site(const tp_weighting *weighting, const tp_trial *trial, int64_t row);

#endif
