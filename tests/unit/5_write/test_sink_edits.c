/*
 * What others do to a GeoPackage after it was written by each sink: rows and columns added, changed and deleted through OGR
 * and through SQL. A list of what must be in the file is kept beside it, and the file and its index are held against that.
 */
#include "boxes_fixture.h"

static OGRLayerH open_to_edit(const char *path, const char *name, GDALDatasetH *dataset) {
    GDALAllRegister();
    *dataset = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_non_null(*dataset);
    OGRLayerH layer = GDALDatasetGetLayerByName(*dataset, name);
    assert_non_null(layer);
    return layer;
}

static void execute(GDALDatasetH dataset, const char *sql) {
    CPLErrorReset();
    OGRLayerH answer = GDALDatasetExecuteSQL(dataset, sql, NULL, NULL);
    GDALDatasetReleaseResultSet(dataset, answer);
    assert_int_equal(CPLGetLastErrorType(), CE_None);
}

/* A geometry with the row's box, of the layer's type. */
static OGRGeometryH geometry_of(tp_geometry kind, const double *b) {
    char wkt[400];
    if (kind == TP_GEOMETRY_POINT) {
        (void)snprintf(wkt, sizeof wkt, "POINT (%.17g %.17g)", b[X0], b[Y0]);
    } else if (kind == TP_GEOMETRY_LINE) {
        (void)snprintf(wkt, sizeof wkt, "MULTILINESTRING ((%.17g %.17g,%.17g %.17g))", b[X0], b[Y0], b[X1], b[Y1]);
    } else {
        (void)snprintf(wkt, sizeof wkt,
                       "MULTIPOLYGON (((%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g)))", b[X0], b[Y0],
                       b[X1], b[Y0], b[X1], b[Y1], b[X0], b[Y1], b[X0], b[Y0]);
    }
    OGRGeometryH geometry = NULL;
    char *rest = wkt;
    assert_int_equal(OGR_G_CreateFromWkt(&rest, NULL, &geometry), OGRERR_NONE);
    return geometry;
}

static OGRGeometryH empty_geometry(tp_geometry kind) {
    return OGR_G_CreateGeometry(kind == TP_GEOMETRY_POINT  ? wkbPoint
                                : kind == TP_GEOMETRY_LINE ? wkbMultiLineString
                                                           : wkbMultiPolygon);
}

/* A geometry with a box, none or an empty one. */
static void set_shape(OGRFeatureH feature, const boxed_layer *layer, boxed_row *row, uint64_t *seed) {
    int64_t kind = below(seed, 6);
    row->has_shape = kind >= 2;
    OGRGeometryH geometry = NULL;
    if (row->has_shape) {
        make_box(layer->geometry, seed, row->box);
        geometry = geometry_of(layer->geometry, row->box);
    } else if (kind == 1) {
        geometry = empty_geometry(layer->geometry);
    }
    assert_int_equal(OGR_F_SetGeometryDirectly(feature, geometry), OGRERR_NONE);
}

static void insert(OGRLayerH file, boxed_layer *layer, uint64_t *seed) {
    boxed_row *row = add_row(layer);
    row->count = below(seed, 1000000);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(file));
    OGR_F_SetFieldString(feature, 0, "北 new");
    OGR_F_SetFieldInteger64(feature, 1, row->count);
    set_shape(feature, layer, row, seed);
    assert_int_equal(OGR_L_CreateFeature(file, feature), OGRERR_NONE);
    assert_true(OGR_F_GetFID(feature) >= layer->n - 1);
    row->fid = OGR_F_GetFID(feature);
    OGR_F_Destroy(feature);
}

static void change(OGRLayerH file, const boxed_layer *layer, boxed_row *row, bool shape, uint64_t *seed) {
    OGRFeatureH feature = OGR_L_GetFeature(file, row->fid);
    assert_non_null(feature);
    row->count = below(seed, 1000000);
    OGR_F_SetFieldInteger64(feature, 1, row->count);
    if (shape) {
        set_shape(feature, layer, row, seed);
    }
    assert_int_equal(OGR_L_SetFeature(file, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
}

/* An insert, a change of an attribute, of the geometry too, or a delete, at random. */
static void edit_at_random(OGRLayerH file, boxed_layer *layer, int n, uint64_t *seed) {
    assert_int_equal(OGR_L_StartTransaction(file), OGRERR_NONE);
    for (int i = 0; i < n; i++) {
        int64_t kind = below(seed, 4);
        boxed_row *row = layer->n > 0 ? &layer->rows[below(seed, layer->n)] : NULL;
        if (kind == 0 || row == NULL) {
            insert(file, layer, seed);
        } else if (row->gone) {
            assert_null(OGR_L_GetFeature(file, row->fid));
        } else if (kind == 3) {
            assert_int_equal(OGR_L_DeleteFeature(file, row->fid), OGRERR_NONE);
            row->gone = true;
        } else {
            change(file, layer, row, kind == 2, seed);
        }
    }
    assert_int_equal(OGR_L_CommitTransaction(file), OGRERR_NONE);
}

static void check_file(const char *path, const boxed_layer *layer) {
    check_soundness(path, layer);
    check_rows(path, layer);
    (void)check_windows(path, layer, 200);
    check_spatial_filters(path, layer, 20);
    int64_t n = 0;
    for (int64_t i = 0; i < layer->n; i++) {
        n += !layer->rows[i].gone;
    }
    char sql[200];
    (void)snprintf(sql, sizeof sql,
                   "SELECT (SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = '%s') - count(*), "
                   "count(*) - %lld FROM %s",
                   layer->name, (long long)n, layer->name);
    bool not_counted =
        new_sink == tp_sink_new_ogr && strcmp(ask(path, sql), "~|0") == 0; /* as GDAL may leave its own */
    assert_string_equal(ask(path, sql), not_counted ? "~|0" : "0|0");
}

static const tp_geometry KINDS[] = {TP_GEOMETRY_POINT, TP_GEOMETRY_LINE, TP_GEOMETRY_POLYGON};

/* A file with another layer before and behind the one that is edited, which must stay as they are. */
static fixture write_three(int64_t n, boxed_layer *layer) {
    fixture fixture = start("EPSG:6668");
    assert_int_equal(write_points(fixture.sink, "before", 70, NULL), TP_OK);
    write_boxes(&fixture, n, n % 2 == 1, layer);
    assert_int_equal(write_points(fixture.sink, "behind", 70, NULL), TP_OK);
    commit(&fixture);
    return fixture;
}

static void check_neighbours(const char *path) {
    static const char *const names[] = {"before", "behind"};
    for (int i = 0; i < 2; i++) {
        char sql[300];
        (void)snprintf(sql, sizeof sql,
                       "SELECT count(*), count(name), sum(value), (SELECT count(*) FROM rtree_%s_geom), "
                       "rtreecheck('rtree_%s_geom') FROM %s",
                       names[i], names[i], names[i]);
        assert_string_equal(ask(path, sql), "70|47|163.3|56|ok");
    }
}

static void rows_are_edited_through_ogr(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 1, 51, 501, 2602};
    for (int i = 0; i < 15; i++) {
        boxed_layer layer = {.name = "things", .geometry = KINDS[i % 3]};
        fixture fixture = write_three(sizes[i / 3], &layer);
        uint64_t seed = (uint64_t)i + 1;
        for (int session = 0; session < 2; session++) {
            GDALDatasetH dataset = NULL;
            OGRLayerH file = open_to_edit(fixture.path, "things", &dataset);
            edit_at_random(file, &layer, 600, &seed);
            GDALClose(dataset);
            check_file(fixture.path, &layer);
        }
        check_neighbours(fixture.path);
        free(layer.rows);
        stop(&fixture);
    }
}

static void delete_all(OGRLayerH file, boxed_layer *layer) {
    for (int64_t i = 0; i < layer->n; i++) {
        if (!layer->rows[i].gone) {
            assert_int_equal(OGR_L_DeleteFeature(file, layer->rows[i].fid), OGRERR_NONE);
            layer->rows[i].gone = true;
        }
    }
}

static void a_layer_is_emptied_and_filled_again(void **state) {
    (void)state;
    boxed_layer layer = {.name = "things", .geometry = TP_GEOMETRY_LINE};
    fixture fixture = write_three(2602, &layer);
    GDALDatasetH dataset = NULL;
    OGRLayerH file = open_to_edit(fixture.path, "things", &dataset);
    assert_int_equal(OGR_L_StartTransaction(file), OGRERR_NONE);
    delete_all(file, &layer);
    assert_int_equal(OGR_L_CommitTransaction(file), OGRERR_NONE);
    GDALClose(dataset);
    check_file(fixture.path, &layer);
    file = open_to_edit(fixture.path, "things", &dataset);
    uint64_t seed = 5;
    for (int i = 0; i < 300; i++) {
        insert(file, &layer, &seed);
    }
    assert_int_equal(layer.rows[2602].fid, 2603); /* numbers are not used twice */
    GDALClose(dataset);
    check_file(fixture.path, &layer);
    check_neighbours(fixture.path);
    free(layer.rows);
    stop(&fixture);
}

static void add_column(OGRLayerH file, const char *name, OGRFieldType type) {
    OGRFieldDefnH field = OGR_Fld_Create(name, type);
    assert_int_equal(OGR_L_CreateField(file, field, TRUE), OGRERR_NONE);
    OGR_Fld_Destroy(field);
}

/* A column added and filled, one renamed, one removed; rows are edited before, between and after. */
static void columns_are_added_renamed_and_removed(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        boxed_layer layer = {.name = "things", .geometry = KINDS[i]};
        fixture fixture = write_three(301, &layer);
        uint64_t seed = 77 + (uint64_t)i;
        GDALDatasetH dataset = NULL;
        OGRLayerH file = open_to_edit(fixture.path, "things", &dataset);
        edit_at_random(file, &layer, 50, &seed);
        add_column(file, "remark", OFTString);
        execute(dataset, "UPDATE things SET remark = '備考 ' || fid WHERE fid % 2 = 0");
        edit_at_random(file, &layer, 50, &seed);
        OGRFieldDefnH renamed = OGR_Fld_Create("worth", OFTReal);
        assert_int_equal(
            OGR_L_AlterFieldDefn(file, OGR_L_FindFieldIndex(file, "value", TRUE), renamed, ALTER_NAME_FLAG),
            OGRERR_NONE);
        OGR_Fld_Destroy(renamed);
        assert_int_equal(OGR_L_DeleteField(file, OGR_L_FindFieldIndex(file, "verdict", TRUE)), OGRERR_NONE);
        edit_at_random(file, &layer, 50, &seed);
        GDALClose(dataset);
        check_file(fixture.path, &layer);
        assert_string_equal(ask(fixture.path, "SELECT name FROM pragma_table_info('things')"),
                            "fid\ngeom\nname\ncount\nworth\nremark");
        assert_string_equal(ask(fixture.path, "SELECT count(*) > 50, min(remark = '備考 ' || fid), min(fid % 2 = 0) "
                                              "FROM things WHERE remark IS NOT NULL"),
                            "1|1|1");
        check_neighbours(fixture.path);
        free(layer.rows);
        stop(&fixture);
    }
}

/* The file's own triggers keep the index right under plain SQL, as sqlite3 or another program sends it. */
static void rows_are_edited_by_sql(void **state) {
    (void)state;
    boxed_layer layer = {.name = "things", .geometry = TP_GEOMETRY_POLYGON};
    fixture fixture = write_three(800, &layer);
    GDALDatasetH dataset = NULL;
    (void)open_to_edit(fixture.path, "things", &dataset);
    execute(dataset, "DELETE FROM things WHERE fid % 7 = 3");
    execute(dataset, "UPDATE things SET geom = NULL WHERE fid % 11 = 5");
    execute(dataset, "UPDATE things SET count = -fid WHERE fid % 2 = 0");
    execute(dataset, "UPDATE things SET geom = (SELECT geom FROM things WHERE fid = 1) WHERE fid % 13 = 2");
    execute(dataset, "UPDATE things SET fid = fid + 1000 WHERE fid % 17 = 1");
    execute(dataset, "INSERT INTO things (geom, count) SELECT geom, 0 FROM things WHERE fid = 2");
    for (int64_t i = 0; i < 800; i++) {
        boxed_row *row = &layer.rows[i];
        int64_t fid = i + 1;
        row->gone = fid % 7 == 3;
        row->has_shape = fid % 11 != 5;
        row->count = fid % 2 == 0 ? -fid : row->count;
        if (fid % 13 == 2) {
            row->has_shape = true;
            memcpy(row->box, layer.rows[0].box, sizeof row->box);
        }
    }
    boxed_layer sorted = {.name = "things", .geometry = TP_GEOMETRY_POLYGON};
    for (int moved = 0; moved < 2; moved++) { /* the file gives its rows by number */
        for (int64_t i = 0; i < 800; i++) {
            int64_t fid = i + 1;
            if ((fid % 17 == 1) == (moved == 1)) {
                boxed_row *row = add_row(&sorted);
                *row = layer.rows[i];
                row->fid = moved == 1 ? fid + 1000 : fid;
            }
        }
    }
    boxed_row *last = add_row(&sorted);
    *last = layer.rows[1];
    last->count = 0;
    last->fid = 1801; /* 800 is the largest that was moved */
    GDALClose(dataset);
    check_file(fixture.path, &sorted);
    check_neighbours(fixture.path);
    free(layer.rows);
    free(sorted.rows);
    stop(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_edited_through_ogr),
        cmocka_unit_test(a_layer_is_emptied_and_filled_again),
        cmocka_unit_test(columns_are_added_renamed_and_removed),
        cmocka_unit_test(rows_are_edited_by_sql),
    };
    new_sink = tp_sink_new_gpkg;
    int failed = cmocka_run_group_tests_name("by SQLite", tests, NULL, NULL);
    new_sink = tp_sink_new_ogr;
    return failed + cmocka_run_group_tests_name("through GDAL", tests, NULL, NULL);
}
