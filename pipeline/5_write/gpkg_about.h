/**
 * What a GeoPackage says about itself by two extensions of the standard: schema (a title and description a column,
 * which QGIS shows as aliases) and metadata (one ISO 19139 document for the file). Gathered while layers are written,
 * put into the finished file before it gets its name. For both GeoPackage sinks.
 */
#ifndef TP_WRITE_GPKG_ABOUT_H
#define TP_WRITE_GPKG_ABOUT_H

#include "5_write/sink.h"

#include <sqlite3.h>

/** Initialise with `= {0}`. */
typedef struct tp_gpkg_about {
    sqlite3_str *columns; /**< statements; NULL while nothing is said of any */
    char *metadata;
} tp_gpkg_about;

TP_NODISCARD tp_code tp_gpkg_about_layer(tp_gpkg_about *about, const tp_sink_layer *layer, tp_error *error);
TP_NODISCARD tp_code tp_gpkg_about_all(tp_gpkg_about *about, const char *metadata, tp_error *error);

/** Writes it into the file at `path`, which nothing else has open for SQLite. `shown` is its name for messages. */
TP_NODISCARD tp_code tp_gpkg_about_write(tp_gpkg_about *about, const char *path, const char *shown, tp_error *error);
void tp_gpkg_about_reset(tp_gpkg_about *about);

#endif
