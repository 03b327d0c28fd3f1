/* Which polygons share a point: two trees of edges descended together, segments compared exactly. */
#include "polygon_edges.h"
#include "robust.h"

typedef struct pair {
    const tp_polygon_index *index;
    tp_span a, b; /* the blocks of either part */
} pair;

static bool blocks_meet(const tp_polygon_index *index, int64_t block_a, int64_t block_b) {
    const double *x = index->shapes->x, *y = index->shapes->y;
    const tp_box *box_b = &index->edges.level[0][block_b];
    int64_t end_a = tp_block_end(index, block_a), end_b = tp_block_end(index, block_b);
    for (int64_t i = index->block_vertex[block_a]; i < end_a; i++) {
        const double p[2] = {x[i], y[i]}, q[2] = {x[i + 1], y[i + 1]};
        tp_box edge = TP_BOX_EMPTY;
        tp_box_add(&edge, p[0], p[1]);
        tp_box_add(&edge, q[0], q[1]);
        if (!tp_boxes_meet(&edge, box_b)) {
            continue;
        }
        for (int64_t j = index->block_vertex[block_b]; j < end_b; j++) {
            const double r[2] = {x[j], y[j]}, s[2] = {x[j + 1], y[j + 1]};
            if (tp_segments_meet(p, q, r, s)) {
                return true;
            }
        }
    }
    return false;
}

static bool nodes_meet(const pair *pair, int level_a, int64_t a, int level_b, int64_t b) {
    const tp_box_tree *tree = &pair->index->edges;
    if (!tp_boxes_meet(&tree->level[level_a][a], &tree->level[level_b][b])) {
        return false;
    }
    if (level_a == 0 && level_b == 0) {
        return blocks_meet(pair->index, a, b);
    }
    bool open_a = level_a >= level_b; /* the larger of the two */
    tp_span children =
        open_a ? tp_children_in(tree, level_a - 1, a, &pair->a) : tp_children_in(tree, level_b - 1, b, &pair->b);
    for (int64_t child = children.low; child < children.high; child++) {
        if (open_a ? nodes_meet(pair, level_a - 1, child, level_b, b)
                   : nodes_meet(pair, level_a, a, level_b - 1, child)) {
            return true;
        }
    }
    return false;
}

static bool borders_meet(const pair *pair) {
    if (pair->a.low == pair->a.high || pair->b.low == pair->b.high) {
        return false;
    }
    int level_a = tp_span_level(&pair->a), level_b = tp_span_level(&pair->b);
    int shift_a = level_a * TP_BOX_FAN_BITS, shift_b = level_b * TP_BOX_FAN_BITS;
    for (int64_t a = pair->a.low >> shift_a; a <= (pair->a.high - 1) >> shift_a; a++) {
        for (int64_t b = pair->b.low >> shift_b; b <= (pair->b.high - 1) >> shift_b; b++) {
            if (nodes_meet(pair, level_a, a, level_b, b)) {
                return true;
            }
        }
    }
    return false;
}

/* Parts whose borders do not meet share a point only when one holds the other. */
static bool holds_vertex_of(const tp_polygon_index *index, int64_t part, tp_span other) {
    if (other.low == other.high) {
        return false;
    }
    int64_t vertex = index->block_vertex[other.low];
    return tp_part_holds(index, part, index->shapes->x[vertex], index->shapes->y[vertex]);
}

static bool parts_meet(const tp_polygon_index *index, int64_t a, int64_t b) {
    pair pair = {index, tp_part_blocks(index, a), tp_part_blocks(index, b)};
    return borders_meet(&pair) || holds_vertex_of(index, a, pair.b) || holds_vertex_of(index, b, pair.a);
}

bool tp_rows_meet(const tp_polygon_index *index, int64_t a, int64_t b) {
    const int64_t *row_first = index->shapes->row_first;
    if (row_first[a + 1] - row_first[a] > row_first[b + 1] - row_first[b]) {
        int64_t t = a;
        a = b;
        b = t;
    }
    for (int64_t part = row_first[a]; part < row_first[a + 1]; part++) {
        if (!tp_boxes_meet(&index->part_box[part], &index->row_box[b])) {
            continue;
        }
        tp_box_cursor cursor;
        tp_box_cursor_init(&cursor, &index->parts, index->part_box[part]);
        for (int64_t other = tp_box_cursor_next(&cursor); other >= 0; other = tp_box_cursor_next(&cursor)) {
            if (index->row_of_part[other] == b && parts_meet(index, part, other)) {
                return true;
            }
        }
    }
    return false;
}

int64_t tp_polygon_index_touching(const tp_polygon_index *index, int64_t row, int64_t *rows, int64_t capacity) {
    int64_t count = 0;
    tp_box_cursor cursor;
    tp_box_cursor_init(&cursor, &index->rows, index->row_box[row]);
    for (int64_t other = tp_box_cursor_next(&cursor); other >= 0; other = tp_box_cursor_next(&cursor)) {
        if (other == row || !tp_rows_meet(index, row, other)) {
            continue;
        }
        /* Into its place; where there is no more room the largest falls out. */
        int64_t at = count < capacity ? count : capacity;
        for (; at > 0 && rows[at - 1] > other; at--) {
            if (at < capacity) {
                rows[at] = rows[at - 1];
            }
        }
        if (at < capacity) {
            rows[at] = other;
        }
        count++;
    }
    return count;
}
