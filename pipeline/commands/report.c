/* technopolis report: the page of a result file. */
#include "5_write/output_bytes.h"
#include "5_write/output_file.h"
#include "5_write/page.h"
#include "command.h"
#include "technopolis/crs.h"
#include "technopolis/table.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { KEY_OUTPUT = 'o' };

typedef struct report_input {
    const char *file, *output;
} report_input;

static const struct argp_option OPTIONS[] = {
    {"output", KEY_OUTPUT, "FILE", 0, "The HTML file to write", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    report_input *input = state->input;
    switch (key) {
    case KEY_OUTPUT:
        input->output = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (input->file != NULL) {
            argp_error(state, "'%s' is one argument too many", argument);
        }
        input->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (input->file == NULL || input->output == NULL) {
            argp_error(state, "a result file and --output are needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp ARGP = {OPTIONS,
                                 parse,
                                 "FILE.gpkg --output FILE.html",
                                 "The map and the tables of a result as one HTML page that needs no network.",
                                 NULL,
                                 NULL,
                                 NULL};

typedef struct tables {
    tp_layer **items;
    size_t n;
} tables;

static void tables_reset(tables *tables) {
    for (size_t i = 0; i < tables->n; i++) {
        tp_layer_free(tables->items[i]);
    }
    free(tables->items);
}

/* The columns without which a file is not a result of ours. */
static const struct {
    const char *table;
    const char *columns[6];
} NEEDED[] = {
    {"sites", {"site_id", "name", "verdict"}},
    {"criteria", {"profile", "criterion_id", "required", "comparison", "threshold", "unit"}},
    {"verdicts", {"profile", "site_id", "criterion_id", "verdict", "value", "evidence"}},
    {"run_info", {"key", "value"}},
};

static const tp_layer *find(const tables *tables, const char *name) {
    for (size_t i = 0; i < tables->n; i++) {
        if (strcmp(tables->items[i]->name, name) == 0) {
            return tables->items[i];
        }
    }
    return NULL;
}

static tp_code check_is_ours(const char *file, char **names, size_t n, tp_error *error) {
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        bool found = false;
        for (size_t k = 0; k < n && !found; k++) {
            found = strcmp(names[k], NEEDED[i].table) == 0;
        }
        if (!found) {
            return tp_error_set(error, TP_E_DATA,
                                "%s: there is no layer '%s' (expected a result of `technopolis run` with judged sites)",
                                file, NEEDED[i].table);
        }
    }
    return TP_OK;
}

static tp_code check_columns(const char *file, const tables *tables, tp_error *error) {
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        const tp_layer *table = find(tables, NEEDED[i].table);
        for (size_t k = 0; k < 6 && NEEDED[i].columns[k] != NULL; k++) {
            if (table == NULL || tp_layer_column(table, NEEDED[i].columns[k]) == NULL) {
                return tp_error_set(error, TP_E_DATA,
                                    "%s: the table '%s' has no column '%s' (expected a result of `technopolis run`)",
                                    file, NEEDED[i].table, NEEDED[i].columns[k]);
            }
        }
    }
    return TP_OK;
}

static tp_code read_all(const char *file, tables *tables, tp_error *error) {
    char **names = NULL;
    size_t n = 0;
    tp_code code = tp_read_names(file, &names, &n, error);
    if (code == TP_OK) {
        code = check_is_ours(file, names, n, error);
    }
    if (code == TP_OK) {
        tables->items = calloc(n + 1, sizeof(tp_layer *));
        code = tables->items == NULL ? tp_error_memory(error) : TP_OK;
    }
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        if (!tp_page_wants(names[i])) {
            continue;
        }
        code = tp_read_table(file, names[i], NULL, &tables->items[tables->n], error);
        tables->n += code == TP_OK ? 1 : 0;
        if (code == TP_E_DATA) {
            code = tp_error_set(error, code, "%s: the layer '%s' cannot be read: the file is damaged", file, names[i]);
        }
    }
    tp_read_names_free(names, n);
    return code == TP_OK ? check_columns(file, tables, error) : code;
}

/* Back to the longitudes and latitudes from which the run wrote its CRS. */
static tp_code to_degrees(tp_layer *layer, tp_error *error) {
    char *geographic = NULL;
    tp_ellipsoid ellipsoid;
    tp_transform *transform = NULL;
    if (layer->crs == NULL || layer->geometry == TP_GEOMETRY_NONE) {
        return TP_OK;
    }
    tp_code code = tp_crs_geographic(layer->crs, &geographic, &ellipsoid, error);
    if (code == TP_OK && strcmp(geographic, layer->crs) != 0) {
        code = tp_transform_new(layer->crs, geographic, NULL, &transform, error);
    }
    if (code == TP_OK && transform != NULL) {
        bool points = layer->geometry == TP_GEOMETRY_POINT;
        double *x = points ? layer->lon_deg : layer->shapes.x, *y = points ? layer->lat_deg : layer->shapes.y;
        int64_t n = points ? layer->n_rows : layer->shapes.n_vertices;
        uint8_t *failed = malloc((size_t)n + 1);
        code = failed == NULL ? tp_error_memory(error) : TP_OK;
        if (code == TP_OK && tp_transform_points(transform, x, y, n, failed) > 0) {
            code = tp_error_set(error, TP_E_DATA, "layer '%s' has positions outside of its CRS %s", layer->name,
                                layer->crs);
        }
        free(failed);
    }
    tp_transform_free(transform);
    free(geographic);
    return code;
}

/* The page must not take the place of the result that it is made from. */
static bool is_same_file(const char *path, const char *other) {
    struct stat a, b;
    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static tp_code report(const report_input *input, tp_error *error) {
    if (is_same_file(input->output, input->file)) {
        return tp_error_set(error, TP_E_CONFIG, "'%s' is the result itself (expected another file for the page)",
                            input->output);
    }
    tables tables = {0};
    tp_text html = {0};
    tp_code code = read_all(input->file, &tables, error);
    if (code == TP_OK && !tp_output_file_possible(input->output, error)) {
        code = TP_E_MACHINE;
    }
    for (size_t i = 0; i < tables.n && code == TP_OK; i++) {
        code = to_degrees(tables.items[i], error);
    }
    if (code == TP_OK) {
        code = tp_page_build(tables.items, tables.n, &html, error);
    }
    if (code == TP_OK) {
        code = tp_output_bytes_save(input->output, &html, error);
    }
    tp_text_reset(&html);
    tables_reset(&tables);
    return code;
}

int tp_command_report(int argc, char **argv) {
    report_input input = {0};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_error error = {0};
    tp_code code = report(&input, &error);
    if (code != TP_OK) {
        tp_print_error(&error);
    }
    return (int)code;
}
