/* The numbers on which verdicts rest: see assumption.h. Addressing one by name: assumption_address.c. */
#include "4_judge/assumption.h"

#include "technopolis/condition.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tp_assumptions_reset(tp_assumptions *assumptions) {
    for (size_t i = 0; i < assumptions->n; i++) {
        free(assumptions->items[i].name);
    }
    free(assumptions->items);
    *assumptions = (tp_assumptions){0};
}

/* Adds a part to the assumption that is equal to `like`, or a new one. */
static tp_code add(tp_assumptions *found, const tp_assumption *like, size_t part, tp_error *error) {
    for (size_t i = 0; i < found->n; i++) {
        tp_assumption *other = &found->items[i];
        if (other->kind == like->kind && other->criterion == like->criterion && other->value == like->value &&
            strcmp(other->name, like->name) == 0 && strcmp(other->unit, like->unit) == 0) {
            other->parts[part] = 1;
            other->written = other->written || like->written;
            return TP_OK;
        }
    }
    tp_assumption *items = realloc(found->items, (found->n + 1) * sizeof *items);
    char *name = tp_text_copy(like->name);
    if (items != NULL) {
        found->items = items;
    }
    if (items == NULL || name == NULL) {
        free(name);
        return tp_error_memory(error);
    }
    items[found->n] = *like;
    items[found->n].name = name;
    items[found->n++].parts[part] = 1;
    return TP_OK;
}

static tp_code add_condition(tp_assumptions *found, tp_assumption like, const char *text, size_t part,
                             tp_error *error) {
    tp_condition *condition = NULL;
    tp_code code = tp_condition_parse(text, &condition, error);
    for (size_t i = 0; code == TP_OK && i < tp_condition_count(condition); i++) {
        if (tp_condition_ordered(condition, i, &like.value)) {
            char *column = tp_text_copy(tp_condition_column(condition, i));
            like.kind = TP_ASSUMED_CONDITION;
            like.name = column;
            code = column == NULL ? tp_error_memory(error) : add(found, &like, part, error);
            free(column);
        }
    }
    tp_condition_free(condition);
    return code;
}

static tp_code add_setting(tp_assumptions *found, tp_assumption like, const void *at, size_t part, tp_error *error) {
    char key[64] = "";
    (void)strncat(key, like.setting->key, sizeof key - 1);
    like.kind = TP_ASSUMED_SETTING;
    like.name = key;
    like.dimension = like.setting->dimension;
    if (like.setting->kind == TP_SETTING_QUANTITY) {
        const tp_quantity *quantity = at;
        memcpy(like.unit, quantity->unit, sizeof like.unit);
        like.value = quantity->value;
        return quantity->unit[0] == '\0' ? TP_OK : add(found, &like, part, error);
    }
    if (like.setting->kind == TP_SETTING_NUMBER) {
        memcpy(&like.value, at, sizeof like.value);
        return add(found, &like, part, error);
    }
    return TP_OK;
}

/* The settings of a part's measure as the plan has filled them. */
static tp_code add_settings(tp_assumptions *found, size_t criterion, const tp_part *part, size_t number,
                            tp_error *error) {
    const tp_stage *stage = part->kind == NULL ? NULL : tp_stage_find(TP_MEASURE, part->kind);
    tp_options options = {0};
    tp_faults faults = {0};
    tp_code code = TP_OK;
    if (stage == NULL || part->settings == NULL ||
        tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, part->settings, part->place,
                        TP_ORIGIN_PROFILE, &options, &faults) != TP_OK) {
        tp_faults_reset(&faults); /* whoever plans has said what is wrong */
        tp_options_reset(&options);
        return TP_OK;
    }
    for (size_t i = 0; i < stage->n_settings && code == TP_OK; i++) {
        const char *at = (const char *)options.values + stage->settings[i].offset;
        tp_assumption like = {.criterion = criterion,
                              .setting = &stage->settings[i],
                              .written = tp_node_find(part->settings, stage->settings[i].key) != NULL};
        const char *text = NULL;
        if (stage->settings[i].kind == TP_SETTING_CONDITION) {
            memcpy(&text, at, sizeof text);
            code = text == NULL ? TP_OK : add_condition(found, like, text, number, error);
        } else {
            code = add_setting(found, like, at, number, error);
        }
    }
    tp_options_reset(&options);
    tp_faults_reset(&faults);
    return code;
}

/* The threshold of a part, or the upper bound of its band. */
static tp_code add_threshold(tp_assumptions *found, size_t criterion, const tp_part *part, size_t number, bool upper,
                             tp_error *error) {
    char name[16] = "threshold";
    const tp_quantity *threshold = upper ? &part->upper : &part->threshold;
    if (part->left_out || threshold->unit[0] == '\0') { /* none: a fault, which the plan tells */
        return TP_OK;
    }
    if (upper) {
        memcpy(name, "upper", sizeof "upper");
    }
    tp_assumption like = {.kind = TP_ASSUMED_THRESHOLD,
                          .criterion = criterion,
                          .upper = upper,
                          .name = name,
                          .dimension = threshold->dimension,
                          .value = threshold->value,
                          .written = true};
    memcpy(like.unit, threshold->unit, sizeof like.unit);
    return add(found, &like, number, error);
}

tp_code tp_assumptions_find(const tp_profile *profile, tp_assumptions *found, tp_error *error) {
    tp_code code = TP_OK;
    *found = (tp_assumptions){0};
    for (size_t c = 0; c < profile->n_criteria && code == TP_OK; c++) {
        const tp_criterion *criterion = &profile->criteria[c];
        for (size_t p = 0; p < criterion->n_parts && code == TP_OK; p++) {
            code = add_threshold(found, c, &criterion->parts[p], p, false, error);
            if (code == TP_OK && criterion->parts[p].banded) {
                code = add_threshold(found, c, &criterion->parts[p], p, true, error);
            }
        }
        for (size_t p = 0; p < criterion->n_parts && code == TP_OK; p++) {
            const tp_part *part = &criterion->parts[p];
            code = part->left_out ? TP_OK : add_settings(found, c, part, p, error);
        }
    }
    if (code != TP_OK) {
        tp_assumptions_reset(found);
    }
    return code;
}

char *tp_assumption_condition(const tp_assumption *assumption, const tp_part *part, double value) {
    const tp_node *node = tp_node_find(part->settings, assumption->setting->key);
    const char *text = node == NULL ? assumption->setting->fallback : tp_node_text(node);
    char *made = text == NULL ? NULL : tp_text_copy(text);
    tp_condition *condition = NULL;
    for (size_t i = 0; made != NULL; i++) {
        if (tp_condition_parse(made, &condition, NULL) != TP_OK || i >= tp_condition_count(condition)) {
            break;
        }
        double number;
        bool meant = tp_condition_ordered(condition, i, &number) &&
                     strcmp(tp_condition_column(condition, i), assumption->name) == 0 &&
                     (isnan(assumption->value) || number == assumption->value);
        if (meant) {
            free(made);
            made = tp_condition_with_number(condition, i, value);
        }
        tp_condition_free(condition);
        condition = NULL;
    }
    tp_condition_free(condition);
    return made;
}
