/* All pairs of a place and a facility within a time. */
#include "search_parts.h"
#include "sweep.h"

#include <stdlib.h>

void tp_matrix_reset(tp_matrix *matrix) {
    free(matrix->first);
    free(matrix->pair);
    *matrix = (tp_matrix){0};
}

typedef struct found {
    uint32_t place;
    tp_pair pair;
} found;

typedef struct finds {
    found *items;
    size_t n, capacity;
} finds;

static bool add_find(void *own, int64_t place, int64_t group, uint32_t time_ms) {
    finds *f = own;
    if (f->n == f->capacity) {
        size_t capacity = f->capacity < 1024 ? 1024 : f->capacity * 2;
        found *larger = realloc(f->items, capacity * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        f->items = larger;
        f->capacity = capacity;
    }
    f->items[f->n++] = (found){(uint32_t)place, {(int32_t)group, time_ms}};
    return true;
}

static int compare_pairs(const void *a, const void *b) {
    const tp_pair *x = a, *y = b;
    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    return (x->facility > y->facility) - (x->facility < y->facility);
}

/* Files the threads' finds by place; sorting makes the threads disappear. */
static tp_code gather(finds *const *list, int n_lists, int64_t n_places, tp_matrix *matrix, tp_error *error) {
    size_t n_pairs = 0;
    for (int t = 0; t < n_lists; t++) {
        n_pairs += list[t]->n;
    }
    matrix->n_places = n_places;
    matrix->n_pairs = (int64_t)n_pairs;
    matrix->first = calloc((size_t)n_places + 1, sizeof *matrix->first);
    matrix->pair = malloc((n_pairs + 1) * sizeof *matrix->pair);
    if (matrix->first == NULL || matrix->pair == NULL) {
        tp_matrix_reset(matrix);
        return tp_error_memory(error);
    }
    for (int t = 0; t < n_lists; t++) {
        for (size_t i = 0; i < list[t]->n; i++) {
            matrix->first[list[t]->items[i].place]++;
        }
    }
    for (int64_t p = 0; p < n_places; p++) {
        matrix->first[p + 1] += matrix->first[p];
    }
    for (int t = 0; t < n_lists; t++) {
        for (size_t i = 0; i < list[t]->n; i++) {
            matrix->pair[--matrix->first[list[t]->items[i].place]] = list[t]->items[i].pair;
        }
    }
#pragma omp parallel for schedule(dynamic, 1024)
    for (int64_t p = 0; p < n_places; p++) {
        int64_t first = matrix->first[p];
        qsort(matrix->pair + first, (size_t)(matrix->first[p + 1] - first), sizeof *matrix->pair, compare_pairs);
    }
    return TP_OK;
}

tp_code tp_matrix_of(const tp_network *network, const tp_search_rule *rule, const tp_join *places, int64_t n_places,
                     const tp_join *facilities, int64_t n_facilities, int n_threads, tp_matrix *matrix,
                     tp_error *error) {
    *matrix = (tp_matrix){0};
    int threads = tp_sweep_threads(n_threads, n_facilities);
    finds **lists = calloc((size_t)threads, sizeof(finds *));
    void **own = calloc((size_t)threads, sizeof *own);
    tp_code code = TP_OK;
    if (lists == NULL || own == NULL) {
        code = tp_error_memory(error);
        goto done;
    }
    for (int t = 0; t < threads; t++) {
        own[t] = lists[t] = tp_own_lines(sizeof **lists);
        if (lists[t] == NULL) {
            code = tp_error_memory(error);
            goto done;
        }
    }
    tp_sweep sweep = {network, *rule, places, n_places, facilities, n_facilities, NULL, 0, add_find, threads, own};
    code = tp_sweep_run(&sweep, error);
    if (code == TP_OK) {
        code = gather(lists, threads, n_places, matrix, error);
    }
done:
    for (int t = 0; lists != NULL && t < threads; t++) {
        free(lists[t] != NULL ? lists[t]->items : NULL);
        free(lists[t]);
    }
    free(lists);
    free(own);
    return code;
}
