/* Links kept thread by thread: see link_rows.h. */
#include "link_rows.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

tp_code tp_link_rows_new(tp_measure *measure, tp_link_rows *rows, tp_error *error) {
    size_t n = (size_t)measure->of->n_rows + 1;
    int threads = omp_get_max_threads();
    *rows = (tp_link_rows){.measure = measure, .n_lists = threads < UINT16_MAX ? threads : UINT16_MAX};
    rows->count = calloc(n, sizeof *rows->count);
    rows->list = malloc(n * sizeof *rows->list);
    rows->lists = calloc((size_t)rows->n_lists, sizeof *rows->lists);
    bool there = rows->count != NULL && rows->list != NULL && rows->lists != NULL;
    return there ? TP_OK : tp_error_memory(error);
}

void tp_link_rows_reset(tp_link_rows *rows) {
    for (int i = 0; rows->lists != NULL && i < rows->n_lists; i++) {
        free(rows->lists[i].items);
    }
    free(rows->lists);
    free(rows->list);
    free(rows->count);
    *rows = (tp_link_rows){0};
}

tp_link *tp_link_rows_room(tp_link_rows *rows) {
    tp_link_list *list = &rows->lists[omp_get_thread_num()];
    if (list->capacity - list->n < TP_LINKS_MAX) {
        size_t capacity = list->capacity == 0 ? 1024 : 2 * list->capacity;
        tp_link *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL) {
            return NULL;
        }
        list->items = items;
        list->capacity = capacity;
    }
    return list->items + list->n;
}

void tp_link_rows_keep(tp_link_rows *rows, int64_t row, int n) {
    int thread = omp_get_thread_num();
    tp_link_list *list = &rows->lists[thread];
    rows->measure->link_first[row] = (int64_t)list->n;
    rows->count[row] = (uint8_t)n;
    rows->list[row] = (uint16_t)thread;
    list->n += (size_t)n;
}

tp_code tp_link_rows_pack(tp_link_rows *rows, tp_error *error) {
    tp_measure *measure = rows->measure;
    int64_t n = measure->of->n_rows, total = 0;
    for (int i = 0; i < rows->n_lists; i++) {
        total += (int64_t)rows->lists[i].n;
    }
    measure->links = malloc(((size_t)total + 1) * sizeof *measure->links);
    if (measure->links == NULL) {
        return tp_error_memory(error);
    }
    total = 0;
    for (int64_t row = 0; row < n; row++) {
        if (rows->count[row] > 0) {
            const tp_link *from = rows->lists[rows->list[row]].items + measure->link_first[row];
            memcpy(measure->links + total, from, rows->count[row] * sizeof *from);
        }
        measure->link_first[row] = total;
        total += rows->count[row];
    }
    measure->link_first[n] = total;
    return TP_OK;
}
