/* Outlines with fewer vertices: common borders stay common, nothing moves by more than the tolerance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space/simplify.h"

#include <math.h>
#include <stdlib.h>

#define OK(call) assert_int_equal((call), TP_OK)

static void add(tp_shapes *shapes, const double *xy, int64_t n) {
    double x[2000], y[2000];
    for (int64_t i = 0; i < n; i++) {
        x[i] = xy[2 * i];
        y[i] = xy[2 * i + 1];
    }
    OK(tp_shapes_add_row(shapes, NULL));
    OK(tp_shapes_add_part(shapes, NULL));
    OK(tp_shapes_add_ring(shapes, x, y, n, NULL));
}

static bool has(const tp_shapes *shapes, int64_t row, double x, double y) {
    int64_t first = shapes->ring_first[shapes->part_first[shapes->row_first[row]]];
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[row + 1]]];
    for (int64_t i = first; i < end; i++) {
        if (shapes->x[i] == x && shapes->y[i] == y) {
            return true;
        }
    }
    return false;
}

/* Near the equator, where a degree is a degree both ways. The middle of the border sticks out by 0.1. */
static void common_borders_stay_common(void **state) {
    (void)state;
    const double west[] = {0, 0, 1, 0, 1.1, 0.5, 1, 1, 0, 1, 0, 0};
    const double east[] = {1, 1, 1.1, 0.5, 1, 0, 2, 0, 2, 1, 1, 1}; /* the same border the other way round */
    tp_shapes from = {0}, fine = {0}, coarse = {0};
    add(&from, west, 6);
    add(&from, east, 6);
    OK(tp_simplify(&from, true, 0.05, &fine, NULL));
    assert_true(has(&fine, 0, 1.1, 0.5) && has(&fine, 1, 1.1, 0.5));
    OK(tp_simplify(&from, true, 0.2, &coarse, NULL));
    assert_false(has(&coarse, 0, 1.1, 0.5) || has(&coarse, 1, 1.1, 0.5));
    /* Where the borders meet, both keep the place however coarse it gets. */
    assert_true(has(&coarse, 0, 1, 0) && has(&coarse, 1, 1, 0) && has(&coarse, 0, 1, 1) && has(&coarse, 1, 1, 1));
    for (int64_t ring = 0; ring < coarse.n_rings; ring++) {
        int64_t first = coarse.ring_first[ring], last = coarse.ring_first[ring + 1] - 1;
        assert_true(last - first >= 3 && coarse.x[first] == coarse.x[last] && coarse.y[first] == coarse.y[last]);
    }
    tp_shapes_reset(&from);
    tp_shapes_reset(&fine);
    tp_shapes_reset(&coarse);
}

static void an_island_keeps_the_same_vertices_wherever_it_begins(void **state) {
    (void)state;
    enum { N = 720 };
    double one[2 * (N + 1)], other[2 * (N + 1)];
    for (int i = 0; i <= N; i++) {
        double a = 2 * acos(-1) * (i % N) / N, r = 1 + 0.05 * sin(9 * a) + 0.01 * sin(50 * a);
        one[2 * i] = r * cos(a);
        one[2 * i + 1] = r * sin(a);
    }
    for (int i = 0; i <= N; i++) { /* begun elsewhere and the other way round */
        other[2 * i] = one[2 * ((N + 217 - i) % N)];
        other[2 * i + 1] = one[2 * ((N + 217 - i) % N) + 1];
    }
    tp_shapes from = {0}, to = {0};
    add(&from, one, N + 1);
    add(&from, other, N + 1);
    OK(tp_simplify(&from, true, 0.02, &to, NULL));
    int64_t n = to.ring_first[1];
    assert_int_equal(to.ring_first[2] - n, n);
    assert_in_range(n, 10, 200);
    for (int64_t i = 0; i < n; i++) {
        assert_true(has(&to, 1, to.x[i], to.y[i]));
    }
    /* Brute force: no vertex of the original lies further than the tolerance from what is left. */
    for (int64_t v = 0; v < N; v++) {
        double least = INFINITY;
        for (int64_t i = 0; i + 1 < n; i++) {
            double shrink = cos(to.y[i] * acos(-1) / 180);
            double dx = (to.x[i + 1] - to.x[i]) * shrink, dy = to.y[i + 1] - to.y[i];
            double px = (one[2 * v] - to.x[i]) * shrink, py = one[2 * v + 1] - to.y[i];
            double t = fmin(fmax((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
            least = fmin(least, hypot(px - t * dx, py - t * dy));
        }
        assert_true(least <= 0.02 * 1.001);
    }
    tp_shapes_reset(&from);
    tp_shapes_reset(&to);
}

static void what_shrinks_to_nothing_goes_but_no_row_is_lost(void **state) {
    (void)state;
    const double small[] = {0, 0, 0.01, 0, 0.01, 0.01, 0, 0.01, 0, 0}, big[] = {5, 5, 7, 5, 7, 7, 5, 7, 5, 5};
    double x[] = {6, 6.01, 6.01, 6}, y[] = {6, 6, 6.01, 6};
    tp_shapes from = {0}, to = {0};
    add(&from, small, 5);
    add(&from, big, 5);
    OK(tp_shapes_add_ring(&from, x, y, 4, NULL)); /* a hole in the big one */
    OK(tp_shapes_add_row(&from, NULL));           /* a row without a ring */
    OK(tp_simplify(&from, true, 0.5, &to, NULL));
    assert_int_equal(to.n_rows, 3);
    assert_int_equal(to.row_first[1], 1);
    assert_int_equal(to.ring_first[1], 5);
    assert_int_equal(to.part_first[2] - to.part_first[1], 1); /* without the hole */
    assert_int_equal(to.row_first[3], 2);
    tp_shapes_reset(&from);
    tp_shapes_reset(&to);
}

static void lines_keep_their_ends(void **state) {
    (void)state;
    const double line[] = {0, 0, 1, 0.001, 2, 0, 3, 1, 4, 0};
    tp_shapes from = {0}, to = {0}, same = {0}, none = {0}, empty = {0};
    add(&from, line, 5);
    OK(tp_simplify(&from, false, 0.01, &to, NULL));
    assert_int_equal(to.n_vertices, 4);
    assert_true(to.x[0] == 0 && to.x[1] == 2 && to.x[2] == 3 && to.x[3] == 4);
    OK(tp_simplify(&from, false, 0, &same, NULL));
    assert_int_equal(same.n_vertices, 5);
    OK(tp_simplify(&empty, true, 1, &none, NULL));
    assert_int_equal(none.n_rows, 0);
    tp_shapes_reset(&from);
    tp_shapes_reset(&to);
    tp_shapes_reset(&same);
    tp_shapes_reset(&none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_borders_stay_common),
        cmocka_unit_test(an_island_keeps_the_same_vertices_wherever_it_begins),
        cmocka_unit_test(what_shrinks_to_nothing_goes_but_no_row_is_lost),
        cmocka_unit_test(lines_keep_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
