/*
 * The stage that joins the rows of one id: polygons become their union (borders between them vanish), lines are
 * collected. The columns are those of the first row in the order of the file; a row whose own say something else has a
 * line in `rejects`, though its geometry is kept.
 */
#include "2_prepare/groups.h"
#include "2_prepare/join_shapes.h"
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "technopolis/plan.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *layer;
} options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of lines or polygons whose rows of one id are joined",
     .offset = offsetof(options, layer)},
};

/* The rows by group: group g has the rows member[start[g]] .. member[start[g + 1] - 1], ascending. */
typedef struct groups {
    int64_t n;
    int64_t *start, *member;
    int64_t *first; /* of each group its first row, ascending */
} groups;

static void groups_reset(groups *g) {
    free(g->start);
    free(g->member);
    free(g->first);
    *g = (groups){0};
}

static tp_code make_groups(const tp_layer *layer, groups *g, tp_error *error) {
    int64_t *first_of = NULL, n = layer->n_rows;
    tp_code code = tp_groups_find(layer, &first_of, error);
    if (code != TP_OK) {
        return code;
    }
    int64_t *number = malloc(sizeof *number * (size_t)(n + 1)); /* of the group, for each first row */
    g->start = calloc((size_t)n + 2, sizeof *g->start);
    g->member = malloc(sizeof *g->member * (size_t)(n + 1));
    g->first = malloc(sizeof *g->first * (size_t)(n + 1));
    if (number == NULL || g->start == NULL || g->member == NULL || g->first == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    for (int64_t row = 0; row < n; row++) {
        if (first_of[row] == row) {
            number[row] = g->n;
            g->first[g->n++] = row;
        }
        g->start[number[first_of[row]] + 1]++;
    }
    for (int64_t i = 0; i < g->n; i++) {
        g->start[i + 1] += g->start[i];
    }
    for (int64_t row = n - 1; row >= 0; row--) { /* from behind, each start moving down to its place */
        g->member[--g->start[number[first_of[row]] + 1]] = row;
    }
    for (int64_t i = 0; i < g->n; i++) {
        g->start[i] = g->start[i + 1];
    }
    g->start[g->n] = n;
done:
    free(number);
    free(first_of);
    return code;
}

/* Whether a row says something in a column that the first row of its id does not. */
static bool differs(const tp_column *column, int64_t row, int64_t first) {
    if (column->type == TP_TYPE_VERDICT) {
        return column->verdict[row] != column->verdict[first];
    }
    if (!column->valid[row] || !column->valid[first]) {
        return column->valid[row] != 0;
    }
    switch (column->type) {
    case TP_TYPE_DOUBLE:
        return column->f64[row] != column->f64[first];
    case TP_TYPE_INT64:
        return column->i64[row] != column->i64[first];
    default:
        return strcmp(tp_column_text(column, row), tp_column_text(column, first)) != 0;
    }
}

/* "14131: name, population": the id and the columns whose values are dropped; empty where none is. */
static void list_differences(const tp_layer *layer, int64_t row, int64_t first, tp_text *list) {
    bool any = false;
    tp_text_clear(list);
    for (size_t i = 0; i < layer->n_columns; i++) {
        const tp_column *column = layer->columns[i];
        if (column != layer->id && differs(column, row, first)) {
            tp_text_add(list, "%s%s%s", any ? "" : tp_layer_id(layer, row), any ? ", " : ": ", column->name);
            any = true;
        }
    }
}

/* One line for each row whose values are dropped, in the order of the rows. */
static tp_code tell_differences(tp_rows *rows, tp_error *error) {
    int64_t *first_of = NULL;
    tp_text list = {0};
    tp_code code = tp_groups_find(rows->layer, &first_of, error);
    for (int64_t row = 0; code == TP_OK && row < rows->layer->n_rows; row++) {
        if (first_of[row] == row) {
            continue;
        }
        list_differences(rows->layer, row, first_of[row], &list);
        if (list.lost) {
            code = tp_error_memory(error);
        } else if (list.size > 0) {
            code = tp_rows_note(rows, row, TP_REJECT_ATTRIBUTES, tp_text_get(&list), error);
        }
    }
    tp_text_reset(&list);
    free(first_of);
    return code;
}

/* Joins each group into a row of its own; the result does not depend on the number of threads. */
static tp_code join_groups(const tp_layer *layer, const groups *g, int threads, tp_shapes *joined, tp_error *error) {
    tp_code worst = TP_OK;
#pragma omp parallel num_threads(threads)
    {
        tp_geos geos;
        bool begun = tp_geos_begin(&geos);
#pragma omp for schedule(dynamic, 1)
        for (int64_t i = 0; i < g->n; i++) {
            tp_error own = {0};
            tp_code code = begun ? tp_join_shapes(&geos, layer, g->member + g->start[i], g->start[i + 1] - g->start[i],
                                                  &joined[i], &own)
                                 : tp_error_memory(&own);
            if (code != TP_OK) {
#pragma omp critical
                {
                    worst = code;
                    if (error != NULL) {
                        *error = own;
                    }
                }
            }
        }
        tp_geos_end(&geos);
    }
    return worst;
}

/* The layer becomes the first rows of the groups with the joined geometries. */
static tp_code replace(tp_layer *layer, const groups *g, const tp_shapes *joined, tp_error *error) {
    tp_shapes shapes = {0};
    tp_code code = TP_OK;
    for (int64_t i = 0; i < g->n && code == TP_OK; i++) {
        code = tp_shapes_copy_row(&shapes, &joined[i], 0, error);
    }
    if (code == TP_OK) {
        code = tp_layer_keep(layer, g->first, g->n, error);
    }
    if (code != TP_OK) {
        tp_shapes_reset(&shapes);
        return code;
    }
    tp_shapes_reset(&layer->shapes);
    layer->shapes = shapes;
    return TP_OK;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const options *wanted = step->options.values;
    tp_layer *layer = tp_dataset_layer(dataset, wanted->layer);
    tp_rows rows = {.dataset = dataset, .layer = layer};
    if (layer == NULL || (layer->geometry != TP_GEOMETRY_POLYGON && layer->geometry != TP_GEOMETRY_LINE)) {
        return tp_error_set(error, TP_E_INTERNAL, "layer %s cannot be dissolved", wanted->layer);
    }
    groups g = {0};
    tp_shapes *joined = NULL;
    tp_code code = make_groups(layer, &g, error);
    if (code == TP_OK && g.n < layer->n_rows) {
        joined = calloc((size_t)g.n + 1, sizeof *joined);
        code = joined == NULL ? tp_error_memory(error)
                              : join_groups(layer, &g, tp_prepare_threads(run->threads), joined, error);
        if (code == TP_OK) {
            code = tell_differences(&rows, error);
        }
        if (code == TP_OK) {
            code = replace(layer, &g, joined, error);
        }
    }
    for (int64_t i = 0; joined != NULL && i < g.n; i++) {
        tp_shapes_reset(&joined[i]);
    }
    free(joined);
    groups_reset(&g);
    return code;
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const options *wanted = step->options.values;
    const tp_head *head = wanted->layer == NULL ? NULL : tp_schema_find(&plan->schema, wanted->layer);
    if (head != NULL && head->geometry != TP_GEOMETRY_POLYGON && head->geometry != TP_GEOMETRY_LINE) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "layer", step->place),
                         "'dissolve' joins lines or polygons, and %s is a %s layer", wanted->layer,
                         tp_geometry_text(head->geometry));
    }
}

const tp_stage tp_stage_dissolve = {
    .name = "dissolve",
    .phase = TP_PREPARE,
    .purpose = "joins the lines or polygons of one id into one row",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(options),
    .main_key = "layer",
    .as_key = "layer",
    .for_every_layer = true,
    .when = "dissolve",
    .check = check,
    .run = run,
};
