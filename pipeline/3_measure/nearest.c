/*
 * nearest: the nearest facility of a kind, its distance and minutes.
 *
 * By the network it is the one of the shortest time, found by one search from all facilities at once; by the straight
 * line the true geodesic nearest (point_index.h) with the estimate of reach.h; travel.h says which row goes how. A
 * facility of which the filter's cell is missing might be nearer than the one found, and a sample might have left out a
 * nearer one: then the minutes are only an upper bound, and the interval says so.
 */
#include "apart.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct nearest_options {
    const char *of, *where, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
    int by, direction;
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
    TP_TRAVEL_SETTINGS(nearest_options),
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
    tp_travel_check(step, plan, options->by, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
}

/* The facilities that surely count, or those that may: an index of them, and who is nearest by road. */
typedef struct nearest_kind {
    tp_facility_index index;
    tp_service *service;  /* NULL without a network */
    int64_t *facility_of; /* number in the service -> facility */
} nearest_kind;

/* What the evidence needs beyond the measure itself; the link is found when it is asked for. */
typedef struct nearest_detail {
    tp_travel travel;
    tp_facilities facilities;
    nearest_kind sure;
} nearest_detail;

static void reset_kind(nearest_kind *kind) {
    tp_facility_index_reset(&kind->index);
    tp_service_free(kind->service);
    free(kind->facility_of);
}

static void free_detail(void *detail) {
    nearest_detail *mine = detail;
    if (mine != NULL) {
        reset_kind(&mine->sure);
        tp_facilities_reset(&mine->facilities);
        tp_travel_reset(&mine->travel);
    }
    free(mine);
}

/* ---- finding one ---- */

/* The nearest by the straight line; facility -1 and infinity where none is within the limit. */
static tp_near near_by_line(const nearest_detail *detail, const nearest_kind *kind, const tp_measure *measure,
                            int64_t row) {
    const tp_reach *reach = &detail->travel.reach;
    const tp_layer *of = measure->of;
    tp_near near = {.facility = -1, .minutes = INFINITY};
    double limit_m = tp_reach_limit_m(reach, measure->within_min), distance_m = INFINITY;
    int64_t found =
        tp_point_index_nearest(kind->index.points, of->lon_deg[row], of->lat_deg[row], limit_m, &distance_m);
    double minutes = tp_reach_minutes(reach, distance_m);
    if (found >= 0 && minutes <= measure->within_min) {
        near = (tp_near){.facility = kind->index.facility[found], .minutes = minutes, .distance_m = distance_m};
    }
    return near;
}

static tp_near near_by_road(const nearest_detail *detail, const nearest_kind *kind, int64_t row) {
    tp_service_walk walk;
    tp_served served;
    tp_service_begin(&walk, kind->service, &detail->travel.joins[row], NULL);
    if (!tp_service_next(&walk, &served)) {
        return (tp_near){.facility = -1, .minutes = INFINITY};
    }
    return (tp_near){.facility = kind->facility_of[served.facility],
                     .minutes = tp_travel_minutes(served.time_ms),
                     .distance_m = served.length_m};
}

static tp_near find_near(const tp_measure *measure, const nearest_kind *kind, int64_t row) {
    const nearest_detail *detail = measure->detail;
    switch (tp_travel_there(&detail->travel, row)) {
    case TP_THERE_STRAIGHT:
        return near_by_line(detail, kind, measure, row);
    case TP_THERE_NETWORK:
        return near_by_road(detail, kind, row);
    case TP_THERE_NOT:
        break;
    }
    return (tp_near){.facility = -1, .minutes = INFINITY};
}

static int find_link(const tp_measure *measure, int64_t row, tp_link *links) {
    const nearest_detail *detail = measure->detail;
    if (!measure->known[row]) {
        return 0;
    }
    tp_near near = find_near(measure, &detail->sure, row);
    if (near.facility >= 0) {
        links[0] = tp_near_link(&detail->facilities, &near);
    }
    return near.facility >= 0;
}

/* ---- the evidence ---- */

static void write_found(const tp_travel *travel, const tp_measure *measure, int64_t row, const tp_link *link,
                        tp_text *text) {
    tp_text_add(text, ": nearest %s, ", tp_layer_label(measure->to[link->layer], link->row));
    tp_text_add_number(text, link->minutes, 1);
    if (tp_travel_there(travel, row) == TP_THERE_STRAIGHT) {
        tp_text_add(text, " min (");
        tp_text_add_number(text, link->distance_m / 1000, 2);
        tp_text_add(text, " km straight line x ");
        tp_text_add_number(text, travel->reach.detour, 2);
        tp_text_add(text, " at ");
        tp_text_add_number(text, travel->reach.speed_kmh, 1);
        tp_text_add(text, " km/h)");
    } else {
        tp_text_add(text, " min ");
        tp_travel_write_by(travel, text);
        tp_text_add(text, " (");
        tp_text_add_number(text, link->distance_m / 1000, 1);
        tp_text_add(text, " km)");
    }
    tp_travel_write_place(travel, row, text);
    tp_travel_write_facility(travel, measure, row, link, text);
}

static void write_none(const tp_travel *travel, const tp_measure *measure, int64_t row, tp_text *text) {
    if (tp_travel_there(travel, row) == TP_THERE_NOT) {
        tp_text_add(text, ": not reached, since ");
        tp_travel_write_not_joined(travel, text);
        return;
    }
    tp_text_add(text, ": none found");
    if (isfinite(measure->within_min)) {
        tp_text_add(text, " within ");
        tp_text_add_number(text, measure->within_min, 1);
        tp_text_add(text, " min");
    }
    if (tp_travel_there(travel, row) == TP_THERE_NETWORK) {
        tp_text_add(text, " ");
        tp_travel_write_by(travel, text);
    }
    tp_travel_write_place(travel, row, text);
    tp_travel_write_left_out(travel, row, text);
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const nearest_detail *detail = measure->detail;
    const tp_travel *travel = &detail->travel;
    tp_link links[TP_LINKS_MAX];
    int n = tp_measure_links(measure, row, links);
    text->lost = text->lost || n < 0;
    tp_reach_write_wanted(measure, text);
    if (n > 0) {
        write_found(travel, measure, row, &links[0], text);
    } else {
        write_none(travel, measure, row, text);
    }
    if (measure->low[row] == measure->high[row]) {
        return;
    }
    if (measure->sample) {
        tp_text_add(text, "; %s, so there may be a nearer one", tp_reach_sample_text(measure));
    } else if (measure->low[row] <= measure->within_min) {
        tp_text_add(text, "; one at ");
        tp_text_add_number(text, measure->low[row], 1);
        bool off = travel->n_left_out > 0 && tp_travel_there(travel, row) == TP_THERE_NETWORK;
        tp_text_add(text, off && measure->where == NULL
                              ? " min by the straight line may be nearer: it does not join the network"
                          : off
                              ? " min may count too: it does not join the network (then by the straight line), or what "
                                "the condition asks of it is not known"
                              : " min may count too: what the condition asks of it is not known");
    }
}

static const tp_measure_kind KIND = {
    .name = "nearest", .dimension = TP_DIMENSION_TIME, .evidence = write_evidence, .links = find_link};

/* ---- the measure ---- */

/* The columns that a user's own measure adds, in the order of ADDS, and where their texts are stored. */
typedef struct nearest_columns {
    tp_column *column[5];
    uint32_t *id, *name; /* of each facility */
    uint32_t method[TP_METHOD_TABLE + 1];
} nearest_columns;

typedef struct nearest_work {
    nearest_kind maybe;
    tp_apart apart;
    tp_measure *measure;
    nearest_detail *detail;
    nearest_columns *columns; /* NULL: none are added */
} nearest_work;

/* Numbers are given in the order of ranks, so that ties go to the smaller id. */
static tp_code search_from(const nearest_work *work, int which, nearest_kind *kind, tp_error *error) {
    const tp_facilities *facilities = &work->detail->facilities;
    const tp_travel *travel = &work->detail->travel;
    size_t size = (size_t)facilities->n + 1;
    int64_t *by_rank = malloc(size * sizeof *by_rank), n = 0;
    tp_join *joins = malloc(size * sizeof *joins);
    kind->facility_of = malloc(size * sizeof *kind->facility_of);
    tp_code code = by_rank == NULL || joins == NULL || kind->facility_of == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) {
        by_rank[facilities->rank[i]] = i;
    }
    for (int64_t k = 0; k < facilities->n && code == TP_OK; k++) {
        int64_t i = by_rank[k];
        const tp_join *join = &travel->to_joins[facilities->layer[i]][facilities->row[i]];
        if (facilities->maybe[i] == which && join->way >= 0) {
            joins[n] = *join;
            kind->facility_of[n++] = i;
        }
    }
    if (code == TP_OK) {
        tp_service_request request = {.network = travel->transport->network,
                                      .rule = tp_travel_rule(travel, tp_travel_limit_ms(work->measure->within_min)),
                                      .places = travel->joins,
                                      .n_places = work->measure->of->n_rows,
                                      .facilities = joins,
                                      .n_facilities = n,
                                      .nearest = true};
        code = tp_service_new(&request, &kind->service, error);
    }
    free(by_rank);
    free(joins);
    return code;
}

static tp_code make_kind(const nearest_work *work, const tp_ellipsoid *ellipsoid, int which, nearest_kind *kind,
                         tp_error *error) {
    tp_code code = tp_facility_index_new(ellipsoid, &work->detail->facilities, which, &kind->index, error);
    if (code == TP_OK && work->detail->travel.transport != NULL) {
        code = search_from(work, which, kind, error);
    }
    return code;
}

static void publish_row(const nearest_columns *columns, const tp_near *near, tp_method method, int64_t row) {
    tp_column_set_stored(columns->column[0], row, columns->id[near->facility]);
    tp_column_set_stored(columns->column[1], row, columns->name[near->facility]);
    tp_column_set_double(columns->column[2], row, near->minutes);
    tp_column_set_double(columns->column[3], row, near->distance_m / 1000);
    tp_column_set_stored(columns->column[4], row, columns->method[method]);
}

static void measure_row(const nearest_work *work, int64_t row) {
    tp_measure *measure = work->measure;
    const nearest_detail *detail = work->detail;
    tp_way_there there = tp_travel_there(&detail->travel, row);
    tp_near near = find_near(measure, &detail->sure, row);
    /* Nothing within the limit is known to lie beyond it, not to be nowhere. */
    bool looked =
        near.facility < 0 && detail->facilities.n > 0 && isfinite(measure->within_min) && there != TP_THERE_NOT;
    double beyond = looked ? nextafter(measure->within_min, INFINITY) : INFINITY;
    double low = fmin(near.minutes, beyond);
    if (detail->facilities.n_maybe > 0) {
        low = fmin(low, find_near(measure, &work->maybe, row).minutes);
    }
    if (there == TP_THERE_NETWORK) {
        double within_min = measure->within_min;
        low = fmin(low, tp_apart_nearest_min(&work->apart, &detail->travel, measure->of, row, within_min));
    }
    if (measure->sample &&
        there != TP_THERE_NOT) { /* a place off the network reaches nothing that is left out either */
        low = 0;
    }
    tp_method method = tp_travel_method(&detail->travel, row);
    tp_measure_set_interval(measure, row, near.minutes, low, near.minutes, method);
    if (work->columns != NULL && near.facility >= 0) {
        publish_row(work->columns, &near, method, row);
    }
}

static void measure_rows(const nearest_work *work) {
    int64_t n = work->measure->of->n_rows;
#pragma omp parallel for schedule(static, 256)
    for (int64_t row = 0; row < n; row++) {
        measure_row(work, row);
    }
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A user's measure and a criterion often ask the same: one that was measured before, or NULL. */
static const tp_measure *find_same(const tp_dataset *dataset, const tp_measure *measure) {
    const tp_travel *travel = &((const nearest_detail *)measure->detail)->travel;
    for (size_t i = 0; i < dataset->n_measures; i++) {
        const tp_measure *other = dataset->measures[i];
        if (other->kind != &KIND || other->of != measure->of || other->missing_layer != NULL ||
            other->n_to != measure->n_to || other->within_min != measure->within_min ||
            other->sample != measure->sample || !same_text(other->where, measure->where) ||
            memcmp(other->to, measure->to, measure->n_to * sizeof *measure->to) != 0) {
            continue;
        }
        const tp_travel *its = &((const nearest_detail *)other->detail)->travel;
        if (its->by == travel->by && its->direction == travel->direction && its->transport == travel->transport &&
            its->reach.speed_kmh == travel->reach.speed_kmh && its->reach.detour == travel->reach.detour) {
            return other;
        }
    }
    return NULL;
}

static void copy_rows(const tp_measure *from, tp_measure *measure) {
    size_t n = (size_t)measure->of->n_rows;
    memcpy(measure->value, from->value, n * sizeof *measure->value);
    memcpy(measure->known, from->known, n);
    memcpy(measure->low, from->low, n * sizeof *measure->low);
    memcpy(measure->high, from->high, n * sizeof *measure->high);
    memcpy(measure->method, from->method, n);
}

static tp_code store(tp_column *column, const char *text, uint32_t *place, tp_error *error) {
    return tp_column_store_text(column, text, strlen(text), place, error);
}

/* Adds the columns and stores all texts that may stand in them, so that threads need only say which. */
static tp_code open_columns(const tp_step *step, const nearest_work *work, tp_layer *of, nearest_columns *columns,
                            tp_error *error) {
    const tp_measure *measure = work->measure;
    const tp_facilities *facilities = &work->detail->facilities;
    tp_code code = TP_OK;
    for (size_t i = 0; i < 5 && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", step->name, ADDS[i].name + strlen("{as}"));
        code = name == NULL
                   ? tp_error_memory(error)
                   : tp_layer_add_column(of, name, ADDS[i].type, ADDS[i].unit, "nearest", &columns->column[i], error);
        free(name);
    }
    columns->id = malloc(((size_t)facilities->n + 1) * sizeof *columns->id);
    columns->name = malloc(((size_t)facilities->n + 1) * sizeof *columns->name);
    if (code == TP_OK && (columns->id == NULL || columns->name == NULL)) {
        code = tp_error_memory(error);
    }
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) {
        const tp_layer *layer = measure->to[facilities->layer[i]];
        code = store(columns->column[0], tp_layer_id(layer, facilities->row[i]), &columns->id[i], error);
        if (code == TP_OK) {
            code = store(columns->column[1], tp_layer_label(layer, facilities->row[i]), &columns->name[i], error);
        }
    }
    for (int method = TP_METHOD_NONE + 1; method <= TP_METHOD_TABLE && code == TP_OK; method++) {
        code = store(columns->column[4], tp_method_text((tp_method)method), &columns->method[method], error);
    }
    return code;
}

static void close_columns(nearest_columns *columns) {
    free(columns->id);
    free(columns->name);
}

static tp_code find_nearest(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                            tp_error *error) {
    nearest_detail *detail = measure->detail;
    nearest_columns columns = {0};
    nearest_work work = {.measure = measure, .detail = detail, .columns = step->implied_by == NULL ? &columns : NULL};
    tp_code code = tp_travel_open(&detail->travel, dataset, measure, &detail->facilities, error);
    if (code == TP_OK) {
        code = make_kind(&work, &dataset->ellipsoid, TP_SURE, &detail->sure, error);
    }
    const tp_measure *same = code == TP_OK && work.columns == NULL ? find_same(dataset, measure) : NULL;
    if (same != NULL) {
        copy_rows(same, measure);
        return TP_OK;
    }
    if (code == TP_OK && detail->facilities.n_maybe > 0) {
        code = make_kind(&work, &dataset->ellipsoid, TP_MAYBE, &work.maybe, error);
    }
    if (code == TP_OK) {
        code = tp_apart_open(&work.apart, &detail->travel, &detail->facilities, &dataset->ellipsoid, error);
    }
    if (code == TP_OK && work.columns != NULL) {
        code = open_columns(step, &work, of, &columns, error);
    }
    if (code == TP_OK) {
        measure_rows(&work);
    }
    close_columns(&columns);
    reset_kind(&work.maybe);
    tp_apart_reset(&work.apart);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const nearest_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    nearest_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        tp_measure_free(measure);
        return tp_error_memory(error);
    }
    tp_travel_set(&detail->travel, options->by, options->direction, options->speed.value, options->detour);
    measure->detail = detail;
    measure->free_detail = free_detail;
    measure->within_min = options->within.unit[0] == '\0' ? INFINITY : options->within.value;
    code = tp_facilities_gather(dataset, &options->to, options->where, measure, &detail->facilities, error);
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = find_nearest(step, dataset, of, measure, error);
    }
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
