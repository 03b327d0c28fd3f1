/* The stage that reads a layer: what it finds wrong, and where it says so; several files; what it writes down. */
#include "made_files.h"

#include "1_read/rejects.h"

#include <math.h>

/* Two towns in a shapefile with CRS. */
static void make_towns(const char *file, int crs) {
    VSIUnlink(made(file));
    made_layer m = begin_layer("ESRI Shapefile", file, "towns", crs, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_column(m, "name", OFTString, 20);
    add_column(m, "pop", OFTInteger, 9);
    add_feature(m, "POINT (139.5 35.5)", 3, "01100", "A", "10");
    add_feature(m, "POINT (140 36)", 3, "01101", "B", NULL);
    end_layer(m);
}

static void every_fault_at_its_place(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    entry e;
    assert_int_equal(
        check_entry(&e, "file: towns.shp\nid: cod\nname: nam\nwhere: pops > 1\ncoverage: popu > 1\n", TP_STOP),
        TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:2:5: towns.shp: no column 'cod' (there are: code, name, pop)"));
    assert_true(fault_says(&e.faults, "c.yaml:3:7: towns.shp: no column 'nam'"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\nwhere: pops > 1\ncoverage: popu > 1\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:2:8: layer places has no column 'pops'"));
    assert_true(fault_says(&e.faults, "c.yaml:3:11: layer places has no column 'popu'"));
    assert_null(tp_schema_find(&e.plan.schema, "places"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\nlayer: villages\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:2:8: towns.shp: no layer 'villages' (there are: towns)"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: none.shp\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:7: none.shp: no such file"));
    end_entry(&e);
}

static void faults_of_the_configuration(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    entry e;
    assert_int_equal(check_entry(&e, "file: towns.shp\nwhere: pop = many\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "column 'pop' of layer places holds numbers"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\ncoverage: nearly all\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:2:11: "));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\nlon: code\nlat: name\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "has a geometry of its own"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\ndissolve: yes\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:2:11: 'dissolve' joins rows of one id"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\ncolumns: { name: code }\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "already has a column 'name'"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: towns.shp\ncolumns: { a: code, b: code, c: nothing }\n", TP_STOP),
                     TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "already has the new name 'a'"));
    assert_true(fault_says(&e.faults, "c.yaml:2:33: towns.shp: no column 'nothing'"));
    end_entry(&e);
}

static void no_crs(void **state) {
    (void)state;
    make_towns("bare.shp", 0);
    entry e;
    assert_int_equal(check_entry(&e, "file: bare.shp\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "bare.shp: has no CRS (no usable .prj file)"));
    end_entry(&e);
    assert_int_equal(read_entry(&e, "file: bare.shp\ncrs: EPSG:4301\n"), TP_OK);
    assert_string_equal(e.layer->crs, "EPSG:4301");
    assert_string_equal(e.dataset->sources[0].crs_origin, "option");
    end_entry(&e);
    make_towns("towns.shp", 6668);
    assert_int_equal(read_entry(&e, "file: towns.shp\n"), TP_OK);
    assert_string_equal(e.layer->crs, "EPSG:6668");
    assert_string_equal(e.dataset->sources[0].crs_origin, "file");
    end_entry(&e);
}

/* What can be no CRS of coordinates, or leads nowhere, is seen before anything is read. */
static void a_crs_that_cannot_be_used(void **state) {
    (void)state;
    make_towns("bare.shp", 0);
    entry e;
    assert_int_equal(check_entry(&e, "file: bare.shp\ncrs: EPSG:4978\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:2:6: 'EPSG:4978' is not a horizontal coordinate reference system"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: bare.shp\ncrs: 6668\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:2:6: '6668' is not a coordinate reference system (expected EPSG:6668?)"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: bare.shp\ncrs: IAU_2015:30100\n", TP_STOP), TP_E_CONFIG); /* the Moon */
    assert_true(fault_says(&e.faults, "c.yaml:2:6: no transformation from"));
    end_entry(&e);
    made_layer m = begin_layer("GPKG", "centre.gpkg", "centre", 4978, wkbPoint);
    add_feature(m, "POINT (1 2)", 0);
    end_layer(m);
    assert_int_equal(check_entry(&e, "file: centre.gpkg\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:7: centre.gpkg: its CRS cannot be used: "));
    end_entry(&e);
}

static void an_empty_layer(void **state) {
    (void)state;
    made_layer m = begin_layer("ESRI Shapefile", "empty.shp", "empty", 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    end_layer(m);
    entry e;
    assert_int_equal(check_entry(&e, "file: empty.shp\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:7: empty.shp: layer 'empty' has no features"));
    end_entry(&e);
}

static void no_layer_at_all(void **state) {
    (void)state;
    write_text("noise.gpkg", "this is no GeoPackage at all");
    entry e;
    assert_int_equal(check_entry(&e, "file: noise.gpkg\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:7: noise.gpkg: "));
    assert_null(strstr(e.faults.items[0].message, made_folder));
    end_entry(&e);
    write_text("one.csv", "code\n1\n");
    assert_int_equal(check_entry(&e, "file: one.csv\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:7: one.csv: cannot be read as CSV (expected at least two columns"));
    end_entry(&e);
}

static void new_names_are_our_names(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    entry e;
    assert_int_equal(read_entry(&e, "file: towns.shp\nid: key\nname: name\nwhere: people >= 10\n"
                                    "columns: { key: code, people: pop }\n"),
                     TP_OK);
    assert_int_equal(e.layer->n_rows, 1);
    assert_string_equal(e.layer->id->name, "key");
    assert_string_equal(tp_layer_id(e.layer, 0), "01100");
    assert_int_equal(tp_layer_column(e.layer, "people")->i64[0], 10);
    assert_null(tp_layer_column(e.layer, "pop"));
    end_entry(&e);
}

static void without_id_the_feature_id(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    entry e;
    assert_int_equal(read_entry(&e, "file: towns.shp\n"), TP_OK);
    assert_string_equal(e.layer->id->name, "id");
    assert_string_equal(tp_layer_id(e.layer, 1), "1");
    assert_int_equal(e.layer->source_fid[1], 1);
    assert_int_equal(tp_schema_find(&e.plan.schema, "places")->fields[0].type, TP_TYPE_TEXT);
    end_entry(&e);
    assert_int_equal(read_entry(&e, "file: towns.shp\nid: pop\n"), TP_OK); /* a number becomes text */
    assert_int_equal(e.layer->n_rows, 1);
    assert_string_equal(tp_layer_id(e.layer, 0), "10");
    assert_int_equal(count_rejects(&e, TP_REJECT_ID_MISSING), 1);
    end_entry(&e);
}

static void a_file_of_many_layers(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "many.gpkg", "one", 6668, wkbPoint);
    add_column(m, "v", OFTReal, 0);
    add_feature(m, "POINT (139 35)", 1, "1.5");
    m.layer = GDALDatasetCreateLayer(m.dataset, "two", NULL, wkbNone, NULL);
    add_column(m, "w", OFTInteger64, 0);
    add_feature(m, NULL, 1, "9007199254740993");
    end_layer(m);
    entry e;
    assert_int_equal(check_entry(&e, "file: many.gpkg\n", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "holds several layers; name one with 'layer' (there are: one, two)"));
    end_entry(&e);
    assert_int_equal(read_entry(&e, "file: many.gpkg\nlayer: two\n"), TP_OK);
    assert_int_equal(e.layer->geometry, TP_GEOMETRY_NONE);
    assert_true(tp_layer_column(e.layer, "w")->i64[0] == 9007199254740993);
    assert_string_equal(e.dataset->sources[0].encoding_origin, "format");
    end_entry(&e);
    assert_int_equal(read_entry(&e, "file: many.gpkg\nlayer: one\nid: fid\n"), TP_OK); /* the key column is the fid */
    assert_string_equal(tp_layer_id(e.layer, 0), "1");
    end_entry(&e);
}

static void files_that_cannot_be_used(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    make_towns("cut.shp", 6668);
    assert_int_equal(truncate(made("cut.dbf"), size_of("cut.dbf") - 10), 0);
    const char *yaml = "file: [cut.shp, towns.shp]\nid: code\n";
    entry e;
    assert_int_equal(check_entry(&e, yaml, TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:8: cut.shp (its .dbf): cut short"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, yaml, TP_SKIP), TP_OK);
    assert_int_equal(e.faults.n, 1);
    assert_true(e.faults.items[0].warning);
    assert_int_equal(run_entry(&e), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_FILE);
    assert_int_equal(e.dataset->rejects[0].source_fid, -1);
    assert_int_equal(strncmp(e.dataset->rejects[0].detail, "cut.shp (its .dbf): cut short: ", 31), 0);
    assert_string_equal(e.dataset->sources[e.dataset->rejects[0].source].file, "cut.shp");
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: [cut.shp, none.shp]\n", TP_SKIP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "none of the 2 files can be used"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "file: cut.shp\n", TP_SKIP), TP_E_DATA); /* one file alone is never skipped */
    end_entry(&e);
}

static void files_of_different_kinds(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    write_text("table.csv", "code,v\n1,2\n");
    entry e;
    assert_int_equal(check_entry(&e, "file: [towns.shp, table.csv]\n", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:19: table.csv: is a table layer, but towns.shp is a point layer"));
    end_entry(&e);
}

static void what_is_written_down(void **state) {
    (void)state;
    make_towns("towns.shp", 6668);
    entry e;
    assert_int_equal(read_entry(&e, "file: towns.shp\nid: code\ncoverage: sample\n"), TP_OK);
    const tp_source *source = &e.dataset->sources[0];
    assert_string_equal(source->file, "towns.shp");
    assert_string_equal(source->layer, "places");
    assert_string_equal(source->driver, "ESRI Shapefile");
    assert_string_equal(source->coverage, "sample");
    assert_string_equal(source->schema, "code:text,name:text,pop:int64");
    assert_int_equal(strlen(source->sha256), 64);
    char command[3000], expected[80] = "";
    snprintf(command, sizeof command, "cat %s/towns.shp %s/towns.shx %s/towns.dbf %s/towns.prj | sha256sum",
             made_folder, made_folder, made_folder, made_folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%64s", expected), 1);
    pclose(pipe);
    assert_string_equal(source->sha256, expected);
    assert_int_equal(e.layer->coverage, TP_COVERAGE_SAMPLE);
    end_entry(&e);
}

static void dates_and_numbers(void **state) {
    (void)state;
    made_layer m = begin_layer("GPKG", "types.gpkg", "types", 6668, wkbPoint);
    add_column(m, "day", OFTDate, 0);
    add_column(m, "moment", OFTDateTime, 0);
    add_column(m, "v", OFTReal, 0);
    add_column(m, "raw", OFTBinary, 0);
    add_feature(m, "POINT (139 35)", 3, "2020/10/01", "2020/10/01 12:30:05+00", "0.1");
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(m.layer));
    OGR_F_SetFieldDouble(feature, 2, INFINITY);
    OGRGeometryH point = OGR_G_CreateGeometry(wkbPoint);
    OGR_G_SetPoint_2D(point, 0, 140, 36);
    OGR_F_SetGeometryDirectly(feature, point);
    assert_int_equal(OGR_L_CreateFeature(m.layer, feature), OGRERR_NONE);
    OGR_F_Destroy(feature);
    end_layer(m);
    entry e;
    assert_int_equal(read_entry(&e, "file: types.gpkg\n"), TP_OK);
    assert_string_equal(cell(&e, "day", 0), "2020-10-01");
    assert_string_equal(cell(&e, "moment", 0), "2020-10-01T12:30:05Z");
    assert_null(cell(&e, "day", 1));
    assert_null(tp_layer_column(e.layer, "raw"));
    const tp_column *v = tp_layer_column(e.layer, "v");
    assert_true(v->valid[0] && v->f64[0] == 0.1);
    assert_false(v->valid[1]);
    assert_int_equal(count_rejects(&e, TP_REJECT_NOT_FINITE), 1);
    assert_string_equal(e.dataset->rejects[0].detail, "v: inf");
    assert_int_equal(e.layer->n_rows, 2);
    end_entry(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_at_its_place),
        cmocka_unit_test(faults_of_the_configuration),
        cmocka_unit_test(no_crs),
        cmocka_unit_test(a_crs_that_cannot_be_used),
        cmocka_unit_test(an_empty_layer),
        cmocka_unit_test(no_layer_at_all),
        cmocka_unit_test(new_names_are_our_names),
        cmocka_unit_test(without_id_the_feature_id),
        cmocka_unit_test(a_file_of_many_layers),
        cmocka_unit_test(files_that_cannot_be_used),
        cmocka_unit_test(files_of_different_kinds),
        cmocka_unit_test(what_is_written_down),
        cmocka_unit_test(dates_and_numbers),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
