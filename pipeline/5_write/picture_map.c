/* The layers of a picture: what each looks like, and its shapes as paths. See picture.h. */
#include "5_write/picture.h"

#include "core/space/simplify.h"
#include "technopolis/mesh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a layer that is no verdict looks. Widths and radii in pixels at 1600 x 1200. */
typedef struct look {
    const char *layer;
    tp_colour fill, stroke;
    double width, radius;
    bool legend; /* land, which everyone knows, needs no entry; above other layers it is only outlines */
    tp_words words;
} look;

static const look LOOKS[] = {
    {"prefectures", {0.969, 0.961, 0.937, 1}, {0.710, 0.690, 0.643, 1}, 0.8, 0, false, {{"", ""}}},
    {"municipalities", {0.969, 0.961, 0.937, 1}, {0.800, 0.784, 0.745, 1}, 0.6, 0, false, {{"", ""}}},
    {"isochrones", {0, 0.447, 0.698, 0.16}, {0, 0.447, 0.698, 0.7}, 0.9, 0, true, {{"Isochrones", "到達圏"}}},
    {"clusters", {0.8, 0.475, 0.655, 0.35}, {0.576, 0.196, 0.416, 1}, 1.6, 0, true, {{"Clusters", "集積"}}},
    {"cluster_links",
     {0, 0, 0, 0},
     {0.576, 0.196, 0.416, 0.6},
     1,
     0,
     true,
     {{"Links between clusters", "集積間の結びつき"}}},
    {"cluster_members",
     {0.576, 0.196, 0.416, 0.9},
     {1, 1, 1, 1},
     0.4,
     2.2,
     true,
     {{"Members of clusters", "集積の構成施設"}}},
    {"roads", {0, 0, 0, 0}, {0.62, 0.6, 0.56, 1}, 0.8, 0, true, {{"Roads", "道路"}}},
    {"rail", {0, 0, 0, 0}, {0.35, 0.35, 0.38, 1}, 1, 0, true, {{"Railways", "鉄道"}}},
    {"plants", {0.337, 0.706, 0.914, 0.9}, {0.1, 0.3, 0.45, 1}, 0.5, 2.4, true, {{"Plants", "工場"}}},
    {"universities", {0.902, 0.624, 0, 0.95}, {0.4, 0.25, 0, 1}, 0.5, 2.6, true, {{"Universities", "大学"}}},
    {"institutes", {0.8, 0.475, 0.655, 0.95}, {0.4, 0.15, 0.3, 1}, 0.5, 2.6, true, {{"Institutes", "研究機関"}}},
    {"cities", {0.3, 0.3, 0.3, 1}, {1, 1, 1, 1}, 0.6, 2.6, true, {{"Cities", "都市"}}},
    {"airports", {0, 0.447, 0.698, 1}, {1, 1, 1, 1}, 0.6, 3, true, {{"Airports", "空港"}}},
    {"stations", {0.1, 0.1, 0.1, 1}, {1, 1, 1, 1}, 0.6, 2.4, true, {{"Stations", "駅"}}},
    {"designated", {0, 0, 0, 0}, {0.1, 0.1, 0.1, 1}, 1.4, 5, true, {{"Designated areas", "指定地域"}}},
};
static const look OTHER = {NULL, {0.5, 0.5, 0.55, 0.25}, {0.3, 0.3, 0.35, 1}, 1, 2.4, true, {{NULL, NULL}}};

/* Candidate zones by their kind; the certain ones above. */
static const look ZONES[] = {
    {"met_or_unknown",
     {0, 0, 0, 0},
     {0.6, 0.35, 0, 1},
     1.1,
     0,
     true,
     {{"Zone: fails nothing", "候補区域(不充足なし)"}}},
    {"met", {0, 0, 0, 0}, {0, 0.25, 0.18, 1}, 2.2, 0, true, {{"Zone: meets all", "候補区域(すべて充足)"}}},
};

static const look *look_of(const tp_layer *layer) {
    for (size_t i = 0; i < sizeof LOOKS / sizeof LOOKS[0]; i++) {
        if (strcmp(layer->name, LOOKS[i].layer) == 0) {
            return &LOOKS[i];
        }
    }
    return &OTHER;
}

/* ---- classes: cells coloured by a column ---- */

enum { CLASSES = 8, STEPS = 5 };

typedef struct classes {
    const tp_column *column;
    bool named;          /* Gi* classes; else numbers */
    double above[STEPS]; /* a number belongs to the last step that it is at least */
    int n;
} classes;

static const struct {
    const char *id;
    tp_colour colour;
    tp_words words;
} GI[] = {
    {"hot_99", {0.698, 0.094, 0.169, 1}, {{"Hot spot, 99 %", "ホットスポット 99 %"}}},
    {"hot_95", {0.937, 0.541, 0.384, 1}, {{"Hot spot, 95 %", "ホットスポット 95 %"}}},
    {"hot_90", {0.992, 0.859, 0.780, 1}, {{"Hot spot, 90 %", "ホットスポット 90 %"}}},
    {"not_significant", {0.965, 0.965, 0.955, 1}, {{"Not significant", "有意でない"}}},
    {"cold_90", {0.820, 0.898, 0.941, 1}, {{"Cold spot, 90 %", "コールドスポット 90 %"}}},
    {"cold_95", {0.404, 0.663, 0.812, 1}, {{"Cold spot, 95 %", "コールドスポット 95 %"}}},
    {"cold_99", {0.129, 0.400, 0.675, 1}, {{"Cold spot, 99 %", "コールドスポット 99 %"}}},
};
enum { N_GI = sizeof GI / sizeof GI[0] };

/* From light to dark in one hue: also legible in grey. */
static const tp_colour RAMP[STEPS] = {{0.996, 0.910, 0.784, 1},
                                      {0.992, 0.749, 0.494, 1},
                                      {0.984, 0.533, 0.235, 1},
                                      {0.839, 0.286, 0.004, 1},
                                      {0.498, 0.153, 0.016, 1}};

static int by_value(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

static double two_digits(double value) {
    char text[32];
    (void)snprintf(text, sizeof text, "%.2g", value);
    return strtod(text, NULL);
}

/* Bounds at quantiles of the numbers above 0, at two digits; equal ones become one. */
static tp_code find_steps(classes *of, tp_error *error) {
    double *values = malloc(((size_t)of->column->n_rows + 1) * sizeof *values), value;
    int64_t n = 0;
    if (values == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < of->column->n_rows; row++) {
        if (tp_column_number(of->column, row, &value) && value > 0) {
            values[n++] = value;
        }
    }
    qsort(values, (size_t)n, sizeof *values, by_value);
    for (int i = 0; i < STEPS && n > 0; i++) {
        double bound = i == 0 ? 0 : two_digits(values[n * i / STEPS]);
        if (of->n == 0 || bound > of->above[of->n - 1]) {
            of->above[of->n++] = bound;
        }
    }
    free(values);
    return TP_OK;
}

/* n 0: the layer has no classes. */
static tp_code find_classes(const tp_picture *picture, const tp_layer *layer, classes *of, tp_error *error) {
    *of = (classes){0};
    const char *name = picture->column;
    if (layer->geometry != TP_GEOMETRY_POLYGON || strcmp(layer->name, "clusters") == 0) {
        return TP_OK;
    }
    of->column = tp_layer_column(layer, name == NULL ? "density" : name);
    if (of->column == NULL || of->column->type == TP_TYPE_VERDICT) {
        return TP_OK;
    }
    of->named = of->column->type == TP_TYPE_TEXT;
    if (of->named) {
        of->n = N_GI;
        return TP_OK;
    }
    return find_steps(of, error);
}

/* -1: not coloured. */
static int class_of(const classes *of, int64_t row) {
    double value = 0;
    if (of->named) {
        const char *text = tp_column_text(of->column, row);
        for (int i = 0; i < N_GI && text != NULL; i++) {
            if (strcmp(text, GI[i].id) == 0) {
                return i;
            }
        }
        return -1;
    }
    if (!tp_column_number(of->column, row, &value) || value <= 0) {
        return -1;
    }
    int found = 0;
    while (found + 1 < of->n && value >= of->above[found + 1]) {
        found++;
    }
    return found;
}

static tp_colour class_colour(const classes *of, int i) {
    return of->named ? GI[i].colour : RAMP[of->n <= 1 ? STEPS - 1 : i * (STEPS - 1) / (of->n - 1)];
}

/* ---- paths ---- */

/* Shapes in pixels. */
typedef struct paths {
    tp_shapes shapes;
    bool closed;
} paths;

/* Projected outlines, with no more vertices than can be seen. */
static tp_code make_paths(tp_picture *picture, const tp_layer *layer, paths *made, tp_error *error) {
    enum { CELL_VERTICES = 6, METRES_A_DEGREE = 111000 };
    bool cells = layer->shapes.n_vertices <= CELL_VERTICES * layer->shapes.n_rows;
    double tolerance = cells ? 0 : 0.35 * picture->frame.metres_per_pixel / METRES_A_DEGREE;
    made->closed = layer->geometry == TP_GEOMETRY_POLYGON;
    tp_code code = tp_simplify(&layer->shapes, made->closed, tolerance, &made->shapes, error);
    if (code == TP_OK) {
        tp_frame_points(&picture->frame, made->shapes.x, made->shapes.y, made->shapes.n_vertices);
    }
    return code;
}

static void add_ring(cairo_t *cairo, const tp_shapes *shapes, int64_t ring, bool closed) {
    bool open = true;
    for (int64_t i = shapes->ring_first[ring]; i < shapes->ring_first[ring + 1]; i++) {
        if (!isfinite(shapes->x[i])) {
            open = !closed || open;
        } else if (open) {
            cairo_move_to(cairo, shapes->x[i], shapes->y[i]);
            open = false;
        } else {
            cairo_line_to(cairo, shapes->x[i], shapes->y[i]);
        }
    }
    if (closed && !open) {
        cairo_close_path(cairo);
    }
}

/* Adds a row's outlines to the path unless none of it lies on the map. */
static bool add_row(const tp_picture *picture, cairo_t *cairo, const paths *from, int64_t row) {
    const tp_shapes *s = &from->shapes;
    if (row >= s->n_rows) {
        return false;
    }
    int64_t begin = s->part_first[s->row_first[row]], end = s->part_first[s->row_first[row + 1]];
    tp_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int64_t i = s->ring_first[begin]; i < s->ring_first[end]; i++) {
        box.left = fmin(box.left, s->x[i]);
        box.right = fmax(box.right, s->x[i] + 1e-6);
        box.top = fmin(box.top, s->y[i]);
        box.bottom = fmax(box.bottom, s->y[i] + 1e-6);
    }
    if (!tp_box_overlaps(&box, &picture->frame.map)) {
        return false;
    }
    for (int64_t ring = begin; ring < end; ring++) {
        add_ring(cairo, s, ring, from->closed);
    }
    return true;
}

static void paint(cairo_t *cairo, tp_colour fill, tp_colour stroke, double width) {
    if (fill.alpha > 0) {
        cairo_set_source_rgba(cairo, fill.red, fill.green, fill.blue, fill.alpha);
        cairo_fill_preserve(cairo);
    }
    if (stroke.alpha > 0 && width > 0) {
        cairo_set_source_rgba(cairo, stroke.red, stroke.green, stroke.blue, stroke.alpha);
        cairo_set_line_width(cairo, width);
        cairo_stroke(cairo);
    }
    cairo_new_path(cairo);
}

/* All rows of one class as one path: neighbouring cells then leave no seam between them. */
static void draw_classes(const tp_picture *picture, cairo_t *cairo, const paths *from, int64_t n_rows,
                         int (*class_at)(const void *user, int64_t row), const void *user,
                         const tp_colour colours[CLASSES], int n) {
    for (int k = 0; k < n; k++) {
        bool any = false;
        for (int64_t row = 0; row < n_rows; row++) {
            any = (class_at(user, row) == k && add_row(picture, cairo, from, row)) || any;
        }
        if (any) {
            paint(cairo, colours[k], colours[k], 0.4 * picture->unit);
        }
    }
}

static int class_at(const void *user, int64_t row) {
    return class_of(user, row);
}

static const tp_verdict AREA_ORDER[] = {TP_NOT_MET, TP_UNKNOWN, TP_MET};

static int verdict_at(const void *user, int64_t row) {
    const uint8_t *verdicts = user;
    for (int i = 0; i < 3; i++) {
        if (verdicts != NULL && verdicts[row] == AREA_ORDER[i]) {
            return i;
        }
    }
    return 1;
}

static tp_code draw_shapes(tp_picture *picture, cairo_t *cairo, const tp_layer *layer, tp_error *error) {
    paths from = {0};
    classes of = {0};
    tp_colour colours[CLASSES] = {{0}};
    const look *look = look_of(layer);
    tp_code code = make_paths(picture, layer, &from, error);
    code = code == TP_OK ? find_classes(picture, layer, &of, error) : code;
    bool sites = strcmp(layer->name, "sites") == 0, zones = strcmp(layer->name, "candidates") == 0;
    const tp_column *kinds = zones ? tp_layer_column(layer, "kind") : NULL;
    if (code == TP_OK && sites) {
        for (int i = 0; i < 3; i++) {
            colours[i] = tp_picture_verdict_colour(AREA_ORDER[i], true);
        }
        draw_classes(picture, cairo, &from, layer->n_rows, verdict_at, picture->dataset->site_verdict, colours, 3);
    } else if (code == TP_OK && of.n > 0) {
        for (int i = 0; i < of.n; i++) {
            colours[i] = class_colour(&of, i);
        }
        draw_classes(picture, cairo, &from, layer->n_rows, class_at, &of, colours, of.n);
    }
    for (int k = 0; k < (zones ? 2 : 1) && code == TP_OK && !sites && of.n == 0; k++) {
        const struct look *one = zones ? &ZONES[k] : look;
        for (int64_t row = 0; row < layer->n_rows; row++) {
            const char *kind = kinds == NULL ? NULL : tp_column_text(kinds, row);
            if ((!zones || (kind != NULL && strcmp(kind, one->layer) == 0)) && add_row(picture, cairo, &from, row)) {
                tp_colour none = {0};
                bool open = !from.closed || (!one->legend && layer != picture->layers[0]);
                paint(cairo, open ? none : one->fill, one->stroke, one->width * picture->unit);
            }
        }
    }
    tp_shapes_reset(&from.shapes);
    return code;
}

/* ---- points ---- */

static tp_code pixels_of(tp_picture *picture, const tp_layer *layer, double **x, double **y, tp_error *error) {
    size_t size = (size_t)layer->n_rows * sizeof **x;
    *x = malloc(size + 1);
    *y = malloc(size + 1);
    if (*x == NULL || *y == NULL) {
        return tp_error_memory(error);
    }
    memcpy(*x, layer->lon_deg, size);
    memcpy(*y, layer->lat_deg, size);
    tp_frame_points(&picture->frame, *x, *y, layer->n_rows);
    return TP_OK;
}

/* Many sites are squares of a grid, or small marks in its place. */
static void add_square(tp_picture *picture, cairo_t *cairo, const char *code, double x, double y) {
    tp_mesh_level level;
    tp_mesh_cell cell;
    double box[4], half = 1.5 * picture->unit;
    if (code == NULL || !tp_mesh_level_of_text(code, &level) || !tp_mesh_cell_of_text(level, code, &cell)) {
        cairo_rectangle(cairo, x - half, y - half, 2 * half, 2 * half);
        return;
    }
    tp_mesh_box(level, cell, box);
    double lon[] = {box[0], box[2], box[2], box[0]}, lat[] = {box[1], box[1], box[3], box[3]};
    tp_frame_points(&picture->frame, lon, lat, 4);
    cairo_move_to(cairo, lon[0], lat[0]);
    for (int i = 1; i < 4; i++) {
        cairo_line_to(cairo, lon[i], lat[i]);
    }
    cairo_close_path(cairo);
}

/* By verdict, those that pass last. */
static void draw_site_squares(tp_picture *picture, cairo_t *cairo, const tp_layer *sites, const double *x,
                              const double *y) {
    const tp_column *codes = tp_layer_column(sites, "mesh_code");
    const tp_box *map = &picture->frame.map;
    codes = codes != NULL && codes->type == TP_TYPE_TEXT ? codes : NULL;
    for (int k = 0; k < 3; k++) {
        for (int64_t i = 0; i < sites->n_rows; i++) {
            bool inside = x[i] >= map->left && x[i] <= map->right && y[i] >= map->top && y[i] <= map->bottom;
            if (inside && verdict_at(picture->dataset->site_verdict, i) == k) {
                add_square(picture, cairo, codes == NULL ? NULL : tp_column_text(codes, i), x[i], y[i]);
            }
        }
        tp_colour colour = tp_picture_verdict_colour(AREA_ORDER[k], true);
        paint(cairo, colour, colour, 0.4 * picture->unit);
    }
}

static tp_code draw_points(tp_picture *picture, cairo_t *cairo, const tp_layer *layer, tp_error *error) {
    static const double FULL = 6.283185307179586;
    double *x = NULL, *y = NULL;
    const look *look = look_of(layer);
    tp_code code = pixels_of(picture, layer, &x, &y, error);
    if (code == TP_OK && strcmp(layer->name, "sites") == 0) {
        draw_site_squares(picture, cairo, layer, x, y);
    } else if (code == TP_OK) {
        for (int64_t i = 0; i < layer->n_rows; i++) {
            if (isfinite(x[i])) {
                cairo_new_sub_path(cairo);
                cairo_arc(cairo, x[i], y[i], look->radius * picture->unit, 0, FULL);
                cairo_close_path(cairo);
                paint(cairo, look->fill, look->stroke, look->width * picture->unit);
            }
        }
    }
    free(x);
    free(y);
    return code;
}

tp_code tp_picture_draw_layers(tp_picture *picture, cairo_t *cairo, tp_error *error) {
    tp_code code = TP_OK;
    cairo_set_fill_rule(cairo, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    for (size_t i = 0; i < picture->n_layers && code == TP_OK; i++) {
        const tp_layer *layer = picture->layers[i];
        if (picture->marks != NULL && strcmp(layer->name, "sites") == 0) {
            continue; /* marks lie above everything */
        }
        code = layer->geometry == TP_GEOMETRY_POINT ? draw_points(picture, cairo, layer, error)
                                                    : draw_shapes(picture, cairo, layer, error);
    }
    return code;
}

/* ---- legend ---- */

static void add_entry(tp_picture *picture, tp_legend_entry entry, const char *words) {
    if (picture->n_legend < TP_LEGEND_MAX) {
        (void)snprintf(entry.words, sizeof entry.words, "%s", words);
        picture->legend[picture->n_legend++] = entry;
    }
}

static void add_verdicts(tp_picture *picture) {
    static const tp_words WORDS[] = {
        [TP_MET] = {{"Met", "充足"}}, [TP_NOT_MET] = {{"Not met", "不充足"}}, [TP_UNKNOWN] = {{"Unknown", "不明"}}};
    static const tp_verdict ORDER[] = {TP_MET, TP_NOT_MET, TP_UNKNOWN};
    for (int i = 0; i < 3; i++) {
        bool square = picture->marks == NULL;
        tp_legend_entry entry = {.swatch = TP_SWATCH_VERDICT,
                                 .verdict = ORDER[i],
                                 .square = square,
                                 .fill = tp_picture_verdict_colour(ORDER[i], square)};
        add_entry(picture, entry, WORDS[ORDER[i]].in[picture->language]);
    }
}

static void add_classes(tp_picture *picture, const tp_layer *layer, const classes *of) {
    for (int k = 0; k < of->n; k++) {
        int i = of->named ? k : of->n - 1 - k;
        tp_text text = {0};
        if (of->named) {
            bool found = false;
            for (int64_t row = 0; row < of->column->n_rows && !found; row++) {
                found = class_of(of, row) == i;
            }
            if (!found) {
                continue;
            }
            tp_text_add(&text, "%s", GI[i].words.in[picture->language]);
        } else {
            bool first = k == 0;
            tp_text_add(&text, "%s%s%g %s", first ? layer->name : "", first ? ": " : "", of->above[i],
                        of->column->unit[0] == '\0' ? "" : of->column->unit);
            tp_text_add(&text, "%s", picture->language == 1 ? "以上" : i == 0 ? "(above)" : "or more");
        }
        tp_legend_entry entry = {.swatch = TP_SWATCH_AREA, .fill = class_colour(of, i)};
        add_entry(picture, entry, tp_text_get(&text));
        tp_text_reset(&text);
    }
}

void tp_picture_add_legend(tp_picture *picture, const tp_layer *layer) {
    classes of = {0};
    const look *look = look_of(layer);
    if (strcmp(layer->name, "sites") == 0) {
        if (picture->dataset->site_verdict != NULL) {
            add_verdicts(picture);
        }
        return;
    }
    if (find_classes(picture, layer, &of, NULL) == TP_OK && of.n > 0) {
        add_classes(picture, layer, &of);
        return;
    }
    bool zones = strcmp(layer->name, "candidates") == 0;
    for (int k = zones ? 1 : 0; k >= 0; k--) {
        const struct look *one = zones ? &ZONES[k] : look;
        tp_swatch swatch = layer->geometry == TP_GEOMETRY_POINT  ? TP_SWATCH_POINT
                           : layer->geometry == TP_GEOMETRY_LINE ? TP_SWATCH_LINE
                                                                 : TP_SWATCH_AREA;
        tp_legend_entry entry = {.swatch = swatch, .fill = one->fill, .stroke = one->stroke};
        const char *words = one->words.in[picture->language];
        if (one->legend) {
            add_entry(picture, entry, words == NULL ? layer->name : words);
        }
    }
}
