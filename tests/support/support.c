/* What several unit tests share: see support.h. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

tp_column *tp_test_column(tp_layer *layer, const char *name, tp_type type) {
    tp_column *column = NULL;
    return tp_layer_add_column(layer, name, type, NULL, "file", &column, NULL) == TP_OK ? column : NULL;
}

tp_layer *tp_test_points(const char *name, const tp_test_point *points, int64_t n) {
    tp_layer *layer = NULL;
    if (tp_layer_new(name, TP_GEOMETRY_POINT, &layer, NULL) != TP_OK || tp_layer_add_rows(layer, n, NULL) != TP_OK) {
        return NULL;
    }
    layer->id = tp_test_column(layer, "id", TP_TYPE_TEXT);
    layer->label = tp_test_column(layer, "name", TP_TYPE_TEXT);
    for (int64_t row = 0; row < n; row++) {
        layer->lon_deg[row] = points[row].lon_deg;
        layer->lat_deg[row] = points[row].lat_deg;
        layer->source_fid[row] = row;
        if (tp_column_set_text(layer->id, row, points[row].id, strlen(points[row].id), NULL) != TP_OK ||
            tp_column_set_text(layer->label, row, points[row].id, strlen(points[row].id), NULL) != TP_OK) {
            return NULL;
        }
    }
    return layer;
}
