/* From flat arrays to OGR geometries, with the projection to the output's CRS on the way. See ogr_geometry.h. */
#include "5_write/ogr_geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tp_ogr_geometry_reset(tp_ogr_geometry *geometry) {
    tp_transform_free(geometry->transform);
    free(geometry->x);
    free(geometry->y);
    free(geometry->failed);
    *geometry = (tp_ogr_geometry){0};
}

OGRwkbGeometryType tp_ogr_geometry_type(tp_geometry geometry) {
    switch (geometry) {
    case TP_GEOMETRY_POINT:
        return wkbPoint;
    case TP_GEOMETRY_LINE:
        return wkbMultiLineString;
    case TP_GEOMETRY_POLYGON:
        return wkbMultiPolygon;
    case TP_GEOMETRY_NONE:
        break;
    }
    return wkbNone;
}

static tp_code reserve(tp_ogr_geometry *geometry, int64_t n, tp_error *error) {
    if (n <= geometry->capacity) {
        return TP_OK;
    }
    int64_t capacity = n > 2 * geometry->capacity ? n : 2 * geometry->capacity;
    free(geometry->x);
    free(geometry->y);
    free(geometry->failed);
    geometry->x = malloc((size_t)capacity * sizeof *geometry->x);
    geometry->y = malloc((size_t)capacity * sizeof *geometry->y);
    geometry->failed = malloc((size_t)capacity);
    if (geometry->x == NULL || geometry->y == NULL || geometry->failed == NULL) {
        geometry->capacity = 0;
        return tp_error_memory(error);
    }
    geometry->capacity = capacity;
    return TP_OK;
}

/* Copies n positions into geometry->x and y, checked and in the output's CRS. */
static tp_code bring(tp_ogr_geometry *geometry, const double *lon_deg, const double *lat_deg, int64_t n,
                     const char *layer, int64_t row, tp_error *error) {
    tp_code code = reserve(geometry, n, error);
    if (code != TP_OK) {
        return code;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(lon_deg[i]) || !isfinite(lat_deg[i])) {
            return tp_error_set(error, TP_E_INTERNAL, "layer '%s' row %lld: a coordinate is not a finite number", layer,
                                (long long)row);
        }
    }
    memcpy(geometry->x, lon_deg, (size_t)n * sizeof *lon_deg);
    memcpy(geometry->y, lat_deg, (size_t)n * sizeof *lat_deg);
    if (geometry->transform == NULL ||
        tp_transform_points(geometry->transform, geometry->x, geometry->y, n, geometry->failed) == 0) {
        return TP_OK;
    }
    int64_t i = 0;
    while (i < n - 1 && geometry->failed[i] == 0) {
        i++;
    }
    return tp_error_set(
        error, TP_E_DATA,
        "layer '%s' row %lld: longitude %.8g latitude %.8g lies outside what the output's CRS can express", layer,
        (long long)row, lon_deg[i], lat_deg[i]);
}

static void set_point(const tp_ogr_geometry *geometry, OGRFeatureH feature) {
    OGRGeometryH point = OGR_F_GetGeometryRef(feature);
    if (point == NULL) {
        point = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(point, 0, geometry->x[0], geometry->y[0]);
        (void)OGR_F_SetGeometryDirectly(feature, point);
        return;
    }
    OGR_G_SetPoint_2D(point, 0, geometry->x[0], geometry->y[0]);
}

/* Ring `ring` as a ring or line; `base` is the first vertex of the row, where geometry->x begins. */
static OGRGeometryH make_curve(const tp_ogr_geometry *geometry, const tp_shapes *shapes, int64_t ring, int64_t base,
                               OGRwkbGeometryType type) {
    OGRGeometryH curve = OGR_G_CreateGeometry(type);
    int64_t first = shapes->ring_first[ring];
    int64_t n = shapes->ring_first[ring + 1] - first;
    OGR_G_SetPoints(curve, (int)n, geometry->x + (first - base), (int)sizeof(double), geometry->y + (first - base),
                    (int)sizeof(double), NULL, 0);
    return curve;
}

static void set_shape(const tp_ogr_geometry *geometry, OGRFeatureH feature, tp_geometry kind, const tp_shapes *shapes,
                      int64_t row, int64_t base) {
    OGRGeometryH whole = OGR_G_CreateGeometry(tp_ogr_geometry_type(kind));
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        OGRGeometryH polygon = kind == TP_GEOMETRY_POLYGON ? OGR_G_CreateGeometry(wkbPolygon) : NULL;
        for (int64_t ring = shapes->part_first[part]; ring < shapes->part_first[part + 1]; ring++) {
            OGRwkbGeometryType type = polygon != NULL ? wkbLinearRing : wkbLineString;
            OGRGeometryH curve = make_curve(geometry, shapes, ring, base, type);
            (void)OGR_G_AddGeometryDirectly(polygon != NULL ? polygon : whole, curve);
        }
        if (polygon != NULL) {
            (void)OGR_G_AddGeometryDirectly(whole, polygon);
        }
    }
    (void)OGR_F_SetGeometryDirectly(feature, whole);
}

tp_code tp_ogr_geometry_set(tp_ogr_geometry *geometry, OGRFeatureH feature, tp_geometry kind, const tp_shape *shape,
                            const char *layer, int64_t row, tp_error *error) {
    if (shape == NULL || shape->geometry == TP_GEOMETRY_NONE) {
        (void)OGR_F_SetGeometryDirectly(feature, NULL);
        return TP_OK;
    }
    if (shape->geometry != kind) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' row %lld: a %s stands in a layer of %ss", layer,
                            (long long)row, tp_geometry_text(shape->geometry), tp_geometry_text(kind));
    }
    if (kind == TP_GEOMETRY_POINT) {
        tp_code code = bring(geometry, &shape->lon_deg, &shape->lat_deg, 1, layer, row, error);
        if (code == TP_OK) {
            set_point(geometry, feature);
        }
        return code;
    }
    const tp_shapes *shapes = shape->shapes;
    int64_t first = shapes->ring_first[shapes->part_first[shapes->row_first[shape->row]]];
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[shape->row + 1]]];
    if (end == first) {
        (void)OGR_F_SetGeometryDirectly(feature, NULL);
        return TP_OK;
    }
    tp_code code = bring(geometry, shapes->x + first, shapes->y + first, end - first, layer, row, error);
    if (code == TP_OK) {
        set_shape(geometry, feature, kind, shapes, shape->row, first);
    }
    return code;
}
