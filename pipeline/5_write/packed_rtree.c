/* Packing an R-tree bottom-up. See packed_rtree.h. */
#include "5_write/packed_rtree.h"

#include "core/space/hilbert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LEVELS = 12 }; /* 51^11 boxes */

static float rounded_down(double value) {
    float near = (float)value;
    return (double)near > value ? nextafterf(near, -INFINITY) : near;
}

static float rounded_up(double value) {
    float near = (float)value;
    return (double)near < value ? nextafterf(near, INFINITY) : near;
}

tp_rtree_box tp_rtree_box_of(int64_t id, const double *x, const double *y, int64_t n) {
    double min_x = x[0], max_x = x[0], min_y = y[0], max_y = y[0];
    for (int64_t i = 1; i < n; i++) {
        min_x = x[i] < min_x ? x[i] : min_x;
        max_x = x[i] > max_x ? x[i] : max_x;
        min_y = y[i] < min_y ? y[i] : min_y;
        max_y = y[i] > max_y ? y[i] : max_y;
    }
    return (tp_rtree_box){id, rounded_down(min_x), rounded_up(max_x), rounded_down(min_y), rounded_up(max_y)};
}

static uint8_t *put_bytes(uint8_t *at, uint64_t value, int n) {
    for (int i = n - 1; i >= 0; i--) {
        *at++ = (uint8_t)(value >> (8 * i));
    }
    return at;
}

static uint8_t *put_float(uint8_t *at, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_bytes(at, bits, 4);
}

/* A node of the boxes at boxes[order[k]] (order NULL: boxes[k]); gives the box around them, with `number` as its id. */
static tp_rtree_box put_node(uint8_t *blob, int64_t number, const tp_rtree_box *boxes, const uint32_t *order, int n) {
    tp_rtree_box all = {number, INFINITY, -INFINITY, INFINITY, -INFINITY};
    memset(blob, 0, TP_RTREE_NODE_BYTES);
    uint8_t *at = put_bytes(blob + 2, (uint64_t)n, 2);
    for (int k = 0; k < n; k++) {
        const tp_rtree_box *box = &boxes[order != NULL ? order[k] : (uint32_t)k];
        at = put_bytes(at, (uint64_t)box->id, 8);
        at = put_float(at, box->min_x);
        at = put_float(at, box->max_x);
        at = put_float(at, box->min_y);
        at = put_float(at, box->max_y);
        all.min_x = fminf(all.min_x, box->min_x);
        all.max_x = fmaxf(all.max_x, box->max_x);
        all.min_y = fminf(all.min_y, box->min_y);
        all.max_y = fmaxf(all.max_y, box->max_y);
    }
    return all;
}

/* The boxes in the order of their centres along the curve, over the unit square so that any CRS will do. */
static tp_code order_boxes(const tp_rtree_box *boxes, int64_t n, uint32_t *order, tp_error *error) {
    double *x = malloc((size_t)n * sizeof *x), *y = malloc((size_t)n * sizeof *y);
    tp_code code = TP_OK;
    if (x == NULL || y == NULL || n > UINT32_MAX) {
        code = tp_error_memory(error);
        goto done;
    }
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        x[i] = ((double)boxes[i].min_x + boxes[i].max_x) / 2;
        y[i] = ((double)boxes[i].min_y + boxes[i].max_y) / 2;
        west = fmin(west, x[i]);
        east = fmax(east, x[i]);
        south = fmin(south, y[i]);
        north = fmax(north, y[i]);
    }
    double side = fmax(fmax(east - west, north - south), 1e-30);
    for (int64_t i = 0; i < n; i++) {
        x[i] = (x[i] - west) / side;
        y[i] = (y[i] - south) / side;
    }
    code = tp_hilbert_order(x, y, n, order, error);
done:
    free(x);
    free(y);
    return code;
}

/* How many nodes each level has, leaves first; gives the number of levels. */
static int count_nodes(int64_t n, int64_t *count, int64_t *n_nodes) {
    int levels = 0;
    *n_nodes = 0;
    do {
        n = (n + TP_RTREE_CELLS - 1) / TP_RTREE_CELLS;
        count[levels++] = n;
        *n_nodes += n;
    } while (n > 1);
    return levels;
}

/* Fills all levels; `above` has room for the boxes of the leaves. The root is number 1, the leaves begin at 2. */
static void fill(tp_packed_rtree *tree, const tp_rtree_box *boxes, const uint32_t *order, int64_t n,
                 const int64_t *count, int levels, tp_rtree_box *above) {
    int64_t first = 2, n_below = n, below_first = 0;
    for (int level = 0; level < levels; level++) {
        bool is_root = level == levels - 1;
        /* Leaves by all threads; a level above them, a fiftieth of the work, reads and writes the same boxes in turn. */
#pragma omp parallel for schedule(static) if (level == 0 && count[level] > 64)
        for (int64_t i = 0; i < count[level]; i++) {
            int64_t number = is_root ? 1 : first + i, begin = i * TP_RTREE_CELLS;
            int size = (int)(n_below - begin < TP_RTREE_CELLS ? n_below - begin : TP_RTREE_CELLS);
            uint8_t *blob = tree->blobs + (number - 1) * TP_RTREE_NODE_BYTES;
            for (int k = 0; k < size; k++) {
                if (level == 0) {
                    tree->leaf[order[begin + k]] = number;
                } else {
                    tree->parent[below_first + begin + k - 1] = number;
                }
            }
            above[i] = level == 0 ? put_node(blob, number, boxes, order + begin, size)
                                  : put_node(blob, number, above + begin, NULL, size);
        }
        below_first = first;
        first += count[level];
        n_below = count[level];
    }
    (void)put_bytes(tree->blobs, (uint64_t)levels - 1, 2);
}

tp_code tp_packed_rtree_new(const tp_rtree_box *boxes, int64_t n, tp_packed_rtree *tree, tp_error *error) {
    int64_t count[MAX_LEVELS];
    int levels = count_nodes(n, count, &tree->n_nodes);
    uint32_t *order = malloc((size_t)n * sizeof *order);
    tp_rtree_box *above = malloc((size_t)count[0] * sizeof *above);
    tree->blobs = malloc((size_t)tree->n_nodes * TP_RTREE_NODE_BYTES);
    tree->parent = calloc((size_t)tree->n_nodes, sizeof *tree->parent);
    tree->leaf = malloc((size_t)n * sizeof *tree->leaf);
    tp_code code = order == NULL || above == NULL || tree->blobs == NULL || tree->parent == NULL || tree->leaf == NULL
                       ? tp_error_memory(error)
                       : order_boxes(boxes, n, order, error);
    if (code == TP_OK) {
        fill(tree, boxes, order, n, count, levels, above);
    } else {
        tp_packed_rtree_reset(tree);
    }
    free(order);
    free(above);
    return code;
}

void tp_packed_rtree_reset(tp_packed_rtree *tree) {
    free(tree->blobs);
    free(tree->parent);
    free(tree->leaf);
    *tree = (tp_packed_rtree){0};
}
