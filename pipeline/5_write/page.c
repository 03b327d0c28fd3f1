/* The page's data: which layers and columns, and how many rows. See page.h; web/ for what is made of it. */
#include "5_write/page.h"

#include "5_write/page_json.h"
#include "5_write/page_template.h"
#include "5_write/position.h"

#include <stdlib.h>
#include <string.h>

/* Columns that the page shows of layers beside those in WHOLE; `sites` has rules of its own. */
static const char *const SHOWN[] = {"name", "name_en", "name_ja", "kind", "class", "minutes", "rank", "n"};
static const char *const MESH[] = {"n", "density", "lq", "gi_z", "gi_q", "class"};

/* Tables and layers whose columns are all shown. */
static const char *const WHOLE[] = {"verdicts",    "criteria",   "evidence_links", "findings",    "rejects",
                                    "run_info",    "sources",    "regions",        "sensitivity", "scorecards",
                                    "flips",       "changes",    "candidates",     "clusters",    "overlap",
                                    "prefectures", "isochrones", "agreement"};
static const char *const NOT_WANTED[] = {"parameters",      "matrix",        "layer_styles",   "flights",
                                         "cluster_members", "cluster_links", "region_schemes", "kernel_density"};
/* Of those, columns that nobody reads on a page. */
static const char *const NOT_SHOWN[] = {"source_file", "source_fid", "configuration_text", "schema", "feature_id"};
/* Columns in which layers name where their rows come from. */
static const char *const NAMED[] = {"licence", "license", "attribution", "source"};
/* What each criterion adds to `sites`, which `verdicts` tells as well. */
static const char *const OF_CRITERION[] = {"_verdict", "_value", "_margin", "_evidence", "_method"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])
enum { VERTICES_BACKGROUND = 40000, VERTICES_LAYER = 20000, NAMED_MAX = 6, MESH_DIGITS = 4 };

static bool is_one_of(const char *name, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool tp_page_wants(const char *layer) {
    return !is_one_of(layer, NOT_WANTED, COUNT(NOT_WANTED)) && strncmp(layer, "gpkg_", 5) != 0;
}

static const tp_layer *find(tp_layer *const *layers, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++) {
        if (strcmp(layers[i]->name, name) == 0) {
            return layers[i];
        }
    }
    return NULL;
}

/* Does the column of `sites` tell again what `verdicts` says of a criterion? */
static bool is_of_criterion(const char *name, const tp_layer *criteria) {
    const tp_column *ids = tp_layer_column(criteria, "criterion_id");
    for (int64_t row = 0; ids != NULL && row < criteria->n_rows; row++) {
        const char *id = tp_column_text(ids, row);
        size_t size = id == NULL ? 0 : strlen(id);
        if (size > 0 && strncmp(name, id, size) == 0 && is_one_of(name + size, OF_CRITERION, COUNT(OF_CRITERION))) {
            return true;
        }
    }
    return false;
}

/* What the layers are shown beside. */
typedef struct context {
    const tp_layer *criteria;
    bool evidence; /* few enough sites */
} context;

static bool is_shown(const tp_layer *layer, const char *column, const context *with) {
    if (!with->evidence && strcmp(column, "evidence") == 0) {
        return false;
    }
    if (is_one_of(column, NOT_SHOWN, COUNT(NOT_SHOWN))) {
        return false;
    }
    if (strcmp(layer->name, "sites") == 0) {
        return !is_one_of(column, NAMED, COUNT(NAMED)) && !is_of_criterion(column, with->criteria);
    }
    if (strcmp(layer->name, "mesh_density") == 0) {
        return is_one_of(column, MESH, COUNT(MESH));
    }
    if (is_one_of(layer->name, WHOLE, COUNT(WHOLE)) || layer->geometry == TP_GEOMETRY_NONE) {
        return true;
    }
    bool nameless =
        layer->geometry == TP_GEOMETRY_LINE && strncmp(column, "name", 4) == 0; /* nobody points at a line */
    return !nameless && is_one_of(column, SHOWN, COUNT(SHOWN));
}

/* A place for each site's mark, whatever its geometry; its outline too where it has one. */
static tp_code add_site_shapes(tp_text *json, const tp_layer *layer, tp_error *error) {
    tp_positions positions = {0};
    tp_code code = tp_positions_new(layer, &positions, error);
    if (code == TP_OK && positions.lon_deg != NULL) {
        tp_text_add(json, ",");
        tp_json_points(json, positions.lon_deg, positions.lat_deg, layer->n_rows);
    }
    tp_positions_reset(&positions);
    return code;
}

static tp_code add_geometry(tp_text *json, const tp_layer *layer, tp_error *error) {
    if (layer->geometry == TP_GEOMETRY_NONE) {
        return TP_OK;
    }
    bool sites = strcmp(layer->name, "sites") == 0;
    tp_code code = sites || layer->geometry == TP_GEOMETRY_POINT ? add_site_shapes(json, layer, error) : TP_OK;
    if (code != TP_OK || layer->geometry == TP_GEOMETRY_POINT) {
        return code;
    }
    tp_text_add(json, ",");
    if (layer->geometry == TP_GEOMETRY_POLYGON && !sites && tp_json_grid(json, layer)) {
        return TP_OK;
    }
    bool background = strcmp(layer->name, "prefectures") == 0;
    return tp_json_rings(json, layer, background ? VERTICES_BACKGROUND : VERTICES_LAYER, error);
}

/* What the layer says of its sources; not of tables, whose column of that name means something else. */
static tp_code add_named(tp_text *json, const tp_layer *layer, tp_error *error) {
    for (size_t i = 0; i < COUNT(NAMED) && layer->geometry != TP_GEOMETRY_NONE; i++) {
        const tp_column *column = tp_layer_column(layer, NAMED[i]);
        if (column != NULL && column->type == TP_TYPE_TEXT) {
            tp_text_add(json, ",\"named\":");
            return tp_json_frequent(json, column, NAMED_MAX, error);
        }
    }
    return TP_OK;
}

static tp_code add_layer(tp_text *json, const tp_layer *layer, const context *with, tp_error *error) {
    int64_t n = layer->n_rows;
    bool rejects = strcmp(layer->name, "rejects") == 0, mesh = strcmp(layer->name, "mesh_density") == 0;
    bool judged = strcmp(layer->name, "sites") == 0 || strcmp(layer->name, "verdicts") == 0;
    int64_t most = rejects ? TP_PAGE_REJECTS_MAX : judged ? n : TP_PAGE_ROWS_MAX;
    int64_t shown = n <= most ? n : rejects ? most : 0;
    tp_json_text(json, layer->name);
    tp_text_add(json, ":{\"geometry\":\"%s\",\"n\":%lld,\"shown\":%lld,\"columns\":{",
                tp_geometry_text(layer->geometry), (long long)n, (long long)shown);
    tp_code code = TP_OK;
    bool any = false;
    for (size_t i = 0; i < layer->n_columns && code == TP_OK; i++) {
        const tp_column *column = layer->columns[i];
        if (is_shown(layer, column->name, with)) {
            tp_text_add(json, any ? "," : "");
            tp_json_text(json, column->name);
            tp_text_add(json, ":");
            code = tp_json_column(json, column, shown, mesh ? MESH_DIGITS : 0, error);
            any = true;
        }
    }
    tp_text_add(json, "}");
    if (code == TP_OK) {
        code = add_named(json, layer, error);
    }
    if (code == TP_OK && shown == n) {
        code = add_geometry(json, layer, error);
    }
    tp_text_add(json, "}");
    return code;
}

static tp_code check(tp_layer *const *layers, size_t n, tp_error *error) {
    static const char *const needed[] = {"sites", "criteria", "verdicts"};
    for (size_t i = 0; i < COUNT(needed); i++) {
        const tp_layer *layer = find(layers, n, needed[i]);
        if (layer == NULL || layer->n_rows == 0) {
            return tp_error_set(error, TP_E_DATA, "there is nothing to report: %s '%s' (expected judged sites)",
                                layer == NULL ? "no layer" : "nothing in layer", needed[i]);
        }
    }
    int64_t n_sites = find(layers, n, "sites")->n_rows;
    if (n_sites > TP_PAGE_SITES_MAX) {
        return tp_error_set(error, TP_E_DATA, "%lld sites are too many for a page (expected at most %d)",
                            (long long)n_sites, TP_PAGE_SITES_MAX);
    }
    return TP_OK;
}

static int by_name(const void *a, const void *b) {
    const tp_layer *const *one = a, *const *other = b;
    return strcmp((*one)->name, (*other)->name);
}

/* All layers in the order of their names: a file lists them in another order than they were written in. */
static tp_code add_layers(tp_text *html, tp_layer *const *layers, size_t n_layers, tp_error *error) {
    context with = {.criteria = find(layers, n_layers, "criteria")};
    with.evidence = find(layers, n_layers, "sites")->n_rows <= TP_PAGE_EVIDENCE_MAX;
    const tp_layer **sorted = malloc((n_layers + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return tp_error_memory(error);
    }
    size_t n = 0;
    for (size_t i = 0; i < n_layers; i++) {
        sorted[n] = layers[i];
        bool left_out = !with.evidence && strcmp(layers[i]->name, "evidence_links") == 0;
        n += tp_page_wants(layers[i]->name) && !left_out ? 1 : 0;
    }
    qsort(sorted, n, sizeof *sorted, by_name);
    tp_code code = TP_OK;
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        tp_text_add(html, i == 0 ? "\n" : ",\n");
        code = add_layer(html, sorted[i], &with, error);
    }
    free(sorted);
    return code;
}

tp_code tp_page_build(tp_layer *const *layers, size_t n_layers, tp_text *html, tp_error *error) {
    static const char PLACE[] = "@DATA@";
    tp_code code = check(layers, n_layers, error);
    const char *template = (const char *)TP_PAGE_TEMPLATE, *place = strstr(template, PLACE);
    if (code != TP_OK || place == NULL) {
        return code != TP_OK ? code : tp_error_set(error, TP_E_INTERNAL, "the page's template has no place for data");
    }
    tp_text_add_bytes(html, template, (size_t)(place - template));
    tp_text_add(html, "{");
    code = add_layers(html, layers, n_layers, error);
    tp_text_add(html, "}");
    place += strlen(PLACE);
    tp_text_add_bytes(html, place, strlen(place));
    return code == TP_OK && html->lost ? tp_error_memory(error) : code;
}
