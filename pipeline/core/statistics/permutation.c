/*
 * Conditional permutations without permuting: what a unit's k neighbours get is a sample of k of the other values, so
 * that is what is drawn. Few are drawn by rejecting repeats, many by marking, more than half by drawing those left out.
 */
#include "technopolis/hotspot.h"
#include "technopolis/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 24 };

typedef struct permuting {
    const tp_neighbours *neighbours;
    const double *value;
    const tp_local_statistics *statistics;
    const double *sorted;          /* all values, ascending */
    int64_t common_from, n_common; /* the longest run of equal values, such as the empty cells' */
    double common;
    double total, largest;
    const uint64_t *stream;
    uint64_t seed;
    int64_t permutations;
    tp_side side;
} permuting;

/* Numbers of 32 bits, two from each of the generator's; made in batches, so that the processor makes several at once. */
enum { BATCH = 64 };
typedef struct halves {
    tp_random random;
    int used;
    uint32_t number[BATCH];
} halves;

static inline uint32_t next_half(halves *source) {
    if (source->used == BATCH) {
        for (int i = 0; i < BATCH; i += 2) {
            uint64_t bits = tp_random_bits(&source->random);
            source->number[i] = (uint32_t)bits;
            source->number[i + 1] = (uint32_t)(bits >> 32);
        }
        source->used = 0;
    }
    return source->number[source->used++];
}

/* Uniform among 0 .. n - 1 (Lemire's method, as in random.c, for 32 bits). */
static inline uint32_t draw_below(halves *source, uint32_t n) {
    uint64_t product = (uint64_t)next_half(source) * n;
    if ((uint32_t)product < n) {
        uint32_t threshold = (uint32_t)(-n) % n;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)next_half(source) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

/* One of the values without that at `own`. Most are often the same one, which then need not be fetched from memory. */
static inline double value_of(const permuting *work, uint32_t drawn, uint32_t own) {
    uint32_t at = drawn + (drawn >= own);
    return at - (uint32_t)work->common_from < (uint32_t)work->n_common ? work->common : work->sorted[at];
}

/* What one thread draws into: the drawn numbers, and for many a mark a value (the number of the sample). */
typedef struct sampler {
    halves source;
    uint32_t *mark, sample;
} sampler;

/* The sum of `k` different ones of the m values that remain when the one at `own` is left out. */
static double sample_few(const permuting *work, sampler *sampler, uint32_t m, uint32_t own, int k) {
    uint32_t drawn[FEW];
    double sum = 0;
    for (int i = 0; i < k; i++) {
        bool repeated;
        do {
            drawn[i] = draw_below(&sampler->source, m);
            repeated = false;
            for (int j = 0; j < i; j++) {
                repeated |= drawn[j] == drawn[i];
            }
        } while (repeated);
        sum += value_of(work, drawn[i], own);
    }
    return sum;
}

/* Floyd's way: each step adds one that is not there yet. */
static double sample_many(const permuting *work, sampler *sampler, uint32_t m, uint32_t own, uint32_t k) {
    double sum = 0;
    if (++sampler->sample == 0) {
        memset(sampler->mark, 0, ((size_t)m + 1) * sizeof *sampler->mark);
        sampler->sample = 1;
    }
    for (uint32_t last = m - k; last < m; last++) {
        uint32_t drawn = draw_below(&sampler->source, last + 1);
        drawn = sampler->mark[drawn] == sampler->sample ? last : drawn;
        sampler->mark[drawn] = sampler->sample;
        sum += value_of(work, drawn, own);
    }
    return sum;
}

static uint32_t place_of(const double *sorted, int64_t n, double value) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static double unit_p(const permuting *work, sampler *sampler, int64_t i) {
    uint32_t m = (uint32_t)(work->neighbours->n - 1), k = (uint32_t)tp_neighbours_count(work->neighbours, i);
    uint32_t own = place_of(work->sorted, work->neighbours->n, work->value[i]);
    double others = work->total - work->value[i], expected = others * k / m, observed = work->statistics->sum[i];
    double tolerance = 1e-12 * (k + 1.0) * work->largest; /* equal sums made in another order */
    bool left_out = k > m / 2;
    uint32_t drawn = left_out ? m - k : k;
    int64_t extreme = 0;
    sampler->source.random = tp_random_of(work->seed, work->stream[i], 0);
    sampler->source.used = BATCH;
    for (int64_t r = 0; r < work->permutations; r++) {
        double sum =
            drawn <= FEW ? sample_few(work, sampler, m, own, (int)drawn) : sample_many(work, sampler, m, own, drawn);
        sum = left_out ? others - sum : sum;
        bool high = sum >= observed - tolerance, low = sum <= observed + tolerance;
        bool far = fabs(sum - expected) >= fabs(observed - expected) - tolerance;
        extreme += work->side == TP_SIDE_HIGH ? high : work->side == TP_SIDE_LOW ? low : far;
    }
    return (double)(extreme + 1) / (double)(work->permutations + 1);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sums made in ascending order, the same for any order of units. */
static void sum_up(permuting *work, const double *sorted, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        work->total += sorted[i];
        work->largest = fmax(work->largest, fabs(sorted[i]));
    }
    for (int64_t from = 0, i = 1; i <= n; i++) {
        if (i == n || sorted[i] != sorted[from]) {
            if (i - from > work->n_common) {
                work->common_from = from;
                work->n_common = i - from;
                work->common = sorted[from];
            }
            from = i;
        }
    }
}

static tp_code permute_all(const permuting *work, bool marks, double *p, tp_error *error) {
    int64_t n = work->neighbours->n;
    bool out_of_memory = false;
#pragma omp parallel
    {
        sampler sampler = {.mark = marks ? calloc((size_t)n + 1, sizeof *sampler.mark) : NULL};
        bool ready = !marks || sampler.mark != NULL;
#pragma omp for schedule(dynamic, 64)
        for (int64_t i = 0; i < n; i++) {
            p[i] = ready && !isnan(work->statistics->gi_z[i]) ? unit_p(work, &sampler, i) : NAN;
        }
#pragma omp critical(tp_permutation_memory)
        out_of_memory |= !ready;
        free(sampler.mark);
    }
    return out_of_memory ? tp_error_memory(error) : TP_OK;
}

tp_code tp_permutation_p(const tp_neighbours *neighbours, const double *value, const tp_local_statistics *statistics,
                         const uint64_t *stream, uint64_t seed, int64_t permutations, tp_side side, double *p,
                         tp_error *error) {
    int64_t n = neighbours->n;
    if (n >= UINT32_MAX) {
        return tp_error_set(error, TP_E_DATA, "%lld units are more than can be permuted", (long long)n);
    }
    double *sorted = malloc(((size_t)n + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    bool marks = false;
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = value[i];
        marks |= tp_neighbours_count(neighbours, i) > FEW;
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    permuting work = {.neighbours = neighbours,
                      .value = value,
                      .statistics = statistics,
                      .sorted = sorted,
                      .stream = stream,
                      .seed = seed,
                      .permutations = permutations,
                      .side = side};
    sum_up(&work, sorted, n);
    tp_code code = permute_all(&work, marks, p, error);
    free(sorted);
    return code;
}
