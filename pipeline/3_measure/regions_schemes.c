/* The lookup from prefectures to regions: see regions.h. */
#include "regions.h"

#include "bad_row.h"
#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    const char *scheme, *region, *label;
    int64_t prefecture; /* row, -1: unknown code */
    const char *code;
    int64_t row;
} entry;

static int compare_entries(const void *a, const void *b) {
    const entry *x = a, *y = b;
    int order = strcmp(x->scheme, y->scheme);
    order = order != 0 ? order : strcmp(x->region, y->region);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int64_t find_prefecture(const tp_layer *prefectures, const char *code) {
    for (int64_t row = 0; row < prefectures->n_rows; row++) {
        if (strcmp(tp_layer_id(prefectures, row), code) == 0) {
            return row;
        }
    }
    return -1;
}

static const char *cell(const tp_layer *table, const char *column, int64_t row) {
    const tp_column *found = column == NULL ? NULL : tp_layer_column(table, column);
    return found == NULL || found->type != TP_TYPE_TEXT ? NULL : tp_column_text(found, row);
}

/* All rows of the lookup, by scheme and region. */
static tp_code read_entries(const tp_regions *r, const tp_layer *table, entry *entries, tp_text *wrong,
                            tp_error *error) {
    const tp_regions_options *o = r->options;
    const char *columns[] = {o->code, o->scheme, o->region};
    for (size_t i = 0; i < 3; i++) {
        const tp_column *column = tp_layer_column(table, columns[i]);
        if (column == NULL || column->type != TP_TYPE_TEXT) {
            return tp_error_set(error, TP_E_DATA,
                                "layer %s: column '%s' is %s (expected texts; codes keep their zeros)", table->name,
                                columns[i], column == NULL ? "not there" : "of numbers");
        }
    }
    for (int64_t row = 0; row < table->n_rows; row++) {
        const char *code = cell(table, o->code, row), *label = cell(table, o->region_name, row);
        entries[row] =
            (entry){.scheme = cell(table, o->scheme, row), .region = cell(table, o->region, row), .row = row};
        entries[row].label = label == NULL ? entries[row].region : label;
        if (code == NULL || entries[row].scheme == NULL || entries[row].region == NULL) {
            return tp_bad_row(r->dataset, table, row, error, "%s, %s or %s is missing", o->code, o->scheme, o->region);
        }
        entries[row].code = code;
        entries[row].prefecture = find_prefecture(r->prefectures, code);
        if (entries[row].prefecture < 0) {
            tp_text_add(wrong, "; scheme %s has '%s', which is no id of layer %s", entries[row].scheme, code,
                        r->prefectures->name);
        }
    }
    qsort(entries, (size_t)table->n_rows, sizeof *entries, compare_entries);
    return TP_OK;
}

static bool open_scheme(tp_scheme *scheme, const char *name, size_t n_regions, int64_t n_prefectures) {
    *scheme = (tp_scheme){.name = name,
                          .id = calloc(n_regions + 1, sizeof(char *)),
                          .label = calloc(n_regions + 1, sizeof(char *)),
                          .region_of = malloc(((size_t)n_prefectures + 1) * sizeof *scheme->region_of)};
    for (int64_t i = 0; scheme->region_of != NULL && i < n_prefectures; i++) {
        scheme->region_of[i] = -1;
    }
    return scheme->id != NULL && scheme->label != NULL && scheme->region_of != NULL;
}

static void fill_scheme(const tp_regions *r, tp_scheme *scheme, const entry *entries, int64_t n, tp_text *wrong) {
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(entries[i].region, entries[i - 1].region) != 0) {
            scheme->id[scheme->n] = entries[i].region;
            scheme->label[scheme->n++] = entries[i].label;
        }
        if (entries[i].prefecture < 0) {
            continue;
        }
        int32_t *region = &scheme->region_of[entries[i].prefecture];
        if (*region >= 0) {
            tp_text_add(wrong, "; scheme %s has prefecture %s twice", scheme->name, entries[i].code);
        }
        *region = scheme->n - 1;
    }
    for (int64_t row = 0; row < r->prefectures->n_rows; row++) {
        if (scheme->region_of[row] < 0) {
            tp_text_add(wrong, "; scheme %s misses prefecture %s (%s)", scheme->name, tp_layer_id(r->prefectures, row),
                        tp_layer_label(r->prefectures, row));
        }
    }
}

/* Each prefecture for itself, in the order of their rows. */
static tp_code add_own(tp_regions *r, tp_error *error) {
    int64_t n = r->prefectures->n_rows;
    if (!open_scheme(&r->schemes[0], "prefectures", (size_t)n, n)) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < n; row++) {
        r->schemes[0].id[row] = tp_layer_id(r->prefectures, row);
        r->schemes[0].label[row] = tp_layer_label(r->prefectures, row);
        r->schemes[0].region_of[row] = (int32_t)row;
    }
    r->schemes[0].n = (int32_t)n;
    return TP_OK;
}

static tp_code add_schemes(tp_regions *r, const tp_layer *table, tp_text *wrong, tp_error *error) {
    entry *entries = malloc(((size_t)table->n_rows + 1) * sizeof *entries);
    r->schemes = calloc((size_t)table->n_rows + 2, sizeof *r->schemes);
    tp_code code = entries == NULL || r->schemes == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        r->n_schemes = 1;
        code = add_own(r, error);
    }
    if (code == TP_OK) {
        code = read_entries(r, table, entries, wrong, error);
    }
    for (int64_t i = 0, next = 0; code == TP_OK && i < table->n_rows; i = next) {
        for (next = i + 1; next < table->n_rows && strcmp(entries[next].scheme, entries[i].scheme) == 0;) {
            next++;
        }
        if (strcmp(entries[i].scheme, "prefectures") == 0) {
            tp_text_add(wrong, "; 'prefectures' is no name for a scheme");
        }
        tp_scheme *scheme = &r->schemes[r->n_schemes++];
        if (open_scheme(scheme, entries[i].scheme, (size_t)(next - i), r->prefectures->n_rows)) {
            fill_scheme(r, scheme, &entries[i], next - i, wrong);
        } else {
            code = tp_error_memory(error);
        }
    }
    free(entries);
    return code;
}

tp_code tp_regions_read_schemes(tp_regions *r, tp_error *error) {
    tp_text wrong = {0};
    const tp_layer *table = tp_dataset_layer(r->dataset, r->options->schemes);
    if (table == NULL) {
        return tp_error_set(error, TP_E_DATA, "regions: layer %s is not read", r->options->schemes);
    }
    tp_code code = add_schemes(r, table, &wrong, error);
    if (code == TP_OK && wrong.lost) {
        code = tp_error_memory(error);
    } else if (code == TP_OK && wrong.size > 0) {
        code = tp_error_set(error, TP_E_DATA, "layer %s: %s (expected every prefecture once in every scheme)",
                            table->name, tp_text_get(&wrong) + 2);
    }
    tp_text_reset(&wrong);
    return code;
}
