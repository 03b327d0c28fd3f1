/** Points and polygons: a point that surely lies inside, and which of many points each polygon holds. */
#ifndef TECHNOPOLIS_CORE_SPACE_INSIDE_H
#define TECHNOPOLIS_CORE_SPACE_INSIDE_H

#include "technopolis/polygon_index.h"

/**
 * A point inside row `row`: of its part with the largest box, the middle of the widest stretch of a parallel across its
 * middle. False where the row has no part. `room` has space for as many numbers as the shapes have vertices. In plane
 * geometry of degrees. O(vertices of the row), with a sort of the few crossings. Thread-safe with a room a thread.
 */
bool tp_point_inside(const tp_shapes *shapes, int64_t row, double *room, double *x, double *y);

/** The points that each row of a polygon layer holds: row r has point[first[r]] .. point[first[r + 1] - 1]. */
typedef struct tp_held {
    int64_t *first; /**< n_rows + 1 */
    int64_t *point; /**< numbers of points, ascending within a row */
} tp_held;

/**
 * Finds them, borders included; a point in several rows is held by each. O(n log n + tests), where only points in a row's
 * span of latitudes are looked at and only those in its box are tested, rows in parallel. Points that are not finite are
 * in no row. `= {0}` beforehand; reset in any case.
 */
TP_NODISCARD tp_code tp_held_find(const tp_layer *polygons, const double *lon_deg, const double *lat_deg, int64_t n,
                                  tp_held *held, tp_error *error);
void tp_held_reset(tp_held *held);

#endif
