/** Errors about a row of a layer: `FILE layer L feature N: what is wrong`, by which the feature is found in its file. */
#ifndef TP_MEASURE_BAD_ROW_H
#define TP_MEASURE_BAD_ROW_H

#include "technopolis/dataset.h"

/** TP_E_DATA with where the row comes from and the formatted words; of a row that no file holds its id stands for N. */
tp_code tp_bad_row(const tp_dataset *dataset, const tp_layer *layer, int64_t row, tp_error *error, const char *format,
                   ...) TP_PRINTF(5, 6);

#endif
