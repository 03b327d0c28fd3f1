/** Which rows of a layer have the same id. */
#ifndef TP_PREPARE_GROUPS_H
#define TP_PREPARE_GROUPS_H

#include "technopolis/layer.h"

/**
 * For each row the first row with the same id (itself where it is the first), in an array that the caller frees.
 * O(rows) on the average, by hashing.
 */
TP_NODISCARD tp_code tp_groups_find(const tp_layer *layer, int64_t **first, tp_error *error);

#endif
