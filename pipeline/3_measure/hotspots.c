/*
 * hotspots: where high (or low) values of a column lie together, by Getis and Ord's Gi* with permutations, and on request
 * local Moran; Moran's I of the whole as a finding. On cells of a grid, polygons or points. Method and sources:
 * technopolis/hotspot.h.
 */
#include "hotspots.h"

#include "technopolis/plan.h"

#include <stddef.h>

typedef struct hotspots_options {
    const char *of, *column, *prefix, *as;
    int neighbours, side, correction;
    tp_quantity band;
    double cells;
    int64_t nearest, permutations;
    bool local_moran;
} hotspots_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "mesh_density",
     .help = "the layer whose rows are judged",
     .offset = offsetof(hotspots_options, of)},
    {.key = "column",
     .kind = TP_SETTING_COLUMN,
     .fallback = "density",
     .help = "the numbers that may lie together",
     .offset = offsetof(hotspots_options, column)},
    {.key = "neighbours",
     .kind = TP_SETTING_CHOICE,
     .choices = "queen|rook|band|nearest",
     .fallback = "queen",
     .help = "who is near: with a common edge or corner, a common edge, within a distance, the nearest few",
     .offset = offsetof(hotspots_options, neighbours)},
    {.key = "band",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .min = 0,
     .max = 1e7,
     .help = "of neighbours: band, the distance between centres, inclusive",
     .offset = offsetof(hotspots_options, band)},
    {.key = "cells",
     .kind = TP_SETTING_NUMBER,
     .min = 0,
     .max = 10000,
     .help = "of neighbours: band, instead of a distance so many cells of a grid, inclusive",
     .offset = offsetof(hotspots_options, cells)},
    {.key = "nearest",
     .kind = TP_SETTING_INTEGER,
     .fallback = "8",
     .min = 1,
     .max = 10000,
     .help = "of neighbours: nearest, how many",
     .offset = offsetof(hotspots_options, nearest)},
    {.key = "permutations",
     .kind = TP_SETTING_INTEGER,
     .fallback = "999",
     .min = 0,
     .max = 10000000,
     .help = "how many, seeded by run.seed and the row's id; 0: p by the normal distribution",
     .offset = offsetof(hotspots_options, permutations)},
    {.key = "side",
     .kind = TP_SETTING_CHOICE,
     .choices = "two|high|low",
     .fallback = "two",
     .help = "which values are extreme: on both sides, high ones, low ones",
     .offset = offsetof(hotspots_options, side)},
    {.key = "correction",
     .kind = TP_SETTING_CHOICE,
     .choices = "bh|by",
     .fallback = "bh",
     .help = "of q for many tests: Benjamini and Hochberg, or Benjamini and Yekutieli for any dependence",
     .offset = offsetof(hotspots_options, correction)},
    {.key = "local_moran",
     .kind = TP_SETTING_YES_NO,
     .fallback = "no",
     .help = "also local Moran, with the class of the row and its neighbours",
     .offset = offsetof(hotspots_options, local_moran)},
    {.key = "prefix",
     .kind = TP_SETTING_TEXT,
     .fallback = "",
     .help = "what the names of the new columns begin with",
     .offset = offsetof(hotspots_options, prefix)},
    {.key = "as", .kind = TP_SETTING_TEXT, .help = "the step's name", .offset = offsetof(hotspots_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}", .name = "{column}", .type = TP_TYPE_DOUBLE, .help = "which is judged"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{prefix}gi_z", TP_TYPE_DOUBLE, "", "Getis and Ord's Gi* as a standard deviate"},
    {"{of}", "{prefix}gi_p", TP_TYPE_DOUBLE, "", "p of Gi*; how it was found and which sides count is in the findings"},
    {"{of}", "{prefix}gi_q", TP_TYPE_DOUBLE, "", "p corrected for so many tests (rate of false discoveries)"},
    {"{of}", "{prefix}class", TP_TYPE_TEXT, "",
     "hot_99, hot_95, hot_90, not_significant, cold_90, cold_95, cold_99 by q"},
};

typedef struct extra_column {
    const char *name;
    tp_type type;
    const char *help;
} extra_column;

static const extra_column MORAN[] = {
    {"moran", TP_TYPE_DOUBLE, "local Moran I"},
    {"moran_z", TP_TYPE_DOUBLE, "local Moran I, standardised under conditional permutation"},
    {"moran_p", TP_TYPE_DOUBLE, "two-sided p of local Moran I"},
    {"moran_q", TP_TYPE_DOUBLE, "that p corrected for so many tests"},
    {"moran_class", TP_TYPE_TEXT, "high_high, low_low, high_low, low_high at q <= 0.05, else not_significant"},
};

static void check_neighbours(const tp_step *step, const hotspots_options *options, const tp_head *head,
                             tp_faults *faults) {
    tp_place place = tp_options_place(&step->options, SETTINGS, "neighbours", step->place);
    bool grid = tp_head_field(head, "mesh_code") != NULL && tp_head_field(head, "level") != NULL;
    if (options->neighbours == TP_NEAR_BAND && (options->band.value > 0) == (options->cells > 0)) {
        tp_faults_add_at(faults, place, "neighbours: band needs either `band: 10 km` or, on a grid, `cells: 3`");
    } else if (options->neighbours == TP_NEAR_BAND && options->cells > 0 && !grid) {
        tp_faults_add_at(faults, place, "layer %s has no cells to count a band in (expected `band: 10 km`)",
                         head->name);
    } else if (options->neighbours == TP_NEAR_ROOK && !grid) {
        tp_faults_add_at(faults, place,
                         "neighbours: rook needs the cells of a grid (expected band, nearest, or queen)");
    } else if (options->neighbours == TP_NEAR_QUEEN && !grid && head->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, place,
                         "neighbours: queen needs cells or polygons, but %s is a %s layer (expected band or "
                         "nearest)",
                         head->name, tp_geometry_text(head->geometry));
    } else if (options->neighbours >= TP_NEAR_BAND && !grid && head->geometry != TP_GEOMETRY_POLYGON &&
               head->geometry != TP_GEOMETRY_POINT) {
        tp_faults_add_at(faults, place, "layer %s is a %s layer, which has no places to measure between", head->name,
                         tp_geometry_text(head->geometry));
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const hotspots_options *options = step->options.values;
    const tp_head *head = tp_schema_find(&plan->schema, options->of);
    if (head == NULL) {
        return;
    }
    check_neighbours(step, options, head, faults);
    for (size_t i = 0; i < sizeof MORAN / sizeof MORAN[0] && options->local_moran; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%s%s", options->prefix, MORAN[i].name);
        tp_plan_add_field(plan, step, options->of, name, MORAN[i].type, "", MORAN[i].help, faults);
    }
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    const hotspots_options *options = step->options.values;
    tp_layer *layer = tp_dataset_layer(dataset, options->of);
    const tp_hotspots_request request = {
        .column = options->column,
        .prefix = options->prefix != NULL ? options->prefix : "",
        .neighbours = options->neighbours,
        .band_m = options->band.value,
        .band_cells = options->cells,
        .nearest = options->nearest,
        .permutations = options->permutations,
        .side = (tp_side)options->side,
        .correction = (tp_correction)options->correction,
        .local_moran = options->local_moran,
    };
    if (layer == NULL) {
        return tp_error_set(error, TP_E_DATA, "hotspots: layer %s is not there", options->of);
    }
    return tp_hotspots_add(step, run_settings, dataset, layer, &request, error);
}

const tp_stage tp_stage_hotspots = {
    .name = "hotspots",
    .phase = TP_MEASURE,
    .purpose = "where high or low values lie together: Gi*, local and global Moran with permutations",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(hotspots_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
