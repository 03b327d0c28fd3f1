/* Hubs of a day return: small networks by hand, random ones against Floyd and Warshall; airports and their flights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "3_measure/day_return.h"
#include "rail_oracle.h"

static const tp_journey_costs COSTS = {
    .check_in_min = 45, .air_egress_min = 40, .rail_wait_min = 15, .rail_egress_min = 10, .transfer_min = 10};

static const tp_hub *find_hub(const tp_hubs *hubs, const char *id) {
    for (size_t i = 0; i < hubs->n; i++) {
        if (strcmp(hubs->items[i].id, id) == 0) {
            return &hubs->items[i];
        }
    }
    return NULL;
}

static tp_hubs rail_hubs(const tp_dataset *dataset, int year) {
    tp_hubs hubs = {0};
    tp_journey_costs costs = COSTS;
    costs.year = year;
    assert_int_equal(tp_hubs_add_rail(&hubs, tp_dataset_layer(dataset, "stations"), 0,
                                      tp_dataset_layer(dataset, "rail"), &costs, NULL),
                     TP_OK);
    tp_hubs_sort(&hubs);
    return hubs;
}

/* The hauls of a case by hand: minutes from station `id` to metro 0..2, INFINITY for none. */
static void haul_is(const tp_hubs *hubs, const char *id, int metro, double minutes) {
    const tp_hub *hub = find_hub(hubs, id);
    if (hub == NULL) {
        assert_true(isinf(minutes));
        return;
    }
    assert_true(near(hub->haul_min[metro], minutes, 1e-9));
    assert_true(near(hub->fixed_min[metro], minutes <= 0 ? 0 : 15 + minutes + 10, 1e-9));
    assert_int_equal(hub->core[metro], minutes <= 0);
}

/*
 *   tokyo -50- b -40- c           service 1 (Tokaido)
 *              b -20- d -30- c    service 2 (Sanyo): d is reached with a change at b
 *              e                  no train
 */
static const railway_case BY_HAND = {
    .n_stations = 5,
    .n_segments = 4,
    .metro = {1, 0, 0, 0, 0},
    .stations = {{"tokyo", 139.7, 35.7}, {"b", 138, 35}, {"c", 137, 35}, {"d", 137, 34}, {"e", 130, 32}},
    .segments = {{0, 1, 1, 50, 0, 0}, {1, 2, 1, 40, 0, 0}, {1, 3, 2, 20, 0, 0}, {3, 2, 2, 30, 0, 0}},
};

static void a_small_network_by_hand(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    add_railway(dataset, &BY_HAND);
    tp_hubs hubs = rail_hubs(dataset, 0);
    assert_int_equal(hubs.n, 4);
    haul_is(&hubs, "tokyo", 0, 0);
    haul_is(&hubs, "b", 0, 50);
    haul_is(&hubs, "c", 0, 90);
    haul_is(&hubs, "d", 0, 50 + 10 + 20);
    haul_is(&hubs, "e", 0, INFINITY);
    haul_is(&hubs, "b", 1, INFINITY);
    for (size_t i = 0; i < hubs.n; i++) {
        assert_false(hubs.items[i].air);
        assert_true(i == 0 || strcmp(hubs.items[i - 1].id, hubs.items[i].id) < 0);
    }
    tp_hubs_reset(&hubs);
    assert_int_equal(hubs.n, 0);
    tp_dataset_free(dataset);
}

/* The first to arrive at a station is not always the one to ride on with: 60 on the through train beat 55 + a change. */
static void a_later_train_without_a_change(void **state) {
    (void)state;
    const railway_case rails = {
        .n_stations = 3,
        .n_segments = 3,
        .metro = {1, 0, 0},
        .stations = {{"tokyo", 139.7, 35.7}, {"b", 138, 35}, {"c", 137, 35}},
        .segments = {{0, 1, 2, 55, 0, 0}, {0, 1, 1, 60, 0, 0}, {1, 2, 1, 30, 0, 0}},
    };
    tp_dataset *dataset = new_dataset();
    add_railway(dataset, &rails);
    tp_hubs hubs = rail_hubs(dataset, 0);
    haul_is(&hubs, "b", 0, 55);
    haul_is(&hubs, "c", 0, 90);
    tp_hubs_reset(&hubs);
    tp_dataset_free(dataset);
}

/* In service from `opened` to the year before `closed`; without a year, always. */
static void years_of_service(void **state) {
    (void)state;
    const railway_case rails = {
        .n_stations = 2,
        .n_segments = 2,
        .metro = {2, 0},
        .stations = {{"osaka", 135.5, 34.7}, {"b", 134, 35}},
        .segments = {{0, 1, 1, 100, 0, 1975}, {1, 0, 1, 50, 1975, 1990}},
    };
    static const struct {
        int year;
        double minutes;
    } cases[] = {{1900, 100}, {1974, 100}, {1975, 50}, {1989, 50}, {1990, INFINITY}, {2024, INFINITY}, {0, 50}};
    tp_dataset *dataset = new_dataset();
    add_railway(dataset, &rails);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tp_hubs hubs = rail_hubs(dataset, cases[i].year);
        haul_is(&hubs, "b", 1, cases[i].minutes);
        haul_is(&hubs, "osaka", 1, 0);
        tp_hubs_reset(&hubs);
    }
    tp_dataset_free(dataset);
}

static void random_networks(void **state) {
    (void)state;
    uint64_t seed = 20;
    int reached = 0, unreached = 0;
    for (int turn = 0; turn < 300; turn++) {
        railway_case rails;
        double minutes[MOST_STATIONS][3];
        random_railway(&rails, 130, 32, &seed);
        int year = turn % 3 == 0 ? 0 : 1970 + turn % 40;
        oracle_railway(&rails, year, COSTS.transfer_min, minutes);
        tp_dataset *dataset = new_dataset();
        add_railway(dataset, &rails);
        tp_hubs hubs = rail_hubs(dataset, year);
        for (int i = 0; i < rails.n_stations; i++) {
            for (int metro = 0; metro < 3; metro++) {
                haul_is(&hubs, rails.ids[i], metro, minutes[i][metro]);
                *(isfinite(minutes[i][metro]) ? &reached : &unreached) += 1;
            }
        }
        tp_hubs_reset(&hubs);
        tp_dataset_free(dataset);
    }
    assert_true(reached > 1000 && unreached > 1000);
}

/*
 * As large as the railways of a country with all their stops: a line from Tokyo with a stop each minute, a service of its
 * own every ten stops, whose number is its name; so there is a change of 10 minutes every ten stops.
 */
static void a_country_of_stops(void **state) {
    (void)state;
    enum { N = 12000 };
    static char ids[N][8];
    static tp_test_point points[N];
    for (int i = 0; i < N; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "s%d", i);
        points[i] = (tp_test_point){ids[i], 139.7, 35.7};
    }
    tp_dataset *dataset = new_dataset();
    put(tp_test_column(add_points(dataset, "stations", points, N), "metro", TP_TYPE_TEXT), 0, "Tokyo");
    tp_layer *rail = add_table(dataset, "rail", TP_GEOMETRY_NONE, N - 1);
    tp_column *from = tp_test_column(rail, "from_station", TP_TYPE_TEXT);
    tp_column *to = tp_test_column(rail, "to_station", TP_TYPE_TEXT);
    tp_column *service = tp_test_column(rail, "service", TP_TYPE_INT64);
    tp_column *minutes = tp_test_column(rail, "minutes", TP_TYPE_DOUBLE);
    for (int64_t row = 0; row < N - 1; row++) {
        put(from, row, ids[row + 1]);
        put(to, row, ids[row]);
        tp_column_set_int64(service, row, row / 10);
        tp_column_set_double(minutes, row, 1);
    }
    tp_hubs hubs = rail_hubs(dataset, 0);
    assert_int_equal(hubs.n, N);
    for (size_t i = 0; i < hubs.n; i++) {
        int64_t stop = hubs.items[i].row;
        assert_true(hubs.items[i].haul_min[0] == (double)(stop + (stop == 0 ? 0 : (stop - 1) / 10 * 10)));
    }
    tp_hubs_reset(&hubs);
    tp_dataset_free(dataset);
}

/* Rows that cannot be ridden: an unknown station, minutes that are missing, zero or negative. */
static void unusable_segments(void **state) {
    (void)state;
    static const double minutes[] = {NAN, 0, -5};
    for (int turn = 0; turn < 5; turn++) {
        tp_dataset *dataset = new_dataset();
        add_railway(dataset, &BY_HAND);
        tp_layer *rail = tp_dataset_layer(dataset, "rail");
        if (turn < 3) {
            tp_column_set_double(tp_layer_column(rail, "minutes"), 0, minutes[turn]);
        } else {
            put(tp_layer_column(rail, turn == 3 ? "from_station" : "to_station"), 0, "atlantis");
        }
        tp_hubs hubs = rail_hubs(dataset, 0);
        assert_int_equal(hubs.n, 1);
        haul_is(&hubs, "b", 0, INFINITY);
        tp_hubs_reset(&hubs);
        tp_dataset_free(dataset);
    }
}

/*
 * Ids and services that a file holds as whole numbers are the same stations and services as if they were texts:
 *     1 -55- 20 (service 1), 1 -60- 20 -30- 300 (service 2)
 */
static void numbers_in_place_of_texts(void **state) {
    (void)state;
    static const int64_t from[] = {1, 1, 20}, to[] = {20, 20, 300}, service[] = {1, 2, 2};
    static const double minutes[] = {55, 60, 30};
    const tp_test_point stations[] = {{"1", 139.7, 35.7}, {"20", 138, 35}, {"300", 137, 35}};
    tp_dataset *dataset = new_dataset();
    put(tp_test_column(add_points(dataset, "stations", stations, 3), "metro", TP_TYPE_TEXT), 0, "Tokyo");
    tp_layer *rail = add_table(dataset, "rail", TP_GEOMETRY_NONE, 3);
    tp_column *columns[] = {
        tp_test_column(rail, "from_station", TP_TYPE_INT64), tp_test_column(rail, "to_station", TP_TYPE_INT64),
        tp_test_column(rail, "service", TP_TYPE_INT64), tp_test_column(rail, "minutes", TP_TYPE_DOUBLE)};
    for (int64_t row = 0; row < 3; row++) {
        tp_column_set_int64(columns[0], row, from[row]);
        tp_column_set_int64(columns[1], row, to[row]);
        tp_column_set_int64(columns[2], row, service[row]);
        tp_column_set_double(columns[3], row, minutes[row]);
    }
    tp_hubs hubs = rail_hubs(dataset, 0);
    assert_int_equal(hubs.n, 3);
    haul_is(&hubs, "20", 0, 55);
    haul_is(&hubs, "300", 0, 90);
    tp_hubs_reset(&hubs);
    tp_dataset_free(dataset);
}

static void airports_and_flights(void **state) {
    (void)state;
    const tp_test_point airports[] = {{"KMJ", 130.86, 32.84}, {"OIT", 131.74, 33.48}, {"XXX", 132, 33}};
    static const struct {
        const char *iata, *metro;
        double minutes;
    } rows[] = {{"KMJ", "Tokyo", 119},  {"KMJ", "Tokyo", 105}, {"KMJ", "Osaka", 65}, {"OIT", "Seoul", 90},
                {"XXX", "Nagoya", NAN}, {NULL, "Tokyo", 1},    {"KMJ", NULL, 1},     {"KMJ", "tokyo", 1},
                {"KMJ", "Tokyo", -3},   {"NONE", "Tokyo", 100}};
    enum { N = sizeof rows / sizeof rows[0] };
    tp_dataset *dataset = new_dataset();
    tp_layer *points = add_points(dataset, "airports", airports, 3);
    tp_layer *flights = add_table(dataset, "flights", TP_GEOMETRY_NONE, N);
    tp_column *iata = tp_test_column(flights, "iata", TP_TYPE_TEXT);
    tp_column *metro = tp_test_column(flights, "metro", TP_TYPE_TEXT);
    tp_column *minutes = tp_test_column(flights, "minutes", TP_TYPE_DOUBLE);
    for (int i = 0; i < N; i++) {
        put(iata, i, rows[i].iata);
        put(metro, i, rows[i].metro);
        tp_column_set_double(minutes, i, rows[i].minutes);
    }
    tp_hubs hubs = {0};
    assert_int_equal(tp_hubs_add_air(&hubs, points, 4, flights, &COSTS, NULL), TP_OK);
    assert_int_equal(hubs.n, 1);
    assert_string_equal(hubs.items[0].id, "KMJ");
    assert_true(hubs.items[0].air);
    assert_int_equal(hubs.items[0].layer, 4);
    assert_true(hubs.items[0].haul_min[0] == 105);
    assert_true(hubs.items[0].fixed_min[0] == 45 + 105 + 40);
    assert_true(hubs.items[0].fixed_min[1] == 45 + 65 + 40);
    assert_true(isinf(hubs.items[0].fixed_min[2]));
    assert_false(hubs.items[0].core[0]);
    tp_hubs_reset(&hubs);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_network_by_hand),   cmocka_unit_test(a_later_train_without_a_change),
        cmocka_unit_test(years_of_service),          cmocka_unit_test(random_networks),
        cmocka_unit_test(a_country_of_stops),        cmocka_unit_test(unusable_segments),
        cmocka_unit_test(numbers_in_place_of_texts), cmocka_unit_test(airports_and_flights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
