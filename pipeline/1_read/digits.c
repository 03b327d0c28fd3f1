/* Full-width digits and spaces: see digits.h. */
#include "1_read/digits.h"

#include <string.h>

typedef struct sign {
    const char *written;
    char plain;
} sign;

static const sign SIGNS[] = {{"\xE3\x80\x80", ' '},  /* U+3000 */
                             {"\xEF\xBC\x8B", '+'},  /* U+FF0B; from here on only in numbers */
                             {"\xEF\xBC\x8D", '-'},  /* U+FF0D */
                             {"\xE2\x88\x92", '-'},  /* U+2212 */
                             {"\xEF\xBC\x8E", '.'}}; /* U+FF0E */
static const sign SIGNS_CP932[] = {{"\x81\x40", ' '}, {"\x81\x7B", '+'}, {"\x81\x7C", '-'}, {"\x81\x44", '.'}};
enum { N_SIGNS = sizeof SIGNS / sizeof SIGNS[0], N_SIGNS_CP932 = sizeof SIGNS_CP932 / sizeof SIGNS_CP932[0] };

static size_t match(const char *at, size_t left, const sign *signs, size_t n, char *plain) {
    for (size_t i = 0; i < n; i++) {
        size_t size = strlen(signs[i].written);
        if (size <= left && memcmp(at, signs[i].written, size) == 0) {
            *plain = signs[i].plain;
            return size;
        }
    }
    return 0;
}

/* How many bytes stand for one full-width digit or sign in UTF-8, and what it means; 0: it is none. */
static size_t match_utf8(const char *at, size_t left, bool number, char *plain) {
    unsigned char last = left >= 3 ? (unsigned char)at[2] : 0;
    if (left >= 3 && memcmp(at, "\xEF\xBC", 2) == 0 && last >= 0x90 && last <= 0x99) {
        *plain = (char)('0' + (last - 0x90));
        return 3;
    }
    return match(at, left, SIGNS, number ? N_SIGNS : 1, plain);
}

static size_t match_cp932(const char *at, size_t left, char *plain) {
    unsigned char last = left >= 2 ? (unsigned char)at[1] : 0;
    if (left >= 2 && (unsigned char)at[0] == 0x82 && last >= 0x4F && last <= 0x58) {
        *plain = (char)('0' + (last - 0x4F));
        return 2;
    }
    return match(at, left, SIGNS_CP932, N_SIGNS_CP932, plain);
}

/* Spaces off both ends, and the end marked. */
static void trim(char *folded, size_t size) {
    size_t first = 0;
    while (first < size && folded[first] == ' ') {
        first++;
    }
    while (size > first && folded[size - 1] == ' ') {
        size--;
    }
    memmove(folded, folded + first, size - first);
    folded[size - first] = '\0';
}

static bool has_high_byte(const char *text, size_t size) {
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++) {
        all |= (unsigned char)text[i];
    }
    return all >= 0x80;
}

static bool fold(const char *text, size_t size, bool number, char folded[TP_FOLDED_SIZE]) {
    if (size >= TP_FOLDED_SIZE || !has_high_byte(text, size)) {
        return false;
    }
    char made[TP_FOLDED_SIZE];
    size_t n = 0;
    bool any = false;
    for (size_t at = 0; at < size;) {
        char plain = text[at];
        size_t taken = match_utf8(text + at, size - at, number, &plain);
        any = any || taken > 0;
        made[n++] = plain;
        at += taken > 0 ? taken : 1;
    }
    if (any) {
        trim(made, n);
        memcpy(folded, made, strlen(made) + 1);
    }
    return any;
}

bool tp_digits_fold(const char *text, size_t size, char folded[TP_FOLDED_SIZE]) {
    return fold(text, size, false, folded);
}

bool tp_number_fold(const char *text, size_t size, char folded[TP_FOLDED_SIZE]) {
    return fold(text, size, true, folded);
}

bool tp_number_fold_raw(const char *bytes, size_t size, char folded[TP_FOLDED_SIZE]) {
    if (size >= TP_FOLDED_SIZE || !has_high_byte(bytes, size)) {
        return false;
    }
    size_t n = 0;
    for (size_t at = 0; at < size;) {
        char plain = bytes[at];
        size_t taken = match_utf8(bytes + at, size - at, true, &plain);
        taken = taken > 0 ? taken : match_cp932(bytes + at, size - at, &plain);
        if (taken == 0 && (unsigned char)bytes[at] >= 0x80) {
            return false;
        }
        folded[n++] = plain;
        at += taken > 0 ? taken : 1;
    }
    trim(folded, n);
    return true;
}
