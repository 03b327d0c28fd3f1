/* Unique ids: the first row stays. */
#include "prepared_layer.h"

extern const tp_stage tp_stage_unique;

static void the_first_of_an_id_stays(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    add_point(&p, "a", 1, 1);
    add_point(&p, "b", 2, 2);
    add_point(&p, "a", 3, 3);
    add_point(&p, "A", 4, 4); /* ids compare bytewise */
    add_point(&p, "a", 5, 5);
    assert_int_equal(run_stage(&p, &tp_stage_unique, "places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 3);
    assert_true(p.layer->lon_deg[0] == 1 && p.layer->lon_deg[2] == 4);
    assert_string_equal(tp_layer_id(p.layer, 2), "A");
    assert_int_equal(p.dataset->n_rejects, 2);
    assert_reject(&p, 0, 102, TP_REJECT_DUPLICATE);
    assert_string_equal(p.dataset->rejects[0].detail, "a; kept: feature 100");
    assert_reject(&p, 1, 104, TP_REJECT_DUPLICATE);
    assert_int_equal(p.dataset->sources[0].features_kept, 3);
    end(&p);
}

static void many_rows(void **state) {
    (void)state;
    enum { N = 20000 };
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    assert_int_equal(tp_layer_add_rows(p.layer, N, NULL), TP_OK);
    p.dataset->sources[0].features_kept = N;
    for (int64_t row = 0; row < N; row++) {
        char id[32];
        int n = snprintf(id, sizeof id, "%lld", (long long)(row % 15000));
        assert_int_equal(tp_column_set_text(p.layer->id, row, id, (size_t)n, NULL), TP_OK);
    }
    assert_int_equal(run_stage(&p, &tp_stage_unique, "places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 15000);
    assert_int_equal(p.dataset->n_rejects, 5000);
    end(&p);
}

static void no_rows(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    assert_int_equal(run_stage(&p, &tp_stage_unique, "places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 0);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_of_an_id_stays), cmocka_unit_test(many_rows),
                                       cmocka_unit_test(no_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
