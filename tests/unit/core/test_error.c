/* Errors and fault lists: forms of messages, cutting, repeats, and which exit code a list stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/error.h"
#include "technopolis/text.h"

#include <string.h>

static void set_fills_and_returns_the_code(void **state) {
    (void)state;
    tp_error error = {0};
    assert_int_equal(tp_error_set(&error, TP_E_DATA, "layer %s feature %d", "cities", 7), TP_E_DATA);
    assert_int_equal(error.code, TP_E_DATA);
    assert_string_equal(error.message, "layer cities feature 7");
    assert_int_equal(tp_error_set(NULL, TP_E_MACHINE, "nobody listens"), TP_E_MACHINE);
    assert_int_equal(tp_error_memory(&error), TP_E_MACHINE);
    assert_string_equal(error.message, "out of memory");
}

static void a_place_stands_in_front(void **state) {
    (void)state;
    tp_error error = {0};
    assert_int_equal(tp_error_at(&error, (tp_place){"a.yaml", 3, 9}, "unknown key '%s'", "x"), TP_E_CONFIG);
    assert_string_equal(error.message, "a.yaml:3:9: unknown key 'x'");
    assert_int_equal(tp_error_at(&error, (tp_place){"--set", 0, 0}, "wrong"), TP_E_CONFIG);
    assert_string_equal(error.message, "--set: wrong");
    assert_int_equal(tp_error_at(&error, (tp_place){0}, "wrong"), TP_E_CONFIG);
    assert_string_equal(error.message, "wrong");
    assert_int_equal(tp_error_at(NULL, (tp_place){"a.yaml", 3, 9}, "nobody listens"), TP_E_CONFIG);
}

/* For machines: the place as numbers, and where the wording begins; kept when a fault changes lists. */
static void a_place_is_kept_apart(void **state) {
    (void)state;
    tp_faults first = {0}, second = {0};
    tp_faults_add_at(&first, (tp_place){"a.yaml", 3, 9}, "unknown key");
    tp_faults_add_code_at(&first, TP_E_DATA, (tp_place){"--set", 0, 0}, "wrong: 1:2: x");
    tp_faults_warn(&first, "b.yaml:4:5: careful");
    for (size_t i = 0; i < first.n; i++) {
        tp_faults_add_fault(&second, &first.items[i]);
    }
    assert_int_equal(second.n, 3);
    const tp_fault *one = &second.items[0], *two = &second.items[1], *three = &second.items[2];
    assert_true(one->at.line == 3 && one->at.column == 9 && one->at.file_size == strlen("a.yaml"));
    assert_string_equal(one->message + one->at.text_at, "unknown key");
    assert_true(two->at.line == 0 && two->at.file_size == strlen("--set") && two->code == TP_E_DATA);
    assert_string_equal(two->message + two->at.text_at, "wrong: 1:2: x");
    assert_true(three->warning && three->at.file_size == 0 && three->at.text_at == 0);
    assert_int_equal(tp_faults_code(&second), TP_E_CONFIG);
    tp_faults_reset(&first);
    tp_faults_reset(&second);
}

/* Characters of 1 to 4 bytes, shifted so that the end of the buffer falls on each of their bytes. */
static void long_messages_end_at_a_character(void **state) {
    (void)state;
    static const char *const characters[] = {"a", "é", "日", "𠮷"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[3 * TP_ERROR_SIZE] = "";
            memset(text, 'x', shift);
            size_t size = shift, step = strlen(characters[c]);
            while (size + step < sizeof text - 1) {
                memcpy(text + size, characters[c], step);
                size += step;
            }
            tp_error error = {0};
            (void)tp_error_set(&error, TP_E_DATA, "%s", text);
            size_t length = strlen(error.message);
            assert_true(length < TP_ERROR_SIZE && length + 4 >= TP_ERROR_SIZE);
            assert_true(tp_text_is_utf8(error.message, length));
            assert_memory_equal(error.message, text, length);
        }
    }
}

static void a_message_that_just_fits_is_whole(void **state) {
    (void)state;
    char text[TP_ERROR_SIZE + 1];
    memset(text, 'x', sizeof text);
    text[TP_ERROR_SIZE - 1] = '\0';
    tp_error error = {0};
    (void)tp_error_set(&error, TP_E_DATA, "%s", text);
    assert_string_equal(error.message, text);
    text[TP_ERROR_SIZE - 1] = 'x';
    text[TP_ERROR_SIZE] = '\0';
    (void)tp_error_set(&error, TP_E_DATA, "%s", text);
    assert_int_equal(strlen(error.message), TP_ERROR_SIZE - 1);
}

static void bytes_that_are_not_utf8_are_kept(void **state) {
    (void)state;
    char text[2 * TP_ERROR_SIZE];
    memset(text, 0x83, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tp_error error = {0};
    (void)tp_error_set(&error, TP_E_DATA, "%s", text);
    assert_true(strlen(error.message) >= TP_ERROR_SIZE - 6);
}

static void repeats_are_left_out(void **state) {
    (void)state;
    tp_faults faults = {0};
    for (int turn = 0; turn < 3; turn++) {
        tp_faults_add(&faults, TP_E_DATA, "same");
        tp_faults_add(&faults, TP_E_CONFIG, "same");
        tp_faults_warn(&faults, "same");
        tp_faults_add_at(&faults, (tp_place){"f", 1, 2}, "same");
        tp_faults_add_code_at(&faults, TP_E_DATA, (tp_place){"f", 1, 3}, "same");
    }
    assert_int_equal(faults.n, 4); /* a warning and a fault of one text are two things */
    assert_int_equal(faults.items[0].code, TP_E_DATA);
    assert_true(faults.items[1].warning);
    assert_string_equal(faults.items[2].message, "f:1:2: same");
    assert_int_equal(faults.items[2].code, TP_E_CONFIG);
    assert_string_equal(faults.items[3].message, "f:1:3: same");
    assert_int_equal(faults.items[3].code, TP_E_DATA);
    tp_faults_reset(&faults);
    assert_int_equal(faults.n, 0);
    assert_null(faults.items);
}

static void many_faults_keep_their_order(void **state) {
    (void)state;
    tp_faults faults = {0};
    for (int i = 0; i < 100; i++) {
        tp_faults_add(&faults, TP_E_DATA, "fault %d", i);
    }
    assert_int_equal(faults.n, 100);
    assert_string_equal(faults.items[0].message, "fault 0");
    assert_string_equal(faults.items[99].message, "fault 99");
    tp_faults_reset(&faults);
}

/* Every subset of {1, 2, 3, 4, warning, lost}, against the sentence in the header. */
static void the_code_of_a_list(void **state) {
    (void)state;
    for (int set = 0; set < 64; set++) {
        tp_faults faults = {0};
        for (int code = 4; code >= 1; code--) {
            if (set & 1 << code) {
                tp_faults_add(&faults, (tp_code)code, "fault %d", code);
            }
        }
        if (set & 1) {
            tp_faults_warn(&faults, "warning");
        }
        faults.lost = (set & 32) != 0;
        int expected = set & 4 ? 2 : set & 8 ? 3 : set & 16 ? 4 : faults.lost ? 4 : set & 2 ? 1 : 0;
        assert_int_equal(tp_faults_code(&faults), expected);
        tp_faults_reset(&faults);
    }
}

static void an_error_becomes_a_fault(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_error error = {0};
    (void)tp_error_set(&error, TP_E_MACHINE, "disk 100%% full %%s");
    tp_faults_add_error(&faults, &error);
    assert_int_equal(faults.n, 1);
    assert_string_equal(faults.items[0].message, "disk 100% full %s"); /* not a format again */
    assert_int_equal(tp_faults_code(&faults), TP_E_MACHINE);
    tp_faults_reset(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_and_returns_the_code),
        cmocka_unit_test(a_place_stands_in_front),
        cmocka_unit_test(a_place_is_kept_apart),
        cmocka_unit_test(long_messages_end_at_a_character),
        cmocka_unit_test(a_message_that_just_fits_is_whole),
        cmocka_unit_test(bytes_that_are_not_utf8_are_kept),
        cmocka_unit_test(repeats_are_left_out),
        cmocka_unit_test(many_faults_keep_their_order),
        cmocka_unit_test(the_code_of_a_list),
        cmocka_unit_test(an_error_becomes_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
