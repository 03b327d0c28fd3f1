/**
 * Rows on their way to the thread that writes them: cells, texts and geometries copied end to end into one block, so
 * that who makes rows need not keep anything.
 */
#ifndef TP_WRITE_ROW_BATCH_H
#define TP_WRITE_ROW_BATCH_H

#include "5_write/sink.h"

/** Initialise with `= {0}`. */
typedef struct tp_row_batch {
    uint8_t *bytes;
    size_t size, capacity;
    int64_t n_rows;
} tp_row_batch;

void tp_row_batch_reset(tp_row_batch *batch);

/** Makes room for `more` bytes behind what is there, and gives where they begin; NULL: no memory. */
TP_NODISCARD uint8_t *tp_row_batch_room(tp_row_batch *batch, size_t more);

/** Appends a cell. A text has at most 2^31 - 1 bytes. */
TP_NODISCARD tp_code tp_row_batch_add(tp_row_batch *batch, tp_type type, const tp_cell *cell, tp_error *error);

/** Appends a blob of `size` bytes, to be filled by the caller at `*room`; size 0 stands for NULL. */
TP_NODISCARD tp_code tp_row_batch_add_blob(tp_row_batch *batch, size_t size, uint8_t **room, tp_error *error);

/** What stands in a batch: the kind, then a number or `size` bytes at `bytes` (a text is not NUL-terminated). */
typedef struct tp_batch_cell {
    enum { TP_BATCH_NULL, TP_BATCH_DOUBLE, TP_BATCH_INT64, TP_BATCH_TEXT, TP_BATCH_BLOB } kind;
    double f64;
    int64_t i64;
    const uint8_t *bytes;
    uint32_t size;
} tp_batch_cell;

/** Reads the cell at `at` and gives where the next one begins. */
const uint8_t *tp_batch_cell_read(const uint8_t *at, tp_batch_cell *cell);

#endif
