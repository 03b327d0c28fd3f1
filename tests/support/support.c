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

bool tp_test_give_links(tp_measure *measure, const uint8_t *count, const tp_link *links) {
    int64_t n = measure->of->n_rows, total = 0;
    measure->links = malloc(((size_t)n * TP_LINKS_MAX + 1) * sizeof *links);
    for (int64_t row = 0; row < n && measure->links != NULL; row++) {
        measure->link_first[row] = total;
        memcpy(measure->links + total, links + row * TP_LINKS_MAX, count[row] * sizeof *links);
        total += count[row];
    }
    measure->link_first[n] = total;
    return measure->links != NULL;
}

bool tp_test_store_links(tp_measure *measure) {
    if (measure->links != NULL || measure->kind->links == NULL) {
        return true;
    }
    int64_t rows = measure->of->n_rows;
    uint8_t *count = calloc((size_t)rows + 1, sizeof *count);
    tp_link *links = malloc(((size_t)rows * TP_LINKS_MAX + 1) * sizeof *links);
    bool good = count != NULL && links != NULL;
    for (int64_t row = 0; row < rows && good; row++) {
        int n = tp_measure_links(measure, row, links + row * TP_LINKS_MAX);
        count[row] = (uint8_t)(n > 0 ? n : 0);
        good = n >= 0;
    }
    good = good && tp_test_give_links(measure, count, links);
    free(count);
    free(links);
    return good;
}
