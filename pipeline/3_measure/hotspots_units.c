/*
 * Who is near whom: cells of a grid by rows and columns, polygons by their borders, anything with a place by distance.
 * Units stand in canonical order (cells by row and column, others by id), not in that of the file.
 */
#include "hotspots.h"

#include "core/space/cells.h"
#include "technopolis/grid.h"
#include "technopolis/point_index.h"
#include "technopolis/polygon_index.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tp_hotspots_units_reset(tp_hotspots_units *units) {
    free(units->row);
    free(units->cell_row);
    free(units->cell_column);
    tp_neighbours_reset(&units->neighbours);
    *units = (tp_hotspots_units){0};
}

static tp_code choose_rows(const tp_layer *layer, const tp_column *column, tp_hotspots_units *units, tp_error *error) {
    double value;
    units->row = malloc(((size_t)layer->n_rows + 1) * sizeof *units->row);
    if (units->row == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (tp_column_number(column, row, &value)) {
            units->row[units->n++] = row;
        }
    }
    return TP_OK;
}

/* ---- cells ---- */

typedef struct placed {
    tp_mesh_cell cell; /* first: tp_cells_compare looks at it */
    int64_t row;
} placed;

static tp_code read_cells(const tp_layer *layer, const tp_grid *grid, const tp_hotspots_units *units, placed *cells,
                          tp_error *error) {
    const tp_column *codes = tp_layer_column(layer, "mesh_code");
    bool sorted = true;
    for (int64_t i = 0; i < units->n; i++) {
        const char *text = tp_column_text(codes, units->row[i]);
        cells[i].row = units->row[i];
        if (text == NULL || !tp_grid_cell_of_text(grid, text, &cells[i].cell)) {
            return tp_error_set(error, TP_E_DATA, "layer %s feature %s: '%.40s' is no cell of %s", layer->name,
                                tp_layer_id(layer, units->row[i]), text == NULL ? "" : text, tp_grid_text(grid));
        }
        sorted = sorted && (i == 0 || tp_cells_compare(&cells[i - 1], &cells[i]) < 0);
    }
    if (!sorted) {
        qsort(cells, (size_t)units->n, sizeof *cells, tp_cells_compare);
    }
    return TP_OK;
}

static tp_code order_cells(const tp_layer *layer, const tp_grid *grid, tp_hotspots_units *units, tp_error *error) {
    size_t n = (size_t)units->n + 1;
    placed *cells = malloc(n * sizeof *cells);
    units->cell_row = malloc(n * sizeof *units->cell_row);
    units->cell_column = malloc(n * sizeof *units->cell_column);
    tp_code code =
        cells == NULL || units->cell_row == NULL || units->cell_column == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = read_cells(layer, grid, units, cells, error);
    }
    for (int64_t i = 0; i < units->n && code == TP_OK; i++) {
        units->row[i] = cells[i].row;
        units->cell_row[i] = cells[i].cell.row;
        units->cell_column[i] = cells[i].cell.column;
    }
    free(cells);
    return code;
}

typedef struct metric_band {
    const tp_grid *grid;
    double band_m;
} metric_band;

static int32_t metric_half_width(const void *user, int32_t row, int32_t rows_away) {
    const metric_band *band = user;
    double east_m, north_m;
    tp_grid_cell_metres(band->grid, row + 0.5, (double)row + rows_away + 0.5, &east_m, &north_m);
    double left = band->band_m * band->band_m - north_m * rows_away * north_m * rows_away;
    return left < 0 ? -1 : (int32_t)floor(sqrt(left) / east_m);
}

static tp_code find_on_grid(const tp_hotspots_request *request, const tp_grid *grid, tp_hotspots_units *units,
                            tp_error *error) {
    metric_band band = {grid, request->band_m};
    tp_span_rule rule = tp_span_queen();
    if (request->neighbours == TP_NEAR_ROOK) {
        rule = tp_span_rook();
    } else if (request->neighbours == TP_NEAR_BAND && request->band_cells > 0) {
        rule = tp_span_disc(&request->band_cells);
    } else if (request->neighbours == TP_NEAR_BAND) {
        double east_m, north_m; /* a degree of latitude is shortest at the equator, by less than 1 % */
        tp_grid_cell_metres(grid, 0, 0, &east_m, &north_m);
        rule = (tp_span_rule){(int32_t)fmin(request->band_m / north_m + 1, 1e6), metric_half_width, &band};
    }
    return tp_neighbours_of_grid(units->cell_row, units->cell_column, units->n, &rule, &units->neighbours, error);
}

/* ---- polygons and points ---- */

typedef struct named {
    const char *id;
    int64_t row;
} named;

static int compare_ids(const void *a, const void *b) {
    return strcmp(((const named *)a)->id, ((const named *)b)->id);
}

static tp_code order_by_id(const tp_layer *layer, tp_hotspots_units *units, tp_error *error) {
    named *rows = malloc(((size_t)units->n + 1) * sizeof *rows);
    if (rows == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < units->n; i++) {
        rows[i] = (named){tp_layer_id(layer, units->row[i]), units->row[i]};
    }
    qsort(rows, (size_t)units->n, sizeof *rows, compare_ids);
    for (int64_t i = 0; i < units->n; i++) {
        units->row[i] = rows[i].row;
    }
    free(rows);
    return TP_OK;
}

/* Lists that grow: neighbours are found unit by unit. */
typedef struct growing {
    int64_t *first, *to, n, capacity;
} growing;

static tp_code grow(growing *lists, int64_t more, tp_error *error) {
    if (lists->n + more <= lists->capacity) {
        return TP_OK;
    }
    int64_t capacity = 2 * (lists->n + more);
    int64_t *to = realloc(lists->to, (size_t)capacity * sizeof *to);
    if (to == NULL) {
        return tp_error_memory(error);
    }
    lists->to = to;
    lists->capacity = capacity;
    return TP_OK;
}

static tp_code find_touching(const tp_layer *layer, const tp_hotspots_units *units, growing *lists, tp_error *error) {
    tp_polygon_index *index = NULL;
    int64_t *touching = malloc(((size_t)layer->n_rows + 1) * sizeof *touching);
    int64_t *unit_of = malloc(((size_t)layer->n_rows + 1) * sizeof *unit_of);
    tp_code code =
        touching == NULL || unit_of == NULL ? tp_error_memory(error) : tp_polygon_index_new(layer, &index, error);
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        unit_of[row] = -1;
    }
    for (int64_t i = 0; i < units->n && code == TP_OK; i++) {
        unit_of[units->row[i]] = i;
    }
    for (int64_t i = 0; i < units->n && code == TP_OK; i++) {
        int64_t n = tp_polygon_index_touching(index, units->row[i], touching, layer->n_rows);
        code = grow(lists, n, error);
        for (int64_t k = 0; k < n && code == TP_OK; k++) {
            if (unit_of[touching[k]] >= 0) {
                lists->to[lists->n++] = unit_of[touching[k]];
            }
        }
        lists->first[i + 1] = lists->n;
    }
    tp_polygon_index_free(index);
    free(touching);
    free(unit_of);
    return code;
}

/* A polygon's place: the middle of its area, on the plane of degrees; of a polygon without area its first vertex. */
static void middle_of(const tp_shapes *shapes, int64_t row, double *lon, double *lat) {
    double area = 0, x = 0, y = 0, x0 = NAN, y0 = NAN;
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        for (int64_t ring = shapes->part_first[part]; ring < shapes->part_first[part + 1]; ring++) {
            double ring_area = 0, ring_x = 0, ring_y = 0;
            for (int64_t v = shapes->ring_first[ring]; v + 1 < shapes->ring_first[ring + 1]; v++) {
                x0 = isnan(x0) ? shapes->x[v] : x0;
                y0 = isnan(y0) ? shapes->y[v] : y0;
                double ax = shapes->x[v] - x0, ay = shapes->y[v] - y0;
                double bx = shapes->x[v + 1] - x0, by = shapes->y[v + 1] - y0, cross = ax * by - bx * ay;
                ring_area += cross;
                ring_x += (ax + bx) * cross;
                ring_y += (ay + by) * cross;
            }
            bool shell = ring == shapes->part_first[part];
            double sign = (ring_area < 0) == shell ? -1 : 1;
            area += sign * ring_area;
            x += sign * ring_x;
            y += sign * ring_y;
        }
    }
    *lon = x0 + (area > 0 ? x / (3 * area) : 0);
    *lat = y0 + (area > 0 ? y / (3 * area) : 0);
}

typedef struct places {
    double *lon, *lat;
    tp_point_index *index;
} places;

static tp_code make_places(const tp_dataset *dataset, const tp_layer *layer, const tp_hotspots_units *units,
                           places *places, tp_error *error) {
    places->lon = malloc(((size_t)units->n + 1) * sizeof *places->lon);
    places->lat = malloc(((size_t)units->n + 1) * sizeof *places->lat);
    if (places->lon == NULL || places->lat == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < units->n; i++) {
        if (layer->geometry == TP_GEOMETRY_POINT) {
            places->lon[i] = layer->lon_deg[units->row[i]];
            places->lat[i] = layer->lat_deg[units->row[i]];
        } else {
            middle_of(&layer->shapes, units->row[i], &places->lon[i], &places->lat[i]);
        }
    }
    return tp_point_index_new(&dataset->ellipsoid, places->lon, places->lat, NULL, units->n, &places->index, error);
}

/* Unit i's neighbours within a distance; `nearest` > 0: so many, within a distance that grows until they are found. */
static tp_code find_near(const places *places, int64_t i, int64_t n_units, double limit_m, int64_t nearest,
                         growing *lists, tp_error *error) {
    int64_t wanted = nearest > 0 ? (nearest < n_units ? nearest + 1 : n_units) : n_units, found = 0;
    do {
        found = tp_point_index_within(places->index, places->lon[i], places->lat[i], limit_m, NULL, NULL, 0);
        limit_m = nearest > 0 && found < wanted ? limit_m * 2 : limit_m;
    } while (nearest > 0 && found < wanted && limit_m < 1e9);
    int64_t capacity = found < wanted ? found : wanted;
    int64_t *near = malloc(((size_t)capacity + 1) * sizeof *near);
    double *distance = malloc(((size_t)capacity + 1) * sizeof *distance);
    tp_code code = near == NULL || distance == NULL ? tp_error_memory(error) : grow(lists, capacity, error);
    if (code == TP_OK) {
        (void)tp_point_index_within(places->index, places->lon[i], places->lat[i], limit_m, near, distance, capacity);
    }
    int64_t left = nearest > 0 ? nearest : capacity;
    for (int64_t k = 0; k < capacity && left > 0 && code == TP_OK; k++) {
        if (near[k] != i) {
            lists->to[lists->n++] = near[k];
            left--;
        }
    }
    lists->first[i + 1] = lists->n;
    free(near);
    free(distance);
    return code;
}

static tp_code find_by_distance(const tp_dataset *dataset, const tp_layer *layer, const tp_hotspots_request *request,
                                const tp_hotspots_units *units, growing *lists, tp_error *error) {
    places places = {0};
    int64_t nearest = request->neighbours == TP_NEAR_NEAREST ? request->nearest : 0;
    tp_code code = make_places(dataset, layer, units, &places, error);
    for (int64_t i = 0; i < units->n && code == TP_OK; i++) {
        code = find_near(&places, i, units->n, nearest > 0 ? 1000 : request->band_m, nearest, lists, error);
    }
    tp_point_index_free(places.index);
    free(places.lon);
    free(places.lat);
    return code;
}

static tp_code find_lists(const tp_dataset *dataset, const tp_layer *layer, const tp_hotspots_request *request,
                          tp_hotspots_units *units, tp_error *error) {
    growing lists = {.first = calloc((size_t)units->n + 1, sizeof *lists.first), .to = malloc(sizeof *lists.to)};
    tp_code code = lists.first == NULL || lists.to == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && request->neighbours == TP_NEAR_BAND && !(request->band_m > 0)) {
        code = tp_error_set(error, TP_E_CONFIG, "layer %s has no cells to count a band in (expected `band: 10 km`)",
                            layer->name);
    } else if (code == TP_OK && (request->neighbours == TP_NEAR_QUEEN || request->neighbours == TP_NEAR_ROOK)) {
        code = layer->geometry == TP_GEOMETRY_POLYGON && request->neighbours == TP_NEAR_QUEEN
                   ? find_touching(layer, units, &lists, error)
                   : tp_error_set(error, TP_E_CONFIG,
                                  "layer %s has no borders of that kind (expected neighbours: band or nearest)",
                                  layer->name);
    } else if (code == TP_OK) {
        code = layer->geometry == TP_GEOMETRY_POLYGON || layer->geometry == TP_GEOMETRY_POINT
                   ? find_by_distance(dataset, layer, request, units, &lists, error)
                   : tp_error_set(error, TP_E_CONFIG, "layer %s has neither points nor polygons", layer->name);
    }
    if (code != TP_OK) {
        free(lists.first);
        free(lists.to);
        return code;
    }
    return tp_neighbours_of_lists(units->n, lists.first, lists.to, &units->neighbours, error);
}

/* ---- both ---- */

/* The grid that a layer of cells says it lies on, or NULL for any other layer. */
static tp_code grid_of(const tp_dataset *dataset, const tp_layer *layer, tp_grid **grid, tp_error *error) {
    const tp_column *codes = tp_layer_column(layer, "mesh_code"), *levels = tp_layer_column(layer, "level");
    *grid = NULL;
    if (codes == NULL || codes->type != TP_TYPE_TEXT || levels == NULL || levels->type != TP_TYPE_TEXT) {
        return TP_OK;
    }
    const char *level = layer->n_rows == 0 ? NULL : tp_column_text(levels, 0);
    return level == NULL ? TP_OK
                         : tp_grid_parse(level, dataset->geographic_crs != NULL ? dataset->geographic_crs : "EPSG:4326",
                                         &dataset->ellipsoid, grid, error);
}

tp_code tp_hotspots_units_find(const tp_dataset *dataset, const tp_layer *layer, const tp_hotspots_request *request,
                               tp_hotspots_units *units, tp_error *error) {
    const tp_column *column = tp_layer_column(layer, request->column);
    tp_grid *grid = NULL;
    *units = (tp_hotspots_units){0};
    if (column == NULL) {
        return tp_error_set(error, TP_E_DATA, "layer %s has no column '%s'", layer->name, request->column);
    }
    tp_code code = choose_rows(layer, column, units, error);
    if (code == TP_OK) {
        code = grid_of(dataset, layer, &grid, error);
    }
    bool on_grid = grid != NULL && request->neighbours != TP_NEAR_NEAREST;
    if (code == TP_OK) {
        code = on_grid ? order_cells(layer, grid, units, error) : order_by_id(layer, units, error);
    }
    if (code == TP_OK && (on_grid || units->n > 0)) {
        code = on_grid ? find_on_grid(request, grid, units, error) : find_lists(dataset, layer, request, units, error);
    }
    tp_grid_free(grid);
    if (code != TP_OK) {
        tp_hotspots_units_reset(units);
    }
    return code;
}
