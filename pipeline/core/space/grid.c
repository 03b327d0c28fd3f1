/* Grids of Japan's standard squares or of squares in an equal-area CRS: see grid.h. */
#include "technopolis/grid.h"

#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tp_grid {
    tp_mesh_level level; /* TP_MESH_LEVELS: squares in a CRS */
    tp_ellipsoid ellipsoid;
    double cell_m;
    char *text, *crs;
    tp_transform *to, *from; /* between degrees and the CRS */
};

enum { MOST_ROWS = 1 << 30 };

void tp_grid_free(tp_grid *grid) {
    if (grid != NULL) {
        tp_transform_free(grid->to);
        tp_transform_free(grid->from);
        free(grid->text);
        free(grid->crs);
        free(grid);
    }
}

static tp_grid *grid_new(tp_mesh_level level, const tp_ellipsoid *ellipsoid, char *text, const char *crs) {
    tp_grid *grid = calloc(1, sizeof *grid);
    if (grid == NULL) {
        free(text);
        return NULL;
    }
    *grid = (tp_grid){.level = level, .ellipsoid = *ellipsoid, .text = text, .crs = tp_text_copy(crs)};
    if (grid->text == NULL || grid->crs == NULL) {
        tp_grid_free(grid);
        return NULL;
    }
    return grid;
}

tp_code tp_grid_new_mesh(tp_mesh_level level, const tp_ellipsoid *ellipsoid, tp_grid **grid, tp_error *error) {
    *grid = grid_new(level, ellipsoid, tp_text_copy(tp_mesh_level_text(level)), "");
    return *grid == NULL ? tp_error_memory(error) : TP_OK;
}

/* ---- squares in a CRS ---- */

/* The geodesic area of the square around a place, over its area in the CRS; NaN where it cannot be shown. */
static double areal_scale(const tp_grid *grid, double lon_deg, double lat_deg) {
    uint8_t failed[5];
    double x[5] = {lon_deg}, y[5] = {lat_deg}, half = 500;
    if (tp_transform_points(grid->to, x, y, 1, failed) > 0) {
        return NAN;
    }
    for (int i = 4; i >= 0; i--) {
        x[i] = x[0] + (i == 1 || i == 2 ? half : -half);
        y[i] = y[0] + (i == 2 || i == 3 ? half : -half);
    }
    if (tp_transform_points(grid->from, x, y, 5, failed) > 0) {
        return NAN;
    }
    int64_t one[2] = {0, 1}, five[2] = {0, 5};
    tp_shapes square = {.n_rows = 1, .n_parts = 1, .n_rings = 1, .n_vertices = 5};
    square.row_first = square.part_first = one;
    square.ring_first = five;
    square.x = x;
    square.y = y;
    return tp_geodesic_area_km2(&grid->ellipsoid, &square, 0);
}

static tp_code check_equal_area(const tp_grid *grid, tp_error *error) {
    double west, south, east, north;
    if (!tp_crs_area(grid->crs, &west, &south, &east, &north) || east <= west) {
        west = south = -60;
        east = north = 60;
    }
    for (int i = 0; i < 9; i++) {
        double lon = west + (east - west) * (0.1 + 0.4 * (i % 3)),
               lat = south + (north - south) * (0.1 + 0.4 * (i / 3));
        double scale = areal_scale(grid, lon, lat);
        if (!isnan(scale) && !(fabs(scale - 1) <= 1e-4)) {
            return tp_error_set(error, TP_E_CONFIG,
                                "%s is not equal-area: a square of 1 km2 at %.1f E, %.1f N has %.4f km2 on the ground "
                                "(expected an equal-area CRS such as EPSG:3035 for Europe or EPSG:6933 for the world)",
                                grid->crs, lon, lat, scale);
        }
    }
    return TP_OK;
}

tp_code tp_grid_new_square(const char *crs, double cell_m, const char *geographic, const tp_ellipsoid *ellipsoid,
                           tp_grid **grid, tp_error *error) {
    *grid = NULL;
    if (!(cell_m >= 1 && cell_m <= 1e6) || cell_m != floor(cell_m)) {
        return tp_error_set(error, TP_E_CONFIG, "cells of %.15g m (expected whole metres up to 1,000 km)", cell_m);
    }
    tp_grid *made = grid_new(TP_MESH_LEVELS, ellipsoid, tp_text_format("%.0f m %s", cell_m, crs), crs);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->cell_m = cell_m;
    tp_ellipsoid own;
    char *base = NULL;
    tp_code code = tp_crs_geographic(crs, &base, &own, error);
    if (code == TP_OK && strcmp(base, crs) == 0) {
        code = tp_error_set(error, TP_E_CONFIG, "%s is not projected (expected an equal-area CRS in metres)", crs);
    }
    free(base);
    if (code == TP_OK) {
        code = tp_transform_new(geographic, crs, NULL, &made->to, error);
    }
    if (code == TP_OK) {
        code = tp_transform_new(crs, geographic, NULL, &made->from, error);
    }
    if (code == TP_OK) {
        code = check_equal_area(made, error);
    }
    if (code != TP_OK) {
        tp_grid_free(made);
        return code;
    }
    *grid = made;
    return TP_OK;
}

tp_code tp_grid_parse(const char *text, const char *geographic, const tp_ellipsoid *ellipsoid, tp_grid **grid,
                      tp_error *error) {
    tp_mesh_level level;
    char *end = NULL;
    *grid = NULL;
    if (tp_mesh_level_find(text, &level)) {
        return tp_grid_new_mesh(level, ellipsoid, grid, error);
    }
    double cell_m = strtod(text, &end);
    if (end == text || strncmp(end, " m ", 3) != 0) {
        return tp_error_set(error, TP_E_DATA, "'%.80s' is no grid (expected one such as `1 km` or `1000 m EPSG:3035`)",
                            text);
    }
    return tp_grid_new_square(end + 3, cell_m, geographic, ellipsoid, grid, error);
}

const char *tp_grid_text(const tp_grid *grid) {
    return grid->text;
}

tp_mesh_level tp_grid_level(const tp_grid *grid) {
    return grid->level;
}

const char *tp_grid_crs(const tp_grid *grid) {
    return grid->crs;
}

/* ---- positions ---- */

static void locate_mesh(const tp_grid *grid, const double *lon_deg, const double *lat_deg, int64_t n,
                        tp_mesh_cell *cell, double (*fraction)[2], uint8_t *inside) {
    double x0, y0, width, height;
    tp_grid_frame(grid, &x0, &y0, &width, &height);
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < n; i++) {
        inside[i] =
            tp_mesh_cell_at(grid->level, lon_deg[i], lat_deg[i], &cell[i]) && tp_mesh_in_japan(grid->level, cell[i]);
        if (fraction != NULL) {
            fraction[i][0] = (lon_deg[i] - x0) / width;
            fraction[i][1] = (lat_deg[i] - y0) / height;
        }
    }
}

static tp_code locate_squares(const tp_grid *grid, const double *lon_deg, const double *lat_deg, int64_t n,
                              tp_mesh_cell *cell, double (*fraction)[2], uint8_t *inside, tp_error *error) {
    double *x = malloc(((size_t)n + 1) * sizeof *x), *y = malloc(((size_t)n + 1) * sizeof *y);
    uint8_t *failed = malloc((size_t)n + 1);
    tp_code code = x == NULL || y == NULL || failed == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && n > 0) {
        memcpy(x, lon_deg, (size_t)n * sizeof *x);
        memcpy(y, lat_deg, (size_t)n * sizeof *y);
        (void)tp_transform_points(grid->to, x, y, n, failed);
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        double column = x[i] / grid->cell_m, row = y[i] / grid->cell_m;
        inside[i] = !failed[i] && fabs(column) < MOST_ROWS && fabs(row) < MOST_ROWS;
        if (inside[i]) {
            cell[i] = (tp_mesh_cell){(int32_t)floor(row), (int32_t)floor(column)};
        }
        if (fraction != NULL) {
            fraction[i][0] = column;
            fraction[i][1] = row;
        }
    }
    free(x);
    free(y);
    free(failed);
    return code;
}

tp_code tp_grid_locate(const tp_grid *grid, const double *lon_deg, const double *lat_deg, int64_t n, tp_mesh_cell *cell,
                       double (*fraction)[2], uint8_t *inside, tp_error *error) {
    if (grid->level == TP_MESH_LEVELS) {
        return locate_squares(grid, lon_deg, lat_deg, n, cell, fraction, inside, error);
    }
    locate_mesh(grid, lon_deg, lat_deg, n, cell, fraction, inside);
    return TP_OK;
}

void tp_grid_cell_text(const tp_grid *grid, tp_mesh_cell cell, char text[TP_GRID_CELL_SIZE]) {
    if (grid->level == TP_MESH_LEVELS) {
        (void)snprintf(text, TP_GRID_CELL_SIZE, "N%.0fE%.0f", cell.row * grid->cell_m, cell.column * grid->cell_m);
    } else {
        tp_mesh_text(grid->level, cell, text);
    }
}

bool tp_grid_cell_of_text(const tp_grid *grid, const char *text, tp_mesh_cell *cell) {
    if (grid->level != TP_MESH_LEVELS) {
        return tp_mesh_cell_of_text(grid->level, text, cell);
    }
    long long north_m, east_m; /* %lf would take the E for an exponent */
    char again[TP_GRID_CELL_SIZE];
    if (sscanf(text, "N%lldE%lld", &north_m, &east_m) != 2 || !(fabs((double)north_m / grid->cell_m) < MOST_ROWS) ||
        !(fabs((double)east_m / grid->cell_m) < MOST_ROWS)) {
        return false;
    }
    tp_mesh_cell found = {(int32_t)floor((double)north_m / grid->cell_m),
                          (int32_t)floor((double)east_m / grid->cell_m)};
    tp_grid_cell_text(grid, found, again);
    if (strcmp(again, text) != 0) {
        return false;
    }
    *cell = found;
    return true;
}

double tp_grid_area_km2(const tp_grid *grid, int32_t row) {
    return grid->level == TP_MESH_LEVELS ? grid->cell_m * grid->cell_m / 1e6
                                         : tp_mesh_area_km2(&grid->ellipsoid, grid->level, row);
}

void tp_grid_centres(const tp_grid *grid, const tp_mesh_cell *cell, int64_t n, double *lon_deg, double *lat_deg) {
    for (int64_t i = 0; i < n; i++) {
        if (grid->level != TP_MESH_LEVELS) {
            tp_mesh_centre(grid->level, cell[i], &lon_deg[i], &lat_deg[i]);
        } else {
            uint8_t failed;
            lon_deg[i] = (cell[i].column + 0.5) * grid->cell_m;
            lat_deg[i] = (cell[i].row + 0.5) * grid->cell_m;
            (void)tp_transform_points(grid->from, &lon_deg[i], &lat_deg[i], 1, &failed);
        }
    }
}

static void square_ring(const tp_grid *grid, tp_mesh_cell cell, double x[TP_MESH_RING], double y[TP_MESH_RING]) {
    uint8_t failed[TP_MESH_RING];
    for (int i = 0; i < TP_MESH_RING; i++) {
        x[i] = (cell.column + (i == 1 || i == 2)) * grid->cell_m;
        y[i] = (cell.row + (i == 2 || i == 3)) * grid->cell_m;
    }
    (void)tp_transform_points(grid->from, x, y, TP_MESH_RING, failed);
}

tp_code tp_grid_outlines(const tp_grid *grid, const tp_mesh_cell *cell, int64_t n, tp_shapes *shapes, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        double x[TP_MESH_RING], y[TP_MESH_RING];
        if (grid->level == TP_MESH_LEVELS) {
            square_ring(grid, cell[i], x, y);
        } else {
            tp_mesh_ring(grid->level, cell[i], x, y);
        }
        code = tp_shapes_add_row(shapes, error);
        if (code == TP_OK) {
            code = tp_shapes_add_part(shapes, error);
        }
        if (code == TP_OK) {
            code = tp_shapes_add_ring(shapes, x, y, TP_MESH_RING, error);
        }
    }
    return code;
}

/* ---- measures of cells ---- */

void tp_grid_frame(const tp_grid *grid, double *x0, double *y0, double *width, double *height) {
    if (grid->level == TP_MESH_LEVELS) {
        *x0 = *y0 = 0;
        *width = *height = grid->cell_m;
        return;
    }
    *x0 = 100;
    *y0 = 0;
    *width = (double)tp_mesh_width_uas(grid->level) / 3.6e9;
    *height = (double)tp_mesh_height_uas(grid->level) / 3.6e9;
}

void tp_grid_cell_metres(const tp_grid *grid, double row, double other_row, double *east_m, double *north_m) {
    const double rad = M_PI / 180;
    double x0, y0, width, height;
    tp_grid_frame(grid, &x0, &y0, &width, &height);
    if (grid->level == TP_MESH_LEVELS) {
        *east_m = *north_m = grid->cell_m;
        return;
    }
    double e2 = grid->ellipsoid.f * (2 - grid->ellipsoid.f), lat = (y0 + (row + other_row) / 2 * height) * rad;
    double s = sin(lat), w = 1 - e2 * s * s, across_m = grid->ellipsoid.a_m / sqrt(w);
    *east_m = across_m * cos(lat) * width * rad;
    *north_m = across_m * (1 - e2) / w * height * rad;
}
