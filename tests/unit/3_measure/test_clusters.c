/* The stage clusters: what is told of clusters, members and links, and input that is not as it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

#include "road_fixture.h"

/* Two groups 111 m apart from point to point along the equator, 5.6 km from each other, and a lone point. */
static const tp_test_point PLANTS[] = {{"a1", 0, 0},    {"a2", 0.001, 0},     {"a3", 0.002, 0.001}, {"a4", 0.003, 0},
                                       {"b1", 0.05, 0}, {"b2", 0.051, 0.001}, {"b3", 0.052, 0},     {"lone", 1, 1}};
enum { N_PLANTS = sizeof PLANTS / sizeof PLANTS[0] };

static void box(tp_layer *layer, int64_t row, const char *id, double west, double east) {
    double x[] = {west, east, east, west, west}, y[] = {-2, -2, 2, 2, -2};
    put(layer->id, row, id);
    assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, 5, NULL), TP_OK);
}

/* Prefectures west and east of 0.0015 degrees: the first group lies across their border. */
static tp_dataset *world(void) {
    tp_dataset *dataset = new_dataset();
    tp_layer *plants = add_points(dataset, "plants", PLANTS, N_PLANTS);
    tp_column *industry = tp_test_column(plants, "industry", TP_TYPE_TEXT);
    const char *of[] = {"chips", "chips", "robots", NULL, "robots", "chips", "robots", "chips"};
    for (int64_t i = 0; i < N_PLANTS; i++) {
        put(industry, i, of[i]);
    }
    tp_layer *prefectures = add_table(dataset, "prefectures", TP_GEOMETRY_POLYGON, 2);
    box(prefectures, 0, "west", -2, 0.0015);
    box(prefectures, 1, "east", 0.0015, 2);
    const tp_test_point research[] = {{"u1", 0.0035, 0}, {"u2", 0.5, 0}};
    add_points(dataset, "universities", research, 2);
    return dataset;
}

static const tp_layer *clustered(tp_dataset *dataset, const char *yaml) {
    tp_error error = {0};
    tp_code code = run_stage(dataset, "clusters", "clusters", yaml, false, 0, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return tp_dataset_layer(dataset, "clusters");
}

static const char *text(const tp_layer *layer, const char *column, int64_t row) {
    const tp_column *found = tp_layer_column(layer, column);
    assert_non_null(found);
    return tp_column_text(found, row);
}

static double number(const tp_layer *layer, const char *column, int64_t row) {
    double value = NAN;
    assert_non_null(tp_layer_column(layer, column));
    return tp_column_number(tp_layer_column(layer, column), row, &value) ? value : NAN;
}

static void test_what_is_told(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    const tp_layer *c = clustered(dataset, "{within: 300 m, minimum: 2, industry: industry, research: universities}");
    const tp_layer *members = tp_dataset_layer(dataset, "cluster_members");
    assert_int_equal(c->n_rows, 2);
    assert_int_equal(members->n_rows, 7);
    assert_string_equal(tp_layer_id(c, 0), "cluster-001");
    assert_true(number(c, "n", 0) == 4 && number(c, "n", 1) == 3 && number(c, "n_core", 0) == 4);
    assert_string_equal(text(c, "industry", 0), "chips");
    assert_true(number(c, "industry_n", 0) == 2 && near(number(c, "industry_share", 0), 2.0 / 3, 1e-15));
    assert_string_equal(text(c, "industry", 1), "robots");
    assert_string_equal(text(c, "prefectures", 0), "east (2); west (2)");
    assert_true(number(c, "n_prefectures", 0) == 2 && number(c, "cross_border", 0) == 1);
    assert_true(number(c, "cross_border", 1) == 0);
    assert_true(number(c, "n_research", 0) == 1 && number(c, "n_research", 1) == 0);
    assert_string_equal(text(c, "actor_type", 0), "network");
    assert_string_equal(text(c, "actor_type", 1), "agglomeration");
    assert_non_null(text(c, "actor_note", 0)); /* nobody looked for ventures */
    double area_km2 = number(c, "area_km2", 0);
    assert_true(near(number(c, "density", 0) * area_km2, 4, 1e-9));
    assert_true(area_km2 > 0.01 && area_km2 < 0.05);
    assert_true(near(number(c, "length_km", 0), oracle_m(0, 0, 0.003, 0) / 1000, 1e-3));
    assert_true(number(c, "n_near_centre", 0) == 4); /* by the straight line: no network */
    assert_string_equal(text(c, "near_method", 0), "straight_line");
    assert_string_equal(text(c, "coverage", 0), "complete");
    assert_string_equal(text(members, "role", 0), "core");
    tp_dataset_free(dataset);
}

/* 5.6 km x 1.3 at 40 km/h are 10.8 minutes. */
static void test_links(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        tp_dataset *dataset = world();
        const tp_layer *c = clustered(dataset, k == 0 ? "{within: 300 m, minimum: 2, link: 11 min}"
                                                      : "{within: 300 m, minimum: 2, link: 9 min}");
        const tp_layer *links = tp_dataset_layer(dataset, "cluster_links");
        int64_t n_network = 0;
        for (int64_t i = 0; i < links->n_rows; i++) {
            if (strcmp(text(links, "kind", i), "network") == 0) {
                double km = number(links, "km", i);
                n_network++;
                assert_true(near(number(links, "minutes", i), oracle_min(km * 1000, 40, 1.3), 1e-9));
            }
        }
        assert_int_equal(n_network, k == 0);
        assert_true(k == 0 ? strcmp(text(c, "network_id", 1), "cluster-001") == 0 : text(c, "network_id", 1) == NULL);
        tp_dataset_free(dataset);
    }
}

/* Both groups are one cluster at 6 km and two mini-clusters at 3 km. */
static void test_mini(void **state) {
    (void)state;
    tp_dataset *dataset = world();
    const tp_layer *c = clustered(dataset, "{within: 6 km, minimum: 3}");
    const tp_layer *members = tp_dataset_layer(dataset, "cluster_members");
    assert_int_equal(c->n_rows, 1);
    assert_true(number(c, "n", 0) == 7 && number(c, "n_mini", 0) == 2);
    assert_true(number(members, "mini_cluster", 0) == 1 && number(members, "mini_cluster", 6) == 2);
    tp_dataset_free(dataset);
}

static void test_sample_and_equal_positions(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_test_point same[5] = {{"a", 9, 9}, {"b", 9, 9}, {"c", 9, 9}, {"d", 9, 9}, {"e", 9, 9}};
    cover(add_points(dataset, "plants", same, 5), TP_COVERAGE_SAMPLE, NULL);
    const tp_layer *c = clustered(dataset, "{within: 1 km, minimum: 5}");
    assert_int_equal(c->n_rows, 1);
    assert_true(number(c, "n_positions", 0) == 1 && number(c, "area_km2", 0) == 0 && isnan(number(c, "density", 0)));
    assert_true(number(c, "length_km", 0) == 0 && isnan(number(c, "azimuth_deg", 0)));
    assert_null(text(c, "prefectures", 0));
    assert_true(isnan(number(c, "cross_border", 0)) && text(c, "actor_type", 0) == NULL);
    bool shared = false, sample = false;
    for (size_t i = 0; i < dataset->n_findings; i++) {
        shared = shared || strcmp(dataset->findings[i].subject, "equal positions") == 0;
        sample = sample || strstr(dataset->findings[i].text, "in this sample of 5 plants") != NULL;
    }
    assert_true(shared && sample);
    tp_dataset_free(dataset);
}

static void test_one_and_none(void **state) {
    (void)state;
    for (int64_t n = 0; n < 2; n++) {
        tp_dataset *dataset = new_dataset();
        add_points(dataset, "plants", PLANTS, n);
        const tp_layer *c = clustered(dataset, "{within: 1 km, minimum: 1}");
        assert_int_equal(c->n_rows, n);
        assert_int_equal(tp_dataset_layer(dataset, "cluster_members")->n_rows, n);
        tp_dataset_free(dataset);
    }
}

/*
 * By road: p1 and p2 are 5 minutes apart both ways, from p2 to p3 it is 5 minutes, back 20: a one-way street makes no
 * neighbour. p4 lies far off the road.
 */
static tp_dataset *road_world(void) {
    static const tp_test_point at[] = {{"p1", 0, 0}, {"p2", 0.02, 0}, {"p3", 0.04, 0}, {"p4", 0.02, 0.5}};
    tp_dataset *dataset = new_dataset();
    tp_layer *plants = add_points(dataset, "plants", at, 4);
    for (int64_t row = 0; row < 4; row++) {
        plants->source[row] = -1;
    }
    tp_ways ways = {0};
    int64_t n1 = road_node(&ways, 0, 0), n2 = road_node(&ways, 0.02, 0), n3 = road_node(&ways, 0.04, 0);
    road_way(&ways, n1, n2, 300000, 300000, 2226, TP_MODE_ROAD);
    road_way(&ways, n2, n3, 300000, 1200000, 2226, TP_MODE_ROAD);
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    tp_ways_reset(&ways);
    return dataset;
}

static void test_by_road(void **state) {
    (void)state;
    const struct {
        const char *yaml;
        int64_t n_clusters;
        double n;
    } cases[] = {{"{by: road, within_time: 299999 ms, minimum: 2}", 0, 0},
                 {"{by: road, within_time: 5 min, minimum: 2}", 1, 2},
                 {"{by: road, within_time: 1199999 ms, minimum: 2}", 1, 2},
                 {"{by: road, within_time: 20 min, minimum: 2}", 1, 3},
                 /* every point is a core point: p1 and p2 are one cluster, p3 and p4 stand for themselves */
                 {"{by: road, within_time: 5 min, minimum: 1}", 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_dataset *dataset = road_world();
        const tp_layer *c = clustered(dataset, cases[i].yaml);
        assert_int_equal(c->n_rows, cases[i].n_clusters);
        if (cases[i].n_clusters > 0) {
            assert_true(number(c, "n", 0) == cases[i].n);
            assert_string_equal(text(c, "method", 0), "road");
        }
        assert_int_equal(dataset->n_rejects, 1); /* p4 */
        tp_dataset_free(dataset);
    }
}

/* By road mini-clusters lie within half the time of each other, just reached: p1 and p2 are 5 minutes apart, p3 is 20
 * minutes from p2. */
static void test_mini_by_road(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        tp_dataset *dataset = road_world();
        const tp_layer *c = clustered(dataset, k == 0 ? "{by: road, within_time: 20 min, minimum: 2}"
                                                      : "{by: road, within_time: 40 min, minimum: 2}");
        const tp_layer *members = tp_dataset_layer(dataset, "cluster_members");
        assert_int_equal(members->n_rows, 3);
        assert_true(number(c, "n_mini", 0) == 1 && number(members, "mini_cluster", 0) == 1);
        assert_true(k == 0 ? isnan(number(members, "mini_cluster", 2)) : number(members, "mini_cluster", 2) == 1);
        tp_dataset_free(dataset);
    }
}

/* p3 is reached from the centre p2 in 5 minutes, but the members go to the centre: 20 minutes. */
static void test_near_by_road(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        tp_dataset *dataset = road_world();
        const tp_layer *c = clustered(dataset, k == 0 ? "{within: 5 km, minimum: 2, near: 19 min}"
                                                      : "{within: 5 km, minimum: 2, near: 20 min}");
        assert_int_equal(c->n_rows, 1);
        assert_string_equal(text(c, "centre_id", 0), "p2");
        assert_true(number(c, "n", 0) == 3 && number(c, "n_near_centre", 0) == (k == 0 ? 2 : 3));
        assert_string_equal(text(c, "near_method", 0), "road");
        tp_dataset_free(dataset);
    }
}

/* No number that is not finite in any cell, whatever the input. */
static void test_only_finite(void **state) {
    (void)state;
    uint64_t seed = 21;
    for (int round = 0; round < 20; round++) {
        tp_test_point points[60];
        char ids[60][8];
        for (int i = 0; i < 60; i++) {
            (void)snprintf(ids[i], sizeof ids[i], "p%d", i);
            points[i] = (tp_test_point){ids[i], 179.9 + 0.01 * (int)(20 * next_random(&seed)),
                                        0.01 * (int)(10 * next_random(&seed))};
        }
        tp_dataset *dataset = new_dataset();
        add_points(dataset, "plants", points, 60);
        (void)clustered(dataset, "{within: 1.2 km, minimum: 3, link: 10 min}");
        int64_t n = 0;
        for (size_t l = 0; l < dataset->n_layers; l++) {
            for (size_t k = 0; k < dataset->layers[l]->n_columns; k++) {
                const tp_column *column = dataset->layers[l]->columns[k];
                for (int64_t row = 0; row < column->n_rows && column->type == TP_TYPE_DOUBLE; row++) {
                    assert_true(!column->valid[row] || isfinite(column->f64[row]));
                    n++;
                }
            }
        }
        assert_true(n > 0);
        tp_dataset_free(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_told), cmocka_unit_test(test_links),
        cmocka_unit_test(test_mini),         cmocka_unit_test(test_sample_and_equal_positions),
        cmocka_unit_test(test_one_and_none), cmocka_unit_test(test_only_finite),
        cmocka_unit_test(test_by_road),      cmocka_unit_test(test_mini_by_road),
        cmocka_unit_test(test_near_by_road),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
