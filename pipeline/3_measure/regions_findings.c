/* What a reader is told of regions: see regions.h. */
#include "regions.h"

#include "of_words.h"
#include "technopolis/text.h"

#include <stdlib.h>

enum { TOLD = 5 };

static void say_of(const tp_region_item *item, char text[TP_OF_WORDS_SIZE]) {
    tp_of_words(item->sample, item->n, item->layer->name, text);
}

/* Regions in the order of their density, the densest first; ties by id. */
static void order_by_density(const tp_region_numbers *numbers, int32_t n, int32_t *order) {
    for (int32_t i = 0; i < n; i++) {
        int32_t k = i;
        while (k > 0 && numbers[order[k - 1]].rank > numbers[i].rank) {
            order[k] = order[k - 1];
            k--;
        }
        order[k] = i;
    }
}

static tp_code tell_densest(tp_regions *r, const tp_region_item *item, const tp_scheme *scheme, tp_error *error) {
    char of[TP_OF_WORDS_SIZE];
    tp_text text = {0};
    tp_region_numbers *numbers = malloc(((size_t)scheme->n + 1) * sizeof *numbers);
    int32_t *order = malloc(((size_t)scheme->n + 1) * sizeof *order);
    tp_code code = numbers == NULL || order == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = tp_regions_numbers(r, item, scheme, numbers, error);
    }
    if (code == TP_OK) {
        say_of(item, of);
        order_by_density(numbers, scheme->n, order);
        for (int32_t i = 0; i < scheme->n && i < TOLD && numbers[order[i]].count > 0; i++) {
            const tp_region_numbers *at = &numbers[order[i]];
            tp_text_add(&text, "%s%s %.2f (%.0f, %.1f %%)", i == 0 ? "" : ", ", scheme->label[order[i]],
                        at->density * 1000, at->count, 100 * at->count / (double)item->n);
        }
        code = text.lost ? tp_error_memory(error) : TP_OK;
    }
    if (code == TP_OK && text.size > 0) {
        code = tp_dataset_add_finding(r->dataset, r->step->name, "densest places", false, error,
                                      "%s a 1000 km2 by %s: %s (%s)", item->layer->name, scheme->name,
                                      tp_text_get(&text), of);
    }
    tp_text_reset(&text);
    free(numbers);
    free(order);
    return code;
}

/* "6 of 9 regions of meti_bureaus have any": worth saying where not all have. */
static tp_code tell_presence(tp_regions *r, const tp_region_item *item, const tp_scheme *scheme, tp_error *error) {
    char of[TP_OF_WORDS_SIZE];
    double *sums = malloc(((size_t)scheme->n + 1) * sizeof *sums);
    int32_t n = 0;
    if (sums == NULL) {
        return tp_error_memory(error);
    }
    tp_regions_sum(r, scheme, item->count, sums);
    for (int32_t k = 0; k < scheme->n; k++) {
        n += sums[k] > 0;
    }
    free(sums);
    say_of(item, of);
    if (n == scheme->n) {
        return TP_OK;
    }
    bool own = scheme == &r->schemes[0];
    return tp_dataset_add_finding(r->dataset, r->step->name, "presence", false, error,
                                  "%d of %d %s%s (%.0f %%) have one of %s (%s)", n, scheme->n, own ? "" : "regions of ",
                                  scheme->name, 100.0 * n / scheme->n, item->layer->name, of);
}

/* How many prefectures stand in a region of another rank when the scheme changes. */
static tp_code tell_ranks(tp_regions *r, const tp_region_item *item, const tp_scheme *a, const tp_scheme *b,
                          tp_error *error) {
    tp_region_numbers *in_a = malloc(((size_t)a->n + 1) * sizeof *in_a),
                      *in_b = malloc(((size_t)b->n + 1) * sizeof *in_b);
    int64_t n_changed = 0;
    char of[TP_OF_WORDS_SIZE];
    say_of(item, of);
    tp_code code = in_a == NULL || in_b == NULL ? tp_error_memory(error) : tp_regions_numbers(r, item, a, in_a, error);
    if (code == TP_OK) {
        code = tp_regions_numbers(r, item, b, in_b, error);
    }
    for (int64_t row = 0; row < r->prefectures->n_rows && code == TP_OK; row++) {
        n_changed += in_a[a->region_of[row]].rank != in_b[b->region_of[row]].rank;
    }
    free(in_a);
    free(in_b);
    return code != TP_OK
               ? code
               : tp_dataset_add_finding(
                     r->dataset, r->step->name, "ranks between schemes", false, error,
                     "%lld of %lld prefectures lie in a region of another rank by density of %s when "
                     "regions are drawn by %s instead of %s (%s)",
                     (long long)n_changed, (long long)r->prefectures->n_rows, item->layer->name, b->name, a->name, of);
}

static tp_code tell_missing(tp_regions *r, const tp_region_item *item, tp_error *error) {
    tp_code code = TP_OK;
    char sample[TP_OF_WORDS_SIZE];
    tp_sample_words(item->sample, item->layer->n_rows, item->layer->name, sample);
    if (item->n_nowhere > 0) {
        code = tp_dataset_add_finding(r->dataset, r->step->name, "not counted", true, error,
                                      "%lld of %lld %s lie in no row of %s and are not counted in regions%s",
                                      (long long)item->n_nowhere, (long long)item->layer->n_rows, item->layer->name,
                                      r->prefectures->name, sample);
    }
    if (code == TP_OK && item->n_unweighted > 0) {
        code = tp_dataset_add_finding(r->dataset, r->step->name, "not counted", true, error,
                                      "%lld of %lld %s have no %s: sums and shares leave them out%s",
                                      (long long)item->n_unweighted, (long long)item->layer->n_rows, item->layer->name,
                                      item->weight->name, sample);
    }
    return code;
}

/* Every layer by prefectures, the first by all schemes. */
static tp_code tell_all_densest(tp_regions *r, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < r->n_items; i++) {
        for (size_t s = 0; s < (i == 0 ? r->n_schemes : 1) && code == TP_OK && r->items[i].n > 0; s++) {
            code = tell_densest(r, &r->items[i], &r->schemes[s], error);
        }
    }
    return code;
}

static tp_code tell_all_presences(tp_regions *r, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < r->n_items; i++) {
        for (size_t s = 0; s < r->n_schemes && code == TP_OK && r->items[i].n > 0; s++) {
            code = tell_presence(r, &r->items[i], &r->schemes[s], error);
        }
    }
    return code;
}

static tp_code tell_all_ranks(tp_regions *r, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; i < r->n_items; i++) {
        for (size_t s = 2; s < r->n_schemes && code == TP_OK && r->items[i].n > 0; s++) {
            code = tell_ranks(r, &r->items[i], &r->schemes[1], &r->schemes[s], error);
        }
    }
    return code;
}

tp_code tp_regions_tell(tp_regions *r, tp_error *error) {
    tp_code code = tell_all_densest(r, error);
    if (code == TP_OK) {
        code = tell_all_presences(r, error);
    }
    if (code == TP_OK) {
        code = tell_all_ranks(r, error);
    }
    for (size_t i = 0; i < r->n_items && code == TP_OK; i++) {
        code = tell_missing(r, &r->items[i], error);
    }
    return code == TP_OK && r->base != NULL ? tell_missing(r, r->base, error) : code;
}
