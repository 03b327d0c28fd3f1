/* Layers: rows, columns, ids and labels, and keeping rows with everything that belongs to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"

#include <stdio.h>
#include <string.h>

static void put_text(tp_column *column, int64_t row, const char *text) {
    assert_int_equal(tp_column_set_text(column, row, text, strlen(text), NULL), TP_OK);
}

static tp_layer *new_layer(tp_geometry geometry) {
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new("x", geometry, &layer, NULL), TP_OK);
    return layer;
}

static void a_new_layer_is_empty(void **state) {
    (void)state;
    for (int geometry = TP_GEOMETRY_NONE; geometry <= TP_GEOMETRY_POLYGON; geometry++) {
        tp_layer *layer = new_layer((tp_geometry)geometry);
        assert_int_equal(layer->n_rows, 0);
        assert_string_equal(layer->name, "x");
        assert_int_equal(tp_layer_add_rows(layer, 0, NULL), TP_OK);
        assert_int_equal(tp_layer_add_rows(layer, 2, NULL), TP_OK);
        assert_int_equal(layer->lon_deg != NULL, geometry == TP_GEOMETRY_POINT);
        tp_layer_free(layer);
    }
    tp_layer_free(NULL);
    assert_string_equal(tp_geometry_text(TP_GEOMETRY_NONE), "table");
    assert_string_equal(tp_geometry_text(TP_GEOMETRY_POINT), "point");
    assert_string_equal(tp_geometry_text(TP_GEOMETRY_LINE), "line");
    assert_string_equal(tp_geometry_text(TP_GEOMETRY_POLYGON), "polygon");
}

static void columns_before_and_after_rows(void **state) {
    (void)state;
    tp_layer *layer = new_layer(TP_GEOMETRY_POINT);
    tp_column *before = tp_test_column(layer, "before", TP_TYPE_INT64);
    assert_int_equal(tp_layer_add_rows(layer, 3, NULL), TP_OK);
    tp_column_set_int64(before, 2, 9);
    layer->lon_deg[2] = 130;
    tp_column *after = tp_test_column(layer, "after", TP_TYPE_VERDICT);
    assert_int_equal(after->n_rows, 3);
    assert_int_equal(tp_layer_add_rows(layer, 2, NULL), TP_OK);
    assert_int_equal(before->n_rows, 5);
    assert_int_equal(after->n_rows, 5);
    assert_int_equal(before->i64[2], 9);
    assert_int_equal(before->valid[4], 0);
    assert_int_equal(after->verdict[4], TP_UNKNOWN);
    assert_true(layer->lon_deg[2] == 130 && layer->lon_deg[4] == 0);
    assert_ptr_equal(tp_layer_column(layer, "after"), after);
    assert_null(tp_layer_column(layer, "After")); /* names compare bytewise */
    tp_layer_free(layer);
}

static void a_taken_name_is_a_bug(void **state) {
    (void)state;
    tp_layer *layer = new_layer(TP_GEOMETRY_NONE);
    tp_column *column = NULL;
    tp_error error = {0};
    assert_int_equal(tp_layer_add_column(layer, "a", TP_TYPE_TEXT, "u", "file", &column, &error), TP_OK);
    assert_string_equal(column->unit, "u");
    assert_string_equal(column->origin, "file");
    assert_int_equal(tp_layer_add_column(layer, "a", TP_TYPE_TEXT, NULL, NULL, &column, &error), TP_E_INTERNAL);
    assert_null(column);
    assert_int_equal(layer->n_columns, 1);
    tp_layer_free(layer);
}

static void labels_fall_back_to_ids(void **state) {
    (void)state;
    tp_layer *layer = new_layer(TP_GEOMETRY_NONE);
    assert_int_equal(tp_layer_add_rows(layer, 3, NULL), TP_OK);
    layer->id = tp_test_column(layer, "id", TP_TYPE_TEXT);
    for (int64_t row = 0; row < 3; row++) {
        put_text(layer->id, row, row == 0 ? "a" : row == 1 ? "b" : "c");
    }
    assert_string_equal(tp_layer_label(layer, 0), "a"); /* no column of labels */
    layer->label = tp_test_column(layer, "name", TP_TYPE_TEXT);
    put_text(layer->label, 0, "Asahikawa");
    put_text(layer->label, 1, "");
    assert_string_equal(tp_layer_label(layer, 0), "Asahikawa");
    assert_string_equal(tp_layer_label(layer, 1), "b"); /* empty */
    assert_string_equal(tp_layer_label(layer, 2), "c"); /* missing */
    assert_string_equal(tp_layer_id(layer, 0), "a");
    tp_layer_free(layer);
}

/* Every row carries its number in all its parts, so that a mixed-up row shows. */
static tp_layer *numbered(tp_geometry geometry, int64_t n) {
    tp_layer *layer = new_layer(geometry);
    assert_int_equal(tp_layer_add_rows(layer, n, NULL), TP_OK);
    layer->id = tp_test_column(layer, "id", TP_TYPE_TEXT);
    tp_column *number = tp_test_column(layer, "number", TP_TYPE_DOUBLE);
    for (int64_t row = 0; row < n; row++) {
        char text[24];
        (void)snprintf(text, sizeof text, "%d", (int)row);
        put_text(layer->id, row, text);
        tp_column_set_double(number, row, (double)row);
        layer->source[row] = (int32_t)row + 100;
        layer->source_fid[row] = row + 1000;
        if (geometry == TP_GEOMETRY_POINT) {
            layer->lon_deg[row] = (double)row;
            layer->lat_deg[row] = (double)-row;
        } else if (geometry != TP_GEOMETRY_NONE) {
            double x[] = {(double)row, (double)row + 1, (double)row}, y[] = {0, 0, 1};
            assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
            for (int64_t part = 0; part < row % 3; part++) {
                assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
                assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, 3, NULL), TP_OK);
            }
        }
    }
    return layer;
}

static void check_numbered(const tp_layer *layer, const int64_t *rows, int64_t n) {
    assert_int_equal(layer->n_rows, n);
    for (int64_t i = 0; i < n; i++) {
        char text[24];
        double number;
        (void)snprintf(text, sizeof text, "%d", (int)rows[i]);
        assert_string_equal(tp_layer_id(layer, i), text);
        assert_true(tp_column_number(tp_layer_column(layer, "number"), i, &number) && number == (double)rows[i]);
        assert_int_equal(layer->source[i], rows[i] + 100);
        assert_int_equal(layer->source_fid[i], rows[i] + 1000);
        if (layer->geometry == TP_GEOMETRY_POINT) {
            assert_true(layer->lon_deg[i] == (double)rows[i] && layer->lat_deg[i] == (double)-rows[i]);
        } else if (layer->geometry != TP_GEOMETRY_NONE) {
            const tp_shapes *shapes = &layer->shapes;
            int64_t part = shapes->row_first[i];
            assert_int_equal(shapes->n_rows, n);
            assert_int_equal(shapes->row_first[i + 1] - part, rows[i] % 3);
            if (rows[i] % 3 > 0) {
                assert_true(shapes->x[shapes->ring_first[shapes->part_first[part]]] == (double)rows[i]);
            }
        }
    }
}

static void keeping_rows(void **state) {
    (void)state;
    int64_t all[20], some[20], n = 0;
    for (int64_t row = 0; row < 20; row++) {
        all[row] = row;
        if (row % 4 == 1 || row > 15) {
            some[n++] = row;
        }
    }
    for (int geometry = TP_GEOMETRY_NONE; geometry <= TP_GEOMETRY_POLYGON; geometry++) {
        tp_layer *layer = numbered((tp_geometry)geometry, 20);
        assert_int_equal(tp_layer_keep(layer, all, 20, NULL), TP_OK);
        check_numbered(layer, all, 20);
        assert_int_equal(tp_layer_keep(layer, some, n, NULL), TP_OK);
        check_numbered(layer, some, n);
        assert_int_equal(tp_layer_keep(layer, NULL, 0, NULL), TP_OK);
        assert_int_equal(layer->n_rows, 0);
        assert_int_equal(layer->id->n_rows, 0);
        assert_int_equal(layer->shapes.n_rows, 0);
        tp_layer_free(layer);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_layer_is_empty),  cmocka_unit_test(columns_before_and_after_rows),
        cmocka_unit_test(a_taken_name_is_a_bug), cmocka_unit_test(labels_fall_back_to_ids),
        cmocka_unit_test(keeping_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
