/** Judging one criterion over all rows, from measures that are already there. */
#ifndef TP_JUDGE_CRITERION_H
#define TP_JUDGE_CRITERION_H

#include "technopolis/dataset.h"

enum { TP_PARTS_MAX = 100 }; /* as many as a profile may have */

/** Bits of tp_result.known. */
enum { TP_KNOWN_VALUE = 1, TP_KNOWN_MARGIN = 2 };

/**
 * Judges `criterion` for every row of `sites` and gives the result (owned by the caller until it is added to the
 * dataset). Looks its measures up by name; TP_E_INTERNAL when one is not there. O(rows x parts), rows in parallel.
 */
TP_NODISCARD tp_code tp_criterion_judge(const tp_dataset *dataset, const tp_profile *profile,
                                        const tp_criterion *criterion, const tp_layer *sites, tp_result **result,
                                        tp_error *error);

/** What a part is compared with, where that is varied; `upper` only of a band. */
typedef struct tp_bounds {
    double threshold, upper;
} tp_bounds;

static inline tp_bounds tp_part_bounds(const tp_part *part) {
    return (tp_bounds){part->threshold.value, part->upper.value};
}

/**
 * The verdict of one row alone, as tp_criterion_judge gives it: `measures` one a part (NULL where the part is left out),
 * `bounds` one a part (NULL: the criterion's own). Thread-safe, allocates nothing.
 */
tp_verdict tp_criterion_verdict(const tp_criterion *criterion, const tp_measure *const *measures,
                                const tp_bounds *bounds, int64_t row);

#endif
