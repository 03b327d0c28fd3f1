/* Raw roads: repeated, tiny, looping, self-touching lines, lines of one point, layers of which nothing is left. */
#include "network_fixture.h"

static void lines_without_length(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "good", "130 32, 130.01 32");
    add_road(&t, "point", "130 32");
    add_road(&t, "still", "130 32, 130 32, 130 32");
    add_road(&t, "nothing", "");
    add_road(&t, "part", "130 33, 130.01 33 | 130 34");
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_ONE_POINT), 3);
    assert_int_equal(count_of(&t, TP_COUNT_REJECTED), 3);
    assert_int_equal(count_rejects(&t, TP_REJECT_NO_LENGTH), 3);
    assert_int_equal(count_of(&t, TP_COUNT_PARTS_LEFT_OUT), 1);
    assert_reject(&t, 104, TP_REJECT_PARTS_LEFT_OUT, "");
    assert_int_equal(t.roads->n_rows, 2);
    assert_int_equal(network_of(&t)->ways.n_ways, 2);
    assert_int_equal(network_of(&t)->ways.source_row[1], 1);
    end_town(&t);
}

/* A line shorter than the tolerance does not break the road that it is a part of. */
static void tiny_lines(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "tiny", "130.01 32, 130.010005 32"); /* 0.47 m */
    add_road(&t, "b", "130.010005 32, 130.02 32");
    add_road(&t, "alone", "131 32, 131.000005 32");
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_TINY), 2);
    assert_reject(&t, 101, TP_REJECT_TINY, "");
    assert_true(ms_from_to(&t, 130, 32, 130.02, 32) != TP_NO_TIME);
    assert_int_equal(network_of(&t)->n_nodes, 3); /* no node is left of the one that stood alone */
    assert_int_equal(t.roads->n_rows, 2);
    end_town(&t);
    t = begin_town();
    add_road(&t, "a", "130 32, 130.01 32");
    add_road(&t, "short", "130.01 32, 130.010005 32");
    build(&t, AT_36 ", tolerance: 0.4 m"); /* longer than this, it stays */
    assert_int_equal(count_of(&t, TP_COUNT_TINY), 0);
    assert_int_equal(network_of(&t)->ways.n_ways, 2);
    end_town(&t);
}

/* A loop stays one way, which places can join; it takes part in no search. */
static void loops(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "street", "130 32, 130.01 32");
    add_road(&t, "loop", "130.01 32, 130.02 32.01, 130.02 31.99, 130.01 32");
    add_road(&t, "nearly", "130 32, 129.99 32.01, 129.99 31.99, 130.000005 32"); /* its ends are joined */
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_LOOPS), 2);
    assert_int_equal(count_of(&t, TP_COUNT_USED), 3);
    assert_int_equal(t.dataset->n_rejects, 0);
    const tp_ways *ways = &network_of(&t)->ways;
    assert_int_equal(ways->n_ways, 3);
    assert_int_equal(ways->from[1], ways->to[1]);
    assert_int_equal(ways->from[2], ways->to[2]);
    assert_true(ways->length_m[1] > 4000);
    assert_int_equal(network_of(&t)->n_nodes, 2);
    end_town(&t);
}

/* A line that comes back to where it has been is split there: one can turn. */
static void self_touching(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "lasso", "130 32, 130.01 32, 130.02 32.01, 130.02 31.99, 130.01 32");
    add_road(&t, "eight", "131 32, 131.01 32, 131.02 32.01, 131.03 32, 131.02 31.99, 131.01 32, 131.01 31.98");
    add_road(&t, "there and back", "132 32, 132.01 32, 132.02 32, 132.01 32, 132 32");
    build(&t, AT_36);
    assert_int_equal(count_of(&t, TP_COUNT_SELF_TOUCHING), 3);
    assert_int_equal(count_rejects(&t, TP_REJECT_SELF_TOUCHING), 3);
    assert_int_equal(ms_from_to(&t, 130, 32, 130.01, 32), expected_ms(&t, 130, 32, 130.01, 32, 36));
    assert_int_equal(ms_from_to(&t, 131, 32, 131.01, 31.98),
                     expected_ms(&t, 131, 32, 131.01, 32, 36) + expected_ms(&t, 131.01, 32, 131.01, 31.98, 36));
    /* 132: a stretch, a loop out and back, and the stretch again, which is a repeat */
    assert_int_equal(count_of(&t, TP_COUNT_PARTS_LEFT_OUT), 1);
    assert_reject(&t, 102, TP_REJECT_PARTS_LEFT_OUT, "");
    assert_int_equal(count_of(&t, TP_COUNT_LOOPS), 3);
    assert_int_equal(network_of(&t)->ways.n_ways, 2 + 3 + 2);
    end_town(&t);
}

/* A vertex written twice is one; a line that only ends where it began is no self-touching one. */
static void repeated_vertices(void **state) {
    (void)state;
    town t = begin_town();
    add_road(&t, "a", "130 32, 130 32, 130.01 32, 130.01 32, 130.02 32");
    add_road(&t, "ring", "131 32, 131.01 32, 131.01 32.01, 131 32");
    build(&t, AT_36);
    assert_int_equal(t.dataset->n_rejects, 0);
    const tp_ways *ways = &network_of(&t)->ways;
    assert_int_equal(ways->vertex_first[1] - ways->vertex_first[0], 3);
    end_town(&t);
}

static void repeated_lines(void **state) {
    (void)state;
    town t = begin_town();
    static const struct {
        const char *line;
        double km_h;
    } roads[] = {
        {"130 32, 130.005 32.001, 130.01 32", 36},
        {"130 32, 130.005 32.001, 130.01 32", 36},        /* the same */
        {"130.01 32, 130.005 32.001, 130 32", 30},        /* the same drawn backwards, slower */
        {"131 32, 131.01 32", 36},                        /* falls to the faster one below */
        {"131 32, 131.01 32", 72},                        /* faster */
        {"132 32, 132.005 32.001, 132.01 32", 36},        /* two roads between the same ends */
        {"132 32, 132.005 31.999, 132.01 32", 36},        /* that take the same time */
        {"133 32, 133.01 32", 36},                        /* the same with more vertices: */
        {"133 32, 133.005 32.0000001375, 133.01 32", 36}, /* equal ends, time and middle */
    };
    for (size_t i = 0; i < sizeof roads / sizeof roads[0]; i++) {
        set_number(t.roads, add_road(&t, "x", roads[i].line), "kmh", roads[i].km_h);
    }
    build(&t, "roads: roads, speed: kmh");
    assert_int_equal(count_of(&t, TP_COUNT_REPEATED), 4);
    assert_reject(&t, 101, TP_REJECT_REPEATED, "");
    assert_reject(&t, 102, TP_REJECT_REPEATED, "");
    assert_reject(&t, 103, TP_REJECT_REPEATED, "");
    assert_reject(&t, 108, TP_REJECT_REPEATED, "");
    assert_int_equal(ms_from_to(&t, 131, 32, 131.01, 32), expected_ms(&t, 131, 32, 131.01, 32, 72));
    end_town(&t);
}

/* The same line once a direction is no repeat; once both ways and once one way is. */
static void repeated_one_ways(void **state) {
    (void)state;
    town t = begin_town();
    static const char *const lines[] = {"130 32, 130.01 32", "130.01 32, 130 32", "131 32, 131.01 32",
                                        "131 32, 131.01 32"};
    static const char *const oneway[] = {"yes", "yes", "yes", "no"};
    for (int i = 0; i < 4; i++) {
        set_text(t.roads, add_road(&t, "x", lines[i]), "dir", oneway[i]);
    }
    build(&t, AT_36 ", oneway: dir");
    assert_int_equal(count_of(&t, TP_COUNT_REPEATED), 1);
    assert_reject(&t, 102, TP_REJECT_REPEATED, "");
    assert_true(ms_from_to(&t, 130, 32, 130.01, 32) != TP_NO_TIME);
    assert_true(ms_from_to(&t, 130.01, 32, 130, 32) != TP_NO_TIME);
    assert_true(ms_from_to(&t, 131.01, 32, 131, 32) != TP_NO_TIME);
    end_town(&t);
}

/* Many lines between the same two points cost no more than any others. */
static void many_parallel_lines(void **state) {
    (void)state;
    town t = begin_town();
    enum { N = 20000 };
    for (int i = 0; i < N; i++) {
        char line[120];
        snprintf(line, sizeof line, "130 32, 130.005 %.7f, 130.01 32", 32 + (i / 2) * 1e-6);
        add_road(&t, "x", line);
    }
    build(&t, AT_36 ", tolerance: 0 m");
    assert_int_equal(count_of(&t, TP_COUNT_REPEATED), N / 2);
    assert_int_equal(count_of(&t, TP_COUNT_USED), N / 2);
    end_town(&t);
}

static void slower_than_a_network_holds(void **state) {
    (void)state;
    town t = begin_town();
    set_number(t.roads, add_road(&t, "a", "130 32, 130.01 32"), "kmh", 36);
    set_number(t.roads, add_road(&t, "b", "100 0, 140 0"), "kmh", 1);
    build(&t, "roads: roads, speed: kmh");
    assert_int_equal(count_of(&t, TP_COUNT_TOO_LONG), 1);
    assert_reject(&t, 101, TP_REJECT_TOO_LONG, "");
    end_town(&t);
}

static void nothing_to_make_a_network_of(void **state) {
    (void)state;
    town t = begin_town();
    assert_int_equal(build_with(&t, AT_36, 0, 1), TP_E_DATA);
    assert_string_equal(t.error.message, "layer roads: no roads are left of which to make a network");
    assert_null(t.dataset->network);
    add_road(&t, "point", "130 32");
    set_text(t.roads, add_road(&t, "private", "130 32, 131 32"), "access", "private");
    assert_int_equal(build_with(&t, AT_36, 0, 1), TP_E_DATA);
    assert_string_equal(t.error.message,
                        "layer roads: none of its 2 lines can be used as a road (1 rejected, 0 not for "
                        "cars, 1 closed, 0 toll roads, 0 ferries)");
    assert_null(t.dataset->network);
    end_town(&t);
}

/* Made by one thread or by eight, it is the same. */
static void threads_change_nothing(void **state) {
    (void)state;
    tp_ways *ways[2];
    town towns[2];
    for (int i = 0; i < 2; i++) {
        towns[i] = begin_town();
        uint32_t seed = 7;
        for (int k = 0; k < 500; k++) {
            double x[4];
            for (int j = 0; j < 4; j++) {
                seed = seed * 1664525 + 1013904223;
                x[j] = (seed >> 24) * 0.0001;
            }
            char line[160];
            snprintf(line, sizeof line, "%.4f %.4f, %.4f %.4f", 130 + x[0], 32 + x[1], 130 + x[2], 32 + x[3]);
            add_road(&towns[i], "x", line);
        }
        assert_int_equal(build_with(&towns[i], AT_36 ", node_crossings: yes", 0, i == 0 ? 1 : 8), TP_OK);
        ways[i] = &towns[i].dataset->network->network->ways;
    }
    assert_int_equal(ways[0]->n_ways, ways[1]->n_ways);
    assert_true(ways[0]->n_ways > 20000);
    size_t n = (size_t)ways[0]->n_ways;
    assert_memory_equal(ways[0]->from, ways[1]->from, n * sizeof *ways[0]->from);
    assert_memory_equal(ways[0]->forward_ms, ways[1]->forward_ms, n * sizeof *ways[0]->forward_ms);
    assert_memory_equal(ways[0]->length_m, ways[1]->length_m, n * sizeof *ways[0]->length_m);
    end_town(&towns[0]);
    end_town(&towns[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_without_length),
        cmocka_unit_test(tiny_lines),
        cmocka_unit_test(loops),
        cmocka_unit_test(self_touching),
        cmocka_unit_test(repeated_vertices),
        cmocka_unit_test(repeated_lines),
        cmocka_unit_test(repeated_one_ways),
        cmocka_unit_test(many_parallel_lines),
        cmocka_unit_test(slower_than_a_network_holds),
        cmocka_unit_test(nothing_to_make_a_network_of),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
