/** How the plan is made, in order: load -> expand profiles -> check. Private to pipeline/core/plan. */
#ifndef TP_PLAN_PARTS_H
#define TP_PLAN_PARTS_H

#include "technopolis/plan.h"

/** Reads the configuration, applies the command line to it, and makes the steps that it names. */
void tp_plan_load(tp_plan *plan, tp_faults *faults);

/** Adds the steps that stages ask for themselves: clean-ups of every layer, the prefecture of the sites. */
void tp_plan_add_implied(tp_plan *plan, tp_faults *faults);

/** Loads the profiles that the judge steps name and adds the measures which they imply, each once. */
void tp_plan_expand_profiles(tp_plan *plan, tp_faults *faults);

/** Checks needs, adds and each stage's own rules, step by step, building the schema. */
void tp_plan_check(tp_plan *plan, tp_faults *faults);

/** The finest distance, in metres, that a measure was told or a criterion compares with; 0: none. */
double tp_plan_finest_m(const tp_plan *plan);

/** Frees a step that no plan holds any more. */
void tp_plan_free_step(tp_step *step);

/** Appends a step; NULL (and a fault) when memory is out. */
tp_step *tp_plan_add_step(tp_plan *plan, const tp_stage *stage, const char *name, tp_place place, tp_faults *faults);

/** Moves steps into the order of the phases; within one, what every layer gets comes first, else the order stays. */
tp_code tp_plan_sort(tp_plan *plan);

/** Applies `phase.entry.key=value` texts to the tree before anything is made of it. */
void tp_plan_apply_sets(tp_node *root, const char *const *sets, size_t n, tp_faults *faults);

/** Puts the output named on the command line in place of the first geopackage's, its stem in the others'. */
void tp_plan_apply_output(tp_node *root, const char *output, tp_faults *faults);

#endif
