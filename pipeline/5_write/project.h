/** The vertices of a row's shape, brought from longitude and latitude into the output's CRS. */
#ifndef TP_WRITE_PROJECT_H
#define TP_WRITE_PROJECT_H

#include "5_write/sink.h"
#include "technopolis/crs.h"

/** Initialise with `= {0}`, then tp_projector_open; for one thread. */
typedef struct tp_projector {
    tp_transform *transform; /**< owned; NULL where both CRS are the same */
    double *x, *y;           /**< the n vertices of the current row, ring after ring, in the output's CRS */
    uint8_t *failed;
    int64_t n, capacity;
} tp_projector;

/** `geographic_crs` NULL: the shapes are in `output_crs` already. */
TP_NODISCARD tp_code tp_projector_open(tp_projector *projector, const char *geographic_crs, const char *output_crs,
                                       tp_error *error);
void tp_projector_reset(tp_projector *projector);

/**
 * Projects all vertices of `shape` (may be NULL) of a layer of `kind`; n is 0 where it has no geometry or no vertices.
 * `layer` and `row` are for messages. TP_E_INTERNAL for a coordinate that is not finite or a shape of another kind than
 * the layer's, TP_E_DATA for a position that the output's CRS cannot express. O(vertices).
 */
TP_NODISCARD tp_code tp_projector_take(tp_projector *projector, tp_geometry kind, const tp_shape *shape,
                                       const char *layer, int64_t row, tp_error *error);

#endif
