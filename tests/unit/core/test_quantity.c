/* Quantities: units, bases, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/quantity.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static void expect(const char *text, double value, tp_dimension dimension, const char *unit) {
    tp_quantity q = {0};
    tp_error error = {0};
    if (tp_quantity_parse(text, &q, &error) != TP_OK) {
        fail_msg("'%s': %s", text, error.message);
    }
    if (q.value != value || q.dimension != dimension || strcmp(q.unit, unit) != 0) {
        fail_msg("'%s' became %.17g %s (dimension %d)", text, q.value, q.unit, (int)q.dimension);
    }
}

static void refuse(const char *text, const char *said) {
    tp_quantity q = {.value = -7.0};
    tp_error error = {0};
    assert_int_equal(tp_quantity_parse(text, &q, &error), TP_E_CONFIG);
    assert_int_equal(error.code, TP_E_CONFIG);
    if (strstr(error.message, said) == NULL) {
        fail_msg("'%s' was refused with: %s", text, error.message);
    }
    assert_true(q.value == -7.0); /* outputs are left alone */
}

static void units_become_their_base(void **state) {
    (void)state;
    expect("30 min", 30.0, TP_DIMENSION_TIME, "min");
    expect("30min", 30.0, TP_DIMENSION_TIME, "min");
    expect("  30\tminutes ", 30.0, TP_DIMENSION_TIME, "min");
    expect("1 minute", 1.0, TP_DIMENSION_TIME, "min");
    expect("30 s", 0.5, TP_DIMENSION_TIME, "min");
    expect("90000 ms", 1.5, TP_DIMENSION_TIME, "min");
    expect("1.5 h", 90.0, TP_DIMENSION_TIME, "min");
    expect("24 hours", 1440.0, TP_DIMENSION_TIME, "min");
    expect("25 km", 25000.0, TP_DIMENSION_LENGTH, "m");
    expect("400 m", 400.0, TP_DIMENSION_LENGTH, "m");
    expect("1,300 km2", 1300.0, TP_DIMENSION_AREA, "km2");
    expect("1,300 km²", 1300.0, TP_DIMENSION_AREA, "km2");
    expect("130,000 ha", 1300.0, TP_DIMENSION_AREA, "km2");
    expect("36 km/h", 36.0, TP_DIMENSION_SPEED, "km/h");
    expect("36kmh", 36.0, TP_DIMENSION_SPEED, "km/h");
    expect("10 m/s", 36.0, TP_DIMENSION_SPEED, "km/h");
    expect("200000 persons", 200000.0, TP_DIMENSION_COUNT, "persons");
    expect("1,234,567.5 persons", 1234567.5, TP_DIMENSION_COUNT, "persons");
    expect("2 industries", 2.0, TP_DIMENSION_COUNT, "industries");
    expect("3 人", 3.0, TP_DIMENSION_COUNT, "人");
    expect("3 high-tech_firms", 3.0, TP_DIMENSION_COUNT, "high-tech_firms");
    expect("-5 min", -5.0, TP_DIMENSION_TIME, "min");
    expect("0 min", 0.0, TP_DIMENSION_TIME, "min");
    expect(".5 km", 500.0, TP_DIMENSION_LENGTH, "m");
    expect("0.1 min", 0.1, TP_DIMENSION_TIME, "min");
}

static void wrong_texts_are_refused(void **state) {
    (void)state;
    refuse("", "nothing is written");
    refuse("   ", "nothing is written");
    refuse("30", "has no unit");
    refuse("200000", "`30 min`");
    refuse("min", "does not begin with a number");
    refuse("about 30 min", "does not begin with a number");
    refuse("+30 min", "does not begin with a number");
    refuse("5-3 km", "does not begin with a number");
    refuse("1.2.3 km", "does not begin with a number");
    refuse("nan min", "does not begin with a number");
    refuse("inf km", "does not begin with a number");
    refuse("30 min walk", "'walk' follows the unit");
    refuse("30 min.", "is not a unit");
    refuse("0x1F km", "follows the unit");
    refuse("1e3 km", "follows the unit");
    refuse("1e3km", "is not a unit");
    refuse("0x1Fkm", "is not a unit");
    refuse("5 m3", "is not a unit");
    refuse("5 -min", "is not a unit");
    refuse("1,30 km", "groups of three");
    refuse("0,5 km", "groups of three");
    refuse("1,3000 km", "groups of three");
    refuse("1234,567 km", "groups of three");
    refuse(",300 km", "groups of three");
    refuse("1,300, km", "groups of three");
    refuse("1.300,000 km", "groups of three");
    refuse("1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "longer than 31 bytes");
}

static void the_longest_noun_fits(void **state) {
    (void)state;
    expect("1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 1.0, TP_DIMENSION_COUNT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

static void large_numbers_are_refused(void **state) {
    (void)state;
    char text[600];
    memset(text, '9', 350);
    strcpy(text + 350, " km");
    refuse(text, "too large");
    memset(text, '9', 500);
    strcpy(text + 500, " km");
    refuse(text, "too many digits");
}

static void the_locale_does_not_matter(void **state) {
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) {
        skip();
    }
    expect("1.5 h", 90.0, TP_DIMENSION_TIME, "min");
    setlocale(LC_ALL, "C");
}

static void dimensions_have_names(void **state) {
    (void)state;
    assert_string_equal(tp_dimension_example(TP_DIMENSION_TIME), "a time such as `30 min`");
    assert_string_equal(tp_dimension_unit(TP_DIMENSION_AREA), "km2");
    assert_string_equal(tp_dimension_unit(TP_DIMENSION_COUNT), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_become_their_base),    cmocka_unit_test(wrong_texts_are_refused),
        cmocka_unit_test(the_longest_noun_fits),      cmocka_unit_test(large_numbers_are_refused),
        cmocka_unit_test(the_locale_does_not_matter), cmocka_unit_test(dimensions_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
