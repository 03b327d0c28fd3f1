/*
 * The nearest point of the ways. Segments are straight in longitude and latitude; they are compared on the plane that
 * touches the ellipsoid at the point (metres a degree from the radii of curvature there), on which distances of some
 * kilometres are true to a thousandth. The distance that is told and limited is geodesic.
 */
#include "way_index.h"

#include "network_parts.h"

#include <math.h>
#include <stdlib.h>

enum { RUN_SEGMENTS = 8 };

static bool may_join(const tp_ways *ways, int64_t way) {
    return ways->mode[way] == TP_MODE_ROAD && !ways->through_only[way] &&
           (ways->forward_ms[way] != TP_NO_TIME || ways->backward_ms[way] != TP_NO_TIME);
}

static int64_t n_segments(const tp_ways *ways, int64_t way) {
    return ways->vertex_first[way + 1] - ways->vertex_first[way] - 1;
}

static int64_t count_runs(const tp_ways *ways) {
    int64_t n = 0;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        n += may_join(ways, w) ? (n_segments(ways, w) + RUN_SEGMENTS - 1) / RUN_SEGMENTS : 0;
    }
    return n;
}

static tp_box box_of(const tp_ways *ways, const tp_run *run) {
    tp_box box = TP_BOX_EMPTY;
    for (int64_t i = run->first_vertex; i <= run->first_vertex + run->n_segments; i++) {
        tp_box_add(&box, ways->vertex_lon_deg[i], ways->vertex_lat_deg[i]);
    }
    return box;
}

/* All runs in the order of the ways, with the middles of their boxes. */
static void list_runs(const tp_ways *ways, const uint32_t *strong, tp_run *runs, double *x, double *y) {
    int64_t n = 0;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        int64_t segments = may_join(ways, w) ? n_segments(ways, w) : 0;
        bool in_largest = segments > 0 && strong[ways->from[w]] == 0 && strong[ways->to[w]] == 0;
        for (int64_t s = 0; s < segments; s += RUN_SEGMENTS, n++) {
            int64_t left = segments - s;
            runs[n] = (tp_run){ways->vertex_first[w] + s, (uint32_t)w,
                               (uint16_t)(left < RUN_SEGMENTS ? left : RUN_SEGMENTS), in_largest};
            tp_box box = box_of(ways, &runs[n]);
            x[n] = box.min_x / 2 + box.max_x / 2;
            y[n] = box.min_y / 2 + box.max_y / 2;
        }
    }
}

/* The length of the segment that begins at a vertex, in degrees of latitude. */
static double segment_length(const tp_ways *ways, int64_t vertex) {
    const double *lon = ways->vertex_lon_deg + vertex, *lat = ways->vertex_lat_deg + vertex;
    return hypot((lon[1] - lon[0]) * cos((lat[0] / 2 + lat[1] / 2) * (M_PI / 180)), lat[1] - lat[0]);
}

static tp_code measure_ways(tp_way_index *index, const tp_ways *ways, tp_error *error) {
    index->along = malloc(((size_t)ways->n_vertices + 1) * sizeof *index->along);
    if (index->along == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(static)
    for (int64_t w = 0; w < ways->n_ways; w++) {
        double length = 0;
        for (int64_t i = ways->vertex_first[w]; i < ways->vertex_first[w + 1]; i++) {
            index->along[i] = length;
            length += i + 1 < ways->vertex_first[w + 1] ? segment_length(ways, i) : 0;
        }
    }
    return TP_OK;
}

static tp_code fill(tp_way_index *index, const tp_ways *ways, const uint32_t *strong, int64_t n, tp_error *error) {
    size_t room = (size_t)n + 1;
    tp_run *runs = malloc(room * sizeof *runs);
    double *xy = malloc(2 * room * sizeof *xy);
    uint32_t *order = malloc(room * sizeof *order);
    index->runs = malloc(room * sizeof *index->runs);
    tp_code code = TP_OK;
    if (runs == NULL || xy == NULL || order == NULL || index->runs == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    list_runs(ways, strong, runs, xy, xy + n);
    code = tp_hilbert_order(xy, xy + n, n, order, error);
    if (code == TP_OK) {
        code = tp_box_tree_open(&index->tree, n, error);
    }
    if (code != TP_OK) {
        goto done;
    }
    for (int64_t i = 0; i < n; i++) {
        index->runs[i] = runs[order[i]];
        index->tree.level[0][i] = box_of(ways, &index->runs[i]);
    }
    tp_box_tree_close(&index->tree);
done:
    free(runs);
    free(xy);
    free(order);
    return code;
}

tp_code tp_way_index_new(const tp_ways *ways, const uint32_t *strong, tp_way_index **index, tp_error *error) {
    *index = NULL;
    int64_t n = count_runs(ways);
    if (n > UINT32_MAX) {
        return tp_error_set(error, TP_E_DATA, "the network has too many vertices (%lld)", (long long)ways->n_vertices);
    }
    tp_way_index *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = fill(made, ways, strong, n, error);
    if (code == TP_OK) {
        code = measure_ways(made, ways, error);
    }
    if (code != TP_OK) {
        tp_way_index_free(made);
        return code;
    }
    *index = made;
    return TP_OK;
}

void tp_way_index_free(tp_way_index *index) {
    if (index != NULL) {
        tp_box_tree_reset(&index->tree);
        free(index->runs);
        free(index->along);
        free(index);
    }
}

/* ---- the search ---- */

typedef struct probe {
    const tp_way_index *index;
    const tp_ways *ways;
    double lon_deg, lat_deg;
    double x_m, y_m; /* metres a degree on the plane */
    bool only_largest;
    double best2_m2; /* squared distance on the plane of the best so far, or of the limit */
    int64_t way, vertex;
    double part;
    bool in_largest;
} probe;

static double gap(double value, double low, double high) {
    return value < low ? low - value : value > high ? value - high : 0;
}

static double box_distance2(const probe *p, const tp_box *box) {
    double x = gap(p->lon_deg, box->min_x, box->max_x) * p->x_m;
    double y = gap(p->lat_deg, box->min_y, box->max_y) * p->y_m;
    return x * x + y * y;
}

static void try_segment(probe *p, const tp_run *run, int64_t vertex) {
    const double *lon = p->ways->vertex_lon_deg + vertex, *lat = p->ways->vertex_lat_deg + vertex;
    double ax = (lon[0] - p->lon_deg) * p->x_m, ay = (lat[0] - p->lat_deg) * p->y_m;
    double ux = (lon[1] - lon[0]) * p->x_m, uy = (lat[1] - lat[0]) * p->y_m;
    double length2 = ux * ux + uy * uy;
    double part = length2 > 0 ? fmin(fmax(-(ax * ux + ay * uy) / length2, 0), 1) : 0;
    double x = ax + part * ux, y = ay + part * uy, distance2 = x * x + y * y;
    bool tie =
        distance2 == p->best2_m2 && (p->way < 0 || run->way < p->way || (run->way == p->way && vertex < p->vertex));
    if (distance2 < p->best2_m2 || tie) {
        p->best2_m2 = distance2;
        p->way = run->way;
        p->vertex = vertex;
        p->part = part;
        p->in_largest = run->in_largest;
    }
}

static void visit(probe *p, int level, int64_t node) {
    if (level == 0) {
        const tp_run *run = &p->index->runs[node];
        for (int64_t i = 0; i < run->n_segments && (run->in_largest || !p->only_largest); i++) {
            try_segment(p, run, run->first_vertex + i);
        }
        return;
    }
    const tp_box_tree *tree = &p->index->tree;
    int64_t first = node * TP_BOX_FAN, left = tree->count[level - 1] - first;
    int n = (int)(left < TP_BOX_FAN ? left : TP_BOX_FAN), order[TP_BOX_FAN];
    double distance2[TP_BOX_FAN];
    for (int i = 0; i < n; i++) { /* the nearest child first */
        double d2 = box_distance2(p, &tree->level[level - 1][first + i]);
        int at = i;
        for (; at > 0 && distance2[at - 1] > d2; at--) {
            distance2[at] = distance2[at - 1];
            order[at] = order[at - 1];
        }
        distance2[at] = d2;
        order[at] = i;
    }
    for (int i = 0; i < n && distance2[i] <= p->best2_m2; i++) {
        visit(p, level - 1, first + order[i]);
    }
}

static void set_plane(probe *p, const tp_ellipsoid *ellipsoid) {
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f), s = sin(p->lat_deg * rad), w2 = 1 - e2 * s * s;
    p->x_m = ellipsoid->a_m / sqrt(w2) * cos(p->lat_deg * rad) * rad;
    p->y_m = ellipsoid->a_m * (1 - e2) / (w2 * sqrt(w2)) * rad;
}

static void look(probe *p, double limit_m, bool only_largest) {
    const tp_box_tree *tree = &p->index->tree;
    p->only_largest = only_largest;
    p->way = -1;
    p->best2_m2 = pow(limit_m * 1.01 + 1, 2); /* the plane is not the ellipsoid: the geodesic decides at the limit */
    if (tree->n_levels > 0) {
        visit(p, tree->n_levels - 1, 0);
    }
}

/* How far along its way a foot lies, by lengths on the plane at each segment. */
static double fraction_of(const tp_way_index *index, const tp_ways *ways, int64_t way, int64_t vertex, double part) {
    double before = index->along[vertex] + part * segment_length(ways, vertex);
    double all = index->along[ways->vertex_first[way + 1] - 1];
    return all > 0 ? fmin(before / all, 1) : 0;
}

static tp_foot foot_of(const probe *p, const tp_ellipsoid *ellipsoid, double limit_m) {
    tp_foot foot = {.way = -1};
    if (p->way < 0) {
        return foot;
    }
    const double *lon = p->ways->vertex_lon_deg + p->vertex, *lat = p->ways->vertex_lat_deg + p->vertex;
    foot.lon_deg = p->part == 1 ? lon[1] : lon[0] + p->part * (lon[1] - lon[0]);
    foot.lat_deg = p->part == 1 ? lat[1] : lat[0] + p->part * (lat[1] - lat[0]);
    foot.distance_m = tp_geodesic_distance_m(ellipsoid, p->lon_deg, p->lat_deg, foot.lon_deg, foot.lat_deg);
    if (foot.distance_m > limit_m) {
        return foot;
    }
    foot.way = p->way;
    foot.vertex = p->vertex;
    foot.part = p->part;
    foot.fraction = fraction_of(p->index, p->ways, p->way, p->vertex, p->part);
    foot.in_largest = p->in_largest;
    return foot;
}

tp_foot tp_way_index_nearest(const tp_way_index *index, const tp_ways *ways, const tp_ellipsoid *ellipsoid,
                             const tp_join_rule *rule, double lon_deg, double lat_deg) {
    tp_foot foot = {.way = -1};
    if (!isfinite(lon_deg) || !(fabs(lat_deg) <= 90)) {
        return foot;
    }
    probe p = {.index = index, .ways = ways, .lon_deg = lon_deg, .lat_deg = lat_deg};
    set_plane(&p, ellipsoid);
    if (rule->component != TP_JOIN_ANY) {
        look(&p, rule->limit_m, true);
        foot = foot_of(&p, ellipsoid, rule->limit_m);
    }
    if (foot.way < 0 && rule->component != TP_JOIN_LARGEST_ONLY) {
        look(&p, rule->limit_m, false);
        foot = foot_of(&p, ellipsoid, rule->limit_m);
    }
    return foot;
}

tp_code tp_join_rule_check(const tp_join_rule *rule, tp_error *error) {
    if (!(rule->limit_m >= 0) || !(rule->off_road_km_h > 0) || !isfinite(rule->off_road_km_h)) {
        return tp_error_set(error, TP_E_INTERNAL, "places cannot join within %g m at %g km/h", rule->limit_m,
                            rule->off_road_km_h);
    }
    return TP_OK;
}

uint32_t tp_off_road_ms(const tp_join_rule *rule, double distance_m) {
    double time_ms = distance_m * 3600 / rule->off_road_km_h;
    return time_ms < TP_TIME_MAX_MS ? (uint32_t)(time_ms + 0.5) : TP_TIME_MAX_MS;
}
