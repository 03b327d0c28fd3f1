/* What is reached on a network, reckoned plainly: all ways again and again until nothing changes, then points along all
 * of them, one every few metres. */
#ifndef TP_TEST_REACH_ORACLE_H
#define TP_TEST_REACH_ORACLE_H

#include "run_stage.h"

#include "road_fixture.h"
#include "technopolis/point_index.h"

typedef struct oracle_reach {
    const tp_network *network;
    bool leaving; /* from the origin, else to it */
    double limit_ms;
    uint64_t *node_ms; /* UINT64_MAX: not reached within the limit */
    tp_join origin;
    int64_t n, capacity; /* points reached */
    double *lon_deg, *lat_deg;
    double length_km;
    int64_t n_nodes;
} oracle_reach;

static inline void oracle_reset(oracle_reach *o) {
    free(o->node_ms);
    free(o->lon_deg);
    free(o->lat_deg);
    *o = (oracle_reach){0};
}

static inline void oracle_nodes(oracle_reach *o) {
    const tp_ways *ways = &o->network->ways;
    o->node_ms = malloc(((size_t)o->network->n_nodes + 1) * sizeof *o->node_ms);
    assert_non_null(o->node_ms);
    memset(o->node_ms, 0xFF, (size_t)o->network->n_nodes * sizeof *o->node_ms);
    for (int end = 0; end < 2 && o->origin.way >= 0; end++) {
        road_time time = road_end(o->network, &o->origin, end == 1, o->leaving);
        int64_t node = end == 1 ? ways->to[o->origin.way] : ways->from[o->origin.way];
        if (time.ms < o->node_ms[node] && (double)time.ms <= o->limit_ms) {
            o->node_ms[node] = time.ms;
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int64_t i = 0; i < 2 * ways->n_ways; i++) {
            int64_t w = i / 2;
            bool along = i % 2 == 0, swap = along != o->leaving;
            uint32_t time_ms = along ? ways->forward_ms[w] : ways->backward_ms[w];
            int64_t tail = swap ? ways->to[w] : ways->from[w], head = swap ? ways->from[w] : ways->to[w];
            bool by_road = ways->mode[w] == TP_MODE_ROAD || ways->mode[w] == TP_MODE_FERRY;
            if (time_ms == TP_NO_TIME || !by_road || o->node_ms[tail] == UINT64_MAX) {
                continue;
            }
            uint64_t arrival = o->node_ms[tail] + time_ms;
            if (arrival < o->node_ms[head] && (double)arrival <= o->limit_ms) {
                o->node_ms[head] = arrival;
                changed = true;
            }
        }
    }
    for (uint32_t v = 0; v < o->network->n_nodes; v++) {
        o->n_nodes += o->node_ms[v] != UINT64_MAX;
    }
}

/* The time to (or from) a point inside a road. */
static inline double oracle_point_ms(const oracle_reach *o, int64_t w, double at) {
    const tp_ways *ways = &o->network->ways;
    double best = INFINITY;
    for (int along = 0; along < 2; along++) {
        double whole_ms = along ? ways->forward_ms[w] : ways->backward_ms[w];
        if ((along ? ways->forward_ms[w] : ways->backward_ms[w]) == TP_NO_TIME) {
            continue;
        }
        /* Leaving, one comes from the way's beginning when driving along; else one goes on to its end. */
        bool by_begin = (along == 1) == o->leaving;
        uint64_t node_ms = o->node_ms[by_begin ? ways->from[w] : ways->to[w]];
        double part = by_begin ? at : 1 - at;
        if (node_ms != UINT64_MAX) {
            best = fmin(best, (double)node_ms + part * whole_ms);
        }
        bool ahead = by_begin ? at >= o->origin.fraction : at <= o->origin.fraction;
        if (o->origin.way == w && ahead) {
            best = fmin(best, o->origin.off_road_ms + fabs(at - o->origin.fraction) * whole_ms);
        }
    }
    return best;
}

static inline void oracle_add(oracle_reach *o, double lon_deg, double lat_deg) {
    if (o->n == o->capacity) {
        o->capacity = o->capacity < 1024 ? 1024 : 2 * o->capacity;
        o->lon_deg = realloc(o->lon_deg, (size_t)o->capacity * sizeof *o->lon_deg);
        o->lat_deg = realloc(o->lat_deg, (size_t)o->capacity * sizeof *o->lat_deg);
        assert_true(o->lon_deg != NULL && o->lat_deg != NULL);
    }
    o->lon_deg[o->n] = lon_deg;
    o->lat_deg[o->n++] = lat_deg;
}

/* Points of one road, at most step_m apart, as far as they are reached. */
static inline void oracle_way(oracle_reach *o, int64_t w, double step_m) {
    const tp_ways *ways = &o->network->ways;
    int64_t first = ways->vertex_first[w], last = ways->vertex_first[w + 1] - 1;
    double all_m = 0, before_m = 0;
    for (int64_t v = first; v < last; v++) {
        all_m += oracle_m(ways->vertex_lon_deg[v], ways->vertex_lat_deg[v], ways->vertex_lon_deg[v + 1],
                          ways->vertex_lat_deg[v + 1]);
    }
    for (int64_t v = first; v < last; v++) {
        const double *lon = ways->vertex_lon_deg + v, *lat = ways->vertex_lat_deg + v;
        double length_m = oracle_m(lon[0], lat[0], lon[1], lat[1]);
        int n = (int)ceil(length_m / step_m) + 1;
        for (int i = 0; i <= n; i++) {
            double part = (double)i / n, at = all_m > 0 ? (before_m + part * length_m) / all_m : 0;
            if (oracle_point_ms(o, w, fmin(at, 1)) <= o->limit_ms) {
                oracle_add(o, lon[0] + part * (lon[1] - lon[0]), lat[0] + part * (lat[1] - lat[0]));
                o->length_km += i < n ? length_m / n / 1000 : 0;
            }
        }
        before_m += length_m;
    }
}

/* Everything reached from (or to) the origin, with points of the roads. */
static inline oracle_reach oracle_reached(const tp_network *network, const tp_join *origin, bool leaving,
                                          uint32_t limit_ms, double step_m) {
    oracle_reach o = {.network = network, .leaving = leaving, .limit_ms = limit_ms, .origin = *origin};
    const tp_ways *ways = &network->ways;
    oracle_nodes(&o);
    for (int64_t w = 0; w < ways->n_ways; w++) {
        bool near = origin->way == w || o.node_ms[ways->from[w]] != UINT64_MAX || o.node_ms[ways->to[w]] != UINT64_MAX;
        if (near && ways->mode[w] == TP_MODE_ROAD) {
            oracle_way(&o, w, step_m);
        }
    }
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        if (o.node_ms[v] != UINT64_MAX) {
            oracle_add(&o, ways->lon_deg[v], ways->lat_deg[v]);
        }
    }
    return o;
}

#endif
