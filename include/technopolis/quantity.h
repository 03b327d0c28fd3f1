/**
 * Quantities: a number and its unit, read from text such as `30 min`, `25 km`, `200000 persons`, `1,300 km2`.
 *
 * Inside the program a quantity is held in the base unit of its dimension, which variable names carry:
 * minutes (`_min`), metres (`_m`), square kilometres (`_km2`), kilometres an hour (`_kmh`). A count keeps the noun
 * that was written. A bare number is not a quantity: every threshold and limit in a configuration has a unit.
 */
#ifndef TECHNOPOLIS_QUANTITY_H
#define TECHNOPOLIS_QUANTITY_H

#include "technopolis/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_dimension {
    TP_DIMENSION_NONE,   /**< a plain number without unit */
    TP_DIMENSION_TIME,   /**< base: minutes.  ms, s, min, minute(s), h, hour(s) */
    TP_DIMENSION_LENGTH, /**< base: metres.   m, km */
    TP_DIMENSION_AREA,   /**< base: km².      km2, km², ha */
    TP_DIMENSION_SPEED,  /**< base: km/h.     km/h, kmh, m/s */
    TP_DIMENSION_COUNT /**< base: pieces.   persons, universities, institutes, industries, kinds, … any other noun */
} tp_dimension;

enum { TP_UNIT_SIZE = 32 };

typedef struct tp_quantity {
    double value; /**< in the base unit, finite */
    tp_dimension dimension;
    char unit[TP_UNIT_SIZE]; /**< the base unit's name ("min", "m", "km2", "km/h") or, for a count, the noun */
} tp_quantity;

/**
 * Reads a quantity. Digits may be grouped by commas (1,300) but not otherwise decorated; the space before the unit may
 * be missing. Locale-independent. Errors (TP_E_CONFIG, message without a place): empty, no number, not finite, no unit
 * (message names an example), or text after the unit.
 */
TP_NODISCARD tp_code tp_quantity_parse(const char *text, tp_quantity *quantity, tp_error *error);

/** The name of a dimension for messages: "a time such as `30 min`". */
const char *tp_dimension_example(tp_dimension dimension);

/** The base unit's name: "min", "m", "km2", "km/h", "" . */
const char *tp_dimension_unit(tp_dimension dimension);

#ifdef __cplusplus
}
#endif

#endif
