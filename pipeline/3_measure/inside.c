/*
 * inside: how many polygons of a layer hold the point, borders included.
 *
 * None found is none only where the layer holds everything; a polygon of which the filter's cell is missing may count.
 */
#include "municipal.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct inside_options {
    const char *of, *in, *where, *as;
} inside_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(inside_options, of)},
    {.key = "in",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of polygons",
     .offset = offsetof(inside_options, in)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which polygons count",
     .offset = offsetof(inside_options, where)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new column",
     .offset = offsetof(inside_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{in}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "", "how many polygons hold the point"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const inside_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_municipal_check_polygons(step, plan, options->in, "in", faults);
    tp_plan_check_condition(plan, step, "where", options->in, faults);
}

typedef struct inside_detail {
    int64_t *first; /* a row: a polygon that holds it and surely counts, the smallest id; -1 none */
} inside_detail;

static void free_detail(void *detail) {
    inside_detail *mine = detail;
    if (mine != NULL) {
        free(mine->first);
    }
    free(mine);
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const inside_detail *detail = measure->detail;
    const tp_layer *polygons = measure->to[0];
    int64_t first = detail->first[row];
    if (first >= 0) {
        tp_text_add(text, "inside %s of ", tp_layer_label(polygons, first));
        tp_reach_write_wanted(measure, text);
        if (measure->value[row] > 1) {
            tp_text_add(text, " and %.0f more", measure->value[row] - 1);
        }
    } else {
        tp_text_add(text, "in none of the ");
        tp_text_add_number(text, (double)polygons->n_rows, 0);
        tp_text_add(text, " polygon%s of ", polygons->n_rows == 1 ? "" : "s");
        tp_reach_write_wanted(measure, text);
    }
    if (measure->sample) {
        tp_text_add(text, "; %s, so one may be missing", tp_reach_sample_text(measure));
    } else if (measure->high[row] > measure->low[row]) {
        tp_text_add(text, "; of one more that holds it, what the condition asks is not known");
    }
}

static const tp_measure_kind KIND = {.name = "inside", .dimension = TP_DIMENSION_COUNT, .evidence = write_evidence};

static void measure_row(const tp_polygon_index *index, const tp_filter *filter, tp_measure *measure, int64_t row) {
    inside_detail *detail = measure->detail;
    const tp_layer *of = measure->of, *polygons = measure->to[0];
    double sure = 0, maybe = 0;
    detail->first[row] = -1;
    if (tp_polygon_index_find(index, of->lon_deg[row], of->lat_deg[row]) >= 0) {
        for (int64_t k = 0; k < polygons->n_rows; k++) {
            tp_verdict counts = tp_filter_test(filter, k);
            if (counts == TP_NOT_MET || !tp_polygon_index_holds(index, k, of->lon_deg[row], of->lat_deg[row])) {
                continue;
            }
            int64_t *first = &detail->first[row];
            if (counts == TP_MET &&
                (*first < 0 || strcmp(tp_layer_id(polygons, k), tp_layer_id(polygons, *first)) < 0)) {
                *first = k;
            }
            sure += counts == TP_MET;
            maybe += counts == TP_UNKNOWN;
        }
    }
    double high = measure->sample ? INFINITY : sure + maybe;
    double told = sure > 0 || high <= 0 ? sure : (double)NAN;
    tp_measure_set_interval(measure, row, told, sure, high, TP_METHOD_POLYGON);
}

static tp_code open_layer(const inside_options *options, const tp_layer *polygons, tp_measure *measure,
                          tp_filter **filter, tp_condition **condition, tp_error *error) {
    tp_code code = tp_measure_add_to(measure, polygons, error);
    if (code == TP_OK && options->where != NULL) {
        measure->where = tp_text_copy(options->where);
        code = measure->where == NULL ? tp_error_memory(error) : tp_condition_parse(options->where, condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(*condition, polygons, filter, error);
        }
    }
    measure->sample = !tp_layer_holds(polygons, *condition);
    return code;
}

static tp_code measure_rows(const inside_options *options, const tp_layer *polygons, tp_measure *measure,
                            tp_error *error) {
    tp_filter *filter = NULL;
    tp_condition *condition = NULL;
    tp_polygon_index *index = NULL;
    inside_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    detail->first = malloc(((size_t)measure->of->n_rows + 1) * sizeof *detail->first);
    tp_code code = detail->first == NULL ? tp_error_memory(error)
                                         : open_layer(options, polygons, measure, &filter, &condition, error);
    if (code == TP_OK) {
        code = tp_polygon_index_new(polygons, &index, error);
    }
    if (code == TP_OK) {
#pragma omp parallel for schedule(dynamic, 256)
        for (int64_t row = 0; row < measure->of->n_rows; row++) {
            measure_row(index, filter, measure, row);
        }
    }
    tp_polygon_index_free(index);
    tp_filter_free(filter);
    tp_condition_free(condition);
    return code;
}

/* The column that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    tp_column *column = NULL;
    tp_code code = tp_layer_add_column(of, step->name, TP_TYPE_DOUBLE, "", "inside", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (measure->known[row]) {
            tp_column_set_double(column, row, measure->value[row]);
        }
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const inside_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    const tp_layer *polygons = tp_dataset_layer(dataset, options->in);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    if (polygons == NULL) {
        measure->missing_layer = tp_text_copy(options->in);
        code = measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    } else {
        code = measure_rows(options, polygons, measure, error);
        if (code == TP_OK && step->implied_by == NULL) {
            code = publish(step, measure, of, error);
        }
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_inside = {
    .name = "inside",
    .phase = TP_MEASURE,
    .purpose = "how many polygons of a layer hold the point",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(inside_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .measures = true,
    .dimension = TP_DIMENSION_COUNT,
    .check = check,
    .run = run,
};
