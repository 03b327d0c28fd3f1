/* Layers: see technopolis/layer.h. */
#include "technopolis/layer.h"

#include "technopolis/condition.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

const char *tp_geometry_text(tp_geometry geometry) {
    static const char *const texts[] = {"table", "point", "line", "polygon"};
    return texts[geometry];
}

tp_code tp_layer_new(const char *name, tp_geometry geometry, tp_layer **layer, tp_error *error) {
    *layer = calloc(1, sizeof **layer);
    if (*layer == NULL) {
        return tp_error_memory(error);
    }
    (*layer)->geometry = geometry;
    (*layer)->name = tp_text_copy(name);
    if ((*layer)->name == NULL) {
        tp_layer_free(*layer);
        *layer = NULL;
        return tp_error_memory(error);
    }
    return TP_OK;
}

void tp_layer_free(tp_layer *layer) {
    if (layer == NULL) {
        return;
    }
    for (size_t i = 0; i < layer->n_columns; i++) {
        tp_column_free(layer->columns[i]);
    }
    free(layer->columns);
    free(layer->name);
    free(layer->lon_deg);
    free(layer->lat_deg);
    tp_shapes_reset(&layer->shapes);
    free(layer->source_fid);
    free(layer->source);
    tp_condition_free(layer->coverage_condition);
    tp_condition_free(layer->where);
    free(layer->crs);
    free(layer);
}

/* The array (which may be NULL) with room for n_rows, new ones zero. NULL: out of memory, the old array still stands. */
static void *grown(void *array, size_t item, int64_t old_rows, int64_t n_rows) {
    void *bigger = realloc(array, item * (size_t)(n_rows > 0 ? n_rows : 1));
    if (bigger != NULL) {
        memset((char *)bigger + item * (size_t)old_rows, 0, item * (size_t)(n_rows - old_rows));
    }
    return bigger;
}

static bool grow_positions(tp_layer *layer, int64_t old, int64_t rows) {
    double *lon_deg = grown(layer->lon_deg, sizeof *lon_deg, old, rows);
    if (lon_deg == NULL) {
        return false;
    }
    layer->lon_deg = lon_deg;
    double *lat_deg = grown(layer->lat_deg, sizeof *lat_deg, old, rows);
    if (lat_deg == NULL) {
        return false;
    }
    layer->lat_deg = lat_deg;
    return true;
}

tp_code tp_layer_add_rows(tp_layer *layer, int64_t n, tp_error *error) {
    int64_t old = layer->n_rows, rows = old + n;
    int64_t *source_fid = grown(layer->source_fid, sizeof *source_fid, old, rows);
    if (source_fid == NULL) {
        return tp_error_memory(error);
    }
    layer->source_fid = source_fid;
    int32_t *source = grown(layer->source, sizeof *source, old, rows);
    if (source == NULL) {
        return tp_error_memory(error);
    }
    layer->source = source;
    if (layer->geometry == TP_GEOMETRY_POINT && !grow_positions(layer, old, rows)) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < layer->n_columns; i++) {
        tp_code code = tp_column_resize(layer->columns[i], rows, error);
        if (code != TP_OK) {
            return code;
        }
    }
    layer->n_rows = rows;
    return TP_OK;
}

tp_code tp_layer_add_column(tp_layer *layer, const char *name, tp_type type, const char *unit, const char *origin,
                            tp_column **column, tp_error *error) {
    *column = NULL;
    if (tp_layer_column(layer, name) != NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer %s already has a column %s", layer->name, name);
    }
    tp_column **columns = realloc(layer->columns, sizeof *columns * (layer->n_columns + 1));
    if (columns == NULL) {
        return tp_error_memory(error);
    }
    layer->columns = columns;
    tp_code code = tp_column_new(name, type, unit, origin, layer->n_rows, column, error);
    if (code == TP_OK) {
        layer->columns[layer->n_columns++] = *column;
    }
    return code;
}

tp_column *tp_layer_column(const tp_layer *layer, const char *name) {
    for (size_t i = 0; i < layer->n_columns; i++) {
        if (strcmp(layer->columns[i]->name, name) == 0) {
            return layer->columns[i];
        }
    }
    return NULL;
}

const char *tp_layer_id(const tp_layer *layer, int64_t row) {
    const char *id = tp_column_text(layer->id, row);
    return id == NULL ? "" : id;
}

const char *tp_layer_label(const tp_layer *layer, int64_t row) {
    const char *label = layer->label == NULL ? NULL : tp_column_text(layer->label, row);
    return label == NULL || label[0] == '\0' ? tp_layer_id(layer, row) : label;
}

static tp_code keep_shapes(tp_shapes *shapes, const int64_t *rows, int64_t n, tp_error *error) {
    tp_shapes kept = {0};
    tp_code code = TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = tp_shapes_copy_row(&kept, shapes, rows[i], error);
    }
    if (code != TP_OK) {
        tp_shapes_reset(&kept);
        return code;
    }
    tp_shapes_reset(shapes);
    *shapes = kept;
    return TP_OK;
}

tp_code tp_layer_keep(tp_layer *layer, const int64_t *rows, int64_t n, tp_error *error) {
    if (n == layer->n_rows) {
        return TP_OK; /* ascending and all of them: nothing moves */
    }
    for (size_t i = 0; i < layer->n_columns; i++) {
        tp_code code = tp_column_keep(layer->columns[i], rows, n, error);
        if (code != TP_OK) {
            return code;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        layer->source_fid[i] = layer->source_fid[rows[i]];
        layer->source[i] = layer->source[rows[i]];
        if (layer->lon_deg != NULL) {
            layer->lon_deg[i] = layer->lon_deg[rows[i]];
            layer->lat_deg[i] = layer->lat_deg[rows[i]];
        }
    }
    if (layer->geometry == TP_GEOMETRY_LINE || layer->geometry == TP_GEOMETRY_POLYGON) {
        tp_code code = keep_shapes(&layer->shapes, rows, n, error);
        if (code != TP_OK) {
            return code;
        }
    }
    layer->n_rows = n;
    return TP_OK;
}
