/** Geometries as a GeoPackage keeps them (OGC 12-128r18, 2.1.3: a header, then well-known binary). */
#ifndef TP_WRITE_GPKG_BLOB_H
#define TP_WRITE_GPKG_BLOB_H

#include "5_write/project.h"

/** Bytes of the blob of the projector's current vertices; `shapes` and `row` are where rings end (not for points). */
size_t tp_gpkg_blob_size(tp_geometry kind, const tp_projector *projector, const tp_shapes *shapes, int64_t row);

/**
 * Writes the blob, little-endian: POINT without an envelope, MULTILINESTRING or MULTIPOLYGON with one (min_x, max_x,
 * min_y, max_y in `envelope`). `to` has tp_gpkg_blob_size bytes.
 */
void tp_gpkg_blob_write(tp_geometry kind, const tp_projector *projector, const tp_shapes *shapes, int64_t row,
                        int32_t srs_id, const double envelope[4], uint8_t *to);

#endif
