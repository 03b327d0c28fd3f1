/*
 * kernel_density: a smooth density of points as a layer of cells, for a picture (`raster` writes it as a GeoTIFF) and to
 * read peaks from. Whether the sum of density x area is the number of points is told, and what lies outside the polygons
 * of `in` (the sea) or beyond the numbered squares. Method: technopolis/kernel.h.
 */
#include "core/plan/added_layer.h"
#include "grid_points.h"
#include "of_words.h"
#include "reach.h"
#include "technopolis/kernel.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct kernel_density_options {
    const char *of, *where, *weight, *in, *as;
    tp_grid_choice grid;
    tp_quantity bandwidth;
    int kernel;
    double least;
    bool outlines;
} kernel_density_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "plants",
     .help = "the layer whose points are smoothed",
     .offset = offsetof(kernel_density_options, of)},
    TP_GRID_SETTINGS(kernel_density_options),
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of them count",
     .offset = offsetof(kernel_density_options, where)},
    {.key = "weight",
     .kind = TP_SETTING_COLUMN,
     .help = "a column that says how much a point counts, such as employees",
     .offset = offsetof(kernel_density_options, weight)},
    {.key = "bandwidth",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .required = true,
     .min = 1,
     .max = 1000000,
     .help = "the radius of the quartic kernel, or the standard deviation of the Gaussian",
     .offset = offsetof(kernel_density_options, bandwidth)},
    {.key = "kernel",
     .kind = TP_SETTING_CHOICE,
     .choices = "quartic|gaussian",
     .fallback = "quartic",
     .help = "the form in which a point is smoothed",
     .offset = offsetof(kernel_density_options, kernel)},
    {.key = "in",
     .kind = TP_SETTING_LAYER,
     .help = "polygons: only cells with their centre in one are kept, and how much is lost is told",
     .offset = offsetof(kernel_density_options, in)},
    {.key = "least",
     .kind = TP_SETTING_NUMBER,
     .fallback = "0",
     .min = 0,
     .max = 1e12,
     .help = "cells with a smaller density per km2 are left out",
     .offset = offsetof(kernel_density_options, least)},
    {.key = "outlines",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "no: the cells as a table without polygons, enough for a raster",
     .offset = offsetof(kernel_density_options, outlines)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(kernel_density_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{of}", .name = "{weight}", .type = TP_TYPE_DOUBLE, .help = "which weighs the points"},
    {.layer = "{in}"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "mesh_code", TP_TYPE_TEXT, "", "JIS X 0410 code, or the south-west corner in metres"},
    {"{as}", "level", TP_TYPE_TEXT, "", "the grid: 250 m, or 1000 m EPSG:3035"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "true area on the ellipsoid"},
    {"{as}", "density", TP_TYPE_DOUBLE, "per km2", "kernel density at the cell's centre"},
};
enum { CODE, LEVEL, AREA, DENSITY, N_COLUMNS };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const kernel_density_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_plan_check_condition(plan, step, "where", options->of, faults);
    tp_grid_choice_check(step, plan, &options->grid, faults);
    const tp_head *in = tp_schema_find(&plan->schema, options->in);
    if (in != NULL && in->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "in", step->place),
                         "in: %s is a %s layer (expected polygons)", in->name, tp_geometry_text(in->geometry));
    }
    tp_added_layer_check(step, plan, options->outlines ? TP_GEOMETRY_POLYGON : TP_GEOMETRY_NONE, faults);
}

typedef struct kernel_work {
    const kernel_density_options *options;
    const tp_layer *of;
    tp_grid *grid;
    tp_grid_points points;
    tp_surface surface;
    double mass, lost_outside, lost_small; /* of all cells; of those left out */
    double peak;
    int64_t peak_at;
} kernel_work;

/* Which cells stay: numbered ones, dense enough, and with their centre in the polygons. */
static tp_code keep_wanted(kernel_work *work, const tp_dataset *dataset, tp_error *error) {
    tp_surface *surface = &work->surface;
    const tp_layer *in = work->options->in == NULL ? NULL : tp_dataset_layer(dataset, work->options->in);
    size_t n = (size_t)surface->n + 1;
    double *lon = malloc(n * sizeof *lon), *lat = malloc(n * sizeof *lat);
    uint8_t *wanted = malloc(n);
    tp_polygon_index *index = NULL;
    tp_code code = lon == NULL || lat == NULL || wanted == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && in != NULL) {
        tp_grid_centres(work->grid, surface->cell, surface->n, lon, lat);
        code = tp_polygon_index_new(in, &index, error);
    }
    if (code == TP_OK) {
        tp_mesh_level level = tp_grid_level(work->grid);
#pragma omp parallel for schedule(dynamic, 1024)
        for (int64_t i = 0; i < surface->n; i++) {
            wanted[i] = (level == TP_MESH_LEVELS || tp_mesh_valid(level, surface->cell[i])) &&
                        (index == NULL || tp_polygon_index_find(index, lon[i], lat[i]) >= 0);
        }
        int64_t kept = 0;
        for (int64_t i = 0; i < surface->n; i++) {
            double mass = surface->density[i] * tp_grid_area_km2(work->grid, surface->cell[i].row);
            work->mass += mass;
            bool small = surface->density[i] < work->options->least;
            work->lost_outside += wanted[i] ? 0 : mass;
            work->lost_small += wanted[i] && small ? mass : 0;
            if (wanted[i] && !small) {
                surface->cell[kept] = surface->cell[i];
                surface->density[kept++] = surface->density[i];
            }
        }
        surface->n = kept;
    }
    tp_polygon_index_free(index);
    free(lon);
    free(lat);
    free(wanted);
    return code;
}

static tp_code fill(kernel_work *work, const tp_step *step, tp_layer *layer, tp_error *error) {
    tp_column *columns[N_COLUMNS];
    const tp_surface *surface = &work->surface;
    const char *level = tp_grid_text(work->grid);
    tp_code code = tp_added_layer_open(step, layer, surface->n, columns, error);
    if (code == TP_OK) {
        layer->id = layer->label = columns[CODE];
    }
    for (int64_t i = 0; i < surface->n && code == TP_OK; i++) {
        char text[TP_GRID_CELL_SIZE];
        tp_grid_cell_text(work->grid, surface->cell[i], text);
        code = tp_column_set_text(columns[CODE], i, text, strlen(text), error);
        if (code == TP_OK) {
            code = tp_column_set_text(columns[LEVEL], i, level, strlen(level), error);
        }
        tp_column_set_double(columns[AREA], i, tp_grid_area_km2(work->grid, surface->cell[i].row));
        tp_column_set_double(columns[DENSITY], i, surface->density[i]);
        if (surface->density[i] > work->peak) {
            work->peak = surface->density[i];
            work->peak_at = i;
        }
    }
    if (code == TP_OK && work->options->outlines) {
        code = tp_grid_outlines(work->grid, surface->cell, surface->n, &layer->shapes, error);
    }
    return code;
}

static tp_code make_layer(kernel_work *work, const tp_step *step, tp_dataset *dataset, const tp_layer **made,
                          tp_error *error) {
    tp_layer *layer = NULL;
    tp_code code = tp_added_layer_new(step, dataset, work->options->outlines ? TP_GEOMETRY_POLYGON : TP_GEOMETRY_NONE,
                                      &layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = fill(work, step, layer, error);
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->coverage = work->points.sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE;
    *made = layer;
    return tp_dataset_add_layer(dataset, layer, error);
}

/* ---- findings ---- */

static tp_code tell_mass(const kernel_work *work, const tp_step *step, const char *sample, tp_dataset *dataset,
                         tp_error *error) {
    double total = work->points.total, kept = work->mass - work->lost_outside - work->lost_small;
    double share = total > 0 ? 100 * kept / total : 100;
    double east_m, north_m;
    tp_grid_cell_metres(work->grid, 0, 0, &east_m, &north_m);
    bool coarse = work->options->bandwidth.value * (work->options->kernel == TP_KERNEL_QUARTIC ? 0.5 : 1) < north_m;
    tp_code code =
        tp_dataset_add_finding(dataset, step->name, "mass", share < 95 || share > 105, error,
                               "density x area adds up to %.6g of %.6g (%.2f %%): %.6g lie %s, %.6g in cells below the "
                               "least density, and %.3g "
                               "are the grid's rounding%s",
                               kept, total, share, work->lost_outside,
                               work->options->in != NULL ? "outside the polygons" : "beyond the numbered squares",
                               work->lost_small, total - work->mass, sample);
    if (code == TP_OK && coarse) {
        code =
            tp_dataset_add_finding(dataset, step->name, "mass", true, error,
                                   "a bandwidth of %.15g m is narrow for cells of %s: the density between centres is "
                                   "not seen%s",
                                   work->options->bandwidth.value, tp_grid_text(work->grid), sample);
    }
    return code;
}

static tp_code tell(const kernel_work *work, const tp_step *step, const tp_layer *layer, tp_dataset *dataset,
                    tp_error *error) {
    bool is_sample = work->points.sample;
    char sample[TP_OF_WORDS_SIZE];
    tp_sample_words(is_sample, work->points.n, work->of->name, sample);
    tp_code code = tp_dataset_add_finding(
        dataset, step->name, "density", false, error,
        "%s kernel of %.15g m over %lld %s, distances %s; outside the grid %lld, condition unknown %lld, weight "
        "missing "
        "%lld%s",
        work->options->kernel == TP_KERNEL_QUARTIC ? "quartic" : "Gaussian", work->options->bandwidth.value,
        (long long)work->points.n, work->of->name,
        tp_grid_level(work->grid) == TP_MESH_LEVELS ? "in the CRS" : "on the local plane of the ellipsoid",
        (long long)work->points.n_outside, (long long)work->points.n_unknown, (long long)work->points.n_weightless,
        sample);
    if (code == TP_OK && layer->n_rows > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "density", false, error,
                                      "the densest cell of %s is %s with %.4g per km2%s", tp_grid_text(work->grid),
                                      tp_layer_id(layer, work->peak_at), work->peak, sample);
    }
    return code == TP_OK ? tell_mass(work, step, sample, dataset, error) : code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const kernel_density_options *options = step->options.values;
    kernel_work work = {.options = options, .of = tp_dataset_layer(dataset, options->of)};
    const tp_layer *layer = NULL;
    if (work.of == NULL) {
        return tp_error_set(error, TP_E_DATA, "kernel_density: layer %s is not read", options->of);
    }
    tp_code code = tp_grid_choice_make(dataset, &options->grid, &work.grid, error);
    if (code == TP_OK) {
        code = tp_grid_points_gather(dataset, work.of, options->where, options->weight, work.grid, &work.points, error);
    }
    if (code == TP_OK) {
        code = tp_kernel_surface(work.grid, (const double(*)[2])work.points.fraction, work.points.weight, work.points.n,
                                 (tp_kernel)options->kernel, options->bandwidth.value, &work.surface, error);
    }
    if (code == TP_OK) {
        code = keep_wanted(&work, dataset, error);
    }
    if (code == TP_OK) {
        code = make_layer(&work, step, dataset, &layer, error);
    }
    if (code == TP_OK) {
        code = tell(&work, step, layer, dataset, error);
    }
    tp_surface_reset(&work.surface);
    tp_grid_points_reset(&work.points);
    tp_grid_free(work.grid);
    return code;
}

const tp_stage tp_stage_kernel_density = {
    .name = "kernel_density",
    .phase = TP_MEASURE,
    .purpose = "a smooth density of points on the cells of a grid",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(kernel_density_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
