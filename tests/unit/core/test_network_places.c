/* Places on the network: where they join, the times between them, counts, nearest, matrix, paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "network_fixture.h"
#include "technopolis/service.h"

static tp_ellipsoid grs80;

static int set_up(void **state) {
    (void)state;
    tp_ellipsoid_init_grs80(&grs80);
    return 0;
}

static const tp_join_rule usual = {2000, 5, TP_JOIN_LARGEST};

/* ---- by hand ---- */

/*
 * Three nodes on a parallel: 0 (130.00), 1 (130.02), 2 (130.04), and far to the north an island of two nodes, 3 and 4.
 * Way 0 runs 0 -> 1, both directions, 100 and 200 s; way 1 runs 1 -> 2, forward only, 50 s; way 2 runs 3 -> 4, 10 s;
 * way 3, an expressway 0 -> 2, passes north of way 0.
 */
static tp_network *small_network(void) {
    tp_ways ways = {0};
    tp_network *network = NULL;
    const double lon[] = {130, 130.02, 130.04, 130, 130.02}, lat[] = {33, 33, 33, 33.2, 33.2};
    const double bend_lon[] = {130, 130.02, 130.04}, bend_lat[] = {33, 33.005, 33};
    int64_t node;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tp_ways_add_node(&ways, lon[i], lat[i], &node, NULL), TP_OK);
    }
    const tp_way list[] = {
        {.from = 0, .to = 1, .forward_ms = 100000, .backward_ms = 200000, .length_m = 1869},
        {.from = 1, .to = 2, .forward_ms = 50000, .backward_ms = TP_NO_TIME, .length_m = 1869},
        {.from = 3, .to = 4, .forward_ms = 10000, .backward_ms = 10000, .length_m = 1869},
        {.from = 0,
         .to = 2,
         .forward_ms = 60000,
         .backward_ms = 60000,
         .length_m = 4000,
         .through_only = true,
         .lon_deg = bend_lon,
         .lat_deg = bend_lat,
         .n_vertices = 3},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        assert_int_equal(tp_ways_add(&ways, &list[i], NULL), TP_OK);
    }
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    return network;
}

static tp_join join_one(const tp_network *network, const tp_join_rule *rule, double lon_deg, double lat_deg) {
    tp_join join;
    assert_int_equal(tp_join_places(network, &grs80, rule, &lon_deg, &lat_deg, 1, &join, NULL), TP_OK);
    return join;
}

static void test_join_by_hand(void **state) {
    (void)state;
    tp_network *network = small_network();
    tp_join join = join_one(network, &usual, 130.005, 33.004); /* 444 m north of a quarter of way 0 */
    assert_int_equal(join.way, 0);
    assert_true(fabs(join.fraction - 0.25) < 1e-9);
    assert_true(fabs(join.distance_m - tp_geodesic_distance_m(&grs80, 130.005, 33.004, 130.005, 33)) < 1e-6);
    assert_int_equal(join.off_road_ms, llround(join.distance_m * 3600 / 5));
    assert_true(join.in_largest);
    tp_start starts[2];
    uint32_t off_ms = join.off_road_ms;
    assert_int_equal(tp_join_starts(network, &join, true, starts), 2);
    assert_true(starts[0].node == network->node_of[1] && starts[0].time_ms == off_ms + 75000);
    assert_true(starts[1].node == network->node_of[0] && starts[1].time_ms == off_ms + 50000);
    assert_int_equal(tp_join_starts(network, &join, false, starts), 2);
    assert_true(starts[0].node == network->node_of[0] && starts[0].time_ms == off_ms + 25000);
    assert_true(starts[1].node == network->node_of[1] && starts[1].time_ms == off_ms + 150000);
    join = join_one(network, &usual, 130.03, 32.999); /* on the one-way street */
    assert_int_equal(join.way, 1);
    assert_int_equal(tp_join_starts(network, &join, true, starts), 1);
    assert_true(starts[0].node == network->node_of[2] && starts[0].time_ms == join.off_road_ms + 25000);
    assert_int_equal(tp_join_starts(network, &join, false, starts), 1);
    assert_true(starts[0].node == network->node_of[1] && starts[0].time_ms == join.off_road_ms + 25000);
    join = join_one(network, &usual, 130.02, 33.0049); /* on the expressway, which nobody joins */
    assert_true(join.way == 0 || join.way == 1);
    tp_network_free(network);
}

static void test_join_limits(void **state) {
    (void)state;
    tp_network *network = small_network();
    const double lon = 130.01, lat = 33.01, exact_m = tp_geodesic_distance_m(&grs80, lon, lat, lon, 33);
    tp_join_rule rule = usual;
    rule.limit_m = exact_m;
    assert_int_equal(join_one(network, &rule, lon, lat).way, 0); /* inclusive */
    rule.limit_m = nextafter(exact_m, 0);
    assert_int_equal(join_one(network, &rule, lon, lat).way, -1);
    /* near the island: it is not in the largest strong component */
    assert_int_equal(join_one(network, &usual, 130.01, 33.19).way, 2);
    assert_false(join_one(network, &usual, 130.01, 33.19).in_largest);
    rule = (tp_join_rule){2000, 5, TP_JOIN_LARGEST_ONLY};
    assert_int_equal(join_one(network, &rule, 130.01, 33.19).way, -1);
    rule = (tp_join_rule){50000, 5, TP_JOIN_LARGEST};
    assert_int_equal(join_one(network, &rule, 130.01, 33.19).way, 0);
    rule.component = TP_JOIN_ANY;
    assert_int_equal(join_one(network, &rule, 130.01, 33.19).way, 2);
    assert_int_equal(join_one(network, &usual, NAN, 33).way, -1);
    assert_int_equal(join_one(network, &usual, 130, 91).way, -1);
    assert_int_equal(join_one(network, &usual, 131, 33).way, -1);
    tp_join join;
    tp_error error = {0};
    rule.off_road_km_h = 0;
    assert_int_equal(tp_join_places(network, &grs80, &rule, &lon, &lat, 1, &join, &error), TP_E_INTERNAL);
    assert_string_equal(error.message, "places cannot join within 50000 m at 0 km/h");
    tp_network_free(network);
}

static void test_direct(void **state) {
    (void)state;
    tp_network *network = small_network();
    tp_join a = join_one(network, &usual, 130.005, 33.0), b = join_one(network, &usual, 130.015, 33.0);
    assert_int_equal(tp_join_direct_ms(network, &a, &b), 50000);
    assert_int_equal(tp_join_direct_ms(network, &b, &a), 100000);
    assert_int_equal(tp_join_direct_ms(network, &a, &a), 0);
    tp_join c = join_one(network, &usual, 130.025, 33.0), d = join_one(network, &usual, 130.035, 33.0);
    assert_int_equal(tp_join_direct_ms(network, &c, &d), 25000);
    assert_int_equal(tp_join_direct_ms(network, &d, &c), TP_NO_TIME); /* against the one-way street */
    assert_int_equal(tp_join_direct_ms(network, &a, &c), TP_NO_TIME);
    /* against it one goes round: d -> 2, expressway to 0, way 0 to 1, and on to c */
    tp_search *search = NULL;
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, TP_NO_TIME};
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    assert_int_equal(tp_search_run_places(search, &rule, &c, 1, NULL), TP_OK);
    assert_int_equal(tp_search_place_ms(search, &d), 12500 + 60000 + 100000 + 12500);
    assert_int_equal(tp_search_place_ms(search, &a), 75000 + 12500);
    rule.limit_ms = 25000;
    assert_int_equal(tp_search_run_places(search, &rule, &d, 1, NULL), TP_OK);
    assert_int_equal(tp_search_place_ms(search, &c), 25000); /* exactly on the limit, and direct */
    rule.limit_ms = 24999;
    assert_int_equal(tp_search_run_places(search, &rule, &d, 1, NULL), TP_OK);
    assert_int_equal(tp_search_place_ms(search, &c), TP_NO_TIME);
    assert_int_equal(tp_search_run_places(search, &rule, &c, 1, NULL), TP_OK);
    assert_int_equal(tp_search_place_ms(search, &c), 0); /* without going round the one-way street */
    tp_join nowhere = {.way = -1};
    assert_int_equal(tp_search_place_ms(search, &nowhere), TP_NO_TIME);
    tp_search_free(search);
    tp_network_free(network);
}

/* ---- at random ---- */

enum { PLACES = 60, FACILITIES = 25 };

static const network_kind kinds[] = {
    {.n_nodes = 40, .n_ways = 70, .max_ms = 200000, .one_way = 30, .loops = 10},
    {.n_nodes = 12, .n_ways = 14, .max_ms = 100000, .one_way = 20}, /* many places on one way */
    {.n_nodes = 100, .n_ways = 120, .max_ms = 100000, .one_way = 20, .zero = 20, .huge = 5},
    {.n_nodes = 60, .n_ways = 130, .max_ms = 100000, .one_way = 20, .zero = 30, .ties = true},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

typedef struct scene {
    tp_ways ways;
    tp_network *network;
    double lon_deg[PLACES + FACILITIES], lat_deg[PLACES + FACILITIES];
    tp_join join[PLACES + FACILITIES]; /* places, then facilities */
    uint64_t seed;
} scene;

/* Random places; some facilities are copies of places, and some places lie far from everything. */
static void make_scene(const network_kind *kind, uint64_t seed, scene *s) {
    s->network = random_network(kind, seed, &s->ways);
    assert_non_null(s->network);
    s->seed = seed * 31;
    for (int i = 0; i < PLACES + FACILITIES; i++) {
        bool copy = i > PLACES && below(&s->seed, 4) == 0;
        int from = (int)below(&s->seed, PLACES);
        s->lon_deg[i] = copy ? s->lon_deg[from] : between(&s->seed, 130, below(&s->seed, 10) == 0 ? 140 : 131);
        s->lat_deg[i] = copy ? s->lat_deg[from] : between(&s->seed, 32, 33);
    }
    tp_join_rule rule = {20000, 40, below(&s->seed, 2) == 0 ? TP_JOIN_ANY : TP_JOIN_LARGEST};
    assert_int_equal(
        tp_join_places(s->network, &grs80, &rule, s->lon_deg, s->lat_deg, PLACES + FACILITIES, s->join, NULL), TP_OK);
}

static void free_scene(scene *s) {
    tp_network_free(s->network);
    tp_ways_reset(&s->ways);
}

/* Slow: times from each facility's ends by relaxing all ways, then the ends of each place, then the direct stretch. */
static void slow_times(const scene *s, const tp_search_rule *rule, uint32_t times_ms[PLACES][FACILITIES]) {
    bool to = rule->direction == TP_TO_FACILITY;
    uint64_t label[200];
    uint32_t old_of[200];
    for (uint32_t v = 0; v < s->network->n_nodes; v++) {
        old_of[s->network->node_of[v]] = v;
    }
    for (int f = 0; f < FACILITIES; f++) {
        const tp_join *facility = &s->join[PLACES + f];
        memset(label, 0xFF, sizeof label);
        tp_start ends[2];
        for (int i = tp_join_starts(s->network, facility, !to, ends) - 1; i >= 0; i--) {
            uint64_t *at = &label[old_of[ends[i].node]], mine = (uint64_t)ends[i].time_ms << 32;
            *at = mine < *at ? mine : *at;
        }
        slow_labels(&s->ways, rule, label);
        for (int p = 0; p < PLACES; p++) {
            const tp_join *place = &s->join[p];
            uint64_t best =
                to ? tp_join_direct_ms(s->network, place, facility) : tp_join_direct_ms(s->network, facility, place);
            for (int i = tp_join_starts(s->network, place, to, ends) - 1; i >= 0; i--) {
                uint64_t at = label[old_of[ends[i].node]];
                best = at != UINT64_MAX && (at >> 32) + ends[i].time_ms < best ? (at >> 32) + ends[i].time_ms : best;
            }
            times_ms[p][f] = best <= rule->limit_ms ? (uint32_t)best : TP_NO_TIME;
        }
    }
}

static void check_nearest(scene *s, const tp_search_rule *rule, uint32_t times_ms[PLACES][FACILITIES]) {
    int64_t rank[FACILITIES];
    for (int64_t f = 0; f < FACILITIES; f++) {
        rank[f] = f * 7 % FACILITIES;
    }
    uint32_t time_ms[PLACES];
    int32_t nearest[PLACES];
    assert_int_equal(tp_nearest_places(s->network, rule, s->join, PLACES, s->join + PLACES, FACILITIES, rank, time_ms,
                                       nearest, NULL),
                     TP_OK);
    for (int p = 0; p < PLACES; p++) {
        int best = -1;
        for (int f = 0; f < FACILITIES; f++) {
            if (times_ms[p][f] != TP_NO_TIME && (best < 0 || times_ms[p][f] < times_ms[p][best] ||
                                                 (times_ms[p][f] == times_ms[p][best] && rank[f] < rank[best]))) {
                best = f;
            }
        }
        assert_int_equal(nearest[p], best);
        assert_int_equal(time_ms[p], best < 0 ? TP_NO_TIME : times_ms[p][best]);
    }
}

/* The lengths of a matrix are those of the paths that a search from each facility tells. */
static void check_lengths(const scene *s, const tp_search_rule *rule, const tp_matrix *matrix) {
    tp_search *search = NULL;
    tp_path path = {0};
    bool reached;
    assert_int_equal(tp_search_new(s->network, &search, NULL), TP_OK);
    for (int f = 0; f < FACILITIES; f++) {
        assert_int_equal(tp_search_run_places(search, rule, s->join + PLACES + f, 1, NULL), TP_OK);
        for (int p = 0; p < PLACES; p++) {
            assert_int_equal(tp_search_place_path(search, &s->join[p], &path, &reached, NULL), TP_OK);
            for (int64_t i = matrix->first[p]; i < matrix->first[p + 1]; i++) {
                assert_true(matrix->pair[i].facility != f ||
                            fabs(matrix->length_m[i] - path.length_m) <= 1e-9 * path.length_m);
            }
        }
    }
    tp_path_reset(&path);
    tp_search_free(search);
}

static void check_matrix(scene *s, const tp_search_rule *rule, uint32_t times_ms[PLACES][FACILITIES], int threads) {
    tp_matrix matrix = {0};
    assert_int_equal(
        tp_matrix_of(s->network, rule, s->join, PLACES, s->join + PLACES, FACILITIES, threads, &matrix, NULL), TP_OK);
    int64_t expected = 0;
    for (int p = 0; p < PLACES; p++) {
        for (int f = 0; f < FACILITIES; f++) {
            expected += times_ms[p][f] != TP_NO_TIME;
        }
        for (int64_t i = matrix.first[p]; i < matrix.first[p + 1]; i++) {
            const tp_pair *pair = &matrix.pair[i], *before = pair - 1;
            assert_int_equal(pair->time_ms, times_ms[p][pair->facility]);
            assert_true(i == matrix.first[p] || before->time_ms < pair->time_ms ||
                        (before->time_ms == pair->time_ms && before->facility < pair->facility));
        }
    }
    assert_int_equal(matrix.n_pairs, expected);
    assert_int_equal(matrix.first[PLACES], expected);
    check_lengths(s, rule, &matrix);
    tp_matrix_reset(&matrix);
}

static void check_counts(scene *s, const tp_search_rule *rule, uint32_t times_ms[PLACES][FACILITIES], int threads) {
    enum { GROUPS = 9, LIMITS = 4 };
    const uint32_t limits_ms[LIMITS] = {rule->limit_ms / 4, rule->limit_ms / 2, rule->limit_ms / 2, rule->limit_ms};
    uint32_t count[PLACES * LIMITS];
    int64_t group_of[FACILITIES];
    for (int f = 0; f < FACILITIES; f++) {
        group_of[f] = below(&s->seed, GROUPS - 1); /* the last one is empty */
    }
    for (int grouped = 0; grouped < 2; grouped++) {
        memset(count, 0xAA, sizeof count);
        assert_int_equal(tp_count_places(s->network, rule, s->join, PLACES, s->join + PLACES, FACILITIES,
                                         grouped ? group_of : NULL, GROUPS, limits_ms, LIMITS, threads, count, NULL),
                         TP_OK);
        for (int p = 0; p < PLACES; p++) {
            for (int k = 0; k < LIMITS; k++) {
                uint32_t seen[FACILITIES] = {0}, expected = 0;
                for (int f = 0; f < FACILITIES; f++) {
                    int64_t group = grouped ? group_of[f] : f;
                    expected += times_ms[p][f] <= limits_ms[k] && seen[group]++ == 0;
                }
                assert_int_equal(count[p * LIMITS + k], expected);
            }
        }
    }
}

static void check_path(const scene *s, const tp_path *path, const tp_search_rule *rule, const tp_join *place) {
    uint64_t time_ms = 0;
    double length_m = 0;
    int64_t at = -1; /* the node where the step before ended */
    for (int64_t i = 0; i < path->n; i++) {
        const tp_path_step *step = &path->steps[i];
        time_ms += step->time_ms;
        length_m += step->length_m;
        if (step->way < 0) {
            assert_true(i == 0 || i == path->n - 1);
            continue;
        }
        const tp_ways *ways = &s->network->ways;
        assert_true(rule->modes >> step->mode & 1);
        int64_t from = step->forward ? ways->from[step->way] : ways->to[step->way];
        int64_t to = step->forward ? ways->to[step->way] : ways->from[step->way];
        uint32_t whole_ms = step->forward ? ways->forward_ms[step->way] : ways->backward_ms[step->way];
        assert_true(whole_ms != TP_NO_TIME);
        assert_true(fabs(step->time_ms - whole_ms * (step->end - step->begin)) <= 1);
        bool at_begin = step->forward ? step->begin == 0 : step->end == 1;
        assert_true(at < 0 || (at == from && at_begin));
        assert_true(step->node < 0 || step->node == to);
        at = step->node;
    }
    assert_int_equal(time_ms, path->time_ms);
    assert_true(fabs(length_m - path->length_m) < 1e-6);
    assert_true(
        path->n == 0 || path->steps[0].way >= 0 || place == NULL ||
        path->steps[0].time_ms ==
            (rule->direction == TP_TO_FACILITY ? place->off_road_ms : s->join[PLACES + path->start].off_road_ms));
    tp_leg legs[8];
    int64_t n = tp_path_legs(path, legs, 8), steps = 0;
    uint64_t legs_ms = 0;
    for (int64_t i = 0; i < n && n <= 8; i++) {
        steps += legs[i].n_steps;
        legs_ms += legs[i].time_ms;
        assert_true(i == 0 || legs[i].mode != legs[i - 1].mode || legs[i].off_road != legs[i - 1].off_road);
    }
    assert_true(n > 8 || (steps == path->n && legs_ms == path->time_ms));
}

/* The first of a table of the nearest is what the search from all of them tells, the length of its path included. */
static void check_service_nearest(const scene *s, const tp_service *service, int p, const tp_path *path) {
    uint64_t seen[FACILITIES / 64 + 1];
    tp_service_walk walk;
    tp_served served;
    assert_true(tp_service_words(service) <= FACILITIES / 64 + 1);
    tp_service_begin(&walk, service, &s->join[p], seen);
    assert_int_equal(tp_service_next(&walk, &served), path->n > 0 || path->time_ms != TP_NO_TIME);
    if (path->time_ms != TP_NO_TIME) {
        assert_int_equal(served.facility, path->start);
        assert_int_equal(served.time_ms, path->time_ms);
        assert_true(fabs(served.length_m - path->length_m) <= 1e-9 * path->length_m);
    }
}

static void check_paths(const scene *s, const tp_search_rule *rule, uint32_t times_ms[PLACES][FACILITIES]) {
    tp_search *search = NULL;
    tp_service *service = NULL;
    tp_path path = {0};
    bool reached;
    const tp_service_request request = {.network = s->network,
                                        .rule = *rule,
                                        .places = s->join,
                                        .n_places = PLACES,
                                        .facilities = s->join + PLACES,
                                        .n_facilities = FACILITIES,
                                        .nearest = true};
    assert_int_equal(tp_search_new(s->network, &search, NULL), TP_OK);
    assert_int_equal(tp_search_run_places(search, rule, s->join + PLACES, FACILITIES, NULL), TP_OK);
    assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
    for (int p = 0; p < PLACES; p++) {
        uint32_t best_ms = TP_NO_TIME;
        for (int f = 0; f < FACILITIES; f++) {
            best_ms = times_ms[p][f] < best_ms ? times_ms[p][f] : best_ms;
        }
        assert_int_equal(tp_search_place_ms(search, &s->join[p]), best_ms);
        assert_int_equal(tp_search_place_path(search, &s->join[p], &path, &reached, NULL), TP_OK);
        assert_int_equal(reached, best_ms != TP_NO_TIME);
        if (reached) {
            assert_int_equal(path.time_ms, best_ms);
            assert_int_equal(times_ms[p][path.start], best_ms);
            check_path(s, &path, rule, &s->join[p]);
        }
        check_service_nearest(s, service, p, &path);
    }
    tp_path_reset(&path);
    tp_search_free(search);
    tp_service_free(service);
}

static void test_random_places(void **state) {
    (void)state;
    for (uint64_t k = 0; k < N_KINDS; k++) {
        for (uint64_t seed = 1; seed <= 8; seed++) {
            scene s;
            static uint32_t times_ms[PLACES][FACILITIES];
            make_scene(&kinds[k], seed, &s);
            for (int run = 0; run < 4; run++) {
                tp_search_rule rule = {run % 2 == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY,
                                       run < 2 ? TP_MODES_BY_ROAD : TP_MODES_ALL,
                                       below(&s.seed, kinds[k].max_ms * 60 + 1)};
                slow_times(&s, &rule, times_ms);
                uint32_t exact_ms = times_ms[below(&s.seed, PLACES)][below(&s.seed, FACILITIES)];
                if (seed % 2 == 0 && exact_ms != TP_NO_TIME) { /* a limit that a pair meets exactly */
                    rule.limit_ms = exact_ms;
                    slow_times(&s, &rule, times_ms);
                }
                check_nearest(&s, &rule, times_ms);
                check_matrix(&s, &rule, times_ms, 1 + run);
                check_counts(&s, &rule, times_ms, 1 + run);
                check_paths(&s, &rule, times_ms);
            }
            free_scene(&s);
        }
    }
}

/* Paths between nodes, in both directions, over edges of 0 ms that form rings. */
static void test_node_paths(void **state) {
    (void)state;
    const network_kind zero = {.n_nodes = 80, .n_ways = 200, .max_ms = 8, .zero = 60, .one_way = 30, .ties = true};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        scene s = {0};
        s.network = random_network(&zero, seed, &s.ways);
        assert_non_null(s.network);
        tp_search *search = NULL;
        tp_path path = {0};
        assert_int_equal(tp_search_new(s.network, &search, NULL), TP_OK);
        tp_search_rule rule = {seed % 2 == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY, TP_MODES_ALL, 100};
        const tp_start starts[3] = {{1, 3}, {50, 0}, {1, 5}};
        assert_int_equal(tp_search_run(search, &rule, starts, 3, NULL), TP_OK);
        for (uint32_t v = 0; v < zero.n_nodes; v++) {
            bool reached;
            assert_int_equal(tp_search_path(search, v, &path, &reached, NULL), TP_OK);
            assert_int_equal(reached, tp_search_time_ms(search, v) != TP_NO_TIME);
            if (!reached) {
                continue;
            }
            assert_int_equal(path.time_ms, tp_search_time_ms(search, v));
            assert_int_equal(path.start, tp_search_start(search, v));
            assert_true(path.start == 0 || path.start == 1);
            path.time_ms -= starts[path.start].time_ms; /* spent before the first step */
            check_path(&s, &path, &rule, NULL);
        }
        tp_path_reset(&path);
        tp_search_free(search);
        free_scene(&s);
    }
}

/* The nearest of all segments by ternary search on the geodesic distance. */
static double slow_distance_m(const tp_ways *ways, double lon_deg, double lat_deg) {
    double best_m = INFINITY;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        if (ways->mode[w] != TP_MODE_ROAD ||
            (ways->forward_ms[w] == TP_NO_TIME && ways->backward_ms[w] == TP_NO_TIME)) {
            continue;
        }
        for (int64_t v = ways->vertex_first[w]; v + 1 < ways->vertex_first[w + 1]; v++) {
            const double *x = ways->vertex_lon_deg + v, *y = ways->vertex_lat_deg + v;
            double low = 0, high = 1;
            for (int i = 0; i < 60; i++) {
                double a = low + (high - low) / 3, b = high - (high - low) / 3;
                double a_m = tp_geodesic_distance_m(&grs80, lon_deg, lat_deg, x[0] + a * (x[1] - x[0]),
                                                    y[0] + a * (y[1] - y[0]));
                double b_m = tp_geodesic_distance_m(&grs80, lon_deg, lat_deg, x[0] + b * (x[1] - x[0]),
                                                    y[0] + b * (y[1] - y[0]));
                *(a_m < b_m ? &high : &low) = a_m < b_m ? b : a;
            }
            best_m = fmin(best_m, tp_geodesic_distance_m(&grs80, lon_deg, lat_deg, x[0] + low * (x[1] - x[0]),
                                                         y[0] + low * (y[1] - y[0])));
        }
    }
    return best_m;
}

static void test_join_is_nearest(void **state) {
    (void)state;
    const network_kind kind = {.n_nodes = 150, .n_ways = 120, .max_ms = 1000, .one_way = 100, .loops = 5};
    tp_ways ways;
    tp_network *network = random_network(&kind, 5, &ways);
    assert_non_null(network);
    tp_join_rule rule = {10000, 5, TP_JOIN_ANY};
    uint64_t seed = 9;
    for (int i = 0; i < 300; i++) {
        double lon = between(&seed, 129.95, 131.05), lat = between(&seed, 31.95, 33.05);
        double slow_m = slow_distance_m(&ways, lon, lat);
        tp_join join = join_one(network, &rule, lon, lat);
        if (join.way < 0) {
            assert_true(slow_m > 10000 - 1);
            continue;
        }
        assert_true(join.distance_m >= slow_m - 1e-3 && join.distance_m <= slow_m * 1.001 + 1e-3);
        assert_true(fabs(join.distance_m - tp_geodesic_distance_m(&grs80, lon, lat, join.lon_deg, join.lat_deg)) <
                    1e-6);
        const double *x = network->ways.vertex_lon_deg + network->ways.vertex_first[join.way];
        const double *y = network->ways.vertex_lat_deg + network->ways.vertex_first[join.way];
        assert_true(fabs(x[0] + join.fraction * (x[1] - x[0]) - join.lon_deg) < 1e-9); /* straight ways */
        assert_true(fabs(y[0] + join.fraction * (y[1] - y[0]) - join.lat_deg) < 1e-9);
    }
    tp_network_free(network);
    tp_ways_reset(&ways);
}

/* ---- attached nodes ---- */

/* A node that is hung on the roads has the times of a place that joins there, up to rounding. */
static void test_attached_like_joined(void **state) {
    (void)state;
    enum { N = 30 };
    for (uint64_t seed = 1; seed <= 12; seed++) {
        scene s;
        make_scene(&kinds[seed % N_KINDS], seed + 100, &s);
        tp_join_rule rule = {20000, 40, TP_JOIN_ANY};
        tp_join joins[N];
        tp_attachment attachments[N];
        tp_ways ways = s.ways;
        s.ways = (tp_ways){0};
        int64_t n_ways = ways.n_ways;
        double all_m = 0, cut_m = 0;
        for (int64_t w = 0; w < n_ways; w++) {
            all_m += ways.length_m[w];
        }
        for (int i = 0; i < N; i++) {
            attachments[i] = (tp_attachment){0};
            assert_int_equal(tp_ways_add_node(&ways, s.lon_deg[i], s.lat_deg[i], &attachments[i].node, NULL), TP_OK);
        }
        assert_int_equal(tp_join_places(s.network, &grs80, &rule, s.lon_deg, s.lat_deg, N, joins, NULL), TP_OK);
        assert_int_equal(tp_ways_attach(&ways, &grs80, &rule, attachments, N, NULL), TP_OK);
        int64_t n_attached = 0;
        for (int i = 0; i < N; i++) {
            assert_int_equal(attachments[i].way, joins[i].way);
            n_attached += attachments[i].way >= 0;
        }
        for (int64_t w = 0; w < ways.n_ways - n_attached; w++) {
            cut_m += ways.length_m[w];
        }
        assert_true(fabs(all_m - cut_m) < 1e-2);
        tp_network *network = NULL;
        tp_search *plain = NULL, *attached = NULL;
        assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
        assert_int_equal(tp_search_new(s.network, &plain, NULL), TP_OK);
        assert_int_equal(tp_search_new(network, &attached, NULL), TP_OK);
        tp_search_rule search = {TP_FROM_FACILITY, TP_MODES_ALL, TP_NO_TIME};
        for (int i = 0; i < N; i++) {
            tp_start start = {network->node_of[attachments[i].node], 0};
            assert_int_equal(tp_search_run(attached, &search, &start, 1, NULL), TP_OK);
            assert_int_equal(tp_search_run_places(plain, &search, &joins[i], 1, NULL), TP_OK);
            for (int j = 0; j < N; j++) {
                uint32_t a_ms = tp_search_time_ms(attached, network->node_of[attachments[j].node]);
                uint32_t b_ms = tp_search_place_ms(plain, &joins[j]);
                if (i == j || b_ms == TP_NO_TIME) {
                    assert_true(a_ms == TP_NO_TIME || i == j);
                } else {
                    assert_true(llabs((long long)a_ms - (long long)b_ms) <= 30);
                }
            }
        }
        tp_search_free(plain);
        tp_search_free(attached);
        tp_network_free(network);
        free_scene(&s);
    }
}

static void test_attach_at_a_node(void **state) {
    (void)state;
    tp_ways ways = {0};
    const double lon[] = {130, 130.02, 130, 130.01, 130.01}, lat[] = {33, 33, 33.001, 33.001, 33.002};
    int64_t node;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tp_ways_add_node(&ways, lon[i], lat[i], &node, NULL), TP_OK);
    }
    tp_way way = {
        .from = 0, .to = 1, .forward_ms = 100001, .backward_ms = TP_NO_TIME, .length_m = 1869, .source_row = 7};
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    tp_attachment list[3] = {{.node = 2}, {.node = 3}, {.node = 4}};
    tp_join_rule rule = {2000, 4, TP_JOIN_ANY};
    assert_int_equal(tp_ways_attach(&ways, &grs80, &rule, list, 3, NULL), TP_OK);
    assert_int_equal(list[0].foot, 0); /* the end of the way: no cut */
    assert_int_equal(list[1].foot, 5);
    assert_int_equal(list[2].foot, 5); /* one foot for both */
    assert_int_equal(ways.n_ways, 5);
    assert_true(ways.from[0] == 0 && ways.to[0] == 5 && ways.from[1] == 5 && ways.to[1] == 1);
    assert_int_equal(ways.forward_ms[0] + ways.forward_ms[1], 100001);
    assert_int_equal(ways.backward_ms[1], TP_NO_TIME);
    assert_int_equal(ways.source_row[1], 7);
    assert_true(ways.from[2] == 2 && ways.to[2] == 0 && ways.through_only[2] == 1);
    assert_int_equal(ways.forward_ms[2], ways.backward_ms[2]);
    assert_true(fabs(ways.forward_ms[2] - list[0].distance_m * 900) <= 1);
    list[0].node = 99;
    assert_int_equal(tp_ways_attach(&ways, &grs80, &rule, list, 1, NULL), TP_E_INTERNAL);
    tp_ways_reset(&ways);
}

/* A one-way street against the order of its vertices: a place and a facility at one point of it. */
static void test_backward_only(void **state) {
    (void)state;
    tp_ways ways = {0};
    tp_network *network = NULL;
    int64_t node;
    assert_int_equal(tp_ways_add_node(&ways, 130, 33, &node, NULL), TP_OK);
    assert_int_equal(tp_ways_add_node(&ways, 130.02, 33, &node, NULL), TP_OK);
    tp_way way = {.from = 0, .to = 1, .forward_ms = TP_NO_TIME, .backward_ms = 1000, .length_m = 1869};
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    tp_join_rule rule = {2000, 5, TP_JOIN_ANY};
    tp_join a = join_one(network, &rule, 130.005, 33), b = join_one(network, &rule, 130.015, 33);
    assert_int_equal(tp_join_direct_ms(network, &a, &a), 0);
    assert_int_equal(tp_join_direct_ms(network, &b, &a), 500);
    assert_int_equal(tp_join_direct_ms(network, &a, &b), TP_NO_TIME);
    tp_network_free(network);
}

/* Cuts closer to each other than a millisecond, and one at a vertex inside the way. */
static void test_attach_closely(void **state) {
    (void)state;
    tp_ways ways = {0};
    const double bend_lon[] = {130, 130.01, 130.01}, bend_lat[] = {33, 33, 33.01};
    tp_attachment list[6] = {{0}};
    int64_t node;
    assert_int_equal(tp_ways_add_node(&ways, 130, 33, &node, NULL), TP_OK);
    assert_int_equal(tp_ways_add_node(&ways, 130.01, 33.01, &node, NULL), TP_OK);
    for (int i = 0; i < 6; i++) { /* five below the first stretch, the last outside the bend */
        assert_int_equal(tp_ways_add_node(&ways, i < 5 ? 130.002 + i * 1e-5 : 130.012, 32.999, &list[i].node, NULL),
                         TP_OK);
    }
    tp_way way = {.from = 0, .to = 1, .forward_ms = 20, .backward_ms = 20, .length_m = 2000};
    way.lon_deg = bend_lon;
    way.lat_deg = bend_lat;
    way.n_vertices = 3;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    tp_join_rule rule = {2000, 4, TP_JOIN_ANY};
    assert_int_equal(tp_ways_attach(&ways, &grs80, &rule, list, 6, NULL), TP_OK);
    assert_int_equal(ways.n_ways, 7 + 6);
    for (int64_t w = 0; w < 7; w++) {
        int64_t from = ways.vertex_first[w], n = ways.vertex_first[w + 1] - from;
        assert_int_equal(n, 2); /* the bend is an end now, and stands nowhere twice */
        assert_true(ways.forward_ms[w] >= 1);
        assert_true(ways.lon_deg[ways.from[w]] == ways.vertex_lon_deg[from]);
        assert_true(ways.lat_deg[ways.to[w]] == ways.vertex_lat_deg[from + 1]);
    }
    assert_true(ways.lon_deg[list[5].foot] == 130.01 && ways.lat_deg[list[5].foot] == 33);
    tp_ways_reset(&ways);
}

/* Counts of nodes: several limits at once, groups of several starts, any number of threads. */
static void test_count_nodes(void **state) {
    (void)state;
    enum { GROUPS = 40, LIMITS = 3, N = 300 };
    const network_kind kind = {.n_nodes = N, .n_ways = 700, .max_ms = 5000, .one_way = 20, .zero = 5, .ties = true};
    tp_ways ways;
    tp_network *network = random_network(&kind, 3, &ways);
    assert_non_null(network);
    int64_t first[GROUPS + 1] = {0};
    tp_start starts[3 * GROUPS];
    uint64_t seed = 4, label[N];
    static uint32_t expected[N * LIMITS], count[N * LIMITS];
    const uint32_t limits_ms[LIMITS] = {2500, 5000, 10000};
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, 10000};
    memset(expected, 0, sizeof expected);
    for (int g = 0; g < GROUPS; g++) {
        memset(label, 0xFF, sizeof label);
        first[g + 1] = first[g];
        for (uint32_t i = below(&seed, 4); i > 0; i--) {
            uint32_t node = below(&seed, N), ms = below(&seed, 2) * 1250;
            starts[first[g + 1]++] = (tp_start){network->node_of[node], ms};
            label[node] = (uint64_t)ms << 32 < label[node] ? (uint64_t)ms << 32 : label[node];
        }
        slow_labels(&ways, &rule, label);
        for (int i = 0; i < N * LIMITS; i++) {
            expected[network->node_of[i / LIMITS] * LIMITS + (uint32_t)(i % LIMITS)] +=
                label[i / LIMITS] >> 32 <= limits_ms[i % LIMITS];
        }
    }
    tp_groups groups = {GROUPS, first, starts};
    for (int threads = 1; threads <= 5; threads++) {
        assert_int_equal(tp_count_nodes(network, &rule, &groups, limits_ms, LIMITS, threads, count, NULL), TP_OK);
        assert_memory_equal(count, expected, sizeof count);
        assert_int_equal(tp_count_nodes(network, &rule, &groups, limits_ms + 1, 1, threads, count, NULL), TP_OK);
        for (int v = 0; v < N; v++) {
            assert_int_equal(count[v], expected[v * LIMITS + 1]);
        }
    }
    const uint32_t descending[2] = {5, 4};
    assert_int_equal(tp_count_nodes(network, &rule, &groups, descending, 2, 1, count, NULL), TP_E_INTERNAL);
    assert_int_equal(tp_count_nodes(network, &rule, &groups, limits_ms, 0, 1, count, NULL), TP_E_INTERNAL);
    starts[0].node = N;
    assert_int_equal(tp_count_nodes(network, &rule, &groups, limits_ms, 1, 2, count, NULL), TP_E_INTERNAL);
    groups.n = 0;
    assert_int_equal(tp_count_nodes(network, &rule, &groups, limits_ms, 1, 0, count, NULL), TP_OK);
    tp_network_free(network);
    tp_ways_reset(&ways);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_by_hand),
        cmocka_unit_test(test_join_limits),
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_random_places),
        cmocka_unit_test(test_node_paths),
        cmocka_unit_test(test_join_is_nearest),
        cmocka_unit_test(test_attached_like_joined),
        cmocka_unit_test(test_attach_at_a_node),
        cmocka_unit_test(test_backward_only),
        cmocka_unit_test(test_attach_closely),
        cmocka_unit_test(test_count_nodes),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
