/** Outlines with fewer vertices for pictures and pages, on flat arrays. Never for measuring. */
#ifndef TP_SPACE_SIMPLIFY_H
#define TP_SPACE_SIMPLIFY_H

#include "technopolis/layer.h"

/**
 * Makes of lines or polygons (`closed`) in degrees a copy that departs from the original by at most `tolerance_deg` of
 * latitude (Douglas and Peucker 1973, doi:10.3138/FM57-6770-U75U-7727, on longitudes shrunk by the cosine of the
 * latitude). A vertex that two rows share is kept in both or in neither, so that common borders stay common: rings are
 * cut where borders meet, and each stretch is simplified the same way in either direction. Rings that shrink to nothing
 * are left out, but a row that had rings keeps its longest. `to` must be empty (`= {0}`); it has the rows of `from`.
 * Tolerance 0 copies. Time O(v log v) for v vertices, O(v squared) for spirals; memory O(v). TP_E_MACHINE: no memory.
 */
TP_NODISCARD tp_code tp_simplify(const tp_shapes *from, bool closed, double tolerance_deg, tp_shapes *to,
                                 tp_error *error);

#endif
