/* Pictures: sizes and extents as texts, the projection and its scale, names that hide nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "5_write/picture_labels.h"
#include "5_write/picture_size.h"

#include <math.h>

static void sizes_are_two_numbers(void **state) {
    (void)state;
    double w = 0, h = 0;
    assert_true(tp_picture_parse_size("1600 x 1200 px", &w, &h));
    assert_true(w == 1600 && h == 1200);
    assert_true(tp_picture_parse_size("200x10000", &w, &h));
    assert_true(w == 200 && h == 10000);
    assert_true(tp_picture_parse_size("300 × 400", &w, &h));
    assert_true(w == 300 && h == 400);
    assert_true(tp_picture_parse_size("640 480", &w, &h));
    static const char *const wrong[] = {"",
                                        "1600",
                                        "199 x 200",
                                        "200 x 199",
                                        "10001 x 200",
                                        "a x b",
                                        "200 x 200 cm",
                                        "200 x 10001",
                                        "-300 x 300",
                                        "1e3 x 300",
                                        "200 x 200 px, please",
                                        "99999999999999999999 x 300"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(tp_picture_parse_size(wrong[i], &w, &h));
    }
}

static void extents_are_four_degrees(void **state) {
    (void)state;
    double e[4];
    assert_true(tp_picture_parse_extent("129.3 30.9 132.2 34.1", e));
    assert_true(e[0] == 129.3 && e[1] == 30.9 && e[2] == 132.2 && e[3] == 34.1);
    assert_true(tp_picture_parse_extent("-180, -90; 180, 90", e));
    static const char *const wrong[] = {"sites",   "1 2 3",     "1 2 3 4 5", "3 1 2 2",   "1 3 2 2",
                                        "1 1 1 2", "0 0 181 1", "0 -91 1 1", "nan 1 2 3", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(tp_picture_parse_extent(wrong[i], e));
    }
}

/* Over a degree of Kyushu: areas are kept and one pixel is so many metres as the geodesic says. */
static void the_projection_keeps_areas(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    const double extent[4] = {129, 31, 132, 34};
    tp_frame frame = {0};
    tp_box map = {10, 20, 810, 820};
    assert_int_equal(tp_frame_open(&frame, "EPSG:6668", &grs80, "EPSG:6668", extent, NULL), TP_OK);
    assert_int_equal(tp_frame_fit(&frame, &grs80, map, NULL), TP_OK);
    for (int corner = 0; corner < 4; corner++) {
        double lon = 129.2 + 2.5 * (corner % 2), lat = 31.2 + 2.5 * (int)(corner / 2), step = 0.01;
        double x[4] = {lon, lon + step, lon + step, lon}, y[4] = {lat, lat, lat + step, lat + step};
        double before_x[5], before_y[5], area = 0;
        for (int i = 0; i < 5; i++) {
            before_x[i] = x[i % 4];
            before_y[i] = y[i % 4];
        }
        tp_shapes shapes = {0};
        assert_int_equal(tp_shapes_add_row(&shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_part(&shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&shapes, before_x, before_y, 5, NULL), TP_OK);
        double km2 = tp_geodesic_area_km2(&grs80, &shapes, 0);
        tp_shapes_reset(&shapes);
        tp_frame_points(&frame, x, y, 4);
        for (int i = 0; i < 4; i++) {
            assert_true(x[i] > map.left && x[i] < map.right && y[i] > map.top && y[i] < map.bottom);
            area += (x[i] * y[(i + 1) % 4] - x[(i + 1) % 4] * y[i]) / 2;
        }
        double metres = frame.metres_per_pixel;
        assert_true(fabs(fabs(area) * metres * metres / 1e6 / km2 - 1) < 1e-3);
    }
    double east[2] = {130, 131}, same[2] = {32, 32}, lower[2] = {32, 33}, along[2] = {130, 130};
    tp_frame_points(&frame, east, same, 2);
    tp_frame_points(&frame, along, lower, 2);
    assert_true(east[1] > east[0] && lower[1] < lower[0]); /* east is right, north is up */
    tp_frame_reset(&frame);
}

static void a_projected_crs_is_used(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    const double extent[4] = {139, 35, 140, 36};
    tp_frame frame = {0};
    assert_int_equal(tp_frame_open(&frame, "EPSG:6668", &grs80, "EPSG:6677", extent, NULL), TP_OK);
    assert_non_null(frame.transform);
    assert_int_equal(tp_frame_fit(&frame, &grs80, (tp_box){0, 0, 400, 400}, NULL), TP_OK);
    double x = 139.8333333, y = 35.5; /* the central meridian of zone 9 has x = 0 */
    tp_frame_points(&frame, &x, &y, 1);
    assert_true(fabs(x / frame.scale + frame.x0) < 1);
    tp_frame_reset(&frame);
}

enum { MANY = 300 };

/* Random marks, some on top of each other: what is placed overlaps nothing, what is left out had no room. */
static void names_hide_nothing(void **state) {
    (void)state;
    tp_label labels[MANY] = {{0}};
    tp_box obstacles[MANY], map = {0, 0, 900, 700};
    uint32_t seed = 7;
    for (int i = 0; i < MANY; i++) {
        seed = seed * 1664525u + 1013904223u;
        double x = seed % 880 + 10.0;
        seed = seed * 1664525u + 1013904223u;
        double y = seed % 680 + 10.0;
        labels[i] = (tp_label){.x = x, .y = y, .reach = 5, .width = 40 + i % 60, .height = 14, .priority = i % 3};
        obstacles[i] = (tp_box){x - 6, y - 6, x + 6, y + 6};
    }
    int64_t left_out = tp_labels_place(labels, MANY, obstacles, MANY, &map), placed = 0;
    for (int i = 0; i < MANY; i++) {
        placed += labels[i].placed;
        for (int k = 0; k < MANY && labels[i].placed; k++) {
            assert_false(tp_box_overlaps(&labels[i].box, &obstacles[k]));
            assert_false(k != i && labels[k].placed && tp_box_overlaps(&labels[i].box, &labels[k].box));
        }
        assert_true(!labels[i].placed || (labels[i].box.left >= 0 && labels[i].box.right <= 900));
    }
    assert_int_equal(placed + left_out, MANY);
    assert_true(placed > 60 && left_out > 0);
}

static void important_names_come_first(void **state) {
    (void)state;
    tp_box map = {0, 0, 120, 30}; /* room for one */
    tp_label labels[2] = {{.x = 10, .y = 15, .reach = 4, .width = 90, .height = 14, .priority = 1},
                          {.x = 12, .y = 15, .reach = 4, .width = 90, .height = 14, .priority = 0}};
    assert_int_equal(tp_labels_place(labels, 2, NULL, 0, &map), 1);
    assert_true(labels[1].placed && !labels[0].placed);
    labels[0].x = NAN; /* has no position: neither placed nor left out */
    assert_int_equal(tp_labels_place(labels, 2, NULL, 0, &map), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_two_numbers),      cmocka_unit_test(extents_are_four_degrees),
        cmocka_unit_test(the_projection_keeps_areas), cmocka_unit_test(a_projected_crs_is_used),
        cmocka_unit_test(names_hide_nothing),         cmocka_unit_test(important_names_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
