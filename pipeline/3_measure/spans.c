/* Prefectures and municipalities of points, and frequencies of texts: see spans.h. */
#include "spans.h"

#include "technopolis/polygon_index.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- frequencies ---- */

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_frequencies(const void *a, const void *b) {
    const tp_frequency *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->text, y->text);
}

int64_t tp_frequencies_of(const char **texts, int64_t n, tp_frequency *frequencies) {
    int64_t n_known = 0, n_different = 0;
    for (int64_t i = 0; i < n; i++) {
        if (texts[i] != NULL) {
            texts[n_known++] = texts[i];
        }
    }
    qsort(texts, (size_t)n_known, sizeof *texts, compare_texts);
    for (int64_t i = 0; i < n_known; i++) {
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0) {
            frequencies[n_different++] = (tp_frequency){texts[i], 0};
        }
        frequencies[n_different - 1].n++;
    }
    qsort(frequencies, (size_t)n_different, sizeof *frequencies, compare_frequencies);
    return n_different;
}

char *tp_frequencies_text(const tp_frequency *frequencies, int64_t n) {
    tp_text text = {0};
    for (int64_t i = 0; i < n; i++) {
        tp_text_add(&text, "%s%s (%lld)", i == 0 ? "" : "; ", frequencies[i].text, (long long)frequencies[i].n);
    }
    if (text.lost) {
        tp_text_reset(&text);
    }
    return text.data;
}

/* ---- where points lie ---- */

typedef struct coded {
    const char *id;
    int64_t row;
} coded;

static int compare_codes(const void *a, const void *b) {
    return strcmp(((const coded *)a)->id, ((const coded *)b)->id);
}

static const tp_column *find_column(const tp_layer *of, const char *column, const char *const *defaults) {
    const tp_column *found = column == NULL ? NULL : tp_layer_column(of, column);
    for (size_t i = 0; column == NULL && found == NULL && defaults[i] != NULL; i++) {
        found = tp_layer_column(of, defaults[i]);
        found = found != NULL && found->type == TP_TYPE_TEXT ? found : NULL;
    }
    return found;
}

static tp_code sort_codes(const tp_layer *polygons, coded **codes, tp_error *error) {
    *codes = malloc(((size_t)polygons->n_rows + 1) * sizeof **codes);
    if (*codes == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < polygons->n_rows; row++) {
        (*codes)[row] = (coded){tp_layer_id(polygons, row), row};
    }
    qsort(*codes, (size_t)polygons->n_rows, sizeof **codes, compare_codes);
    return TP_OK;
}

static const char *stated_name(const tp_layer *polygons, const coded *codes, const char *stated) {
    coded key = {stated, 0};
    const coded *found =
        polygons == NULL ? NULL : bsearch(&key, codes, (size_t)polygons->n_rows, sizeof key, compare_codes);
    return found == NULL ? stated : tp_layer_label(polygons, found->row);
}

tp_code tp_spans_find(const tp_dataset *dataset, const tp_layer *of, const tp_layer *polygons, const char *column,
                      const char *const *defaults, double limit_m, const char ***names, tp_error *error) {
    const tp_column *stated = find_column(of, column, defaults);
    tp_polygon_index *index = NULL;
    coded *codes = NULL;
    tp_code code = TP_OK;
    const char **found = calloc((size_t)of->n_rows + 1, sizeof *found);
    if (found == NULL) {
        return tp_error_memory(error);
    }
    if (polygons != NULL && polygons->geometry == TP_GEOMETRY_POLYGON) {
        code = tp_polygon_index_new(polygons, &index, error);
    }
    if (code == TP_OK && polygons != NULL) {
        code = sort_codes(polygons, &codes, error);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        const char *text = stated == NULL ? NULL : tp_column_text(stated, row);
        if (text != NULL && text[0] != '\0') {
            found[row] = stated_name(polygons, codes, text);
        } else if (index != NULL) {
            double distance_m;
            int64_t polygon = tp_polygon_index_find(index, of->lon_deg[row], of->lat_deg[row]);
            if (polygon < 0) {
                polygon = tp_polygon_index_nearest(index, &dataset->ellipsoid, of->lon_deg[row], of->lat_deg[row],
                                                   limit_m, &distance_m);
            }
            found[row] = polygon < 0 ? NULL : tp_layer_label(polygons, polygon);
        }
    }
    tp_polygon_index_free(index);
    free(codes);
    if (code != TP_OK) {
        free(found);
        found = NULL;
    }
    *names = found;
    return code;
}
