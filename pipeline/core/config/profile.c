/* Reading a profile and checking its form. What a criterion measures is in profile_parts.c. */
#include "technopolis/profile.h"

#include "core/config/profile_form.h"
#include "core/config/unknown_word.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------------------- small checks */

void tp_form_memory(tp_faults *faults) {
    tp_error error = {0};
    (void)tp_error_memory(&error);
    tp_faults_add_error(faults, &error);
}

bool tp_form_is_map(const tp_node *node, const char *what, tp_faults *faults) {
    if (tp_node_get_kind(node) == TP_NODE_MAP) {
        return true;
    }
    tp_faults_add_at(faults, tp_node_place(node), "%s: expected a map, found a %s", what,
                     tp_node_get_kind(node) == TP_NODE_LIST ? "list" : "text");
    return false;
}

void tp_form_keys(const tp_node *map, const char *const *known, size_t n, tp_faults *faults) {
    for (size_t pair = 0; pair < tp_node_count(map); pair++) {
        size_t i = 0;
        while (i < n && strcmp(known[i], tp_node_key(map, pair)) != 0) {
            i++;
        }
        if (i == n) {
            tp_unknown_word(faults, tp_node_key_place(map, pair), "key", tp_node_key(map, pair), known, n);
        }
    }
}

const char *tp_form_text(const tp_node *map, const char *key, tp_faults *faults) {
    const tp_node *node = tp_node_find(map, key);
    if (node == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "key '%s' is missing (expected a text)", key);
        return NULL;
    }
    const char *text = tp_node_text(node);
    if (text == NULL || text[0] == '\0') {
        tp_faults_add_at(faults, tp_node_place(node), "%s: expected a text", key);
        return NULL;
    }
    return text;
}

bool tp_form_is_id(const char *text) {
    return text[0] >= 'a' && text[0] <= 'z' && text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

const char *tp_form_id(const tp_node *map, const char *key, tp_faults *faults) {
    const char *text = tp_form_text(map, key, faults);
    if (text != NULL && !tp_form_is_id(text)) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(map, key)),
                         "%s: '%s' is not an id (expected lower-case letters, digits and _, a letter first)", key,
                         text);
        return NULL;
    }
    return text;
}

void tp_form_titles(const tp_node *map, const char **title_en, const char **title_ja, tp_faults *faults) {
    static const char *const known[] = {"en", "ja"};
    const tp_node *title = tp_node_find(map, "title");
    if (title == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "key 'title' is missing (expected { en: …, ja: … })");
    } else if (tp_form_is_map(title, "title", faults)) {
        tp_form_keys(title, known, COUNT(known), faults);
        *title_en = tp_form_text(title, "en", faults);
        *title_ja = tp_form_text(title, "ja", faults);
    }
}

bool tp_form_yes_no(const tp_node *map, const char *key, bool required, bool fallback, tp_faults *faults) {
    const tp_node *node = tp_node_find(map, key);
    if (node == NULL) {
        if (required) {
            tp_faults_add_at(faults, tp_node_place(map), "key '%s' is missing (expected yes or no)", key);
        }
        return fallback;
    }
    const char *text = tp_node_text(node) == NULL ? "" : tp_node_text(node);
    bool yes = strcasecmp(text, "yes") == 0 || strcasecmp(text, "true") == 0;
    if (!yes && strcasecmp(text, "no") != 0 && strcasecmp(text, "false") != 0) {
        tp_faults_add_at(faults, tp_node_place(node), "%s: expected yes or no, found '%s'", key, text);
        return fallback;
    }
    return yes;
}

/* ---------------------------------------------------------------- columns */

typedef struct added_column {
    char *name;
    size_t criterion; /* its number from 1; 0: a column that `sites` has anyway */
} added_column;

static int compare_columns(const void *a, const void *b) {
    const added_column *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->criterion > right->criterion) - (left->criterion < right->criterion);
}

static void tell_repeated_columns(const tp_profile *profile, added_column *columns, size_t n, tp_faults *faults) {
    qsort(columns, n, sizeof *columns, compare_columns);
    for (size_t i = 1; i < n; i++) {
        if (columns[i].criterion > 0 && strcmp(columns[i - 1].name, columns[i].name) == 0) {
            const tp_criterion *criterion = &profile->criteria[columns[i].criterion - 1];
            tp_faults_add_at(faults, criterion->place,
                             "criterion '%s' would add the column '%s' to sites, which is there already (expected "
                             "another id or name)",
                             criterion->id, columns[i].name);
        }
    }
}

void tp_form_columns(const tp_profile *profile, tp_faults *faults) {
    static const char *const fixed[] = {
        "site_id",           "name",    "name_ja",      "prefecture_code",  "prefecture_name",
        "prefecture_method", "verdict", "criteria_met", "criteria_not_met", "criteria_unknown"};
    static const char *const endings[] = {"verdict", "value", "margin", "evidence", "method"};
    size_t n = 0, room = COUNT(fixed);
    bool lost = false;
    for (size_t i = 0; i < profile->n_criteria; i++) {
        room += COUNT(endings) + profile->criteria[i].n_also;
    }
    added_column *columns = calloc(room, sizeof *columns);
    if (columns == NULL) {
        tp_form_memory(faults);
        return;
    }
    for (size_t i = 0; i < COUNT(fixed); i++) {
        columns[n++] = (added_column){.name = tp_text_copy(fixed[i])};
    }
    for (size_t i = 0; i < profile->n_criteria; i++) {
        const tp_criterion *criterion = &profile->criteria[i];
        for (size_t j = 0; criterion->id != NULL && j < COUNT(endings) + criterion->n_also; j++) {
            const char *ending = j < COUNT(endings) ? endings[j] : criterion->also[j - COUNT(endings)].name;
            if (ending != NULL) {
                columns[n++] = (added_column){tp_text_format("%s_%s", criterion->id, ending), i + 1};
            }
        }
    }
    for (size_t i = 0; i < n; i++) {
        lost = lost || columns[i].name == NULL;
    }
    if (lost) {
        tp_form_memory(faults);
    } else {
        tell_repeated_columns(profile, columns, n, faults);
    }
    for (size_t i = 0; i < n; i++) {
        free(columns[i].name);
    }
    free(columns);
}

/* ---------------------------------------------------------------- criteria */

/* Forgets an id that an earlier criterion has, so that its columns are not told as well. */
static void check_id(tp_profile *profile, const tp_node *node, tp_faults *faults) {
    tp_criterion *criterion = &profile->criteria[profile->n_criteria];
    for (size_t i = 0; criterion->id != NULL && i < profile->n_criteria; i++) {
        const tp_criterion *earlier = &profile->criteria[i];
        if (earlier->id != NULL && strcmp(earlier->id, criterion->id) == 0) {
            tp_faults_add_at(faults, tp_node_place(tp_node_find(node, "id")),
                             "id: '%s' is used twice (first in line %d)", criterion->id, earlier->place.line);
            criterion->id = NULL;
        }
    }
}

static bool read_criterion(tp_profile *profile, const tp_node *node, tp_faults *faults) {
    static const char *const known[] = {"id",       "title", "source", "required", "measure",    "at_least", "at_most",
                                        "optional", "all",   "any",    "first",    "first_read", "also"};
    tp_criterion *criterion = &profile->criteria[profile->n_criteria];
    criterion->place = tp_node_place(node);
    bool going = true;
    if (tp_form_is_map(node, "a criterion", faults)) {
        tp_form_keys(node, known, COUNT(known), faults);
        criterion->id = tp_form_id(node, "id", faults);
        check_id(profile, node, faults);
        tp_form_titles(node, &criterion->title_en, &criterion->title_ja, faults);
        criterion->source = tp_form_text(node, "source", faults);
        criterion->required = tp_form_yes_no(node, "required", true, false, faults);
        going = tp_form_parts(node, criterion, faults);
    }
    profile->n_criteria++;
    return going;
}

static void read_criteria(tp_profile *profile, tp_faults *faults) {
    enum { CRITERIA_MAX = 1000 };
    const tp_node *list = tp_node_find(profile->root, "criteria");
    if (list == NULL) {
        tp_faults_add_at(faults, tp_node_place(profile->root), "key 'criteria' is missing (expected a list)");
        return;
    }
    size_t n = tp_node_count(list);
    if (tp_node_get_kind(list) != TP_NODE_LIST || n == 0 || n > CRITERIA_MAX) {
        tp_faults_add_at(faults, tp_node_place(list), "criteria: expected a list of 1 to %d criteria", CRITERIA_MAX);
        return;
    }
    profile->criteria = calloc(n, sizeof *profile->criteria);
    if (profile->criteria == NULL) {
        tp_form_memory(faults);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!read_criterion(profile, tp_node_at(list, i), faults)) {
            return;
        }
    }
    tp_form_columns(profile, faults);
}

/* ---------------------------------------------------------------- a profile */

static void read_profile(tp_profile *profile, tp_faults *faults) {
    static const char *const known[] = {"id", "title", "criteria"};
    if (tp_form_is_map(profile->root, "a profile", faults)) {
        tp_form_keys(profile->root, known, COUNT(known), faults);
        profile->id = tp_form_id(profile->root, "id", faults);
        tp_form_titles(profile->root, &profile->title_en, &profile->title_ja, faults);
        read_criteria(profile, faults);
    }
}

/* Moves what was found to the caller's list; the code is that of what was found. */
static tp_code hand_over(tp_faults *found, tp_faults *faults) {
    tp_code code = tp_faults_code(found);
    for (size_t i = 0; i < found->n; i++) {
        tp_faults_add_fault(faults, &found->items[i]);
    }
    if (found->lost) {
        tp_form_memory(faults);
    }
    tp_faults_reset(found);
    return code;
}

tp_code tp_profile_read(const char *path, const char *name, tp_profile **profile, tp_faults *faults) {
    tp_faults found = {0};
    *profile = NULL;
    tp_profile *made = calloc(1, sizeof *made);
    if (made == NULL || (made->file = tp_text_copy(path)) == NULL) {
        tp_form_memory(&found);
    } else if (tp_node_load(path, name, &made->root, &found) == TP_OK) {
        read_profile(made, &found);
        *profile = made;
        made = NULL;
    }
    tp_profile_free(made);
    return hand_over(&found, faults);
}

tp_code tp_profile_load(const char *path, const char *name, tp_profile **profile, tp_faults *faults) {
    tp_code code = tp_profile_read(path, name, profile, faults);
    if (code != TP_OK) {
        tp_profile_free(*profile);
        *profile = NULL;
    }
    return code;
}

void tp_profile_free(tp_profile *profile) {
    if (profile == NULL) {
        return;
    }
    for (size_t i = 0; i < profile->n_criteria; i++) {
        tp_criterion *criterion = &profile->criteria[i];
        for (size_t j = 0; j < criterion->n_parts; j++) {
            free(criterion->parts[j].measure_name);
        }
        for (size_t j = 0; j < criterion->n_also; j++) {
            free(criterion->also[j].measure_name);
        }
        free(criterion->parts);
        free(criterion->also);
    }
    free(profile->criteria);
    tp_node_free(profile->root);
    free(profile->file);
    free(profile);
}
