/*
 * flips: the smallest change of one threshold that changes a site's verdict.
 *
 * The verdict is a step function of a threshold. Its steps lie at the ends of the intervals of the parts that share the
 * threshold: `at most` gains a part exactly at such an end (thresholds are inclusive) and loses it just below, `at least`
 * loses it just above; a count's next threshold is the next whole number. So the nearest step on either side at which the
 * site's verdict is another one is the answer; what is nearest is told by the change in percent, since thresholds have
 * different units.
 */
#include "4_judge/assumption.h"
#include "4_judge/trial.h"
#include "core/plan/added_layer.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct flips_options {
    const char *as;
} flips_options;

static const tp_setting SETTINGS[] = {
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "flips",
     .help = "name of the new table",
     .offset = offsetof(flips_options, as)},
};

enum { PROFILE, SITE, CRITERION, THRESHOLD, FLIP_AT, CHANGE, PERCENT, UNIT, REACHED, FROM, TO, N_COLUMNS };

static const tp_stage_column ADDS[] = {
    {"{as}", "profile", TP_TYPE_TEXT, "", "its id"},
    {"{as}", "site_id", TP_TYPE_TEXT, "", "the site's id"},
    {"{as}", "criterion_id", TP_TYPE_TEXT, "",
     "whose threshold is changed; NULL: no single threshold changes the verdict"},
    {"{as}", "threshold", TP_TYPE_DOUBLE, "", "as the profile has it, in `unit`"},
    {"{as}", "flip_at", TP_TYPE_DOUBLE, "", "where the site's verdict changes"},
    {"{as}", "change", TP_TYPE_DOUBLE, "", "flip_at - threshold"},
    {"{as}", "change_percent", TP_TYPE_DOUBLE, "%", "of the threshold"},
    {"{as}", "unit", TP_TYPE_TEXT, "", "of the threshold"},
    {"{as}", "reached", TP_TYPE_TEXT, "", "at: the verdict is the new one at flip_at; below, above: just beyond it"},
    {"{as}", "verdict", TP_TYPE_TEXT, "", "the site's verdict"},
    {"{as}", "becomes", TP_TYPE_TEXT, "", "its verdict with the changed threshold"},
};

static bool wanted(const tp_step *step, const tp_plan *plan) {
    (void)step;
    return plan->n_profiles > 0;
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    if (!tp_plan_has(plan, TP_JUDGE, "profile")) {
        tp_faults_add_at(faults, step->place, "flips: no profile is judged (expected a step `profile` in `judge`)");
    }
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

typedef struct flip {
    const tp_assumption *of; /* NULL: none */
    double at, percent;
    int beyond; /* -1 just below, 0 at, 1 just above */
    tp_verdict becomes;
} flip;

/* The site's verdict with the threshold there or just beyond. */
static tp_verdict verdict_at(const tp_trial *trial, const tp_assumption *threshold, double at, int beyond,
                             int64_t row) {
    tp_bounds bounds[TP_PARTS_MAX];
    const tp_criterion *criterion = &trial->profile->criteria[threshold->criterion];
    double value = beyond == 0 ? at : nextafter(at, beyond < 0 ? -INFINITY : INFINITY);
    for (size_t p = 0; p < criterion->n_parts; p++) {
        bounds[p] = tp_part_bounds(&criterion->parts[p]);
        tp_assumption_set(threshold, p, value, &bounds[p]);
    }
    tp_verdict verdict = tp_trial_judge(trial, threshold->criterion, NULL, bounds, row);
    return tp_trial_site_with(trial, threshold->criterion, verdict, row);
}

static void try_step(const tp_trial *trial, const tp_assumption *threshold, double at, int beyond, int64_t row,
                     flip *best) {
    if (beyond != 0 && threshold->dimension == TP_DIMENSION_COUNT && at == rint(at)) {
        at += beyond;
        beyond = 0;
    }
    double change = at - threshold->value;
    double percent = change == 0 ? 0 : 100 * fabs(change) / fabs(threshold->value);
    bool nearer = best->of == NULL || percent < best->percent;
    bool toward = change == 0 || (change > 0) == (beyond >= 0) || beyond == 0;
    if (at < 0 || !isfinite(percent) || !nearer || !toward) { /* a threshold below nothing asks for nothing */
        return;
    }
    tp_verdict becomes = verdict_at(trial, threshold, at, beyond, row);
    if (becomes != (tp_verdict)trial->site[row]) {
        *best = (flip){threshold, at, percent, beyond, becomes};
    }
}

/* All ends of intervals of the parts that share the threshold. */
static void try_threshold(const tp_trial *trial, const tp_assumption *threshold, int64_t row, flip *best) {
    const tp_criterion *criterion = &trial->profile->criteria[threshold->criterion];
    for (size_t p = 0; p < criterion->n_parts; p++) {
        const tp_measure *measure = trial->measures[trial->first[threshold->criterion] + p];
        if (!threshold->parts[p] || measure == NULL) {
            continue;
        }
        int loses = threshold->upper || criterion->parts[p].comparison == TP_AT_MOST ? -1 : 1;
        double ends[] = {measure->low[row], measure->high[row]};
        for (int i = 0; i < 2; i++) {
            if (isfinite(ends[i])) {
                try_step(trial, threshold, ends[i], 0, row, best);
                try_step(trial, threshold, ends[i], loses, row, best);
            }
        }
    }
}

/* Equal changes go to the bytewise smallest criterion. */
static flip find_flip(const tp_trial *trial, const tp_assumptions *all, const size_t *order, int64_t row) {
    flip best = {0};
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *of = &all->items[order[i]];
        if (of->kind == TP_ASSUMED_THRESHOLD && trial->profile->criteria[of->criterion].required) {
            try_threshold(trial, of, row, &best);
        }
    }
    return best;
}

/* The assumptions by their criterion's id. */
static void sort_by_criterion(const tp_profile *profile, const tp_assumptions *all, size_t *order) {
    for (size_t i = 0; i < all->n; i++) {
        size_t at = i;
        const char *id = profile->criteria[all->items[i].criterion].id;
        for (; at > 0 && strcmp(id, profile->criteria[all->items[order[at - 1]].criterion].id) < 0; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

static tp_code put(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return tp_column_set_text(column, row, text, strlen(text), error);
}

static tp_code put_row(tp_column **columns, int64_t at, const tp_trial *trial, const tp_layer *sites, int64_t row,
                       const flip *found, tp_error *error) {
    static const char *const reached[] = {"below", "at", "above"};
    tp_code code = put(columns[PROFILE], at, trial->profile->id, error);
    if (code == TP_OK) {
        code = put(columns[SITE], at, tp_layer_id(sites, row), error);
    }
    if (code == TP_OK) {
        code = put(columns[FROM], at, tp_verdict_text((tp_verdict)trial->site[row]), error);
    }
    const tp_assumption *of = found->of;
    const char *texts[N_COLUMNS] = {0};
    if (of != NULL) {
        texts[CRITERION] = trial->profile->criteria[of->criterion].id;
        texts[UNIT] = of->unit;
        texts[REACHED] = reached[found->beyond + 1];
        texts[TO] = tp_verdict_text(found->becomes);
        tp_column_set_double(columns[THRESHOLD], at, of->value);
        tp_column_set_double(columns[FLIP_AT], at, found->at);
        tp_column_set_double(columns[CHANGE], at, found->at - of->value);
        tp_column_set_double(columns[PERCENT], at, found->at < of->value ? -found->percent : found->percent);
    }
    for (int i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        code = texts[i] == NULL ? TP_OK : put(columns[i], at, texts[i], error);
    }
    return code;
}

static tp_code find_all(const tp_profile *profile, const tp_dataset *dataset, const tp_layer *sites,
                        tp_column **columns, int64_t first, tp_error *error) {
    tp_trial trial = {0};
    tp_assumptions all = {0};
    size_t *order = NULL;
    flip *found = malloc(((size_t)sites->n_rows + 1) * sizeof *found);
    tp_code code = found == NULL ? tp_error_memory(error) : tp_assumptions_find(profile, &all, error);
    if (code == TP_OK) {
        order = malloc((all.n + 1) * sizeof *order);
        code = order == NULL ? tp_error_memory(error) : tp_trial_new(profile, dataset, sites->n_rows, &trial, error);
    }
    if (code == TP_OK) {
        sort_by_criterion(profile, &all, order);
#pragma omp parallel for schedule(static, 256)
        for (int64_t row = 0; row < sites->n_rows; row++) {
            found[row] = find_flip(&trial, &all, order, row);
        }
    }
    for (int64_t row = 0; row < sites->n_rows && code == TP_OK; row++) {
        code = put_row(columns, first + row, &trial, sites, row, &found[row], error);
    }
    free(order);
    free(found);
    tp_trial_reset(&trial);
    tp_assumptions_reset(&all);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    if (sites == NULL || dataset->n_profiles == 0) {
        return TP_OK;
    }
    tp_layer *layer = NULL;
    tp_column *columns[N_COLUMNS];
    int64_t n = sites->n_rows;
    tp_code code = tp_layer_new(((const flips_options *)step->options.values)->as, TP_GEOMETRY_NONE, &layer, error);
    if (code == TP_OK) {
        code = tp_added_layer_open(step, layer, n * (int64_t)dataset->n_profiles, columns, error);
    }
    for (size_t i = 0; i < dataset->n_profiles && code == TP_OK; i++) {
        code = find_all(dataset->profiles[i], dataset, sites, columns, (int64_t)i * n, error);
    }
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->id = columns[SITE];
    return tp_dataset_add_layer(dataset, layer, error);
}

const tp_stage tp_stage_flips = {
    .name = "flips",
    .phase = TP_JUDGE,
    .purpose = "the smallest change of one threshold that changes a site's verdict",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(flips_options),
    .as_key = "as",
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .implied = "{}",
    .wanted = wanted,
    .check = check,
    .run = run,
};
