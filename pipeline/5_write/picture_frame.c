/* The projection and scale of a picture. See picture_frame.h. */
#include "5_write/picture_frame.h"

#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 33 };

bool tp_box_overlaps(const tp_box *a, const tp_box *b) {
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

/* Is the CRS one in metres on a plane? */
static bool is_projected(const char *crs) {
    PJ_CONTEXT *context = proj_context_create();
    PJ *pj = context == NULL ? NULL : proj_create(context, crs);
    PJ_TYPE type = pj == NULL ? PJ_TYPE_UNKNOWN : proj_get_type(pj);
    if (type == PJ_TYPE_BOUND_CRS || type == PJ_TYPE_COMPOUND_CRS) {
        PJ *inner = type == PJ_TYPE_BOUND_CRS ? proj_get_source_crs(context, pj) : proj_crs_get_sub_crs(context, pj, 0);
        type = inner == NULL ? PJ_TYPE_UNKNOWN : proj_get_type(inner);
        proj_destroy(inner);
    }
    proj_destroy(pj);
    proj_context_destroy(context);
    return type == PJ_TYPE_PROJECTED_CRS;
}

static tp_code open_equal_area(tp_frame *frame, const tp_ellipsoid *ellipsoid, tp_error *error) {
    char definition[256];
    const double *e = frame->extent_deg;
    (void)snprintf(definition, sizeof definition, "+proj=laea +lon_0=%.6f +lat_0=%.6f +a=%.12g +f=%.17g",
                   (e[0] + e[2]) / 2, (e[1] + e[3]) / 2, ellipsoid->a_m, ellipsoid->f);
    frame->context = proj_context_create();
    frame->projection = frame->context == NULL ? NULL : proj_create(frame->context, definition);
    return frame->projection == NULL
               ? tp_error_set(error, TP_E_MACHINE, "the picture's projection cannot be made (%s)", definition)
               : TP_OK;
}

tp_code tp_frame_open(tp_frame *frame, const char *geographic_crs, const tp_ellipsoid *ellipsoid, const char *run_crs,
                      const double extent_deg[4], tp_error *error) {
    memcpy(frame->extent_deg, extent_deg, sizeof frame->extent_deg);
    if (run_crs != NULL && is_projected(run_crs)) {
        return tp_transform_new(geographic_crs, run_crs, extent_deg, &frame->transform, error);
    }
    return open_equal_area(frame, ellipsoid, error);
}

/* Degrees to projected metres, NaN where that cannot be. */
static void project(tp_frame *frame, double *x, double *y, int64_t n) {
    uint8_t *failed = frame->transform == NULL ? NULL : calloc((size_t)n + 1, 1);
    if (failed != NULL) {
        (void)tp_transform_points(frame->transform, x, y, n, failed);
    }
    for (int64_t i = 0; i < n; i++) {
        if (frame->projection != NULL && isfinite(x[i]) && isfinite(y[i])) {
            PJ_COORD at = proj_trans(frame->projection, PJ_FWD, proj_coord(proj_torad(x[i]), proj_torad(y[i]), 0, 0));
            x[i] = at.xy.x;
            y[i] = at.xy.y;
        }
        bool bad = (frame->projection == NULL && (failed == NULL || failed[i])) || !isfinite(x[i]) || !isfinite(y[i]);
        if (bad) {
            x[i] = y[i] = NAN;
        }
    }
    free(failed);
}

static tp_code measure_ground(tp_frame *frame, const tp_ellipsoid *ellipsoid, tp_error *error) {
    const double *e = frame->extent_deg;
    double lon = (e[0] + e[2]) / 2, lat = (e[1] + e[3]) / 2, step = (e[2] - e[0]) / 64;
    double x[2] = {lon - step, lon + step}, y[2] = {lat, lat};
    double metres = tp_geodesic_distance_m(ellipsoid, x[0], lat, x[1], lat);
    tp_frame_points(frame, x, y, 2);
    frame->metres_per_pixel = metres / hypot(x[1] - x[0], y[1] - y[0]);
    return isfinite(frame->metres_per_pixel) && frame->metres_per_pixel > 0
               ? TP_OK
               : tp_error_set(error, TP_E_DATA, "the run's CRS cannot express the middle of the picture");
}

tp_code tp_frame_fit(tp_frame *frame, const tp_ellipsoid *ellipsoid, tp_box map, tp_error *error) {
    double x[SAMPLES * SAMPLES], y[SAMPLES * SAMPLES];
    const double *e = frame->extent_deg;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        x[i] = e[0] + (e[2] - e[0]) * (i % SAMPLES) / (SAMPLES - 1);
        y[i] = e[1] + (e[3] - e[1]) * (int)(i / SAMPLES) / (SAMPLES - 1);
    }
    project(frame, x, y, (int64_t)SAMPLES * SAMPLES);
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) { /* fmin and fmax leave NaN aside */
        west = fmin(west, x[i]);
        east = fmax(east, x[i]);
        south = fmin(south, y[i]);
        north = fmax(north, y[i]);
    }
    if (!(east > west) || !(north > south)) {
        return tp_error_set(error, TP_E_DATA, "the run's CRS cannot express the picture's extent");
    }
    double across = (map.right - map.left) / (east - west), down = (map.bottom - map.top) / (north - south);
    frame->map = map;
    frame->scale = fmin(across, down);
    frame->x0 = (west + east) / 2 - (map.right - map.left) / 2 / frame->scale;
    frame->y0 = (south + north) / 2 + (map.bottom - map.top) / 2 / frame->scale;
    return measure_ground(frame, ellipsoid, error);
}

void tp_frame_points(tp_frame *frame, double *x, double *y, int64_t n) {
    static const double FAR = 1e6; /* cairo counts in 24 bits before the point */
    project(frame, x, y, n);
    for (int64_t i = 0; i < n; i++) {
        if (isfinite(x[i])) {
            x[i] = fmax(-FAR, fmin(FAR, frame->map.left + (x[i] - frame->x0) * frame->scale));
            y[i] = fmax(-FAR, fmin(FAR, frame->map.top + (frame->y0 - y[i]) * frame->scale));
        }
    }
}

void tp_frame_reset(tp_frame *frame) {
    proj_destroy(frame->projection);
    proj_context_destroy(frame->context);
    tp_transform_free(frame->transform);
    *frame = (tp_frame){0};
}
