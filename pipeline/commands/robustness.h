/** How firmly one site's verdict stands, where a result file tells it: flip point, probability, score. */
#ifndef TP_COMMAND_ROBUSTNESS_H
#define TP_COMMAND_ROBUSTNESS_H

#include "technopolis/layer.h"

#include <stdio.h>

/** The rows of one site in the tables that hold them; NULL where the file has no such table. Initialise with `= {0}`. */
typedef struct tp_robustness {
    tp_layer *flips, *sensitivity, *scorecards;
} tp_robustness;

/** Reads them; `filter` is OGR SQL that picks the site. Tables that are not there, or not ours, are left out. */
TP_NODISCARD tp_code tp_robustness_read(const char *file, const char *filter, tp_robustness *robustness,
                                        tp_error *error);
void tp_robustness_reset(tp_robustness *robustness);

/** One line for each thing known about the site under a profile. */
void tp_robustness_print(const tp_robustness *robustness, const char *profile, FILE *out);

#endif
