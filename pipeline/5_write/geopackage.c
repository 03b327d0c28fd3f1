/* The stage `geopackage`: the whole dataset as one file of layers and tables. */
#include "5_write/contents.h"
#include "5_write/metadata.h"
#include "5_write/output_check.h"
#include "5_write/styles.h"

#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <strings.h>

typedef struct geopackage_options {
    const char *file;
    bool fast;
    int evidence;
    bool styles;
} geopackage_options;

static const tp_setting SETTINGS[] = {
    {.key = "file",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help = "the file to write; an existing one is replaced when the new one is complete",
     .offset = offsetof(geopackage_options, file)},
    {.key = "fast",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "write by SQLite and pack the spatial index; no: through GDAL, the same content several times slower",
     .offset = offsetof(geopackage_options, fast)},
    {.key = "evidence",
     .kind = TP_SETTING_CHOICE,
     .choices = "all|met_or_unknown|none",
     .fallback = "all",
     .help = "of which sites the evidence is written, in words and as links; met_or_unknown: not of sites that fail",
     .offset = offsetof(geopackage_options, evidence)},
    {.key = "styles",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "write QGIS styles, titles of columns and ISO 19115 metadata into the file",
     .offset = offsetof(geopackage_options, styles)},
};

/* Table names in a GeoPackage are one whatever their case, and some are taken by the program's own tables. */
static void check_names(const tp_schema *schema, tp_faults *faults) {
    for (size_t i = 0; i < schema->n_heads; i++) {
        const tp_head *head = &schema->heads[i];
        if (tp_output_reserves(head->name)) {
            tp_faults_add_at(faults, head->place,
                             "a layer cannot be named '%s', which is the name of a table that the program writes "
                             "(expected another name)",
                             head->name);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcasecmp(schema->heads[k].name, head->name) == 0) {
                tp_faults_add_at(faults, head->place,
                                 "layers '%s' and '%s' would be one table in a GeoPackage, where case does not count",
                                 schema->heads[k].name, head->name);
            }
        }
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const geopackage_options *options = step->options.values;
    check_names(&plan->schema, faults);
    if (options->file == NULL) {
        return;
    }
    tp_output_check(step, plan, options->file, tp_options_place(&step->options, SETTINGS, "file", step->place), faults);
}

/* Everything, then what is said about it: styles and metadata. */
static tp_code write_all(tp_output *output, bool styles, tp_error *error) {
    tp_words words = {0};
    tp_written written = {0};
    tp_text xml = {0};
    tp_code code = TP_OK;
    if (styles) {
        output->words = &words;
        output->written = &written;
        code = tp_words_load(output->run->language, &words, error);
    }
    if (code == TP_OK) {
        code = tp_write_contents(output, error);
    }
    if (code == TP_OK && styles) {
        code = tp_write_styles(output, error);
        tp_metadata_write(output, &xml);
        if (code == TP_OK) {
            code = xml.lost ? tp_error_memory(error) : tp_sink_describe(output->sink, tp_text_get(&xml), error);
        }
    }
    tp_text_reset(&xml);
    tp_written_reset(&written);
    tp_words_reset(&words);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const geopackage_options *options = step->options.values;
    tp_output output = {
        .run = run, .dataset = dataset, .evidence = (tp_evidence_of)options->evidence, .step = step->name};
    char *path = tp_plan_path(run->base, options->file);
    if (path == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = options->fast ? tp_sink_new_gpkg(path, dataset->geographic_crs, run->crs, &output.sink, error)
                                 : tp_sink_new_ogr(path, dataset->geographic_crs, run->crs, &output.sink, error);
    if (code == TP_OK) {
        code = write_all(&output, options->styles, error);
    }
    if (code == TP_OK) {
        code = tp_sink_commit(output.sink, error);
    }
    tp_sink_free(output.sink);
    free(path);
    return code;
}

const tp_stage tp_stage_geopackage = {
    .name = "geopackage",
    .phase = TP_WRITE,
    .purpose = "writes sites, verdicts, evidence and all layers as one GeoPackage",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(geopackage_options),
    .main_key = "file",
    .check = check,
    .run = run,
};
