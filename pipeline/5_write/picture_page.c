/* What stands around and on a map: title, names, legend, scale bar, source line. See picture.h. */
#include "5_write/picture.h"

#include <math.h>
#include <stdio.h>

static const tp_colour INK = {0.114, 0.137, 0.153, 1}, SOFT = {0.337, 0.365, 0.392, 1};
enum { LEGEND_TEXT = 14, LEGEND_ROW = 23, LEGEND_PAD = 12, LEGEND_SWATCH = 34 };

void tp_picture_legend_size(tp_picture *picture, double *width, double *height) {
    double widest = 0, w = 0, h = 0, unit = picture->unit;
    for (size_t i = 0; i < picture->n_legend; i++) {
        tp_picture_measure_text(picture, picture->legend[i].words, LEGEND_TEXT * unit, false, &w, &h);
        widest = fmax(widest, w);
    }
    *width = widest + (2 * LEGEND_PAD + LEGEND_SWATCH) * unit;
    *height = ((double)picture->n_legend * LEGEND_ROW + 2 * LEGEND_PAD - 4) * unit;
}

static void set(cairo_t *cairo, tp_colour colour) {
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, colour.alpha);
}

static void draw_swatch(const tp_picture *picture, cairo_t *cairo, const tp_legend_entry *entry, double x, double y) {
    static const double FULL = 6.283185307179586;
    double unit = picture->unit;
    tp_colour line = entry->stroke.alpha > 0 ? entry->stroke : (tp_colour){0.6, 0.6, 0.6, 1};
    if (entry->swatch == TP_SWATCH_VERDICT && !entry->square) {
        tp_picture_draw_mark(cairo, entry->verdict, x, y, 6.5 * unit);
        return;
    }
    if (entry->swatch == TP_SWATCH_LINE) {
        cairo_move_to(cairo, x - 10 * unit, y);
        cairo_line_to(cairo, x + 10 * unit, y);
    } else if (entry->swatch == TP_SWATCH_POINT) {
        cairo_arc(cairo, x, y, 4 * unit, 0, FULL);
    } else {
        cairo_rectangle(cairo, x - 10 * unit, y - 7 * unit, 20 * unit, 14 * unit);
    }
    if (entry->fill.alpha > 0 && entry->swatch != TP_SWATCH_LINE) {
        set(cairo, entry->fill);
        cairo_fill_preserve(cairo);
    }
    set(cairo, line);
    cairo_set_line_width(cairo, 1.2 * unit);
    cairo_stroke(cairo);
}

static void draw_legend(tp_picture *picture, cairo_t *cairo) {
    const tp_box *box = &picture->legend_box;
    double unit = picture->unit, y = box->top + (LEGEND_PAD + LEGEND_ROW / 2.0 - 2) * unit;
    if (picture->n_legend == 0) {
        return;
    }
    cairo_rectangle(cairo, box->left, box->top, box->right - box->left, box->bottom - box->top);
    cairo_set_source_rgba(cairo, 1, 1, 1, 0.93);
    cairo_fill_preserve(cairo);
    cairo_set_source_rgb(cairo, 0.8, 0.79, 0.76);
    cairo_set_line_width(cairo, unit);
    cairo_stroke(cairo);
    for (size_t i = 0; i < picture->n_legend; i++, y += LEGEND_ROW * unit) {
        double w = 0, h = 0;
        const tp_legend_entry *entry = &picture->legend[i];
        draw_swatch(picture, cairo, entry, box->left + (LEGEND_PAD + 10) * unit, y);
        tp_picture_measure_text(picture, entry->words, LEGEND_TEXT * unit, false, &w, &h);
        tp_picture_draw_text(picture, cairo, entry->words, box->left + (LEGEND_PAD + LEGEND_SWATCH - 4) * unit,
                             y - h / 2, LEGEND_TEXT * unit, false, INK, 0, 0);
    }
}

/* 1, 2 or 5 times a power of ten metres, about a sixth of the map. */
static double scale_length_m(const tp_picture *picture) {
    double most = (picture->frame.map.right - picture->frame.map.left) / 6 * picture->frame.metres_per_pixel;
    double power = pow(10, floor(log10(most)));
    return most >= 5 * power ? 5 * power : most >= 2 * power ? 2 * power : power;
}

/* Returns where it ends. */
static double draw_scale(tp_picture *picture, cairo_t *cairo, double y) {
    double unit = picture->unit, left = picture->frame.map.left, w = 0, h = 0;
    double metres = scale_length_m(picture), length = metres / picture->frame.metres_per_pixel;
    char text[32];
    (void)snprintf(text, sizeof text, metres >= 1000 ? "%.0f km" : "%.0f m", metres >= 1000 ? metres / 1000 : metres);
    cairo_set_source_rgb(cairo, INK.red, INK.green, INK.blue);
    cairo_set_line_width(cairo, 1.6 * unit);
    cairo_move_to(cairo, left + unit, y - 5 * unit);
    cairo_line_to(cairo, left + unit, y);
    cairo_line_to(cairo, left + unit + length, y);
    cairo_line_to(cairo, left + unit + length, y - 5 * unit);
    cairo_stroke(cairo);
    tp_picture_measure_text(picture, text, 13 * unit, false, &w, &h);
    tp_picture_draw_text(picture, cairo, text, left + length + 10 * unit, y - h / 2 - 2 * unit, 13 * unit, false, INK,
                         0, 0);
    return left + length + 10 * unit + w;
}

static void draw_names(tp_picture *picture, cairo_t *cairo) {
    for (int64_t i = 0; i < picture->n_names; i++) {
        const tp_label *label = &picture->names[i];
        if (label->placed) {
            tp_picture_draw_text(picture, cairo, label->text, label->box.left, label->box.top, 13 * picture->unit,
                                 false, INK, 1.6 * picture->unit, 0);
        }
    }
}

void tp_picture_draw_page(tp_picture *picture, cairo_t *cairo) {
    const tp_box *map = &picture->frame.map;
    double unit = picture->unit, w = 0, h = 0;
    draw_names(picture, cairo);
    draw_legend(picture, cairo);
    cairo_rectangle(cairo, map->left, map->top, map->right - map->left, map->bottom - map->top);
    cairo_set_source_rgb(cairo, 0.6, 0.62, 0.62);
    cairo_set_line_width(cairo, unit);
    cairo_stroke(cairo);
    tp_picture_measure_text(picture, picture->title, 24 * unit, true, &w, &h);
    tp_picture_draw_text(picture, cairo, picture->title, map->left, (map->top - h) / 2, 24 * unit, true, INK, 0,
                         picture->width - 2 * map->left);
    double below = (picture->height + map->bottom) / 2;
    double from = draw_scale(picture, cairo, below + 4 * unit) + 24 * unit;
    double room = picture->width - map->left - from;
    tp_picture_measure_text(picture, picture->source_line, 12 * unit, false, &w, &h);
    if (room > 40 * unit) {
        double x = w < room ? picture->width - map->left - w : from;
        tp_picture_draw_text(picture, cairo, picture->source_line, x, below - h / 2, 12 * unit, false, SOFT, 0, room);
    }
}
