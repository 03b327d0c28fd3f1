/*
 * Measuring again: faster roads against a network that is built that way, straight lines, ferries and rail as they were,
 * other rows, one setting changed; the real dataset stays as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../3_measure/run_stage.h"

#include "../3_measure/road_fixture.h"
#include "core/plan/remeasure.h"

enum { SITES = 60, TOWNS = 20, NODES = 60, WAYS = 110 };

/* A random network and places; roads (not ferries and rail) `factor` times as fast, a whole number of ms each. */
static tp_dataset *make_world(int factor) {
    uint64_t seed = 11;
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    tp_test_point points[SITES + TOWNS];
    static char ids[SITES + TOWNS][8];
    for (int i = 0; i < NODES; i++) {
        (void)road_node(&ways, 130 + 0.5 * next_random(&seed), 32 + 0.5 * next_random(&seed));
    }
    for (int i = 0; i < WAYS; i++) {
        int64_t from = (int64_t)(NODES * next_random(&seed)), to = (int64_t)(NODES * next_random(&seed));
        double kind = next_random(&seed);
        tp_mode mode = kind < 0.1 ? TP_MODE_RAIL : kind < 0.25 ? TP_MODE_FERRY : TP_MODE_ROAD;
        uint32_t time_ms = 12 * (1 + (uint32_t)(next_random(&seed) * 60000));
        time_ms /= mode == TP_MODE_ROAD ? (uint32_t)factor : 1;
        road_way(&ways, from, to, time_ms, kind > 0.9 ? TP_NO_TIME : time_ms, 5000, mode);
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    dataset->network->join.off_road_km_h *= factor;
    for (int i = 0; i < SITES + TOWNS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "p%d", i);
        points[i] = (tp_test_point){ids[i], 129.9 + 0.7 * next_random(&seed), 31.9 + 0.7 * next_random(&seed)};
    }
    (void)add_points(dataset, "sites", points, SITES);
    (void)add_points(dataset, "towns", points + SITES, TOWNS);
    return dataset;
}

static tp_node *settings_of(const char *yaml) {
    tp_node *node = NULL;
    tp_faults faults = {0};
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "test", &node, &faults), TP_OK);
    tp_faults_reset(&faults);
    return node;
}

static const tp_measure *again(tp_scene *scene, const char *kind, const char *name, const tp_node *settings,
                               const tp_setting_change *change) {
    tp_run run = {.base = ""};
    const tp_measure *measure = NULL;
    tp_error error = {0};
    tp_code code = tp_scene_measure(scene, &run, kind, settings, name, change, &measure, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return measure;
}

static bool same_values(const tp_measure *a, const tp_measure *b) {
    size_t n = (size_t)a->of->n_rows;
    int64_t known = 0;
    for (size_t row = 0; row < n; row++) {
        known += a->known[row];
        if (a->known[row] != b->known[row] || a->method[row] != b->method[row] ||
            (a->known[row] && fabs(a->value[row] - b->value[row]) > 1e-9) ||
            (a->low[row] != b->low[row] && fabs(a->low[row] - b->low[row]) > 1e-9)) {
            print_error("row %zu: %g and %g\n", row, a->value[row], b->value[row]);
            return false;
        }
    }
    return known > 5;
}

static void faster_roads_as_if_they_were_built_so(void **state) {
    (void)state;
    static const int factors[] = {1, 2, 3};
    tp_dataset *real = make_world(1);
    for (int i = 0; i < 3; i++) {
        char nearest[80], count[80];
        tp_dataset *built = make_world(factors[i]);
        (void)snprintf(nearest, sizeof nearest, "{to: towns, speed: %d km/h}", 40 * factors[i]);
        (void)snprintf(count, sizeof count, "{to: towns, within: 20 min, speed: %d km/h}", 40 * factors[i]);
        tp_scene *scene = NULL;
        assert_int_equal(tp_scene_new(real, NULL, factors[i], &scene, NULL), TP_OK);
        tp_node *plain = settings_of("{to: towns}"), *within = settings_of("{to: towns, within: 20 min}");
        assert_true(same_values(again(scene, "nearest", "a", plain, NULL), measured(built, "nearest", "a", nearest)));
        assert_true(same_values(again(scene, "count", "b", within, NULL), measured(built, "count", "b", count)));
        const tp_measure *first = tp_dataset_measure(scene->dataset, "a");
        assert_ptr_equal(again(scene, "nearest", "a", plain, NULL), first); /* not twice */
        tp_scene_free(scene);
        tp_node_free(plain);
        tp_node_free(within);
        tp_dataset_free(built);
    }
    assert_int_equal(real->n_measures, 0);
    assert_int_equal(tp_dataset_layer(real, "sites")->n_columns, 2); /* id and name */
    tp_dataset_free(real);
}

static void one_setting_changed(void **state) {
    (void)state;
    tp_dataset *real = make_world(1);
    tp_scene *scene = NULL;
    assert_int_equal(tp_scene_new(real, NULL, 1, &scene, NULL), TP_OK);
    tp_node *within = settings_of("{to: towns, within: 20 min}"), *plain = settings_of("{to: towns}");
    tp_setting_change longer = {.key = "within", .number = 45}, none = {.key = "detour_", .number = 1};
    tp_setting_change limited = {.key = "within", .number = 12}, straight = {.key = "detour", .number = 2};
    assert_true(same_values(again(scene, "count", "c45", within, &longer),
                            measured(real, "count", "c", "{to: towns, within: 45 min}")));
    assert_true(same_values(again(scene, "nearest", "n12", plain, &limited), /* which was not set before */
                            measured(real, "nearest", "n", "{to: towns, within: 12 min}")));
    assert_true(same_values(again(scene, "nearest", "d2", plain, &straight),
                            measured(real, "nearest", "d", "{to: towns, detour: 2}")));
    tp_run run = {.base = ""};
    const tp_measure *measure = NULL;
    assert_int_equal(tp_scene_measure(scene, &run, "nearest", plain, "x", &none, &measure, NULL), TP_E_INTERNAL);
    assert_int_equal(tp_scene_measure(scene, &run, "isochrones", plain, "x", NULL, &measure, NULL), TP_E_INTERNAL);
    tp_scene_free(scene);
    tp_node_free(within);
    tp_node_free(plain);
    tp_dataset_free(real);
}

/* The sites in the opposite order: the answers too. */
static void other_rows_have_joins_of_their_own(void **state) {
    (void)state;
    tp_dataset *real = make_world(1);
    const tp_layer *sites = tp_dataset_layer(real, "sites");
    tp_test_point turned[SITES];
    for (int i = 0; i < SITES; i++) {
        int64_t row = SITES - 1 - i;
        turned[i] = (tp_test_point){tp_layer_id(sites, row), sites->lon_deg[row], sites->lat_deg[row]};
    }
    const tp_measure *straight = measured(real, "nearest", "a", "{to: towns}");
    for (int turn = 0; turn < 2; turn++) { /* a freed layer's address may come again */
        tp_scene *scene = NULL;
        assert_int_equal(tp_scene_new(real, tp_test_points("sites", turned, SITES), 1, &scene, NULL), TP_OK);
        tp_node *plain = settings_of("{to: towns}");
        const tp_measure *back = again(scene, "nearest", "a", plain, NULL);
        for (int i = 0; i < SITES; i++) {
            assert_true(back->known[i] == straight->known[SITES - 1 - i]);
            assert_true(back->value[i] == straight->value[SITES - 1 - i]);
        }
        tp_scene_free(scene);
        tp_node_free(plain);
    }
    tp_dataset_free(real);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faster_roads_as_if_they_were_built_so),
        cmocka_unit_test(one_setting_changed),
        cmocka_unit_test(other_rows_have_joins_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
