/* Reading one setting's value: every kind's form, unit and bounds. */
#include "core/config/setting_value.h"

#include "core/config/number.h"
#include "technopolis/condition.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LIST_MAX = 10000 };

/* "expected …" for a kind, as a noun. */
static const char *expected(const tp_setting *setting) {
    switch (setting->kind) {
    case TP_SETTING_TEXT:
        return "a text";
    case TP_SETTING_LAYER:
        return "the name of a layer";
    case TP_SETTING_LAYERS:
        return "the name of a layer or a list of names";
    case TP_SETTING_COLUMN:
        return "the name of a column";
    case TP_SETTING_COLUMNS:
        return "the name of a column or a list of names";
    case TP_SETTING_PATH:
        return "the name of a file";
    case TP_SETTING_PATHS:
        return "the name of a file or a list of names";
    case TP_SETTING_CONDITION:
        return "a condition such as `population >= 200000`";
    case TP_SETTING_QUANTITY:
    case TP_SETTING_QUANTITIES:
        return setting->dimension == TP_DIMENSION_NONE ? "a number and its unit"
                                                       : tp_dimension_example(setting->dimension);
    case TP_SETTING_INTEGER:
        return "a whole number";
    case TP_SETTING_NUMBER:
        return "a number";
    case TP_SETTING_YES_NO:
        return "yes or no";
    case TP_SETTING_CHOICE:
        return setting->choices;
    case TP_SETTING_MAP:
        return "a map";
    }
    return "another value";
}

static void tell_expected(const tp_setting *setting, const tp_setting_value *value, tp_faults *faults) {
    if (value->text == NULL) {
        tp_faults_add_at(faults, value->place, "%s: expected %s, found a %s", setting->key, expected(setting),
                         tp_node_get_kind(value->node) == TP_NODE_LIST ? "list" : "map");
    } else if (value->text[0] == '\0') {
        tp_faults_add_at(faults, value->place, "%s: nothing is written (expected %s)", setting->key, expected(setting));
    } else {
        tp_faults_add_at(faults, value->place, "%s: expected %s, found '%s'", setting->key, expected(setting),
                         value->text);
    }
}

static void add_memory_fault(tp_faults *faults) {
    tp_error error = {0};
    (void)tp_error_memory(&error);
    tp_faults_add_error(faults, &error);
}

/* ---------------------------------------------------------------- bounds */

static bool within_bounds(const tp_setting *setting, double number) {
    return (setting->min == 0.0 && setting->max == 0.0) || (number >= setting->min && number <= setting->max);
}

static void tell_bounds(const tp_setting *setting, const tp_setting_value *value, const char *unit, tp_faults *faults) {
    tp_text bounds = {0};
    bool low = isfinite(setting->min), high = isfinite(setting->max);
    tp_text_add(&bounds, low && high ? "between " : low ? "at least " : "at most ");
    if (low) {
        tp_text_add_number(&bounds, setting->min, 6);
    }
    tp_text_add(&bounds, low && high ? " and " : "");
    if (high) {
        tp_text_add_number(&bounds, setting->max, 6);
    }
    tp_faults_add_at(faults, value->place, "%s: '%s' is out of bounds (expected %s%s%s)", setting->key, value->text,
                     tp_text_get(&bounds), unit[0] == '\0' ? "" : " ", unit);
    tp_text_reset(&bounds);
}

/* ---------------------------------------------------------------- kinds of one text */

static bool read_quantity(const tp_setting *setting, const tp_setting_value *value, tp_quantity *target,
                          tp_faults *faults) {
    tp_quantity quantity;
    tp_error error = {0};
    bool right = false;
    if (value->text == NULL || value->text[0] == '\0') {
        tell_expected(setting, value, faults);
    } else if (tp_quantity_parse(value->text, &quantity, &error) != TP_OK) {
        tp_faults_add_at(faults, value->place, "%s: %s", setting->key, error.message);
    } else if (setting->dimension != TP_DIMENSION_NONE && quantity.dimension != setting->dimension) {
        tell_expected(setting, value, faults);
    } else if (!within_bounds(setting, quantity.value)) {
        tell_bounds(setting, value, quantity.unit, faults);
    } else {
        *target = quantity;
        right = true;
    }
    return right;
}

static void read_integer(const tp_setting *setting, const tp_setting_value *value, int64_t *target, tp_faults *faults) {
    int64_t number = 0;
    if (value->text == NULL || !tp_integer_read(value->text, &number)) {
        tell_expected(setting, value, faults);
    } else if (!within_bounds(setting, (double)number)) {
        tell_bounds(setting, value, "", faults);
    } else {
        *target = number;
    }
}

static void read_number(const tp_setting *setting, const tp_setting_value *value, double *target, tp_faults *faults) {
    double number = 0.0;
    if (value->text == NULL || !tp_number_read(value->text, &number) || !isfinite(number)) {
        tell_expected(setting, value, faults);
    } else if (!within_bounds(setting, number)) {
        tell_bounds(setting, value, "", faults);
    } else {
        *target = number;
    }
}

static void read_yes_no(const tp_setting *setting, const tp_setting_value *value, bool *target, tp_faults *faults) {
    const char *text = value->text == NULL ? "" : value->text;
    if (strcasecmp(text, "yes") == 0 || strcasecmp(text, "true") == 0) {
        *target = true;
    } else if (strcasecmp(text, "no") == 0 || strcasecmp(text, "false") == 0) {
        *target = false;
    } else {
        tell_expected(setting, value, faults);
    }
}

static void read_choice(const tp_setting *setting, const tp_setting_value *value, int *target, tp_faults *faults) {
    const char *choice = setting->choices;
    for (int i = 0; value->text != NULL; i++) {
        size_t n = strcspn(choice, "|");
        if (n > 0 && n == strlen(value->text) && memcmp(choice, value->text, n) == 0) {
            *target = i;
            return;
        }
        if (choice[n] == '\0') {
            break;
        }
        choice += n + 1;
    }
    tell_expected(setting, value, faults);
}

static void read_condition(const tp_setting *setting, const tp_setting_value *value, const char **target,
                           tp_faults *faults) {
    tp_condition *condition = NULL;
    tp_error error = {0};
    if (value->text == NULL || value->text[0] == '\0') {
        tell_expected(setting, value, faults);
        return;
    }
    tp_code code = tp_condition_parse(value->text, &condition, &error);
    if (code == TP_OK) {
        *target = value->text;
    } else if (code == TP_E_CONFIG) {
        tp_faults_add_at(faults, value->place, "%s: %s", setting->key, error.message);
    } else {
        tp_faults_add_error(faults, &error);
    }
    tp_condition_free(condition);
}

static void read_text(const tp_setting *setting, const tp_setting_value *value, const char **target,
                      tp_faults *faults) {
    bool may_be_empty = setting->kind == TP_SETTING_TEXT;
    if (value->text == NULL || (value->text[0] == '\0' && !may_be_empty)) {
        tell_expected(setting, value, faults);
    } else {
        *target = value->text;
    }
}

/* ---------------------------------------------------------------- lists */

bool tp_setting_is_list(const tp_setting *setting) {
    return setting->kind == TP_SETTING_LAYERS || setting->kind == TP_SETTING_PATHS ||
           setting->kind == TP_SETTING_COLUMNS || setting->kind == TP_SETTING_QUANTITIES;
}

/* Checks item i against those before it. */
static bool check_item(const tp_setting *setting, const tp_setting_list *list, size_t i, tp_faults *faults) {
    if (list->items[i] == NULL || list->items[i][0] == '\0') {
        tp_faults_add_at(faults, list->places[i], "%s: entry %zu is not a name (expected %s)", setting->key, i + 1,
                         expected(setting));
        return false;
    }
    for (size_t j = 0; j < i; j++) {
        if (list->items[j] != NULL && strcmp(list->items[j], list->items[i]) == 0) {
            tp_faults_add_at(faults, list->places[i], "%s: '%s' is named twice", setting->key, list->items[i]);
            return false;
        }
    }
    return true;
}

static tp_setting_list *new_list(size_t n, tp_setting_list **lists) {
    tp_setting_list *list = calloc(1, sizeof *list);
    if (list == NULL) {
        return NULL;
    }
    list->next = *lists;
    *lists = list;
    list->items = calloc(n, sizeof(const char *));
    list->places = calloc(n, sizeof *list->places);
    list->quantities = calloc(n, sizeof *list->quantities);
    return list->items != NULL && list->places != NULL && list->quantities != NULL ? list : NULL;
}

/* The list of one or several items as written, not yet checked; NULL after a fault. */
static tp_setting_list *gather_list(const tp_setting *setting, const tp_setting_value *value, size_t *count,
                                    tp_setting_list **lists, tp_faults *faults) {
    bool one = value->text != NULL;
    if (!one && tp_node_get_kind(value->node) != TP_NODE_LIST) {
        tell_expected(setting, value, faults);
        return NULL;
    }
    size_t n = one ? 1 : tp_node_count(value->node);
    if (n == 0 || n > LIST_MAX || (one && value->text[0] == '\0')) {
        tp_faults_add_at(faults, value->place, "%s: expected %s, found %s", setting->key, expected(setting),
                         n > LIST_MAX ? "more than 10000" : "nothing");
        return NULL;
    }
    tp_setting_list *list = new_list(n, lists);
    if (list == NULL) {
        add_memory_fault(faults);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const tp_node *item = one ? value->node : tp_node_at(value->node, i);
        list->items[i] = one ? value->text : tp_node_text(item);
        list->places[i] = one ? value->place : tp_node_place(item);
    }
    *count = n;
    return list;
}

static void read_list(const tp_setting *setting, const tp_setting_value *value, tp_texts *target,
                      tp_setting_list **lists, tp_faults *faults) {
    size_t n = 0;
    tp_setting_list *list = gather_list(setting, value, &n, lists, faults);
    bool right = list != NULL;
    for (size_t i = 0; i < n; i++) {
        right = check_item(setting, list, i, faults) && right;
    }
    if (right) {
        *target = (tp_texts){.n = n, .items = list->items, .places = list->places};
    }
}

static void read_quantities(const tp_setting *setting, const tp_setting_value *value, tp_quantities *target,
                            tp_setting_list **lists, tp_faults *faults) {
    size_t n = 0;
    tp_setting_list *list = gather_list(setting, value, &n, lists, faults);
    bool right = list != NULL;
    for (size_t i = 0; i < n; i++) {
        bool one = value->text != NULL;
        tp_setting_value item = {one ? value->node : tp_node_at(value->node, i), list->items[i], list->places[i]};
        right = read_quantity(setting, &item, &list->quantities[i], faults) && right;
    }
    if (right) {
        *target = (tp_quantities){.n = n, .items = list->quantities, .places = list->places};
    }
}

tp_setting_list *tp_setting_list_copy(const char *const *items, const tp_place *places, size_t n,
                                      tp_setting_list **lists) {
    tp_setting_list *list = new_list(n > 0 ? n : 1, lists);
    size_t size = 1;
    for (size_t i = 0; i < n; i++) {
        size += strlen(items[i]) + 1;
    }
    char *at = list == NULL ? NULL : malloc(size);
    if (at == NULL) {
        return NULL;
    }
    list->owned = at;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(items[i]) + 1;
        list->items[i] = memcpy(at, items[i], length);
        list->places[i] = places[i];
        at += length;
    }
    return list;
}

void tp_setting_lists_free(tp_setting_list *lists) {
    while (lists != NULL) {
        tp_setting_list *next = lists->next;
        free(lists->items);
        free(lists->quantities);
        free(lists->places);
        free(lists->owned);
        free(lists);
        lists = next;
    }
}

/* ---------------------------------------------------------------- any kind */

void tp_setting_read(const tp_setting *setting, const tp_setting_value *value, void *target, tp_setting_list **lists,
                     tp_faults *faults) {
    switch (setting->kind) {
    case TP_SETTING_TEXT:
    case TP_SETTING_LAYER:
    case TP_SETTING_COLUMN:
    case TP_SETTING_PATH:
        read_text(setting, value, target, faults);
        break;
    case TP_SETTING_LAYERS:
    case TP_SETTING_COLUMNS:
    case TP_SETTING_PATHS:
        read_list(setting, value, target, lists, faults);
        break;
    case TP_SETTING_CONDITION:
        read_condition(setting, value, target, faults);
        break;
    case TP_SETTING_QUANTITY:
        (void)read_quantity(setting, value, target, faults);
        break;
    case TP_SETTING_QUANTITIES:
        read_quantities(setting, value, target, lists, faults);
        break;
    case TP_SETTING_INTEGER:
        read_integer(setting, value, target, faults);
        break;
    case TP_SETTING_NUMBER:
        read_number(setting, value, target, faults);
        break;
    case TP_SETTING_YES_NO:
        read_yes_no(setting, value, target, faults);
        break;
    case TP_SETTING_CHOICE:
        read_choice(setting, value, target, faults);
        break;
    case TP_SETTING_MAP:
        if (value->node == NULL || tp_node_get_kind(value->node) != TP_NODE_MAP) {
            tell_expected(setting, value, faults);
        } else {
            *(const tp_node **)target = value->node;
        }
        break;
    }
}

static void render_node(const tp_node *node, tp_text *line) {
    tp_node_kind kind = tp_node_get_kind(node);
    if (kind == TP_NODE_TEXT) {
        tp_text_add(line, "%s", tp_node_text(node));
        return;
    }
    tp_text_add(line, kind == TP_NODE_LIST ? "[" : "{");
    for (size_t i = 0; i < tp_node_count(node); i++) {
        tp_text_add(line, "%s", i == 0 ? "" : ", ");
        if (kind == TP_NODE_MAP) {
            tp_text_add(line, "%s: ", tp_node_key(node, i));
        }
        render_node(tp_node_at(node, i), line);
    }
    tp_text_add(line, kind == TP_NODE_LIST ? "]" : "}");
}

char *tp_setting_render(const tp_setting_value *value) {
    if (value->text != NULL) {
        return tp_text_copy(value->text);
    }
    tp_text line = {0};
    render_node(value->node, &line);
    char *copy = line.lost ? NULL : tp_text_copy(tp_text_get(&line));
    tp_text_reset(&line);
    return copy;
}
