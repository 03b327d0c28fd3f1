/*
 * corridors: which share of the points of layers lies along a line (within a distance of it, inclusive), and which in a
 * list of prefectures, beside the share that somebody published. Both are told, for "corridor" means either.
 *
 * The line's pieces are geodesics. Whether a point is within the distance is decided by halving a piece: the middle is
 * near enough, or all of it is too far by the triangle inequality, or both halves are looked at; down to a micrometre.
 */
#include "core/plan/added_layer.h"
#include "of_words.h"
#include "reach.h"
#include "spans.h"
#include "table_cells.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct corridors_options {
    tp_texts of;
    const char *line, *prefectures, *published, *published_of, *source, *as;
    tp_quantity within;
} corridors_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers whose points are counted",
     .offset = offsetof(corridors_options, of)},
    {.key = "line",
     .kind = TP_SETTING_TEXT,
     .required = true,
     .help = "its points as longitude and latitude in degrees, with ; between",
     .offset = offsetof(corridors_options, line)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "50 km",
     .min = 1,
     .max = 1000000,
     .help = "how far from the line counts, inclusive",
     .offset = offsetof(corridors_options, within)},
    {.key = "prefectures",
     .kind = TP_SETTING_TEXT,
     .help = "ids of the layer prefectures, with ; between: the corridor as a list",
     .offset = offsetof(corridors_options, prefectures)},
    {.key = "published",
     .kind = TP_SETTING_TEXT,
     .help = "a published share in % for each layer, with ; between; - where there is none",
     .offset = offsetof(corridors_options, published)},
    {.key = "published_of",
     .kind = TP_SETTING_TEXT,
     .help = "what each published share is of, with ; between",
     .offset = offsetof(corridors_options, published_of)},
    {.key = "source",
     .kind = TP_SETTING_TEXT,
     .help = "who published the shares",
     .offset = offsetof(corridors_options, source)},
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new layer",
     .offset = offsetof(corridors_options, as)},
};

static const tp_stage_column NEEDS[] = {{.layer = "{of}"}};

static const tp_stage_column ADDS[] = {
    {"{as}", "row_key", TP_TYPE_TEXT, "", "layer and method"},
    {"{as}", "layer", TP_TYPE_TEXT, "", "the layer counted"},
    {"{as}", "method", TP_TYPE_TEXT, "", "line: within the distance of it; prefectures: in one of the list"},
    {"{as}", "within_km", TP_TYPE_DOUBLE, "km", "the distance"},
    {"{as}", "n", TP_TYPE_INT64, "", "points in the corridor"},
    {"{as}", "of_n", TP_TYPE_INT64, "", "points in all; in prefectures those whose prefecture is known"},
    {"{as}", "share_pct", TP_TYPE_DOUBLE, "%", "their share"},
    {"{as}", "published_pct", TP_TYPE_DOUBLE, "%", "the published share"},
    {"{as}", "published_of", TP_TYPE_TEXT, "", "what that is a share of"},
    {"{as}", "difference", TP_TYPE_DOUBLE, "percentage points", "computed less published"},
    {"{as}", "source", TP_TYPE_TEXT, "", "who published it"},
    {"{as}", "coverage", TP_TYPE_TEXT, "", "complete or sample: of the layer"},
};

enum { POINTS_MOST = 1000 };

typedef struct corridor {
    int64_t n;
    double lon[POINTS_MOST], lat[POINTS_MOST];
} corridor;

/* Points of "139.77 35.68; 136.88 35.17"; false when it is not that. */
static bool read_line(const char *text, corridor *line) {
    line->n = 0;
    for (;;) {
        char *end;
        double lon = strtod(text, &end);
        if (end == text || line->n == POINTS_MOST) {
            return false;
        }
        text = end;
        double lat = strtod(text, &end);
        if (end == text || !(fabs(lon) <= 360 && fabs(lat) <= 90)) {
            return false;
        }
        line->lon[line->n] = lon;
        line->lat[line->n++] = lat;
        text = end + strspn(end, " ");
        if (*text == '\0') {
            return line->n >= 2;
        }
        if (*text++ != ';') {
            return false;
        }
    }
}

/* The k-th item of a list with ; between, without blanks around it; false past the last. */
static bool item_of(const char *list, size_t k, char *item, size_t size) {
    for (; list != NULL; k--) {
        size_t length = strcspn(list, ";");
        if (k == 0) {
            while (length > 0 && isspace((unsigned char)*list)) {
                list++;
                length--;
            }
            while (length > 0 && isspace((unsigned char)list[length - 1])) {
                length--;
            }
            (void)snprintf(item, size, "%.*s", (int)length, list);
            return true;
        }
        list = list[length] == ';' ? list + length + 1 : NULL;
    }
    return false;
}

static bool published_of(const corridors_options *options, size_t layer, double *percent) {
    char item[64], *end;
    if (!item_of(options->published, layer, item, sizeof item) || strcmp(item, "-") == 0 || item[0] == '\0') {
        return false;
    }
    *percent = strtod(item, &end);
    return *end == '\0' && *percent >= 0 && *percent <= 100;
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const corridors_options *options = step->options.values;
    corridor *line = malloc(sizeof *line);
    for (size_t i = 0; i < options->of.n; i++) {
        char item[64];
        double percent;
        tp_reach_check_points(step, plan, options->of.items[i], "of", faults);
        if (item_of(options->published, i, item, sizeof item) && strcmp(item, "-") != 0 && item[0] != '\0' &&
            !published_of(options, i, &percent)) {
            tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "published", step->place),
                             "published: '%s' is no percentage (expected numbers from 0 to 100, or -, with ; between)",
                             item);
        }
    }
    if (line != NULL && options->line != NULL && !read_line(options->line, line)) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "line", step->place),
                         "line: expected at least two points such as 139.77 35.68; 136.88 35.17");
    }
    if (options->prefectures != NULL && tp_schema_find(&plan->schema, "prefectures") == NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "prefectures", step->place),
                         "prefectures: layer prefectures is not read");
    }
    free(line);
    tp_added_layer_check(step, plan, TP_GEOMETRY_LINE, faults);
}

/* ---- near the line ---- */

typedef struct piece {
    const tp_ellipsoid *ellipsoid;
    struct geod_geodesicline line;
    double lon, lat, within_m; /* the point */
} piece;

static bool near_piece(const piece *p, double begin_m, double end_m) {
    double middle = (begin_m + end_m) / 2, half = (end_m - begin_m) / 2, lat, lon;
    geod_position(&p->line, middle, &lat, &lon, NULL);
    double d = tp_geodesic_distance_m(p->ellipsoid, p->lon, p->lat, lon, lat);
    if (d <= p->within_m) {
        return true;
    }
    if (d - half > p->within_m || half < 1e-6) {
        return false;
    }
    return near_piece(p, begin_m, middle) || near_piece(p, middle, end_m);
}

static bool near_line(const tp_ellipsoid *ellipsoid, const corridor *line, double within_m, double lon, double lat) {
    bool near = false;
    for (int64_t i = 0; i < line->n && !near; i++) { /* the corners themselves, exactly */
        near = tp_geodesic_distance_m(ellipsoid, lon, lat, line->lon[i], line->lat[i]) <= within_m;
    }
    for (int64_t i = 0; i + 1 < line->n && !near; i++) {
        piece p = {.ellipsoid = ellipsoid, .lon = lon, .lat = lat, .within_m = within_m};
        double length_m = 0, azimuth_deg = 0;
        geod_inverse(&ellipsoid->g, line->lat[i], line->lon[i], line->lat[i + 1], line->lon[i + 1], &length_m,
                     &azimuth_deg, NULL);
        geod_lineinit(&p.line, &ellipsoid->g, line->lat[i], line->lon[i], azimuth_deg, 0);
        near = near_piece(&p, 0, length_m);
    }
    return near;
}

/* ---- counting ---- */

typedef struct share {
    int64_t n, of;
} share;

static share count_line(const tp_dataset *dataset, const corridor *line, double within_m, const tp_layer *layer) {
    int64_t n = 0;
#pragma omp parallel for schedule(dynamic, 256) reduction(+ : n)
    for (int64_t row = 0; row < layer->n_rows; row++) {
        n += near_line(&dataset->ellipsoid, line, within_m, layer->lon_deg[row], layer->lat_deg[row]);
    }
    return (share){n, layer->n_rows};
}

static bool is_listed(const char *list, const char *id) {
    char item[64];
    for (size_t k = 0; item_of(list, k, item, sizeof item); k++) {
        if (strcmp(item, id) == 0) {
            return true;
        }
    }
    return false;
}

static tp_code count_listed(tp_dataset *dataset, const char *list, const tp_layer *layer, share *found,
                            tp_error *error) {
    static const char *const STATED[] = {"prefecture_code", "pref_code", NULL};
    const tp_layer *prefectures = tp_dataset_layer(dataset, "prefectures");
    int64_t *rows = NULL;
    if (prefectures == NULL) {
        return tp_error_set(error, TP_E_DATA, "corridors: layer prefectures is not read");
    }
    char item[64];
    for (size_t k = 0; item_of(list, k, item, sizeof item); k++) {
        bool known = false;
        for (int64_t row = 0; row < prefectures->n_rows; row++) {
            known = known || strcmp(tp_layer_id(prefectures, row), item) == 0;
        }
        if (!known) {
            return tp_error_set(error, TP_E_DATA, "corridors: '%s' is no id of layer prefectures", item);
        }
    }
    tp_code code = tp_spans_rows(dataset, layer, prefectures, NULL, STATED, 10000, &rows, error);
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        found->of += rows[row] >= 0;
        found->n += rows[row] >= 0 && is_listed(list, tp_layer_id(prefectures, rows[row]));
        if (rows[row] < 0) {
            code = tp_spans_reject(dataset, layer, row, prefectures, "corridors", error);
        }
    }
    free(rows);
    return code;
}

/* ---- the layer ---- */

typedef struct corridor_work {
    const corridors_options *options;
    const tp_step *step;
    tp_dataset *dataset;
    corridor line;
    tp_layer *layer;
    tp_cells cells;
} corridor_work;

static tp_code tell(corridor_work *w, size_t number, const tp_layer *layer, share found, bool by_line,
                    tp_error *error) {
    const corridors_options *o = w->options;
    char how[64], text[400] = "", published[256] = "", of[TP_OF_WORDS_SIZE];
    double percent;
    if (found.of == 0) {
        return TP_OK;
    }
    if (by_line) {
        (void)snprintf(how, sizeof how, "within %g km of the line", o->within.value / 1000);
    } else {
        (void)snprintf(how, sizeof how, "in the prefectures of the list");
    }
    if (published_of(o, number, &percent)) {
        (void)item_of(o->published_of, number, published, sizeof published);
        (void)snprintf(text, sizeof text, "; published: %g %%%s%s", percent, published[0] == '\0' ? "" : " of ",
                       published);
    }
    bool sample = !tp_layer_holds(layer, layer->where);
    tp_of_words(sample, found.of, layer->name, of);
    return tp_dataset_add_finding(
        w->dataset, w->step->name, "corridor shares", false, error, "%s: %.1f %% of %s lie %s (%lld %s)%s",
        w->step->name, 100.0 * (double)found.n / (double)found.of, layer->name, how, (long long)found.n, of, text);
}

static tp_code put_share(corridor_work *w, size_t number, const tp_layer *layer, share found, bool by_line,
                         tp_error *error) {
    const corridors_options *o = w->options;
    tp_cells *c = &w->cells;
    char *key = tp_text_format("%s/%s", layer->name, by_line ? "line" : "prefectures"), of[256];
    double published = NAN, percent = found.of > 0 ? 100.0 * (double)found.n / (double)found.of : NAN;
    if (key == NULL) {
        return tp_error_memory(error);
    }
    c->at = 0;
    tp_put_text(c, key);
    tp_put_text(c, layer->name);
    tp_put_text(c, by_line ? "line" : "prefectures");
    tp_put_number(c, by_line ? o->within.value / 1000 : NAN);
    tp_put_count(c, found.n);
    tp_put_count(c, found.of);
    tp_put_number(c, percent);
    bool has = published_of(o, number, &published);
    tp_put_number(c, has ? published : NAN);
    tp_put_text(c, has && item_of(o->published_of, number, of, sizeof of) ? of : NULL);
    tp_put_number(c, has ? percent - published : NAN);
    tp_put_text(c, has ? o->source : NULL);
    tp_put_text(c, tp_layer_holds(layer, layer->where) ? "complete" : "sample");
    c->row++;
    free(key);
    tp_code code = c->code == TP_OK ? tp_shapes_add_row(&w->layer->shapes, error) : c->code;
    if (code == TP_OK && by_line) {
        code = tp_shapes_add_part(&w->layer->shapes, error);
        if (code == TP_OK) {
            code = tp_shapes_add_ring(&w->layer->shapes, w->line.lon, w->line.lat, w->line.n, error);
        }
    }
    return code == TP_OK ? tell(w, number, layer, found, by_line, error) : code;
}

static tp_code work_layer(corridor_work *w, size_t number, tp_error *error) {
    const corridors_options *o = w->options;
    const tp_layer *layer = tp_dataset_layer(w->dataset, o->of.items[number]);
    share listed = {0, 0};
    if (layer == NULL || layer->geometry != TP_GEOMETRY_POINT) {
        return tp_error_set(error, TP_E_DATA, "corridors: layer %s is not read or has no points", o->of.items[number]);
    }
    tp_code code = put_share(w, number, layer, count_line(w->dataset, &w->line, o->within.value, layer), true, error);
    if (code == TP_OK && o->prefectures != NULL) {
        code = count_listed(w->dataset, o->prefectures, layer, &listed, error);
        if (code == TP_OK) {
            code = put_share(w, number, layer, listed, false, error);
        }
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const corridors_options *options = step->options.values;
    corridor_work *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return tp_error_memory(error);
    }
    *w = (corridor_work){.options = options, .step = step, .dataset = dataset, .cells = {.error = error}};
    tp_code code = TP_OK;
    if (!read_line(options->line, &w->line)) {
        code = tp_error_set(error, TP_E_CONFIG, "corridors: line '%s'", options->line);
    }
    int64_t n = (int64_t)options->of.n * (options->prefectures != NULL ? 2 : 1);
    if (code == TP_OK) {
        code = tp_added_layer_make(step, dataset, "{as}", step->name, TP_GEOMETRY_LINE, n, &w->layer, w->cells.column,
                                   error);
    }
    for (size_t i = 0; i < options->of.n && code == TP_OK; i++) {
        code = work_layer(w, i, error);
    }
    if (code == TP_OK) {
        code = tp_dataset_add_layer(dataset, w->layer, error);
    } else {
        tp_layer_free(w->layer);
    }
    free(w);
    return code;
}

const tp_stage tp_stage_corridors = {
    .name = "corridors",
    .phase = TP_MEASURE,
    .purpose = "the share of points along a line or in a list of prefectures, beside published shares",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(corridors_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .check = check,
    .run = run,
};
