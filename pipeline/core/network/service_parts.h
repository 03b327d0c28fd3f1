/** The inside of the table of who serves a place. */
#ifndef TECHNOPOLIS_CORE_NETWORK_SERVICE_PARTS_H
#define TECHNOPOLIS_CORE_NETWORK_SERVICE_PARTS_H

#include "search_parts.h"
#include "technopolis/service.h"

/** A facility, filed by the way that it joined: it may be reached along that way without passing a node. */
typedef struct tp_on_way {
    tp_join join;
    int32_t group;
} tp_on_way;

struct tp_service {
    const tp_network *network;
    tp_search_rule rule;
    int64_t n_groups;
    bool nearest;      /**< a node has its nearest alone */
    int64_t *first;    /**< n_nodes + 1: the pairs of each node */
    tp_pair *pair;     /**< by time, then by group; of groups where facilities are grouped */
    double *length_m;  /**< of each pair: from the node to the facility, off the road at its end included */
    tp_on_way *on_way; /**< by way, then by group */
    int64_t n_on_way;
    uint8_t *way_served; /**< n_ways: 1 where a facility joined it */
};

/** Lengths of paths from nodes to their starts, each found once a run. Initialise by new. */
typedef struct tp_path_lengths {
    double *length_m;      /**< n_nodes; NaN: not asked for */
    uint32_t *node, *edge; /**< the nodes on the way back, and the edges that they came by */
    tp_path path;
} tp_path_lengths;

TP_NODISCARD tp_code tp_path_lengths_new(const tp_network *network, tp_path_lengths *lengths, tp_error *error);
void tp_path_lengths_reset(tp_path_lengths *lengths);

/** Forgets those of the nodes that the search reached: before its next run. */
void tp_path_lengths_forget(tp_path_lengths *lengths, const tp_search *search);

/**
 * The length of the path that tp_search_path would tell from a node that was reached, to the place of the facility. Paths
 * that meet go on together, so each edge is looked at once: O(nodes reached) for all of them, but for nodes where edges
 * of 0 ms lead on, from each of which the path is followed to its end.
 */
TP_NODISCARD tp_code tp_path_length(tp_path_lengths *lengths, const tp_search *search, uint32_t node, double *length_m,
                                    tp_error *error);

#endif
