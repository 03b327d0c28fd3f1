/**
 * The QGIS styles of an output's layers: the table `layer_styles`, one default style a layer with geometry.
 *
 * A style is made from a template of the data folder's `styles`: NAME.GEOMETRY.qml for a layer of that name,
 * +COLUMN.GEOMETRY.qml for a layer of any name that has a value in that column (the last of its columns for which
 * there is one), any.GEOMETRY.qml for the rest; GEOMETRY is point, line or polygon. A template is QML with
 *
 *     {{English|Japanese}}   the text in the run's language
 *     {{label}}              the QGIS expression that gives a row's name
 *     {{COLUMN@0.25}}        a quantile of the layer's values above 0 in that column, 0 where there are none
 */
#ifndef TP_WRITE_STYLES_H
#define TP_WRITE_STYLES_H

#include "5_write/contents.h"
#include "technopolis/text.h"

/** Writes the table for output->written. Where the data folder has no styles, nothing is written. */
TP_NODISCARD tp_code tp_write_styles(const tp_output *output, tp_error *error);

/**
 * Fills a template for a layer. `layer` is the dataset's layer of that name, or NULL. TP_E_CONFIG: a placeholder that
 * is none of the above, or not closed; `name` is for the message. O(template + rows log rows a quantile).
 */
TP_NODISCARD tp_code tp_style_fill(const char *qml, const char *name, const tp_written_layer *written,
                                   const tp_layer *layer, int language, tp_text *style, tp_error *error);

#endif
