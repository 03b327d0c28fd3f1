/**
 * Random numbers that depend on what they are for, not on who asks first: a counter-based generator.
 *
 * A number is a function of (seed, stream, item, how many were drawn before it), so that a loop over rows gives the same
 * bytes at any number of threads and in any order. The stream is usually an id (tp_random_stream), the item a draw, a
 * permutation or a row: every pair has a sequence of its own of 2^33 numbers of 64 bits.
 *
 *     tp_random random = tp_random_of(run->seed, tp_random_stream(site_id), draw);
 *     double factor = 1 + 0.1 * tp_random_normal(&random);
 *
 * The generator is Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC11, doi 10.1145/2063384.2063405); integers without bias are by D. Lemire, "Fast random integer
 * generation in an interval", ACM TOMACS 29, 2019; normals by G. E. P. Box and M. E. Muller, 1958. Not for secrets.
 */
#ifndef TECHNOPOLIS_RANDOM_H
#define TECHNOPOLIS_RANDOM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One sequence. Made by tp_random_of; holds no memory. Not to be shared by threads: each makes its own. */
typedef struct tp_random {
    uint64_t seed, stream;
    uint32_t item, block; /**< block: the next one to be computed */
    uint64_t kept;        /**< the second half of the last block */
    int n_kept;           /**< 1: `kept` is there */
} tp_random;

/** Philox4x32-10 itself: four words from a counter of four and a key of two. */
void tp_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/** A stream's number from a text such as a site's id: FNV-1a, mixed (SplitMix64's finaliser). The text's bytes decide. */
uint64_t tp_random_stream(const char *text);

/** The beginning of the sequence of a seed, a stream and an item. O(1). */
tp_random tp_random_of(uint64_t seed, uint64_t stream, uint32_t item);

/** The next 64 random bits. About 10 ns. */
uint64_t tp_random_bits(tp_random *random);

/** Uniform in [0, 1): a multiple of 2^-53. */
double tp_random_uniform(tp_random *random);

/** Uniform among 0 … n - 1, without bias; 0 for n = 0. */
uint64_t tp_random_below(tp_random *random, uint64_t n);

/** Standard normal: mean 0, deviation 1, |x| < 8.6. Takes two numbers of the sequence. */
double tp_random_normal(tp_random *random);

/** Shuffles n indexes so that every order is equally likely (R. Durstenfeld, Algorithm 235, CACM 7, 1964). O(n). */
void tp_random_shuffle(tp_random *random, int64_t *index, int64_t n);

#ifdef __cplusplus
}
#endif

#endif
