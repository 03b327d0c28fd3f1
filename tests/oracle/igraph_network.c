/*
 * The searches of the time network against igraph's Dijkstra, on the same graph, to the millisecond: random networks
 * with ties, one-way streets, edges of 0 ms, islands and limits that some node meets exactly; and, for every file named,
 * 10,000 pairs of a saved network (`cache:` of prepare: network).
 *
 * Usage: igraph_network [CACHE…]. igraph is GPL: it is linked into this test program only.
 */
#include "core/network/cache_form.h"
#include "unit/core/network_fixture.h"

#include <igraph.h>
#include <inttypes.h>
#include <stdio.h>

enum { STARTS = 100, TARGETS = 100 };

static void stop(const char *what) {
    fprintf(stderr, "igraph_network: %s\n", what);
    exit(1);
}

/* The network's edges, those of modes that are not wanted left out, as igraph has them. */
static void copy_graph(const tp_network *network, uint32_t modes, igraph_t *graph, igraph_vector_t *weights) {
    igraph_vector_int_t ends;
    igraph_vector_int_init(&ends, 0);
    igraph_vector_init(weights, 0);
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        for (uint32_t e = network->out.first[v]; e < network->out.first[v + 1]; e++) {
            if (modes >> network->out.edge[e].mode & 1) {
                igraph_vector_int_push_back(&ends, v);
                igraph_vector_int_push_back(&ends, network->out.edge[e].head);
                igraph_vector_push_back(weights, network->out.edge[e].time_ms);
            }
        }
    }
    igraph_create(graph, &ends, network->n_nodes, IGRAPH_DIRECTED);
    igraph_vector_int_destroy(&ends);
}

/* All pairs of the starts and the targets, in one direction; gives how many were reachable. */
static int64_t compare(const tp_network *network, const tp_search_rule *rule, const uint32_t *starts, int n_starts,
                       const uint32_t *targets, int n_targets) {
    igraph_t graph;
    igraph_vector_t weights;
    igraph_matrix_t distances;
    int64_t n_reached = 0;
    tp_search *search = NULL;
    copy_graph(network, rule->modes, &graph, &weights);
    igraph_matrix_init(&distances, 0, 0);
    if (tp_search_new(network, &search, NULL) != TP_OK) {
        stop("out of memory");
    }
    double cutoff = rule->limit_ms > TP_TIME_MAX_MS ? TP_TIME_MAX_MS : rule->limit_ms;
    for (int s = 0; s < n_starts; s++) {
        tp_start start = {starts[s], 0};
        if (tp_search_run(search, rule, &start, 1, NULL) != TP_OK ||
            igraph_distances_dijkstra_cutoff(&graph, &distances, igraph_vss_1(starts[s]), igraph_vss_all(), &weights,
                                             rule->direction == TP_FROM_FACILITY ? IGRAPH_OUT : IGRAPH_IN,
                                             cutoff) != IGRAPH_SUCCESS) {
            stop("a search failed");
        }
        for (int i = 0; i < n_targets; i++) {
            double theirs_ms = MATRIX(distances, 0, targets[i]);
            uint32_t ours_ms = tp_search_time_ms(search, targets[i]);
            if (ours_ms == TP_NO_TIME ? theirs_ms <= cutoff : theirs_ms != ours_ms) {
                fprintf(stderr, "igraph_network: from %" PRIu32 " to %" PRIu32 ": %" PRIu32 " ms, igraph %g ms\n",
                        starts[s], targets[i], ours_ms, theirs_ms);
                exit(1);
            }
            n_reached += ours_ms != TP_NO_TIME;
        }
    }
    tp_search_free(search);
    igraph_matrix_destroy(&distances);
    igraph_vector_destroy(&weights);
    igraph_destroy(&graph);
    return n_reached;
}

static const network_kind kinds[] = {
    {.n_nodes = 1, .n_ways = 0, .max_ms = 10},
    {.n_nodes = 30, .n_ways = 20, .max_ms = 100, .one_way = 50},
    {.n_nodes = 60, .n_ways = 200, .max_ms = 4, .ties = true},
    {.n_nodes = 200, .n_ways = 500, .max_ms = 40000, .one_way = 20, .ties = true},
    {.n_nodes = 200, .n_ways = 500, .max_ms = 40000, .zero = 30, .one_way = 20, .loops = 5},
    {.n_nodes = 300, .n_ways = 800, .max_ms = 20000, .huge = 10, .zero = 5, .one_way = 10},
    {.n_nodes = 3000, .n_ways = 7000, .max_ms = 60000, .one_way = 10, .zero = 1, .huge = 1, .loops = 1},
};

static void compare_random(void) {
    int64_t n_pairs = 0, n_reached = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (uint64_t seed = 1; seed <= 10; seed++) {
            tp_ways ways;
            tp_network *network = random_network(&kinds[k], seed, &ways);
            uint64_t random = seed;
            uint32_t starts[10], targets[TARGETS];
            if (network == NULL) {
                stop("out of memory");
            }
            for (int i = 0; i < TARGETS; i++) {
                starts[i % 10] = below(&random, kinds[k].n_nodes);
                targets[i] = below(&random, kinds[k].n_nodes);
            }
            for (int run = 0; run < 6; run++) {
                tp_search_rule rule = {run % 2 == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY,
                                       run % 3 == 0 ? TP_MODES_BY_ROAD : TP_MODES_ALL,
                                       run < 2 ? UINT32_MAX : below(&random, 6 * kinds[k].max_ms)};
                n_reached += compare(network, &rule, starts, 10, targets, TARGETS);
                n_pairs += 10 * TARGETS;
            }
            tp_network_free(network);
            tp_ways_reset(&ways);
        }
    }
    printf("random networks: %" PRId64 " pairs equal, %" PRId64 " of them within their limits\n", n_pairs, n_reached);
}

/*
 * The nearest of the starts, and how many lie within 30 minutes, for all nodes: by brute force over searches one by one,
 * whose times have just been found equal to igraph's.
 */
static void compare_nearest_and_counts(const tp_network *network, const uint32_t *starts) {
    enum { LIMIT_MS = 30 * 60 * 1000 };
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, UINT32_MAX};
    tp_search *search = NULL;
    size_t n = network->n_nodes;
    uint32_t *least_ms = malloc(n * sizeof *least_ms), *within = calloc(n, sizeof *within);
    uint32_t *time_ms = malloc(n * sizeof *time_ms), *count = malloc(n * sizeof *count);
    int32_t *first = malloc(n * sizeof *first), *nearest = malloc(n * sizeof *nearest);
    tp_start start[STARTS];
    int64_t group_first[STARTS + 1];
    if (least_ms == NULL || within == NULL || time_ms == NULL || count == NULL || first == NULL || nearest == NULL ||
        tp_search_new(network, &search, NULL) != TP_OK) {
        stop("out of memory");
    }
    for (size_t v = 0; v < n; v++) {
        least_ms[v] = TP_NO_TIME;
        first[v] = -1;
    }
    for (int i = 0; i < STARTS; i++) {
        start[i] = (tp_start){.node = starts[i], .time_ms = 0};
        group_first[i] = i;
        if (tp_search_run(search, &rule, &start[i], 1, NULL) != TP_OK) {
            stop("a search failed");
        }
        for (uint32_t v = 0; v < n; v++) {
            uint32_t ms = tp_search_time_ms(search, v);
            within[v] += ms <= LIMIT_MS;
            if (ms != TP_NO_TIME && ms < least_ms[v]) {
                least_ms[v] = ms;
                first[v] = i;
            }
        }
    }
    group_first[STARTS] = STARTS;
    tp_groups groups = {.n = STARTS, .first = group_first, .start = start};
    const uint32_t limit_ms = LIMIT_MS;
    if (tp_nearest_nodes(network, &rule, &groups, NULL, time_ms, nearest, NULL) != TP_OK ||
        tp_count_nodes(network, &rule, &groups, &limit_ms, 1, 2, count, NULL) != TP_OK) {
        stop("a search failed");
    }
    for (size_t v = 0; v < n; v++) {
        if (time_ms[v] != least_ms[v] || nearest[v] != first[v] || count[v] != within[v]) {
            fprintf(stderr,
                    "igraph_network: node %zu: nearest %" PRId32 " in %" PRIu32 " ms, %" PRIu32 " within the limit\n",
                    v, nearest[v], time_ms[v], count[v]);
            exit(1);
        }
    }
    printf("nearest and counts of %zu nodes equal brute force over %d searches\n", n, STARTS);
    tp_search_free(search);
    free(least_ms);
    free(within);
    free(time_ms);
    free(count);
    free(first);
    free(nearest);
}

/* A cache is loaded whatever it was made from: its own head says what to ask for. */
static void compare_file(const char *path) {
    tp_cache_head head;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(&head, sizeof head, 1, file) != 1) {
        stop(path);
    }
    fclose(file);
    char inputs[TP_DIGEST_SIZE] = {0};
    memcpy(inputs, head.inputs, TP_CACHE_HEX);
    tp_network *network = NULL;
    tp_cache_state state;
    tp_error error = {0};
    if (tp_network_load(path, inputs, &network, &state, &error) != TP_OK || network == NULL) {
        stop(path);
    }
    uint64_t random = 1;
    uint32_t starts[STARTS], targets[TARGETS];
    for (int i = 0; i < STARTS; i++) {
        starts[i] = below(&random, network->n_nodes);
        targets[i] = below(&random, network->n_nodes);
    }
    for (int run = 0; run < 4; run++) {
        tp_search_rule rule = {run % 2 == 0 ? TP_TO_FACILITY : TP_FROM_FACILITY, TP_MODES_ALL,
                               run < 2 ? UINT32_MAX : 30 * 60 * 1000};
        int64_t n = compare(network, &rule, starts, STARTS, targets, TARGETS);
        printf("%s: %d pairs equal, %" PRId64 " of them within %s (%s)\n", path, STARTS * TARGETS, n,
               run < 2 ? "any time" : "30 minutes", run % 2 == 0 ? "to the start" : "from the start");
    }
    compare_nearest_and_counts(network, starts);
    tp_network_free(network);
}

int main(int argc, char **argv) {
    compare_random();
    for (int i = 1; i < argc; i++) {
        compare_file(argv[i]);
    }
    return 0;
}
