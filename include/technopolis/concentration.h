/**
 * How unevenly an activity is spread over regions: location quotient, Gini, Herfindahl, Theil, Ellison and Glaeser.
 *
 * All take arrays of n regions, in any unit, at least 0 and finite (a caller checks that); sums are taken inside, so
 * shares and amounts do equally well. What is undefined is NaN, which a column writes as NULL, never a number. None
 * allocates but where said; thread-safe. Sums are in the order of the regions, so the bytes do not depend on threads.
 */
#ifndef TECHNOPOLIS_CONCENTRATION_H
#define TECHNOPOLIS_CONCENTRATION_H

#include "technopolis/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * (regional / regional_total) / (national / national_total): above 1 where the region has more of the activity than its
 * size lets expect (P. S. Florence, 1939). NaN where a total or the national activity is 0.
 */
double tp_location_quotient(double regional, double regional_total, double national, double national_total);

/**
 * The exact interval of a Poisson mean of which `count` events were seen (F. Garwood, Biometrika 28, 1936): each bound is
 * missed with probability (1 - confidence) / 2 at most; `low` is 0 for no events. Good to 1e-9 of the bound. Dividing by
 * what was expected gives the interval of a location quotient whose other three numbers are taken as fixed.
 */
void tp_poisson_interval(int64_t count, double confidence, double *low, double *high);

/** Gini coefficient: sum |x_i - x_j| / (2 n^2 mean). 0 even, (n-1)/n all in one. NaN for none or a sum of 0. Sorts a copy:
 * O(n log n), TP_E_MACHINE without memory. */
TP_NODISCARD tp_code tp_gini(const double *x, int64_t n, double *gini, tp_error *error);

/**
 * Locational Gini: twice the area between the diagonal and the curve of the activity's share over the base's, regions in
 * the order of their location quotients (P. Krugman, Geography and Trade, 1991). NaN where either sum is 0 or a region has
 * activity without base. O(n log n).
 */
TP_NODISCARD tp_code tp_locational_gini(const double *x, const double *base, int64_t n, double *gini, tp_error *error);

/** Herfindahl's sum of squared shares in [1/n, 1], and (H - 1/n) / (1 - 1/n), NaN for one region. */
void tp_herfindahl(const double *x, int64_t n, double *herfindahl, double *normalised);

/** Theil's index and its parts; see tp_theil. */
typedef struct tp_theil_parts {
    double total, between, within;
} tp_theil_parts;

/**
 * Theil's T of the shares s against base shares p: sum s ln(s/p), where 0 ln 0 = 0, and its exact decomposition over
 * groups of regions (H. Theil, Economics and Information Theory, 1967): between + within = total. `group`: 0 …
 * n_groups - 1 a region, or NULL (then between and within are NaN). All NaN where a sum is 0 or a region has activity
 * without base. O(n + n_groups); TP_E_MACHINE without memory.
 */
TP_NODISCARD tp_code tp_theil(const double *x, const double *base, const int32_t *group, int64_t n, int64_t n_groups,
                              tp_theil_parts *parts, tp_error *error);

/**
 * Ellison and Glaeser's index (Journal of Political Economy 105, 1997): raw = sum (s - x)^2 with s the industry's and x the
 * base's shares, gamma = (raw - (1 - sum x^2) H) / ((1 - sum x^2) (1 - H)): 0 where plants are thrown like darts, above 0.05
 * strongly agglomerated. `plant_herfindahl`: H, the sum of the plants' squared shares (1/N where only plants are counted).
 * gamma is NaN for one plant (H = 1) or one region with all of the base.
 */
void tp_ellison_glaeser(const double *x, const double *base, int64_t n, double plant_herfindahl, double *raw,
                        double *gamma);

#ifdef __cplusplus
}
#endif

#endif
