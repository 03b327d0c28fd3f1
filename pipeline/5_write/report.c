/* The stage `report`: the result as one page to be looked at. */
#include "5_write/contents.h"
#include "5_write/layer_sink.h"
#include "5_write/output_bytes.h"
#include "5_write/output_check.h"
#include "5_write/page.h"

#include "technopolis/plan.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct report_options {
    const char *file;
} report_options;

static const tp_setting SETTINGS[] = {
    {.key = "file",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help = "the HTML file to write; an existing one is replaced when the new one is complete",
     .offset = offsetof(report_options, file)},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const report_options *options = step->options.values;
    if (tp_schema_find(&plan->schema, "sites") == NULL || plan->n_profiles == 0) {
        tp_faults_add_at(faults, step->place, "there is nothing to report (expected a layer 'sites' and a profile)");
    }
    if (options->file != NULL) {
        tp_output_check(step, plan, options->file, tp_options_place(&step->options, SETTINGS, "file", step->place),
                        faults);
    }
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const report_options *options = step->options.values;
    tp_output output = {.run = run, .dataset = dataset, .step = step->name};
    tp_text html = {0};
    size_t n = 0;
    char *path = tp_plan_path(run->base, options->file);
    if (path == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = tp_layer_sink_new(tp_page_wants, &output.sink, error);
    if (code == TP_OK) {
        code = tp_write_contents(&output, error);
    }
    if (code == TP_OK) {
        tp_layer *const *layers = tp_layer_sink_layers(output.sink, &n);
        code = tp_page_build(layers, n, &html, error);
    }
    if (code == TP_OK) {
        code = tp_output_bytes_save(path, &html, error);
    }
    tp_text_reset(&html);
    tp_sink_free(output.sink);
    free(path);
    return code;
}

const tp_stage tp_stage_report = {
    .name = "report",
    .phase = TP_WRITE,
    .purpose = "writes the map and the tables as one HTML page that needs no network",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(report_options),
    .main_key = "file",
    .check = check,
    .run = run,
};
