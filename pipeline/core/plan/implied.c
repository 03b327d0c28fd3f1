/* Steps that no configuration names: what stages ask for themselves (see tp_stage.for_every_layer and .implied). */
#include "plan_parts.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* The map that a read entry gives under the key that a stage waits for, or NULL. */
static const tp_node *map_for(const tp_step *read, const char *key) {
    for (size_t i = 0; i < read->stage->n_settings && read->options.values != NULL; i++) {
        const tp_setting *setting = &read->stage->settings[i];
        if (setting->kind == TP_SETTING_MAP && strcmp(setting->key, key) == 0) {
            const tp_node *map;
            memcpy(&map, (const char *)read->options.values + setting->offset, sizeof map);
            return map;
        }
    }
    return NULL;
}

/* A step with the settings of a map, its layer that of the read entry. */
static void add_with_map(tp_plan *plan, const tp_step *read, const tp_stage *stage, const tp_node *map,
                         tp_faults *faults) {
    tp_step *step = tp_plan_add_step(plan, stage, read->name, tp_node_place(map), faults);
    if (step == NULL) {
        return;
    }
    char *yaml = tp_text_format("{layer: %s}", read->name);
    if (yaml == NULL || tp_node_parse(yaml, strlen(yaml), plan->config_name, &step->owned_node, faults) != TP_OK) {
        free(yaml);
        return;
    }
    free(yaml);
    step->node = map;
    (void)!tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, map, step->place,
                           TP_ORIGIN_CONFIGURATION, &step->options, faults);
    if (step->options.values != NULL) { /* also beside a fault, so that the layer is not missed too */
        (void)!tp_options_complete(stage->settings, step->owned_node, TP_ORIGIN_CONFIGURATION, &step->options, faults);
    }
    step->implied_by = tp_text_copy(read->name);
}

/* Adds a step whose settings are `yaml`. */
static tp_step *add_own_step(tp_plan *plan, const tp_stage *stage, const char *name, tp_place place, const char *yaml,
                             tp_faults *faults) {
    tp_step *step = tp_plan_add_step(plan, stage, name, place, faults);
    tp_node *node = NULL;
    if (step == NULL || tp_node_parse(yaml, strlen(yaml), plan->config_name, &node, faults) != TP_OK) {
        return NULL;
    }
    step->owned_node = node;
    step->node = node;
    (void)!tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, node, place,
                           TP_ORIGIN_DEFAULT, &step->options, faults);
    return step;
}

static bool has_step(const tp_plan *plan, const tp_stage *stage, const char *name) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        if (plan->steps[i]->stage == stage && strcmp(plan->steps[i]->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_for_layer(tp_plan *plan, const tp_step *read, const tp_stage *stage, tp_faults *faults) {
    bool wanted = stage->when == NULL || (read->options.values != NULL &&
                                          tp_options_yes_no(&read->options, read->stage->settings, stage->when));
    const tp_node *map = stage->when == NULL ? NULL : map_for(read, stage->when);
    if ((!wanted && map == NULL) || has_step(plan, stage, read->name)) {
        return;
    }
    if (map != NULL) {
        add_with_map(plan, read, stage, map, faults);
        return;
    }
    char *yaml = tp_text_format("{layer: %s}", read->name);
    tp_step *step = yaml == NULL ? NULL : add_own_step(plan, stage, read->name, read->place, yaml, faults);
    free(yaml);
    if (step != NULL) {
        step->implied_by = tp_text_copy(read->name);
    }
}

/* The text of a setting in a step: as written, or its default; NULL where it has none. */
static const char *setting_text(const tp_node *settings, const tp_setting *setting) {
    const tp_node *value = tp_node_find(settings, setting->key);
    const char *text = value == NULL ? NULL : tp_node_text(value);
    return text != NULL ? text : setting->fallback;
}

/* Whether the settings name only layers that are read, and whether some step of the stage names the same ones. */
static bool layers_are_read(const tp_plan *plan, const tp_stage *stage, const tp_node *settings) {
    for (size_t i = 0; i < stage->n_settings; i++) {
        const char *layer =
            stage->settings[i].kind == TP_SETTING_LAYER ? setting_text(settings, &stage->settings[i]) : NULL;
        if (layer != NULL && !tp_plan_reads(plan, layer)) {
            return false;
        }
    }
    return true;
}

static bool has_step_for_layers(const tp_plan *plan, const tp_stage *stage, const tp_node *settings) {
    for (size_t k = 0; k < plan->n_steps; k++) {
        bool same = plan->steps[k]->stage == stage;
        for (size_t i = 0; same && i < stage->n_settings; i++) {
            if (stage->settings[i].kind == TP_SETTING_LAYER) {
                const char *a = setting_text(settings, &stage->settings[i]);
                const char *b = setting_text(plan->steps[k]->node, &stage->settings[i]);
                same = a != NULL && b != NULL && strcmp(a, b) == 0;
            }
        }
        if (same) {
            return true;
        }
    }
    return false;
}

static void add_once(tp_plan *plan, const tp_stage *stage, tp_faults *faults) {
    tp_node *settings = NULL;
    if (tp_node_parse(stage->implied, strlen(stage->implied), plan->config_name, &settings, faults) != TP_OK) {
        return;
    }
    const tp_node *as = stage->as_key == NULL ? NULL : tp_node_find(settings, stage->as_key);
    const char *name = as == NULL ? stage->name : tp_node_text(as);
    if (layers_are_read(plan, stage, settings) && !has_step_for_layers(plan, stage, settings)) {
        (void)add_own_step(plan, stage, name, tp_node_place(plan->root), stage->implied, faults);
    }
    tp_node_free(settings);
}

void tp_plan_add_implied(tp_plan *plan, tp_faults *faults) {
    size_t n_stages = 0, n_steps = plan->n_steps;
    const tp_stage *const *stages = tp_stages(&n_stages);
    for (size_t s = 0; s < n_stages; s++) {
        for (size_t i = 0; stages[s]->for_every_layer && i < n_steps; i++) {
            if (plan->steps[i]->stage->phase == TP_READ) {
                add_for_layer(plan, plan->steps[i], stages[s], faults);
            }
        }
        if (stages[s]->implied != NULL) {
            add_once(plan, stages[s], faults);
        }
    }
}

/* The steps of one stage (NULL: those of no stage for every layer) of a phase, appended in their order. */
static size_t take(tp_step **sorted, size_t n, const tp_plan *plan, tp_phase phase, const tp_stage *stage) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_stage *its = plan->steps[i]->stage;
        if (its->phase == phase && (stage == NULL ? !its->for_every_layer : its == stage)) {
            sorted[n++] = plan->steps[i];
        }
    }
    return n;
}

tp_code tp_plan_sort(tp_plan *plan) {
    tp_step **sorted = malloc(sizeof(tp_step *) * (plan->n_steps > 0 ? plan->n_steps : 1));
    if (sorted == NULL) {
        return TP_E_MACHINE;
    }
    size_t n = 0, n_stages = 0;
    const tp_stage *const *stages = tp_stages(&n_stages);
    for (int phase = TP_READ; phase < TP_PHASES; phase++) {
        for (size_t s = 0; s < n_stages; s++) {
            if (stages[s]->for_every_layer && (int)stages[s]->phase == phase) {
                n = take(sorted, n, plan, (tp_phase)phase, stages[s]);
            }
        }
        n = take(sorted, n, plan, (tp_phase)phase, NULL);
    }
    free(plan->steps);
    plan->steps = sorted;
    return TP_OK;
}
