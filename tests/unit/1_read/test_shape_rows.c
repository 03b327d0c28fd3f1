/* Shapefiles of points read straight from their files: the same columns, positions, notes and errors as by features. */
#include "two_ways.h"

enum { N_ROWS = 60, RECORD_SIZE = 1 + 12 + 9 + 18 + 24 + 9 };

static void make_points(const char *file, const char *layer, OGRwkbGeometryType type) {
    static const char *const names[] = {"a", "東京都", " x ", "é", "0007", "ｱ①", "１２", "z'z"};
    static const char *const reals[] = {"135.1234567", "-0.5", "1e3", "1234.12345678901", "0", "3"};
    made_layer m = begin_layer("ESRI Shapefile", file, layer, 6668, type);
    add_column(m, "name", OFTString, 12);
    add_column(m, "count", OFTInteger, 9);
    add_column(m, "wide", OFTInteger64, 18);
    add_real(m, "height", 24, 15);
    add_real(m, "share", 9, 3);
    char wkt[100], number[30];
    for (int i = 0; i < N_ROWS; i++) {
        bool z = OGR_GT_HasZ(type) != 0;
        bool multi = OGR_GT_Flatten(type) == wkbMultiPoint;
        snprintf(wkt, sizeof wkt, "%s%s (%.9g %.9g%s)", multi ? "MULTIPOINT" : "POINT", z ? " Z" : "", 130 + i / 7.0,
                 30 + i / 11.0, z ? " 5" : "");
        snprintf(number, sizeof number, "%d", (i * 7919) % 100000 - 500);
        add_feature(m, i % 13 == 5 || type == wkbNone ? NULL : wkt, 5, i % 11 == 7 ? NULL : names[i % 8], number,
                    i % 5 == 1 ? NULL : "987654321012345678", reals[i % 6], i % 4 == 2 ? NULL : reals[i % 6]);
    }
    end_layer(m);
}

static void points_and_tables(void **state) {
    (void)state;
    make_points("p.shp", "p", wkbPoint);
    make_points("pz.shp", "pz", wkbPoint25D);
    make_points("t.dbf", "t", wkbNone);
    make_points("m.shp", "m", wkbMultiPoint);
    assert_true(compare_ways("p.shp", NULL));
    assert_true(compare_ways("p.shp", "CP932")); /* which it is not: some cannot be decoded */
    assert_true(compare_ways("pz.shp", NULL));
    assert_true(compare_ways("t.dbf", NULL));
    assert_true(compare_ways("m.shp", NULL));
    reading r;
    assert_true(read_made("p.shp", NULL, false, &r));
    assert_int_equal(r.n_rows, N_ROWS);
    assert_string_equal(tp_column_text(r.layer->columns[0], 1), "東京都");
    assert_int_equal(r.layer->columns[2]->i64[0], 987654321012345678);
    assert_true(r.layer->columns[3]->f64[0] == 135.1234567);
    assert_true(r.layer->lon_deg[1] == strtod("130.142857", NULL));
    end_reading(&r);
}

/* Numbers of one to twenty digits, in front of the point and behind: the nearest double, as strtod finds it. */
static void long_reals(void **state) {
    (void)state;
    enum { N = 20000 };
    made_layer m = begin_layer("ESRI Shapefile", "r.dbf", "r", 6668, wkbNone);
    add_column(m, "name", OFTString, 4);
    add_real(m, "value", 24, 15);
    add_real(m, "short", 18, 9);
    uint64_t seed = 11;
    char texts[2][40];
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 2; k++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            double size = pow(10, (double)(seed >> 33 & 7) - (k == 0 ? 3 : 1));
            double value = ((double)(seed >> 11) * 0x1p-52 - 1) * size;
            snprintf(texts[k], sizeof texts[k], "%.17g", (seed & 7) == 0 ? rint(value * 8) / 8 : value);
        }
        add_feature(m, NULL, 3, "r", texts[0], texts[1]);
    }
    end_layer(m);
    /* These lie so near the middle between two doubles that rounding twice is wrong. */
    static const char *const hard[] = {"-29003.584419880930", "32220.418385510804", "91284304946.305336",
                                       "32220.41838551080"};
    enum { HEADER = 32 * 4 + 1, RECORD = 1 + 4 + 24 + 18 };
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < 24; k++) {
            set_byte("r.dbf", HEADER + i * RECORD + 1 + 4 + k, k < (int)strlen(hard[i]) ? hard[i][k] : ' ');
        }
    }
    assert_true(compare_ways("r.dbf", NULL));
    reading r;
    assert_true(read_made("r.dbf", NULL, false, &r));
    for (int i = 0; i < 4; i++) {
        assert_true(r.layer->columns[1]->f64[i] == strtod(hard[i], NULL));
    }
    end_reading(&r);
}

static void deleted_records(void **state) {
    (void)state;
    make_points("d.shp", "d", wkbPoint);
    for (int i = 0; i < N_ROWS; i += 9) {
        set_byte("d.dbf", 32 * 6 + 1 + i * RECORD_SIZE, '*');
    }
    assert_true(compare_ways("d.shp", NULL));
    reading r;
    assert_true(read_made("d.shp", NULL, false, &r));
    assert_int_equal(r.n_rows, N_ROWS - 7);
    assert_int_equal(r.layer->source_fid[0], 1);
    end_reading(&r);
}

/* A field of dates is GDAL's to read: the whole file goes by features. */
static void other_types(void **state) {
    (void)state;
    made_layer m = begin_layer("ESRI Shapefile", "o.shp", "o", 6668, wkbPoint);
    add_column(m, "name", OFTString, 12);
    add_column(m, "day", OFTDate, 0);
    add_feature(m, "POINT (1 2)", 2, "a", "1984/03/24");
    end_layer(m);
    assert_true(compare_ways("o.shp", NULL));
    reading r;
    assert_true(read_made("o.shp", NULL, false, &r));
    assert_string_equal(tp_column_text(r.layer->columns[1], 0), "1984-03-24");
    end_reading(&r);
}

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* Bytes changed at random, in all three files, mostly to such as mean something there. */
static void changed_bytes(void **state) {
    (void)state;
    static const unsigned char likely[] = {' ', ' ', '0', '7',  '9',  '-',  '+',  '.',  ',', '*', 'e',
                                           'n', 'i', 0,   0x8E, 0xE6, 0x83, 0x41, 0xFF, '/', ':', '\t'};
    static const char *const parts[] = {"c.dbf", "c.dbf", "c.dbf", "c.shp", "c.shx"};
    uint64_t seed = 20261122;
    int opened = 0;
    for (int round = 0; round < 400; round++) {
        for (int i = 0; i < 4; i++) {
            static const char *const all[] = {"c.shp", "c.shx", "c.dbf", "c.prj"};
            (void)remove(made(all[i]));
        }
        make_points("c.shp", "c", wkbPoint);
        for (int change = 0; change < 1 + round % 6; change++) {
            const char *part = parts[next_random(&seed) % 5];
            long header = strcmp(part, "c.dbf") == 0 ? 32 * 6 + 1 : 100;
            long at = round % 10 == 0 ? (long)(next_random(&seed) % (uint64_t)header)
                                      : header + (long)(next_random(&seed) % (uint64_t)(size_of(part) - header));
            set_byte(part, at, likely[next_random(&seed) % sizeof likely]);
        }
        opened += compare_ways("c.shp", round % 2 == 0 ? NULL : "UTF-8");
    }
    assert_true(opened > 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_and_tables), cmocka_unit_test(long_reals),    cmocka_unit_test(deleted_records),
        cmocka_unit_test(other_types),       cmocka_unit_test(changed_bytes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
