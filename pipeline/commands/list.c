/* technopolis list: what there is, with every option, type, unit and default. */
#include "5_write/describe.h"
#include "command.h"
#include "json.h"
#include "list_json.h"
#include "summary.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_WIDTH = 100 };

typedef struct list_input {
    const char *what;
    bool json;
} list_input;

enum { KEY_JSON = 'j' };

static const struct argp_option OPTIONS[] = {
    {"json", KEY_JSON, NULL, 0, "One JSON document on the standard output, for machines", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    list_input *input = state->input;
    const char **what = &input->what;
    switch (key) {
    case KEY_JSON:
        input->json = true;
        return 0;
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

static const struct argp ARGP = {OPTIONS,
                                 parse,
                                 "stages|criteria|profiles|products",
                                 "What there is, with every option, type, unit and default.",
                                 NULL,
                                 NULL,
                                 NULL};

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

static tp_code list_profiles(bool with_criteria, tp_text *json, tp_faults *all) {
    size_t n = 0;
    char **names = data_names("profiles", &n);
    char *data = tp_data_folder();
    for (size_t i = 0; i < n; i++) {
        tp_profile *profile = NULL;
        char *path = data == NULL ? NULL : tp_text_format("%s/profiles/%s.yaml", data, names[i]);
        if (path != NULL && tp_profile_load(path, path, &profile, all) == TP_OK) {
            if (json != NULL) {
                tp_list_json_profile(json, profile, with_criteria);
                tp_profile_free(profile);
                free(path);
                free(names[i]);
                continue;
            }
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
        tp_faults_add(all, TP_E_DATA, "%s: holds no profiles (see TECHNOPOLIS_DATA)", data == NULL ? "?" : data);
    }
    free(data);
    return tp_faults_code(all);
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

static tp_code list_products(tp_text *json, tp_faults *all) {
    size_t n = 0;
    char **names = data_names("products", &n);
    char *data = tp_data_folder();
    for (size_t i = 0; i < n; i++) {
        tp_product *product = NULL;
        char *path = data == NULL ? NULL : tp_text_format("%s/products/%s.yaml", data, names[i]);
        if (path != NULL && tp_product_load(path, path, &product, all) == TP_OK) {
            if (json != NULL) {
                tp_list_json_product(json, product);
            } else {
                print_product(product);
            }
        }
        tp_product_free(product);
        free(path);
        free(names[i]);
    }
    free(names);
    free(data);
    if (n == 0 && json == NULL) {
        printf("no data products are described in this version: every file is read by the settings of its entry\n");
    }
    return tp_faults_code(all);
}

/* The whole document; its lists are made first, since what is wrong with them stands before them. */
static int list_as_json(const char *what, tp_text *items, const tp_faults *faults, tp_code code) {
    tp_text json = {0};
    tp_json_begin(&json, "list", code, faults, NULL);
    if (strcmp(what, "stages") == 0) {
        tp_list_json_stages(&json);
    } else {
        tp_json_add_key(&json, strcmp(what, "products") == 0 ? "products" : "profiles");
        tp_text_add(&json, "[");
        tp_text_add_bytes(&json, tp_text_get(items), items->size);
        tp_text_add(&json, "]");
        json.lost = json.lost || items->lost;
    }
    return tp_json_end(&json, code);
}

int tp_command_list(int argc, char **argv) {
    list_input input = {0};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    tp_faults faults = {0};
    tp_text items = {0};
    tp_code code = TP_OK;
    tp_text_add(&items, "%s", ""); /* its memory is there even when it stays empty */
    tp_text *json = input.json ? &items : NULL;
    if (strcmp(input.what, "profiles") == 0 || strcmp(input.what, "criteria") == 0) {
        code = list_profiles(strcmp(input.what, "criteria") == 0, json, &faults);
    } else if (strcmp(input.what, "products") == 0) {
        code = list_products(json, &faults);
    } else if (strcmp(input.what, "stages") != 0) {
        fprintf(stderr, "technopolis: list '%s': expected stages, criteria, profiles or products\n", input.what);
        tp_text_reset(&items);
        return TP_E_CONFIG;
    } else if (!input.json) {
        list_stages();
    }
    tp_print_faults(&faults);
    int result = input.json ? list_as_json(input.what, &items, &faults, code) : (int)code;
    tp_text_reset(&items);
    tp_faults_reset(&faults);
    return result;
}
