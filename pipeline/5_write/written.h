/** What has been written to an output so far: its layers and columns, for what is said about them at the end. */
#ifndef TP_WRITE_WRITTEN_H
#define TP_WRITE_WRITTEN_H

#include "5_write/sink.h"

typedef struct tp_written_layer {
    char *name;
    tp_geometry geometry;
    char **columns; /**< n_columns names */
    char **titles;  /**< n_columns: what each is called for a reader, or NULL */
    size_t n_columns;
} tp_written_layer;

/** Initialise with `= {0}`. */
typedef struct tp_written {
    tp_written_layer *layers;
    size_t n;
} tp_written;

TP_NODISCARD tp_code tp_written_add(tp_written *written, const tp_sink_layer *layer, tp_error *error);
bool tp_written_has(const tp_written_layer *layer, const char *column);
void tp_written_reset(tp_written *written);

/** The time that a file is said to be of: OGR_CURRENT_DATE where it is set, else now; ISO 8601 with T and Z. */
enum { TP_MOMENT_SIZE = 40 };
const char *tp_written_moment(char moment[TP_MOMENT_SIZE]);

#endif
