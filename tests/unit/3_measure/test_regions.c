/* The stages regions, region_change and dispersion, over four square prefectures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

/* Prefectures P1 … P4 side by side along the equator, a degree each. */
static void add_prefectures(tp_dataset *dataset) {
    tp_layer *layer = add_table(dataset, "prefectures", TP_GEOMETRY_POLYGON, 4);
    for (int64_t i = 0; i < 4; i++) {
        char id[8];
        double w = (double)i, x[] = {w, w + 1, w + 1, w, w}, y[] = {0, 0, 1, 1, 0};
        (void)snprintf(id, sizeof id, "P%d", (int)i + 1);
        put(layer->id, i, id);
        assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, 5, NULL), TP_OK);
    }
}

/* Scheme halves: P1 P2 | P3 P4; scheme odd: P1 P3 | P2 | P4. The last rows may be left out or repeated. */
static void add_schemes(tp_dataset *dataset, int64_t n, const char *last_code) {
    static const char *const ROWS[][3] = {{"P1", "halves", "A"}, {"P2", "halves", "A"}, {"P3", "halves", "B"},
                                          {"P4", "halves", "B"}, {"P1", "odd", "X"},    {"P3", "odd", "X"},
                                          {"P2", "odd", "Y"},    {"P4", "odd", "Z"}};
    static const char *const NAMES[] = {"pref_code", "scheme", "region_id", "region_en"};
    tp_layer *table = add_table(dataset, "region_schemes", TP_GEOMETRY_NONE, n);
    for (int k = 0; k < 4; k++) {
        tp_column *column = tp_test_column(table, NAMES[k], TP_TYPE_TEXT);
        for (int64_t row = 0; row < n; row++) {
            put(column, row, k == 0 && row == n - 1 && last_code != NULL ? last_code : ROWS[row][k < 3 ? k : 2]);
        }
    }
}

static const tp_test_point PLANTS[] = {{"a", 0.5, 0.5}, {"b", 0.6, 0.5}, {"c", 0.7, 0.5}, {"d", 1.5, 0.5},
                                       {"e", 2.5, 0.5}, {"f", 2.6, 0.5}, {"far", 90, 45}};
enum { N_PLANTS = 7 };

static tp_dataset *world(void) {
    tp_dataset *dataset = new_dataset();
    add_prefectures(dataset);
    tp_layer *plants = add_points(dataset, "plants", PLANTS, N_PLANTS);
    tp_column *industry = tp_test_column(plants, "industry", TP_TYPE_TEXT);
    const char *of[] = {"chips", "chips", "robots", "robots", "chips", NULL, "chips"};
    tp_column *workers = tp_test_column(plants, "workers", TP_TYPE_DOUBLE);
    for (int64_t i = 0; i < N_PLANTS; i++) {
        put(industry, i, of[i]);
        if (i != 3) {
            tp_column_set_double(workers, i, 10 * (double)(i + 1));
        }
    }
    const tp_test_point cities[] = {{"1", 0.5, 0.5}, {"2", 1.5, 0.5}, {"3", 2.5, 0.5}, {"4", 3.5, 0.5}};
    tp_column *population = tp_test_column(add_points(dataset, "cities", cities, 4), "population", TP_TYPE_DOUBLE);
    for (int64_t i = 0; i < 4; i++) {
        tp_column_set_double(population, i, 100 * (double)(i + 1));
    }
    return dataset;
}

static tp_code run_regions(tp_dataset *dataset, const char *yaml, tp_error *error) {
    return run_stage(dataset, "regions", "regions", yaml, false, 0, error);
}

static double number(const tp_layer *layer, const char *column, int64_t row) {
    double value = NAN;
    assert_non_null(tp_layer_column(layer, column));
    return tp_column_number(tp_layer_column(layer, column), row, &value) ? value : NAN;
}

static int64_t row_of(const tp_layer *layer, const char *id) {
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (strcmp(tp_layer_id(layer, row), id) == 0) {
            return row;
        }
    }
    fail_msg("no row %s", id);
    return -1;
}

static void test_counts_and_quotients(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    add_schemes(dataset, 8, NULL);
    tp_error error = {0};
    assert_int_equal(
        run_regions(dataset, "{of: [plants], industry: industry, base: cities, base_weight: population}", &error),
        TP_OK);
    const tp_layer *regions = tp_dataset_layer(dataset, "regions"), *table = tp_dataset_layer(dataset, "prefectures");
    assert_int_equal(regions->n_rows, 5);
    double halves = 0, odd = 0;
    for (int64_t row = 0; row < regions->n_rows; row++) {
        double n = number(regions, "plants_n", row);
        assert_true(near(number(regions, "plants_density", row) * number(regions, "area_km2", row), n, 1e-9));
        assert_true(near(tp_geodesic_area_km2(&dataset->ellipsoid, &regions->shapes, row),
                         number(regions, "area_km2", row), 5)); /* edges between prefectures are geodesics */
        *(strncmp(tp_layer_id(regions, row), "halves", 6) == 0 ? &halves : &odd) += n;
    }
    assert_true(halves == 6 && odd == 6); /* one of seven lies nowhere: */
    assert_int_equal(dataset->n_rejects, 1);
    int64_t a = row_of(regions, "halves/A");
    assert_true(number(regions, "plants_n", a) == 4 && near(number(regions, "plants_share", a), 4.0 / 6, 1e-15));
    assert_true(near(number(regions, "plants_lq", a), 4.0 / 6 / (300.0 / 1000), 1e-12));
    assert_true(near(number(regions, "plants_lq_low", a), 1.0898653736263 / (6 * 0.3), 1e-9)); /* Garwood's 4 events */
    assert_true(near(number(regions, "plants_lq_high", a), 10.2415886754037 / (6 * 0.3), 1e-9));
    assert_true(number(regions, "plants_rank", a) == 1);
    assert_true(number(table, "plants_n", 0) == 3 && number(table, "plants_n", 3) == 0);
    assert_true(number(table, "plants_lq", 3) == 0);
    const tp_layer *industries = tp_dataset_layer(dataset, "region_industries");
    int64_t chips = row_of(industries, "plants/halves/A/chips");
    assert_true(near(number(industries, "lq", chips), 2.0 / 4 / (3.0 / 6), 1e-12));
    const tp_layer *ranks = tp_dataset_layer(dataset, "region_ranks");
    assert_int_equal(ranks->n_rows, 4);
    /* P2 lies in the densest half, but alone it is the second of three. */
    assert_true(number(ranks, "change", row_of(ranks, "plants/P2/halves/odd")) == 1);
    tp_dataset_free(dataset);
}

static void test_concentration(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    add_schemes(dataset, 8, NULL);
    tp_error error = {0};
    assert_int_equal(
        run_regions(dataset, "{of: plants, industry: industry, base: cities, base_weight: population}", &error), TP_OK);
    const tp_layer *c = tp_dataset_layer(dataset, "concentration");
    int64_t own = row_of(c, "plants/prefectures/all"), halves = row_of(c, "plants/halves/all");
    /* 3, 1, 2, 0 of four: ordered 0 1 2 3, sum of (2i + 1 - n) x = -1 + 2 + 9 = 10, over 4 * 6. */
    assert_true(near(number(c, "gini", own), 10.0 / 24, 1e-12));
    assert_true(near(number(c, "hhi", own), 14.0 / 36, 1e-12));
    double theil = 0.5 * log(0.5 / 0.1) + 1.0 / 6 * log(1.0 / 6 / 0.2) + 1.0 / 3 * log(1.0 / 3 / 0.3);
    assert_true(near(number(c, "theil", own), theil, 1e-12) && isnan(number(c, "theil_between", own)));
    assert_true(near(number(c, "theil_between", halves) + number(c, "theil_within", halves), theil, 1e-12));
    double raw =
        (0.5 - 0.1) * (0.5 - 0.1) + (1.0 / 6 - 0.2) * (1.0 / 6 - 0.2) + (1.0 / 3 - 0.3) * (1.0 / 3 - 0.3) + 0.4 * 0.4;
    double room = 1 - 0.01 - 0.04 - 0.09 - 0.16, h = 1.0 / 6;
    assert_true(near(number(c, "eg_gamma", own), (raw - room * h) / (room * (1 - h)), 1e-12));
    assert_true(number(c, "n_with", own) == 3 && near(number(c, "share_with", own), 0.75, 0));
    tp_dataset_free(dataset);
}

static void test_weights(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    add_schemes(dataset, 8, NULL);
    tp_error error = {0};
    assert_int_equal(run_regions(dataset, "{of: plants, weight: workers}", &error), TP_OK);
    const tp_layer *table = tp_dataset_layer(dataset, "prefectures");
    assert_true(number(table, "plants_n", 1) == 1 && number(table, "plants_sum", 1) == 0); /* its workers are missing */
    assert_true(near(number(table, "plants_share", 0), 60.0 / 170, 1e-15));
    tp_dataset_free(dataset);

    dataset = world();
    add_schemes(dataset, 8, NULL);
    tp_column_set_double(tp_layer_column(tp_dataset_layer(dataset, "plants"), "workers"), 2, -1);
    assert_int_equal(run_regions(dataset, "{of: plants, weight: workers}", &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "workers is -1"));
    tp_dataset_free(dataset);
}

/* Everything that is wrong with a lookup, at once. */
/* Weights of which the sum depends on its order: the bytes do not depend on that of the rows. */
static void test_any_order_of_rows(void **state) {
    (void)state;
    enum { N = 40 };
    static char ids[N][8];
    double sums[2];
    for (int k = 0; k < 2; k++) {
        tp_dataset *dataset = new_dataset();
        tp_test_point points[N];
        add_prefectures(dataset);
        add_schemes(dataset, 8, NULL);
        for (int i = 0; i < N; i++) {
            (void)snprintf(ids[i], sizeof ids[i], "%02d", k == 0 ? i : N - 1 - i);
            points[i] = (tp_test_point){ids[i], 0.5, 0.5};
        }
        tp_layer *plants = add_points(dataset, "plants", points, N);
        tp_column *weight = tp_test_column(plants, "weight", TP_TYPE_DOUBLE);
        for (int i = 0; i < N; i++) {
            tp_column_set_double(weight, i, exp(((k == 0 ? i : N - 1 - i) % 7) * 3.1) / 3);
        }
        tp_error error = {0};
        assert_int_equal(run_regions(dataset, "{of: [plants], weight: weight}", &error), TP_OK);
        sums[k] = number(tp_dataset_layer(dataset, "prefectures"), "plants_sum", 0);
        tp_dataset_free(dataset);
    }
    assert_true(sums[0] == sums[1]);
}

static void test_lookup_must_be_whole(void **state) {
    (void)state;
    const struct {
        int64_t n;
        const char *last, *message;
    } cases[] = {
        {7, NULL, "scheme odd misses prefecture P4"},
        {8, "P2", "scheme odd has prefecture P2 twice; scheme odd misses prefecture P4"},
        {8, "P9", "scheme odd has 'P9', which is no id of layer prefectures; scheme odd misses prefecture P4"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_dataset *dataset = world();
        tp_error error = {0};
        add_schemes(dataset, cases[i].n, cases[i].last);
        assert_int_equal(run_regions(dataset, "{of: plants}", &error), TP_E_DATA);
        if (strstr(error.message, cases[i].message) == NULL) {
            fail_msg("'%s'", error.message);
        }
        tp_dataset_free(dataset);
    }
}

static void test_no_points(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    add_prefectures(dataset);
    add_schemes(dataset, 8, NULL);
    add_points(dataset, "plants", PLANTS, 0);
    add_points(dataset, "cities", PLANTS, 1);
    tp_error error = {0};
    assert_int_equal(run_regions(dataset, "{of: plants, base: cities}", &error), TP_OK);
    for (size_t l = 0; l < dataset->n_layers; l++) {
        for (size_t k = 0; k < dataset->layers[l]->n_columns; k++) {
            const tp_column *column = dataset->layers[l]->columns[k];
            for (int64_t row = 0; row < column->n_rows && column->type == TP_TYPE_DOUBLE; row++) {
                assert_true(!column->valid[row] || isfinite(column->f64[row]));
            }
        }
    }
    assert_true(isnan(number(tp_dataset_layer(dataset, "regions"), "plants_share", 0)));
    tp_dataset_free(dataset);
}

/* ---- change ---- */

/* Made-up amounts with the changes that were published for Japan 1990-2005: -18.9 % in Chubu the least, -33.8 % the
 * greatest, -2.9 % in Okinawa on a small base. */
static void test_change(void **state) {
    (void)state;
    static const char *const IDS[] = {"chubu", "worst", "okinawa", "unknown", "new"};
    const double from[] = {1000, 2000, 20, NAN, 0}, to[] = {811, 1324, 19.42, 5, 3};
    tp_dataset *dataset = new_dataset();
    tp_layer *table = add_table(dataset, "employment", TP_GEOMETRY_NONE, 5);
    tp_column *a = tp_test_column(table, "e1990", TP_TYPE_DOUBLE), *b = tp_test_column(table, "e2005", TP_TYPE_DOUBLE);
    for (int64_t i = 0; i < 5; i++) {
        put(table->id, i, IDS[i]);
        tp_column_set_double(a, i, from[i]);
        tp_column_set_double(b, i, to[i]);
    }
    tp_error error = {0};
    assert_int_equal(
        run_stage(dataset, "region_change", "change", "{of: employment, from: e1990, to: e2005}", false, 0, &error),
        TP_OK);
    const tp_layer *c = tp_dataset_layer(dataset, "change");
    assert_true(near(number(c, "change_pct", 0), -18.9, 1e-9) && near(number(c, "change_pct", 1), -33.8, 1e-9));
    assert_true(near(number(c, "change_pct", 2), -2.9, 1e-9) && number(c, "small_base", 2) == 1);
    assert_true(number(c, "rank", 0) == 1 && number(c, "rank", 1) == 2 && isnan(number(c, "rank", 2)));
    assert_true(isnan(number(c, "change_pct", 3)) && isnan(number(c, "small_base", 3)) &&
                number(c, "amount_to", 3) == 5);
    assert_true(isnan(number(c, "change_pct", 4)) && number(c, "change", 4) == 3);
    assert_int_equal(dataset->n_findings, 2);
    assert_non_null(strstr(dataset->findings[0].text, "1 of 5 rows of employment miss the amount of a year"));
    assert_non_null(strstr(dataset->findings[1].text, "-18.9 % in chubu to -33.8 % in worst; 2 regions"));
    tp_dataset_free(dataset);
}

/* Two regions that lose everything: what is left has no Herfindahl, and of equal ones the smaller id is named. */
static void test_change_to_nothing(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_layer *table = add_table(dataset, "employment", TP_GEOMETRY_NONE, 2);
    cover(table, TP_COVERAGE_SAMPLE, NULL);
    tp_column *a = tp_test_column(table, "e1990", TP_TYPE_DOUBLE), *b = tp_test_column(table, "e2005", TP_TYPE_DOUBLE);
    for (int64_t i = 0; i < 2; i++) {
        put(table->id, i, i == 0 ? "south" : "north");
        tp_column_set_double(a, i, 50);
        tp_column_set_double(b, i, 0);
    }
    tp_error error = {0};
    assert_int_equal(
        run_stage(dataset, "region_change", "change", "{of: employment, from: e1990, to: e2005}", false, 0, &error),
        TP_OK);
    assert_int_equal(dataset->n_findings, 1);
    const char *told = dataset->findings[0].text;
    assert_non_null(strstr(told, "-100.0 % in north to -100.0 % in north"));
    assert_non_null(strstr(told, "Herfindahl 0.5000 to undefined (in this sample of 2 employment)"));
    tp_dataset_free(dataset);
}

/* ---- dispersion ---- */

/* A point in no prefecture and a city without a population are left out, and it is said. */
static void test_dispersion_leaves_none_out_silently(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    tp_layer_column(tp_dataset_layer(dataset, "cities"), "population")->valid[3] = 0;
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, "dispersion", "dispersion", "{of: plants, permutations: 19}", false, 0, &error),
                     TP_OK);
    assert_int_equal(dataset->n_rejects, 1);
    assert_string_equal(dataset->rejects[0].detail,
                        "far: neither states nor lies in a row of prefectures; not counted in dispersion");
    assert_non_null(strstr(dataset->findings[0].text, "1 of 4 cities have no population"));
    assert_true(number(tp_dataset_layer(dataset, "dispersion"), "n", 0) == 6);
    tp_dataset_free(dataset);
}

static void test_dispersion(void **state) {
    (void)state;
    double first[4] = {0};
    for (int round = 0; round < 2; round++) {
        tp_dataset *dataset = world();
        tp_test_point all[40];
        char ids[40][8];
        for (int i = 0; i < 40; i++) {
            (void)snprintf(ids[i], sizeof ids[i], "i%d", i);
            all[i] = (tp_test_point){ids[i], 0.5, 0.5}; /* all in P1, which has a tenth of the people */
        }
        add_points(dataset, "institutes", all, 40);
        tp_error error = {0};
        assert_int_equal(
            run_stage(dataset, "dispersion", "dispersion", "{of: institutes, permutations: 199}", false, 0, &error),
            TP_OK);
        const tp_layer *d = tp_dataset_layer(dataset, "dispersion");
        assert_int_equal(d->n_rows, 4);
        int64_t gini = row_of(d, "institutes/gini"), theil = row_of(d, "institutes/theil");
        assert_true(near(number(d, "observed", gini), 0.75, 1e-12) && number(d, "p_high", gini) == 1.0 / 200);
        assert_true(near(number(d, "observed", theil), log(10), 1e-12) && number(d, "p_high", theil) == 1.0 / 200);
        assert_true(number(d, "p_low", theil) == 1);
        assert_true(number(d, "null_low", gini) <= number(d, "null_mean", gini) &&
                    number(d, "null_mean", gini) <= number(d, "null_high", gini));
        for (int64_t row = 0; row < 4; row++) { /* the same draws again */
            assert_true(round == 0 || number(d, "null_mean", row) == first[row]);
            first[row] = number(d, "null_mean", row);
        }
        tp_dataset_free(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_and_quotients),
        cmocka_unit_test(test_concentration),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_any_order_of_rows),
        cmocka_unit_test(test_lookup_must_be_whole),
        cmocka_unit_test(test_no_points),
        cmocka_unit_test(test_change),
        cmocka_unit_test(test_change_to_nothing),
        cmocka_unit_test(test_dispersion_leaves_none_out_silently),
        cmocka_unit_test(test_dispersion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
