/** What a planner reads on the terminal: the plan, and after a run the table of criteria. */
#ifndef TP_COMMAND_SUMMARY_H
#define TP_COMMAND_SUMMARY_H

#include "technopolis/plan.h"

#include <stdio.h>

void tp_summary_print_plan(const tp_plan *plan, FILE *out);
void tp_summary_print(const tp_plan *plan, const tp_dataset *dataset, FILE *out);

/** A text padded with spaces to a width in terminal cells. */
void tp_print_padded(FILE *out, const char *text, int width);

/** A text broken at spaces into lines of at most `width` cells, each after `indent` spaces. */
void tp_print_wrapped(FILE *out, const char *text, int indent, int width);

#endif
