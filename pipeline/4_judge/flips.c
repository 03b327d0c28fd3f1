/*
 * flips: the smallest change of one threshold that changes a site's verdict.
 *
 * The verdict is a step function of a threshold. Its steps lie at the ends of the intervals of the parts that share the
 * threshold: `at most` gains a part exactly at such an end (thresholds are inclusive) and loses it just below, `at least`
 * loses it just above; a count's next threshold is the next whole number. So the nearest step on either side at which the
 * site's verdict is another one is the answer; what is nearest is told by the change in percent, since thresholds have
 * different units. Any change of a threshold of 0 is farther than that and has no percentage.
 *
 * The number of a condition, such as population >= 200000, is a threshold too where its steps are known: where the
 * criterion also measures the `largest` of that column in the same reach, it is met exactly when that one is as large.
 */
#include "4_judge/assumption.h"
#include "4_judge/trial.h"
#include "core/plan/added_layer.h"
#include "technopolis/condition.h"
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

enum { PROFILE, SITE, CRITERION, PARAMETER, THRESHOLD, FLIP_AT, CHANGE, PERCENT, UNIT, REACHED, FROM, TO, N_COLUMNS };

static const tp_stage_column ADDS[] = {
    {"{as}", "profile", TP_TYPE_TEXT, "", "its id"},
    {"{as}", "site_id", TP_TYPE_TEXT, "", "the site's id"},
    {"{as}", "criterion_id", TP_TYPE_TEXT, "",
     "whose threshold is changed; NULL: no single threshold changes the verdict"},
    {"{as}", "parameter", TP_TYPE_TEXT, "",
     "threshold; upper: of a band; else the column whose number in a condition is changed"},
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

/* ---- what can be changed ---- */

/* A number of the profile; of a condition with the measure whose steps are its own, else NULL. */
typedef struct lever {
    const tp_assumption *of;
    const tp_measure *largest;
} lever;

static bool has_only(const tp_node *settings, const char *const *keys, size_t n) {
    size_t known = 0;
    for (size_t i = 0; i < n; i++) {
        known += tp_node_find(settings, keys[i]) != NULL;
    }
    return known == tp_node_count(settings);
}

static bool same_text(const tp_node *a, const tp_node *b) {
    return tp_node_text(a) != NULL && tp_node_text(b) != NULL && strcmp(tp_node_text(a), tp_node_text(b)) == 0;
}

/* Whether the filter is `column >= number` and nothing else. */
static bool is_one_floor(const char *where) {
    tp_condition *condition = NULL;
    bool one = where != NULL && strstr(where, ">=") != NULL && tp_condition_parse(where, &condition, NULL) == TP_OK &&
               tp_condition_count(condition) == 1;
    tp_condition_free(condition);
    return one;
}

/* Whether the part is met exactly when the largest in reach is as large as its condition asks. */
static bool asks_for_largest(const tp_part *part, const tp_measure *measure, const tp_also *also,
                             const tp_measure *largest) {
    static const char *const keys[] = {"to", "where", "polygons"};
    bool alike = measure != NULL && measure->n_to == largest->n_to && is_one_floor(measure->where) &&
                 has_only(part->settings, keys, sizeof keys / sizeof keys[0]);
    for (size_t i = 0; alike && i < largest->n_to; i++) {
        alike = measure->to[i] == largest->to[i];
    }
    if (strcmp(part->kind, "touching") == 0) {
        return alike && same_text(tp_node_find(part->settings, "polygons"), tp_node_find(also->settings, "touching"));
    }
    return alike && strcmp(part->kind, "nearest") == 0 && part->comparison == TP_AT_MOST && !part->banded &&
           part->threshold.value == largest->within_min;
}

static bool has_steps_of(const tp_trial *trial, const tp_assumption *of, const tp_also *also,
                         const tp_measure *largest) {
    static const char *const keys[] = {"to", "column", "year", "within", "touching"};
    const tp_criterion *criterion = &trial->profile->criteria[of->criterion];
    const char *column = tp_node_text(tp_node_find(also->settings, "column"));
    bool touching = false, same = strcmp(also->kind, "largest") == 0 && largest != NULL &&
                                  largest->missing_layer == NULL && column != NULL && strcmp(column, of->name) == 0 &&
                                  has_only(also->settings, keys, sizeof keys / sizeof keys[0]) &&
                                  (criterion->combine != TP_COMBINE_ALL || criterion->n_parts == 1);
    for (size_t p = 0; p < criterion->n_parts && same; p++) {
        const tp_part *part = &criterion->parts[p];
        touching = touching || strcmp(part->kind, "touching") == 0;
        same =
            part->left_out ||
            (of->parts[p] && asks_for_largest(part, trial->measures[trial->first[of->criterion] + p], also, largest));
    }
    return same && touching == (tp_node_find(also->settings, "touching") != NULL);
}

/* The measure whose steps are those of a condition's number; NULL: they are not known. */
static const tp_measure *find_largest(const tp_trial *trial, const tp_dataset *dataset, const tp_assumption *of) {
    const tp_criterion *criterion = &trial->profile->criteria[of->criterion];
    for (size_t i = 0; of->kind == TP_ASSUMED_CONDITION && i < criterion->n_also; i++) {
        const tp_measure *largest = tp_dataset_measure(dataset, criterion->also[i].measure_name);
        if (has_steps_of(trial, of, &criterion->also[i], largest)) {
            return largest;
        }
    }
    return NULL;
}

/* Those of the required criteria, by the ids of these; equal ones stay in their order. `levers` has room for all. */
static size_t find_levers(const tp_trial *trial, const tp_dataset *dataset, const tp_assumptions *all, lever *levers) {
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *of = &all->items[i];
        const tp_criterion *criteria = trial->profile->criteria;
        lever found = {of, find_largest(trial, dataset, of)};
        if (!criteria[of->criterion].required || (of->kind != TP_ASSUMED_THRESHOLD && found.largest == NULL)) {
            continue;
        }
        size_t at = n++;
        for (; at > 0 && strcmp(criteria[of->criterion].id, criteria[levers[at - 1].of->criterion].id) < 0; at--) {
            levers[at] = levers[at - 1];
        }
        levers[at] = found;
    }
    return n;
}

/* ---- the flip of a site ---- */

typedef struct flip {
    const tp_assumption *of; /* NULL: none */
    const char *unit;
    double at, percent;
    int beyond; /* -1 just below, 0 at, 1 just above */
    tp_verdict becomes;
} flip;

static tp_verdict largest_verdict(const tp_measure *largest, double number, int64_t row) {
    return tp_verdict_compare(largest->low[row], largest->high[row], TP_AT_LEAST, number);
}

/* The site's verdict with the number there or just beyond. */
static tp_verdict verdict_at(const tp_trial *trial, const lever *lever, double at, int beyond, int64_t row) {
    tp_bounds bounds[TP_PARTS_MAX];
    const tp_assumption *of = lever->of;
    const tp_criterion *criterion = &trial->profile->criteria[of->criterion];
    double value = beyond == 0 ? at : nextafter(at, beyond < 0 ? -INFINITY : INFINITY);
    for (size_t p = 0; p < criterion->n_parts; p++) {
        bounds[p] = tp_part_bounds(&criterion->parts[p]);
        tp_assumption_set(of, p, value, &bounds[p]);
    }
    tp_verdict verdict = lever->largest != NULL ? largest_verdict(lever->largest, value, row)
                                                : tp_trial_judge(trial, of->criterion, NULL, bounds, row);
    return tp_trial_site_with(trial, of->criterion, verdict, row);
}

static void try_step(const tp_trial *trial, const lever *lever, double at, int beyond, int64_t row, flip *best) {
    const tp_assumption *of = lever->of;
    bool counts = lever->largest != NULL || of->dimension == TP_DIMENSION_COUNT;
    if (beyond != 0 && counts && at == rint(at)) {
        at += beyond;
        beyond = 0;
    }
    double change = at - of->value;
    double percent = change == 0 ? 0 : 100 * fabs(change) / fabs(of->value); /* infinite where the threshold is 0 */
    bool nearer = best->of == NULL || percent < best->percent;
    bool toward = change == 0 || (change > 0) == (beyond >= 0) || beyond == 0;
    if (at < 0 || !nearer || !toward) { /* a threshold below nothing asks for nothing */
        return;
    }
    tp_verdict becomes = verdict_at(trial, lever, at, beyond, row);
    if (becomes != (tp_verdict)trial->site[row]) {
        const char *unit = lever->largest != NULL ? lever->largest->unit : of->unit;
        *best = (flip){of, unit, at, percent, beyond, becomes};
    }
}

/* The ends of the interval of the largest: what is not known of it begins at the next whole number. */
static void try_condition(const tp_trial *trial, const lever *lever, int64_t row, flip *best) {
    const tp_measure *largest = lever->largest;
    double ends[] = {largest->low[row], floor(largest->high[row])};
    if (largest_verdict(largest, lever->of->value, row) != tp_trial_verdict(trial, lever->of->criterion, row)) {
        return; /* not the same reach after all, such as a part that is met off the network */
    }
    for (int i = 0; i < 2; i++) {
        if (isfinite(ends[i])) {
            try_step(trial, lever, ends[i], 0, row, best);
            try_step(trial, lever, ends[i], 1, row, best);
        }
    }
}

/* All ends of intervals of the parts that share the threshold. */
static void try_threshold(const tp_trial *trial, const lever *lever, int64_t row, flip *best) {
    const tp_assumption *of = lever->of;
    const tp_criterion *criterion = &trial->profile->criteria[of->criterion];
    for (size_t p = 0; p < criterion->n_parts; p++) {
        const tp_measure *measure = trial->measures[trial->first[of->criterion] + p];
        if (!of->parts[p] || measure == NULL) {
            continue;
        }
        int loses = of->upper || criterion->parts[p].comparison == TP_AT_MOST ? -1 : 1;
        double ends[] = {measure->low[row], measure->high[row]};
        for (int i = 0; i < 2; i++) {
            if (isfinite(ends[i])) {
                try_step(trial, lever, ends[i], 0, row, best);
                try_step(trial, lever, ends[i], loses, row, best);
            }
        }
    }
}

/* Equal changes go to the bytewise smallest criterion. */
static flip find_flip(const tp_trial *trial, const lever *levers, size_t n, int64_t row) {
    flip best = {0};
    for (size_t i = 0; i < n; i++) {
        (levers[i].largest != NULL ? try_condition : try_threshold)(trial, &levers[i], row, &best);
    }
    return best;
}

/* ---- the table ---- */

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
        texts[PARAMETER] = of->name;
        texts[UNIT] = found->unit;
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
    lever *levers = NULL;
    flip *found = malloc(((size_t)sites->n_rows + 1) * sizeof *found);
    tp_code code = found == NULL ? tp_error_memory(error) : tp_assumptions_find(profile, &all, error);
    if (code == TP_OK) {
        levers = malloc((all.n + 1) * sizeof *levers);
        code = levers == NULL ? tp_error_memory(error) : tp_trial_new(profile, dataset, sites->n_rows, &trial, error);
    }
    if (code == TP_OK) {
        size_t n = find_levers(&trial, dataset, &all, levers);
#pragma omp parallel for schedule(static, 256)
        for (int64_t row = 0; row < sites->n_rows; row++) {
            found[row] = find_flip(&trial, levers, n, row);
        }
    }
    for (int64_t row = 0; row < sites->n_rows && code == TP_OK; row++) {
        code = put_row(columns, first + row, &trial, sites, row, &found[row], error);
    }
    free(levers);
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
