/* Rows of one id: see groups.h. */
#include "2_prepare/groups.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *text) {
    uint64_t value = 14695981039346656037U;
    for (; *text != '\0'; text++) {
        value = (value ^ (unsigned char)*text) * 1099511628211U;
    }
    return value ^ value >> 32;
}

tp_code tp_groups_find(const tp_layer *layer, int64_t **first, tp_error *error) {
    size_t n = (size_t)layer->n_rows, size = 16;
    while (size < 2 * n) {
        size *= 2;
    }
    int64_t *slots = malloc(sizeof *slots * size); /* a row, or -1 */
    *first = malloc(sizeof **first * (n + 1));
    if (slots == NULL || *first == NULL) {
        free(slots);
        free(*first);
        *first = NULL;
        return tp_error_memory(error);
    }
    memset(slots, 0xFF, sizeof *slots * size);
    for (int64_t row = 0; row < layer->n_rows; row++) {
        const char *id = tp_layer_id(layer, row);
        size_t at = (size_t)hash(id) & (size - 1);
        while (slots[at] >= 0 && strcmp(tp_layer_id(layer, slots[at]), id) != 0) {
            at = (at + 1) & (size - 1);
        }
        if (slots[at] < 0) {
            slots[at] = row;
        }
        (*first)[row] = slots[at];
    }
    free(slots);
    return TP_OK;
}
