/* Vertices in the output's CRS. See project.h. */
#include "5_write/project.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tp_code tp_projector_open(tp_projector *projector, const char *geographic_crs, const char *output_crs,
                          tp_error *error) {
    if (geographic_crs == NULL || strcmp(geographic_crs, output_crs) == 0) {
        return TP_OK;
    }
    return tp_transform_new(geographic_crs, output_crs, NULL, &projector->transform, error);
}

void tp_projector_reset(tp_projector *projector) {
    tp_transform_free(projector->transform);
    free(projector->x);
    free(projector->y);
    free(projector->failed);
    *projector = (tp_projector){0};
}

static tp_code reserve(tp_projector *projector, int64_t n, tp_error *error) {
    if (n <= projector->capacity) {
        return TP_OK;
    }
    int64_t capacity = n > 2 * projector->capacity ? n : 2 * projector->capacity;
    free(projector->x);
    free(projector->y);
    free(projector->failed);
    projector->x = malloc((size_t)capacity * sizeof *projector->x);
    projector->y = malloc((size_t)capacity * sizeof *projector->y);
    projector->failed = malloc((size_t)capacity);
    if (projector->x == NULL || projector->y == NULL || projector->failed == NULL) {
        projector->capacity = 0;
        return tp_error_memory(error);
    }
    projector->capacity = capacity;
    return TP_OK;
}

/* Copies n positions into projector->x and y, checked and in the output's CRS. */
static tp_code bring(tp_projector *projector, const double *lon_deg, const double *lat_deg, int64_t n,
                     const char *layer, int64_t row, tp_error *error) {
    tp_code code = reserve(projector, n, error);
    if (code != TP_OK) {
        return code;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(lon_deg[i]) || !isfinite(lat_deg[i])) {
            return tp_error_set(error, TP_E_INTERNAL, "layer '%s' row %lld: a coordinate is not a finite number", layer,
                                (long long)row);
        }
    }
    memcpy(projector->x, lon_deg, (size_t)n * sizeof *lon_deg);
    memcpy(projector->y, lat_deg, (size_t)n * sizeof *lat_deg);
    projector->n = n;
    if (projector->transform == NULL ||
        tp_transform_points(projector->transform, projector->x, projector->y, n, projector->failed) == 0) {
        return TP_OK;
    }
    int64_t i = 0;
    while (i < n - 1 && projector->failed[i] == 0) {
        i++;
    }
    return tp_error_set(
        error, TP_E_DATA,
        "layer '%s' row %lld: longitude %.8g latitude %.8g lies outside what the output's CRS can express", layer,
        (long long)row, lon_deg[i], lat_deg[i]);
}

tp_code tp_projector_take(tp_projector *projector, tp_geometry kind, const tp_shape *shape, const char *layer,
                          int64_t row, tp_error *error) {
    projector->n = 0;
    if (shape == NULL || shape->geometry == TP_GEOMETRY_NONE) {
        return TP_OK;
    }
    if (shape->geometry != kind) {
        return tp_error_set(error, TP_E_INTERNAL, "layer '%s' row %lld: a %s stands in a layer of %ss", layer,
                            (long long)row, tp_geometry_text(shape->geometry), tp_geometry_text(kind));
    }
    if (kind == TP_GEOMETRY_POINT) {
        return bring(projector, &shape->lon_deg, &shape->lat_deg, 1, layer, row, error);
    }
    const tp_shapes *shapes = shape->shapes;
    int64_t first = shapes->ring_first[shapes->part_first[shapes->row_first[shape->row]]];
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[shape->row + 1]]];
    return end == first ? TP_OK
                        : bring(projector, shapes->x + first, shapes->y + first, end - first, layer, row, error);
}
