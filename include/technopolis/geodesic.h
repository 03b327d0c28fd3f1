/**
 * Exact distances on the ellipsoid: Karney's geodesics as PROJ ships them (C. F. F. Karney, "Algorithms for geodesics",
 * Journal of Geodesy 87, 2013, doi 10.1007/s00190-012-0578-z), good to nanometres.
 */
#ifndef TECHNOPOLIS_GEODESIC_H
#define TECHNOPOLIS_GEODESIC_H

#include "technopolis/layer.h"

#include <geodesic.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_ellipsoid {
    double a_m;             /**< equatorial radius */
    double f;               /**< flattening, 0 <= f < 1 */
    struct geod_geodesic g; /**< prepared; read-only, may be shared by threads */
} tp_ellipsoid;

/** GRS80: a = 6378137 m, f = 1/298.257222101. */
void tp_ellipsoid_init_grs80(tp_ellipsoid *ellipsoid);
void tp_ellipsoid_init(tp_ellipsoid *ellipsoid, double a_m, double f);

/**
 * Length of the shortest geodesic in metres; the same bits both ways round. Longitudes any, latitudes in [-90, 90].
 * Lines of up to 100 km are found from their chord and the curvature (about 0.05 µs), within 5e-9 m of Karney's; longer
 * ones are PROJ's geod_inverse (about 0.65 µs). Thread-safe.
 */
double tp_geodesic_distance_m(const tp_ellipsoid *ellipsoid, double lon1_deg, double lat1_deg, double lon2_deg,
                              double lat2_deg);

/** Geocentric coordinates in metres of a point on the surface. The chord never exceeds the geodesic. */
void tp_geocentric(const tp_ellipsoid *ellipsoid, double lon_deg, double lat_deg, double xyz_m[3]);

/**
 * Geodesic area in km² of row `row` of polygons in longitude and latitude: edges are geodesics, holes are subtracted,
 * the orientation of rings does not matter. O(vertices). Thread-safe.
 */
double tp_geodesic_area_km2(const tp_ellipsoid *ellipsoid, const tp_shapes *polygons, int64_t row);

#ifdef __cplusplus
}
#endif

#endif
