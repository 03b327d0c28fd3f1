/** Which edition of a product a file is, and what its columns are filled from. */
#ifndef TP_READ_EDITION_H
#define TP_READ_EDITION_H

#include "1_read/ogr_file.h"
#include "technopolis/product.h"

/** The number of a field of the file by its name (case counts only where two differ by it), or -1. */
int tp_edition_field(OGRFeatureDefnH definition, const char *name, size_t size);

/** The length of the name of field i: without the ? behind an optional one. */
size_t tp_edition_name_size(const tp_product_from *from, size_t i);

/**
 * The first edition that the layer fits; `why` gets on what grounds. NULL where it fits none: `why` then says for each
 * what was looked for and what was found. Looks at the first thousand features. Within a tp_gdal_scope.
 */
const tp_product_edition *tp_edition_choose(const tp_product *product, OGRLayerH layer, tp_text *why);

/**
 * How many of the first `edition->skip` rows are left out: those that do not look like the edition's values, such as a
 * second header. A file in which that was taken out begins with its data. Within a tp_gdal_scope.
 */
int64_t tp_edition_skip(const tp_product_edition *edition, OGRLayerH layer);

#endif
