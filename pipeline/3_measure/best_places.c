/*
 * best_places: where in an area most kinds of actor, then most actors, are within a walk.
 *
 * What the NISTEP slides of 2004 call a "ba" is a place that as many actors as possible reach on foot. The places tried
 * are the actors' own positions: the best point between them might reach more, but it is nobody's address. Of several
 * places a walk apart from one another only the best is listed. What layers do not hold is not counted, so that the
 * numbers are lower bounds where a layer is a sample. A layer called `cores` is what the criterion core_access goes to.
 */
#include "core/plan/added_layer.h"
#include "core/space/actors.h"
#include "core/space/inside.h"
#include "municipal.h"
#include "technopolis/plan.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct best_options {
    const char *in, *where, *as;
    tp_texts to;
    tp_quantity walk;
    int64_t top;
} best_options;

static const tp_setting SETTINGS[] = {
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers of actors, each of them one kind",
     .offset = offsetof(best_options, to)},
    {.key = "in",
     .kind = TP_SETTING_LAYER,
     .help = "a layer of areas as polygons, each with its own best places; without it, everywhere",
     .offset = offsetof(best_options, in)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of these areas",
     .offset = offsetof(best_options, where)},
    {.key = "walk",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "400 m",
     .min = 0,
     .max = 100000,
     .help = "how far, by the straight line: five minutes on foot at 80 m a minute",
     .offset = offsetof(best_options, walk)},
    {.key = "top",
     .kind = TP_SETTING_INTEGER,
     .fallback = "10",
     .min = 1,
     .max = 1000,
     .help = "how many places of an area are listed at most",
     .offset = offsetof(best_options, top)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "best_places",
     .help = "the name of the new layer",
     .offset = offsetof(best_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{to}"},
    {.layer = "{in}"},
};

enum { ID, AREA_ID, AREA_NAME, RANK, KINDS, ACTORS, HOLDS, NAME, OF_LAYER, OF_ID };
static const tp_stage_column ADDS[] = {
    {"{as}", "place_id", TP_TYPE_TEXT, "", "area and rank"},
    {"{as}", "area_id", TP_TYPE_TEXT, "", "the area's id; missing: everywhere"},
    {"{as}", "area_name", TP_TYPE_TEXT, "", "the area's name"},
    {"{as}", "rank", TP_TYPE_INT64, "", "1: most kinds, then most actors, then the smallest id"},
    {"{as}", "kinds", TP_TYPE_INT64, "", "kinds of actor within the walk"},
    {"{as}", "actors", TP_TYPE_INT64, "", "actors within the walk"},
    {"{as}", "holds", TP_TYPE_TEXT, "", "how many of each kind"},
    {"{as}", "name", TP_TYPE_TEXT, "", "the actor whose position it is"},
    {"{as}", "actor_layer", TP_TYPE_TEXT, "", "that actor's layer"},
    {"{as}", "actor_id", TP_TYPE_TEXT, "", "that actor's id"},
};
enum { N_COLUMNS = sizeof ADDS / sizeof ADDS[0], KINDS_MAX = 64 };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const best_options *options = step->options.values;
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
    }
    if (options->to.n > KINDS_MAX) {
        tp_faults_add_at(faults, step->place, "best_places: %zu layers (at most %d)", options->to.n, KINDS_MAX);
    }
    if (options->in != NULL) {
        tp_municipal_check_polygons(step, plan, options->in, "in", faults);
        tp_plan_check_condition(plan, step, "where", options->in, faults);
    } else if (options->where != NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "where", step->place),
                         "'where' chooses areas, but there is no 'in'");
    }
    tp_added_layer_check(step, plan, TP_GEOMETRY_POINT, faults);
}

typedef struct best_place {
    int64_t area; /* row of the areas; -1 everywhere */
    int64_t rank;
    int64_t actor;
} best_place;

typedef struct best_work {
    const best_options *options;
    const tp_ellipsoid *ellipsoid;
    tp_actors actors;
    const tp_layer *areas; /* NULL: everywhere */
    tp_filter *filter;
    int64_t *candidates; /* of one area, room for all */
    best_place *found;
    int64_t n, capacity;
} best_work;

static double apart_m(const best_work *work, int64_t a, int64_t b) {
    const tp_actors *actors = &work->actors;
    return tp_geodesic_distance_m(work->ellipsoid, actors->lon_deg[a], actors->lat_deg[a], actors->lon_deg[b],
                                  actors->lat_deg[b]);
}

static tp_code keep(best_work *work, best_place place, tp_error *error) {
    if (work->n == work->capacity) {
        int64_t capacity = 2 * work->capacity + 16;
        best_place *found = realloc(work->found, sizeof *found * (size_t)capacity);
        if (found == NULL) {
            return tp_error_memory(error);
        }
        work->found = found;
        work->capacity = capacity;
    }
    work->found[work->n++] = place;
    return TP_OK;
}

/* Takes the best candidate, strikes out all within a walk of it, and so on. O(top x candidates). */
static tp_code choose(best_work *work, int64_t area, int64_t n, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t rank = 1; rank <= work->options->top && n > 0 && code == TP_OK; rank++) {
        int64_t best = -1, left = 0;
        for (int64_t i = 0; i < n; i++) {
            best = tp_actors_before(&work->actors, work->candidates[i], best) ? work->candidates[i] : best;
        }
        for (int64_t i = 0; i < n; i++) {
            if (apart_m(work, work->candidates[i], best) > work->options->walk.value) {
                work->candidates[left++] = work->candidates[i];
            }
        }
        n = left;
        code = keep(work, (best_place){area, rank, best}, error);
    }
    return code;
}

static tp_code choose_everywhere(best_work *work, tp_error *error) {
    for (int64_t i = 0; i < work->actors.n; i++) {
        work->candidates[i] = i;
    }
    return choose(work, -1, work->actors.n, error);
}

static tp_code choose_by_area(best_work *work, tp_error *error) {
    tp_held held = {0};
    tp_code code = tp_held_find(work->areas, work->actors.lon_deg, work->actors.lat_deg, work->actors.n, &held, error);
    for (int64_t area = 0; area < work->areas->n_rows && code == TP_OK; area++) {
        int64_t n = 0;
        if (tp_filter_test(work->filter, area) == TP_MET) {
            for (int64_t i = held.first[area]; i < held.first[area + 1]; i++) {
                work->candidates[n++] = held.point[i];
            }
        }
        code = choose(work, area, n, error);
    }
    tp_held_reset(&held);
    return code;
}

/* "2 universities, 1 plants": what is within the walk of an actor, kind by kind. */
static void write_holds(const best_work *work, int64_t actor, tp_text *text) {
    const tp_actors *actors = &work->actors;
    int64_t count[KINDS_MAX] = {0};
    for (int64_t i = 0; i < actors->n; i++) {
        count[actors->kind[i]] += apart_m(work, i, actor) <= work->options->walk.value;
    }
    bool any = false;
    for (size_t k = 0; k < work->options->to.n; k++) {
        if (count[k] > 0) {
            tp_text_add(text, "%s%lld %s", any ? ", " : "", (long long)count[k], work->options->to.items[k]);
            any = true;
        }
    }
}

static tp_code put_place(const best_work *work, tp_layer *layer, tp_column **columns, int64_t row, tp_text *holds,
                         tp_error *error) {
    const tp_actors *actors = &work->actors;
    const best_place *place = &work->found[row];
    int64_t actor = place->actor;
    const char *area = place->area < 0 ? "all" : tp_layer_id(work->areas, place->area);
    char *id = tp_text_format("%s-%03lld", area, (long long)place->rank);
    tp_text_clear(holds);
    write_holds(work, actor, holds);
    const char *texts[N_COLUMNS] = {[ID] = id,
                                    [AREA_ID] = place->area < 0 ? NULL : area,
                                    [AREA_NAME] = place->area < 0 ? NULL : tp_layer_label(work->areas, place->area),
                                    [HOLDS] = tp_text_get(holds),
                                    [NAME] = tp_layer_label(actors->layer[actor], actors->row[actor]),
                                    [OF_LAYER] = actors->layer[actor]->name,
                                    [OF_ID] = tp_layer_id(actors->layer[actor], actors->row[actor])};
    tp_code code = id == NULL || holds->lost ? tp_error_memory(error) : TP_OK;
    for (size_t k = 0; k < N_COLUMNS && code == TP_OK; k++) {
        code = texts[k] == NULL ? TP_OK : tp_column_set_text(columns[k], row, texts[k], strlen(texts[k]), error);
    }
    tp_column_set_int64(columns[RANK], row, place->rank);
    tp_column_set_int64(columns[KINDS], row, actors->n_kinds[actor]);
    tp_column_set_int64(columns[ACTORS], row, actors->n_near[actor]);
    layer->lon_deg[row] = actors->lon_deg[actor];
    layer->lat_deg[row] = actors->lat_deg[actor];
    free(id);
    return code;
}

static tp_code make_layer(const tp_step *step, const best_work *work, tp_dataset *dataset, tp_error *error) {
    tp_layer *layer = NULL;
    tp_column *columns[N_COLUMNS];
    tp_text holds = {0};
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_POINT, &layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = tp_added_layer_open(step, layer, work->n, columns, error);
    for (int64_t row = 0; row < work->n && code == TP_OK; row++) {
        code = put_place(work, layer, columns, row, &holds, error);
    }
    tp_text_reset(&holds);
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->id = columns[ID];
    layer->label = columns[NAME];
    return tp_dataset_add_layer(dataset, layer, error);
}

/* The best of all areas, in a sentence. */
static tp_code tell(const tp_step *step, const best_work *work, bool sample, tp_dataset *dataset, tp_error *error) {
    int64_t best = -1;
    for (int64_t i = 0; i < work->n; i++) {
        best = tp_actors_before(&work->actors, work->found[i].actor, best) ? work->found[i].actor : best;
    }
    if (best < 0) {
        return tp_dataset_add_finding(dataset, step->name, "best places", true, error,
                                      "none: no actor stands in any of the areas");
    }
    tp_text holds = {0};
    write_holds(work, best, &holds);
    tp_code code = tp_dataset_add_finding(
        dataset, step->name, "best places", false, error,
        "%s: %lld of %zu kinds and %lld actors within %g m (%s)%s; tried at the actors' own positions",
        tp_layer_label(work->actors.layer[best], work->actors.row[best]), (long long)work->actors.n_kinds[best],
        work->options->to.n, (long long)work->actors.n_near[best], work->options->walk.value, tp_text_get(&holds),
        sample ? ", at least: not all layers hold everything" : "");
    tp_text_reset(&holds);
    return code;
}

static tp_code gather(const best_options *options, const tp_dataset *dataset, best_work *work, bool *sample,
                      tp_error *error) {
    const tp_layer *layers[KINDS_MAX];
    for (size_t i = 0; i < options->to.n; i++) {
        layers[i] = tp_dataset_layer(dataset, options->to.items[i]);
        *sample = *sample || !tp_layer_holds(layers[i], NULL);
    }
    tp_code code = tp_actors_gather(layers, options->to.n, &work->actors, error);
    if (code == TP_OK) {
        code = tp_actors_score(work->ellipsoid, options->walk.value, &work->actors, error);
    }
    work->candidates = malloc(sizeof *work->candidates * ((size_t)work->actors.n + 1));
    return code == TP_OK && work->candidates == NULL ? tp_error_memory(error) : code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const best_options *options = step->options.values;
    best_work work = {.options = options,
                      .ellipsoid = &dataset->ellipsoid,
                      .areas = options->in == NULL ? NULL : tp_dataset_layer(dataset, options->in)};
    tp_condition *condition = NULL;
    bool sample = false;
    tp_code code = gather(options, dataset, &work, &sample, error);
    if (code == TP_OK && options->where != NULL) {
        code = tp_condition_parse(options->where, &condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(condition, work.areas, &work.filter, error);
        }
    }
    if (code == TP_OK) {
        code = work.areas == NULL ? choose_everywhere(&work, error) : choose_by_area(&work, error);
    }
    if (code == TP_OK) {
        code = tell(step, &work, sample, dataset, error);
    }
    if (code == TP_OK) {
        code = make_layer(step, &work, dataset, error);
    }
    tp_actors_reset(&work.actors);
    tp_filter_free(work.filter);
    tp_condition_free(condition);
    free(work.candidates);
    free(work.found);
    return code;
}

const tp_stage tp_stage_best_places = {
    .name = "best_places",
    .phase = TP_MEASURE,
    .purpose = "where in an area most kinds of actor, then most actors, are within a walk, as a layer",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(best_options),
    .as_key = "as",
    .makes_layer = true,
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_COLUMNS,
    .check = check,
    .run = run,
};
