/** Filling a row of a new layer or table from left to right; the first error stops everything that follows. */
#ifndef TP_MEASURE_TABLE_CELLS_H
#define TP_MEASURE_TABLE_CELLS_H

#include "core/plan/added_layer.h"

#include <math.h>

enum { TP_CELLS_MOST = 48 };

/** `column` is what tp_added_layer_make gave; set `row` and `at = 0` before each row. */
typedef struct tp_cells {
    tp_column *column[TP_CELLS_MOST];
    int at;
    int64_t row;
    tp_code code;
    tp_error *error;
} tp_cells;

static inline void tp_cells_begin(tp_cells *c, int64_t row) {
    c->row = row;
    c->at = 0;
}

/** NULL: missing. */
static inline void tp_put_text(tp_cells *c, const char *text) {
    if (c->code == TP_OK) {
        c->code = tp_added_text(c->column[c->at], c->row, text, c->error);
    }
    c->at++;
}

/** NaN: missing. */
static inline void tp_put_number(tp_cells *c, double value) {
    tp_column_set_double(c->column[c->at++], c->row, value);
}

static inline void tp_put_count(tp_cells *c, int64_t n) {
    tp_column_set_int64(c->column[c->at++], c->row, n);
}

static inline void tp_put_nothing(tp_cells *c) {
    c->at++;
}

static inline void tp_put_count_if(tp_cells *c, bool known, int64_t n) {
    if (known) {
        tp_put_count(c, n);
    } else {
        tp_put_nothing(c);
    }
}

#endif
