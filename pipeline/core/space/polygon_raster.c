/* A raster over the polygons of an index: see polygon_raster.h, and tp_polygon_index_prepare in the public header. */
#include "polygon_raster.h"

#include "polygon_edges.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_CELLS = 1 << 14, MOST_CELLS = 1 << 22, MOST_SPAN = 4, MOST_GAP = 255 };

void tp_raster_reset(tp_polygon_raster *raster) {
    free(raster->row);
    free(raster->gap);
    *raster = (tp_polygon_raster){0};
}

/* ---- marking what edges touch ---- */

static int64_t clamp(double value, int64_t n) {
    return value <= 0 ? 0 : value >= (double)(n - 1) ? n - 1 : (int64_t)value;
}

/* Marks the cells of a box; several threads may mark the same one. */
static void mark_box(tp_polygon_raster *r, int64_t low_column, int64_t high_column, int64_t low_row, int64_t high_row) {
    for (int64_t row = low_row; row <= high_row; row++) {
        for (int64_t column = low_column; column <= high_column; column++) {
            int32_t *cell = &r->row[row * r->n_columns + column];
#pragma omp atomic write
            *cell = TP_RASTER_ASK;
        }
    }
}

/*
 * Marks all cells that hold a point of a straight edge. A long one is halved, since the box of its ends would be wide;
 * a middle may lie off the edge by rounding, so boxes are widened by more than that can be.
 */
static void mark_edge(tp_polygon_raster *r, double ax, double ay, double bx, double by, double margin_deg) {
    double low_x = (ax < bx ? ax : bx) - margin_deg, high_x = (ax < bx ? bx : ax) + margin_deg;
    double low_y = (ay < by ? ay : by) - margin_deg, high_y = (ay < by ? by : ay) + margin_deg;
    int64_t low_column = clamp((low_x - r->box.min_x) * r->columns_per_degree, r->n_columns);
    int64_t high_column = clamp((high_x - r->box.min_x) * r->columns_per_degree, r->n_columns);
    int64_t low_row = clamp((low_y - r->box.min_y) * r->rows_per_degree, r->n_rows);
    int64_t high_row = clamp((high_y - r->box.min_y) * r->rows_per_degree, r->n_rows);
    bool slanting = high_column > low_column && high_row > low_row;
    if (!slanting || high_column - low_column + high_row - low_row <= MOST_SPAN) {
        mark_box(r, low_column, high_column, low_row, high_row);
        return;
    }
    const double off_deg = 1e-10; /* thousands of times the rounding of degrees */
    double x = ax / 2 + bx / 2, y = ay / 2 + by / 2;
    mark_edge(r, ax, ay, x, y, off_deg);
    mark_edge(r, x, y, bx, by, off_deg);
}

static void mark_edges(tp_polygon_raster *r, const tp_polygon_index *index) {
    const double *x = index->shapes->x, *y = index->shapes->y;
#pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t block = 0; block < index->edges.n; block++) {
        const tp_box *box = &index->edges.level[0][block];
        int64_t low = tp_raster_cell(r, box->min_x, box->min_y), high = tp_raster_cell(r, box->max_x, box->max_y);
        if (low == high) { /* as most are: a block of 16 edges in one cell */
            mark_box(r, low % r->n_columns, low % r->n_columns, low / r->n_columns, low / r->n_columns);
            continue;
        }
        int64_t end = tp_block_end(index, block);
        for (int64_t i = index->block_vertex[block]; i < end; i++) {
            mark_edge(r, x[i], y[i], x[i + 1], y[i + 1], 0);
        }
    }
}

/* ---- what the other cells hold ---- */

/* Neighbouring cells without a mark hold the same, for no border runs between them. */
static void fill_rows(tp_polygon_raster *r, const tp_polygon_index *index) {
#pragma omp parallel for schedule(dynamic, 8)
    for (int64_t row = 0; row < r->n_rows; row++) {
        double y = r->box.min_y + ((double)row + 0.5) / r->rows_per_degree;
        bool known = false;
        int32_t held = TP_RASTER_NONE;
        for (int64_t column = 0; column < r->n_columns; column++) {
            int32_t *cell = &r->row[row * r->n_columns + column];
            if (*cell == TP_RASTER_ASK) {
                known = false;
                continue;
            }
            if (!known) {
                double x = r->box.min_x + ((double)column + 0.5) / r->columns_per_degree;
                held = (int32_t)tp_polygon_index_ask_edges(index, x, y);
                known = true;
            }
            *cell = held;
        }
    }
}

static uint8_t one_more(uint8_t gap) {
    return gap < MOST_GAP ? (uint8_t)(gap + 1) : MOST_GAP;
}

static uint8_t least(uint8_t a, uint8_t b) {
    return a < b ? a : b;
}

/* The distance on the chessboard, by one pass from each corner (Rosenfeld and Pfaltz, 1966). */
static void measure_gaps(tp_polygon_raster *r) {
    int64_t nx = r->n_columns, ny = r->n_rows;
    for (int64_t i = 0; i < nx * ny; i++) {
        r->gap[i] = r->row[i] == TP_RASTER_ASK ? 0 : MOST_GAP;
    }
    for (int way = 1; way >= -1; way -= 2) {
        for (int64_t k = 0; k < ny; k++) {
            int64_t row = way > 0 ? k : ny - 1 - k;
            uint8_t *here = r->gap + row * nx;
            const uint8_t *behind = k == 0 ? NULL : here - way * nx;
            for (int64_t j = 0; j < nx; j++) {
                int64_t column = way > 0 ? j : nx - 1 - j, low = column > 0 ? column - 1 : 0;
                int64_t high = column + 1 < nx ? column + 1 : column;
                uint8_t near = j == 0 ? MOST_GAP : here[column - way];
                if (behind != NULL) {
                    near = least(near, least(behind[low], least(behind[column], behind[high])));
                }
                here[column] = least(here[column], one_more(near));
            }
        }
    }
}

/* ---- the raster ---- */

static bool is_usable(const tp_polygon_index *index, const tp_box *box) {
    const tp_shapes *s = index->shapes;
    bool usable = index->parts.n > 0 && isfinite(box->min_x) && isfinite(box->min_y) && isfinite(box->max_x) &&
                  isfinite(box->max_y) && box->max_x - box->min_x > 1e-6 && box->max_y - box->min_y > 1e-6 &&
                  fabs(box->min_x) <= 720 && fabs(box->max_x) <= 720 && s->n_rows < INT32_MAX;
    for (int64_t i = 0; i < s->n_vertices && usable; i++) {
        usable = isfinite(s->x[i]) && isfinite(s->y[i]);
    }
    return usable;
}

tp_code tp_polygon_index_prepare(tp_polygon_index *index, int64_t n_points, tp_error *error) {
    tp_polygon_raster *r = &index->raster;
    tp_raster_reset(r);
    tp_box box = index->edges.n > 0 ? index->edges.level[index->edges.n_levels - 1][0] : TP_BOX_EMPTY;
    if (n_points < LEAST_CELLS || !is_usable(index, &box)) {
        return TP_OK;
    }
    double wanted = n_points < MOST_CELLS ? (double)n_points : MOST_CELLS;
    double width = box.max_x - box.min_x, height = box.max_y - box.min_y;
    double side = sqrt(width * height / wanted);
    int64_t n_columns = (int64_t)fmin(fmax(width / side, 1), wanted),
            n_rows = (int64_t)fmax(wanted / (double)n_columns, 1);
    tp_polygon_raster made = {.box = box,
                              .columns_per_degree = (double)n_columns / width,
                              .rows_per_degree = (double)n_rows / height,
                              .n_columns = n_columns,
                              .n_rows = n_rows,
                              .row = calloc((size_t)(n_columns * n_rows), sizeof *made.row),
                              .gap = malloc((size_t)(n_columns * n_rows))};
    if (made.row == NULL || made.gap == NULL) {
        tp_raster_reset(&made);
        return tp_error_memory(error);
    }
    mark_edges(&made, index);
    fill_rows(&made, index);
    measure_gaps(&made);
    *r = made;
    return TP_OK;
}

/*
 * A border lies at least gap - 1 whole cells away along one axis. A step of dlat is at least m dlat long (m: the smallest
 * meridional radius of curvature), and a meridian dlon away is at least asin(cos lat sin dlon) away on a sphere of radius
 * m; a hundredth less makes up for what a sphere leaves out.
 */
bool tp_raster_is_clear(const tp_polygon_raster *raster, const tp_ellipsoid *ellipsoid, double x, double y,
                        double limit_m) {
    const double rad = M_PI / 180;
    if (raster->n_columns == 0 || !tp_box_holds(&raster->box, x, y) || fabs(y) > 90 ||
        raster->box.max_x - raster->box.min_x > 180) {
        return false;
    }
    int gap = raster->gap[tp_raster_cell(raster, x, y)] - 1;
    double m_m = 0.99 * ellipsoid->a_m * (1 - ellipsoid->f) * (1 - ellipsoid->f);
    double dlon = fmin((double)gap / raster->columns_per_degree, 90) * rad;
    double dlat = (double)gap / raster->rows_per_degree * rad;
    return gap > 0 && m_m * dlat > limit_m && m_m * asin(cos(y * rad) * sin(dlon)) > limit_m;
}
