/* The sites' marks: shape and colour say the verdict, and none hides another. See picture.h. */
#include "5_write/picture.h"

#include "5_write/position.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 60 };

tp_colour tp_picture_verdict_colour(tp_verdict verdict, bool area) {
    static const tp_colour MARKS[] = {
        [TP_MET] = {0, 0.620, 0.451, 1}, [TP_NOT_MET] = {0.835, 0.369, 0, 1}, [TP_UNKNOWN] = {0.482, 0.498, 0.525, 1}};
    /* Areas differ in lightness too, since they have no shape of their own. */
    static const tp_colour AREAS[] = {[TP_MET] = {0, 0.620, 0.451, 1},
                                      [TP_NOT_MET] = {0.973, 0.878, 0.792, 1},
                                      [TP_UNKNOWN] = {0.733, 0.749, 0.776, 1}};
    return area ? AREAS[verdict] : MARKS[verdict];
}

void tp_picture_draw_mark(cairo_t *cairo, tp_verdict verdict, double x, double y, double radius) {
    static const double PI = 3.14159265358979323846;
    cairo_new_path(cairo);
    if (verdict == TP_MET) {
        cairo_arc(cairo, x, y, radius, 0, 2 * PI);
    } else if (verdict == TP_NOT_MET) {
        double r = radius * 1.25;
        cairo_move_to(cairo, x, y - r);
        cairo_line_to(cairo, x + r * 0.92, y + r * 0.68);
        cairo_line_to(cairo, x - r * 0.92, y + r * 0.68);
    } else {
        double half = radius * 0.9;
        cairo_rectangle(cairo, x - half, y - half, 2 * half, 2 * half);
    }
    cairo_close_path(cairo);
    tp_colour colour = tp_picture_verdict_colour(verdict, false);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_set_line_width(cairo, radius * 0.55);
    cairo_stroke_preserve(cairo);
    cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
    cairo_fill(cairo);
}

/* Those that pass lie on top. */
void tp_picture_draw_marks(const tp_picture *picture, cairo_t *cairo) {
    static const tp_verdict ORDER[] = {TP_NOT_MET, TP_UNKNOWN, TP_MET};
    for (int k = 0; k < 3; k++) {
        for (int64_t i = 0; i < picture->n_marks; i++) {
            const tp_mark *mark = &picture->marks[i];
            if (mark->verdict == ORDER[k] && isfinite(mark->x)) {
                tp_picture_draw_mark(cairo, mark->verdict, mark->x, mark->y, picture->radius);
            }
        }
    }
}

/* Moves two marks apart by half of what they lack; marks at one place part along a fixed direction of their numbers. */
static bool part(tp_mark *a, tp_mark *b, int64_t number, double wanted) {
    double dx = b->x - a->x, dy = b->y - a->y, distance = hypot(dx, dy);
    if (!(distance < wanted * 0.98)) {
        return false;
    }
    if (distance < 1e-6) {
        double angle = 2.399963 * (double)number; /* the golden angle: no two pairs the same way */
        dx = cos(angle);
        dy = sin(angle);
        distance = 1;
        wanted = wanted < 1 ? 1 : wanted;
        a->x -= dx * wanted / 2;
        a->y -= dy * wanted / 2;
        b->x += dx * wanted / 2;
        b->y += dy * wanted / 2;
        return true;
    }
    double push = (wanted - distance) / 2 / distance;
    a->x -= dx * push;
    a->y -= dy * push;
    b->x += dx * push;
    b->y += dy * push;
    return true;
}

static void separate(tp_picture *picture) {
    double wanted = 1.7 * picture->radius;
    bool moved = true;
    for (int pass = 0; pass < PASSES && moved; pass++) {
        moved = false;
        for (int64_t i = 0; i < picture->n_marks; i++) {
            for (int64_t k = i + 1; k < picture->n_marks; k++) {
                moved = part(&picture->marks[i], &picture->marks[k], i + k, wanted) || moved;
            }
        }
    }
    for (int64_t i = 0; i < picture->n_marks; i++) {
        const tp_mark *mark = &picture->marks[i];
        double by = hypot(mark->x - mark->at_x, mark->y - mark->at_y);
        if (by > 1) {
            picture->n_moved++;
            picture->moved_most_px = fmax(picture->moved_most_px, by);
        }
    }
}

static bool is_inside(const tp_box *map, double x, double y, double margin) {
    return x >= map->left + margin && x <= map->right - margin && y >= map->top + margin && y <= map->bottom - margin;
}

tp_code tp_picture_place_marks(tp_picture *picture, const tp_layer *sites, tp_error *error) {
    enum { MANY = 200, MOST_SEPARATED = 2000 };
    tp_positions positions = {0};
    int64_t n = sites->n_rows;
    double *x = malloc(((size_t)n + 1) * sizeof *x), *y = malloc(((size_t)n + 1) * sizeof *y);
    picture->marks = calloc((size_t)n + 1, sizeof *picture->marks);
    tp_code code = x == NULL || y == NULL || picture->marks == NULL ? tp_error_memory(error)
                                                                    : tp_positions_new(sites, &positions, error);
    if (code == TP_OK && positions.lon_deg != NULL) {
        memcpy(x, positions.lon_deg, (size_t)n * sizeof *x);
        memcpy(y, positions.lat_deg, (size_t)n * sizeof *y);
        tp_frame_points(&picture->frame, x, y, n);
        picture->n_marks = n;
        picture->radius = picture->unit * (n <= MANY ? 6.5 : 4);
        for (int64_t i = 0; i < n; i++) {
            bool inside = is_inside(&picture->frame.map, x[i], y[i], 0);
            double at_x = inside ? x[i] : NAN, at_y = inside ? y[i] : NAN;
            tp_verdict verdict =
                picture->dataset->site_verdict == NULL ? TP_UNKNOWN : (tp_verdict)picture->dataset->site_verdict[i];
            picture->marks[i] = (tp_mark){.x = at_x, .y = at_y, .at_x = at_x, .at_y = at_y, .verdict = verdict};
        }
        if (n <= MOST_SEPARATED) {
            separate(picture);
        }
    }
    tp_positions_reset(&positions);
    free(x);
    free(y);
    return code;
}
