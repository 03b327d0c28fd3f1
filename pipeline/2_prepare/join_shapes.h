/** The geometries of several rows as one: what dissolving by id and merging by place share. */
#ifndef TP_PREPARE_JOIN_SHAPES_H
#define TP_PREPARE_JOIN_SHAPES_H

#include "core/space/geos_union.h"

/**
 * Adds a row to `joined`: the union of the polygons of rows[0 … n - 1], n >= 1, or all parts of their lines. TP_E_DATA,
 * with the layer and the first row's id, where GEOS cannot join them. One `geos` a thread. O(v log v) for v vertices.
 */
TP_NODISCARD tp_code tp_join_shapes(tp_geos *geos, const tp_layer *layer, const int64_t *rows, int64_t n,
                                    tp_shapes *joined, tp_error *error);

#endif
