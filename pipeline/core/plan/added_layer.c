/* Layers that a stage adds: see added_layer.h. */
#include "core/plan/added_layer.h"

#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <string.h>

void tp_added_layer_check_as(const tp_step *step, tp_plan *plan, const char *key, const char *name,
                             tp_geometry geometry, tp_faults *faults) {
    tp_error error = {0};
    tp_head *head = NULL;
    if (name == NULL || name[0] == '\0' || tp_schema_find(&plan->schema, name) != NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, key, step->place),
                         "%s would add a layer '%s', %s (expected another name: `%s`)", step->stage->name,
                         name == NULL ? "" : name,
                         name == NULL || name[0] == '\0' ? "which is no name" : "which is there already", key);
    } else if (tp_schema_add(&plan->schema, name, geometry, step->place, &head, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
}

void tp_added_layer_check(const tp_step *step, tp_plan *plan, tp_geometry geometry, tp_faults *faults) {
    tp_added_layer_check_as(step, plan, "as", step->name, geometry, faults);
}

static tp_code new_layer(const char *name, const tp_dataset *dataset, tp_geometry geometry, tp_layer **layer,
                         tp_error *error) {
    tp_code code = tp_layer_new(name, geometry, layer, error);
    if (code == TP_OK && geometry != TP_GEOMETRY_NONE && dataset->geographic_crs != NULL) {
        (*layer)->crs = tp_text_copy(dataset->geographic_crs);
        if ((*layer)->crs == NULL) {
            tp_layer_free(*layer);
            *layer = NULL;
            code = tp_error_memory(error);
        }
    }
    return code;
}

tp_code tp_added_layer_new(const tp_step *step, const tp_dataset *dataset, tp_geometry geometry, tp_layer **layer,
                           tp_error *error) {
    return new_layer(step->name, dataset, geometry, layer, error);
}

static tp_code add_rows(tp_layer *layer, int64_t n, tp_error *error) {
    tp_code code = tp_layer_add_rows(layer, n, error);
    for (int64_t row = 0; row < n && code == TP_OK; row++) {
        layer->source[row] = -1;
        layer->source_fid[row] = -1;
    }
    return code;
}

tp_code tp_added_layer_open(const tp_step *step, tp_layer *layer, int64_t n, tp_column **columns, tp_error *error) {
    tp_code code = add_rows(layer, n, error);
    for (size_t i = 0; i < step->stage->n_adds && code == TP_OK; i++) {
        const tp_stage_column *column = &step->stage->adds[i];
        columns[i] = NULL;
        if (strchr(column->name, '{') == NULL) {
            code = tp_layer_add_column(layer, column->name, column->type, column->unit, step->stage->name, &columns[i],
                                       error);
        }
    }
    return code;
}

tp_code tp_added_layer_make(const tp_step *step, const tp_dataset *dataset, const char *pattern, const char *name,
                            tp_geometry geometry, int64_t n, tp_layer **layer, tp_column **columns, tp_error *error) {
    size_t k = 0;
    tp_code code = new_layer(name, dataset, geometry, layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = add_rows(*layer, n, error);
    for (size_t i = 0; i < step->stage->n_adds && code == TP_OK; i++) {
        const tp_stage_column *column = &step->stage->adds[i];
        if (strcmp(column->layer, pattern) == 0 && strchr(column->name, '{') == NULL) {
            code = tp_layer_add_column(*layer, column->name, column->type, column->unit, step->stage->name, &columns[k],
                                       error);
            k++;
        }
    }
    if (code != TP_OK) {
        tp_layer_free(*layer);
        *layer = NULL;
        return code;
    }
    (*layer)->id = columns[0];
    return TP_OK;
}

tp_code tp_added_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return text == NULL ? TP_OK : tp_column_set_text(column, row, text, strlen(text), error);
}
