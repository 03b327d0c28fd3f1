/*
 * Who is whose neighbour, and sums over neighbours: see hotspot.h. On a grid nothing is searched for: the cells are in
 * order of row and column, so that what a cell's span holds of another row is a stretch of the list that moves along
 * with the cell. Short stretches are added up; long ones are the difference of two running sums of that row.
 */
#include "technopolis/hotspot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_STRETCH = 24 };

/* ---- rules ---- */

static int32_t queen(const void *user, int32_t row, int32_t rows_away) {
    (void)user;
    (void)row;
    (void)rows_away;
    return 1;
}

static int32_t rook(const void *user, int32_t row, int32_t rows_away) {
    (void)user;
    (void)row;
    return rows_away == 0 ? 1 : 0;
}

static int32_t disc(const void *user, int32_t row, int32_t rows_away) {
    (void)row;
    double radius = *(const double *)user, left = radius * radius - (double)rows_away * rows_away;
    /* A radius such as sqrt(2) means the corner although its square is a little less than 2. */
    return left < -1e-9 ? -1 : (int32_t)floor(sqrt(fmax(left, 0)) + 1e-9);
}

tp_span_rule tp_span_queen(void) {
    return (tp_span_rule){1, queen, NULL};
}

tp_span_rule tp_span_rook(void) {
    return (tp_span_rule){1, rook, NULL};
}

tp_span_rule tp_span_disc(const double *radius) {
    return (tp_span_rule){(int32_t)floor(*radius + 1e-9), disc, radius};
}

/* ---- sums ---- */

/* The place of a row among those that hold cells, or -1. */
static int32_t find_row(const tp_neighbours *neighbours, int64_t row) {
    int32_t low = 0, high = neighbours->n_rows;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (neighbours->row[middle] < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < neighbours->n_rows && neighbours->row[low] == row ? low : -1;
}

typedef struct summing {
    const tp_neighbours *neighbours;
    const double *value;
    const double *running; /* row by row from 0: before cell i at running[i + its row] */
} summing;

/* The half-widths of a row, to be asked with the rows away from it. */
static const int32_t *half_widths(const tp_neighbours *neighbours, int32_t row) {
    return neighbours->half_width + (int64_t)row * (2 * neighbours->reach + 1) + neighbours->reach;
}

/* No gap between the cells of a row. */
static bool is_dense(const tp_neighbours *neighbours, int32_t row) {
    int64_t first = neighbours->row_first[row], last = neighbours->row_first[row + 1] - 1;
    return (int64_t)neighbours->column[last] - neighbours->column[first] == last - first;
}

/* Which cells of a dense row have a cell of a dense `other` at `away` columns: i in [from, to), at i + shift. */
typedef struct overlap {
    int64_t from, to, shift;
} overlap;

static overlap overlap_of(const tp_neighbours *neighbours, int32_t row, int32_t other, int64_t away) {
    const int64_t *first = neighbours->row_first;
    int64_t shift =
        first[other] - first[row] + neighbours->column[first[row]] - neighbours->column[first[other]] + away;
    int64_t from = first[other] - shift, to = first[other + 1] - shift;
    return (overlap){from > first[row] ? from : first[row], to < first[row + 1] ? to : first[row + 1], shift};
}

static double stretch_sum(const summing *work, int32_t row, int64_t from, int64_t to) {
    if (to - from > SHORT_STRETCH) {
        return work->running[to + row] - work->running[from + row];
    }
    double sum = 0;
    for (int64_t i = from; i < to; i++) {
        sum += work->value[i];
    }
    return sum;
}

/* The stretch of row `other` that the span of cell i holds; [from, to) of the cell before is where to begin. */
static void move_stretch(const tp_neighbours *neighbours, int32_t other, int64_t i, int32_t half_width, int64_t *from,
                         int64_t *to) {
    const int32_t *column = neighbours->column;
    int64_t west = (int64_t)column[i] - half_width, east = (int64_t)column[i] + half_width;
    int64_t end = neighbours->row_first[other + 1];
    while (*from < end && column[*from] < west) {
        (*from)++;
    }
    *to = *to < *from ? *from : *to;
    while (*to < end && column[*to] <= east) {
        (*to)++;
    }
}

/* Adds to the cells of one row what their spans hold of another. */
static void add_row(const summing *work, int32_t row, int32_t other, int32_t half_width, double *sum) {
    const tp_neighbours *neighbours = work->neighbours;
    int64_t from = neighbours->row_first[other], to = from;
    for (int64_t i = neighbours->row_first[row]; i < neighbours->row_first[row + 1]; i++) {
        move_stretch(neighbours, other, i, half_width, &from, &to);
        sum[i] += row != other ? stretch_sum(work, other, from, to)
                               : stretch_sum(work, row, from, i) + stretch_sum(work, row, i + 1, to);
    }
}

/* The same where both rows are dense and spans short: column by column, side by side in memory. */
static void add_dense_row(const summing *work, int32_t row, int32_t other, int32_t half_width, double *restrict sum) {
    for (int32_t away = -half_width; away <= half_width; away++) {
        overlap both = overlap_of(work->neighbours, row, other, away);
        const double *restrict value = work->value + both.shift;
        if (row == other && away == 0) {
            continue;
        }
#pragma omp simd
        for (int64_t i = both.from; i < both.to; i++) {
            sum[i] += value[i];
        }
    }
}

static void sum_grid_row(const summing *work, int32_t row, double *sum) {
    const tp_neighbours *neighbours = work->neighbours;
    const int32_t *half_width = half_widths(neighbours, row);
    bool dense = is_dense(neighbours, row);
    for (int64_t i = neighbours->row_first[row]; i < neighbours->row_first[row + 1]; i++) {
        sum[i] = 0;
    }
    for (int32_t away = -neighbours->reach; away <= neighbours->reach; away++) {
        int32_t other = half_width[away] < 0 ? -1 : find_row(neighbours, (int64_t)neighbours->row[row] + away);
        if (other >= 0 && dense && 2 * half_width[away] < SHORT_STRETCH && is_dense(neighbours, other)) {
            add_dense_row(work, row, other, half_width[away], sum);
        } else if (other >= 0) {
            add_row(work, row, other, half_width[away], sum);
        }
    }
}

/* ---- counts ---- */

static void count_row(const tp_neighbours *neighbours, int32_t row, int32_t other, int32_t half_width) {
    int64_t from = neighbours->row_first[other], to = from;
    for (int64_t i = neighbours->row_first[row]; i < neighbours->row_first[row + 1]; i++) {
        move_stretch(neighbours, other, i, half_width, &from, &to);
        neighbours->count[i] += (int32_t)(to - from) - (row == other);
    }
}

static void count_dense_row(const tp_neighbours *neighbours, int32_t row, int32_t other, int32_t half_width) {
    const int64_t *first = neighbours->row_first;
    overlap both = overlap_of(neighbours, row, other, 0);
    int64_t low = first[other] - both.shift, high = first[other + 1] - both.shift; /* as cells of `row` */
    int32_t *restrict count = neighbours->count;
    for (int64_t i = first[row]; i < first[row + 1]; i++) {
        int64_t from = i - half_width > low ? i - half_width : low;
        int64_t to = i + half_width + 1 < high ? i + half_width + 1 : high;
        count[i] += (int32_t)(to > from ? to - from : 0) - (row == other);
    }
}

static void count_grid_row(const tp_neighbours *neighbours, int32_t row) {
    const int32_t *half_width = half_widths(neighbours, row);
    bool dense = is_dense(neighbours, row);
    for (int64_t i = neighbours->row_first[row]; i < neighbours->row_first[row + 1]; i++) {
        neighbours->count[i] = 0;
    }
    for (int32_t away = -neighbours->reach; away <= neighbours->reach; away++) {
        int32_t other = half_width[away] < 0 ? -1 : find_row(neighbours, (int64_t)neighbours->row[row] + away);
        if (other >= 0 && dense && is_dense(neighbours, other)) {
            count_dense_row(neighbours, row, other, half_width[away]);
        } else if (other >= 0) {
            count_row(neighbours, row, other, half_width[away]);
        }
    }
}

/* ---- sums of all ---- */

static double *running_sums(const tp_neighbours *neighbours, const double *value) {
    double *running = malloc(((size_t)neighbours->n + (size_t)neighbours->n_rows + 1) * sizeof *running);
    if (running == NULL) {
        return NULL;
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
    return running;
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

static tp_code sum_grid(const tp_neighbours *neighbours, const double *value, double *sum, tp_error *error) {
    double *running = NULL;
    if (has_long_stretches(neighbours)) {
        running = running_sums(neighbours, value);
        if (running == NULL) {
            return tp_error_memory(error);
        }
    }
    summing work = {neighbours, value, running};
#pragma omp parallel for schedule(dynamic, 8)
    for (int32_t row = 0; row < neighbours->n_rows; row++) {
        sum_grid_row(&work, row, sum);
    }
    free(running);
    return TP_OK;
}

tp_code tp_neighbours_sum(const tp_neighbours *neighbours, const double *value, double *sum, tp_error *error) {
    if (neighbours->first == NULL) {
        return sum_grid(neighbours, value, sum, error);
    }
#pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t i = 0; i < neighbours->n; i++) {
        double total = 0;
        for (int64_t k = neighbours->first[i]; k < neighbours->first[i + 1]; k++) {
            total += value[neighbours->to[k]];
        }
        sum[i] = total;
    }
    return TP_OK;
}

/* ---- making ---- */

static void count_all(tp_neighbours *neighbours) {
    for (int64_t i = 0; i < neighbours->n; i++) {
        neighbours->n_links += neighbours->count[i];
        neighbours->n_islands += neighbours->count[i] == 0;
    }
}

static tp_code count_grid(tp_neighbours *neighbours, tp_error *error) {
    neighbours->count = malloc(((size_t)neighbours->n + 1) * sizeof *neighbours->count);
    if (neighbours->count == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 8)
    for (int32_t row = 0; row < neighbours->n_rows; row++) {
        count_grid_row(neighbours, row);
    }
    count_all(neighbours);
    return TP_OK;
}

static void fill_rows(tp_neighbours *neighbours, const int32_t *row, const tp_span_rule *rule) {
    int32_t at = -1, width = 2 * rule->reach + 1;
    for (int64_t i = 0; i < neighbours->n; i++) {
        if (i == 0 || row[i] != row[i - 1]) {
            at++;
            neighbours->row[at] = row[i];
            neighbours->row_first[at] = i;
            for (int32_t away = -rule->reach; away <= rule->reach; away++) {
                neighbours->half_width[(int64_t)at * width + rule->reach + away] =
                    rule->half_width(rule->user, row[i], away);
            }
        }
    }
    neighbours->row_first[neighbours->n_rows] = neighbours->n;
}

tp_code tp_neighbours_of_grid(const int32_t *row, const int32_t *column, int64_t n, const tp_span_rule *rule,
                              tp_neighbours *neighbours, tp_error *error) {
    *neighbours = (tp_neighbours){.n = n, .column = column, .reach = rule->reach};
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && (row[i] < row[i - 1] || (row[i] == row[i - 1] && column[i] <= column[i - 1]))) {
            return tp_error_set(error, TP_E_DATA, "two cells are the same one, or not in order");
        }
        neighbours->n_rows += i == 0 || row[i] != row[i - 1];
    }
    size_t rows = (size_t)neighbours->n_rows + 1;
    neighbours->row = malloc(rows * sizeof *neighbours->row);
    neighbours->row_first = malloc(rows * sizeof *neighbours->row_first);
    neighbours->half_width = malloc(rows * (size_t)(2 * rule->reach + 1) * sizeof *neighbours->half_width);
    if (neighbours->row == NULL || neighbours->row_first == NULL || neighbours->half_width == NULL) {
        tp_neighbours_reset(neighbours);
        return tp_error_memory(error);
    }
    fill_rows(neighbours, row, rule);
    tp_code code = count_grid(neighbours, error);
    if (code != TP_OK) {
        tp_neighbours_reset(neighbours);
    }
    return code;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

tp_code tp_neighbours_of_lists(int64_t n, int64_t *first, int64_t *to, tp_neighbours *neighbours, tp_error *error) {
    *neighbours = (tp_neighbours){.n = n, .first = first, .to = to};
    neighbours->count = malloc(((size_t)n + 1) * sizeof *neighbours->count);
    if (neighbours->count == NULL) {
        tp_neighbours_reset(neighbours);
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t i = 0; i < n; i++) {
        neighbours->count[i] = (int32_t)(first[i + 1] - first[i]);
        qsort(to + first[i], (size_t)neighbours->count[i], sizeof *to, compare);
    }
    count_all(neighbours);
    return TP_OK;
}

void tp_neighbours_reset(tp_neighbours *neighbours) {
    free(neighbours->count);
    free(neighbours->first);
    free(neighbours->to);
    free(neighbours->row);
    free(neighbours->half_width);
    free(neighbours->row_first);
    *neighbours = (tp_neighbours){0};
}
