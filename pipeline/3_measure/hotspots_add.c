/* Gi* and local Moran of a column, written beside it, and what is to be told about them: see hotspots.h. */
#include "hotspots.h"

#include "of_words.h"
#include "technopolis/random.h"
#include "technopolis/schema.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 5 };

typedef struct spots {
    const tp_step *step;
    const tp_run *run;
    tp_dataset *dataset;
    tp_layer *layer;
    const tp_hotspots_request *request;
    tp_hotspots_units units;
    tp_local_statistics statistics;
    double *value, *p, *q, *moran_p, *moran_q;
    char sample[TP_OF_WORDS_SIZE]; /* " (in this sample of 288 features)", or "" */
} spots;

/* ---- computing ---- */

static tp_code read_values(spots *work, tp_error *error) {
    size_t n = (size_t)work->units.n + 1;
    const tp_column *column = tp_layer_column(work->layer, work->request->column);
    double **arrays[] = {&work->value, &work->p, &work->q, &work->moran_p, &work->moran_q};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        *arrays[i] = malloc(n * sizeof **arrays[i]);
        if (*arrays[i] == NULL) {
            return tp_error_memory(error);
        }
    }
    for (int64_t i = 0; i < work->units.n; i++) {
        (void)tp_column_number(column, work->units.row[i], &work->value[i]);
    }
    return TP_OK;
}

/* By permutations, which serve both statistics (two-sided: the same p), or by the normal distribution. */
static tp_code find_p(spots *work, tp_error *error) {
    const tp_hotspots_request *request = work->request;
    int64_t n = work->units.n;
    if (request->permutations == 0) {
        for (int64_t i = 0; i < n; i++) {
            work->p[i] = tp_normal_p(work->statistics.gi_z[i], request->side);
            work->moran_p[i] = request->local_moran ? tp_normal_p(work->statistics.moran_z[i], TP_SIDE_TWO) : NAN;
        }
        return TP_OK;
    }
    uint64_t *stream = malloc(((size_t)n + 1) * sizeof *stream);
    if (stream == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        stream[i] = tp_random_stream(tp_layer_id(work->layer, work->units.row[i]));
    }
    uint64_t seed = (uint64_t)work->run->seed;
    tp_code code = tp_permutation_p(&work->units.neighbours, work->value, &work->statistics, stream, seed,
                                    request->permutations, request->side, work->p, error);
    if (code == TP_OK && request->local_moran && request->side != TP_SIDE_TWO) {
        code = tp_permutation_p(&work->units.neighbours, work->value, &work->statistics, stream, seed,
                                request->permutations, TP_SIDE_TWO, work->moran_p, error);
    } else if (code == TP_OK) {
        memcpy(work->moran_p, work->p, (size_t)n * sizeof *work->p);
    }
    free(stream);
    return code;
}

static tp_code compute(spots *work, tp_error *error) {
    tp_code code = tp_hotspots_units_find(work->dataset, work->layer, work->request, &work->units, error);
    if (code == TP_OK) {
        code = read_values(work, error);
    }
    if (code == TP_OK) {
        unsigned wanted = (work->request->local_moran ? TP_LOCAL_SUMS | TP_LOCAL_MORAN : 0U) |
                          (work->request->permutations > 0 ? TP_LOCAL_SUMS : 0U);
        code = tp_local_statistics_of(&work->units.neighbours, work->value, wanted, &work->statistics, error);
    }
    if (code == TP_OK) {
        code = find_p(work, error);
    }
    if (code == TP_OK) {
        code = tp_q_values(work->p, work->units.n, work->request->correction, work->q, error);
    }
    if (code == TP_OK && work->request->local_moran) {
        code = tp_q_values(work->moran_p, work->units.n, work->request->correction, work->moran_q, error);
    }
    return code;
}

/* ---- columns ---- */

/*
 * 1 hot, -1 cold, 0 neither. Gi* counts the unit itself, permutations judge its neighbours: a high value among low ones
 * may have a Gi* above 0 and yet a small p because its surroundings are low. Such a one is no spot of either kind.
 */
static int sign_of(const spots *work, int64_t i) {
    double z = work->statistics.gi_z[i], n = (double)work->units.n;
    double expected = (work->statistics.mean * n - work->value[i]) / (n - 1) *
                      (double)tp_neighbours_count(&work->units.neighbours, i);
    double around = work->request->permutations > 0 ? work->statistics.sum[i] - expected : z;
    return z > 0 && around > 0 ? 1 : z < 0 && around < 0 ? -1 : 0;
}

static const char *gi_class(const spots *work, int64_t i) {
    static const char *const HOT[] = {"hot_99", "hot_95", "hot_90"}, *const COLD[] = {"cold_99", "cold_95", "cold_90"};
    double q = work->q[i];
    if (isnan(q)) {
        return NULL;
    }
    int level = q <= 0.01 ? 0 : q <= 0.05 ? 1 : q <= 0.1 ? 2 : 3, sign = sign_of(work, i);
    return level == 3 || sign == 0 ? "not_significant" : sign > 0 ? HOT[level] : COLD[level];
}

/* High or low, and the mean of the neighbours high or low. */
static const char *moran_class(const spots *work, int64_t i) {
    if (isnan(work->statistics.moran_z[i])) {
        return NULL;
    }
    if (!(work->moran_q[i] <= 0.05)) {
        return "not_significant";
    }
    bool high = work->value[i] > work->statistics.mean;
    bool around =
        work->statistics.sum[i] > (double)tp_neighbours_count(&work->units.neighbours, i) * work->statistics.mean;
    return high ? around ? "high_high" : "high_low" : around ? "low_high" : "low_low";
}

static tp_code new_column(const spots *work, const char *name, tp_type type, tp_column **column, tp_error *error) {
    char *whole = tp_text_format("%s%s", work->request->prefix, name);
    tp_code code = whole == NULL
                       ? tp_error_memory(error)
                       : tp_layer_add_column(work->layer, whole, type, "", work->step->stage->name, column, error);
    free(whole);
    return code;
}

static tp_code add_numbers(const spots *work, const char *name, const double *number, tp_error *error) {
    tp_column *column = NULL;
    tp_code code = new_column(work, name, TP_TYPE_DOUBLE, &column, error);
    for (int64_t i = 0; i < work->units.n && code == TP_OK; i++) {
        tp_column_set_double(column, work->units.row[i], number[i]);
    }
    return code;
}

/* Texts are set in the order of the layer's rows, since they lie end to end. */
static tp_code add_classes(const spots *work, const char *name, bool moran, tp_error *error) {
    tp_column *column = NULL;
    const char **of_row = calloc((size_t)work->layer->n_rows + 1, sizeof *of_row);
    tp_code code = of_row == NULL ? tp_error_memory(error) : new_column(work, name, TP_TYPE_TEXT, &column, error);
    for (int64_t i = 0; i < work->units.n && code == TP_OK; i++) {
        of_row[work->units.row[i]] = moran ? moran_class(work, i) : gi_class(work, i);
    }
    for (int64_t row = 0; row < work->layer->n_rows && code == TP_OK; row++) {
        if (of_row[row] != NULL) {
            code = tp_column_set_text(column, row, of_row[row], strlen(of_row[row]), error);
        }
    }
    free(of_row);
    return code;
}

static tp_code write_columns(const spots *work, tp_error *error) {
    const struct {
        const char *name;
        const double *number;
    } gi[] = {{"gi_z", work->statistics.gi_z}, {"gi_p", work->p}, {"gi_q", work->q}},
      moran[] = {{"moran", work->statistics.moran},
                 {"moran_z", work->statistics.moran_z},
                 {"moran_p", work->moran_p},
                 {"moran_q", work->moran_q}};
    tp_code code = TP_OK;
    for (size_t i = 0; i < sizeof gi / sizeof gi[0] && code == TP_OK; i++) {
        code = add_numbers(work, gi[i].name, gi[i].number, error);
    }
    if (code == TP_OK) {
        code = add_classes(work, "class", false, error);
    }
    for (size_t i = 0; i < sizeof moran / sizeof moran[0] && code == TP_OK && work->request->local_moran; i++) {
        code = add_numbers(work, moran[i].name, moran[i].number, error);
    }
    if (code == TP_OK && work->request->local_moran) {
        code = add_classes(work, "moran_class", true, error);
    }
    return code;
}

/* ---- findings ---- */

#define TELL(work, warning, error, format, ...)                                                                        \
    tp_dataset_add_finding((work)->dataset, (work)->step->name, "hot spots", warning, error, format "%s", __VA_ARGS__, \
                           (work)->sample)

/* Cells hold features: so many make the sample. Of any other layer the rows do. */
static void say_sample(spots *work) {
    const tp_column *n = tp_layer_column(work->layer, "n");
    bool sample = !tp_layer_holds(work->layer, work->layer->where);
    bool cells = tp_layer_column(work->layer, "mesh_code") != NULL && n != NULL && n->type == TP_TYPE_INT64;
    int64_t features = 0;
    for (int64_t row = 0; row < work->layer->n_rows && cells; row++) {
        features += n->valid[row] ? n->i64[row] : 0;
    }
    tp_sample_words(sample, cells ? features : work->layer->n_rows, cells ? "features" : work->layer->name,
                    work->sample);
}

/* Those without a neighbour, the first few by id. */
static tp_code tell_islands(const spots *work, tp_error *error) {
    const tp_neighbours *neighbours = &work->units.neighbours;
    tp_text names = {0};
    int named = 0;
    for (int64_t i = 0; i < work->units.n && named < MOST_NAMED; i++) {
        if (tp_neighbours_count(neighbours, i) == 0) {
            tp_text_add(&names, "%s%s", named++ == 0 ? "" : ", ", tp_layer_id(work->layer, work->units.row[i]));
        }
    }
    tp_code code = names.lost ? tp_error_memory(error)
                              : TELL(work, true, error,
                                     "%lld of %lld rows of %s have no neighbour, so nothing is said of them: %s%s",
                                     (long long)neighbours->n_islands, (long long)work->units.n, work->layer->name,
                                     tp_text_get(&names), neighbours->n_islands > named ? ", …" : "");
    tp_text_reset(&names);
    return code;
}

static tp_code tell_undefined(const spots *work, tp_error *error) {
    tp_code code = TP_OK;
    int64_t missing = work->layer->n_rows - work->units.n, all_near = 0;
    for (int64_t i = 0; i < work->units.n; i++) {
        all_near += tp_neighbours_count(&work->units.neighbours, i) > 0 &&
                    tp_neighbours_count(&work->units.neighbours, i) >= work->units.n - 1;
    }
    if (missing > 0) {
        code = TELL(work, true, error, "%s of %s is missing in %lld of %lld rows, which are left out",
                    work->request->column, work->layer->name, (long long)missing, (long long)work->layer->n_rows);
    }
    if (code == TP_OK && work->units.n == 0) {
        code = TELL(work, true, error, "%s of %s has no values: Gi* and Moran's I are not defined",
                    work->request->column, work->layer->name);
    } else if (code == TP_OK && work->statistics.constant) {
        code = TELL(work, true, error, "%s of %s is %.6g in all %lld rows: Gi* and Moran's I are not defined",
                    work->request->column, work->layer->name, work->value[0], (long long)work->units.n);
    }
    if (code == TP_OK && work->units.neighbours.n_islands > 0) {
        code = tell_islands(work, error);
    }
    if (code == TP_OK && all_near > 0 && !work->statistics.constant) {
        code = TELL(work, true, error, "%lld rows of %s have all others as neighbours, so Gi* is not defined there",
                    (long long)all_near, work->layer->name);
    }
    return code;
}

static const char *side_words(tp_side side) {
    return side == TP_SIDE_TWO    ? "two-sided"
           : side == TP_SIDE_HIGH ? "one-sided for high values"
                                  : "one-sided for low values";
}

static tp_code tell_result(const spots *work, int64_t n_tests, tp_error *error) {
    const tp_hotspots_request *request = work->request;
    int64_t hot = 0, cold = 0;
    for (int64_t i = 0; i < work->units.n; i++) {
        hot += work->q[i] <= 0.05 && sign_of(work, i) > 0;
        cold += work->q[i] <= 0.05 && sign_of(work, i) < 0;
    }
    char how[80] = "the normal distribution";
    if (request->permutations > 0) {
        (void)snprintf(how, sizeof how, "%lld conditional permutations", (long long)request->permutations);
    }
    return TELL(work, false, error,
                "%lld hot and %lld cold of %lld rows of %s at q <= 0.05 (Gi* of %s, p by %s, %s; q after %s)",
                (long long)hot, (long long)cold, (long long)n_tests, work->layer->name, request->column, how,
                side_words(request->side),
                request->correction == TP_CORRECTION_BH ? "Benjamini and Hochberg" : "Benjamini and Yekutieli");
}

static tp_code tell_attainable(const spots *work, int64_t n_tests, tp_error *error) {
    int64_t permutations = work->request->permutations;
    int64_t needed = tp_attainable(n_tests, permutations, work->request->correction, 0.05);
    if (needed <= 1) {
        return TP_OK;
    }
    return TELL(
        work, true, error,
        "the smallest p of %lld permutations is %.4g: of %lld rows at least %lld must reach it before any has q <= "
        "0.05%s",
        (long long)permutations, 1 / (double)(permutations + 1), (long long)n_tests, (long long)needed,
        needed > n_tests ? ", so none can" : "");
}

static tp_code tell(spots *work, tp_error *error) {
    const tp_moran *global = &work->statistics.global;
    int64_t n_tests = 0;
    for (int64_t i = 0; i < work->units.n; i++) {
        n_tests += !isnan(work->p[i]);
    }
    say_sample(work);
    tp_code code = tell_undefined(work, error);
    if (code == TP_OK && n_tests > 0) {
        code = tell_result(work, n_tests, error);
    }
    if (code == TP_OK && n_tests > 0 && work->request->permutations > 0) {
        code = tell_attainable(work, n_tests, error);
    }
    if (code == TP_OK && !isnan(global->p)) {
        code = TELL(work, false, error,
                    "Moran's I of %s over %s is %.4f (expected %.4f, z %.2f, two-sided p %.3g under randomisation)",
                    work->request->column, work->layer->name, global->i, global->expected, global->z, global->p);
    }
    return code;
}

tp_code tp_hotspots_add(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_layer *layer,
                        const tp_hotspots_request *request, tp_error *error) {
    spots work = {.step = step, .run = run, .dataset = dataset, .layer = layer, .request = request};
    tp_code code = compute(&work, error);
    if (code == TP_OK) {
        code = write_columns(&work, error);
    }
    if (code == TP_OK) {
        code = tell(&work, error);
    }
    tp_local_statistics_reset(&work.statistics);
    tp_hotspots_units_reset(&work.units);
    free(work.value);
    free(work.p);
    free(work.q);
    free(work.moran_p);
    free(work.moran_q);
    return code;
}
