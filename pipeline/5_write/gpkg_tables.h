/**
 * The tables of a GeoPackage around a layer, in SQL: what the standard (OGC 12-128r18) asks for, and what GDAL adds, so
 * that GDAL and QGIS go on editing the file as if GDAL had made it. Only for gpkg_sink.c.
 */
#ifndef TP_WRITE_GPKG_TABLES_H
#define TP_WRITE_GPKG_TABLES_H

#include "5_write/packed_rtree.h"
#include "5_write/sink.h"

#include <sqlite3.h>

/** What the end of a layer writes down. */
typedef struct tp_gpkg_extent {
    int64_t n_rows;
    bool has_box;
    double min_x, min_y, max_x, max_y;
} tp_gpkg_extent;

/**
 * The statements that make a layer's table and register it, and the one that inserts a row: its parameters are the
 * row's number, the geometry where the layer has one, and the fields. Both are to be freed by sqlite3_free; false: no
 * memory. `change` is the time of last change, ISO 8601.
 */
TP_NODISCARD bool tp_gpkg_begin_sql(const tp_sink_layer *layer, int32_t srs_id, const char *change, char **create,
                                    char **insert);

/**
 * Adds what must not be there while rows are put in: the spatial index (`tree` NULL: no box; then it is empty), counts,
 * the extent, triggers. Gives SQLite's result code; sqlite3_errmsg tells why.
 */
int tp_gpkg_end_table(sqlite3 *db, const char *name, tp_geometry geometry, const tp_gpkg_extent *extent,
                      const tp_rtree_box *boxes, int64_t n_boxes, const tp_packed_rtree *tree);

#endif
