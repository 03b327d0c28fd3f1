/*
 * matrix: the minutes by road between every point of a layer and every feature within a time, one row a pair, as a table
 * of its own. Points that reach nothing have no row; those that do not join the network have a line in `rejects`.
 *
 * One bounded search a feature finds the pairs and the lengths of their paths (technopolis/service.h).
 */
#include "core/plan/added_layer.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct matrix_options {
    const char *of, *where, *as;
    tp_texts to;
    tp_quantity within;
    int direction;
} matrix_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(matrix_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) to whose points",
     .offset = offsetof(matrix_options, to)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of these count",
     .offset = offsetof(matrix_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 10000,
     .help = "how far to go, inclusive",
     .offset = offsetof(matrix_options, within)},
    {.key = "direction",
     .kind = TP_SETTING_CHOICE,
     .choices = "to|from",
     .fallback = "to",
     .help = "to the feature, or from it",
     .offset = offsetof(matrix_options, direction)},
    {.key = "as", .kind = TP_SETTING_TEXT, .help = "the name of the new table", .offset = offsetof(matrix_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "of_id", TP_TYPE_TEXT, "", "the point's id"},
    {"{as}", "to_layer", TP_TYPE_TEXT, "", "the feature's layer"},
    {"{as}", "to_id", TP_TYPE_TEXT, "", "the feature's id"},
    {"{as}", "minutes", TP_TYPE_DOUBLE, "min", "by road"},
    {"{as}", "km", TP_TYPE_DOUBLE, "km", "length along the path"},
    {"{as}", "method", TP_TYPE_TEXT, "", "road or road_model"},
};
enum { N_COLUMNS = sizeof ADDS / sizeof ADDS[0] };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const matrix_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
    tp_travel_check_network(step, plan, faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

typedef struct matrix_work {
    const tp_network *network;
    tp_measure *measure; /* never added to the dataset: says what the facilities are of */
    tp_facilities facilities;
    int64_t *facility_of; /* number in the search, which is the order of ids -> facility */
    int64_t n;            /* of these: joined, and sure to count */
    tp_join *facility_joins;
    const tp_join *joins; /* of the points */
    tp_search_rule rule;
    tp_matrix matrix;
} matrix_work;

/* The facilities that join the network, in the order of their ids, so that ties go to the smaller one. */
static tp_code join_facilities(matrix_work *work, tp_dataset *dataset, tp_error *error) {
    const tp_facilities *facilities = &work->facilities;
    int64_t *by_rank = malloc(((size_t)facilities->n + 1) * sizeof *by_rank);
    work->facility_of = malloc(((size_t)facilities->n + 1) * sizeof *work->facility_of);
    work->facility_joins = malloc(((size_t)facilities->n + 1) * sizeof *work->facility_joins);
    tp_code code =
        by_rank == NULL || work->facility_of == NULL || work->facility_joins == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) {
        by_rank[facilities->rank[i]] = i;
    }
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) {
        int64_t facility = by_rank[i], row = facilities->row[facility];
        const tp_layer *layer = work->measure->to[facilities->layer[facility]];
        const tp_join *joins = NULL;
        if (facilities->maybe[facility]) {
            continue;
        }
        code = tp_transport_joins(dataset->network, &dataset->ellipsoid, layer, &joins, error);
        if (code == TP_OK && joins[row].way < 0) {
            code = tp_travel_reject_not_joined(dataset, layer, row, "not in the matrix", error);
        } else if (code == TP_OK) {
            work->facility_of[work->n] = facility;
            work->facility_joins[work->n++] = joins[row];
        }
    }
    free(by_rank);
    return code;
}

static tp_code join_points(matrix_work *work, tp_dataset *dataset, const tp_layer *of, tp_error *error) {
    tp_code code = tp_transport_joins(dataset->network, &dataset->ellipsoid, of, &work->joins, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (work->joins[row].way < 0) {
            code = tp_travel_reject_not_joined(dataset, of, row, "not in the matrix", error);
        }
    }
    return code;
}

/* ---- the table ---- */

static tp_code set_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return tp_column_set_text(column, row, text, strlen(text), error);
}

static tp_code fill(const matrix_work *work, const tp_step *step, tp_method method, tp_layer *layer, tp_error *error) {
    const tp_matrix *matrix = &work->matrix;
    tp_column *columns[N_COLUMNS];
    tp_code code = tp_added_layer_open(step, layer, matrix->n_pairs, columns, error);
    if (code == TP_OK) {
        layer->id = columns[0];
    }
    for (int64_t p = 0; p < matrix->n_places; p++) {
        for (int64_t i = matrix->first[p]; i < matrix->first[p + 1] && code == TP_OK; i++) {
            int64_t facility = work->facility_of[matrix->pair[i].facility];
            const tp_layer *to = work->measure->to[work->facilities.layer[facility]];
            const char *texts[N_COLUMNS] = {[0] = tp_layer_id(work->measure->of, p),
                                            [1] = to->name,
                                            [2] = tp_layer_id(to, work->facilities.row[facility]),
                                            [5] = tp_method_text(method)};
            for (size_t k = 0; k < N_COLUMNS && code == TP_OK; k++) {
                code = texts[k] == NULL ? TP_OK : set_text(columns[k], i, texts[k], error);
            }
            tp_column_set_double(columns[3], i, tp_travel_minutes(matrix->pair[i].time_ms));
            tp_column_set_double(columns[4], i, matrix->length_m[i] / 1000);
        }
    }
    return code;
}

static tp_code make_layer(const matrix_work *work, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    tp_layer *layer = NULL;
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_NONE, &layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = fill(work, step, dataset->network->method, layer, error);
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    return tp_dataset_add_layer(dataset, layer, error);
}

static tp_code find_pairs(matrix_work *work, tp_dataset *dataset, const tp_layer *of, tp_error *error) {
    tp_code code = join_points(work, dataset, of, error);
    if (code == TP_OK) {
        code = join_facilities(work, dataset, error);
    }
    if (code == TP_OK) {
        code = tp_matrix_of(work->network, &work->rule, work->joins, of->n_rows, work->facility_joins, work->n, 0,
                            &work->matrix, error);
    }
    return code;
}

static const tp_measure_kind KIND = {.name = "matrix", .dimension = TP_DIMENSION_TIME};

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const matrix_options *options = step->options.values;
    const tp_layer *of = tp_dataset_layer(dataset, options->of);
    matrix_work work = {.rule = {.direction = options->direction == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY,
                                 .modes = TP_MODES_BY_ROAD,
                                 .limit_ms = tp_travel_limit_ms(options->within.value)}};
    if (dataset->network == NULL) {
        return tp_error_set(error, TP_E_CONFIG, "matrix needs a network");
    }
    work.network = dataset->network->network;
    tp_code code = tp_measure_new(step->name, &KIND, of, &work.measure, error);
    if (code == TP_OK) {
        code = tp_facilities_gather(dataset, &options->to, options->where, work.measure, &work.facilities, error);
    }
    if (code == TP_OK && work.measure->missing_layer != NULL) {
        code = tp_error_set(error, TP_E_INTERNAL, "layer %s is not read", work.measure->missing_layer);
    }
    if (code == TP_OK) {
        code = find_pairs(&work, dataset, of, error);
    }
    if (code == TP_OK) {
        code = make_layer(&work, step, dataset, error);
    }
    tp_matrix_reset(&work.matrix);
    tp_facilities_reset(&work.facilities);
    tp_measure_free(work.measure);
    free(work.facility_of);
    free(work.facility_joins);
    return code;
}

const tp_stage tp_stage_matrix = {
    .name = "matrix",
    .phase = TP_MEASURE,
    .purpose = "a table of the minutes by road between points and features within a time",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(matrix_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
