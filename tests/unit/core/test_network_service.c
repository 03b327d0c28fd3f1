/*
 * Who serves a place, on random networks, against one search a facility: times, lengths, order, ties, limits; in any
 * order; the nearest alone; groups; threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "network_fixture.h"
#include "technopolis/service.h"

enum { PLACES = 300, FACILITIES = 60, GROUPS = 11 };

static const network_kind kinds[] = {
    {.n_nodes = 80, .n_ways = 150, .max_ms = 200000, .one_way = 30, .loops = 10, .through = 15, .ferry = 10},
    {.n_nodes = 9, .n_ways = 12, .max_ms = 100000, .one_way = 30, .loops = 10}, /* many on one way */
    {.n_nodes = 150, .n_ways = 190, .max_ms = 100000, .one_way = 20, .zero = 20, .huge = 5, .through = 10, .ferry = 5},
    {.n_nodes = 70, .n_ways = 150, .max_ms = 100000, .one_way = 20, .zero = 30, .ties = true, .ferry = 10},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

typedef struct scene {
    tp_ways ways;
    tp_network *network;
    tp_join place[PLACES], facility[FACILITIES];
    uint32_t time_ms[PLACES][FACILITIES]; /* TP_NO_TIME: beyond the limit */
    double length_m[PLACES][FACILITIES];
} scene;

/* Somewhere on a way, at one of its ends, or nowhere; some on the road, some off it. */
static tp_join random_join(const tp_network *network, uint64_t *seed) {
    const tp_ways *ways = &network->ways;
    tp_join join = {.way = below(seed, (uint32_t)ways->n_ways)};
    bool usable = ways->forward_ms[join.way] != TP_NO_TIME || ways->backward_ms[join.way] != TP_NO_TIME;
    if (below(seed, 25) == 0 || ways->mode[join.way] != TP_MODE_ROAD || ways->through_only[join.way] || !usable) {
        return (tp_join){.way = -1};
    }
    uint32_t where = below(seed, 10);
    join.fraction = where == 0 ? 0 : where == 1 ? 1 : where == 2 ? 0.5 : between(seed, 0, 1);
    if (below(seed, 2) == 0) {
        join.distance_m = between(seed, 0, 500);
        join.off_road_ms = below(seed, 20000);
    }
    return join;
}

static void make_scene(uint64_t seed, scene *s) {
    s->network = random_network(&kinds[seed % N_KINDS], seed, &s->ways);
    assert_non_null(s->network);
    seed *= 977;
    for (int p = 0; p < PLACES; p++) {
        s->place[p] = random_join(s->network, &seed);
    }
    for (int f = 0; f < FACILITIES; f++) { /* some stand where a place, or another facility, does */
        uint32_t copied = below(&seed, 6);
        s->facility[f] = copied == 0            ? s->place[below(&seed, PLACES)]
                         : copied == 1 && f > 0 ? s->facility[below(&seed, (uint32_t)f)]
                                                : random_join(s->network, &seed);
    }
}

static void free_scene(scene *s) {
    tp_network_free(s->network);
    tp_ways_reset(&s->ways);
}

/* The plain way: a search a facility, and its path to each place. */
static void search_each(scene *s, const tp_search_rule *rule) {
    tp_search *search = NULL;
    tp_path path = {0};
    assert_int_equal(tp_search_new(s->network, &search, NULL), TP_OK);
    for (int f = 0; f < FACILITIES; f++) {
        assert_int_equal(tp_search_run_places(search, rule, &s->facility[f], 1, NULL), TP_OK);
        for (int p = 0; p < PLACES; p++) {
            bool reached;
            s->time_ms[p][f] = tp_search_place_ms(search, &s->place[p]);
            assert_int_equal(tp_search_place_path(search, &s->place[p], &path, &reached, NULL), TP_OK);
            assert_int_equal(reached, s->time_ms[p][f] != TP_NO_TIME);
            s->length_m[p][f] = reached ? path.length_m : NAN;
        }
    }
    tp_path_reset(&path);
    tp_search_free(search);
}

static tp_service_request request_of(const scene *s, const tp_search_rule *rule, int n_threads) {
    return (tp_service_request){.network = s->network,
                                .rule = *rule,
                                .places = s->place,
                                .n_places = PLACES,
                                .facilities = s->facility,
                                .n_facilities = FACILITIES,
                                .n_threads = n_threads};
}

static bool close_to(double a, double b) {
    return fabs(a - b) <= 1e-9 * fmax(a, b);
}

/* One place: all in order, once each, and the same ones in any order, written nowhere else. */
static void check_place(const scene *s, const tp_service *service, int p) {
    uint64_t seen[FACILITIES / 64 + 1];
    tp_service_walk walk;
    tp_served served;
    int32_t all[FACILITIES + 2];
    uint64_t before = 0;
    int64_t expected = 0, n = 0;
    bool told[FACILITIES] = {false};
    assert_int_equal(tp_service_words(service), FACILITIES / 64 + 1);
    for (int f = 0; f < FACILITIES; f++) {
        expected += s->time_ms[p][f] != TP_NO_TIME;
    }
    tp_service_begin(&walk, service, &s->place[p], seen);
    for (; tp_service_next(&walk, &served); n++) {
        uint64_t label = (uint64_t)served.time_ms << 32 | (uint32_t)served.facility;
        assert_true(n == 0 || label > before);
        assert_int_equal(served.time_ms, s->time_ms[p][served.facility]);
        assert_true(close_to(served.length_m, s->length_m[p][served.facility]));
        before = label;
    }
    assert_int_equal(n, expected);
    all[FACILITIES + 1] = -77;
    assert_int_equal(tp_service_all(service, &s->place[p], seen, all), expected);
    assert_int_equal(all[FACILITIES + 1], -77);
    for (int64_t i = 0; i < expected; i++) {
        assert_true(s->time_ms[p][all[i]] != TP_NO_TIME && !told[all[i]]);
        told[all[i]] = true;
    }
}

static void check_all(scene *s, const tp_search_rule *rule) {
    for (int threads = 1; threads <= 5; threads += 2) {
        tp_service_request request = request_of(s, rule, threads);
        tp_service *service = NULL;
        assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
        for (int p = 0; p < PLACES; p++) {
            check_place(s, service, p);
        }
        tp_service_free(service);
    }
}

/* With `nearest` the first is the nearest of all, ties to the smaller number, and its length is that of its path. */
static void check_nearest(scene *s, const tp_search_rule *rule) {
    tp_service_request request = request_of(s, rule, 0);
    tp_service *service = NULL;
    request.nearest = true;
    assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
    tp_search *search = NULL;
    tp_path path = {0};
    assert_int_equal(tp_search_new(s->network, &search, NULL), TP_OK);
    assert_int_equal(tp_search_run_places(search, rule, s->facility, FACILITIES, NULL), TP_OK);
    for (int p = 0; p < PLACES; p++) {
        tp_service_walk walk;
        tp_served served;
        int best = -1;
        for (int f = 0; f < FACILITIES; f++) {
            bool nearer = best < 0 ? s->time_ms[p][f] != TP_NO_TIME : s->time_ms[p][f] < s->time_ms[p][best];
            best = nearer ? f : best;
        }
        tp_service_begin(&walk, service, &s->place[p], NULL);
        assert_int_equal(tp_service_next(&walk, &served), best >= 0);
        if (best >= 0) {
            bool reached;
            assert_int_equal(served.facility, best);
            assert_int_equal(served.time_ms, s->time_ms[p][best]);
            assert_int_equal(tp_search_place_path(search, &s->place[p], &path, &reached, NULL), TP_OK);
            assert_int_equal(path.start, best);
            assert_true(close_to(served.length_m, path.length_m));
        }
        assert_false(tp_service_next(&walk, &served));
    }
    assert_int_equal(tp_service_words(service), 0);
    tp_path_reset(&path);
    tp_search_free(search);
    tp_service_free(service);
}

/* A group serves a place by its nearest member, over a path of one that is as near. */
static void check_groups(scene *s, const tp_search_rule *rule, bool lengths) {
    int64_t group_of[FACILITIES];
    for (int f = 0; f < FACILITIES; f++) {
        group_of[f] = f * 7 % (GROUPS - 1); /* the last one is empty */
    }
    tp_service_request request = request_of(s, rule, 2);
    tp_service *service = NULL;
    request.group_of = group_of;
    request.n_groups = GROUPS;
    assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
    for (int p = 0; p < PLACES; p++) {
        uint64_t seen[GROUPS / 64 + 1], before = 0;
        tp_service_walk walk;
        tp_served served;
        uint32_t time_ms[GROUPS];
        int n = 0, expected = 0;
        memset(time_ms, 0xFF, sizeof time_ms);
        for (int f = 0; f < FACILITIES; f++) {
            uint32_t *least = &time_ms[group_of[f]];
            expected += *least == TP_NO_TIME && s->time_ms[p][f] != TP_NO_TIME;
            *least = s->time_ms[p][f] < *least ? s->time_ms[p][f] : *least;
        }
        tp_service_begin(&walk, service, &s->place[p], seen);
        for (; tp_service_next(&walk, &served); n++) {
            uint64_t label = (uint64_t)served.time_ms << 32 | (uint32_t)served.facility;
            bool by_member = !lengths;
            assert_true(n == 0 || label > before);
            assert_int_equal(served.time_ms, time_ms[served.facility]);
            for (int f = 0; f < FACILITIES && !by_member; f++) {
                by_member = group_of[f] == served.facility && s->time_ms[p][f] == served.time_ms &&
                            close_to(served.length_m, s->length_m[p][f]);
            }
            assert_true(by_member);
            before = label;
        }
        assert_int_equal(n, expected);
    }
    tp_service_free(service);
}

static void served_as_searched(void **state) {
    (void)state;
    static scene s;
    int64_t told = 0, beyond = 0;
    for (uint64_t seed = 1; seed <= 16; seed++) {
        const network_kind *kind = &kinds[seed % N_KINDS];
        make_scene(seed, &s);
        tp_search_rule rule = {.direction = seed % 3 == 0 ? TP_FROM_FACILITY : TP_TO_FACILITY,
                               .modes = seed % 5 == 0 ? TP_MODES_ALL : TP_MODES_BY_ROAD,
                               .limit_ms = seed % 4 == 1 ? TP_NO_TIME : 4 * kind->max_ms / (1 + (uint32_t)seed % 3)};
        search_each(&s, &rule);
        for (int i = 0; i < PLACES * FACILITIES; i++) {
            told += s.time_ms[i / FACILITIES][i % FACILITIES] != TP_NO_TIME;
            beyond += s.time_ms[i / FACILITIES][i % FACILITIES] == TP_NO_TIME;
        }
        check_all(&s, &rule);
        check_nearest(&s, &rule);
        check_groups(&s, &rule, !kind->ties && kind->zero == 0);
        free_scene(&s);
    }
    assert_true(told > 20000 && beyond > 20000);
}

/* A pair exactly at the limit counts, and one millisecond less leaves out what lies on it and nothing else. */
static void limits_are_inclusive(void **state) {
    (void)state;
    static scene s;
    make_scene(5, &s);
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_BY_ROAD, TP_NO_TIME};
    search_each(&s, &rule);
    for (int k = 0; k < 40; k++) {
        uint32_t at_ms = s.time_ms[k * 7][k];
        if (at_ms == TP_NO_TIME || at_ms == 0) {
            continue;
        }
        for (uint32_t less = 0; less < 2; less++) {
            rule.limit_ms = at_ms - less;
            tp_service_request request = request_of(&s, &rule, 1);
            tp_service *service = NULL;
            uint64_t seen[FACILITIES / 64 + 1];
            int32_t all[FACILITIES + 1];
            bool there = false;
            assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
            for (int64_t i = tp_service_all(service, &s.place[k * 7], seen, all) - 1; i >= 0; i--) {
                there = there || all[i] == k;
            }
            assert_int_equal(there, less == 0);
            tp_service_free(service);
        }
    }
    free_scene(&s);
}

static void nothing_and_nonsense(void **state) {
    (void)state;
    static scene s;
    make_scene(2, &s);
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_BY_ROAD, 100000};
    tp_service_request request = request_of(&s, &rule, 0);
    tp_service *service = NULL;
    uint64_t seen[1];
    tp_service_walk walk;
    tp_served served;
    int32_t all[1];
    for (int nearest = 0; nearest < 2; nearest++) { /* no facilities */
        request.n_facilities = 0;
        request.nearest = nearest == 1;
        assert_int_equal(tp_service_new(&request, &service, NULL), TP_OK);
        tp_service_begin(&walk, service, &s.place[0], nearest == 1 ? NULL : seen);
        assert_false(tp_service_next(&walk, &served));
        assert_true(nearest == 1 || tp_service_all(service, &s.place[0], seen, all) == 0);
        tp_service_free(service);
    }
    const int64_t group_of[FACILITIES] = {[7] = 3};
    request = request_of(&s, &rule, 0);
    request.group_of = group_of;
    request.n_groups = 3;
    tp_error error = {0};
    assert_int_equal(tp_service_new(&request, &service, &error), TP_E_INTERNAL);
    assert_string_equal(error.message, "facility 7 is of group 3, of 3");
    assert_null(service);
    free_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(served_as_searched),
        cmocka_unit_test(limits_are_inclusive),
        cmocka_unit_test(nothing_and_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
