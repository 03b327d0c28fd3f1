/**
 * The parts of day_return: by the network, the journeys of every place to the metros and back (day_return_network.c); by
 * the tables, the railway's minutes to the metros and the hubs from which they are reached (day_return_hubs.c).
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
    double xyz_m[3];
    bool air;
    bool core[TP_METROS];        /**< it is the metro's own core station: reached by road alone */
    double haul_min[TP_METROS];  /**< flight or train, changes included */
    double fixed_min[TP_METROS]; /**< waiting + haul + egress: what is added to the way to the hub */
} tp_hub;

typedef struct tp_hubs {
    tp_hub *items; /**< in the bytewise order of ids */
    size_t n;
} tp_hubs;

/** Adds the airports that have a flight to a metro. */
TP_NODISCARD tp_code tp_hubs_add_air(tp_hubs *hubs, const tp_layer *airports, int32_t number, const tp_layer *flights,
                                     const tp_ellipsoid *ellipsoid, const tp_journey_costs *costs, tp_error *error);

/** Adds the stations from which trains reach a metro: Dijkstra over (station, service) pairs from each metro's core. */
TP_NODISCARD tp_code tp_hubs_add_rail(tp_hubs *hubs, const tp_layer *stations, int32_t number, const tp_layer *rail,
                                      const tp_ellipsoid *ellipsoid, const tp_journey_costs *costs, tp_error *error);

void tp_hubs_sort(tp_hubs *hubs);
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

/** The shortest ways of one place to one metro and back; TP_NO_TIME where there is none. */
typedef struct tp_journey {
    uint32_t out_ms, back_ms;
    int32_t out, back; /**< gates; -1: none */
} tp_journey;

typedef struct tp_journeys {
    tp_gate *gates;
    int64_t n_gates;
    tp_journey *items; /**< TP_METROS a row */
    double *length_m;  /**< the same: from the place to the gate of its way out */
} tp_journeys;

/**
 * Finds them for n places. The times are those of one search over all modes to each metro and one from it, over the
 * whole network. Where a place gets on is then found by a search by road from all gates at once, each with the time that
 * remains from there: so no place needs its path followed, and all places of a gate share the rest of the chain, which
 * is told once and kept. Only the stretch by road is followed for each place, for its length.
 */
TP_NODISCARD tp_code tp_journeys_find(const tp_transport *transport, const tp_join *joins, int64_t n,
                                      tp_journeys *journeys, tp_error *error);
void tp_journeys_reset(tp_journeys *journeys);

/* ---- the measure ---- */

/** Kept with the measure for its evidence. A row is by the network exactly where its method is not `table`. */
typedef struct tp_day {
    tp_hubs hubs;
    tp_journey_costs costs;
    tp_travel travel; /**< transport NULL: by the tables only */
    tp_journeys journeys;
    double window_min, stay_min, access_min, earliest_min, latest_min;
    const char *unread; /**< static text: what is not read, or NULL */
    bool no_table;      /**< what the tables need is not there */
} tp_day;

bool tp_day_by_network(const tp_measure *measure, int64_t row);

/** The metro of a link, and the minutes of its ways out and back. */
int tp_day_metro(const tp_link *link);
double tp_day_out_min(const tp_measure *measure, int64_t row, const tp_link *link);
double tp_day_back_min(const tp_measure *measure, int64_t row, const tp_link *link);

/** day_return_text.c */
void tp_day_write_evidence(const tp_measure *measure, int64_t row, tp_text *text);

#endif
