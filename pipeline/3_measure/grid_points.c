/* Points of a layer on a grid: see grid_points.h. */
#include "grid_points.h"

#include "bad_row.h"
#include "rejects.h"
#include "technopolis/condition.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the grid ---- */

void tp_grid_choice_check(const tp_step *step, const tp_plan *plan, const tp_grid_choice *choice, tp_faults *faults) {
    const tp_setting *settings = step->stage->settings;
    bool squares = choice->cell.value > 0 || choice->crs != NULL;
    tp_mesh_level level;
    if (choice->mesh != NULL && squares) {
        tp_faults_add_at(faults, step->place, "%s: mesh and cell are two grids (expected one of them)",
                         step->stage->name);
    } else if (choice->mesh == NULL && !squares) {
        tp_faults_add_at(faults, step->place, "%s: no grid (expected `mesh: 1 km`, or `cell: 1 km` with `crs:`)",
                         step->stage->name);
    } else if (choice->mesh != NULL && !tp_mesh_level_find(choice->mesh, &level)) {
        tp_faults_add_at(faults, tp_options_place(&step->options, settings, "mesh", step->place),
                         "mesh: '%s' is no level of Japan's squares (expected one of " TP_MESH_CHOICES ")",
                         choice->mesh);
    } else if (squares && (choice->crs == NULL || !(choice->cell.value > 0))) {
        tp_faults_add_at(faults, step->place, "%s: squares need both `cell` and `crs`", step->stage->name);
    } else if (squares) {
        tp_error error = {0};
        tp_grid *grid = NULL;
        char *geographic = NULL;
        tp_ellipsoid ellipsoid;
        tp_code code =
            tp_crs_geographic(plan->run.crs != NULL ? plan->run.crs : "EPSG:4326", &geographic, &ellipsoid, &error);
        if (code == TP_OK) {
            code = tp_grid_new_square(choice->crs, choice->cell.value, geographic, &ellipsoid, &grid, &error);
            if (code != TP_OK) {
                tp_faults_add_at(faults, tp_options_place(&step->options, settings, "crs", step->place), "%s",
                                 error.message);
            }
        }
        tp_grid_free(grid);
        free(geographic);
    }
}

tp_code tp_grid_choice_make(const tp_dataset *dataset, const tp_grid_choice *choice, tp_grid **grid, tp_error *error) {
    tp_mesh_level level;
    *grid = NULL;
    if (choice->mesh == NULL) {
        return tp_grid_new_square(choice->crs, choice->cell.value,
                                  dataset->geographic_crs != NULL ? dataset->geographic_crs : "EPSG:4326",
                                  &dataset->ellipsoid, grid, error);
    }
    if (!tp_mesh_level_find(choice->mesh, &level)) {
        return tp_error_set(error, TP_E_CONFIG, "mesh: '%s' is no level of Japan's squares", choice->mesh);
    }
    return tp_grid_new_mesh(level, &dataset->ellipsoid, grid, error);
}

/* ---- the points ---- */

void tp_grid_points_reset(tp_grid_points *points) {
    free(points->cell);
    free(points->fraction);
    free(points->weight);
    *points = (tp_grid_points){0};
}

static tp_code weigh(const tp_dataset *dataset, const tp_layer *layer, const tp_column *column, int64_t row,
                     tp_grid_points *points, double *weight, tp_error *error) {
    *weight = 1;
    if (column == NULL) {
        return TP_OK;
    }
    if (!tp_column_number(column, row, weight)) {
        *weight = 0;
        points->n_weightless++;
    }
    if (*weight < 0 || !isfinite(*weight)) {
        return tp_bad_row(dataset, layer, row, error, "%s is %.15g (expected 0 or more)", column->name, *weight);
    }
    return TP_OK;
}

/* The rows that count, with their weights; their number in points->n. */
static tp_code choose(const tp_dataset *dataset, const tp_layer *layer, const tp_filter *filter,
                      const tp_column *column, tp_grid_points *points, int64_t *rows, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        tp_verdict met = tp_filter_test(filter, row);
        points->n_unknown += met == TP_UNKNOWN;
        if (met == TP_MET) {
            code = weigh(dataset, layer, column, row, points, &points->weight[points->n], error);
            rows[points->n++] = row;
        }
    }
    return code;
}

/* Puts the chosen rows on the grid and keeps those that lie on it. */
static tp_code place(tp_dataset *dataset, const tp_layer *layer, const tp_grid *grid, const int64_t *rows,
                     tp_grid_points *points, tp_error *error) {
    size_t n = (size_t)points->n + 1;
    double *lon = malloc(n * sizeof *lon), *lat = malloc(n * sizeof *lat);
    uint8_t *inside = malloc(n);
    tp_code code = lon == NULL || lat == NULL || inside == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < points->n && code == TP_OK; i++) {
        lon[i] = layer->lon_deg[rows[i]];
        lat[i] = layer->lat_deg[rows[i]];
    }
    if (code == TP_OK) {
        code = tp_grid_locate(grid, lon, lat, points->n, points->cell, points->fraction, inside, error);
    }
    int64_t kept = 0;
    for (int64_t i = 0; i < points->n && code == TP_OK; i++) {
        if (!inside[i]) {
            code = tp_dataset_reject(dataset, layer->name, layer->source[rows[i]], layer->source_fid[rows[i]],
                                     TP_REJECT_OUTSIDE_GRID, error, "%s: %.6f %.6f, not on the grid of %s",
                                     tp_layer_id(layer, rows[i]), lon[i], lat[i], tp_grid_text(grid));
            continue;
        }
        points->cell[kept] = points->cell[i];
        points->fraction[kept][0] = points->fraction[i][0];
        points->fraction[kept][1] = points->fraction[i][1];
        points->weight[kept++] = points->weight[i];
    }
    points->n_outside = points->n - kept;
    points->n = kept;
    free(lon);
    free(lat);
    free(inside);
    return code;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In ascending order, so that the sum does not depend on the order of rows. */
static tp_code sum_up(tp_grid_points *points, tp_error *error) {
    double *sorted = malloc(((size_t)points->n + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    memcpy(sorted, points->weight, (size_t)points->n * sizeof *sorted);
    qsort(sorted, (size_t)points->n, sizeof *sorted, compare);
    for (int64_t i = 0; i < points->n; i++) {
        points->total += sorted[i];
    }
    free(sorted);
    return TP_OK;
}

static tp_code gather(tp_dataset *dataset, const tp_layer *layer, const tp_filter *filter, const char *weight,
                      const tp_grid *grid, tp_grid_points *points, tp_error *error) {
    size_t n = (size_t)layer->n_rows + 1;
    const tp_column *column = weight == NULL ? NULL : tp_layer_column(layer, weight);
    int64_t *rows = malloc(n * sizeof *rows);
    points->cell = malloc(n * sizeof *points->cell);
    points->fraction = malloc(n * sizeof *points->fraction);
    points->weight = malloc(n * sizeof *points->weight);
    tp_code code = TP_OK;
    if (rows == NULL || points->cell == NULL || points->fraction == NULL || points->weight == NULL) {
        code = tp_error_memory(error);
    } else if (weight != NULL && column == NULL) {
        code = tp_error_set(error, TP_E_DATA, "layer %s has no column '%s'", layer->name, weight);
    }
    if (code == TP_OK) {
        code = choose(dataset, layer, filter, column, points, rows, error);
    }
    if (code == TP_OK) {
        code = place(dataset, layer, grid, rows, points, error);
    }
    if (code == TP_OK) {
        code = sum_up(points, error);
    }
    free(rows);
    return code;
}

tp_code tp_grid_points_gather(tp_dataset *dataset, const tp_layer *layer, const char *where, const char *weight,
                              const tp_grid *grid, tp_grid_points *points, tp_error *error) {
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    tp_code code = TP_OK;
    *points = (tp_grid_points){0};
    if (where != NULL) {
        code = tp_condition_parse(where, &condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(condition, layer, &filter, error);
        }
    }
    if (code == TP_OK) {
        code = gather(dataset, layer, filter, weight, grid, points, error);
        points->sample = !tp_layer_holds(layer, condition == NULL ? layer->where : condition) || points->n_unknown > 0;
    }
    tp_filter_free(filter);
    tp_condition_free(condition);
    if (code != TP_OK) {
        tp_grid_points_reset(points);
    }
    return code;
}
