/** One row through OGR, for the sinks that write by it: cells and geometry into a feature, the feature into its layer. */
#ifndef TP_WRITE_OGR_ROW_H
#define TP_WRITE_OGR_ROW_H

#include "5_write/gdal_listener.h"
#include "5_write/project.h"
#include "5_write/sink.h"

#include <ogr_api.h>

/** Fills a feature whose fields are the layer's; `row` is told in errors. Fails as tp_ogr_cells_set and _geometry_set. */
TP_NODISCARD tp_code tp_ogr_row_set(OGRFeatureH feature, const tp_sink_layer *head, tp_projector *projector,
                                    const tp_cell *cells, const tp_shape *shape, int64_t row, tp_error *error);

/** Appends it to the layer under a new id. False: GDAL refused it; what it said is with the listener, which is new. */
bool tp_ogr_row_append(OGRLayerH layer, OGRFeatureH feature, tp_gdal_listener *listener);

#endif
