/** Which of the rows read stay, and what `rejects` says of the others. */
#ifndef TP_READ_SELECT_H
#define TP_READ_SELECT_H

#include "1_read/notes.h"
#include "1_read/years.h"
#include "technopolis/dataset.h"

/**
 * Keeps of the first n_rows rows those that meet layer->where (may be NULL), that existed in the period's year, and
 * that no note leaves out. Rows for which the condition is false, or that are known not to have existed, are only
 * counted; every other row left out gets one line in `rejects`, and so does every value of a row that stays which
 * became NULL or was mended. Counts features_read, _filtered and _kept of the sources, and the layer's n_lost; what
 * years.h says of the rows kept.
 */
TP_NODISCARD tp_code tp_read_select(tp_layer *layer, int64_t n_rows, const tp_read_notes *notes,
                                    const tp_read_period *period, tp_dataset *dataset, tp_error *error);

#endif
