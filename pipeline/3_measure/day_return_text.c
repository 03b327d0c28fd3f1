/*
 * The evidence of day_return: for each metro the chain of the way out, how long one can stay, and what is not known.
 *
 *     Tokyo: site -> Kumamoto Airport 38.2 min by road + 45 check-in + 103 flight + 40 into Tokyo = 226.2 min, …
 */
#include "day_return.h"

#include <math.h>

static void write_clock(tp_text *text, double minutes) {
    tp_text_add(text, "%02d:%02d", (int)(minutes / 60), (int)fmod(minutes, 60));
}

/* By the tables: "28.2 min to Kumamoto Airport + 45 check-in + 119 flight + 40 into Tokyo". */
static void write_table_chain(const tp_measure *measure, const tp_day_way *way, tp_text *text) {
    const tp_day *day = measure->detail;
    const tp_hub *hub = way->hub;
    tp_text_add_number(text, way->minutes, 1);
    tp_text_add(text, " min to %s", tp_layer_label(measure->to[way->layer], way->row));
    if (!hub->core[way->metro]) {
        tp_text_add(text, " + ");
        tp_text_add_number(text, hub->air ? day->costs.check_in_min : day->costs.rail_wait_min, 1);
        tp_text_add(text, " %s + ", hub->air ? "check-in" : "wait");
        tp_text_add_number(text, hub->haul_min[way->metro], 1);
        tp_text_add(text, " %s + ", hub->air ? "flight" : "train");
        tp_text_add_number(text, hub->air ? day->costs.air_egress_min : day->costs.rail_egress_min, 1);
        tp_text_add(text, " into %s", TP_METRO_NAMES[way->metro]);
    }
}

/* By the network: the way to the gate, and from there on what all places of the gate have in common. */
static void write_network_chain(const tp_measure *measure, const tp_day_way *way, tp_text *text) {
    const tp_day *day = measure->detail;
    tp_text_add(text, "site -> %s ", tp_layer_label(way->out->layer, way->out->row));
    tp_text_add_number(text, way->minutes, 1);
    tp_text_add(text, " min ");
    tp_travel_write_by(&day->travel, text);
    tp_text_add(text, "%s", way->out->chain);
}

/* The way back by the network; by which other gate, where it is another one. */
static void write_back(const tp_day_way *way, tp_text *text) {
    tp_text_add(text, ", back ");
    tp_text_add_number(text, way->back_min, 1);
    tp_text_add(text, " min");
    if (way->out->layer != way->back->layer || way->out->row != way->back->row) {
        tp_text_add(text, " by %s", tp_layer_label(way->back->layer, way->back->row));
    }
}

static void write_day(const tp_measure *measure, double ways_min, tp_text *text) {
    const tp_day *day = measure->detail;
    tp_text_add(text, " (leaving at ");
    write_clock(text, day->earliest_min);
    tp_text_add(text, ", home by ");
    write_clock(text, day->latest_min);
    bool literal = ways_min + day->stay_min <= 1440;
    tp_text_add(text, "); literal 24 h with a stay of ");
    tp_text_add_number(text, day->stay_min, 0);
    tp_text_add(text, " min: %s", literal ? "yes" : "no");
}

static void write_metro(const tp_measure *measure, const tp_day_way *way, bool first, tp_text *text) {
    const tp_day *day = measure->detail;
    double ways_min = way->out_min + way->back_min;
    tp_text_add(text, "%s%s: ", first ? "" : "; ", TP_METRO_NAMES[way->metro]);
    if (way->hub == NULL) {
        write_network_chain(measure, way, text);
    } else {
        write_table_chain(measure, way, text);
    }
    tp_text_add(text, " = ");
    tp_text_add_number(text, way->out_min, 1);
    tp_text_add(text, " min");
    if (way->hub == NULL) {
        write_back(way, text);
    }
    tp_text_add(text, ", stay ");
    tp_text_add_number(text, day->window_min - ways_min, 0);
    tp_text_add(text, " min");
    if (first) {
        write_day(measure, ways_min, text);
    }
}

static void write_none(const tp_measure *measure, int64_t row, tp_text *text) {
    const tp_day *day = measure->detail;
    if (tp_day_by_network(measure, row)) {
        tp_text_add(text, "no way to Tokyo, Osaka or Nagoya and back by road, rail and air");
    } else if (day->no_table) {
        tp_text_add(text, "no flights or railways with minutes are read, by which to reckon the day");
    } else {
        tp_text_add(text, "no airport or station with a way to Tokyo, Osaka or Nagoya within ");
        tp_text_add_number(text, day->access_min, 1);
        tp_text_add(text, " min");
    }
}

void tp_day_write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const tp_day *day = measure->detail;
    tp_day_way ways[TP_METROS];
    int n = tp_day_ways(measure, row, TP_METROS, ways);
    if (n == 0) {
        write_none(measure, row, text);
    }
    for (int i = 0; i < n; i++) {
        write_metro(measure, &ways[i], i == 0, text);
    }
    tp_travel_write_place(&day->travel, row, text);
    if (day->unread != NULL) {
        tp_text_add(text, "; %s, so there may be a better way", day->unread);
    } else if (measure->sample) {
        tp_text_add(text, "; a layer is a sample, so there may be a better way");
    }
}
