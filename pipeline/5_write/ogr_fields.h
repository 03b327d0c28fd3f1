/** Fields and cells through OGR; for the sinks that write by it. */
#ifndef TP_WRITE_OGR_FIELDS_H
#define TP_WRITE_OGR_FIELDS_H

#include "5_write/sink.h"

#include <ogr_api.h>

/** OGR's type for ours: texts and verdicts are strings. */
OGRFieldType tp_ogr_field_type(tp_type type);

/** Makes the layer's fields, in their order; false: GDAL has said why. */
bool tp_ogr_fields_create(OGRLayerH layer, const tp_sink_layer *head);

/**
 * Puts a row's cells into the fields of a feature whose first fields are the layer's. TP_E_INTERNAL for a number that is
 * not finite: GDAL would write NaN as NULL and infinity as it is, both without a word.
 */
TP_NODISCARD tp_code tp_ogr_cells_set(OGRFeatureH feature, const tp_sink_layer *head, const tp_cell *cells, int64_t row,
                                      tp_error *error);

#endif
