/*
 * touching: whether the municipality in which a point lies, or one that touches it, belongs to a city that counts.
 *
 * Met this way a city is near whatever the distance: the value is 0 minutes, else unreachable. Which polygons belong to
 * a city, wards among them: municipal.h. The answer is the same for all points of a polygon and is worked out once
 * for each.
 */
#include "municipal.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct touching_options {
    const char *of, *where, *polygons, *as;
    tp_texts to;
} touching_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(touching_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) of cities, as points",
     .offset = offsetof(touching_options, to)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which cities count",
     .offset = offsetof(touching_options, where)},
    {.key = "polygons",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of municipalities as polygons, whose ids are the cities' ids or the codes of their wards",
     .offset = offsetof(touching_options, polygons)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(touching_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
    {.layer = "{polygons}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_verdict", TP_TYPE_VERDICT, "", "whether the own or a touching municipality belongs to such a city"},
    {"{of}", "{as}_id", TP_TYPE_TEXT, "", "id of that city"},
    {"{of}", "{as}_name", TP_TYPE_TEXT, "", "name of that city"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const touching_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_municipal_check_polygons(step, plan, options->polygons, "polygons", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
}

/* A city that counts or may count; facility -1: none. Facility numbers mean nothing once the run has ended. */
typedef struct candidate {
    int64_t facility, row; /* row of the `to` layer */
    int64_t via;           /* its polygon */
    int32_t layer;
    bool unproven; /* what is not known: whether the polygon is its own, else what the filter asks */
} candidate;

/* What is true of every point in a polygon. */
typedef struct answer {
    candidate sure, maybe;
} answer;

typedef struct touching_detail {
    tp_municipal *municipal;
    answer *answers; /* of each polygon; filled for those that hold a point */
    char *shown;     /* the numeric column of the filter, or NULL */
} touching_detail;

static void free_detail(void *detail) {
    touching_detail *mine = detail;
    if (mine != NULL) {
        tp_municipal_free(mine->municipal);
        free(mine->answers);
        free(mine->shown);
    }
    free(mine);
}

/* " (738,744 persons)", by the column that the filter compares. */
static void write_shown(const touching_detail *detail, const tp_layer *layer, int64_t row, tp_text *text) {
    const tp_column *column = detail->shown == NULL ? NULL : tp_layer_column(layer, detail->shown);
    double value;
    if (column == NULL || !tp_column_number(column, row, &value)) {
        return;
    }
    bool has_unit = column->unit[0] != '\0';
    tp_text_add(text, has_unit ? " (" : " (%s ", column->name);
    tp_text_add_number(text, value, 2);
    tp_text_add(text, has_unit ? " %s)" : ")", column->unit);
}

static void write_not_found(const tp_measure *measure, const touching_detail *detail, int64_t own, tp_text *text) {
    const tp_municipal *municipal = detail->municipal;
    int64_t n = municipal->near_first[own + 1] - municipal->near_first[own];
    tp_text_add(text, "own municipality %s", tp_layer_label(municipal->polygons, own));
    if (n > 0) {
        tp_text_add(text, " and the %lld that touch it belong to none of the ", (long long)n);
    } else {
        tp_text_add(text, ", which touches none, belongs to none of the ");
    }
    tp_reach_write_wanted(measure, text);
    const candidate *maybe = &detail->answers[own].maybe;
    if (maybe->facility >= 0) {
        const char *city = tp_layer_label(measure->to[maybe->layer], maybe->row);
        if (maybe->unproven) {
            tp_text_add(text, "; %s may have %s: no polygon bears its code", city,
                        tp_layer_label(municipal->polygons, maybe->via));
        } else {
            tp_text_add(text, "; %s may count: what the condition asks of it is not known", city);
        }
    }
    if (measure->sample) {
        tp_text_add(text, "; %s, so a city may be missing", tp_reach_sample_text(measure));
    }
    if (!municipal->complete) {
        tp_text_add(text, "; %s is a sample, so a municipality may be missing from it", municipal->polygons->name);
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const touching_detail *detail = measure->detail;
    const tp_municipal *municipal = detail->municipal;
    int64_t own = municipal == NULL ? -1 : municipal->own[row];
    if (municipal == NULL) {
        return;
    }
    if (own < 0) {
        tp_text_add(text, "the point lies in none of the polygons of %s", municipal->polygons->name);
    } else if (measure->link_first[row] == measure->link_first[row + 1]) {
        write_not_found(measure, detail, own, text);
    } else {
        const tp_link *link = &measure->links[measure->link_first[row]];
        const tp_layer *layer = measure->to[link->layer];
        tp_text_add(text, "own municipality ");
        if (link->note != own) {
            tp_text_add(text, "%s touches ", tp_layer_label(municipal->polygons, own));
        }
        tp_municipal_write_polygon(municipal, link->note, layer, link->row, text);
        write_shown(detail, layer, link->row, text);
    }
}

static const tp_measure_kind KIND = {.name = "touching", .dimension = TP_DIMENSION_TIME, .evidence = write_evidence};

/* ---- the answer of a polygon ---- */

/* True when a city is preferred to the best so far: the smaller id; of one city the polygon with the smaller id. */
static bool comes_first(const tp_municipal *municipal, const tp_facilities *facilities, int64_t facility, int64_t via,
                        const candidate *best) {
    if (best->facility < 0) {
        return true;
    }
    if (best->facility == facility) {
        return strcmp(tp_layer_id(municipal->polygons, via), tp_layer_id(municipal->polygons, best->via)) < 0;
    }
    return facilities->rank[facility] < facilities->rank[best->facility];
}

static void look_at(const tp_municipal *municipal, const tp_facilities *facilities, int64_t polygon, answer *answer) {
    for (int64_t i = municipal->city_first[polygon]; i < municipal->city_first[polygon + 1]; i++) {
        tp_municipal_city city = municipal->city[i];
        candidate *best = city.unproven || facilities->maybe[city.facility] ? &answer->maybe : &answer->sure;
        if (comes_first(municipal, facilities, city.facility, polygon, best)) {
            *best = (candidate){.facility = city.facility,
                                .row = facilities->row[city.facility],
                                .via = polygon,
                                .layer = facilities->layer[city.facility],
                                .unproven = city.unproven};
        }
    }
}

/* The own polygon first; only where it belongs to no city that surely counts, those that touch it. */
static answer answer_of(const tp_municipal *municipal, const tp_facilities *facilities, int64_t polygon) {
    answer answer = {{.facility = -1}, {.facility = -1}};
    look_at(municipal, facilities, polygon, &answer);
    if (answer.sure.facility >= 0) {
        return answer;
    }
    for (int64_t k = 1; tp_municipal_around(municipal, polygon, k) >= 0; k++) {
        look_at(municipal, facilities, tp_municipal_around(municipal, polygon, k), &answer);
    }
    return answer;
}

/* The answer of each polygon, and where each row's link stands. Polygons that hold no point are never asked. */
static tp_code answer_all(const tp_measure *measure, const tp_facilities *facilities, touching_detail *detail,
                          tp_error *error) {
    const tp_municipal *municipal = detail->municipal;
    int64_t n = municipal->polygons->n_rows;
    detail->answers = malloc(sizeof *detail->answers * (size_t)(n > 0 ? n : 1));
    if (detail->answers == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t polygon = 0; polygon < n; polygon++) {
        detail->answers[polygon] = answer_of(municipal, facilities, polygon);
    }
    int64_t total = 0;
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        int64_t own = municipal->own[row];
        measure->link_first[row] = total;
        total += own >= 0 && detail->answers[own].sure.facility >= 0;
    }
    measure->link_first[measure->of->n_rows] = total;
    return TP_OK;
}

static void measure_row(const tp_ellipsoid *ellipsoid, tp_measure *measure, int64_t row) {
    const touching_detail *detail = measure->detail;
    int64_t own = detail->municipal->own[row];
    if (own < 0) {
        tp_measure_set_interval(measure, row, INFINITY, 0, INFINITY, TP_METHOD_POLYGON);
        return;
    }
    const candidate *sure = &detail->answers[own].sure;
    if (sure->facility < 0) {
        bool certain = detail->answers[own].maybe.facility < 0 && !measure->sample && detail->municipal->complete;
        tp_measure_set_interval(measure, row, INFINITY, certain ? INFINITY : 0, INFINITY, TP_METHOD_POLYGON);
        return;
    }
    const tp_layer *of = measure->of, *to = measure->to[sure->layer];
    tp_measure_set(measure, row, 0, TP_METHOD_POLYGON);
    measure->links[measure->link_first[row]] = (tp_link){
        .layer = sure->layer,
        .note = (int32_t)sure->via,
        .row = sure->row,
        .minutes = 0,
        .distance_m = tp_geodesic_distance_m(ellipsoid, of->lon_deg[row], of->lat_deg[row], to->lon_deg[sure->row],
                                             to->lat_deg[sure->row]),
    };
}

/* Remembers the first column of the filter that is compared with a number: its value is the evidence. */
static tp_code find_shown(touching_detail *detail, const char *where, tp_error *error) {
    tp_condition *condition = NULL;
    tp_code code = where == NULL ? TP_OK : tp_condition_parse(where, &condition, error);
    size_t n = condition == NULL ? 0 : tp_condition_count(condition);
    for (size_t i = 0; i < n && code == TP_OK && detail->shown == NULL; i++) {
        if (tp_condition_is_number(condition, i)) {
            detail->shown = tp_text_copy(tp_condition_column(condition, i));
            code = detail->shown == NULL ? tp_error_memory(error) : TP_OK;
        }
    }
    tp_condition_free(condition);
    return code;
}

static tp_code measure_rows(const tp_dataset *dataset, const tp_layer *polygons, tp_measure *measure,
                            const tp_facilities *facilities, tp_error *error) {
    touching_detail *detail = measure->detail;
    int64_t n = measure->of->n_rows;
    tp_code code = find_shown(detail, measure->where, error);
    if (code == TP_OK) {
        code = tp_municipal_new(polygons, measure, facilities, &detail->municipal, error);
    }
    if (code == TP_OK) {
        code = answer_all(measure, facilities, detail, error);
    }
    if (code != TP_OK) {
        return code;
    }
    int64_t n_links = measure->link_first[n];
    measure->links = malloc(sizeof *measure->links * (size_t)(n_links > 0 ? n_links : 1));
    if (measure->links == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(static, 256)
    for (int64_t row = 0; row < n; row++) {
        measure_row(&dataset->ellipsoid, measure, row);
    }
    return TP_OK;
}

/* The columns that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    enum { N_ADDS = sizeof ADDS / sizeof ADDS[0] };
    tp_column *columns[N_ADDS];
    tp_code code = TP_OK;
    for (size_t i = 0; i < N_ADDS && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", step->name, ADDS[i].name + strlen("{as}"));
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(of, name, ADDS[i].type, ADDS[i].unit, "touching", &columns[i], error);
        free(name);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        bool touches = measure->link_first[row] < measure->link_first[row + 1];
        tp_column_set_verdict(columns[0], row, touches ? TP_MET : isinf(measure->low[row]) ? TP_NOT_MET : TP_UNKNOWN);
        if (!touches) {
            continue;
        }
        const tp_link *link = &measure->links[measure->link_first[row]];
        const tp_layer *layer = measure->to[link->layer];
        const char *id = tp_layer_id(layer, link->row), *label = tp_layer_label(layer, link->row);
        code = tp_column_set_text(columns[1], row, id, strlen(id), error);
        if (code == TP_OK) {
            code = tp_column_set_text(columns[2], row, label, strlen(label), error);
        }
    }
    return code;
}

static tp_code work(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure, tp_error *error) {
    const touching_options *options = step->options.values;
    const tp_layer *polygons = tp_dataset_layer(dataset, options->polygons);
    tp_facilities facilities = {0};
    tp_code code = tp_facilities_gather(dataset, &options->to, options->where, measure, &facilities, error);
    if (code == TP_OK && measure->missing_layer == NULL && polygons == NULL) {
        measure->missing_layer = tp_text_copy(options->polygons);
        code = measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = measure_rows(dataset, polygons, measure, &facilities, error);
        if (code == TP_OK && step->implied_by == NULL) {
            code = publish(step, measure, of, error);
        }
    }
    tp_facilities_reset(&facilities);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const touching_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->detail = calloc(1, sizeof(touching_detail));
    measure->free_detail = free_detail;
    code = measure->detail == NULL ? tp_error_memory(error) : work(step, dataset, of, measure, error);
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_touching = {
    .name = "touching",
    .phase = TP_MEASURE,
    .purpose = "whether the own municipality or one that touches it belongs to a city that counts",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(touching_options),
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
