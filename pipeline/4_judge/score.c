/*
 * score: a weighted sum over the criteria, beside the verdict and never instead of it. The required criteria that fail
 * stand in the same row as the score: a good score does not hide them.
 */
#include "4_judge/score.h"

#include "4_judge/judged_table.h"
#include "4_judge/ranking.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct score_options {
    const char *profile, *as;
    const tp_node *weights, *bounds;
} score_options;

static const tp_setting SETTINGS[] = {
    {.key = "profile",
     .kind = TP_SETTING_TEXT,
     .help = "the id of a profile that is judged; the first by default",
     .offset = offsetof(score_options, profile)},
    {.key = "weights",
     .kind = TP_SETTING_MAP,
     .required = true,
     .help = "CRITERION: share; the shares add up to 1",
     .offset = offsetof(score_options, weights)},
    {.key = "bounds",
     .kind = TP_SETTING_MAP,
     .help = "CRITERION: [worst, best], between which its score goes from 0 to 1; by default the threshold scores 0.5",
     .offset = offsetof(score_options, bounds)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "weights",
     .help = "what this weighting is called in the table",
     .offset = offsetof(score_options, as)},
};

#define TABLE "scorecards"

enum { PROFILE, WEIGHTING, SITE, NAME, VERDICT, SCORE, LOW, HIGH, RANK, BEST, WORST, FAILED, UNSURE, PARTS, N_COLUMNS };

enum { PAIRS_MAX = 5000 }; /* Kendall's tau looks at every pair of sites */

static const tp_stage_column ADDS[] = {
    {TABLE, "profile", TP_TYPE_TEXT, "", "its id"},
    {TABLE, "weighting", TP_TYPE_TEXT, "", "the step's `as`"},
    {TABLE, "site_id", TP_TYPE_TEXT, "", "the site's id"},
    {TABLE, "name", TP_TYPE_TEXT, "", "the site's name"},
    {TABLE, "verdict", TP_TYPE_TEXT, "", "the site's verdict, which the score does not change"},
    {TABLE, "score", TP_TYPE_DOUBLE, "", "from 0 to 1; NULL where something weighted is unknown"},
    {TABLE, "score_low", TP_TYPE_DOUBLE, "", "at least"},
    {TABLE, "score_high", TP_TYPE_DOUBLE, "", "at most"},
    {TABLE, "rank", TP_TYPE_INT64, "", "by score_low; 1 is the best, equal ones share it"},
    {TABLE, "rank_best", TP_TYPE_INT64, "", "what it can be at best, since scores are intervals"},
    {TABLE, "rank_worst", TP_TYPE_INT64, "", "at worst"},
    {TABLE, "failed_required", TP_TYPE_TEXT, "", "the required criteria that are not met"},
    {TABLE, "unknown_required", TP_TYPE_TEXT, "", "the required criteria that are unknown"},
    {TABLE, "contributions", TP_TYPE_TEXT, "", "each weighted criterion: its score x its weight"},
};

/* ---- check ---- */

static void check_name(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    const score_options *mine = step->options.values;
    for (size_t i = 0; i < plan->n_steps && plan->steps[i] != step; i++) {
        const tp_step *other = plan->steps[i];
        const score_options *options = other->stage == step->stage ? other->options.values : NULL;
        if (options != NULL && strcmp(options->as, mine->as) == 0) {
            tp_faults_add_at(faults, step->place, "a second weighting is called '%s' (expected another name: `as`)",
                             mine->as);
            return;
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const score_options *options = step->options.values;
    const tp_profile *profile = tp_judged_profile(step, plan, options->profile, faults);
    if (profile != NULL && options->weights != NULL) {
        tp_weighting weighting = {0};
        tp_weighting_read(profile, options->weights, options->bounds, tp_node_place(options->weights), &weighting,
                          faults);
        tp_weighting_reset(&weighting);
    }
    check_name(step, plan, faults);
    tp_judged_table_check(step, plan, faults);
}

/* ---- the table ---- */

typedef struct scoring {
    const tp_weighting *weighting;
    const tp_trial *trial;
    const tp_layer *sites;
    const char *as;
    double *low, *high;
    tp_rank *ranks;
} scoring;

/* The ids of the required criteria with a verdict, joined by commas. */
static void write_required(const tp_trial *trial, tp_verdict verdict, int64_t row, tp_text *text) {
    for (size_t c = 0; c < trial->profile->n_criteria; c++) {
        const tp_criterion *criterion = &trial->profile->criteria[c];
        if (criterion->required && tp_trial_verdict(trial, c, row) == verdict) {
            tp_text_add(text, "%s%s", text->size > 0 ? ", " : "", criterion->id);
        }
    }
}

static void write_contributions(const scoring *s, int64_t row, tp_text *text) {
    for (size_t c = 0; c < s->trial->profile->n_criteria; c++) {
        if (s->weighting->weight[c] > 0) {
            tp_score score = tp_score_criterion(s->weighting, s->trial, c, row);
            tp_text_add(text, "%s%s ", text->size > 0 ? ", " : "", s->trial->profile->criteria[c].id);
            tp_text_add_number(text, score.low, 2);
            if (score.high > score.low) {
                tp_text_add(text, " to ");
                tp_text_add_number(text, score.high, 2);
            }
            tp_text_add(text, " x ");
            tp_text_add_number(text, s->weighting->weight[c], 4);
        }
    }
}

static tp_code put(tp_column *column, int64_t at, const char *text, tp_error *error) {
    return text == NULL || text[0] == '\0' ? TP_OK : tp_column_set_text(column, at, text, strlen(text), error);
}

static tp_code put_row(tp_column **columns, int64_t at, const scoring *s, int64_t row, tp_error *error) {
    tp_text failed = {0}, unsure = {0}, parts = {0};
    write_required(s->trial, TP_NOT_MET, row, &failed);
    write_required(s->trial, TP_UNKNOWN, row, &unsure);
    write_contributions(s, row, &parts);
    const char *texts[N_COLUMNS] = {[PROFILE] = s->trial->profile->id,
                                    [WEIGHTING] = s->as,
                                    [SITE] = tp_layer_id(s->sites, row),
                                    [NAME] = tp_layer_label(s->sites, row),
                                    [VERDICT] = tp_verdict_text((tp_verdict)s->trial->site[row]),
                                    [FAILED] = tp_text_get(&failed),
                                    [UNSURE] = tp_text_get(&unsure),
                                    [PARTS] = tp_text_get(&parts)};
    tp_code code = failed.lost || unsure.lost || parts.lost ? tp_error_memory(error) : TP_OK;
    for (int i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        code = put(columns[i], at, texts[i], error);
    }
    if (s->low[row] == s->high[row]) {
        tp_column_set_double(columns[SCORE], at, s->low[row]);
    }
    tp_column_set_double(columns[LOW], at, s->low[row]);
    tp_column_set_double(columns[HIGH], at, s->high[row]);
    tp_column_set_int64(columns[RANK], at, s->ranks[row].rank);
    tp_column_set_int64(columns[BEST], at, s->ranks[row].best);
    tp_column_set_int64(columns[WORST], at, s->ranks[row].worst);
    tp_text_reset(&failed);
    tp_text_reset(&unsure);
    tp_text_reset(&parts);
    return code;
}

/* ---- findings ---- */

/* How alike this weighting and each earlier one of the same profile rank the sites. */
static tp_code compare_weightings(const scoring *s, const tp_layer *table, int64_t first, const tp_step *step,
                                  tp_dataset *dataset, tp_error *error) {
    const tp_column *profile = tp_layer_column(table, ADDS[PROFILE].name);
    const tp_column *low = tp_layer_column(table, ADDS[LOW].name);
    int64_t n = s->trial->n_rows;
    tp_code code = TP_OK;
    for (int64_t at = 0; at + n <= first && n > 1 && n <= PAIRS_MAX && code == TP_OK; at += n) {
        double tau;
        if (strcmp(tp_column_text(profile, at), s->trial->profile->id) == 0 &&
            tp_kendall_tau(low->f64 + at, s->low, n, &tau)) {
            code = tp_dataset_add_finding(dataset, step->name, "score", false, error,
                                          "%s: Kendall's tau between the ranks by '%s' and by '%s' is %.2f",
                                          s->trial->profile->id,
                                          tp_column_text(tp_layer_column(table, ADDS[WEIGHTING].name), at), s->as, tau);
        }
    }
    return code;
}

static tp_code tell_best(const scoring *s, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    int64_t best = -1, good = 0;
    for (int64_t row = 0; row < s->trial->n_rows; row++) {
        bool smaller = best >= 0 && s->ranks[row].rank == s->ranks[best].rank &&
                       strcmp(tp_layer_id(s->sites, row), tp_layer_id(s->sites, best)) < 0;
        best = best < 0 || s->ranks[row].rank < s->ranks[best].rank || smaller ? row : best;
        good += s->trial->site[row] == TP_NOT_MET && s->low[row] >= 0.5;
    }
    if (best < 0) {
        return TP_OK;
    }
    return tp_dataset_add_finding(dataset, step->name, "score", false, error,
                                  "%s, '%s': the highest sure score is %s's, %.2f to %.2f (%s); %lld sites score 0.5 "
                                  "or more although a required criterion fails",
                                  s->trial->profile->id, s->as, tp_layer_label(s->sites, best), s->low[best],
                                  s->high[best], tp_verdict_text((tp_verdict)s->trial->site[best]), (long long)good);
}

/* ---- run ---- */

static tp_code score_all(const scoring *s, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    for (int64_t row = 0; row < s->trial->n_rows; row++) {
        tp_score score = tp_score_site(s->weighting, s->trial, row);
        s->low[row] = score.low;
        s->high[row] = score.high;
    }
    tp_layer *table = NULL;
    tp_column *columns[N_COLUMNS];
    int64_t first = 0;
    tp_code code = tp_rank_intervals(s->low, s->high, s->trial->n_rows, s->ranks, error);
    if (code == TP_OK) {
        code = tp_judged_table_open(step, dataset, s->trial->n_rows, &table, columns, &first, error);
    }
    for (int64_t row = 0; row < s->trial->n_rows && code == TP_OK; row++) {
        code = put_row(columns, first + row, s, row, error);
    }
    if (code == TP_OK) {
        code = tell_best(s, step, dataset, error);
    }
    return code == TP_OK ? compare_weightings(s, table, first, step, dataset, error) : code;
}

static tp_code read_again(const tp_step *step, const tp_profile *profile, tp_weighting *weighting, tp_error *error) {
    const score_options *options = step->options.values;
    tp_faults faults = {0};
    tp_weighting_read(profile, options->weights, options->bounds, step->place, weighting, &faults);
    tp_code code = tp_faults_code(&faults);
    if (code != TP_OK) { /* the check has said so */
        code = tp_error_set(error, code, "%s", faults.n > 0 ? faults.items[0].message : "score");
    }
    tp_faults_reset(&faults);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const score_options *options = step->options.values;
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    const tp_profile *profile = tp_profile_of_id(dataset->profiles, dataset->n_profiles, options->profile);
    if (sites == NULL || profile == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "score: nothing is judged");
    }
    size_t n = (size_t)sites->n_rows + 1;
    tp_trial trial = {0};
    tp_weighting weighting = {0};
    scoring s = {.weighting = &weighting, .trial = &trial, .sites = sites, .as = options->as};
    s.low = malloc(n * sizeof *s.low);
    s.high = malloc(n * sizeof *s.high);
    s.ranks = malloc(n * sizeof *s.ranks);
    tp_code code = s.low == NULL || s.high == NULL || s.ranks == NULL ? tp_error_memory(error)
                                                                      : read_again(step, profile, &weighting, error);
    if (code == TP_OK) {
        code = tp_trial_new(profile, dataset, sites->n_rows, &trial, error);
    }
    if (code == TP_OK) {
        code = score_all(&s, step, dataset, error);
    }
    free(s.low);
    free(s.high);
    free(s.ranks);
    tp_trial_reset(&trial);
    tp_weighting_reset(&weighting);
    return code;
}

const tp_stage tp_stage_score = {
    .name = "score",
    .phase = TP_JUDGE,
    .purpose = "a weighted score beside the verdict, with ranks and the required criteria that fail",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(score_options),
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
