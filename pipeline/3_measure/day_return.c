/*
 * day_return: the longest stay in Tokyo, Osaka or Nagoya on a day that begins and ends at home.
 *
 *     way out = way to the hub + waiting + line haul + way into the metro        (and the same way back)
 *     stay    = (latest return - earliest departure) - 2 x way out
 *
 * The way to the hub is the straight-line estimate; the line haul comes from the tables of flights and rail. Over all
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
    TIME_SETTING("access", access, "120 min", "the longest way to a hub, inclusive"),
    TIME_SETTING("stay", stay, "240 min", "the stay with which the literal 24 hours are reckoned in the evidence"),
    TIME_SETTING("check_in", check_in, "45 min", "from arriving at the airport to take-off"),
    TIME_SETTING("air_egress", air_egress, "40 min", "from landing to the metro's centre"),
    TIME_SETTING("rail_wait", rail_wait, "15 min", "from arriving at the station to departure"),
    TIME_SETTING("rail_egress", rail_egress, "10 min", "from the metro's station to its centre"),
    TIME_SETTING("transfer", transfer, "10 min", "a change between two services"),
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
    {"{of}", "{as}_metro", TP_TYPE_TEXT, "", "where that day goes"},
    {"{of}", "{as}_hub", TP_TYPE_TEXT, "", "by which airport or station"},
};

/* Kept with the measure for its evidence. */
typedef struct day_detail {
    tp_hubs hubs;
    tp_journey_costs costs;
    tp_reach reach;
    double window_min, stay_min, access_min, earliest_min, latest_min;
    const char *unread; /* static text: what is not read, or NULL */
} day_detail;

static void free_detail(void *detail) {
    day_detail *mine = detail;
    if (mine != NULL) {
        tp_hubs_reset(&mine->hubs);
    }
    free(mine);
}

static void write_clock(tp_text *text, double minutes) {
    tp_text_add(text, "%02d:%02d", (int)(minutes / 60), (int)fmod(minutes, 60));
}

/* "28.2 min to Kumamoto Airport + 45 check-in + 119 flight + 40 into Tokyo = 232.2 min" */
static void write_chain(const tp_measure *measure, const tp_link *link, tp_text *text) {
    const day_detail *detail = measure->detail;
    const tp_hub *hub = &detail->hubs.items[link->note / TP_METROS];
    int metro = link->note % TP_METROS;
    tp_text_add_number(text, link->minutes, 1);
    tp_text_add(text, " min to %s", tp_layer_label(measure->to[link->layer], link->row));
    if (!hub->core[metro]) {
        tp_text_add(text, " + ");
        tp_text_add_number(text, hub->air ? detail->costs.check_in_min : detail->costs.rail_wait_min, 1);
        tp_text_add(text, " %s + ", hub->air ? "check-in" : "wait");
        tp_text_add_number(text, hub->haul_min[metro], 1);
        tp_text_add(text, " %s + ", hub->air ? "flight" : "train");
        tp_text_add_number(text, hub->air ? detail->costs.air_egress_min : detail->costs.rail_egress_min, 1);
        tp_text_add(text, " into %s", TP_METRO_NAMES[metro]);
    }
    tp_text_add(text, " = ");
    tp_text_add_number(text, link->minutes + hub->fixed_min[metro], 1);
    tp_text_add(text, " min");
}

static double way_out(const day_detail *detail, const tp_link *link) {
    return link->minutes + detail->hubs.items[link->note / TP_METROS].fixed_min[link->note % TP_METROS];
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const day_detail *detail = measure->detail;
    int64_t first = measure->link_first[row], last = measure->link_first[row + 1];
    if (first == last) {
        tp_text_add(text, "no airport or station with a way to Tokyo, Osaka or Nagoya within ");
        tp_text_add_number(text, detail->access_min, 1);
        tp_text_add(text, " min");
    }
    for (int64_t i = first; i < last; i++) {
        const tp_link *link = &measure->links[i];
        double out_min = way_out(detail, link), stay_min = detail->window_min - 2 * out_min;
        tp_text_add(text, "%s%s: ", i == first ? "" : "; ", TP_METRO_NAMES[link->note % TP_METROS]);
        write_chain(measure, link, text);
        tp_text_add(text, ", stay ");
        tp_text_add_number(text, stay_min, 0);
        tp_text_add(text, " min");
        if (i == first) {
            tp_text_add(text, " (leaving at ");
            write_clock(text, detail->earliest_min);
            tp_text_add(text, ", home by ");
            write_clock(text, detail->latest_min);
            bool literal = 2 * out_min + detail->stay_min <= 1440;
            tp_text_add(text, "); literal 24 h with a stay of ");
            tp_text_add_number(text, detail->stay_min, 0);
            tp_text_add(text, " min: %s", literal ? "yes" : "no");
        }
    }
    if (detail->unread != NULL) {
        tp_text_add(text, "; %s, so there may be a better way", detail->unread);
    } else if (measure->sample) {
        tp_text_add(text, "; a layer is a sample, so there may be a better way");
    }
}

static const tp_measure_kind KIND = {"day_return", TP_DIMENSION_TIME, write_evidence};

/* The best hub to each metro, found by the chord first: a geodesic is reckoned only where it can still matter. */
static uint8_t measure_row(const tp_measure *measure, const tp_ellipsoid *ellipsoid, int64_t row, tp_link *links) {
    const day_detail *detail = measure->detail;
    const tp_layer *of = measure->of;
    double xyz_m[3], best_min[TP_METROS] = {INFINITY, INFINITY, INFINITY};
    tp_link best[TP_METROS];
    tp_geocentric(ellipsoid, of->lon_deg[row], of->lat_deg[row], xyz_m);
    for (size_t h = 0; h < detail->hubs.n; h++) {
        const tp_hub *hub = &detail->hubs.items[h];
        double dx = hub->xyz_m[0] - xyz_m[0], dy = hub->xyz_m[1] - xyz_m[1], dz = hub->xyz_m[2] - xyz_m[2];
        double least_m = sqrt(dx * dx + dy * dy + dz * dz) * (1 - 1e-12) - 1e-6;
        double least_min = tp_reach_minutes(&detail->reach, least_m);
        bool matters = false;
        for (int metro = 0; metro < TP_METROS; metro++) {
            matters = matters || least_min + hub->fixed_min[metro] < best_min[metro];
        }
        if (!matters || least_min > detail->access_min) {
            continue;
        }
        const tp_layer *layer = measure->to[hub->layer];
        double distance_m = tp_geodesic_distance_m(ellipsoid, of->lon_deg[row], of->lat_deg[row],
                                                   layer->lon_deg[hub->row], layer->lat_deg[hub->row]);
        double minutes = tp_reach_minutes(&detail->reach, distance_m);
        for (int metro = 0; metro < TP_METROS; metro++) {
            if (minutes <= detail->access_min && minutes + hub->fixed_min[metro] < best_min[metro]) {
                best_min[metro] = minutes + hub->fixed_min[metro];
                best[metro] = (tp_link){.layer = hub->layer,
                                        .note = (int32_t)(h * TP_METROS + (size_t)metro),
                                        .row = hub->row,
                                        .minutes = minutes,
                                        .distance_m = distance_m};
            }
        }
    }
    uint8_t n = 0;
    for (int turn = 0; turn < TP_METROS; turn++) { /* shortest way first; the order of the metros breaks ties */
        int next = -1;
        for (int metro = 0; metro < TP_METROS; metro++) {
            if (isfinite(best_min[metro]) && (next < 0 || best_min[metro] < best_min[next])) {
                next = metro;
            }
        }
        if (next >= 0) {
            links[n++] = best[next];
            best_min[next] = INFINITY;
        }
    }
    return n;
}

static tp_code measure_rows(tp_measure *measure, const tp_ellipsoid *ellipsoid, tp_error *error) {
    const day_detail *detail = measure->detail;
    int64_t n = measure->of->n_rows;
    tp_link *links = malloc(sizeof *links * TP_LINKS_MAX * (size_t)(n > 0 ? n : 1));
    uint8_t *count = calloc((size_t)(n > 0 ? n : 1), 1);
    if (links == NULL || count == NULL) {
        free(links);
        free(count);
        return tp_error_memory(error);
    }
    bool open = detail->unread != NULL || measure->sample; /* a better way may exist that is not in the layers */
#pragma omp parallel for schedule(static, 64)
    for (int64_t row = 0; row < n; row++) {
        tp_link *mine = links + row * TP_LINKS_MAX;
        count[row] = measure_row(measure, ellipsoid, row, mine);
        double stay = count[row] == 0 ? -INFINITY : detail->window_min - 2 * way_out(detail, &mine[0]);
        tp_measure_set_interval(measure, row, stay, stay, open ? detail->window_min : stay, TP_METHOD_TABLE);
    }
    tp_code code = tp_measure_pack_links(measure, count, links, error);
    free(links);
    free(count);
    return code;
}

static tp_code add_hubs(const day_return_options *options, const tp_dataset *dataset, tp_measure *measure,
                        tp_error *error) {
    day_detail *detail = measure->detail;
    const tp_layer *airports = tp_dataset_layer(dataset, options->airports);
    const tp_layer *flights = tp_dataset_layer(dataset, options->flights);
    const tp_layer *stations = tp_dataset_layer(dataset, options->stations);
    const tp_layer *rail = tp_dataset_layer(dataset, options->rail);
    bool air = airports != NULL && flights != NULL, train = stations != NULL && rail != NULL;
    if (!air && !train) {
        measure->missing_layer = tp_text_copy(airports == NULL ? options->airports : options->flights);
        return measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    }
    detail->unread = !air ? "airports or flights are not read" : !train ? "stations or rail are not read" : NULL;
    tp_code code = TP_OK;
    const tp_layer *all[] = {airports, flights, stations, rail};
    for (size_t i = 0; i < 4; i++) {
        if (all[i] != NULL && !tp_coverage_holds(all[i]->coverage, all[i]->coverage_condition, all[i]->where, NULL)) {
            measure->sample = true;
        }
    }
    if (air) {
        code = tp_measure_add_to(measure, airports, error);
        if (code == TP_OK) {
            code = tp_hubs_add_air(&detail->hubs, airports, 0, flights, &dataset->ellipsoid, &detail->costs, error);
        }
    }
    if (train && code == TP_OK) {
        int32_t number = (int32_t)measure->n_to;
        code = tp_measure_add_to(measure, stations, error);
        if (code == TP_OK) {
            code = tp_hubs_add_rail(&detail->hubs, stations, number, rail, &dataset->ellipsoid, &detail->costs, error);
        }
    }
    tp_hubs_sort(&detail->hubs);
    return code;
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
        const tp_link *link = &measure->links[measure->link_first[row]];
        const char *metro = TP_METRO_NAMES[link->note % TP_METROS];
        const char *hub = tp_layer_label(measure->to[link->layer], link->row);
        tp_column_set_double(columns[0], row, measure->value[row]);
        tp_column_set_double(columns[1], row, way_out(measure->detail, link));
        code = tp_column_set_text(columns[2], row, metro, strlen(metro), error);
        if (code == TP_OK) {
            code = tp_column_set_text(columns[3], row, hub, strlen(hub), error);
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
    day_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        tp_measure_free(measure);
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    detail->reach = (tp_reach){options->speed.value, options->detour};
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
    code = add_hubs(options, dataset, measure, error);
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = measure_rows(measure, &dataset->ellipsoid, error);
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

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const day_return_options *options = step->options.values;
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
