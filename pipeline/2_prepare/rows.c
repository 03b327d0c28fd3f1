/* Leaving rows out: see rows.h. */
#include "2_prepare/rows.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

tp_code tp_rows_begin(tp_dataset *dataset, const char *layer, tp_rows *rows, tp_error *error) {
    *rows = (tp_rows){.dataset = dataset, .layer = tp_dataset_layer(dataset, layer)};
    if (rows->layer == NULL) {
        return tp_error_set(error, TP_E_INTERNAL, "layer %s is not read", layer);
    }
    rows->left_out = calloc((size_t)rows->layer->n_rows + 1, 1);
    return rows->left_out == NULL ? tp_error_memory(error) : TP_OK;
}

tp_code tp_rows_note(tp_rows *rows, int64_t row, const char *reason, const char *detail, tp_error *error) {
    const tp_layer *layer = rows->layer;
    return tp_dataset_reject(rows->dataset, layer->name, layer->source[row], layer->source_fid[row], reason, error,
                             "%s", detail);
}

tp_code tp_rows_leave_out(tp_rows *rows, int64_t row, const char *reason, const char *detail, tp_error *error) {
    if (rows->left_out[row]) {
        return TP_OK;
    }
    rows->left_out[row] = 1;
    rows->n_left_out++;
    int32_t source = rows->layer->source[row];
    if (source >= 0) {
        rows->dataset->sources[source].features_kept--;
    }
    return tp_rows_note(rows, row, reason, detail, error);
}

tp_code tp_rows_lose(tp_rows *rows, int64_t row, const char *reason, const char *detail, tp_error *error) {
    rows->layer->n_lost += !rows->left_out[row];
    return tp_rows_leave_out(rows, row, reason, detail, error);
}

tp_code tp_rows_apply(tp_rows *rows, tp_error *error) {
    if (rows->n_left_out == 0) {
        return TP_OK;
    }
    int64_t n = rows->layer->n_rows, n_kept = 0;
    int64_t *kept = malloc(sizeof *kept * (size_t)(n + 1));
    if (kept == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < n; row++) {
        if (!rows->left_out[row]) {
            kept[n_kept++] = row;
        }
    }
    tp_code code = tp_layer_keep(rows->layer, kept, n_kept, error);
    free(kept);
    memset(rows->left_out, 0, (size_t)n);
    rows->n_left_out = 0;
    return code;
}

void tp_rows_end(tp_rows *rows) {
    free(rows->left_out);
    *rows = (tp_rows){0};
}

int tp_prepare_threads(int64_t wanted) {
    return wanted > 0 ? (int)wanted : omp_get_max_threads();
}
