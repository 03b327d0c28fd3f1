/** Railways for tests and their shortest ways by Floyd and Warshall over (station, service) states. */
#ifndef TP_TEST_RAIL_ORACLE_H
#define TP_TEST_RAIL_ORACLE_H

#include "run_stage.h"

enum { MOST_STATIONS = 14, MOST_SERVICES = 5, MOST_SEGMENTS = 60, MOST_STATES = MOST_STATIONS * MOST_SERVICES };

/** A segment; service 0 and year 0 mean a missing cell. */
typedef struct segment {
    int from, to, service;
    double minutes;
    int opened, closed;
} segment;

typedef struct railway_case {
    int n_stations, n_segments;
    int metro[MOST_STATIONS]; /**< 0 none, 1 Tokyo, 2 Osaka, 3 Nagoya */
    tp_test_point stations[MOST_STATIONS];
    char ids[MOST_STATIONS][8];
    segment segments[MOST_SEGMENTS];
} railway_case;

static const char *const METRO_TEXTS[] = {NULL, "Tokyo", "Osaka", "Nagoya"};
static const char *const SERVICE_TEXTS[] = {NULL, "Tokaido", "Sanyo", "Kyushu", "Tohoku"};

/** The layers `stations` and `rail` of the case. */
static inline void add_railway(tp_dataset *dataset, const railway_case *rails) {
    tp_layer *stations = add_points(dataset, "stations", rails->stations, rails->n_stations);
    tp_column *metro = tp_test_column(stations, "metro", TP_TYPE_TEXT);
    for (int i = 0; i < rails->n_stations; i++) {
        put(metro, i, METRO_TEXTS[rails->metro[i]]);
    }
    tp_layer *rail = add_table(dataset, "rail", TP_GEOMETRY_NONE, rails->n_segments);
    tp_column *from = tp_test_column(rail, "from_station", TP_TYPE_TEXT);
    tp_column *to = tp_test_column(rail, "to_station", TP_TYPE_TEXT);
    tp_column *minutes = tp_test_column(rail, "minutes", TP_TYPE_DOUBLE);
    tp_column *opened = tp_test_column(rail, "opened", TP_TYPE_INT64);
    tp_column *closed = tp_test_column(rail, "closed", TP_TYPE_INT64);
    tp_column *service = tp_test_column(rail, "service", TP_TYPE_TEXT);
    for (int i = 0; i < rails->n_segments; i++) {
        const segment *one = &rails->segments[i];
        put(rail->id, i, "segment");
        put(from, i, rails->stations[one->from].id);
        put(to, i, rails->stations[one->to].id);
        put(service, i, SERVICE_TEXTS[one->service]);
        tp_column_set_double(minutes, i, one->minutes);
        if (one->opened != 0) {
            tp_column_set_int64(opened, i, one->opened);
        }
        if (one->closed != 0) {
            tp_column_set_int64(closed, i, one->closed);
        }
    }
}

static inline bool oracle_in_service(const segment *one, int year) {
    bool open = one->opened == 0 || one->opened <= year, shut = one->closed != 0 && one->closed <= year;
    return year == 0 || (open && !shut);
}

/** Minutes from each station to each metro (infinite: no way), changes included. */
static inline void oracle_railway(const railway_case *rails, int year, double transfer_min,
                                  double minutes[MOST_STATIONS][3]) {
    static double way[MOST_STATES][MOST_STATES];
    int n = rails->n_stations * MOST_SERVICES;
    for (int a = 0; a < n; a++) {
        for (int b = 0; b < n; b++) {
            way[a][b] = a == b ? 0 : a / MOST_SERVICES == b / MOST_SERVICES ? transfer_min : INFINITY;
        }
    }
    for (int i = 0; i < rails->n_segments; i++) {
        const segment *one = &rails->segments[i];
        int a = one->from * MOST_SERVICES + one->service, b = one->to * MOST_SERVICES + one->service;
        if (a != b && one->minutes > 0 && oracle_in_service(one, year)) {
            way[a][b] = fmin(way[a][b], one->minutes);
            way[b][a] = fmin(way[b][a], one->minutes);
        }
    }
    for (int middle = 0; middle < n; middle++) {
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                way[a][b] = fmin(way[a][b], way[a][middle] + way[middle][b]);
            }
        }
    }
    for (int station = 0; station < rails->n_stations; station++) {
        for (int metro = 0; metro < 3; metro++) {
            minutes[station][metro] = INFINITY;
            for (int b = 0; b < n; b++) {
                for (int s = 0; rails->metro[b / MOST_SERVICES] == metro + 1 && s < MOST_SERVICES; s++) {
                    minutes[station][metro] = fmin(minutes[station][metro], way[station * MOST_SERVICES + s][b]);
                }
            }
        }
    }
}

/** A random railway around `lon`, `lat`; ids are not in the order of rows. */
static inline void random_railway(railway_case *rails, double lon, double lat, uint64_t *seed) {
    *rails = (railway_case){.n_stations = 3 + (int)((MOST_STATIONS - 2) * next_random(seed)),
                            .n_segments = (int)(30 * next_random(seed))};
    for (int i = 0; i < rails->n_stations; i++) {
        (void)snprintf(rails->ids[i], sizeof rails->ids[i], "s%d", (i * 37 + 11) % 100);
        rails->stations[i] = (tp_test_point){rails->ids[i], lon + 2 * next_random(seed), lat + 2 * next_random(seed)};
        rails->metro[i] = next_random(seed) < 0.3 ? 1 + (int)(3 * next_random(seed)) : 0;
    }
    for (int i = 0; i < rails->n_segments; i++) {
        rails->segments[i] = (segment){.from = (int)(rails->n_stations * next_random(seed)),
                                       .to = (int)(rails->n_stations * next_random(seed)),
                                       .service = (int)(MOST_SERVICES * next_random(seed)),
                                       .minutes = floor(60 * next_random(seed)) - 1,
                                       .opened = next_random(seed) < 0.5 ? 1960 + (int)(40 * next_random(seed)) : 0,
                                       .closed = next_random(seed) < 0.3 ? 1980 + (int)(40 * next_random(seed)) : 0};
    }
}

#endif
