/* Prefectures and municipalities of points, and frequencies of texts: see spans.h. */
#include "spans.h"

#include "rejects.h"
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

/* What all rows need. */
typedef struct spans {
    const tp_dataset *dataset;
    const tp_layer *of, *polygons;
    const tp_column *stated;
    coded *codes; /* of the polygons, sorted; NULL without polygons */
    tp_polygon_index *index;
    double limit_m;
} spans;

static tp_code open_spans(spans *s, tp_error *error) {
    tp_code code = TP_OK;
    if (s->polygons != NULL && s->polygons->geometry == TP_GEOMETRY_POLYGON) {
        code = tp_polygon_index_new(s->polygons, &s->index, error);
    }
    return code == TP_OK && s->polygons != NULL ? sort_codes(s->polygons, &s->codes, error) : code;
}

static void close_spans(spans *s) {
    tp_polygon_index_free(s->index);
    free(s->codes);
}

static const char *stated_text(const spans *s, int64_t row) {
    const char *text = s->stated == NULL ? NULL : tp_column_text(s->stated, row);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static int64_t stated_row(const spans *s, const char *text) {
    coded key = {text, 0};
    const coded *found =
        s->codes == NULL ? NULL : bsearch(&key, s->codes, (size_t)s->polygons->n_rows, sizeof key, compare_codes);
    return found == NULL ? -1 : found->row;
}

static int64_t polygon_row(const spans *s, int64_t row) {
    if (s->index == NULL) {
        return -1;
    }
    double lon_deg = s->of->lon_deg[row], lat_deg = s->of->lat_deg[row], distance_m;
    int64_t polygon = tp_polygon_index_find(s->index, lon_deg, lat_deg);
    return polygon >= 0
               ? polygon
               : tp_polygon_index_nearest(s->index, &s->dataset->ellipsoid, lon_deg, lat_deg, s->limit_m, &distance_m);
}

tp_code tp_spans_rows(const tp_dataset *dataset, const tp_layer *of, const tp_layer *polygons, const char *column,
                      const char *const *defaults, double limit_m, int64_t **rows, tp_error *error) {
    spans s = {.dataset = dataset, .of = of, .polygons = polygons, .limit_m = limit_m};
    s.stated = find_column(of, column, defaults);
    *rows = malloc(((size_t)of->n_rows + 1) * sizeof **rows);
    tp_code code = *rows == NULL ? tp_error_memory(error) : open_spans(&s, error);
    if (code == TP_OK) {
#pragma omp parallel for schedule(dynamic, 256)
        for (int64_t row = 0; row < of->n_rows; row++) {
            const char *text = stated_text(&s, row);
            (*rows)[row] = text != NULL ? stated_row(&s, text) : polygon_row(&s, row);
        }
    }
    close_spans(&s);
    return code;
}

tp_code tp_spans_find(const tp_dataset *dataset, const tp_layer *of, const tp_layer *polygons, const char *column,
                      const char *const *defaults, double limit_m, const char ***names, tp_error *error) {
    spans s = {.dataset = dataset, .of = of, .polygons = polygons, .limit_m = limit_m};
    s.stated = find_column(of, column, defaults);
    *names = calloc((size_t)of->n_rows + 1, sizeof **names);
    tp_code code = *names == NULL ? tp_error_memory(error) : open_spans(&s, error);
    if (code == TP_OK) {
#pragma omp parallel for schedule(dynamic, 256)
        for (int64_t row = 0; row < of->n_rows; row++) {
            const char *text = stated_text(&s, row);
            int64_t polygon = text != NULL ? stated_row(&s, text) : polygon_row(&s, row);
            (*names)[row] = polygon >= 0 ? tp_layer_label(polygons, polygon) : text;
        }
    }
    close_spans(&s);
    return code;
}

tp_code tp_spans_reject(tp_dataset *dataset, const tp_layer *of, int64_t row, const tp_layer *polygons,
                        const char *stage, tp_error *error) {
    return tp_dataset_reject(dataset, of->name, of->source[row], of->source_fid[row], TP_REJECT_NO_PREFECTURE, error,
                             "%s: neither states nor lies in a row of %s; not counted in %s", tp_layer_id(of, row),
                             polygons->name, stage);
}
