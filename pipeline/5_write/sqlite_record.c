/* Rows as SQLite keeps them. See sqlite_record.h. */
#include "5_write/sqlite_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Serial types of the format. */
enum { TYPE_NULL = 0, TYPE_DOUBLE = 7, TYPE_ZERO = 8, TYPE_ONE = 9, TYPE_BLOB = 12, TYPE_TEXT = 13 };

void tp_row_batch_reset(tp_row_batch *batch) {
    free(batch->bytes);
    *batch = (tp_row_batch){0};
}

enum { LEAST_ROOM = 1 << 16 };

static tp_code reserve(tp_row_batch *batch, size_t more, tp_error *error) {
    if (batch->capacity - batch->size >= more) {
        return TP_OK;
    }
    size_t capacity = 2 * batch->capacity > batch->size + more ? 2 * batch->capacity : batch->size + more + LEAST_ROOM;
    uint8_t *bytes = realloc(batch->bytes, capacity);
    if (bytes == NULL) {
        return tp_error_memory(error);
    }
    batch->bytes = bytes;
    batch->capacity = capacity;
    return TP_OK;
}

uint8_t *tp_varint_put(uint8_t *at, uint64_t value) {
    if (value <= 0x7f) {
        *at = (uint8_t)value;
        return at + 1;
    }
    if (value > 0x00ffffffffffffffU) { /* nine bytes, the last with all its bits */
        at[8] = (uint8_t)value;
        value >>= 8;
        for (int i = 7; i >= 0; i--) {
            at[i] = (uint8_t)(value | 0x80);
            value >>= 7;
        }
        return at + 9;
    }
    int n = 1;
    for (uint64_t rest = value >> 7; rest != 0; rest >>= 7) {
        n++;
    }
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (uint8_t)((value & 0x7f) | (i == n - 1 ? 0 : 0x80));
        value >>= 7;
    }
    return at + n;
}

/* Puts eight bytes, of which the first `size` (at least 1) count. */
static uint8_t *put_int(uint8_t *at, int64_t value, int size) {
    uint64_t bits = __builtin_bswap64((uint64_t)value << (8 * (8 - size)));
    memcpy(at, &bits, sizeof bits);
    return at + size;
}

/* The smallest integer type that holds the value, and how many bytes it has. */
static int type_of_int(int64_t value, int *size) {
    static const int sizes[] = {0, 1, 2, 3, 4, 6, 8};
    if (value == 0 || value == 1) {
        *size = 0;
        return value == 0 ? TYPE_ZERO : TYPE_ONE;
    }
    uint64_t magnitude = value < 0 ? ~(uint64_t)value : (uint64_t)value;
    int type = 1;
    while (type < 6 && magnitude >> (8 * sizes[type] - 1) != 0) {
        type++;
    }
    *size = sizes[type];
    return type;
}

static bool is_text(tp_type type) {
    return type == TP_TYPE_TEXT || type == TP_TYPE_VERDICT;
}

/* The size of the header counts itself, so it may grow by being written. */
static size_t header_size(size_t types) {
    size_t size = types + 1;
    while (true) {
        uint8_t room[TP_VARINT_SIZE];
        size_t all = types + (size_t)(tp_varint_put(room, size) - room);
        if (all == size) {
            return size;
        }
        size = all;
    }
}

/* How many bytes the values may take, generously: every number eight. */
static size_t most_of(const tp_field *fields, const tp_cell *cells, size_t n) {
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        bool text = is_text(fields[i].type) && !cells[i].missing && cells[i].text != NULL;
        most += !text ? sizeof(uint64_t) : cells[i].size > 0 ? cells[i].size : strlen(cells[i].text);
    }
    return most;
}

/* Where a row is being put: types and values grow apart from each other. */
typedef struct row_ends {
    uint8_t *types, *values;
} row_ends;

static void put_text(row_ends *ends, const tp_cell *cell) {
    size_t size = cell->size > 0 ? cell->size : strlen(cell->text);
    uint64_t type = 2 * (uint64_t)size + TYPE_TEXT;
    if (type <= 0x7f) {
        *ends->types++ = (uint8_t)type;
    } else {
        ends->types = tp_varint_put(ends->types, type);
    }
    tp_bytes_copy(ends->values, cell->text, size);
    ends->values += size;
}

/* False for a number that is not finite. */
static bool put_double(row_ends *ends, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    *ends->types++ = TYPE_DOUBLE;
    ends->values = put_int(ends->values, (int64_t)bits, sizeof bits);
    return isfinite(value);
}

/* Types and values of all cells; false where a number is not finite. */
static bool put_cells(row_ends *ends, const tp_field *fields, const tp_cell *cells, size_t n) {
    bool finite = true;
    row_ends at = *ends;
    for (size_t i = 0; i < n; i++) {
        if (cells[i].missing || (is_text(fields[i].type) && cells[i].text == NULL)) {
            *at.types++ = TYPE_NULL;
        } else if (fields[i].type == TP_TYPE_DOUBLE) {
            finite = put_double(&at, cells[i].f64) && finite;
        } else if (fields[i].type == TP_TYPE_INT64) {
            int size;
            *at.types++ = (uint8_t)type_of_int(cells[i].i64, &size);
            at.values = size > 0 ? put_int(at.values, cells[i].i64, size) : at.values;
        } else {
            put_text(&at, &cells[i]);
        }
    }
    *ends = at;
    return finite;
}

static tp_code too_large(size_t size, tp_error *error) {
    return tp_error_set(error, TP_E_DATA, "a row of %zu bytes does not fit into a GeoPackage", size);
}

/*
 * Written in one go: the values behind a header as long as that of the row before, since most rows of a table have
 * headers of one length; the types behind all values, then moved to where they belong.
 */
tp_code tp_row_batch_add(tp_row_batch *batch, tp_row_blob *blob, const tp_field *fields, const tp_cell *cells, size_t n,
                         tp_error *error) {
    size_t blob_size = blob != NULL ? blob->size : 0, longest = (n + 3) * TP_VARINT_SIZE;
    size_t most = blob_size + most_of(fields, cells, n) + sizeof(uint64_t); /* numbers are put eight bytes at a time */
    if (most > (size_t)INT32_MAX + (n + 1) * sizeof(uint64_t)) {
        return too_large(most, error);
    }
    tp_code code = reserve(batch, sizeof(uint32_t) + longest + most + longest, error);
    if (code != TP_OK) {
        return code;
    }
    uint8_t *record = batch->bytes + batch->size + sizeof(uint32_t);
    size_t guess = batch->header < longest ? batch->header : 0;
    uint8_t *values = record + guess, *types = record + longest + most;
    row_ends ends = {types, values + blob_size};
    *ends.types++ = TYPE_NULL; /* the row's number */
    if (blob != NULL) {
        ends.types = tp_varint_put(ends.types, blob_size == 0 ? TYPE_NULL : 2 * (uint64_t)blob_size + TYPE_BLOB);
    }
    bool finite = put_cells(&ends, fields, cells, n);
    size_t types_size = (size_t)(ends.types - types), body = (size_t)(ends.values - values);
    size_t header = header_size(types_size), size = header + body;
    if (!finite) {
        return tp_error_set(error, TP_E_INTERNAL, "a row has a number that is not finite");
    }
    if (size > INT32_MAX) {
        return too_large(size, error);
    }
    if (header != guess) {
        memmove(record + header, values, body);
        batch->header = header;
    }
    memcpy(tp_varint_put(record, header), types, types_size);
    uint32_t written = (uint32_t)size;
    memcpy(batch->bytes + batch->size, &written, sizeof written);
    if (blob != NULL) {
        blob->room = record + header;
    }
    batch->size += sizeof written + size;
    batch->n_rows++;
    return TP_OK;
}

const uint8_t *tp_row_batch_next(const uint8_t *at, const uint8_t **record, size_t *size) {
    uint32_t n;
    memcpy(&n, at, sizeof n);
    *record = at + sizeof n;
    *size = n;
    return at + sizeof n + n;
}
