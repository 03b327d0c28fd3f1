/** What stages share that work by road only and put what they find into a layer of its own. */
#ifndef TP_MEASURE_ADDED_LAYER_H
#define TP_MEASURE_ADDED_LAYER_H

#include "technopolis/stage.h"

/**
 * For a stage's check: that the run has a network and that no layer has the step's name yet, which is then that of the
 * new layer (its columns are what the stage adds).
 */
void tp_added_layer_check(const tp_step *step, tp_plan *plan, tp_geometry geometry, tp_faults *faults);

/** A layer without rows, its coordinates as those of all layers. */
TP_NODISCARD tp_code tp_added_layer_new(const tp_step *step, const tp_dataset *dataset, tp_geometry geometry,
                                        tp_layer **layer, tp_error *error);

/**
 * Appends n rows, which come from no file, and the columns of the stage for which a name without {} stands; `columns`
 * has room for all that the stage adds.
 */
TP_NODISCARD tp_code tp_added_layer_open(const tp_step *step, tp_layer *layer, int64_t n, tp_column **columns,
                                         tp_error *error);

/** A row of `layer` that does not join the network, as a line in `rejects`; `what` is what it has therefore not. */
TP_NODISCARD tp_code tp_reject_not_joined(tp_dataset *dataset, const tp_layer *layer, int64_t row, const char *what,
                                          tp_error *error);

#endif
