/* From a configuration file to the steps that it names. */
#include "../config/unknown_word.h"
#include "plan_parts.h"

#include "technopolis/digest.h"
#include "technopolis/text.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(field) offsetof(tp_run, field)

static const tp_setting RUN_SETTINGS[] = {
    {.key = "year",
     .kind = TP_SETTING_INTEGER,
     .min = 1868,
     .max = 2200,
     .help = "the year the run is about; layers that know years are used as of it",
     .offset = OPTION(year)},
    {.key = "seed",
     .kind = TP_SETTING_INTEGER,
     .fallback = "1",
     .min = 0,
     .max = 4294967295.0,
     .help = "seed of everything random",
     .offset = OPTION(seed)},
    {.key = "crs",
     .kind = TP_SETTING_TEXT,
     .fallback = "EPSG:4326",
     .help = "coordinate reference system of the output; measuring is always geodesic on its ellipsoid",
     .offset = OPTION(crs)},
    {.key = "language",
     .kind = TP_SETTING_CHOICE,
     .choices = "en|ja",
     .fallback = "en",
     .help = "language of labels",
     .offset = OPTION(language)},
    {.key = "on_error",
     .kind = TP_SETTING_CHOICE,
     .choices = "stop|skip",
     .fallback = "stop",
     .help = "at an unusable file of a many-file input: stop the run, or leave the file out with a line in rejects",
     .offset = OPTION(on_error)},
    {.key = "threads",
     .kind = TP_SETTING_INTEGER,
     .fallback = "0",
     .min = 0,
     .max = 1024,
     .help = "how many threads work; 0 for as many as there are processors",
     .offset = OPTION(threads)},
};
enum { N_RUN_SETTINGS = sizeof RUN_SETTINGS / sizeof RUN_SETTINGS[0] };

const tp_setting *tp_run_settings(size_t *n) {
    *n = N_RUN_SETTINGS;
    return RUN_SETTINGS;
}

tp_step *tp_plan_add_step(tp_plan *plan, const tp_stage *stage, const char *name, tp_place place, tp_faults *faults) {
    tp_step **steps = realloc(plan->steps, sizeof(tp_step *) * (plan->n_steps + 1));
    tp_step *step = calloc(1, sizeof *step);
    if (steps != NULL) {
        plan->steps = steps;
    }
    if (step != NULL) {
        step->stage = stage;
        step->place = place;
        step->name = tp_text_copy(name);
    }
    if (steps == NULL || step == NULL || step->name == NULL) {
        free(step);
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return NULL;
    }
    plan->steps[plan->n_steps++] = step;
    return step;
}

bool tp_plan_reads(const tp_plan *plan, const char *layer) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_stage *stage = plan->steps[i]->stage;
        bool gives = stage->phase == TP_READ || stage->makes_layer;
        if (gives && strcmp(plan->steps[i]->name, layer) == 0) {
            return true; /* whether or not its file turns out to be usable */
        }
    }
    return plan->request.site_id != NULL && strcmp(layer, "sites") == 0;
}

static void unknown_stage(tp_phase phase, const char *name, tp_place place, tp_faults *faults) {
    size_t n = 0, n_known = 0;
    const tp_stage *const *stages = tp_stages(&n);
    const char *known[64];
    for (size_t i = 0; i < n && n_known < sizeof known / sizeof known[0]; i++) {
        if (stages[i]->phase == phase) {
            known[n_known++] = stages[i]->name;
        }
    }
    tp_unknown_word(faults, place, "stage", name, known, n_known);
}

/* Letters (of any script), digits and _, not beginning with a digit. */
static bool valid_name(const char *name) {
    if (name[0] == '\0' || strlen(name) > 60) {
        return false;
    }
    for (const char *c = name; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_' || (unsigned char)*c >= 0x80;
        if (!letter && (c == name || *c < '0' || *c > '9')) {
            return false;
        }
    }
    return true;
}

static void check_unique(const tp_plan *plan, const tp_step *step, tp_faults *faults) {
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_step *other = plan->steps[i];
        bool rival =
            step->stage->phase == TP_PREPARE ? other->stage == step->stage : other->stage->phase == step->stage->phase;
        if (other != step && rival && strcmp(other->name, step->name) == 0) {
            tp_faults_add_at(faults, step->place, "a second entry is named '%s' (the first stands in line %d; %s)",
                             step->name, other->place.line,
                             step->stage->phase == TP_READ      ? "a layer is read once"
                             : step->stage->phase == TP_PREPARE ? "a layer is prepared once"
                                                                : "give it another name with `as:`");
            return;
        }
    }
}

/* The default of a setting as it would be written, or NULL. */
static const char *fallback_of(const tp_stage *stage, const char *key) {
    for (size_t i = 0; i < stage->n_settings; i++) {
        if (strcmp(stage->settings[i].key, key) == 0) {
            return stage->settings[i].fallback;
        }
    }
    return NULL;
}

/* The step's name: its `as` (or whatever names it) as written or by default, else the stage's name. */
static const char *step_name(const tp_stage *stage, const tp_node *value) {
    if (stage->as_key == NULL) {
        return stage->name;
    }
    const tp_node *as = tp_node_find(value, stage->as_key);
    const char *text = as == NULL ? NULL : tp_node_text(as);
    if (text == NULL && stage->main_key != NULL && strcmp(stage->as_key, stage->main_key) == 0) {
        text = tp_node_text(value);
    }
    if (text == NULL) {
        text = fallback_of(stage, stage->as_key);
    }
    return text != NULL ? text : stage->name;
}

static void load_entry(tp_plan *plan, tp_phase phase, const tp_node *entry, tp_faults *faults) {
    if (tp_node_get_kind(entry) != TP_NODE_MAP || tp_node_count(entry) != 1) {
        tp_faults_add_at(faults, tp_node_place(entry), "an entry of '%s' is one name and its settings (%s)",
                         tp_phase_text(phase),
                         phase == TP_READ ? "`- cities: { file: cities.shp }`" : "`- nearest: { … }`");
        return;
    }
    const char *key = tp_node_key(entry, 0);
    tp_place place = tp_node_key_place(entry, 0);
    const tp_stage *stage = phase == TP_READ ? tp_stage_find(TP_READ, "layer") : tp_stage_find(phase, key);
    if (stage == NULL) {
        unknown_stage(phase, key, place, faults);
        return;
    }
    if (stage->of_all_sites && plan->request.site_id != NULL) {
        return;
    }
    const tp_node *value = tp_node_at(entry, 0);
    const char *name = phase == TP_READ ? key : step_name(stage, value);
    bool gives_layer = phase == TP_READ || stage->makes_layer;
    if (gives_layer && strcmp(name, "sites") == 0 && plan->request.site_id != NULL) {
        return; /* the ad-hoc site stands in its place */
    }
    if ((gives_layer || phase == TP_MEASURE) && !valid_name(name)) {
        tp_faults_add_at(faults, place, "'%s' cannot be a name (letters, digits and _, not beginning with a digit)",
                         name);
        return;
    }
    tp_step *step = tp_plan_add_step(plan, stage, name, place, faults);
    if (step == NULL) {
        return;
    }
    step->node = value;
    (void)!tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, value, place,
                           TP_ORIGIN_CONFIGURATION, &step->options, faults);
    if (stage->complete != NULL && step->options.values != NULL) {
        stage->complete(step, plan, faults);
    }
    if (phase == TP_READ || phase == TP_PREPARE || phase == TP_MEASURE) {
        check_unique(plan, step, faults);
    }
}

static void load_section(tp_plan *plan, tp_phase phase, tp_faults *faults) {
    const tp_node *list = tp_node_find(plan->root, tp_phase_text(phase));
    if (list == NULL) {
        if (phase == TP_READ || phase == TP_WRITE) {
            tp_faults_add_at(faults, tp_node_place(plan->root), "the section '%s' is missing", tp_phase_text(phase));
        }
        return;
    }
    bool empty_text = tp_node_get_kind(list) == TP_NODE_TEXT && tp_node_text(list)[0] == '\0';
    if (tp_node_get_kind(list) != TP_NODE_LIST && !empty_text) {
        tp_faults_add_at(faults, tp_node_place(list), "the section '%s' is a list (each entry begins with `- `)",
                         tp_phase_text(phase));
        return;
    }
    for (size_t i = 0; i < tp_node_count(list); i++) {
        load_entry(plan, phase, tp_node_at(list, i), faults);
    }
    if (tp_node_count(list) == 0 && (phase == TP_READ || phase == TP_WRITE)) {
        tp_faults_add_at(faults, tp_node_place(list), "the section '%s' is empty", tp_phase_text(phase));
    }
}

static void check_top_level(const tp_plan *plan, tp_faults *faults) {
    static const char *const known[] = {"title", "run", "read", "prepare", "measure", "judge", "write"};
    enum { N_KNOWN = sizeof known / sizeof known[0] };
    for (size_t i = 0; i < tp_node_count(plan->root); i++) {
        const char *key = tp_node_key(plan->root, i);
        bool found = false;
        for (size_t k = 0; k < N_KNOWN; k++) {
            found = found || strcmp(known[k], key) == 0;
        }
        if (!found) {
            tp_unknown_word(faults, tp_node_key_place(plan->root, i), "key", key, known, N_KNOWN);
        }
    }
    const tp_node *title = tp_node_find(plan->root, "title");
    if (title != NULL && tp_node_text(title) == NULL) {
        tp_faults_add_at(faults, tp_node_place(title), "'title' is a text");
    }
}

static void load_run(tp_plan *plan, tp_faults *faults) {
    const tp_node *run = tp_node_find(plan->root, "run");
    tp_place place = run == NULL ? tp_node_place(plan->root) : tp_node_place(run);
    (void)!tp_options_fill(RUN_SETTINGS, N_RUN_SETTINGS, sizeof(tp_run), NULL, run, place, TP_ORIGIN_CONFIGURATION,
                           &plan->run_options, faults);
    if (plan->run_options.values != NULL) {
        memcpy(&plan->run, plan->run_options.values, sizeof plan->run);
    }
    const tp_node *title = tp_node_find(plan->root, "title");
    plan->run.title = title == NULL || tp_node_text(title) == NULL ? "" : tp_node_text(title);
    plan->run.base = plan->base;
    const char *slash = strrchr(plan->config_name, '/');
    plan->run.config_name = slash == NULL ? plan->config_name : slash + 1;
    plan->run.config_text = tp_node_source(plan->root, &plan->run.config_size);
    tp_error error = {0};
    if (tp_digest_bytes(plan->run.config_text, plan->run.config_size, plan->config_sha256, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
    plan->run.config_sha256 = plan->config_sha256;
    if (plan->request.threads > 0) {
        plan->run.threads = plan->request.threads;
    }
}

void tp_plan_load(tp_plan *plan, tp_faults *faults) {
    const tp_plan_request *request = &plan->request;
    if (tp_node_load(request->config_path, plan->config_name, &plan->root, faults) != TP_OK) {
        return;
    }
    if (tp_node_get_kind(plan->root) != TP_NODE_MAP) {
        tp_faults_add_at(faults, tp_node_place(plan->root),
                         "a configuration is a map of sections (title, run, read, prepare, measure, judge, write)");
        return;
    }
    tp_plan_apply_sets(plan->root, request->sets, request->n_sets, faults);
    if (request->output != NULL) {
        tp_plan_apply_output(plan->root, request->output, faults);
    }
    check_top_level(plan, faults);
    load_run(plan, faults);
    for (int phase = TP_READ; phase < TP_PHASES; phase++) {
        /* An ad-hoc site is judged by what its criteria imply: the user's own measures add columns for nobody to read. */
        bool wanted = phase == TP_WRITE     ? !request->without_write
                      : phase == TP_MEASURE ? request->site_id == NULL
                                            : true;
        if (wanted) {
            load_section(plan, (tp_phase)phase, faults);
        }
    }
    tp_plan_add_implied(plan, faults);
}
