/*
 * The sink that writes a GeoPackage by itself. GDAL makes the empty file with its tables and the CRS; rows are
 * copied into batches for the writer's thread, boxes are kept for the spatial index, which is packed at a layer's end.
 */
#include "5_write/gdal_listener.h"
#include "5_write/gpkg_blob.h"
#include "5_write/gpkg_file.h"
#include "5_write/gpkg_writer.h"
#include "5_write/output_file.h"

#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1 << 20 };

typedef struct gpkg_sink {
    tp_sink sink;
    tp_output_file output;
    tp_projector projector;
    tp_gpkg_writer *writer;
    bool in_layer, spoiled;
    tp_sink_layer head;
    tp_row_batch batch;
    tp_gpkg_extent extent;
    tp_rtree_box *boxes;
    int64_t n_boxes, capacity;
} gpkg_sink;

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (sink->in_layer || sink->writer == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' is begun before layer '%s' has ended", head->name,
                            sink->head.name != NULL ? sink->head.name : "?");
    }
    sink->head = *head;
    sink->in_layer = true;
    sink->extent = (tp_gpkg_extent){.min_x = INFINITY, .min_y = INFINITY, .max_x = -INFINITY, .max_y = -INFINITY};
    tp_code code = tp_gpkg_writer_begin(sink->writer, head, error);
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code add_box(gpkg_sink *sink, tp_error *error) {
    const tp_projector *at = &sink->projector;
    if (sink->n_boxes == sink->capacity) {
        int64_t capacity = sink->capacity == 0 ? 1024 : 2 * sink->capacity;
        tp_rtree_box *boxes = realloc(sink->boxes, (size_t)capacity * sizeof *boxes);
        if (boxes == NULL) {
            return tp_error_memory(error);
        }
        sink->boxes = boxes;
        sink->capacity = capacity;
    }
    sink->boxes[sink->n_boxes++] = tp_rtree_box_of(sink->extent.n_rows + 1, at->x, at->y, at->n);
    return TP_OK;
}

/* The envelope of the row, which widens the layer's. */
static void measure(gpkg_sink *sink, double envelope[4]) {
    const tp_projector *at = &sink->projector;
    envelope[0] = envelope[1] = at->x[0];
    envelope[2] = envelope[3] = at->y[0];
    for (int64_t i = 1; i < at->n; i++) {
        envelope[0] = at->x[i] < envelope[0] ? at->x[i] : envelope[0];
        envelope[1] = at->x[i] > envelope[1] ? at->x[i] : envelope[1];
        envelope[2] = at->y[i] < envelope[2] ? at->y[i] : envelope[2];
        envelope[3] = at->y[i] > envelope[3] ? at->y[i] : envelope[3];
    }
    tp_gpkg_extent *extent = &sink->extent;
    extent->has_box = true;
    extent->min_x = fmin(extent->min_x, envelope[0]);
    extent->max_x = fmax(extent->max_x, envelope[1]);
    extent->min_y = fmin(extent->min_y, envelope[2]);
    extent->max_y = fmax(extent->max_y, envelope[3]);
}

/* Numbers that SQLite would take but no reader of the file should meet. */
static tp_code check_cells(const gpkg_sink *sink, const tp_cell *cells, tp_error *error) {
    for (size_t i = 0; i < sink->head.n_fields; i++) {
        const tp_field *field = &sink->head.fields[i];
        if (field->type == TP_TYPE_DOUBLE && !cells[i].missing && !isfinite(cells[i].f64)) {
            return tp_error_set(error, TP_E_INTERNAL, "layer '%s' column '%s' row %lld: %f is not a finite number",
                                sink->head.name, field->name, (long long)sink->extent.n_rows, cells[i].f64);
        }
    }
    return TP_OK;
}

static tp_code add_row(gpkg_sink *sink, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    const tp_sink_layer *head = &sink->head;
    tp_projector *at = &sink->projector;
    tp_code code = check_cells(sink, cells, error);
    if (code != TP_OK || head->geometry == TP_GEOMETRY_NONE) {
        return code == TP_OK ? tp_row_batch_add(&sink->batch, NULL, head->fields, cells, head->n_fields, error) : code;
    }
    code = tp_projector_take(at, head->geometry, shape, head->name, sink->extent.n_rows, error);
    if (code != TP_OK) {
        return code;
    }
    const tp_shapes *shapes = at->n > 0 ? shape->shapes : NULL;
    int64_t row = shapes != NULL ? shape->row : 0;
    tp_row_blob blob = {.size = at->n > 0 ? tp_gpkg_blob_size(head->geometry, at, shapes, row) : 0};
    code = tp_row_batch_add(&sink->batch, &blob, head->fields, cells, head->n_fields, error);
    if (code == TP_OK && blob.size > 0) {
        double envelope[4];
        measure(sink, envelope);
        tp_gpkg_blob_write(head->geometry, at, shapes, row, tp_gpkg_writer_srs(sink->writer), envelope, blob.room);
        code = add_box(sink, error);
    }
    return code;
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->in_layer || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a layer");
    }
    tp_code code = add_row(sink, cells, shape, error);
    sink->extent.n_rows++;
    if (code == TP_OK && sink->batch.size >= BATCH_BYTES) {
        code = tp_gpkg_writer_rows(sink->writer, &sink->batch, error);
    }
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->in_layer || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a layer is ended that was not begun");
    }
    tp_code code = sink->batch.n_rows > 0 ? tp_gpkg_writer_rows(sink->writer, &sink->batch, error) : TP_OK;
    if (code == TP_OK) {
        code = tp_gpkg_writer_end(sink->writer, &sink->head, &sink->extent, sink->boxes, sink->n_boxes, error);
        sink->boxes = NULL;
        sink->n_boxes = sink->capacity = 0;
    }
    sink->in_layer = false;
    sink->head = (tp_sink_layer){0};
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code commit(tp_sink *base, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (sink->spoiled || sink->in_layer || sink->writer == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "'%s' is committed before it is complete", sink->output.path);
    }
    tp_code code = tp_gpkg_writer_close(sink->writer, error);
    sink->spoiled = true;
    if (code == TP_OK && !tp_gpkg_is_whole(sink->output.fd)) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: it was cut short", sink->output.path);
    }
    return code == TP_OK ? tp_output_file_commit(&sink->output, error) : code;
}

static void free_sink(tp_sink *base) {
    gpkg_sink *sink = (gpkg_sink *)base;
    tp_gpkg_writer_free(sink->writer);
    tp_projector_reset(&sink->projector);
    tp_row_batch_reset(&sink->batch);
    free(sink->boxes);
    tp_output_file_reset(&sink->output);
    free(sink);
}

/* A file with one empty layer, from which the writer takes what GDAL knows: the tables, the CRS, the time. */
static tp_code make_template(const tp_output_file *output, const char *output_crs, tp_error *error) {
    OGRSpatialReferenceH srs = NULL;
    tp_code code = tp_gpkg_srs_new(output_crs, &srs, error);
    if (code != TP_OK) {
        OSRDestroySpatialReference(srs);
        return code;
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    GDALDatasetH dataset = tp_gpkg_create(output->partial);
    OGRLayerH layer = dataset == NULL ? NULL : GDALDatasetCreateLayer(dataset, TP_GPKG_TEMPLATE, srs, wkbPoint, NULL);
    if (dataset != NULL) {
        GDALClose(dataset);
    }
    tp_gdal_listener_end();
    OSRDestroySpatialReference(srs);
    if (layer == NULL || listener.failed) {
        return tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: %s", output->path,
                            listener.failed ? listener.message : "GDAL gives no reason");
    }
    return TP_OK;
}

tp_code tp_sink_new_gpkg(const char *path, const char *geographic_crs, const char *output_crs, tp_sink **out,
                         tp_error *error) {
    static const tp_sink_kind kind = {begin_layer, write_row, end_layer, commit, free_sink};
    *out = NULL;
    gpkg_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        return tp_error_memory(error);
    }
    sink->sink.kind = &kind;
    sink->output = (tp_output_file){.fd = -1, .folder_fd = -1, .made = -1};
    tp_code code = tp_projector_open(&sink->projector, geographic_crs, output_crs, error);
    if (code == TP_OK) {
        code = tp_output_file_start(&sink->output, path, error);
    }
    if (code == TP_OK) {
        code = make_template(&sink->output, output_crs, error);
    }
    if (code == TP_OK) {
        code = tp_output_file_hold(&sink->output, error);
    }
    if (code == TP_OK) {
        code = tp_gpkg_writer_new(sink->output.partial, sink->output.path, sink->output.fd, &sink->writer, error);
    }
    if (code != TP_OK) {
        free_sink(&sink->sink);
        return code;
    }
    *out = &sink->sink;
    return TP_OK;
}
