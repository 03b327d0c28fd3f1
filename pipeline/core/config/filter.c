/* Conditions over the rows of a layer. */
#include "core/config/condition_parts.h"
#include "core/config/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Borrows the condition's parts and the layer's columns, side by side. */
struct tp_filter {
    size_t n;
    const tp_condition_part *parts;
    const tp_column **columns;
};

/* A value that the column can never hold is a mistake in the configuration, not a row that does not meet it. */
static tp_code check_part(const tp_condition *condition, const tp_condition_part *part, const tp_column *column,
                          const char *layer, tp_error *error) {
    if (column == NULL) {
        return tp_error_set(error, TP_E_CONFIG, "'%s': layer %s has no column '%s'", condition->text, layer,
                            part->column);
    }
    bool numeric = column->type == TP_TYPE_DOUBLE || column->type == TP_TYPE_INT64;
    if (numeric && !part->is_number) {
        return tp_error_set(error, TP_E_CONFIG, "'%s': column '%s' of layer %s holds numbers, '%s' is a text",
                            condition->text, part->column, layer, part->text);
    }
    if (column->type == TP_TYPE_VERDICT && part->is_number) {
        return tp_error_set(error, TP_E_CONFIG, "'%s': column '%s' of layer %s holds verdicts, '%s' is a number",
                            condition->text, part->column, layer, part->text);
    }
    return TP_OK;
}

tp_code tp_filter_new(const tp_condition *condition, const tp_layer *layer, tp_filter **filter, tp_error *error) {
    *filter = NULL;
    if (condition == NULL) {
        return TP_OK;
    }
    tp_filter *made = calloc(1, sizeof *made);
    if (made == NULL || (made->columns = calloc(condition->n, sizeof(const tp_column *))) == NULL) {
        free(made);
        return tp_error_memory(error);
    }
    made->n = condition->n;
    made->parts = condition->parts;
    for (size_t i = 0; i < condition->n; i++) {
        made->columns[i] = tp_layer_column(layer, condition->parts[i].column);
        tp_code code = check_part(condition, &condition->parts[i], made->columns[i], layer->name, error);
        if (code != TP_OK) {
            tp_filter_free(made);
            return code;
        }
    }
    *filter = made;
    return TP_OK;
}

void tp_filter_free(tp_filter *filter) {
    if (filter != NULL) {
        free(filter->columns);
        free(filter);
    }
}

/* `order` is negative, 0 or positive as the cell is below, at or above the value. */
static tp_verdict judge(tp_relation relation, int order) {
    bool met = false;
    switch (relation) {
    case TP_EQUAL:
        met = order == 0;
        break;
    case TP_NOT_EQUAL:
        met = order != 0;
        break;
    case TP_LESS:
        met = order < 0;
        break;
    case TP_LESS_OR_EQUAL:
        met = order <= 0;
        break;
    case TP_GREATER:
        met = order > 0;
        break;
    case TP_GREATER_OR_EQUAL:
        met = order >= 0;
        break;
    }
    return met ? TP_MET : TP_NOT_MET;
}

static int order_of_doubles(double cell, double value) {
    return (cell > value) - (cell < value);
}

static tp_verdict test_text(const tp_condition_part *part, const char *cell) {
    double number = 0.0;
    if (part->relation == TP_EQUAL || part->relation == TP_NOT_EQUAL) {
        return judge(part->relation, strcmp(cell, part->text));
    }
    if (!tp_number_read(cell, &number) || !isfinite(number)) {
        return TP_UNKNOWN;
    }
    return judge(part->relation, order_of_doubles(number, part->number));
}

static tp_verdict test_part(const tp_condition_part *part, const tp_column *column, int64_t row) {
    if (column->type == TP_TYPE_VERDICT) {
        return test_text(part, tp_verdict_text((tp_verdict)column->verdict[row]));
    }
    if (!column->valid[row]) {
        return TP_UNKNOWN;
    }
    switch (column->type) {
    case TP_TYPE_DOUBLE:
        return judge(part->relation, order_of_doubles(column->f64[row], part->number));
    case TP_TYPE_INT64:
        if (part->is_integer) { /* exact, also beyond 2^53 */
            return judge(part->relation, (column->i64[row] > part->integer) - (column->i64[row] < part->integer));
        }
        return judge(part->relation, order_of_doubles((double)column->i64[row], part->number));
    case TP_TYPE_TEXT:
    case TP_TYPE_VERDICT:
        break;
    }
    return test_text(part, tp_column_text(column, row));
}

tp_verdict tp_filter_test(const tp_filter *filter, int64_t row) {
    tp_verdict verdict = TP_MET;
    for (size_t i = 0; filter != NULL && i < filter->n; i++) {
        tp_verdict part = test_part(&filter->parts[i], filter->columns[i], row);
        if (part == TP_NOT_MET) {
            return TP_NOT_MET;
        }
        if (part == TP_UNKNOWN) {
            verdict = TP_UNKNOWN;
        }
    }
    return verdict;
}
