/* Gi*, local Moran and Moran's I with binary weights: see hotspot.h. */
#include "technopolis/hotspot.h"

#include <math.h>
#include <stdlib.h>

void tp_local_statistics_reset(tp_local_statistics *statistics) {
    free(statistics->sum);
    free(statistics->gi_z);
    free(statistics->moran);
    free(statistics->moran_z);
    *statistics = (tp_local_statistics){0};
}

double tp_normal_p(double z, tp_side side) {
    switch (side) {
    case TP_SIDE_HIGH:
        return erfc(z / M_SQRT2) / 2;
    case TP_SIDE_LOW:
        return erfc(-z / M_SQRT2) / 2;
    default:
        return erfc(fabs(z) / M_SQRT2);
    }
}

/* Sums of powers of the deviations; in the order of the units, by one thread, so that the bytes are always the same. */
typedef struct moments {
    double n, mean, second, fourth;
} moments;

static moments moments_of(const double *value, int64_t n) {
    moments m = {.n = (double)n};
    for (int64_t i = 0; i < n; i++) {
        m.mean += value[i];
    }
    m.mean /= m.n;
    for (int64_t i = 0; i < n; i++) {
        double square = (value[i] - m.mean) * (value[i] - m.mean);
        m.second += square;
        m.fourth += square * square;
    }
    return m;
}

static bool all_equal(const double *value, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        if (value[i] != value[0]) {
            return false;
        }
    }
    return true;
}

static void unit_statistics(const tp_neighbours *neighbours, const double *value, const moments *m, int64_t i,
                            tp_local_statistics *s) {
    double n = m->n, k = (double)neighbours->count[i], m2 = m->second / n, z = value[i] - m->mean;
    s->gi_z[i] = s->moran[i] = s->moran_z[i] = NAN;
    if (k == 0 || s->constant) {
        return;
    }
    s->moran[i] = z / m2 * (s->sum[i] - k * m->mean);
    if (k >= n - 1) { /* everything is near: no two arrangements differ */
        return;
    }
    double w = k + 1; /* with itself; all weights are 1, so that this is also the sum of their squares */
    s->gi_z[i] = (s->sum[i] + value[i] - w * m->mean) / sqrt(m2 * (n * w - w * w) / (n - 1));
    double expected = -z * z * k / ((n - 1) * m2);
    double variance = z / m2 * (z / m2) * (n / (n - 2)) * (k - k * k / (n - 1)) * (m2 - z * z / (n - 1));
    s->moran_z[i] = variance > 0 ? (s->moran[i] - expected) / sqrt(variance) : NAN;
}

/* ---- Moran's I over all ---- */

/* How many links have a link back, and the sum of squares of what goes out of a unit and comes in. */
static void link_sums(const tp_neighbours *neighbours, const int64_t *in, double *back, double *squares) {
    *back = *squares = 0;
    for (int64_t i = 0; i < neighbours->n; i++) {
        double out_in = (double)(neighbours->count[i] + in[i]);
        *squares += out_in * out_in;
        if (neighbours->first == NULL) { /* a grid: all links are mutual */
            *back += (double)neighbours->count[i];
            continue;
        }
        for (int64_t k = neighbours->first[i]; k < neighbours->first[i + 1]; k++) {
            int64_t low = neighbours->first[neighbours->to[k]], high = neighbours->first[neighbours->to[k] + 1];
            while (low < high) {
                int64_t middle = low + (high - low) / 2;
                if (neighbours->to[middle] < i) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            *back += low < neighbours->first[neighbours->to[k] + 1] && neighbours->to[low] == i;
        }
    }
}

static tp_code count_in(const tp_neighbours *neighbours, int64_t **in, tp_error *error) {
    *in = calloc((size_t)neighbours->n + 1, sizeof **in);
    if (*in == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < neighbours->n; i++) {
        if (neighbours->first == NULL) {
            (*in)[i] = neighbours->count[i];
            continue;
        }
        for (int64_t k = neighbours->first[i]; k < neighbours->first[i + 1]; k++) {
            (*in)[neighbours->to[k]]++;
        }
    }
    return TP_OK;
}

static tp_code global_moran(const tp_neighbours *neighbours, const double *value, const moments *m,
                            tp_local_statistics *s, tp_error *error) {
    tp_moran *moran = &s->global;
    double n = (double)(neighbours->n - neighbours->n_islands), s0 = (double)neighbours->n_links, cross = 0;
    int64_t *in = NULL;
    *moran = (tp_moran){NAN, NAN, NAN, NAN, NAN};
    if (s0 == 0 || s->constant || n < 2) {
        return TP_OK;
    }
    tp_code code = count_in(neighbours, &in, error);
    if (code != TP_OK) {
        return code;
    }
    double back, s2;
    link_sums(neighbours, in, &back, &s2);
    free(in);
    for (int64_t i = 0; i < neighbours->n; i++) {
        cross += (value[i] - m->mean) * (s->sum[i] - (double)neighbours->count[i] * m->mean);
    }
    moran->i = n / s0 * cross / m->second;
    moran->expected = -1 / (n - 1);
    double s1 = s0 + back, kurtosis = m->n * m->fourth / (m->second * m->second);
    if (n > 3) {
        double first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 * s0);
        double second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0 * s0);
        moran->variance =
            (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0 * s0) - moran->expected * moran->expected;
    }
    if (moran->variance > 0) {
        moran->z = (moran->i - moran->expected) / sqrt(moran->variance);
        moran->p = tp_normal_p(moran->z, TP_SIDE_TWO);
    }
    return TP_OK;
}

tp_code tp_local_statistics_of(const tp_neighbours *neighbours, const double *value, tp_local_statistics *statistics,
                               tp_error *error) {
    int64_t n = neighbours->n;
    size_t size = ((size_t)n + 1) * sizeof(double);
    *statistics = (tp_local_statistics){.n = n,
                                        .constant = all_equal(value, n),
                                        .sum = malloc(size),
                                        .gi_z = malloc(size),
                                        .moran = malloc(size),
                                        .moran_z = malloc(size)};
    if (statistics->sum == NULL || statistics->gi_z == NULL || statistics->moran == NULL ||
        statistics->moran_z == NULL) {
        tp_local_statistics_reset(statistics);
        return tp_error_memory(error);
    }
    moments m = moments_of(value, n);
    statistics->mean = n > 0 ? m.mean : NAN;
    statistics->deviation = n > 0 ? sqrt(m.second / m.n) : NAN;
    tp_code code = tp_neighbours_sum(neighbours, value, statistics->sum, error);
    if (code == TP_OK) {
#pragma omp parallel for schedule(static)
        for (int64_t i = 0; i < n; i++) {
            unit_statistics(neighbours, value, &m, i, statistics);
        }
        code = global_moran(neighbours, value, &m, statistics, error);
    }
    if (code != TP_OK) {
        tp_local_statistics_reset(statistics);
    }
    return code;
}
