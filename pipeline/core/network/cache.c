/*
 * The network in a file: a head with the counts, the digest of the inputs and that of each array, then the arrays. What
 * can be derived (edges, components, index) is derived again, so a file can be wrong but not inconsistent.
 */
#include "cache_form.h"
#include "network_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = {'t', 'p', 'n', 'e', 't', 'w', 'r', 'k'};

_Static_assert(sizeof(tp_cache_head) == 40 + TP_CACHE_HEX * (TP_CACHE_SECTIONS + 2),
               "the head of a cache has no padding");

const char *tp_cache_state_text(tp_cache_state state) {
    switch (state) {
    case TP_CACHE_LOADED:
        return "loaded";
    case TP_CACHE_ABSENT:
        return "absent";
    case TP_CACHE_STALE:
        return "stale";
    case TP_CACHE_DAMAGED:
        return "damaged";
    }
    return "unknown";
}

void tp_cache_sections(const tp_ways *ways, uint32_t *node_of, tp_cache_section sections[TP_CACHE_SECTIONS]) {
    size_t n = (size_t)ways->n_nodes, w = (size_t)ways->n_ways, v = (size_t)ways->n_vertices;
    const tp_cache_section list[TP_CACHE_SECTIONS] = {
        {ways->lon_deg, n, sizeof *ways->lon_deg},
        {ways->lat_deg, n, sizeof *ways->lat_deg},
        {node_of, n, sizeof *node_of},
        {ways->from, w, sizeof *ways->from},
        {ways->to, w, sizeof *ways->to},
        {ways->forward_ms, w, sizeof *ways->forward_ms},
        {ways->backward_ms, w, sizeof *ways->backward_ms},
        {ways->length_m, w, sizeof *ways->length_m},
        {ways->mode, w, sizeof *ways->mode},
        {ways->through_only, w, sizeof *ways->through_only},
        {ways->source_row, w, sizeof *ways->source_row},
        {w > 0 ? ways->vertex_first + 1 : NULL, w, sizeof *ways->vertex_first},
        {ways->vertex_lon_deg, v, sizeof *ways->vertex_lon_deg},
        {ways->vertex_lat_deg, v, sizeof *ways->vertex_lat_deg},
    };
    memcpy(sections, list, sizeof list);
}

tp_code tp_cache_digest(const tp_cache_section *s, char hex[TP_CACHE_HEX], tp_error *error) {
    char text[TP_DIGEST_SIZE];
    tp_code code = tp_digest_bytes(s->n > 0 ? s->data : "", s->n * s->size, text, error);
    if (code == TP_OK) {
        memcpy(hex, text, TP_CACHE_HEX);
    }
    return code;
}

tp_code tp_cache_digest_head(tp_cache_head *h, char hex[TP_CACHE_HEX], tp_error *error) {
    tp_cache_section s = {h, 1, offsetof(tp_cache_head, checksum)};
    return tp_cache_digest(&s, hex, error);
}

/* ---- saving ---- */

static bool write_all(int file, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t written = write(file, at, size < (1U << 30) ? size : 1U << 30);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        at += written;
        size -= (size_t)written;
    }
    return true;
}

static tp_code write_file(const char *path, const char *partial, const tp_cache_head *h,
                          const tp_cache_section *sections, tp_error *error) {
    int file = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        return tp_error_set(error, TP_E_MACHINE, "%s: cannot be written (%s)", path, strerror(errno));
    }
    bool good = write_all(file, h, sizeof *h);
    for (int i = 0; i < TP_CACHE_SECTIONS && good; i++) {
        good = write_all(file, sections[i].data, sections[i].n * sections[i].size);
    }
    good = good && fsync(file) == 0;
    int fault = errno;
    if (close(file) != 0 && good) {
        good = false;
        fault = errno;
    }
    if (good && rename(partial, path) != 0) {
        good = false;
        fault = errno;
    }
    if (!good) {
        unlink(partial);
        return tp_error_set(error, TP_E_MACHINE, "%s: cannot be written (%s)", path, strerror(fault));
    }
    return TP_OK;
}

tp_code tp_network_save(const tp_network *network, const char *path, const char inputs[TP_DIGEST_SIZE],
                        tp_error *error) {
    const tp_ways *ways = &network->ways;
    tp_cache_section sections[TP_CACHE_SECTIONS];
    tp_cache_sections(ways, network->node_of, sections);
    tp_cache_head h = {.version = TP_CACHE_VERSION,
                       .byte_order = TP_CACHE_BYTE_ORDER,
                       .n_nodes = (uint64_t)ways->n_nodes,
                       .n_ways = (uint64_t)ways->n_ways,
                       .n_vertices = (uint64_t)ways->n_vertices};
    memcpy(h.magic, magic, sizeof magic);
    memcpy(h.inputs, inputs, TP_CACHE_HEX);
    for (int i = 0; i < TP_CACHE_SECTIONS; i++) {
        tp_code code = tp_cache_digest(&sections[i], h.section[i], error);
        if (code != TP_OK) {
            return code;
        }
    }
    tp_code code = tp_cache_digest_head(&h, h.checksum, error);
    if (code != TP_OK) {
        return code;
    }
    size_t room = strlen(path) + 32;
    char *partial = malloc(room);
    if (partial == NULL) {
        return tp_error_memory(error);
    }
    snprintf(partial, room, "%s.%ld.partial", path, (long)getpid());
    code = write_file(path, partial, &h, sections, error);
    free(partial);
    return code;
}

/* ---- loading ---- */

/* A file or bytes in memory, read from the beginning to the end. */
typedef struct source {
    FILE *file;
    const unsigned char *bytes;
    uint64_t size, at;
} source;

static bool read_next(source *s, void *to, size_t size) {
    if (size > s->size - s->at) {
        return false;
    }
    if (s->file != NULL && size > 0 && fread(to, 1, size, s->file) != size) {
        return false;
    }
    if (s->file == NULL && size > 0) {
        memcpy(to, s->bytes + s->at, size);
    }
    s->at += size;
    return true;
}

static tp_code read_head(source *s, const char inputs[TP_DIGEST_SIZE], tp_cache_head *h, tp_cache_state *state,
                         tp_error *error) {
    const size_t first = offsetof(tp_cache_head, n_nodes);
    *state = TP_CACHE_DAMAGED;
    if (!read_next(s, h, first) || memcmp(h->magic, magic, sizeof magic) != 0) {
        return TP_OK;
    }
    if (h->version != TP_CACHE_VERSION || h->byte_order != TP_CACHE_BYTE_ORDER) {
        *state = TP_CACHE_STALE;
        return TP_OK;
    }
    char checksum[TP_CACHE_HEX];
    if (!read_next(s, (char *)h + first, sizeof *h - first)) {
        return TP_OK;
    }
    tp_code code = tp_cache_digest_head(h, checksum, error);
    if (code == TP_OK && memcmp(checksum, h->checksum, TP_CACHE_HEX) == 0) {
        *state = memcmp(h->inputs, inputs, TP_CACHE_HEX) == 0 ? TP_CACHE_LOADED : TP_CACHE_STALE;
    }
    return code;
}

/* Before memory is asked for: the counts are possible, and the file is exactly as long as they say. */
static bool has_size(const source *s, const tp_cache_head *h) {
    if (h->n_nodes > (uint64_t)TP_NODES_MAX || h->n_ways >= UINT32_MAX || h->n_vertices > (uint64_t)1 << 40) {
        return false;
    }
    tp_ways counts = {
        .n_nodes = (int64_t)h->n_nodes, .n_ways = (int64_t)h->n_ways, .n_vertices = (int64_t)h->n_vertices};
    int64_t unused;
    counts.vertex_first = &unused; /* for the address of the one after it, which is not used */
    tp_cache_section sections[TP_CACHE_SECTIONS];
    tp_cache_sections(&counts, NULL, sections);
    uint64_t size = sizeof *h;
    for (int i = 0; i < TP_CACHE_SECTIONS; i++) {
        size += (uint64_t)sections[i].n * sections[i].size;
    }
    return size == s->size;
}

static bool make_room(tp_ways *ways, uint32_t **node_of, const tp_cache_head *h) {
    size_t n = (size_t)h->n_nodes + 1, w = (size_t)h->n_ways + 1, v = (size_t)h->n_vertices + 1;
    ways->n_nodes = ways->node_capacity = (int64_t)h->n_nodes;
    ways->n_ways = ways->way_capacity = (int64_t)h->n_ways;
    ways->n_vertices = ways->vertex_capacity = (int64_t)h->n_vertices;
    ways->lon_deg = malloc(n * sizeof *ways->lon_deg);
    ways->lat_deg = malloc(n * sizeof *ways->lat_deg);
    ways->from = malloc(w * sizeof *ways->from);
    ways->to = malloc(w * sizeof *ways->to);
    ways->forward_ms = malloc(w * sizeof *ways->forward_ms);
    ways->backward_ms = malloc(w * sizeof *ways->backward_ms);
    ways->length_m = malloc(w * sizeof *ways->length_m);
    ways->mode = malloc(w);
    ways->through_only = malloc(w);
    ways->source_row = malloc(w * sizeof *ways->source_row);
    ways->vertex_first = calloc(w, sizeof *ways->vertex_first);
    ways->vertex_lon_deg = malloc(v * sizeof *ways->vertex_lon_deg);
    ways->vertex_lat_deg = malloc(v * sizeof *ways->vertex_lat_deg);
    *node_of = malloc(n * sizeof **node_of);
    return ways->lon_deg && ways->lat_deg && ways->from && ways->to && ways->forward_ms && ways->backward_ms &&
           ways->length_m && ways->mode && ways->through_only && ways->source_row && ways->vertex_first &&
           ways->vertex_lon_deg && ways->vertex_lat_deg && *node_of;
}

static bool are_positions(const double *lon_deg, const double *lat_deg, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (!tp_is_position(lon_deg[i], lat_deg[i])) {
            return false;
        }
    }
    return true;
}

/* Every number from 0 to n - 1 once; marks them in `order`, which has n values. */
static bool is_order(const uint32_t *node_of, uint32_t n, uint8_t *marks) {
    memset(marks, 0, n);
    for (uint32_t i = 0; i < n; i++) {
        if (node_of[i] >= n || marks[node_of[i]]++ != 0) {
            return false;
        }
    }
    return true;
}

static bool is_way(const tp_ways *ways, int64_t w) {
    tp_way way = {.from = ways->from[w],
                  .to = ways->to[w],
                  .forward_ms = ways->forward_ms[w],
                  .backward_ms = ways->backward_ms[w],
                  .length_m = ways->length_m[w],
                  .mode = (tp_mode)ways->mode[w]};
    return tp_ways_check(ways, &way, NULL) == TP_OK && ways->through_only[w] <= 1 &&
           ways->vertex_first[w + 1] >= ways->vertex_first[w] + 2 && ways->vertex_first[w + 1] <= ways->n_vertices;
}

static bool makes_sense(const tp_ways *ways, const uint32_t *node_of, uint8_t *marks) {
    if (!are_positions(ways->lon_deg, ways->lat_deg, ways->n_nodes) ||
        !are_positions(ways->vertex_lon_deg, ways->vertex_lat_deg, ways->n_vertices) ||
        !is_order(node_of, (uint32_t)ways->n_nodes, marks)) {
        return false;
    }
    for (int64_t w = 0; w < ways->n_ways; w++) {
        if (!is_way(ways, w)) {
            return false;
        }
    }
    return ways->vertex_first[ways->n_ways] == ways->n_vertices;
}

/* Reads the arrays and checks their digests and their sense; *good false when the file is damaged. */
static tp_code read_arrays(source *s, const tp_cache_head *h, tp_ways *ways, uint32_t **node_of, bool *good,
                           tp_error *error) {
    *good = false;
    if (!make_room(ways, node_of, h)) {
        return tp_error_memory(error);
    }
    tp_cache_section sections[TP_CACHE_SECTIONS];
    tp_cache_sections(ways, *node_of, sections);
    for (int i = 0; i < TP_CACHE_SECTIONS; i++) {
        char hex[TP_CACHE_HEX];
        if (!read_next(s, sections[i].data, sections[i].n * sections[i].size)) {
            return TP_OK;
        }
        tp_code code = tp_cache_digest(&sections[i], hex, error);
        if (code != TP_OK || memcmp(hex, h->section[i], TP_CACHE_HEX) != 0) {
            return code;
        }
    }
    uint8_t *marks = malloc((size_t)h->n_nodes + 1);
    if (marks == NULL) {
        return tp_error_memory(error);
    }
    *good = makes_sense(ways, *node_of, marks);
    free(marks);
    return TP_OK;
}

static tp_code load(source *s, const char inputs[TP_DIGEST_SIZE], tp_network **network, tp_cache_state *state,
                    tp_error *error) {
    tp_cache_head h;
    tp_ways ways = {0};
    uint32_t *node_of = NULL;
    tp_code code = read_head(s, inputs, &h, state, error);
    if (code != TP_OK || *state != TP_CACHE_LOADED) {
        return code;
    }
    bool good = has_size(s, &h);
    if (good) {
        code = read_arrays(s, &h, &ways, &node_of, &good, error);
    }
    if (code == TP_OK && good) {
        code = tp_network_build(&ways, node_of, network, error);
    }
    *state = good ? TP_CACHE_LOADED : TP_CACHE_DAMAGED;
    tp_ways_reset(&ways);
    free(node_of);
    return code;
}

tp_code tp_network_load_bytes(const void *bytes, size_t size, const char inputs[TP_DIGEST_SIZE], tp_network **network,
                              tp_cache_state *state, tp_error *error) {
    source s = {.bytes = bytes, .size = size};
    *network = NULL;
    return load(&s, inputs, network, state, error);
}

tp_code tp_network_load(const char *path, const char inputs[TP_DIGEST_SIZE], tp_network **network,
                        tp_cache_state *state, tp_error *error) {
    *network = NULL;
    *state = TP_CACHE_ABSENT;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return TP_OK;
    }
    source s = {.file = file};
    tp_code code = TP_OK;
    if (fseeko(file, 0, SEEK_END) == 0 && ftello(file) >= 0) {
        s.size = (uint64_t)ftello(file);
        rewind(file);
        code = load(&s, inputs, network, state, error);
    } else {
        *state = TP_CACHE_DAMAGED;
    }
    fclose(file);
    return code;
}
