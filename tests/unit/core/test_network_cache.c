/* The saved network: the same after loading, and refused when it is stale, cut off, changed or makes no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/network/cache_form.h"
#include "network_fixture.h"

static const char inputs[TP_DIGEST_SIZE] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char others[TP_DIGEST_SIZE] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee";

static char folder[256];

static int set_up(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tp_cache_XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state) {
    (void)state;
    return rmdir(folder);
}

static void path_of(const char *name, char path[512]) {
    snprintf(path, 512, "%s/%s", folder, name);
}

static void assert_same_edges(const tp_edges *a, const tp_edges *b, uint32_t n_nodes, uint32_t n_edges) {
    assert_memory_equal(a->first, b->first, (n_nodes + 1) * sizeof *a->first);
    for (uint32_t e = 0; e < n_edges; e++) {
        assert_true(a->edge[e].head == b->edge[e].head && a->edge[e].mode == b->edge[e].mode &&
                    a->edge[e].time_ms == b->edge[e].time_ms && a->way[e] == b->way[e]);
    }
}

static void assert_same(const tp_network *a, const tp_network *b) {
    assert_int_equal(a->n_nodes, b->n_nodes);
    assert_int_equal(a->n_edges, b->n_edges);
    assert_int_equal(a->ways.n_ways, b->ways.n_ways);
    assert_int_equal(a->ways.n_vertices, b->ways.n_vertices);
    assert_memory_equal(a->node_of, b->node_of, a->n_nodes * sizeof *a->node_of);
    assert_memory_equal(a->strong, b->strong, a->n_nodes * sizeof *a->strong);
    assert_memory_equal(a->weak, b->weak, a->n_nodes * sizeof *a->weak);
    assert_same_edges(&a->out, &b->out, a->n_nodes, a->n_edges);
    assert_same_edges(&a->in, &b->in, a->n_nodes, a->n_edges);
    tp_cache_section left[TP_CACHE_SECTIONS], right[TP_CACHE_SECTIONS];
    tp_cache_sections(&a->ways, a->node_of, left);
    tp_cache_sections(&b->ways, b->node_of, right);
    for (int i = 0; i < TP_CACHE_SECTIONS; i++) {
        assert_int_equal(left[i].n * left[i].size, right[i].n * right[i].size);
        assert_true(left[i].n == 0 || memcmp(left[i].data, right[i].data, left[i].n * left[i].size) == 0);
    }
}

static const network_kind kinds[] = {
    {.n_nodes = 0},
    {.n_nodes = 3, .n_ways = 0, .max_ms = 4},
    {.n_nodes = 40, .n_ways = 60, .max_ms = 1000, .one_way = 30, .zero = 10, .huge = 5, .loops = 5},
};

static tp_network *some_network(size_t kind) {
    tp_ways ways;
    tp_network *network = random_network(&kinds[kind], 3, &ways);
    tp_ways_reset(&ways);
    assert_non_null(network);
    return network;
}

static void test_round_trip(void **state) {
    (void)state;
    char path[512];
    path_of("network.cache", path);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        tp_network *network = some_network(k), *loaded = NULL;
        tp_cache_state found;
        assert_int_equal(tp_network_load(path, inputs, &loaded, &found, NULL), TP_OK);
        assert_true(loaded == NULL && found == TP_CACHE_ABSENT);
        assert_int_equal(tp_network_save(network, path, inputs, NULL), TP_OK);
        assert_int_equal(tp_network_save(network, path, inputs, NULL), TP_OK); /* over an older one */
        assert_int_equal(tp_network_load(path, others, &loaded, &found, NULL), TP_OK);
        assert_true(loaded == NULL && found == TP_CACHE_STALE);
        assert_int_equal(tp_network_load(path, inputs, &loaded, &found, NULL), TP_OK);
        assert_int_equal(found, TP_CACHE_LOADED);
        assert_non_null(loaded);
        assert_same(network, loaded);
        tp_network_free(network);
        tp_network_free(loaded);
        assert_int_equal(unlink(path), 0);
    }
    assert_string_equal(tp_cache_state_text(TP_CACHE_STALE), "stale");
}

static void test_cannot_be_written(void **state) {
    (void)state;
    char path[512];
    tp_error error = {0};
    tp_network *network = some_network(2);
    path_of("nowhere/network.cache", path);
    assert_int_equal(tp_network_save(network, path, inputs, &error), TP_E_MACHINE);
    assert_non_null(strstr(error.message, "nowhere/network.cache: cannot be written (No such file or directory)"));
    path_of("taken", path);
    assert_int_equal(mkdir(path, 0700), 0); /* a folder has the name: what was written must go again */
    assert_int_equal(tp_network_save(network, path, inputs, &error), TP_E_MACHINE);
    assert_int_equal(rmdir(path), 0);
    tp_network_free(network);
}

static unsigned char *bytes_of(const tp_network *network, size_t *size) {
    char path[512];
    path_of("bytes", path);
    assert_int_equal(tp_network_save(network, path, inputs, NULL), TP_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    unlink(path);
    return bytes;
}

static tp_cache_state state_of(const unsigned char *bytes, size_t size) {
    tp_network *loaded = NULL;
    tp_cache_state found;
    assert_int_equal(tp_network_load_bytes(bytes, size, inputs, &loaded, &found, NULL), TP_OK);
    assert_true((loaded != NULL) == (found == TP_CACHE_LOADED));
    tp_network_free(loaded);
    return found;
}

static void test_every_byte_counts(void **state) {
    (void)state;
    size_t size;
    tp_network *network = some_network(2);
    unsigned char *bytes = bytes_of(network, &size);
    assert_int_equal(state_of(bytes, size), TP_CACHE_LOADED);
    for (size_t i = 0; i < size; i++) {
        bytes[i] ^= 0x10;
        tp_cache_state found = state_of(bytes, size);
        bool stale = i >= offsetof(tp_cache_head, version) && i < offsetof(tp_cache_head, n_nodes);
        assert_int_equal(found, stale ? TP_CACHE_STALE : TP_CACHE_DAMAGED);
        bytes[i] ^= 0x10;
    }
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(state_of(bytes, cut), TP_CACHE_DAMAGED);
    }
    unsigned char *longer = calloc(size + 1, 1);
    assert_non_null(longer);
    memcpy(longer, bytes, size);
    assert_int_equal(state_of(longer, size + 1), TP_CACHE_DAMAGED);
    free(longer);
    free(bytes);
    tp_network_free(network);
}

/* Saves a network whose arrays were spoilt: its checksums are right, its contents are not. */
static void assert_refused(tp_network *network) {
    size_t size;
    unsigned char *bytes = bytes_of(network, &size);
    assert_int_equal(state_of(bytes, size), TP_CACHE_DAMAGED);
    free(bytes);
}

#define REFUSED(network, place, value)                                                                                 \
    do {                                                                                                               \
        __typeof__(place) kept = (place);                                                                              \
        (place) = (value);                                                                                             \
        assert_refused(network);                                                                                       \
        (place) = kept;                                                                                                \
    } while (0)

static void test_right_checksum_wrong_sense(void **state) {
    (void)state;
    tp_network *network = some_network(2);
    tp_ways *ways = &network->ways;
    const double nan = __builtin_nan("");
    REFUSED(network, ways->lon_deg[5], nan);
    REFUSED(network, ways->vertex_lat_deg[7], nan);
    REFUSED(network, network->node_of[0], network->node_of[1]);
    REFUSED(network, network->node_of[0], network->n_nodes);
    REFUSED(network, ways->from[0], -1);
    REFUSED(network, ways->to[59], network->n_nodes);
    REFUSED(network, ways->forward_ms[3], TP_TIME_MAX_MS + 1);
    REFUSED(network, ways->length_m[3], -1);
    REFUSED(network, ways->length_m[3], (float)nan);
    REFUSED(network, ways->mode[3], TP_MODE_COUNT);
    REFUSED(network, ways->through_only[3], 2);
    REFUSED(network, ways->vertex_first[1], 1);
    REFUSED(network, ways->vertex_first[1], ways->vertex_first[2] - 1);
    REFUSED(network, ways->vertex_first[60], ways->n_vertices + 5);
    REFUSED(network, ways->vertex_first[60], INT64_MAX);
    for (int64_t w = 0; w < ways->n_ways; w++) {
        if (ways->mode[w] != TP_MODE_CHANGE) {
            REFUSED(network, ways->backward_ms[w], 0);
            break;
        }
    }
    tp_network_free(network);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_cannot_be_written),
        cmocka_unit_test(test_every_byte_counts),
        cmocka_unit_test(test_right_checksum_wrong_sense),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
