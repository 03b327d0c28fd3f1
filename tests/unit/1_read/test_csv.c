/* CSV files through the whole stage: types, positions, encodings, packed files. */
#include "made_files.h"

#include "1_read/rejects.h"

#include <math.h>

static void codes_stay_text(void **state) {
    (void)state;
    write_text("codes.csv", "code,name,pop,area,lat,lon\n01100,札幌市,1975065,1121.26,43.06208877,141.3543886\n"
                            "13101,千代田区,,11.66,35.69,139.75\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: codes.csv, id: code, name: name, crs: EPSG:6668 }"), TP_OK);
    const tp_head *head = tp_schema_find(&e.plan.schema, "places");
    assert_int_equal(head->geometry, TP_GEOMETRY_POINT);
    assert_int_equal(head->n_features, 2);
    assert_int_equal(tp_head_field(head, "code")->type, TP_TYPE_TEXT);
    assert_int_equal(tp_head_field(head, "pop")->type, TP_TYPE_INT64);
    assert_int_equal(tp_head_field(head, "area")->type, TP_TYPE_DOUBLE);
    assert_string_equal(tp_layer_id(e.layer, 0), "01100");
    assert_string_equal(tp_layer_label(e.layer, 1), "千代田区");
    const tp_column *pop = tp_layer_column(e.layer, "pop");
    assert_int_equal(pop->i64[0], 1975065);
    assert_int_equal(pop->valid[1], 0);
    assert_true(e.layer->lon_deg[0] == 141.3543886 && e.layer->lat_deg[0] == 43.06208877);
    assert_string_equal(e.dataset->sources[0].crs, "EPSG:6668 JGD2011");
    assert_string_equal(e.dataset->sources[0].crs_origin, "option");
    assert_string_equal(e.dataset->sources[0].schema,
                        "code:text,name:text,pop:int64,area:double,lat:double,lon:double");
    end_entry(&e);
}

static void positions_need_a_crs(void **state) {
    (void)state;
    write_text("nocrs.csv", "id,Longitude,Latitude\na,139,35\n");
    entry e;
    assert_int_equal(check_entry(&e, "{ file: nocrs.csv }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:9: nocrs.csv: has no CRS"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: nocrs.csv, crs: EPSG:1 }", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:1:25: "));
    end_entry(&e);
    write_text("table.csv", "flight_id,minutes\nx,60\n");
    assert_int_equal(read_entry(&e, "{ file: table.csv, id: flight_id }"), TP_OK);
    assert_int_equal(e.layer->geometry, TP_GEOMETRY_NONE);
    assert_null(e.layer->crs);
    end_entry(&e);
}

static void named_position_columns(void **state) {
    (void)state;
    write_text("named.csv", "id,east,north\na,139.5,35.5\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: named.csv, lon: east, lat: north, crs: EPSG:4326 }"), TP_OK);
    assert_true(e.layer->lon_deg[0] == 139.5 && e.layer->lat_deg[0] == 35.5);
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: named.csv, lon: east, crs: EPSG:4326 }", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "'lat' is missing"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: named.csv, lon: eats, lat: north, crs: EPSG:4326 }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "c.yaml:1:25: named.csv: no column 'eats' (there are: id, east, north)"));
    end_entry(&e);
}

static void positions_that_are_none(void **state) {
    (void)state;
    write_text("bad.csv", "id,lon,lat\na,139,35\nb,,35\nc,139,north\nd,NaN,35\ne, 139.5 ,35\nf,139,1e999\n,139,35\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: bad.csv, id: id, crs: EPSG:4326 }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(tp_layer_id(e.layer, 1), "e");
    assert_true(e.layer->lon_deg[1] == 139.5);
    assert_int_equal(count_rejects(&e, TP_REJECT_COORDINATE_MISSING), 1);
    assert_int_equal(count_rejects(&e, TP_REJECT_COORDINATE_NOT_NUMBER), 1);
    assert_int_equal(count_rejects(&e, TP_REJECT_COORDINATE_NOT_FINITE), 2);
    assert_int_equal(count_rejects(&e, TP_REJECT_ID_MISSING), 1);
    assert_int_equal(e.dataset->n_rejects, 5);
    assert_int_equal(e.layer->n_lost, 5);
    assert_string_equal(find_reject(&e, TP_REJECT_COORDINATE_NOT_NUMBER)->detail, "lat: north");
    const tp_source *source = &e.dataset->sources[0];
    assert_int_equal(source->features_read, 7);
    assert_int_equal(source->features_kept, 2);
    end_entry(&e);
}

static void a_number_that_is_none(void **state) {
    (void)state;
    write_text("nan.csv", "id,v\na,1.5\nb,NaN\nc,\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: nan.csv, id: id }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 3);
    const tp_column *v = tp_layer_column(e.layer, "v");
    assert_true(v->valid[0] && !v->valid[1] && !v->valid[2]);
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_NOT_FINITE);
    assert_string_equal(e.dataset->rejects[0].detail, "v: NaN");
    end_entry(&e);
}

/* A few cells of a column of numbers are none: they are missing, and said. */
static void odd_cells_of_a_column(void **state) {
    (void)state;
    write_text("odd.csv",
               "id,pop,area\na,1,1.5\nb,2,2\nc,3,3\nd,4,4\ne,5,5\nf,6,6\ng,7,7\nh,8,8\ni,9,9\nj,n/a,1e400\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: odd.csv, id: id }"), TP_OK);
    const tp_column *pop = tp_layer_column(e.layer, "pop"), *area = tp_layer_column(e.layer, "area");
    assert_int_equal(pop->type, TP_TYPE_INT64);
    assert_int_equal(area->type, TP_TYPE_DOUBLE);
    assert_int_equal(e.layer->n_rows, 10);
    assert_true(pop->i64[8] == 9 && !pop->valid[9] && !area->valid[9]);
    assert_int_equal(count_rejects(&e, NULL), 2);
    assert_int_equal(count_rejects(&e, TP_REJECT_NOT_NUMBER), 2);
    assert_string_equal(e.dataset->rejects[0].detail, "pop: n/a");
    assert_string_equal(e.dataset->rejects[1].detail, "area: 1e400");
    assert_int_equal(e.layer->n_lost, 0);
    end_entry(&e);
}

static void a_condition_filters(void **state) {
    (void)state;
    write_text("where.csv", "id,pop\na,199999\nb,200000\nc,\nd,200001\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: where.csv, id: id, where: pop >= 200000, coverage: pop >= 200000 }"),
                     TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(tp_layer_id(e.layer, 0), "b");
    assert_int_equal(e.layer->source_fid[1], 4);
    assert_int_equal(e.layer->coverage, TP_COVERAGE_CONDITION);
    assert_non_null(e.layer->where);
    const tp_source *source = &e.dataset->sources[0];
    assert_int_equal(source->features_filtered, 1);
    assert_int_equal(source->features_kept, 2);
    assert_int_equal(source->features_read, 4);
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_WHERE_UNKNOWN);
    assert_int_equal(e.layer->n_lost, 1); /* the unknown one, not the false one */
    assert_int_equal(e.dataset->rejects[0].source_fid, 3);
    end_entry(&e);
}

/* What the condition leaves out is no reject, whatever else is wrong with it. */
static void filtered_rows_are_not_rejected(void **state) {
    (void)state;
    write_text("both.csv", "id,kind,lon,lat\na,x,139,35\nb,y,,35\nc,x,,35\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: both.csv, id: id, crs: EPSG:4326, where: kind = x }"), TP_OK);
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_int_equal(e.dataset->rejects[0].source_fid, 3);
    assert_int_equal(e.dataset->sources[0].features_filtered, 1);
    end_entry(&e);
}

static void other_encodings(void **state) {
    (void)state;
    write_text("sjis.csv", "id,\x96\xBC\x91\x4F\na,\x93\x8C\x8B\x9E\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: sjis.csv, id: id }"), TP_OK);
    assert_string_equal(cell(&e, "名前", 0), "東京");
    assert_string_equal(e.dataset->sources[0].encoding_origin, "detected");
    end_entry(&e);
    write_text("bom.csv", "\xEF\xBB\xBFid,n\na,東京\n");
    assert_int_equal(read_entry(&e, "{ file: bom.csv, id: id }"), TP_OK);
    assert_string_equal(cell(&e, "n", 0), "東京");
    end_entry(&e);
    write_text("none.csv", "id,n\na,東京\nb,\xFF\xFE\xFD\n");
    assert_int_equal(check_entry(&e, "{ file: none.csv, id: id }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "the encoding cannot be decided"));
    end_entry(&e);
}

static void several_files_make_one_layer(void **state) {
    (void)state;
    write_text("m1.csv", "code,v,only1\n13101,1,x\n");
    write_text("m2.csv", "code,v\n01100,1.5\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: [m1.csv, m2.csv], id: code }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(tp_layer_id(e.layer, 0), "13101"); /* as written, though it is a number there */
    assert_string_equal(tp_layer_id(e.layer, 1), "01100");
    const tp_column *v = tp_layer_column(e.layer, "v");
    assert_int_equal(v->type, TP_TYPE_DOUBLE);
    assert_true(v->f64[0] == 1.0 && v->f64[1] == 1.5);
    assert_null(cell(&e, "only1", 1));
    assert_int_equal(e.layer->source[1], 1);
    assert_int_equal(e.dataset->n_sources, 2);
    end_entry(&e);
    assert_int_equal(read_entry(&e, "{ file: [m1.csv, m2.csv] }"), TP_OK);
    assert_string_equal(tp_layer_id(e.layer, 0), "1-1"); /* ids of several files differ */
    assert_string_equal(tp_layer_id(e.layer, 1), "2-1");
    end_entry(&e);
}

static void columns_of_one_name(void **state) {
    (void)state;
    write_text("twice.csv", "a,b,b\n1,2,3\n");
    entry e;
    assert_int_equal(read_entry(&e, "{ file: twice.csv, id: a }"), TP_OK);
    assert_int_equal(tp_layer_column(e.layer, "b")->i64[0], 2);
    assert_int_equal(tp_layer_column(e.layer, "b_2")->i64[0], 3);
    end_entry(&e);
}

static void packed_files(void **state) {
    (void)state;
    char path[800];
    snprintf(path, sizeof path, "/vsigzip/%s", made("p.csv.gz"));
    VSILFILE *file = VSIFOpenL(path, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL("id,v\na,1\nb,2\n", 1, 13, file), 13);
    VSIFCloseL(file);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: p.csv.gz, id: id }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(e.dataset->sources[0].file, "p.csv.gz");
    end_entry(&e);
    VSIStatBufL status;
    assert_int_not_equal(VSIStatL(made("p.csv.gz.properties"), &status), 0); /* nothing is left beside it */
    snprintf(path, sizeof path, "/vsizip/%s/inner/p.csv", made("p.zip"));
    file = VSIFOpenL(path, "wb");
    assert_non_null(file);
    assert_int_equal(VSIFWriteL("id,v\na,1\n", 1, 9, file), 9);
    VSIFCloseL(file);
    assert_int_equal(read_entry(&e, "{ file: p.zip, id: id }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 1);
    end_entry(&e);
    assert_int_equal(read_entry(&e, "{ file: p.zip/inner/p.csv, id: id }"), TP_OK);
    end_entry(&e);
}

/* 'layer' chooses among the files of a zip. */
static void a_zip_of_two_layers(void **state) {
    (void)state;
    char archive[760], path[800];
    snprintf(archive, sizeof archive, "/vsizip/%s", made("two.zip"));
    VSILFILE *whole = VSIFOpenL(archive, "wb"); /* kept open: members are added to one archive */
    assert_non_null(whole);
    static const char *const members[] = {"first.csv", "second.csv"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", archive, members[i]);
        VSILFILE *member = VSIFOpenL(path, "wb");
        assert_non_null(member);
        VSIFPrintfL(member, "id,v\n%s,1\n", members[i]);
        VSIFCloseL(member);
    }
    VSIFCloseL(whole);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: two.zip, layer: second, id: id }"), TP_OK);
    assert_string_equal(tp_layer_id(e.layer, 0), "second.csv");
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: two.zip, layer: third, id: id }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "two.zip: no layer 'third' in any of its files ('first.csv', 'second.csv')"));
    end_entry(&e);
    assert_int_equal(check_entry(&e, "{ file: two.zip, id: id }", TP_STOP), TP_E_DATA);
    assert_true(fault_says(&e.faults, "holds several layers ('first.csv', 'second.csv')"));
    end_entry(&e);
}

static void a_damaged_gz(void **state) {
    (void)state;
    char path[800];
    snprintf(path, sizeof path, "/vsigzip/%s", made("d.csv.gz"));
    VSILFILE *file = VSIFOpenL(path, "wb");
    assert_non_null(file);
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525U + 1013904223U;
        VSIFPrintfL(file, "%s%u,%u\n", i == 0 ? "id,v\n" : "", (unsigned)i, (unsigned)(seed >> 8));
    }
    VSIFCloseL(file);
    assert_int_equal(truncate(made("d.csv.gz"), size_of("d.csv.gz") / 2), 0);
    entry e;
    tp_code code = check_entry(&e, "{ file: d.csv.gz, id: id }", TP_STOP);
    assert_int_equal(code, TP_E_DATA);
    end_entry(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_stay_text),        cmocka_unit_test(positions_need_a_crs),
        cmocka_unit_test(named_position_columns), cmocka_unit_test(positions_that_are_none),
        cmocka_unit_test(a_number_that_is_none),  cmocka_unit_test(odd_cells_of_a_column),
        cmocka_unit_test(a_condition_filters),    cmocka_unit_test(filtered_rows_are_not_rejected),
        cmocka_unit_test(other_encodings),        cmocka_unit_test(several_files_make_one_layer),
        cmocka_unit_test(columns_of_one_name),    cmocka_unit_test(packed_files),
        cmocka_unit_test(a_zip_of_two_layers),    cmocka_unit_test(a_damaged_gz),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
