/**
 * Links of rows that several threads find in any order, kept end to end in memory a thread until all are known: as much
 * as there are, where room for TP_LINKS_MAX a row would be 320 bytes a row.
 */
#ifndef TP_MEASURE_LINK_ROWS_H
#define TP_MEASURE_LINK_ROWS_H

#include "technopolis/measure.h"

/** A thread's links. */
typedef struct tp_link_list {
    tp_link *items;
    size_t n, capacity;
} tp_link_list;

/** Initialise by new. */
typedef struct tp_link_rows {
    tp_measure *measure; /**< borrowed; its link_first is used meanwhile */
    uint8_t *count;      /**< links of a row */
    uint16_t *list;      /**< the list in which they are */
    tp_link_list *lists; /**< one a thread */
    int n_lists;
} tp_link_rows;

/** For threads numbered as omp_get_thread_num() does in a parallel region without num_threads. */
TP_NODISCARD tp_code tp_link_rows_new(tp_measure *measure, tp_link_rows *rows, tp_error *error);
void tp_link_rows_reset(tp_link_rows *rows);

/** Room for TP_LINKS_MAX links of the next row that this thread keeps; NULL: no memory. Amortised O(1). */
tp_link *tp_link_rows_room(tp_link_rows *rows);

/** Keeps the first n links written into that room, as those of `row`; each row at most once. */
void tp_link_rows_keep(tp_link_rows *rows, int64_t row, int n);

/** Gives the measure its links. The same at any number of threads. O(rows + links). */
TP_NODISCARD tp_code tp_link_rows_pack(tp_link_rows *rows, tp_error *error);

#endif
