/*
 * mesh_density: counts against a loop over points, density x area = n, what lies outside, weights, quotients, empty
 * cells, squares in an equal-area CRS, and the census mesh joined cell by cell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid_fixture.h"

#include "technopolis/grid.h"
#include "technopolis/mesh.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>

static void check_sums(const tp_layer *mesh, int64_t n_points) {
    int64_t sum = 0;
    for (int64_t row = 0; row < mesh->n_rows; row++) {
        double n = number_of(mesh, "n", row);
        sum += (int64_t)n;
        assert_true(near(number_of(mesh, "density", row) * number_of(mesh, "area_km2", row), n, 1e-9 * n));
    }
    assert_int_equal(sum, n_points);
}

static void counts_as_a_loop(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_layer *town = add_town(dataset, "plants", 3000, 5);
    const tp_layer *mesh = work_layer(dataset, "mesh_density", "mesh_density", "{of: plants, mesh: 1 km}");
    check_sums(mesh, 3000);
    for (int64_t row = 0; row < mesh->n_rows; row++) {
        tp_mesh_cell cell, own;
        int64_t n = 0;
        double box[4];
        assert_true(tp_mesh_cell_of_text(TP_MESH_1KM, text_of(mesh, "mesh_code", row), &own));
        for (int64_t i = 0; i < town->n_rows; i++) {
            assert_true(tp_mesh_cell_at(TP_MESH_1KM, town->lon_deg[i], town->lat_deg[i], &cell));
            n += cell.row == own.row && cell.column == own.column;
        }
        assert_true(n > 0 && number_of(mesh, "n", row) == (double)n);
        assert_string_equal(text_of(mesh, "level", row), "1 km");
        tp_mesh_box(TP_MESH_1KM, own, box);
        assert_true(near(tp_geodesic_area_km2(&dataset->ellipsoid, &mesh->shapes, row),
                         number_of(mesh, "area_km2", row), 1e-8));
        assert_true(mesh->shapes.x[mesh->shapes.ring_first[row]] == box[0]);
    }
    assert_int_equal(dataset->n_rejects, 0);
    assert_int_equal(findings_with(dataset, "densest cells of 1 km by plants"), 1);
    assert_false(isnan(number_of(mesh, "gi_p", 0)) && isnan(number_of(mesh, "gi_p", 1)) &&
                 isnan(number_of(mesh, "gi_p", 2)));
    tp_dataset_free(dataset);
}

static void what_is_outside_is_told(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point points[] = {{"tokyo", 139.7, 35.6}, {"seoul", 126.978, 37.5665}, {"paris", 2.35, 48.85}};
    (void)add_points(dataset, "plants", points, 3);
    const tp_layer *mesh = work_layer(dataset, "mesh_density", "m", "{of: plants, mesh: 500 m}");
    check_sums(mesh, 1);
    assert_int_equal(dataset->n_rejects, 2);
    assert_string_equal(dataset->rejects[0].reason, "outside the grid");
    assert_int_equal(findings_with(dataset, "outside the grid 2"), 1);
    tp_dataset_free(dataset);
}

static void weights_and_conditions(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point points[] = {{"a", 139.7, 35.6}, {"b", 139.7, 35.6}, {"c", 139.7, 35.6}, {"d", 140.7, 35.6}};
    tp_layer *layer = add_points(dataset, "plants", points, 4);
    tp_column *jobs = tp_test_column(layer, "jobs", TP_TYPE_DOUBLE);
    tp_column_set_double(jobs, 0, 100);
    tp_column_set_double(jobs, 1, 0.5);
    tp_column_set_double(jobs, 3, 7);
    tp_column *kind = tp_test_column(layer, "kind", TP_TYPE_INT64);
    tp_column_set_int64(kind, 0, 1);
    tp_column_set_int64(kind, 1, 1);
    tp_column_set_int64(kind, 2, 1); /* that of d is missing */
    const tp_layer *mesh = work_layer(dataset, "mesh_density", "m", "{of: plants, mesh: 1 km, weight: jobs}");
    assert_int_equal(mesh->n_rows, 2);
    assert_true(number_of(mesh, "n", 0) == 3 && number_of(mesh, "jobs_sum", 0) == 100.5);
    assert_true(near(number_of(mesh, "density", 0) * number_of(mesh, "area_km2", 0), 100.5, 1e-9));
    assert_int_equal(findings_with(dataset, "weight missing 1"), 1);
    mesh = work_layer(dataset, "mesh_density", "k", "{of: plants, mesh: 1 km, where: kind = 1}");
    assert_int_equal(mesh->n_rows, 1);
    assert_int_equal(findings_with(dataset, "condition unknown 1"), 1);
    tp_column_set_double(jobs, 1, -1);
    tp_error error = {0};
    assert_int_equal(
        run_stage(dataset, "mesh_density", "x", "{of: plants, mesh: 1 km, weight: jobs}", false, 0, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "feature b"));
    tp_dataset_free(dataset);
}

/* 2 of 3 plants of a kind are in a cell with 2 of 6 of all: (2/3) / (2/6) = 2. */
static void quotient_by_hand(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point some[] = {{"a", 139.7, 35.6}, {"b", 139.7, 35.6}, {"c", 140.7, 35.6}};
    const tp_test_point all[] = {{"1", 139.7, 35.6}, {"2", 139.7, 35.6}, {"3", 138.7, 35.6},
                                 {"4", 138.7, 35.6}, {"5", 138.7, 35.6}, {"6", 138.7, 35.6}};
    (void)add_points(dataset, "plants", some, 3);
    (void)add_points(dataset, "all", all, 6);
    const tp_layer *mesh = work_layer(dataset, "mesh_density", "m", "{of: plants, mesh: 1 km, lq: all}");
    assert_int_equal(mesh->n_rows, 2);
    assert_true(near(number_of(mesh, "lq", 0), 2, 1e-12));
    assert_true(isnan(number_of(mesh, "lq", 1))); /* none of all there: not defined, which is not 0 */
    mesh = work_layer(dataset, "mesh_density", "e", "{of: plants, mesh: 1 km, lq: all, empty: yes}");
    assert_int_equal(mesh->n_rows, 161);
    assert_true(number_of(mesh, "lq", 0) == 0);
    check_sums(mesh, 3);
    tp_dataset_free(dataset);
}

/* A square of a degree and a third around: 120 x 80 cells; a triangle: those whose centre it holds. */
static void empty_cells_over_polygons(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const double x[] = {139, 140, 140, 139}, y[] = {35, 35, 36, 35};
    const tp_test_point points[] = {{"in", 139.9, 35.2}, {"off", 138.5, 35.5}};
    (void)add_points(dataset, "plants", points, 2);
    tp_layer *in = add_table(dataset, "land", TP_GEOMETRY_POLYGON, 1);
    put(in->id, 0, "land");
    assert_int_equal(tp_shapes_add_row(&in->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&in->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&in->shapes, x, y, 4, NULL), TP_OK);
    const tp_layer *mesh =
        work_layer(dataset, "mesh_density", "m", "{of: plants, mesh: 1 km, empty: yes, in: land, hotspots: no}");
    int64_t wanted = 1; /* the one off the land */
    for (int row = 0; row < 120; row++) {
        for (int column = 0; column < 80; column++) {
            wanted += (row + 0.5) / 120 <= (column + 0.5) / 80;
        }
    }
    assert_int_equal(mesh->n_rows, wanted);
    check_sums(mesh, 2);
    assert_null(tp_layer_column(mesh, "gi_z"));
    for (int64_t row = 1; row < mesh->n_rows; row++) { /* each once */
        assert_string_not_equal(tp_layer_id(mesh, row), tp_layer_id(mesh, row - 1));
    }
    tp_dataset_free(dataset);
}

static void squares_in_europe(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    const tp_test_point points[] = {{"porto", -8.61, 41.15}, {"near", -8.6101, 41.1501}, {"lisbon", -9.14, 38.72}};
    (void)add_points(dataset, "plants", points, 3);
    const tp_layer *mesh =
        work_layer(dataset, "mesh_density", "m", "{of: plants, cell: 1 km, crs: 'EPSG:3035', permutations: 0}");
    check_sums(mesh, 3);
    for (int64_t row = 0; row < mesh->n_rows; row++) {
        assert_true(number_of(mesh, "area_km2", row) == 1);
        assert_true(near(tp_geodesic_area_km2(&dataset->ellipsoid, &mesh->shapes, row), 1, 1e-4));
        tp_grid *grid = NULL;
        tp_mesh_cell cell;
        char again[TP_GRID_CELL_SIZE];
        assert_int_equal(tp_grid_parse(text_of(mesh, "level", row), "EPSG:4326", &dataset->ellipsoid, &grid, NULL),
                         TP_OK);
        assert_true(tp_grid_cell_of_text(grid, text_of(mesh, "mesh_code", row), &cell));
        tp_grid_cell_text(grid, cell, again);
        assert_string_equal(again, text_of(mesh, "mesh_code", row));
        tp_grid_free(grid);
    }
    tp_error error = {0};
    assert_int_equal(
        run_stage(dataset, "mesh_density", "x", "{of: plants, cell: 1 km, crs: 'EPSG:3857'}", false, 0, &error),
        TP_E_CONFIG);
    assert_non_null(strstr(error.message, "not equal-area"));
    assert_int_equal(
        run_stage(dataset, "mesh_density", "x", "{of: plants, cell: 1 km, crs: 'EPSG:4326'}", false, 0, &error),
        TP_E_CONFIG);
    tp_dataset_free(dataset);
}

static void none_one_and_all_equal(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_test_point points[50];
    for (int i = 0; i < 50; i++) {
        points[i] = (tp_test_point){"p", 139.5, 35.5};
    }
    (void)add_points(dataset, "none", points, 0);
    (void)add_points(dataset, "one", points, 1);
    (void)add_points(dataset, "equal", points, 50);
    assert_int_equal(work_layer(dataset, "mesh_density", "a", "{of: none, mesh: 1 km}")->n_rows, 0);
    assert_int_equal(work_layer(dataset, "mesh_density", "b", "{of: none, mesh: 1 km, empty: yes}")->n_rows, 0);
    const tp_layer *one = work_layer(dataset, "mesh_density", "c", "{of: one, mesh: 1 km}");
    assert_true(one->n_rows == 1 && isnan(number_of(one, "gi_z", 0)) && isnan(number_of(one, "gi_q", 0)));
    assert_string_equal(text_of(one, "class", 0), "");
    const tp_layer *equal = work_layer(dataset, "mesh_density", "d", "{of: equal, mesh: 1 km, empty: yes}");
    assert_true(equal->n_rows == 1 && number_of(equal, "n", 0) == 50);
    assert_int_equal(findings_with(dataset, "has no values"), 2);
    assert_int_equal(findings_with(dataset, "are not defined"), 4);
    tp_dataset_free(dataset);
}

/* Every cell of the census mesh of block 5339 is a cell of ours, lies in 5339, and joins by its code. */
static void the_census_joins(void **state) {
    (void)state;
    const char *data = getenv("TP_SHARED_DATA"), *line;
    char path[1024];
    (void)snprintf(path, sizeof path, "/vsizip/%s/mesh/census_mesh_2020_5339.zip/tblT001100S5339.txt",
                   data == NULL ? "" : data);
    VSILFILE *file = VSIFOpenL(path, "r");
    if (file == NULL) {
        skip();
    }
    tp_dataset *dataset = new_dataset();
    static tp_test_point points[6000];
    static char codes[6000][12];
    int64_t n = 0;
    while ((line = CPLReadLineL(file)) != NULL) {
        size_t digits = strspn(line, "0123456789");
        tp_mesh_cell cell;
        if (digits != 8) {
            continue; /* the two lines of the head */
        }
        (void)snprintf(codes[n], sizeof codes[n], "%.8s", line);
        assert_true(tp_mesh_cell_of_text(TP_MESH_1KM, codes[n], &cell));
        points[n].id = codes[n];
        tp_mesh_centre(TP_MESH_1KM, cell, &points[n].lon_deg, &points[n].lat_deg);
        n++;
    }
    (void)VSIFCloseL(file);
    assert_int_equal(n, 4691);
    (void)add_points(dataset, "census", points, n);
    const tp_layer *mesh = work_layer(dataset, "mesh_density", "m", "{of: census, mesh: 1 km, hotspots: no}");
    assert_int_equal(mesh->n_rows, n);
    for (int64_t i = 0; i < n; i++) {
        bool found = false;
        for (int64_t row = 0; row < n && !found; row++) {
            found = strcmp(tp_layer_id(mesh, row), codes[i]) == 0;
        }
        assert_true(found);
        assert_memory_equal(codes[i], "5339", 4);
    }
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_as_a_loop),          cmocka_unit_test(what_is_outside_is_told),
        cmocka_unit_test(weights_and_conditions),    cmocka_unit_test(quotient_by_hand),
        cmocka_unit_test(empty_cells_over_polygons), cmocka_unit_test(squares_in_europe),
        cmocka_unit_test(none_one_and_all_equal),    cmocka_unit_test(the_census_joins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
