/* How a measure travels: the settings, the joins of its places, the limits. See travel.h. */
#include "travel.h"

#include "rejects.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stdlib.h>

void tp_travel_check_network(const tp_step *step, const tp_plan *plan, tp_faults *faults) {
    if (!tp_plan_has(plan, TP_PREPARE, "network")) {
        tp_faults_add_at(faults, step->place, "%s needs a network (expected a step `network` in `prepare`)",
                         step->stage->name);
    }
}

tp_code tp_travel_reject_not_joined(tp_dataset *dataset, const tp_layer *layer, int64_t row, const char *what,
                                    tp_error *error) {
    return tp_dataset_reject(dataset, layer->name, layer->source[row], layer->source_fid[row], TP_REJECT_NO_ROAD, error,
                             "%s: no road of the network within %g m; %s", tp_layer_id(layer, row),
                             dataset->network->join.limit_m, what);
}

void tp_travel_check(const tp_step *step, const tp_plan *plan, int by, tp_faults *faults) {
    if (by == TP_BY_ROAD && !tp_plan_has(plan, TP_PREPARE, "network")) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, "by", step->place),
                         "by: road needs a network (expected a step `network` in `prepare`, or `by: best`)");
    }
}

void tp_travel_set(tp_travel *travel, int by, int direction, double speed_kmh, double detour) {
    *travel = (tp_travel){
        .reach = {speed_kmh, detour}, .by = (tp_by)by, .direction = direction == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY};
}

static void count_left_out(tp_travel *travel, const tp_facilities *facilities) {
    for (int64_t i = 0; i < facilities->n; i++) {
        travel->n_left_out += travel->to_joins[facilities->layer[i]][facilities->row[i]].way < 0;
    }
}

tp_code tp_travel_open(tp_travel *travel, tp_dataset *dataset, tp_measure *measure, const tp_facilities *facilities,
                       tp_error *error) {
    tp_transport *transport = travel->by == TP_BY_STRAIGHT_LINE ? NULL : dataset->network;
    if (transport == NULL) {
        return travel->by == TP_BY_ROAD ? tp_error_set(error, TP_E_CONFIG, "by: road needs a network") : TP_OK;
    }
    travel->to_joins = calloc(measure->n_to + 1, sizeof(tp_join *));
    tp_code code = travel->to_joins == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_transport_joins(transport, &dataset->ellipsoid, measure->of, &travel->joins, error);
    }
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        code = tp_transport_joins(transport, &dataset->ellipsoid, measure->to[i], &travel->to_joins[i], error);
    }
    if (code == TP_OK) {
        travel->transport = transport;
        measure->by_network = true;
        count_left_out(travel, facilities);
    }
    return code;
}

void tp_travel_reset(tp_travel *travel) {
    free(travel->to_joins);
    *travel = (tp_travel){0};
}

tp_way_there tp_travel_there(const tp_travel *travel, int64_t row) {
    if (travel->transport == NULL) {
        return TP_THERE_STRAIGHT;
    }
    bool joined = travel->joins[row].way >= 0;
    return joined ? TP_THERE_NETWORK : travel->by == TP_BY_ROAD ? TP_THERE_NOT : TP_THERE_STRAIGHT;
}

tp_method tp_travel_method(const tp_travel *travel, int64_t row) {
    return tp_travel_there(travel, row) == TP_THERE_STRAIGHT ? TP_METHOD_STRAIGHT_LINE : travel->transport->method;
}

uint32_t tp_travel_limit_ms(double minutes) {
    if (minutes >= tp_travel_minutes(TP_TIME_MAX_MS)) {
        return TP_TIME_MAX_MS;
    }
    /* The division in tp_travel_minutes decides; multiplying may miss by one. */
    uint32_t limit_ms = (uint32_t)floor(minutes * 60000.0);
    while (limit_ms > 0 && tp_travel_minutes(limit_ms) > minutes) {
        limit_ms--;
    }
    while (tp_travel_minutes(limit_ms + 1) <= minutes) {
        limit_ms++;
    }
    return limit_ms;
}

tp_search_rule tp_travel_rule(const tp_travel *travel, uint32_t limit_ms) {
    return (tp_search_rule){.direction = travel->direction, .modes = TP_MODES_BY_ROAD, .limit_ms = limit_ms};
}
