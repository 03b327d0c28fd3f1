/* touching: own and touching municipalities of a city, what is not known, and what is said about it. */
#include "measure_fixture.h"

#include <omp.h>

extern const tp_stage tp_stage_touching;

#define SETTINGS "{ to: cities, where: population >= 200000, polygons: municipalities }"

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *cities, *polygons;
} state;

enum { KOSHI, CHUO, KITA, FAR, CORNER, SEA };

/*
 *   +--------+
 *   | Corner |
 *   +--------+-------+------+------+           +-----+
 *            | Koshi | Chuo | Kita |           | Far |      Kumamoto is given as the wards Chuo and Kita
 *            +-------+------+------+           +-----+
 */
static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->cities = new_layer(s->dataset, "cities", TP_GEOMETRY_POINT);
    s->polygons = new_layer(s->dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(s->cities, "population", TP_TYPE_DOUBLE, "persons");
    add_box(s->polygons, "43216", "Koshi", 130, 32, 130.1, 32.1);
    add_box(s->polygons, "43101", "Chuo", 130.1, 32, 130.2, 32.1);
    add_box(s->polygons, "43102", "Kita", 130.2, 32, 130.3, 32.1);
    add_box(s->polygons, "43203", "Far", 131, 32, 131.1, 32.1);
    add_box(s->polygons, "43300", "Corner", 129.9, 32.1, 130, 32.2);
    add_point(s->sites, "koshi", "Koshi", 130.05, 32.05);
    add_point(s->sites, "chuo", "Chuo", 130.15, 32.02);
    add_point(s->sites, "kita", "Kita", 130.25, 32.05);
    add_point(s->sites, "far", "Far", 131.05, 32.05);
    add_point(s->sites, "corner", "Corner", 129.95, 32.15);
    add_point(s->sites, "sea", "Sea", 128, 30);
    *out = s;
    return 0;
}

static int tear_down(void **out) {
    state *s = *out;
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

static void add_kumamoto(state *s, double population) {
    add_city(s->cities, "43100", "Kumamoto", 130.15, 32.05, "population", population);
}

static void test_own_touching_and_far(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 61772);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    for (int64_t row = KOSHI; row <= KITA; row++) {
        assert_exact(measure, row, 0);
        assert_string_equal(linked_id(measure, row), "43100");
        assert_int_equal(measure->method[row], TP_METHOD_POLYGON);
        const tp_link *link = only_link(measure, row);
        double distance_m = tp_geodesic_distance_m(&s->dataset->ellipsoid, s->sites->lon_deg[row],
                                                   s->sites->lat_deg[row], 130.15, 32.05);
        assert_true(link->distance_m == distance_m);
        assert_true(link->minutes == 0);
    }
    for (int64_t row = FAR; row <= CORNER; row++) {
        assert_int_equal(measure->known[row], 0);
        assert_interval(measure, row, INFINITY, INFINITY);
        assert_int_equal(measure->method[row], TP_METHOD_POLYGON);
    }
    assert_int_equal(measure->known[SEA], 0);
    assert_interval(measure, SEA, 0, INFINITY);
    assert_string_equal(measure->unit, "min");
    assert_evidence(measure, KOSHI, "own municipality Koshi touches Chuo of Kumamoto (738,744 persons)", true);
    assert_evidence(measure, CHUO, "own municipality Chuo of Kumamoto (738,744 persons)", true);
    assert_evidence(measure, FAR, "own municipality Far, which touches none, belongs to none of the cities", false);
    assert_evidence(measure, CORNER, "own municipality Corner and the 1 that touch it belong to none of the cities",
                    false);
    assert_evidence(measure, SEA, "the point lies in none of the polygons of municipalities", true);
}

/* A common corner is a touch, and the threshold is inclusive: 199,999 persons are too few. */
static void test_corner_and_threshold(void **out) {
    state *s = *out;
    int64_t koshi = add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 199999);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "below", SETTINGS);
    assert_interval(measure, CORNER, INFINITY, INFINITY);
    tp_column_set_double(tp_layer_column(s->cities, "population"), koshi, 200000);
    measure = measured(s->dataset, &tp_stage_touching, "at", SETTINGS);
    assert_exact(measure, CORNER, 0);
    assert_exact(measure, CHUO, 0);
    assert_interval(measure, KITA, INFINITY, INFINITY);
    assert_evidence(measure, CORNER, "own municipality Corner touches Koshi (200,000 persons)", true);
}

static void test_missing_population_is_unknown(void **out) {
    state *s = *out;
    add_kumamoto(s, NAN);
    add_city(s->cities, "43203", "Far", 131.05, 32.05, "population", 60000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_interval(measure, KOSHI, 0, INFINITY);
    assert_interval(measure, CHUO, 0, INFINITY);
    assert_interval(measure, FAR, INFINITY, INFINITY);
    assert_int_equal(measure->known[KOSHI], 0);
    assert_evidence(measure, KOSHI, "; Kumamoto may count: what the condition asks of it is not known", false);
}

/* What is found counts though another city is not known. */
static void test_sure_beats_unknown(void **out) {
    state *s = *out;
    add_kumamoto(s, NAN);
    add_city(s->cities, "43300", "Corner", 129.95, 32.15, "population", 300000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_exact(measure, KOSHI, 0);
    assert_string_equal(linked_id(measure, KOSHI), "43300");
}

static void test_samples(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    set_coverage(s->cities, "population >= 300000");
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "cities", SETTINGS);
    assert_exact(measure, KOSHI, 0);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_evidence(measure, FAR, "; the layer is a sample, so a city may be missing from it", false);
    measure = measured(s->dataset, &tp_stage_touching, "covered",
                       "{ to: cities, where: population >= 300000, polygons: municipalities }");
    assert_interval(measure, FAR, INFINITY, INFINITY);
    set_coverage(s->polygons, NULL);
    measure = measured(s->dataset, &tp_stage_touching, "polygons",
                       "{ to: cities, where: population >= 300000, polygons: municipalities }");
    assert_exact(measure, KOSHI, 0);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_evidence(measure, FAR, "; municipalities is a sample, so a municipality may be missing from it", false);
}

static void test_city_without_its_polygon_is_unknown(void **out) {
    state *s = *out;
    add_city(s->cities, "43999", "Renumbered", 131.05, 32.05, "population", 300000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_interval(measure, KOSHI, INFINITY, INFINITY);
    assert_evidence(measure, FAR, "; Renumbered may have Far: no polygon bears its code", false);
}

/* The own city first, whatever its id; else the smallest id; of one city the polygon with the smallest id. */
static void test_choice_is_by_id(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 300000);
    add_box(s->polygons, "43005", "South", 130.0, 31.9, 130.3, 32);
    add_point(s->sites, "south", "South", 130.12, 31.95);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_string_equal(linked_id(measure, KOSHI), "43216");
    assert_string_equal(linked_id(measure, CHUO), "43100");
    int64_t south = s->sites->n_rows - 1;
    assert_string_equal(linked_id(measure, south), "43100");
    assert_int_equal(only_link(measure, south)->note, CHUO);
}

static void test_layers_that_are_not_read(void **out) {
    state *s = *out;
    const tp_measure *measure =
        measured(s->dataset, &tp_stage_touching, "m", "{ to: cities, where: population >= 200000, polygons: nowhere }");
    assert_string_equal(measure->missing_layer, "nowhere");
    assert_interval(measure, KOSHI, -INFINITY, INFINITY);
    assert_int_equal(measure->method[KOSHI], TP_METHOD_NONE);
    measure = measured(s->dataset, &tp_stage_touching, "n", "{ to: towns, polygons: municipalities }");
    assert_string_equal(measure->missing_layer, "towns");
    assert_evidence(measure, KOSHI, "", true);
}

static void test_columns_of_a_users_own_measure(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    assert_ok(run_stage(s->dataset, &tp_stage_touching, "near", SETTINGS, false, error));
    const tp_column *verdict = tp_layer_column(s->sites, "near_verdict");
    const tp_column *id = tp_layer_column(s->sites, "near_id"), *name = tp_layer_column(s->sites, "near_name");
    assert_non_null(verdict);
    assert_non_null(id);
    assert_non_null(name);
    assert_int_equal(verdict->verdict[KOSHI], TP_MET);
    assert_int_equal(verdict->verdict[FAR], TP_NOT_MET);
    assert_int_equal(verdict->verdict[SEA], TP_UNKNOWN);
    assert_string_equal(tp_column_text(id, KOSHI), "43100");
    assert_string_equal(tp_column_text(name, KOSHI), "Kumamoto");
    assert_null(tp_column_text(id, FAR));
}

static void test_check(void **out) {
    state *s = *out;
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_int_equal(fixture.faults.n, 0);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    check_stage(&fixture, &plan, s->dataset, &tp_stage_touching, "m",
                "{ of: municipalities, to: cities, where: people > 1, polygons: cities }");
    assert_fault(&fixture, "'touching' needs a layer of points, but municipalities is a polygon layer");
    assert_fault(&fixture, "'touching' needs a layer of polygons, but cities is a point layer");
    assert_fault(&fixture, "layer cities has no column 'people'");
    assert_int_equal(fixture.faults.n, 3);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

/* A chessboard of municipalities and thousands of points, against a direct reading of rows and columns. */
static void test_grid_with_any_number_of_threads(void **out) {
    state *s = *out;
    enum { SIDE = 20, POINTS = 5000 };
    static const int threads[] = {1, 2, 5};
    bool is_city[SIDE][SIDE];
    srand(7);
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    tp_layer *cities = new_layer(dataset, "cities", TP_GEOMETRY_POINT);
    tp_layer *polygons = new_layer(dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(cities, "population", TP_TYPE_DOUBLE, "");
    for (int i = 0; i < SIDE * SIDE; i++) {
        int x = i % SIDE, y = i / SIDE;
        char id[16];
        snprintf(id, sizeof id, "c%03d", i);
        add_box(polygons, id, id, 130 + x * 0.25, 30 + y * 0.25, 130 + (x + 1) * 0.25, 30 + (y + 1) * 0.25);
        is_city[x][y] = rand() % 12 == 0;
        add_city(cities, id, id, 130.1 + x * 0.25, 30.1 + y * 0.25, "population", is_city[x][y] ? 200000 : 199999);
    }
    int *cell = malloc(sizeof *cell * POINTS);
    assert_non_null(cell);
    for (int i = 0; i < POINTS; i++) {
        cell[i] = rand() % (SIDE * SIDE);
        double east = 0.01 + 0.23 * rand() / RAND_MAX, north = 0.01 + 0.23 * rand() / RAND_MAX;
        add_point(sites, "p", "p", 130 + cell[i] % SIDE * 0.25 + east, 30 + cell[i] / SIDE * 0.25 + north);
    }
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        char name[16];
        snprintf(name, sizeof name, "m%zu", t);
        omp_set_num_threads(threads[t]);
        const tp_measure *measure = measured(dataset, &tp_stage_touching, name, SETTINGS);
        for (int i = 0; i < POINTS; i++) {
            int x = cell[i] % SIDE, y = cell[i] / SIDE, expected = -1;
            for (int k = 0; k < SIDE * SIDE; k++) {
                bool touches = abs(k % SIDE - x) <= 1 && abs(k / SIDE - y) <= 1;
                if (touches && is_city[k % SIDE][k / SIDE] && (expected < 0 || k == cell[i])) {
                    expected = k;
                }
            }
            if (expected < 0) {
                assert_interval(measure, i, INFINITY, INFINITY);
            } else {
                assert_exact(measure, i, 0);
                assert_int_equal(only_link(measure, i)->row, expected);
            }
        }
    }
    free(cell);
    tp_dataset_free(dataset);
    (void)s;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_own_touching_and_far),
        TEST(test_corner_and_threshold),
        TEST(test_missing_population_is_unknown),
        TEST(test_sure_beats_unknown),
        TEST(test_samples),
        TEST(test_city_without_its_polygon_is_unknown),
        TEST(test_choice_is_by_id),
        TEST(test_layers_that_are_not_read),
        TEST(test_columns_of_a_users_own_measure),
        TEST(test_check),
        TEST(test_grid_with_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
