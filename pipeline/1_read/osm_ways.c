/*
 * The roads of a .osm.pbf in memory: see tp_osm_load in osm.h. Two passes: the ways first, so that of all the nodes only
 * those of roads are kept.
 *
 * libreadosm gives no nodes at all, and no error, for a file with plain (not dense) nodes: that, and any node that a
 * road refers to and the file does not hold, fails the file.
 */
#include "1_read/osm.h"

#include <math.h>
#include <readosm.h>
#include <stdlib.h>
#include <string.h>

const char *const TP_OSM_COLUMNS[TP_OSM_IDS + TP_OSM_TAGS] = {
    "osm_id",  "from_node",     "to_node",  "highway",   "maxspeed", "oneway",   "access",
    "vehicle", "motor_vehicle", "motorcar", "motorroad", "toll",     "junction", "bridge",
    "tunnel",  "layer",         "route",    "duration",  "ref",      "name",     "name_en",
};

/* The tag behind a column. */
static const char *tag_key(int tag) {
    const char *column = TP_OSM_COLUMNS[TP_OSM_IDS + tag];
    return strcmp(column, "name_en") == 0 ? "name:en" : column;
}

void tp_osm_ways_reset(tp_osm_ways *ways) {
    free(ways->id);
    free(ways->ref_first);
    free(ways->tag);
    free(ways->ref);
    free(ways->texts);
    free(ways->node_id);
    free(ways->lon_deg);
    free(ways->lat_deg);
    free(ways->junction);
    *ways = (tp_osm_ways){0};
}

/* What the callbacks work on. */
typedef struct loading {
    tp_osm_ways *ways;
    const char *shown;
    uint8_t *seen; /* of each node */
    int64_t n_all_nodes, n_seen;
    int64_t cursor; /* the node after the last one found: files are mostly in the order of ids */
    tp_code code;
    tp_error *error;
} loading;

static bool enlarge(void *array, int64_t capacity, size_t size) {
    void *old;
    memcpy(&old, array, sizeof old);
    void *bigger = realloc(old, (size_t)capacity * size);
    if (bigger != NULL) {
        memcpy(array, &bigger, sizeof bigger);
    }
    return bigger != NULL;
}

/* ---- ways ---- */

static const char *value_of(const readosm_way *way, const char *key) {
    for (int i = 0; i < way->tag_count; i++) {
        if (strcmp(way->tags[i].key, key) == 0) {
            return way->tags[i].value;
        }
    }
    return NULL;
}

static bool is_one_of(const char *text, const char *const *words, size_t n) {
    for (size_t i = 0; text != NULL && i < n; i++) {
        if (strcmp(text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Highways on which cars drive, and ferries; not areas. */
static bool is_road(const readosm_way *way) {
    static const char *const classes[] = {
        "motorway",      "motorway_link",  "trunk",    "trunk_link",    "primary",      "primary_link",
        "secondary",     "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential",
        "living_street", "service",        "track",    "road",
    };
    const char *route = value_of(way, "route"), *area = value_of(way, "area");
    if (area != NULL && strcmp(area, "yes") == 0) {
        return false;
    }
    return is_one_of(value_of(way, "highway"), classes, sizeof classes / sizeof classes[0]) ||
           (route != NULL && strcmp(route, "ferry") == 0);
}

static bool add_text(tp_osm_ways *ways, const char *text, uint32_t *at) {
    size_t size = strlen(text) + 1;
    if (ways->n_texts + size > ways->text_capacity) {
        size_t wanted = 2 * ways->text_capacity + size + 4096;
        if (wanted > UINT32_MAX || !enlarge(&ways->texts, (int64_t)wanted, 1)) {
            return false;
        }
        ways->text_capacity = wanted;
    }
    if (ways->n_texts == 0) {
        ways->texts[ways->n_texts++] = '\0'; /* so that no text begins at 0 */
        return add_text(ways, text, at);
    }
    memcpy(ways->texts + ways->n_texts, text, size);
    *at = (uint32_t)ways->n_texts;
    ways->n_texts += size;
    return true;
}

static bool reserve_way(tp_osm_ways *ways, int64_t n_refs) {
    if (ways->n == ways->capacity) {
        int64_t wanted = ways->capacity == 0 ? 1024 : 2 * ways->capacity;
        if (!enlarge(&ways->id, wanted, sizeof *ways->id) ||
            !enlarge(&ways->ref_first, wanted + 1, sizeof *ways->ref_first) ||
            !enlarge(&ways->tag, wanted * TP_OSM_TAGS, sizeof *ways->tag)) {
            return false;
        }
        ways->capacity = wanted;
    }
    if (ways->n_refs + n_refs > ways->ref_capacity) {
        int64_t wanted = 2 * ways->ref_capacity + n_refs + 1024;
        if (!enlarge(&ways->ref, wanted, sizeof *ways->ref)) {
            return false;
        }
        ways->ref_capacity = wanted;
    }
    return true;
}

static bool add_way(tp_osm_ways *ways, const readosm_way *way) {
    if (!reserve_way(ways, way->node_ref_count)) {
        return false;
    }
    for (int tag = 0; tag < TP_OSM_TAGS; tag++) {
        const char *value = value_of(way, tag_key(tag));
        uint32_t *at = &ways->tag[ways->n * TP_OSM_TAGS + tag];
        *at = 0;
        if (value != NULL && value[0] != '\0' && !add_text(ways, value, at)) {
            return false;
        }
    }
    ways->id[ways->n] = way->id;
    ways->ref_first[ways->n++] = ways->n_refs;
    for (int i = 0; i < way->node_ref_count; i++) {
        ways->ref[ways->n_refs++] = way->node_refs[i];
    }
    ways->ref_first[ways->n] = ways->n_refs;
    return true;
}

static int on_way(const void *user, const readosm_way *way) {
    loading *l;
    memcpy(&l, user, sizeof l);
    if (!is_road(way)) {
        return READOSM_OK;
    }
    if (!add_way(l->ways, way)) {
        l->code = tp_error_memory(l->error);
        return READOSM_ABORT;
    }
    return READOSM_OK;
}

/* ---- nodes ---- */

static int compare_ids(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The number of a node, or -1. */
static int64_t find_node(const tp_osm_ways *ways, int64_t id) {
    int64_t low = 0, high = ways->n_nodes;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (ways->node_id[middle] < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < ways->n_nodes && ways->node_id[low] == id ? low : -1;
}

/* Lists the nodes that roads refer to, and puts their numbers in place of their ids. */
static tp_code list_nodes(loading *l, tp_error *error) {
    tp_osm_ways *ways = l->ways;
    size_t n = (size_t)ways->n_refs + 1;
    ways->node_id = malloc(sizeof *ways->node_id * n);
    if (ways->node_id == NULL) {
        return tp_error_memory(error);
    }
    memcpy(ways->node_id, ways->ref, sizeof *ways->ref * (size_t)ways->n_refs);
    qsort(ways->node_id, (size_t)ways->n_refs, sizeof *ways->node_id, compare_ids);
    for (int64_t i = 0; i < ways->n_refs; i++) {
        if (i == 0 || ways->node_id[i] != ways->node_id[ways->n_nodes - 1]) {
            ways->node_id[ways->n_nodes++] = ways->node_id[i];
        }
    }
    n = (size_t)ways->n_nodes + 1;
    ways->lon_deg = malloc(sizeof *ways->lon_deg * n);
    ways->lat_deg = malloc(sizeof *ways->lat_deg * n);
    ways->junction = calloc(n, 1);
    l->seen = calloc(n, 1);
    if (ways->lon_deg == NULL || ways->lat_deg == NULL || ways->junction == NULL || l->seen == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < ways->n_refs; i++) {
        ways->ref[i] = find_node(ways, ways->ref[i]);
    }
    return TP_OK;
}

/* To the nearest billionth of a degree, which is the finest that the format holds: the double nearest to the decimal. */
static double tidy(double degrees) {
    return round(degrees * 1e9) / 1e9;
}

static int on_node(const void *user, const readosm_node *node) {
    loading *l;
    memcpy(&l, user, sizeof l);
    tp_osm_ways *ways = l->ways;
    l->n_all_nodes++;
    int64_t number =
        l->cursor < ways->n_nodes && ways->node_id[l->cursor] == node->id ? l->cursor : find_node(ways, node->id);
    if (number < 0) {
        return READOSM_OK;
    }
    bool proper = fabs(node->latitude) <= 90 && fabs(node->longitude) <= 180; /* false for NaN */
    if (!proper) {
        l->code = tp_error_set(l->error, TP_E_DATA, "%s: node %lld has no proper position (longitude %g, latitude %g)",
                               l->shown, node->id, node->longitude, node->latitude);
        return READOSM_ABORT;
    }
    l->n_seen += !l->seen[number];
    l->seen[number] = 1;
    ways->lon_deg[number] = tidy(node->longitude);
    ways->lat_deg[number] = tidy(node->latitude);
    l->cursor = number + 1;
    return READOSM_OK;
}

static tp_code check_nodes(const loading *l, tp_error *error) {
    const tp_osm_ways *ways = l->ways;
    if (l->n_all_nodes == 0) {
        return tp_error_set(error, TP_E_DATA,
                            "%s: no nodes can be read from it (plain nodes instead of dense ones, or blocks that are "
                            "not packed by zlib?)",
                            l->shown);
    }
    for (int64_t way = 0; way < ways->n && l->n_seen < ways->n_nodes; way++) {
        for (int64_t i = ways->ref_first[way]; i < ways->ref_first[way + 1]; i++) {
            if (!l->seen[ways->ref[i]]) {
                return tp_error_set(error, TP_E_DATA,
                                    "%s: way %lld refers to node %lld, which the file does not hold (%lld of the %lld "
                                    "nodes of its roads are missing)",
                                    l->shown, (long long)ways->id[way], (long long)ways->node_id[ways->ref[i]],
                                    (long long)(ways->n_nodes - l->n_seen), (long long)ways->n_nodes);
            }
        }
    }
    return TP_OK;
}

/* Ends of ways, and nodes that are used more than once. */
static void find_junctions(tp_osm_ways *ways, uint8_t *used) {
    memset(used, 0, (size_t)ways->n_nodes);
    for (int64_t i = 0; i < ways->n_refs; i++) {
        ways->junction[ways->ref[i]] = used[ways->ref[i]] || ways->junction[ways->ref[i]];
        used[ways->ref[i]] = 1;
    }
    for (int64_t way = 0; way < ways->n; way++) {
        if (ways->ref_first[way] < ways->ref_first[way + 1]) {
            ways->junction[ways->ref[ways->ref_first[way]]] = 1;
            ways->junction[ways->ref[ways->ref_first[way + 1] - 1]] = 1;
        }
    }
}

/* ---- both ---- */

static tp_code parse(loading *l, const char *path, bool nodes) {
    const void *handle = NULL;
    int result = readosm_open(path, &handle);
    if (result == READOSM_OK) {
        result = nodes ? readosm_parse(handle, &l, on_node, NULL, NULL) : readosm_parse(handle, &l, NULL, on_way, NULL);
    }
    readosm_close(handle);
    if (l->code != TP_OK || result == READOSM_OK) {
        return l->code;
    }
    if (result == READOSM_INSUFFICIENT_MEMORY) {
        return tp_error_memory(l->error);
    }
    return tp_error_set(l->error, TP_E_DATA, "%s: cannot be read: libreadosm says %s (%d)", l->shown,
                        result == READOSM_INVALID_PBF_HEADER ? "invalid header"
                        : result == READOSM_READ_ERROR       ? "read error"
                        : result == READOSM_UNZIP_ERROR      ? "a block cannot be unpacked"
                                                             : "error",
                        result);
}

tp_code tp_osm_load(const char *path, const char *shown, tp_osm_ways *ways, tp_error *error) {
    loading l = {.ways = ways, .shown = shown, .error = error};
    tp_osm_alias alias = {0};
    tp_code code = tp_osm_check(path, shown, error);
    if (code == TP_OK) {
        code = tp_osm_alias_begin(path, shown, &alias, error);
    }
    if (code == TP_OK) {
        code = parse(&l, alias.path, false);
    }
    if (code == TP_OK && ways->n == 0) {
        code = tp_error_set(error, TP_E_DATA, "%s: holds no roads (ways with a highway for cars, or ferries)", shown);
    }
    if (code == TP_OK) {
        code = list_nodes(&l, error);
    }
    if (code == TP_OK) {
        code = parse(&l, alias.path, true);
    }
    if (code == TP_OK) {
        code = check_nodes(&l, error);
    }
    if (code == TP_OK) {
        find_junctions(ways, l.seen);
    }
    tp_osm_alias_end(&alias);
    free(l.seen);
    return code;
}
