/* A picture as the bytes of a PNG or SVG file. See picture.h. */
#include "5_write/picture.h"

#include <cairo-svg.h>

static cairo_status_t keep(void *user, const unsigned char *bytes, unsigned int size) {
    tp_text *text = user;
    tp_text_add_bytes(text, (const char *)bytes, size);
    return text->lost ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static tp_code draw(tp_picture *picture, cairo_t *cairo, tp_error *error) {
    const tp_box *map = &picture->frame.map;
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_save(cairo);
    cairo_rectangle(cairo, map->left, map->top, map->right - map->left, map->bottom - map->top);
    cairo_clip(cairo);
    cairo_set_source_rgb(cairo, 0.890, 0.929, 0.945); /* the sea */
    cairo_paint(cairo);
    tp_code code = tp_picture_draw_layers(picture, cairo, error);
    tp_picture_draw_marks(picture, cairo);
    cairo_restore(cairo);
    if (code == TP_OK) {
        tp_picture_draw_page(picture, cairo);
    }
    return code;
}

static tp_code failed(cairo_status_t status, tp_error *error) {
    return status == CAIRO_STATUS_NO_MEMORY
               ? tp_error_memory(error)
               : tp_error_set(error, TP_E_MACHINE, "the picture cannot be drawn: %s", cairo_status_to_string(status));
}

tp_code tp_picture_render(tp_picture *picture, bool svg, tp_text *bytes, tp_error *error) {
    cairo_surface_t *surface =
        svg ? cairo_svg_surface_create_for_stream(keep, bytes, picture->width, picture->height)
            : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)picture->width, (int)picture->height);
    if (svg) {
        cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    }
    cairo_t *cairo = cairo_create(surface);
    tp_code code = draw(picture, cairo, error);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (status == CAIRO_STATUS_SUCCESS && svg) {
        cairo_surface_finish(surface);
        status = cairo_surface_status(surface);
    } else if (status == CAIRO_STATUS_SUCCESS && code == TP_OK) {
        status = cairo_surface_write_to_png_stream(surface, keep, bytes);
    }
    cairo_surface_destroy(surface);
    return code == TP_OK && status != CAIRO_STATUS_SUCCESS ? failed(status, error) : code;
}
