/** The rows of a file that is read as a product: cells, positions and what leaves a row out. Only for ogr_read.c. */
#ifndef TP_READ_PRODUCT_ROWS_H
#define TP_READ_PRODUCT_ROWS_H

#include "1_read/ogr_file.h"
#include "1_read/reference.h"
#include "technopolis/condition.h"
#include "technopolis/text.h"

/** Initialise with `= {0}`, which stands for a file without a product. */
typedef struct tp_product_rows {
    tp_read_task *task;
    tp_column **columns; /**< borrowed: of each of the head's fields */
    tp_text cell, one;
    bool *code_told; /**< of each field: that a code is not known was reported */
    tp_reference reference;
    tp_condition *never;
    tp_filter *never_filter;
    tp_column *needs;
    int64_t decoded, not_decoded; /**< texts beyond ASCII */
    char first_lost[120];         /**< where the first that could not be decoded stands */
} tp_product_rows;

TP_NODISCARD tp_code tp_product_rows_begin(tp_product_rows *rows, tp_read_task *task, tp_column **columns,
                                           tp_error *error);
void tp_product_rows_end(tp_product_rows *rows);

/** Whether field i of the head is filled by a rule; and fills it for the task's current row. */
bool tp_product_rows_has(const tp_product_rows *rows, size_t i);
TP_NODISCARD tp_code tp_product_rows_cell(tp_product_rows *rows, size_t i, OGRFeatureH feature, tp_decoder *decoder,
                                          tp_error *error);

/** Whether something else stands for the file's geometry; and its position for the current row, as tp_geometry_read. */
bool tp_product_rows_places(const tp_product_rows *rows);
TP_NODISCARD tp_code tp_product_rows_position(tp_product_rows *rows, OGRFeatureH feature, const char **reason,
                                              char *detail, size_t size, tp_error *error);

/** Notes that the current row belongs to no place of the layer, where that is so. */
TP_NODISCARD tp_code tp_product_rows_check(tp_product_rows *rows, tp_error *error);

#endif
