/**
 * Measuring again under other assumptions: the measures of a profile on other rows, faster roads, changed settings.
 *
 * A scene is a dataset of its own that borrows the layers of the real one. What stages add to it (measures, rejects)
 * stays in it and goes with it; the real dataset is not changed, except that the joins of its layers may be remembered.
 */
#ifndef TP_PLAN_REMEASURE_H
#define TP_PLAN_REMEASURE_H

#include "technopolis/stage.h"
#include "technopolis/transport.h"

typedef struct tp_scene {
    tp_dataset *dataset;     /**< what the stages work on */
    tp_layer *sites;         /**< owned; NULL: the rows are those of the real dataset */
    tp_transport *transport; /**< owned, but borrows all except its joins (and `scaled`); NULL: the real one or none */
    tp_network *scaled;      /**< owned; NULL: the real one */
    double speed_factor;
} tp_scene;

/**
 * A scene of `dataset` in which roads, the ways between places and roads, and straight lines are `speed_factor` (> 0)
 * times as fast; rail, ferries and flights are as they were. `sites` (taken, also on failure; NULL: the same rows)
 * stands in the place of the layer `sites`. `dataset` must outlive it. O(edges) where the factor is not 1.
 */
TP_NODISCARD tp_code tp_scene_new(tp_dataset *dataset, tp_layer *sites, double speed_factor, tp_scene **scene,
                                  tp_error *error);
void tp_scene_free(tp_scene *scene);

/** One setting with another value: a quantity (in its base unit), a number, a whole number, or a condition. */
typedef struct tp_setting_change {
    const char *key;
    double number;
    const char *condition; /**< of a condition; borrowed for the call (and by the measure's evidence) */
} tp_setting_change;

/**
 * Works a measure stage for the scene's rows: `kind` with `settings` as in a profile, `change` (NULL: none) applied. The
 * measure is called `name`; where one of that name has been worked in the scene already, it is that one. Owned by the
 * scene. TP_E_INTERNAL for a kind that is no measure or a change of a setting that it does not have.
 */
TP_NODISCARD tp_code tp_scene_measure(tp_scene *scene, const tp_run *run, const char *kind, const tp_node *settings,
                                      const char *name, const tp_setting_change *change, const tp_measure **measure,
                                      tp_error *error);

#endif
