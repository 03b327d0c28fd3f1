/* The stages `flatgeobuf`, `geojson`, `csv` and `shapefile`: layers as a folder of files. */
#include "5_write/contents.h"
#include "5_write/output_check.h"
#include "5_write/output_file.h"
#include "5_write/vector_sink.h"

#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct vector_options {
    const char *folder;
    tp_texts layers;
} vector_options;

static const tp_setting SETTINGS[] = {
    {.key = "folder",
     .kind = TP_SETTING_PATH,
     .required = true,
     .help = "the folder to write, one file a layer; files of the same names are replaced when all are complete",
     .offset = offsetof(vector_options, folder)},
    {.key = "layers",
     .kind = TP_SETTING_LAYERS,
     .help =
         "the layers and tables to write; without it sites, verdicts, criteria and all layers that were made, but not "
         "those that were read",
     .offset = offsetof(vector_options, layers)},
};

/* Names, widths and NULLs are limits of a .dbf; the others hold all that a GeoPackage does. */
static const char *const FGB_OPTIONS[] = {NULL};
static const char *const GEOJSON_OPTIONS[] = {"RFC7946=YES", "COORDINATE_PRECISION=7", NULL};
static const char *const CSV_OPTIONS[] = {"LINEFORMAT=LF", "STRING_QUOTING=IF_AMBIGUOUS", "CREATE_CSVT=YES", NULL};
static const char *const SHAPE_OPTIONS[] = {"ENCODING=UTF-8", NULL};
static const struct {
    const char *stage;
    tp_vector_format format;
} FORMATS[] = {
    {"flatgeobuf", /* GDAL leaves rows without geometry out of it, without a word */
     {.driver = "FlatGeobuf",
      .extension = "fgb",
      .table_extension = "csv",
      .table_driver = "CSV",
      .table_options = CSV_OPTIONS,
      .indexed = true,
      .options = FGB_OPTIONS}},
    {"geojson", {.driver = "GeoJSON", .extension = "geojson", .crs = "EPSG:4326", .options = GEOJSON_OPTIONS}},
    {"csv", {.driver = "CSV", .extension = "csv", .columns = true, .options = CSV_OPTIONS}},
    {"shapefile",
     {.driver = "ESRI Shapefile", .extension = "shp", .table_extension = "dbf", .dbf = true, .options = SHAPE_OPTIONS}},
};

static const tp_vector_format *format_of(const tp_step *step) {
    size_t i = 0;
    while (strcmp(FORMATS[i].stage, step->stage->name) != 0) {
        i++;
    }
    return &FORMATS[i].format;
}

/* What decides whether a layer is written. */
typedef struct wish {
    const vector_options *options;
    const tp_dataset *dataset;
} wish;

static bool wants(const void *user, const char *name) {
    const wish *wish = user;
    const tp_texts *layers = &wish->options->layers;
    for (size_t i = 0; i < layers->n; i++) {
        if (strcmp(layers->items[i], name) == 0) {
            return true;
        }
    }
    if (layers->n > 0) {
        return false;
    }
    const tp_layer *layer = tp_dataset_layer(wish->dataset, name);
    static const char *const tables[] = {"verdicts", "criteria", "evidence_links", "sites"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i], name) == 0) {
            return true;
        }
    }
    return layer != NULL && !tp_layer_is_read(wish->dataset, layer);
}

/* No file of the folder may be one that the run reads. */
static void check_files(const tp_step *step, const tp_plan *plan, const vector_options *options, tp_place place,
                        tp_faults *faults) {
    const tp_vector_format *format = format_of(step);
    size_t size = strlen(options->folder);
    bool slash = size > 0 && options->folder[size - 1] == '/';
    for (size_t i = 0; i < plan->schema.n_heads; i++) {
        const tp_head *head = &plan->schema.heads[i];
        bool beside = head->geometry == TP_GEOMETRY_NONE && format->table_extension != NULL;
        char *file = tp_text_format("%s%s%s.%s", options->folder, slash ? "" : "/", head->name,
                                    beside ? format->table_extension : format->extension);
        if (file == NULL) {
            tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        } else {
            tp_output_check(step, plan, file, place, faults);
        }
        free(file);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const vector_options *options = step->options.values;
    tp_place place = tp_options_place(&step->options, SETTINGS, "folder", step->place);
    if (options->folder == NULL) {
        return;
    }
    if (options->folder[0] == '\0' || strncmp(options->folder, "/vsi", 4) == 0) {
        tp_faults_add_at(faults, place, "'%s' cannot be written (expected the path of a folder)", options->folder);
        return;
    }
    for (size_t i = 0; i < options->layers.n; i++) {
        const char *name = options->layers.items[i];
        if (!tp_output_reserves(name) && tp_schema_find(&plan->schema, name) == NULL) {
            tp_faults_add_at(faults, options->layers.places[i], "there is no layer '%s' to write", name);
        }
    }
    check_files(step, plan, options, place, faults);
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const vector_options *options = step->options.values;
    wish wish = {options, dataset};
    tp_output output = {.run = run, .dataset = dataset, .step = step->name};
    char *path = tp_plan_path(run->base, options->folder);
    if (path == NULL) {
        return tp_error_memory(error);
    }
    tp_code code =
        tp_sink_new_vector(format_of(step), path, dataset->geographic_crs, run->crs, wants, &wish, &output.sink, error);
    if (code == TP_OK) {
        code = tp_write_contents(&output, error);
    }
    if (code == TP_OK) {
        code = tp_sink_commit(output.sink, error);
    }
    if (code == TP_OK && tp_vector_sink_limits(output.sink) > 0) {
        code = tp_dataset_add_finding(dataset, step->name, "limits of the format", true, error,
                                      "%zu limits of the format were met, such as names of ten characters: see "
                                      "_limits.csv and _columns.csv beside the files",
                                      tp_vector_sink_limits(output.sink));
    }
    tp_sink_free(output.sink);
    free(path);
    return code;
}

#define VECTOR_STAGE(key, what)                                                                                        \
    const tp_stage tp_stage_##key = {                                                                                  \
        .name = #key,                                                                                                  \
        .phase = TP_WRITE,                                                                                             \
        .purpose = what,                                                                                               \
        .settings = SETTINGS,                                                                                          \
        .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],                                                            \
        .options_size = sizeof(vector_options),                                                                        \
        .main_key = "folder",                                                                                          \
        .check = check,                                                                                                \
        .run = run,                                                                                                    \
    }

VECTOR_STAGE(flatgeobuf, "writes layers as a folder of FlatGeobuf files, tables without geometry as CSV files");
VECTOR_STAGE(geojson, "writes layers as a folder of GeoJSON files after RFC 7946, in WGS 84");
VECTOR_STAGE(csv, "writes layers as a folder of CSV files, positions as columns of degrees");
VECTOR_STAGE(shapefile, "writes layers as a folder of shapefiles, and what these cannot hold as a list beside them");
