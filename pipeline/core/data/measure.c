/* Measures: see technopolis/measure.h. */
#include "technopolis/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tp_method_text(tp_method method) {
    static const char *const texts[] = {NULL, "road", "road_model", "straight_line", "polygon", "table"};
    return texts[method];
}

void tp_measure_free(tp_measure *measure) {
    if (measure == NULL) {
        return;
    }
    if (measure->free_detail != NULL) {
        measure->free_detail(measure->detail);
    }
    free(measure->name);
    free(measure->to);
    free(measure->missing_layer);
    free(measure->where);
    free(measure->unit);
    free(measure->value);
    free(measure->known);
    free(measure->low);
    free(measure->high);
    free(measure->method);
    free(measure->link_first);
    free(measure->links);
    free(measure);
}

tp_code tp_measure_new(const char *name, const tp_measure_kind *kind, const tp_layer *of, tp_measure **measure,
                       tp_error *error) {
    *measure = NULL;
    tp_measure *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    size_t rows = (size_t)(of->n_rows > 0 ? of->n_rows : 1);
    made->kind = kind;
    made->of = of;
    made->within_min = INFINITY;
    made->from_core = of->geometry == TP_GEOMETRY_POLYGON && of->lon_deg != NULL;
    made->name = tp_text_copy(name);
    made->unit = tp_text_copy(tp_dimension_unit(kind->dimension));
    made->value = calloc(rows, sizeof *made->value);
    made->known = calloc(rows, 1);
    made->low = malloc(rows * sizeof *made->low);
    made->high = malloc(rows * sizeof *made->high);
    made->method = calloc(rows, 1);
    made->link_first = calloc(rows + 1, sizeof *made->link_first);
    if (made->name == NULL || made->unit == NULL || made->value == NULL || made->known == NULL || made->low == NULL ||
        made->high == NULL || made->method == NULL || made->link_first == NULL) {
        tp_measure_free(made);
        return tp_error_memory(error);
    }
    for (size_t row = 0; row < rows; row++) {
        made->low[row] = -INFINITY;
        made->high[row] = INFINITY;
    }
    *measure = made;
    return TP_OK;
}

tp_code tp_measure_add_to(tp_measure *measure, const tp_layer *layer, tp_error *error) {
    const tp_layer **to = realloc(measure->to, sizeof *to * (measure->n_to + 1));
    if (to == NULL) {
        return tp_error_memory(error);
    }
    measure->to = to;
    measure->to[measure->n_to++] = layer;
    return TP_OK;
}

void tp_measure_set(tp_measure *measure, int64_t row, double value, tp_method method) {
    tp_measure_set_interval(measure, row, value, value, value, method);
}

void tp_measure_set_interval(tp_measure *measure, int64_t row, double value, double low, double high,
                             tp_method method) {
    bool known = isfinite(value);
    measure->value[row] = known ? value : 0;
    measure->known[row] = known;
    measure->low[row] = low;
    measure->high[row] = high;
    measure->method[row] = (uint8_t)method;
}

int tp_measure_links(const tp_measure *measure, int64_t row, tp_link *links) {
    if (measure->links != NULL) {
        int64_t first = measure->link_first[row], n = measure->link_first[row + 1] - first;
        memcpy(links, measure->links + first, (size_t)n * sizeof *links);
        return (int)n;
    }
    bool finds = measure->kind->links != NULL && measure->missing_layer == NULL;
    return finds ? measure->kind->links(measure, row, links) : 0;
}
