/**
 * A raster over the polygons of an index: cells that no edge comes near know the row that holds all of their points.
 *
 * Exact, not approximate: a point's cell is found by functions that never decrease in longitude and latitude, an edge
 * marks every cell that these can give for any of its points, and in a cell without a mark no border separates two
 * points. Marked cells leave the answer to the edges.
 */
#ifndef TECHNOPOLIS_CORE_SPACE_POLYGON_RASTER_H
#define TECHNOPOLIS_CORE_SPACE_POLYGON_RASTER_H

#include "box_tree.h"
#include "technopolis/geodesic.h"

enum { TP_RASTER_NONE = -1, TP_RASTER_ASK = -2 };

typedef struct tp_polygon_raster {
    tp_box box;                /**< of all rows */
    double columns_per_degree; /**< cells */
    double rows_per_degree;
    int64_t n_columns, n_rows; /**< 0: there is no raster */
    int32_t *row;              /**< of the polygons: the one that holds the cell; TP_RASTER_NONE, TP_RASTER_ASK */
    uint8_t *gap;              /**< how many cells away the nearest marked one is, along either axis; at most 255 */
} tp_polygon_raster;

/** The cell of a point within `box`. */
static inline int64_t tp_raster_cell(const tp_polygon_raster *raster, double x, double y) {
    int64_t column = (int64_t)((x - raster->box.min_x) * raster->columns_per_degree);
    int64_t row = (int64_t)((y - raster->box.min_y) * raster->rows_per_degree);
    column = column < raster->n_columns ? column : raster->n_columns - 1;
    row = row < raster->n_rows ? row : raster->n_rows - 1;
    return row * raster->n_columns + column;
}

/** True where no border lies within limit_m of a point. False: not known. */
bool tp_raster_is_clear(const tp_polygon_raster *raster, const tp_ellipsoid *ellipsoid, double x, double y,
                        double limit_m);

void tp_raster_reset(tp_polygon_raster *raster);

#endif
