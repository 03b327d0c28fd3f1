/* The tables of industries, concentration and ranks: see regions.h. */
#include "regions.h"

#include "table_cells.h"
#include "technopolis/concentration.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

static const double CONFIDENCE = 0.95;

/* Industry -1: all. Counts and weights of a layer's rows by prefecture. */
typedef struct slice {
    double *count, *value;
    double total, total_count, squares;
} slice;

static void set_slice(const tp_regions *r, const tp_region_item *item, int64_t industry, slice *s) {
    memset(s->count, 0, (size_t)r->prefectures->n_rows * sizeof *s->count);
    memset(s->value, 0, (size_t)r->prefectures->n_rows * sizeof *s->value);
    s->total = s->total_count = s->squares = 0;
    for (int64_t i = 0; i < item->layer->n_rows; i++) {
        double weight = 1;
        int64_t row = item->order[i], prefecture = item->prefecture[row];
        if (prefecture < 0 || (industry >= 0 && item->industry_of[row] != industry)) {
            continue;
        }
        s->count[prefecture] += 1;
        s->total_count += 1;
        if (item->weight == NULL || tp_column_number(item->weight, row, &weight)) {
            s->value[prefecture] += weight;
            s->total += weight;
            s->squares += weight * weight;
        }
    }
}

/* ---- industries ---- */

typedef struct industry_row {
    const tp_scheme *scheme;
    int32_t region;
    const char *industry;
    double n, here, everywhere, all; /* of the industry here, all here, of the industry, all */
    bool counts;
} industry_row;

static void put_industry(tp_cells *c, const tp_region_item *item, const industry_row *w) {
    char *key =
        tp_text_format("%s/%s/%s/%s", item->layer->name, w->scheme->name, w->scheme->id[w->region], w->industry);
    double lq = tp_location_quotient(w->n, w->here, w->everywhere, w->all), low = NAN, high = NAN;
    if (w->counts && isfinite(lq)) {
        double expected = w->everywhere * w->here / w->all;
        tp_poisson_interval((int64_t)w->n, CONFIDENCE, &low, &high);
        low /= expected;
        high /= expected;
    }
    tp_put_text(c, key);
    tp_put_text(c, item->layer->name);
    tp_put_text(c, w->scheme->name);
    tp_put_text(c, w->scheme->id[w->region]);
    tp_put_text(c, w->scheme->label[w->region]);
    tp_put_text(c, w->industry);
    tp_put_number(c, w->n);
    tp_put_number(c, w->here > 0 ? w->n / w->here : NAN);
    tp_put_number(c, w->everywhere > 0 ? w->n / w->everywhere : NAN);
    tp_put_number(c, lq);
    tp_put_number(c, low);
    tp_put_number(c, high);
    tp_put_text(c, item->sample ? "sample" : "complete");
    if (key == NULL) {
        c->code = tp_error_memory(c->error);
    }
    free(key);
}

/* An industry in all regions of all schemes. `sums` has room for two a region. */
static void put_industries(tp_cells *c, const tp_regions *r, const tp_region_item *item, int64_t industry,
                           const slice *all, const slice *own, double *sums) {
    for (size_t s = 0; s < r->n_schemes; s++) {
        const tp_scheme *scheme = &r->schemes[s];
        tp_regions_sum(r, scheme, own->value, sums);
        tp_regions_sum(r, scheme, all->value, sums + scheme->n);
        for (int32_t k = 0; k < scheme->n && c->code == TP_OK; k++) {
            industry_row row = {scheme,     k,          item->industry_name[industry], sums[k], sums[scheme->n + k],
                                own->total, all->total, item->weight == NULL};
            c->at = 0;
            put_industry(c, item, &row);
            c->row++;
        }
    }
}

/* ---- concentration ---- */

static const char *band_of(double gamma) { /* the bands of Ellison and Glaeser's paper */
    return !isfinite(gamma) ? NULL : gamma < 0.02 ? "low" : gamma <= 0.05 ? "middle" : "high";
}

typedef struct spread {
    double gini, locational, herfindahl, normalised, raw, gamma;
    int64_t n_with;
    tp_theil_parts theil;
} spread;

/* A slice against a base by prefecture (NULL: none), over the regions of a scheme. `sums` has room for two a region. */
static tp_code measure_spread(const tp_regions *r, const tp_scheme *scheme, const slice *own, const double *base,
                              double *sums, spread *out, tp_error *error) {
    double *x = sums, *p = sums + scheme->n;
    bool own_regions = scheme == &r->schemes[0];
    *out = (spread){.locational = NAN, .raw = NAN, .gamma = NAN, .theil = {NAN, NAN, NAN}};
    tp_regions_sum(r, scheme, own->count, x);
    for (int32_t k = 0; k < scheme->n; k++) {
        out->n_with += x[k] > 0;
    }
    tp_regions_sum(r, scheme, own->value, x);
    tp_herfindahl(x, scheme->n, &out->herfindahl, &out->normalised);
    tp_code code = tp_gini(x, scheme->n, &out->gini, error);
    if (base == NULL || code != TP_OK) {
        return code;
    }
    tp_regions_sum(r, scheme, base, p);
    double plants = own->total > 0 ? own->squares / (own->total * own->total) : 1;
    tp_ellison_glaeser(x, p, scheme->n, plants, &out->raw, &out->gamma);
    code = tp_locational_gini(x, p, scheme->n, &out->locational, error);
    if (code == TP_OK) { /* over prefectures, in the groups of the scheme */
        code = tp_theil(own->value, base, own_regions ? NULL : scheme->region_of, r->prefectures->n_rows, scheme->n,
                        &out->theil, error);
    }
    return code;
}

static void put_spread(tp_cells *c, const tp_region_item *item, const tp_scheme *scheme, const char *industry,
                       const char *base, const slice *own, const spread *found) {
    char *key = tp_text_format("%s/%s/%s", item->layer->name, scheme->name, industry == NULL ? "all" : industry);
    c->at = 0;
    tp_put_text(c, key);
    tp_put_text(c, item->layer->name);
    tp_put_text(c, scheme->name);
    tp_put_text(c, industry);
    tp_put_text(c, base);
    tp_put_count(c, (int64_t)own->total_count);
    tp_put_count(c, scheme->n);
    tp_put_count(c, found->n_with);
    tp_put_number(c, scheme->n > 0 ? (double)found->n_with / scheme->n : NAN);
    tp_put_number(c, found->gini);
    tp_put_number(c, found->locational);
    tp_put_number(c, found->herfindahl);
    tp_put_number(c, found->normalised);
    tp_put_number(c, found->theil.total);
    tp_put_number(c, found->theil.between);
    tp_put_number(c, found->theil.within);
    tp_put_number(c, found->raw);
    tp_put_number(c, found->gamma);
    tp_put_text(c, band_of(found->gamma));
    tp_put_text(c, item->sample ? "sample" : "complete");
    if (key == NULL) {
        c->code = tp_error_memory(c->error);
    }
    free(key);
    c->row++;
}

static void put_spreads(tp_cells *c, const tp_regions *r, const tp_region_item *item, const char *industry,
                        const slice *own, const double *base, const char *base_name, double *sums) {
    for (size_t s = 0; s < r->n_schemes && c->code == TP_OK; s++) {
        spread found;
        c->code = measure_spread(r, &r->schemes[s], own, base, sums, &found, c->error);
        if (c->code == TP_OK) {
            put_spread(c, item, &r->schemes[s], industry, base_name, own, &found);
        }
    }
}

/* ---- ranks ---- */

static void put_rank(tp_cells *c, const tp_regions *r, const tp_region_item *item, int64_t prefecture,
                     const tp_scheme *a, const tp_region_numbers *in_a, const tp_scheme *b,
                     const tp_region_numbers *in_b) {
    int32_t region_a = a->region_of[prefecture], region_b = b->region_of[prefecture];
    const char *code = tp_layer_id(r->prefectures, prefecture);
    char *key = tp_text_format("%s/%s/%s/%s", item->layer->name, code, a->name, b->name);
    c->at = 0;
    tp_put_text(c, key);
    tp_put_text(c, item->layer->name);
    tp_put_text(c, code);
    tp_put_text(c, tp_layer_label(r->prefectures, prefecture));
    tp_put_text(c, a->name);
    tp_put_text(c, a->label[region_a]);
    tp_put_count(c, in_a[region_a].rank);
    tp_put_count(c, a->n);
    tp_put_text(c, b->name);
    tp_put_text(c, b->label[region_b]);
    tp_put_count(c, in_b[region_b].rank);
    tp_put_count(c, b->n);
    tp_put_count(c, in_b[region_b].rank - in_a[region_a].rank);
    if (key == NULL) {
        c->code = tp_error_memory(c->error);
    }
    free(key);
    c->row++;
}

/* Every prefecture in every pair of schemes, each for itself left out. */
static tp_code put_ranks(tp_cells *c, const tp_regions *r, const tp_region_item *item, tp_error *error) {
    size_t most = (size_t)r->prefectures->n_rows + 1;
    tp_region_numbers *numbers = malloc(2 * most * sizeof *numbers);
    tp_code code = numbers == NULL ? tp_error_memory(error) : TP_OK;
    for (size_t a = 1; a < r->n_schemes && code == TP_OK; a++) {
        code = tp_regions_numbers(r, item, &r->schemes[a], numbers, error);
        for (size_t b = a + 1; b < r->n_schemes && code == TP_OK; b++) {
            code = tp_regions_numbers(r, item, &r->schemes[b], numbers + most, error);
            for (int64_t row = 0; row < r->prefectures->n_rows && code == TP_OK; row++) {
                put_rank(c, r, item, row, &r->schemes[a], numbers, &r->schemes[b], numbers + most);
                code = c->code;
            }
        }
    }
    free(numbers);
    return code;
}

/* ---- tables ---- */

typedef struct tables {
    tp_layer *layer[3];
    tp_cells cells[3];
} tables;

enum { INDUSTRIES, CONCENTRATION, RANKS };

static tp_code open_tables(const tp_regions *r, tables *t, tp_error *error) {
    static const char *const PATTERNS[] = {"{industries}", "{concentration}", "{ranks}"};
    const char *const names[] = {r->options->industries, r->options->concentration, r->options->ranks};
    int64_t regions = 0, n[3] = {0}, schemes = (int64_t)r->n_schemes;
    for (size_t s = 0; s < r->n_schemes; s++) {
        regions += r->schemes[s].n;
    }
    for (size_t i = 0; i < r->n_items; i++) {
        n[INDUSTRIES] += regions * r->items[i].n_industries;
        n[CONCENTRATION] += schemes * (1 + r->items[i].n_industries);
        n[RANKS] += r->prefectures->n_rows * (schemes - 1) * (schemes - 2) / 2;
    }
    tp_code code = TP_OK;
    for (int i = 0; i < 3 && code == TP_OK; i++) {
        t->cells[i].error = error;
        code = tp_added_layer_make(r->step, r->dataset, PATTERNS[i], names[i], TP_GEOMETRY_NONE, n[i], &t->layer[i],
                                   t->cells[i].column, error);
    }
    return code;
}

static tp_code fill_item(const tp_regions *r, const tp_region_item *item, tables *t, slice *all, slice *own,
                         double *sums, tp_error *error) {
    const char *base_name = r->base == NULL ? NULL : r->base->layer->name;
    set_slice(r, item, -1, all);
    put_spreads(&t->cells[CONCENTRATION], r, item, NULL, all, r->base == NULL ? NULL : r->base->value, base_name, sums);
    for (int64_t k = 0; k < item->n_industries; k++) {
        set_slice(r, item, k, own);
        put_industries(&t->cells[INDUSTRIES], r, item, k, all, own, sums);
        put_spreads(&t->cells[CONCENTRATION], r, item, item->industry_name[k], own, all->value, item->layer->name,
                    sums);
    }
    tp_code code = t->cells[INDUSTRIES].code != TP_OK ? t->cells[INDUSTRIES].code : t->cells[CONCENTRATION].code;
    return code == TP_OK ? put_ranks(&t->cells[RANKS], r, item, error) : code;
}

tp_code tp_regions_publish_tables(tp_regions *r, tp_error *error) {
    size_t n = (size_t)r->prefectures->n_rows + 1;
    tables t = {0};
    double *room = malloc(6 * n * sizeof *room);
    tp_code code = room == NULL ? tp_error_memory(error) : open_tables(r, &t, error);
    slice all = {.count = room, .value = room + n}, own = {.count = room + 2 * n, .value = room + 3 * n};
    for (size_t i = 0; i < r->n_items && code == TP_OK; i++) {
        code = fill_item(r, &r->items[i], &t, &all, &own, room + 4 * n, error);
    }
    for (int i = 0; i < 3; i++) {
        if (code == TP_OK) {
            code = tp_dataset_add_layer(r->dataset, t.layer[i], error);
        } else {
            tp_layer_free(t.layer[i]);
        }
    }
    free(room);
    return code;
}
