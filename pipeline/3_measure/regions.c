/*
 * regions: how the points of layers are spread over prefectures and over the regions that a lookup makes of them:
 * counts, true densities, shares, location quotients with exact Poisson intervals, and measures of concentration
 * (technopolis/concentration.h), by every scheme of the lookup side by side, for results change with the regions drawn.
 *
 * A point belongs to the prefecture that its table states (prefecture_code, pref_code), else to the polygon in which it
 * lies, else to the nearest within 10 km; one without has a line in `rejects`. Location quotients compare a layer's share
 * with that of the layer `base` (such as cities by population), and an industry's with its whole layer. Theil's index is
 * over prefectures, divided into what lies between and within the regions of each scheme.
 */
#include "regions.h"

#include "core/plan/added_layer.h"
#include "reach.h"
#include "technopolis/plan.h"

#include <stddef.h>

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers whose points are counted",
     .offset = offsetof(tp_regions_options, of)},
    {.key = "weight",
     .kind = TP_SETTING_COLUMN,
     .help = "a column, at least 0, whose sums make shares and quotients, in those layers that have it",
     .offset = offsetof(tp_regions_options, weight)},
    {.key = "industry",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that names the industry, in those layers that have it",
     .offset = offsetof(tp_regions_options, industry)},
    {.key = "base",
     .kind = TP_SETTING_LAYER,
     .help = "the layer of points with which shares are compared",
     .offset = offsetof(tp_regions_options, base)},
    {.key = "base_weight",
     .kind = TP_SETTING_COLUMN,
     .help = "its column of weights",
     .offset = offsetof(tp_regions_options, base_weight)},
    {.key = "prefectures",
     .kind = TP_SETTING_LAYER,
     .fallback = "prefectures",
     .help = "the polygons of which regions are made",
     .offset = offsetof(tp_regions_options, prefectures)},
    {.key = "schemes",
     .kind = TP_SETTING_LAYER,
     .fallback = "region_schemes",
     .help = "the lookup: a row for each prefecture and scheme",
     .offset = offsetof(tp_regions_options, schemes)},
    {.key = "code",
     .kind = TP_SETTING_COLUMN,
     .fallback = "pref_code",
     .help = "its column of the prefectures' ids",
     .offset = offsetof(tp_regions_options, code)},
    {.key = "scheme",
     .kind = TP_SETTING_COLUMN,
     .fallback = "scheme",
     .help = "its column of schemes",
     .offset = offsetof(tp_regions_options, scheme)},
    {.key = "region",
     .kind = TP_SETTING_COLUMN,
     .fallback = "region_id",
     .help = "its column of the regions' ids",
     .offset = offsetof(tp_regions_options, region)},
    {.key = "region_name",
     .kind = TP_SETTING_COLUMN,
     .fallback = "region_en",
     .help = "its column of the regions' names",
     .offset = offsetof(tp_regions_options, region_name)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(tp_regions_options, as)},
    {.key = "industries",
     .kind = TP_SETTING_TEXT,
     .fallback = "region_industries",
     .help = "the name of the new table of industries",
     .offset = offsetof(tp_regions_options, industries)},
    {.key = "concentration",
     .kind = TP_SETTING_TEXT,
     .fallback = "concentration",
     .help = "the name of the new table of concentration",
     .offset = offsetof(tp_regions_options, concentration)},
    {.key = "ranks",
     .kind = TP_SETTING_TEXT,
     .fallback = "region_ranks",
     .help = "the name of the new table of ranks",
     .offset = offsetof(tp_regions_options, ranks)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{base}"},
    {.layer = "{base}", .name = "{base_weight}", .type = TP_TYPE_DOUBLE, .help = "the weights of the base"},
    {.layer = "{prefectures}"},
    {.layer = "{schemes}", .name = "{code}", .type = TP_TYPE_TEXT, .help = "the prefecture"},
    {.layer = "{schemes}", .name = "{scheme}", .type = TP_TYPE_TEXT, .help = "the scheme"},
    {.layer = "{schemes}", .name = "{region}", .type = TP_TYPE_TEXT, .help = "the region's id"},
    {.layer = "{schemes}", .name = "{region_name}", .type = TP_TYPE_TEXT, .help = "the region's name"},
};

#define ITEM_COLUMNS(layer)                                                                                            \
    {layer, "{of}_n", TP_TYPE_INT64, "", "points"},                                                                    \
        {layer, "{of}_sum", TP_TYPE_DOUBLE, "", "sum of their weights; missing where points are only counted"},        \
        {layer, "{of}_density", TP_TYPE_DOUBLE, "1/km2", "points for each km2 on the ellipsoid"},                      \
        {layer, "{of}_share", TP_TYPE_DOUBLE, "", "of all counted, by weight where there is one"},                     \
        {layer, "{of}_rank", TP_TYPE_INT64, "", "by density within the scheme, 1 the densest"},                        \
        {layer, "{of}_lq", TP_TYPE_DOUBLE, "", "location quotient: the share over the share of the base"},             \
        {layer, "{of}_lq_low", TP_TYPE_DOUBLE, "", "its exact 95 % Poisson interval; missing where weighted"}, {       \
        layer, "{of}_lq_high", TP_TYPE_DOUBLE, "", "upper bound of it"                                                 \
    }

static const tp_stage_column ADDS[] = {
    {"{as}", "region_key", TP_TYPE_TEXT, "", "scheme and region"},
    {"{as}", "scheme", TP_TYPE_TEXT, "", "how regions are drawn"},
    {"{as}", "region_id", TP_TYPE_TEXT, "", "the region within the scheme"},
    {"{as}", "name", TP_TYPE_TEXT, "", "its name"},
    {"{as}", "n_prefectures", TP_TYPE_INT64, "", "prefectures in it"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "sum of their areas on the ellipsoid"},
    {"{as}", "lq_base", TP_TYPE_TEXT, "", "the layer with which location quotients compare"},
    ITEM_COLUMNS("{as}"),
    ITEM_COLUMNS("{prefectures}"),
    {"{industries}", "row_key", TP_TYPE_TEXT, "", "layer, scheme, region and industry"},
    {"{industries}", "layer", TP_TYPE_TEXT, "", "the layer counted"},
    {"{industries}", "scheme", TP_TYPE_TEXT, "", "how regions are drawn; prefectures: each for itself"},
    {"{industries}", "region_id", TP_TYPE_TEXT, "", "the region"},
    {"{industries}", "name", TP_TYPE_TEXT, "", "its name"},
    {"{industries}", "industry", TP_TYPE_TEXT, "", "the industry"},
    {"{industries}", "n", TP_TYPE_DOUBLE, "", "points of it in the region, or the sum of their weights"},
    {"{industries}", "share_of_region", TP_TYPE_DOUBLE, "", "of all points in the region"},
    {"{industries}", "share_of_industry", TP_TYPE_DOUBLE, "", "of all points of the industry"},
    {"{industries}", "lq", TP_TYPE_DOUBLE, "", "location quotient against the whole layer"},
    {"{industries}", "lq_low", TP_TYPE_DOUBLE, "", "its exact 95 % Poisson interval; missing where weighted"},
    {"{industries}", "lq_high", TP_TYPE_DOUBLE, "", "upper bound of it"},
    {"{industries}", "coverage", TP_TYPE_TEXT, "", "complete or sample"},
    {"{concentration}", "row_key", TP_TYPE_TEXT, "", "layer, scheme and industry"},
    {"{concentration}", "layer", TP_TYPE_TEXT, "", "the layer counted"},
    {"{concentration}", "scheme", TP_TYPE_TEXT, "", "how regions are drawn; prefectures: each for itself"},
    {"{concentration}", "industry", TP_TYPE_TEXT, "", "the industry; missing: all"},
    {"{concentration}", "base", TP_TYPE_TEXT, "", "the layer compared with: of an industry its whole layer"},
    {"{concentration}", "n", TP_TYPE_INT64, "", "points"},
    {"{concentration}", "n_regions", TP_TYPE_INT64, "", "regions of the scheme"},
    {"{concentration}", "n_with", TP_TYPE_INT64, "", "regions with at least one point"},
    {"{concentration}", "share_with", TP_TYPE_DOUBLE, "", "their share of the regions"},
    {"{concentration}", "gini", TP_TYPE_DOUBLE, "", "Gini coefficient of the regions' amounts"},
    {"{concentration}", "gini_locational", TP_TYPE_DOUBLE, "", "of the activity's share over the base's"},
    {"{concentration}", "hhi", TP_TYPE_DOUBLE, "", "Herfindahl: sum of squared shares"},
    {"{concentration}", "hhi_normalised", TP_TYPE_DOUBLE, "", "0 for equal shares, 1 for one region"},
    {"{concentration}", "theil", TP_TYPE_DOUBLE, "", "Theil's T over prefectures against the base"},
    {"{concentration}", "theil_between", TP_TYPE_DOUBLE, "", "its part between the regions of the scheme"},
    {"{concentration}", "theil_within", TP_TYPE_DOUBLE, "", "its part within them"},
    {"{concentration}", "eg_raw", TP_TYPE_DOUBLE, "", "Ellison and Glaeser's sum of squared differences of shares"},
    {"{concentration}", "eg_gamma", TP_TYPE_DOUBLE, "", "Ellison and Glaeser's index; H from weights, else 1/n"},
    {"{concentration}", "eg_band", TP_TYPE_TEXT, "", "low below 0.02, high above 0.05, else middle"},
    {"{concentration}", "coverage", TP_TYPE_TEXT, "", "complete or sample"},
    {"{ranks}", "row_key", TP_TYPE_TEXT, "", "layer, prefecture and both schemes"},
    {"{ranks}", "layer", TP_TYPE_TEXT, "", "the layer counted"},
    {"{ranks}", "prefecture_code", TP_TYPE_TEXT, "", "the prefecture"},
    {"{ranks}", "prefecture_name", TP_TYPE_TEXT, "", "its name"},
    {"{ranks}", "scheme_a", TP_TYPE_TEXT, "", "one scheme"},
    {"{ranks}", "region_a", TP_TYPE_TEXT, "", "its region in it"},
    {"{ranks}", "rank_a", TP_TYPE_INT64, "", "that region's rank by density"},
    {"{ranks}", "regions_a", TP_TYPE_INT64, "", "of how many"},
    {"{ranks}", "scheme_b", TP_TYPE_TEXT, "", "the other scheme"},
    {"{ranks}", "region_b", TP_TYPE_TEXT, "", "its region in it"},
    {"{ranks}", "rank_b", TP_TYPE_INT64, "", "that region's rank by density"},
    {"{ranks}", "regions_b", TP_TYPE_INT64, "", "of how many"},
    {"{ranks}", "change", TP_TYPE_INT64, "", "rank_b - rank_a: above 0 it looks less dense in the other scheme"},
};

/* A column that some of the layers have, for each of them may lack it. */
static void check_some(const tp_step *step, const tp_plan *plan, const char *key, const char *column, bool number,
                       tp_faults *faults) {
    const tp_regions_options *options = step->options.values;
    bool known = true, found = column == NULL;
    for (size_t i = 0; i < options->of.n && !found; i++) {
        const tp_head *head = tp_schema_find(&plan->schema, options->of.items[i]);
        const tp_field *field = head == NULL ? NULL : tp_head_field(head, column);
        known = known && head != NULL;
        found = field != NULL && (field->type == TP_TYPE_TEXT) == !number;
    }
    if (known && !found) {
        tp_faults_add_code_at(faults, TP_E_DATA,
                              tp_options_place(&step->options, step->stage->settings, key, step->place),
                              "none of the layers has a column '%s' of %s, which regions needs (%s)", column,
                              number ? "numbers" : "texts", key);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_regions_options *options = step->options.values;
    for (size_t i = 0; i < options->of.n; i++) {
        tp_reach_check_points(step, plan, options->of.items[i], "of", faults);
    }
    if (options->base != NULL) {
        tp_reach_check_points(step, plan, options->base, "base", faults);
    }
    check_some(step, plan, "weight", options->weight, true, faults);
    check_some(step, plan, "industry", options->industry, false, faults);
    const tp_head *prefectures = tp_schema_find(&plan->schema, options->prefectures);
    if (prefectures != NULL && prefectures->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, "prefectures", step->place),
                         "layer %s has no polygons", prefectures->name);
    }
    tp_added_layer_check_as(step, plan, "as", step->name, TP_GEOMETRY_POLYGON, faults);
    tp_added_layer_check_as(step, plan, "industries", options->industries, TP_GEOMETRY_NONE, faults);
    tp_added_layer_check_as(step, plan, "concentration", options->concentration, TP_GEOMETRY_NONE, faults);
    tp_added_layer_check_as(step, plan, "ranks", options->ranks, TP_GEOMETRY_NONE, faults);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const tp_regions_options *options = step->options.values;
    tp_regions regions = {.options = options,
                          .step = step,
                          .dataset = dataset,
                          .prefectures = tp_dataset_layer(dataset, options->prefectures)};
    if (regions.prefectures == NULL || regions.prefectures->geometry != TP_GEOMETRY_POLYGON) {
        return tp_error_set(error, TP_E_DATA, "regions: layer %s is not read or has no polygons", options->prefectures);
    }
    tp_code code = tp_regions_read_schemes(&regions, error);
    if (code == TP_OK) {
        code = tp_regions_count(&regions, error);
    }
    if (code == TP_OK) {
        code = tp_regions_publish_layers(&regions, error);
    }
    if (code == TP_OK) {
        code = tp_regions_publish_tables(&regions, error);
    }
    if (code == TP_OK) {
        code = tp_regions_tell(&regions, error);
    }
    tp_regions_reset(&regions);
    return code;
}

const tp_stage tp_stage_regions = {
    .name = "regions",
    .phase = TP_MEASURE,
    .purpose = "counts, densities, quotients and concentration by prefecture and by every scheme of regions",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(tp_regions_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
