/* Finding input files and seeing that they are whole. */
#include "made_files.h"

#include "1_read/files.h"
#include "1_read/gdal_scope.h"

#include <cpl_string.h>
#include <sys/stat.h>

static void make_shapefile(const char *name) {
    made_layer m = begin_layer("ESRI Shapefile", name, "x", 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_feature(m, "POINT (139 35)", 1, "a");
    add_feature(m, "POINT (140 36)", 1, "b");
    end_layer(m);
}

/* The code of the faults; `part` must be said. */
static tp_code find(const char *name, const char *part) {
    tp_files files = {0};
    tp_faults faults = {0};
    tp_gdal_scope scope;
    tp_gdal_begin(&scope);
    tp_code code = tp_files_find(made(name), name, NULL, (tp_place){"c.yaml", 3, 7}, &files, &faults);
    tp_gdal_end(&scope);
    if (part != NULL) {
        assert_true(fault_says(&faults, part));
        assert_true(fault_says(&faults, "c.yaml:3:7: "));
    }
    assert_int_equal(code, tp_faults_code(&faults));
    tp_files_reset(&files);
    tp_faults_reset(&faults);
    return code;
}

static void what_is_not_there(void **state) {
    (void)state;
    assert_int_equal(find("none.shp", "none.shp: no such file"), TP_E_DATA);
    assert_int_equal(find("", "is a folder"), TP_E_DATA);
    write_text("empty.csv", "");
    assert_int_equal(find("empty.csv", "is empty"), TP_E_DATA);
    write_text("closed.csv", "a\n1\n");
    assert_int_equal(chmod(made("closed.csv"), 0), 0);
    if (geteuid() != 0) { /* root reads everything */
        assert_int_equal(find("closed.csv", "cannot be read"), TP_E_DATA);
    }
}

/* Nobody writes into these pipes: to open one would wait for ever. */
static void pipes(void **state) {
    (void)state;
    alarm(20);
    assert_int_equal(mkfifo(made("pipe.csv"), 0600), 0);
    assert_int_equal(find("pipe.csv", "pipe.csv: is not a regular file"), TP_E_DATA);
    make_shapefile("beside.shp");
    assert_int_equal(unlink(made("beside.prj")), 0);
    assert_int_equal(mkfifo(made("beside.prj"), 0600), 0);
    assert_int_equal(find("beside.shp", "the .prj file beside it is not a regular file"), TP_E_DATA);
    alarm(0);
}

static void digested_files_in_order(void **state) {
    (void)state;
    make_shapefile("order.shp");
    write_text("order.cpg", "UTF-8");
    tp_files files = {0};
    tp_faults faults = {0};
    assert_int_equal(tp_files_find(made("order.shp"), "order.shp", NULL, (tp_place){0}, &files, &faults), TP_OK);
    static const char *const extensions[] = {"shp", "shx", "dbf", "prj", "cpg"};
    assert_int_equal(files.n, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(tp_files_ends(files.list[i], extensions[i]));
    }
    tp_files_reset(&files);
}

static void a_shapefile_cut_short(void **state) {
    (void)state;
    static const char *const kinds[] = {"shp", "shx", "dbf"};
    for (size_t i = 0; i < 3; i++) {
        char name[20];
        snprintf(name, sizeof name, "cut.%s", kinds[i]);
        make_shapefile("cut.shp");
        assert_int_equal(find("cut.shp", NULL), TP_OK);
        long size = size_of(name);
        if (strcmp(kinds[i], "dbf") == 0) {
            size--; /* the last byte of a .dbf is an end mark, which may be missing */
            assert_int_equal(truncate(made(name), size), 0);
            assert_int_equal(find("cut.shp", NULL), TP_OK);
        }
        assert_int_equal(truncate(made(name), size - 1), 0);
        assert_int_equal(find("cut.shp", "cut short"), TP_E_DATA);
        assert_int_equal(truncate(made(name), 10), 0);
        assert_int_equal(find("cut.shp", "cut short"), TP_E_DATA);
    }
}

static void a_shapefile_with_parts_missing(void **state) {
    (void)state;
    static const char *const kinds[] = {"shx", "dbf"};
    for (size_t i = 0; i < 2; i++) {
        char name[20], message[60];
        snprintf(name, sizeof name, "part.%s", kinds[i]);
        snprintf(message, sizeof message, "the .%s file beside it is missing", kinds[i]);
        make_shapefile("part.shp");
        assert_int_equal(unlink(made(name)), 0);
        assert_int_equal(find("part.shp", message), TP_E_DATA);
        unlink(made("part.shp"));
        unlink(made("part.shx"));
        unlink(made("part.dbf"));
    }
}

static void a_shapefile_of_two_minds(void **state) {
    (void)state;
    make_shapefile("minds.shp");
    set_byte("minds.dbf", 4, 1); /* one record instead of two */
    assert_int_equal(find("minds.shp", "the .shx speaks of 2 records, the .dbf of 1"), TP_E_DATA);
    make_shapefile("damaged.shp");
    set_byte("damaged.shp", 2, 0);
    assert_int_equal(find("damaged.shp", "the header is damaged"), TP_E_DATA);
}

static void zip_files(void **state) {
    (void)state;
    void *zip = VSIFOpenL("/vsizip/dummy", "rb");
    assert_null(zip);
    char path[800];
    static const char *const members[] = {"a.csv", "b.csv"};
    for (size_t n = 1; n <= 2; n++) {
        unlink(made("two.zip"));
        char archive[760];
        snprintf(archive, sizeof archive, "/vsizip/%s", made("two.zip"));
        VSILFILE *whole = VSIFOpenL(archive, "wb"); /* kept open: members are added to one archive */
        assert_non_null(whole);
        for (size_t i = 0; i < n; i++) {
            snprintf(path, sizeof path, "%s/%s", archive, members[i]);
            VSILFILE *member = VSIFOpenL(path, "wb");
            assert_non_null(member);
            assert_int_equal(VSIFWriteL("id\n1\n", 1, 5, member), 5);
            VSIFCloseL(member);
        }
        VSIFCloseL(whole);
        if (n == 1) {
            assert_int_equal(find("two.zip", NULL), TP_OK);
        } else {
            assert_int_equal(find("two.zip", "holds several layers"), TP_E_DATA);
        }
    }
    assert_int_equal(find("none.zip", "none.zip: no such file"), TP_E_DATA);
    assert_int_equal(find("two.zip/b.csv", NULL), TP_OK);
    assert_int_equal(find("two.zip/c.csv", "no such file inside the zip"), TP_E_DATA);
    write_text("no.zip", "this is no zip");
    assert_int_equal(find("no.zip", "cannot be read as a zip file"), TP_E_DATA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(pipes),
        cmocka_unit_test(digested_files_in_order),
        cmocka_unit_test(a_shapefile_cut_short),
        cmocka_unit_test(a_shapefile_with_parts_missing),
        cmocka_unit_test(a_shapefile_of_two_minds),
        cmocka_unit_test(zip_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
