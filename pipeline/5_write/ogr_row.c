/* One row through OGR: see ogr_row.h. */
#include "5_write/ogr_row.h"

#include "5_write/ogr_fields.h"
#include "5_write/ogr_geometry.h"

tp_code tp_ogr_row_set(OGRFeatureH feature, const tp_sink_layer *head, tp_projector *projector, const tp_cell *cells,
                       const tp_shape *shape, int64_t row, tp_error *error) {
    tp_code code = tp_ogr_cells_set(feature, head, cells, row, error);
    if (code == TP_OK && head->geometry != TP_GEOMETRY_NONE) {
        code = tp_ogr_geometry_set(projector, feature, head->geometry, shape, head->name, row, error);
    }
    return code;
}

bool tp_ogr_row_append(OGRLayerH layer, OGRFeatureH feature, tp_gdal_listener *listener) {
    tp_gdal_listener_start(listener);
    (void)OGR_F_SetFID(feature, OGRNullFID);
    OGRErr fault = OGR_L_CreateFeature(layer, feature);
    tp_gdal_listener_end();
    return fault == OGRERR_NONE;
}
