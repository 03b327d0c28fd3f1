/* JSON for machines: see json.h. */
#include "json.h"

#include "5_write/page_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tp_json_next(tp_text *json) {
    char last = json->size > 0 && !json->lost ? json->data[json->size - 1] : '[';
    if (last != '[' && last != '{' && last != ':') {
        tp_text_add(json, ",");
    }
}

void tp_json_add_key(tp_text *json, const char *key) {
    tp_json_next(json);
    tp_json_text(json, key);
    tp_text_add(json, ":");
}

static void add_text(tp_text *json, const char *text) {
    if (text == NULL) {
        tp_text_add(json, "null");
    } else {
        tp_json_text(json, text);
    }
}

void tp_json_add(tp_text *json, const char *key, const char *text) {
    tp_json_add_key(json, key);
    add_text(json, text);
}

void tp_json_add_number(tp_text *json, const char *key, bool known, double value) {
    tp_json_add_key(json, key);
    if (known) {
        tp_json_number(json, value, 0);
    } else {
        tp_text_add(json, "null");
    }
}

void tp_json_add_yes_no(tp_text *json, const char *key, bool value) {
    tp_json_add_key(json, key);
    tp_text_add(json, "%s", value ? "true" : "false");
}

static void add_fault(tp_text *json, tp_code code, bool warning, const char *message, const tp_located *at) {
    char *file = at->file_size > 0 ? tp_text_format("%.*s", (int)at->file_size, message) : NULL;
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "file", file);
    tp_json_add_number(json, "line", at->line > 0, at->line);
    tp_json_add_number(json, "column", at->column > 0, at->column);
    tp_json_add_number(json, "code", true, (double)code);
    tp_json_add_yes_no(json, "warning", warning);
    tp_json_add(json, "message", message + at->text_at);
    tp_text_add(json, "}");
    free(file);
}

void tp_json_begin(tp_text *json, const char *command, tp_code code, const tp_faults *faults, const tp_error *error) {
    tp_text_add(json, "{");
    tp_json_add(json, "command", command);
    tp_json_add_number(json, "code", true, (double)code);
    tp_json_add_key(json, "faults");
    tp_text_add(json, "[");
    for (size_t i = 0; faults != NULL && i < faults->n; i++) {
        const tp_fault *fault = &faults->items[i];
        add_fault(json, fault->code, fault->warning, fault->message, &fault->at);
    }
    if (error != NULL && error->code != TP_OK) {
        add_fault(json, error->code, false, error->message, &error->at);
    }
    tp_text_add(json, "]");
}

int tp_json_end(tp_text *json, tp_code code) {
    tp_text_add(json, "}\n");
    bool lost = json->lost;
    if (lost) {
        fprintf(stderr, "technopolis: out of memory\n");
    } else {
        fwrite(json->data, 1, json->size, stdout);
    }
    tp_text_reset(json);
    return lost ? TP_E_MACHINE : (int)code;
}

static void add_counts(tp_text *json, const uint8_t *verdicts, int64_t n) {
    int64_t counts[3] = {0, 0, 0};
    for (int64_t row = 0; row < n; row++) {
        counts[verdicts[row]]++;
    }
    tp_json_add_number(json, "met", true, (double)counts[TP_MET]);
    tp_json_add_number(json, "not_met", true, (double)counts[TP_NOT_MET]);
    tp_json_add_number(json, "unknown", true, (double)counts[TP_UNKNOWN]);
}

static void add_profile(tp_text *json, const tp_dataset *dataset, size_t number, int64_t n_sites) {
    const tp_profile *profile = dataset->profiles[number];
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "id", profile->id);
    tp_json_add_number(json, "sites", true, (double)n_sites);
    add_counts(json, dataset->site_verdict + number * (size_t)n_sites, n_sites);
    tp_json_add_key(json, "criteria");
    tp_text_add(json, "[");
    for (size_t i = 0; i < dataset->n_results; i++) {
        const tp_result *result = dataset->results[i];
        if (result->profile == profile) {
            tp_json_next(json);
            tp_text_add(json, "{");
            tp_json_add(json, "id", result->criterion->id);
            tp_json_add_yes_no(json, "required", result->criterion->required);
            add_counts(json, result->verdict, n_sites);
            tp_text_add(json, "}");
        }
    }
    tp_text_add(json, "]}");
}

static void add_outputs(tp_text *json, const tp_plan *plan) {
    tp_json_add_key(json, "outputs");
    tp_text_add(json, "[");
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_step *step = plan->steps[i];
        for (size_t k = 0; step->stage->phase == TP_WRITE && k < step->stage->n_settings; k++) {
            if (step->stage->settings[k].kind == TP_SETTING_PATH && step->options.texts[k] != NULL) {
                char *path = step->options.origins[k] == TP_ORIGIN_COMMAND_LINE
                                 ? tp_text_copy(step->options.texts[k])
                                 : tp_plan_path(plan->base, step->options.texts[k]);
                tp_json_next(json);
                add_text(json, path);
                free(path);
            }
        }
    }
    tp_text_add(json, "]");
}

void tp_json_add_result(tp_text *json, const tp_plan *plan, const tp_dataset *dataset) {
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    tp_json_add_key(json, "profiles");
    tp_text_add(json, "[");
    for (size_t i = 0; i < dataset->n_profiles && sites != NULL && dataset->site_verdict != NULL; i++) {
        add_profile(json, dataset, i, sites->n_rows);
    }
    tp_text_add(json, "]");
    tp_json_add_key(json, "findings");
    tp_text_add(json, "[");
    for (size_t i = 0; i < dataset->n_findings; i++) {
        const tp_finding *finding = &dataset->findings[i];
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "step", finding->step);
        tp_json_add(json, "subject", finding->subject);
        tp_json_add_yes_no(json, "warning", finding->warning);
        tp_json_add(json, "text", finding->text);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]");
    tp_json_add_number(json, "rejects", true, (double)dataset->n_rejects);
    add_outputs(json, plan);
}

void tp_json_add_plan(tp_text *json, const tp_plan *plan) {
    tp_json_add_key(json, "steps");
    tp_text_add(json, "[");
    for (size_t i = 0; i < plan->n_steps; i++) {
        const tp_step *step = plan->steps[i];
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "phase", tp_phase_text(step->stage->phase));
        tp_json_add(json, "stage", step->stage->name);
        tp_json_add(json, "name", step->name);
        tp_json_add(json, "implied_by", step->implied_by);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]");
}
