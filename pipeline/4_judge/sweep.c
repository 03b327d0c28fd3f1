/* Sweeps and the tornado: one assumption at a time has other values, all others stay as they are. */
#include "4_judge/sensitivity.h"

#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The measures of a criterion's parts with the assumption changed, measured in the scene. */
static tp_code measure_parts(tp_sensitivity_work *work, tp_scene *scene, const tp_assumption *assumption, double value,
                             const char *tag, const tp_measure **measures, char **conditions, tp_error *error) {
    const tp_criterion *criterion = &work->trial.profile->criteria[assumption->criterion];
    tp_code code = TP_OK;
    for (size_t p = 0; p < criterion->n_parts && code == TP_OK; p++) {
        const tp_part *part = &criterion->parts[p];
        measures[p] = work->trial.measures[work->trial.first[assumption->criterion] + p];
        if (!assumption->parts[p] || part->left_out) {
            continue;
        }
        tp_setting_change change = {.key = assumption->setting->key, .number = value};
        if (assumption->kind == TP_ASSUMED_CONDITION) {
            change.condition = conditions[p] = tp_assumption_condition(assumption, part, value);
        }
        char *name = tp_text_format("%s/%zu@%s", criterion->id, p + 1, tag);
        bool lost = name == NULL || (assumption->kind == TP_ASSUMED_CONDITION && change.condition == NULL);
        code =
            lost ? tp_error_memory(error)
                 : tp_scene_measure(scene, &work->run, part->kind, part->settings, name, &change, &measures[p], error);
        free(name);
    }
    return code;
}

tp_code tp_sensitivity_judge(tp_sensitivity_work *work, tp_scene *scene, const tp_assumption *assumption, double value,
                             const char *tag, tp_tally *criterion, tp_tally *site, tp_error *error) {
    const tp_trial *trial = &work->trial;
    size_t c = assumption->criterion, n_parts = trial->profile->criteria[c].n_parts;
    const tp_measure *measures[TP_PARTS_MAX];
    tp_bounds bounds[TP_PARTS_MAX];
    char *conditions[TP_PARTS_MAX] = {0};
    bool threshold = assumption->kind == TP_ASSUMED_THRESHOLD;
    tp_code code = threshold ? TP_OK : measure_parts(work, scene, assumption, value, tag, measures, conditions, error);
    for (size_t p = 0; p < n_parts; p++) {
        bounds[p] = trial->bounds[trial->first[c] + p];
        tp_assumption_set(assumption, p, value, &bounds[p]);
    }
    *criterion = *site = (tp_tally){{0}};
    for (int64_t row = 0; row < trial->n_rows && code == TP_OK; row++) {
        tp_verdict verdict = tp_trial_judge(trial, c, threshold ? NULL : measures, bounds, row);
        criterion->n[verdict]++;
        site->n[tp_trial_site_with(trial, c, verdict, row)]++;
    }
    for (size_t p = 0; p < n_parts; p++) {
        free(conditions[p]);
    }
    return code;
}

/* ---- sweeps ---- */

static tp_code add_rows(tp_sensitivity_work *work, const char *kind, const tp_assumption *of, double value,
                        const tp_tally *criterion, const tp_tally *site, tp_error *error) {
    const tp_trial *trial = &work->trial;
    tp_tally base = tp_tally_of(trial->verdict + (int64_t)of->criterion * trial->n_rows, trial->n_rows);
    tp_tally whole = tp_tally_of(trial->site, trial->n_rows);
    tp_sensitivity_row row = {.kind = kind,
                              .criterion = trial->profile->criteria[of->criterion].id,
                              .parameter = of->name,
                              .unit = of->unit,
                              .scope = "criterion",
                              .value = value,
                              .change_percent = of->value == 0 ? NAN : 100 * (value - of->value) / fabs(of->value),
                              .site = -1,
                              .tally = *criterion,
                              .change = criterion->n[TP_MET] - base.n[TP_MET],
                              .has_change = true};
    tp_code code = tp_sensitivity_add(&work->rows, &row, error);
    row.scope = "site";
    row.tally = *site;
    row.change = site->n[TP_MET] - whole.n[TP_MET];
    return code == TP_OK ? tp_sensitivity_add(&work->rows, &row, error) : code;
}

static void write_point(tp_text *text, size_t i, double value, const char *unit, int64_t met) {
    tp_text_add(text, "%s", i > 0 ? ", " : "");
    tp_text_add_number(text, value, 3);
    tp_text_add(text, "%s%s: %lld", unit[0] == '\0' ? "" : " ", unit, (long long)met);
}

static tp_code sweep_one(tp_sensitivity_work *work, const tp_sweep *sweep, tp_scene *scene, tp_error *error) {
    const tp_assumption *of = &sweep->assumption;
    const tp_trial *trial = &work->trial;
    tp_text curve = {0};
    tp_code code = TP_OK;
    for (size_t i = 0; i < sweep->n_values && code == TP_OK; i++) {
        tp_tally criterion, site;
        char *tag = tp_text_format("%s/%zu", of->name, i);
        code = tag == NULL ? tp_error_memory(error)
                           : tp_sensitivity_judge(work, scene, of, sweep->values[i], tag, &criterion, &site, error);
        free(tag);
        if (code == TP_OK) {
            code = add_rows(work, "sweep", of, sweep->values[i], &criterion, &site, error);
            write_point(&curve, i, sweep->values[i], of->unit, criterion.n[TP_MET]);
        }
    }
    if (code == TP_OK) {
        code = tp_dataset_add_finding(work->dataset, work->step->name, "sweep", false, error,
                                      "%s: sites that meet %s (of %lld) with its %s at %s", trial->profile->id,
                                      trial->profile->criteria[of->criterion].id, (long long)trial->n_rows, of->name,
                                      tp_text_get(&curve));
    }
    tp_text_reset(&curve);
    return code;
}

tp_code tp_sensitivity_sweep(tp_sensitivity_work *work, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < work->of->n_sweeps && code == TP_OK; i++) {
        tp_scene *scene = NULL; /* of its own, so that names of measures do not meet */
        code = tp_scene_new(work->dataset, NULL, 1, &scene, error);
        if (code == TP_OK) {
            code = sweep_one(work, &work->of->sweeps[i], scene, error);
        }
        tp_scene_free(scene);
    }
    return code;
}

/* ---- tornado ---- */

/* The widest swing of the number of sites met, for the finding. */
typedef struct widest {
    int64_t swing, down, up;
    const char *criterion, *name;
} widest;

/* Less or more by the share, by at least one where it is a threshold that counts, and within the setting's bounds. */
static double changed(const tp_assumption *of, double share) {
    double value = of->value * (1 + share);
    if (of->kind == TP_ASSUMED_THRESHOLD && of->dimension == TP_DIMENSION_COUNT && of->value == rint(of->value)) {
        value = share < 0 ? floor(value) : ceil(value);
    }
    const tp_setting *setting = of->kind == TP_ASSUMED_SETTING ? of->setting : NULL;
    bool bounded = setting != NULL && (setting->min != 0 || setting->max != 0);
    return bounded ? fmin(fmax(value, setting->min), setting->max) : value;
}

static void remember(widest *most, int64_t down, int64_t up, const char *criterion, const char *name) {
    int64_t swing = llabs(up - down) > llabs(down) ? llabs(up - down) : llabs(down);
    swing = llabs(up) > swing ? llabs(up) : swing;
    if (swing > most->swing) {
        *most = (widest){swing, down, up, criterion, name};
    }
}

static tp_code try_assumption(tp_sensitivity_work *work, tp_scene *scene, const tp_assumption *of, widest *most,
                              tp_error *error) {
    int64_t changes[2] = {0, 0}, base = tp_tally_of(work->trial.site, work->trial.n_rows).n[TP_MET];
    tp_code code = TP_OK;
    for (int side = 0; side < 2 && code == TP_OK; side++) {
        double value = changed(of, side == 0 ? -work->of->tornado : work->of->tornado);
        tp_tally criterion, site;
        char *tag = tp_text_format("%td/%s", of - work->of->all.items, side == 0 ? "down" : "up");
        code = tag == NULL ? tp_error_memory(error)
                           : tp_sensitivity_judge(work, scene, of, value, tag, &criterion, &site, error);
        free(tag);
        if (code == TP_OK) {
            changes[side] = site.n[TP_MET] - base;
            code = add_rows(work, "tornado", of, value, &criterion, &site, error);
        }
    }
    remember(most, changes[0], changes[1], work->trial.profile->criteria[of->criterion].id, of->name);
    return code;
}

/* All parts of the profile measured with faster or slower roads and straight lines. */
static tp_code try_speed(tp_sensitivity_work *work, double factor, int64_t *change, tp_error *error) {
    tp_scene *scene = NULL;
    tp_trial trial = {0};
    const tp_profile *profile = work->trial.profile;
    tp_code code = tp_scene_new(work->dataset, NULL, factor, &scene, error);
    for (size_t c = 0; c < profile->n_criteria && code == TP_OK; c++) {
        for (size_t p = 0; p < profile->criteria[c].n_parts && code == TP_OK; p++) {
            const tp_part *part = &profile->criteria[c].parts[p];
            const tp_measure *measure = NULL;
            code = part->left_out ? TP_OK
                                  : tp_scene_measure(scene, &work->run, part->kind, part->settings, part->measure_name,
                                                     NULL, &measure, error);
        }
    }
    if (code == TP_OK) {
        code = tp_trial_new(profile, scene->dataset, work->trial.n_rows, &trial, error);
    }
    if (code == TP_OK) {
        tp_sensitivity_row row = {.kind = "tornado",
                                  .parameter = "speed of roads and straight lines",
                                  .unit = "",
                                  .scope = "site",
                                  .value = factor,
                                  .change_percent = 100 * (factor - 1),
                                  .site = -1,
                                  .tally = tp_tally_of(trial.site, trial.n_rows),
                                  .has_change = true};
        row.change = row.tally.n[TP_MET] - tp_tally_of(work->trial.site, trial.n_rows).n[TP_MET];
        *change = row.change;
        code = tp_sensitivity_add(&work->rows, &row, error);
    }
    tp_trial_reset(&trial);
    tp_scene_free(scene);
    return code;
}

tp_code tp_sensitivity_tornado(tp_sensitivity_work *work, tp_error *error) {
    if (work->of->tornado == 0) {
        return TP_OK;
    }
    tp_scene *scene = NULL;
    widest most = {0};
    int64_t down = 0, up = 0;
    tp_code code = tp_scene_new(work->dataset, NULL, 1, &scene, error);
    for (size_t i = 0; i < work->of->all.n && code == TP_OK; i++) {
        if (work->of->all.items[i].written) {
            code = try_assumption(work, scene, &work->of->all.items[i], &most, error);
        }
    }
    if (code == TP_OK) {
        code = try_speed(work, 1 - work->of->tornado, &down, error);
    }
    if (code == TP_OK) {
        code = try_speed(work, 1 + work->of->tornado, &up, error);
        remember(&most, down, up, "all criteria", "speed of roads and straight lines");
    }
    tp_scene_free(scene);
    if (code == TP_OK && most.swing > 0) {
        code = tp_dataset_add_finding(work->dataset, work->step->name, "tornado", false, error,
                                      "%s: of all numbers changed by %g %%, %s of %s moves the most: %+lld sites met "
                                      "with less, %+lld with more",
                                      work->trial.profile->id, 100 * work->of->tornado, most.name, most.criterion,
                                      (long long)most.down, (long long)most.up);
    } else if (code == TP_OK) {
        code = tp_dataset_add_finding(work->dataset, work->step->name, "tornado", false, error,
                                      "%s: no number changed by %g %% changes how many sites are met",
                                      work->trial.profile->id, 100 * work->of->tornado);
    }
    return code;
}
