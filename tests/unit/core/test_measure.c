/* Measures: what is known of a row, its interval, and links, stored or found again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"
#include "technopolis/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const tp_measure_kind TIME = {.name = "nearest", .dimension = TP_DIMENSION_TIME, .evidence = NULL};
static const tp_measure_kind COUNT = {.name = "count", .dimension = TP_DIMENSION_COUNT, .evidence = NULL};

static tp_layer *points(int64_t n) {
    tp_test_point all[64] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        all[i] = (tp_test_point){"p", 139, 35};
    }
    return tp_test_points("sites", all, n);
}

static void nothing_is_known_at_first(void **state) {
    (void)state;
    tp_layer *of = points(3);
    tp_measure *measure = NULL;
    assert_int_equal(tp_measure_new("m", &TIME, of, &measure, NULL), TP_OK);
    assert_string_equal(measure->unit, "min");
    assert_true(isinf(measure->within_min));
    assert_null(measure->missing_layer);
    for (int64_t row = 0; row < 3; row++) {
        assert_int_equal(measure->known[row], 0);
        assert_true(measure->low[row] == -INFINITY && measure->high[row] == INFINITY);
        assert_int_equal(measure->link_first[row + 1], 0);
        assert_int_equal(measure->method[row], TP_METHOD_NONE);
    }
    tp_measure_free(measure);
    tp_measure_free(NULL);
    tp_layer_free(of);
}

static void what_a_row_may_hold(void **state) {
    (void)state;
    tp_layer *of = points(4);
    tp_measure *measure = NULL;
    assert_int_equal(tp_measure_new("m", &COUNT, of, &measure, NULL), TP_OK);
    assert_string_equal(measure->unit, "");
    tp_measure_set(measure, 0, 28.2, TP_METHOD_STRAIGHT_LINE);
    assert_true(measure->known[0] == 1 && measure->value[0] == 28.2);
    assert_true(measure->low[0] == 28.2 && measure->high[0] == 28.2);
    assert_int_equal(measure->method[0], TP_METHOD_STRAIGHT_LINE);
    tp_measure_set(measure, 1, INFINITY, TP_METHOD_ROAD); /* unreachable: a known truth, no value, no sentinel */
    assert_true(measure->known[1] == 0 && isfinite(measure->value[1]));
    assert_true(measure->low[1] == INFINITY && measure->high[1] == INFINITY);
    tp_measure_set_interval(measure, 2, 5, 5, INFINITY, TP_METHOD_TABLE);
    assert_true(measure->known[2] == 1 && measure->low[2] == 5 && isinf(measure->high[2]));
    tp_measure_set(measure, 3, -INFINITY, TP_METHOD_TABLE);
    assert_true(measure->known[3] == 0 && measure->high[3] == -INFINITY);
    tp_measure_free(measure);
    tp_layer_free(of);
}

/* A kind that finds its links again: row % 4 of them, and no memory at row 7. */
static int find_some(const tp_measure *measure, int64_t row, tp_link *links) {
    (void)measure;
    for (int i = 0; i < row % 4; i++) {
        links[i] = (tp_link){.note = i, .row = row};
    }
    return row == 7 ? -1 : (int)(row % 4);
}

static const tp_measure_kind FINDER = {.name = "finder", .dimension = TP_DIMENSION_TIME, .links = find_some};

static void check_links(const tp_measure *measure, int64_t row, int expected) {
    tp_link links[TP_LINKS_MAX];
    assert_int_equal(tp_measure_links(measure, row, links), expected);
    for (int i = 0; i < expected; i++) {
        assert_int_equal(links[i].row, row);
        assert_int_equal(links[i].note, i);
    }
}

static void links_are_read_or_found_again(void **state) {
    (void)state;
    enum { N = 40 };
    tp_layer *of = points(N);
    tp_measure *stored = NULL, *found = NULL;
    assert_int_equal(tp_measure_new("stored", &TIME, of, &stored, NULL), TP_OK);
    assert_int_equal(tp_measure_new("found", &FINDER, of, &found, NULL), TP_OK);
    check_links(stored, 3, 0); /* there are none yet */
    tp_link *links = calloc((size_t)N * TP_LINKS_MAX, sizeof *links);
    uint8_t count[N];
    assert_non_null(links);
    for (int64_t row = 0; row < N; row++) {
        count[row] = (uint8_t)(row * 7 % (TP_LINKS_MAX + 1));
        for (int64_t i = 0; i < TP_LINKS_MAX; i++) {
            links[row * TP_LINKS_MAX + i] = (tp_link){.note = (int32_t)i, .row = i < count[row] ? row : -99};
        }
    }
    assert_true(tp_test_give_links(stored, count, links));
    for (int64_t row = 0; row < N; row++) {
        check_links(stored, row, count[row]);
        check_links(found, row, row == 7 ? -1 : (int)(row % 4));
    }
    found->missing_layer = tp_text_copy("airports"); /* nothing was measured, so there is nothing to find */
    check_links(found, 3, 0);
    free(links);
    tp_measure_free(stored);
    tp_measure_free(found);
    tp_layer_free(of);
}

static void a_measure_over_no_rows(void **state) {
    (void)state;
    tp_layer *of = points(0);
    tp_measure *measure = NULL;
    assert_int_equal(tp_measure_new("m", &TIME, of, &measure, NULL), TP_OK);
    assert_int_equal(measure->link_first[0], 0);
    tp_measure_free(measure);
    tp_layer_free(of);
}

static int freed;
static void free_detail(void *detail) {
    freed++;
    free(detail);
}

static void layers_and_detail(void **state) {
    (void)state;
    tp_layer *of = points(1), *to = points(2);
    tp_measure *measure = NULL;
    assert_int_equal(tp_measure_new("m", &TIME, of, &measure, NULL), TP_OK);
    assert_int_equal(tp_measure_add_to(measure, of, NULL), TP_OK);
    assert_int_equal(tp_measure_add_to(measure, to, NULL), TP_OK);
    assert_int_equal(measure->n_to, 2);
    assert_ptr_equal(measure->to[1], to);
    measure->detail = malloc(1);
    measure->free_detail = free_detail;
    tp_measure_free(measure);
    assert_int_equal(freed, 1);
    tp_layer_free(of);
    tp_layer_free(to);
}

static void texts_of_methods(void **state) {
    (void)state;
    assert_null(tp_method_text(TP_METHOD_NONE));
    assert_string_equal(tp_method_text(TP_METHOD_ROAD), "road");
    assert_string_equal(tp_method_text(TP_METHOD_ROAD_MODEL), "road_model");
    assert_string_equal(tp_method_text(TP_METHOD_STRAIGHT_LINE), "straight_line");
    assert_string_equal(tp_method_text(TP_METHOD_POLYGON), "polygon");
    assert_string_equal(tp_method_text(TP_METHOD_TABLE), "table");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(what_a_row_may_hold),
        cmocka_unit_test(links_are_read_or_found_again),
        cmocka_unit_test(a_measure_over_no_rows),
        cmocka_unit_test(layers_and_detail),
        cmocka_unit_test(texts_of_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
