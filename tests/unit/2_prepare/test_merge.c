/* Merging rows of one place: which rows are one (against brute force), what their columns become, where they lie. */
#include "prepared_layer.h"

extern const tp_stage tp_stage_merge;

static tp_column *add_column(prepared *p, const char *name, tp_type type) {
    tp_column *column = NULL;
    assert_int_equal(tp_layer_add_column(p->layer, name, type, NULL, "file", &column, NULL), TP_OK);
    return column;
}

static void set(tp_column *column, int64_t row, const char *text) {
    assert_int_equal(tp_column_set_text(column, row, text, strlen(text), NULL), TP_OK);
}

static void columns_of_one_place(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    tp_column *name = add_column(&p, "name", TP_TYPE_TEXT), *line = add_column(&p, "line", TP_TYPE_TEXT);
    tp_column *people = add_column(&p, "people", TP_TYPE_INT64), *flag = add_column(&p, "flag", TP_TYPE_DOUBLE);
    tp_column *other = add_column(&p, "other", TP_TYPE_TEXT);
    static const char *const ids[] = {"c", "b", "a", "z", "y"}, *const names[] = {"本駅", "本駅", "本　駅", NULL, NULL};
    static const char *const lines[] = {"甲", "乙", "甲", "丙", "丁"};
    for (int64_t i = 0; i < 5; i++) {
        add_point(&p, ids[i], 139 + 0.003 * (double)i, 35);
        if (names[i] != NULL) {
            set(name, i, names[i]);
        }
        set(line, i, lines[i]);
        tp_column_set_int64(people, i, 10 + i);
    }
    tp_column_set_missing(people, 0);
    tp_column_set_double(flag, 1, 0.5);
    tp_column_set_double(flag, 2, 0.25);
    set(other, 1, "x");
    set(other, 2, "y");
    assert_int_equal(
        run_stage(&p, &tp_stage_merge, "{ layer: places, by: name, collect: line, sum: people, largest: flag }", 1),
        TP_OK);
    assert_int_equal(p.layer->n_rows, 3); /* rows without a name stay alone */
    assert_string_equal(tp_layer_id(p.layer, 0), "a");
    assert_string_equal(tp_column_text(name, 0), "本駅");
    assert_string_equal(tp_column_text(line, 0), "甲; 乙");
    assert_int_equal(people->i64[0], 11 + 12);
    assert_true(flag->valid[0] && flag->f64[0] == 0.5);
    assert_string_equal(tp_column_text(other, 0), "x"); /* the first that is there */
    assert_true(fabs(p.layer->lon_deg[0] - 139.003) < 1e-12 && p.layer->lat_deg[0] == 35);
    assert_int_equal(p.dataset->n_rejects, 1);
    assert_reject(&p, 0, 100, TP_REJECT_ATTRIBUTES);
    assert_string_equal(p.dataset->rejects[0].detail, "a, 3 rows: name, other");
    assert_int_equal(p.dataset->n_findings, 1);
    assert_string_equal(p.dataset->findings[0].text, "layer places: 5 rows are 3 places (by name)");
    end(&p);
}

/* Components by repeated passes over all pairs: slow and plain. */
static void brute_force(const tp_layer *layer, const int *key, double within_m, const tp_ellipsoid *ellipsoid,
                        int64_t *root) {
    for (int64_t i = 0; i < layer->n_rows; i++) {
        root[i] = i;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int64_t i = 0; i < layer->n_rows; i++) {
            for (int64_t k = 0; k < layer->n_rows; k++) {
                bool linked =
                    key[i] == key[k] && tp_geodesic_distance_m(ellipsoid, layer->lon_deg[i], layer->lat_deg[i],
                                                               layer->lon_deg[k], layer->lat_deg[k]) <= within_m;
                if (linked && root[k] < root[i]) {
                    root[i] = root[k];
                    changed = true;
                }
            }
        }
    }
}

static void near_rows_of_one_name(void **state) {
    (void)state;
    enum { N = 400 };
    static int key[N];
    static int64_t root[N];
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    tp_column *name = add_column(&p, "name", TP_TYPE_TEXT);
    unsigned seed = 7;
    for (int64_t i = 0; i < N; i++) {
        char text[32];
        double at[2];
        for (int c = 0; c < 2; c++) {
            seed = seed * 1103515245U + 12345U;
            at[c] = (double)(seed >> 8 & 0xFFFF) / 65536.0 * 0.05;
        }
        seed = seed * 1103515245U + 12345U;
        key[i] = (int)(seed >> 16) % 5;
        snprintf(text, sizeof text, "r%03d", (int)i);
        add_point(&p, text, 139 + at[0], 35 + at[1]);
        snprintf(text, sizeof text, "name %d", key[i]);
        set(name, i, text);
    }
    brute_force(p.layer, key, 300, &p.dataset->ellipsoid, root);
    int64_t n_roots = 0;
    for (int64_t i = 0; i < N; i++) {
        n_roots += root[i] == i;
    }
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places, by: name, within: 300 m }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, n_roots);
    assert_true(n_roots > 50 && n_roots < N);
    int64_t row = 0;
    for (int64_t i = 0; i < N; i++) { /* the first rows of the groups, in order */
        if (root[i] == i) {
            assert_int_equal(p.layer->source_fid[row++], 100 + i);
        }
    }
    end(&p);
}

static void within_is_inclusive(void **state) {
    (void)state;
    static const struct {
        const char *within;
        int64_t rows;
    } cases[] = {{"110.9 m", 2}, {"111 m", 1}};
    for (size_t i = 0; i < 2; i++) {
        prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
        tp_column *name = add_column(&p, "name", TP_TYPE_TEXT);
        add_point(&p, "a", 139, 35);
        add_point(&p, "b", 139, 35.001); /* 110.94 m */
        set(name, 0, "ヶ丘 1");
        set(name, 1, "ケ丘１");
        char yaml[80];
        snprintf(yaml, sizeof yaml, "{ layer: places, by: name, within: %s }", cases[i].within);
        assert_int_equal(run_stage(&p, &tp_stage_merge, yaml, 1), TP_OK);
        assert_int_equal(p.layer->n_rows, cases[i].rows);
        end(&p);
    }
}

static void rows_of_one_id_are_one(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    add_point(&p, "a", 139, 35);
    add_point(&p, "b", 139, 35);
    add_point(&p, "a", 141, 35);
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_true(p.layer->lon_deg[0] == 140 && p.layer->lon_deg[1] == 139);
    end(&p);
}

static void middles_of_lines(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_LINE, "EPSG:6668", "EPSG:6668");
    add_row(&p, "bent");
    add_ring(&p, true, "139 35, 139 35.001, 139 35.004");
    add_row(&p, "parts");
    add_ring(&p, true, "140 35, 140 35.001");
    add_ring(&p, true, "141 0, 141.004 0");
    add_row(&p, "still");
    add_ring(&p, true, "142 36, 142 36");
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places, point: middle }", 1), TP_OK);
    assert_int_equal(p.layer->geometry, TP_GEOMETRY_POINT);
    static const double expected[3][2] = {{139, 35.002}, {141.002, 0}, {142, 36}};
    for (int64_t i = 0; i < 3; i++) {
        assert_true(fabs(p.layer->lon_deg[i] - expected[i][0]) < 1e-9 &&
                    fabs(p.layer->lat_deg[i] - expected[i][1]) < 1e-9);
    }
    end(&p);
}

static void centres_of_polygons(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    tp_column *name = add_column(&p, "name", TP_TYPE_TEXT);
    const char *const squares[] = {"0 0, 2 0, 2 2, 0 2, 0 0", "0 0, 2 0, 2 2, 0 2, 0 0", "2 0, 4 0, 4 2, 2 2, 2 0",
                                   "10 10, 14 10, 14 14, 10 14, 10 10"};
    for (int64_t i = 0; i < 4; i++) {
        char id[8];
        snprintf(id, sizeof id, "%d", (int)i);
        add_row(&p, id);
        add_ring(&p, true, squares[i]);
        set(name, i, i < 3 ? "one" : "two");
    }
    add_ring(&p, false, "10 10, 10 12, 14 12, 14 10, 10 10"); /* a hole: what is left is the upper half */
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places, point: centre, by: name }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_true(fabs(p.layer->lon_deg[0] - 2) < 1e-9 &&
                fabs(p.layer->lat_deg[0] - 1) < 1e-9); /* the repeat counts once */
    assert_true(fabs(p.layer->lon_deg[1] - 12) < 1e-9 && fabs(p.layer->lat_deg[1] - 13) < 1e-9);
    end(&p);
}

static void polygons_stay_polygons(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    tp_column *name = add_column(&p, "name", TP_TYPE_TEXT);
    for (int64_t i = 0; i < 2; i++) {
        add_row(&p, i == 0 ? "a" : "b");
        add_ring(&p, true, i == 0 ? "0 0, 1 0, 1 1, 0 1, 0 0" : "1 0, 2 0, 2 1, 1 1, 1 0");
        set(name, i, "one");
    }
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places, by: name }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_int_equal(p.layer->shapes.n_parts, 1); /* the border between them is gone */
    assert_true(fabs(plane_area(&p.layer->shapes, 0) - 2) < 1e-12);
    end(&p);
}

static void no_rows(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_LINE, "EPSG:6668", "EPSG:6668");
    assert_int_equal(run_stage(&p, &tp_stage_merge, "{ layer: places, point: middle }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 0);
    assert_int_equal(p.layer->geometry, TP_GEOMETRY_POINT);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_one_place),   cmocka_unit_test(near_rows_of_one_name),
        cmocka_unit_test(within_is_inclusive),    cmocka_unit_test(rows_of_one_id_are_one),
        cmocka_unit_test(middles_of_lines),       cmocka_unit_test(centres_of_polygons),
        cmocka_unit_test(polygons_stay_polygons), cmocka_unit_test(no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
