/* Compressed sparse rows of the edges, by tail and by head. */
#include "network_parts.h"

#include <stdlib.h>
#include <string.h>

void tp_edges_reset(tp_edges *edges) {
    free(edges->first);
    free(edges->edge);
    free(edges->way);
    *edges = (tp_edges){0};
}

/* One direction of a way as an edge: from `at`, where it is filed, to the other end. */
typedef struct filed {
    int64_t at, other;
    uint32_t time_ms;
} filed;

static bool file_way(const tp_ways *ways, int64_t way, bool along, bool out, filed *edge) {
    edge->time_ms = along ? ways->forward_ms[way] : ways->backward_ms[way];
    edge->at = along == out ? ways->from[way] : ways->to[way];
    edge->other = along == out ? ways->to[way] : ways->from[way];
    return edge->time_ms != TP_NO_TIME && edge->at != edge->other;
}

/* After this first[v] is where the edges of v begin, for all v up to and with n. */
static int64_t count_edges(const tp_ways *ways, bool out, uint32_t *first) {
    int64_t n_edges = 0;
    filed edge;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        for (int along = 0; along < 2; along++) {
            if (file_way(ways, w, along != 0, out, &edge) && ++n_edges < UINT32_MAX) {
                first[edge.at + 1]++;
            }
        }
    }
    for (int64_t v = 0; v < ways->n_nodes; v++) {
        first[v + 1] += first[v];
    }
    return n_edges;
}

static void place_edges(const tp_ways *ways, bool out, tp_edges *edges) {
    filed edge;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        for (int along = 1; along >= 0; along--) {
            if (file_way(ways, w, along != 0, out, &edge)) {
                uint32_t at = edges->first[edge.at]++;
                edges->edge[at] =
                    (tp_edge){(uint32_t)edge.other & (uint32_t)(TP_NODES_MAX - 1), ways->mode[w] & 7U, edge.time_ms};
                edges->way[at] = (uint32_t)w;
            }
        }
    }
    memmove(edges->first + 1, edges->first, (size_t)ways->n_nodes * sizeof *edges->first);
    edges->first[0] = 0;
}

tp_code tp_edges_new(const tp_ways *ways, bool out, tp_edges *edges, tp_error *error) {
    *edges = (tp_edges){0};
    edges->first = calloc((size_t)ways->n_nodes + 1, sizeof *edges->first);
    if (edges->first == NULL) {
        return tp_error_memory(error);
    }
    int64_t n_edges = count_edges(ways, out, edges->first);
    if (n_edges >= UINT32_MAX || ways->n_ways >= UINT32_MAX) {
        tp_edges_reset(edges);
        return tp_error_set(error, TP_E_DATA, "the network has %lld edges (at most %lu are possible)",
                            (long long)n_edges, (unsigned long)UINT32_MAX - 1);
    }
    edges->edge = malloc((size_t)(n_edges > 0 ? n_edges : 1) * sizeof *edges->edge);
    edges->way = malloc((size_t)(n_edges > 0 ? n_edges : 1) * sizeof *edges->way);
    if (edges->edge == NULL || edges->way == NULL) {
        tp_edges_reset(edges);
        return tp_error_memory(error);
    }
    place_edges(ways, out, edges);
    return TP_OK;
}
