/* Between flat arrays and GEOS: see geos_polygons.h. */
#include "core/space/geos_polygons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_message(const char *message, void *user) {
    tp_geos *geos = user;
    snprintf(geos->message, sizeof geos->message, "%s", message);
}

bool tp_geos_begin(tp_geos *geos) {
    geos->message[0] = '\0';
    geos->context = GEOS_init_r();
    if (geos->context == NULL) {
        return false;
    }
    GEOSContext_setErrorMessageHandler_r(geos->context, keep_message, geos);
    return true;
}

void tp_geos_end(tp_geos *geos) {
    if (geos->context != NULL) {
        GEOS_finish_r(geos->context);
        geos->context = NULL;
    }
}

static int64_t ring_size(const tp_shapes *shapes, int64_t ring) {
    return shapes->ring_first[ring + 1] - shapes->ring_first[ring];
}

static GEOSGeometry *make_ring(tp_geos *geos, const tp_shapes *shapes, int64_t ring) {
    int64_t first = shapes->ring_first[ring];
    GEOSCoordSequence *points = GEOSCoordSeq_copyFromArrays_r(geos->context, shapes->x + first, shapes->y + first, NULL,
                                                              NULL, (unsigned)ring_size(shapes, ring));
    return points == NULL ? NULL : GEOSGeom_createLinearRing_r(geos->context, points);
}

/* One part; `holes` has room for all its rings. NULL: see geos->message. */
static GEOSGeometry *make_polygon(tp_geos *geos, const tp_shapes *shapes, int64_t part, GEOSGeometry **holes) {
    int64_t first = shapes->part_first[part];
    GEOSGeometry *shell = make_ring(geos, shapes, first);
    unsigned n = 0;
    bool good = shell != NULL;
    for (int64_t ring = first + 1; ring < shapes->part_first[part + 1] && good; ring++) {
        if (ring_size(shapes, ring) >= TP_RING_POINTS_MIN) {
            holes[n] = make_ring(geos, shapes, ring);
            good = holes[n] != NULL;
            n += good;
        }
    }
    if (good) {
        return GEOSGeom_createPolygon_r(geos->context, shell, holes, n);
    }
    for (unsigned i = 0; i < n; i++) {
        GEOSGeom_destroy_r(geos->context, holes[i]);
    }
    if (shell != NULL) {
        GEOSGeom_destroy_r(geos->context, shell);
    }
    return NULL;
}

/* How many parts the rows have, and the most rings of one. */
static void count(const tp_shapes *shapes, const int64_t *rows, int64_t n, int64_t *n_parts, int64_t *n_rings) {
    *n_parts = *n_rings = 0;
    for (int64_t i = 0; i < n; i++) {
        *n_parts += shapes->row_first[rows[i] + 1] - shapes->row_first[rows[i]];
        for (int64_t part = shapes->row_first[rows[i]]; part < shapes->row_first[rows[i] + 1]; part++) {
            int64_t rings = shapes->part_first[part + 1] - shapes->part_first[part];
            *n_rings = rings > *n_rings ? rings : *n_rings;
        }
    }
}

bool tp_geos_parts_make(tp_geos *geos, const tp_shapes *shapes, const int64_t *rows, int64_t n, tp_geos_parts *parts) {
    int64_t n_parts, n_rings;
    count(shapes, rows, n, &n_parts, &n_rings);
    *parts = (tp_geos_parts){.items = malloc(sizeof(GEOSGeometry *) * (size_t)(n_parts + 1))};
    GEOSGeometry **holes = malloc(sizeof(GEOSGeometry *) * (size_t)(n_rings + 1));
    bool good = parts->items != NULL && holes != NULL;
    if (!good) {
        keep_message("out of memory", geos);
    }
    for (int64_t i = 0; i < n && good; i++) {
        for (int64_t part = shapes->row_first[rows[i]]; part < shapes->row_first[rows[i] + 1] && good; part++) {
            bool empty = shapes->part_first[part] == shapes->part_first[part + 1];
            if (!empty && ring_size(shapes, shapes->part_first[part]) >= TP_RING_POINTS_MIN) {
                parts->items[parts->n] = make_polygon(geos, shapes, part, holes);
                good = parts->items[parts->n] != NULL;
                parts->n += good;
            }
        }
    }
    free(holes);
    return good;
}

void tp_geos_parts_reset(tp_geos *geos, tp_geos_parts *parts) {
    for (int64_t i = 0; i < parts->n; i++) {
        if (parts->items[i] != NULL) {
            GEOSGeom_destroy_r(geos->context, parts->items[i]);
        }
    }
    free(parts->items);
    *parts = (tp_geos_parts){0};
}

GEOSGeometry *tp_geos_parts_collect(tp_geos *geos, tp_geos_parts *parts) {
    unsigned n = (unsigned)parts->n;
    parts->n = 0; /* GEOS owns them from here on, also when it fails */
    return GEOSGeom_createCollection_r(geos->context, GEOS_MULTIPOLYGON, parts->items, n);
}

static tp_code add_ring(tp_geos *geos, const GEOSGeometry *ring, tp_shapes *shapes, tp_error *error) {
    const GEOSCoordSequence *points = GEOSGeom_getCoordSeq_r(geos->context, ring);
    unsigned n = 0;
    if (points == NULL || !GEOSCoordSeq_getSize_r(geos->context, points, &n)) {
        return tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", geos->message);
    }
    double *x = malloc(sizeof *x * 2 * ((size_t)n + 1)), *y = x + n + 1;
    if (x == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = TP_OK;
    if (!GEOSCoordSeq_copyToArrays_r(geos->context, points, x, y, NULL, NULL)) {
        code = tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", geos->message);
    } else {
        code = tp_shapes_add_ring(shapes, x, y, n, error);
    }
    free(x);
    return code;
}

static tp_code add_polygon(tp_geos *geos, const GEOSGeometry *polygon, tp_shapes *shapes, tp_error *error) {
    tp_code code = tp_shapes_add_part(shapes, error);
    if (code == TP_OK) {
        code = add_ring(geos, GEOSGetExteriorRing_r(geos->context, polygon), shapes, error);
    }
    int n = GEOSGetNumInteriorRings_r(geos->context, polygon);
    for (int i = 0; i < n && code == TP_OK; i++) {
        code = add_ring(geos, GEOSGetInteriorRingN_r(geos->context, polygon, i), shapes, error);
    }
    return code;
}

tp_code tp_geos_add_polygons(tp_geos *geos, const GEOSGeometry *geometry, tp_shapes *shapes, tp_error *error) {
    int type = GEOSGeomTypeId_r(geos->context, geometry);
    if (GEOSisEmpty_r(geos->context, geometry) != 0) {
        return TP_OK;
    }
    if (type == GEOS_POLYGON) {
        return add_polygon(geos, geometry, shapes, error);
    }
    tp_code code = TP_OK;
    if (type == GEOS_MULTIPOLYGON || type == GEOS_GEOMETRYCOLLECTION) {
        int n = GEOSGetNumGeometries_r(geos->context, geometry);
        for (int i = 0; i < n && code == TP_OK; i++) {
            code = tp_geos_add_polygons(geos, GEOSGetGeometryN_r(geos->context, geometry, i), shapes, error);
        }
    }
    return code;
}
