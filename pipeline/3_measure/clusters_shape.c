/* The hull of a cluster, its area, footprint and centre: see clusters.h. */
#include "clusters.h"

#include "core/space/robust.h"

#include <math.h>
#include <stdlib.h>

typedef struct spot {
    double x, y; /* degrees; x may lie beyond 180 where a cluster does */
} spot;

static int compare_spots(const void *a, const void *b) {
    const spot *p = a, *q = b;
    if (p->x != q->x) {
        return p->x < q->x ? -1 : 1;
    }
    return (p->y > q->y) - (p->y < q->y);
}

static bool turns_left(const spot *a, const spot *b, const spot *c) {
    return tp_orient(a->x, a->y, b->x, b->y, c->x, c->y) > 0;
}

/* Corners anticlockwise by A. M. Andrew's chains (1979), each once; `hull` has room for n + 1. */
static int64_t hull_of(spot *spots, int64_t n, spot *hull) {
    int64_t h = 0;
    qsort(spots, (size_t)n, sizeof *spots, compare_spots);
    for (int64_t i = 0; i < n; i++) {
        while (h >= 2 && !turns_left(&hull[h - 2], &hull[h - 1], &spots[i])) {
            h--;
        }
        hull[h++] = spots[i];
    }
    for (int64_t i = n - 2, lower = h + 1; i >= 0; i--) {
        while (h >= lower && !turns_left(&hull[h - 2], &hull[h - 1], &spots[i])) {
            h--;
        }
        hull[h++] = spots[i];
    }
    return h - 1;
}

/* The hull in longitude and latitude; where all members lie on one line there is none, and the row has no part. */
static tp_code make_hull(const tp_cluster_set *set, tp_cluster *cluster, spot *spots, double *xy, tp_error *error) {
    const int64_t *member = &set->member[cluster->first];
    double first_deg = set->lon_deg[member[0]];
    for (int64_t i = 0; i < cluster->n; i++) {
        double apart_deg = set->lon_deg[member[i]] - first_deg;
        spots[i] = (spot){fabs(apart_deg) <= 180 ? set->lon_deg[member[i]] : first_deg + remainder(apart_deg, 360),
                          set->lat_deg[member[i]]};
    }
    spot *hull = spots + cluster->n;
    int64_t h = hull_of(spots, cluster->n, hull);
    tp_code code = tp_shapes_add_row(&cluster->hull, error);
    if (code != TP_OK || h < 3) {
        return code;
    }
    for (int64_t i = 0; i <= h; i++) {
        xy[i] = hull[i % h].x;
        xy[cluster->n + 1 + i] = hull[i % h].y;
    }
    code = tp_shapes_add_part(&cluster->hull, error);
    if (code == TP_OK) {
        code = tp_shapes_add_ring(&cluster->hull, xy, xy + cluster->n + 1, h + 1, error);
    }
    if (code == TP_OK) {
        cluster->area_km2 = tp_geodesic_area_km2(&set->dataset->ellipsoid, &cluster->hull, 0);
    }
    return code;
}

int64_t tp_clusters_centre(const tp_cluster_set *set, const int64_t *points, int64_t n) {
    const tp_ellipsoid *ellipsoid = &set->dataset->ellipsoid;
    double mean[3] = {0}, at[3], least = INFINITY;
    int64_t best = points[0];
    for (int64_t i = 0; i < n; i++) {
        tp_geocentric(ellipsoid, set->lon_deg[points[i]], set->lat_deg[points[i]], at);
        for (int k = 0; k < 3; k++) {
            mean[k] += at[k] / (double)n;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        tp_geocentric(ellipsoid, set->lon_deg[points[i]], set->lat_deg[points[i]], at);
        double x = at[0] - mean[0], y = at[1] - mean[1], z = at[2] - mean[2], square = x * x + y * y + z * z;
        if (square < least) {
            least = square;
            best = points[i];
        }
    }
    return best;
}

static tp_code shape(const tp_cluster_set *set, tp_cluster *cluster, tp_error *error) {
    const int64_t *member = &set->member[cluster->first];
    size_t n = (size_t)cluster->n;
    spot *spots = malloc((2 * n + 2) * sizeof *spots);
    double *xy = malloc((2 * n + 2) * sizeof *xy);
    tp_code code = spots == NULL || xy == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        cluster->centre = tp_clusters_centre(set, member, cluster->n);
        code = make_hull(set, cluster, spots, xy, error);
    }
    if (code == TP_OK) {
        for (size_t i = 0; i < n; i++) {
            xy[i] = set->lon_deg[member[i]];
            xy[n + i] = set->lat_deg[member[i]];
        }
        code = tp_footprint_of(&set->dataset->ellipsoid, xy, xy + n, cluster->n, &cluster->footprint, error);
    }
    free(spots);
    free(xy);
    return code;
}

tp_code tp_clusters_shape(tp_cluster_set *set, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < set->n_clusters && code == TP_OK; i++) {
        code = shape(set, &set->items[i], error);
    }
    return code;
}
