/* Rows from OGR's features, the way of every format: see tp_row_read_feature in row_values.h. */
#include "1_read/rejects.h"
#include "1_read/row_values.h"
#include "core/config/number.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 40, DETAIL_SIZE = 200 };

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

static tp_code set_date(tp_reader *r, size_t i, OGRFeatureH feature, int field, tp_error *error) {
    char text[NUMBER_SIZE] = "";
    if (!write_date(feature, field, r->types[i], text)) {
        return TP_OK;
    }
    return tp_column_set_text(r->columns[i], r->task->n_rows, text, strlen(text), error);
}

static tp_code set_value(tp_reader *r, size_t i, OGRFeatureH feature, tp_error *error) {
    const char *text = NULL;
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
        return tp_row_set_integer(r, i, (int64_t)OGR_F_GetFieldAsInteger64(feature, field), error);
    case OFTReal:
        return tp_row_set_real(r, i, OGR_F_GetFieldAsDouble(feature, field), error);
    case OFTDate:
    case OFTTime:
    case OFTDateTime:
        return set_date(r, i, feature, field, error);
    default:
        text = OGR_F_GetFieldAsString(feature, field);
        return tp_row_set_text(r, i, text, strlen(text), error);
    }
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

static tp_code read_position(tp_reader *r, OGRFeatureH feature, tp_error *error) {
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
    return code == TP_OK ? tp_row_note_position(r, reason, detail, error) : code;
}

tp_code tp_row_read_feature(tp_reader *reader, OGRFeatureH feature, tp_error *error) {
    tp_read_task *task = reader->task;
    tp_code code = tp_row_begin(reader, (int64_t)OGR_F_GetFID(feature), error);
    for (size_t i = 0; i < task->head->head.n_fields && code == TP_OK; i++) {
        code = set_value(reader, i, feature, error);
    }
    if (code == TP_OK) {
        code = tp_product_rows_check(&reader->product, error);
    }
    if (code == TP_OK) {
        code = tp_row_end(reader, error);
    }
    if (code == TP_OK) {
        code = read_position(reader, feature, error);
    }
    task->n_rows++;
    return code;
}

tp_code tp_row_read_features(tp_reader *reader, OGRLayerH layer, tp_error *error) {
    tp_code code = TP_OK;
    int64_t skip = reader->task->head->skip;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; code == TP_OK && (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        code = skip-- > 0 ? TP_OK : tp_row_read_feature(reader, feature, error);
        OGR_F_Destroy(feature);
        tp_row_tell(reader);
    }
    return code;
}
