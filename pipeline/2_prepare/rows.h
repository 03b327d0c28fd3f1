/** Leaving rows out of a layer: each gets a line in `rejects` and is no longer counted as kept. */
#ifndef TP_PREPARE_ROWS_H
#define TP_PREPARE_ROWS_H

#include "technopolis/dataset.h"

typedef struct tp_rows {
    tp_dataset *dataset;
    tp_layer *layer;
    uint8_t *left_out; /**< of each row; set by tp_rows_leave_out */
    int64_t n_left_out;
} tp_rows;

/** All rows of the layer of that name; TP_E_INTERNAL when there is no such layer. */
TP_NODISCARD tp_code tp_rows_begin(tp_dataset *dataset, const char *layer, tp_rows *rows, tp_error *error);

/** Writes a line in `rejects` for a row that stays. */
TP_NODISCARD tp_code tp_rows_note(tp_rows *rows, int64_t row, const char *reason, const char *detail, tp_error *error);

/** Leaves a row out (once): for what the layer can do without, such as a row that repeats another. */
TP_NODISCARD tp_code tp_rows_leave_out(tp_rows *rows, int64_t row, const char *reason, const char *detail,
                                       tp_error *error);

/** Leaves a row out that the layer lacks from then on: counts it in the layer's n_lost. */
TP_NODISCARD tp_code tp_rows_lose(tp_rows *rows, int64_t row, const char *reason, const char *detail, tp_error *error);

/** Drops the rows left out; the flags are then those of the rows that are left (none). */
TP_NODISCARD tp_code tp_rows_apply(tp_rows *rows, tp_error *error);

void tp_rows_end(tp_rows *rows);

/** How many threads to work with: as many as the run says, at least one. */
int tp_prepare_threads(int64_t wanted);

#endif
