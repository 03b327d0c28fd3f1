/** Plants that are made up: towns of many sizes and a scatter between them, the same to the last bit on every machine. */
#ifndef TP_TEST_MADE_PLANTS_H
#define TP_TEST_MADE_PLANTS_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t made_random(uint64_t *state) { /* SplitMix64 */
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/** A whole number from -spread to spread, those near 0 more often. */
static inline int64_t made_offset(uint64_t *state, int64_t spread) {
    int64_t sum = 0;
    for (int k = 0; k < 4; k++) {
        sum += (int64_t)(made_random(state) % (uint64_t)(spread + 1));
    }
    return (sum - 2 * spread) / 2;
}

/**
 * n places in a band from (130.5, 31.5) to (141.5, 41.5) degrees, in whole 1e-7 degrees: seven in eight in one of
 * n / 150 towns, of spreads from 1 to 12 km, the small ones more often; the rest anywhere in the band.
 */
static inline void made_plants(uint64_t seed, int64_t n, double *lon_deg, double *lat_deg) {
    const int64_t unit = 10000000;
    int64_t n_towns = n / 150 + 1;
    for (int64_t i = 0; i < n; i++) {
        uint64_t own = seed * 1000003 + (uint64_t)i, town;
        bool scattered = made_random(&own) % 8 == 0;
        uint64_t a = made_random(&own) % (uint64_t)n_towns, b = made_random(&own) % (uint64_t)n_towns;
        town = seed + (scattered ? (uint64_t)(n_towns + i) : a * b / (uint64_t)n_towns) * 77777;
        int64_t along = (int64_t)(made_random(&town) % (uint64_t)(10 * unit));
        int64_t across = (int64_t)(made_random(&town) % (uint64_t)(2 * unit)) - unit;
        int64_t spread = unit / 100 + (int64_t)(made_random(&town) % (uint64_t)(unit / 3)) / 3;
        int64_t x = scattered ? 0 : made_offset(&own, spread), y = scattered ? 0 : made_offset(&own, spread);
        lon_deg[i] = (double)(1305 * (unit / 10) + along * 11 / 10 + across / 2 + x) / (double)unit;
        lat_deg[i] = (double)(315 * (unit / 10) + along - across / 2 + y) / (double)unit;
    }
}

#endif
