/* Places on the network: the edge they join, and the times between them and the nodes next to them. */
#include "network_parts.h"
#include "search_parts.h"
#include "way_index.h"

#include <math.h>
#include <stdlib.h>

/* Returns where the search for the next place may begin. */
static int64_t join_place(const tp_network *network, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                          double lon_deg, double lat_deg, int64_t near, tp_join *join) {
    tp_foot foot = tp_way_index_nearest(network->index, &network->ways, ellipsoid, rule, lon_deg, lat_deg, near);
    *join = (tp_join){.way = foot.way};
    if (foot.way >= 0) {
        *join = (tp_join){.way = foot.way,
                          .fraction = foot.fraction,
                          .lon_deg = foot.lon_deg,
                          .lat_deg = foot.lat_deg,
                          .distance_m = foot.distance_m,
                          .off_road_ms = tp_off_road_ms(rule, foot.distance_m),
                          .in_largest = foot.in_largest};
    }
    return foot.run;
}

/*
 * Places are joined in an order in which each is near the one before, whose way then bounds the search: where the index
 * does not fit the processor's cache, along a Hilbert curve, which costs less than fetching the index anew for each
 * place; else as they come. Each result has its own row, so the order changes nothing.
 */
tp_code tp_join_places(const tp_network *network, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                       const double *lon_deg, const double *lat_deg, int64_t n, tp_join *joins, tp_error *error) {
    enum { RUNS_IN_CACHE = 50000 };
    uint32_t *order = NULL;
    tp_code code = tp_join_rule_check(rule, error);
    if (code == TP_OK && network->index->n > RUNS_IN_CACHE && n > 1 && n <= UINT32_MAX) {
        order = malloc((size_t)n * sizeof *order);
        code = order == NULL ? tp_error_memory(error) : tp_hilbert_order(lon_deg, lat_deg, n, order, error);
    }
    if (code != TP_OK) {
        free(order);
        return code;
    }
#pragma omp parallel
    {
        int64_t near = -1;
#pragma omp for schedule(dynamic, 256)
        for (int64_t k = 0; k < n; k++) {
            int64_t i = order != NULL ? (int64_t)order[k] : k;
            near = join_place(network, ellipsoid, rule, lon_deg[i], lat_deg[i], near, &joins[i]);
        }
    }
    free(order);
    return TP_OK;
}

/* The time from the beginning of the way to the foot, as a part of `whole_ms`: the rest is exactly what remains. */
static uint32_t part_ms(const tp_join *join, uint32_t whole_ms) {
    double time_ms = join->fraction * whole_ms; /* rounded as llround does, which is a call */
    uint32_t whole = (uint32_t)time_ms;
    return whole + (time_ms - whole >= 0.5 ? 1 : 0);
}

int tp_join_ends(const tp_network *network, const tp_join *join, bool leaving, tp_join_end ends[2]) {
    if (join->way < 0) {
        return 0;
    }
    const tp_ways *ways = &network->ways;
    uint32_t forward_ms = ways->forward_ms[join->way], backward_ms = ways->backward_ms[join->way];
    uint32_t from = (uint32_t)ways->from[join->way], to = (uint32_t)ways->to[join->way];
    int n = 0;
    if (join->fraction == 0 ||
        join->fraction == 1) { /* the foot is a node, where every way that meets it may be taken */
        bool at_end = join->fraction == 1;
        ends[n++] = (tp_join_end){at_end ? to : from, 0, at_end == leaving};
        return n;
    }
    if (forward_ms != TP_NO_TIME) {
        uint32_t before_ms = part_ms(join, forward_ms);
        ends[n++] = leaving ? (tp_join_end){to, forward_ms - before_ms, true} : (tp_join_end){from, before_ms, true};
    }
    if (backward_ms != TP_NO_TIME) {
        uint32_t before_ms = part_ms(join, backward_ms);
        ends[n++] = leaving ? (tp_join_end){from, before_ms, false} : (tp_join_end){to, backward_ms - before_ms, false};
    }
    return n;
}

int tp_join_starts(const tp_network *network, const tp_join *join, bool leaving, tp_start starts[2]) {
    tp_join_end ends[2];
    int n = tp_join_ends(network, join, leaving, ends);
    for (int i = 0; i < n; i++) {
        starts[i] = (tp_start){ends[i].node, join->off_road_ms + ends[i].time_ms};
    }
    return n;
}

uint32_t tp_join_direct_ms(const tp_network *network, const tp_join *from, const tp_join *to) {
    if (from->way < 0 || from->way != to->way) {
        return TP_NO_TIME;
    }
    uint32_t forward_ms = network->ways.forward_ms[from->way], backward_ms = network->ways.backward_ms[from->way];
    uint64_t off_road_ms = (uint64_t)from->off_road_ms + to->off_road_ms, best_ms = TP_NO_TIME;
    if (forward_ms != TP_NO_TIME && from->fraction <= to->fraction) {
        best_ms = off_road_ms + (part_ms(to, forward_ms) - part_ms(from, forward_ms));
    }
    if (backward_ms != TP_NO_TIME && from->fraction >= to->fraction) {
        uint64_t time_ms = off_road_ms + (part_ms(from, backward_ms) - part_ms(to, backward_ms));
        best_ms = time_ms < best_ms ? time_ms : best_ms;
    }
    return best_ms <= TP_TIME_MAX_MS ? (uint32_t)best_ms : TP_NO_TIME;
}
