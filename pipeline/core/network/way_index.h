/** Which way is nearest to a point: boxes around runs of segments, in a packed tree. */
#ifndef TECHNOPOLIS_CORE_NETWORK_WAY_INDEX_H
#define TECHNOPOLIS_CORE_NETWORK_WAY_INDEX_H

#include "core/space/box_tree.h"
#include "technopolis/network.h"

/** Segments of a way that share a box. */
typedef struct tp_run {
    int64_t first_vertex;
    uint32_t way;
    uint16_t n_segments;
    bool in_largest; /**< both ends of the way lie in the largest strong component */
} tp_run;

/** The boxes of up to 16 children, in degrees from the middle of all, rounded outwards. */
typedef struct tp_way_node {
    float west[TP_BOX_FAN], east[TP_BOX_FAN], south[TP_BOX_FAN], north[TP_BOX_FAN];
} tp_way_node;

/** A packed tree over the runs, which lie in the order of a Hilbert curve. */
typedef struct tp_way_index {
    int64_t n;
    tp_run *runs;
    double lon_deg, lat_deg;           /**< the middle of all boxes */
    int n_levels;                      /**< with level 0, the runs; the last has one node */
    int64_t count[TP_BOX_LEVELS];      /**< nodes (runs) of each level */
    tp_way_node *level[TP_BOX_LEVELS]; /**< from level 1; all in one block of memory, which begins at level[1] */
    double *along;                     /**< a vertex: the length of its way up to it, on the plane at each segment */
} tp_way_index;

/**
 * Builds over the ways that places may join (roads, usable, not through_only). `strong`: the component of each node,
 * 0 the largest. The ways must outlive the index. O(segments).
 */
TP_NODISCARD tp_code tp_way_index_new(const tp_ways *ways, const uint32_t *strong, tp_way_index **index,
                                      tp_error *error);
void tp_way_index_free(tp_way_index *index);

/** A point of a way. */
typedef struct tp_foot {
    int64_t way;     /**< -1: none */
    int64_t vertex;  /**< the foot lies between this vertex and the next */
    double part;     /**< of that segment, 0 … 1 */
    double fraction; /**< of the way's length */
    double lon_deg, lat_deg;
    double distance_m; /**< geodesic */
    int64_t run;       /**< -1: none */
    bool in_largest;
} tp_foot;

/**
 * The nearest point of a way by the rule's component and limit; allocates nothing. `near`: a run where the search may
 * begin, such as the foot's of a place nearby; -1 for none. It changes the time, never the answer.
 */
tp_foot tp_way_index_nearest(const tp_way_index *index, const tp_ways *ways, const tp_ellipsoid *ellipsoid,
                             const tp_join_rule *rule, double lon_deg, double lat_deg, int64_t near);

/** Bytes of memory. */
int64_t tp_way_index_bytes(const tp_way_index *index, const tp_ways *ways);

/** TP_E_INTERNAL when the rule's limit or speed is not possible. */
TP_NODISCARD tp_code tp_join_rule_check(const tp_join_rule *rule, tp_error *error);

/** The time for a distance off the road. */
uint32_t tp_off_road_ms(const tp_join_rule *rule, double distance_m);

#endif
