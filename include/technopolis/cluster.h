/**
 * Density-based clusters of points: DBSCAN (M. Ester, H.-P. Kriegel, J. Sander, X. Xu, "A density-based algorithm for
 * discovering clusters in large spatial databases with noise", KDD-96), exact on the ellipsoid.
 *
 * A point is a *core point* when at least `min_points` points, itself included, lie within eps of it (inclusive). Core
 * points within eps of each other belong to one cluster. Another point within eps of a core point is a *border point*
 * and belongs to the cluster of that core point within eps which has the smallest rank (the bytewise smallest id, where
 * ranks are places in the order of ids): a rule that no order of rows and no number of threads can change. All others
 * are noise. Points at one position count each for itself.
 *
 * How it is fast (a grid as by A. Gunawan, "A faster algorithm for DBSCAN", TU Eindhoven 2013): rows of latitude and, in
 * each, columns of longitude, so fine that two points of one cell are never farther apart than eps. A cell of
 * `min_points` points is all core without a distance; the core points of one cell belong together, so clusters are
 * joined cell by cell. Points lie in memory in the order of their cells, so the neighbours are few stretches of it.
 * Distances are decided by the straight chord, which never exceeds the geodesic and is at most a known hair shorter;
 * only in between (8 micrometres at 2 km) the geodesic itself is asked.
 */
#ifndef TECHNOPOLIS_CLUSTER_H
#define TECHNOPOLIS_CLUSTER_H

#include "technopolis/geodesic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_metric {
    TP_METRIC_GEODESIC, /**< the shortest way on the ellipsoid */
    TP_METRIC_CHORD     /**< the straight line through the ground: what programs in 3-D space measure */
} tp_metric;

enum { TP_NOISE = -1 };

/** What is found, one value a point. Initialise with `= {0}`, release with tp_clustering_reset. */
typedef struct tp_clustering {
    int64_t n_points, n_clusters;
    int32_t *cluster; /**< 0 … n_clusters - 1, numbered by the smallest rank among their core points; TP_NOISE */
    uint8_t *core;    /**< 1: a core point */
} tp_clustering;

void tp_clustering_reset(tp_clustering *clustering);

/** Bounds of eps in metres for tp_dbscan. */
#define TP_DBSCAN_EPS_MIN_M 0.1
#define TP_DBSCAN_EPS_MAX_M 1e7

/**
 * Clusters n points (at most 2^31 - 1) in longitude and latitude, degrees. `eps_m` within the bounds above, `min_points`
 * at least 1. `rank`: n values 0 … n - 1, all different; NULL = the index itself. A point without a place (not finite,
 * |latitude| > 90) is noise and counts for nothing. No points: no clusters.
 *
 * About 100 bytes a point at the peak. O(n log n) for sorting plus, for every point in a cell of fewer than min_points,
 * the points in some 20 cells around; with a bounded number of points within eps that is linear. Two dense cells whose
 * points lie just beyond eps cost the product of their numbers in the worst case, less what bounding boxes leave out. In
 * parallel; the same bytes at any number of threads. TP_E_CONFIG for an eps or min_points out of bounds.
 */
TP_NODISCARD tp_code tp_dbscan(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg,
                               const int64_t *rank, int64_t n, double eps_m, int64_t min_points, tp_metric metric,
                               tp_clustering *clustering, tp_error *error);

/**
 * The same where the neighbours are known (such as those within a travel time): those of point i are neighbour[first[i]]
 * … neighbour[first[i + 1] - 1], in any order, each once, with or without i itself, and always both ways. O(neighbours).
 */
TP_NODISCARD tp_code tp_dbscan_neighbours(int64_t n, const int64_t *first, const int32_t *neighbour,
                                          const int64_t *rank, int64_t min_points, tp_clustering *clustering,
                                          tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
