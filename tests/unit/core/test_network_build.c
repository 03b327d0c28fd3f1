/* From ways to the network: edges, components, statistics, and what ways may not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "network_fixture.h"

static const network_kind kinds[] = {
    {.n_nodes = 0, .n_ways = 0, .max_ms = 4},
    {.n_nodes = 1, .n_ways = 1, .max_ms = 4, .loops = 100},
    {.n_nodes = 30, .n_ways = 25, .max_ms = 100, .one_way = 60, .loops = 10},
    {.n_nodes = 120, .n_ways = 150, .max_ms = 100, .one_way = 80},
    {.n_nodes = 200, .n_ways = 500, .max_ms = 100, .one_way = 30, .zero = 10, .huge = 3},
};

enum { N_KINDS = sizeof kinds / sizeof *kinds, MAX_NODES = 200 };

/* How many edges lead from a to b by way w in that many ms. */
static int edges_between(const tp_edges *edges, uint32_t a, uint32_t b, int64_t way, uint32_t time_ms, tp_mode mode) {
    int n = 0;
    for (uint32_t e = edges->first[a]; e < edges->first[a + 1]; e++) {
        n += edges->edge[e].head == b && edges->way[e] == way && edges->edge[e].time_ms == time_ms &&
             edges->edge[e].mode == (uint32_t)mode;
    }
    return n;
}

static void check_direction(const tp_network *network, uint32_t a, uint32_t b, int64_t way, uint32_t time_ms,
                            tp_mode mode, uint32_t *n_edges) {
    int expected = a != b && time_ms != TP_NO_TIME;
    int twice = network->ways.forward_ms[way] == network->ways.backward_ms[way] && a == b;
    assert_int_equal(edges_between(&network->out, a, b, way, time_ms, mode), expected);
    assert_int_equal(edges_between(&network->in, b, a, way, time_ms, mode), expected);
    assert_true(!twice || expected == 0);
    *n_edges += (uint32_t)expected;
}

static void check_edges(const tp_network *network, const tp_ways *ways) {
    uint32_t n_edges = 0;
    for (int64_t v = 0; v < ways->n_nodes; v++) {
        uint32_t node = network->node_of[v];
        assert_true(node < network->n_nodes);
        assert_true(network->ways.lon_deg[node] == ways->lon_deg[v] && network->ways.lat_deg[node] == ways->lat_deg[v]);
    }
    for (int64_t w = 0; w < ways->n_ways; w++) {
        uint32_t a = network->node_of[ways->from[w]], b = network->node_of[ways->to[w]];
        assert_true(network->ways.from[w] == a && network->ways.to[w] == b);
        check_direction(network, a, b, w, ways->forward_ms[w], (tp_mode)ways->mode[w], &n_edges);
        check_direction(network, b, a, w, ways->backward_ms[w], (tp_mode)ways->mode[w], &n_edges);
    }
    assert_int_equal(n_edges, network->n_edges);
    assert_int_equal(network->out.first[network->n_nodes], n_edges);
    assert_int_equal(network->in.first[network->n_nodes], n_edges);
}

/* Who reaches whom, by Warshall's closure of the ways. */
static void close_relation(const tp_ways *ways, bool both, uint8_t reach[MAX_NODES][MAX_NODES]) {
    int64_t n = ways->n_nodes;
    memset(reach, 0, MAX_NODES * sizeof *reach);
    for (int64_t v = 0; v < n; v++) {
        reach[v][v] = 1;
    }
    for (int64_t w = 0; w < ways->n_ways; w++) {
        bool forward = ways->forward_ms[w] != TP_NO_TIME, backward = ways->backward_ms[w] != TP_NO_TIME;
        reach[ways->from[w]][ways->to[w]] |= forward || (both && backward);
        reach[ways->to[w]][ways->from[w]] |= backward || (both && forward);
    }
    for (int64_t k = 0; k < n; k++) {
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < n && reach[i][k]; j++) {
                reach[i][j] |= reach[k][j];
            }
        }
    }
}

static void check_components(const tp_network *network, uint8_t reach[MAX_NODES][MAX_NODES], const uint32_t *component,
                             const uint32_t *size, uint32_t n_components) {
    uint32_t count[MAX_NODES] = {0}, n = network->n_nodes;
    for (uint32_t i = 0; i < n; i++) {
        assert_true(component[i] < n_components);
        count[component[i]]++;
        for (uint32_t j = 0; j < n; j++) {
            uint32_t a = network->node_of[i], b = network->node_of[j];
            assert_int_equal(component[a] == component[b], reach[i][j] && reach[j][i]);
        }
    }
    for (uint32_t c = 0; c < n_components; c++) {
        assert_int_equal(count[c], size[c]);
        assert_true(c == 0 || size[c - 1] >= size[c]);
    }
}

static void test_edges_and_components(void **state) {
    (void)state;
    static uint8_t reach[MAX_NODES][MAX_NODES];
    for (uint64_t k = 0; k < N_KINDS; k++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            tp_ways ways;
            tp_network *network = random_network(&kinds[k], seed, &ways);
            assert_non_null(network);
            check_edges(network, &ways);
            close_relation(&ways, false, reach);
            check_components(network, reach, network->strong, network->strong_size, network->n_strong);
            close_relation(&ways, true, reach);
            check_components(network, reach, network->weak, network->weak_size, network->n_weak);
            tp_network_free(network);
            tp_ways_reset(&ways);
        }
    }
}

/* A long chain must not need a deep stack, and nodes that are near each other must be near in the order. */
static void test_long_chain(void **state) {
    (void)state;
    enum { N = 200000, SIDE = 447 };
    tp_ways ways = {0};
    tp_network *network = NULL;
    for (int64_t i = 0; i < N; i++) {
        int64_t node;
        assert_int_equal(
            tp_ways_add_node(&ways, 130 + (double)(i % SIDE) * 0.01, 30 + (double)i / SIDE * 0.01, &node, NULL), TP_OK);
    }
    for (int64_t i = 0; i + 1 < N; i++) {
        tp_way way = {.from = i, .to = i + 1, .forward_ms = 10, .backward_ms = TP_NO_TIME, .source_row = -1};
        assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    }
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    assert_int_equal(network->n_strong, N);
    assert_int_equal(network->n_weak, 1);
    double apart_deg = 0;
    for (uint32_t v = 0; v + 1 < N; v++) {
        apart_deg += hypot(network->ways.lon_deg[v + 1] - network->ways.lon_deg[v],
                           network->ways.lat_deg[v + 1] - network->ways.lat_deg[v]);
    }
    assert_true(apart_deg / N < 0.013); /* the grid's spacing is 0.01 */
    tp_network_free(network);
}

static void test_statistics(void **state) {
    (void)state;
    tp_ways ways = {0};
    tp_network *network = NULL;
    int64_t node;
    for (int i = 0; i < 5; i++) { /* the last one is an island */
        assert_int_equal(tp_ways_add_node(&ways, 130 + i, 33, &node, NULL), TP_OK);
    }
    const tp_way list[] = {
        {.from = 0, .to = 1, .forward_ms = 100, .backward_ms = 90, .length_m = 1500, .mode = TP_MODE_ROAD},
        {.from = 1, .to = 2, .forward_ms = 100, .backward_ms = TP_NO_TIME, .length_m = 500, .mode = TP_MODE_ROAD},
        {.from = 2, .to = 3, .forward_ms = 5000, .backward_ms = 5000, .length_m = 90000, .mode = TP_MODE_RAIL},
        {.from = 3, .to = 0, .forward_ms = 0, .backward_ms = 0, .mode = TP_MODE_CHANGE},
        {.from = 0, .to = 0, .forward_ms = 7, .backward_ms = 7, .length_m = 10, .mode = TP_MODE_ROAD},
        {.from = 0, .to = 3, .forward_ms = TP_NO_TIME, .backward_ms = TP_NO_TIME, .length_m = 10, .mode = TP_MODE_ROAD},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        assert_int_equal(tp_ways_add(&ways, &list[i], NULL), TP_OK);
    }
    assert_int_equal(tp_network_new(&ways, &network, NULL), TP_OK);
    assert_int_equal(ways.n_nodes, 0);
    tp_network_statistics s;
    tp_network_statistics_of(network, &s);
    assert_int_equal(s.n_nodes, 5);
    assert_int_equal(s.n_ways, 6);
    assert_int_equal(s.n_vertices, 12);
    assert_int_equal(s.n_edges, 7);
    assert_int_equal(s.edges[TP_MODE_ROAD], 3);
    assert_int_equal(s.edges[TP_MODE_RAIL], 2);
    assert_int_equal(s.edges[TP_MODE_CHANGE], 2);
    assert_int_equal(s.ways[TP_MODE_ROAD], 4);
    assert_true(fabs(s.length_km[TP_MODE_ROAD] - 2.02) < 1e-6);
    assert_int_equal(s.n_one_way, 1);
    assert_int_equal(s.n_closed, 1);
    assert_int_equal(s.n_loops, 1);
    assert_int_equal(s.n_islands, 1);
    assert_int_equal(s.n_weak, 2);
    assert_int_equal(s.largest_weak, 4);
    assert_int_equal(s.largest_strong, 4);
    assert_int_equal(s.shortest_ms, 0);
    assert_int_equal(s.longest_ms, 5000);
    assert_true(s.bytes > 0);
    tp_network_free(network);
    tp_network_free(NULL);
}

static void test_refused_ways(void **state) {
    (void)state;
    tp_ways ways = {0};
    tp_error error = {0};
    int64_t node;
    const double good[2] = {33, 34}, bad[2] = {33, 90.5};
    assert_int_equal(tp_ways_add_node(&ways, NAN, 33, &node, &error), TP_E_INTERNAL);
    assert_int_equal(tp_ways_add_node(&ways, 130, 33, &node, &error), TP_OK);
    assert_int_equal(tp_ways_add_node(&ways, 131, 33, &node, &error), TP_OK);
    const tp_way fine = {.from = 0, .to = 1, .forward_ms = TP_TIME_MAX_MS, .backward_ms = TP_NO_TIME, .length_m = 1};
    tp_way way = fine;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    way.forward_ms = TP_TIME_MAX_MS + 1;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way.forward_ms = 0;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way.mode = TP_MODE_CHANGE;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    way = fine;
    way.to = 2;
    assert_int_equal(tp_ways_add(&ways, &way, &error), TP_E_INTERNAL);
    assert_string_equal(error.message, "a way ends at node 0 or 2, of 2");
    way = fine;
    way.from = -1;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way = fine;
    way.length_m = -1;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way.length_m = NAN;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way = fine;
    way.lon_deg = way.lat_deg = good;
    way.n_vertices = 1;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    way.n_vertices = 2;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
    way.lat_deg = bad;
    assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_E_INTERNAL);
    assert_int_equal(ways.n_ways, 3);
    assert_string_equal(tp_mode_text(TP_MODE_CHANGE), "change");
    assert_string_equal(tp_mode_text((tp_mode)99), "unknown");
    tp_ways_reset(&ways);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges_and_components),
        cmocka_unit_test(test_long_chain),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_refused_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
