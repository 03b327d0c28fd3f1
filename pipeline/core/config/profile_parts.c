/* What a criterion measures: its parts with their thresholds, and what is measured besides for the evidence. */
#include "core/config/profile_form.h"
#include "core/config/unknown_word.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PARTS_MAX = 100 };

/* ---------------------------------------------------------------- a measure */

bool tp_form_measure(const tp_node *node, const char **kind, const tp_node **settings, tp_faults *faults) {
    if (tp_node_get_kind(node) != TP_NODE_MAP || tp_node_count(node) != 1) {
        tp_faults_add_at(faults, tp_node_place(node), "a measure: expected { KIND: { settings } } with one kind");
        return false;
    }
    *kind = tp_node_key(node, 0);
    *settings = tp_node_at(node, 0);
    for (size_t i = 0; i < tp_node_count(*settings); i++) {
        const char *key = tp_node_get_kind(*settings) == TP_NODE_MAP ? tp_node_key(*settings, i) : "";
        if (strcmp(key, "of") == 0 || strcmp(key, "as") == 0) {
            tp_faults_add_at(faults, tp_node_key_place(*settings, i),
                             "key '%s' does not stand in a profile (its measures are of the sites and named by it)",
                             key);
        }
    }
    return true;
}

/* ---------------------------------------------------------------- parts */

static bool read_bound(const tp_node *node, const char *key, tp_quantity *bound, tp_faults *faults) {
    tp_error error = {0};
    if (tp_node_text(node) == NULL) {
        tp_faults_add_at(faults, tp_node_place(node), "%s: expected a number and its unit", key);
        return false;
    }
    if (tp_quantity_parse(tp_node_text(node), bound, &error) != TP_OK) {
        tp_faults_add_at(faults, tp_node_place(node), "%s: %s", key, error.message);
        return false;
    }
    return true;
}

/* Both bounds: what a band cannot be. */
static void check_band(const tp_node *least, const tp_node *most, tp_part *part, tp_faults *faults) {
    const tp_quantity *lower = &part->threshold, *upper = &part->upper;
    if (lower->dimension != upper->dimension || strcmp(lower->unit, upper->unit) != 0) {
        tp_faults_add_at(faults, tp_node_place(most), "at_most is in '%s', but at_least in '%s' (expected one unit)",
                         upper->unit, lower->unit);
    } else if (lower->value > upper->value) {
        tp_faults_add_at(faults, tp_node_place(most),
                         "at_least %s and at_most %s contradict each other: nothing lies between them",
                         tp_node_text(least), tp_node_text(most));
    }
    part->banded = true;
}

static void read_threshold(const tp_node *map, tp_part *part, tp_faults *faults) {
    const tp_node *least = tp_node_find(map, "at_least"), *most = tp_node_find(map, "at_most");
    if (least == NULL && most == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "no threshold (expected at_least: or at_most:, such as 30 min)");
        return;
    }
    bool right = true;
    part->comparison = least != NULL ? TP_AT_LEAST : TP_AT_MOST;
    if (least != NULL) {
        right = read_bound(least, "at_least", &part->threshold, faults);
    }
    if (most != NULL) {
        right = read_bound(most, "at_most", least == NULL ? &part->threshold : &part->upper, faults) && right;
    }
    if (right) {
        part->threshold_place = tp_node_place(least != NULL ? least : most);
    }
    if (right && least != NULL && most != NULL) {
        check_band(least, most, part, faults);
    }
}

/* Reads a part; `map` is the criterion itself where the part stands without a list. */
static void read_part(const tp_node *map, tp_part *part, tp_faults *faults) {
    const tp_node *measure = tp_node_find(map, "measure");
    part->place = tp_node_place(map);
    if (measure == NULL) {
        tp_faults_add_at(faults, part->place, "key 'measure' is missing (expected { KIND: { settings } })");
    } else if (tp_form_measure(measure, &part->kind, &part->settings, faults)) {
        part->place = tp_node_key_place(measure, 0);
    }
    read_threshold(map, part, faults);
    part->optional = tp_form_yes_no(map, "optional", false, false, faults);
}

static bool read_part_list(const tp_node *list, const char *key, tp_criterion *criterion, tp_faults *faults) {
    static const char *const known[] = {"measure", "at_least", "at_most", "optional"};
    size_t n = tp_node_count(list);
    if (tp_node_get_kind(list) != TP_NODE_LIST || n == 0 || n > PARTS_MAX) {
        tp_faults_add_at(faults, tp_node_place(list), "%s: expected a list of 1 to %d parts", key, PARTS_MAX);
        return true;
    }
    criterion->parts = calloc(n, sizeof *criterion->parts);
    if (criterion->parts == NULL) {
        tp_form_memory(faults);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const tp_node *node = tp_node_at(list, i);
        if (tp_form_is_map(node, "a part", faults)) {
            tp_form_keys(node, known, COUNT(known), faults);
            read_part(node, &criterion->parts[i], faults);
        }
    }
    criterion->n_parts = n;
    return true;
}

static bool read_single_part(const tp_node *map, tp_criterion *criterion, tp_faults *faults) {
    criterion->parts = calloc(1, sizeof *criterion->parts);
    if (criterion->parts == NULL) {
        tp_form_memory(faults);
        return false;
    }
    criterion->n_parts = 1;
    read_part(map, &criterion->parts[0], faults);
    return true;
}

/* What stands beside a list of parts but belongs into each of them. */
static void tell_strays(const tp_node *map, const char *list, tp_faults *faults) {
    static const char *const of_parts[] = {"at_least", "at_most", "optional"};
    for (size_t pair = 0; pair < tp_node_count(map); pair++) {
        for (size_t i = 0; i < COUNT(of_parts); i++) {
            if (strcmp(tp_node_key(map, pair), of_parts[i]) == 0) {
                tp_faults_add_at(faults, tp_node_key_place(map, pair), "%s stands beside %s (expected it in each part)",
                                 of_parts[i], list);
            }
        }
    }
}

/* ---------------------------------------------------------------- also */

static void read_also_entry(const tp_node *node, tp_criterion *criterion, size_t i, tp_faults *faults) {
    tp_also *also = &criterion->also[i];
    also->place = tp_node_place(node);
    if (tp_node_get_kind(node) != TP_NODE_MAP || tp_node_count(node) != 1) {
        tp_faults_add_at(faults, also->place, "also: expected NAME: { KIND: { settings } }");
        return;
    }
    const char *name = tp_node_key(node, 0);
    if (!tp_form_is_id(name)) {
        tp_faults_add_at(faults, also->place,
                         "also: '%s' is not a name (expected lower-case letters, digits and _, a letter first)", name);
    } else {
        also->name = name;
    }
    for (size_t j = 0; also->name != NULL && j < i; j++) {
        if (criterion->also[j].name != NULL && strcmp(criterion->also[j].name, name) == 0) {
            tp_faults_add_at(faults, also->place, "also: '%s' is used twice", name);
            also->name = NULL;
        }
    }
    (void)tp_form_measure(tp_node_at(node, 0), &also->kind, &also->settings, faults);
}

static bool read_also(const tp_node *list, tp_criterion *criterion, tp_faults *faults) {
    size_t n = tp_node_count(list);
    if (tp_node_get_kind(list) != TP_NODE_LIST || n == 0 || n > PARTS_MAX) {
        tp_faults_add_at(faults, tp_node_place(list), "also: expected a list of 1 to %d measures", PARTS_MAX);
        return true;
    }
    criterion->also = calloc(n, sizeof *criterion->also);
    if (criterion->also == NULL) {
        tp_form_memory(faults);
        return false;
    }
    criterion->n_also = n;
    for (size_t i = 0; i < n; i++) {
        read_also_entry(tp_node_at(list, i), criterion, i, faults);
    }
    return true;
}

/* ---------------------------------------------------------------- a criterion */

bool tp_form_parts(const tp_node *map, tp_criterion *criterion, tp_faults *faults) {
    static const struct {
        const char *key;
        tp_combine combine;
    } ways[] = {{"measure", TP_COMBINE_ALL},
                {"all", TP_COMBINE_ALL},
                {"any", TP_COMBINE_ANY},
                {"first", TP_COMBINE_FIRST},
                {"first_read", TP_COMBINE_FIRST}};
    size_t chosen = COUNT(ways);
    for (size_t i = 0; i < COUNT(ways); i++) {
        const tp_node *found = tp_node_find(map, ways[i].key);
        if (found != NULL && chosen < COUNT(ways)) {
            tp_faults_add_at(faults, tp_node_place(found), "%s and %s in one criterion (expected one of them)",
                             ways[chosen].key, ways[i].key);
        } else if (found != NULL) {
            chosen = i;
        }
    }
    const tp_node *also = tp_node_find(map, "also");
    if (also != NULL && !read_also(also, criterion, faults)) {
        return false;
    }
    if (chosen == COUNT(ways)) {
        tp_faults_add_at(faults, tp_node_place(map),
                         "nothing is measured (expected measure, all, any, first or first_read)");
        return true;
    }
    criterion->combine = ways[chosen].combine;
    criterion->first_read = strcmp(ways[chosen].key, "first_read") == 0;
    if (chosen == 0) {
        return read_single_part(map, criterion, faults);
    }
    tell_strays(map, ways[chosen].key, faults);
    return read_part_list(tp_node_find(map, ways[chosen].key), ways[chosen].key, criterion, faults);
}

/* ---------------------------------------------------------------- judging a part */

tp_verdict tp_part_compare(const tp_part *part, double threshold, double low, double high) {
    tp_verdict lower = tp_verdict_compare(low, high, part->comparison, threshold);
    if (!part->banded) {
        return lower;
    }
    tp_verdict both[] = {lower, tp_verdict_compare(low, high, TP_AT_MOST, part->upper.value)};
    return tp_verdict_all(both, 2);
}

double tp_part_margin(const tp_part *part, double threshold, double value, tp_comparison *comparison, double *bound) {
    double margin = tp_verdict_margin(value, part->comparison, threshold);
    double above = part->banded ? tp_verdict_margin(value, TP_AT_MOST, part->upper.value) : INFINITY;
    bool upper = above < margin;
    if (comparison != NULL) {
        *comparison = upper ? TP_AT_MOST : part->comparison;
    }
    if (bound != NULL) {
        *bound = upper ? part->upper.value : threshold;
    }
    return upper ? above : margin;
}
