/* Putting values into the columns of a row: see row_values.h. */
#include "1_read/row_values.h"

#include "1_read/digits.h"
#include "1_read/rejects.h"
#include "core/config/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 40, MOST_HEX_BYTES = 256, PROGRESS_STEP = 1 << 16 };

static const char *field_name(const tp_reader *r, size_t i) {
    return r->task->head->head.fields[i].name;
}

static int64_t fid_of(const tp_reader *r) {
    return r->task->layer->source_fid[r->task->n_rows];
}

tp_code tp_row_begin(tp_reader *reader, int64_t fid, tp_error *error) {
    tp_read_task *task = reader->task;
    if (task->n_rows == task->layer->n_rows) {
        int64_t more = task->n_rows / 2 + 64, stated = reader->first + task->head->head.n_features - task->n_rows;
        tp_code code = tp_layer_add_rows(task->layer, stated > 0 && stated < more ? stated : more, error);
        if (code != TP_OK) {
            return code;
        }
    }
    task->layer->source_fid[task->n_rows] = fid;
    task->layer->source[task->n_rows] = task->source;
    return TP_OK;
}

/* "name: 8E8C", the bytes of a text that cannot be shown. */
static tp_code note_bytes(tp_reader *r, size_t i, const char *bytes, size_t size, tp_error *error) {
    char hex[2 * MOST_HEX_BYTES + 1];
    size_t n = size < MOST_HEX_BYTES ? size : MOST_HEX_BYTES;
    for (size_t b = 0; b < n; b++) {
        snprintf(hex + 2 * b, 3, "%02X", (unsigned char)bytes[b]);
    }
    if (r->not_decoded++ == 0) {
        snprintf(r->first_lost, sizeof r->first_lost, "field '%.60s' of feature %lld", field_name(r, i),
                 (long long)fid_of(r));
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_NOT_DECODED, error, "%s: %s%s",
                             field_name(r, i), hex, n < size ? "…" : "");
}

static tp_code set_double(tp_reader *r, size_t i, double value, tp_error *error) {
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
static tp_code note_folded(tp_reader *r, size_t i, const char *text, size_t size, const char *folded, tp_error *error) {
    return tp_read_notes_add(r->task->notes, r->task->n_rows, false, TP_REJECT_FOLDED, error, "%s: %.*s is %s",
                             field_name(r, i), (int)size, text, folded);
}

/* A text of a column that holds numbers: only in files without types. */
static tp_code set_parsed(tp_reader *r, size_t i, const char *text, size_t size, tp_error *error) {
    if (size == 0 || set_number(r->columns[i], r->task->n_rows, text)) {
        return TP_OK;
    }
    bool not_finite = tp_infer_is_not_finite(text, size);
    const char *shown = text;
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

tp_code tp_row_set_text(tp_reader *r, size_t i, const char *bytes, size_t size, tp_error *error) {
    size_t text_size = 0;
    const char *text = NULL;
    if (r->columns[i]->type != TP_TYPE_TEXT) {
        return set_parsed(r, i, bytes, size, error);
    }
    if (size == 0 && r->task->head->texts_only) {
        return TP_OK;
    }
    if (!tp_decoder_text(r->decoder, bytes, size, &text, &text_size)) {
        return note_bytes(r, i, bytes, size, error);
    }
    bool beyond_ascii = !tp_is_ascii(bytes, size);
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

tp_code tp_row_set_integer(tp_reader *r, size_t i, int64_t value, tp_error *error) {
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

tp_code tp_row_set_real(tp_reader *r, size_t i, double value, tp_error *error) {
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

/* The id of a feature that brings none. */
static tp_code set_made_id(tp_reader *r, tp_error *error) {
    char text[2 * NUMBER_SIZE];
    int n = r->task->id_prefix > 0 ? snprintf(text, sizeof text, "%lld-", (long long)r->task->id_prefix) : 0;
    n += snprintf(text + n, sizeof text - (size_t)n, "%lld", (long long)fid_of(r));
    return tp_column_set_text(r->task->layer->id, r->task->n_rows, text, (size_t)n, error);
}

tp_code tp_row_end(tp_reader *r, tp_error *error) {
    const tp_layer *layer = r->task->layer;
    if (layer->id == NULL) {
        return TP_OK;
    }
    if (r->task->head->id < 0) {
        return set_made_id(r, error);
    }
    const char *id = tp_column_text(layer->id, r->task->n_rows);
    if (id != NULL && id[0] != '\0') {
        return TP_OK;
    }
    return tp_read_notes_add(r->task->notes, r->task->n_rows, true, TP_REJECT_ID_MISSING, error, "%s", layer->id->name);
}

tp_code tp_row_note_position(tp_reader *r, const char *reason, const char *detail, tp_error *error) {
    return reason == NULL ? TP_OK
                          : tp_read_notes_add(r->task->notes, r->task->n_rows, true, reason, error, "%s", detail);
}

void tp_row_tell(const tp_reader *reader) {
    const tp_read_task *task = reader->task;
    int64_t done = task->n_rows - reader->first;
    if (done % PROGRESS_STEP == 0 && task->run != NULL && task->run->progress != NULL) {
        task->run->progress(task->run->progress_user, TP_READ, task->layer_name, done, task->head->head.n_features);
    }
}
