/* OGR's geometries as positions and flat arrays: see tp_geometry_read in ogr_file.h. Z and M are left aside, curves
 * become straight pieces. */
#include "1_read/ogr_file.h"
#include "1_read/rejects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tp_geometry_reader_reset(tp_geometry_reader *reader) {
    free(reader->x);
    free(reader->y);
    *reader = (tp_geometry_reader){0};
}

/* What is found wrong with one feature's geometry. */
typedef struct finding {
    const char *reason;
    char *detail;
    size_t size;
} finding;

static bool check_finite(const double *x, const double *y, int64_t n, finding *found) {
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) {
            found->reason = TP_REJECT_COORDINATE_NOT_FINITE;
            snprintf(found->detail, found->size, "x %g, y %g", x[i], y[i]);
            return false;
        }
    }
    return true;
}

/* Appends the vertices of a line or ring; a ring that does not end where it began is closed. */
static tp_code add_vertices(tp_geometry_reader *reader, OGRGeometryH line, bool ring, tp_shapes *shapes, finding *found,
                            tp_error *error) {
    int64_t n = OGR_G_GetPointCount(line);
    if (n == 0) {
        return TP_OK;
    }
    if (n + 1 > reader->capacity) {
        free(reader->x);
        free(reader->y);
        reader->capacity = 2 * (n + 1);
        reader->x = malloc(sizeof *reader->x * (size_t)reader->capacity);
        reader->y = malloc(sizeof *reader->y * (size_t)reader->capacity);
        if (reader->x == NULL || reader->y == NULL) {
            tp_geometry_reader_reset(reader);
            return tp_error_memory(error);
        }
    }
    OGR_G_GetPoints(line, reader->x, sizeof(double), reader->y, sizeof(double), NULL, 0);
    if (!check_finite(reader->x, reader->y, n, found)) {
        return TP_OK;
    }
    if (ring && (reader->x[0] != reader->x[n - 1] || reader->y[0] != reader->y[n - 1])) {
        reader->x[n] = reader->x[0];
        reader->y[n] = reader->y[0];
        n++;
    }
    return tp_shapes_add_ring(shapes, reader->x, reader->y, n, error);
}

static tp_code add_part(tp_geometry_reader *reader, OGRGeometryH part, bool polygon, tp_shapes *shapes, finding *found,
                        tp_error *error) {
    if (OGR_G_IsEmpty(part)) {
        return TP_OK;
    }
    tp_code code = tp_shapes_add_part(shapes, error);
    if (!polygon) {
        return code == TP_OK ? add_vertices(reader, part, false, shapes, found, error) : code;
    }
    int n_rings = OGR_G_GetGeometryCount(part);
    for (int i = 0; i < n_rings && code == TP_OK && found->reason == NULL; i++) {
        code = add_vertices(reader, OGR_G_GetGeometryRef(part, i), true, shapes, found, error);
    }
    return code;
}

static tp_code add_shape(tp_geometry_reader *reader, OGRGeometryH geometry, bool polygon, tp_shapes *shapes,
                         finding *found, tp_error *error) {
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry));
    if (type != wkbMultiLineString && type != wkbMultiPolygon) {
        return add_part(reader, geometry, polygon, shapes, found, error);
    }
    tp_code code = TP_OK;
    int n_parts = OGR_G_GetGeometryCount(geometry);
    for (int i = 0; i < n_parts && code == TP_OK && found->reason == NULL; i++) {
        code = add_part(reader, OGR_G_GetGeometryRef(geometry, i), polygon, shapes, found, error);
    }
    return code;
}

static void set_point(OGRGeometryH geometry, tp_layer *layer, int64_t row, finding *found) {
    OGRGeometryH point = geometry;
    if (OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) == wkbMultiPoint) {
        int n = OGR_G_GetGeometryCount(geometry);
        if (n > 1) {
            found->reason = TP_REJECT_SEVERAL_POINTS;
            snprintf(found->detail, found->size, "%d points", n);
            return;
        }
        point = OGR_G_GetGeometryRef(geometry, 0);
    }
    double x = OGR_G_GetX(point, 0), y = OGR_G_GetY(point, 0);
    if (check_finite(&x, &y, 1, found)) {
        layer->lon_deg[row] = x;
        layer->lat_deg[row] = y;
    }
}

/* What speaks against a geometry before its coordinates are looked at. */
static void check_kind(OGRGeometryH geometry, tp_geometry wanted, finding *found) {
    tp_geometry kind;
    if (geometry == NULL) {
        found->reason = TP_REJECT_NO_GEOMETRY;
    } else if (OGR_G_IsEmpty(geometry)) {
        found->reason = TP_REJECT_EMPTY_GEOMETRY;
    } else if (!tp_ogr_geometry(OGR_G_GetGeometryType(geometry), &kind) || kind != wanted) {
        found->reason = TP_REJECT_OTHER_GEOMETRY;
        snprintf(found->detail, found->size, "%s in a layer of kind %s",
                 OGRGeometryTypeToName(OGR_G_GetGeometryType(geometry)), tp_geometry_text(wanted));
    }
}

/* Takes back what was added to the last row of shapes. */
static void roll_back(tp_shapes *shapes, int64_t n_parts, int64_t n_rings, int64_t n_vertices) {
    shapes->n_parts = n_parts;
    shapes->n_rings = n_rings;
    shapes->n_vertices = n_vertices;
    shapes->row_first[shapes->n_rows] = n_parts;
}

static tp_code read_shape(tp_geometry_reader *reader, OGRGeometryH geometry, tp_layer *layer, finding *found,
                          tp_error *error) {
    tp_shapes *shapes = &layer->shapes;
    tp_code code = tp_shapes_add_row(shapes, error);
    if (code != TP_OK || found->reason != NULL) {
        return code;
    }
    OGRGeometryH linear = OGR_G_HasCurveGeometry(geometry, 1) ? OGR_G_GetLinearGeometry(geometry, 0, NULL) : NULL;
    int64_t n_parts = shapes->n_parts, n_rings = shapes->n_rings, n_vertices = shapes->n_vertices;
    code = add_shape(reader, linear == NULL ? geometry : linear, layer->geometry == TP_GEOMETRY_POLYGON, shapes, found,
                     error);
    if (found->reason != NULL) {
        roll_back(shapes, n_parts, n_rings, n_vertices);
    } else if (shapes->n_vertices == n_vertices) {
        found->reason = TP_REJECT_EMPTY_GEOMETRY;
        roll_back(shapes, n_parts, n_rings, n_vertices);
    }
    OGR_G_DestroyGeometry(linear);
    return code;
}

tp_code tp_geometry_read(tp_geometry_reader *reader, OGRGeometryH geometry, tp_layer *layer, int64_t row,
                         const char **reason, char *detail, size_t size, tp_error *error) {
    finding found = {.detail = detail, .size = size};
    detail[0] = '\0';
    check_kind(geometry, layer->geometry, &found);
    tp_code code = TP_OK;
    if (layer->geometry != TP_GEOMETRY_POINT) {
        code = read_shape(reader, geometry, layer, &found, error);
    } else if (found.reason == NULL) {
        set_point(geometry, layer, row, &found);
    }
    *reason = found.reason;
    return code;
}
