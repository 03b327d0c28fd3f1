/* Which points each polygon holds, against a test of every point with every row; a point inside each polygon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/space/inside.h"
#include "space_fixture.h"

#include <math.h>
#include <stdlib.h>

enum { N_ROWS = 40, N_POINTS = 3000 };

static tp_layer *scattered_zones(uint64_t *seed) {
    tp_layer *zones = new_polygons();
    for (int i = 0; i < N_ROWS; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "z%02d", i);
        double x = random_between(seed, 0, 9), y = random_between(seed, 0, 9), size = random_between(seed, 0.5, 4);
        add_row(zones, id);
        if (i % 10 == 9) {
            continue; /* an empty row */
        }
        add_part(zones);
        const double rx[] = {x, x + size, x + size / 2, x}, ry[] = {y, y + size / 3, y + size, y};
        add_ring(zones, rx, ry, 4);
        if (i % 3 == 0) { /* a second part with a hole */
            add_part(zones);
            add_box(zones, x - 1, y - 1, x - 0.2, y - 0.2);
            add_box(zones, x - 0.7, y - 0.7, x - 0.5, y - 0.5);
        }
    }
    return zones;
}

static void every_point_and_row(void **state) {
    (void)state;
    uint64_t seed = 5;
    tp_layer *zones = scattered_zones(&seed);
    double lon[N_POINTS], lat[N_POINTS];
    for (int i = 0; i < N_POINTS; i++) {
        bool on_grid = i % 4 == 0; /* points on borders and vertices, too */
        lon[i] = on_grid ? (double)(i % 11) : random_between(&seed, -1, 13);
        lat[i] = on_grid ? (double)(i / 11 % 11) : random_between(&seed, -1, 13);
    }
    lon[17] = NAN;
    lat[18] = INFINITY;
    tp_polygon_index *index = NULL;
    tp_held held = {0};
    assert_int_equal(tp_polygon_index_new(zones, &index, NULL), TP_OK);
    assert_int_equal(tp_held_find(zones, lon, lat, N_POINTS, &held, NULL), TP_OK);
    int64_t at = 0;
    for (int64_t row = 0; row < N_ROWS; row++) {
        assert_true(held.first[row] == at);
        for (int64_t i = 0; i < N_POINTS; i++) {
            if (isfinite(lon[i]) && isfinite(lat[i]) && tp_polygon_index_holds(index, row, lon[i], lat[i])) {
                assert_true(at < held.first[N_ROWS] && held.point[at] == i);
                at++;
            }
        }
    }
    assert_true(held.first[N_ROWS] == at && at > N_POINTS / 3);
    tp_held_reset(&held);
    tp_polygon_index_free(index);
    tp_layer_free(zones);
}

static void no_points_and_no_rows(void **state) {
    (void)state;
    tp_layer *zones = new_polygons();
    tp_held held = {0};
    double place = 1;
    assert_int_equal(tp_held_find(zones, &place, &place, 1, &held, NULL), TP_OK);
    assert_true(held.first[0] == 0);
    tp_held_reset(&held);
    add_box_row(zones, "a", 0, 0, 2, 2);
    assert_int_equal(tp_held_find(zones, NULL, NULL, 0, &held, NULL), TP_OK);
    assert_true(held.first[0] == 0 && held.first[1] == 0);
    tp_held_reset(&held);
    tp_layer_free(zones);
}

static void a_point_inside(void **state) {
    (void)state;
    uint64_t seed = 9;
    tp_layer *zones = scattered_zones(&seed);
    tp_polygon_index *index = NULL;
    double *room = malloc(sizeof *room * (size_t)zones->shapes.n_vertices);
    assert_non_null(room);
    assert_int_equal(tp_polygon_index_new(zones, &index, NULL), TP_OK);
    for (int64_t row = 0; row < N_ROWS; row++) {
        double x = NAN, y = NAN;
        assert_int_equal(tp_point_inside(&zones->shapes, row, room, &x, &y), row % 10 != 9);
        assert_true(row % 10 == 9 || tp_polygon_index_holds(index, row, x, y));
    }
    free(room);
    tp_polygon_index_free(index);
    tp_layer_free(zones);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_point_and_row),
        cmocka_unit_test(no_points_and_no_rows),
        cmocka_unit_test(a_point_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
