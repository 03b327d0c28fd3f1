/* Flights: see tp_lines_add_air in network.h and the picture in transport.h. */
#include "2_prepare/network.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"

#include <stdlib.h>
#include <string.h>

/* A flight that can be used. */
typedef struct flight {
    int64_t row, airport, metro;
    uint32_t time_ms;
} flight;

/* The nodes of an airport, or of a metro's own airport; -1 while it has none. */
typedef struct gate {
    int64_t departure, arrival;
} gate;

typedef struct airline {
    tp_lines *lines;
    tp_layer *flights;
    const tp_layer *airports;
    int64_t *by_id;
    flight *items;
    int64_t n;
    gate *airport_gates, *metro_gates;
} airline;

static const char *read_flight(const airline *a, int64_t row, flight *f, const char **detail) {
    const char *iata = tp_column_text(tp_layer_column(a->flights, "iata"), row);
    const char *metro = tp_column_text(tp_layer_column(a->flights, "metro"), row);
    double minutes;
    *f = (flight){.row = row, .airport = tp_lines_row_of(a->airports, a->by_id, iata)};
    *detail = iata == NULL ? "" : iata;
    if (f->airport < 0) {
        return TP_REJECT_AIRPORT_UNKNOWN;
    }
    *detail = "";
    f->metro = tp_lines_metro(a->lines, metro);
    if (f->metro < 0) {
        return TP_REJECT_METRO_MISSING;
    }
    bool fits = tp_lines_positive(tp_layer_column(a->flights, "minutes"), row, &minutes) &&
                tp_network_minutes_ms(minutes, &f->time_ms);
    f->time_ms = f->time_ms == 0 ? 1 : f->time_ms;
    return fits ? NULL : TP_REJECT_MINUTES;
}

static tp_code read_flights(airline *a, tp_error *error) {
    tp_rows rows = {0};
    int64_t *count = a->lines->transport->count, n_left_out = 0;
    tp_code code = tp_rows_begin(a->lines->dataset, a->flights->name, &rows, error);
    a->items = malloc(sizeof *a->items * (size_t)(a->flights->n_rows + 1));
    if (code == TP_OK && a->items == NULL) {
        code = tp_error_memory(error);
    }
    count[TP_COUNT_FLIGHTS] = a->flights->n_rows;
    for (int64_t row = 0; row < a->flights->n_rows && code == TP_OK; row++) {
        flight f;
        const char *detail = "", *reason = read_flight(a, row, &f, &detail);
        if (reason != NULL) {
            n_left_out++;
            code = tp_rows_leave_out(&rows, row, reason, detail, error);
        } else {
            f.row -= n_left_out;
            a->items[a->n++] = f;
        }
    }
    count[TP_COUNT_FLIGHTS_USED] = a->n;
    count[TP_COUNT_FLIGHTS_REJECTED] = n_left_out;
    if (code == TP_OK) {
        code = tp_rows_apply(&rows, error);
    }
    tp_rows_end(&rows);
    return code;
}

static tp_code add_airport(airline *a, int64_t row, tp_error *error) {
    tp_lines *lines = a->lines;
    gate *g = &a->airport_gates[row];
    int64_t node = -1;
    double lon_deg = a->airports->lon_deg[row], lat_deg = a->airports->lat_deg[row];
    tp_code code = tp_lines_add_stop(lines, TP_STOP_AIRPORT, row, -1, lon_deg, lat_deg, &node, error);
    if (code == TP_OK) {
        code = tp_lines_add_stop(lines, TP_STOP_DEPARTURE, row, -1, lon_deg, lat_deg, &g->departure, error);
    }
    if (code == TP_OK) {
        code = tp_lines_add_stop(lines, TP_STOP_ARRIVAL, row, -1, lon_deg, lat_deg, &g->arrival, error);
    }
    if (code == TP_OK) {
        code = tp_lines_add_change(lines, node, g->departure, lines->options->check_in.value, TP_CHANGE_NOT, error);
    }
    lines->transport->count[TP_COUNT_AIRPORTS]++;
    return code == TP_OK ? tp_lines_add_change(lines, g->arrival, node, 0, TP_CHANGE_NOT, error) : code;
}

/* Between the metro's own airport and a place in it, both ways round. */
static tp_code add_egress(const airline *a, const gate *g, int64_t in, int64_t out, tp_error *error) {
    const tp_network_options *options = a->lines->options;
    double egress_min = options->air_egress.value;
    tp_code code = tp_lines_add_change(a->lines, g->arrival, in, egress_min, TP_CHANGE_NOT, error);
    return code == TP_OK ? tp_lines_add_change(a->lines, out, g->departure, egress_min + options->check_in.value,
                                               TP_CHANGE_NOT, error)
                         : code;
}

/* The metro's airport leads to the metro itself, and to its core stations, from where one may go on. */
static tp_code add_metro(airline *a, int64_t number, tp_error *error) {
    tp_lines *lines = a->lines;
    const tp_metro *metro = &lines->transport->metros[number];
    const tp_layer *stations = lines->transport->stations;
    gate *g = &a->metro_gates[number];
    double lon_deg = lines->ways->lon_deg[metro->in], lat_deg = lines->ways->lat_deg[metro->in];
    tp_code code =
        tp_lines_add_stop(lines, TP_STOP_METRO_DEPARTURE, number, -1, lon_deg, lat_deg, &g->departure, error);
    if (code == TP_OK) {
        code = tp_lines_add_stop(lines, TP_STOP_METRO_ARRIVAL, number, -1, lon_deg, lat_deg, &g->arrival, error);
    }
    if (code == TP_OK) {
        code = add_egress(a, g, metro->in, metro->out, error);
    }
    const tp_column *column = stations == NULL ? NULL : tp_layer_column(stations, "metro");
    for (int64_t row = 0; column != NULL && row < stations->n_rows && code == TP_OK; row++) {
        if (tp_lines_metro(lines, tp_column_text(column, row)) == number) {
            int64_t station = tp_lines_find(lines, TP_STOP_STATION, row);
            code = station < 0 ? TP_OK : add_egress(a, g, station, station, error);
        }
    }
    return code;
}

static tp_code add_gates(airline *a, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t row = 0; row < a->airports->n_rows; row++) {
        a->airport_gates[row] = (gate){-1, -1};
    }
    for (int64_t metro = 0; metro < a->lines->transport->n_metros; metro++) {
        a->metro_gates[metro] = (gate){-1, -1};
    }
    for (int64_t i = 0; i < a->n && code == TP_OK; i++) {
        const flight *f = &a->items[i];
        if (a->airport_gates[f->airport].departure < 0) {
            code = add_airport(a, f->airport, error);
        }
        if (code == TP_OK && a->metro_gates[f->metro].departure < 0) {
            code = add_metro(a, f->metro, error);
        }
    }
    return code;
}

static tp_code add_flight(const airline *a, const flight *f, int64_t from, int64_t to, tp_error *error) {
    const tp_ways *ways = a->lines->ways;
    tp_way way = {.from = from,
                  .to = to,
                  .forward_ms = f->time_ms,
                  .backward_ms = TP_NO_TIME,
                  .length_m = tp_geodesic_distance_m(&a->lines->dataset->ellipsoid, ways->lon_deg[from],
                                                     ways->lat_deg[from], ways->lon_deg[to], ways->lat_deg[to]),
                  .mode = TP_MODE_AIR,
                  .source_row = f->row};
    return tp_ways_add(a->lines->ways, &way, error);
}

tp_code tp_lines_add_air(tp_lines *lines, tp_error *error) {
    const tp_transport *transport = lines->transport;
    if (transport->flights == NULL || transport->airports == NULL) {
        return TP_OK;
    }
    airline a = {.lines = lines,
                 .flights = tp_dataset_layer(lines->dataset, lines->options->flights),
                 .airports = transport->airports};
    tp_code code = tp_lines_sort_ids(a.airports, &a.by_id, error);
    a.airport_gates = malloc(sizeof *a.airport_gates * (size_t)(a.airports->n_rows + 1));
    a.metro_gates = malloc(sizeof *a.metro_gates * (size_t)(transport->n_metros + 1));
    if (code == TP_OK && (a.airport_gates == NULL || a.metro_gates == NULL)) {
        code = tp_error_memory(error);
    }
    if (code == TP_OK) {
        code = read_flights(&a, error);
    }
    if (code == TP_OK) {
        code = add_gates(&a, error);
    }
    for (int64_t i = 0; i < a.n && code == TP_OK; i++) {
        const flight *f = &a.items[i];
        code = add_flight(&a, f, a.airport_gates[f->airport].departure, a.metro_gates[f->metro].arrival, error);
        if (code == TP_OK) {
            code = add_flight(&a, f, a.metro_gates[f->metro].departure, a.airport_gates[f->airport].arrival, error);
        }
    }
    free(a.by_id);
    free(a.airport_gates);
    free(a.metro_gates);
    free(a.items);
    return code;
}
