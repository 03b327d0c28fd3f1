/*
 * From the rows of the road layer to pieces of line: see tp_pieces_gather in network.h. A vertex that repeats the one
 * before it is dropped. A line that comes back to a point where it has been is split there, since one can turn there;
 * a line that only ends where it began stays whole (a loop). Lines with node ids have been split by those.
 */
#include "2_prepare/network.h"

#include <stdlib.h>
#include <string.h>

void tp_pieces_reset(tp_pieces *pieces) {
    free(pieces->row);
    free(pieces->first);
    free(pieces->end_id);
    free(pieces->end_node);
    free(pieces->lon_deg);
    free(pieces->lat_deg);
    free(pieces->node_lon_deg);
    free(pieces->node_lat_deg);
    *pieces = (tp_pieces){0};
}

/* Makes `*array` hold `capacity` values of `size` bytes. */
static bool enlarge(void *array, int64_t capacity, size_t size) {
    void *old;
    memcpy(&old, array, sizeof old);
    void *bigger = realloc(old, (size_t)capacity * size);
    if (bigger != NULL) {
        memcpy(array, &bigger, sizeof bigger);
    }
    return bigger != NULL;
}

static bool reserve_pieces(tp_pieces *pieces) {
    if (pieces->n < pieces->capacity) {
        return true;
    }
    bool fresh = pieces->capacity == 0;
    int64_t wanted = fresh ? 256 : pieces->capacity * 2;
    if (!enlarge(&pieces->row, wanted, sizeof(int64_t)) || !enlarge(&pieces->first, wanted + 1, sizeof(int64_t)) ||
        !enlarge(&pieces->end_id, 2 * wanted, sizeof(int64_t)) ||
        !enlarge(&pieces->end_node, 2 * wanted, sizeof(int64_t))) {
        return false;
    }
    if (fresh) {
        pieces->first[0] = 0;
    }
    pieces->capacity = wanted;
    return true;
}

static bool reserve_vertices(tp_pieces *pieces, int64_t more) {
    if (pieces->n_vertices + more <= pieces->vertex_capacity) {
        return true;
    }
    int64_t wanted = pieces->vertex_capacity * 2 + more + 1024;
    if (!enlarge(&pieces->lon_deg, wanted, sizeof(double)) || !enlarge(&pieces->lat_deg, wanted, sizeof(double))) {
        return false;
    }
    pieces->vertex_capacity = wanted;
    return true;
}

tp_code tp_pieces_add(tp_pieces *pieces, int64_t row, const double *lon_deg, const double *lat_deg, int64_t n,
                      tp_error *error) {
    if (!reserve_pieces(pieces) || !reserve_vertices(pieces, n)) {
        return tp_error_memory(error);
    }
    memcpy(pieces->lon_deg + pieces->n_vertices, lon_deg, sizeof *lon_deg * (size_t)n);
    memcpy(pieces->lat_deg + pieces->n_vertices, lat_deg, sizeof *lat_deg * (size_t)n);
    pieces->n_vertices += n;
    pieces->row[pieces->n] = row;
    pieces->end_id[2 * pieces->n] = pieces->end_id[2 * pieces->n + 1] = 0;
    pieces->end_node[2 * pieces->n] = pieces->end_node[2 * pieces->n + 1] = -1;
    pieces->first[++pieces->n] = pieces->n_vertices;
    return TP_OK;
}

/* Room for one line while it is looked at. */
typedef struct line {
    double *lon_deg, *lat_deg;
    int64_t *order;  /* vertices by position */
    uint8_t *splits; /* of each vertex */
    int64_t n, capacity;
} line;

static void reset_line(line *l) {
    free(l->lon_deg);
    free(l->lat_deg);
    free(l->order);
    free(l->splits);
}

static bool reserve_line(line *l, int64_t n) {
    if (n <= l->capacity) {
        return true;
    }
    if (!enlarge(&l->lon_deg, 2 * n, sizeof(double)) || !enlarge(&l->lat_deg, 2 * n, sizeof(double)) ||
        !enlarge(&l->order, 2 * n, sizeof(int64_t)) || !enlarge(&l->splits, 2 * n, 1)) {
        return false;
    }
    l->capacity = 2 * n;
    return true;
}

/* Copies a part without repeated vertices. Adding 0 makes -0 the same point as 0. */
static void copy_line(const tp_shapes *shapes, int64_t first, int64_t end, line *l) {
    l->n = 0;
    for (int64_t v = first; v < end; v++) {
        double lon = shapes->x[v] + 0.0, lat = shapes->y[v] + 0.0;
        if (l->n == 0 || lon != l->lon_deg[l->n - 1] || lat != l->lat_deg[l->n - 1]) {
            l->lon_deg[l->n] = lon;
            l->lat_deg[l->n++] = lat;
        }
    }
}

static int compare_vertices(const void *a, const void *b, void *user) {
    const line *l = user;
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    if (l->lon_deg[left] != l->lon_deg[right]) {
        return l->lon_deg[left] < l->lon_deg[right] ? -1 : 1;
    }
    if (l->lat_deg[left] != l->lat_deg[right]) {
        return l->lat_deg[left] < l->lat_deg[right] ? -1 : 1;
    }
    return (left > right) - (left < right);
}

/* Marks the vertices at points where the line is more than once; that it ends where it began is none of them. */
static bool find_splits(line *l) {
    bool any = false;
    memset(l->splits, 0, (size_t)l->n);
    for (int64_t i = 0; i < l->n; i++) {
        l->order[i] = i;
    }
    qsort_r(l->order, (size_t)l->n, sizeof *l->order, compare_vertices, l);
    for (int64_t i = 0, end; i < l->n; i = end) {
        int64_t v = l->order[i];
        for (end = i + 1;
             end < l->n && l->lon_deg[l->order[end]] == l->lon_deg[v] && l->lat_deg[l->order[end]] == l->lat_deg[v];) {
            end++;
        }
        bool closes = end - i == 2 && v == 0 && l->order[i + 1] == l->n - 1;
        for (int64_t k = i; k < end && end - i > 1 && !closes; k++) {
            bool inner = l->order[k] > 0 && l->order[k] < l->n - 1;
            l->splits[l->order[k]] = inner;
            any = any || inner;
        }
    }
    return any;
}

static tp_code add_split(tp_pieces *pieces, int64_t row, const line *l, tp_error *error) {
    tp_code code = TP_OK;
    int64_t first = 0;
    for (int64_t v = 1; v < l->n && code == TP_OK; v++) {
        if (l->splits[v] || v == l->n - 1) {
            code = tp_pieces_add(pieces, row, l->lon_deg + first, l->lat_deg + first, v - first + 1, error);
            first = v;
        }
    }
    return code;
}

/* The node ids of a row's ends; a row without both is treated as unusable by whoever asks (ids are all or nothing). */
static bool row_ids(const tp_column *const columns[2], int64_t row, int64_t ids[2]) {
    for (int end = 0; end < 2; end++) {
        if (!columns[end]->valid[row]) {
            return false;
        }
        ids[end] = columns[end]->i64[row];
    }
    return true;
}

bool tp_roads_have_ids(const tp_layer *roads) {
    const tp_column *columns[2] = {tp_layer_column(roads, "from_node"), tp_layer_column(roads, "to_node")};
    int64_t ids[2];
    if (columns[0] == NULL || columns[1] == NULL || columns[0]->type != TP_TYPE_INT64 ||
        columns[1]->type != TP_TYPE_INT64) {
        return false;
    }
    for (int64_t row = 0; row < roads->n_rows; row++) {
        bool whole = roads->shapes.row_first[row + 1] - roads->shapes.row_first[row] <= 1;
        if (!whole || !row_ids(columns, row, ids)) {
            return false;
        }
    }
    return true;
}

/* One part of a row. */
static tp_code gather_part(tp_roads *roads, int64_t row, int64_t part, line *l, tp_pieces *pieces, tp_error *error) {
    const tp_shapes *shapes = &roads->layer->shapes;
    int64_t first = shapes->ring_first[shapes->part_first[part]],
            end = shapes->ring_first[shapes->part_first[part + 1]];
    if (!reserve_line(l, end - first + 1)) {
        return tp_error_memory(error);
    }
    copy_line(shapes, first, end, l);
    if (l->n == 1 && end - first > 1 && pieces->has_ids) { /* of no length, but between two nodes: joins them */
        l->lon_deg[1] = l->lon_deg[0];
        l->lat_deg[1] = l->lat_deg[0];
        l->n = 2;
    }
    if (l->n < 2) {
        roads->items[row].notes |= TP_NOTE_PARTS_LEFT_OUT;
        return TP_OK;
    }
    if (!pieces->has_ids && l->n > 3 && find_splits(l)) {
        roads->items[row].notes |= TP_NOTE_SELF_TOUCHING;
        return add_split(pieces, row, l, error);
    }
    return tp_pieces_add(pieces, row, l->lon_deg, l->lat_deg, l->n, error);
}

tp_code tp_pieces_gather(tp_roads *roads, tp_pieces *pieces, tp_error *error) {
    const tp_shapes *shapes = &roads->layer->shapes;
    const tp_column *columns[2] = {tp_layer_column(roads->layer, "from_node"),
                                   tp_layer_column(roads->layer, "to_node")};
    line l = {0};
    tp_code code = TP_OK;
    pieces->has_ids = tp_roads_have_ids(roads->layer);
    for (int64_t row = 0; row < roads->layer->n_rows && code == TP_OK; row++) {
        if (roads->items[row].fate != TP_FATE_USED) {
            continue;
        }
        int64_t before = pieces->n;
        for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1] && code == TP_OK; part++) {
            code = gather_part(roads, row, part, &l, pieces, error);
        }
        if (pieces->n == before) {
            tp_road_set_fate(&roads->items[row], TP_FATE_ONE_POINT);
        } else if (pieces->has_ids) {
            (void)row_ids(columns, row, &pieces->end_id[2 * before]);
        }
    }
    reset_line(&l);
    return code;
}
