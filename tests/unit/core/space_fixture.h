/* What the tests of pipeline/core/space share: repeatable random numbers and small polygon layers. */
#ifndef TECHNOPOLIS_TESTS_SPACE_FIXTURE_H
#define TECHNOPOLIS_TESTS_SPACE_FIXTURE_H

#include "technopolis/layer.h"

#include <stdio.h>
#include <string.h>

static inline uint64_t next_random(uint64_t *state) { /* SplitMix64 */
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static inline double random_between(uint64_t *state, double low, double high) {
    return low + (high - low) * ((double)(next_random(state) >> 11) * 0x1p-53);
}

static inline tp_layer *new_polygons(void) {
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new("polygons", TP_GEOMETRY_POLYGON, &layer, NULL), TP_OK);
    assert_int_equal(tp_layer_add_column(layer, "id", TP_TYPE_TEXT, "", "test", &layer->id, NULL), TP_OK);
    return layer;
}

static inline void add_row(tp_layer *layer, const char *id) {
    assert_int_equal(tp_layer_add_rows(layer, 1, NULL), TP_OK);
    assert_int_equal(tp_column_set_text(layer->id, layer->n_rows - 1, id, strlen(id), NULL), TP_OK);
    assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
}

static inline void add_part(tp_layer *layer) {
    assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
}

static inline void add_ring(tp_layer *layer, const double *x, const double *y, int64_t n) {
    assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, n, NULL), TP_OK);
}

/* An axis-parallel rectangle as a ring of the last part. */
static inline void add_box(tp_layer *layer, double west, double south, double east, double north) {
    const double x[] = {west, east, east, west, west}, y[] = {south, south, north, north, south};
    add_ring(layer, x, y, 5);
}

/* A row of one rectangle. */
static inline void add_box_row(tp_layer *layer, const char *id, double west, double south, double east, double north) {
    add_row(layer, id);
    add_part(layer);
    add_box(layer, west, south, east, north);
}

#endif
