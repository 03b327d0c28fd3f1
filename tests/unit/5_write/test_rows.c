/* Rows made in parallel: in order, the same bytes at any number of threads, and the error of the first bad row. */
#include "write_fixture.h"

#include "5_write/contents.h"

#include <math.h>
#include <omp.h>

enum { ITEMS = 3000 };

static char ITEM[] = "item", VALUE[] = "value", NONE[] = "";
static tp_field FIELDS[] = {{.name = ITEM, .type = TP_TYPE_INT64, .unit = NONE, .help = NONE},
                            {.name = VALUE, .type = TP_TYPE_DOUBLE, .unit = NONE, .help = NONE}};

/* Item i has i % 4 rows, and one in the table beside, where the sink has such; the value of item `bad` cannot be written. */
typedef struct made_rows {
    int64_t bad;
    bool no_workers; /* but for the one that writes straight into the sink */
} made_rows;

typedef struct made_writer {
    const made_rows *shared;
    const tp_output *output;
    tp_record record;
} made_writer;

static void stop_made(void *worker) {
    made_writer *writer = worker;
    tp_record_reset(&writer->record);
    free(writer);
}

static tp_code start_made(const void *shared, const tp_output *output, void **worker, tp_error *error) {
    made_writer *writer = calloc(1, sizeof *writer);
    assert_non_null(writer);
    writer->shared = shared;
    writer->output = output;
    tp_record all = {.fields = FIELDS, .n = 2};
    assert_int_equal(tp_record_fork(&all, &writer->record, error), TP_OK);
    if (writer->shared->no_workers && output->part != NULL) {
        stop_made(writer);
        return TP_E_MACHINE;
    }
    *worker = writer;
    return TP_OK;
}

static tp_code make_made(void *worker, int64_t item, tp_error *error) {
    made_writer *writer = worker;
    tp_code code = TP_OK;
    for (int64_t i = 0; code == TP_OK && i < item % 4; i++) {
        tp_record_start(&writer->record);
        tp_put_int64(&writer->record, item * 4 + i, true);
        tp_put_double(&writer->record, item == writer->shared->bad ? (double)INFINITY : 0.5, true);
        tp_shape shape = {.geometry = TP_GEOMETRY_POINT, .lon_deg = 130 + 0.001 * (double)item, .lat_deg = 33};
        code = tp_output_row(writer->output, &writer->record, &shape, error);
    }
    if (code == TP_OK && tp_sink_has_beside(writer->output->sink)) {
        tp_record_start(&writer->record);
        tp_put_int64(&writer->record, -item, true);
        tp_put_double(&writer->record, 0.25, true);
        code = tp_output_row_beside(writer->output, &writer->record, error);
    }
    return code;
}

static tp_code write_items(const char *path, const made_rows *rows, int threads, bool fast, tp_error *error) {
    tp_output output = {.run = &(tp_run){.crs = "EPSG:6668"}};
    tp_code code = fast ? tp_sink_new_gpkg(path, "EPSG:6668", "EPSG:6668", &output.sink, error)
                        : tp_sink_new_ogr(path, "EPSG:6668", "EPSG:6668", &output.sink, error);
    assert_int_equal(code, TP_OK);
    int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    tp_sink_layer layer = {.name = "items",
                           .title = "items",
                           .description = "",
                           .geometry = TP_GEOMETRY_POINT,
                           .fields = FIELDS,
                           .n_fields = 2};
    assert_int_equal(tp_sink_begin_layer(output.sink, &layer, error), TP_OK);
    tp_sink_layer notes = layer;
    notes.name = notes.title = "notes";
    notes.geometry = TP_GEOMETRY_NONE;
    bool beside = tp_sink_has_beside(output.sink);
    assert_int_equal(beside ? tp_sink_beside_begin(output.sink, &notes, error) : TP_OK, TP_OK);
    tp_row_maker maker = {"items", rows, start_made, make_made, stop_made, NULL};
    code = tp_output_items(&output, &maker, ITEMS, error);
    if (code == TP_OK) {
        assert_int_equal(tp_sink_end_layer(output.sink, error), TP_OK);
        assert_int_equal(beside ? tp_sink_end_layer(output.sink, error) : TP_OK, TP_OK);
        assert_int_equal(tp_sink_commit(output.sink, error), TP_OK);
    }
    tp_sink_free(output.sink);
    omp_set_num_threads(before);
    return code;
}

static void check_order(const char *path) {
    GDALDatasetH file = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(file);
    OGRLayerH layer = GDALDatasetGetLayerByName(file, "items");
    int64_t item = 0, i = 0, n = 0;
    OGRFeatureH feature;
    while ((feature = OGR_L_GetNextFeature(layer)) != NULL) {
        while (i == item % 4) {
            item++;
            i = 0;
        }
        assert_int_equal(OGR_F_GetFID(feature), ++n);
        assert_int_equal(OGR_F_GetFieldAsInteger64(feature, 0), item * 4 + i++);
        assert_float_equal(OGR_G_GetX(OGR_F_GetGeometryRef(feature), 0), 130 + 0.001 * (double)item, 1e-9);
        OGR_F_Destroy(feature);
    }
    assert_int_equal(n, ITEMS / 4 * 6);
    GDALClose(file);
}

static void same_bytes_at_any_number_of_threads(void **state) {
    (void)state;
    char *folder = make_folder();
    size_t one_size = 0;
    char *one = NULL;
    for (int threads = 1; threads <= 5; threads++) {
        char *path = tp_text_format("%s/%d.gpkg", folder, threads);
        made_rows rows = {.bad = -1, .no_workers = threads == 5}; /* the last is made without any parts */
        assert_int_equal(write_items(path, &rows, threads, true, NULL), TP_OK);
        check_order(path);
        assert_string_equal(ask(path, "SELECT count(*), min(fid), max(fid), sum(fid + item = 1) FROM notes"),
                            "3000|1|3000|3000");
        size_t size = 0;
        char *bytes = read_file(path, &size);
        if (one == NULL) {
            one = bytes;
            one_size = size;
        } else {
            if (threads < 5) { /* rows of many parts are cut into pages as those of one */
                assert_int_equal(size, one_size);
                assert_memory_equal(bytes, one, size);
            }
            free(bytes);
        }
        free(path);
    }
    free(one);
    remove_folder(folder);
}

static void a_sink_without_parts_gets_the_same_rows(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    assert_int_equal(write_items(path, &(made_rows){.bad = -1}, 2, false, NULL), TP_OK);
    check_order(path);
    free(path);
    remove_folder(folder);
}

static void the_error_is_that_of_the_first_bad_row(void **state) {
    (void)state;
    char *folder = make_folder();
    char *path = tp_text_format("%s/out.gpkg", folder);
    const int64_t bad[] = {1, 255, 257, 1999, 2999};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t before = 0; /* rows before the bad one, counted from 0 */
        for (int64_t item = 0; item < bad[i]; item++) {
            before += item % 4;
        }
        char *told = tp_text_format("row %lld:", (long long)before);
        for (int threads = 1; threads <= 3; threads++) {
            tp_error error = {0};
            assert_int_equal(write_items(path, &(made_rows){.bad = bad[i]}, threads, true, &error), TP_E_INTERNAL);
            if (strstr(error.message, told) == NULL) {
                fail_msg("expected '%s' in '%s'", told, error.message);
            }
            assert_int_equal(count_entries(folder), 0);
        }
        free(told);
    }
    free(path);
    remove_folder(folder);
}

int main(void) {
    GDALAllRegister();
    (void)setenv("OGR_CURRENT_DATE", "2026-11-22T00:00:00Z", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_at_any_number_of_threads),
        cmocka_unit_test(a_sink_without_parts_gets_the_same_rows),
        cmocka_unit_test(the_error_is_that_of_the_first_bad_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
