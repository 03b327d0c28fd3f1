/* From the profiles that a configuration names to the measures which their criteria imply. */
#include "../config/unknown_word.h"
#include "plan_parts.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* A node as one line of text, the same for equal settings: by it, equal measures of several criteria are found. */
static void write_key(const tp_node *node, tp_text *text) {
    if (node == NULL) {
        return;
    }
    switch (tp_node_get_kind(node)) {
    case TP_NODE_TEXT:
        tp_text_add(text, "\"%s\"", tp_node_text(node));
        break;
    case TP_NODE_LIST:
    case TP_NODE_MAP:
        tp_text_add(text, "{");
        for (size_t i = 0; i < tp_node_count(node); i++) {
            if (tp_node_get_kind(node) == TP_NODE_MAP) {
                tp_text_add(text, "%s:", tp_node_key(node, i));
            }
            write_key(tp_node_at(node, i), text);
            tp_text_add(text, ",");
        }
        tp_text_add(text, "}");
        break;
    }
}

static bool same_measure(const tp_step *step, const char *kind, const tp_node *settings) {
    if (step->implied_by == NULL || strcmp(step->stage->name, kind) != 0) {
        return false;
    }
    tp_text a = {0}, b = {0};
    write_key(step->node, &a);
    write_key(settings, &b);
    bool same = strcmp(tp_text_get(&a), tp_text_get(&b)) == 0;
    tp_text_reset(&a);
    tp_text_reset(&b);
    return same;
}

/* The step for a measure that a criterion asks for; an equal one that is already there serves both. */
static const tp_step *imply(tp_plan *plan, const char *kind, const tp_node *settings, tp_place place, const char *name,
                            const char *implied_by, tp_faults *faults) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        if (plan->steps[i]->stage->phase == TP_MEASURE && same_measure(plan->steps[i], kind, settings)) {
            return plan->steps[i];
        }
    }
    const tp_stage *stage = tp_stage_find(TP_MEASURE, kind);
    if (stage == NULL || !stage->measures) {
        size_t n = 0, n_known = 0;
        const tp_stage *const *stages = tp_stages(&n);
        const char *known[64];
        for (size_t i = 0; i < n && n_known < sizeof known / sizeof known[0]; i++) {
            if (stages[i]->measures) {
                known[n_known++] = stages[i]->name;
            }
        }
        tp_unknown_word(faults, place, "measure", kind, known, n_known);
        return NULL;
    }
    tp_step *step = tp_plan_add_step(plan, stage, name, place, faults);
    if (step == NULL) {
        return NULL;
    }
    step->node = settings;
    step->implied_by = tp_text_copy(implied_by);
    if (step->implied_by == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    }
    (void)!tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, settings, place,
                           TP_ORIGIN_PROFILE, &step->options, faults);
    return step;
}

/* Told of a layer that a setting names; `place` has no file where the name is the setting's default. */
typedef void (*layer_seen)(void *user, const tp_setting *setting, const char *layer, tp_place place);

/* Calls `seen` for every layer that a measure is told of, by its settings or their defaults; never for `of`. */
static void each_layer(const tp_stage *stage, const tp_node *settings, layer_seen seen, void *user) {
    for (size_t i = 0; stage != NULL && i < stage->n_settings; i++) {
        const tp_setting *setting = &stage->settings[i];
        bool layer = setting->kind == TP_SETTING_LAYER || setting->kind == TP_SETTING_LAYERS;
        if (!layer || strcmp(setting->key, "of") == 0) {
            continue;
        }
        const tp_node *value = tp_node_find(settings, setting->key);
        if (value == NULL && setting->fallback != NULL) {
            seen(user, setting, setting->fallback, (tp_place){0});
        } else if (value != NULL && tp_node_get_kind(value) == TP_NODE_TEXT) {
            seen(user, setting, tp_node_text(value), tp_node_place(value));
        }
        for (size_t k = 0; value != NULL && k < tp_node_count(value); k++) {
            const tp_node *item = tp_node_at(value, k);
            if (tp_node_text(item) != NULL) {
                seen(user, setting, tp_node_text(item), tp_node_place(item));
            }
        }
    }
}

/* Its id, or what stands for one that is wrong. */
static const char *shown_id(const tp_criterion *criterion) {
    return criterion->id == NULL ? "?" : criterion->id;
}

typedef struct layer_search {
    const tp_plan *plan;
    const tp_criterion *criterion;
    bool all_read;
    tp_faults *faults;
} layer_search;

static void note_unread(void *user, const tp_setting *setting, const char *layer, tp_place place) {
    (void)place;
    layer_search *search = user;
    if (setting->required && !tp_plan_reads(search->plan, layer)) {
        search->all_read = false;
    }
}

static bool part_is_readable(const tp_plan *plan, const tp_part *part) {
    layer_search search = {.plan = plan, .all_read = true};
    each_layer(tp_stage_find(TP_MEASURE, part->kind), part->settings, note_unread, &search);
    return search.all_read;
}

/*
 * Standard layers may be missing, which makes a criterion unknown where it cannot do without; any other that a profile
 * names must be read.
 */
static void check_layer(void *user, const tp_setting *setting, const char *layer, tp_place place) {
    layer_search *search = user;
    if (tp_plan_reads(search->plan, layer)) {
        return;
    }
    if (!tp_schema_is_standard(layer)) {
        tp_faults_add_at(search->faults, place,
                         "criterion '%s' names the layer '%s', which is neither a standard layer nor read",
                         shown_id(search->criterion), layer);
    } else if (setting->required || setting->fallback != NULL) {
        tp_faults_warn(search->faults, "layer %s is not read: what criterion %s takes from it is unknown", layer,
                       shown_id(search->criterion));
    }
}

/* `first_read`: the first part whose layers are all read stands alone, the last one where none is. */
static void choose_part(const tp_plan *plan, tp_criterion *criterion) {
    size_t chosen = criterion->n_parts - 1;
    for (size_t i = 0; i < criterion->n_parts; i++) {
        if (part_is_readable(plan, &criterion->parts[i])) {
            chosen = i;
            break;
        }
    }
    tp_part keep = criterion->parts[chosen];
    criterion->parts[chosen] = criterion->parts[0];
    criterion->parts[0] = keep;
    criterion->n_parts = 1;
}

static void check_threshold(const tp_criterion *criterion, const tp_part *part, tp_faults *faults) {
    const tp_stage *stage = tp_stage_find(TP_MEASURE, part->kind);
    bool given = part->threshold_place.line > 0; /* else its form has a fault of its own */
    if (given && stage != NULL && stage->measures && stage->dimension != part->threshold.dimension) {
        tp_faults_add_at(faults, part->threshold_place, "criterion '%s': the threshold is %s, but '%s' measures %s",
                         shown_id(criterion), tp_dimension_example(part->threshold.dimension), part->kind,
                         tp_dimension_example(stage->dimension));
    }
}

static void expand_criterion(tp_plan *plan, const tp_profile *profile, tp_criterion *criterion, tp_faults *faults) {
    if (criterion->first_read && criterion->n_parts > 0) {
        choose_part(plan, criterion);
    }
    layer_search search = {.plan = plan, .criterion = criterion, .faults = faults};
    char *by = tp_text_format("%s/%s", profile->id == NULL ? "" : profile->id, shown_id(criterion));
    for (size_t i = 0; by != NULL && i < criterion->n_parts; i++) {
        tp_part *part = &criterion->parts[i];
        if (part->kind == NULL) {
            continue; /* a fault of its form, which is said */
        }
        check_threshold(criterion, part, faults);
        if (part->optional && !part_is_readable(plan, part)) {
            part->left_out = true;
            continue;
        }
        each_layer(tp_stage_find(TP_MEASURE, part->kind), part->settings, check_layer, &search);
        char *name = tp_text_format("%s/%zu", by, i + 1);
        const tp_step *step =
            name == NULL ? NULL : imply(plan, part->kind, part->settings, part->place, name, by, faults);
        part->measure_name = step == NULL ? NULL : tp_text_copy(step->name);
        free(name);
    }
    for (size_t i = 0; by != NULL && i < criterion->n_also; i++) {
        tp_also *also = &criterion->also[i];
        if (also->kind == NULL || also->name == NULL) {
            continue;
        }
        each_layer(tp_stage_find(TP_MEASURE, also->kind), also->settings, check_layer, &search);
        char *name = tp_text_format("%s/%s", by, also->name);
        const tp_step *step =
            name == NULL ? NULL : imply(plan, also->kind, also->settings, also->place, name, by, faults);
        also->measure_name = step == NULL ? NULL : tp_text_copy(step->name);
        free(name);
    }
    if (by == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    }
    free(by);
}

/* A bare name is a file of the program's profiles; anything with a slash or an ending is a path of the configuration. */
static char *profile_path(const tp_plan *plan, const char *named) {
    size_t size = strlen(named);
    bool path = strchr(named, '/') != NULL || (size > 5 && strcmp(named + size - 5, ".yaml") == 0) ||
                (size > 4 && strcmp(named + size - 4, ".yml") == 0);
    if (path) {
        return tp_plan_path(plan->base, named);
    }
    const char *folder = plan->request.profile_folder;
    if (folder != NULL) {
        return tp_text_format("%s/%s.yaml", folder, named);
    }
    char *data = tp_data_folder();
    char *whole = data == NULL ? NULL : tp_text_format("%s/profiles/%s.yaml", data, named);
    free(data);
    return whole;
}

/* How a profile's file is called in messages: as the user wrote it, or by its name with the program. */
static char *profile_shown(const char *named, const char *path) {
    return strchr(named, '/') != NULL || strstr(named, ".y") != NULL ? tp_text_copy(path)
                                                                     : tp_text_format("profiles/%s.yaml", named);
}

static bool is_readable(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

static void load_profile(tp_plan *plan, const char *named, tp_place place, tp_faults *faults) {
    char *path = profile_path(plan, named);
    char *shown = path == NULL ? NULL : profile_shown(named, path);
    tp_profile **profiles = realloc(plan->profiles, sizeof(tp_profile *) * (plan->n_profiles + 1));
    if (profiles != NULL) {
        plan->profiles = profiles;
    }
    if (path == NULL || shown == NULL || profiles == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    } else if (!is_readable(path)) {
        tp_faults_add_at(faults, place, "there is no profile '%s' (see `technopolis list profiles`, or name a file)",
                         named);
    } else {
        tp_profile *profile = NULL;
        (void)!tp_profile_read(path, shown, &profile, faults);
        if (profile != NULL) { /* with faults or not: what is right of it is checked further */
            profiles[plan->n_profiles++] = profile;
            for (size_t i = 0; profile->id != NULL && i + 1 < plan->n_profiles; i++) {
                if (profiles[i]->id != NULL && strcmp(profiles[i]->id, profile->id) == 0) {
                    tp_faults_add_at(faults, place, "the profile '%s' is named twice", profile->id);
                }
            }
        }
    }
    free(path);
    free(shown);
}

void tp_plan_expand_profiles(tp_plan *plan, tp_faults *faults) {
    size_t n = plan->n_steps;
    for (size_t i = 0; i < n; i++) {
        const tp_step *step = plan->steps[i];
        bool profile = step->stage->phase == TP_JUDGE && strcmp(step->stage->name, "profile") == 0;
        const tp_node *named = !profile                                      ? NULL
                               : tp_node_get_kind(step->node) == TP_NODE_MAP ? tp_node_find(step->node, "file")
                                                                             : step->node;
        if (named != NULL && tp_node_text(named) != NULL && tp_node_text(named)[0] != '\0') {
            load_profile(plan, tp_node_text(named), tp_node_place(named), faults);
        }
    }
    if (n > 0 && plan->n_profiles > 0 && !tp_plan_reads(plan, "sites")) {
        tp_faults_add_at(faults, tp_node_place(plan->root), "a profile judges the layer 'sites', which is not read");
    }
    for (size_t i = 0; i < plan->n_profiles; i++) {
        for (size_t k = 0; k < plan->profiles[i]->n_criteria; k++) {
            expand_criterion(plan, plan->profiles[i], &plan->profiles[i]->criteria[k], faults);
        }
    }
}
