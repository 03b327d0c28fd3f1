/* What all formats share. See sink.h. */
#include "5_write/sink.h"

tp_code tp_sink_begin_layer(tp_sink *sink, const tp_sink_layer *layer, tp_error *error) {
    return sink->kind->begin_layer(sink, layer, error);
}

tp_code tp_sink_row(tp_sink *sink, const tp_cell *cells, const tp_shape *shape, tp_error *error) {
    return sink->kind->row(sink, cells, shape, error);
}

tp_code tp_sink_end_layer(tp_sink *sink, tp_error *error) {
    return sink->kind->end_layer(sink, error);
}

tp_code tp_sink_part_new(tp_sink *sink, tp_sink_part **part, tp_error *error) {
    *part = NULL;
    return sink->kind->part_new != NULL ? sink->kind->part_new(sink, part, error) : TP_OK;
}

void tp_sink_part_free(tp_sink *sink, tp_sink_part *part) {
    if (part != NULL) {
        sink->kind->part_free(part);
    }
}

tp_code tp_sink_part_row(tp_sink *sink, tp_sink_part *part, const tp_cell *cells, const tp_shape *shape,
                         tp_error *error) {
    return sink->kind->part_row(part, cells, shape, error);
}

tp_code tp_sink_part_take(tp_sink *sink, tp_sink_part *part, tp_error *error) {
    return sink->kind->part_take(sink, part, error);
}

bool tp_sink_has_beside(const tp_sink *sink) {
    return sink->kind->beside_begin != NULL;
}

tp_code tp_sink_beside_begin(tp_sink *sink, const tp_sink_layer *table, tp_error *error) {
    return sink->kind->beside_begin(sink, table, error);
}

tp_code tp_sink_beside_row(tp_sink *sink, tp_sink_part *part, const tp_cell *cells, tp_error *error) {
    return part != NULL ? sink->kind->part_beside_row(part, cells, error) : sink->kind->beside_row(sink, cells, error);
}

tp_code tp_sink_describe(tp_sink *sink, const char *metadata, tp_error *error) {
    return sink->kind->describe == NULL ? TP_OK : sink->kind->describe(sink, metadata, error);
}

tp_code tp_sink_commit(tp_sink *sink, tp_error *error) {
    return sink->kind->commit(sink, error);
}

void tp_sink_free(tp_sink *sink) {
    if (sink != NULL) {
        sink->kind->free(sink);
    }
}
