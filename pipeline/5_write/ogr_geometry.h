/** Shapes in longitude and latitude made into OGR geometries in the output's CRS. */
#ifndef TP_WRITE_OGR_GEOMETRY_H
#define TP_WRITE_OGR_GEOMETRY_H

#include "5_write/project.h"

#include <ogr_api.h>

/** POINT, MULTILINESTRING, MULTIPOLYGON or none. */
OGRwkbGeometryType tp_ogr_geometry_type(tp_geometry geometry);

/**
 * Sets the feature's geometry; NULL geometry where the shape has none or no parts. Fails as tp_projector_take.
 */
TP_NODISCARD tp_code tp_ogr_geometry_set(tp_projector *projector, OGRFeatureH feature, tp_geometry kind,
                                         const tp_shape *shape, const char *layer, int64_t row, tp_error *error);

#endif
