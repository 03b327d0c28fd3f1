/* The nearest-point index against all pairs. Distances: tp_geodesic_distance_m, held to PROJ's own geod_inverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/point_index.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 4096 };

typedef struct world {
    tp_ellipsoid ellipsoid;
    struct geod_geodesic oracle;
    int64_t n;
    double lon[MOST], lat[MOST];
    int64_t rank[MOST];
    tp_point_index *index;
} world;

static double oracle_m(const world *w, double lon, double lat, int64_t i) {
    double proj_m, distance_m = tp_geodesic_distance_m(&w->ellipsoid, lon, lat, w->lon[i], w->lat[i]);
    geod_inverse(&w->oracle, lat, lon, w->lat[i], w->lon[i], &proj_m, NULL, NULL);
    assert_true(fabs(distance_m - proj_m) <= 5e-8);
    return distance_m;
}

static void shuffle_ranks(world *w, uint64_t *seed) {
    for (int64_t i = 0; i < w->n; i++) {
        int64_t j = (int64_t)(next_random(seed) % (uint64_t)(i + 1));
        w->rank[i] = w->rank[j];
        w->rank[j] = i;
    }
}

static void index_world(world *w) {
    geod_init(&w->oracle, w->ellipsoid.a_m, w->ellipsoid.f);
    assert_int_equal(tp_point_index_new(&w->ellipsoid, w->lon, w->lat, w->rank, w->n, &w->index, NULL), TP_OK);
}

typedef struct found {
    double distance_m;
    int64_t rank, item;
} found;

static int compare_found(const void *a, const void *b) {
    const found *x = a, *y = b;
    if (x->distance_m != y->distance_m) {
        return x->distance_m < y->distance_m ? -1 : 1;
    }
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* The same numbers as the first `expected` of `all`, each once, and the same order whatever the capacity. */
static void check_inside(const world *w, double lon, double lat, double limit_m, const found *all, int64_t expected,
                         uint64_t *seed) {
    static int64_t items[MOST], again[MOST];
    static bool seen[MOST];
    assert_int_equal(tp_point_index_inside(w->index, lon, lat, limit_m, items, w->n), expected);
    for (int64_t i = 0; i < w->n; i++) {
        seen[i] = false;
    }
    for (int64_t i = 0; i < expected; i++) {
        assert_true(items[i] >= 0 && items[i] < w->n && !seen[items[i]]);
        seen[items[i]] = true;
    }
    for (int64_t i = 0; i < expected; i++) {
        assert_true(seen[all[i].item]);
    }
    int64_t capacity = (int64_t)(next_random(seed) % 40);
    assert_int_equal(tp_point_index_inside(w->index, lon, lat, limit_m, again, capacity), expected);
    for (int64_t i = 0; i < expected && i < capacity; i++) {
        assert_int_equal(again[i], items[i]);
    }
    assert_int_equal(tp_point_index_inside(w->index, lon, lat, limit_m, NULL, 0), expected);
}

/* Asks everything of one place and compares with all pairs. */
static void check_place(const world *w, double lon, double lat, uint64_t *seed) {
    static found all[MOST];
    static int64_t items[MOST];
    static double distances_m[MOST];
    for (int64_t i = 0; i < w->n; i++) {
        all[i] = (found){oracle_m(w, lon, lat, i), w->rank[i], i};
    }
    qsort(all, (size_t)w->n, sizeof *all, compare_found);
    double distance_m;
    assert_int_equal(tp_point_index_nearest(w->index, lon, lat, INFINITY, &distance_m), all[0].item);
    assert_true(distance_m == all[0].distance_m);
    /* A limit just below, at and just above the nearest. */
    assert_int_equal(tp_point_index_nearest(w->index, lon, lat, all[0].distance_m, &distance_m), all[0].item);
    if (all[0].distance_m > 0) {
        double below_m = nextafter(all[0].distance_m, 0);
        assert_int_equal(tp_point_index_nearest(w->index, lon, lat, below_m, &distance_m), -1);
        assert_true(isinf(distance_m));
        assert_int_equal(
            tp_point_index_nearest(w->index, lon, lat, nextafter(all[0].distance_m, INFINITY), &distance_m),
            all[0].item);
    }
    for (int k = 0; k < 3 && next_random(seed) % 4 == 0; k++) {
        int64_t last = (int64_t)(next_random(seed) % (uint64_t)w->n);
        double limit_m = k == 0 ? all[last].distance_m : k == 1 ? nextafter(all[last].distance_m, 0) : INFINITY;
        int64_t expected = 0;
        while (expected < w->n && all[expected].distance_m <= limit_m) {
            expected++;
        }
        check_inside(w, lon, lat, limit_m, all, expected, seed);
        int64_t capacity = (int64_t)(next_random(seed) % 40);
        for (int round = 0; round < 2; round++, capacity = w->n) {
            assert_int_equal(tp_point_index_within(w->index, lon, lat, limit_m, items, distances_m, capacity),
                             expected);
            for (int64_t i = 0; i < expected && i < capacity; i++) {
                assert_int_equal(items[i], all[i].item);
                assert_true(distances_m[i] == all[i].distance_m);
            }
        }
    }
}

static void check_world(world *w, uint64_t seed, int places, double west, double south, double east, double north) {
    index_world(w);
    for (int i = 0; i < places; i++) {
        check_place(w, random_between(&seed, west, east), random_between(&seed, south, north), &seed);
    }
    for (int i = 0; i < places / 4; i++) { /* at a point, and opposite one */
        int64_t at = (int64_t)(next_random(&seed) % (uint64_t)w->n);
        check_place(w, w->lon[at], w->lat[at], &seed);
        check_place(w, w->lon[at] - 180, -w->lat[at], &seed);
        check_place(w, w->lon[at] + 180 + random_between(&seed, -0.5, 0.5),
                    fmax(-90, fmin(90, -w->lat[at] + random_between(&seed, -0.5, 0.5))), &seed);
    }
    check_place(w, 0, 90, &seed);
    check_place(w, 137, -90, &seed);
    check_place(w, 180, 0, &seed);
    check_place(w, -180, 10, &seed);
    tp_point_index_free(w->index);
}

static void japan(void **state) {
    (void)state;
    static world w;
    uint64_t seed = 1;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    w.n = 1000;
    for (int64_t i = 0; i < w.n; i++) {
        w.lon[i] = random_between(&seed, 129, 146);
        w.lat[i] = random_between(&seed, 30, 45);
    }
    shuffle_ranks(&w, &seed);
    check_world(&w, 2, 1000, 128, 29, 147, 46);
}

/* All over the globe, many points twice or more, several at the poles and on either side of 180 degrees. */
static void globe_with_duplicates(void **state) {
    (void)state;
    static world w;
    uint64_t seed = 3;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    w.n = 700;
    for (int64_t i = 0; i < w.n; i++) {
        int64_t twin = (int64_t)(next_random(&seed) % (uint64_t)(i + 1));
        bool copy = i > 0 && next_random(&seed) % 3 == 0;
        w.lon[i] = copy ? w.lon[twin] : random_between(&seed, -180, 180);
        w.lat[i] = copy ? w.lat[twin] : asin(random_between(&seed, -1, 1)) * 180 / M_PI;
        if (i % 50 == 0) {
            w.lat[i] = i % 100 == 0 ? 90 : -90;
        } else if (i % 50 == 1) {
            w.lon[i] = i % 100 == 1 ? 180 : -180;
        }
    }
    shuffle_ranks(&w, &seed);
    check_world(&w, 4, 400, -180, -90, 180, 90);
}

static int64_t nearest_by_geodesic(const world *w, double lon, double lat) {
    int64_t nearest = 0;
    for (int64_t i = 1; i < w->n; i++) {
        nearest = oracle_m(w, lon, lat, i) < oracle_m(w, lon, lat, nearest) ? i : nearest;
    }
    return nearest;
}

static int64_t nearest_by_chord(const world *w, double lon, double lat) {
    double a[3], b[3], best = INFINITY;
    int64_t nearest = -1;
    tp_geocentric(&w->ellipsoid, lon, lat, a);
    for (int64_t i = 0; i < w->n; i++) {
        tp_geocentric(&w->ellipsoid, w->lon[i], w->lat[i], b);
        double chord = sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
        nearest = chord < best ? i : nearest;
        best = fmin(chord, best);
    }
    return nearest;
}

/* Few points: the nearest is thousands of kilometres away, where the order of chords is not that of geodesics. */
static void few_points(void **state) {
    (void)state;
    static world w;
    uint64_t seed = 5;
    int swapped = 0;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    for (int round = 0; round < 300; round++) {
        w.n = 1 + (int64_t)(next_random(&seed) % 12);
        double lat = random_between(&seed, -80, 80), lon = random_between(&seed, -180, 180);
        for (int64_t i = 0; i < w.n; i++) { /* nearly opposite the places asked, all about equally far */
            w.lon[i] = lon + 180 + random_between(&seed, -3, 3);
            w.lat[i] = -lat + random_between(&seed, -3, 3);
        }
        shuffle_ranks(&w, &seed);
        check_world(&w, next_random(&seed), 4, lon - 2, lat - 2, lon + 2, lat + 2);
        swapped += nearest_by_chord(&w, lon, lat) != nearest_by_geodesic(&w, lon, lat);
    }
    assert_true(swapped > 0); /* else the order of chords would do, and this test would prove nothing */
}

/*
 * Points on a geodesic circle, some metres in or out: chords over the flatter meridian and the rounder parallel tell
 * another order. With few points these are all candidates, with many more than are kept.
 */
static void equally_far(void **state) {
    (void)state;
    static world w;
    uint64_t seed = 6;
    int swapped = 0;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    for (int round = 0; round < 400; round++) {
        double lat = random_between(&seed, -89, 89), lon = random_between(&seed, -180, 180);
        double radius_m = pow(10, random_between(&seed, 4, 6.8)), bend_m = pow(radius_m, 3) / 24 / 4e13 / 300;
        w.n = 2 + (int64_t)(next_random(&seed) % (round % 2 == 0 ? 12 : 120));
        for (int64_t i = 0; i < w.n; i++) {
            double m = radius_m + random_between(&seed, 0, bend_m);
            geod_direct(&w.ellipsoid.g, lat, lon, random_between(&seed, -180, 180), m, &w.lat[i], &w.lon[i], NULL);
        }
        shuffle_ranks(&w, &seed);
        index_world(&w);
        check_place(&w, lon, lat, &seed);
        swapped += nearest_by_chord(&w, lon, lat) != nearest_by_geodesic(&w, lon, lat);
        tp_point_index_free(w.index);
    }
    assert_true(swapped > 50);
}

/* Equal distances to the last bit: points mirrored at the place asked from. The smaller rank wins. */
static void ties(void **state) {
    (void)state;
    static world w;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    w.n = 40;
    for (int64_t i = 0; i < w.n; i++) {
        w.lon[i] = i % 2 == 0 ? 1 : -1;
        w.lat[i] = i % 4 < 2 ? 0.5 : -0.5;
        w.rank[i] = (i * 7 + 3) % w.n;
    }
    index_world(&w);
    int64_t items[64];
    double distances_m[64], distance_m;
    int64_t nearest = tp_point_index_nearest(w.index, 0, 0, INFINITY, &distance_m);
    assert_int_equal(w.rank[nearest], 0);
    assert_int_equal(tp_point_index_within(w.index, 0, 0, distance_m, items, distances_m, 64), w.n);
    for (int64_t i = 0; i < w.n; i++) {
        assert_true(distances_m[i] == distance_m);
        assert_int_equal(w.rank[items[i]], i);
    }
    assert_int_equal(tp_point_index_within(w.index, 0, 0, distance_m, items, distances_m, 5), w.n);
    for (int64_t i = 0; i < 5; i++) {
        assert_int_equal(w.rank[items[i]], i);
    }
    assert_int_equal(tp_point_index_within(w.index, 0, 0, nextafter(distance_m, 0), items, distances_m, 64), 0);
    assert_int_equal(tp_point_index_inside(w.index, 0, 0, distance_m, items, 64), w.n);
    assert_int_equal(tp_point_index_inside(w.index, 0, 0, nextafter(distance_m, 0), items, 64), 0);
    tp_point_index_free(w.index);
}

/* 4,096 times the same point: no search may become quadratic or lose one. */
static void one_place(void **state) {
    (void)state;
    static world w;
    tp_ellipsoid_init_grs80(&w.ellipsoid);
    w.n = MOST;
    for (int64_t i = 0; i < w.n; i++) {
        w.lon[i] = 139.7;
        w.lat[i] = 35.7;
        w.rank[i] = w.n - 1 - i;
    }
    index_world(&w);
    double distance_m, distances_m[3];
    int64_t items[3];
    assert_int_equal(tp_point_index_nearest(w.index, 139.7, 35.7, 0, &distance_m), w.n - 1);
    assert_true(distance_m == 0);
    assert_int_equal(tp_point_index_within(w.index, 139.7, 35.7, 0, items, distances_m, 3), w.n);
    assert_int_equal(items[0], w.n - 1);
    assert_int_equal(items[2], w.n - 3);
    assert_int_equal(tp_point_index_within(w.index, 139, 35, 1e6, NULL, NULL, 0), w.n);
    assert_int_equal(tp_point_index_inside(w.index, 139.7, 35.7, 0, items, 3), w.n);
    assert_int_equal(tp_point_index_inside(w.index, 139, 35, 1e6, NULL, 0), w.n);
    tp_point_index_free(w.index);
}

static void nothing_there(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_point_index *index = NULL;
    double distance_m, distances_m[4];
    int64_t items[4];
    tp_ellipsoid_init_grs80(&grs80);
    assert_int_equal(tp_point_index_new(&grs80, NULL, NULL, NULL, 0, &index, NULL), TP_OK);
    assert_int_equal(tp_point_index_nearest(index, 0, 0, INFINITY, &distance_m), -1);
    assert_true(isinf(distance_m));
    assert_int_equal(tp_point_index_within(index, 0, 0, INFINITY, items, distances_m, 4), 0);
    tp_point_index_free(index);
    /* Points that are nowhere are never found; places that are nowhere find nothing. */
    const double lon[] = {NAN, 10, INFINITY, 20}, lat[] = {0, 91, 0, 30};
    assert_int_equal(tp_point_index_new(&grs80, lon, lat, NULL, 4, &index, NULL), TP_OK);
    assert_int_equal(tp_point_index_within(index, 0, 0, INFINITY, items, distances_m, 4), 1);
    assert_int_equal(items[0], 3);
    assert_int_equal(tp_point_index_inside(index, 0, 0, INFINITY, items, 4), 1);
    assert_int_equal(items[0], 3);
    assert_int_equal(tp_point_index_inside(index, 0, 0, NAN, items, 4), 0);
    assert_int_equal(tp_point_index_inside(index, NAN, 0, INFINITY, items, 4), 0);
    assert_int_equal(tp_point_index_nearest(index, NAN, 0, INFINITY, &distance_m), -1);
    assert_int_equal(tp_point_index_nearest(index, 0, 95, INFINITY, &distance_m), -1);
    assert_int_equal(tp_point_index_nearest(index, 0, 0, NAN, &distance_m), -1);
    assert_int_equal(tp_point_index_nearest(index, 0, 0, -1, &distance_m), -1);
    tp_point_index_free(index);
    tp_point_index_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(japan),         cmocka_unit_test(globe_with_duplicates),
        cmocka_unit_test(few_points),    cmocka_unit_test(equally_far),
        cmocka_unit_test(ties),          cmocka_unit_test(one_place),
        cmocka_unit_test(nothing_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
