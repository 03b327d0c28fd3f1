/* One site's criteria as text: see explanation.h. */
#include "explanation.h"

#include "summary.h"
#include "technopolis/text.h"

#include <math.h>
#include <string.h>

enum { PAGE_WIDTH = 100 };

/* "not met" for "not_met". */
static const char *spoken(const char *verdict) {
    return verdict == NULL ? "unknown" : strcmp(verdict, "not_met") == 0 ? "not met" : verdict;
}

static const char *mark(const char *verdict) {
    return verdict == NULL || strcmp(verdict, "unknown") == 0 ? "?" : strcmp(verdict, "met") == 0 ? "+" : "-";
}

/* A signed margin, with more decimals where fewer would round it to nothing. */
static void add_rounded(tp_text *text, double value) {
    int decimals = 1;
    while (decimals < 6 && value != 0 && fabs(value) < 0.5 * pow(10, -decimals + 1)) {
        decimals++;
    }
    tp_text_add_number(text, value, decimals);
}

void tp_explanation_print_site(FILE *out, const char *id, const char *name, const char *prefecture) {
    fprintf(out, "%s (%s)%s%s\n", name, id, prefecture == NULL ? "" : ", ", prefecture == NULL ? "" : prefecture);
}

void tp_explanation_print_profile(FILE *out, const char *profile, const char *verdict) {
    fprintf(out, "\n%s: %s\n", profile, spoken(verdict));
}

void tp_explanation_print(FILE *out, const tp_explained *criterion) {
    tp_text line = {0};
    tp_text_add(&line, "%s %s: %s", mark(criterion->verdict), criterion->title, spoken(criterion->verdict));
    if (!criterion->required) {
        tp_text_add(&line, " (informative)");
    }
    fprintf(out, "\n  %s\n", tp_text_get(&line));
    tp_text_clear(&line);
    if (criterion->has_threshold) {
        if (criterion->has_value) {
            add_rounded(&line, criterion->value);
            tp_text_add(&line, " %s, ", criterion->unit == NULL ? "" : criterion->unit);
        }
        tp_text_add(&line, "%s ", criterion->at_least ? "at least" : "at most");
        tp_text_add_number(&line, criterion->threshold, 6);
        tp_text_add(&line, " %s", criterion->unit == NULL ? "" : criterion->unit);
        if (criterion->has_margin) {
            tp_text_add(&line, "; margin %s", criterion->margin > 0 ? "+" : "");
            add_rounded(&line, criterion->margin);
            if (criterion->threshold != 0) {
                double percent = 100 * criterion->margin / fabs(criterion->threshold);
                tp_text_add(&line, " (%s", percent > 0 ? "+" : "");
                tp_text_add_number(&line, percent, 1);
                tp_text_add(&line, " %%)");
            }
        }
        if (criterion->method != NULL) {
            tp_text_add(&line, "; method %s", criterion->method);
        }
        fprintf(out, "      %s\n", tp_text_get(&line));
    }
    if (criterion->evidence != NULL && criterion->evidence[0] != '\0') {
        tp_print_wrapped(out, criterion->evidence, 6, PAGE_WIDTH);
    }
    tp_text_reset(&line);
}
