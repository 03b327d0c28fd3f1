/* From flat arrays to OGR geometries. See ogr_geometry.h. */
#include "5_write/ogr_geometry.h"

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

static void set_point(const tp_projector *at, OGRFeatureH feature) {
    OGRGeometryH point = OGR_F_GetGeometryRef(feature);
    if (point == NULL) {
        point = OGR_G_CreateGeometry(wkbPoint);
        OGR_G_SetPoint_2D(point, 0, at->x[0], at->y[0]);
        (void)OGR_F_SetGeometryDirectly(feature, point);
        return;
    }
    OGR_G_SetPoint_2D(point, 0, at->x[0], at->y[0]);
}

/* Ring `ring` as a ring or line; `base` is the first vertex of the row, where at->x begins. */
static OGRGeometryH make_curve(const tp_projector *at, const tp_shapes *shapes, int64_t ring, int64_t base,
                               OGRwkbGeometryType type) {
    OGRGeometryH curve = OGR_G_CreateGeometry(type);
    int64_t first = shapes->ring_first[ring];
    int64_t n = shapes->ring_first[ring + 1] - first;
    OGR_G_SetPoints(curve, (int)n, at->x + (first - base), (int)sizeof(double), at->y + (first - base),
                    (int)sizeof(double), NULL, 0);
    return curve;
}

static void set_shape(const tp_projector *at, OGRFeatureH feature, tp_geometry kind, const tp_shapes *shapes,
                      int64_t row, int64_t base) {
    OGRGeometryH whole = OGR_G_CreateGeometry(tp_ogr_geometry_type(kind));
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        OGRGeometryH polygon = kind == TP_GEOMETRY_POLYGON ? OGR_G_CreateGeometry(wkbPolygon) : NULL;
        for (int64_t ring = shapes->part_first[part]; ring < shapes->part_first[part + 1]; ring++) {
            OGRwkbGeometryType type = polygon != NULL ? wkbLinearRing : wkbLineString;
            OGRGeometryH curve = make_curve(at, shapes, ring, base, type);
            (void)OGR_G_AddGeometryDirectly(polygon != NULL ? polygon : whole, curve);
        }
        if (polygon != NULL) {
            (void)OGR_G_AddGeometryDirectly(whole, polygon);
        }
    }
    (void)OGR_F_SetGeometryDirectly(feature, whole);
}

tp_code tp_ogr_geometry_set(tp_projector *projector, OGRFeatureH feature, tp_geometry kind, const tp_shape *shape,
                            const char *layer, int64_t row, tp_error *error) {
    tp_code code = tp_projector_take(projector, kind, shape, layer, row, error);
    if (code != TP_OK) {
        return code;
    }
    if (projector->n == 0) {
        (void)OGR_F_SetGeometryDirectly(feature, NULL);
    } else if (kind == TP_GEOMETRY_POINT) {
        set_point(projector, feature);
    } else {
        const tp_shapes *shapes = shape->shapes;
        set_shape(projector, feature, kind, shapes, shape->row,
                  shapes->ring_first[shapes->part_first[shapes->row_first[shape->row]]]);
    }
    return TP_OK;
}
