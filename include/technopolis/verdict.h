/**
 * Three-valued truth (Kleene's strong logic): met, not met, unknown. Missing data is unknown, never a failure.
 */
#ifndef TECHNOPOLIS_VERDICT_H
#define TECHNOPOLIS_VERDICT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_verdict {
    TP_UNKNOWN = 0, /**< so that zeroed memory is unknown */
    TP_NOT_MET = 1,
    TP_MET = 2
} tp_verdict;

typedef enum tp_comparison {
    TP_AT_MOST, /**< met when value <= threshold */
    TP_AT_LEAST /**< met when value >= threshold */
} tp_comparison;

/** "met", "not_met", "unknown": the texts that the contract fixes. */
const char *tp_verdict_text(tp_verdict verdict);

/** The conjunction: not met if one is, else unknown if one is, else met. None: met. */
tp_verdict tp_verdict_all(const tp_verdict *verdicts, size_t n);

/** The disjunction: met if one is, else unknown if one is, else not met. None: not met. */
tp_verdict tp_verdict_any(const tp_verdict *verdicts, size_t n);

/** At least k of n: met if k are, not met if even with all unknowns fewer than k would be, else unknown. */
tp_verdict tp_verdict_at_least(const tp_verdict *verdicts, size_t n, size_t k);

/**
 * Judges a value of which only an interval [low, high] is known (bounds may be infinite; low <= high) against an
 * inclusive threshold: met when every value of the interval satisfies the comparison, not met when none does. A NaN
 * anywhere makes it unknown.
 */
tp_verdict tp_verdict_compare(double low, double high, tp_comparison comparison, double threshold);

/** threshold - value for "at most", value - threshold for "at least": >= 0 exactly when the value meets it. */
double tp_verdict_margin(double value, tp_comparison comparison, double threshold);

#ifdef __cplusplus
}
#endif

#endif
