/* Positions of lines and polygons: the middle of a line, a point inside a polygon (checked by GEOS). */
#include "write_fixture.h"

#include "5_write/position.h"

#include <geos_c.h>
#include <math.h>

static void ring(tp_layer *layer, const double *xy, int64_t n) {
    double x[64], y[64];
    for (int64_t i = 0; i < n; i++) {
        x[i] = xy[2 * i];
        y[i] = xy[2 * i + 1];
    }
    assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, n, NULL), TP_OK);
}

static void row(tp_layer *layer) {
    assert_int_equal(tp_layer_add_rows(layer, 1, NULL), TP_OK);
    assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
}

static void part(tp_layer *layer) {
    assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
}

static void is_at(const tp_positions *positions, int64_t at, double lon_deg, double lat_deg) {
    assert_true(fabs(positions->lon_deg[at] - lon_deg) <= 1e-12);
    assert_true(fabs(positions->lat_deg[at] - lat_deg) <= 1e-12);
}

static void lines_have_a_middle(void **state) {
    (void)state;
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new("rail", TP_GEOMETRY_LINE, &layer, NULL), TP_OK);
    row(layer); /* an L of lengths 1 and 3: the middle is 1 up the long side */
    part(layer);
    ring(layer, (double[]){0, 0, 1, 0, 1, 3}, 3);
    row(layer); /* all vertices equal */
    part(layer);
    ring(layer, (double[]){5, 5, 5, 5, 5, 5}, 3);
    row(layer); /* no parts */
    row(layer); /* the middle is a vertex */
    part(layer);
    ring(layer, (double[]){0, 0, 1, 0, 2, 0}, 3);
    part(layer);
    ring(layer, (double[]){9, 9, 99, 9}, 2);
    assert_int_equal(tp_layer_add_rows(layer, 1, NULL), TP_OK); /* its shape was never added */
    tp_positions positions;
    assert_int_equal(tp_positions_new(layer, &positions, NULL), TP_OK);
    is_at(&positions, 0, 1, 1);
    is_at(&positions, 1, 5, 5);
    assert_true(isnan(positions.lon_deg[2]));
    is_at(&positions, 3, 1, 0);
    assert_true(isnan(positions.lat_deg[4]));
    tp_positions_reset(&positions);
    tp_layer_free(layer);
}

static GEOSContextHandle_t geos;

/* Is the position inside the WKT by GEOS (interior, not border)? */
static void is_inside(const tp_positions *positions, int64_t at, const char *wkt) {
    GEOSWKTReader *reader = GEOSWKTReader_create_r(geos);
    GEOSGeometry *polygon = GEOSWKTReader_read_r(geos, reader, wkt);
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(geos, positions->lon_deg[at], positions->lat_deg[at]);
    assert_int_equal(GEOSContains_r(geos, polygon, point), 1);
    GEOSGeom_destroy_r(geos, point);
    GEOSGeom_destroy_r(geos, polygon);
    GEOSWKTReader_destroy_r(geos, reader);
}

static void polygons_have_a_point_inside(void **state) {
    (void)state;
    geos = GEOS_init_r();
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new("zones", TP_GEOMETRY_POLYGON, &layer, NULL), TP_OK);
    row(layer); /* a C whose centroid lies outside */
    part(layer);
    ring(layer, (double[]){0, 0, 10, 0, 10, 1, 1, 1, 1, 9, 10, 9, 10, 10, 0, 10, 0, 0}, 9);
    row(layer); /* a hole in the middle, and a smaller part first */
    part(layer);
    ring(layer, (double[]){100, 0, 101, 0, 101, 1, 100, 0}, 4);
    part(layer);
    ring(layer, (double[]){0, 0, 10, 0, 10, 10, 0, 10, 0, 0}, 5);
    ring(layer, (double[]){1, 1, 1, 9, 9, 9, 9, 1, 1, 1}, 5);
    row(layer); /* a vertex on the middle parallel */
    part(layer);
    ring(layer, (double[]){0, 0, 4, 2, 0, 4, -4, 2, 0, 0}, 5);
    row(layer); /* flat: no inside, its first vertex */
    part(layer);
    ring(layer, (double[]){3, 3, 4, 3, 3, 3, 3, 3}, 4);
    tp_positions positions;
    assert_int_equal(tp_positions_new(layer, &positions, NULL), TP_OK);
    is_inside(&positions, 0, "POLYGON((0 0,10 0,10 1,1 1,1 9,10 9,10 10,0 10,0 0))");
    is_inside(&positions, 1, "POLYGON((0 0,10 0,10 10,0 10,0 0),(1 1,1 9,9 9,9 1,1 1))");
    is_inside(&positions, 2, "POLYGON((0 0,4 2,0 4,-4 2,0 0))");
    is_at(&positions, 3, 3, 3);
    tp_positions_reset(&positions);
    tp_layer_free(layer);
    GEOS_finish_r(geos);
}

static void points_are_borrowed_and_tables_have_none(void **state) {
    (void)state;
    tp_layer *points = NULL, *table = NULL;
    assert_int_equal(tp_layer_new("points", TP_GEOMETRY_POINT, &points, NULL), TP_OK);
    assert_int_equal(tp_layer_new("table", TP_GEOMETRY_NONE, &table, NULL), TP_OK);
    assert_int_equal(tp_layer_add_rows(points, 1, NULL), TP_OK);
    assert_int_equal(tp_layer_add_rows(table, 1, NULL), TP_OK);
    tp_positions positions;
    assert_int_equal(tp_positions_new(points, &positions, NULL), TP_OK);
    assert_ptr_equal(positions.lon_deg, points->lon_deg);
    tp_positions_reset(&positions);
    assert_int_equal(tp_positions_new(table, &positions, NULL), TP_OK);
    assert_null(positions.lon_deg);
    tp_positions_reset(&positions);
    tp_layer_free(points);
    tp_layer_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_have_a_middle),
        cmocka_unit_test(polygons_have_a_point_inside),
        cmocka_unit_test(points_are_borrowed_and_tables_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
