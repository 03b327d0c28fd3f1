/**
 * The time network: roads, ferries, railways and flights in one graph, in integer milliseconds.
 *
 * It is made in two steps. Whoever knows a source of ways (roads of a line layer or of OpenStreetMap, segments of rail,
 * flights) appends nodes and ways to a tp_ways; tp_network_new then orders the nodes along a space-filling curve, lays
 * the edges out as compressed sparse rows in both directions, and finds the components. A network is immutable:
 * searches bring their own workspace, one a thread. How it is searched: technopolis/search.h.
 *
 *     way      what runs between two nodes, with vertices, a mode and a time in each direction
 *     edge     one direction of a way that may be used; what the searches walk
 *     node     where ways meet. Two lines that cross without a common node do not meet (a bridge over a road).
 */
#ifndef TECHNOPOLIS_NETWORK_H
#define TECHNOPOLIS_NETWORK_H

#include "technopolis/digest.h"
#include "technopolis/geodesic.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How one moves on a way. */
typedef enum tp_mode {
    TP_MODE_ROAD,
    TP_MODE_FERRY,
    TP_MODE_RAIL,
    TP_MODE_AIR,
    TP_MODE_CHANGE /**< waiting, check-in, egress, a change of trains: time without distance */
} tp_mode;

enum { TP_MODE_COUNT = 5 };

/** "road", "ferry", "rail", "air", "change". */
const char *tp_mode_text(tp_mode mode);

/** Sets of modes, one bit each, that a search may use. */
enum { TP_MODES_BY_ROAD = 1 << TP_MODE_ROAD | 1 << TP_MODE_FERRY, TP_MODES_ALL = (1 << TP_MODE_COUNT) - 1 };

/** The time of a direction in which a way may not be used, and of a node that was not reached. */
#define TP_NO_TIME UINT32_MAX

/** The longest time of one way and the largest limit of a search (24.8 days), so that their sum never overflows. */
#define TP_TIME_MAX_MS ((uint32_t)INT32_MAX)

/** The most nodes of a network; an edge keeps its mode beside its head in one word. */
#define TP_NODES_MAX ((int64_t)1 << 29)

/* ---- what a network is made of ---- */

/**
 * Nodes and ways in the order in which they were added, in flat arrays. Initialise with `= {0}`. A way runs between two
 * nodes and carries its vertices (both ends included, at least two), its length, its mode and the milliseconds in each
 * direction (TP_NO_TIME where it may not be used; 0 is allowed only for TP_MODE_CHANGE).
 */
typedef struct tp_ways {
    int64_t n_nodes, node_capacity;
    double *lon_deg, *lat_deg; /**< n_nodes */
    int64_t n_ways, way_capacity;
    int64_t *from, *to;                 /**< n_ways: node numbers */
    uint32_t *forward_ms, *backward_ms; /**< n_ways */
    float *length_m;                    /**< n_ways: along the way */
    uint8_t *mode;                      /**< n_ways of tp_mode */
    uint8_t *through_only;              /**< n_ways: 1 where no place may join between the ends (an expressway) */
    int64_t *source_row;                /**< n_ways: the row it came from in its layer, -1 none */
    int64_t *vertex_first;              /**< n_ways + 1 */
    int64_t n_vertices, vertex_capacity;
    double *vertex_lon_deg, *vertex_lat_deg;
} tp_ways;

void tp_ways_reset(tp_ways *ways);

/** Appends a node and gives its number. TP_E_INTERNAL when it is nowhere on Earth (not in degrees). Amortised O(1). */
TP_NODISCARD tp_code tp_ways_add_node(tp_ways *ways, double lon_deg, double lat_deg, int64_t *node, tp_error *error);

/** One way to be appended; `lon_deg` and `lat_deg` are its `n_vertices` vertices, NULL for a straight one. */
typedef struct tp_way {
    int64_t from, to;
    uint32_t forward_ms, backward_ms;
    double length_m;
    tp_mode mode;
    bool through_only; /**< places join it at its ends only, through the ways that meet it there */
    int64_t source_row;
    const double *lon_deg, *lat_deg;
    int64_t n_vertices;
} tp_way;

/**
 * Appends a way. TP_E_INTERNAL when an end is no node, a time is above TP_TIME_MAX_MS (and not TP_NO_TIME) or is 0 for
 * another mode than TP_MODE_CHANGE, the length is negative, a vertex is nowhere on Earth, or there is one vertex only:
 * whoever reads a source rejects such rows with words of its own. A loop (from = to) is allowed: places can join it.
 */
TP_NODISCARD tp_code tp_ways_add(tp_ways *ways, const tp_way *way, tp_error *error);

/** Something to be hung on the roads at a point of its own: a station, an airport, a pier. */
typedef struct tp_attachment {
    int64_t node;      /**< of the thing that is attached, already added; its position is used */
    int64_t way;       /**< out: the way it was attached to, as numbered before; -1 when none is within the limit */
    int64_t foot;      /**< out: the node at which the access way ends, an existing one where the foot is an end */
    double distance_m; /**< out: geodesic, from the node to its foot */
} tp_attachment;

/** How a place joins the network. */
typedef enum tp_join_component {
    TP_JOIN_LARGEST,      /**< an edge of the largest strong component; where none is near, any (and it is said) */
    TP_JOIN_ANY,          /**< the nearest edge of any component */
    TP_JOIN_LARGEST_ONLY, /**< an edge of the largest strong component or none */
} tp_join_component;

typedef struct tp_join_rule {
    double limit_m;       /**< inclusive, geodesic; the usual one is 2,000 */
    double off_road_km_h; /**< speed between the place and the edge, > 0 */
    tp_join_component component;
} tp_join_rule;

/**
 * Hangs nodes (stations, airports, ferry piers) on the roads: each by an access way of mode TP_MODE_ROAD, both
 * directions, at the off-road speed, to the nearest point of the nearest road within the limit; the road is cut there.
 * All feet are found on the ways as they are before; so is the largest strong component of the rule. A way that is cut
 * keeps its number for its first piece, the others are appended; then come the access ways, in the order of the
 * attachments, on which no place joins. The times of the pieces add up to the way's (but none becomes 0). On failure
 * the ways may have more nodes, and are otherwise as they were. O(all vertices).
 */
TP_NODISCARD tp_code tp_ways_attach(tp_ways *ways, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                                    tp_attachment *attachments, int64_t n, tp_error *error);

/* ---- the network ---- */

/** One edge in 8 bytes: where it leads, how, and how long it takes. */
typedef struct tp_edge {
    uint32_t head : 29; /**< the node at the other end: the head in `out`, the tail in `in` */
    uint32_t mode : 3;
    uint32_t time_ms;
} tp_edge;

/** Compressed sparse rows: the edges of node v are first[v] .. first[v + 1] - 1, by way. Loops are left out. */
typedef struct tp_edges {
    uint32_t *first; /**< n_nodes + 1 */
    tp_edge *edge;
    uint32_t *way; /**< of each edge; it runs along the way when ways.from is the edge's tail, else against it */
} tp_edges;

struct tp_way_index;

/** Read-only. Nodes are numbered along a Hilbert curve (D. Hilbert, Mathematische Annalen 38, 1891), so that
 * neighbours are near in memory; ways as they were added. */
typedef struct tp_network {
    uint32_t n_nodes, n_edges;
    tp_edges out, in;  /**< the edges that leave a node, and those that enter it */
    tp_ways ways;      /**< with the nodes in the network's order */
    uint32_t *node_of; /**< n_nodes: the number here of the node that was added as number i */
    uint32_t n_weak, n_strong;
    uint32_t *weak, *strong;           /**< n_nodes: the component of each node; 0 is the largest, then by size */
    uint32_t *weak_size, *strong_size; /**< nodes of each component, descending; equal ones by their first node */
    uint32_t longest_ms;               /**< of all edges; 0 without one */
    uint32_t modes;                    /**< the set of modes that its edges have */
    uint32_t bucket_bits;              /**< for the searches: a bucket is 2^bits ms wide */
    struct tp_way_index *index;        /**< for joining places */
} tp_network;

/**
 * Builds a network. Takes the content of `ways` (which is left empty), also on failure. A network without nodes is
 * allowed. TP_E_DATA when there are more than TP_NODES_MAX nodes or 2^32 - 2 edges. O(n log n); about 0.8 s and
 * 330 bytes a node for a million nodes and 1.3 million straight ways.
 */
TP_NODISCARD tp_code tp_network_new(tp_ways *ways, tp_network **network, tp_error *error);
void tp_network_free(tp_network *network);

/**
 * The same network with its roads `factor` times as fast (> 0, finite): the time of every way of TP_MODE_ROAD is divided
 * by it and rounded to whole milliseconds (at least 1); all other modes keep theirs. It borrows everything but the times
 * from `network`, which must outlive it. A factor of 1 gives the same times. O(edges).
 */
TP_NODISCARD tp_code tp_network_scaled(const tp_network *network, double factor, tp_network **scaled, tp_error *error);
void tp_network_scaled_free(tp_network *scaled);

/** What is in it, for the summary. */
typedef struct tp_network_statistics {
    int64_t n_nodes, n_ways, n_vertices, n_edges;
    int64_t ways[TP_MODE_COUNT], edges[TP_MODE_COUNT];
    double length_km[TP_MODE_COUNT];
    int64_t n_one_way; /**< ways that may be used in one direction only */
    int64_t n_closed;  /**< in none */
    int64_t n_loops;   /**< that begin and end in one node */
    int64_t n_islands; /**< nodes without any edge */
    int64_t n_weak, n_strong, largest_weak, largest_strong;
    uint32_t shortest_ms, longest_ms; /**< of the edges; 0 without one */
    int64_t bytes;
} tp_network_statistics;

void tp_network_statistics_of(const tp_network *network, tp_network_statistics *statistics);

/* ---- the cache ---- */

/** What became of a cache file. Only TP_CACHE_LOADED gives a network; every other one means: build it again. */
typedef enum tp_cache_state {
    TP_CACHE_LOADED,
    TP_CACHE_ABSENT,  /**< no such file */
    TP_CACHE_STALE,   /**< made from other inputs, by another version of the format, or on another kind of machine */
    TP_CACHE_DAMAGED, /**< cut off, or its contents do not have its checksum, or do not make sense */
} tp_cache_state;

/** "loaded", "absent", "stale", "damaged". */
const char *tp_cache_state_text(tp_cache_state state);

/**
 * Writes the network beside `path` and renames it, so that a reader never sees half a file. `inputs` is the caller's
 * digest of everything that the network was made from (files and settings). What is saved are the ways, the nodes in
 * their order, and the checksum (SHA-256) of it; edges, components and the index are made again when it is loaded, so
 * that no damaged file can give an inconsistent network. TP_E_MACHINE when it cannot be written.
 */
TP_NODISCARD tp_code tp_network_save(const tp_network *network, const char *path, const char inputs[TP_DIGEST_SIZE],
                                     tp_error *error);

/**
 * Loads what tp_network_save wrote. TP_OK with a state: *network is NULL unless it is TP_CACHE_LOADED. The only failures
 * are those of memory.
 */
TP_NODISCARD tp_code tp_network_load(const char *path, const char inputs[TP_DIGEST_SIZE], tp_network **network,
                                     tp_cache_state *state, tp_error *error);

/** As tp_network_load, from bytes in memory. */
TP_NODISCARD tp_code tp_network_load_bytes(const void *bytes, size_t size, const char inputs[TP_DIGEST_SIZE],
                                           tp_network **network, tp_cache_state *state, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
