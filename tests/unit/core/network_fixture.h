/* Random networks, and slow and plain answers to the same questions: all ways again and again until nothing changes. */
#ifndef TP_NETWORK_FIXTURE_H
#define TP_NETWORK_FIXTURE_H

#include "technopolis/search.h"

#include <stdlib.h>
#include <string.h>

static inline uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static inline uint32_t below(uint64_t *state, uint32_t n) {
    return (uint32_t)(next_random(state) % n);
}

static inline double between(uint64_t *state, double low, double high) {
    return low + (high - low) * ((double)(next_random(state) >> 11) * 0x1p-53);
}

/* What a random network is like. */
typedef struct network_kind {
    uint32_t n_nodes, n_ways;
    uint32_t max_ms;  /* times are 1 … max_ms */
    unsigned one_way; /* percent */
    unsigned zero;    /* percent of changes with 0 ms */
    unsigned huge;    /* percent of flights of up to 30,000,000 ms */
    bool ties;        /* times are multiples of max_ms / 4 */
    unsigned loops;   /* percent */
    unsigned through; /* percent of roads that nobody joins between their ends */
    unsigned ferry;   /* percent */
} network_kind;

static inline uint32_t random_ms(const network_kind *kind, uint64_t *seed) {
    uint32_t step = kind->ties ? kind->max_ms / 4 : 1;
    return (1 + below(seed, kind->max_ms / step)) * step;
}

static inline tp_way random_way(const network_kind *kind, uint64_t *seed) {
    tp_way way = {.from = below(seed, kind->n_nodes), .to = below(seed, kind->n_nodes), .source_row = -1};
    way.mode = below(seed, 10) == 0 ? TP_MODE_RAIL : TP_MODE_ROAD;
    way.length_m = between(seed, 1, 1000);
    way.forward_ms = random_ms(kind, seed);
    way.backward_ms = below(seed, 2) == 0 ? way.forward_ms : random_ms(kind, seed);
    if (below(seed, 100) < kind->zero) {
        way.mode = TP_MODE_CHANGE;
        way.forward_ms = 0;
        way.backward_ms = below(seed, 2) == 0 ? 0 : way.backward_ms;
    } else if (below(seed, 100) < kind->huge) {
        way.mode = TP_MODE_AIR;
        way.forward_ms = 1 + below(seed, 30000000);
        way.backward_ms = 1 + below(seed, 30000000);
    }
    if (below(seed, 100) < kind->one_way) {
        *(below(seed, 2) == 0 ? &way.forward_ms : &way.backward_ms) = TP_NO_TIME;
    }
    if (below(seed, 100) < kind->loops) {
        way.to = way.from;
    }
    if (way.mode == TP_MODE_ROAD && kind->through + kind->ferry > 0) {
        uint32_t drawn = below(seed, 100);
        way.through_only = drawn < kind->through;
        way.mode = drawn >= 100 - kind->ferry ? TP_MODE_FERRY : TP_MODE_ROAD;
    }
    return way;
}

/* A network of that kind; `ways` is a copy of what it was made from, to be reset. NULL when memory is out. */
static inline tp_network *random_network(const network_kind *kind, uint64_t seed, tp_ways *ways) {
    tp_ways mine = {0};
    tp_network *network = NULL;
    *ways = (tp_ways){0};
    bool good = true;
    for (uint32_t i = 0; i < kind->n_nodes && good; i++) {
        double lon_deg = between(&seed, 130, 131), lat_deg = between(&seed, 32, 33);
        int64_t node;
        good = tp_ways_add_node(&mine, lon_deg, lat_deg, &node, NULL) == TP_OK &&
               tp_ways_add_node(ways, lon_deg, lat_deg, &node, NULL) == TP_OK;
    }
    for (uint32_t i = 0; i < kind->n_ways && good; i++) {
        tp_way way = random_way(kind, &seed);
        good = tp_ways_add(&mine, &way, NULL) == TP_OK && tp_ways_add(ways, &way, NULL) == TP_OK;
    }
    if (!good || tp_network_new(&mine, &network, NULL) != TP_OK) {
        tp_ways_reset(&mine);
        return NULL;
    }
    return network;
}

/* Labels (time << 32 | number) of all nodes as numbered in `ways`, by the same rule as the search; UINT64_MAX beyond. */
static inline void slow_labels(const tp_ways *ways, const tp_search_rule *rule, uint64_t *label) {
    const uint64_t last = (uint64_t)rule->limit_ms << 32 | UINT32_MAX;
    for (int64_t v = 0; v < ways->n_nodes; v++) {
        label[v] = label[v] <= last ? label[v] : UINT64_MAX;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int64_t i = 0; i < 2 * ways->n_ways; i++) {
            int64_t w = i / 2;
            bool along = i % 2 == 0;
            uint32_t time_ms = along ? ways->forward_ms[w] : ways->backward_ms[w];
            bool swap = along != (rule->direction == TP_FROM_FACILITY);
            int64_t tail = swap ? ways->to[w] : ways->from[w], head = swap ? ways->from[w] : ways->to[w];
            if (time_ms == TP_NO_TIME || (rule->modes >> ways->mode[w] & 1) == 0 || label[tail] == UINT64_MAX) {
                continue;
            }
            uint64_t arrival = label[tail] + ((uint64_t)time_ms << 32);
            if (arrival < label[head] && arrival <= last) {
                label[head] = arrival;
                changed = true;
            }
        }
    }
}

#endif
