/* The union of polygons, cluster by cluster: see geos_union.h. */
#include "core/space/geos_union.h"

#include <stdlib.h>

/* Which parts hang together: a forest in which each part points to one before it in its cluster, the first to itself. */
typedef struct clusters {
    tp_geos *geos;
    const tp_geos_parts *parts;
    int64_t *parent, *number; /* number[i] = i: what the tree of boxes gives back */
    int *points;              /* of each part */
    GEOSSTRtree *boxes;
    /* the part whose neighbours are being looked for */
    int64_t current;
    const GEOSPreparedGeometry *prepared; /* made when the first neighbour shows up */
    bool failed;
} clusters;

static int64_t root(int64_t *parent, int64_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* The larger of two parts is prepared and looks at the smaller. */
static void look_at_neighbour(void *item, void *user) {
    clusters *c = user;
    int64_t i = c->current, j = *(const int64_t *)item;
    bool smaller = c->points[j] < c->points[i] || (c->points[j] == c->points[i] && j > i);
    int64_t root_i = root(c->parent, i), root_j = root(c->parent, j);
    if (c->failed || !smaller || root_i == root_j) {
        return;
    }
    if (c->prepared == NULL) {
        c->prepared = GEOSPrepare_r(c->geos->context, c->parts->items[i]);
    }
    char meet = c->prepared == NULL ? 2 : GEOSPreparedIntersects_r(c->geos->context, c->prepared, c->parts->items[j]);
    c->failed = meet == 2;
    if (meet == 1) {
        c->parent[root_i > root_j ? root_i : root_j] = root_i > root_j ? root_j : root_i;
    }
}

static bool find_clusters(clusters *c) {
    GEOSContextHandle_t context = c->geos->context;
    int64_t n = c->parts->n;
    c->parent = malloc(sizeof *c->parent * (size_t)(n + 1));
    c->number = malloc(sizeof *c->number * (size_t)(n + 1));
    c->points = malloc(sizeof *c->points * (size_t)(n + 1));
    c->boxes = GEOSSTRtree_create_r(context, 10);
    if (c->parent == NULL || c->number == NULL || c->points == NULL || c->boxes == NULL) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        c->parent[i] = c->number[i] = i;
        c->points[i] = GEOSGetNumCoordinates_r(context, c->parts->items[i]);
        GEOSSTRtree_insert_r(context, c->boxes, c->parts->items[i], &c->number[i]);
    }
    for (c->current = 0; c->current < n && !c->failed; c->current++) {
        GEOSSTRtree_query_r(context, c->boxes, c->parts->items[c->current], look_at_neighbour, c);
        if (c->prepared != NULL) {
            GEOSPreparedGeom_destroy_r(context, c->prepared);
            c->prepared = NULL;
        }
    }
    return !c->failed;
}

/* Joins the n parts of a cluster, which are used up, and adds what comes out. */
static tp_code join_cluster(tp_geos *geos, tp_geos_parts *cluster, tp_shapes *joined, tp_error *error) {
    if (cluster->n == 1) {
        return tp_geos_add_polygons(geos, cluster->items[0], joined, error);
    }
    GEOSGeometry *all = tp_geos_parts_collect(geos, cluster);
    GEOSGeometry *together = all == NULL ? NULL : GEOSUnaryUnion_r(geos->context, all);
    tp_code code = together == NULL ? tp_error_set(error, TP_E_DATA, "%s", geos->message)
                                    : tp_geos_add_polygons(geos, together, joined, error);
    if (all != NULL) {
        GEOSGeom_destroy_r(geos->context, all);
    }
    if (together != NULL) {
        GEOSGeom_destroy_r(geos->context, together);
    }
    return code;
}

/* The clusters in the order of their first parts. */
static tp_code join_clusters(tp_geos *geos, clusters *c, tp_geos_parts *parts, tp_shapes *joined, tp_error *error) {
    int64_t n = parts->n;
    tp_geos_parts cluster = {.items = malloc(sizeof(GEOSGeometry *) * (size_t)(n + 1))};
    int64_t *next = malloc(sizeof *next * (size_t)(n + 1)), *last = malloc(sizeof *last * (size_t)(n + 1));
    tp_code code = cluster.items == NULL || next == NULL || last == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) { /* chains of the parts of each cluster, ascending */
        int64_t first = root(c->parent, i);
        next[i] = -1;
        if (first != i) {
            next[last[first]] = i;
        }
        last[first] = i;
    }
    for (int64_t first = 0; first < n && code == TP_OK; first++) {
        if (c->parent[first] != first) {
            continue;
        }
        for (int64_t i = first; i >= 0; i = next[i]) {
            cluster.items[cluster.n++] = parts->items[i];
            parts->items[i] = NULL;
        }
        code = join_cluster(geos, &cluster, joined, error);
        for (; cluster.n > 0; cluster.n--) {
            GEOSGeom_destroy_r(geos->context, cluster.items[cluster.n - 1]);
        }
    }
    free(cluster.items);
    free(next);
    free(last);
    return code;
}

tp_code tp_geos_union(tp_geos *geos, const tp_shapes *shapes, const int64_t *rows, int64_t n, tp_shapes *joined,
                      tp_error *error) {
    tp_geos_parts parts = {0};
    clusters c = {.geos = geos, .parts = &parts};
    tp_code code = TP_OK;
    geos->message[0] = '\0';
    if (!tp_geos_parts_make(geos, shapes, rows, n, &parts) || !find_clusters(&c)) {
        code = tp_error_set(error, TP_E_DATA, "%s", geos->message[0] == '\0' ? "out of memory" : geos->message);
    }
    if (c.boxes != NULL) { /* borrows the parts: goes first */
        GEOSSTRtree_destroy_r(geos->context, c.boxes);
    }
    if (code == TP_OK) {
        code = join_clusters(geos, &c, &parts, joined, error);
    }
    tp_geos_parts_reset(geos, &parts);
    free(c.parent);
    free(c.number);
    free(c.points);
    return code;
}
