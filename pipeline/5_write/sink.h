/**
 * A sink: where layers and tables are written, whatever the format. begin layer, rows, end layer; then commit or abort.
 * Nothing appears under the final name before commit; abort (also called by free) leaves what was there untouched.
 */
#ifndef TP_WRITE_SINK_H
#define TP_WRITE_SINK_H

#include "technopolis/schema.h"

/** One cell handed to a sink; `type` must be the field's. A text is borrowed until the call returns. */
typedef struct tp_cell {
    bool missing;
    double f64;
    int64_t i64;
    const char *text; /**< also for a verdict column */
} tp_cell;

/** The geometry of a row, in longitude and latitude of the run's geographic CRS. */
typedef struct tp_shape {
    tp_geometry geometry;    /**< TP_GEOMETRY_NONE: no geometry */
    double lon_deg, lat_deg; /**< of a point */
    const tp_shapes *shapes; /**< of a line or polygon: row `row` */
    int64_t row;
} tp_shape;

/** What a layer is, for begin_layer. Texts are borrowed until end_layer. */
typedef struct tp_sink_layer {
    const char *name, *title, *description;
    tp_geometry geometry;
    const tp_field *fields;
    size_t n_fields;
} tp_sink_layer;

typedef struct tp_sink tp_sink;

/** Creates beside `path` (path + ".partial"); `geographic_crs` is that of the shapes, `output_crs` that of the file. */
TP_NODISCARD tp_code tp_sink_new(const char *path, const char *geographic_crs, const char *output_crs, tp_sink **sink,
                                 tp_error *error);
TP_NODISCARD tp_code tp_sink_begin_layer(tp_sink *sink, const tp_sink_layer *layer, tp_error *error);
TP_NODISCARD tp_code tp_sink_row(tp_sink *sink, const tp_cell *cells, const tp_shape *shape, tp_error *error);
TP_NODISCARD tp_code tp_sink_end_layer(tp_sink *sink, tp_error *error);
TP_NODISCARD tp_code tp_sink_commit(tp_sink *sink, tp_error *error);
void tp_sink_free(tp_sink *sink);

#endif
