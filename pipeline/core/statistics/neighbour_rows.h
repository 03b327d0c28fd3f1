/**
 * Neighbours and sums over them in parts that fit a cache: the rows of a grid, or stretches of a list. What a statistic
 * needs of its neighbours it takes part by part, so that no array of sums has to go through memory.
 */
#ifndef TP_CORE_NEIGHBOUR_ROWS_H
#define TP_CORE_NEIGHBOUR_ROWS_H

#include "technopolis/hotspot.h"

/** Units [from, to) of one part; `count` of unit i at [i - from]. */
typedef struct tp_part {
    int64_t from, to;
    const int32_t *count;
} tp_part;

/** How many parts there are, and one of them. Neither searches nor allocates. */
int32_t tp_neighbours_n_parts(const tp_neighbours *neighbours);
tp_part tp_neighbours_part(const tp_neighbours *neighbours, int32_t part);
int64_t tp_neighbours_largest_part(const tp_neighbours *neighbours);

/** Sums over neighbours of one array of values; begin, ask for parts from any thread, end. */
typedef struct tp_summing {
    const tp_neighbours *neighbours;
    const double *value;
    double *running; /* where spans are long: row by row from 0, before cell i at running[i + its row] */
} tp_summing;

TP_NODISCARD tp_code tp_summing_begin(const tp_neighbours *neighbours, const double *value, tp_summing *summing,
                                      tp_error *error);
/** Fills sum[0] .. sum[to - from - 1] for the units of a part. */
void tp_summing_part(const tp_summing *summing, int32_t part, double *sum);
void tp_summing_end(tp_summing *summing);

/* ---- rows of a grid ---- */

/** The place among the rows that hold cells of the one with that number, or -1. */
int32_t tp_grid_find_row(const tp_neighbours *neighbours, int64_t row);

/** The half-widths of a row, to be asked with the rows away from it. */
static inline const int32_t *tp_grid_half_widths(const tp_neighbours *neighbours, int32_t row) {
    return neighbours->half_width + (int64_t)row * (2 * neighbours->reach + 1) + neighbours->reach;
}

/** The column of a row's first cell. */
static inline int64_t tp_grid_first_column(const tp_neighbours *neighbours, int32_t row) {
    return neighbours->n_columns > 0 ? 0 : neighbours->column[neighbours->row_first[row]];
}

/** No gap between the cells of a row. */
bool tp_grid_is_dense(const tp_neighbours *neighbours, int32_t row);

/** The stretch of row `other` within half_width of cell i; [from, to) of the cell before is where to begin. */
void tp_grid_move_stretch(const tp_neighbours *neighbours, int32_t other, int64_t i, int32_t half_width, int64_t *from,
                          int64_t *to);

/** Of two dense rows: cell i of the first lies at the column of cell i + shift of the other, were it long enough. */
static inline int64_t tp_grid_shift(const tp_neighbours *neighbours, int32_t row, int32_t other) {
    return neighbours->row_first[other] - neighbours->row_first[row] + tp_grid_first_column(neighbours, row) -
           tp_grid_first_column(neighbours, other);
}

#endif
