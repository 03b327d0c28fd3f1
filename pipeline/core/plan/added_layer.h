/** What stages share that put what they find into a layer of its own. */
#ifndef TP_ADDED_LAYER_H
#define TP_ADDED_LAYER_H

#include "technopolis/stage.h"

/**
 * For a stage's check: that no layer has the step's name yet, which is then that of the new layer (its columns are what
 * the stage adds).
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

/* ---- stages that add several layers ---- */

/** For a stage's check: that no layer has the name which the setting `key` gives to a new one yet. */
void tp_added_layer_check_as(const tp_step *step, tp_plan *plan, const char *key, const char *name,
                             tp_geometry geometry, tp_faults *faults);

/**
 * A new layer `name` with n rows, which come from no file, and the columns of those lines of the stage's `adds` whose
 * layer reads `pattern` (such as "{members}") and whose name has no {}, in their order; `columns` has room for them. The first is the id.
 */
TP_NODISCARD tp_code tp_added_layer_make(const tp_step *step, const tp_dataset *dataset, const char *pattern,
                                         const char *name, tp_geometry geometry, int64_t n, tp_layer **layer,
                                         tp_column **columns, tp_error *error);

/** Sets a text; NULL leaves the cell missing. */
TP_NODISCARD tp_code tp_added_text(tp_column *column, int64_t row, const char *text, tp_error *error);

#endif
