/* Gi*, local Moran and Moran's I with binary weights: see hotspot.h. */
#include "large_array.h"
#include "neighbour_rows.h"

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

/* ---- part by part ---- */

/* The factors of up to that many neighbours are computed once. */
enum { MOST_FACTORS = 4096 };

typedef struct locals {
    tp_summing sums;
    const double *value;
    moments m;
    tp_local_statistics *s;
    double *cross; /* of each part: its share of the products that Moran's I adds up */
    double factor[MOST_FACTORS];
} locals;

static void gi_star(const locals *work, const tp_part *part, const double *restrict sum) {
    const double *restrict value = work->value + part->from;
    double *restrict gi_z = work->s->gi_z + part->from, mean = work->m.mean;
    for (int64_t i = 0; i < part->to - part->from; i++) {
        int32_t k = part->count[i];
        double above = sum[i] + value[i] - (k + 1.0) * mean;
        gi_z[i] = above * (k < MOST_FACTORS ? work->factor[k] : work->s->constant ? NAN : gi_factor(&work->m, k));
    }
}

/* Added up in four lanes, always the same, since one addition would wait for the one before. */
static double cross_products(const locals *work, const tp_part *part, const double *restrict sum) {
    enum { LANES = 4 };
    const double *restrict value = work->value + part->from;
    double lane[LANES] = {0}, mean = work->m.mean;
    int64_t n = part->to - part->from, i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            lane[k] += (value[i + k] - mean) * (sum[i + k] - part->count[i + k] * mean);
        }
    }
    for (; i < n; i++) {
        lane[0] += (value[i] - mean) * (sum[i] - part->count[i] * mean);
    }
    return lane[0] + lane[1] + (lane[2] + lane[3]);
}

static void local_moran(const locals *work, const tp_part *part, const double *sum) {
    double n = work->m.n, mean = work->m.mean, m2 = work->m.second / n;
    for (int64_t i = part->from; i < part->to; i++) {
        double k = part->count[i - part->from], z = work->value[i] - mean;
        double *moran = &work->s->moran[i], *moran_z = &work->s->moran_z[i];
        *moran = *moran_z = NAN;
        if (k == 0 || work->s->constant) {
            continue;
        }
        *moran = z / m2 * (sum[i - part->from] - k * mean);
        double expected = -z * z * k / ((n - 1) * m2);
        double variance = z / m2 * (z / m2) * (n / (n - 2)) * (k - k * k / (n - 1)) * (m2 - z * z / (n - 1));
        if (k < n - 1 && variance > 0) { /* else everything is near: no two arrangements differ */
            *moran_z = (*moran - expected) / sqrt(variance);
        }
    }
}

static tp_code work_parts(const tp_neighbours *neighbours, const locals *work, tp_error *error) {
    int64_t largest = tp_neighbours_largest_part(neighbours);
    int32_t n_parts = tp_neighbours_n_parts(neighbours);
    bool out_of_memory = false;
#pragma omp parallel
    {
        double *room = work->s->sum == NULL ? malloc(((size_t)largest + 1) * sizeof *room) : NULL;
        bool ready = work->s->sum != NULL || room != NULL;
#pragma omp for schedule(dynamic, 8)
        for (int32_t i = 0; i < n_parts; i++) {
            tp_part part = tp_neighbours_part(neighbours, i);
            double *sum = room != NULL ? room : work->s->sum + part.from;
            if (!ready) {
                continue;
            }
            tp_summing_part(&work->sums, i, sum);
            gi_star(work, &part, sum);
            work->cross[i] = cross_products(work, &part, sum);
            if (work->s->moran != NULL) {
                local_moran(work, &part, sum);
            }
        }
#pragma omp critical(tp_autocorrelation_memory)
        out_of_memory |= !ready;
        free(room);
    }
    return out_of_memory ? tp_error_memory(error) : TP_OK;
}

/* Gi* and local Moran, and the products that Moran's I adds up, in the order of the parts. */
static tp_code find_locals(const tp_neighbours *neighbours, const double *value, const moments *m,
                           tp_local_statistics *s, double *cross, tp_error *error) {
    int32_t n_parts = tp_neighbours_n_parts(neighbours);
    locals work = {.value = value, .m = *m, .s = s};
    for (int k = 0; k < MOST_FACTORS; k++) {
        work.factor[k] = s->constant ? NAN : gi_factor(m, k);
    }
    work.cross = malloc(((size_t)n_parts + 1) * sizeof *work.cross);
    tp_code code = work.cross == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_summing_begin(neighbours, value, &work.sums, error);
    }
    if (code == TP_OK) {
        code = work_parts(neighbours, &work, error);
    }
    *cross = 0;
    for (int32_t i = 0; i < n_parts && code == TP_OK; i++) {
        *cross += work.cross[i];
    }
    tp_summing_end(&work.sums);
    free(work.cross);
    return code;
}

/* ---- Moran's I over all ---- */

/* The sum of squares of what goes out of a cell and comes in: on a grid all links are mutual. */
static double grid_squares(const tp_neighbours *neighbours) {
    double squares = 0, of_part = 0;
    const int32_t *before = NULL;
    for (int32_t i = 0; i < neighbours->n_rows; i++) {
        tp_part part = tp_neighbours_part(neighbours, i);
        if (part.count != before) { /* else a row of a rectangle like that before */
            of_part = 0;
            for (int64_t k = 0; k < part.to - part.from; k++) {
                of_part += 4.0 * part.count[k] * part.count[k];
            }
        }
        before = part.count;
        squares += of_part;
    }
    return squares;
}

/* How many links have a link back, and the sum of squares of what goes out of a unit and comes in. */
static void link_sums(const tp_neighbours *neighbours, const int32_t *in, double *back, double *squares) {
    *back = *squares = 0;
    for (int64_t i = 0; i < neighbours->n; i++) {
        double out_in = (double)neighbours->count[i] + in[i];
        *squares += out_in * out_in;
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

static tp_code global_moran(const tp_neighbours *neighbours, double cross, const moments *m, tp_local_statistics *s,
                            tp_error *error) {
    tp_moran *moran = &s->global;
    double n = (double)(neighbours->n - neighbours->n_islands), s0 = (double)neighbours->n_links;
    *moran = (tp_moran){NAN, NAN, NAN, NAN, NAN};
    if (s0 == 0 || s->constant || n < 2) {
        return TP_OK;
    }
    double back = s0, s2;
    if (neighbours->first == NULL) {
        s2 = grid_squares(neighbours);
    } else {
        int32_t *in = NULL;
        tp_code code = count_in(neighbours, &in, error);
        if (code != TP_OK) {
            return code;
        }
        link_sums(neighbours, in, &back, &s2);
        free(in);
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

static tp_code make_room(int64_t n, unsigned wanted, tp_local_statistics *s, tp_error *error) {
    bool sums = (wanted & TP_LOCAL_SUMS) != 0, moran = (wanted & TP_LOCAL_MORAN) != 0;
    s->gi_z = tp_large_array(n, sizeof *s->gi_z);
    s->sum = sums ? tp_large_array(n, sizeof *s->sum) : NULL;
    s->moran = moran ? tp_large_array(n, sizeof *s->moran) : NULL;
    s->moran_z = moran ? tp_large_array(n, sizeof *s->moran_z) : NULL;
    return s->gi_z == NULL || (sums && s->sum == NULL) || (moran && (s->moran == NULL || s->moran_z == NULL))
               ? tp_error_memory(error)
               : TP_OK;
}

tp_code tp_local_statistics_of(const tp_neighbours *neighbours, const double *value, unsigned wanted,
                               tp_local_statistics *statistics, tp_error *error) {
    int64_t n = neighbours->n;
    double cross = 0;
    *statistics = (tp_local_statistics){.n = n, .constant = all_equal(value, n)};
    tp_code code = make_room(n, wanted, statistics, error);
    moments m = moments_of(value, n);
    statistics->mean = n > 0 ? m.mean : NAN;
    statistics->deviation = n > 0 ? sqrt(m.second / m.n) : NAN;
    if (code == TP_OK) {
        code = find_locals(neighbours, value, &m, statistics, &cross, error);
    }
    if (code == TP_OK) {
        code = global_moran(neighbours, cross, &m, statistics, error);
    }
    if (code != TP_OK) {
        tp_local_statistics_reset(statistics);
    }
    return code;
}
