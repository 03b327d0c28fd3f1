/* Geometries through the whole stage: points, lines, polygons, and what is refused. */
#include "made_files.h"

#include "1_read/rejects.h"

#include <math.h>

static void points_lose_height(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "points.gpkg", "points", 6668, wkbUnknown);
    add_column(m, "n", OFTString, 0);
    add_feature(m, "POINT Z (139 35 100)", 1, "a");
    add_feature(m, "MULTIPOINT ((140 36))", 1, "b");
    add_feature(m, "MULTIPOINT ((140 36), (141 37))", 1, "c");
    add_feature(m, "POINT EMPTY", 1, "d");
    add_feature(m, NULL, 1, "e");
    add_feature(m, "GEOMETRYCOLLECTION (POINT (1 2))", 1, "f");
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: points.gpkg, id: n }"), TP_OK);
    assert_int_equal(e.layer->geometry, TP_GEOMETRY_POINT);
    assert_int_equal(e.layer->n_rows, 2);
    assert_true(e.layer->lon_deg[0] == 139 && e.layer->lat_deg[0] == 35);
    assert_true(e.layer->lon_deg[1] == 140 && e.layer->lat_deg[1] == 36);
    assert_int_equal(e.dataset->n_rejects, 4);
    static const char *const reasons[] = {TP_REJECT_SEVERAL_POINTS, TP_REJECT_EMPTY_GEOMETRY, TP_REJECT_NO_GEOMETRY,
                                          TP_REJECT_OTHER_GEOMETRY};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(e.dataset->rejects[i].reason, reasons[i]);
        assert_int_equal(e.dataset->rejects[i].source_fid, (int64_t)i + 3);
    }
    assert_int_equal(e.dataset->sources[0].features_kept, 2);
    end_entry(&e);
}

static void coordinates_must_be_finite(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "finite.gpkg", "lines", 6668, wkbLineString);
    add_feature(m, "LINESTRING (139 35, 140 36)", 0);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(m.layer));
    OGRGeometryH line = OGR_G_CreateGeometry(wkbLineString);
    OGR_G_AddPoint_2D(line, 139, 35);
    OGR_G_AddPoint_2D(line, NAN, 35);
    OGR_F_SetGeometryDirectly(feature, line);
    assert_int_equal(OGR_L_CreateFeature(m.layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
    add_feature(m, "LINESTRING (1 2, 3 4, 5 6)", 0);
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: finite.gpkg }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_int_equal(e.layer->shapes.n_rows, 2);
    assert_int_equal(e.layer->shapes.n_vertices, 5);
    assert_true(e.layer->shapes.x[2] == 1 && e.layer->shapes.y[4] == 6);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_COORDINATE_NOT_FINITE);
    end_entry(&e);
}

static void polygons_with_holes_and_parts(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "polygons.gpkg", "polygons", 6668, wkbMultiPolygon);
    add_feature(m, "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 2, 2 2, 1 1)), ((20 20, 21 20, 21 21, 20 20)))",
                0);
    add_feature(m, "MULTIPOLYGON EMPTY", 0);
    add_feature(m, "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", 0);
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: polygons.gpkg }"), TP_OK);
    const tp_shapes *s = &e.layer->shapes;
    assert_int_equal(s->n_rows, 2);
    assert_int_equal(s->n_parts, 3);
    assert_int_equal(s->n_rings, 4);
    assert_int_equal(s->row_first[1], 2);
    assert_int_equal(s->part_first[1], 2); /* the first part has a hole */
    assert_int_equal(s->ring_first[1], 5);
    assert_int_equal(count_rejects(&e, TP_REJECT_EMPTY_GEOMETRY), 1);
    end_entry(&e);
}

static void curves_become_lines(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "curves.gpkg", "curves", 6668, wkbCompoundCurve);
    add_feature(m, "COMPOUNDCURVE (CIRCULARSTRING (0 0, 1 1, 2 0), (2 0, 3 0))", 0);
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: curves.gpkg }"), TP_OK);
    const tp_shapes *s = &e.layer->shapes;
    assert_int_equal(e.layer->geometry, TP_GEOMETRY_LINE);
    assert_true(s->n_vertices > 10);
    assert_true(s->x[s->n_vertices - 1] == 3);
    end_entry(&e);
}

static void open_rings_are_closed(void **state) {
    (void)state;
    write_text("open.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"c\":\"01\"},"
               "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1]]]}}]}");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: open.geojson, id: c }"), TP_OK);
    const tp_shapes *s = &e.layer->shapes;
    assert_int_equal(s->n_vertices, 4);
    assert_true(s->x[3] == s->x[0] && s->y[3] == s->y[0]);
    assert_string_equal(tp_layer_id(e.layer, 0), "01");
    end_entry(&e);
}

static void mixed_kinds_are_refused(void **state) {
    (void)state;
    write_text("mixed.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":["
               "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}},"
               "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":"
               "[[1,2],[3,4]]}}]}");
    entry e;
    assert_int_equal(check_entry(&e, "{ file: mixed.geojson }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "mixes kinds of geometry: 1 points, 1 lines"));
    end_entry(&e);
}

static void geojson_cut_short(void **state) {
    (void)state;
    write_text("cut.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
                              "\"geometry\":{\"type\":\"Point\",\"coordi");
    entry e;
    assert_int_equal(check_entry(&e, "{ file: cut.geojson }", TP_STOP), TP_E_DATA);
    end_entry(&e);
}

static void null_shapes_of_a_shapefile(void **state) {
    (void)state;
    made_layer m = begin_layer("ESRI Shapefile", "null.shp", "null", 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_feature(m, NULL, 1, "a");
    add_feature(m, "POINT (139 35)", 1, "b");
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: null.shp, id: code }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 1);
    assert_string_equal(tp_layer_id(e.layer, 0), "b");
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_NO_GEOMETRY);
    end_entry(&e);
}

/* Shapefiles keep deleted records until they are packed: a star in the .dbf. */
static void deleted_records_are_passed_over(void **state) {
    (void)state;
    made_layer m = begin_layer("ESRI Shapefile", "gone.shp", "gone", 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_feature(m, "POINT (139 35)", 1, "a");
    add_feature(m, "POINT (140 36)", 1, "b");
    add_feature(m, "POINT (141 37)", 1, "c");
    end_layer(m);
    set_byte("gone.dbf", 32 + 32 + 1 + 6, '*'); /* header, one field, its end mark, the first record */
    entry e;
    assert_int_equal(read_entry(&e, "{ file: gone.shp, id: code }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(tp_layer_id(e.layer, 0), "a");
    assert_string_equal(tp_layer_id(e.layer, 1), "c");
    assert_int_equal(e.dataset->sources[0].features_read, 2);
    end_entry(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_lose_height),
        cmocka_unit_test(coordinates_must_be_finite),
        cmocka_unit_test(polygons_with_holes_and_parts),
        cmocka_unit_test(curves_become_lines),
        cmocka_unit_test(open_rings_are_closed),
        cmocka_unit_test(mixed_kinds_are_refused),
        cmocka_unit_test(geojson_cut_short),
        cmocka_unit_test(null_shapes_of_a_shapefile),
        cmocka_unit_test(deleted_records_are_passed_over),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
