/* Measuring again under other assumptions: see remeasure.h. */
#include "core/plan/remeasure.h"

#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* The run's network with roads as fast as the scene wants them, and joins of its own: they are kept by layer. */
static tp_code make_transport(tp_scene *scene, const tp_dataset *real, tp_error *error) {
    if (real->network == NULL) {
        return TP_OK;
    }
    scene->transport = malloc(sizeof *scene->transport);
    if (scene->transport == NULL) {
        return tp_error_memory(error);
    }
    *scene->transport = *real->network;
    scene->transport->joins = NULL;
    tp_code code = TP_OK;
    if (scene->speed_factor != 1) {
        code = tp_network_scaled(real->network->network, scene->speed_factor, &scene->scaled, error);
        scene->transport->network = scene->scaled;
        scene->transport->join.off_road_km_h *= scene->speed_factor;
    }
    return code;
}

static tp_code borrow_layers(tp_scene *scene, const tp_dataset *real, tp_error *error) {
    tp_dataset *dataset = scene->dataset;
    dataset->layers = malloc((real->n_layers + 1) * sizeof *dataset->layers);
    if (dataset->layers == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < real->n_layers; i++) {
        bool sites = scene->sites != NULL && strcmp(real->layers[i]->name, "sites") == 0;
        dataset->layers[dataset->n_layers++] = sites ? scene->sites : real->layers[i];
    }
    return TP_OK;
}

tp_code tp_scene_new(tp_dataset *dataset, tp_layer *sites, double speed_factor, tp_scene **scene, tp_error *error) {
    *scene = NULL;
    tp_scene *made = calloc(1, sizeof *made);
    if (made == NULL) {
        tp_layer_free(sites);
        return tp_error_memory(error);
    }
    made->sites = sites;
    made->speed_factor = speed_factor;
    tp_code code = tp_dataset_new(&made->dataset, error);
    if (code == TP_OK) {
        made->dataset->ellipsoid = dataset->ellipsoid;
        code = borrow_layers(made, dataset, error);
    }
    if (code == TP_OK && (sites != NULL || speed_factor != 1)) {
        code = make_transport(made, dataset, error);
    }
    if (code == TP_OK && dataset->geographic_crs != NULL) {
        made->dataset->geographic_crs = tp_text_copy(dataset->geographic_crs);
        code = made->dataset->geographic_crs == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (code != TP_OK) {
        tp_scene_free(made);
        return code;
    }
    made->dataset->network = made->transport != NULL ? made->transport : dataset->network;
    *scene = made;
    return TP_OK;
}

void tp_scene_free(tp_scene *scene) {
    if (scene == NULL) {
        return;
    }
    if (scene->dataset != NULL) { /* what is borrowed is given back */
        scene->dataset->network = NULL;
        scene->dataset->n_layers = 0;
        tp_dataset_free(scene->dataset);
    }
    if (scene->transport != NULL) {
        tp_layer_joins_free(scene->transport->joins);
        free(scene->transport);
    }
    tp_network_scaled_free(scene->scaled);
    tp_layer_free(scene->sites);
    free(scene);
}

/* Every speed among the settings is one of straight lines: those of the network are in its times. */
static void scale_speeds(const tp_stage *stage, tp_options *options, double factor) {
    for (size_t i = 0; factor != 1 && i < stage->n_settings; i++) {
        const tp_setting *setting = &stage->settings[i];
        if (setting->kind == TP_SETTING_QUANTITY && setting->dimension == TP_DIMENSION_SPEED) {
            tp_quantity *quantity = (tp_quantity *)(void *)((char *)options->values + setting->offset);
            quantity->value *= factor;
        }
    }
}

static tp_code apply_change(const tp_stage *stage, tp_options *options, const tp_setting_change *change,
                            tp_error *error) {
    for (size_t i = 0; i < stage->n_settings; i++) {
        const tp_setting *setting = &stage->settings[i];
        char *at = (char *)options->values + setting->offset;
        if (strcmp(setting->key, change->key) != 0) {
            continue;
        }
        if (setting->kind == TP_SETTING_CONDITION && change->condition != NULL) {
            memcpy(at, &change->condition, sizeof change->condition);
            return TP_OK;
        }
        if (setting->kind == TP_SETTING_QUANTITY) {
            tp_quantity *quantity = (tp_quantity *)(void *)at;
            if (quantity->unit[0] == '\0') { /* it was not set: stages ask its unit for that */
                quantity->dimension = setting->dimension;
                (void)strncpy(quantity->unit, tp_dimension_unit(setting->dimension), TP_UNIT_SIZE - 1);
            }
            quantity->value = change->number;
            return TP_OK;
        }
        if (setting->kind == TP_SETTING_NUMBER) {
            memcpy(at, &change->number, sizeof change->number);
            return TP_OK;
        }
    }
    return tp_error_set(error, TP_E_INTERNAL, "%s has no setting '%s' that can be changed", stage->name, change->key);
}

static tp_code fill_options(const tp_stage *stage, const tp_node *settings, tp_options *options, tp_error *error) {
    tp_faults faults = {0};
    tp_place place = settings == NULL ? (tp_place){0} : tp_node_place(settings);
    tp_code code = tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, settings, place,
                                   TP_ORIGIN_PROFILE, options, &faults);
    if (code != TP_OK) { /* the plan has checked them */
        code = tp_error_set(error, TP_E_INTERNAL, "%s", faults.n > 0 ? faults.items[0].message : stage->name);
    }
    tp_faults_reset(&faults);
    return code;
}

tp_code tp_scene_measure(tp_scene *scene, const tp_run *run, const char *kind, const tp_node *settings,
                         const char *name, const tp_setting_change *change, const tp_measure **measure,
                         tp_error *error) {
    static char implied_by[] = "sensitivity"; /* a step that a user wrote would add columns */
    *measure = tp_dataset_measure(scene->dataset, name);
    if (*measure != NULL) {
        return TP_OK;
    }
    const tp_stage *stage = tp_stage_find(TP_MEASURE, kind);
    tp_step step = {.stage = stage, .implied_by = implied_by, .node = settings, .name = tp_text_copy(name)};
    tp_code code = step.name == NULL                   ? tp_error_memory(error)
                   : stage == NULL || !stage->measures ? tp_error_set(error, TP_E_INTERNAL, "no measure %s", kind)
                                                       : TP_OK;
    if (code == TP_OK) {
        code = fill_options(stage, settings, &step.options, error);
    }
    if (code == TP_OK) {
        scale_speeds(stage, &step.options, scene->speed_factor);
    }
    if (code == TP_OK && change != NULL) {
        code = apply_change(stage, &step.options, change, error);
    }
    if (code == TP_OK) {
        code = stage->run(&step, run, scene->dataset, error);
    }
    tp_options_reset(&step.options);
    free(step.name);
    *measure = code == TP_OK ? tp_dataset_measure(scene->dataset, name) : NULL;
    return code == TP_OK && *measure == NULL ? tp_error_set(error, TP_E_INTERNAL, "%s gave no measure %s", kind, name)
                                             : code;
}
