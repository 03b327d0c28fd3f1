/**
 * Full-width digits and spaces, as they are typed in Japan, folded into plain ones: "０１１００　" is "01100". Only for
 * ids, numbers and years; names keep what was written.
 */
#ifndef TP_READ_DIGITS_H
#define TP_READ_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

enum { TP_FOLDED_SIZE = 256 };

/**
 * Folds the full-width digits and spaces of a UTF-8 text, then takes spaces off both ends. False, and nothing written,
 * where there are none, or the text is longer than 255 bytes. Thread-safe.
 */
bool tp_digits_fold(const char *text, size_t size, char folded[TP_FOLDED_SIZE]);

/** The same with the full-width signs of a number too: plus, minus, point, and the minus sign U+2212. */
bool tp_number_fold(const char *text, size_t size, char folded[TP_FOLDED_SIZE]);

/** The same of bytes of which it is not known whether they are UTF-8 or CP932; every other sign makes it false. */
bool tp_number_fold_raw(const char *bytes, size_t size, char folded[TP_FOLDED_SIZE]);

#endif
