/**
 * Where names go on a map: next to their marks, over no mark and no other name. Greedy by priority, eight places a name
 * near and eight farther off, as map makers prefer them (Imhof 1975, doi:10.1559/152304075784313304).
 */
#ifndef TP_WRITE_PICTURE_LABELS_H
#define TP_WRITE_PICTURE_LABELS_H

#include "5_write/picture_frame.h"

typedef struct tp_label {
    const char *text; /**< borrowed */
    double x, y;      /**< the mark's middle */
    double reach;     /**< its radius: where the name may begin */
    double width, height;
    int priority; /**< small ones are placed first; ties by number */
    bool placed;
    tp_box box; /**< where, once placed */
} tp_label;

/**
 * Places the labels inside `map`, clear of `n_obstacles` boxes (each mark's own one too) and of each other. Returns how
 * many are left out. O(labels x (obstacles + labels)).
 */
int64_t tp_labels_place(tp_label *labels, int64_t n, const tp_box *obstacles, int64_t n_obstacles, const tp_box *map);

#endif
