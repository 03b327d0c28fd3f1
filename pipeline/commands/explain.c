/* technopolis explain: one site of a result file. */
#include "1_read/read.h"
#include "command.h"
#include "explanation.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_PROFILE = 'p' };

typedef struct explain_input {
    const char *file, *site_id, *profile;
} explain_input;

static const struct argp_option OPTIONS[] = {
    {"profile", KEY_PROFILE, "NAME", 0, "Which profile of the file: a name, or `all` (default: the first)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    explain_input *input = state->input;
    switch (key) {
    case KEY_PROFILE:
        input->profile = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) {
            input->file = argument;
        } else if (state->arg_num == 1) {
            input->site_id = argument;
        } else {
            argp_error(state, "'%s' is one argument too many", argument);
        }
        return 0;
    case ARGP_KEY_END:
        if (input->site_id == NULL) {
            argp_error(state, "a result file and a site id are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp ARGP = {OPTIONS,
                                 parse,
                                 "FILE.gpkg SITE_ID",
                                 "One site of a result: each criterion with value, threshold, margin and evidence.",
                                 NULL,
                                 NULL,
                                 NULL};

static const char *text_at(const tp_layer *layer, const char *name, int64_t row) {
    const tp_column *column = tp_layer_column(layer, name);
    return column == NULL ? NULL : tp_column_text(column, row);
}

static bool number_at(const tp_layer *layer, const char *name, int64_t row, double *value) {
    const tp_column *column = tp_layer_column(layer, name);
    return column != NULL && tp_column_number(column, row, value);
}

static bool same(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static int64_t find_row(const tp_layer *layer, const char *column, const char *value) {
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (same(text_at(layer, column, row), value)) {
            return row;
        }
    }
    return -1;
}

/* The row of `verdicts` for a criterion, joined with its row of `criteria`. */
static tp_explained join(const tp_layer *criteria, int64_t row, const tp_layer *verdicts, int64_t verdict_row) {
    double required = 0;
    bool has_required = number_at(criteria, "required", row, &required);
    tp_explained explained = {.title = text_at(criteria, "title_en", row),
                              .id = text_at(criteria, "criterion_id", row),
                              .unit = text_at(criteria, "unit", row),
                              .source = text_at(criteria, "source", row),
                              .at_least = same(text_at(criteria, "comparison", row), "at_least"),
                              .required = has_required && required != 0,
                              .verdict = text_at(verdicts, "verdict", verdict_row),
                              .evidence = text_at(verdicts, "evidence", verdict_row),
                              .method = text_at(verdicts, "method", verdict_row)};
    explained.has_value = number_at(verdicts, "value", verdict_row, &explained.value);
    explained.has_threshold = number_at(verdicts, "threshold", verdict_row, &explained.threshold);
    explained.has_margin = number_at(verdicts, "margin", verdict_row, &explained.margin);
    const char *unit =
        text_at(verdicts, "unit", verdict_row); /* of the part that decides, where a criterion has several */
    explained.unit = unit == NULL ? explained.unit : unit;
    const char *comparison = text_at(verdicts, "comparison", verdict_row);
    explained.at_least = comparison == NULL ? explained.at_least : same(comparison, "at_least");
    explained.title = explained.title == NULL ? explained.id : explained.title;
    return explained;
}

/* A site's verdict under a profile, from the verdicts of its required criteria. */
static tp_verdict site_verdict(const tp_layer *criteria, const tp_layer *verdicts, const char *profile) {
    tp_verdict whole = TP_MET;
    for (int64_t row = 0; row < verdicts->n_rows; row++) {
        if (!same(text_at(verdicts, "profile", row), profile)) {
            continue;
        }
        for (int64_t i = 0; i < criteria->n_rows; i++) {
            double required = 0;
            if (same(text_at(criteria, "profile", i), profile) &&
                same(text_at(criteria, "criterion_id", i), text_at(verdicts, "criterion_id", row)) &&
                number_at(criteria, "required", i, &required) && required != 0) {
                const char *text = text_at(verdicts, "verdict", row);
                tp_verdict both[] = {whole, same(text, "met")       ? TP_MET
                                            : same(text, "not_met") ? TP_NOT_MET
                                                                    : TP_UNKNOWN};
                whole = tp_verdict_all(both, 2);
            }
        }
    }
    return whole;
}

static void print_profile(const tp_layer *criteria, const tp_layer *verdicts, const char *profile) {
    tp_explanation_print_profile(stdout, profile, tp_verdict_text(site_verdict(criteria, verdicts, profile)));
    for (int64_t row = 0; row < criteria->n_rows; row++) {
        if (!same(text_at(criteria, "profile", row), profile)) {
            continue;
        }
        for (int64_t i = 0; i < verdicts->n_rows; i++) {
            if (same(text_at(verdicts, "profile", i), profile) &&
                same(text_at(verdicts, "criterion_id", i), text_at(criteria, "criterion_id", row))) {
                tp_explained explained = join(criteria, row, verdicts, i);
                tp_explanation_print(stdout, &explained);
            }
        }
    }
}

/* Every profile once, in the order of the table. */
static bool is_first_of_profile(const tp_layer *criteria, int64_t row) {
    return find_row(criteria, "profile", text_at(criteria, "profile", row)) == row;
}

static tp_code print_profiles(const explain_input *input, const tp_layer *criteria, const tp_layer *verdicts,
                              tp_error *error) {
    const char *wanted = input->profile;
    bool all = wanted != NULL && strcmp(wanted, "all") == 0, found = false;
    tp_text known = {0};
    for (int64_t row = 0; row < criteria->n_rows; row++) {
        if (!is_first_of_profile(criteria, row)) {
            continue;
        }
        const char *profile = text_at(criteria, "profile", row);
        tp_text_add(&known, "%s%s", known.size == 0 ? "" : ", ", profile);
        if (all || (wanted == NULL && !found) || same(wanted, profile)) {
            print_profile(criteria, verdicts, profile);
            found = true;
        }
    }
    tp_code code = TP_OK;
    if (!found) {
        code = tp_error_set(error, TP_E_CONFIG, "%s: there is no profile '%s' (it holds: %s)", input->file,
                            wanted == NULL ? "" : wanted, tp_text_get(&known));
    }
    tp_text_reset(&known);
    return code;
}

/* Doubles the single quotes of a text for SQL. */
static char *site_filter(const char *site_id) {
    tp_text sql = {0};
    tp_text_add(&sql, "site_id = '");
    for (const char *c = site_id; *c != '\0'; c++) {
        tp_text_add_bytes(&sql, *c == '\'' ? "''" : c, *c == '\'' ? 2 : 1);
    }
    tp_text_add(&sql, "'");
    if (sql.lost) {
        tp_text_reset(&sql);
        return NULL;
    }
    return sql.data;
}

static tp_code explain(const explain_input *input, tp_error *error) {
    tp_layer *sites = NULL, *verdicts = NULL, *criteria = NULL;
    char *filter = site_filter(input->site_id);
    tp_code code = filter == NULL ? tp_error_memory(error) : tp_read_table(input->file, "sites", filter, &sites, error);
    if (code == TP_OK) {
        code = tp_read_table(input->file, "criteria", NULL, &criteria, error);
    }
    if (code == TP_OK) {
        code = tp_read_table(input->file, "verdicts", filter, &verdicts, error);
    }
    if (code == TP_OK && sites->n_rows == 0) {
        code = tp_error_set(error, TP_E_CONFIG, "%s: there is no site '%s'", input->file, input->site_id);
    }
    if (code == TP_OK) {
        const char *name = text_at(sites, "name", 0);
        tp_explanation_print_site(stdout, input->site_id, name == NULL ? "" : name,
                                  text_at(sites, "prefecture_name", 0));
        code = print_profiles(input, criteria, verdicts, error);
    }
    tp_layer_free(sites);
    tp_layer_free(verdicts);
    tp_layer_free(criteria);
    free(filter);
    return code;
}

int tp_command_explain(int argc, char **argv) {
    explain_input input = {0};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_error error = {0};
    tp_code code = explain(&input, &error);
    if (code != TP_OK) {
        tp_print_error(&error);
    }
    return (int)code;
}
