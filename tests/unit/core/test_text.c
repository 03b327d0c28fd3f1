/* Growing texts, numbers as people write them, UTF-8 (against iconv as the oracle) and display widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/text.h"

#include <iconv.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void a_text_grows(void **state) {
    (void)state;
    tp_text text = {0};
    assert_string_equal(tp_text_get(&text), "");
    for (int i = 0; i < 1000; i++) {
        tp_text_add(&text, "%d,", i % 10);
    }
    tp_text_add_bytes(&text, "xyz", 2);
    assert_int_equal(text.size, 2002);
    assert_int_equal(strlen(tp_text_get(&text)), 2002);
    assert_memory_equal(tp_text_get(&text), "0,1,2,3,4,5,6,7,8,9,0,", 22);
    assert_string_equal(tp_text_get(&text) + 1998, "9,xy");
    tp_text_clear(&text);
    assert_string_equal(tp_text_get(&text), "");
    tp_text_add(&text, "%s", "");
    assert_int_equal(text.size, 0);
    tp_text_reset(&text);
    assert_null(text.data);
}

static void after_a_loss_nothing_is_added(void **state) {
    (void)state;
    tp_text text = {0};
    tp_text_add(&text, "kept");
    text.lost = true;
    tp_text_add(&text, "more");
    tp_text_add_bytes(&text, "more", 4);
    assert_string_equal(tp_text_get(&text), "kept");
    tp_text_reset(&text);
}

static void number_is(double value, int decimals, const char *expected) {
    tp_text text = {0};
    tp_text_add_number(&text, value, decimals);
    assert_string_equal(tp_text_get(&text), expected);
    tp_text_reset(&text);
}

static void numbers_as_a_person_writes_them(void **state) {
    (void)state;
    number_is(0, 1, "0");
    number_is(-0.0, 1, "0");
    number_is(-0.04, 1, "0");
    number_is(28.25, 1, "28.2"); /* to even, as printf */
    number_is(28.35, 1, "28.4");
    number_is(30, 1, "30");
    number_is(30.5, 0, "30");
    number_is(100, 0, "100");
    number_is(100, 2, "100");
    number_is(9999, 0, "9999");
    number_is(9999.96, 1, "10,000");
    number_is(10000, 0, "10,000");
    number_is(-10000, 0, "-10,000");
    number_is(-9999, 0, "-9999");
    number_is(-123456.75, 2, "-123,456.75");
    number_is(1234567.5, 3, "1,234,567.5");
    number_is(100000, 0, "100,000");
    number_is(1e15, 0, "1,000,000,000,000,000");
    number_is(INFINITY, 1, "inf");
    number_is(-INFINITY, 1, "-inf");
}

/* What printf gives, without trailing zeros; the number's commas are taken out. */
static bool is_as_printed(tp_text *text, double value, int decimals) {
    char printed[400], got[500];
    int size = snprintf(printed, sizeof printed, "%.*f", decimals, value);
    while (strchr(printed, '.') != NULL && (printed[size - 1] == '0' || printed[size - 1] == '.')) {
        bool point = printed[size - 1] == '.';
        printed[--size] = '\0';
        if (point) {
            break;
        }
    }
    tp_text_clear(text);
    tp_text_add_number(text, value, decimals);
    size_t n = 0;
    for (const char *at = tp_text_get(text); *at != '\0'; at++) {
        if (*at != ',') {
            got[n++] = *at;
        }
    }
    got[n] = '\0';
    return strcmp(got, strcmp(printed, "-0") == 0 ? "0" : printed) == 0;
}

static uint64_t next_random(uint64_t *state) {
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = (*state ^ (*state >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Ties and their neighbours, and numbers of every magnitude. */
static void numbers_are_rounded_as_printf_does(void **state) {
    (void)state;
    static const double steps[] = {0.5, 0.25, 0.125, 0.0625, 0.05, 0.005, 0.0005, 0.1};
    tp_text text = {0};
    uint64_t random = 1;
    for (int i = 0; i < 500000; i++) {
        uint64_t bits = next_random(&random);
        double any, tie = (double)(next_random(&random) >> (bits % 64)) * steps[bits >> 61];
        bits = (bits & 0x800fffffffffffffU) | (UINT64_C(940) + next_random(&random) % 150) << 52;
        memcpy(&any, &bits, sizeof any);
        const double values[] = {any, tie, -tie, nextafter(tie, 0), nextafter(tie, INFINITY)};
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            int decimals = (int)(next_random(&random) % 5);
            if (!is_as_printed(&text, values[k], decimals)) {
                fail_msg("%.20g with %d decimals became %s", values[k], decimals, tp_text_get(&text));
            }
        }
    }
    tp_text_reset(&text);
}

static void formats_are_as_those_of_printf(void **state) {
    (void)state;
    tp_text text = {0};
    char expected[300];
    tp_text_add(&text, "%s of %lld, %d%% (%zu) %d|%lld|", "", (long long)INT64_MIN, INT_MIN, SIZE_MAX, 0, 10LL);
    tp_text_add(&text, "%05.1f %s", 3.25, "and"); /* what it leaves to printf */
    (void)snprintf(expected, sizeof expected, "%s of %lld, %d%% (%zu) %d|%lld|%05.1f %s", "", (long long)INT64_MIN,
                   INT_MIN, SIZE_MAX, 0, 10LL, 3.25, "and");
    assert_string_equal(tp_text_get(&text), expected);
    tp_text_reset(&text);
}

static void every_finite_number_fits(void **state) {
    (void)state;
    tp_text text = {0};
    tp_text_add_number(&text, -1.7976931348623157e308, 6);
    assert_true(text.size > 300);
    assert_int_equal(text.data[0], '-');
    tp_text_reset(&text);
}

/* glibc's iconv accepts exactly the UTF-8 of RFC 3629 when it must make UTF-16 of it. */
static bool iconv_accepts(iconv_t to_utf16, const char *bytes, size_t size) {
    char copy[16], out[64];
    memcpy(copy, bytes, size);
    char *in_at = copy, *out_at = out;
    size_t in_left = size, out_left = sizeof out;
    (void)iconv(to_utf16, NULL, NULL, NULL, NULL);
    return iconv(to_utf16, &in_at, &in_left, &out_at, &out_left) != (size_t)-1 && in_left == 0;
}

static void utf8_agrees_with_iconv(void **state) {
    (void)state;
    iconv_t to_utf16 = iconv_open("UTF-16LE", "UTF-8");
    assert_true(to_utf16 != (iconv_t)-1);
    static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                                          0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    enum { N = sizeof edges };
    for (size_t i = 0; i < (size_t)N * N * N * N; i++) {
        char bytes[4] = {(char)edges[i % N], (char)edges[i / N % N], (char)edges[i / N / N % N],
                         (char)edges[i / N / N / N]};
        for (size_t size = 1; size <= 4; size++) {
            if (tp_text_is_utf8(bytes, size) != iconv_accepts(to_utf16, bytes, size)) {
                fail_msg("%zu bytes of %02x %02x %02x %02x", size, (unsigned char)bytes[0], (unsigned char)bytes[1],
                         (unsigned char)bytes[2], (unsigned char)bytes[3]);
            }
        }
    }
    (void)iconv_close(to_utf16);
    assert_true(tp_text_is_utf8("", 0));
}

static void utf8_reads_no_byte_too_many(void **state) {
    (void)state;
    for (size_t size = 1; size <= 3; size++) { /* on the heap, so that a sanitizer sees a read beyond the end */
        char *cut = malloc(size);
        assert_non_null(cut);
        memcpy(cut, "𠮷", size);
        assert_false(tp_text_is_utf8(cut, size));
        free(cut);
    }
}

static void widths_in_cells(void **state) {
    (void)state;
    assert_int_equal(tp_text_width(""), 0);
    assert_int_equal(tp_text_width("Kumamoto"), 8);
    assert_int_equal(tp_text_width("熊本"), 4);
    assert_int_equal(tp_text_width("ｸﾏ"), 2); /* halfwidth katakana */
    assert_int_equal(tp_text_width("Ａ"), 2);
    assert_int_equal(tp_text_width("か\xE3\x82\x99"), 2); /* a combining voiced mark takes no cell */
    assert_int_equal(tp_text_width("e\xCC\x81"), 1);
    assert_int_equal(tp_text_width("𠮷"), 2);
    assert_int_equal(tp_text_width("é"), 1);
    assert_int_equal(tp_text_width("a\xFF"), 2);
}

static void copies(void **state) {
    (void)state;
    char *copy = tp_text_copy("text"), *made = tp_text_format("%s/%d", "a", 5);
    assert_string_equal(copy, "text");
    assert_string_equal(made, "a/5");
    free(copy);
    free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows),
        cmocka_unit_test(after_a_loss_nothing_is_added),
        cmocka_unit_test(numbers_as_a_person_writes_them),
        cmocka_unit_test(every_finite_number_fits),
        cmocka_unit_test(numbers_are_rounded_as_printf_does),
        cmocka_unit_test(formats_are_as_those_of_printf),
        cmocka_unit_test(utf8_agrees_with_iconv),
        cmocka_unit_test(utf8_reads_no_byte_too_many),
        cmocka_unit_test(widths_in_cells),
        cmocka_unit_test(copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
