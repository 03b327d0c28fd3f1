/** One site's criteria laid out to be read; what `explain` and `site` print. */
#ifndef TP_COMMAND_EXPLANATION_H
#define TP_COMMAND_EXPLANATION_H

#include "technopolis/text.h"
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

/** Where it goes: text for people on `out`, or where `json` is not NULL members of the document there. */
typedef struct tp_explanation {
    FILE *out;
    tp_text *json;
    bool in_profile; /**< private: a profile's list is open in `json` */
} tp_explanation;

void tp_explanation_print_site(tp_explanation *to, const char *id, const char *name, const char *prefecture);
void tp_explanation_print_profile(tp_explanation *to, const char *profile, const char *verdict);
void tp_explanation_print(tp_explanation *to, const tp_explained *criterion);

/** After the last criterion. */
void tp_explanation_end(tp_explanation *to);

#endif
