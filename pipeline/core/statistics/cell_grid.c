/* Points in cells: see cell_grid.h. */
#include "core/statistics/cell_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double RAD = M_PI / 180;
/* Rounding may move a point across a cell's border by some 1e-15 of it: cells are smaller by far more. */
static const double SHRINK = 1 - 1e-9;

enum { COLUMN_BITS = 31, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, ROW_TABLE_MOST = 1 << 20 };

typedef struct cell_key {
    uint64_t key; /* row, then column */
    int64_t point;
} cell_key;

/* ---- rows and columns ---- */

static double axis_m(const tp_ellipsoid *ellipsoid, double lat_deg) {
    double e2 = ellipsoid->f * (2 - ellipsoid->f), s = sin(lat_deg * RAD);
    return ellipsoid->a_m / sqrt(1 - e2 * s * s) * fmax(cos(lat_deg * RAD), 0);
}

static void row_bounds(const tp_cell_grid *grid, int64_t row, double *nearest_deg, double *farthest_deg) {
    double south = fmax((double)row * grid->height_deg - 90, -90);
    double north = fmin((double)(row + 1) * grid->height_deg - 90, 90);
    *nearest_deg = south <= 0 && north >= 0 ? 0 : fmin(fabs(south), fabs(north));
    *farthest_deg = fmin(fmax(fabs(south), fabs(north)), 90);
}

static int64_t columns_of(const tp_cell_grid *grid, int64_t row) {
    double nearest_deg, farthest_deg, side_m = grid->eps_m * M_SQRT1_2 * SHRINK;
    row_bounds(grid, row, &nearest_deg, &farthest_deg);
    double n = ceil(axis_m(grid->ellipsoid, nearest_deg) * 2 * M_PI / side_m);
    return n < 1 ? 1 : (int64_t)n;
}

static int64_t row_at(const tp_cell_grid *grid, double lat_deg) {
    return (int64_t)((lat_deg + 90) / grid->height_deg);
}

static int64_t column_at(double lon_deg, int64_t n_columns) {
    double turn = lon_deg / 360;
    turn -= floor(turn);
    int64_t column = (int64_t)(turn * (double)n_columns);
    return column < n_columns ? column : n_columns - 1;
}

static void set_rows(tp_cell_grid *grid) {
    const tp_ellipsoid *e = grid->ellipsoid;
    double polar_m = e->a_m / (1 - e->f), least_m = e->a_m * (1 - e->f) * (1 - e->f); /* of the meridian's curvature */
    double side_m = grid->eps_m * M_SQRT1_2 * SHRINK;
    grid->height_deg = fmin(side_m / polar_m / RAD, 180);
    double apart_rad = 2 * asin(fmin(grid->eps_m / (2 * least_m), 1));
    grid->reach_rows = (int)fmin(apart_rad / RAD / grid->height_deg * (1 + 1e-9), TP_CELL_REACH_MOST - 1) + 1;
}

/* ---- sorting ---- */

static bool has_place(double lon_deg, double lat_deg) {
    return isfinite(lon_deg) && fabs(lat_deg) <= 90;
}

/* The columns of the rows from the first to the last that holds a point; NULL where these are too many to list. */
static int64_t *row_table(const tp_cell_grid *grid, int64_t first, int64_t last) {
    int64_t *columns = last - first >= ROW_TABLE_MOST ? NULL : malloc((size_t)(last - first + 1) * sizeof *columns);
    for (int64_t row = first; columns != NULL && row <= last; row++) {
        columns[row - first] = columns_of(grid, row);
    }
    return columns;
}

static int64_t make_keys(const tp_cell_grid *grid, const double *lon_deg, const double *lat_deg, int64_t n,
                         cell_key *keys) {
    int64_t first = INT64_MAX, last = -1, n_kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (has_place(lon_deg[i], lat_deg[i])) {
            int64_t row = row_at(grid, lat_deg[i]);
            first = row < first ? row : first;
            last = row > last ? row : last;
            keys[n_kept++].point = i;
        }
    }
    int64_t *columns = n_kept == 0 ? NULL : row_table(grid, first, last);
#pragma omp parallel for schedule(static)
    for (int64_t k = 0; k < n_kept; k++) {
        int64_t i = keys[k].point, row = row_at(grid, lat_deg[i]);
        int64_t n_columns = columns != NULL ? columns[row - first] : columns_of(grid, row);
        keys[k].key = (uint64_t)row << COLUMN_BITS | (uint64_t)column_at(lon_deg[i], n_columns);
    }
    free(columns);
    return n_kept;
}

/* By key; equal keys stay in the order of points. Digits that are the same in all keys cost nothing. */
static cell_key *sort_keys(cell_key *keys, cell_key *room, int64_t n) {
    uint64_t all = ~(uint64_t)0, any = 0;
    for (int64_t i = 0; i < n; i++) {
        all &= keys[i].key;
        any |= keys[i].key;
    }
    for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
        if ((all ^ any) >> shift == 0) {
            break;
        }
        if (((all ^ any) >> shift & (DIGITS - 1)) == 0) {
            continue;
        }
        int64_t begin[DIGITS] = {0}, sum = 0;
        for (int64_t i = 0; i < n; i++) {
            begin[keys[i].key >> shift & (DIGITS - 1)]++;
        }
        for (int d = 0; d < DIGITS; d++) {
            int64_t count = begin[d];
            begin[d] = sum;
            sum += count;
        }
        for (int64_t i = 0; i < n; i++) {
            room[begin[keys[i].key >> shift & (DIGITS - 1)]++] = keys[i];
        }
        cell_key *swap = keys;
        keys = room;
        room = swap;
    }
    return keys;
}

/* ---- cells ---- */

static void fill_cells(tp_cell_grid *grid, const cell_key *keys) {
    const uint64_t mask = ((uint64_t)1 << COLUMN_BITS) - 1;
    int64_t cell = -1, row = -1;
    for (int64_t i = 0; i < grid->n_points; i++) {
        if (i > 0 && keys[i].key == keys[i - 1].key) {
            continue;
        }
        int64_t number = (int64_t)(keys[i].key >> COLUMN_BITS);
        grid->cell_first[++cell] = (int32_t)i;
        grid->column[cell] = (int64_t)(keys[i].key & mask);
        if (row < 0 || grid->rows[row].row != number) {
            double nearest_deg, farthest_deg;
            row_bounds(grid, number, &nearest_deg, &farthest_deg);
            grid->rows[++row] = (tp_cell_row){.row = number,
                                              .n_columns = columns_of(grid, number),
                                              .axis_min_m = axis_m(grid->ellipsoid, farthest_deg) * SHRINK,
                                              .first_cell = (int32_t)cell};
        }
        grid->row_of[cell] = (int32_t)row;
    }
    grid->n_cells = cell + 1;
    grid->n_rows = row + 1;
    grid->cell_first[grid->n_cells] = (int32_t)grid->n_points;
    grid->rows[grid->n_rows].first_cell = (int32_t)grid->n_cells;
}

static void fill_points(tp_cell_grid *grid, const double *lon_deg, const double *lat_deg, const cell_key *keys) {
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < grid->n_points; i++) {
        double xyz_m[3];
        int64_t point = keys[i].point;
        grid->point[i] = point;
        tp_geocentric(grid->ellipsoid, lon_deg[point], lat_deg[point], xyz_m);
        grid->x[i] = xyz_m[0];
        grid->y[i] = xyz_m[1];
        grid->z[i] = xyz_m[2];
    }
}

static bool count_cells(tp_cell_grid *grid, const cell_key *keys) {
    size_t n = (size_t)grid->n_points + 1, cells = 1, rows = 1;
    for (int64_t i = 0; i < grid->n_points; i++) {
        cells += i == 0 || keys[i].key != keys[i - 1].key;
        rows += i == 0 || keys[i].key >> COLUMN_BITS != keys[i - 1].key >> COLUMN_BITS;
    }
    grid->point = malloc(n * sizeof *grid->point);
    grid->x = malloc(n * sizeof *grid->x);
    grid->y = malloc(n * sizeof *grid->y);
    grid->z = malloc(n * sizeof *grid->z);
    grid->cell_first = malloc((cells + 1) * sizeof *grid->cell_first);
    grid->column = malloc(cells * sizeof *grid->column);
    grid->row_of = malloc(cells * sizeof *grid->row_of);
    grid->rows = malloc((rows + 1) * sizeof *grid->rows);
    return grid->point != NULL && grid->x != NULL && grid->y != NULL && grid->z != NULL && grid->cell_first != NULL &&
           grid->column != NULL && grid->row_of != NULL && grid->rows != NULL;
}

tp_code tp_cell_grid_new(tp_cell_grid *grid, const tp_ellipsoid *ellipsoid, const double *lon_deg,
                         const double *lat_deg, int64_t n, double eps_m, tp_error *error) {
    *grid = (tp_cell_grid){.ellipsoid = ellipsoid, .eps_m = eps_m};
    cell_key *keys = malloc(((size_t)n + 1) * sizeof *keys), *room = malloc(((size_t)n + 1) * sizeof *room);
    tp_code code = TP_OK;
    if (keys == NULL || room == NULL) {
        code = tp_error_memory(error);
    } else {
        set_rows(grid);
        grid->n_points = make_keys(grid, lon_deg, lat_deg, n, keys);
        const cell_key *sorted = sort_keys(keys, room, grid->n_points);
        if (count_cells(grid, sorted)) {
            fill_cells(grid, sorted);
            fill_points(grid, lon_deg, lat_deg, sorted);
        } else {
            code = tp_error_memory(error);
        }
    }
    free(keys);
    free(room);
    if (code != TP_OK) {
        tp_cell_grid_reset(grid);
    }
    return code;
}

void tp_cell_grid_reset(tp_cell_grid *grid) {
    free(grid->point);
    free(grid->x);
    free(grid->y);
    free(grid->z);
    free(grid->cell_first);
    free(grid->column);
    free(grid->row_of);
    free(grid->rows);
    *grid = (tp_cell_grid){0};
}

/* ---- neighbours ---- */

/*
 * How far apart in longitude two points within eps can be, one in each of two rows: with p and q their distances from
 * the axis, chord^2 = (p - q)^2 + dz^2 + 4 p q sin^2(half the difference), and the first two are at least what lies
 * between the rows.
 */
static double reach_deg(const tp_cell_grid *grid, const tp_cell_row *a, const tp_cell_row *b) {
    double least_m = grid->ellipsoid->a_m * (1 - grid->ellipsoid->f) * (1 - grid->ellipsoid->f);
    double rows = (double)llabs(a->row - b->row) - 1;
    double gap_m = rows <= 0 ? 0 : 2 * least_m * sin(fmin(rows * grid->height_deg * RAD / 2, M_PI_2)) * SHRINK;
    double flat_m = sqrt(fmax(grid->eps_m * grid->eps_m - gap_m * gap_m, 0));
    double axis = fmin(a->axis_min_m, b->axis_min_m);
    return flat_m >= 2 * axis ? 360 : 2 * asin(flat_m / (2 * axis)) / RAD * (1 + 1e-9);
}

static void enter_row(const tp_cell_grid *grid, tp_cell_walk *walk, int32_t row) {
    walk->row = row + 1;
    walk->n_near = 0;
    int64_t number = grid->rows[row].row;
    for (int32_t r = row - grid->reach_rows; r <= row + grid->reach_rows; r++) {
        if (r < 0 || r >= grid->n_rows || llabs(grid->rows[r].row - number) > grid->reach_rows) {
            continue;
        }
        walk->near[walk->n_near].row = r;
        walk->near[walk->n_near].reach_deg = reach_deg(grid, &grid->rows[row], &grid->rows[r]);
        walk->near[walk->n_near].first = walk->near[walk->n_near].last = grid->rows[r].first_cell;
        walk->n_near++;
    }
}

/* The first cell from `from` on whose column is at least `column`; goes by growing steps, for it is mostly near. */
static int32_t advance(const tp_cell_grid *grid, int32_t from, int32_t end, int64_t column) {
    int32_t step = 1;
    while (from < end && grid->column[from] < column) {
        int32_t low = from;
        from = from + step < end ? from + step : end;
        step *= 2;
        if (from == end || grid->column[from] >= column) {
            int32_t high = from;
            while (high - low > 1) {
                int32_t middle = low + (high - low) / 2;
                *(grid->column[middle] < column ? &low : &high) = middle;
            }
            return high;
        }
    }
    return from;
}

static int add_run(const tp_cell_grid *grid, int32_t first, int32_t end, int64_t low, int64_t high, tp_cell_run *run) {
    run->first = advance(grid, first, end, low);
    run->last = advance(grid, run->first, end, high + 1);
    return run->first < run->last;
}

int tp_cell_walk_to(const tp_cell_grid *grid, tp_cell_walk *walk, int32_t cell, tp_cell_run runs[TP_CELL_RUNS_MOST]) {
    int n = 0;
    int32_t own = grid->row_of[cell];
    if (walk->row != own + 1) {
        enter_row(grid, walk, own);
    }
    double width_deg = 360.0 / (double)grid->rows[own].n_columns;
    double west_deg = (double)grid->column[cell] * width_deg, east_deg = west_deg + width_deg;
    for (int i = 0; i < walk->n_near; i++) {
        const tp_cell_row *row = &grid->rows[walk->near[i].row];
        int32_t begin = row->first_cell, end = row[1].first_cell;
        double per_deg = (double)row->n_columns / 360, reach = walk->near[i].reach_deg;
        int64_t low = (int64_t)floor((west_deg - reach) * per_deg - 1e-6);
        int64_t high = (int64_t)floor((east_deg + reach) * per_deg + 1e-6);
        if (high - low + 1 >= row->n_columns) {
            runs[n++] = (tp_cell_run){begin, end};
            continue;
        }
        if (low < 0) { /* across the meridian at which columns begin */
            n += add_run(grid, begin, end, low + row->n_columns, row->n_columns, &runs[n]);
            low = 0;
        } else if (high >= row->n_columns) {
            n += add_run(grid, begin, end, 0, high - row->n_columns, &runs[n]);
        }
        int32_t from = walk->near[i].first;
        if (from > begin && grid->column[from - 1] >= low) {
            from = begin; /* asked for out of order */
        }
        walk->near[i].first = advance(grid, from, end, low);
        int32_t last = walk->near[i].last > walk->near[i].first ? walk->near[i].last : walk->near[i].first;
        if (last > begin && grid->column[last - 1] > high) {
            last = walk->near[i].first;
        }
        walk->near[i].last = advance(grid, last, end, high + 1);
        runs[n] = (tp_cell_run){walk->near[i].first, walk->near[i].last};
        n += runs[n].first < runs[n].last;
    }
    return n;
}
