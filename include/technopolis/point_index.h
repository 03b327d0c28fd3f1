/**
 * Exact nearest neighbours and neighbours within a distance, on the ellipsoid.
 *
 * A balanced k-d tree over geocentric coordinates, in flat arrays. It is searched in order of the straight chord, which
 * never exceeds the geodesic: a branch is left when its chord already exceeds the best geodesic, so the answer is the
 * true geodesic nearest and not a re-ranking of candidates. Ties (equal distances to the last bit) go to the smaller
 * rank that the caller gives (the place of an id in bytewise order).
 */
#ifndef TECHNOPOLIS_POINT_INDEX_H
#define TECHNOPOLIS_POINT_INDEX_H

#include "technopolis/geodesic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_point_index tp_point_index;

/**
 * Builds over n points. `rank` (n values, all different) breaks ties; NULL = the index itself. Arrays are copied.
 * O(n log n) expected. An index of 0 points is allowed; a point without a place (NaN, no such latitude) is never found.
 */
TP_NODISCARD tp_code tp_point_index_new(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg,
                                        const int64_t *rank, int64_t n, tp_point_index **index, tp_error *error);
void tp_point_index_free(tp_point_index *index);

/**
 * The nearest point: its number and geodesic distance in metres; -1 and infinity when none lies within `limit_m`
 * (inclusive; may be infinite). Thread-safe; about log n chords and one or two geodesics.
 */
int64_t tp_point_index_nearest(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                               double *distance_m);

/**
 * All points within `limit_m` (inclusive), nearest first, ties by rank. Writes up to `capacity` of them and returns how
 * many there are in all. Thread-safe.
 */
int64_t tp_point_index_within(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                              int64_t *points, double *distances_m, int64_t capacity);

/**
 * All points within `limit_m` (inclusive) without their distances: cheaper than tp_point_index_within, because a
 * geodesic is computed only where the chord does not decide. `items` receives up to `capacity` of their numbers, in an
 * order that has no meaning but is always the same; NULL when capacity is 0. Returns how many there are in all.
 * Thread-safe; about log n + points found chords.
 */
int64_t tp_point_index_inside(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                              int64_t *items, int64_t capacity);

#ifdef __cplusplus
}
#endif

#endif
