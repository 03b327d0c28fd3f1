/** Cells of a grid: which hang together, and their outline as polygons. Knows rows and columns only. */
#ifndef TECHNOPOLIS_CORE_SPACE_CELLS_H
#define TECHNOPOLIS_CORE_SPACE_CELLS_H

#include "technopolis/layer.h"
#include "technopolis/mesh.h"

/** The order that the functions below want: by row, then by column. For qsort. */
int tp_cells_compare(const void *a, const void *b);

/**
 * Numbers the groups of cells that hang together by their edges, or (`corners`) by edges and corners. `cells` are n
 * different cells in order; group[i] is the number of cell i's group, groups being numbered in the order of their first
 * cells. O(n log n).
 */
TP_NODISCARD tp_code tp_cells_group(const tp_mesh_cell *cells, int64_t n, bool corners, int64_t *group,
                                    int64_t *n_groups, tp_error *error);

/** The south-west corner of a cell in degrees. */
typedef void (*tp_cells_corner)(const void *user, tp_mesh_cell cell, double *lon_deg, double *lat_deg);

/**
 * Appends the outline of n cells in order as a row of polygons. Cells that share an edge become one part; parts may
 * touch at corners. A shell runs anticlockwise from its southernmost, there westernmost corner, holes clockwise; a hole
 * may touch the shell or another hole at a corner, but no ring passes a corner twice. Every corner of a cell on the border is a
 * vertex, also where the border is straight, so that the outline fits the cells and the zones beside it exactly.
 * O(n log n).
 */
TP_NODISCARD tp_code tp_cells_outline(const tp_mesh_cell *cells, int64_t n, tp_cells_corner corner, const void *user,
                                      tp_shapes *shapes, tp_error *error);

#endif
