/* kinds: against counting by hand over random places, missing layers and samples as wider intervals, and its checks. */
#include "measure_fixture.h"

#include <geodesic.h>

extern const tp_stage tp_stage_kinds;

enum { N_SITES = 60, N_KINDS = 3, N_EACH = 40 };

static double between_m(const tp_layer *a, int64_t i, const tp_layer *b, int64_t k) {
    struct geod_geodesic grs80;
    double distance_m;
    geod_init(&grs80, 6378137.0, 1 / 298.257222101);
    geod_inverse(&grs80, a->lat_deg[i], a->lon_deg[i], b->lat_deg[k], b->lon_deg[k], &distance_m, NULL, NULL);
    return distance_m;
}

static double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Points within about a kilometre of one another. */
static tp_dataset *random_town(uint64_t seed) {
    static const char *const names[] = {"universities", "institutes", "plants"};
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    for (int i = 0; i < N_SITES; i++) {
        (void)add_point(sites, "s", "S", 139 + 0.03 * next_random(&seed), 35 + 0.03 * next_random(&seed));
    }
    for (int k = 0; k < N_KINDS; k++) {
        tp_layer *layer = new_layer(dataset, names[k], TP_GEOMETRY_POINT);
        for (int i = 0; i < N_EACH / (k + 1); i++) {
            char id[16];
            snprintf(id, sizeof id, "%c%02d", "uip"[k], i);
            (void)add_point(layer, id, id, 139 + 0.03 * next_random(&seed), 35 + 0.03 * next_random(&seed));
        }
    }
    return dataset;
}

static void as_counted_by_hand(void **state) {
    (void)state;
    int64_t seen[N_KINDS + 1] = {0};
    for (uint64_t turn = 0; turn < 10; turn++) {
        tp_dataset *dataset = random_town(turn + 1);
        const tp_measure *measure =
            measured(dataset, &tp_stage_kinds, "k", "{ to: [universities, institutes, plants], within: 5 min }");
        for (int64_t row = 0; row < N_SITES; row++) {
            int kinds = 0;
            for (size_t k = 0; k < measure->n_to; k++) {
                bool there = false;
                for (int64_t i = 0; i < measure->to[k]->n_rows; i++) {
                    there = there || between_m(measure->of, row, measure->to[k], i) <= 400; /* 5 min at 80 m */
                }
                kinds += there;
            }
            assert_exact(measure, row, kinds);
            assert_int_equal(measure->method[row], TP_METHOD_STRAIGHT_LINE);
            assert_int_equal(measure->link_first[row + 1] - measure->link_first[row], kinds);
            seen[kinds]++;
        }
        tp_dataset_free(dataset);
    }
    for (int k = 0; k <= N_KINDS; k++) {
        assert_true(seen[k] > 10);
    }
}

/* One site with a university and a plant at it. */
static tp_dataset *small_town(void) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    (void)add_point(new_layer(dataset, "sites", TP_GEOMETRY_POINT), "s", "S", 139, 35);
    tp_layer *universities = new_layer(dataset, "universities", TP_GEOMETRY_POINT);
    (void)add_point(universities, "u2", "Second", 139.001, 35);
    (void)add_point(universities, "u1", "First", 139.001, 35);
    (void)add_point(new_layer(dataset, "plants", TP_GEOMETRY_POINT), "p", "Works", 139, 35.001);
    (void)add_point(new_layer(dataset, "institutes", TP_GEOMETRY_POINT), "i", "Far", 139.2, 35);
    return dataset;
}

static void what_may_be_there_widens(void **state) {
    (void)state;
    tp_dataset *dataset = small_town();
    set_coverage(tp_dataset_layer(dataset, "institutes"), NULL);
    set_coverage(tp_dataset_layer(dataset, "plants"), NULL); /* found in it, so it does not matter */
    const tp_measure *measure =
        measured(dataset, &tp_stage_kinds, "k",
                 "{ to: [universities, institutes, plants, prefectural_offices], within: 5 min }");
    assert_int_equal(measure->known[0], 1);
    assert_interval(measure, 0, 2, 4);
    assert_evidence(measure, 0,
                    "2 of 4 kinds within 5 min on foot (80 m a minute, straight line): 2 in universities, First",
                    false);
    assert_evidence(measure, 0, "none in institutes (which does not hold everything)", false);
    assert_evidence(measure, 0, "; not read: prefectural_offices", false);
    const tp_measure *none = measured(dataset, &tp_stage_kinds, "n", "{ to: [institutes], within: 5 min }");
    assert_int_equal(none->known[0], 0);
    assert_interval(none, 0, 0, 1);
    const tp_measure *unread = measured(dataset, &tp_stage_kinds, "r", "{ to: [cores, incubators], within: 5 min }");
    assert_string_equal(unread->missing_layer, "cores, incubators");
    assert_interval(unread, 0, -INFINITY, INFINITY);
    tp_dataset_free(dataset);
}

static void by_another_speed_and_columns(void **state) {
    (void)state;
    tp_dataset *dataset = small_town();
    assert_ok(run_stage(dataset, &tp_stage_kinds, "near",
                        "{ to: [universities, institutes], within: 40 min, by: straight_line, as: near }", false,
                        error));
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    double number;
    assert_true(tp_column_number(tp_layer_column(sites, "near"), 0, &number) && number == 2);
    assert_true(tp_column_number(tp_layer_column(sites, "near_universities"), 0, &number) && number == 2);
    assert_true(tp_column_number(tp_layer_column(sites, "near_institutes"), 0, &number) && number == 1);
    tp_dataset_free(dataset);
}

static void mistakes_are_told(void **state) {
    (void)state;
    tp_dataset *dataset = small_town();
    fixture_step fixture;
    tp_plan plan;
    (void)new_layer(dataset, "areas", TP_GEOMETRY_POLYGON);
    check_stage(&fixture, &plan, dataset, &tp_stage_kinds, "k", "{ to: [plants, areas], within: 5 min, by: road }");
    assert_fault(&fixture, "'kinds' needs a layer of points, but areas is a polygon layer");
    assert_fault(&fixture, "by: road needs a network");
    tp_schema_reset(&plan.schema);
    close_step(&fixture);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_counted_by_hand),
        cmocka_unit_test(what_may_be_there_widens),
        cmocka_unit_test(by_another_speed_and_columns),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
