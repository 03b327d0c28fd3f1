/* Every layer that is not `sites`: all its columns as they were used, and where each row was read from. */
#include "5_write/contents.h"
#include "core/data/near.h"

#include <stdlib.h>
#include <string.h>

tp_shape tp_layer_shape(const tp_layer *layer, int64_t row) {
    tp_shape shape = {.geometry = layer->geometry, .row = row};
    if (layer->geometry == TP_GEOMETRY_POINT) {
        shape.lon_deg = layer->lon_deg[row];
        shape.lat_deg = layer->lat_deg[row];
    } else if (row < layer->shapes.n_rows) {
        shape.shapes = &layer->shapes;
    } else {
        shape.geometry = TP_GEOMETRY_NONE;
    }
    return shape;
}

const char *tp_layer_source_file(const tp_dataset *dataset, const tp_layer *layer, int64_t row) {
    int32_t source = layer->source != NULL ? layer->source[row] : -1;
    return source >= 0 && (size_t)source < dataset->n_sources ? dataset->sources[source].file : NULL;
}

bool tp_layer_source_fid(const tp_layer *layer, int64_t row, int64_t *fid) {
    *fid = layer->source_fid != NULL ? layer->source_fid[row] : -1;
    return *fid >= 0;
}

bool tp_layer_is_read(const tp_dataset *dataset, const tp_layer *layer) {
    for (size_t i = 0; i < dataset->n_sources; i++) {
        if (dataset->sources[i].layer != NULL && strcmp(dataset->sources[i].layer, layer->name) == 0) {
            return true;
        }
    }
    return false;
}

static tp_code declare(const tp_layer *layer, bool read, tp_record *record, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; code == TP_OK && i < layer->n_columns; i++) {
        code = tp_record_add_column(record, layer->columns[i], error);
    }
    if (code == TP_OK && read) {
        code = tp_record_add(record, "source_file", TP_TYPE_TEXT, NULL, NULL, error);
    }
    if (code == TP_OK && read) {
        code = tp_record_add(record, "source_fid", TP_TYPE_INT64, NULL, NULL, error);
    }
    return code;
}

/* What all threads read. */
typedef struct layer_rows {
    const tp_layer *layer;
    const tp_record *record; /* its fields */
    bool read;
} layer_rows;

typedef struct layer_writer {
    const layer_rows *shared;
    const tp_output *output;
    tp_record record;
} layer_writer;

static void stop_layer(void *worker) {
    layer_writer *writer = worker;
    tp_record_reset(&writer->record);
    free(writer);
}

static tp_code start_layer(const void *shared, const tp_output *output, void **worker, tp_error *error) {
    layer_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return tp_error_memory(error);
    }
    writer->shared = shared;
    writer->output = output;
    tp_code code = tp_record_fork(writer->shared->record, &writer->record, error);
    if (code != TP_OK) {
        stop_layer(writer);
        return code;
    }
    *worker = writer;
    return TP_OK;
}

static tp_code make_layer_row(void *worker, int64_t row, tp_error *error) {
    layer_writer *writer = worker;
    const tp_layer *layer = writer->shared->layer;
    tp_record *record = &writer->record;
    tp_record_start(record);
    for (size_t i = 0; i < layer->n_columns; i++) {
        tp_put_column(record, layer->columns[i], row);
    }
    if (writer->shared->read) {
        int64_t fid = 0;
        bool has_fid = tp_layer_source_fid(layer, row, &fid);
        tp_put_text(record, tp_layer_source_file(writer->output->dataset, layer, row));
        tp_put_int64(record, fid, has_fid);
    }
    tp_shape shape = tp_layer_shape(layer, row);
    return tp_output_row(writer->output, record, &shape, error);
}

static void fetch_layer(const void *shared, int64_t first, int64_t end) {
    const tp_layer *layer = ((const layer_rows *)shared)->layer;
    for (size_t i = 0; i < layer->n_columns; i++) {
        tp_near_column(layer->columns[i], first, end);
    }
}

static tp_code write_layer(const tp_output *output, const tp_layer *layer, tp_error *error) {
    tp_record record = {0};
    layer_rows shared = {.layer = layer, .record = &record, .read = tp_layer_is_read(output->dataset, layer)};
    tp_code code = declare(layer, shared.read, &record, error);
    if (code == TP_OK) {
        code = tp_output_begin(output, layer->name, layer->geometry, &record, error);
    }
    if (code == TP_OK) {
        tp_row_maker maker = {layer->name, &shared, start_layer, make_layer_row, stop_layer, fetch_layer};
        code = tp_output_items(output, &maker, layer->n_rows, error);
    }
    if (code == TP_OK) {
        code = tp_output_end(output, error);
    }
    tp_record_reset(&record);
    return code;
}

tp_code tp_write_layers(const tp_output *output, tp_error *error) {
    const tp_dataset *dataset = output->dataset;
    const tp_layer *prefectures = tp_dataset_layer(dataset, "prefectures");
    tp_code code = prefectures != NULL ? write_layer(output, prefectures, error) : TP_OK;
    for (size_t i = 0; code == TP_OK && i < dataset->n_layers; i++) {
        const tp_layer *layer = dataset->layers[i];
        if (layer != prefectures && strcmp(layer->name, "sites") != 0) {
            code = write_layer(output, layer, error);
        }
    }
    return code;
}
