/*
 * The stage `core`: gives each polygon of a layer a point from which it is reached and measured.
 *
 * The core is, by the first of these rules that gives one (`core_rule` says which):
 *
 *     linked      the feature of the layer `cores` that names the polygon's id in the column `link`
 *     given       the feature of the layer `cores` that lies inside the polygon
 *     best_place  the actor inside from which most kinds of actor, then most actors, are within `walk` (straight line);
 *                 a kind is a layer
 *     surface     a point inside the polygon's largest part
 *
 * Of several, the one of the smallest id. NISTEP's study of 2004 asks for a core within 30 minutes, and in it for as many
 * actors as possible within 5 minutes, on foot 400 m at 80 m a minute.
 */
#include "core/space/actors.h"
#include "core/space/inside.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct core_options {
    const char *layer, *link;
    tp_texts cores, actors;
    tp_quantity walk;
} core_options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose polygons get a core",
     .offset = offsetof(core_options, layer)},
    {.key = "cores",
     .kind = TP_SETTING_LAYERS,
     .help = "points that are cores; by default the layer `cores` where it is read",
     .offset = offsetof(core_options, cores)},
    {.key = "link",
     .kind = TP_SETTING_COLUMN,
     .help = "the column of `cores` that names the polygon's id; such a core may lie outside",
     .offset = offsetof(core_options, link)},
    {.key = "actors",
     .kind = TP_SETTING_LAYERS,
     .help = "among which the best place is looked for, each layer a kind; by default universities, institutes, plants "
             "and prefectural_offices, as far as they are read",
     .offset = offsetof(core_options, actors)},
    {.key = "walk",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "400 m",
     .min = 0,
     .max = 100000,
     .help = "how far apart, by the straight line, actors of one place are",
     .offset = offsetof(core_options, walk)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{layer}"},
    {.layer = "{cores}"},
    {.layer = "{cores}", .name = "{link}", .type = TP_TYPE_TEXT, .help = "the id of a polygon"},
    {.layer = "{actors}"},
};

enum { COLUMN_RULE, COLUMN_NAME, COLUMN_LON, COLUMN_LAT, N_COLUMNS };
static const tp_stage_column COLUMNS[N_COLUMNS] = {
    {"{layer}", "core_rule", TP_TYPE_TEXT, "", "how the core was found: linked, given, best_place or surface"},
    {"{layer}", "core_name", TP_TYPE_TEXT, "", "whose position the core is"},
    {"{layer}", "core_lon", TP_TYPE_DOUBLE, "degrees", "longitude of the core"},
    {"{layer}", "core_lat", TP_TYPE_DOUBLE, "degrees", "latitude of the core"},
};

static const char *const RULES[] = {"linked", "given", "best_place", "surface"};
enum { RULE_LINKED, RULE_GIVEN, RULE_BEST, RULE_SURFACE };

/* ---- check ---- */

static bool wanted(const tp_step *step, const tp_plan *plan) {
    const core_options *options = step->options.values;
    const tp_head *head = options == NULL ? NULL : tp_schema_find(&plan->schema, options->layer);
    return head != NULL && head->geometry == TP_GEOMETRY_POLYGON;
}

static void check_points(const tp_step *step, const tp_plan *plan, const char *key, const tp_texts *layers,
                         tp_faults *faults) {
    for (size_t i = 0; i < layers->n; i++) {
        const tp_head *head = tp_schema_find(&plan->schema, layers->items[i]);
        if (head != NULL && head->geometry != TP_GEOMETRY_POINT) {
            tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, key, step->place),
                             "core needs a layer of points as '%s', but %s is a %s layer", key, layers->items[i],
                             tp_geometry_text(head->geometry));
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const core_options *options = step->options.values;
    tp_head *head = tp_schema_find(&plan->schema, options->layer);
    check_points(step, plan, "cores", &options->cores, faults);
    check_points(step, plan, "actors", &options->actors, faults);
    if (options->link != NULL && options->cores.n == 0) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "link", step->place),
                         "'link' is a column of 'cores', which is not given");
    }
    if (head == NULL) {
        return;
    }
    if (head->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "layer", step->place),
                         "core needs a layer of polygons, but %s is a %s layer", options->layer,
                         tp_geometry_text(head->geometry));
        return;
    }
    head->has_core = true;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        tp_plan_add_field(plan, step, options->layer, COLUMNS[i].name, COLUMNS[i].type, COLUMNS[i].unit,
                          COLUMNS[i].help, faults);
    }
}

/* ---- the points among which a core is chosen ---- */

/* The points of some layers, and which of them each polygon holds. */
typedef struct places {
    tp_actors of;
    tp_held held;
} places;

enum { MOST_LAYERS = 64 };

static void reset_places(places *places) {
    tp_actors_reset(&places->of);
    tp_held_reset(&places->held);
}

/* The layers that a setting names, or those of `names` that are read and hold points. */
static size_t find_layers(const tp_dataset *dataset, const tp_texts *set, const char *const *names, size_t n_names,
                          const tp_layer *layers[MOST_LAYERS]) {
    size_t n = 0, n_wanted = set->n > 0 ? set->n : n_names;
    for (size_t i = 0; i < n_wanted && n < MOST_LAYERS; i++) {
        const tp_layer *layer = tp_dataset_layer(dataset, set->n > 0 ? set->items[i] : names[i]);
        if (layer != NULL && layer->geometry == TP_GEOMETRY_POINT) {
            layers[n++] = layer;
        }
    }
    return n;
}

/* ---- choosing ---- */

typedef struct chosen {
    int64_t place; /* number in the places; -1 none */
    int rule;
} chosen;

static int64_t best_inside(const places *places, int64_t zone) {
    int64_t best = -1;
    for (int64_t i = places->held.first[zone]; i < places->held.first[zone + 1]; i++) {
        if (tp_actors_before(&places->of, places->held.point[i], best)) {
            best = places->held.point[i];
        }
    }
    return best;
}

static int64_t linked_to(const places *cores, const char *link, const char *id) {
    int64_t best = -1;
    for (int64_t i = 0; link != NULL && i < cores->of.n; i++) {
        char buffer[TP_CELL_TEXT_SIZE];
        const tp_column *column = tp_layer_column(cores->of.layer[i], link);
        const char *named = column == NULL ? NULL : tp_column_cell(column, cores->of.row[i], buffer);
        if (named != NULL && strcmp(named, id) == 0 && tp_actors_before(&cores->of, i, best)) {
            best = i;
        }
    }
    return best;
}

static chosen choose(const places *cores, const places *actors, const char *link, const tp_layer *zones, int64_t zone) {
    int64_t place = linked_to(cores, link, tp_layer_id(zones, zone));
    if (place >= 0) {
        return (chosen){place, RULE_LINKED};
    }
    place = best_inside(cores, zone);
    if (place >= 0) {
        return (chosen){place, RULE_GIVEN};
    }
    place = best_inside(actors, zone);
    return (chosen){place, place >= 0 ? RULE_BEST : RULE_SURFACE};
}

static tp_code put_core(const places *cores, const places *actors, chosen found, tp_layer *zones, int64_t zone,
                        double *room, tp_column **columns, tp_error *error) {
    const places *from = found.rule == RULE_BEST ? actors : cores;
    zones->lon_deg[zone] = zones->lat_deg[zone] = NAN;
    tp_code code = TP_OK;
    if (found.place >= 0) {
        zones->lon_deg[zone] = from->of.lon_deg[found.place];
        zones->lat_deg[zone] = from->of.lat_deg[found.place];
        const char *name = tp_layer_label(from->of.layer[found.place], from->of.row[found.place]);
        code = tp_column_set_text(columns[COLUMN_NAME], zone, name, strlen(name), error);
    } else if (!tp_point_inside(&zones->shapes, zone, room, &zones->lon_deg[zone], &zones->lat_deg[zone])) {
        return TP_OK; /* an empty polygon has no core */
    }
    tp_column_set_double(columns[COLUMN_LON], zone, zones->lon_deg[zone]);
    tp_column_set_double(columns[COLUMN_LAT], zone, zones->lat_deg[zone]);
    return code != TP_OK
               ? code
               : tp_column_set_text(columns[COLUMN_RULE], zone, RULES[found.rule], strlen(RULES[found.rule]), error);
}

static tp_code tell(tp_dataset *dataset, const tp_layer *zones, const int64_t n_by_rule[4], tp_error *error) {
    return tp_dataset_add_finding(
        dataset, "core", "cores of zones", false, error,
        "%s: of %lld polygons the core is linked for %lld, given inside for %lld, the best place of actors for %lld, a "
        "point on the surface for %lld",
        zones->name, (long long)zones->n_rows, (long long)n_by_rule[RULE_LINKED], (long long)n_by_rule[RULE_GIVEN],
        (long long)n_by_rule[RULE_BEST], (long long)n_by_rule[RULE_SURFACE]);
}

static tp_code place_cores(const tp_step *step, tp_dataset *dataset, const places *cores, const places *actors,
                           tp_layer *zones, tp_error *error) {
    const core_options *options = step->options.values;
    size_t n = (size_t)zones->n_rows + 1;
    tp_column *columns[N_COLUMNS] = {NULL};
    int64_t n_by_rule[4] = {0};
    double *room = malloc(sizeof *room * ((size_t)zones->shapes.n_vertices + 1));
    zones->lon_deg = malloc(n * sizeof *zones->lon_deg);
    zones->lat_deg = malloc(n * sizeof *zones->lat_deg);
    tp_code code = room == NULL || zones->lon_deg == NULL || zones->lat_deg == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        code =
            tp_layer_add_column(zones, COLUMNS[i].name, COLUMNS[i].type, COLUMNS[i].unit, "core", &columns[i], error);
    }
    for (int64_t zone = 0; zone < zones->n_rows && code == TP_OK; zone++) {
        chosen found = choose(cores, actors, options->link, zones, zone);
        n_by_rule[found.rule]++;
        code = put_core(cores, actors, found, zones, zone, room, columns, error);
    }
    free(room);
    return code == TP_OK ? tell(dataset, zones, n_by_rule, error) : code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    static const char *const CORES[] = {"cores"};
    static const char *const ACTORS[] = {"universities", "institutes", "plants", "prefectural_offices"};
    const core_options *options = step->options.values;
    tp_layer *zones = tp_dataset_layer(dataset, options->layer);
    const tp_layer *layers[MOST_LAYERS];
    places cores = {0}, actors = {0};
    size_t n = find_layers(dataset, &options->cores, CORES, 1, layers);
    tp_code code = tp_actors_gather(layers, n, &cores.of, error);
    if (code == TP_OK) {
        n = find_layers(dataset, &options->actors, ACTORS, sizeof ACTORS / sizeof ACTORS[0], layers);
        code = tp_actors_gather(layers, n, &actors.of, error);
    }
    if (code == TP_OK) {
        code = tp_actors_score(&dataset->ellipsoid, options->walk.value, &actors.of, error);
    }
    if (code == TP_OK) {
        code = tp_held_find(zones, cores.of.lon_deg, cores.of.lat_deg, cores.of.n, &cores.held, error);
    }
    if (code == TP_OK) {
        code = tp_held_find(zones, actors.of.lon_deg, actors.of.lat_deg, actors.of.n, &actors.held, error);
    }
    if (code == TP_OK) {
        code = place_cores(step, dataset, &cores, &actors, zones, error);
    }
    reset_places(&cores);
    reset_places(&actors);
    return code;
}

const tp_stage tp_stage_core = {
    .name = "core",
    .phase = TP_PREPARE,
    .purpose = "the core of each polygon, from which it is measured",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(core_options),
    .main_key = "layer",
    .as_key = "layer",
    .implied = "{layer: sites}",
    .wanted = wanted,
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .check = check,
    .run = run,
};
