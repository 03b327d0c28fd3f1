/* Columns: missing cells, kinds of values, growing, and keeping rows, against plain arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/column.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static tp_column *made(tp_type type, int64_t n_rows) {
    tp_column *column = NULL;
    assert_int_equal(tp_column_new("c", type, NULL, NULL, n_rows, &column, NULL), TP_OK);
    return column;
}

static void put_text(tp_column *column, int64_t row, const char *text) {
    assert_int_equal(tp_column_set_text(column, row, text, strlen(text), NULL), TP_OK);
}

static void a_new_column_is_missing(void **state) {
    (void)state;
    for (int type = TP_TYPE_DOUBLE; type <= TP_TYPE_VERDICT; type++) {
        tp_column *column = made((tp_type)type, 3);
        assert_string_equal(column->unit, "");
        assert_string_equal(column->origin, "");
        for (int64_t row = 0; row < 3; row++) {
            double value = 7;
            assert_false(tp_column_number(column, row, &value));
            assert_null(tp_column_text(column, row));
            assert_true(value == 7);
            assert_int_equal(column->valid[row], type == TP_TYPE_VERDICT); /* an unknown verdict is a verdict */
        }
        if (type == TP_TYPE_VERDICT) {
            assert_int_equal(column->verdict[2], TP_UNKNOWN);
        }
        tp_column_free(column);
    }
    tp_column_free(NULL);
}

static void numbers_and_missing(void **state) {
    (void)state;
    tp_column *column = made(TP_TYPE_DOUBLE, 4);
    const double values[] = {1.5, NAN, -INFINITY, INFINITY};
    double value;
    for (int64_t row = 0; row < 4; row++) {
        tp_column_set_double(column, row, values[row]);
        assert_int_equal(tp_column_number(column, row, &value), row == 0);
        assert_true(isfinite(column->f64[row]));
    }
    assert_true(value == 1.5);
    tp_column_set_double(column, 0, NAN); /* a value that was there goes */
    assert_false(tp_column_number(column, 0, &value));
    tp_column_free(column);
    column = made(TP_TYPE_INT64, 2);
    tp_column_set_int64(column, 0, INT64_MIN);
    assert_true(tp_column_number(column, 0, &value));
    assert_true(value == -9223372036854775808.0);
    tp_column_set_missing(column, 0);
    assert_false(tp_column_number(column, 0, &value));
    tp_column_free(column);
}

static void verdicts_are_never_missing(void **state) {
    (void)state;
    tp_column *column = made(TP_TYPE_VERDICT, 1);
    double value;
    tp_column_set_verdict(column, 0, TP_MET);
    assert_int_equal(column->verdict[0], TP_MET);
    assert_false(tp_column_number(column, 0, &value)); /* a verdict is not a number */
    tp_column_set_missing(column, 0);
    assert_int_equal(column->verdict[0], TP_UNKNOWN);
    assert_int_equal(column->valid[0], 1);
    assert_int_equal(tp_column_resize(column, 3, NULL), TP_OK);
    assert_int_equal(column->verdict[2], TP_UNKNOWN);
    assert_int_equal(column->valid[2], 1);
    tp_column_free(column);
}

static void texts_of_any_length(void **state) {
    (void)state;
    tp_column *column = made(TP_TYPE_TEXT, 4);
    char longer[5000];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    put_text(column, 0, "");
    put_text(column, 1, longer);
    assert_int_equal(tp_column_set_text(column, 2, "abcdef", 3, NULL), TP_OK); /* not terminated after 3 */
    assert_string_equal(tp_column_text(column, 0), "");
    assert_string_equal(tp_column_text(column, 1), longer);
    assert_string_equal(tp_column_text(column, 2), "abc");
    assert_null(tp_column_text(column, 3));
    put_text(column, 1, "replaced");
    assert_string_equal(tp_column_text(column, 1), "replaced");
    assert_string_equal(tp_column_text(column, 2), "abc");
    tp_column_set_missing(column, 2);
    assert_null(tp_column_text(column, 2));
    double value;
    put_text(column, 3, "12");
    assert_false(tp_column_number(column, 3, &value)); /* a text is not a number, whatever it says */
    tp_column_free(column);
}

/* Texts out of few and of many, some that begin and end alike, in an order without a plan: what is read is what was set. */
static void repeated_texts_are_stored_once(void **state) {
    (void)state;
    enum { N = 20000 };
    tp_column *words = made(TP_TYPE_TEXT, N), *mixed = made(TP_TYPE_TEXT, N), *copied = made(TP_TYPE_TEXT, N + 3);
    static const char *const few[] = {"",        "a",   "ab",     "abc", "straight_line", "straightXline",
                                      "not_met", "met", "unknown"};
    static char text[N][40];
    uint32_t seed = 1;
    for (int64_t row = 0; row < N; row++) {
        seed = seed * 1664525u + 1013904223u;
        const char *word = few[(seed >> 16) % 9];
        put_text(words, row, word);
        (void)snprintf(text[row], sizeof text[row], "%s%s%d", word, (seed >> 8) % 2 == 0 ? "/" : "", (int)(seed >> 24));
        if (row % 7 != 0) {
            put_text(mixed, row, (seed >> 8) % 3 == 0 ? word : text[row]);
        }
        if ((seed >> 8) % 3 == 0) {
            (void)snprintf(text[row], sizeof text[row], "%s", word);
        }
    }
    assert_in_range(words->n_bytes, 1, 200);
    assert_true(mixed->n_bytes < (size_t)N * 20);
    put_text(copied, 0, "before");
    assert_int_equal(tp_column_copy_texts(copied, 2, mixed, NULL), TP_OK);
    put_text(copied, N + 2, "straight_line");
    for (int64_t row = 0; row < N; row++) {
        const char *expected = row % 7 != 0 ? text[row] : NULL;
        const tp_column *columns[] = {mixed, copied};
        for (int64_t i = 0; i < 2; i++) {
            const char *found = tp_column_text(columns[i], row + 2 * i);
            assert_int_equal(found == NULL, expected == NULL);
            assert_true(expected == NULL || strcmp(found, expected) == 0);
        }
    }
    assert_string_equal(tp_column_text(copied, 0), "before");
    assert_null(tp_column_text(copied, 1));
    assert_string_equal(tp_column_text(copied, N + 2), "straight_line");
    tp_column_free(words);
    tp_column_free(mixed);
    tp_column_free(copied);
}

static void stored_texts_are_set_by_many_threads(void **state) {
    (void)state;
    enum { N = 10000 };
    tp_column *column = made(TP_TYPE_TEXT, N);
    uint32_t even, odd, again;
    assert_int_equal(tp_column_store_text(column, "even", 4, &even, NULL), TP_OK);
    assert_int_equal(tp_column_store_text(column, "odd", 3, &odd, NULL), TP_OK);
    assert_int_equal(tp_column_store_text(column, "even and more", 4, &again, NULL), TP_OK);
    assert_int_equal(again, even);
#pragma omp parallel for num_threads(3)
    for (int64_t row = 0; row < N - 1; row++) {
        tp_column_set_stored(column, row, row % 2 == 0 ? even : odd);
    }
    for (int64_t row = 0; row < N - 1; row++) {
        assert_string_equal(tp_column_text(column, row), row % 2 == 0 ? "even" : "odd");
    }
    assert_null(tp_column_text(column, N - 1));
    tp_column_free(column);
}

/* Texts beyond 4 GB, and where there is no more room for any: in memory of which hardly any is touched. */
static void texts_in_gigabytes(void **state) {
    (void)state;
    enum { ROWS = 8 };
    const size_t most = (size_t)UINT32_MAX * 4;
    char *bytes = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        skip();
    }
    tp_column *column = made(TP_TYPE_TEXT, ROWS), *more = made(TP_TYPE_TEXT, 2);
    column->bytes = bytes;
    column->bytes_capacity = most;
    column->n_bytes = (size_t)5 << 30;
    put_text(column, 0, "behind five gigabytes");
    put_text(column, 1, "once");
    put_text(column, 2, "behind five gigabytes");
    assert_true(column->place[0] == (uint32_t)5 << 28 && column->place[2] == column->place[0]);
    column->n_bytes = (size_t)11 << 30;
    put_text(more, 0, "copied");
    put_text(more, 1, "too");
    assert_int_equal(tp_column_copy_texts(column, 3, more, NULL), TP_OK);
    column->n_bytes = most - 24;
    put_text(column, 5, "the last of them");
    tp_error error = {0};
    assert_int_equal(tp_column_set_text(column, 5, "one more", 8, &error), TP_E_MACHINE);
    assert_non_null(strstr(error.message, "16 GB"));
    assert_int_equal(tp_column_set_text(column, 6, bytes, SIZE_MAX / 2, NULL), TP_E_MACHINE);
    assert_int_equal(tp_column_copy_texts(column, 6, more, NULL), TP_E_MACHINE);
    static const char *const expected[ROWS] = {
        "behind five gigabytes", "once", "behind five gigabytes", "copied", "too", "the last of them", NULL, NULL};
    for (int64_t row = 0; row < ROWS; row++) {
        const char *text = tp_column_text(column, row);
        assert_true(expected[row] == NULL ? text == NULL : strcmp(text, expected[row]) == 0);
    }
    static const int64_t rows[] = {1, 2, 5};
    assert_int_equal(tp_column_keep(column, rows, 3, NULL), TP_OK);
    assert_string_equal(tp_column_text(column, 1), "behind five gigabytes");
    assert_string_equal(tp_column_text(column, 2), "the last of them");
    column->bytes = NULL;
    assert_int_equal(munmap(bytes, most), 0);
    tp_column_free(column);
    tp_column_free(more);
}

static void growing_row_by_row(void **state) {
    (void)state;
    tp_column *numbers = made(TP_TYPE_INT64, 0), *texts = made(TP_TYPE_TEXT, 0);
    for (int64_t row = 0; row < 3000; row++) {
        assert_int_equal(tp_column_resize(numbers, row + 1, NULL), TP_OK);
        assert_int_equal(tp_column_resize(texts, row + 1, NULL), TP_OK);
        assert_int_equal(numbers->valid[row], 0);
        assert_null(tp_column_text(texts, row));
        if (row % 3 != 0) {
            char text[32];
            (void)snprintf(text, sizeof text, "row %d", (int)row);
            tp_column_set_int64(numbers, row, row * row);
            put_text(texts, row, text);
        }
    }
    for (int64_t row = 0; row < 3000; row++) {
        double value;
        char text[32];
        (void)snprintf(text, sizeof text, "row %d", (int)row);
        assert_int_equal(tp_column_number(numbers, row, &value), row % 3 != 0);
        assert_true(row % 3 == 0 || value == (double)(row * row));
        if (row % 3 != 0) {
            assert_string_equal(tp_column_text(texts, row), text);
        }
    }
    tp_column_free(numbers);
    tp_column_free(texts);
}

static void shrinking_forgets_what_was_there(void **state) {
    (void)state;
    tp_column *column = made(TP_TYPE_DOUBLE, 4);
    for (int64_t row = 0; row < 4; row++) {
        tp_column_set_double(column, row, 1 + (double)row);
    }
    assert_int_equal(tp_column_resize(column, 2, NULL), TP_OK);
    assert_int_equal(tp_column_resize(column, 4, NULL), TP_OK);
    double value;
    assert_true(tp_column_number(column, 1, &value) && value == 2);
    assert_false(tp_column_number(column, 2, &value));
    tp_column_free(column);
}

static void keeping_rows_of_every_type(void **state) {
    (void)state;
    const int64_t rows[] = {1, 2, 5};
    for (int type = TP_TYPE_DOUBLE; type <= TP_TYPE_VERDICT; type++) {
        tp_column *column = made((tp_type)type, 6);
        for (int64_t row = 0; row < 6; row++) {
            char text[] = {(char)('a' + row), '\0'};
            if (row == 2) {
                continue; /* stays missing */
            }
            if (type == TP_TYPE_DOUBLE) {
                tp_column_set_double(column, row, (double)row);
            } else if (type == TP_TYPE_INT64) {
                tp_column_set_int64(column, row, row);
            } else if (type == TP_TYPE_TEXT) {
                put_text(column, row, text);
            } else {
                tp_column_set_verdict(column, row, row % 2 == 1 ? TP_MET : TP_NOT_MET);
            }
        }
        assert_int_equal(tp_column_keep(column, rows, 3, NULL), TP_OK);
        assert_int_equal(column->n_rows, 3);
        double first = 0, last = 0;
        if (type == TP_TYPE_TEXT) {
            assert_string_equal(tp_column_text(column, 0), "b");
            assert_null(tp_column_text(column, 1));
            assert_string_equal(tp_column_text(column, 2), "f");
        } else if (type == TP_TYPE_VERDICT) {
            assert_int_equal(column->verdict[0], TP_MET);
            assert_int_equal(column->verdict[1], TP_UNKNOWN);
            assert_int_equal(column->verdict[2], TP_MET);
        } else {
            assert_true(tp_column_number(column, 0, &first) && tp_column_number(column, 2, &last));
            assert_false(tp_column_number(column, 1, &last));
            assert_true(first == 1 && last == 5);
        }
        assert_int_equal(tp_column_keep(column, rows, 0, NULL), TP_OK);
        assert_int_equal(column->n_rows, 0);
        tp_column_free(column);
    }
}

static void names_of_types(void **state) {
    (void)state;
    assert_string_equal(tp_type_text(TP_TYPE_DOUBLE), "double");
    assert_string_equal(tp_type_text(TP_TYPE_INT64), "int64");
    assert_string_equal(tp_type_text(TP_TYPE_TEXT), "text");
    assert_string_equal(tp_type_text(TP_TYPE_VERDICT), "verdict");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_column_is_missing),
        cmocka_unit_test(numbers_and_missing),
        cmocka_unit_test(verdicts_are_never_missing),
        cmocka_unit_test(texts_of_any_length),
        cmocka_unit_test(repeated_texts_are_stored_once),
        cmocka_unit_test(stored_texts_are_set_by_many_threads),
        cmocka_unit_test(texts_in_gigabytes),
        cmocka_unit_test(growing_row_by_row),
        cmocka_unit_test(shrinking_forgets_what_was_there),
        cmocka_unit_test(keeping_rows_of_every_type),
        cmocka_unit_test(names_of_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
