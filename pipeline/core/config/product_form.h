/** The parts of reading a product: only for product*.c. */
#ifndef TP_CONFIG_PRODUCT_FORM_H
#define TP_CONFIG_PRODUCT_FORM_H

#include "technopolis/product.h"

/** The value of a top-level key: the product's own, else that of the product it is like; NULL: neither. */
const tp_node *tp_product_key(const tp_product *product, const char *key);

/** A text, or a list of texts, none empty; faults told. False on lack of memory or a fault. */
bool tp_product_read_texts(const tp_node *node, const char *what, tp_product_texts *texts, tp_faults *faults);

/** The text of an optional key of a map; NULL where it is not written or is no text (a fault). */
const char *tp_product_optional(const tp_node *map, const char *key, tp_faults *faults);

/** `columns` and `editions`. False on lack of memory, which is told. */
bool tp_product_read_columns(tp_product *product, tp_faults *faults);
bool tp_product_read_editions(tp_product *product, tp_faults *faults);

#endif
