/* Texts of a picture: pango lays them out with any script's fonts. See picture.h. */
#include "5_write/picture.h"

static PangoLayout *layout_of(tp_picture *picture, const char *text, double size, bool bold) {
    static const char *const LANGUAGES[] = {"en", "ja"};
    PangoContext *context = pango_font_map_create_context(picture->fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    /* The same outlines at the same places on every kind of surface. */
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_language(context, pango_language_from_string(LANGUAGES[picture->language == 1]));
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *font = pango_font_description_from_string("sans-serif");
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    cairo_font_options_destroy(options);
    g_object_unref(context);
    return layout;
}

void tp_picture_measure_text(tp_picture *picture, const char *text, double size, bool bold, double *width,
                             double *height) {
    *width = *height = 0;
    if (text[0] == '\0') {
        return;
    }
    int w = 0, h = 0;
    PangoLayout *layout = layout_of(picture, text, size, bold);
    pango_layout_get_size(layout, &w, &h);
    picture->n_unknown_characters += pango_layout_get_unknown_glyphs_count(layout);
    g_object_unref(layout);
    *width = (double)w / PANGO_SCALE;
    *height = (double)h / PANGO_SCALE;
}

void tp_picture_draw_text(tp_picture *picture, cairo_t *cairo, const char *text, double x, double y, double size,
                          bool bold, tp_colour colour, double rim, double most) {
    if (text[0] == '\0') {
        return;
    }
    PangoLayout *layout = layout_of(picture, text, size, bold);
    if (most > 0) {
        pango_layout_set_width(layout, (int)(most * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    cairo_move_to(cairo, x, y);
    if (rim > 0) {
        pango_cairo_layout_path(cairo, layout);
        cairo_set_source_rgba(cairo, 1, 1, 1, 0.85);
        cairo_set_line_width(cairo, 2 * rim);
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke(cairo);
        cairo_move_to(cairo, x, y);
    }
    cairo_set_source_rgba(cairo, colour.red, colour.green, colour.blue, colour.alpha);
    pango_cairo_show_layout(cairo, layout);
    cairo_new_path(cairo);
    g_object_unref(layout);
}
