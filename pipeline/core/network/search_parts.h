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

/** An improvement of a node's label that waits to be scanned. */
typedef struct tp_waiting {
    uint64_t label;
    uint32_t node; /**< in slot 0 of a block: the block before it in its bucket, or the next free one; 0 none */
} tp_waiting;

typedef struct tp_labelled {
    uint32_t node;
    uint64_t label;
} tp_labelled;

typedef struct tp_labelled_list {
    tp_labelled *items;
    int64_t n, capacity;
} tp_labelled_list;

/** False when memory is out. */
bool tp_labelled_add(tp_labelled_list *list, uint64_t label, uint32_t node);

typedef struct tp_search_place {
    tp_join join;
    uint32_t number;
} tp_search_place;

struct tp_search {
    const tp_network *network;
    uint64_t *label; /**< n_nodes; TP_BLANK for a node that was not reached */

    uint32_t *touched; /**< the nodes that were reached, each once, in the order in which they were first */
    uint32_t n_touched;

    /* Waiting improvements stand in blocks of slots. Block 0 is not used, so that 0 can mean none. */
    tp_waiting *slot;
    uint32_t n_blocks, block_capacity, free_block;
    uint32_t *bucket; /**< circular: the next free slot of each bucket's last block */
    uint32_t n_buckets;
    bool dirty; /**< a run failed and left its buckets as they were */

    tp_labelled_list far; /**< improvements too far ahead for the buckets */
    uint64_t far_first;   /**< a bucket's number: none of them belongs to an earlier one */

    uint32_t first_node, n_own; /**< its nodes: all, or those of one part */
    tp_labelled_list out;       /**< improvements of nodes of other parts */
    bool borrowed;              /**< `label` belongs to the search that this is a part of */

    tp_search_rule rule;
    tp_labelled *start; /**< of the run, by node */
    int64_t n_starts, start_capacity;
    tp_search_place *place; /**< the facilities of tp_search_run_places, by way */
    int64_t n_places, place_capacity;

    tp_reached *reached;
    int64_t n_reached, reached_capacity; /**< n_reached -1: not yet listed */
};

/** An array of bytes, set to 0, in cache lines of its own: what one thread writes all the time must not share a line
 * with what another one uses (two threads were slower than one). NULL when memory is out; release with free. */
void *tp_own_lines(size_t size);

/** How many threads make `n_searches` one after another: as many as wanted (0: as OpenMP would use), but one at least. */
int tp_search_threads(int n_threads, int64_t n_searches);

/** Forgets the last run: takes the time of what that run reached. */
void tp_search_clear(tp_search *search, const tp_search_rule *rule);

/** Adds a start or a joined facility under a number. Those beyond the limit or not joined are left out. */
TP_NODISCARD tp_code tp_search_add(tp_search *search, tp_start start, uint32_t number, tp_error *error);
TP_NODISCARD tp_code tp_search_add_place(tp_search *search, const tp_join *facility, uint32_t number, tp_error *error);

/** Runs from what was added. */
TP_NODISCARD tp_code tp_search_go(tp_search *search, tp_error *error);

/** The same in so many parts of the nodes, by as many threads as OpenMP would use (search_team.c). */
TP_NODISCARD tp_code tp_search_go_parts(tp_search *search, int n_parts, tp_error *error);

/** The same in parts where that is faster: many nodes, and many starts everywhere. */
TP_NODISCARD tp_code tp_search_go_team(tp_search *search, tp_error *error);

/** Sorts what was added: needed before a path is asked for, and good for the order in memory. */
void tp_search_sort_starts(tp_search *search);

/** A workspace for `n_own` nodes from `first_node` on, over the labels of another. */
TP_NODISCARD tp_code tp_search_new_part(const tp_network *network, uint64_t *label, uint32_t first_node, uint32_t n_own,
                                        tp_search **search, tp_error *error);

/** The first of the facilities that joined this way (they are sorted), or where it would be. */
int64_t tp_search_first_on_way(const tp_search *search, int64_t way);

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

/** Empties the buckets; needed once, and after a run that failed. */
TP_NODISCARD tp_code tp_search_reset_buckets(tp_search *search, tp_error *error);

/** Puts those that improve a node of its own among what waits. False when memory is out. */
bool tp_search_take(tp_search *search, const tp_labelled *list, int64_t n);

/** Scans all that waits and what it reaches (search_scan.c). False when memory is out. */
bool tp_search_scan(tp_search *search);

#endif
