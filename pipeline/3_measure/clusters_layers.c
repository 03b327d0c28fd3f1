/* The three layers of clusters and what a reader is told of them: see clusters.h. */
#include "clusters.h"

#include "of_words.h"
#include "table_cells.h"
#include "technopolis/text.h"
#include "technopolis/transport.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOLD = 5, NAMED = 12 }; /* clusters in sentences of their own, and in one; the layer has all */

/* ---- clusters ---- */

static const char *method_of(const tp_cluster_set *set) {
    if (set->options->by == TP_CLUSTERS_BY_ROAD) {
        return tp_method_text(set->dataset->network->method);
    }
    return set->options->metric == TP_METRIC_CHORD ? "chord" : "geodesic";
}

static bool all_hold(const tp_cluster_set *set, const tp_texts *layers) {
    for (size_t i = 0; i < layers->n; i++) {
        const tp_layer *layer = tp_dataset_layer(set->dataset, layers->items[i]);
        if (!tp_layer_holds(layer, layer->where)) {
            return false;
        }
    }
    return layers->n > 0;
}

/* What is not found among few does not prove that there is none. */
static void put_actors(tp_cells *c, const tp_cluster_set *set, const tp_cluster *cluster) {
    const tp_clusters_options *options = set->options;
    bool research = cluster->n_actors[TP_ACTOR_RESEARCH] > 0, ventures = cluster->n_actors[TP_ACTOR_VENTURES] > 0;
    tp_put_count_if(c, options->government.n > 0, cluster->n_actors[TP_ACTOR_GOVERNMENT]);
    tp_put_count_if(c, options->research.n > 0, cluster->n_actors[TP_ACTOR_RESEARCH]);
    tp_put_count_if(c, options->ventures.n > 0, cluster->n_actors[TP_ACTOR_VENTURES]);
    if (!research && !all_hold(set, &options->research)) {
        tp_put_nothing(c);
        tp_put_text(c, options->research.n == 0 ? "no layer of research is named"
                                                : "no research found, but its layers are samples");
        return;
    }
    tp_put_text(c, tp_clusters_actor_type(cluster));
    bool open = research && !ventures && !all_hold(set, &options->ventures);
    tp_put_text(c, !open                      ? NULL
                   : options->ventures.n == 0 ? "at least; no layer of ventures is named"
                                              : "at least; ventures are a sample");
}

static void put_places(tp_cells *c, const tp_cluster *cluster) {
    bool known = cluster->n_prefectures > 0;
    tp_put_count_if(c, known, cluster->n_prefectures);
    tp_put_text(c, cluster->prefectures);
    tp_put_count_if(c, cluster->n_municipalities > 0, cluster->n_municipalities);
    tp_put_text(c, cluster->municipalities);
    tp_put_count_if(c, cluster->n_prefectures > 1 || (known && cluster->n_without_prefecture == 0),
                    cluster->n_prefectures > 1);
}

static void put_cluster(tp_cells *c, const tp_cluster_set *set, const tp_cluster *cluster) {
    tp_put_text(c, cluster->id);
    tp_put_text(c, set->of->name);
    tp_put_count(c, cluster->n);
    tp_put_count(c, cluster->n_core);
    tp_put_count(c, cluster->n_positions);
    tp_put_number(c, cluster->area_km2);
    tp_put_number(c, cluster->area_km2 > 0 ? (double)cluster->n / cluster->area_km2 : NAN);
    tp_put_number(c, cluster->footprint.length_km);
    tp_put_number(c, cluster->footprint.width_km);
    tp_put_number(c, cluster->footprint.length_km > 0 ? cluster->footprint.azimuth_deg : NAN);
    tp_put_text(c, tp_layer_id(set->of, set->row[cluster->centre]));
    tp_put_count(c, cluster->n_near);
    tp_put_text(c, tp_method_text(cluster->near_method));
    tp_put_text(c, cluster->industry);
    tp_put_count_if(c, cluster->industry != NULL, cluster->n_industry);
    tp_put_number(c, cluster->industry == NULL ? NAN : (double)cluster->n_industry / (double)cluster->n_with_industry);
    tp_put_count_if(c, cluster->industry != NULL, cluster->n_industries);
    put_places(c, cluster);
    put_actors(c, set, cluster);
    tp_put_count(c, cluster->n_mini);
    tp_put_text(c, cluster->linked ? set->items[cluster->network].id : NULL);
    tp_put_text(c, method_of(set));
    tp_put_text(c, set->sample ? "sample" : "complete");
}

static tp_code add_clusters(tp_cluster_set *set, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    c.code = tp_added_layer_make(set->step, set->dataset, "{as}", set->step->name, TP_GEOMETRY_POLYGON, set->n_clusters,
                                 &layer, c.column, error);
    for (int64_t i = 0; i < set->n_clusters && c.code == TP_OK; i++) {
        tp_cells_begin(&c, i);
        put_cluster(&c, set, &set->items[i]);
        if (c.code == TP_OK) {
            c.code = tp_shapes_copy_row(&layer->shapes, &set->items[i].hull, 0, error);
        }
    }
    if (c.code != TP_OK) {
        tp_layer_free(layer);
        return c.code;
    }
    layer->coverage = set->sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE;
    return tp_dataset_add_layer(set->dataset, layer, error);
}

/* ---- members ---- */

static tp_code add_members(tp_cluster_set *set, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    const tp_column *industry =
        set->options->industry == NULL ? NULL : tp_layer_column(set->of, set->options->industry);
    int64_t n = 0;
    for (int64_t i = 0; i < set->n_clusters; i++) {
        n += set->items[i].n;
    }
    c.code = tp_added_layer_make(set->step, set->dataset, "{members}", set->options->members, TP_GEOMETRY_POINT, n,
                                 &layer, c.column, error);
    for (int64_t i = 0; i < n && c.code == TP_OK; i++) {
        int64_t point = set->member[i], row = set->row[point];
        char cell[TP_CELL_TEXT_SIZE];
        tp_cells_begin(&c, i);
        tp_put_text(&c, tp_layer_id(set->of, row));
        tp_put_text(&c, set->items[set->cluster[point]].id);
        tp_put_text(&c, set->of->name);
        tp_put_text(&c, tp_layer_label(set->of, row));
        tp_put_text(&c, set->found.core[point] ? "core" : "border");
        tp_put_text(&c, industry == NULL ? NULL : tp_column_cell(industry, row, cell));
        tp_put_count_if(&c, set->mini[point] > 0, set->mini[point]);
        layer->lon_deg[i] = set->lon_deg[point];
        layer->lat_deg[i] = set->lat_deg[point];
        layer->source[i] = set->of->source[row];
        layer->source_fid[i] = set->of->source_fid[row];
    }
    if (c.code != TP_OK) {
        tp_layer_free(layer);
        return c.code;
    }
    layer->label = c.column[3];
    layer->coverage = set->sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE;
    return tp_dataset_add_layer(set->dataset, layer, error);
}

/* ---- links ---- */

/* A line between two points; one that crosses 180 degrees runs on beyond it. */
static tp_code add_line(const tp_cluster_set *set, const tp_cluster_link *link, tp_shapes *shapes, tp_error *error) {
    double x[2] = {set->lon_deg[link->from_point], set->lon_deg[link->to_point]};
    double y[2] = {set->lat_deg[link->from_point], set->lat_deg[link->to_point]};
    x[1] = fabs(x[1] - x[0]) <= 180 ? x[1] : x[0] + remainder(x[1] - x[0], 360);
    tp_code code = tp_shapes_add_row(shapes, error);
    if (code == TP_OK && (x[0] != x[1] || y[0] != y[1])) {
        code = tp_shapes_add_part(shapes, error);
        if (code == TP_OK) {
            code = tp_shapes_add_ring(shapes, x, y, 2, error);
        }
    }
    return code;
}

static tp_code add_links(tp_cluster_set *set, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    c.code = tp_added_layer_make(set->step, set->dataset, "{links}", set->options->links, TP_GEOMETRY_LINE,
                                 set->n_links, &layer, c.column, error);
    for (int64_t i = 0; i < set->n_links && c.code == TP_OK; i++) {
        const tp_cluster_link *link = &set->link[i];
        char to[64], id[128];
        if (link->mini) {
            (void)snprintf(to, sizeof to, "%s.%lld", set->items[link->to].id, (long long)link->mini_number);
        } else {
            (void)snprintf(to, sizeof to, "%s", set->items[link->to].id);
        }
        (void)snprintf(id, sizeof id, "%s_%s", set->items[link->from].id, to);
        tp_cells_begin(&c, i);
        tp_put_text(&c, id);
        tp_put_text(&c, link->mini ? "mini" : "network");
        tp_put_text(&c, set->items[link->from].id);
        tp_put_text(&c, to);
        tp_put_number(&c, link->mini ? NAN : link->minutes);
        tp_put_number(&c, link->km);
        tp_put_text(&c, tp_method_text(link->method));
        if (c.code == TP_OK) {
            c.code = add_line(set, link, &layer->shapes, error);
        }
    }
    if (c.code != TP_OK) {
        tp_layer_free(layer);
        return c.code;
    }
    return tp_dataset_add_layer(set->dataset, layer, error);
}

/* ---- findings ---- */

static tp_code tell_largest(tp_cluster_set *set, const char *of, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < set->n_clusters && i < TOLD && code == TP_OK; i++) {
        const tp_cluster *cluster = &set->items[i];
        tp_text text = {0};
        tp_text_add(&text, "%s around %s: %lld %s", cluster->id, tp_layer_label(set->of, set->row[cluster->centre]),
                    (long long)cluster->n, set->of->name);
        if (cluster->industry != NULL) {
            tp_text_add(&text, ", mostly %s (%lld of %lld)", cluster->industry, (long long)cluster->n_industry,
                        (long long)cluster->n_with_industry);
        }
        tp_text_add(&text, ", %.1f km x %.1f km", cluster->footprint.length_km, cluster->footprint.width_km);
        if (cluster->prefectures != NULL) {
            tp_text_add(&text, ", %s", cluster->prefectures);
        }
        code = text.lost ? tp_error_memory(error)
                         : tp_dataset_add_finding(set->dataset, set->step->name, "largest clusters", false, error,
                                                  "%s (%s)", tp_text_get(&text), of);
        tp_text_reset(&text);
    }
    return code;
}

static tp_code tell_borders(tp_cluster_set *set, const char *of, tp_error *error) {
    tp_text text = {0};
    int64_t n = 0;
    for (int64_t i = 0; i < set->n_clusters; i++) {
        if (set->items[i].n_prefectures > 1) {
            if (n < NAMED) {
                tp_text_add(&text, "%s%s: %s", n == 0 ? "" : ", ", set->items[i].id, set->items[i].prefectures);
            }
            n++;
        }
    }
    if (n > NAMED) {
        tp_text_add(&text, " and %lld more", (long long)(n - NAMED));
    }
    tp_code code = text.lost ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && n > 0) {
        code = tp_dataset_add_finding(set->dataset, set->step->name, "clusters across borders", false, error,
                                      "%lld of %lld clusters lie in more than one prefecture (%s): %s", (long long)n,
                                      (long long)set->n_clusters, of, tp_text_get(&text));
    }
    tp_text_reset(&text);
    return code;
}

static tp_code tell_shared(tp_cluster_set *set, const char *of, tp_error *error) {
    if (set->n_shared == 0) {
        return TP_OK;
    }
    return tp_dataset_add_finding(
        set->dataset, set->step->name, "equal positions", true, error,
        "%lld of %lld %s share their exact position with another (%lld positions, the fullest with %lld, at %s): where "
        "addresses were placed on a town's middle, density is overstated (%s)",
        (long long)set->n_at_shared, (long long)set->n, set->of->name, (long long)set->n_shared,
        (long long)set->largest_shared, tp_layer_label(set->of, set->row[set->shared_point]), of);
}

static tp_code tell(tp_cluster_set *set, tp_error *error) {
    char of[TP_OF_WORDS_SIZE], eps[64];
    int64_t n_members = 0;
    tp_of_words(set->sample, set->n, set->of->name, of);
    if (set->options->by == TP_CLUSTERS_BY_ROAD) {
        (void)snprintf(eps, sizeof eps, "%g min by road", set->options->within_time.value);
    } else {
        (void)snprintf(eps, sizeof eps, "%g km", set->options->within.value / 1000);
    }
    for (int64_t i = 0; i < set->n_clusters; i++) {
        n_members += set->items[i].n;
    }
    tp_code code = tp_dataset_add_finding(
        set->dataset, set->step->name, "clusters", false, error,
        "%lld clusters (at least %lld within %s) hold %lld points, %lld stand apart (%s)", (long long)set->n_clusters,
        (long long)set->options->minimum, eps, (long long)n_members, (long long)(set->n - n_members), of);
    if (code == TP_OK && set->n_unknown > 0) {
        code = tp_dataset_add_finding(set->dataset, set->step->name, "clusters", true, error,
                                      "%lld rows of %s are left out: what `where` asks for is missing in them (%s)",
                                      (long long)set->n_unknown, set->of->name, of);
    }
    if (code == TP_OK && set->n_clusters > TP_CLUSTERS_LINKED_MOST) {
        code = tp_dataset_add_finding(set->dataset, set->step->name, "clusters", true, error,
                                      "no links between clusters: there are more than %d (%s)", TP_CLUSTERS_LINKED_MOST,
                                      of);
    }
    if (code == TP_OK) {
        code = tell_largest(set, of, error);
    }
    if (code == TP_OK) {
        code = tell_borders(set, of, error);
    }
    return code == TP_OK ? tell_shared(set, of, error) : code;
}

tp_code tp_clusters_publish(tp_cluster_set *set, tp_error *error) {
    tp_code code = add_clusters(set, error);
    if (code == TP_OK) {
        code = add_members(set, error);
    }
    if (code == TP_OK) {
        code = add_links(set, error);
    }
    return code == TP_OK ? tell(set, error) : code;
}
