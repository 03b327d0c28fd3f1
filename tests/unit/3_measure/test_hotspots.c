/*
 * hotspots: identical columns for any order of rows and number of threads; neighbours by band and by number against all
 * pairs; prefectures by their borders; islands, missing and equal values, classes, findings, mistakes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid_fixture.h"

#include "technopolis/grid.h"
#include "technopolis/hotspot.h"

#include <omp.h>

/* A layer of cells with the column `x`, in the order that `order` gives. */
static tp_layer *add_cells(tp_dataset *dataset, const char *name, const char *level, int64_t n, char (*code)[16],
                           const double *x, const int64_t *order) {
    tp_layer *layer = add_table(dataset, name, TP_GEOMETRY_NONE, n);
    tp_column *codes = tp_test_column(layer, "mesh_code", TP_TYPE_TEXT),
              *levels = tp_test_column(layer, "level", TP_TYPE_TEXT);
    tp_column *numbers = tp_test_column(layer, "x", TP_TYPE_DOUBLE);
    for (int64_t i = 0; i < n; i++) {
        int64_t from = order == NULL ? i : order[i];
        put(layer->id, i, code[from]);
        put(codes, i, code[from]);
        put(levels, i, level);
        tp_column_set_double(numbers, i, x[from]);
    }
    return layer;
}

enum { SIDE = 20, CELLS = SIDE * SIDE };

static void square_of_cells(char (*code)[16], double *x, uint64_t seed) {
    for (int i = 0; i < CELLS; i++) {
        char text[TP_MESH_TEXT_SIZE];
        tp_mesh_text(TP_MESH_1KM, (tp_mesh_cell){4265 + i / SIDE, 3175 + i % SIDE}, text);
        (void)snprintf(code[i], 16, "%s", text);
        x[i] = next_random(&seed) * 10;
    }
}

static int64_t row_of(const tp_layer *layer, const char *id) {
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (strcmp(tp_layer_id(layer, row), id) == 0) {
            return row;
        }
    }
    fail_msg("no row %s", id);
    return -1;
}

static const char *const COLUMNS[] = {"gi_z", "gi_p", "gi_q", "moran", "moran_z", "moran_p", "moran_q"};

static void compare_layers(const tp_layer *a, const tp_layer *b) {
    assert_int_equal(a->n_rows, b->n_rows);
    for (int64_t row = 0; row < a->n_rows; row++) {
        int64_t other = row_of(b, tp_layer_id(a, row));
        for (size_t k = 0; k < sizeof COLUMNS / sizeof COLUMNS[0]; k++) {
            double x = number_of(a, COLUMNS[k], row), y = number_of(b, COLUMNS[k], other);
            assert_memory_equal(&x, &y, sizeof x);
        }
        assert_string_equal(text_of(a, "class", row), text_of(b, "class", other));
        assert_string_equal(text_of(a, "moran_class", row), text_of(b, "moran_class", other));
    }
}

static void any_order_and_any_number_of_threads(void **state) {
    (void)state;
    static char code[CELLS][16];
    static double x[CELLS];
    static int64_t order[CELLS];
    int before = omp_get_max_threads();
    const char *settings[] = {
        "{of: LAYER, column: x, local_moran: yes, permutations: 199}",
        "{of: LAYER, column: x, local_moran: yes, permutations: 199, neighbours: band, cells: 4.5}",
        "{of: LAYER, column: x, local_moran: yes, permutations: 199, neighbours: band, band: 3 km, side: high}",
    };
    square_of_cells(code, x, 3);
    for (size_t turn = 0; turn < sizeof settings / sizeof settings[0]; turn++) {
        const tp_layer *layers[3];
        tp_dataset *dataset = new_dataset();
        for (int k = 0; k < 3; k++) {
            char name[] = "a", yaml[256] = "";
            name[0] = (char)('a' + k);
            for (int i = 0; i < CELLS; i++) {
                order[i] = k == 1 ? CELLS - 1 - i : k == 2 ? (i * 7) % CELLS : i; /* 7 and 400 have no common factor */
            }
            (void)snprintf(yaml, sizeof yaml, "{of: %s%s", name, strchr(settings[turn], ','));
            omp_set_num_threads(k == 1 ? 1 : 2);
            layers[k] = add_cells(dataset, name, "1 km", CELLS, code, x, order);
            (void)work_layer(dataset, "hotspots", "hotspots", yaml);
        }
        omp_set_num_threads(before);
        compare_layers(layers[0], layers[1]);
        compare_layers(layers[0], layers[2]);
        tp_dataset_free(dataset);
    }
}

/* ---- neighbours by distance, against all pairs ---- */

static double gi_star(int64_t n, const double *x, const bool *near) {
    double mean = 0, square = 0, sum = 0, w = 0;
    for (int64_t i = 0; i < n; i++) {
        mean += x[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        square += (x[i] - mean) * (x[i] - mean) / (double)n;
        sum += near[i] ? x[i] : 0;
        w += near[i];
    }
    return (sum - mean * w) / sqrt(square * ((double)n * w - w * w) / ((double)n - 1));
}

static void points_within_a_band_and_nearest(void **state) {
    (void)state;
    enum { N = 150, K = 5 };
    tp_dataset *dataset = new_dataset();
    tp_layer *town = add_town(dataset, "plants", N, 8);
    tp_column *column = tp_test_column(town, "x", TP_TYPE_DOUBLE);
    uint64_t seed = 4;
    for (int i = 0; i < N; i++) {
        tp_column_set_double(column, i, next_random(&seed));
    }
    (void)work_layer(dataset, "hotspots", "h",
                     "{of: plants, column: x, neighbours: band, band: 12 km, permutations: 0}");
    (void)work_layer(dataset, "hotspots", "h",
                     "{of: plants, column: x, neighbours: nearest, nearest: 5, permutations: 0, prefix: k_}");
    for (int i = 0; i < N; i++) {
        bool close[N], closest[N] = {false};
        double away[N];
        int n_near = 0;
        for (int k = 0; k < N; k++) {
            away[k] = oracle_m(town->lon_deg[i], town->lat_deg[i], town->lon_deg[k], town->lat_deg[k]);
            close[k] = away[k] <= 12000;
            n_near += close[k];
        }
        for (int k = 0; k < K + 1; k++) { /* itself and the five nearest */
            int best = -1;
            for (int j = 0; j < N; j++) {
                best = !closest[j] && (best < 0 || away[j] < away[best]) ? j : best;
            }
            closest[best] = true;
        }
        double z = number_of(town, "gi_z", i), wanted = gi_star(N, column->f64, close);
        assert_true(n_near == 1 ? isnan(z) : near(z, wanted, 1e-9));
        assert_true(near(number_of(town, "k_gi_z", i), gi_star(N, column->f64, closest), 1e-9));
        assert_true(n_near == 1 || near(number_of(town, "gi_p", i), tp_normal_p(wanted, TP_SIDE_TWO), 1e-9));
    }
    tp_dataset_free(dataset);
}

/* A band in metres on cells, against geodesics between their centres; none lies near the limit. */
static void cells_within_a_band(void **state) {
    (void)state;
    static char code[CELLS][16];
    static double x[CELLS], lon[CELLS], lat[CELLS];
    square_of_cells(code, x, 9);
    tp_dataset *dataset = new_dataset();
    const tp_layer *layer = add_cells(dataset, "cells", "1 km", CELLS, code, x, NULL);
    (void)work_layer(dataset, "hotspots", "h",
                     "{of: cells, column: x, neighbours: band, band: 3.3 km, permutations: 0}");
    for (int i = 0; i < CELLS; i++) {
        tp_mesh_cell cell;
        assert_true(tp_mesh_cell_of_text(TP_MESH_1KM, code[i], &cell));
        tp_mesh_centre(TP_MESH_1KM, cell, &lon[i], &lat[i]);
    }
    for (int i = 0; i < CELLS; i++) {
        bool close[CELLS];
        for (int k = 0; k < CELLS; k++) {
            close[k] = oracle_m(lon[i], lat[i], lon[k], lat[k]) <= 3300;
        }
        assert_true(near(number_of(layer, "gi_z", i), gi_star(CELLS, x, close), 1e-9));
    }
    tp_dataset_free(dataset);
}

/* ---- what is not defined, and what is told ---- */

static void islands_and_missing_values(void **state) {
    (void)state;
    char code[][16] = {"53394611", "53394612", "53394621", "53394699", "53394622"};
    const double x[] = {5, 1, 2, 9, 0};
    tp_dataset *dataset = new_dataset();
    tp_layer *layer = add_cells(dataset, "cells", "1 km", 5, code, x, NULL);
    tp_column_set_missing(tp_layer_column(layer, "x"), 4);
    (void)work_layer(dataset, "hotspots", "h", "{of: cells, column: x, permutations: 99, local_moran: yes}");
    assert_true(isnan(number_of(layer, "gi_z", 3)) && isnan(number_of(layer, "gi_p", 3)));
    assert_true(isnan(number_of(layer, "gi_z", 4)) && isnan(number_of(layer, "moran", 4)));
    assert_string_equal(text_of(layer, "class", 3), "");
    assert_false(isnan(number_of(layer, "gi_z", 0)));
    assert_int_equal(
        findings_with(dataset, "1 of 4 rows of cells have no neighbour, so nothing is said of them: 53394699"), 1);
    assert_int_equal(findings_with(dataset, "missing in 1 of 5 rows"), 1);
    assert_int_equal(findings_with(dataset, "99 conditional permutations, two-sided"), 1);
    tp_dataset_free(dataset);
}

static void a_constant_and_too_few_permutations(void **state) {
    (void)state;
    static char code[CELLS][16];
    static double x[CELLS], same[CELLS];
    square_of_cells(code, x, 1);
    tp_dataset *dataset = new_dataset();
    const tp_layer *constant = add_cells(dataset, "constant", "1 km", CELLS, code, same, NULL);
    (void)add_cells(dataset, "cells", "1 km", CELLS, code, x, NULL);
    (void)work_layer(dataset, "hotspots", "h", "{of: constant, column: x, permutations: 99}");
    (void)work_layer(dataset, "hotspots", "h", "{of: cells, column: x, permutations: 9, side: low, correction: by}");
    for (int i = 0; i < CELLS; i++) {
        assert_true(isnan(number_of(constant, "gi_z", i)) && isnan(number_of(constant, "gi_p", i)));
    }
    assert_int_equal(findings_with(dataset, "x of constant is 0 in all 400 rows"), 1);
    assert_int_equal(findings_with(dataset, "so none can"), 1);
    assert_int_equal(findings_with(dataset, "one-sided for low values; q after Benjamini and Yekutieli"), 1);
    tp_dataset_free(dataset);
}

/* A hot corner and a cold one. Then one high cell among low ones: its Gi* is above 0, its surroundings are low. */
static void classes(void **state) {
    (void)state;
    static char code[CELLS][16];
    static double x[CELLS];
    enum { HOT = 2 * SIDE + 2, COLD = 19 * SIDE + 19, LONE = 17 * SIDE + 17 };
    square_of_cells(code, x, 1);
    for (int i = 0; i < CELLS; i++) {
        int row = i / SIDE, column = i % SIDE;
        x[i] += row < 5 && column < 5 ? 20 : row > 14 && column > 14 ? -20 : 0;
    }
    tp_dataset *dataset = new_dataset();
    const tp_layer *layer = add_cells(dataset, "cells", "1 km", CELLS, code, x, NULL);
    (void)work_layer(dataset, "hotspots", "h", "{of: cells, column: x, permutations: 9999, local_moran: yes}");
    assert_string_equal(text_of(layer, "class", HOT), "hot_99");
    assert_string_equal(text_of(layer, "class", COLD), "cold_99");
    assert_string_equal(text_of(layer, "moran_class", HOT), "high_high");
    assert_string_equal(text_of(layer, "moran_class", COLD), "low_low");
    x[LONE] = 250;
    layer = add_cells(dataset, "lone", "1 km", CELLS, code, x, NULL);
    (void)work_layer(dataset, "hotspots", "h",
                     "{of: lone, column: x, permutations: 9999, local_moran: yes, side: low}");
    assert_true(number_of(layer, "gi_z", LONE) > 0 && number_of(layer, "gi_q", LONE) <= 0.05);
    assert_string_equal(text_of(layer, "class", LONE), "not_significant");
    tp_dataset_free(dataset);
}

static void mistakes(void **state) {
    (void)state;
    char code[][16] = {"53394611", "5339461"};
    const double x[] = {1, 2};
    const tp_test_point points[] = {{"a", 139, 35}, {"b", 139.1, 35}};
    tp_error error = {0};
    tp_dataset *dataset = new_dataset();
    (void)add_cells(dataset, "cells", "1 km", 2, code, x, NULL);
    tp_layer *layer = add_points(dataset, "points", points, 2);
    tp_column_set_double(tp_test_column(layer, "x", TP_TYPE_DOUBLE), 0, 1);
    assert_int_equal(run_stage(dataset, "hotspots", "h", "{of: cells, column: x}", false, 0, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "'5339461' is no cell of 1 km"));
    assert_int_equal(run_stage(dataset, "hotspots", "h", "{of: cells, column: y}", false, 0, &error), TP_E_DATA);
    assert_int_equal(run_stage(dataset, "hotspots", "h", "{of: points, column: x}", false, 0, &error), TP_E_CONFIG);
    assert_int_equal(
        run_stage(dataset, "hotspots", "h", "{of: points, column: x, neighbours: band, cells: 2}", false, 0, &error),
        TP_E_CONFIG);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_and_any_number_of_threads),
        cmocka_unit_test(points_within_a_band_and_nearest),
        cmocka_unit_test(cells_within_a_band),
        cmocka_unit_test(islands_and_missing_values),
        cmocka_unit_test(a_constant_and_too_few_permutations),
        cmocka_unit_test(classes),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
