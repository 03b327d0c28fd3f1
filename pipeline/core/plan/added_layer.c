/* Layers that a stage adds: see added_layer.h. */
#include "core/plan/added_layer.h"

#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <string.h>

void tp_added_layer_check(const tp_step *step, tp_plan *plan, tp_geometry geometry, tp_faults *faults) {
    tp_error error = {0};
    tp_head *head = NULL;
    if (step->name[0] == '\0' || tp_schema_find(&plan->schema, step->name) != NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, "as", step->place),
                         "%s would add a layer '%s', %s (expected another name: `as`)", step->stage->name, step->name,
                         step->name[0] == '\0' ? "which is no name" : "which is there already");
    } else if (tp_schema_add(&plan->schema, step->name, geometry, step->place, &head, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    }
}

tp_code tp_added_layer_new(const tp_step *step, const tp_dataset *dataset, tp_geometry geometry, tp_layer **layer,
                           tp_error *error) {
    tp_code code = tp_layer_new(step->name, geometry, layer, error);
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

tp_code tp_added_layer_open(const tp_step *step, tp_layer *layer, int64_t n, tp_column **columns, tp_error *error) {
    tp_code code = tp_layer_add_rows(layer, n, error);
    for (int64_t row = 0; row < n && code == TP_OK; row++) {
        layer->source[row] = -1;
        layer->source_fid[row] = -1;
    }
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
