/* Which points count, and the clusters that they form: see clusters.h. */
#include "clusters.h"

#include "rejects.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- points ---- */

static tp_code select_rows(tp_cluster_set *set, tp_error *error) {
    tp_condition *condition = NULL;
    tp_filter *filter = NULL;
    tp_code code = TP_OK;
    if (set->options->where != NULL) {
        code = tp_condition_parse(set->options->where, &condition, error);
        if (code == TP_OK) {
            code = tp_filter_new(condition, set->of, &filter, error);
        }
    }
    for (int64_t row = 0; row < set->of->n_rows && code == TP_OK; row++) {
        tp_verdict verdict = tp_filter_test(filter, row);
        set->n_unknown += verdict == TP_UNKNOWN;
        if (verdict == TP_MET) {
            set->lon_deg[set->n] = set->of->lon_deg[row];
            set->lat_deg[set->n] = set->of->lat_deg[row];
            set->row[set->n++] = row;
        }
    }
    set->sample = !tp_layer_holds(set->of, condition == NULL ? set->of->where : condition) || set->n_unknown > 0;
    tp_filter_free(filter);
    tp_condition_free(condition);
    return code;
}

typedef struct named {
    const char *id;
    int64_t point;
} named;

static int compare_names(const void *a, const void *b) {
    const named *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->point > y->point) - (x->point < y->point);
}

static tp_code rank_points(tp_cluster_set *set, tp_error *error) {
    named *names = malloc(((size_t)set->n + 1) * sizeof *names);
    if (names == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < set->n; i++) {
        names[i] = (named){tp_layer_id(set->of, set->row[i]), i};
    }
    qsort(names, (size_t)set->n, sizeof *names, compare_names);
    for (int64_t i = 0; i < set->n; i++) {
        set->rank[names[i].point] = i;
    }
    free(names);
    return TP_OK;
}

static tp_code open_points(tp_cluster_set *set, tp_error *error) {
    size_t n = (size_t)set->of->n_rows + 1;
    set->row = malloc(n * sizeof *set->row);
    set->rank = malloc(n * sizeof *set->rank);
    set->lon_deg = malloc(n * sizeof *set->lon_deg);
    set->lat_deg = malloc(n * sizeof *set->lat_deg);
    set->cluster = malloc(n * sizeof *set->cluster);
    set->mini = calloc(n, sizeof *set->mini);
    set->member = malloc(n * sizeof *set->member);
    if (set->row == NULL || set->rank == NULL || set->lon_deg == NULL || set->lat_deg == NULL || set->cluster == NULL ||
        set->mini == NULL || set->member == NULL) {
        return tp_error_memory(error);
    }
    tp_code code = select_rows(set, error);
    return code == TP_OK ? rank_points(set, error) : code;
}

/* ---- points at one position ---- */

typedef struct position {
    double lon_deg, lat_deg;
    int64_t rank, point;
} position;

static int compare_positions(const void *a, const void *b) {
    const position *x = a, *y = b;
    if (x->lon_deg != y->lon_deg) {
        return x->lon_deg < y->lon_deg ? -1 : 1;
    }
    if (x->lat_deg != y->lat_deg) {
        return x->lat_deg < y->lat_deg ? -1 : 1;
    }
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Counts, for all points and in each cluster, how many positions there are. */
static tp_code count_positions(tp_cluster_set *set, tp_error *error) {
    position *at = malloc(((size_t)set->n + 1) * sizeof *at);
    if (at == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < set->n; i++) {
        at[i] = (position){set->lon_deg[i], set->lat_deg[i], set->rank[i], i};
    }
    qsort(at, (size_t)set->n, sizeof *at, compare_positions);
    for (int64_t i = 0, next = 0; i < set->n; i = next) {
        for (next = i + 1; next < set->n && at[next].lon_deg == at[i].lon_deg && at[next].lat_deg == at[i].lat_deg;) {
            next++;
        }
        if (set->cluster[at[i].point] != TP_NOISE) { /* by distance all of one position are of one cluster */
            set->items[set->cluster[at[i].point]].n_positions++;
        }
        if (next - i > 1) {
            set->n_at_shared += next - i;
            set->n_shared++;
            if (next - i > set->largest_shared) {
                set->largest_shared = next - i;
                set->shared_point = at[i].point;
            }
        }
    }
    free(at);
    return TP_OK;
}

/* ---- neighbours by road ---- */

static int compare_pairs(const void *a, const void *b) {
    const tp_pair *x = a, *y = b;
    return (x->facility > y->facility) - (x->facility < y->facility);
}

static bool has_pair(const tp_matrix *matrix, int64_t place, int32_t facility) {
    tp_pair key = {.facility = facility};
    size_t n = (size_t)(matrix->first[place + 1] - matrix->first[place]);
    return bsearch(&key, matrix->pair + matrix->first[place], n, sizeof key, compare_pairs) != NULL;
}

/* Neighbours are those reached within the time both ways: a one-way street makes no one a neighbour. */
static tp_code cluster_neighbours(const tp_cluster_set *set, int64_t n_points, const int64_t *rank, tp_matrix *matrix,
                                  tp_clustering *found, tp_error *error) {
    int64_t *first = malloc(((size_t)n_points + 1) * sizeof *first), n = 0;
    int32_t *neighbour = malloc(((size_t)matrix->n_pairs + 1) * sizeof *neighbour);
    tp_code code = first == NULL || neighbour == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        for (int64_t i = 0; i < n_points; i++) {
            qsort(matrix->pair + matrix->first[i], (size_t)(matrix->first[i + 1] - matrix->first[i]),
                  sizeof *matrix->pair, compare_pairs);
        }
        for (int64_t i = 0; i < n_points; i++) {
            first[i] = n;
            for (int64_t k = matrix->first[i]; k < matrix->first[i + 1]; k++) {
                if (has_pair(matrix, matrix->pair[k].facility, (int32_t)i)) {
                    neighbour[n++] = matrix->pair[k].facility;
                }
            }
        }
        first[n_points] = n;
        code = tp_dbscan_neighbours(n_points, first, neighbour, rank, set->options->minimum, found, error);
    }
    free(first);
    free(neighbour);
    return code;
}

tp_code tp_clusters_by_road(const tp_cluster_set *set, const int64_t *points, const int64_t *rank, int64_t n,
                            double within_min, tp_clustering *found, tp_error *error) {
    tp_matrix matrix = {0};
    tp_search_rule rule = {
        .direction = TP_TO_FACILITY, .modes = TP_MODES_BY_ROAD, .limit_ms = tp_travel_limit_ms(within_min)};
    tp_join *joins = malloc(((size_t)n + 1) * sizeof *joins);
    if (joins == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        joins[i] = set->joins[set->row[points == NULL ? i : points[i]]];
    }
    tp_code code = tp_matrix_of(set->dataset->network->network, &rule, joins, n, joins, n, 0, &matrix, error);
    if (code == TP_OK) {
        code = cluster_neighbours(set, n, rank, &matrix, found, error);
    }
    tp_matrix_reset(&matrix);
    free(joins);
    return code;
}

static tp_code find_by_road(tp_cluster_set *set, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < set->n && code == TP_OK; i++) {
        if (set->joins[set->row[i]].way < 0) {
            code = tp_travel_reject_not_joined(set->dataset, set->of, set->row[i], "in no cluster by road", error);
        }
    }
    return code == TP_OK
               ? tp_clusters_by_road(set, NULL, set->rank, set->n, set->options->within_time.value, &set->found, error)
               : code;
}

/* ---- clusters in the order of their size ---- */

typedef struct sized {
    int64_t n;
    int32_t number;
} sized;

static int compare_sizes(const void *a, const void *b) {
    const sized *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->number > y->number) - (x->number < y->number);
}

static tp_code order_clusters(tp_cluster_set *set, tp_error *error) {
    int64_t n = set->found.n_clusters, at = 0;
    sized *sizes = calloc((size_t)n + 1, sizeof *sizes);
    int32_t *place = malloc(((size_t)n + 1) * sizeof *place);
    set->items = calloc((size_t)n + 1, sizeof *set->items);
    if (sizes == NULL || place == NULL || set->items == NULL) {
        free(sizes);
        free(place);
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        sizes[i].number = (int32_t)i;
    }
    for (int64_t i = 0; i < set->n; i++) {
        if (set->found.cluster[i] != TP_NOISE) {
            sizes[set->found.cluster[i]].n++;
        }
    }
    qsort(sizes, (size_t)n, sizeof *sizes, compare_sizes);
    int digits = n < 1000 ? 3 : n < 100000 ? 5 : 10; /* so that ids sort as numbers do */
    set->n_clusters = n;
    for (int64_t i = 0; i < n; i++) {
        place[sizes[i].number] = (int32_t)i;
        set->items[i].first = at;
        set->items[i].network = (int32_t)i;
        at += sizes[i].n;
        (void)snprintf(set->items[i].id, sizeof set->items[i].id, "cluster-%0*d", digits, (int)(i + 1));
    }
    for (int64_t i = 0; i < set->n; i++) {
        set->cluster[i] = set->found.cluster[i] == TP_NOISE ? TP_NOISE : place[set->found.cluster[i]];
    }
    free(sizes);
    free(place);
    return TP_OK;
}

/* Members stand in the order of their ids. */
static tp_code fill_members(tp_cluster_set *set, tp_error *error) {
    int64_t *point_of_rank = malloc(((size_t)set->n + 1) * sizeof *point_of_rank);
    if (point_of_rank == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < set->n; i++) {
        point_of_rank[set->rank[i]] = i;
    }
    for (int64_t r = 0; r < set->n; r++) {
        int64_t point = point_of_rank[r];
        if (set->cluster[point] != TP_NOISE) {
            tp_cluster *cluster = &set->items[set->cluster[point]];
            set->member[cluster->first + cluster->n++] = point;
            cluster->n_core += set->found.core[point];
        }
    }
    free(point_of_rank);
    return TP_OK;
}

tp_code tp_clusters_find(tp_cluster_set *set, tp_error *error) {
    const tp_clusters_options *options = set->options;
    tp_code code = open_points(set, error);
    if (code == TP_OK && set->dataset->network != NULL) {
        code = tp_transport_joins(set->dataset->network, &set->dataset->ellipsoid, set->of, &set->joins, error);
    }
    if (code == TP_OK) {
        code = options->by == TP_CLUSTERS_BY_ROAD
                   ? find_by_road(set, error)
                   : tp_dbscan(&set->dataset->ellipsoid, set->lon_deg, set->lat_deg, set->rank, set->n,
                               options->within.value, options->minimum, (tp_metric)options->metric, &set->found, error);
    }
    if (code == TP_OK) {
        code = order_clusters(set, error);
    }
    if (code == TP_OK) {
        code = fill_members(set, error);
    }
    return code == TP_OK ? count_positions(set, error) : code;
}

void tp_clusters_reset(tp_cluster_set *set) {
    for (int64_t i = 0; i < set->n_clusters; i++) {
        tp_shapes_reset(&set->items[i].hull);
        free(set->items[i].prefectures);
        free(set->items[i].municipalities);
    }
    free(set->row);
    free(set->rank);
    free(set->lon_deg);
    free(set->lat_deg);
    free(set->cluster);
    free(set->mini);
    free(set->member);
    free(set->items);
    free(set->link);
    tp_clustering_reset(&set->found);
}
