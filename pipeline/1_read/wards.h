/** Designated cities and their wards, as N03 writes them in three ways. */
#ifndef TP_READ_WARDS_H
#define TP_READ_WARDS_H

#include "technopolis/layer.h"
#include "technopolis/product.h"

/**
 * Works on the columns code, city, name, ward, city_code (texts) and wards (an integer) of the first n_rows rows. As read,
 * `city` is what N03_003 says (a county, or the designated city), `name` N03_004, `ward` N03_005 where there is one. After:
 * `city` and `city_code` are of the designated city (missing elsewhere), `ward` is the ward's own name. TP_WARDS_KEEP:
 * `name` is the full name (横浜市鶴見区). TP_WARDS_SUM: `name` and `code` are the city's, `ward` is missing, `wards` is the
 * number of its wards in the file. A city's code is the smallest of its wards' rounded down to ten, which is how JIS X 0402
 * numbers them.
 */
TP_NODISCARD tp_code tp_read_wards(tp_layer *layer, int64_t n_rows, tp_product_wards wards, tp_error *error);

#endif
