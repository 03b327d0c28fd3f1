/*
 * Flip points: worked out by hand for steps just below, at and just above; none where two criteria fail; counts go by
 * whole numbers; and, for many random sites, against trying thresholds one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge_fixture.h"
#include "technopolis/stage.h"

static char NAMES[3][4] = {"m0", "m1", "m2"};

typedef struct made {
    tp_profile profile;
    tp_criterion criteria[3];
    tp_part parts[3];
} made;

static void make(made *m, size_t n) {
    *m = (made){.profile = {.id = "p", .n_criteria = n}};
    m->profile.criteria = m->criteria;
    for (size_t i = 0; i < n; i++) {
        m->parts[i] = part_over(NAMES[i]);
        m->criteria[i] = (tp_criterion){.id = NAMES[i], .required = true, .parts = &m->parts[i], .n_parts = 1};
    }
}

static const tp_layer *flips_of(tp_dataset *dataset, const made *m) {
    const tp_stage *stage = tp_stage_find(TP_JUDGE, "flips");
    assert_non_null(stage);
    dataset->profiles = calloc(1, sizeof(const tp_profile *));
    dataset->profiles[0] = &m->profile;
    dataset->n_profiles = 1;
    char name[] = "flips";
    tp_step step = {.stage = stage, .name = name};
    tp_faults faults = {0};
    assert_int_equal(tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, NULL, (tp_place){0},
                                     TP_ORIGIN_DEFAULT, &step.options, &faults),
                     TP_OK);
    tp_run run = {.base = ""};
    assert_int_equal(stage->run(&step, &run, dataset, NULL), TP_OK);
    tp_options_reset(&step.options);
    tp_faults_reset(&faults);
    return tp_dataset_layer(dataset, "flips");
}

static const char *text(const tp_layer *flips, const char *column, int64_t row) {
    const char *found = tp_column_text(tp_layer_column(flips, column), row);
    return found == NULL ? "" : found;
}

static double number(const tp_layer *flips, const char *column, int64_t row) {
    double value = NAN;
    (void)tp_column_number(tp_layer_column(flips, column), row, &value);
    return value;
}

static void a_step_on_either_side(void **state) {
    (void)state;
    enum { ROWS = 6 };
    tp_dataset *dataset = dataset_of_sites(ROWS);
    tp_measure *measure = add_measure(dataset, "m0");
    made m;
    make(&m, 1);
    m.parts[0].comparison = TP_AT_MOST; /* at most 10 min */
    tp_measure_set(measure, 0, 8, TP_METHOD_TABLE);
    tp_measure_set(measure, 1, 10, TP_METHOD_TABLE);
    tp_measure_set(measure, 2, nextafter(10, 20), TP_METHOD_TABLE);
    tp_measure_set(measure, 3, 16, TP_METHOD_TABLE);
    tp_measure_set_interval(measure, 4, 14, 9, 14, TP_METHOD_TABLE);
    tp_measure_set(measure, 5, INFINITY, TP_METHOD_TABLE);
    static const struct {
        const char *verdict, *becomes, *reached;
        double at, percent;
    } expected[ROWS] = {
        {"met", "not_met", "below", 8, -20},     {"met", "not_met", "below", 10, 0},
        {"not_met", "met", "at", 10, 0},         {"not_met", "met", "at", 16, 60},
        {"unknown", "not_met", "below", 9, -10}, {"not_met", "", "", NAN, NAN}, /* unreachable: nothing helps */
    };
    const tp_layer *flips = flips_of(dataset, &m);
    assert_int_equal(flips->n_rows, ROWS);
    for (int row = 0; row < ROWS; row++) {
        assert_string_equal(text(flips, "verdict", row), expected[row].verdict);
        assert_string_equal(text(flips, "becomes", row), expected[row].becomes);
        assert_string_equal(text(flips, "reached", row), expected[row].reached);
        assert_string_equal(text(flips, "criterion_id", row), isnan(expected[row].at) ? "" : "m0");
        assert_true(isnan(expected[row].at) ? isnan(number(flips, "flip_at", row))
                                            : fabs(number(flips, "flip_at", row) - expected[row].at) < 1e-12);
        assert_true(isnan(expected[row].at)
                        ? isnan(number(flips, "change_percent", row))
                        : fabs(number(flips, "change_percent", row) - expected[row].percent) < 1e-9);
    }
    assert_true(number(flips, "threshold", 3) == 10 && number(flips, "change", 3) == 6);
    tp_dataset_free(dataset);
}

static void a_count_goes_by_whole_numbers(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(3);
    tp_measure *measure = add_measure(dataset, "m0");
    made m;
    make(&m, 1);
    m.parts[0].threshold = (tp_quantity){2, TP_DIMENSION_COUNT, "plants"}; /* at least 2 plants */
    tp_measure_set(measure, 0, 2, TP_METHOD_TABLE);
    tp_measure_set(measure, 1, 1, TP_METHOD_TABLE);
    tp_measure_set_interval(measure, 2, 2, 2, INFINITY, TP_METHOD_TABLE); /* a sample */
    static const double at[] = {3, 1, 3};
    static const char *const becomes[] = {"not_met", "met", "unknown"};
    const tp_layer *flips = flips_of(dataset, &m);
    for (int row = 0; row < 3; row++) {
        assert_true(number(flips, "flip_at", row) == at[row]);
        assert_string_equal(text(flips, "reached", row), "at");
        assert_string_equal(text(flips, "becomes", row), becomes[row]);
        assert_string_equal(text(flips, "unit", row), "plants");
    }
    tp_dataset_free(dataset);
}

static void two_failures_have_no_single_way_out(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(2);
    tp_measure *first = add_measure(dataset, "m0"), *second = add_measure(dataset, "m1");
    made m;
    make(&m, 2); /* at least 10 */
    tp_measure_set(first, 0, 5, TP_METHOD_TABLE);
    tp_measure_set(second, 0, 9, TP_METHOD_TABLE);
    tp_measure_set(first, 1, 12, TP_METHOD_TABLE); /* +20 % or +20 %: the smaller id */
    tp_measure_set(second, 1, 12, TP_METHOD_TABLE);
    const tp_layer *flips = flips_of(dataset, &m);
    assert_string_equal(text(flips, "criterion_id", 0), "");
    assert_string_equal(text(flips, "verdict", 0), "not_met");
    assert_string_equal(text(flips, "criterion_id", 1), "m0");
    assert_string_equal(text(flips, "reached", 1), "above");
    tp_dataset_free(dataset);
}

static void informative_criteria_flip_nothing(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(1);
    tp_measure *first = add_measure(dataset, "m0"), *second = add_measure(dataset, "m1");
    made m;
    make(&m, 2);
    m.criteria[1].required = false;
    tp_measure_set(first, 0, 30, TP_METHOD_TABLE);
    tp_measure_set(second, 0, 10, TP_METHOD_TABLE);
    const tp_layer *flips = flips_of(dataset, &m);
    assert_string_equal(text(flips, "criterion_id", 0), "m0");
    assert_true(number(flips, "change_percent", 0) == 200);
    tp_dataset_free(dataset);
}

static void both_bounds_of_a_band(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(3);
    tp_measure *measure = add_measure(dataset, "m0");
    made m;
    make(&m, 1); /* at least 10 and at most 20 min */
    m.parts[0].banded = true;
    m.parts[0].upper = (tp_quantity){20, TP_DIMENSION_TIME, "min"};
    tp_measure_set(measure, 0, 18, TP_METHOD_TABLE); /* 10 % off the upper one, 80 % off the lower */
    tp_measure_set(measure, 1, 11, TP_METHOD_TABLE);
    tp_measure_set(measure, 2, 25, TP_METHOD_TABLE); /* above: only the upper one helps */
    static const double at[] = {18, 11, 25}, threshold[] = {20, 10, 20};
    static const char *const reached[] = {"below", "above", "at"};
    const tp_layer *flips = flips_of(dataset, &m);
    for (int row = 0; row < 3; row++) {
        assert_true(number(flips, "flip_at", row) == at[row] && number(flips, "threshold", row) == threshold[row]);
        assert_string_equal(text(flips, "reached", row), reached[row]);
    }
    tp_dataset_free(dataset);
}

static void a_threshold_of_nothing_has_no_percentage(void **state) {
    (void)state;
    tp_dataset *dataset = dataset_of_sites(1);
    made m;
    make(&m, 1); /* at most 0 areas, as outside of something: 2 of them hold the site */
    m.parts[0].comparison = TP_AT_MOST;
    m.parts[0].threshold = (tp_quantity){0, TP_DIMENSION_COUNT, "areas"};
    tp_measure_set(add_measure(dataset, "m0"), 0, 2, TP_METHOD_TABLE);
    const tp_layer *flips = flips_of(dataset, &m);
    assert_true(number(flips, "flip_at", 0) == 2 && number(flips, "change", 0) == 2);
    assert_true(isnan(number(flips, "change_percent", 0)));
    assert_string_equal(text(flips, "becomes", 0), "met");
    assert_string_equal(text(flips, "parameter", 0), "threshold");
    tp_dataset_free(dataset);
}

/* ---- against trying thresholds ---- */

static tp_verdict part_verdict(const tp_measure *measure, int64_t row, double threshold) {
    return tp_verdict_compare(measure->low[row], measure->high[row], TP_AT_LEAST, threshold);
}

/* The site's verdict with the threshold of one criterion changed. */
static tp_verdict site_verdict(tp_measure **measures, int64_t row, int changed, double threshold) {
    tp_verdict verdicts[3];
    for (int i = 0; i < 3; i++) {
        verdicts[i] = part_verdict(measures[i], row, i == changed ? threshold : 10);
    }
    return tp_verdict_all(verdicts, 3);
}

/* The smallest step, in twentieths, at which some threshold changes the verdict; 10,000 where none does. */
static int smallest_step(tp_measure **measures, int64_t row) {
    tp_verdict base = site_verdict(measures, row, -1, 10);
    for (int step = 0; step <= 200; step++) {
        for (int i = 0; i < 3; i++) {
            if (site_verdict(measures, row, i, 10 + step / 20.0) != base ||
                site_verdict(measures, row, i, 10 - step / 20.0) != base) {
                return step;
            }
        }
    }
    return 10000;
}

static void as_by_trying_one_threshold_after_another(void **state) {
    (void)state;
    enum { ROWS = 2000 };
    tp_dataset *dataset = dataset_of_sites(ROWS);
    tp_measure *measures[3];
    uint64_t seed = 1;
    made m;
    make(&m, 3);
    for (int i = 0; i < 3; i++) {
        measures[i] = add_measure(dataset, NAMES[i]);
        for (int64_t row = 0; row < ROWS; row++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            double low = (double)(seed >> 40 & 15) + 0.01, width = (double)(seed >> 50 & 3);
            tp_measure_set_interval(measures[i], row, low, low, low + width, TP_METHOD_TABLE);
        }
    }
    const tp_layer *flips = flips_of(dataset, &m);
    int64_t none = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        int step = smallest_step(measures, row);
        double change = fabs(number(flips, "change", row));
        none += step == 10000;
        if (step == 10000) {
            assert_true(isnan(change));
        } else { /* the ends lie 0.01 beside a step: the one tried is the next after it */
            assert_true(change <= step / 20.0 + 1e-9 && change >= (step - 1) / 20.0 - 1e-9);
        }
    }
    assert_true(none > 100 && none < ROWS - 100);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_on_either_side),
        cmocka_unit_test(a_count_goes_by_whole_numbers),
        cmocka_unit_test(two_failures_have_no_single_way_out),
        cmocka_unit_test(informative_criteria_flip_nothing),
        cmocka_unit_test(both_bounds_of_a_band),
        cmocka_unit_test(a_threshold_of_nothing_has_no_percentage),
        cmocka_unit_test(as_by_trying_one_threshold_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
