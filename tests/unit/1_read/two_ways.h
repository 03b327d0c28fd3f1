/* One file read by a quicker way and by GDAL's features: both must give the same columns, positions, notes and errors.
 * Everything is static: each test program includes it once. */
#ifndef TP_TEST_TWO_WAYS_H
#define TP_TEST_TWO_WAYS_H

#include "made_files.h"

#include "1_read/ogr_file.h"

/* One reading of a file. */
typedef struct reading {
    tp_read_head head;
    tp_read_notes notes;
    tp_layer *layer;
    int64_t n_rows;
    tp_error error;
    tp_code code;
} reading;

static void make_columns(reading *r) {
    tp_column *column = NULL;
    assert_int_equal(tp_layer_new("places", r->head.head.geometry, &r->layer, NULL), TP_OK);
    for (size_t i = 0; i < r->head.head.n_fields; i++) {
        const tp_field *field = &r->head.head.fields[i];
        assert_int_equal(tp_layer_add_column(r->layer, field->name, field->type, NULL, "file", &column, NULL), TP_OK);
    }
    r->layer->id = r->layer->columns[0];
}

/* False when the head cannot be opened. The first column is the id. */
static bool read_made(const char *name, const char *encoding, bool by_features, reading *r) {
    *r = (reading){0};
    tp_read_options options = {.layer = NULL, .id = "name", .encoding = encoding};
    tp_read_places places = {0};
    tp_faults faults = {0};
    tp_code code = tp_read_head_open(made(name), name, &options, &places, TP_HEAD_DECIDE_ENCODING, &r->head, &faults);
    tp_faults_reset(&faults);
    if (code != TP_OK) {
        tp_read_head_reset(&r->head);
        return false;
    }
    make_columns(r);
    tp_read_task task = {.head = &r->head,
                         .layer_name = "places",
                         .source = 3,
                         .layer = r->layer,
                         .notes = &r->notes,
                         .by_features = by_features};
    r->code = tp_read_rows(&task, &r->error);
    r->n_rows = task.n_rows;
    return true;
}

static void end_reading(reading *r) {
    tp_layer_free(r->layer);
    tp_read_notes_reset(&r->notes);
    tp_read_head_reset(&r->head);
}

static void same_columns(const reading *a, const reading *b) {
    for (size_t c = 0; c < a->layer->n_columns; c++) {
        const tp_column *x = a->layer->columns[c], *y = b->layer->columns[c];
        assert_int_equal(x->type, y->type);
        for (int64_t row = 0; row < a->n_rows; row++) {
            assert_int_equal(x->valid[row], y->valid[row]);
            if (!x->valid[row]) {
                continue;
            }
            if (x->type == TP_TYPE_TEXT) {
                assert_string_equal(tp_column_text(x, row), tp_column_text(y, row));
            } else if (x->type == TP_TYPE_INT64) {
                assert_int_equal(x->i64[row], y->i64[row]);
            } else {
                assert_memory_equal(&x->f64[row], &y->f64[row], sizeof(double));
            }
        }
    }
}

static void same_readings(const reading *a, const reading *b) {
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->error.message, b->error.message);
    assert_string_equal(a->head.encoding, b->head.encoding);
    if (a->code != TP_OK) {
        return;
    }
    assert_int_equal(a->n_rows, b->n_rows);
    same_columns(a, b);
    assert_memory_equal(a->layer->source_fid, b->layer->source_fid, sizeof(int64_t) * (size_t)a->n_rows);
    assert_memory_equal(a->layer->source, b->layer->source, sizeof(int32_t) * (size_t)a->n_rows);
    assert_int_equal(a->notes.n, b->notes.n);
    for (size_t i = 0; i < a->notes.n; i++) {
        assert_int_equal(a->notes.items[i].row, b->notes.items[i].row);
        assert_string_equal(a->notes.items[i].reason, b->notes.items[i].reason);
        assert_string_equal(a->notes.items[i].detail, b->notes.items[i].detail);
        assert_int_equal(a->notes.items[i].leaves_out, b->notes.items[i].leaves_out);
    }
    for (int64_t row = 0; row < a->n_rows && a->layer->geometry == TP_GEOMETRY_POINT; row++) {
        assert_memory_equal(&a->layer->lon_deg[row], &b->layer->lon_deg[row], sizeof(double));
        assert_memory_equal(&a->layer->lat_deg[row], &b->layer->lat_deg[row], sizeof(double));
    }
}

/* Whether the file could be opened at all. */
static bool compare_ways(const char *name, const char *encoding) {
    reading quick, plain;
    bool opened = read_made(name, encoding, false, &quick);
    assert_int_equal(opened, read_made(name, encoding, true, &plain));
    if (opened) {
        same_readings(&quick, &plain);
        end_reading(&quick);
        end_reading(&plain);
    }
    return opened;
}

__attribute__((unused)) static void add_real(made_layer m, const char *name, int width, int decimals) {
    OGRFieldDefnH field = OGR_Fld_Create(name, OFTReal);
    OGR_Fld_SetWidth(field, width);
    OGR_Fld_SetPrecision(field, decimals);
    assert_int_equal(OGR_L_CreateField(m.layer, field, 1), OGRERR_NONE);
    OGR_Fld_Destroy(field);
}

#endif
