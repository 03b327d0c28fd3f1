/* The stages overlap and corridors: areas as discs, polygons and members' polygons, samples, and shares along a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

/* Two groups of three points 11 km apart, a pair elsewhere. */
static const tp_test_point PLANTS[] = {{"a1", 0, 0},     {"a2", 0.001, 0},   {"a3", 0.002, 0.001}, {"b1", 0.1, 0},
                                       {"b2", 0.101, 0}, {"b3", 0.1, 0.001}, {"c1", 1, 0},         {"c2", 1, 0.5}};
enum { N_PLANTS = 8 };

static tp_dataset *world(tp_coverage coverage) {
    tp_dataset *dataset = new_dataset();
    cover(add_points(dataset, "plants", PLANTS, N_PLANTS), coverage, NULL);
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, "clusters", "clusters", "{within: 300 m, minimum: 3}", false, 0, &error),
                     TP_OK);
    return dataset;
}

static double number(const tp_layer *layer, const char *column, int64_t row) {
    double value = NAN;
    assert_non_null(tp_layer_column(layer, column));
    return tp_column_number(tp_layer_column(layer, column), row, &value) ? value : NAN;
}

static const char *text(const tp_layer *layer, const char *column, int64_t row) {
    assert_non_null(tp_layer_column(layer, column));
    return tp_column_text(tp_layer_column(layer, column), row);
}

static const tp_layer *overlapped(tp_dataset *dataset, const char *yaml) {
    tp_error error = {0};
    tp_code code = run_stage(dataset, "overlap", "overlap", yaml, false, 0, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return tp_dataset_layer(dataset, "overlap");
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

static bool is_told(const tp_dataset *dataset, const char *part) {
    for (size_t i = 0; i < dataset->n_findings; i++) {
        if (strstr(dataset->findings[i].text, part) != NULL) {
            return true;
        }
    }
    return false;
}

/* d1 holds a1 a2 a3 by its radius of 250 m (a3 is 248.9 m away), d2 only c1, d3 nothing. */
static const tp_test_point AREAS[] = {{"d1", 0, 0}, {"d2", 1, 0}, {"d3", -5, -5}};

static void test_discs(void **state) {
    (void)state;
    for (int sample = 0; sample < 2; sample++) {
        tp_dataset *dataset = world(sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE);
        add_points(dataset, "designated", AREAS, 3);
        const tp_layer *o = overlapped(dataset, "{radius: 250 m}");
        assert_int_equal(o->n_rows, 5); /* all, one pair, two areas alone, one cluster alone */
        int64_t pair = row_of(o, "d1/cluster-001"), all = row_of(o, "all");
        assert_true(number(o, "n_common", pair) == 3 && number(o, "jaccard", pair) == 1 &&
                    number(o, "match", pair) == 1);
        assert_string_equal(text(o, "method", pair), "disc");
        assert_true(isnan(number(o, "area_km2", pair)) && isnan(number(o, "common_km2", pair)) &&
                    isnan(number(o, "area_jaccard", pair)) && number(o, "radius_km", pair) == 0.25);
        assert_true(number(o, "n_common", all) == 3 && number(o, "n_designated", all) == 4 &&
                    number(o, "n_cluster", all) == 6);
        assert_true(near(number(o, "precision", all), 0.5, 0) && near(number(o, "recall", all), 0.75, 0));
        const char *alone = text(o, "kind", row_of(o, "d3/-"));
        assert_string_equal(alone, sample ? "designated, no cluster found" : "designated without cluster");
        assert_true(is_told(dataset, "are without an agglomeration") == !sample);
        assert_true(is_told(dataset, "in this sample of 8 plants") == (sample == 1));
        assert_string_equal(text(o, "kind", row_of(o, "-/cluster-002")), "cluster without designation");
        tp_dataset_free(dataset);
    }
}

/* Of designated areas that are a sample, or of which some may or may not count, no cluster is said to stand alone. */
static void test_some_areas(void **state) {
    (void)state;
    for (int unknown = 0; unknown < 2; unknown++) {
        tp_dataset *dataset = world(TP_COVERAGE_COMPLETE);
        tp_layer *designated = add_points(dataset, "designated", AREAS, 3);
        tp_column *year = tp_test_column(designated, "year", TP_TYPE_INT64);
        tp_column_set_int64(year, 0, 1984);
        tp_column_set_int64(year, 1, 1984);
        if (!unknown) {
            tp_column_set_int64(year, 2, 1984);
            cover(designated, TP_COVERAGE_SAMPLE, NULL);
        }
        const tp_layer *o = overlapped(dataset, "{radius: 250 m, where: year = 1984}");
        assert_string_equal(text(o, "kind", row_of(o, "-/cluster-002")), "cluster, no designation found");
        assert_string_equal(text(o, "kind", row_of(o, "d2/-")), "designated without cluster");
        assert_true(is_told(dataset, "1 of 2 clusters hold no point in the designated areas that are read"));
        assert_true(is_told(dataset, "1 rows of designated are left out") == (unknown == 1));
        tp_dataset_free(dataset);
    }
}

/* Where only some points were clustered, the others are none that clusters could have found. */
static void test_some_points(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        tp_dataset *dataset = new_dataset();
        tp_column *chips = tp_test_column(add_points(dataset, "plants", PLANTS, N_PLANTS), "chips", TP_TYPE_INT64);
        for (int64_t i = 0; i < N_PLANTS; i++) {
            tp_column_set_int64(chips, i, i != 2 && i < 6); /* a3, c1 and c2 make something else */
        }
        tp_error error = {0};
        assert_int_equal(run_stage(dataset, "clusters", "clusters", "{within: 300 m, minimum: 2, where: chips = 1}",
                                   false, 0, &error),
                         TP_OK);
        add_points(dataset, "designated", AREAS, 2);
        const tp_layer *o = overlapped(dataset, k == 0 ? "{radius: 250 m}" : "{radius: 250 m, of_where: chips = 1}");
        int64_t all = row_of(o, "all"), pair = row_of(o, "d1/cluster-002");
        assert_true(number(o, "n_cluster", pair) == 2 && number(o, "n_designated", pair) == (k == 0 ? 3 : 2));
        assert_true(near(number(o, "recall", pair), k == 0 ? 2.0 / 3 : 1, 1e-15));
        assert_true(number(o, "n_designated", all) == (k == 0 ? 4 : 2) && number(o, "n_cluster", all) == 5);
        assert_true(is_told(dataset, k == 0 ? "of all 8 plants" : "of all 5 plants"));
        tp_dataset_free(dataset);
    }
}

static void test_radius_is_inclusive(void **state) {
    (void)state;
    double far_m = oracle_m(0, 0, 0.002, 0.001);
    for (int k = -1; k <= 1; k++) {
        char yaml[64];
        tp_dataset *dataset = world(TP_COVERAGE_COMPLETE);
        add_points(dataset, "designated", AREAS, 1);
        (void)snprintf(yaml, sizeof yaml, "{radius: %.12f m}", far_m + k * 1e-6);
        const tp_layer *o = overlapped(dataset, yaml);
        assert_true(k == 0 || number(o, "n_designated", row_of(o, "d1/cluster-001")) == (k < 0 ? 2 : 3));
        tp_dataset_free(dataset);
    }
}

static void add_box(tp_layer *layer, int64_t row, const char *id, double west, double east) {
    double x[] = {west, east, east, west, west}, y[] = {-0.01, -0.01, 0.01, 0.01, -0.01};
    put(layer->id, row, id);
    assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, 5, NULL), TP_OK);
}

static void test_polygons(void **state) {
    (void)state;
    tp_dataset *dataset = world(TP_COVERAGE_COMPLETE);
    tp_layer *areas = add_table(dataset, "designated", TP_GEOMETRY_POLYGON, 1);
    add_box(areas, 0, "d", -0.01, 0.0015); /* half of the first cluster's hull */
    const tp_layer *o = overlapped(dataset, "{}");
    int64_t pair = row_of(o, "d/cluster-001");
    assert_string_equal(text(o, "method", pair), "polygon");
    assert_true(number(o, "n_common", pair) == 2 && near(number(o, "jaccard", pair), 2.0 / 3, 1e-15));
    /* The hull is the triangle (0, 0) (1, 0) (2, 1); what lies right of 1.5 is one of base 1/4 and height 1/2, so an
     * eighth of it. */
    double hull = tp_geodesic_area_km2(&dataset->ellipsoid, &tp_dataset_layer(dataset, "clusters")->shapes, 0);
    double common = number(o, "common_km2", pair), area = number(o, "area_km2", pair);
    assert_true(near(common / hull, 7.0 / 8, 1e-4));
    assert_true(near(number(o, "area_jaccard", pair), common / (area + hull - common), 1e-12));
    tp_dataset_free(dataset);
}

/* A list of members counts only where it is trusted and all its polygons are read. */
static void test_members(void **state) {
    (void)state;
    tp_dataset *dataset = world(TP_COVERAGE_COMPLETE);
    tp_layer *municipalities = add_table(dataset, "municipalities", TP_GEOMETRY_POLYGON, 2);
    add_box(municipalities, 0, "m1", -0.01, 0.05);
    add_box(municipalities, 1, "m2", 0.05, 0.2);
    const tp_test_point areas[] = {{"d1", 0, 0}, {"d2", 0, 0}, {"d3", 0, 0}};
    tp_layer *designated = add_points(dataset, "designated", areas, 3);
    tp_column *codes = tp_test_column(designated, "codes", TP_TYPE_TEXT);
    tp_column *kind = tp_test_column(designated, "kind", TP_TYPE_TEXT);
    put(codes, 0, "m1;m2");
    put(kind, 0, "complete");
    put(codes, 1, "m1;m9");
    put(kind, 1, "complete");
    put(codes, 2, "m1;m2");
    put(kind, 2, "partial");
    const tp_layer *o = overlapped(dataset, "{codes: codes, codes_where: kind = complete, radius: 300 m}");
    assert_string_equal(text(o, "method", row_of(o, "d1/cluster-001")), "polygons of members");
    assert_string_equal(text(o, "method", row_of(o, "d2/cluster-001")), "disc");
    assert_string_equal(text(o, "method", row_of(o, "d3/cluster-001")), "disc");
    int64_t other = row_of(o, "d1/cluster-002");
    assert_true(number(o, "n_designated", other) == 6 && number(o, "n_common", other) == 3);
    double both = tp_geodesic_area_km2(&dataset->ellipsoid, &municipalities->shapes, 0) +
                  tp_geodesic_area_km2(&dataset->ellipsoid, &municipalities->shapes, 1);
    assert_true(near(number(o, "area_km2", other), both, 1e-6));
    tp_dataset_free(dataset);
}

static void test_nothing_designated(void **state) {
    (void)state;
    tp_dataset *dataset = world(TP_COVERAGE_COMPLETE);
    add_points(dataset, "designated", AREAS, 0);
    const tp_layer *o = overlapped(dataset, "{}");
    assert_int_equal(o->n_rows, 3);
    assert_true(isnan(number(o, "recall", row_of(o, "all"))));
    tp_dataset_free(dataset);
}

/* ---- corridors ---- */

/* Against the nearest of 20,001 points of the line. */
static void test_corridor(void **state) {
    (void)state;
    enum { N = 400, STEPS = 20000 };
    uint64_t seed = 17;
    tp_test_point points[N];
    static char ids[N][8];
    struct geod_geodesic grs80;
    geod_init(&grs80, 6378137.0, 1 / 298.257222101);
    struct geod_geodesicline line;
    double length_m, azimuth, line_lon[STEPS + 1], line_lat[STEPS + 1];
    geod_inverse(&grs80, 35.7, 139.8, 34.7, 135.2, &length_m, &azimuth, NULL);
    geod_lineinit(&line, &grs80, 35.7, 139.8, azimuth, 0);
    for (int k = 0; k <= STEPS; k++) {
        geod_position(&line, length_m * k / STEPS, &line_lat[k], &line_lon[k], NULL);
    }
    int64_t expected = 0;
    for (int i = 0; i < N; i++) {
        double least_m = INFINITY;
        (void)snprintf(ids[i], sizeof ids[i], "%d", i);
        points[i] = (tp_test_point){ids[i], 134 + 7 * next_random(&seed), 33.5 + 3 * next_random(&seed)};
        for (int k = 0; k <= STEPS; k += 10) {
            least_m = fmin(least_m, oracle_m(points[i].lon_deg, points[i].lat_deg, line_lon[k], line_lat[k]));
        }
        assert_true(fabs(least_m - 50000) > 5); /* 200 m steps are at most 1 m off at 50 km */
        expected += least_m <= 50000;
    }
    tp_dataset *dataset = new_dataset();
    cover(add_points(dataset, "plants", points, N), TP_COVERAGE_SAMPLE, NULL);
    tp_error error = {0};
    assert_int_equal(run_stage(dataset, "corridors", "corridor",
                               "{of: plants, line: 139.8 35.7; 135.2 34.7, published: 80, published_of: laboratories}",
                               false, 0, &error),
                     TP_OK);
    const tp_layer *c = tp_dataset_layer(dataset, "corridor");
    assert_int_equal(c->n_rows, 1);
    assert_true(number(c, "n", 0) == (double)expected && number(c, "of_n", 0) == N && expected > 50);
    assert_true(near(number(c, "difference", 0), 100.0 * (double)expected / N - 80, 1e-12));
    assert_true(is_told(dataset, "published: 80 % of laboratories") && is_told(dataset, "in this sample of 400"));
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_some_areas),          cmocka_unit_test(test_some_points), cmocka_unit_test(test_discs),
        cmocka_unit_test(test_radius_is_inclusive), cmocka_unit_test(test_polygons),    cmocka_unit_test(test_members),
        cmocka_unit_test(test_nothing_designated),  cmocka_unit_test(test_corridor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
