/* Texts of shapefiles through the whole stage: which encoding is taken, and what becomes of what does not fit. */
#include "made_files.h"

#include "1_read/rejects.h"

static const char TOKYO_CP932[] = "\x93\x8C\x8B\x9E";

/* A shapefile of two columns with raw bytes in `name`; n texts. */
static void make(const char *file, const char *cpg, unsigned char driver_id, int n, const char *const *texts) {
    char side[100];
    snprintf(side, sizeof side, "%s.shp", file);
    VSIUnlink(made(side));
    made_layer m = begin_layer("ESRI Shapefile", side, file, 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_column(m, "name", OFTString, 40);
    for (int i = 0; i < n; i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", i + 1);
        add_feature(m, "POINT (139 35)", 2, code, texts[i]);
    }
    end_layer(m);
    snprintf(side, sizeof side, "%s.cpg", file);
    VSIUnlink(made(side));
    if (cpg != NULL) {
        write_text(side, cpg);
    }
    snprintf(side, sizeof side, "%s.dbf", file);
    set_byte(side, 29, driver_id);
}

static void expect(const char *yaml, const char *encoding, const char *origin, const char *text) {
    entry e;
    assert_int_equal(read_entry(&e, yaml), TP_OK);
    assert_string_equal(e.dataset->sources[0].encoding, encoding);
    assert_string_equal(e.dataset->sources[0].encoding_origin, origin);
    assert_string_equal(cell(&e, "name", 0), text);
    end_entry(&e);
}

static void decided_in_order(void **state) {
    (void)state;
    const char *cp932[] = {TOKYO_CP932}, *utf8[] = {"東京"}, *latin[] = {"Caf\xE9"};
    make("a", NULL, 0, 1, cp932);
    expect("{ file: a.shp, id: code }", "CP932", "detected", "東京");
    make("b", NULL, 0x57, 1, utf8);
    expect("{ file: b.shp, id: code }", "UTF-8", "utf-8", "東京");
    make("c", NULL, 0x13, 1, cp932);
    expect("{ file: c.shp, id: code }", "CP932", "ldid", "東京");
    make("d", "Shift_JIS\n", 0x57, 1, cp932);
    expect("{ file: d.shp, id: code }", "CP932", "cpg", "東京");
    make("e", "UTF-8", 0x13, 1, utf8); /* the .cpg comes before the driver id */
    expect("{ file: e.shp, id: code }", "UTF-8", "cpg", "東京");
    make("f", "UTF-8", 0x13, 1, latin); /* and the entry before both */
    expect("{ file: f.shp, id: code, encoding: ISO-8859-1 }", "ISO-8859-1", "option", "Café");
    make("g", "some nonsense", 0, 1, cp932); /* a .cpg that says nothing */
    expect("{ file: g.shp, id: code }", "CP932", "detected", "東京");
}

static void special_characters_survive(void **state) {
    (void)state;
    const char *texts[] = {"\x87\x40\x87\x8A\xFB\xFC\xFA\xB1\x81\x60\x5C"};
    make("special", "SJIS", 0, 1, texts);
    expect("{ file: special.shp, id: code }", "CP932", "cpg", "①㈱髙﨑～\\");
}

static void undecidable_ends_the_run(void **state) {
    (void)state;
    const char *texts[] = {TOKYO_CP932, "\xFF\xFE\xFD"};
    make("neither", NULL, 0, 2, texts);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: neither.shp, id: code }"), TP_E_DATA);
    assert_non_null(strstr(e.error.message, "c.yaml:1:9: neither.shp"));
    assert_non_null(strstr(e.error.message, "field 'name' in feature 1"));
    end_entry(&e);
}

static void a_single_value_becomes_null(void **state) {
    (void)state;
    const char *texts[] = {"東京", "\x93\x8C\x8B", "大阪"};
    make("single", "UTF-8", 0, 3, texts);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: single.shp, id: code }"), TP_OK);
    assert_int_equal(e.layer->n_rows, 3);
    assert_null(cell(&e, "name", 1));
    assert_string_equal(cell(&e, "name", 2), "大阪");
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_NOT_DECODED);
    assert_string_equal(e.dataset->rejects[0].detail, "name: 938C8B");
    assert_int_equal(e.dataset->rejects[0].source_fid, 1);
    assert_int_equal(e.dataset->sources[0].features_kept, 3);
    end_entry(&e);
}

/* A text that fills its field and ends in half a character: no evidence against CP932, and a value that is no text. */
static void a_text_cut_in_mid_character(void **state) {
    (void)state;
    char cut[41] = "", hex[81] = "";
    for (int i = 0; i < 19; i++) {
        strcat(cut, "\x93\x8C");
        strcat(hex, "938C");
    }
    strcat(cut, "A\x93");
    strcat(hex, "4193");
    const char *texts[] = {TOKYO_CP932, cut};
    make("cut", NULL, 0, 2, texts);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: cut.shp, id: code }"), TP_OK);
    assert_string_equal(e.dataset->sources[0].encoding, "CP932");
    assert_string_equal(e.dataset->sources[0].encoding_origin, "detected");
    assert_string_equal(cell(&e, "name", 0), "東京");
    assert_null(cell(&e, "name", 1));
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_NOT_DECODED);
    assert_int_equal(strncmp(e.dataset->rejects[0].detail, "name: ", 6), 0);
    assert_string_equal(e.dataset->rejects[0].detail + 6, hex);
    end_entry(&e);
}

static void a_wrong_statement_ends_the_run(void **state) {
    (void)state;
    const char *texts[] = {TOKYO_CP932, TOKYO_CP932, "plain"};
    make("wrong", "UTF-8", 0, 3, texts);
    entry e;
    assert_int_equal(read_entry(&e, "{ file: wrong.shp, id: code }"), TP_E_DATA);
    assert_non_null(strstr(e.error.message, "the encoding UTF-8 (stated in the .cpg file) is wrong: 2 of 2"));
    end_entry(&e);
    const char *one_fits[] = {TOKYO_CP932, TOKYO_CP932, "大阪"};
    make("wrong", "UTF-8", 0, 3, one_fits);
    assert_int_equal(read_entry(&e, "{ file: wrong.shp, id: code }"), TP_OK);
    assert_int_equal(count_rejects(&e, TP_REJECT_NOT_DECODED), 2);
    end_entry(&e);
}

/* What shows only in the rows of a file leaves that file out like what shows in its head. */
static void a_file_with_a_wrong_statement_is_skipped(void **state) {
    (void)state;
    const char *first[] = {"東京"}, *second[] = {TOKYO_CP932, TOKYO_CP932}, *third[] = {"大阪"};
    make("one", "UTF-8", 0, 1, first);
    make("two", "UTF-8", 0, 2, second);
    make("three", "UTF-8", 0, 1, third);
    entry e;
    assert_int_equal(check_entry(&e, "{ file: [one.shp, two.shp, three.shp] }", TP_SKIP), TP_OK);
    assert_int_equal(run_entry(&e), TP_OK);
    assert_int_equal(e.layer->n_rows, 2);
    assert_string_equal(cell(&e, "name", 1), "大阪");
    assert_string_equal(tp_layer_id(e.layer, 1), "3-0");
    assert_int_equal(e.dataset->n_rejects, 1);
    assert_string_equal(e.dataset->rejects[0].reason, TP_REJECT_FILE);
    assert_int_equal(e.dataset->sources[1].features_read, 0);
    assert_int_equal(e.dataset->sources[2].features_kept, 1);
    end_entry(&e);
}

static void an_unknown_encoding_is_a_fault_of_the_configuration(void **state) {
    (void)state;
    const char *texts[] = {"a"};
    make("named", NULL, 0, 1, texts);
    entry e;
    assert_int_equal(check_entry(&e, "{ file: named.shp, encoding: klingon }", TP_STOP), TP_E_CONFIG);
    assert_true(fault_says(&e.faults, "c.yaml:1:30: the encoding 'klingon' is not known"));
    end_entry(&e);
}

static void names_of_fields_are_decoded(void **state) {
    (void)state;
    made_layer m = begin_layer("ESRI Shapefile", "fields.shp", "fields", 6668, wkbPoint);
    add_column(m, "\x90\xAB\x95\xCA", OFTString, 5); /* 性別 */
    add_feature(m, "POINT (139 35)", 1, "x");
    end_layer(m);
    set_byte("fields.dbf", 29, 0);
    VSIUnlink(made("fields.cpg"));
    entry e;
    assert_int_equal(read_entry(&e, "{ file: fields.shp }"), TP_OK);
    assert_non_null(tp_head_field(tp_schema_find(&e.plan.schema, "places"), "性別"));
    assert_string_equal(cell(&e, "性別", 0), "x");
    end_entry(&e);
}

static void the_ksj_files_of_kanagawa(void **state) {
    (void)state;
    const char *shared = getenv("TP_SHARED_DATA");
    char path[500];
    snprintf(path, sizeof path, "%s/ksj/N03-190101_14_GML/N03-19_14_190101.shp", shared == NULL ? "" : shared);
    VSIStatBufL status;
    if (VSIStatL(path, &status) != 0) {
        skip();
    }
    char yaml[800];
    snprintf(yaml, sizeof yaml, "{ file: %s, id: N03_007, name: N03_004, where: N03_007 = '14131' }", path);
    entry e;
    assert_int_equal(read_entry(&e, yaml), TP_OK);
    assert_string_equal(e.dataset->sources[0].encoding, "CP932");
    assert_int_equal(e.dataset->sources[0].features_read, 1289);
    assert_string_equal(tp_layer_label(e.layer, 0), "川崎区");
    end_entry(&e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decided_in_order),
        cmocka_unit_test(special_characters_survive),
        cmocka_unit_test(undecidable_ends_the_run),
        cmocka_unit_test(a_single_value_becomes_null),
        cmocka_unit_test(a_text_cut_in_mid_character),
        cmocka_unit_test(a_wrong_statement_ends_the_run),
        cmocka_unit_test(a_file_with_a_wrong_statement_is_skipped),
        cmocka_unit_test(an_unknown_encoding_is_a_fault_of_the_configuration),
        cmocka_unit_test(names_of_fields_are_decoded),
        cmocka_unit_test(the_ksj_files_of_kanagawa),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
