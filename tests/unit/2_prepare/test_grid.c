/* Squares over polygons: against a test of every square of a wide box with every polygon, and what is said. */
#include "../3_measure/measure_fixture.h"

#include "technopolis/mesh.h"
#include "technopolis/polygon_index.h"

extern const tp_stage tp_stage_grid;

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

static void add_triangle(tp_layer *layer, const char *id, double x, double y, double size) {
    double rx[] = {x, x + size, x + size / 3, x}, ry[] = {y, y + size / 4, y + size, y};
    add_row(layer, id, id);
    assert_ok(tp_shapes_add_row(&layer->shapes, error));
    assert_ok(tp_shapes_add_part(&layer->shapes, error));
    assert_ok(tp_shapes_add_ring(&layer->shapes, rx, ry, 4, error));
}

/* Triangles that overlap, one with an empty row between, one left out by the filter. */
static tp_layer *add_zones(tp_dataset *dataset) {
    tp_layer *zones = new_layer(dataset, "zones", TP_GEOMETRY_POLYGON);
    add_column(zones, "size", TP_TYPE_DOUBLE, "");
    add_triangle(zones, "b", 139.1234, 35.4321, 0.4);
    add_triangle(zones, "a", 139.3, 35.5, 0.3);
    add_row(zones, "e", "empty");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    add_triangle(zones, "c", 139.0, 35.0, 0.35);
    for (int64_t row = 0; row < 4; row++) {
        tp_column_set_double(tp_layer_column(zones, "size"), row, row == 3 ? 1 : 2);
    }
    return zones;
}

/* The polygons by id, as far as they are asked for: rows 1, 0, then 3. */
static int64_t holder(const tp_polygon_index *index, double lon, double lat, bool all) {
    static const int64_t by_id[] = {1, 0, 3};
    for (int i = 0; i < (all ? 3 : 2); i++) {
        if (tp_polygon_index_holds(index, by_id[i], lon, lat)) {
            return by_id[i];
        }
    }
    return -1;
}

static void assert_every_square(tp_dataset *dataset, const tp_layer *zones, const char *name, tp_mesh_level level,
                                bool all) {
    const tp_layer *made = tp_dataset_layer(dataset, name);
    tp_polygon_index *index = NULL;
    assert_ok(tp_polygon_index_new(zones, &index, error));
    tp_mesh_cell low, high, cell;
    assert_true(tp_mesh_cell_at(level, 138.9, 34.9, &low) && tp_mesh_cell_at(level, 139.9, 36, &high));
    int64_t expected = 0;
    for (cell.row = low.row; cell.row <= high.row; cell.row++) {
        for (cell.column = low.column; cell.column <= high.column; cell.column++) {
            double lon, lat;
            tp_mesh_centre(level, cell, &lon, &lat);
            expected += holder(index, lon, lat, all) >= 0;
        }
    }
    assert_true(expected > 100);
    assert_int_equal(made->n_rows, expected);
    int64_t before = -1;
    for (int64_t row = 0; row < made->n_rows; row++) { /* different squares in order, each in the right polygon */
        char text[64], digits[TP_MESH_TEXT_SIZE];
        double lon, lat;
        assert_true(tp_mesh_cell_of_text(level, tp_layer_id(made, row), &cell));
        tp_mesh_text(level, cell, digits);
        tp_mesh_centre(level, cell, &lon, &lat);
        assert_true(tp_mesh_code(level, cell) > before);
        before = tp_mesh_code(level, cell);
        assert_true(made->lon_deg[row] == lon && made->lat_deg[row] == lat);
        snprintf(text, sizeof text, "%s %s", tp_layer_label(zones, holder(index, lon, lat, all)), digits);
        assert_string_equal(tp_layer_label(made, row), text);
        assert_true(tp_layer_column(made, "area_km2")->f64[row] ==
                    tp_mesh_area_km2(&dataset->ellipsoid, level, cell.row));
    }
    tp_polygon_index_free(index);
}

static void test_every_square(void **out) {
    tp_dataset *dataset = *out;
    const tp_layer *zones = add_zones(dataset);
    assert_ok(run_stage(dataset, &tp_stage_grid, "sites", "{ over: zones }", false, error));
    assert_every_square(dataset, zones, "sites", TP_MESH_1KM, true);
    assert_ok(run_stage(dataset, &tp_stage_grid, "fine", "{ over: zones, mesh: 250 m, as: fine }", false, error));
    assert_every_square(dataset, zones, "fine", TP_MESH_250M, true);
    assert_ok(run_stage(dataset, &tp_stage_grid, "two", "{ over: zones, where: size = 2, as: two }", false, error));
    assert_every_square(dataset, zones, "two", TP_MESH_1KM, false);
}

static void test_nothing_to_cover(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = new_layer(dataset, "zones", TP_GEOMETRY_POLYGON);
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, &tp_stage_grid, "sites", "{ over: zones }", false, &error), TP_E_DATA);
    add_triangle(zones, "paris", 2, 48, 1);
    assert_int_equal(run_stage(dataset, &tp_stage_grid, "sites", "{ over: zones }", false, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "no square of 1 km has its centre in the polygons of zones"));
    add_triangle(zones, "edge", 99.9, -0.1, 0.5); /* across the corner of what can be numbered */
    assert_int_equal(run_stage(dataset, &tp_stage_grid, "sites", "{ over: zones }", false, &error), TP_OK);
    assert_true(tp_dataset_layer(dataset, "sites")->n_rows > 0);
}

static void test_check(void **out) {
    tp_dataset *dataset = *out;
    add_zones(dataset);
    new_layer(dataset, "points", TP_GEOMETRY_POINT);
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_grid, "zones", "{ over: points, where: nothing = 1, as: zones }");
    assert_fault(&fixture, "grid covers polygons, but points is a point layer");
    assert_fault(&fixture, "layer points has no column 'nothing'");
    assert_fault(&fixture, "grid would add a layer 'zones', which is there already");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_every_square),
        TEST(test_nothing_to_cover),
        TEST(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
