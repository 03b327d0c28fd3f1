/*
 * changes: this run's verdicts beside those of an earlier one, as its GeoPackage holds them: the table of what differs,
 * and sentences. Sites, profiles and criteria are the same when their ids are; a row without a criterion is the verdict
 * on the site itself, which for the earlier run is put together from what this run's profile requires.
 */
#include "criterion.h"
#include "earlier.h"

#include "core/plan/added_layer.h"
#include "technopolis/digest.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct changes_options {
    const char *against, *as;
    bool optional;
} changes_options;

static const tp_setting SETTINGS[] = {
    {.key = "against",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help = "the GeoPackage of an earlier run, of another year or with other data",
     .offset = offsetof(changes_options, against)},
    {.key = "optional",
     .kind = TP_SETTING_YES_NO,
     .fallback = "no",
     .help = "where the file is not there, nothing is compared, and a finding says so",
     .offset = offsetof(changes_options, optional)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "changes",
     .help = "the name of the new table",
     .offset = offsetof(changes_options, as)},
};

enum {
    PROFILE,
    SITE,
    CRITERION,
    VERDICT_BEFORE,
    VERDICT_AFTER,
    VALUE_BEFORE,
    VALUE_AFTER,
    MARGIN_BEFORE,
    MARGIN_AFTER,
    YEAR_BEFORE,
    YEAR_AFTER,
    N_COLUMNS
};

static const tp_stage_column ADDS[] = {
    [PROFILE] = {"{as}", "profile", TP_TYPE_TEXT, "", "the profile's id"},
    [SITE] = {"{as}", "site_id", TP_TYPE_TEXT, "", "the site's id"},
    [CRITERION] = {"{as}", "criterion_id", TP_TYPE_TEXT, "", "the criterion's id; missing: the verdict on the site"},
    [VERDICT_BEFORE] = {"{as}", "verdict_before", TP_TYPE_TEXT, "", "in the earlier run"},
    [VERDICT_AFTER] = {"{as}", "verdict_after", TP_TYPE_TEXT, "", "in this run"},
    [VALUE_BEFORE] = {"{as}", "value_before", TP_TYPE_DOUBLE, "", "in the criterion's unit"},
    [VALUE_AFTER] = {"{as}", "value_after", TP_TYPE_DOUBLE, "", "in the criterion's unit"},
    [MARGIN_BEFORE] = {"{as}", "margin_before", TP_TYPE_DOUBLE, "", "at least 0 exactly when met"},
    [MARGIN_AFTER] = {"{as}", "margin_after", TP_TYPE_DOUBLE, "", "at least 0 exactly when met"},
    [YEAR_BEFORE] = {"{as}", "year_before", TP_TYPE_INT64, "", "the year of the earlier run"},
    [YEAR_AFTER] = {"{as}", "year_after", TP_TYPE_INT64, "", "the year of this run"},
};

/* Whether a profile stands above this step: only what is judged by then can be compared. */
static bool comes_after_a_profile(const tp_plan *plan, const tp_step *step) {
    for (size_t i = 0; i < plan->n_steps && plan->steps[i] != step; i++) {
        if (plan->steps[i]->stage->phase == TP_JUDGE && strcmp(plan->steps[i]->stage->name, "profile") == 0) {
            return true;
        }
    }
    return false;
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const changes_options *options = step->options.values;
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
    if (!comes_after_a_profile(plan, step)) {
        tp_faults_add_at(faults, step->place, "changes compares what is judged above it (expected a profile before)");
    }
    char *path = options->against == NULL ? NULL : tp_plan_path(plan->base, options->against);
    tp_error error = {0};
    bool absent = path != NULL && options->optional && access(path, F_OK) != 0;
    if (path != NULL && !absent && tp_earlier_check(path, options->against, &error) != TP_OK) {
        tp_faults_add_code_at(faults, error.code, tp_options_place(&step->options, SETTINGS, "against", step->place),
                              "%s", error.message);
    }
    free(path);
}

/* What is compared. */
typedef struct comparison {
    const tp_step *step;
    const char *shown; /* the earlier file as the configuration writes it */
    tp_earlier earlier;
    int64_t year; /* of this run; 0: none */
    const tp_layer *sites;
    tp_layer *table;
    tp_column *columns[N_COLUMNS];
    int64_t n; /* rows so far */
} comparison;

/* One side of a row; NULL verdict: not judged. */
typedef struct side {
    const char *verdict;
    double value, margin;
    bool has_value, has_margin;
} side;

static side earlier_side(const tp_earlier *earlier, int64_t row) {
    side s = {0};
    if (row >= 0) {
        s.verdict = tp_column_text(earlier->verdict, row);
        s.has_value = tp_column_number(earlier->value, row, &s.value);
        s.has_margin = tp_column_number(earlier->margin, row, &s.margin);
    }
    return s;
}

static side present_side(const tp_result *result, int64_t row) {
    return (side){.verdict = tp_verdict_text((tp_verdict)result->verdict[row]),
                  .value = result->value[row],
                  .margin = result->margin[row],
                  .has_value = (result->known[row] & TP_KNOWN_VALUE) != 0,
                  .has_margin = (result->known[row] & TP_KNOWN_MARGIN) != 0};
}

static bool same_number(bool has_a, double a, bool has_b, double b) {
    return has_a == has_b && (!has_a || a == b);
}

static bool same_verdict(const side *a, const side *b) {
    return a->verdict != NULL && b->verdict != NULL && strcmp(a->verdict, b->verdict) == 0;
}

static tp_code put_text(comparison *c, int column, const char *text, tp_error *error) {
    return text == NULL ? TP_OK : tp_column_set_text(c->columns[column], c->n, text, strlen(text), error);
}

static void put_number(comparison *c, int column, bool has, double value) {
    if (has) {
        tp_column_set_double(c->columns[column], c->n, value);
    }
}

/* A row where the two sides differ. */
static tp_code put_row(comparison *c, const char *profile, const char *site, const char *criterion, const side *before,
                       const side *after, tp_error *error) {
    if (same_verdict(before, after) && same_number(before->has_value, before->value, after->has_value, after->value)) {
        return TP_OK;
    }
    tp_code code = TP_OK;
    if (c->n == c->table->n_rows) {
        code = tp_layer_add_rows(c->table, c->n / 2 + 64, error);
    }
    const struct {
        int column;
        const char *text;
    } texts[] = {{PROFILE, profile},
                 {SITE, site},
                 {CRITERION, criterion},
                 {VERDICT_BEFORE, before->verdict},
                 {VERDICT_AFTER, after->verdict}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == TP_OK; i++) {
        code = put_text(c, texts[i].column, texts[i].text, error);
    }
    if (code != TP_OK) {
        return code;
    }
    put_number(c, VALUE_BEFORE, before->has_value, before->value);
    put_number(c, VALUE_AFTER, after->has_value, after->value);
    put_number(c, MARGIN_BEFORE, before->has_margin, before->margin);
    put_number(c, MARGIN_AFTER, after->has_margin, after->margin);
    if (c->earlier.year != 0) {
        tp_column_set_int64(c->columns[YEAR_BEFORE], c->n, c->earlier.year);
    }
    if (c->year != 0) {
        tp_column_set_int64(c->columns[YEAR_AFTER], c->n, c->year);
    }
    c->table->source[c->n] = -1;
    c->table->source_fid[c->n] = -1;
    c->n++;
    return TP_OK;
}

static tp_verdict verdict_of(const char *text) {
    return text == NULL                                     ? TP_UNKNOWN
           : strcmp(text, tp_verdict_text(TP_MET)) == 0     ? TP_MET
           : strcmp(text, tp_verdict_text(TP_NOT_MET)) == 0 ? TP_NOT_MET
                                                            : TP_UNKNOWN;
}

/* Verdicts counted from and to, of one criterion or of the sites. */
typedef struct tally {
    int64_t n[TP_MET + 1][TP_MET + 1];
    tp_text names[TP_MET + 1][TP_MET + 1]; /* of the first few sites */
} tally;

enum { MOST_NAMES = 5 };

static void tally_add(tally *t, tp_verdict before, tp_verdict after, const char *name) {
    if (before != after && ++t->n[before][after] <= MOST_NAMES) {
        tp_text_add(&t->names[before][after], "%s%s", t->n[before][after] > 1 ? ", " : "", name);
    }
}

static const char *said(tp_verdict verdict) {
    return verdict == TP_NOT_MET ? "not met" : tp_verdict_text(verdict);
}

/* "day_return: 5 sites from not met to met: Ube, Kofu, …"; `t` is reset. */
static tp_code tell(const comparison *c, const char *what, tally *t, tp_dataset *dataset, tp_error *error) {
    tp_code code = TP_OK;
    for (int before = 0; before <= TP_MET; before++) {
        for (int after = 0; after <= TP_MET; after++) {
            long long n = (long long)t->n[before][after];
            if (code == TP_OK && n > 0) {
                code = tp_dataset_add_finding(dataset, c->step->name, "Changes", false, error,
                                              "%s: %lld site%s from %s to %s: %s%s", what, n, n == 1 ? "" : "s",
                                              said((tp_verdict)before), said((tp_verdict)after),
                                              tp_text_get(&t->names[before][after]), n > MOST_NAMES ? ", …" : "");
            }
            tp_text_reset(&t->names[before][after]);
        }
    }
    *t = (tally){0};
    return code;
}

/* The verdict on a site from what is required of it, on both sides. */
typedef struct whole {
    tp_verdict before, after;
    bool judged_before;
} whole;

/* One criterion over all sites that both runs judged. `wholes` gathers what is required. */
static tp_code compare_criterion(comparison *c, const tp_result *result, whole *wholes, tp_dataset *dataset,
                                 tp_error *error) {
    const char *profile = result->profile->id, *criterion = result->criterion->id;
    tally t = {0};
    int64_t n_other = 0;
    tp_code code = TP_OK;
    for (int64_t row = 0; row < c->sites->n_rows && code == TP_OK; row++) {
        const char *site = tp_layer_id(c->sites, row);
        int64_t found = tp_earlier_find(&c->earlier, site, profile, criterion);
        side before = earlier_side(&c->earlier, found), after = present_side(result, row);
        if (before.verdict == NULL) {
            continue;
        }
        double threshold;
        n_other += tp_column_number(c->earlier.threshold, found, &threshold) &&
                   threshold != result->criterion->parts[result->part[row]].threshold.value &&
                   result->criterion->n_parts == 1;
        tp_verdict verdict = verdict_of(before.verdict);
        tally_add(&t, verdict, (tp_verdict)result->verdict[row], tp_layer_label(c->sites, row));
        if (result->criterion->required) {
            whole *w = &wholes[row];
            w->before = w->judged_before ? tp_verdict_all((tp_verdict[]){w->before, verdict}, 2) : verdict;
            w->judged_before = true;
        }
        code = put_row(c, profile, site, criterion, &before, &after, error);
    }
    char what[160];
    (void)snprintf(what, sizeof what, "%.70s/%.70s", profile, criterion);
    if (code == TP_OK && n_other > 0) {
        code = tp_dataset_add_finding(dataset, c->step->name, "Changes", true, error, "%s: had another threshold in %s",
                                      what, c->shown);
    }
    tp_code told = tell(c, what, &t, dataset, code == TP_OK ? error : NULL);
    return code == TP_OK ? told : code;
}

static tp_code compare_sites(comparison *c, size_t number, const whole *wholes, tp_dataset *dataset, tp_error *error) {
    const char *profile = dataset->profiles[number]->id;
    const uint8_t *verdicts = dataset->site_verdict + number * (size_t)c->sites->n_rows;
    tally t = {0};
    tp_code code = TP_OK;
    for (int64_t row = 0; row < c->sites->n_rows && code == TP_OK; row++) {
        if (!wholes[row].judged_before) {
            continue;
        }
        side before = {.verdict = tp_verdict_text(wholes[row].before)};
        side after = {.verdict = tp_verdict_text((tp_verdict)verdicts[row])};
        tally_add(&t, wholes[row].before, (tp_verdict)verdicts[row], tp_layer_label(c->sites, row));
        code = put_row(c, profile, tp_layer_id(c->sites, row), NULL, &before, &after, error);
    }
    tp_code told = tell(c, profile, &t, dataset, code == TP_OK ? error : NULL);
    return code == TP_OK ? told : code;
}

static tp_code compare_profile(comparison *c, size_t number, tp_dataset *dataset, tp_error *error) {
    whole *wholes = calloc((size_t)c->sites->n_rows + 1, sizeof *wholes);
    tp_code code = wholes == NULL ? tp_error_memory(error) : TP_OK;
    bool judged = false;
    for (size_t i = 0; i < dataset->n_results && code == TP_OK; i++) {
        if (dataset->results[i]->profile == dataset->profiles[number]) {
            judged = true;
            code = compare_criterion(c, dataset->results[i], wholes, dataset, error);
        }
    }
    if (code == TP_OK && judged) {
        code = compare_sites(c, number, wholes, dataset, error);
    }
    free(wholes);
    return code;
}

/* How many sites both runs have, and what only one of them has. */
static tp_code tell_sites(const comparison *c, tp_dataset *dataset, bool *any, tp_error *error) {
    int64_t n_both = 0, n_earlier = 0;
    for (int64_t row = 0; row < c->sites->n_rows; row++) {
        n_both += tp_earlier_has(&c->earlier, tp_layer_id(c->sites, row), NULL);
    }
    for (int64_t i = 0; i < c->earlier.n; i++) {
        n_earlier += i == 0 || strcmp(c->earlier.keys[i].site, c->earlier.keys[i - 1].site) != 0;
    }
    *any = n_both > 0;
    char years[60] = "";
    if (c->earlier.year != 0 && c->year != 0) {
        (void)snprintf(years, sizeof years, " (%lld, now %lld)", (long long)c->earlier.year, (long long)c->year);
    }
    if (n_both == 0) {
        return tp_dataset_add_finding(dataset, c->step->name, "Changes", true, error,
                                      "%s%s has none of the sites judged here: nothing is compared", c->shown, years);
    }
    bool other = n_both < c->sites->n_rows || n_both < n_earlier;
    return tp_dataset_add_finding(dataset, c->step->name, "Changes", other, error,
                                  other ? "compared with %s%s: %lld sites are in both; %lld only here, %lld only there"
                                        : "compared with %s%s: the same %lld sites",
                                  c->shown, years, (long long)n_both, (long long)(c->sites->n_rows - n_both),
                                  (long long)(n_earlier - n_both));
}

/* The earlier file is an input like any other. */
static tp_code note_source(const char *path, const char *shown, int64_t n_rows, tp_dataset *dataset, tp_error *error) {
    int32_t number = -1;
    char hex[TP_DIGEST_SIZE];
    tp_code code = tp_dataset_add_source(dataset, "verdicts", shown, &number, error);
    if (code == TP_OK) {
        code = tp_digest_files(&path, 1, hex, error);
    }
    if (code == TP_OK) {
        tp_source *source = &dataset->sources[number];
        source->features_read = source->features_kept = n_rows;
        source->driver = tp_text_copy("GPKG");
        source->sha256 = tp_text_copy(hex);
        code = source->driver == NULL || source->sha256 == NULL ? tp_error_memory(error) : TP_OK;
    }
    return code;
}

static tp_code compare(comparison *c, tp_dataset *dataset, tp_error *error) {
    bool any = false;
    tp_code code = tp_added_layer_new(c->step, dataset, TP_GEOMETRY_NONE, &c->table, error);
    if (code == TP_OK) {
        code = tp_added_layer_open(c->step, c->table, 0, c->columns, error);
    }
    if (code == TP_OK) {
        code = tell_sites(c, dataset, &any, error);
    }
    for (size_t i = 0; i < dataset->n_profiles && any && code == TP_OK; i++) {
        code = compare_profile(c, i, dataset, error);
    }
    for (size_t i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        code = tp_column_resize(c->columns[i], c->n, error);
    }
    if (code == TP_OK) {
        c->table->n_rows = c->n;
        tp_layer *table = c->table;
        c->table = NULL;
        code = tp_dataset_add_layer(dataset, table, error);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const changes_options *options = step->options.values;
    comparison c = {.step = step, .shown = options->against, .year = run->year};
    c.sites = tp_dataset_layer(dataset, "sites");
    if (c.sites == NULL || dataset->site_verdict == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "nothing was judged that could be compared");
    }
    char *path = tp_plan_path(run->base, options->against);
    if (path == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = TP_OK;
    if (options->optional && access(path, F_OK) != 0) {
        code = tp_dataset_add_finding(dataset, step->name, "Changes", false, error,
                                      "nothing is compared: %s is not there", options->against);
    } else {
        code = tp_earlier_read(path, options->against, &c.earlier, error);
        if (code == TP_OK) {
            code = note_source(path, options->against, c.earlier.verdicts->n_rows, dataset, error);
        }
        if (code == TP_OK) {
            code = compare(&c, dataset, error);
        }
    }
    tp_layer_free(c.table);
    tp_earlier_reset(&c.earlier);
    free(path);
    return code;
}

const tp_stage tp_stage_changes = {
    .name = "changes",
    .phase = TP_JUDGE,
    .purpose = "what differs from the verdicts of an earlier run",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(changes_options),
    .as_key = "as",
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
