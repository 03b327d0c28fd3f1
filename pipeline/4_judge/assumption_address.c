/* Which assumption a configuration means by `mother_city`, `mother_city.within` or `mother_city.population`. */
#include "4_judge/assumption.h"

#include "core/config/number.h"
#include "core/config/unknown_word.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KNOWN_MAX = 64 };

/* "threshold (min), within (min), population": what a criterion can be asked for. */
static void write_names(const tp_assumptions *all, size_t criterion, tp_text *text) {
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *of = &all->items[i];
        bool again = of->criterion != criterion;
        for (size_t k = 0; k < i && !again; k++) {
            again = all->items[k].criterion == criterion && strcmp(all->items[k].name, of->name) == 0 &&
                    strcmp(all->items[k].unit, of->unit) == 0;
        }
        if (!again) {
            tp_text_add(text, "%s%s%s%s%s", text->size == 0 ? "" : ", ", of->name, of->unit[0] == '\0' ? "" : " (",
                        of->unit, of->unit[0] == '\0' ? "" : ")");
        }
    }
}

static bool find_criterion(const tp_profile *profile, const char *address, size_t size, tp_place place,
                           size_t *criterion, tp_faults *faults) {
    const char *known[KNOWN_MAX];
    size_t n = 0;
    for (size_t c = 0; c < profile->n_criteria; c++) {
        const char *id = profile->criteria[c].id;
        if (id == NULL) {
            continue;
        }
        if (strlen(id) == size && memcmp(id, address, size) == 0) {
            *criterion = c;
            return true;
        }
        if (n < KNOWN_MAX) {
            known[n++] = id;
        }
    }
    char *word = tp_text_format("%.*s", (int)size, address);
    if (word != NULL) {
        tp_unknown_word(faults, place, "criterion", word, known, n);
    }
    free(word);
    return false;
}

/* Whether the two may be set to one value together: the same thing in different parts. */
static bool belongs(const tp_assumption *to, const tp_assumption *other) {
    return other->kind == to->kind && other->criterion == to->criterion && strcmp(other->name, to->name) == 0 &&
           strcmp(other->unit, to->unit) == 0;
}

/* Makes `assumption` from the item and all that belong to it. */
static bool gather(const tp_assumptions *all, size_t item, const char *address, tp_place place,
                   tp_assumption *assumption, tp_faults *faults) {
    *assumption = all->items[item];
    assumption->name = tp_text_copy(all->items[item].name);
    if (assumption->name == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return false;
    }
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *other = &all->items[i];
        if (i == item || !belongs(assumption, other)) {
            continue;
        }
        for (size_t p = 0; p < TP_PARTS_MAX; p++) {
            if (other->parts[p] && assumption->parts[p]) {
                tp_faults_add_at(faults, place, "'%s': %s is compared with several numbers in one condition", address,
                                 assumption->name);
                free(assumption->name);
                assumption->name = NULL;
                return false;
            }
            assumption->parts[p] |= other->parts[p];
        }
        assumption->value = NAN;
    }
    return true;
}

static bool unit_fits(const tp_assumption *assumption, const tp_quantity *quantity) {
    return assumption->dimension == quantity->dimension &&
           (quantity->dimension != TP_DIMENSION_COUNT || strcmp(assumption->unit, quantity->unit) == 0);
}

/*
 * The item that a bare criterion or `criterion.threshold` means: the threshold with the value's unit; for a count that no
 * threshold has, the number that its conditions compare with, if they compare one column only.
 */
static size_t find_threshold(const tp_assumptions *all, size_t criterion, const char *value, bool bare, bool upper) {
    tp_quantity quantity;
    size_t column = all->n;
    if (tp_quantity_parse(value, &quantity, NULL) != TP_OK) {
        return all->n;
    }
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *of = &all->items[i];
        if (of->criterion != criterion) {
            continue;
        }
        if (of->kind == TP_ASSUMED_THRESHOLD && of->upper == upper && unit_fits(of, &quantity)) {
            return i;
        }
        if (of->kind == TP_ASSUMED_CONDITION && bare && quantity.dimension == TP_DIMENSION_COUNT) {
            if (column < all->n && strcmp(all->items[column].name, of->name) != 0) {
                return all->n;
            }
            column = i;
        }
    }
    return column;
}

static void tell_thresholds(const tp_profile *profile, const tp_assumptions *all, size_t criterion, const char *value,
                            tp_place place, tp_faults *faults) {
    tp_text text = {0};
    tp_error error = {0};
    tp_quantity quantity;
    for (size_t i = 0; i < all->n; i++) {
        const tp_assumption *of = &all->items[i];
        if (of->criterion == criterion && of->kind == TP_ASSUMED_THRESHOLD) {
            tp_text_add(&text, "%s", text.size == 0 ? "" : " or ");
            tp_text_add_number(&text, of->value, 6);
            tp_text_add(&text, " %s", of->unit);
        }
    }
    if (tp_quantity_parse(value, &quantity, &error) != TP_OK) {
        tp_faults_add_at(faults, place, "%s: %s", profile->criteria[criterion].id, error.message);
    } else {
        tp_faults_add_at(faults, place, "'%s' is not in the unit of %s (its threshold is %s)", value,
                         profile->criteria[criterion].id, text.size == 0 ? "not judged" : tp_text_get(&text));
    }
    tp_text_reset(&text);
}

static void tell_names(const tp_profile *profile, const tp_assumptions *all, size_t criterion, const char *name,
                       tp_place place, tp_faults *faults) {
    tp_text text = {0};
    write_names(all, criterion, &text);
    tp_faults_add_at(faults, place, "criterion '%s' has no number called '%s' (it has: %s)",
                     profile->criteria[criterion].id, name, text.size == 0 ? "none" : tp_text_get(&text));
    tp_text_reset(&text);
}

bool tp_assumption_address(const tp_profile *profile, const tp_assumptions *all, const char *address, tp_place place,
                           const char *value, tp_place value_place, tp_assumption *assumption, tp_faults *faults) {
    size_t size = strcspn(address, "."), criterion = 0, item = all->n;
    *assumption = (tp_assumption){0};
    if (!find_criterion(profile, address, size, place, &criterion, faults)) {
        return false;
    }
    const char *name = address[size] == '.' ? address + size + 1 : NULL;
    bool upper = name != NULL && strcmp(name, "upper") == 0;
    if (name == NULL || upper || strcmp(name, "threshold") == 0) {
        item = find_threshold(all, criterion, value, name == NULL, upper);
        if (item == all->n) {
            tell_thresholds(profile, all, criterion, value, value_place, faults);
            return false;
        }
    }
    for (size_t i = 0; item == all->n && i < all->n; i++) {
        const tp_assumption *of = &all->items[i];
        if (of->criterion == criterion && of->kind != TP_ASSUMED_THRESHOLD && strcmp(of->name, name) == 0) {
            item = i;
        }
    }
    if (item == all->n) {
        tell_names(profile, all, criterion, name, place, faults);
        return false;
    }
    return gather(all, item, address, place, assumption, faults);
}

/* A number that a condition compares with stands there without a unit; with a noun it reads better. */
static bool read_plain(const char *text, double *value) {
    tp_quantity quantity;
    if (tp_number_read(text, value)) {
        return isfinite(*value);
    }
    if (tp_quantity_parse(text, &quantity, NULL) == TP_OK && quantity.dimension == TP_DIMENSION_COUNT) {
        *value = quantity.value;
        return true;
    }
    return false;
}

static bool within_bounds(const tp_assumption *assumption, double value) {
    const tp_setting *setting = assumption->kind == TP_ASSUMED_SETTING ? assumption->setting : NULL;
    return setting == NULL || (setting->min == 0 && setting->max == 0) ||
           (value >= setting->min && value <= setting->max);
}

bool tp_assumption_read(const tp_profile *profile, const tp_assumption *assumption, const char *text, tp_place place,
                        double *value, tp_faults *faults) {
    const char *id = profile->criteria[assumption->criterion].id;
    tp_quantity quantity;
    tp_error error = {0};
    bool plain = assumption->kind == TP_ASSUMED_CONDITION || assumption->dimension == TP_DIMENSION_NONE;
    if (plain) {
        if (!read_plain(text, value)) {
            tp_faults_add_at(faults, place, "%s.%s: expected a number, found '%s'", id, assumption->name, text);
            return false;
        }
    } else if (tp_quantity_parse(text, &quantity, &error) != TP_OK) {
        tp_faults_add_at(faults, place, "%s.%s: %s", id, assumption->name, error.message);
        return false;
    } else if (!unit_fits(assumption, &quantity)) {
        tp_faults_add_at(faults, place, "%s.%s: '%s' is not in its unit (expected %s)", id, assumption->name, text,
                         assumption->unit);
        return false;
    } else {
        *value = quantity.value;
    }
    if (!within_bounds(assumption, *value)) {
        tp_faults_add_at(faults, place, "%s.%s: '%s' is out of bounds (expected %g to %g %s)", id, assumption->name,
                         text, assumption->setting->min, assumption->setting->max, assumption->unit);
        return false;
    }
    return true;
}
