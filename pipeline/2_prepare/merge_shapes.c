/* Where a place of several rows lies: see merge.h. */
#include "2_prepare/join_shapes.h"
#include "2_prepare/merge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double DEGREE = 3.14159265358979323846 / 180;

/* The length of a line in degrees of latitude: longitudes shrunk by the cosine at its beginning. */
static double piece(const tp_shapes *s, int64_t from, double shrink) {
    return hypot((s->x[from + 1] - s->x[from]) * shrink, s->y[from + 1] - s->y[from]);
}

/* Half-way along the longest part of a line. */
static void middle_of(const tp_shapes *s, int64_t row, double *lon_deg, double *lat_deg) {
    double longest = -1;
    for (int64_t p = s->row_first[row]; p < s->row_first[row + 1]; p++) {
        int64_t ring = s->part_first[p], first = s->ring_first[ring], last = s->ring_first[ring + 1] - 1;
        double shrink = cos(s->y[first] * DEGREE), length = 0;
        for (int64_t v = first; v < last; v++) {
            length += piece(s, v, shrink);
        }
        if (length <= longest) {
            continue;
        }
        longest = length;
        *lon_deg = s->x[first];
        *lat_deg = s->y[first];
        double left = length / 2;
        for (int64_t v = first; v < last; v++) {
            double its = piece(s, v, shrink);
            if (its >= left && its > 0) {
                *lon_deg = s->x[v] + (s->x[v + 1] - s->x[v]) * (left / its);
                *lat_deg = s->y[v] + (s->y[v + 1] - s->y[v]) * (left / its);
                break;
            }
            left -= its;
        }
    }
}

/* The centre of area of the rings of a row, holes counting negative; of rings without area the mean of the corners. */
static void centre_of(const tp_shapes *s, int64_t row, double *lon_deg, double *lat_deg) {
    double area = 0, x = 0, y = 0, mean_x = 0, mean_y = 0;
    int64_t n = 0, begin = s->ring_first[s->part_first[s->row_first[row]]];
    double x0 = s->x[begin], y0 = s->y[begin];
    for (int64_t p = s->row_first[row]; p < s->row_first[row + 1]; p++) {
        for (int64_t ring = s->part_first[p]; ring < s->part_first[p + 1]; ring++) {
            double twice = 0, cx = 0, cy = 0;
            for (int64_t v = s->ring_first[ring]; v + 1 < s->ring_first[ring + 1]; v++) {
                double ax = s->x[v] - x0, ay = s->y[v] - y0, bx = s->x[v + 1] - x0, by = s->y[v + 1] - y0;
                double cross = ax * by - bx * ay;
                twice += cross;
                cx += (ax + bx) * cross;
                cy += (ay + by) * cross;
                mean_x += ax;
                mean_y += ay;
                n++;
            }
            double sign = (ring == s->part_first[p]) == (twice >= 0) ? 1 : -1;
            area += sign * twice;
            x += sign * cx;
            y += sign * cy;
        }
    }
    bool flat = fabs(area) < 1e-18;
    *lon_deg = x0 + (flat ? (n == 0 ? 0 : mean_x / (double)n) : x / (3 * area));
    *lat_deg = y0 + (flat ? (n == 0 ? 0 : mean_y / (double)n) : y / (3 * area));
}

void tp_merge_point(const tp_layer *layer, int64_t row, double *lon_deg, double *lat_deg) {
    const tp_shapes *s = &layer->shapes;
    if (layer->geometry == TP_GEOMETRY_POINT) {
        *lon_deg = layer->lon_deg[row];
        *lat_deg = layer->lat_deg[row];
    } else if (s->row_first[row] == s->row_first[row + 1]) {
        *lon_deg = *lat_deg = 0; /* mending has left no row without a geometry */
    } else if (layer->geometry == TP_GEOMETRY_LINE) {
        middle_of(s, row, lon_deg, lat_deg);
    } else {
        centre_of(s, row, lon_deg, lat_deg);
    }
}

/* The mean of the points of a group; of equal points that point. */
static void mean_of(const tp_layer *layer, const int64_t *rows, int64_t n, double *lon_deg, double *lat_deg) {
    double first_lon = 0, first_lat = 0, sum_lon = 0, sum_lat = 0;
    tp_merge_point(layer, rows[0], &first_lon, &first_lat);
    for (int64_t i = 1; i < n; i++) {
        double lon = 0, lat = 0;
        tp_merge_point(layer, rows[i], &lon, &lat);
        sum_lon += lon - first_lon;
        sum_lat += lat - first_lat;
    }
    *lon_deg = first_lon + sum_lon / (double)n;
    *lat_deg = first_lat + sum_lat / (double)n;
}

/* The places of all groups: points, or shapes. */
typedef struct places {
    double *lon_deg, *lat_deg;
    tp_shapes shapes;
} places;

static tp_code place_groups(const tp_layer *layer, bool points, const tp_groups_of_rows *groups, places *to,
                            tp_error *error) {
    tp_geos geos;
    if (!tp_geos_begin(&geos)) {
        return tp_error_memory(error);
    }
    tp_code code = TP_OK;
    tp_layer joined = *layer; /* a view with other shapes, for the centre of a union */
    for (int64_t g = 0; g < groups->n && code == TP_OK; g++) {
        const int64_t *rows = groups->member + groups->start[g];
        int64_t n = groups->start[g + 1] - groups->start[g];
        if (points && (layer->geometry != TP_GEOMETRY_POLYGON || n == 1)) {
            mean_of(layer, rows, n, &to->lon_deg[g], &to->lat_deg[g]);
            continue;
        }
        if (points) {
            tp_shapes_reset(&to->shapes);
        }
        code = tp_join_shapes(&geos, layer, rows, n, &to->shapes, error);
        if (code == TP_OK && points) {
            joined.shapes = to->shapes;
            tp_merge_point(&joined, 0, &to->lon_deg[g], &to->lat_deg[g]);
        }
    }
    if (points) {
        tp_shapes_reset(&to->shapes);
    }
    tp_geos_end(&geos);
    return code;
}

/* The layer keeps the groups' first rows and gets their places. */
static tp_code replace(tp_layer *layer, bool points, const tp_groups_of_rows *groups, places *to, tp_error *error) {
    int64_t *first = malloc(sizeof *first * (size_t)(groups->n + 1));
    if (first == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t g = 0; g < groups->n; g++) {
        first[g] = groups->member[groups->start[g]];
    }
    tp_code code = tp_layer_keep(layer, first, groups->n, error);
    free(first);
    if (code != TP_OK) {
        return code;
    }
    tp_shapes_reset(&layer->shapes);
    if (points) {
        free(layer->lon_deg);
        free(layer->lat_deg);
        layer->lon_deg = to->lon_deg;
        layer->lat_deg = to->lat_deg;
        to->lon_deg = to->lat_deg = NULL;
        layer->geometry = TP_GEOMETRY_POINT;
    } else {
        layer->shapes = to->shapes;
        to->shapes = (tp_shapes){0};
    }
    return TP_OK;
}

tp_code tp_merge_shapes(tp_layer *layer, const tp_merge_options *options, const tp_groups_of_rows *groups,
                        tp_error *error) {
    bool points = layer->geometry == TP_GEOMETRY_POINT || options->point != TP_POINT_KEEP;
    places to = {.lon_deg = calloc((size_t)groups->n + 1, sizeof(double)),
                 .lat_deg = calloc((size_t)groups->n + 1, sizeof(double))};
    tp_code code = to.lon_deg == NULL || to.lat_deg == NULL ? tp_error_memory(error)
                                                            : place_groups(layer, points, groups, &to, error);
    if (code == TP_OK) {
        code = replace(layer, points, groups, &to, error);
    }
    free(to.lon_deg);
    free(to.lat_deg);
    tp_shapes_reset(&to.shapes);
    return code;
}
