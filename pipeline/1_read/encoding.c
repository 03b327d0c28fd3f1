/* Encodings: see encoding.h. */
#include "1_read/encoding.h"

#include "technopolis/text.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one or two bytes stand for in UTF-8; size 0: see tp_decoder. */
typedef struct character {
    uint8_t size;
    char bytes[3];
} character;

struct tp_decoder {
    bool utf8;
    bool has_table;
    bool ascii_is_itself; /* bytes below 0x80 stand for themselves, so that plain text need not be converted */
    iconv_t converter;
    char *buffer;
    size_t capacity;
    /* Characters of one byte, and of two: 256 for each that is a first byte (`row` above 0). What is not in here, and every
     * text that is not made of these alone, is iconv's. Made when the first text beyond ASCII comes; NULL till then. */
    character *table;
    uint8_t row[256];
};

static const iconv_t NO_CONVERTER = (iconv_t)-1;

/* Lower-case letters and digits only: "Shift-JIS" -> "shiftjis". */
static void fold(const char *written, char *folded, size_t size) {
    size_t n = 0;
    for (; *written != '\0' && n + 1 < size; written++) {
        if (isalnum((unsigned char)*written)) {
            folded[n++] = (char)tolower((unsigned char)*written);
        }
    }
    folded[n] = '\0';
}

static bool is_known(const char *name) {
    iconv_t converter = iconv_open("UTF-8", name);
    if (converter == NO_CONVERTER) {
        return false;
    }
    iconv_close(converter);
    return true;
}

/* "1252", "ANSI 1252", "OEM 932": a Windows code page by its number. */
static const char *code_page(const char *folded) {
    if (strncmp(folded, "ansi", 4) == 0) {
        folded += 4;
    } else if (strncmp(folded, "oem", 3) == 0 || strncmp(folded, "win", 3) == 0) {
        folded += 3;
    }
    size_t n = strspn(folded, "0123456789");
    return n >= 3 && n <= 5 && folded[n] == '\0' ? folded : NULL;
}

bool tp_encoding_name(const char *written, char name[TP_ENCODING_SIZE]) {
    static const char *const cp932[] = {"shiftjis",   "sjis",   "ms932",       "windows31j",   "cp932",   "932",
                                        "csshiftjis", "xsjis",  "mskanji",     "windows932",   "win31j",  "ansi932",
                                        "oem932",     "ldid19", "shiftjis932", "cswindows31j", "xmscp932"};
    char folded[TP_ENCODING_SIZE];
    fold(written, folded, sizeof folded);
    for (size_t i = 0; i < sizeof cp932 / sizeof cp932[0]; i++) {
        if (strcmp(folded, cp932[i]) == 0) {
            snprintf(name, TP_ENCODING_SIZE, "CP932");
            return true;
        }
    }
    if (strcmp(folded, "utf8") == 0 || strcmp(folded, "65001") == 0 || strcmp(folded, "cp65001") == 0) {
        snprintf(name, TP_ENCODING_SIZE, "UTF-8");
        return true;
    }
    if (strncmp(folded, "88591", 5) == 0 && strlen(folded) <= 6) {
        snprintf(name, TP_ENCODING_SIZE, "ISO-8859-%.2s", folded + 4);
        return is_known(name);
    }
    const char *page = code_page(folded);
    if (page != NULL) {
        snprintf(name, TP_ENCODING_SIZE, "CP%.5s", page);
        return is_known(name);
    }
    /* a slash would switch on iconv's guessing (//TRANSLIT, //IGNORE) */
    size_t size = strcspn(written, " \t\r\n/");
    if (size == 0 || size >= TP_ENCODING_SIZE || written[size] == '/') {
        return false;
    }
    memcpy(name, written, size);
    name[size] = '\0';
    return is_known(name);
}

const char *tp_encoding_of_driver_id(unsigned char id) {
    static const struct {
        unsigned char id;
        const char *name;
    } known[] = {{0x01, "CP437"}, {0x02, "CP850"}, {0x03, "CP1252"}, {0x13, "CP932"},  {0x4D, "CP936"},
                 {0x4E, "CP949"}, {0x4F, "CP950"}, {0x58, "CP1252"}, {0x59, "CP1252"}, {0x78, "CP950"},
                 {0x79, "CP949"}, {0x7A, "CP936"}, {0x7B, "CP932"},  {0xC8, "CP1250"}, {0xC9, "CP1251"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].id == id) {
            return known[i].name;
        }
    }
    return NULL;
}

bool tp_is_ascii(const char *bytes, size_t size) {
    uint64_t any = 0, word = 0;
    size_t at = 0;
    for (; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        any |= word;
    }
    for (; at < size; at++) {
        any |= (unsigned char)bytes[at];
    }
    return (any & 0x8080808080808080U) == 0;
}

static bool make_room(tp_decoder *decoder, size_t size) {
    if (decoder->capacity < size * 4 + 16) {
        char *bigger = realloc(decoder->buffer, size * 4 + 16); /* no encoding gives more than 4 bytes a byte */
        if (bigger == NULL) {
            errno = ENOMEM;
            return false;
        }
        decoder->buffer = bigger;
        decoder->capacity = size * 4 + 16;
    }
    return true;
}

static bool convert(tp_decoder *decoder, const char *bytes, size_t size, size_t *written) {
    if (!make_room(decoder, size)) {
        return false;
    }
    char *in = (char *)bytes; /* iconv's prototype is not const, but it only reads */
    char *out = decoder->buffer;
    size_t in_left = size, out_left = decoder->capacity;
    iconv(decoder->converter, NULL, NULL, NULL, NULL);
    if (iconv(decoder->converter, &in, &in_left, &out, &out_left) == (size_t)-1 ||
        iconv(decoder->converter, NULL, NULL, &out, &out_left) == (size_t)-1) {
        return false;
    }
    *written = (size_t)(out - decoder->buffer);
    return true;
}

/* The character that some bytes are; false when they are none, or not one alone that three bytes hold. */
static bool look_up(tp_decoder *decoder, const char *bytes, size_t size, character *found) {
    size_t n = 0;
    if (!convert(decoder, bytes, size, &n) || n == 0 || n > sizeof found->bytes) {
        return false;
    }
    found->size = (uint8_t)n;
    memcpy(found->bytes, decoder->buffer, n);
    return true;
}

/*
 * Asks iconv for every character of one byte, and for those of two where the first alone is incomplete. Only for
 * encodings in which a byte means the same wherever a character begins: CP932 and those of one byte a character.
 */
static bool make_table(tp_decoder *decoder) {
    size_t n_rows = 1;
    decoder->table = calloc((size_t)256 * 256, sizeof *decoder->table);
    for (unsigned first = 0; decoder->table != NULL && first < 256; first++) {
        char bytes[2] = {(char)first, 0};
        errno = 0;
        if (look_up(decoder, bytes, 1, &decoder->table[first]) || errno != EINVAL || n_rows == 256) {
            continue;
        }
        decoder->row[first] = (uint8_t)n_rows++;
        for (unsigned second = 0; second < 256; second++) {
            bytes[1] = (char)second;
            (void)look_up(decoder, bytes, 2, &decoder->table[(size_t)decoder->row[first] * 256 + second]);
        }
    }
    return decoder->table != NULL;
}

/* A text by the table; false when it is to be asked of iconv. */
static bool convert_by_table(tp_decoder *decoder, const char *bytes, size_t size, size_t *written) {
    if (!decoder->has_table || (decoder->table == NULL && !make_table(decoder)) || !make_room(decoder, size)) {
        return false;
    }
    const unsigned char *in = (const unsigned char *)bytes, *end = in + size;
    char *out = decoder->buffer;
    while (in < end) {
        const character *c = &decoder->table[*in];
        if (c->size == 0) {
            size_t row = decoder->row[*in++];
            if (row == 0 || in == end) {
                return false;
            }
            c = &decoder->table[row * 256 + *in];
        }
        in++;
        memcpy(out, c->bytes, sizeof c->bytes);
        out += c->size;
        if (c->size == 0) {
            return false;
        }
    }
    *written = (size_t)(out - decoder->buffer);
    return true;
}

tp_code tp_decoder_new(const char *encoding, tp_decoder **decoder, tp_error *error) {
    *decoder = NULL;
    tp_decoder *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return tp_error_memory(error);
    }
    made->converter = NO_CONVERTER;
    made->utf8 = strcmp(encoding, "UTF-8") == 0;
    if (!made->utf8) {
        made->converter = iconv_open("UTF-8", encoding);
        if (made->converter == NO_CONVERTER) {
            tp_decoder_free(made);
            return tp_error_set(error, TP_E_CONFIG, "the encoding '%s' is not known", encoding);
        }
        char all[0x7F - 0x20];
        for (size_t i = 0; i < sizeof all; i++) {
            all[i] = (char)(0x20 + i);
        }
        size_t n = 0;
        made->ascii_is_itself =
            convert(made, all, sizeof all, &n) && n == sizeof all && memcmp(made->buffer, all, n) == 0;
        made->has_table = strcmp(encoding, "CP932") == 0 || strncmp(encoding, "ISO-8859-", 9) == 0;
    }
    *decoder = made;
    return TP_OK;
}

void tp_decoder_free(tp_decoder *decoder) {
    if (decoder != NULL) {
        if (decoder->converter != NO_CONVERTER) {
            iconv_close(decoder->converter);
        }
        free(decoder->buffer);
        free(decoder->table);
        free(decoder);
    }
}

bool tp_decoder_text(tp_decoder *decoder, const char *bytes, size_t size, const char **text, size_t *text_size) {
    *text = bytes;
    *text_size = size;
    if (decoder->utf8) {
        return tp_is_ascii(bytes, size) || tp_text_is_utf8(bytes, size);
    }
    if (decoder->ascii_is_itself && tp_is_ascii(bytes, size)) {
        return true;
    }
    if (!convert_by_table(decoder, bytes, size, text_size) && !convert(decoder, bytes, size, text_size)) {
        return false;
    }
    *text = decoder->buffer;
    return true;
}

tp_code tp_encoding_begin(tp_encoding_evidence *evidence, tp_error *error) {
    *evidence = (tp_encoding_evidence){0};
    return tp_decoder_new("CP932", &evidence->cp932, error);
}

void tp_encoding_end(tp_encoding_evidence *evidence) {
    tp_decoder_free(evidence->cp932);
    evidence->cp932 = NULL;
}

/* True when the text is UTF-8 but for a last character that was cut off. */
static bool is_cut_utf8(const char *bytes, size_t size) {
    for (size_t tail = 1; tail <= 3 && tail < size; tail++) {
        unsigned char lead = (unsigned char)bytes[size - tail];
        size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
        if (length > tail) {
            return tp_text_is_utf8(bytes, size - tail);
        }
        if ((lead & 0xC0) != 0x80) {
            return false;
        }
    }
    return false;
}

void tp_encoding_look(tp_encoding_evidence *evidence, const char *field, int64_t feature, const char *bytes,
                      size_t size, size_t width) {
    if (tp_is_ascii(bytes, size)) {
        return;
    }
    evidence->not_ascii = true;
    bool full = width > 0 && size >= width;
    if (!evidence->not_utf8) {
        evidence->not_utf8 = !tp_text_is_utf8(bytes, size) && !(full && is_cut_utf8(bytes, size));
    }
    if (!evidence->not_cp932) {
        const char *text = NULL;
        size_t text_size = 0;
        bool decoded = tp_decoder_text(evidence->cp932, bytes, size, &text, &text_size);
        evidence->not_cp932 = !decoded && !(full && errno == EINVAL); /* EINVAL: the last character is incomplete */
    }
    if (evidence->not_utf8 && evidence->not_cp932 && !evidence->undecidable) {
        evidence->undecidable = true;
        evidence->feature = feature;
        snprintf(evidence->field, sizeof evidence->field, "%s", tp_text_is_utf8(field, strlen(field)) ? field : "?");
    }
}

const char *tp_encoding_decide(const tp_encoding_evidence *evidence, const char **origin) {
    *origin = evidence->not_utf8 ? "detected" : "utf-8";
    return !evidence->not_utf8 ? "UTF-8" : !evidence->not_cp932 ? "CP932" : NULL;
}
