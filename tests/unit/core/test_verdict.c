/*
 * Three-valued truth against its meaning: an unknown stands for both truths, and an answer is known exactly when all
 * ways to fill the unknowns agree. Thresholds just below, at and just above.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/verdict.h"

#include <math.h>
#include <stdbool.h>

enum { MOST = 5 };

/* At least k of n are true, over all 2^unknowns ways: both answers seen means unknown. */
static tp_verdict by_filling(const tp_verdict *verdicts, size_t n, size_t k) {
    bool can_be = false, can_fail = false;
    for (unsigned way = 0; way < 1U << n; way++) {
        size_t met = 0;
        bool agrees = true;
        for (size_t i = 0; i < n; i++) {
            bool value = way >> i & 1;
            agrees = agrees && (verdicts[i] == TP_UNKNOWN || value == (verdicts[i] == TP_MET));
            met += value;
        }
        if (agrees) {
            *(met >= k ? &can_be : &can_fail) = true;
        }
    }
    return can_be && can_fail ? TP_UNKNOWN : can_be ? TP_MET : TP_NOT_MET;
}

static void tables_of_all_lengths(void **state) {
    (void)state;
    for (size_t n = 0; n <= MOST; n++) {
        size_t combinations = 1;
        for (size_t i = 0; i < n; i++) {
            combinations *= 3;
        }
        for (size_t c = 0; c < combinations; c++) {
            tp_verdict verdicts[MOST];
            for (size_t i = 0, rest = c; i < n; i++, rest /= 3) {
                verdicts[i] = (tp_verdict)(rest % 3);
            }
            assert_int_equal(tp_verdict_all(verdicts, n), by_filling(verdicts, n, n));
            assert_int_equal(tp_verdict_any(verdicts, n), by_filling(verdicts, n, 1));
            for (size_t k = 0; k <= n + 1; k++) {
                assert_int_equal(tp_verdict_at_least(verdicts, n, k), by_filling(verdicts, n, k));
            }
        }
    }
}

static void nothing_at_all(void **state) {
    (void)state;
    assert_int_equal(tp_verdict_all(NULL, 0), TP_MET);
    assert_int_equal(tp_verdict_any(NULL, 0), TP_NOT_MET);
}

static const double EDGES[] = {-INFINITY, -1e300, -1.0, -5e-324, 0.0, 5e-324, 1.0, 29.999, 30.0, 1e300, INFINITY};
enum { N_EDGES = sizeof EDGES / sizeof EDGES[0] };

/* An interval answers for its two ends and, where both satisfy, for everything between. */
static void intervals_against_thresholds(void **state) {
    (void)state;
    for (size_t i = 0; i < N_EDGES; i++) {
        for (size_t k = i; k < N_EDGES; k++) {
            for (size_t t = 1; t + 1 < N_EDGES; t++) {
                double low = EDGES[i], high = EDGES[k], threshold = EDGES[t];
                bool low_most = low <= threshold, high_most = high <= threshold;
                tp_verdict most = low_most == high_most ? (low_most ? TP_MET : TP_NOT_MET) : TP_UNKNOWN;
                bool low_least = low >= threshold, high_least = high >= threshold;
                tp_verdict least = low_least == high_least ? (low_least ? TP_MET : TP_NOT_MET) : TP_UNKNOWN;
                assert_int_equal(tp_verdict_compare(low, high, TP_AT_MOST, threshold), most);
                assert_int_equal(tp_verdict_compare(low, high, TP_AT_LEAST, threshold), least);
            }
        }
    }
}

static void thresholds_are_inclusive_to_the_last_bit(void **state) {
    (void)state;
    static const double thresholds[] = {30, 0.1, 200000, 1300, 1e-310, 240};
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        double at = thresholds[i], below = nextafter(at, -INFINITY), above = nextafter(at, INFINITY);
        assert_int_equal(tp_verdict_compare(below, below, TP_AT_MOST, at), TP_MET);
        assert_int_equal(tp_verdict_compare(at, at, TP_AT_MOST, at), TP_MET);
        assert_int_equal(tp_verdict_compare(above, above, TP_AT_MOST, at), TP_NOT_MET);
        assert_int_equal(tp_verdict_compare(below, below, TP_AT_LEAST, at), TP_NOT_MET);
        assert_int_equal(tp_verdict_compare(at, at, TP_AT_LEAST, at), TP_MET);
        assert_int_equal(tp_verdict_compare(above, above, TP_AT_LEAST, at), TP_MET);
        assert_int_equal(tp_verdict_compare(at, above, TP_AT_MOST, at), TP_UNKNOWN);
        assert_int_equal(tp_verdict_compare(below, at, TP_AT_LEAST, at), TP_UNKNOWN);
        assert_int_equal(tp_verdict_compare(below, at, TP_AT_MOST, at), TP_MET);
        assert_int_equal(tp_verdict_compare(at, above, TP_AT_LEAST, at), TP_MET);
    }
}

/* The margin's sign is the verdict, also for the smallest differences. */
static void margins_agree_with_verdicts(void **state) {
    (void)state;
    for (size_t i = 1; i + 1 < N_EDGES; i++) {
        for (int turn = -1; turn <= 1; turn++) {
            double at = EDGES[i];
            double value = turn == 0 ? at : nextafter(at, turn * INFINITY);
            for (int how = TP_AT_MOST; how <= TP_AT_LEAST; how++) {
                tp_comparison comparison = (tp_comparison)how;
                bool met = tp_verdict_compare(value, value, comparison, at) == TP_MET;
                assert_int_equal(tp_verdict_margin(value, comparison, at) >= 0, met);
            }
        }
    }
    assert_true(fabs(tp_verdict_margin(28.2, TP_AT_MOST, 30) - 1.8) <= 1e-12);
    assert_true(fabs(tp_verdict_margin(3, TP_AT_LEAST, 2) - 1) <= 1e-12);
}

static void texts_of_the_contract(void **state) {
    (void)state;
    assert_string_equal(tp_verdict_text(TP_MET), "met");
    assert_string_equal(tp_verdict_text(TP_NOT_MET), "not_met");
    assert_string_equal(tp_verdict_text(TP_UNKNOWN), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_all_lengths),        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(intervals_against_thresholds), cmocka_unit_test(thresholds_are_inclusive_to_the_last_bit),
        cmocka_unit_test(margins_agree_with_verdicts),  cmocka_unit_test(texts_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
