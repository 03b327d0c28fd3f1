/*
 * Railways: see tp_lines_add_rail in network.h and the picture in transport.h. A station has a node for every service
 * that calls there, so that staying on a train costs nothing and changing costs the transfer; leaving the station and
 * boarding anew costs the wait, so a change never costs more than that.
 */
#include "2_prepare/network.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A segment in service. */
typedef struct segment {
    int64_t row, station[2];
    const char *service; /* "" where it has none */
    uint32_t time_ms;
    double length_m;
} segment;

/* A service at a station. */
typedef struct call {
    int64_t station, row; /* a row of rail that has the service */
    const char *service;
    int64_t node;
} call;

typedef struct railway {
    tp_lines *lines;
    const tp_layer *stations;
    tp_layer *rail;
    const tp_column *from, *to, *minutes, *speed, *service, *opened, *closed;
    int64_t *by_id; /* stations */
    segment *segments;
    int64_t n_segments;
    call *calls; /* ordered by station, then service */
    int64_t n_calls;
} railway;

/* opened <= year < closed, where these are known. */
static bool in_service(const railway *r, int64_t row) {
    double value, year = (double)r->lines->year;
    if (r->lines->year == 0) {
        return true;
    }
    bool early = r->opened != NULL && tp_column_number(r->opened, row, &value) && value > year;
    return !early && !(r->closed != NULL && tp_column_number(r->closed, row, &value) && value <= year);
}

static double line_length_m(const railway *r, const segment *s) {
    const tp_layer *rail = r->rail;
    const tp_ellipsoid *ellipsoid = &r->lines->dataset->ellipsoid;
    double length_m = 0;
    int64_t n = 0;
    if (rail->geometry == TP_GEOMETRY_LINE) {
        const tp_shapes *shapes = &rail->shapes;
        for (int64_t part = shapes->row_first[s->row]; part < shapes->row_first[s->row + 1]; part++) {
            int64_t first = shapes->ring_first[shapes->part_first[part]];
            int64_t end = shapes->ring_first[shapes->part_first[part + 1]];
            n += end - first;
            for (int64_t v = first + 1; v < end; v++) {
                length_m +=
                    tp_geodesic_distance_m(ellipsoid, shapes->x[v - 1], shapes->y[v - 1], shapes->x[v], shapes->y[v]);
            }
        }
    }
    const tp_layer *stations = r->stations;
    return n > 0 ? length_m
                 : tp_geodesic_distance_m(ellipsoid, stations->lon_deg[s->station[0]], stations->lat_deg[s->station[0]],
                                          stations->lon_deg[s->station[1]], stations->lat_deg[s->station[1]]);
}

/* By the minutes of the table, else by the line's length and speed. */
static bool find_time(const railway *r, segment *s) {
    double minutes, km_h;
    s->length_m = line_length_m(r, s);
    if (tp_lines_positive(r->minutes, s->row, &minutes)) {
        bool fits = tp_network_minutes_ms(minutes, &s->time_ms);
        s->time_ms = s->time_ms == 0 ? 1 : s->time_ms;
        return fits;
    }
    bool said = r->minutes != NULL && r->minutes->valid[s->row]; /* 0 or less: not a case for the line's speed */
    return !said && tp_lines_positive(r->speed, s->row, &km_h) && tp_network_ms(s->length_m, km_h, &s->time_ms);
}

/* One row; a reason when it cannot be used. */
static const char *read_segment(const railway *r, int64_t row, segment *s, const char **detail) {
    const char *ids[2] = {tp_column_text(r->from, row), tp_column_text(r->to, row)};
    const char *service = r->service == NULL ? NULL : tp_column_text(r->service, row);
    *s = (segment){.row = row, .service = service == NULL ? "" : service};
    for (int end = 0; end < 2; end++) {
        s->station[end] = tp_lines_row_of(r->stations, r->by_id, ids[end]);
        if (s->station[end] < 0) {
            *detail = ids[end] == NULL ? "" : ids[end];
            return TP_REJECT_STATION_UNKNOWN;
        }
    }
    *detail = ids[0];
    if (s->station[0] == s->station[1]) {
        return TP_REJECT_SAME_STATION;
    }
    *detail = "";
    return find_time(r, s) ? NULL : TP_REJECT_MINUTES;
}

/* Lists the segments in service and leaves out what cannot be used; rows are then numbered as they stay. */
static tp_code read_segments(railway *r, tp_error *error) {
    tp_rows rows = {0};
    int64_t *count = r->lines->transport->count, n_left_out = 0;
    tp_code code = tp_rows_begin(r->lines->dataset, r->rail->name, &rows, error);
    r->segments = malloc(sizeof *r->segments * (size_t)(r->rail->n_rows + 1));
    if (code == TP_OK && r->segments == NULL) {
        code = tp_error_memory(error);
    }
    count[TP_COUNT_SEGMENTS] = r->rail->n_rows;
    for (int64_t row = 0; row < r->rail->n_rows && code == TP_OK; row++) {
        segment s;
        const char *detail = "", *reason = read_segment(r, row, &s, &detail);
        if (reason != NULL) {
            n_left_out++;
            code = tp_rows_leave_out(&rows, row, reason, detail, error);
        } else if (in_service(r, row)) {
            s.row -= n_left_out;
            r->segments[r->n_segments++] = s;
        } else {
            count[TP_COUNT_SEGMENTS_CLOSED]++;
        }
    }
    count[TP_COUNT_SEGMENTS_USED] = r->n_segments;
    count[TP_COUNT_SEGMENTS_REJECTED] = n_left_out;
    if (code == TP_OK) {
        code = tp_rows_apply(&rows, error);
    }
    for (int64_t i = 0; i < r->n_segments && code == TP_OK && r->service != NULL; i++) { /* texts have moved */
        const char *service = tp_column_text(r->service, r->segments[i].row);
        r->segments[i].service = service == NULL ? "" : service;
    }
    tp_rows_end(&rows);
    return code;
}

/* ---- who calls where ---- */

static int compare_calls(const void *a, const void *b) {
    const call *left = a, *right = b;
    if (left->station != right->station) {
        return left->station < right->station ? -1 : 1;
    }
    int order = strcmp(left->service, right->service);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

static bool same_call(const call *a, const call *b) {
    return a->station == b->station && strcmp(a->service, b->service) == 0;
}

/* One call a service and station, the first row of it. */
static tp_code list_calls(railway *r, tp_error *error) {
    int64_t n = 2 * r->n_segments;
    r->calls = malloc(sizeof *r->calls * (size_t)(n + 1));
    if (r->calls == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        const segment *s = &r->segments[i / 2];
        r->calls[i] = (call){.station = s->station[i % 2], .row = s->row, .service = s->service};
    }
    qsort(r->calls, (size_t)n, sizeof *r->calls, compare_calls);
    for (int64_t i = 0; i < n; i++) {
        if (r->n_calls == 0 || !same_call(&r->calls[r->n_calls - 1], &r->calls[i])) {
            r->calls[r->n_calls++] = r->calls[i];
        }
    }
    return TP_OK;
}

static int64_t find_call(const railway *r, int64_t station, const char *service) {
    call wanted = {.station = station, .service = service, .row = -1};
    int64_t low = 0, high = r->n_calls;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (compare_calls(&r->calls[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return r->calls[low].node; /* the first with this station and service, which is there */
}

static int compare_services(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static tp_code count_services(const railway *r, tp_error *error) {
    const char **names = malloc(sizeof *names * (size_t)(r->n_segments + 1));
    if (names == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < r->n_segments; i++) {
        names[i] = r->segments[i].service;
    }
    qsort(names, (size_t)r->n_segments, sizeof *names, compare_services);
    for (int64_t i = 0; i < r->n_segments; i++) {
        r->lines->transport->count[TP_COUNT_SERVICES] += i == 0 || strcmp(names[i - 1], names[i]) != 0;
    }
    free(names);
    return TP_OK;
}

/* ---- nodes and ways ---- */

/* The station itself, and its place in the metro whose core it is. */
static tp_code add_station(railway *r, int64_t station, int64_t *node, tp_error *error) {
    tp_lines *lines = r->lines;
    const tp_column *metro_column = tp_layer_column(r->stations, "metro");
    int64_t metro = metro_column == NULL || metro_column->type != TP_TYPE_TEXT
                        ? -1
                        : tp_lines_metro(lines, tp_column_text(metro_column, station));
    tp_code code = tp_lines_add_stop(lines, TP_STOP_STATION, station, -1, r->stations->lon_deg[station],
                                     r->stations->lat_deg[station], node, error);
    lines->transport->count[TP_COUNT_STATIONS]++;
    if (metro < 0 || code != TP_OK) {
        return code;
    }
    tp_metro *there = &lines->transport->metros[metro];
    there->n_core_stations++;
    /* Whoever comes to the core station goes on from it, by train or by car: else one would leave a train before the
     * core and drive the rest to save the way out of the station. */
    double egress_min = lines->options->rail_egress.value;
    code = tp_lines_add_change(lines, *node, there->in, egress_min, TP_CHANGE_NOT, error);
    return code == TP_OK ? tp_lines_add_change(lines, there->out, *node, egress_min, TP_CHANGE_NOT, error) : code;
}

/* A station with the services that call there: calls[first] … calls[end - 1]. */
static tp_code add_calls(railway *r, int64_t station, int64_t first, int64_t end, tp_error *error) {
    tp_lines *lines = r->lines;
    const tp_network_options *options = lines->options;
    int64_t node = -1, hall = -1;
    double lon_deg = r->stations->lon_deg[station], lat_deg = r->stations->lat_deg[station];
    tp_code code = add_station(r, station, &node, error);
    if (code == TP_OK && end - first > 1) {
        code = tp_lines_add_stop(lines, TP_STOP_HALL, station, -1, lon_deg, lat_deg, &hall, error);
    }
    for (int64_t i = first; i < end && code == TP_OK; i++) {
        call *c = &r->calls[i];
        code = tp_lines_add_stop(lines, TP_STOP_TRAIN, station, c->row, lon_deg, lat_deg, &c->node, error);
        if (code == TP_OK) {
            code = tp_lines_add_change(lines, node, c->node, options->rail_wait.value, 0, error);
        }
        if (code == TP_OK && hall >= 0) {
            code = tp_lines_add_change(lines, c->node, hall, 0, options->transfer.value, error);
        }
    }
    return code;
}

/* Every station with trains, and the core stations of metros without. */
static tp_code add_stations(railway *r, tp_error *error) {
    const tp_column *metro = tp_layer_column(r->stations, "metro");
    tp_code code = TP_OK;
    int64_t first = 0;
    for (int64_t station = 0; station < r->stations->n_rows && code == TP_OK; station++) {
        int64_t end = first;
        while (end < r->n_calls && r->calls[end].station == station) {
            end++;
        }
        bool core = metro != NULL && metro->type == TP_TYPE_TEXT &&
                    tp_lines_metro(r->lines, tp_column_text(metro, station)) >= 0;
        if (end > first || core) {
            code = add_calls(r, station, first, end, error);
        }
        first = end;
    }
    return code;
}

static tp_code add_rides(railway *r, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < r->n_segments && code == TP_OK; i++) {
        const segment *s = &r->segments[i];
        tp_way way = {.from = find_call(r, s->station[0], s->service),
                      .to = find_call(r, s->station[1], s->service),
                      .forward_ms = s->time_ms,
                      .backward_ms = s->time_ms,
                      .length_m = s->length_m,
                      .mode = TP_MODE_RAIL,
                      .source_row = s->row};
        code = tp_ways_add(r->lines->ways, &way, error);
    }
    return code;
}

static void open_railway(railway *r, tp_lines *lines) {
    const tp_network_options *options = lines->options;
    *r = (railway){.lines = lines, .stations = lines->transport->stations};
    if (lines->transport->rail == NULL) {
        return;
    }
    r->rail = tp_dataset_layer(lines->dataset, options->rail);
    r->from = tp_layer_column(r->rail, "from_station");
    r->to = tp_layer_column(r->rail, "to_station");
    r->minutes = tp_layer_column(r->rail, options->rail_minutes);
    r->speed = options->rail_speed == NULL ? NULL : tp_layer_column(r->rail, options->rail_speed);
    r->service = tp_layer_column(r->rail, "service");
    r->service = r->service != NULL && r->service->type == TP_TYPE_TEXT ? r->service : NULL;
    r->opened = tp_layer_column(r->rail, "opened");
    r->closed = tp_layer_column(r->rail, "closed");
}

tp_code tp_lines_add_rail(tp_lines *lines, tp_error *error) {
    railway r;
    if (lines->transport->stations == NULL) {
        return TP_OK;
    }
    open_railway(&r, lines);
    tp_code code = tp_lines_sort_ids(r.stations, &r.by_id, error);
    if (code == TP_OK && r.rail != NULL) {
        code = read_segments(&r, error);
    }
    if (code == TP_OK) {
        code = list_calls(&r, error);
    }
    if (code == TP_OK) {
        code = count_services(&r, error);
    }
    if (code == TP_OK) {
        code = add_stations(&r, error);
    }
    if (code == TP_OK) {
        code = add_rides(&r, error);
    }
    free(r.by_id);
    free(r.segments);
    free(r.calls);
    return code;
}
