/* Years of a layer: which rows stood in the run's year, sentinels, of which year the rows are, values that came later. */
#include "made_files.h"

#include "1_read/digits.h"
#include "1_read/rejects.h"
#include "1_read/years.h"

/* Reads `yaml` in a run about a year; the check must find nothing wrong. */
static tp_code read_in(entry *e, const char *yaml, int64_t year) {
    assert_int_equal(check_entry(e, yaml, TP_STOP), TP_OK);
    e->plan.run.year = year;
    return run_entry(e);
}

/* "a b c": the ids kept. */
static const char *kept(const entry *e) {
    static char text[400];
    text[0] = '\0';
    for (int64_t row = 0; row < e->layer->n_rows; row++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", row == 0 ? "" : " ",
                 tp_layer_id(e->layer, row));
    }
    return text;
}

static bool finding_says(const entry *e, const char *part, bool warning) {
    for (size_t i = 0; i < e->dataset->n_findings; i++) {
        if (strstr(e->dataset->findings[i].text, part) != NULL && e->dataset->findings[i].warning == warning) {
            return true;
        }
    }
    for (size_t i = 0; i < e->dataset->n_findings; i++) {
        print_message("finding: %s\n", e->dataset->findings[i].text);
    }
    return false;
}

static void just_before_in_and_just_after(void **state) {
    (void)state;
    write_text("t.csv",
               "id,opened,closed\nbefore,1983,\nin,1984,\nafter,1985,\ngone_in,1900,1984\ngone_after,1900,1985\n"
               "gone_before,1900,1983\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: opened, to: closed }", 1984), TP_OK);
    assert_string_equal(kept(&e), "before in gone_after");
    assert_int_equal(e.dataset->n_findings, 0);
    assert_int_equal(e.layer->n_lost, 0);
    end_entry(&e);
}

static void sentinels(void **state) {
    (void)state;
    write_text("t.csv", "id,a,b\nstill_9999,1960,9999\nstill_999,1960,999\nno_end,1960,\nunknown_end,1960,0\n"
                        "unknown_end_too,1960,-1\nunknown_begin,0,9999\nopen_begin,9999,9999\nno_begin,,9999\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a, to: b }", 1984), TP_OK);
    assert_int_equal(e.layer->n_rows, 8);
    assert_true(finding_says(&e, "places: of 5 of 8 rows it is not known whether they stood in 1984", true));
    end_entry(&e);
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a, to: b, unknown_year: leave_out }", 1984), TP_OK);
    assert_string_equal(kept(&e), "still_9999 still_999 no_end");
    assert_int_equal(e.layer->n_lost, 5);
    assert_int_equal(e.dataset->n_rejects, 5);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_YEAR_UNKNOWN);
    end_entry(&e);
}

static void begun_in_1950_may_mean_before(void **state) {
    (void)state;
    write_text("t.csv", "id,a\nold,1950\nnew,1951\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a }", 1949), TP_OK);
    assert_string_equal(kept(&e), "old");
    assert_true(finding_says(&e, "of 1 of 1 rows it is not known", true));
    end_entry(&e);
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a }", 1950), TP_OK);
    assert_string_equal(kept(&e), "old");
    assert_int_equal(e.dataset->n_findings, 0);
    end_entry(&e);
    write_text("t.csv",
               "id,a\nold,1949\nin_1950,1950\n"); /* earlier years stand there: 1950 is a year like any other */
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a }", 1949), TP_OK);
    assert_string_equal(kept(&e), "old");
    end_entry(&e);
}

static void years_in_texts(void **state) {
    (void)state;
    write_text("t.csv", "id,a\ndate,1984-12-31\njapanese,1985年\nwide,１９８３年\nword,unknown\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, from: a }", 1984), TP_OK);
    assert_string_equal(kept(&e), "date wide word");
    assert_true(finding_says(&e, "of 1 of 3 rows", true));
    end_entry(&e);
    assert_int_equal(read_in(&e, "{ file: t.csv, id: a, from: id }", 1984), TP_E_DATA);
    assert_string_equal(e.error.message, "c.yaml:1:29: column 'id' holds no years (expected texts that begin with a "
                                         "year, such as 1985)");
    end_entry(&e);
}

static void years_of_eras(void **state) {
    (void)state;
    /* the last and first years of the eras meet in 1912, 1926, 1989 and 2019 */
    static const struct {
        const char *text;
        int64_t year; /* 0: none */
    } cases[] = {{"昭和58年3月", 1983}, {"昭和５８年", 1983}, {"S58", 1983},      {"S58.3.31", 1983},
                 {"H7", 1995},          {"平成元年", 1989},   {"令和元年", 2019}, {"R2-04-01", 2020},
                 {"明治45年", 1912},    {"大正元年", 1912},   {"大正15年", 1926}, {"昭和1年", 1926},
                 {"M1", 1868},          {"T3", 1914},         {"S", 0},           {"Station 5", 0},
                 {"昭和", 0},           {"S1985", 0},         {"S元", 0}};
    tp_column *column = NULL;
    assert_int_equal(tp_column_new("opened", TP_TYPE_TEXT, NULL, NULL, 1, &column, NULL), TP_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t year = -1;
        assert_int_equal(tp_column_set_text(column, 0, cases[i].text, strlen(cases[i].text), NULL), TP_OK);
        bool found = tp_read_year(column, 0, &year);
        assert_int_equal(found, cases[i].year != 0);
        if (found) {
            assert_int_equal(year, cases[i].year);
        }
    }
    tp_column_free(column);
}

static void populations_of_another_time(void **state) {
    (void)state;
    write_text("t.csv", "id,population,pop_year\na,1,2020\nb,2,2015\n");
    entry e;
    static const struct {
        int64_t run_year, apart;
    } cases[] = {{2010, 10}, {2014, 6}, {2015, 0}, {2020, 0}, {2021, -6}, {1984, 36}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_in(&e, "{ file: t.csv, id: id }", cases[i].run_year), TP_OK);
        assert_int_equal(e.layer->first_year, 2015);
        assert_int_equal(e.layer->last_year, 2020);
        assert_int_equal(e.layer->years_apart, cases[i].apart);
        assert_int_equal(e.dataset->n_findings, cases[i].apart != 0);
        end_entry(&e);
    }
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, year: 1985 }", 1991), TP_OK);
    assert_true(finding_says(&e, "places: of 1985, 6 years before the run's year 1991", true));
    end_entry(&e);
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, year: 1985 }", 1990), TP_OK);
    assert_int_equal(e.dataset->n_findings, 0);
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: t.csv, id: id, year: pop_yaer }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:30: layer places has no column 'pop_yaer' (of years)"));
    end_entry(&e);
}

static void a_layer_that_says_no_year(void **state) {
    (void)state;
    write_text("t.csv", "id,n\na,1\nb,2\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id }", 1984), TP_OK);
    assert_true(finding_says(&e, "places: nothing says of which year it is", true));
    end_entry(&e);
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id }", 0), TP_OK);
    assert_int_equal(e.dataset->n_findings, 0);
    end_entry(&e);
}

static void values_that_came_later(void **state) {
    (void)state;
    write_text("t.csv", "id,shinkansen,kind,shink_year\nold,1,shinkansen,1964\nin,1,shinkansen,1984\n"
                        "later,1,shinkansen,1985\nnone,0,express,\n");
    entry e;
    const char *yaml = "{ file: t.csv, id: id, year: 1984, since: { shinkansen: shink_year, kind: shink_year } }";
    assert_int_equal(read_in(&e, yaml, 1984), TP_OK);
    const tp_column *flag = tp_layer_column(e.layer, "shinkansen");
    static const int64_t expected[] = {1, 1, 0, 0};
    for (int64_t row = 0; row < 4; row++) {
        assert_int_equal(flag->valid[row], 1);
        assert_int_equal(flag->i64[row], expected[row]);
    }
    assert_string_equal(cell(&e, "kind", 1), "shinkansen");
    assert_null(cell(&e, "kind", 2));
    assert_string_equal(cell(&e, "kind", 3), "express");
    assert_true(
        finding_says(&e, "'kind' holds from 'shink_year' on: not yet in 1984 for 1 rows, where it is unknown", false));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: t.csv, id: id, since: { kin: shink_year, kind: year } }", TP_STOP),
                     TP_E_DATA);
    assert_true(fault_says(&e.faults, "layer places has no column 'kin'"));
    assert_true(fault_says(&e.faults, "layer places has no column 'year' (of years)"));
    end_entry(&e);
}

static void wide_digits_of_ids_and_numbers(void **state) {
    (void)state;
    write_text("t.csv", "id,n,name\n１４１００,10,３丁目\n14101　,20,b\n14102,３０,c\n14103,40,d\n14104,50,e\n14105,60,"
                        "f\n14106,70,g\n14107,80,h\n14108,－９０,i\n14109,100,j\n");
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, name: name }", 0), TP_OK);
    assert_string_equal(cell(&e, "id", 0), "14100");
    assert_string_equal(cell(&e, "id", 1), "14101");
    assert_string_equal(cell(&e, "name", 0), "３丁目"); /* a name keeps what was written */
    const tp_column *n = tp_layer_column(e.layer, "n");
    assert_int_equal(n->type, TP_TYPE_INT64);
    assert_int_equal(n->i64[2], 30);
    assert_int_equal(n->i64[8], -90);
    assert_int_equal(e.dataset->n_rejects, 4);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_FOLDED);
    assert_string_equal(e.dataset->rejects[0].detail, "id: １４１００ is 14100");
    end_entry(&e);
}

static void the_same_in_cp932(void **state) {
    (void)state;
    /* id, n with full-width digits, a name with signs that only CP932 has */
    static const char bytes[] = "id,n,name\n\x82\x50\x82\x51,1,\xFB\xFC\x96\xEC\n13,\x82\x52,\xED\x95\x8D\xE8\n"
                                "14,5,\x87\x40\x87\x8A\n";
    write_bytes("t.csv", bytes, sizeof bytes - 1);
    entry e;
    assert_int_equal(read_in(&e, "{ file: t.csv, id: id, name: name }", 0), TP_OK);
    assert_string_equal(cell(&e, "id", 0), "12");
    assert_int_equal(tp_layer_column(e.layer, "n")->i64[1], 3);
    assert_string_equal(cell(&e, "name", 0), "髙野");
    assert_string_equal(cell(&e, "name", 2), "①㈱");
    end_entry(&e);
}

static void folding(void **state) {
    (void)state;
    char folded[TP_FOLDED_SIZE];
    static const struct {
        const char *text, *digits, *number; /* NULL: nothing to fold */
    } cases[] = {{"123", NULL, NULL}, {"", NULL, NULL},           {"東京", NULL, NULL},           {"０９", "09", "09"},
                 {"　", "", ""},      {"　7　8　", "7 8", "7 8"}, {"－１．５", "－1．5", "-1.5"}, {"−5", NULL, "-5"},
                 {"＋2", NULL, "+2"}, {"A－１", "A－1", "A-1"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        assert_int_equal(tp_digits_fold(text, strlen(text), folded), cases[i].digits != NULL);
        if (cases[i].digits != NULL) {
            assert_string_equal(folded, cases[i].digits);
        }
        assert_int_equal(tp_number_fold(text, strlen(text), folded), cases[i].number != NULL);
        if (cases[i].number != NULL) {
            assert_string_equal(folded, cases[i].number);
        }
    }
    assert_true(tp_number_fold_raw("\x81\x7C\x82\x50\x81\x44\x82\x58", 8, folded));
    assert_string_equal(folded, "-1.9");
    assert_true(tp_number_fold_raw("\x82\x4F\x82\x58\x81\x40", 6, folded));
    assert_string_equal(folded, "09");
    assert_true(tp_number_fold_raw("０９　", strlen("０９　"), folded));
    assert_string_equal(folded, "09");
    assert_false(tp_number_fold_raw("\x82\x4E", 2, folded));
    assert_false(tp_number_fold_raw("\x82\x59", 2, folded));
    assert_false(tp_number_fold_raw("\x93\x8C", 2, folded));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(just_before_in_and_just_after),
        cmocka_unit_test(sentinels),
        cmocka_unit_test(begun_in_1950_may_mean_before),
        cmocka_unit_test(years_in_texts),
        cmocka_unit_test(years_of_eras),
        cmocka_unit_test(populations_of_another_time),
        cmocka_unit_test(a_layer_that_says_no_year),
        cmocka_unit_test(values_that_came_later),
        cmocka_unit_test(wide_digits_of_ids_and_numbers),
        cmocka_unit_test(the_same_in_cp932),
        cmocka_unit_test(folding),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
