/* Fuzzing target: any text as a product, and its first columns filled from the rest of the text. */
#include "1_read/cells.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(const tp_product_column *rule, const char *text, size_t size) {
    tp_column *column = NULL;
    tp_text cell = {0};
    tp_cell_result result;
    tp_text_add_bytes(&cell, text, size < 200 ? size : 200);
    if (tp_column_new(rule->name, rule->type, NULL, NULL, 1, &column, NULL) != TP_OK ||
        tp_cell_set(rule, &cell, column, 0, &result, NULL) != TP_OK) {
        abort();
    }
    bool set = result == TP_CELL_SET || result == TP_CELL_UNKNOWN_CODE;
    if (set != (column->valid[0] != 0)) {
        abort();
    }
    tp_column_free(column);
    tp_text_reset(&cell);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tp_faults faults = {0};
    tp_product *product = NULL;
    tp_code code = tp_product_parse((const char *)data, size, "fuzz.yaml", &product, &faults);
    if ((code == TP_OK) != (product != NULL) || (code == TP_OK) != (faults.n == 0) || code == TP_E_INTERNAL) {
        abort();
    }
    for (size_t i = 0; product != NULL && i < product->n_columns && i < 4; i++) {
        fill(&product->columns[i], (const char *)data, size);
    }
    tp_product_free(product);
    tp_faults_reset(&faults);
    return 0;
}
