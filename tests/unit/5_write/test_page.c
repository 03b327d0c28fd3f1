/* The page's data: JSON that may stand in a script element, geometry as differences, and what makes no page. */
#include "write_fixture.h"

#include "5_write/layer_sink.h"
#include "5_write/output_bytes.h"
#include "5_write/page.h"
#include "5_write/page_json.h"

#include <float.h>
#include <math.h>

#define OK(call) assert_int_equal((call), TP_OK)

static void expect_json(tp_text *json, const char *expected) {
    assert_false(json->lost);
    assert_string_equal(tp_text_get(json), expected);
    tp_text_clear(json);
}

static void texts_cannot_leave_their_string(void **state) {
    (void)state;
    tp_text json = {0};
    tp_json_text(&json, "</script><!-- & \"q\" \\ \n\x01 熊本 \xE2\x80\xA8|\xE2\x80\xA9");
    expect_json(&json,
                "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\\"q\\\" \\\\ \\u000a\\u0001 熊本 \\u2028|\\u2029\"");
    tp_json_text(&json, "a\xFF\x8Fz"); /* no UTF-8 */
    expect_json(&json, "\"a\\ufffd\\ufffdz\"");
    tp_json_text(&json, "");
    expect_json(&json, "\"\"");
    tp_text_reset(&json);
}

static void numbers_come_back_as_they_were(void **state) {
    (void)state;
    static const double values[] = {0, -0.1, 30, 1.0 / 3, 86.3441666666667, 5e-324, DBL_MAX, 200000, 1e15 + 1};
    tp_text json = {0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        tp_json_number(&json, values[i], 0);
        assert_true(strtod(tp_text_get(&json), NULL) == values[i]);
        tp_text_clear(&json);
    }
    tp_json_number(&json, 30, 0);
    expect_json(&json, "30");
    tp_json_number(&json, 1.0 / 3, 4);
    expect_json(&json, "0.3333");
    tp_json_number(&json, NAN, 0);
    expect_json(&json, "null");
    tp_text_reset(&json);
}

static tp_column *texts(const char *const *values, int64_t n) {
    tp_column *column = NULL;
    OK(tp_column_new("t", TP_TYPE_TEXT, NULL, NULL, n, &column, NULL));
    for (int64_t i = 0; i < n; i++) {
        if (values[i] != NULL) {
            OK(tp_column_set_text(column, i, values[i], strlen(values[i]), NULL));
        }
    }
    return column;
}

static void texts_that_repeat_stand_once(void **state) {
    (void)state;
    tp_text json = {0};
    tp_column *column = texts((const char *const[]){"b", "a", NULL, "b", "b", "a", "a"}, 7);
    OK(tp_json_column(&json, column, 7, 0, NULL));
    expect_json(&json, "{\"t\":[\"b\",\"a\"],\"i\":[0,1,-1,0,0,1,1]}");
    OK(tp_json_column(&json, column, 3, 0, NULL)); /* two of three differ */
    expect_json(&json, "[\"b\",\"a\",null]");
    OK(tp_json_frequent(&json, column, 1, NULL));
    expect_json(&json, "[[\"a\",3]]"); /* as often as b, and smaller */
    tp_column_free(column);
    column = texts((const char *const[]){NULL, NULL}, 2);
    OK(tp_json_column(&json, column, 2, 0, NULL));
    expect_json(&json, "{\"t\":[],\"i\":[-1,-1]}");
    OK(tp_json_frequent(&json, column, 5, NULL));
    expect_json(&json, "[]");
    tp_column_free(column);
    tp_text_reset(&json);
}

static tp_layer *cells(const double *west, const double *south, int n, double width, double height) {
    tp_layer *layer = NULL;
    OK(tp_layer_new("cells", TP_GEOMETRY_POLYGON, &layer, NULL));
    OK(tp_layer_add_rows(layer, n, NULL));
    for (int i = 0; i < n; i++) {
        double x[] = {west[i], west[i] + width, west[i] + width, west[i], west[i]};
        double y[] = {south[i], south[i], south[i] + height, south[i] + height, south[i]};
        OK(tp_shapes_add_row(&layer->shapes, NULL));
        OK(tp_shapes_add_part(&layer->shapes, NULL));
        OK(tp_shapes_add_ring(&layer->shapes, x, y, 5, NULL));
    }
    return layer;
}

static void cells_of_one_size_are_a_grid(void **state) {
    (void)state;
    tp_text json = {0};
    const double west[] = {130, 130.0125, 129.975}, south[] = {32, 32, 32 + 3.0 / 120};
    tp_layer *layer = cells(west, south, 3, 0.0125, 1.0 / 120);
    assert_true(tp_json_grid(&json, layer));
    expect_json(&json, "\"grid\":{\"lon\":130.000000000,\"lat\":32.000000000,\"width\":0.012500000,"
                       "\"height\":0.008333333,\"cells\":[0,0,1,0,-3,3]}");
    layer->shapes.x[2] += 0.001; /* no rectangle any more */
    assert_false(tp_json_grid(&json, layer));
    expect_json(&json, "");
    OK(tp_json_rings(&json, layer, 1000, NULL));
    assert_non_null(strstr(tp_text_get(&json), "\"rings\":[[[1300000,320000,"));
    tp_layer_free(layer);
    const double off[] = {130, 130.02, 130.05};
    layer = cells(off, south, 3, 0.0125, 1.0 / 120); /* of one size, but on no common grid */
    assert_false(tp_json_grid(&json, layer));
    tp_layer_free(layer);
    tp_text_reset(&json);
}

static void points_are_differences(void **state) {
    (void)state;
    tp_text json = {0};
    const double lon[] = {130.5, 130.50001, NAN}, lat[] = {32, 31.99, 0};
    tp_json_points(&json, lon, lat, 3);
    expect_json(&json, "\"points\":[13050000,3200000,1,-1000,0,0]");
    tp_text_reset(&json);
}

/* A layer sink gives back what was written, without the layers that nobody wants. */
static void a_layer_sink_keeps_what_is_wanted(void **state) {
    (void)state;
    tp_sink *sink = NULL;
    OK(tp_layer_sink_new(tp_page_wants, &sink, NULL));
    tp_field fields[] = {{.name = "name", .type = TP_TYPE_TEXT, .unit = ""},
                         {.name = "v", .type = TP_TYPE_DOUBLE, .unit = ""},
                         {.name = "n", .type = TP_TYPE_INT64, .unit = ""}};
    const char *const names[] = {"parameters", "sites"};
    for (size_t k = 0; k < 2; k++) {
        tp_sink_layer head = {.name = names[k], .geometry = TP_GEOMETRY_POINT, .fields = fields, .n_fields = 3};
        OK(tp_sink_begin_layer(sink, &head, NULL));
        for (int i = 0; i < 150; i++) {
            tp_cell row[] = {{.text = i % 2 == 0 ? "even" : "odd"}, {.f64 = i / 4.0, .missing = i == 7}, {.i64 = i}};
            tp_shape shape = {.geometry = TP_GEOMETRY_POINT, .lon_deg = 130 + i, .lat_deg = i};
            OK(tp_sink_row(sink, row, &shape, NULL));
        }
        OK(tp_sink_end_layer(sink, NULL));
    }
    size_t n = 0;
    tp_layer *const *layers = tp_layer_sink_layers(sink, &n);
    assert_int_equal(n, 1);
    assert_string_equal(layers[0]->name, "sites");
    assert_int_equal(layers[0]->n_rows, 150);
    assert_int_equal(layers[0]->columns[0]->n_rows, 150);
    assert_string_equal(tp_column_text(layers[0]->columns[0], 149), "odd");
    assert_int_equal(layers[0]->columns[1]->valid[7], 0);
    assert_true(layers[0]->columns[1]->f64[9] == 2.25 && layers[0]->columns[2]->i64[149] == 149);
    assert_true(layers[0]->lon_deg[149] == 279 && layers[0]->lat_deg[149] == 149);
    OK(tp_sink_commit(sink, NULL));
    tp_sink_free(sink);
}

static tp_layer *table(const char *name, int64_t n) {
    tp_layer *layer = NULL;
    OK(tp_layer_new(name, strcmp(name, "sites") == 0 ? TP_GEOMETRY_POINT : TP_GEOMETRY_NONE, &layer, NULL));
    OK(tp_layer_add_rows(layer, n, NULL));
    return layer;
}

static void without_judged_sites_there_is_no_page(void **state) {
    (void)state;
    tp_text html = {0};
    tp_error error = {0};
    tp_layer *layers[] = {table("sites", 1), table("criteria", 1), table("verdicts", 0)};
    assert_int_equal(tp_page_build(layers, 2, &html, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "no layer 'verdicts'"));
    assert_int_equal(tp_page_build(layers, 3, &html, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "nothing in layer 'verdicts'"));
    OK(tp_layer_add_rows(layers[2], 1, NULL));
    OK(tp_page_build(layers, 3, &html, &error));
    assert_non_null(strstr(tp_text_get(&html), "\"criteria\":{\"geometry\":\"table\",\"n\":1,"));
    assert_null(strstr(tp_text_get(&html), "@DATA@"));
    OK(tp_layer_add_rows(layers[0], TP_PAGE_SITES_MAX, NULL));
    assert_int_equal(tp_page_build(layers, 3, &html, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "20001 sites are too many"));
    for (int i = 0; i < 3; i++) {
        tp_layer_free(layers[i]);
    }
    tp_text_reset(&html);
}

static void a_page_is_saved_whole_or_not_at_all(void **state) {
    (void)state;
    char *folder = make_folder();
    tp_text html = {0};
    tp_error error = {0};
    tp_text_add(&html, "<p>page</p>");
    char *path = tp_text_format("%s/page.html", folder), *below = tp_text_format("%s/page.html/x.html", folder);
    OK(tp_output_bytes_save(path, &html, &error));
    size_t size = 0;
    char *bytes = read_file(path, &size);
    assert_int_equal(size, html.size);
    free(bytes);
    assert_int_equal(tp_output_bytes_save(below, &html, &error), TP_E_MACHINE);
    assert_int_equal(count_entries(folder), 1);
    free(path);
    free(below);
    tp_text_reset(&html);
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_cannot_leave_their_string),
        cmocka_unit_test(numbers_come_back_as_they_were),
        cmocka_unit_test(texts_that_repeat_stand_once),
        cmocka_unit_test(cells_of_one_size_are_a_grid),
        cmocka_unit_test(points_are_differences),
        cmocka_unit_test(a_layer_sink_keeps_what_is_wanted),
        cmocka_unit_test(without_judged_sites_there_is_no_page),
        cmocka_unit_test(a_page_is_saved_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
