/* A network with faster or slower roads: see tp_network_scaled. */
#include "technopolis/network.h"

#include <math.h>
#include <stdlib.h>

static uint32_t scale(uint32_t time_ms, unsigned mode, double factor) {
    if (mode != TP_MODE_ROAD || time_ms == TP_NO_TIME) {
        return time_ms;
    }
    double scaled_ms = rint(time_ms / factor);
    return scaled_ms < 1 ? 1 : scaled_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : (uint32_t)scaled_ms;
}

static tp_edge *scale_edges(const tp_edge *edges, uint32_t n, double factor, uint32_t *longest_ms) {
    tp_edge *made = malloc(((size_t)n + 1) * sizeof *made);
    for (uint32_t i = 0; made != NULL && i < n; i++) {
        made[i] = edges[i];
        made[i].time_ms = scale(edges[i].time_ms, edges[i].mode, factor);
        *longest_ms = made[i].time_ms > *longest_ms ? made[i].time_ms : *longest_ms;
    }
    return made;
}

static uint32_t *scale_ways(const uint32_t *times_ms, const tp_ways *ways, double factor) {
    uint32_t *made = malloc(((size_t)ways->n_ways + 1) * sizeof *made);
    for (int64_t way = 0; made != NULL && way < ways->n_ways; way++) {
        made[way] = scale(times_ms[way], ways->mode[way], factor);
    }
    return made;
}

tp_code tp_network_scaled(const tp_network *network, double factor, tp_network **scaled, tp_error *error) {
    *scaled = NULL;
    tp_network *made = malloc(sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    *made = *network;
    made->longest_ms = 0;
    made->out.edge = scale_edges(network->out.edge, network->n_edges, factor, &made->longest_ms);
    made->in.edge = scale_edges(network->in.edge, network->n_edges, factor, &made->longest_ms);
    made->ways.forward_ms = scale_ways(network->ways.forward_ms, &network->ways, factor);
    made->ways.backward_ms = scale_ways(network->ways.backward_ms, &network->ways, factor);
    if (made->out.edge == NULL || made->in.edge == NULL || made->ways.forward_ms == NULL ||
        made->ways.backward_ms == NULL) {
        tp_network_scaled_free(made);
        return tp_error_memory(error);
    }
    *scaled = made;
    return TP_OK;
}

void tp_network_scaled_free(tp_network *scaled) {
    if (scaled != NULL) {
        free(scaled->out.edge);
        free(scaled->in.edge);
        free(scaled->ways.forward_ms);
        free(scaled->ways.backward_ms);
    }
    free(scaled);
}
