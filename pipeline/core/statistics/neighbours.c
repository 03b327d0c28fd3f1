/*
 * Who is whose neighbour: see hotspot.h. On a grid nothing is searched for: the cells are in order of row and column, so
 * that what a cell's span holds of another row is a stretch of the list that moves along with the cell. Where every cell
 * of a rectangle is there, not even the cells' columns are needed, and rows far from its edges count alike.
 */
#include "large_array.h"
#include "neighbour_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- rows ---- */

int32_t tp_grid_find_row(const tp_neighbours *neighbours, int64_t row) {
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

bool tp_grid_is_dense(const tp_neighbours *neighbours, int32_t row) {
    if (neighbours->n_columns > 0) {
        return true;
    }
    int64_t first = neighbours->row_first[row], last = neighbours->row_first[row + 1] - 1;
    return (int64_t)neighbours->column[last] - neighbours->column[first] == last - first;
}

void tp_grid_move_stretch(const tp_neighbours *neighbours, int32_t other, int64_t i, int32_t half_width, int64_t *from,
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

/* ---- counts ---- */

/* Adds to the counts of a row's cells, count[0] that of the first, those within their spans of another. */
static void count_row(const tp_neighbours *neighbours, int32_t row, int32_t other, int32_t half_width, int32_t *count) {
    int64_t first = neighbours->row_first[row], from = neighbours->row_first[other], to = from;
    for (int64_t i = first; i < neighbours->row_first[row + 1]; i++) {
        tp_grid_move_stretch(neighbours, other, i, half_width, &from, &to);
        count[i - first] += (int32_t)(to - from) - (row == other);
    }
}

static void count_dense_row(const tp_neighbours *neighbours, int32_t row, int32_t other, int32_t half_width,
                            int32_t *count) {
    const int64_t *first = neighbours->row_first;
    int64_t shift = tp_grid_shift(neighbours, row, other);
    int64_t low = first[other] - shift, high = first[other + 1] - shift; /* as cells of `row` */
    for (int64_t i = first[row]; i < first[row + 1]; i++) {
        int64_t from = i - half_width > low ? i - half_width : low;
        int64_t to = i + half_width + 1 < high ? i + half_width + 1 : high;
        count[i - first[row]] += (int32_t)(to > from ? to - from : 0) - (row == other);
    }
}

static void count_grid_row(const tp_neighbours *neighbours, int32_t row, int32_t *count) {
    const int32_t *half_width = tp_grid_half_widths(neighbours, row);
    bool dense = tp_grid_is_dense(neighbours, row);
    memset(count, 0, (size_t)(neighbours->row_first[row + 1] - neighbours->row_first[row]) * sizeof *count);
    for (int32_t away = -neighbours->reach; away <= neighbours->reach; away++) {
        int32_t other = half_width[away] < 0 ? -1 : tp_grid_find_row(neighbours, (int64_t)neighbours->row[row] + away);
        if (other >= 0 && dense && tp_grid_is_dense(neighbours, other)) {
            count_dense_row(neighbours, row, other, half_width[away], count);
        } else if (other >= 0) {
            count_row(neighbours, row, other, half_width[away], count);
        }
    }
}

/* Of a rectangle: whether the cells of a row have as many neighbours as those above them in the row before. */
static bool counts_as_before(const tp_neighbours *neighbours, int32_t row) {
    const int32_t *mine = tp_grid_half_widths(neighbours, row), *before = tp_grid_half_widths(neighbours, row - 1);
    for (int32_t away = -neighbours->reach; away <= neighbours->reach; away++) {
        int64_t other = (int64_t)row + away;
        bool is_there = mine[away] >= 0 && other >= 0 && other < neighbours->n_rows;
        bool was_there = before[away] >= 0 && other >= 1 && other <= neighbours->n_rows;
        if (is_there != was_there || (is_there && mine[away] != before[away])) {
            return false;
        }
    }
    return true;
}

/* ---- making ---- */

static void count_all(tp_neighbours *neighbours) {
    int64_t links = 0, islands = 0;
    const int32_t *before = NULL;
    for (int32_t i = 0; i < tp_neighbours_n_parts(neighbours); i++) {
        tp_part part = tp_neighbours_part(neighbours, i);
        if (part.count != before) { /* else a row of a rectangle like that before */
            links = islands = 0;
            for (int64_t k = 0; k < part.to - part.from; k++) {
                links += part.count[k];
                islands += part.count[k] == 0;
            }
        }
        before = part.count;
        neighbours->n_links += links;
        neighbours->n_islands += islands;
    }
}

/* Of each cell; of a rectangle only for rows that differ from those before them. */
static tp_code count_grid(tp_neighbours *neighbours, tp_error *error) {
    bool rectangle = neighbours->n_columns > 0;
    int64_t n = neighbours->n;
    if (rectangle) {
        n = 0;
        for (int32_t row = 0; row < neighbours->n_rows; row++) {
            n += row == 0 || !counts_as_before(neighbours, row) ? neighbours->n_columns : 0;
            neighbours->count_first[row] = n - neighbours->n_columns;
        }
    }
    neighbours->count = tp_large_array(n, sizeof *neighbours->count);
    if (neighbours->count == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 8)
    for (int32_t row = 0; row < neighbours->n_rows; row++) {
        if (!rectangle) {
            count_grid_row(neighbours, row, neighbours->count + neighbours->row_first[row]);
        } else if (row == 0 || neighbours->count_first[row] != neighbours->count_first[row - 1]) {
            count_grid_row(neighbours, row, neighbours->count + neighbours->count_first[row]);
        }
    }
    count_all(neighbours);
    return TP_OK;
}

static tp_code make_rows(tp_neighbours *neighbours, tp_error *error) {
    size_t rows = (size_t)neighbours->n_rows + 1;
    neighbours->row = malloc(rows * sizeof *neighbours->row);
    neighbours->row_first = malloc(rows * sizeof *neighbours->row_first);
    neighbours->half_width = malloc(rows * (size_t)(2 * neighbours->reach + 1) * sizeof *neighbours->half_width);
    neighbours->count_first = neighbours->n_columns > 0 ? malloc(rows * sizeof *neighbours->count_first) : NULL;
    return neighbours->row == NULL || neighbours->row_first == NULL || neighbours->half_width == NULL ||
                   (neighbours->n_columns > 0 && neighbours->count_first == NULL)
               ? tp_error_memory(error)
               : TP_OK;
}

static void fill_row(tp_neighbours *neighbours, int32_t at, int32_t row, int64_t first, const tp_span_rule *rule) {
    neighbours->row[at] = row;
    neighbours->row_first[at] = first;
    neighbours->row_first[at + 1] = neighbours->n;
    for (int32_t away = -rule->reach; away <= rule->reach; away++) {
        neighbours->half_width[(int64_t)at * (2 * rule->reach + 1) + rule->reach + away] =
            rule->half_width(rule->user, row, away);
    }
}

tp_code tp_neighbours_of_rectangle(int32_t first_row, int32_t n_rows, int32_t n_columns, const tp_span_rule *rule,
                                   tp_neighbours *neighbours, tp_error *error) {
    n_rows = n_columns > 0 ? n_rows : 0;
    *neighbours = (tp_neighbours){
        .n = (int64_t)n_rows * n_columns, .n_rows = n_rows, .n_columns = n_columns, .reach = rule->reach};
    tp_code code = make_rows(neighbours, error);
    for (int32_t at = 0; at < n_rows && code == TP_OK; at++) {
        fill_row(neighbours, at, first_row + at, (int64_t)at * n_columns, rule);
    }
    if (code == TP_OK) {
        code = count_grid(neighbours, error);
    }
    if (code != TP_OK) {
        tp_neighbours_reset(neighbours);
    }
    return code;
}

/* What the cells span: how many rows hold any, and the columns from the first to the last. */
typedef struct extent {
    int32_t n_rows;
    int64_t west, east;
} extent;

static bool look_through(const int32_t *row, const int32_t *column, int64_t n, extent *found) {
    *found = (extent){0, n > 0 ? column[0] : 0, n > 0 ? column[0] : -1};
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && (row[i] < row[i - 1] || (row[i] == row[i - 1] && column[i] <= column[i - 1]))) {
            return false;
        }
        found->n_rows += i == 0 || row[i] != row[i - 1];
        found->west = column[i] < found->west ? column[i] : found->west;
        found->east = column[i] > found->east ? column[i] : found->east;
    }
    return true;
}

tp_code tp_neighbours_of_grid(const int32_t *row, const int32_t *column, int64_t n, const tp_span_rule *rule,
                              tp_neighbours *neighbours, tp_error *error) {
    extent found;
    *neighbours = (tp_neighbours){0};
    if (!look_through(row, column, n, &found)) {
        return tp_error_set(error, TP_E_DATA, "two cells are the same one, or not in order");
    }
    int64_t width = found.east - found.west + 1;
    bool together = n > 0 && (int64_t)row[n - 1] - row[0] + 1 == found.n_rows;
    if (together && width <= INT32_MAX && n / width == found.n_rows && n % width == 0) {
        return tp_neighbours_of_rectangle(row[0], found.n_rows, (int32_t)width, rule, neighbours, error);
    }
    *neighbours = (tp_neighbours){.n = n, .n_rows = found.n_rows, .column = column, .reach = rule->reach};
    tp_code code = make_rows(neighbours, error);
    int32_t at = -1;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        if (i == 0 || row[i] != row[i - 1]) {
            fill_row(neighbours, ++at, row[i], i, rule);
        }
    }
    if (code == TP_OK) {
        code = count_grid(neighbours, error);
    }
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
    free(neighbours->count_first);
    free(neighbours->first);
    free(neighbours->to);
    free(neighbours->row);
    free(neighbours->half_width);
    free(neighbours->row_first);
    *neighbours = (tp_neighbours){0};
}
