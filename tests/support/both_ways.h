/* One file read both ways, by a quicker way and by GDAL's features, and what differs. For the tests of
 * shape_rows.c and stream_rows.c and for fuzzing targets; everything is static: each program includes it once. */
#ifndef TP_TEST_BOTH_WAYS_H
#define TP_TEST_BOTH_WAYS_H

#include "1_read/ogr_file.h"

#include <stdio.h>
#include <string.h>

/* One reading of a file; `opened` false: its head cannot be opened, and `message` says why. */
typedef struct reading {
    tp_read_head head;
    tp_read_notes notes;
    tp_layer *layer;
    int64_t n_rows;
    bool opened;
    tp_code code;
    char message[sizeof((tp_error *)0)->message];
} reading;

/* Columns for all fields, and one for ids where they are made. */
static tp_code both_columns(reading *r) {
    tp_code code = tp_layer_new("places", r->head.head.geometry, &r->layer, NULL);
    for (size_t i = 0; i < r->head.head.n_fields && code == TP_OK; i++) {
        tp_column *column = NULL;
        const tp_field *field = &r->head.head.fields[i];
        code = tp_layer_add_column(r->layer, field->name, field->type, NULL, "file", &column, NULL);
    }
    if (code == TP_OK && r->head.id < 0) {
        return tp_layer_add_column(r->layer, "made id", TP_TYPE_TEXT, NULL, "file", &r->layer->id, NULL);
    }
    if (code == TP_OK) {
        r->layer->id = r->layer->columns[r->head.id];
    }
    return code;
}

/* `id` (may be NULL: from the feature's id) and `encoding` (may be NULL) as in the configuration. */
static void both_read(const char *path, const char *shown, const char *id, const char *encoding, bool by_features,
                      reading *r) {
    *r = (reading){0};
    tp_read_options options = {.id = id, .encoding = encoding, .crs = "EPSG:6668"};
    tp_read_places places = {0};
    tp_faults faults = {0};
    r->code = tp_read_head_open(path, shown, &options, &places, TP_HEAD_DECIDE_ENCODING, &r->head, &faults);
    if (r->code != TP_OK) {
        snprintf(r->message, sizeof r->message, "%s", faults.n > 0 ? faults.items[0].message : "");
    }
    tp_faults_reset(&faults);
    if (r->code != TP_OK || (r->code = both_columns(r)) != TP_OK) {
        return;
    }
    r->opened = true;
    tp_error error = {0};
    tp_read_task task = {.head = &r->head,
                         .layer_name = "places",
                         .source = 3,
                         .layer = r->layer,
                         .notes = &r->notes,
                         .by_features = by_features};
    r->code = tp_read_rows(&task, &error);
    r->n_rows = task.n_rows;
    snprintf(r->message, sizeof r->message, "%s", error.message);
}

static void both_end(reading *r) {
    tp_layer_free(r->layer);
    tp_read_notes_reset(&r->notes);
    tp_read_head_reset(&r->head);
}

static bool both_same_cell(const tp_column *x, const tp_column *y, int64_t row) {
    if (x->valid[row] != y->valid[row]) {
        return false;
    }
    if (!x->valid[row]) {
        return true;
    }
    return x->type == TP_TYPE_TEXT    ? strcmp(tp_column_text(x, row), tp_column_text(y, row)) == 0
           : x->type == TP_TYPE_INT64 ? x->i64[row] == y->i64[row]
                                      : memcmp(&x->f64[row], &y->f64[row], sizeof(double)) == 0;
}

static bool both_same_note(const tp_read_note *x, const tp_read_note *y) {
    return x->row == y->row && strcmp(x->reason, y->reason) == 0 && strcmp(x->detail, y->detail) == 0 &&
           x->leaves_out == y->leaves_out;
}

static const char *both_differ_in_rows(const reading *a, const reading *b) {
    static char what[100];
    for (size_t c = 0; c < a->layer->n_columns; c++) {
        const tp_column *x = a->layer->columns[c], *y = b->layer->columns[c];
        for (int64_t row = 0; row < a->n_rows; row++) {
            if (x->type != y->type || !both_same_cell(x, y, row)) {
                snprintf(what, sizeof what, "column %.40s row %lld", x->name, (long long)row);
                return what;
            }
        }
    }
    for (int64_t row = 0; row < a->n_rows; row++) {
        bool point = a->layer->geometry == TP_GEOMETRY_POINT;
        if (a->layer->source_fid[row] != b->layer->source_fid[row] || a->layer->source[row] != b->layer->source[row] ||
            (point && memcmp(&a->layer->lon_deg[row], &b->layer->lon_deg[row], sizeof(double)) != 0) ||
            (point && memcmp(&a->layer->lat_deg[row], &b->layer->lat_deg[row], sizeof(double)) != 0)) {
            snprintf(what, sizeof what, "source or position of row %lld", (long long)row);
            return what;
        }
    }
    return NULL;
}

/* NULL, or the first thing in which two readings differ. */
static const char *both_differ(const reading *a, const reading *b) {
    if (a->opened != b->opened || a->code != b->code || strcmp(a->message, b->message) != 0) {
        return "whether it can be read, or why not";
    }
    if (a->code != TP_OK) {
        return NULL;
    }
    if (strcmp(a->head.encoding, b->head.encoding) != 0 || a->n_rows != b->n_rows || a->notes.n != b->notes.n) {
        return "the encoding or the number of rows or of notes";
    }
    for (size_t i = 0; i < a->notes.n; i++) {
        if (!both_same_note(&a->notes.items[i], &b->notes.items[i])) {
            return "a note";
        }
    }
    return both_differ_in_rows(a, b);
}

#endif
