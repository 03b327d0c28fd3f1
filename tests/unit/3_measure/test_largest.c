/* largest: the largest number in reach, by distance or by a touching municipality, and what is not known of it. */
#include "measure_fixture.h"

#include "3_measure/reach.h"
#include "road_fixture.h"

#include <omp.h>

extern const tp_stage tp_stage_largest;

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *cities, *polygons;
} state;

static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->cities = new_layer(s->dataset, "cities", TP_GEOMETRY_POINT);
    add_column(s->cities, "population", TP_TYPE_DOUBLE, "");
    add_column(s->cities, "pop_year", TP_TYPE_INT64, "");
    add_point(s->sites, "a", "A", 130, 32);
    *out = s;
    return 0;
}

static int tear_down(void **out) {
    state *s = *out;
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

#define WITHIN_30 "{ to: cities, column: population, year: pop_year, within: 30 min }"

/* North of the site at 32 N; 0.1 degrees are 11.1 km or 21.6 minutes. */
static int64_t add_north(state *s, const char *id, double degrees, double population) {
    int64_t row = add_city(s->cities, id, id, 130, 32 + degrees, "population", population);
    tp_column_set_int64(tp_layer_column(s->cities, "pop_year"), row, 2020);
    return row;
}

static void test_largest_in_reach(void **out) {
    state *s = *out;
    add_north(s, "small", 0.01, 60000);
    add_north(s, "large", 0.1, 738744);
    add_north(s, "far", 0.2, 3000000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "m", WITHIN_30);
    assert_exact(measure, 0, 738744);
    assert_string_equal(linked_id(measure, 0), "large");
    assert_int_equal(measure->method[0], TP_METHOD_STRAIGHT_LINE);
    assert_string_equal(measure->unit, "population");
    const tp_link *link = only_link(measure, 0);
    double distance_m = tp_geodesic_distance_m(&s->dataset->ellipsoid, 130, 32, 130, 32.1);
    assert_close(link->distance_m, distance_m, 1e-6);
    assert_close(link->minutes, distance_m * 1.3 / 40000 * 60, 1e-9);
    assert_evidence(measure, 0, "largest population of the cities", false);
    assert_evidence(measure, 0, "in reach: large 738,744 (2020), 21.6 min (straight line)", false);
}

static void test_limit_is_inclusive(void **out) {
    state *s = *out;
    add_north(s, "x", 0.1, 5);
    double distance_m = tp_geodesic_distance_m(&s->dataset->ellipsoid, 130, 32, 130, 32.1);
    tp_reach reach = {40, 1.3};
    double minutes = tp_reach_minutes(&reach, distance_m);
    for (int i = -1; i <= 1; i++) {
        char settings[128], name[16];
        snprintf(settings, sizeof settings, "{ to: cities, column: population, within: %.17g min }",
                 i == 0  ? minutes
                 : i < 0 ? nextafter(minutes, 0)
                         : nextafter(minutes, 100));
        snprintf(name, sizeof name, "m%d", i);
        const tp_measure *measure = measured(s->dataset, &tp_stage_largest, name, settings);
        assert_int_equal(measure->known[0], i >= 0);
    }
}

static void test_none(void **out) {
    state *s = *out;
    add_north(s, "far", 0.2, 3000000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "m", WITHIN_30);
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, -INFINITY, -INFINITY);
    assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_LEAST, 200000), TP_NOT_MET);
    assert_evidence(measure, 0, "no population: none of the cities", false);
    assert_evidence(measure, 0, "within 30 min", false);
    set_coverage(s->cities, NULL);
    measure = measured(s->dataset, &tp_stage_largest, "n", WITHIN_30);
    assert_interval(measure, 0, -INFINITY, INFINITY);
    assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_LEAST, 200000), TP_UNKNOWN);
    assert_evidence(measure, 0, "; a sample, so there may be a larger one", false);
}

static void test_equal_numbers_go_to_the_smaller_id(void **out) {
    state *s = *out;
    add_north(s, "b", 0.01, 5);
    add_north(s, "a", 0.05, 5);
    add_north(s, "c", 0.02, 5);
    assert_string_equal(linked_id(measured(s->dataset, &tp_stage_largest, "m", WITHIN_30), 0), "a");
}

static void test_negative_numbers_and_zero(void **out) {
    state *s = *out;
    add_north(s, "a", 0.01, -7);
    add_north(s, "b", 0.01, -3);
    assert_exact(measured(s->dataset, &tp_stage_largest, "m", WITHIN_30), 0, -3);
    add_north(s, "c", 0.01, 0);
    assert_exact(measured(s->dataset, &tp_stage_largest, "n", WITHIN_30), 0, 0);
}

/* A missing number may be any; a missing cell of the filter bounds the truth by the number that is there. */
static void test_missing_cells(void **out) {
    state *s = *out;
    add_column(s->cities, "kind", TP_TYPE_TEXT, "");
    int64_t sure = add_north(s, "sure", 0.01, 100), maybe = add_north(s, "maybe", 0.02, 300);
    set_text(s->cities, "kind", sure, "city");
    const char *settings = "{ to: cities, column: population, where: kind = city, within: 30 min }";
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "a", settings);
    assert_int_equal(measure->known[0], 1);
    assert_true(measure->value[0] == 100);
    assert_interval(measure, 0, 100, 300);
    assert_evidence(measure, 0, "; up to 300, since what decides is missing for some", false);
    tp_column_set_double(tp_layer_column(s->cities, "population"), maybe, 90);
    assert_exact(measured(s->dataset, &tp_stage_largest, "b", settings), 0, 100);
    tp_column_set_missing(tp_layer_column(s->cities, "population"), maybe);
    measure = measured(s->dataset, &tp_stage_largest, "c", settings);
    assert_interval(measure, 0, 100, INFINITY);
    assert_evidence(measure, 0, "; at least, since a value is missing", false);
    tp_column_set_missing(tp_layer_column(s->cities, "population"), sure);
    measure = measured(s->dataset, &tp_stage_largest, "d", settings);
    assert_int_equal(measure->known[0], 0);
    assert_interval(measure, 0, -INFINITY, INFINITY);
    assert_evidence(measure, 0, "no population is known of the cities", false);
}

static void test_sample_is_at_least(void **out) {
    state *s = *out;
    add_north(s, "a", 0.01, 100);
    set_coverage(s->cities, NULL);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "a", WITHIN_30);
    assert_true(measure->value[0] == 100);
    assert_interval(measure, 0, 100, INFINITY);
    assert_evidence(measure, 0, "; a sample, so there may be a larger one", false);
}

/* The layer holds all from 50 on: what is missing is smaller than that, whatever was found. */
static void test_coverage_of_large_numbers(void **out) {
    state *s = *out;
    int64_t city = add_north(s, "a", 0.01, 100);
    set_coverage(s->cities, "population >= 50");
    assert_exact(measured(s->dataset, &tp_stage_largest, "large", WITHIN_30), 0, 100);
    tp_column_set_double(tp_layer_column(s->cities, "population"), city, 50);
    assert_exact(measured(s->dataset, &tp_stage_largest, "at", WITHIN_30), 0, 50);
    tp_column_set_double(tp_layer_column(s->cities, "population"), city, 20);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "small", WITHIN_30);
    assert_true(measure->value[0] == 20);
    assert_interval(measure, 0, 20, nextafter(50, 0));
    assert_evidence(measure, 0, "; smaller ones than 50 may be missing from the layer", false);
    assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_LEAST, 50), TP_NOT_MET);
    assert_int_equal(tp_verdict_compare(measure->low[0], measure->high[0], TP_AT_LEAST, 49), TP_UNKNOWN);
    s->cities->lat_deg[city] = 40; /* nothing in reach */
    measure = measured(s->dataset, &tp_stage_largest, "none", WITHIN_30);
    assert_interval(measure, 0, -INFINITY, nextafter(50, 0));
    measure = measured(s->dataset, &tp_stage_largest, "filtered",
                       "{ to: cities, column: population, where: population >= 60, within: 30 min }");
    assert_interval(measure, 0, -INFINITY, -INFINITY);
}

/* A bound that is not a whole number, and a coverage that says nothing of the number. */
static void test_other_coverages(void **out) {
    state *s = *out;
    add_north(s, "a", 0.01, 0.3);
    set_coverage(s->cities, "population > 0.25 and pop_year = 2020");
    assert_interval(measured(s->dataset, &tp_stage_largest, "m", WITHIN_30), 0, 0.3, INFINITY);
    assert_exact(measured(s->dataset, &tp_stage_largest, "n",
                          "{ to: cities, column: population, where: pop_year = 2020, within: 30 min }"),
                 0, 0.3);
    tp_column_set_double(tp_layer_column(s->cities, "population"), 0, 0.1);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "o",
                                         "{ to: cities, column: population, where: pop_year = 2020, within: 30 min }");
    assert_close(measure->high[0], 0.25, 1e-5);
    assert_true(measure->high[0] >= 0.25);
}

/* Far's hall is out of reach, but its municipality touches the own one. */
static void test_touching_municipalities(void **out) {
    state *s = *out;
    const char *settings =
        "{ to: cities, column: population, year: pop_year, within: 30 min, touching: municipalities }";
    add_north(s, "near", 0.05, 1000);
    add_north(s, "far", 0.5, 5000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "unread", settings);
    assert_exact(measure, 0, 1000);
    assert_null(measure->missing_layer);
    s->polygons = new_layer(s->dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_box(s->polygons, "own", "Own", 129.9, 31.9, 130.1, 32.04);
    add_box(s->polygons, "near", "near", 129.9, 32.04, 130, 32.06);
    add_box(s->polygons, "far", "Far", 130.1, 31.9, 130.2, 32.6);
    add_point(s->sites, "sea", "Sea", 130, 31.88);
    measure = measured(s->dataset, &tp_stage_largest, "m", settings);
    assert_exact(measure, 0, 5000);
    assert_string_equal(linked_id(measure, 0), "far");
    assert_int_equal(measure->method[0], TP_METHOD_POLYGON);
    const tp_link *link = only_link(measure, 0);
    assert_true(link->minutes == 0);
    assert_close(link->distance_m, tp_geodesic_distance_m(&s->dataset->ellipsoid, 130, 32, 130, 32.5), 1e-6);
    assert_evidence(measure, 0, "far 5000 (2020), by its municipality Far, that is far, which touches Own", false);
    assert_true(measure->value[1] == 0 && measure->known[1] == 0); /* 33 minutes to `near`, and off the coast */
    assert_interval(measure, 1, -INFINITY, INFINITY);
    assert_evidence(measure, 1, "or by the own municipality and those that touch it", false);
    assert_evidence(measure, 1, "; at least, since the point lies in none of the polygons of municipalities", false);
    /* A city in reach both ways is told by its minutes. */
    measure = measured(s->dataset, &tp_stage_largest, "n",
                       "{ to: cities, column: population, within: 120 min, touching: municipalities }");
    assert_int_equal(measure->method[0], TP_METHOD_STRAIGHT_LINE);
    assert_int_equal(only_link(measure, 0)->note, -1);
    /* A municipality that is missing might be a larger city's. */
    set_coverage(s->polygons, NULL);
    measure = measured(s->dataset, &tp_stage_largest, "o", settings);
    assert_interval(measure, 0, 5000, INFINITY);
    assert_evidence(measure, 0, "; at least, since municipalities is a sample", false);
}

static void test_own_municipality(void **out) {
    state *s = *out;
    s->polygons = new_layer(s->dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_box(s->polygons, "43101", "Chuo", 129, 31, 131, 33);
    add_city(s->cities, "43100", "Kumamoto", 130, 32.9, "population", 738744);
    const tp_measure *measure =
        measured(s->dataset, &tp_stage_largest, "m",
                 "{ to: cities, column: population, within: 30 min, touching: municipalities }");
    assert_exact(measure, 0, 738744);
    assert_evidence(measure, 0, "Kumamoto 738,744, by its municipality Chuo of Kumamoto, the own one", false);
}

static void test_layer_that_is_not_read(void **out) {
    state *s = *out;
    const tp_measure *measure =
        measured(s->dataset, &tp_stage_largest, "m", "{ to: towns, column: population, within: 30 min }");
    assert_string_equal(measure->missing_layer, "towns");
    assert_interval(measure, 0, -INFINITY, INFINITY);
    assert_evidence(measure, 0, "", true);
}

static void test_columns_of_a_users_own_measure(void **out) {
    state *s = *out;
    add_north(s, "large", 0.1, 738744);
    add_point(s->sites, "b", "B", 135, 32);
    assert_ok(run_stage(s->dataset, &tp_stage_largest, "city", WITHIN_30, false, error));
    const tp_column *value = tp_layer_column(s->sites, "city"), *name = tp_layer_column(s->sites, "city_name");
    assert_non_null(value);
    assert_non_null(name);
    assert_true(value->valid[0] && value->f64[0] == 738744);
    assert_string_equal(value->unit, "population");
    assert_string_equal(tp_column_text(name, 0), "large");
    assert_false(value->valid[1]);
    assert_null(tp_column_text(name, 1));
}

static void test_check(void **out) {
    state *s = *out;
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_largest, "m",
                "{ to: cities, column: population, within: 30 min, touching: cities, where: people = 3 }");
    assert_fault(&fixture, "'largest' needs a layer of polygons, but cities is a point layer");
    assert_fault(&fixture, "layer cities has no column 'people'");
    assert_int_equal(fixture.faults.n, 2);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

/* Random points on the whole Earth against every pair, with any number of threads. */
static void test_brute_force(void **out) {
    state *s = *out;
    enum { CITIES = 300, POINTS = 400 };
    static const int threads[] = {1, 2, 5};
    srand(11);
    for (int i = 0; i < CITIES; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%03d", i);
        add_city(s->cities, id, id, rand() % 360 - 180, rand() % 181 - 90, "population", rand() % 40);
    }
    for (int i = 1; i < POINTS; i++) {
        add_point(s->sites, "p", "p", rand() % 360 - 180, rand() % 181 - 90);
    }
    tp_reach reach = {40, 1.3};
    for (size_t t = 0; t < 3; t++) {
        char name[8];
        snprintf(name, sizeof name, "m%zu", t);
        omp_set_num_threads(threads[t]);
        const tp_measure *measure =
            measured(s->dataset, &tp_stage_largest, name, "{ to: cities, column: population, within: 2000 min }");
        for (int64_t row = 0; row < POINTS; row++) {
            double best = -1;
            int64_t expected = -1;
            for (int64_t i = 0; i < CITIES; i++) {
                double distance_m =
                    tp_geodesic_distance_m(&s->dataset->ellipsoid, s->sites->lon_deg[row], s->sites->lat_deg[row],
                                           s->cities->lon_deg[i], s->cities->lat_deg[i]);
                double number = tp_layer_column(s->cities, "population")->f64[i];
                if (tp_reach_minutes(&reach, distance_m) <= 2000 && number > best) {
                    best = number;
                    expected = i;
                }
            }
            if (expected < 0) {
                assert_interval(measure, row, -INFINITY, -INFINITY);
            } else {
                assert_exact(measure, row, best);
                assert_int_equal(only_link(measure, row)->row, expected);
            }
        }
    }
}

/* A road north from the site: 30 minutes to 0.1 degrees, 40 to 0.2. */
static void make_road(state *s) {
    tp_ways ways = {0};
    int64_t site = road_node(&ways, 130, 32), near = road_node(&ways, 130, 32.1), far = road_node(&ways, 130, 32.2);
    road_way(&ways, site, near, 1800000, 1, 11500, TP_MODE_ROAD);
    road_way(&ways, near, far, 600000, 1, 11500, TP_MODE_ROAD);
    set_roads(s->dataset, &ways, TP_METHOD_ROAD);
}

static void test_by_road(void **out) {
    state *s = *out;
    make_road(s);
    add_north(s, "small", 0.1, 60000);
    add_north(s, "large", 0.2, 738744);
    add_point(s->sites, "off", "Off", 130.05, 32.1);
    const tp_measure *measure = measured(s->dataset, &tp_stage_largest, "m", WITHIN_30);
    assert_exact(measure, 0, 60000);
    assert_int_equal(measure->method[0], TP_METHOD_ROAD);
    assert_close(measure->links[0].distance_m, 11500, 0.01);
    assert_evidence(measure, 0, "in reach: small 60,000 (2020), 30 min by road (11.5 km)", false);
    assert_int_equal(measure->method[1], TP_METHOD_STRAIGHT_LINE);
    assert_evidence(measure, 1, "min (straight line); by the straight line, since the place does not join", false);
    measure = measured(s->dataset, &tp_stage_largest, "less", "{ to: cities, column: population, within: 1799999 ms }");
    assert_interval(measure, 0, -INFINITY, -INFINITY);
    assert_evidence(measure, 0, "no population: none of the cities within 30 min by road", true);
    measure = measured(s->dataset, &tp_stage_largest, "from",
                       "{ to: cities, column: population, within: 1 min, direction: from }");
    assert_exact(measure, 0, 738744);
    set_coverage(s->cities, NULL);
    measure =
        measured(s->dataset, &tp_stage_largest, "road", "{ to: cities, column: population, within: 30 min, by: road }");
    assert_interval(measure, 0, 60000, INFINITY);
    assert_interval(measure, 1, -INFINITY, -INFINITY);
    assert_int_equal(measure->method[1], TP_METHOD_ROAD);
    assert_evidence(measure, 1,
                    "no population: none of the cities within 30 min; the place does not join the network (no road of "
                    "the network within 2 km)",
                    true);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_largest_in_reach),
        TEST(test_limit_is_inclusive),
        TEST(test_none),
        TEST(test_equal_numbers_go_to_the_smaller_id),
        TEST(test_negative_numbers_and_zero),
        TEST(test_missing_cells),
        TEST(test_sample_is_at_least),
        TEST(test_coverage_of_large_numbers),
        TEST(test_other_coverages),
        TEST(test_touching_municipalities),
        TEST(test_own_municipality),
        TEST(test_layer_that_is_not_read),
        TEST(test_columns_of_a_users_own_measure),
        TEST(test_check),
        TEST(test_brute_force),
        TEST(test_by_road),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
