/* Reading a table of a file of ours, for commands. */
#include "made_files.h"

static void rows_that_meet_a_filter(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "ours.gpkg", "verdicts", 6668, wkbNone);
    add_column(m, "site_id", OFTString, 0);
    add_column(m, "value", OFTReal, 0);
    add_feature(m, NULL, 2, "a", "1.5");
    add_feature(m, NULL, 2, "b", NULL);
    add_feature(m, NULL, 2, "a", "2");
    m.layer = GDALDatasetCreateLayer(m.dataset, "rejects", NULL, wkbNone, NULL);
    add_column(m, "reason", OFTString, 0);
    end_layer(m);
    tp_layer *table = NULL;
    tp_error error = {0};
    assert_int_equal(tp_read_table(made("ours.gpkg"), "verdicts", "site_id = 'a'", &table, &error), TP_OK);
    assert_int_equal(table->n_rows, 2);
    assert_null(table->id);
    assert_string_equal(tp_column_text(tp_layer_column(table, "site_id"), 1), "a");
    assert_true(tp_layer_column(table, "value")->f64[1] == 2);
    assert_int_equal(tp_layer_column(table, "value")->n_rows, 2);
    tp_layer_free(table);
    assert_int_equal(tp_read_table(made("ours.gpkg"), "verdicts", NULL, &table, &error), TP_OK);
    assert_int_equal(table->n_rows, 3);
    assert_int_equal(tp_layer_column(table, "value")->valid[1], 0);
    tp_layer_free(table);
    assert_int_equal(tp_read_table(made("ours.gpkg"), "rejects", NULL, &table, &error), TP_OK); /* no rows: no fault */
    assert_int_equal(table->n_rows, 0);
    tp_layer_free(table);
    assert_int_equal(tp_read_table(made("ours.gpkg"), "sites", NULL, &table, &error), TP_E_DATA);
    assert_null(table);
    assert_int_equal(tp_read_table(made("none.gpkg"), "sites", NULL, &table, &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "no such file"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_that_meet_a_filter)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
