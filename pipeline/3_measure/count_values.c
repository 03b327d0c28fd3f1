/* What a facility counts as: see count_values.h. */
#include "count_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct value_ref {
    const char *text;
    int64_t facility;
} value_ref;

static int compare_values(const void *a, const void *b) {
    return strcmp(((const value_ref *)a)->text, ((const value_ref *)b)->text);
}

/* Numbers the different values of the column by sorting. */
tp_code tp_count_values_classify(const tp_measure *measure, const tp_facilities *facilities, const char *name,
                                 tp_count_values *values, tp_error *error) {
    size_t size = (size_t)(facilities->n > 0 ? facilities->n : 1);
    value_ref *refs = malloc(sizeof *refs * size);
    char(*numbers)[TP_CELL_TEXT_SIZE] = malloc(sizeof *numbers * size);
    values->class_of = malloc(sizeof *values->class_of * size);
    if (refs == NULL || numbers == NULL || values->class_of == NULL) {
        free(refs);
        free(numbers);
        return tp_error_memory(error);
    }
    int64_t n = 0;
    for (int64_t i = 0; i < facilities->n; i++) {
        const tp_column *column = tp_layer_column(measure->to[facilities->layer[i]], name);
        int64_t row = facilities->row[i];
        values->class_of[i] = -1;
        const char *text = column == NULL ? NULL : tp_column_cell(column, row, numbers[i]);
        if (text != NULL && text[0] != '\0') {
            refs[n++] = (value_ref){text, i};
        }
    }
    qsort(refs, (size_t)n, sizeof *refs, compare_values);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(refs[i].text, refs[i - 1].text) != 0) {
            values->n_classes++;
        }
        values->class_of[refs[i].facility] = values->n_classes - 1;
    }
    free(refs);
    free(numbers);
    return TP_OK;
}

tp_code tp_count_values_weigh(const tp_measure *measure, const tp_facilities *facilities, const char *name,
                              tp_count_values *values, tp_error *error) {
    values->amount = malloc(sizeof *values->amount * (size_t)(facilities->n > 0 ? facilities->n : 1));
    if (values->amount == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < facilities->n; i++) {
        const tp_layer *layer = measure->to[facilities->layer[i]];
        const tp_column *column = tp_layer_column(layer, name);
        if (column == NULL || !tp_column_number(column, facilities->row[i], &values->amount[i])) {
            values->amount[i] = NAN;
        } else if (values->amount[i] < 0) {
            return tp_error_set(error, TP_E_DATA, "layer %s, %s: %s is negative (%g), which cannot be added up",
                                layer->name, tp_layer_id(layer, facilities->row[i]), name, values->amount[i]);
        }
    }
    return TP_OK;
}

void tp_count_values_reset(tp_count_values *values) {
    free(values->class_of);
    free(values->amount);
    *values = (tp_count_values){0};
}

bool tp_count_values_add(const tp_count_values *values, int64_t facility, bool maybe, int64_t row, int64_t *seen,
                         tp_tally *tally) {
    double *at = maybe ? &tally->more : &tally->sure;
    if (values->amount != NULL) {
        double amount = values->amount[facility];
        if (isnan(amount)) {
            tally->more = INFINITY;
        } else {
            *at += amount;
        }
        return !maybe;
    }
    if (values->class_of == NULL) {
        *at += 1;
        return !maybe;
    }
    int64_t class = values->class_of[facility];
    if (class < 0) {
        tally->more += 1; /* of a class that is not known */
        return false;
    }
    int64_t *sure = &seen[class], *possible = &seen[values->n_classes + class];
    if (maybe) {
        bool adds = *sure != row + 1 && *possible != row + 1;
        *possible = row + 1;
        tally->more += adds;
        return false;
    }
    bool first = *sure != row + 1;
    tally->sure += first;
    tally->more -= first && *possible == row + 1; /* it counts now, and no longer may */
    *sure = row + 1;
    return first;
}
