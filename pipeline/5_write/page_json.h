/** Pieces of the page's data as JSON. All append; lack of memory shows in the text's `lost`. */
#ifndef TP_WRITE_PAGE_JSON_H
#define TP_WRITE_PAGE_JSON_H

#include "technopolis/layer.h"
#include "technopolis/text.h"

/** A string; `<`, `>`, `&` and whatever could end a script element is written as \u00xx, bad UTF-8 as U+FFFD. */
void tp_json_text(tp_text *json, const char *text);

/** Enough digits to give the same double back, but at most `digits` where that is not 0. */
void tp_json_number(tp_text *json, double value, int digits);

/**
 * The first `n` rows of a column: an array, null where missing. Texts that repeat themselves as
 * `{"t": [different texts], "i": [index or -1, …]}`. Numbers as tp_json_number. TP_E_MACHINE: no memory.
 */
TP_NODISCARD tp_code tp_json_column(tp_text *json, const tp_column *column, int64_t n, int digits, tp_error *error);

/**
 * The texts of a column that occur most often, as `[["text", how often], …]`, at most `most` of them; ties to the
 * smaller text. TP_E_MACHINE: no memory.
 */
TP_NODISCARD tp_code tp_json_frequent(tp_text *json, const tp_column *column, int64_t most, tp_error *error);

/** page_shapes.c: `"points": [lon, lat, …]` in 1e-5 degrees, each pair as the difference from the one before. */
void tp_json_points(tp_text *json, const double *lon_deg, const double *lat_deg, int64_t n);

/**
 * page_shapes.c: `"rings": [[[lon, lat, …], …], …]`, a row's rings or lines in 1e-4 degrees, each vertex as the
 * difference from the one before, the first from 0; simplified until `vertices_max` are left. Shared borders stay
 * shared. Rings are open: the first vertex is not repeated.
 */
TP_NODISCARD tp_code tp_json_rings(tp_text *json, const tp_layer *layer, int64_t vertices_max, tp_error *error);

/**
 * page_shapes.c: `"grid": {"lon", "lat", "width", "height", "cells": [column, row, …]}` (degrees, differences) for
 * a layer of rectangles of one size in degrees. False (and nothing appended) when the layer is not one.
 */
bool tp_json_grid(tp_text *json, const tp_layer *layer);

#endif
