/* Geodesic distances and areas, and geocentric coordinates, on an ellipsoid: thin covers of PROJ's geodesic.h. */
#include "technopolis/geodesic.h"

#include <math.h>

void tp_ellipsoid_init_grs80(tp_ellipsoid *ellipsoid) {
    tp_ellipsoid_init(ellipsoid, 6378137.0, 1.0 / 298.257222101);
}

void tp_ellipsoid_init(tp_ellipsoid *ellipsoid, double a_m, double f) {
    ellipsoid->a_m = a_m;
    ellipsoid->f = f;
    geod_init(&ellipsoid->g, a_m, f);
}

double tp_geodesic_distance_m(const tp_ellipsoid *ellipsoid, double lon1_deg, double lat1_deg, double lon2_deg,
                              double lat2_deg) {
    double distance_m;
    geod_inverse(&ellipsoid->g, lat1_deg, lon1_deg, lat2_deg, lon2_deg, &distance_m, NULL, NULL);
    return distance_m;
}

void tp_geocentric(const tp_ellipsoid *ellipsoid, double lon_deg, double lat_deg, double xyz_m[3]) {
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f);
    /* remainder() is exact: a longitude of 1000 degrees loses nothing before it becomes an angle. */
    double lon = (fabs(lon_deg) <= 180 ? lon_deg : remainder(lon_deg, 360)) * rad;
    double lat = lat_deg * rad;
    double sin_lat = sin(lat);
    double n_m = ellipsoid->a_m / sqrt(1 - e2 * sin_lat * sin_lat);
    double axis_m = n_m * cos(lat);
    xyz_m[0] = axis_m * cos(lon);
    xyz_m[1] = axis_m * sin(lon);
    xyz_m[2] = n_m * (1 - e2) * sin_lat;
}

/* The area inside a ring whatever its orientation, in square metres. */
static double ring_area_m2(const tp_ellipsoid *ellipsoid, const tp_shapes *shapes, int64_t ring) {
    struct geod_polygon polygon;
    geod_polygon_init(&polygon, 0);
    /* The last vertex repeats the first; the polygon is closed by geod_polygon_compute itself. */
    for (int64_t v = shapes->ring_first[ring]; v < shapes->ring_first[ring + 1] - 1; v++) {
        geod_polygon_addpoint(&ellipsoid->g, &polygon, shapes->y[v], shapes->x[v]);
    }
    double area_m2 = 0;
    geod_polygon_compute(&ellipsoid->g, &polygon, 0, 1, &area_m2, NULL);
    return fabs(area_m2);
}

double tp_geodesic_area_km2(const tp_ellipsoid *ellipsoid, const tp_shapes *polygons, int64_t row) {
    double area_m2 = 0;
    for (int64_t part = polygons->row_first[row]; part < polygons->row_first[row + 1]; part++) {
        int64_t shell = polygons->part_first[part];
        for (int64_t ring = shell; ring < polygons->part_first[part + 1]; ring++) {
            double inside_m2 = ring_area_m2(ellipsoid, polygons, ring);
            area_m2 += ring == shell ? inside_m2 : -inside_m2;
        }
    }
    return area_m2 / 1e6;
}
