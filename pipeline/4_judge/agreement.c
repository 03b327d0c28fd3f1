/*
 * agreement: the verdicts beside a choice that was really made, such as the zones that were designated.
 *
 * `where` says which sites were chosen. For each profile, the whole and criterion by criterion, the table counts met, not
 * met and unknown among the chosen and the others, and gives
 *
 *     recall     the share of the chosen that are met
 *     precision  the share of the met that were chosen
 *
 * An unknown may be either. `recall` and `precision` leave unknown sites out; `_low` and `_high` are what they would be
 * if every unknown turned out against or for the agreement. A share of nothing is NULL.
 */
#include "core/plan/added_layer.h"
#include "technopolis/plan.h"

#include <stddef.h>
#include <string.h>

typedef struct agreement_options {
    const char *where, *as;
} agreement_options;

static const tp_setting SETTINGS[] = {
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .required = true,
     .help = "which sites were really chosen",
     .offset = offsetof(agreement_options, where)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "agreement",
     .help = "the table's name",
     .offset = offsetof(agreement_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "sites"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "agreement_id", TP_TYPE_TEXT, "", "profile and criterion"},
    {"{as}", "profile", TP_TYPE_TEXT, "", "the profile judged by"},
    {"{as}", "criterion_id", TP_TYPE_TEXT, "", "missing: the whole, that is all required criteria"},
    {"{as}", "chosen_met", TP_TYPE_INT64, "", "chosen sites that are met"},
    {"{as}", "chosen_not_met", TP_TYPE_INT64, "", "chosen sites that are not met"},
    {"{as}", "chosen_unknown", TP_TYPE_INT64, "", "chosen sites of which it is not known"},
    {"{as}", "other_met", TP_TYPE_INT64, "", "other sites that are met"},
    {"{as}", "other_not_met", TP_TYPE_INT64, "", "other sites that are not met"},
    {"{as}", "other_unknown", TP_TYPE_INT64, "", "other sites of which it is not known"},
    {"{as}", "recall", TP_TYPE_DOUBLE, "", "share of the chosen that are met, unknown ones left out"},
    {"{as}", "recall_low", TP_TYPE_DOUBLE, "", "the same if no unknown were met"},
    {"{as}", "recall_high", TP_TYPE_DOUBLE, "", "the same if every unknown were met"},
    {"{as}", "precision", TP_TYPE_DOUBLE, "", "share of the met that were chosen, unknown ones left out"},
    {"{as}", "precision_low", TP_TYPE_DOUBLE, "", "the same if of the unknown only the others were met"},
    {"{as}", "precision_high", TP_TYPE_DOUBLE, "", "the same if of the unknown only the chosen were met"},
};
enum { N_COLUMNS = sizeof ADDS / sizeof ADDS[0], FIRST_COUNT = 3, FIRST_SHARE = 9 };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    bool profile_before = false;
    for (size_t i = 0; i < plan->n_steps && plan->steps[i] != step; i++) {
        const tp_stage *stage = plan->steps[i]->stage;
        profile_before = profile_before || (stage->phase == TP_JUDGE && strcmp(stage->name, "profile") == 0);
    }
    if (!profile_before) {
        tp_faults_add_at(faults, step->place, "agreement compares verdicts (expected a `profile` before it)");
    }
    tp_plan_check_condition(plan, step, "where", "sites", faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

/* Sites by verdict, of the chosen and of the others. */
typedef struct tally {
    int64_t chosen[3], other[3];
} tally;

static tally count(const tp_filter *filter, const uint8_t *verdicts, int64_t n) {
    tally tally = {{0}, {0}};
    for (int64_t row = 0; row < n; row++) {
        tp_verdict chosen = tp_filter_test(filter, row);
        if (chosen != TP_UNKNOWN) {
            (chosen == TP_MET ? tally.chosen : tally.other)[verdicts[row]]++;
        }
    }
    return tally;
}

static void set_share(tp_column *column, int64_t row, int64_t part, int64_t rest) {
    if (part + rest > 0) {
        tp_column_set_double(column, row, (double)part / (double)(part + rest));
    }
}

static void put_shares(tp_column **columns, int64_t row, const tally *t) {
    const int64_t *c = t->chosen, *o = t->other;
    set_share(columns[FIRST_SHARE], row, c[TP_MET], c[TP_NOT_MET]);
    set_share(columns[FIRST_SHARE + 1], row, c[TP_MET], c[TP_NOT_MET] + c[TP_UNKNOWN]);
    set_share(columns[FIRST_SHARE + 2], row, c[TP_MET] + c[TP_UNKNOWN], c[TP_NOT_MET]);
    set_share(columns[FIRST_SHARE + 3], row, c[TP_MET], o[TP_MET]);
    set_share(columns[FIRST_SHARE + 4], row, c[TP_MET], o[TP_MET] + o[TP_UNKNOWN]);
    set_share(columns[FIRST_SHARE + 5], row, c[TP_MET] + c[TP_UNKNOWN], o[TP_MET]);
}

static tp_code put_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return tp_column_set_text(column, row, text, strlen(text), error);
}

/* One row of the table; `criterion` NULL: the whole. */
static tp_code put_row(tp_column **columns, int64_t row, const char *profile, const char *criterion, const tally *t,
                       tp_error *error) {
    tp_text id = {0};
    tp_text_add(&id, "%s/%s", profile, criterion == NULL ? "" : criterion);
    tp_code code = id.lost ? tp_error_memory(error) : put_text(columns[0], row, tp_text_get(&id), error);
    tp_text_reset(&id);
    if (code == TP_OK) {
        code = put_text(columns[1], row, profile, error);
    }
    if (code == TP_OK && criterion != NULL) {
        code = put_text(columns[2], row, criterion, error);
    }
    static const tp_verdict order[] = {TP_MET, TP_NOT_MET, TP_UNKNOWN};
    for (int i = 0; i < 3; i++) {
        tp_column_set_int64(columns[FIRST_COUNT + i], row, t->chosen[order[i]]);
        tp_column_set_int64(columns[FIRST_COUNT + 3 + i], row, t->other[order[i]]);
    }
    put_shares(columns, row, t);
    return code;
}

/* `none`: why there may be no share. */
static void write_share(tp_text *text, const char *name, const char *none, tp_column *const *columns, int64_t row) {
    const tp_column *share = columns[0], *low = columns[1], *high = columns[2];
    if (!low->valid[row] && !high->valid[row]) {
        tp_text_add(text, "; %s: %s", name, none);
        return;
    }
    tp_text_add(text, "; %s ", name);
    if (share->valid[row]) {
        tp_text_add(text, "%.2f of those known, ", share->f64[row]);
    }
    tp_text_add(text, "%.2f to %.2f as the unknown may go", low->valid[row] ? low->f64[row] : 0,
                high->valid[row] ? high->f64[row] : 0);
}

static tp_code tell(const tp_step *step, tp_dataset *dataset, const char *profile, const tally *t, int64_t row,
                    tp_column *const *columns, tp_error *error) {
    const int64_t *c = t->chosen, *o = t->other;
    tp_text text = {0};
    tp_text_add(&text,
                "%s: of %lld chosen sites %lld are met, %lld not met, %lld unknown; of %lld others %lld, %lld, %lld",
                profile, (long long)(c[0] + c[1] + c[2]), (long long)c[TP_MET], (long long)c[TP_NOT_MET],
                (long long)c[TP_UNKNOWN], (long long)(o[0] + o[1] + o[2]), (long long)o[TP_MET],
                (long long)o[TP_NOT_MET], (long long)o[TP_UNKNOWN]);
    write_share(&text, "recall", "none was chosen", columns + FIRST_SHARE, row);
    write_share(&text, "precision", "none is met", columns + FIRST_SHARE + 3, row);
    tp_code code = text.lost ? tp_error_memory(error)
                             : tp_dataset_add_finding(dataset, step->name, "agreement with what was chosen", false,
                                                      error, "%s", tp_text_get(&text));
    tp_text_reset(&text);
    return code;
}

/* The results of a profile stand together: the first of them, and how many; 0 for one that is judged later. */
static size_t results_of(const tp_dataset *dataset, const tp_profile *profile, size_t *first) {
    size_t n = 0;
    for (size_t k = 0; k < dataset->n_results; k++) {
        if (dataset->results[k]->profile == profile) {
            *first = n == 0 ? k : *first;
            n++;
        }
    }
    return n;
}

static tp_code fill_profile(const tp_step *step, tp_dataset *dataset, const tp_filter *filter, size_t number,
                            int64_t *row, tp_column **columns, tp_error *error) {
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    const tp_profile *profile = dataset->profiles[number];
    size_t first = 0, n = results_of(dataset, profile, &first);
    if (n == 0) {
        return TP_OK;
    }
    tally whole = count(filter, dataset->site_verdict + number * (size_t)sites->n_rows, sites->n_rows);
    tp_code code = put_row(columns, *row, profile->id, NULL, &whole, error);
    if (code == TP_OK) {
        code = tell(step, dataset, profile->id, &whole, *row, columns, error);
    }
    (*row)++;
    for (size_t k = first; k < first + n && code == TP_OK; k++) {
        tally one = count(filter, dataset->results[k]->verdict, sites->n_rows);
        code = put_row(columns, (*row)++, profile->id, dataset->results[k]->criterion->id, &one, error);
    }
    return code;
}

static tp_code fill(const tp_step *step, tp_dataset *dataset, const tp_filter *filter, tp_layer *layer,
                    tp_error *error) {
    tp_column *columns[N_COLUMNS];
    int64_t row = 0, n_judged = 0;
    size_t first;
    for (size_t i = 0; i < dataset->n_profiles; i++) {
        n_judged += results_of(dataset, dataset->profiles[i], &first) > 0;
    }
    tp_code code = tp_added_layer_open(step, layer, n_judged + (int64_t)dataset->n_results, columns, error);
    if (code == TP_OK) {
        layer->id = columns[0];
    }
    for (size_t i = 0; i < dataset->n_profiles && code == TP_OK; i++) {
        code = fill_profile(step, dataset, filter, i, &row, columns, error);
    }
    return code;
}

/* Sites of which it is not known whether they were chosen belong to neither. */
static tp_code tell_left_out(const tp_step *step, tp_dataset *dataset, const tp_filter *filter, const char *where,
                             tp_error *error) {
    int64_t n = tp_dataset_layer(dataset, "sites")->n_rows, unknown = 0;
    for (int64_t row = 0; row < n; row++) {
        unknown += tp_filter_test(filter, row) == TP_UNKNOWN;
    }
    return unknown == 0 ? TP_OK
                        : tp_dataset_add_finding(dataset, step->name, "agreement with what was chosen", true, error,
                                                 "of %lld site%s it is not known whether %s: left out",
                                                 (long long)unknown, unknown == 1 ? "" : "s", where);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const agreement_options *options = step->options.values;
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    tp_layer *layer = NULL;
    if (dataset->site_verdict == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "agreement: nothing was judged");
    }
    tp_code code = tp_condition_parse(options->where, &condition, error);
    if (code == TP_OK) {
        code = tp_filter_new(condition, tp_dataset_layer(dataset, "sites"), &filter, error);
    }
    if (code == TP_OK) {
        code = tp_added_layer_new(step, dataset, TP_GEOMETRY_NONE, &layer, error);
    }
    if (code == TP_OK) {
        code = fill(step, dataset, filter, layer, error);
    }
    if (code == TP_OK) {
        code = tell_left_out(step, dataset, filter, options->where, error);
    }
    tp_filter_free(filter);
    tp_condition_free(condition);
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    return tp_dataset_add_layer(dataset, layer, error);
}

const tp_stage tp_stage_agreement = {
    .name = "agreement",
    .phase = TP_JUDGE,
    .purpose = "the verdicts beside a choice that was really made: precision and recall, unknown sites told openly",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(agreement_options),
    .as_key = "as",
    .of_all_sites = true, /* the ad-hoc place has none of the columns that say who was chosen */
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_COLUMNS,
    .check = check,
    .run = run,
};
