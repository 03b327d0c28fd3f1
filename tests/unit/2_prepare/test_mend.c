/* Making polygons valid, and what is said of it. */
#include "prepared_layer.h"

extern const tp_stage tp_stage_mend;

static void valid_polygons_stay_as_they_are(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "a");
    add_ring(&p, true, "0 0, 4 0, 4 4, 0 4, 0 0");
    add_ring(&p, false, "1 1, 1 2, 2 2, 1 1");
    add_ring(&p, true, "9 9, 10 9, 10 10, 9 9");
    const double *x = p.layer->shapes.x;
    assert_int_equal(run_stage(&p, &tp_stage_mend, "layer: places", 1), TP_OK);
    assert_int_equal(p.dataset->n_rejects, 0);
    assert_ptr_equal(p.layer->shapes.x, x);
    end(&p);
}

static void a_bow_tie(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "good");
    add_ring(&p, true, "0 0, 1 0, 1 1, 0 0");
    add_row(&p, "bow tie");
    add_ring(&p, true, "0 0, 2 2, 2 0, 0 2, 0 0");
    add_row(&p, "good too");
    add_ring(&p, true, "5 5, 6 5, 6 6, 5 5");
    assert_int_equal(run_stage(&p, &tp_stage_mend, "layer: places", 2), TP_OK);
    assert_int_equal(p.layer->n_rows, 3);
    assert_int_equal(p.dataset->n_rejects, 1);
    assert_reject(&p, 0, 101, TP_REJECT_MENDED);
    assert_string_equal(p.dataset->rejects[0].detail, "Self-intersection at 1, 1");
    assert_true(fabs(plane_area(&p.layer->shapes, 1) - 2) <= 1e-12); /* two triangles of area 1 */
    assert_int_equal(p.layer->shapes.row_first[2] - p.layer->shapes.row_first[1], 2);
    assert_true(fabs(plane_area(&p.layer->shapes, 2) - 0.5) <= 1e-12);
    assert_int_equal(p.dataset->sources[0].features_kept, 3);
    end(&p);
}

/* Where parts overlap, the overlap stays filled (it is not a hole). */
static void overlapping_parts(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "a");
    add_ring(&p, true, "0 0, 2 0, 2 2, 0 2, 0 0");
    add_ring(&p, true, "1 0, 3 0, 3 2, 1 2, 1 0");
    assert_int_equal(run_stage(&p, &tp_stage_mend, "layer: places", 1), TP_OK);
    assert_reject(&p, 0, 100, TP_REJECT_MENDED);
    assert_true(fabs(plane_area(&p.layer->shapes, 0) - 6) <= 1e-12);
    end(&p);
}

static void no_area_left(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "flat");
    add_ring(&p, true, "0 0, 1 1, 2 2, 0 0");
    add_row(&p, "two points");
    add_ring(&p, true, "0 0, 1 1, 0 0");
    add_row(&p, "good");
    add_ring(&p, true, "0 0, 1 0, 1 1, 0 0");
    add_ring(&p, false, "0.5 0.2, 0.6 0.2, 0.5 0.2");
    assert_int_equal(run_stage(&p, &tp_stage_mend, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_int_equal(p.dataset->n_rejects, 3);
    assert_reject(&p, 0, 100, TP_REJECT_INVALID);
    assert_reject(&p, 1, 101, TP_REJECT_INVALID);
    assert_reject(&p, 2, 102, TP_REJECT_MENDED); /* a hole of two points is dropped */
    assert_string_equal(p.dataset->rejects[2].detail, "a ring of fewer than 4 points");
    assert_int_equal(p.layer->shapes.n_rings, 1);
    assert_int_equal(p.dataset->sources[0].features_kept, 1);
    assert_int_equal(p.layer->n_lost, 2);
    end(&p);
}

static void lines_of_a_single_point(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_LINE, "EPSG:6668", "EPSG:6668");
    add_row(&p, "a");
    add_ring(&p, true, "0 0, 1 1");
    add_ring(&p, true, "5 5");
    add_row(&p, "b");
    add_ring(&p, true, "5 5");
    assert_int_equal(run_stage(&p, &tp_stage_mend, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_int_equal(p.layer->shapes.n_parts, 1);
    assert_reject(&p, 0, 100, TP_REJECT_MENDED);
    assert_reject(&p, 1, 101, TP_REJECT_INVALID);
    end(&p);
}

/* Many rows, a part of them broken: listed in their order whatever the number of threads. */
static void in_the_order_of_the_rows(void **state) {
    (void)state;
    enum { N = 500 };
    prepared p[2];
    for (int t = 0; t < 2; t++) {
        p[t] = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
        for (int i = 0; i < N; i++) {
            add_row(&p[t], "x");
            add_ring(&p[t], true, i % 7 == 3 ? "0 0, 2 2, 2 0, 0 2, 0 0" : "0 0, 2 0, 2 2, 0 2, 0 0");
        }
        assert_int_equal(run_stage(&p[t], &tp_stage_mend, "layer: places", 1 + 3 * t), TP_OK);
    }
    assert_int_equal(p[0].dataset->n_rejects, (N - 4) / 7 + 1);
    assert_int_equal(p[0].dataset->n_rejects, p[1].dataset->n_rejects);
    for (size_t i = 0; i < p[0].dataset->n_rejects; i++) {
        assert_reject(&p[0], i, 100 + 7 * (int64_t)i + 3, TP_REJECT_MENDED);
        assert_reject(&p[1], i, 100 + 7 * (int64_t)i + 3, TP_REJECT_MENDED);
    }
    size_t n = (size_t)p[0].layer->shapes.n_vertices;
    assert_int_equal(p[1].layer->shapes.n_vertices, n);
    assert_memory_equal(p[0].layer->shapes.x, p[1].layer->shapes.x, n * sizeof(double));
    end(&p[0]);
    end(&p[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_polygons_stay_as_they_are),
        cmocka_unit_test(a_bow_tie),
        cmocka_unit_test(overlapping_parts),
        cmocka_unit_test(no_area_left),
        cmocka_unit_test(lines_of_a_single_point),
        cmocka_unit_test(in_the_order_of_the_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
