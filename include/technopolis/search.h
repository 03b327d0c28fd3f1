/**
 * Searching the time network: exact shortest times in integer milliseconds, from one place or from thousands at once.
 *
 *     join                   where a place meets the network: the nearest edge, the part of it, the way to it
 *     tp_search              one bounded search from one or several starts, and the paths it found
 *     tp_nearest_*           the nearest facility of every node or place, by one search from all facilities
 *     tp_count_*             how many facilities lie within each of several limits, by one bounded search a facility
 *     tp_matrix_of           the minutes between places and facilities, pair by pair
 *
 * All limits are inclusive. All results are equal at any number of threads.
 *
 * The method is Dijkstra's with buckets (R. B. Dial, "Algorithm 360: Shortest-path forest with topological ordering",
 * Communications of the ACM 12, 1969; buckets wider than the shortest edge and their repeated scanning: E. V. Denardo
 * and B. L. Fox, Operations Research 27, 1979). Nodes of one bucket are scanned in any order and again when a better
 * time arrives, so the answer does not depend on the width, and edges of 0 ms do no harm. What lies farther ahead than
 * the buckets reach waits in a list of its own, so a flight of hours needs no hours of buckets. What makes it fast is
 * told in pipeline/core/network/search_scan.c: no branch that cannot be foreseen, and memory asked for ahead.
 */
#ifndef TECHNOPOLIS_SEARCH_H
#define TECHNOPOLIS_SEARCH_H

#include "technopolis/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- places ---- */

/** Where a place meets the network. */
typedef struct tp_join {
    int64_t way;             /**< -1: no edge within the limit, or no proper position */
    double fraction;         /**< of the way's length, from its beginning to the foot */
    double lon_deg, lat_deg; /**< the foot */
    double distance_m;       /**< geodesic, from the place to the foot */
    uint32_t off_road_ms;    /**< for that distance */
    bool in_largest;         /**< the way belongs to the largest strong component */
} tp_join;

/**
 * Joins n places to their nearest ways: of mode TP_MODE_ROAD, not `through_only`, usable in a direction. The foot is the
 * nearest point on a plane at the place, its distance is geodesic; ties go to the way with the smaller number. A place
 * without a proper position (not finite, |latitude| > 90) gets way -1. In parallel over places; O(log ways) each.
 */
TP_NODISCARD tp_code tp_join_places(const tp_network *network, const tp_ellipsoid *ellipsoid, const tp_join_rule *rule,
                                    const double *lon_deg, const double *lat_deg, int64_t n, tp_join *joins,
                                    tp_error *error);

/** Which way round: towards the facilities (the usual one: from the site to the university), or away from them. */
typedef enum tp_direction { TP_TO_FACILITY, TP_FROM_FACILITY } tp_direction;

/** A node with the time that is already spent when a search begins there. */
typedef struct tp_start {
    uint32_t node;
    uint32_t time_ms;
} tp_start;

/**
 * The nodes next to a joined place with the time between it and them: off the road and along the part of its way, in
 * the directions that the way may be used. `leaving`: from the place to the nodes; else from the nodes to the place.
 * A place whose foot is an end of its way has that node alone. Writes up to two and returns how many; 0 for a place
 * that is not joined.
 */
int tp_join_starts(const tp_network *network, const tp_join *join, bool leaving, tp_start starts[2]);

/** The time along the way itself between two places that joined the same way; TP_NO_TIME when that is not possible. */
uint32_t tp_join_direct_ms(const tp_network *network, const tp_join *from, const tp_join *to);

/* ---- one search ---- */

/** What all searches are told. */
typedef struct tp_search_rule {
    tp_direction direction; /**< TP_TO_FACILITY searches against the edges: times from everywhere to the starts */
    uint32_t modes;         /**< a set of modes: TP_MODES_BY_ROAD, TP_MODES_ALL, … */
    uint32_t limit_ms;      /**< inclusive; anything above TP_TIME_MAX_MS means TP_TIME_MAX_MS */
} tp_search_rule;

/** A workspace: 12 bytes a node, and what the largest search needed. Not to be used by two threads at once. */
typedef struct tp_search tp_search;

/** The network is borrowed. */
TP_NODISCARD tp_code tp_search_new(const tp_network *network, tp_search **search, tp_error *error);
void tp_search_free(tp_search *search);

/**
 * Finds the times of all nodes within the limit of the nearest start. A start's time counts; starts beyond the limit
 * are left out; the same node may be given twice. Costs nothing for what the search does not reach.
 */
TP_NODISCARD tp_code tp_search_run(tp_search *search, const tp_search_rule *rule, const tp_start *starts, int64_t n,
                                   tp_error *error);

/** The same from joined places (those not joined are left out), the direct stretch along a common way included. */
TP_NODISCARD tp_code tp_search_run_places(tp_search *search, const tp_search_rule *rule, const tp_join *facilities,
                                          int64_t n, tp_error *error);

/** After a run: the time of a node, TP_NO_TIME when it was not reached within the limit. */
uint32_t tp_search_time_ms(const tp_search *search, uint32_t node);

/** After a run: which start is the nearest to a node (ties: the smaller number), -1 when it was not reached. */
int64_t tp_search_start(const tp_search *search, uint32_t node);

/** After a run: the time between a joined place and the nearest start, TP_NO_TIME beyond the limit. */
uint32_t tp_search_place_ms(const tp_search *search, const tp_join *place);

/** A node that was reached. */
typedef struct tp_reached {
    uint32_t node;
    uint32_t time_ms;
} tp_reached;

/**
 * After a run: all nodes reached, ordered by time, then by number. Valid until the next run. O(n log n) for n nodes
 * reached, only when it is asked for.
 */
TP_NODISCARD tp_code tp_search_reached(tp_search *search, const tp_reached **reached, int64_t *n, tp_error *error);

/* ---- paths ---- */

/** One piece of a path: a way or a part of it, or the stretch off the road at its ends. */
typedef struct tp_path_step {
    int64_t way;       /**< -1: off the road */
    bool forward;      /**< along the way as it was added */
    double begin, end; /**< fractions of the way between which it is used, from its beginning: 0 and 1 for all of it */
    tp_mode mode;      /**< TP_MODE_ROAD off the road */
    uint32_t time_ms;
    double length_m;
    int64_t node; /**< where it ends; -1 inside a way or at the place */
} tp_path_step;

/** Steps in the order of travel. Initialise with `= {0}`. */
typedef struct tp_path {
    tp_path_step *steps;
    int64_t n, capacity;
    uint32_t time_ms;
    double length_m;
    int64_t start; /**< the number of the start, or of the facility, that it leads to or comes from */
} tp_path;

void tp_path_reset(tp_path *path);

/**
 * After a run: the shortest path of a node that was reached; `reached` false and an empty path when it was not. No
 * parents are kept: the path is followed back over edges whose times add up exactly, by the smallest way where several
 * do, so that it is always the same one. O(edges along the path).
 */
TP_NODISCARD tp_code tp_search_path(const tp_search *search, uint32_t node, tp_path *path, bool *reached,
                                    tp_error *error);

/** The same for a joined place; its off-road stretch, and the facility's after tp_search_run_places, are steps too. */
TP_NODISCARD tp_code tp_search_place_path(const tp_search *search, const tp_join *place, tp_path *path, bool *reached,
                                          tp_error *error);

/** Consecutive steps of one mode and kind, for telling: "38 min by road, 45 min of waiting, 95 min by air". */
typedef struct tp_leg {
    tp_mode mode;
    bool off_road;
    int64_t first_step, n_steps;
    uint32_t time_ms;
    double length_m;
    int64_t node; /**< where it ends, as in tp_path_step */
} tp_leg;

/** Writes up to `capacity` legs of a path and returns how many there are in all. */
int64_t tp_path_legs(const tp_path *path, tp_leg *legs, int64_t capacity);

/* ---- many searches ---- */

/** n groups of starts: group g has starts first[g] .. first[g + 1] - 1. A facility is a group, and so may all the
 * campuses of one university be, which then count as one. */
typedef struct tp_groups {
    int64_t n;
    const int64_t *first; /**< n + 1 */
    const tp_start *start;
} tp_groups;

/**
 * The nearest group of every node: its time and number, TP_NO_TIME and -1 beyond the limit. One search from all groups
 * at once; in a large network with many groups, piece by piece of the map, by as many threads as OpenMP would use. Ties go to
 * the smaller `rank` (n values, all different; NULL: the number itself). Arrays of n_nodes.
 */
TP_NODISCARD tp_code tp_nearest_nodes(const tp_network *network, const tp_search_rule *rule, const tp_groups *groups,
                                      const int64_t *rank, uint32_t *time_ms, int32_t *nearest, tp_error *error);

/** The nearest facility of every place, the direct stretch included. Arrays of n_places. */
TP_NODISCARD tp_code tp_nearest_places(const tp_network *network, const tp_search_rule *rule, const tp_join *places,
                                       int64_t n_places, const tp_join *facilities, int64_t n_facilities,
                                       const int64_t *rank, uint32_t *time_ms, int32_t *nearest, tp_error *error);

/**
 * How many groups lie within each of `n_limits` (1 … 32, ascending) times of every node: count[v * n_limits + k] is the
 * number within limits_ms[k]. One bounded search a group, to the last limit (the rule's own limit is not used), in
 * parallel over groups in the order of their nodes. `n_threads` 0: as OpenMP would.
 */
TP_NODISCARD tp_code tp_count_nodes(const tp_network *network, const tp_search_rule *rule, const tp_groups *groups,
                                    const uint32_t *limits_ms, int n_limits, int n_threads, uint32_t *count,
                                    tp_error *error);

/**
 * The same for joined places and facilities: count[p * n_limits + k]. `group_of` (n_facilities, 0 … n_groups - 1) makes
 * several facilities count as one; NULL: each for itself. Off the table of technopolis/service.h.
 */
TP_NODISCARD tp_code tp_count_places(const tp_network *network, const tp_search_rule *rule, const tp_join *places,
                                     int64_t n_places, const tp_join *facilities, int64_t n_facilities,
                                     const int64_t *group_of, int64_t n_groups, const uint32_t *limits_ms, int n_limits,
                                     int n_threads, uint32_t *count, tp_error *error);

/** One pair within the limit. */
typedef struct tp_pair {
    int32_t facility;
    uint32_t time_ms;
} tp_pair;

/** Place p has pairs first[p] .. first[p + 1] - 1, by time, then by facility. Initialise with `= {0}`. */
typedef struct tp_matrix {
    int64_t n_places, n_pairs;
    int64_t *first;
    tp_pair *pair;
    double *length_m; /**< of each pair's path, off the road included */
} tp_matrix;

void tp_matrix_reset(tp_matrix *matrix);

/** All pairs of a place and a facility within the limit, off the table of technopolis/service.h, in parallel. */
TP_NODISCARD tp_code tp_matrix_of(const tp_network *network, const tp_search_rule *rule, const tp_join *places,
                                  int64_t n_places, const tp_join *facilities, int64_t n_facilities, int n_threads,
                                  tp_matrix *matrix, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
