/* The table of detected against designated, and what a reader is told of it: see overlap.h. */
#include "overlap.h"

#include "of_words.h"
#include "table_cells.h"
#include "technopolis/partition.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAMED = 26 }; /* names in a sentence; the table has all */

/* A row of the table: a pair, one side alone, or all of both. */
typedef struct overlap_row {
    const char *kind;
    const tp_designated *area; /* NULL: none */
    int64_t cluster;           /* -1: none */
    int64_t n_common, n_designated, n_cluster;
    double common_km2, rand;
} overlap_row;

typedef struct row_list {
    overlap_row *items;
    int64_t n, capacity;
} row_list;

static tp_code add_row(row_list *list, const overlap_row *row, tp_error *error) {
    if (list->n == list->capacity) {
        int64_t capacity = 2 * list->capacity + 64;
        overlap_row *grown = realloc(list->items, (size_t)capacity * sizeof *grown);
        if (grown == NULL) {
            return tp_error_memory(error);
        }
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->n++] = *row;
    return TP_OK;
}

/* ---- rows ---- */

static tp_code add_pairs(tp_overlap *o, tp_designated *area, int64_t *common, row_list *list, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t i = 0; i < area->n; i++) {
        if (o->cluster_of[area->point[i]] >= 0) {
            common[o->cluster_of[area->point[i]]]++;
            area->met = true;
        }
    }
    for (int64_t c = 0; c < o->clusters->n_rows && code == TP_OK; c++) {
        overlap_row row = {.kind = "pair",
                           .area = area,
                           .cluster = c,
                           .n_common = common[c],
                           .n_designated = area->n,
                           .n_cluster = o->n_of[c],
                           .rand = NAN};
        if (common[c] > 0) {
            code = tp_overlap_common_km2(o, area, c, &row.common_km2, error);
            if (code == TP_OK) {
                code = add_row(list, &row, error);
            }
        }
        common[c] = 0;
    }
    return code;
}

/* Nothing is said to be absent from a sample. */
static tp_code add_alone(tp_overlap *o, row_list *list, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t a = 0; a < o->n_areas && code == TP_OK; a++) {
        const tp_designated *area = &o->areas[a];
        overlap_row row = {o->sample ? "designated, no cluster found" : "designated without cluster",
                           area,
                           -1,
                           0,
                           area->n,
                           0,
                           NAN,
                           NAN};
        code = area->met ? TP_OK : add_row(list, &row, error);
    }
    uint8_t *met = calloc((size_t)o->clusters->n_rows + 1, 1);
    if (code == TP_OK && met == NULL) {
        code = tp_error_memory(error);
    }
    for (int64_t row = 0; row < o->of->n_rows && code == TP_OK; row++) {
        if (o->cluster_of[row] >= 0 && o->nearest_area[row] >= 0) {
            met[o->cluster_of[row]] = 1;
        }
    }
    for (int64_t c = 0; c < o->clusters->n_rows && code == TP_OK; c++) {
        const char *kind = o->some_areas ? "cluster, no designation found" : "cluster without designation";
        overlap_row row = {kind, NULL, c, 0, 0, o->n_of[c], NAN, NAN};
        code = met[c] ? TP_OK : add_row(list, &row, error);
    }
    free(met);
    return code;
}

static tp_code add_all(tp_overlap *o, row_list *list, tp_error *error) {
    overlap_row row = {.kind = "all", .cluster = -1, .common_km2 = NAN};
    size_t size = ((size_t)o->n_counts + 1) * sizeof(int32_t);
    int32_t *cluster = malloc(size), *area = malloc(size);
    int64_t n = 0;
    tp_code code = cluster == NULL || area == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < o->of->n_rows && code == TP_OK; i++) {
        if (o->counts[i]) {
            row.n_common += o->cluster_of[i] >= 0 && o->nearest_area[i] >= 0;
            row.n_designated += o->nearest_area[i] >= 0;
            row.n_cluster += o->cluster_of[i] >= 0;
            cluster[n] = o->cluster_of[i];
            area[n++] = o->nearest_area[i];
        }
    }
    if (code == TP_OK) {
        code = tp_adjusted_rand(cluster, area, n, &row.rand, error);
    }
    free(cluster);
    free(area);
    return code == TP_OK ? add_row(list, &row, error) : code;
}

static tp_code find_rows(tp_overlap *o, row_list *list, tp_error *error) {
    int64_t *common = calloc((size_t)o->clusters->n_rows + 1, sizeof *common);
    tp_code code = common == NULL ? tp_error_memory(error) : add_all(o, list, error);
    for (int64_t a = 0; a < o->n_areas && code == TP_OK; a++) {
        code = add_pairs(o, &o->areas[a], common, list, error);
    }
    free(common);
    return code == TP_OK ? add_alone(o, list, error) : code;
}

/* ---- the table ---- */

static double ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static double jaccard_of(const overlap_row *row) {
    return ratio(row->n_common, row->n_designated + row->n_cluster - row->n_common);
}

static const char *method_text(const tp_designated *area) {
    static const char *const TEXTS[] = {"polygon", "polygons of members", "disc"};
    return area == NULL ? NULL : TEXTS[area->method];
}

static double cluster_km2(const tp_overlap *o, int64_t cluster) {
    return cluster < 0 ? NAN : tp_geodesic_area_km2(&o->dataset->ellipsoid, &o->clusters->shapes, cluster);
}

static void put_row(tp_cells *c, const tp_overlap *o, const overlap_row *row) {
    const tp_layer *designated = o->designated;
    const char *area = row->area == NULL ? NULL : tp_layer_id(designated, row->area->row);
    const char *cluster = row->cluster < 0 ? NULL : tp_layer_id(o->clusters, row->cluster);
    bool all = area == NULL && cluster == NULL, both = area != NULL && cluster != NULL;
    char *key =
        all ? tp_text_copy("all") : tp_text_format("%s/%s", area == NULL ? "-" : area, cluster == NULL ? "-" : cluster);
    double area_km2 = row->area == NULL ? NAN : row->area->area_km2, hull_km2 = cluster_km2(o, row->cluster);
    tp_put_text(c, key);
    tp_put_text(c, row->kind);
    tp_put_text(c, area);
    tp_put_text(c, row->area == NULL ? NULL : tp_layer_label(designated, row->area->row));
    tp_put_text(c, cluster);
    tp_put_count(c, row->n_common);
    tp_put_count_if(c, area != NULL || all, row->n_designated);
    tp_put_count_if(c, cluster != NULL || all, row->n_cluster);
    tp_put_number(c, both || all ? jaccard_of(row) : NAN);
    tp_put_number(c, both || all ? ratio(row->n_common, row->n_cluster) : NAN);
    tp_put_number(c, both || all ? ratio(row->n_common, row->n_designated) : NAN);
    tp_put_count_if(c, both, jaccard_of(row) >= o->options->match);
    tp_put_number(c, row->rand);
    tp_put_number(c, area_km2);
    tp_put_number(c, row->common_km2);
    tp_put_number(c, row->common_km2 / (area_km2 + hull_km2 - row->common_km2));
    tp_put_text(c, method_text(row->area));
    tp_put_number(c, row->area != NULL && row->area->method == TP_AREA_DISC ? o->options->radius.value / 1000 : NAN);
    tp_put_text(c, o->sample ? "sample" : "complete");
    if (key == NULL) {
        c->code = tp_error_memory(c->error);
    }
    free(key);
}

static tp_code add_table(tp_overlap *o, const row_list *list, tp_error *error) {
    tp_cells c = {.error = error};
    tp_layer *layer = NULL;
    c.code = tp_added_layer_make(o->step, o->dataset, "{as}", o->step->name, TP_GEOMETRY_NONE, list->n, &layer,
                                 c.column, error);
    for (int64_t i = 0; i < list->n && c.code == TP_OK; i++) {
        tp_cells_begin(&c, i);
        put_row(&c, o, &list->items[i]);
    }
    if (c.code != TP_OK) {
        tp_layer_free(layer);
        return c.code;
    }
    return tp_dataset_add_layer(o->dataset, layer, error);
}

/* ---- findings ---- */

/* How the areas are drawn: "26 discs of 20 km (areas unknown)". */
static void say_areas(const tp_overlap *o, tp_text *text) {
    int64_t n_discs = 0;
    for (int64_t a = 0; a < o->n_areas; a++) {
        n_discs += o->areas[a].method == TP_AREA_DISC;
    }
    if (n_discs < o->n_areas) {
        tp_text_add(text, "%lld areas by polygons", (long long)(o->n_areas - n_discs));
    }
    if (n_discs > 0) {
        tp_text_add(text, "%s%lld discs of %g km, for no outline is read", n_discs < o->n_areas ? " and " : "",
                    (long long)n_discs, o->options->radius.value / 1000);
    }
}

static tp_code tell_all(tp_overlap *o, const overlap_row *all, const char *of, tp_error *error) {
    tp_text areas = {0};
    say_areas(o, &areas);
    tp_code code = areas.lost ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && o->n_areas > 0) {
        char rand[32] = "undefined";
        if (isfinite(all->rand)) {
            (void)snprintf(rand, sizeof rand, "%.3f", all->rand);
        }
        code = tp_dataset_add_finding(
            o->dataset, o->step->name, "detected against designated", false, error,
            "%lld points lie in a cluster, %lld in a designated area, %lld in both; adjusted Rand index %s (%s; %s)",
            (long long)all->n_cluster, (long long)all->n_designated, (long long)all->n_common, rand,
            tp_text_get(&areas), of);
    }
    tp_text_reset(&areas);
    return code;
}

/* The names of one side that stands alone, as a sentence. */
static tp_code tell_alone(tp_overlap *o, const row_list *list, bool areas, const char *of, tp_error *error) {
    tp_text text = {0};
    int64_t n = 0;
    for (int64_t i = 0; i < list->n; i++) {
        const overlap_row *row = &list->items[i];
        if (areas ? row->area != NULL && row->cluster < 0 : row->area == NULL && row->cluster >= 0) {
            if (n < NAMED) {
                tp_text_add(&text, "%s%s", n == 0 ? "" : ", ",
                            areas ? tp_layer_label(o->designated, row->area->row)
                                  : tp_layer_id(o->clusters, row->cluster));
            }
            n++;
        }
    }
    if (n > NAMED) {
        tp_text_add(&text, " and %lld more", (long long)(n - NAMED));
    }
    const char *what = !areas      ? o->some_areas ? "clusters hold no point in the designated areas that are read"
                                                   : "clusters hold no point in a designated area"
                       : o->sample ? "designated areas hold no point of a cluster that was found"
                                   : "designated areas are without an agglomeration";
    tp_code code = text.lost ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && n > 0) {
        code =
            tp_dataset_add_finding(o->dataset, o->step->name, areas ? "designated alone" : "detected alone", false,
                                   error, "%lld of %lld %s (%s): %s", (long long)n,
                                   (long long)(areas ? o->n_areas : o->clusters->n_rows), what, of, tp_text_get(&text));
    }
    tp_text_reset(&text);
    return code;
}

static tp_code tell_matches(tp_overlap *o, const row_list *list, const char *of, tp_error *error) {
    int64_t n_pairs = 0, n_matches = 0;
    const overlap_row *best = NULL;
    for (int64_t i = 0; i < list->n; i++) {
        const overlap_row *row = &list->items[i];
        if (row->area == NULL || row->cluster < 0) {
            continue;
        }
        n_pairs++;
        n_matches += jaccard_of(row) >= o->options->match;
        best = best == NULL || jaccard_of(row) > jaccard_of(best) ? row : best;
    }
    return best == NULL
               ? TP_OK
               : tp_dataset_add_finding(o->dataset, o->step->name, "matches", false, error,
                                        "%lld of %lld pairs of area and cluster agree (Jaccard >= %g); the best is %s "
                                        "with %s, Jaccard %.2f (%s)",
                                        (long long)n_matches, (long long)n_pairs, o->options->match,
                                        tp_layer_label(o->designated, best->area->row),
                                        tp_layer_id(o->clusters, best->cluster), jaccard_of(best), of);
}

tp_code tp_overlap_publish(tp_overlap *o, tp_error *error) {
    row_list list = {0};
    char of[TP_OF_WORDS_SIZE];
    tp_of_words(o->sample, o->n_counts, o->of->name, of);
    tp_code code = find_rows(o, &list, error);
    if (code == TP_OK) {
        code = add_table(o, &list, error);
    }
    if (code == TP_OK) {
        code = tell_all(o, &list.items[0], of, error);
    }
    if (code == TP_OK && o->n_unknown > 0) {
        code = tp_dataset_add_finding(o->dataset, o->step->name, "detected against designated", true, error,
                                      "%lld rows of %s are left out: what `where` asks for is missing in them (%s)",
                                      (long long)o->n_unknown, o->designated->name, of);
    }
    if (code == TP_OK) {
        code = tell_matches(o, &list, of, error);
    }
    if (code == TP_OK) {
        code = tell_alone(o, &list, true, of, error);
    }
    if (code == TP_OK) {
        code = tell_alone(o, &list, false, of, error);
    }
    free(list.items);
    return code;
}
