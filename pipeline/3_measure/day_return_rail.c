/*
 * Stations from which trains reach a metro, by the table of rail segments: see day_return.h.
 *
 * Riding on with the same service costs nothing, any other a change, so one arrives with a service: the states of the
 * search are the pairs of a station and a service that stops there. In the metro's own stations every train is as good.
 */
#include "day_return.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* One direction of a segment in service. */
typedef struct ride {
    int64_t from, to; /* stations */
    int64_t service;  /* a number; equal services are ridden through without a change */
    double minutes;
    int64_t state; /* with it one is at `to` in this service */
} ride;

typedef struct railway {
    int64_t n_stations, n_rides, n_states;
    ride *rides;                /* sorted by `from`, then by service */
    int64_t *ride_first;        /* n_stations + 1 */
    int64_t *station, *service; /* of each state: every train that comes also leaves, so each is that of some ride */
    double *minutes;            /* of each state: between it and the metro; infinity unknown */
    int64_t *heap, *place;      /* states that wait, the least minutes first; where each stands, -1 nowhere */
    int64_t n_heap;
} railway;

static void reset_railway(railway *way) {
    free(way->rides);
    free(way->ride_first);
    free(way->station);
    free(way->service);
    free(way->minutes);
    free(way->heap);
    free(way->place);
}

/* ---- names ---- */

/* A text and the row that has it. */
typedef struct name {
    const char *text;
    int64_t row;
} name;

static int compare_names(const void *a, const void *b) {
    const name *left = a, *right = b;
    int order = strcmp(left->text, right->text);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* The ids of the stations in bytewise order; NULL: no memory. */
static name *sort_stations(const tp_layer *stations) {
    name *names = malloc(((size_t)stations->n_rows + 1) * sizeof *names);
    for (int64_t row = 0; names != NULL && row < stations->n_rows; row++) {
        names[row] = (name){tp_layer_id(stations, row), row};
    }
    if (names != NULL) {
        qsort(names, (size_t)stations->n_rows, sizeof *names, compare_names);
    }
    return names;
}

/* The first station with this id, -1: none. */
static int64_t find_station(const name *names, int64_t n, const char *id) {
    int64_t low = 0, high = n;
    while (id != NULL && low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strcmp(names[middle].text, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return id != NULL && low < n && strcmp(names[low].text, id) == 0 ? names[low].row : -1;
}

/* Numbers of the services by name; segments without one (or without the column) share number 0. */
static tp_code number_services(const tp_layer *rail, int64_t *number, tp_error *error) {
    const tp_column *service = tp_layer_column(rail, "service");
    size_t size = (size_t)rail->n_rows + 1;
    name *names = malloc(size * sizeof *names);
    char(*digits)[NUMBER_SIZE] = malloc(size * sizeof *digits);
    tp_code code = names == NULL || digits == NULL ? tp_error_memory(error) : TP_OK;
    int64_t n = 0;
    for (int64_t row = 0; row < rail->n_rows && code == TP_OK; row++) {
        const char *text = service == NULL ? NULL : cell_text(service, row, digits[row]);
        number[row] = 0;
        if (text != NULL) {
            names[n++] = (name){text, row};
        }
    }
    if (n > 0) {
        qsort(names, (size_t)n, sizeof *names, compare_names);
    }
    for (int64_t i = 0, last = 0; i < n; i++) {
        last += i == 0 || strcmp(names[i - 1].text, names[i].text) != 0;
        number[names[i].row] = last;
    }
    free(names);
    free(digits);
    return code;
}

/* ---- the railway ---- */

/* opened <= year < closed, where these are known. */
static bool in_service(const tp_layer *rail, int64_t row, int64_t year) {
    const tp_column *opened = tp_layer_column(rail, "opened"), *closed = tp_layer_column(rail, "closed");
    double value;
    if (year != 0 && opened != NULL && tp_column_number(opened, row, &value) && value > (double)year) {
        return false;
    }
    return !(year != 0 && closed != NULL && tp_column_number(closed, row, &value) && value <= (double)year);
}

static int compare_rides(const void *a, const void *b) {
    const ride *left = a, *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    if (left->service != right->service) {
        return left->service < right->service ? -1 : 1;
    }
    return (left->to > right->to) - (left->to < right->to);
}

static tp_code read_rides(railway *way, const tp_layer *stations, const tp_layer *rail, int64_t year, tp_error *error) {
    const tp_column *from_column = tp_layer_column(rail, "from_station"),
                    *to_column = tp_layer_column(rail, "to_station");
    const tp_column *minutes = tp_layer_column(rail, "minutes");
    way->rides = malloc(sizeof *way->rides * (size_t)(2 * rail->n_rows + 1));
    int64_t *service = malloc(sizeof *service * (size_t)(rail->n_rows + 1));
    name *names = sort_stations(stations);
    tp_code code = way->rides == NULL || service == NULL || names == NULL ? tp_error_memory(error)
                                                                          : number_services(rail, service, error);
    for (int64_t row = 0; row < rail->n_rows && code == TP_OK; row++) {
        char number[NUMBER_SIZE];
        int64_t from = find_station(names, stations->n_rows, cell_text(from_column, row, number));
        int64_t to = find_station(names, stations->n_rows, cell_text(to_column, row, number));
        double value;
        if (from >= 0 && to >= 0 && tp_column_number(minutes, row, &value) && value > 0 &&
            in_service(rail, row, year)) {
            way->rides[way->n_rides++] = (ride){.from = from, .to = to, .service = service[row], .minutes = value};
            way->rides[way->n_rides++] = (ride){.from = to, .to = from, .service = service[row], .minutes = value};
        }
    }
    free(service);
    free(names);
    return code;
}

static int64_t find_state(const railway *way, int64_t station, int64_t service) {
    int64_t low = 0, high = way->n_states;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (way->station[middle] < station || (way->station[middle] == station && way->service[middle] < service)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static tp_code build(railway *way, const tp_layer *stations, const tp_layer *rail, int64_t year, tp_error *error) {
    tp_code code = read_rides(way, stations, rail, year, error);
    if (code != TP_OK) {
        return code;
    }
    size_t room = (size_t)way->n_rides + 1;
    way->n_stations = stations->n_rows;
    way->ride_first = calloc((size_t)way->n_stations + 1, sizeof *way->ride_first);
    way->station = malloc(room * sizeof *way->station);
    way->service = malloc(room * sizeof *way->service);
    way->minutes = malloc(room * sizeof *way->minutes);
    way->heap = malloc(room * sizeof *way->heap);
    way->place = malloc(room * sizeof *way->place);
    if (way->ride_first == NULL || way->station == NULL || way->service == NULL || way->minutes == NULL ||
        way->heap == NULL || way->place == NULL) {
        return tp_error_memory(error);
    }
    qsort(way->rides, (size_t)way->n_rides, sizeof *way->rides, compare_rides);
    for (int64_t i = 0; i < way->n_rides; i++) {
        const ride *one = &way->rides[i];
        way->ride_first[one->from + 1]++;
        if (i == 0 || one[-1].from != one->from || one[-1].service != one->service) {
            way->station[way->n_states] = one->from;
            way->service[way->n_states++] = one->service;
        }
    }
    for (int64_t i = 0; i < way->n_stations; i++) {
        way->ride_first[i + 1] += way->ride_first[i];
    }
    for (int64_t i = 0; i < way->n_rides; i++) {
        way->rides[i].state = find_state(way, way->rides[i].to, way->rides[i].service);
    }
    return TP_OK;
}

/* ---- the search ---- */

static void put(railway *way, int64_t at, int64_t state) {
    way->heap[at] = state;
    way->place[state] = at;
}

/* A state has become better, or waits for the first time. */
static void lift(railway *way, int64_t state) {
    int64_t at = way->place[state] >= 0 ? way->place[state] : way->n_heap++;
    for (; at > 0 && way->minutes[state] < way->minutes[way->heap[(at - 1) / 2]]; at = (at - 1) / 2) {
        put(way, at, way->heap[(at - 1) / 2]);
    }
    put(way, at, state);
}

static int64_t take_least(railway *way) {
    int64_t least = way->heap[0], last = way->heap[--way->n_heap], at = 0;
    way->place[least] = -1;
    for (int64_t child; (child = 2 * at + 1) < way->n_heap; at = child) {
        child += child + 1 < way->n_heap && way->minutes[way->heap[child + 1]] < way->minutes[way->heap[child]];
        if (way->minutes[last] <= way->minutes[way->heap[child]]) {
            break;
        }
        put(way, at, way->heap[child]);
    }
    if (way->n_heap > 0) {
        put(way, at, last);
    }
    return least;
}

/* Rides on from a station at so many minutes from the metro: the same service goes through, another costs a change. */
static void ride_on(railway *way, int64_t station, int64_t service, double spent_min, double change_min,
                    const double *to_metro) {
    for (int64_t i = way->ride_first[station]; i < way->ride_first[station + 1]; i++) {
        const ride *next = &way->rides[i];
        double minutes = spent_min + (next->service == service ? 0 : change_min) + next->minutes;
        if (to_metro[next->to] > 0 && minutes < way->minutes[next->state]) {
            way->minutes[next->state] = minutes;
            lift(way, next->state);
        }
    }
}

static void search(railway *way, const tp_layer *stations, int metro, double transfer_min, double *to_metro) {
    const tp_column *metro_column = tp_layer_column(stations, "metro");
    for (int64_t state = 0; state < way->n_states; state++) {
        way->minutes[state] = INFINITY;
        way->place[state] = -1;
    }
    for (int64_t station = 0; station < way->n_stations; station++) {
        to_metro[station] = tp_metro_number(tp_column_text(metro_column, station)) == metro ? 0 : INFINITY;
    }
    for (int64_t station = 0; station < way->n_stations; station++) {
        if (to_metro[station] <= 0) {
            ride_on(way, station, -1, 0, 0, to_metro);
        }
    }
    while (way->n_heap > 0) {
        int64_t state = take_least(way), station = way->station[state];
        to_metro[station] = fmin(to_metro[station], way->minutes[state]);
        ride_on(way, station, way->service[state], way->minutes[state], transfer_min, to_metro);
    }
}

tp_code tp_hubs_add_rail(tp_hubs *hubs, const tp_layer *stations, int32_t number, const tp_layer *rail,
                         const tp_journey_costs *costs, tp_error *error) {
    railway way = {0};
    double *to_metro = malloc(sizeof *to_metro * (size_t)(stations->n_rows * TP_METROS + 1));
    tp_code code = to_metro == NULL || !tp_hubs_reserve(hubs, stations->n_rows)
                       ? tp_error_memory(error)
                       : build(&way, stations, rail, costs->year, error);
    for (int metro = 0; metro < TP_METROS && code == TP_OK; metro++) {
        search(&way, stations, metro, costs->transfer_min, to_metro + metro * stations->n_rows);
    }
    for (int64_t row = 0; row < stations->n_rows && code == TP_OK; row++) {
        tp_hub hub = tp_hub_at(stations, number, row);
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
