/* Counter-based random numbers: see technopolis/random.h. */
#include "technopolis/random.h"

#include <math.h>

enum { PHILOX_ROUNDS = 10 };

void tp_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t left = (uint64_t)0xD2511F53u * c0, right = (uint64_t)0xCD9E8D57u * c2;
        uint32_t mixed0 = (uint32_t)(right >> 32) ^ c1 ^ k0, mixed2 = (uint32_t)(left >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)right;
        c3 = (uint32_t)left;
        c0 = mixed0;
        c2 = mixed2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

uint64_t tp_random_stream(const char *text) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *c = text; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    }
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
    return hash ^ (hash >> 31);
}

tp_random tp_random_of(uint64_t seed, uint64_t stream, uint32_t item) {
    return (tp_random){.seed = seed, .stream = stream, .item = item};
}

uint64_t tp_random_bits(tp_random *random) {
    if (random->n_kept > 0) {
        random->n_kept = 0;
        return random->kept;
    }
    uint32_t counter[4] = {random->block++, random->item, (uint32_t)random->stream, (uint32_t)(random->stream >> 32)};
    uint32_t key[2] = {(uint32_t)random->seed, (uint32_t)(random->seed >> 32)}, out[4];
    tp_random_philox(counter, key, out);
    random->kept = (uint64_t)out[3] << 32 | out[2];
    random->n_kept = 1;
    return (uint64_t)out[1] << 32 | out[0];
}

double tp_random_uniform(tp_random *random) {
    return (double)(tp_random_bits(random) >> 11) * 0x1p-53;
}

/* The product of two words of 64 bits: its low word, and its high one through `high`. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *high) {
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)middle;
    *high = a1 * b1 + (middle >> 32) + (other >> 32);
    return a * b;
}

uint64_t tp_random_below(tp_random *random, uint64_t n) {
    if (n == 0) {
        return 0;
    }
    uint64_t high = 0, low = multiply(tp_random_bits(random), n, &high);
    uint64_t refused = low < n ? (0 - n) % n : 0; /* 2^64 mod n: below it a number would come once too often */
    while (low < refused) {
        low = multiply(tp_random_bits(random), n, &high);
    }
    return high;
}

double tp_random_normal(tp_random *random) {
    double radius = sqrt(-2 * log(1 - tp_random_uniform(random))); /* 1 - u is in (0, 1] */
    return radius * cos(2 * 3.14159265358979323846 * tp_random_uniform(random));
}

void tp_random_shuffle(tp_random *random, int64_t *index, int64_t n) {
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t k = (int64_t)tp_random_below(random, (uint64_t)i + 1), keep = index[i];
        index[i] = index[k];
        index[k] = keep;
    }
}
