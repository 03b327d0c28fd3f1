/* inside: boxes counted by hand, borders, filters whose cell is missing, samples. */
#include "measure_fixture.h"

extern const tp_stage tp_stage_inside;

static double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static void as_counted_by_hand(void **state) {
    (void)state;
    enum { N_BOXES = 40, N_SITES = 500 };
    double west[N_BOXES], south[N_BOXES];
    uint64_t seed = 7;
    int64_t seen[4] = {0};
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    tp_layer *areas = new_layer(dataset, "areas", TP_GEOMETRY_POLYGON);
    for (int i = 0; i < N_BOXES; i++) { /* on a grid of hundredths, so that sites meet borders */
        char id[16];
        snprintf(id, sizeof id, "a%02d", N_BOXES - i);
        west[i] = 139 + floor(100 * next_random(&seed)) / 128;
        south[i] = 35 + floor(100 * next_random(&seed)) / 128;
        (void)add_box(areas, id, id, west[i], south[i], west[i] + 0.125, south[i] + 0.125);
    }
    for (int i = 0; i < N_SITES; i++) {
        (void)add_point(sites, "s", "S", 139 + floor(120 * next_random(&seed)) / 128,
                        35 + floor(120 * next_random(&seed)) / 128);
    }
    const tp_measure *measure = measured(dataset, &tp_stage_inside, "in", "{ in: areas }");
    for (int64_t row = 0; row < N_SITES; row++) {
        int n = 0;
        for (int i = 0; i < N_BOXES; i++) {
            n += sites->lon_deg[row] >= west[i] && sites->lon_deg[row] <= west[i] + 0.125 &&
                 sites->lat_deg[row] >= south[i] && sites->lat_deg[row] <= south[i] + 0.125;
        }
        assert_exact(measure, row, n);
        assert_int_equal(measure->method[row], TP_METHOD_POLYGON);
        seen[n < 3 ? n : 3]++;
    }
    assert_true(seen[0] > 20 && seen[1] > 20 && seen[2] > 20);
    tp_dataset_free(dataset);
}

static void filters_and_samples(void **state) {
    (void)state;
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    (void)add_point(sites, "in", "In", 139.5, 35.5);
    (void)add_point(sites, "out", "Out", 141, 35.5);
    tp_layer *areas = new_layer(dataset, "areas", TP_GEOMETRY_POLYGON);
    add_column(areas, "kind", TP_TYPE_DOUBLE, "");
    tp_column_set_double(tp_layer_column(areas, "kind"), add_box(areas, "b", "Beta", 139, 35, 140, 36), 1);
    (void)add_box(areas, "c", "Gamma", 139, 35, 140, 36); /* of unknown kind */
    const tp_measure *one = measured(dataset, &tp_stage_inside, "one", "{ in: areas, where: kind = 1 }");
    assert_interval(one, 0, 1, 2);
    assert_evidence(one, 0,
                    "inside Beta of areas (kind = 1); of one more that holds it, what the condition asks is not known",
                    true);
    assert_exact(one, 1, 0);
    assert_evidence(one, 1, "in none of the 2 polygons of areas (kind = 1)", true);
    const tp_measure *two = measured(dataset, &tp_stage_inside, "two", "{ in: areas, where: kind = 2 }");
    assert_interval(two, 0, 0, 1);
    assert_int_equal(two->known[0], 0);
    set_coverage(areas, NULL);
    const tp_measure *sample = measured(dataset, &tp_stage_inside, "sample", "{ in: areas }");
    assert_interval(sample, 0, 2, INFINITY);
    assert_interval(sample, 1, 0, INFINITY);
    assert_int_equal(sample->known[1], 0);
    const tp_measure *unread = measured(dataset, &tp_stage_inside, "unread", "{ in: overconcentrated }");
    assert_string_equal(unread->missing_layer, "overconcentrated");
    assert_ok(run_stage(dataset, &tp_stage_inside, "held", "{ in: areas }", false, error));
    double number;
    assert_true(tp_column_number(tp_layer_column(sites, "held"), 0, &number) && number == 2);
    assert_false(tp_column_number(tp_layer_column(sites, "held"), 1, &number));
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_counted_by_hand),
        cmocka_unit_test(filters_and_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
