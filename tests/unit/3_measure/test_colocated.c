/* colocated: against counting by hand over random places; samples on either side; the share of the whole layer. */
#include "measure_fixture.h"

#include <geodesic.h>

extern const tp_stage tp_stage_colocated;

enum { N_SITES = 30, N_INSTITUTES = 60, N_UNIVERSITIES = 30 };

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

static void add_random(tp_dataset *dataset, const char *name, int n, uint64_t *seed) {
    tp_layer *layer = new_layer(dataset, name, TP_GEOMETRY_POINT);
    for (int i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof id, "%c%02d", name[0], i);
        (void)add_point(layer, id, id, 139 + 0.3 * next_random(seed), 35 + 0.3 * next_random(seed));
    }
}

static void as_counted_by_hand(void **state) {
    (void)state;
    int64_t some = 0, none = 0;
    for (uint64_t turn = 0; turn < 10; turn++) {
        uint64_t seed = turn + 1;
        tp_dataset *dataset = NULL;
        assert_ok(tp_dataset_new(&dataset, error));
        add_random(dataset, "sites", N_SITES, &seed);
        add_random(dataset, "institutes", N_INSTITUTES, &seed);
        add_random(dataset, "universities", N_UNIVERSITIES, &seed);
        const tp_measure *measure = measured(dataset, &tp_stage_colocated, "c",
                                             "{ to: institutes, with: universities, apart: 2 km, within: 12 min }");
        const tp_layer *to = measure->to[0], *with = tp_dataset_layer(dataset, "universities");
        double reach_m = 12.0 * 40000 / 60 / 1.3;
        for (int64_t row = 0; row < N_SITES; row++) {
            int expected = 0;
            for (int64_t i = 0; i < to->n_rows; i++) {
                double nearest_m = INFINITY;
                for (int64_t k = 0; k < with->n_rows; k++) {
                    nearest_m = fmin(nearest_m, between_m(to, i, with, k));
                }
                expected += nearest_m <= 2000 && between_m(measure->of, row, to, i) <= reach_m;
            }
            assert_exact(measure, row, expected);
            some += expected > 0;
            none += expected == 0;
        }
        assert_int_equal(dataset->n_findings, 1);
        tp_dataset_free(dataset);
    }
    assert_true(some > 50 && none > 10);
}

/* Of two at the same place the smaller id is told, in whatever order they were read. */
static void the_smallest_id_of_equals(void **state) {
    (void)state;
    for (int turned = 0; turned < 2; turned++) {
        tp_dataset *dataset = NULL;
        assert_ok(tp_dataset_new(&dataset, error));
        (void)add_point(new_layer(dataset, "sites", TP_GEOMETRY_POINT), "s", "Site", 139, 35);
        (void)add_point(new_layer(dataset, "institutes", TP_GEOMETRY_POINT), "i", "Inst", 139, 35);
        tp_layer *universities = new_layer(dataset, "universities", TP_GEOMETRY_POINT);
        (void)add_point(universities, turned ? "u2" : "u1", turned ? "Second" : "First", 139.001, 35);
        (void)add_point(universities, turned ? "u1" : "u2", turned ? "First" : "Second", 139.001, 35);
        const tp_measure *measure =
            measured(dataset, &tp_stage_colocated, "c", "{ to: institutes, with: universities, within: 10 min }");
        assert_evidence(measure, 0, "beside First, 91 m", false);
        tp_dataset_free(dataset);
    }
}

/* Two institutes near the site, one of them beside a university. */
static tp_dataset *campus(void) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    (void)add_point(new_layer(dataset, "sites", TP_GEOMETRY_POINT), "s", "S", 139, 35);
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    (void)add_point(institutes, "i1", "Lab", 139.01, 35);
    (void)add_point(institutes, "i2", "Works", 139.05, 35);
    (void)add_point(new_layer(dataset, "universities", TP_GEOMETRY_POINT), "u", "Uni", 139.011, 35);
    return dataset;
}

#define SETTINGS "{ to: institutes, with: universities, within: 30 min }"

static void samples_on_either_side(void **state) {
    (void)state;
    tp_dataset *dataset = campus();
    assert_exact(measured(dataset, &tp_stage_colocated, "whole", SETTINGS), 0, 1);
    set_coverage(tp_dataset_layer(dataset, "universities"), NULL);
    const tp_measure *with_sample = measured(dataset, &tp_stage_colocated, "with", SETTINGS);
    assert_interval(with_sample, 0, 1, 2); /* the other institute may have one beside it */
    assert_evidence(with_sample, 0, "; up to 2, since universities does not hold everything", false);
    set_coverage(tp_dataset_layer(dataset, "institutes"), NULL);
    assert_interval(measured(dataset, &tp_stage_colocated, "both", SETTINGS), 0, 1, INFINITY);
    const tp_measure *unread =
        measured(dataset, &tp_stage_colocated, "unread", "{ to: institutes, with: incubators, within: 30 min }");
    assert_string_equal(unread->missing_layer, "incubators");
    tp_dataset_free(dataset);
}

static void evidence_share_and_columns(void **state) {
    (void)state;
    tp_dataset *dataset = campus();
    const tp_measure *measure = measured(dataset, &tp_stage_colocated, "c", SETTINGS);
    assert_evidence(measure, 0,
                    "of 2 institutes within 30 min (straight line x 1.3 at 40 km/h) 1 stands within 1 km of "
                    "one of universities, 1 of them on the same site (within 250 m), a share of 50 %: Lab (",
                    false);
    assert_evidence(measure, 0, "beside Uni, 91 m (same site)", false);
    assert_string_equal(dataset->findings[0].text,
                        "of 2 institutes 1 (50 %) stand within 250 m of one of universities, 0 "
                        "more (0 %) within 1000 m, 1 (50 %) farther");
    assert_ok(run_stage(dataset, &tp_stage_colocated, "lab", SETTINGS, false, error));
    double number;
    assert_true(tp_column_number(tp_layer_column(tp_dataset_layer(dataset, "sites"), "lab_percent"), 0, &number));
    assert_close(number, 50, 1e-12);
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_colocated, "x",
                "{ to: institutes, with: universities, within: 30 min, apart: 100 m }");
    assert_fault(&fixture, "same_site is more than apart");
    tp_schema_reset(&plan.schema);
    close_step(&fixture);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_counted_by_hand),
        cmocka_unit_test(the_smallest_id_of_equals),
        cmocka_unit_test(samples_on_either_side),
        cmocka_unit_test(evidence_share_and_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
