/* The network of a run with its names and counts: see technopolis/transport.h. */
#include "technopolis/transport.h"

#include <stdlib.h>
#include <string.h>

const char *tp_network_count_text(tp_network_count count) {
    static const char *const texts[TP_NETWORK_COUNTS] = {
        [TP_COUNT_ROADS] = "roads",
        [TP_COUNT_USED] = "roads.used",
        [TP_COUNT_NOT_ROADS] = "roads.not_for_cars",
        [TP_COUNT_CLOSED] = "roads.closed",
        [TP_COUNT_TOLL] = "roads.toll_not_used",
        [TP_COUNT_FERRY] = "roads.ferry_not_used",
        [TP_COUNT_REJECTED] = "roads.rejected",
        [TP_COUNT_SPEED_MISSING] = "roads.rejected.speed_missing",
        [TP_COUNT_SPEED_BAD] = "roads.rejected.speed_not_plausible",
        [TP_COUNT_CLASS_UNKNOWN] = "roads.rejected.class_without_speed",
        [TP_COUNT_ONE_POINT] = "roads.rejected.no_length",
        [TP_COUNT_TINY] = "roads.rejected.shorter_than_tolerance",
        [TP_COUNT_REPEATED] = "roads.rejected.repeated",
        [TP_COUNT_TOO_LONG] = "roads.rejected.too_long",
        [TP_COUNT_MENDED] = "roads.mended",
        [TP_COUNT_SELF_TOUCHING] = "roads.mended.self_touching",
        [TP_COUNT_PARTS_LEFT_OUT] = "roads.mended.parts_left_out",
        [TP_COUNT_ONEWAY_UNCLEAR] = "roads.mended.oneway_not_understood",
        [TP_COUNT_MAXSPEED_UNCLEAR] = "roads.mended.maxspeed_not_understood",
        [TP_COUNT_SPEED_DEFAULT] = "roads.default_speed",
        [TP_COUNT_ONE_WAY] = "roads.one_way",
        [TP_COUNT_LOOPS] = "ways.loops",
        [TP_COUNT_CROSSINGS] = "crossings.noded",
        [TP_COUNT_ENDS] = "ends",
        [TP_COUNT_NODES_EXACT] = "ends.different",
        [TP_COUNT_NODES_JOINED] = "ends.joined_by_tolerance",
        [TP_COUNT_STATIONS] = "stations",
        [TP_COUNT_STATIONS_OFF] = "stations.without_road",
        [TP_COUNT_SEGMENTS] = "rail",
        [TP_COUNT_SEGMENTS_USED] = "rail.used",
        [TP_COUNT_SEGMENTS_CLOSED] = "rail.not_in_service",
        [TP_COUNT_SEGMENTS_REJECTED] = "rail.rejected",
        [TP_COUNT_SERVICES] = "rail.services",
        [TP_COUNT_AIRPORTS] = "airports.with_flights",
        [TP_COUNT_AIRPORTS_OFF] = "airports.without_road",
        [TP_COUNT_FLIGHTS] = "flights",
        [TP_COUNT_FLIGHTS_USED] = "flights.used",
        [TP_COUNT_FLIGHTS_REJECTED] = "flights.rejected",
    };
    return count < TP_NETWORK_COUNTS ? texts[count] : "";
}

void tp_transport_free(tp_transport *transport) {
    if (transport == NULL) {
        return;
    }
    tp_layer_joins_free(transport->joins);
    tp_network_free(transport->network);
    for (int64_t i = 0; i < transport->n_metros; i++) {
        free(transport->metros[i].name);
    }
    free(transport->metros);
    free(transport->stops);
    free(transport);
}

const tp_stop *tp_transport_stop(const tp_transport *transport, uint32_t node) {
    int64_t low = 0, high = transport->n_stops;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (transport->stops[middle].node < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < transport->n_stops && transport->stops[low].node == node ? &transport->stops[low] : NULL;
}

bool tp_transport_node_of(const tp_transport *transport, tp_stop_kind kind, int64_t row, uint32_t *node) {
    for (int64_t i = 0; i < transport->n_stops; i++) {
        if (transport->stops[i].kind == kind && transport->stops[i].row == row) {
            *node = transport->stops[i].node;
            return true;
        }
    }
    return false;
}

const tp_metro *tp_transport_metro(const tp_transport *transport, const char *name) {
    for (int64_t i = 0; i < transport->n_metros; i++) {
        if (strcmp(transport->metros[i].name, name) == 0) {
            return &transport->metros[i];
        }
    }
    return NULL;
}

const char *tp_transport_change_text(tp_stop_kind from, tp_stop_kind to) {
    if (from == TP_STOP_STATION && to == TP_STOP_TRAIN) {
        return "wait";
    }
    if (from == TP_STOP_AIRPORT && to == TP_STOP_DEPARTURE) {
        return "check-in";
    }
    if (from == TP_STOP_HALL && to == TP_STOP_TRAIN) {
        return "change";
    }
    bool into_metro = from == TP_STOP_METRO_ARRIVAL || (from == TP_STOP_STATION && to == TP_STOP_METRO_IN) ||
                      (from == TP_STOP_METRO_OUT && to == TP_STOP_STATION);
    return into_metro ? "egress" : to == TP_STOP_METRO_DEPARTURE ? "way to the airport and check-in" : "";
}
