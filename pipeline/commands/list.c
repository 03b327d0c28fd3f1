/* technopolis list: what there is, with every option, type, unit and default. */
#include "5_write/describe.h"
#include "command.h"
#include "summary.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_WIDTH = 100 };

static error_t parse(int key, char *argument, struct argp_state *state) {
    const char **what = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*what != NULL) {
            argp_error(state, "'%s' is one argument too many", argument);
        }
        *what = argument;
        return 0;
    case ARGP_KEY_END:
        if (*what == NULL) {
            argp_error(state, "expected stages, criteria, profiles or products");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp ARGP = {
    NULL, parse, "stages|criteria|profiles|products", "What there is, with every option, type, unit and default.", NULL,
    NULL, NULL};

static void print_settings(const tp_setting *settings, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const tp_setting *setting = &settings[i];
        tp_text line = {0};
        tp_text_add(&line, "%s: %s", setting->key, tp_setting_kind_text(setting));
        if (setting->required) {
            tp_text_add(&line, ", required");
        } else if (setting->fallback != NULL) {
            tp_text_add(&line, ", default %s", setting->fallback);
        }
        tp_text_add(&line, " - %s", setting->help);
        tp_print_wrapped(stdout, tp_text_get(&line), 4, PAGE_WIDTH);
        tp_text_reset(&line);
    }
}

static void print_columns(const char *verb, const tp_stage_column *columns, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (columns[i].name == NULL) {
            continue;
        }
        tp_text line = {0};
        tp_text_add(&line, "%s %s.%s: %s%s%s - %s", verb, columns[i].layer, columns[i].name,
                    tp_type_text(columns[i].type), columns[i].unit != NULL && columns[i].unit[0] != '\0' ? " in " : "",
                    columns[i].unit == NULL ? "" : columns[i].unit, columns[i].help == NULL ? "" : columns[i].help);
        tp_print_wrapped(stdout, tp_text_get(&line), 4, PAGE_WIDTH);
        tp_text_reset(&line);
    }
}

static void list_stages(void) {
    size_t n = 0;
    const tp_setting *run_settings = tp_run_settings(&n);
    printf("run\n  the whole run\n");
    print_settings(run_settings, n);
    const tp_stage *const *stages = tp_stages(&n);
    for (size_t i = 0; i < n; i++) {
        const tp_stage *stage = stages[i];
        printf("\n%s: %s%s\n  %s\n", tp_phase_text(stage->phase), stage->name,
               stage->measures ? " (also as a measure in profiles)" : "", stage->purpose);
        print_settings(stage->settings, stage->n_settings);
        print_columns("needs", stage->needs, stage->n_needs);
        print_columns("adds", stage->adds, stage->n_adds);
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names (without .yaml) in a folder of the program's data, sorted; n = 0 when there is no such folder. */
static char **data_names(const char *folder, size_t *n) {
    char **names = NULL;
    *n = 0;
    char *data = tp_data_folder();
    char *path = data == NULL ? NULL : tp_text_format("%s/%s", data, folder);
    free(data);
    DIR *directory = path == NULL ? NULL : opendir(path);
    free(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        size_t size = strlen(entry->d_name);
        char **more = NULL;
        if (size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0) {
            more = realloc(names, sizeof *names * (*n + 1));
        }
        if (more != NULL) {
            names = more;
            names[*n] = tp_text_format("%.*s", (int)(size - 5), entry->d_name);
            *n += names[*n] != NULL;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    if (*n > 0) {
        qsort(names, *n, sizeof *names, by_name);
    }
    return names;
}

/* A setting's value as one line. */
static void describe_node(const tp_node *node, tp_text *line) {
    if (tp_node_text(node) != NULL) {
        tp_text_add(line, "%s", tp_node_text(node));
        return;
    }
    bool map = tp_node_get_kind(node) == TP_NODE_MAP;
    tp_text_add(line, "%s", map ? "{ " : "[");
    for (size_t i = 0; i < tp_node_count(node); i++) {
        tp_text_add(line, "%s%s%s", i == 0 ? "" : ", ", map ? tp_node_key(node, i) : "", map ? ": " : "");
        describe_node(tp_node_at(node, i), line);
    }
    tp_text_add(line, "%s", map ? " }" : "]");
}

static void print_criterion(const tp_criterion *criterion) {
    printf("  %s: %s / %s (%s)\n", criterion->id, criterion->title_en, criterion->title_ja,
           criterion->required ? "required" : "informative");
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_part *part = &criterion->parts[i];
        tp_text line = {0};
        tp_text_add(&line, "%s",
                    i == 0                                   ? ""
                    : criterion->first_read                  ? "or, where that is not read, "
                    : criterion->combine == TP_COMBINE_ALL   ? "and "
                    : criterion->combine == TP_COMBINE_FIRST ? "else "
                                                             : "or ");
        tp_describe_part(part, &line);
        tp_text_add(&line, "%s", part->optional ? " (left out where its layer is not read)" : "");
        tp_print_wrapped(stdout, tp_text_get(&line), 6, PAGE_WIDTH);
        tp_text_reset(&line);
    }
    if (criterion->source != NULL) {
        tp_print_wrapped(stdout, criterion->source, 6, PAGE_WIDTH);
    }
}

static tp_code list_profiles(bool with_criteria) {
    size_t n = 0;
    char **names = data_names("profiles", &n);
    char *data = tp_data_folder();
    tp_faults faults = {0};
    for (size_t i = 0; i < n; i++) {
        tp_profile *profile = NULL;
        char *path = data == NULL ? NULL : tp_text_format("%s/profiles/%s.yaml", data, names[i]);
        if (path != NULL && tp_profile_load(path, path, &profile, &faults) == TP_OK) {
            printf("%s: %s / %s (%zu %s)\n", profile->id, profile->title_en, profile->title_ja, profile->n_criteria,
                   profile->n_criteria == 1 ? "criterion" : "criteria");
            for (size_t k = 0; with_criteria && k < profile->n_criteria; k++) {
                print_criterion(&profile->criteria[k]);
            }
        }
        tp_profile_free(profile);
        free(path);
        free(names[i]);
    }
    free(names);
    if (n == 0) {
        tp_faults_add(&faults, TP_E_DATA, "%s: holds no profiles (see TECHNOPOLIS_DATA)", data == NULL ? "?" : data);
    }
    free(data);
    tp_print_faults(&faults);
    tp_code code = tp_faults_code(&faults);
    tp_faults_reset(&faults);
    return code;
}

static void print_product(const tp_product *product) {
    printf("%s: %s / %s%s\n", product->id, product->title_en, product->title_ja,
           product->original ? "" : " (untested on an original file)");
    tp_text line = {0};
    tp_text_add(&line, "as layer %s; from %s; %s", product->layer, product->source, product->licence);
    tp_print_wrapped(stdout, tp_text_get(&line), 2, PAGE_WIDTH);
    if (product->note != NULL) {
        tp_print_wrapped(stdout, product->note, 2, PAGE_WIDTH);
    }
    for (size_t i = 0; product->defaults != NULL && i < tp_node_count(product->defaults); i++) {
        const tp_node *value = tp_node_at(product->defaults, i);
        tp_text_clear(&line);
        tp_text_add(&line, "by default %s: ", tp_node_key(product->defaults, i));
        describe_node(value, &line);
        tp_print_wrapped(stdout, tp_text_get(&line), 2, PAGE_WIDTH);
    }
    for (size_t i = 0; i < product->n_editions; i++) {
        printf("    edition %s%s\n", product->editions[i].id,
               product->editions[i].verified ? "" : " (columns not verified)");
    }
    for (size_t i = 0; i < product->n_columns; i++) {
        const tp_product_column *column = &product->columns[i];
        tp_text_clear(&line);
        tp_text_add(&line, "%s: %s%s%s - %s / %s", column->name, tp_type_text(column->type),
                    column->unit != NULL ? " in " : "", column->unit != NULL ? column->unit : "",
                    column->help_en == NULL ? "" : column->help_en, column->help_ja == NULL ? "" : column->help_ja);
        tp_print_wrapped(stdout, tp_text_get(&line), 4, PAGE_WIDTH);
    }
    tp_text_reset(&line);
}

static tp_code list_products(void) {
    size_t n = 0;
    char **names = data_names("products", &n);
    char *data = tp_data_folder();
    tp_faults faults = {0};
    for (size_t i = 0; i < n; i++) {
        tp_product *product = NULL;
        char *path = data == NULL ? NULL : tp_text_format("%s/products/%s.yaml", data, names[i]);
        if (path != NULL && tp_product_load(path, path, &product, &faults) == TP_OK) {
            print_product(product);
        }
        tp_product_free(product);
        free(path);
        free(names[i]);
    }
    free(names);
    free(data);
    if (n == 0) {
        printf("no data products are described in this version: every file is read by the settings of its entry\n");
    }
    tp_print_faults(&faults);
    tp_code code = tp_faults_code(&faults);
    tp_faults_reset(&faults);
    return code;
}

int tp_command_list(int argc, char **argv) {
    const char *what = NULL;
    int failed = tp_command_parse(&ARGP, argc, argv, &what);
    if (failed != 0) {
        return failed;
    }
    if (strcmp(what, "stages") == 0) {
        list_stages();
    } else if (strcmp(what, "profiles") == 0 || strcmp(what, "criteria") == 0) {
        return (int)list_profiles(strcmp(what, "criteria") == 0);
    } else if (strcmp(what, "products") == 0) {
        return (int)list_products();
    } else {
        fprintf(stderr, "technopolis: list '%s': expected stages, criteria, profiles or products\n", what);
        return TP_E_CONFIG;
    }
    return TP_OK;
}
