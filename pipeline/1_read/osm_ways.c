/*
 * The roads of a .osm.pbf in memory: see tp_osm_load in osm.h. Two passes: the ways first, so that of all the nodes only
 * those of roads are kept. A node that a road refers to and the file does not hold fails the file.
 */
#include "1_read/osm.h"

#include <math.h>
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

/* What the visits work on. */
typedef struct loading {
    tp_osm_ways *ways;
    const char *shown;
    uint8_t *seen; /* of each node */
    int64_t n_seen;
    int64_t cursor; /* the node after the last one found: files are mostly in the order of ids */
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

/* The value of a key; no text where there is none. */
static tp_pbf_text value_of(const tp_pbf_way *way, const char *key) {
    size_t size = strlen(key);
    for (int64_t i = 0; i < way->n_tags; i++) {
        if (way->keys[i].size == size && memcmp(way->keys[i].bytes, key, size) == 0) {
            return way->values[i];
        }
    }
    return (tp_pbf_text){0};
}

static bool is_one_of(tp_pbf_text text, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strlen(words[i]) == text.size && memcmp(text.bytes, words[i], text.size) == 0) {
            return true;
        }
    }
    return false;
}

/* Highways on which cars drive, and ferries; not areas. */
static bool is_road(const tp_pbf_way *way) {
    static const char *const yes[] = {"yes"}, *const ferry[] = {"ferry"};
    static const char *const classes[] = {
        "motorway",      "motorway_link",  "trunk",    "trunk_link",    "primary",      "primary_link",
        "secondary",     "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential",
        "living_street", "service",        "track",    "road",
    };
    return !is_one_of(value_of(way, "area"), yes, 1) &&
           (is_one_of(value_of(way, "highway"), classes, sizeof classes / sizeof classes[0]) ||
            is_one_of(value_of(way, "route"), ferry, 1));
}

/* Copies a text and ends it. */
static bool add_text(tp_osm_ways *ways, tp_pbf_text text, uint32_t *at) {
    size_t needed = ways->n_texts + text.size + 2;
    if (needed > ways->text_capacity) {
        size_t wanted = 2 * needed + 4096;
        if (wanted > UINT32_MAX || !enlarge(&ways->texts, (int64_t)wanted, 1)) {
            return false;
        }
        ways->text_capacity = wanted;
    }
    ways->n_texts += ways->n_texts == 0; /* no text begins at 0 */
    memcpy(ways->texts + ways->n_texts, text.bytes, text.size);
    ways->texts[ways->n_texts + text.size] = '\0';
    *at = (uint32_t)ways->n_texts;
    ways->n_texts += text.size + 1;
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

static tp_code on_way(void *user, const tp_pbf_way *way, tp_error *error) {
    tp_osm_ways *ways = ((loading *)user)->ways;
    if (!is_road(way)) {
        return TP_OK;
    }
    if (!reserve_way(ways, way->n_refs)) {
        return tp_error_memory(error);
    }
    for (int tag = 0; tag < TP_OSM_TAGS; tag++) {
        tp_pbf_text value = value_of(way, tag_key(tag));
        uint32_t *at = &ways->tag[ways->n * TP_OSM_TAGS + tag];
        *at = 0;
        if (value.size > 0 && !add_text(ways, value, at)) {
            return tp_error_memory(error);
        }
    }
    ways->id[ways->n] = way->id;
    ways->ref_first[ways->n++] = ways->n_refs;
    for (int64_t i = 0; i < way->n_refs; i++) {
        ways->ref[ways->n_refs++] = way->refs[i];
    }
    ways->ref_first[ways->n] = ways->n_refs;
    return TP_OK;
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

static tp_code on_node(void *user, int64_t id, double lon_deg, double lat_deg, tp_error *error) {
    loading *l = user;
    tp_osm_ways *ways = l->ways;
    int64_t number = l->cursor < ways->n_nodes && ways->node_id[l->cursor] == id ? l->cursor : find_node(ways, id);
    if (number < 0) {
        return TP_OK;
    }
    bool proper = fabs(lat_deg) <= 90 && fabs(lon_deg) <= 180; /* false for NaN */
    if (!proper) {
        return tp_error_set(error, TP_E_DATA, "%s: node %lld has no proper position (longitude %g, latitude %g)",
                            l->shown, (long long)id, lon_deg, lat_deg);
    }
    l->n_seen += !l->seen[number];
    l->seen[number] = 1;
    ways->lon_deg[number] = lon_deg;
    ways->lat_deg[number] = lat_deg;
    l->cursor = number + 1;
    return TP_OK;
}

static tp_code check_nodes(const loading *l, tp_error *error) {
    const tp_osm_ways *ways = l->ways;
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

tp_code tp_osm_load(const char *path, const char *shown, tp_osm_ways *ways, tp_error *error) {
    loading l = {.ways = ways, .shown = shown};
    tp_pbf_visitor first = {.user = &l, .way = on_way}, second = {.user = &l, .node = on_node};
    tp_code code = tp_pbf_read(path, shown, &first, error);
    if (code == TP_OK && ways->n == 0) {
        code = tp_error_set(error, TP_E_DATA, "%s: holds no roads (ways with a highway for cars, or ferries)", shown);
    }
    if (code == TP_OK) {
        code = list_nodes(&l, error);
    }
    if (code == TP_OK) {
        code = tp_pbf_read(path, shown, &second, error);
    }
    if (code == TP_OK) {
        code = check_nodes(&l, error);
    }
    if (code == TP_OK) {
        find_junctions(ways, l.seen);
    }
    free(l.seen);
    return code;
}
