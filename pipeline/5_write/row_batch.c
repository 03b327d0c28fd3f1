/* Rows copied end to end: a byte for the kind of each cell, then its number, or its size and bytes. */
#include "5_write/row_batch.h"

#include <stdlib.h>
#include <string.h>

void tp_row_batch_reset(tp_row_batch *batch) {
    free(batch->bytes);
    *batch = (tp_row_batch){0};
}

uint8_t *tp_row_batch_room(tp_row_batch *batch, size_t more) {
    if (batch->capacity - batch->size < more) {
        size_t capacity = 2 * batch->capacity > batch->size + more ? 2 * batch->capacity : batch->size + more;
        uint8_t *bytes = realloc(batch->bytes, capacity);
        if (bytes == NULL) {
            return NULL;
        }
        batch->bytes = bytes;
        batch->capacity = capacity;
    }
    uint8_t *room = batch->bytes + batch->size;
    batch->size += more;
    return room;
}

tp_code tp_row_batch_add(tp_row_batch *batch, tp_type type, const tp_cell *cell, tp_error *error) {
    bool is_text = type == TP_TYPE_TEXT || type == TP_TYPE_VERDICT;
    bool missing = cell->missing || (is_text && cell->text == NULL);
    size_t length = is_text && !missing ? strlen(cell->text) : 0;
    size_t size = missing ? 1 : is_text ? 1 + sizeof(uint32_t) + length : 1 + sizeof(int64_t);
    uint8_t *at = length > INT32_MAX ? NULL : tp_row_batch_room(batch, size);
    if (at == NULL) {
        return tp_error_memory(error);
    }
    if (missing) {
        *at = TP_BATCH_NULL;
    } else if (is_text) {
        uint32_t n = (uint32_t)length;
        *at = TP_BATCH_TEXT;
        memcpy(at + 1, &n, sizeof n);
        memcpy(at + 1 + sizeof n, cell->text, length);
    } else if (type == TP_TYPE_INT64) {
        *at = TP_BATCH_INT64;
        memcpy(at + 1, &cell->i64, sizeof cell->i64);
    } else {
        *at = TP_BATCH_DOUBLE;
        memcpy(at + 1, &cell->f64, sizeof cell->f64);
    }
    return TP_OK;
}

tp_code tp_row_batch_add_blob(tp_row_batch *batch, size_t size, uint8_t **room, tp_error *error) {
    uint8_t *at = size > INT32_MAX ? NULL : tp_row_batch_room(batch, size == 0 ? 1 : 1 + sizeof(uint32_t) + size);
    if (at == NULL) {
        return tp_error_memory(error);
    }
    *at = size == 0 ? TP_BATCH_NULL : TP_BATCH_BLOB;
    if (size > 0) {
        uint32_t n = (uint32_t)size;
        memcpy(at + 1, &n, sizeof n);
        *room = at + 1 + sizeof n;
    }
    return TP_OK;
}

const uint8_t *tp_batch_cell_read(const uint8_t *at, tp_batch_cell *cell) {
    cell->kind = *at++;
    switch (cell->kind) {
    case TP_BATCH_NULL:
        return at;
    case TP_BATCH_DOUBLE:
        memcpy(&cell->f64, at, sizeof cell->f64);
        return at + sizeof cell->f64;
    case TP_BATCH_INT64:
        memcpy(&cell->i64, at, sizeof cell->i64);
        return at + sizeof cell->i64;
    case TP_BATCH_TEXT:
    case TP_BATCH_BLOB:
        break;
    }
    memcpy(&cell->size, at, sizeof cell->size);
    cell->bytes = at + sizeof cell->size;
    return cell->bytes + cell->size;
}
