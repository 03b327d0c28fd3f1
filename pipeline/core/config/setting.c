/* Settings: filling an options struct from a map by the table of its settings. The kinds are in setting_value.c. */
#include "technopolis/setting.h"

#include "core/config/setting_value.h"
#include "core/config/unknown_word.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* What one filling works on. */
typedef struct filling {
    const tp_setting *settings;
    size_t n;
    tp_options *options;
    bool *written; /* n: the setting stands in the configuration */
    tp_setting_list *lists;
    tp_faults faults;
} filling;

const char *tp_origin_text(tp_origin origin) {
    static const char *const texts[] = {"default", "configuration", "command line", "profile", "product"};
    return texts[origin];
}

const char *tp_setting_kind_text(const tp_setting *setting) {
    static const char *const quantities[] = {"number and unit",       "time such as 30 min",
                                             "length such as 25 km",  "area such as 1,300 km2",
                                             "speed such as 40 km/h", "count such as 2 institutes"};
    static const char *const lists[] = {"[numbers and units]", "[15 min, 30 min]",  "[5 km, 25 km]",
                                        "[10 km2, 1,300 km2]", "[4 km/h, 40 km/h]", "[10 persons, 20 persons]"};
    switch (setting->kind) {
    case TP_SETTING_TEXT:
        return "text";
    case TP_SETTING_LAYER:
        return "layer";
    case TP_SETTING_LAYERS:
        return "layer or [layers]";
    case TP_SETTING_COLUMN:
        return "column";
    case TP_SETTING_COLUMNS:
        return "column or [columns]";
    case TP_SETTING_PATH:
        return "file";
    case TP_SETTING_PATHS:
        return "file or [files]";
    case TP_SETTING_CONDITION:
        return "condition";
    case TP_SETTING_QUANTITY:
        return quantities[setting->dimension];
    case TP_SETTING_QUANTITIES:
        return lists[setting->dimension];
    case TP_SETTING_INTEGER:
        return "integer";
    case TP_SETTING_NUMBER:
        return "number";
    case TP_SETTING_YES_NO:
        return "yes|no";
    case TP_SETTING_CHOICE:
        return setting->choices;
    case TP_SETTING_MAP:
        return "map";
    }
    return "";
}

static size_t find_setting(const tp_setting *settings, size_t n, const char *key) {
    size_t i = 0;
    while (i < n && strcmp(settings[i].key, key) != 0) {
        i++;
    }
    return i;
}

static void add_memory_fault(tp_faults *faults) {
    tp_error error = {0};
    (void)tp_error_memory(&error);
    tp_faults_add_error(faults, &error);
}

static void fill_one(filling *f, size_t i, const tp_setting_value *value, tp_origin origin) {
    void *target = (char *)f->options->values + f->settings[i].offset;
    f->options->places[i] = value->place;
    f->options->origins[i] = origin;
    free(f->options->texts[i]);
    f->options->texts[i] = tp_setting_render(value);
    if (f->options->texts[i] == NULL) {
        add_memory_fault(&f->faults);
    }
    tp_setting_read(&f->settings[i], value, target, &f->lists, &f->faults);
}

static void fill_written(filling *f, size_t i, const tp_node *node, tp_origin origin) {
    tp_setting_value value = {.node = node, .text = tp_node_text(node), .place = tp_node_place(node)};
    /* What the command line changed stands at a place named after its option: --set, --output. */
    bool command_line = value.place.file != NULL && strncmp(value.place.file, "--", 2) == 0;
    f->written[i] = true;
    fill_one(f, i, &value, command_line ? TP_ORIGIN_COMMAND_LINE : origin);
}

static void tell_unknown_key(filling *f, const tp_node *map, size_t pair) {
    const char **known = calloc(f->n + 1, sizeof(const char *));
    if (known == NULL) {
        add_memory_fault(&f->faults);
        return;
    }
    for (size_t i = 0; i < f->n; i++) {
        known[i] = f->settings[i].key;
    }
    tp_unknown_word(&f->faults, tp_node_key_place(map, pair), "key", tp_node_key(map, pair), known, f->n);
    free(known);
}

/* Fills what stands in `node`; false when it has not the form of settings at all. */
static bool fill_from_node(filling *f, const tp_node *node, const char *main_key, tp_place place, tp_origin origin) {
    size_t main_setting = main_key == NULL ? f->n : find_setting(f->settings, f->n, main_key);
    bool has_main = main_setting < f->n;
    tp_node_kind kind = node == NULL ? TP_NODE_TEXT : tp_node_get_kind(node);
    if (node == NULL || (kind == TP_NODE_TEXT && tp_node_text(node)[0] == '\0')) {
        return true;
    }
    if (kind == TP_NODE_MAP) {
        for (size_t pair = 0; pair < tp_node_count(node); pair++) {
            size_t i = find_setting(f->settings, f->n, tp_node_key(node, pair));
            if (i < f->n) {
                fill_written(f, i, tp_node_at(node, pair), origin);
            } else {
                tell_unknown_key(f, node, pair);
            }
        }
        return true;
    }
    if (has_main && (kind == TP_NODE_TEXT || tp_setting_is_list(&f->settings[main_setting]))) {
        fill_written(f, main_setting, node, origin);
        return true;
    }
    tp_place found = tp_node_place(node);
    tp_faults_add_at(&f->faults, found.file == NULL ? place : found,
                     "expected settings such as { key: value }, found %s%s%s", kind == TP_NODE_LIST ? "a list" : "'",
                     kind == TP_NODE_LIST ? "" : tp_node_text(node), kind == TP_NODE_LIST ? "" : "'");
    return false;
}

static void fill_defaults(filling *f, tp_place place) {
    for (size_t i = 0; i < f->n; i++) {
        const tp_setting *setting = &f->settings[i];
        if (f->written[i]) {
            continue;
        }
        if (setting->required) {
            tp_faults_add_at(&f->faults, place, "key '%s' is missing (expected %s: %s)", setting->key,
                             tp_setting_kind_text(setting), setting->help == NULL ? "" : setting->help);
        } else if (setting->fallback != NULL) {
            tp_setting_value value = {.text = setting->fallback};
            fill_one(f, i, &value, TP_ORIGIN_DEFAULT);
        }
    }
}

static bool make_room(filling *f, size_t size) {
    tp_options *options = f->options;
    size_t n = f->n > 0 ? f->n : 1;
    *options = (tp_options){.n_settings = f->n};
    options->values = calloc(1, size > 0 ? size : 1);
    options->places = calloc(n, sizeof *options->places);
    options->texts = calloc(n, sizeof *options->texts);
    options->origins = calloc(n, sizeof *options->origins);
    f->written = calloc(n, sizeof *f->written);
    return options->values != NULL && options->places != NULL && options->texts != NULL && options->origins != NULL &&
           f->written != NULL;
}

/* Moves what was found to the caller's list; the code is that of what was found. */
static tp_code hand_over(filling *f, tp_faults *faults) {
    tp_code code = tp_faults_code(&f->faults);
    for (size_t i = 0; i < f->faults.n; i++) {
        tp_faults_add_fault(faults, &f->faults.items[i]);
    }
    if (f->faults.lost) {
        add_memory_fault(faults);
    }
    tp_faults_reset(&f->faults);
    free(f->written);
    return code;
}

tp_code tp_options_complete(const tp_setting *settings, const tp_node *map, tp_origin origin, tp_options *options,
                            tp_faults *faults) {
    filling f = {.settings = settings, .n = options->n_settings, .options = options, .lists = options->owned};
    f.written = calloc(f.n + 1, sizeof *f.written);
    if (f.written == NULL) {
        add_memory_fault(&f.faults);
    }
    for (size_t pair = 0; f.written != NULL && pair < tp_node_count(map); pair++) {
        size_t i = find_setting(settings, f.n, tp_node_key(map, pair));
        if (i == f.n) {
            tell_unknown_key(&f, map, pair);
        } else if (options->origins[i] == TP_ORIGIN_DEFAULT) {
            fill_written(&f, i, tp_node_at(map, pair), origin);
        }
    }
    options->owned = f.lists;
    return hand_over(&f, faults);
}

tp_code tp_options_replace_list(const tp_setting *settings, const char *key, const char *const *items,
                                const tp_place *places, size_t n, tp_options *options, tp_error *error) {
    size_t i = find_setting(settings, options->n_settings, key);
    tp_setting_list *lists = options->owned;
    tp_setting_list *list = tp_setting_list_copy(items, places, n, &lists);
    options->owned = lists;
    if (list == NULL) {
        return tp_error_memory(error);
    }
    tp_texts texts = {.n = n, .items = list->items, .places = list->places};
    memcpy((char *)options->values + settings[i].offset, &texts, sizeof texts);
    return TP_OK;
}

tp_code tp_options_fill(const tp_setting *settings, size_t n, size_t size, const char *main_key, const tp_node *node,
                        tp_place place, tp_origin origin, tp_options *options, tp_faults *faults) {
    filling f = {.settings = settings, .n = n, .options = options};
    if (!make_room(&f, size)) {
        tp_options_reset(options);
        add_memory_fault(&f.faults);
    } else if (fill_from_node(&f, node, main_key, place, origin)) {
        fill_defaults(&f, place);
    }
    options->owned = f.lists;
    return hand_over(&f, faults);
}

void tp_options_reset(tp_options *options) {
    for (size_t i = 0; options->texts != NULL && i < options->n_settings; i++) {
        free(options->texts[i]);
    }
    free(options->texts);
    free(options->values);
    free(options->places);
    free(options->origins);
    tp_setting_lists_free(options->owned);
    *options = (tp_options){0};
}

bool tp_options_yes_no(const tp_options *options, const tp_setting *settings, const char *key) {
    size_t i = find_setting(settings, options->n_settings, key);
    bool value = false;
    if (options->values != NULL && i < options->n_settings && settings[i].kind == TP_SETTING_YES_NO) {
        memcpy(&value, (const char *)options->values + settings[i].offset, sizeof value);
    }
    return value;
}

tp_origin tp_options_origin(const tp_options *options, const tp_setting *settings, const char *key) {
    size_t i = find_setting(settings, options->n_settings, key);
    return i < options->n_settings ? options->origins[i] : TP_ORIGIN_DEFAULT;
}

tp_place tp_options_place(const tp_options *options, const tp_setting *settings, const char *key, tp_place entry) {
    size_t i = find_setting(settings, options->n_settings, key);
    bool written = i < options->n_settings && options->origins[i] != TP_ORIGIN_DEFAULT;
    return written ? options->places[i] : entry;
}
