/* What measures over straight lines share: minutes and metres, gathering under a filter, and the choice of an index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "3_measure/reach.h"
#include "run_stage.h"

static const tp_measure_kind KIND = {.name = "count", .dimension = TP_DIMENSION_COUNT, .evidence = NULL};

static void minutes_by_hand(void **state) {
    (void)state;
    tp_reach reach = {.speed_kmh = 40, .detour = 1.3};
    assert_true(near(tp_reach_minutes(&reach, 20000), 39, 1e-12)); /* 20 km x 1.3 = 26 km at 40 km/h */
    assert_true(tp_reach_minutes(&reach, 0) == 0);
    assert_true(near(tp_reach_limit_m(&reach, 39), 20000, 1e-6));
    assert_true(isinf(tp_reach_limit_m(&reach, INFINITY)));
}

/* No place within the minutes lies beyond the metres; the metres are hardly more than needed. */
static void the_limit_loses_nobody(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (int i = 0; i < 200000; i++) {
        tp_reach reach = {.speed_kmh = 1 + 200 * next_random(&seed), .detour = 1 + 3 * next_random(&seed)};
        double distance_m = pow(10, 7 * next_random(&seed)) - 1;
        double minutes = tp_reach_minutes(&reach, distance_m), limit_m = tp_reach_limit_m(&reach, minutes);
        assert_true(distance_m <= limit_m);
        assert_true(limit_m <= distance_m * (1 + 1e-11) + 1e-8);
    }
}

typedef struct scene {
    tp_dataset *dataset;
    tp_measure *measure;
    tp_facilities facilities;
} scene;

static scene make_scene(void) {
    const tp_test_point site[] = {{"s", 130, 32}};
    const tp_test_point a[] = {{"m", 130, 33}, {"b", 131, 33}, {"z", 132, 33}};
    const tp_test_point b[] = {{"c", 130, 34}, {"a", 131, 34}};
    scene made = {.dataset = new_dataset()};
    tp_layer *sites = add_points(made.dataset, "sites", site, 1);
    tp_layer *first = add_points(made.dataset, "first", a, 3), *second = add_points(made.dataset, "second", b, 2);
    tp_column *size = tp_test_column(first, "size", TP_TYPE_INT64);
    tp_column_set_int64(size, 0, 10); /* b is missing */
    tp_column_set_int64(size, 2, 5);
    size = tp_test_column(second, "size", TP_TYPE_INT64);
    tp_column_set_int64(size, 0, 9);
    tp_column_set_int64(size, 1, 10);
    assert_int_equal(tp_measure_new("m", &KIND, sites, &made.measure, NULL), TP_OK);
    return made;
}

static tp_code gather(scene *made, const char *first, const char *second, const char *where) {
    const char *names[] = {first, second};
    tp_texts to = {.n = second == NULL ? 1 : 2, .items = names};
    tp_error error = {0};
    return tp_facilities_gather(made->dataset, &to, where, made->measure, &made->facilities, &error);
}

static void free_scene(scene *made) {
    tp_facilities_reset(&made->facilities);
    tp_measure_free(made->measure);
    tp_dataset_free(made->dataset);
}

static void all_features_in_order(void **state) {
    (void)state;
    static const int64_t ranks[] = {3, 1, 4, 2, 0}; /* of m b z c a */
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", "second", NULL), TP_OK);
    assert_int_equal(made.facilities.n, 5);
    assert_int_equal(made.facilities.n_maybe, 0);
    assert_null(made.measure->where);
    assert_false(made.measure->sample);
    for (int64_t i = 0; i < 5; i++) {
        const tp_layer *layer = made.measure->to[made.facilities.layer[i]];
        int64_t row = made.facilities.row[i];
        assert_true(made.facilities.lon_deg[i] == layer->lon_deg[row]);
        assert_true(made.facilities.lat_deg[i] == layer->lat_deg[row]);
        assert_int_equal(made.facilities.rank[i], ranks[i]);
    }
    free_scene(&made);
}

static void a_missing_cell_is_a_maybe(void **state) {
    (void)state;
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", "second", "size >= 10"), TP_OK);
    assert_int_equal(made.facilities.n, 3); /* m, perhaps b, a */
    assert_int_equal(made.facilities.n_maybe, 1);
    static const char *const ids[] = {"m", "b", "a"};
    for (int64_t i = 0; i < 3; i++) {
        const tp_layer *layer = made.measure->to[made.facilities.layer[i]];
        assert_string_equal(tp_layer_id(layer, made.facilities.row[i]), ids[i]);
        assert_int_equal(made.facilities.maybe[i], i == 1);
    }
    assert_string_equal(made.measure->where, "size >= 10");
    tp_text text = {0};
    tp_reach_write_wanted(made.measure, &text);
    assert_non_null(strstr(tp_text_get(&text), "first and second"));
    assert_non_null(strstr(tp_text_get(&text), "size >= 10"));
    tp_text_reset(&text);
    free_scene(&made);
}

/* The index over all, over those that surely count, and over those that may. */
static void an_index_of_a_choice(void **state) {
    (void)state;
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", "second", "size >= 10"), TP_OK);
    static const char *const nearest[] = {[TP_SURE] = "m", [TP_MAYBE] = "b", [TP_ALL] = "m"};
    static const int64_t counts[] = {[TP_SURE] = 2, [TP_MAYBE] = 1, [TP_ALL] = 3};
    for (int which = TP_SURE; which <= TP_ALL; which++) {
        tp_facility_index index = {0};
        assert_int_equal(tp_facility_index_new(&made.dataset->ellipsoid, &made.facilities, which, &index, NULL), TP_OK);
        int64_t points[8];
        double distances_m[8];
        assert_int_equal(tp_point_index_within(index.points, 130, 32, 1e7, points, distances_m, 8), counts[which]);
        int64_t found = index.facility[points[0]];
        const tp_layer *layer = made.measure->to[made.facilities.layer[found]];
        assert_string_equal(tp_layer_id(layer, made.facilities.row[found]), nearest[which]);
        assert_true(near(distances_m[0], oracle_m(130, 32, layer->lon_deg[made.facilities.row[found]], 33), 1e-6));
        tp_facility_index_reset(&index);
        assert_null(index.points);
    }
    free_scene(&made);
}

static void a_layer_that_is_not_there(void **state) {
    (void)state;
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", "plants", "size >= 10"), TP_OK);
    assert_string_equal(made.measure->missing_layer, "plants");
    assert_int_equal(made.facilities.n, 0);
    free_scene(&made);
}

static void a_column_that_is_not_there(void **state) {
    (void)state;
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", NULL, "weight >= 10"), TP_E_CONFIG);
    free_scene(&made);
}

static void one_sample_makes_a_sample(void **state) {
    (void)state;
    scene made = make_scene();
    cover(tp_dataset_layer(made.dataset, "second"), TP_COVERAGE_CONDITION, "size >= 9");
    assert_int_equal(gather(&made, "first", "second", "size >= 10"), TP_OK);
    assert_false(made.measure->sample);
    free_scene(&made);
    made = make_scene();
    cover(tp_dataset_layer(made.dataset, "second"), TP_COVERAGE_CONDITION, "size >= 9");
    assert_int_equal(gather(&made, "first", "second", "size >= 8"), TP_OK);
    assert_true(made.measure->sample);
    free_scene(&made);
}

static void a_link_in_words(void **state) {
    (void)state;
    scene made = make_scene();
    assert_int_equal(gather(&made, "first", NULL, NULL), TP_OK);
    tp_link link = {.layer = 0, .row = 1, .minutes = 19.62, .distance_m = 15149};
    tp_text text = {0};
    tp_reach_write_link(made.measure, &link, &text);
    assert_string_equal(tp_text_get(&text), "b (19.6 min, 15.1 km)");
    tp_text_reset(&text);
    free_scene(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minutes_by_hand),
        cmocka_unit_test(the_limit_loses_nobody),
        cmocka_unit_test(all_features_in_order),
        cmocka_unit_test(a_missing_cell_is_a_maybe),
        cmocka_unit_test(an_index_of_a_choice),
        cmocka_unit_test(a_layer_that_is_not_there),
        cmocka_unit_test(a_column_that_is_not_there),
        cmocka_unit_test(one_sample_makes_a_sample),
        cmocka_unit_test(a_link_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
