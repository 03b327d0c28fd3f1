/*
 * isochrones: for each point the polygon around what is reached by road within a time, one row a point and time.
 *
 * A bounded search from the point gives the stretches of road that are reached, the last edges in part; the polygon is
 * drawn around them and nothing else, so what cannot be reached stays outside (holes and all) up to the tolerance. How:
 * isochrone.h. A point that does not join the network has no polygon but a line in `rejects`.
 */
#include "core/plan/added_layer.h"
#include "isochrone.h"
#include "rejects.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"
#include "travel.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct isochrones_options {
    const char *of, *where, *as;
    tp_quantities within;
    tp_texts count;
    tp_quantity tolerance;
    int direction;
} isochrones_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are gone out from",
     .offset = offsetof(isochrones_options, of)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of its points",
     .offset = offsetof(isochrones_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITIES,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 10000,
     .help = "the time, or a list of times; inclusive",
     .offset = offsetof(isochrones_options, within)},
    {.key = "direction",
     .kind = TP_SETTING_CHOICE,
     .choices = "to|from",
     .fallback = "to",
     .help = "to: from where the point is reached; from: what is reached from it",
     .offset = offsetof(isochrones_options, direction)},
    {.key = "tolerance",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "50 m",
     .min = 1,
     .max = 10000,
     .help = "how far from a reached stretch of road the polygon may extend",
     .offset = offsetof(isochrones_options, tolerance)},
    {.key = "count",
     .kind = TP_SETTING_LAYERS,
     .help = "layers whose points within the polygon are counted, each in a column",
     .offset = offsetof(isochrones_options, count)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(isochrones_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{count}"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "iso_id", TP_TYPE_TEXT, "", "id of the point and minutes"},
    {"{as}", "of_layer", TP_TYPE_TEXT, "", "the point's layer"},
    {"{as}", "of_id", TP_TYPE_TEXT, "", "the point's id"},
    {"{as}", "name", TP_TYPE_TEXT, "", "the point's name"},
    {"{as}", "minutes", TP_TYPE_DOUBLE, "min", "the time, inclusive"},
    {"{as}", "direction", TP_TYPE_TEXT, "", "to: from where the point is reached; from: what is reached from it"},
    {"{as}", "method", TP_TYPE_TEXT, "", "road or road_model"},
    {"{as}", "tolerance_m", TP_TYPE_DOUBLE, "m", "no point of the polygon is farther from a reached stretch of road"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "area on the ellipsoid"},
    {"{as}", "reached_nodes", TP_TYPE_INT64, "", "nodes of the network reached"},
    {"{as}", "reached_km", TP_TYPE_DOUBLE, "km", "length of the roads reached"},
    {"{as}", "off_road_m", TP_TYPE_DOUBLE, "m", "from the point to the road that it joins"},
    {"{as}", "n_{count}", TP_TYPE_INT64, "", "points of that layer within the polygon"},
};
enum { N_COLUMNS = sizeof ADDS / sizeof ADDS[0] };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const isochrones_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_plan_check_condition(plan, step, "where", options->of, faults);
    for (size_t i = 0; i < options->within.n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (options->within.items[k].value == options->within.items[i].value) {
                tp_faults_add_at(faults, options->within.places[i], "within: a time is named twice");
            }
        }
    }
    for (size_t i = 0; i < options->count.n; i++) {
        tp_reach_check_points(step, plan, options->count.items[i], "count", faults);
    }
    tp_travel_check_network(step, plan, faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_POLYGON, faults);
}

/* One point and time: numbers beside the polygon. */
typedef struct isochrone {
    int64_t origin; /* a row */
    size_t time;    /* which of the times */
    bool has_polygon;
    tp_shapes shapes; /* one row */
    double area_km2, length_km;
    int64_t n_nodes;
} isochrone;

typedef struct isochrones_work {
    const isochrones_options *options;
    const tp_dataset *dataset;
    const tp_network *network;
    const tp_layer *of;
    const tp_join *joins;
    tp_loops loops;
    tp_search_rule rule;
    int64_t *origins; /* rows of `of` */
    int64_t n_origins;
    isochrone *items; /* origin by origin, time by time */
} isochrones_work;

static uint32_t limit_of(const isochrones_work *work, size_t time) {
    return tp_travel_limit_ms(work->options->within.items[time].value);
}

static tp_code find_origins(isochrones_work *work, tp_error *error) {
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    tp_code code = TP_OK;
    work->origins = malloc(((size_t)work->of->n_rows + 1) * sizeof *work->origins);
    if (work->origins == NULL) {
        return tp_error_memory(error);
    }
    if (work->options->where != NULL) {
        code = tp_condition_parse(work->options->where, &condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(condition, work->of, &filter, error);
        }
    }
    for (int64_t row = 0; row < work->of->n_rows && code == TP_OK; row++) {
        if (tp_filter_test(filter, row) == TP_MET) {
            work->origins[work->n_origins++] = row;
        }
    }
    tp_filter_free(filter);
    tp_condition_free(condition);
    if (code == TP_OK) {
        work->items = calloc((size_t)work->n_origins * work->options->within.n + 1, sizeof *work->items);
        code = work->items == NULL ? tp_error_memory(error) : TP_OK;
    }
    return code;
}

static tp_code draw(const isochrones_work *work, tp_search *search, tp_reached_roads *reached, isochrone *item,
                    tp_error *error) {
    const tp_join *origin = &work->joins[item->origin];
    tp_code code = tp_reached_roads_find(work->network, search, work->rule.direction, origin, &work->loops,
                                         limit_of(work, item->time), reached, error);
    if (code == TP_OK) {
        code = tp_isochrone_polygon(&work->network->ways, &work->dataset->ellipsoid, reached,
                                    work->options->tolerance.value, &item->shapes, error);
    }
    if (code == TP_OK) {
        item->has_polygon = item->shapes.n_parts > 0;
        item->area_km2 = tp_geodesic_area_km2(&work->dataset->ellipsoid, &item->shapes, 0);
        item->length_km = reached->length_km;
        item->n_nodes = reached->n_nodes;
    }
    return code;
}

/* All times of an origin, by one search as far as the longest. */
static tp_code work_origin(const isochrones_work *work, int64_t number, tp_search *search, tp_reached_roads *reached,
                           tp_error *error) {
    size_t n = work->options->within.n;
    const tp_join *origin = &work->joins[work->origins[number]];
    tp_code code = tp_search_run_places(search, &work->rule, origin, 1, error);
    for (size_t time = 0; time < n && code == TP_OK; time++) {
        isochrone *item = &work->items[(size_t)number * n + time];
        *item = (isochrone){.origin = work->origins[number], .time = time};
        if (origin->way >= 0) {
            code = draw(work, search, reached, item, error);
        }
    }
    return code;
}

/* In parallel over origins; each writes only its own items, so the order of rows does not depend on threads. */
static tp_code work_origins(isochrones_work *work, tp_error *error) {
    tp_code first_code = TP_OK;
#pragma omp parallel
    {
        tp_search *search = NULL;
        tp_reached_roads reached = {0};
        tp_error own = {0};
        tp_code code = tp_search_new(work->network, &search, &own);
#pragma omp for schedule(dynamic, 1)
        for (int64_t i = 0; i < work->n_origins; i++) {
            if (code == TP_OK) {
                code = work_origin(work, i, search, &reached, &own);
            }
        }
#pragma omp critical(tp_isochrones_error)
        if (code != TP_OK && first_code == TP_OK) {
            first_code = code;
            if (error != NULL) {
                *error = own;
            }
        }
        tp_reached_roads_reset(&reached);
        tp_search_free(search);
    }
    return first_code;
}

/* ---- the layer ---- */

static tp_code set_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return tp_column_set_text(column, row, text, strlen(text), error);
}

static tp_code set_id(const isochrones_work *work, const isochrone *item, tp_column *column, int64_t row,
                      tp_error *error) {
    tp_text text = {0};
    tp_text_add(&text, "%s_%g", tp_layer_id(work->of, item->origin), work->options->within.items[item->time].value);
    tp_code code = text.lost ? tp_error_memory(error) : set_text(column, row, tp_text_get(&text), error);
    tp_text_reset(&text);
    return code;
}

static tp_code fill_row(const isochrones_work *work, const isochrone *item, tp_column *const *columns, int64_t row,
                        tp_error *error) {
    const char *texts[] = {[1] = work->of->name,
                           [2] = tp_layer_id(work->of, item->origin),
                           [3] = tp_layer_label(work->of, item->origin),
                           [5] = work->options->direction == 0 ? "to" : "from",
                           [6] = tp_method_text(work->dataset->network->method)};
    tp_code code = set_id(work, item, columns[0], row, error);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && code == TP_OK; i++) {
        code = texts[i] == NULL ? TP_OK : set_text(columns[i], row, texts[i], error);
    }
    tp_column_set_double(columns[4], row, work->options->within.items[item->time].value);
    tp_column_set_double(columns[7], row, work->options->tolerance.value);
    tp_column_set_double(columns[8], row, item->area_km2);
    tp_column_set_int64(columns[9], row, item->n_nodes);
    tp_column_set_double(columns[10], row, item->length_km);
    tp_column_set_double(columns[11], row, work->joins[item->origin].distance_m);
    return code;
}

static tp_code fill_layer(const isochrones_work *work, const tp_step *step, tp_layer *layer, tp_error *error) {
    tp_column *columns[N_COLUMNS];
    int64_t n = 0, n_items = work->n_origins * (int64_t)work->options->within.n;
    for (int64_t i = 0; i < n_items; i++) {
        n += work->items[i].has_polygon;
    }
    tp_code code = tp_added_layer_open(step, layer, n, columns, error);
    if (code == TP_OK) {
        layer->id = columns[0];
        layer->label = columns[3];
    }
    for (int64_t i = 0, row = 0; i < n_items && code == TP_OK; i++) {
        if (!work->items[i].has_polygon) {
            continue;
        }
        code = fill_row(work, &work->items[i], columns, row++, error);
        if (code == TP_OK) {
            code = tp_shapes_copy_row(&layer->shapes, &work->items[i].shapes, 0, error);
        }
        tp_shapes_reset(&work->items[i].shapes);
    }
    return code;
}

/* How many points of a layer each polygon holds. */
static tp_code count_points(const tp_layer *points, const tp_polygon_index *index, tp_layer *layer, tp_error *error) {
    tp_column *column = NULL;
    char *name = tp_text_format("n_%s", points->name);
    tp_code code = name == NULL ? tp_error_memory(error)
                                : tp_layer_add_column(layer, name, TP_TYPE_INT64, "", "isochrones", &column, error);
    free(name);
    if (code != TP_OK) {
        return code;
    }
    const tp_shapes *shapes = &layer->shapes;
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t row = 0; row < layer->n_rows; row++) {
        double min_x = INFINITY, max_x = -INFINITY, min_y = INFINITY, max_y = -INFINITY;
        int64_t first_ring = shapes->part_first[shapes->row_first[row]];
        int64_t last_ring = shapes->part_first[shapes->row_first[row + 1]];
        for (int64_t v = shapes->ring_first[first_ring]; v < shapes->ring_first[last_ring]; v++) {
            min_x = fmin(min_x, shapes->x[v]);
            max_x = fmax(max_x, shapes->x[v]);
            min_y = fmin(min_y, shapes->y[v]);
            max_y = fmax(max_y, shapes->y[v]);
        }
        int64_t n = 0;
        for (int64_t i = 0; i < points->n_rows; i++) {
            double x = points->lon_deg[i], y = points->lat_deg[i];
            n += x >= min_x && x <= max_x && y >= min_y && y <= max_y && tp_polygon_index_holds(index, row, x, y);
        }
        tp_column_set_int64(column, row, n);
    }
    return TP_OK;
}

static tp_code count_layers(const isochrones_work *work, tp_layer *layer, tp_error *error) {
    tp_polygon_index *index = NULL;
    const tp_texts *names = &work->options->count;
    tp_code code = names->n == 0 ? TP_OK : tp_polygon_index_new(layer, &index, error);
    for (size_t i = 0; i < names->n && code == TP_OK; i++) {
        const tp_layer *points = tp_dataset_layer(work->dataset, names->items[i]);
        code = points == NULL ? tp_error_set(error, TP_E_INTERNAL, "layer %s is not read", names->items[i])
                              : count_points(points, index, layer, error);
    }
    tp_polygon_index_free(index);
    return code;
}

/* A line in `rejects` for each point without a polygon, or for each of its times. */
static tp_code report(const isochrones_work *work, tp_dataset *dataset, tp_error *error) {
    tp_code code = TP_OK;
    size_t n = work->options->within.n;
    for (int64_t i = 0; i < work->n_origins && code == TP_OK; i++) {
        int64_t row = work->origins[i];
        if (work->joins[row].way < 0) {
            code = tp_travel_reject_not_joined(dataset, work->of, row, "no isochrone", error);
            continue;
        }
        for (size_t time = 0; time < n && code == TP_OK; time++) {
            if (!work->items[(size_t)i * n + time].has_polygon) {
                code = tp_dataset_reject(dataset, work->of->name, work->of->source[row], work->of->source_fid[row],
                                         TP_REJECT_NOTHING_REACHED, error,
                                         "%s: %g m off the road, %g min; no isochrone", tp_layer_id(work->of, row),
                                         round(work->joins[row].distance_m), work->options->within.items[time].value);
            }
        }
    }
    return code;
}

static tp_code make_layer(const isochrones_work *work, const tp_step *step, tp_dataset *dataset, tp_error *error) {
    tp_layer *layer = NULL;
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_POLYGON, &layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = fill_layer(work, step, layer, error);
    if (code == TP_OK) {
        code = count_layers(work, layer, error);
    }
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    return tp_dataset_add_layer(dataset, layer, error);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const isochrones_options *options = step->options.values;
    isochrones_work work = {.options = options, .dataset = dataset, .of = tp_dataset_layer(dataset, options->of)};
    if (dataset->network == NULL) {
        return tp_error_set(error, TP_E_CONFIG, "isochrones needs a network");
    }
    work.network = dataset->network->network;
    work.rule = (tp_search_rule){.direction = options->direction == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY,
                                 .modes = TP_MODES_BY_ROAD};
    for (size_t i = 0; i < options->within.n; i++) {
        uint32_t limit_ms = limit_of(&work, i);
        work.rule.limit_ms = limit_ms > work.rule.limit_ms ? limit_ms : work.rule.limit_ms;
    }
    tp_code code = tp_transport_joins(dataset->network, &dataset->ellipsoid, work.of, &work.joins, error);
    if (code == TP_OK) {
        code = find_origins(&work, error);
    }
    if (code == TP_OK) {
        code = tp_loops_find(work.network, &work.loops, error);
    }
    if (code == TP_OK) {
        code = work_origins(&work, error);
    }
    if (code == TP_OK) {
        code = report(&work, dataset, error);
    }
    if (code == TP_OK) {
        code = make_layer(&work, step, dataset, error);
    }
    for (size_t i = 0; work.items != NULL && i < (size_t)work.n_origins * options->within.n; i++) {
        tp_shapes_reset(&work.items[i].shapes);
    }
    free(work.items);
    free(work.origins);
    tp_loops_reset(&work.loops);
    return code;
}

const tp_stage tp_stage_isochrones = {
    .name = "isochrones",
    .phase = TP_MEASURE,
    .purpose = "polygons around what is reached by road within a time",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(isochrones_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
