/* DBSCAN where the neighbours are given: see cluster.h. */
#include "core/statistics/joined_sets.h"

#include <stdlib.h>

static int64_t rank_of(const int64_t *rank, int64_t i) {
    return rank == NULL ? i : rank[i];
}

static void find_core(int64_t n, const int64_t *first, const int32_t *neighbour, int64_t min_points, uint8_t *core) {
    for (int64_t i = 0; i < n; i++) {
        int64_t count = 1;
        for (int64_t k = first[i]; k < first[i + 1]; k++) {
            count += neighbour[k] != i;
        }
        core[i] = count >= min_points;
    }
}

/* Numbers the sets of core points by the smallest rank in them. */
static int64_t number(int64_t n, const int64_t *point_of_rank, const uint8_t *core, int32_t *set, int32_t *label) {
    int64_t n_clusters = 0;
    for (int64_t i = 0; i < n; i++) {
        label[i] = TP_NOISE;
    }
    for (int64_t r = 0; r < n; r++) {
        int64_t i = point_of_rank[r];
        if (core[i] && label[tp_sets_find(set, (int32_t)i)] == TP_NOISE) {
            label[tp_sets_find(set, (int32_t)i)] = (int32_t)n_clusters++;
        }
    }
    return n_clusters;
}

tp_code tp_dbscan_neighbours(int64_t n, const int64_t *first, const int32_t *neighbour, const int64_t *rank,
                             int64_t min_points, tp_clustering *clustering, tp_error *error) {
    tp_code code = tp_clustering_open(clustering, n, error);
    int32_t *set = malloc(((size_t)n + 1) * sizeof *set), *label = malloc(((size_t)n + 1) * sizeof *label);
    int64_t *point_of_rank = malloc(((size_t)n + 1) * sizeof *point_of_rank);
    if (code == TP_OK && (set == NULL || label == NULL || point_of_rank == NULL)) {
        code = tp_error_memory(error);
        tp_clustering_reset(clustering);
    }
    if (code == TP_OK) {
        for (int64_t i = 0; i < n; i++) {
            set[i] = (int32_t)i;
            point_of_rank[rank_of(rank, i)] = i;
        }
        find_core(n, first, neighbour, min_points, clustering->core);
        for (int64_t i = 0; i < n; i++) {
            for (int64_t k = first[i]; k < first[i + 1] && clustering->core[i]; k++) {
                if (clustering->core[neighbour[k]]) {
                    tp_sets_join(set, (int32_t)i, neighbour[k]);
                }
            }
        }
        clustering->n_clusters = number(n, point_of_rank, clustering->core, set, label);
        for (int64_t i = 0; i < n; i++) {
            int64_t of = clustering->core[i] ? i : -1;
            for (int64_t k = first[i]; k < first[i + 1] && !clustering->core[i]; k++) {
                int64_t j = neighbour[k];
                if (clustering->core[j] && (of < 0 || rank_of(rank, j) < rank_of(rank, of))) {
                    of = j;
                }
            }
            clustering->cluster[i] = of < 0 ? TP_NOISE : label[tp_sets_find(set, (int32_t)of)];
        }
    }
    free(set);
    free(label);
    free(point_of_rank);
    return code;
}
