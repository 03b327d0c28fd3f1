/**
 * Rows as SQLite keeps them (https://www.sqlite.org/fileformat2.html, 2.1 "Record Format"): a header of types, then the
 * values end to end. Rows on their way to the file lie one behind the other in a batch, each after its size.
 */
#ifndef TP_WRITE_SQLITE_RECORD_H
#define TP_WRITE_SQLITE_RECORD_H

#include "5_write/sink.h"

#include <string.h>

/** Initialise with `= {0}`. */
typedef struct tp_row_batch {
    uint8_t *bytes;
    size_t size, capacity;
    int64_t n_rows;
    size_t header; /**< bytes of the header of the last row, which the next one's is likely to have too */
} tp_row_batch;

void tp_row_batch_reset(tp_row_batch *batch);

/** The most bytes that a varint takes. */
enum { TP_VARINT_SIZE = 9 };

/** Writes a variable-length integer and gives where it ends. */
uint8_t *tp_varint_put(uint8_t *at, uint64_t value);

/** memcpy for what is mostly short: a call, or the processor's own copying of strings, takes longer to begin. */
static inline void tp_bytes_copy(uint8_t *to, const void *from, size_t size) {
    const uint8_t *at = from;
    enum { LONG = 16, MIDDLE = 8, SHORT = 4 };
    if (size >= LONG) { /* the last piece overlaps the one before it */
        for (size_t i = 0; i + LONG < size; i += LONG) {
            memcpy(to + i, at + i, LONG);
        }
        memcpy(to + size - LONG, at + size - LONG, LONG);
    } else if (size >= MIDDLE) {
        memcpy(to, at, MIDDLE);
        memcpy(to + size - MIDDLE, at + size - MIDDLE, MIDDLE);
    } else if (size >= SHORT) {
        memcpy(to, at, SHORT);
        memcpy(to + size - SHORT, at + size - SHORT, SHORT);
    } else {
        for (size_t i = 0; i < size; i++) {
            to[i] = at[i];
        }
    }
}

/** A geometry among the values of a row: `size` bytes, which the caller writes at `*room` afterwards; 0: NULL. */
typedef struct tp_row_blob {
    size_t size;
    uint8_t *room;
} tp_row_blob;

/**
 * Appends a row: NULL for its number (which SQLite keeps beside the record), the blob (where `blob` is not NULL), then
 * the cells. TP_E_DATA where that makes more than 2^31 - 1
 * bytes, TP_E_INTERNAL where a number is not finite; nothing is appended then.
 */
TP_NODISCARD tp_code tp_row_batch_add(tp_row_batch *batch, tp_row_blob *blob, const tp_field *fields,
                                      const tp_cell *cells, size_t n, tp_error *error);

/** Reads the row at `at`: its record, of `*size` bytes. Gives where the next row begins. */
const uint8_t *tp_row_batch_next(const uint8_t *at, const uint8_t **record, size_t *size);

#endif
