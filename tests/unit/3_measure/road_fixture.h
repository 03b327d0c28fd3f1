/* Small road networks for tests of measures, and plain answers about them: all pairs of nodes by Floyd and Warshall. */
#ifndef TP_TEST_ROAD_FIXTURE_H
#define TP_TEST_ROAD_FIXTURE_H

#include "technopolis/dataset.h"
#include "technopolis/search.h"
#include "technopolis/transport.h"

#include <math.h>
#include <stdlib.h>

#if defined(__GNUC__)
#define ROAD_FIXTURE __attribute__((unused)) static
#else
#define ROAD_FIXTURE static
#endif

ROAD_FIXTURE int64_t road_node(tp_ways *ways, double lon_deg, double lat_deg) {
    int64_t node = -1;
    assert_int_equal(tp_ways_add_node(ways, lon_deg, lat_deg, &node, NULL), TP_OK);
    return node;
}

/* A straight way; its length is whatever the test says. */
ROAD_FIXTURE void road_way(tp_ways *ways, int64_t from, int64_t to, uint32_t forward_ms, uint32_t backward_ms,
                           double length_m, tp_mode mode) {
    tp_way way = {.from = from,
                  .to = to,
                  .forward_ms = forward_ms,
                  .backward_ms = backward_ms,
                  .length_m = length_m,
                  .mode = mode,
                  .source_row = -1};
    assert_int_equal(tp_ways_add(ways, &way, NULL), TP_OK);
}

/* Gives the dataset a network: places join within 2 km, at 15 km/h. */
ROAD_FIXTURE void set_roads(tp_dataset *dataset, tp_ways *ways, tp_method method) {
    tp_transport *transport = calloc(1, sizeof *transport);
    assert_non_null(transport);
    transport->method = method;
    transport->join = (tp_join_rule){.limit_m = 2000, .off_road_km_h = 15, .component = TP_JOIN_LARGEST};
    assert_int_equal(tp_network_new(ways, &transport->network, NULL), TP_OK);
    tp_transport_free(dataset->network);
    dataset->network = transport;
}

/* ---- plain answers ---- */

typedef struct road_time {
    uint64_t ms; /* UINT64_MAX: no way */
    double length_m;
} road_time;

static const road_time ROAD_NEVER = {UINT64_MAX, 0};

static inline road_time road_sum(road_time a, road_time b) {
    return a.ms == UINT64_MAX || b.ms == UINT64_MAX ? ROAD_NEVER : (road_time){a.ms + b.ms, a.length_m + b.length_m};
}

static inline road_time road_better(road_time a, road_time b) {
    return b.ms < a.ms ? b : a;
}

/* n x n: from node to node (as the network numbers them) by roads and ferries alone. Freed by the caller. */
ROAD_FIXTURE road_time *road_matrix(const tp_network *network) {
    size_t n = network->n_nodes;
    const tp_ways *ways = &network->ways;
    road_time *d = malloc((n * n + 1) * sizeof *d);
    assert_non_null(d);
    for (size_t i = 0; i < n * n; i++) {
        d[i] = i % (n + 1) == 0 ? (road_time){0, 0} : ROAD_NEVER;
    }
    for (int64_t w = 0; w < ways->n_ways; w++) {
        size_t from = (size_t)ways->from[w], to = (size_t)ways->to[w];
        if (ways->mode[w] != TP_MODE_ROAD && ways->mode[w] != TP_MODE_FERRY) {
            continue;
        }
        if (ways->forward_ms[w] != TP_NO_TIME) {
            d[from * n + to] = road_better(d[from * n + to], (road_time){ways->forward_ms[w], ways->length_m[w]});
        }
        if (ways->backward_ms[w] != TP_NO_TIME) {
            d[to * n + from] = road_better(d[to * n + from], (road_time){ways->backward_ms[w], ways->length_m[w]});
        }
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                d[i * n + j] = road_better(d[i * n + j], road_sum(d[i * n + k], d[k * n + j]));
            }
        }
    }
    return d;
}

/* Between a joined place and an end of its way; `leaving`: from the place. */
static inline road_time road_end(const tp_network *network, const tp_join *join, bool at_to, bool leaving) {
    const tp_ways *ways = &network->ways;
    if (join->fraction == (at_to ? 1 : 0)) { /* at the node itself */
        return (road_time){join->off_road_ms, join->distance_m};
    }
    if (join->fraction == 0 || join->fraction == 1) {
        return ROAD_NEVER; /* the other node is reached from that one */
    }
    bool along = at_to == leaving; /* with the way's own direction */
    uint32_t whole = along ? ways->forward_ms[join->way] : ways->backward_ms[join->way];
    if (whole == TP_NO_TIME) {
        return ROAD_NEVER;
    }
    uint64_t before = (uint64_t)llround(join->fraction * whole);
    double part = at_to ? 1 - join->fraction : join->fraction;
    return (road_time){join->off_road_ms + (at_to ? whole - before : before),
                       join->distance_m + part * ways->length_m[join->way]};
}

static inline road_time road_direct(const tp_network *network, const tp_join *from, const tp_join *to) {
    const tp_ways *ways = &network->ways;
    road_time best = ROAD_NEVER;
    if (from->way != to->way) {
        return best;
    }
    for (int along = 0; along < 2; along++) {
        uint32_t whole = along ? ways->forward_ms[from->way] : ways->backward_ms[from->way];
        if (whole != TP_NO_TIME && (along ? from->fraction <= to->fraction : from->fraction >= to->fraction)) {
            int64_t part = llround(to->fraction * whole) - llround(from->fraction * whole);
            double length_m = fabs(to->fraction - from->fraction) * ways->length_m[from->way];
            best = road_better(best, (road_time){from->off_road_ms + to->off_road_ms + (uint64_t)llabs(part),
                                                 from->distance_m + to->distance_m + length_m});
        }
    }
    return best;
}

/* From place to place. */
ROAD_FIXTURE road_time road_between(const tp_network *network, const road_time *matrix, const tp_join *from,
                                    const tp_join *to) {
    if (from->way < 0 || to->way < 0) {
        return ROAD_NEVER;
    }
    const tp_ways *ways = &network->ways;
    road_time best = road_direct(network, from, to);
    for (int i = 0; i < 4; i++) {
        bool first = i & 1, last = i & 2;
        size_t a = (size_t)(first ? ways->to[from->way] : ways->from[from->way]);
        size_t b = (size_t)(last ? ways->to[to->way] : ways->from[to->way]);
        road_time whole = road_sum(road_end(network, from, first, true),
                                   road_sum(matrix[a * network->n_nodes + b], road_end(network, to, last, false)));
        best = road_better(best, whole);
    }
    return best;
}

#endif
