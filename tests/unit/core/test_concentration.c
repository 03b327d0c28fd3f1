/* Measures of concentration against cases computed by hand and against a few lines of R (tests/oracle/concentration.sh). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/concentration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 47 };

static bool close_to(double a, double b) {
    return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

/* The number that R gave under a name. */
static double oracle(const char *name) {
    FILE *file = fopen(TP_PROJECT "/tests/oracle/data/concentration.txt", "r");
    char word[100], number[100];
    double value = NAN;
    assert_non_null(file);
    while (fscanf(file, "%99s %99s", word, number) == 2) {
        if (strcmp(word, name) == 0) {
            value = strtod(number, NULL);
        }
    }
    fclose(file);
    assert_true(isfinite(value));
    return value;
}

static void test_as_in_r(void **state) {
    (void)state;
    double x[N], p[N], gini, locational, h, normalised, raw, gamma, sum = 0, base = 0;
    int32_t group[N];
    tp_theil_parts theil;
    for (int i = 0; i < N; i++) {
        x[i] = (i * i * 7 + 3 * i) % 23;
        p[i] = 10 + i * 31 % 97;
        group[i] = i % 8;
        sum += x[i];
        base += p[i];
    }
    assert_int_equal(tp_gini(x, N, &gini, NULL), TP_OK);
    assert_int_equal(tp_locational_gini(x, p, N, &locational, NULL), TP_OK);
    assert_int_equal(tp_theil(x, p, group, N, 8, &theil, NULL), TP_OK);
    tp_herfindahl(x, N, &h, &normalised);
    tp_ellison_glaeser(x, p, N, 1 / sum, &raw, &gamma);
    assert_true(close_to(gini, oracle("gini")));
    assert_true(close_to(locational, oracle("locational_gini")));
    assert_true(close_to(h, oracle("herfindahl")));
    assert_true(close_to(normalised, oracle("herfindahl_normalised")));
    assert_true(close_to(theil.total, oracle("theil")));
    assert_true(close_to(theil.between, oracle("theil_between")));
    assert_true(close_to(theil.within, oracle("theil_within")));
    assert_true(close_to(theil.total, theil.between + theil.within));
    assert_true(close_to(raw, oracle("ellison_glaeser_raw")));
    assert_true(close_to(gamma, oracle("ellison_glaeser")));
    assert_true(close_to(tp_location_quotient(x[4], p[4], sum, base), oracle("location_quotient")));
}

static void test_poisson(void **state) {
    (void)state;
    const int64_t counts[] = {0, 1, 2, 5, 10, 100, 12345};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char name[64];
        double low, high;
        tp_poisson_interval(counts[i], 0.95, &low, &high);
        (void)snprintf(name, sizeof name, "poisson_low_%lld", (long long)counts[i]);
        assert_true(fabs(low - oracle(name)) <= 1e-10 * fmax(1, low));
        (void)snprintf(name, sizeof name, "poisson_high_%lld", (long long)counts[i]);
        assert_true(fabs(high - oracle(name)) <= 1e-10 * high);
    }
}

static void test_by_hand(void **state) {
    (void)state;
    /* 1, 1, 2 of regions of equal size: differences 0+1+0+1+1+1 = 4, over 2 * 9 * 4/3 = 24. */
    const double x[] = {1, 1, 2}, even[] = {1, 1, 1}, one[] = {0, 0, 5};
    double gini, h, normalised, raw, gamma;
    tp_theil_parts theil;
    assert_int_equal(tp_gini(x, 3, &gini, NULL), TP_OK);
    assert_true(close_to(gini, 4.0 / 24));
    assert_int_equal(tp_gini(one, 3, &gini, NULL), TP_OK);
    assert_true(close_to(gini, 2.0 / 3));
    assert_int_equal(tp_locational_gini(x, even, 3, &gini, NULL), TP_OK);
    assert_true(close_to(gini, 4.0 / 24)); /* equal bases: the same */
    tp_herfindahl(x, 3, &h, &normalised);
    assert_true(close_to(h, 6.0 / 16) && close_to(normalised, (6.0 / 16 - 1.0 / 3) / (2.0 / 3)));
    assert_int_equal(tp_theil(one, even, NULL, 3, 0, &theil, NULL), TP_OK);
    assert_true(close_to(theil.total, log(3)) && isnan(theil.between));
    /* All ten plants in one of two equal regions: raw = 1/2, room = 1/2, H = 1/10: gamma = 0.45 / 0.45. */
    const double lone[] = {10, 0}, pair[] = {1, 1};
    tp_ellison_glaeser(lone, pair, 2, 0.1, &raw, &gamma);
    assert_true(close_to(raw, 0.5) && close_to(gamma, 1));
    /* 4 of 10 plants here and 10 of 100 there: 0.4 / 0.1. */
    assert_true(close_to(tp_location_quotient(4, 10, 10, 100), 4));
}

static void test_undefined(void **state) {
    (void)state;
    const double none[] = {0, 0}, some[] = {1, 2}, gap[] = {0, 3};
    double a, b;
    tp_theil_parts theil;
    assert_true(isnan(tp_location_quotient(0, 0, 5, 10)) && isnan(tp_location_quotient(0, 5, 0, 10)));
    assert_true(tp_location_quotient(0, 5, 5, 10) == 0);
    assert_int_equal(tp_gini(none, 2, &a, NULL), TP_OK);
    assert_true(isnan(a));
    assert_int_equal(tp_gini(none, 0, &a, NULL), TP_OK);
    assert_true(isnan(a));
    assert_int_equal(tp_locational_gini(some, gap, 2, &a, NULL), TP_OK);
    assert_true(isnan(a)); /* activity where there is no base */
    assert_int_equal(tp_theil(some, gap, NULL, 2, 0, &theil, NULL), TP_OK);
    assert_true(isnan(theil.total));
    assert_int_equal(tp_theil(gap, some, NULL, 2, 0, &theil, NULL), TP_OK);
    assert_true(close_to(theil.total, log(1.5)));
    tp_herfindahl(none, 2, &a, &b);
    assert_true(isnan(a) && isnan(b));
    tp_herfindahl(some, 1, &a, &b);
    assert_true(a == 1 && isnan(b));
    tp_ellison_glaeser(some, some, 2, 1, &a, &b);
    assert_true(a == 0 && isnan(b)); /* one plant */
    tp_ellison_glaeser(gap, gap, 2, 0.5, &a, &b);
    assert_true(a == 0 && isnan(b)); /* one region has all of the base */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_in_r),
        cmocka_unit_test(test_poisson),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
