/* DBSCAN over places: see cluster.h. Cell by cell, in three passes: core points, joining, border points. */
#include "core/statistics/cell_grid.h"
#include "core/statistics/joined_sets.h"
#include "technopolis/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Geocentric coordinates are right to some nanometres. */
static const double ROUNDING_M = 1e-7;

typedef struct dbscan {
    tp_cell_grid grid;
    const double *lon_deg, *lat_deg;
    const int64_t *rank;
    int64_t min_points;
    tp_metric metric;
    double eps_m, near2, far2; /* chords up to near are within eps, beyond far they are not: squares */
    uint8_t *core;             /* a place in the order of cells; a cell's core points come first once these are known */
    int32_t *n_core;           /* a cell */
    int64_t *least_rank;       /* a cell with core points: the smallest rank among them */
    int32_t *set;              /* cells joined */
    int32_t *label;            /* a cell that stands for its set: the cluster */
} dbscan;

static int64_t rank_of(const dbscan *d, int64_t place) {
    int64_t point = d->grid.point[place];
    return d->rank == NULL ? point : d->rank[point];
}

/*
 * The chord of a geodesic of length s is at least 2 R sin(s / 2R), R being the least radius of curvature there is (Schur's
 * comparison of arcs: nothing on the ellipsoid bends more), and at most s.
 */
static void set_bounds(dbscan *d) {
    const tp_ellipsoid *e = d->grid.ellipsoid;
    double least_m = e->a_m * (1 - e->f) * (1 - e->f), near_m = d->eps_m, far_m = d->eps_m;
    if (d->metric == TP_METRIC_GEODESIC) {
        near_m = 2 * least_m * sin(fmin(d->eps_m / (2 * least_m), M_PI_2)) - ROUNDING_M;
        far_m = d->eps_m + ROUNDING_M;
    }
    d->near2 = near_m <= 0 ? -1 : near_m * near_m;
    d->far2 = far_m * far_m;
}

static double chord2(const tp_cell_grid *g, int64_t a, int64_t b) {
    double x = g->x[a] - g->x[b], y = g->y[a] - g->y[b], z = g->z[a] - g->z[b];
    return x * x + y * y + z * z;
}

static bool geodesic_within(const dbscan *d, int64_t a, int64_t b) {
    int64_t i = d->grid.point[a], j = d->grid.point[b];
    return tp_geodesic_distance_m(d->grid.ellipsoid, d->lon_deg[i], d->lat_deg[i], d->lon_deg[j], d->lat_deg[j]) <=
           d->eps_m;
}

static bool within(const dbscan *d, int64_t a, int64_t b) {
    double square = chord2(&d->grid, a, b);
    return square <= d->near2 || (square <= d->far2 && geodesic_within(d, a, b));
}

/* ---- core points ---- */

/* How many of the points from `first` to `last - 1` are within eps of point a. */
static int64_t count_within(const dbscan *d, int64_t a, int64_t first, int64_t last) {
    const double *restrict xs = d->grid.x, *restrict ys = d->grid.y, *restrict zs = d->grid.z;
    double ax = xs[a], ay = ys[a], az = zs[a], near2 = d->near2, far2 = d->far2;
    int64_t sure = 0, possible = 0;
    for (int64_t b = first; b < last; b++) {
        double x = xs[b] - ax, y = ys[b] - ay, z = zs[b] - az, square = x * x + y * y + z * z;
        sure += square <= near2;
        possible += square <= far2;
    }
    if (sure == possible) {
        return sure;
    }
    for (int64_t b = first; b < last; b++) {
        double square = chord2(&d->grid, a, b);
        sure += square > near2 && square <= far2 && geodesic_within(d, a, b);
    }
    return sure;
}

static void find_core_of(dbscan *d, tp_cell_walk *walk, int32_t cell) {
    const tp_cell_grid *g = &d->grid;
    int64_t first = g->cell_first[cell], last = g->cell_first[cell + 1];
    if (last - first >= d->min_points) {
        memset(d->core + first, 1, (size_t)(last - first));
        return;
    }
    tp_cell_run runs[TP_CELL_RUNS_MOST];
    int n = tp_cell_walk_to(g, walk, cell, runs);
    int64_t around = 0;
    for (int i = 0; i < n; i++) {
        around += g->cell_first[runs[i].last] - g->cell_first[runs[i].first];
    }
    for (int64_t a = first; a < last && around >= d->min_points; a++) {
        int64_t left = around, count = 0;
        for (int i = 0; i < n && count < d->min_points && count + left >= d->min_points; i++) {
            int64_t begin = g->cell_first[runs[i].first], end = g->cell_first[runs[i].last];
            count += count_within(d, a, begin, end);
            left -= end - begin;
        }
        d->core[a] = count >= d->min_points;
    }
}

/* Moves the core points of a cell to its front, each half in the order that it had. */
static void core_first(dbscan *d, int32_t cell, int64_t *moved, double *coordinates) {
    tp_cell_grid *g = &d->grid;
    int64_t first = g->cell_first[cell], n = g->cell_first[cell + 1] - first, n_core = 0;
    for (int64_t i = 0; i < n; i++) {
        n_core += d->core[first + i];
    }
    d->n_core[cell] = (int32_t)n_core;
    if (n_core > 0 && n_core < n) { /* fewer than min_points */
        int64_t at[2] = {n_core, 0};
        for (int64_t i = 0; i < n; i++) {
            int64_t to = at[d->core[first + i]]++;
            moved[to] = g->point[first + i];
            coordinates[3 * to] = g->x[first + i];
            coordinates[3 * to + 1] = g->y[first + i];
            coordinates[3 * to + 2] = g->z[first + i];
        }
        for (int64_t i = 0; i < n; i++) {
            d->core[first + i] = i < n_core;
            g->point[first + i] = moved[i];
            g->x[first + i] = coordinates[3 * i];
            g->y[first + i] = coordinates[3 * i + 1];
            g->z[first + i] = coordinates[3 * i + 2];
        }
    }
    d->least_rank[cell] = INT64_MAX;
    for (int64_t i = first; i < first + n_core; i++) {
        int64_t rank = rank_of(d, i);
        d->least_rank[cell] = rank < d->least_rank[cell] ? rank : d->least_rank[cell];
    }
}

static tp_code find_core(dbscan *d, tp_error *error) {
    int64_t room = d->min_points < d->grid.n_points ? d->min_points : d->grid.n_points;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_cell_walk walk = {0};
        int64_t *moved = malloc(((size_t)room + 1) * sizeof *moved);
        double *coordinates = malloc(((size_t)room + 1) * 3 * sizeof *coordinates);
        lost = moved == NULL || coordinates == NULL;
#pragma omp for schedule(dynamic, 256)
        for (int64_t cell = 0; cell < d->grid.n_cells; cell++) {
            find_core_of(d, &walk, (int32_t)cell);
        }
#pragma omp for schedule(static)
        for (int64_t cell = 0; cell < d->grid.n_cells; cell++) {
            if (!lost) {
                core_first(d, (int32_t)cell, moved, coordinates);
            }
        }
        free(moved);
        free(coordinates);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

/* ---- joining ---- */

typedef struct box {
    double low[3], high[3];
} box;

static box box_of(const tp_cell_grid *g, int64_t first, int64_t last) {
    box b = {{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
    for (int64_t i = first; i < last; i++) {
        double at[3] = {g->x[i], g->y[i], g->z[i]};
        for (int k = 0; k < 3; k++) {
            b.low[k] = fmin(b.low[k], at[k]);
            b.high[k] = fmax(b.high[k], at[k]);
        }
    }
    return b;
}

static double box_chord2(const box *b, double x, double y, double z) {
    double at[3] = {x, y, z}, sum = 0;
    for (int k = 0; k < 3; k++) {
        double out = fmax(fmax(b->low[k] - at[k], at[k] - b->high[k]), 0);
        sum += out * out;
    }
    return sum;
}

enum { BOX_FROM = 16 }; /* cells with fewer core points are compared without a box */

/* Whether a core point of one cell is within eps of one of the other. */
static bool cells_meet(const dbscan *d, int32_t a, int32_t b) {
    const tp_cell_grid *g = &d->grid;
    int64_t a0 = g->cell_first[a], b0 = g->cell_first[b], a1 = a0 + d->n_core[a], b1 = b0 + d->n_core[b];
    bool boxed = b1 - b0 >= BOX_FROM;
    box around = boxed ? box_of(g, b0, b1) : (box){{0}, {0}};
    for (int64_t i = a0; i < a1; i++) {
        if (boxed && box_chord2(&around, g->x[i], g->y[i], g->z[i]) > d->far2) {
            continue;
        }
        for (int64_t j = b0; j < b1; j++) {
            if (within(d, i, j)) {
                return true;
            }
        }
    }
    return false;
}

static void join_cells(dbscan *d) {
#pragma omp parallel
    {
        tp_cell_walk walk = {0};
        tp_cell_run runs[TP_CELL_RUNS_MOST];
#pragma omp for schedule(dynamic, 256)
        for (int64_t i = 0; i < d->grid.n_cells; i++) {
            int32_t cell = (int32_t)i;
            int n = d->n_core[cell] == 0 ? 0 : tp_cell_walk_to(&d->grid, &walk, cell, runs);
            for (int k = 0; k < n; k++) {
                for (int32_t other = runs[k].first > cell ? runs[k].first : cell + 1; other < runs[k].last; other++) {
                    if (d->n_core[other] > 0 && !tp_sets_same(d->set, cell, other) && cells_meet(d, cell, other)) {
                        tp_sets_join(d->set, cell, other);
                    }
                }
            }
        }
    }
}

/* ---- border points and numbers ---- */

typedef struct ranked_set {
    int64_t rank;
    int32_t set;
} ranked_set;

static int compare_sets(const void *a, const void *b) {
    const ranked_set *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Clusters are numbered by the smallest rank of a core point. */
static tp_code number_sets(dbscan *d, int64_t *n_clusters, tp_error *error) {
    int64_t n = 0;
    ranked_set *sets = malloc(((size_t)d->grid.n_cells + 1) * sizeof *sets);
    int32_t *at = malloc(((size_t)d->grid.n_cells + 1) * sizeof *at);
    if (sets == NULL || at == NULL) {
        free(sets);
        free(at);
        return tp_error_memory(error);
    }
    for (int64_t cell = 0; cell < d->grid.n_cells;
         cell++) { /* a set is called by its smallest cell, which comes first */
        if (d->n_core[cell] == 0) {
            continue;
        }
        int32_t set = tp_sets_find(d->set, (int32_t)cell);
        if (set == cell) {
            at[cell] = (int32_t)n;
            sets[n++] = (ranked_set){d->least_rank[cell], set};
        } else if (d->least_rank[cell] < sets[at[set]].rank) {
            sets[at[set]].rank = d->least_rank[cell];
        }
    }
    qsort(sets, (size_t)n, sizeof *sets, compare_sets);
    for (int64_t i = 0; i < n; i++) {
        d->label[sets[i].set] = (int32_t)i;
    }
    *n_clusters = n;
    free(sets);
    free(at);
    return TP_OK;
}

static int32_t label_of(const dbscan *d, int32_t cell) {
    return d->label[tp_sets_find(d->set, cell)];
}

/* The cluster of a point that is no core point. */
static int32_t border_label(const dbscan *d, int64_t place, const tp_cell_run *runs, int n) {
    const tp_cell_grid *g = &d->grid;
    int64_t best = INT64_MAX;
    int32_t best_cell = -1;
    for (int k = 0; k < n; k++) {
        for (int32_t cell = runs[k].first; cell < runs[k].last; cell++) {
            if (d->n_core[cell] == 0 || d->least_rank[cell] >= best) {
                continue;
            }
            for (int64_t i = g->cell_first[cell]; i < g->cell_first[cell] + d->n_core[cell]; i++) {
                int64_t rank = rank_of(d, i);
                if (rank < best && within(d, place, i)) {
                    best = rank;
                    best_cell = cell;
                }
            }
        }
    }
    return best_cell < 0 ? TP_NOISE : label_of(d, best_cell);
}

static void label_points(const dbscan *d, tp_clustering *clustering) {
    const tp_cell_grid *g = &d->grid;
#pragma omp parallel
    {
        tp_cell_walk walk = {0};
        tp_cell_run runs[TP_CELL_RUNS_MOST];
#pragma omp for schedule(dynamic, 256)
        for (int64_t i = 0; i < g->n_cells; i++) {
            int32_t cell = (int32_t)i;
            int64_t first = g->cell_first[cell], middle = first + d->n_core[cell], last = g->cell_first[cell + 1];
            int32_t own = middle > first ? label_of(d, cell) : TP_NOISE;
            for (int64_t p = first; p < middle; p++) {
                clustering->cluster[g->point[p]] = own;
                clustering->core[g->point[p]] = 1;
            }
            int n = middle < last ? tp_cell_walk_to(g, &walk, cell, runs) : 0;
            for (int64_t p = middle; p < last; p++) {
                clustering->cluster[g->point[p]] = border_label(d, p, runs, n);
            }
        }
    }
}

/* ---- all of it ---- */

void tp_clustering_reset(tp_clustering *clustering) {
    free(clustering->cluster);
    free(clustering->core);
    *clustering = (tp_clustering){0};
}

tp_code tp_clustering_open(tp_clustering *clustering, int64_t n, tp_error *error) {
    *clustering = (tp_clustering){.n_points = n,
                                  .cluster = malloc(((size_t)n + 1) * sizeof *clustering->cluster),
                                  .core = calloc((size_t)n + 1, 1)};
    if (clustering->cluster == NULL || clustering->core == NULL) {
        tp_clustering_reset(clustering);
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        clustering->cluster[i] = TP_NOISE;
    }
    return TP_OK;
}

static tp_code work(dbscan *d, tp_clustering *clustering, tp_error *error) {
    size_t n_cells = (size_t)d->grid.n_cells + 1;
    d->core = calloc((size_t)d->grid.n_points + 1, 1);
    d->n_core = calloc(n_cells, sizeof *d->n_core);
    d->least_rank = malloc(n_cells * sizeof *d->least_rank);
    d->set = malloc(n_cells * sizeof *d->set);
    d->label = malloc(n_cells * sizeof *d->label);
    if (d->core == NULL || d->n_core == NULL || d->least_rank == NULL || d->set == NULL || d->label == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t cell = 0; cell < d->grid.n_cells; cell++) {
        d->set[cell] = (int32_t)cell;
    }
    set_bounds(d);
    tp_code code = find_core(d, error);
    if (code == TP_OK) {
        join_cells(d);
        code = number_sets(d, &clustering->n_clusters, error);
    }
    if (code == TP_OK) {
        label_points(d, clustering);
    }
    return code;
}

tp_code tp_dbscan(const tp_ellipsoid *ellipsoid, const double *lon_deg, const double *lat_deg, const int64_t *rank,
                  int64_t n, double eps_m, int64_t min_points, tp_metric metric, tp_clustering *clustering,
                  tp_error *error) {
    if (!(eps_m >= TP_DBSCAN_EPS_MIN_M && eps_m <= TP_DBSCAN_EPS_MAX_M) || min_points < 1 || n > INT32_MAX) {
        return tp_error_set(error, TP_E_CONFIG, "clusters: a distance from 0.1 m to 10,000 km and at least 1 point");
    }
    dbscan d = {.lon_deg = lon_deg,
                .lat_deg = lat_deg,
                .rank = rank,
                .min_points = min_points,
                .metric = metric,
                .eps_m = eps_m};
    tp_code code = tp_clustering_open(clustering, n, error);
    if (code == TP_OK) {
        code = tp_cell_grid_new(&d.grid, ellipsoid, lon_deg, lat_deg, n, eps_m, error);
    }
    if (code == TP_OK) {
        code = work(&d, clustering, error);
    }
    if (code != TP_OK) {
        tp_clustering_reset(clustering);
    }
    tp_cell_grid_reset(&d.grid);
    free(d.core);
    free(d.n_core);
    free(d.least_rank);
    free(d.set);
    free(d.label);
    return code;
}
