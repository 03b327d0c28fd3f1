/*
 * clusters: agglomerations that are really there, by DBSCAN on geodesic distances (or on travel times by road), as three
 * layers: the clusters, their members, and the links between clusters and inside them. The method, and what border points
 * are: technopolis/cluster.h.
 *
 * A cluster is described by its hull (in longitude and latitude; no polygon where all members lie on one line), its
 * footprint (technopolis/footprint.h), its centre (the member nearest to the mean position), the industry that most of
 * its members are of, the prefectures and municipalities that they lie in (what the table states, else polygons), and
 * the kinds of actors within `within` of a member: firms alone (or with offices) make an agglomeration, with universities
 * and institutes a network, with ventures a cluster (Success factors and promotion policy of regional innovation, NISTEP
 * 2004). Two clusters are linked when each centre is reached from the other within `link`; those that hang together by
 * links form a network cluster. Mini-clusters are what DBSCAN finds inside a cluster at half the distance (by road: the
 * time).
 */
#include "clusters.h"

#include "core/plan/added_layer.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <stddef.h>

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "plants",
     .help = "the layer whose points are clustered",
     .offset = offsetof(tp_clusters_options, of)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which of its points",
     .offset = offsetof(tp_clusters_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "5 km",
     .min = 1,
     .max = 1000000,
     .help = "the distance within which points are neighbours (eps) and other actors are near a member, inclusive",
     .offset = offsetof(tp_clusters_options, within)},
    {.key = "minimum",
     .kind = TP_SETTING_INTEGER,
     .fallback = "10",
     .min = 1,
     .max = 1e9,
     .help = "how many neighbours make a core point, itself included",
     .offset = offsetof(tp_clusters_options, minimum)},
    {.key = "by",
     .kind = TP_SETTING_CHOICE,
     .choices = "distance|road",
     .fallback = "distance",
     .help = "neighbours by distance, or by the time on the network both ways",
     .offset = offsetof(tp_clusters_options, by)},
    {.key = "within_time",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .fallback = "10 min",
     .min = 0,
     .max = 10000,
     .help = "with `by: road` the time within which points are neighbours, inclusive",
     .offset = offsetof(tp_clusters_options, within_time)},
    {.key = "metric",
     .kind = TP_SETTING_CHOICE,
     .choices = "geodesic|chord",
     .fallback = "geodesic",
     .help = "the distance: on the ellipsoid, or straight through it",
     .offset = offsetof(tp_clusters_options, metric)},
    {.key = "industry",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that names the industry of a point",
     .offset = offsetof(tp_clusters_options, industry)},
    {.key = "prefecture",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that states the prefecture; without it prefecture_code or pref_code, else the polygons",
     .offset = offsetof(tp_clusters_options, prefecture)},
    {.key = "municipality",
     .kind = TP_SETTING_COLUMN,
     .help = "the column that states the municipality; without it muni_code or city_code, else the polygons",
     .offset = offsetof(tp_clusters_options, municipality)},
    {.key = "government",
     .kind = TP_SETTING_LAYERS,
     .help = "layers of government offices, for the kinds of actors",
     .offset = offsetof(tp_clusters_options, government)},
    {.key = "research",
     .kind = TP_SETTING_LAYERS,
     .help = "layers of universities and institutes, for the kinds of actors",
     .offset = offsetof(tp_clusters_options, research)},
    {.key = "ventures",
     .kind = TP_SETTING_LAYERS,
     .help = "layers of ventures, for the kinds of actors",
     .offset = offsetof(tp_clusters_options, ventures)},
    {.key = "near",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .fallback = "30 min",
     .min = 0,
     .max = 10000,
     .help = "members from which the centre is reached within this time are counted",
     .offset = offsetof(tp_clusters_options, near)},
    {.key = "link",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .fallback = "30 min",
     .min = 0,
     .max = 10000,
     .help = "clusters whose centres are within this time of each other are linked",
     .offset = offsetof(tp_clusters_options, link)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(tp_clusters_options, as)},
    {.key = "members",
     .kind = TP_SETTING_TEXT,
     .fallback = "cluster_members",
     .help = "the name of the new layer of members",
     .offset = offsetof(tp_clusters_options, members)},
    {.key = "links",
     .kind = TP_SETTING_TEXT,
     .fallback = "cluster_links",
     .help = "the name of the new layer of links",
     .offset = offsetof(tp_clusters_options, links)},
    TP_REACH_SETTINGS(tp_clusters_options),
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{of}", .name = "{industry}", .type = TP_TYPE_TEXT, .help = "which names the industry"},
    {.layer = "{of}", .name = "{prefecture}", .type = TP_TYPE_TEXT, .help = "which states the prefecture"},
    {.layer = "{of}", .name = "{municipality}", .type = TP_TYPE_TEXT, .help = "which states the municipality"},
    {.layer = "{government}"},
    {.layer = "{research}"},
    {.layer = "{ventures}"},
};

/* In the order in which clusters_layers.c fills them. */
static const tp_stage_column ADDS[] = {
    {"{as}", "cluster_id", TP_TYPE_TEXT, "", "numbered from the largest"},
    {"{as}", "of_layer", TP_TYPE_TEXT, "", "the layer of the members"},
    {"{as}", "n", TP_TYPE_INT64, "", "members"},
    {"{as}", "n_core", TP_TYPE_INT64, "", "of these, core points"},
    {"{as}", "n_positions", TP_TYPE_INT64, "", "different positions among them"},
    {"{as}", "area_km2", TP_TYPE_DOUBLE, "km2", "of the hull on the ellipsoid; 0 where all members lie on one line"},
    {"{as}", "density", TP_TYPE_DOUBLE, "1/km2", "members for each km2 of the hull; missing where that has no area"},
    {"{as}", "length_km", TP_TYPE_DOUBLE, "km", "long side of the smallest rectangle around the members"},
    {"{as}", "width_km", TP_TYPE_DOUBLE, "km", "short side of it"},
    {"{as}", "azimuth_deg", TP_TYPE_DOUBLE, "deg", "of the long side, clockwise from north"},
    {"{as}", "centre_id", TP_TYPE_TEXT, "", "the member nearest to the mean position"},
    {"{as}", "n_near_centre", TP_TYPE_INT64, "", "members from which the centre is reached within the time `near`"},
    {"{as}", "near_method", TP_TYPE_TEXT, "", "road, road_model or straight_line"},
    {"{as}", "industry", TP_TYPE_TEXT, "", "the most frequent among the members"},
    {"{as}", "industry_n", TP_TYPE_INT64, "", "members of it"},
    {"{as}", "industry_share", TP_TYPE_DOUBLE, "", "their share of the members whose industry is known"},
    {"{as}", "n_industries", TP_TYPE_INT64, "", "different industries"},
    {"{as}", "n_prefectures", TP_TYPE_INT64, "", "prefectures that members lie in"},
    {"{as}", "prefectures", TP_TYPE_TEXT, "", "these with the number of members"},
    {"{as}", "n_municipalities", TP_TYPE_INT64, "", "municipalities that members lie in, where known"},
    {"{as}", "municipalities", TP_TYPE_TEXT, "", "these with the number of members"},
    {"{as}", "cross_border", TP_TYPE_INT64, "", "1: in more than one prefecture; missing where that is not known"},
    {"{as}", "n_government", TP_TYPE_INT64, "", "government offices within the distance of a member"},
    {"{as}", "n_research", TP_TYPE_INT64, "", "universities and institutes within the distance of a member"},
    {"{as}", "n_ventures", TP_TYPE_INT64, "", "ventures within the distance of a member"},
    {"{as}", "actor_type", TP_TYPE_TEXT, "", "agglomeration, network or cluster by the kinds of actors"},
    {"{as}", "actor_note", TP_TYPE_TEXT, "", "what might make it more than that"},
    {"{as}", "n_mini", TP_TYPE_INT64, "", "clusters inside it at half the distance, or half the time by road"},
    {"{as}", "network_id", TP_TYPE_TEXT, "", "the first cluster of those linked with it; missing where none is"},
    {"{as}", "method", TP_TYPE_TEXT, "", "what makes neighbours: geodesic, chord, road or road_model"},
    {"{as}", "coverage", TP_TYPE_TEXT, "", "complete or sample: of the members' layer"},
    {"{members}", "member_id", TP_TYPE_TEXT, "", "the point's id"},
    {"{members}", "cluster_id", TP_TYPE_TEXT, "", "its cluster"},
    {"{members}", "of_layer", TP_TYPE_TEXT, "", "its layer"},
    {"{members}", "name", TP_TYPE_TEXT, "", "its name"},
    {"{members}", "role", TP_TYPE_TEXT, "", "core or border"},
    {"{members}", "industry", TP_TYPE_TEXT, "", "its industry"},
    {"{members}", "mini_cluster", TP_TYPE_INT64, "", "number of the mini-cluster inside the cluster, from 1"},
    {"{links}", "link_id", TP_TYPE_TEXT, "", "ids of both ends"},
    {"{links}", "kind", TP_TYPE_TEXT, "", "network: between clusters; mini: to a mini-cluster inside"},
    {"{links}", "from_id", TP_TYPE_TEXT, "", "the cluster"},
    {"{links}", "to_id", TP_TYPE_TEXT, "", "the other cluster, or the mini-cluster"},
    {"{links}", "minutes", TP_TYPE_DOUBLE, "min",
     "between the centres, the longer of both ways; none inside a cluster"},
    {"{links}", "km", TP_TYPE_DOUBLE, "km", "geodesic, between the centres"},
    {"{links}", "method", TP_TYPE_TEXT, "", "road, road_model or straight_line"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const tp_clusters_options *options = step->options.values;
    const tp_texts *actors[] = {&options->government, &options->research, &options->ventures};
    const char *keys[] = {"government", "research", "ventures"};
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_plan_check_condition(plan, step, "where", options->of, faults);
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < actors[i]->n; k++) {
            tp_reach_check_points(step, plan, actors[i]->items[k], keys[i], faults);
        }
    }
    if (options->by == TP_CLUSTERS_BY_ROAD) {
        tp_travel_check_network(step, plan, faults);
    }
    tp_added_layer_check_as(step, plan, "as", step->name, TP_GEOMETRY_POLYGON, faults);
    tp_added_layer_check_as(step, plan, "members", options->members, TP_GEOMETRY_POINT, faults);
    tp_added_layer_check_as(step, plan, "links", options->links, TP_GEOMETRY_LINE, faults);
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const tp_clusters_options *options = step->options.values;
    tp_cluster_set set = {
        .options = options, .step = step, .dataset = dataset, .of = tp_dataset_layer(dataset, options->of)};
    if (set.of == NULL) {
        return tp_error_set(error, TP_E_DATA, "clusters: layer %s is not read", options->of);
    }
    if (options->by == TP_CLUSTERS_BY_ROAD && dataset->network == NULL) {
        return tp_error_set(error, TP_E_CONFIG, "clusters by road need a network");
    }
    tp_code code = tp_clusters_find(&set, error);
    if (code == TP_OK) {
        code = tp_clusters_shape(&set, error);
    }
    if (code == TP_OK) {
        code = tp_clusters_describe(&set, error);
    }
    if (code == TP_OK) {
        code = tp_clusters_link(&set, error);
    }
    if (code == TP_OK) {
        code = tp_clusters_publish(&set, error);
    }
    tp_clusters_reset(&set);
    return code;
}

const tp_stage tp_stage_clusters = {
    .name = "clusters",
    .phase = TP_MEASURE,
    .purpose = "agglomerations of points by density, their members and the links between them",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(tp_clusters_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
