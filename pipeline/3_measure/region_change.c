/*
 * region_change: how the amounts of a table's regions changed between two years, such as employment 1990 to 2005, as a
 * table of its own: change in per cent, shares of both years, and a flag where the base is so small that a percentage says
 * little. A region whose amount is missing in a year keeps its row, without a change; sums are over regions known in both.
 */
#include "bad_row.h"
#include "core/plan/added_layer.h"
#include "of_words.h"
#include "table_cells.h"
#include "technopolis/concentration.h"
#include "technopolis/plan.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct change_options {
    const char *of, *from, *to, *as;
    double small_base;
} change_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the table, a row a region",
     .offset = offsetof(change_options, of)},
    {.key = "from",
     .kind = TP_SETTING_COLUMN,
     .required = true,
     .help = "the column of the earlier year, at least 0",
     .offset = offsetof(change_options, from)},
    {.key = "to",
     .kind = TP_SETTING_COLUMN,
     .required = true,
     .help = "the column of the later year, at least 0",
     .offset = offsetof(change_options, to)},
    {.key = "small_base",
     .kind = TP_SETTING_NUMBER,
     .fallback = "1",
     .min = 0,
     .max = 100,
     .help = "a base below this share of all, in %, is flagged",
     .offset = offsetof(change_options, small_base)},
    {.key = "as", .kind = TP_SETTING_TEXT, .help = "the name of the new table", .offset = offsetof(change_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}", .name = "{from}", .type = TP_TYPE_DOUBLE, .help = "the amounts of the earlier year"},
    {.layer = "{of}", .name = "{to}", .type = TP_TYPE_DOUBLE, .help = "the amounts of the later year"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "region_id", TP_TYPE_TEXT, "", "the region"},
    {"{as}", "name", TP_TYPE_TEXT, "", "its name"},
    {"{as}", "amount_from", TP_TYPE_DOUBLE, "", "in the earlier year"},
    {"{as}", "amount_to", TP_TYPE_DOUBLE, "", "in the later year"},
    {"{as}", "change", TP_TYPE_DOUBLE, "", "difference"},
    {"{as}", "change_pct", TP_TYPE_DOUBLE, "%", "of the earlier amount; missing where that is 0"},
    {"{as}", "share_from", TP_TYPE_DOUBLE, "", "of all regions in the earlier year"},
    {"{as}", "share_to", TP_TYPE_DOUBLE, "", "of all regions in the later year"},
    {"{as}", "small_base", TP_TYPE_INT64, "", "1: the earlier share is below the limit"},
    {"{as}", "rank", TP_TYPE_INT64, "", "by change_pct, 1 the greatest rise or least fall; those flagged have none"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

typedef struct change_row {
    bool known_from, known_to, small;
    double from, to, percent;
} change_row;

typedef struct change_work {
    const change_options *options;
    const tp_dataset *dataset;
    const tp_layer *of;
    change_row *rows;
    double *x; /* room for the amounts of a year */
    double sum_from, sum_to;
} change_work;

static tp_code read_amount(const change_work *w, const char *name, int64_t row, bool *known, double *amount,
                           tp_error *error) {
    const tp_column *column = tp_layer_column(w->of, name);
    *known = column != NULL && tp_column_number(column, row, amount);
    if (*known && !(*amount >= 0 && isfinite(*amount))) {
        return tp_bad_row(w->dataset, w->of, row, error, "%s is %.15g (expected 0 or more)", name, *amount);
    }
    return TP_OK;
}

static tp_code read_rows(change_work *w, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < w->of->n_rows && code == TP_OK; i++) {
        change_row *row = &w->rows[i];
        code = read_amount(w, w->options->from, i, &row->known_from, &row->from, error);
        if (code == TP_OK) {
            code = read_amount(w, w->options->to, i, &row->known_to, &row->to, error);
        }
        if (row->known_from && row->known_to) {
            w->sum_from += row->from;
            w->sum_to += row->to;
        }
    }
    for (int64_t i = 0; i < w->of->n_rows; i++) {
        change_row *row = &w->rows[i];
        bool both = row->known_from && row->known_to;
        row->percent = both && row->from > 0 ? 100 * (row->to - row->from) / row->from : NAN;
        row->small = both && row->from * 100 < w->options->small_base * w->sum_from;
    }
    return code;
}

static int64_t rank_of(const change_work *w, int64_t i) {
    int64_t rank = 1;
    for (int64_t k = 0; k < w->of->n_rows; k++) {
        rank += !w->rows[k].small && w->rows[k].percent > w->rows[i].percent;
    }
    return rank;
}

static tp_code fill(const change_work *w, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    c.code = tp_added_layer_make(step, dataset, "{as}", step->name, TP_GEOMETRY_NONE, w->of->n_rows, &layer, c.column,
                                 error);
    for (int64_t i = 0; i < w->of->n_rows && c.code == TP_OK; i++) {
        const change_row *row = &w->rows[i];
        bool both = row->known_from && row->known_to;
        tp_cells_begin(&c, i);
        tp_put_text(&c, tp_layer_id(w->of, i));
        tp_put_text(&c, tp_layer_label(w->of, i));
        tp_put_number(&c, row->known_from ? row->from : NAN);
        tp_put_number(&c, row->known_to ? row->to : NAN);
        tp_put_number(&c, both ? row->to - row->from : NAN);
        tp_put_number(&c, row->percent);
        tp_put_number(&c, both && w->sum_from > 0 ? row->from / w->sum_from : NAN);
        tp_put_number(&c, both && w->sum_to > 0 ? row->to / w->sum_to : NAN);
        tp_put_count_if(&c, both, row->small);
        tp_put_count_if(&c, isfinite(row->percent) && !row->small, rank_of(w, i));
    }
    if (c.code != TP_OK) {
        tp_layer_free(layer);
        return c.code;
    }
    return tp_dataset_add_layer(dataset, layer, error);
}

/* Herfindahl's index of a year as "0.1234", or "undefined" where all amounts are 0. */
static void say_herfindahl(const change_work *w, bool later, char text[16]) {
    double h, normalised;
    int64_t n = 0;
    for (int64_t i = 0; i < w->of->n_rows; i++) {
        if (w->rows[i].known_from && w->rows[i].known_to) {
            w->x[n++] = later ? w->rows[i].to : w->rows[i].from;
        }
    }
    tp_herfindahl(w->x, n, &h, &normalised);
    (void)snprintf(text, 16, "undefined");
    if (isfinite(h)) {
        (void)snprintf(text, 16, "%.4f", h);
    }
}

/* Whether row i goes before row `best` (-1: none yet): `sign` 1 for the greatest rise, -1 for the least; ties by id. */
static bool goes_before(const change_work *w, int64_t i, int64_t best, int sign) {
    double further = best < 0 ? 1 : sign * (w->rows[i].percent - w->rows[best].percent);
    return further > 0 || (further == 0 && strcmp(tp_layer_id(w->of, i), tp_layer_id(w->of, best)) < 0);
}

static tp_code tell(const change_work *w, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    int64_t most = -1, least = -1, n_small = 0, n_missing = 0;
    char before[16], after[16], sample[TP_OF_WORDS_SIZE];
    for (int64_t i = 0; i < w->of->n_rows; i++) {
        n_small += w->rows[i].small;
        n_missing += !(w->rows[i].known_from && w->rows[i].known_to);
        if (isfinite(w->rows[i].percent) && !w->rows[i].small) {
            most = goes_before(w, i, most, 1) ? i : most;
            least = goes_before(w, i, least, -1) ? i : least;
        }
    }
    tp_sample_words(!tp_layer_holds(w->of, w->of->where), w->of->n_rows, w->of->name, sample);
    tp_code code = TP_OK;
    if (n_missing > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "change between years", true, error,
                                      "%lld of %lld rows of %s miss the amount of a year: their change is not known, "
                                      "and shares leave them out%s",
                                      (long long)n_missing, (long long)w->of->n_rows, w->of->name, sample);
    }
    if (code != TP_OK || most < 0) {
        return code;
    }
    say_herfindahl(w, false, before);
    say_herfindahl(w, true, after);
    return tp_dataset_add_finding(dataset, step->name, "change between years", n_small > 0, error,
                                  "from %s to %s: %+.1f %% in %s to %+.1f %% in %s; %lld regions with a base below %g "
                                  "%% of all are flagged and left out here; Herfindahl %s to %s%s",
                                  w->options->from, w->options->to, w->rows[most].percent, tp_layer_label(w->of, most),
                                  w->rows[least].percent, tp_layer_label(w->of, least), (long long)n_small,
                                  w->options->small_base, before, after, sample);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const change_options *options = step->options.values;
    change_work w = {.options = options, .dataset = dataset, .of = tp_dataset_layer(dataset, options->of)};
    if (w.of == NULL) {
        return tp_error_set(error, TP_E_DATA, "region_change: layer %s is not read", options->of);
    }
    w.rows = calloc((size_t)w.of->n_rows + 1, sizeof *w.rows);
    w.x = malloc(((size_t)w.of->n_rows + 1) * sizeof *w.x);
    tp_code code = w.rows == NULL || w.x == NULL ? tp_error_memory(error) : read_rows(&w, error);
    if (code == TP_OK) {
        code = fill(&w, step, dataset, error);
    }
    if (code == TP_OK) {
        code = tell(&w, step, dataset, error);
    }
    free(w.rows);
    free(w.x);
    return code;
}

const tp_stage tp_stage_region_change = {
    .name = "region_change",
    .phase = TP_MEASURE,
    .purpose = "the change of a table's regions between two years, small bases flagged",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(change_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
