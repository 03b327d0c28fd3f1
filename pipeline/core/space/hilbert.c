/* The order of points along a Hilbert curve. See hilbert.h. */
#include "core/space/hilbert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 22, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, N_DIGITS = 4 };

typedef struct keyed {
    uint64_t key;
    uint32_t item;
} keyed;

/* ---- places on the curve ---- */

/*
 * Three levels of the curve at once. At each level the quadrant is taken, and what is left turned into its frame, in
 * which both coordinates may be exchanged (1) or counted from the other end (2): four turns. Levels above the first
 * leave the place as it is when there are two of them.
 */
enum { STEP = 3, STEPS = 8, TURNS = 4, CELLS = 1 << (2 * STEP) };

_Static_assert((STEP * STEPS - BITS) % 2 == 0, "an odd number of levels above the first would turn the curve");

typedef struct curve {
    uint8_t place[TURNS][CELLS], turn[TURNS][CELLS]; /* by the turn, and by STEP bits of x above STEP bits of y */
} curve;

static void fill_curve(curve *c) {
    for (unsigned turn = 0; turn < TURNS; turn++) {
        for (unsigned cell = 0; cell < CELLS; cell++) {
            unsigned place = 0, now = turn;
            for (int bit = STEP - 1; bit >= 0; bit--) {
                unsigned x = cell >> (STEP + bit) & 1, y = cell >> bit & 1, flip = now >> 1;
                unsigned right = ((now & 1) != 0 ? y : x) ^ flip, up = ((now & 1) != 0 ? x : y) ^ flip;
                place = place << 2 | ((3 * right) ^ up);
                now ^= up == 0 ? 1 | right << 1 : 0;
            }
            c->place[turn][cell] = (uint8_t)place;
            c->turn[turn][cell] = (uint8_t)now;
        }
    }
}

static uint64_t place_on_curve(const curve *c, uint32_t x, uint32_t y) {
    const uint32_t mask = (1U << STEP) - 1;
    uint64_t place = 0;
    unsigned turn = 0;
    for (int shift = STEP * (STEPS - 1); shift >= 0; shift -= STEP) {
        uint32_t cell = (x >> shift & mask) << STEP | (y >> shift & mask);
        place = place << (2 * STEP) | c->place[turn][cell];
        turn = c->turn[turn][cell];
    }
    return place;
}

static bool is_somewhere(double lon_deg, double lat_deg) {
    return isfinite(lon_deg) && isfinite(lat_deg);
}

static void fill_keys(const double *lon_deg, const double *lat_deg, int64_t n, keyed *keys) {
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        if (!is_somewhere(lon_deg[i], lat_deg[i])) {
            continue;
        }
        west = lon_deg[i] < west ? lon_deg[i] : west;
        east = lon_deg[i] > east ? lon_deg[i] : east;
        south = lat_deg[i] < south ? lat_deg[i] : south;
        north = lat_deg[i] > north ? lat_deg[i] : north;
    }
    /* The cells are about square on the ground. */
    double narrow = cos(fmin(fabs((south + north) / 2), 89) * (M_PI / 180));
    double side = fmax(fmax((east - west) * narrow, north - south), 1e-9);
    double scale = ((1 << BITS) - 1) / side;
    curve c;
    fill_curve(&c);
#pragma omp parallel for schedule(static) if (n > 10000)
    for (int64_t i = 0; i < n; i++) {
        keys[i] = (keyed){0, (uint32_t)i};
        if (is_somewhere(lon_deg[i], lat_deg[i])) {
            uint32_t x = (uint32_t)((lon_deg[i] - west) * narrow * scale), y = (uint32_t)((lat_deg[i] - south) * scale);
            keys[i].key = place_on_curve(&c, x, y);
        }
    }
}

/* ---- sorting ---- */

_Static_assert(N_DIGITS % 2 == 0 && N_DIGITS * DIGIT_BITS >= 2 * BITS, "whole keys, and back where they were");

static unsigned digit_of(uint64_t key, int digit) {
    return (unsigned)(key >> (digit * DIGIT_BITS)) & (DIGITS - 1);
}

/* Where the items with each digit begin, for all digits in one pass. */
static void count_digits(const keyed *keys, int64_t n, uint32_t first[N_DIGITS][DIGITS]) {
    memset(first, 0, N_DIGITS * sizeof *first);
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < N_DIGITS; d++) {
            first[d][digit_of(keys[i].key, d)]++;
        }
    }
    for (int d = 0; d < N_DIGITS; d++) {
        uint32_t before = 0;
        for (int value = 0; value < DIGITS; value++) {
            uint32_t count = first[d][value];
            first[d][value] = before;
            before += count;
        }
    }
}

/* A stable counting sort by 11 bits of the key at a time. The result is where it was. */
static void sort_keys(keyed *keys, keyed *other, int64_t n) {
    uint32_t first[N_DIGITS][DIGITS];
    count_digits(keys, n, first);
    for (int d = 0; d < N_DIGITS; d++) {
        for (int64_t i = 0; i < n; i++) {
            other[first[d][digit_of(keys[i].key, d)]++] = keys[i];
        }
        keyed *sorted = other;
        other = keys;
        keys = sorted;
    }
}

tp_code tp_hilbert_order(const double *lon_deg, const double *lat_deg, int64_t n, uint32_t *order, tp_error *error) {
    if (n <= 0) {
        return TP_OK;
    }
    keyed *keys = malloc((size_t)n * sizeof *keys);
    keyed *other = malloc((size_t)n * sizeof *other);
    if (keys == NULL || other == NULL) {
        free(keys);
        free(other);
        return tp_error_memory(error);
    }
    fill_keys(lon_deg, lat_deg, n, keys);
    sort_keys(keys, other, n);
    for (int64_t i = 0; i < n; i++) {
        order[i] = keys[i].item;
    }
    free(keys);
    free(other);
    return TP_OK;
}
