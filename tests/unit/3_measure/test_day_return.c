/*
 * day_return by hand and, over random worlds, against a reimplementation that tries every site, hub and metro. What is
 * not read or only a sample, the access limit to the last bit, ties, columns and threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rail_oracle.h"

#include <omp.h>

typedef struct flight {
    const char *iata;
    int metro; /* 1 Tokyo, 2 Osaka, 3 Nagoya */
    double minutes;
} flight;

static void add_flights(tp_dataset *dataset, const flight *flights, int64_t n) {
    tp_layer *layer = add_table(dataset, "flights", TP_GEOMETRY_NONE, n);
    tp_column *iata = tp_test_column(layer, "iata", TP_TYPE_TEXT);
    tp_column *metro = tp_test_column(layer, "metro", TP_TYPE_TEXT);
    tp_column *minutes = tp_test_column(layer, "minutes", TP_TYPE_DOUBLE);
    for (int64_t row = 0; row < n; row++) {
        put(iata, row, flights[row].iata);
        put(metro, row, METRO_TEXTS[flights[row].metro]);
        tp_column_set_double(minutes, row, flights[row].minutes);
    }
}

static const tp_test_point SITE[] = {{"kumamoto", 130.7, 32.8}};
static const tp_test_point AIRPORTS[] = {{"KMJ", 130.86, 32.84}, {"FUK", 130.45, 33.58}};
static const flight FLIGHTS[] = {{"KMJ", 1, 105}, {"KMJ", 2, 65}, {"FUK", 3, 80}};
static const railway_case RAILS = {
    .n_stations = 2,
    .n_segments = 1,
    .metro = {2, 0},
    .stations = {{"osaka", 135.5, 34.7}, {"kumamoto_station", 130.69, 32.79}},
    .segments = {{0, 1, 1, 200, 0, 0}},
};

static double access_min(const tp_test_point *hub) {
    return oracle_min(oracle_m(SITE[0].lon_deg, SITE[0].lat_deg, hub->lon_deg, hub->lat_deg), 40, 1.3);
}

static tp_dataset *by_hand(bool air, bool rail) {
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", SITE, 1);
    if (air) {
        (void)add_points(dataset, "airports", AIRPORTS, 2);
        add_flights(dataset, FLIGHTS, 3);
    }
    if (rail) {
        add_railway(dataset, &RAILS);
    }
    return dataset;
}

static void a_day_by_hand(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(true, true);
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    double osaka = access_min(&AIRPORTS[0]) + 45 + 65 + 40;
    double train = access_min(&RAILS.stations[1]) + 15 + 200 + 10;
    assert_true(osaka < train); /* the flight is the better way to Osaka */
    assert_int_equal(measure->known[0], 1);
    assert_true(near(measure->value[0], 1440 - 360 - 2 * osaka, 1e-9));
    assert_true(measure->low[0] == measure->value[0] && measure->high[0] == measure->value[0]);
    assert_int_equal(measure->method[0], TP_METHOD_TABLE);
    /* Osaka and Tokyo; Fukuoka's airport, the only one to Nagoya, lies beyond 120 min of access */
    assert_true(access_min(&AIRPORTS[1]) > 120);
    assert_int_equal(measure->link_first[1], 2);
    for (int i = 0; i < 2; i++) {
        const tp_link *link = &measure->links[i];
        assert_string_equal(tp_layer_id(measure->to[link->layer], link->row), "KMJ");
        assert_true(near(link->minutes, access_min(&AIRPORTS[0]), 1e-9));
    }
    char *evidence = evidence_of(measure, 0);
    assert_true(strncmp(evidence, "Osaka: ", 7) == 0);
    assert_non_null(strstr(evidence, "KMJ + 45 check-in + 65 flight + 40 into Osaka"));
    assert_non_null(strstr(evidence, "; Tokyo: "));
    assert_non_null(strstr(evidence, "leaving at 06:00, home by 24:00"));
    assert_non_null(strstr(evidence, "literal 24 h"));
    assert_non_null(strstr(evidence, ": yes"));
    assert_null(strstr(evidence, "not read"));
    free(evidence);
    tp_dataset_free(dataset);
}

static void only_trains_or_only_planes(void **state) {
    (void)state;
    double train = access_min(&RAILS.stations[1]) + 15 + 200 + 10;
    for (int air = 0; air < 2; air++) {
        tp_dataset *dataset = by_hand(air, !air);
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        double out = air ? access_min(&AIRPORTS[0]) + 45 + 65 + 40 : train;
        assert_true(near(measure->value[0], 1080 - 2 * out, 1e-9));
        assert_true(measure->low[0] == measure->value[0]);
        assert_true(measure->high[0] == 1080); /* the other way might take no time at all */
        assert_null(measure->missing_layer);
        char *evidence = evidence_of(measure, 0);
        assert_non_null(strstr(evidence, air ? "stations or rail" : "airports or flights"));
        free(evidence);
        tp_dataset_free(dataset);
    }
}

static void nothing_is_read(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(false, false);
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    assert_string_equal(measure->missing_layer, "airports");
    assert_true(measure->known[0] == 0 && measure->low[0] == -INFINITY && measure->high[0] == INFINITY);
    tp_dataset_free(dataset);
    dataset = by_hand(false, false);
    (void)add_points(dataset, "airports", AIRPORTS, 2);
    measure = measured(dataset, "day_return", "d", "{}");
    assert_string_equal(measure->missing_layer, "flights");
    tp_dataset_free(dataset);
}

/* Complete layers and no way: known to be out of reach, no value. With a sample: not known. */
static void no_way_at_all(void **state) {
    (void)state;
    for (int sample = 0; sample < 2; sample++) {
        tp_dataset *dataset = new_dataset();
        const tp_test_point island[] = {{"minamitorishima", 153.98, 24.29}};
        (void)add_points(dataset, "sites", island, 1);
        (void)add_points(dataset, "airports", AIRPORTS, 2);
        add_flights(dataset, FLIGHTS, 3);
        add_railway(dataset, &RAILS);
        cover(tp_dataset_layer(dataset, "flights"), sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE, NULL);
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        assert_int_equal(measure->known[0], 0);
        assert_true(measure->low[0] == -INFINITY);
        assert_true(measure->high[0] == (sample ? 1080 : -INFINITY));
        assert_int_equal(measure->link_first[1], 0);
        char *evidence = evidence_of(measure, 0);
        assert_non_null(strstr(evidence, "no airport or station"));
        assert_int_equal(strstr(evidence, "sample") != NULL, sample);
        free(evidence);
        tp_dataset_free(dataset);
    }
}

/* At the metro's own core the way out is the way to the station alone. */
static void in_the_core_itself(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(true, true);
    tp_layer *sites = tp_dataset_layer(dataset, "sites");
    sites->lon_deg[0] = 135.5;
    sites->lat_deg[0] = 34.75;
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    double way = oracle_min(oracle_m(135.5, 34.75, 135.5, 34.7), 40, 1.3);
    assert_true(near(measure->value[0], 1080 - 2 * way, 1e-9));
    char *evidence = evidence_of(measure, 0);
    assert_null(strstr(evidence, "wait"));
    free(evidence);
    tp_dataset_free(dataset);
}

static void the_access_limit_is_inclusive_to_the_last_bit(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(true, true);
    const tp_measure *wide = measured(dataset, "day_return", "wide", "{access: 5 h}");
    double at = 0; /* of Nagoya, by the airport that lies farther away */
    for (int64_t i = 0; i < wide->link_first[1]; i++) {
        const tp_link *link = &wide->links[i];
        at = strcmp(tp_layer_id(wide->to[link->layer], link->row), "FUK") == 0 ? link->minutes : at;
    }
    assert_true(near(at, access_min(&AIRPORTS[1]), 1e-9));
    const double limits[] = {nextafter(at, 0), at, nextafter(at, 1000)};
    for (int i = 0; i < 3; i++) {
        char yaml[100], name[] = {(char)('a' + i), '\0'};
        (void)snprintf(yaml, sizeof yaml, "{access: %.17g min}", limits[i]);
        const tp_measure *measure = measured(dataset, "day_return", name, yaml);
        assert_int_equal(measure->link_first[1], i == 0 ? 2 : 3);
    }
    tp_dataset_free(dataset);
}

static void settings_change_the_day(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(true, true);
    const tp_measure *measure = measured(dataset, "day_return", "d",
                                         "{earliest: 5 h, latest: 23 h, check_in: 20 min, air_egress: 30 min, "
                                         "speed: 80 km/h, detour: 1, stay: 900 min}");
    double way = oracle_min(oracle_m(130.7, 32.8, 130.86, 32.84), 80, 1);
    double out = way + 20 + 65 + 30;
    assert_true(near(measure->value[0], 18 * 60 - 2 * out, 1e-9));
    char *evidence = evidence_of(measure, 0);
    assert_non_null(strstr(evidence, "leaving at 05:00, home by 23:00"));
    assert_true(2 * out + 900 <= 1440);
    assert_non_null(strstr(evidence, ": yes"));
    free(evidence);
    measure = measured(dataset, "day_return", "e", "{stay: 1400 min}");
    evidence = evidence_of(measure, 0);
    assert_non_null(strstr(evidence, ": no"));
    free(evidence);
    tp_dataset_free(dataset);
}

/* Two airports in one place with the same flight: the id that is smaller bytewise, whatever the order of rows. */
static void ties_go_to_the_smallest_id(void **state) {
    (void)state;
    static const char *const ids[] = {"b", "B", "a", "é"};
    for (int first = 0; first < 4; first++) {
        tp_test_point airports[4];
        flight flights[4];
        for (int i = 0; i < 4; i++) {
            const char *id = ids[(i + first) % 4];
            airports[i] = (tp_test_point){id, 130.8, 32.9};
            flights[i] = (flight){id, 3, 60};
        }
        tp_dataset *dataset = new_dataset();
        (void)add_points(dataset, "sites", SITE, 1);
        (void)add_points(dataset, "airports", airports, 4);
        add_flights(dataset, flights, 4);
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        assert_int_equal(measure->link_first[1], 1);
        assert_string_equal(tp_layer_id(measure->to[0], measure->links[0].row), "B");
        tp_dataset_free(dataset);
    }
}

static void columns_are_added_to_the_layer(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(true, true);
    tp_layer *sites = tp_dataset_layer(dataset, "sites");
    assert_int_equal(run_stage(dataset, "day_return", "d", "{}", false, 0, NULL), TP_OK);
    double out = access_min(&AIRPORTS[0]) + 45 + 65 + 40, value;
    assert_true(tp_column_number(tp_layer_column(sites, "d_stay_min"), 0, &value) && near(value, 1080 - 2 * out, 1e-9));
    assert_true(tp_column_number(tp_layer_column(sites, "d_out_min"), 0, &value) && near(value, out, 1e-9));
    assert_string_equal(tp_column_text(tp_layer_column(sites, "d_metro"), 0), "Osaka");
    assert_string_equal(tp_column_text(tp_layer_column(sites, "d_hub"), 0), "KMJ");
    sites->lon_deg[0] = 153.98;
    sites->lat_deg[0] = 24.29;
    assert_int_equal(run_stage(dataset, "day_return", "far", "{}", false, 0, NULL), TP_OK);
    assert_false(tp_column_number(tp_layer_column(sites, "far_stay_min"), 0, &value));
    assert_null(tp_column_text(tp_layer_column(sites, "far_metro"), 0));
    tp_dataset_free(dataset);
}

/* ---- random worlds ---- */

enum { N_SITES = 60, N_AIRPORTS = 8, N_FLIGHTS = 14 };

typedef struct world {
    tp_test_point sites[N_SITES], airports[N_AIRPORTS];
    char codes[N_AIRPORTS][8];
    flight flights[N_FLIGHTS];
    railway_case rails;
} world;

static tp_dataset *make_world(world *made, uint64_t *seed) {
    for (int i = 0; i < N_SITES; i++) {
        made->sites[i] = (tp_test_point){"s", 129.5 + 3 * next_random(seed), 31.5 + 3 * next_random(seed)};
    }
    for (int i = 0; i < N_AIRPORTS; i++) {
        (void)snprintf(made->codes[i], sizeof made->codes[i], "A%d", (i * 5 + 3) % 8);
        made->airports[i] = (tp_test_point){made->codes[i], 130 + 2 * next_random(seed), 32 + 2 * next_random(seed)};
    }
    for (int i = 0; i < N_FLIGHTS; i++) {
        made->flights[i] = (flight){made->codes[(int)(N_AIRPORTS * next_random(seed))],
                                    1 + (int)(3 * next_random(seed)), 30 + floor(100 * next_random(seed))};
    }
    random_railway(&made->rails, 130, 32, seed);
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", made->sites, N_SITES);
    (void)add_points(dataset, "airports", made->airports, N_AIRPORTS);
    add_flights(dataset, made->flights, N_FLIGHTS);
    add_railway(dataset, &made->rails);
    return dataset;
}

static void better(double *best, const tp_test_point *site, const tp_test_point *hub, double fixed_min) {
    double way = oracle_min(oracle_m(site->lon_deg, site->lat_deg, hub->lon_deg, hub->lat_deg), 40, 1.3);
    if (way <= 60) {
        *best = fmin(*best, way + fixed_min);
    }
}

/* The shortest ways out to the three metros. */
static void oracle_ways(const world *made, const tp_test_point *site, double rail[MOST_STATIONS][3], double best[3]) {
    for (int metro = 0; metro < 3; metro++) {
        best[metro] = INFINITY;
        for (int i = 0; i < N_FLIGHTS; i++) {
            for (int k = 0; made->flights[i].metro == metro + 1 && k < N_AIRPORTS; k++) {
                if (strcmp(made->codes[k], made->flights[i].iata) == 0) {
                    better(&best[metro], site, &made->airports[k], 45 + made->flights[i].minutes + 40);
                }
            }
        }
        for (int i = 0; i < made->rails.n_stations; i++) {
            if (isfinite(rail[i][metro])) {
                double fixed = made->rails.metro[i] == metro + 1 ? 0 : 15 + rail[i][metro] + 10;
                better(&best[metro], site, &made->rails.stations[i], fixed);
            }
        }
    }
}

static void random_worlds(void **state) {
    (void)state;
    uint64_t seed = 99;
    int reached = 0, unreached = 0;
    for (int turn = 0; turn < 60; turn++) {
        world made;
        double rail[MOST_STATIONS][3];
        tp_dataset *dataset = make_world(&made, &seed);
        oracle_railway(&made.rails, 1985, 10, rail);
        assert_int_equal(run_stage(dataset, "day_return", "d", "{access: 60 min}", true, 1985, NULL), TP_OK);
        const tp_measure *measure = tp_dataset_measure(dataset, "d");
        for (int64_t site = 0; site < N_SITES; site++) {
            double best[3];
            oracle_ways(&made, &made.sites[site], rail, best);
            double shortest = fmin(best[0], fmin(best[1], best[2]));
            assert_int_equal(measure->known[site], isfinite(shortest));
            assert_true(!isfinite(shortest) || near(measure->value[site], 1080 - 2 * shortest, 1e-8));
            int metros = isfinite(best[0]) + isfinite(best[1]) + isfinite(best[2]);
            assert_int_equal(measure->link_first[site + 1] - measure->link_first[site], metros);
            *(metros > 0 ? &reached : &unreached) += 1;
        }
        tp_dataset_free(dataset);
    }
    assert_true(reached > 100 && unreached > 100);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    uint64_t seed = 7;
    world made;
    tp_dataset *dataset = make_world(&made, &seed);
    const tp_measure *one = NULL;
    int before = omp_get_max_threads();
    for (int threads = 1; threads <= 4; threads *= 2) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%d", threads);
        omp_set_num_threads(threads);
        const tp_measure *measure = measured(dataset, "day_return", name, "{}");
        one = one == NULL ? measure : one;
        assert_true(same_bytes(one, measure));
    }
    omp_set_num_threads(before);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_by_hand),
        cmocka_unit_test(only_trains_or_only_planes),
        cmocka_unit_test(nothing_is_read),
        cmocka_unit_test(no_way_at_all),
        cmocka_unit_test(in_the_core_itself),
        cmocka_unit_test(the_access_limit_is_inclusive_to_the_last_bit),
        cmocka_unit_test(settings_change_the_day),
        cmocka_unit_test(ties_go_to_the_smallest_id),
        cmocka_unit_test(columns_are_added_to_the_layer),
        cmocka_unit_test(random_worlds),
        cmocka_unit_test(the_same_at_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
