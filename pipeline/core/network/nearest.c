/* The nearest facility of every node or place: one search from all facilities at once. */
#include "search_parts.h"

#include <stdlib.h>

typedef struct ranked {
    int64_t rank;
    int32_t item;
} ranked;

static int compare_ranked(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    return (x->item > y->item) - (x->item < y->item);
}

/* number_of[i]: the place of item i by rank; item_of[number] the other way. */
static tp_code number_by_rank(const int64_t *rank, int64_t n, uint32_t **number_of, int32_t **item_of,
                              tp_error *error) {
    *number_of = NULL;
    *item_of = NULL;
    if (n >= INT32_MAX) {
        return tp_error_set(error, TP_E_DATA, "%lld facilities (at most %d are possible)", (long long)n, INT32_MAX - 1);
    }
    size_t room = (size_t)n + 1;
    ranked *list = malloc(room * sizeof *list);
    *number_of = malloc(room * sizeof **number_of);
    *item_of = malloc(room * sizeof **item_of);
    if (list == NULL || *number_of == NULL || *item_of == NULL) {
        free(list);
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < n; i++) {
        list[i] = (ranked){rank != NULL ? rank[i] : i, (int32_t)i};
    }
    if (rank != NULL) {
        qsort(list, (size_t)n, sizeof *list, compare_ranked);
    }
    for (int64_t i = 0; i < n; i++) {
        (*number_of)[list[i].item] = (uint32_t)i;
        (*item_of)[i] = list[i].item;
    }
    free(list);
    return TP_OK;
}

static void tell(uint64_t label, const int32_t *item_of, uint32_t *time_ms, int32_t *nearest) {
    *time_ms = tp_label_ms(label);
    *nearest = label == TP_BLANK ? -1 : item_of[label & UINT32_MAX];
}

tp_code tp_nearest_nodes(const tp_network *network, const tp_search_rule *rule, const tp_groups *groups,
                         const int64_t *rank, uint32_t *time_ms, int32_t *nearest, tp_error *error) {
    uint32_t *number_of;
    int32_t *item_of;
    tp_search *search = NULL;
    tp_code code = number_by_rank(rank, groups->n, &number_of, &item_of, error);
    if (code == TP_OK) {
        code = tp_search_new(network, &search, error);
    }
    if (code != TP_OK) {
        goto done;
    }
    tp_search_clear(search, rule);
    for (int64_t g = 0; g < groups->n; g++) {
        for (int64_t i = groups->first[g]; i < groups->first[g + 1] && code == TP_OK; i++) {
            code = tp_search_add(search, groups->start[i], number_of[g], error);
        }
    }
    if (code == TP_OK) {
        code = tp_search_go_team(search, error);
    }
    if (code != TP_OK) {
        goto done;
    }
#pragma omp parallel for schedule(static)
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        tell(search->label[v], item_of, &time_ms[v], &nearest[v]);
    }
done:
    tp_search_free(search);
    free(number_of);
    free(item_of);
    return code;
}

tp_code tp_nearest_places(const tp_network *network, const tp_search_rule *rule, const tp_join *places,
                          int64_t n_places, const tp_join *facilities, int64_t n_facilities, const int64_t *rank,
                          uint32_t *time_ms, int32_t *nearest, tp_error *error) {
    uint32_t *number_of;
    int32_t *item_of;
    tp_search *search = NULL;
    tp_code code = number_by_rank(rank, n_facilities, &number_of, &item_of, error);
    if (code == TP_OK) {
        code = tp_search_new(network, &search, error);
    }
    if (code != TP_OK) {
        goto done;
    }
    tp_search_clear(search, rule);
    for (int64_t f = 0; f < n_facilities && code == TP_OK; f++) {
        code = tp_search_add_place(search, &facilities[f], number_of[f], error);
    }
    if (code == TP_OK) {
        code = tp_search_go_team(search, error);
    }
    if (code != TP_OK) {
        goto done;
    }
#pragma omp parallel for schedule(static)
    for (int64_t p = 0; p < n_places; p++) {
        tell(tp_search_place_label(search, &places[p]), item_of, &time_ms[p], &nearest[p]);
    }
done:
    tp_search_free(search);
    free(number_of);
    free(item_of);
    return code;
}
