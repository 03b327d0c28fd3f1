/* What a network holds, for the summary. */
#include "technopolis/network.h"

#include "way_index.h"

static void count_ways(const tp_ways *ways, tp_network_statistics *s) {
    for (int64_t w = 0; w < ways->n_ways; w++) {
        int directions = (ways->forward_ms[w] != TP_NO_TIME) + (ways->backward_ms[w] != TP_NO_TIME);
        s->ways[ways->mode[w]]++;
        s->length_km[ways->mode[w]] += ways->length_m[w] / 1000.0;
        s->n_closed += directions == 0;
        s->n_one_way += directions == 1;
        s->n_loops += ways->from[w] == ways->to[w];
    }
}

static int64_t bytes_of(const tp_network *network) {
    const tp_ways *ways = &network->ways;
    int64_t nodes = network->n_nodes, edges = network->n_edges;
    int64_t bytes = nodes * (int64_t)(2 * sizeof(double) + 5 * sizeof(uint32_t));
    bytes += 2 * edges * (int64_t)(sizeof(tp_edge) + sizeof(uint32_t));
    bytes += ways->way_capacity * (int64_t)(4 * sizeof(int64_t) + 2 * sizeof(uint32_t) + sizeof(float) + 2);
    bytes += ways->vertex_capacity * (int64_t)(2 * sizeof(double));
    return bytes + tp_way_index_bytes(network->index, ways);
}

void tp_network_statistics_of(const tp_network *network, tp_network_statistics *statistics) {
    tp_network_statistics s = {.n_nodes = network->n_nodes,
                               .n_ways = network->ways.n_ways,
                               .n_vertices = network->ways.n_vertices,
                               .n_edges = network->n_edges,
                               .n_weak = network->n_weak,
                               .n_strong = network->n_strong,
                               .largest_weak = network->n_weak > 0 ? network->weak_size[0] : 0,
                               .largest_strong = network->n_strong > 0 ? network->strong_size[0] : 0,
                               .longest_ms = network->longest_ms,
                               .bytes = bytes_of(network)};
    count_ways(&network->ways, &s);
    s.shortest_ms = network->n_edges > 0 ? network->out.edge[0].time_ms : 0;
    for (uint32_t e = 0; e < network->n_edges; e++) {
        uint32_t time_ms = network->out.edge[e].time_ms;
        s.edges[network->out.edge[e].mode]++;
        s.shortest_ms = time_ms < s.shortest_ms ? time_ms : s.shortest_ms;
    }
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        s.n_islands +=
            network->out.first[v] == network->out.first[v + 1] && network->in.first[v] == network->in.first[v + 1];
    }
    *statistics = s;
}
