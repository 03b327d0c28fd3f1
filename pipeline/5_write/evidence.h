/** The evidence of a criterion for a site, as one line that a planner can follow. */
#ifndef TP_WRITE_EVIDENCE_H
#define TP_WRITE_EVIDENCE_H

#include "technopolis/dataset.h"

/**
 * Appends what each part of the criterion found at row `row` of the sites, then what was measured beside it, joined by
 * `; `. A layer that is not read is named, once. Never the verdict. Appends nothing where there is nothing to say.
 * Thread-safe for different texts.
 */
void tp_evidence_write(const tp_dataset *dataset, const tp_result *result, int64_t row, tp_text *text);

#endif
