/* Two real road files, where they are at hand: the counts were made by other programs (OGR and osmium with a few dozen
 * lines of Python). */
#include "network_fixture.h"

#include <unistd.h>

extern const tp_stage tp_stage_layer;

/* Reads a file of the shared data as the layer `roads`; false when it is not there. */
static bool read_roads(town *t, const char *file) {
    const char *shared = getenv("TP_SHARED_DATA");
    char path[600], yaml[700];
    snprintf(path, sizeof path, "%s/roads/%s", shared == NULL ? "" : shared, file);
    *t = (town){0};
    if (access(path, R_OK) != 0) {
        return false;
    }
    snprintf(yaml, sizeof yaml, "{ file: '%s' }", path);
    tp_node *root = NULL;
    tp_faults faults = {0};
    tp_step step = {.stage = &tp_stage_layer, .name = (char *)(uintptr_t) "roads", .place = {"c.yaml", 1, 1}};
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &root, &faults), TP_OK);
    assert_int_equal(tp_options_fill(tp_stage_layer.settings, tp_stage_layer.n_settings, tp_stage_layer.options_size,
                                     "file", root, step.place, TP_ORIGIN_CONFIGURATION, &step.options, &faults),
                     TP_OK);
    tp_run run = {.base = "", .crs = "EPSG:4326"};
    assert_int_equal(tp_dataset_new(&t->dataset, NULL), TP_OK);
    step.node = root;
    if (tp_stage_layer.run(&step, &run, t->dataset, &t->error) != TP_OK) {
        fail_msg("%s", t->error.message);
    }
    t->roads = tp_dataset_layer(t->dataset, "roads");
    tp_options_reset(&step.options);
    tp_node_free(root);
    tp_faults_reset(&faults);
    return true;
}

static void kumamoto(void **state) {
    (void)state;
    town t;
    if (!read_roads(&t, "kumamoto_roads.gpkg")) {
        skip();
    }
    build(&t, "roads: roads, default_speed: 40 km/h");
    tp_network_statistics s;
    tp_network_statistics_of(network_of(&t), &s);
    print_message("kumamoto: %lld nodes, %lld ways, %.1f km, %lld parts, the largest of %lld nodes\n",
                  (long long)s.n_nodes, (long long)s.n_ways, s.length_km[TP_MODE_ROAD], (long long)s.n_weak,
                  (long long)s.largest_weak);
    assert_int_equal(count_of(&t, TP_COUNT_ROADS), 17805);
    assert_int_equal(count_of(&t, TP_COUNT_USED), 17805);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_EXACT), 14556);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), 0);
    assert_int_equal(t.dataset->n_rejects, 0);
    assert_int_equal(s.n_ways, 17805);
    assert_int_equal(s.n_weak, 60);
    assert_int_equal(s.largest_weak, 14153);
    end_town(&t);
}

static void porto(void **state) {
    (void)state;
    town t;
    if (!read_roads(&t, "porto.osm.pbf")) {
        skip();
    }
    build(&t, "roads: roads");
    tp_network_statistics s;
    tp_network_statistics_of(network_of(&t), &s);
    print_message(
        "porto: %lld nodes, %lld ways, %.1f km, %lld one way, %lld weak and %lld strong parts, the largest of "
        "%lld and %lld nodes\n",
        (long long)s.n_nodes, (long long)s.n_ways, s.length_km[TP_MODE_ROAD], (long long)s.n_one_way,
        (long long)s.n_weak, (long long)s.n_strong, (long long)s.largest_weak, (long long)s.largest_strong);
    assert_int_equal(count_of(&t, TP_COUNT_ROADS), 91683);
    assert_int_equal(count_of(&t, TP_COUNT_CLOSED), 1074);
    assert_int_equal(count_of(&t, TP_COUNT_USED) + count_of(&t, TP_COUNT_REJECTED), 90609);
    assert_int_equal(count_of(&t, TP_COUNT_NODES_EXACT), 68088);
    assert_int_equal(count_of(&t, TP_COUNT_ONE_WAY), 20936);
    assert_int_equal(s.n_one_way, 20936);
    assert_int_equal(count_of(&t, TP_COUNT_NOT_ROADS), 0);
    /* a line between two nodes at one point joins them, and nothing falls apart */
    assert_int_equal(count_of(&t, TP_COUNT_NODES_JOINED), 1);
    assert_int_equal(s.n_weak, 138);
    assert_int_equal(s.largest_weak, 67584 - 1);
    end_town(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kumamoto),
        cmocka_unit_test(porto),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
