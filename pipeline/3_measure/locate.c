/*
 * locate: the polygon in which a point lies, such as its prefecture.
 *
 * A code that the table states is kept, for polygons may be generalised by kilometres; only where none is stated the
 * polygon decides, and for a point just outside all of them (off a generalised coast) the nearest within a limit. The
 * method column says which. With `prefer: polygon` it is the other way round, which shows how far the two agree.
 *
 * The stated column may bear the very name of the column to be added (`prefecture_code`). It is then renamed
 * (`prefecture_code_stated`), its values untouched, and the new column holds what was decided.
 */
#include "municipal.h"
#include "technopolis/plan.h"
#include "technopolis/polygon_index.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFER_TABLE, PREFER_POLYGON };

typedef struct locate_options {
    const char *of, *in, *stated, *as;
    tp_quantity within;
    int prefer;
} locate_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are located",
     .offset = offsetof(locate_options, of)},
    {.key = "in",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer of polygons, whose ids are the codes",
     .offset = offsetof(locate_options, in)},
    {.key = "stated",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that states the code; without it AS_code (or pref_code for prefecture) where there is one",
     .offset = offsetof(locate_options, stated)},
    {.key = "prefer",
     .kind = TP_SETTING_CHOICE,
     .fallback = "table",
     .choices = "table|polygon",
     .help = "which decides where both are there",
     .offset = offsetof(locate_options, prefer)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "6 km",
     .min = 0,
     .max = 1000000,
     .help = "how far outside all polygons a point may lie and still take the nearest, inclusive",
     .offset = offsetof(locate_options, within)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "prefecture",
     .help = "what the new columns begin with",
     .offset = offsetof(locate_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{in}"},
    {.layer = "{of}", .name = "{stated}", .type = TP_TYPE_TEXT, .help = "which states the code"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_code", TP_TYPE_TEXT, "", "id of the polygon, or the code that the table states"},
    {"{of}", "{as}_name", TP_TYPE_TEXT, "", "name of that polygon"},
    {"{of}", "{as}_method", TP_TYPE_TEXT, "", "how it was found: table, polygon or nearest_polygon"},
};
enum { N_ADDS = sizeof ADDS / sizeof ADDS[0] };

/* ---- the names of columns ---- */

/* The k-th column that may state the code when none is named, in the order of preference; false past the last. */
static bool stated_default(const locate_options *options, int k, char *name, size_t size) {
    if (k == 0) {
        snprintf(name, size, "%s_code", options->as);
        return true;
    }
    snprintf(name, size, "pref_code");
    return k == 1 && strcmp(options->as, "prefecture") == 0;
}

/* In the plan: the stated column makes way when it bears the name of the column to be added. */
static void make_way(const tp_step *step, tp_head *head, const char *taken, tp_faults *faults) {
    char *aside = tp_text_format("%s_stated", taken);
    if (aside == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return;
    }
    if (tp_head_field(head, aside) != NULL) {
        tp_faults_add_at(faults, step->place,
                         "locate would rename '%s' of layer %s to '%s', but there is one already (set `as:`)", taken,
                         head->name, aside);
        free(aside);
        return;
    }
    for (size_t i = 0; i < head->n_fields; i++) {
        if (strcmp(head->fields[i].name, taken) == 0) {
            free(head->fields[i].name);
            head->fields[i].name = aside;
            return;
        }
    }
    free(aside);
}

/* Runs before the plan adds the stage's columns. */
static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const locate_options *options = step->options.values;
    tp_head *head = tp_schema_find(&plan->schema, options->of);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_municipal_check_polygons(step, plan, options->in, "in", faults);
    if (head == NULL) {
        return;
    }
    char code_name[TP_ERROR_SIZE];
    (void)stated_default(options, 0, code_name, sizeof code_name);
    bool states_it = options->stated == NULL || strcmp(options->stated, code_name) == 0;
    if (states_it && tp_head_field(head, code_name) != NULL) {
        make_way(step, head, code_name, faults);
    }
}

/* The column that states the code, or NULL; one that bears the name of the column to be added is renamed. */
static tp_code find_stated(const locate_options *options, tp_layer *of, tp_column **stated, tp_error *error) {
    char name[TP_ERROR_SIZE];
    *stated = options->stated == NULL ? NULL : tp_layer_column(of, options->stated);
    for (int k = 0; options->stated == NULL && *stated == NULL && stated_default(options, k, name, sizeof name); k++) {
        *stated = tp_layer_column(of, name);
    }
    (void)stated_default(options, 0, name, sizeof name);
    if (*stated == NULL || strcmp((*stated)->name, name) != 0) {
        return TP_OK;
    }
    char *aside = tp_text_format("%s_stated", name);
    if (aside == NULL) {
        return tp_error_memory(error);
    }
    if (tp_layer_column(of, aside) != NULL) {
        free(aside);
        return tp_error_set(error, TP_E_INTERNAL, "layer %s already has a column %s_stated", of->name, name);
    }
    free((*stated)->name);
    (*stated)->name = aside;
    return TP_OK;
}

/* ---- stated codes ---- */

/* An id with its row, sorted by id. */
typedef struct coded {
    const char *id;
    int64_t row;
} coded;

static int compare_ids(const void *a, const void *b) {
    return strcmp(((const coded *)a)->id, ((const coded *)b)->id);
}

typedef struct codes {
    coded *sorted;
    int64_t n;
    int digits; /* how long all ids are, where they are numbers of one length; else 0 */
} codes;

static tp_code codes_init(codes *codes, const tp_layer *polygons, tp_error *error) {
    codes->n = polygons->n_rows;
    codes->sorted = malloc(sizeof *codes->sorted * (size_t)(codes->n > 0 ? codes->n : 1));
    if (codes->sorted == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < codes->n; row++) {
        const char *id = tp_layer_id(polygons, row);
        size_t length = strlen(id);
        bool digits = length > 0 && length <= 18 && strspn(id, "0123456789") == length;
        codes->sorted[row] = (coded){id, row};
        if (row == 0) {
            codes->digits = digits ? (int)length : 0;
        } else if (!digits || (int)length != codes->digits) {
            codes->digits = 0;
        }
    }
    qsort(codes->sorted, (size_t)codes->n, sizeof *codes->sorted, compare_ids);
    return TP_OK;
}

enum { CODE_SIZE = 32, NOWHERE = -1 };

/* The code that a row states, or NULL. A number has lost its leading zeros: they are put back. */
static const char *stated_code(const codes *codes, const tp_column *stated, int64_t row, char buffer[CODE_SIZE]) {
    double number;
    if (stated == NULL) {
        return NULL;
    }
    if (stated->type == TP_TYPE_TEXT) {
        const char *text = tp_column_text(stated, row);
        return text == NULL || text[0] == '\0' ? NULL : text;
    }
    if (!tp_column_number(stated, row, &number) || number < 0 || number > 1e15 || number != floor(number)) {
        return NULL;
    }
    snprintf(buffer, CODE_SIZE, "%0*lld", codes->digits, (long long)number);
    return buffer;
}

/* ---- the work ---- */

typedef enum found_by { BY_NOTHING, BY_TABLE, BY_POLYGON, BY_NEAREST } found_by;

static const char *const METHODS[] = {NULL, "table", "polygon", "nearest_polygon"};

typedef struct locate_work {
    const locate_options *options;
    const tp_ellipsoid *ellipsoid;
    const tp_layer *of, *polygons;
    const tp_column *stated;
    const tp_polygon_index *index;
    codes codes;
    int64_t *polygon; /* a row of `of`: the polygon, or NOWHERE */
    uint8_t *method;  /* found_by */
} locate_work;

static void locate_row(locate_work *work, int64_t row) {
    char buffer[CODE_SIZE];
    const char *code = stated_code(&work->codes, work->stated, row, buffer);
    double lon_deg = work->of->lon_deg[row], lat_deg = work->of->lat_deg[row], distance_m;
    found_by method = code != NULL ? BY_TABLE : BY_NOTHING;
    int64_t polygon = NOWHERE;
    if (code == NULL || work->options->prefer == PREFER_POLYGON) {
        polygon = tp_polygon_index_find(work->index, lon_deg, lat_deg);
        if (polygon >= 0) {
            method = BY_POLYGON;
        } else {
            polygon = tp_polygon_index_nearest(work->index, work->ellipsoid, lon_deg, lat_deg,
                                               work->options->within.value, &distance_m);
            method = polygon >= 0 ? BY_NEAREST : method;
        }
    }
    if (method == BY_TABLE) {
        coded key = {code, 0};
        const coded *found = bsearch(&key, work->codes.sorted, (size_t)work->codes.n, sizeof key, compare_ids);
        polygon = found == NULL ? NOWHERE : found->row;
    }
    work->polygon[row] = polygon;
    work->method[row] = (uint8_t)method;
}

static tp_code set_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return text == NULL ? TP_OK : tp_column_set_text(column, row, text, strlen(text), error);
}

/* Texts of a column lie end to end, so they are set by one thread, row after row. */
static tp_code publish(const locate_work *work, tp_layer *of, tp_error *error) {
    tp_column *columns[N_ADDS];
    tp_code code = TP_OK;
    for (size_t i = 0; i < N_ADDS && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", work->options->as, ADDS[i].name + strlen("{as}"));
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(of, name, TP_TYPE_TEXT, "", "locate", &columns[i], error);
        free(name);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        char buffer[CODE_SIZE];
        int64_t polygon = work->polygon[row];
        const char *stated =
            work->method[row] == BY_TABLE ? stated_code(&work->codes, work->stated, row, buffer) : NULL;
        code = set_text(columns[0], row, polygon >= 0 ? tp_layer_id(work->polygons, polygon) : stated, error);
        if (code == TP_OK) {
            code = set_text(columns[1], row, polygon >= 0 ? tp_layer_label(work->polygons, polygon) : NULL, error);
        }
        if (code == TP_OK) {
            code = set_text(columns[2], row, METHODS[work->method[row]], error);
        }
    }
    return code;
}

/* How many rows ask the polygons. */
static int64_t count_asking(const locate_work *work) {
    char buffer[CODE_SIZE];
    int64_t n = 0;
    for (int64_t row = 0; row < work->of->n_rows; row++) {
        n += work->options->prefer == PREFER_POLYGON || stated_code(&work->codes, work->stated, row, buffer) == NULL;
    }
    return n;
}

static tp_code locate_rows(locate_work *work, tp_layer *of, tp_error *error) {
    tp_polygon_index *index = NULL;
    size_t rows = (size_t)(of->n_rows > 0 ? of->n_rows : 1);
    work->polygon = malloc(sizeof *work->polygon * rows);
    work->method = malloc(rows);
    tp_code code = work->polygon == NULL || work->method == NULL ? tp_error_memory(error)
                                                                 : codes_init(&work->codes, work->polygons, error);
    if (code == TP_OK) {
        code = tp_polygon_index_new(work->polygons, &index, error);
    }
    if (code == TP_OK) {
        code = tp_polygon_index_prepare(index, count_asking(work), error);
    }
    if (code == TP_OK) {
        work->index = index;
#pragma omp parallel for schedule(dynamic, 256)
        for (int64_t row = 0; row < of->n_rows; row++) {
            locate_row(work, row);
        }
        code = publish(work, of, error);
    }
    tp_polygon_index_free(index);
    free(work->codes.sorted);
    free(work->polygon);
    free(work->method);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const locate_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    const tp_layer *polygons = tp_dataset_layer(dataset, options->in);
    if (of == NULL || polygons == NULL) {
        return tp_error_set(error, TP_E_DATA, "locate: layer %s is not read", of == NULL ? options->of : options->in);
    }
    tp_column *stated = NULL;
    tp_code code = find_stated(options, of, &stated, error);
    if (code != TP_OK) {
        return code;
    }
    locate_work work = {
        .options = options, .ellipsoid = &dataset->ellipsoid, .of = of, .polygons = polygons, .stated = stated};
    return locate_rows(&work, of, error);
}

const tp_stage tp_stage_locate = {
    .name = "locate",
    .phase = TP_MEASURE,
    .purpose = "the polygon in which each point lies, such as its prefecture",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(locate_options),
    .as_key = "as",
    .implied = "{of: sites, in: prefectures, as: prefecture}", /* the layer `sites` always tells its prefecture */
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_ADDS,
    .check = check,
    .run = run,
};
