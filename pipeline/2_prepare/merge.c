/*
 * The stage that makes one row of the several that a file has for one place: station sections of one station, repeated
 * outlines of one airport, cells whose numbers were given to a neighbour; and points of lines and polygons. How rows are
 * grouped is in merge_groups.c, where a group lies in merge_shapes.c.
 *
 * The first row of a group in the order of the files stays, with the bytewise smallest id of the group. A column's value
 * is the first that is not missing, unless it is collected, summed or the largest; a row that said something else has a
 * line in `rejects`.
 */
#include "2_prepare/merge.h"

#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(field) offsetof(tp_merge_options, field)

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .help = "the layer; in a read entry's `merge` its own",
     .offset = OPTION(layer)},
    {.key = "point",
     .kind = TP_SETTING_CHOICE,
     .choices = "keep|middle|centre",
     .fallback = "keep",
     .help =
         "what becomes of lines and polygons: they stay, or a point stands for them, half-way along a line or at the "
         "centre of area; points of several rows become their mean",
     .offset = OPTION(point)},
    {.key = "by",
     .kind = TP_SETTING_COLUMNS,
     .help = "rows with the same values here are one; a row where one is missing stays alone",
     .offset = OPTION(by)},
    {.key = "or_by",
     .kind = TP_SETTING_COLUMNS,
     .help = "the same for rows where `by` is missing",
     .offset = OPTION(or_by)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .min = 0,
     .max = 1e6,
     .help = "of rows with the same `or_by` (without it: `by`) only those are one that are linked by steps of at most "
             "this length",
     .offset = OPTION(within)},
    {.key = "collect",
     .kind = TP_SETTING_COLUMNS,
     .help = "columns of text whose different values are all kept, divided by semicolons",
     .offset = OPTION(collect)},
    {.key = "sum", .kind = TP_SETTING_COLUMNS, .help = "columns of numbers that are added", .offset = OPTION(sum)},
    {.key = "largest",
     .kind = TP_SETTING_COLUMNS,
     .help = "columns of numbers of which the largest stays",
     .offset = OPTION(largest)},
};

static bool names(const tp_texts *list, const char *name) {
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- columns */

/* The first value that is not missing; whether a later one says something else. */
static tp_code take_first(tp_column *column, const int64_t *rows, int64_t n, bool *differs, tp_error *error) {
    char first[TP_CELL_TEXT_SIZE], other[TP_CELL_TEXT_SIZE];
    int64_t from = 0;
    *differs = false;
    while (from < n && !column->valid[rows[from]]) {
        from++;
    }
    for (int64_t i = from + 1; i < n && !*differs; i++) {
        const char *text = column->valid[rows[i]] ? tp_column_cell(column, rows[i], other) : NULL;
        *differs = text != NULL && strcmp(text, tp_column_cell(column, rows[from], first)) != 0;
    }
    if (from == 0 || from == n) {
        return TP_OK;
    }
    if (column->type == TP_TYPE_DOUBLE) {
        tp_column_set_double(column, rows[0], column->f64[rows[from]]);
    } else if (column->type == TP_TYPE_INT64) {
        tp_column_set_int64(column, rows[0], column->i64[rows[from]]);
    } else if (column->type == TP_TYPE_TEXT) {
        char *copy = tp_text_copy(tp_column_text(column, rows[from]));
        tp_code code =
            copy == NULL ? tp_error_memory(error) : tp_column_set_text(column, rows[0], copy, strlen(copy), error);
        free(copy);
        return code;
    }
    return TP_OK;
}

/* All different values, in the order of the rows. */
static tp_code collect(tp_column *column, const int64_t *rows, int64_t n, tp_error *error) {
    tp_text all = {0};
    for (int64_t i = 0; i < n; i++) {
        const char *text = tp_column_text(column, rows[i]);
        bool seen = text == NULL;
        for (int64_t k = 0; k < i && !seen; k++) {
            const char *before = tp_column_text(column, rows[k]);
            seen = before != NULL && strcmp(before, text) == 0;
        }
        if (!seen) {
            tp_text_add(&all, "%s%s", all.size == 0 ? "" : "; ", text);
        }
    }
    tp_code code = all.lost       ? tp_error_memory(error)
                   : all.size > 0 ? tp_column_set_text(column, rows[0], all.data, all.size, error)
                                  : TP_OK;
    tp_text_reset(&all);
    return code;
}

/* The sum, or the largest, of the values that are not missing. */
static void reckon(tp_column *column, const int64_t *rows, int64_t n, bool sums) {
    bool any = false;
    double value = 0;
    int64_t integer = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!column->valid[rows[i]]) {
            continue;
        }
        if (column->type == TP_TYPE_INT64) {
            int64_t its = column->i64[rows[i]];
            integer = !any ? its : sums ? integer + its : its > integer ? its : integer;
        } else {
            double its = column->f64[rows[i]];
            value = !any ? its : sums ? value + its : its > value ? its : value;
        }
        any = true;
    }
    if (any && column->type == TP_TYPE_INT64) {
        tp_column_set_int64(column, rows[0], integer);
    } else if (any) {
        tp_column_set_double(column, rows[0], value);
    }
}

static tp_code take_smallest_id(tp_column *id, const int64_t *rows, int64_t n, tp_error *error) {
    int64_t least = 0;
    for (int64_t i = 1; i < n; i++) {
        least = strcmp(tp_column_text(id, rows[i]), tp_column_text(id, rows[least])) < 0 ? i : least;
    }
    if (least == 0) {
        return TP_OK;
    }
    char *copy = tp_text_copy(tp_column_text(id, rows[least]));
    tp_code code = copy == NULL ? tp_error_memory(error) : tp_column_set_text(id, rows[0], copy, strlen(copy), error);
    free(copy);
    return code;
}

/* One line for a group whose rows say different things: the columns in which they do. */
static tp_code merge_cells(tp_rows *of, const tp_merge_options *options, const int64_t *rows, int64_t n,
                           tp_error *error) {
    tp_layer *layer = of->layer;
    tp_text list = {0};
    tp_code code = TP_OK;
    for (size_t i = 0; i < layer->n_columns && code == TP_OK; i++) {
        tp_column *column = layer->columns[i];
        bool differs = false;
        if (column == layer->id) {
            continue;
        }
        if (names(&options->collect, column->name)) {
            code = collect(column, rows, n, error);
        } else if (names(&options->sum, column->name) || names(&options->largest, column->name)) {
            reckon(column, rows, n, names(&options->sum, column->name));
        } else {
            code = take_first(column, rows, n, &differs, error);
        }
        if (differs) {
            tp_text_add(&list, "%s%s", list.size == 0 ? "" : ", ", column->name);
        }
    }
    if (code == TP_OK) {
        code = take_smallest_id(layer->id, rows, n, error);
    }
    if (code == TP_OK && list.size > 0) {
        char *detail = tp_text_format("%s, %lld rows: %s", tp_layer_id(layer, rows[0]), (long long)n, list.data);
        code = detail == NULL ? tp_error_memory(error) : tp_rows_note(of, rows[0], TP_REJECT_ATTRIBUTES, detail, error);
        free(detail);
    }
    tp_text_reset(&list);
    return code;
}

/* ---------------------------------------------------------------- the stage */

static tp_code tell(const tp_step *step, int64_t before, const tp_merge_options *options, tp_dataset *dataset,
                    tp_error *error) {
    const tp_layer *layer = tp_dataset_layer(dataset, options->layer);
    tp_text by = {0};
    for (size_t i = 0; i < options->by.n + options->or_by.n; i++) {
        const char *name = i < options->by.n ? options->by.items[i] : options->or_by.items[i - options->by.n];
        tp_text_add(&by, "%s%s", i == 0 ? "" : i == options->by.n ? " or by " : ", ", name);
    }
    tp_code code = by.lost ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && before != layer->n_rows) {
        code = tp_dataset_add_finding(dataset, step->name, "merged rows", false, error,
                                      "layer %s: %lld rows are %lld places (by %s)", layer->name, (long long)before,
                                      (long long)layer->n_rows, tp_text_get(&by));
    }
    tp_text_reset(&by);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    (void)run;
    const tp_merge_options *options = step->options.values;
    tp_rows rows = {0};
    tp_groups_of_rows groups = {0};
    tp_code code = tp_rows_begin(dataset, options->layer, &rows, error);
    int64_t before = code == TP_OK ? rows.layer->n_rows : 0;
    if (code == TP_OK) {
        code = tp_merge_groups(rows.layer, options, &dataset->ellipsoid, &groups, error);
    }
    for (int64_t g = 0; g < groups.n && code == TP_OK; g++) {
        int64_t first = groups.start[g], n = groups.start[g + 1] - first;
        code = n > 1 ? merge_cells(&rows, options, groups.member + first, n, error) : TP_OK;
    }
    if (code == TP_OK) {
        code = tp_merge_shapes(rows.layer, options, &groups, error);
    }
    if (code == TP_OK) {
        code = tell(step, before, options, dataset, error);
    }
    tp_groups_of_rows_reset(&groups);
    tp_rows_end(&rows);
    return code;
}

/* The columns of a list are there, and hold numbers or texts as they must. */
static void check_columns(const tp_step *step, const tp_head *head, const char *key, const tp_texts *list, int wanted,
                          tp_faults *faults) {
    (void)key;
    for (size_t i = 0; i < list->n; i++) {
        const tp_field *field = tp_head_field(head, list->items[i]);
        tp_place place = list->places[i].file == NULL ? step->place : list->places[i];
        bool number = field != NULL && (field->type == TP_TYPE_INT64 || field->type == TP_TYPE_DOUBLE);
        if (field == NULL) {
            tp_faults_add_code_at(faults, TP_E_DATA, place, "layer %s has no column '%s'", head->name, list->items[i]);
        } else if ((wanted == 1 && !number) || (wanted == 2 && field->type != TP_TYPE_TEXT)) {
            tp_faults_add_code_at(faults, TP_E_DATA, place, "column '%s' of layer %s holds %s (expected %s)",
                                  list->items[i], head->name, tp_type_text(field->type),
                                  wanted == 1 ? "numbers" : "texts");
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_merge_options *options = step->options.values;
    tp_head *head = tp_schema_find(&plan->schema, options->layer);
    if (options->layer == NULL) {
        tp_faults_add_at(faults, step->place, "key 'layer' is missing (expected the name of a layer)");
    }
    if (head == NULL) {
        return;
    }
    check_columns(step, head, "by", &options->by, 0, faults);
    check_columns(step, head, "or_by", &options->or_by, 0, faults);
    check_columns(step, head, "collect", &options->collect, 2, faults);
    check_columns(step, head, "sum", &options->sum, 1, faults);
    check_columns(step, head, "largest", &options->largest, 1, faults);
    if (head->geometry == TP_GEOMETRY_NONE) {
        tp_faults_add_at(faults, step->place, "'merge' works on places, and %s is a table", head->name);
    } else if ((options->point == TP_POINT_MIDDLE && head->geometry == TP_GEOMETRY_POLYGON) ||
               (options->point == TP_POINT_CENTRE && head->geometry == TP_GEOMETRY_LINE)) {
        tp_faults_add_at(faults, step->place, "point: %s layers have no %s (middle is for lines, centre for polygons)",
                         tp_geometry_text(head->geometry), options->point == TP_POINT_MIDDLE ? "middle" : "centre");
    } else if (options->point != TP_POINT_KEEP) {
        head->geometry = TP_GEOMETRY_POINT;
    }
}

const tp_stage tp_stage_merge = {
    .name = "merge",
    .phase = TP_PREPARE,
    .purpose = "makes points of lines and polygons, and one row of several that are one place",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(tp_merge_options),
    .main_key = "layer",
    .as_key = "layer",
    .for_every_layer = true,
    .when = "merge",
    .check = check,
    .run = run,
};
