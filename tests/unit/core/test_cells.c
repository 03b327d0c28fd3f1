/* Cells that hang together, and their outlines: drawn by hand, and random ones against flood filling and the areas,
 * vertices and points that they must have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space/cells.h"
#include "space_fixture.h"
#include "technopolis/polygon_index.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 40 * 40 };

/* The cells of a drawing: the last line is the southernmost row. */
static int64_t draw(const char *const *lines, int n_lines, tp_mesh_cell *cells) {
    int64_t n = 0;
    for (int row = 0; row < n_lines; row++) {
        const char *line = lines[n_lines - 1 - row];
        for (int column = 0; line[column] != '\0'; column++) {
            if (line[column] == '#') {
                cells[n++] = (tp_mesh_cell){row, column};
            }
        }
    }
    return n;
}

static void unit_corner(const void *user, tp_mesh_cell cell, double *lon_deg, double *lat_deg) {
    (void)user;
    *lon_deg = cell.column;
    *lat_deg = cell.row;
}

static tp_layer *outline_of(const tp_mesh_cell *cells, int64_t n) {
    tp_layer *layer = new_polygons();
    assert_int_equal(tp_layer_add_rows(layer, 1, NULL), TP_OK);
    assert_int_equal(tp_column_set_text(layer->id, 0, "o", 1, NULL), TP_OK);
    assert_int_equal(tp_cells_outline(cells, n, unit_corner, NULL, &layer->shapes, NULL), TP_OK);
    return layer;
}

/* Twice the signed area of a ring: above 0 anticlockwise. */
static double twice_area(const tp_shapes *s, int64_t ring) {
    double twice = 0;
    for (int64_t i = s->ring_first[ring]; i + 1 < s->ring_first[ring + 1]; i++) {
        twice += s->x[i] * s->y[i + 1] - s->x[i + 1] * s->y[i];
    }
    return twice;
}

static void a_block_with_a_hole(void **state) {
    (void)state;
    static const char *const lines[] = {"####.", "#..#.", "####."};
    tp_mesh_cell cells[MOST];
    int64_t n = draw(lines, 3, cells), group[MOST], n_groups;
    assert_int_equal(n, 10);
    assert_int_equal(tp_cells_group(cells, n, false, group, &n_groups, NULL), TP_OK);
    assert_int_equal(n_groups, 1);
    tp_layer *layer = outline_of(cells, n);
    const tp_shapes *s = &layer->shapes;
    assert_int_equal(s->n_parts, 1);
    assert_int_equal(s->n_rings, 2);
    assert_true(twice_area(s, 0) == 24 && twice_area(s, 1) == -4);
    assert_int_equal(s->ring_first[1] - s->ring_first[0],
                     15); /* every corner of a cell on the border, and the first again */
    assert_int_equal(s->ring_first[2] - s->ring_first[1], 7);
    assert_true(s->x[0] == 0 && s->y[0] == 0 && s->x[1] == 1 && s->y[1] == 0);
    tp_layer_free(layer);
}

static void corners_join_only_when_asked(void **state) {
    (void)state;
    static const char *const lines[] = {"..##", "##..", "...#"};
    tp_mesh_cell cells[MOST];
    int64_t n = draw(lines, 3, cells), group[MOST], n_groups;
    assert_int_equal(tp_cells_group(cells, n, false, group, &n_groups, NULL), TP_OK);
    assert_int_equal(n_groups, 3);
    static const int64_t by_edges[] = {0, 1, 1, 2, 2};
    assert_memory_equal(group, by_edges, sizeof by_edges);
    assert_int_equal(tp_cells_group(cells, n, true, group, &n_groups, NULL), TP_OK);
    assert_int_equal(n_groups, 2);
    static const int64_t by_corners[] = {0, 1, 1, 1, 1};
    assert_memory_equal(group, by_corners, sizeof by_corners);
    tp_layer *layer = outline_of(cells + 1, 4); /* two parts that touch at a corner */
    assert_int_equal(layer->shapes.n_parts, 2);
    assert_int_equal(layer->shapes.n_rings, 2);
    tp_layer_free(layer);
}

/* A hole that touches the outside at a corner is a hole of its own, and no ring passes the corner twice. */
static void a_hole_at_a_corner(void **state) {
    (void)state;
    static const char *const lines[] = {".###", "##.#", "####"};
    tp_mesh_cell cells[MOST];
    int64_t n = draw(lines, 3, cells);
    tp_layer *layer = outline_of(cells, n);
    const tp_shapes *s = &layer->shapes;
    assert_int_equal(s->n_parts, 1);
    assert_int_equal(s->n_rings, 2);
    assert_true(twice_area(s, 0) == 22 && twice_area(s, 1) == -2);
    tp_layer_free(layer);
}

static int compare_points(const void *a, const void *b) {
    const double *p = a, *q = b;
    return p[0] != q[0] ? (p[0] < q[0] ? -1 : 1) : (p[1] > q[1]) - (p[1] < q[1]);
}

static void assert_simple_rings(const tp_shapes *s) {
    for (int64_t ring = 0; ring < s->n_rings; ring++) {
        int64_t first = s->ring_first[ring], n = s->ring_first[ring + 1] - first - 1;
        double(*points)[2] = malloc(sizeof *points * (size_t)n);
        assert_non_null(points);
        for (int64_t i = 0; i < n; i++) {
            points[i][0] = s->x[first + i];
            points[i][1] = s->y[first + i];
            assert_true(fabs(s->x[first + i + 1] - points[i][0]) + fabs(s->y[first + i + 1] - points[i][1]) == 1);
        }
        qsort(points, (size_t)n, sizeof *points, compare_points);
        for (int64_t i = 1; i < n; i++) {
            assert_true(compare_points(points[i - 1], points[i]) != 0);
        }
        free(points);
    }
}

static int flood(const bool *there, int size, int at, bool *seen, bool corners) {
    int found = 1;
    seen[at] = true;
    for (int dr = -1; dr <= 1; dr++) {
        for (int dc = -1; dc <= 1; dc++) {
            int row = at / size + dr, column = at % size + dc, next = row * size + column;
            bool near = corners || dr == 0 || dc == 0;
            if (near && row >= 0 && row < size && column >= 0 && column < size && there[next] && !seen[next]) {
                found += flood(there, size, next, seen, corners);
            }
        }
    }
    return found;
}

static void random_cells(void **state) {
    (void)state;
    enum { SIZE = 40 };
    uint64_t seed = 21;
    for (int round = 0; round < 60; round++) {
        static bool there[MOST], seen[MOST];
        tp_mesh_cell cells[MOST];
        int64_t n = 0, group[MOST], n_groups, sizes[MOST] = {0};
        for (int i = 0; i < MOST; i++) {
            there[i] = random_between(&seed, 0, 1) < 0.2 + 0.012 * round;
            if (there[i]) {
                cells[n++] = (tp_mesh_cell){i / SIZE, i % SIZE};
            }
        }
        for (int corners = 0; corners < 2; corners++) {
            memset(seen, 0, sizeof seen);
            memset(sizes, 0, sizeof sizes);
            assert_int_equal(tp_cells_group(cells, n, corners == 1, group, &n_groups, NULL), TP_OK);
            int64_t floods = 0;
            for (int64_t i = 0; i < n; i++) {
                sizes[group[i]]++;
            }
            for (int64_t i = 0; i < n; i++) { /* groups are numbered by their first cells */
                int at = cells[i].row * SIZE + cells[i].column;
                if (!seen[at]) {
                    assert_int_equal(group[i], floods);
                    assert_int_equal(flood(there, SIZE, at, seen, corners == 1), sizes[floods]);
                    floods++;
                }
            }
            assert_int_equal(n_groups, floods);
        }
        tp_layer *layer = outline_of(cells, n);
        double twice = 0;
        for (int64_t ring = 0; ring < layer->shapes.n_rings; ring++) {
            twice += twice_area(&layer->shapes, ring);
        }
        assert_true(twice == 2.0 * (double)n);
        assert_simple_rings(&layer->shapes);
        tp_polygon_index *index = NULL;
        assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
        for (int i = 0; i < MOST; i++) {
            assert_int_equal(tp_polygon_index_holds(index, 0, i % SIZE + 0.5, i / SIZE + 0.5), there[i]);
        }
        tp_polygon_index_free(index);
        tp_layer_free(layer);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_with_a_hole),
        cmocka_unit_test(corners_join_only_when_asked),
        cmocka_unit_test(a_hole_at_a_corner),
        cmocka_unit_test(random_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
