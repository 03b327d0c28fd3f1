/* Growing texts and UTF-8: see technopolis/text.h. */
#include "technopolis/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tp_text_reset(tp_text *text) {
    free(text->data);
    *text = (tp_text){0};
}

void tp_text_clear(tp_text *text) {
    text->size = 0;
    text->lost = false;
    if (text->data != NULL) {
        text->data[0] = '\0';
    }
}

static bool reserve(tp_text *text, size_t extra) {
    if (text->lost) {
        return false;
    }
    if (text->size + extra + 1 <= text->capacity) {
        return true;
    }
    size_t capacity = text->capacity == 0 ? 128 : text->capacity;
    while (capacity < text->size + extra + 1) {
        capacity *= 2;
    }
    char *data = realloc(text->data, capacity);
    if (data == NULL) {
        text->lost = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void tp_text_add_bytes(tp_text *text, const char *bytes, size_t size) {
    if (!reserve(text, size)) {
        return;
    }
    memcpy(text->data + text->size, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
}

/* A conversion that tp_text_add does by itself: `%s`, or `%zu`, `%lld` and `%d` without flags. */
typedef enum conversion {
    CONVERT_OTHER,
    CONVERT_PERCENT,
    CONVERT_TEXT,
    CONVERT_SIZE,
    CONVERT_LONG,
    CONVERT_INT
} conversion;

/* What stands at a `%`, and how long it is. */
static conversion conversion_at(const char *at, size_t *length) {
    *length = 2;
    switch (at[1]) {
    case '%':
        return CONVERT_PERCENT;
    case 's':
        return CONVERT_TEXT;
    case 'd':
        return CONVERT_INT;
    case 'z':
        *length = 3;
        return at[2] == 'u' ? CONVERT_SIZE : CONVERT_OTHER;
    case 'l':
        *length = 4;
        return at[2] == 'l' && at[3] == 'd' ? CONVERT_LONG : CONVERT_OTHER;
    default:
        return CONVERT_OTHER;
    }
}

static bool is_simple(const char *format) {
    size_t length;
    for (const char *at = strchr(format, '%'); at != NULL; at = strchr(at + length, '%')) {
        if (conversion_at(at, &length) == CONVERT_OTHER) {
            return false;
        }
    }
    return true;
}

static void add_integer(tp_text *text, uint64_t magnitude, bool negative) {
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (negative) {
        digits[--at] = '-';
    }
    tp_text_add_bytes(text, digits + at, sizeof digits - at);
}

static void add_signed(tp_text *text, long long value) {
    add_integer(text, value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value, value < 0);
}

/* Sentences are mostly plain texts: put end to end here, which takes a fraction of printf's time. */
static void add_simple(tp_text *text, const char *format, va_list arguments) {
    for (const char *at = format; *at != '\0';) {
        size_t plain = strcspn(at, "%"), length;
        tp_text_add_bytes(text, at, plain);
        at += plain;
        if (*at == '\0') {
            return;
        }
        const char *word;
        switch (conversion_at(at, &length)) {
        case CONVERT_TEXT:
            word = va_arg(arguments, const char *);
            tp_text_add_bytes(text, word, strlen(word));
            break;
        case CONVERT_SIZE:
            add_integer(text, va_arg(arguments, size_t), false);
            break;
        case CONVERT_LONG:
            add_signed(text, va_arg(arguments, long long));
            break;
        case CONVERT_INT:
            add_signed(text, va_arg(arguments, int));
            break;
        case CONVERT_PERCENT:
        case CONVERT_OTHER:
            tp_text_add_bytes(text, "%", 1);
            break;
        }
        at += length;
    }
}

void tp_text_add(tp_text *text, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    if (is_simple(format)) {
        add_simple(text, format, arguments);
        va_end(arguments);
        return;
    }
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size >= 0 && reserve(text, (size_t)size)) {
        vsnprintf(text->data + text->size, (size_t)size + 1, format, again);
        text->size += (size_t)size;
    }
    va_end(again);
}

const char *tp_text_get(const tp_text *text) {
    return text->data == NULL ? "" : text->data;
}

/* Up to so many decimals a double times the power of ten fits into 63 bits beside its binary places. */
enum { DECIMALS_MAX = 3 };

/*
 * The value times 10^decimals, rounded as printf rounds: from the exact binary value, half to even. False where the
 * value is too large (2^53 and more), not finite, or has too many decimals.
 */
static bool scale(double value, int decimals, uint64_t *scaled) {
    static const uint64_t powers[] = {1, 10, 100, 1000};
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t mantissa = (bits & 0xfffffffffffffU) | (exponent > 0 ? 0x10000000000000U : 0);
    int places = exponent > 0 ? 1075 - exponent : 1074; /* value = mantissa / 2^places */
    if (decimals < 0 || decimals > DECIMALS_MAX || places < 0) {
        return false;
    }
    uint64_t product = mantissa * powers[decimals]; /* below 2^63 */
    if (places == 0 || places > 63) {
        *scaled = places == 0 ? product : 0;
        return true;
    }
    uint64_t whole = product >> places, rest = product & ((UINT64_C(1) << places) - 1);
    uint64_t half = UINT64_C(1) << (places - 1);
    *scaled = whole + (rest > half || (rest == half && (whole & 1) == 1) ? 1 : 0);
    return true;
}

/* Digits of scaled / 10^decimals without trailing zeros, thousands by commas from 10,000. */
static void add_scaled(tp_text *text, uint64_t scaled, int decimals, bool negative) {
    char digits[40];
    size_t at = sizeof digits;
    while (decimals > 0 && scaled % 10 == 0) {
        scaled /= 10;
        decimals--;
    }
    for (int i = 0; i < decimals; i++) {
        digits[--at] = (char)('0' + scaled % 10);
        scaled /= 10;
    }
    if (decimals > 0) {
        digits[--at] = '.';
    }
    bool grouped = scaled >= 10000;
    for (int i = 0; i == 0 || scaled > 0; i++) {
        if (grouped && i > 0 && i % 3 == 0) {
            digits[--at] = ',';
        }
        digits[--at] = (char)('0' + scaled % 10);
        scaled /= 10;
    }
    if (negative) {
        digits[--at] = '-';
    }
    tp_text_add_bytes(text, digits + at, sizeof digits - at);
}

/* The same through printf, for what scale cannot do. */
static void add_printed(tp_text *text, double value, int decimals) {
    char digits[400];
    int size = snprintf(digits, sizeof digits, "%.*f", decimals, value);
    if (size < 0 || (size_t)size >= sizeof digits || !isfinite(value)) {
        tp_text_add(text, "%g", value);
        return;
    }
    char *point = strchr(digits, '.');
    if (point != NULL) {
        char *end = digits + size;
        while (end[-1] == '0') {
            *--end = '\0';
        }
        if (end[-1] == '.') {
            *--end = '\0';
        }
    }
    if (strcmp(digits, "-0") == 0) {
        memcpy(digits, "0", 2);
    }
    size_t whole = strcspn(digits, ".");
    size_t sign = digits[0] == '-' ? 1 : 0;
    bool grouped = whole - sign > 4;
    for (size_t i = 0; digits[i] != '\0'; i++) {
        if (grouped && i > sign && i < whole && (whole - i) % 3 == 0) {
            tp_text_add_bytes(text, ",", 1);
        }
        tp_text_add_bytes(text, &digits[i], 1);
    }
}

void tp_text_add_number(tp_text *text, double value, int decimals) {
    uint64_t scaled;
    if (scale(value, decimals, &scaled)) {
        add_scaled(text, scaled, decimals, value < 0 && scaled > 0);
    } else {
        add_printed(text, value, decimals);
    }
}

/* The length of the valid UTF-8 character at `s` (size bytes left) and its code point; 0 when it is not valid. */
static size_t decode(const unsigned char *s, size_t size, uint32_t *point) {
    if (s[0] < 0x80) {
        *point = s[0];
        return 1;
    }
    size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC2 ? 2 : 0;
    if (length == 0 || s[0] > 0xF4 || length > size) {
        return 0;
    }
    uint32_t value = s[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (s[i] & 0x3FU);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *point = value;
    return length;
}

bool tp_text_is_utf8(const char *bytes, size_t size) {
    const unsigned char *s = (const unsigned char *)bytes;
    for (size_t i = 0; i < size;) {
        uint32_t point;
        size_t length = decode(s + i, size - i, &point);
        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

/* East Asian wide and fullwidth ranges that Japanese text uses (Unicode Standard Annex 11). */
static bool is_wide(uint32_t point) {
    return (point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0x303E) ||
           (point >= 0x3041 && point <= 0xA4CF) || (point >= 0xAC00 && point <= 0xD7A3) ||
           (point >= 0xF900 && point <= 0xFAFF) || (point >= 0xFE30 && point <= 0xFE4F) ||
           (point >= 0xFF00 && point <= 0xFF60) || (point >= 0xFFE0 && point <= 0xFFE6) ||
           (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0x20000 && point <= 0x3FFFD);
}

static bool is_combining(uint32_t point) {
    return (point >= 0x0300 && point <= 0x036F) || (point >= 0x200B && point <= 0x200F) || point == 0x3099 ||
           point == 0x309A || (point >= 0xFE00 && point <= 0xFE0F);
}

int tp_text_width(const char *text) {
    const unsigned char *s = (const unsigned char *)text;
    size_t size = strlen(text);
    int width = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point = 0;
        size_t length = decode(s + i, size - i, &point);
        if (length == 0) {
            length = 1;
            width++;
        } else if (!is_combining(point)) {
            width += is_wide(point) ? 2 : 1;
        }
        i += length;
    }
    return width;
}

char *tp_text_copy(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

char *tp_text_format(const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}
