/** Numbers in text, read the same way in every locale. */
#ifndef TP_CONFIG_NUMBER_H
#define TP_CONFIG_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The length of the decimal number that `text` begins with: an optional sign, digits with at most one point among them,
 * and, where `exponent` is true, an optional exponent. 0 when there is none. Hexadecimal, infinity and NaN are not
 * numbers here.
 */
size_t tp_number_length(const char *text, bool exponent);

/** True when the whole text is a number; infinite when it is too large for a double. Allocates nothing. */
bool tp_number_read(const char *text, double *value);

/** True when the whole text is an integer that fits. Allocates nothing. */
bool tp_integer_read(const char *text, int64_t *value);

/** The shortest text that gives the same number again; 17 digits always do. */
enum { TP_NUMBER_TEXT_SIZE = 40 };
void tp_number_write(double value, char text[TP_NUMBER_TEXT_SIZE]);

#endif
