/*
 * area: the area of each row's polygon, on the ellipsoid (geodesic.h). A row that is no polygon has none, which is not
 * the same as 0: it is unknown.
 */
#include "technopolis/plan.h"
#include "technopolis/stage.h"

#include <stddef.h>
#include <stdlib.h>

typedef struct area_options {
    const char *of, *as;
} area_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose polygons are measured",
     .offset = offsetof(area_options, of)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new column begins with",
     .offset = offsetof(area_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_km2", TP_TYPE_DOUBLE, "km2", "area on the ellipsoid"},
};

/* A criterion over points is unknown and says so; one who asks for the areas of points has made a mistake. */
static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const area_options *options = step->options.values;
    const tp_head *head = tp_schema_find(&plan->schema, options->of);
    if (head != NULL && head->geometry != TP_GEOMETRY_POLYGON && step->implied_by == NULL) {
        tp_faults_warn(faults, "area: %s is a %s layer, so the areas of its rows are unknown", options->of,
                       tp_geometry_text(head->geometry));
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    if (measure->known[row]) {
        tp_text_add(text, "area ");
        tp_text_add_number(text, measure->value[row], 2);
        tp_text_add(text, " km2 on the ellipsoid");
    } else if (measure->of->geometry == TP_GEOMETRY_POLYGON) {
        tp_text_add(text, "the polygon is empty, so its area is not known");
    } else if (measure->of->geometry == TP_GEOMETRY_NONE) {
        tp_text_add(text, "a row of a table has no area");
    } else {
        tp_text_add(text, "a %s has no area", tp_geometry_text(measure->of->geometry));
    }
}

static const tp_measure_kind KIND = {.name = "area", .dimension = TP_DIMENSION_AREA, .evidence = write_evidence};

static void measure_rows(const tp_ellipsoid *ellipsoid, tp_measure *measure) {
    const tp_shapes *shapes = &measure->of->shapes;
#pragma omp parallel for schedule(dynamic, 16)
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        if (shapes->row_first[row] < shapes->row_first[row + 1]) {
            tp_measure_set(measure, row, tp_geodesic_area_km2(ellipsoid, shapes, row), TP_METHOD_POLYGON);
        }
    }
}

/* The column that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    tp_column *column = NULL;
    char *name = tp_text_format("%s_km2", step->name);
    tp_code code = name == NULL ? tp_error_memory(error)
                                : tp_layer_add_column(of, name, TP_TYPE_DOUBLE, "km2", "area", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (measure->known[row]) {
            tp_column_set_double(column, row, measure->value[row]);
        }
    }
    free(name);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const area_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->from_core = false;
    if (of->geometry == TP_GEOMETRY_POLYGON) {
        measure_rows(&dataset->ellipsoid, measure);
    }
    if (step->implied_by == NULL) {
        code = publish(step, measure, of, error);
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_area = {
    .name = "area",
    .phase = TP_MEASURE,
    .purpose = "the area of each polygon on the ellipsoid",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(area_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .measures = true,
    .dimension = TP_DIMENSION_AREA,
    .check = check,
    .run = run,
};
