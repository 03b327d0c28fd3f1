/* technopolis site: one ad-hoc place, judged like the sites of a configuration; nothing is written. */
#include "5_write/contents.h"
#include "5_write/evidence.h"
#include "explanation.h"
#include "json.h"
#include "request.h"
#include "robustness.h"
#include "technopolis/crs.h"
#include "technopolis/text.h"

#include <stdlib.h>

static const struct argp ARGP = {TP_SITE_OPTIONS,
                                 tp_request_parse,
                                 "CONFIG",
                                 "Judges one place against the configuration's layers and profiles. Writes nothing.",
                                 NULL,
                                 NULL,
                                 NULL};

static void print_result(const tp_dataset *dataset, const tp_result *result, tp_explanation *to, tp_text *evidence) {
    const tp_criterion *criterion = result->criterion;
    tp_outcome outcome = tp_result_outcome(result, 0);
    tp_text_clear(evidence);
    tp_evidence_write(dataset, result, 0, evidence);
    tp_explained explained = {.title = criterion->title_en,
                              .id = criterion->id,
                              .verdict = outcome.verdict,
                              .evidence = tp_text_get(evidence),
                              .method = outcome.method,
                              .unit = outcome.unit,
                              .source = criterion->source,
                              .required = criterion->required,
                              .at_least = outcome.at_least,
                              .has_value = outcome.has_value,
                              .has_threshold = true,
                              .has_margin = outcome.has_margin,
                              .value = outcome.value,
                              .threshold = outcome.threshold,
                              .margin = outcome.margin};
    tp_explanation_print(to, &explained);
}

static void print_site(const tp_dataset *dataset, tp_text *json) {
    tp_explanation to = {.out = stdout, .json = json};
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    const tp_column *prefecture = tp_layer_column(sites, "prefecture_name");
    tp_explanation_print_site(&to, tp_layer_id(sites, 0), tp_layer_label(sites, 0),
                              prefecture == NULL ? NULL : tp_column_text(prefecture, 0));
    tp_robustness robustness = {.flips = tp_dataset_layer(dataset, "flips"), /* borrowed */
                                .sensitivity = tp_dataset_layer(dataset, "sensitivity"),
                                .scorecards = tp_dataset_layer(dataset, "scorecards")};
    tp_text evidence = {0};
    for (size_t i = 0; i < dataset->n_profiles; i++) {
        const tp_profile *profile = dataset->profiles[i];
        tp_explanation_print_profile(&to, profile->id, tp_verdict_text((tp_verdict)dataset->site_verdict[i]));
        if (json == NULL) {
            tp_robustness_print(&robustness, profile->id, stdout);
        }
        for (size_t k = 0; k < dataset->n_results; k++) {
            if (dataset->results[k]->profile == profile) {
                print_result(dataset, dataset->results[k], &to, &evidence);
            }
        }
    }
    tp_explanation_end(&to);
    tp_text_reset(&evidence);
}

/* A place for which the run's CRS is not made would be judged by layers that cannot reach it, and told a firm no. */
static tp_code check_area(const tp_plan *plan, tp_faults *faults) {
    double west = 0, south = 0, east = 0, north = 0;
    double lon = plan->request.site_lon_deg, lat = plan->request.site_lat_deg;
    if (plan->run.crs == NULL || !tp_crs_area(plan->run.crs, &west, &south, &east, &north)) {
        return TP_OK;
    }
    bool between = west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
    if (between && lat >= south && lat <= north) {
        return TP_OK;
    }
    tp_faults_add(faults, TP_E_CONFIG,
                  "--lon %.10g --lat %.10g: the place lies outside the area of use of the run's CRS, %s (expected "
                  "longitude %g to %g, latitude %g to %g)",
                  lon, lat, plan->run.crs, west, east, south, north);
    return TP_E_CONFIG;
}

int tp_command_site(int argc, char **argv) {
    tp_request_input input = {.takes_place = true};
    int failed = tp_command_parse(&ARGP, argc, argv, &input);
    if (failed != 0) {
        return failed;
    }
    input.request.site_id = "site";
    input.request.without_write = true;
    if (input.request.site_name == NULL) {
        input.request.site_name = "the place asked about";
    }
    tp_faults faults = {0};
    tp_plan *plan = NULL;
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    tp_code code = tp_plan_new(&input.request, &plan, &faults);
    if (code == TP_OK && plan->n_profiles == 0) {
        tp_faults_add(&faults, TP_E_CONFIG, "%s: names no profile to judge by", input.request.config_path);
        code = TP_E_CONFIG;
    }
    if (code == TP_OK) {
        code = check_area(plan, &faults);
    }
    tp_print_faults(&faults);
    if (code == TP_OK) {
        code = tp_plan_run(plan, &dataset, &error);
        if (code != TP_OK) {
            tp_print_error(&error);
        } else if (!input.json) {
            print_site(dataset, NULL);
        }
    }
    int result = (int)code;
    if (input.json) {
        tp_text json = {0};
        tp_json_begin(&json, "site", code, &faults, &error);
        if (code == TP_OK) {
            print_site(dataset, &json);
        }
        result = tp_json_end(&json, code);
    }
    tp_dataset_free(dataset);
    tp_plan_free(plan);
    tp_faults_reset(&faults);
    free(input.sets);
    return result;
}
