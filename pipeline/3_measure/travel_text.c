/* How a measure travelled, in words: see travel.h. */
#include "travel.h"

#include <math.h>

/* What is nearer to its road than this needs no mention. */
static const double FAR_M = 200;

static const char *by_text(const tp_travel *travel) {
    return travel->transport->method == TP_METHOD_ROAD_MODEL ? "by the road model" : "by road";
}

void tp_travel_write_by(const tp_travel *travel, tp_text *text) {
    tp_text_add(text, "%s%s", by_text(travel), travel->direction == TP_FROM_FACILITY ? " from there" : "");
}

void tp_travel_write_method(const tp_travel *travel, int64_t row, tp_text *text) {
    tp_text_add(text, "(");
    if (tp_travel_there(travel, row) != TP_THERE_STRAIGHT) {
        tp_travel_write_by(travel, text);
    } else {
        tp_text_add(text, "straight line x ");
        tp_text_add_number(text, travel->reach.detour, 2);
        tp_text_add(text, " at ");
        tp_text_add_number(text, travel->reach.speed_kmh, 1);
        tp_text_add(text, " km/h");
    }
    tp_text_add(text, ")");
}

static void write_km(double distance_m, tp_text *text) {
    tp_text_add_number(text, distance_m / 1000, 1);
    tp_text_add(text, " km");
}

void tp_travel_write_link(const tp_travel *travel, const tp_measure *measure, int64_t row, const tp_link *link,
                          tp_text *text) {
    tp_text_add(text, "%s (", tp_layer_label(measure->to[link->layer], link->row));
    tp_text_add_number(text, link->minutes, 1);
    tp_text_add(text, " min, ");
    write_km(link->distance_m, text);
    if (tp_travel_there(travel, row) == TP_THERE_NETWORK && link->note < 0) {
        double off_m = travel->to_joins[link->layer][link->row].distance_m;
        if (off_m > FAR_M) {
            tp_text_add(text, ", ");
            write_km(off_m, text);
            tp_text_add(text, " of it off the road");
        }
    }
    tp_text_add(text, ")");
}

static void write_limit(const tp_travel *travel, tp_text *text) {
    tp_text_add(text, "no road of the network within ");
    tp_text_add_number(text, travel->transport->join.limit_m / 1000, 2);
    tp_text_add(text, " km");
}

void tp_travel_write_not_joined(const tp_travel *travel, tp_text *text) {
    tp_text_add(text, "the place does not join the network (");
    write_limit(travel, text);
    tp_text_add(text, ")");
}

void tp_travel_write_left_out(const tp_travel *travel, int64_t row, tp_text *text) {
    if (travel->n_left_out == 0 || tp_travel_there(travel, row) != TP_THERE_NETWORK) {
        return;
    }
    tp_text_add(text, "; %lld of the features %s not join the network and %s left out (", (long long)travel->n_left_out,
                travel->n_left_out == 1 ? "does" : "do", travel->n_left_out == 1 ? "is" : "are");
    write_limit(travel, text);
    tp_text_add(text, ")");
}

static void write_join(const tp_join *join, const char *name, tp_text *text) {
    if (join->distance_m > FAR_M) {
        tp_text_add(text, "; %s is ", name);
        write_km(join->distance_m, text);
        tp_text_add(text, " off the road");
    }
    if (!join->in_largest) {
        tp_text_add(text, "; %s joins a road outside the largest connected part of the network", name);
    }
}

void tp_travel_write_place(const tp_travel *travel, int64_t row, tp_text *text) {
    tp_way_there there = tp_travel_there(travel, row);
    if (there == TP_THERE_NETWORK) {
        write_join(&travel->joins[row], "the place", text);
    } else if (there == TP_THERE_STRAIGHT && travel->transport != NULL) {
        tp_text_add(text, "; by the straight line, since ");
        tp_travel_write_not_joined(travel, text);
    }
}

void tp_travel_write_facility(const tp_travel *travel, const tp_measure *measure, int64_t row, const tp_link *link,
                              tp_text *text) {
    if (tp_travel_there(travel, row) == TP_THERE_NETWORK) {
        const tp_layer *layer = measure->to[link->layer];
        write_join(&travel->to_joins[link->layer][link->row], tp_layer_label(layer, link->row), text);
    }
}
