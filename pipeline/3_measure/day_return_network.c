/* Journeys to the metros and back on the network: see day_return.h. */
#include "day_return.h"

#include <stdlib.h>
#include <string.h>

void tp_journeys_reset(tp_journeys *journeys) {
    for (int64_t i = 0; i < journeys->n_gates; i++) {
        free(journeys->gates[i].chain);
    }
    free(journeys->gates);
    free(journeys->items);
    free(journeys->length_m);
    *journeys = (tp_journeys){0};
}

/* ---- the chain, in words ---- */

static bool by_road(tp_mode mode) {
    return (TP_MODES_BY_ROAD >> mode & 1) != 0;
}

/* The name of the station or airport that a node stands for, or NULL. */
static const char *name_of(const tp_transport *transport, const tp_stop *stop) {
    if (stop == NULL) {
        return NULL;
    }
    switch ((tp_stop_kind)stop->kind) {
    case TP_STOP_STATION:
    case TP_STOP_TRAIN:
    case TP_STOP_HALL:
        return transport->stations == NULL ? NULL : tp_layer_label(transport->stations, stop->row);
    case TP_STOP_AIRPORT:
    case TP_STOP_DEPARTURE:
    case TP_STOP_ARRIVAL:
        return transport->airports == NULL ? NULL : tp_layer_label(transport->airports, stop->row);
    default:
        return NULL;
    }
}

/* " (Kyushu Shinkansen)" after a train whose service has a name. */
static void write_service(const tp_transport *transport, const tp_stop *stop, tp_text *text) {
    const tp_column *service = transport->rail == NULL ? NULL : tp_layer_column(transport->rail, "service");
    if (stop == NULL || stop->kind != TP_STOP_TRAIN || stop->service_row < 0 || service == NULL) {
        return;
    }
    const char *name = service->type == TP_TYPE_TEXT ? tp_column_text(service, stop->service_row) : NULL;
    double number;
    if (name != NULL && name[0] != '\0') {
        tp_text_add(text, " (%s)", name);
    } else if (service->type != TP_TYPE_TEXT && tp_column_number(service, stop->service_row, &number)) {
        tp_text_add(text, " (%g)", number);
    }
}

/* " + 33 train to Hakata (Kyushu Shinkansen)" */
static void write_ride(const tp_transport *transport, tp_mode mode, uint32_t time_ms, int64_t node, tp_text *text) {
    const tp_stop *stop = node < 0 ? NULL : tp_transport_stop(transport, (uint32_t)node);
    const char *name = name_of(transport, stop);
    tp_text_add(text, " + ");
    tp_text_add_number(text, tp_travel_minutes(time_ms), 1);
    tp_text_add(text, " %s", mode == TP_MODE_AIR ? "flight" : mode == TP_MODE_RAIL ? "train" : "by road");
    if (name != NULL && mode != TP_MODE_AIR) {
        tp_text_add(text, " to %s", name);
    }
    write_service(transport, stop, text);
}

/* " + 45 check-in"; the last time of all is what leads into the metro. */
static void write_change(const tp_transport *transport, const tp_path_step *step, int64_t from, bool is_last,
                         const char *metro, tp_text *text) {
    const tp_stop *a = from < 0 ? NULL : tp_transport_stop(transport, (uint32_t)from);
    const tp_stop *b = step->node < 0 ? NULL : tp_transport_stop(transport, (uint32_t)step->node);
    const char *what =
        a == NULL || b == NULL ? "" : tp_transport_change_text((tp_stop_kind)a->kind, (tp_stop_kind)b->kind);
    tp_text_add(text, " + ");
    tp_text_add_number(text, tp_travel_minutes(step->time_ms), 1);
    if (is_last) {
        tp_text_add(text, " into %s", metro);
    } else {
        tp_text_add(text, " %s", what[0] == '\0' ? "change" : what);
    }
}

/* What follows the gate at `node`, step by step; what takes no time is not told. */
static void write_chain(const tp_transport *transport, const tp_path *path, uint32_t node, const char *metro,
                        tp_text *text) {
    int64_t from = node;
    uint32_t spent_ms = 0;
    for (int64_t i = 0; i < path->n;) {
        const tp_path_step *step = &path->steps[i];
        int64_t last = i;
        uint32_t time_ms = step->time_ms;
        while (step->mode != TP_MODE_CHANGE && last + 1 < path->n &&
               (path->steps[last + 1].mode == step->mode ||
                (by_road(step->mode) && by_road(path->steps[last + 1].mode)))) {
            time_ms += path->steps[++last].time_ms;
        }
        spent_ms += time_ms;
        if (step->mode == TP_MODE_CHANGE && time_ms > 0) {
            write_change(transport, step, from, spent_ms == path->time_ms, metro, text);
        } else if (step->mode != TP_MODE_CHANGE) {
            write_ride(transport, step->mode, time_ms, path->steps[last].node, text);
        }
        from = path->steps[last].node;
        i = last + 1;
    }
}

/* ---- gates ---- */

/* One metro and direction. */
typedef struct haul {
    const tp_transport *transport;
    const tp_join *joins;
    int64_t n_rows;
    int metro;
    bool out;
    tp_search *all, *road;
    int64_t first_gate;
    tp_journeys *journeys;
} haul;

/* A station or airport belongs to the gates when the shortest way goes on by rail or air right there. */
static tp_code add_gate(haul *h, const tp_stop *stop, tp_path *path, tp_error *error) {
    bool reached = false;
    tp_code code = tp_search_path(h->all, stop->node, path, &reached, error);
    if (code != TP_OK || !reached || path->n == 0 || by_road(path->steps[h->out ? 0 : path->n - 1].mode)) {
        return code;
    }
    tp_text chain = {0};
    if (h->out) {
        write_chain(h->transport, path, stop->node, TP_METRO_NAMES[h->metro], &chain);
    }
    char *words = chain.lost ? NULL : tp_text_copy(tp_text_get(&chain));
    tp_text_reset(&chain);
    if (words == NULL) {
        return tp_error_memory(error);
    }
    h->journeys->gates[h->journeys->n_gates++] =
        (tp_gate){.layer = stop->kind == TP_STOP_STATION ? h->transport->stations : h->transport->airports,
                  .row = stop->row,
                  .node = stop->node,
                  .rest_ms = path->time_ms,
                  .chain = words};
    return TP_OK;
}

static int compare_gates(const void *a, const void *b) {
    const tp_gate *left = a, *right = b;
    int order = strcmp(tp_layer_id(left->layer, left->row), tp_layer_id(right->layer, right->row));
    return order != 0 ? order : (left->node > right->node) - (left->node < right->node);
}

static tp_code find_gates(haul *h, tp_error *error) {
    const tp_metro *metro = tp_transport_metro(h->transport, TP_METRO_NAMES[h->metro]);
    /* One drives to the first train or plane, and walks from the last: the car is not there in between. */
    uint32_t modes = TP_MODES_ALL & ~(uint32_t)TP_MODES_BY_ROAD;
    tp_search_rule rule = {h->out ? TP_TO_FACILITY : TP_FROM_FACILITY, modes, TP_TIME_MAX_MS};
    tp_start start = {h->out ? metro->in : metro->out, 0};
    tp_path path = {0};
    tp_code code = tp_search_run(h->all, &rule, &start, 1, error);
    h->first_gate = h->journeys->n_gates;
    for (int64_t i = 0; i < h->transport->n_stops && code == TP_OK; i++) {
        const tp_stop *stop = &h->transport->stops[i];
        bool is_place = (stop->kind == TP_STOP_STATION && h->transport->stations != NULL) ||
                        (stop->kind == TP_STOP_AIRPORT && h->transport->airports != NULL);
        code = is_place ? add_gate(h, stop, &path, error) : TP_OK;
    }
    tp_path_reset(&path);
    if (code == TP_OK) { /* so that ties go to the smaller id */
        qsort(h->journeys->gates + h->first_gate, (size_t)(h->journeys->n_gates - h->first_gate), sizeof(tp_gate),
              compare_gates);
    }
    return code;
}

/* ---- places ---- */

static tp_code search_by_road(haul *h, tp_error *error) {
    int64_t n = h->journeys->n_gates - h->first_gate;
    const tp_gate *gates = h->journeys->gates + h->first_gate;
    tp_search_rule rule = {h->out ? TP_TO_FACILITY : TP_FROM_FACILITY, TP_MODES_BY_ROAD, TP_TIME_MAX_MS};
    tp_start *starts = malloc(((size_t)n + 1) * sizeof *starts);
    if (starts == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        starts[i] = (tp_start){gates[i].node, gates[i].rest_ms};
    }
    tp_code code = tp_search_run(h->road, &rule, starts, n, error);
    free(starts);
    return code;
}

/* The time of a place and the gate that it goes by: the smaller time, then the smaller number. */
static uint32_t best_of(const haul *h, const tp_join *join, int64_t *gate) {
    tp_start ends[2];
    int n = tp_join_starts(h->transport->network, join, h->out, ends);
    uint64_t best_ms = TP_NO_TIME;
    *gate = -1;
    for (int i = 0; i < n; i++) {
        int64_t start = tp_search_start(h->road, ends[i].node);
        uint64_t time_ms = (uint64_t)tp_search_time_ms(h->road, ends[i].node) + ends[i].time_ms;
        if (start >= 0 && time_ms <= TP_TIME_MAX_MS &&
            (time_ms < best_ms || (time_ms == best_ms && start + h->first_gate < *gate))) {
            best_ms = time_ms;
            *gate = start + h->first_gate;
        }
    }
    return (uint32_t)best_ms;
}

static tp_code measure_row(const haul *h, int64_t row, tp_path *path, tp_error *error) {
    tp_journey *journey = &h->journeys->items[row * TP_METROS + h->metro];
    int64_t gate;
    uint32_t time_ms = best_of(h, &h->joins[row], &gate);
    if (!h->out) {
        journey->back_ms = time_ms;
        journey->back = (int32_t)gate;
        return TP_OK;
    }
    bool reached = false;
    journey->out_ms = time_ms;
    journey->out = (int32_t)gate;
    tp_code code = gate < 0 ? TP_OK : tp_search_place_path(h->road, &h->joins[row], path, &reached, error);
    h->journeys->length_m[row * TP_METROS + h->metro] = reached ? path->length_m : 0;
    return code;
}

static tp_code measure_rows(const haul *h, tp_error *error) {
    tp_code first_code = TP_OK;
#pragma omp parallel
    {
        tp_path path = {0};
        tp_error own = {0};
        tp_code code = TP_OK;
#pragma omp for schedule(static, 64)
        for (int64_t row = 0; row < h->n_rows; row++) {
            if (code == TP_OK && h->joins[row].way >= 0) {
                code = measure_row(h, row, &path, &own);
            }
        }
#pragma omp critical(tp_journeys_error)
        if (code != TP_OK && first_code == TP_OK) {
            first_code = code;
            if (error != NULL) {
                *error = own;
            }
        }
        tp_path_reset(&path);
    }
    return first_code;
}

static tp_code find_haul(haul *h, tp_error *error) {
    tp_code code = find_gates(h, error);
    if (code == TP_OK) {
        code = search_by_road(h, error);
    }
    return code == TP_OK ? measure_rows(h, error) : code;
}

static tp_code reserve(const tp_transport *transport, int64_t n, tp_journeys *journeys, tp_error *error) {
    size_t room = (size_t)n * TP_METROS + 1;
    journeys->gates = malloc(((size_t)transport->n_stops * 2 * TP_METROS + 1) * sizeof *journeys->gates);
    journeys->items = malloc(room * sizeof *journeys->items);
    journeys->length_m = calloc(room, sizeof *journeys->length_m);
    if (journeys->gates == NULL || journeys->items == NULL || journeys->length_m == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < (size_t)n * TP_METROS; i++) {
        journeys->items[i] = (tp_journey){TP_NO_TIME, TP_NO_TIME, -1, -1};
    }
    return TP_OK;
}

tp_code tp_journeys_find(const tp_transport *transport, const tp_join *joins, int64_t n, tp_journeys *journeys,
                         tp_error *error) {
    haul h = {.transport = transport, .joins = joins, .n_rows = n, .journeys = journeys};
    tp_code code = reserve(transport, n, journeys, error);
    if (code == TP_OK) {
        code = tp_search_new(transport->network, &h.all, error);
    }
    if (code == TP_OK) {
        code = tp_search_new(transport->network, &h.road, error);
    }
    for (int i = 0; i < 2 * TP_METROS && code == TP_OK; i++) {
        h.metro = i / 2;
        h.out = i % 2 == 0;
        if (tp_transport_metro(transport, TP_METRO_NAMES[h.metro]) != NULL) {
            code = find_haul(&h, error);
        }
    }
    tp_search_free(h.all);
    tp_search_free(h.road);
    return code;
}
