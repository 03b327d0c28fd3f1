/** Which of the rows read stay, and what `rejects` says of the others. */
#ifndef TP_READ_SELECT_H
#define TP_READ_SELECT_H

#include "1_read/notes.h"
#include "technopolis/dataset.h"

/** The year of a run and the columns that say from when (inclusive) to when (exclusive) a feature existed; NULL: not said. */
typedef struct tp_read_period {
    int64_t year; /**< 0: the run is about no year, and nothing is left out */
    const char *from, *to;
} tp_read_period;

/**
 * Keeps of the first n_rows rows those that meet layer->where (may be NULL), that existed in the period's year, and
 * that no note leaves out. Rows for which the condition is false, or that are known not to have existed, are only counted; every other row left out gets one line in `rejects`, and so does every value
 * of a row that stays which became NULL. Counts features_read, _filtered and _kept of the sources, and the
 * layer's n_lost.
 */
TP_NODISCARD tp_code tp_read_select(tp_layer *layer, int64_t n_rows, const tp_read_notes *notes,
                                    const tp_read_period *period, tp_dataset *dataset, tp_error *error);

#endif
