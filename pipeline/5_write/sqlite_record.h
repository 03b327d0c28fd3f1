/**
 * Rows as SQLite keeps them (https://www.sqlite.org/fileformat2.html, 2.1 "Record Format"): a header of types, then the
 * values end to end. Rows on their way to the file lie one behind the other in a batch, each after its size.
 */
#ifndef TP_WRITE_SQLITE_RECORD_H
#define TP_WRITE_SQLITE_RECORD_H

#include "5_write/sink.h"

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
