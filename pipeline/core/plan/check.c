/* Needs and adds: whether each step finds the layers and columns it works on, before anything is read. */
#include "plan_parts.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_EXPANSIONS = 64 };

/* The texts that stand for {key}: the step's name for its `as`, else the setting's text or list. 0: not written. */
static size_t values_of(const tp_step *step, const char *key, size_t size, const char *values[MOST_EXPANSIONS]) {
    const tp_stage *stage = step->stage;
    if (stage->as_key != NULL && strlen(stage->as_key) == size && memcmp(stage->as_key, key, size) == 0) {
        values[0] = step->name;
        return 1;
    }
    for (size_t i = 0; i < stage->n_settings; i++) {
        const tp_setting *setting = &stage->settings[i];
        if (strlen(setting->key) != size || memcmp(setting->key, key, size) != 0 || step->options.values == NULL) {
            continue;
        }
        const char *at = (const char *)step->options.values + setting->offset;
        if (setting->kind == TP_SETTING_LAYERS || setting->kind == TP_SETTING_PATHS ||
            setting->kind == TP_SETTING_COLUMNS) {
            tp_texts list;
            memcpy(&list, at, sizeof list);
            size_t n = list.n < MOST_EXPANSIONS ? list.n : MOST_EXPANSIONS;
            for (size_t k = 0; k < n; k++) {
                values[k] = list.items[k];
            }
            return n;
        }
        const char *text;
        memcpy(&text, at, sizeof text);
        values[0] = text;
        return text == NULL ? 0 : 1;
    }
    return 0;
}

/* Replaces the first {key} of `pattern` by each of its values in turn, and so on for the rest; calls back with each. */
static void expand(const tp_step *step, const char *pattern, void (*found)(void *user, const char *text), void *user) {
    const char *open = strchr(pattern, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    if (close == NULL) {
        found(user, pattern);
        return;
    }
    const char *values[MOST_EXPANSIONS];
    size_t n = values_of(step, open + 1, (size_t)(close - open - 1), values);
    for (size_t i = 0; i < n; i++) {
        char *text = tp_text_format("%.*s%s%s", (int)(open - pattern), pattern, values[i], close + 1);
        if (text != NULL) {
            expand(step, text, found, user);
        }
        free(text);
    }
}

typedef struct column_check {
    tp_plan *plan;
    const tp_step *step;
    const tp_stage_column *column;
    const char *layer;
    tp_faults *faults;
} column_check;

/* The place of the setting whose {key} the pattern holds, else of the entry. */
static tp_place place_of(const tp_step *step, const char *pattern) {
    const char *open = strchr(pattern, '{');
    const char *close = open == NULL ? NULL : strchr(open, '}');
    char key[64] = "";
    if (close != NULL && (size_t)(close - open) < sizeof key) {
        memcpy(key, open + 1, (size_t)(close - open - 1));
    }
    if (key[0] == '\0' || step->options.values == NULL) {
        return step->place;
    }
    return tp_options_place(&step->options, step->stage->settings, key, step->place);
}

static bool type_fits(tp_type wanted, tp_type found) {
    return wanted == found || (wanted == TP_TYPE_DOUBLE && found == TP_TYPE_INT64) || wanted == TP_TYPE_TEXT;
}

static void need_column(void *user, const char *name) {
    column_check *check = user;
    const tp_head *head = tp_schema_find(&check->plan->schema, check->layer);
    const tp_field *field = tp_head_field(head, name);
    if (field == NULL) {
        tp_faults_add_code_at(check->faults, TP_E_DATA, place_of(check->step, check->column->name),
                              "layer %s has no column '%s', which %s needs (%s)", check->layer, name,
                              check->step->implied_by != NULL ? check->step->implied_by : check->step->stage->name,
                              check->column->help);
    } else if (!type_fits(check->column->type, field->type)) {
        tp_faults_add_code_at(check->faults, TP_E_DATA, place_of(check->step, check->column->name),
                              "column '%s' of layer %s holds %s, but %s needs numbers", name, check->layer,
                              tp_type_text(field->type), check->step->stage->name);
    }
}

static void need_layer(void *user, const char *layer) {
    column_check *check = user;
    if (tp_schema_find(&check->plan->schema, layer) == NULL) {
        if (tp_plan_reads(check->plan, layer)) {
            return; /* its file has a fault of its own, which is already said */
        }
        if (check->step->implied_by == NULL) {
            tp_faults_add_at(check->faults, place_of(check->step, check->column->layer), "layer '%s' is not read",
                             layer);
        }
        return; /* a criterion without its layer is unknown; the plan has warned */
    }
    if (check->column->name == NULL) {
        return;
    }
    check->layer = layer;
    expand(check->step, check->column->name, need_column, check);
}

static void add_field(void *user, const char *name) {
    column_check *check = user;
    bool shared = strchr(check->column->layer, '{') == NULL; /* a table of a fixed name, for all steps of its stage */
    const tp_head *head = tp_schema_find(&check->plan->schema, check->layer);
    if (shared && head != NULL && tp_head_field(head, name) != NULL) {
        return;
    }
    tp_plan_add_field(check->plan, check->step, check->layer, name, check->column->type, check->column->unit,
                      check->column->help, check->faults);
}

static void add_to_layer(void *user, const char *layer) {
    column_check *check = user;
    check->layer = layer;
    expand(check->step, check->column->name, add_field, check);
}

void tp_plan_add_field(tp_plan *plan, const tp_step *step, const char *layer, const char *name, tp_type type,
                       const char *unit, const char *help, tp_faults *faults) {
    tp_head *head = tp_schema_find(&plan->schema, layer);
    if (head == NULL) {
        return;
    }
    if (tp_head_field(head, name) != NULL) {
        tp_faults_add_at(faults, step->place, "%s would add a column '%s' to layer %s, which already has one",
                         step->stage->name, name, layer);
        return;
    }
    tp_error error = {0};
    if (tp_head_add_field(head, name, type, unit, help, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
}

void tp_plan_check_condition(const tp_plan *plan, const tp_step *step, const char *key, const char *layer,
                             tp_faults *faults) {
    const char *texts[MOST_EXPANSIONS];
    const tp_head *head = tp_schema_find(&plan->schema, layer);
    if (step->options.values == NULL || head == NULL || values_of(step, key, strlen(key), texts) == 0) {
        return;
    }
    tp_condition *condition = NULL;
    if (tp_condition_parse(texts[0], &condition, NULL) != TP_OK) {
        return; /* the settings' table has said so */
    }
    tp_head_check_condition(head, condition, tp_options_place(&step->options, step->stage->settings, key, step->place),
                            faults);
    tp_condition_free(condition);
}

bool tp_plan_has(const tp_plan *plan, tp_phase phase, const char *stage) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_stage *found = plan->steps[i]->stage;
        if (found->phase == phase && strcmp(found->name, stage) == 0) {
            return true;
        }
    }
    return false;
}

static void check_step(tp_plan *plan, tp_step *step, tp_faults *faults) {
    const tp_stage *stage = step->stage;
    if (step->options.values == NULL) {
        return;
    }
    column_check check = {.plan = plan, .step = step, .faults = faults};
    for (size_t i = 0; i < stage->n_needs; i++) {
        check.column = &stage->needs[i];
        expand(step, check.column->layer, need_layer, &check);
    }
    if (stage->check != NULL) {
        stage->check(step, plan, faults);
    }
    bool published = step->implied_by == NULL;
    for (size_t i = 0; published && i < stage->n_adds; i++) {
        check.column = &stage->adds[i];
        expand(step, check.column->layer, add_to_layer, &check);
    }
}

/* A step that the plan added, and for which nothing is left to do. */
static bool is_idle(const tp_plan *plan, const tp_step *step) {
    return step->owned_node != NULL && step->stage->wanted != NULL && !step->stage->wanted(step, plan);
}

void tp_plan_check(tp_plan *plan, tp_faults *faults) {
    for (size_t i = 0; i < plan->n_steps;) {
        tp_step *step = plan->steps[i];
        if (is_idle(plan, step)) {
            plan->n_steps--;
            memmove(&plan->steps[i], &plan->steps[i + 1], sizeof(tp_step *) * (plan->n_steps - i));
            tp_plan_free_step(step);
        } else {
            check_step(plan, step, faults);
            i++;
        }
    }
}
