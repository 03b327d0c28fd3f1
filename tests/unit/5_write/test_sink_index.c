/* The spatial index of both GeoPackage sinks: trees of every height, rows without geometry, ten thousand filters. */
#include "boxes_fixture.h"

/* The levels above the leaves; -1: a tree without a root. A node that SQLite splits is not full, so that its trees may be
 * higher than ours. */
static int depth_of(const char *path, const boxed_layer *layer) {
    char sql[200];
    int depth = -1;
    (void)snprintf(sql, sizeof sql, "SELECT hex(substr(data, 1, 2)) FROM rtree_%s_geom_node WHERE nodeno = 1",
                   layer->name);
    (void)sscanf(ask(path, sql), "%x", (unsigned *)&depth);
    return depth;
}

/* Writes n boxes and holds the file against them; `depth` of the tree, where it is ours. */
static void check_size(int64_t n, bool gaps, tp_geometry geometry, int n_windows, int depth) {
    boxed_layer layer = {.name = "things", .geometry = geometry};
    fixture fixture = start("EPSG:6668");
    write_boxes(&fixture, n, gaps, &layer);
    commit(&fixture);
    check_soundness(fixture.path, &layer);
    check_rows(fixture.path, &layer);
    int64_t found = check_windows(fixture.path, &layer, n_windows);
    assert_true(n < 2000 || found > n_windows);
    check_spatial_filters(fixture.path, &layer, n_windows < 50 ? n_windows : 50);
    if (new_sink == tp_sink_new_gpkg && depth >= 0) {
        assert_int_equal(depth_of(fixture.path, &layer), depth);
    }
    free(layer.rows);
    stop(&fixture);
}

enum { FULL = 51, FULL_2 = 51 * 51, FULL_3 = 51 * 51 * 51 };

static const struct {
    int64_t n;
    int depth;
} SIZES[] = {{0, 0},
             {1, 0},
             {2, 0},
             {FULL - 1, 0},
             {FULL, 0},
             {FULL + 1, 1},
             {2 * FULL, 1},
             {2 * FULL + 1, 1},
             {FULL_2 - 1, 1},
             {FULL_2, 1},
             {FULL_2 + 1, 2},
             {2 * FULL_2, 2},
             {2 * FULL_2 + 1, 2}};

/* Around the borders between heights: a node holds 51. */
static void the_index_is_right_at_every_height(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        check_size(SIZES[i].n, false, TP_GEOMETRY_LINE, 50, SIZES[i].depth);
        check_size(SIZES[i].n, false, TP_GEOMETRY_POINT, 20, SIZES[i].depth);
    }
}

static void a_tree_of_four_levels_is_right(void **state) {
    (void)state;
    if (new_sink == tp_sink_new_ogr) {
        return; /* its borders are elsewhere */
    }
    check_size(FULL_3, false, TP_GEOMETRY_POINT, 20, 2);
    check_size(FULL_3 + 1, false, TP_GEOMETRY_LINE, 20, 3);
}

/* Rows without a geometry, and with an empty one, count for the numbers of the rows but not for the tree. */
static void rows_without_geometry_are_not_in_the_index(void **state) {
    (void)state;
    static const tp_geometry kinds[] = {TP_GEOMETRY_POINT, TP_GEOMETRY_LINE, TP_GEOMETRY_POLYGON};
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        check_size(SIZES[i].n, true, kinds[i % 3], 30, SIZES[i].depth);
    }
    for (int64_t n = 1; n <= 100; n += 99) {
        boxed_layer layer = {.name = "nowhere", .geometry = TP_GEOMETRY_LINE};
        fixture fixture = start("EPSG:6668");
        tp_sink_layer words = layer_of(layer.name, layer.geometry);
        assert_int_equal(tp_sink_begin_layer(fixture.sink, &words, NULL), TP_OK);
        for (int64_t row = 0; row < n; row++) {
            write_boxed(fixture.sink, layer.geometry, add_row(&layer));
        }
        assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_OK);
        commit(&fixture);
        check_soundness(fixture.path, &layer);
        check_rows(fixture.path, &layer);
        assert_int_equal(check_windows(fixture.path, &layer, 30), 0);
        assert_string_equal(ask(fixture.path, "SELECT count(geom) FROM nowhere"), "0");
        free(layer.rows);
        stop(&fixture);
    }
}

static void ten_thousand_filters_find_what_a_look_at_every_box_finds(void **state) {
    (void)state;
    check_size(20000, false, TP_GEOMETRY_LINE, 10000, 2);
    check_size(5000, true, TP_GEOMETRY_POLYGON, 2000, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_is_right_at_every_height),
        cmocka_unit_test(a_tree_of_four_levels_is_right),
        cmocka_unit_test(rows_without_geometry_are_not_in_the_index),
        cmocka_unit_test(ten_thousand_filters_find_what_a_look_at_every_box_finds),
    };
    new_sink = tp_sink_new_gpkg;
    int failed = cmocka_run_group_tests_name("by SQLite", tests, NULL, NULL);
    new_sink = tp_sink_new_ogr;
    return failed + cmocka_run_group_tests_name("through GDAL", tests, NULL, NULL);
}
