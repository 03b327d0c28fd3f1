/**
 * The footprint of a set of points: the smallest rectangle, turned any way, that holds them all.
 *
 * The points are laid out on a plane around the middle of their extent by an azimuthal equidistant projection (azimuth
 * and distance of each are those of the geodesic from the middle, so distances from there are exact). Between points r
 * away from the middle a length across the line of sight is too long by (r / 6371 km)^2 / 6: 0.004 % at 100 km, 0.1 % at
 * 500 km; that is the error of length and width. The smallest rectangle has a side along an edge of the convex hull
 * (H. Freeman and R. Shapira, "Determining the minimum-area encasing rectangle for an arbitrary closed curve",
 * Communications of the ACM 18, 1975), so the hull is walked round once with four touching lines (G. Toussaint, "Solving
 * geometric problems with the rotating calipers", 1983).
 */
#ifndef TECHNOPOLIS_FOOTPRINT_H
#define TECHNOPOLIS_FOOTPRINT_H

#include "technopolis/geodesic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_footprint {
    int64_t n;                             /**< points with a position; with 0 all else is 0 */
    double length_km, width_km;            /**< of the long and the short side; 0 <= width <= length */
    double area_km2;                       /**< length x width */
    double azimuth_deg;                    /**< of the long side at the middle, clockwise from north, in [0, 180) */
    double centre_lon_deg, centre_lat_deg; /**< of the rectangle */
    double lon_deg[5], lat_deg[5];         /**< its corners as a ring, anticlockwise, the first repeated */
} tp_footprint;

/**
 * The footprint of n points in longitude and latitude; those that are not finite or have no such latitude are left out.
 * One point, or all in one place, has length and width 0; points on a line have width 0 (to rounding). Depends only on
 * the set of points: not on their order, nor on how often one occurs. Of several smallest rectangles it is that along the
 * hull's edge which comes first, going round anticlockwise from the westernmost corner. O(n log n); TP_E_MACHINE when
 * memory is out. Thread-safe.
 */
TP_NODISCARD tp_code tp_footprint_of(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg,
                                     int64_t n, tp_footprint *footprint, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
