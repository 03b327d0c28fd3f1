/* Unique ids: the first row stays. */
#include "prepared_layer.h"

#include "1_read/rejects.h"

extern const tp_stage tp_stage_unique;

static tp_code run_unique(prepared *p, tp_error *error) {
    const char *layer = "places";
    tp_step step = {.stage = &tp_stage_unique, .name = (char *)"unique", .options = {.values = &layer}};
    tp_run run = {.threads = 1, .crs = "EPSG:4326"};
    return tp_stage_unique.run(&step, &run, p->dataset, error);
}

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
    assert_int_equal(p.layer->n_lost, 0); /* nothing is lacking */
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

/* Rows that were lost before, as `read` or an earlier stage writes it down. */
static void lose(prepared *p, int n, const char *reason, const char *detail) {
    for (int i = 0; i < n; i++) {
        assert_int_equal(tp_dataset_reject(p->dataset, "places", 0, i, reason, NULL, "%s", detail), TP_OK);
        p->layer->n_lost++;
    }
}

static void nothing_is_left(void **state) {
    (void)state;
    tp_error error = {0};
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    p.dataset->sources[0].crs = tp_text_copy("EPSG:6668 JGD2011");
    lose(&p, 1, TP_REJECT_EMPTY_GEOMETRY, "");
    lose(&p, 2, TP_REJECT_OUTSIDE, "10, 50");
    assert_int_equal(tp_dataset_reject(p.dataset, "other", 0, 1, TP_REJECT_NO_GEOMETRY, NULL, "x"), TP_OK);
    assert_int_equal(run_unique(&p, &error), TP_E_DATA);
    assert_string_equal(error.message,
                        "places.shp layer places: nothing usable is left: 3 features left out, 2 of them: outside the "
                        "area of the CRS (such as 10, 50); is its CRS EPSG:6668 JGD2011 the right one? (see 'crs')");
    end(&p);
    p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    lose(&p, 3, TP_REJECT_NO_GEOMETRY, "");
    assert_int_equal(run_unique(&p, &error), TP_E_DATA);
    assert_string_equal(error.message,
                        "places.shp layer places: nothing usable is left: 3 features left out, 3 of them: no geometry");
    add_point(&p, "a", 1, 1);
    assert_int_equal(run_unique(&p, &error), TP_OK); /* one is enough */
    end(&p);
}

/* What `where` empties is no error, also where it is unknown for some. */
static void nothing_was_wanted(void **state) {
    (void)state;
    tp_error error = {0};
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    p.dataset->sources[0].features_filtered = 5;
    assert_int_equal(run_unique(&p, &error), TP_OK);
    lose(&p, 2, TP_REJECT_WHERE_UNKNOWN, "kind = x");
    assert_int_equal(run_unique(&p, &error), TP_OK);
    p.dataset->sources[0].features_filtered = 0;
    assert_int_equal(run_unique(&p, &error), TP_E_DATA);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_of_an_id_stays), cmocka_unit_test(many_rows),
                                       cmocka_unit_test(no_rows), cmocka_unit_test(nothing_is_left),
                                       cmocka_unit_test(nothing_was_wanted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
