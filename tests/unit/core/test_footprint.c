/* Footprints: rectangles laid out by geodesics at several latitudes and turned several ways, against brute force over all
 * directions, and sets that have no area. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/footprint.h"

#include <math.h>

static tp_ellipsoid grs80;

static int set_up(void **state) {
    (void)state;
    tp_ellipsoid_init_grs80(&grs80);
    return 0;
}

/* A point `along` and `across` metres from a place, along an azimuth and to the right of it. */
static void put(double lon0, double lat0, double azimuth, double along, double across, double *lon, double *lat) {
    double turn = atan2(across, along) * 180 / M_PI;
    geod_direct(&grs80.g, lat0, lon0, azimuth + turn, hypot(along, across), lat, lon, NULL);
}

/* The corners and edges of a rectangle of 13 x 3 km, as the Research Triangle is described. */
static void known_rectangles(void **state) {
    (void)state;
    static const double latitudes[] = {-35, 0, 26.2, 43, 70, 89.9}, azimuths[] = {0, 17, 45, 90, 123.4, 179};
    for (size_t i = 0; i < sizeof latitudes / sizeof *latitudes; i++) {
        for (size_t k = 0; k < sizeof azimuths / sizeof *azimuths; k++) {
            double lon[9], lat[9];
            int n = 0;
            for (int a = -1; a <= 1; a++) {
                for (int b = -1; b <= 1; b++) {
                    put(179.99, latitudes[i], azimuths[k], a * 6500.0, b * 1500.0, &lon[n], &lat[n]);
                    n++;
                }
            }
            tp_footprint f;
            assert_int_equal(tp_footprint_of(&grs80, lon, lat, 9, &f, NULL), TP_OK);
            assert_int_equal(f.n, 9);
            assert_true(fabs(f.length_km - 13) < 1e-5);
            assert_true(fabs(f.width_km - 3) < 1e-5);
            assert_true(fabs(f.area_km2 - 39) < 1e-4);
            assert_true(f.azimuth_deg >= 0 && f.azimuth_deg < 180);
            if (latitudes[i] < 89) { /* near the pole the meridians turn under the rectangle's middle */
                assert_true(fabs(remainder(f.azimuth_deg - azimuths[k], 180)) < 1e-3);
            }
            double off_m = tp_geodesic_distance_m(&grs80, f.centre_lon_deg, f.centre_lat_deg, 179.99, latitudes[i]);
            assert_true(off_m < 0.1);
            assert_true(f.lon_deg[0] == f.lon_deg[4] && f.lat_deg[0] == f.lat_deg[4]);
        }
    }
}

/* The ring of corners holds the points, goes anticlockwise, and has the sides that are told. */
static void corners(void **state) {
    (void)state;
    uint64_t seed = 7;
    double lon[40], lat[40];
    for (int i = 0; i < 40; i++) {
        lon[i] = random_between(&seed, 130.6, 130.9);
        lat[i] = random_between(&seed, 32.7, 32.8);
    }
    tp_footprint f;
    assert_int_equal(tp_footprint_of(&grs80, lon, lat, 40, &f, NULL), TP_OK);
    double a = tp_geodesic_distance_m(&grs80, f.lon_deg[0], f.lat_deg[0], f.lon_deg[1], f.lat_deg[1]) / 1000;
    double b = tp_geodesic_distance_m(&grs80, f.lon_deg[1], f.lat_deg[1], f.lon_deg[2], f.lat_deg[2]) / 1000;
    assert_true(fabs(fmax(a, b) - f.length_km) < 1e-4 * f.length_km);
    assert_true(fabs(fmin(a, b) - f.width_km) < 1e-4 * f.length_km);
    double twice = 0;
    for (int i = 0; i < 4; i++) {
        twice += f.lon_deg[i] * f.lat_deg[i + 1] - f.lon_deg[i + 1] * f.lat_deg[i];
    }
    assert_true(twice > 0);
    tp_layer *ring = new_polygons();
    add_row(ring, "r");
    add_part(ring);
    add_ring(ring, f.lon_deg, f.lat_deg, 5);
    assert_true(fabs(tp_geodesic_area_km2(&grs80, &ring->shapes, 0) - f.area_km2) < 1e-3 * f.area_km2);
    tp_layer_free(ring);
}

/* No direction of a fine fan gives a smaller rectangle than the one found, on a plane of our own at the middle. */
static void no_direction_is_better(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 200; round++) {
        double lon[60], lat[60], x[60], y[60];
        int n = 3 + round % 57;
        for (int i = 0; i < n; i++) {
            lon[i] = 139 + random_between(&seed, -0.05, 0.05);
            lat[i] = 36 + random_between(&seed, -0.02, 0.02);
            double distance, azimuth;
            geod_inverse(&grs80.g, 36, 139, lat[i], lon[i], &distance, &azimuth, NULL);
            x[i] = distance * sin(azimuth * M_PI / 180) / 1000;
            y[i] = distance * cos(azimuth * M_PI / 180) / 1000;
        }
        double least = INFINITY;
        for (int step = 0; step < 1800; step++) {
            double c = cos(step * M_PI / 3600), s = sin(step * M_PI / 3600);
            double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
            for (int i = 0; i < n; i++) {
                double u = x[i] * c + y[i] * s, v = y[i] * c - x[i] * s;
                low[0] = fmin(low[0], u);
                high[0] = fmax(high[0], u);
                low[1] = fmin(low[1], v);
                high[1] = fmax(high[1], v);
            }
            least = fmin(least, (high[0] - low[0]) * (high[1] - low[1]));
        }
        tp_footprint f;
        assert_int_equal(tp_footprint_of(&grs80, lon, lat, n, &f, NULL), TP_OK);
        assert_true(f.area_km2 <= least * (1 + 1e-5));
        assert_true(f.area_km2 >= least * 0.985);
    }
}

static void no_area(void **state) {
    (void)state;
    tp_footprint f;
    const double lon[] = {139.7, 139.7, 139.7, NAN, 140}, lat[] = {35.6, 35.6, 35.6, 35, 91};
    assert_int_equal(tp_footprint_of(&grs80, lon, lat, 0, &f, NULL), TP_OK);
    assert_true(f.n == 0 && f.length_km == 0 && f.area_km2 == 0);
    assert_int_equal(tp_footprint_of(&grs80, lon, lat, 5, &f, NULL), TP_OK);
    assert_int_equal(f.n, 3); /* three in one place; one without a longitude, one without such a latitude */
    assert_true(f.length_km == 0 && f.width_km == 0 && f.azimuth_deg == 0);
    assert_true(fabs(f.centre_lon_deg - 139.7) < 1e-9 && fabs(f.centre_lat_deg - 35.6) < 1e-9);

    double line_lon[21], line_lat[21]; /* a geodesic of 20 km towards north-east */
    for (int i = 0; i <= 20; i++) {
        put(135, 34, 45, (i - 10) * 1000.0, 0, &line_lon[i], &line_lat[i]);
    }
    assert_int_equal(tp_footprint_of(&grs80, line_lon, line_lat, 21, &f, NULL), TP_OK);
    assert_true(fabs(f.length_km - 20) < 1e-6);
    assert_true(f.width_km >= 0 && f.width_km < 1e-4);
    assert_true(fabs(f.azimuth_deg - 45) < 1e-2);
    assert_int_equal(tp_footprint_of(&grs80, line_lon, line_lat, 2, &f, NULL), TP_OK);
    assert_true(fabs(f.length_km - 1) < 1e-6 && f.width_km < 1e-9);
}

/* The same set in another order, and with points repeated, has the same footprint to the last bit. */
static void order_does_not_matter(void **state) {
    (void)state;
    uint64_t seed = 11;
    double lon[60], lat[60];
    for (int i = 0; i < 30; i++) {
        lon[i] = random_between(&seed, -180.2, -179.8);
        lat[i] = random_between(&seed, -17, -16.5);
        lon[59 - i] = lon[i];
        lat[59 - i] = lat[i];
    }
    tp_footprint once, again;
    assert_int_equal(tp_footprint_of(&grs80, lon, lat, 30, &once, NULL), TP_OK);
    assert_int_equal(tp_footprint_of(&grs80, lon + 15, lat + 15, 45, &again, NULL), TP_OK);
    once.n = again.n = 0;
    assert_memory_equal(&once, &again, sizeof once);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_rectangles),       cmocka_unit_test(corners),
        cmocka_unit_test(no_direction_is_better), cmocka_unit_test(no_area),
        cmocka_unit_test(order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
