/* Points inside polygons: see inside.h. */
#include "core/space/inside.h"

#include <math.h>
#include <stdlib.h>

/* ---- a point inside ---- */

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

/* The middle of the widest stretch of the middle parallel inside the part. */
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

bool tp_point_inside(const tp_shapes *shapes, int64_t row, double *room, double *x, double *y) {
    if (row >= shapes->n_rows || shapes->row_first[row] == shapes->row_first[row + 1]) {
        return false;
    }
    inside_polygon(shapes, largest_part(shapes, row), room, x, y);
    return true;
}

/* ---- the points that each row holds ---- */

void tp_held_reset(tp_held *held) {
    free(held->first);
    free(held->point);
    *held = (tp_held){0};
}

/* A point by its latitude, so that a row looks at those of its span only. */
typedef struct by_latitude {
    double lat_deg;
    int64_t point;
} by_latitude;

static int compare_latitudes(const void *a, const void *b) {
    const by_latitude *p = a, *q = b;
    return p->lat_deg != q->lat_deg ? (p->lat_deg < q->lat_deg ? -1 : 1)
                                    : (p->point > q->point) - (p->point < q->point);
}

static int compare_numbers(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

typedef struct held_search {
    const tp_polygon_index *index;
    const tp_shapes *shapes;
    const double *lon_deg;
    const by_latitude *sorted;
    int64_t n;
} held_search;

static int64_t first_from(const held_search *search, double south_deg) {
    int64_t low = 0, high = search->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (search->sorted[middle].lat_deg < south_deg) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Writes the points of a row (NULL: only counts them). */
static int64_t find_of_row(const held_search *search, int64_t row, int64_t *points) {
    const tp_shapes *shapes = search->shapes;
    if (row >= shapes->n_rows || shapes->row_first[row] == shapes->row_first[row + 1]) {
        return 0;
    }
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[row + 1]]];
    for (int64_t i = shapes->ring_first[shapes->part_first[shapes->row_first[row]]]; i < end; i++) {
        west = fmin(west, shapes->x[i]);
        east = fmax(east, shapes->x[i]);
        south = fmin(south, shapes->y[i]);
        north = fmax(north, shapes->y[i]);
    }
    int64_t found = 0;
    for (int64_t i = first_from(search, south); i < search->n && search->sorted[i].lat_deg <= north; i++) {
        int64_t point = search->sorted[i].point;
        double lon_deg = search->lon_deg[point];
        if (lon_deg >= west && lon_deg <= east &&
            tp_polygon_index_holds(search->index, row, lon_deg, search->sorted[i].lat_deg)) {
            if (points != NULL) {
                points[found] = point;
            }
            found++;
        }
    }
    if (points != NULL) {
        qsort(points, (size_t)found, sizeof *points, compare_numbers);
    }
    return found;
}

static tp_code find_all(const held_search *search, int64_t n_rows, tp_held *held, tp_error *error) {
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t row = 0; row < n_rows; row++) {
        held->first[row + 1] = find_of_row(search, row, NULL);
    }
    for (int64_t row = 0; row < n_rows; row++) {
        held->first[row + 1] += held->first[row];
    }
    held->point = malloc(sizeof *held->point * ((size_t)held->first[n_rows] + 1));
    if (held->point == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 1)
    for (int64_t row = 0; row < n_rows; row++) {
        (void)find_of_row(search, row, held->point + held->first[row]);
    }
    return TP_OK;
}

tp_code tp_held_find(const tp_layer *polygons, const double *lon_deg, const double *lat_deg, int64_t n, tp_held *held,
                     tp_error *error) {
    tp_polygon_index *index = NULL;
    by_latitude *sorted = malloc(sizeof *sorted * ((size_t)n + 1));
    held->first = calloc((size_t)polygons->n_rows + 1, sizeof *held->first);
    tp_code code =
        sorted == NULL || held->first == NULL ? tp_error_memory(error) : tp_polygon_index_new(polygons, &index, error);
    if (code == TP_OK) {
        held_search search = {.index = index, .shapes = &polygons->shapes, .lon_deg = lon_deg, .sorted = sorted};
        for (int64_t i = 0; i < n; i++) {
            if (isfinite(lon_deg[i]) && isfinite(lat_deg[i])) {
                sorted[search.n++] = (by_latitude){lat_deg[i], i};
            }
        }
        qsort(sorted, (size_t)search.n, sizeof *sorted, compare_latitudes);
        code = find_all(&search, polygons->n_rows, held, error);
    }
    tp_polygon_index_free(index);
    free(sorted);
    return code;
}
