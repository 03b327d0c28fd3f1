/*
 * kernel_density: the layer against a sum over all points, the mass that is told, land and sea, weights, cells left out,
 * tables without outlines, no points.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid_fixture.h"

#include "technopolis/kernel.h"

static double mass_of(const tp_layer *layer) {
    double mass = 0;
    for (int64_t row = 0; row < layer->n_rows; row++) {
        mass += number_of(layer, "density", row) * number_of(layer, "area_km2", row);
    }
    return mass;
}

static void as_all_points(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_layer *town = add_town(dataset, "plants", 100, 6);
    const tp_layer *layer =
        work_layer(dataset, "kernel_density", "density_surface", "{of: plants, mesh: 1 km, bandwidth: 10 km}");
    assert_int_equal(layer->geometry, TP_GEOMETRY_POLYGON);
    assert_true(layer->n_rows > 5000 && near(mass_of(layer), 100, 0.02));
    for (int64_t row = 0; row < layer->n_rows; row += 37) {
        tp_mesh_cell cell;
        double lon, lat, wanted = 0;
        assert_true(tp_mesh_cell_of_text(TP_MESH_1KM, tp_layer_id(layer, row), &cell));
        tp_mesh_centre(TP_MESH_1KM, cell, &lon, &lat);
        for (int64_t i = 0; i < town->n_rows; i++) {
            wanted += tp_kernel_value(TP_KERNEL_QUARTIC, 10000, oracle_m(lon, lat, town->lon_deg[i], town->lat_deg[i]));
        }
        assert_true(near(number_of(layer, "density", row), wanted, 1e-6));
    }
    assert_int_equal(findings_with(dataset, "density x area adds up to"), 1);
    assert_int_equal(findings_with(dataset, "of 100 (100.00 %)"), 1);
    tp_dataset_free(dataset);
}

/* Land to the west of 139.5: half of a point on the coast is lost, and told. */
static void land_and_sea(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const double x[] = {138, 139.5, 139.5, 138, 138}, y[] = {35, 35, 36, 36, 35};
    const tp_test_point points[] = {{"coast", 139.5, 35.5}};
    (void)add_points(dataset, "plants", points, 1);
    tp_layer *land = add_table(dataset, "land", TP_GEOMETRY_POLYGON, 1);
    put(land->id, 0, "land");
    assert_int_equal(tp_shapes_add_row(&land->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&land->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&land->shapes, x, y, 5, NULL), TP_OK);
    const tp_layer *layer =
        work_layer(dataset, "kernel_density", "k", "{of: plants, mesh: 250 m, bandwidth: 5 km, in: land}");
    assert_true(near(mass_of(layer), 0.5, 1e-4));
    assert_int_equal(findings_with(dataset, "lie outside the polygons"), 1);
    for (size_t i = 0; i < dataset->n_findings; i++) {
        assert_true(strcmp(dataset->findings[i].subject, "mass") != 0 || dataset->findings[i].warning);
    }
    tp_dataset_free(dataset);
}

static void weights_least_and_tables(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point points[] = {{"a", 139.5, 35.5}, {"b", 140.5, 35.5}, {"c", 140.5, 35.9}};
    tp_layer *plants = add_points(dataset, "plants", points, 3);
    tp_column *jobs = tp_test_column(plants, "jobs", TP_TYPE_INT64);
    tp_column_set_int64(jobs, 0, 10);
    tp_column_set_int64(jobs, 1, 5); /* that of c is missing */
    const tp_layer *layer = work_layer(dataset, "kernel_density", "k",
                                       "{of: plants, mesh: 500 m, bandwidth: 5 km, weight: jobs, outlines: no}");
    assert_int_equal(layer->geometry, TP_GEOMETRY_NONE);
    assert_true(near(mass_of(layer), 15, 1e-3));
    assert_int_equal(findings_with(dataset, "weight missing 1"), 1);
    const tp_layer *dense = work_layer(dataset, "kernel_density", "d",
                                       "{of: plants, mesh: 500 m, bandwidth: 5 km, weight: jobs, least: 0.1}");
    assert_true(dense->n_rows > 0 && dense->n_rows < layer->n_rows);
    for (int64_t row = 0; row < dense->n_rows; row++) {
        assert_true(number_of(dense, "density", row) >= 0.1);
    }
    tp_column_set_int64(jobs, 2, -4);
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, "kernel_density", "x",
                               "{of: plants, mesh: 500 m, bandwidth: 5 km, weight: jobs}", false, 0, &error),
                     TP_E_DATA);
    assert_non_null(strstr(error.message, "layer plants feature c: jobs is -4"));
    tp_dataset_free(dataset);
}

static void no_points_one_point_and_a_narrow_kernel(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point points[] = {{"a", 139.5, 35.5}, {"a2", 139.5, 35.5}};
    (void)add_points(dataset, "none", points, 0);
    (void)add_points(dataset, "equal", points, 2);
    assert_int_equal(work_layer(dataset, "kernel_density", "a", "{of: none, mesh: 1 km, bandwidth: 5 km}")->n_rows, 0);
    const tp_layer *layer =
        work_layer(dataset, "kernel_density", "b", "{of: equal, mesh: 1 km, bandwidth: 2 km, kernel: gaussian}");
    assert_true(near(mass_of(layer), 2, 1e-3));
    (void)work_layer(dataset, "kernel_density", "c", "{of: equal, mesh: 10 km, bandwidth: 100 m}");
    assert_int_equal(findings_with(dataset, "a bandwidth of 100 m is narrow for cells of 10 km"), 1);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_all_points),
        cmocka_unit_test(land_and_sea),
        cmocka_unit_test(weights_least_and_tables),
        cmocka_unit_test(no_points_one_point_and_a_narrow_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
