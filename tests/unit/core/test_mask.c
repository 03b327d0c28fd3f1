/* Passwords do not leave the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/mask.h"

#include <stdlib.h>

static void passwords_are_masked(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"PG:host=h password=secret dbname=d", "PG:host=h password=*** dbname=d"},
        {"PG:password='a b\\' c' dbname=d", "PG:password=*** dbname=d"},
        {"PG:dbname=d PASSWORD = x", "PG:dbname=d PASSWORD = ***"},
        {"- file: \"PG:password=x\"\n- b", "- file: \"PG:password=***\"\n- b"},
        {"sslpassword=abc", "sslpassword=***"},
        {"postgresql://me:p:w@h:5432/d", "postgresql://me:***@h:5432/d"},
        {"postgresql://me@h:5432/d", "postgresql://me@h:5432/d"},
        {"http://h:80/a", "http://h:80/a"},
        {"a password is not needed", "a password is not needed"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *masked = tp_masked(cases[i][0]);
        assert_string_equal(masked, cases[i][1]);
        free(masked);
    }
    tp_error error = {0};
    (void)!tp_error_set(&error, TP_E_DATA, "%s: cannot be read", "PG:password=secret");
    assert_string_equal(error.message, "PG:password=***: cannot be read");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(passwords_are_masked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
