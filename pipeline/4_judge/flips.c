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
    const char *unit;
    uint32_t criterion_text, name_text, unit_text; /* stored in their columns */
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
        lever found = {.of = of, .largest = find_largest(trial, dataset, of)};
        found.unit = found.largest != NULL ? found.largest->unit : of->unit;
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
    const lever *of; /* NULL: none */
    double at, percent;
    int beyond; /* -1 just below, 0 at, 1 just above */
    tp_verdict becomes;
} flip;

/* A site and one lever: `others` is the verdict of all required criteria but the lever's own. */
typedef struct pull {
    const tp_trial *trial;
    const lever *lever;
    int64_t row;
    tp_verdict others;
} pull;

static tp_verdict largest_verdict(const tp_measure *largest, double number, int64_t row) {
    return tp_verdict_compare(largest->low[row], largest->high[row], TP_AT_LEAST, number);
}

/* The site's verdict with the number there or just beyond. */
static tp_verdict verdict_at(const pull *pull, double at, int beyond) {
    tp_bounds bounds[TP_PARTS_MAX];
    const tp_assumption *of = pull->lever->of;
    const tp_criterion *criterion = &pull->trial->profile->criteria[of->criterion];
    double value = beyond == 0 ? at : nextafter(at, beyond < 0 ? -INFINITY : INFINITY);
    if (pull->lever->largest != NULL) {
        return tp_verdict_all((tp_verdict[]){pull->others, largest_verdict(pull->lever->largest, value, pull->row)}, 2);
    }
    for (size_t p = 0; p < criterion->n_parts; p++) {
        bounds[p] = tp_part_bounds(&criterion->parts[p]);
        tp_assumption_set(of, p, value, &bounds[p]);
    }
    tp_verdict verdict = tp_trial_judge(pull->trial, of->criterion, NULL, bounds, pull->row);
    return tp_verdict_all((tp_verdict[]){pull->others, verdict}, 2);
}

static void try_step(const pull *pull, double at, int beyond, flip *best) {
    const tp_assumption *of = pull->lever->of;
    bool counts = pull->lever->largest != NULL || of->dimension == TP_DIMENSION_COUNT;
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
    tp_verdict becomes = verdict_at(pull, at, beyond);
    if (becomes != (tp_verdict)pull->trial->site[pull->row]) {
        *best = (flip){pull->lever, at, percent, beyond, becomes};
    }
}

/* Both steps at each end of an interval that is not infinite; an interval of one value has one end. */
static void try_ends(const pull *pull, double low, double high, int beyond, flip *best) {
    double ends[] = {low, high};
    for (int i = 0; i < (low == high ? 1 : 2); i++) {
        if (isfinite(ends[i])) {
            try_step(pull, ends[i], 0, best);
            try_step(pull, ends[i], beyond, best);
        }
    }
}

/* The ends of the interval of the largest: what is not known of it begins at the next whole number. */
static void try_condition(const pull *pull, flip *best) {
    const tp_measure *largest = pull->lever->largest;
    const tp_assumption *of = pull->lever->of;
    int64_t row = pull->row;
    /* Otherwise it is not the same reach after all, such as a part that is met off the network. */
    if (largest_verdict(largest, of->value, row) == tp_trial_verdict(pull->trial, of->criterion, row)) {
        try_ends(pull, largest->low[row], floor(largest->high[row]), 1, best);
    }
}

/* All ends of intervals of the parts that share the threshold. */
static void try_threshold(const pull *pull, flip *best) {
    const tp_assumption *of = pull->lever->of;
    const tp_criterion *criterion = &pull->trial->profile->criteria[of->criterion];
    for (size_t p = 0; p < criterion->n_parts; p++) {
        const tp_measure *measure = pull->trial->measures[pull->trial->first[of->criterion] + p];
        if (of->parts[p] && measure != NULL) {
            int loses = of->upper || criterion->parts[p].comparison == TP_AT_MOST ? -1 : 1;
            try_ends(pull, measure->low[pull->row], measure->high[pull->row], loses, best);
        }
    }
}

/* Equal changes go to the bytewise smallest criterion. Where another criterion is not met, no lever of this one helps. */
static flip find_flip(const tp_trial *trial, const lever *levers, size_t n, int64_t row) {
    flip best = {0};
    size_t n_not_met = 0;
    for (size_t c = 0; c < trial->profile->n_criteria; c++) {
        n_not_met += trial->profile->criteria[c].required && tp_trial_verdict(trial, c, row) == TP_NOT_MET;
    }
    for (size_t i = 0; i < n && n_not_met <= 1; i++) {
        size_t own = levers[i].of->criterion;
        if (n_not_met == 0 || tp_trial_verdict(trial, own, row) == TP_NOT_MET) {
            pull pull = {trial, &levers[i], row, tp_trial_site_with(trial, own, TP_MET, row)};
            (levers[i].largest != NULL ? try_condition : try_threshold)(&pull, &best);
        }
    }
    return best;
}

/* ---- the table ---- */

static tp_code store(tp_column *column, const char *text, uint32_t *place, tp_error *error) {
    return tp_column_store_text(column, text, strlen(text), place, error);
}

/* What the rows say over and over, stored in the columns; rows are then put by all threads. */
typedef struct flip_texts {
    uint32_t profile, reached[3], from[3], to[3];
} flip_texts;

static tp_code store_texts(tp_column **columns, const tp_profile *profile, lever *levers, size_t n, flip_texts *texts,
                           tp_error *error) {
    static const char *const reached[] = {"below", "at", "above"};
    tp_code code = store(columns[PROFILE], profile->id, &texts->profile, error);
    for (int i = 0; i < 3 && code == TP_OK; i++) {
        code = store(columns[REACHED], reached[i], &texts->reached[i], error);
        code = code != TP_OK ? code : store(columns[FROM], tp_verdict_text((tp_verdict)i), &texts->from[i], error);
        code = code != TP_OK ? code : store(columns[TO], tp_verdict_text((tp_verdict)i), &texts->to[i], error);
    }
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        const char *id = profile->criteria[levers[i].of->criterion].id;
        code = store(columns[CRITERION], id, &levers[i].criterion_text, error);
        code = code != TP_OK ? code : store(columns[PARAMETER], levers[i].of->name, &levers[i].name_text, error);
        code = code != TP_OK ? code : store(columns[UNIT], levers[i].unit, &levers[i].unit_text, error);
    }
    return code;
}

static void put_row(tp_column **columns, int64_t at, const flip_texts *texts, tp_verdict verdict, const flip *found) {
    tp_column_set_stored(columns[PROFILE], at, texts->profile);
    tp_column_set_stored(columns[FROM], at, texts->from[verdict]);
    const lever *lever = found->of;
    if (lever == NULL) {
        return;
    }
    double threshold = lever->of->value;
    tp_column_set_stored(columns[CRITERION], at, lever->criterion_text);
    tp_column_set_stored(columns[PARAMETER], at, lever->name_text);
    tp_column_set_stored(columns[UNIT], at, lever->unit_text);
    tp_column_set_stored(columns[REACHED], at, texts->reached[found->beyond + 1]);
    tp_column_set_stored(columns[TO], at, texts->to[found->becomes]);
    tp_column_set_double(columns[THRESHOLD], at, threshold);
    tp_column_set_double(columns[FLIP_AT], at, found->at);
    tp_column_set_double(columns[CHANGE], at, found->at - threshold);
    tp_column_set_double(columns[PERCENT], at, found->at < threshold ? -found->percent : found->percent);
}

static tp_code find_all(const tp_profile *profile, const tp_dataset *dataset, const tp_layer *sites,
                        tp_column **columns, int64_t first, tp_error *error) {
    tp_trial trial = {0};
    tp_assumptions all = {0};
    lever *levers = NULL;
    flip_texts texts = {0};
    size_t n = 0;
    tp_code code = tp_assumptions_find(profile, &all, error);
    if (code == TP_OK) {
        levers = malloc((all.n + 1) * sizeof *levers);
        code = levers == NULL ? tp_error_memory(error) : tp_trial_new(profile, dataset, sites->n_rows, &trial, error);
    }
    if (code == TP_OK) {
        n = find_levers(&trial, dataset, &all, levers);
        code = store_texts(columns, profile, levers, n, &texts, error);
    }
    if (code == TP_OK) {
        code = tp_column_copy_texts(columns[SITE], first, sites->id, error);
    }
    if (code == TP_OK) {
#pragma omp parallel for schedule(static, TP_TRIAL_STRETCH)
        for (int64_t row = 0; row < sites->n_rows; row++) {
            if (row % TP_TRIAL_STRETCH == 0) {
                int64_t end = row + TP_TRIAL_STRETCH;
                tp_trial_fetch(&trial, row, end < sites->n_rows ? end : sites->n_rows);
            }
            flip found = find_flip(&trial, levers, n, row);
            put_row(columns, first + row, &texts, (tp_verdict)trial.site[row], &found);
        }
    }
    free(levers);
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
