/* Tables of what is judged further: see judged_table.h. */
#include "4_judge/judged_table.h"

#include "core/config/unknown_word.h"

#include <string.h>

const tp_profile *tp_profile_of_id(const tp_profile *const *profiles, size_t n, const char *id) {
    for (size_t i = 0; i < n; i++) {
        if (id == NULL || (profiles[i]->id != NULL && strcmp(profiles[i]->id, id) == 0)) {
            return profiles[i];
        }
    }
    return NULL;
}

const tp_profile *tp_judged_profile(const tp_step *step, const tp_plan *plan, const char *id, tp_faults *faults) {
    const tp_profile *const *profiles = (const tp_profile *const *)plan->profiles;
    const tp_profile *found = tp_profile_of_id(profiles, plan->n_profiles, id);
    const char *known[64];
    size_t n = 0;
    for (size_t i = 0; i < plan->n_profiles && n < 64; i++) {
        if (profiles[i]->id != NULL) { /* a profile with faults may have none */
            known[n++] = profiles[i]->id;
        }
    }
    tp_place place = tp_options_place(&step->options, step->stage->settings, "profile", step->place);
    if (found == NULL && !tp_plan_has(plan, TP_JUDGE, "profile")) {
        tp_faults_add_at(faults, place, "%s: no profile is judged (expected a step `profile` in `judge`)",
                         step->stage->name);
    } else if (found == NULL && n > 0 && id != NULL) {
        tp_unknown_word(faults, place, "judged profile", id, known, n);
    }
    return found;
}

void tp_judged_table_check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_stage *stage = step->stage;
    const char *name = stage->adds[0].layer;
    tp_error error = {0};
    tp_head *head = tp_schema_find(&plan->schema, name);
    if (head == NULL && tp_schema_add(&plan->schema, name, TP_GEOMETRY_NONE, step->place, &head, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    } else if (head->n_fields > 0 && tp_head_field(head, stage->adds[stage->n_adds - 1].name) == NULL) {
        tp_faults_add_at(faults, step->place, "%s adds the table '%s', but a layer has that name already", stage->name,
                         name);
    }
}

tp_code tp_judged_table_open(const tp_step *step, tp_dataset *dataset, int64_t n, tp_layer **table, tp_column **columns,
                             int64_t *first, tp_error *error) {
    const tp_stage *stage = step->stage;
    tp_code code = TP_OK;
    *table = tp_dataset_layer(dataset, stage->adds[0].layer);
    if (*table == NULL) {
        tp_layer *made = NULL;
        code = tp_layer_new(stage->adds[0].layer, TP_GEOMETRY_NONE, &made, error);
        for (size_t i = 0; i < stage->n_adds && code == TP_OK; i++) {
            const tp_stage_column *column = &stage->adds[i];
            code = tp_layer_add_column(made, column->name, column->type, column->unit, stage->name, &columns[i], error);
        }
        if (code != TP_OK) {
            tp_layer_free(made);
            return code;
        }
        made->id = columns[0];
        *table = made;
        code = tp_dataset_add_layer(dataset, made, error);
    }
    *first = code == TP_OK ? (*table)->n_rows : 0;
    if (code == TP_OK) {
        code = tp_layer_add_rows(*table, n, error);
    }
    for (int64_t row = *first; code == TP_OK && row < *first + n; row++) {
        (*table)->source[row] = -1;
        (*table)->source_fid[row] = -1;
    }
    for (size_t i = 0; i < stage->n_adds && code == TP_OK; i++) {
        columns[i] = tp_layer_column(*table, stage->adds[i].name);
    }
    return code;
}
