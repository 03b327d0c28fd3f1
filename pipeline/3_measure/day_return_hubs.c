/* Hubs of a day return: airports with their flights, stations with their trains. See day_return.h. */
#include "day_return.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const TP_METRO_NAMES[TP_METROS] = {"Tokyo", "Osaka", "Nagoya"};

void tp_hubs_reset(tp_hubs *hubs) {
    free(hubs->items);
    free(hubs->places);
    *hubs = (tp_hubs){0};
}

static int compare_hubs(const void *a, const void *b) {
    const tp_hub *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : left->layer - right->layer;
}

void tp_hubs_sort(tp_hubs *hubs) {
    qsort(hubs->items, hubs->n, sizeof *hubs->items, compare_hubs);
}

/* Sorts the places along the geocentric axis along which their squared distances from the middle are largest. */
static int compare_along(const tp_hub_place *a, const tp_hub_place *b, int axis) {
    if (a->xyz_m[axis] != b->xyz_m[axis]) {
        return a->xyz_m[axis] < b->xyz_m[axis] ? -1 : 1;
    }
    return (a->hub > b->hub) - (a->hub < b->hub);
}

static int compare_x(const void *a, const void *b) {
    return compare_along(a, b, 0);
}

static int compare_y(const void *a, const void *b) {
    return compare_along(a, b, 1);
}

static int compare_z(const void *a, const void *b) {
    return compare_along(a, b, 2);
}

static void sort_places(tp_hubs *hubs) {
    static int (*const along[3])(const void *, const void *) = {compare_x, compare_y, compare_z};
    double most = -1;
    for (int axis = 0; axis < 3; axis++) {
        double middle = 0, spread = 0;
        for (size_t i = 0; i < hubs->n_places; i++) {
            middle += hubs->places[i].xyz_m[axis] / (double)hubs->n_places;
        }
        for (size_t i = 0; i < hubs->n_places; i++) {
            double away = hubs->places[i].xyz_m[axis] - middle;
            spread += away * away;
        }
        if (spread > most) {
            most = spread;
            hubs->axis = axis;
        }
    }
    qsort(hubs->places, hubs->n_places, sizeof *hubs->places, along[hubs->axis]);
}

tp_code tp_hubs_locate(tp_hubs *hubs, const tp_ellipsoid *ellipsoid, tp_error *error) {
    tp_hub_place *places = malloc((hubs->n + 1) * sizeof *places);
    if (places == NULL) {
        return tp_error_memory(error);
    }
    free(hubs->places);
    hubs->places = places;
    hubs->n_places = 0;
    for (size_t i = 0; i < hubs->n; i++) {
        const tp_hub *hub = &hubs->items[i];
        tp_hub_place *place = &places[hubs->n_places];
        *place = (tp_hub_place){.hub = i, .fixed_min = INFINITY};
        for (int metro = 0; metro < TP_METROS; metro++) {
            place->fixed_min = fmin(place->fixed_min, hub->fixed_min[metro]);
        }
        tp_geocentric(ellipsoid, hub->lon_deg, hub->lat_deg, place->xyz_m);
        hubs->n_places += isfinite(place->xyz_m[0]) && isfinite(place->xyz_m[1]) && isfinite(place->xyz_m[2]);
    }
    sort_places(hubs);
    return TP_OK;
}

enum { NUMBER_SIZE = 32 };

/* A cell as a text: ids and services may be numbers in a file. NULL: missing. */
static const char *cell_text(const tp_column *column, int64_t row, char number[NUMBER_SIZE]) {
    double value;
    if (column->type == TP_TYPE_TEXT || !tp_column_number(column, row, &value)) {
        return tp_column_text(column, row);
    }
    (void)snprintf(number, NUMBER_SIZE, "%.17g", value);
    return number;
}

static int metro_number(const char *name) {
    for (int metro = 0; name != NULL && metro < TP_METROS; metro++) {
        if (strcmp(name, TP_METRO_NAMES[metro]) == 0) {
            return metro;
        }
    }
    return -1;
}

static bool reserve(tp_hubs *hubs, int64_t more) {
    tp_hub *items = realloc(hubs->items, sizeof *items * (hubs->n + (size_t)more + 1));
    if (items != NULL) {
        hubs->items = items;
    }
    return items != NULL;
}

static tp_hub new_hub(const tp_layer *layer, int32_t number, int64_t row) {
    tp_hub hub = {.layer = number,
                  .row = row,
                  .id = tp_layer_id(layer, row),
                  .lon_deg = layer->lon_deg[row],
                  .lat_deg = layer->lat_deg[row]};
    for (int metro = 0; metro < TP_METROS; metro++) {
        hub.haul_min[metro] = hub.fixed_min[metro] = INFINITY;
    }
    return hub;
}

/* ---- by air ---- */

tp_code tp_hubs_add_air(tp_hubs *hubs, const tp_layer *airports, int32_t number, const tp_layer *flights,
                        const tp_journey_costs *costs, tp_error *error) {
    const tp_column *iata = tp_layer_column(flights, "iata"), *metro_column = tp_layer_column(flights, "metro");
    const tp_column *minutes = tp_layer_column(flights, "minutes");
    if (!reserve(hubs, airports->n_rows)) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < airports->n_rows; row++) {
        tp_hub hub = new_hub(airports, number, row);
        hub.air = true;
        bool any = false;
        for (int64_t flight = 0; flight < flights->n_rows; flight++) {
            const char *from = tp_column_text(iata, flight);
            int metro = metro_number(tp_column_text(metro_column, flight));
            double haul;
            if (from == NULL || strcmp(from, hub.id) != 0 || metro < 0 || !tp_column_number(minutes, flight, &haul) ||
                haul < 0) {
                continue;
            }
            any = true;
            hub.haul_min[metro] = fmin(hub.haul_min[metro], haul);
            hub.fixed_min[metro] = costs->check_in_min + hub.haul_min[metro] + costs->air_egress_min;
        }
        if (any) {
            hubs->items[hubs->n++] = hub;
        }
    }
    return TP_OK;
}

/* ---- by rail ---- */

/* One direction of a segment in service. */
typedef struct ride {
    int64_t from, to; /* stations */
    int64_t service;  /* a number; equal services are ridden through without a change */
    double minutes;
} ride;

typedef struct railway {
    int64_t n_stations, n_services, n_rides;
    ride *rides;         /* sorted by `from` */
    int64_t *ride_first; /* n_stations + 1 */
    double *minutes;     /* n_stations x n_services: from the metro while riding this service; infinity unknown */
    bool *settled;       /* same shape */
} railway;

static int compare_rides(const void *a, const void *b) {
    const ride *left = a, *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    if (left->to != right->to) {
        return left->to < right->to ? -1 : 1;
    }
    return (left->service > right->service) - (left->service < right->service);
}

static int64_t find_station(const tp_layer *stations, const char *id) {
    for (int64_t row = 0; id != NULL && row < stations->n_rows; row++) {
        if (strcmp(tp_layer_id(stations, row), id) == 0) {
            return row;
        }
    }
    return -1;
}

/* opened <= year < closed, where these are known. */
static bool in_service(const tp_layer *rail, int64_t row, int64_t year) {
    const tp_column *opened = tp_layer_column(rail, "opened"), *closed = tp_layer_column(rail, "closed");
    double value;
    if (year != 0 && opened != NULL && tp_column_number(opened, row, &value) && value > (double)year) {
        return false;
    }
    return !(year != 0 && closed != NULL && tp_column_number(closed, row, &value) && value <= (double)year);
}

/* The number of a segment's service; segments without one (or without the column) share number 0. */
static int64_t service_number(const tp_layer *rail, int64_t row) {
    const tp_column *service = tp_layer_column(rail, "service");
    char number[NUMBER_SIZE], other_number[NUMBER_SIZE];
    const char *name = service == NULL ? NULL : cell_text(service, row, number);
    for (int64_t earlier = 0; name != NULL && earlier < row; earlier++) {
        const char *other = cell_text(service, earlier, other_number);
        if (other != NULL && strcmp(other, name) == 0) {
            return earlier + 1;
        }
    }
    return name == NULL ? 0 : row + 1;
}

/* Renumbers services densely, so that the table of states stays small. */
static tp_code pack_services(railway *way, int64_t most, tp_error *error) {
    int64_t *dense = malloc(sizeof *dense * (size_t)(most + 1));
    if (dense == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i <= most; i++) {
        dense[i] = -1;
    }
    for (int64_t i = 0; i < way->n_rides; i++) {
        int64_t *number = &dense[way->rides[i].service];
        *number = *number < 0 ? way->n_services++ : *number;
        way->rides[i].service = *number;
    }
    free(dense);
    return TP_OK;
}

static tp_code build(railway *way, const tp_layer *stations, const tp_layer *rail, int64_t year, tp_error *error) {
    const tp_column *from_column = tp_layer_column(rail, "from_station"),
                    *to_column = tp_layer_column(rail, "to_station");
    const tp_column *minutes = tp_layer_column(rail, "minutes");
    way->n_stations = stations->n_rows;
    way->rides = malloc(sizeof *way->rides * (size_t)(2 * rail->n_rows + 1));
    way->ride_first = calloc((size_t)way->n_stations + 1, sizeof *way->ride_first);
    if (way->rides == NULL || way->ride_first == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < rail->n_rows; row++) {
        char number[NUMBER_SIZE];
        int64_t from = find_station(stations, cell_text(from_column, row, number));
        int64_t to = find_station(stations, cell_text(to_column, row, number));
        double value;
        if (from < 0 || to < 0 || !tp_column_number(minutes, row, &value) || value <= 0 ||
            !in_service(rail, row, year)) {
            continue;
        }
        int64_t service = service_number(rail, row);
        way->rides[way->n_rides++] = (ride){from, to, service, value};
        way->rides[way->n_rides++] = (ride){to, from, service, value};
    }
    tp_code code = pack_services(way, rail->n_rows + 1, error);
    if (code != TP_OK) {
        return code;
    }
    qsort(way->rides, (size_t)way->n_rides, sizeof *way->rides, compare_rides);
    for (int64_t i = 0; i < way->n_rides; i++) {
        way->ride_first[way->rides[i].from + 1]++;
    }
    for (int64_t i = 0; i < way->n_stations; i++) {
        way->ride_first[i + 1] += way->ride_first[i];
    }
    size_t states = (size_t)(way->n_stations * way->n_services + 1);
    way->minutes = malloc(sizeof *way->minutes * states);
    way->settled = malloc(sizeof *way->settled * states);
    return way->minutes == NULL || way->settled == NULL ? tp_error_memory(error) : TP_OK;
}

static void reset_railway(railway *way) {
    free(way->rides);
    free(way->ride_first);
    free(way->minutes);
    free(way->settled);
}

/* The unsettled state of least minutes, or -1. A scan: the table of a country's main lines has a few thousand states. */
static int64_t next_state(const railway *way, int64_t n_states) {
    int64_t best = -1;
    for (int64_t state = 0; state < n_states; state++) {
        if (!way->settled[state] && isfinite(way->minutes[state]) &&
            (best < 0 || way->minutes[state] < way->minutes[best])) {
            best = state;
        }
    }
    return best;
}

/* Riding on from a state: the same service goes through, another costs a change. */
static void relax(railway *way, int64_t state, bool start, double transfer_min) {
    int64_t station = state / way->n_services, service = state % way->n_services;
    for (int64_t i = way->ride_first[station]; i < way->ride_first[station + 1]; i++) {
        const ride *next = &way->rides[i];
        double change = start || next->service == service ? 0 : transfer_min;
        double minutes = way->minutes[state] + change + next->minutes;
        int64_t reached = next->to * way->n_services + next->service;
        if (minutes < way->minutes[reached]) {
            way->minutes[reached] = minutes;
        }
    }
}

static void search(railway *way, const tp_layer *stations, int metro, double transfer_min, double *to_metro) {
    const tp_column *metro_column = tp_layer_column(stations, "metro");
    int64_t n_states = way->n_stations * way->n_services;
    for (int64_t state = 0; state < n_states; state++) {
        way->minutes[state] = INFINITY;
        way->settled[state] = false;
    }
    for (int64_t station = 0; station < way->n_stations; station++) {
        to_metro[station] = INFINITY;
        if (metro_number(tp_column_text(metro_column, station)) == metro) {
            to_metro[station] = 0;
            for (int64_t service = 0; service < way->n_services; service++) {
                way->minutes[station * way->n_services + service] = 0;
            }
        }
    }
    for (int64_t state; (state = next_state(way, n_states)) >= 0;) {
        way->settled[state] = true;
        int64_t station = state / way->n_services;
        to_metro[station] = fmin(to_metro[station], way->minutes[state]);
        relax(way, state, way->minutes[state] <= 0, transfer_min);
    }
}

tp_code tp_hubs_add_rail(tp_hubs *hubs, const tp_layer *stations, int32_t number, const tp_layer *rail,
                         const tp_journey_costs *costs, tp_error *error) {
    railway way = {0};
    double *to_metro = malloc(sizeof *to_metro * (size_t)(stations->n_rows * TP_METROS + 1));
    tp_code code = to_metro == NULL || !reserve(hubs, stations->n_rows)
                       ? tp_error_memory(error)
                       : build(&way, stations, rail, costs->year, error);
    for (int metro = 0; metro < TP_METROS && code == TP_OK; metro++) {
        search(&way, stations, metro, costs->transfer_min, to_metro + metro * stations->n_rows);
    }
    for (int64_t row = 0; row < stations->n_rows && code == TP_OK; row++) {
        tp_hub hub = new_hub(stations, number, row);
        bool any = false;
        for (int metro = 0; metro < TP_METROS; metro++) {
            double haul = to_metro[metro * stations->n_rows + row];
            hub.core[metro] = haul <= 0;
            hub.haul_min[metro] = haul;
            hub.fixed_min[metro] = hub.core[metro] ? 0 : costs->rail_wait_min + haul + costs->rail_egress_min;
            any = any || isfinite(haul);
        }
        if (any) {
            hubs->items[hubs->n++] = hub;
        }
    }
    free(to_metro);
    reset_railway(&way);
    return code;
}
