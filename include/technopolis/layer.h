/**
 * A layer: rows with typed columns and one geometry a row, in flat arrays.
 *
 * Rows never move once the `prepare` phase has ended, so a row's index is its identity inside a run. Coordinates are
 * longitude and latitude in degrees, in this order always, on the run's geographic CRS once prepared; before that
 * (between `read` and `prepare`) they are x and y of `crs`.
 */
#ifndef TECHNOPOLIS_LAYER_H
#define TECHNOPOLIS_LAYER_H

#include "technopolis/column.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_geometry { TP_GEOMETRY_NONE, TP_GEOMETRY_POINT, TP_GEOMETRY_LINE, TP_GEOMETRY_POLYGON } tp_geometry;

/** "table", "point", "line", "polygon". */
const char *tp_geometry_text(tp_geometry geometry);

/**
 * Lines or polygons with nested offsets: row r has parts row_first[r] .. row_first[r+1]-1, part p has rings
 * part_first[p] .. part_first[p+1]-1 (a line part has exactly one), ring k has vertices ring_first[k] ..
 * ring_first[k+1]-1. A polygon part's first ring is its shell, the others its holes; rings repeat their first vertex.
 */
typedef struct tp_shapes {
    int64_t n_rows, n_parts, n_rings, n_vertices;
    int64_t *row_first;  /**< n_rows + 1 */
    int64_t *part_first; /**< n_parts + 1 */
    int64_t *ring_first; /**< n_rings + 1 */
    double *x, *y;       /**< n_vertices */
    int64_t row_capacity, part_capacity, ring_capacity, vertex_capacity;
} tp_shapes;

void tp_shapes_reset(tp_shapes *shapes);

/** Appends an empty row, then parts to it, rings to that part, vertices to that ring. Amortised O(1) each. */
TP_NODISCARD tp_code tp_shapes_add_row(tp_shapes *shapes, tp_error *error);
TP_NODISCARD tp_code tp_shapes_add_part(tp_shapes *shapes, tp_error *error);
TP_NODISCARD tp_code tp_shapes_add_ring(tp_shapes *shapes, const double *x, const double *y, int64_t n,
                                        tp_error *error);

/** Appends a copy of row `row` of `from` as a new row, or its parts to the last row. */
TP_NODISCARD tp_code tp_shapes_copy_row(tp_shapes *shapes, const tp_shapes *from, int64_t row, tp_error *error);
TP_NODISCARD tp_code tp_shapes_copy_parts(tp_shapes *shapes, const tp_shapes *from, int64_t row, tp_error *error);

/** How much of the world a layer holds: decides whether "not found" means "there is none". */
typedef enum tp_coverage { TP_COVERAGE_COMPLETE, TP_COVERAGE_SAMPLE, TP_COVERAGE_CONDITION } tp_coverage;

/** Data of up to so many years before or after the run's year is taken for data of that year without a warning. */
enum { TP_YEARS_CLOSE = 5 };

struct tp_condition;

typedef struct tp_layer {
    char *name;
    int64_t n_rows;
    tp_geometry geometry;
    /**
     * n_rows for points; for polygons that the stage `core` has given one, the core from which each is measured (NaN
     * where the polygon is empty); else NULL.
     */
    double *lon_deg, *lat_deg;
    tp_shapes shapes; /**< for lines and polygons */
    tp_column **columns;
    size_t n_columns;
    int64_t *source_fid; /**< n_rows: the feature's id in its file */
    int32_t *source;     /**< n_rows: index into the dataset's sources */
    tp_column *id;       /**< text, never missing; one of `columns` */
    tp_column *label;    /**< text: the name shown, or NULL; one of `columns` */
    tp_coverage coverage;
    struct tp_condition *coverage_condition; /**< owned; set when coverage is a condition */
    struct tp_condition *where;              /**< owned: the filter it was read with, or NULL */
    /**
     * Features that were left out although they belong to the layer: without a usable geometry, position or id, or with
     * an unknown condition. Not those that `where` or the year leaves out, nor repeated ids. Above 0 "not found" means
     * nothing.
     */
    int64_t n_lost;
    /**
     * The years that the rows are about, such as those of its populations; 0: not known. `years_apart`: how many years
     * the farthest of them is after (below 0: before) the run's year; 0 where that is at most TP_YEARS_CLOSE, or not
     * known.
     */
    int64_t first_year, last_year, years_apart;
    char *crs; /**< the CRS of the coordinates as WKT2 or AUTHORITY:CODE; NULL for a table */
} tp_layer;

/** A layer of no rows. */
TP_NODISCARD tp_code tp_layer_new(const char *name, tp_geometry geometry, tp_layer **layer, tp_error *error);
void tp_layer_free(tp_layer *layer);

/** Appends n rows with missing cells, positions 0 and shapes not yet added. O(rows x columns) when
 * memory moves: add in large steps. */
TP_NODISCARD tp_code tp_layer_add_rows(tp_layer *layer, int64_t n, tp_error *error);

/** Adds a column of missing values; TP_E_INTERNAL when the name is taken. The layer owns it. */
TP_NODISCARD tp_code tp_layer_add_column(tp_layer *layer, const char *name, tp_type type, const char *unit,
                                         const char *origin, tp_column **column, tp_error *error);

/** The column of that name, or NULL. O(columns). */
tp_column *tp_layer_column(const tp_layer *layer, const char *name);

/** The id of a row (never NULL), and its label, or the id where it has none. */
const char *tp_layer_id(const tp_layer *layer, int64_t row);
const char *tp_layer_label(const tp_layer *layer, int64_t row);

/** Keeps only the rows listed (ascending). Only for the read and prepare phases. O(all cells and vertices). */
TP_NODISCARD tp_code tp_layer_keep(tp_layer *layer, const int64_t *rows, int64_t n, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
