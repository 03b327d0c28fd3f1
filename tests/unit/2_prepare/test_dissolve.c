/* Joining the rows of one id. */
#include "prepared_layer.h"

extern const tp_stage tp_stage_dissolve;

static void touching_polygons_become_one(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
        add_row(&p, "14131");
        add_ring(&p, true, "0 0, 1 0, 1 1, 0 1, 0 0");
        add_row(&p, "14132");
        add_ring(&p, true, "5 5, 6 5, 6 6, 5 5");
        add_row(&p, "14131");
        add_ring(&p, true, "1 0, 2 0, 2 1, 1 1, 1 0");
        add_row(&p, "14131");
        add_ring(&p, true, "9 9, 10 9, 10 10, 9 10, 9 9");
        assert_int_equal(run_stage(&p, &tp_stage_dissolve, "layer: places", threads), TP_OK);
        assert_int_equal(p.layer->n_rows, 2);
        assert_string_equal(tp_layer_id(p.layer, 0), "14131");
        assert_int_equal(p.layer->source_fid[0], 100);
        assert_string_equal(tp_layer_id(p.layer, 1), "14132");
        const tp_shapes *s = &p.layer->shapes;
        assert_int_equal(s->n_rows, 2);
        assert_int_equal(s->row_first[1], 2); /* the two that touch are one part now */
        assert_true(fabs(plane_area(s, 0) - 3) <= 1e-12);
        assert_true(fabs(plane_area(s, 1) - 0.5) <= 1e-12);
        assert_int_equal(p.dataset->n_rejects, 0);
        assert_int_equal(p.dataset->sources[0].features_kept, 4); /* all are used */
        end(&p);
    }
}

static void a_ring_of_polygons_has_a_hole(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "a");
    add_ring(&p, true, "0 0, 3 0, 3 1, 1 1, 1 2, 3 2, 3 3, 0 3, 0 0");
    add_row(&p, "a");
    add_ring(&p, true, "2 1, 3 1, 3 2, 2 2, 2 1");
    assert_int_equal(run_stage(&p, &tp_stage_dissolve, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->shapes.n_parts, 1);
    assert_int_equal(p.layer->shapes.n_rings, 2);
    assert_true(fabs(plane_area(&p.layer->shapes, 0) - 8) <= 1e-12);
    end(&p);
}

static void lines_are_collected(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_LINE, "EPSG:6668", "EPSG:6668");
    add_row(&p, "a");
    add_ring(&p, true, "0 0, 1 1");
    add_row(&p, "b");
    add_ring(&p, true, "7 7, 8 8");
    add_row(&p, "a");
    add_ring(&p, true, "1 1, 2 2, 3 3");
    assert_int_equal(run_stage(&p, &tp_stage_dissolve, "layer: places", 2), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_int_equal(p.layer->shapes.row_first[1], 2);
    assert_true(p.layer->shapes.x[4] == 3);
    end(&p);
}

/* The values of the first row stay; where another row of its id says something else, that is told. */
static void attributes_that_differ(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    tp_column *name = NULL, *people = NULL, *area = NULL;
    assert_int_equal(tp_layer_add_column(p.layer, "name", TP_TYPE_TEXT, NULL, "file", &name, NULL), TP_OK);
    assert_int_equal(tp_layer_add_column(p.layer, "people", TP_TYPE_INT64, NULL, "file", &people, NULL), TP_OK);
    assert_int_equal(tp_layer_add_column(p.layer, "area", TP_TYPE_DOUBLE, NULL, "file", &area, NULL), TP_OK);
    static const char *const ids[] = {"a", "b", "a", "a", "a", "b"}, *const names[] = {"A", "B", "A", "X", "A", "B"};
    static const int counts[] = {5, 7, 5, 6, -1, 7}; /* -1: missing, which drops nothing */
    for (int64_t i = 0; i < 6; i++) {
        add_row(&p, ids[i]);
        add_ring(&p, true, "0 0, 1 0, 1 1, 0 1, 0 0");
        assert_int_equal(tp_column_set_text(name, i, names[i], 1, NULL), TP_OK);
        if (counts[i] >= 0) {
            tp_column_set_int64(people, i, counts[i]);
        }
    }
    tp_column_set_double(area, 5, 1.5); /* the first has none: this one is dropped */
    assert_int_equal(run_stage(&p, &tp_stage_dissolve, "layer: places", 2), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_int_equal(p.dataset->n_rejects, 2);
    assert_reject(&p, 0, 103, TP_REJECT_ATTRIBUTES);
    assert_string_equal(p.dataset->rejects[0].detail, "a: name, people");
    assert_reject(&p, 1, 105, TP_REJECT_ATTRIBUTES);
    assert_string_equal(p.dataset->rejects[1].detail, "b: area");
    assert_int_equal(p.dataset->sources[0].features_kept, 6); /* the geometries of all are used */
    assert_int_equal(p.layer->n_lost, 0);
    end(&p);
}

/* Random rectangles on a grid, some apart, some touching, some overlapping: the area is the number of cells covered. */
static void clusters_of_rectangles(void **state) {
    (void)state;
    enum { SIZE = 60, N = 150 };
    static bool covered[SIZE][SIZE];
    memset(covered, 0, sizeof covered);
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    uint32_t seed = 7;
    for (int i = 0; i < N; i++) {
        int v[4];
        for (int k = 0; k < 4; k++) {
            seed = seed * 1664525U + 1013904223U;
            v[k] = (int)(seed >> 16) % (k < 2 ? SIZE - 4 : 4);
        }
        int x = v[0], y = v[1], x2 = x + 1 + v[2], y2 = y + 1 + v[3];
        char ring[100];
        snprintf(ring, sizeof ring, "%d %d, %d %d, %d %d, %d %d, %d %d", x, y, x2, y, x2, y2, x, y2, x, y);
        add_row(&p, "a");
        add_ring(&p, true, ring);
        for (int cx = x; cx < x2; cx++) {
            for (int cy = y; cy < y2; cy++) {
                covered[cx][cy] = true;
            }
        }
    }
    double cells = 0;
    for (int x = 0; x < SIZE; x++) {
        for (int y = 0; y < SIZE; y++) {
            cells += covered[x][y];
        }
    }
    assert_int_equal(run_stage(&p, &tp_stage_dissolve, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_true(fabs(plane_area(&p.layer->shapes, 0) - cells) <= 1e-9);
    assert_in_range(p.layer->shapes.n_parts, 2, N - 1);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(touching_polygons_become_one),
                                       cmocka_unit_test(a_ring_of_polygons_has_a_hole),
                                       cmocka_unit_test(lines_are_collected), cmocka_unit_test(attributes_that_differ),
                                       cmocka_unit_test(clusters_of_rectangles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
