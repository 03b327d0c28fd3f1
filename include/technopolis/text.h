/**
 * A growing UTF-8 text. Initialise with `= {0}`; after memory ran out `lost` is set and later calls do nothing, so that
 * a builder checks once at its end.
 */
#ifndef TECHNOPOLIS_TEXT_H
#define TECHNOPOLIS_TEXT_H

#include "technopolis/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_text {
    char *data; /**< NUL-terminated when size > 0 or capacity > 0; NULL before the first add */
    size_t size, capacity;
    bool lost;
} tp_text;

void tp_text_reset(tp_text *text);
/** Empties it but keeps the memory. */
void tp_text_clear(tp_text *text);
void tp_text_add(tp_text *text, const char *format, ...) TP_PRINTF(2, 3);
void tp_text_add_bytes(tp_text *text, const char *bytes, size_t size);
/** The text, "" when empty. */
const char *tp_text_get(const tp_text *text);

/** A number as a person writes it: at most `decimals` decimals, no trailing zeros, thousands by commas from 10,000. */
void tp_text_add_number(tp_text *text, double value, int decimals);

/** True when the bytes are valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). */
bool tp_text_is_utf8(const char *bytes, size_t size);

/** The display width in terminal cells of a UTF-8 text (wide East Asian characters count two). */
int tp_text_width(const char *text);

/** Copies of texts; NULL on lack of memory. */
char *tp_text_copy(const char *text);
char *tp_text_format(const char *format, ...) TP_PRINTF(1, 2);

#ifdef __cplusplus
}
#endif

#endif
