/*
 * igraph's C library on the graph that bench_network --write made: (a) the nearest facility of all nodes, by one search
 * from a node that leads to all facilities at no cost; (b) how many facilities lie within 30 minutes of every node, by
 * one bounded search a facility. Only the searches are timed. Built by peers_network.sh; igraph is GPL, so this is a
 * program of its own.
 *
 * Usage: peer_igraph_network FOLDER RUNS
 */
#define _POSIX_C_SOURCE 199309L
#include <igraph.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double limit_ms = 30 * 60 * 1000;

static void stop(const char *what) {
    fprintf(stderr, "peer_igraph_network: %s\n", what);
    exit(1);
}

static int32_t *read_file(const char *folder, const char *name, size_t *n) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        stop(path);
    }
    *n = (size_t)ftell(file) / sizeof(int32_t);
    rewind(file);
    int32_t *values = malloc((*n + 1) * sizeof *values);
    if (values == NULL || fread(values, sizeof *values, *n, file) != *n) {
        stop(path);
    }
    fclose(file);
    return values;
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        stop("usage: peer_igraph_network FOLDER RUNS");
    }
    size_t n_first, n_edges, n_times, n_facilities;
    int32_t *first = read_file(argv[1], "first.i32", &n_first), *head = read_file(argv[1], "head.i32", &n_edges);
    int32_t *time_ms = read_file(argv[1], "time_ms.i32", &n_times);
    int32_t *facility = read_file(argv[1], "facilities.i32", &n_facilities);
    igraph_integer_t n_nodes = (igraph_integer_t)n_first - 1;
    igraph_vector_int_t ends;
    igraph_vector_t weights;
    igraph_vector_int_init(&ends, 0);
    igraph_vector_init(&weights, 0);
    for (igraph_integer_t v = 0; v < n_nodes; v++) {
        for (int32_t e = first[v]; e < first[v + 1]; e++) {
            igraph_vector_int_push_back(&ends, v);
            igraph_vector_int_push_back(&ends, head[e]);
            igraph_vector_push_back(&weights, time_ms[e]);
        }
    }
    for (size_t i = 0; i < n_facilities; i++) { /* from the node beyond the last */
        igraph_vector_int_push_back(&ends, n_nodes);
        igraph_vector_int_push_back(&ends, facility[i]);
        igraph_vector_push_back(&weights, 0);
    }
    igraph_t graph;
    igraph_matrix_t distances;
    igraph_create(&graph, &ends, n_nodes + 1, IGRAPH_DIRECTED);
    igraph_matrix_init(&distances, 0, 0);
    uint32_t *count = malloc((size_t)n_nodes * sizeof *count);
    if (count == NULL) {
        stop("out of memory");
    }
    for (int run = 0; run < atoi(argv[2]); run++) {
        double start_s = now_s();
        if (igraph_distances_dijkstra(&graph, &distances, igraph_vss_1(n_nodes), igraph_vss_all(), &weights,
                                      IGRAPH_OUT) != IGRAPH_SUCCESS) {
            stop("a search failed");
        }
        printf("nearest %.6f\n", now_s() - start_s);
    }
    double sum_ms = 0;
    for (igraph_integer_t v = 0; v < n_nodes; v++) {
        double d = MATRIX(distances, 0, v);
        sum_ms += d < IGRAPH_INFINITY ? d : 0;
    }
    printf("sum %.0f\n", sum_ms);
    for (int run = 0; run < atoi(argv[2]); run++) {
        double search_s = 0;
        for (igraph_integer_t v = 0; v < n_nodes; v++) {
            count[v] = 0;
        }
        for (size_t i = 0; i < n_facilities; i++) {
            double start_s = now_s();
            if (igraph_distances_dijkstra_cutoff(&graph, &distances, igraph_vss_1(facility[i]), igraph_vss_all(),
                                                 &weights, IGRAPH_OUT, limit_ms) != IGRAPH_SUCCESS) {
                stop("a search failed");
            }
            search_s += now_s() - start_s;
            for (igraph_integer_t v = 0; v < n_nodes; v++) {
                count[v] += MATRIX(distances, 0, v) <= limit_ms;
            }
        }
        printf("count %.6f\n", search_s);
        fflush(stdout);
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/count_igraph.u32", argv[1]);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(count, sizeof *count, (size_t)n_nodes, file) != (size_t)n_nodes || fclose(file) != 0) {
        stop(path);
    }
    igraph_matrix_destroy(&distances);
    igraph_destroy(&graph);
    igraph_vector_int_destroy(&ends);
    igraph_vector_destroy(&weights);
    free(first);
    free(head);
    free(time_ms);
    free(facility);
    free(count);
    return 0;
}
