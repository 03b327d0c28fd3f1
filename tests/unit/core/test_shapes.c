/* Lines and polygons in nested offsets, against a plain list of rings that remembers where each came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/layer.h"

#include <string.h>

enum { MOST_RINGS = 4000, MOST_VERTICES = 12 };

typedef struct written_ring {
    int64_t row, part;
    int64_t n;
    double x[MOST_VERTICES], y[MOST_VERTICES];
} written_ring;

static written_ring WRITTEN[MOST_RINGS];

static unsigned next_random(unsigned *seed) {
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static int64_t write_random(tp_shapes *shapes, int64_t n_rows, unsigned seed) {
    int64_t n_rings = 0, n_parts = 0;
    for (int64_t row = 0; row < n_rows; row++) {
        assert_int_equal(tp_shapes_add_row(shapes, NULL), TP_OK);
        for (unsigned parts = next_random(&seed) % 4; parts > 0; parts--) { /* a row may be empty */
            assert_int_equal(tp_shapes_add_part(shapes, NULL), TP_OK);
            for (unsigned rings = 1 + next_random(&seed) % 3; rings > 0; rings--) {
                written_ring *ring = &WRITTEN[n_rings++];
                *ring = (written_ring){.row = row, .part = n_parts, .n = 3 + next_random(&seed) % 10};
                for (int64_t i = 0; i < ring->n; i++) {
                    ring->x[i] = next_random(&seed);
                    ring->y[i] = next_random(&seed);
                }
                assert_int_equal(tp_shapes_add_ring(shapes, ring->x, ring->y, ring->n, NULL), TP_OK);
            }
            n_parts++;
        }
    }
    return n_rings;
}

/* Walks the offsets and finds exactly the rings written, each in its row and part. `renumber` maps rows to new rows. */
static void check_against_written(const tp_shapes *shapes, int64_t n_rings, const int64_t *renumber) {
    int64_t seen = 0;
    int64_t part_before = -1, counted_parts = -1;
    for (int64_t i = 0; i < n_rings; i++) {
        const written_ring *ring = &WRITTEN[i];
        int64_t row = renumber == NULL ? ring->row : renumber[ring->row];
        if (row < 0) {
            continue;
        }
        if (ring->part != part_before) {
            part_before = ring->part;
            counted_parts++;
        }
        assert_true(shapes->row_first[row] <= counted_parts && counted_parts < shapes->row_first[row + 1]);
        assert_true(shapes->part_first[counted_parts] <= seen && seen < shapes->part_first[counted_parts + 1]);
        int64_t first = shapes->ring_first[seen];
        assert_int_equal(shapes->ring_first[seen + 1] - first, ring->n);
        assert_memory_equal(shapes->x + first, ring->x, sizeof(double) * (size_t)ring->n);
        assert_memory_equal(shapes->y + first, ring->y, sizeof(double) * (size_t)ring->n);
        seen++;
    }
    assert_int_equal(shapes->n_rings, seen);
    assert_int_equal(shapes->n_parts, counted_parts + 1);
    assert_int_equal(shapes->row_first[0], 0);
    assert_int_equal(shapes->row_first[shapes->n_rows], shapes->n_parts);
    assert_int_equal(shapes->part_first[shapes->n_parts], shapes->n_rings);
    assert_int_equal(shapes->ring_first[shapes->n_rings], shapes->n_vertices);
}

static void rows_parts_rings_vertices(void **state) {
    (void)state;
    tp_shapes shapes = {0};
    int64_t n_rings = write_random(&shapes, 500, 3);
    assert_int_equal(shapes.n_rows, 500);
    check_against_written(&shapes, n_rings, NULL);
    tp_shapes_reset(&shapes);
    assert_null(shapes.row_first);
    assert_int_equal(shapes.n_rows, 0);
}

static void an_empty_row_at_each_place(void **state) {
    (void)state;
    const double x[] = {0, 1, 0}, y[] = {0, 0, 1};
    for (int empty = 0; empty < 3; empty++) {
        tp_shapes shapes = {0};
        for (int row = 0; row < 3; row++) {
            assert_int_equal(tp_shapes_add_row(&shapes, NULL), TP_OK);
            if (row != empty) {
                assert_int_equal(tp_shapes_add_part(&shapes, NULL), TP_OK);
                assert_int_equal(tp_shapes_add_ring(&shapes, x, y, 3, NULL), TP_OK);
            }
        }
        for (int row = 0; row < 3; row++) {
            assert_int_equal(shapes.row_first[row + 1] - shapes.row_first[row], row == empty ? 0 : 1);
        }
        assert_int_equal(shapes.n_vertices, 6);
        tp_shapes_reset(&shapes);
    }
}

static void copying_rows(void **state) {
    (void)state;
    tp_shapes from = {0}, kept = {0};
    int64_t n_rings = write_random(&from, 300, 77), renumber[300], n = 0;
    for (int64_t row = 0; row < 300; row++) {
        renumber[row] = row % 3 == 1 ? n++ : -1;
        if (renumber[row] >= 0) {
            assert_int_equal(tp_shapes_copy_row(&kept, &from, row, NULL), TP_OK);
        }
    }
    assert_int_equal(kept.n_rows, n);
    check_against_written(&kept, n_rings, renumber);
    tp_shapes_reset(&from);
    tp_shapes_reset(&kept);
}

/* The parts of rows 0..k put together in one row: as many parts and vertices, in the same order. */
static void copying_parts_into_one_row(void **state) {
    (void)state;
    tp_shapes from = {0}, joined = {0};
    (void)write_random(&from, 40, 5);
    assert_int_equal(tp_shapes_add_row(&joined, NULL), TP_OK);
    for (int64_t row = 0; row < 40; row++) {
        assert_int_equal(tp_shapes_copy_parts(&joined, &from, row, NULL), TP_OK);
    }
    assert_int_equal(joined.n_rows, 1);
    assert_int_equal(joined.row_first[1], from.n_parts);
    assert_int_equal(joined.n_vertices, from.n_vertices);
    assert_memory_equal(joined.x, from.x, sizeof(double) * (size_t)from.n_vertices);
    assert_memory_equal(joined.part_first, from.part_first, sizeof(int64_t) * (size_t)(from.n_parts + 1));
    assert_memory_equal(joined.ring_first, from.ring_first, sizeof(int64_t) * (size_t)(from.n_rings + 1));
    tp_shapes_reset(&from);
    tp_shapes_reset(&joined);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_parts_rings_vertices),
        cmocka_unit_test(an_empty_row_at_each_place),
        cmocka_unit_test(copying_rows),
        cmocka_unit_test(copying_parts_into_one_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
