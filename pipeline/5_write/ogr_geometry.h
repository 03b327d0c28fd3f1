/** Shapes in longitude and latitude made into OGR geometries in the output's CRS. Only for ogr_sink.c. */
#ifndef TP_WRITE_OGR_GEOMETRY_H
#define TP_WRITE_OGR_GEOMETRY_H

#include "5_write/sink.h"
#include "technopolis/crs.h"

#include <ogr_api.h>

/** Initialise with `= {0}`; the transform is owned, NULL where both CRS are the same. */
typedef struct tp_ogr_geometry {
    tp_transform *transform;
    double *x, *y; /**< the vertices of one row, transformed */
    uint8_t *failed;
    int64_t capacity;
} tp_ogr_geometry;

void tp_ogr_geometry_reset(tp_ogr_geometry *geometry);

/** POINT, MULTILINESTRING, MULTIPOLYGON or none. */
OGRwkbGeometryType tp_ogr_geometry_type(tp_geometry geometry);

/**
 * Sets the feature's geometry; NULL geometry where the shape has none or no parts. `layer` and `row` are for messages.
 * TP_E_INTERNAL for a coordinate that is not finite or a shape of another kind than the layer's, TP_E_DATA for a
 * position that the output's CRS cannot express.
 */
TP_NODISCARD tp_code tp_ogr_geometry_set(tp_ogr_geometry *geometry, OGRFeatureH feature, tp_geometry kind,
                                         const tp_shape *shape, const char *layer, int64_t row, tp_error *error);

#endif
