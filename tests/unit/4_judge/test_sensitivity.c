/*
 * Sensitivity over a world on a line, where a minute is a kilometre: sweeps and the tornado by hand, measured anew where
 * a setting or a condition changes; Monte Carlo without spread, at a threshold, at one and two threads; bad input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

/* The row of a kind, criterion ("" for none), parameter, value and scope; asserts that there is one. */
static int64_t find(const tp_layer *table, const char *kind, const char *criterion, const char *parameter, double value,
                    const char *scope) {
    for (int64_t row = 0; row < table->n_rows; row++) {
        if (strcmp(cell_text(table, "kind", row), kind) == 0 &&
            strcmp(cell_text(table, "criterion_id", row), criterion) == 0 &&
            strcmp(cell_text(table, "parameter", row), parameter) == 0 &&
            strcmp(cell_text(table, "scope", row), scope) == 0 &&
            (isnan(value) || fabs(cell(table, "value", row) - value) <= 1e-9 * fabs(value))) {
            return row;
        }
    }
    print_error("no row %s %s %s %g %s\n", kind, criterion, parameter, value, scope);
    fail();
    return -1;
}

static void expect_counts(const tp_layer *table, int64_t row, double met, double not_met, double unknown) {
    assert_true(cell(table, "met", row) == met && cell(table, "not_met", row) == not_met &&
                cell(table, "unknown", row) == unknown);
}

/* ---- sweeps ---- */

static void thresholds_just_below_at_and_just_above(void **state) {
    bench *b = *state;
    tp_dataset *dataset =
        run_judged(b, "  - sensitivity: { sweep: { town: [19.99 min, 20.01 min, 29.99 min, 30.01 min] } }\n", 1);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    /* s1 has c1 at 20 km, s2 at 30 km. The site verdict: s1 is met where town is, s2 lacks an institute in 30 min. */
    static const double values[] = {19.99, 20.01, 29.99, 30.01}, met[] = {0, 1, 1, 2}, whole[] = {0, 1, 1, 1};
    for (int i = 0; i < 4; i++) {
        int64_t row = find(table, "sweep", "town", "threshold", values[i], "criterion");
        expect_counts(table, row, met[i], 2 - met[i], 0);
        assert_string_equal(cell_text(table, "unit", row), "min");
        assert_string_equal(cell_text(table, "site_id", row), "");
        assert_true(cell(table, "change_met", row) == met[i] - 1);
        assert_true(is_near(cell(table, "change_percent", row), 100 * (values[i] - 25) / 25));
        assert_true(isnan(cell(table, "probability", row)) && isnan(cell(table, "draws", row)));
        row = find(table, "sweep", "town", "threshold", values[i], "site");
        expect_counts(table, row, whole[i], 2 - whole[i], 0);
    }
    assert_int_equal(table->n_rows, 8);
    tp_dataset_free(dataset);
}

static void settings_and_conditions_are_measured_anew(void **state) {
    bench *b = *state;
    tp_dataset *dataset =
        run_judged(b,
                   "  - sensitivity:\n      sweep:\n"
                   "        town.population: [50000, '100000 persons', 100001 persons, 300001 persons]\n"
                   "        town.speed: [30 km/h, 48 km/h, 72 km/h]\n"
                   "        research.within: [24.9 min, 25.1 min, 35.1 min]\n"
                   "        research: [1 institutes, 2 institutes]\n",
                   1);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    /* Without c1 the nearest is c2: 40 and 50 km; without c2 too, nothing. */
    expect_counts(table, find(table, "sweep", "town", "population", 50000, "criterion"), 1, 1, 0);
    expect_counts(table, find(table, "sweep", "town", "population", 100000, "criterion"), 1, 1, 0);
    expect_counts(table, find(table, "sweep", "town", "population", 100001, "criterion"), 0, 2, 0);
    expect_counts(table, find(table, "sweep", "town", "population", 300001, "criterion"), 0, 2, 0);
    /* 20 km at 30 km/h are 40 min, at 48 km/h 25 min (the limit); 30 km at 72 km/h are 25 min. */
    expect_counts(table, find(table, "sweep", "town", "speed", 30, "criterion"), 0, 2, 0);
    assert_true(cell(table, "met", find(table, "sweep", "town", "speed", 72, "criterion")) >= 1);
    /* Institutes at 25 and 35 km of s1 and s2 (and 35 of s1, 45 of s2); cities within 24.9 and so on: c1 at 20 and 30. */
    expect_counts(table, find(table, "sweep", "research", "within", 24.9, "criterion"), 0, 2, 0);
    expect_counts(table, find(table, "sweep", "research", "within", 25.1, "criterion"), 1, 1, 0);
    expect_counts(table, find(table, "sweep", "research", "within", 35.1, "criterion"), 2, 0, 0);
    /* The noun picks the part: of institutes there are 1 and 0 within 30 min. */
    expect_counts(table, find(table, "sweep", "research", "threshold", 1, "criterion"), 1, 1, 0);
    expect_counts(table, find(table, "sweep", "research", "threshold", 2, "criterion"), 0, 2, 0);
    assert_string_equal(cell_text(table, "unit", find(table, "sweep", "research", "threshold", 2, "site")),
                        "institutes");
    tp_dataset_free(dataset);
}

static void a_bare_count_means_the_condition(void **state) {
    bench *b = *state;
    tp_dataset *dataset = run_judged(b, "  - sensitivity: { sweep: { town: [100001 persons] } }\n", 1);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    expect_counts(table, find(table, "sweep", "town", "population", 100001, "criterion"), 0, 2, 0);
    tp_dataset_free(dataset);
}

static void a_bare_step_sweeps_every_threshold(void **state) {
    bench *b = *state;
    tp_dataset *dataset = run_judged(b, "  - sensitivity: {}\n  - sensitivity: { profile: p, tornado: 20% }\n", 1);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    expect_counts(table, find(table, "sweep", "town", "threshold", 12.5, "site"), 0, 2, 0);
    expect_counts(table, find(table, "sweep", "town", "threshold", 37.5, "criterion"), 2, 0, 0);
    expect_counts(table, find(table, "sweep", "research", "threshold", 0, "criterion"), 2, 0, 0);
    (void)find(table, "sweep", "research", "threshold", 1500, "criterion");
    (void)find(table, "sweep", "far", "threshold", 5, "criterion");
    /* The tornado stands in the same table. town at 20 min keeps s1 (20 km sharp or a hair more), at 30 min as well. */
    (void)find(table, "tornado", "town", "threshold", 20, "site");
    int64_t row = find(table, "tornado", "research", "threshold", 2, "site");
    assert_true(cell(table, "change_met", row) == -1); /* 1 institute, more by 20 % but at least by one: 2 */
    row = find(table, "tornado", "", "speed of roads and straight lines", 0.8, "site");
    expect_counts(table, row, 0, 2, 0); /* 25 km at 48 km/h are 31 min */
    assert_true(cell(table, "change_met", row) == -1);
    row = find(table, "tornado", "", "speed of roads and straight lines", 1.2, "site");
    assert_true(is_near(cell(table, "change_percent", row), 20));
    assert_true(dataset->n_findings > 0);
    tp_dataset_free(dataset);
}

/* ---- Monte Carlo ---- */

static int64_t drawn(const tp_layer *table, const char *site, const char *criterion) {
    for (int64_t row = 0; row < table->n_rows; row++) {
        if (strcmp(cell_text(table, "kind", row), "monte_carlo") == 0 &&
            strcmp(cell_text(table, "site_id", row), site) == 0 &&
            strcmp(cell_text(table, "criterion_id", row), criterion) == 0) {
            return row;
        }
    }
    fail();
    return -1;
}

static void without_spread_every_probability_is_the_verdict(void **state) {
    bench *b = *state;
    tp_dataset *dataset = run_judged(
        b, "  - sensitivity: { monte_carlo: { draws: 50, speed: 0 %, thresholds: 0 %, position_error: 0 m } }\n", 2);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    assert_int_equal(table->n_rows, 2 * 4);
    static const char *const sites[] = {"s1", "s2"};
    for (int site = 0; site < 2; site++) {
        for (size_t i = 0; i < dataset->n_results; i++) {
            const tp_result *result = dataset->results[i];
            int64_t row = drawn(table, sites[site], result->criterion->id);
            assert_true(cell(table, "probability", row) == (result->verdict[site] == TP_MET));
            assert_true(cell(table, "probability_not_met", row) == (result->verdict[site] == TP_NOT_MET));
            assert_true(cell(table, "probability_unknown", row) == (result->verdict[site] == TP_UNKNOWN));
            assert_true(cell(table, "draws", row) == 50);
        }
        int64_t row = drawn(table, sites[site], "");
        assert_true(cell(table, "probability", row) == (dataset->site_verdict[site] == TP_MET));
    }
    tp_dataset_free(dataset);
}

/* Five deviations of a share of 1/2 among n draws. */
static bool is_half(double share, double n) {
    bool half = fabs(share - 0.5) <= 5 * 0.5 / sqrt(n);
    if (!half) {
        print_error("a share of %g among %g draws\n", share, n);
    }
    return half;
}

/* At the threshold of 25 min: 25 km. Small errors of speed, threshold or position put half of the draws on each side. */
static void write_at_threshold(bench *b) {
    char text[200];
    (void)snprintf(text, sizeof text, "id,name,lon,lat,population\nc1,Near,%.15f,0,100000\n", east_deg(25));
    write_text(b, "cities.csv", text);
}

static void at_a_threshold_half_of_the_draws_pass(void **state) {
    bench *b = *state;
    static const char *const spreads[] = {
        "speed: 5 %, thresholds: 0 %, strata: 4000", "speed: 0 %, thresholds: 5 %", "speed: 0 %, position_error: 10 m",
        "speed: 0 %, position_error: 10 m, position_law: disc", "speed: 5 %, thresholds: 5 %, position_error: 10 m"};
    write_at_threshold(b);
    for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++) {
        char judge[300];
        int draws = i == 0 ? 400 : 4000; /* a stratum measures anew: of these each draw has its own */
        (void)snprintf(judge, sizeof judge, "  - sensitivity: { monte_carlo: { draws: %d, %s } }\n", draws, spreads[i]);
        tp_dataset *dataset = run_judged(b, judge, 2);
        const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
        int64_t row = drawn(table, "s1", "town");
        assert_true(is_half(cell(table, "probability", row), draws));
        assert_true(cell(table, "probability_unknown", row) == 0);
        tp_dataset_free(dataset);
    }
}

/* s2 at 35 km with an error whose share beyond the threshold is known: a standard deviation of 10 km along the axis. */
static void the_normal_law_has_its_share(void **state) {
    bench *b = *state;
    write_at_threshold(b);
    tp_dataset *dataset =
        run_judged(b, "  - sensitivity: { monte_carlo: { draws: 4000, speed: 0 %, position_error: 5 km } }\n", 2);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    /* 35 km to the city, sigma 5 km: within 25 km with P(Rice) = 0.0205 (numerical integration of the density). */
    double share = cell(table, "probability", drawn(table, "s2", "town"));
    double exact = 0;
    for (int i = 0; i < 25000; i++) { /* P(R < 25) of a Rice distribution, by the midpoint rule and Bessel's series */
        double r = (i + 0.5) / 1000, x = r * 35 / 25.0, term = exp(-(r * r + 35 * 35) / 50), sum = 0;
        for (int k = 0; k < 120; k++) {
            sum += term;
            term *= x * x / 4 / ((k + 1.0) * (k + 1.0));
        }
        exact += r / 25 * sum / 1000;
    }
    assert_true(exact > 0.015 && exact < 0.03);
    assert_true(fabs(share - exact) <= 5 * sqrt(exact * (1 - exact) / 4000));
    tp_dataset_free(dataset);
}

static void a_column_says_how_far_each_site_may_be(void **state) {
    bench *b = *state;
    char text[200];
    write_at_threshold(b);
    (void)snprintf(text, sizeof text, "id,name,lon,lat,error\ns1,One,10,0,0\ns2,Two,10,0,50\ns3,Three,10,0,\n");
    write_text(b, "sites.csv", text);
    tp_dataset *dataset = run_judged(
        b,
        "  - sensitivity: { monte_carlo: { draws: 500, speed: 0 %, position_column: error, position_error: 1 m } }\n",
        1);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    double first = cell(table, "probability", drawn(table, "s1", "town"));
    assert_true(first == 0 || first == 1); /* known exactly */
    assert_true(is_half(cell(table, "probability", drawn(table, "s2", "town")), 500));
    assert_true(is_half(cell(table, "probability", drawn(table, "s3", "town")), 500));
    tp_dataset_free(dataset);
}

static void the_same_seed_gives_the_same_at_any_number_of_threads(void **state) {
    bench *b = *state;
    const char *judge =
        "  - sensitivity: { monte_carlo: { draws: 300, speed: 20 %, thresholds: 20 %, position_error: 5 km } }\n";
    tp_dataset *one = run_judged(b, judge, 1);
    const tp_layer *a = tp_dataset_layer(one, "sensitivity");
    double met[8];
    for (int64_t row = 0; row < a->n_rows; row++) {
        met[row] = cell(a, "met", row);
    }
    int64_t n = a->n_rows, between = 0;
    tp_dataset_free(one);
    tp_dataset *two = run_judged(b, judge, 2);
    const tp_layer *c = tp_dataset_layer(two, "sensitivity");
    assert_int_equal(c->n_rows, n);
    for (int64_t row = 0; row < n; row++) {
        assert_true(cell(c, "met", row) == met[row]);
        between += met[row] > 0 && met[row] < 300;
        assert_true(cell(c, "met", row) + cell(c, "not_met", row) + cell(c, "unknown", row) == 300);
    }
    assert_true(between >= 3);
    tp_dataset_free(two);
}

/* Zones are measured from their cores and stay where they are, which is said. */
static void polygons_are_not_moved(void **state) {
    bench *b = *state;
    char yaml[3000];
    tp_dataset *dataset = NULL;
    write_text(b, "p.yaml", LINE_PROFILE);
    write_text(
        b, "sites.geojson",
        "{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Feature\", \"properties\": {\"id\": \"z1\", "
        "\"name\": \"Zone\"}, \"geometry\": {\"type\": \"Polygon\", \"coordinates\": [[[9.9, -0.1], [10.1, -0.1], "
        "[10.1, 0.1], [9.9, 0.1], [9.9, -0.1]]]}}]}");
    (void)snprintf(yaml, sizeof yaml,
                   "read:\n  - sites: { file: sites.geojson, id: id, name: name }\n" LINE_LAYER("cities")
                       LINE_LAYER("institutes") "judge:\n  - profile: p\n  - sensitivity: { monte_carlo: { draws: 10, "
                                                "speed: 0 %%, position_error: 30 km } }\n" WRITE);
    b->request.without_write = true;
    assert_int_equal(plan_of(b, yaml), TP_OK);
    assert_int_equal(tp_plan_run(b->plan, &dataset, NULL), TP_OK);
    const tp_layer *table = tp_dataset_layer(dataset, "sensitivity");
    double probability = cell(table, "probability", drawn(table, "z1", "town"));
    assert_true(probability == (dataset->results[0]->verdict[0] == TP_MET));
    bool told = false;
    for (size_t i = 0; i < dataset->n_findings; i++) {
        told = told || (dataset->findings[i].warning && strstr(dataset->findings[i].text, "are not moved") != NULL);
    }
    assert_true(told);
    tp_dataset_free(dataset);
}

/* ---- bad input ---- */

static void every_mistake_at_its_place(void **state) {
    bench *b = *state;
    assert_int_equal(plan_judged(b,
                                 "  - sensitivity:\n"
                                 "      profile: q\n"
                                 "  - sensitivity:\n"
                                 "      sweep:\n"
                                 "        twon: [20 min]\n"
                                 "        town: []\n"
                                 "        town.within: [20 km]\n"
                                 "        town.speed: [20 km/h, 20 min]\n"
                                 "        research.within: [-5 min]\n"
                                 "        research: [3 parsecs]\n"
                                 "        far: [10 min, 3]\n"
                                 "      tornado: 120 %\n"
                                 "      monte_carlo: { draws: 0, speed: fast, position_column: nothing, laws: 1 }\n"),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:8:16", "unknown judged profile 'q'"));
    assert_true(said(b, "c.yaml:11:9", "unknown criterion 'twon' (did you mean 'town'?"));
    assert_true(said(b, "c.yaml:12:15", "has no values"));
    assert_true(said(b, "c.yaml:13:9", "no number called 'within' (it has: threshold (min), "));
    assert_true(said(b, "c.yaml:14:31", "not in its unit (expected km/h)"));
    assert_true(said(b, "c.yaml:15:27", "out of bounds"));
    assert_true(said(b, "c.yaml:16:20", "not in the unit of research (its threshold is 1 institutes or 1000 persons)"));
    assert_true(said(b, "c.yaml:17:23", "has no unit"));
    assert_true(said(b, "c.yaml:18:16", "expected a share"));
    assert_true(said(b, "c.yaml:19:29", "draws"));
    assert_true(said(b, "c.yaml:19:71", "unknown key 'laws'"));
}

static void mistakes_in_the_shares_and_the_column(void **state) {
    bench *b = *state;
    assert_int_equal(plan_judged(b, "  - sensitivity:\n"
                                    "      monte_carlo: { speed: fast, position_column: nothing }\n"),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:8:29", "expected a share from 0 % up to"));
    assert_int_equal(plan_judged(b, "  - sensitivity:\n"
                                    "      monte_carlo: { position_column: nothing }\n"),
                     TP_E_DATA);
    assert_true(said(b, "c.yaml:8:39", "no column 'nothing'"));
    assert_int_equal(plan_judged(b, "  - sensitivity: { sweep: {} }\n"), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:7:27", "nothing is named"));
}

static void without_a_profile_there_is_nothing_to_vary(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, LINE_READ "judge:\n  - sensitivity: {}\n  - flips: {}\n" WRITE), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:6:5", "sensitivity: no profile is judged"));
    assert_true(said(b, "c.yaml:7:5", "flips: no profile is judged"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(thresholds_just_below_at_and_just_above, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_and_conditions_are_measured_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bare_count_means_the_condition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bare_step_sweeps_every_threshold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_spread_every_probability_is_the_verdict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(at_a_threshold_half_of_the_draws_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_normal_law_has_its_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_column_says_how_far_each_site_may_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_at_any_number_of_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(polygons_are_not_moved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_mistake_at_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mistakes_in_the_shares_and_the_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_profile_there_is_nothing_to_vary, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
