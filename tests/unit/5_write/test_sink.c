/* Both GeoPackage sinks: contents, CRS, what they refuse, and a disk that is full. Every test runs on each. */
#include "sink_fixture.h"

#include <math.h>
#include <ogr_srs_api.h>
#include <signal.h>
#include <sys/resource.h>

static void rows_come_back_as_they_were_given(void **state) {
    (void)state;
    fixture fixture = start("EPSG:6668");
    assert_int_equal(write_points(fixture.sink, "places", 5, &fixture.error), TP_OK);
    assert_false(exists(fixture.path));
    commit(&fixture);
    assert_int_equal(count_entries(fixture.folder), 1);
    const char *path = fixture.path;
    assert_string_equal(
        ask(path, "SELECT name, count, value, verdict FROM places ORDER BY fid"),
        "熊本 ①㈱髙﨑～|9223372036854775807|0|met\n~|~|~|met\n熊本 ①㈱髙﨑～|9223372036854775805|0.2|met\n"
        "熊本 ①㈱髙﨑～|9223372036854775804|0.3|met\n~|~|~|met");
    assert_string_equal(ask_wkt(path, "places", 4), "POINT (130.003 33.25)");
    assert_string_equal(ask_wkt(path, "places", 5), "~");
    assert_string_equal(ask(path, "SELECT table_name, identifier, description, data_type, srs_id FROM gpkg_contents"),
                        "places|places|what it is|features|6668");
    assert_string_equal(ask(path, "SELECT column_name, geometry_type_name FROM gpkg_geometry_columns"), "geom|POINT");
    assert_string_equal(ask(path, "SELECT count(*) FROM rtree_places_geom"), "4");
    assert_string_equal(ask(path, "SELECT feature_count FROM gpkg_ogr_contents"), "5");
    assert_string_equal(ask(path, "PRAGMA integrity_check"), "ok");
    stop(&fixture);
}

static void shapes_keep_parts_and_holes(void **state) {
    (void)state;
    tp_shapes shapes = {0};
    const double x[] = {0, 4, 4, 0, 0}, y[] = {0, 0, 4, 4, 0}, hx[] = {1, 1, 2, 1}, hy[] = {1, 2, 2, 1};
    assert_int_equal(tp_shapes_add_row(&shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_row(&shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&shapes, x, y, 5, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&shapes, hx, hy, 4, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&shapes, hx, hy, 4, NULL), TP_OK);
    fixture fixture = start("EPSG:6668");
    const tp_geometry kinds[] = {TP_GEOMETRY_POLYGON, TP_GEOMETRY_LINE};
    const char *names[] = {"areas", "lines"};
    tp_cell cells[N_FIELDS] = {{.missing = true}, {.missing = true}, {.missing = true}, {.missing = true}};
    for (int i = 0; i < 2; i++) {
        tp_sink_layer layer = layer_of(names[i], kinds[i]);
        assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
        for (int64_t row = 0; row < 2; row++) {
            tp_shape shape = {.geometry = kinds[i], .shapes = &shapes, .row = row};
            assert_int_equal(tp_sink_row(fixture.sink, cells, &shape, NULL), TP_OK);
        }
        assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_OK);
    }
    commit(&fixture);
    assert_string_equal(ask_wkt(fixture.path, "areas", 1), "~");
    assert_string_equal(ask_wkt(fixture.path, "areas", 2),
                        "MULTIPOLYGON (((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1)),((1 1,1 2,2 2,1 1)))");
    assert_string_equal(ask_wkt(fixture.path, "lines", 2),
                        "MULTILINESTRING ((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1),(1 1,1 2,2 2,1 1))");
    assert_string_equal(ask(fixture.path, "SELECT minx, maxx, miny, maxy FROM rtree_areas_geom"), "0|4|0|4");
    assert_string_equal(ask(fixture.path, "SELECT geometry_type_name FROM gpkg_geometry_columns ORDER BY table_name"),
                        "MULTIPOLYGON\nMULTILINESTRING");
    tp_shapes_reset(&shapes);
    stop(&fixture);
}

static void empty_layers_and_tables_are_there(void **state) {
    (void)state;
    fixture fixture = start("EPSG:4326");
    const tp_geometry kinds[] = {TP_GEOMETRY_POINT, TP_GEOMETRY_POLYGON, TP_GEOMETRY_NONE};
    const char *names[] = {"points", "areas", "plain"};
    for (int i = 0; i < 3; i++) {
        tp_sink_layer layer = layer_of(names[i], kinds[i]);
        assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
        assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_OK);
    }
    commit(&fixture);
    assert_string_equal(ask(fixture.path, "SELECT table_name, data_type FROM gpkg_contents"),
                        "points|features\nareas|features\nplain|attributes");
    assert_string_equal(ask(fixture.path, "SELECT table_name, extension_name FROM gpkg_extensions "
                                          "WHERE extension_name = 'gpkg_rtree_index' ORDER BY table_name"),
                        "areas|gpkg_rtree_index\npoints|gpkg_rtree_index");
    assert_string_equal(ask(fixture.path, "SELECT count(*) FROM rtree_points_geom"), "0");
    assert_string_equal(ask(fixture.path, "SELECT name FROM pragma_table_info('plain')"),
                        "fid\nname\ncount\nvalue\nverdict");
    stop(&fixture);
}

/* EPSG:6677 is zone IX of Japan's plane rectangular system: its origin is 36° N 139°50' E. */
static void a_projected_output_is_projected(void **state) {
    (void)state;
    fixture fixture = start("EPSG:6677");
    tp_sink_layer layer = layer_of("places", TP_GEOMETRY_POINT);
    assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
    tp_cell cells[N_FIELDS] = {{.missing = true}, {.missing = true}, {.missing = true}, {.missing = true}};
    const tp_shape shapes[] = {point(139 + 50.0 / 60, 36), point(139.7671, 35.6812)};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(tp_sink_row(fixture.sink, cells, &shapes[i], NULL), TP_OK);
    }
    assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_OK);
    commit(&fixture);
    double x = NAN, y = NAN;
    assert_int_equal(sscanf(ask_wkt(fixture.path, "places", 1), "POINT (%lf %lf)", &x, &y), 2);
    assert_true(fabs(x) <= 1e-6 && fabs(y) <= 1e-6);
    assert_int_equal(sscanf(ask_wkt(fixture.path, "places", 2), "POINT (%lf %lf)", &x, &y), 2);
    /* Tokyo station: some 6 km west and 35 km south of the origin; x is east. */
    assert_true(fabs(x + 5990) <= 20 && fabs(y + 35370) <= 50);
    assert_string_equal(ask(fixture.path, "SELECT srs_id FROM gpkg_contents"), "6677");
    stop(&fixture);
}

static void numbers_that_are_not_finite_are_refused(void **state) {
    (void)state;
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        fixture fixture = start("EPSG:6668");
        tp_sink_layer layer = layer_of("places", TP_GEOMETRY_POINT);
        assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
        tp_cell cells[N_FIELDS] = {{.missing = true}, {.missing = true}, {.f64 = bad[i]}, {.missing = true}};
        tp_shape shape = point(130, 33);
        assert_int_equal(tp_sink_row(fixture.sink, cells, &shape, &fixture.error), TP_E_INTERNAL);
        assert_non_null(strstr(fixture.error.message, "layer 'places' column 'value' row 0"));
        assert_int_equal(tp_sink_commit(fixture.sink, NULL), TP_E_INTERNAL);
        tp_sink_free(fixture.sink);
        fixture.sink = NULL;
        assert_int_equal(count_entries(fixture.folder), 0);
        stop(&fixture);

        fixture = start("EPSG:6668");
        assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
        cells[2].missing = true;
        shape = point(130, bad[i]);
        assert_int_equal(tp_sink_row(fixture.sink, cells, &shape, &fixture.error), TP_E_INTERNAL);
        assert_non_null(strstr(fixture.error.message, "coordinate"));
        stop(&fixture);
    }
}

static void a_wrong_order_is_refused(void **state) {
    (void)state;
    fixture fixture = start("EPSG:6668");
    tp_cell cells[N_FIELDS] = {{.missing = true}, {.missing = true}, {.missing = true}, {.missing = true}};
    assert_int_equal(tp_sink_row(fixture.sink, cells, NULL, NULL), TP_E_INTERNAL);
    assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_E_INTERNAL);
    tp_sink_layer layer = layer_of("places", TP_GEOMETRY_POINT);
    assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
    assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_E_INTERNAL);
    tp_shape line = {.geometry = TP_GEOMETRY_LINE};
    assert_int_equal(tp_sink_row(fixture.sink, cells, &line, &fixture.error), TP_E_INTERNAL);
    assert_non_null(strstr(fixture.error.message, "line"));
    assert_int_equal(tp_sink_commit(fixture.sink, NULL), TP_E_INTERNAL);
    stop(&fixture);
}

static void an_abort_leaves_the_old_file(void **state) {
    (void)state;
    fixture fixture = start("EPSG:6668");
    write_file(fixture.path, "old");
    assert_int_equal(write_points(fixture.sink, "places", 100, NULL), TP_OK);
    tp_sink_free(fixture.sink);
    fixture.sink = NULL;
    size_t size = 0;
    char *bytes = read_file(fixture.path, &size);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(count_entries(fixture.folder), 1);
    stop(&fixture);
}

static void an_unknown_crs_is_refused(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    tp_sink *sink = NULL;
    tp_error error = {0};
    assert_int_equal(new_sink(path, "EPSG:6668", "EPSG:1", &sink, &error), TP_E_CONFIG);
    assert_null(sink);
    assert_non_null(strstr(error.message, "EPSG:1"));
    assert_int_equal(count_entries(folder), 0);
    free(path);
    remove_folder(folder);
}

/* Writes n rows to a new folder that holds an old file, with files limited to `limit` bytes. */
static tp_code write_within(rlim_t limit, int64_t n, char **folder, char **path, tp_error *error) {
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    *folder = make_folder();
    *path = tp_text_format("%s/out.gpkg", *folder);
    write_file(*path, "old");
    struct rlimit lower = {.rlim_cur = limit, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &lower), 0);
    tp_sink *sink = NULL;
    tp_code code = new_sink(*path, "EPSG:6668", "EPSG:6668", &sink, error);
    if (code == TP_OK) {
        code = write_points(sink, "places", n, error);
    }
    if (code == TP_OK) {
        code = tp_sink_commit(sink, error);
    }
    tp_sink_free(sink);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(count_entries(*folder), 1);
    return code;
}

/* The disk is full after `limit` bytes: at whatever point that is, the old file stays and nothing else is left. */
static void fill_disk(int64_t n) {
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    char *folder = NULL, *path = NULL;
    tp_error error = {0};
    assert_int_equal(write_within(RLIM_INFINITY, n, &folder, &path, &error), TP_OK);
    size_t full = 0, size = 0;
    free(read_file(path, &full));
    free(path);
    remove_folder(folder);
    const rlim_t limits[] = {0, 1000, 4096, 50000, full / 4, full / 2, full - 100000, full - 4096, full - 1};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        error = (tp_error){0};
        assert_int_equal(write_within(limits[i], n, &folder, &path, &error), TP_E_MACHINE);
        assert_non_null(strstr(error.message, "cannot be written"));
        char *bytes = read_file(path, &size);
        assert_string_equal(bytes, "old");
        free(bytes);
        free(path);
        remove_folder(folder);
    }
    assert_int_equal(write_within((rlim_t)full, n, &folder, &path, &error), TP_OK);
    free(path);
    remove_folder(folder);
    (void)signal(SIGXFSZ, handler);
}

/* A small file, and one of several blocks, which are written in another way. */
static void a_full_disk_leaves_nothing(void **state) {
    (void)state;
    fill_disk(30000);
    if (new_sink == tp_sink_new_gpkg) {
        fill_disk(100000);
    }
}

enum { LONGEST_TEXT = 9000 };

/* The text of a row: none to several pages of letters. */
static char *text_of(int64_t row, char text[LONGEST_TEXT + 1]) {
    int length = row % 50 == 7 ? LONGEST_TEXT - (int)(row % 977) : (int)(row * 37 % 1500);
    memset(text, 'a' + (int)(row % 26), (size_t)length);
    text[length] = '\0';
    return text;
}

/* A table of many blocks of pages, and beside it, where the sink has that, another of which the rows lie in between. */
static void many_pages_come_back(void **state) {
    (void)state;
    enum { N = 9000, LATER = 500 };
    static char text[LONGEST_TEXT + 1];
    fixture fixture = start("EPSG:6668");
    bool beside = tp_sink_has_beside(fixture.sink);
    tp_sink_layer layer = layer_of("places", TP_GEOMETRY_POINT), table = layer_of("notes", TP_GEOMETRY_NONE);
    assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
    assert_int_equal(beside ? tp_sink_beside_begin(fixture.sink, &table, NULL) : TP_OK, TP_OK);
    for (int64_t i = 0; i < N; i++) {
        tp_cell cells[N_FIELDS] = {
            {.text = text_of(i, text)}, {.i64 = i}, {.missing = true}, {.text = "met", .size = 3}};
        tp_shape shape = point(130 + 0.0001 * (double)i, 33);
        assert_int_equal(tp_sink_row(fixture.sink, cells, &shape, NULL), TP_OK);
        for (int k = 0; beside && k < 2; k++) {
            assert_int_equal(tp_sink_beside_row(fixture.sink, NULL, cells, NULL), TP_OK);
        }
    }
    assert_int_equal(tp_sink_end_layer(fixture.sink, NULL), TP_OK);
    for (int64_t i = 0; beside && i < LATER; i++) { /* now the table goes on as the layer that is begun */
        tp_cell cells[N_FIELDS] = {{.missing = true}, {.i64 = i}, {.missing = true}, {.missing = true}};
        assert_int_equal(tp_sink_row(fixture.sink, cells, NULL, NULL), TP_OK);
    }
    assert_int_equal(beside ? tp_sink_end_layer(fixture.sink, NULL) : TP_OK, TP_OK);
    commit(&fixture);
    assert_string_equal(ask(fixture.path, "PRAGMA integrity_check"), "ok");
    assert_string_equal(ask(fixture.path, "SELECT rtreecheck('rtree_places_geom')"), "ok");
    const char *counts = "SELECT table_name, feature_count FROM gpkg_ogr_contents ORDER BY 1 DESC";
    assert_string_equal(ask(fixture.path, counts), beside ? "places|9000\nnotes|18500" : "places|9000");
    assert_string_equal(ask(fixture.path,
                            "SELECT count(*) FROM places WHERE replace(name, char(97 + (fid - 1) % 26), '') "
                            "= '' AND length(name) = CASE WHEN (fid - 1) % 50 = 7 THEN 9000 - (fid - 1) % 977 "
                            "ELSE (fid - 1) * 37 % 1500 END"),
                        "9000");
    if (beside) {
        assert_string_equal(ask(fixture.path, "SELECT count(*) FROM notes n JOIN places p ON p.fid = (n.fid + 1) / 2 "
                                              "WHERE n.name IS p.name AND n.count = p.count"),
                            "18000");
        assert_string_equal(ask(fixture.path, "SELECT count(*), min(fid), max(fid) FROM notes WHERE name IS NULL"),
                            "500|18001|18500");
    }
    stop(&fixture);
}

/* A table beside comes before any rows, has no geometry, and there is one. */
static void a_table_beside_no_layer_is_refused(void **state) {
    (void)state;
    for (int how = 0; how < 4; how++) {
        fixture fixture = start("EPSG:6668");
        tp_sink_layer layer = layer_of("places", TP_GEOMETRY_POINT), table = layer_of("notes", TP_GEOMETRY_NONE);
        tp_cell cells[N_FIELDS] = {{.missing = true}, {.missing = true}, {.f64 = NAN}, {.missing = true}};
        if (!tp_sink_has_beside(fixture.sink)) {
            stop(&fixture);
            return;
        }
        if (how > 0) {
            assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, NULL), TP_OK);
        }
        if (how == 1) {
            cells[2].missing = true;
            assert_int_equal(tp_sink_row(fixture.sink, cells, NULL, NULL), TP_OK);
        } else if (how == 2) {
            table.geometry = TP_GEOMETRY_LINE;
        }
        tp_code begun = tp_sink_beside_begin(fixture.sink, &table, &fixture.error);
        assert_int_equal(begun, how == 3 ? TP_OK : TP_E_INTERNAL);
        if (how == 3) {
            assert_int_equal(tp_sink_beside_begin(fixture.sink, &table, NULL), TP_E_INTERNAL);
            assert_int_equal(tp_sink_beside_row(fixture.sink, NULL, cells, &fixture.error), TP_E_INTERNAL);
            assert_non_null(strstr(fixture.error.message, "layer 'notes' column 'value' row 0"));
        }
        stop(&fixture);
    }
}

/* Texts around the sizes at which a record leaves its page, and numbers around those at which an integer grows. */
static void long_texts_and_wide_numbers_come_back(void **state) {
    (void)state;
    static const int64_t numbers[] = {0,
                                      1,
                                      -1,
                                      2,
                                      127,
                                      128,
                                      -128,
                                      -129,
                                      32767,
                                      32768,
                                      -32768,
                                      -32769,
                                      8388607,
                                      8388608,
                                      -8388609,
                                      2147483647,
                                      2147483648,
                                      -2147483649,
                                      (1LL << 47) - 1,
                                      1LL << 47,
                                      -(1LL << 47) - 1,
                                      INT64_MAX,
                                      INT64_MIN};
    enum { N = sizeof numbers / sizeof numbers[0], LONGEST = 16000 };
    static const int lengths[] = {0,    1,    57,   58,   63,   64,   480,  4020, 4030, 4035,  4040,   4041,
                                  4042, 4045, 4046, 4047, 4050, 4061, 4100, 8130, 8184, 12250, LONGEST};
    assert_int_equal(sizeof lengths / sizeof lengths[0], N);
    char *text = malloc(LONGEST + 1);
    assert_non_null(text);
    for (int i = 0; i < LONGEST; i++) {
        text[i] = (char)('a' + i % 26);
    }
    fixture fixture = start("EPSG:6668");
    tp_sink_layer layer = layer_of("things", TP_GEOMETRY_NONE);
    assert_int_equal(tp_sink_begin_layer(fixture.sink, &layer, &fixture.error), TP_OK);
    for (int i = 0; i < N; i++) {
        text[lengths[i]] = '\0';
        tp_cell cells[N_FIELDS] = {{.text = text}, {.i64 = numbers[i]}, {.f64 = -1.5}, {.missing = true}};
        assert_int_equal(tp_sink_row(fixture.sink, cells, NULL, &fixture.error), TP_OK);
        text[lengths[i]] = (char)('a' + lengths[i] % 26);
    }
    assert_int_equal(tp_sink_end_layer(fixture.sink, &fixture.error), TP_OK);
    commit(&fixture);
    assert_string_equal(ask(fixture.path, "PRAGMA integrity_check"), "ok");
    for (int i = 0; i < N; i++) {
        char sql[200], expected[60];
        (void)snprintf(sql, sizeof sql, "SELECT count, length(name), value FROM things WHERE fid = %d", i + 1);
        (void)snprintf(expected, sizeof expected, "%lld|%d|-1.5", (long long)numbers[i], lengths[i]);
        assert_string_equal(ask(fixture.path, sql), expected);
    }
    char *longest = tp_text_copy(ask(fixture.path, "SELECT name FROM things ORDER BY fid DESC LIMIT 1"));
    text[LONGEST] = '\0';
    assert_true(strcmp(longest, text) == 0);
    free(longest);
    free(text);
    stop(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_they_were_given),
        cmocka_unit_test(shapes_keep_parts_and_holes),
        cmocka_unit_test(empty_layers_and_tables_are_there),
        cmocka_unit_test(a_projected_output_is_projected),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(a_wrong_order_is_refused),
        cmocka_unit_test(an_abort_leaves_the_old_file),
        cmocka_unit_test(an_unknown_crs_is_refused),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(many_pages_come_back),
        cmocka_unit_test(a_table_beside_no_layer_is_refused),
        cmocka_unit_test(long_texts_and_wide_numbers_come_back),
    };
    new_sink = tp_sink_new_gpkg;
    int failed = cmocka_run_group_tests_name("by SQLite", tests, NULL, NULL);
    new_sink = tp_sink_new_ogr;
    return failed + cmocka_run_group_tests_name("through GDAL", tests, NULL, NULL);
}
