/** Sizes and extents of a picture, as texts and from layers. */
#ifndef TP_WRITE_PICTURE_SIZE_H
#define TP_WRITE_PICTURE_SIZE_H

#include "technopolis/layer.h"

enum { TP_PICTURE_LEAST = 200, TP_PICTURE_MOST = 10000 };

/** "1600 x 1200 px" (`px` may be left out, `×` or a space stand for x); false when it is not that or out of bounds. */
bool tp_picture_parse_size(const char *text, double *width, double *height);

/** Four numbers in degrees, west south east north, parted by spaces, commas or semicolons; false when it is not that. */
bool tp_picture_parse_extent(const char *text, double extent_deg[4]);

/** An extent of nothing; grown by a layer's positions or vertices. O(vertices). */
void tp_picture_extent_start(double extent_deg[4]);
void tp_picture_extent_add(double extent_deg[4], const tp_layer *layer);

/** A margin around it, and at least 0.1 degrees; false when nothing was added. */
bool tp_picture_extent_pad(double extent_deg[4]);

#endif
