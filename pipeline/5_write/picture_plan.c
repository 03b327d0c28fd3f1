/* What goes where on a picture, before anything is drawn. See picture.h. */
#include "5_write/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MARKS = 2000, MOST_NAMES = 1000 };

void tp_picture_reset(tp_picture *picture) {
    tp_frame_reset(&picture->frame);
    if (picture->fonts != NULL) {
        g_object_unref(picture->fonts);
    }
    for (int64_t i = 0; i < picture->n_names; i++) {
        free((char *)picture->names[i].text);
    }
    free(picture->names);
    free(picture->marks);
    *picture = (tp_picture){0};
}

static const tp_layer *drawn(const tp_picture *picture, const char *name) {
    for (size_t i = 0; i < picture->n_layers; i++) {
        if (strcmp(picture->layers[i]->name, name) == 0) {
            return picture->layers[i];
        }
    }
    return NULL;
}

/* ---- names ---- */

static const char *name_of(const tp_picture *picture, const tp_layer *layer, int64_t row) {
    const tp_column *japanese = picture->language == 1 ? tp_layer_column(layer, "name_ja") : NULL;
    const char *name = japanese == NULL || japanese->type != TP_TYPE_TEXT ? NULL : tp_column_text(japanese, row);
    return name != NULL && name[0] != '\0' ? name : tp_layer_label(layer, row);
}

static tp_code add_name(tp_picture *picture, char *text, double x, double y, double reach, int priority,
                        tp_error *error) {
    tp_label *more = realloc(picture->names, ((size_t)picture->n_names + 1) * sizeof *more);
    if (text == NULL || more == NULL) {
        picture->names = more == NULL ? picture->names : more;
        free(text);
        return tp_error_memory(error);
    }
    picture->names = more;
    tp_label *label = &more[picture->n_names++];
    *label = (tp_label){.text = text, .x = x, .y = y, .reach = reach, .priority = priority};
    tp_picture_measure_text(picture, text, 13 * picture->unit, false, &label->width, &label->height);
    return TP_OK;
}

static tp_code add_site_names(tp_picture *picture, const tp_layer *sites, tp_error *error) {
    static const int PRIORITY[] = {[TP_MET] = 1, [TP_UNKNOWN] = 2, [TP_NOT_MET] = 3};
    tp_code code = TP_OK;
    for (int64_t i = 0; i < picture->n_marks && picture->n_names < MOST_NAMES && code == TP_OK; i++) {
        const tp_mark *mark = &picture->marks[i];
        if (isfinite(mark->x)) {
            code = add_name(picture, tp_text_copy(name_of(picture, sites, i)), mark->x, mark->y, picture->radius,
                            PRIORITY[mark->verdict], error);
        }
    }
    return code;
}

/* The pixels that a polygon spans. */
static tp_box box_of(tp_picture *picture, const tp_shapes *shapes, int64_t row) {
    tp_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    int64_t first = shapes->ring_first[shapes->part_first[shapes->row_first[row]]];
    int64_t end = shapes->ring_first[shapes->part_first[shapes->row_first[row + 1]]];
    for (int64_t i = first; i < end; i++) {
        double x = shapes->x[i], y = shapes->y[i];
        tp_frame_points(&picture->frame, &x, &y, 1);
        box = (tp_box){fmin(box.left, x), fmin(box.top, y), fmax(box.right, x), fmax(box.bottom, y)};
    }
    return box;
}

/* Names of the zones that are certain, by rank, beside them: the zones' own boxes are kept free of names. */
static tp_code add_zone_names(tp_picture *picture, const tp_layer *zones, tp_box *boxes, int64_t *n, tp_error *error) {
    const tp_column *kinds = tp_layer_column(zones, "kind"), *ranks = tp_layer_column(zones, "rank");
    const tp_box *map = &picture->frame.map;
    tp_code code = TP_OK;
    bool named = zones->geometry == TP_GEOMETRY_POLYGON && kinds != NULL && ranks != NULL;
    for (int64_t i = 0; named && i < zones->shapes.n_rows && code == TP_OK; i++) {
        const char *kind = tp_column_text(kinds, i);
        double rank = 0;
        if (kind == NULL || strcmp(kind, "met") != 0 || !tp_column_number(ranks, i, &rank)) {
            continue;
        }
        tp_box box = box_of(picture, &zones->shapes, i);
        double x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
        if (x >= map->left && x <= map->right && y >= map->top && y <= map->bottom) {
            double half = fmax(box.right - box.left, box.bottom - box.top) / 2;
            char *text = tp_text_format("%.0f %s", rank, name_of(picture, zones, i));
            boxes[(*n)++] = box;
            code = add_name(picture, text, x, y, half / 1.3 + 2 * picture->unit, 0, error);
        }
    }
    return code;
}

/* ---- the legend ---- */

static int64_t marks_under(const tp_picture *picture, const tp_box *box) {
    int64_t n = 0;
    for (int64_t i = 0; i < picture->n_marks; i++) {
        const tp_mark *mark = &picture->marks[i];
        double r = 1.5 * picture->radius;
        tp_box own = {mark->x - r, mark->y - r, mark->x + r, mark->y + r};
        n += isfinite(mark->x) && tp_box_overlaps(&own, box);
    }
    return n;
}

/* How much of a box is land or anything else drawn with a body: vertices of the layers that lie in it. */
static int64_t vertices_under(tp_picture *picture, const tp_box *box) {
    int64_t n = 0;
    for (size_t i = 0; i < picture->n_layers; i++) {
        const tp_layer *layer = picture->layers[i];
        bool points = layer->geometry == TP_GEOMETRY_POINT;
        int64_t all = points ? layer->n_rows : layer->shapes.n_vertices, stride = all / 4000 + 1;
        for (int64_t k = 0; k < all; k += stride) {
            double x = points ? layer->lon_deg[k] : layer->shapes.x[k],
                   y = points ? layer->lat_deg[k] : layer->shapes.y[k];
            tp_frame_points(&picture->frame, &x, &y, 1);
            n += x > box->left && x < box->right && y > box->top && y < box->bottom;
        }
    }
    return n;
}

/* The emptiest corner; false where the legend would lie on a mark everywhere. */
static bool place_legend(tp_picture *picture, double width, double height) {
    double gap = 12 * picture->unit;
    const tp_box *map = &picture->frame.map;
    int64_t least = INT64_MAX;
    bool free_of_marks = false;
    for (int corner = 0; corner < 4; corner++) {
        double left = corner % 2 == 0 ? map->left + gap : map->right - gap - width;
        double top = corner < 2 ? map->top + gap : map->bottom - gap - height;
        tp_box box = {left, top, left + width, top + height};
        if (marks_under(picture, &box) > 0) {
            continue;
        }
        int64_t under = vertices_under(picture, &box);
        if (under < least) {
            least = under;
            picture->legend_box = box;
            free_of_marks = true;
        }
    }
    return free_of_marks;
}

/* Beside the map, which gives way. */
static tp_code set_legend_aside(tp_picture *picture, double width, double height, tp_error *error) {
    tp_box map = picture->frame.map;
    double gap = 12 * picture->unit;
    map.right -= width + gap;
    if (map.right - map.left < (picture->width) / 4) {
        return TP_OK; /* no room: the legend stays in its corner */
    }
    picture->legend_box = (tp_box){map.right + gap, map.top, map.right + gap + width, map.top + height};
    return tp_frame_fit(&picture->frame, &picture->dataset->ellipsoid, map, error);
}

static tp_code arrange_marks(tp_picture *picture, tp_error *error) {
    const tp_layer *sites = drawn(picture, "sites");
    free(picture->marks);
    picture->marks = NULL;
    picture->n_marks = picture->n_moved = 0;
    picture->moved_most_px = 0;
    bool marks = sites != NULL && sites->geometry == TP_GEOMETRY_POINT && sites->n_rows <= MOST_MARKS;
    return marks ? tp_picture_place_marks(picture, sites, error) : TP_OK;
}

static tp_code arrange_names(tp_picture *picture, tp_error *error) {
    const tp_layer *sites = drawn(picture, "sites"), *zones = drawn(picture, "candidates");
    size_t most = (size_t)picture->n_marks + (zones == NULL ? 0 : (size_t)zones->n_rows) + 1;
    tp_box *obstacles = malloc(most * sizeof *obstacles);
    int64_t n = 0;
    double r = 1.2 * picture->radius;
    if (obstacles == NULL) {
        return tp_error_memory(error);
    }
    obstacles[n++] = picture->legend_box;
    for (int64_t i = 0; i < picture->n_marks; i++) {
        const tp_mark *mark = &picture->marks[i];
        if (isfinite(mark->x)) {
            obstacles[n++] = (tp_box){mark->x - r, mark->y - r, mark->x + r, mark->y + r};
        }
    }
    tp_code code = picture->marks != NULL ? add_site_names(picture, sites, error) : TP_OK;
    if (code == TP_OK && zones != NULL) {
        code = add_zone_names(picture, zones, obstacles, &n, error);
    }
    picture->n_left_out = tp_labels_place(picture->names, picture->n_names, obstacles, n, &picture->frame.map);
    free(obstacles);
    return code;
}

tp_code tp_picture_arrange(tp_picture *picture, tp_error *error) {
    double width = 0, height = 0;
    tp_code code = arrange_marks(picture, error);
    for (size_t i = picture->n_layers; i > 0 && code == TP_OK; i--) {
        tp_picture_add_legend(picture, picture->layers[i - 1]);
    }
    if (code == TP_OK && picture->n_legend > 0) {
        tp_picture_legend_size(picture, &width, &height);
        if (!place_legend(picture, width, height)) {
            code = set_legend_aside(picture, width, height, error);
            code = code == TP_OK ? arrange_marks(picture, error) : code;
        }
    }
    return code == TP_OK && picture->labels ? arrange_names(picture, error) : code;
}
