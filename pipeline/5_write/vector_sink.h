/**
 * The sink that writes a folder of files, one a layer, in a format of OGR's: FlatGeobuf, GeoJSON (RFC 7946), CSV or
 * Shapefile. A layer is kept in memory until it ends, because what a file needs to be told first (the width of texts,
 * whether rows without geometry exist) is known only then. Files grow in FOLDER.partial and are moved into FOLDER when
 * all are complete; what else lies there stays.
 */
#ifndef TP_WRITE_VECTOR_SINK_H
#define TP_WRITE_VECTOR_SINK_H

#include "5_write/sink.h"

typedef struct tp_vector_format {
    const char *driver;               /**< GDAL's short name */
    const char *extension;            /**< of the files, without the point */
    const char *table_extension;      /**< of layers without geometry, where it is another; else NULL */
    const char *table_driver;         /**< of layers without geometry, where `driver` cannot hold them; else NULL */
    const char *const *table_options; /**< of table_driver */
    const char *crs;                  /**< the only CRS that the format knows, or NULL: the run's */
    bool columns;                     /**< positions stand in columns: lon_deg and lat_deg, or wkt */
    bool dbf;                         /**< names of 10 characters, texts of 254 bytes */
    bool indexed;                     /**< a spatial index, which rows without geometry forbid */
    const char *const *options;       /**< of the driver's layers, NULL-terminated */
} tp_vector_format;

/** Which layers are written: all that `wants` says yes to. `user` is handed to it. */
TP_NODISCARD tp_code tp_sink_new_vector(const tp_vector_format *format, const char *folder, const char *geographic_crs,
                                        const char *output_crs, bool (*wants)(const void *user, const char *layer),
                                        const void *user, tp_sink **sink, tp_error *error);

/** How many limits of the format were met (each a line of _limits.csv), after commit. */
size_t tp_vector_sink_limits(const tp_sink *sink);

#endif
