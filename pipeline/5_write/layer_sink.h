/**
 * A sink that keeps in memory what is written to it, as layers: what reads them back later (the page) sees the same
 * layers, tables and columns that a file would hold.
 */
#ifndef TP_WRITE_LAYER_SINK_H
#define TP_WRITE_LAYER_SINK_H

#include "5_write/sink.h"

/** `wanted` says which layers are kept; the rows of others are dropped at once. */
TP_NODISCARD tp_code tp_layer_sink_new(bool (*wanted)(const char *layer), tp_sink **sink, tp_error *error);

/** The layers kept so far, in the order in which they were written. Borrowed from the sink. */
tp_layer *const *tp_layer_sink_layers(const tp_sink *sink, size_t *n);

#endif
