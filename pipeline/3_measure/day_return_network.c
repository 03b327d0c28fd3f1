/* Journeys to the metros and back on the network: see day_return.h. */
#include "day_return.h"

#include <stdlib.h>
#include <string.h>

static void reset_haul(tp_haul *haul) {
    for (int64_t i = 0; i < haul->n_gates; i++) {
        free(haul->gates[i].chain);
    }
    free(haul->gates);
    tp_search_free(haul->road);
}

void tp_journeys_reset(tp_journeys *journeys) {
    for (int metro = 0; metro < TP_METROS; metro++) {
        reset_haul(&journeys->out[metro]);
        reset_haul(&journeys->back[metro]);
    }
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

/* What is done for one metro and direction. */
typedef struct work {
    const tp_transport *transport;
    int metro;
    bool out;
    tp_haul *haul;
} work;

/* A station or airport belongs to the gates when the shortest way goes on by rail or air right there. */
static tp_code add_gate(const work *w, const tp_search *all, const tp_stop *stop, tp_path *path, tp_error *error) {
    bool reached = false;
    tp_code code = tp_search_path(all, stop->node, path, &reached, error);
    if (code != TP_OK || !reached || path->n == 0 || by_road(path->steps[w->out ? 0 : path->n - 1].mode)) {
        return code;
    }
    tp_text chain = {0};
    if (w->out) {
        write_chain(w->transport, path, stop->node, TP_METRO_NAMES[w->metro], &chain);
    }
    char *words = chain.lost ? NULL : tp_text_copy(tp_text_get(&chain));
    tp_text_reset(&chain);
    if (words == NULL) {
        return tp_error_memory(error);
    }
    w->haul->gates[w->haul->n_gates++] =
        (tp_gate){.layer = stop->kind == TP_STOP_STATION ? w->transport->stations : w->transport->airports,
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

static tp_code find_gates(const work *w, tp_search *all, tp_error *error) {
    const tp_transport *transport = w->transport;
    const tp_metro *metro = tp_transport_metro(transport, TP_METRO_NAMES[w->metro]);
    /* One drives to the first train or plane, and walks from the last: the car is not there in between. */
    uint32_t modes = TP_MODES_ALL & ~(uint32_t)TP_MODES_BY_ROAD;
    tp_search_rule rule = {w->out ? TP_TO_FACILITY : TP_FROM_FACILITY, modes, TP_TIME_MAX_MS};
    tp_start start = {w->out ? metro->in : metro->out, 0};
    tp_path path = {0};
    tp_code code = tp_search_run(all, &rule, &start, 1, error);
    w->haul->gates = malloc(((size_t)transport->n_stops + 1) * sizeof *w->haul->gates);
    if (code == TP_OK && w->haul->gates == NULL) {
        code = tp_error_memory(error);
    }
    for (int64_t i = 0; i < transport->n_stops && code == TP_OK; i++) {
        const tp_stop *stop = &transport->stops[i];
        bool is_place = (stop->kind == TP_STOP_STATION && transport->stations != NULL) ||
                        (stop->kind == TP_STOP_AIRPORT && transport->airports != NULL);
        code = is_place ? add_gate(w, all, stop, &path, error) : TP_OK;
    }
    tp_path_reset(&path);
    if (code == TP_OK) { /* so that ties go to the smaller id */
        qsort(w->haul->gates, (size_t)w->haul->n_gates, sizeof *w->haul->gates, compare_gates);
    }
    return code;
}

static tp_code search_by_road(const work *w, tp_error *error) {
    const tp_haul *haul = w->haul;
    tp_search_rule rule = {w->out ? TP_TO_FACILITY : TP_FROM_FACILITY, TP_MODES_BY_ROAD, TP_TIME_MAX_MS};
    tp_start *starts = malloc(((size_t)haul->n_gates + 1) * sizeof *starts);
    if (starts == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < haul->n_gates; i++) {
        starts[i] = (tp_start){haul->gates[i].node, haul->gates[i].rest_ms};
    }
    tp_code code = tp_search_run(haul->road, &rule, starts, haul->n_gates, error);
    free(starts);
    return code;
}

static tp_code find_haul(const work *w, tp_error *error) {
    tp_search *all = NULL;
    if (tp_transport_metro(w->transport, TP_METRO_NAMES[w->metro]) == NULL) {
        return TP_OK;
    }
    tp_code code = tp_search_new(w->transport->network, &all, error);
    if (code == TP_OK) {
        code = find_gates(w, all, error);
    }
    tp_search_free(all);
    if (code == TP_OK) {
        code = tp_search_new(w->transport->network, &w->haul->road, error);
    }
    return code == TP_OK ? search_by_road(w, error) : code;
}

tp_code tp_journeys_find(const tp_transport *transport, tp_journeys *journeys, tp_error *error) {
    tp_code codes[2 * TP_METROS];
    tp_error errors[2 * TP_METROS] = {0};
    journeys->network = transport->network;
#pragma omp parallel for schedule(dynamic, 1)
    for (int i = 0; i < 2 * TP_METROS; i++) {
        int metro = i / 2;
        bool out = i % 2 == 0;
        work w = {transport, metro, out, out ? &journeys->out[metro] : &journeys->back[metro]};
        codes[i] = find_haul(&w, &errors[i]);
    }
    for (int i = 0; i < 2 * TP_METROS; i++) {
        if (codes[i] != TP_OK) {
            if (error != NULL) {
                *error = errors[i];
            }
            return codes[i];
        }
    }
    return TP_OK;
}

/* ---- places ---- */

/* The time of a place and the gate that it goes by: the smaller time, then the smaller number. */
static uint32_t best_of(const tp_haul *haul, const tp_start *ends, int n, const tp_gate **gate) {
    uint64_t best_ms = TP_NO_TIME;
    int64_t best = -1;
    for (int i = 0; i < n && haul->road != NULL; i++) {
        int64_t start = tp_search_start(haul->road, ends[i].node);
        uint64_t time_ms = (uint64_t)tp_search_time_ms(haul->road, ends[i].node) + ends[i].time_ms;
        if (start >= 0 && time_ms <= TP_TIME_MAX_MS && (time_ms < best_ms || (time_ms == best_ms && start < best))) {
            best_ms = time_ms;
            best = start;
        }
    }
    *gate = best < 0 ? NULL : &haul->gates[best];
    return (uint32_t)best_ms;
}

void tp_journeys_of(const tp_journeys *journeys, const tp_join *place, tp_journey of[TP_METROS]) {
    tp_start leaving[2], coming[2];
    int n_leaving = tp_join_starts(journeys->network, place, true, leaving);
    int n_coming = tp_join_starts(journeys->network, place, false, coming);
    for (int metro = 0; metro < TP_METROS; metro++) {
        of[metro].out_ms = best_of(&journeys->out[metro], leaving, n_leaving, &of[metro].out);
        of[metro].back_ms = best_of(&journeys->back[metro], coming, n_coming, &of[metro].back);
    }
}

tp_code tp_journeys_length(const tp_journeys *journeys, const tp_join *place, int metro, double *length_m) {
    tp_path path = {0};
    bool reached = false;
    tp_code code = tp_search_place_path(journeys->out[metro].road, place, &path, &reached, NULL);
    *length_m = reached ? path.length_m : 0;
    tp_path_reset(&path);
    return code;
}
