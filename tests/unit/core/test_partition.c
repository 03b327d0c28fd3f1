/* The adjusted Rand index against cases computed by hand and against counting all pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space_fixture.h"
#include "technopolis/partition.h"

#include <math.h>

static double rand_of(const int32_t *a, const int32_t *b, int64_t n) {
    double index;
    assert_int_equal(tp_adjusted_rand(a, b, n, &index, NULL), TP_OK);
    return index;
}

static void test_by_hand(void **state) {
    (void)state;
    /* Hubert and Arabie's formula on {1,2,3}{4,5,6} and {1,2}{3,4,5}{6}: pairs 6, 4, both 2; of 15. */
    const int32_t a[] = {0, 0, 0, 1, 1, 1}, b[] = {7, 7, 3, 3, 3, -1};
    assert_true(fabs(rand_of(a, b, 6) - (2 - 6 * 4 / 15.0) / (5 - 6 * 4 / 15.0)) < 1e-15);
    assert_true(rand_of(a, a, 6) == 1);
    const int32_t one[] = {5, 5, 5, 5}, each[] = {0, 1, 2, 3};
    assert_true(rand_of(one, one, 4) == 1 && rand_of(each, each, 4) == 1 && rand_of(one, each, 4) == 0);
    assert_true(isnan(rand_of(one, one, 1)) && isnan(rand_of(one, one, 0)));
}

static void test_all_pairs(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int round = 0; round < 100; round++) {
        enum { N = 60 };
        int32_t a[N], b[N];
        double in_a = 0, in_b = 0, both = 0, all = N * (N - 1) / 2.0;
        for (int i = 0; i < N; i++) {
            a[i] = (int32_t)(next_random(&seed) % 5) - 1;
            b[i] = round % 2 == 0 ? (int32_t)(next_random(&seed) % 4) : a[i] + (int32_t)(next_random(&seed) % 2);
        }
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < i; k++) {
                in_a += a[i] == a[k];
                in_b += b[i] == b[k];
                both += a[i] == a[k] && b[i] == b[k];
            }
        }
        double expected = in_a * in_b / all;
        assert_true(fabs(rand_of(a, b, N) - (both - expected) / ((in_a + in_b) / 2 - expected)) < 1e-12);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand), cmocka_unit_test(test_all_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
