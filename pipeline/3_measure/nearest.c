/*
 * nearest: the nearest facility of a kind, its distance and minutes.
 *
 * The facility is the true geodesic nearest (point_index.h), its minutes the straight-line estimate (reach.h). A
 * facility of which the filter's cell is missing might be nearer than the one found, and a sample might have left out a
 * nearer one: then the minutes are only an upper bound, and the interval says so.
 */
#include "reach.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct nearest_options {
    const char *of, *where, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
} nearest_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(nearest_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) in which the nearest point is looked for",
     .offset = offsetof(nearest_options, to)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which features count",
     .offset = offsetof(nearest_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .min = 0,
     .max = 100000,
     .help = "how far to look; without it, however far",
     .offset = offsetof(nearest_options, within)},
    TP_REACH_SETTINGS(nearest_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(nearest_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_id", TP_TYPE_TEXT, "", "id of the nearest"},
    {"{of}", "{as}_name", TP_TYPE_TEXT, "", "name of the nearest"},
    {"{of}", "{as}_minutes", TP_TYPE_DOUBLE, "min", "travel time to the nearest"},
    {"{of}", "{as}_km", TP_TYPE_DOUBLE, "km", "length of the way to the nearest, by the method's measure"},
    {"{of}", "{as}_method", TP_TYPE_TEXT, "", "how the time was found"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const nearest_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const tp_reach *reach = measure->detail;
    tp_reach_write_wanted(measure, text);
    if (measure->link_first[row] < measure->link_first[row + 1]) {
        const tp_link *link = &measure->links[measure->link_first[row]];
        tp_text_add(text, ": nearest %s, ", tp_layer_label(measure->to[link->layer], link->row));
        tp_text_add_number(text, link->minutes, 1);
        tp_text_add(text, " min (");
        tp_text_add_number(text, link->distance_m / 1000, 2);
        tp_text_add(text, " km straight line x ");
        tp_text_add_number(text, reach->detour, 2);
        tp_text_add(text, " at ");
        tp_text_add_number(text, reach->speed_kmh, 1);
        tp_text_add(text, " km/h)");
    } else {
        tp_text_add(text, ": none found");
        if (isfinite(measure->within_min)) {
            tp_text_add(text, " within ");
            tp_text_add_number(text, measure->within_min, 1);
            tp_text_add(text, " min");
        }
    }
    if (measure->sample) {
        tp_text_add(text, "; the layer is a sample, so a nearer one may be missing from it");
    } else if (measure->low[row] < measure->high[row]) {
        tp_text_add(text, "; one at ");
        tp_text_add_number(text, measure->low[row], 1);
        tp_text_add(text, " min may count too: what the condition asks of it is not known");
    }
}

static const tp_measure_kind KIND = {"nearest", TP_DIMENSION_TIME, write_evidence};

typedef struct nearest_work {
    const tp_facilities *facilities;
    const tp_facility_index *sure, *maybe;
    const tp_reach *reach;
    tp_measure *measure;
    tp_link *links; /* one a row, packed afterwards */
    uint8_t *count;
} nearest_work;

static void measure_row(const nearest_work *work, int64_t row) {
    tp_measure *measure = work->measure;
    const tp_layer *of = measure->of;
    double limit_m = tp_reach_limit_m(work->reach, measure->within_min);
    double distance_m = INFINITY, minutes = INFINITY, low = INFINITY;
    int64_t found =
        tp_point_index_nearest(work->sure->points, of->lon_deg[row], of->lat_deg[row], limit_m, &distance_m);
    if (found >= 0 && tp_reach_minutes(work->reach, distance_m) <= measure->within_min) {
        minutes = low = tp_reach_minutes(work->reach, distance_m);
        int64_t facility = work->sure->facility[found];
        work->links[row] = (tp_link){.layer = work->facilities->layer[facility],
                                     .note = -1,
                                     .row = work->facilities->row[facility],
                                     .minutes = minutes,
                                     .distance_m = distance_m};
        work->count[row] = 1;
    }
    if (work->facilities->n_maybe > 0) {
        found = tp_point_index_nearest(work->maybe->points, of->lon_deg[row], of->lat_deg[row], limit_m, &distance_m);
        double other = found < 0 ? INFINITY : tp_reach_minutes(work->reach, distance_m);
        low = other <= measure->within_min ? fmin(low, other) : low;
    }
    if (measure->sample) {
        low = 0;
    }
    tp_measure_set_interval(measure, row, minutes, low, minutes, TP_METHOD_STRAIGHT_LINE);
}

/* Packs one optional link a row. */
static tp_code pack(nearest_work *work, tp_error *error) {
    tp_measure *measure = work->measure;
    int64_t total = 0;
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        measure->link_first[row] = total;
        total += work->count[row];
    }
    measure->link_first[measure->of->n_rows] = total;
    measure->links = malloc(sizeof *measure->links * (size_t)(total > 0 ? total : 1));
    if (measure->links == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        if (work->count[row]) {
            measure->links[measure->link_first[row]] = work->links[row];
        }
    }
    return TP_OK;
}

static tp_code measure_rows(nearest_work *work, tp_error *error) {
    int64_t n = work->measure->of->n_rows;
    work->links = calloc((size_t)(n > 0 ? n : 1), sizeof *work->links);
    work->count = calloc((size_t)(n > 0 ? n : 1), 1);
    tp_code code = work->links == NULL || work->count == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
#pragma omp parallel for schedule(static, 256)
        for (int64_t row = 0; row < n; row++) {
            measure_row(work, row);
        }
        code = pack(work, error);
    }
    free(work->links);
    free(work->count);
    return code;
}

/* The columns that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    tp_column *columns[5];
    tp_code code = TP_OK;
    for (size_t i = 0; i < 5 && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", step->name, ADDS[i].name + strlen("{as}"));
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(of, name, ADDS[i].type, ADDS[i].unit, "nearest", &columns[i], error);
        free(name);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (!measure->known[row]) {
            continue;
        }
        const tp_link *link = &measure->links[measure->link_first[row]];
        const tp_layer *layer = measure->to[link->layer];
        const char *id = tp_layer_id(layer, link->row), *label = tp_layer_label(layer, link->row);
        const char *method = tp_method_text((tp_method)measure->method[row]);
        code = tp_column_set_text(columns[0], row, id, strlen(id), error);
        if (code == TP_OK) {
            code = tp_column_set_text(columns[1], row, label, strlen(label), error);
        }
        if (code == TP_OK) {
            code = tp_column_set_text(columns[4], row, method, strlen(method), error);
        }
        tp_column_set_double(columns[2], row, link->minutes);
        tp_column_set_double(columns[3], row, link->distance_m / 1000);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const nearest_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_facilities facilities = {0};
    tp_facility_index sure = {0}, maybe = {0};
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    tp_reach *reach = malloc(sizeof *reach);
    if (reach == NULL) {
        tp_measure_free(measure);
        return tp_error_memory(error);
    }
    *reach = (tp_reach){options->speed.value, options->detour};
    measure->detail = reach;
    measure->free_detail = free;
    measure->within_min = options->within.unit[0] == '\0' ? INFINITY : options->within.value;
    code = tp_facilities_gather(dataset, &options->to, options->where, measure, &facilities, error);
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = tp_facility_index_new(&dataset->ellipsoid, &facilities, TP_SURE, &sure, error);
        if (code == TP_OK) {
            code = tp_facility_index_new(&dataset->ellipsoid, &facilities, TP_MAYBE, &maybe, error);
        }
        nearest_work work = {&facilities, &sure, &maybe, reach, measure, NULL, NULL};
        if (code == TP_OK) {
            code = measure_rows(&work, error);
        }
        if (code == TP_OK && step->implied_by == NULL) {
            code = publish(step, measure, of, error);
        }
    }
    tp_facility_index_reset(&sure);
    tp_facility_index_reset(&maybe);
    tp_facilities_reset(&facilities);
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_nearest = {
    .name = "nearest",
    .phase = TP_MEASURE,
    .purpose = "the nearest feature of a layer: which, how far, how many minutes",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(nearest_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .measures = true,
    .dimension = TP_DIMENSION_TIME,
    .check = check,
    .run = run,
};
