/*
 * overlap: detected clusters against designated areas, as a table with a row for each pair that shares a point, for each
 * side that stands alone, and one for all. With the designation as the reference, precision is the share of a cluster's
 * members that lie in the area, recall the share of the area's points that belong to the cluster; the adjusted Rand index
 * takes "in no cluster" and "in no area" as classes of their own, a point in several areas going to the nearest.
 *
 * A designated area is its polygon; or, where the layer has points and names member municipalities whose polygons are all
 * read, their union; otherwise a disc of a stated radius, which is labelled and has no area measures.
 *
 * On a layer that is a sample nothing is said to be without an agglomeration, only that none was found; and where the
 * areas are a sample, no cluster is said to be without a designation.
 */
#include "overlap.h"

#include "core/plan/added_layer.h"
#include "reach.h"
#include "technopolis/plan.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "plants",
     .help = "the layer whose points were clustered",
     .offset = offsetof(tp_overlap_options, of)},
    {.key = "of_where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of its points, as in `where` of the clusters; members of clusters count in any case",
     .offset = offsetof(tp_overlap_options, of_where)},
    {.key = "clusters",
     .kind = TP_SETTING_LAYER,
     .fallback = "clusters",
     .help = "the layer of clusters",
     .offset = offsetof(tp_overlap_options, clusters)},
    {.key = "members",
     .kind = TP_SETTING_LAYER,
     .fallback = "cluster_members",
     .help = "the layer of their members",
     .offset = offsetof(tp_overlap_options, members)},
    {.key = "designated",
     .kind = TP_SETTING_LAYER,
     .fallback = "designated",
     .help = "the layer of designated areas, points or polygons",
     .offset = offsetof(tp_overlap_options, designated)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of the areas",
     .offset = offsetof(tp_overlap_options, where)},
    {.key = "codes",
     .kind = TP_SETTING_COLUMN,
     .help = "the column of the areas that lists the ids of member municipalities, with ; between",
     .offset = offsetof(tp_overlap_options, codes)},
    {.key = "codes_where",
     .kind = TP_SETTING_CONDITION,
     .help = "for which areas that list is taken for the whole",
     .offset = offsetof(tp_overlap_options, codes_where)},
    {.key = "municipalities",
     .kind = TP_SETTING_LAYER,
     .fallback = "municipalities",
     .help = "the layer of municipalities' polygons, where it is read",
     .offset = offsetof(tp_overlap_options, municipalities)},
    {.key = "radius",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "20 km",
     .min = 1,
     .max = 1000000,
     .help = "of the disc that stands for an area without polygons, inclusive",
     .offset = offsetof(tp_overlap_options, radius)},
    {.key = "match",
     .kind = TP_SETTING_NUMBER,
     .fallback = "0.5",
     .min = 0,
     .max = 1,
     .help = "the Jaccard index from which a cluster and an area match, inclusive",
     .offset = offsetof(tp_overlap_options, match)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new table",
     .offset = offsetof(tp_overlap_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{clusters}", .name = "cluster_id", .type = TP_TYPE_TEXT, .help = "the cluster's id"},
    {.layer = "{members}", .name = "member_id", .type = TP_TYPE_TEXT, .help = "the member's id"},
    {.layer = "{members}", .name = "cluster_id", .type = TP_TYPE_TEXT, .help = "its cluster"},
    {.layer = "{designated}"},
    {.layer = "{designated}", .name = "{codes}", .type = TP_TYPE_TEXT, .help = "which lists member municipalities"},
};

static const tp_stage_column ADDS[] = {
    {"{as}", "overlap_id", TP_TYPE_TEXT, "", "ids of both sides; all: everything"},
    {"{as}", "kind", TP_TYPE_TEXT, "",
     "all, pair, designated without cluster, cluster without designation; of samples designated, no cluster found and "
     "cluster, no designation found"},
    {"{as}", "designated_id", TP_TYPE_TEXT, "", "the designated area"},
    {"{as}", "designated_name", TP_TYPE_TEXT, "", "its name"},
    {"{as}", "cluster_id", TP_TYPE_TEXT, "", "the cluster"},
    {"{as}", "n_common", TP_TYPE_INT64, "", "points in both"},
    {"{as}", "n_designated", TP_TYPE_INT64, "", "points in the area"},
    {"{as}", "n_cluster", TP_TYPE_INT64, "", "members of the cluster"},
    {"{as}", "jaccard", TP_TYPE_DOUBLE, "", "in both over in either"},
    {"{as}", "precision", TP_TYPE_DOUBLE, "", "share of the cluster's members that lie in the area"},
    {"{as}", "recall", TP_TYPE_DOUBLE, "", "share of the area's points that belong to the cluster"},
    {"{as}", "match", TP_TYPE_INT64, "", "1: the Jaccard index reaches the setting `match`"},
    {"{as}", "adjusted_rand", TP_TYPE_DOUBLE, "", "of both groupings of all points"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "of the area; missing for a disc"},
    {"{as}", "common_km2", TP_TYPE_DOUBLE, "km2", "of the area and the cluster's hull; missing for a disc"},
    {"{as}", "area_jaccard", TP_TYPE_DOUBLE, "", "common over joint area; missing for a disc"},
    {"{as}", "method", TP_TYPE_TEXT, "", "polygon, polygons of members or disc"},
    {"{as}", "radius_km", TP_TYPE_DOUBLE, "km", "of the disc"},
    {"{as}", "coverage", TP_TYPE_TEXT, "", "complete or sample: of the points"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_overlap_options *options = step->options.values;
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_plan_check_condition(plan, step, "of_where", options->of, faults);
    tp_plan_check_condition(plan, step, "where", options->designated, faults);
    tp_plan_check_condition(plan, step, "codes_where", options->designated, faults);
    const tp_head *designated = tp_schema_find(&plan->schema, options->designated);
    if (designated != NULL && designated->geometry != TP_GEOMETRY_POINT &&
        designated->geometry != TP_GEOMETRY_POLYGON) {
        tp_faults_add_at(faults, tp_options_place(&step->options, step->stage->settings, "designated", step->place),
                         "layer %s has neither points nor polygons", designated->name);
    }
    tp_added_layer_check(step, plan, TP_GEOMETRY_NONE, faults);
}

typedef struct coded {
    const char *id;
    int64_t row;
} coded;

static int compare_codes(const void *a, const void *b) {
    return strcmp(((const coded *)a)->id, ((const coded *)b)->id);
}

static coded *sort_ids(const tp_layer *layer) {
    coded *ids = malloc(((size_t)layer->n_rows + 1) * sizeof *ids);
    for (int64_t row = 0; ids != NULL && row < layer->n_rows; row++) {
        ids[row] = (coded){tp_layer_id(layer, row), row};
    }
    if (ids != NULL) {
        qsort(ids, (size_t)layer->n_rows, sizeof *ids, compare_codes);
    }
    return ids;
}

static int64_t find_id(const coded *ids, int64_t n, const char *id) {
    coded key = {id, 0};
    const coded *found = id == NULL ? NULL : bsearch(&key, ids, (size_t)n, sizeof key, compare_codes);
    return found == NULL ? -1 : found->row;
}

/* Which points count, and whether there may be more of them. */
static tp_code choose_points(tp_overlap *o, tp_error *error) {
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    tp_code code = TP_OK;
    o->counts = malloc((size_t)o->of->n_rows + 1);
    if (o->counts == NULL) {
        return tp_error_memory(error);
    }
    if (o->options->of_where != NULL) {
        code = tp_condition_parse(o->options->of_where, &condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(condition, o->of, &filter, error);
        }
    }
    o->sample = o->clusters->coverage == TP_COVERAGE_SAMPLE ||
                !tp_layer_holds(o->of, condition == NULL ? o->of->where : condition);
    for (int64_t row = 0; row < o->of->n_rows && code == TP_OK; row++) {
        tp_verdict met = tp_filter_test(filter, row);
        o->counts[row] = met == TP_MET;
        o->sample = o->sample || met == TP_UNKNOWN;
    }
    tp_filter_free(filter);
    tp_condition_free(condition);
    return code;
}

/* Which cluster each point belongs to, by the layer of members. */
static tp_code read_members(tp_overlap *o, const tp_layer *members, tp_error *error) {
    const tp_column *member = tp_layer_column(members, "member_id"), *in = tp_layer_column(members, "cluster_id");
    coded *points = sort_ids(o->of), *clusters = sort_ids(o->clusters);
    o->cluster_of = malloc(((size_t)o->of->n_rows + 1) * sizeof *o->cluster_of);
    o->n_of = calloc((size_t)o->clusters->n_rows + 1, sizeof *o->n_of);
    tp_code code =
        points == NULL || clusters == NULL || o->cluster_of == NULL || o->n_of == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t row = 0; row < o->of->n_rows && code == TP_OK; row++) {
        o->cluster_of[row] = -1;
    }
    for (int64_t row = 0; row < members->n_rows && code == TP_OK; row++) {
        int64_t point = find_id(points, o->of->n_rows, tp_column_text(member, row));
        int64_t cluster = find_id(clusters, o->clusters->n_rows, tp_column_text(in, row));
        if (point < 0 || cluster < 0) {
            code = tp_error_set(error, TP_E_DATA, "layer %s: member %s of %s is no row of %s and %s", members->name,
                                tp_layer_id(members, row), tp_column_text(in, row), o->of->name, o->clusters->name);
        } else {
            o->cluster_of[point] = (int32_t)cluster;
            o->counts[point] = 1;
            o->n_of[cluster]++;
        }
    }
    for (int64_t row = 0; row < o->of->n_rows && code == TP_OK; row++) {
        o->n_counts += o->counts[row];
    }
    free(points);
    free(clusters);
    return code;
}

static void reset(tp_overlap *o) {
    for (int64_t i = 0; i < o->n_areas; i++) {
        tp_shapes_reset(&o->areas[i].shape);
        free(o->areas[i].point);
    }
    free(o->areas);
    free(o->counts);
    free(o->cluster_of);
    free(o->n_of);
    free(o->nearest_area);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const tp_overlap_options *options = step->options.values;
    const tp_layer *members = tp_dataset_layer(dataset, options->members);
    tp_overlap overlap = {.options = options,
                          .step = step,
                          .dataset = dataset,
                          .of = tp_dataset_layer(dataset, options->of),
                          .clusters = tp_dataset_layer(dataset, options->clusters),
                          .designated = tp_dataset_layer(dataset, options->designated)};
    if (overlap.of == NULL || overlap.clusters == NULL || overlap.designated == NULL || members == NULL) {
        return tp_error_set(error, TP_E_DATA, "overlap needs the layers %s, %s, %s and %s", options->of,
                            options->clusters, options->members, options->designated);
    }
    tp_code code = choose_points(&overlap, error);
    if (code == TP_OK) {
        code = read_members(&overlap, members, error);
    }
    if (code == TP_OK) {
        code = tp_overlap_find_areas(&overlap, error);
    }
    if (code == TP_OK) {
        code = tp_overlap_publish(&overlap, error);
    }
    reset(&overlap);
    return code;
}

const tp_stage tp_stage_overlap = {
    .name = "overlap",
    .phase = TP_MEASURE,
    .purpose = "detected clusters against designated areas: common members, Jaccard, precision, recall",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(tp_overlap_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
