/* The schema, the standard names of the contract, and which coverage lets "not found" mean "there is none". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/schema.h"

#include <string.h>

static void heads_and_fields(void **state) {
    (void)state;
    tp_schema schema = {0};
    tp_head *head = NULL;
    tp_error error = {0};
    for (int i = 0; i < 20; i++) {
        char name[] = {(char)('a' + i), '\0'};
        assert_int_equal(tp_schema_add(&schema, name, TP_GEOMETRY_POINT, (tp_place){"c", i, 1}, &head, NULL), TP_OK);
        assert_int_equal(tp_head_add_field(head, "id", TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
        assert_int_equal(tp_head_add_field(head, "minutes", TP_TYPE_DOUBLE, "min", "help", NULL), TP_OK);
    }
    assert_int_equal(tp_schema_add(&schema, "c", TP_GEOMETRY_LINE, (tp_place){0}, &head, &error), TP_E_INTERNAL);
    assert_int_equal(schema.n_heads, 20);
    head = tp_schema_find(&schema, "c");
    assert_non_null(head);
    assert_int_equal(head->geometry, TP_GEOMETRY_POINT);
    assert_int_equal(head->place.line, 2);
    assert_int_equal(head->n_features, -1);
    assert_int_equal(tp_head_add_field(head, "id", TP_TYPE_TEXT, NULL, NULL, &error), TP_E_INTERNAL);
    assert_string_equal(tp_head_field(head, "minutes")->unit, "min");
    assert_string_equal(tp_head_field(head, "id")->unit, "");
    assert_string_equal(tp_head_field(head, "id")->help, "");
    assert_null(tp_head_field(head, "ID"));
    assert_null(tp_schema_find(&schema, "z"));
    tp_schema_reset(&schema);
    assert_null(tp_schema_find(&schema, "a"));
}

/* A setting that is wrong leaves no name behind; looking for it finds nothing. */
static void no_name_finds_nothing(void **state) {
    (void)state;
    tp_schema schema = {0};
    tp_head *head = NULL;
    assert_int_equal(tp_schema_add(&schema, "a", TP_GEOMETRY_POINT, (tp_place){0}, &head, NULL), TP_OK);
    assert_int_equal(tp_head_add_field(head, "id", TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
    assert_null(tp_schema_find(&schema, NULL));
    assert_null(tp_head_field(head, NULL));
    tp_schema_reset(&schema);
}

static void the_standard_layers(void **state) {
    (void)state;
    static const char *const names[] = {"prefectures",         "municipalities", "cities",         "universities",
                                        "institutes",          "plants",         "airports",       "stations",
                                        "prefectural_offices", "roads",          "rail",           "flights",
                                        "designated",          "cores",          "region_schemes", "sites"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(tp_schema_is_standard(names[i]));
    }
    assert_false(tp_schema_is_standard("regions")); /* always an output */
    assert_false(tp_schema_is_standard("Cities"));
    assert_false(tp_schema_is_standard(""));
}

static tp_condition *parsed(const char *text) {
    tp_condition *condition = NULL;
    if (text != NULL) {
        assert_int_equal(tp_condition_parse(text, &condition, NULL), TP_OK);
    }
    return condition;
}

static bool holds(tp_coverage coverage, const char *condition, const char *where, const char *filter) {
    tp_condition *covered = parsed(condition), *read = parsed(where), *asked = parsed(filter);
    bool answer = tp_coverage_holds(coverage, covered, read, asked);
    tp_condition_free(covered);
    tp_condition_free(read);
    tp_condition_free(asked);
    return answer;
}

static void which_coverage_holds(void **state) {
    (void)state;
    const char *covered = "population >= 200000";
    assert_true(holds(TP_COVERAGE_COMPLETE, NULL, NULL, NULL));
    /* What was not read cannot be asked for. */
    assert_false(holds(TP_COVERAGE_COMPLETE, NULL, "x = 1", "population >= 1"));
    assert_false(holds(TP_COVERAGE_COMPLETE, NULL, "population >= 500000", "population >= 200000"));
    assert_true(holds(TP_COVERAGE_COMPLETE, NULL, "population >= 150000", "population >= 200000"));
    assert_false(holds(TP_COVERAGE_SAMPLE, NULL, NULL, NULL));
    assert_false(holds(TP_COVERAGE_SAMPLE, NULL, NULL, "population >= 200000"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, NULL, NULL)); /* everything is asked for */
    assert_true(holds(TP_COVERAGE_CONDITION, covered, NULL, "population >= 200000"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, NULL, "population >= 199999"));
    assert_true(holds(TP_COVERAGE_CONDITION, covered, NULL, "population > 200000"));
    assert_false(holds(TP_COVERAGE_CONDITION, "population > 200000", NULL, "population >= 200000"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, NULL, "kind = national"));
    assert_true(holds(TP_COVERAGE_CONDITION, covered, NULL, "kind = national and population = 300000"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, "population >= 250000", NULL));
    assert_true(holds(TP_COVERAGE_CONDITION, covered, "population >= 250000", "population >= 300000"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, "population >= 250000", "kind = national"));
    assert_false(holds(TP_COVERAGE_CONDITION, covered, "population >= 150000", "kind = national"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_and_fields),
        cmocka_unit_test(no_name_finds_nothing),
        cmocka_unit_test(the_standard_layers),
        cmocka_unit_test(which_coverage_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
