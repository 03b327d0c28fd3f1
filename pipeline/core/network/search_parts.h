/** The inside of a search, for the files that drive it. */
#ifndef TECHNOPOLIS_CORE_NETWORK_SEARCH_PARTS_H
#define TECHNOPOLIS_CORE_NETWORK_SEARCH_PARTS_H

#include "technopolis/search.h"

/**
 * A label is the time in the upper 32 bits and the number of a start (or facility, or its rank) in the lower: the
 * smaller of two labels has the smaller time and, at equal times, the smaller number. Times are added by adding to the
 * upper half, so one comparison settles both. */
#define TP_BLANK UINT64_MAX

static inline uint64_t tp_label(uint32_t time_ms, uint32_t number) {
    return (uint64_t)time_ms << 32 | number;
}

static inline uint32_t tp_label_ms(uint64_t label) {
    return (uint32_t)(label >> 32);
}

/** One improvement of a node's label, in the order in which they happened. The last of a node is its final one. */
typedef struct tp_push {
    uint64_t label;
    uint32_t node;
    uint32_t next; /**< the next push in the same bucket, 0 at the end */
} tp_push;

typedef struct tp_labelled {
    uint32_t node;
    uint64_t label;
} tp_labelled;

typedef struct tp_search_place {
    tp_join join;
    uint32_t number;
} tp_search_place;

struct tp_search {
    const tp_network *network;
    uint64_t *label; /**< n_nodes; TP_BLANK for a node that was not reached */

    tp_push *push; /**< push[0] is never used, so that 0 can end a list */
    uint32_t n_pushes, push_capacity;

    uint32_t *bucket; /**< circular; each a list of pushes */
    uint32_t n_buckets;
    uint32_t far, n_far; /**< pushes too far ahead for the buckets */
    uint64_t far_first;  /**< a bucket's number: none of them belongs to an earlier one */

    tp_search_rule rule;
    tp_labelled *start; /**< of the run, by node */
    int64_t n_starts, start_capacity;
    tp_search_place *place; /**< the facilities of tp_search_run_places, by way */
    int64_t n_places, place_capacity;

    tp_reached *reached;
    int64_t n_reached, reached_capacity; /**< n_reached -1: not yet listed */
};

/** Forgets the last run: takes the time of what that run reached. */
void tp_search_clear(tp_search *search, const tp_search_rule *rule);

/** Adds a start or a joined facility under a number. Those beyond the limit or not joined are left out. */
TP_NODISCARD tp_code tp_search_add(tp_search *search, tp_start start, uint32_t number, tp_error *error);
TP_NODISCARD tp_code tp_search_add_place(tp_search *search, const tp_join *facility, uint32_t number, tp_error *error);

/** Runs from what was added. */
TP_NODISCARD tp_code tp_search_go(tp_search *search, tp_error *error);

/** The label of a joined place, TP_BLANK beyond the limit. */
uint64_t tp_search_place_label(const tp_search *search, const tp_join *place);

/** The stretch of a way between a joined place and a node next to it, in the direction of travel. */
typedef struct tp_join_end {
    uint32_t node;
    uint32_t time_ms; /**< of the stretch alone, without the way to the place */
    bool forward;     /**< along the way as it was added */
} tp_join_end;

/** As tp_join_starts. */
int tp_join_ends(const tp_network *network, const tp_join *join, bool leaving, tp_join_end ends[2]);

/** The edges that a run walks, and those that lead back. */
static inline const tp_edges *tp_search_edges(const tp_search *search) {
    return search->rule.direction == TP_TO_FACILITY ? &search->network->in : &search->network->out;
}

static inline const tp_edges *tp_search_edges_back(const tp_search *search) {
    return search->rule.direction == TP_TO_FACILITY ? &search->network->out : &search->network->in;
}

/** Scans all that the starts reach (search_scan.c). */
TP_NODISCARD tp_code tp_search_scan(tp_search *search, tp_error *error);

#endif
