/**
 * The time network: roads, ferries, railways and flights in one graph, searched exactly in integer milliseconds.
 *
 * It is made in two steps. Whoever knows a source of ways (roads of a line layer or of OpenStreetMap, segments of rail,
 * flights) appends nodes and ways to a tp_ways; tp_network_new then orders the nodes along a space-filling curve, lays
 * the edges out as compressed sparse rows in both directions, and finds the components. A network is immutable:
 * searches bring their own workspace, one a thread.
 */
#ifndef TECHNOPOLIS_NETWORK_H
#define TECHNOPOLIS_NETWORK_H

#include "technopolis/geodesic.h"

/** How one moves on a way. */
typedef enum tp_mode {
    TP_MODE_ROAD,
    TP_MODE_FERRY,
    TP_MODE_RAIL,
    TP_MODE_AIR,
    TP_MODE_CHANGE /**< waiting, check-in, egress, a change of trains: time without distance */
} tp_mode;

/** "road", "ferry", "rail", "air", "change". */
const char *tp_mode_text(tp_mode mode);

/** The time of a direction in which a way may not be used, and of a node that was not reached. */
#define TP_NO_TIME UINT32_MAX

/**
 * Nodes and ways in the order in which they were added, in flat arrays. Initialise with `= {0}`. A way runs between two
 * nodes and carries its vertices (both ends included, at least two), its length, its mode and the milliseconds in each
 * direction (TP_NO_TIME where it may not be used; 0 is allowed only for TP_MODE_CHANGE).
 */
typedef struct tp_ways {
    int64_t n_nodes, node_capacity;
    double *lon_deg, *lat_deg; /**< n_nodes */
    int64_t n_ways, way_capacity;
    int64_t *from, *to;                  /**< n_ways: node numbers */
    uint32_t *forward_ms, *backward_ms;  /**< n_ways */
    float *length_m;                     /**< n_ways: along the way */
    uint8_t *mode;                       /**< n_ways of tp_mode */
    int64_t *source_row;                 /**< n_ways: the row it came from in its layer, -1 none */
    int64_t *vertex_first;               /**< n_ways + 1 */
    int64_t n_vertices, vertex_capacity;
    double *vertex_lon_deg, *vertex_lat_deg;
} tp_ways;

void tp_ways_reset(tp_ways *ways);

/** Appends a node and gives its number. Amortised O(1). */
TP_NODISCARD tp_code tp_ways_add_node(tp_ways *ways, double lon_deg, double lat_deg, int64_t *node, tp_error *error);

/** One way to be appended; `lon_deg` and `lat_deg` are its `n_vertices` vertices, NULL for a straight one. */
typedef struct tp_way {
    int64_t from, to;
    uint32_t forward_ms, backward_ms;
    double length_m;
    tp_mode mode;
    int64_t source_row;
    const double *lon_deg, *lat_deg;
    int64_t n_vertices;
} tp_way;

TP_NODISCARD tp_code tp_ways_add(tp_ways *ways, const tp_way *way, tp_error *error);

#endif
