/*
 * Exact nearest points on the ellipsoid by a k-d tree over geocentric coordinates.
 *
 * The tree is implicit: the points lie in one array, the node over [low, high) has its point in the middle and its
 * halves on either side; ranges of at most LEAF points are scanned. A straight chord never exceeds the geodesic, so a
 * branch or a point whose chord exceeds a geodesic already found (by more than rounding) cannot hold a nearer one.
 */
#include "technopolis/point_index.h"

#include <math.h>
#include <stdlib.h>

enum { LEAF = 8 };

typedef struct node_point {
    double xyz_m[3];
    double lon_deg, lat_deg;
    int64_t rank;
    int64_t item; /* the caller's number */
} node_point;

struct tp_point_index {
    tp_ellipsoid ellipsoid;
    double guard_m;  /* more than chords and geodesics can be wrong by rounding */
    double radius_m; /* no normal section of the ellipsoid bends more than a circle of this radius */
    int64_t n;
    node_point *points; /* in the order of the tree */
    double *xyz_m[3];   /* the same, each coordinate by itself; LEAF more values, which mean nothing */
    uint8_t *axis;      /* of the split at the point in the middle of a range */
};

/* ---- building ---- */

static bool before(const node_point *a, const node_point *b, int axis) {
    if (a->xyz_m[axis] != b->xyz_m[axis]) {
        return a->xyz_m[axis] < b->xyz_m[axis];
    }
    return a->rank < b->rank; /* ranks differ: a total order, so duplicates cost nothing extra */
}

static void swap_points(node_point *a, node_point *b) {
    node_point t = *a;
    *a = *b;
    *b = t;
}

/* A pivot that no order of input can foresee by accident, and yet the same in every run. */
static int64_t pivot_of(int64_t low, int64_t high) {
    uint64_t h = (uint64_t)low * 0x9E3779B97F4A7C15U ^ (uint64_t)high * 0xC2B2AE3D27D4EB4FU;
    h ^= h >> 31;
    h *= 0xBF58476D1CE4E5B9U;
    h ^= h >> 29;
    return low + (int64_t)(h % (uint64_t)(high - low));
}

/* Moves the point of order `k` to place k of [low, high), the smaller ones before it. Expected O(high - low). */
static void select_point(node_point *p, int64_t low, int64_t high, int64_t k, int axis) {
    while (high - low > 1) {
        swap_points(&p[pivot_of(low, high)], &p[high - 1]);
        int64_t middle = low;
        for (int64_t i = low; i < high - 1; i++) {
            if (before(&p[i], &p[high - 1], axis)) {
                swap_points(&p[i], &p[middle++]);
            }
        }
        swap_points(&p[middle], &p[high - 1]);
        if (middle == k) {
            return;
        }
        if (middle < k) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
}

static int widest_axis(const node_point *p, int64_t low, int64_t high) {
    double min[3], max[3];
    for (int d = 0; d < 3; d++) {
        min[d] = max[d] = p[low].xyz_m[d];
    }
    for (int64_t i = low + 1; i < high; i++) {
        for (int d = 0; d < 3; d++) {
            min[d] = fmin(min[d], p[i].xyz_m[d]);
            max[d] = fmax(max[d], p[i].xyz_m[d]);
        }
    }
    int widest = 0;
    for (int d = 1; d < 3; d++) {
        if (max[d] - min[d] > max[widest] - min[widest]) {
            widest = d;
        }
    }
    return widest;
}

static void build(tp_point_index *index, int64_t low, int64_t high) {
    while (high - low > LEAF) {
        int64_t middle = low + (high - low) / 2;
        int axis = widest_axis(index->points, low, high);
        select_point(index->points, low, high, middle, axis);
        index->axis[middle] = (uint8_t)axis;
        build(index, low, middle);
        low = middle + 1;
    }
}

tp_code tp_point_index_new(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg,
                           const int64_t *rank, int64_t n, tp_point_index **index, tp_error *error) {
    *index = NULL;
    tp_point_index *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->ellipsoid = *ellipsoid;
    made->guard_m = 1e-12 * ellipsoid->a_m;
    made->radius_m = ellipsoid->a_m * (1 - ellipsoid->f) * (1 - ellipsoid->f);
    made->points = malloc((size_t)(n > 0 ? n : 1) * sizeof *made->points);
    made->axis = calloc((size_t)(n > 0 ? n : 1), sizeof *made->axis);
    made->xyz_m[0] = calloc(3 * ((size_t)n + LEAF), sizeof(double));
    if (made->points == NULL || made->axis == NULL || made->xyz_m[0] == NULL) {
        tp_point_index_free(made);
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(lon_deg[i]) || !(fabs(lat_deg[i]) <= 90)) {
            continue; /* no place on the ellipsoid: it is never found */
        }
        node_point *point = &made->points[made->n++];
        tp_geocentric(ellipsoid, lon_deg[i], lat_deg[i], point->xyz_m);
        point->lon_deg = lon_deg[i];
        point->lat_deg = lat_deg[i];
        point->rank = rank != NULL ? rank[i] : i;
        point->item = i;
    }
    build(made, 0, made->n);
    for (int d = 0; d < 3; d++) {
        made->xyz_m[d] = made->xyz_m[0] + d * (n + LEAF);
        for (int64_t i = 0; i < made->n; i++) {
            made->xyz_m[d][i] = made->points[i].xyz_m[d];
        }
    }
    *index = made;
    return TP_OK;
}

void tp_point_index_free(tp_point_index *index) {
    if (index != NULL) {
        free(index->points);
        free(index->axis);
        free(index->xyz_m[0]);
        free(index);
    }
}

/* ---- searching ---- */

enum { MOST_CANDIDATES = 16 };

typedef struct search search;
struct search {
    const tp_point_index *index;
    double lon_deg, lat_deg, xyz_m[3];
    double bound2_m2; /* points with a longer chord (squared) are of no use */
    void (*visit)(search *s, int64_t at, double chord2_m2);
    /* nearest: the shortest chord, and all points that may be nearer on the ellipsoid */
    double shortest2_m2;
    int64_t shortest, candidates[MOST_CANDIDATES];
    double candidates2_m2[MOST_CANDIDATES];
    int n_candidates;
    bool too_many;
    int64_t best; /* -1: none */
    double best_m;
    /* within */
    double limit_m, surely_inside2_m2;
    int64_t *points; /* a heap of places in the tree, the worst on top */
    double *distances_m;
    int64_t n_kept, capacity, count;
};

static double square(double x) {
    return x * x;
}

static double least(double a, double b) { /* fmin is a call */
    return a < b ? a : b;
}

static void scan(search *s, int64_t low, int64_t high) {
    const double *x = s->index->xyz_m[0] + low, *y = s->index->xyz_m[1] + low, *z = s->index->xyz_m[2] + low;
    double chord2[LEAF];
    for (int i = 0; i < LEAF; i++) {
        chord2[i] = square(x[i] - s->xyz_m[0]) + square(y[i] - s->xyz_m[1]) + square(z[i] - s->xyz_m[2]);
    }
    for (int64_t i = 0; i < high - low; i++) {
        if (chord2[i] <= s->bound2_m2) {
            s->visit(s, low + i, chord2[i]);
        }
    }
}

/* `off_m` is how far the range's box lies from the place searched from, axis by axis. */
static void descend(search *s, int64_t low, int64_t high, const double off_m[3]) {
    if (high - low <= LEAF) {
        scan(s, low, high);
        return;
    }
    int64_t middle = low + (high - low) / 2;
    int axis = s->index->axis[middle];
    double beyond = s->xyz_m[axis] - s->index->xyz_m[axis][middle];
    double far_off[3] = {off_m[0], off_m[1], off_m[2]};
    far_off[axis] = fabs(beyond) > off_m[axis] ? fabs(beyond) : off_m[axis];
    bool lower_first = beyond < 0;
    descend(s, lower_first ? low : middle + 1, lower_first ? middle : high, off_m);
    if (square(far_off[0]) + square(far_off[1]) + square(far_off[2]) > s->bound2_m2) {
        return;
    }
    double chord2 = 0;
    for (int d = 0; d < 3; d++) {
        chord2 += square(s->index->xyz_m[d][middle] - s->xyz_m[d]);
    }
    if (chord2 <= s->bound2_m2) {
        s->visit(s, middle, chord2);
    }
    descend(s, lower_first ? middle + 1 : low, lower_first ? high : middle, far_off);
}

/* False when the place cannot be searched from: not a number, or no such latitude. */
static bool start(search *s, const tp_point_index *index, double lon_deg, double lat_deg, double limit_m) {
    if (index->n == 0 || !isfinite(lon_deg) || !(fabs(lat_deg) <= 90) || !(limit_m >= 0)) {
        return false;
    }
    s->index = index;
    s->lon_deg = lon_deg;
    s->lat_deg = lat_deg;
    s->limit_m = limit_m;
    tp_geocentric(&index->ellipsoid, lon_deg, lat_deg, s->xyz_m);
    s->bound2_m2 = square(limit_m + index->guard_m);
    return true;
}

static void search_all(search *s, void (*visit)(search *s, int64_t at, double chord2_m2)) {
    static const double nothing[3] = {0, 0, 0};
    s->visit = visit;
    descend(s, 0, s->index->n, nothing);
}

static double geodesic_m(const search *s, int64_t at) {
    const node_point *point = &s->index->points[at];
    return tp_geodesic_distance_m(&s->index->ellipsoid, s->lon_deg, s->lat_deg, point->lon_deg, point->lat_deg);
}

/* ---- the nearest ---- */

/*
 * The normal curvature of the ellipsoid is at most a / b^2 = 1 / r; by Schur's comparison theorem a geodesic of length
 * s <= pi r then has a chord c of at least that of the circle, 2 r sin(s / 2r). This holds for chords up to r / 2 and
 * for flattenings like the Earth's, where no geodesic with such a chord is longer than pi r.
 */
static bool is_comparable(const tp_point_index *index, double chord2_m2) {
    return index->ellipsoid.f <= 0.01 && chord2_m2 <= square(index->radius_m / 2);
}

/*
 * The squared chord up to which a point may be as near on the ellipsoid as one with this chord: its geodesic is at most
 * 2 r asin(c / 2r), whose square is at most c^2 (1 + 0.35 (c / 2r)^2) while c <= r / 2. The rest is more than twice the
 * guard: 2 c g <= 1e-6 c^2 + 1e6 g^2.
 */
static double rival2_m2(const tp_point_index *index, double chord2_m2) {
    double curved = 0.35 * chord2_m2 / square(2 * index->radius_m);
    return chord2_m2 * (1 + curved + 2e-6) + 8e6 * square(index->guard_m);
}

static void drop_candidates(search *s) {
    int kept = 0;
    for (int i = 0; i < s->n_candidates; i++) {
        if (s->candidates2_m2[i] <= s->bound2_m2) {
            s->candidates[kept] = s->candidates[i];
            s->candidates2_m2[kept++] = s->candidates2_m2[i];
        }
    }
    s->n_candidates = kept;
}

static void visit_chord(search *s, int64_t at, double chord2_m2) {
    if (chord2_m2 < s->shortest2_m2) {
        s->shortest2_m2 = chord2_m2;
        s->shortest = at;
        s->bound2_m2 = least(s->bound2_m2, rival2_m2(s->index, chord2_m2));
    }
    if (s->n_candidates == MOST_CANDIDATES) {
        drop_candidates(s);
    }
    if (s->n_candidates == MOST_CANDIDATES) {
        s->too_many = true;
        return;
    }
    s->candidates[s->n_candidates] = at;
    s->candidates2_m2[s->n_candidates++] = chord2_m2;
}

static void visit_nearest(search *s, int64_t at, double chord2_m2) {
    (void)chord2_m2;
    const node_point *point = &s->index->points[at], *best = s->best >= 0 ? &s->index->points[s->best] : NULL;
    if (at == s->best) {
        return;
    }
    bool same_place = best != NULL && point->lon_deg == best->lon_deg && point->lat_deg == best->lat_deg;
    double distance_m = same_place ? s->best_m : geodesic_m(s, at);
    if (distance_m < s->best_m || (distance_m == s->best_m && (best == NULL || point->rank < best->rank))) {
        s->best = at;
        s->best_m = distance_m;
        s->bound2_m2 = square(distance_m + s->index->guard_m);
    }
}

/*
 * First all points whose chord is the shortest, or so little longer that the geodesic may be shorter: on real data one.
 * Its geodesic is the answer. Where chords say too little (thousands of kilometres, heaps of equal points), the geodesic
 * of the shortest chord bounds a second search.
 */
int64_t tp_point_index_nearest(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                               double *distance_m) {
    search s;
    *distance_m = INFINITY;
    if (!start(&s, index, lon_deg, lat_deg, limit_m)) {
        return -1;
    }
    double bound2_m2 = s.bound2_m2;
    s.shortest = s.best = -1;
    s.shortest2_m2 = INFINITY;
    s.n_candidates = 0;
    s.too_many = false;
    search_all(&s, visit_chord);
    if (s.shortest < 0) {
        return -1;
    }
    s.best_m = limit_m;
    s.bound2_m2 = bound2_m2;
    visit_nearest(&s, s.shortest, s.shortest2_m2);
    if (s.too_many || !is_comparable(index, s.shortest2_m2)) {
        search_all(&s, visit_nearest);
    } else {
        for (int i = 0; i < s.n_candidates; i++) {
            if (s.candidates2_m2[i] <= s.bound2_m2 && s.candidates[i] != s.shortest) {
                visit_nearest(&s, s.candidates[i], s.candidates2_m2[i]);
            }
        }
    }
    if (s.best < 0) {
        return -1;
    }
    *distance_m = s.best_m;
    return index->points[s.best].item;
}

/* ---- within a distance ---- */

/* True when kept entry a comes after kept entry b. */
static bool after(const search *s, int64_t a, int64_t b) {
    if (s->distances_m[a] != s->distances_m[b]) {
        return s->distances_m[a] > s->distances_m[b];
    }
    return s->index->points[s->points[a]].rank > s->index->points[s->points[b]].rank;
}

static void swap_kept(search *s, int64_t a, int64_t b) {
    int64_t point = s->points[a];
    double distance_m = s->distances_m[a];
    s->points[a] = s->points[b];
    s->distances_m[a] = s->distances_m[b];
    s->points[b] = point;
    s->distances_m[b] = distance_m;
}

static void sink(search *s, int64_t at, int64_t n) {
    for (;;) {
        int64_t worst = at;
        for (int64_t child = 2 * at + 1; child <= 2 * at + 2 && child < n; child++) {
            if (after(s, child, worst)) {
                worst = child;
            }
        }
        if (worst == at) {
            return;
        }
        swap_kept(s, at, worst);
        at = worst;
    }
}

static void keep(search *s, int64_t at_point, double distance_m) {
    if (s->n_kept < s->capacity) {
        int64_t at = s->n_kept++;
        s->points[at] = at_point;
        s->distances_m[at] = distance_m;
        while (at > 0 && after(s, at, (at - 1) / 2)) {
            swap_kept(s, at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    } else if (s->capacity > 0) {
        double worst_m = s->distances_m[0];
        bool nearer = distance_m < worst_m ||
                      (distance_m == worst_m && s->index->points[at_point].rank < s->index->points[s->points[0]].rank);
        if (nearer) {
            s->points[0] = at_point;
            s->distances_m[0] = distance_m;
            sink(s, 0, s->n_kept);
        }
    }
}

static void visit_within(search *s, int64_t at, double chord2_m2) {
    bool full = s->n_kept == s->capacity;
    bool too_far_to_keep = full && (s->capacity == 0 || chord2_m2 > square(s->distances_m[0] + s->index->guard_m));
    if (too_far_to_keep && chord2_m2 <= s->surely_inside2_m2) {
        s->count++;
        return;
    }
    double distance_m = geodesic_m(s, at);
    if (distance_m <= s->limit_m) {
        s->count++;
        keep(s, at, distance_m);
    }
}

/* The squared chord up to which the geodesic surely is within the limit (see above; used up to s = r); -1: none. */
static double surely_inside2_m2(const tp_point_index *index, double limit_m) {
    double r_m = index->radius_m;
    double chord_m = 2 * r_m * sin(fmin(limit_m, r_m) / (2 * r_m)) - index->guard_m;
    /* Squared chords round either way: the guard is far wider. 0 would let equal points in. */
    return index->ellipsoid.f <= 0.01 && chord_m > 0 ? square(chord_m) : -1;
}

int64_t tp_point_index_within(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                              int64_t *points, double *distances_m, int64_t capacity) {
    search s;
    if (!start(&s, index, lon_deg, lat_deg, limit_m)) {
        return 0;
    }
    s.points = points;
    s.distances_m = distances_m;
    s.capacity = capacity;
    s.n_kept = s.count = 0;
    s.surely_inside2_m2 = surely_inside2_m2(index, limit_m);
    search_all(&s, visit_within);
    for (int64_t n = s.n_kept; n > 1; n--) {
        swap_kept(&s, 0, n - 1);
        sink(&s, 0, n - 1);
    }
    for (int64_t i = 0; i < s.n_kept; i++) {
        points[i] = index->points[points[i]].item;
    }
    return s.count;
}

static void visit_inside(search *s, int64_t at, double chord2_m2) {
    if (chord2_m2 <= s->surely_inside2_m2 || geodesic_m(s, at) <= s->limit_m) {
        if (s->count < s->capacity) {
            s->points[s->count] = s->index->points[at].item;
        }
        s->count++;
    }
}

int64_t tp_point_index_inside(const tp_point_index *index, double lon_deg, double lat_deg, double limit_m,
                              int64_t *items, int64_t capacity) {
    search s;
    if (!start(&s, index, lon_deg, lat_deg, limit_m)) {
        return 0;
    }
    s.points = items;
    s.capacity = capacity;
    s.n_kept = s.count = 0;
    s.surely_inside2_m2 = surely_inside2_m2(index, limit_m);
    search_all(&s, visit_inside);
    return s.count;
}
