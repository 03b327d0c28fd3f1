/* Counter-based random numbers: known answers, ranges, moments, independence of the order of asking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/random.h"

#include <math.h>
#include <string.h>

/* The known answers that the authors of Philox publish with Random123 (kat_vectors, philox4x32 10). */
static void philox_gives_the_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t out[4];
        tp_random_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void a_sequence_is_the_blocks_of_its_counter(void **state) {
    (void)state;
    tp_random random = tp_random_of(0x299f31d0a4093822u, 0x0370734413198a2eu, 0x85a308d3);
    random.block = 0x243f6a88;
    assert_true(tp_random_bits(&random) == 0x94fdccebd16cfe09u);
    assert_true(tp_random_bits(&random) == 0x24126ea15001e420u);
    assert_int_equal(random.block, 0x243f6a89);
}

static void streams_differ_and_do_not_depend_on_the_order(void **state) {
    (void)state;
    uint64_t a = tp_random_stream("technopolis-01"), b = tp_random_stream("technopolis-02");
    assert_true(a != b && a == tp_random_stream("technopolis-01"));
    tp_random first = tp_random_of(1, a, 7), second = tp_random_of(1, b, 7);
    uint64_t alone = tp_random_bits(&first), other = tp_random_bits(&second);
    assert_true(alone != other);
    tp_random again = tp_random_of(1, a, 7), item = tp_random_of(1, a, 8), seed = tp_random_of(2, a, 7);
    assert_true(tp_random_bits(&again) == alone);
    assert_true(tp_random_bits(&item) != alone && tp_random_bits(&seed) != alone);
}

static void uniforms_fill_the_interval(void **state) {
    (void)state;
    enum { N = 100000 };
    tp_random random = tp_random_of(1, 2, 3);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double u = tp_random_uniform(&random);
        assert_true(u >= 0 && u < 1);
        sum += u;
        squares += (u - 0.5) * (u - 0.5);
    }
    assert_true(fabs(sum / N - 0.5) < 4 * sqrt(1.0 / 12 / N)); /* four deviations of the mean */
    assert_true(fabs(squares / N - 1.0 / 12) < 0.001);
}

static void normals_have_their_moments(void **state) {
    (void)state;
    enum { N = 100000 };
    tp_random random = tp_random_of(5, 6, 7);
    double sum = 0, squares = 0;
    int within = 0;
    for (int i = 0; i < N; i++) {
        double x = tp_random_normal(&random);
        sum += x;
        squares += x * x;
        within += fabs(x) <= 1;
    }
    assert_true(fabs(sum / N) < 4 / sqrt(N));
    assert_true(fabs(squares / N - 1) < 4 * sqrt(2.0 / N));
    assert_true(fabs(within / (double)N - 0.6827) < 0.006);
}

static void bounded_integers_are_without_bias(void **state) {
    (void)state;
    enum { N = 70000, SIDES = 7 };
    tp_random random = tp_random_of(1, 1, 1);
    int count[SIDES] = {0};
    for (int i = 0; i < N; i++) {
        uint64_t k = tp_random_below(&random, SIDES);
        assert_true(k < SIDES);
        count[k]++;
    }
    double chi2 = 0;
    for (int k = 0; k < SIDES; k++) {
        chi2 += pow(count[k] - N / SIDES, 2) / (N / SIDES);
    }
    assert_true(chi2 < 22.46); /* chi squared, 6 degrees of freedom, 0.999 */
    assert_true(tp_random_below(&random, 1) == 0 && tp_random_below(&random, 0) == 0);
    /* Above 2^63 nearly half of the products are refused: a plain remainder would favour the small numbers 2 : 1. */
    uint64_t most = 0xC000000000000000u;
    int small = 0;
    for (int i = 0; i < 20000; i++) {
        uint64_t k = tp_random_below(&random, most);
        assert_true(k < most);
        small += k < most / 3;
    }
    assert_true(fabs(small / 20000.0 - 1.0 / 3) < 0.0134);
}

static void every_order_is_equally_likely(void **state) {
    (void)state;
    enum { N = 24000 };
    int count[6] = {0};
    for (uint32_t item = 0; item < N; item++) {
        tp_random random = tp_random_of(1, 9, item);
        int64_t index[3] = {0, 1, 2};
        tp_random_shuffle(&random, index, 3);
        assert_int_equal(index[0] + index[1] + index[2], 3);
        count[index[0] * 2 + (index[1] > index[2])]++;
    }
    double chi2 = 0;
    for (int k = 0; k < 6; k++) {
        chi2 += pow(count[k] - N / 6.0, 2) / (N / 6.0);
    }
    assert_true(chi2 < 20.52); /* 5 degrees of freedom, 0.999 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(a_sequence_is_the_blocks_of_its_counter),
        cmocka_unit_test(streams_differ_and_do_not_depend_on_the_order),
        cmocka_unit_test(uniforms_fill_the_interval),
        cmocka_unit_test(normals_have_their_moments),
        cmocka_unit_test(bounded_integers_are_without_bias),
        cmocka_unit_test(every_order_is_equally_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
