/*
 * One criterion: all combinations of verdicts of up to three parts against the order not met < unknown < met, the part
 * that is told, thresholds to the last bit, what is left out, and threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "4_judge/criterion.h"
#include "judge_fixture.h"

#include <omp.h>

static const tp_profile PROFILE = {.id = "p"};

static tp_result *judged(const tp_dataset *dataset, const tp_criterion *criterion) {
    tp_result *result = NULL;
    tp_error error = {0};
    tp_code code =
        tp_criterion_judge(dataset, &PROFILE, criterion, tp_dataset_layer(dataset, "sites"), &result, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return result;
}

/* ---- every combination ---- */

enum { N_PARTS = 3, N_STATES = 7, N_ROWS = N_STATES * N_STATES * N_STATES };

/* What a part may be: with a value and an excess over its threshold, or without a value. */
static const struct {
    tp_verdict verdict;
    bool has_value;
    double excess;
} STATES[N_STATES] = {
    {TP_MET, true, 0},       {TP_MET, true, 5},      {TP_NOT_MET, true, -1},         {TP_NOT_MET, true, -8},
    {TP_UNKNOWN, true, -20}, {TP_UNKNOWN, false, 0}, {TP_NOT_MET, false, -INFINITY}, /* unreachable */
};

static int state_of(int row, int part) {
    return part == 0 ? row % N_STATES : part == 1 ? row / N_STATES % N_STATES : row / N_STATES / N_STATES;
}

static void fill(tp_measure *measure, int row, int state) {
    if (!STATES[state].has_value && STATES[state].verdict == TP_UNKNOWN) {
        return; /* as a measure is made: nothing known */
    }
    if (!STATES[state].has_value) {
        tp_measure_set(measure, row, -INFINITY, TP_METHOD_TABLE);
        return;
    }
    set_verdict(measure, row, STATES[state].verdict, STATES[state].excess);
}

/* not met < unknown < met: `all` is the least, `any` and `first` the greatest. */
static int order_of(tp_verdict verdict) {
    return verdict == TP_NOT_MET ? 0 : verdict == TP_UNKNOWN ? 1 : 2;
}

static tp_verdict expected_verdict(tp_combine how, int row, int n_parts) {
    static const tp_verdict by_order[] = {TP_NOT_MET, TP_UNKNOWN, TP_MET};
    int least = 2, greatest = 0;
    for (int part = 0; part < n_parts; part++) {
        int order = order_of(STATES[state_of(row, part)].verdict);
        least = order < least ? order : least;
        greatest = order > greatest ? order : greatest;
    }
    return by_order[how == TP_COMBINE_ALL ? least : greatest];
}

/* Of the parts whose verdict is the whole's: least margin, greatest margin, or first; the earlier of equals. */
static int expected_part(tp_combine how, int row, int n_parts, tp_verdict whole) {
    int told = -1;
    for (int part = 0; part < n_parts; part++) {
        int state = state_of(row, part);
        if (STATES[state].verdict != whole) {
            continue;
        }
        double margin = STATES[state].has_value ? STATES[state].excess : -INFINITY;
        double best = told < 0                                ? 0
                      : STATES[state_of(row, told)].has_value ? STATES[state_of(row, told)].excess
                                                              : -INFINITY;
        if (told < 0 || (how == TP_COMBINE_ALL && margin < best) || (how == TP_COMBINE_ANY && margin > best)) {
            told = part;
        }
    }
    return told;
}

static void check_row(const tp_result *result, tp_combine how, int row, int n_parts) {
    tp_verdict whole = expected_verdict(how, row, n_parts);
    int told = expected_part(how, row, n_parts, whole), state = state_of(row, told);
    assert_int_equal(result->verdict[row], whole);
    assert_int_equal(result->part[row], told);
    bool has_margin = STATES[state].has_value && whole != TP_UNKNOWN;
    assert_int_equal((result->known[row] & TP_KNOWN_VALUE) != 0, STATES[state].has_value);
    assert_int_equal((result->known[row] & TP_KNOWN_MARGIN) != 0, has_margin);
    assert_true(!STATES[state].has_value || result->value[row] == 10 + STATES[state].excess);
    assert_true(!has_margin || result->margin[row] == STATES[state].excess);
    assert_true(!has_margin || (result->margin[row] >= 0) == (whole == TP_MET));
}

static void every_combination_of_parts(void **state) {
    (void)state;
    char names[N_PARTS][4];
    tp_part parts[N_PARTS];
    tp_dataset *dataset = dataset_of_sites(N_ROWS);
    for (int part = 0; part < N_PARTS; part++) {
        (void)snprintf(names[part], sizeof names[part], "m%d", part);
        parts[part] = part_over(names[part]);
        tp_measure *measure = add_measure(dataset, names[part]);
        for (int row = 0; row < N_ROWS; row++) {
            fill(measure, row, state_of(row, part));
        }
    }
    static const tp_combine ways[] = {TP_COMBINE_ALL, TP_COMBINE_ANY, TP_COMBINE_FIRST};
    for (int n_parts = 1; n_parts <= N_PARTS; n_parts++) {
        for (size_t way = 0; way < 3; way++) {
            tp_criterion criterion = {.id = "c", .combine = ways[way], .parts = parts, .n_parts = (size_t)n_parts};
            tp_result *result = judged(dataset, &criterion);
            for (int row = 0; row < N_ROWS; row++) {
                check_row(result, ways[way], row, n_parts);
            }
            tp_result_free(result);
        }
    }
    tp_dataset_free(dataset);
}

/* ---- thresholds ---- */

/* Nothing there: not met whichever way the comparison goes, with neither value nor margin. */
static void unreachable_meets_no_comparison(void **state) {
    (void)state;
    char name[] = "m";
    tp_dataset *dataset = dataset_of_sites(2);
    tp_measure *measure = add_measure(dataset, name);
    tp_measure_set(measure, 0, INFINITY, TP_METHOD_ROAD);
    tp_measure_set(measure, 1, -INFINITY, TP_METHOD_ROAD);
    for (int how = TP_AT_MOST; how <= TP_AT_LEAST; how++) {
        tp_part part = part_over(name);
        part.comparison = (tp_comparison)how;
        tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
        tp_result *result = judged(dataset, &criterion);
        for (int row = 0; row < 2; row++) {
            assert_int_equal(result->verdict[row], TP_NOT_MET);
            assert_int_equal(result->known[row], 0);
        }
        tp_result_free(result);
    }
    tp_dataset_free(dataset);
}

static void thresholds_to_the_last_bit(void **state) {
    (void)state;
    char name[] = "m";
    static const double thresholds[] = {30, 240, 200000, 0.1};
    tp_dataset *dataset = dataset_of_sites(3);
    tp_measure *measure = add_measure(dataset, name);
    for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
        for (int how = TP_AT_MOST; how <= TP_AT_LEAST; how++) {
            tp_part part = part_over(name);
            part.comparison = (tp_comparison)how;
            part.threshold.value = thresholds[i];
            tp_measure_set(measure, 0, nextafter(thresholds[i], -INFINITY), TP_METHOD_TABLE);
            tp_measure_set(measure, 1, thresholds[i], TP_METHOD_TABLE);
            tp_measure_set(measure, 2, nextafter(thresholds[i], INFINITY), TP_METHOD_TABLE);
            tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
            tp_result *result = judged(dataset, &criterion);
            assert_int_equal(result->verdict[0], how == TP_AT_MOST ? TP_MET : TP_NOT_MET);
            assert_int_equal(result->verdict[1], TP_MET);
            assert_int_equal(result->verdict[2], how == TP_AT_MOST ? TP_NOT_MET : TP_MET);
            for (int row = 0; row < 3; row++) {
                assert_int_equal(result->margin[row] >= 0, result->verdict[row] == TP_MET);
            }
            assert_true(result->margin[1] == 0);
            tp_result_free(result);
        }
    }
    tp_dataset_free(dataset);
}

/* "At most" with what was found of a sample: a near one proves it, a far one proves nothing; unreachable is not met. */
static void samples_and_the_unreachable(void **state) {
    (void)state;
    char name[] = "m";
    tp_dataset *dataset = dataset_of_sites(4);
    tp_measure *measure = add_measure(dataset, name);
    tp_measure_set_interval(measure, 0, 20, 0, 20, TP_METHOD_STRAIGHT_LINE);
    tp_measure_set_interval(measure, 1, 40, 0, 40, TP_METHOD_STRAIGHT_LINE);
    tp_measure_set(measure, 2, INFINITY, TP_METHOD_STRAIGHT_LINE);
    tp_part part = part_over(name);
    part.comparison = TP_AT_MOST;
    part.threshold.value = 30;
    tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
    tp_result *result = judged(dataset, &criterion);
    static const tp_verdict verdicts[] = {TP_MET, TP_UNKNOWN, TP_NOT_MET, TP_UNKNOWN};
    static const uint8_t known[] = {TP_KNOWN_VALUE | TP_KNOWN_MARGIN, TP_KNOWN_VALUE, 0, 0};
    for (int row = 0; row < 4; row++) {
        assert_int_equal(result->verdict[row], verdicts[row]);
        assert_int_equal(result->known[row], known[row]);
    }
    assert_true(result->margin[0] == 10 && result->value[1] == 40);
    assert_true(result->value[2] == 0 && result->margin[2] == 0); /* nothing that looks like an answer */
    tp_result_free(result);
    tp_dataset_free(dataset);
}

/* ---- parts that are left out, and mistakes ---- */

static void a_part_that_is_left_out_decides_nothing(void **state) {
    (void)state;
    char name[] = "m";
    tp_dataset *dataset = dataset_of_sites(3);
    tp_measure *measure = add_measure(dataset, name);
    set_verdict(measure, 0, TP_MET, 1);
    set_verdict(measure, 1, TP_NOT_MET, -1);
    set_verdict(measure, 2, TP_UNKNOWN, -1);
    for (int how = TP_COMBINE_ALL; how <= TP_COMBINE_FIRST; how++) {
        for (int out = 0; out < 2; out++) {
            tp_part parts[] = {part_over(name), part_over(name)};
            parts[out].measure_name = NULL;
            parts[out].optional = parts[out].left_out = true;
            tp_criterion criterion = {.id = "c", .combine = (tp_combine)how, .parts = parts, .n_parts = 2};
            tp_result *result = judged(dataset, &criterion);
            assert_null(result->measures[out]);
            assert_ptr_equal(result->measures[1 - out], measure);
            static const tp_verdict verdicts[] = {TP_MET, TP_NOT_MET, TP_UNKNOWN};
            for (int row = 0; row < 3; row++) {
                assert_int_equal(result->verdict[row], verdicts[row]);
                assert_int_equal(result->part[row], 1 - out);
            }
            tp_result_free(result);
        }
    }
    tp_dataset_free(dataset);
}

static void with_all_parts_left_out_it_is_unknown(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(1);
    tp_part part = part_over(NULL);
    part.left_out = true;
    tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
    tp_result *result = judged(dataset, &criterion);
    assert_int_equal(result->verdict[0], TP_UNKNOWN);
    assert_int_equal(result->known[0], 0);
    tp_result_free(result);
    tp_dataset_free(dataset);
}

static void a_measure_that_is_not_there_is_a_bug(void **state) {
    (void)state;
    char name[] = "m", other[] = "other";
    tp_dataset *dataset = dataset_of_sites(1);
    (void)add_measure(dataset, name);
    tp_part parts[] = {part_over(name), part_over(other)};
    tp_also also = {.name = "a", .measure_name = other};
    tp_criterion in_part = {.id = "c", .parts = parts, .n_parts = 2};
    tp_criterion in_also = {.id = "c", .parts = parts, .n_parts = 1, .also = &also, .n_also = 1};
    const tp_criterion *const wrong[] = {&in_part, &in_also};
    for (int i = 0; i < 2; i++) {
        tp_result *result = NULL;
        tp_error error = {0};
        assert_int_equal(
            tp_criterion_judge(dataset, &PROFILE, wrong[i], tp_dataset_layer(dataset, "sites"), &result, &error),
            TP_E_INTERNAL);
        assert_null(result);
        assert_non_null(strstr(error.message, "other"));
    }
    also.measure_name = name;
    tp_result *result = judged(dataset, &in_also);
    assert_non_null(result->also[0]);
    tp_result_free(result);
    tp_dataset_free(dataset);
}

/* A profile may have a hundred parts in a criterion; what is right in a profile is right here. */
static void a_hundred_parts(void **state) {
    (void)state;
    char name[] = "m", last[] = "last";
    tp_dataset *dataset = dataset_of_sites(1);
    set_verdict(add_measure(dataset, name), 0, TP_MET, 1);
    set_verdict(add_measure(dataset, last), 0, TP_NOT_MET, -1);
    tp_part parts[100];
    for (int i = 0; i < 100; i++) {
        parts[i] = part_over(i == 99 ? last : name);
    }
    tp_criterion criterion = {.id = "c", .parts = parts, .n_parts = 100};
    tp_result *result = judged(dataset, &criterion);
    assert_int_equal(result->verdict[0], TP_NOT_MET);
    assert_int_equal(result->part[0], 99);
    tp_result_free(result);
    tp_dataset_free(dataset);
}

static void no_sites(void **state) {
    (void)state;
    char name[] = "m";
    tp_dataset *dataset = dataset_of_sites(0);
    (void)add_measure(dataset, name);
    tp_part part = part_over(name);
    tp_criterion criterion = {.id = "c", .parts = &part, .n_parts = 1};
    tp_result_free(judged(dataset, &criterion));
    tp_dataset_free(dataset);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    enum { N = 5000 };
    char name[] = "m", other[] = "n";
    tp_dataset *dataset = dataset_of_sites(N);
    tp_measure *measures[] = {add_measure(dataset, name), add_measure(dataset, other)};
    for (int row = 0; row < N; row++) {
        set_verdict(measures[0], row, (tp_verdict)(row % 3), row % 3 == 1 ? row : -row - 1.0);
        set_verdict(measures[1], row, (tp_verdict)(row / 3 % 3), row / 3 % 3 == 1 ? row : -row - 1.0);
    }
    tp_part parts[] = {part_over(name), part_over(other)};
    tp_criterion criterion = {.id = "c", .combine = TP_COMBINE_ANY, .parts = parts, .n_parts = 2};
    int before = omp_get_max_threads();
    tp_result *one = NULL;
    for (int threads = 1; threads <= 4; threads *= 2) {
        omp_set_num_threads(threads);
        tp_result *result = judged(dataset, &criterion);
        if (one == NULL) {
            one = result;
            continue;
        }
        assert_memory_equal(one->verdict, result->verdict, N);
        assert_memory_equal(one->part, result->part, N);
        assert_memory_equal(one->known, result->known, N);
        assert_memory_equal(one->value, result->value, N * sizeof(double));
        assert_memory_equal(one->margin, result->margin, N * sizeof(double));
        tp_result_free(result);
    }
    omp_set_num_threads(before);
    tp_result_free(one);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_of_parts),
        cmocka_unit_test(unreachable_meets_no_comparison),
        cmocka_unit_test(thresholds_to_the_last_bit),
        cmocka_unit_test(samples_and_the_unreachable),
        cmocka_unit_test(a_part_that_is_left_out_decides_nothing),
        cmocka_unit_test(with_all_parts_left_out_it_is_unknown),
        cmocka_unit_test(a_measure_that_is_not_there_is_a_bug),
        cmocka_unit_test(a_hundred_parts),
        cmocka_unit_test(no_sites),
        cmocka_unit_test(the_same_at_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
