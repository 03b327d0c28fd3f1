/*
 * nearest, count and largest on random networks against all pairs by Floyd and Warshall: times to the millisecond,
 * lengths, both directions, places and facilities off the network, missing cells; the limits; threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

#include "3_measure/travel.h"
#include "road_fixture.h"

#include <omp.h>

enum { SITES = 120, FACILITIES = 40, NODES = 90, WAYS = 170 };

typedef struct world {
    tp_dataset *dataset;
    road_time *matrix;
    char ids[SITES + FACILITIES][16];
} world;

/* A number of ms from a range so wide that two paths hardly ever take equally long. */
static uint32_t some_ms(uint64_t *seed, double most_min) {
    return 1 + (uint32_t)(next_random(seed) * most_min * 60000);
}

/*
 * Nodes over half a degree; some ways are one-way, some rail (which no road search may use), and some in a part of the
 * network by itself. Two of five places lie on or near a node, the others anywhere, so that some are off the network.
 */
static void make_network(tp_dataset *dataset, uint64_t *seed, double *lon_deg, double *lat_deg) {
    tp_ways ways = {0};
    for (int i = 0; i < NODES; i++) {
        lon_deg[i] = 130 + 0.5 * next_random(seed);
        lat_deg[i] = 32 + 0.5 * next_random(seed);
        (void)road_node(&ways, lon_deg[i], lat_deg[i]);
    }
    for (int i = 0; i < WAYS; i++) {
        int part = i % 10 == 0 ? 80 : 0, size = part == 0 ? 80 : NODES - 80;
        int64_t from = part + (int64_t)(size * next_random(seed)), to = part + (int64_t)(size * next_random(seed));
        double kind = next_random(seed);
        uint32_t forward_ms = some_ms(seed, 12), backward_ms = some_ms(seed, 12);
        tp_mode mode = kind < 0.1 ? TP_MODE_RAIL : kind < 0.15 ? TP_MODE_FERRY : TP_MODE_ROAD;
        if (kind > 0.8) {
            *(kind > 0.9 ? &forward_ms : &backward_ms) = TP_NO_TIME;
        }
        road_way(&ways, from, to, mode == TP_MODE_RAIL ? 1 : forward_ms, mode == TP_MODE_RAIL ? 1 : backward_ms,
                 100 + 20000 * next_random(seed), mode);
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD);
}

static void make_world(world *made, uint64_t seed) {
    tp_test_point points[SITES + FACILITIES];
    double lon_deg[NODES], lat_deg[NODES];
    made->dataset = new_dataset();
    make_network(made->dataset, &seed, lon_deg, lat_deg);
    for (int i = 0; i < SITES + FACILITIES; i++) {
        bool near_node = i % 5 < 2;
        int node = (int)(NODES * next_random(&seed));
        double lon = near_node ? lon_deg[node] : 129.9 + 0.7 * next_random(&seed);
        double lat = near_node ? lat_deg[node] : 31.9 + 0.7 * next_random(&seed);
        (void)snprintf(made->ids[i], sizeof made->ids[i], "p%d", i * 7919 % 1000);
        points[i] = (tp_test_point){made->ids[i], lon, lat + (i % 2 ? 0.002 : 0)};
    }
    (void)add_points(made->dataset, "sites", points, SITES);
    tp_layer *first = add_points(made->dataset, "first", points + SITES, FACILITIES / 2);
    tp_layer *second = add_points(made->dataset, "second", points + SITES + FACILITIES / 2, FACILITIES / 2);
    for (int l = 0; l < 2; l++) {
        tp_layer *layer = l == 0 ? first : second;
        tp_column *kind = tp_test_column(layer, "kind", TP_TYPE_INT64);
        tp_column *people = tp_test_column(layer, "people", TP_TYPE_DOUBLE);
        tp_column *industry = tp_test_column(layer, "industry", TP_TYPE_INT64);
        for (int64_t row = 0; row < layer->n_rows; row++) {
            if (next_random(&seed) < 0.8) {
                tp_column_set_int64(kind, row, (int64_t)(2 * next_random(&seed)));
            }
            tp_column_set_double(people, row, floor(1e5 * next_random(&seed)));
            tp_column_set_int64(industry, row, (int64_t)(5 * next_random(&seed)));
        }
    }
    made->matrix = road_matrix(made->dataset->network->network);
}

static void free_world(world *made) {
    free(made->matrix);
    tp_dataset_free(made->dataset);
}

static const tp_layer *facility_layer(const world *made, int f) {
    return tp_dataset_layer(made->dataset, f < FACILITIES / 2 ? "first" : "second");
}

static const tp_join *joins_of(const world *made, const tp_layer *layer) {
    const tp_join *joins = NULL;
    assert_int_equal(tp_transport_joins(made->dataset->network, &made->dataset->ellipsoid, layer, &joins, NULL), TP_OK);
    return joins;
}

static road_time time_of(const world *made, int64_t site, int f, bool from_there) {
    const tp_join *place = &joins_of(made, tp_dataset_layer(made->dataset, "sites"))[site];
    const tp_join *facility = &joins_of(made, facility_layer(made, f))[f % (FACILITIES / 2)];
    const tp_network *network = made->dataset->network->network;
    return from_there ? road_between(network, made->matrix, facility, place)
                      : road_between(network, made->matrix, place, facility);
}

/* 1: counts, 2: may count, 0: does not; by `where: kind = 1`. */
static int counts(const world *made, int f) {
    int64_t row = f % (FACILITIES / 2);
    const tp_column *kind = tp_layer_column(facility_layer(made, f), "kind");
    return !kind->valid[row] ? 2 : kind->i64[row] == 1;
}

static double number_of(const world *made, int f, const char *column) {
    double number = NAN;
    int64_t row = f % (FACILITIES / 2);
    assert_true(tp_column_number(tp_layer_column(facility_layer(made, f), column), row, &number));
    return number;
}

static bool joined(const world *made, int64_t site) {
    return joins_of(made, tp_dataset_layer(made->dataset, "sites"))[site].way >= 0;
}

static int number_of_link(const world *made, const tp_measure *measure, const tp_link *link) {
    assert_ptr_equal(measure->to[link->layer], facility_layer(made, link->layer == 0 ? 0 : FACILITIES / 2));
    return (int)link->row + (link->layer == 0 ? 0 : FACILITIES / 2);
}

/* A facility off the network has no time by road; the straight line says how near it may be. Infinity for one on it. */
static double off_network_min(const world *made, int64_t site, int f) {
    const tp_layer *sites = tp_dataset_layer(made->dataset, "sites"), *layer = facility_layer(made, f);
    int64_t row = f % (FACILITIES / 2);
    if (joins_of(made, layer)[row].way >= 0) {
        return INFINITY;
    }
    return oracle_min(oracle_m(sites->lon_deg[site], sites->lat_deg[site], layer->lon_deg[row], layer->lat_deg[row]),
                      40, 1.3);
}

/* ---- nearest ---- */

static void check_nearest_row(const world *made, const tp_measure *measure, int64_t site, bool from_there, bool best) {
    uint64_t sure = UINT64_MAX, maybe = UINT64_MAX;
    double off_min = INFINITY;
    double length_m = 0;
    for (int f = 0; f < FACILITIES; f++) {
        road_time time = time_of(made, site, f, from_there);
        if (counts(made, f) == 1 && time.ms < sure) {
            sure = time.ms;
            length_m = time.length_m;
        }
        maybe = counts(made, f) == 2 && time.ms < maybe ? time.ms : maybe;
        off_min = best && counts(made, f) != 0 ? fmin(off_min, off_network_min(made, site, f)) : off_min;
    }
    uint64_t least = maybe < sure ? maybe : sure;
    double low = least == UINT64_MAX ? INFINITY : (double)least / 60000;
    assert_int_equal(measure->method[site], TP_METHOD_ROAD);
    low = fmin(low, off_min);
    assert_true(measure->low[site] == low || fabs(measure->low[site] - low) < 1e-9);
    assert_int_equal(measure->known[site], sure != UINT64_MAX);
    assert_int_equal(measure->link_first[site + 1] - measure->link_first[site], sure != UINT64_MAX);
    if (sure != UINT64_MAX) {
        const tp_link *link = &measure->links[measure->link_first[site]];
        assert_true(measure->value[site] == (double)sure / 60000 && measure->high[site] == measure->value[site]);
        assert_true(link->minutes == measure->value[site]);
        assert_true(time_of(made, site, number_of_link(made, measure, link), from_there).ms == sure);
        assert_true(near(link->distance_m, length_m, 0.01));
    } else {
        assert_true(isinf(measure->high[site]));
    }
}

static void nearest_by_brute_force(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        world made;
        make_world(&made, seed);
        bool from_there = seed % 2 == 0;
        const tp_measure *best = measured(made.dataset, "nearest", "best",
                                          from_there ? "{to: [first, second], where: kind = 1, direction: from}"
                                                     : "{to: [first, second], where: kind = 1}");
        const tp_measure *road =
            measured(made.dataset, "nearest", "road",
                     from_there ? "{to: [first, second], where: kind = 1, direction: from, by: road}"
                                : "{to: [first, second], where: kind = 1, by: road}");
        const tp_measure *line =
            measured(made.dataset, "nearest", "line", "{to: [first, second], where: kind = 1, by: straight_line}");
        int64_t off = 0;
        assert_true(best->by_network && road->by_network && !line->by_network);
        for (int64_t site = 0; site < SITES; site++) {
            assert_int_equal(line->method[site], TP_METHOD_STRAIGHT_LINE);
            if (joined(&made, site)) {
                check_nearest_row(&made, best, site, from_there, true);
                check_nearest_row(&made, road, site, from_there, false);
                continue;
            }
            off++;
            assert_int_equal(best->method[site], TP_METHOD_STRAIGHT_LINE);
            assert_true(best->value[site] == line->value[site] && best->low[site] == line->low[site]);
            assert_int_equal(road->known[site], 0);
            assert_int_equal(road->method[site], TP_METHOD_ROAD);
            assert_true(isinf(road->low[site]) && road->low[site] > 0 && isinf(road->high[site]));
        }
        assert_true(off > 5 && off < SITES - 20);
        free_world(&made);
    }
}

/* ---- count ---- */

enum how { FEATURES, DIFFERENT, SUM };

typedef struct expected {
    double sure, more;
    int64_t found;
} expected;

static expected count_by_hand(const world *made, int64_t site, uint64_t limit_ms, enum how how) {
    expected result = {0, 0, 0};
    bool seen[5] = {false}, possible[5] = {false};
    for (int f = 0; f < FACILITIES; f++) {
        if (counts(made, f) != 0 && off_network_min(made, site, f) <= (double)limit_ms / 60000) {
            result.more += how == SUM ? INFINITY : 1;
        }
        if (counts(made, f) == 0 || time_of(made, site, f, false).ms > limit_ms) {
            continue;
        }
        bool sure = counts(made, f) == 1;
        int class = (int)number_of(made, f, "industry");
        double amount = how == SUM ? number_of(made, f, "people") : 1;
        if (how == DIFFERENT && sure) {
            amount = seen[class] ? 0 : 1;
            seen[class] = true;
        } else if (how == DIFFERENT) {
            possible[class] = true;
            amount = 0;
        }
        *(sure ? &result.sure : &result.more) += amount;
        result.found += sure;
    }
    for (int class = 0; class < 5; class ++) {
        result.more += possible[class] && !seen[class];
    }
    return result;
}

static void check_links(const world *made, const tp_measure *measure, int64_t site) {
    double before = 0;
    for (int64_t i = measure->link_first[site]; i < measure->link_first[site + 1]; i++) {
        const tp_link *link = &measure->links[i];
        road_time time = time_of(made, site, number_of_link(made, measure, link), false);
        assert_true(link->minutes == (double)time.ms / 60000 && link->minutes >= before);
        assert_true(near(link->distance_m, time.length_m, 0.01));
        before = link->minutes;
    }
}

static void counts_by_brute_force(void **state) {
    (void)state;
#define WITHIN "to: [first, second], where: kind = 1, within: 15 min, also_within: [10 min, 90 s, 40 min]"
    static const char *const settings[] = {"{" WITHIN "}", "{" WITHIN ", distinct: industry}",
                                           "{" WITHIN ", sum: people}"};
    static const struct {
        const char *column;
        uint64_t ms;
    } sweep[] = {{"m_10min", 600000}, {"m_90s", 90000}, {"m_40min", 2400000}, {"m", 900000}};
    for (uint64_t seed = 11; seed <= 16; seed++) {
        enum how how = (enum how)(seed % 3);
        world made;
        make_world(&made, seed);
        tp_layer *sites = tp_dataset_layer(made.dataset, "sites");
        assert_int_equal(run_stage(made.dataset, "count", "m", settings[how], false, 0, NULL), TP_OK);
        const tp_measure *measure = tp_dataset_measure(made.dataset, "m");
        for (int64_t site = 0; site < SITES; site++) {
            if (!joined(&made, site)) {
                assert_int_equal(measure->method[site], TP_METHOD_STRAIGHT_LINE);
                continue;
            }
            expected wanted = count_by_hand(&made, site, 900000, how);
            assert_int_equal(measure->method[site], TP_METHOD_ROAD);
            assert_true(measure->value[site] == wanted.sure && measure->high[site] == wanted.sure + wanted.more);
            check_links(&made, measure, site);
            if (how == FEATURES) {
                int64_t listed = measure->link_first[site + 1] - measure->link_first[site];
                assert_int_equal(listed, wanted.found < TP_LINKS_MAX ? wanted.found : TP_LINKS_MAX);
            }
            for (size_t i = 0; i < 4; i++) {
                const tp_column *column = tp_layer_column(sites, sweep[i].column);
                expected then = count_by_hand(&made, site, sweep[i].ms, how);
                assert_int_equal(column->valid[site], then.sure > 0 || then.more <= 0);
                assert_true(!column->valid[site] || column->f64[site] == then.sure);
            }
            assert_int_equal(tp_layer_column(sites, "m_first")->i64[site] +
                                 tp_layer_column(sites, "m_second")->i64[site],
                             measure->known[site] ? wanted.found : 0);
        }
        free_world(&made);
    }
}

/* The straight line too counts several times in one pass. */
static void a_sweep_by_the_straight_line(void **state) {
    (void)state;
    world made;
    make_world(&made, 21);
    tp_layer *sites = tp_dataset_layer(made.dataset, "sites");
    assert_int_equal(run_stage(made.dataset, "count", "m",
                               "{to: first, within: 20 min, also_within: [30 min, 5 min], by: straight_line}", false, 0,
                               NULL),
                     TP_OK);
    const tp_measure *few = measured(made.dataset, "count", "five", "{to: first, within: 5 min, by: straight_line}");
    const tp_measure *many =
        measured(made.dataset, "count", "thirty", "{to: first, within: 30 min, by: straight_line}");
    const tp_measure *some =
        measured(made.dataset, "count", "twenty", "{to: first, within: 20 min, by: straight_line}");
    bool same = true;
    for (int64_t site = 0; site < SITES; site++) {
        assert_true(tp_layer_column(sites, "m_5min")->f64[site] == few->value[site]);
        assert_true(tp_layer_column(sites, "m_30min")->f64[site] == many->value[site]);
        assert_true(tp_layer_column(sites, "m")->f64[site] == some->value[site]);
        same = same && few->value[site] == many->value[site];
    }
    assert_false(same);
    assert_true(same_bytes(some, tp_dataset_measure(made.dataset, "m")));
    free_world(&made);
}

/* ---- largest ---- */

static void largest_by_brute_force(void **state) {
    (void)state;
    for (uint64_t seed = 31; seed <= 34; seed++) {
        world made;
        make_world(&made, seed);
        const tp_measure *measure = measured(made.dataset, "largest", "m",
                                             "{to: [first, second], where: kind = 1, column: people, within: 15 min}");
        for (int64_t site = 0; site < SITES; site++) {
            double largest = -INFINITY, high = -INFINITY;
            for (int f = 0; joined(&made, site) && f < FACILITIES; f++) {
                bool near_enough = time_of(&made, site, f, false).ms <= 900000;
                if (near_enough && counts(&made, f) > 0) {
                    high = fmax(high, number_of(&made, f, "people"));
                    largest = counts(&made, f) == 1 ? fmax(largest, number_of(&made, f, "people")) : largest;
                }
            }
            if (!joined(&made, site)) {
                assert_int_equal(measure->method[site], TP_METHOD_STRAIGHT_LINE);
                continue;
            }
            assert_int_equal(measure->method[site], TP_METHOD_ROAD);
            assert_int_equal(measure->known[site], isfinite(largest));
            assert_true(measure->low[site] == largest && measure->high[site] == high);
            check_links(&made, measure, site);
        }
        free_world(&made);
    }
}

/* ---- limits, threads, joins ---- */

static void a_limit_in_ms_agrees_with_minutes(void **state) {
    (void)state;
    uint64_t seed = 5;
    assert_int_equal(tp_travel_limit_ms(30), 1800000);
    assert_int_equal(tp_travel_limit_ms(0), 0);
    assert_int_equal(tp_travel_limit_ms(INFINITY), TP_TIME_MAX_MS);
    assert_int_equal(tp_travel_limit_ms(100000), TP_TIME_MAX_MS);
    assert_int_equal(tp_travel_limit_ms(TP_TIME_MAX_MS / 60000.0), TP_TIME_MAX_MS);
    for (int i = 0; i < 100000; i++) {
        uint32_t ms = 1 + (uint32_t)(next_random(&seed) * (i % 2 ? 1e7 : 2e9));
        double minutes = tp_travel_minutes(ms);
        assert_int_equal(tp_travel_limit_ms(minutes), ms);
        assert_int_equal(tp_travel_limit_ms(nextafter(minutes, 0)), ms - 1);
        assert_int_equal(tp_travel_limit_ms(nextafter(minutes, INFINITY)), ms);
    }
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    static const char *const settings[][2] = {{"nearest", "{to: [first, second], where: kind = 1}"},
                                              {"count", "{to: [first, second], within: 20 min, distinct: industry}"},
                                              {"largest", "{to: [first, second], within: 20 min, column: people}"}};
    int before = omp_get_max_threads();
    for (int kind = 0; kind < 3; kind++) {
        const tp_measure *one = NULL;
        world made[3];
        for (int i = 0; i < 3; i++) {
            omp_set_num_threads(1 << i);
            make_world(&made[i], 41);
            const tp_measure *measure = measured(made[i].dataset, settings[kind][0], "m", settings[kind][1]);
            one = one == NULL ? measure : one;
            assert_true(same_bytes(one, measure));
        }
        for (int i = 0; i < 3; i++) {
            free_world(&made[i]);
        }
    }
    omp_set_num_threads(before);
}

static void joins_are_kept(void **state) {
    (void)state;
    world made;
    make_world(&made, 51);
    tp_transport *transport = made.dataset->network;
    const tp_layer *sites = tp_dataset_layer(made.dataset, "sites");
    const tp_join *joins = joins_of(&made, sites);
    tp_join_counts counts;
    assert_false(tp_transport_join_counts(transport, 1, &counts));
    (void)joins_of(&made, tp_dataset_layer(made.dataset, "first"));
    assert_ptr_equal(joins_of(&made, sites), joins);
    assert_true(tp_transport_join_counts(transport, 0, &counts));
    assert_ptr_equal(counts.layer, sites);
    int64_t off = 0, apart = 0;
    for (int64_t site = 0; site < SITES; site++) {
        off += joins[site].way < 0;
        apart += joins[site].way >= 0 && !joins[site].in_largest;
    }
    assert_true(off > 0 && counts.n == SITES && counts.n_not_joined == off && counts.n_apart == apart);
    tp_layer *table = add_table(made.dataset, "table", TP_GEOMETRY_NONE, 1);
    assert_int_equal(tp_transport_joins(transport, &made.dataset->ellipsoid, table, &joins, NULL), TP_E_INTERNAL);
    free_world(&made);
}

static void by_road_without_a_network(void **state) {
    (void)state;
    const tp_test_point point[] = {{"p", 130, 32}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", point, 1);
    (void)add_points(dataset, "to", point, 1);
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, "nearest", "m", "{to: to, by: road}", true, 0, &error), TP_E_CONFIG);
    assert_non_null(strstr(error.message, "network"));
    assert_int_equal(measured(dataset, "nearest", "n", "{to: to}")->method[0], TP_METHOD_STRAIGHT_LINE);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_by_brute_force),
        cmocka_unit_test(counts_by_brute_force),
        cmocka_unit_test(a_sweep_by_the_straight_line),
        cmocka_unit_test(largest_by_brute_force),
        cmocka_unit_test(a_limit_in_ms_agrees_with_minutes),
        cmocka_unit_test(the_same_at_any_number_of_threads),
        cmocka_unit_test(joins_are_kept),
        cmocka_unit_test(by_road_without_a_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
