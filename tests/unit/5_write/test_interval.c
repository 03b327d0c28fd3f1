/* The bounds written with a verdict judge it under any other threshold, as the whole criterion would be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "5_write/contents.h"

#include <math.h>
#include <stdio.h>

static tp_part part(tp_comparison comparison, double threshold, const char *unit) {
    tp_part part = {.comparison = comparison, .threshold = {.value = threshold}};
    (void)snprintf(part.threshold.unit, sizeof part.threshold.unit, "%s", unit);
    return part;
}

/* A result of one row over up to three parts; the arrays are the caller's. */
static tp_interval interval_of(tp_combine how, const tp_part *parts, size_t n, double low[3], double high[3],
                               uint8_t told) {
    tp_measure measures[3] = {0};
    const tp_measure *list[3] = {0};
    tp_criterion criterion = {.id = "c", .combine = how, .parts = (tp_part *)(uintptr_t)parts, .n_parts = n};
    for (size_t i = 0; i < n; i++) {
        measures[i] = (tp_measure){.low = &low[i], .high = &high[i]};
        list[i] = parts[i].left_out ? NULL : &measures[i];
    }
    tp_result result = {.criterion = &criterion, .measures = list, .part = &told};
    return tp_result_interval(&result, 0);
}

/* The verdict of the parts one by one under a threshold, combined, against that of the interval. */
static void agrees(tp_combine how, tp_comparison comparison, double low[3], double high[3]) {
    const tp_part parts[3] = {part(comparison, 30, "min"), part(comparison, 30, "min"), part(comparison, 30, "min")};
    tp_interval whole = interval_of(how, parts, 3, low, high, 0);
    for (double threshold = 0; threshold <= 60; threshold += 5) {
        tp_verdict verdicts[3];
        for (int i = 0; i < 3; i++) {
            verdicts[i] = tp_verdict_compare(low[i], high[i], comparison, threshold);
        }
        tp_verdict expected = how == TP_COMBINE_ALL ? tp_verdict_all(verdicts, 3) : tp_verdict_any(verdicts, 3);
        assert_int_equal(tp_verdict_compare(whole.low, whole.high, comparison, threshold), expected);
    }
}

/* Every combination of exact, bounded and unknown parts. */
static void the_interval_judges_as_the_parts_do(void **state) {
    (void)state;
    const double lows[] = {10, 0, 40, -INFINITY, 20}, highs[] = {10, 25, 40, INFINITY, INFINITY};
    for (int a = 0; a < 5; a++) {
        for (int b = 0; b < 5; b++) {
            for (int c = 0; c < 5; c++) {
                double low[] = {lows[a], lows[b], lows[c]}, high[] = {highs[a], highs[b], highs[c]};
                agrees(TP_COMBINE_ALL, TP_AT_MOST, low, high);
                agrees(TP_COMBINE_ANY, TP_AT_MOST, low, high);
                agrees(TP_COMBINE_FIRST, TP_AT_MOST, low, high);
                agrees(TP_COMBINE_ALL, TP_AT_LEAST, low, high);
                agrees(TP_COMBINE_ANY, TP_AT_LEAST, low, high);
            }
        }
    }
}

static void parts_of_different_thresholds_keep_to_the_one_that_is_told(void **state) {
    (void)state;
    double low[3] = {1, 3}, high[3] = {1, INFINITY};
    const tp_part parts[] = {part(TP_AT_LEAST, 1, "universities"), part(TP_AT_LEAST, 2, "institutes")};
    tp_criterion criterion = {.parts = (tp_part *)(uintptr_t)parts, .n_parts = 2};
    assert_false(tp_criterion_has_one_threshold(&criterion));
    tp_interval told = interval_of(TP_COMBINE_ALL, parts, 2, low, high, 1);
    assert_true(told.low == 3 && told.high == INFINITY);
    const tp_part same[] = {part(TP_AT_MOST, 30, "min"), part(TP_AT_MOST, 0, "min")};
    criterion.parts = (tp_part *)(uintptr_t)same;
    assert_false(tp_criterion_has_one_threshold(&criterion));
    tp_part out[] = {part(TP_AT_MOST, 30, "min"), part(TP_AT_MOST, 0, "min")};
    out[1].left_out = true; /* takes no part */
    criterion.parts = out;
    assert_true(tp_criterion_has_one_threshold(&criterion));
    tp_interval left = interval_of(TP_COMBINE_FIRST, out, 2, (double[3]){45, 0}, (double[3]){45, 0}, 0);
    assert_true(left.low == 45 && left.high == 45);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interval_judges_as_the_parts_do),
        cmocka_unit_test(parts_of_different_thresholds_keep_to_the_one_that_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
