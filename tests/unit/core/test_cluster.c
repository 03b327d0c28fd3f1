/* DBSCAN against brute force by distances held to PROJ's own geod_inverse and against chords of all pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/cluster.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

typedef struct world {
    int64_t n;
    double *lon, *lat;
    int64_t *rank;
    double eps_m;
    int64_t min_points;
    tp_metric metric;
} world;

static world new_world(int64_t n, double eps_m, int64_t min_points) {
    world w = {.n = n, .eps_m = eps_m, .min_points = min_points, .metric = TP_METRIC_GEODESIC};
    w.lon = calloc((size_t)n + 1, sizeof *w.lon);
    w.lat = calloc((size_t)n + 1, sizeof *w.lat);
    w.rank = calloc((size_t)n + 1, sizeof *w.rank);
    assert_true(w.lon != NULL && w.lat != NULL && w.rank != NULL);
    for (int64_t i = 0; i < n; i++) {
        w.rank[i] = i;
    }
    return w;
}

static void free_world(world *w) {
    free(w->lon);
    free(w->lat);
    free(w->rank);
}

static double uniform(uint64_t *seed) {
    return (double)(next_random(seed) >> 11) * 0x1p-53;
}

static void shuffle(world *w, uint64_t *seed) {
    for (int64_t i = 0; i < w->n; i++) {
        int64_t j = (int64_t)(next_random(seed) % (uint64_t)(i + 1));
        w->rank[i] = w->rank[j];
        w->rank[j] = i;
    }
}

static double distance_m(const world *w, const tp_ellipsoid *e, int64_t i, int64_t j) {
    if (w->metric == TP_METRIC_GEODESIC) {
        double proj_m, m = tp_geodesic_distance_m(e, w->lon[i], w->lat[i], w->lon[j], w->lat[j]);
        geod_inverse(&e->g, w->lat[i], w->lon[i], w->lat[j], w->lon[j], &proj_m, NULL, NULL);
        return fabs(m - proj_m) <= 5e-8 ? m : NAN; /* limits are compared to the last bit */
    }
    double a[3], b[3];
    tp_geocentric(e, w->lon[i], w->lat[i], a);
    tp_geocentric(e, w->lon[j], w->lat[j], b);
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

/* All pairs: bit j of row i. */
static uint8_t *all_pairs(const world *w, const tp_ellipsoid *e) {
    uint8_t *near = calloc((size_t)(w->n * w->n) + 1, 1);
    assert_non_null(near);
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t i = 0; i < w->n; i++) {
        for (int64_t j = 0; j < w->n; j++) {
            near[i * w->n + j] = fabs(w->lat[i] - w->lat[j]) * 110000 <= w->eps_m && distance_m(w, e, i, j) <= w->eps_m;
        }
    }
    return near;
}

/* The definition, word by word. */
static void brute_force(const world *w, const uint8_t *near, int32_t *cluster, uint8_t *core) {
    int64_t n = w->n, *point = malloc(((size_t)n + 1) * sizeof *point),
            *stack = malloc(((size_t)n + 1) * sizeof *stack);
    int32_t label = 0;
    assert_true(point != NULL && stack != NULL);
    for (int64_t i = 0; i < n; i++) {
        int64_t count = 0;
        for (int64_t j = 0; j < n; j++) {
            count += near[i * n + j];
        }
        core[i] = count >= w->min_points;
        cluster[i] = TP_NOISE;
        point[w->rank[i]] = i;
    }
    for (int64_t r = 0; r < n; r++) {
        if (!core[point[r]] || cluster[point[r]] != TP_NOISE) {
            continue;
        }
        int64_t top = 0;
        stack[top++] = point[r];
        cluster[point[r]] = label;
        while (top > 0) {
            int64_t i = stack[--top];
            for (int64_t j = 0; j < n; j++) {
                if (near[i * n + j] && core[j] && cluster[j] == TP_NOISE) {
                    cluster[j] = label;
                    stack[top++] = j;
                }
            }
        }
        label++;
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t r = 0; r < n && !core[i]; r++) {
            if (near[i * n + point[r]] && core[point[r]]) {
                cluster[i] = cluster[point[r]];
                break;
            }
        }
    }
    free(point);
    free(stack);
}

/* The same neighbours, given. */
static void check_neighbours(const world *w, const uint8_t *near, const int32_t *cluster) {
    int64_t n = w->n, total = 0;
    for (int64_t i = 0; i < n * n; i++) {
        total += near[i];
    }
    int64_t *first = calloc((size_t)n + 2, sizeof *first);
    int32_t *neighbour = malloc(((size_t)total + 1) * sizeof *neighbour);
    assert_true(first != NULL && neighbour != NULL);
    for (int64_t i = 0, at = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            if (near[i * n + j]) {
                neighbour[at++] = (int32_t)j;
            }
        }
        first[i + 1] = at;
    }
    tp_clustering given = {0};
    assert_int_equal(tp_dbscan_neighbours(n, first, neighbour, w->rank, w->min_points, &given, NULL), TP_OK);
    assert_memory_equal(given.cluster, cluster, (size_t)n * sizeof *cluster);
    tp_clustering_reset(&given);
    free(first);
    free(neighbour);
}

static int64_t check_world(const world *w) {
    tp_ellipsoid e;
    tp_ellipsoid_init_grs80(&e);
    uint8_t *near = all_pairs(w, &e), *core = malloc((size_t)w->n + 1);
    int32_t *cluster = malloc(((size_t)w->n + 1) * sizeof *cluster);
    assert_true(core != NULL && cluster != NULL);
    brute_force(w, near, cluster, core);
    tp_clustering found = {0};
    for (int threads = 1; threads <= 3; threads++) {
        omp_set_num_threads(threads);
        assert_int_equal(tp_dbscan(&e, w->lon, w->lat, w->rank, w->n, w->eps_m, w->min_points, w->metric, &found, NULL),
                         TP_OK);
        assert_memory_equal(found.core, core, (size_t)w->n);
        assert_memory_equal(found.cluster, cluster, (size_t)w->n * sizeof *cluster);
        if (threads < 3) {
            tp_clustering_reset(&found);
        }
    }
    check_neighbours(w, near, cluster);
    int64_t n_clusters = found.n_clusters;
    tp_clustering_reset(&found);
    free(near);
    free(core);
    free(cluster);
    return n_clusters;
}

/* Towns of many sizes and a scatter between them, in a window. */
static void settle(world *w, uint64_t *seed, double west, double south, double degrees) {
    double lon = 0, lat = 0, spread = 0;
    for (int64_t i = 0; i < w->n; i++) {
        if (i % 40 == 0) {
            lon = west + degrees * uniform(seed);
            lat = south + degrees * uniform(seed);
            spread = degrees * (0.002 + 0.03 * uniform(seed));
        }
        bool scattered = i % 5 == 0;
        w->lon[i] = scattered ? west + degrees * uniform(seed) : lon + spread * (uniform(seed) + uniform(seed) - 1);
        w->lat[i] = scattered ? south + degrees * uniform(seed) : lat + spread * (uniform(seed) + uniform(seed) - 1);
        w->lat[i] = fmax(-90, fmin(90, w->lat[i]));
    }
    shuffle(w, seed);
}

static void test_small_worlds(void **state) {
    (void)state;
    static const struct {
        double west, south, degrees, eps_m;
    } windows[] = {{135, 34, 1, 2000},   {135, 34, 0.1, 200},   {179.5, -17, 1, 3000}, {-0.5, -0.5, 1, 1500},
                   {0, 89.5, 0.5, 3000}, {-180, -90, 360, 2e6}, {-180, 60, 30, 50000}, {139, 35, 0.001, 1}};
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        for (int64_t min_points = 1; min_points <= 12; min_points += 3) {
            world w = new_world(400, windows[i].eps_m, min_points);
            settle(&w, &seed, windows[i].west, windows[i].south, windows[i].degrees);
            if (windows[i].south + windows[i].degrees == 90) { /* around the pole */
                for (int64_t k = 0; k < w.n; k++) {
                    w.lon[k] = 360 * uniform(&seed);
                }
            }
            for (int metric = 0; metric < 2; metric++) {
                w.metric = metric == 0 ? TP_METRIC_GEODESIC : TP_METRIC_CHORD;
                check_world(&w);
            }
            free_world(&w);
        }
    }
}

static void test_five_thousand(void **state) {
    (void)state;
    uint64_t seed = 11;
    world w = new_world(5000, 2000, 10);
    settle(&w, &seed, 139, 35, 1.5);
    assert_true(check_world(&w) > 20);
    free_world(&w);
}

/* Exactly at the limit counts: the limit is the distance itself, then one step of a double below it. */
static void test_inclusive(void **state) {
    (void)state;
    tp_ellipsoid e;
    tp_ellipsoid_init_grs80(&e);
    world w = new_world(2, 0, 2);
    uint64_t seed = 5;
    for (int i = 0; i < 200; i++) {
        for (int k = 0; k < 2; k++) {
            w.lon[k] = 139 + 0.02 * uniform(&seed);
            w.lat[k] = 35 + 0.02 * uniform(&seed);
        }
        w.eps_m = distance_m(&w, &e, 0, 1);
        assert_int_equal(check_world(&w), 1);
        w.eps_m = nextafter(w.eps_m, 0);
        assert_int_equal(check_world(&w), 0);
    }
    free_world(&w);
}

/* Rows of latitude and columns at their very borders. */
static void test_lattice(void **state) {
    (void)state;
    world w = new_world(441, 0, 5);
    for (int64_t i = 0; i < w.n; i++) {
        w.lon[i] = -0.1 + 0.01 * (double)(i % 21);
        w.lat[i] = -0.1 + 0.01 * (double)(i / 21);
    }
    for (int k = 0; k < 3; k++) {
        w.eps_m = k == 0 ? 1113.1949079327358 : k == 1 ? 1105.8 : 1570;
        check_world(&w);
    }
    free_world(&w);
}

static void test_border_goes_to_the_smallest_rank(void **state) {
    (void)state;
    /* Two groups of three on the equator and one point between, within eps of one point of each. */
    double lon[] = {0, 0.001, 0.002, 0.01, 0.018, 0.019, 0.02}, lat[7] = {0};
    int64_t forward[] = {0, 1, 2, 3, 4, 5, 6}, backward[] = {6, 5, 4, 3, 2, 1, 0};
    tp_ellipsoid e;
    tp_ellipsoid_init_grs80(&e);
    tp_clustering c = {0};
    assert_int_equal(tp_dbscan(&e, lon, lat, forward, 7, 900, 4, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_int_equal(c.n_clusters, 2);
    assert_int_equal(c.core[3], 0);
    assert_int_equal(c.cluster[3], c.cluster[2]);
    tp_clustering_reset(&c);
    assert_int_equal(tp_dbscan(&e, lon, lat, backward, 7, 900, 4, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_int_equal(c.cluster[3], c.cluster[4]);
    assert_int_equal(c.cluster[4], 0);
    tp_clustering_reset(&c);
}

static void test_few_and_equal_points(void **state) {
    (void)state;
    tp_ellipsoid e;
    tp_ellipsoid_init_grs80(&e);
    tp_clustering c = {0};
    double lon[1000], lat[1000];
    for (int i = 0; i < 1000; i++) {
        lon[i] = 139;
        lat[i] = 35;
    }
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 0, 2000, 1, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_int_equal(c.n_clusters, 0);
    tp_clustering_reset(&c);
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 1, 2000, 2, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_int_equal(c.cluster[0], TP_NOISE);
    tp_clustering_reset(&c);
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 1000, 2000, 1000, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_int_equal(c.n_clusters, 1);
    tp_clustering_reset(&c);
    lon[0] = NAN;
    lat[1] = 91;
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 1000, 2000, 10, TP_METRIC_GEODESIC, &c, NULL), TP_OK);
    assert_true(c.cluster[0] == TP_NOISE && c.cluster[1] == TP_NOISE && c.cluster[2] == 0);
    tp_clustering_reset(&c);
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 10, NAN, 10, TP_METRIC_GEODESIC, &c, NULL), TP_E_CONFIG);
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 10, 0.01, 10, TP_METRIC_GEODESIC, &c, NULL), TP_E_CONFIG);
    assert_int_equal(tp_dbscan(&e, lon, lat, NULL, 10, 2000, 0, TP_METRIC_GEODESIC, &c, NULL), TP_E_CONFIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_worlds),
        cmocka_unit_test(test_five_thousand),
        cmocka_unit_test(test_inclusive),
        cmocka_unit_test(test_lattice),
        cmocka_unit_test(test_border_goes_to_the_smallest_rank),
        cmocka_unit_test(test_few_and_equal_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
