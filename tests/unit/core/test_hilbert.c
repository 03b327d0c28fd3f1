/* The order along a Hilbert curve against the curve as it is defined, a quadrant at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space/hilbert.h"
#include "space_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 22, MOST = 70000 };

typedef struct keyed {
    uint64_t key;
    uint32_t item;
} keyed;

static double lon[MOST], lat[MOST];
static uint32_t order[MOST];
static keyed keys[MOST];

static int compare_keys(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return (x->item > y->item) - (x->item < y->item);
}

/* The textbook's loop: the quadrant, then the rest in its frame. */
static uint64_t plain_place(uint64_t x, uint64_t y) {
    uint64_t place = 0;
    for (uint64_t side = 1ULL << (BITS - 1); side > 0; side /= 2) {
        uint64_t right = (x & side) > 0, up = (y & side) > 0;
        place += side * side * ((3 * right) ^ up);
        if (up == 0) {
            if (right == 1) {
                x = (1ULL << BITS) - 1 - x;
                y = (1ULL << BITS) - 1 - y;
            }
            uint64_t t = x;
            x = y;
            y = t;
        }
    }
    return place;
}

static void check_order(int64_t n) {
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        if (isfinite(lon[i]) && isfinite(lat[i])) {
            west = fmin(west, lon[i]);
            east = fmax(east, lon[i]);
            south = fmin(south, lat[i]);
            north = fmax(north, lat[i]);
        }
    }
    double narrow = cos(fmin(fabs((south + north) / 2), 89) * (M_PI / 180));
    double scale = ((1 << BITS) - 1) / fmax(fmax((east - west) * narrow, north - south), 1e-9);
    for (int64_t i = 0; i < n; i++) {
        bool somewhere = isfinite(lon[i]) && isfinite(lat[i]);
        keys[i] = (keyed){0, (uint32_t)i};
        if (somewhere) {
            keys[i].key =
                plain_place((uint64_t)((lon[i] - west) * narrow * scale), (uint64_t)((lat[i] - south) * scale));
        }
    }
    qsort(keys, (size_t)n, sizeof *keys, compare_keys);
    assert_int_equal(tp_hilbert_order(lon, lat, n, order, NULL), TP_OK);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(order[i], keys[i].item);
    }
}

static void test_random(void **state) {
    (void)state;
    uint64_t seed = 1;
    const int64_t sizes[] = {1, 2, 3, 10, 1000, 9999, 10001, MOST};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        for (int64_t i = 0; i < sizes[s]; i++) {
            bool copy = i > 0 && next_random(&seed) % 5 == 0;
            int64_t twin = (int64_t)(next_random(&seed) % (uint64_t)(i + 1));
            lon[i] = copy ? lon[twin] : random_between(&seed, 122, 154);
            lat[i] = copy ? lat[twin] : random_between(&seed, 24, 46);
            if (next_random(&seed) % 50 == 0) {
                *(i % 2 == 0 ? &lon[i] : &lat[i]) = i % 3 == 0 ? NAN : INFINITY;
            }
        }
        check_order(sizes[s]);
    }
}

/* Places in one spot, on a line, and nowhere. */
static void test_flat(void **state) {
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        for (int64_t i = 0; i < 500; i++) {
            lon[i] = kind == 3 ? NAN : kind == 1 ? (double)(i * 7 % 500) : 139;
            lat[i] = kind == 2 ? (double)(i * 7 % 180) - 90 : 35;
        }
        check_order(500);
    }
    assert_int_equal(tp_hilbert_order(NULL, NULL, 0, NULL, NULL), TP_OK);
}

/* On a full square of 2^k cells the next cell is always a neighbour. */
static void test_neighbours(void **state) {
    (void)state;
    enum { SIDE = 128 };
    for (int64_t i = 0; i < SIDE * SIDE; i++) { /* at 0 degrees cells are square; symmetric to it */
        lon[i] = (double)(i % SIDE);
        lat[i] = ((double)(i / SIDE) - (SIDE - 1) / 2.0);
    }
    assert_int_equal(tp_hilbert_order(lon, lat, SIDE * SIDE, order, NULL), TP_OK);
    for (int64_t i = 1; i < SIDE * SIDE; i++) {
        double dx = lon[order[i]] - lon[order[i - 1]], dy = lat[order[i]] - lat[order[i - 1]];
        assert_true(fabs(dx) + fabs(dy) == 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_flat),
        cmocka_unit_test(test_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
