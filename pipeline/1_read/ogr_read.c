/* Reading the rows of a file into a layer's columns: see tp_read_rows in ogr_file.h. */
#include "1_read/digits.h"
#include "1_read/ogr_file.h"
#include "1_read/osm.h"
#include "1_read/osm_places.h"
#include "1_read/product_rows.h"
#include "1_read/rejects.h"
#include "core/config/number.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 40, DETAIL_SIZE = 200, MOST_HEX_BYTES = 256, PROGRESS_STEP = 1 << 16 };

typedef struct reader {
    tp_read_task *task;
    tp_column **columns; /* of each of the head's fields */
    OGRFieldType *types; /* of the same, in the file */
    tp_decoder *decoder;
    tp_geometry_reader geometry;
    int64_t decoded, not_decoded; /* texts beyond ASCII */
    char first_lost[120];         /* where the first that could not be decoded stands */
    tp_product_rows product;      /* unused without a product */
} reader;

static const char *field_name(const reader *r, size_t i) {
    return r->task->head->head.fields[i].name;
}

/* "name: 8E8C", the bytes of a text that cannot be shown. */
static tp_code note_bytes(reader *r, size_t i, OGRFeatureH feature, const char *bytes, size_t size, tp_error *error) {
    char hex[2 * MOST_HEX_BYTES + 1];
    size_t n = size < MOST_HEX_BYTES ? size : MOST_HEX_BYTES;
    for (size_t b = 0; b < n; b++) {
        snprintf(hex + 2 * b, 3, "%02X", (unsigned char)bytes[b]);
    }
    if (r->not_decoded++ == 0) {
        snprintf(r->first_lost, sizeof r->first_lost, "field '%.60s' of feature %lld", field_name(r, i),
                 (long long)OGR_F_GetFID(feature));
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_NOT_DECODED, error, "%s: %s%s",
                             field_name(r, i), hex, n < size ? "…" : "");
}

static bool has_high_byte(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] >= 0x80) {
            return true;
        }
    }
    return false;
}

static tp_code set_double(reader *r, size_t i, double value, tp_error *error) {
    tp_column_set_double(r->columns[i], r->task->n_rows, value);
    if (isfinite(value)) {
        return TP_OK;
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_NOT_FINITE, error, "%s: %g",
                             field_name(r, i), value);
}

/* A number from its text into its cell; false when it is none. */
static bool set_number(tp_column *column, int64_t row, const char *text) {
    int64_t integer;
    double value;
    if (column->type == TP_TYPE_INT64 && tp_integer_read(text, &integer)) {
        tp_column_set_int64(column, row, integer);
        return true;
    }
    if (column->type == TP_TYPE_DOUBLE && tp_number_read(text, &value) && isfinite(value)) {
        tp_column_set_double(column, row, value);
        return true;
    }
    return false;
}

/* What was written with full-width digits, and what it was taken for. */
static tp_code note_folded(reader *r, size_t i, const char *text, size_t size, const char *folded, tp_error *error) {
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_FOLDED, error, "%s: %.*s is %s",
                             field_name(r, i), (int)size, text, folded);
}

/* A text of a column that holds numbers: only in files without types. */
static tp_code set_parsed(reader *r, size_t i, const char *text, tp_error *error) {
    if (text[0] == '\0' || set_number(r->columns[i], r->task->n_rows, text)) {
        return TP_OK;
    }
    bool not_finite = tp_infer_is_not_finite(text, strlen(text));
    const char *shown = text;
    size_t size = strlen(text);
    if (!tp_decoder_text(r->decoder, text, size, &shown, &size)) {
        shown = "?";
        size = 1;
    }
    char folded[TP_FOLDED_SIZE];
    if (tp_number_fold(shown, size, folded) &&
        (folded[0] == '\0' || set_number(r->columns[i], r->task->n_rows, folded))) {
        return note_folded(r, i, shown, size, folded[0] == '\0' ? "empty" : folded, error);
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false,
                             not_finite ? TP_REJECT_NOT_FINITE : TP_REJECT_NOT_NUMBER, error, "%s: %.*s",
                             field_name(r, i), (int)size, shown);
}

static tp_code set_text(reader *r, size_t i, OGRFeatureH feature, const char *bytes, tp_error *error) {
    size_t size = strlen(bytes), text_size = 0;
    const char *text = NULL;
    if (r->columns[i]->type != TP_TYPE_TEXT) {
        return set_parsed(r, i, bytes, error);
    }
    if (size == 0 && r->task->head->texts_only) {
        return TP_OK;
    }
    if (!tp_decoder_text(r->decoder, bytes, size, &text, &text_size)) {
        return note_bytes(r, i, feature, bytes, size, error);
    }
    bool beyond_ascii = has_high_byte(bytes, size);
    r->decoded += beyond_ascii;
    char folded[TP_FOLDED_SIZE];
    if (beyond_ascii && r->columns[i] == r->task->layer->id && tp_digits_fold(text, text_size, folded)) {
        tp_code code = note_folded(r, i, text, text_size, folded, error);
        text = folded;
        text_size = strlen(folded);
        return code == TP_OK ? tp_column_set_text(r->columns[i], r->task->n_rows, text, text_size, error) : code;
    }
    return tp_column_set_text(r->columns[i], r->task->n_rows, text, text_size, error);
}

/* Dates and times as ISO 8601. */
static bool write_date(OGRFeatureH feature, int field, OGRFieldType type, char text[NUMBER_SIZE]) {
    int year, month, day, hour, minute, zone;
    float second;
    if (!OGR_F_GetFieldAsDateTimeEx(feature, field, &year, &month, &day, &hour, &minute, &second, &zone)) {
        return false;
    }
    int n = 0;
    if (type != OFTTime) {
        n = snprintf(text, NUMBER_SIZE, "%04d-%02d-%02d%s", year, month, day, type == OFTDateTime ? "T" : "");
    }
    if (type == OFTDate) {
        return true;
    }
    bool whole = second == floorf(second);
    n += snprintf(text + n, (size_t)(NUMBER_SIZE - n), whole ? "%02d:%02d:%02.0f" : "%02d:%02d:%06.3f", hour, minute,
                  (double)second);
    if (zone == 100) {
        snprintf(text + n, (size_t)(NUMBER_SIZE - n), "Z");
    } else if (zone > 1) { /* OGR: quarters of an hour from 100; 0 unknown, 1 local */
        int minutes = (zone - 100) * 15;
        snprintf(text + n, (size_t)(NUMBER_SIZE - n), "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
                 abs(minutes) % 60);
    }
    return true;
}

static tp_code set_integer(reader *r, size_t i, int64_t value, tp_error *error) {
    tp_column *column = r->columns[i];
    if (column->type == TP_TYPE_INT64) {
        tp_column_set_int64(column, r->task->n_rows, value);
        return TP_OK;
    }
    if (column->type == TP_TYPE_DOUBLE) {
        tp_column_set_double(column, r->task->n_rows, (double)value);
        return TP_OK;
    }
    char text[NUMBER_SIZE];
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    return tp_column_set_text(column, r->task->n_rows, text, (size_t)n, error);
}

static tp_code set_real(reader *r, size_t i, double value, tp_error *error) {
    if (r->columns[i]->type == TP_TYPE_DOUBLE) {
        return set_double(r, i, value, error);
    }
    if (!isfinite(value)) {
        return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_NOT_FINITE, error, "%s: %g",
                                 field_name(r, i), value);
    }
    char text[NUMBER_SIZE];
    tp_number_write(value, text);
    return tp_column_set_text(r->columns[i], r->task->n_rows, text, strlen(text), error);
}

static tp_code set_date(reader *r, size_t i, OGRFeatureH feature, int field, tp_error *error) {
    char text[NUMBER_SIZE] = "";
    if (!write_date(feature, field, r->types[i], text)) {
        return TP_OK;
    }
    return tp_column_set_text(r->columns[i], r->task->n_rows, text, strlen(text), error);
}

static tp_code set_value(reader *r, size_t i, OGRFeatureH feature, tp_error *error) {
    int field = r->task->head->field[i];
    if (tp_product_rows_has(&r->product, i)) {
        return tp_product_rows_cell(&r->product, i, feature, r->decoder, error);
    }
    if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
        return TP_OK;
    }
    switch (r->types[i]) {
    case OFTInteger:
    case OFTInteger64:
        return set_integer(r, i, (int64_t)OGR_F_GetFieldAsInteger64(feature, field), error);
    case OFTReal:
        return set_real(r, i, OGR_F_GetFieldAsDouble(feature, field), error);
    case OFTDate:
    case OFTTime:
    case OFTDateTime:
        return set_date(r, i, feature, field, error);
    default:
        return set_text(r, i, feature, OGR_F_GetFieldAsString(feature, field), error);
    }
}

/* The id of a feature that brings none. */
static tp_code set_made_id(reader *r, OGRFeatureH feature, tp_error *error) {
    char text[2 * NUMBER_SIZE];
    int n = r->task->id_prefix > 0 ? snprintf(text, sizeof text, "%lld-", (long long)r->task->id_prefix) : 0;
    n += snprintf(text + n, sizeof text - (size_t)n, "%lld", (long long)OGR_F_GetFID(feature));
    return tp_column_set_text(r->task->layer->id, r->task->n_rows, text, (size_t)n, error);
}

static tp_code check_id(reader *r, OGRFeatureH feature, tp_error *error) {
    const tp_layer *layer = r->task->layer;
    if (layer->id == NULL) {
        return TP_OK;
    }
    if (r->task->head->id < 0) {
        return set_made_id(r, feature, error);
    }
    const char *id = tp_column_text(layer->id, r->task->n_rows);
    if (id != NULL && id[0] != '\0') {
        return TP_OK;
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, true, TP_REJECT_ID_MISSING, error, "%s", layer->id->name);
}

/* A position from a column: text in files without types, else a number. NULL, or why it is none. */
static const char *read_coordinate(OGRFeatureH feature, int field, bool texts_only, double *value, char *detail) {
    const char *name = OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(feature, field));
    const char *reason = NULL;
    *value = 0;
    detail[0] = '\0';
    if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
        snprintf(detail, DETAIL_SIZE, "%s", name);
        return TP_REJECT_COORDINATE_MISSING;
    }
    const char *text = OGR_F_GetFieldAsString(feature, field);
    text += strspn(text, " \t");
    char bare[NUMBER_SIZE];
    size_t size = strcspn(text, " \t");
    bool one_word = size < sizeof bare && text[size + strspn(text + size, " \t")] == '\0';
    snprintf(bare, sizeof bare, "%.*s", (int)(one_word ? size : 0), text);
    if (text[0] == '\0') {
        reason = TP_REJECT_COORDINATE_MISSING;
    } else if (!texts_only && OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, field)) != OFTString) {
        *value = OGR_F_GetFieldAsDouble(feature, field);
    } else if (one_word && tp_infer_is_not_finite(bare, size)) {
        reason = TP_REJECT_COORDINATE_NOT_FINITE;
    } else if (!one_word || !tp_number_read(bare, value)) {
        reason = TP_REJECT_COORDINATE_NOT_NUMBER;
    }
    if (reason == NULL && !isfinite(*value)) {
        reason = TP_REJECT_COORDINATE_NOT_FINITE;
    }
    if (reason != NULL) {
        bool shows = tp_text_is_utf8(text, strlen(text));
        snprintf(detail, DETAIL_SIZE, "%.60s: %s", name, shows && strlen(text) < 100 ? text : "?");
    }
    return reason;
}

static tp_code read_position(reader *r, OGRFeatureH feature, tp_error *error) {
    tp_read_task *task = r->task;
    char detail[DETAIL_SIZE] = "";
    const char *reason = NULL;
    tp_code code = TP_OK;
    if (task->head->lon_field >= 0) {
        double lon, lat;
        bool texts_only = task->head->texts_only;
        reason = read_coordinate(feature, task->head->lon_field, texts_only, &lon, detail);
        if (reason == NULL) {
            reason = read_coordinate(feature, task->head->lat_field, texts_only, &lat, detail);
        }
        if (reason == NULL) {
            task->layer->lon_deg[task->n_rows] = lon;
            task->layer->lat_deg[task->n_rows] = lat;
        }
    } else if (tp_product_rows_places(&r->product)) {
        code = tp_product_rows_position(&r->product, feature, &reason, detail, sizeof detail, error);
    } else if (task->layer->geometry != TP_GEOMETRY_NONE) {
        code = tp_geometry_read(&r->geometry, OGR_F_GetGeometryRef(feature), task->layer, task->n_rows, &reason, detail,
                                sizeof detail, error);
    }
    if (code == TP_OK && reason != NULL) {
        code = tp_read_notes_add(task->notes, task->n_rows, true, reason, error, "%s", detail);
    }
    return code;
}

static tp_code read_row(reader *r, OGRFeatureH feature, tp_error *error) {
    tp_read_task *task = r->task;
    if (task->n_rows == task->layer->n_rows) {
        tp_code code = tp_layer_add_rows(task->layer, task->n_rows / 2 + 64, error);
        if (code != TP_OK) {
            return code;
        }
    }
    task->layer->source_fid[task->n_rows] = (int64_t)OGR_F_GetFID(feature);
    task->layer->source[task->n_rows] = task->source;
    for (size_t i = 0; i < task->head->head.n_fields; i++) {
        tp_code code = set_value(r, i, feature, error);
        if (code != TP_OK) {
            return code;
        }
    }
    tp_code code = tp_product_rows_check(&r->product, error);
    if (code == TP_OK) {
        code = check_id(r, feature, error);
    }
    if (code == TP_OK) {
        code = read_position(r, feature, error);
    }
    task->n_rows++;
    return code;
}

/* One value that cannot be decoded is a reject; when it is as good as all of them, what states the encoding is wrong. */
static tp_code check_decoding(const reader *r, tp_error *error) {
    const tp_read_head *head = r->task->head;
    int64_t decoded = r->decoded + r->product.decoded, lost = r->not_decoded + r->product.not_decoded;
    bool all = lost >= 2 && decoded == 0;
    bool most = lost >= 20 && lost > decoded;
    if (!all && !most) {
        return TP_OK;
    }
    const char *stated_by = strcmp(head->encoding_origin, "option") == 0    ? "stated in the configuration"
                            : strcmp(head->encoding_origin, "cpg") == 0     ? "stated in the .cpg file"
                            : strcmp(head->encoding_origin, "ldid") == 0    ? "stated in the .dbf file"
                            : strcmp(head->encoding_origin, "product") == 0 ? "assumed by the product"
                                                                            : "fixed by the format";
    return tp_error_set(error, TP_E_DATA,
                        "%s: the encoding %s (%s) is wrong: %lld of %lld texts beyond ASCII cannot be decoded, first "
                        "%s",
                        head->shown, head->encoding, stated_by, (long long)lost, (long long)(lost + decoded),
                        r->not_decoded > 0 ? r->first_lost : r->product.first_lost);
}

static void tell_progress(const tp_read_task *task, int64_t done) {
    if (task->run != NULL && task->run->progress != NULL) {
        task->run->progress(task->run->progress_user, TP_READ, task->layer_name, done, task->head->head.n_features);
    }
}

static tp_code read_all(reader *r, const tp_ogr_file *file, tp_gdal_scope *scope, tp_error *error) {
    tp_read_task *task = r->task;
    int64_t first = task->n_rows;
    tp_code code = TP_OK;
    OGR_L_ResetReading(file->layer);
    int64_t skip = task->head->skip;
    for (OGRFeatureH feature; code == TP_OK && (feature = OGR_L_GetNextFeature(file->layer)) != NULL;) {
        code = skip-- > 0 ? TP_OK : read_row(r, feature, error);
        OGR_F_Destroy(feature);
        if ((task->n_rows - first) % PROGRESS_STEP == 0) {
            tell_progress(task, task->n_rows - first);
        }
    }
    int64_t n = task->n_rows - first;
    if (code != TP_OK) {
        return code;
    }
    if (scope->failures > 0) {
        return tp_error_set(error, TP_E_DATA, "%s layer %s feature %lld: %s", task->head->shown, task->head->layer,
                            n > 0 ? (long long)task->layer->source_fid[task->n_rows - 1] : 0LL, scope->message);
    }
    /* of a shapefile GDAL counts deleted records too; that it is whole was seen from its headers */
    bool counts_deleted = strcmp(task->head->driver, "ESRI Shapefile") == 0;
    if (task->filter == NULL && n < task->head->head.n_features && (!counts_deleted || n == 0)) {
        return tp_error_set(error, TP_E_DATA, "%s: ends after %lld of %lld features", task->head->shown, (long long)n,
                            (long long)task->head->head.n_features);
    }
    return check_decoding(r, error);
}

/* Finds the layer's column for each of the file's fields, and makes room for its rows. */
static tp_code prepare(reader *r, OGRLayerH layer, tp_error *error) {
    tp_read_task *task = r->task;
    size_t n = task->head->head.n_fields;
    r->columns = calloc(n + 1, sizeof(tp_column *));
    r->types = calloc(n + 1, sizeof *r->types);
    if (r->columns == NULL || r->types == NULL) {
        return tp_error_memory(error);
    }
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    for (size_t i = 0; i < n; i++) {
        r->columns[i] = tp_layer_column(task->layer, task->head->head.fields[i].name);
        if (r->columns[i] == NULL || task->head->field[i] >= OGR_FD_GetFieldCount(definition)) {
            return tp_error_set(error, TP_E_DATA, "%s: changed while it was read", task->head->shown);
        }
        if (task->head->field[i] < 0) {
            continue; /* nothing in the file fills it */
        }
        r->types[i] = OGR_Fld_GetType(OGR_FD_GetFieldDefn(definition, task->head->field[i]));
    }
    int64_t missing = task->n_rows + task->head->head.n_features - task->layer->n_rows;
    /* A head may claim any number: room beyond the first step is made as rows really come. */
    enum { FIRST_ROWS = 1 << 16 };
    missing = missing < FIRST_ROWS ? missing : FIRST_ROWS;
    tp_code code = missing > 0 ? tp_layer_add_rows(task->layer, missing, error) : TP_OK;
    if (code == TP_OK) {
        code = tp_product_rows_begin(&r->product, task, r->columns, error);
    }
    return code == TP_OK ? tp_decoder_new(task->head->encoding, &r->decoder, error) : code;
}

tp_code tp_read_rows(tp_read_task *task, tp_error *error) {
    if (strcmp(task->head->driver, TP_OSM_DRIVER) == 0) {
        return tp_osm_read_rows(task, error);
    }
    reader r = {.task = task};
    tp_ogr_file file = {0};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    tp_code code = TP_OK;
    if (strcmp(task->head->driver, TP_OSM_PLACES_DRIVER) == 0) {
        code = tp_osm_places_open(task->head->path, task->head->shown, task->head->product, &file, error);
    } else {
        tp_ogr_open(task->head->path, &file);
    }
    file.layer = file.dataset == NULL ? NULL : GDALDatasetGetLayerByName(file.dataset, task->head->layer);
    if (code != TP_OK) {
        /* said */
    } else if (file.layer == NULL) {
        code = tp_error_set(error, TP_E_DATA, "%s: %s", task->head->shown, tp_gdal_message(&scope, "cannot be read"));
    } else if (task->filter != NULL && OGR_L_SetAttributeFilter(file.layer, task->filter) != OGRERR_NONE) {
        code = tp_error_set(error, TP_E_INTERNAL, "%s: filter '%s': %s", task->head->shown, task->filter,
                            tp_gdal_message(&scope, "not understood"));
    } else {
        tp_gdal_clear(&scope);
        code = prepare(&r, file.layer, error);
    }
    if (code == TP_OK) {
        code = read_all(&r, &file, &scope, error);
    }
    tp_ogr_close(&file);
    tp_gdal_end(&scope);
    tp_geometry_reader_reset(&r.geometry);
    tp_decoder_free(r.decoder);
    tp_product_rows_end(&r.product);
    free(r.columns);
    free(r.types);
    return code;
}
