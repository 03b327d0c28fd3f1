/**
 * The tables of a GeoPackage around a layer, in SQL: what the standard (OGC 12-128r18) asks for, and what GDAL adds, so
 * that GDAL and QGIS go on editing the file as if GDAL had made it. Only for gpkg_sink.c.
 */
#ifndef TP_WRITE_GPKG_TABLES_H
#define TP_WRITE_GPKG_TABLES_H

#include "5_write/sink.h"

#include <sqlite3.h>

/** What the end of a layer writes down. */
typedef struct tp_gpkg_extent {
    int64_t n_rows;
    bool has_box;
    double min_x, min_y, max_x, max_y;
} tp_gpkg_extent;

/**
 * The statements that make a layer's table, its spatial index and triggers, all empty, and register them; to be freed
 * by sqlite3_free, NULL: no memory. `change` is the time of last change, ISO 8601.
 */
char *tp_gpkg_begin_sql(const tp_sink_layer *layer, int32_t srs_id, const char *change);

/** The tables whose rows are put straight into pages. */
typedef enum tp_gpkg_table {
    TP_GPKG_ROWS,
    TP_GPKG_RTREE_NODE,
    TP_GPKG_RTREE_PARENT,
    TP_GPKG_RTREE_ROWID
} tp_gpkg_table;

/** The number of a table's root page; 0: see sqlite3_errmsg. */
uint32_t tp_gpkg_root(sqlite3 *db, const char *layer, tp_gpkg_table table);

/** Writes down how many rows a layer has, and its extent. Gives SQLite's result code. */
int tp_gpkg_describe(sqlite3 *db, const char *layer, const tp_gpkg_extent *extent);

#endif
