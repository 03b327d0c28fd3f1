/*
 * The sink that writes a GeoPackage by itself. GDAL makes the empty file with its tables and the CRS; rows are
 * copied into batches for the writer's thread, boxes are kept for the spatial index, which is packed at a layer's end.
 */
#include "5_write/gdal_listener.h"
#include "5_write/gpkg_about.h"
#include "5_write/gpkg_blob.h"
#include "5_write/gpkg_file.h"
#include "5_write/gpkg_writer.h"
#include "5_write/output_file.h"

#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 1 << 20 };

/* Rows on their way: those of one thread, or those that are written one after the other. */
struct tp_sink_part {
    const tp_sink_layer *head; /* of the layer that is open */
    int32_t srs_id;
    int64_t n_before; /* rows of the layer before these, for messages; 0 where that is not known */
    tp_projector projector;
    tp_row_batch batch;
    tp_gpkg_extent extent;
    tp_rtree_box *boxes; /* numbered from 1 */
    int64_t n_boxes, capacity;
    const tp_sink_layer *beside;
    tp_row_batch beside_batch;
};

typedef struct gpkg_sink {
    tp_sink sink;
    tp_output_file output;
    char *geographic_crs, *output_crs;
    tp_gpkg_writer *writer;
    bool in_layer, has_beside, spoiled;
    tp_sink_layer head, beside;
    int64_t n_beside;  /* rows of the table beside the layer that were handed over */
    tp_sink_part rows; /* of tp_sink_row */
    tp_gpkg_extent extent;
    tp_rtree_box *boxes;
    int64_t n_boxes, capacity;
    tp_gpkg_about about;
} gpkg_sink;

static const tp_gpkg_extent NO_EXTENT = {.min_x = INFINITY, .min_y = INFINITY, .max_x = -INFINITY, .max_y = -INFINITY};

static tp_code begin_layer(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (sink->in_layer || sink->writer == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' is begun before layer '%s' has ended", head->name,
                            sink->head.name != NULL ? sink->head.name : "?");
    }
    sink->head = *head;
    sink->in_layer = true;
    sink->extent = sink->rows.extent = NO_EXTENT;
    sink->rows.n_before = 0;
    tp_code code = tp_gpkg_about_layer(&sink->about, head, error);
    if (code == TP_OK) {
        code = tp_gpkg_writer_begin(sink->writer, false, head, error);
    }
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code begin_beside(tp_sink *base, const tp_sink_layer *head, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    bool empty = sink->extent.n_rows == 0 && sink->rows.extent.n_rows == 0;
    if (!sink->in_layer || sink->spoiled || sink->has_beside || !empty || head->geometry != TP_GEOMETRY_NONE) {
        return tp_error_set(error, TP_E_INTERNAL, "table '%s' is begun beside no layer", head->name);
    }
    sink->beside = *head;
    sink->has_beside = true;
    sink->n_beside = 0;
    tp_code code = tp_gpkg_about_layer(&sink->about, head, error);
    if (code == TP_OK) {
        code = tp_gpkg_writer_begin(sink->writer, true, head, error);
    }
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

/* Room for n more boxes. */
static tp_code reserve_boxes(tp_rtree_box **boxes, int64_t n_boxes, int64_t n, int64_t *capacity, tp_error *error) {
    if (n_boxes + n <= *capacity) {
        return TP_OK;
    }
    int64_t wanted = *capacity == 0 ? 1024 : 2 * *capacity;
    wanted = wanted < n_boxes + n ? n_boxes + n : wanted;
    tp_rtree_box *grown = realloc(*boxes, (size_t)wanted * sizeof *grown);
    if (grown == NULL) {
        return tp_error_memory(error);
    }
    *boxes = grown;
    *capacity = wanted;
    return TP_OK;
}

/* Widens by another extent, and adds its rows. */
static void widen(tp_gpkg_extent *extent, const tp_gpkg_extent *by) {
    extent->n_rows += by->n_rows;
    extent->has_box = extent->has_box || by->has_box;
    extent->min_x = fmin(extent->min_x, by->min_x);
    extent->max_x = fmax(extent->max_x, by->max_x);
    extent->min_y = fmin(extent->min_y, by->min_y);
    extent->max_y = fmax(extent->max_y, by->max_y);
}

/* The envelope of the row, which widens the part's. */
static void measure(tp_sink_part *part, double envelope[4]) {
    const tp_projector *at = &part->projector;
    envelope[0] = envelope[1] = at->x[0];
    envelope[2] = envelope[3] = at->y[0];
    for (int64_t i = 1; i < at->n; i++) {
        envelope[0] = at->x[i] < envelope[0] ? at->x[i] : envelope[0];
        envelope[1] = at->x[i] > envelope[1] ? at->x[i] : envelope[1];
        envelope[2] = at->y[i] < envelope[2] ? at->y[i] : envelope[2];
        envelope[3] = at->y[i] > envelope[3] ? at->y[i] : envelope[3];
    }
    widen(&part->extent,
          &(tp_gpkg_extent){
              .has_box = true, .min_x = envelope[0], .max_x = envelope[1], .min_y = envelope[2], .max_y = envelope[3]});
}

static int64_t number_of(const tp_sink_part *part) {
    return part->n_before + part->extent.n_rows;
}

/* Says which number it is that SQLite would take but no reader of the file should meet. */
static void tell_number(const tp_sink_layer *head, int64_t row, const tp_cell *cells, tp_error *error) {
    for (size_t i = 0; i < head->n_fields; i++) {
        const tp_field *field = &head->fields[i];
        if (field->type == TP_TYPE_DOUBLE && !cells[i].missing && !isfinite(cells[i].f64)) {
            (void)!tp_error_set(error, TP_E_INTERNAL, "layer '%s' column '%s' row %lld: %f is not a finite number",
                                head->name, field->name, (long long)row, cells[i].f64);
            return;
        }
    }
}

static tp_code add_shaped_row(tp_sink_part *part, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    const tp_sink_layer *head = part->head;
    tp_projector *at = &part->projector;
    tp_code code = tp_projector_take(at, head->geometry, shape, head->name, number_of(part), error);
    if (code == TP_OK) {
        code = reserve_boxes(&part->boxes, part->n_boxes, 1, &part->capacity, error);
    }
    if (code != TP_OK) {
        return code;
    }
    const tp_shapes *shapes = at->n > 0 ? shape->shapes : NULL;
    int64_t row = shapes != NULL ? shape->row : 0;
    tp_row_blob blob = {.size = at->n > 0 ? tp_gpkg_blob_size(head->geometry, at, shapes, row) : 0};
    code = tp_row_batch_add(&part->batch, &blob, head->fields, cells, head->n_fields, error);
    if (code == TP_OK && blob.size > 0) {
        double envelope[4];
        measure(part, envelope);
        tp_gpkg_blob_write(head->geometry, at, shapes, row, part->srs_id, envelope, blob.room);
        part->boxes[part->n_boxes++] = tp_rtree_box_of(part->extent.n_rows + 1, at->x, at->y, at->n);
    }
    return code;
}

static tp_code add_row(tp_sink_part *part, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    const tp_sink_layer *head = part->head;
    tp_code code = head->geometry == TP_GEOMETRY_NONE
                       ? tp_row_batch_add(&part->batch, NULL, head->fields, cells, head->n_fields, error)
                       : add_shaped_row(part, cells, shape, error);
    if (code == TP_E_INTERNAL) {
        tell_number(head, number_of(part), cells, error);
    }
    part->extent.n_rows++;
    return code;
}

static tp_code add_beside_row(tp_sink_part *part, const tp_cell *cells, tp_error *error) {
    const tp_sink_layer *head = part->beside;
    tp_code code = tp_row_batch_add(&part->beside_batch, NULL, head->fields, cells, head->n_fields, error);
    if (code == TP_E_INTERNAL) {
        tell_number(head, part->beside_batch.n_rows, cells, error);
    }
    return code;
}

/* Rows and boxes go over to the layer, numbered on. */
static tp_code take(gpkg_sink *sink, tp_sink_part *part, tp_error *error) {
    tp_code code = reserve_boxes(&sink->boxes, sink->n_boxes, part->n_boxes, &sink->capacity, error);
    for (int64_t i = 0; code == TP_OK && i < part->n_boxes; i++) {
        sink->boxes[sink->n_boxes] = part->boxes[i];
        sink->boxes[sink->n_boxes++].id += sink->extent.n_rows;
    }
    if (code == TP_OK) {
        widen(&sink->extent, &part->extent);
        code = part->batch.n_rows > 0 ? tp_gpkg_writer_rows(sink->writer, false, &part->batch, error) : TP_OK;
    }
    if (code == TP_OK && part->beside_batch.n_rows > 0) {
        sink->n_beside += part->beside_batch.n_rows;
        code = tp_gpkg_writer_rows(sink->writer, true, &part->beside_batch, error);
    }
    part->extent = NO_EXTENT;
    part->n_boxes = 0;
    return code;
}

static tp_code write_row(tp_sink *base, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->in_layer || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a layer");
    }
    tp_code code = add_row(&sink->rows, cells, shape, error);
    if (code == TP_OK && sink->rows.batch.size + sink->rows.beside_batch.size >= BATCH_BYTES) {
        code = take(sink, &sink->rows, error);
        sink->rows.n_before = sink->extent.n_rows;
    }
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code write_beside_row(tp_sink *base, const tp_cell *cells, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->has_beside || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a row is written outside of a table");
    }
    tp_code code = add_beside_row(&sink->rows, cells, error);
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

static tp_code end_layer(tp_sink *base, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->in_layer || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "a layer is ended that was not begun");
    }
    tp_code code = take(sink, &sink->rows, error);
    if (code == TP_OK) {
        code = tp_gpkg_writer_end(sink->writer, &sink->head, &sink->extent, sink->boxes, sink->n_boxes, error);
        sink->boxes = NULL;
        sink->n_boxes = sink->capacity = 0;
    }
    sink->in_layer = sink->has_beside;
    sink->has_beside = false;
    sink->head = sink->in_layer ? sink->beside : (tp_sink_layer){0};
    sink->extent = NO_EXTENT;
    sink->extent.n_rows = sink->rows.n_before = sink->in_layer ? sink->n_beside : 0;
    sink->spoiled = sink->spoiled || code != TP_OK;
    return code;
}

/* ---- parts ---- */

static tp_code open_part(const gpkg_sink *sink, tp_sink_part *part, tp_error *error) {
    *part = (tp_sink_part){
        .head = &sink->head, .beside = &sink->beside, .srs_id = tp_gpkg_writer_srs(sink->writer), .extent = NO_EXTENT};
    return tp_projector_open(&part->projector, sink->geographic_crs, sink->output_crs, error);
}

static void reset_part(tp_sink_part *part) {
    tp_projector_reset(&part->projector);
    tp_row_batch_reset(&part->batch);
    tp_row_batch_reset(&part->beside_batch);
    free(part->boxes);
}

static void free_part(tp_sink_part *part) {
    reset_part(part);
    free(part);
}

static tp_code new_part(tp_sink *base, tp_sink_part **out, tp_error *error) {
    tp_sink_part *part = calloc(1, sizeof *part);
    tp_code code = part == NULL ? tp_error_memory(error) : open_part((gpkg_sink *)base, part, error);
    if (code != TP_OK && part != NULL) {
        free_part(part);
        part = NULL;
    }
    *out = part;
    return code;
}

static tp_code take_part(tp_sink *base, tp_sink_part *part, tp_error *error) {
    gpkg_sink *sink = (gpkg_sink *)base;
    if (!sink->in_layer || sink->spoiled) {
        return tp_error_set(error, TP_E_INTERNAL, "rows are handed over outside of a layer");
    }
    bool waits = sink->rows.extent.n_rows > 0 || sink->rows.beside_batch.n_rows > 0;
    tp_code code = waits ? take(sink, &sink->rows, error) : TP_OK;
    if (code == TP_OK) {
        code = take(sink, part, error);
    }
    sink->rows.n_before = sink->extent.n_rows;
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
    if (code == TP_OK) {
        code = tp_gpkg_about_write(&sink->about, sink->output.partial, sink->output.path, error);
    }
    if (code == TP_OK && !tp_gpkg_is_whole(sink->output.fd)) {
        code = tp_error_set(error, TP_E_MACHINE, "'%s' cannot be written: it was cut short", sink->output.path);
    }
    return code == TP_OK ? tp_output_file_commit(&sink->output, error) : code;
}

static tp_code describe(tp_sink *base, const char *metadata, tp_error *error) {
    return tp_gpkg_about_all(&((gpkg_sink *)base)->about, metadata, error);
}

static void free_sink(tp_sink *base) {
    gpkg_sink *sink = (gpkg_sink *)base;
    tp_gpkg_about_reset(&sink->about);
    tp_gpkg_writer_free(sink->writer);
    reset_part(&sink->rows);
    free(sink->boxes);
    free(sink->geographic_crs);
    free(sink->output_crs);
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
    static const tp_sink_kind kind = {.begin_layer = begin_layer,
                                      .row = write_row,
                                      .end_layer = end_layer,
                                      .commit = commit,
                                      .free = free_sink,
                                      .describe = describe,
                                      .part_new = new_part,
                                      .part_row = add_row,
                                      .part_take = take_part,
                                      .part_free = free_part,
                                      .beside_begin = begin_beside,
                                      .beside_row = write_beside_row,
                                      .part_beside_row = add_beside_row};
    *out = NULL;
    gpkg_sink *sink = calloc(1, sizeof *sink);
    if (sink == NULL) {
        return tp_error_memory(error);
    }
    sink->sink.kind = &kind;
    sink->output = (tp_output_file){.fd = -1, .folder_fd = -1, .made = -1};
    sink->geographic_crs = geographic_crs != NULL ? tp_text_copy(geographic_crs) : NULL;
    sink->output_crs = tp_text_copy(output_crs);
    bool there = sink->output_crs != NULL && (sink->geographic_crs != NULL) == (geographic_crs != NULL);
    tp_code code = there ? TP_OK : tp_error_memory(error);
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
    if (code == TP_OK) {
        code = open_part(sink, &sink->rows, error);
    }
    if (code != TP_OK) {
        free_sink(&sink->sink);
        return code;
    }
    *out = &sink->sink;
    return TP_OK;
}
