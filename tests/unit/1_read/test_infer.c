/* Types of columns that hold only text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "1_read/infer.h"

#include <string.h>

static tp_type type_of(size_t n, const char *const *texts) {
    tp_inference inference = {0};
    for (size_t i = 0; i < n; i++) {
        tp_infer_look(&inference, texts[i], strlen(texts[i]));
    }
    return tp_infer_type(&inference);
}

#define TYPE_OF(...)                                                                                                   \
    type_of(sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *), (const char *[]){__VA_ARGS__})

static void integers(void **state) {
    (void)state;
    assert_int_equal(TYPE_OF("0", "-12", "", "9223372036854775807"), TP_TYPE_INT64);
    assert_int_equal(TYPE_OF("9223372036854775808"), TP_TYPE_TEXT); /* one more than fits: a code */
    assert_int_equal(TYPE_OF("1", "01100"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("-01"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("+1"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF(" 1"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1,000"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("0x10"), TP_TYPE_TEXT);
}

static void numbers(void **state) {
    (void)state;
    assert_int_equal(TYPE_OF("1", "2.5"), TP_TYPE_DOUBLE);
    assert_int_equal(TYPE_OF("0.5", "-.5", "1e6", "1.5E-3"), TP_TYPE_DOUBLE);
    assert_int_equal(TYPE_OF("00.5"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1."), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("."), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1e"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1e999"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1.2.3"), TP_TYPE_TEXT);
}

static void texts(void **state) {
    (void)state;
    assert_int_equal(TYPE_OF("", ""), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("1", "a"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF("2020-01-01"), TP_TYPE_TEXT);
}

static void not_finite(void **state) {
    (void)state;
    assert_int_equal(TYPE_OF("1", "NaN", "-inf"), TP_TYPE_DOUBLE);
    assert_int_equal(TYPE_OF("nan"), TP_TYPE_TEXT); /* no number beside it: perhaps a word */
    assert_int_equal(TYPE_OF("nan", "Nana", "1"), TP_TYPE_TEXT);
}

#define NINE "1", "2", "3", "4", "5", "6", "7", "8", "9"

/* One cell in ten may be something else, unless it is a code. */
static void odd_cells(void **state) {
    (void)state;
    assert_int_equal(TYPE_OF(NINE, "n/a"), TP_TYPE_INT64);
    assert_int_equal(TYPE_OF(NINE, "", "n/a"), TP_TYPE_INT64); /* empty cells do not count */
    assert_int_equal(TYPE_OF("1", "2", "3", "4", "5", "6", "7", "8", "n/a"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF(NINE, "", "n/a", "-"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF(NINE, "1e400"), TP_TYPE_INT64);
    assert_int_equal(TYPE_OF(NINE, "0.5", "1e400"), TP_TYPE_DOUBLE);
    assert_int_equal(TYPE_OF(NINE, NINE, "01100"), TP_TYPE_TEXT);
    assert_int_equal(TYPE_OF(NINE, NINE, "9223372036854775808"), TP_TYPE_TEXT);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(integers), cmocka_unit_test(numbers), cmocka_unit_test(texts),
                                       cmocka_unit_test(not_finite), cmocka_unit_test(odd_cells)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
