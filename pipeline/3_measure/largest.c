/*
 * largest: the largest number among the features within a travel time, such as the population of the largest city.
 *
 * Where municipalities are given as polygons (`touching`), features to which the point's own municipality or one that
 * touches it belongs are in reach as well, however far (municipal.h). A feature of which a deciding cell is missing,
 * and a layer that is a sample, make the truth at least what was found.
 */
#include "largest_missing.h"
#include "municipal.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct largest_options {
    const char *of, *column, *year, *where, *touching, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
    int by, direction;
} largest_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(largest_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) of points among which the largest is looked for",
     .offset = offsetof(largest_options, to)},
    {.key = "column",
     .kind = TP_SETTING_COLUMN,
     .required = true,
     .help = "the number that is compared",
     .offset = offsetof(largest_options, column)},
    {.key = "year",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that says of which year the number is, for the evidence; left out where the layer has none",
     .offset = offsetof(largest_options, year)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which features count",
     .offset = offsetof(largest_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 100000,
     .help = "the travel time up to which a feature is in reach, inclusive",
     .offset = offsetof(largest_options, within)},
    TP_TRAVEL_SETTINGS(largest_options),
    {.key = "touching",
     .kind = TP_SETTING_LAYER,
     .help = "municipalities as polygons: the own and touching ones' features are in reach too, if the layer is read",
     .offset = offsetof(largest_options, touching)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the new column, and what its name column begins with",
     .offset = offsetof(largest_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
    {.layer = "{to}", .name = "{column}", .type = TP_TYPE_DOUBLE, .help = "whose largest value is looked for"},
    {.layer = "{touching}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "", "the largest number in reach"},
    {"{of}", "{as}_name", TP_TYPE_TEXT, "", "whose number it is"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const largest_options *options = step->options.values;
    tp_travel_check(step, plan, options->by, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_municipal_check_polygons(step, plan, options->touching, "touching", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
}

/* What the evidence needs beyond the measure itself; the link is found when it is asked for. */
typedef struct largest_detail {
    tp_travel travel;
    tp_facilities facilities;
    tp_nearby nearby;
    double *number; /* of each facility; NaN where it is missing */
    const tp_ellipsoid *ellipsoid;
    char *column, *year;     /* year may be NULL */
    tp_municipal *municipal; /* NULL where it was not asked for or not read */
    double missing_below;    /* what the layers leave out is less than this: -inf nothing, +inf no bound */
} largest_detail;

static void free_detail(void *detail) {
    largest_detail *mine = detail;
    if (mine != NULL) {
        tp_nearby_reset(&mine->nearby);
        tp_facilities_reset(&mine->facilities);
        tp_travel_reset(&mine->travel);
        free(mine->number);
        free(mine->column);
        free(mine->year);
        tp_municipal_free(mine->municipal);
    }
    free(mine);
}

/* ---- finding one ---- */

/* What was found of one row so far. */
typedef struct best {
    int64_t facility; /* the largest that surely counts, or -1 */
    int64_t via;      /* the polygon by which it is in reach, or -1 */
    double minutes, distance_m;
    double high; /* no number in reach is larger */
} best;

/* Takes a facility in reach into account; one already found by distance is not replaced by itself. */
static void consider(const largest_detail *detail, const tp_near *near, bool maybe, int64_t via, best *best) {
    int64_t facility = near->facility;
    double number = detail->number[facility];
    best->high = fmax(best->high, isnan(number) ? INFINITY : number);
    if (maybe || isnan(number)) {
        return;
    }
    double so_far = best->facility < 0 ? -INFINITY : detail->number[best->facility];
    const int64_t *rank = detail->facilities.rank;
    if (best->facility < 0 || number > so_far || (number == so_far && rank[facility] < rank[best->facility])) {
        best->facility = facility;
        best->via = via;
        best->minutes = near->minutes;
        best->distance_m = near->distance_m;
    }
}

/* Which one it is does not need the ways there. */
static void consider_near(const largest_detail *detail, tp_nearby_room *room, int64_t row, bool with_ways, best *best) {
    int64_t n = with_ways ? tp_nearby_of(&detail->nearby, room, row) : tp_nearby_all(&detail->nearby, room, row);
    for (int64_t i = 0; i < n; i++) {
        tp_near near = with_ways ? room->near[i] : (tp_near){.facility = room->found[i]};
        consider(detail, &near, detail->facilities.maybe[near.facility], -1, best);
    }
}

static void consider_touching(const largest_detail *detail, int64_t row, best *best) {
    const tp_municipal *municipal = detail->municipal;
    int64_t own = municipal->own[row];
    if (own < 0 || !municipal->complete) {
        best->high = INFINITY;
    }
    for (int64_t k = 0; own >= 0; k++) {
        int64_t polygon = tp_municipal_around(municipal, own, k);
        if (polygon < 0) {
            break;
        }
        for (int64_t i = municipal->city_first[polygon]; i < municipal->city_first[polygon + 1]; i++) {
            tp_municipal_city city = municipal->city[i];
            tp_near near = {.facility = city.facility, .distance_m = NAN};
            consider(detail, &near, city.unproven || detail->facilities.maybe[city.facility], polygon, best);
        }
    }
}

static best find_best(const largest_detail *detail, tp_nearby_room *room, int64_t row, bool with_ways) {
    best best = {.facility = -1, .via = -1, .high = nextafter(detail->missing_below, -INFINITY)};
    if (isinf(detail->missing_below)) {
        best.high = detail->missing_below;
    }
    if (tp_travel_there(&detail->travel, row) == TP_THERE_NOT && detail->municipal == NULL) {
        best.high = -INFINITY; /* nothing is reached, whatever the layers leave out */
    }
    consider_near(detail, room, row, with_ways, &best);
    if (detail->municipal != NULL) {
        consider_touching(detail, row, &best);
    }
    return best;
}

static int find_link(const tp_measure *measure, int64_t row, tp_link *links) {
    const largest_detail *detail = measure->detail;
    const tp_facilities *facilities = &detail->facilities;
    tp_nearby_room room = {0};
    if (!measure->known[row]) {
        return 0;
    }
    if (!tp_nearby_room_new(&room, &detail->nearby)) {
        return -1;
    }
    best best = find_best(detail, &room, row, true);
    tp_nearby_room_reset(&room);
    if (best.facility < 0) {
        return 0;
    }
    if (best.via >= 0) {
        best.distance_m =
            tp_geodesic_distance_m(detail->ellipsoid, measure->of->lon_deg[row], measure->of->lat_deg[row],
                                   facilities->lon_deg[best.facility], facilities->lat_deg[best.facility]);
    }
    links[0] = (tp_link){.layer = facilities->layer[best.facility],
                         .note = (int32_t)best.via,
                         .row = facilities->row[best.facility],
                         .minutes = best.minutes,
                         .distance_m = best.distance_m};
    return 1;
}

/* ---- the evidence ---- */

static void write_year(const tp_layer *layer, int64_t row, const char *name, tp_text *text) {
    const tp_column *column = name == NULL ? NULL : tp_layer_column(layer, name);
    const char *year = column == NULL ? NULL : tp_column_text(column, row);
    double number;
    if (year != NULL && year[0] != '\0') {
        tp_text_add(text, " (%s)", year);
    } else if (column != NULL && tp_column_number(column, row, &number)) {
        tp_text_add(text, " (%.0f)", number);
    }
}

static void write_found(const tp_measure *measure, int64_t row, const tp_link *link, tp_text *text) {
    const largest_detail *detail = measure->detail;
    const tp_layer *layer = measure->to[link->layer];
    tp_text_add(text, "largest %s of the ", detail->column);
    tp_reach_write_wanted(measure, text);
    tp_text_add(text, " in reach: %s ", tp_layer_label(layer, link->row));
    tp_text_add_number(text, measure->value[row], 2);
    write_year(layer, link->row, detail->year, text);
    tp_text_add(text, ", ");
    if (link->note < 0) {
        tp_text_add_number(text, link->minutes, 1);
        if (tp_travel_there(&detail->travel, row) == TP_THERE_STRAIGHT) {
            tp_text_add(text, " min (straight line)");
        } else {
            tp_text_add(text, " min ");
            tp_travel_write_by(&detail->travel, text);
            tp_text_add(text, " (");
            tp_text_add_number(text, link->distance_m / 1000, 1);
            tp_text_add(text, " km)");
        }
        tp_travel_write_place(&detail->travel, row, text);
        tp_travel_write_facility(&detail->travel, measure, row, link, text);
        return;
    }
    int64_t own = detail->municipal->own[row];
    tp_text_add(text, "by its municipality ");
    tp_municipal_write_polygon(detail->municipal, link->note, layer, link->row, text);
    if (link->note == own) {
        tp_text_add(text, ", the own one");
    } else {
        tp_text_add(text, ", which touches %s", tp_layer_label(detail->municipal->polygons, own));
    }
}

static void write_none(const tp_measure *measure, int64_t row, tp_text *text) {
    const largest_detail *detail = measure->detail;
    bool some = measure->low[row] < measure->high[row];
    tp_way_there there = tp_travel_there(&detail->travel, row);
    tp_text_add(text, some ? "no %s is known of the " : "no %s: none of the ", detail->column);
    tp_reach_write_wanted(measure, text);
    tp_text_add(text, " within ");
    tp_text_add_number(text, measure->within_min, 1);
    tp_text_add(text, " min");
    if (there == TP_THERE_NETWORK) {
        tp_text_add(text, " ");
        tp_travel_write_by(&detail->travel, text);
    }
    if (detail->municipal != NULL) {
        tp_text_add(text, " or by the own municipality and those that touch it");
    }
    if (there == TP_THERE_NOT) {
        tp_text_add(text, "; ");
        tp_travel_write_not_joined(&detail->travel, text);
    }
    tp_travel_write_place(&detail->travel, row, text);
    tp_travel_write_left_out(&detail->travel, row, text);
}

/* Why the truth may be more than what was found. */
static void write_more(const tp_measure *measure, int64_t row, tp_text *text) {
    const largest_detail *detail = measure->detail;
    const tp_municipal *municipal = detail->municipal;
    if (isinf(detail->missing_below) && detail->missing_below > 0) {
        tp_text_add(text, "; %s, so there may be a larger one", tp_reach_sample_text(measure));
    } else if (municipal != NULL && municipal->own[row] < 0) {
        tp_text_add(text, "; at least, since the point lies in none of the polygons of %s", municipal->polygons->name);
    } else if (municipal != NULL && !municipal->complete) {
        tp_text_add(text, "; at least, since %s is a sample", municipal->polygons->name);
    } else if (isinf(measure->high[row])) {
        tp_text_add(text, "; at least, since a value is missing");
    } else if (measure->high[row] < detail->missing_below) {
        tp_text_add(text, "; smaller ones than ");
        tp_text_add_number(text, detail->missing_below, 2);
        tp_text_add(text, " may be missing from the layer");
    } else {
        tp_text_add(text, "; up to ");
        tp_text_add_number(text, measure->high[row], 2);
        tp_text_add(text, ", since what decides is missing for some");
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    if (measure->missing_layer != NULL) {
        return;
    }
    tp_link links[TP_LINKS_MAX];
    int n = tp_measure_links(measure, row, links);
    text->lost = text->lost || n < 0;
    if (n > 0) {
        write_found(measure, row, &links[0], text);
    } else {
        write_none(measure, row, text);
    }
    if (measure->low[row] < measure->high[row]) {
        write_more(measure, row, text);
    }
}

static const tp_measure_kind KIND = {
    .name = "largest", .dimension = TP_DIMENSION_COUNT, .evidence = write_evidence, .links = find_link};

/* ---- the measure ---- */

static void measure_row(tp_measure *measure, tp_nearby_room *room, int64_t row) {
    const largest_detail *detail = measure->detail;
    tp_method method = tp_travel_method(&detail->travel, row);
    best best = find_best(detail, room, row, false);
    if (best.facility < 0) {
        tp_measure_set_interval(measure, row, -INFINITY, -INFINITY, best.high, method);
        return;
    }
    double number = detail->number[best.facility];
    tp_measure_set_interval(measure, row, number, number, fmax(number, best.high),
                            best.via < 0 ? method : TP_METHOD_POLYGON);
}

static tp_code measure_rows(tp_measure *measure, tp_error *error) {
    const largest_detail *detail = measure->detail;
    int64_t n = measure->of->n_rows;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_nearby_room room = {0};
        lost = !tp_nearby_room_new(&room, &detail->nearby);
#pragma omp for schedule(dynamic, 256)
        for (int64_t row = 0; row < n; row++) {
            if (!lost) {
                measure_row(measure, &room, row);
            }
        }
        tp_nearby_room_reset(&room);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

/* ---- the stage ---- */

static void find_missing_below(tp_measure *measure, const char *column) {
    largest_detail *detail = measure->detail;
    detail->missing_below = -INFINITY;
    for (size_t i = 0; i < measure->n_to && measure->sample; i++) {
        detail->missing_below =
            fmax(detail->missing_below, tp_largest_missing_below(measure->to[i], measure->where, column));
    }
}

static double *numbers_of(const tp_measure *measure, const tp_facilities *facilities, const char *name) {
    double *number = malloc(sizeof *number * (size_t)(facilities->n > 0 ? facilities->n : 1));
    for (int64_t i = 0; number != NULL && i < facilities->n; i++) {
        const tp_column *column = tp_layer_column(measure->to[facilities->layer[i]], name);
        if (column == NULL || !tp_column_number(column, facilities->row[i], &number[i])) {
            number[i] = NAN;
        }
    }
    return number;
}

/* The columns that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    tp_column *value = NULL, *name = NULL;
    tp_code code = tp_layer_add_column(of, step->name, TP_TYPE_DOUBLE, measure->unit, "largest", &value, error);
    char *name_column = tp_text_format("%s_name", step->name);
    if (code == TP_OK) {
        code = name_column == NULL ? tp_error_memory(error)
                                   : tp_layer_add_column(of, name_column, TP_TYPE_TEXT, "", "largest", &name, error);
    }
    free(name_column);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (measure->known[row]) {
            tp_link links[TP_LINKS_MAX];
            if (tp_measure_links(measure, row, links) < 1) {
                return tp_error_memory(error);
            }
            const char *label = tp_layer_label(measure->to[links[0].layer], links[0].row);
            tp_column_set_double(value, row, measure->value[row]);
            code = tp_column_set_text(name, row, label, strlen(label), error);
        }
    }
    return code;
}

/* The unit of the number: its column's, else the column's name says what is counted. */
static tp_code set_unit(tp_measure *measure, const char *column_name, tp_error *error) {
    const tp_column *column = measure->n_to > 0 ? tp_layer_column(measure->to[0], column_name) : NULL;
    char *unit = tp_text_copy(column != NULL && column->unit[0] != '\0' ? column->unit : column_name);
    if (unit == NULL) {
        return tp_error_memory(error);
    }
    free(measure->unit);
    measure->unit = unit;
    return TP_OK;
}

static tp_code make_detail(const largest_options *options, tp_measure *measure, tp_error *error) {
    largest_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    tp_travel_set(&detail->travel, options->by, options->direction, options->speed.value, options->detour);
    detail->column = tp_text_copy(options->column);
    detail->year = options->year == NULL ? NULL : tp_text_copy(options->year);
    bool lost = detail->column == NULL || (options->year != NULL && detail->year == NULL);
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code find_largest(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                            tp_error *error) {
    const largest_options *options = step->options.values;
    const tp_layer *polygons = options->touching == NULL ? NULL : tp_dataset_layer(dataset, options->touching);
    largest_detail *detail = measure->detail;
    const tp_facilities *facilities = &detail->facilities;
    detail->ellipsoid = &dataset->ellipsoid;
    detail->number = numbers_of(measure, facilities, options->column);
    tp_code code = detail->number == NULL ? tp_error_memory(error) : set_unit(measure, options->column, error);
    find_missing_below(measure, options->column);
    if (code == TP_OK && polygons != NULL) {
        code = tp_municipal_new(polygons, measure, facilities, &detail->municipal, error);
    }
    if (code == TP_OK) {
        code = tp_travel_open(&detail->travel, dataset, measure, facilities, error);
    }
    if (code == TP_OK) {
        code =
            tp_nearby_new(&detail->nearby, dataset, &detail->travel, measure, facilities, measure->within_min, error);
    }
    if (code == TP_OK) {
        code = measure_rows(measure, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, measure, of, error);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const largest_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->within_min = options->within.value;
    code = make_detail(options, measure, error);
    if (code == TP_OK) {
        largest_detail *detail = measure->detail;
        code = tp_facilities_gather(dataset, &options->to, options->where, measure, &detail->facilities, error);
    }
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = find_largest(step, dataset, of, measure, error);
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_largest = {
    .name = "largest",
    .phase = TP_MEASURE,
    .purpose = "the largest number among the features within a travel time, such as a city's population",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(largest_options),
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
