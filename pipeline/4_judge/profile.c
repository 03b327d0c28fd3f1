/*
 * profile: judges the layer `sites` against a profile's criteria.
 *
 * A site is not_met if a required criterion is not met, else unknown if one is unknown, else met. Informative criteria
 * are judged and counted but decide nothing.
 */
#include "criterion.h"
#include "technopolis/plan.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct profile_options {
    const char *file;
} profile_options;

static const tp_setting SETTINGS[] = {
    {.key = "file",
     .kind = TP_SETTING_TEXT,
     .required = true,
     .help = "a profile's name (see `technopolis list profiles`) or a file",
     .offset = offsetof(profile_options, file)},
};

/* The first profile of the plan that has no results yet: the steps are worked in the order in which they were loaded. */
static size_t next_profile(const tp_dataset *dataset) {
    for (size_t i = 0; i < dataset->n_profiles; i++) {
        bool judged = false;
        for (size_t k = 0; k < dataset->n_results; k++) {
            judged = judged || dataset->results[k]->profile == dataset->profiles[i];
        }
        if (!judged) {
            return i;
        }
    }
    return dataset->n_profiles;
}

static void conclude(tp_dataset *dataset, size_t number, const tp_layer *sites) {
    const tp_profile *profile = dataset->profiles[number];
    uint8_t *whole = dataset->site_verdict + number * (size_t)sites->n_rows;
#pragma omp parallel for schedule(static, 1024)
    for (int64_t row = 0; row < sites->n_rows; row++) {
        whole[row] = TP_MET;
        for (size_t i = 0; i < dataset->n_results; i++) {
            const tp_result *result = dataset->results[i];
            if (result->profile == profile && result->criterion->required) {
                tp_verdict both[] = {(tp_verdict)whole[row], (tp_verdict)result->verdict[row]};
                whole[row] = (uint8_t)tp_verdict_all(both, 2);
            }
        }
    }
}

static tp_code run(const tp_step *step, const tp_run *settings, tp_dataset *dataset, tp_error *error) {
    (void)settings;
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    size_t number = next_profile(dataset);
    if (sites == NULL || number == dataset->n_profiles) {
        return tp_error_set(error, TP_E_INTERNAL, "nothing to judge for the profile %s", step->name);
    }
    const tp_profile *profile = dataset->profiles[number];
    if (dataset->site_verdict == NULL) {
        dataset->site_verdict = calloc(dataset->n_profiles * (size_t)sites->n_rows + 1, 1);
        if (dataset->site_verdict == NULL) {
            return tp_error_memory(error);
        }
    }
    for (size_t i = 0; i < profile->n_criteria; i++) {
        tp_result *result = NULL;
        tp_code code = tp_criterion_judge(dataset, profile, &profile->criteria[i], sites, &result, error);
        if (code == TP_OK) {
            code = tp_dataset_add_result(dataset, result, error);
        }
        if (code != TP_OK) {
            return code;
        }
    }
    conclude(dataset, number, sites);
    return TP_OK;
}

const tp_stage tp_stage_profile = {
    .name = "profile",
    .phase = TP_JUDGE,
    .purpose = "the sites against a profile of criteria: verdict, margin and evidence of each",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(profile_options),
    .main_key = "file",
    .as_key = "file",
    .run = run,
};
