/* Railways and flights in the network: chains as one shortest path, changes, the way to the road, what is left out. */
#include "network_fixture.h"

/*  A street from west to east, 10 m/s, with a station and an airport on it; far from it another station and a metro.
 *
 *      west ---- home ---- field (airport) ---- east         mid (station)        Metro: core (station)
 *
 *  Rail: home - mid - core by the local (20 + 30 min), home - core by the express (35 min).                        */
typedef struct country {
    town t;
    tp_layer *stations, *rail, *airports, *flights;
} country;

static void add_segment(country *c, const char *from, const char *to, double minutes, const char *service) {
    int64_t row = add_row(c->rail, "segment");
    set_text(c->rail, row, "from_station", from);
    set_text(c->rail, row, "to_station", to);
    if (!isnan(minutes)) {
        set_number(c->rail, row, "minutes", minutes);
    }
    if (service != NULL) {
        set_text(c->rail, row, "service", service);
    }
}

static void add_flight(country *c, const char *iata, const char *metro, double minutes) {
    int64_t row = add_row(c->flights, "flight");
    set_text(c->flights, row, "iata", iata);
    set_text(c->flights, row, "metro", metro);
    set_number(c->flights, row, "minutes", minutes);
}

static country begin_country(void) {
    country c = {.t = begin_town()};
    c.stations = add_layer(c.t.dataset, "stations", TP_GEOMETRY_POINT);
    c.rail = add_layer(c.t.dataset, "rail", TP_GEOMETRY_NONE);
    c.airports = add_layer(c.t.dataset, "airports", TP_GEOMETRY_POINT);
    c.flights = add_layer(c.t.dataset, "flights", TP_GEOMETRY_NONE);
    add_road(&c.t, "street", "130 32, 130.1 32, 130.2 32, 130.3 32");
    add_place(c.stations, "home", 130.1, 32.001);
    add_place(c.stations, "mid", 130.3, 33);
    set_text(c.stations, add_place(c.stations, "core", 139, 35), "metro", "Metro");
    add_place(c.airports, "FLD", 130.2, 31.999);
    column_of(c.rail, "minutes", TP_TYPE_DOUBLE);
    column_of(c.flights, "minutes", TP_TYPE_DOUBLE);
    return c;
}

#define ALL AT_36 ", stations: stations, rail: rail, airports: airports, flights: flights"
#define RAIL AT_36 ", stations: stations, rail: rail"

static int64_t stop_node(const country *c, tp_stop_kind kind, int64_t row) {
    uint32_t node = 0;
    assert_true(tp_transport_node_of(c->t.dataset->network, kind, row, &node));
    return node;
}

static int64_t metro_node(const country *c, const char *name, bool in) {
    const tp_metro *metro = tp_transport_metro(c->t.dataset->network, name);
    assert_non_null(metro);
    return in ? metro->in : metro->out;
}

/* The way between a place beside the street and the street, at 15 km/h. */
static uint32_t access_ms(const country *c, double lon_deg, double lat_deg) {
    return expected_ms(&c->t, lon_deg, lat_deg, lon_deg, 32, 15);
}

static void assert_about(uint32_t found_ms, double minutes, uint32_t road_ms) {
    double expected_ms = minutes * 60000 + road_ms;
    if (fabs((double)found_ms - expected_ms) > 3) { /* cut roads are rounded piece by piece */
        fail_msg("%u ms, not %.0f", found_ms, expected_ms);
    }
}

static void trains_to_the_metro(void **state) {
    (void)state;
    country c = begin_country();
    add_segment(&c, "home", "mid", 20, "local");
    add_segment(&c, "mid", "core", 30, "local");
    add_segment(&c, "home", "core", 45, "express");
    build(&c.t, RAIL);
    uint32_t road_ms = expected_ms(&c.t, 130, 32, 130.1, 32, 36) + access_ms(&c, 130.1, 32.001);
    /* road, wait 15, express 45, egress 10; and the same back */
    int64_t west = node_at(&c.t, 130, 32);
    assert_about(ms_between(&c.t, west, metro_node(&c, "Metro", true)), 15 + 45 + 10, road_ms);
    assert_about(ms_between(&c.t, metro_node(&c, "Metro", false), west), 10 + 15 + 45, road_ms);
    /* nothing passes through the metro */
    assert_true(ms_between(&c.t, metro_node(&c, "Metro", true), west) == TP_NO_TIME);
    assert_int_equal(ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), stop_node(&c, TP_STOP_STATION, 1)),
                     (15 + 20) * 60000);
    assert_int_equal(count_of(&c.t, TP_COUNT_STATIONS), 3);
    assert_int_equal(count_of(&c.t, TP_COUNT_STATIONS_OFF), 2); /* no road within 2 km */
    assert_int_equal(count_of(&c.t, TP_COUNT_SERVICES), 2);
    assert_int_equal(count_of(&c.t, TP_COUNT_SEGMENTS_USED), 3);
    end_town(&c.t);
}

/* Staying on a train costs nothing, a change costs the transfer, but never more than leaving and waiting anew. */
static void changes(void **state) {
    (void)state;
    static const struct {
        const char *settings;
        const char *second;
        double change_min;
    } cases[] = {
        {RAIL, "a", 0}, {RAIL, "b", 10}, {RAIL ", transfer: 4 min", "b", 4}, {RAIL ", transfer: 40 min", "b", 15}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        country c = begin_country();
        add_segment(&c, "home", "mid", 20, "a");
        add_segment(&c, "mid", "core", 30, cases[i].second);
        build(&c.t, cases[i].settings);
        uint32_t ms = ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), metro_node(&c, "Metro", true));
        assert_int_equal(ms, (uint32_t)((15 + 20 + cases[i].change_min + 30 + 10) * 60000));
        end_town(&c.t);
    }
}

static void segments_without_service_are_one(void **state) {
    (void)state;
    country c = begin_country();
    add_segment(&c, "home", "mid", 20, NULL);
    add_segment(&c, "mid", "core", 30, NULL);
    build(&c.t, RAIL);
    assert_int_equal(ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), metro_node(&c, "Metro", true)),
                     (15 + 50 + 10) * 60000);
    assert_int_equal(count_of(&c.t, TP_COUNT_SERVICES), 1);
    end_town(&c.t);
}

/* opened <= year < closed */
static void only_what_is_in_service(void **state) {
    (void)state;
    static const struct {
        int64_t year;
        bool runs;
    } cases[] = {{1984, false}, {1985, true}, {1999, true}, {2000, false}, {0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        country c = begin_country();
        add_segment(&c, "home", "core", 30, "a");
        add_segment(&c, "home", "mid", 30, "a");
        set_integer(c.rail, 0, "opened", 1985);
        set_integer(c.rail, 0, "closed", 2000);
        assert_int_equal(build_with(&c.t, RAIL, cases[i].year, 1), TP_OK);
        uint32_t ms = ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), metro_node(&c, "Metro", true));
        assert_int_equal(ms != TP_NO_TIME, cases[i].runs);
        assert_int_equal(count_of(&c.t, TP_COUNT_SEGMENTS_CLOSED), !cases[i].runs);
        assert_int_equal(c.rail->n_rows, 2);
        end_town(&c.t);
    }
}

static void segments_that_cannot_be_used(void **state) {
    (void)state;
    country c = begin_country();
    add_segment(&c, "home", "nowhere", 30, "a");
    add_segment(&c, "home", "mid", 0, "a");
    add_segment(&c, "home", "mid", -3, "a");
    add_segment(&c, "home", "mid", NAN, "a");
    add_segment(&c, "mid", "mid", 5, "a");
    add_segment(&c, "mid", "core", 30, "longer name than the others");
    build(&c.t, RAIL);
    assert_int_equal(count_of(&c.t, TP_COUNT_SEGMENTS), 6);
    assert_int_equal(count_of(&c.t, TP_COUNT_SEGMENTS_REJECTED), 5);
    assert_int_equal(count_of(&c.t, TP_COUNT_SEGMENTS_USED), 1);
    assert_reject(&c.t, 100, TP_REJECT_STATION_UNKNOWN, "nowhere");
    assert_int_equal(count_rejects(&c.t, TP_REJECT_MINUTES), 3);
    assert_reject(&c.t, 104, TP_REJECT_SAME_STATION, "mid");
    assert_int_equal(c.rail->n_rows, 1);
    const tp_stop *train = tp_transport_stop(c.t.dataset->network, (uint32_t)stop_node(&c, TP_STOP_TRAIN, 1));
    assert_non_null(train);
    assert_int_equal(train->service_row, 0);
    assert_int_equal(network_of(&c.t)->ways.source_row[network_of(&c.t)->ways.n_ways - 1] >= -1, 1);
    end_town(&c.t);
}

/* Without minutes: the line's length at its speed, or the straight line where it has no geometry. */
static void line_speeds(void **state) {
    (void)state;
    country c = begin_country();
    add_segment(&c, "home", "mid", NAN, NULL);
    set_number(c.rail, 0, "kmh", 60);
    add_segment(&c, "home", "core", 33, NULL); /* minutes go first */
    set_number(c.rail, 1, "kmh", 60);
    build(&c.t, RAIL ", rail_speed: kmh");
    assert_int_equal(ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), stop_node(&c, TP_STOP_STATION, 1)),
                     15 * 60000 + expected_ms(&c.t, 130.1, 32.001, 130.3, 33, 60));
    assert_int_equal(ms_between(&c.t, stop_node(&c, TP_STOP_STATION, 0), metro_node(&c, "Metro", true)),
                     (15 + 33 + 10) * 60000);
    end_town(&c.t);
}

static void flights_to_the_metro(void **state) {
    (void)state;
    country c = begin_country();
    add_flight(&c, "FLD", "Metro", 95);
    build(&c.t, ALL);
    uint32_t road_ms = expected_ms(&c.t, 130, 32, 130.2, 32, 36) + access_ms(&c, 130.2, 31.999);
    int64_t west = node_at(&c.t, 130, 32), airport = stop_node(&c, TP_STOP_AIRPORT, 0);
    assert_about(ms_between(&c.t, west, metro_node(&c, "Metro", true)), 45 + 95 + 40, road_ms);
    assert_about(ms_between(&c.t, metro_node(&c, "Metro", false), west), 40 + 45 + 95, road_ms);
    /* the centre of the metro is its core station: from there one may go on by road or rail */
    assert_int_equal(ms_between(&c.t, airport, stop_node(&c, TP_STOP_STATION, 2)), (45 + 95 + 40) * 60000);
    assert_int_equal(count_of(&c.t, TP_COUNT_AIRPORTS), 1);
    assert_int_equal(count_of(&c.t, TP_COUNT_AIRPORTS_OFF), 0);
    assert_int_equal(count_of(&c.t, TP_COUNT_FLIGHTS_USED), 1);
    end_town(&c.t);
}

/* One metro after the other: by plane to the first, by train to the second. */
static void chains_go_on(void **state) {
    (void)state;
    country c = begin_country();
    set_text(c.stations, add_place(c.stations, "other core", 136, 35), "metro", "Other");
    add_flight(&c, "FLD", "Metro", 95);
    add_segment(&c, "core", "other core", 100, "bullet");
    build(&c.t, ALL);
    int64_t airport = stop_node(&c, TP_STOP_AIRPORT, 0);
    /* check-in, flight, egress; wait, ride, egress */
    assert_int_equal(ms_between(&c.t, airport, metro_node(&c, "Other", true)), (45 + 95 + 40 + 15 + 100 + 10) * 60000);
    end_town(&c.t);
}

/* Changing planes at an airport means arriving, checking in, leaving. */
static void no_free_change_of_planes(void **state) {
    (void)state;
    country c = begin_country();
    add_place(c.airports, "TWO", 130.25, 31.999);
    add_flight(&c, "FLD", "Metro", 60);
    add_flight(&c, "TWO", "Metro", 60);
    add_flight(&c, "TWO", "Nowhere Station City", 60);
    build(&c.t, ALL);
    int64_t one = stop_node(&c, TP_STOP_AIRPORT, 0);
    int64_t far = metro_node(&c, "Nowhere Station City", true);
    /* by road to the other airport, not by plane through the metro */
    uint32_t road_ms =
        expected_ms(&c.t, 130.2, 32, 130.25, 32, 36) + access_ms(&c, 130.2, 31.999) + access_ms(&c, 130.25, 31.999);
    assert_about(ms_between(&c.t, one, far), 45 + 60 + 40, road_ms);
    /* a metro without a core station is reached all the same */
    assert_int_equal(tp_transport_metro(c.t.dataset->network, "Nowhere Station City")->n_core_stations, 0);
    assert_about(ms_between(&c.t, metro_node(&c, "Nowhere Station City", false), one), 40 + 45 + 60, road_ms);
    /* back from the metro: out at the second airport, whence a road leads to the first */
    int64_t core = stop_node(&c, TP_STOP_STATION, 2);
    assert_int_equal(ms_between(&c.t, core, stop_node(&c, TP_STOP_AIRPORT, 1)), (40 + 45 + 60) * 60000);
    end_town(&c.t);
}

static void flights_that_cannot_be_used(void **state) {
    (void)state;
    country c = begin_country();
    add_flight(&c, "XXX", "Metro", 95);
    add_flight(&c, "FLD", "", 95);
    add_flight(&c, "FLD", "Metro", 0);
    add_flight(&c, "FLD", "Metro", 95);
    build(&c.t, ALL);
    assert_int_equal(count_of(&c.t, TP_COUNT_FLIGHTS), 4);
    assert_int_equal(count_of(&c.t, TP_COUNT_FLIGHTS_REJECTED), 3);
    assert_reject(&c.t, 100, TP_REJECT_AIRPORT_UNKNOWN, "XXX");
    assert_reject(&c.t, 101, TP_REJECT_METRO_MISSING, "");
    assert_reject(&c.t, 102, TP_REJECT_MINUTES, "");
    assert_int_equal(c.flights->n_rows, 1);
    end_town(&c.t);
}

/* Stops know what they are, and changes what they are for. */
static void stops_can_be_told(void **state) {
    (void)state;
    country c = begin_country();
    add_segment(&c, "home", "mid", 20, "local");
    add_segment(&c, "mid", "core", 30, "express");
    add_flight(&c, "FLD", "Metro", 95);
    build(&c.t, ALL);
    const tp_transport *transport = c.t.dataset->network;
    int64_t n[TP_STOP_METRO_OUT + 1] = {0};
    for (int64_t i = 0; i < transport->n_stops; i++) {
        const tp_stop *stop = &transport->stops[i];
        n[stop->kind]++;
        assert_ptr_equal(tp_transport_stop(transport, stop->node), stop);
        const tp_ways *ways = &transport->network->ways;
        if (stop->kind == TP_STOP_STATION || stop->kind == TP_STOP_TRAIN) {
            assert_true(ways->lon_deg[stop->node] == c.stations->lon_deg[stop->row]);
        }
    }
    static const int64_t expected[] = {3, 4, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_memory_equal(n, expected, sizeof expected);
    assert_null(tp_transport_stop(transport, (uint32_t)node_at(&c.t, 130, 32)));
    assert_null(tp_transport_metro(transport, "Tokyo"));
    assert_string_equal(tp_transport_change_text(TP_STOP_STATION, TP_STOP_TRAIN), "wait");
    assert_string_equal(tp_transport_change_text(TP_STOP_AIRPORT, TP_STOP_DEPARTURE), "check-in");
    assert_string_equal(tp_transport_change_text(TP_STOP_METRO_ARRIVAL, TP_STOP_STATION), "egress");
    assert_string_equal(tp_transport_change_text(TP_STOP_HALL, TP_STOP_TRAIN), "change");
    for (int64_t way = 0; way < transport->network->ways.n_ways; way++) {
        const tp_ways *ways = &transport->network->ways;
        if (ways->mode[way] == TP_MODE_RAIL) {
            assert_true(ways->source_row[way] >= 0 && ways->source_row[way] < c.rail->n_rows);
        }
    }
    end_town(&c.t);
}

/* A station 100 km from any road, and one at just the limit. */
static void the_limit_of_joining(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        country c = begin_country();
        add_segment(&c, "home", "core", 20, "local");
        double d_m = tp_geodesic_distance_m(&c.t.dataset->ellipsoid, 130.1, 32.001, 130.1, 32);
        char settings[300];
        snprintf(settings, sizeof settings, RAIL ", snap: %.17g m", i == 0 ? d_m - 0.01 : d_m + 0.01);
        build(&c.t, settings);
        assert_int_equal(count_of(&c.t, TP_COUNT_STATIONS_OFF), i == 0 ? 2 : 1);
        end_town(&c.t);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trains_to_the_metro),
        cmocka_unit_test(changes),
        cmocka_unit_test(segments_without_service_are_one),
        cmocka_unit_test(only_what_is_in_service),
        cmocka_unit_test(segments_that_cannot_be_used),
        cmocka_unit_test(line_speeds),
        cmocka_unit_test(flights_to_the_metro),
        cmocka_unit_test(chains_go_on),
        cmocka_unit_test(no_free_change_of_planes),
        cmocka_unit_test(flights_that_cannot_be_used),
        cmocka_unit_test(stops_can_be_told),
        cmocka_unit_test(the_limit_of_joining),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
