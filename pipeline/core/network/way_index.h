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

typedef struct tp_way_index {
    tp_box_tree tree; /**< over the runs, in the order of a Hilbert curve */
    tp_run *runs;
    double *along; /**< a vertex: the length of its way up to it, on the plane at each segment */
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
    bool in_largest;
} tp_foot;

/** The nearest point of a way by the rule's component and limit; allocates nothing. */
tp_foot tp_way_index_nearest(const tp_way_index *index, const tp_ways *ways, const tp_ellipsoid *ellipsoid,
                             const tp_join_rule *rule, double lon_deg, double lat_deg);

/** TP_E_INTERNAL when the rule's limit or speed is not possible. */
TP_NODISCARD tp_code tp_join_rule_check(const tp_join_rule *rule, tp_error *error);

/** The time for a distance off the road. */
uint32_t tp_off_road_ms(const tp_join_rule *rule, double distance_m);

#endif
