/* Typed columns: see technopolis/column.h. */
#include "technopolis/column.h"

#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *tp_type_text(tp_type type) {
    static const char *const texts[] = {"double", "int64", "text", "verdict"};
    return texts[type];
}

/* The array (which may be NULL) with room for new_rows; rows beyond the old size are zero. NULL: out of memory. */
static void *grown(void *array, size_t item, int64_t old_rows, int64_t new_rows) {
    void *bigger = realloc(array, item * (size_t)(new_rows > 0 ? new_rows : 1));
    if (bigger != NULL && new_rows > old_rows) {
        memset((char *)bigger + item * (size_t)old_rows, 0, item * (size_t)(new_rows - old_rows));
    }
    return bigger;
}

/* Resizes the array of values; false when memory is out, with the column still usable at its old size. */
static bool resize_values(tp_column *column, int64_t old, int64_t n_rows) {
    void *values = NULL;
    switch (column->type) {
    case TP_TYPE_DOUBLE:
        values = grown(column->f64, sizeof *column->f64, old, n_rows);
        column->f64 = values != NULL ? values : column->f64;
        break;
    case TP_TYPE_INT64:
        values = grown(column->i64, sizeof *column->i64, old, n_rows);
        column->i64 = values != NULL ? values : column->i64;
        break;
    case TP_TYPE_VERDICT:
        values = grown(column->verdict, 1, old, n_rows);
        column->verdict = values != NULL ? values : column->verdict;
        break;
    case TP_TYPE_TEXT:
        values = grown(column->place, sizeof *column->place, old, n_rows);
        column->place = values != NULL ? values : column->place;
        break;
    }
    return values != NULL;
}

tp_code tp_column_resize(tp_column *column, int64_t n_rows, tp_error *error) {
    int64_t old = column->n_rows;
    uint8_t *valid = grown(column->valid, 1, old, n_rows);
    if (valid == NULL) {
        return tp_error_memory(error);
    }
    column->valid = valid;
    if (!resize_values(column, old, n_rows)) {
        return tp_error_memory(error);
    }
    column->n_rows = n_rows;
    if (column->type == TP_TYPE_VERDICT) {
        for (int64_t row = old; row < n_rows; row++) {
            tp_column_set_verdict(column, row, TP_UNKNOWN);
        }
    }
    return TP_OK;
}

tp_code tp_column_new(const char *name, tp_type type, const char *unit, const char *origin, int64_t n_rows,
                      tp_column **column, tp_error *error) {
    *column = NULL;
    tp_column *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->name = tp_text_copy(name);
    made->unit = tp_text_copy(unit == NULL ? "" : unit);
    made->origin = tp_text_copy(origin == NULL ? "" : origin);
    made->type = type;
    tp_code code = made->name == NULL || made->unit == NULL || made->origin == NULL
                       ? tp_error_memory(error)
                       : tp_column_resize(made, n_rows, error);
    if (code != TP_OK) {
        tp_column_free(made);
        return code;
    }
    *column = made;
    return TP_OK;
}

void tp_column_free(tp_column *column) {
    if (column == NULL) {
        return;
    }
    free(column->name);
    free(column->unit);
    free(column->origin);
    free(column->valid);
    free(column->f64);
    free(column->i64);
    free(column->verdict);
    free(column->place);
    free(column->bytes);
    free(column->recent);
    free(column);
}

/* ---- texts: each begins at a multiple of STEP, so that 32 bits say where, and is looked for among those set lately ---- */

enum { STEP = 4, RECENT_BITS = 6, RECENT = 1 << RECENT_BITS };

/* Where a text would stand among the recent ones: by its length, its first and its last bytes. */
static size_t recent_slot(const char *text, size_t size) {
    uint64_t first = 0, last = 0;
    size_t part = size < sizeof first ? size : sizeof first;
    memcpy(&first, text, part);
    memcpy(&last, text + size - part, part);
    uint64_t mixed = first * 0x9e3779b97f4a7c15U ^ last * 0xc2b2ae3d27d4eb4fU ^ (uint64_t)size * 0x165667b19e3779f9U;
    return (size_t)((mixed ^ mixed >> 29) * 0x9e3779b97f4a7c15U >> (64 - RECENT_BITS));
}

static bool is_at(const tp_column *column, uint32_t place, const char *text, size_t size) {
    size_t at = (size_t)place * STEP;
    return at + size < column->n_bytes && column->bytes[at + size] == '\0' &&
           memcmp(column->bytes + at, text, size) == 0;
}

static tp_code reserve_bytes(tp_column *column, size_t more, tp_error *error) {
    if (column->recent == NULL) {
        column->recent = calloc(RECENT, sizeof *column->recent);
        if (column->recent == NULL) {
            return tp_error_memory(error);
        }
    }
    if (column->n_bytes + more <= column->bytes_capacity) {
        return TP_OK;
    }
    if (column->n_bytes + more > (size_t)UINT32_MAX * STEP) {
        return tp_error_set(error, TP_E_MACHINE, "column %s has more text than fits into memory (16 GB)", column->name);
    }
    size_t capacity = column->bytes_capacity == 0 ? 256 : column->bytes_capacity;
    while (capacity < column->n_bytes + more) {
        capacity *= 2;
    }
    char *bytes = realloc(column->bytes, capacity);
    if (bytes == NULL) {
        return tp_error_memory(error);
    }
    column->bytes = bytes;
    column->bytes_capacity = capacity;
    return TP_OK;
}

tp_code tp_column_store_text(tp_column *column, const char *text, size_t size, uint32_t *place, tp_error *error) {
    tp_code code = reserve_bytes(column, size + STEP, error);
    if (code != TP_OK) {
        return code;
    }
    uint32_t *recent = &column->recent[recent_slot(text, size)];
    if (!is_at(column, *recent, text, size)) {
        size_t end = column->n_bytes + size, next = (end + STEP) / STEP * STEP;
        *recent = (uint32_t)(column->n_bytes / STEP);
        memcpy(column->bytes + column->n_bytes, text, size);
        memset(column->bytes + end, 0, next - end);
        column->n_bytes = next;
    }
    *place = *recent;
    return TP_OK;
}

void tp_column_set_stored(tp_column *column, int64_t row, uint32_t place) {
    column->place[row] = place;
    column->valid[row] = 1;
}

tp_code tp_column_set_text(tp_column *column, int64_t row, const char *text, size_t size, tp_error *error) {
    uint32_t place;
    tp_code code = tp_column_store_text(column, text, size, &place, error);
    if (code == TP_OK) {
        tp_column_set_stored(column, row, place);
    }
    return code;
}

tp_code tp_column_copy_texts(tp_column *column, int64_t first, const tp_column *from, tp_error *error) {
    tp_code code = reserve_bytes(column, from->n_bytes, error);
    if (code != TP_OK) {
        return code;
    }
    uint32_t begin = (uint32_t)(column->n_bytes / STEP);
    if (from->n_bytes > 0) {
        memcpy(column->bytes + column->n_bytes, from->bytes, from->n_bytes);
    }
    column->n_bytes += from->n_bytes;
    for (int64_t row = 0; row < from->n_rows; row++) {
        column->place[first + row] = begin + from->place[row];
        column->valid[first + row] = from->valid[row];
    }
    return TP_OK;
}

static const char *text_at(const tp_column *column, int64_t row) {
    return column->bytes + (size_t)column->place[row] * STEP;
}

void tp_column_set_double(tp_column *column, int64_t row, double value) {
    bool there = isfinite(value);
    column->f64[row] = there ? value : 0;
    column->valid[row] = there;
}

void tp_column_set_int64(tp_column *column, int64_t row, int64_t value) {
    column->i64[row] = value;
    column->valid[row] = 1;
}

void tp_column_set_verdict(tp_column *column, int64_t row, tp_verdict value) {
    column->verdict[row] = (uint8_t)value;
    column->valid[row] = 1;
}

void tp_column_set_missing(tp_column *column, int64_t row) {
    column->valid[row] = 0;
    if (column->type == TP_TYPE_VERDICT) {
        tp_column_set_verdict(column, row, TP_UNKNOWN);
    }
}

const char *tp_column_text(const tp_column *column, int64_t row) {
    return column->type == TP_TYPE_TEXT && column->valid[row] ? text_at(column, row) : NULL;
}

bool tp_column_number(const tp_column *column, int64_t row, double *value) {
    if (!column->valid[row]) {
        return false;
    }
    if (column->type == TP_TYPE_DOUBLE) {
        *value = column->f64[row];
        return true;
    }
    if (column->type == TP_TYPE_INT64) {
        *value = (double)column->i64[row];
        return true;
    }
    return false;
}

const char *tp_column_cell(const tp_column *column, int64_t row, char buffer[TP_CELL_TEXT_SIZE]) {
    if (!column->valid[row]) {
        return NULL;
    }
    switch (column->type) {
    case TP_TYPE_TEXT:
        return text_at(column, row);
    case TP_TYPE_INT64:
        (void)snprintf(buffer, TP_CELL_TEXT_SIZE, "%lld", (long long)column->i64[row]);
        return buffer;
    case TP_TYPE_DOUBLE:
        (void)snprintf(buffer, TP_CELL_TEXT_SIZE, "%.17g", column->f64[row]);
        return buffer;
    case TP_TYPE_VERDICT:
        break;
    }
    return NULL;
}

/* Texts of rows that are dropped stay in `bytes`: rows are dropped only while reading, and few are. */
tp_code tp_column_keep(tp_column *column, const int64_t *rows, int64_t n, tp_error *error) {
    for (int64_t i = 0; i < n; i++) {
        int64_t row = rows[i];
        column->valid[i] = column->valid[row];
        switch (column->type) {
        case TP_TYPE_DOUBLE:
            column->f64[i] = column->f64[row];
            break;
        case TP_TYPE_INT64:
            column->i64[i] = column->i64[row];
            break;
        case TP_TYPE_VERDICT:
            column->verdict[i] = column->verdict[row];
            break;
        case TP_TYPE_TEXT:
            column->place[i] = column->place[row];
            break;
        }
    }
    return tp_column_resize(column, n, error);
}
