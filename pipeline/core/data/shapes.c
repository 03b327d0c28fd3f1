/* Lines and polygons in nested offsets: see tp_shapes in technopolis/layer.h. */
#include "technopolis/layer.h"

#include <stdlib.h>
#include <string.h>

void tp_shapes_reset(tp_shapes *shapes) {
    free(shapes->row_first);
    free(shapes->part_first);
    free(shapes->ring_first);
    free(shapes->x);
    free(shapes->y);
    *shapes = (tp_shapes){0};
}

/* Makes room for `n` offsets in all (one more than items); the first is 0. */
static bool reserve_offsets(int64_t **offsets, int64_t *capacity, int64_t n) {
    if (n <= *capacity) {
        return true;
    }
    int64_t wanted = *capacity < 16 ? 16 : *capacity * 2;
    if (wanted < n) {
        wanted = n;
    }
    int64_t *bigger = realloc(*offsets, sizeof *bigger * (size_t)wanted);
    if (bigger == NULL) {
        return false;
    }
    if (*capacity == 0) {
        bigger[0] = 0;
    }
    *offsets = bigger;
    *capacity = wanted;
    return true;
}

static bool reserve_vertices(tp_shapes *shapes, int64_t n) {
    if (n <= shapes->vertex_capacity) {
        return true;
    }
    int64_t wanted = shapes->vertex_capacity < 64 ? 64 : shapes->vertex_capacity * 2;
    if (wanted < n) {
        wanted = n;
    }
    double *x = realloc(shapes->x, sizeof *x * (size_t)wanted);
    if (x == NULL) {
        return false;
    }
    shapes->x = x;
    double *y = realloc(shapes->y, sizeof *y * (size_t)wanted);
    if (y == NULL) {
        return false;
    }
    shapes->y = y;
    shapes->vertex_capacity = wanted;
    return true;
}

/* Every level has its offsets array from the first row on, so that [0] can always be read. */
static bool reserve_all(tp_shapes *shapes) {
    return reserve_offsets(&shapes->row_first, &shapes->row_capacity, shapes->n_rows + 2) &&
           reserve_offsets(&shapes->part_first, &shapes->part_capacity, shapes->n_parts + 2) &&
           reserve_offsets(&shapes->ring_first, &shapes->ring_capacity, shapes->n_rings + 2);
}

tp_code tp_shapes_add_row(tp_shapes *shapes, tp_error *error) {
    if (!reserve_all(shapes)) {
        return tp_error_memory(error);
    }
    shapes->n_rows++;
    shapes->row_first[shapes->n_rows] = shapes->n_parts;
    return TP_OK;
}

tp_code tp_shapes_add_part(tp_shapes *shapes, tp_error *error) {
    if (!reserve_all(shapes)) {
        return tp_error_memory(error);
    }
    shapes->n_parts++;
    shapes->part_first[shapes->n_parts] = shapes->n_rings;
    shapes->row_first[shapes->n_rows] = shapes->n_parts;
    return TP_OK;
}

tp_code tp_shapes_add_ring(tp_shapes *shapes, const double *x, const double *y, int64_t n, tp_error *error) {
    if (!reserve_all(shapes) || !reserve_vertices(shapes, shapes->n_vertices + n)) {
        return tp_error_memory(error);
    }
    memcpy(shapes->x + shapes->n_vertices, x, sizeof *x * (size_t)n);
    memcpy(shapes->y + shapes->n_vertices, y, sizeof *y * (size_t)n);
    shapes->n_vertices += n;
    shapes->n_rings++;
    shapes->ring_first[shapes->n_rings] = shapes->n_vertices;
    shapes->part_first[shapes->n_parts] = shapes->n_rings;
    return TP_OK;
}

tp_code tp_shapes_copy_parts(tp_shapes *shapes, const tp_shapes *from, int64_t row, tp_error *error) {
    for (int64_t part = from->row_first[row]; part < from->row_first[row + 1]; part++) {
        tp_code code = tp_shapes_add_part(shapes, error);
        for (int64_t ring = from->part_first[part]; ring < from->part_first[part + 1] && code == TP_OK; ring++) {
            int64_t first = from->ring_first[ring];
            code =
                tp_shapes_add_ring(shapes, from->x + first, from->y + first, from->ring_first[ring + 1] - first, error);
        }
        if (code != TP_OK) {
            return code;
        }
    }
    return TP_OK;
}

tp_code tp_shapes_copy_row(tp_shapes *shapes, const tp_shapes *from, int64_t row, tp_error *error) {
    tp_code code = tp_shapes_add_row(shapes, error);
    return code == TP_OK ? tp_shapes_copy_parts(shapes, from, row, error) : code;
}
