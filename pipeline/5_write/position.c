/* A position for each row of a layer. See position.h. Plane geometry in degrees is enough for a point within. */
#include "5_write/position.h"

#include <math.h>
#include <stdlib.h>

/* The point half-way along a line part, by length in degrees. */
static void middle_of_line(const tp_shapes *shapes, int64_t part, double *x, double *y) {
    int64_t first = shapes->ring_first[shapes->part_first[part]];
    int64_t end = shapes->ring_first[shapes->part_first[part] + 1];
    double length = 0;
    for (int64_t i = first + 1; i < end; i++) {
        length += hypot(shapes->x[i] - shapes->x[i - 1], shapes->y[i] - shapes->y[i - 1]);
    }
    double left = length / 2;
    *x = shapes->x[first];
    *y = shapes->y[first];
    for (int64_t i = first + 1; i < end; i++) {
        double dx = shapes->x[i] - shapes->x[i - 1], dy = shapes->y[i] - shapes->y[i - 1];
        double step = hypot(dx, dy);
        double share = step > 0 ? fmin(left / step, 1) : 0;
        *x = shapes->x[i - 1] + share * dx;
        *y = shapes->y[i - 1] + share * dy;
        if (left <= step) {
            return;
        }
        left -= step;
    }
}

/* The part of a polygon row whose shell has the largest bounding box. */
static int64_t largest_part(const tp_shapes *shapes, int64_t row) {
    int64_t best = shapes->row_first[row];
    double best_area = -1;
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        int64_t shell = shapes->part_first[part];
        double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
        for (int64_t i = shapes->ring_first[shell]; i < shapes->ring_first[shell + 1]; i++) {
            west = fmin(west, shapes->x[i]);
            east = fmax(east, shapes->x[i]);
            south = fmin(south, shapes->y[i]);
            north = fmax(north, shapes->y[i]);
        }
        if ((east - west) * (north - south) > best_area) {
            best_area = (east - west) * (north - south);
            best = part;
        }
    }
    return best;
}

/* A parallel across the middle of the part that goes through none of its vertices (unless the part is flat). */
static double middle_parallel(const tp_shapes *shapes, int64_t first, int64_t end) {
    double south = INFINITY, north = -INFINITY;
    for (int64_t i = first; i < end; i++) {
        south = fmin(south, shapes->y[i]);
        north = fmax(north, shapes->y[i]);
    }
    double middle = (south + north) / 2, below = south, above = north;
    for (int64_t i = first; i < end; i++) {
        double y = shapes->y[i];
        if (y <= middle) {
            below = fmax(below, y);
        } else {
            above = fmin(above, y);
        }
    }
    return (below + above) / 2;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle of the widest stretch of the middle parallel inside the part; `crossings` has room for all its edges. */
static void inside_polygon(const tp_shapes *shapes, int64_t part, double *crossings, double *x, double *y) {
    int64_t first_ring = shapes->part_first[part], end_ring = shapes->part_first[part + 1];
    int64_t first = shapes->ring_first[first_ring], end = shapes->ring_first[end_ring];
    double parallel = middle_parallel(shapes, first, end);
    size_t n = 0;
    for (int64_t ring = first_ring; ring < end_ring; ring++) {
        for (int64_t i = shapes->ring_first[ring] + 1; i < shapes->ring_first[ring + 1]; i++) {
            double y1 = shapes->y[i - 1], y2 = shapes->y[i];
            if ((y1 > parallel) != (y2 > parallel)) {
                double share = (parallel - y1) / (y2 - y1);
                crossings[n++] = shapes->x[i - 1] + share * (shapes->x[i] - shapes->x[i - 1]);
            }
        }
    }
    qsort(crossings, n, sizeof *crossings, compare_doubles);
    *x = shapes->x[first];
    *y = n >= 2 ? parallel : shapes->y[first];
    double widest = -1;
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (crossings[i + 1] - crossings[i] > widest) {
            widest = crossings[i + 1] - crossings[i];
            *x = (crossings[i] + crossings[i + 1]) / 2;
        }
    }
}

tp_code tp_positions_new(const tp_layer *layer, tp_positions *positions, tp_error *error) {
    *positions = (tp_positions){.layer = layer};
    if (layer->geometry == TP_GEOMETRY_NONE || layer->geometry == TP_GEOMETRY_POINT) {
        positions->lon_deg = layer->lon_deg;
        positions->lat_deg = layer->lat_deg;
        return TP_OK;
    }
    const tp_shapes *shapes = &layer->shapes;
    size_t n = (size_t)layer->n_rows;
    double *owned = malloc((2 * n + 1) * sizeof *owned);
    double *crossings = malloc(((size_t)shapes->n_vertices + 1) * sizeof *crossings);
    if (owned == NULL || crossings == NULL) {
        free(owned);
        free(crossings);
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        double *x = &owned[row], *y = &owned[n + (size_t)row];
        *x = *y = NAN;
        if (row >= shapes->n_rows || shapes->row_first[row] == shapes->row_first[row + 1]) {
            continue;
        }
        if (layer->geometry == TP_GEOMETRY_LINE) {
            middle_of_line(shapes, shapes->row_first[row], x, y);
        } else {
            inside_polygon(shapes, largest_part(shapes, row), crossings, x, y);
        }
    }
    free(crossings);
    positions->owned = owned;
    positions->lon_deg = owned;
    positions->lat_deg = owned + n;
    return TP_OK;
}

void tp_positions_reset(tp_positions *positions) {
    free(positions->owned);
    *positions = (tp_positions){0};
}
