/** The union of polygons that mostly lie apart, as those of islands do. */
#ifndef TP_CORE_GEOS_UNION_H
#define TP_CORE_GEOS_UNION_H

#include "core/space/geos_polygons.h"

/**
 * Adds the union of the polygons of rows[0..n) to the last row of `joined`. Polygons that no other touches are taken over
 * as they are: only what hangs together goes through GEOS's union, whose cost grows with all that it is given.
 * O(v log v) for v vertices where few touch.
 */
TP_NODISCARD tp_code tp_geos_union(tp_geos *geos, const tp_shapes *shapes, const int64_t *rows, int64_t n,
                                   tp_shapes *joined, tp_error *error);

#endif
