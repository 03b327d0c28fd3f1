/**
 * Coordinate reference systems and transformations, on PROJ.
 *
 * Axis order is set here and nowhere else: x is east or longitude, y is north or latitude, angles in degrees, whatever
 * the authority says. Ballpark transformations are refused. A CRS is given as "EPSG:6668", WKT or PROJJSON. Each call
 * makes its own PROJ context, so all functions are thread-safe on different objects.
 */
#ifndef TECHNOPOLIS_CRS_H
#define TECHNOPOLIS_CRS_H

#include "technopolis/geodesic.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * "EPSG:6668 JGD2011" (or the name alone where no authority code is found). TP_E_CONFIG and NULL when `crs` is not a
 * CRS. Caller frees.
 */
TP_NODISCARD tp_code tp_crs_title(const char *crs, char **title, tp_error *error);

/**
 * The geographic base of a CRS ("EPSG:6668" for "EPSG:6675"; itself when it is geographic) as AUTHORITY:CODE where it
 * has one, else WKT2, and its ellipsoid. TP_E_CONFIG when `crs` is not a horizontal CRS. `geographic` is freed by the caller.
 */
TP_NODISCARD tp_code tp_crs_geographic(const char *crs, char **geographic, tp_ellipsoid *ellipsoid, tp_error *error);

/** The area of use in degrees; false when PROJ knows none. east < west means that it crosses 180°. */
bool tp_crs_area(const char *crs, double *west_deg, double *south_deg, double *east_deg, double *north_deg);

typedef struct tp_transform tp_transform;

/**
 * The best operation from one CRS to another over an extent in degrees (west, south, east, north; NULL: unknown) whose
 * grids are installed and which is not ballpark. TP_E_DATA when there is none.
 */
TP_NODISCARD tp_code tp_transform_new(const char *from, const char *to, const double extent_deg[4],
                                      tp_transform **transform, tp_error *error);
void tp_transform_free(tp_transform *transform);

/**
 * PROJ's description of the operation ("none" when both CRS are the same), and its accuracy in metres (0 for "none" and
 * for a map projection alone; NaN: not stated).
 */
const char *tp_transform_operation(const tp_transform *transform);
double tp_transform_accuracy_m(const tp_transform *transform);

/**
 * Whether an operation of this accuracy (NaN: not stated, which is not enough) is too coarse for distances of
 * `finest_m`: when it is worse than a quarter of it. 0: no distance is asked for, nothing is too coarse.
 */
bool tp_transform_is_coarse(double accuracy_m, double finest_m);

/**
 * Transforms n points in place. Where one cannot be transformed, `failed[i]` becomes 1 (0 elsewhere) and its
 * coordinates are left as they were. Returns how many failed. One object must not be used by two threads at once.
 */
int64_t tp_transform_points(tp_transform *transform, double *x, double *y, int64_t n, uint8_t *failed);

#ifdef __cplusplus
}
#endif

#endif
