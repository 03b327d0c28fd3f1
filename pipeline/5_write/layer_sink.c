/* Layers in memory: see layer_sink.h. */
#include "5_write/layer_sink.h"

#include <stdlib.h>
#include <string.h>

/* A tp_sink whose kind is LAYER_SINK. */
typedef struct layer_sink {
    tp_sink base;
    bool (*wanted)(const char *layer);
    tp_layer **layers;
    size_t n;
    tp_layer *open; /* the last of `layers` while it is written; NULL: none, or one that is not wanted */
    int64_t n_rows; /* of `open`, which has room for more */
} layer_sink;

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    layer_sink *sink = (layer_sink *)base;
    sink->open = NULL;
    sink->n_rows = 0;
    if (!sink->wanted(head->name)) {
        return TP_OK;
    }
    tp_layer **layers = realloc(sink->layers, (sink->n + 1) * sizeof(tp_layer *));
    if (layers == NULL) {
        return tp_error_memory(error);
    }
    sink->layers = layers;
    tp_layer *layer = NULL;
    tp_code code = tp_layer_new(head->name, head->geometry, &layer, error);
    if (code != TP_OK) {
        return code;
    }
    sink->layers[sink->n++] = layer;
    for (size_t i = 0; i < head->n_fields && code == TP_OK; i++) {
        const tp_field *field = &head->fields[i];
        tp_type type = field->type == TP_TYPE_VERDICT ? TP_TYPE_TEXT : field->type; /* as a file holds it */
        tp_column *column = NULL;
        code = tp_layer_add_column(layer, field->name, type, field->unit, "file", &column, error);
    }
    sink->open = layer;
    return code;
}

static tp_code set_cells(tp_layer *layer, int64_t row, const tp_cell *cells, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < layer->n_columns && code == TP_OK; i++) {
        tp_column *column = layer->columns[i];
        if (cells[i].missing) {
            continue;
        }
        if (column->type == TP_TYPE_DOUBLE) {
            tp_column_set_double(column, row, cells[i].f64);
        } else if (column->type == TP_TYPE_INT64) {
            tp_column_set_int64(column, row, cells[i].i64);
        } else if (cells[i].text != NULL) {
            code = tp_column_set_text(column, row, cells[i].text, strlen(cells[i].text), error);
        }
    }
    return code;
}

static tp_code set_shape(tp_layer *layer, int64_t row, const tp_shape *shape, tp_error *error) {
    if (layer->geometry == TP_GEOMETRY_POINT) {
        bool has = shape != NULL && shape->geometry == TP_GEOMETRY_POINT;
        layer->lon_deg[row] = has ? shape->lon_deg : 0;
        layer->lat_deg[row] = has ? shape->lat_deg : 0;
        return TP_OK;
    }
    if (layer->geometry == TP_GEOMETRY_NONE) {
        return TP_OK;
    }
    bool has = shape != NULL && shape->shapes != NULL;
    return has ? tp_shapes_copy_row(&layer->shapes, shape->shapes, shape->row, error)
               : tp_shapes_add_row(&layer->shapes, error);
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    layer_sink *sink = (layer_sink *)base;
    tp_layer *layer = sink->open;
    if (layer == NULL) {
        return TP_OK;
    }
    tp_code code = TP_OK;
    if (sink->n_rows == layer->n_rows) {
        code = tp_layer_add_rows(layer, layer->n_rows + 64, error);
    }
    if (code == TP_OK) {
        code = set_cells(layer, sink->n_rows, cells, error);
    }
    if (code == TP_OK) {
        code = set_shape(layer, sink->n_rows, shape, error);
    }
    sink->n_rows++;
    return code;
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    layer_sink *sink = (layer_sink *)base;
    tp_layer *layer = sink->open;
    tp_code code = TP_OK;
    for (size_t i = 0; layer != NULL && i < layer->n_columns && code == TP_OK; i++) {
        code = tp_column_resize(layer->columns[i], sink->n_rows, error);
    }
    if (layer != NULL) {
        layer->n_rows = sink->n_rows;
    }
    sink->open = NULL;
    return code;
}

static tp_code commit(tp_sink *base, tp_error *error) {
    (void)base;
    (void)error;
    return TP_OK;
}

static void free_sink(tp_sink *base) {
    layer_sink *sink = (layer_sink *)base;
    for (size_t i = 0; i < sink->n; i++) {
        tp_layer_free(sink->layers[i]);
    }
    free(sink->layers);
    free(sink);
}

static const tp_sink_kind LAYER_SINK = {
    .begin_layer = begin_layer, .row = write_row, .end_layer = end_layer, .commit = commit, .free = free_sink};

tp_code tp_layer_sink_new(bool (*wanted)(const char *layer), tp_sink **sink, tp_error *error) {
    layer_sink *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->base.kind = &LAYER_SINK;
    made->wanted = wanted;
    *sink = &made->base;
    return TP_OK;
}

tp_layer *const *tp_layer_sink_layers(const tp_sink *sink, size_t *n) {
    const layer_sink *own = (const layer_sink *)sink;
    *n = own->n;
    return own->layers;
}
