/**
 * An R-tree in the form in which SQLite keeps one (https://www.sqlite.org/rtree.html: nodes of 4,096-byte pages), packed
 * bottom-up from all its boxes at once instead of grown box by box: consecutive boxes along a Hilbert curve make a full
 * node (I. Kamel and C. Faloutsos, "On packing R-trees", CIKM 1993).
 */
#ifndef TP_WRITE_PACKED_RTREE_H
#define TP_WRITE_PACKED_RTREE_H

#include "technopolis/error.h"

#include <stdint.h>

enum { TP_RTREE_CELLS = 51, TP_RTREE_NODE_BYTES = 4 + 24 * TP_RTREE_CELLS };

/** A box and the row it belongs to; 32-bit edges, rounded outwards as SQLite does. */
typedef struct tp_rtree_box {
    int64_t id;
    float min_x, max_x, min_y, max_y;
} tp_rtree_box;

/** The box around n >= 1 positions. */
tp_rtree_box tp_rtree_box_of(int64_t id, const double *x, const double *y, int64_t n);

/** Node number i + 1 has blob i; the root is number 1. Initialise with `= {0}`. */
typedef struct tp_packed_rtree {
    int64_t n_nodes;
    uint8_t *blobs;  /**< n_nodes x TP_RTREE_NODE_BYTES */
    int64_t *parent; /**< n_nodes: number of the parent; 0 for the root */
    int64_t *leaf;   /**< n_boxes: number of the node that holds box i, in the order of the boxes given */
} tp_packed_rtree;

/** Packs n >= 1 boxes. Positions of the boxes must be finite. Same boxes, same bytes. O(n). */
TP_NODISCARD tp_code tp_packed_rtree_new(const tp_rtree_box *boxes, int64_t n, tp_packed_rtree *tree, tp_error *error);
void tp_packed_rtree_reset(tp_packed_rtree *tree);

#endif
