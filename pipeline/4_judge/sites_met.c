/*
 * sites_met: how many sites of each prefecture and region meet the first profile, after it was judged.
 *
 * A site belongs to the prefecture that `locate` found for it (prefecture_code). A region is what the stage `regions`
 * made: its prefectures are looked up in the same table. Where sites lie in no prefecture they are counted nowhere.
 */
#include "technopolis/plan.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct sites_met_options {
    const char *prefectures, *regions, *schemes, *code, *scheme, *region;
} sites_met_options;

static const tp_setting SETTINGS[] = {
    {.key = "prefectures",
     .kind = TP_SETTING_LAYER,
     .fallback = "prefectures",
     .help = "the layer that gets the columns",
     .offset = offsetof(sites_met_options, prefectures)},
    {.key = "regions",
     .kind = TP_SETTING_LAYER,
     .help = "the layer of regions, which gets them too",
     .offset = offsetof(sites_met_options, regions)},
    {.key = "schemes",
     .kind = TP_SETTING_LAYER,
     .fallback = "region_schemes",
     .help = "for regions the lookup that they were made by",
     .offset = offsetof(sites_met_options, schemes)},
    {.key = "code",
     .kind = TP_SETTING_COLUMN,
     .fallback = "pref_code",
     .help = "its column of the prefectures' ids",
     .offset = offsetof(sites_met_options, code)},
    {.key = "scheme",
     .kind = TP_SETTING_COLUMN,
     .fallback = "scheme",
     .help = "its column of schemes",
     .offset = offsetof(sites_met_options, scheme)},
    {.key = "region",
     .kind = TP_SETTING_COLUMN,
     .fallback = "region_id",
     .help = "its column of the regions' ids",
     .offset = offsetof(sites_met_options, region)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "sites"},
    {.layer = "{prefectures}"},
    {.layer = "{regions}", .name = "region_id", .type = TP_TYPE_TEXT, .help = "the region"},
};

#define SITE_COLUMNS(layer)                                                                                            \
    {layer, "sites", TP_TYPE_INT64, "", "sites in it"},                                                                \
        {layer, "sites_met", TP_TYPE_INT64, "", "that meet the profile"},                                              \
        {layer, "sites_not_met", TP_TYPE_INT64, "", "that do not"}, {                                                  \
        layer, "sites_unknown", TP_TYPE_INT64, "", "of which it is not known"                                          \
    }

static const tp_stage_column ADDS[] = {SITE_COLUMNS("{prefectures}"), SITE_COLUMNS("{regions}")};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const sites_met_options *options = step->options.values;
    if (!tp_plan_has(plan, TP_JUDGE, "profile")) {
        tp_faults_add_at(faults, step->place, "sites_met needs a profile judged before it");
    }
    if (options->regions != NULL && tp_schema_find(&plan->schema, options->schemes) == NULL) {
        tp_faults_add_at(faults, step->place, "sites_met: layer '%s' is not read, by which regions are looked up",
                         options->schemes);
    }
}

typedef struct tally {
    tp_column *column[4]; /* all, met, not met, unknown */
} tally;

static tp_code open_tally(tp_layer *layer, tally *t, tp_error *error) {
    static const char *const NAMES[] = {"sites", "sites_met", "sites_not_met", "sites_unknown"};
    tp_code code = TP_OK;
    for (int i = 0; i < 4 && code == TP_OK; i++) {
        code = tp_layer_add_column(layer, NAMES[i], TP_TYPE_INT64, "", "sites_met", &t->column[i], error);
        for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
            tp_column_set_int64(t->column[i], row, 0);
        }
    }
    return code;
}

static void count(tally *t, int64_t row, tp_verdict verdict) {
    int which = verdict == TP_MET ? 1 : verdict == TP_NOT_MET ? 2 : 3;
    t->column[0]->i64[row]++;
    t->column[which]->i64[row]++;
}

static bool equal(const char *a, const char *b) {
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Whether the lookup puts a prefecture into a row of regions. */
static bool belongs(const sites_met_options *o, const tp_layer *table, const char *code, const tp_layer *regions,
                    int64_t region) {
    const tp_column *codes = tp_layer_column(table, o->code), *schemes = tp_layer_column(table, o->scheme);
    const tp_column *ids = tp_layer_column(table, o->region);
    const char *scheme = tp_column_text(tp_layer_column(regions, "scheme"), region);
    const char *id = tp_column_text(tp_layer_column(regions, "region_id"), region);
    for (int64_t row = 0; row < table->n_rows; row++) {
        if (equal(tp_column_text(codes, row), code) && equal(tp_column_text(schemes, row), scheme) &&
            equal(tp_column_text(ids, row), id)) {
            return true;
        }
    }
    return false;
}

static bool is_lookup(const sites_met_options *o, const tp_layer *table, const tp_layer *regions) {
    const char *names[] = {o->code, o->scheme, o->region};
    bool good = table != NULL && tp_layer_column(regions, "scheme") != NULL;
    for (int i = 0; i < 3 && good; i++) {
        const tp_column *column = tp_layer_column(table, names[i]);
        good = column != NULL && column->type == TP_TYPE_TEXT;
    }
    return good;
}

static tp_code run(const tp_step *step, const tp_run *settings, tp_dataset *dataset, tp_error *error) {
    (void)settings;
    const sites_met_options *o = step->options.values;
    const tp_layer *sites = tp_dataset_layer(dataset, "sites"), *table = tp_dataset_layer(dataset, o->schemes);
    tp_layer *prefectures = tp_dataset_layer(dataset, o->prefectures);
    tp_layer *regions = o->regions == NULL ? NULL : tp_dataset_layer(dataset, o->regions);
    const tp_column *located = sites == NULL ? NULL : tp_layer_column(sites, "prefecture_code");
    tally of_prefectures, of_regions;
    if (located == NULL || prefectures == NULL || dataset->site_verdict == NULL) {
        return tp_error_set(error, TP_E_DATA, "sites_met needs judged sites and the layer prefectures");
    }
    if (regions != NULL && !is_lookup(o, table, regions)) {
        return tp_error_set(error, TP_E_DATA, "sites_met: layer %s does not tell which prefectures make up a region",
                            o->schemes);
    }
    tp_code code = open_tally(prefectures, &of_prefectures, error);
    if (code == TP_OK && regions != NULL) {
        code = open_tally(regions, &of_regions, error);
    }
    for (int64_t site = 0; site < sites->n_rows && code == TP_OK; site++) {
        const char *prefecture = tp_column_text(located, site);
        tp_verdict verdict = (tp_verdict)dataset->site_verdict[site];
        for (int64_t row = 0; row < prefectures->n_rows; row++) {
            if (equal(prefecture, tp_layer_id(prefectures, row))) {
                count(&of_prefectures, row, verdict);
            }
        }
        for (int64_t row = 0; regions != NULL && prefecture != NULL && row < regions->n_rows; row++) {
            if (belongs(o, table, prefecture, regions, row)) {
                count(&of_regions, row, verdict);
            }
        }
    }
    return code;
}

const tp_stage tp_stage_sites_met = {
    .name = "sites_met",
    .phase = TP_JUDGE,
    .purpose = "how many sites of each prefecture and region meet the first profile",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(sites_met_options),
    .main_key = "prefectures",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
