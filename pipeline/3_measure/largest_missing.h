/** What a layer that is no complete one may leave out of the largest. */
#ifndef TP_MEASURE_LARGEST_MISSING_H
#define TP_MEASURE_LARGEST_MISSING_H

#include "technopolis/layer.h"

/**
 * A layer that holds all cities of 200,000 is no sample for one who has found a larger one: only smaller ones may be
 * missing. Gives the bound for the number in `column`, among the features with `where` (may be NULL): -infinity where
 * nothing is missing, infinity where anything may be.
 */
double tp_largest_missing_below(const tp_layer *layer, const char *where, const char *column);

#endif
