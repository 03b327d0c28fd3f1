/* Rows from GDAL's column streams: see stream_rows.h. */
#include "1_read/stream_rows.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <ogr_recordbatch.h>
#include <stdlib.h>
#include <string.h>

enum { DETAIL_SIZE = 200, POINT_SIZE = 21, NO_CHILD = -1 };

/* The children of a stream's arrays: one a column. */
typedef struct stream_rows {
    tp_reader *reader;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    int *child; /* of each of the head's fields */
    int fid, geometry;
    int64_t *suspects; /* ids of features in whose place no geometry came */
    size_t n_suspects, capacity;
} stream_rows;

/* ---- cells ---- */

static bool is_there(const struct ArrowArray *array, int64_t row) {
    const uint8_t *valid = array->buffers[0];
    row += array->offset;
    return array->null_count == 0 || valid == NULL || (valid[row / 8] >> row % 8 & 1) != 0;
}

/* The bytes of a cell of texts or geometries. */
static const char *bytes_of(const struct ArrowArray *array, int64_t row, size_t *size) {
    const int32_t *at = array->buffers[1];
    row += array->offset;
    *size = (size_t)(at[row + 1] - at[row]);
    return *size == 0 ? "" : (const char *)array->buffers[2] + at[row];
}

static tp_code set_value(stream_rows *s, size_t i, const struct ArrowArray *array, int64_t row, tp_error *error) {
    int64_t at = row + array->offset;
    size_t size = 0;
    const char *text = NULL;
    if (!is_there(array, row)) {
        return TP_OK;
    }
    switch (s->reader->types[i]) {
    case OFTInteger:
        return tp_row_set_integer(s->reader, i, ((const int32_t *)array->buffers[1])[at], error);
    case OFTInteger64:
        return tp_row_set_integer(s->reader, i, ((const int64_t *)array->buffers[1])[at], error);
    case OFTReal:
        return tp_row_set_real(s->reader, i, ((const double *)array->buffers[1])[at], error);
    default:
        text = bytes_of(array, row, &size);
        return tp_row_set_text(s->reader, i, text, strnlen(text, size), error); /* features end at a NUL too */
    }
}

/* A plain, finite point in the machine's order of bytes; all else is looked at as a geometry. */
static bool read_point(const char *wkb, size_t size, double *x, double *y) {
    uint32_t type = 0;
    if (size < POINT_SIZE || (wkb[0] == 1) != (CPL_IS_LSB != 0)) {
        return false;
    }
    memcpy(&type, wkb + 1, sizeof type);
    memcpy(x, wkb + 5, sizeof *x);
    memcpy(y, wkb + 13, sizeof *y);
    return type == wkbPoint && isfinite(*x) && isfinite(*y);
}

/*
 * A stream of a GeoPackage does not tell a geometry that is missing from one that is damaged, which makes a file
 * unusable. (FlatGeobuf's records are whole or not, and its features cannot be asked for one by one.)
 */
static tp_code suspect(stream_rows *s, tp_error *error) {
    if (strcmp(s->reader->task->head->driver, "GPKG") != 0) {
        return TP_OK;
    }
    if (s->n_suspects == s->capacity) {
        size_t capacity = 2 * s->capacity + 64;
        int64_t *bigger = realloc(s->suspects, capacity * sizeof *bigger);
        if (bigger == NULL) {
            return tp_error_memory(error);
        }
        s->suspects = bigger;
        s->capacity = capacity;
    }
    const tp_read_task *task = s->reader->task;
    s->suspects[s->n_suspects++] = task->layer->source_fid[task->n_rows];
    return TP_OK;
}

/* Asked for by itself, a damaged one makes GDAL say so. */
static void look_at_suspects(const stream_rows *s, OGRLayerH layer) {
    for (size_t i = 0; i < s->n_suspects; i++) {
        OGR_F_Destroy(OGR_L_GetFeature(layer, s->suspects[i]));
    }
}

static tp_code set_position(stream_rows *s, const struct ArrowArray *array, int64_t row, tp_error *error) {
    tp_read_task *task = s->reader->task;
    tp_layer *layer = task->layer;
    bool there = is_there(array, row);
    size_t size = 0;
    const char *wkb = there ? bytes_of(array, row, &size) : NULL;
    if (there && read_point(wkb, size, &layer->lon_deg[task->n_rows], &layer->lat_deg[task->n_rows])) {
        return TP_OK;
    }
    layer->lon_deg[task->n_rows] = layer->lat_deg[task->n_rows] = 0;
    OGRGeometryH geometry = NULL;
    if (there && OGR_G_CreateFromWkb(wkb, NULL, &geometry, (int)size) != OGRERR_NONE) {
        geometry = NULL;
    }
    char detail[DETAIL_SIZE] = "";
    const char *reason = NULL;
    tp_code code = geometry == NULL ? suspect(s, error) : TP_OK;
    if (code == TP_OK) {
        code = tp_geometry_read(&s->reader->geometry, geometry, layer, task->n_rows, &reason, detail, sizeof detail,
                                error);
    }
    OGR_G_DestroyGeometry(geometry);
    return code == TP_OK ? tp_row_note_position(s->reader, reason, detail, error) : code;
}

/* ---- rows ---- */

static tp_code read_row(stream_rows *s, const struct ArrowArray *batch, int64_t row, tp_error *error) {
    tp_read_task *task = s->reader->task;
    const struct ArrowArray *fids = batch->children[s->fid];
    tp_code code = tp_row_begin(s->reader, ((const int64_t *)fids->buffers[1])[row + fids->offset], error);
    for (size_t i = 0; i < task->head->head.n_fields && code == TP_OK; i++) {
        code = set_value(s, i, batch->children[s->child[i]], row, error);
    }
    if (code == TP_OK) {
        code = tp_row_end(s->reader, error);
    }
    if (code == TP_OK && s->geometry != NO_CHILD) {
        code = set_position(s, batch->children[s->geometry], row, error);
    }
    task->n_rows++;
    return code;
}

/* False in `*whole` where the stream breaks off. */
static tp_code read_batches(stream_rows *s, bool *whole, tp_error *error) {
    tp_code code = TP_OK;
    *whole = true;
    for (bool more = true; more && code == TP_OK;) {
        struct ArrowArray batch = {0};
        if (s->stream.get_next(&s->stream, &batch) != 0) {
            *whole = false;
            return TP_OK;
        }
        more = batch.release != NULL && batch.length > 0; /* GDAL 3.6 gives empty batches for ever on an empty file */
        for (int64_t row = 0; more && row < batch.length && code == TP_OK; row++) {
            code = read_row(s, &batch, row, error);
            tp_row_tell(s->reader);
        }
        if (batch.release != NULL) {
            batch.release(&batch);
        }
    }
    return code;
}

/* Takes back what was read, so that features can tell where a file is damaged. */
static void take_back(tp_reader *reader, const tp_reader *before, size_t n_notes) {
    tp_read_task *task = reader->task;
    for (size_t i = 0; i < task->layer->n_columns; i++) {
        uint8_t *valid = task->layer->columns[i]->valid;
        memset(valid + reader->first, 0, (size_t)(task->layer->n_rows - reader->first));
    }
    tp_read_notes_cut(task->notes, n_notes);
    task->n_rows = reader->first;
    reader->decoded = before->decoded;
    reader->not_decoded = before->not_decoded;
}

/* ---- opening ---- */

static const char *format_of(OGRFieldType type) {
    switch (type) {
    case OFTInteger:
        return "i";
    case OFTInteger64:
        return "l";
    case OFTReal:
        return "g";
    case OFTString:
        return "u";
    default:
        return NULL;
    }
}

static bool is_plain(const stream_rows *s, OGRLayerH layer) {
    const tp_read_task *task = s->reader->task;
    const tp_read_head *head = task->head;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    tp_geometry geometry = task->layer->geometry;
    bool named = strcmp(head->driver, "GPKG") == 0 || strcmp(head->driver, "FlatGeobuf") == 0;
    bool plain = named && task->filter == NULL && head->skip == 0 && head->product == NULL && head->lon_field < 0 &&
                 head->mesh < 0 && head->reference == NULL && head->head.geometry == geometry &&
                 (geometry == TP_GEOMETRY_POINT || geometry == TP_GEOMETRY_NONE) &&
                 OGR_L_TestCapability(layer, "FastGetArrowStream");
    for (size_t i = 0; i < head->head.n_fields && plain; i++) {
        plain = format_of(s->reader->types[i]) != NULL &&
                OGR_Fld_GetSubType(OGR_FD_GetFieldDefn(definition, head->field[i])) == OFSTNone;
    }
    return plain;
}

/* What nobody asks for is not put into columns: binary fields. */
static bool ignore_others(const stream_rows *s, OGRLayerH layer) {
    const tp_read_head *head = s->reader->task->head;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    char **names = NULL;
    for (int field = 0; field < OGR_FD_GetFieldCount(definition); field++) {
        size_t i = 0;
        while (i < head->head.n_fields && head->field[i] != field) {
            i++;
        }
        if (i == head->head.n_fields) {
            names = CSLAddString(names, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, field)));
        }
    }
    bool ignored = names == NULL || OGR_L_SetIgnoredFields(layer, (const char **)names) == OGRERR_NONE;
    CSLDestroy(names);
    return ignored;
}

static int find_child(const stream_rows *s, const char *name, const char *format) {
    for (int64_t c = 0; c < s->schema.n_children; c++) {
        if (strcmp(s->schema.children[c]->name, name) == 0) {
            return strcmp(s->schema.children[c]->format, format) == 0 ? (int)c : NO_CHILD;
        }
    }
    return NO_CHILD;
}

/* The number of each column; false where the stream is not of the form that is known here. */
static bool find_children(stream_rows *s, OGRLayerH layer) {
    const tp_read_head *head = s->reader->task->head;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    const char *fid = OGR_L_GetFIDColumn(layer), *geometry = OGR_L_GetGeometryColumn(layer);
    bool has_geometry = s->reader->task->layer->geometry != TP_GEOMETRY_NONE;
    s->fid = find_child(s, fid[0] == '\0' ? "OGC_FID" : fid, "l");
    s->geometry = has_geometry ? find_child(s, geometry[0] == '\0' ? "wkb_geometry" : geometry, "z") : NO_CHILD;
    bool found = s->fid == 0 && (!has_geometry || s->geometry != NO_CHILD);
    for (size_t i = 0; i < head->head.n_fields && found; i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, head->field[i]));
        s->child[i] = find_child(s, name, format_of(s->reader->types[i]));
        found = s->child[i] != NO_CHILD;
    }
    return found;
}

tp_code tp_stream_rows_read(tp_reader *reader, OGRLayerH layer, const tp_gdal_scope *scope, bool *done,
                            tp_error *error) {
    char *few[] = {(char *)"MAX_FEATURES_IN_BATCH=8192", NULL}; /* of long texts, for offsets have 31 bits */
    stream_rows s = {.reader = reader};
    const tp_reader before = *reader;
    size_t n_notes = reader->task->notes->n;
    *done = false;
    if (!is_plain(&s, layer)) {
        return TP_OK;
    }
    s.child = calloc(reader->task->head->head.n_fields + 1, sizeof *s.child);
    tp_code code = s.child == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && ignore_others(&s, layer) && OGR_L_GetArrowStream(layer, &s.stream, few)) {
        bool known = s.stream.get_schema(&s.stream, &s.schema) == 0 && find_children(&s, layer);
        code = known ? read_batches(&s, done, error) : TP_OK;
    }
    if (s.schema.release != NULL) {
        s.schema.release(&s.schema);
    }
    if (s.stream.release != NULL) {
        s.stream.release(&s.stream);
    }
    look_at_suspects(&s, layer);
    *done =
        *done && scope->failures == 0 && reader->task->n_rows - reader->first >= reader->task->head->head.n_features;
    if (OGR_L_SetIgnoredFields(layer, NULL) != OGRERR_NONE && code == TP_OK && !*done) {
        code = tp_error_set(error, TP_E_DATA, "%s: cannot be read", reader->task->head->shown);
    }
    if (code == TP_OK && !*done) {
        take_back(reader, &before, n_notes);
    }
    free(s.child);
    free(s.suspects);
    return code;
}
