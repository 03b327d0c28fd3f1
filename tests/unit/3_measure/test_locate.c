/* locate: stated codes are kept, polygons decide otherwise, the nearest within a limit, and each says how. */
#include "measure_fixture.h"

#include <omp.h>

extern const tp_stage tp_stage_locate;

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *polygons;
} state;

/* Prefecture 01 with a hole in which 03 lies, 02 beside it. */
static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->polygons = new_layer(s->dataset, "prefectures", TP_GEOMETRY_POLYGON);
    add_box(s->polygons, "02", "East", 141, 40, 142, 41);
    add_box(s->polygons, "01", "West", 140, 40, 141, 41);
    add_ring(s->polygons, 140.4, 40.4, 140.6, 40.6);
    add_box(s->polygons, "03", "Inner", 140.4, 40.4, 140.6, 40.6);
    *out = s;
    return 0;
}

static int tear_down(void **out) {
    state *s = *out;
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

static void locate(state *s, const char *settings) {
    assert_ok(run_stage(s->dataset, &tp_stage_locate, "locate", settings, false, error));
}

/* NULL stands for a missing cell. */
static void assert_cell(const state *s, const char *column, int64_t row, const char *expected) {
    const tp_column *found = tp_layer_column(s->sites, column);
    assert_non_null(found);
    const char *text = tp_column_text(found, row);
    if (expected == NULL) {
        assert_null(text);
    } else {
        assert_non_null(text);
        assert_string_equal(text, expected);
    }
}

static void assert_located(const state *s, int64_t row, const char *code, const char *name, const char *method) {
    assert_cell(s, "prefecture_code", row, code);
    assert_cell(s, "prefecture_name", row, name);
    assert_cell(s, "prefecture_method", row, method);
}

static void test_polygons(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "west", 140.1, 40.1);
    add_point(s->sites, "b", "in the hole", 140.5, 40.5);
    add_point(s->sites, "c", "border of 01 and 02", 141, 40.7);
    add_point(s->sites, "d", "border of 01 and 03", 140.4, 40.5);
    add_point(s->sites, "e", "far off", 150, 30);
    add_point(s->sites, "f", "off the east coast", 142.01, 40.5);
    locate(s, "{ in: prefectures }");
    assert_located(s, 0, "01", "West", "polygon");
    assert_located(s, 1, "03", "Inner", "polygon");
    assert_located(s, 2, "01", "West", "polygon");
    assert_located(s, 3, "01", "West", "polygon");
    assert_located(s, 4, NULL, NULL, NULL);
    assert_located(s, 5, "02", "East", "nearest_polygon");
    assert_string_equal(tp_layer_column(s->sites, "prefecture_code")->origin, "locate");
}

/* Due south of the middle of the edge on parallel 40 the way to the polygon runs along the meridian. */
static void test_limit_is_inclusive(void **out) {
    state *s = *out;
    const double south_deg = 39.95;
    add_point(s->sites, "a", "a", 140.3, south_deg);
    double distance_m = tp_geodesic_distance_m(&s->dataset->ellipsoid, 140.3, south_deg, 140.3, 40);
    assert_true(distance_m > 5500 && distance_m < 5600);
    static const struct {
        double step_m;
        const char *method;
    } cases[] = {{-0.001, NULL}, {0, "nearest_polygon"}, {0.001, "nearest_polygon"}};
    for (size_t i = 0; i < 3; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "{ in: prefectures, within: %.12f m, as: p%zu }",
                 distance_m + cases[i].step_m, i);
        locate(s, settings);
        char column[16];
        snprintf(column, sizeof column, "p%zu_method", i);
        assert_cell(s, column, 0, cases[i].method);
    }
    locate(s, "{ in: prefectures }"); /* 6 km */
    assert_located(s, 0, "01", "West", "nearest_polygon");
}

static void test_stated_codes_are_kept(void **out) {
    state *s = *out;
    add_column(s->sites, "pref_code", TP_TYPE_TEXT, "");
    add_point(s->sites, "a", "says 02, lies in 01", 140.1, 40.1);
    add_point(s->sites, "b", "says what no polygon bears", 140.1, 40.1);
    add_point(s->sites, "c", "says nothing", 140.1, 40.1);
    add_point(s->sites, "d", "says an empty text", 140.1, 40.1);
    add_point(s->sites, "e", "says 03, far off", 150, 30);
    set_text(s->sites, "pref_code", 0, "02");
    set_text(s->sites, "pref_code", 1, "47");
    set_text(s->sites, "pref_code", 3, "");
    set_text(s->sites, "pref_code", 4, "03");
    locate(s, "{ in: prefectures }");
    assert_located(s, 0, "02", "East", "table");
    assert_located(s, 1, "47", NULL, "table");
    assert_located(s, 2, "01", "West", "polygon");
    assert_located(s, 3, "01", "West", "polygon");
    assert_located(s, 4, "03", "Inner", "table");
    assert_cell(s, "pref_code", 0, "02");
}

static void test_polygons_may_be_preferred(void **out) {
    state *s = *out;
    add_column(s->sites, "pref_code", TP_TYPE_TEXT, "");
    add_point(s->sites, "a", "says 02, lies in 01", 140.1, 40.1);
    add_point(s->sites, "b", "says 01, off the coast of 02", 142.01, 40.5);
    add_point(s->sites, "c", "says 03, far off", 150, 30);
    set_text(s->sites, "pref_code", 0, "02");
    set_text(s->sites, "pref_code", 1, "01");
    set_text(s->sites, "pref_code", 2, "03");
    locate(s, "{ in: prefectures, prefer: polygon }");
    assert_located(s, 0, "01", "West", "polygon");
    assert_located(s, 1, "02", "East", "nearest_polygon");
    assert_located(s, 2, "03", "Inner", "table");
}

/* Codes that were read as numbers have lost their leading zeros. */
static void test_stated_numbers(void **out) {
    state *s = *out;
    add_column(s->sites, "whole", TP_TYPE_INT64, "");
    add_column(s->sites, "real", TP_TYPE_DOUBLE, "");
    for (int i = 0; i < 4; i++) {
        add_point(s->sites, "x", "x", 140.5, 40.5);
    }
    tp_column_set_int64(tp_layer_column(s->sites, "whole"), 0, 2);
    tp_column_set_int64(tp_layer_column(s->sites, "whole"), 1, 123);
    tp_column_set_int64(tp_layer_column(s->sites, "whole"), 2, -1);
    tp_column_set_double(tp_layer_column(s->sites, "real"), 0, 1);
    tp_column_set_double(tp_layer_column(s->sites, "real"), 1, 1.5);
    locate(s, "{ in: prefectures, stated: whole }");
    assert_located(s, 0, "02", "East", "table");
    assert_located(s, 1, "123", NULL, "table");
    assert_located(s, 2, "03", "Inner", "polygon");
    assert_located(s, 3, "03", "Inner", "polygon");
    locate(s, "{ in: prefectures, stated: real, as: other }");
    assert_cell(s, "other_code", 0, "01");
    assert_cell(s, "other_method", 0, "table");
    assert_cell(s, "other_method", 1, "polygon");
}

/* Ids of different lengths: nothing is put before a number. */
static void test_numbers_without_a_common_length(void **out) {
    state *s = *out;
    add_box(s->polygons, "7", "Seven", 150, 40, 151, 41);
    add_column(s->sites, "pref_code", TP_TYPE_INT64, "");
    add_point(s->sites, "x", "x", 140.5, 40.5);
    tp_column_set_int64(tp_layer_column(s->sites, "pref_code"), 0, 7);
    locate(s, "{ in: prefectures }");
    assert_located(s, 0, "7", "Seven", "table");
}

/* The stated column bears the name of the column to be added: it makes way, in the plan and in the data alike. */
static void test_stated_column_of_the_same_name(void **out) {
    state *s = *out;
    add_column(s->sites, "prefecture_code", TP_TYPE_TEXT, "");
    add_column(s->sites, "pref_code", TP_TYPE_TEXT, "");
    add_point(s->sites, "a", "a", 140.1, 40.1);
    add_point(s->sites, "b", "b", 140.1, 40.1);
    set_text(s->sites, "prefecture_code", 0, "02");
    set_text(s->sites, "pref_code", 0, "03");
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_locate, "locate", "{ in: prefectures }");
    assert_int_equal(fixture.faults.n, 0);
    const tp_head *head = tp_schema_find(&plan.schema, "sites");
    assert_null(tp_head_field(head, "prefecture_code"));
    locate(s, "{ in: prefectures }");
    for (size_t i = 0; i < head->n_fields; i++) {
        assert_non_null(tp_layer_column(s->sites, head->fields[i].name));
    }
    assert_int_equal(head->n_fields + tp_stage_locate.n_adds, s->sites->n_columns);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    assert_located(s, 0, "02", "East", "table");
    assert_located(s, 1, "01", "West", "polygon");
    assert_cell(s, "prefecture_code_stated", 0, "02");
    assert_cell(s, "prefecture_code_stated", 1, NULL);
    assert_cell(s, "pref_code", 0, "03");
}

/* What states the prefecture does not state anything else. */
static void test_other_names(void **out) {
    state *s = *out;
    add_column(s->sites, "pref_code", TP_TYPE_TEXT, "");
    add_column(s->sites, "region_code", TP_TYPE_TEXT, "");
    add_point(s->sites, "a", "a", 140.1, 40.1);
    set_text(s->sites, "pref_code", 0, "02");
    locate(s, "{ in: prefectures, as: zone }");
    assert_cell(s, "zone_code", 0, "01");
    set_text(s->sites, "region_code", 0, "03");
    locate(s, "{ in: prefectures, as: region }");
    assert_cell(s, "region_code", 0, "03");
    assert_cell(s, "region_method", 0, "table");
}

static void test_check(void **out) {
    state *s = *out;
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_locate, "locate", "{ in: sites, of: prefectures }");
    assert_fault(&fixture, "'locate' needs a layer of points, but prefectures is a polygon layer");
    assert_fault(&fixture, "'locate' needs a layer of polygons, but sites is a point layer");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    add_column(s->sites, "zone_code", TP_TYPE_TEXT, "");
    add_column(s->sites, "zone_code_stated", TP_TYPE_TEXT, "");
    check_stage(&fixture, &plan, s->dataset, &tp_stage_locate, "locate", "{ in: prefectures, as: zone }");
    assert_fault(&fixture, "'zone_code_stated', but there is one already");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    check_stage(&fixture, &plan, s->dataset, &tp_stage_locate, "locate", "{ in: prefectures, as: zone, stated: code }");
    assert_non_null(tp_head_field(tp_schema_find(&plan.schema, "sites"), "zone_code")); /* the plan will object */
    assert_int_equal(fixture.faults.n, 0);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

static void test_layer_that_is_not_read(void **out) {
    state *s = *out;
    tp_error error = {0};
    assert_int_equal(run_stage(s->dataset, &tp_stage_locate, "locate", "{ in: nowhere }", false, &error), TP_E_DATA);
    assert_string_equal(error.message, "locate: layer nowhere is not read");
}

static void test_any_number_of_threads(void **out) {
    state *s = *out;
    enum { POINTS = 5000 };
    static const int threads[] = {1, 2, 5};
    srand(3);
    for (int i = 0; i < POINTS; i++) {
        add_point(s->sites, "p", "p", 139.8 + 2.4 * rand() / RAND_MAX, 39.8 + 1.4 * rand() / RAND_MAX);
    }
    for (size_t t = 0; t < 3; t++) {
        char settings[64];
        omp_set_num_threads(threads[t]);
        snprintf(settings, sizeof settings, "{ in: prefectures, as: p%d }", threads[t]);
        locate(s, settings);
    }
    const tp_column *one = tp_layer_column(s->sites, "p1_code"), *one_method = tp_layer_column(s->sites, "p1_method");
    for (size_t t = 1; t < 3; t++) {
        const tp_column *code = tp_layer_column(s->sites, t == 1 ? "p2_code" : "p5_code");
        const tp_column *method = tp_layer_column(s->sites, t == 1 ? "p2_method" : "p5_method");
        assert_int_equal(code->n_bytes, one->n_bytes);
        assert_memory_equal(code->bytes, one->bytes, one->n_bytes);
        assert_memory_equal(code->valid, one->valid, POINTS);
        assert_int_equal(method->n_bytes, one_method->n_bytes);
        assert_memory_equal(method->bytes, one_method->bytes, one_method->n_bytes);
    }
    for (int64_t row = 0; row < POINTS; row++) { /* against a plain look at the coordinates */
        double x = s->sites->lon_deg[row], y = s->sites->lat_deg[row];
        bool inside = x > 140 && x < 142 && y > 40 && y<41, inner = x> 140.4 && x < 140.6 && y > 40.4 && y < 40.6;
        const char *expected = inner ? "03" : x < 141 ? "01" : "02";
        if (inside) {
            assert_cell(s, "p1_code", row, expected);
            assert_cell(s, "p1_method", row, "polygon");
        }
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_polygons),
        TEST(test_limit_is_inclusive),
        TEST(test_stated_codes_are_kept),
        TEST(test_polygons_may_be_preferred),
        TEST(test_stated_numbers),
        TEST(test_numbers_without_a_common_length),
        TEST(test_stated_column_of_the_same_name),
        TEST(test_other_names),
        TEST(test_check),
        TEST(test_layer_that_is_not_read),
        TEST(test_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
