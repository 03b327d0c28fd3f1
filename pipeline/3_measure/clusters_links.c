/* Members near the centre, links between clusters, mini-clusters inside one: see clusters.h. */
#include "clusters.h"

#include "core/statistics/joined_sets.h"
#include "travel.h"

#include <math.h>
#include <stdlib.h>

static double straight_m(const tp_cluster_set *set, int64_t a, int64_t b) {
    return tp_geodesic_distance_m(&set->dataset->ellipsoid, set->lon_deg[a], set->lat_deg[a], set->lon_deg[b],
                                  set->lat_deg[b]);
}

static double straight_min(const tp_cluster_set *set, int64_t a, int64_t b) {
    tp_reach reach = {set->options->speed.value, set->options->detour};
    return tp_reach_minutes(&reach, straight_m(set, a, b));
}

static const tp_join *join_of(const tp_cluster_set *set, int64_t point) {
    const tp_join *join = set->joins == NULL ? NULL : &set->joins[set->row[point]];
    return join != NULL && join->way >= 0 ? join : NULL;
}

static tp_code add_link(tp_cluster_set *set, const tp_cluster_link *link, tp_error *error) {
    if (set->n_links == set->link_capacity) {
        int64_t capacity = 2 * set->link_capacity + 64;
        tp_cluster_link *grown = realloc(set->link, (size_t)capacity * sizeof *grown);
        if (grown == NULL) {
            return tp_error_memory(error);
        }
        set->link = grown;
        set->link_capacity = capacity;
    }
    set->link[set->n_links++] = *link;
    return TP_OK;
}

/* ---- the centre ---- */

static void count_near(const tp_cluster_set *set, tp_search *search, tp_cluster *cluster) {
    cluster->n_near = 0;
    cluster->near_method = search == NULL ? TP_METHOD_STRAIGHT_LINE : set->dataset->network->method;
    for (int64_t i = cluster->first; i < cluster->first + cluster->n; i++) {
        int64_t point = set->member[i];
        const tp_join *join = search == NULL ? NULL : join_of(set, point);
        if (point == cluster->centre) {
            cluster->n_near++;
        } else if (join != NULL) {
            cluster->n_near += tp_search_place_ms(search, join) != TP_NO_TIME;
        } else {
            cluster->n_near += straight_min(set, point, cluster->centre) <= set->options->near.value;
        }
    }
}

static tp_code count_all_near(tp_cluster_set *set, tp_search *search, tp_error *error) {
    tp_code code = TP_OK;
    tp_search_rule rule = {.direction = TP_TO_FACILITY,
                           .modes = TP_MODES_BY_ROAD,
                           .limit_ms = tp_travel_limit_ms(set->options->near.value)};
    for (int64_t i = 0; i < set->n_clusters && code == TP_OK; i++) {
        const tp_join *centre = search == NULL ? NULL : join_of(set, set->items[i].centre);
        if (centre != NULL) {
            code = tp_search_run_places(search, &rule, centre, 1, error);
        }
        if (code == TP_OK) {
            count_near(set, centre == NULL ? NULL : search, &set->items[i]);
        }
    }
    return code;
}

/* ---- links between clusters ---- */

static const double NONE = INFINITY;

/* Minutes from every centre to centre `to`; straight lines where one of the two does not join the network. */
static tp_code minutes_to(const tp_cluster_set *set, tp_search *search, int64_t to, double *minutes, tp_error *error) {
    const tp_join *join = search == NULL ? NULL : join_of(set, set->items[to].centre);
    tp_search_rule rule = {.direction = TP_TO_FACILITY,
                           .modes = TP_MODES_BY_ROAD,
                           .limit_ms = tp_travel_limit_ms(set->options->link.value)};
    tp_code code = join == NULL ? TP_OK : tp_search_run_places(search, &rule, join, 1, error);
    for (int64_t i = 0; i < set->n_clusters && code == TP_OK; i++) {
        const tp_join *from = join == NULL ? NULL : join_of(set, set->items[i].centre);
        if (from == NULL) {
            double straight = straight_min(set, set->items[i].centre, set->items[to].centre);
            minutes[i] = straight <= set->options->link.value ? straight : NONE;
        } else {
            uint32_t ms = tp_search_place_ms(search, from);
            minutes[i] = ms == TP_NO_TIME ? NONE : tp_travel_minutes(ms);
        }
    }
    return code;
}

/* A link where the longer of both ways is within the limit. */
static tp_code link_pair(tp_cluster_set *set, int64_t a, int64_t b, double minutes, int32_t *network, tp_error *error) {
    int64_t from = set->items[a].centre, to = set->items[b].centre;
    bool by_road = join_of(set, from) != NULL && join_of(set, to) != NULL;
    tp_cluster_link link = {.from = a,
                            .to = b,
                            .from_point = from,
                            .to_point = to,
                            .minutes = minutes,
                            .km = straight_m(set, from, to) / 1000,
                            .method = by_road ? set->dataset->network->method : TP_METHOD_STRAIGHT_LINE};
    set->items[a].linked = set->items[b].linked = true;
    tp_sets_join(network, (int32_t)a, (int32_t)b);
    return add_link(set, &link, error);
}

static tp_code link_clusters(tp_cluster_set *set, tp_search *search, tp_error *error) {
    int64_t n = set->n_clusters;
    if (n > TP_CLUSTERS_LINKED_MOST) {
        return TP_OK; /* said in a finding */
    }
    int32_t *network = malloc(((size_t)n + 1) * sizeof *network);
    double *minutes = malloc(((size_t)(n * n) + 1) * sizeof *minutes);
    tp_code code = network == NULL || minutes == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        network[i] = (int32_t)i;
        code = minutes_to(set, search, i, &minutes[i * n], error);
    }
    for (int64_t a = 0; a < n && code == TP_OK; a++) {
        for (int64_t b = a + 1; b < n && code == TP_OK; b++) {
            double longer = fmax(minutes[a * n + b], minutes[b * n + a]);
            if (longer < NONE) {
                code = link_pair(set, a, b, longer, network, error);
            }
        }
    }
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        set->items[i].network = tp_sets_find(network, (int32_t)i);
    }
    free(network);
    free(minutes);
    return code;
}

/* ---- mini-clusters ---- */

static tp_code link_mini(tp_cluster_set *set, int64_t number, const tp_clustering *found, int64_t *points,
                         tp_error *error) {
    tp_cluster *cluster = &set->items[number];
    tp_code code = TP_OK;
    cluster->n_mini = found->n_clusters;
    for (int64_t k = 0; k < found->n_clusters && code == TP_OK; k++) {
        int64_t n = 0;
        for (int64_t i = 0; i < cluster->n; i++) {
            if (found->cluster[i] == k) {
                points[n++] = set->member[cluster->first + i];
                set->mini[set->member[cluster->first + i]] = (int32_t)k + 1;
            }
        }
        int64_t centre = tp_clusters_centre(set, points, n);
        tp_cluster_link link = {.mini = true,
                                .from = number,
                                .to = number,
                                .from_point = cluster->centre,
                                .to_point = centre,
                                .mini_number = k + 1,
                                .minutes = NONE,
                                .km = straight_m(set, cluster->centre, centre) / 1000,
                                .method = TP_METHOD_STRAIGHT_LINE};
        code = add_link(set, &link, error);
    }
    return code;
}

/* DBSCAN again with half the distance or time, among the members of each cluster, which stand in the order of their ids. */
static tp_code find_mini(tp_cluster_set *set, tp_error *error) {
    int64_t most = set->n_clusters == 0 ? 0 : set->items[0].n;
    double *lon = malloc(((size_t)most + 1) * sizeof *lon), *lat = malloc(((size_t)most + 1) * sizeof *lat);
    int64_t *points = malloc(((size_t)most + 1) * sizeof *points);
    tp_code code = lon == NULL || lat == NULL || points == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t c = 0; c < set->n_clusters && code == TP_OK; c++) {
        const tp_cluster *cluster = &set->items[c];
        tp_clustering found = {0};
        for (int64_t i = 0; i < cluster->n; i++) {
            lon[i] = set->lon_deg[set->member[cluster->first + i]];
            lat[i] = set->lat_deg[set->member[cluster->first + i]];
        }
        code = set->options->by == TP_CLUSTERS_BY_ROAD
                   ? tp_clusters_by_road(set, &set->member[cluster->first], NULL, cluster->n,
                                         set->options->within_time.value / 2, &found, error)
                   : tp_dbscan(&set->dataset->ellipsoid, lon, lat, NULL, cluster->n, set->options->within.value / 2,
                               set->options->minimum, (tp_metric)set->options->metric, &found, error);
        if (code == TP_OK) {
            code = link_mini(set, c, &found, points, error);
        }
        tp_clustering_reset(&found);
    }
    free(lon);
    free(lat);
    free(points);
    return code;
}

tp_code tp_clusters_link(tp_cluster_set *set, tp_error *error) {
    tp_search *search = NULL;
    tp_code code = set->joins == NULL ? TP_OK : tp_search_new(set->dataset->network->network, &search, error);
    if (code == TP_OK) {
        code = count_all_near(set, search, error);
    }
    if (code == TP_OK) {
        code = link_clusters(set, search, error);
    }
    if (code == TP_OK) {
        code = find_mini(set, error);
    }
    tp_search_free(search);
    return code;
}
