/*
 * The orientation test: a quick determinant with a bound on its error, and where that cannot tell, the exact sum of the
 * six products as an expansion (J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust
 * geometric predicates", Discrete & Computational Geometry 18, 1997: theorem 10 for growing an expansion, and the
 * bound ccwerrboundA). Products are split by fma(), which is exact with and without the machine's instruction, so that
 * contraction by a compiler changes nothing; re-association would, and is refused.
 */
#include "robust.h"

#include <float.h>
#include <math.h>

#if defined(__FAST_MATH__)
#error "exact arithmetic does not survive -ffast-math"
#endif

enum { PRODUCTS = 6 };

/* Adds one number to an expansion of n components (smallest first); gives the new number of components. */
static int grow(double *e, int n, double b) {
    double q = b;
    for (int i = 0; i < n; i++) {
        double sum = q + e[i];
        double part = sum - q;
        e[i] = (q - (sum - part)) + (e[i] - part); /* what the rounding of `sum` lost, exactly */
        q = sum;
    }
    e[n] = q;
    return n + 1;
}

static int exact_sign(double ax, double ay, double bx, double by, double px, double py) {
    /* (a - p) x (b - p), multiplied out: the two products p x p cancel. */
    const double factor[PRODUCTS][2] = {{ax, by}, {-ax, py}, {-px, by}, {-ay, bx}, {ay, px}, {py, bx}};
    double e[2 * PRODUCTS];
    int n = 0;
    for (int i = 0; i < PRODUCTS; i++) {
        double product = factor[i][0] * factor[i][1];
        n = grow(e, n, fma(factor[i][0], factor[i][1], -product));
        n = grow(e, n, product);
    }
    while (n > 0 && e[n - 1] == 0) {
        n--;
    }
    return n == 0 ? 0 : (e[n - 1] > 0) - (e[n - 1] < 0);
}

int tp_orient(double ax, double ay, double bx, double by, double px, double py) {
    const double eps = DBL_EPSILON / 2;
    double left = (ax - px) * (by - py);
    double right = (ay - py) * (bx - px);
    double det = left - right;
    double error = (3 + 16 * eps) * eps * (fabs(left) + fabs(right));
    if (det > error || -det > error) {
        return det > 0 ? 1 : -1;
    }
    return exact_sign(ax, ay, bx, by, px, py);
}

static bool overlap(double a, double b, double c, double d) {
    return fmax(a, b) >= fmin(c, d) && fmax(c, d) >= fmin(a, b);
}

bool tp_segments_meet(const double a[2], const double b[2], const double c[2], const double d[2]) {
    if (!overlap(a[0], b[0], c[0], d[0]) || !overlap(a[1], b[1], c[1], d[1])) {
        return false;
    }
    /* Both ends of one segment strictly on one side of the other: apart. On one line the boxes above have decided. */
    if (tp_orient(a[0], a[1], b[0], b[1], c[0], c[1]) * tp_orient(a[0], a[1], b[0], b[1], d[0], d[1]) > 0) {
        return false;
    }
    return tp_orient(c[0], c[1], d[0], d[1], a[0], a[1]) * tp_orient(c[0], c[1], d[0], d[1], b[0], b[1]) <= 0;
}
