/* Ends of lines become nodes: see tp_pieces_join in network.h. */
#include "2_prepare/network.h"
#include "technopolis/point_index.h"

#include <stdlib.h>
#include <string.h>

/* What two ends must have in common to be one node: a node id, or a point. */
typedef struct end_key {
    uint64_t a, b;
} end_key;

static int64_t end_vertex(const tp_pieces *pieces, int64_t end) {
    return end % 2 == 0 ? pieces->first[end / 2] : pieces->first[end / 2 + 1] - 1;
}

static end_key key_of(const tp_pieces *pieces, int64_t end) {
    if (pieces->has_ids) {
        return (end_key){(uint64_t)pieces->end_id[end], 0};
    }
    int64_t v = end_vertex(pieces, end);
    end_key key;
    memcpy(&key.a, &pieces->lon_deg[v], sizeof key.a);
    memcpy(&key.b, &pieces->lat_deg[v], sizeof key.b);
    return key;
}

/* The mixing steps of splitmix64 (S. Vigna, public domain). */
static uint64_t hash_of(end_key key) {
    uint64_t x = key.a * 0x9E3779B97F4A7C15u + key.b;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* Numbers the ends: equal keys get equal numbers, in the order of their first end. An open hash table of ends. */
static tp_code join_equal(tp_pieces *pieces, tp_error *error) {
    int64_t n_ends = 2 * pieces->n, size = 16;
    while (size < 2 * n_ends) {
        size *= 2;
    }
    int64_t *table = malloc(sizeof *table * (size_t)size);
    if (table == NULL) {
        return tp_error_memory(error);
    }
    memset(table, 0xFF, sizeof *table * (size_t)size);
    for (int64_t end = 0; end < n_ends; end++) {
        end_key key = key_of(pieces, end);
        int64_t slot = (int64_t)(hash_of(key) & (uint64_t)(size - 1));
        while (table[slot] >= 0) {
            end_key other = key_of(pieces, table[slot]);
            if (other.a == key.a && other.b == key.b) {
                break;
            }
            slot = (slot + 1) & (size - 1);
        }
        if (table[slot] < 0) {
            table[slot] = end;
            pieces->end_node[end] = pieces->n_nodes++;
        } else {
            pieces->end_node[end] = pieces->end_node[table[slot]];
        }
    }
    free(table);
    return TP_OK;
}

/* The position of a node is that of its first end. */
static tp_code place_nodes(tp_pieces *pieces, tp_error *error) {
    size_t n = (size_t)pieces->n_nodes + 1;
    pieces->node_lon_deg = malloc(sizeof(double) * n);
    pieces->node_lat_deg = malloc(sizeof(double) * n);
    if (pieces->node_lon_deg == NULL || pieces->node_lat_deg == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t end = 2 * pieces->n - 1; end >= 0; end--) { /* backwards, so that the first end comes last */
        int64_t v = end_vertex(pieces, end);
        pieces->node_lon_deg[pieces->end_node[end]] = pieces->lon_deg[v];
        pieces->node_lat_deg[pieces->end_node[end]] = pieces->lat_deg[v];
    }
    return TP_OK;
}

/* ---- within the tolerance ---- */

/* The smallest node of the group that a node belongs to; shortens the way there. */
static int64_t find(int64_t *group, int64_t node) {
    while (group[node] != node) {
        group[node] = group[group[node]];
        node = group[node];
    }
    return node;
}

static void unite(int64_t *group, int64_t a, int64_t b) {
    a = find(group, a);
    b = find(group, b);
    if (a < b) {
        group[b] = a;
    } else {
        group[a] = b;
    }
}

enum { NEAR_MOST = 32 };

/* Unites all pairs within the tolerance. Nodes with more neighbours than fit ask again with more room. */
static tp_code unite_near(const tp_roads *roads, const tp_pieces *pieces, int64_t *group, tp_error *error) {
    tp_point_index *index = NULL;
    int64_t *near = malloc(sizeof *near * NEAR_MOST), capacity = NEAR_MOST;
    double *distances_m = malloc(sizeof *distances_m * NEAR_MOST);
    tp_code code = near == NULL || distances_m == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_point_index_new(&roads->dataset->ellipsoid, pieces->node_lon_deg, pieces->node_lat_deg, NULL,
                                  pieces->n_nodes, &index, error);
    }
    for (int64_t node = 0; node < pieces->n_nodes && code == TP_OK; node++) {
        double lon = pieces->node_lon_deg[node], lat = pieces->node_lat_deg[node];
        int64_t n = tp_point_index_within(index, lon, lat, roads->tolerance_m, near, distances_m, capacity);
        if (n > capacity) {
            int64_t *more = realloc(near, sizeof *near * (size_t)(2 * n));
            near = more != NULL ? more : near;
            double *further = more == NULL ? NULL : realloc(distances_m, sizeof *distances_m * (size_t)(2 * n));
            distances_m = further != NULL ? further : distances_m;
            if (further == NULL) {
                code = tp_error_memory(error);
                break;
            }
            capacity = 2 * n;
            n = tp_point_index_within(index, lon, lat, roads->tolerance_m, near, distances_m, capacity);
        }
        for (int64_t i = 0; i < n; i++) {
            if (near[i] > node) {
                unite(group, node, near[i]);
            }
        }
    }
    tp_point_index_free(index);
    free(near);
    free(distances_m);
    return code;
}

/* Gives the nodes that are left new numbers in the same order. */
static void renumber(tp_pieces *pieces, int64_t *group) {
    int64_t n = 0;
    for (int64_t node = 0; node < pieces->n_nodes; node++) {
        int64_t first = find(group, node);
        if (first == node) {
            pieces->node_lon_deg[n] = pieces->node_lon_deg[node];
            pieces->node_lat_deg[n] = pieces->node_lat_deg[node];
        }
        /* a smaller node was renumbered before; its place in `group` is not looked at through `find` again */
        group[node] = first == node ? node : first;
        n += first == node;
    }
    int64_t *number = group;
    n = 0;
    for (int64_t node = 0; node < pieces->n_nodes; node++) {
        number[node] = number[node] == node ? n++ : number[number[node]];
    }
    for (int64_t end = 0; end < 2 * pieces->n; end++) {
        pieces->end_node[end] = number[pieces->end_node[end]];
    }
    pieces->n_nodes = n;
}

/* Every line begins and ends exactly at its nodes. */
static void draw_to_nodes(tp_pieces *pieces) {
    for (int64_t end = 0; end < 2 * pieces->n; end++) {
        int64_t v = end_vertex(pieces, end);
        pieces->lon_deg[v] = pieces->node_lon_deg[pieces->end_node[end]];
        pieces->lat_deg[v] = pieces->node_lat_deg[pieces->end_node[end]];
    }
}

/* A line of no length has both its ends in one place: one node, whatever their ids. */
static void unite_ends(const tp_pieces *pieces, int64_t *group) {
    for (int64_t piece = 0; piece < pieces->n; piece++) {
        int64_t first = pieces->first[piece], last = pieces->first[piece + 1] - 1;
        if (last - first == 1 && pieces->lon_deg[first] == pieces->lon_deg[last] &&
            pieces->lat_deg[first] == pieces->lat_deg[last]) {
            unite(group, pieces->end_node[2 * piece], pieces->end_node[2 * piece + 1]);
        }
    }
}

static tp_code join_near(const tp_roads *roads, tp_pieces *pieces, tp_error *error) {
    int64_t *group = malloc(sizeof *group * (size_t)(pieces->n_nodes + 1));
    if (group == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t node = 0; node < pieces->n_nodes; node++) {
        group[node] = node;
    }
    unite_ends(pieces, group);
    tp_code code = roads->tolerance_m > 0 ? unite_near(roads, pieces, group, error) : TP_OK;
    if (code == TP_OK) {
        renumber(pieces, group);
    }
    free(group);
    return code;
}

tp_code tp_pieces_join(tp_roads *roads, tp_pieces *pieces, tp_error *error) {
    tp_code code = join_equal(pieces, error);
    if (code == TP_OK) {
        code = place_nodes(pieces, error);
    }
    roads->count[TP_COUNT_ENDS] = 2 * pieces->n;
    roads->count[TP_COUNT_NODES_EXACT] = pieces->n_nodes;
    if (code == TP_OK) {
        code = join_near(roads, pieces, error);
    }
    if (code == TP_OK) {
        draw_to_nodes(pieces);
    }
    roads->count[TP_COUNT_NODES_JOINED] = roads->count[TP_COUNT_NODES_EXACT] - pieces->n_nodes;
    return code;
}
