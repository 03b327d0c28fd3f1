/* The search of the time network against plain relaxation of all ways, to the millisecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <omp.h>

#include "core/network/search_parts.h"
#include "network_fixture.h"

enum { MAX_NODES = 3000 };

static const network_kind kinds[] = {
    {.n_nodes = 1, .n_ways = 0, .max_ms = 10},
    {.n_nodes = 2, .n_ways = 1, .max_ms = 10},
    {.n_nodes = 40, .n_ways = 60, .max_ms = 1000, .one_way = 30, .loops = 5},
    {.n_nodes = 40, .n_ways = 30, .max_ms = 100, .one_way = 50}, /* falls apart */
    {.n_nodes = 60, .n_ways = 200, .max_ms = 4, .ties = true},
    {.n_nodes = 200, .n_ways = 500, .max_ms = 40000, .one_way = 20, .ties = true},
    {.n_nodes = 200, .n_ways = 500, .max_ms = 40000, .zero = 30, .one_way = 20},
    {.n_nodes = 100, .n_ways = 300, .max_ms = 8, .zero = 60, .ties = true},
    {.n_nodes = 300, .n_ways = 800, .max_ms = 20000, .huge = 10, .zero = 5, .one_way = 10},
    {.n_nodes = 300, .n_ways = 500, .max_ms = 50, .huge = 50},
    {.n_nodes = 1000, .n_ways = 2600, .max_ms = 60000, .one_way = 10, .zero = 1, .huge = 1, .loops = 1},
    {.n_nodes = MAX_NODES, .n_ways = 6000, .max_ms = 3, .ties = false},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds };

static uint32_t random_limit(const network_kind *kind, uint64_t *seed) {
    switch (below(seed, 4)) {
    case 0:
        return UINT32_MAX;
    case 1:
        return below(seed, 3);
    case 2:
        return kind->huge > 0 ? below(seed, 40000000) : below(seed, kind->max_ms * 3 + 1);
    default:
        return below(seed, kind->max_ms * 10 + 1);
    }
}

static tp_search_rule random_rule(const network_kind *kind, uint64_t *seed) {
    tp_search_rule rule = {.direction = below(seed, 2) == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY,
                           .limit_ms = random_limit(kind, seed)};
    const uint32_t modes[] = {TP_MODES_ALL, TP_MODES_BY_ROAD, TP_MODES_ALL & ~(1U << TP_MODE_AIR), 0};
    rule.modes = modes[below(seed, 100) == 0 ? 3 : below(seed, 3)];
    return rule;
}

/* Random starts, given to both; the labels of the slow answer are set at them. */
static int64_t random_starts(const tp_network *network, const network_kind *kind, uint64_t *seed, tp_start *starts,
                             uint64_t *label) {
    int64_t n = 1 + below(seed, 5);
    for (uint32_t v = 0; v < kind->n_nodes; v++) {
        label[v] = UINT64_MAX;
    }
    for (int64_t i = 0; i < n; i++) {
        uint32_t node = below(seed, kind->n_nodes);
        uint32_t time_ms = below(seed, 3) > 0 ? 0 : below(seed, below(seed, 2) == 0 ? 100 : 20000000);
        starts[i] = (tp_start){network->node_of[node], time_ms};
        uint64_t mine = (uint64_t)time_ms << 32 | (uint64_t)i;
        label[node] = mine < label[node] ? mine : label[node];
    }
    return n;
}

static void compare(const tp_network *network, const tp_search *search, const uint64_t *label, uint32_t n) {
    for (uint32_t v = 0; v < n; v++) {
        uint32_t node = network->node_of[v];
        assert_int_equal(tp_search_time_ms(search, node), label[v] >> 32);
        int64_t start = label[v] == UINT64_MAX ? -1 : (int64_t)(label[v] & UINT32_MAX);
        assert_true(tp_search_start(search, node) == start);
    }
}

static void check_reached(tp_search *search, const tp_network *network, const uint64_t *label, uint32_t n) {
    const tp_reached *reached;
    int64_t n_reached, expected = 0;
    assert_int_equal(tp_search_reached(search, &reached, &n_reached, NULL), TP_OK);
    for (uint32_t v = 0; v < n; v++) {
        expected += label[v] != UINT64_MAX;
    }
    assert_int_equal(n_reached, expected);
    for (int64_t i = 0; i < n_reached; i++) {
        assert_int_equal(reached[i].time_ms, tp_search_time_ms(search, reached[i].node));
        assert_true(i == 0 || reached[i - 1].time_ms < reached[i].time_ms ||
                    (reached[i - 1].time_ms == reached[i].time_ms && reached[i - 1].node < reached[i].node));
    }
    assert_true(n_reached <= (int64_t)network->n_nodes);
}

static void test_random_networks(void **state) {
    (void)state;
    uint64_t *label = malloc(MAX_NODES * sizeof *label);
    assert_non_null(label);
    for (uint64_t k = 0; k < N_KINDS; k++) {
        for (uint64_t seed = 1; seed <= 12; seed++) {
            tp_ways ways;
            tp_network *network = random_network(&kinds[k], seed, &ways);
            tp_search *search = NULL;
            assert_non_null(network);
            assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
            uint64_t random = seed * 1000 + k;
            for (int run = 0; run < 12; run++) { /* one workspace, many runs: the last one must leave nothing */
                tp_search_rule rule = random_rule(&kinds[k], &random);
                tp_start starts[5];
                int64_t n = random_starts(network, &kinds[k], &random, starts, label);
                assert_int_equal(tp_search_run(search, &rule, starts, n, NULL), TP_OK);
                rule.limit_ms = rule.limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : rule.limit_ms;
                slow_labels(&ways, &rule, label);
                compare(network, search, label, kinds[k].n_nodes);
                check_reached(search, network, label, kinds[k].n_nodes);
            }
            tp_search_free(search);
            tp_network_free(network);
            tp_ways_reset(&ways);
        }
    }
    free(label);
}

/* A line of nodes, `step` ms apart, with the given mode. */
static tp_network *line(uint32_t n_nodes, uint32_t step_ms, tp_mode mode) {
    tp_ways ways = {0};
    tp_network *network = NULL;
    for (uint32_t i = 0; i < n_nodes; i++) {
        int64_t node;
        assert_int_equal(tp_ways_add_node(&ways, 130 + i * 1e-4, 33, &node, NULL), TP_OK);
    }
    for (uint32_t i = 0; i + 1 < n_nodes; i++) {
        tp_way way = {.from = i,
                      .to = i + 1,
                      .forward_ms = step_ms,
                      .backward_ms = step_ms,
                      .mode = mode,
                      .length_m = 10,
                      .source_row = -1};
        assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    }
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    return network;
}

static void test_limit_is_inclusive(void **state) {
    (void)state;
    tp_network *network = line(10, 600000, TP_MODE_ROAD);
    tp_search *search = NULL;
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    tp_start start = {network->node_of[0], 0};
    const struct {
        uint32_t limit_ms;
        int64_t reached;
    } cases[] = {{0, 1}, {599999, 1}, {600000, 2}, {1799999, 3}, {1800000, 4}, {1800001, 4}, {TP_NO_TIME, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, cases[i].limit_ms};
        const tp_reached *reached;
        int64_t n;
        assert_int_equal(tp_search_run(search, &rule, &start, 1, NULL), TP_OK);
        assert_int_equal(tp_search_reached(search, &reached, &n, NULL), TP_OK);
        assert_int_equal(n, cases[i].reached);
    }
    start.time_ms = 1800001; /* a start beyond the limit is none */
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, 1800000};
    assert_int_equal(tp_search_run(search, &rule, &start, 1, NULL), TP_OK);
    assert_int_equal(tp_search_time_ms(search, start.node), TP_NO_TIME);
    tp_search_free(search);
    tp_network_free(network);
}

/* Edges so long that their sum would not fit in 32 bits, and far more of them than there are buckets. */
static void test_longest_times(void **state) {
    (void)state;
    tp_network *network = line(4, TP_TIME_MAX_MS, TP_MODE_AIR);
    tp_search *search = NULL;
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    tp_search_rule rule = {TP_FROM_FACILITY, TP_MODES_ALL, TP_NO_TIME};
    tp_start start = {network->node_of[0], 0};
    assert_int_equal(tp_search_run(search, &rule, &start, 1, NULL), TP_OK);
    assert_int_equal(tp_search_time_ms(search, network->node_of[1]), TP_TIME_MAX_MS);
    assert_int_equal(tp_search_time_ms(search, network->node_of[2]), TP_NO_TIME);
    tp_search_free(search);
    tp_network_free(network);
}

static void test_zero_edges_only(void **state) {
    (void)state;
    tp_network *network = line(1000, 0, TP_MODE_CHANGE);
    tp_search *search = NULL;
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    tp_search_rule rule = {TP_FROM_FACILITY, TP_MODES_ALL, 0};
    tp_start starts[2] = {{network->node_of[999], 0}, {network->node_of[0], 0}};
    assert_int_equal(tp_search_run(search, &rule, starts, 2, NULL), TP_OK);
    for (uint32_t v = 0; v < 1000; v++) {
        assert_int_equal(tp_search_time_ms(search, v), 0);
        assert_int_equal(tp_search_start(search, v), 0); /* the smaller number at equal times */
    }
    tp_search_free(search);
    tp_network_free(network);
}

static void test_wrong_start(void **state) {
    (void)state;
    tp_network *network = line(3, 5, TP_MODE_ROAD);
    tp_search *search = NULL;
    tp_error error = {0};
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    tp_search_rule rule = {TP_FROM_FACILITY, TP_MODES_ALL, 100};
    tp_start start = {3, 0};
    assert_int_equal(tp_search_run(search, &rule, &start, 1, &error), TP_E_INTERNAL);
    assert_string_equal(error.message, "a search begins at node 3, of 3");
    assert_int_equal(tp_search_run(search, &rule, NULL, 0, NULL), TP_OK);
    assert_int_equal(tp_search_time_ms(search, 0), TP_NO_TIME);
    tp_search_free(search);
    tp_network_free(network);
}

/* The nearest of several groups, ties by rank, against the slow answer with the ranks as numbers. */
static void test_nearest_nodes(void **state) {
    (void)state;
    enum { GROUPS = 9 };
    uint64_t *label = malloc(MAX_NODES * sizeof *label);
    uint32_t *time_ms = malloc(MAX_NODES * sizeof *time_ms);
    int32_t *nearest = malloc(MAX_NODES * sizeof *nearest);
    assert_true(label != NULL && time_ms != NULL && nearest != NULL);
    for (uint64_t k = 0; k < N_KINDS; k++) {
        tp_ways ways;
        tp_network *network = random_network(&kinds[k], 77 + k, &ways);
        assert_non_null(network);
        uint64_t seed = k;
        int64_t first[GROUPS + 1], rank[GROUPS], by_rank[GROUPS];
        tp_start starts[2 * GROUPS];
        for (uint32_t v = 0; v < kinds[k].n_nodes; v++) {
            label[v] = UINT64_MAX;
        }
        first[0] = 0;
        for (int64_t g = 0; g < GROUPS; g++) {
            rank[g] = (g * 5 + 3) % GROUPS * 1000000007 - 3; /* any numbers, all different */
            by_rank[(g * 5 + 3) % GROUPS] = g;
            first[g + 1] = first[g];
            for (uint32_t i = below(&seed, 3); i > 0; i--) { /* a group may be empty */
                uint32_t node = below(&seed, kinds[k].n_nodes), ms = below(&seed, 2) * kinds[k].max_ms / 4;
                uint64_t mine = (uint64_t)ms << 32 | (uint64_t)((g * 5 + 3) % GROUPS);
                label[node] = mine < label[node] ? mine : label[node];
                starts[first[g + 1]++] = (tp_start){network->node_of[node], ms};
            }
        }
        tp_search_rule rule = random_rule(&kinds[k], &seed);
        tp_groups groups = {GROUPS, first, starts};
        assert_int_equal(tp_nearest_nodes(network, &rule, &groups, rank, time_ms, nearest, NULL), TP_OK);
        rule.limit_ms = rule.limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : rule.limit_ms;
        slow_labels(&ways, &rule, label);
        for (uint32_t v = 0; v < kinds[k].n_nodes; v++) {
            uint32_t node = network->node_of[v];
            assert_int_equal(time_ms[node], label[v] >> 32);
            assert_true(nearest[node] == (label[v] == UINT64_MAX ? -1 : by_rank[label[v] & UINT32_MAX]));
        }
        tp_network_free(network);
        tp_ways_reset(&ways);
    }
    free(label);
    free(time_ms);
    free(nearest);
}

/* In parts, with ends of edges anywhere, so that much is handed over; the workspace is used again. */
static void test_parts(void **state) {
    (void)state;
    uint64_t *label = malloc(MAX_NODES * sizeof *label);
    assert_non_null(label);
    for (uint64_t k = 0; k < N_KINDS; k++) {
        tp_ways ways;
        tp_network *network = random_network(&kinds[k], 55 + k, &ways);
        tp_search *search = NULL;
        assert_non_null(network);
        assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
        uint64_t random = k;
        for (int run = 0; run < 20; run++) {
            tp_search_rule rule = random_rule(&kinds[k], &random);
            tp_start starts[5];
            int64_t n = random_starts(network, &kinds[k], &random, starts, label);
            tp_search_clear(search, &rule);
            for (int64_t i = 0; i < n; i++) {
                assert_int_equal(tp_search_add(search, starts[i], (uint32_t)i, NULL), TP_OK);
            }
            assert_int_equal(tp_search_go_parts(search, 1 + run % 9, NULL), TP_OK);
            rule.limit_ms = rule.limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : rule.limit_ms;
            slow_labels(&ways, &rule, label);
            compare(network, search, label, kinds[k].n_nodes);
            check_reached(search, network, label, kinds[k].n_nodes);
        }
        tp_search_free(search);
        tp_network_free(network);
        tp_ways_reset(&ways);
    }
    free(label);
}

/* Large enough that tp_nearest_nodes itself takes parts. */
static void test_nearest_by_threads(void **state) {
    (void)state;
    enum { N = 70000, GROUPS = 200 };
    const network_kind kind = {.n_nodes = N, .n_ways = 130000, .max_ms = 30000, .huge = 1, .zero = 1, .one_way = 10};
    tp_ways ways;
    tp_network *network = random_network(&kind, 5, &ways);
    int64_t first[GROUPS + 1];
    tp_start starts[GROUPS];
    uint64_t seed = 6;
    for (int64_t g = 0; g <= GROUPS; g++) {
        first[g] = g;
        starts[g % GROUPS] = (tp_start){below(&seed, N), below(&seed, 2) * 1000};
    }
    uint32_t *time_ms = malloc(N * sizeof *time_ms);
    int32_t *nearest = malloc(N * sizeof *nearest);
    tp_search *search = NULL;
    assert_true(network != NULL && time_ms != NULL && nearest != NULL);
    assert_int_equal(tp_search_new(network, &search, NULL), TP_OK);
    tp_groups groups = {GROUPS, first, starts};
    const tp_search_rule rules[2] = {{TP_TO_FACILITY, TP_MODES_ALL, TP_NO_TIME},
                                     {TP_FROM_FACILITY, TP_MODES_BY_ROAD, 50000}};
    int most = omp_get_max_threads();
    for (int i = 0; i < 6; i++) {
        const tp_search_rule *rule = &rules[i % 2];
        omp_set_num_threads(1 + i / 2);
        assert_int_equal(tp_nearest_nodes(network, rule, &groups, NULL, time_ms, nearest, NULL), TP_OK);
        assert_int_equal(tp_search_run(search, rule, starts, GROUPS, NULL), TP_OK); /* in one piece */
        for (uint32_t v = 0; v < N; v++) {
            assert_int_equal(time_ms[v], tp_search_time_ms(search, v));
            assert_true(nearest[v] == tp_search_start(search, v));
        }
    }
    omp_set_num_threads(most);
    tp_search_free(search);
    tp_network_free(network);
    tp_ways_reset(&ways);
    free(time_ms);
    free(nearest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_networks),    cmocka_unit_test(test_limit_is_inclusive),
        cmocka_unit_test(test_longest_times),      cmocka_unit_test(test_zero_edges_only),
        cmocka_unit_test(test_wrong_start),        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_nearest_by_threads), cmocka_unit_test(test_nearest_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
