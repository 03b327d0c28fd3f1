/* What the stage says of its settings before anything is read. */
#include "network_fixture.h"

static void what_is_missing(void **state) {
    (void)state;
    town t = begin_town();
    add_layer(t.dataset, "points", TP_GEOMETRY_POINT);
    add_layer(t.dataset, "table", TP_GEOMETRY_NONE);
    check_with(&t, "roads: roads");
    assert_fault(&t, TP_E_CONFIG,
                 "c.yaml:1:1: how fast the roads of layer roads are is not said (expected `speed: COLUMN`");
    check_with(&t, "roads: points, default_speed: 30 km/h");
    assert_fault(&t, TP_E_DATA, "c.yaml:1:10: layer points is a point layer (roads needs a line layer)");
    check_with(&t, "speed: x");
    assert_fault(&t, TP_E_CONFIG, "roads");
    check_with(&t, AT_36 ", toll: no");
    assert_fault(&t, TP_E_DATA, "layer roads has no column 'toll', which toll: no asks for");
    check_with(&t, AT_36 ", rail: table");
    assert_fault(&t, TP_E_CONFIG, "'rail' needs 'stations'");
    check_with(&t, AT_36 ", rail: table, stations: points");
    assert_fault(&t, TP_E_DATA, "layer table has no column 'minutes', which network needs (or a column of speeds");
    check_with(&t, AT_36 ", flights: table");
    assert_fault(&t, TP_E_CONFIG, "'flights' needs 'airports'");
    check_with(&t, AT_36 ", airports: points");
    assert_fault(&t, TP_E_CONFIG, "'airports' needs 'flights'");
    check_with(&t, AT_36 ", airports: table, flights: table");
    assert_fault(&t, TP_E_DATA, "layer table is a table layer (airports needs a point layer)");
    check_with(&t, AT_36 ", through_only: nothing = 1");
    assert_fault(&t, TP_E_DATA, "layer roads has no column 'nothing'");
    end_town(&t);
}

static void speeds_are_checked(void **state) {
    (void)state;
    town t = begin_town();
    column_of(t.roads, "kind", TP_TYPE_TEXT);
    check_with(&t, "roads: roads, class: kind, speeds: { a: 50 km/h, b: no }");
    assert_int_equal(t.faults.n, 0);
    check_with(&t, "roads: roads, class: kind, speeds: { a: 50 km/h, b: 0 km/h, c: 30 min, d: 20, e: [1] }");
    assert_fault(&t, TP_E_CONFIG,
                 "the speed of class 'b' is '0 km/h' (expected one above 0 such as `50 km/h`, or `no`)");
    assert_fault(&t, TP_E_CONFIG, "class 'c' is '30 min'");
    assert_fault(&t, TP_E_CONFIG, "class 'd' is '20'");
    assert_fault(&t, TP_E_CONFIG, "class 'e' is '…'");
    check_with(&t, "roads: roads, class: kind, speeds: fast");
    assert_fault(&t, TP_E_CONFIG, "speeds: expected a map");
    check_with(&t, AT_36 ", speeds: { a: 50 km/h }");
    assert_fault(&t, TP_E_CONFIG, "'speeds' needs 'class'");
    check_with(&t, "roads: roads, default_speed: 0 km/h");
    assert_true(t.faults.n > 0);
    end_town(&t);
}

static void tags_say_the_speed(void **state) {
    (void)state;
    town t = begin_town();
    column_of(t.roads, "highway", TP_TYPE_TEXT);
    check_with(&t, "roads: roads");
    assert_int_equal(t.faults.n, 0);
    column_of(t.roads, "from_node", TP_TYPE_INT64);
    column_of(t.roads, "to_node", TP_TYPE_INT64);
    check_with(&t, "roads: roads, node_crossings: yes");
    assert_fault(&t, TP_E_CONFIG, "the lines of layer roads have node ids (from_node, to_node)");
    end_town(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing),
        cmocka_unit_test(speeds_are_checked),
        cmocka_unit_test(tags_say_the_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
