/*
 * mesh_density: how many features lie in each cell of a grid, per true km², and where they lie together. Cells are
 * Japan's standard squares or squares in an equal-area CRS (technopolis/grid.h); density x area_km2 is n in every row
 * (or the sum of the weights), and the n of all rows are the features but for those outside the grid, in `rejects`.
 */
#include "core/plan/added_layer.h"
#include "grid_points.h"
#include "hotspots.h"
#include "of_words.h"
#include "reach.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct mesh_density_options {
    const char *of, *where, *weight, *lq, *in, *as;
    tp_grid_choice grid;
    bool empty, hotspots;
    int64_t permutations;
} mesh_density_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "plants",
     .help = "the layer whose points are counted",
     .offset = offsetof(mesh_density_options, of)},
    TP_GRID_SETTINGS(mesh_density_options),
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of them count",
     .offset = offsetof(mesh_density_options, where)},
    {.key = "weight",
     .kind = TP_SETTING_COLUMN,
     .help = "a column to be summed, such as employees; density is then that of the sum",
     .offset = offsetof(mesh_density_options, weight)},
    {.key = "lq",
     .kind = TP_SETTING_LAYER,
     .help = "the layer to whose points the location quotient compares, such as all plants",
     .offset = offsetof(mesh_density_options, lq)},
    {.key = "empty",
     .kind = TP_SETTING_YES_NO,
     .fallback = "no",
     .help =
         "also cells without any feature: those with their centre in the polygons of `in`, else the whole rectangle",
     .offset = offsetof(mesh_density_options, empty)},
    {.key = "in",
     .kind = TP_SETTING_LAYER,
     .help = "the polygons over which empty cells are wanted",
     .offset = offsetof(mesh_density_options, in)},
    {.key = "hotspots",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "also Gi* of the density with queen neighbours; the stage hotspots has more choices",
     .offset = offsetof(mesh_density_options, hotspots)},
    {.key = "permutations",
     .kind = TP_SETTING_INTEGER,
     .fallback = "999",
     .min = 0,
     .max = 10000000,
     .help = "of these hot spots; 0: p by the normal distribution",
     .offset = offsetof(mesh_density_options, permutations)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(mesh_density_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{of}", .name = "{weight}", .type = TP_TYPE_DOUBLE, .help = "which is summed"},
    {.layer = "{lq}"},
    {.layer = "{in}"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "mesh_code", TP_TYPE_TEXT, "", "JIS X 0410 code, or the south-west corner in metres"},
    {"{as}", "level", TP_TYPE_TEXT, "", "the grid: 1 km, or 1000 m EPSG:3035"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "true area on the ellipsoid"},
    {"{as}", "n", TP_TYPE_INT64, "", "features in the cell"},
    {"{as}", "density", TP_TYPE_DOUBLE, "per km2", "n (or the sum of the weights) / area_km2"},
    {"{as}", "lq", TP_TYPE_DOUBLE, "",
     "location quotient: the cell's share of the features over its share of those of `lq`"},
    {"{as}", "{weight}_sum", TP_TYPE_DOUBLE, "", "sum of that column"},
};
enum { CODE, LEVEL, AREA, N, DENSITY, LQ, SUM, N_COLUMNS };

static const tp_stage_column HOTSPOTS[] = {
    {"{as}", "gi_z", TP_TYPE_DOUBLE, "", "Getis and Ord's Gi* as a standard deviate"},
    {"{as}", "gi_p", TP_TYPE_DOUBLE, "", "two-sided p of Gi*"},
    {"{as}", "gi_q", TP_TYPE_DOUBLE, "", "p corrected for so many tests (Benjamini and Hochberg)"},
    {"{as}", "class", TP_TYPE_TEXT, "", "hot_99, hot_95, hot_90, not_significant, cold_90, cold_95, cold_99 by q"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const mesh_density_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_plan_check_condition(plan, step, "where", options->of, faults);
    tp_grid_choice_check(step, plan, &options->grid, faults);
    if (options->lq != NULL) {
        tp_reach_check_points(step, plan, options->lq, "lq", faults);
    }
    const tp_head *in = tp_schema_find(&plan->schema, options->in);
    if (in != NULL && in->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "in", step->place),
                         "in: %s is a %s layer (expected polygons)", in->name, tp_geometry_text(in->geometry));
    }
    if (options->in != NULL && !options->empty) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "in", step->place),
                         "in: only empty cells need it (expected `empty: yes`)");
    }
    tp_added_layer_check(step, plan, TP_GEOMETRY_POLYGON, faults);
    for (size_t i = 0; i < sizeof HOTSPOTS / sizeof HOTSPOTS[0] && options->hotspots; i++) {
        tp_plan_add_field(plan, step, step->name, HOTSPOTS[i].name, HOTSPOTS[i].type, "", HOTSPOTS[i].help, faults);
    }
}

/* ---- counting ---- */

/* One cell with what lies in it. */
typedef struct counted {
    tp_mesh_cell cell;
    int64_t n, base; /* features; those of the layer that lq compares to */
    double sum;
} counted;

typedef struct mesh_work {
    const mesh_density_options *options;
    const tp_layer *of;
    tp_grid *grid;
    tp_grid_points points, base;
    counted *cells;
    int64_t n, capacity;
} mesh_work;

static int compare(const void *a, const void *b) {
    const counted *x = a, *y = b;
    if (x->cell.row != y->cell.row) {
        return x->cell.row < y->cell.row ? -1 : 1;
    }
    if (x->cell.column != y->cell.column) {
        return x->cell.column < y->cell.column ? -1 : 1;
    }
    return (x->sum > y->sum) - (x->sum < y->sum); /* so that sums do not depend on the order of rows */
}

static void merge(mesh_work *work) {
    int64_t n = 0;
    if (work->n > 0) { /* no cells may mean no memory for them, which qsort must not be given */
        qsort(work->cells, (size_t)work->n, sizeof *work->cells, compare);
    }
    for (int64_t i = 0; i < work->n; i++) {
        counted *last = n > 0 ? &work->cells[n - 1] : NULL, *next = &work->cells[i];
        if (last != NULL && last->cell.row == next->cell.row && last->cell.column == next->cell.column) {
            last->n += next->n;
            last->base += next->base;
            last->sum += next->sum;
        } else {
            work->cells[n++] = *next;
        }
    }
    work->n = n;
}

static tp_code add_cell(mesh_work *work, counted cell, tp_error *error) {
    if (work->n == work->capacity) {
        int64_t capacity = work->capacity * 2 + 1024;
        counted *cells = realloc(work->cells, (size_t)capacity * sizeof *cells);
        if (cells == NULL) {
            return tp_error_memory(error);
        }
        work->cells = cells;
        work->capacity = capacity;
    }
    work->cells[work->n++] = cell;
    return TP_OK;
}

static tp_code count(mesh_work *work, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < work->points.n && code == TP_OK; i++) {
        code = add_cell(work, (counted){work->points.cell[i], 1, 0, work->points.weight[i]}, error);
    }
    for (int64_t i = 0; i < work->base.n && code == TP_OK; i++) {
        code = add_cell(work, (counted){work->base.cell[i], 0, 1, 0}, error);
    }
    if (code == TP_OK) {
        merge(work);
    }
    return code;
}

/* Leaves out the cells that hold only features of the other layer. */
static void drop_unwanted(mesh_work *work) {
    int64_t n = 0;
    for (int64_t i = 0; i < work->n; i++) {
        if (work->cells[i].n > 0) {
            work->cells[n++] = work->cells[i];
        }
    }
    work->n = n;
}

/* ---- empty cells ---- */

typedef struct frame {
    tp_mesh_cell low, high; /* inclusive */
} frame;

static void widen(frame *frame, tp_mesh_cell cell) {
    frame->low.row = cell.row < frame->low.row ? cell.row : frame->low.row;
    frame->low.column = cell.column < frame->low.column ? cell.column : frame->low.column;
    frame->high.row = cell.row > frame->high.row ? cell.row : frame->high.row;
    frame->high.column = cell.column > frame->high.column ? cell.column : frame->high.column;
}

/* All vertices of the polygons, as cells. */
static tp_code widen_to_polygons(const mesh_work *work, const tp_layer *in, frame *frame, tp_error *error) {
    int64_t n = in->shapes.n_vertices;
    tp_mesh_cell *cell = malloc(((size_t)n + 1) * sizeof *cell);
    uint8_t *inside = malloc((size_t)n + 1);
    tp_code code = cell == NULL || inside == NULL
                       ? tp_error_memory(error)
                       : tp_grid_locate(work->grid, in->shapes.x, in->shapes.y, n, cell, NULL, inside, error);
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        if (inside[i]) {
            widen(frame, cell[i]);
        }
    }
    free(cell);
    free(inside);
    return code;
}

/* The empty cells of one row that are wanted. */
static tp_code fill_row(mesh_work *work, const tp_polygon_index *index, const frame *frame, int32_t row,
                        tp_mesh_cell *cell, double *lon, double *lat, uint8_t *wanted, tp_error *error) {
    int64_t width = (int64_t)frame->high.column - frame->low.column + 1;
    tp_code code = TP_OK;
    for (int64_t i = 0; i < width; i++) {
        cell[i] = (tp_mesh_cell){row, (int32_t)(frame->low.column + i)};
    }
    tp_grid_centres(work->grid, cell, width, lon, lat);
#pragma omp parallel for schedule(dynamic, 64)
    for (int64_t i = 0; i < width; i++) {
        bool there =
            tp_grid_level(work->grid) == TP_MESH_LEVELS || tp_mesh_in_japan(tp_grid_level(work->grid), cell[i]);
        wanted[i] = index == NULL ? there : there && tp_polygon_index_find(index, lon[i], lat[i]) >= 0;
    }
    for (int64_t i = 0; i < width && code == TP_OK; i++) {
        if (wanted[i]) {
            code = add_cell(work, (counted){.cell = cell[i]}, error);
        }
    }
    return code;
}

enum { MOST_CELLS = 400000000 };

static tp_code fill_frame(mesh_work *work, const tp_polygon_index *index, const frame *frame, tp_error *error) {
    int64_t width = (int64_t)frame->high.column - frame->low.column + 1;
    int64_t height = (int64_t)frame->high.row - frame->low.row + 1;
    if (width <= 0 || height <= 0) {
        return TP_OK;
    }
    if (height > MOST_CELLS / width) {
        return tp_error_set(error, TP_E_DATA, "a full grid of %s would have %lld x %lld cells (expected larger ones)",
                            tp_grid_text(work->grid), (long long)width, (long long)height);
    }
    size_t n = (size_t)width;
    tp_mesh_cell *cell = malloc(n * sizeof *cell);
    double *lon = malloc(n * sizeof *lon), *lat = malloc(n * sizeof *lat);
    uint8_t *wanted = malloc(n);
    tp_code code = cell == NULL || lon == NULL || lat == NULL || wanted == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t row = frame->low.row; row <= frame->high.row && code == TP_OK; row++) {
        code = fill_row(work, index, frame, (int32_t)row, cell, lon, lat, wanted, error);
    }
    free(cell);
    free(lon);
    free(lat);
    free(wanted);
    return code;
}

static tp_code add_empty(mesh_work *work, const tp_dataset *dataset, tp_error *error) {
    const tp_layer *in = work->options->in == NULL ? NULL : tp_dataset_layer(dataset, work->options->in);
    frame frame = {{INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN}};
    tp_polygon_index *index = NULL;
    tp_code code = TP_OK;
    for (int64_t i = 0; i < work->n; i++) {
        widen(&frame, work->cells[i].cell);
    }
    if (in != NULL) {
        code = widen_to_polygons(work, in, &frame, error);
        if (code == TP_OK) {
            code = tp_polygon_index_new(in, &index, error);
        }
    }
    if (code == TP_OK) {
        code = fill_frame(work, index, &frame, error);
    }
    if (code == TP_OK) {
        merge(work);
    }
    tp_polygon_index_free(index);
    return code;
}

/* ---- the layer ---- */

static tp_code set_texts(const mesh_work *work, tp_column *const *columns, int64_t row, tp_error *error) {
    char code_text[TP_GRID_CELL_SIZE];
    const char *level = tp_grid_text(work->grid);
    tp_grid_cell_text(work->grid, work->cells[row].cell, code_text);
    tp_code code = tp_column_set_text(columns[CODE], row, code_text, strlen(code_text), error);
    return code == TP_OK ? tp_column_set_text(columns[LEVEL], row, level, strlen(level), error) : code;
}

/* The cell's share of the features over its share of the other layer's; missing where that has none there. */
static void set_quotient(const mesh_work *work, tp_column *column, int64_t row) {
    const counted *cell = &work->cells[row];
    if (cell->base > 0 && work->points.n > 0) {
        tp_column_set_double(column, row,
                             (double)cell->n / (double)work->points.n / ((double)cell->base / (double)work->base.n));
    }
}

static tp_code fill(const mesh_work *work, const tp_step *step, tp_layer *layer, tp_error *error) {
    tp_column *columns[N_COLUMNS];
    tp_code code = tp_added_layer_open(step, layer, work->n, columns, error);
    if (code == TP_OK && work->options->weight != NULL) {
        char *name = tp_text_format("%s_sum", work->options->weight);
        code = name == NULL
                   ? tp_error_memory(error)
                   : tp_layer_add_column(layer, name, TP_TYPE_DOUBLE, "", step->stage->name, &columns[SUM], error);
        free(name);
    }
    if (code == TP_OK) {
        layer->id = layer->label = columns[CODE];
    }
    for (int64_t row = 0; row < work->n && code == TP_OK; row++) {
        const counted *cell = &work->cells[row];
        double area_km2 = row > 0 && work->cells[row - 1].cell.row == cell->cell.row
                              ? columns[AREA]->f64[row - 1]
                              : tp_grid_area_km2(work->grid, cell->cell.row);
        code = set_texts(work, columns, row, error);
        tp_column_set_double(columns[AREA], row, area_km2);
        tp_column_set_int64(columns[N], row, cell->n);
        tp_column_set_double(columns[DENSITY], row,
                             (work->options->weight != NULL ? cell->sum : (double)cell->n) / area_km2);
        set_quotient(work, columns[LQ], row);
        if (work->options->weight != NULL) {
            tp_column_set_double(columns[SUM], row, cell->sum);
        }
        if (code == TP_OK) {
            code = tp_grid_outlines(work->grid, &cell->cell, 1, &layer->shapes, error);
        }
    }
    return code;
}

/* ---- findings ---- */

enum { MOST_DENSEST = 3 };

/* The densest cells, at most three; ties to the smallest code. */
static tp_code tell_densest(const mesh_work *work, const tp_step *step, const tp_layer *layer, tp_dataset *dataset,
                            tp_error *error) {
    const double *density = tp_layer_column(layer, "density")->f64;
    const int64_t *n = tp_layer_column(layer, "n")->i64;
    int64_t best[MOST_DENSEST];
    int found = 0;
    for (int64_t row = 0; row < layer->n_rows; row++) {
        int at = found;
        while (at > 0 && (density[row] > density[best[at - 1]] ||
                          (density[row] == density[best[at - 1]] &&
                           strcmp(tp_layer_id(layer, row), tp_layer_id(layer, best[at - 1])) < 0))) {
            at--;
        }
        if (at < MOST_DENSEST && n[row] > 0) {
            found += found < MOST_DENSEST;
            memmove(&best[at + 1], &best[at], (size_t)(found - at - 1) * sizeof *best);
            best[at] = row;
        }
    }
    tp_text text = {0};
    char sample[TP_OF_WORDS_SIZE];
    tp_sample_words(work->points.sample, work->points.n, work->of->name, sample);
    for (int i = 0; i < found; i++) {
        tp_text_add(&text, "%s%s with %lld (%.4g per km2)", i == 0 ? "" : ", ", tp_layer_id(layer, best[i]),
                    (long long)n[best[i]], density[best[i]]);
    }
    tp_code code = TP_OK;
    if (text.lost) {
        code = tp_error_memory(error);
    } else if (found > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "densest cells", false, error,
                                      "densest cells of %s by %s: %s%s", tp_grid_text(work->grid), work->of->name,
                                      tp_text_get(&text), sample);
    }
    tp_text_reset(&text);
    return code;
}

static tp_code tell(const mesh_work *work, const tp_step *step, const tp_layer *layer, tp_dataset *dataset,
                    tp_error *error) {
    int64_t with = 0;
    for (int64_t i = 0; i < work->n; i++) {
        with += work->cells[i].n > 0;
    }
    char sample[TP_OF_WORDS_SIZE];
    tp_sample_words(work->points.sample, work->points.n, work->of->name, sample);
    tp_code code = tp_dataset_add_finding(
        dataset, step->name, "density", false, error,
        "%lld %s in %lld of %lld cells of %s; outside the grid %lld, condition unknown %lld, weight missing %lld%s%s",
        (long long)work->points.n, work->of->name, (long long)with, (long long)work->n, tp_grid_text(work->grid),
        (long long)work->points.n_outside, (long long)work->points.n_unknown, (long long)work->points.n_weightless,
        work->points.sample ? "; an empty cell does not mean that there is none" : "", sample);
    return code == TP_OK ? tell_densest(work, step, layer, dataset, error) : code;
}

/* ---- the whole ---- */

static tp_code make_layer(const mesh_work *work, const tp_step *step, tp_dataset *dataset, tp_layer **layer,
                          tp_error *error) {
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_POLYGON, layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = fill(work, step, *layer, error);
    if (code != TP_OK) {
        tp_layer_free(*layer);
        return code;
    }
    (*layer)->coverage = work->points.sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE;
    return tp_dataset_add_layer(dataset, *layer, error);
}

static tp_code gather(mesh_work *work, tp_dataset *dataset, tp_error *error) {
    const mesh_density_options *options = work->options;
    tp_code code = tp_grid_choice_make(dataset, &options->grid, &work->grid, error);
    if (code == TP_OK) {
        code =
            tp_grid_points_gather(dataset, work->of, options->where, options->weight, work->grid, &work->points, error);
    }
    if (code == TP_OK && options->lq != NULL) {
        const tp_layer *base = tp_dataset_layer(dataset, options->lq);
        code = base == NULL ? tp_error_set(error, TP_E_DATA, "mesh_density: layer %s is not read", options->lq)
                            : tp_grid_points_gather(dataset, base, NULL, NULL, work->grid, &work->base, error);
    }
    if (code == TP_OK) {
        code = count(work, error);
    }
    if (code == TP_OK && options->empty) {
        code = add_empty(work, dataset, error);
    } else if (code == TP_OK) {
        drop_unwanted(work);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    const mesh_density_options *options = step->options.values;
    mesh_work work = {.options = options, .of = tp_dataset_layer(dataset, options->of)};
    tp_layer *layer = NULL;
    const tp_hotspots_request request = {.column = "density", .prefix = "", .permutations = options->permutations};
    tp_code code = work.of == NULL ? tp_error_set(error, TP_E_DATA, "mesh_density: layer %s is not read", options->of)
                                   : gather(&work, dataset, error);
    if (code == TP_OK) {
        code = make_layer(&work, step, dataset, &layer, error);
    }
    if (code == TP_OK) {
        code = tell(&work, step, layer, dataset, error);
    }
    if (code == TP_OK && options->hotspots) {
        code = tp_hotspots_add(step, run_settings, dataset, layer, &request, error);
    }
    tp_grid_points_reset(&work.points);
    tp_grid_points_reset(&work.base);
    tp_grid_free(work.grid);
    free(work.cells);
    return code;
}

const tp_stage tp_stage_mesh_density = {
    .name = "mesh_density",
    .phase = TP_MEASURE,
    .purpose = "counts and densities of points in the cells of a grid, and their hot spots",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(mesh_density_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
