/**
 * Transport: the time network of a run, with what it was made of, what was found while it was made, and the places that
 * it knows by name (stations, airports, metros), so that a path can be told as a chain.
 *
 * Rail and flights are more than lines between two points: one waits, boards, changes. They become nodes and ways of
 * their own, so that a chain is one shortest path:
 *
 *     street  <->  station  --wait-->  train (station, service)  <--ride-->  train  --alight-->  station
 *                                      train  --0-->  hall  --transfer-->  another train of the same station
 *     street  <->  airport  --check-in-->  departure  --flight-->  metro arrival  --egress-->  station of the metro
 *     core stations of a metro  --egress-->  metro in;   metro out  --egress-->  core stations
 *
 * The way back uses the same times the other way round. The rail egress is the time between a
 * core station of a metro and its centre, for whoever comes to the station, by train or by road. "Metro in" is where journeys to a metro end,
 * "metro out" where journeys from it begin; nothing leads from one to the other, so no journey passes through a metro
 * for nothing.
 */
#ifndef TECHNOPOLIS_TRANSPORT_H
#define TECHNOPOLIS_TRANSPORT_H

#include "technopolis/measure.h"
#include "technopolis/network.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a node of the network stands for when it is not just a junction. */
typedef enum tp_stop_kind {
    TP_STOP_STATION,         /**< row of `stations` */
    TP_STOP_TRAIN,           /**< on a train of a service at a station: row of `stations` */
    TP_STOP_HALL,            /**< between two trains: row of `stations` */
    TP_STOP_AIRPORT,         /**< row of `airports` */
    TP_STOP_DEPARTURE,       /**< past the check-in: row of `airports` */
    TP_STOP_ARRIVAL,         /**< off the plane: row of `airports` */
    TP_STOP_METRO_DEPARTURE, /**< the same at the metro's own airport: number of a metro */
    TP_STOP_METRO_ARRIVAL,
    TP_STOP_METRO_IN, /**< number of a metro */
    TP_STOP_METRO_OUT
} tp_stop_kind;

typedef struct tp_stop {
    uint32_t node; /**< of the network */
    uint8_t kind;  /**< tp_stop_kind */
    int64_t row;
    int64_t service_row; /**< of TP_STOP_TRAIN: a row of `rail` that has its service; else -1 */
} tp_stop;

/** A metro by the name that flights and stations give it. */
typedef struct tp_metro {
    char *name;
    uint32_t in, out; /**< nodes of the network */
    int64_t n_core_stations;
} tp_metro;

/** What was counted while the network was made; one line each in `run_info`. */
typedef enum tp_network_count {
    TP_COUNT_ROADS,            /**< rows of the road layer as they came */
    TP_COUNT_USED,             /**< of them, in the network */
    TP_COUNT_NOT_ROADS,        /**< not used: no road for cars by their class */
    TP_COUNT_CLOSED,           /**< not used: access */
    TP_COUNT_TOLL,             /**< not used: toll: no */
    TP_COUNT_FERRY,            /**< not used: ferry: no */
    TP_COUNT_REJECTED,         /**< left out, with a line in rejects; the following are its parts */
    TP_COUNT_SPEED_MISSING,    /**< no speed (or not a number) and no default */
    TP_COUNT_SPEED_BAD,        /**< not above 0, or above 1,000 km/h */
    TP_COUNT_CLASS_UNKNOWN,    /**< a class without a speed, and no default */
    TP_COUNT_ONE_POINT,        /**< a line of one point, or of no length */
    TP_COUNT_TINY,             /**< shorter than the tolerance, its ends joined */
    TP_COUNT_REPEATED,         /**< the same line again */
    TP_COUNT_TOO_LONG,         /**< takes longer than a network can hold */
    TP_COUNT_MENDED,           /**< used, with a line in rejects; the following are its parts */
    TP_COUNT_SELF_TOUCHING,    /**< split where it touches itself */
    TP_COUNT_PARTS_LEFT_OUT,   /**< some of its parts were left out for one of the reasons above */
    TP_COUNT_ONEWAY_UNCLEAR,   /**< oneway not understood: taken as both directions */
    TP_COUNT_MAXSPEED_UNCLEAR, /**< maxspeed not understood: the speed of its class */
    TP_COUNT_SPEED_DEFAULT,    /**< used, at the default speed */
    TP_COUNT_ONE_WAY,          /**< used, in one direction only */
    TP_COUNT_LOOPS,            /**< ways that begin and end in one node: kept, places can join them */
    TP_COUNT_CROSSINGS,        /**< places where lines were split because they cross (node_crossings) */
    TP_COUNT_ENDS,             /**< ends of lines */
    TP_COUNT_NODES_EXACT,      /**< different points (or node ids) among them */
    TP_COUNT_NODES_JOINED,     /**< of those, joined to another one within the tolerance */
    TP_COUNT_STATIONS,
    TP_COUNT_STATIONS_OFF, /**< stations without a road within the limit */
    TP_COUNT_SEGMENTS,     /**< rows of the rail layer */
    TP_COUNT_SEGMENTS_USED,
    TP_COUNT_SEGMENTS_CLOSED,   /**< not in service in the run's year */
    TP_COUNT_SEGMENTS_REJECTED, /**< unknown station, no minutes */
    TP_COUNT_SERVICES,
    TP_COUNT_AIRPORTS, /**< that have a flight */
    TP_COUNT_AIRPORTS_OFF,
    TP_COUNT_FLIGHTS,
    TP_COUNT_FLIGHTS_USED,
    TP_COUNT_FLIGHTS_REJECTED,
    TP_NETWORK_COUNTS
} tp_network_count;

/** "roads", "roads.used", …: the key of a count in `run_info`. */
const char *tp_network_count_text(tp_network_count count);

struct tp_join; /* see technopolis/search.h */

/** Where the points of each layer join it, once asked for: see tp_transport_joins. */
typedef struct tp_layer_joins tp_layer_joins;

/** The dataset's network. Layers are borrowed from the dataset, the rest is its own. */
typedef struct tp_transport {
    tp_network *network;
    const tp_layer *roads, *rail, *stations, *flights, *airports; /**< NULL where not given */
    tp_method method;                                             /**< TP_METHOD_ROAD or TP_METHOD_ROAD_MODEL */
    tp_join_rule join;                                            /**< how places join it */
    int64_t count[TP_NETWORK_COUNTS];
    double tolerance_m;
    tp_cache_state cache; /**< meaning only where has_cache */
    bool has_cache;
    tp_stop *stops; /**< ordered by node */
    int64_t n_stops;
    tp_metro *metros; /**< ordered by name, bytewise */
    int64_t n_metros;
    tp_layer_joins *joins; /**< owned */
} tp_transport;

/** Frees it with the network; NULL is allowed. */
void tp_transport_free(tp_transport *transport);

/**
 * Where the points (or cores) of a layer join the network, by the transport's rule: one a row, computed when first asked for and
 * kept with the transport. For the measure phase, in which rows no longer move. TP_E_INTERNAL for a layer without
 * points. Not thread-safe (it works in parallel itself).
 */
TP_NODISCARD tp_code tp_transport_joins(tp_transport *transport, const tp_ellipsoid *ellipsoid, const tp_layer *layer,
                                        const struct tp_join **joins, tp_error *error);

/** How the points of a layer joined the network. */
typedef struct tp_join_counts {
    const tp_layer *layer;
    int64_t n;            /**< rows */
    int64_t n_not_joined; /**< no road within the limit, or no proper position */
    int64_t n_apart;      /**< joined a road outside the largest strong component */
} tp_join_counts;

/** Of the layer that was asked for as number i; false when there are no more. O(rows). */
bool tp_transport_join_counts(const tp_transport *transport, size_t i, tp_join_counts *counts);

/** Only for tp_transport_free. */
void tp_layer_joins_free(tp_layer_joins *joins);

/** What a node stands for, or NULL for a junction. O(log stops). */
const tp_stop *tp_transport_stop(const tp_transport *transport, uint32_t node);

/** The node of a station or airport by its row (TP_STOP_STATION, TP_STOP_AIRPORT); false when it has none. O(stops). */
bool tp_transport_node_of(const tp_transport *transport, tp_stop_kind kind, int64_t row, uint32_t *node);

/** The metro of a name, or NULL. */
const tp_metro *tp_transport_metro(const tp_transport *transport, const char *name);

/** What the time between two stops is spent with: "wait", "check-in", "egress", "change", "" for none of these. */
const char *tp_transport_change_text(tp_stop_kind from, tp_stop_kind to);

#ifdef __cplusplus
}
#endif

#endif
