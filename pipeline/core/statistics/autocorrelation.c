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

/* 1 / the standard deviation of Gi* for k neighbours; all weights are 1, the unit itself counts too. NaN: not defined. */
static double gi_factor(const moments *m, double k) {
    double w = k + 1;
    return k == 0 || k >= m->n - 1 ? NAN : 1 / sqrt(m->second / m->n * (m->n * w - w * w) / (m->n - 1));
}

/* The factors of up to that many neighbours are computed once. */
enum { MOST_FACTORS = 4096 };

static void gi_star(const tp_neighbours *neighbours, const double *value, const moments *m, tp_local_statistics *s) {
    double factor[MOST_FACTORS];
    for (int k = 0; k < MOST_FACTORS; k++) {
        factor[k] = s->constant ? NAN : gi_factor(m, k);
    }
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < neighbours->n; i++) {
        int32_t k = neighbours->count[i];
        double above = s->sum[i] + value[i] - (k + 1.0) * m->mean;
        s->gi_z[i] = above * (k < MOST_FACTORS ? factor[k] : s->constant ? NAN : gi_factor(m, k));
    }
}

static void local_moran(const tp_neighbours *neighbours, const double *value, const moments *m,
                        tp_local_statistics *s) {
    double n = m->n, m2 = m->second / n;
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < neighbours->n; i++) {
        double k = neighbours->count[i], z = value[i] - m->mean;
        s->moran[i] = s->moran_z[i] = NAN;
        if (k == 0 || s->constant) {
            continue;
        }
        s->moran[i] = z / m2 * (s->sum[i] - k * m->mean);
        double expected = -z * z * k / ((n - 1) * m2);
        double variance = z / m2 * (z / m2) * (n / (n - 2)) * (k - k * k / (n - 1)) * (m2 - z * z / (n - 1));
        if (k < n - 1 && variance > 0) { /* else everything is near: no two arrangements differ */
            s->moran_z[i] = (s->moran[i] - expected) / sqrt(variance);
        }
    }
}

/* ---- Moran's I over all ---- */

/* How many links have a link back, and the sum of squares of what goes out of a unit and comes in. */
static void link_sums(const tp_neighbours *neighbours, const int32_t *in, double *back, double *squares) {
    *back = *squares = 0;
    for (int64_t i = 0; i < neighbours->n; i++) {
        double out_in = (double)neighbours->count[i] + in[i];
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

static tp_code count_in(const tp_neighbours *neighbours, int32_t **in, tp_error *error) {
    *in = calloc((size_t)neighbours->n + 1, sizeof **in);
    if (*in == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < neighbours->n_links; i++) {
        (*in)[neighbours->to[i]]++;
    }
    return TP_OK;
}

static tp_code global_moran(const tp_neighbours *neighbours, const double *value, const moments *m,
                            tp_local_statistics *s, tp_error *error) {
    tp_moran *moran = &s->global;
    double n = (double)(neighbours->n - neighbours->n_islands), s0 = (double)neighbours->n_links, cross = 0;
    int32_t *in = NULL; /* on a grid as many as out */
    *moran = (tp_moran){NAN, NAN, NAN, NAN, NAN};
    if (s0 == 0 || s->constant || n < 2) {
        return TP_OK;
    }
    tp_code code = neighbours->first == NULL ? TP_OK : count_in(neighbours, &in, error);
    if (code != TP_OK) {
        return code;
    }
    double back, s2;
    link_sums(neighbours, in != NULL ? in : neighbours->count, &back, &s2);
    free(in);
    for (int64_t i = 0; i < neighbours->n; i++) {
        cross += (value[i] - m->mean) * (s->sum[i] - (double)neighbours->count[i] * m->mean);
    }
    moran->i = n / s0 * cross / m->second;
    moran->expected = -1 / (n - 1);
    double s1 = s0 + back, kurtosis = m->n * m->fourth / (m->second * m->second);
    bool all_near =
        s0 == m->n * (m->n - 1); /* then I is its expectation for any values, and a variance only rounding */
    if (n > 3 && !all_near) {
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

static tp_code make_room(int64_t n, bool local_moran, tp_local_statistics *s, tp_error *error) {
    size_t size = ((size_t)n + 1) * sizeof(double);
    s->sum = malloc(size);
    s->gi_z = malloc(size);
    s->moran = local_moran ? malloc(size) : NULL;
    s->moran_z = local_moran ? malloc(size) : NULL;
    return s->sum == NULL || s->gi_z == NULL || (local_moran && (s->moran == NULL || s->moran_z == NULL))
               ? tp_error_memory(error)
               : TP_OK;
}

tp_code tp_local_statistics_of(const tp_neighbours *neighbours, const double *value, bool with_local_moran,
                               tp_local_statistics *statistics, tp_error *error) {
    int64_t n = neighbours->n;
    *statistics = (tp_local_statistics){.n = n, .constant = all_equal(value, n)};
    tp_code code = make_room(n, with_local_moran, statistics, error);
    moments m = moments_of(value, n);
    statistics->mean = n > 0 ? m.mean : NAN;
    statistics->deviation = n > 0 ? sqrt(m.second / m.n) : NAN;
    if (code == TP_OK) {
        code = tp_neighbours_sum(neighbours, value, statistics->sum, error);
    }
    if (code == TP_OK) {
        gi_star(neighbours, value, &m, statistics);
        code = global_moran(neighbours, value, &m, statistics, error);
    }
    if (code == TP_OK && with_local_moran) {
        local_moran(neighbours, value, &m, statistics);
    }
    if (code != TP_OK) {
        tp_local_statistics_reset(statistics);
    }
    return code;
}
