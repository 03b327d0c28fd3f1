/* Fields and cells through OGR. See ogr_fields.h. */
#include "5_write/ogr_fields.h"

#include <math.h>

OGRFieldType tp_ogr_field_type(tp_type type) {
    switch (type) {
    case TP_TYPE_DOUBLE:
        return OFTReal;
    case TP_TYPE_INT64:
        return OFTInteger64;
    case TP_TYPE_TEXT:
    case TP_TYPE_VERDICT:
        break;
    }
    return OFTString;
}

bool tp_ogr_fields_create(OGRLayerH layer, const tp_sink_layer *head) {
    for (size_t i = 0; i < head->n_fields; i++) {
        OGRFieldDefnH field = OGR_Fld_Create(head->fields[i].name, tp_ogr_field_type(head->fields[i].type));
        OGRErr fault = OGR_L_CreateField(layer, field, FALSE);
        OGR_Fld_Destroy(field);
        if (fault != OGRERR_NONE) {
            return false;
        }
    }
    return true;
}

tp_code tp_ogr_cells_set(OGRFeatureH feature, const tp_sink_layer *head, const tp_cell *cells, int64_t row,
                         tp_error *error) {
    for (size_t i = 0; i < head->n_fields; i++) {
        const tp_cell *cell = &cells[i];
        tp_type type = head->fields[i].type;
        if (cell->missing || ((type == TP_TYPE_TEXT || type == TP_TYPE_VERDICT) && cell->text == NULL)) {
            OGR_F_SetFieldNull(feature, (int)i);
        } else if (type == TP_TYPE_INT64) {
            OGR_F_SetFieldInteger64(feature, (int)i, cell->i64);
        } else if (type != TP_TYPE_DOUBLE) {
            OGR_F_SetFieldString(feature, (int)i, cell->text);
        } else if (isfinite(cell->f64)) {
            OGR_F_SetFieldDouble(feature, (int)i, cell->f64);
        } else {
            return tp_error_set(error, TP_E_INTERNAL, "layer '%s' column '%s' row %lld: %f is not a finite number",
                                head->name, head->fields[i].name, (long long)row, cell->f64);
        }
    }
    return TP_OK;
}
