/**
 * One position a row of a layer, where a line can begin or end: a point itself; of a line the middle of its first part;
 * of a polygon its core where the layer has cores, else a point inside its largest part. NaN where a row has no geometry.
 */
#ifndef TP_WRITE_POSITION_H
#define TP_WRITE_POSITION_H

#include "technopolis/layer.h"

typedef struct tp_positions {
    const tp_layer *layer;
    const double *lon_deg, *lat_deg; /**< n_rows; NULL for a table */
    double *owned;
} tp_positions;

/** O(1) for points and tables, O(vertices) else (with a sort of the few crossings of one parallel a row). */
TP_NODISCARD tp_code tp_positions_new(const tp_layer *layer, tp_positions *positions, tp_error *error);
void tp_positions_reset(tp_positions *positions);

#endif
