/** How well two groupings of the same things agree. */
#ifndef TECHNOPOLIS_PARTITION_H
#define TECHNOPOLIS_PARTITION_H

#include "technopolis/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The adjusted Rand index of two labellings of n things (L. Hubert and P. Arabie, "Comparing partitions", Journal of
 * Classification 2, 1985): 1 for the same partition, about 0 for unrelated ones, below 0 for less agreement than chance
 * gives. Labels are any numbers and stand for themselves: give "none" a number of its own. 1 where both have one class
 * only or both put each thing alone; NaN for fewer than two things. O(n log n), TP_E_MACHINE without memory.
 */
TP_NODISCARD tp_code tp_adjusted_rand(const int32_t *a, const int32_t *b, int64_t n, double *index, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
