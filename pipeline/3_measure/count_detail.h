/** What a count keeps for its evidence. */
#ifndef TP_MEASURE_COUNT_DETAIL_H
#define TP_MEASURE_COUNT_DETAIL_H

#include "count_values.h"
#include "travel.h"

/** What the evidence needs beyond the measure itself; links are found when they are asked for. */
typedef struct tp_count_detail {
    tp_travel travel;
    tp_facilities facilities;
    tp_nearby nearby;
    tp_count_values values;
    char *distinct, *sum; /**< column names or NULL */
    uint32_t *found;      /**< of->n_rows: features within the limit, before distinct and sum */
} tp_count_detail;

/** count_text.c */
void tp_count_write_evidence(const tp_measure *measure, int64_t row, tp_text *text);

#endif
