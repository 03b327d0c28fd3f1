/* Conditions: grammar, rows, and implication against an exhaustive oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static tp_condition *parse(const char *text) {
    tp_condition *condition = NULL;
    tp_error error = {0};
    if (tp_condition_parse(text, &condition, &error) != TP_OK) {
        fail_msg("'%s': %s", text, error.message);
    }
    return condition;
}

static void refuse(const char *text, const char *said) {
    tp_condition *condition = (tp_condition *)&text;
    tp_error error = {0};
    assert_int_equal(tp_condition_parse(text, &condition, &error), TP_E_CONFIG);
    assert_null(condition);
    if (strstr(error.message, said) == NULL) {
        fail_msg("'%s' was refused with: %s", text, error.message);
    }
}

/* ---------------------------------------------------------------- grammar */

static void conditions_are_parsed(void **state) {
    (void)state;
    tp_condition *c = parse("  population>=200000 AND kind = national\tand name != 'Ise and Shima' and x<-1.5e0 ");
    assert_int_equal(tp_condition_count(c), 4);
    assert_string_equal(tp_condition_column(c, 0), "population");
    assert_true(tp_condition_is_number(c, 0));
    assert_string_equal(tp_condition_column(c, 1), "kind");
    assert_false(tp_condition_is_number(c, 1));
    assert_string_equal(tp_condition_column(c, 2), "name");
    assert_false(tp_condition_is_number(c, 2));
    assert_true(tp_condition_is_number(c, 3));
    assert_int_equal(tp_condition_text(c)[2], 'p');
    tp_condition_free(c);
    c = parse("code = \"01100\"");
    assert_false(tp_condition_is_number(c, 0));
    tp_condition_free(c);
    c = parse("android = and1 and _x9 = 人口"); /* `and` is a whole word */
    assert_int_equal(tp_condition_count(c), 2);
    tp_condition_free(c);
    tp_condition_free(NULL);
}

static void wrong_conditions_are_refused(void **state) {
    (void)state;
    refuse("", "an empty condition");
    refuse("  ", "an empty condition");
    refuse("population", "character 11: expected one of = != < <= > >=, found the end");
    refuse("population >", "character 13: expected a value, found the end");
    refuse("population >> 3", "character 13: expected a value, found '>'");
    refuse("population == 3", "character 13: expected a value, found '='");
    refuse("population <> 3", "character 13: expected a value, found '>'");
    refuse("= 3", "character 1: expected the name of a column");
    refuse("9a = 3", "character 1: expected the name of a column");
    refuse("人口 > 3", "character 1: expected the name of a column (letters, digits and _), found '人口'");
    refuse("a人 > 3", "character 1: expected the name of a column");
    refuse("a = 1 and", "character 7: expected `and` or the end");
    refuse("a = 1 and ", "character 11: expected the name of a column");
    refuse("a = 1 and and b = 2", "character 11: expected the name of a column");
    refuse("a = 1 or b = 2",
           "character 7: expected `and` or the end (a text of several words stands in quotes), found 'or'");
    refuse("a = 1 b = 2", "character 7: expected `and`");
    refuse("name = New York", "character 12: expected `and` or the end");
    refuse("a = and b = 2", "character 5: expected a value, found 'and'");
    refuse("a = 'x", "character 5: the quote is not closed");
    refuse("a = \"x'", "character 5: the quote is not closed");
    refuse("a = 'x'and b = 1", "character 8: expected `and`");
    refuse("日 = 1", "character 1");
    refuse("name = '日本' oder b = 1", "character 13: expected `and`");
    refuse("kind < national", "character 8: expected a number (texts have only = and !=), found 'national'");
    refuse("kind >= '5'", "character 9: expected a number");
    refuse("a > 200,000", "character 5: expected a number");
    refuse("a > 1e999", "too large");
    refuse("(a = 1)", "character 1");
}

/* ---------------------------------------------------------------- rows */

enum { ROWS = 6 };

static tp_column *add_column(tp_layer *layer, const char *name, tp_type type) {
    tp_column *column = NULL;
    tp_error error = {0};
    assert_int_equal(tp_layer_add_column(layer, name, type, "", "file", &column, &error), TP_OK);
    return column;
}

static void set_text(tp_column *column, int64_t row, const char *text) {
    tp_error error = {0};
    assert_int_equal(tp_column_set_text(column, row, text, strlen(text), &error), TP_OK);
}

/* Rows 0..4 hold values, row 5 is missing in every column. */
static tp_layer *new_layer(void) {
    static const double doubles[] = {199999.5, 200000.0, 200000.5, -1.0, 0.0};
    static const int64_t integers[] = {0, 1, 2, 9007199254740993, -9007199254740993};
    static const char *texts[] = {"01100", "1100", "1,100", "it's", ""};
    tp_layer *layer = NULL;
    tp_error error = {0};
    assert_int_equal(tp_layer_new("cities", TP_GEOMETRY_NONE, &layer, &error), TP_OK);
    assert_int_equal(tp_layer_add_rows(layer, ROWS, &error), TP_OK);
    tp_column *d = add_column(layer, "d", TP_TYPE_DOUBLE);
    tp_column *i = add_column(layer, "i", TP_TYPE_INT64);
    tp_column *t = add_column(layer, "t", TP_TYPE_TEXT);
    tp_column *v = add_column(layer, "v", TP_TYPE_VERDICT);
    for (int64_t row = 0; row < 5; row++) {
        tp_column_set_double(d, row, doubles[row]);
        tp_column_set_int64(i, row, integers[row]);
        set_text(t, row, texts[row]);
        static const tp_verdict verdicts[] = {TP_NOT_MET, TP_MET, TP_UNKNOWN, TP_NOT_MET, TP_MET};
        tp_column_set_verdict(v, row, verdicts[row]);
    }
    tp_column_set_verdict(v, 5, TP_UNKNOWN);
    return layer;
}

/* `expected` has one letter a row: m(et), n(ot met), u(nknown). */
static void expect_rows(const tp_layer *layer, const char *text, const char *expected) {
    tp_condition *condition = parse(text);
    tp_filter *filter = NULL;
    tp_error error = {0};
    if (tp_filter_new(condition, layer, &filter, &error) != TP_OK) {
        fail_msg("'%s': %s", text, error.message);
    }
    char found[ROWS + 1] = {0};
    for (int64_t row = 0; row < ROWS; row++) {
        found[row] = "unm"[tp_filter_test(filter, row)];
    }
    if (strcmp(found, expected) != 0) {
        fail_msg("'%s': %s, expected %s", text, found, expected);
    }
    tp_filter_free(filter);
    tp_condition_free(condition);
}

static void rows_are_tested(void **state) {
    (void)state;
    tp_layer *layer = new_layer();
    expect_rows(layer, "d >= 200000", "nmmnnu");
    expect_rows(layer, "d > 200000", "nnmnnu");
    expect_rows(layer, "d <= 200000", "mmnmmu");
    expect_rows(layer, "d < 200000", "mnnmmu");
    expect_rows(layer, "d = 200000.0", "nmnnnu");
    expect_rows(layer, "d != 2e5", "mnmmmu");
    expect_rows(layer, "i = 1", "nmnnnu");
    expect_rows(layer, "i = 01", "nmnnnu");
    expect_rows(layer, "i < 1.5", "mmnnmu");
    expect_rows(layer, "i > 9007199254740992", "nnnmnu"); /* exact beyond 2^53 */
    expect_rows(layer, "i = 9007199254740992", "nnnnnu");
    expect_rows(layer, "t = 01100", "mnnnnu"); /* a text column: bytes */
    expect_rows(layer, "t = 1100", "nmnnnu");
    expect_rows(layer, "t != 1100", "mnmmmu");
    expect_rows(layer, "t = '1,100'", "nnmnnu");
    expect_rows(layer, "t = 'it''s'", "nnnmnu");
    expect_rows(layer, "t = \"it's\"", "nnnmnu");
    expect_rows(layer, "t = ''", "nnnnmu");
    expect_rows(layer, "t >= 1100", "mmuuuu"); /* texts that are numbers compare as such */
    expect_rows(layer, "t > 1100", "nnuuuu");
    expect_rows(layer, "v = met", "nmnnmn");
    expect_rows(layer, "v != unknown", "mmnmmn");
    expect_rows(layer, "d >= 0 and i >= 2", "nnmnnu");
    expect_rows(layer, "d >= 200000 and t > 5", "nmunnu"); /* not met beats unknown */
    tp_layer_free(layer);
}

static void missing_and_not_met_is_not_met(void **state) {
    (void)state;
    tp_layer *layer = new_layer();
    tp_column_set_double(tp_layer_column(layer, "d"), 5, 1.0);
    expect_rows(layer, "i = 1 and d > 5", "nmnnnn");
    expect_rows(layer, "i = 1 and d < 5", "nnnnnu");
    tp_layer_free(layer);
}

static void refuse_filter(const tp_layer *layer, const char *text, const char *said) {
    tp_condition *condition = parse(text);
    tp_filter *filter = (tp_filter *)&condition;
    tp_error error = {0};
    assert_int_equal(tp_filter_new(condition, layer, &filter, &error), TP_E_CONFIG);
    assert_null(filter);
    if (strstr(error.message, said) == NULL) {
        fail_msg("'%s' was refused with: %s", text, error.message);
    }
    tp_condition_free(condition);
}

static void columns_must_fit(void **state) {
    (void)state;
    tp_layer *layer = new_layer();
    refuse_filter(layer, "i = 1 and population > 5", "layer cities has no column 'population'");
    refuse_filter(layer, "d = big", "column 'd' of layer cities holds numbers, 'big' is a text");
    refuse_filter(layer, "i = '1'", "holds numbers");
    refuse_filter(layer, "v > 1", "holds verdicts");
    tp_filter *filter = (tp_filter *)&layer;
    assert_int_equal(tp_filter_new(NULL, layer, &filter, NULL), TP_OK);
    assert_null(filter);
    assert_int_equal(tp_filter_test(NULL, 3), TP_MET);
    tp_filter_free(NULL);
    tp_layer_free(layer);
}

/* ---------------------------------------------------------------- implication */

static bool implies(const char *narrow, const char *also, const char *wide) {
    tp_condition *n = narrow == NULL ? NULL : parse(narrow);
    tp_condition *a = also == NULL ? NULL : parse(also);
    tp_condition *w = wide == NULL ? NULL : parse(wide);
    bool result = tp_condition_implies(n, a, w);
    tp_condition_free(n);
    tp_condition_free(a);
    tp_condition_free(w);
    return result;
}

static void bounds_imply_bounds(void **state) {
    (void)state;
    assert_true(implies("p >= 200000", NULL, "p >= 200000"));
    assert_true(implies("p >= 200001", NULL, "p >= 200000"));
    assert_false(implies("p >= 199999", NULL, "p >= 200000"));
    assert_true(implies("p > 200000", NULL, "p >= 200000"));
    assert_true(implies("p > 200000", NULL, "p > 200000"));
    assert_false(implies("p >= 200000", NULL, "p > 200000"));
    assert_true(implies("p < 5", NULL, "p <= 5"));
    assert_true(implies("p <= 4", NULL, "p < 5"));
    assert_false(implies("p <= 5", NULL, "p < 5"));
    assert_false(implies("p <= 5", NULL, "p >= 5"));
    assert_true(implies("p = 7", NULL, "p >= 5 and p < 8 and p != 6"));
    assert_false(implies("p = 7", NULL, "p >= 5 and p < 7"));
    assert_true(implies("p > 7", NULL, "p != 7"));
    assert_false(implies("p >= 7", NULL, "p != 7"));
    assert_true(implies("p < 7", NULL, "p != 7"));
    assert_true(implies("p >= 2e5", NULL, "p >= 200000.0"));
    assert_false(implies("p >= 200000", NULL, "q >= 200000"));
    assert_false(implies("p >= 9007199254740992", NULL, "p >= 9007199254740993"));
    assert_true(implies("p >= 9007199254740993", NULL, "p >= 9007199254740992"));
    /* there a decimal number compares as a double, which cannot tell neighbours apart */
    assert_false(implies("p >= 9007199254740992.0", NULL, "p >= 9007199254740993"));
    assert_false(implies("p > 9007199254740992", NULL, "p != 9007199254740992.0"));
}

static void texts_imply_equal_texts(void **state) {
    (void)state;
    assert_true(implies("kind = national", NULL, "kind = national"));
    assert_true(implies("kind = national", NULL, "kind = 'national'"));
    assert_false(implies("kind = national", NULL, "kind = private"));
    assert_true(implies("kind = national", NULL, "kind != private"));
    assert_true(implies("kind != private", NULL, "kind != private"));
    assert_false(implies("kind != private", NULL, "kind != public"));
    assert_false(implies("kind != private", NULL, "kind = national"));
    /* `code` may hold texts or numbers, so neither of these is certain */
    assert_false(implies("code = 01100", NULL, "code = 1100"));
    assert_false(implies("code = 01100", NULL, "code != 1100"));
    assert_false(implies("code != 01100", NULL, "code != 1100"));
    assert_true(implies("code = 01100", NULL, "code = 01100"));
}

static void two_conditions_work_together(void **state) {
    (void)state;
    assert_true(implies("p >= 200000", "kind = city", "p >= 100000 and kind = city"));
    assert_false(implies("p >= 200000", NULL, "p >= 100000 and kind = city"));
    assert_true(implies(NULL, "p >= 200000", "p >= 200000"));
    assert_true(implies("p >= 5", "p <= 9", "p > 4 and p < 10"));
    assert_true(implies(NULL, NULL, NULL));
    assert_true(implies("p > 1", NULL, NULL));
    assert_false(implies(NULL, NULL, "p >= 200000"));
}

/* A small random source: the same on every machine. */
static unsigned next(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33);
}

static void random_condition(uint64_t *state, char *text, size_t size, bool numbers_only) {
    static const char *relations[] = {"=", "!=", "<", "<=", ">", ">="};
    static const char *values[] = {"1", "01", "1.0", "2", "2.5", "3", "'1'", "'3'", "x"};
    size_t used = 0;
    unsigned parts = 1 + next(state) % 2;
    for (unsigned i = 0; i < parts; i++) {
        unsigned value = next(state) % (numbers_only ? 6 : 9);
        unsigned relation = next(state) % (value < 6 ? 6 : 2);
        used += (size_t)snprintf(text + used, size - used, "%sc %s %s", i == 0 ? "" : " and ", relations[relation],
                                 values[value]);
    }
}

/* A layer whose column c holds every value worth telling apart, and a missing one. */
static tp_layer *new_domain(tp_type type) {
    static const char *texts[] = {"0",   "1",   "01", "1.0", "1.5", "2", "2.0", "2.2",
                                  "2.5", "2.7", "3",  "3.0", "4",   "x", "y",   ""};
    enum { N = sizeof texts / sizeof texts[0] };
    tp_layer *layer = NULL;
    tp_error error = {0};
    assert_int_equal(tp_layer_new("domain", TP_GEOMETRY_NONE, &layer, &error), TP_OK);
    assert_int_equal(tp_layer_add_rows(layer, N + 1, &error), TP_OK);
    tp_column *column = add_column(layer, "c", type);
    for (int64_t row = 0; row < N; row++) {
        if (type == TP_TYPE_TEXT) {
            set_text(column, row, texts[row]);
        } else if (type == TP_TYPE_DOUBLE && row < 13) {
            tp_column_set_double(column, row, strtod(texts[row], NULL));
        } else if (type == TP_TYPE_INT64) {
            tp_column_set_int64(column, row, row - 2);
        }
    }
    return layer;
}

/* Every row that meets both narrow ones meets the wide one; true also where a filter cannot be made. */
static bool holds_on(const tp_layer *layer, const tp_condition *const conditions[3]) {
    tp_filter *filters[3] = {0};
    bool made = true, holds = true;
    for (size_t i = 0; i < 3; i++) {
        made = tp_filter_new(conditions[i], layer, &filters[i], NULL) == TP_OK && made;
    }
    for (int64_t row = 0; made && row < layer->n_rows; row++) {
        bool narrow = tp_filter_test(filters[0], row) == TP_MET && tp_filter_test(filters[1], row) == TP_MET;
        holds = holds && (!narrow || tp_filter_test(filters[2], row) == TP_MET);
    }
    for (size_t i = 0; i < 3; i++) {
        tp_filter_free(filters[i]);
    }
    return holds;
}

static void implication_is_never_wrong(void **state) {
    (void)state;
    tp_layer *layers[] = {new_domain(TP_TYPE_TEXT), new_domain(TP_TYPE_DOUBLE), new_domain(TP_TYPE_INT64)};
    uint64_t random = 1982;
    int said = 0, true_in_fact = 0;
    for (int trial = 0; trial < 20000; trial++) {
        char texts[3][64];
        tp_condition *conditions[3];
        for (size_t i = 0; i < 3; i++) {
            random_condition(&random, texts[i], sizeof texts[i], trial % 2 == 0);
            conditions[i] = parse(texts[i]);
        }
        const tp_condition *const all[3] = {conditions[0], conditions[1], conditions[2]};
        bool fact = holds_on(layers[0], all) && holds_on(layers[1], all) && holds_on(layers[2], all);
        bool answer = tp_condition_implies(conditions[0], conditions[1], conditions[2]);
        if (answer && !fact) {
            fail_msg("(%s) and (%s) do not imply (%s)", texts[0], texts[1], texts[2]);
        }
        said += answer;
        true_in_fact += fact;
        for (size_t i = 0; i < 3; i++) {
            tp_condition_free(conditions[i]);
        }
    }
    assert_true(said > 1000); /* the test has something to test */
    assert_true(true_in_fact >= said);
    for (size_t i = 0; i < 3; i++) {
        tp_layer_free(layers[i]);
    }
}

/* What is compared by order can have another number; the rest of the text stays as it means. */
static void another_number_in_a_part(void **state) {
    (void)state;
    tp_condition *condition =
        parse("population >= 200000 and kind = 'it is' and name != \"o'clock\" and year < 1990 and n = 3");
    static const bool ordered[] = {true, false, false, true, false};
    double number = 0;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(tp_condition_ordered(condition, i, &number), ordered[i]);
    }
    assert_true(tp_condition_ordered(condition, 0, &number) && number == 200000);
    char *changed = tp_condition_with_number(condition, 0, 1.5e6);
    assert_string_equal(changed,
                        "population >= 1500000 and kind = 'it is' and name != \"o'clock\" and year < 1990 and n = 3");
    tp_condition *again = parse(changed);
    assert_int_equal(tp_condition_count(again), 5);
    free(changed);
    changed = tp_condition_with_number(again, 3, -0.25);
    tp_condition_free(again);
    again = parse(changed);
    assert_true(tp_condition_ordered(again, 3, &number) && number == -0.25);
    free(changed);
    tp_condition_free(again);
    tp_condition_free(condition);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_are_parsed),
        cmocka_unit_test(wrong_conditions_are_refused),
        cmocka_unit_test(rows_are_tested),
        cmocka_unit_test(missing_and_not_met_is_not_met),
        cmocka_unit_test(columns_must_fit),
        cmocka_unit_test(bounds_imply_bounds),
        cmocka_unit_test(texts_imply_equal_texts),
        cmocka_unit_test(two_conditions_work_together),
        cmocka_unit_test(implication_is_never_wrong),
        cmocka_unit_test(another_number_in_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
