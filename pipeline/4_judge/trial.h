/**
 * A trial: a profile's criteria bound to measures, to be judged as often as wanted with other thresholds or measures.
 * What stages that vary assumptions (flips, sensitivity, score) share.
 */
#ifndef TP_JUDGE_TRIAL_H
#define TP_JUDGE_TRIAL_H

#include "4_judge/criterion.h"

/** Initialise with `= {0}`. Part p of criterion c stands at first[c] + p. */
typedef struct tp_trial {
    const tp_profile *profile;
    int64_t n_rows;
    size_t n_parts, *first;      /**< n_criteria + 1 */
    const tp_measure **measures; /**< borrowed; NULL where a part is left out */
    tp_bounds *bounds;
    uint8_t *verdict; /**< n_criteria x n_rows of tp_verdict, criterion by criterion, as judged at first */
    uint8_t *site;    /**< n_rows: the required ones together */
} tp_trial;

/** How many rows have each verdict: n[TP_MET], n[TP_NOT_MET], n[TP_UNKNOWN]. */
typedef struct tp_tally {
    int64_t n[3];
} tp_tally;

/** Binds the profile's parts to the dataset's measures, with its bounds, and judges them. O(rows x parts). */
TP_NODISCARD tp_code tp_trial_new(const tp_profile *profile, const tp_dataset *dataset, int64_t n_rows, tp_trial *trial,
                                  tp_error *error);
void tp_trial_reset(tp_trial *trial);

/** Calls the measures of rows first to end - 1 near, at best of a stretch; see core/data/near.h. */
enum { TP_TRIAL_STRETCH = 256 };
void tp_trial_fetch(const tp_trial *trial, int64_t first, int64_t end);

/** The verdict of a criterion in a row, as first judged. */
static inline tp_verdict tp_trial_verdict(const tp_trial *trial, size_t criterion, int64_t row) {
    return (tp_verdict)trial->verdict[(int64_t)criterion * trial->n_rows + row];
}

/** The same with other bounds or measures of that criterion (one a part; NULL: those of the trial). */
tp_verdict tp_trial_judge(const tp_trial *trial, size_t criterion, const tp_measure *const *measures,
                          const tp_bounds *bounds, int64_t row);

/** The site's verdict if `criterion` had the verdict `with` and all others theirs. */
tp_verdict tp_trial_site_with(const tp_trial *trial, size_t criterion, tp_verdict with, int64_t row);

tp_tally tp_tally_of(const uint8_t *verdicts, int64_t n);

#endif
