/** Cells of a product's columns: cleaned as the product says. */
#ifndef TP_READ_CELLS_H
#define TP_READ_CELLS_H

#include "1_read/notes.h"
#include "technopolis/product.h"
#include "technopolis/text.h"

/** How a column of the layer is filled; one a field of a head, in the same order. */
typedef struct tp_cell_rule {
    const tp_product_column *column; /**< NULL: as it stands in the file */
    tp_product_fill fill;
    const char *value; /**< of TP_FILL_VALUE */
    int *fields;       /**< owned: numbers in the file, those that are there */
    size_t n_fields;
    int if_field; /**< number in the file; -1: the value is always taken */
    const tp_product_texts *is;
} tp_cell_rule;

void tp_cell_rules_free(tp_cell_rule *rules, size_t n);

/** Cuts blanks at both ends of a text: ASCII's, U+00A0, U+3000 and U+FEFF. Gives where it begins; changes `*size`. */
const char *tp_cell_trim(const char *text, size_t *size);

/** Turns full-width ASCII (U+FF01 to U+FF5E) and U+3000 into ASCII, in place; gives the new size. */
size_t tp_cell_to_ascii(char *text, size_t size);

/** What one cell became. */
typedef enum tp_cell_result { TP_CELL_SET, TP_CELL_MISSING, TP_CELL_NOT_NUMBER, TP_CELL_UNKNOWN_CODE } tp_cell_result;

/**
 * Sets row `row` of `to` from a text (UTF-8, changed in place). TP_CELL_UNKNOWN_CODE: the code
 * has no word; a text is set to the code, a number is left missing.
 * TP_CELL_NOT_NUMBER: left missing.
 */
TP_NODISCARD tp_code tp_cell_set(const tp_product_column *column, tp_text *text, tp_column *to, int64_t row,
                                 tp_cell_result *result, tp_error *error);

#endif
