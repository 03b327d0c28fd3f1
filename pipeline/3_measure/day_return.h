/**
 * The parts of day_return: the ways of a place to the metros and back (day_return_ways.c); by the network, the gates and
 * searches that all places have in common (day_return_network.c); by the tables, the railway's minutes to the metros and
 * the hubs from which they are reached (day_return_rail.c, day_return_hubs.c).
 *
 * Nothing is kept a place: what a place asks of its two ends of a road, or of the hubs around it, is so little that its
 * way is found again whenever it is told.
 */
#ifndef TP_MEASURE_DAY_RETURN_H
#define TP_MEASURE_DAY_RETURN_H

#include "travel.h"

enum { TP_METROS = 3 };

/** "Tokyo", "Osaka", "Nagoya": the texts of the columns `metro` of stations and flights. */
extern const char *const TP_METRO_NAMES[TP_METROS];

/** What a journey costs beside riding, in minutes. */
typedef struct tp_journey_costs {
    double check_in_min, air_egress_min, rail_wait_min, rail_egress_min, transfer_min;
    int64_t year; /**< only rail segments in service in this year; 0: all */
} tp_journey_costs;

/** A place from which a metro is reached: an airport or a station. Times are infinite where there is no way. */
typedef struct tp_hub {
    int32_t layer; /**< index into the measure's `to`: airports or stations */
    int64_t row;
    const char *id;
    double lon_deg, lat_deg;
    bool air;
    bool core[TP_METROS];        /**< it is the metro's own core station: reached by road alone */
    double haul_min[TP_METROS];  /**< flight or train, changes included */
    double fixed_min[TP_METROS]; /**< waiting + haul + egress: what is added to the way to the hub */
} tp_hub;

/** Where a hub is, for finding those around a place. */
typedef struct tp_hub_place {
    double xyz_m[3];
    double fixed_min; /**< the least of the hub's */
    size_t hub;
} tp_hub_place;

typedef struct tp_hubs {
    tp_hub *items; /**< in the bytewise order of ids */
    size_t n;
    tp_hub_place *places; /**< along the axis; without those that have no position */
    size_t n_places;
    int axis; /**< the geocentric axis along which they are spread most */
} tp_hubs;

/** Adds the airports that have a flight to a metro. */
TP_NODISCARD tp_code tp_hubs_add_air(tp_hubs *hubs, const tp_layer *airports, int32_t number, const tp_layer *flights,
                                     const tp_journey_costs *costs, tp_error *error);

/**
 * Adds the stations from which trains reach a metro: Dijkstra over (station, service) pairs from each metro's core.
 * O(r log r) for r pairs of a train that comes and one that leaves.
 */
TP_NODISCARD tp_code tp_hubs_add_rail(tp_hubs *hubs, const tp_layer *stations, int32_t number, const tp_layer *rail,
                                      const tp_journey_costs *costs, tp_error *error);

/** For these: room for more hubs (false: no memory), and one from which nothing is reached yet. */
TP_NODISCARD bool tp_hubs_reserve(tp_hubs *hubs, int64_t more);
tp_hub tp_hub_at(const tp_layer *layer, int32_t number, int64_t row);

/** The number of a metro by its name (may be NULL), -1: none of them. */
int tp_metro_number(const char *name);

void tp_hubs_sort(tp_hubs *hubs);

/** Fills the places of hubs that are sorted. O(n log n). */
TP_NODISCARD tp_code tp_hubs_locate(tp_hubs *hubs, const tp_ellipsoid *ellipsoid, tp_error *error);
void tp_hubs_reset(tp_hubs *hubs);

/* ---- by the network ---- */

/** A station or airport where journeys to a metro change from the road to rail or air, or back. */
typedef struct tp_gate {
    const tp_layer *layer; /**< stations or airports */
    int64_t row;
    uint32_t node;
    uint32_t rest_ms; /**< between it and the metro */
    char *chain; /**< " + 45 check-in + 103 flight + 40 into Tokyo"; "" on the way back, and where it is the metro's */
} tp_gate;

/** One metro and one direction. */
typedef struct tp_haul {
    tp_gate *gates; /**< in the bytewise order of ids */
    int64_t n_gates;
    tp_search *road; /**< by road from all gates at once, each with its rest_ms; NULL: no such metro */
} tp_haul;

typedef struct tp_journeys {
    const tp_network *network;
    tp_haul out[TP_METROS], back[TP_METROS];
} tp_journeys;

/** The shortest ways of one place to one metro and back. */
typedef struct tp_journey {
    uint32_t out_ms, back_ms;  /**< TP_NO_TIME: none */
    const tp_gate *out, *back; /**< NULL: none */
} tp_journey;

/**
 * Finds what all places have in common. The times are those of one search over all modes to each metro and one from it,
 * over the whole network. Where a place gets on is then found by a search by road from all gates at once, each with the
 * time that remains from there: so no place needs its path followed, and all places of a gate share the rest of the
 * chain, which is told once and kept. Kept are the six searches by road: 72 bytes a node, whatever the number of places.
 */
TP_NODISCARD tp_code tp_journeys_find(const tp_transport *transport, tp_journeys *journeys, tp_error *error);
void tp_journeys_reset(tp_journeys *journeys);

/** The journeys of a place that joined the network. O(1): it asks the nodes next to it. Thread-safe. */
void tp_journeys_of(const tp_journeys *journeys, const tp_join *place, tp_journey of[TP_METROS]);

/** The length by road from a place to the gate of its way out. Follows the path; fails for memory only. Thread-safe. */
TP_NODISCARD tp_code tp_journeys_length(const tp_journeys *journeys, const tp_join *place, int metro, double *length_m);

/* ---- the measure ---- */

/** Kept with the measure for its evidence. A row is by the network exactly where its method is not `table`. */
typedef struct tp_day {
    tp_hubs hubs;
    tp_ellipsoid ellipsoid;
    tp_journey_costs costs;
    tp_travel travel; /**< transport NULL: by the tables only */
    tp_journeys journeys;
    double window_min, stay_min, access_min, earliest_min, latest_min;
    const char *unread; /**< static text: what is not read, or NULL */
    bool no_table;      /**< what the tables need is not there */
} tp_day;

bool tp_day_by_network(const tp_measure *measure, int64_t row);

/** A place's way to a metro and back. */
typedef struct tp_day_way {
    int metro;
    int32_t layer;     /**< of the station or airport where the way by road ends: index into the measure's `to` */
    int64_t row;       /**< of that layer */
    double minutes;    /**< by road to there */
    double distance_m; /**< geodesic to there; NaN by the network: see tp_journeys_length */
    double out_min, back_min;
    const tp_hub *hub;         /**< NULL by the network */
    const tp_gate *out, *back; /**< NULL by the tables */
} tp_day_way;

/**
 * The ways of a row, at most one a metro: the shortest out and back first, ties in the order of the metros. Finds the
 * first `most` of them (room for so many); 1 is by the tables cheaper than TP_METROS. Returns how many. Thread-safe; by
 * the network O(1), by the tables O(hubs about as far along their axis as the row) and a geodesic or two for each way.
 */
int tp_day_ways(const tp_measure *measure, int64_t row, int most, tp_day_way *ways);

/** The links of a row, as tp_measure_links: to the station or airport of each of its ways; `note` is the metro. */
int tp_day_links(const tp_measure *measure, int64_t row, tp_link *links);

/** day_return_text.c */
void tp_day_write_evidence(const tp_measure *measure, int64_t row, tp_text *text);

#endif
