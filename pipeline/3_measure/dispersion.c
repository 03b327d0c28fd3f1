/*
 * dispersion: whether the points of a layer are spread over prefectures otherwise than people are: counts more or less
 * uneven (Gini, Herfindahl, prefectures with any), and how far shares depart from those of the population (Theil).
 *
 * The null is that each point falls into a prefecture with the chance of its share of the population (the weights of
 * another layer), independently. It is drawn `permutations` times, each draw with a random sequence of its own (seeded by
 * the run, see technopolis/random.h), so threads change nothing. p = (draws at least as extreme + 1) / (draws + 1), for
 * each side by itself. The interval is that in which 95 % of the draws lie.
 */
#include "bad_row.h"
#include "core/plan/added_layer.h"
#include "of_words.h"
#include "reach.h"
#include "spans.h"
#include "table_cells.h"
#include "technopolis/concentration.h"
#include "technopolis/plan.h"
#include "technopolis/random.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct dispersion_options {
    tp_texts of;
    const char *population, *weight, *prefectures, *as;
    int64_t permutations;
} dispersion_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers whose points are looked at",
     .offset = offsetof(dispersion_options, of)},
    {.key = "population",
     .kind = TP_SETTING_LAYER,
     .fallback = "cities",
     .help = "the layer of points that holds the population",
     .offset = offsetof(dispersion_options, population)},
    {.key = "weight",
     .kind = TP_SETTING_COLUMN,
     .fallback = "population",
     .help = "its column",
     .offset = offsetof(dispersion_options, weight)},
    {.key = "prefectures",
     .kind = TP_SETTING_LAYER,
     .fallback = "prefectures",
     .help = "the polygons among which points are spread",
     .offset = offsetof(dispersion_options, prefectures)},
    {.key = "permutations",
     .kind = TP_SETTING_INTEGER,
     .fallback = "999",
     .min = 19,
     .max = 1e6,
     .help = "how many draws",
     .offset = offsetof(dispersion_options, permutations)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new table",
     .offset = offsetof(dispersion_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{prefectures}"},
    {.layer = "{population}", .name = "{weight}", .type = TP_TYPE_DOUBLE, .help = "the population"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "row_key", TP_TYPE_TEXT, "", "layer and measure"},
    {"{as}", "layer", TP_TYPE_TEXT, "", "the layer"},
    {"{as}", "measure", TP_TYPE_TEXT, "",
     "gini, hhi, theil (against the population) or share_with (prefectures with a point)"},
    {"{as}", "n", TP_TYPE_INT64, "", "points in a prefecture"},
    {"{as}", "observed", TP_TYPE_DOUBLE, "", "the measure"},
    {"{as}", "null_mean", TP_TYPE_DOUBLE, "", "mean of the draws"},
    {"{as}", "null_low", TP_TYPE_DOUBLE, "", "the draws' lower 2.5 %"},
    {"{as}", "null_high", TP_TYPE_DOUBLE, "", "the draws' upper 2.5 %"},
    {"{as}", "p_high", TP_TYPE_DOUBLE, "", "one-sided: chance of at least the observed under the null"},
    {"{as}", "p_low", TP_TYPE_DOUBLE, "", "one-sided: chance of at most the observed under the null"},
    {"{as}", "permutations", TP_TYPE_INT64, "", "draws"},
    {"{as}", "coverage", TP_TYPE_TEXT, "", "complete or sample"},
};

enum { GINI, HHI, THEIL, SHARE_WITH, MEASURES };
static const char *const NAMES[] = {"gini", "hhi", "theil", "share_with"};
static const double COAST_M = 10000;
static const char *const STATED[] = {"prefecture_code", "pref_code", NULL};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const dispersion_options *options = step->options.values;
    for (size_t i = 0; i < options->of.n; i++) {
        tp_reach_check_points(step, plan, options->of.items[i], "of", faults);
    }
    tp_reach_check_points(step, plan, options->population, "population", faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

typedef struct dispersion_work {
    const dispersion_options *options;
    tp_dataset *dataset;
    const tp_layer *prefectures;
    uint64_t seed;
    int64_t n; /* prefectures */
    double *population, *cumulative;
    double *draws; /* a measure: the values of all draws, one after the other */
} dispersion_work;

static tp_code read_population(dispersion_work *w, const tp_step *step, tp_error *error) {
    const tp_layer *layer = tp_dataset_layer(w->dataset, w->options->population);
    const tp_column *column = layer == NULL ? NULL : tp_layer_column(layer, w->options->weight);
    int64_t *rows = NULL;
    double sum = 0;
    int64_t n_missing = 0;
    if (column == NULL) {
        return tp_error_set(error, TP_E_DATA, "dispersion: layer %s has no %s", w->options->population,
                            w->options->weight);
    }
    tp_code code = tp_spans_rows(w->dataset, layer, w->prefectures, NULL, STATED, COAST_M, &rows, error);
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        double weight;
        if (rows[row] < 0) {
            code = tp_spans_reject(w->dataset, layer, row, w->prefectures, "dispersion", error);
            continue;
        }
        if (!tp_column_number(column, row, &weight)) {
            n_missing++;
            continue;
        }
        if (!(weight >= 0 && isfinite(weight))) {
            code = tp_bad_row(w->dataset, layer, row, error, "%s is %.15g (expected 0 or more)", column->name, weight);
        } else {
            w->population[rows[row]] += weight;
        }
    }
    for (int64_t i = 0; i < w->n; i++) {
        sum += w->population[i];
        w->cumulative[i] = sum;
    }
    free(rows);
    if (code == TP_OK && !(sum > 0)) {
        code = tp_error_set(error, TP_E_DATA, "layer %s: no %s in any prefecture", layer->name, column->name);
    }
    return code != TP_OK || n_missing == 0
               ? code
               : tp_dataset_add_finding(w->dataset, step->name, "not counted", true, error,
                                        "%lld of %lld %s have no %s: chance puts no point there", (long long)n_missing,
                                        (long long)layer->n_rows, layer->name, column->name);
}

static tp_code measure(const dispersion_work *w, const double *count, double values[MEASURES], tp_error *error) {
    tp_theil_parts theil;
    double normalised;
    int64_t n_with = 0;
    for (int64_t i = 0; i < w->n; i++) {
        n_with += count[i] > 0;
    }
    tp_herfindahl(count, w->n, &values[HHI], &normalised);
    values[SHARE_WITH] = w->n > 0 ? (double)n_with / (double)w->n : NAN;
    tp_code code = tp_gini(count, w->n, &values[GINI], error);
    if (code == TP_OK) {
        code = tp_theil(count, w->population, NULL, w->n, 0, &theil, error);
        values[THEIL] = theil.total;
    }
    return code;
}

static void draw(const dispersion_work *w, uint64_t stream, int64_t number, int64_t n_points, double *count) {
    tp_random random = tp_random_of(w->seed, stream, (uint32_t)number);
    memset(count, 0, (size_t)w->n * sizeof *count);
    for (int64_t i = 0; i < n_points; i++) {
        double at = tp_random_uniform(&random) * w->cumulative[w->n - 1];
        int64_t low = 0, high = w->n - 1; /* the first prefecture whose cumulated population exceeds it */
        while (low < high) {
            int64_t middle = (low + high) / 2;
            if (w->cumulative[middle] > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        count[low] += 1;
    }
}

static tp_code draw_all(const dispersion_work *w, const char *name, int64_t n_points, tp_error *error) {
    uint64_t stream = tp_random_stream(name);
    tp_code first_code = TP_OK;
#pragma omp parallel
    {
        double *count = malloc(((size_t)w->n + 1) * sizeof *count), values[MEASURES];
        tp_code code = count == NULL ? tp_error_memory(NULL) : TP_OK;
#pragma omp for schedule(static)
        for (int64_t k = 0; k < w->options->permutations; k++) {
            if (code == TP_OK) {
                draw(w, stream, k, n_points, count);
                code = measure(w, count, values, NULL);
            }
            for (int m = 0; m < MEASURES && code == TP_OK; m++) {
                w->draws[m * w->options->permutations + k] = values[m];
            }
        }
#pragma omp critical(tp_dispersion_error)
        if (code != TP_OK) {
            first_code = code;
        }
        free(count);
    }
    return first_code == TP_OK ? TP_OK : tp_error_memory(error);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct summary {
    double mean, low, high, p_high, p_low;
} summary;

/* A relative difference below this is rounding: a draw of the same counts in another order. */
static const double EQUAL = 1e-12;

static summary summarise(double *draws, int64_t n, double observed) {
    summary s = {0, NAN, NAN, NAN, NAN};
    int64_t n_high = 0, n_low = 0;
    qsort(draws, (size_t)n, sizeof *draws, compare_doubles);
    for (int64_t i = 0; i < n; i++) {
        double slack = EQUAL * fmax(fabs(draws[i]), fabs(observed));
        s.mean += draws[i] / (double)n;
        n_high += draws[i] >= observed - slack;
        n_low += draws[i] <= observed + slack;
    }
    s.low = draws[(int64_t)(0.025 * (double)(n - 1))];
    s.high = draws[(int64_t)ceil(0.975 * (double)(n - 1))];
    if (isfinite(observed)) {
        s.p_high = (double)(n_high + 1) / (double)(n + 1);
        s.p_low = (double)(n_low + 1) / (double)(n + 1);
    }
    return s;
}

static tp_code put_measures(dispersion_work *w, const tp_step *step, tp_cells *c, const tp_layer *layer, int64_t n,
                            const double observed[MEASURES]) {
    int64_t draws = w->options->permutations;
    bool sample = !tp_layer_holds(layer, layer->where);
    char of[TP_OF_WORDS_SIZE];
    tp_of_words(sample, n, layer->name, of);
    for (int m = 0; m < MEASURES && c->code == TP_OK; m++) {
        summary s = summarise(w->draws + m * draws, draws, observed[m]);
        char *key = tp_text_format("%s/%s", layer->name, NAMES[m]);
        c->at = 0;
        tp_put_text(c, key);
        tp_put_text(c, layer->name);
        tp_put_text(c, NAMES[m]);
        tp_put_count(c, n);
        tp_put_number(c, observed[m]);
        tp_put_number(c, n > 0 ? s.mean : NAN);
        tp_put_number(c, n > 0 ? s.low : NAN);
        tp_put_number(c, n > 0 ? s.high : NAN);
        tp_put_number(c, s.p_high);
        tp_put_number(c, s.p_low);
        tp_put_count(c, draws);
        tp_put_text(c, sample ? "sample" : "complete");
        c->row++;
        if (key == NULL) {
            c->code = tp_error_memory(c->error);
        } else if (m == THEIL && c->code == TP_OK && isfinite(observed[m])) {
            c->code = tp_dataset_add_finding(w->dataset, step->name, "dispersion", false, c->error,
                                             "%s against the %s of %s: Theil %.3f, where chance alone gives %.3f (95 "
                                             "%% of %lld draws up to %.3f), p = %.3g one-sided (%s)",
                                             layer->name, w->options->weight, w->options->population, observed[m],
                                             s.mean, (long long)draws, s.high, s.p_high, of);
        }
        free(key);
    }
    return c->code;
}

static tp_code work_layer(dispersion_work *w, const tp_step *step, const char *name, tp_cells *c, tp_error *error) {
    const tp_layer *layer = tp_dataset_layer(w->dataset, name);
    double *count = calloc((size_t)w->n + 1, sizeof *count), observed[MEASURES];
    int64_t *rows = NULL, n = 0;
    tp_code code = TP_OK;
    if (layer == NULL || count == NULL) {
        free(count);
        return layer == NULL ? tp_error_set(error, TP_E_DATA, "dispersion: layer %s is not read", name)
                             : tp_error_memory(error);
    }
    code = tp_spans_rows(w->dataset, layer, w->prefectures, NULL, STATED, COAST_M, &rows, error);
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        if (rows[row] >= 0) {
            count[rows[row]] += 1;
            n++;
        } else {
            code = tp_spans_reject(w->dataset, layer, row, w->prefectures, "dispersion", error);
        }
    }
    if (code == TP_OK) {
        code = measure(w, count, observed, error);
    }
    if (code == TP_OK) {
        code = draw_all(w, name, n, error);
    }
    if (code == TP_OK) {
        code = put_measures(w, step, c, layer, n, observed);
    }
    free(count);
    free(rows);
    return code;
}

static tp_code work_layers(dispersion_work *w, const tp_step *step, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *table = NULL;
    tp_code code = tp_added_layer_make(step, w->dataset, "{as}", step->name, TP_GEOMETRY_NONE,
                                       (int64_t)w->options->of.n * MEASURES, &table, c.column, error);
    for (size_t i = 0; i < w->options->of.n && code == TP_OK; i++) {
        code = work_layer(w, step, w->options->of.items[i], &c, error);
    }
    if (code != TP_OK) {
        tp_layer_free(table);
        return code;
    }
    return tp_dataset_add_layer(w->dataset, table, error);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    const dispersion_options *options = step->options.values;
    dispersion_work w = {.options = options,
                         .dataset = dataset,
                         .prefectures = tp_dataset_layer(dataset, options->prefectures),
                         .seed = (uint64_t)run_settings->seed};
    if (w.prefectures == NULL || w.prefectures->n_rows == 0) {
        return tp_error_set(error, TP_E_DATA, "dispersion: layer %s is not read or empty", options->prefectures);
    }
    w.n = w.prefectures->n_rows;
    w.population = calloc((size_t)w.n, sizeof *w.population);
    w.cumulative = calloc((size_t)w.n, sizeof *w.cumulative);
    w.draws = malloc((size_t)(MEASURES * options->permutations) * sizeof *w.draws);
    tp_code code = w.population == NULL || w.cumulative == NULL || w.draws == NULL ? tp_error_memory(error)
                                                                                   : read_population(&w, step, error);
    if (code == TP_OK) {
        code = work_layers(&w, step, error);
    }
    free(w.population);
    free(w.cumulative);
    free(w.draws);
    return code;
}

const tp_stage tp_stage_dispersion = {
    .name = "dispersion",
    .phase = TP_MEASURE,
    .purpose = "whether points are spread over prefectures otherwise than the population is",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(dispersion_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
