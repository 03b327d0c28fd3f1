/* Fuzzing target: any text as a condition. What is parsed implies itself and can be tested on rows. */
#include "technopolis/condition.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A layer with a text and a number column for each column that the condition names. */
static void test_on_layer(const tp_condition *condition, tp_type type) {
    tp_layer *layer = NULL;
    tp_filter *filter = NULL;
    if (tp_layer_new("fuzz", TP_GEOMETRY_NONE, &layer, NULL) != TP_OK || tp_layer_add_rows(layer, 2, NULL) != TP_OK) {
        abort();
    }
    for (size_t i = 0; i < tp_condition_count(condition); i++) {
        tp_column *column = NULL;
        const char *name = tp_condition_column(condition, i);
        if (tp_layer_column(layer, name) == NULL) {
            if (tp_layer_add_column(layer, name, type, "", "fuzz", &column, NULL) != TP_OK ||
                (type == TP_TYPE_TEXT && tp_column_set_text(column, 0, "1.5", 3, NULL) != TP_OK)) {
                abort();
            }
            if (type == TP_TYPE_INT64) {
                tp_column_set_int64(column, 0, 1);
            }
        }
    }
    if (tp_filter_new(condition, layer, &filter, NULL) == TP_OK &&
        (tp_filter_test(filter, 0) > TP_UNKNOWN || tp_filter_test(filter, 1) != TP_UNKNOWN)) {
        abort(); /* row 1 is missing everywhere */
    }
    tp_filter_free(filter);
    tp_layer_free(layer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tp_condition *condition = NULL;
    tp_error error = {0};
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (tp_condition_parse(text, &condition, &error) == TP_OK) {
        if (tp_condition_count(condition) == 0 || strcmp(tp_condition_text(condition), text) != 0) {
            abort();
        }
        (void)tp_condition_implies(condition, NULL, condition);
        test_on_layer(condition, TP_TYPE_TEXT);
        test_on_layer(condition, TP_TYPE_INT64);
    } else if (condition != NULL || error.message[0] == '\0') {
        abort();
    }
    tp_condition_free(condition);
    free(text);
    return 0;
}
