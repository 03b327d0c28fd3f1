/*
 * Fuzzing target: any bytes as the cache of a network, and any changes to a good one whose checksums are then set right,
 * so that the checks behind them are reached. What is loaded must be searchable.
 */
#include "core/network/cache_form.h"
#include "technopolis/search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char inputs[TP_DIGEST_SIZE] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

enum { NODES = 12, ROOM = 1 << 14 };

/* A small network with every kind of way, as the bytes of its file; the digests are set later. */
static size_t make_file(uint8_t bytes[ROOM]) {
    tp_ways ways = {0};
    uint32_t node_of[NODES];
    int64_t node;
    for (int i = 0; i < NODES; i++) {
        node_of[i] = (uint32_t)(i * 5 % NODES);
        if (tp_ways_add_node(&ways, 130 + i * 0.01, 33 + i % 3 * 0.01, &node, NULL) != TP_OK) {
            abort();
        }
    }
    for (int i = 0; i < 2 * NODES; i++) {
        tp_way way = {.from = i % NODES, .to = i * 7 % NODES, .forward_ms = 1000U * (unsigned)i, .length_m = i};
        way.mode = i % 6 == 0 ? TP_MODE_CHANGE : i % 6 == 1 ? TP_MODE_AIR : TP_MODE_ROAD;
        way.backward_ms = i % 4 == 0 ? TP_NO_TIME : 500;
        way.through_only = i % 5 == 0;
        if (tp_ways_add(&ways, &way, NULL) != TP_OK) {
            abort();
        }
    }
    tp_cache_head head = {.n_nodes = NODES, .n_ways = 2 * NODES, .n_vertices = 4 * NODES};
    tp_cache_section sections[TP_CACHE_SECTIONS];
    tp_cache_sections(&ways, node_of, sections);
    size_t size = sizeof head;
    memcpy(bytes, &head, sizeof head);
    for (int i = 0; i < TP_CACHE_SECTIONS; i++) {
        memcpy(bytes + size, sections[i].data, sections[i].n * sections[i].size);
        size += sections[i].n * sections[i].size;
    }
    tp_ways_reset(&ways);
    return size;
}

/* Sets the digests to those of the arrays, as far as the bytes reach. */
static void set_right(uint8_t *bytes, size_t size) {
    tp_cache_head head;
    memcpy(&head, bytes, sizeof head);
    memcpy(head.magic, "tpnetwrk", 8);
    head.version = TP_CACHE_VERSION;
    head.byte_order = TP_CACHE_BYTE_ORDER;
    memcpy(head.inputs, inputs, TP_CACHE_HEX);
    int64_t unused = 0;
    tp_ways counts = {.n_nodes = (int64_t)(head.n_nodes % 4096),
                      .n_ways = (int64_t)(head.n_ways % 4096),
                      .n_vertices = (int64_t)(head.n_vertices % 4096),
                      .vertex_first = &unused};
    tp_cache_section sections[TP_CACHE_SECTIONS];
    tp_cache_sections(&counts, NULL, sections);
    size_t at = sizeof head;
    for (int i = 0; i < TP_CACHE_SECTIONS && sections[i].n * sections[i].size <= size - at; i++) {
        sections[i].data = bytes + at;
        if (tp_cache_digest(&sections[i], head.section[i], NULL) != TP_OK) {
            abort();
        }
        at += sections[i].n * sections[i].size;
    }
    if (tp_cache_digest_head(&head, head.checksum, NULL) != TP_OK) {
        abort();
    }
    memcpy(bytes, &head, sizeof head);
}

static void use(const tp_network *network) {
    tp_search *search = NULL;
    tp_search_rule rule = {TP_TO_FACILITY, TP_MODES_ALL, TP_NO_TIME};
    tp_network_statistics statistics;
    tp_network_statistics_of(network, &statistics);
    if (network->n_nodes == 0 || tp_search_new(network, &search, NULL) != TP_OK) {
        return;
    }
    tp_start start = {0, 0};
    tp_path path = {0};
    bool reached;
    if (tp_search_run(search, &rule, &start, 1, NULL) == TP_OK) {
        for (uint32_t v = 0; v < network->n_nodes; v++) {
            if (tp_search_path(search, v, &path, &reached, NULL) == TP_E_INTERNAL ||
                reached != (tp_search_time_ms(search, v) != TP_NO_TIME)) {
                abort();
            }
        }
    }
    tp_path_reset(&path);
    tp_search_free(search);
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    tp_join join;
    tp_join_rule join_rule = {2000, 5, TP_JOIN_LARGEST};
    if (tp_join_places(network, &grs80, &join_rule, network->ways.lon_deg, network->ways.lat_deg, 1, &join, NULL) !=
        TP_OK) {
        abort();
    }
}

static void load(const uint8_t *bytes, size_t size) {
    tp_network *network = NULL;
    tp_cache_state state;
    tp_code code = tp_network_load_bytes(bytes, size, inputs, &network, &state, NULL);
    if (code == TP_E_INTERNAL || (network != NULL) != (code == TP_OK && state == TP_CACHE_LOADED)) {
        abort();
    }
    if (network != NULL) {
        use(network);
    }
    tp_network_free(network);
}

/* The bytes as they are; then as changes to a good file: where (two bytes), and the new byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t bytes[ROOM];
    load(data, size);
    size_t file_size = make_file(bytes);
    for (size_t i = 0; i + 3 <= size; i += 3) {
        size_t at = (size_t)data[i] << 8 | data[i + 1];
        bytes[at % file_size] = data[i + 2];
    }
    set_right(bytes, file_size);
    load(bytes, file_size);
    return 0;
}
