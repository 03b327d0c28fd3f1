/* Fuzzing target: any text as a quantity. */
#include "technopolis/quantity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    tp_quantity quantity = {0};
    tp_error error = {0};
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (tp_quantity_parse(text, &quantity, &error) == TP_OK) {
        if (!isfinite(quantity.value) || quantity.unit[0] == '\0' || quantity.dimension == TP_DIMENSION_NONE ||
            memchr(quantity.unit, '\0', sizeof quantity.unit) == NULL) {
            abort();
        }
    } else if (error.code != TP_E_CONFIG || error.message[0] == '\0') {
        abort();
    }
    free(text);
    return 0;
}
