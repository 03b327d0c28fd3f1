/** Measures that look at what is in reach of each row: the rows one by one, in parallel. */
#ifndef TP_MEASURE_IN_REACH_H
#define TP_MEASURE_IN_REACH_H

#include "travel.h"

/** What is in reach of one row. */
typedef struct tp_in_reach {
    int64_t row;
    int64_t n;
    const int64_t *found; /**< the facilities, in no order that matters */
    int64_t n_apart;      /**< facilities off the network which the straight line puts in reach: they may count */
} tp_in_reach;

/** Sets the measure's row. Called by several threads. */
typedef void (*tp_in_reach_row)(void *user, const tp_in_reach *reach);

/**
 * Opens `travel` (set before, and part of the measure's detail) and `nearby`, and calls `row` for each row of the
 * measure's layer with the facilities within `measure->within_min`. A row that cannot travel (`by: road`, off the
 * network) gets nothing found, exactly: it is not asked. `nearby` is the caller's to reset, also on failure; a measure
 * that keeps it, with `facilities` and `travel`, can find its links again.
 */
TP_NODISCARD tp_code tp_in_reach_measure(tp_dataset *dataset, tp_measure *measure, const tp_facilities *facilities,
                                         tp_travel *travel, tp_nearby *nearby, tp_in_reach_row row, void *user,
                                         tp_error *error);

#endif
