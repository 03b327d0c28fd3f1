/* The order of points along a Hilbert curve. See hilbert.h. */
#include "core/space/hilbert.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 22, DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

typedef struct keyed {
    uint64_t key;
    uint32_t item;
} keyed;

/* The place of a cell on the curve: at each level the quadrant is taken, and the rest turned into its frame. */
static uint64_t place_on_curve(uint32_t x, uint32_t y) {
    const uint32_t last = (1U << BITS) - 1;
    uint64_t place = 0;
    for (int bit = BITS - 1; bit >= 0; bit--) {
        uint32_t right = x >> bit & 1, up = y >> bit & 1;
        place = place << 2 | ((3 * right) ^ up);
        if (up == 0) {
            uint32_t flip = right != 0 ? last : 0, was_x = x ^ flip;
            x = y ^ flip;
            y = was_x;
        }
    }
    return place;
}

/* One pass of a stable counting sort by 11 bits of the key. */
static void sort_by_digit(const keyed *from, keyed *to, int64_t n, int shift) {
    int64_t first[DIGITS] = {0};
    for (int64_t i = 0; i < n; i++) {
        first[from[i].key >> shift & (DIGITS - 1)]++;
    }
    int64_t before = 0;
    for (int d = 0; d < DIGITS; d++) {
        int64_t count = first[d];
        first[d] = before;
        before += count;
    }
    for (int64_t i = 0; i < n; i++) {
        to[first[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
    }
}

static void fill_keys(const double *lon_deg, const double *lat_deg, int64_t n, keyed *keys) {
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        west = fmin(west, lon_deg[i]);
        east = fmax(east, lon_deg[i]);
        south = fmin(south, lat_deg[i]);
        north = fmax(north, lat_deg[i]);
    }
    /* The cells are about square on the ground. */
    double narrow = cos(fmin(fabs((south + north) / 2), 89) * (M_PI / 180));
    double side = fmax(fmax((east - west) * narrow, north - south), 1e-9);
    double scale = ((1 << BITS) - 1) / side;
    for (int64_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)((lon_deg[i] - west) * narrow * scale), y = (uint32_t)((lat_deg[i] - south) * scale);
        keys[i] = (keyed){place_on_curve(x, y), (uint32_t)i};
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
    for (int shift = 0; shift < 2 * BITS; shift += 2 * DIGIT_BITS) {
        sort_by_digit(keys, other, n, shift);
        sort_by_digit(other, keys, n, shift + DIGIT_BITS);
    }
    for (int64_t i = 0; i < n; i++) {
        order[i] = keys[i].item;
    }
    free(keys);
    free(other);
    return TP_OK;
}
