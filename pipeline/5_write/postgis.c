/* The stage `postgis`: everything a GeoPackage holds, as tables of a database. */
#include "5_write/contents.h"
#include "5_write/gdal_listener.h"

#include "technopolis/plan.h"

#include <gdal.h>
#include <stddef.h>
#include <string.h>

typedef struct postgis_options {
    const char *database, *schema;
} postgis_options;

static const tp_setting SETTINGS[] = {
    {.key = "database",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help =
         "a PostGIS database, such as \"PG:host=… dbname=…\"; a password in it is written nowhere (better: ~/.pgpass)",
     .offset = offsetof(postgis_options, database)},
    {.key = "schema",
     .kind = TP_SETTING_TEXT,
     .fallback = "technopolis",
     .help = "the schema of the tables, made where it is missing; tables of the same names are replaced",
     .offset = offsetof(postgis_options, schema)},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const postgis_options *options = step->options.values;
    (void)plan;
    if (options->database == NULL) {
        return;
    }
    tp_place place = tp_options_place(&step->options, SETTINGS, "database", step->place);
    if (strncmp(options->database, "PG:", 3) != 0) {
        tp_faults_add_at(faults, place, "'%s' is no database (expected \"PG:host=… dbname=…\")", options->database);
        return;
    }
    if (options->schema == NULL || options->schema[0] == '\0') {
        tp_faults_add_at(faults, place, "'schema' is empty (expected a name)");
    }
    tp_gdal_listener listener;
    tp_gdal_listener_start(&listener);
    GDALAllRegister();
    const char *drivers[] = {"PostgreSQL", NULL};
    GDALDatasetH dataset =
        GDALOpenEx(options->database, GDAL_OF_VECTOR | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR, drivers, NULL, NULL);
    if (dataset != NULL) {
        GDALClose(dataset);
    }
    tp_gdal_listener_end();
    if (dataset == NULL) {
        tp_faults_add_code_at(faults, TP_E_MACHINE, place, "%s: cannot be connected to: %.*s", options->database,
                              (int)strcspn(listener.message, "\n"), listener.message);
    }
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const postgis_options *options = step->options.values;
    tp_words words = {0};
    tp_output output = {.run = run, .dataset = dataset, .step = step->name, .words = &words};
    tp_code code = tp_words_load(run->language, &words, error);
    if (code == TP_OK) {
        code =
            tp_sink_new_pg(options->database, options->schema, dataset->geographic_crs, run->crs, &output.sink, error);
    }
    if (code == TP_OK) {
        code = tp_write_contents(&output, error);
    }
    if (code == TP_OK) {
        code = tp_sink_commit(output.sink, error);
    }
    tp_sink_free(output.sink);
    tp_words_reset(&words);
    return code;
}

const tp_stage tp_stage_postgis = {
    .name = "postgis",
    .phase = TP_WRITE,
    .purpose = "writes everything that a GeoPackage holds into a schema of a PostGIS database, in one transaction",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(postgis_options),
    .main_key = "database",
    .check = check,
    .run = run,
};
