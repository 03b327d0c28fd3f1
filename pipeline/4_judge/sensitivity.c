/*
 * sensitivity: how firmly the verdicts stand. Sweeps of any number of a profile, a one-at-a-time tornado, and a seeded
 * Monte Carlo that gives each site a probability of being met; all into one long table.
 *
 *     - sensitivity: {}                                     # every threshold of the first profile, by up to 50 %
 *     - sensitivity:
 *         profile: list1982
 *         sweep:
 *           mother_city: [100000 persons, 200000 persons]   # or mother_city.population
 *           research_base.within: [20 min, 30 min, 45 min]  # measured anew
 *         tornado: 20 %
 *         monte_carlo: { draws: 1000, speed: 10 %, thresholds: 5 %, position_error: 1 km }
 */
#include "4_judge/sensitivity.h"

#include "4_judge/judged_table.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct sensitivity_options {
    const char *profile, *tornado;
    const tp_node *sweep, *monte_carlo;
} sensitivity_options;

static const tp_setting SETTINGS[] = {
    {.key = "profile",
     .kind = TP_SETTING_TEXT,
     .help = "the id of a profile that is judged; the first by default",
     .offset = offsetof(sensitivity_options, profile)},
    {.key = "sweep",
     .kind = TP_SETTING_MAP,
     .help = "CRITERION, CRITERION.SETTING or CRITERION.COLUMN of its condition, each with a list of values",
     .offset = offsetof(sensitivity_options, sweep)},
    {.key = "tornado",
     .kind = TP_SETTING_TEXT,
     .help = "each number of the profile, and the speed, less and more by this share, such as 20 %",
     .offset = offsetof(sensitivity_options, tornado)},
    {.key = "monte_carlo",
     .kind = TP_SETTING_MAP,
     .help = "draws (1000), speed (10 %), thresholds (0 %), position_error (0 m), position_column (position_error_m), "
             "position_law (normal or disc), strata (32)",
     .offset = offsetof(sensitivity_options, monte_carlo)},
};

#define TABLE "sensitivity"

enum {
    PROFILE,
    KIND,
    CRITERION,
    PARAMETER,
    VALUE,
    UNIT,
    PERCENT,
    SCOPE,
    SITE,
    MET,
    NOT_MET,
    UNKNOWN,
    CHANGE,
    DRAWS,
    P_MET,
    P_NOT_MET,
    P_UNKNOWN,
    N_COLUMNS
};

static const tp_stage_column ADDS[] = {
    {TABLE, "profile", TP_TYPE_TEXT, "", "its id"},
    {TABLE, "kind", TP_TYPE_TEXT, "", "sweep, tornado or monte_carlo"},
    {TABLE, "criterion_id", TP_TYPE_TEXT, "",
     "whose number is changed; of monte_carlo, what is judged (NULL: the site)"},
    {TABLE, "parameter", TP_TYPE_TEXT, "", "threshold, a setting, or a column that a condition compares"},
    {TABLE, "value", TP_TYPE_DOUBLE, "", "given to it, in `unit`"},
    {TABLE, "unit", TP_TYPE_TEXT, "", "of the value; NULL: a plain number"},
    {TABLE, "change_percent", TP_TYPE_DOUBLE, "%", "of the value in the profile"},
    {TABLE, "scope", TP_TYPE_TEXT, "", "criterion: its verdicts are counted; site: those of the sites as a whole"},
    {TABLE, "site_id", TP_TYPE_TEXT, "", "of monte_carlo; NULL: all sites are counted"},
    {TABLE, "met", TP_TYPE_INT64, "", "sites, or of monte_carlo draws, that are met"},
    {TABLE, "not_met", TP_TYPE_INT64, "", "that are not met"},
    {TABLE, "unknown", TP_TYPE_INT64, "", "that are unknown"},
    {TABLE, "change_met", TP_TYPE_INT64, "", "against the number met with the profile as it is"},
    {TABLE, "draws", TP_TYPE_INT64, "", "of monte_carlo"},
    {TABLE, "probability", TP_TYPE_DOUBLE, "", "of being met: the share of the draws"},
    {TABLE, "probability_not_met", TP_TYPE_DOUBLE, "", "of not being met"},
    {TABLE, "probability_unknown", TP_TYPE_DOUBLE, "", "of being unknown"},
};

/* ---- check ---- */

static void read_settings(const tp_step *step, const tp_profile *profile, tp_sensitivity *made, tp_faults *faults) {
    const sensitivity_options *options = step->options.values;
    tp_place place = tp_options_place(&step->options, SETTINGS, "tornado", step->place);
    tp_sensitivity_read(profile, options->sweep, options->tornado, place, options->monte_carlo, made, faults);
}

static void check_column(const tp_step *step, const tp_plan *plan, const tp_monte_carlo *of, tp_faults *faults) {
    const tp_head *sites = tp_schema_find(&plan->schema, "sites");
    if (of->position_column == NULL || sites == NULL || plan->request.site_id != NULL) {
        return; /* an ad-hoc place has no such column: position_error stands for it */
    }
    const tp_node *node =
        tp_node_find(((const sensitivity_options *)step->options.values)->monte_carlo, "position_column");
    const tp_field *field = tp_head_field(sites, of->position_column);
    if (field == NULL || (field->type != TP_TYPE_DOUBLE && field->type != TP_TYPE_INT64)) {
        tp_faults_add_code_at(faults, TP_E_DATA, node == NULL ? step->place : tp_node_place(node),
                              field == NULL ? "layer sites has no column '%s', which position_column names"
                                            : "column '%s' of layer sites holds no numbers (expected metres)",
                              of->position_column);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_profile *profile =
        tp_judged_profile(step, plan, ((const sensitivity_options *)step->options.values)->profile, faults);
    if (profile != NULL) {
        tp_sensitivity made = {0};
        read_settings(step, profile, &made, faults);
        check_column(step, plan, &made.monte_carlo, faults);
        tp_sensitivity_reset(&made);
    }
    tp_judged_table_check(step, plan, faults);
}

/* ---- the table ---- */

tp_code tp_sensitivity_add(tp_sensitivity_rows *rows, const tp_sensitivity_row *row, tp_error *error) {
    if (rows->n == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 256 : rows->capacity * 2;
        tp_sensitivity_row *items = realloc(rows->items, capacity * sizeof *items);
        if (items == NULL) {
            return tp_error_memory(error);
        }
        rows->items = items;
        rows->capacity = capacity;
    }
    rows->items[rows->n++] = *row;
    return TP_OK;
}

static tp_code put_row(tp_column **columns, int64_t at, const tp_sensitivity_work *work, const tp_sensitivity_row *row,
                       tp_error *error) {
    const char *texts[N_COLUMNS] = {[PROFILE] = work->of->profile->id,
                                    [KIND] = row->kind,
                                    [CRITERION] = row->criterion,
                                    [PARAMETER] = row->parameter,
                                    [UNIT] = row->unit,
                                    [SCOPE] = row->scope,
                                    [SITE] = row->site < 0 ? NULL : tp_layer_id(work->sites, row->site)};
    tp_code code = TP_OK;
    for (int i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        if (texts[i] != NULL && texts[i][0] != '\0') {
            code = tp_column_set_text(columns[i], at, texts[i], strlen(texts[i]), error);
        }
    }
    tp_column_set_double(columns[VALUE], at, row->value); /* what is not finite is missing */
    tp_column_set_double(columns[PERCENT], at, row->change_percent);
    tp_column_set_int64(columns[MET], at, row->tally.n[TP_MET]);
    tp_column_set_int64(columns[NOT_MET], at, row->tally.n[TP_NOT_MET]);
    tp_column_set_int64(columns[UNKNOWN], at, row->tally.n[TP_UNKNOWN]);
    if (row->has_change) {
        tp_column_set_int64(columns[CHANGE], at, row->change);
    }
    if (row->draws > 0) {
        double draws = (double)row->draws;
        tp_column_set_int64(columns[DRAWS], at, row->draws);
        tp_column_set_double(columns[P_MET], at, (double)row->tally.n[TP_MET] / draws);
        tp_column_set_double(columns[P_NOT_MET], at, (double)row->tally.n[TP_NOT_MET] / draws);
        tp_column_set_double(columns[P_UNKNOWN], at, (double)row->tally.n[TP_UNKNOWN] / draws);
    }
    return code;
}

static tp_code write_rows(const tp_sensitivity_work *work, tp_error *error) {
    tp_layer *table = NULL;
    tp_column *columns[N_COLUMNS];
    int64_t first = 0;
    tp_code code =
        tp_judged_table_open(work->step, work->dataset, (int64_t)work->rows.n, &table, columns, &first, error);
    for (size_t i = 0; i < work->rows.n && code == TP_OK; i++) {
        code = put_row(columns, first + (int64_t)i, work, &work->rows.items[i], error);
    }
    return code;
}

/* ---- run ---- */

static tp_code read_again(const tp_step *step, const tp_dataset *dataset, tp_sensitivity *made, tp_error *error) {
    const sensitivity_options *options = step->options.values;
    const tp_profile *profile = tp_profile_of_id(dataset->profiles, dataset->n_profiles, options->profile);
    if (profile == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "sensitivity: the profile is not there");
    }
    tp_faults faults = {0};
    read_settings(step, profile, made, &faults);
    tp_code code = tp_faults_code(&faults);
    if (code != TP_OK) { /* the check has said so */
        code = tp_error_set(error, code, "%s", faults.n > 0 ? faults.items[0].message : "sensitivity");
    }
    tp_faults_reset(&faults);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    tp_sensitivity made = {0};
    tp_sensitivity_work work = {.of = &made,
                                .step = step,
                                .run = *run_settings,
                                .outer = run_settings,
                                .dataset = dataset,
                                .sites = tp_dataset_layer(dataset, "sites")};
    work.run.progress = NULL;
    tp_code code = work.sites == NULL ? tp_error_set(error, TP_E_INTERNAL, "sensitivity: no sites")
                                      : read_again(step, dataset, &made, error);
    if (code == TP_OK) {
        code = tp_sensitivity_record(&made, dataset, error);
    }
    if (code == TP_OK) {
        code = tp_trial_new(made.profile, dataset, work.sites->n_rows, &work.trial, error);
    }
    if (code == TP_OK) {
        code = tp_sensitivity_sweep(&work, error);
    }
    if (code == TP_OK) {
        code = tp_sensitivity_tornado(&work, error);
    }
    if (code == TP_OK) {
        code = tp_sensitivity_monte_carlo(&work, error);
    }
    if (code == TP_OK) {
        code = write_rows(&work, error);
    }
    free(work.rows.items);
    tp_trial_reset(&work.trial);
    tp_sensitivity_reset(&made);
    return code;
}

const tp_stage tp_stage_sensitivity = {
    .name = "sensitivity",
    .phase = TP_JUDGE,
    .purpose = "how firmly verdicts stand: sweeps, a tornado, and probabilities by Monte Carlo",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(sensitivity_options),
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
