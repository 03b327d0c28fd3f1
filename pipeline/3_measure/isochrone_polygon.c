/* The polygon around what is reached: see isochrone.h. */
#include "isochrone.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Of the tolerance: how far a stretch is widened, and how far it may be moved by thinning its vertices before. */
static const double WIDENED = 0.8, THINNED = 0.1;
static const double GRID_M = 0.001;
enum { QUADRANT_SEGMENTS = 4 };

/* Longitude and latitude stretched to metres. */
typedef struct plane {
    double lon_deg, lat_deg; /* its origin */
    double x_m, y_m;         /* metres a degree */
} plane;

typedef struct builder {
    GEOSContextHandle_t geos;
    GEOSBufferParams *round;
    char message[200];
    plane plane;
    double tolerance_m;
    double *x, *y; /* room for the vertices of the longest way */
    GEOSGeometry **parts;
    unsigned n;
} builder;

static void keep_message(const char *message, void *user) {
    builder *b = user;
    (void)snprintf(b->message, sizeof b->message, "%s", message);
}

/* ---- the plane ---- */

typedef struct range {
    double min_lat, max_lat, lon_deg;
} range;

static void widen(range *r, double lon_deg, double lat_deg) {
    r->lon_deg = isinf(r->min_lat) ? lon_deg : r->lon_deg;
    r->min_lat = fmin(r->min_lat, lat_deg);
    r->max_lat = fmax(r->max_lat, lat_deg);
}

static void set_plane(const tp_ways *ways, const tp_ellipsoid *ellipsoid, const tp_reached_roads *reached,
                      double tolerance_m, plane *plane) {
    range r = {INFINITY, -INFINITY, 0};
    for (int64_t i = 0; i < reached->n; i++) { /* whole ways: a little more than is needed */
        int64_t way = reached->items[i].way;
        for (int64_t v = ways->vertex_first[way]; v < ways->vertex_first[way + 1]; v++) {
            widen(&r, ways->vertex_lon_deg[v], ways->vertex_lat_deg[v]);
        }
    }
    for (int64_t i = 0; i < reached->n_alone; i++) {
        widen(&r, ways->lon_deg[reached->alone[i]], ways->lat_deg[reached->alone[i]]);
    }
    double margin_deg = tolerance_m / 100000; /* a degree of latitude has more than 110 km */
    double low = r.min_lat - margin_deg, high = r.max_lat + margin_deg;
    double nearest = low > 0 ? low : high < 0 ? -high : 0, farthest = fmin(fmax(fabs(low), fabs(high)), 90);
    const double rad = M_PI / 180;
    double e2 = ellipsoid->f * (2 - ellipsoid->f), near_sin = sin(nearest * rad), far_sin = sin(farthest * rad);
    double far_w2 = 1 - e2 * far_sin * far_sin;
    *plane = (struct plane){.lon_deg = r.lon_deg,
                            .lat_deg = r.min_lat,
                            .x_m = ellipsoid->a_m / sqrt(1 - e2 * near_sin * near_sin) * cos(nearest * rad) * rad,
                            .y_m = ellipsoid->a_m * (1 - e2) / (far_w2 * sqrt(far_w2)) * rad};
}

static int to_degrees(double *x, double *y, void *user) {
    const plane *plane = user;
    *x = plane->lon_deg + *x / plane->x_m;
    *y = plane->lat_deg + *y / plane->y_m;
    return 1;
}

/* ---- the parts ---- */

/* The builder's first n vertices, in degrees, as a line or point on the plane. NULL: see b->message. */
static GEOSGeometry *make_line(builder *b, int64_t n) {
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = (b->x[i] - b->plane.lon_deg) * b->plane.x_m, y = (b->y[i] - b->plane.lat_deg) * b->plane.y_m;
        if (kept == 0 || x != b->x[kept - 1] || y != b->y[kept - 1]) {
            b->x[kept] = x;
            b->y[kept++] = y;
        }
    }
    if (kept == 1) {
        return GEOSGeom_createPointFromXY_r(b->geos, b->x[0], b->y[0]);
    }
    GEOSCoordSequence *points = GEOSCoordSeq_copyFromArrays_r(b->geos, b->x, b->y, NULL, NULL, (unsigned)kept);
    GEOSGeometry *line = points == NULL ? NULL : GEOSGeom_createLineString_r(b->geos, points);
    if (line == NULL || kept == 2) {
        return line;
    }
    GEOSGeometry *thin = GEOSSimplify_r(b->geos, line, THINNED * b->tolerance_m);
    if (thin == NULL || GEOSisEmpty_r(b->geos, thin) != 0) {
        GEOSGeom_destroy_r(b->geos, thin);
        return line;
    }
    GEOSGeom_destroy_r(b->geos, line);
    return thin;
}

static bool add_part(builder *b, int64_t n) {
    GEOSGeometry *line = make_line(b, n);
    GEOSGeometry *wide =
        line == NULL ? NULL : GEOSBufferWithParams_r(b->geos, line, b->round, WIDENED * b->tolerance_m);
    GEOSGeom_destroy_r(b->geos, line);
    if (wide != NULL) {
        b->parts[b->n++] = wide;
    }
    return wide != NULL;
}

static bool add_parts(builder *b, const tp_ways *ways, const tp_reached_roads *reached) {
    bool good = true;
    for (int64_t i = 0; i < reached->n && good; i++) {
        good = add_part(b, tp_stretch_vertices(ways, &reached->items[i], b->x, b->y));
    }
    for (int64_t i = 0; i < reached->n_alone && good; i++) {
        b->x[0] = ways->lon_deg[reached->alone[i]];
        b->y[0] = ways->lat_deg[reached->alone[i]];
        good = add_part(b, 1);
    }
    return good;
}

/* Replaces a geometry by what was made of it, also by nothing. */
static void replace(builder *b, GEOSGeometry **geometry, GEOSGeometry *made) {
    GEOSGeom_destroy_r(b->geos, *geometry);
    *geometry = made;
}

/* All parts as one geometry in degrees. NULL: see b->message. */
static GEOSGeometry *unite(builder *b) {
    GEOSGeometry *all = GEOSGeom_createCollection_r(b->geos, GEOS_GEOMETRYCOLLECTION, b->parts, b->n);
    b->n = 0; /* GEOS owns them from here on, also when it fails */
    if (all != NULL) {
        replace(b, &all, GEOSUnaryUnion_r(b->geos, all));
    }
    if (all != NULL) { /* so that no two corners are nearer than what turning to degrees rounds away */
        replace(b, &all, GEOSGeom_setPrecision_r(b->geos, all, GRID_M, 0));
    }
    if (all != NULL) {
        replace(b, &all, GEOSGeom_transformXY_r(b->geos, all, to_degrees, &b->plane));
    }
    if (all != NULL &&
        GEOSisValid_r(b->geos, all) != 1) { /* never seen; the grid of metres must not hold for degrees */
        replace(b, &all, GEOSGeom_setPrecision_r(b->geos, all, 0, GEOS_PREC_NO_TOPO));
        if (all != NULL) {
            replace(b, &all, GEOSMakeValid_r(b->geos, all));
        }
    }
    return all;
}

/* ---- back to flat arrays ---- */

static tp_code add_ring(builder *b, const GEOSGeometry *ring, tp_shapes *shapes, tp_error *error) {
    const GEOSCoordSequence *points = GEOSGeom_getCoordSeq_r(b->geos, ring);
    unsigned n = 0;
    if (points == NULL || !GEOSCoordSeq_getSize_r(b->geos, points, &n)) {
        return tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", b->message);
    }
    double *x = malloc(sizeof *x * 2 * ((size_t)n + 1)), *y = x == NULL ? NULL : x + n;
    if (x == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = GEOSCoordSeq_copyToArrays_r(b->geos, points, x, y, NULL, NULL)
                       ? tp_shapes_add_ring(shapes, x, y, n, error)
                       : tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", b->message);
    free(x);
    return code;
}

static tp_code add_polygons(builder *b, const GEOSGeometry *geometry, tp_shapes *shapes, tp_error *error) {
    int type = GEOSGeomTypeId_r(b->geos, geometry);
    tp_code code = TP_OK;
    if (GEOSisEmpty_r(b->geos, geometry) != 0) {
        return TP_OK;
    }
    if (type == GEOS_POLYGON) {
        code = tp_shapes_add_part(shapes, error);
        if (code == TP_OK) {
            code = add_ring(b, GEOSGetExteriorRing_r(b->geos, geometry), shapes, error);
        }
        int n = GEOSGetNumInteriorRings_r(b->geos, geometry);
        for (int i = 0; i < n && code == TP_OK; i++) {
            code = add_ring(b, GEOSGetInteriorRingN_r(b->geos, geometry, i), shapes, error);
        }
    } else if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
        int n = GEOSGetNumGeometries_r(b->geos, geometry);
        for (int i = 0; i < n && code == TP_OK; i++) {
            code = add_polygons(b, GEOSGetGeometryN_r(b->geos, geometry, i), shapes, error);
        }
    }
    return code;
}

/* ---- all of it ---- */

static bool begin(builder *b, const tp_ways *ways, const tp_reached_roads *reached) {
    int64_t longest = 2;
    for (int64_t i = 0; i < reached->n; i++) {
        int64_t way = reached->items[i].way, n = ways->vertex_first[way + 1] - ways->vertex_first[way];
        longest = n > longest ? n : longest;
    }
    b->geos = GEOS_init_r();
    if (b->geos == NULL) {
        return false;
    }
    GEOSContext_setErrorMessageHandler_r(b->geos, keep_message, b);
    b->round = GEOSBufferParams_create_r(b->geos);
    b->x = malloc(((size_t)longest + 1) * sizeof *b->x);
    b->y = malloc(((size_t)longest + 1) * sizeof *b->y);
    b->parts = malloc(((size_t)(reached->n + reached->n_alone) + 1) * sizeof(GEOSGeometry *));
    return b->round != NULL && b->x != NULL && b->y != NULL && b->parts != NULL &&
           GEOSBufferParams_setQuadrantSegments_r(b->geos, b->round, QUADRANT_SEGMENTS) == 1;
}

static void end(builder *b) {
    for (unsigned i = 0; i < b->n; i++) {
        GEOSGeom_destroy_r(b->geos, b->parts[i]);
    }
    if (b->geos != NULL) {
        if (b->round != NULL) {
            GEOSBufferParams_destroy_r(b->geos, b->round);
        }
        GEOS_finish_r(b->geos);
    }
    free(b->parts);
    free(b->x);
    free(b->y);
}

tp_code tp_isochrone_polygon(const tp_ways *ways, const tp_ellipsoid *ellipsoid, const tp_reached_roads *reached,
                             double tolerance_m, tp_shapes *shapes, tp_error *error) {
    tp_code code = tp_shapes_add_row(shapes, error);
    if (code != TP_OK || reached->n + reached->n_alone == 0) {
        return code;
    }
    builder b = {.tolerance_m = tolerance_m};
    set_plane(ways, ellipsoid, reached, tolerance_m, &b.plane);
    if (!begin(&b, ways, reached)) {
        end(&b);
        return tp_error_memory(error);
    }
    GEOSGeometry *polygon = add_parts(&b, ways, reached) ? unite(&b) : NULL;
    code = polygon == NULL ? tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", b.message)
                           : add_polygons(&b, polygon, shapes, error);
    GEOSGeom_destroy_r(b.geos, polygon);
    end(&b);
    return code;
}
