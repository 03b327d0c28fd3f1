/* The orientation test against exact integers of 128 bits, and segments against all cases by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space/robust.h"
#include "space_fixture.h"

#include <math.h>

__extension__ typedef __int128 wide;

static int exact(const int64_t *v) {
    wide left = (wide)(v[0] - v[4]) * (wide)(v[3] - v[5]), right = (wide)(v[1] - v[5]) * (wide)(v[2] - v[4]);
    return (left > right) - (left < right);
}

static int tested(const int64_t *v, double scale) {
    return tp_orient((double)v[0] * scale, (double)v[1] * scale, (double)v[2] * scale, (double)v[3] * scale,
                     (double)v[4] * scale, (double)v[5] * scale);
}

static void check_all_orders(const int64_t *v) {
    static const double scales[] = {1, 0x1p-45, 0x1p-200, 0x1p200};
    for (int k = 0; k < 4; k++) {
        const int64_t turned[] = {v[2], v[3], v[4], v[5], v[0], v[1]}, swapped[] = {v[2], v[3], v[0], v[1], v[4], v[5]};
        assert_int_equal(tested(v, scales[k]), exact(v));
        assert_int_equal(tested(turned, scales[k]), exact(v));
        assert_int_equal(tested(swapped, scales[k]), -exact(v));
    }
}

static void far_points(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        int64_t v[6];
        for (int j = 0; j < 6; j++) {
            v[j] = (int64_t)(next_random(&seed) >> 11) - ((int64_t)1 << 52); /* 53 bits */
        }
        check_all_orders(v);
    }
}

/* Points on a line through two points, or as near to it as integers come: where plain arithmetic fails. */
static void nearly_on_a_line(void **state) {
    (void)state;
    uint64_t seed = 2;
    int zeros = 0, plain_wrong = 0;
    for (int i = 0; i < 200000; i++) {
        bool on = i % 2 == 0;
        int64_t scale = on ? 1000000000 : 1, range = (int64_t)1 << (on ? 20 : 50);
        int64_t x = (int64_t)(next_random(&seed) >> 13), y = (int64_t)(next_random(&seed) >> 13);
        int64_t dx = (int64_t)(next_random(&seed) % (uint64_t)range),
                dy = (int64_t)(next_random(&seed) % (uint64_t)range);
        double t = random_between(&seed, 0, 1);
        int64_t k = (int64_t)floor(t * (double)scale);
        int64_t px = on ? x + k * dx : x + (int64_t)rint(t * (double)dx);
        int64_t py = on ? y + k * dy : y + (int64_t)rint(t * (double)dy);
        const int64_t v[] = {x, y, x + scale * dx, y + scale * dy, px, py};
        check_all_orders(v);
        zeros += exact(v) == 0;
        double plain = ((double)v[0] - (double)v[4]) * ((double)v[3] - (double)v[5]) -
                       ((double)v[1] - (double)v[5]) * ((double)v[2] - (double)v[4]);
        plain_wrong += (plain > 0) - (plain < 0) != exact(v);
    }
    assert_true(zeros >= 100000);
    assert_true(plain_wrong > 1000); /* else this test proves nothing */
}

/* Kettner's example: a fine grid round a point of the line y = x, in doubles that are not integers. */
static void fine_grid(void **state) {
    (void)state;
    for (int i = 0; i < 256; i++) {
        for (int j = 0; j < 256; j++) {
            double px = 0.5 + i * 0x1p-53, py = 0.5 + j * 0x1p-53;
            int expected = (py > px) - (py < px); /* left of the line y = x, going up */
            assert_int_equal(tp_orient(12, 12, 24, 24, px, py), expected);
            assert_int_equal(tp_orient(24, 24, 12, 12, px, py), -expected);
        }
    }
    assert_int_equal(tp_orient(1, 2, 1, 2, 5, 7), 0); /* a = b */
    assert_int_equal(tp_orient(0, 0, 0, 0, 0, 0), 0);
    assert_int_equal(tp_orient(0, 0, 1e-100, 1e-100, 1e100, nextafter(1e100, INFINITY)), 1);
}

static bool meet(double ax, double ay, double bx, double by, double cx, double cy, double dx, double dy) {
    const double a[] = {ax, ay}, b[] = {bx, by}, c[] = {cx, cy}, d[] = {dx, dy};
    bool answer = tp_segments_meet(a, b, c, d);
    assert_int_equal(tp_segments_meet(b, a, c, d), answer);
    assert_int_equal(tp_segments_meet(a, b, d, c), answer);
    assert_int_equal(tp_segments_meet(c, d, a, b), answer);
    return answer;
}

static void segments(void **state) {
    (void)state;
    assert_true(meet(0, 0, 4, 4, 0, 4, 4, 0));                /* crossing */
    assert_true(meet(0, 0, 4, 4, 4, 4, 8, 0));                /* a common end */
    assert_true(meet(0, 0, 4, 4, 2, 2, 8, 0));                /* an end on the other */
    assert_true(meet(0, 0, 4, 4, 1, 1, 8, 8));                /* overlapping */
    assert_true(meet(0, 0, 4, 4, 1, 1, 2, 2));                /* one within the other */
    assert_true(meet(0, 0, 4, 4, 4, 4, 8, 8));                /* on one line, a common end */
    assert_false(meet(0, 0, 4, 4, 5, 5, 8, 8));               /* on one line, apart */
    assert_false(meet(0, 0, 4, 4, 0, 1, 4, 5));               /* parallel */
    assert_false(meet(0, 0, 4, 0, 5, 0, 8, 0));               /* level, apart */
    assert_true(meet(0, 0, 4, 0, 4, 0, 8, 0));                /* level, a common end */
    assert_false(meet(0, 0, 4, 4, 3, 0, 4, 3));               /* boxes meet, segments do not */
    assert_true(meet(1, 1, 1, 1, 0, 0, 4, 4));                /* a point on a segment */
    assert_false(meet(1, 2, 1, 2, 0, 0, 4, 4));               /* a point off it */
    assert_true(meet(1, 1, 1, 1, 1, 1, 1, 1));                /* twice the same point */
    assert_false(meet(1, 1, 1, 1, 2, 1, 2, 1));               /* two points */
    assert_true(meet(0, 0, 3, 3, 1, 1, 9, 0));                /* T */
    assert_false(meet(0, 0, 3, 3, nextafter(1, 2), 1, 9, 0)); /* T, one unit short */
    assert_true(meet(0, 0, 3, 3, nextafter(1, 0), 1, 9, 0));  /* T, one unit across */
    assert_false(meet(0, 0, 0, 4, nextafter(0, 1), 1, 1, 1)); /* beside a meridian */
    assert_true(meet(0, 0, 0, 4, 0, 1, 1, 1));
}

/* Against exact integers on a small grid, where every kind of contact is frequent. */
static void segments_on_a_grid(void **state) {
    (void)state;
    uint64_t seed = 3;
    int met = 0;
    for (int i = 0; i < 300000; i++) {
        int64_t v[8];
        for (int j = 0; j < 8; j++) {
            v[j] = (int64_t)(next_random(&seed) % 6);
        }
        /* Two segments meet when some end lies on the other, or each has its ends strictly on both sides of the other. */
        int side[4], on = 0;
        for (int e = 0; e < 4; e++) {
            const int64_t *s = e < 2 ? v + 4 : v, *p = v + 2 * e;
            const int64_t w[] = {s[0], s[1], s[2], s[3], p[0], p[1]};
            side[e] = exact(w);
            bool within = p[0] >= (s[0] < s[2] ? s[0] : s[2]) && p[0] <= (s[0] > s[2] ? s[0] : s[2]) &&
                          p[1] >= (s[1] < s[3] ? s[1] : s[3]) && p[1] <= (s[1] > s[3] ? s[1] : s[3]);
            on += side[e] == 0 && within;
        }
        bool expected = on > 0 || (side[0] * side[1] < 0 && side[2] * side[3] < 0);
        assert_int_equal(meet((double)v[0], (double)v[1], (double)v[2], (double)v[3], (double)v[4], (double)v[5],
                              (double)v[6], (double)v[7]),
                         expected);
        met += expected;
    }
    assert_true(met > 30000 && met < 270000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(far_points), cmocka_unit_test(nearly_on_a_line),   cmocka_unit_test(fine_grid),
        cmocka_unit_test(segments),   cmocka_unit_test(segments_on_a_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
