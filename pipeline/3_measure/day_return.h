/** The parts of day_return: the railway's minutes to the metros, and the hubs from which they are reached. */
#ifndef TP_MEASURE_DAY_RETURN_H
#define TP_MEASURE_DAY_RETURN_H

#include "reach.h"

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

#endif
