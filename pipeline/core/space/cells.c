/* Groups of cells and their outlines: see cells.h. */
#include "core/space/cells.h"

#include <stdlib.h>
#include <string.h>

int tp_cells_compare(const void *a, const void *b) {
    const tp_mesh_cell *p = a, *q = b;
    return p->row != q->row ? (p->row < q->row ? -1 : 1) : (p->column > q->column) - (p->column < q->column);
}

/* The number of a cell among those in order, or -1. */
static int64_t find_cell(const tp_mesh_cell *cells, int64_t n, int32_t row, int32_t column) {
    tp_mesh_cell key = {row, column};
    const tp_mesh_cell *found = n == 0 ? NULL : bsearch(&key, cells, (size_t)n, sizeof key, tp_cells_compare);
    return found == NULL ? -1 : found - cells;
}

/* ---- groups ---- */

static int64_t root(int64_t *parent, int64_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The smaller number becomes the root, so that a group's root is its first cell. */
static void join(int64_t *parent, int64_t i, int64_t k) {
    if (k >= 0) {
        int64_t a = root(parent, i), b = root(parent, k);
        parent[a > b ? a : b] = a > b ? b : a;
    }
}

tp_code tp_cells_group(const tp_mesh_cell *cells, int64_t n, bool corners, int64_t *group, int64_t *n_groups,
                       tp_error *error) {
    *n_groups = 0;
    int64_t *parent = malloc(sizeof *parent * ((size_t)n + 1));
    if (parent == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        parent[i] = i;
    }
    for (int64_t i = 0; i < n; i++) { /* neighbours before it in the order: west, and the row to the south */
        tp_mesh_cell cell = cells[i];
        join(parent, i, find_cell(cells, i, cell.row, cell.column - 1));
        for (int32_t side = corners ? -1 : 0; side <= (corners ? 1 : 0); side++) {
            join(parent, i, find_cell(cells, i, cell.row - 1, cell.column + side));
        }
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t first = root(parent, i);
        group[i] = first == i ? (*n_groups)++ : group[first];
    }
    free(parent);
    return TP_OK;
}

/* ---- the outline ---- */

enum { EAST, NORTH, WEST, SOUTH };

/* A directed side of a cell with the cell to its left and no cell to its right. */
typedef struct side {
    tp_mesh_cell from; /* the corner where it begins */
    uint8_t direction;
    bool used;
} side;

static int compare_sides(const void *a, const void *b) {
    const side *p = a, *q = b;
    int order = tp_cells_compare(&p->from, &q->from);
    return order != 0 ? order : (int)p->direction - (int)q->direction;
}

static tp_mesh_cell step_from(tp_mesh_cell corner, int direction) {
    static const int rows[] = {0, 1, 0, -1}, columns[] = {1, 0, -1, 0};
    return (tp_mesh_cell){corner.row + rows[direction], corner.column + columns[direction]};
}

typedef struct outline {
    side *sides;
    int64_t n_sides;
    double *x, *y; /* of one ring */
    tp_cells_corner corner;
    const void *user;
} outline;

/* The sides of a piece of cells towards where there is none of it. */
static void find_sides(outline *o, const tp_mesh_cell *cells, int64_t n) {
    o->n_sides = 0;
    for (int64_t i = 0; i < n; i++) {
        int32_t r = cells[i].row, c = cells[i].column;
        const struct {
            int32_t row, column; /* of the cell beyond */
            side side;
        } around[] = {{r - 1, c, {{r, c}, EAST, false}},
                      {r, c + 1, {{r, c + 1}, NORTH, false}},
                      {r + 1, c, {{r + 1, c + 1}, WEST, false}},
                      {r, c - 1, {{r + 1, c}, SOUTH, false}}};
        for (size_t k = 0; k < 4; k++) {
            if (find_cell(cells, n, around[k].row, around[k].column) < 0) {
                o->sides[o->n_sides++] = around[k].side;
            }
        }
    }
    qsort(o->sides, (size_t)o->n_sides, sizeof *o->sides, compare_sides);
}

static side *find_side(const outline *o, tp_mesh_cell from, int direction) {
    side key = {from, (uint8_t)direction, false};
    return bsearch(&key, o->sides, (size_t)o->n_sides, sizeof key, compare_sides);
}

/*
 * The side that goes on where one ends. Where two cells meet only at a corner there are two: turning right keeps along
 * the same empty ground, so that what lies on either side of the corner gets rings of its own.
 */
static side *next_side(const outline *o, const side *at) {
    static const int turns[] = {3, 0, 1}; /* right, on, left */
    tp_mesh_cell corner = step_from(at->from, at->direction);
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        side *next = find_side(o, corner, (at->direction + turns[i]) % 4);
        if (next != NULL) {
            return next;
        }
    }
    return NULL; /* cannot be: as many sides end in a corner as begin there */
}

static tp_code add_ring(outline *o, side *first, tp_shapes *shapes, tp_error *error) {
    int64_t n = 0;
    side *at = first;
    while (at != NULL && !at->used) {
        at->used = true;
        o->corner(o->user, at->from, &o->x[n], &o->y[n]);
        n++;
        at = next_side(o, at);
    }
    if (at != first) {
        return tp_error_set(error, TP_E_INTERNAL, "the outline of cells does not close");
    }
    o->x[n] = o->x[0];
    o->y[n] = o->y[0];
    return tp_shapes_add_ring(shapes, o->x, o->y, n + 1, error);
}

/* One piece of cells that hang together by edges: its lowest side begins the shell, all others are holes. */
static tp_code add_piece(outline *o, const tp_mesh_cell *cells, int64_t n, tp_shapes *shapes, tp_error *error) {
    find_sides(o, cells, n);
    tp_code code = tp_shapes_add_part(shapes, error);
    for (int64_t i = 0; i < o->n_sides && code == TP_OK; i++) {
        if (!o->sides[i].used) {
            code = add_ring(o, &o->sides[i], shapes, error);
        }
    }
    return code;
}

/* The cells of each piece together, in order within it: `sorted` as first[k] .. first[k + 1] - 1. */
static void by_group(const tp_mesh_cell *cells, const int64_t *group, int64_t n, int64_t n_groups, int64_t *first,
                     tp_mesh_cell *sorted) {
    memset(first, 0, sizeof *first * ((size_t)n_groups + 2));
    for (int64_t i = 0; i < n; i++) {
        first[group[i] + 2]++;
    }
    for (int64_t k = 2; k <= n_groups; k++) {
        first[k] += first[k - 1];
    }
    for (int64_t i = 0; i < n; i++) {
        sorted[first[group[i] + 1]++] = cells[i];
    }
}

tp_code tp_cells_outline(const tp_mesh_cell *cells, int64_t n, tp_cells_corner corner, const void *user,
                         tp_shapes *shapes, tp_error *error) {
    size_t size = (size_t)n + 1;
    int64_t n_groups = 0;
    int64_t *group = malloc(sizeof *group * size), *first = malloc(sizeof *first * (size + 2));
    tp_mesh_cell *sorted = malloc(sizeof *sorted * size);
    outline o = {.sides = malloc(sizeof *o.sides * 4 * size), .corner = corner, .user = user};
    o.x = malloc(sizeof *o.x * 4 * size);
    o.y = malloc(sizeof *o.y * 4 * size);
    bool there = group != NULL && first != NULL && sorted != NULL && o.sides != NULL && o.x != NULL && o.y != NULL;
    tp_code code = there ? tp_cells_group(cells, n, false, group, &n_groups, error) : tp_error_memory(error);
    if (code == TP_OK) {
        code = tp_shapes_add_row(shapes, error);
    }
    if (code == TP_OK) {
        by_group(cells, group, n, n_groups, first, sorted);
    }
    for (int64_t k = 0; k < n_groups && code == TP_OK; k++) {
        code = add_piece(&o, sorted + first[k], first[k + 1] - first[k], shapes, error);
    }
    free(group);
    free(first);
    free(sorted);
    free(o.sides);
    free(o.x);
    free(o.y);
    return code;
}
