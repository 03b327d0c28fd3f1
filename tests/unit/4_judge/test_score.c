/*
 * Weighted scores: hand-computed normalisation and intervals, ranks with ties, failed criteria beside the score, Kendall's
 * tau against counting pairs, bad weights and bounds with their places.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "4_judge/ranking.h"
#include "plan_run.h"

static int set_up(void **state) {
    bench *b = malloc(sizeof *b);
    assert_non_null(b);
    write_line_world(b);
    *state = b;
    return 0;
}

static int tear_down(void **state) {
    close_bench(*state);
    free(*state);
    return 0;
}

/* town: 20 and 29.995 of at most 25 min; research: 1 of at least 1 institute and 100,000 of at least 1,000, or none;
 * far: 25 and 34.995 of at most 10 min. */
static void linear_between_nothing_and_twice_the_threshold(void **state) {
    bench *b = *state;
    tp_dataset *dataset =
        run_judged(b, "  - score: { profile: p, weights: { town: 0.5, research: 0.3, far: 0.2 } }\n", 1);
    const tp_layer *table = tp_dataset_layer(dataset, "scorecards");
    assert_int_equal(table->n_rows, 2);
    /* town 1 - 20 / 50 = 0.6; research min(1 / 2, 1) = 0.5; far 1 - 25 / 20 < 0 */
    assert_true(is_near(cell(table, "score", 0), 0.5 * 0.6 + 0.3 * 0.5));
    assert_true(is_near(cell(table, "score", 1), 0.5 * (1 - 29.995 / 50)));
    assert_true(cell(table, "score_low", 0) == cell(table, "score_high", 0));
    assert_true(cell(table, "rank", 0) == 1 && cell(table, "rank", 1) == 2);
    assert_string_equal(cell_text(table, "weighting", 0), "weights");
    assert_string_equal(cell_text(table, "verdict", 0), "met");
    assert_string_equal(cell_text(table, "verdict", 1), "not_met");
    assert_string_equal(cell_text(table, "failed_required", 0), "");
    assert_string_equal(cell_text(table, "failed_required", 1), "town, research");
    assert_string_equal(cell_text(table, "contributions", 0), "town 0.6 x 0.5, research 0.5 x 0.3, far 0 x 0.2");
    tp_dataset_free(dataset);
}

static void between_stated_bounds(void **state) {
    bench *b = *state;
    tp_dataset *dataset = run_judged(b,
                                     "  - score:\n      weights: { town: 0.5, far: 0.5 }\n"
                                     "      bounds: { town: [60 min, 10 min], far: [1 h, 0 min] }\n      as: stated\n",
                                     1);
    const tp_layer *table = tp_dataset_layer(dataset, "scorecards");
    assert_true(is_near(cell(table, "score", 0), 0.5 * 40 / 50 + 0.5 * 35 / 60));
    assert_true(is_near(cell(table, "score", 1), 0.5 * (60 - 29.995) / 50 + 0.5 * (60 - 34.995) / 60));
    tp_dataset_free(dataset);
}

/* Of a sample there may be more, or nearer ones: the score is an interval from what was found to the best. */
static void what_is_unknown_makes_an_interval(void **state) {
    bench *b = *state;
    char yaml[3000];
    tp_dataset *dataset = NULL;
    write_text(b, "p.yaml", LINE_PROFILE);
    (void)snprintf(yaml, sizeof yaml,
                   "read:\n" LINE_LAYER("sites")
                       LINE_LAYER("cities") "  - institutes: { file: institutes.csv, id: id, "
                                            "name: name, crs: 'EPSG:4326', coverage: sample }\n"
                                            "judge:\n  - profile: p\n"
                                            "  - score: { weights: { research: 0.6, far: 0.4 } }\n"
                                            "  - score: { weights: { town: 1 }, as: town }\n"
                                            "  - score: { weights: { far: 1 }, as: far }\n" WRITE);
    b->request.without_write = true;
    assert_int_equal(plan_of(b, yaml), TP_OK);
    assert_int_equal(tp_plan_run(b->plan, &dataset, NULL), TP_OK);
    const tp_layer *table = tp_dataset_layer(dataset, "scorecards");
    assert_int_equal(table->n_rows, 6);
    assert_true(is_near(cell(table, "score_low", 0), 0.6 * 0.5) && is_near(cell(table, "score_high", 0), 1));
    assert_true(is_near(cell(table, "score_low", 1), 0) && is_near(cell(table, "score_high", 1), 1));
    assert_true(isnan(cell(table, "score", 0)) && isnan(cell(table, "score", 1)));
    assert_true(cell(table, "rank", 0) == 1 && cell(table, "rank", 1) == 2);
    assert_true(cell(table, "rank_best", 1) == 1 && cell(table, "rank_worst", 0) == 2);
    assert_string_equal(cell_text(table, "unknown_required", 1), "research");
    assert_string_equal(cell_text(table, "failed_required", 1), "town");
    tp_dataset_free(dataset);
}

static void weightings_are_compared(void **state) {
    bench *b = *state;
    tp_dataset *dataset = run_judged(b,
                                     "  - score: { weights: { town: 1 }, as: one }\n"
                                     "  - score: { weights: { far: 1 }, bounds: { far: [60 min, 0 min] }, as: two }\n",
                                     1);
    bool told = false;
    for (size_t i = 0; i < dataset->n_findings; i++) {
        told = told || strstr(dataset->findings[i].text, "tau between the ranks by 'one' and by 'two' is 1.00") != NULL;
    }
    assert_true(told);
    tp_dataset_free(dataset);
}

/* ---- ranks ---- */

static void ranks_by_counting(void **state) {
    (void)state;
    enum { N = 200 };
    double low[N], high[N];
    tp_rank ranks[N];
    uint64_t seed = 3;
    for (int i = 0; i < N; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        low[i] = (double)(seed >> 40 & 31) / 32;
        high[i] = low[i] + (double)(seed >> 50 & 3) / 32;
    }
    assert_int_equal(tp_rank_intervals(low, high, N, ranks, NULL), TP_OK);
    for (int i = 0; i < N; i++) {
        int64_t rank = 1, best = 1, worst = 1;
        for (int k = 0; k < N; k++) {
            rank += low[k] > low[i];
            best += k != i && low[k] > high[i];
            worst += k != i && high[k] > low[i];
        }
        assert_int_equal(ranks[i].rank, rank);
        assert_int_equal(ranks[i].best, best);
        assert_int_equal(ranks[i].worst, worst);
    }
}

/* R gives the same: cor(c(1, 2, 2, 4, 5), c(1, 3, 2, 2, 5), method = "kendall") is 6 / 9. */
static void kendalls_tau_with_ties(void **state) {
    (void)state;
    static const double a[] = {1, 2, 2, 4, 5}, b[] = {1, 3, 2, 2, 5}, down[] = {5, 4, 3, 2, 1},
                        flat[] = {1, 1, 1, 1, 1};
    static const double up[] = {1, 2, 3, 4, 5};
    double tau;
    assert_true(tp_kendall_tau(up, up, 5, &tau) && tau == 1);
    assert_true(tp_kendall_tau(up, down, 5, &tau) && tau == -1);
    assert_true(tp_kendall_tau(a, b, 5, &tau) && fabs(tau - 6.0 / 9) < 1e-12);
    assert_false(tp_kendall_tau(up, flat, 5, &tau));
    assert_false(tp_kendall_tau(up, up, 1, &tau));
}

/* ---- bad input ---- */

static void weights_that_do_not_add_up(void **state) {
    bench *b = *state;
    assert_int_equal(plan_judged(b, "  - score: { weights: { town: 0.5, research: 0.4 } }\n"
                                    "  - score: { weights: { twon: 1 }, as: b }\n"
                                    "  - score: { weights: {}, as: c }\n"
                                    "  - score: { weights: { town: 2, far: x }, as: d }\n"
                                    "  - score: { profile: q, weights: { town: 1 }, as: e }\n"
                                    "  - score: { as: f }\n"
                                    "  - score: { weights: { town: 1 }, as: b }\n"),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:7:23", "they add up to 0.9 (expected 1)"));
    assert_true(said(b, "c.yaml:8:25", "unknown criterion 'twon' (did you mean 'town'?"));
    assert_true(said(b, "c.yaml:9:23", "nothing is weighted"));
    assert_true(said(b, "c.yaml:10:31", "expected a number from 0 to 1, found '2'"));
    assert_true(said(b, "c.yaml:10:39", "found 'x'"));
    assert_true(said(b, "c.yaml:11:23", "unknown judged profile 'q'"));
    assert_true(said(b, "c.yaml:12:5", "key 'weights' is missing"));
    assert_true(said(b, "c.yaml:13:5", "a second weighting is called 'b'"));
    assert_int_equal(plan_judged(b, "  - score: { weights: { town: 0.333333, research: 0.333333, far: 0.333333 } }\n"),
                     TP_OK);
}

static void bounds_the_wrong_way_round(void **state) {
    bench *b = *state;
    assert_int_equal(plan_judged(b, "  - score:\n      weights: { town: 1 }\n      bounds:\n"
                                    "        town: [10 min, 60 min]\n"
                                    "        far: [10 km, 0 km]\n"
                                    "        research: [0 institutes]\n"
                                    "        cow: [1 min, 2 min]\n"),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:10:15", "town is at most its threshold: expected [worst, best], the best one smaller"));
    assert_true(said(b, "c.yaml:11:14", "not measured in these units (its threshold is 10 min)"));
    assert_true(said(b, "c.yaml:12:19", "expected [worst, best]"));
    assert_true(said(b, "c.yaml:13:9", "unknown criterion 'cow'"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(linear_between_nothing_and_twice_the_threshold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(between_stated_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_unknown_makes_an_interval, set_up, tear_down),
        cmocka_unit_test_setup_teardown(weightings_are_compared, set_up, tear_down),
        cmocka_unit_test(ranks_by_counting),
        cmocka_unit_test(kendalls_tau_with_ties),
        cmocka_unit_test_setup_teardown(weights_that_do_not_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_the_wrong_way_round, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
