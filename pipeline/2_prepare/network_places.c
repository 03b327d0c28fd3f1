/* What rail and air have in common: stops, metros, changes, the way to the road. See network.h and transport.h. */
#include "2_prepare/network.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool tp_lines_positive(const tp_column *column, int64_t row, double *value) {
    return column != NULL && tp_column_number(column, row, value) && isfinite(*value) && *value > 0;
}

/* ---- stops and changes ---- */

tp_code tp_lines_add_stop(tp_lines *lines, tp_stop_kind kind, int64_t row, int64_t service_row, double lon_deg,
                          double lat_deg, int64_t *node, tp_error *error) {
    tp_stops *stops = &lines->stops;
    if (stops->n == stops->capacity) {
        int64_t wanted = stops->capacity == 0 ? 256 : 2 * stops->capacity;
        tp_stop *items = realloc(stops->items, sizeof *items * (size_t)wanted);
        if (items == NULL) {
            return tp_error_memory(error);
        }
        stops->items = items;
        stops->capacity = wanted;
    }
    tp_code code = tp_ways_add_node(lines->ways, lon_deg, lat_deg, node, error);
    if (code == TP_OK) {
        stops->items[stops->n++] =
            (tp_stop){.node = (uint32_t)*node, .kind = (uint8_t)kind, .row = row, .service_row = service_row};
    }
    return code;
}

tp_code tp_lines_add_change(tp_lines *lines, int64_t from, int64_t to, double forward_min, double backward_min,
                            tp_error *error) {
    tp_way way = {.from = from,
                  .to = to,
                  .forward_ms = TP_NO_TIME,
                  .backward_ms = TP_NO_TIME,
                  .mode = TP_MODE_CHANGE,
                  .source_row = -1};
    bool fits = (forward_min < 0 || tp_network_minutes_ms(forward_min, &way.forward_ms)) &&
                (backward_min < 0 || tp_network_minutes_ms(backward_min, &way.backward_ms));
    return fits ? tp_ways_add(lines->ways, &way, error)
                : tp_error_set(error, TP_E_INTERNAL, "a change of %g or %g min is too long", forward_min, backward_min);
}

int64_t tp_lines_find(const tp_lines *lines, tp_stop_kind kind, int64_t row) {
    for (int64_t i = 0; i < lines->stops.n; i++) {
        if (lines->stops.items[i].kind == kind && lines->stops.items[i].row == row) {
            return lines->stops.items[i].node;
        }
    }
    return -1;
}

/* ---- ids ---- */

static int compare_rows(const void *a, const void *b, void *user) {
    const tp_layer *layer = user;
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    int order = strcmp(tp_layer_id(layer, left), tp_layer_id(layer, right));
    return order != 0 ? order : (left > right) - (left < right);
}

tp_code tp_lines_sort_ids(const tp_layer *layer, int64_t **by_id, tp_error *error) {
    *by_id = malloc(sizeof **by_id * (size_t)(layer->n_rows + 1));
    if (*by_id == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        (*by_id)[row] = row;
    }
    qsort_r(*by_id, (size_t)layer->n_rows, sizeof **by_id, compare_rows, (void *)(uintptr_t)layer);
    return TP_OK;
}

int64_t tp_lines_row_of(const tp_layer *layer, const int64_t *by_id, const char *id) {
    int64_t low = 0, high = id == NULL ? 0 : layer->n_rows;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (strcmp(tp_layer_id(layer, by_id[middle]), id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = id != NULL && low < layer->n_rows && strcmp(tp_layer_id(layer, by_id[low]), id) == 0;
    return found ? by_id[low] : -1;
}

/* ---- metros ---- */

int64_t tp_lines_metro(const tp_lines *lines, const char *name) {
    for (int64_t i = 0; name != NULL && i < lines->transport->n_metros; i++) {
        if (strcmp(lines->transport->metros[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* Adds the names of a column that are not listed yet. */
static tp_code list_names(tp_lines *lines, const tp_layer *layer, tp_error *error) {
    tp_transport *transport = lines->transport;
    const tp_column *column = layer == NULL ? NULL : tp_layer_column(layer, "metro");
    for (int64_t row = 0; column != NULL && column->type == TP_TYPE_TEXT && row < layer->n_rows; row++) {
        const char *name = tp_column_text(column, row);
        if (name == NULL || name[0] == '\0' || tp_lines_metro(lines, name) >= 0) {
            continue;
        }
        tp_metro *metros = realloc(transport->metros, sizeof *metros * (size_t)(transport->n_metros + 1));
        char *copy = tp_text_copy(name);
        if (metros != NULL) {
            transport->metros = metros;
        }
        if (metros == NULL || copy == NULL) {
            free(copy);
            return tp_error_memory(error);
        }
        metros[transport->n_metros++] = (tp_metro){.name = copy};
    }
    return TP_OK;
}

static int compare_metros(const void *a, const void *b) {
    return strcmp(((const tp_metro *)a)->name, ((const tp_metro *)b)->name);
}

/* Where a metro is drawn: at its first core station, else at the first airport that flies there. */
static bool find_centre(const tp_lines *lines, const char *name, double *lon_deg, double *lat_deg) {
    const tp_layer *stations = lines->transport->stations, *flights = lines->transport->flights;
    const tp_column *column = stations == NULL ? NULL : tp_layer_column(stations, "metro");
    for (int64_t row = 0; column != NULL && row < stations->n_rows; row++) {
        const char *text = tp_column_text(column, row);
        if (text != NULL && strcmp(text, name) == 0) {
            *lon_deg = stations->lon_deg[row];
            *lat_deg = stations->lat_deg[row];
            return true;
        }
    }
    const tp_layer *airports = lines->transport->airports;
    column = flights == NULL ? NULL : tp_layer_column(flights, "metro");
    const tp_column *iata = flights == NULL ? NULL : tp_layer_column(flights, "iata");
    for (int64_t row = 0; column != NULL && row < flights->n_rows; row++) {
        const char *text = tp_column_text(column, row), *code = tp_column_text(iata, row);
        for (int64_t airport = 0; text != NULL && code != NULL && strcmp(text, name) == 0 && airport < airports->n_rows;
             airport++) {
            if (strcmp(tp_layer_id(airports, airport), code) == 0) {
                *lon_deg = airports->lon_deg[airport];
                *lat_deg = airports->lat_deg[airport];
                return true;
            }
        }
    }
    return false;
}

tp_code tp_lines_add_metros(tp_lines *lines, tp_error *error) {
    tp_transport *transport = lines->transport;
    tp_code code = list_names(lines, transport->stations, error);
    if (code == TP_OK) {
        code = list_names(lines, transport->flights, error);
    }
    if (code == TP_OK && transport->n_metros > 0) {
        qsort(transport->metros, (size_t)transport->n_metros, sizeof *transport->metros, compare_metros);
    }
    int64_t n = 0;
    for (int64_t i = 0; i < transport->n_metros; i++) {
        double lon_deg = 0, lat_deg = 0;
        int64_t in = 0, out = 0;
        tp_metro *metro = &transport->metros[i];
        if (code != TP_OK || !find_centre(lines, metro->name, &lon_deg, &lat_deg)) {
            free(metro->name); /* flights to it are rejected: their airport is not known */
            continue;
        }
        code = tp_lines_add_stop(lines, TP_STOP_METRO_IN, n, -1, lon_deg, lat_deg, &in, error);
        if (code == TP_OK) {
            code = tp_lines_add_stop(lines, TP_STOP_METRO_OUT, n, -1, lon_deg, lat_deg, &out, error);
        }
        transport->metros[n++] = (tp_metro){.name = metro->name, .in = (uint32_t)in, .out = (uint32_t)out};
    }
    transport->n_metros = n;
    return code;
}

/* ---- the way to the road ---- */

tp_code tp_lines_attach(tp_lines *lines, tp_error *error) {
    tp_attachment *attachments = calloc((size_t)lines->stops.n + 1, sizeof *attachments);
    int64_t n = 0;
    if (attachments == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < lines->stops.n; i++) {
        uint8_t kind = lines->stops.items[i].kind;
        if (kind == TP_STOP_STATION || kind == TP_STOP_AIRPORT) {
            attachments[n++].node = lines->stops.items[i].node;
        }
    }
    const tp_transport *transport = lines->transport;
    tp_code code =
        n == 0 ? TP_OK
               : tp_ways_attach(lines->ways, &lines->dataset->ellipsoid, &transport->join, attachments, n, error);
    n = 0;
    for (int64_t i = 0; i < lines->stops.n && code == TP_OK; i++) {
        uint8_t kind = lines->stops.items[i].kind;
        if (kind == TP_STOP_STATION || kind == TP_STOP_AIRPORT) {
            bool off = attachments[n++].way < 0;
            lines->transport->count[kind == TP_STOP_STATION ? TP_COUNT_STATIONS_OFF : TP_COUNT_AIRPORTS_OFF] += off;
        }
    }
    free(attachments);
    return code;
}

static int compare_stops(const void *a, const void *b) {
    const tp_stop *left = a, *right = b;
    return (left->node > right->node) - (left->node < right->node);
}

void tp_lines_publish(tp_lines *lines) {
    tp_transport *transport = lines->transport;
    const uint32_t *node_of = transport->network->node_of;
    transport->stops = lines->stops.items;
    transport->n_stops = lines->stops.n;
    lines->stops = (tp_stops){0};
    for (int64_t i = 0; i < transport->n_stops; i++) {
        transport->stops[i].node = node_of[transport->stops[i].node];
    }
    if (transport->n_stops > 0) {
        qsort(transport->stops, (size_t)transport->n_stops, sizeof *transport->stops, compare_stops);
    }
    for (int64_t i = 0; i < transport->n_metros; i++) {
        transport->metros[i].in = node_of[transport->metros[i].in];
        transport->metros[i].out = node_of[transport->metros[i].out];
    }
}
