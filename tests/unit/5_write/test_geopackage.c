/* The stage `geopackage` from a dataset to a file, and its checks. */
#include "dataset_fixture.h"

#include "technopolis/plan.h"

#include <cpl_conv.h>

extern const tp_stage tp_stage_geopackage;

static tp_node *node;
static tp_step step;
static tp_run run;

static const char CONFIG[] = "title: Test\n";

static void set_up_step(const char *file) {
    tp_faults faults = {0};
    char *yaml = tp_text_format("\"%s\"", file);
    OK(tp_node_parse(yaml, strlen(yaml), "test.yaml", &node, &faults));
    free(yaml);
    step = (tp_step){.stage = &tp_stage_geopackage, .place = {"test.yaml", 3, 5}, .node = node};
    step.name = tp_text_copy("geopackage");
    OK(tp_options_fill(tp_stage_geopackage.settings, tp_stage_geopackage.n_settings, tp_stage_geopackage.options_size,
                       tp_stage_geopackage.main_key, node, step.place, TP_ORIGIN_CONFIGURATION, &step.options,
                       &faults));
    tp_faults_reset(&faults);
}

static void tear_down_step(void) {
    tp_options_reset(&step.options);
    free(step.name);
    tp_node_free(node);
    node = NULL;
}

/* Writes the dataset to `file` under the folder with `crs`; the path is freed by the caller. */
static char *write_dataset(tp_dataset *dataset, const char *folder, const char *file, const char *crs) {
    char *base = tp_text_format("%s/", folder);
    run = (tp_run){.title = "Test",
                   .base = base,
                   .config_name = "test.yaml",
                   .config_text = CONFIG,
                   .config_size = sizeof CONFIG - 1,
                   .config_sha256 = "abc",
                   .year = 2020,
                   .seed = 1,
                   .crs = crs};
    set_up_step(file);
    tp_error error = {0};
    tp_code code = tp_stage_geopackage.run(&step, &run, dataset, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(code, TP_OK);
    tear_down_step();
    free(base);
    return tp_text_format("%s/%s", folder, file);
}

typedef struct written {
    char *folder, *path;
    tp_dataset *dataset;
} written;

static written write_all(void) {
    written written = {.folder = make_folder(), .dataset = make_dataset()};
    written.path = write_dataset(written.dataset, written.folder, "out.gpkg", "EPSG:6668");
    return written;
}

static void clean(written *written) {
    tp_dataset_free(written->dataset);
    free(written->path);
    remove_folder(written->folder);
}

static void layers_stand_in_order(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(ask(written.path, "SELECT table_name, data_type, identifier FROM gpkg_contents ORDER BY rowid"),
                        "sites|features|Sites\nverdicts|attributes|Verdicts\ncriteria|attributes|Criteria\n"
                        "evidence_links|features|Evidence links\nprefectures|features|Prefectures\n"
                        "airports|features|airports\nflights|attributes|flights\nstations|features|stations\n"
                        "grid|features|grid\nrejects|attributes|Rejects\nrun_info|attributes|Run information\n"
                        "sources|attributes|Sources\nparameters|attributes|Parameters\n"
                        "layer_styles|attributes|Layer styles");
    assert_string_equal(ask(written.path, "SELECT table_name FROM gpkg_extensions WHERE extension_name = "
                                          "'gpkg_rtree_index' ORDER BY table_name"),
                        "airports\nevidence_links\ngrid\nprefectures\nsites\nstations");
    assert_string_equal(ask(written.path, "PRAGMA integrity_check"), "ok");
    clean(&written);
}

static void each_layer_has_one_style_and_its_words(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(ask(written.path,
                            "SELECT f_table_name, f_geometry_column, styleName, useAsDefault, description, "
                            "typeof(styleSLD) FROM layer_styles ORDER BY id"),
                        "sites|geom|sites|1|sites|null\nevidence_links|geom|evidence_links|1|evidence_links|null\n"
                        "prefectures|geom|prefectures|1|prefectures|null\nairports|geom|airports|1|airports|null\n"
                        "stations|geom|stations|1|stations|null\ngrid|geom|grid|1|any|null");
    assert_string_equal(
        ask(written.path, "SELECT update_time LIKE '____-__-__T__:__:__%Z' FROM layer_styles WHERE id = 1"), "1");
    assert_string_equal(ask(written.path, "SELECT name, title, description FROM gpkg_data_columns WHERE table_name = "
                                          "'sites' AND column_name IN ('verdict', 'transport_hub_margin') ORDER BY "
                                          "column_name DESC"),
                        "Verdict|Verdict|met, not_met or unknown, from the required criteria of the first profile\n"
                        "Transport: Margin|Transport: Margin|at least 0 exactly when met (min)");
    assert_string_equal(
        ask(written.path, "SELECT md_scope, mime_type, metadata LIKE '%LI_Lineage%' FROM gpkg_metadata"),
        "dataset|text/xml|1");
    assert_string_equal(ask(written.path,
                            "SELECT table_name, extension_name FROM gpkg_extensions WHERE extension_name <> "
                            "'gpkg_rtree_index' ORDER BY rowid"),
                        "gpkg_data_columns|gpkg_schema\ngpkg_data_column_constraints|gpkg_schema\n"
                        "gpkg_metadata|gpkg_metadata\ngpkg_metadata_reference|gpkg_metadata");
    clean(&written);
}

static void sites_have_the_columns_of_the_contract(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(
        ask(written.path, "SELECT group_concat(name) FROM pragma_table_info('sites')"),
        "fid,geom,site_id,name,name_ja,prefecture_code,prefecture_name,prefecture_method,verdict,criteria_met,"
        "criteria_not_met,criteria_unknown,transport_hub_verdict,transport_hub_value,transport_hub_margin,"
        "transport_hub_evidence,transport_hub_method,leading_industries_verdict,leading_industries_value,"
        "leading_industries_margin,leading_industries_evidence,leading_industries_method,mother_city_verdict,"
        "mother_city_value,mother_city_margin,mother_city_evidence,mother_city_method,mother_city_population,"
        "airport_minutes,name_en,Name_JA_input,Verdict_input,source_file,source_fid");
    assert_string_equal(ask(written.path,
                            "SELECT site_id, name, name_ja, prefecture_code, prefecture_name, "
                            "prefecture_method, verdict, criteria_met, criteria_not_met, criteria_unknown "
                            "FROM sites ORDER BY fid"),
                        "technopolis-23|Kumamoto|熊本|43|Kumamoto|polygon|unknown|2|0|1\n"
                        "capital-13|Tokyo|東京|13|Tokyo|stated|unknown|1|1|1\n"
                        "capital-01|capital-01|~|~|~|~|not_met|0|2|1");
    assert_string_equal(
        ask(written.path, "SELECT transport_hub_verdict, transport_hub_value, transport_hub_margin, "
                          "transport_hub_evidence, transport_hub_method FROM sites ORDER BY fid"),
        "met|22|3|hub/1 found 0; hub/2 found 0|table\nmet|0|30|hub/1 found 1; hub/2 found 1|straight_line\n"
        "not_met|~|~|hub/1 found 2; hub/2 found 2|~");
    assert_string_equal(ask(written.path, "SELECT leading_industries_verdict, leading_industries_value, "
                                          "leading_industries_margin, leading_industries_evidence, "
                                          "leading_industries_method FROM sites WHERE fid = 1"),
                        "unknown|~|~|layer plants is not read|~");
    assert_string_equal(ask(written.path,
                            "SELECT mother_city_population, airport_minutes, name_en, Name_JA_input, "
                            "Verdict_input, source_file, source_fid FROM sites WHERE fid <> 2 ORDER BY fid"),
                        "740822|12.5|Kumamoto|x|good|../geodata/sites.shp|0\n~|~|~|z|~|../geodata/sites.shp|20");
    assert_string_equal(ask_wkt(written.path, "sites", 1), "POINT (130.7417 32.7898)");
    clean(&written);
}

static void verdicts_hold_every_profile(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(ask(written.path, "SELECT profile, site_id, criterion_id, verdict, value, threshold, margin, "
                                          "method FROM verdicts WHERE site_id <> 'capital-13' ORDER BY fid"),
                        "list1982|technopolis-23|transport_hub|met|22|25|3|table\n"
                        "list1982|technopolis-23|leading_industries|unknown|~|2|~|~\n"
                        "list1982|technopolis-23|mother_city|met|30|30|0|straight_line\n"
                        "list1982|capital-01|transport_hub|not_met|~|30|~|~\n"
                        "list1982|capital-01|leading_industries|unknown|~|2|~|~\n"
                        "list1982|capital-01|mother_city|not_met|45|30|-15|~\n"
                        "law1983|technopolis-23|leading_industries|unknown|~|2|~|~\n"
                        "law1983|capital-01|leading_industries|unknown|~|2|~|~");
    assert_string_equal(ask(written.path, "SELECT evidence FROM verdicts WHERE fid = 1"),
                        "hub/1 found 0; hub/2 found 0");
    assert_string_equal(ask(written.path, "SELECT low, high FROM verdicts WHERE site_id = 'technopolis-23' AND "
                                          "criterion_id = 'mother_city'"),
                        "30|30");
    assert_string_equal(ask(written.path, "SELECT group_concat(name) FROM pragma_table_info('verdicts')"),
                        "fid,profile,site_id,criterion_id,verdict,value,threshold,margin,evidence,method,unit,"
                        "comparison,margin_percent,low,high");
    clean(&written);
}

static void criteria_say_what_they_ask(void **state) {
    (void)state;
    tp_node *settings = NULL;
    tp_faults faults = {0};
    const char *yaml = "{ to: [airports, stations], where: scheduled = 1 }";
    OK(tp_node_parse(yaml, strlen(yaml), "test", &settings, &faults));
    PARTS_HUB[0].settings = settings;
    written written = write_all();
    PARTS_HUB[0].settings = NULL;
    assert_string_equal(
        ask(written.path, "SELECT * FROM criteria ORDER BY fid"),
        "list1982|transport_hub|Transport|交通|1|nearest (to airports + stations, where scheduled = 1) "
        "at most 30 min or nearest at most 25 min|at_most|30|min|MITI 1982|0\n"
        "list1982|leading_industries|Industries|産業|1|count at least 2 industries|at_least|2|industries|"
        "MITI 1982|1\n"
        "list1982|mother_city|Mother city|母都市|0|nearest at most 30 min, else touching at most 0 min "
        "[left out: its layers are not read]|at_most|30|min|MITI 1982|1\n"
        "law1983|leading_industries|Industries|産業|1|count at least 2 industries|at_least|2|industries|"
        "MITI 1982|1");
    clean(&written);
    tp_node_free(settings);
    tp_faults_reset(&faults);
}

static void links_are_lines_to_each_feature_once(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(ask(written.path, "SELECT site_id, criterion_id, feature_layer, feature_id, feature_name, "
                                          "minutes, km, method FROM evidence_links ORDER BY fid"),
                        "technopolis-23|transport_hub|flights|KMJ-TYO|KMJ-TYO|22|~|table\n" /* the part that decides */
                        "technopolis-23|transport_hub|airports|KMJ|KMJ|20|11.855|straight_line\n"
                        "capital-13|transport_hub|airports|HND|HND|0|0|straight_line");
    assert_string_equal(ask_wkt(written.path, "evidence_links", 2),
                        "MULTILINESTRING ((130.7417 32.7898,130.8551 32.8373))");
    assert_string_equal(ask_wkt(written.path, "evidence_links", 1), "~");
    assert_string_equal(ask_wkt(written.path, "evidence_links", 3),
                        "MULTILINESTRING ((139.7671 35.6812,139.7671 35.6812))");
    clean(&written);
}

/* A feature that two parts found is linked in the way of the part that decides. */
static void a_link_tells_what_decides(void **state) {
    (void)state;
    written written = {.folder = make_folder(), .dataset = make_dataset()};
    tp_measure *second = tp_dataset_measure(written.dataset, "hub/2");
    second->to[0] = tp_dataset_layer(written.dataset, "airports");
    second->method[0] = TP_METHOD_POLYGON;
    second->links[0].minutes = 0;
    written.path = write_dataset(written.dataset, written.folder, "out.gpkg", "EPSG:6668");
    assert_string_equal(ask(written.path, "SELECT feature_id, minutes, method FROM evidence_links WHERE site_id = "
                                          "'technopolis-23' AND criterion_id = 'transport_hub'"),
                        "KMJ|0|polygon");
    clean(&written);
}

static void layers_and_tables_say_where_they_come_from(void **state) {
    (void)state;
    written written = write_all();
    assert_string_equal(
        ask(written.path, "SELECT iata, source_file_input, source_file, source_fid FROM airports ORDER BY fid"),
        "KMJ|own column|../geodata/airports.shp|0\nHND|~|../geodata/airports.shp|10");
    assert_string_equal(ask(written.path, "SELECT group_concat(name) FROM pragma_table_info('grid')"), "fid,geom,cell");
    assert_string_equal(ask(written.path, "SELECT group_concat(name) FROM pragma_table_info('stations')"),
                        "fid,geom,station_id,source_file,source_fid");
    assert_string_equal(ask_wkt(written.path, "prefectures", 1),
                        "MULTIPOLYGON (((130 32,132 32,132 34,130 34,130 32)))");
    assert_string_equal(ask(written.path, "SELECT layer, source_file, source_fid, reason, detail FROM rejects"),
                        "airports|../geodata/airports.shp|7|null_geometry|no point\nplants|~|~|unreadable|");
    assert_string_equal(ask(written.path,
                            "SELECT layer, file, features_read, features_kept, features_filtered, encoding, "
                            "accuracy_m FROM sources WHERE layer = 'sites'"),
                        "sites|../geodata/sites.shp|4|3|0|CP932|~");
    assert_string_equal(ask(written.path, "SELECT step, key, value, origin FROM parameters"),
                        "measure/airport|within|30 min|configuration");
    assert_string_equal(ask(written.path, "SELECT key, value FROM run_info WHERE key NOT IN ('technopolis', 'gdal', "
                                          "'proj', 'geos') ORDER BY fid"),
                        "title|Test\nconfiguration|test.yaml\nconfiguration_sha256|abc\nconfiguration_text|title: "
                        "Test\n\nyear|2020\nseed|1\ncrs|EPSG:6668\ngeographic_crs|EPSG:6668\nlanguage|en");
    assert_string_equal(ask(written.path, "SELECT value FROM run_info WHERE key = 'gdal'"),
                        GDALVersionInfo("RELEASE_NAME"));
    assert_string_equal(ask(written.path, "SELECT count(*) FROM run_info WHERE key IN ('technopolis', 'proj', 'geos') "
                                          "AND value GLOB '[0-9]*.[0-9]*'"),
                        "3");
    clean(&written);
}

/* Whatever the file is called, and whether it was there before. */
static void two_runs_give_the_same_bytes(void **state) {
    (void)state;
    char *folder = make_folder();
    CPLSetConfigOption("OGR_CURRENT_DATE", "2020-01-01T00:00:00Z");
    tp_dataset *dataset = make_dataset();
    char *first = write_dataset(dataset, folder, "first.gpkg", "EPSG:4326");
    tp_dataset_free(dataset);
    dataset = make_dataset();
    char *second = write_dataset(dataset, folder, "another name.gpkg", "EPSG:4326");
    free(second);
    second = write_dataset(dataset, folder, "another name.gpkg", "EPSG:4326");
    CPLSetConfigOption("OGR_CURRENT_DATE", NULL);
    size_t a = 0, b = 0;
    char *bytes_a = read_file(first, &a), *bytes_b = read_file(second, &b);
    assert_int_equal(a, b);
    assert_memory_equal(bytes_a, bytes_b, a);
    assert_null(memmem(bytes_a, a, "first.gpkg", 10));
    assert_null(memmem(bytes_a, a, folder, strlen(folder)));
    assert_null(memmem(bytes_a, a, ".partial", 8));
    free(bytes_a);
    free(bytes_b);
    free(first);
    free(second);
    tp_dataset_free(dataset);
    remove_folder(folder);
}

static void without_profile_or_sites_the_rest_is_written(void **state) {
    (void)state;
    char *folder = make_folder();
    tp_dataset *dataset = NULL;
    OK(tp_dataset_new(&dataset, NULL));
    dataset->geographic_crs = tp_text_copy("EPSG:6668");
    add_sites(dataset);
    char *path = write_dataset(dataset, folder, "out.gpkg", "EPSG:6668");
    assert_string_equal(ask(path, "SELECT table_name FROM gpkg_contents ORDER BY rowid"),
                        "sites\nrejects\nrun_info\nsources\nparameters\nlayer_styles");
    assert_string_equal(ask(path, "SELECT site_id, verdict, criteria_met FROM sites WHERE fid = 1"),
                        "technopolis-23|~|~");
    free(path);
    tp_dataset_free(dataset);
    OK(tp_dataset_new(&dataset, NULL));
    path = write_dataset(dataset, folder, "out.gpkg", "EPSG:6668");
    assert_string_equal(ask(path, "SELECT table_name FROM gpkg_contents ORDER BY rowid"),
                        "rejects\nrun_info\nsources\nparameters");
    free(path);
    tp_dataset_free(dataset);
    remove_folder(folder);
}

static void a_failed_run_leaves_the_old_file(void **state) {
    (void)state;
    written written = write_all();
    write_file(written.path, "old");
    tp_result *result = written.dataset->results[2];
    result->value[2] = NAN; /* a bug of a judge: known, but not a number */
    char *base = tp_text_format("%s/", written.folder);
    run.base = base;
    set_up_step("out.gpkg");
    tp_error error = {0};
    assert_int_equal(tp_stage_geopackage.run(&step, &run, written.dataset, &error), TP_E_INTERNAL);
    assert_non_null(strstr(error.message, "layer 'sites' column 'mother_city_value' row 2"));
    tear_down_step();
    free(base);
    size_t size = 0;
    char *bytes = read_file(written.path, &size);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(count_entries(written.folder), 1);
    clean(&written);
}

/* The faults that check finds for a file, in a plan of nothing else. */
static tp_faults check_file(const char *base, const char *file) {
    tp_faults faults = {0};
    set_up_step(file);
    tp_step *steps[] = {&step};
    tp_plan plan = {.base = (char *)(uintptr_t)base, .steps = steps, .n_steps = 1};
    tp_stage_geopackage.check(&step, &plan, &faults);
    tear_down_step();
    return faults;
}

static void check_finds_what_cannot_be_written(void **state) {
    (void)state;
    char *folder = make_folder();
    char *base = tp_text_format("%s/", folder);
    char *regular = tp_text_format("%s/regular", folder);
    write_file(regular, "a file");
    const struct {
        const char *file;
        tp_code code;
        const char *said;
    } cases[] = {
        {"new/folder/out.gpkg", TP_OK, ""},
        {"regular", TP_OK, ""},
        {"regular/out.gpkg", TP_E_MACHINE, "test.yaml:1:1: '"},
        {".", TP_E_MACHINE, "it is a folder"},
        {"/proc/out.gpkg", TP_E_MACHINE, "cannot be written to"},
        {"/vsimem/out.gpkg", TP_E_CONFIG, "expected the path of a file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tp_faults faults = check_file(base, cases[i].file);
        assert_int_equal(tp_faults_code(&faults), cases[i].code);
        assert_int_equal(faults.n, cases[i].code == TP_OK ? 0 : 1);
        if (faults.n > 0) {
            assert_non_null(strstr(faults.items[0].message, cases[i].said));
        }
        tp_faults_reset(&faults);
    }
    assert_int_equal(count_entries(folder), 1);
    free(regular);
    free(base);
    remove_folder(folder);
}

typedef struct path_options {
    const char *one;
    tp_texts many;
} path_options;

/* Writing over an input would destroy what was read; two outputs of one name would be one. */
static void check_finds_files_used_twice(void **state) {
    (void)state;
    char *folder = make_folder();
    char *base = tp_text_format("%s/", folder);
    char *input = tp_text_format("%s/input.shp", folder);
    write_file(input, "an input");
    static const tp_setting settings[] = {
        {.key = "one", .kind = TP_SETTING_PATH, .offset = offsetof(path_options, one)},
        {.key = "many", .kind = TP_SETTING_PATHS, .offset = offsetof(path_options, many)},
    };
    const tp_stage reader = {.name = "layer", .phase = TP_READ, .settings = settings, .n_settings = 2};
    const tp_stage writer = {.name = "other", .phase = TP_WRITE, .settings = settings, .n_settings = 2};
    const char *items[] = {"other.shp", "input.shp", "z.zip/member.shp", "grown.partial", "kept"};
    path_options read_values = {.many = {.n = 5, .items = items}}, write_values = {.one = "new.gpkg"};
    tp_step read_step = {.stage = &reader, .options = {.values = &read_values}};
    tp_step write_step = {.stage = &writer, .options = {.values = &write_values}};
    char *config = tp_text_format("%sconfig.yaml", base), *own = tp_text_format("%sown.yaml", base);
    write_file(config, "a configuration");
    write_file(own, "a profile");
    char *partial = tp_text_format("%sgrown.partial", base), *zip = tp_text_format("%sz.zip", base);
    write_file(partial, "an input");
    write_file(zip, "an input");
    tp_profile profile = {.file = own};
    tp_profile *profiles[] = {&profile};
    const char *files[] = {"./input.shp", "new.gpkg", "config.yaml", "own.yaml",  "input.dbf", "input.PRJ",
                           "z.zip",       "grown",    "kept.rows",   "fine.gpkg", "new.dbf"};
    const char *said[] = {"also an input",
                          "also another output",
                          "also the configuration",
                          "also a profile",
                          "also an input",
                          "also an input",
                          "also an input",
                          "'grown.partial', in which",
                          "also an input",
                          NULL,
                          NULL};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        tp_faults faults = {0};
        set_up_step(files[i]);
        tp_step *steps[] = {&read_step, &write_step, &step};
        tp_plan plan = {
            .base = base, .config_name = config, .profiles = profiles, .n_profiles = 1, .steps = steps, .n_steps = 3};
        tp_stage_geopackage.check(&step, &plan, &faults);
        assert_int_equal(faults.n, said[i] == NULL ? 0 : 1);
        assert_true(said[i] == NULL || strstr(faults.items[0].message, said[i]) != NULL);
        assert_int_equal(tp_faults_code(&faults), said[i] == NULL ? TP_OK : TP_E_CONFIG);
        tp_faults_reset(&faults);
        tear_down_step();
    }
    free(zip);
    free(partial);
    free(own);
    free(config);
    free(input);
    free(base);
    remove_folder(folder);
}

static void check_finds_names_that_are_taken(void **state) {
    (void)state;
    char *folder = make_folder();
    char *base = tp_text_format("%s/", folder);
    const char *names[] = {"sites", "cities", "Cities", "Verdicts", "gpkg_contents", "prefectures", "sources"};
    tp_faults faults = {0};
    set_up_step("out.gpkg");
    tp_step *steps[] = {&step};
    tp_plan plan = {.base = base, .steps = steps, .n_steps = 1};
    for (int i = 0; i < 7; i++) {
        tp_head *head = NULL;
        OK(tp_schema_add(&plan.schema, names[i], TP_GEOMETRY_POINT, (tp_place){"test.yaml", i + 1, 3}, &head, NULL));
    }
    tp_stage_geopackage.check(&step, &plan, &faults);
    assert_int_equal(faults.n, 4);
    const char *places[] = {"test.yaml:3:3: ", "test.yaml:4:3: ", "test.yaml:5:3: ", "test.yaml:7:3: "};
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(strstr(faults.items[i].message, places[i]));
    }
    tp_faults_reset(&faults);
    tp_schema_reset(&plan.schema);
    tear_down_step();
    free(base);
    remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_stand_in_order),
        cmocka_unit_test(each_layer_has_one_style_and_its_words),
        cmocka_unit_test(sites_have_the_columns_of_the_contract),
        cmocka_unit_test(verdicts_hold_every_profile),
        cmocka_unit_test(criteria_say_what_they_ask),
        cmocka_unit_test(links_are_lines_to_each_feature_once),
        cmocka_unit_test(a_link_tells_what_decides),
        cmocka_unit_test(layers_and_tables_say_where_they_come_from),
        cmocka_unit_test(two_runs_give_the_same_bytes),
        cmocka_unit_test(without_profile_or_sites_the_rest_is_written),
        cmocka_unit_test(a_failed_run_leaves_the_old_file),
        cmocka_unit_test(check_finds_what_cannot_be_written),
        cmocka_unit_test(check_finds_files_used_twice),
        cmocka_unit_test(check_finds_names_that_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
