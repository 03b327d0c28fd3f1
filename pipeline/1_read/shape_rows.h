/**
 * Rows of a shapefile of points, or of a .dbf alone, straight from its files: without a feature and a geometry each.
 *
 * What is plain is taken as it stands: texts, whole and real numbers in decimal digits, points. A row in which anything
 * else is found is asked of GDAL, so that the result is GDAL's; a file of another make is left to GDAL as a whole.
 * Layouts: ESRI Shapefile Technical Description (1998), dBase III.
 */
#ifndef TP_READ_SHAPE_ROWS_H
#define TP_READ_SHAPE_ROWS_H

#include "1_read/row_values.h"

/** Reads all rows where this way can be taken, and sets `*done`; else nothing is read. `layer` is open and not filtered. */
TP_NODISCARD tp_code tp_shape_rows_read(tp_reader *reader, OGRLayerH layer, bool *done, tp_error *error);

#endif
