/**
 * Points in cells so small that two points of one cell are never farther apart than eps, in the order of their cells.
 *
 * Rows have a height of eps / sqrt 2 along the meridian where it is longest, and each row has columns of that width on
 * its longest parallel. The straight line from one point of a cell to another in longitude and latitude is then at most
 * eps long on the ground, and the geodesic is shorter still. Rows run round the earth, across 180 degrees and to the
 * poles, where a row is one cell.
 */
#ifndef TP_CORE_CELL_GRID_H
#define TP_CORE_CELL_GRID_H

#include "technopolis/geodesic.h"

/** A row of cells that holds a point. */
typedef struct tp_cell_row {
    int64_t row; /**< from the south pole */
    int64_t n_columns;
    double axis_min_m;  /**< the least distance of its points from the earth's axis */
    int32_t first_cell; /**< its cells run to the next row's first */
} tp_cell_row;

/** Initialise with `= {0}`. Numbers of points in here are places in the order of cells. */
typedef struct tp_cell_grid {
    const tp_ellipsoid *ellipsoid;
    double eps_m;
    double height_deg;
    int reach_rows;   /**< no point within eps is more rows away */
    int64_t n_points; /**< with a place */
    int64_t n_cells, n_rows;
    int64_t *point;      /**< n_points: its number as given */
    double *x, *y, *z;   /**< n_points: geocentric, metres */
    int32_t *cell_first; /**< n_cells + 1: its points */
    int64_t *column;     /**< n_cells */
    int32_t *row_of;     /**< n_cells: index into rows */
    tp_cell_row *rows;   /**< n_rows + 1 */
} tp_cell_grid;

TP_NODISCARD tp_code tp_cell_grid_new(tp_cell_grid *grid, const tp_ellipsoid *ellipsoid, const double *lon_deg,
                                      const double *lat_deg, int64_t n, double eps_m, tp_error *error);
void tp_cell_grid_reset(tp_cell_grid *grid);

/** A run of cells next to each other in a row: first … last - 1. */
typedef struct tp_cell_run {
    int32_t first, last;
} tp_cell_run;

enum { TP_CELL_REACH_MOST = 4, TP_CELL_RUNS_MOST = 2 * (2 * TP_CELL_REACH_MOST + 1) };

/** Finds the neighbours of cells; one a thread. Cells asked for in ascending order cost least. Begin with `= {0}`. */
typedef struct tp_cell_walk {
    int32_t row; /**< 1 + the row that the rest is for; 0 none */
    int n_near;
    struct {
        int32_t row;      /**< index into rows */
        double reach_deg; /**< of longitude */
        int32_t first, last;
    } near[2 * TP_CELL_REACH_MOST + 1];
} tp_cell_walk;

/** All cells that may hold a point within eps of a point of `cell`, itself included, as runs; returns how many. */
int tp_cell_walk_to(const tp_cell_grid *grid, tp_cell_walk *walk, int32_t cell, tp_cell_run runs[TP_CELL_RUNS_MOST]);

#endif
