/** The parts of the stage `clusters`: what clusters are, their members, what they look like and what links them. */
#ifndef TP_MEASURE_CLUSTERS_H
#define TP_MEASURE_CLUSTERS_H

#include "reach.h"
#include "technopolis/cluster.h"
#include "technopolis/footprint.h"
#include "technopolis/search.h"
#include "technopolis/stage.h"

typedef struct tp_clusters_options {
    const char *of, *where, *industry, *prefecture, *municipality, *as, *members, *links;
    tp_texts research, government, ventures;
    tp_quantity within, within_time, near, link, speed;
    double detour;
    int64_t minimum;
    int by, metric;
} tp_clusters_options;

enum { TP_CLUSTERS_BY_DISTANCE, TP_CLUSTERS_BY_ROAD };

/** The kinds of actors of the 2004 study, as far as layers tell them. */
enum { TP_ACTOR_FIRMS, TP_ACTOR_GOVERNMENT, TP_ACTOR_RESEARCH, TP_ACTOR_VENTURES, TP_ACTORS };

/** A cluster. Texts of its own are owned. */
typedef struct tp_cluster {
    char id[32];
    int64_t first, n; /**< its members: tp_cluster_set.member[first .. first + n - 1], in the order of their ids */
    int64_t n_core, n_positions;
    int64_t centre; /**< the member nearest to the mean position */
    tp_footprint footprint;
    tp_shapes hull; /**< one row; no part where all members lie on a line */
    double area_km2;
    const char *industry; /**< the most frequent; NULL where none is known */
    int64_t n_industry, n_industries, n_with_industry;
    char *prefectures, *municipalities; /**< "A (3); B (1)", most members first; NULL where none is known */
    int64_t n_prefectures, n_municipalities, n_without_prefecture;
    int64_t n_actors[TP_ACTORS];
    int64_t n_near; /**< members from which the centre is reached within the time `near`, the centre itself included */
    tp_method near_method;
    int64_t n_mini;
    int32_t network; /**< the number of the first cluster that it is linked with by others; its own where with none */
    bool linked;
} tp_cluster;

/** A link between two clusters, or between a cluster and a mini-cluster inside it. */
typedef struct tp_cluster_link {
    bool mini;
    int64_t from, to; /**< clusters; of a mini link both the same */
    int64_t from_point, to_point;
    int64_t mini_number; /**< from 1 */
    double minutes, km;
    tp_method method;
} tp_cluster_link;

/** All of it. Points are the rows of `of` that the filter lets through. */
typedef struct tp_cluster_set {
    const tp_clusters_options *options;
    const tp_step *step;
    tp_dataset *dataset;
    const tp_layer *of;
    bool sample;
    int64_t n, n_unknown; /**< points; rows of which the filter is not known */
    int64_t *row, *rank;
    double *lon_deg, *lat_deg;
    const tp_join *joins; /**< of the rows of `of`; NULL without a network */
    tp_clustering found;
    int64_t n_clusters;
    tp_cluster *items; /**< the largest first, ties to the smaller id of a member */
    int32_t *cluster;  /**< a point: its number in items, or TP_NOISE */
    int32_t *mini;     /**< a point: its mini-cluster from 1, or 0 */
    int64_t *member;   /**< points, cluster by cluster */
    int64_t n_at_shared, n_shared, largest_shared;
    int64_t shared_point; /**< one of the largest group of points at one position */
    tp_cluster_link *link;
    int64_t n_links, link_capacity;
} tp_cluster_set;

/** Points, clusters and their members: clusters_find.c. */
TP_NODISCARD tp_code tp_clusters_find(tp_cluster_set *set, tp_error *error);
void tp_clusters_reset(tp_cluster_set *set);

/**
 * DBSCAN of n points (NULL: all) by the times on the network both ways, inclusive; `rank` as in tp_dbscan. A point that
 * does not join the network has no neighbours. clusters_find.c
 */
TP_NODISCARD tp_code tp_clusters_by_road(const tp_cluster_set *set, const int64_t *points, const int64_t *rank,
                                         int64_t n, double within_min, tp_clustering *found, tp_error *error);

/** Hull, area, footprint and centre: clusters_shape.c. */
TP_NODISCARD tp_code tp_clusters_shape(tp_cluster_set *set, tp_error *error);

/** The member of n points that is nearest to their mean position; ties to the first. */
int64_t tp_clusters_centre(const tp_cluster_set *set, const int64_t *points, int64_t n);

/** Industries, prefectures, municipalities, kinds of actors: clusters_describe.c. */
TP_NODISCARD tp_code tp_clusters_describe(tp_cluster_set *set, tp_error *error);

/** "agglomeration", "network" or "cluster" by the kinds of actors; "" never. */
const char *tp_clusters_actor_type(const tp_cluster *cluster);

/** With more clusters than these no links between them are looked for. */
enum { TP_CLUSTERS_LINKED_MOST = 4000 };

/** Members near the centre, links between clusters, mini-clusters: clusters_links.c. */
TP_NODISCARD tp_code tp_clusters_link(tp_cluster_set *set, tp_error *error);

/** The layers and the findings: clusters_layers.c. */
TP_NODISCARD tp_code tp_clusters_publish(tp_cluster_set *set, tp_error *error);

#endif
