/* balance: scores by hand, evenness, open parts, layers that are not read. */
#include "measure_fixture.h"

extern const tp_stage tp_stage_balance;

#define SETTINGS "{ academia: [universities, institutes], within: 30 min }"

/* Two plants, one university, two institutes, a city of 10,000 at the site: every score is one half. */
static tp_dataset *even_town(double population) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    (void)add_point(sites, "s", "S", 139, 35);
    (void)add_point(sites, "far", "Far", 141, 35);
    tp_layer *plants = new_layer(dataset, "plants", TP_GEOMETRY_POINT);
    (void)add_point(plants, "p1", "P1", 139.01, 35);
    (void)add_point(plants, "p2", "P2", 139.02, 35);
    (void)add_point(new_layer(dataset, "universities", TP_GEOMETRY_POINT), "u", "U", 139.01, 35);
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    (void)add_point(institutes, "i1", "I1", 139.01, 35);
    (void)add_point(institutes, "i2", "I2", 139.02, 35);
    tp_layer *cities = new_layer(dataset, "cities", TP_GEOMETRY_POINT);
    add_column(cities, "population", TP_TYPE_DOUBLE, "persons");
    (void)add_city(cities, "c", "C", 139, 35, "population", population);
    return dataset;
}

static void scores_by_hand(void **state) {
    (void)state;
    tp_dataset *dataset = even_town(10000);
    const tp_measure *even = measured(dataset, &tp_stage_balance, "b", SETTINGS);
    assert_exact(even, 0, 100);
    assert_exact(even, 1, 0); /* nothing of anything is in reach */
    assert_evidence(even, 0,
                    "balance 100 % within 30 min (industry 0.5 by 2 plants, academia 0.5 by 3 universities and "
                    "institutes, housing 0.5 by 10,000 persons; a score is half at 2, 3 and 10,000)",
                    true);
    tp_dataset_free(dataset);
    dataset = even_town(30000); /* 3/4 against 1/2 */
    const tp_measure *more = measured(dataset, &tp_stage_balance, "b", SETTINGS);
    assert_close(more->value[0], 100 * 0.5 / 0.75, 1e-9);
    const tp_measure *other =
        measured(dataset, &tp_stage_balance, "c",
                 "{ academia: [universities, institutes], within: 30 min, people_wanted: 30000 persons }");
    assert_exact(other, 0, 100);
    tp_dataset_free(dataset);
}

static void what_is_not_known_is_open(void **state) {
    (void)state;
    tp_dataset *dataset = even_town(10000);
    set_coverage(tp_dataset_layer(dataset, "plants"), NULL);
    const tp_measure *sample = measured(dataset, &tp_stage_balance, "b", SETTINGS);
    assert_interval(sample, 0, 0, 100);
    assert_int_equal(sample->known[0], 1);
    assert_evidence(sample, 0, "balance 100 % by what is known within 30 min (industry 0.5 by at least 2 plants",
                    false);
    assert_int_equal(sample->known[1], 0);
    tp_dataset_free(dataset);
    dataset = even_town(NAN);
    assert_interval(measured(dataset, &tp_stage_balance, "b", SETTINGS), 0, 0, 100);
    tp_dataset_free(dataset);
    dataset = even_town(10000);
    const tp_measure *unread =
        measured(dataset, &tp_stage_balance, "b", "{ academia: [universities, incubators], within: 30 min }");
    assert_string_equal(unread->missing_layer, "incubators");
    assert_interval(unread, 0, -INFINITY, INFINITY);
    assert_ok(run_stage(dataset, &tp_stage_balance, "even", SETTINGS, false, error));
    double number;
    assert_true(tp_column_number(tp_layer_column(tp_dataset_layer(dataset, "sites"), "even"), 0, &number) &&
                number == 100);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(what_is_not_known_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
