/* The rows of a file that is read as a product: see product_rows.h. */
#include "1_read/product_rows.h"

#include "1_read/rejects.h"
#include "core/config/number.h"
#include "technopolis/mesh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HEX_BYTES = 256, MOST_CUT = 3, SHOWN = 100 };

tp_code tp_product_rows_begin(tp_product_rows *rows, tp_read_task *task, tp_column **columns, tp_error *error) {
    const tp_product *product = task->head->product;
    if (product == NULL || task->head->rules == NULL) {
        return TP_OK;
    }
    rows->task = task;
    rows->columns = columns;
    rows->code_told = calloc(task->head->n_rules + 1, sizeof *rows->code_told);
    rows->needs = product->needs == NULL ? NULL : tp_layer_column(task->layer, product->needs);
    tp_code code = rows->code_told == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && product->never != NULL) {
        code = tp_condition_parse(product->never, &rows->never, error);
    }
    if (code == TP_OK && product->never != NULL) {
        code = tp_filter_new(rows->never, task->layer, &rows->never_filter, error);
    }
    if (code == TP_OK && task->head->reference != NULL) {
        code = tp_reference_load(task->head->reference, task->head->shown, product->reference_key, &rows->reference,
                                 error);
    }
    return code;
}

void tp_product_rows_end(tp_product_rows *rows) {
    tp_text_reset(&rows->cell);
    tp_text_reset(&rows->one);
    tp_filter_free(rows->never_filter);
    tp_condition_free(rows->never);
    tp_reference_reset(&rows->reference);
    free(rows->code_told);
    *rows = (tp_product_rows){0};
}

/* ---------------------------------------------------------------- cells */

bool tp_product_rows_has(const tp_product_rows *rows, size_t i) {
    return rows->task != NULL && rows->task->head->rules[i].column != NULL;
}

static const char *field_name(const tp_product_rows *rows, size_t i) {
    return rows->task->head->head.fields[i].name;
}

static tp_code note(tp_product_rows *rows, size_t i, const char *reason, const char *text, tp_error *error) {
    return tp_read_notes_add(rows->task->notes, rows->task->n_rows, false, reason, error, "%s: %s", field_name(rows, i),
                             text);
}

static void write_hex(const char *bytes, size_t size, char hex[2 * MOST_HEX_BYTES + 4]) {
    size_t n = size < MOST_HEX_BYTES ? size : MOST_HEX_BYTES;
    hex[0] = '\0';
    for (size_t b = 0; b < n; b++) {
        snprintf(hex + 2 * b, 3, "%02X", (unsigned char)bytes[b]);
    }
    if (n < size) {
        strcat(hex, "…");
    }
}

/*
 * A text that fills its field and ends within a character is shortened by that character, which is reported; any other
 * that cannot be decoded is missing, and reported with its bytes.
 */
static tp_code add_undecoded(tp_product_rows *rows, size_t i, OGRFieldDefnH field, const char *bytes, size_t size,
                             tp_decoder *decoder, tp_text *to, tp_error *error) {
    char hex[2 * MOST_HEX_BYTES + 4];
    const char *text = NULL;
    size_t text_size = 0, width = (size_t)OGR_Fld_GetWidth(field);
    for (size_t cut = 1; width > 0 && size >= width && cut <= MOST_CUT && cut < size; cut++) {
        if (tp_decoder_text(decoder, bytes, size - cut, &text, &text_size)) {
            tp_text_add_bytes(to, text, text_size);
            rows->decoded++;
            write_hex(bytes, size, hex);
            return note(rows, i, TP_REJECT_CUT, hex, error);
        }
    }
    if (rows->not_decoded++ == 0) {
        snprintf(rows->first_lost, sizeof rows->first_lost, "field '%.60s' of feature %lld", field_name(rows, i),
                 (long long)rows->task->layer->source_fid[rows->task->n_rows]);
    }
    write_hex(bytes, size, hex);
    return note(rows, i, TP_REJECT_NOT_DECODED, hex, error);
}

/* The text of a field of the file, in UTF-8. */
static tp_code read_field(tp_product_rows *rows, size_t i, OGRFeatureH feature, int field, tp_decoder *decoder,
                          tp_text *to, tp_error *error) {
    tp_text_clear(to);
    if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
        return TP_OK;
    }
    OGRFieldDefnH definition = OGR_F_GetFieldDefnRef(feature, field);
    char number[TP_NUMBER_TEXT_SIZE];
    if (OGR_Fld_GetType(definition) == OFTReal) {
        double value = OGR_F_GetFieldAsDouble(feature, field);
        tp_number_write(value, number);
        if (!isfinite(value)) {
            return note(rows, i, TP_REJECT_NOT_FINITE, number, error);
        }
        tp_text_add(to, "%s", number);
        return TP_OK;
    }
    const char *bytes = OGR_F_GetFieldAsString(feature, field), *text = NULL;
    size_t size = strlen(bytes), text_size = 0;
    if (!tp_decoder_text(decoder, bytes, size, &text, &text_size)) {
        return add_undecoded(rows, i, definition, bytes, size, decoder, to, error);
    }
    rows->decoded += !tp_is_ascii(bytes, size);
    tp_text_add_bytes(to, text, text_size);
    return TP_OK;
}

/* Whether the field that decides says that the value is one. */
static bool is_value(const tp_cell_rule *rule, OGRFeatureH feature) {
    if (rule->if_field < 0) {
        return true;
    }
    const char *text = OGR_F_GetFieldAsString(feature, rule->if_field);
    size_t size = strlen(text);
    text = tp_cell_trim(text, &size);
    for (size_t i = 0; i < rule->is->n; i++) {
        if (strlen(rule->is->items[i]) == size && memcmp(rule->is->items[i], text, size) == 0) {
            return true;
        }
    }
    return false;
}

/* Puts the fields of a rule together in rows->cell. */
static tp_code gather(tp_product_rows *rows, size_t i, OGRFeatureH feature, tp_decoder *decoder, tp_error *error) {
    const tp_cell_rule *rule = &rows->task->head->rules[i];
    const char *join = rule->column->join == NULL ? "/" : rule->column->join;
    tp_text_clear(&rows->cell);
    if (rule->fill == TP_FILL_VALUE) {
        tp_text_add(&rows->cell, "%s", rule->value);
    }
    for (size_t f = 0; f < rule->n_fields && is_value(rule, feature); f++) {
        tp_code code = read_field(rows, i, feature, rule->fields[f], decoder, &rows->one, error);
        if (code != TP_OK) {
            return code;
        }
        size_t size = rows->one.size;
        const char *text = size == 0 ? "" : tp_cell_trim(rows->one.data, &size);
        if (size > 0) {
            tp_text_add(&rows->cell, "%s", rows->cell.size == 0 ? "" : join);
            tp_text_add_bytes(&rows->cell, text, size);
        }
        if (size > 0 && rule->fill == TP_FILL_FIRST_OF) {
            break;
        }
    }
    return rows->cell.lost || rows->one.lost ? tp_error_memory(error) : TP_OK;
}

tp_code tp_product_rows_cell(tp_product_rows *rows, size_t i, OGRFeatureH feature, tp_decoder *decoder,
                             tp_error *error) {
    const tp_cell_rule *rule = &rows->task->head->rules[i];
    tp_cell_result result = TP_CELL_MISSING;
    tp_code code = gather(rows, i, feature, decoder, error);
    if (code == TP_OK) {
        code = tp_cell_set(rule->column, &rows->cell, rows->columns[i], rows->task->n_rows, &result, error);
    }
    if (code != TP_OK || result == TP_CELL_SET || result == TP_CELL_MISSING) {
        return code;
    }
    char shown[SHOWN + 1] = "?";
    if (rows->cell.size < SHOWN) {
        snprintf(shown, sizeof shown, "%s", tp_text_get(&rows->cell));
    }
    if (result == TP_CELL_NOT_NUMBER) {
        return note(rows, i, TP_REJECT_NOT_NUMBER, shown, error);
    }
    bool told = rows->code_told[i] && rows->columns[i]->valid[rows->task->n_rows];
    rows->code_told[i] = true;
    return told ? TP_OK : note(rows, i, TP_REJECT_CODE, shown, error);
}

tp_code tp_product_rows_check(tp_product_rows *rows, tp_error *error) {
    if (rows->task == NULL) {
        return TP_OK;
    }
    const tp_product *product = rows->task->head->product;
    int64_t row = rows->task->n_rows;
    if (rows->needs != NULL && !rows->needs->valid[row]) {
        return tp_read_notes_add(rows->task->notes, row, true, TP_REJECT_UNASSIGNED, error, "%s missing",
                                 product->needs);
    }
    if (rows->never_filter != NULL && tp_filter_test(rows->never_filter, row) == TP_MET) {
        return tp_read_notes_add(rows->task->notes, row, true, TP_REJECT_UNASSIGNED, error, "%s", product->never);
    }
    return TP_OK;
}

/* ---------------------------------------------------------------- positions */

bool tp_product_rows_places(const tp_product_rows *rows) {
    return rows->task != NULL && (rows->task->head->mesh >= 0 || rows->task->head->reference != NULL);
}

/* The cell of the row's grid square code. */
static tp_code add_cell(tp_product_rows *rows, const char **reason, char *detail, size_t size, tp_error *error) {
    tp_layer *layer = rows->task->layer;
    const char *text = tp_column_text(rows->columns[rows->task->head->mesh], rows->task->n_rows);
    tp_mesh_level level;
    tp_mesh_cell cell;
    double lon[TP_MESH_RING], lat[TP_MESH_RING];
    tp_code code = tp_shapes_add_row(&layer->shapes, error);
    if (code != TP_OK) {
        return code;
    }
    if (text == NULL || !tp_mesh_level_of_text(text, &level) || !tp_mesh_cell_of_text(level, text, &cell)) {
        *reason = TP_REJECT_NO_CELL;
        snprintf(detail, size, "%.40s", text == NULL ? "" : text);
        return TP_OK;
    }
    tp_mesh_ring(level, cell, lon, lat);
    code = tp_shapes_add_part(&layer->shapes, error);
    return code == TP_OK ? tp_shapes_add_ring(&layer->shapes, lon, lat, TP_MESH_RING, error) : code;
}

/* The reference point of the row, or else the centre of its own geometry, which is noted. */
static tp_code add_reference(tp_product_rows *rows, OGRFeatureH feature, const char **reason, tp_error *error) {
    tp_layer *layer = rows->task->layer;
    const char *name = OGR_F_GetFieldAsString(feature, rows->task->head->reference_field);
    int64_t row = rows->task->n_rows;
    if (tp_reference_find(&rows->reference, name, &layer->lon_deg[row], &layer->lat_deg[row])) {
        return TP_OK;
    }
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature), centre = OGR_G_CreateGeometry(wkbPoint);
    bool has = geometry != NULL && centre != NULL && !OGR_G_IsEmpty(geometry) &&
               OGR_G_Centroid(geometry, centre) == OGRERR_NONE && isfinite(OGR_G_GetX(centre, 0)) &&
               isfinite(OGR_G_GetY(centre, 0));
    if (has) {
        layer->lon_deg[row] = OGR_G_GetX(centre, 0);
        layer->lat_deg[row] = OGR_G_GetY(centre, 0);
    } else {
        *reason = TP_REJECT_NO_GEOMETRY;
    }
    OGR_G_DestroyGeometry(centre);
    return has ? tp_read_notes_add(rows->task->notes, row, false, TP_REJECT_REFERENCE, error, "%.40s", name) : TP_OK;
}

tp_code tp_product_rows_position(tp_product_rows *rows, OGRFeatureH feature, const char **reason, char *detail,
                                 size_t size, tp_error *error) {
    return rows->task->head->mesh >= 0 ? add_cell(rows, reason, detail, size, error)
                                       : add_reference(rows, feature, reason, error);
}
