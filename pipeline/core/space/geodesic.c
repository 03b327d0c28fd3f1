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
 * Short lines, without Newton's method for the azimuth: along the great circle of the auxiliary sphere (Karney 2013,
 * section 2), on which latitudes are reduced and the longitudes differ by omega,
 *
 *     longitude difference = omega - f sin(alpha0) I3,    distance = b I1,
 *     I3 = integral of (2 - f) / (1 + (1 - f) q),  I1 = integral of q,  q = sqrt(1 + e'^2 sin^2 beta)  along the arc.
 *
 * Over 1/63 of a radian, 100 km, both integrands are so nearly straight that two Gauss-Legendre nodes leave 4e-13 of the
 * length, and sin(alpha0) sigma = cos(beta1) cos(beta2) sin(omega) sigma / sin(sigma) depends on omega itself so little
 * that omega is exact after two corrections. Differences are taken of the degrees, so that millimetres keep their
 * digits. Both ways round give the same bits.
 */

/* What a line needs of one of its ends. */
typedef struct line_end {
    double sin_beta, cos_beta; /* of the reduced latitude */
    double widening;           /* cos(beta) / cos(latitude) = 1 / sqrt(1 - e^2 sin^2(latitude)) */
} line_end;

static line_end end_at(const tp_ellipsoid *ellipsoid, double lat_deg) {
    double lat = lat_deg * (M_PI / 180), sin_lat = sin(lat), e2 = ellipsoid->f * (2 - ellipsoid->f);
    double widening = 1 / sqrt(1 - e2 * sin_lat * sin_lat);
    return (line_end){(1 - ellipsoid->f) * widening * sin_lat, widening * cos(lat), widening};
}

/* Both ends within these, the arc within the last: else the line is not short. The flattening at most like the Earth's. */
static const double SHORT_LAT_DEG = 0.95, SHORT_LON_DEG = 2.8, SHORT_CHORD2 = 0.0158 * 0.0158, SHORT_F = 0.0034;

static const double NEAR_NODE = 0.21132486540518712; /* (1 - 1 / sqrt(3)) / 2 */

/* sin(t sigma) / sin(sigma): the share of an end in a point of the great circle. */
static double share_of(double t, double sigma2) {
    return t * (1 + (1 - t * t) / 6 * sigma2 * (1 + (7 - 3 * t * t) / 60 * sigma2));
}

/* The distance, or NaN when the line is not short. */
static double short_line_m(const tp_ellipsoid *ellipsoid, double dlon_deg, double dlat_deg, const line_end *from,
                           const line_end *to) {
    double f = ellipsoid->f, second_e2 = f * (2 - f) / ((1 - f) * (1 - f));
    double l = dlon_deg * (M_PI / 180), d = dlat_deg * (M_PI / 180), d2 = d * d;
    double sin_d = d * (1 - d2 / 6 * (1 - d2 / 20 * (1 - d2 / 42)));
    double sin_dbeta = (1 - f) * (from->widening * to->widening) * sin_d, dbeta2 = sin_dbeta * sin_dbeta;
    double along2 = 2 * dbeta2 / (1 + sqrt(1 - dbeta2)); /* the square of 2 sin(dbeta / 2) */
    double cosines = from->cos_beta * to->cos_beta;
    /* The nodes by an arc that is good to 1e-5; the sines between the ends on a great circle. */
    double about = l / (1 - f * cosines), about2 = about * about;
    double about_chord2 = along2 + cosines * about2 * (1 - about2 / 12),
           sigma2 = about_chord2 * (1 + about_chord2 / 12);
    double near = share_of(NEAR_NODE, sigma2), far = share_of(1 - NEAR_NODE, sigma2);
    double sin1 = far * from->sin_beta + near * to->sin_beta, sin2 = near * from->sin_beta + far * to->sin_beta;
    double q1 = sqrt(1 + second_e2 * sin1 * sin1), q2 = sqrt(1 + second_e2 * sin2 * sin2);
    double turn = f * (2 - f) / 2 * (1 / (1 + (1 - f) * q1) + 1 / (1 + (1 - f) * q2)) * cosines;
    double omega = l / (1 - turn), chord2 = 0;
    for (int step = 0; step < 3; step++) {
        if (step > 0) { /* sin(omega) / omega, sigma / sin(sigma) */
            omega = l / (1 - turn * (1 - omega * omega / 6 * (1 - omega * omega / 20)) *
                                 (1 + chord2 / 6 * (1 + chord2 / 5)));
        }
        double o2 = omega * omega, half = omega / 2 * (1 - o2 / 24 * (1 - o2 / 80 * (1 - o2 / 168)));
        chord2 = along2 + 4 * cosines * half * half;
    }
    if (!(chord2 <= SHORT_CHORD2)) {
        return NAN;
    }
    double sigma = sqrt(chord2) * (1 + chord2 / 24 * (1 + chord2 * (9.0 / 80) * (1 + chord2 * (25.0 / 168))));
    return ellipsoid->a_m * (1 - f) * sigma * (q1 + q2) / 2;
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
