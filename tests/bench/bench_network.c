/*
 * Times the searches of the time network on a perturbed grid over Japan: (a) the nearest of the facilities for all
 * nodes, (b) how many facilities lie within 30 minutes of every node, on one thread and two, beside a plain
 * breadth-first scan of as many nodes from the same facilities. Medians of five. With --write the graph goes to files,
 * on which peers_network.sh lets other libraries answer the same questions.
 *
 * Usage: bench_network [--nodes N] [--facilities N] [--spacing-m M] [--runs N] [--threads N] [--write FOLDER]
 */
#include "technopolis/search.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { LIMIT_MS = 30 * 60 * 1000, MAX_RUNS = 99 };

typedef struct options {
    int64_t n_nodes, n_facilities;
    double spacing_m;
    int runs, threads;
    const char *folder;
} options;

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static double between(uint64_t *state, double low, double high) {
    return low + (high - low) * ((double)(next_random(state) >> 11) * 0x1p-53);
}

static void stop(const char *what) {
    fprintf(stderr, "bench_network: %s\n", what);
    exit(1);
}

static void check(tp_code code, const tp_error *error) {
    if (code != TP_OK) {
        stop(error->message);
    }
}

static void *room(size_t n, size_t size) {
    void *memory = calloc(n > 0 ? n : 1, size);
    if (memory == NULL) {
        stop("out of memory");
    }
    return memory;
}

/* ---- the network ---- */

/* A grid 6.25 times as long as wide, laid along the islands from Kagoshima to the north-east; each node is moved by up
 * to 0.35 of the spacing. Nodes are numbered row by row. */
static void add_nodes(tp_ways *ways, int64_t n, int64_t width, double spacing_m, uint64_t *seed) {
    const double turn = 42 * M_PI / 180, metres = 111000;
    tp_error error = {0};
    for (int64_t i = 0; i < n; i++) {
        double x = ((double)(i % width) + between(seed, -0.35, 0.35)) * spacing_m;
        double y = ((double)(i / width) + between(seed, -0.35, 0.35)) * spacing_m;
        double east = y * cos(turn) + x * sin(turn), north = y * sin(turn) - x * cos(turn);
        double lat_deg = 32.5 + north / metres;
        int64_t node;
        check(tp_ways_add_node(ways, 130 + east / (metres * cos(37 * M_PI / 180)), lat_deg, &node, &error), &error);
    }
}

/* A street of the grid: every 16th line is a trunk road, a tenth of the others one-way. */
static void add_street(tp_ways *ways, const tp_ellipsoid *grs80, int64_t from, int64_t to, bool trunk, uint64_t *seed) {
    tp_error error = {0};
    double length_m =
        tp_geodesic_distance_m(grs80, ways->lon_deg[from], ways->lat_deg[from], ways->lon_deg[to], ways->lat_deg[to]);
    double km_h = trunk ? 60 : between(seed, 27, 55);
    tp_way way = {.from = from, .to = to, .length_m = length_m, .source_row = -1};
    way.forward_ms = way.backward_ms = (uint32_t)(length_m * 3600 / km_h) + 1;
    if (!trunk && next_random(seed) % 10 == 0) {
        *(next_random(seed) % 2 == 0 ? &way.forward_ms : &way.backward_ms) = TP_NO_TIME;
    }
    check(tp_ways_add(ways, &way, &error), &error);
}

/* Streets are taken at random from all of the grid's until there are 2.55 directed edges a node. */
static void add_streets(tp_ways *ways, int64_t n, int64_t width, uint64_t *seed) {
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    for (int64_t i = 0; i < n; i++) {
        for (int down = 0; down < 2; down++) {
            int64_t to = down ? i + width : i + 1;
            bool trunk = (down ? i % width : i / width) % 16 == 8;
            if (to < n && (down || i % width != width - 1) && (trunk || between(seed, 0, 1) < 0.6466)) {
                add_street(ways, &grs80, i, to, trunk, seed);
            }
        }
    }
}

static tp_network *make_network(const options *o) {
    tp_ways ways = {0};
    tp_network *network = NULL;
    tp_error error = {0};
    uint64_t seed = 1;
    int64_t width = (int64_t)llround(sqrt((double)o->n_nodes / 6.25));
    add_nodes(&ways, o->n_nodes, width, o->spacing_m, &seed);
    add_streets(&ways, o->n_nodes, width, &seed);
    double start_s = omp_get_wtime();
    check(tp_network_new(&ways, &network, &error), &error);
    tp_network_statistics s;
    tp_network_statistics_of(network, &s);
    printf("network: %" PRId64 " nodes, %" PRId64 " edges, %.0f km, largest strong component %" PRId64
           "; built in %.2f s, %.0f MB\n",
           s.n_nodes, s.n_edges, s.length_km[TP_MODE_ROAD], s.largest_strong, omp_get_wtime() - start_s,
           (double)s.bytes / 1e6);
    return network;
}

/* ---- the questions ---- */

typedef struct facilities {
    int64_t n;
    int64_t *first;
    tp_start *start;
} facilities;

static facilities make_facilities(const tp_network *network, int64_t n) {
    facilities f = {n, room((size_t)n + 1, sizeof(int64_t)), room((size_t)n, sizeof(tp_start))};
    uint64_t seed = 2;
    for (int64_t i = 0; i < n; i++) {
        f.first[i] = i;
        f.start[i].node = (uint32_t)(next_random(&seed) % network->n_nodes);
    }
    f.first[n] = n;
    return f;
}

static int compare_doubles(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The median is what is quoted; the least is what the machine can do when nobody else uses it. */
typedef struct timing {
    double median_s, least_s;
    double cpu_s; /* of all threads, in the mean: what is left of a second thread when others use the machine */
} timing;

static double cpu_now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static timing timing_of(double *times_s, int n, double cpu_start_s) {
    double cpu_s = (cpu_now_s() - cpu_start_s) / n;
    qsort(times_s, (size_t)n, sizeof *times_s, compare_doubles);
    return (timing){times_s[n / 2], times_s[0], cpu_s};
}

static timing time_nearest(const tp_network *network, const facilities *f, int runs, uint64_t *sum) {
    uint32_t *time_ms = room(network->n_nodes, sizeof *time_ms);
    int32_t *nearest = room(network->n_nodes, sizeof *nearest);
    double times_s[MAX_RUNS], cpu_s = cpu_now_s();
    tp_groups groups = {f->n, f->first, f->start};
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, TP_NO_TIME};
    tp_error error = {0};
    for (int r = 0; r < runs; r++) {
        double start_s = omp_get_wtime();
        check(tp_nearest_nodes(network, &rule, &groups, NULL, time_ms, nearest, &error), &error);
        times_s[r] = omp_get_wtime() - start_s;
    }
    *sum = 0;
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        *sum += time_ms[v] != TP_NO_TIME ? time_ms[v] : 0;
    }
    free(time_ms);
    free(nearest);
    return timing_of(times_s, runs, cpu_s);
}

static timing time_count(const tp_network *network, const facilities *f, int runs, int threads, uint32_t *count) {
    double times_s[MAX_RUNS], cpu_s = cpu_now_s();
    const uint32_t limit_ms = LIMIT_MS;
    tp_groups groups = {f->n, f->first, f->start};
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, 0};
    tp_error error = {0};
    for (int r = 0; r < runs; r++) {
        double start_s = omp_get_wtime();
        check(tp_count_nodes(network, &rule, &groups, &limit_ms, 1, threads, count, &error), &error);
        times_s[r] = omp_get_wtime() - start_s;
    }
    return timing_of(times_s, runs, cpu_s);
}

/* How many nodes the search of each facility reaches. */
static int64_t *sizes_of(const tp_network *network, const facilities *f) {
    int64_t *sizes = room((size_t)f->n, sizeof *sizes);
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, LIMIT_MS};
    tp_search *search = NULL;
    tp_error error = {0};
    check(tp_search_new(network, &search, &error), &error);
    for (int64_t i = 0; i < f->n; i++) {
        const tp_reached *reached;
        check(tp_search_run(search, &rule, &f->start[i], 1, &error), &error);
        check(tp_search_reached(search, &reached, &sizes[i], &error), &error);
    }
    tp_search_free(search);
    return sizes;
}

/* The least that any search must do: visits as many nodes by the number of edges instead of the time. */
static void scan(const tp_edges *edges, uint32_t from, int64_t n, uint8_t *seen, uint32_t *queue, uint32_t *count) {
    int64_t head = 0, tail = 0;
    queue[tail++] = from;
    seen[from] = 1;
    while (head < tail && head < n) {
        uint32_t v = queue[head++];
        count[v]++;
        for (uint32_t e = edges->first[v]; e < edges->first[v + 1]; e++) {
            uint32_t to = edges->edge[e].head;
            if (!seen[to]) {
                seen[to] = 1;
                queue[tail++] = to;
            }
        }
    }
    for (int64_t i = 0; i < tail; i++) {
        seen[queue[i]] = 0;
    }
}

static int compare_starts(const void *a, const void *b) {
    const tp_start *x = a, *y = b;
    return (x->node > y->node) - (x->node < y->node);
}

static timing time_scan(const tp_network *network, const facilities *f, int runs) {
    tp_start *sorted = room((size_t)f->n, sizeof *sorted);
    memcpy(sorted, f->start, (size_t)f->n * sizeof *sorted);
    qsort(sorted, (size_t)f->n, sizeof *sorted, compare_starts); /* as the search itself does */
    facilities by_node = {f->n, f->first, sorted};
    int64_t *sizes = sizes_of(network, &by_node);
    uint8_t *seen = room(network->n_nodes, 1);
    uint32_t *queue = room(network->n_nodes, sizeof *queue), *count = room(network->n_nodes, sizeof *count);
    double times_s[MAX_RUNS], cpu_s = cpu_now_s();
    for (int r = 0; r < runs; r++) {
        double start_s = omp_get_wtime();
        for (int64_t i = 0; i < f->n; i++) {
            scan(&network->in, sorted[i].node, sizes[i], seen, queue, count);
        }
        times_s[r] = omp_get_wtime() - start_s;
    }
    free(sorted);
    free(sizes);
    free(seen);
    free(queue);
    free(count);
    return timing_of(times_s, runs, cpu_s);
}

/* ---- files for the peers ---- */

static void write_file(const char *folder, const char *name, const void *data, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        stop(path);
    }
}

/* The edges turned round, since peers search from the facilities: int32 in this machine's byte order. */
static void write_graph(const char *folder, const tp_network *network, const facilities *f) {
    size_t n = network->n_nodes, m = network->n_edges;
    int32_t *values = room(m > n + 1 ? m : n + 1, sizeof *values);
    for (size_t v = 0; v <= n; v++) {
        values[v] = (int32_t)network->in.first[v];
    }
    write_file(folder, "first.i32", values, (n + 1) * sizeof *values);
    for (size_t e = 0; e < m; e++) {
        values[e] = (int32_t)network->in.edge[e].head;
    }
    write_file(folder, "head.i32", values, m * sizeof *values);
    for (size_t e = 0; e < m; e++) {
        values[e] = (int32_t)network->in.edge[e].time_ms;
    }
    write_file(folder, "time_ms.i32", values, m * sizeof *values);
    free(values);
    values = room((size_t)f->n, sizeof *values);
    for (int64_t i = 0; i < f->n; i++) {
        values[i] = (int32_t)f->start[i].node;
    }
    write_file(folder, "facilities.i32", values, (size_t)f->n * sizeof *values);
    free(values);
}

static options parse(int argc, char **argv) {
    options o = {1000000, 2000, 610, 5, 2, NULL};
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--nodes") == 0) {
            o.n_nodes = atoll(value);
        } else if (strcmp(argv[i], "--facilities") == 0) {
            o.n_facilities = atoll(value);
        } else if (strcmp(argv[i], "--spacing-m") == 0) {
            o.spacing_m = atof(value);
        } else if (strcmp(argv[i], "--runs") == 0) {
            o.runs = atoi(value);
        } else if (strcmp(argv[i], "--threads") == 0) {
            o.threads = atoi(value);
        } else if (strcmp(argv[i], "--write") == 0) {
            o.folder = value;
        } else {
            o.runs = 0;
        }
    }
    if (o.n_nodes < 25 || o.n_facilities < 1 || !(o.spacing_m > 0) || o.runs < 1 || o.runs > MAX_RUNS ||
        o.threads < 1) {
        fprintf(stderr, "usage: bench_network [--nodes N] [--facilities N] [--spacing-m M] [--runs N] [--threads N] "
                        "[--write FOLDER]\n");
        exit(2);
    }
    return o;
}

int main(int argc, char **argv) {
    options o = parse(argc, argv);
    tp_network *network = make_network(&o);
    facilities f = make_facilities(network, o.n_facilities);
    if (o.folder != NULL) {
        write_graph(o.folder, network, &f);
    }
    uint64_t sum = 0, pairs = 0;
    uint32_t *count = room(network->n_nodes, sizeof *count);
    timing one = {0};
    for (int threads = 1; threads <= o.threads; threads++) {
        omp_set_num_threads(threads);
        timing t = time_nearest(network, &f, o.runs, &sum);
        one = threads == 1 ? t : one;
        printf("nearest, %d thread(s): %.4f s (least %.4f, CPU %.4f), sum of ms %" PRIu64
               ", %.2f (least: %.2f) times one thread\n",
               threads, t.median_s, t.least_s, t.cpu_s, sum, one.median_s / t.median_s, one.least_s / t.least_s);
    }
    for (int threads = 1; threads <= o.threads; threads++) {
        timing t = time_count(network, &f, o.runs, threads, count);
        one = threads == 1 ? t : one;
        pairs = 0;
        for (uint32_t v = 0; v < network->n_nodes; v++) {
            pairs += count[v];
        }
        printf("count, %d thread(s): %.4f s (least %.4f, CPU %.4f), %" PRIu64
               " pairs, %.1f million a second, %.2f (least: %.2f) times one thread\n",
               threads, t.median_s, t.least_s, t.cpu_s, pairs, (double)pairs / t.median_s / 1e6,
               one.median_s / t.median_s, one.least_s / t.least_s);
    }
    timing scanned = time_scan(network, &f, o.runs);
    printf("breadth-first scan of as many nodes: %.4f s (least %.4f); count takes %.2f (%.2f) times that\n",
           scanned.median_s, scanned.least_s, one.median_s / scanned.median_s, one.least_s / scanned.least_s);
    if (o.folder != NULL) {
        write_file(o.folder, "count.u32", count, network->n_nodes * sizeof *count);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory: %.0f MB\n", (double)usage.ru_maxrss / 1024);
    free(count);
    free(f.first);
    free(f.start);
    tp_network_free(network);
    return 0;
}
