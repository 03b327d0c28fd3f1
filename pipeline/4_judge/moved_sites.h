/** Copies of the sites at other places, for the Monte Carlo. */
#ifndef TP_JUDGE_MOVED_SITES_H
#define TP_JUDGE_MOVED_SITES_H

#include "4_judge/sensitivity.h"

/** The error of each site's position in metres (owned by the caller); `*any` is false where all of them are 0. */
TP_NODISCARD tp_code tp_position_errors(const tp_layer *sites, const tp_monte_carlo *of, double **error_m, bool *any,
                                        tp_error *error);

/**
 * A layer `sites` with n_draws copies of each row: row r * n_draws + k is site r in draw draws[k]. Points are moved by
 * the site's error: in an even direction, by the law's distance, along the geodesic; a function of seed, site id and draw
 * alone. Lines, polygons and points with an error of 0 stay where they are. All columns are copied. O(rows x columns).
 */
TP_NODISCARD tp_code tp_sites_moved(const tp_layer *sites, const tp_ellipsoid *ellipsoid, const double *error_m,
                                    int law, uint64_t seed, const int64_t *draws, int64_t n_draws, tp_layer **moved,
                                    tp_error *error);

#endif
