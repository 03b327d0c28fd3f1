/* One site's criteria as text: see explanation.h. */
#include "explanation.h"

#include "json.h"
#include "summary.h"
#include "technopolis/text.h"
#include "terminal.h"

#include <math.h>
#include <string.h>

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

void tp_explanation_print_site(tp_explanation *to, const char *id, const char *name, const char *prefecture) {
    if (to->json == NULL) {
        fprintf(to->out, "%s (%s)%s%s\n", name, id, prefecture == NULL ? "" : ", ",
                prefecture == NULL ? "" : prefecture);
        return;
    }
    tp_json_add_key(to->json, "site");
    tp_text_add(to->json, "{");
    tp_json_add(to->json, "id", id);
    tp_json_add(to->json, "name", name);
    tp_json_add(to->json, "prefecture", prefecture);
    tp_text_add(to->json, "}");
    tp_json_add_key(to->json, "profiles");
    tp_text_add(to->json, "[");
}

void tp_explanation_print_profile(tp_explanation *to, const char *profile, const char *verdict) {
    if (to->json == NULL) {
        fprintf(to->out, "\n%s: ", profile);
        tp_terminal_verdict(to->out, verdict, spoken(verdict));
        fputc('\n', to->out);
        return;
    }
    tp_text_add(to->json, "%s", to->in_profile ? "]}" : "");
    tp_json_next(to->json);
    tp_text_add(to->json, "{");
    tp_json_add(to->json, "id", profile);
    tp_json_add(to->json, "verdict", verdict);
    tp_json_add_key(to->json, "criteria");
    tp_text_add(to->json, "[");
    to->in_profile = true;
}

void tp_explanation_end(tp_explanation *to) {
    if (to->json != NULL) {
        tp_text_add(to->json, "%s", to->in_profile ? "]}]" : "]");
    }
}

static void add_json(tp_text *json, const tp_explained *criterion) {
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "id", criterion->id);
    tp_json_add(json, "title", criterion->title);
    tp_json_add_yes_no(json, "required", criterion->required);
    tp_json_add(json, "verdict", criterion->verdict);
    tp_json_add_number(json, "value", criterion->has_value, criterion->value);
    tp_json_add(json, "comparison", criterion->at_least ? "at_least" : "at_most");
    tp_json_add_number(json, "threshold", criterion->has_threshold, criterion->threshold);
    tp_json_add_number(json, "margin", criterion->has_margin, criterion->margin);
    tp_json_add(json, "unit", criterion->unit);
    tp_json_add(json, "method", criterion->method);
    tp_json_add(json, "evidence", criterion->evidence);
    tp_json_add(json, "source", criterion->source);
    tp_text_add(json, "}");
}

static void print_numbers(FILE *out, const tp_explained *criterion) {
    tp_text line = {0};
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
        tp_print_wrapped(out, tp_text_get(&line), 6, tp_terminal_width(out));
    }
    tp_text_reset(&line);
}

void tp_explanation_print(tp_explanation *to, const tp_explained *criterion) {
    if (to->json != NULL) {
        add_json(to->json, criterion);
        return;
    }
    const char *verdict = criterion->verdict == NULL ? "unknown" : criterion->verdict;
    fprintf(to->out, "\n  ");
    tp_terminal_verdict(to->out, verdict, mark(criterion->verdict));
    fprintf(to->out, " %s: ", criterion->title);
    tp_terminal_verdict(to->out, verdict, spoken(criterion->verdict));
    fprintf(to->out, "%s\n", criterion->required ? "" : " (informative)");
    print_numbers(to->out, criterion);
    if (criterion->evidence != NULL && criterion->evidence[0] != '\0') {
        tp_print_wrapped(to->out, criterion->evidence, 6, tp_terminal_width(to->out));
    }
}
