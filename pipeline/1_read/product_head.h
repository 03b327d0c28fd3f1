/** What a product says of a file's head; only for head.c and fields.c. All do nothing where there is no product. */
#ifndef TP_READ_PRODUCT_HEAD_H
#define TP_READ_PRODUCT_HEAD_H

#include "1_read/ogr_file.h"

/** False, with a fault, for a zip or folder in which there is no member that the product wants. */
bool tp_product_head_members(const char *path, const char *shown, const tp_product *product, tp_place place,
                             tp_faults *faults);

/** Decides the edition: head->product, edition, decided, n_features. A fault where the file fits none. */
TP_NODISCARD tp_code tp_product_head_edition(OGRLayerH layer, const tp_product *product, const tp_read_places *places,
                                             tp_read_head *head, tp_faults *faults);

/** What stands for the file's own geometry: head->mesh, reference, reference_field. After the columns are listed. */
TP_NODISCARD tp_code tp_product_head_geometry(OGRLayerH layer, const tp_read_options *options, tp_read_head *head,
                                              tp_faults *faults);

/** Where the file has no CRS, or none that is understood: head->crs and crs_origin as the product assumes, if it does. */
TP_NODISCARD tp_code tp_product_head_crs(tp_read_head *head, tp_faults *faults);

/** Fills head.fields, field, rules with the product's columns, then those that the entry's `columns` adds. */
TP_NODISCARD tp_code tp_product_head_fields(OGRFeatureDefnH definition, const tp_read_options *options,
                                            tp_read_head *head, tp_faults *faults);

#endif
