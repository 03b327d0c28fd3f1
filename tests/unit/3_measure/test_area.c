/* area: geodesic areas of polygons, and what has none. */
#include "measure_fixture.h"

extern const tp_stage tp_stage_area;

static int set_up(void **out) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    *out = dataset;
    return 0;
}

static int tear_down(void **out) {
    tp_dataset_free(*out);
    return 0;
}

/*
 * The oracle: the closed form of the area between two parallels and two meridians. Our edges are geodesics, which leave
 * a parallel towards the pole: the boxes are small, so that this is less than the tolerance.
 */
static double zone_km2(double south_deg, double north_deg, double width_deg) {
    double f = 1 / 298.257222101, a_km = 6378.137, b_km = a_km * (1 - f), e = sqrt(f * (2 - f));
    double q[2];
    for (int i = 0; i < 2; i++) {
        double s = sin((i == 0 ? south_deg : north_deg) * M_PI / 180);
        q[i] = s / (1 - e * e * s * s) + atanh(e * s) / e;
    }
    return b_km * b_km / 2 * (q[1] - q[0]) * width_deg * M_PI / 180;
}

static void test_boxes(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    add_box(zones, "a", "small", 130, 32, 130.01, 32.01);
    add_box(zones, "b", "with a hole", 130, 32, 130.04, 32.04);
    add_ring(zones, 130.01, 32.01, 130.02, 32.02);
    add_row(zones, "c", "empty");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    add_box(zones, "d", "two parts", 130, 32, 130.01, 32.01);
    assert_ok(tp_shapes_add_part(&zones->shapes, error));
    add_ring(zones, 131, 32, 131.01, 32.01);
    const tp_measure *measure = measured(dataset, &tp_stage_area, "m", "{}");
    double small = zone_km2(32, 32.01, 0.01);
    double hole = zone_km2(32, 32.04, 0.04) - zone_km2(32.01, 32.02, 0.01);
    assert_close(measure->value[0], small, small * 1e-6);
    assert_close(measure->value[1], hole, hole * 1e-6);
    assert_close(measure->value[3], 2 * small, small * 2e-6);
    for (int64_t row = 0; row < 4; row++) {
        assert_int_equal(measure->known[row], row != 2);
        assert_int_equal(measure->method[row], row == 2 ? TP_METHOD_NONE : TP_METHOD_POLYGON);
    }
    assert_exact(measure, 0, measure->value[0]);
    assert_interval(measure, 2, -INFINITY, INFINITY);
    assert_string_equal(measure->unit, "km2");
    assert_evidence(measure, 0, "area 1.05 km2 on the ellipsoid", true);
    assert_evidence(measure, 2, "the polygon is empty, so its area is not known", true);
}

static void test_what_has_no_area(void **out) {
    tp_dataset *dataset = *out;
    add_point(new_layer(dataset, "sites", TP_GEOMETRY_POINT), "a", "a", 130, 32);
    add_row(new_layer(dataset, "flights", TP_GEOMETRY_NONE), "a", "a");
    const tp_measure *points = measured(dataset, &tp_stage_area, "p", "{}");
    assert_int_equal(points->known[0], 0);
    assert_interval(points, 0, -INFINITY, INFINITY);
    assert_int_equal(points->method[0], TP_METHOD_NONE);
    assert_evidence(points, 0, "a point has no area", true);
    assert_evidence(measured(dataset, &tp_stage_area, "t", "{ of: flights }"), 0, "a row of a table has no area", true);
}

static void test_no_rows(void **out) {
    tp_dataset *dataset = *out;
    new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    assert_non_null(measured(dataset, &tp_stage_area, "m", "{}"));
}

static void test_column_of_a_users_own_measure(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = new_layer(dataset, "zones", TP_GEOMETRY_POLYGON);
    add_box(zones, "a", "a", 130, 32, 130.01, 32.01);
    add_row(zones, "b", "empty");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    assert_ok(run_stage(dataset, &tp_stage_area, "zone", "{ of: zones }", false, error));
    const tp_column *column = tp_layer_column(zones, "zone_km2");
    assert_non_null(column);
    assert_string_equal(column->unit, "km2");
    assert_int_equal(column->valid[0], 1);
    assert_int_equal(column->valid[1], 0);
    assert_true(column->f64[0] == tp_dataset_measure(dataset, "zone")->value[0]);
}

static void test_check_warns_of_points(void **out) {
    tp_dataset *dataset = *out;
    new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    new_layer(dataset, "zones", TP_GEOMETRY_POLYGON);
    static const char *const settings[] = {"{}", "{ of: zones }", "{ of: nowhere }"};
    for (size_t i = 0; i < 3; i++) {
        fixture_step fixture;
        tp_plan plan;
        check_stage(&fixture, &plan, dataset, &tp_stage_area, "area", settings[i]);
        assert_int_equal(fixture.faults.n, i == 0 ? 1 : 0);
        assert_int_equal(tp_faults_code(&fixture.faults), TP_OK);
        close_step(&fixture);
        tp_schema_reset(&plan.schema);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_boxes),
        TEST(test_what_has_no_area),
        TEST(test_no_rows),
        TEST(test_column_of_a_users_own_measure),
        TEST(test_check_warns_of_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
