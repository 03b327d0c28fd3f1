/**
 * In which encoding a file's texts are, and turning them into UTF-8.
 *
 * For formats that do not fix it (shapefile, dBase, CSV) it is decided in this order: the setting `encoding`; the .cpg
 * file; the language driver id of the .dbf; UTF-8 when all texts are valid UTF-8; CP932 when all can be decoded as
 * CP932. Every spelling of Shift_JIS means CP932, since the iconv table of that name damages ①㈱髙﨑～.
 */
#ifndef TP_READ_ENCODING_H
#define TP_READ_ENCODING_H

#include "technopolis/error.h"

#include <stdint.h>

enum { TP_ENCODING_SIZE = 40 };

/** The name by which iconv knows what a person or a .cpg wrote; false when it knows none. */
bool tp_encoding_name(const char *written, char name[TP_ENCODING_SIZE]);

/** What the language driver id of a .dbf (byte 29) says, or NULL: 0x57 ("ANSI") and 0 say nothing. */
const char *tp_encoding_of_driver_id(unsigned char id);

/** True when no byte is above 0x7F. Eight bytes at a time. */
bool tp_is_ascii(const char *bytes, size_t size);

typedef struct tp_decoder tp_decoder;

/** `encoding` is a name from tp_encoding_name. */
TP_NODISCARD tp_code tp_decoder_new(const char *encoding, tp_decoder **decoder, tp_error *error);
void tp_decoder_free(tp_decoder *decoder);

/** Decodes; the text is valid until the next call. False when the bytes cannot be decoded, or memory is out. */
bool tp_decoder_text(tp_decoder *decoder, const char *bytes, size_t size, const char **text, size_t *text_size);

/** What the texts of a file seen so far speak for. */
typedef struct tp_encoding_evidence {
    tp_decoder *cp932;
    bool not_utf8, not_cp932, not_ascii;
    char field[80];  /**< where it was first seen that neither fits */
    int64_t feature; /**< the feature's id; -1: the name of a field */
    bool undecidable;
} tp_encoding_evidence;

TP_NODISCARD tp_code tp_encoding_begin(tp_encoding_evidence *evidence, tp_error *error);
void tp_encoding_end(tp_encoding_evidence *evidence);

/** Looks at one text. `width`: the field's width in bytes, so that a character cut at its end is no evidence; 0: none. */
void tp_encoding_look(tp_encoding_evidence *evidence, const char *field, int64_t feature, const char *bytes,
                      size_t size, size_t width);

/** "UTF-8" or "CP932" and the origin; NULL when neither fits. */
const char *tp_encoding_decide(const tp_encoding_evidence *evidence, const char **origin);

#endif
