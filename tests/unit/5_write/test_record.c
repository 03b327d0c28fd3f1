/* Field names are kept apart as SQLite sees them; cells are put in order. */
#include "write_fixture.h"

#include "5_write/record.h"

static void names_are_unique_whatever_their_case(void **state) {
    (void)state;
    tp_record record = {0};
    const char *given[] = {"name", "Name", "name_2", "NAME", "fid", "Geom", "名"};
    const char *expected[] = {"name", "Name_2", "name_2_2", "NAME_3", "fid_2", "Geom_2", "名"};
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(tp_record_add(&record, given[i], TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
        assert_string_equal(record.fields[i].name, expected[i]);
    }
    assert_true(tp_record_has(&record, "nAmE_2"));
    assert_false(tp_record_has(&record, "fid"));
    tp_record_reset(&record);
}

static void columns_do_not_take_our_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *origin, *expected;
    } cases[] = {
        {"iata", "file", "iata"},
        {"Verdict", "file", "Verdict_input"},
        {"verdict", "nearest", "verdict_measured"},
        {"source_file", "file", "source_file_input"},
        {"SOURCE_FID", "file", "SOURCE_FID_input"},
        {"source_fid", "count", "source_fid_measured"},
        {"fid", "file", "fid_input"},
        {"geom", "file", "geom_input"},
        {"verdict_input", "file", "verdict_input_input"},
    };
    tp_record record = {0};
    assert_int_equal(tp_record_add(&record, "verdict", TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tp_column *column = NULL;
        assert_int_equal(tp_column_new(cases[i].name, TP_TYPE_TEXT, NULL, cases[i].origin, 1, &column, NULL), TP_OK);
        assert_int_equal(tp_record_add_column(&record, column, NULL), TP_OK);
        assert_string_equal(record.fields[record.n - 1].name, cases[i].expected);
        tp_column_free(column);
    }
    assert_int_equal(tp_record_add(&record, "source_file", TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
    assert_string_equal(record.fields[record.n - 1].name, "source_file");
    tp_record_reset(&record);
}

static void cells_are_put_in_order(void **state) {
    (void)state;
    tp_record record = {0};
    tp_column *column = NULL;
    assert_int_equal(tp_column_new("v", TP_TYPE_VERDICT, NULL, NULL, 1, &column, NULL), TP_OK);
    tp_column_set_verdict(column, 0, TP_UNKNOWN);
    for (size_t i = 0; i < 6; i++) {
        char name[] = {(char)('a' + i), '\0'};
        assert_int_equal(tp_record_add(&record, name, TP_TYPE_TEXT, NULL, NULL, NULL), TP_OK);
    }
    tp_record_start(&record);
    tp_put_text(&record, "text");
    tp_put_text(&record, NULL);
    tp_put_double(&record, 1.5, true);
    tp_put_int64(&record, INT64_MAX, true);
    tp_put_column(&record, column, 0);
    tp_put_column(&record, NULL, 0);
    assert_int_equal(record.next, 6);
    assert_string_equal(record.cells[0].text, "text");
    assert_true(record.cells[1].missing);
    assert_true(record.cells[2].f64 == 1.5 && !record.cells[2].missing);
    assert_true(record.cells[3].i64 == INT64_MAX);
    assert_string_equal(record.cells[4].text, "unknown");
    assert_true(record.cells[5].missing);
    tp_column_free(column);
    tp_record_reset(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_whatever_their_case),
        cmocka_unit_test(columns_do_not_take_our_names),
        cmocka_unit_test(cells_are_put_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
