/*
 * Kernel density on a grid, row by row: the points in reach of a row each add their kernel to a stretch of it. Along a
 * row the squared distance is a parabola in the column, so that a quartic is two multiplications a cell, and a Gaussian
 * the product of two factors that follow from those of the cell before.
 */
#include "technopolis/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double tp_kernel_reach(tp_kernel kernel) {
    return kernel == TP_KERNEL_QUARTIC ? 1 : 5;
}

double tp_kernel_value(tp_kernel kernel, double bandwidth_m, double distance_m) {
    double u2 = distance_m / bandwidth_m * (distance_m / bandwidth_m), h2_km2 = bandwidth_m * bandwidth_m / 1e6;
    if (kernel == TP_KERNEL_QUARTIC) {
        return u2 < 1 ? 3 / (M_PI * h2_km2) * (1 - u2) * (1 - u2) : 0;
    }
    return u2 <= 25 ? exp(-u2 / 2) / (2 * M_PI * h2_km2) : 0;
}

void tp_surface_reset(tp_surface *surface) {
    free(surface->cell);
    free(surface->density);
    *surface = (tp_surface){0};
}

typedef struct weighted {
    double x, y, weight;
} weighted;

static int compare(const void *a, const void *b) {
    const weighted *p = a, *q = b;
    if (p->y != q->y) {
        return p->y < q->y ? -1 : 1;
    }
    if (p->x != q->x) {
        return p->x < q->x ? -1 : 1;
    }
    return (p->weight > q->weight) - (p->weight < q->weight);
}

/* What all rows share: the points by row and column, the frame of cells that they reach, and the rows' results. */
typedef struct smoothing {
    const tp_grid *grid;
    weighted *point;
    int64_t n;
    tp_kernel kernel;
    double bandwidth_m, reach_m, factor; /* factor: the kernel's value at 0, per km² */
    int64_t first_row, n_rows, first_column, width;
    double reach_rows;
    int64_t *count; /* a row: its cells */
    int32_t **column;
    double **density;
} smoothing;

static int64_t first_from(const smoothing *work, double y) {
    int64_t low = 0, high = work->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (work->point[middle].y < y) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void add_quartic(double *row, int64_t from, int64_t to, double x, double a, double b, double amount) {
#pragma omp simd
    for (int64_t c = from; c <= to; c++) {
        double d = (double)c + 0.5 - x, left = 1 - (a + b * d * d);
        left = left > 0 ? left : 0;
        row[c] += amount * left * left;
    }
}

/* exp(-b d² / 2) for d, d + 1, … : each is the one before times a ratio that itself falls by exp(-b). Begun anew now and
 * then, so that rounding does not add up. */
static void add_gaussian(double *row, int64_t from, int64_t to, double x, double a, double b, double amount) {
    double fall = exp(-b);
    for (int64_t begin = from; begin <= to; begin += 64) {
        double d = (double)begin + 0.5 - x, value = amount * exp(-(a + b * d * d) / 2), ratio = exp(-b * (d + 0.5));
        int64_t end = begin + 63 < to ? begin + 63 : to;
        for (int64_t c = begin; c <= end; c++) {
            row[c] += value;
            value *= ratio;
            ratio *= fall;
        }
    }
}

/* Adds a point's kernel to a row of cells; `cells` counts from the frame's first column. */
static void add_point(const smoothing *work, const weighted *point, int64_t row, double *cells) {
    double east_m, north_m, h = work->bandwidth_m;
    double centre = (double)row + 0.5;
    tp_grid_cell_metres(work->grid, centre, point->y, &east_m, &north_m);
    double away_m = (centre - point->y) * north_m, left = work->reach_m * work->reach_m - away_m * away_m;
    if (left < 0) {
        return;
    }
    double half = sqrt(left) / east_m, x = point->x - (double)work->first_column;
    int64_t from = (int64_t)ceil(x - half - 0.5), to = (int64_t)floor(x + half - 0.5);
    from = from < 0 ? 0 : from;
    to = to >= work->width ? work->width - 1 : to;
    double a = away_m / h * (away_m / h), b = east_m / h * (east_m / h), amount = point->weight * work->factor;
    if (work->kernel == TP_KERNEL_QUARTIC) {
        add_quartic(cells, from, to, x, a, b, amount);
    } else {
        add_gaussian(cells, from, to, x, a, b, amount);
    }
}

/* One row into `cells`, and what is above 0 of it into the row's own arrays. False: no memory. */
static bool smooth_row(smoothing *work, int64_t number, double *cells) {
    int64_t row = work->first_row + number, n = 0;
    double centre = (double)row + 0.5;
    int64_t first = first_from(work, centre - work->reach_rows);
    if (first == work->n || work->point[first].y > centre + work->reach_rows) {
        return true;
    }
    memset(cells, 0, (size_t)work->width * sizeof *cells);
    for (int64_t i = first; i < work->n && work->point[i].y <= centre + work->reach_rows; i++) {
        add_point(work, &work->point[i], row, cells);
    }
    for (int64_t c = 0; c < work->width; c++) {
        n += cells[c] > 0;
    }
    work->column[number] = malloc(((size_t)n + 1) * sizeof **work->column);
    work->density[number] = malloc(((size_t)n + 1) * sizeof **work->density);
    if (work->column[number] == NULL || work->density[number] == NULL) {
        return false;
    }
    for (int64_t c = 0; c < work->width; c++) {
        if (cells[c] > 0) {
            work->column[number][work->count[number]] = (int32_t)(work->first_column + c);
            work->density[number][work->count[number]++] = cells[c];
        }
    }
    return true;
}

static tp_code smooth(smoothing *work, tp_error *error) {
    bool failed = false;
#pragma omp parallel
    {
        double *cells = malloc(((size_t)work->width + 1) * sizeof *cells);
        bool good = cells != NULL;
#pragma omp for schedule(dynamic, 4)
        for (int64_t number = 0; number < work->n_rows; number++) {
            good = good && smooth_row(work, number, cells);
        }
#pragma omp critical(tp_kernel_memory)
        failed |= !good;
        free(cells);
    }
    return failed ? tp_error_memory(error) : TP_OK;
}

static tp_code join(const smoothing *work, tp_surface *surface, tp_error *error) {
    int64_t n = 0;
    for (int64_t i = 0; i < work->n_rows; i++) {
        n += work->count[i];
    }
    surface->cell = malloc(((size_t)n + 1) * sizeof *surface->cell);
    surface->density = malloc(((size_t)n + 1) * sizeof *surface->density);
    if (surface->cell == NULL || surface->density == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < work->n_rows; i++) {
        for (int64_t k = 0; k < work->count[i]; k++) {
            surface->cell[surface->n] = (tp_mesh_cell){(int32_t)(work->first_row + i), work->column[i][k]};
            surface->density[surface->n++] = work->density[i][k];
        }
    }
    return TP_OK;
}

/* The rows and columns in reach of the points. Cells are narrowest at the end that is farthest from the equator. */
static tp_code find_frame(smoothing *work, tp_error *error) {
    double low = work->point[0].y, high = work->point[work->n - 1].y, west = INFINITY, east = -INFINITY;
    for (int64_t i = 0; i < work->n; i++) {
        west = fmin(west, work->point[i].x);
        east = fmax(east, work->point[i].x);
    }
    double least_east_m = INFINITY, least_north_m = INFINITY, east_m, north_m;
    for (int turn = 0; turn < 2; turn++) { /* the second time with the rows that are in reach */
        for (int end = 0; end < 2; end++) {
            double row = end == 0 ? low : high;
            tp_grid_cell_metres(work->grid, row, row, &east_m, &north_m);
            least_east_m = fmin(least_east_m, fabs(east_m));
            least_north_m = fmin(least_north_m, north_m);
        }
        work->reach_rows = work->reach_m / least_north_m * 1.001 + 1e-9;
        if (turn == 0) {
            low -= work->reach_rows;
            high += work->reach_rows;
        }
    }
    double columns = work->reach_m / least_east_m * 1.001 + 1e-9;
    west = floor(west - columns);
    east = ceil(east + columns);
    if (!(west > INT32_MIN && east < INT32_MAX && floor(low) > INT32_MIN && ceil(high) < INT32_MAX)) {
        return tp_error_set(error, TP_E_DATA, "a bandwidth of %.15g m reaches beyond what a grid of %s can number",
                            work->bandwidth_m, tp_grid_text(work->grid));
    }
    work->first_row = (int64_t)floor(low);
    work->n_rows = (int64_t)ceil(high) - work->first_row + 1;
    work->first_column = (int64_t)west;
    work->width = (int64_t)east - work->first_column + 1;
    return TP_OK;
}

static tp_code run_rows(smoothing *work, tp_surface *surface, tp_error *error) {
    size_t rows = (size_t)work->n_rows;
    work->count = calloc(rows + 1, sizeof *work->count);
    work->column = calloc(rows + 1, sizeof *work->column);
    work->density = calloc(rows + 1, sizeof *work->density);
    tp_code code = work->count == NULL || work->column == NULL || work->density == NULL ? tp_error_memory(error)
                                                                                        : smooth(work, error);
    if (code == TP_OK) {
        code = join(work, surface, error);
    }
    for (size_t i = 0; i < rows; i++) {
        free(work->column == NULL ? NULL : work->column[i]);
        free(work->density == NULL ? NULL : work->density[i]);
    }
    free(work->count);
    free(work->column);
    free(work->density);
    return code;
}

tp_code tp_kernel_surface(const tp_grid *grid, const double (*fraction)[2], const double *weight, int64_t n,
                          tp_kernel kernel, double bandwidth_m, tp_surface *surface, tp_error *error) {
    smoothing work = {.grid = grid,
                      .kernel = kernel,
                      .bandwidth_m = bandwidth_m,
                      .reach_m = bandwidth_m * tp_kernel_reach(kernel),
                      .factor = tp_kernel_value(kernel, bandwidth_m, 0),
                      .point = malloc(((size_t)n + 1) * sizeof *work.point)};
    *surface = (tp_surface){0};
    if (work.point == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        if (weight[i] > 0) {
            work.point[work.n++] = (weighted){fraction[i][0], fraction[i][1], weight[i]};
        }
    }
    qsort(work.point, (size_t)work.n, sizeof *work.point, compare);
    tp_code code = TP_OK;
    if (work.n > 0) {
        code = find_frame(&work, error);
        if (code == TP_OK) {
            code = run_rows(&work, surface, error);
        }
    }
    free(work.point);
    if (code != TP_OK) {
        tp_surface_reset(surface);
    }
    return code;
}
