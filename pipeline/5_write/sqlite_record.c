/* Rows as SQLite keeps them. See sqlite_record.h. */
#include "5_write/sqlite_record.h"

#include <stdlib.h>
#include <string.h>

/* Serial types of the format. */
enum { TYPE_NULL = 0, TYPE_DOUBLE = 7, TYPE_ZERO = 8, TYPE_ONE = 9, TYPE_BLOB = 12, TYPE_TEXT = 13 };

void tp_row_batch_reset(tp_row_batch *batch) {
    free(batch->bytes);
    *batch = (tp_row_batch){0};
}

static tp_code reserve(tp_row_batch *batch, size_t more, tp_error *error) {
    if (batch->capacity - batch->size >= more) {
        return TP_OK;
    }
    size_t capacity = 2 * batch->capacity > batch->size + more ? 2 * batch->capacity : batch->size + more;
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

static uint8_t *put_big_endian(uint8_t *at, uint64_t value, int n) {
    for (int i = n - 1; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
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

static bool is_null(tp_type type, const tp_cell *cell) {
    return cell->missing || (is_text(type) && cell->text == NULL);
}

/* The types of all values, written at `at`; gives where they end, and the bytes of all values in `*body`. */
static uint8_t *put_types(uint8_t *at, const tp_row_blob *blob, const tp_field *fields, const tp_cell *cells, size_t n,
                          size_t *body) {
    *at++ = TYPE_NULL; /* the row's number */
    *body = 0;
    if (blob != NULL) {
        at = tp_varint_put(at, blob->size == 0 ? TYPE_NULL : 2 * (uint64_t)blob->size + TYPE_BLOB);
        *body += blob->size;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_null(fields[i].type, &cells[i])) {
            *at++ = TYPE_NULL;
        } else if (is_text(fields[i].type)) {
            size_t length = strlen(cells[i].text);
            at = tp_varint_put(at, 2 * (uint64_t)length + TYPE_TEXT);
            *body += length;
        } else if (fields[i].type == TP_TYPE_INT64) {
            int size;
            *at++ = (uint8_t)type_of_int(cells[i].i64, &size);
            *body += (size_t)size;
        } else {
            *at++ = TYPE_DOUBLE;
            *body += sizeof(double);
        }
    }
    return at;
}

static void put_values(uint8_t *at, const tp_row_blob *blob, const tp_field *fields, const tp_cell *cells, size_t n) {
    at += blob != NULL ? blob->size : 0;
    for (size_t i = 0; i < n; i++) {
        if (is_null(fields[i].type, &cells[i])) {
            continue;
        }
        if (is_text(fields[i].type)) {
            size_t length = strlen(cells[i].text);
            memcpy(at, cells[i].text, length);
            at += length;
        } else if (fields[i].type == TP_TYPE_INT64) {
            int size;
            (void)type_of_int(cells[i].i64, &size);
            at = put_big_endian(at, (uint64_t)cells[i].i64, size);
        } else {
            uint64_t bits;
            memcpy(&bits, &cells[i].f64, sizeof bits);
            at = put_big_endian(at, bits, sizeof bits);
        }
    }
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

tp_code tp_row_batch_add(tp_row_batch *batch, tp_row_blob *blob, const tp_field *fields, const tp_cell *cells, size_t n,
                         tp_error *error) {
    /* The types are written where they may stand at most, then moved up behind the header's size. */
    size_t most = sizeof(uint32_t) + TP_VARINT_SIZE + (n + 2) * TP_VARINT_SIZE, body = 0;
    tp_code code = reserve(batch, most, error);
    if (code != TP_OK) {
        return code;
    }
    uint8_t *types = batch->bytes + batch->size + sizeof(uint32_t) + TP_VARINT_SIZE;
    size_t types_size = (size_t)(put_types(types, blob, fields, cells, n, &body) - types);
    size_t header = header_size(types_size), size = header + body;
    if (size > INT32_MAX) {
        return tp_error_set(error, TP_E_DATA, "a row of %zu bytes does not fit into a GeoPackage", size);
    }
    code = reserve(batch, most + body, error);
    if (code != TP_OK) {
        return code;
    }
    uint8_t *at = batch->bytes + batch->size;
    types = at + sizeof(uint32_t) + TP_VARINT_SIZE;
    uint32_t record = (uint32_t)size;
    memcpy(at, &record, sizeof record);
    at += sizeof record;
    uint8_t *behind = tp_varint_put(at, header);
    memmove(behind, types, types_size);
    put_values(at + header, blob, fields, cells, n);
    if (blob != NULL) {
        blob->room = at + header;
    }
    batch->size += sizeof record + size;
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
