/* A packed tree of bounding boxes (Sort-Tile-Recursive: Leutenegger, Lopez and Edgington, 1997), 16 boxes a node. */
#include "box_tree.h"

#include <stdlib.h>

tp_code tp_box_tree_open(tp_box_tree *tree, int64_t n, tp_error *error) {
    *tree = (tp_box_tree){.n = n};
    int64_t total = 0;
    for (int64_t count = n; count > 0; count = (count + TP_BOX_FAN - 1) / TP_BOX_FAN) {
        tree->count[tree->n_levels++] = count;
        total += count;
        if (count == 1) {
            break;
        }
    }
    if (n == 0) {
        return TP_OK;
    }
    tree->level[0] = malloc((size_t)total * sizeof(tp_box));
    if (tree->level[0] == NULL) {
        *tree = (tp_box_tree){0};
        return tp_error_memory(error);
    }
    for (int l = 1; l < tree->n_levels; l++) {
        tree->level[l] = tree->level[l - 1] + tree->count[l - 1];
    }
    return TP_OK;
}

void tp_box_tree_close(tp_box_tree *tree) {
    for (int l = 1; l < tree->n_levels; l++) {
        for (int64_t node = 0; node < tree->count[l]; node++) {
            tree->level[l][node] = TP_BOX_EMPTY;
        }
        for (int64_t child = 0; child < tree->count[l - 1]; child++) {
            tp_box_join(&tree->level[l][child / TP_BOX_FAN], &tree->level[l - 1][child]);
        }
    }
}

void tp_box_tree_reset(tp_box_tree *tree) {
    free(tree->level[0]);
    free(tree->items);
    *tree = (tp_box_tree){0};
}

typedef struct sort_key {
    double key;
    int64_t item;
} sort_key;

static int compare_keys(const void *a, const void *b) {
    const sort_key *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return (x->item > y->item) - (x->item < y->item);
}

static bool is_proper(const tp_box *box) {
    return box->min_x <= box->max_x && box->min_y <= box->max_y && isfinite(box->min_x) && isfinite(box->min_y) &&
           isfinite(box->max_x) && isfinite(box->max_y);
}

/* Orders the items: slices of equal numbers by x, each by y. */
static void tile(sort_key *keys, const tp_box *boxes, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        keys[i].key = boxes[keys[i].item].min_x / 2 + boxes[keys[i].item].max_x / 2;
    }
    qsort(keys, (size_t)n, sizeof *keys, compare_keys);
    double n_leaves = ceil((double)n / TP_BOX_FAN);
    int64_t slice = (int64_t)ceil(sqrt(n_leaves)) * TP_BOX_FAN;
    for (int64_t i = 0; i < n; i++) {
        keys[i].key = boxes[keys[i].item].min_y / 2 + boxes[keys[i].item].max_y / 2;
    }
    for (int64_t first = 0; first < n; first += slice) {
        int64_t size = n - first < slice ? n - first : slice;
        qsort(keys + first, (size_t)size, sizeof *keys, compare_keys);
    }
}

tp_code tp_box_tree_new(tp_box_tree *tree, const tp_box *boxes, int64_t n, tp_error *error) {
    *tree = (tp_box_tree){0};
    sort_key *keys = malloc((size_t)(n > 0 ? n : 1) * sizeof *keys);
    if (keys == NULL) {
        return tp_error_memory(error);
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (is_proper(&boxes[i])) {
            keys[kept++].item = i;
        }
    }
    tp_code code = tp_box_tree_open(tree, kept, error);
    if (code != TP_OK) {
        goto done;
    }
    tree->items = malloc((size_t)(kept > 0 ? kept : 1) * sizeof *tree->items);
    if (tree->items == NULL) {
        tp_box_tree_reset(tree);
        code = tp_error_memory(error);
        goto done;
    }
    tile(keys, boxes, kept);
    for (int64_t i = 0; i < kept; i++) {
        tree->items[i] = keys[i].item;
        tree->level[0][i] = boxes[keys[i].item];
    }
    tp_box_tree_close(tree);
done:
    free(keys);
    return code;
}

void tp_box_cursor_init(tp_box_cursor *cursor, const tp_box_tree *tree, tp_box box) {
    cursor->tree = tree;
    cursor->box = box;
    cursor->at_level = tree->n_levels - 1;
    if (tree->n_levels > 0) {
        cursor->at[cursor->at_level] = 0;
        cursor->end[cursor->at_level] = tree->count[cursor->at_level];
    }
}

int64_t tp_box_cursor_next(tp_box_cursor *cursor) {
    const tp_box_tree *tree = cursor->tree;
    while (cursor->at_level >= 0 && cursor->at_level < tree->n_levels) {
        int level = cursor->at_level;
        if (cursor->at[level] >= cursor->end[level]) {
            cursor->at_level++;
            continue;
        }
        int64_t node = cursor->at[level]++;
        if (!tp_boxes_meet(&tree->level[level][node], &cursor->box)) {
            continue;
        }
        if (level == 0) {
            return tree->items != NULL ? tree->items[node] : node;
        }
        int64_t first = node * TP_BOX_FAN;
        int64_t left = tree->count[level - 1] - first;
        cursor->at[level - 1] = first;
        cursor->end[level - 1] = first + (left < TP_BOX_FAN ? left : TP_BOX_FAN);
        cursor->at_level--;
    }
    return -1;
}
