/*
 * Which polygon holds a point. See polygon_edges.h for how edges are kept.
 *
 * Within a part, shell and holes are taken together by the even-odd rule; a row holds what any of its parts holds, so
 * that parts which overlap or repeat each other (as joined rows may) do not cancel out. Every border is inside.
 */
#include "technopolis/polygon_index.h"

#include "polygon_edges.h"
#include "robust.h"

#include <stdlib.h>
#include <string.h>

/* ---- building ---- */

enum { MANY_BLOCKS = 10000 };

static void *array_of(int64_t n, size_t size) {
    return malloc((size_t)(n > 0 ? n : 1) * size);
}

static int64_t edges_of_ring(const tp_shapes *shapes, int64_t ring) {
    int64_t n = shapes->ring_first[ring + 1] - shapes->ring_first[ring] - 1;
    return n > 0 ? n : 0;
}

static bool allocate(tp_polygon_index *index) {
    const tp_shapes *s = index->shapes;
    int64_t n_blocks = 0;
    for (int64_t ring = 0; ring < s->n_rings; ring++) {
        n_blocks += (edges_of_ring(s, ring) + TP_BLOCK_EDGES - 1) / TP_BLOCK_EDGES;
    }
    index->row_rank = array_of(s->n_rows, sizeof *index->row_rank);
    index->row_of_part = array_of(s->n_parts, sizeof *index->row_of_part);
    index->part_of_ring = array_of(s->n_rings, sizeof *index->part_of_ring);
    index->ring_block = array_of(s->n_rings + 1, sizeof *index->ring_block);
    index->block_vertex = array_of(n_blocks, sizeof *index->block_vertex);
    index->block_edges = array_of(n_blocks, sizeof *index->block_edges);
    index->row_box = array_of(s->n_rows, sizeof *index->row_box);
    index->part_box = array_of(s->n_parts, sizeof *index->part_box);
    return index->row_rank != NULL && index->row_of_part != NULL && index->part_of_ring != NULL &&
           index->ring_block != NULL && index->block_vertex != NULL && index->block_edges != NULL &&
           index->row_box != NULL && index->part_box != NULL &&
           tp_box_tree_open(&index->edges, n_blocks, NULL) == TP_OK;
}

/* Cuts the rings into blocks. */
static void cut_rings(tp_polygon_index *index) {
    const tp_shapes *s = index->shapes;
    int64_t block = 0;
    index->ring_block[0] = 0;
    for (int64_t ring = 0; ring < s->n_rings; ring++) {
        int64_t first = s->ring_first[ring];
        int64_t last = first + edges_of_ring(s, ring);
        for (int64_t v = first; v < last; v += TP_BLOCK_EDGES, block++) {
            int64_t end = v + TP_BLOCK_EDGES < last ? v + TP_BLOCK_EDGES : last;
            index->block_vertex[block] = v;
            index->block_edges[block] = (uint8_t)(end - v);
        }
        index->ring_block[ring + 1] = block;
    }
}

/* Every vertex is looked at once, by blocks: rings are of very different lengths. */
static void box_blocks(tp_polygon_index *index) {
    const double *x = index->shapes->x, *y = index->shapes->y;
#pragma omp parallel for schedule(static) if (index->edges.n > MANY_BLOCKS)
    for (int64_t block = 0; block < index->edges.n; block++) {
        tp_box box = TP_BOX_EMPTY;
        int64_t end = tp_block_end(index, block);
        for (int64_t i = index->block_vertex[block]; i <= end; i++) {
            tp_box_add(&box, x[i], y[i]);
        }
        index->edges.level[0][block] = box;
    }
    tp_box_tree_close(&index->edges);
}

/* Fills row_of_part, part_of_ring, row_box and part_box; `ring_box` gets the boxes of holes, empty ones for shells. */
static void box_parts(tp_polygon_index *index, tp_box *ring_box) {
    const tp_shapes *s = index->shapes;
    for (int64_t row = 0; row < s->n_rows; row++) {
        index->row_box[row] = TP_BOX_EMPTY;
        for (int64_t part = s->row_first[row]; part < s->row_first[row + 1]; part++) {
            index->row_of_part[part] = row;
            index->part_box[part] = TP_BOX_EMPTY;
            for (int64_t ring = s->part_first[part]; ring < s->part_first[part + 1]; ring++) {
                ring_box[ring] = TP_BOX_EMPTY;
                for (int64_t b = index->ring_block[ring]; b < index->ring_block[ring + 1]; b++) {
                    tp_box_join(&ring_box[ring], &index->edges.level[0][b]);
                }
                tp_box_join(&index->part_box[part], &ring_box[ring]);
                index->part_of_ring[ring] = part;
                if (ring == s->part_first[part]) {
                    ring_box[ring] = TP_BOX_EMPTY;
                }
            }
            tp_box_join(&index->row_box[row], &index->part_box[part]);
        }
    }
}

typedef struct named_row {
    const char *id;
    int64_t row;
} named_row;

static int compare_ids(const void *a, const void *b) {
    const named_row *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static bool rank_rows(tp_polygon_index *index) {
    int64_t n = index->shapes->n_rows;
    named_row *rows = array_of(n, sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    for (int64_t row = 0; row < n; row++) {
        rows[row] = (named_row){tp_layer_id(index->layer, row), row};
    }
    qsort(rows, (size_t)n, sizeof *rows, compare_ids);
    for (int64_t rank = 0; rank < n; rank++) {
        index->row_rank[rows[rank].row] = rank;
    }
    free(rows);
    return true;
}

tp_code tp_polygon_index_new(const tp_layer *polygons, tp_polygon_index **index, tp_error *error) {
    *index = NULL;
    tp_box *ring_box = NULL;
    tp_polygon_index *made = calloc(1, sizeof *made);
    tp_code code = made != NULL ? TP_OK : tp_error_memory(error);
    if (code != TP_OK) {
        goto done;
    }
    made->layer = polygons;
    made->shapes = &polygons->shapes;
    ring_box = array_of(made->shapes->n_rings, sizeof *ring_box);
    if (ring_box == NULL || !allocate(made) || !rank_rows(made)) {
        code = tp_error_memory(error);
        goto done;
    }
    cut_rings(made);
    box_blocks(made);
    box_parts(made, ring_box);
    code = tp_box_tree_new(&made->rows, made->row_box, made->shapes->n_rows, error);
    if (code != TP_OK) {
        goto done;
    }
    code = tp_box_tree_new(&made->parts, made->part_box, made->shapes->n_parts, error);
    if (code != TP_OK) {
        goto done;
    }
    code = tp_box_tree_new(&made->holes, ring_box, made->shapes->n_rings, error);
done:
    free(ring_box);
    if (code == TP_OK) {
        *index = made;
    } else {
        tp_polygon_index_free(made);
    }
    return code;
}

void tp_polygon_index_free(tp_polygon_index *index) {
    if (index == NULL) {
        return;
    }
    free(index->row_rank);
    free(index->row_of_part);
    free(index->part_of_ring);
    free(index->ring_block);
    free(index->block_vertex);
    free(index->block_edges);
    free(index->row_box);
    free(index->part_box);
    tp_box_tree_reset(&index->edges);
    tp_box_tree_reset(&index->rows);
    tp_box_tree_reset(&index->parts);
    tp_box_tree_reset(&index->holes);
    tp_raster_reset(&index->raster);
    free(index);
}

/* ---- a point and a ring ---- */

typedef enum side { OUTSIDE, INSIDE, BORDER } side;

typedef struct ray {
    const tp_polygon_index *index;
    double x, y;    /* where it begins; it runs east */
    tp_span blocks; /* of the ring */
    bool odd;       /* the number of crossings so far */
} ray;

/* True when the point lies on one of the edges of a block; else counts their crossings. */
static bool cross_block(ray *r, int64_t block) {
    const double *xs = r->index->shapes->x, *ys = r->index->shapes->y;
    int64_t end = tp_block_end(r->index, block);
    for (int64_t i = r->index->block_vertex[block]; i < end; i++) {
        double ax = xs[i], ay = ys[i], bx = xs[i + 1], by = ys[i + 1];
        if ((ay > r->y) == (by > r->y)) {
            /* No crossing, for a point on the ray counts as below it. An edge along the ray may hold the point, and so may
             * its beginning; its end is the beginning of the next edge. */
            bool touches = ay == r->y && (ax == r->x || (by == r->y && (ax < r->x) != (bx < r->x)));
            if (touches) {
                return true;
            }
            continue;
        }
        int turn = by > ay ? tp_orient(ax, ay, bx, by, r->x, r->y) : tp_orient(bx, by, ax, ay, r->x, r->y);
        if (turn == 0) {
            return true;
        }
        r->odd ^= turn > 0; /* the point is west of the edge */
    }
    return false;
}

/* As cross_block, for all blocks of the ring below a node. */
static bool cross_node(ray *r, int level, int64_t node) {
    const tp_polygon_index *index = r->index;
    const tp_box *box = &index->edges.level[level][node];
    if (r->y < box->min_y || r->y > box->max_y || r->x > box->max_x) {
        return false;
    }
    int64_t first = node << level * TP_BOX_FAN_BITS;
    int64_t end = (node + 1) << level * TP_BOX_FAN_BITS;
    if (r->x < box->min_x && first >= r->blocks.low && end <= r->blocks.high) {
        const double *ys = index->shapes->y;
        r->odd ^= (ys[index->block_vertex[first]] > r->y) != (ys[tp_block_end(index, end - 1)] > r->y);
        return false;
    }
    if (level == 0) {
        return cross_block(r, node);
    }
    tp_span children = tp_children_in(&index->edges, level - 1, node, &r->blocks);
    for (int64_t child = children.low; child < children.high; child++) {
        if (cross_node(r, level - 1, child)) {
            return true;
        }
    }
    return false;
}

static side side_of_ring(const tp_polygon_index *index, int64_t ring, double x, double y) {
    ray r = {.index = index, .x = x, .y = y, .blocks = {index->ring_block[ring], index->ring_block[ring + 1]}};
    if (r.blocks.low == r.blocks.high) {
        return OUTSIDE;
    }
    int level = tp_span_level(&r.blocks);
    int shift = level * TP_BOX_FAN_BITS;
    for (int64_t node = r.blocks.low >> shift; node <= (r.blocks.high - 1) >> shift; node++) {
        if (cross_node(&r, level, node)) {
            return BORDER;
        }
    }
    return r.odd ? INSIDE : OUTSIDE;
}

bool tp_part_holds(const tp_polygon_index *index, int64_t part, double x, double y) {
    int64_t shell = index->shapes->part_first[part], end = index->shapes->part_first[part + 1];
    if (shell == end || !tp_box_holds(&index->part_box[part], x, y)) {
        return false;
    }
    side s = side_of_ring(index, shell, x, y);
    if (s != INSIDE || end - shell == 1) {
        return s != OUTSIDE;
    }
    bool inside = true;
    tp_box_cursor cursor;
    tp_box_cursor_init(&cursor, &index->holes, (tp_box){x, y, x, y});
    for (int64_t ring = tp_box_cursor_next(&cursor); ring >= 0; ring = tp_box_cursor_next(&cursor)) {
        if (index->part_of_ring[ring] == part) {
            side hole = side_of_ring(index, ring, x, y);
            if (hole == BORDER) {
                return true;
            }
            inside ^= hole == INSIDE;
        }
    }
    return inside;
}

/* ---- the questions ---- */

int64_t tp_polygon_index_ask_edges(const tp_polygon_index *index, double lon_deg, double lat_deg) {
    int64_t best = -1;
    tp_box_cursor cursor;
    tp_box_cursor_init(&cursor, &index->parts, (tp_box){lon_deg, lat_deg, lon_deg, lat_deg});
    for (int64_t part = tp_box_cursor_next(&cursor); part >= 0; part = tp_box_cursor_next(&cursor)) {
        int64_t row = index->row_of_part[part];
        bool better = best < 0 || index->row_rank[row] < index->row_rank[best];
        if (better && tp_part_holds(index, part, lon_deg, lat_deg)) {
            best = row;
        }
    }
    return best;
}

/* What the raster knows of a point: the row that find gives, or TP_RASTER_ASK. */
static int64_t ask_raster(const tp_polygon_raster *raster, double x, double y) {
    bool there = raster->n_columns > 0 && tp_box_holds(&raster->box, x, y);
    return there ? raster->row[tp_raster_cell(raster, x, y)] : TP_RASTER_ASK;
}

int64_t tp_polygon_index_find(const tp_polygon_index *index, double lon_deg, double lat_deg) {
    int64_t row = ask_raster(&index->raster, lon_deg, lat_deg);
    return row == TP_RASTER_ASK ? tp_polygon_index_ask_edges(index, lon_deg, lat_deg) : row;
}

bool tp_polygon_index_holds(const tp_polygon_index *index, int64_t row, double lon_deg, double lat_deg) {
    if (!tp_box_holds(&index->row_box[row], lon_deg, lat_deg)) {
        return false;
    }
    int64_t known = ask_raster(&index->raster, lon_deg, lat_deg);
    if (known == row || known == TP_RASTER_NONE) { /* another row than the one found may hold the point too */
        return known == row;
    }
    tp_box_cursor cursor;
    tp_box_cursor_init(&cursor, &index->parts, (tp_box){lon_deg, lat_deg, lon_deg, lat_deg});
    for (int64_t part = tp_box_cursor_next(&cursor); part >= 0; part = tp_box_cursor_next(&cursor)) {
        if (index->row_of_part[part] == row && tp_part_holds(index, part, lon_deg, lat_deg)) {
            return true;
        }
    }
    return false;
}
