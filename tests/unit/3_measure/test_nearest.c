/* nearest: the true geodesic nearest against all pairs, the limit, ties, and what is not known. */
#include "measure_fixture.h"

#include "3_measure/reach.h"
#include "road_fixture.h"

#include <omp.h>

extern const tp_stage tp_stage_nearest;

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *airports;
} state;

static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->airports = new_layer(s->dataset, "airports", TP_GEOMETRY_POINT);
    add_column(s->airports, "scheduled", TP_TYPE_DOUBLE, "");
    *out = s;
    return 0;
}

static int tear_down(void **out) {
    state *s = *out;
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

static double distance_between(const state *s, int64_t site, const tp_layer *to, int64_t row) {
    const tp_ellipsoid *grs80 = &s->dataset->ellipsoid;
    const double *lon = s->sites->lon_deg + site, *lat = s->sites->lat_deg + site;
    double proj_m, distance_m = tp_geodesic_distance_m(grs80, *lon, *lat, to->lon_deg[row], to->lat_deg[row]);
    geod_inverse(&grs80->g, *lat, *lon, to->lat_deg[row], to->lon_deg[row], &proj_m, NULL, NULL);
    assert_true(fabs(distance_m - proj_m) <= 5e-8); /* limits are compared to the last bit */
    return distance_m;
}

static double uniform(double low, double high) {
    return low + (high - low) * rand() / RAND_MAX;
}

/* A thousand sites: half in Japan, half anywhere; every pair is the oracle. */
static void test_brute_force(void **out) {
    state *s = *out;
    enum { SITES = 1000, AIRPORTS = 300 };
    static const int threads[] = {1, 2, 5};
    srand(42);
    for (int i = 0; i < SITES + AIRPORTS; i++) {
        bool japan = i % 2 == 0;
        double lon_deg = japan ? uniform(129, 146) : uniform(-180, 180);
        double lat_deg = japan ? uniform(30, 46) : asin(uniform(-1, 1)) * 180 / M_PI;
        char id[16];
        snprintf(id, sizeof id, "x%04d", i);
        add_point(i < SITES ? s->sites : s->airports, id, id, lon_deg, lat_deg);
    }
    for (size_t t = 0; t < 3; t++) {
        char name[16];
        snprintf(name, sizeof name, "m%zu", t);
        omp_set_num_threads(threads[t]);
        char settings[64]; /* other limits, or what was measured first would be taken over */
        snprintf(settings, sizeof settings, "{ to: airports, within: %zu min }", 100000 - t);
        const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, name, settings);
        for (int64_t site = 0; site < SITES; site++) {
            int64_t best = 0;
            for (int64_t row = 1; row < AIRPORTS; row++) {
                if (distance_between(s, site, s->airports, row) < distance_between(s, site, s->airports, best)) {
                    best = row;
                }
            }
            const tp_link *link = only_link(measure, site);
            double distance_m = distance_between(s, site, s->airports, best);
            assert_int_equal(link->row, best);
            assert_close(link->distance_m, distance_m, 0.001);
            assert_close(link->minutes, distance_m / 1000 * 1.3 / 40 * 60, 1e-6);
            assert_exact(measure, site, link->minutes);
            assert_int_equal(measure->method[site], TP_METHOD_STRAIGHT_LINE);
        }
    }
}

static void test_threshold_is_inclusive(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "KMJ", "Kumamoto", 130.1, 32.1);
    tp_reach reach = {40, 1.3};
    double minutes = tp_reach_minutes(&reach, distance_between(s, 0, s->airports, 0));
    for (int i = 0; i < 3; i++) {
        char settings[96], name[16];
        double within = i == 0 ? nextafter(minutes, 0) : i == 1 ? minutes : nextafter(minutes, 1000);
        snprintf(settings, sizeof settings, "{ to: airports, within: %.17g min }", within);
        snprintf(name, sizeof name, "m%d", i);
        const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, name, settings);
        assert_int_equal(measure->known[0], i > 0);
        if (i == 0) {
            assert_beyond(measure, 0, within);
            assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_MOST, within), TP_NOT_MET);
            assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_MOST, minutes), TP_UNKNOWN);
            assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_LEAST, 400), TP_UNKNOWN);
            assert_evidence(measure, 0, "airports", false);
            assert_int_equal(measure->link_first[1], 0);
        } else {
            assert_exact(measure, 0, minutes);
        }
    }
    const tp_measure *free_of_limit = measured(s->dataset, &tp_stage_nearest, "free", "{ to: airports }");
    assert_int_equal(tp_verdict_compare(minutes, minutes, TP_AT_MOST, minutes), TP_MET);
    assert_true(isinf(free_of_limit->within_min));
    assert_exact(measured(s->dataset, &tp_stage_nearest, "far", "{ to: airports, within: 100000 min }"), 0, minutes);
}

static void test_speed_and_detour(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "KMJ", "Kumamoto", 130.1, 32.1);
    const tp_measure *measure =
        measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports, speed: 80 km/h, detour: 1 }");
    assert_close(measure->value[0], distance_between(s, 0, s->airports, 0) / 1000 / 80 * 60, 1e-9);
    assert_evidence(measure, 0, "x 1 at 80 km/h", false);
    assert_evidence(measure, 0, "Kumamoto", false);
}

/* What was measured before is taken over only where all that matters is the same. */
static void test_asked_again(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "KMJ", "Kumamoto", 130.1, 32.1);
    add_point(s->airports, "OIT", "Oita", 130.2, 32.2);
    tp_layer *ports = new_layer(s->dataset, "ports", TP_GEOMETRY_POINT);
    add_column(ports, "scheduled", TP_TYPE_DOUBLE, "");
    add_point(ports, "P", "Port", 130.3, 32.3);
    tp_column *scheduled = tp_layer_column(s->airports, "scheduled");
    tp_column_set_double(scheduled, 0, 0);
    tp_column_set_double(scheduled, 1, 1);
    const double minutes = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports }")->value[0];
    const double oita_m = distance_between(s, 0, s->airports, 1), port_m = distance_between(s, 0, ports, 0);
    const double min_a_m = 1.3 / (40 * 1000 / 60.0);
    const struct {
        const char *settings;
        double minutes;
    } cases[] = {{"{ to: airports }", minutes},
                 {"{ to: airports, speed: 80 km/h }", minutes / 2},
                 {"{ to: airports, detour: 2.6 }", minutes * 2},
                 {"{ to: airports, where: scheduled = 1 }", oita_m * min_a_m},
                 {"{ to: ports }", port_m * min_a_m},
                 {"{ to: [ports, airports], where: scheduled = 1 }", oita_m * min_a_m},
                 {"{ to: airports }", minutes}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "again%zu", i);
        const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, name, cases[i].settings);
        assert_close(measure->value[0], cases[i].minutes, 1e-9);
        assert_close(only_link(measure, 0)->minutes, cases[i].minutes, 1e-9);
    }
}

/* Equal places: the bytewise smallest id, whatever the order of rows, over two layers. */
static void test_ties(void **out) {
    state *s = *out;
    tp_layer *ports = new_layer(s->dataset, "ports", TP_GEOMETRY_POINT);
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "b", "b", 130.1, 32);
    add_point(s->airports, "a", "a", 130.1, 32);
    add_point(ports, "B", "B", 130.1, 32);
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "one", "{ to: airports }");
    assert_string_equal(linked_id(measure, 0), "a");
    measure = measured(s->dataset, &tp_stage_nearest, "two", "{ to: [airports, ports] }");
    assert_string_equal(linked_id(measure, 0), "B");
    assert_int_equal(only_link(measure, 0)->layer, 1);
}

static void test_filter_with_missing_cells(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_city(s->airports, "near", "Near", 130.01, 32, "scheduled", NAN);
    add_city(s->airports, "none", "None", 130.02, 32, "scheduled", 0);
    add_city(s->airports, "far", "Far", 130.1, 32, "scheduled", 1);
    tp_reach reach = {40, 1.3};
    double near = tp_reach_minutes(&reach, distance_between(s, 0, s->airports, 0));
    double far = tp_reach_minutes(&reach, distance_between(s, 0, s->airports, 2));
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports, where: scheduled = 1 }");
    assert_true(measure->value[0] == far && measure->known[0]);
    assert_interval(measure, 0, near, far);
    assert_evidence(measure, 0, "may count", false);
    assert_int_equal(tp_verdict_compare(near, far, TP_AT_MOST, (near + far) / 2), TP_UNKNOWN);
    measure = measured(s->dataset, &tp_stage_nearest, "n", "{ to: airports, where: scheduled = 2 }");
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, near, INFINITY);
    measure = measured(s->dataset, &tp_stage_nearest, "o", "{ to: airports, where: scheduled = 2, within: 1 min }");
    assert_beyond(measure, 0, 1);
}

static void test_samples(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_city(s->airports, "far", "Far", 130.1, 32, "scheduled", 1);
    set_coverage(s->airports, "scheduled = 1");
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports }");
    assert_int_equal(measure->known[0], 1);
    assert_interval(measure, 0, 0, measure->value[0]);
    assert_evidence(measure, 0, "sample", false);
    measure = measured(s->dataset, &tp_stage_nearest, "n", "{ to: airports, where: scheduled = 1 }");
    assert_exact(measure, 0, measure->value[0]);
    measure = measured(s->dataset, &tp_stage_nearest, "o", "{ to: airports, within: 1 min }");
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, 0, INFINITY);
}

static void test_nothing_to_find(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports }");
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, INFINITY, INFINITY);
    measure = measured(s->dataset, &tp_stage_nearest, "n", "{ to: [airports, ports] }");
    assert_string_equal(measure->missing_layer, "ports");
    assert_interval(measure, 0, -INFINITY, INFINITY);
    assert_int_equal(measure->method[0], TP_METHOD_NONE);
}

static void test_columns_of_a_users_own_measure(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->sites, "b", "B", 140, 32);
    add_point(s->airports, "KMJ", "Kumamoto", 130.1, 32.1);
    assert_ok(run_stage(s->dataset, &tp_stage_nearest, "airport", "{ to: airports, within: 60 min }", false, error));
    const tp_measure *measure = tp_dataset_measure(s->dataset, "airport");
    assert_string_equal(tp_column_text(tp_layer_column(s->sites, "airport_id"), 0), "KMJ");
    assert_string_equal(tp_column_text(tp_layer_column(s->sites, "airport_name"), 0), "Kumamoto");
    assert_string_equal(tp_column_text(tp_layer_column(s->sites, "airport_method"), 0), "straight_line");
    assert_true(tp_layer_column(s->sites, "airport_minutes")->f64[0] == measure->value[0]);
    assert_close(tp_layer_column(s->sites, "airport_km")->f64[0], distance_between(s, 0, s->airports, 0) / 1000, 1e-9);
    static const char *const columns[] = {"airport_id", "airport_name", "airport_minutes", "airport_km",
                                          "airport_method"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(tp_layer_column(s->sites, columns[i])->valid[1], 0);
    }
}

/* ---- by road ---- */

/*
 *     west --10 min, 9 km--> middle --20 min, 18 km--> east       back: 12 min and 24 min
 *     island --5 min-- cape, by itself, 50 km to the north
 */
static void make_roads(state *s, tp_method method) {
    tp_ways ways = {0};
    int64_t west = road_node(&ways, 130, 32), middle = road_node(&ways, 130.1, 32), east = road_node(&ways, 130.3, 32);
    int64_t island = road_node(&ways, 130, 32.5), cape = road_node(&ways, 130.05, 32.5);
    road_way(&ways, west, middle, 600000, 720000, 9000, TP_MODE_ROAD);
    road_way(&ways, middle, east, 1200000, 1440000, 18000, TP_MODE_ROAD);
    road_way(&ways, island, cape, 300000, 300000, 5000, TP_MODE_ROAD);
    set_roads(s->dataset, &ways, method);
}

static void test_by_road(void **out) {
    state *s = *out;
    make_roads(s, TP_METHOD_ROAD);
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "KMJ", "Kumamoto Airport", 130.3, 32);
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports, within: 30 min }");
    assert_exact(measure, 0, 30);
    assert_int_equal(measure->method[0], TP_METHOD_ROAD);
    assert_close(only_link(measure, 0)->distance_m, 27000, 1e-6);
    assert_evidence(measure, 0, "airports: nearest Kumamoto Airport, 30 min by road (27 km)", true);
    measure = measured(s->dataset, &tp_stage_nearest, "less", "{ to: airports, within: 1799999 ms }");
    assert_beyond(measure, 0, measure->within_min);
    assert_evidence(measure, 0, "airports: none found within 30 min by road", true);
    measure = measured(s->dataset, &tp_stage_nearest, "from", "{ to: airports, direction: from }");
    assert_exact(measure, 0, 36);
    assert_evidence(measure, 0, "36 min by road from there (27 km)", false);
    make_roads(s, TP_METHOD_ROAD_MODEL);
    measure = measured(s->dataset, &tp_stage_nearest, "model", "{ to: airports }");
    assert_int_equal(measure->method[0], TP_METHOD_ROAD_MODEL);
    assert_evidence(measure, 0, "airports: nearest Kumamoto Airport, 30 min by the road model (27 km)", true);
    measure = measured(s->dataset, &tp_stage_nearest, "line", "{ to: airports, by: straight_line }");
    assert_int_equal(measure->method[0], TP_METHOD_STRAIGHT_LINE);
    assert_evidence(measure, 0, "km straight line x 1.3 at 40 km/h)", false);
    assert_ok(run_stage(s->dataset, &tp_stage_nearest, "own", "{ to: airports }", false, error));
    assert_string_equal(tp_column_text(tp_layer_column(s->sites, "own_method"), 0), "road_model");
    assert_close(tp_layer_column(s->sites, "own_km")->f64[0], 27, 1e-9);
}

/* The nearest by the straight line is not the nearest by road. */
static void test_off_the_road(void **out) {
    state *s = *out;
    make_roads(s, TP_METHOD_ROAD);
    add_point(s->sites, "far", "Far", 130.2, 32.2);
    add_point(s->sites, "near", "Near", 130, 32.01);
    add_point(s->airports, "off", "Off", 130, 32.06);
    add_point(s->airports, "on", "On", 130.1, 31.99);
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "best", "{ to: airports }");
    assert_int_equal(measure->method[0], TP_METHOD_STRAIGHT_LINE);
    assert_evidence(measure, 0, "; by the straight line, since the place does not join the network (no road of the",
                    false);
    assert_evidence(measure, 0, "network within 2 km)", false);
    assert_int_equal(measure->method[1], TP_METHOD_ROAD);
    assert_string_equal(tp_layer_id(s->airports, measure->links[1].row), "on");
    assert_true(distance_between(s, 1, s->airports, 0) < distance_between(s, 1, s->airports, 1));
    assert_close(measure->links[1].distance_m, 9000 + 2 * 1109, 5);
    assert_evidence(measure, 1,
                    "nearest On, 18.9 min by road (11.2 km); the place is 1.1 km off the road; On is 1.1 km off",
                    false);
    measure = measured(s->dataset, &tp_stage_nearest, "road", "{ to: airports, by: road }");
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, INFINITY, INFINITY);
    assert_evidence(
        measure, 0,
        "airports: not reached, since the place does not join the network (no road of the network within 2 km)", true);
    measure = measured(s->dataset, &tp_stage_nearest, "none", "{ to: airports, within: 5 min }");
    assert_evidence(
        measure, 1,
        "airports: none found within 5 min by road; the place is 1.1 km off the road; 1 of the features does "
        "not join the network and is left out (no road of the network within 2 km)",
        true);
    set_coverage(s->airports, NULL);
    measure = measured(s->dataset, &tp_stage_nearest, "sample", "{ to: airports, by: road }");
    assert_interval(measure, 0, INFINITY, INFINITY);
    assert_interval(measure, 1, 0, measure->value[1]);
    assert_evidence(measure, 1, "; a sample, so there may be a nearer one", false);
}

static void test_another_part_of_the_network(void **out) {
    state *s = *out;
    make_roads(s, TP_METHOD_ROAD);
    add_point(s->sites, "i", "I", 130.01, 32.5);
    add_point(s->airports, "KMJ", "Kumamoto Airport", 130.3, 32);
    add_point(s->airports, "tie", "Tie", 130.05, 32.5);
    const tp_measure *measure = measured(s->dataset, &tp_stage_nearest, "m", "{ to: airports }");
    assert_close(measure->value[0], 4, 0.001);
    assert_evidence(
        measure, 0,
        "; the place joins a road outside the largest connected part of the network; Tie joins a road outside", false);
    add_point(s->airports, "b", "b", 130.3, 32);
    add_column(s->airports, "kind", TP_TYPE_INT64, "");
    tp_column_set_int64(tp_layer_column(s->airports, "kind"), 0, 1);
    make_roads(s, TP_METHOD_ROAD);
    measure = measured(s->dataset, &tp_stage_nearest, "n", "{ to: airports, where: kind = 1 }");
    assert_int_equal(measure->known[0], 0);
    assert_close(measure->low[0], 4, 0.001);
    assert_evidence(measure, 0, "none found by road; the place joins a road outside", false);
    assert_evidence(measure, 0, "; one at 4 min may count too", false);
}

static void test_ties_by_road(void **out) {
    state *s = *out;
    tp_layer *ports = new_layer(s->dataset, "ports", TP_GEOMETRY_POINT);
    make_roads(s, TP_METHOD_ROAD);
    add_point(s->sites, "a", "A", 130, 32);
    add_point(s->airports, "c", "c", 130.3, 32);
    add_point(s->airports, "b", "b", 130.3, 32);
    add_point(ports, "B", "B", 130.3, 32);
    assert_string_equal(linked_id(measured(s->dataset, &tp_stage_nearest, "one", "{ to: airports }"), 0), "b");
    assert_string_equal(linked_id(measured(s->dataset, &tp_stage_nearest, "two", "{ to: [airports, ports] }"), 0), "B");
}

static void test_check_by_road(void **out) {
    state *s = *out;
    static const tp_stage network = {.name = "network", .phase = TP_PREPARE};
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_nearest, "m", "{ to: airports, by: road }");
    assert_fault(&fixture, "test.yaml:1:21: by: road needs a network");
    assert_int_equal(fixture.faults.n, 1);
    assert_int_equal(tp_faults_code(&fixture.faults), TP_E_CONFIG);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    tp_step step = {.stage = &network};
    tp_step *steps[] = {&step};
    open_step(&fixture, &tp_stage_nearest, "m", "{ to: airports, by: road }");
    plan = (tp_plan){.steps = steps, .n_steps = 1};
    tp_stage_nearest.check(&fixture.step, &plan, &fixture.faults);
    assert_int_equal(fixture.faults.n, 0);
    close_step(&fixture);
}

static void test_check(void **out) {
    state *s = *out;
    fixture_step fixture;
    tp_plan plan;
    new_layer(s->dataset, "rail", TP_GEOMETRY_LINE);
    check_stage(&fixture, &plan, s->dataset, &tp_stage_nearest, "m", "{ to: rail, where: speed > 3 }");
    assert_fault(&fixture, "'nearest' needs a layer of points, but rail is a line layer");
    assert_fault(&fixture, "layer rail has no column 'speed'");
    assert_int_equal(fixture.faults.n, 2);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_brute_force),
        TEST(test_threshold_is_inclusive),
        TEST(test_speed_and_detour),
        TEST(test_asked_again),
        TEST(test_ties),
        TEST(test_filter_with_missing_cells),
        TEST(test_samples),
        TEST(test_nothing_to_find),
        TEST(test_columns_of_a_users_own_measure),
        TEST(test_by_road),
        TEST(test_off_the_road),
        TEST(test_another_part_of_the_network),
        TEST(test_ties_by_road),
        TEST(test_check_by_road),
        TEST(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
