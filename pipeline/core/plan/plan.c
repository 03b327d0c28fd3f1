/* The plan from end to end: see technopolis/plan.h. */
#include "technopolis/plan.h"

#include "plan_parts.h"
#include "technopolis/crs.h"
#include "technopolis/text.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_profile_names(tp_profile *profile) {
    for (size_t i = 0; i < profile->n_criteria; i++) {
        tp_criterion *criterion = &profile->criteria[i];
        for (size_t k = 0; k < criterion->n_parts; k++) {
            free(criterion->parts[k].measure_name);
            criterion->parts[k].measure_name = NULL;
        }
        for (size_t k = 0; k < criterion->n_also; k++) {
            free(criterion->also[k].measure_name);
            criterion->also[k].measure_name = NULL;
        }
    }
}

void tp_plan_free_step(tp_step *step) {
    free(step->name);
    free(step->implied_by);
    tp_options_reset(&step->options);
    tp_node_free(step->owned_node);
    free(step);
}

void tp_plan_free(tp_plan *plan) {
    if (plan == NULL) {
        return;
    }
    for (size_t i = 0; i < plan->n_steps; i++) {
        tp_plan_free_step(plan->steps[i]);
    }
    free(plan->steps);
    for (size_t i = 0; i < plan->n_profiles; i++) {
        free_profile_names(plan->profiles[i]);
        tp_profile_free(plan->profiles[i]);
    }
    free(plan->profiles);
    for (size_t i = 0; i < plan->n_products; i++) {
        tp_product_free(plan->products[i]);
    }
    free(plan->products);
    tp_schema_reset(&plan->schema);
    tp_options_reset(&plan->run_options);
    tp_node_free(plan->root);
    free(plan->config_name);
    free(plan->base);
    free(plan);
}

/* The folder of a path with its slash, "" for a bare name. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return tp_text_format("%.*s", slash == NULL ? 0 : (int)(slash - path + 1), path);
}

static void check_crs(const tp_plan *plan, tp_faults *faults) {
    char *geographic = NULL;
    tp_ellipsoid ellipsoid;
    tp_error error = {0};
    if (plan->run.crs != NULL && tp_crs_geographic(plan->run.crs, &geographic, &ellipsoid, &error) != TP_OK) {
        size_t n = 0;
        const tp_setting *settings = tp_run_settings(&n);
        tp_faults_add_at(faults, tp_options_place(&plan->run_options, settings, "crs", tp_node_place(plan->root)), "%s",
                         error.message);
    }
    free(geographic);
}

/* The one-row layer `sites` of `technopolis site`. */
static void add_site_head(tp_plan *plan, tp_faults *faults) {
    tp_error error = {0};
    tp_head *head = NULL;
    if (tp_schema_add(&plan->schema, "sites", TP_GEOMETRY_POINT, (tp_place){0}, &head, &error) != TP_OK ||
        tp_head_add_field(head, "site_id", TP_TYPE_TEXT, NULL, NULL, &error) != TP_OK ||
        tp_head_add_field(head, "name", TP_TYPE_TEXT, NULL, NULL, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
    } else {
        head->n_features = 1;
    }
}

tp_code tp_plan_new(const tp_plan_request *request, tp_plan **plan, tp_faults *faults) {
    *plan = NULL;
    tp_plan *made = calloc(1, sizeof *made);
    if (made != NULL) {
        made->request = *request;
        made->config_name = tp_text_copy(request->config_path);
        made->base = folder_of(request->config_path);
    }
    if (made == NULL || made->config_name == NULL || made->base == NULL) {
        tp_plan_free(made);
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return TP_E_MACHINE;
    }
    tp_plan_load(made, faults);
    if (made->root != NULL && tp_node_get_kind(made->root) == TP_NODE_MAP) {
        check_crs(made, faults);
        tp_plan_expand_profiles(made, faults);
        if (tp_plan_sort(made) != TP_OK) {
            tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        }
        if (request->site_id != NULL) {
            add_site_head(made, faults);
        }
        made->run.finest_m = tp_plan_finest_m(made);
        tp_plan_check(made, faults);
    }
    tp_code code = tp_faults_code(faults);
    if (code != TP_OK) {
        tp_plan_free(made);
        return code;
    }
    *plan = made;
    return TP_OK;
}

static tp_code add_site(const tp_plan *plan, tp_dataset *dataset, tp_error *error) {
    const tp_plan_request *request = &plan->request;
    tp_layer *layer = NULL;
    tp_column *name = NULL;
    tp_code code = tp_layer_new("sites", TP_GEOMETRY_POINT, &layer, error);
    if (code == TP_OK) {
        code = tp_layer_add_rows(layer, 1, error);
    }
    if (code == TP_OK) {
        code = tp_layer_add_column(layer, "site_id", TP_TYPE_TEXT, NULL, "command line", &layer->id, error);
    }
    if (code == TP_OK) {
        code = tp_layer_add_column(layer, "name", TP_TYPE_TEXT, NULL, "command line", &name, error);
    }
    if (code == TP_OK) {
        code = tp_column_set_text(layer->id, 0, request->site_id, strlen(request->site_id), error);
    }
    const char *shown = request->site_name != NULL ? request->site_name : request->site_id;
    if (code == TP_OK) {
        code = tp_column_set_text(name, 0, shown, strlen(shown), error);
    }
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->label = name;
    layer->lon_deg[0] = request->site_lon_deg;
    layer->lat_deg[0] = request->site_lat_deg;
    layer->source[0] = -1;
    layer->source_fid[0] = -1;
    layer->crs = tp_text_copy(dataset->geographic_crs);
    return tp_dataset_add_layer(dataset, layer, error);
}

/* A step's address in `parameters`: "measure/airport", or the criterion's "list1982/research_base/1". */
static char *step_address(const tp_step *step) {
    return step->stage->phase == TP_MEASURE && step->implied_by != NULL
               ? tp_text_copy(step->name)
               : tp_text_format("%s/%s%s%s", tp_phase_text(step->stage->phase), step->stage->name,
                                strcmp(step->stage->name, step->name) == 0 ? "" : "/",
                                strcmp(step->stage->name, step->name) == 0 ? "" : step->name);
}

/* Settings that say where files lie are not parameters of the result: `sources` has the inputs, and the output's name
 * must not change a byte of it. */
static bool is_parameter(const tp_step *step, const tp_setting *setting) {
    return !(step->stage->phase == TP_WRITE && setting->kind == TP_SETTING_PATH);
}

static tp_code add_parameters(const tp_options *options, const tp_setting *settings, size_t n, const tp_step *step,
                              tp_dataset *dataset, tp_error *error) {
    char *address = step == NULL ? tp_text_copy("run") : step_address(step);
    tp_code code = address == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        bool threads = step == NULL && strcmp(settings[i].key, "threads") == 0;
        if (options->texts[i] != NULL && !threads && (step == NULL || is_parameter(step, &settings[i]))) {
            code = tp_dataset_add_parameter(dataset, address, settings[i].key, options->texts[i],
                                            tp_origin_text(options->origins[i]), error);
        }
    }
    free(address);
    return code;
}

static tp_code prepare_dataset(const tp_plan *plan, tp_dataset *dataset, tp_error *error) {
    tp_code code = tp_crs_geographic(plan->run.crs, &dataset->geographic_crs, &dataset->ellipsoid, error);
    size_t n = 0;
    const tp_setting *settings = tp_run_settings(&n);
    if (code == TP_OK) {
        code = add_parameters(&plan->run_options, settings, n, NULL, dataset, error);
    }
    for (size_t i = 0; i < plan->n_steps && code == TP_OK; i++) {
        const tp_step *step = plan->steps[i];
        code = add_parameters(&step->options, step->stage->settings, step->stage->n_settings, step, dataset, error);
    }
    if (code == TP_OK && plan->n_profiles > 0) {
        dataset->profiles = malloc(sizeof *dataset->profiles * plan->n_profiles);
        if (dataset->profiles == NULL) {
            return tp_error_memory(error);
        }
        memcpy(dataset->profiles, plan->profiles, sizeof *dataset->profiles * plan->n_profiles);
        dataset->n_profiles = plan->n_profiles;
    }
    if (code == TP_OK && plan->request.site_id != NULL) {
        code = add_site(plan, dataset, error);
    }
    return code;
}

tp_code tp_plan_run(tp_plan *plan, tp_dataset **dataset, tp_error *error) {
    *dataset = NULL;
    tp_dataset *made = NULL;
    tp_code code = tp_dataset_new(&made, error);
    if (code == TP_OK) {
        code = prepare_dataset(plan, made, error);
    }
    if (plan->run.threads > 0) {
        omp_set_num_threads((int)plan->run.threads);
    }
    for (size_t i = 0; i < plan->n_steps && code == TP_OK; i++) {
        const tp_step *step = plan->steps[i];
        if (plan->run.progress != NULL) {
            plan->run.progress(plan->run.progress_user, step->stage->phase, step->name, (int64_t)i,
                               (int64_t)plan->n_steps);
        }
        code = step->stage->run(step, &plan->run, made, error);
    }
    if (code != TP_OK) {
        tp_dataset_free(made);
        return code;
    }
    *dataset = made;
    return TP_OK;
}
