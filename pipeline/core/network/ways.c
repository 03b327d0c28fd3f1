/* Collecting nodes and ways in flat arrays that grow. */
#include "network_parts.h"

#include <math.h>
#include <stdlib.h>

static const char *const mode_text[TP_MODE_COUNT] = {"road", "ferry", "rail", "air", "change"};

const char *tp_mode_text(tp_mode mode) {
    return (unsigned)mode < TP_MODE_COUNT ? mode_text[mode] : "unknown";
}

void tp_ways_reset(tp_ways *ways) {
    free(ways->lon_deg);
    free(ways->lat_deg);
    free(ways->from);
    free(ways->to);
    free(ways->forward_ms);
    free(ways->backward_ms);
    free(ways->length_m);
    free(ways->mode);
    free(ways->through_only);
    free(ways->source_row);
    free(ways->vertex_first);
    free(ways->vertex_lon_deg);
    free(ways->vertex_lat_deg);
    *ways = (tp_ways){0};
}

/* On failure the array stays as it was, so a half-grown set of arrays is still whole up to its old capacity. */
static bool grow(void *array, int64_t capacity, size_t size) {
    void **at = array;
    void *larger = realloc(*at, (size_t)capacity * size);
    if (larger == NULL) {
        return false;
    }
    *at = larger;
    return true;
}

#define GROW(array, capacity) grow(&(array), (capacity), sizeof *(array))

static int64_t wider(int64_t capacity, int64_t needed) {
    int64_t doubled = capacity < 64 ? 64 : capacity * 2;
    return doubled < needed ? needed : doubled;
}

bool tp_is_position(double lon_deg, double lat_deg) {
    return fabs(lon_deg) <= 720 && fabs(lat_deg) <= 90; /* false for what is not a number */
}

tp_code tp_ways_add_node(tp_ways *ways, double lon_deg, double lat_deg, int64_t *node, tp_error *error) {
    if (!tp_is_position(lon_deg, lat_deg)) {
        return tp_error_set(error, TP_E_INTERNAL, "a node of the network lies at longitude %g, latitude %g", lon_deg,
                            lat_deg);
    }
    if (ways->n_nodes == ways->node_capacity) {
        int64_t capacity = wider(ways->node_capacity, 1);
        if (!GROW(ways->lon_deg, capacity) || !GROW(ways->lat_deg, capacity)) {
            return tp_error_memory(error);
        }
        ways->node_capacity = capacity;
    }
    ways->lon_deg[ways->n_nodes] = lon_deg;
    ways->lat_deg[ways->n_nodes] = lat_deg;
    *node = ways->n_nodes++;
    return TP_OK;
}

static bool is_time(uint32_t time_ms, tp_mode mode) {
    return time_ms == TP_NO_TIME || (time_ms <= TP_TIME_MAX_MS && (time_ms > 0 || mode == TP_MODE_CHANGE));
}

tp_code tp_ways_check(const tp_ways *ways, const tp_way *way, tp_error *error) {
    if (way->from < 0 || way->from >= ways->n_nodes || way->to < 0 || way->to >= ways->n_nodes) {
        return tp_error_set(error, TP_E_INTERNAL, "a way ends at node %lld or %lld, of %lld", (long long)way->from,
                            (long long)way->to, (long long)ways->n_nodes);
    }
    if ((unsigned)way->mode >= TP_MODE_COUNT || !is_time(way->forward_ms, way->mode) ||
        !is_time(way->backward_ms, way->mode)) {
        return tp_error_set(error, TP_E_INTERNAL, "a way of mode %s has the times %lu and %lu ms",
                            tp_mode_text(way->mode), (unsigned long)way->forward_ms, (unsigned long)way->backward_ms);
    }
    if (!(way->length_m >= 0 && isfinite((float)way->length_m))) {
        return tp_error_set(error, TP_E_INTERNAL, "a way has the length %g m", way->length_m);
    }
    if (way->lon_deg != NULL && (way->n_vertices < 2 || way->lat_deg == NULL)) {
        return tp_error_set(error, TP_E_INTERNAL, "a way has %lld vertices (expected at least 2)",
                            (long long)way->n_vertices);
    }
    for (int64_t i = 0; way->lon_deg != NULL && i < way->n_vertices; i++) {
        if (!tp_is_position(way->lon_deg[i], way->lat_deg[i])) {
            return tp_error_set(error, TP_E_INTERNAL, "vertex %lld of a way lies at longitude %g, latitude %g",
                                (long long)i, way->lon_deg[i], way->lat_deg[i]);
        }
    }
    return TP_OK;
}

static bool make_room(tp_ways *ways, int64_t n_vertices) {
    if (ways->n_ways == ways->way_capacity) {
        int64_t capacity = wider(ways->way_capacity, 1);
        if (!GROW(ways->from, capacity) || !GROW(ways->to, capacity) || !GROW(ways->forward_ms, capacity) ||
            !GROW(ways->backward_ms, capacity) || !GROW(ways->length_m, capacity) || !GROW(ways->mode, capacity) ||
            !GROW(ways->through_only, capacity) || !GROW(ways->source_row, capacity) ||
            !GROW(ways->vertex_first, capacity + 1)) {
            return false;
        }
        ways->way_capacity = capacity;
    }
    if (n_vertices > ways->vertex_capacity - ways->n_vertices) {
        int64_t capacity = wider(ways->vertex_capacity, ways->n_vertices + n_vertices);
        if (!GROW(ways->vertex_lon_deg, capacity) || !GROW(ways->vertex_lat_deg, capacity)) {
            return false;
        }
        ways->vertex_capacity = capacity;
    }
    return true;
}

tp_code tp_ways_add(tp_ways *ways, const tp_way *way, tp_error *error) {
    tp_code code = tp_ways_check(ways, way, error);
    if (code != TP_OK) {
        return code;
    }
    int64_t n_vertices = way->lon_deg != NULL ? way->n_vertices : 2;
    if (!make_room(ways, n_vertices)) {
        return tp_error_memory(error);
    }
    int64_t w = ways->n_ways;
    ways->from[w] = way->from;
    ways->to[w] = way->to;
    ways->forward_ms[w] = way->forward_ms;
    ways->backward_ms[w] = way->backward_ms;
    ways->length_m[w] = (float)way->length_m;
    ways->mode[w] = (uint8_t)way->mode;
    ways->through_only[w] = way->through_only;
    ways->source_row[w] = way->source_row;
    if (w == 0) {
        ways->vertex_first[0] = 0;
    }
    for (int64_t i = 0; i < n_vertices; i++) {
        int64_t node = i == 0 ? way->from : way->to, at = ways->n_vertices++;
        ways->vertex_lon_deg[at] = way->lon_deg != NULL ? way->lon_deg[i] : ways->lon_deg[node];
        ways->vertex_lat_deg[at] = way->lon_deg != NULL ? way->lat_deg[i] : ways->lat_deg[node];
    }
    ways->vertex_first[++ways->n_ways] = ways->n_vertices;
    return TP_OK;
}
