/* The layer of regions, and the same columns of the prefectures: see regions.h. */
#include "regions.h"

#include "core/space/geos_union.h"
#include "table_cells.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

/* The columns of one counted layer, its name before them. */
typedef struct item_columns {
    tp_column *n, *value, *density, *share, *rank, *lq, *lq_low, *lq_high;
} item_columns;

static tp_code add_column(tp_layer *layer, const char *item, const char *name, tp_type type, const char *unit,
                          tp_column **column, tp_error *error) {
    char *full = tp_text_format("%s_%s", item, name);
    tp_code code =
        full == NULL ? tp_error_memory(error) : tp_layer_add_column(layer, full, type, unit, "regions", column, error);
    free(full);
    return code;
}

static tp_code add_columns(tp_layer *layer, const char *item, item_columns *c, tp_error *error) {
    const struct {
        const char *name;
        tp_type type;
        const char *unit;
        tp_column **column;
    } all[] = {{"n", TP_TYPE_INT64, "", &c->n},
               {"sum", TP_TYPE_DOUBLE, "", &c->value},
               {"density", TP_TYPE_DOUBLE, "1/km2", &c->density},
               {"share", TP_TYPE_DOUBLE, "", &c->share},
               {"rank", TP_TYPE_INT64, "", &c->rank},
               {"lq", TP_TYPE_DOUBLE, "", &c->lq},
               {"lq_low", TP_TYPE_DOUBLE, "", &c->lq_low},
               {"lq_high", TP_TYPE_DOUBLE, "", &c->lq_high}};
    tp_code code = TP_OK;
    for (size_t i = 0; i < sizeof all / sizeof *all && code == TP_OK; i++) {
        code = add_column(layer, item, all[i].name, all[i].type, all[i].unit, all[i].column, error);
    }
    return code;
}

static void fill(const tp_region_item *item, const item_columns *c, int64_t row, const tp_region_numbers *numbers) {
    tp_column_set_int64(c->n, row, (int64_t)numbers->count);
    if (item->weight != NULL) {
        tp_column_set_double(c->value, row, numbers->value);
    }
    tp_column_set_double(c->density, row, numbers->density);
    tp_column_set_double(c->share, row, numbers->share);
    tp_column_set_int64(c->rank, row, numbers->rank);
    tp_column_set_double(c->lq, row, numbers->lq);
    tp_column_set_double(c->lq_low, row, numbers->lq_low);
    tp_column_set_double(c->lq_high, row, numbers->lq_high);
}

/* One counted layer in `layer`, whose rows are the regions of schemes first … last - 1, one after the other. */
static tp_code fill_item(const tp_regions *r, const tp_region_item *item, size_t first, size_t last, tp_layer *layer,
                         tp_error *error) {
    item_columns columns = {0};
    int64_t row = 0;
    tp_code code = add_columns(layer, item->layer->name, &columns, error);
    for (size_t s = first; s < last && code == TP_OK; s++) {
        const tp_scheme *scheme = &r->schemes[s];
        tp_region_numbers *numbers = malloc(((size_t)scheme->n + 1) * sizeof *numbers);
        code = numbers == NULL ? tp_error_memory(error) : tp_regions_numbers(r, item, scheme, numbers, error);
        for (int32_t k = 0; k < scheme->n && code == TP_OK; k++) {
            fill(item, &columns, row++, &numbers[k]);
        }
        free(numbers);
    }
    return code;
}

/* ---- the layer ---- */

/* The prefectures of a region, joined to one shape. */
static tp_code add_shape(const tp_regions *r, const tp_scheme *scheme, int32_t region, tp_geos *geos, tp_shapes *shapes,
                         tp_error *error) {
    int64_t *rows = malloc(((size_t)r->prefectures->n_rows + 1) * sizeof *rows), n = 0;
    if (rows == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < r->prefectures->n_rows; row++) {
        if (scheme->region_of[row] == region) {
            rows[n++] = row;
        }
    }
    tp_code code = tp_shapes_add_row(shapes, error);
    if (code == TP_OK) {
        code = tp_geos_union(geos, &r->prefectures->shapes, rows, n, shapes, error);
    }
    free(rows);
    return code;
}

static void put_region(tp_cells *c, const tp_regions *r, const tp_scheme *scheme, int32_t region) {
    char *key = tp_text_format("%s/%s", scheme->name, scheme->id[region]);
    int64_t n = 0;
    double area_km2 = 0;
    for (int64_t row = 0; row < r->prefectures->n_rows; row++) {
        if (scheme->region_of[row] == region) {
            n++;
            area_km2 += r->area_km2[row];
        }
    }
    tp_put_text(c, key == NULL ? "" : key);
    tp_put_text(c, scheme->name);
    tp_put_text(c, scheme->id[region]);
    tp_put_text(c, scheme->label[region]);
    tp_put_count(c, n);
    tp_put_number(c, area_km2);
    tp_put_text(c, r->base == NULL ? NULL : r->base->layer->name);
    if (key == NULL) {
        c->code = tp_error_memory(c->error);
    }
    free(key);
}

static tp_code fill_regions(const tp_regions *r, tp_layer *layer, tp_cells *c, tp_error *error) {
    tp_geos geos;
    int64_t row = 0;
    if (!tp_geos_begin(&geos)) {
        return tp_error_memory(error);
    }
    for (size_t s = 1; s < r->n_schemes && c->code == TP_OK; s++) {
        for (int32_t k = 0; k < r->schemes[s].n && c->code == TP_OK; k++) {
            tp_cells_begin(c, row++);
            put_region(c, r, &r->schemes[s], k);
            if (c->code == TP_OK) {
                c->code = add_shape(r, &r->schemes[s], k, &geos, &layer->shapes, error);
            }
        }
    }
    tp_geos_end(&geos);
    tp_code code = c->code;
    for (size_t i = 0; i < r->n_items && code == TP_OK; i++) {
        code = fill_item(r, &r->items[i], 1, r->n_schemes, layer, error);
    }
    return code;
}

tp_code tp_regions_publish_layers(tp_regions *r, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    int64_t n = 0;
    for (size_t s = 1; s < r->n_schemes; s++) {
        n += r->schemes[s].n;
    }
    tp_code code = tp_added_layer_make(r->step, r->dataset, "{as}", r->step->name, TP_GEOMETRY_POLYGON, n, &layer,
                                       c.column, error);
    if (code == TP_OK) {
        code = fill_regions(r, layer, &c, error);
    }
    if (code != TP_OK) {
        tp_layer_free(layer);
        return code;
    }
    layer->label = c.column[3];
    code = tp_dataset_add_layer(r->dataset, layer, error);
    for (size_t i = 0; i < r->n_items && code == TP_OK; i++) {
        code = fill_item(r, &r->items[i], 0, 1, r->prefectures, error);
    }
    return code;
}
