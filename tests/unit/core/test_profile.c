/* Profiles: what is read, every fault at once, and the profile of 1982 against the contract's table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/profile.h"
#include "told.h"

#include <stdlib.h>
#include <unistd.h>

/* Loads a profile from a text by way of a file. */
static tp_code load(const char *text, tp_profile **profile, tp_faults *faults) {
    char path[] = "/tmp/tp_test_profile_XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, text, strlen(text)), (ssize_t)strlen(text));
    close(handle);
    tp_code code = tp_profile_load(path, "p.yaml", profile, faults);
    unlink(path);
    return code;
}

static void refuse(const char *text, const char *const *said, size_t n) {
    tp_faults faults = {0};
    tp_profile *profile = (tp_profile *)&faults;
    assert_int_equal(load(text, &profile, &faults), TP_E_CONFIG);
    assert_null(profile);
    for (size_t i = 0; i < n; i++) {
        assert_true(told(&faults, said[i]));
    }
    if (faults.n != n) {
        told(&faults, "as many faults as expected");
    }
    assert_int_equal(faults.n, n);
    tp_faults_reset(&faults);
}

#define HEAD "id: mine\ntitle: { en: M, ja: 私 }\ncriteria:\n"
#define NAMED(id) "  - id: " id "\n    title: { en: A, ja: あ }\n    source: me\n    required: yes\n"

/* Expects one fault of a single criterion whose body begins in line 8. */
static void refuse_body(const char *body, const char *said) {
    char text[2000];
    snprintf(text, sizeof text, "%s%s", HEAD NAMED("a"), body);
    refuse(text, &said, 1);
}

static void a_profile_is_read(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_profile *profile = NULL;
    const char *text = HEAD NAMED("one") "    measure: { area: {} }\n    at_most: 1,300 km2\n    optional: yes\n" NAMED(
        "two") "    any:\n"
               "      - { measure: { nearest: { to: airports } }, at_most: 0.5 h }\n"
               "      - { measure: { count: { to: x } }, at_least: 2 kinds, optional: yes }\n"
               "    also:\n      - people: { largest: { to: cities } }\n      - more: { day_return: "
               "}\n" NAMED("three") "    first:\n      - { measure: { touching: }, at_most: 30 min "
                                    "}\n" NAMED("four") "    first_read:\n      - { measure: { nearest: "
                                                        "cores }, at_most: 30 min }\n";
    if (load(text, &profile, &faults) != TP_OK) {
        told(&faults, "no fault");
    }
    assert_non_null(profile);
    assert_string_equal(profile->id, "mine");
    assert_string_equal(profile->title_ja, "私");
    assert_int_equal(profile->n_criteria, 4);
    const tp_criterion *one = &profile->criteria[0], *two = &profile->criteria[1];
    assert_string_equal(one->id, "one");
    assert_string_equal(one->title_en, "A");
    assert_string_equal(one->source, "me");
    assert_true(one->required);
    assert_int_equal(one->place.line, 4);
    assert_int_equal(one->n_parts, 1);
    assert_int_equal(one->combine, TP_COMBINE_ALL);
    assert_string_equal(one->parts[0].kind, "area");
    assert_int_equal(one->parts[0].comparison, TP_AT_MOST);
    assert_true(one->parts[0].threshold.value == 1300.0);
    assert_true(one->parts[0].optional);
    assert_int_equal(two->combine, TP_COMBINE_ANY);
    assert_int_equal(two->n_parts, 2);
    assert_true(two->parts[0].threshold.value == 30.0);
    assert_false(two->parts[0].optional);
    assert_int_equal(two->parts[1].comparison, TP_AT_LEAST);
    assert_true(two->parts[1].optional);
    assert_string_equal(tp_node_text(tp_node_find(two->parts[0].settings, "to")), "airports");
    assert_int_equal(two->n_also, 2);
    assert_string_equal(two->also[0].name, "people");
    assert_string_equal(two->also[0].kind, "largest");
    assert_int_equal(profile->criteria[2].combine, TP_COMBINE_FIRST);
    assert_false(profile->criteria[2].first_read);
    assert_int_equal(profile->criteria[3].combine, TP_COMBINE_FIRST);
    assert_true(profile->criteria[3].first_read);
    tp_profile_free(profile);
    tp_profile_free(NULL);
    tp_faults_reset(&faults);
}

static void thresholds_are_checked(void **state) {
    (void)state;
    refuse_body("    measure: { area: {} }\n", "p.yaml:4:5: no threshold");
    refuse_body("    measure: { area: {} }\n    at_most: 1300\n", "p.yaml:9:14: at_most: '1300' has no unit");
    refuse_body("    measure: { area: {} }\n    at_most: [ 5 km2 ]\n",
                "p.yaml:9:14: at_most: expected a number and its unit");
    refuse_body("    measure: { area: {} }\n    at_most: 3 km2\n    at_least: 5 km2\n",
                "p.yaml:9:14: at_least 5 km2 and at_most 3 km2 contradict each other: nothing lies between them");
    refuse_body("    all:\n      - { measure: { area: {} }, at_least: 1 km2, at_most: 5 min }\n",
                "at_most is in 'min', but at_least in 'km2' (expected one unit)");
    refuse_body("    all:\n      - { measure: { area: {} }, at_last: 1 km2, at_most: 5 km2 }\n",
                "p.yaml:9:34: unknown key 'at_last' (did you mean 'at_least'?");
    refuse_body("    all:\n      - { measure: { area: {} }, at_most: 5 km2, optional: perhaps }\n",
                "optional: expected yes or no, found 'perhaps'");
    refuse_body("    all:\n      - { measure: { area: {} }, at_most: 5 km2 }\n    at_most: 5 km2\n",
                "p.yaml:10:5: at_most stands beside all");
}

static void a_band_is_judged_by_both_bounds(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_profile *profile = NULL;
    const char *text = HEAD NAMED("band") "    measure: { area: {} }\n    at_most: 5 km2\n    at_least: 3 km2\n";
    assert_int_equal(load(text, &profile, &faults), TP_OK);
    const tp_part *part = &profile->criteria[0].parts[0];
    assert_true(part->banded);
    const struct {
        double value, margin, threshold;
        tp_verdict verdict;
    } expected[] = {{2.9, 2.9 - 3, 3, TP_NOT_MET}, {3, 0, 3, TP_MET}, {3.5, 0.5, 3, TP_MET},
                    {4.5, 0.5, 5, TP_MET},         {5, 0, 5, TP_MET}, {5.1, 5 - 5.1, 5, TP_NOT_MET}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        tp_comparison comparison;
        double threshold, value = expected[i].value;
        assert_int_equal(tp_part_compare(part, part->threshold.value, value, value), expected[i].verdict);
        assert_true(tp_part_margin(part, part->threshold.value, value, &comparison, &threshold) == expected[i].margin);
        assert_true(threshold == expected[i].threshold);
        assert_int_equal(comparison, threshold == 5 ? TP_AT_MOST : TP_AT_LEAST);
    }
    assert_int_equal(tp_part_compare(part, part->threshold.value, 3, 6), TP_UNKNOWN);
    assert_int_equal(tp_part_compare(part, part->threshold.value, 6, 9), TP_NOT_MET);
    tp_profile_free(profile);
    tp_faults_reset(&faults);
}

static void measures_are_checked(void **state) {
    (void)state;
    refuse_body("", "p.yaml:4:5: nothing is measured (expected measure, all, any, first or first_read)");
    refuse_body("    measure: area\n    at_most: 5 km2\n", "p.yaml:8:14: a measure: expected { KIND: { settings } }");
    refuse_body("    measure: { area: {}, count: {} }\n    at_most: 5 km2\n", "with one kind");
    refuse_body("    measure: { area: { of: sites } }\n    at_most: 5 km2\n",
                "p.yaml:8:24: key 'of' does not stand in a profile");
    refuse_body("    measure: { area: {} }\n    at_most: 5 km2\n    any:\n      - x\n",
                "p.yaml:11:7: measure and any in one criterion");
    refuse_body("    all: []\n", "p.yaml:8:10: all: expected a list");
    refuse_body("    any: { measure: { area: {} } }\n", "any: expected a list");
    refuse_body("    any: [ x ]\n", "p.yaml:8:12: a part: expected a map, found a text");
    refuse_body("    any: [ { at_most: 5 min } ]\n", "p.yaml:8:12: key 'measure' is missing");
    refuse_body("    measure: { area: {} }\n    at_most: 5 km2\n    also: []\n", "also: expected a list");
    refuse_body("    measure: { area: {} }\n    at_most: 5 km2\n    also: [ { X: { area: {} } } ]\n",
                "also: 'X' is not a name");
    refuse_body("    measure: { area: {} }\n    at_most: 5 km2\n    also: [ { x: area } ]\n", "a measure: expected");
    refuse_body(
        "    measure: { area: {} }\n    at_most: 5 km2\n    also: [ { x: { area: {} } }, { x: { area: {} } } ]\n",
        "also: 'x' is used twice");
}

static void columns_of_sites_do_not_collide(void **state) {
    (void)state;
    const char *said[] = {"p.yaml:4:5: criterion 'a' would add the column 'a_value' to sites"};
    refuse(HEAD NAMED("a") "    measure: { area: {} }\n    at_most: 5 km2\n    also: [ { value: { area: {} } } ]\n",
           said, 1);
    said[0] = "p.yaml:4:5: criterion 'prefecture' would add the column 'prefecture_method'";
    refuse(HEAD NAMED("prefecture") "    measure: { area: {} }\n    at_most: 5 km2\n", said, 1);
    said[0] = "would add the column 'a_b_value'";
    refuse(
        HEAD
            NAMED("a") "    measure: { area: {} }\n    at_most: 5 km2\n    also: [ { b_value: { area: {} } } ]\n" NAMED(
                "a_b") "    measure: { area: {} }\n    at_most: 5 km2\n",
        said, 1);
}

static void every_fault_is_told(void **state) {
    (void)state;
    const char *said[] = {"p.yaml:1:5: id: 'Mine' is not an id", "p.yaml:2:8: title: expected a map, found a text",
                          "p.yaml:3:1: unknown key 'criterion' (did you mean 'criteria'? known: id, title, criteria)",
                          "p.yaml:1:1: key 'criteria' is missing"};
    refuse("id: Mine\ntitle: M\ncriterion: []\n", said, 4);
    const char *more[] = {"p.yaml:2:1: key 'title' is missing",
                          "p.yaml:4:5: key 'id' is missing",
                          "p.yaml:4:12: key 'ja' is missing",
                          "p.yaml:4:5: key 'source' is missing",
                          "p.yaml:4:5: key 'required' is missing (expected yes or no)",
                          "p.yaml:4:5: nothing is measured",
                          "p.yaml:5:5: a criterion: expected a map, found a text",
                          "p.yaml:13:9: id: 'x' is used twice (first in line 6)"};
    refuse("\nid: m\ncriteria:\n  - title: { en: A }\n  - text\n" NAMED(
               "x") "    measure: { area: {} }\n    at_most: 5 km2\n"
                    "\n" NAMED("x") "    measure: { area: {} }\n    at_most: 5 km2\n",
           more, 8);
}

static void other_files_are_refused(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_profile *profile = NULL;
    assert_int_equal(tp_profile_load("/nowhere/p.yaml", "p.yaml", &profile, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "p.yaml: cannot be read"));
    assert_int_equal(load("a: [\n", &profile, &faults), TP_E_CONFIG);
    assert_int_equal(load("- a\n", &profile, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "a profile: expected a map, found a list"));
    assert_null(profile);
    tp_faults_reset(&faults);
}

/* Typed from the contract's table, not from the profile. */
static void the_list_of_1982_is_the_contracts(void **state) {
    (void)state;
    static const struct {
        const char *id;
        bool required;
        size_t n_parts;
        tp_comparison comparison;
        double threshold;
        const char *unit;
    } expected[] = {{"leading_industries", true, 1, TP_AT_LEAST, 2.0, "industries"},
                    {"research_base", true, 2, TP_AT_LEAST, 1.0, "universities"},
                    {"residential_zone", true, 1, TP_AT_LEAST, 10000.0, "persons"},
                    {"mother_city", true, 2, TP_AT_MOST, 30.0, "min"},
                    {"transport_hub", true, 3, TP_AT_MOST, 30.0, "min"},
                    {"day_return", true, 1, TP_AT_LEAST, 240.0, "min"},
                    {"core_access", false, 2, TP_AT_MOST, 30.0, "min"},
                    {"zone_area", false, 1, TP_AT_MOST, 1300.0, "km2"}};
    tp_faults faults = {0};
    tp_profile *profile = NULL;
    if (tp_profile_load(TP_PROJECT "/configs/profiles/list1982.yaml", "list1982.yaml", &profile, &faults) != TP_OK) {
        told(&faults, "no fault");
    }
    assert_non_null(profile);
    assert_string_equal(profile->id, "list1982");
    assert_int_equal(profile->n_criteria, 8);
    for (size_t i = 0; i < 8; i++) {
        const tp_criterion *c = &profile->criteria[i];
        assert_string_equal(c->id, expected[i].id);
        assert_int_equal(c->required, expected[i].required);
        assert_int_equal(c->n_parts, expected[i].n_parts);
        assert_int_equal(c->parts[0].comparison, expected[i].comparison);
        assert_true(c->parts[0].threshold.value == expected[i].threshold);
        assert_string_equal(c->parts[0].threshold.unit, expected[i].unit);
    }
    const tp_criterion *research = &profile->criteria[1], *mother = &profile->criteria[3];
    assert_int_equal(research->combine, TP_COMBINE_ALL);
    assert_true(research->parts[1].threshold.value == 2.0);
    assert_int_equal(mother->combine, TP_COMBINE_FIRST);
    assert_true(mother->parts[1].optional);
    assert_string_equal(mother->also[0].name, "population");
    assert_int_equal(profile->criteria[4].combine, TP_COMBINE_ANY);
    assert_true(profile->criteria[6].first_read);
    tp_profile_free(profile);
    tp_faults_reset(&faults);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_read),
        cmocka_unit_test(thresholds_are_checked),
        cmocka_unit_test(a_band_is_judged_by_both_bounds),
        cmocka_unit_test(measures_are_checked),
        cmocka_unit_test(columns_of_sites_do_not_collide),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(the_list_of_1982_is_the_contracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
