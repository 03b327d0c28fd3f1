/*
 * The stage `network`: roads, railways and flights become one time network, which is added to the dataset.
 *
 * Lines meet only where they have a common end (or OpenStreetMap node): a bridge is not joined to the road below it.
 * Places join the nearest road within `snap`, at the speed `off_road`, by default 15 km/h: what is missing from a
 * network is mostly lanes and yards, on which one drives as on a service road (walking would be 5 km/h). How the steps
 * hang together stands in network.h.
 */
#include "2_prepare/network.h"
#include "2_prepare/rows.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(field) offsetof(tp_network_options, field)
#define LAYER_SETTING(key_text, field_name, help_text)                                                                 \
    { .key = key_text, .kind = TP_SETTING_LAYER, .help = help_text, .offset = OPTION(field_name) }
#define COLUMN_SETTING(key_text, field_name, default_text, help_text)                                                  \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_COLUMN, .fallback = default_text, .help = help_text,                       \
        .offset = OPTION(field_name)                                                                                   \
    }
#define YES_NO_SETTING(key_text, field_name, default_text, help_text)                                                  \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_YES_NO, .fallback = default_text, .help = help_text,                       \
        .offset = OPTION(field_name)                                                                                   \
    }
#define QUANTITY_SETTING(key_text, field_name, what, default_text, least, most, help_text)                             \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_QUANTITY, .dimension = what, .fallback = default_text, .min = least,       \
        .max = most, .help = help_text, .offset = OPTION(field_name)                                                   \
    }

static const tp_setting SETTINGS[] = {
    {.key = "roads",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of roads: lines, or a .osm.pbf read as roads",
     .offset = OPTION(roads)},
    COLUMN_SETTING("speed", speed, NULL, "column of speeds in km/h"),
    COLUMN_SETTING("class", class_column, NULL, "column of classes, to which `speeds` gives speeds"),
    {.key = "speeds",
     .kind = TP_SETTING_MAP,
     .help = "speeds by class: { trunk: 50 km/h, footway: no }",
     .offset = OPTION(speeds)},
    QUANTITY_SETTING("default_speed", default_speed, TP_DIMENSION_SPEED, NULL, 0.1, 1000,
                     "speed of roads of which none is known; without it they are rejected"),
    {.key = "maxspeed_factor",
     .kind = TP_SETTING_NUMBER,
     .fallback = "1",
     .min = 0,
     .max = 2,
     .help = "what part of OpenStreetMap's maxspeed is driven; 0: by class only",
     .offset = OPTION(maxspeed_factor)},
    COLUMN_SETTING("oneway", oneway, NULL,
                   "column that says which way round: yes, 1, F; -1, reverse, T; no, 0, B; by default OpenStreetMap's"),
    YES_NO_SETTING("toll", toll, "yes", "whether roads with toll = yes are used"),
    YES_NO_SETTING("ferry", ferry, "yes", "whether lines with route (or class) ferry are used"),
    QUANTITY_SETTING("ferry_speed", ferry_speed, TP_DIMENSION_SPEED, "15 km/h", 0.1, 200,
                     "speed of ferries without a duration, the wait at the pier included"),
    {.key = "through_only",
     .kind = TP_SETTING_CONDITION,
     .help = "roads that places can join only where they meet others; by default OpenStreetMap's motorways and tunnels",
     .offset = OPTION(through_only)},
    YES_NO_SETTING("node_crossings", node_crossings, "no",
                   "whether lines are joined wherever they cross or touch, not only at their ends"),
    QUANTITY_SETTING("tolerance", tolerance, TP_DIMENSION_LENGTH, NULL, 0, 1000,
                     "ends at most so far apart are joined; by default 1 m, and 0 m where lines have node ids"),
    QUANTITY_SETTING("snap", snap, TP_DIMENSION_LENGTH, "2 km", 0, 1000000,
                     "how far a place may be from the nearest road to join it, inclusive"),
    QUANTITY_SETTING("off_road", offroad, TP_DIMENSION_SPEED, "15 km/h", 0.1, 1000,
                     "speed between a place and the road that it joins"),
    {.key = "components",
     .kind = TP_SETTING_CHOICE,
     .choices = "largest|any",
     .fallback = "largest",
     .help = "whether places join the largest connected part of the network, where it is near, or any",
     .offset = OPTION(components)},
    YES_NO_SETTING("model", model, "no", "whether the roads are modelled: results are then labelled road_model"),
    LAYER_SETTING("stations", stations, "points; the column metro marks the core stations of the metros"),
    LAYER_SETTING("rail", rail, "segments: from_station, to_station; opened, closed, service where known"),
    COLUMN_SETTING("rail_minutes", rail_minutes, "minutes", "column of the minutes of a segment"),
    COLUMN_SETTING("rail_speed", rail_speed, NULL,
                   "column of line speeds in km/h, for segments without minutes (by the length of their line)"),
    QUANTITY_SETTING("rail_wait", rail_wait, TP_DIMENSION_TIME, "15 min", 0, 2880,
                     "from arriving at the station to departure"),
    QUANTITY_SETTING("transfer", transfer, TP_DIMENSION_TIME, "10 min", 0, 2880, "a change between two services"),
    QUANTITY_SETTING("rail_egress", rail_egress, TP_DIMENSION_TIME, "10 min", 0, 2880,
                     "from the platform of a metro's station to its centre"),
    LAYER_SETTING("airports", airports, "points whose id is the code that flights name"),
    LAYER_SETTING("flights", flights, "table: iata, metro, minutes"),
    QUANTITY_SETTING("check_in", check_in, TP_DIMENSION_TIME, "45 min", 0, 2880,
                     "from arriving at the airport to take-off"),
    QUANTITY_SETTING("air_egress", air_egress, TP_DIMENSION_TIME, "40 min", 0, 2880,
                     "from landing to the metro's centre"),
    {.key = "cache",
     .kind = TP_SETTING_PATH,
     .help = "a file in which the network is kept; one that was made from other inputs is made again",
     .offset = OPTION(cache)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{roads}"},
    {"{roads}", "{speed}", TP_TYPE_DOUBLE, "km/h", "speeds in km/h"},
    {"{roads}", "{class}", TP_TYPE_TEXT, "", "classes"},
    {"{roads}", "{oneway}", TP_TYPE_TEXT, "", "which way round"},
    {.layer = "{stations}"},
    {"{rail}", "from_station", TP_TYPE_TEXT, "", "a station's id"},
    {"{rail}", "to_station", TP_TYPE_TEXT, "", "a station's id"},
    {"{rail}", "{rail_speed}", TP_TYPE_DOUBLE, "km/h", "speeds in km/h"},
    {.layer = "{airports}"},
    {"{flights}", "iata", TP_TYPE_TEXT, "", "the airport's id"},
    {"{flights}", "metro", TP_TYPE_TEXT, "", "where the flight goes"},
    {"{flights}", "minutes", TP_TYPE_DOUBLE, "min", "the flight"},
};

/* ---- check ---- */

static tp_place place_of(const tp_step *step, const char *key) {
    return tp_options_place(&step->options, step->stage->settings, key, step->place);
}

/* Whether a setting stands in the configuration, be it right or wrong. */
static bool is_written(const tp_step *step, const char *key) {
    for (size_t i = 0; i < step->stage->n_settings; i++) {
        if (strcmp(step->stage->settings[i].key, key) == 0) {
            return step->options.texts[i] != NULL;
        }
    }
    return false;
}

static void check_geometry(const tp_step *step, const tp_plan *plan, const char *key, const char *layer,
                           tp_geometry wanted, tp_faults *faults) {
    const tp_head *head = layer == NULL ? NULL : tp_schema_find(&plan->schema, layer);
    if (head != NULL && head->geometry != wanted) {
        tp_faults_add_code_at(faults, TP_E_DATA, place_of(step, key), "layer %s is a %s layer (%s needs a %s layer)",
                              layer, tp_geometry_text(head->geometry), key, tp_geometry_text(wanted));
    }
}

static void check_together(const tp_step *step, const char *key, const char *layer, const char *other_key,
                           const char *other, tp_faults *faults) {
    if (layer != NULL && other == NULL) {
        tp_faults_add_at(faults, place_of(step, key), "'%s' needs '%s'", key, other_key);
    }
}

static void check_speeds(const tp_step *step, const tp_network_options *options, tp_faults *faults) {
    const tp_node *map = options->speeds;
    if (map == NULL) {
        return;
    }
    if (options->class_column == NULL) {
        tp_faults_add_at(faults, place_of(step, "speeds"), "'speeds' needs 'class', the column of classes");
    }
    for (size_t i = 0; i < tp_node_count(map); i++) {
        const tp_node *value = tp_node_at(map, i);
        const char *text = tp_node_text(value);
        tp_quantity speed = {0};
        bool fits = text != NULL && tp_quantity_parse(text, &speed, NULL) == TP_OK &&
                    speed.dimension == TP_DIMENSION_SPEED && speed.value > 0;
        if (!fits && (text == NULL || strcmp(text, "no") != 0)) {
            tp_faults_add_at(faults, tp_node_place(value),
                             "the speed of class '%s' is '%s' (expected one above 0 such as `50 km/h`, or `no`)",
                             tp_node_key(map, i), text == NULL ? "…" : text);
        }
    }
}

static void check_roads(const tp_step *step, const tp_plan *plan, const tp_network_options *options,
                        tp_faults *faults) {
    const tp_head *head = options->roads == NULL ? NULL : tp_schema_find(&plan->schema, options->roads);
    if (head == NULL) {
        return;
    }
    const tp_field *highway = tp_head_field(head, "highway");
    bool tagged = highway != NULL && highway->type == TP_TYPE_TEXT;
    bool by_class = options->class_column != NULL && options->speeds != NULL;
    if (options->speed == NULL && !by_class && !is_written(step, "default_speed") && !tagged) {
        tp_faults_add_at(faults, step->place,
                         "how fast the roads of layer %s are is not said (expected `speed: COLUMN`, or `class: COLUMN` "
                         "with `speeds`, or `default_speed`)",
                         head->name);
    }
    if (!options->toll && tp_head_field(head, "toll") == NULL) {
        tp_faults_add_code_at(faults, TP_E_DATA, place_of(step, "toll"),
                              "layer %s has no column 'toll', which toll: no asks for", head->name);
    }
    if (options->node_crossings && tp_head_field(head, "from_node") != NULL && tp_head_field(head, "to_node") != NULL) {
        tp_faults_add_at(faults, place_of(step, "node_crossings"),
                         "the lines of layer %s have node ids (from_node, to_node), which say where they meet",
                         head->name);
    }
}

static void check_rail(const tp_step *step, const tp_plan *plan, const tp_network_options *options, tp_faults *faults) {
    const tp_head *head = options->rail == NULL ? NULL : tp_schema_find(&plan->schema, options->rail);
    if (head == NULL || options->rail_minutes == NULL) {
        return;
    }
    const tp_field *minutes = tp_head_field(head, options->rail_minutes);
    if (minutes != NULL && minutes->type == TP_TYPE_TEXT) {
        tp_faults_add_code_at(faults, TP_E_DATA, place_of(step, "rail_minutes"),
                              "column '%s' of layer %s holds text, but network needs numbers", options->rail_minutes,
                              head->name);
    } else if (minutes == NULL && options->rail_speed == NULL) {
        tp_faults_add_code_at(faults, TP_E_DATA, place_of(step, "rail_minutes"),
                              "layer %s has no column '%s', which network needs (or a column of speeds: `rail_speed`)",
                              head->name, options->rail_minutes);
    }
    if (options->rail_speed != NULL) {
        check_geometry(step, plan, "rail", options->rail, TP_GEOMETRY_LINE, faults);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_network_options *options = step->options.values;
    check_geometry(step, plan, "roads", options->roads, TP_GEOMETRY_LINE, faults);
    check_geometry(step, plan, "stations", options->stations, TP_GEOMETRY_POINT, faults);
    check_geometry(step, plan, "airports", options->airports, TP_GEOMETRY_POINT, faults);
    check_together(step, "rail", options->rail, "stations", options->stations, faults);
    check_together(step, "flights", options->flights, "airports", options->airports, faults);
    check_together(step, "airports", options->airports, "flights", options->flights, faults);
    check_speeds(step, options, faults);
    check_roads(step, plan, options, faults);
    check_rail(step, plan, options, faults);
    if (options->roads != NULL) {
        tp_plan_check_condition(plan, step, "through_only", options->roads, faults);
    }
}

/* ---- run ---- */

static tp_code find_layers(const tp_network_options *options, const tp_dataset *dataset, tp_transport *transport,
                           tp_error *error) {
    const struct {
        const char *name;
        const tp_layer **layer;
    } wanted[] = {{options->roads, &transport->roads},
                  {options->rail, &transport->rail},
                  {options->stations, &transport->stations},
                  {options->flights, &transport->flights},
                  {options->airports, &transport->airports}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        *wanted[i].layer = wanted[i].name == NULL ? NULL : tp_dataset_layer(dataset, wanted[i].name);
        if (wanted[i].name != NULL && *wanted[i].layer == NULL) {
            return tp_error_set(error, TP_E_INTERNAL, "layer %s is not read", wanted[i].name);
        }
    }
    if (transport->roads->n_rows == 0) {
        return tp_error_set(error, TP_E_DATA, "layer %s: no roads are left of which to make a network", options->roads);
    }
    return TP_OK;
}

/* What says why no way came of any road. */
static tp_code nothing_left(const tp_network_options *options, const tp_transport *transport, tp_error *error) {
    const int64_t *count = transport->count;
    return tp_error_set(error, TP_E_DATA,
                        "layer %s: none of its %lld lines can be used as a road (%lld rejected, %lld not for cars, "
                        "%lld closed, %lld toll roads, %lld ferries)",
                        options->roads, (long long)count[TP_COUNT_ROADS], (long long)count[TP_COUNT_REJECTED],
                        (long long)count[TP_COUNT_NOT_ROADS], (long long)count[TP_COUNT_CLOSED],
                        (long long)count[TP_COUNT_TOLL], (long long)count[TP_COUNT_FERRY]);
}

/* Lines with node ids are joined by those alone, unless a tolerance is asked for. */
static double tolerance_m(const tp_network_options *options, const tp_layer *roads) {
    bool has_ids = tp_roads_have_ids(roads);
    return options->tolerance.unit[0] != '\0' ? options->tolerance.value : has_ids ? 0 : 1;
}

/* Everything that is being worked on. */
typedef struct work {
    tp_roads roads;
    tp_lines lines;
    tp_ways ways;
    tp_network_cache cache;
} work;

static tp_code open_work(work *w, const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_transport *transport,
                         tp_error *error) {
    const tp_network_options *options = step->options.values;
    w->roads = (tp_roads){.options = options,
                          .dataset = dataset,
                          .layer = tp_dataset_layer(dataset, options->roads),
                          .tolerance_m = transport->tolerance_m,
                          .threads = tp_prepare_threads(run->threads),
                          .count = transport->count};
    w->roads.items = calloc((size_t)w->roads.layer->n_rows + 1, sizeof *w->roads.items);
    w->lines =
        (tp_lines){.options = options, .year = run->year, .dataset = dataset, .transport = transport, .ways = &w->ways};
    transport->has_cache = options->cache != NULL;
    if (w->roads.items == NULL) {
        return tp_error_memory(error);
    }
    return options->cache == NULL ? TP_OK : tp_network_cache_open(step, run, dataset, transport, &w->cache, error);
}

static void close_work(work *w) {
    free(w->roads.items);
    free(w->lines.stops.items);
    tp_ways_reset(&w->ways);
    tp_network_cache_reset(&w->cache);
}

/* Rail and flights come first, so that their nodes have the same numbers whatever the roads are. */
static tp_code add_lines(work *w, tp_error *error) {
    tp_code code = tp_lines_add_metros(&w->lines, error);
    if (code == TP_OK) {
        code = tp_lines_add_rail(&w->lines, error);
    }
    return code == TP_OK ? tp_lines_add_air(&w->lines, error) : code;
}

static tp_code make_network(work *w, tp_transport *transport, tp_error *error) {
    int64_t n_before = w->ways.n_ways;
    uint8_t *rows = NULL;
    tp_code code = tp_network_add_roads(&w->roads, &w->ways, error);
    bool none = code == TP_OK && w->ways.n_ways == n_before;
    if (code == TP_OK && !none) {
        code = tp_lines_attach(&w->lines, error);
    }
    if (code == TP_OK && !none) {
        code = tp_network_new(&w->ways, &transport->network, error);
    }
    if (code == TP_OK && transport->has_cache && !none) {
        code = tp_network_cache_rows(&w->roads, &rows, error);
    }
    int64_t n_rows = w->roads.layer->n_rows;
    if (code == TP_OK) {
        code = tp_roads_report(&w->roads, error);
    }
    if (code == TP_OK && rows != NULL) {
        code = tp_network_cache_save(&w->cache, rows, n_rows, transport, error);
    }
    free(rows);
    return none && code == TP_OK ? nothing_left(w->roads.options, transport, error) : code;
}

static tp_code build(work *w, tp_transport *transport, tp_error *error) {
    tp_code code = add_lines(w, error);
    if (code == TP_OK && transport->has_cache) {
        code = tp_network_cache_load(&w->cache, &w->roads, transport, error);
    }
    if (code == TP_OK && transport->network != NULL) {
        int64_t counted[TP_NETWORK_COUNTS] = {0};
        w->roads.count = counted; /* the counts are loaded already */
        code = tp_roads_report(&w->roads, error);
    } else if (code == TP_OK) {
        code = make_network(w, transport, error);
    }
    if (code == TP_OK) {
        tp_lines_publish(&w->lines);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const tp_network_options *options = step->options.values;
    tp_transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL) {
        return tp_error_memory(error);
    }
    transport->method = options->model ? TP_METHOD_ROAD_MODEL : TP_METHOD_ROAD;
    transport->join = (tp_join_rule){.limit_m = options->snap.value,
                                     .off_road_km_h = options->offroad.value,
                                     .component = options->components == 0 ? TP_JOIN_LARGEST : TP_JOIN_ANY};
    work w = {0};
    tp_code code = find_layers(options, dataset, transport, error);
    if (code == TP_OK) {
        transport->tolerance_m = tolerance_m(options, transport->roads);
        code = open_work(&w, step, run, dataset, transport, error);
    }
    if (code == TP_OK) {
        code = build(&w, transport, error);
    }
    close_work(&w);
    if (code != TP_OK || dataset->network != NULL) {
        tp_transport_free(transport);
        return code != TP_OK ? code : tp_error_set(error, TP_E_INTERNAL, "the dataset already has a network");
    }
    dataset->network = transport;
    return TP_OK;
}

const tp_stage tp_stage_network = {
    .name = "network",
    .phase = TP_PREPARE,
    .purpose = "makes roads, railways and flights one network of travel times",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(tp_network_options),
    .main_key = "roads",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .check = check,
    .run = run,
};
