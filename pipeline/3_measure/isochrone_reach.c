/* Which stretches of road are reached within a time: see isochrone.h. */
#include "isochrone.h"

#include <math.h>
#include <stdlib.h>

void tp_reached_roads_reset(tp_reached_roads *reached) {
    free(reached->items);
    free(reached->alone);
    *reached = (tp_reached_roads){0};
}

/* ---- loops ---- */

void tp_loops_reset(tp_loops *loops) {
    free(loops->node);
    free(loops->way);
    *loops = (tp_loops){0};
}

static bool is_loop(const tp_ways *ways, int64_t way) {
    return ways->from[way] == ways->to[way] && ways->mode[way] == TP_MODE_ROAD;
}

typedef struct loop_end {
    uint32_t node;
    int64_t way;
} loop_end;

static int compare_loops(const void *a, const void *b) {
    const loop_end *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return (x->way > y->way) - (x->way < y->way);
}

tp_code tp_loops_find(const tp_network *network, tp_loops *loops, tp_error *error) {
    const tp_ways *ways = &network->ways;
    int64_t n = 0;
    for (int64_t way = 0; way < ways->n_ways; way++) {
        n += is_loop(ways, way);
    }
    loop_end *ends = malloc(((size_t)n + 1) * sizeof *ends);
    loops->node = malloc(((size_t)n + 1) * sizeof *loops->node);
    loops->way = malloc(((size_t)n + 1) * sizeof *loops->way);
    if (ends == NULL || loops->node == NULL || loops->way == NULL) {
        free(ends);
        return tp_error_memory(error);
    }
    for (int64_t way = 0; way < ways->n_ways; way++) {
        if (is_loop(ways, way)) {
            ends[loops->n++] = (loop_end){(uint32_t)ways->from[way], way};
        }
    }
    qsort(ends, (size_t)n, sizeof *ends, compare_loops);
    for (int64_t i = 0; i < n; i++) {
        loops->node[i] = ends[i].node;
        loops->way[i] = ends[i].way;
    }
    free(ends);
    return TP_OK;
}

static int64_t first_loop(const tp_loops *loops, uint32_t node) {
    int64_t low = 0, high = loops->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (loops->node[middle] < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- stretches ---- */

static bool add_stretch(tp_reached_roads *reached, int64_t way, double begin, double end) {
    if (reached->n == reached->capacity) {
        int64_t capacity = reached->capacity < 256 ? 256 : reached->capacity * 2;
        tp_stretch *larger = realloc(reached->items, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        reached->items = larger;
        reached->capacity = capacity;
    }
    reached->items[reached->n++] = (tp_stretch){way, fmax(begin, 0), fmin(end, 1)};
    return true;
}

static bool add_alone(tp_reached_roads *reached, uint32_t node) {
    if (reached->n_alone == reached->alone_capacity) {
        int64_t capacity = reached->alone_capacity < 64 ? 64 : reached->alone_capacity * 2;
        uint32_t *larger = realloc(reached->alone, (size_t)capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        reached->alone = larger;
        reached->alone_capacity = capacity;
    }
    reached->alone[reached->n_alone++] = node;
    return true;
}

/* The part of a way that takes this long, when all of it takes whole_ms. */
static double part_of(uint32_t time_ms, uint32_t whole_ms) {
    return time_ms >= whole_ms ? 1 : (double)time_ms / whole_ms;
}

typedef struct spread {
    const tp_network *network;
    const tp_edges *edges; /* that the search walked */
    const tp_loops *loops;
    tp_direction direction;
    tp_reached_roads *reached;
} spread;

/* On the roads from (or to) a node at which left_ms remain. */
static bool spread_node(const spread *s, uint32_t node, uint32_t left_ms) {
    const tp_ways *ways = &s->network->ways;
    bool any = false, good = true;
    for (uint32_t e = s->edges->first[node]; e < s->edges->first[node + 1] && left_ms > 0 && good; e++) {
        if (s->edges->edge[e].mode == TP_MODE_ROAD) {
            int64_t way = s->edges->way[e];
            double part = part_of(left_ms, s->edges->edge[e].time_ms);
            bool at_begin = ways->from[way] == node;
            good = add_stretch(s->reached, way, at_begin ? 0 : 1 - part, at_begin ? part : 1);
            any = true;
        }
    }
    for (int64_t i = first_loop(s->loops, node); i < s->loops->n && s->loops->node[i] == node && left_ms > 0; i++) {
        /* Leaving a loop's node one drives from its beginning when driving forward; arriving there, the other way round. */
        int64_t way = s->loops->way[i];
        bool leaving = s->direction == TP_FROM_FACILITY;
        uint32_t begin_ms = leaving ? ways->forward_ms[way] : ways->backward_ms[way];
        uint32_t end_ms = leaving ? ways->backward_ms[way] : ways->forward_ms[way];
        if (begin_ms != TP_NO_TIME) {
            good = good && add_stretch(s->reached, way, 0, part_of(left_ms, begin_ms));
        }
        if (end_ms != TP_NO_TIME) {
            good = good && add_stretch(s->reached, way, 1 - part_of(left_ms, end_ms), 1);
        }
        any = any || begin_ms != TP_NO_TIME || end_ms != TP_NO_TIME;
    }
    return good && (any || add_alone(s->reached, node));
}

/* On the origin's own way, to both sides of its foot. */
static bool spread_origin(const spread *s, const tp_join *origin, uint32_t limit_ms) {
    if (origin->way < 0 || origin->off_road_ms > limit_ms) {
        return true;
    }
    const tp_ways *ways = &s->network->ways;
    uint32_t left_ms = limit_ms - origin->off_road_ms;
    bool leaving = s->direction == TP_FROM_FACILITY;
    uint32_t ahead_ms = leaving ? ways->forward_ms[origin->way] : ways->backward_ms[origin->way];
    uint32_t behind_ms = leaving ? ways->backward_ms[origin->way] : ways->forward_ms[origin->way];
    double ahead = ahead_ms == TP_NO_TIME ? 0 : part_of(left_ms, ahead_ms);
    double behind = behind_ms == TP_NO_TIME ? 0 : part_of(left_ms, behind_ms);
    return add_stretch(s->reached, origin->way, origin->fraction - behind, origin->fraction + ahead);
}

static int compare_stretches(const void *a, const void *b) {
    const tp_stretch *x = a, *y = b;
    if (x->way != y->way) {
        return x->way < y->way ? -1 : 1;
    }
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* Overlapping stretches of a way become one. */
static void merge(const tp_ways *ways, tp_reached_roads *reached) {
    int64_t n = 0;
    if (reached->n > 1) {
        qsort(reached->items, (size_t)reached->n, sizeof *reached->items, compare_stretches);
    }
    for (int64_t i = 0; i < reached->n; i++) {
        tp_stretch *last = n > 0 ? &reached->items[n - 1] : NULL;
        const tp_stretch *next = &reached->items[i];
        if (last != NULL && last->way == next->way && next->begin <= last->end) {
            last->end = fmax(last->end, next->end);
        } else {
            reached->items[n++] = *next;
        }
    }
    reached->n = n;
    for (int64_t i = 0; i < n; i++) {
        const tp_stretch *stretch = &reached->items[i];
        reached->length_km += ways->length_m[stretch->way] * (stretch->end - stretch->begin) / 1000;
    }
}

tp_code tp_reached_roads_find(const tp_network *network, tp_search *search, tp_direction direction,
                              const tp_join *origin, const tp_loops *loops, uint32_t limit_ms,
                              tp_reached_roads *reached, tp_error *error) {
    const tp_reached *nodes = NULL;
    int64_t n = 0;
    spread s = {network, direction == TP_TO_FACILITY ? &network->in : &network->out, loops, direction, reached};
    reached->n = reached->n_alone = reached->n_nodes = 0;
    reached->length_km = 0;
    tp_code code = tp_search_reached(search, &nodes, &n, error);
    if (code != TP_OK) {
        return code;
    }
    bool good = spread_origin(&s, origin, limit_ms);
    for (int64_t i = 0; i < n && nodes[i].time_ms <= limit_ms && good; i++) {
        good = spread_node(&s, nodes[i].node, limit_ms - nodes[i].time_ms);
        reached->n_nodes++;
    }
    if (!good) {
        return tp_error_memory(error);
    }
    merge(&network->ways, reached);
    return TP_OK;
}

/* ---- vertices ---- */

/* Lengths within a way are compared as the joining of places does: on a plane at each segment. */
static double segment_length(const tp_ways *ways, int64_t vertex) {
    const double *lon = ways->vertex_lon_deg + vertex, *lat = ways->vertex_lat_deg + vertex;
    return hypot((lon[1] - lon[0]) * cos((lat[0] / 2 + lat[1] / 2) * (M_PI / 180)), lat[1] - lat[0]);
}

int64_t tp_stretch_vertices(const tp_ways *ways, const tp_stretch *stretch, double *lon_deg, double *lat_deg) {
    int64_t first = ways->vertex_first[stretch->way], last = ways->vertex_first[stretch->way + 1] - 1, n = 0;
    double all = 0, before = 0;
    for (int64_t i = first; i < last; i++) {
        all += segment_length(ways, i);
    }
    double begin = stretch->begin * all, end = stretch->end * all;
    for (int64_t i = first; i < last; i++) {
        const double *lon = ways->vertex_lon_deg + i, *lat = ways->vertex_lat_deg + i;
        double length = segment_length(ways, i), after = before + length;
        bool is_last = i + 1 == last || after >= end;
        if (n == 0 && (after >= begin || is_last)) {
            double part = length > 0 ? fmin(fmax((begin - before) / length, 0), 1) : 0;
            lon_deg[n] = lon[0] + part * (lon[1] - lon[0]);
            lat_deg[n++] = lat[0] + part * (lat[1] - lat[0]);
        }
        if (n > 0 && end > begin) {
            double part = is_last && length > 0 ? fmin(fmax((end - before) / length, 0), 1) : 1;
            lon_deg[n] = part == 1 ? lon[1] : lon[0] + part * (lon[1] - lon[0]);
            lat_deg[n] = part == 1 ? lat[1] : lat[0] + part * (lat[1] - lat[0]);
            n++;
        }
        if (is_last && n > 0) {
            break;
        }
        before = after;
    }
    return n;
}
