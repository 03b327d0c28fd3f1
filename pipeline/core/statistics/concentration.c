/* Measures of concentration: see concentration.h. */
#include "technopolis/concentration.h"

#include <math.h>
#include <stdlib.h>

static double sum_of(const double *x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

double tp_location_quotient(double regional, double regional_total, double national, double national_total) {
    if (!(regional_total > 0 && national > 0 && national_total > 0)) {
        return NAN;
    }
    return regional / regional_total / (national / national_total);
}

/* ---- Poisson ---- */

/* The lower regularised incomplete gamma function by its series: all terms positive. For x up to about a. */
static double gamma_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (double k = 1; term > sum * 1e-17 && k < 1e7; k++) {
        term *= x / (a + k);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

/* The upper one by its continued fraction, evaluated forwards (W. J. Lentz, Applied Optics 15, 1976). */
static double gamma_fraction(double a, double x) {
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (double k = 1; k < 1e7; k++) {
        double an = -k * (k - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-16) {
            break;
        }
    }
    return h * exp(a * log(x) - x - lgamma(a));
}

/* The chance of at least a events where x are expected, or of fewer: whichever is asked for. */
static double gamma_tail(double a, double x, bool upper) {
    if (x <= 0) {
        return upper ? 1 : 0;
    }
    if (x < a + 1) {
        double lower = gamma_series(a, x);
        return upper ? 1 - lower : lower;
    }
    double above = gamma_fraction(a, x);
    return upper ? above : 1 - above;
}

/* The x at which a tail has the probability p: by halving, for the tails are monotone. */
static double gamma_at(double a, double p, bool upper) {
    double low = 0, high = a + 10 * sqrt(a) + 50;
    for (int k = 0; k < 200 && high - low > 1e-15 * high; k++) {
        double middle = (low + high) / 2;
        bool too_far = upper ? gamma_tail(a, middle, true) < p : gamma_tail(a, middle, false) > p;
        *(too_far ? &high : &low) = middle;
    }
    return (low + high) / 2;
}

void tp_poisson_interval(int64_t count, double confidence, double *low, double *high) {
    double miss = (1 - confidence) / 2;
    *low = count == 0 ? 0 : gamma_at((double)count, miss, false);
    *high = gamma_at((double)count + 1, miss, true);
}

/* ---- Gini ---- */

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

tp_code tp_gini(const double *x, int64_t n, double *gini, tp_error *error) {
    double *sorted = malloc(((size_t)n + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = x[i];
    }
    qsort(sorted, (size_t)n, sizeof *sorted, compare_doubles);
    double total = sum_of(sorted, n), weighted = 0;
    for (int64_t i = 0; i < n; i++) {
        weighted += (double)(2 * i + 1 - n) * sorted[i];
    }
    free(sorted);
    *gini = total > 0 ? weighted / ((double)n * total) : NAN;
    return TP_OK;
}

typedef struct region {
    double x, base;
    int64_t number;
} region;

/* By quotient, without dividing; regions without base and activity first. */
static int compare_regions(const void *a, const void *b) {
    const region *p = a, *q = b;
    double left = p->x * q->base, right = q->x * p->base;
    return left != right ? (left > right) - (left < right) : (p->number > q->number) - (p->number < q->number);
}

tp_code tp_locational_gini(const double *x, const double *base, int64_t n, double *gini, tp_error *error) {
    region *regions = malloc(((size_t)n + 1) * sizeof *regions);
    if (regions == NULL) {
        return tp_error_memory(error);
    }
    double total = sum_of(x, n), base_total = sum_of(base, n), reached = 0, area = 0;
    bool defined = total > 0 && base_total > 0;
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        defined = defined && (base[i] > 0 || x[i] == 0);
        if (base[i] > 0) {
            regions[kept++] = (region){x[i], base[i], i};
        }
    }
    qsort(regions, (size_t)kept, sizeof *regions, compare_regions);
    for (int64_t i = 0; i < kept && defined; i++) {
        double next = reached + regions[i].x / total;
        area += regions[i].base / base_total * (reached + next);
        reached = next;
    }
    free(regions);
    *gini = defined ? 1 - area : NAN;
    return TP_OK;
}

/* ---- Herfindahl, Theil, Ellison and Glaeser ---- */

void tp_herfindahl(const double *x, int64_t n, double *herfindahl, double *normalised) {
    double total = sum_of(x, n), h = 0;
    for (int64_t i = 0; i < n; i++) {
        h += x[i] / total * (x[i] / total);
    }
    *herfindahl = total > 0 ? h : NAN;
    *normalised = total > 0 && n > 1 ? (h - 1 / (double)n) / (1 - 1 / (double)n) : NAN;
}

static double theil_term(double s, double p) {
    return s == 0 ? 0 : s * log(s / p);
}

tp_code tp_theil(const double *x, const double *base, const int32_t *group, int64_t n, int64_t n_groups,
                 tp_theil_parts *parts, tp_error *error) {
    double total = sum_of(x, n), base_total = sum_of(base, n);
    *parts = (tp_theil_parts){NAN, NAN, NAN};
    for (int64_t i = 0; i < n; i++) {
        if (x[i] > 0 && !(base[i] > 0)) {
            return TP_OK;
        }
    }
    if (!(total > 0 && base_total > 0)) {
        return TP_OK;
    }
    parts->total = 0;
    for (int64_t i = 0; i < n; i++) {
        parts->total += theil_term(x[i] / total, base[i] / base_total);
    }
    if (group == NULL) {
        return TP_OK;
    }
    double *s = calloc((size_t)n_groups + 1, sizeof *s), *p = calloc((size_t)n_groups + 1, sizeof *p);
    if (s == NULL || p == NULL) {
        free(s);
        free(p);
        return tp_error_memory(error);
    }
    parts->between = parts->within = 0;
    for (int64_t i = 0; i < n; i++) {
        s[group[i]] += x[i] / total;
        p[group[i]] += base[i] / base_total;
    }
    for (int64_t g = 0; g < n_groups; g++) {
        parts->between += theil_term(s[g], p[g]);
    }
    for (int64_t i = 0; i < n; i++) {
        if (x[i] > 0) {
            parts->within += theil_term(x[i] / total, base[i] / base_total / p[group[i]] * s[group[i]]);
        }
    }
    free(s);
    free(p);
    return TP_OK;
}

void tp_ellison_glaeser(const double *x, const double *base, int64_t n, double plant_herfindahl, double *raw,
                        double *gamma) {
    double total = sum_of(x, n), base_total = sum_of(base, n), g = 0, base_squares = 0;
    *raw = *gamma = NAN;
    if (!(total > 0 && base_total > 0)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        double s = x[i] / total, p = base[i] / base_total;
        g += (s - p) * (s - p);
        base_squares += p * p;
    }
    double room = 1 - base_squares;
    *raw = g;
    if (room > 1e-12 && plant_herfindahl < 1) {
        *gamma = (g - room * plant_herfindahl) / (room * (1 - plant_herfindahl));
    }
}
