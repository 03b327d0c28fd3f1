/** One site's criteria laid out to be read; what `explain` and `site` print. */
#ifndef TP_COMMAND_EXPLANATION_H
#define TP_COMMAND_EXPLANATION_H

#include "technopolis/verdict.h"

#include <stdbool.h>
#include <stdio.h>

/** One criterion of one site. Texts are borrowed; NULL where there is none. */
typedef struct tp_explained {
    const char *title, *id, *verdict, *evidence, *method, *unit, *source;
    bool required, at_least;
    bool has_value, has_threshold, has_margin;
    double value, threshold, margin;
} tp_explained;

void tp_explanation_print_site(FILE *out, const char *id, const char *name, const char *prefecture);
void tp_explanation_print_profile(FILE *out, const char *profile, const char *verdict);
void tp_explanation_print(FILE *out, const tp_explained *criterion);

#endif
