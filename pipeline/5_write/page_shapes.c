/* Geometry for the page: whole numbers of small parts of a degree, as differences. See page_json.h. */
#include "5_write/page_json.h"

#include "core/space/simplify.h"

#include <math.h>
#include <string.h>

enum { POINTS_A_DEGREE = 100000, VERTICES_A_DEGREE = 10000 };

static void add_difference(tp_text *json, bool first, long long value, long long *before) {
    tp_text_add(json, "%s%lld", first ? "" : ",", value - *before);
    *before = value;
}

void tp_json_points(tp_text *json, const double *lon_deg, const double *lat_deg, int64_t n) {
    long long x = 0, y = 0;
    tp_text_add(json, "\"points\":[");
    for (int64_t i = 0; i < n; i++) {
        /* A row without a position repeats the one before; the page shows no such row on its map. */
        bool has = isfinite(lon_deg[i]) && isfinite(lat_deg[i]);
        add_difference(json, i == 0, has ? llround(lon_deg[i] * POINTS_A_DEGREE) : x, &x);
        add_difference(json, false, has ? llround(lat_deg[i] * POINTS_A_DEGREE) : y, &y);
    }
    tp_text_add(json, "]");
}

/* A ring without its repeated first vertex, and without vertices that rounding has put on top of each other. */
static void add_ring(tp_text *json, const tp_shapes *shapes, int64_t ring, bool closed) {
    long long x = 0, y = 0;
    int64_t first = shapes->ring_first[ring], end = shapes->ring_first[ring + 1] - (closed ? 1 : 0);
    tp_text_add(json, "[");
    for (int64_t i = first; i < end; i++) {
        long long lon = llround(shapes->x[i] * VERTICES_A_DEGREE), lat = llround(shapes->y[i] * VERTICES_A_DEGREE);
        if (i == first || lon != x || lat != y) {
            add_difference(json, i == first, lon, &x);
            add_difference(json, false, lat, &y);
        }
    }
    tp_text_add(json, "]");
}

static void add_rows(tp_text *json, const tp_shapes *shapes, int64_t n_rows, bool closed) {
    tp_text_add(json, "\"rings\":[");
    for (int64_t row = 0; row < n_rows; row++) {
        tp_text_add(json, row == 0 ? "[" : ",[");
        bool has = row < shapes->n_rows;
        int64_t begin = has ? shapes->part_first[shapes->row_first[row]] : 0;
        int64_t end = has ? shapes->part_first[shapes->row_first[row + 1]] : 0;
        for (int64_t ring = begin; ring < end; ring++) {
            tp_text_add(json, ring == begin ? "" : ",");
            add_ring(json, shapes, ring, closed);
        }
        tp_text_add(json, "]");
    }
    tp_text_add(json, "]");
}

tp_code tp_json_rings(tp_text *json, const tp_layer *layer, int64_t vertices_max, tp_error *error) {
    static const double TOLERANCE_MIN_DEG = 0.0002, TOLERANCE_MAX_DEG = 0.2;
    bool closed = layer->geometry == TP_GEOMETRY_POLYGON;
    tp_shapes simple = {0};
    tp_code code = TP_OK;
    for (double tolerance = TOLERANCE_MIN_DEG; tolerance < TOLERANCE_MAX_DEG; tolerance *= 2) {
        tp_shapes_reset(&simple);
        code = tp_simplify(&layer->shapes, closed, tolerance, &simple, error);
        if (code != TP_OK || simple.n_vertices <= vertices_max) {
            break;
        }
    }
    if (code == TP_OK) {
        add_rows(json, &simple, layer->n_rows, closed);
    }
    tp_shapes_reset(&simple);
    return code;
}

typedef struct box {
    double west, south, width, height;
} box;

/* The row as a rectangle along the meridians; false when it is something else. */
static bool row_box(const tp_shapes *shapes, int64_t row, box *box) {
    int64_t part = shapes->row_first[row], ring = shapes->part_first[part];
    if (shapes->row_first[row + 1] != part + 1 || shapes->part_first[part + 1] != ring + 1) {
        return false;
    }
    int64_t first = shapes->ring_first[ring], n = shapes->ring_first[ring + 1] - first;
    if (n != 5) {
        return false;
    }
    const double *x = shapes->x + first, *y = shapes->y + first;
    double west = fmin(x[0], x[2]), east = fmax(x[0], x[2]), south = fmin(y[0], y[2]), north = fmax(y[0], y[2]);
    for (int i = 0; i < 4; i++) {
        bool corner = (x[i] == west || x[i] == east) && (y[i] == south || y[i] == north);
        if (!corner || (x[i] != x[i + 1]) == (y[i] != y[i + 1])) {
            return false;
        }
    }
    box->west = west;
    box->south = south;
    box->width = east - west;
    box->height = north - south;
    return box->width > 0 && box->height > 0;
}

/* How many widths the cell lies from the first; false when it is no whole number of them. */
static bool whole_steps(double from, double to, double step, long long *steps) {
    double exact = (to - from) / step;
    *steps = llround(exact);
    return fabs(exact - (double)*steps) < 1e-3;
}

bool tp_json_grid(tp_text *json, const tp_layer *layer) {
    const tp_shapes *shapes = &layer->shapes;
    box first = {0}, cell = {0};
    long long column = 0, row_number = 0;
    if (layer->geometry != TP_GEOMETRY_POLYGON || layer->n_rows == 0 || shapes->n_rows < layer->n_rows ||
        !row_box(shapes, 0, &first)) {
        return false;
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (!row_box(shapes, row, &cell) || fabs(cell.width / first.width - 1) > 1e-6 ||
            fabs(cell.height / first.height - 1) > 1e-6 || !whole_steps(first.west, cell.west, first.width, &column) ||
            !whole_steps(first.south, cell.south, first.height, &row_number)) {
            return false;
        }
    }
    tp_text_add(json, "\"grid\":{\"lon\":%.9f,\"lat\":%.9f,\"width\":%.9f,\"height\":%.9f,\"cells\":[", first.west,
                first.south, first.width, first.height);
    long long x = 0, y = 0;
    for (int64_t row = 0; row < layer->n_rows; row++) {
        (void)row_box(shapes, row, &cell);
        (void)whole_steps(first.west, cell.west, first.width, &column);
        (void)whole_steps(first.south, cell.south, first.height, &row_number);
        add_difference(json, row == 0, column, &x);
        add_difference(json, false, row_number, &y);
    }
    tp_text_add(json, "]}");
    return true;
}
