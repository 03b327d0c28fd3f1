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

static float above(double value) {
    return nextafterf((float)value, INFINITY);
}

static float below(double value) {
    return nextafterf((float)value, -INFINITY);
}

/* The boxes of a node's children, side by side; those that are missing are never asked for. */
static void pack_node(const tp_way_index *index, const tp_box *boxes, int64_t n, tp_way_node *node) {
    for (int64_t i = 0; i < n && i < TP_BOX_FAN; i++) {
        node->west[i] = below(boxes[i].min_x - index->lon_deg);
        node->east[i] = above(boxes[i].max_x - index->lon_deg);
        node->south[i] = below(boxes[i].min_y - index->lat_deg);
        node->north[i] = above(boxes[i].max_y - index->lat_deg);
    }
}

static tp_code pack(tp_way_index *index, const tp_box_tree *tree, tp_error *error) {
    int64_t total = 0;
    index->n = tree->n;
    index->n_levels = tree->n_levels > 1 ? tree->n_levels : 2; /* a single run hangs under a node too */
    for (int l = 0; l < index->n_levels; l++) {
        index->count[l] = l < tree->n_levels ? tree->count[l] : 1;
        total += l > 0 ? index->count[l] : 0;
    }
    index->level[1] = calloc((size_t)total, sizeof(tp_way_node));
    if (index->level[1] == NULL) {
        return tp_error_memory(error);
    }
    if (tree->n == 0) {
        return TP_OK;
    }
    const tp_box *all = &tree->level[tree->n_levels - 1][0];
    index->lon_deg = all->min_x / 2 + all->max_x / 2;
    index->lat_deg = all->min_y / 2 + all->max_y / 2;
    for (int l = 1; l < index->n_levels; l++) {
        index->level[l] = l > 1 ? index->level[l - 1] + index->count[l - 1] : index->level[1];
        for (int64_t node = 0; node < index->count[l]; node++) {
            int64_t first = node * TP_BOX_FAN;
            pack_node(index, tree->level[l - 1] + first, index->count[l - 1] - first, &index->level[l][node]);
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
    tp_box_tree tree = {0};
    tp_code code = TP_OK;
    if (runs == NULL || xy == NULL || order == NULL || index->runs == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    list_runs(ways, strong, runs, xy, xy + n);
    code = tp_hilbert_order(xy, xy + n, n, order, error);
    if (code == TP_OK) {
        code = tp_box_tree_open(&tree, n, error);
    }
    if (code != TP_OK) {
        goto done;
    }
    for (int64_t i = 0; i < n; i++) {
        index->runs[i] = runs[order[i]];
        tree.level[0][i] = box_of(ways, &index->runs[i]);
    }
    tp_box_tree_close(&tree);
    code = pack(index, &tree, error);
done:
    tp_box_tree_reset(&tree);
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
        free(index->level[1]);
        free(index->runs);
        free(index->along);
        free(index);
    }
}

int64_t tp_way_index_bytes(const tp_way_index *index, const tp_ways *ways) {
    int64_t bytes = index->n * (int64_t)sizeof(tp_run) + ways->n_vertices * (int64_t)sizeof(double);
    for (int l = 1; l < index->n_levels; l++) {
        bytes += index->count[l] * (int64_t)sizeof(tp_way_node);
    }
    return bytes;
}

/* ---- the search ---- */

/* The best segment so far of those that count. */
typedef struct nearest {
    double distance2_m2; /* squared, on the plane; of the limit while there is none */
    int64_t way, vertex; /* -1: none */
    int64_t run;
    double part;
} nearest;

typedef struct probe {
    const tp_way_index *index;
    const tp_ways *ways;
    double lon_deg, lat_deg;
    double x_m, y_m;                /* metres a degree on the plane */
    float west, east, south, north; /* where the point surely lies, as boxes tell it */
    float box_x_m, box_y_m;         /* metres a degree, not too many */
    float bound2_m2;                /* boxes farther than this (squared) hold nothing better */
    bool only_largest, takes_others;
    nearest best, other; /* `other`: outside the largest component, while nothing inside is found */
} probe;

/* More than squared distances can be wrong by rounding, so that equal ones are all seen. */
static float bound_of(double distance2_m2) {
    return above(distance2_m2 * (1 + 1e-6) + 1e-12);
}

static bool precedes(int64_t way, int64_t vertex, const nearest *best) {
    return best->way < 0 || way < best->way || (way == best->way && vertex < best->vertex);
}

/* Offers the segments of a run to the best of its kind. Equal distances: the smaller way, then the smaller vertex. */
static void try_run(probe *p, int64_t number) {
    const tp_run *run = &p->index->runs[number];
    nearest *best = &p->best;
    if (p->only_largest && !run->in_largest) {
        if (!p->takes_others || p->best.way >= 0) {
            return;
        }
        best = &p->other;
    }
    const double *lon = p->ways->vertex_lon_deg + run->first_vertex, *lat = p->ways->vertex_lat_deg + run->first_vertex;
    double least2 = best->distance2_m2, least_part = 0;
    int at = -1;
    for (int i = 0; i < run->n_segments; i++) {
        double ax = (lon[i] - p->lon_deg) * p->x_m, ay = (lat[i] - p->lat_deg) * p->y_m;
        double ux = (lon[i + 1] - lon[i]) * p->x_m, uy = (lat[i + 1] - lat[i]) * p->y_m;
        double length2 = ux * ux + uy * uy, along = -(ax * ux + ay * uy);
        double part = length2 > 0 ? along / length2 : 0;
        part = part > 0 ? part : 0;
        part = part < 1 ? part : 1;
        double x = ax + part * ux, y = ay + part * uy, distance2 = x * x + y * y;
        if (distance2 < least2 || (distance2 == least2 && at < 0 && precedes(run->way, run->first_vertex + i, best))) {
            least2 = distance2;
            least_part = part;
            at = i;
        }
    }
    if (at >= 0) {
        *best = (nearest){least2, run->way, run->first_vertex + at, number, least_part};
        p->bound2_m2 = bound_of(p->best.distance2_m2);
    }
}

/* The children of a node that may hold something better, the nearest first. */
static int list_children(const probe *p, const tp_way_node *node, int n, float *distance2, int *order) {
    float all2[TP_BOX_FAN];
    for (int i = 0; i < TP_BOX_FAN; i++) {
        float west = node->west[i] - p->east, east = p->west - node->east[i];
        float south = node->south[i] - p->north, north = p->south - node->north[i];
        float x = west > east ? west : east, y = south > north ? south : north;
        x = (x > 0 ? x : 0) * p->box_x_m;
        y = (y > 0 ? y : 0) * p->box_y_m;
        all2[i] = x * x + y * y;
    }
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (all2[i] > p->bound2_m2) {
            continue;
        }
        int at = kept++;
        for (; at > 0 && distance2[at - 1] > all2[i]; at--) {
            distance2[at] = distance2[at - 1];
            order[at] = order[at - 1];
        }
        distance2[at] = all2[i];
        order[at] = i;
    }
    return kept;
}

static void walk(probe *p, int level, int64_t node) {
    float distance2[TP_BOX_FAN];
    int order[TP_BOX_FAN];
    int64_t first = node * TP_BOX_FAN, left = p->index->count[level - 1] - first;
    int n =
        list_children(p, &p->index->level[level][node], (int)(left < TP_BOX_FAN ? left : TP_BOX_FAN), distance2, order);
    for (int i = 0; i < n && distance2[i] <= p->bound2_m2; i++) {
        if (level == 1) {
            try_run(p, first + order[i]);
        } else {
            walk(p, level - 1, first + order[i]);
        }
    }
}

static void set_plane(probe *p, const tp_ellipsoid *ellipsoid) {
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f), s = sin(p->lat_deg * rad), w2 = 1 - e2 * s * s;
    p->x_m = ellipsoid->a_m / sqrt(w2) * cos(p->lat_deg * rad) * rad;
    p->y_m = ellipsoid->a_m * (1 - e2) / (w2 * sqrt(w2)) * rad;
}

/* Everything about the boxes is rounded so that they never seem farther than their segments are. */
static void set_box(probe *p) {
    double x = p->lon_deg - p->index->lon_deg, y = p->lat_deg - p->index->lat_deg;
    p->west = below(x);
    p->east = above(x);
    p->south = below(y);
    p->north = above(y);
    p->box_x_m = (float)(p->x_m * (1 - 1e-6));
    p->box_y_m = (float)(p->y_m * (1 - 1e-6));
}

static void look(probe *p, double limit_m, int64_t near) {
    /* The plane is not the ellipsoid: the geodesic decides at the limit. */
    double bound_m = limit_m * 1.01 + 1;
    p->best = p->other = (nearest){.distance2_m2 = bound_m * bound_m, .way = -1, .run = -1};
    p->bound2_m2 = bound_of(p->best.distance2_m2);
    if (near >= 0 && near < p->index->n) {
        try_run(p, near);
    }
    if (p->index->n > 0) {
        walk(p, p->index->n_levels - 1, 0);
    }
}

/* How far along its way a foot lies, by lengths on the plane at each segment. */
static double fraction_of(const tp_way_index *index, const tp_ways *ways, int64_t way, int64_t vertex, double part) {
    double before = index->along[vertex] + part * segment_length(ways, vertex);
    double all = index->along[ways->vertex_first[way + 1] - 1];
    return all > 0 ? fmin(before / all, 1) : 0;
}

static tp_foot foot_of(const probe *p, const nearest *best, const tp_ellipsoid *ellipsoid, double limit_m) {
    tp_foot foot = {.way = -1, .run = -1};
    if (best->way < 0) {
        return foot;
    }
    const double *lon = p->ways->vertex_lon_deg + best->vertex, *lat = p->ways->vertex_lat_deg + best->vertex;
    foot.lon_deg = best->part == 1 ? lon[1] : lon[0] + best->part * (lon[1] - lon[0]);
    foot.lat_deg = best->part == 1 ? lat[1] : lat[0] + best->part * (lat[1] - lat[0]);
    foot.distance_m = tp_geodesic_distance_m(ellipsoid, p->lon_deg, p->lat_deg, foot.lon_deg, foot.lat_deg);
    if (foot.distance_m > limit_m) {
        return foot;
    }
    foot.way = best->way;
    foot.vertex = best->vertex;
    foot.part = best->part;
    foot.fraction = fraction_of(p->index, p->ways, best->way, best->vertex, best->part);
    foot.run = best->run;
    foot.in_largest = p->index->runs[best->run].in_largest;
    return foot;
}

tp_foot tp_way_index_nearest(const tp_way_index *index, const tp_ways *ways, const tp_ellipsoid *ellipsoid,
                             const tp_join_rule *rule, double lon_deg, double lat_deg, int64_t near) {
    if (!isfinite(lon_deg) || !(fabs(lat_deg) <= 90)) {
        return (tp_foot){.way = -1, .run = -1};
    }
    probe p = {.index = index,
               .ways = ways,
               .lon_deg = lon_deg,
               .lat_deg = lat_deg,
               .only_largest = rule->component != TP_JOIN_ANY,
               .takes_others = rule->component == TP_JOIN_LARGEST};
    set_plane(&p, ellipsoid);
    set_box(&p);
    look(&p, rule->limit_m, near);
    tp_foot foot = foot_of(&p, p.best.way >= 0 ? &p.best : &p.other, ellipsoid, rule->limit_m);
    if (foot.way < 0 && p.best.way >= 0 && p.takes_others) { /* not within the limit after all: the others then */
        p.only_largest = false;
        look(&p, rule->limit_m, near);
        foot = foot_of(&p, &p.best, ellipsoid, rule->limit_m);
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
