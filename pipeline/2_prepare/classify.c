/*
 * The stage that turns codes into classes by a table, such as the codes of an industrial classification into the core
 * industries of the list of 1982.
 *
 * The table's ids are codes. A cell belongs to the row whose code is its own or the longest beginning of it, since such
 * codes are hierarchical (2814 lies in 281, which lies in 28). A row of the table without a class takes codes out again.
 * A row whose code is known and has no class can be left out, which is not the same as not knowing its class.
 */
#include "technopolis/plan.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP, LEAVE_OUT };

typedef struct classify_options {
    const char *layer, *column, *by, *class_column, *as;
    int others;
} classify_options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer whose rows are classified",
     .offset = offsetof(classify_options, layer)},
    {.key = "column",
     .kind = TP_SETTING_COLUMN,
     .required = true,
     .help = "its column of codes",
     .offset = offsetof(classify_options, column)},
    {.key = "by",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the table whose ids are codes or beginnings of codes",
     .offset = offsetof(classify_options, by)},
    {.key = "class",
     .kind = TP_SETTING_COLUMN,
     .required = true,
     .help = "the table's column that holds the class; empty: in none",
     .offset = offsetof(classify_options, class_column)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "industry",
     .help = "the name of the new column",
     .offset = offsetof(classify_options, as)},
    {.key = "others",
     .kind = TP_SETTING_CHOICE,
     .choices = "keep|leave_out",
     .fallback = "keep",
     .help = "what happens to rows whose code is known and in no class; those without a code are always kept",
     .offset = offsetof(classify_options, others)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{layer}", .name = "{column}", .type = TP_TYPE_TEXT, .help = "the codes"},
    {.layer = "{by}", .name = "{class}", .type = TP_TYPE_TEXT, .help = "the classes"},
};

static const tp_stage_column ADDS[] = {
    {"{layer}", "{as}", TP_TYPE_TEXT, "", "the class by the table; missing: none, or not known"},
};

/* A code of the table with its row, sorted by code. */
typedef struct coded {
    const char *code;
    int64_t row;
} coded;

static int compare_codes(const void *a, const void *b) {
    return strcmp(((const coded *)a)->code, ((const coded *)b)->code);
}

/* The row of the longest code that `code` begins with; -1 none. O(length x log codes). */
static int64_t find(const coded *table, int64_t n, const char *code) {
    char beginning[64];
    size_t size = strlen(code);
    for (size = size < sizeof beginning ? size : sizeof beginning - 1; size > 0; size--) {
        memcpy(beginning, code, size);
        beginning[size] = '\0';
        coded key = {beginning, 0};
        const coded *found = bsearch(&key, table, (size_t)n, sizeof key, compare_codes);
        if (found != NULL) {
            return found->row;
        }
    }
    return -1;
}

typedef struct classify_work {
    const classify_options *options;
    coded *table;
    int64_t n;
    const tp_column *classes;
    int64_t n_classified, n_others, n_without;
} classify_work;

/* Sets a row's class; false where its code is known and has none. */
static tp_code classify_row(classify_work *work, const tp_column *codes, tp_column *column, int64_t row,
                            bool *known_other, tp_error *error) {
    char number[TP_CELL_TEXT_SIZE], class_number[TP_CELL_TEXT_SIZE];
    const char *code = tp_column_cell(codes, row, number);
    *known_other = false;
    if (code == NULL || code[0] == '\0') {
        work->n_without++;
        return TP_OK;
    }
    int64_t found = find(work->table, work->n, code);
    const char *name = found < 0 ? NULL : tp_column_cell(work->classes, found, class_number);
    if (name == NULL || name[0] == '\0') {
        work->n_others++;
        *known_other = true;
        return TP_OK;
    }
    work->n_classified++;
    return tp_column_set_text(column, row, name, strlen(name), error);
}

static tp_code classify_rows(classify_work *work, tp_layer *layer, tp_error *error) {
    const tp_column *codes = tp_layer_column(layer, work->options->column);
    tp_column *column = NULL;
    int64_t *kept = malloc(((size_t)layer->n_rows + 1) * sizeof *kept), n = 0;
    tp_code code = kept == NULL
                       ? tp_error_memory(error)
                       : tp_layer_add_column(layer, work->options->as, TP_TYPE_TEXT, "", "classify", &column, error);
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        bool other = false;
        code = classify_row(work, codes, column, row, &other, error);
        if (!other || work->options->others == KEEP) {
            kept[n++] = row;
        }
    }
    if (code == TP_OK && n < layer->n_rows) {
        code = tp_layer_keep(layer, kept, n, error);
    }
    free(kept);
    return code;
}

static tp_code open_table(classify_work *work, const tp_layer *by, tp_error *error) {
    work->table = malloc(((size_t)by->n_rows + 1) * sizeof *work->table);
    if (work->table == NULL) {
        return tp_error_memory(error);
    }
    work->n = by->n_rows;
    for (int64_t row = 0; row < by->n_rows; row++) {
        work->table[row] = (coded){tp_layer_id(by, row), row};
    }
    qsort(work->table, (size_t)work->n, sizeof *work->table, compare_codes);
    work->classes = tp_layer_column(by, work->options->class_column);
    return TP_OK;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    classify_work work = {.options = step->options.values};
    tp_layer *layer = tp_dataset_layer(dataset, work.options->layer);
    const tp_layer *by = tp_dataset_layer(dataset, work.options->by);
    tp_code code = open_table(&work, by, error);
    if (code == TP_OK) {
        code = classify_rows(&work, layer, error);
    }
    free(work.table);
    return code != TP_OK
               ? code
               : tp_dataset_add_finding(dataset, step->name, "classes", work.n_classified == 0, error,
                                        "%s: %lld rows are of a class by %s, %lld of none%s, %lld have no code",
                                        layer->name, (long long)work.n_classified, by->name, (long long)work.n_others,
                                        work.options->others == KEEP ? "" : " (left out)", (long long)work.n_without);
}

const tp_stage tp_stage_classify = {
    .name = "classify",
    .phase = TP_PREPARE,
    .purpose = "codes into classes by a table, such as industrial codes into the core industries",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(classify_options),
    .as_key = "layer",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .run = run,
};
