/* Where the points of a layer join the network: found once a layer, kept with the transport. */
#include "technopolis/search.h"
#include "technopolis/transport.h"

#include <stdlib.h>

struct tp_layer_joins {
    const tp_layer *layer;
    tp_join *joins; /* one a row */
    tp_layer_joins *next;
};

void tp_layer_joins_free(tp_layer_joins *joins) {
    while (joins != NULL) {
        tp_layer_joins *next = joins->next;
        free(joins->joins);
        free(joins);
        joins = next;
    }
}

tp_code tp_transport_joins(tp_transport *transport, const tp_ellipsoid *ellipsoid, const tp_layer *layer,
                           const tp_join **joins, tp_error *error) {
    tp_layer_joins **end = &transport->joins; /* in the order of asking */
    *joins = NULL;
    for (; *end != NULL; end = &(*end)->next) {
        if ((*end)->layer == layer) {
            *joins = (*end)->joins;
            return TP_OK;
        }
    }
    if (layer->lon_deg == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer %s has no points to join to the network", layer->name);
    }
    tp_layer_joins *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->layer = layer;
    made->joins = malloc(((size_t)layer->n_rows + 1) * sizeof *made->joins);
    tp_code code = made->joins == NULL ? tp_error_memory(error)
                                       : tp_join_places(transport->network, ellipsoid, &transport->join, layer->lon_deg,
                                                        layer->lat_deg, layer->n_rows, made->joins, error);
    if (code != TP_OK) {
        tp_layer_joins_free(made);
        return code;
    }
    *end = made;
    *joins = made->joins;
    return TP_OK;
}

bool tp_transport_join_counts(const tp_transport *transport, size_t i, tp_join_counts *counts) {
    const tp_layer_joins *list = transport->joins;
    for (; list != NULL && i > 0; i--) {
        list = list->next;
    }
    if (list == NULL) {
        return false;
    }
    *counts = (tp_join_counts){.layer = list->layer, .n = list->layer->n_rows};
    for (int64_t row = 0; row < list->layer->n_rows; row++) {
        counts->n_not_joined += list->joins[row].way < 0;
        counts->n_apart += list->joins[row].way >= 0 && !list->joins[row].in_largest;
    }
    return true;
}
