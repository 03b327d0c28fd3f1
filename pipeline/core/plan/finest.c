/* The finest distance that a plan asks for: see tp_plan_finest_m in plan_parts.h. */
#include "plan_parts.h"

#include <math.h>
#include <string.h>

static void look_at(const tp_quantity *quantity, double *finest_m) {
    if (quantity->dimension == TP_DIMENSION_LENGTH && quantity->value > 0) {
        *finest_m = fmin(*finest_m, quantity->value);
    }
}

/* The distances that were written for a step; a default is nobody's question. */
static void look_at_step(const tp_step *step, double *finest_m) {
    for (size_t i = 0; step->options.values != NULL && i < step->stage->n_settings; i++) {
        const tp_setting *setting = &step->stage->settings[i];
        const char *at = (const char *)step->options.values + setting->offset;
        if (step->options.origins[i] == TP_ORIGIN_DEFAULT || setting->dimension != TP_DIMENSION_LENGTH) {
            continue;
        }
        if (setting->kind == TP_SETTING_QUANTITY) {
            tp_quantity quantity;
            memcpy(&quantity, at, sizeof quantity);
            look_at(&quantity, finest_m);
        } else if (setting->kind == TP_SETTING_QUANTITIES) {
            tp_quantities list;
            memcpy(&list, at, sizeof list);
            for (size_t k = 0; k < list.n; k++) {
                look_at(&list.items[k], finest_m);
            }
        }
    }
}

double tp_plan_finest_m(const tp_plan *plan) {
    double finest_m = INFINITY;
    for (size_t i = 0; i < plan->n_steps; i++) {
        if (plan->steps[i]->stage->phase == TP_MEASURE) {
            look_at_step(plan->steps[i], &finest_m);
        }
    }
    for (size_t p = 0; p < plan->n_profiles; p++) {
        for (size_t c = 0; c < plan->profiles[p]->n_criteria; c++) {
            const tp_criterion *criterion = &plan->profiles[p]->criteria[c];
            for (size_t k = 0; k < criterion->n_parts; k++) {
                look_at(&criterion->parts[k].threshold, &finest_m);
            }
        }
    }
    return isinf(finest_m) ? 0 : finest_m;
}
