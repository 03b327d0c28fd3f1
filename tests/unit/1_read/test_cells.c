/* Cells of products: blanks, full-width digits, thousands, sentinels, codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "1_read/cells.h"

#include <stdlib.h>
#include <string.h>

static tp_column *new_column(tp_type type) {
    tp_column *column = NULL;
    assert_int_equal(tp_column_new("c", type, NULL, NULL, 1, &column, NULL), TP_OK);
    return column;
}

static tp_cell_result set(const tp_product_column *rule, tp_column *to, const char *text) {
    tp_text cell = {0};
    tp_cell_result result;
    tp_text_add(&cell, "%s", text);
    tp_column_set_missing(to, 0);
    assert_int_equal(tp_cell_set(rule, &cell, to, 0, &result, NULL), TP_OK);
    tp_text_reset(&cell);
    return result;
}

static void texts(void **state) {
    (void)state;
    const char *missing[] = {"x", "－"};
    tp_product_column plain = {.name = "c", .type = TP_TYPE_TEXT, .missing = {missing, 2}};
    tp_product_column ascii = {.name = "c", .type = TP_TYPE_TEXT, .ascii_digits = true};
    tp_product_column code = {.name = "c", .type = TP_TYPE_TEXT, .ascii_digits = true, .width = 5};
    tp_column *to = new_column(TP_TYPE_TEXT);
    assert_int_equal(set(&plain, to, "　 髙田　１\t"), TP_CELL_SET);
    assert_string_equal(tp_column_text(to, 0), "髙田　１"); /* only the ends; variants and widths stay as written */
    assert_int_equal(set(&plain, to, "　 　"), TP_CELL_MISSING);
    assert_int_equal(set(&plain, to, " x "), TP_CELL_MISSING);
    assert_int_equal(set(&plain, to, "－"), TP_CELL_MISSING);
    assert_false(to->valid[0]);
    assert_int_equal(set(&plain, to, ""), TP_CELL_MISSING);
    assert_int_equal(set(&ascii, to, "　Ｂ１４　２"), TP_CELL_SET);
    assert_string_equal(tp_column_text(to, 0), "B14 2");
    static const char *const codes[][2] = {{"1101", "01101"}, {"１１０１", "01101"}, {"01101", "01101"},
                                           {"101", "101"},    {"110A", "110A"},      {"14101", "14101"}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) { /* the zero in front that a number has not */
        assert_int_equal(set(&code, to, codes[i][0]), TP_CELL_SET);
        assert_string_equal(tp_column_text(to, 0), codes[i][1]);
    }
    tp_column_free(to);
}

static void numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        tp_cell_result result;
        double value;
    } cases[] = {
        {"1,234", TP_CELL_SET, 1234},
        {"1,234,567.5", TP_CELL_SET, 1234567.5},
        {"１，２３４", TP_CELL_SET, 1234},
        {"12,34", TP_CELL_NOT_NUMBER, 0},
        {"1234,567", TP_CELL_NOT_NUMBER, 0},
        {",123", TP_CELL_NOT_NUMBER, 0},
        {"1,23", TP_CELL_NOT_NUMBER, 0},
        {"-1,000", TP_CELL_SET, -1000},
        {"2700,2700", TP_CELL_NOT_NUMBER, 0},
        {"-1", TP_CELL_MISSING, 0},
        {"-1.0", TP_CELL_MISSING, 0},
        {"－１", TP_CELL_MISSING, 0},
        {"9999.000", TP_CELL_MISSING, 0},
        {"nan", TP_CELL_NOT_NUMBER, 0},
        {"1e400", TP_CELL_NOT_NUMBER, 0},
        {"about 3", TP_CELL_NOT_NUMBER, 0},
        {"　7　", TP_CELL_SET, 7},
    };
    const char *missing[] = {"-1", "9999"};
    tp_product_column rule = {.name = "c", .type = TP_TYPE_DOUBLE, .missing = {missing, 2}};
    tp_column *to = new_column(TP_TYPE_DOUBLE);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tp_cell_result result = set(&rule, to, cases[i].text);
        if (result != cases[i].result) {
            print_message("%s\n", cases[i].text);
        }
        assert_int_equal(result, cases[i].result);
        assert_int_equal(to->valid[0], result == TP_CELL_SET);
        assert_true(result != TP_CELL_SET || to->f64[0] == cases[i].value);
    }
    tp_column_free(to);
}

static void whole_numbers(void **state) {
    (void)state;
    const char *missing[] = {"9999"};
    tp_product_column rule = {.name = "c", .type = TP_TYPE_INT64, .missing = {missing, 1}, .add = 1};
    tp_column *to = new_column(TP_TYPE_INT64);
    assert_int_equal(set(&rule, to, "1983"), TP_CELL_SET);
    assert_int_equal(to->i64[0], 1984);
    assert_int_equal(set(&rule, to, "1983.0"), TP_CELL_SET);
    assert_int_equal(to->i64[0], 1984);
    assert_int_equal(set(&rule, to, "1983.5"), TP_CELL_NOT_NUMBER);
    assert_int_equal(set(&rule, to, "9999"), TP_CELL_MISSING); /* not 10000 */
    assert_int_equal(set(&rule, to, "9223372036854775807"), TP_CELL_NOT_NUMBER);
    tp_column_free(to);
}

static void codes(void **state) {
    (void)state;
    tp_node *root = NULL;
    tp_faults faults = {0};
    const char *yaml = "{ 1: one, 02: two, 供用中: in_use }";
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c", &root, &faults), TP_OK);
    tp_product_column rule = {.name = "c", .type = TP_TYPE_TEXT, .codes = root};
    tp_column *to = new_column(TP_TYPE_TEXT);
    static const char *const cases[][2] = {
        {"1", "one"}, {"01", "one"}, {"1.0", "one"}, {"２", "two"}, {"供用中", "in_use"}};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(set(&rule, to, cases[i][0]), TP_CELL_SET);
        assert_string_equal(tp_column_text(to, 0), cases[i][1]);
    }
    assert_int_equal(set(&rule, to, "7"), TP_CELL_UNKNOWN_CODE);
    assert_string_equal(tp_column_text(to, 0), "7");
    tp_column_free(to);
    tp_node_free(root);

    const char *flags = "{ 1: 1, 2: 0 }"; /* in a column of numbers a code is no value of its own */
    assert_int_equal(tp_node_parse(flags, strlen(flags), "c", &root, &faults), TP_OK);
    tp_product_column flag = {.name = "c", .type = TP_TYPE_INT64, .codes = root};
    to = new_column(TP_TYPE_INT64);
    assert_int_equal(set(&flag, to, "2"), TP_CELL_SET);
    assert_int_equal(to->i64[0], 0);
    assert_int_equal(set(&flag, to, "9"), TP_CELL_UNKNOWN_CODE);
    assert_false(to->valid[0]);
    tp_column_free(to);
    tp_node_free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(numbers),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
