/**
 * The parts of a polygon index, shared by its files.
 *
 * The edges of each ring are cut, in the ring's order, into blocks of up to 16 edges with a bounding box each; over all
 * blocks stands a tree of boxes in that same order, nothing sorted. What a ring does with the ray from a point is then
 * read off whole stretches of it: a stretch whose box does not hold the point counts nothing or, where it lies wholly
 * east of the point, crosses the ray an odd number of times exactly when its two ends lie on different sides of it.
 */
#ifndef TECHNOPOLIS_CORE_SPACE_POLYGON_EDGES_H
#define TECHNOPOLIS_CORE_SPACE_POLYGON_EDGES_H

#include "box_tree.h"
#include "polygon_raster.h"
#include "technopolis/polygon_index.h"

enum { TP_BLOCK_EDGES = 16 };

struct tp_polygon_index {
    const tp_layer *layer;
    const tp_shapes *shapes;
    int64_t *row_rank; /* the place of the row's id in bytewise order */
    int64_t *row_of_part;
    int64_t *part_of_ring;
    int64_t *ring_block;   /* n_rings + 1: the first block of each ring */
    int64_t *block_vertex; /* the first vertex of each block */
    uint8_t *block_edges;  /* how many edges it has, 1 .. 16 */
    tp_box_tree edges;     /* the blocks */
    tp_box *row_box, *part_box;
    tp_box_tree rows, parts;  /* by row_box, part_box */
    tp_box_tree holes;        /* all rings but shells */
    tp_polygon_raster raster; /* of tp_polygon_index_prepare; without cells before */
};

/** The last vertex of a block, which is the first of the next one in the same ring. */
static inline int64_t tp_block_end(const tp_polygon_index *index, int64_t block) {
    return index->block_vertex[block] + index->block_edges[block];
}

/** Blocks low .. high - 1. */
typedef struct tp_span {
    int64_t low, high;
} tp_span;

static inline tp_span tp_part_blocks(const tp_polygon_index *index, int64_t part) {
    return (tp_span){index->ring_block[index->shapes->part_first[part]],
                     index->ring_block[index->shapes->part_first[part + 1]]};
}

/** The lowest level at which at most two nodes of the tree of edges cover a span that is not empty. */
static inline int tp_span_level(const tp_span *span) {
    int level = 0;
    while (((span->high - 1) >> level * TP_BOX_FAN_BITS) - (span->low >> level * TP_BOX_FAN_BITS) > 1) {
        level++;
    }
    return level;
}

/** Cuts the children of a node of `level` + 1 to those that hold blocks of the span: first and one past the last. */
static inline tp_span tp_children_in(const tp_box_tree *tree, int level, int64_t node, const tp_span *span) {
    int shift = level * TP_BOX_FAN_BITS;
    int64_t low = node * TP_BOX_FAN, high = low + TP_BOX_FAN;
    high = high < tree->count[level] ? high : tree->count[level];
    int64_t span_low = span->low >> shift, span_high = ((span->high - 1) >> shift) + 1;
    return (tp_span){low > span_low ? low : span_low, high < span_high ? high : span_high};
}

/** True when part `part` (its shell less its holes, borders included) holds the point. */
bool tp_part_holds(const tp_polygon_index *index, int64_t part, double x, double y);

/** tp_polygon_index_find without the raster. */
int64_t tp_polygon_index_ask_edges(const tp_polygon_index *index, double x, double y);

/** True when two rows share a point. */
bool tp_rows_meet(const tp_polygon_index *index, int64_t a, int64_t b);

#endif
