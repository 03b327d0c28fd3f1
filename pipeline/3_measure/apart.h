/** Facilities that do not join the network: their travel time is not known, and the straight line is its best guess. */
#ifndef TP_MEASURE_APART_H
#define TP_MEASURE_APART_H

#include "travel.h"

/** An index of them. Initialise with `= {0}`; `n` 0: all join the network, there is none, or only roads count. */
typedef struct tp_apart {
    tp_facility_index index;
    int64_t n;
} tp_apart;

TP_NODISCARD tp_code tp_apart_open(tp_apart *apart, const tp_travel *travel, const tp_facilities *facilities,
                                   const tp_ellipsoid *ellipsoid, tp_error *error);
void tp_apart_reset(tp_apart *apart);

/** Minutes by the straight line from a place to the nearest of them, infinity where none is within the limit. */
double tp_apart_nearest_min(const tp_apart *apart, const tp_travel *travel, const tp_layer *of, int64_t row,
                            double within_min);

/** How many of them lie within a distance (of tp_reach_longest_m) of a place. Thread-safe, allocates nothing. */
int64_t tp_apart_count(const tp_apart *apart, const tp_layer *of, int64_t row, double within_m);

#endif
