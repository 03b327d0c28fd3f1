/** The order of points along a Hilbert curve, so that what is near on the ground is near in memory and in a file. */
#ifndef TP_HILBERT_H
#define TP_HILBERT_H

#include "technopolis/error.h"

#include <stdint.h>

/**
 * order[i] = the point that comes as number i along a Hilbert curve over the points' bounding box (2^22 cells a side;
 * points of one cell keep their order). A point that is not finite counts as one in the first cell. O(n), in parallel.
 */
TP_NODISCARD tp_code tp_hilbert_order(const double *lon_deg, const double *lat_deg, int64_t n, uint32_t *order,
                                      tp_error *error);

#endif
