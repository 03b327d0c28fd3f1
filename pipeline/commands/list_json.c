/* Lists for machines: see list_json.h. */
#include "list_json.h"

#include "json.h"

static void add_settings(tp_text *json, const char *key, const tp_setting *settings, size_t n) {
    tp_json_add_key(json, key);
    tp_text_add(json, "[");
    for (size_t i = 0; i < n; i++) {
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "key", settings[i].key);
        tp_json_add(json, "expects", tp_setting_kind_text(&settings[i]));
        tp_json_add_yes_no(json, "required", settings[i].required);
        tp_json_add(json, "default", settings[i].fallback);
        tp_json_add(json, "help", settings[i].help);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]");
}

static void add_columns(tp_text *json, const char *key, const tp_stage_column *columns, size_t n) {
    tp_json_add_key(json, key);
    tp_text_add(json, "[");
    for (size_t i = 0; i < n; i++) {
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "layer", columns[i].layer);
        tp_json_add(json, "column", columns[i].name);
        tp_json_add(json, "type", columns[i].name == NULL ? NULL : tp_type_text(columns[i].type));
        tp_json_add(json, "unit", columns[i].unit);
        tp_json_add(json, "help", columns[i].help);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]");
}

void tp_list_json_stages(tp_text *json) {
    size_t n = 0;
    const tp_setting *run = tp_run_settings(&n);
    add_settings(json, "run", run, n);
    const tp_stage *const *stages = tp_stages(&n);
    tp_json_add_key(json, "stages");
    tp_text_add(json, "[");
    for (size_t i = 0; i < n; i++) {
        const tp_stage *stage = stages[i];
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "phase", tp_phase_text(stage->phase));
        tp_json_add(json, "name", stage->name);
        tp_json_add(json, "purpose", stage->purpose);
        tp_json_add_yes_no(json, "measures", stage->measures);
        add_settings(json, "settings", stage->settings, stage->n_settings);
        add_columns(json, "needs", stage->needs, stage->n_needs);
        add_columns(json, "adds", stage->adds, stage->n_adds);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]");
}

static void add_criterion(tp_text *json, const tp_criterion *criterion) {
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "id", criterion->id);
    tp_json_add(json, "title_en", criterion->title_en);
    tp_json_add(json, "title_ja", criterion->title_ja);
    tp_json_add_yes_no(json, "required", criterion->required);
    tp_json_add(json, "source", criterion->source);
    tp_json_add_key(json, "parts");
    tp_text_add(json, "[");
    for (size_t i = 0; i < criterion->n_parts; i++) {
        const tp_part *part = &criterion->parts[i];
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "measure", part->kind);
        tp_json_add(json, "comparison", part->comparison == TP_AT_LEAST ? "at_least" : "at_most");
        tp_json_add_number(json, "threshold", true, part->threshold.value);
        tp_json_add(json, "unit", part->threshold.unit);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]}");
}

void tp_list_json_profile(tp_text *json, const tp_profile *profile, bool with_criteria) {
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "id", profile->id);
    tp_json_add(json, "title_en", profile->title_en);
    tp_json_add(json, "title_ja", profile->title_ja);
    tp_json_add_number(json, "n_criteria", true, (double)profile->n_criteria);
    if (with_criteria) {
        tp_json_add_key(json, "criteria");
        tp_text_add(json, "[");
        for (size_t i = 0; i < profile->n_criteria; i++) {
            add_criterion(json, &profile->criteria[i]);
        }
        tp_text_add(json, "]");
    }
    tp_text_add(json, "}");
}

void tp_list_json_product(tp_text *json, const tp_product *product) {
    tp_json_next(json);
    tp_text_add(json, "{");
    tp_json_add(json, "id", product->id);
    tp_json_add(json, "title_en", product->title_en);
    tp_json_add(json, "title_ja", product->title_ja);
    tp_json_add(json, "layer", product->layer);
    tp_json_add(json, "source", product->source);
    tp_json_add(json, "licence", product->licence);
    tp_json_add(json, "note", product->note);
    tp_json_add_key(json, "columns");
    tp_text_add(json, "[");
    for (size_t i = 0; i < product->n_columns; i++) {
        const tp_product_column *column = &product->columns[i];
        tp_json_next(json);
        tp_text_add(json, "{");
        tp_json_add(json, "name", column->name);
        tp_json_add(json, "type", tp_type_text(column->type));
        tp_json_add(json, "unit", column->unit);
        tp_json_add(json, "help_en", column->help_en);
        tp_text_add(json, "}");
    }
    tp_text_add(json, "]}");
}
