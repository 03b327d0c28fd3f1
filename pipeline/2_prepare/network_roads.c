/*
 * Roads become ways: see tp_network_add_roads in network.h.
 *
 * Lengths are geodesic, vertex by vertex; times are whole milliseconds, rounded half up and at least 1. A loop stays one
 * way, which places can join. A line is a repeat when another has the same ends and vertices, or the same ends, times
 * and (within the tolerance) middle, and is at least as fast both ways round; of two equal ones the first row stays.
 */
#include "2_prepare/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool tp_network_ms(double length_m, double km_h, uint32_t *time_ms) {
    double ms = floor(length_m / km_h * 3600 + 0.5);
    *time_ms = ms < 1 ? 1 : ms <= (double)TP_TIME_MAX_MS ? (uint32_t)ms : TP_NO_TIME;
    return ms <= (double)TP_TIME_MAX_MS;
}

bool tp_network_minutes_ms(double minutes, uint32_t *time_ms) {
    double ms = floor(minutes * 60000 + 0.5);
    *time_ms = ms <= (double)TP_TIME_MAX_MS ? (uint32_t)ms : TP_NO_TIME;
    return ms >= 0 && ms <= (double)TP_TIME_MAX_MS;
}

/* A piece with what becomes of it. */
typedef struct stretch {
    double length_m;
    uint32_t forward_ms, backward_ms;
    uint8_t fate;  /* tp_fate: used, tiny, repeated, too long */
    uint64_t hash; /* of the vertices from the smaller node to the larger */
} stretch;

typedef struct work {
    tp_roads *roads;
    const tp_pieces *pieces;
    stretch *items;
    int64_t *order;
} work;

/* ---- lengths and times ---- */

static double length_m_of(const work *w, int64_t piece) {
    const tp_pieces *p = w->pieces;
    double length_m = 0;
    for (int64_t v = p->first[piece] + 1; v < p->first[piece + 1]; v++) {
        length_m += tp_geodesic_distance_m(&w->roads->dataset->ellipsoid, p->lon_deg[v - 1], p->lat_deg[v - 1],
                                           p->lon_deg[v], p->lat_deg[v]);
    }
    return length_m;
}

/* Vertex i of a piece as counted from the end at the smaller node. */
static int64_t canonical_vertex(const tp_pieces *p, int64_t piece, int64_t i) {
    bool reversed = p->end_node[2 * piece] > p->end_node[2 * piece + 1];
    return reversed ? p->first[piece + 1] - 1 - i : p->first[piece] + i;
}

/* FNV-1a over the coordinates. */
static uint64_t hash_of(const tp_pieces *p, int64_t piece) {
    uint64_t hash = 0xCBF29CE484222325u;
    int64_t n = p->first[piece + 1] - p->first[piece];
    for (int64_t i = 0; i < n; i++) {
        int64_t v = canonical_vertex(p, piece, i);
        uint64_t words[2];
        memcpy(&words[0], &p->lon_deg[v], sizeof words[0]);
        memcpy(&words[1], &p->lat_deg[v], sizeof words[1]);
        hash = (hash ^ words[0]) * 0x100000001B3u;
        hash = (hash ^ (hash >> 29) ^ words[1]) * 0x100000001B3u;
    }
    return hash;
}

static stretch measure(const work *w, int64_t piece) {
    const tp_pieces *p = w->pieces;
    const tp_road *road = &w->roads->items[p->row[piece]];
    stretch s = {.length_m = length_m_of(w, piece), .forward_ms = TP_NO_TIME, .backward_ms = TP_NO_TIME};
    bool loop = p->end_node[2 * piece] == p->end_node[2 * piece + 1];
    if (s.length_m <= 0 ||
        (loop && (s.length_m <= w->roads->tolerance_m || p->first[piece + 1] - p->first[piece] < 3))) {
        s.fate = TP_FATE_TINY;
        return s;
    }
    uint32_t time_ms;
    if (!tp_network_ms(s.length_m, road->km_h, &time_ms)) {
        s.fate = TP_FATE_TOO_LONG;
        return s;
    }
    s.forward_ms = road->forward ? time_ms : TP_NO_TIME;
    s.backward_ms = road->backward ? time_ms : TP_NO_TIME;
    s.hash = hash_of(p, piece);
    return s;
}

/* ---- repeats ---- */

static int64_t small_node(const tp_pieces *p, int64_t piece) {
    int64_t a = p->end_node[2 * piece], b = p->end_node[2 * piece + 1];
    return a < b ? a : b;
}

static int64_t large_node(const tp_pieces *p, int64_t piece) {
    int64_t a = p->end_node[2 * piece], b = p->end_node[2 * piece + 1];
    return a < b ? b : a;
}

/* The times from the smaller node to the larger, and back. */
static void canonical_times(const work *w, int64_t piece, uint32_t times_ms[2]) {
    bool reversed = w->pieces->end_node[2 * piece] > w->pieces->end_node[2 * piece + 1];
    times_ms[0] = reversed ? w->items[piece].backward_ms : w->items[piece].forward_ms;
    times_ms[1] = reversed ? w->items[piece].forward_ms : w->items[piece].backward_ms;
}

#define ORDER(a, b)                                                                                                    \
    if ((a) != (b)) {                                                                                                  \
        return (a) < (b) ? -1 : 1;                                                                                     \
    }

static int compare_by_ends(const work *w, int64_t a, int64_t b) {
    int64_t small[2] = {small_node(w->pieces, a), small_node(w->pieces, b)};
    int64_t large[2] = {large_node(w->pieces, a), large_node(w->pieces, b)};
    ORDER(small[0], small[1])
    ORDER(large[0], large[1])
    return 0;
}

static int compare_by_line(const void *left, const void *right, void *user) {
    const work *w = user;
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    int order = compare_by_ends(w, a, b);
    if (order != 0) {
        return order;
    }
    ORDER(w->items[a].hash, w->items[b].hash)
    return (a > b) - (a < b);
}

static int compare_by_times(const void *left, const void *right, void *user) {
    const work *w = user;
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    int order = compare_by_ends(w, a, b);
    if (order != 0) {
        return order;
    }
    uint32_t times_a[2], times_b[2];
    canonical_times(w, a, times_a);
    canonical_times(w, b, times_b);
    ORDER(times_a[0], times_b[0])
    ORDER(times_a[1], times_b[1])
    return (a > b) - (a < b);
}

/* Bit for bit, from the smaller node; loops only when they are drawn the same way round. */
static bool same_vertices(const tp_pieces *p, int64_t a, int64_t b) {
    int64_t n = p->first[a + 1] - p->first[a];
    if (n != p->first[b + 1] - p->first[b]) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t v = canonical_vertex(p, a, i), other = canonical_vertex(p, b, i);
        if (p->lon_deg[v] != p->lon_deg[other] || p->lat_deg[v] != p->lat_deg[other]) {
            return false;
        }
    }
    return true;
}

/* The point in the middle of a piece's length. */
static void middle_of(const work *w, int64_t piece, double *lon_deg, double *lat_deg) {
    const tp_pieces *p = w->pieces;
    double left_m = w->items[piece].length_m / 2;
    int64_t n = p->first[piece + 1] - p->first[piece];
    for (int64_t i = 1; i < n; i++) {
        int64_t a = canonical_vertex(p, piece, i - 1), b = canonical_vertex(p, piece, i);
        double step_m = tp_geodesic_distance_m(&w->roads->dataset->ellipsoid, p->lon_deg[a], p->lat_deg[a],
                                               p->lon_deg[b], p->lat_deg[b]);
        double share = step_m > 0 ? left_m / step_m : 0;
        if (share <= 1 || i == n - 1) {
            *lon_deg = p->lon_deg[a] + share * (p->lon_deg[b] - p->lon_deg[a]);
            *lat_deg = p->lat_deg[a] + share * (p->lat_deg[b] - p->lat_deg[a]);
            return;
        }
        left_m -= step_m;
    }
}

static bool same_middle(const work *w, int64_t a, int64_t b) {
    double lon_a = 0, lat_a = 0, lon_b = 0, lat_b = 0;
    middle_of(w, a, &lon_a, &lat_a);
    middle_of(w, b, &lon_b, &lat_b);
    return tp_geodesic_distance_m(&w->roads->dataset->ellipsoid, lon_a, lat_a, lon_b, lat_b) <= w->roads->tolerance_m;
}

/* True when nothing is lost without `b`: `a` is of its mode, as fast both ways round, and places can join it as well. */
static bool makes_needless(const work *w, int64_t a, int64_t b) {
    const tp_road *road_a = &w->roads->items[w->pieces->row[a]], *road_b = &w->roads->items[w->pieces->row[b]];
    if (road_a->mode != road_b->mode || road_a->through_only > road_b->through_only) {
        return false;
    }
    uint32_t times_a[2], times_b[2];
    canonical_times(w, a, times_a);
    canonical_times(w, b, times_b);
    return times_a[0] <= times_b[0] && times_a[1] <= times_b[1];
}

enum { KEPT_MOST = 8 };

/* One run of pieces that may be repeats of each other. A kept one may fall to a later, faster one. More than a few
 * different ones with equal ends are kept without being compared with all the others. */
static void thin_out(work *w, const int64_t *run, int64_t n, bool by_line) {
    int64_t kept[KEPT_MOST];
    int n_kept = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t piece = run[i];
        bool needless = false;
        for (int k = 0; k < n_kept && !needless; k++) {
            bool same = by_line ? same_vertices(w->pieces, kept[k], piece) : same_middle(w, kept[k], piece);
            needless = same && makes_needless(w, kept[k], piece);
            if (same && !needless && makes_needless(w, piece, kept[k])) {
                w->items[kept[k]].fate = TP_FATE_REPEATED;
                kept[k--] = kept[--n_kept];
            }
        }
        if (needless) {
            w->items[piece].fate = TP_FATE_REPEATED;
        } else if (n_kept < KEPT_MOST) {
            kept[n_kept++] = piece;
        }
    }
}

static void find_repeats(work *w, bool by_line) {
    int64_t n = 0;
    for (int64_t piece = 0; piece < w->pieces->n; piece++) {
        if (w->items[piece].fate == TP_FATE_USED) {
            w->order[n++] = piece;
        }
    }
    qsort_r(w->order, (size_t)n, sizeof *w->order, by_line ? compare_by_line : compare_by_times, w);
    for (int64_t first = 0, end; first < n; first = end) {
        uint32_t times[2], others[2];
        canonical_times(w, w->order[first], times);
        for (end = first + 1; end < n && compare_by_ends(w, w->order[first], w->order[end]) == 0; end++) {
            canonical_times(w, w->order[end], others);
            bool alike = by_line ? w->items[w->order[first]].hash == w->items[w->order[end]].hash
                                 : times[0] == others[0] && times[1] == others[1];
            if (!alike) {
                break;
            }
        }
        if (end - first > 1) {
            thin_out(w, w->order + first, end - first, by_line);
        }
    }
}

/* ---- rows and ways ---- */

/* A row of which no piece is left takes the fate of its first one; one that lost some is noted. */
static void settle_rows(work *w) {
    const tp_pieces *p = w->pieces;
    for (int64_t first = 0, end; first < p->n; first = end) {
        int64_t n_used = 0;
        for (end = first; end < p->n && p->row[end] == p->row[first]; end++) {
            n_used += w->items[end].fate == TP_FATE_USED;
        }
        tp_road *road = &w->roads->items[p->row[first]];
        if (n_used == 0) {
            tp_road_set_fate(road, (tp_fate)w->items[first].fate);
        } else if (n_used < end - first) {
            road->notes |= TP_NOTE_PARTS_LEFT_OUT;
        }
    }
}

static tp_code add_nodes(work *w, tp_ways *ways, int64_t *number, tp_error *error) {
    const tp_pieces *p = w->pieces;
    tp_code code = TP_OK;
    for (int64_t node = 0; node < p->n_nodes; node++) {
        number[node] = -1;
    }
    for (int64_t piece = 0; piece < p->n; piece++) {
        if (w->items[piece].fate == TP_FATE_USED) {
            number[p->end_node[2 * piece]] = number[p->end_node[2 * piece + 1]] = 0;
        }
    }
    for (int64_t node = 0; node < p->n_nodes && code == TP_OK; node++) {
        if (number[node] == 0) {
            code = tp_ways_add_node(ways, p->node_lon_deg[node], p->node_lat_deg[node], &number[node], error);
        }
    }
    return code;
}

/* `new_row` of each row: its number once the rows left out are gone. */
static tp_code add_ways(work *w, const int64_t *new_row, tp_ways *ways, tp_error *error) {
    const tp_pieces *p = w->pieces;
    int64_t *number = malloc(sizeof *number * (size_t)(p->n_nodes + 1));
    tp_code code = number == NULL ? tp_error_memory(error) : add_nodes(w, ways, number, error);
    for (int64_t piece = 0; piece < p->n && code == TP_OK; piece++) {
        const stretch *s = &w->items[piece];
        const tp_road *road = &w->roads->items[p->row[piece]];
        if (s->fate != TP_FATE_USED) {
            continue;
        }
        tp_way way = {.from = number[p->end_node[2 * piece]],
                      .to = number[p->end_node[2 * piece + 1]],
                      .forward_ms = s->forward_ms,
                      .backward_ms = s->backward_ms,
                      .length_m = s->length_m,
                      .mode = (tp_mode)road->mode,
                      .through_only = road->through_only,
                      .source_row = new_row[p->row[piece]],
                      .lon_deg = p->lon_deg + p->first[piece],
                      .lat_deg = p->lat_deg + p->first[piece],
                      .n_vertices = p->first[piece + 1] - p->first[piece]};
        w->roads->count[TP_COUNT_LOOPS] += way.from == way.to;
        code = tp_ways_add(ways, &way, error);
    }
    free(number);
    return code;
}

/* From lines to ways, once every row's speed is known. */
static tp_code build(work *w, tp_ways *ways, tp_error *error) {
    tp_roads *roads = w->roads;
    int64_t n = w->pieces->n, n_rows = roads->layer->n_rows, n_left = 0;
    w->items = calloc((size_t)n + 1, sizeof *w->items);
    w->order = malloc(sizeof *w->order * (size_t)(n + 1));
    int64_t *new_row = malloc(sizeof *new_row * (size_t)(n_rows + 1));
    tp_code code = w->items == NULL || w->order == NULL || new_row == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
#pragma omp parallel for num_threads(roads->threads) schedule(static)
        for (int64_t piece = 0; piece < n; piece++) {
            w->items[piece] = measure(w, piece);
        }
        find_repeats(w, true);
        find_repeats(w, false);
        settle_rows(w);
        for (int64_t row = 0; row < n_rows; row++) {
            new_row[row] = n_left;
            n_left += roads->items[row].fate < TP_FATE_REJECTED;
        }
        code = add_ways(w, new_row, ways, error);
    }
    free(w->items);
    free(w->order);
    free(new_row);
    return code;
}

tp_code tp_network_add_roads(tp_roads *roads, tp_ways *ways, tp_error *error) {
    tp_pieces pieces = {0};
    work w = {.roads = roads, .pieces = &pieces};
    tp_code code = tp_roads_read_speeds(roads, error);
    if (code == TP_OK) {
        code = tp_pieces_gather(roads, &pieces, error);
    }
    if (code == TP_OK && roads->options->node_crossings) {
        code = tp_pieces_cross(roads, &pieces, error);
    }
    if (code == TP_OK) {
        code = tp_pieces_join(roads, &pieces, error);
    }
    if (code == TP_OK) {
        code = build(&w, ways, error);
    }
    tp_pieces_reset(&pieces);
    return code;
}
