/** A packed tree of bounding boxes in flat arrays: which of n boxes meet a given one. */
#ifndef TECHNOPOLIS_CORE_SPACE_BOX_TREE_H
#define TECHNOPOLIS_CORE_SPACE_BOX_TREE_H

#include "technopolis/error.h"

#include <math.h>
#include <stdint.h>

enum { TP_BOX_FAN = 16, TP_BOX_FAN_BITS = 4, TP_BOX_LEVELS = 16 };

typedef struct tp_box {
    double min_x, min_y, max_x, max_y;
} tp_box;

#define TP_BOX_EMPTY ((tp_box){INFINITY, INFINITY, -INFINITY, -INFINITY})

/** Node j of level l covers nodes 16 j .. 16 j + 15 of level l - 1; level 0 are the boxes themselves. */
typedef struct tp_box_tree {
    int64_t n;
    int n_levels; /**< 0 when n = 0; the last level has one node */
    int64_t count[TP_BOX_LEVELS];
    tp_box *level[TP_BOX_LEVELS]; /**< all in one block of memory, which begins at level[0] */
    int64_t *items;               /**< the number of each box of level 0; NULL: its place */
} tp_box_tree;

static inline void tp_box_add(tp_box *box, double x, double y) {
    box->min_x = x < box->min_x ? x : box->min_x;
    box->min_y = y < box->min_y ? y : box->min_y;
    box->max_x = x > box->max_x ? x : box->max_x;
    box->max_y = y > box->max_y ? y : box->max_y;
}

static inline void tp_box_join(tp_box *box, const tp_box *other) {
    box->min_x = fmin(box->min_x, other->min_x);
    box->min_y = fmin(box->min_y, other->min_y);
    box->max_x = fmax(box->max_x, other->max_x);
    box->max_y = fmax(box->max_y, other->max_y);
}

static inline bool tp_boxes_meet(const tp_box *a, const tp_box *b) {
    return a->min_x <= b->max_x && b->min_x <= a->max_x && a->min_y <= b->max_y && b->min_y <= a->max_y;
}

static inline bool tp_box_holds(const tp_box *box, double x, double y) {
    return box->min_x <= x && x <= box->max_x && box->min_y <= y && y <= box->max_y;
}

/** Room for n boxes at tree->level[0], which the caller fills in an order of its own before tp_box_tree_close. */
TP_NODISCARD tp_code tp_box_tree_open(tp_box_tree *tree, int64_t n, tp_error *error);

/** Makes the upper levels. O(n). */
void tp_box_tree_close(tp_box_tree *tree);

/** A tree over those of n boxes that are neither empty nor infinite, packed by place. O(n log n). */
TP_NODISCARD tp_code tp_box_tree_new(tp_box_tree *tree, const tp_box *boxes, int64_t n, tp_error *error);

void tp_box_tree_reset(tp_box_tree *tree);

/** A walk over the items whose boxes meet `box`, in the order of the tree; allocates nothing. */
typedef struct tp_box_cursor {
    const tp_box_tree *tree;
    tp_box box;
    int at_level;
    int64_t at[TP_BOX_LEVELS], end[TP_BOX_LEVELS];
} tp_box_cursor;

void tp_box_cursor_init(tp_box_cursor *cursor, const tp_box_tree *tree, tp_box box);
/** The next item, -1 at the end. */
int64_t tp_box_cursor_next(tp_box_cursor *cursor);

#endif
