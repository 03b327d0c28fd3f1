/** What a facility counts as: one, one of a kind, or an amount. */
#ifndef TP_MEASURE_COUNT_VALUES_H
#define TP_MEASURE_COUNT_VALUES_H

#include "reach.h"

/** A facility's weight for `sum`, its class for `distinct`; NaN and -1 where the cell is missing. `= {0}` counts. */
typedef struct tp_count_values {
    int64_t n_classes;
    int64_t *class_of;
    double *amount;
} tp_count_values;

/** Numbers the different values of a column. */
TP_NODISCARD tp_code tp_count_values_classify(const tp_measure *measure, const tp_facilities *facilities,
                                              const char *column, tp_count_values *values, tp_error *error);

/** Reads the amounts of a column. TP_E_DATA when one is negative. */
TP_NODISCARD tp_code tp_count_values_weigh(const tp_measure *measure, const tp_facilities *facilities,
                                           const char *column, tp_count_values *values, tp_error *error);
void tp_count_values_reset(tp_count_values *values);

/** What was found of one row: the value that is sure, and how much more there may be. */
typedef struct tp_tally {
    double sure, more;
} tp_tally;

/**
 * Adds a facility to a row's tally. `seen` (2 n_classes, zero at first) holds row + 1 of the last sighting of each
 * class: of those that surely count, then of those that may. True when the
 * facility is evidence: it surely counts, and is the first of its class.
 */
bool tp_count_values_add(const tp_count_values *values, int64_t facility, bool maybe, int64_t row, int64_t *seen,
                         tp_tally *tally);

#endif
