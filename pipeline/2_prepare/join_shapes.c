/* Several geometries as one. See join_shapes.h. */
#include "2_prepare/join_shapes.h"

tp_code tp_join_shapes(tp_geos *geos, const tp_layer *layer, const int64_t *rows, int64_t n, tp_shapes *joined,
                       tp_error *error) {
    tp_code code = tp_shapes_add_row(joined, error);
    if (code != TP_OK) {
        return code;
    }
    if (n > 1 && layer->geometry == TP_GEOMETRY_POLYGON) {
        code = tp_geos_union(geos, &layer->shapes, rows, n, joined, error);
        return code != TP_E_DATA ? code
                                 : tp_error_set(error, code, "layer %s: the polygons of id '%s' cannot be joined: %s",
                                                layer->name, tp_layer_id(layer, rows[0]), geos->message);
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = tp_shapes_copy_parts(joined, &layer->shapes, rows[i], error);
    }
    return code;
}
