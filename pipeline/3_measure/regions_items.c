/* What lies in each prefecture and region, in numbers: see regions.h. */
#include "regions.h"

#include "bad_row.h"
#include "spans.h"
#include "technopolis/concentration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double COAST_M = 10000; /* polygons may be generalised by kilometres */
static const char *const STATED[] = {"prefecture_code", "pref_code", NULL};
static const double CONFIDENCE = 0.95;

/* ---- layers ---- */

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static tp_code read_industries(tp_region_item *item, tp_error *error) {
    int64_t n = item->layer->n_rows;
    item->industry_name = calloc((size_t)n + 1, sizeof(char *));
    item->industry_of = malloc(((size_t)n + 1) * sizeof *item->industry_of);
    tp_frequency *frequencies = malloc(((size_t)n + 1) * sizeof *frequencies);
    if (item->industry_name == NULL || item->industry_of == NULL || frequencies == NULL) {
        free(frequencies);
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < n; row++) {
        const char *text = tp_column_text(item->industry, row);
        item->industry_name[row] = text == NULL || text[0] == '\0' ? NULL : text;
    }
    item->n_industries = tp_frequencies_of(item->industry_name, n, frequencies);
    for (int64_t i = 0; i < item->n_industries; i++) {
        item->industry_name[i] = frequencies[i].text;
    }
    free(frequencies);
    qsort(item->industry_name, (size_t)item->n_industries, sizeof(char *), compare_texts);
    for (int64_t row = 0; row < n; row++) {
        const char *text = tp_column_text(item->industry, row);
        const char **found = text == NULL ? NULL
                                          : bsearch(&text, item->industry_name, (size_t)item->n_industries,
                                                    sizeof(char *), compare_texts);
        item->industry_of[row] = found == NULL ? -1 : (int32_t)(found - item->industry_name);
    }
    return TP_OK;
}

typedef struct named {
    const char *id;
    int64_t row;
} named;

static int compare_named(const void *a, const void *b) {
    const named *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static tp_code order_rows(tp_region_item *item, tp_error *error) {
    size_t n = (size_t)item->layer->n_rows;
    named *rows = malloc((n + 1) * sizeof *rows);
    item->order = malloc((n + 1) * sizeof *item->order);
    if (rows == NULL || item->order == NULL) {
        free(rows);
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < n; i++) {
        rows[i] = (named){tp_layer_id(item->layer, (int64_t)i), (int64_t)i};
    }
    qsort(rows, n, sizeof *rows, compare_named);
    for (size_t i = 0; i < n; i++) {
        item->order[i] = rows[i].row;
    }
    free(rows);
    return TP_OK;
}

/* Of a row: 1 without a column of weights; false where the cell is missing. */
static bool weight_of(const tp_region_item *item, int64_t row, double *weight) {
    *weight = 1;
    return item->weight == NULL || tp_column_number(item->weight, row, weight);
}

static tp_code count_rows(const tp_regions *r, tp_region_item *item, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < item->layer->n_rows && code == TP_OK; i++) {
        int64_t row = item->order[i];
        double weight;
        bool known = weight_of(item, row, &weight);
        if (known && !(weight >= 0 && isfinite(weight))) {
            return tp_bad_row(r->dataset, item->layer, row, error, "%s is %.15g (expected 0 or more)",
                              item->weight->name, weight);
        }
        int64_t prefecture = item->prefecture[row];
        if (prefecture < 0) {
            item->n_nowhere++;
            code = tp_spans_reject(r->dataset, item->layer, row, r->prefectures, "regions", error);
            continue;
        }
        item->n++;
        item->count[prefecture] += 1;
        item->n_unweighted += !known;
        item->value[prefecture] += known ? weight : 0;
        item->squares += known ? weight * weight : 0;
    }
    return code;
}

static tp_code count_item(const tp_regions *r, tp_region_item *item, const char *name, const char *weight,
                          const char *industry, tp_error *error) {
    size_t n = (size_t)r->prefectures->n_rows + 1;
    item->layer = tp_dataset_layer(r->dataset, name);
    if (item->layer == NULL || item->layer->geometry != TP_GEOMETRY_POINT) {
        return tp_error_set(error, TP_E_DATA, "regions: layer %s is not read or has no points", name);
    }
    item->sample = !tp_layer_holds(item->layer, item->layer->where);
    item->weight = weight == NULL ? NULL : tp_layer_column(item->layer, weight);
    item->weight = item->weight != NULL && item->weight->type == TP_TYPE_TEXT ? NULL : item->weight;
    item->industry = industry == NULL ? NULL : tp_layer_column(item->layer, industry);
    item->industry = item->industry != NULL && item->industry->type != TP_TYPE_TEXT ? NULL : item->industry;
    item->count = calloc(n, sizeof *item->count);
    item->value = calloc(n, sizeof *item->value);
    if (item->count == NULL || item->value == NULL) {
        return tp_error_memory(error);
    }
    tp_code code =
        tp_spans_rows(r->dataset, item->layer, r->prefectures, NULL, STATED, COAST_M, &item->prefecture, error);
    if (code == TP_OK) {
        code = order_rows(item, error);
    }
    if (code == TP_OK) {
        code = count_rows(r, item, error);
    }
    return code == TP_OK && item->industry != NULL ? read_industries(item, error) : code;
}

tp_code tp_regions_count(tp_regions *r, tp_error *error) {
    const tp_regions_options *o = r->options;
    tp_code code = TP_OK;
    r->items = calloc(o->of.n + 1, sizeof *r->items);
    r->area_km2 = malloc(((size_t)r->prefectures->n_rows + 1) * sizeof *r->area_km2);
    if (r->items == NULL || r->area_km2 == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < r->prefectures->n_rows; row++) {
        r->area_km2[row] = tp_geodesic_area_km2(&r->dataset->ellipsoid, &r->prefectures->shapes, row);
    }
    r->n_items = o->of.n;
    for (size_t i = 0; i < o->of.n && code == TP_OK; i++) {
        code = count_item(r, &r->items[i], o->of.items[i], o->weight, o->industry, error);
    }
    if (code == TP_OK && o->base != NULL) {
        r->base = &r->items[o->of.n];
        code = count_item(r, &r->items[o->of.n], o->base, o->base_weight, NULL, error);
    }
    return code;
}

void tp_regions_reset(tp_regions *r) {
    for (size_t i = 0; r->items != NULL && i < r->n_items + 1; i++) {
        free(r->items[i].order);
        free(r->items[i].prefecture);
        free(r->items[i].count);
        free(r->items[i].value);
        free(r->items[i].industry_name);
        free(r->items[i].industry_of);
    }
    for (size_t i = 0; i < r->n_schemes; i++) {
        free(r->schemes[i].id);
        free(r->schemes[i].label);
        free(r->schemes[i].region_of);
    }
    free(r->items);
    free(r->schemes);
    free(r->area_km2);
}

/* ---- regions ---- */

void tp_regions_sum(const tp_regions *r, const tp_scheme *scheme, const double *by_prefecture, double *sums) {
    for (int32_t k = 0; k < scheme->n; k++) {
        sums[k] = 0;
    }
    for (int64_t row = 0; row < r->prefectures->n_rows; row++) {
        sums[scheme->region_of[row]] += by_prefecture[row];
    }
}

static void set_quotient(tp_region_numbers *numbers, const tp_region_item *item, double total, double base,
                         double base_total) {
    numbers->lq = tp_location_quotient(numbers->value, base, total, base_total);
    numbers->lq_low = numbers->lq_high = NAN;
    if (item->weight == NULL && isfinite(numbers->lq)) { /* counts: what was expected is total x base share */
        double low, high, expected = total * base / base_total;
        tp_poisson_interval((int64_t)numbers->count, CONFIDENCE, &low, &high);
        numbers->lq_low = low / expected;
        numbers->lq_high = high / expected;
    }
}

static void set_ranks(tp_region_numbers *numbers, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        numbers[i].rank = 1;
        for (int32_t k = 0; k < n; k++) {
            numbers[i].rank += numbers[k].density > numbers[i].density;
        }
    }
}

tp_code tp_regions_numbers(const tp_regions *r, const tp_region_item *item, const tp_scheme *scheme,
                           tp_region_numbers *numbers, tp_error *error) {
    size_t n = (size_t)scheme->n + 1;
    double *sums = malloc(4 * n * sizeof *sums), total = 0, base_total = 0;
    if (sums == NULL) {
        return tp_error_memory(error);
    }
    double *count = sums, *value = sums + n, *area = sums + 2 * n, *base = sums + 3 * n;
    tp_regions_sum(r, scheme, item->count, count);
    tp_regions_sum(r, scheme, item->value, value);
    tp_regions_sum(r, scheme, r->area_km2, area);
    if (r->base != NULL) {
        tp_regions_sum(r, scheme, r->base->value, base);
    }
    for (int32_t k = 0; k < scheme->n; k++) {
        total += value[k];
        base_total += r->base == NULL ? 0 : base[k];
    }
    for (int32_t k = 0; k < scheme->n; k++) {
        numbers[k] = (tp_region_numbers){.count = count[k],
                                         .value = value[k],
                                         .area_km2 = area[k],
                                         .share = total > 0 ? value[k] / total : NAN,
                                         .density = area[k] > 0 ? count[k] / area[k] : NAN,
                                         .lq = NAN,
                                         .lq_low = NAN,
                                         .lq_high = NAN};
        if (r->base != NULL) {
            set_quotient(&numbers[k], item, total, base[k], base_total);
        }
    }
    set_ranks(numbers, scheme->n);
    free(sums);
    return TP_OK;
}
