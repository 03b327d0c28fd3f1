/*
 * Which rows of the road layer are used, how fast, and which way round: see tp_roads_read_speeds in network.h.
 *
 * The speed of a row is the first that is known of: its cell in the column `speed`; its maxspeed tag; the table `speeds`
 * by its class; the speed of its OpenStreetMap class; `default_speed`. Tags count only in a layer with a column
 * `highway` (that is how OpenStreetMap is recognised); toll, route and access count in every layer that has them.
 */
#include "2_prepare/network.h"
#include "technopolis/condition.h"
#include "technopolis/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tp_road_set_fate(tp_road *road, tp_fate fate) {
    if (road->fate == TP_FATE_USED) {
        road->fate = (uint8_t)fate;
    }
}

/* ---- cells ---- */

const char *tp_cell_text(const tp_column *column, int64_t row, char cell[TP_CELL_SIZE]) {
    cell[0] = '\0';
    if (column == NULL || !column->valid[row]) {
        return cell;
    }
    double number;
    if (column->type == TP_TYPE_INT64) {
        snprintf(cell, TP_CELL_SIZE, "%lld", (long long)column->i64[row]);
    } else if (tp_column_number(column, row, &number)) {
        snprintf(cell, TP_CELL_SIZE, "%.15g", number);
    } else if (column->type == TP_TYPE_TEXT) {
        const char *text = tp_column_text(column, row);
        text += strspn(text, " \t");
        size_t size = strlen(text);
        while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t')) {
            size--;
        }
        if (size < TP_CELL_SIZE) {
            for (size_t i = 0; i < size; i++) {
                cell[i] = (char)tolower((unsigned char)text[i]);
            }
            cell[size] = '\0';
        }
    }
    return cell;
}

static bool is_one_of(const char *text, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}
#define IS_ONE_OF(text, ...)                                                                                           \
    is_one_of(text, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

bool tp_cell_is_yes(const tp_column *column, int64_t row) {
    char cell[TP_CELL_SIZE];
    return IS_ONE_OF(tp_cell_text(column, row, cell), "yes", "true", "1");
}

/* ---- what rows are judged by ---- */

typedef struct class_entry {
    const char *name;
    double km_h; /* 0: no road */
} class_entry;

typedef struct rules {
    const tp_network_options *options;
    const tp_column *speed, *class_column, *oneway, *highway, *maxspeed, *junction, *motorroad, *toll, *route, *access,
        *vehicle, *motor_vehicle, *motorcar, *bridge, *tunnel, *level;
    class_entry *classes;
    size_t n_classes;
    tp_condition *through_condition;
    tp_filter *through_only; /* NULL: OpenStreetMap's rule */
} rules;

/* The table `speeds`; its values were checked with the configuration. */
static tp_code read_classes(rules *r, tp_error *error) {
    const tp_node *map = r->options->speeds;
    size_t n = map == NULL ? 0 : tp_node_count(map);
    r->classes = calloc(n + 1, sizeof *r->classes);
    if (r->classes == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = tp_node_text(tp_node_at(map, i));
        tp_quantity speed = {0};
        bool none = text != NULL && strcmp(text, "no") == 0;
        if (!none && (text == NULL || tp_quantity_parse(text, &speed, NULL) != TP_OK)) {
            return tp_error_set(error, TP_E_INTERNAL, "the speed of class '%s' was not checked", tp_node_key(map, i));
        }
        r->classes[r->n_classes++] = (class_entry){tp_node_key(map, i), none ? 0 : speed.value};
    }
    return TP_OK;
}

static tp_code open_rules(rules *r, const tp_roads *roads, tp_error *error) {
    const tp_layer *layer = roads->layer;
    const tp_network_options *options = roads->options;
    const tp_column *highway = tp_layer_column(layer, "highway");
    *r = (rules){.options = options};
    r->highway = highway != NULL && highway->type == TP_TYPE_TEXT ? highway : NULL;
    r->speed = options->speed == NULL ? NULL : tp_layer_column(layer, options->speed);
    r->class_column = options->class_column == NULL ? NULL : tp_layer_column(layer, options->class_column);
    r->oneway = options->oneway != NULL ? tp_layer_column(layer, options->oneway)
                : r->highway != NULL    ? tp_layer_column(layer, "oneway")
                                        : NULL;
    if (r->highway != NULL) {
        r->maxspeed = options->maxspeed_factor > 0 ? tp_layer_column(layer, "maxspeed") : NULL;
        r->junction = tp_layer_column(layer, "junction");
        r->motorroad = tp_layer_column(layer, "motorroad");
    }
    r->toll = tp_layer_column(layer, "toll");
    r->route = tp_layer_column(layer, "route");
    r->access = tp_layer_column(layer, "access");
    r->vehicle = tp_layer_column(layer, "vehicle");
    r->motor_vehicle = tp_layer_column(layer, "motor_vehicle");
    r->motorcar = tp_layer_column(layer, "motorcar");
    r->bridge = tp_layer_column(layer, "bridge");
    r->tunnel = tp_layer_column(layer, "tunnel");
    r->level = tp_layer_column(layer, "layer");
    tp_code code = read_classes(r, error);
    if (code == TP_OK && options->through_only != NULL) {
        code = tp_condition_parse(options->through_only, &r->through_condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(r->through_condition, layer, &r->through_only, error);
        }
    }
    return code;
}

static void close_rules(rules *r) {
    tp_filter_free(r->through_only);
    tp_condition_free(r->through_condition);
    free(r->classes);
}

/* ---- one row ---- */

/* The most particular tag decides: motorcar before motor_vehicle before vehicle before access. */
static bool is_closed(const rules *r, int64_t row) {
    const tp_column *const columns[] = {r->motorcar, r->motor_vehicle, r->vehicle, r->access};
    char cell[TP_CELL_SIZE];
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        bool known = false;
        bool closed = tp_osm_access_closed(tp_cell_text(columns[i], row, cell), &known);
        if (known) {
            return closed;
        }
    }
    return false;
}

static const class_entry *find_class(const rules *r, int64_t row) {
    char cell[TP_CELL_SIZE];
    const char *exact = r->class_column != NULL && r->class_column->type == TP_TYPE_TEXT
                            ? tp_column_text(r->class_column, row)
                            : tp_cell_text(r->class_column, row, cell);
    for (size_t i = 0; exact != NULL && i < r->n_classes; i++) {
        if (strcmp(r->classes[i].name, exact) == 0) {
            return &r->classes[i];
        }
    }
    return NULL;
}

static void use_default(const rules *r, tp_road *road, tp_fate otherwise) {
    if (r->options->default_speed.unit[0] == '\0') {
        tp_road_set_fate(road, otherwise);
        return;
    }
    road->km_h = r->options->default_speed.value;
    road->notes |= TP_NOTE_DEFAULT_SPEED;
}

/* Faster than any road: a slip of the pen or of the unit. The bound of the setting default_speed. */
enum { MOST_KM_H = 1000 };

/* From the column `speed`: true when it settles the matter; a missing cell leaves it to tags, class and default. */
static bool read_speed_column(const rules *r, int64_t row, tp_road *road) {
    double value;
    if (r->speed == NULL) {
        return false;
    }
    if (!tp_column_number(r->speed, row, &value) || !isfinite(value)) {
        return false;
    }
    if (value <= 0 || value > MOST_KM_H) {
        tp_road_set_fate(road, TP_FATE_SPEED_BAD);
    } else {
        road->km_h = value;
    }
    return true;
}

static void read_speed(const rules *r, int64_t row, const char *highway, tp_road *road) {
    char cell[TP_CELL_SIZE];
    const class_entry *class = find_class(r, row);
    double by_class = class != NULL ? class->km_h : r->highway != NULL ? tp_osm_class_km_h(highway) : 0;
    bool no_road = road->mode == TP_MODE_ROAD && by_class <= 0 && (class != NULL || r->highway != NULL);
    if (no_road) {
        tp_road_set_fate(road, TP_FATE_NOT_ROAD);
        return;
    }
    if (read_speed_column(r, row, road)) {
        return;
    }
    if (road->mode == TP_MODE_FERRY && class == NULL) {
        road->km_h = r->options->ferry_speed.value;
        return;
    }
    double limit = 0;
    tp_maxspeed said = tp_osm_maxspeed(tp_cell_text(r->maxspeed, row, cell), &limit);
    if (said == TP_MAXSPEED_KNOWN && limit > MOST_KM_H) {
        said = TP_MAXSPEED_UNCLEAR;
    }
    if (said == TP_MAXSPEED_KNOWN) {
        road->km_h = limit * r->options->maxspeed_factor;
        return;
    }
    road->notes |= said == TP_MAXSPEED_UNCLEAR ? TP_NOTE_MAXSPEED : 0;
    if (by_class > 0) {
        road->km_h = by_class;
    } else {
        use_default(r, road, r->class_column != NULL ? TP_FATE_CLASS_UNKNOWN : TP_FATE_SPEED_MISSING);
    }
}

static void read_direction(const rules *r, int64_t row, const char *highway, tp_road *road) {
    char cell[TP_CELL_SIZE];
    const char *oneway = tp_cell_text(r->oneway, row, cell);
    road->forward = road->backward = true;
    if (IS_ONE_OF(oneway, "yes", "true", "1", "forward", "f", "ft")) {
        road->backward = false;
    } else if (IS_ONE_OF(oneway, "-1", "reverse", "backward", "t", "tf")) {
        road->forward = false;
    } else if (oneway[0] == '\0' && r->highway != NULL) {
        bool round = IS_ONE_OF(tp_cell_text(r->junction, row, cell), "roundabout", "circular");
        road->backward = !(round || strcmp(highway, "motorway") == 0);
    } else if (!IS_ONE_OF(oneway, "", "no", "false", "0", "both", "b", "n", "alternating")) {
        road->notes |= TP_NOTE_ONEWAY;
    }
}

/* The layer tag, else one up for a bridge and one down for a tunnel. */
static int8_t read_level(const rules *r, int64_t row) {
    char cell[TP_CELL_SIZE];
    const char *text = tp_cell_text(r->level, row, cell);
    char *end = NULL;
    long level = strtol(text, &end, 10);
    if (end != text && *end == '\0' && level >= -100 && level <= 100) {
        return (int8_t)level;
    }
    if (!IS_ONE_OF(tp_cell_text(r->bridge, row, cell), "", "no", "0", "false")) {
        return 1;
    }
    return IS_ONE_OF(tp_cell_text(r->tunnel, row, cell), "", "no", "0", "false") ? 0 : -1;
}

static bool is_through_only(const rules *r, int64_t row, const char *highway) {
    if (r->through_only != NULL) {
        return tp_filter_test(r->through_only, row) == TP_MET;
    }
    return r->highway != NULL && (IS_ONE_OF(highway, "motorway", "motorway_link") ||
                                  tp_cell_is_yes(r->motorroad, row) || tp_cell_is_yes(r->tunnel, row));
}

static tp_road read_row(const rules *r, int64_t row) {
    char highway[TP_CELL_SIZE], cell[TP_CELL_SIZE];
    tp_road road = {.mode = TP_MODE_ROAD, .fate = TP_FATE_USED};
    tp_cell_text(r->highway, row, highway);
    bool ferry = strcmp(highway, "ferry") == 0 || strcmp(tp_cell_text(r->route, row, cell), "ferry") == 0 ||
                 strcmp(tp_cell_text(r->class_column, row, cell), "ferry") == 0;
    road.mode = ferry ? TP_MODE_FERRY : TP_MODE_ROAD;
    if (ferry && !r->options->ferry) {
        tp_road_set_fate(&road, TP_FATE_FERRY);
    }
    if (is_closed(r, row)) {
        tp_road_set_fate(&road, TP_FATE_CLOSED);
    }
    if (!r->options->toll && tp_cell_is_yes(r->toll, row)) {
        tp_road_set_fate(&road, TP_FATE_TOLL);
    }
    read_speed(r, row, highway, &road);
    read_direction(r, row, highway, &road);
    road.level = read_level(r, row);
    road.through_only = is_through_only(r, row, highway);
    return road;
}

/* ---- ferries that say how long they take ---- */

typedef struct crossing {
    char id[TP_CELL_SIZE];
    int64_t row;
    double length_m, minutes;
} crossing;

static int compare_crossings(const void *a, const void *b) {
    const crossing *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

static double row_length_m(const tp_roads *roads, int64_t row) {
    const tp_shapes *shapes = &roads->layer->shapes;
    double length_m = 0;
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        int64_t first = shapes->ring_first[shapes->part_first[part]],
                end = shapes->ring_first[shapes->part_first[part + 1]];
        for (int64_t v = first + 1; v < end; v++) {
            length_m += tp_geodesic_distance_m(&roads->dataset->ellipsoid, shapes->x[v - 1], shapes->y[v - 1],
                                               shapes->x[v], shapes->y[v]);
        }
    }
    return length_m;
}

/* A way's duration holds for all of the way, which may be several rows: they share it by length. */
static void share_durations(tp_roads *roads, crossing *crossings, int64_t n) {
    qsort(crossings, (size_t)n, sizeof *crossings, compare_crossings);
    for (int64_t first = 0, end; first < n; first = end) {
        double length_m = crossings[first].length_m;
        for (end = first + 1;
             end < n && crossings[first].id[0] != '\0' && strcmp(crossings[end].id, crossings[first].id) == 0; end++) {
            length_m += crossings[end].length_m;
        }
        for (int64_t i = first; i < end && length_m > 0; i++) {
            roads->items[crossings[i].row].km_h = length_m / 1000 / (crossings[i].minutes / 60);
        }
    }
}

static tp_code read_durations(tp_roads *roads, tp_error *error) {
    const tp_column *duration = tp_layer_column(roads->layer, "duration"),
                    *id = tp_layer_column(roads->layer, "osm_id");
    int64_t n_ferries = 0, n = 0;
    for (int64_t row = 0; row < roads->layer->n_rows; row++) {
        n_ferries += roads->items[row].mode == TP_MODE_FERRY && roads->items[row].fate == TP_FATE_USED;
    }
    if (duration == NULL || n_ferries == 0 || roads->options->speed != NULL) {
        return TP_OK;
    }
    crossing *crossings = malloc(sizeof *crossings * (size_t)n_ferries);
    if (crossings == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < roads->layer->n_rows; row++) {
        char cell[TP_CELL_SIZE];
        double minutes;
        if (roads->items[row].mode == TP_MODE_FERRY && roads->items[row].fate == TP_FATE_USED &&
            tp_osm_duration_min(tp_cell_text(duration, row, cell), &minutes)) {
            crossings[n] = (crossing){.row = row, .length_m = row_length_m(roads, row), .minutes = minutes};
            tp_cell_text(id, row, crossings[n++].id);
        }
    }
    share_durations(roads, crossings, n);
    free(crossings);
    return TP_OK;
}

tp_code tp_roads_read_speeds(tp_roads *roads, tp_error *error) {
    rules r;
    tp_code code = open_rules(&r, roads, error);
    if (code == TP_OK) {
#pragma omp parallel for num_threads(roads->threads) schedule(static)
        for (int64_t row = 0; row < roads->layer->n_rows; row++) {
            roads->items[row] = read_row(&r, row);
        }
        code = read_durations(roads, error);
    }
    close_rules(&r);
    return code;
}
