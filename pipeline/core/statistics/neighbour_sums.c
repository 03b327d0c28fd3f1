/*
 * Sums over neighbours: see hotspot.h. On a grid what a cell's span holds of another row is a stretch of the list that
 * moves along with the cell. Short stretches are added up; long ones are the difference of two running sums of that row.
 */
#include "large_array.h"
#include "neighbour_rows.h"

#include <stdlib.h>

enum { SHORT_STRETCH = 24, UNITS_A_PART = 128 };

/* ---- parts ---- */

int32_t tp_neighbours_n_parts(const tp_neighbours *neighbours) {
    return neighbours->first == NULL ? neighbours->n_rows
                                     : (int32_t)((neighbours->n + UNITS_A_PART - 1) / UNITS_A_PART);
}

tp_part tp_neighbours_part(const tp_neighbours *neighbours, int32_t part) {
    if (neighbours->first == NULL) {
        int64_t from = neighbours->row_first[part];
        return (tp_part){from, neighbours->row_first[part + 1],
                         neighbours->count + (neighbours->n_columns > 0 ? neighbours->count_first[part] : from)};
    }
    int64_t from = (int64_t)part * UNITS_A_PART, to = from + UNITS_A_PART;
    return (tp_part){from, to < neighbours->n ? to : neighbours->n, neighbours->count + from};
}

int64_t tp_neighbours_largest_part(const tp_neighbours *neighbours) {
    int64_t largest = 0;
    for (int32_t i = 0; i < tp_neighbours_n_parts(neighbours); i++) {
        tp_part part = tp_neighbours_part(neighbours, i);
        largest = part.to - part.from > largest ? part.to - part.from : largest;
    }
    return largest;
}

/* ---- rows with gaps ---- */

static double stretch_sum(const tp_summing *work, int32_t row, int64_t from, int64_t to) {
    if (to - from > SHORT_STRETCH) {
        return work->running[to + row] - work->running[from + row];
    }
    double sum = 0;
    for (int64_t i = from; i < to; i++) {
        sum += work->value[i];
    }
    return sum;
}

/* Of row `other` the stretch [from, to), in which cell i itself may lie. */
static double stretch_without(const tp_summing *work, int32_t row, int32_t other, int64_t i, int64_t from, int64_t to) {
    return row != other ? stretch_sum(work, other, from, to)
                        : stretch_sum(work, row, from, i) + stretch_sum(work, row, i + 1, to);
}

/* Adds to the cells of one row what their spans hold of another; sum[0] is the row's first cell. */
static void add_row(const tp_summing *work, int32_t row, int32_t other, int32_t half_width, double *sum) {
    const tp_neighbours *neighbours = work->neighbours;
    int64_t first = neighbours->row_first[row], from = neighbours->row_first[other], to = from;
    for (int64_t i = first; i < neighbours->row_first[row + 1]; i++) {
        tp_grid_move_stretch(neighbours, other, i, half_width, &from, &to);
        sum[i - first] += stretch_without(work, row, other, i, from, to);
    }
}

/* ---- rows without ---- */

/* The same for long spans: where a stretch begins and ends is known. */
static void add_dense_row(const tp_summing *work, int32_t row, int32_t other, int32_t half_width, double *sum) {
    const int64_t *first = work->neighbours->row_first;
    int64_t shift = tp_grid_shift(work->neighbours, row, other);
    for (int64_t i = first[row]; i < first[row + 1]; i++) {
        int64_t from = i + shift - half_width, to = i + shift + half_width + 1;
        from = from > first[other] ? from : first[other];
        to = to < first[other + 1] ? to : first[other + 1];
        if (to > from) {
            sum[i - first[row]] += stretch_without(work, row, other, i, from, to);
        }
    }
}

/* The same for short spans: column by column, side by side in memory. */
static void add_columns(const tp_summing *work, int32_t row, int32_t other, int32_t half_width, double *sum) {
    const int64_t *first = work->neighbours->row_first;
    for (int32_t away = -half_width; away <= half_width; away++) {
        /* cell i of the row has cell i + shift of the other at that many columns */
        int64_t shift = tp_grid_shift(work->neighbours, row, other) + away;
        int64_t from = first[other] - shift, to = first[other + 1] - shift;
        from = from > first[row] ? from : first[row];
        to = to < first[row + 1] ? to : first[row + 1];
        if ((row == other && away == 0) || to <= from) {
            continue;
        }
        double *restrict mine = sum + (from - first[row]);
        const double *restrict value = work->value + (from + shift);
#pragma omp simd
        for (int64_t i = 0; i < to - from; i++) {
            mine[i] += value[i];
        }
    }
}

/* ---- one part, all parts ---- */

static void sum_grid_row(const tp_summing *work, int32_t row, double *sum) {
    const tp_neighbours *neighbours = work->neighbours;
    const int32_t *half_width = tp_grid_half_widths(neighbours, row);
    bool dense = tp_grid_is_dense(neighbours, row);
    for (int64_t i = 0; i < neighbours->row_first[row + 1] - neighbours->row_first[row]; i++) {
        sum[i] = 0;
    }
    for (int32_t away = -neighbours->reach; away <= neighbours->reach; away++) {
        int32_t other = half_width[away] < 0 ? -1 : tp_grid_find_row(neighbours, (int64_t)neighbours->row[row] + away);
        if (other < 0) {
            continue;
        }
        if (!dense || !tp_grid_is_dense(neighbours, other)) {
            add_row(work, row, other, half_width[away], sum);
        } else if (2 * (int64_t)half_width[away] < SHORT_STRETCH) {
            add_columns(work, row, other, half_width[away], sum);
        } else {
            add_dense_row(work, row, other, half_width[away], sum);
        }
    }
}

void tp_summing_part(const tp_summing *work, int32_t part, double *sum) {
    const tp_neighbours *neighbours = work->neighbours;
    if (neighbours->first == NULL) {
        sum_grid_row(work, part, sum);
        return;
    }
    tp_part units = tp_neighbours_part(neighbours, part);
    for (int64_t i = units.from; i < units.to; i++) {
        double total = 0;
        for (int64_t k = neighbours->first[i]; k < neighbours->first[i + 1]; k++) {
            total += work->value[neighbours->to[k]];
        }
        sum[i - units.from] = total;
    }
}

static bool has_long_stretches(const tp_neighbours *neighbours) {
    int64_t size = (int64_t)neighbours->n_rows * (2 * neighbours->reach + 1);
    for (int64_t i = 0; i < size; i++) {
        if (2 * (int64_t)neighbours->half_width[i] + 1 > SHORT_STRETCH) {
            return true;
        }
    }
    return false;
}

tp_code tp_summing_begin(const tp_neighbours *neighbours, const double *value, tp_summing *summing, tp_error *error) {
    *summing = (tp_summing){neighbours, value, NULL};
    if (neighbours->first != NULL || !has_long_stretches(neighbours)) {
        return TP_OK;
    }
    double *running = tp_large_array(neighbours->n + neighbours->n_rows, sizeof *running);
    if (running == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(static)
    for (int32_t row = 0; row < neighbours->n_rows; row++) {
        double sum = 0;
        running[neighbours->row_first[row] + row] = 0;
        for (int64_t i = neighbours->row_first[row]; i < neighbours->row_first[row + 1]; i++) {
            sum += value[i];
            running[i + row + 1] = sum;
        }
    }
    summing->running = running;
    return TP_OK;
}

void tp_summing_end(tp_summing *summing) {
    free(summing->running);
    *summing = (tp_summing){0};
}

tp_code tp_neighbours_sum(const tp_neighbours *neighbours, const double *value, double *sum, tp_error *error) {
    tp_summing work;
    tp_code code = tp_summing_begin(neighbours, value, &work, error);
    if (code != TP_OK) {
        return code;
    }
    int32_t n_parts = tp_neighbours_n_parts(neighbours);
#pragma omp parallel for schedule(dynamic, 8)
    for (int32_t part = 0; part < n_parts; part++) {
        tp_summing_part(&work, part, sum + tp_neighbours_part(neighbours, part).from);
    }
    tp_summing_end(&work);
    return TP_OK;
}
