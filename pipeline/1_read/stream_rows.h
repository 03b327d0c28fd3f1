/**
 * Rows of points and tables from GDAL's column streams (Arrow's C data interface), where its drivers fill those without
 * making features: GeoPackage and FlatGeobuf. What is not plain in such a layer leaves it to features: dates, subtypes,
 * lines and polygons (whose time goes into their vertices).
 */
#ifndef TP_READ_STREAM_ROWS_H
#define TP_READ_STREAM_ROWS_H

#include "1_read/row_values.h"

/**
 * Reads all rows where this way can be taken, and sets `*done`; else nothing is read, also when GDAL finds a damage:
 * features tell where. `layer` is open and not filtered, in a scope without failures.
 */
TP_NODISCARD tp_code tp_stream_rows_read(tp_reader *reader, OGRLayerH layer, const tp_gdal_scope *scope, bool *done,
                                         tp_error *error);

#endif
