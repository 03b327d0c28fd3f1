/**
 * Calls data near before it is read. Rows are judged and written from hundreds of arrays at once, more than the processor
 * foresees by itself, so that each would be waited for when its turn comes; asked for before, they come all together.
 */
#ifndef TP_DATA_NEAR_H
#define TP_DATA_NEAR_H

#include "technopolis/dataset.h"

/** Rows first to end - 1 of an array (NULL: nothing). */
static inline void tp_near_array(const void *array, size_t item, int64_t first, int64_t end) {
    enum { LINE = 64 };
    for (size_t at = (size_t)first * item; array != NULL && at < (size_t)end * item; at += LINE) {
        __builtin_prefetch((const char *)array + at);
    }
}

/** The values of a column; of texts where they lie. NULL is allowed. */
static inline void tp_near_column(const tp_column *column, int64_t first, int64_t end) {
    if (column != NULL) {
        tp_near_array(column->valid, 1, first, end);
        tp_near_array(column->f64, sizeof *column->f64, first, end);
        tp_near_array(column->i64, sizeof *column->i64, first, end);
        tp_near_array(column->verdict, 1, first, end);
        tp_near_array(column->place, sizeof *column->place, first, end);
    }
}

/** What is told of a judged criterion; `bounds`: of the interval too. */
static inline void tp_near_result(const tp_result *result, bool bounds, int64_t first, int64_t end) {
    tp_near_array(result->verdict, 1, first, end);
    tp_near_array(result->part, 1, first, end);
    tp_near_array(result->known, 1, first, end);
    tp_near_array(result->value, sizeof *result->value, first, end);
    tp_near_array(result->margin, sizeof *result->margin, first, end);
    for (size_t i = 0; i < result->criterion->n_parts; i++) {
        const tp_measure *measure = result->measures[i];
        if (measure != NULL) {
            tp_near_array(measure->method, 1, first, end);
            tp_near_array(bounds ? measure->low : NULL, sizeof *measure->low, first, end);
            tp_near_array(bounds ? measure->high : NULL, sizeof *measure->high, first, end);
        }
    }
}

#endif
