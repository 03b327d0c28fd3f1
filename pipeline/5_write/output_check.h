/** What every stage that writes a file asks before anything runs. */
#ifndef TP_WRITE_OUTPUT_CHECK_H
#define TP_WRITE_OUTPUT_CHECK_H

#include "technopolis/plan.h"

/**
 * For a write stage's check: whether `file`, a path as the configuration writes it, can be written and is nothing else
 * to this run: an input, a profile, the configuration or an output of an earlier entry, nor its partial file one.
 * Faults at `place`.
 */
void tp_output_check(const tp_step *step, const tp_plan *plan, const char *file, tp_place place, tp_faults *faults);

#endif
