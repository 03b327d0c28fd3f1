/* Distances, areas and geocentric coordinates against published numbers and closed forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/geodesic.h"

#include <math.h>

static void known_distances(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    /* The example of GSI's distance calculator, from Tsukuba to Tokyo on GRS80. */
    double tsukuba_m = tp_geodesic_distance_m(&grs80, 140.08785502, 36.10377477, 139.74475044, 35.65502847);
    assert_true(fabs(tsukuba_m - 58643.804) <= 0.0005);
    /* The quarter of a meridian of GRS80 (Moritz, Geodetic Reference System 1980). */
    assert_true(fabs(tp_geodesic_distance_m(&grs80, 20, 0, 20, 90) - 10001965.7293) <= 0.0001);
    /* Along the equator. */
    assert_true(fabs(tp_geodesic_distance_m(&grs80, 179, 0, -180, 0) - 6378137 * M_PI / 180) <= 1e-6);
    /* Points opposite each other: over the pole. */
    assert_true(fabs(tp_geodesic_distance_m(&grs80, 0, 0, 180, 0) - 2 * 10001965.7293) <= 0.0002);
    assert_true(tp_geodesic_distance_m(&grs80, 139, 35, 139, 35) == 0);
    assert_true(tp_geodesic_distance_m(&grs80, 139, 35, 139 + 360, 35) == 0);
    assert_true(tp_geodesic_distance_m(&grs80, 10, 90, -77, 90) == 0);
}

static void sphere(void **state) {
    (void)state;
    tp_ellipsoid sphere;
    tp_ellipsoid_init(&sphere, 6371000, 0);
    uint64_t seed = 1;
    for (int i = 0; i < 1000; i++) {
        double lon1 = random_between(&seed, -180, 180), lat1 = random_between(&seed, -90, 90);
        double lon2 = random_between(&seed, -180, 180), lat2 = random_between(&seed, -90, 90);
        double a[3], b[3];
        tp_geocentric(&sphere, lon1, lat1, a);
        tp_geocentric(&sphere, lon2, lat2, b);
        double chord = sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
        double arc = 2 * 6371000 * asin(fmin(1, chord / 2 / 6371000));
        assert_true(fabs(tp_geodesic_distance_m(&sphere, lon1, lat1, lon2, lat2) - arc) <= 1);
    }
}

/* The chord never exceeds the geodesic, for near, far and opposite points. */
static void chord_is_shorter(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    uint64_t seed = 2;
    for (int i = 0; i < 100000; i++) {
        double reach = pow(10, random_between(&seed, -9, 2.3));
        double lon1 = random_between(&seed, -180, 180), lat1 = random_between(&seed, -90, 90);
        double lon2 = lon1 + random_between(&seed, -reach, reach);
        double lat2 = fmax(-90, fmin(90, lat1 + random_between(&seed, -reach, reach)));
        double a[3], b[3];
        tp_geocentric(&grs80, lon1, lat1, a);
        tp_geocentric(&grs80, lon2, lat2, b);
        double chord = sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
        assert_true(chord <= tp_geodesic_distance_m(&grs80, lon1, lat1, lon2, lat2) + 1e-7);
    }
    double pole[3];
    tp_geocentric(&grs80, 77, 90, pole);
    assert_true(fabs(pole[0]) <= 1e-8 && fabs(pole[1]) <= 1e-8 && fabs(pole[2] - 6356752.3141) <= 1e-4);
}

/* A place and another at `length_m`: all azimuths and latitudes, many near the poles and the equator. */
static void random_line(const tp_ellipsoid *ellipsoid, uint64_t *seed, double length_m, double from[2], double to[2]) {
    static const double all_round[4] = {0, 90, 180, -90};
    uint64_t kind = next_random(seed) % 8;
    double azimuth = kind % 4 == 0 ? all_round[next_random(seed) % 4] : random_between(seed, -180, 180);
    from[0] = random_between(seed, -180, 180);
    from[1] = random_between(seed, -90, 90);
    if (kind == 1 || kind == 4) {
        from[1] = kind == 1 ? random_between(seed, 88, 90) : random_between(seed, -1e-3, 1e-3);
    } else if (kind == 2) {
        from[1] = asin(random_between(seed, -1, 1)) * 180 / M_PI;
    }
    geod_direct(&ellipsoid->g, from[1], from[0], azimuth, length_m, &to[1], &to[0], NULL);
}

/*
 * Short lines against PROJ's geod_inverse: a million of each class of length. Below 10 m it is geod_inverse that loses
 * digits (it has the sines of latitudes in radians: some nanometres), so that these are held to the metric there.
 */
static void short_lines(void **state) {
    (void)state;
    enum { LINES = 1000000 };
    const double class_m[] = {1e-3, 10, 100, 1e3, 1e4, 3e4, 1e5, 1.01e5};
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    uint64_t seed = 3;
    for (int k = 0; k < 7; k++) {
        double worst_m = 0, worst_relative = 0;
        int own = 0, turned = 0;
        for (int i = 0; i < LINES; i++) {
            double from[2], to[2], proj_m;
            random_line(&grs80, &seed, random_between(&seed, class_m[k], class_m[k + 1]), from, to);
            geod_inverse(&grs80.g, from[1], from[0], to[1], to[0], &proj_m, NULL, NULL);
            double m = tp_geodesic_distance_m(&grs80, from[0], from[1], to[0], to[1]);
            turned += m != tp_geodesic_distance_m(&grs80, to[0], to[1], from[0], from[1]);
            worst_m = fmax(worst_m, fabs(m - proj_m));
            worst_relative = fmax(worst_relative, fabs(m - proj_m) / proj_m);
            own += m != proj_m;
        }
        assert_true(worst_m <= 6e-9);
        assert_true(worst_relative <= 1e-9 || k == 0);
        assert_true(own > LINES / 2 || k == 6); /* else geod_inverse was compared with itself */
        assert_int_equal(turned, 0);
    }
}

/* Lengths of centimetres, where the ellipsoid is flat: the metric at the middle. */
static void shortest_lines(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    uint64_t seed = 4;
    const double e2 = grs80.f * (2 - grs80.f), rad = M_PI / 180;
    for (int i = 0; i < 100000; i++) {
        double lon = random_between(&seed, -180, 180), lat = random_between(&seed, -85, 85);
        double reach = pow(10, random_between(&seed, -9, -5));
        double lon2 = lon + random_between(&seed, -reach, reach), lat2 = lat + random_between(&seed, -reach, reach);
        double sine = sin((lat / 2 + lat2 / 2) * rad), w2 = 1 - e2 * sine * sine;
        double x = grs80.a_m / sqrt(w2) * sqrt(1 - sine * sine) * ((lon2 - lon) * rad);
        double y = grs80.a_m * (1 - e2) / (w2 * sqrt(w2)) * ((lat2 - lat) * rad), m = hypot(x, y);
        assert_true(fabs(tp_geodesic_distance_m(&grs80, lon, lat, lon2, lat2) - m) <= 1e-9 * m);
    }
    assert_true(tp_geodesic_distance_m(&grs80, 139, 35, 139, 35) == 0);
    assert_true(tp_geodesic_distance_m(&grs80, 139, 90, 140, 90) < 1e-9);
    assert_true(isnan(tp_geodesic_distance_m(&grs80, 139, 35, NAN, 35)));
    assert_true(isnan(tp_geodesic_distance_m(&grs80, 139, 90, 139, 90.1)));
}

static void areas(void **state) {
    (void)state;
    const double earth_km2 = 510065621.724; /* GRS80's surface */
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    tp_layer *layer = new_polygons();
    const double x[] = {0, 90, 0, 0}, y[] = {0, 0, 90, 0}, back_x[] = {0, 0, 90, 0}, back_y[] = {0, 90, 0, 0};
    add_row(layer, "octant");
    add_part(layer);
    add_ring(layer, x, y, 4);
    add_row(layer, "octant, other way round");
    add_part(layer);
    add_ring(layer, back_x, back_y, 4);
    add_row(layer, "two parts, one with a hole of either orientation");
    add_part(layer);
    add_box(layer, 139, 35, 140, 36);
    add_box(layer, 139.25, 35.25, 139.5, 35.5);
    const double hx[] = {139.75, 139.75, 139.875, 139.875, 139.75}, hy[] = {35.75, 35.875, 35.875, 35.75, 35.75};
    add_ring(layer, hx, hy, 5);
    add_part(layer);
    add_box(layer, 150, 35, 151, 36);
    add_row(layer, "the pieces");
    add_part(layer);
    add_box(layer, 139, 35, 140, 36);
    add_row(layer, "first hole");
    add_part(layer);
    add_box(layer, 139.25, 35.25, 139.5, 35.5);
    add_row(layer, "second hole");
    add_part(layer);
    add_box(layer, 139.75, 35.75, 139.875, 35.875);
    add_row(layer, "nothing");
    const tp_shapes *s = &layer->shapes;
    assert_true(fabs(tp_geodesic_area_km2(&grs80, s, 0) - earth_km2 / 8) <= 0.001);
    assert_true(fabs(tp_geodesic_area_km2(&grs80, s, 1) - earth_km2 / 8) <= 0.001);
    double box = tp_geodesic_area_km2(&grs80, s, 3), hole1 = tp_geodesic_area_km2(&grs80, s, 4);
    double hole2 = tp_geodesic_area_km2(&grs80, s, 5);
    assert_true(fabs(tp_geodesic_area_km2(&grs80, s, 2) - (2 * box - hole1 - hole2)) <= 1e-6);
    assert_true(tp_geodesic_area_km2(&grs80, s, 6) == 0);
    /* The degree square between parallels has a closed form; its geodesic edges bulge north by about 0.1 per cent. */
    assert_true(box > 9000 && box < 10200);
    tp_layer_free(layer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_distances), cmocka_unit_test(sphere),         cmocka_unit_test(chord_is_shorter),
        cmocka_unit_test(short_lines),     cmocka_unit_test(shortest_lines), cmocka_unit_test(areas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
