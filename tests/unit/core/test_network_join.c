/* Joining places to the nearest way against all segments of all ways, in plain loops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <omp.h>

#include "network_fixture.h"

enum { PLACES = 10000 };

static tp_ellipsoid grs80;
static double place_lon[PLACES], place_lat[PLACES];
static tp_join joins[PLACES], again[PLACES];

static int set_up(void **state) {
    (void)state;
    tp_ellipsoid_init_grs80(&grs80);
    return 0;
}

/* A part of the world. */
typedef struct frame {
    double west, south, east, north;
} frame;

/* Ways of 2 to 30 vertices that wander; one in eight repeats the way before it, one in ten nobody joins. */
static tp_network *wandering(uint64_t seed, int n_ways, const frame *f, double step_deg) {
    tp_ways ways = {0};
    tp_network *network = NULL;
    int64_t node;
    double lon[30], lat[30];
    int n = 0;
    for (int w = 0; w < n_ways; w++) {
        bool twin = w > 0 && below(&seed, 8) == 0;
        n = twin ? n : 2 + (int)below(&seed, 29);
        for (int i = 0; i < n && !twin; i++) {
            bool first = i == 0;
            lon[i] = first ? between(&seed, f->west, f->east) : lon[i - 1] + between(&seed, -step_deg, step_deg);
            lat[i] = first ? between(&seed, f->south, f->north) : lat[i - 1] + between(&seed, -step_deg, step_deg);
            lon[i] = fmin(fmax(lon[i], f->west), f->east);
            lat[i] = fmin(fmax(lat[i], f->south), f->north);
        }
        for (int end = 0; end < 2; end++) {
            int at = end == 0 ? 0 : n - 1;
            assert_int_equal(tp_ways_add_node(&ways, lon[at], lat[at], &node, NULL), TP_OK);
        }
        /* A way stands alone, or begins at the first node: with a long stretch that meets many boxes. */
        bool hangs = n_ways > 10000 ? below(&seed, 50) == 0 : below(&seed, 3) > 0;
        tp_way way = {.from = hangs ? 0 : 2 * w,
                      .to = 2 * w + 1,
                      .forward_ms = 1000,
                      .backward_ms = below(&seed, 5) == 0 ? TP_NO_TIME : 1000,
                      .length_m = 1000,
                      .mode = below(&seed, 20) == 0 ? TP_MODE_RAIL : TP_MODE_ROAD,
                      .through_only = below(&seed, 20) == 0,
                      .lon_deg = lon,
                      .lat_deg = lat,
                      .n_vertices = n};
        double first_lon = lon[0], first_lat = lat[0];
        lon[0] = ways.lon_deg[way.from]; /* a way begins where its node stands */
        lat[0] = ways.lat_deg[way.from];
        assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
        lon[0] = first_lon;
        lat[0] = first_lat;
    }
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    return network;
}

typedef struct slow_foot {
    int64_t way;
    double plane_m;  /* INFINITY: none */
    double others_m; /* the nearest of another way */
    double lon_deg, lat_deg;
} slow_foot;

/* The plane that touches the ellipsoid at a place: metres a degree. */
typedef struct plane {
    double lon_deg, lat_deg, x_m, y_m;
} plane;

static plane plane_at(double lon_deg, double lat_deg) {
    double phi = lat_deg * M_PI / 180, e2 = grs80.f * (2 - grs80.f), w2 = 1 - e2 * pow(sin(phi), 2);
    return (plane){lon_deg, lat_deg, grs80.a_m / sqrt(w2) * cos(phi) * M_PI / 180,
                   grs80.a_m * (1 - e2) / pow(w2, 1.5) * M_PI / 180};
}

static double plane_m(const plane *p, const double *x, const double *y, double *foot_lon, double *foot_lat) {
    double ax = (x[0] - p->lon_deg) * p->x_m, ay = (y[0] - p->lat_deg) * p->y_m;
    double ux = (x[1] - x[0]) * p->x_m, uy = (y[1] - y[0]) * p->y_m, uu = ux * ux + uy * uy;
    double t = uu > 0 ? fmin(fmax(-(ax * ux + ay * uy) / uu, 0), 1) : 0;
    *foot_lon = x[0] + t * (x[1] - x[0]);
    *foot_lat = y[0] + t * (y[1] - y[0]);
    return hypot(ax + t * ux, ay + t * uy);
}

static bool may_join(const tp_network *network, int64_t w, bool only_largest) {
    const tp_ways *ways = &network->ways;
    bool in_largest = network->strong[ways->from[w]] == 0 && network->strong[ways->to[w]] == 0;
    return ways->mode[w] == TP_MODE_ROAD && !ways->through_only[w] &&
           (ways->forward_ms[w] != TP_NO_TIME || ways->backward_ms[w] != TP_NO_TIME) && (in_largest || !only_largest);
}

static slow_foot slow_nearest(const tp_network *network, double lon_deg, double lat_deg, bool only_largest) {
    const tp_ways *ways = &network->ways;
    const plane at = plane_at(lon_deg, lat_deg);
    slow_foot best = {.way = -1, .plane_m = INFINITY, .others_m = INFINITY};
    for (int64_t w = 0; w < ways->n_ways; w++) {
        double way_m = INFINITY, way_lon = 0, way_lat = 0, lon, lat;
        for (int64_t v = ways->vertex_first[w]; v + 1 < ways->vertex_first[w + 1] && may_join(network, w, only_largest);
             v++) {
            double m = plane_m(&at, ways->vertex_lon_deg + v, ways->vertex_lat_deg + v, &lon, &lat);
            if (m < way_m) {
                way_m = m;
                way_lon = lon;
                way_lat = lat;
            }
        }
        if (way_m < best.plane_m) {
            best = (slow_foot){w, way_m, best.plane_m, way_lon, way_lat};
        } else {
            best.others_m = fmin(best.others_m, way_m);
        }
    }
    return best;
}

/* One place by the rule: the foot's geodesic decides at the limit, the component before the distance. */
static slow_foot slow_join(const tp_network *network, const tp_join_rule *rule, double lon_deg, double lat_deg) {
    slow_foot none = {.way = -1};
    for (int largest = rule->component != TP_JOIN_ANY; largest >= 0; largest--) {
        slow_foot foot = slow_nearest(network, lon_deg, lat_deg, largest != 0);
        if (foot.way >= 0 && foot.plane_m <= rule->limit_m * 1.01 + 1 &&
            tp_geodesic_distance_m(&grs80, lon_deg, lat_deg, foot.lon_deg, foot.lat_deg) <= rule->limit_m) {
            return foot;
        }
        if (rule->component == TP_JOIN_LARGEST_ONLY) {
            break;
        }
    }
    return none;
}

static void check_join(const tp_network *network, const tp_join_rule *rule, double lon_deg, double lat_deg,
                       const tp_join *join) {
    slow_foot slow = slow_join(network, rule, lon_deg, lat_deg);
    if (join->way < 0 || slow.way < 0) {
        assert_true(join->way < 0 && slow.way < 0);
        return;
    }
    bool tie = slow.others_m - slow.plane_m <= 1e-7; /* twins, or ways that meet at the foot */
    assert_true(join->way == slow.way || tie);
    const plane at = plane_at(lon_deg, lat_deg);
    double lon, lat, least_m = INFINITY;
    const tp_ways *ways = &network->ways;
    for (int64_t v = ways->vertex_first[join->way]; v + 1 < ways->vertex_first[join->way + 1]; v++) {
        least_m = fmin(least_m, plane_m(&at, ways->vertex_lon_deg + v, ways->vertex_lat_deg + v, &lon, &lat));
    }
    assert_true(fabs(least_m - slow.plane_m) <= 1e-7);
    double told_m = tp_geodesic_distance_m(&grs80, lon_deg, lat_deg, join->lon_deg, join->lat_deg);
    assert_true(join->distance_m == told_m && told_m <= rule->limit_m);
    assert_true(join->fraction >= 0 && join->fraction <= 1);
    assert_true(tie || (fabs(join->lon_deg - slow.lon_deg) < 1e-9 && fabs(join->lat_deg - slow.lat_deg) < 1e-9));
    bool in_largest = network->strong[ways->from[join->way]] == 0 && network->strong[ways->to[join->way]] == 0;
    assert_int_equal(join->in_largest, in_largest);
}

static void join_all(const tp_network *network, const tp_join_rule *rule, int64_t n, tp_join *into) {
    assert_int_equal(tp_join_places(network, &grs80, rule, place_lon, place_lat, n, into, NULL), TP_OK);
}

static void same_joins(int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(joins[i].way, again[i].way);
        assert_true(joins[i].fraction == again[i].fraction && joins[i].distance_m == again[i].distance_m);
        assert_true(joins[i].lon_deg == again[i].lon_deg && joins[i].lat_deg == again[i].lat_deg);
        assert_true(joins[i].off_road_ms == again[i].off_road_ms && joins[i].in_largest == again[i].in_largest);
    }
}

static void reverse(double *values, int64_t n) {
    for (int64_t i = 0; i < n / 2; i++) {
        double value = values[i];
        values[i] = values[n - 1 - i];
        values[n - 1 - i] = value;
    }
}

/* The same answers by one thread, by two, and in the reverse order; `checked` of them against all segments. */
static void check_places(const tp_network *network, const tp_join_rule *rule, int64_t n, int64_t checked) {
    int threads = omp_get_max_threads();
    omp_set_num_threads(2);
    join_all(network, rule, n, joins);
    omp_set_num_threads(1);
    join_all(network, rule, n, again);
    same_joins(n);
    for (int64_t i = 0; i < n; i += (n / checked) | 1) {
        if (isnan(place_lat[i])) {
            assert_int_equal(joins[i].way, -1);
            continue;
        }
        check_join(network, rule, place_lon[i], place_lat[i], &joins[i]);
    }
    reverse(place_lon, n);
    reverse(place_lat, n);
    join_all(network, rule, n, again);
    reverse(place_lon, n);
    reverse(place_lat, n);
    for (int64_t i = 0; i < n / 2; i++) {
        tp_join join = again[i];
        again[i] = again[n - 1 - i];
        again[n - 1 - i] = join;
    }
    same_joins(n);
    omp_set_num_threads(threads);
}

static void scatter(uint64_t seed, const tp_network *network, const frame *f) {
    const tp_ways *ways = &network->ways;
    double margin = (f->north - f->south) / 10;
    for (int i = 0; i < PLACES; i++) {
        bool on_vertex = i % 10 == 0;
        int64_t vertex = (int64_t)(next_random(&seed) % (uint64_t)ways->n_vertices);
        place_lon[i] = on_vertex ? ways->vertex_lon_deg[vertex] : between(&seed, f->west - margin, f->east + margin);
        place_lat[i] = on_vertex ? ways->vertex_lat_deg[vertex] : between(&seed, f->south - margin, f->north + margin);
        place_lat[i] = i % 100 == 1 ? NAN : fmin(fmax(place_lat[i], -90), 90);
    }
}

static const tp_join_component components[] = {TP_JOIN_ANY, TP_JOIN_LARGEST, TP_JOIN_LARGEST_ONLY};

static void check_frame(uint64_t seed, int n_ways, frame f, double step_deg, double limit_m, int64_t checked) {
    tp_network *network = wandering(seed, n_ways, &f, step_deg);
    scatter(seed + 1, network, &f);
    for (int k = 0; k < 3; k++) {
        tp_join_rule rule = {limit_m, 5, components[k]};
        check_places(network, &rule, PLACES, checked);
        int joined = 0;
        for (int i = 0; i < PLACES; i++) {
            joined += joins[i].way >= 0;
        }
        assert_true(joined > PLACES / 20); /* or nothing was tested */
    }
    tp_network_free(network);
}

static void test_japan(void **state) {
    (void)state;
    check_frame(1, 600, (frame){130, 32, 134, 35}, 0.03, 2000, 500);
    check_frame(2, 600, (frame){130, 32, 131, 33}, 0.01, 200, 300);
    check_frame(3, 40, (frame){130, 32, 134, 35}, 0.3, 50000, 500);
}

/* So many that places are joined along a curve. */
static void test_many_ways(void **state) {
    (void)state;
    check_frame(9, 40000, (frame){130, 32, 134, 35}, 0.005, 2000, 20);
}

static void test_few_ways(void **state) {
    (void)state;
    for (int n_ways = 1; n_ways <= 20; n_ways++) {
        frame f = {-1, -1, 1, 1};
        tp_network *network = wandering((uint64_t)n_ways + 50, n_ways, &f, 0.3);
        scatter(7, network, &f);
        tp_join_rule rule = {n_ways % 2 == 0 ? 30000 : INFINITY, 5, components[n_ways % 3]};
        check_places(network, &rule, 500, 500);
        tp_network_free(network);
    }
    tp_ways none = {0};
    tp_network *network = NULL;
    int64_t node;
    assert_int_equal(tp_ways_add_node(&none, 1, 1, &node, NULL), TP_OK);
    assert_int_equal(tp_network_new(&none, &network, NULL), TP_OK);
    tp_join_rule rule = {INFINITY, 5, TP_JOIN_LARGEST};
    join_all(network, &rule, 100, joins);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(joins[i].way, -1);
    }
    tp_network_free(network);
}

/* Ways on either side of 180 degrees, and beyond it, as their vertices are written; and near the poles. */
static void test_edges_of_the_world(void **state) {
    (void)state;
    check_frame(4, 300, (frame){178, -18, 182, -15}, 0.05, 3000, 300);
    check_frame(5, 300, (frame){-180, 50, -176, 53}, 0.05, 3000, 300);
    check_frame(6, 300, (frame){10, 86, 30, 89.9}, 0.2, 5000, 300);
    check_frame(8, 300, (frame){-40, -90, 40, -88}, 0.5, 5000, 300);
}

/* Ways of the same shape, and places in the middle between parallel ways: the smaller number wins. */
static void test_ties(void **state) {
    (void)state;
    enum { SIDE = 40 };
    for (int turn = 0; turn < 2; turn++) {
        tp_ways ways = {0};
        tp_network *network = NULL;
        int64_t node;
        for (int i = 0; i < SIDE * SIDE; i++) { /* stretches on a grid of binary fractions: exact differences */
            int k = turn == 0 ? i : SIDE * SIDE - 1 - i;
            double lat = 32 + (k / SIDE) / 64.0, lon = 128 + (k % SIDE) / 64.0;
            assert_int_equal(tp_ways_add_node(&ways, lon, lat, &node, NULL), TP_OK);
            assert_int_equal(tp_ways_add_node(&ways, lon + 1 / 64.0, lat, &node, NULL), TP_OK);
            tp_way way = {.from = 2 * i, .to = 2 * i + 1, .forward_ms = 10, .backward_ms = 10, .length_m = 1500};
            assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
        }
        assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
        tp_join_rule rule = {5000, 5, TP_JOIN_ANY};
        int n = 0;
        for (int row = 0; row + 1 < SIDE; row++) {
            for (int column = 0; column < SIDE; column++, n++) {
                place_lat[n] = 32 + (row + 0.5) / 64.0;
                place_lon[n] = 128 + (column + 0.5) / 64.0;
            }
        }
        check_places(network, &rule, n, 200);
        for (int i = 0; i < n; i++) { /* way i lies below place i, way i + SIDE above it */
            assert_int_equal(joins[i].way, turn == 0 ? i : SIDE * SIDE - 1 - (i + SIDE));
            assert_true(joins[i].fraction == 0.5);
        }
        tp_network_free(network);
    }
}

/* The geodesic decides at the limit, whatever the order of places. */
static void test_at_the_limit(void **state) {
    (void)state;
    frame f = {130, 32, 131, 33};
    tp_network *network = wandering(11, 200, &f, 0.02);
    scatter(12, network, &f);
    tp_join_rule rule = {20000, 5, TP_JOIN_ANY};
    join_all(network, &rule, 300, again);
    for (int i = 0; i < 300; i++) {
        if (again[i].way < 0 || again[i].distance_m == 0) {
            continue;
        }
        rule.limit_m = again[i].distance_m;
        join_all(network, &rule, i + 1, joins);
        assert_int_equal(joins[i].way, again[i].way);
        assert_true(joins[i].distance_m == again[i].distance_m);
        rule.limit_m = nextafter(again[i].distance_m, 0);
        join_all(network, &rule, i + 1, joins);
        assert_int_equal(joins[i].way, -1);
    }
    tp_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_japan),    cmocka_unit_test(test_many_ways),
        cmocka_unit_test(test_few_ways), cmocka_unit_test(test_edges_of_the_world),
        cmocka_unit_test(test_ties),     cmocka_unit_test(test_at_the_limit),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
