/**
 * Assumptions: the numbers on which a profile's verdicts rest and which might as well be others: thresholds, numbers in
 * the settings of its measures (`within: 30 min`), and numbers that their conditions compare with (`population >=
 * 200000`). Parts of a criterion that bear the same number for the same thing share one assumption.
 */
#ifndef TP_JUDGE_ASSUMPTION_H
#define TP_JUDGE_ASSUMPTION_H

#include "4_judge/criterion.h"
#include "technopolis/stage.h"

typedef enum tp_assumed { TP_ASSUMED_THRESHOLD, TP_ASSUMED_SETTING, TP_ASSUMED_CONDITION } tp_assumed;

typedef struct tp_assumption {
    tp_assumed kind;
    size_t criterion;            /**< of the profile */
    uint8_t parts[TP_PARTS_MAX]; /**< 1: this part of the criterion rests on it */
    bool upper;                  /**< of a threshold: the upper bound of a band */
    char *name; /**< owned: "threshold", "upper", a setting's key, or the column that a condition compares */
    const tp_setting *setting; /**< of a setting or condition */
    tp_dimension dimension;
    char unit[TP_UNIT_SIZE]; /**< "" for a plain number */
    double value;            /**< in the base unit; NaN: the parts have different ones */
    bool written;            /**< it stands in the profile; else it is a setting's default */
} tp_assumption;

/** Initialise with `= {0}`. */
typedef struct tp_assumptions {
    tp_assumption *items;
    size_t n;
} tp_assumptions;

/** All assumptions of a profile, criterion by criterion, thresholds first; parts that are left out have none. */
TP_NODISCARD tp_code tp_assumptions_find(const tp_profile *profile, tp_assumptions *found, tp_error *error);
void tp_assumptions_reset(tp_assumptions *assumptions);

/**
 * The assumption that `address` names for values such as `value`: `mother_city` (its threshold, or, where the value is a
 * count and the threshold is none, the one number its conditions compare with), `mother_city.within`,
 * `mother_city.population`, `transport_hub.threshold`, `density.upper` (of a band). Several parts that bear different numbers become one assumption.
 * False after a fault at `place`. The name is a copy.
 */
TP_NODISCARD bool tp_assumption_address(const tp_profile *profile, const tp_assumptions *all, const char *address,
                                        tp_place place, const char *value, tp_place value_place,
                                        tp_assumption *assumption, tp_faults *faults);

/** Reads a value of an assumption from text: unit and bounds are checked. False after a fault. */
TP_NODISCARD bool tp_assumption_read(const tp_profile *profile, const tp_assumption *assumption, const char *text,
                                     tp_place place, double *value, tp_faults *faults);

/** Gives a part that rests on the assumption, if that is a threshold, another value for it. */
static inline void tp_assumption_set(const tp_assumption *assumption, size_t part, double value, tp_bounds *bounds) {
    if (assumption->kind == TP_ASSUMED_THRESHOLD && assumption->parts[part]) {
        *(assumption->upper ? &bounds->upper : &bounds->threshold) = value;
    }
}

/** The condition of a part with another number for the assumption; NULL: no memory. Caller frees. */
char *tp_assumption_condition(const tp_assumption *assumption, const tp_part *part, double value);

#endif
