/*
 * footprint: the smallest rectangle around each polygon, and how densely it is filled, beside footprints of reference.
 *
 * The rectangle is that of footprint.h around the polygon's vertices. Densities are numbers of features inside the
 * polygon per km² of the polygon (not of the rectangle). Of a table of `references` (columns length_km and width_km, or
 * area_km2, and numbers under the names of the layers counted, `organisations` and `researchers`) each row becomes a row
 * of the same layer, without geometry, so that zone and reference stand side by side.
 */
#include "technopolis/footprint.h"
#include "core/plan/added_layer.h"
#include "core/space/inside.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct footprint_options {
    const char *of, *references, *as;
    tp_texts count;
} footprint_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer of polygons",
     .offset = offsetof(footprint_options, of)},
    {.key = "count",
     .kind = TP_SETTING_LAYERS,
     .help = "layers of points; how many lie inside, and per km2",
     .offset = offsetof(footprint_options, count)},
    {.key = "references",
     .kind = TP_SETTING_LAYER,
     .help = "a table of footprints to compare with",
     .offset = offsetof(footprint_options, references)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .fallback = "footprints",
     .help = "the layer that is made",
     .offset = offsetof(footprint_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{count}"},
    {.layer = "{references}"},
};

enum { C_ID, C_NAME, C_KIND, C_LENGTH, C_WIDTH, C_ELONGATION, C_AZIMUTH, C_RECTANGLE, C_AREA, N_COLUMNS };
static const tp_stage_column ADDS[N_COLUMNS] = {
    {"{as}", "footprint_id", TP_TYPE_TEXT, "", "id of the zone or of the reference"},
    {"{as}", "name", TP_TYPE_TEXT, "", NULL},
    {"{as}", "kind", TP_TYPE_TEXT, "", "zone or reference"},
    {"{as}", "length_km", TP_TYPE_DOUBLE, "km", "the long side of the smallest rectangle around it"},
    {"{as}", "width_km", TP_TYPE_DOUBLE, "km", "the short side"},
    {"{as}", "elongation", TP_TYPE_DOUBLE, "", "length / width"},
    {"{as}", "azimuth_deg", TP_TYPE_DOUBLE, "degrees", "of the long side, clockwise from north"},
    {"{as}", "rectangle_km2", TP_TYPE_DOUBLE, "km2", "length x width"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2",
     "of a zone its own on the ellipsoid; of a reference as told, else length x width"},
};

/* Numbers that only references have. */
static const char *const TOLD[] = {"organisations", "researchers"};
enum { N_TOLD = sizeof TOLD / sizeof TOLD[0] };

static void check_geometry(const tp_step *step, const tp_plan *plan, const char *key, const char *layer,
                           tp_geometry wanted, tp_faults *faults) {
    const tp_head *head = tp_schema_find(&plan->schema, layer);
    if (head != NULL && head->geometry != wanted) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, key, step->place),
                         "footprint needs a %s layer as '%s', but %s is a %s layer", tp_geometry_text(wanted), key,
                         layer, tp_geometry_text(head->geometry));
    }
}

static void check_number(const tp_step *step, tp_plan *plan, const char *name, tp_faults *faults) {
    char *density = tp_text_format("%s_per_km2", name);
    tp_plan_add_field(plan, step, step->name, name, TP_TYPE_DOUBLE, "", "how many; of a zone, inside", faults);
    if (density != NULL) {
        tp_plan_add_field(plan, step, step->name, density, TP_TYPE_DOUBLE, "1/km2", "per km2 of area_km2", faults);
    }
    free(density);
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const footprint_options *options = step->options.values;
    check_geometry(step, plan, "of", options->of, TP_GEOMETRY_POLYGON, faults);
    check_geometry(step, plan, "references", options->references, TP_GEOMETRY_NONE, faults);
    tp_added_layer_check(step, plan, TP_GEOMETRY_POLYGON, faults);
    for (size_t i = 0; i < options->count.n; i++) {
        check_geometry(step, plan, "count", options->count.items[i], TP_GEOMETRY_POINT, faults);
        check_number(step, plan, options->count.items[i], faults);
    }
    for (size_t i = 0; options->references != NULL && i < N_TOLD; i++) {
        check_number(step, plan, TOLD[i], faults);
    }
}

/* ---- the layer ---- */

typedef struct writer {
    const tp_step *step;
    const tp_dataset *dataset;
    const tp_layer *of, *references; /* references may be NULL */
    tp_layer *layer;
    tp_column *columns[N_COLUMNS];
    size_t n_numbers; /* the layers counted, then what only references have */
    const char **numbers;
    tp_column **amount, **density; /* one a number */
    tp_held *held;                 /* one a layer counted */
} writer;

static tp_code put_text(tp_column *column, int64_t row, const char *text, tp_error *error) {
    return text == NULL ? TP_OK : tp_column_set_text(column, row, text, strlen(text), error);
}

static void put_size(writer *w, int64_t row, double length_km, double width_km, double area_km2) {
    tp_column_set_double(w->columns[C_LENGTH], row, length_km);
    tp_column_set_double(w->columns[C_WIDTH], row, width_km);
    tp_column_set_double(w->columns[C_ELONGATION], row, width_km > 0 ? length_km / width_km : NAN);
    tp_column_set_double(w->columns[C_RECTANGLE], row, length_km * width_km);
    tp_column_set_double(w->columns[C_AREA], row, area_km2);
}

static void put_number(writer *w, int64_t row, size_t number, double amount, double area_km2) {
    tp_column_set_double(w->amount[number], row, amount);
    tp_column_set_double(w->density[number], row, area_km2 > 0 ? amount / area_km2 : NAN);
}

static tp_code put_zone(writer *w, int64_t row, tp_error *error) {
    const footprint_options *options = w->step->options.values;
    const tp_shapes *shapes = &w->of->shapes;
    tp_code code = put_text(w->columns[C_ID], row, tp_layer_id(w->of, row), error);
    code = code == TP_OK ? put_text(w->columns[C_NAME], row, tp_layer_label(w->of, row), error) : code;
    code = code == TP_OK ? put_text(w->columns[C_KIND], row, "zone", error) : code;
    code = code == TP_OK ? tp_shapes_add_row(&w->layer->shapes, error) : code;
    if (code != TP_OK || row >= shapes->n_rows || shapes->row_first[row] == shapes->row_first[row + 1]) {
        return code;
    }
    tp_footprint footprint;
    int64_t first = shapes->ring_first[shapes->part_first[shapes->row_first[row]]];
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[row + 1]]];
    double area_km2 = tp_geodesic_area_km2(&w->dataset->ellipsoid, shapes, row);
    code =
        tp_footprint_of(&w->dataset->ellipsoid, shapes->x + first, shapes->y + first, end - first, &footprint, error);
    if (code == TP_OK) {
        put_size(w, row, footprint.length_km, footprint.width_km, area_km2);
        tp_column_set_double(w->columns[C_AZIMUTH], row, footprint.azimuth_deg);
        code = tp_shapes_add_part(&w->layer->shapes, error);
    }
    for (size_t i = 0; i < options->count.n; i++) {
        put_number(w, row, i, (double)(w->held[i].first[row + 1] - w->held[i].first[row]), area_km2);
    }
    return code != TP_OK ? code : tp_shapes_add_ring(&w->layer->shapes, footprint.lon_deg, footprint.lat_deg, 5, error);
}

/* A number of a reference, or NaN. */
static double told(const writer *w, const char *name, int64_t row) {
    const tp_column *column = tp_layer_column(w->references, name);
    double value = NAN;
    return column != NULL && tp_column_number(column, row, &value) ? value : NAN;
}

static tp_code put_reference(writer *w, int64_t reference, int64_t row, tp_error *error) {
    double length_km = told(w, "length_km", reference), width_km = told(w, "width_km", reference);
    double area_km2 = told(w, "area_km2", reference);
    area_km2 = isnan(area_km2) ? length_km * width_km : area_km2;
    put_size(w, row, length_km, width_km, area_km2);
    for (size_t i = 0; i < w->n_numbers; i++) {
        put_number(w, row, i, told(w, w->numbers[i], reference), area_km2);
    }
    tp_code code = put_text(w->columns[C_ID], row, tp_layer_id(w->references, reference), error);
    code = code == TP_OK ? put_text(w->columns[C_NAME], row, tp_layer_label(w->references, reference), error) : code;
    code = code == TP_OK ? put_text(w->columns[C_KIND], row, "reference", error) : code;
    return code == TP_OK ? tp_shapes_add_row(&w->layer->shapes, error) : code;
}

static tp_code find_held(writer *w, tp_error *error) {
    const footprint_options *options = w->step->options.values;
    w->held = calloc(options->count.n + 1, sizeof *w->held);
    tp_code code = w->held == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < options->count.n && code == TP_OK; i++) {
        const tp_layer *layer = tp_dataset_layer(w->dataset, options->count.items[i]);
        code = tp_held_find(w->of, layer->lon_deg, layer->lat_deg, layer->n_rows, &w->held[i], error);
    }
    return code;
}

static tp_code add_numbers(writer *w, tp_error *error) {
    const footprint_options *options = w->step->options.values;
    size_t n = options->count.n + (w->references == NULL ? 0 : N_TOLD);
    w->numbers = calloc(n + 1, sizeof *w->numbers);
    w->amount = calloc(n + 1, sizeof(tp_column *));
    w->density = calloc(n + 1, sizeof(tp_column *));
    tp_code code = w->numbers == NULL || w->amount == NULL || w->density == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        const char *name = i < options->count.n ? options->count.items[i] : TOLD[i - options->count.n];
        char *density = tp_text_format("%s_per_km2", name);
        w->numbers[i] = name;
        code = density == NULL
                   ? tp_error_memory(error)
                   : tp_layer_add_column(w->layer, name, TP_TYPE_DOUBLE, "", "footprint", &w->amount[i], error);
        if (code == TP_OK) {
            code = tp_layer_add_column(w->layer, density, TP_TYPE_DOUBLE, "1/km2", "footprint", &w->density[i], error);
        }
        free(density);
    }
    w->n_numbers = n;
    return code;
}

static tp_code fill(writer *w, tp_error *error) {
    int64_t n_references = w->references == NULL ? 0 : w->references->n_rows, n = w->of->n_rows;
    tp_code code = tp_added_layer_open(w->step, w->layer, n + n_references, w->columns, error);
    if (code == TP_OK) {
        code = add_numbers(w, error);
    }
    if (code == TP_OK) {
        code = find_held(w, error);
    }
    for (int64_t row = 0; row < n && code == TP_OK; row++) {
        code = put_zone(w, row, error);
    }
    for (int64_t row = 0; row < n_references && code == TP_OK; row++) {
        code = put_reference(w, row, n + row, error);
    }
    return code;
}

/* ---- findings ---- */

/* Whether a zone's number was counted in a sample. */
static bool is_at_least(const writer *w, int64_t row, size_t number) {
    const footprint_options *options = w->step->options.values;
    const tp_layer *counted = row < w->of->n_rows && number < options->count.n
                                  ? tp_dataset_layer(w->dataset, options->count.items[number])
                                  : NULL;
    return counted != NULL && !tp_layer_holds(counted, NULL);
}

static void write_row(const writer *w, int64_t row, tp_text *text) {
    static const char *const units[] = {" km", " km", " km2"};
    static const char *const joins[] = {": ", " x ", ", area "};
    static const int columns[] = {C_LENGTH, C_WIDTH, C_AREA};
    tp_text_clear(text);
    tp_text_add(text, "%s", tp_layer_label(w->layer, row));
    for (size_t i = 0; i < 3; i++) {
        if (w->columns[columns[i]]->valid[row]) {
            tp_text_add(text, "%s", joins[i]);
            tp_text_add_number(text, w->columns[columns[i]]->f64[row], 1);
            tp_text_add(text, "%s", units[i]);
        }
    }
    for (size_t i = 0; i < w->n_numbers; i++) {
        if (w->amount[i]->valid[row]) {
            tp_text_add(text, "%s", text->size > strlen(tp_layer_label(w->layer, row)) ? "; " : ": ");
            tp_text_add_number(text, w->amount[i]->f64[row], 0);
            tp_text_add(text, " %s%s", w->numbers[i], is_at_least(w, row, i) ? " at least" : "");
        }
        if (w->density[i]->valid[row]) {
            tp_text_add(text, " (");
            tp_text_add_number(text, w->density[i]->f64[row], 3);
            tp_text_add(text, "/km2)");
        }
    }
}

enum { MOST_TOLD = 5 };

/* The density of the first layer counted; -1 where there is none. */
static double first_density(const writer *w, int64_t row) {
    return w->n_numbers > 0 && w->density[0]->valid[row] ? w->density[0]->f64[row] : -1;
}

/* The densest zone after `last` (-1: of all); equal ones stay in their order. */
static int64_t next_densest(const writer *w, int64_t last) {
    int64_t best = -1;
    for (int64_t row = 0; row < w->of->n_rows; row++) {
        double density = first_density(w, row);
        bool later = last < 0 || density < first_density(w, last) || (density == first_density(w, last) && row > last);
        if (later && (best < 0 || density > first_density(w, best))) {
            best = row;
        }
    }
    return best;
}

/* The zones that are densest in the first layer counted, and the references. */
static tp_code tell(const writer *w, tp_dataset *dataset, tp_error *error) {
    tp_text text = {0};
    tp_code code = TP_OK;
    int64_t zone = -1;
    for (int i = 0; i < MOST_TOLD && i < w->of->n_rows && code == TP_OK; i++) {
        zone = next_densest(w, zone);
        write_row(w, zone, &text);
        code = tp_dataset_add_finding(dataset, w->step->name, "footprints", false, error, "%s", tp_text_get(&text));
    }
    for (int64_t row = w->of->n_rows; row < w->layer->n_rows && code == TP_OK; row++) {
        write_row(w, row, &text);
        code = tp_dataset_add_finding(dataset, w->step->name, "footprints to compare with", false, error, "%s",
                                      tp_text_get(&text));
    }
    code = code == TP_OK && text.lost ? tp_error_memory(error) : code;
    tp_text_reset(&text);
    return code;
}

/* ---- the stage ---- */

static void reset_writer(writer *w) {
    const footprint_options *options = w->step->options.values;
    for (size_t i = 0; w->held != NULL && i < options->count.n; i++) {
        tp_held_reset(&w->held[i]);
    }
    free(w->held);
    free(w->numbers);
    free(w->amount);
    free(w->density);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const footprint_options *options = step->options.values;
    writer w = {.step = step, .dataset = dataset, .of = tp_dataset_layer(dataset, options->of)};
    w.references = options->references == NULL ? NULL : tp_dataset_layer(dataset, options->references);
    tp_code code = tp_added_layer_new(step, dataset, TP_GEOMETRY_POLYGON, &w.layer, error);
    if (code != TP_OK) {
        return code;
    }
    code = fill(&w, error);
    if (code != TP_OK) {
        tp_layer_free(w.layer);
    } else {
        w.layer->id = w.columns[C_ID];
        w.layer->label = w.columns[C_NAME];
        code = tp_dataset_add_layer(dataset, w.layer, error);
    }
    if (code == TP_OK) {
        code = tell(&w, dataset, error);
    }
    reset_writer(&w);
    return code;
}

const tp_stage tp_stage_footprint = {
    .name = "footprint",
    .phase = TP_MEASURE,
    .purpose = "the smallest rectangle around each polygon and its densities, beside footprints of reference",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(footprint_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_COLUMNS,
    .check = check,
    .run = run,
};
