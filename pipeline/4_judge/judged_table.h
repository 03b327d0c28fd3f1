/**
 * What stages share that judge a profile further and put what they find into one table: which profile is meant, and the
 * table, which has a fixed name (that of the columns the stage adds) and takes the rows of all steps of the stage.
 */
#ifndef TP_JUDGE_JUDGED_TABLE_H
#define TP_JUDGE_JUDGED_TABLE_H

#include "technopolis/plan.h"

/** The profile of an id among those of a run (NULL: the first), or NULL. */
const tp_profile *tp_profile_of_id(const tp_profile *const *profiles, size_t n, const char *id);

/** For a check: the profile that the setting `profile` names; a fault and NULL where it is not judged. */
const tp_profile *tp_judged_profile(const tp_step *step, const tp_plan *plan, const char *id, tp_faults *faults);

/** For a check: that the table's name is free, or was taken by an earlier step of the same stage. */
void tp_judged_table_check(const tp_step *step, tp_plan *plan, tp_faults *faults);

/** Appends n rows, which come from no file, to the table; they begin at `*first`. `columns` as the stage adds them. */
TP_NODISCARD tp_code tp_judged_table_open(const tp_step *step, tp_dataset *dataset, int64_t n, tp_layer **table,
                                          tp_column **columns, int64_t *first, tp_error *error);

#endif
