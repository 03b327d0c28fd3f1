/**
 * Which facilities serve a place, and how far they are: the one table from which nearest facilities, counts and
 * matrices of any number of places are read.
 *
 * A place is served over the one or two nodes next to it, or along its own way. So the searches are made once for the
 * nodes, one a facility (or one from all of them where only the nearest is asked for), and a place merges the lists of
 * its two nodes: a million places cost no more searches than ten. Times and ties are those of tp_search_place_ms.
 */
#ifndef TECHNOPOLIS_SERVICE_H
#define TECHNOPOLIS_SERVICE_H

#include "technopolis/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/** For each node next to a place the facilities within the limit, by time. Read-only once made: may be shared. */
typedef struct tp_service tp_service;

/** What is served, and by whom. */
typedef struct tp_service_request {
    const tp_network *network; /**< borrowed by the service, as all of it is */
    tp_search_rule rule;
    const tp_join *places; /**< the nodes next to these are looked at, no others */
    int64_t n_places;
    const tp_join *facilities;
    int64_t n_facilities;
    const int64_t *group_of; /**< n_facilities: the number of the group for which each stands; NULL: each for itself */
    int64_t n_groups;        /**< taken only with group_of */
    bool nearest;            /**< only the nearest of each node: one search. Not together with group_of */
    int n_threads;           /**< 0: as OpenMP would */
} tp_service_request;

/**
 * Searches. `facilities` need not live on; `places` neither. 16 bytes for each pair of a node and a facility, 8 for each
 * node of the network, 1 for each way, 64 for each facility; while it is made up to 48 more a pair, and a thread 28 more
 * a node. One bounded search a group in parallel, O(n log n) for n pairs; the same at any number of threads.
 * TP_E_INTERNAL when a facility's group is none of n_groups, TP_E_DATA for 2^31 - 1 facilities or more.
 */
TP_NODISCARD tp_code tp_service_new(const tp_service_request *request, tp_service **service, tp_error *error);
void tp_service_free(tp_service *service);

/** How many words of 64 bits a walk needs: one bit a group, and none with `nearest`. */
int64_t tp_service_words(const tp_service *service);

/** A facility (or group) that serves a place. */
typedef struct tp_served {
    int32_t facility;
    uint32_t time_ms;
    double length_m; /**< of the path, from the place to the facility or back, off the road included */
} tp_served;

/** The facilities of one place, nearest first, ties by number, each once. On the stack; begun by tp_service_begin. */
typedef struct tp_service_walk {
    const tp_service *service;
    const tp_join *place;
    uint64_t *seen;
    int64_t at[2], end[2]; /**< what is left of the lists of the nodes next to it */
    uint64_t offset_ms[2]; /**< between the place and these nodes */
    double offset_m[2];
    int64_t way_first, way_end; /**< the facilities on its own way */
    int n_ends;
} tp_service_walk;

/**
 * Begins with a place, which needs to have been among the places of the request. `seen` is room for tp_service_words(); NULL
 * with `nearest`. The place must outlive the walk.
 * All facilities: O(k) for k pairs of its nodes, and O(d^2) for d facilities on the same way.
 */
void tp_service_begin(tp_service_walk *walk, const tp_service *service, const tp_join *place, uint64_t *seen);

/** The next facility; false when there is none. With `nearest` there is one at most. */
bool tp_service_next(tp_service_walk *walk, tp_served *served);

/**
 * The numbers of all facilities within the limit in no order that matters, and how many; faster than walking. Not with
 * `nearest`. `facilities` is room for one number more than there are groups.
 */
int64_t tp_service_all(const tp_service *service, const tp_join *place, uint64_t *seen, int32_t *facilities);

#ifdef __cplusplus
}
#endif

#endif
