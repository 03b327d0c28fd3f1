/* technopolis explain: one site of a result file. */
#include "1_read/read.h"
#include "command.h"
#include "explanation.h"
#include "json.h"
#include "robustness.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_PROFILE = 'p', KEY_JSON = 'j' };

typedef struct explain_input {
    const char *file, *site_id, *profile;
    bool json;
    tp_explanation to;
    tp_text document; /* what `to` adds to, with --json */
} explain_input;

static const struct argp_option OPTIONS[] = {
    {"profile", KEY_PROFILE, "NAME", 0, "Which profile of the file: a name, or `all` (default: the first)", 0},
    {"json", KEY_JSON, NULL, 0, "One JSON document on the standard output, for machines", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    explain_input *input = state->input;
    switch (key) {
    case KEY_PROFILE:
        input->profile = argument;
        return 0;
    case KEY_JSON:
        input->json = true;
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

/* The row of `verdicts` for a criterion, or -1. */
static int64_t verdict_row(const tp_layer *criteria, int64_t criterion, const tp_layer *verdicts) {
    for (int64_t row = 0; row < verdicts->n_rows; row++) {
        if (same(text_at(verdicts, "profile", row), text_at(criteria, "profile", criterion)) &&
            same(text_at(verdicts, "criterion_id", row), text_at(criteria, "criterion_id", criterion))) {
            return row;
        }
    }
    return -1;
}

/* A site's verdict under a profile, from the verdicts of its required criteria; NULL where one of them is not there. */
static const char *site_verdict(const tp_layer *criteria, const tp_layer *verdicts, const char *profile) {
    tp_verdict whole = TP_MET;
    for (int64_t i = 0; i < criteria->n_rows; i++) {
        if (!same(text_at(criteria, "profile", i), profile)) {
            continue;
        }
        double required = 0;
        int64_t row = verdict_row(criteria, i, verdicts);
        const char *text = row < 0 ? NULL : text_at(verdicts, "verdict", row);
        if (text == NULL) {
            return NULL;
        }
        if (number_at(criteria, "required", i, &required) && required != 0) {
            tp_verdict both[] = {whole, same(text, "met") ? TP_MET : same(text, "not_met") ? TP_NOT_MET : TP_UNKNOWN};
            whole = tp_verdict_all(both, 2);
        }
    }
    return tp_verdict_text(whole);
}

static tp_code print_profile(explain_input *input, const tp_layer *criteria, const tp_layer *verdicts,
                             const tp_robustness *robustness, const char *profile, tp_error *error) {
    const char *verdict = site_verdict(criteria, verdicts, profile);
    tp_explanation_print_profile(&input->to, profile, verdict == NULL ? "not judged" : verdict);
    if (!input->json) {
        tp_robustness_print(robustness, profile, stdout);
    }
    for (int64_t row = 0; row < criteria->n_rows; row++) {
        int64_t i = same(text_at(criteria, "profile", row), profile) ? verdict_row(criteria, row, verdicts) : -1;
        if (i >= 0) {
            tp_explained explained = join(criteria, row, verdicts, i);
            tp_explanation_print(&input->to, &explained);
        }
    }
    return verdict != NULL ? TP_OK
                           : tp_error_set(error, TP_E_DATA, "%s: the site '%s' has no verdict for each criterion of %s",
                                          input->file, input->site_id, profile);
}

/* Every profile once, in the order of the table. */
static bool is_first_of_profile(const tp_layer *criteria, int64_t row) {
    const char *profile = text_at(criteria, "profile", row);
    return profile != NULL && find_row(criteria, "profile", profile) == row;
}

static bool is_all(explain_input *input) {
    return input->profile != NULL && strcmp(input->profile, "all") == 0;
}

/* Before anything is printed: the file has a profile, and the one asked for. */
static tp_code check_profile(explain_input *input, const tp_layer *criteria, tp_error *error) {
    bool any = input->profile == NULL || is_all(input), found = false;
    tp_text known = {0};
    for (int64_t row = 0; row < criteria->n_rows; row++) {
        if (is_first_of_profile(criteria, row)) {
            const char *profile = text_at(criteria, "profile", row);
            tp_text_add(&known, "%s%s", known.size == 0 ? "" : ", ", profile);
            found = found || any || same(input->profile, profile);
        }
    }
    tp_code code = TP_OK;
    if (known.size == 0) {
        code = tp_error_set(error, TP_E_DATA, "%s: the table 'criteria' names no profile", input->file);
    } else if (!found) {
        code = tp_error_set(error, TP_E_CONFIG, "%s: there is no profile '%s' (it holds: %s)", input->file,
                            input->profile, tp_text_get(&known));
    }
    tp_text_reset(&known);
    return code;
}

static tp_code print_profiles(explain_input *input, const tp_layer *criteria, const tp_layer *verdicts,
                              const tp_robustness *robustness, tp_error *error) {
    tp_code code = TP_OK;
    bool found = false;
    for (int64_t row = 0; row < criteria->n_rows; row++) {
        const char *profile = text_at(criteria, "profile", row);
        bool wanted = is_all(input) || (input->profile == NULL ? !found : same(input->profile, profile));
        if (is_first_of_profile(criteria, row) && wanted) {
            tp_code one = print_profile(input, criteria, verdicts, robustness, profile, code == TP_OK ? error : NULL);
            code = code == TP_OK ? one : code;
            found = true;
        }
    }
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

/* The columns without which a file is not a result of ours. */
typedef struct result_table {
    const char *name;
    const char *columns[4];
} result_table;
static const result_table SITES = {"sites", {"site_id"}};
static const result_table CRITERIA = {"criteria", {"profile", "criterion_id", "required"}};
static const result_table VERDICTS = {"verdicts", {"site_id", "profile", "criterion_id", "verdict"}};

/* False with the first column that is missing. */
static bool has_columns(const tp_read_head *head, const result_table *table, const char **missing) {
    for (size_t i = 0; i < 4 && table->columns[i] != NULL; i++) {
        bool found = false;
        for (size_t k = 0; k < head->head.n_fields && !found; k++) {
            found = same(head->head.fields[k].name, table->columns[i]);
        }
        if (!found) {
            *missing = table->columns[i];
            return false;
        }
    }
    return true;
}

static tp_code check_table(const char *file, const result_table *table, tp_error *error) {
    tp_read_options options = {.layer = table->name};
    tp_read_places places = {0};
    tp_read_head head = {0};
    tp_faults faults = {0};
    const char *missing = NULL;
    tp_code code = tp_read_head_open(file, file, &options, &places, TP_HEAD_MAY_BE_EMPTY, &head, &faults);
    if (code != TP_OK) {
        code = tp_error_set(error, TP_E_DATA, "%s (expected a result of `technopolis run` with a table '%s')",
                            faults.n > 0 ? faults.items[0].message : file, table->name);
    } else if (!has_columns(&head, table, &missing)) {
        code = tp_error_set(error, TP_E_DATA,
                            "%s: the table '%s' has no column '%s' (expected a result of `technopolis run`)", file,
                            table->name, missing);
    }
    tp_read_head_reset(&head);
    tp_faults_reset(&faults);
    return code;
}

/* After the check, only damage can keep a table from being read; how SQLite calls it helps nobody. */
static tp_code read_result(const char *file, const result_table *table, const char *filter, tp_layer **layer,
                           tp_error *error) {
    tp_code code = tp_read_table(file, table->name, filter, layer, error);
    return code != TP_E_DATA
               ? code
               : tp_error_set(error, code, "%s: the table '%s' cannot be read: the file is damaged", file, table->name);
}

static tp_code read_tables(explain_input *input, tp_layer **sites, tp_layer **criteria, tp_layer **verdicts,
                           tp_robustness *robustness, tp_error *error) {
    const result_table *const tables[] = {&SITES, &CRITERIA, &VERDICTS};
    char *filter = site_filter(input->site_id);
    tp_code code = filter == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < 3 && code == TP_OK; i++) {
        code = check_table(input->file, tables[i], error);
    }
    if (code == TP_OK) {
        code = read_result(input->file, &SITES, filter, sites, error);
    }
    if (code == TP_OK) {
        code = read_result(input->file, &CRITERIA, NULL, criteria, error);
    }
    if (code == TP_OK) {
        code = read_result(input->file, &VERDICTS, filter, verdicts, error);
    }
    if (code == TP_OK) {
        code = tp_robustness_read(input->file, filter, robustness, error);
    }
    free(filter);
    return code;
}

static tp_code explain(explain_input *input, tp_error *error) {
    tp_layer *sites = NULL, *verdicts = NULL, *criteria = NULL;
    tp_robustness robustness = {0};
    tp_code code = read_tables(input, &sites, &criteria, &verdicts, &robustness, error);
    if (code == TP_OK && sites->n_rows == 0) {
        code = tp_error_set(error, TP_E_CONFIG, "%s: there is no site '%s'", input->file, input->site_id);
    }
    if (code == TP_OK) {
        code = check_profile(input, criteria, error);
    }
    if (code == TP_OK) {
        const char *name = text_at(sites, "name", 0);
        tp_explanation_print_site(&input->to, input->site_id, name == NULL ? "" : name,
                                  text_at(sites, "prefecture_name", 0));
        code = print_profiles(input, criteria, verdicts, &robustness, error);
        tp_explanation_end(&input->to);
    }
    tp_robustness_reset(&robustness);
    tp_layer_free(sites);
    tp_layer_free(verdicts);
    tp_layer_free(criteria);
    return code;
}

int tp_command_explain(int argc, char **argv) {
    explain_input input = {0};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_error error = {0};
    tp_text json = {0};
    input.to = (tp_explanation){.out = stdout, .json = input.json ? &input.document : NULL};
    tp_code code = explain(&input, &error);
    if (code != TP_OK) {
        tp_print_error(&error);
    }
    int result = (int)code;
    if (input.json) {
        tp_json_begin(&json, "explain", code, NULL, &error);
        if (code == TP_OK) {
            tp_text_add(&json, ",");
            tp_text_add_bytes(&json, tp_text_get(&input.document), input.document.size);
            json.lost = json.lost || input.document.lost;
        }
        result = tp_json_end(&json, code);
    }
    tp_text_reset(&input.document);
    return result;
}
