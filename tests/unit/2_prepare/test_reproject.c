/* Bringing coordinates into the run's CRS: swapped ones, those outside the area, several CRS in one layer. */
#include "prepared_layer.h"

extern const tp_stage tp_stage_reproject;

static void assert_near(double value, double expected, double tolerance) {
    assert_true(fabs(value - expected) <= tolerance);
}

static void swapped_points_are_mended(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    add_point(&p, "a", 139.75, 35.68);
    add_point(&p, "b", 35.68, 139.75);
    add_point(&p, "c", 0, 0);
    add_point(&p, "d", 1000, 35);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_true(p.layer->lon_deg[1] == 139.75 && p.layer->lat_deg[1] == 35.68);
    assert_int_equal(p.dataset->n_rejects, 3);
    assert_reject(&p, 0, 101, TP_REJECT_SWAPPED);
    assert_string_equal(p.dataset->rejects[0].detail, "35.68, 139.75");
    assert_reject(&p, 1, 102, TP_REJECT_OUTSIDE);
    assert_reject(&p, 2, 103, TP_REJECT_OUTSIDE);
    assert_int_equal(p.dataset->sources[0].features_kept, 2);
    assert_int_equal(p.layer->n_lost, 2); /* not the mended one */
    assert_string_equal(p.dataset->sources[0].operation, "none");
    end(&p);
}

static void without_swapping_they_are_left_out(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    add_point(&p, "b", 35.68, 139.75);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "{ layer: places, swap: no }", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 0);
    assert_reject(&p, 0, 100, TP_REJECT_OUTSIDE);
    end(&p);
}

/* The area of JGD2011 ends at 122.38 and 157.65 degrees east, 17.09 and 46.05 degrees north (EPSG). */
static void the_border_of_the_area(void **state) {
    (void)state;
    double west, south, east, north;
    assert_true(tp_crs_area("EPSG:6668", &west, &south, &east, &north));
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6668", "EPSG:6668");
    add_point(&p, "on", west, 35);
    add_point(&p, "within the rounding", west - 0.0099, 35);
    add_point(&p, "beyond", west - 0.0101, 35);
    add_point(&p, "north", 140, north + 0.0099);
    add_point(&p, "too far north", 140, north + 0.0101);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 3);
    assert_string_equal(tp_layer_id(p.layer, 2), "north");
    end(&p);
}

/* In the area of WGS 84, the whole world, only a latitude beyond 90 degrees shows that the two are swapped. */
static void the_whole_world(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:4326", "EPSG:4326");
    add_point(&p, "a", -180, -90);
    add_point(&p, "b", 180, 90);
    add_point(&p, "c", 35.0, 90.0001);
    add_point(&p, "d", 180.5, 10);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 3);
    assert_true(p.layer->lon_deg[2] == 90.0001);
    assert_reject(&p, 1, 103, TP_REJECT_OUTSIDE);
    end(&p);
}

/* JGD2011 / Japan Plane Rectangular zone IX has its origin at 36 N, 139 50' E. */
static void projected_coordinates(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6677", "EPSG:6668");
    add_point(&p, "origin", 0, 0);
    add_point(&p, "far", 5000000, 5000000);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_near(p.layer->lon_deg[0], 139 + 50.0 / 60, 1e-9);
    assert_near(p.layer->lat_deg[0], 36, 1e-9);
    assert_string_equal(p.layer->crs, "EPSG:6668");
    assert_true(p.dataset->sources[0].accuracy_m == 0);
    end(&p);
}

/* Easting and northing of UTM zone 54 the wrong way round: only one way lies in the zone. */
static void swapped_projected_coordinates(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:6691", "EPSG:6668");
    add_point(&p, "a", 387000, 3948000);
    add_point(&p, "b", 3948000, 387000);
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_reject(&p, 0, 101, TP_REJECT_SWAPPED);
    assert_near(p.layer->lon_deg[1], p.layer->lon_deg[0], 0);
    assert_near(p.layer->lat_deg[1], p.layer->lat_deg[0], 0);
    assert_near(p.layer->lat_deg[0], 35.67, 0.01);
    end(&p);
}

/* Web Mercator takes any easting to some longitude; the way back shows that it is none of its own. */
static void numbers_beyond_a_projection(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:3857", "EPSG:4326");
    add_point(&p, "tokyo", 15556463, 4255981);
    add_point(&p, "once round", 1e9, 3e6);
    add_point(&p, "swapped into nowhere", 14550000, 1e8);
    add_point(&p, "the edge", -20037508.342789244, 0);
    add_point(&p, "a little beyond", 20100000, -2000000); /* the other way round at 85.1 N: beyond the zone */
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_string_equal(tp_layer_id(p.layer, 1), "the edge");
    assert_near(p.layer->lon_deg[0], 139.7465, 1e-3);
    assert_near(p.layer->lat_deg[0], 35.6749, 1e-4);
    assert_int_equal(p.dataset->n_rejects, 3);
    assert_reject(&p, 0, 101, TP_REJECT_OUTSIDE);
    assert_string_equal(p.dataset->rejects[0].detail, "1000000000, 3000000");
    assert_reject(&p, 1, 102, TP_REJECT_OUTSIDE);
    assert_reject(&p, 2, 104, TP_REJECT_OUTSIDE);
    assert_int_equal(p.layer->n_lost, 3);
    end(&p);
}

/* A line is left out as a whole when one of its vertices has no place in the projection. */
static void a_projected_line(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_LINE, "EPSG:3857", "EPSG:4326");
    add_row(&p, "good");
    add_ring(&p, true, "15556463 4255981, 15556563 4255981");
    add_row(&p, "astray");
    add_ring(&p, true, "15556463 4255981, 1000000000 4255981");
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 1);
    assert_reject(&p, 0, 101, TP_REJECT_OUTSIDE);
    assert_string_equal(p.dataset->rejects[0].detail, "begins at 15556463, 4255981");
    end(&p);
}

/* One town on the Tokyo datum and on JGD2000 (Sabae, Fukui): the two files of one layer end at the same place. */
static void files_of_two_datums(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POINT, "EPSG:4301", "EPSG:6668");
    int32_t second = -1;
    assert_int_equal(tp_dataset_add_source(p.dataset, "places", "other.shp", &second, NULL), TP_OK);
    p.dataset->sources[1].crs_definition = tp_text_copy("EPSG:4612");
    add_point(&p, "tokyo", 136.186852, 35.9350438);
    add_point(&p, "jgd2000", 136.183918, 35.938162);
    p.layer->source[1] = second;
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 2);
    assert_near(p.layer->lon_deg[0], p.layer->lon_deg[1], 2e-6);
    assert_near(p.layer->lat_deg[0], p.layer->lat_deg[1], 2e-6);
    assert_non_null(strstr(p.dataset->sources[0].operation, "Tokyo to JGD2000 (1)"));
    assert_true(p.dataset->sources[0].accuracy_m == 10);
    assert_true(p.dataset->sources[1].accuracy_m == 1);
    end(&p);
}

static void a_polygon_is_swapped_as_a_whole(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_POLYGON, "EPSG:6668", "EPSG:6668");
    add_row(&p, "right");
    add_ring(&p, true, "139 35, 140 35, 140 36, 139 35");
    add_row(&p, "swapped");
    add_ring(&p, true, "35 139, 35 140, 36 140, 35 139");
    add_row(&p, "half");
    add_ring(&p, true, "139 35, 35 140, 36 140, 139 35");
    add_row(&p, "reaches out");
    add_ring(&p, true, "157 45, 160 45, 160 50, 157 45");
    add_row(&p, "elsewhere");
    add_ring(&p, true, "160 45, 161 45, 161 50, 160 45");
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_int_equal(p.layer->n_rows, 3);
    assert_int_equal(p.layer->shapes.n_rows, 3);
    assert_string_equal(tp_layer_id(p.layer, 2), "reaches out");
    assert_reject(&p, 2, 104, TP_REJECT_OUTSIDE);
    assert_true(p.layer->shapes.x[4] == 139 && p.layer->shapes.y[4] == 35);
    assert_reject(&p, 0, 101, TP_REJECT_SWAPPED);
    assert_reject(&p, 1, 102, TP_REJECT_OUTSIDE);
    end(&p);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    enum { N = 60000 };
    prepared p[2];
    for (int t = 0; t < 2; t++) {
        p[t] = begin(TP_GEOMETRY_POINT, "EPSG:6677", "EPSG:4326");
        assert_int_equal(tp_layer_add_rows(p[t].layer, N, NULL), TP_OK);
        for (int64_t i = 0; i < N; i++) {
            assert_int_equal(tp_column_set_text(p[t].layer->id, i, "x", 1, NULL), TP_OK);
            p[t].layer->lon_deg[i] = (double)(i % 300) * 100;
            p[t].layer->lat_deg[i] = (double)(i / 300) * 100;
        }
        assert_int_equal(run_stage(&p[t], &tp_stage_reproject, "layer: places", t + 1), TP_OK);
    }
    assert_int_equal(p[0].layer->n_rows, N);
    assert_memory_equal(p[0].layer->lon_deg, p[1].layer->lon_deg, N * sizeof(double));
    assert_memory_equal(p[0].layer->lat_deg, p[1].layer->lat_deg, N * sizeof(double));
    end(&p[0]);
    end(&p[1]);
}

static void tables_are_left_alone(void **state) {
    (void)state;
    prepared p = begin(TP_GEOMETRY_NONE, NULL, "EPSG:6668");
    assert_int_equal(run_stage(&p, &tp_stage_reproject, "layer: places", 1), TP_OK);
    assert_null(p.layer->crs);
    end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(swapped_points_are_mended),
        cmocka_unit_test(without_swapping_they_are_left_out),
        cmocka_unit_test(the_border_of_the_area),
        cmocka_unit_test(the_whole_world),
        cmocka_unit_test(projected_coordinates),
        cmocka_unit_test(swapped_projected_coordinates),
        cmocka_unit_test(numbers_beyond_a_projection),
        cmocka_unit_test(a_projected_line),
        cmocka_unit_test(files_of_two_datums),
        cmocka_unit_test(a_polygon_is_swapped_as_a_whole),
        cmocka_unit_test(the_same_at_any_number_of_threads),
        cmocka_unit_test(tables_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
