/* From ways to the network: nodes in their order, edges in both directions, components, statistics. */
#include "network_parts.h"
#include "way_index.h"

#include <stdlib.h>
#include <string.h>

void tp_network_free(tp_network *network) {
    if (network == NULL) {
        return;
    }
    tp_edges_reset(&network->out);
    tp_edges_reset(&network->in);
    tp_ways_reset(&network->ways);
    free(network->node_of);
    free(network->weak);
    free(network->strong);
    free(network->weak_size);
    free(network->strong_size);
    tp_way_index_free(network->index);
    free(network);
}

/* Gives an array of the nodes the new order; `scratch` has room for it. */
static void permute(double *values, const uint32_t *order, int64_t n, double *scratch) {
    for (int64_t i = 0; i < n; i++) {
        scratch[i] = values[order[i]];
    }
    memcpy(values, scratch, (size_t)n * sizeof *values);
}

static tp_code order_nodes(tp_network *network, tp_error *error) {
    tp_ways *ways = &network->ways;
    size_t room = (size_t)ways->n_nodes + 1;
    uint32_t *order = malloc(room * sizeof *order);
    double *scratch = malloc(room * sizeof *scratch);
    tp_code code = TP_OK;
    if (order == NULL || scratch == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    code = tp_hilbert_order(ways->lon_deg, ways->lat_deg, ways->n_nodes, order, error);
    if (code != TP_OK) {
        goto done;
    }
    if (ways->n_nodes > 0) {
        permute(ways->lon_deg, order, ways->n_nodes, scratch);
        permute(ways->lat_deg, order, ways->n_nodes, scratch);
    }
    for (int64_t i = 0; i < ways->n_nodes; i++) {
        network->node_of[order[i]] = (uint32_t)i;
    }
    for (int64_t w = 0; w < ways->n_ways; w++) {
        ways->from[w] = network->node_of[ways->from[w]];
        ways->to[w] = network->node_of[ways->to[w]];
    }
done:
    free(order);
    free(scratch);
    return code;
}

/*
 * The buckets of the search are one to two times as wide as the median edge is long. Narrower ones scan a little less
 * twice, but jump about in memory more; wider ones scan too much twice where lengths differ much. Between a half and
 * four times the median the searches of the benchmark differ by a tenth.
 */
static void measure_edges(tp_network *network) {
    uint32_t by_bits[33] = {0}, seen = 0, bits = 0;
    for (uint32_t e = 0; e < network->n_edges; e++) {
        uint32_t time_ms = network->out.edge[e].time_ms;
        network->longest_ms = time_ms > network->longest_ms ? time_ms : network->longest_ms;
        network->modes |= 1U << network->out.edge[e].mode;
        by_bits[time_ms == 0 ? 0 : 32 - __builtin_clz(time_ms)]++;
    }
    while (bits < 32 && (seen += by_bits[bits]) < network->n_edges / 2) {
        bits++;
    }
    network->bucket_bits = bits < 31 ? bits : 31;
}

static tp_code derive(tp_network *network, tp_error *error) {
    tp_code code = tp_edges_new(&network->ways, true, &network->out, error);
    if (code == TP_OK) {
        code = tp_edges_new(&network->ways, false, &network->in, error);
    }
    if (code != TP_OK) {
        return code;
    }
    network->n_edges = network->out.first[network->n_nodes];
    measure_edges(network);
    code = tp_weak_components(&network->out, network->n_nodes, network->weak, &network->weak_size, &network->n_weak,
                              error);
    if (code == TP_OK) {
        code = tp_strong_components(&network->out, network->n_nodes, network->strong, &network->strong_size,
                                    &network->n_strong, error);
    }
    if (code == TP_OK) {
        code = tp_way_index_new(&network->ways, network->strong, &network->index, error);
    }
    return code;
}

tp_code tp_network_build(tp_ways *ways, const uint32_t *node_of, tp_network **network, tp_error *error) {
    *network = NULL;
    tp_network *built = calloc(1, sizeof *built);
    if (built == NULL) {
        tp_ways_reset(ways);
        return tp_error_memory(error);
    }
    built->ways = *ways;
    *ways = (tp_ways){0};
    tp_code code = TP_OK;
    if (built->ways.n_nodes > TP_NODES_MAX) {
        code = tp_error_set(error, TP_E_DATA, "the network has %lld nodes (at most %lld are possible)",
                            (long long)built->ways.n_nodes, (long long)TP_NODES_MAX);
        goto done;
    }
    built->n_nodes = (uint32_t)built->ways.n_nodes;
    size_t room = ((size_t)built->n_nodes + 1) * sizeof(uint32_t);
    built->node_of = malloc(room);
    built->weak = malloc(room);
    built->strong = malloc(room);
    if (built->node_of == NULL || built->weak == NULL || built->strong == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    if (node_of != NULL) {
        memcpy(built->node_of, node_of, built->n_nodes * sizeof *node_of);
    } else {
        code = order_nodes(built, error);
    }
    if (code == TP_OK) {
        code = derive(built, error);
    }
done:
    if (code != TP_OK) {
        tp_network_free(built);
        return code;
    }
    *network = built;
    return TP_OK;
}

tp_code tp_network_new(tp_ways *ways, tp_network **network, tp_error *error) {
    return tp_network_build(ways, NULL, network, error);
}
