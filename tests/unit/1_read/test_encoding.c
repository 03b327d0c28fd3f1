/* Names, decisions and decoding of encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "1_read/encoding.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

static void every_spelling_of_shift_jis_is_cp932(void **state) {
    (void)state;
    static const char *const spellings[] = {
        "Shift_JIS", "Shift-JIS", "SHIFT_JIS", "sjis",    "MS932",   "Windows-31J", "CP932",    "932",
        "cp 932",    "x-sjis",    "ANSI 932",  "OEM 932", "LDID/19", "MS_Kanji",    "ShiftJIS", "csShiftJIS\r"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        char name[TP_ENCODING_SIZE] = "";
        assert_true(tp_encoding_name(spellings[i], name));
        assert_string_equal(name, "CP932");
    }
}

static void other_names(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"UTF-8", "UTF-8"},           {"utf8", "UTF-8"},   {"65001", "UTF-8"},
                                           {"88591", "ISO-8859-1"},      {"1252", "CP1252"},  {"ANSI 1252", "CP1252"},
                                           {"ISO-8859-1", "ISO-8859-1"}, {"EUC-JP", "EUC-JP"}};
    char name[TP_ENCODING_SIZE];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_true(tp_encoding_name(pairs[i][0], name));
        assert_string_equal(name, pairs[i][1]);
    }
    assert_false(tp_encoding_name("klingon", name));
    assert_false(tp_encoding_name("", name));
    assert_false(tp_encoding_name("EUC-JP//IGNORE", name)); /* would lose bytes silently */
}

static void driver_ids(void **state) {
    (void)state;
    assert_string_equal(tp_encoding_of_driver_id(0x13), "CP932");
    assert_string_equal(tp_encoding_of_driver_id(0x7B), "CP932");
    assert_null(tp_encoding_of_driver_id(0));
    assert_null(tp_encoding_of_driver_id(0x57)); /* "ANSI" says nothing */
}

static void decodes_to(const char *encoding, const char *bytes, size_t size, const char *expected) {
    tp_decoder *decoder = NULL;
    assert_int_equal(tp_decoder_new(encoding, &decoder, NULL), TP_OK);
    const char *text = NULL;
    size_t n = 0;
    bool good = tp_decoder_text(decoder, bytes, size, &text, &n);
    assert_int_equal(good, expected != NULL);
    if (expected != NULL) {
        assert_int_equal(n, strlen(expected));
        assert_memory_equal(text, expected, n);
    }
    tp_decoder_free(decoder);
}

static void cp932_keeps_what_shift_jis_damages(void **state) {
    (void)state;
    decodes_to("CP932", "\x87\x40\x87\x8A\xFB\xFC\xFA\xB1\x81\x60", 10, "①㈱髙﨑～");
    decodes_to("CP932", "C:\\a~b", 6, "C:\\a~b");       /* 0x5C and 0x7E stay themselves */
    decodes_to("CP932", "\x83\x5C\x94\x5C", 4, "ソ能"); /* second bytes that look like a backslash */
    decodes_to("CP932", "\xB1\xDD", 2, "ｱﾝ");
    decodes_to("CP932", "", 0, "");
    decodes_to("CP932", "\x8E", 1, NULL);     /* half a character */
    decodes_to("CP932", "\x81\x20", 2, NULL); /* no second byte */
    decodes_to("UTF-8", "東京", 6, "東京");
    decodes_to("UTF-8", "\x93\x8C\x8B\x9E", 4, NULL);
    decodes_to("CP1252", "Caf\xE9", 4, "Café");
}

typedef struct sample {
    const char *bytes;
    size_t width;
} sample;

static const char *decide(const sample *samples, size_t n, const char **origin, tp_encoding_evidence *left) {
    tp_encoding_evidence evidence;
    assert_int_equal(tp_encoding_begin(&evidence, NULL), TP_OK);
    for (size_t i = 0; i < n; i++) {
        tp_encoding_look(&evidence, "name", (int64_t)i, samples[i].bytes, strlen(samples[i].bytes), samples[i].width);
    }
    const char *name = tp_encoding_decide(&evidence, origin);
    tp_encoding_end(&evidence);
    if (left != NULL) {
        *left = evidence;
    }
    return name;
}

static void utf8_comes_before_cp932(void **state) {
    (void)state;
    const char *origin = NULL;
    sample utf8[] = {{"plain", 0}, {"東京都", 0}};
    assert_string_equal(decide(utf8, 2, &origin, NULL), "UTF-8");
    assert_string_equal(origin, "utf-8");
    sample cp932[] = {{"plain", 0}, {"\x93\x8C\x8B\x9E", 0}};
    assert_string_equal(decide(cp932, 2, &origin, NULL), "CP932");
    assert_string_equal(origin, "detected");
    sample ascii[] = {{"plain", 0}};
    assert_string_equal(decide(ascii, 1, &origin, NULL), "UTF-8");
}

static void neither_is_undecided_and_located(void **state) {
    (void)state;
    const char *origin = NULL;
    tp_encoding_evidence left;
    sample both[] = {{"\x93\x8C\x8B\x9E", 0}, {"plain", 0}, {"\xFF\xFE\xFD", 0}};
    assert_null(decide(both, 3, &origin, &left));
    assert_int_equal(left.feature, 2);
    assert_string_equal(left.field, "name");
}

static void a_character_cut_at_the_width_is_no_evidence(void **state) {
    (void)state;
    const char *origin = NULL;
    /* 3.5 characters in a field of 7 bytes */
    sample cut[] = {{"\x93\x8C\x8B\x9E\x93\x73\x8B", 7}};
    assert_string_equal(decide(cut, 1, &origin, NULL), "CP932");
    cut[0].width = 8; /* not full: then it is damage */
    assert_null(decide(cut, 1, &origin, NULL));
    sample utf8[] = {{"東京\xE9\x83", 8}};
    assert_string_equal(decide(utf8, 1, &origin, NULL), "UTF-8");
}

/* All texts of one and two bytes, and many longer ones, whole and damaged: as iconv has them. */
static void decodes_as_iconv(void **state) {
    (void)state;
    static const char *const encodings[] = {"CP932", "ISO-8859-1", "ISO-8859-15", "EUC-JP", "CP1252"};
    for (size_t e = 0; e < sizeof encodings / sizeof encodings[0]; e++) {
        tp_decoder *decoder = NULL;
        iconv_t converter = iconv_open("UTF-8", encodings[e]);
        assert_int_equal(tp_decoder_new(encodings[e], &decoder, NULL), TP_OK);
        uint64_t seed = 7;
        int decoded = 0;
        for (unsigned i = 0; i < 165536; i++) {
            char bytes[24], expected[128];
            size_t size = i < 256 ? 1 : i < 65536 ? 2 : (size_t)(3 + i % 20), text_size = 0;
            for (size_t b = 0; b < size; b++) {
                seed = seed * 6364136223846793005U + 1442695040888963407U;
                unsigned high = (unsigned)(seed >> 33), odd = b % 2 == 0 ? 0x80 + high % 0x7D : 0x40 + high % 0xBD;
                bytes[b] = (char)(i < 65536 ? (b == 0 ? i & 255 : i >> 8) : odd);
            }
            char *in = bytes, *out = expected;
            size_t in_left = size, out_left = sizeof expected;
            iconv(converter, NULL, NULL, NULL, NULL);
            bool right = iconv(converter, &in, &in_left, &out, &out_left) != (size_t)-1;
            const char *text = NULL;
            assert_int_equal(tp_decoder_text(decoder, bytes, size, &text, &text_size), right);
            if (right) {
                assert_int_equal(text_size, out - expected);
                assert_memory_equal(text, expected, text_size);
                decoded++;
            }
        }
        assert_true(decoded > 10000);
        iconv_close(converter);
        tp_decoder_free(decoder);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_of_shift_jis_is_cp932),
        cmocka_unit_test(other_names),
        cmocka_unit_test(driver_ids),
        cmocka_unit_test(cp932_keeps_what_shift_jis_damages),
        cmocka_unit_test(decodes_as_iconv),
        cmocka_unit_test(utf8_comes_before_cp932),
        cmocka_unit_test(neither_is_undecided_and_located),
        cmocka_unit_test(a_character_cut_at_the_width_is_no_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
