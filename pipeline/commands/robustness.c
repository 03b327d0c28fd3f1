/* How firmly a verdict stands, in a few lines: see robustness.h. */
#include "robustness.h"

#include "1_read/read.h"
#include "summary.h"
#include "technopolis/text.h"
#include "terminal.h"

#include <math.h>
#include <string.h>

void tp_robustness_reset(tp_robustness *robustness) {
    tp_layer_free(robustness->flips);
    tp_layer_free(robustness->sensitivity);
    tp_layer_free(robustness->scorecards);
    *robustness = (tp_robustness){0};
}

/* True when the file has the table with the column by which it is known as ours. */
static bool has_table(const char *file, const char *table, const char *column) {
    tp_read_options options = {.layer = table};
    tp_read_places places = {0};
    tp_read_head head = {0};
    tp_faults faults = {0};
    bool found = tp_read_head_open(file, file, &options, &places, TP_HEAD_MAY_BE_EMPTY, &head, &faults) == TP_OK &&
                 tp_head_field(&head.head, column) != NULL && tp_head_field(&head.head, "site_id") != NULL &&
                 tp_head_field(&head.head, "profile") != NULL;
    tp_read_head_reset(&head);
    tp_faults_reset(&faults);
    return found;
}

tp_code tp_robustness_read(const char *file, const char *filter, tp_robustness *robustness, tp_error *error) {
    const struct {
        const char *name, *column;
        tp_layer **layer;
    } tables[] = {{"flips", "flip_at", &robustness->flips},
                  {"sensitivity", "probability_unknown", &robustness->sensitivity},
                  {"scorecards", "failed_required", &robustness->scorecards}};
    tp_code code = TP_OK;
    for (size_t i = 0; i < 3 && code == TP_OK; i++) {
        if (has_table(file, tables[i].name, tables[i].column)) {
            code = tp_read_table(file, tables[i].name, filter, tables[i].layer, error);
        }
    }
    return code;
}

static const char *text_at(const tp_layer *layer, const char *name, int64_t row) {
    const tp_column *column = tp_layer_column(layer, name);
    const char *text = column == NULL || column->type != TP_TYPE_TEXT ? NULL : tp_column_text(column, row);
    return text == NULL ? "" : text;
}

static bool number_at(const tp_layer *layer, const char *name, int64_t row, double *value) {
    const tp_column *column = tp_layer_column(layer, name);
    return column != NULL && tp_column_number(column, row, value);
}

static void print(FILE *out, const tp_text *line) {
    if (!line->lost && line->size > 0) {
        tp_print_wrapped(out, tp_text_get(line), 2, tp_terminal_width(out));
    }
}

static const char *spoken(const char *verdict) {
    return strcmp(verdict, "not_met") == 0 ? "not met" : verdict;
}

/* "becomes met with the threshold of day_return at 200 instead of 240 min (-16.7 %)" */
static void print_flip(const tp_layer *flips, int64_t row, FILE *out) {
    double threshold = 0, at = 0, percent = 0;
    tp_text line = {0};
    if (!number_at(flips, "flip_at", row, &at) || !number_at(flips, "threshold", row, &threshold)) {
        tp_text_add(&line, "no change of a single threshold changes this verdict");
    } else {
        const char *reached = text_at(flips, "reached", row);
        bool beyond = strcmp(reached, "at") != 0;
        const char *parameter = text_at(flips, "parameter", row);
        tp_text_add(&line, "becomes %s with the %s of %s %s%s", spoken(text_at(flips, "becomes", row)),
                    parameter[0] == '\0' ? "threshold" : parameter, text_at(flips, "criterion_id", row),
                    beyond ? "just " : "at ", beyond ? reached : "");
        tp_text_add(&line, "%s", beyond ? " " : "");
        tp_text_add_number(&line, at, 1);
        tp_text_add(&line, " instead of ");
        tp_text_add_number(&line, threshold, 6);
        if (strcmp(text_at(flips, "unit", row), parameter) != 0) { /* a column without a unit bears its own name */
            tp_text_add(&line, " %s", text_at(flips, "unit", row));
        }
        if (number_at(flips, "change_percent", row, &percent)) {
            tp_text_add(&line, " (%s", percent > 0 ? "+" : "");
            tp_text_add_number(&line, percent, 1);
            tp_text_add(&line, " %%)");
        }
        tp_text_add(&line, "; no smaller change of one threshold does");
    }
    print(out, &line);
    tp_text_reset(&line);
}

static void add_percent(tp_text *line, const char *what, double share) {
    tp_text_add(line, "%s ", what);
    tp_text_add_number(line, 100 * share, 1);
    tp_text_add(line, " %%");
}

/* "probability by 1,000 draws: met 8.7 %, not met 0 %, unknown 91.3 %" */
static void print_probability(const tp_layer *table, int64_t row, FILE *out) {
    double met, not_met, unknown, draws;
    if (strcmp(text_at(table, "scope", row), "site") != 0 || !number_at(table, "draws", row, &draws) ||
        !number_at(table, "probability", row, &met) || !number_at(table, "probability_not_met", row, &not_met) ||
        !number_at(table, "probability_unknown", row, &unknown)) {
        return;
    }
    tp_text line = {0};
    tp_text_add(&line, "probability by ");
    tp_text_add_number(&line, draws, 0);
    add_percent(&line, " draws: met", met);
    add_percent(&line, ", not met", not_met);
    add_percent(&line, ", unknown", unknown);
    print(out, &line);
    tp_text_reset(&line);
}

/* "score by 'access': 0.96 to 0.98, rank 1 (1 to 54); not met all the same: mother_city" */
static void print_score(const tp_layer *table, int64_t row, FILE *out) {
    double low, high, rank, best, worst;
    if (!number_at(table, "score_low", row, &low) || !number_at(table, "score_high", row, &high) ||
        !number_at(table, "rank", row, &rank) || !number_at(table, "rank_best", row, &best) ||
        !number_at(table, "rank_worst", row, &worst)) {
        return;
    }
    tp_text line = {0};
    tp_text_add(&line, "score by '%s': ", text_at(table, "weighting", row));
    tp_text_add_number(&line, low, 2);
    if (high > low) {
        tp_text_add(&line, " to ");
        tp_text_add_number(&line, high, 2);
    }
    tp_text_add(&line, ", rank %.0f", rank);
    if (worst > best) {
        tp_text_add(&line, " (%.0f to %.0f)", best, worst);
    }
    const char *failed = text_at(table, "failed_required", row), *unsure = text_at(table, "unknown_required", row);
    if (failed[0] != '\0') {
        tp_text_add(&line, "; not met all the same: %s", failed);
    }
    if (unsure[0] != '\0') {
        tp_text_add(&line, "; unknown: %s", unsure);
    }
    print(out, &line);
    tp_text_reset(&line);
}

static void print_rows(const tp_layer *table, const char *profile, void (*print_row)(const tp_layer *, int64_t, FILE *),
                       FILE *out) {
    for (int64_t row = 0; table != NULL && row < table->n_rows; row++) {
        if (strcmp(text_at(table, "profile", row), profile) == 0) {
            print_row(table, row, out);
        }
    }
}

void tp_robustness_print(const tp_robustness *robustness, const char *profile, FILE *out) {
    print_rows(robustness->flips, profile, print_flip, out);
    print_rows(robustness->sensitivity, profile, print_probability, out);
    print_rows(robustness->scorecards, profile, print_score, out);
}
