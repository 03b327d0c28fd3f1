/*
 * The stage `grid`: makes sites of the squares of Japan's standard grid (mesh.h) whose centre lies in chosen polygons, so
 * that a whole region is screened. A square stands at its centre, under its code.
 *
 * A centre on a border belongs to the polygon of the smallest id that holds it. Every square is made once.
 */
#include "core/plan/added_layer.h"
#include "technopolis/condition.h"
#include "technopolis/mesh.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct grid_options {
    const char *as, *over, *where;
    int mesh;
} grid_options;

static const tp_setting SETTINGS[] = {
    {.key = "over",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the polygons that are covered with squares",
     .offset = offsetof(grid_options, over)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which polygons are covered",
     .offset = offsetof(grid_options, where)},
    {.key = "mesh",
     .kind = TP_SETTING_CHOICE,
     .choices = TP_MESH_CHOICES,
     .fallback = "1 km",
     .help = "how large the squares of Japan's standard grid are",
     .offset = offsetof(grid_options, mesh)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "sites",
     .help = "the layer that is made",
     .offset = offsetof(grid_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{over}"},
};

enum { COLUMN_CODE, COLUMN_NAME, COLUMN_AREA, N_COLUMNS };
static const tp_stage_column ADDS[N_COLUMNS] = {
    {"{as}", "mesh_code", TP_TYPE_TEXT, "", "code of the square (JIS X 0410)"},
    {"{as}", "name", TP_TYPE_TEXT, "", "the polygon that holds the square's centre, and the code"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "area of the square on the ellipsoid"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const grid_options *options = step->options.values;
    const tp_head *head = tp_schema_find(&plan->schema, options->over);
    if (head != NULL && head->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "over", step->place),
                         "grid covers polygons, but %s is a %s layer", options->over, tp_geometry_text(head->geometry));
    }
    tp_plan_check_condition(plan, step, "where", options->over, faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_POINT, faults);
}

/* ---- which squares ---- */

/* A square with the polygon that holds its centre. */
typedef struct square {
    int64_t code, polygon;
    int64_t order; /* of the polygon's id: the first keeps the square */
} square;

typedef struct squares {
    square *items;
    int64_t n, capacity;
} squares;

static tp_code add_square(squares *list, square one, tp_error *error) {
    if (list->n == list->capacity) {
        int64_t capacity = list->capacity < 1024 ? 1024 : 2 * list->capacity;
        square *items = realloc(list->items, sizeof *items * (size_t)capacity);
        if (items == NULL) {
            return tp_error_memory(error);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->n++] = one;
    return TP_OK;
}

/* The squares that may have their centre in a polygon's box. */
typedef struct span {
    tp_mesh_cell low, high; /* both included */
} span;

/* False where the box lies wholly outside what can be numbered, or the polygon is empty. */
static bool span_of(const tp_shapes *shapes, int64_t row, tp_mesh_level level, span *cells) {
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    int64_t first = shapes->row_first[row], end = shapes->row_first[row + 1];
    for (int64_t i = shapes->ring_first[shapes->part_first[first]]; i < shapes->ring_first[shapes->part_first[end]];
         i++) {
        west = fmin(west, shapes->x[i]);
        east = fmax(east, shapes->x[i]);
        south = fmin(south, shapes->y[i]);
        north = fmax(north, shapes->y[i]);
    }
    tp_mesh_cell last = {tp_mesh_rows(level) - 1, tp_mesh_columns(level) - 1};
    double least[4], most[4];
    tp_mesh_box(level, (tp_mesh_cell){0, 0}, least);
    tp_mesh_box(level, last, most);
    if (first == end || west >= most[2] || south >= most[3] || east < least[0] || north < least[1]) {
        return false;
    }
    bool has_low = tp_mesh_cell_at(level, fmax(west, least[0]), fmax(south, least[1]), &cells->low);
    if (!tp_mesh_cell_at(level, fmin(east, nextafter(most[2], 0)), fmin(north, nextafter(most[3], 0)), &cells->high)) {
        cells->high = last;
    }
    return has_low;
}

typedef struct covering {
    const tp_polygon_index *index;
    const tp_shapes *shapes;
    tp_mesh_level level;
} covering;

static void mark_row(const covering *c, int64_t polygon, const span *cells, int32_t row, uint8_t *inside) {
    int64_t width = cells->high.column - cells->low.column + 1;
    for (int64_t i = 0; i < width; i++) {
        double lon_deg, lat_deg;
        tp_mesh_centre(c->level, (tp_mesh_cell){row, (int32_t)(cells->low.column + i)}, &lon_deg, &lat_deg);
        inside[(row - cells->low.row) * width + i] = tp_polygon_index_holds(c->index, polygon, lon_deg, lat_deg);
    }
}

/* Adds the squares of one polygon; the rows of squares are looked at in parallel. */
static tp_code cover(const covering *c, int64_t polygon, int64_t order, squares *list, tp_error *error) {
    span cells;
    if (!span_of(c->shapes, polygon, c->level, &cells)) {
        return TP_OK;
    }
    int64_t width = cells.high.column - cells.low.column + 1, height = cells.high.row - cells.low.row + 1;
    uint8_t *inside = malloc((size_t)(width * height));
    if (inside == NULL) {
        return tp_error_memory(error);
    }
#pragma omp parallel for schedule(dynamic, 4)
    for (int32_t row = cells.low.row; row <= cells.high.row; row++) {
        mark_row(c, polygon, &cells, row, inside);
    }
    tp_code code = TP_OK;
    for (int64_t i = 0; i < width * height && code == TP_OK; i++) {
        if (inside[i]) {
            tp_mesh_cell cell = {(int32_t)(cells.low.row + i / width), (int32_t)(cells.low.column + i % width)};
            code = add_square(list, (square){tp_mesh_code(c->level, cell), polygon, order}, error);
        }
    }
    free(inside);
    return code;
}

static int compare_squares(const void *a, const void *b) {
    const square *p = a, *q = b;
    return p->code != q->code ? (p->code < q->code ? -1 : 1) : (p->order > q->order) - (p->order < q->order);
}

static void keep_first_of_each(squares *list) {
    qsort(list->items, (size_t)list->n, sizeof *list->items, compare_squares);
    int64_t kept = 0;
    for (int64_t i = 0; i < list->n; i++) {
        if (kept == 0 || list->items[i].code != list->items[kept - 1].code) {
            list->items[kept++] = list->items[i];
        }
    }
    list->n = kept;
}

/* A polygon by its id. */
typedef struct named {
    const char *id;
    int64_t row;
} named;

static int compare_named(const void *a, const void *b) {
    const named *p = a, *q = b;
    int order = strcmp(p->id, q->id);
    return order != 0 ? order : (p->row > q->row) - (p->row < q->row);
}

/* The squares of all polygons for which the filter is met, by code. */
static tp_code find_squares(const tp_layer *over, const tp_filter *filter, tp_mesh_level level, squares *list,
                            tp_error *error) {
    tp_polygon_index *index = NULL;
    named *order = malloc(sizeof *order * ((size_t)over->n_rows + 1));
    tp_code code = order == NULL ? tp_error_memory(error) : tp_polygon_index_new(over, &index, error);
    int64_t n = 0;
    for (int64_t row = 0; row < over->n_rows && code == TP_OK; row++) {
        if (tp_filter_test(filter, row) == TP_MET && row < over->shapes.n_rows) {
            order[n++] = (named){tp_layer_id(over, row), row};
        }
    }
    if (code == TP_OK) {
        qsort(order, (size_t)n, sizeof *order, compare_named);
    }
    covering c = {index, &over->shapes, level};
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        code = cover(&c, order[i].row, i, list, error);
    }
    if (code == TP_OK && list->n > 0) {
        keep_first_of_each(list);
    }
    tp_polygon_index_free(index);
    free(order);
    return code;
}

/* ---- the layer ---- */

static tp_code put_square(const tp_dataset *dataset, const tp_layer *over, tp_mesh_level level, const square *one,
                          tp_layer *layer, int64_t row, tp_column **columns, tp_text *text, tp_error *error) {
    tp_mesh_cell cell;
    char digits[TP_MESH_TEXT_SIZE];
    if (!tp_mesh_cell_of_code(level, one->code, &cell)) {
        return tp_error_set(error, TP_E_INTERNAL, "grid: no square has the code %lld", (long long)one->code);
    }
    tp_mesh_text(level, cell, digits);
    tp_mesh_centre(level, cell, &layer->lon_deg[row], &layer->lat_deg[row]);
    tp_column_set_double(columns[COLUMN_AREA], row, tp_mesh_area_km2(&dataset->ellipsoid, level, cell.row));
    tp_text_clear(text);
    tp_text_add(text, "%s %s", tp_layer_label(over, one->polygon), digits);
    tp_code code = text->lost ? tp_error_memory(error)
                              : tp_column_set_text(columns[COLUMN_CODE], row, digits, strlen(digits), error);
    return code != TP_OK ? code : tp_column_set_text(columns[COLUMN_NAME], row, tp_text_get(text), text->size, error);
}

static tp_code make_layer(const tp_step *step, tp_dataset *dataset, const tp_layer *over, const squares *list,
                          tp_error *error) {
    const grid_options *options = step->options.values;
    tp_layer *layer = NULL;
    tp_column *columns[N_COLUMNS];
    tp_text text = {0};
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_POINT, &layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = tp_added_layer_open(step, layer, list->n, columns, error);
    for (int64_t row = 0; row < list->n && code == TP_OK; row++) {
        code = put_square(dataset, over, (tp_mesh_level)options->mesh, &list->items[row], layer, row, columns, &text,
                          error);
    }
    tp_text_reset(&text);
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->id = columns[COLUMN_CODE];
    layer->label = columns[COLUMN_NAME];
    return tp_dataset_add_layer(dataset, layer, error);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const grid_options *options = step->options.values;
    const tp_layer *over = tp_dataset_layer(dataset, options->over);
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    squares list = {0};
    tp_code code = options->where == NULL ? TP_OK : tp_condition_parse(options->where, &condition, error);
    if (code == TP_OK && condition != NULL) {
        code = tp_filter_new(condition, over, &filter, error);
    }
    if (code == TP_OK) {
        code = find_squares(over, filter, (tp_mesh_level)options->mesh, &list, error);
    }
    if (code == TP_OK && list.n == 0) {
        code = tp_error_set(
            error, TP_E_DATA,
            "grid: no square of %s has its centre in the polygons of %s%s%s%s (Japan's grid numbers 0 to "
            "66.67 degrees north, 100 to 180 degrees east)",
            tp_mesh_level_text((tp_mesh_level)options->mesh), options->over, options->where == NULL ? "" : " (",
            options->where == NULL ? "" : options->where, options->where == NULL ? "" : ")");
    }
    if (code == TP_OK) {
        code = make_layer(step, dataset, over, &list, error);
    }
    free(list.items);
    tp_filter_free(filter);
    tp_condition_free(condition);
    return code;
}

const tp_stage tp_stage_grid = {
    .name = "grid",
    .phase = TP_PREPARE,
    .purpose = "sites on the squares of Japan's standard grid over polygons",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(grid_options),
    .as_key = "as",
    .makes_layer = true,
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_COLUMNS,
    .check = check,
    .run = run,
};
