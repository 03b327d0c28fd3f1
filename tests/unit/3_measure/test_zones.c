/* Measures of polygons with a core: what lies inside counts at 0 minutes, members within a time, footprints. */
#include "measure_fixture.h"

extern const tp_stage tp_stage_count, tp_stage_nearest, tp_stage_members, tp_stage_footprint;

static int set_up(void **out) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_ellipsoid_init_grs80(&dataset->ellipsoid);
    *out = dataset;
    return 0;
}

static int tear_down(void **out) {
    tp_dataset_free(*out);
    return 0;
}

/* Zones of one degree with the core in the south-west corner (so most of them is far from it), as the stage leaves them. */
static tp_layer *add_zones(tp_dataset *dataset) {
    tp_layer *zones = new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    add_box(zones, "a", "A", 130, 32, 131, 33);
    add_box(zones, "b", "B", 134, 32, 135, 33);
    zones->lon_deg = malloc(2 * sizeof(double));
    zones->lat_deg = malloc(2 * sizeof(double));
    assert_true(zones->lon_deg != NULL && zones->lat_deg != NULL);
    zones->lon_deg[0] = 130;
    zones->lon_deg[1] = 134;
    zones->lat_deg[0] = zones->lat_deg[1] = 32;
    return zones;
}

/* Institutes: near the core and inside, near it and outside, far from it and inside, on the border, far outside. */
static tp_layer *add_institutes(tp_dataset *dataset) {
    tp_layer *layer = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    add_column(layer, "kind", TP_TYPE_TEXT, "");
    add_column(layer, "staff", TP_TYPE_DOUBLE, "");
    static const struct {
        const char *id, *kind;
        double lon, lat, staff;
    } rows[] = {
        {"near-in", "k1", 130.01, 32.01, 1}, {"near-out", "k1", 129.99, 31.99, 10}, {"far-in", "k2", 130.9, 32.9, 100},
        {"border", "k3", 131, 32.5, 1000},   {"far-out", "k4", 131.5, 32.5, 10000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t row = add_city(layer, rows[i].id, rows[i].id, rows[i].lon, rows[i].lat, "staff", rows[i].staff);
        set_text(layer, "kind", row, rows[i].kind);
    }
    return layer;
}

static void test_inside_counts(void **out) {
    tp_dataset *dataset = *out;
    add_zones(dataset);
    add_institutes(dataset);
    const tp_measure *n = measured(dataset, &tp_stage_count, "n", "{ to: institutes, within: 10 min }");
    assert_exact(n, 0, 4);
    assert_exact(n, 1, 0);
    assert_true(n->from_core);
    assert_evidence(
        n, 0,
        "4 institutes inside the zone or within 10 min: border (inside), far-in (inside), near-in (inside), "
        "near-out (2.8 min, 1.5 km)",
        false);
    assert_evidence(n, 1, "none of the institutes inside the zone or within 10 min", false);
    assert_int_equal(n->link_first[1], 4);
    assert_true(n->links[0].minutes == 0 && isnan(n->links[0].distance_m) && n->links[3].minutes > 2.8);
    assert_exact(measured(dataset, &tp_stage_count, "k", "{ to: institutes, distinct: kind, within: 10 min }"), 0, 3);
    assert_exact(measured(dataset, &tp_stage_count, "s", "{ to: institutes, sum: staff, within: 10 min }"), 0, 1111);
    /* Far enough, what is inside is still counted once. */
    assert_exact(measured(dataset, &tp_stage_count, "all", "{ to: institutes, within: 1000 min }"), 0, 5);
    assert_exact(measured(dataset, &tp_stage_count, "zero", "{ to: institutes, within: 0 min }"), 0, 3);
    /* The nearest is measured from the core, inside or not. */
    const tp_measure *nearest = measured(dataset, &tp_stage_nearest, "m", "{ to: institutes, where: kind = k2 }");
    assert_true(nearest->value[0] > 200);
    assert_string_equal(linked_id(nearest, 0), "far-in");
}

static void test_samples_and_unknown_cells(void **out) {
    tp_dataset *dataset = *out;
    add_zones(dataset);
    tp_layer *institutes = add_institutes(dataset);
    set_text(institutes, "kind", add_point(institutes, "u", "u", 130.5, 32.5), NULL); /* inside, kind not known */
    const tp_measure *one =
        measured(dataset, &tp_stage_count, "one", "{ to: institutes, where: kind = k2, within: 10 min }");
    assert_interval(one, 0, 1, 2);
    assert_exact(one, 1, 0);
    set_coverage(institutes, NULL);
    const tp_measure *sample = measured(dataset, &tp_stage_count, "sample", "{ to: institutes, within: 10 min }");
    assert_interval(sample, 0, 5, INFINITY);
    assert_interval(sample, 1, 0, INFINITY);
}

static void test_columns_of_a_users_count(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = add_zones(dataset);
    add_institutes(dataset);
    assert_ok(run_stage(dataset, &tp_stage_count, "n", "{ to: institutes, within: 10 min, also_within: 0 min }", false,
                        error));
    assert_true(tp_layer_column(zones, "n")->f64[0] == 4 && tp_layer_column(zones, "n_0min")->f64[0] == 3);
    assert_int_equal(tp_layer_column(zones, "n_institutes")->i64[0], 4);
}

/* Of four members inside (near-in, far-in, border, and one at exactly the limit) two are within it. */
static void test_members(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = add_zones(dataset), *institutes = add_institutes(dataset);
    double lon, lat; /* 20 km along 45 degrees: 20 x 1.3 / 40 x 60 = 39 min */
    geod_direct(&dataset->ellipsoid.g, 32, 130, 45, 20000 - 1e-6, &lat, &lon, NULL);
    set_text(institutes, "kind", add_point(institutes, "edge", "edge", lon, lat), "k1");
    assert_ok(run_stage(dataset, &tp_stage_members, "m", "{ to: institutes, within: 39 min }", false, error));
    const tp_measure *m = tp_dataset_measure(dataset, "m");
    assert_exact(m, 0, 50);
    assert_int_equal(m->known[1], 0);
    assert_interval(m, 1, -INFINITY, INFINITY); /* no members, no share */
    assert_true(tp_layer_column(zones, "m_percent")->f64[0] == 50 && !tp_layer_column(zones, "m_percent")->valid[1]);
    assert_true(tp_layer_column(zones, "m_inside")->i64[0] == 4 && tp_layer_column(zones, "m_reached")->i64[0] == 2);
    assert_evidence(
        m, 0, "of 4 institutes inside the zone 2 (50 %) within 39 min of the core (straight line x 1.3 at 40 km/h)",
        true);
    assert_evidence(m, 1, "none of the institutes lies inside the zone", true);
    assert_exact(measured(dataset, &tp_stage_members, "less", "{ to: institutes, within: 38.9 min }"), 0, 25);
    set_text(institutes, "kind", add_point(institutes, "u", "u", 130.02, 32.02), NULL);
    const tp_measure *maybe =
        measured(dataset, &tp_stage_members, "maybe", "{ to: institutes, where: kind != k2, within: 10 min }");
    assert_true(maybe->known[0] == 1 && fabs(maybe->value[0] - 100.0 / 3) < 1e-9); /* near-in of 3 */
    assert_close(maybe->low[0], 100.0 / 3, 1e-9);
    assert_close(maybe->high[0], 50, 1e-9); /* 2 of 4 where the other counts */
    set_coverage(institutes, NULL);
    const tp_measure *sample = measured(dataset, &tp_stage_members, "sample", "{ to: institutes }");
    assert_interval(sample, 0, 0, 100);
    assert_interval(sample, 1, 0, 100);
    assert_evidence(sample, 0, "a sample, so the true share is not known", false);
}

static void test_members_of_points(void **out) {
    tp_dataset *dataset = *out;
    add_point(new_layer(dataset, "sites", TP_GEOMETRY_POINT), "p", "p", 130, 32);
    add_institutes(dataset);
    const tp_measure *m = measured(dataset, &tp_stage_members, "m", "{ to: institutes }");
    assert_interval(m, 0, -INFINITY, INFINITY);
    assert_evidence(m, 0, "", true);
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_members, "m", "{ to: institutes }");
    assert_fault(&fixture, "sites is a point layer, so nothing lies inside its rows");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

/* Polygons need a core to be measured from. */
static void test_check_of_a_core(void **out) {
    tp_dataset *dataset = *out;
    add_zones(dataset);
    add_institutes(dataset);
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_count, "n", "{ to: institutes, within: 10 min }");
    assert_fault(&fixture, "'count' needs a layer of points, but sites is a polygon layer");
    close_step(&fixture);
    tp_schema_find(&plan.schema, "sites")->has_core = true;
    open_step(&fixture, &tp_stage_count, "n", "{ to: institutes, within: 10 min }");
    tp_stage_count.check(&fixture.step, &plan, &fixture.faults);
    assert_int_equal(fixture.faults.n, 0);
    close_step(&fixture);
    open_step(&fixture, &tp_stage_count, "n", "{ of: institutes, to: sites, within: 10 min }");
    tp_stage_count.check(&fixture.step, &plan, &fixture.faults);
    assert_fault(&fixture, "'count' needs a layer of points, but sites is a polygon layer");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

static double cell(const tp_layer *layer, const char *column, int64_t row) {
    double value = NAN;
    assert_non_null(tp_layer_column(layer, column));
    return tp_column_number(tp_layer_column(layer, column), row, &value) ? value : NAN;
}

/* A rectangle of 13 x 3 km turned by 30 degrees holds 78 institutes; beside it the references. */
static void test_footprints(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    static const double corners[5][2] = {{6500, 1500}, {-6500, 1500}, {-6500, -1500}, {6500, -1500}, {6500, 1500}};
    double x[5], y[5];
    for (int i = 0; i < 5; i++) {
        double turn = atan2(corners[i][1], corners[i][0]) * 180 / M_PI;
        geod_direct(&dataset->ellipsoid.g, 36, 140, 30 + turn, hypot(corners[i][0], corners[i][1]), &y[i], &x[i], NULL);
    }
    add_row(zones, "z", "Zone");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    assert_ok(tp_shapes_add_part(&zones->shapes, error));
    assert_ok(tp_shapes_add_ring(&zones->shapes, x, y, 5, error));
    add_row(zones, "e", "Empty");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    for (int i = 0; i < 78; i++) {
        char id[8];
        snprintf(id, sizeof id, "i%d", i);
        add_point(institutes, id, id, 140, 36);
    }
    tp_layer *known = new_layer(dataset, "known", TP_GEOMETRY_NONE);
    static const char *const numbers[] = {"length_km", "width_km", "institutes", "researchers"};
    static const double rows[2][4] = {{5, 5, 55, 16000}, {NAN, NAN, 270, 17000}};
    for (int i = 0; i < 4; i++) {
        add_column(known, numbers[i], TP_TYPE_DOUBLE, "");
    }
    for (int row = 0; row < 2; row++) {
        add_row(known, row == 0 ? "daedeok" : "tsukuba", row == 0 ? "Daedeok" : "Tsukuba");
        for (int i = 0; i < 4; i++) {
            tp_column_set_double(tp_layer_column(known, numbers[i]), row, rows[row][i]);
        }
    }
    assert_ok(run_stage(dataset, &tp_stage_footprint, "footprints", "{ count: institutes, references: known }", false,
                        error));
    const tp_layer *made = tp_dataset_layer(dataset, "footprints");
    assert_int_equal(made->n_rows, 4);
    assert_close(cell(made, "length_km", 0), 13, 1e-5);
    assert_close(cell(made, "width_km", 0), 3, 1e-5);
    assert_close(cell(made, "elongation", 0), 13.0 / 3, 1e-5);
    assert_close(cell(made, "azimuth_deg", 0), 30, 1e-3);
    assert_close(cell(made, "area_km2", 0), 39, 1e-3);
    assert_close(cell(made, "institutes_per_km2", 0), 2, 1e-4);
    assert_true(isnan(cell(made, "researchers", 0)));
    assert_true(isnan(cell(made, "length_km", 1)) && isnan(cell(made, "institutes", 1)));
    assert_true(cell(made, "area_km2", 2) == 25 && cell(made, "institutes_per_km2", 2) == 2.2);
    assert_true(cell(made, "researchers_per_km2", 2) == 640 && isnan(cell(made, "organisations", 2)));
    assert_true(cell(made, "institutes", 3) == 270 && isnan(cell(made, "institutes_per_km2", 3)));
    assert_int_equal(made->shapes.n_rows, 4);
    assert_int_equal(made->shapes.n_parts, 1);
    assert_string_equal(dataset->findings[0].text, "Zone: 13 km x 3 km, area 39 km2; 78 institutes (2/km2)");
    assert_string_equal(dataset->findings[2].text,
                        "Daedeok: 5 km x 5 km, area 25 km2; 55 institutes (2.2/km2); 16,000 researchers (640/km2)");
    assert_string_equal(dataset->findings[3].text, "Tsukuba: 270 institutes; 17,000 researchers");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_inside_counts), TEST(test_samples_and_unknown_cells), TEST(test_columns_of_a_users_count),
        TEST(test_members),       TEST(test_members_of_points),         TEST(test_check_of_a_core),
        TEST(test_footprints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
