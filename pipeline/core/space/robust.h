/** Robust orientation: the exact sign of an area, whatever the rounding. */
#ifndef TECHNOPOLIS_CORE_SPACE_ROBUST_H
#define TECHNOPOLIS_CORE_SPACE_ROBUST_H

#include <stdbool.h>

/**
 * +1 when p lies to the left of the directed line from a to b, -1 to its right, 0 exactly on it (or when a = b).
 * Exact for finite coordinates whose products neither overflow nor underflow (any between 1e-140 and 1e140, and 0).
 */
int tp_orient(double ax, double ay, double bx, double by, double px, double py);

/** True when the segments ab and cd share at least one point. Exact as tp_orient is; a segment may be a point. */
bool tp_segments_meet(const double a[2], const double b[2], const double c[2], const double d[2]);

#endif
