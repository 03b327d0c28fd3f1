/**
 * The static picture: a map of layers and verdicts drawn once by cairo and pango, as PNG or SVG, without a display.
 *
 * All drawing is in pixels of a page whose origin is its upper left corner. One tp_picture is one map ready to be drawn on
 * any number of surfaces; what it draws is the same on each.
 */
#ifndef TP_WRITE_PICTURE_H
#define TP_WRITE_PICTURE_H

#include "5_write/picture_frame.h"
#include "5_write/picture_labels.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <cairo.h>
#include <pango/pangocairo.h>

typedef struct tp_colour {
    double red, green, blue, alpha;
} tp_colour;

/** The looks that more than one file draws with (Okabe and Ito's colours, which colour-blind people tell apart). */
tp_colour tp_picture_verdict_colour(tp_verdict verdict, bool area);

/** Texts in two languages. */
typedef struct tp_words {
    const char *in[2]; /**< English, Japanese: by tp_run.language */
} tp_words;

/** What an entry of the legend shows before its words. */
typedef enum tp_swatch { TP_SWATCH_VERDICT, TP_SWATCH_AREA, TP_SWATCH_LINE, TP_SWATCH_POINT } tp_swatch;

typedef struct tp_legend_entry {
    tp_swatch swatch;
    tp_verdict verdict;     /**< of TP_SWATCH_VERDICT */
    bool square;            /**< of TP_SWATCH_VERDICT: drawn as an area */
    tp_colour fill, stroke; /**< alpha 0: none */
    char words[96];
} tp_legend_entry;

enum { TP_LEGEND_MAX = 40, TP_PICTURE_LAYERS_MAX = 32 };

/** A site's mark: where it is drawn, and where it would be were no other mark in the way. */
typedef struct tp_mark {
    double x, y, at_x, at_y; /**< NaN: has no position, or lies outside */
    tp_verdict verdict;
} tp_mark;

/** Everything that a drawing needs. Initialise with `= {0}`, release with tp_picture_reset. */
typedef struct tp_picture {
    const tp_dataset *dataset;
    const char *crs; /**< of the run */
    int language;
    const char *title, *column;
    const tp_layer *layers[TP_PICTURE_LAYERS_MAX]; /**< from below */
    size_t n_layers;
    bool labels;
    double width, height, unit; /**< pixels; `unit` is what 1 px is at 1600 x 1200 */
    tp_frame frame;
    PangoFontMap *fonts;          /**< owned */
    int64_t n_unknown_characters; /**< drawn as boxes because no font has them */
    tp_mark *marks;               /**< owned; one a row of `sites` where these are drawn as marks, else NULL */
    int64_t n_marks, n_moved;
    double moved_most_px, radius;
    tp_label *names; /**< owned */
    int64_t n_names, n_left_out;
    tp_box legend_box;
    tp_legend_entry legend[TP_LEGEND_MAX];
    size_t n_legend;
    char source_line[512];
} tp_picture;

void tp_picture_reset(tp_picture *picture);

/** picture_plan.c: marks, legend, places of all labels. After the frame is set. TP_E_MACHINE: no memory. */
TP_NODISCARD tp_code tp_picture_arrange(tp_picture *picture, tp_error *error);

/** picture_map.c: the layers from below to above, clipped to the map; sites that are marks are left to the next. */
TP_NODISCARD tp_code tp_picture_draw_layers(tp_picture *picture, cairo_t *cairo, tp_error *error);

/** picture_map.c: the legend's entries of a layer. */
void tp_picture_add_legend(tp_picture *picture, const tp_layer *layer);

/** picture_marks.c: circle, triangle or square with a light rim; then all marks. */
void tp_picture_draw_mark(cairo_t *cairo, tp_verdict verdict, double x, double y, double radius);
void tp_picture_draw_marks(const tp_picture *picture, cairo_t *cairo);

/** picture_marks.c: finds the marks of `sites` and moves apart those that would hide each other. */
TP_NODISCARD tp_code tp_picture_place_marks(tp_picture *picture, const tp_layer *sites, tp_error *error);

/** picture_text.c: a text of a height in pixels; its box when drawn with its upper left corner at 0 0. */
void tp_picture_measure_text(tp_picture *picture, const char *text, double size, bool bold, double *width,
                             double *height);
/** picture_text.c: draws it at x, y with a light rim of `rim` pixels (0: none), cut to `most` pixels (0: whole). */
void tp_picture_draw_text(tp_picture *picture, cairo_t *cairo, const char *text, double x, double y, double size,
                          bool bold, tp_colour colour, double rim, double most);

/** picture_page.c: title, legend, scale bar, source line and the map's border. */
void tp_picture_draw_page(tp_picture *picture, cairo_t *cairo);
void tp_picture_legend_size(tp_picture *picture, double *width, double *height);

/** picture_file.c: draws everything as PNG or, where `svg`, as SVG into bytes. TP_E_MACHINE: no memory. */
TP_NODISCARD tp_code tp_picture_render(tp_picture *picture, bool svg, tp_text *bytes, tp_error *error);

#endif
