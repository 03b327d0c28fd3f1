/* Geodesic distances and areas, and geocentric coordinates, on an ellipsoid: PROJ's geodesic.h, and short lines. */
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

/*
 * Short lines, without Newton's method for the azimuth: from the chord c between the ends and the difference of the unit
 * normals n there. A geodesic has the surface's normal for its own, so that with its normal curvature k, torsion t and
 * length s, all at its middle, Frenet's formulas give (primes along the line)
 *
 *     c^2 = s^2 (1 - k^2 s^2 / 12 + (k^4 + k^2 t^2) s^4 / 360 - (k'^2 / 720 + k k'' / 240) s^4 + ...)
 *     c.(n2 - n1) / c^2 = K = k - s^2 / 24 (2 k t^2 - k'') + ...
 *
 * and therefore, with t^2 and k'^2 of the order of the flattening squared left out,
 *
 *     s = 2 / K asin(K c / 2) (1 - k k'' s^4 / 720),    k'' = 3 e^2 / a^3 (sin^2(latitude) - (dz / ds)^2).
 *
 * Nothing is iterated, and up to 100 km nothing that is left out reaches a nanometre. Differences are taken of the
 * degrees, so that millimetres keep their digits. Both ways round give the same bits.
 */

/* What a line needs of one of its ends. */
typedef struct line_end {
    double sin_lat, cos_lat;
    double w; /* sqrt(1 - e^2 sin^2(latitude)): the radius of curvature across the meridian is a / w */
} line_end;

static line_end end_at(const tp_ellipsoid *ellipsoid, double lat_deg) {
    double lat = lat_deg * (M_PI / 180), sin_lat = sin(lat), e2 = ellipsoid->f * (2 - ellipsoid->f);
    return (line_end){sin_lat, cos(lat), sqrt(1 - e2 * sin_lat * sin_lat)};
}

/* Both ends within these, the chord within the last: else the line is not short. The flattening at most like the
 * Earth's. */
static const double SHORT_LAT_DEG = 0.95, SHORT_LON_DEG = 2.8, SHORT_CHORD2 = 0.0158 * 0.0158, SHORT_F = 0.0034;

/* asin(x) / x from x^2 <= 7e-5. */
static double arc_by_sine(double x2) {
    return 1 + x2 * (1.0 / 6 + x2 * (3.0 / 40 + x2 * (5.0 / 112 + x2 * (35.0 / 1152))));
}

/* The distance, or NaN when the line is not short. */
static double short_line_m(const tp_ellipsoid *ellipsoid, double dlon_deg, double dlat_deg, const line_end *from,
                           const line_end *to) {
    double e2 = ellipsoid->f * (2 - ellipsoid->f);
    double l = dlon_deg * (M_PI / 360), l2 = l * l, d = dlat_deg * (M_PI / 360), d2 = d * d; /* half the differences */
    double tan_d = d * (1 + d2 / 3 * (1 + d2 * (2.0 / 5) * (1 + d2 * (17.0 / 42))));
    double sin_l = l * (1 - l2 / 6 * (1 - l2 / 20 * (1 - l2 / 42)));
    /* Of sine, cosine and w the differences without cancellation; lengths in units of a. */
    double sines = from->sin_lat + to->sin_lat, cosines = from->cos_lat + to->cos_lat, ws = from->w + to->w;
    double dsin = cosines * tan_d, dcos = -sines * tan_d, dw = e2 * dsin * sines / ws;
    double n = 1 / (from->w * to->w), across = n * (from->cos_lat * to->cos_lat) * (2 * sin_l * sin_l);
    double dr = n / 2 * (dcos * ws + cosines * dw), dz = n / 2 * (1 - e2) * (dsin * ws + sines * dw);
    double chord2 = dr * dr + dz * dz + 2 * across;
    if (!(chord2 <= SHORT_CHORD2)) {
        return NAN;
    }
    if (chord2 == 0) {
        return 0;
    }
    double curvature = (dr * dcos + dz * dsin + across * ws) / chord2;
    double bend = e2 / 240 * (chord2 * chord2) * (dz * dz / chord2 - sines * sines / 4);
    return ellipsoid->a_m * sqrt(chord2) * arc_by_sine(curvature * curvature * chord2 / 4) * (1 + bend);
}

double tp_geodesic_distance_m(const tp_ellipsoid *ellipsoid, double lon1_deg, double lat1_deg, double lon2_deg,
                              double lat2_deg) {
    double dlon_deg = lon2_deg - lon1_deg, dlat_deg = lat2_deg - lat1_deg, distance_m = NAN;
    if (fabs(dlon_deg) <= SHORT_LON_DEG && fabs(dlat_deg) <= SHORT_LAT_DEG && fabs(lat1_deg) <= 90 &&
        fabs(lat2_deg) <= 90 && ellipsoid->f <= SHORT_F) {
        line_end from = end_at(ellipsoid, lat1_deg), to = end_at(ellipsoid, lat2_deg);
        distance_m = short_line_m(ellipsoid, dlon_deg, dlat_deg, &from, &to);
    }
    if (isnan(distance_m)) {
        geod_inverse(&ellipsoid->g, lat1_deg, lon1_deg, lat2_deg, lon2_deg, &distance_m, NULL, NULL);
    }
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
