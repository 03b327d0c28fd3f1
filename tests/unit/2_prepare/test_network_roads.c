/* Roads of a line layer as a network: times, directions, what is left out, where lines meet. */
#include "network_fixture.h"

/* ---- times ---- */

static void milliseconds_are_rounded_half_up(void **state) {
    (void)state;
    uint32_t ms = 0;
    assert_true(tp_network_ms(1, 3.6, &ms));
    assert_int_equal(ms, 1000);
    assert_true(tp_network_ms(0.0014999, 3.6, &ms));
    assert_int_equal(ms, 1);
    assert_true(tp_network_ms(2.5, 3600, &ms)); /* 2.5 ms exactly */
    assert_int_equal(ms, 3);
    assert_true(tp_network_ms(2.4999, 3600, &ms));
    assert_int_equal(ms, 2);
    assert_true(tp_network_ms(1e-9, 300, &ms)); /* at least 1 */
    assert_int_equal(ms, 1);
    assert_true(tp_network_ms(TP_TIME_MAX_MS, 3600, &ms));
    assert_int_equal(ms, TP_TIME_MAX_MS);
    assert_false(tp_network_ms((double)TP_TIME_MAX_MS + 1, 3600, &ms));
    assert_true(tp_network_minutes_ms(0, &ms));
    assert_int_equal(ms, 0);
    assert_true(tp_network_minutes_ms(1.5, &ms));
    assert_int_equal(ms, 90000);
    assert_false(tp_network_minutes_ms(1e9, &ms));
}

static void lengths_are_geodesic(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "130 32, 130.1 32.05, 130.2 32");
    add_road(&t, "b", "130.2 32, 130.2 32.3");
    build(&t, AT_36);
    uint32_t ms = ms_from_to(&t, 130, 32, 130.2, 32.3);
    double a_m = tp_geodesic_distance_m(&t.dataset->ellipsoid, 130, 32, 130.1, 32.05) +
                 tp_geodesic_distance_m(&t.dataset->ellipsoid, 130.1, 32.05, 130.2, 32);
    uint32_t b_ms = expected_ms(&t, 130.2, 32, 130.2, 32.3, 36);
    assert_int_equal(ms, (uint32_t)floor(a_m * 100 + 0.5) + b_ms);
    assert_int_equal(ms_from_to(&t, 130.2, 32.3, 130, 32), ms);
    /* a degree of the meridian at 32 degrees is 110,893 m on GRS80 (series of the meridian radius): 0.3 of it at 10 m/s */
    assert_true(fabs(b_ms / 1000.0 - 0.3 * 110893 / 10) < 1);
    assert_int_equal(count_of(&t, TP_COUNT_ROADS), 2);
    assert_int_equal(count_of(&t, TP_COUNT_USED), 2);
    assert_int_equal(count_of(&t, TP_COUNT_SPEED_DEFAULT), 2);
    assert_int_equal(count_of(&t, TP_COUNT_ENDS), 4);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_EXACT), 3);
    assert_int_equal(network_of(&t)->n_nodes, 3);
    assert_int_equal(t.dataset->network->method, TP_METHOD_ROAD);
    assert_true(t.dataset->network->join.limit_m == 2000 && t.dataset->network->join.off_road_km_h == 15);
    end_town(&t);
}

static void settings_reach_the_transport(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "130 32, 130.1 32.05");
    build(&t, AT_36 ", model: yes, snap: 5 km, off_road: 4 km/h, components: any, tolerance: 3 m");
    assert_int_equal(t.dataset->network->method, TP_METHOD_ROAD_MODEL);
    assert_true(t.dataset->network->join.limit_m == 5000 && t.dataset->network->join.off_road_km_h == 4);
    assert_int_equal(t.dataset->network->join.component, TP_JOIN_ANY);
    assert_true(t.dataset->network->tolerance_m == 3);
    end_town(&t);
}

/* ---- speeds ---- */

static void speeds_of_a_column(void **state) {
    (void)state;
    town t = begin_town();
    static const double speeds[] = {36, -5, 0, NAN, 72};
    for (int i = 0; i < 5; i++) {
        char line[80], id[2] = {(char)('a' + i), '\0'};
        snprintf(line, sizeof line, "130 %d, 130.1 %d", 30 + i, 30 + i);
        set_number(t.roads, add_road(&t, id, line), "kmh", speeds[i]);
    }
    add_road(&t, "f", "130 35, 130.1 35"); /* missing */
    column_of(t.roads, "kmh", TP_TYPE_DOUBLE)->valid[3] = 1;
    column_of(t.roads, "kmh", TP_TYPE_DOUBLE)->f64[3] = NAN; /* even where a file managed to say so */
    build(&t, "roads: roads, speed: kmh");
    assert_int_equal(ms_from_to(&t, 130, 30, 130.1, 30), expected_ms(&t, 130, 30, 130.1, 30, 36));
    assert_int_equal(ms_from_to(&t, 130, 34, 130.1, 34), expected_ms(&t, 130, 34, 130.1, 34, 72));
    assert_int_equal(t.roads->n_rows, 2);
    assert_int_equal(count_of(&t, TP_COUNT_ROADS), 6);
    assert_int_equal(count_of(&t, TP_COUNT_REJECTED), 4);
    assert_int_equal(count_of(&t, TP_COUNT_SPEED_BAD), 2);
    assert_int_equal(count_of(&t, TP_COUNT_SPEED_MISSING), 2);
    assert_reject(&t, 101, TP_REJECT_SPEED_BAD, "kmh: -5");
    assert_reject(&t, 102, TP_REJECT_SPEED_BAD, "kmh: 0");
    assert_int_equal(count_rejects(&t, TP_REJECT_SPEED_MISSING), 2);
    /* the ways know their rows as they are numbered now */
    assert_string_equal(tp_layer_id(t.roads, network_of(&t)->ways.source_row[1]), "e");
    end_town(&t);
}

static void default_speed_is_for_missing_ones(void **state) {
    (void)state;
    town t = begin_town();
    set_number(t.roads, add_road(&t, "a", "130 30, 130.1 30"), "kmh", 72);
    add_road(&t, "b", "130 31, 130.1 31");
    set_number(t.roads, add_road(&t, "c", "130 32, 130.1 32"), "kmh", -1);
    build(&t, AT_36 ", speed: kmh");
    assert_int_equal(ms_from_to(&t, 130, 30, 130.1, 30), expected_ms(&t, 130, 30, 130.1, 30, 72));
    assert_int_equal(ms_from_to(&t, 130, 31, 130.1, 31), expected_ms(&t, 130, 31, 130.1, 31, 36));
    assert_int_equal(count_of(&t, TP_COUNT_SPEED_DEFAULT), 1);
    assert_int_equal(count_of(&t, TP_COUNT_SPEED_BAD), 1);
    end_town(&t);
}

static void speeds_by_class(void **state) {
    (void)state;
    town t = begin_town();
    static const char *const classes[] = {"National", "path", "odd", NULL};
    for (int i = 0; i < 4; i++) {
        char line[80], id[2] = {(char)('a' + i), '\0'};
        snprintf(line, sizeof line, "130 %d, 130.1 %d", 30 + i, 30 + i);
        int64_t row = add_road(&t, id, line);
        if (classes[i] != NULL) {
            set_text(t.roads, row, "kind", classes[i]);
        }
    }
    build(&t, "roads: roads, class: kind, speeds: { National: 54 km/h, path: no }");
    assert_int_equal(ms_from_to(&t, 130, 30, 130.1, 30), expected_ms(&t, 130, 30, 130.1, 30, 54));
    assert_int_equal(count_of(&t, TP_COUNT_NOT_ROADS), 1);
    assert_int_equal(count_of(&t, TP_COUNT_CLASS_UNKNOWN), 2);
    assert_reject(&t, 102, TP_REJECT_CLASS_UNKNOWN, "kind: odd");
    assert_int_equal(t.roads->n_rows, 2); /* the path stays in the layer: it is no fault of the data */
    end_town(&t);
}

/* ---- directions ---- */

static void one_way_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool forward, backward;
    } cases[] = {{"yes", true, false}, {"1", true, false},  {"TRUE", true, false},    {" FT ", true, false},
                 {"-1", false, true},  {"TF", false, true}, {"reverse", false, true}, {"no", true, true},
                 {"0", true, true},    {"", true, true},    {"B", true, true},        {"sideways", true, true}};
    enum { N = sizeof cases / sizeof cases[0] };
    town t = begin_town();
    for (int i = 0; i < N; i++) {
        char line[80];
        snprintf(line, sizeof line, "130 %d, 130.1 %d", 20 + i, 20 + i);
        set_text(t.roads, add_road(&t, "x", line), "dir", cases[i].text);
    }
    build(&t, AT_36 ", oneway: dir");
    for (int i = 0; i < N; i++) {
        assert_int_equal(ms_from_to(&t, 130, 20 + i, 130.1, 20 + i) != TP_NO_TIME, cases[i].forward);
        assert_int_equal(ms_from_to(&t, 130.1, 20 + i, 130, 20 + i) != TP_NO_TIME, cases[i].backward);
    }
    assert_int_equal(count_of(&t, TP_COUNT_ONE_WAY), 7);
    assert_int_equal(count_of(&t, TP_COUNT_ONEWAY_UNCLEAR), 1);
    assert_int_equal(count_of(&t, TP_COUNT_MENDED), 1);
    assert_reject(&t, 111, TP_REJECT_ONEWAY, "dir: sideways");
    end_town(&t);
}

static void one_way_numbers(void **state) {
    (void)state;
    town t = begin_town();
    static const int64_t values[] = {1, -1, 0};
    for (int i = 0; i < 3; i++) {
        char line[80];
        snprintf(line, sizeof line, "130 %d, 130.1 %d", 30 + i, 30 + i);
        set_integer(t.roads, add_road(&t, "x", line), "dir", values[i]);
    }
    build(&t, AT_36 ", oneway: dir");
    assert_true(ms_from_to(&t, 130, 30, 130.1, 30) != TP_NO_TIME && ms_from_to(&t, 130.1, 30, 130, 30) == TP_NO_TIME);
    assert_true(ms_from_to(&t, 130, 31, 130.1, 31) == TP_NO_TIME && ms_from_to(&t, 130.1, 31, 130, 31) != TP_NO_TIME);
    assert_true(ms_from_to(&t, 130, 32, 130.1, 32) != TP_NO_TIME && ms_from_to(&t, 130.1, 32, 130, 32) != TP_NO_TIME);
    end_town(&t);
}

static void toll_ferry_and_access(void **state) {
    (void)state;
    for (int allowed = 0; allowed < 2; allowed++) {
        town t = begin_town();
        add_road(&t, "road", "130 29, 130.1 29");
        set_text(t.roads, add_road(&t, "toll", "130 30, 130.1 30"), "toll", "yes");
        set_text(t.roads, add_road(&t, "ferry", "130 31, 130.1 31"), "route", "ferry");
        set_text(t.roads, add_road(&t, "private", "130 32, 130.1 32"), "access", "private");
        int64_t bus = add_road(&t, "bus", "130 33, 130.1 33");
        set_text(t.roads, bus, "access", "no");
        set_text(t.roads, bus, "motor_vehicle", "yes"); /* the more particular tag decides */
        build(&t, allowed ? AT_36 : AT_36 ", toll: no, ferry: no");
        assert_int_equal(count_of(&t, TP_COUNT_USED), allowed ? 4 : 2);
        assert_int_equal(count_of(&t, TP_COUNT_TOLL), !allowed);
        assert_int_equal(count_of(&t, TP_COUNT_FERRY), !allowed);
        assert_int_equal(count_of(&t, TP_COUNT_CLOSED), 1);
        assert_int_equal(t.roads->n_rows, 5);
        if (allowed) {
            assert_int_equal(ms_from_to(&t, 130, 31, 130.1, 31), expected_ms(&t, 130, 31, 130.1, 31, 15));
            assert_int_equal(network_of(&t)->ways.mode[2], TP_MODE_FERRY);
        }
        end_town(&t);
    }
}

static void through_only_by_condition(void **state) {
    (void)state;
    town t = begin_town();
    set_text(t.roads, add_road(&t, "a", "130 30, 130.1 30"), "kind", "expressway");
    set_text(t.roads, add_road(&t, "b", "130 31, 130.1 31"), "kind", "street");
    build(&t, AT_36 ", through_only: kind = expressway");
    assert_int_equal(network_of(&t)->ways.through_only[0], 1);
    assert_int_equal(network_of(&t)->ways.through_only[1], 0);
    end_town(&t);
}

/* ---- where lines meet ---- */

/* A bridge over a road: lines that cross meet only where they are told to. */
static void crossings(void **state) {
    (void)state;
    for (int noded = 0; noded < 2; noded++) {
        town t = begin_town();
        add_road(&t, "a", "130 32, 130.02 32.02");
        add_road(&t, "b", "130 32.02, 130.02 32");
        build(&t, noded ? AT_36 ", node_crossings: yes" : AT_36);
        assert_int_equal(network_of(&t)->n_nodes, noded ? 5 : 4);
        assert_int_equal(network_of(&t)->ways.n_ways, noded ? 4 : 2);
        assert_int_equal(count_of(&t, TP_COUNT_CROSSINGS), noded);
        assert_int_equal(ms_from_to(&t, 130, 32, 130, 32.02) != TP_NO_TIME, noded);
        if (noded) {
            int64_t middle = node_at(&t, 130.01, 32.01);
            assert_true(middle >= 0);
            assert_int_equal(ms_between(&t, node_at(&t, 130, 32), middle), expected_ms(&t, 130, 32, 130.01, 32.01, 36));
            assert_int_equal(network_of(&t)->ways.source_row[1], 0); /* pieces know their row */
            assert_int_equal(network_of(&t)->ways.source_row[2], 1);
        }
        end_town(&t);
    }
}

static void crossings_of_levels(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "ground", "130 32, 130.02 32");
    set_text(t.roads, add_road(&t, "bridge", "130.01 31.99, 130.01 32.01"), "bridge", "yes");
    set_text(t.roads, add_road(&t, "tunnel", "130.015 31.99, 130.015 32.01"), "tunnel", "yes");
    set_text(t.roads, add_road(&t, "layer 0", "130.005 31.99, 130.005 32.01"), "layer", "0");
    build(&t, AT_36 ", node_crossings: yes");
    assert_int_equal(count_of(&t, TP_COUNT_CROSSINGS), 1);
    assert_true(node_at(&t, 130.005, 32) >= 0);
    assert_int_equal(node_at(&t, 130.01, 32), -1);
    assert_int_equal(node_at(&t, 130.015, 32), -1);
    end_town(&t);
}

/* Touching counts as crossing: an end on a line, a common vertex, lines on top of each other, an end that falls short
 * by less than the tolerance, and a line that crosses itself. */
static void crossings_that_touch(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "main", "130 32, 130.04 32");
    add_road(&t, "tee", "130.01 32, 130.01 32.01");
    add_road(&t, "short", "130.03 32.000005, 130.03 32.01"); /* 0.55 m short */
    add_road(&t, "far", "130.035 32.00002, 130.035 32.01");  /* 2.2 m */
    add_road(&t, "v", "130.05 32.01, 130.06 32, 130.07 32.01");
    add_road(&t, "w", "130.05 31.99, 130.06 32, 130.07 31.99");
    add_road(&t, "over", "130.02 32, 130.05 32");
    add_road(&t, "self", "131 32, 131.02 32, 131.01 32.01, 131.01 31.99");
    build(&t, AT_36 ", node_crossings: yes");
    int64_t west = node_at(&t, 130, 32);
    assert_int_equal(ms_between(&t, west, node_at(&t, 130.01, 32.01)),
                     expected_ms(&t, 130, 32, 130.01, 32, 36) + expected_ms(&t, 130.01, 32, 130.01, 32.01, 36));
    assert_true(ms_between(&t, west, node_at(&t, 130.03, 32.01)) != TP_NO_TIME);
    assert_true(ms_between(&t, west, node_at(&t, 130.035, 32.01)) == TP_NO_TIME);
    assert_true(ms_from_to(&t, 130.05, 32.01, 130.07, 31.99) != TP_NO_TIME);
    assert_true(ms_between(&t, west, node_at(&t, 130.05, 32)) != TP_NO_TIME);
    assert_int_equal(count_rejects(&t, TP_REJECT_PARTS_LEFT_OUT), 1); /* what lies on top of the main road */
    assert_int_equal(ms_from_to(&t, 131, 32, 131.01, 31.99),
                     expected_ms(&t, 131, 32, 131.01, 32, 36) + expected_ms(&t, 131.01, 32, 131.01, 31.99, 36));
    end_town(&t);
}

/* Ends apart by exactly the tolerance are joined, by the least bit more they are not. */
static void tolerance_is_inclusive(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        town t = begin_town();
        add_road(&t, "a", "130 32, 130.01 32");
        add_road(&t, "b", "130.010007 32, 130.02 32");
        double gap_m = tp_geodesic_distance_m(&t.dataset->ellipsoid, 130.01, 32, 130.010007, 32);
        double tolerance = i == 0 ? nextafter(gap_m, 0) : i == 1 ? gap_m : gap_m * 1.001;
        char settings[160];
        snprintf(settings, sizeof settings, AT_36 ", tolerance: %.17g m", tolerance);
        build(&t, settings);
        assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), i > 0);
        assert_int_equal(network_of(&t)->n_nodes, i > 0 ? 3 : 4);
        if (i > 0) { /* drawn to the first of the two */
            assert_int_equal(ms_from_to(&t, 130, 32, 130.02, 32),
                             expected_ms(&t, 130, 32, 130.01, 32, 36) + expected_ms(&t, 130.01, 32, 130.02, 32, 36));
        }
        end_town(&t);
    }
}

static void tolerance_joins_chains(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "b", "130.010018 32, 130.02 32");   /* 1.7 m from a */
    add_road(&t, "c", "130.010009 32, 130.01 32.1"); /* 0.85 m from both */
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_EXACT), 6);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), 2);
    assert_true(ms_from_to(&t, 130, 32, 130.02, 32) != TP_NO_TIME);
    end_town(&t);
    t = begin_town();
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "b", "130.010001 32, 130.02 32");
    build(&t, AT_36 ", tolerance: 0 m");
    assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), 0);
    assert_true(ms_from_to(&t, 130, 32, 130.02, 32) == TP_NO_TIME);
    end_town(&t);
}

/* Minus zero is zero. */
static void zero_is_one_point(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "0 0, 0.01 0");
    add_road(&t, "b", "-0.0 -0.0, 0 0.01");
    build(&t, AT_36 ", tolerance: 0 m");
    assert_int_equal(network_of(&t)->n_nodes, 3);
    end_town(&t);
}

/* Node ids say where lines meet, whatever the coordinates. */
static void node_ids_decide(void **state) {
    (void)state;
    town t = begin_town();
    static const int64_t ids[][2] = {{1, 2}, {2, 3}, {7, 4}};
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "b", "130.01 32, 130.02 32");
    add_road(&t, "c", "130.01 32, 130.01 32.01"); /* starts on a bridge over the others */
    for (int64_t row = 0; row < 3; row++) {
        set_integer(t.roads, row, "from_node", ids[row][0]);
        set_integer(t.roads, row, "to_node", ids[row][1]);
    }
    build(&t, AT_36);
    assert_int_equal(network_of(&t)->n_nodes, 5);
    assert_true(t.dataset->network->tolerance_m == 0);
    assert_true(ms_from_to(&t, 130, 32, 130.02, 32) != TP_NO_TIME);
    assert_true(ms_from_to(&t, 130, 32, 130.01, 32.01) == TP_NO_TIME);
    end_town(&t);
}

/* A line of no length between two node ids makes them one. */
static void node_ids_at_one_point(void **state) {
    (void)state;
    town t = begin_town();
    static const int64_t ids[][2] = {{1, 2}, {2, 3}, {3, 4}};
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "nothing", "130.01 32, 130.01 32");
    add_road(&t, "b", "130.01 32, 130.02 32");
    for (int64_t row = 0; row < 3; row++) {
        set_integer(t.roads, row, "from_node", ids[row][0]);
        set_integer(t.roads, row, "to_node", ids[row][1]);
    }
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_TINY), 1);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), 1);
    assert_int_equal(network_of(&t)->n_nodes, 3);
    assert_true(ms_from_to(&t, 130, 32, 130.02, 32) != TP_NO_TIME);
    end_town(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(milliseconds_are_rounded_half_up),
        cmocka_unit_test(lengths_are_geodesic),
        cmocka_unit_test(settings_reach_the_transport),
        cmocka_unit_test(speeds_of_a_column),
        cmocka_unit_test(default_speed_is_for_missing_ones),
        cmocka_unit_test(speeds_by_class),
        cmocka_unit_test(one_way_texts),
        cmocka_unit_test(one_way_numbers),
        cmocka_unit_test(toll_ferry_and_access),
        cmocka_unit_test(through_only_by_condition),
        cmocka_unit_test(crossings),
        cmocka_unit_test(crossings_of_levels),
        cmocka_unit_test(crossings_that_touch),
        cmocka_unit_test(tolerance_is_inclusive),
        cmocka_unit_test(tolerance_joins_chains),
        cmocka_unit_test(zero_is_one_point),
        cmocka_unit_test(node_ids_decide),
        cmocka_unit_test(node_ids_at_one_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
