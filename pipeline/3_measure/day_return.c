/*
 * day_return: the longest stay in Tokyo, Osaka or Nagoya on a day that begins and ends at home.
 *
 *     way out, way back = shortest paths on the network by road, rail and air
 *     stay              = (latest return - earliest departure) - way out - way back
 *
 * Where there is no network with metros, or a place does not join it, the way is reckoned from tables and called `table`:
 *
 *     way out = way to the hub + waiting + line haul + way into the metro        (and the same way back)
 *
 * with the straight-line estimate as the way to the hub and the line haul from the tables of flights and rail. Over all
 * hubs and the three metros the longest stay counts. The 1982 list says "within 24 hours" (a Russian text's rendering of
 * higaeri, a day return): the stay decides, and whether the literal 24 hours hold stands in the evidence.
 */
#include "day_return.h"

#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct day_return_options {
    const char *of, *airports, *flights, *stations, *rail, *as;
    tp_quantity earliest, latest, access, stay, check_in, air_egress, rail_wait, rail_egress, transfer, speed;
    double detour;
} day_return_options;

#define LAYER_SETTING(key_text, field_name, help_text)                                                                 \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_LAYER, .fallback = key_text, .help = help_text,                            \
        .offset = offsetof(day_return_options, field_name)                                                             \
    }

#define TIME_SETTING(key_text, field_name, default_text, help_text)                                                    \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_QUANTITY, .dimension = TP_DIMENSION_TIME, .fallback = default_text,        \
        .min = 0, .max = 2880, .help = help_text, .offset = offsetof(day_return_options, field_name)                   \
    }

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(day_return_options, of)},
    LAYER_SETTING("airports", airports, "points whose id is the code that flights name"),
    LAYER_SETTING("flights", flights, "table: iata, metro, minutes"),
    LAYER_SETTING("stations", stations, "points; the column metro marks the core stations of the metros"),
    LAYER_SETTING("rail", rail, "segments: from_station, to_station, minutes; opened, closed, service where known"),
    TIME_SETTING("earliest", earliest, "6 h", "when the day begins at home, after midnight"),
    TIME_SETTING("latest", latest, "24 h", "when it must have ended at home, after midnight"),
    TIME_SETTING("access", access, "120 min", "the longest way to a hub, inclusive; by the tables"),
    TIME_SETTING("stay", stay, "240 min", "the stay with which the literal 24 hours are reckoned in the evidence"),
    TIME_SETTING("check_in", check_in, "45 min", "from arriving at the airport to take-off; by the tables"),
    TIME_SETTING("air_egress", air_egress, "40 min", "from landing to the metro's centre; by the tables"),
    TIME_SETTING("rail_wait", rail_wait, "15 min", "from arriving at the station to departure; by the tables"),
    TIME_SETTING("rail_egress", rail_egress, "10 min", "from the metro's station to its centre; by the tables"),
    TIME_SETTING("transfer", transfer, "10 min", "a change between two services; by the tables"),
    TP_REACH_SETTINGS(day_return_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(day_return_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {"{flights}", "iata", TP_TYPE_TEXT, "", "the airport's id"},
    {"{flights}", "metro", TP_TYPE_TEXT, "", "Tokyo, Osaka or Nagoya"},
    {"{flights}", "minutes", TP_TYPE_DOUBLE, "min", "the flight"},
    {"{stations}", "metro", TP_TYPE_TEXT, "", "Tokyo, Osaka or Nagoya at their core stations, else empty"},
    {"{rail}", "from_station", TP_TYPE_TEXT, "", "a station's id"},
    {"{rail}", "to_station", TP_TYPE_TEXT, "", "a station's id"},
    {"{rail}", "minutes", TP_TYPE_DOUBLE, "min", "the ride"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_stay_min", TP_TYPE_DOUBLE, "min", "the longest stay"},
    {"{of}", "{as}_out_min", TP_TYPE_DOUBLE, "min", "the way out of that day"},
    {"{of}", "{as}_back_min", TP_TYPE_DOUBLE, "min", "its way back"},
    {"{of}", "{as}_metro", TP_TYPE_TEXT, "", "where that day goes"},
    {"{of}", "{as}_hub", TP_TYPE_TEXT, "", "by which airport or station"},
    {"{of}", "{as}_method", TP_TYPE_TEXT, "", "how the time was found"},
};

static void free_detail(void *detail) {
    tp_day *mine = detail;
    if (mine != NULL) {
        tp_hubs_reset(&mine->hubs);
        tp_journeys_reset(&mine->journeys);
    }
    free(mine);
}

static const tp_measure_kind KIND = {
    .name = "day_return", .dimension = TP_DIMENSION_TIME, .evidence = tp_day_write_evidence, .links = tp_day_links};

static tp_code add_to(tp_measure *measure, const tp_layer *layer, tp_error *error) {
    bool known = layer == NULL;
    for (size_t i = 0; i < measure->n_to; i++) {
        known = known || measure->to[i] == layer;
    }
    return known ? TP_OK : tp_measure_add_to(measure, layer, error);
}

static void measure_rows(tp_measure *measure) {
    const tp_day *detail = measure->detail;
    bool open = detail->unread != NULL || measure->sample; /* a better way may exist that is not in the layers */
#pragma omp parallel for schedule(static, 64)
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        bool by_network = tp_day_by_network(measure, row);
        if (!by_network && detail->no_table) {
            continue;
        }
        tp_day_way way;
        int count = tp_day_ways(measure, row, 1, &way);
        double stay = count == 0 ? -INFINITY : detail->window_min - (way.out_min + way.back_min);
        tp_measure_set_interval(measure, row, stay, stay, open ? detail->window_min : stay,
                                by_network ? detail->travel.transport->method : TP_METHOD_TABLE);
    }
}

/* ---- what there is to go by ---- */

/* The layers of which journeys are made. */
typedef struct day_layers {
    const tp_layer *airports, *flights, *stations, *rail;
} day_layers;

static bool has_columns(const tp_layer *layer, const char *first, const char *second, const char *third) {
    return layer != NULL && tp_layer_column(layer, first) != NULL &&
           (second == NULL || tp_layer_column(layer, second) != NULL) &&
           (third == NULL || tp_layer_column(layer, third) != NULL);
}

static void note_samples(tp_measure *measure, const tp_layer *const *layers, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (layers[i] != NULL &&
            !tp_coverage_holds(layers[i]->coverage, layers[i]->coverage_condition, layers[i]->where, NULL)) {
            measure->sample = true;
        }
    }
}

/* The number of a layer that is measured to already. */
static int32_t number_of(const tp_measure *measure, const tp_layer *layer) {
    int32_t i = 0;
    while (measure->to[i] != layer) {
        i++;
    }
    return i;
}

static tp_code add_hubs(const day_layers *layers, bool air, bool train, tp_measure *measure, tp_error *error) {
    tp_day *detail = measure->detail;
    tp_code code = TP_OK;
    if (air) {
        code = add_to(measure, layers->airports, error);
        if (code == TP_OK) {
            code = tp_hubs_add_air(&detail->hubs, layers->airports, number_of(measure, layers->airports),
                                   layers->flights, &detail->costs, error);
        }
    }
    if (train && code == TP_OK) {
        code = add_to(measure, layers->stations, error);
        if (code == TP_OK) {
            code = tp_hubs_add_rail(&detail->hubs, layers->stations, number_of(measure, layers->stations), layers->rail,
                                    &detail->costs, error);
        }
    }
    tp_hubs_sort(&detail->hubs);
    return code == TP_OK ? tp_hubs_locate(&detail->hubs, &detail->ellipsoid, error) : code;
}

/* By the tables, where there is no network. */
static tp_code open_tables(const day_return_options *options, const tp_dataset *dataset, tp_measure *measure,
                           tp_error *error) {
    tp_day *detail = measure->detail;
    day_layers layers = {tp_dataset_layer(dataset, options->airports), tp_dataset_layer(dataset, options->flights),
                         tp_dataset_layer(dataset, options->stations), tp_dataset_layer(dataset, options->rail)};
    bool air = layers.airports != NULL && layers.flights != NULL;
    bool train = layers.stations != NULL && layers.rail != NULL;
    if (!air && !train) {
        measure->missing_layer = tp_text_copy(layers.airports == NULL ? options->airports : options->flights);
        return measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    }
    detail->unread = !air ? "airports or flights are not read" : !train ? "stations or rail are not read" : NULL;
    const tp_layer *all[] = {layers.airports, layers.flights, layers.stations, layers.rail};
    note_samples(measure, all, sizeof all / sizeof all[0]);
    return add_hubs(&layers, air, train, measure, error);
}

static bool has_metros(const tp_transport *transport) {
    bool any = false;
    for (int metro = 0; metro < TP_METROS && transport != NULL; metro++) {
        any = any || tp_transport_metro(transport, TP_METRO_NAMES[metro]) != NULL;
    }
    return any;
}

/* By the network; places that do not join it by the tables of the same layers, as far as these have what is needed. */
static tp_code open_network(tp_dataset *dataset, tp_measure *measure, tp_error *error) {
    tp_day *detail = measure->detail;
    tp_transport *transport = dataset->network;
    const tp_layer *all[] = {transport->airports, transport->flights, transport->stations, transport->rail,
                             transport->roads};
    note_samples(measure, all, sizeof all / sizeof all[0]);
    detail->unread = transport->flights == NULL ? "the network has no flights"
                     : transport->rail == NULL  ? "the network has no railways"
                                                : NULL;
    tp_code code = tp_transport_joins(transport, &dataset->ellipsoid, measure->of, &detail->travel.joins, error);
    if (code != TP_OK) {
        return code;
    }
    detail->travel.transport = transport;
    measure->by_network = true;
    bool off = false;
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        off = off || detail->travel.joins[row].way < 0;
    }
    code = add_to(measure, transport->airports, error);
    if (code == TP_OK) {
        code = add_to(measure, transport->stations, error);
    }
    if (code == TP_OK) {
        code = tp_journeys_find(transport, &detail->journeys, error);
    }
    if (code != TP_OK || !off) {
        return code;
    }
    day_layers layers = {transport->airports, transport->flights, transport->stations, transport->rail};
    bool air = layers.airports != NULL && has_columns(layers.flights, "iata", "metro", "minutes");
    bool train = has_columns(layers.stations, "metro", NULL, NULL) &&
                 has_columns(layers.rail, "from_station", "to_station", "minutes");
    detail->no_table = !air && !train;
    return add_hubs(&layers, air, train, measure, error);
}

static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    enum { N_COLUMNS = sizeof ADDS / sizeof ADDS[0] };
    tp_column *columns[N_COLUMNS];
    tp_code code = TP_OK;
    for (size_t i = 0; i < N_COLUMNS && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", step->name, ADDS[i].name + strlen("{as}"));
        code = name == NULL
                   ? tp_error_memory(error)
                   : tp_layer_add_column(of, name, ADDS[i].type, ADDS[i].unit, "day_return", &columns[i], error);
        free(name);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (!measure->known[row]) {
            continue;
        }
        tp_day_way way;
        (void)tp_day_ways(measure, row, 1, &way);
        const char *texts[N_COLUMNS] = {[3] = TP_METRO_NAMES[way.metro],
                                        [4] = tp_layer_label(measure->to[way.layer], way.row),
                                        [5] = tp_method_text((tp_method)measure->method[row])};
        tp_column_set_double(columns[0], row, measure->value[row]);
        tp_column_set_double(columns[1], row, way.out_min);
        tp_column_set_double(columns[2], row, way.back_min);
        for (size_t i = 3; i < N_COLUMNS && code == TP_OK; i++) {
            code = tp_column_set_text(columns[i], row, texts[i], strlen(texts[i]), error);
        }
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *settings, tp_dataset *dataset, tp_error *error) {
    const day_return_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    tp_day *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        tp_measure_free(measure);
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    tp_travel_set(&detail->travel, TP_BY_BEST, 0, options->speed.value, options->detour);
    detail->ellipsoid = dataset->ellipsoid;
    detail->costs = (tp_journey_costs){.check_in_min = options->check_in.value,
                                       .air_egress_min = options->air_egress.value,
                                       .rail_wait_min = options->rail_wait.value,
                                       .rail_egress_min = options->rail_egress.value,
                                       .transfer_min = options->transfer.value,
                                       .year = settings->year};
    detail->earliest_min = options->earliest.value;
    detail->latest_min = options->latest.value;
    detail->window_min = options->latest.value - options->earliest.value;
    detail->stay_min = options->stay.value;
    detail->access_min = options->access.value;
    code = has_metros(dataset->network) ? open_network(dataset, measure, error)
                                        : open_tables(options, dataset, measure, error);
    if (code == TP_OK && measure->missing_layer == NULL) {
        measure_rows(measure);
        code = step->implied_by == NULL ? publish(step, measure, of, error) : TP_OK;
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

/* With a network the times of waiting are told to it: one who tells them here may mean it otherwise. */
static void warn_of_settings(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    static const char *const keys[] = {"access",      "check_in", "air_egress", "rail_wait",
                                       "rail_egress", "transfer", "speed",      "detour"};
    if (step->implied_by != NULL || !tp_plan_has(plan, TP_PREPARE, "network")) {
        return;
    }
    for (size_t i = 0; i < sizeof SETTINGS / sizeof SETTINGS[0]; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
            if (strcmp(SETTINGS[i].key, keys[k]) == 0 && step->options.origins[i] != TP_ORIGIN_DEFAULT) {
                tp_faults_warn(faults,
                               "day_return: '%s' counts only for places that do not join the network, which has "
                               "times of its own",
                               keys[k]);
            }
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const day_return_options *options = step->options.values;
    warn_of_settings(step, plan, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_reach_check_points(step, plan, options->airports, "airports", faults);
    tp_reach_check_points(step, plan, options->stations, "stations", faults);
    if (options->latest.value <= options->earliest.value) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "latest", step->place),
                         "'latest' is not after 'earliest'");
    }
}

const tp_stage tp_stage_day_return = {
    .name = "day_return",
    .phase = TP_MEASURE,
    .purpose = "the longest stay in Tokyo, Osaka or Nagoya within one day, by air or rail",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(day_return_options),
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
