/* The stage that reads a layer: one entry of the `read` section, whose key is the layer's name. */
#include "1_read/complete.h"
#include "1_read/heads.h"
#include "1_read/ogr_file.h"
#include "1_read/rejects.h"
#include "1_read/select.h"
#include "1_read/wards.h"
#include "technopolis/crs.h"
#include "technopolis/digest.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(field) offsetof(tp_read_options, field)

static const tp_setting SETTINGS[] = {
    {.key = "file",
     .kind = TP_SETTING_PATHS,
     .required = true,
     .help = "the file, or several (a list, or a pattern with * and ?) that make one layer: anything GDAL opens; .gz, "
             ".zip with one layer, FILE.zip/MEMBER; with a product also a folder",
     .offset = OPTION(file)},
    {.key = "layer", .kind = TP_SETTING_TEXT, .help = "the layer inside a file of several", .offset = OPTION(layer)},
    {.key = "id",
     .kind = TP_SETTING_COLUMN,
     .help = "column that identifies a row, read as text; without it the source feature id",
     .offset = OPTION(id)},
    {.key = "name",
     .kind = TP_SETTING_COLUMN,
     .help = "column of names for messages and evidence",
     .offset = OPTION(name)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "rows for which this is false are not read; where it is unknown they are rejected",
     .offset = OPTION(where)},
    {.key = "coverage",
     .kind = TP_SETTING_TEXT,
     .fallback = "complete",
     .help = "how much of the world the file holds: complete, sample, or a condition for which it is complete",
     .offset = OPTION(coverage)},
    {.key = "encoding",
     .kind = TP_SETTING_TEXT,
     .help = "encoding of the texts, instead of finding it out",
     .offset = OPTION(encoding)},
    {.key = "crs",
     .kind = TP_SETTING_TEXT,
     .help = "coordinate reference system of the coordinates, instead of the file's, such as EPSG:6668",
     .offset = OPTION(crs)},
    {.key = "lon",
     .kind = TP_SETTING_COLUMN,
     .help = "column of longitudes (or eastings) in a table; in a CSV file lon_deg, lon and longitude are found",
     .offset = OPTION(lon)},
    {.key = "lat",
     .kind = TP_SETTING_COLUMN,
     .help = "column of latitudes (or northings) in a table; in a CSV file lat_deg, lat and latitude are found",
     .offset = OPTION(lat)},
    {.key = "columns",
     .kind = TP_SETTING_MAP,
     .help = "other names for columns: { OUR_NAME: NAME_IN_THE_FILE }",
     .offset = OPTION(columns)},
    {.key = "from",
     .kind = TP_SETTING_COLUMN,
     .help = "column of the year from which a feature existed; later ones than the run's year are not read",
     .offset = OPTION(from)},
    {.key = "to",
     .kind = TP_SETTING_COLUMN,
     .help = "column of the year in which a feature ceased to exist; those gone by the run's year are not read",
     .offset = OPTION(to)},
    {.key = "unknown_year",
     .kind = TP_SETTING_CHOICE,
     .choices = "keep|leave_out",
     .fallback = "keep",
     .help = "rows of which it is not known whether they existed in the run's year: kept and counted, or rejected",
     .offset = OPTION(unknown_year)},
    {.key = "year",
     .kind = TP_SETTING_TEXT,
     .help = "the year that the layer is about, any, or the column that says it for each row; pop_year is found",
     .offset = OPTION(year)},
    {.key = "since",
     .kind = TP_SETTING_MAP,
     .help = "values that hold only from a year on: { COLUMN: COLUMN_OF_YEARS }; before it 0, or of a text unknown",
     .offset = OPTION(since)},
    {.key = "dissolve",
     .kind = TP_SETTING_YES_NO,
     .fallback = "no",
     .help = "join the lines or polygons of one id",
     .offset = OPTION(dissolve)},
    {.key = "product",
     .kind = TP_SETTING_TEXT,
     .help = "what the file is, such as ksj-p29 (see `list products`), or a product file of yours (.yaml)",
     .offset = OPTION(product)},
    {.key = "merge",
     .kind = TP_SETTING_MAP,
     .help = "points of lines or polygons, and one row of several: { point: middle, by: COLUMN, … }, see `merge`",
     .offset = OPTION(merge)},
};
enum { N_SETTINGS = sizeof SETTINGS / sizeof SETTINGS[0] };

/* The map of new names: texts, and no column twice. */
static void check_columns(const tp_node *map, tp_faults *faults) {
    if (map != NULL && tp_node_get_kind(map) != TP_NODE_MAP) {
        tp_faults_add_at(faults, tp_node_place(map), "'columns' is a map (expected { OUR_NAME: NAME_IN_THE_FILE })");
        return;
    }
    for (size_t i = 0; map != NULL && i < tp_node_count(map); i++) {
        const tp_node *value = tp_node_at(map, i);
        const char *text = tp_node_text(value);
        if (text == NULL || text[0] == '\0') {
            tp_faults_add_at(faults, tp_node_place(value), "'%s' needs the name of a column of the file",
                             tp_node_key(map, i));
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            const char *other = tp_node_text(tp_node_at(map, j));
            if (other != NULL && strcmp(other, text) == 0) {
                tp_faults_add_at(faults, tp_node_place(value), "column '%s' already has the new name '%s'", text,
                                 tp_node_key(map, j));
            }
        }
    }
}

/*
 * A product's own `where` says what the layer is made of (universities among schools): the layer is as complete as the
 * file. One that the entry writes narrows it.
 */
static bool defines_layer(const tp_step *step) {
    return tp_options_origin(&step->options, SETTINGS, "where") == TP_ORIGIN_PRODUCT;
}

/* Moves the head of all files into the schema. */
static tp_code publish(const tp_step *step, tp_read_heads *heads, tp_schema *schema, tp_error *error) {
    tp_head *head = NULL;
    tp_code code = tp_schema_add(schema, step->name, heads->all.geometry, step->place, &head, error);
    for (size_t i = 0; i < heads->all.n_fields && code == TP_OK; i++) {
        const tp_field *field = &heads->all.fields[i];
        code = tp_head_add_field(head, field->name, field->type, field->unit, field->help, error);
    }
    if (code == TP_OK) {
        head->n_features = heads->all.n_features;
        head->coverage = heads->all.coverage;
        head->coverage_condition = heads->all.coverage_condition;
        head->where = defines_layer(step) ? NULL : heads->all.where;
        heads->all.coverage_condition = NULL;
        heads->all.where = head->where == NULL ? heads->all.where : NULL;
    }
    return code;
}

static tp_place place_of(const tp_step *step, const char *key) {
    return tp_options_place(&step->options, SETTINGS, key, step->place);
}

/* A column of years is there. That it holds years is seen when it is read. */
static void check_column(const tp_step *step, const tp_plan *plan, tp_place place, const char *name,
                         tp_faults *faults) {
    const tp_head *head = tp_schema_find(&plan->schema, step->name);
    if (head != NULL && name != NULL && tp_head_field(head, name) == NULL) {
        tp_faults_add_code_at(faults, TP_E_DATA, place, "layer %s has no column '%s' (of years)", step->name, name);
    }
}

static void check_since(const tp_step *step, const tp_plan *plan, const tp_node *map, tp_faults *faults) {
    if (map != NULL && tp_node_get_kind(map) != TP_NODE_MAP) {
        tp_faults_add_at(faults, tp_node_place(map), "'since' is a map (expected { COLUMN: COLUMN_OF_YEARS })");
        return;
    }
    for (size_t i = 0; map != NULL && i < tp_node_count(map); i++) {
        const tp_node *value = tp_node_at(map, i);
        const tp_head *head = tp_schema_find(&plan->schema, step->name);
        if (tp_node_text(value) == NULL) {
            tp_faults_add_at(faults, tp_node_place(value), "'%s' needs the name of a column of years",
                             tp_node_key(map, i));
            continue;
        }
        check_column(step, plan, tp_node_place(value), tp_node_text(value), faults);
        if (head != NULL && tp_head_field(head, tp_node_key(map, i)) == NULL) {
            tp_faults_add_code_at(faults, TP_E_DATA, tp_node_key_place(map, i), "layer %s has no column '%s'",
                                  step->name, tp_node_key(map, i));
        }
    }
}

static void check_years(const tp_step *step, const tp_plan *plan, const tp_read_options *options, tp_faults *faults) {
    int64_t year;
    check_column(step, plan, place_of(step, "from"), options->from, faults);
    check_column(step, plan, place_of(step, "to"), options->to, faults);
    if (!tp_read_is_year(options->year, &year) && (options->year == NULL || strcmp(options->year, TP_ANY_YEAR) != 0)) {
        check_column(step, plan, place_of(step, "year"), options->year, faults);
    }
    check_since(step, plan, options->since, faults);
}

/* Coordinates that will be too coarse for the finest distance that the plan asks for. */
static void check_accuracy(const tp_read_heads *heads, double finest_m, tp_faults *faults) {
    for (size_t i = 0; i < heads->n; i++) {
        const tp_read_head *head = &heads->items[i];
        char accuracy[40] = "not stated";
        if (head->crs == NULL || !tp_transform_is_coarse(head->accuracy_m, finest_m)) {
            continue;
        }
        if (!isnan(head->accuracy_m)) {
            (void)snprintf(accuracy, sizeof accuracy, "%g m", head->accuracy_m);
        }
        tp_faults_warn(faults,
                       "%s: the accuracy of the way from its CRS to the run's is %s, worse than a quarter of %g m, the "
                       "finest distance asked for",
                       head->shown, accuracy, finest_m);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_read_options *options = step->options.values;
    check_columns(options->columns, faults);
    if (options->file.n == 0 || (options->columns != NULL && tp_node_get_kind(options->columns) != TP_NODE_MAP)) {
        return;
    }
    tp_read_heads heads = {0};
    tp_error error = {0};
    tp_run run = plan->run;
    run.base = plan->base;
    if (tp_read_heads_open(step, &run, 0, &heads, faults) == TP_OK) {
        check_accuracy(&heads, plan->run.finest_m, faults);
        if (publish(step, &heads, &plan->schema, &error) != TP_OK) {
            tp_faults_add_error(faults, &error);
        }
    }
    tp_read_heads_reset(&heads);
    check_years(step, plan, options, faults);
}

/* "code:text,population:int64": the columns as found in a file. */
static char *schema_text(const tp_head *head) {
    tp_text text = {0};
    for (size_t i = 0; i < head->n_fields; i++) {
        tp_text_add(&text, "%s%s:%s", i == 0 ? "" : ",", head->fields[i].name, tp_type_text(head->fields[i].type));
    }
    char *result = text.lost ? NULL : tp_text_copy(tp_text_get(&text));
    tp_text_reset(&text);
    return result;
}

/* Copies a text that may be absent; false when memory is out. */
static bool copy(char **to, const char *from) {
    *to = from == NULL ? NULL : tp_text_copy(from);
    return from == NULL || *to != NULL;
}

static tp_code describe(const tp_read_head *head, const tp_read_options *options, tp_source *source, tp_error *error) {
    char hex[TP_DIGEST_SIZE] = "";
    tp_code code = head->n_digested == 0
                       ? TP_OK
                       : tp_digest_files((const char *const *)head->digested, head->n_digested, hex, error);
    if (code == TP_OK && head->crs != NULL) {
        code = tp_crs_title(head->crs, &source->crs, error);
    }
    if (code != TP_OK) {
        return code;
    }
    source->schema = schema_text(&head->head);
    bool copied = copy(&source->sha256, hex[0] == '\0' ? NULL : hex) && copy(&source->driver, head->driver) &&
                  copy(&source->encoding, head->encoding) && copy(&source->encoding_origin, head->encoding_origin) &&
                  copy(&source->crs_origin, head->crs_origin) && copy(&source->crs_definition, head->crs) &&
                  copy(&source->coverage, options->coverage) &&
                  copy(&source->product, head->product == NULL ? NULL : head->product->id) &&
                  copy(&source->edition, head->edition == NULL ? NULL : head->edition->id) &&
                  copy(&source->decided, head->decided);
    return copied && source->schema != NULL ? TP_OK : tp_error_memory(error);
}

/* A layer of no rows with all columns. */
static tp_code make_layer(const tp_step *step, tp_read_heads *heads, tp_layer **layer, tp_error *error) {
    const tp_read_options *options = step->options.values;
    tp_code code = tp_layer_new(step->name, heads->all.geometry, layer, error);
    for (size_t i = 0; i < heads->all.n_fields && code == TP_OK; i++) {
        tp_column *column = NULL;
        const tp_field *field = &heads->all.fields[i];
        code = tp_layer_add_column(*layer, field->name, field->type, field->unit, "file", &column, error);
    }
    if (code != TP_OK) {
        return code;
    }
    (*layer)->id = (*layer)->columns[heads->id];
    (*layer)->label = heads->label < 0 ? NULL : (*layer)->columns[heads->label];
    (*layer)->coverage = heads->all.coverage;
    (*layer)->coverage_condition = heads->all.coverage_condition;
    (*layer)->where = heads->all.where;
    heads->all.coverage_condition = NULL;
    heads->all.where = NULL;
    return options->name == NULL || (*layer)->label != NULL
               ? TP_OK
               : tp_error_set(error, TP_E_INTERNAL, "layer %s has lost its column of names", step->name);
}

/* The sources of all files; a file that was passed over has one too, and a line in `rejects`. */
static tp_code add_source(const tp_step *step, const tp_read_heads *heads, size_t i, tp_dataset *dataset,
                          int32_t *source, tp_error *error) {
    const tp_read_options *options = step->options.values;
    tp_code code = tp_dataset_add_source(dataset, step->name, options->file.items[i], source, error);
    if (code == TP_OK && heads->skipped[i] != NULL) {
        return tp_dataset_reject(dataset, step->name, *source, -1, TP_REJECT_FILE, error, "%s", heads->skipped[i]);
    }
    return code == TP_OK ? describe(&heads->items[i], options, &dataset->sources[*source], error) : code;
}

/* How far a layer was filled, so that a file that turns out to be unusable can be taken back. */
typedef struct filled {
    int64_t n_rows, n_shapes, n_parts, n_rings, n_vertices;
    size_t n_notes;
} filled;

static filled measure(const tp_read_task *task) {
    const tp_shapes *s = &task->layer->shapes;
    return (filled){task->n_rows, s->n_rows, s->n_parts, s->n_rings, s->n_vertices, task->notes->n};
}

static void take_back(tp_read_task *task, const filled *before) {
    tp_shapes *s = &task->layer->shapes;
    s->n_rows = before->n_shapes;
    s->n_parts = before->n_parts;
    s->n_rings = before->n_rings;
    s->n_vertices = before->n_vertices;
    for (size_t i = 0; i < task->layer->n_columns; i++) {
        tp_column *column = task->layer->columns[i];
        memset(column->valid + before->n_rows, 0, (size_t)(column->n_rows - before->n_rows));
    }
    tp_read_notes_cut(task->notes, before->n_notes);
    task->n_rows = before->n_rows;
}

/* One file. What only its rows show to be wrong leaves it out too, where the run is told so. */
static tp_code read_file(tp_read_task *task, bool may_skip, bool *skipped, tp_dataset *dataset, tp_error *error) {
    filled before = measure(task);
    tp_error own = {0};
    tp_code code = tp_read_rows(task, &own);
    if (code == TP_E_DATA && may_skip) {
        take_back(task, &before);
        *skipped = true;
        return tp_dataset_reject(dataset, task->layer_name, task->source, -1, TP_REJECT_FILE, error, "%s", own.message);
    }
    if (code != TP_OK && error != NULL) {
        *error = own;
    }
    return code;
}

/* A layer of which a file was left out is a sample, whatever the configuration says of its coverage. */
static tp_code make_sample(tp_layer *layer, tp_dataset *dataset, tp_error *error) {
    layer->coverage = TP_COVERAGE_SAMPLE;
    for (size_t i = 0; i < dataset->n_sources; i++) {
        tp_source *source = &dataset->sources[i];
        if (strcmp(source->layer, layer->name) == 0) {
            free(source->coverage);
            source->coverage = tp_text_copy("sample, since a file was left out");
            if (source->coverage == NULL) {
                return tp_error_memory(error);
            }
        }
    }
    return TP_OK;
}

/* Wards put together, then the rows that are wanted and stood in the run's year. */
static tp_code select_rows(const tp_step *step, const tp_run *run, tp_layer *layer, int64_t n_rows,
                           const tp_read_notes *notes, tp_dataset *dataset, tp_error *error) {
    const tp_read_options *options = step->options.values;
    tp_read_period period = {.year = run->year,
                             .from = options->from,
                             .to = options->to,
                             .about = options->year,
                             .from_place = place_of(step, "from"),
                             .to_place = place_of(step, "to"),
                             .about_place = place_of(step, "year"),
                             .leave_out = options->unknown_year == 1,
                             .since = options->since};
    tp_code code = TP_OK;
    if (options->description != NULL && options->description->wards != TP_WARDS_NONE) {
        code = tp_read_wards(layer, n_rows, options->description->wards, error);
    }
    code = code != TP_OK ? code : tp_read_select(layer, n_rows, notes, &period, dataset, error);
    if (defines_layer(step)) {
        tp_condition_free(layer->where);
        layer->where = NULL;
    }
    return code;
}

static tp_code read_files(const tp_step *step, const tp_run *run, const tp_read_heads *heads, tp_dataset *dataset,
                          tp_layer *layer, tp_error *error) {
    const tp_read_options *options = step->options.values;
    tp_read_notes notes = {0};
    tp_read_task task = {.layer_name = step->name, .layer = layer, .notes = &notes, .run = run};
    bool may_skip = run->on_error == TP_SKIP && heads->n > 1, skipped = false;
    tp_code code = TP_OK;
    for (size_t i = 0; i < heads->n && code == TP_OK; i++) {
        const tp_read_head *head = &heads->items[i];
        skipped = skipped || heads->skipped[i] != NULL;
        code = add_source(step, heads, i, dataset, &task.source, error);
        if (code == TP_OK && heads->skipped[i] == NULL) {
            task.head = head;
            task.id_prefix = heads->n > 1 ? (int64_t)i + 1 : 0;
            code = read_file(&task, may_skip, &skipped, dataset, error);
        }
        if (code == TP_OK && layer->crs == NULL && !copy(&layer->crs, head->crs)) {
            code = tp_error_memory(error);
        }
    }
    if (code == TP_OK && task.n_rows == 0) {
        code = skipped
                   ? tp_error_set(error, TP_E_DATA, "layer %s: none of the %zu files can be used", step->name, heads->n)
                   : tp_error_set(error, TP_E_DATA, "layer %s: %s: has no features%s%s", step->name,
                                  heads->items[0].shown, options->product == NULL ? "" : " of product ",
                                  options->product == NULL ? "" : options->product);
    }
    if (code == TP_OK && skipped) {
        code = make_sample(layer, dataset, error);
    }
    if (code == TP_OK) {
        code = select_rows(step, run, layer, task.n_rows, &notes, dataset, error);
    }
    tp_read_notes_reset(&notes);
    return code;
}

/* What was found wrong between `check` and now becomes one error: the first fault. */
static tp_code first_fault(const tp_faults *faults, tp_error *error) {
    for (size_t i = 0; i < faults->n; i++) {
        if (!faults->items[i].warning) {
            return tp_error_set(error, faults->items[i].code, "%s", faults->items[i].message);
        }
    }
    return tp_error_memory(error);
}

static tp_code run_layer(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    tp_read_heads heads = {0};
    tp_faults faults = {0};
    tp_layer *layer = NULL;
    tp_code code = tp_read_heads_open(step, run, TP_HEAD_DECIDE_ENCODING, &heads, &faults);
    if (code != TP_OK) {
        code = first_fault(&faults, error);
    } else {
        code = make_layer(step, &heads, &layer, error);
    }
    if (code == TP_OK) {
        code = read_files(step, run, &heads, dataset, layer, error);
    }
    if (code == TP_OK) {
        code = tp_dataset_add_layer(dataset, layer, error);
        layer = NULL;
    }
    tp_layer_free(layer);
    tp_read_heads_reset(&heads);
    tp_faults_reset(&faults);
    return code;
}

const tp_stage tp_stage_layer = {
    .name = "layer",
    .phase = TP_READ,
    .purpose = "reads a layer from one or several files into typed columns",
    .settings = SETTINGS,
    .n_settings = N_SETTINGS,
    .options_size = sizeof(tp_read_options),
    .main_key = "file",
    .complete = tp_read_complete,
    .check = check,
    .run = run_layer,
};
