/*
 * The polygon whose border is nearest to a point.
 *
 * The foot on each edge is found on the equirectangular plane at the point; its geodesic distance decides. Boxes are
 * left out by a bound that holds on the ellipsoid: a path no longer than d from latitude p stays within d / m of p (m:
 * the smallest meridional radius of curvature), and there a step of (dlat, dlon) is at least as long as
 * (m dlat, a cos(|p| + d / m) dlon).
 */
#include "polygon_edges.h"

#include <math.h>

typedef struct probe {
    const tp_polygon_index *index;
    const tp_ellipsoid *ellipsoid;
    double lon_deg, lat_deg, xyz_m[3];
    double plane_x_m, plane_y_m; /* metres a degree on the plane at the point */
    double least_x_m, least_y_m; /* at least so many metres a degree within the best distance */
    double best_m, bound2_m2;
    int64_t best_row;
    int64_t part; /* whose edges are being looked at */
} probe;

static double clamp(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static void set_bound(probe *p, double best_m) {
    const double rad = M_PI / 180;
    double a_m = p->ellipsoid->a_m, f = p->ellipsoid->f;
    double m_m = a_m * (1 - f) * (1 - f);
    double top = fabs(p->lat_deg) * rad + best_m / m_m;
    p->best_m = best_m;
    p->bound2_m2 = pow(best_m + 1e-9 * a_m, 2); /* some millimetres for rounding */
    p->least_x_m = top < M_PI / 2 ? a_m * cos(top) * rad : 0;
    p->least_y_m = m_m * rad;
}

/* No point (dlon, dlat) away or farther on either axis is nearer than the root of this. */
static double least2(const probe *p, double dlon_deg, double dlat_deg) {
    double x = p->least_x_m * dlon_deg, y = p->least_y_m * dlat_deg;
    return x * x + y * y;
}

static double gap(double value, double low, double high) {
    return value < low ? low - value : value > high ? value - high : 0;
}

static double least2_to_box(const probe *p, const tp_box *box) {
    double dlon = gap(p->lon_deg, box->min_x, box->max_x);
    if (dlon > 0) { /* the other way round the Earth may be shorter */
        dlon = fmin(dlon, gap(p->lon_deg - 360, box->min_x, box->max_x));
        dlon = fmin(dlon, gap(p->lon_deg + 360, box->min_x, box->max_x));
    }
    return least2(p, dlon, gap(p->lat_deg, box->min_y, box->max_y));
}

static void try_edge(probe *p, double ax, double ay, double bx, double by) {
    if (ax > bx || (ax == bx && ay > by)) { /* one direction, so that a border of two rows gives the same foot twice */
        double x = ax, y = ay;
        ax = bx;
        ay = by;
        bx = x;
        by = y;
    }
    double lon0_deg = p->lon_deg, middle_deg = ax / 2 + bx / 2;
    if (fabs(middle_deg - lon0_deg) > 180) {
        lon0_deg += 360 * rint((middle_deg - lon0_deg) / 360);
    }
    double ux = (bx - ax) * p->plane_x_m, uy = (by - ay) * p->plane_y_m;
    double wx = (lon0_deg - ax) * p->plane_x_m, wy = (p->lat_deg - ay) * p->plane_y_m;
    double length2 = ux * ux + uy * uy;
    double t = length2 > 0 ? clamp((wx * ux + wy * uy) / length2, 0, 1) : 0;
    double lon_deg = t == 1 ? bx : ax + t * (bx - ax);
    double lat_deg = t == 1 ? by : ay + t * (by - ay);
    if (!(least2(p, lon_deg - lon0_deg, lat_deg - p->lat_deg) <= p->bound2_m2)) {
        return;
    }
    double xyz_m[3]; /* a chord costs a tenth of a geodesic, and never exceeds it */
    tp_geocentric(p->ellipsoid, lon_deg, lat_deg, xyz_m);
    double cx = xyz_m[0] - p->xyz_m[0], cy = xyz_m[1] - p->xyz_m[1], cz = xyz_m[2] - p->xyz_m[2];
    if (cx * cx + cy * cy + cz * cz > p->bound2_m2) {
        return;
    }
    const int64_t *rank = p->index->row_rank;
    int64_t row = p->index->row_of_part[p->part];
    double distance_m = tp_geodesic_distance_m(p->ellipsoid, p->lon_deg, p->lat_deg, lon_deg, lat_deg);
    if (distance_m < p->best_m || (distance_m == p->best_m && (p->best_row < 0 || rank[row] < rank[p->best_row]))) {
        p->best_row = row;
        set_bound(p, distance_m);
    }
}

static void try_block(probe *p, int64_t block) {
    const double *x = p->index->shapes->x, *y = p->index->shapes->y;
    int64_t end = tp_block_end(p->index, block);
    for (int64_t i = p->index->block_vertex[block]; i < end; i++) {
        try_edge(p, x[i], y[i], x[i + 1], y[i + 1]);
    }
}

static void try_part(probe *p, int64_t part);

/* Looks at the items of `span` below a node, the nearest boxes first. */
static void try_node(probe *p, const tp_box_tree *tree, int level, int64_t node, const tp_span *span) {
    if (level == 0) {
        if (tree == &p->index->edges) {
            try_block(p, node);
        } else {
            try_part(p, tree->items[node]);
        }
        return;
    }
    double least[TP_BOX_FAN];
    int64_t order[TP_BOX_FAN];
    int n = 0;
    tp_span children = tp_children_in(tree, level - 1, node, span);
    for (int64_t child = children.low; child < children.high; child++) {
        double d2 = least2_to_box(p, &tree->level[level - 1][child]);
        int at = n;
        if (!(d2 <= p->bound2_m2)) {
            continue;
        }
        for (; at > 0 && least[at - 1] > d2; at--) {
            least[at] = least[at - 1];
            order[at] = order[at - 1];
        }
        least[at] = d2;
        order[at] = child;
        n++;
    }
    for (int i = 0; i < n && least[i] <= p->bound2_m2; i++) {
        try_node(p, tree, level - 1, order[i], span);
    }
}

static void try_part(probe *p, int64_t part) {
    tp_span blocks = tp_part_blocks(p->index, part);
    if (blocks.low == blocks.high) {
        return;
    }
    int level = tp_span_level(&blocks);
    int shift = level * TP_BOX_FAN_BITS;
    p->part = part;
    for (int64_t node = blocks.low >> shift; node <= (blocks.high - 1) >> shift; node++) {
        if (least2_to_box(p, &p->index->edges.level[level][node]) <= p->bound2_m2) {
            try_node(p, &p->index->edges, level, node, &blocks);
        }
    }
}

static void try_all(probe *p, double limit_m) {
    const tp_box_tree *parts = &p->index->parts;
    int top = parts->n_levels - 1;
    tp_span all = {0, parts->n};
    set_bound(p, limit_m);
    if (least2_to_box(p, &parts->level[top][0]) <= p->bound2_m2) {
        try_node(p, parts, top, 0, &all);
    }
}

int64_t tp_polygon_index_nearest(const tp_polygon_index *index, const tp_ellipsoid *ellipsoid, double lon_deg,
                                 double lat_deg, double limit_m, double *distance_m) {
    *distance_m = INFINITY;
    if (index->parts.n == 0 || !isfinite(lon_deg) || !(fabs(lat_deg) <= 90) || !(limit_m >= 0)) {
        return -1;
    }
    if (tp_raster_is_clear(&index->raster, ellipsoid, lon_deg, lat_deg, limit_m)) {
        return -1;
    }
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f);
    double w2 = 1 - e2 * pow(sin(lat_deg * rad), 2);
    probe p = {.index = index, .ellipsoid = ellipsoid, .lon_deg = lon_deg, .lat_deg = lat_deg, .best_row = -1};
    tp_geocentric(ellipsoid, lon_deg, lat_deg, p.xyz_m);
    p.plane_x_m = ellipsoid->a_m / sqrt(w2) * cos(lat_deg * rad) * rad;
    p.plane_y_m = ellipsoid->a_m * (1 - e2) / (w2 * sqrt(w2)) * rad;
    /* The bound of a box is poor where the distance is large: look close by first. */
    double within_m = fmin(8000, limit_m);
    try_all(&p, within_m);
    while (p.best_row < 0 && within_m < limit_m) {
        within_m = within_m < ellipsoid->a_m ? fmin(4 * within_m, limit_m) : limit_m;
        try_all(&p, within_m);
    }
    if (p.best_row >= 0) {
        *distance_m = p.best_m;
    }
    return p.best_row;
}
