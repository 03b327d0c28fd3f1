/* GeoPackage and FlatGeobuf read through GDAL's column streams: the same as by features. */
#include "two_ways.h"

enum { N_ROWS = 40 };

static const char *const TEXTS[] = {"東京都", "", "é", "0007", "１２", "z'z", " x ", "a"};
static const char *const INTEGERS[] = {"0", "-7", "2147483647", "-2147483648", "12"};
static const char *const WIDE[] = {"9223372036854775807", "-9223372036854775808", "0", "4294967296"};
static const char *const REALS[] = {"135.1234567", "-0.5", "1e300", "0", "nan", "inf", "3"};

/* Missing cells, names (which are ids), geometries; empty and foreign geometries. */
static void make_points(const char *driver, const char *file, OGRwkbGeometryType type) {
    bool multi = type == wkbMultiPoint, table = type == wkbNone;
    made_layer m = begin_layer(driver, file, "places", 6668, type);
    add_column(m, "name", OFTString, 0);
    add_column(m, "note", OFTString, 0);
    add_column(m, "count", OFTInteger, 0);
    add_column(m, "wide", OFTInteger64, 0);
    add_column(m, "height", OFTReal, 0);
    add_column(m, "picture", OFTBinary, 0);
    char wkt[100], name[20];
    for (int i = 0; i < N_ROWS; i++) {
        snprintf(name, sizeof name, "n%d", i);
        snprintf(wkt, sizeof wkt, "%s%s (%.9g %.9g%s)", multi ? "MULTIPOINT" : "POINT", type == wkbPoint25D ? " Z" : "",
                 130 + i / 7.0, 30 + i / 11.0, type == wkbPoint25D ? " 5" : "");
        bool fgb = strcmp(driver, "FlatGeobuf") == 0;
        const char *geometry = table || i % 13 == 5   ? NULL
                               : i % 13 == 6 && !fgb  ? (multi ? "MULTIPOINT EMPTY" : "POINT EMPTY")
                               : i % 13 == 7 && multi ? "MULTIPOINT (1 2, 3 4)"
                                                      : wkt;
        add_feature(m, geometry, 5, i % 11 == 7 ? NULL : name, i % 3 == 1 ? NULL : TEXTS[i % 8],
                    i % 4 == 1 ? NULL : INTEGERS[i % 5], i % 5 == 1 ? NULL : WIDE[i % 4],
                    i % 6 == 1 ? NULL : REALS[i % 7]);
    }
    end_layer(m);
}

static void same_by_both(const char *driver, const char *file, OGRwkbGeometryType type) {
    make_points(driver, file, type);
    assert_true(compare_ways(file, NULL));
    reading r;
    assert_true(read_made(file, NULL, false, &r));
    assert_int_equal(r.code, TP_OK);
    bool fgb = strcmp(driver, "FlatGeobuf") == 0; /* whose writer leaves out what has no geometry */
    assert_int_equal(r.n_rows, fgb ? N_ROWS - 3 : N_ROWS);
    end_reading(&r);
}

static void points_and_tables(void **state) {
    (void)state;
    same_by_both("GPKG", "p.gpkg", wkbPoint);
    same_by_both("GPKG", "z.gpkg", wkbPoint25D);
    same_by_both("GPKG", "m.gpkg", wkbMultiPoint);
    same_by_both("GPKG", "u.gpkg", wkbUnknown);
    same_by_both("GPKG", "t.gpkg", wkbNone);
    same_by_both("FlatGeobuf", "p.fgb", wkbPoint);
    same_by_both("FlatGeobuf", "m.fgb", wkbMultiPoint);
    reading r;
    assert_true(read_made("p.gpkg", NULL, false, &r));
    assert_string_equal(tp_column_text(r.layer->columns[1], 0), "東京都");
    assert_int_equal(r.layer->columns[3]->i64[0], INT64_MAX);
    assert_int_equal(r.layer->source_fid[0], 1);
    assert_true(r.layer->lon_deg[8] == strtod("131.142857", NULL));
    end_reading(&r);
}

/* Deleted rows leave gaps between the ids of features. */
static void gaps_between_ids(void **state) {
    (void)state;
    make_points("GPKG", "g.gpkg", wkbPoint);
    GDALDatasetH dataset = GDALOpenEx(made("g.gpkg"), GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_non_null(dataset);
    GDALDatasetExecuteSQL(dataset, "DELETE FROM places WHERE fid % 9 = 4", NULL, NULL);
    GDALDatasetExecuteSQL(dataset, "UPDATE places SET fid = fid + 5000000000 WHERE fid > 20", NULL, NULL);
    GDALClose(dataset);
    assert_true(compare_ways("g.gpkg", NULL));
}

/* SQLite lets anything into any column. */
static void cells_of_other_types(void **state) {
    (void)state;
    static const char *const changes[] = {"UPDATE places SET note = CAST(x'8EFF41' AS TEXT) WHERE fid % 5 = 1",
                                          "UPDATE places SET note = CAST(x'410042' AS TEXT) WHERE fid % 5 = 2",
                                          "UPDATE places SET note = x'414243' WHERE fid % 5 = 3",
                                          "UPDATE places SET note = 17 WHERE fid % 5 = 4",
                                          "UPDATE places SET count = 'seven' WHERE fid % 4 = 0",
                                          "UPDATE places SET count = 5000000000 WHERE fid % 4 = 1",
                                          "UPDATE places SET count = 2.75 WHERE fid % 4 = 2",
                                          "UPDATE places SET wide = '12 o''clock' WHERE fid % 4 = 0",
                                          "UPDATE places SET wide = 1e300 WHERE fid % 4 = 1",
                                          "UPDATE places SET wide = x'31' WHERE fid % 4 = 2",
                                          "UPDATE places SET height = 'high' WHERE fid % 4 = 0",
                                          "UPDATE places SET height = 7 WHERE fid % 4 = 1",
                                          "UPDATE places SET height = 9e999 WHERE fid % 4 = 2",
                                          "UPDATE places SET geom = x'0102' WHERE fid % 7 = 3",
                                          "UPDATE places SET geom = 'POINT (1 2)' WHERE fid % 7 = 4",
                                          "UPDATE places SET geom = NULL WHERE fid % 7 = 5",
                                          "UPDATE places SET geom = substr(geom, 1, 20) WHERE fid % 7 = 6"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char file[40];
        snprintf(file, sizeof file, "c%zu.gpkg", i);
        make_points("GPKG", file, wkbPoint);
        GDALDatasetH dataset = GDALOpenEx(made(file), GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
        assert_non_null(dataset);
        GDALDatasetExecuteSQL(dataset, changes[i], NULL, NULL);
        GDALClose(dataset);
        print_message("%s\n", changes[i]);
        assert_true(compare_ways(file, NULL));
    }
}

/* Dates, yes and no, short and inexact numbers are left to features. */
static void other_types(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "o.gpkg", "places", 6668, wkbPoint);
    add_column(m, "name", OFTString, 0);
    add_column(m, "day", OFTDate, 0);
    add_column(m, "at", OFTDateTime, 0);
    OGRFieldDefnH field = OGR_Fld_Create("open", OFTInteger);
    OGR_Fld_SetSubType(field, OFSTBoolean);
    assert_int_equal(OGR_L_CreateField(m.layer, field, 1), OGRERR_NONE);
    OGR_Fld_Destroy(field);
    add_feature(m, "POINT (1 2)", 4, "a", "1984/03/24", "2020/01/02 03:04:05+09", "1");
    end_layer(m);
    assert_true(compare_ways("o.gpkg", NULL));
    reading r;
    assert_true(read_made("o.gpkg", NULL, false, &r));
    assert_string_equal(tp_column_text(r.layer->columns[1], 0), "1984-03-24");
    assert_int_equal(r.layer->columns[3]->i64[0], 1);
    end_reading(&r);
}

/*
 * Damaged files. A stream does not see every damage that a feature does (such as in a column that nobody asks for), but
 * all rows are there.
 */
static void compare_damaged(const char *file) {
    reading quick, plain;
    bool opened = read_made(file, NULL, false, &quick);
    assert_int_equal(opened, read_made(file, NULL, true, &plain));
    if (!opened) {
        return;
    }
    if (quick.code == TP_OK && plain.code != TP_OK) {
        assert_true(quick.n_rows >= quick.head.head.n_features);
    } else {
        same_readings(&quick, &plain);
    }
    end_reading(&quick);
    end_reading(&plain);
}

static void changed_bytes(void **state) {
    (void)state;
    static const char *const files[][2] = {{"FlatGeobuf", "x.fgb"}, {"GPKG", "x.gpkg"}};
    uint64_t seed = 20261122;
    for (int round = 0; round < 60; round++) {
        const char *file = files[round % 2][1];
        (void)remove(made(file));
        make_points(files[round % 2][0], file, wkbPoint);
        for (int change = 0; change < 1 + round % 4; change++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            long size = size_of(file), at = (long)((seed >> 20) % (uint64_t)size);
            set_byte(file, at, (unsigned char)(seed >> 56));
        }
        compare_damaged(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_and_tables), cmocka_unit_test(gaps_between_ids), cmocka_unit_test(cells_of_other_types),
        cmocka_unit_test(other_types),       cmocka_unit_test(changed_bytes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
