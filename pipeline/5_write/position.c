/* A position for each row of a layer. See position.h. Plane geometry in degrees is enough for a point within. */
#include "5_write/position.h"

#include "core/space/inside.h"

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

tp_code tp_positions_new(const tp_layer *layer, tp_positions *positions, tp_error *error) {
    *positions = (tp_positions){.layer = layer};
    if (layer->geometry == TP_GEOMETRY_NONE || layer->lon_deg != NULL) {
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
            (void)tp_point_inside(shapes, row, crossings, x, y);
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
