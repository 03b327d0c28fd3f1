/* Plans from small folders of files: what is planned, every fault with its place, profiles, and the exit code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan_fixture.h"

#include <geodesic.h>
#include <math.h>

#define PROFILE_HEAD "id: p\ntitle: { en: P, ja: P }\ncriteria:\n"
#define CRITERION(id) "  - id: " id "\n    title: { en: C, ja: C }\n    source: somebody\n    required: yes\n"
#define JUDGE "judge:\n  - profile: p\n"

static int set_up(void **state) {
    bench *b = malloc(sizeof *b);
    assert_non_null(b);
    open_bench(b);
    *state = b;
    return 0;
}

static int tear_down(void **state) {
    close_bench(*state);
    free(*state);
    return 0;
}

/* ---- configurations ---- */

static void steps_in_the_order_of_the_phases(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, WRITE "measure:\n  - nearest: { to: cities, as: city }\n"
                                      "  - count: { to: cities, within: 30 min }\n"
                                      "read:\n" READ_SITES READ_CITIES "title: T\nrun: { year: 1984 }\n"),
                     TP_OK);
    assert_int_equal(b->faults.n, 0);
    for (size_t i = 1; i < b->plan->n_steps; i++) {
        assert_true(b->plan->steps[i - 1]->stage->phase <= b->plan->steps[i]->stage->phase);
    }
    static const char *const cleanups[] = {"reproject", "mend", "unique"};
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(find_step(b, cleanups[i], "sites"));
        assert_non_null(find_step(b, cleanups[i], "cities"));
    }
    assert_null(find_step(b, "dissolve", "sites"));
    assert_non_null(find_step(b, "nearest", "city"));
    assert_non_null(find_step(b, "count", "count"));
    assert_string_equal(b->plan->run.title, "T");
    assert_int_equal(b->plan->run.year, 1984);
    assert_int_equal(b->plan->run.seed, 1);
    assert_string_equal(b->plan->run.config_name, "c.yaml");
    assert_int_equal(strlen(b->plan->run.config_sha256), 64);
    const tp_head *sites = tp_schema_find(&b->plan->schema, "sites");
    assert_non_null(tp_head_field(sites, "city_minutes"));
    assert_int_equal(tp_head_field(sites, "count_cities")->type, TP_TYPE_INT64);
    assert_int_equal(sites->n_features, 2);
}

static void only_read_and_write_are_needed(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES WRITE), TP_OK);
    assert_int_equal(plan_of(b, "read:\n" READ_SITES), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:1:1", "section 'write' is missing"));
    assert_int_equal(plan_of(b, WRITE), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:1:1", "section 'read' is missing"));
    assert_int_equal(plan_of(b, "read: []\n" WRITE), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:1:7", "section 'read' is empty"));
    b->request.without_write = true;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES), TP_OK); /* nothing is asked of what is not used */
}

static void words_that_are_not_known(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES "mesure: []\n"
                                "measure:\n"
                                "  - nearst: { to: cities }\n"
                                "  - nearest: { to: cities, whithin: 30 min }\n"
                                "prepare:\n"
                                "  - nearest: { to: cities }\n"
                                "run: { yaer: 1984 }\n" WRITE),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:4:1", "unknown key 'mesure' (did you mean 'measure'?"));
    assert_true(said(b, "c.yaml:6:5", "unknown stage 'nearst' (did you mean 'nearest'?"));
    assert_true(said(b, "c.yaml:7:28", "unknown key 'whithin' (did you mean 'within'?"));
    assert_true(said(b, "c.yaml:9:5", "unknown stage 'nearest'")); /* of another phase */
    assert_true(said(b, "c.yaml:10:8", "unknown key 'yaer' (did you mean 'year'?"));
    assert_int_equal(count_faults(b, false), 5);
}

static void names_that_are_taken_or_wrong(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES READ_CITIES "measure:\n"
                                "  - nearest: { to: cities }\n"
                                "  - nearest: { to: cities }\n"
                                "  - nearest: { to: cities, as: a-b }\n"
                                "  - nearest: { to: cities, as: 1a }\n" WRITE),
                     TP_E_CONFIG);
    assert_true(
        said(b, "c.yaml:4:5", "a second entry is named 'cities' (the first stands in line 3; a layer is read once"));
    assert_true(said(b, "c.yaml:7:5", "a second entry is named 'nearest' (the first stands in line 6"));
    assert_true(said(b, "c.yaml:8:5", "'a-b' cannot be a name"));
    assert_true(said(b, "c.yaml:9:5", "'1a' cannot be a name"));
}

static void columns_that_are_there_already(void **state) {
    bench *b = *state;
    write_text(b, "sites.csv", "id,name,lon,lat,city_minutes\ns1,One,130.7,32.8,1\n");
    assert_int_equal(
        plan_of(b, "read:\n" READ_SITES READ_CITIES "measure:\n  - nearest: { to: cities, as: city }\n" WRITE),
        TP_E_CONFIG);
    assert_true(said(b, "c.yaml:5:5", "'city_minutes'"));
}

static void layers_that_are_not_read(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "read:\n" READ_CITIES "measure:\n"
                                "  - nearest: { to: [cities, ports] }\n"
                                "  - count: { of: cities, to: cities, within: 1 h }\n" WRITE),
                     TP_E_CONFIG);
    assert_true(said(b, "", "layer 'sites' is not read")); /* the default of `of` */
    assert_true(said(b, "c.yaml:4:20", "layer 'ports' is not read"));
    assert_int_equal(count_faults(b, false), 2);
}

static void columns_that_are_missing_are_faults_of_data(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES "measure:\n"
                                "  - count: { to: cities, within: 1 h, distinct: industry }\n"
                                "  - count: { to: cities, within: 1 h, as: b, where: size >= 3 }\n"
                                "  - count: { to: cities, within: 1 h, as: c, sum: name }\n" WRITE),
                     TP_E_DATA);
    assert_true(said(b, "c.yaml:5:49", "has no column 'industry'"));
    assert_true(said(b, "c.yaml:6:53", "has no column 'size'"));
    assert_true(said(b, "c.yaml:7:51", "column 'name' of layer cities holds text"));
    assert_int_equal(count_faults(b, false), 3);
}

/* A setting that is wrong leaves nothing behind; what is checked afterwards must bear that. */
static void empty_and_wrong_settings_are_survived(void **state) {
    bench *b = *state;
    static const char *const entries[] = {
        "count: { of: '', to: cities, within: 30 min }",
        "count: { of: [a, b], to: cities, within: 30 min }",
        "count: { of: sites, to: '', within: 30 min }",
        "count: { of: sites, to: { a: b }, within: 30 min }",
        "count: { of: sites, to: cities, within: '', distinct: '', sum: '' }",
        "count:",
        "count: text",
        "count: []",
        "nearest: { of: '', to: cities }",
        "nearest: { to: cities, where: 'population >=' }",
        "nearest: { to: cities, as: [x] }",
        "largest: { of: '', to: cities, column: population, within: 30 min }",
        "largest: { to: '', column: '', within: 30 min, touching: '', year: '' }",
        "touching: { of: '', to: '', polygons: '' }",
        "touching: { to: cities, polygons: [a] }",
        "day_return: { of: '', airports: '', flights: '', stations: '', rail: '' }",
        "day_return: { airports: [a], earliest: 30 km }",
        "area: { of: '' }",
        "locate: { of: '', in: '', as: x }",
        "locate: { of: [a], in: [b], as: [c] }",
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        char yaml[1024];
        (void)snprintf(yaml, sizeof yaml, "read:\n%s%smeasure:\n  - %s\n%s", READ_SITES, READ_CITIES, entries[i],
                       WRITE);
        if (plan_of(b, yaml) != TP_E_CONFIG) {
            fail_msg("'%s' gave %d", entries[i], (int)tp_faults_code(&b->faults));
        }
        assert_true(said(b, "", "c.yaml:5:"));
    }
}

static void six_mistakes_at_once(void **state) {
    bench *b = *state;
    assert_int_equal(plan_of(b, "run: { crs: EPSG:6668, year: 1600 }\n"                          /* 1 */
                                "read:\n" READ_SITES                                             /* 3 */
                                "  - cities: { file: nowhere.csv, id: id, crs: 'EPSG:6668' }\n"  /* 4 */
                                "  - airports: { file: airports.csv, idd: iata, crs: EPSG:1 }\n" /* 5 */
                                "measure:\n"
                                "  - nearest: { to: airports, within: 30 km }\n" /* 7 */
                                "  - distance: { to: airports }\n" WRITE),       /* 8 */
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:1:30", "year"));
    assert_true(said(b, "c.yaml:4:21", "nowhere.csv"));
    assert_true(said(b, "c.yaml:5:37", "unknown key 'idd'"));
    assert_true(said(b, "c.yaml:5:53", "EPSG:1"));
    assert_true(said(b, "c.yaml:7:38", "30 km"));
    assert_true(said(b, "c.yaml:8:5", "unknown stage 'distance'"));
    assert_int_equal(count_faults(b, false), 6);
}

static void the_smallest_code_wins(void **state) {
    bench *b = *state;
    static const char *const config = "run: { year: x }\n", *const machine =
                                                                "write:\n  - geopackage: no/such/out.gpkg\n";
    static const char *const missing = "  - cities: { file: nowhere.csv, crs: 'EPSG:6668' }\n";
    for (int set = 0; set < 8; set++) {
        char yaml[1024];
        (void)snprintf(yaml, sizeof yaml, "%sread:\n%s%s%s", set & 1 ? config : "", READ_SITES, set & 2 ? missing : "",
                       set & 4 ? machine : WRITE);
        write_text(b, "no", ""); /* a file where a folder is wanted */
        assert_int_equal(plan_of(b, yaml), set & 1   ? TP_E_CONFIG
                                           : set & 2 ? TP_E_DATA
                                           : set & 4 ? TP_E_MACHINE
                                                     : TP_OK);
        assert_int_equal(count_faults(b, false), (set & 1) + (set >> 1 & 1) + (set >> 2));
    }
}

static void files_that_are_no_configuration(void **state) {
    bench *b = *state;
    static const char *const texts[] = {"",
                                        "- a\n",
                                        "text\n",
                                        "read: {\n",
                                        "a: 1\na: 2\n",
                                        "read: text\n" WRITE,
                                        "read:\n  - sites\n" WRITE,
                                        "read:\n  - { sites: a.csv, cities: b.csv }\n" WRITE};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(plan_of(b, texts[i]), TP_E_CONFIG);
    }
    tp_plan *plan = NULL;
    tp_faults faults = {0};
    tp_plan_request request = {.config_path = "/no/such/file.yaml"};
    assert_int_equal(tp_plan_new(&request, &plan, &faults), TP_E_CONFIG);
    assert_null(plan);
    tp_faults_reset(&faults);
}

static void a_measure_and_the_prefecture_of_sites(void **state) {
    bench *b = *state;
    write_text(b, "prefectures.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":\"43\","
               "\"name\":\"Kumamoto\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
               "[[[130,32],[132,32],[132,34],[130,34],[130,32]]]}}]}");
    const char *read = "read:\n" READ_SITES READ_CITIES
                       "  - prefectures: { file: prefectures.geojson, id: code, name: name, crs: 'EPSG:6668' }\n";
    char yaml[1500];
    (void)snprintf(yaml, sizeof yaml, "%s%s", read, WRITE);
    assert_int_equal(plan_of(b, yaml), TP_OK);
    assert_non_null(find_step(b, "locate", "prefecture"));
    (void)snprintf(yaml, sizeof yaml, "%smeasure:\n  - locate: { in: prefectures, as: prefecture, of: sites }\n%s",
                   read, WRITE);
    assert_int_equal(plan_of(b, yaml), TP_OK); /* the configuration's own, and only that */
    size_t n = 0;
    for (size_t i = 0; i < b->plan->n_steps; i++) {
        n += strcmp(b->plan->steps[i]->stage->name, "locate") == 0;
    }
    assert_int_equal(n, 1);
}

/* ---- the command line ---- */

static void sets_and_output(void **state) {
    bench *b = *state;
    const char *const sets[] = {"measure.city.within=20 min", "run.year=1990"};
    char output[400];
    (void)snprintf(output, sizeof output, "%s/other.gpkg", b->folder);
    b->request.sets = sets;
    b->request.n_sets = 2;
    b->request.output = output;
    b->request.threads = 3;
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES
                                "measure:\n  - nearest: { to: cities, as: city, within: 40 min }\n" WRITE),
                     TP_OK);
    tp_origin origin = TP_ORIGIN_DEFAULT;
    const tp_step *city = find_step(b, "nearest", "city");
    assert_string_equal(setting_text(city, "within", &origin), "20 min");
    assert_int_equal(origin, TP_ORIGIN_COMMAND_LINE);
    assert_string_equal(setting_text(city, "to", &origin), "cities");
    assert_int_equal(origin, TP_ORIGIN_CONFIGURATION);
    assert_string_equal(setting_text(city, "detour", &origin), "1.3");
    assert_int_equal(origin, TP_ORIGIN_DEFAULT);
    assert_int_equal(b->plan->run.year, 1990);
    assert_int_equal(b->plan->run.threads, 3);
    assert_string_equal(setting_text(find_step(b, "geopackage", "geopackage"), "file", &origin), output);
    const char *const wrong[] = {"measure.city.within=20 km", "measure.city.whithin=20 min"};
    b->request.sets = wrong;
    assert_int_equal(
        plan_of(b, "read:\n" READ_SITES READ_CITIES "measure:\n  - nearest: { to: cities, as: city }\n" WRITE),
        TP_E_CONFIG);
    assert_true(said(b, "--set", "20 km"));
    assert_true(said(b, "--set", "unknown key 'whithin'"));
}

static void one_ad_hoc_site(void **state) {
    bench *b = *state;
    b->request.site_id = "here";
    b->request.site_lon_deg = 130.7;
    b->request.site_lat_deg = 32.8;
    b->request.without_write = true;
    write_text(b, "p.yaml",
               PROFILE_HEAD CRITERION("c") "    measure: { nearest: { to: cities } }\n    at_most: 30 min\n");
    assert_int_equal(plan_of(b, "read:\n  - sites: { file: not_there.shp }\n" READ_CITIES JUDGE WRITE), TP_OK);
    assert_int_equal(tp_schema_find(&b->plan->schema, "sites")->n_features, 1);
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    assert_int_equal(tp_plan_run(b->plan, &dataset, &error), TP_OK);
    assert_int_equal(dataset->n_results, 1);
    assert_string_equal(tp_layer_id(tp_dataset_layer(dataset, "sites"), 0), "here");
    assert_int_equal(dataset->site_verdict[0], TP_MET);
    tp_dataset_free(dataset);
}

/* ---- profiles ---- */

static tp_code plan_profile(bench *b, const char *layers, const char *criteria) {
    char text[3000], yaml[2000];
    (void)snprintf(text, sizeof text, "%s%s", PROFILE_HEAD, criteria);
    write_text(b, "p.yaml", text);
    (void)snprintf(yaml, sizeof yaml, "read:\n%s%s%s%s", READ_SITES, layers, JUDGE, WRITE);
    return plan_of(b, yaml);
}

static void layers_that_profiles_name(void **state) {
    bench *b = *state;
    assert_int_equal(
        plan_profile(b, "", CRITERION("c") "    measure: { nearest: { to: plants } }\n    at_most: 30 min\n"), TP_OK);
    assert_int_equal(count_faults(b, true), 1);
    assert_true(said(b, "", "layer plants is not read"));
    assert_int_equal(
        plan_profile(b, "", CRITERION("c") "    measure: { nearest: { to: ports } }\n    at_most: 30 min\n"),
        TP_E_CONFIG);
    assert_true(said(b, "profiles/p.yaml:8:31", "'ports', which is neither a standard layer nor read"));
    assert_int_equal(
        plan_profile(b, READ_PLANTS, CRITERION("c") "    measure: { nearest: { to: plants } }\n    at_most: 30 min\n"),
        TP_OK);
    assert_int_equal(b->faults.n, 0);
}

/* A layer in a setting that is not required is named all the same; defaults are needed without being named. */
static void layers_beside_the_required_ones(void **state) {
    bench *b = *state;
    assert_int_equal(
        plan_profile(b, READ_CITIES,
                     CRITERION("c") "    measure: { largest: { to: cities, column: population, within: 1 h, "
                                    "touching: parishes } }\n    at_least: 3 persons\n"),
        TP_E_CONFIG);
    assert_true(said(b, "", "'parishes', which is neither a standard layer nor read"));
    assert_int_equal(
        plan_profile(b, READ_CITIES,
                     CRITERION("c") "    measure: { largest: { to: cities, column: population, within: 1 h, "
                                    "touching: municipalities } }\n    at_least: 3 persons\n"),
        TP_OK);
    assert_int_equal(b->faults.n, 0); /* it does without */
    assert_int_equal(
        plan_profile(b, READ_AIRPORTS, CRITERION("c") "    measure: { day_return: {} }\n    at_least: 4 h\n"), TP_OK);
    assert_int_equal(count_faults(b, true), 3);
    assert_true(said(b, "", "layer flights is not read: what criterion c takes from it is unknown"));
    assert_true(said(b, "", "layer stations is not read"));
    assert_true(said(b, "", "layer rail is not read"));
}

static void measures_and_thresholds_that_do_not_fit(void **state) {
    bench *b = *state;
    assert_int_equal(
        plan_profile(b, READ_CITIES,
                     CRITERION("a") "    measure: { nearest: { to: cities } }\n    at_most: 30 km\n" /* 8 */
                     CRITERION("b") "    measure: { count: { to: cities, within: 1 h } }\n    at_least: 1 "
                                    "h\n" CRITERION("c") "    measure: { nearst: { to: cities } }\n    at_most: 30 "
                                                         "min\n" CRITERION("d") "    measure: { locate: { in: cities } "
                                                                                "}\n    at_most: 30 min\n" CRITERION(
                                                                                    "e") "    measure: { nearest: { "
                                                                                         "to: cities, whith: 3 } }\n   "
                                                                                         " at_most: 1 h\n"),
        TP_E_CONFIG);
    assert_true(
        said(b, "profiles/p.yaml:9:14", "the threshold is a length such as `25 km`, but 'nearest' measures a time"));
    assert_true(said(b, "profiles/p.yaml:15:15", "the threshold is a time"));
    assert_true(said(b, "profiles/p.yaml:20:16", "unknown measure 'nearst' (did you mean 'nearest'?"));
    assert_true(said(b, "profiles/p.yaml:26:16", "unknown measure 'locate'"));
    assert_true(said(b, "profiles/p.yaml:32:39", "unknown key 'whith'"));
}

static void the_first_part_that_is_read(void **state) {
    bench *b = *state;
    const char *criteria =
        CRITERION("c") "    first_read:\n"
                       "      - { measure: { nearest: { to: cores } }, at_most: 20 min }\n"
                       "      - { measure: { nearest: { to: [cities, plants] } }, at_most: 40 min }\n"
                       "      - { measure: { nearest: { to: airports } }, at_most: 60 min }\n";
    static const struct {
        const char *layers;
        double threshold;
        size_t warnings;
    } cases[] = {
        {READ_CITIES READ_AIRPORTS, 60, 0},
        {READ_CITIES READ_PLANTS READ_AIRPORTS, 40, 0},
        {READ_CITIES, 60, 1}, /* none is read: the last one, unknown */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(plan_profile(b, cases[i].layers, criteria), TP_OK);
        const tp_criterion *criterion = &b->plan->profiles[0]->criteria[0];
        assert_int_equal(criterion->n_parts, 1);
        assert_true(criterion->parts[0].threshold.value == cases[i].threshold);
        assert_int_equal(count_faults(b, true), cases[i].warnings);
    }
    char yaml[2000];
    (void)snprintf(yaml, sizeof yaml, "read:\n%s%s%s%s%s", READ_SITES, READ_CITIES,
                   "  - cores: { file: cities.csv, id: id, crs: 'EPSG:6668' }\n", JUDGE, WRITE);
    assert_int_equal(plan_of(b, yaml), TP_OK);
    assert_true(b->plan->profiles[0]->criteria[0].parts[0].threshold.value == 20);
}

static void an_optional_part(void **state) {
    bench *b = *state;
    const char *criteria =
        CRITERION("c") "    any:\n"
                       "      - { measure: { nearest: { to: cities } }, at_most: 20 min }\n"
                       "      - { measure: { nearest: { to: plants } }, at_most: 20 min, optional: yes }\n";
    for (int read = 0; read < 2; read++) {
        assert_int_equal(plan_profile(b, read ? READ_CITIES READ_PLANTS : READ_CITIES, criteria), TP_OK);
        const tp_part *part = &b->plan->profiles[0]->criteria[0].parts[1];
        assert_int_equal(b->faults.n, 0);
        assert_int_equal(part->left_out, !read);
        assert_int_equal(part->measure_name != NULL, read);
    }
}

static void equal_measures_are_measured_once(void **state) {
    bench *b = *state;
    write_text(b, "q.yaml",
               "id: q\ntitle: { en: Q, ja: Q }\ncriteria:\n" CRITERION(
                   "c") "    measure: { nearest: { to: cities, where: population >= 5 } }\n    at_most: 99 min\n");
    write_text(
        b, "p.yaml",
        PROFILE_HEAD CRITERION(
            "a") "    measure: { nearest: { to: cities, where: population >= 5 } }\n"
                 "    at_most: 30 min\n" CRITERION(
                     "b") "    measure: { nearest: { to: cities, where: population >= 5 } }\n    at_most: 40 min\n"
                          "    also:\n      - again: { nearest: { to: cities, where: population >= 5 } }\n"
                          "      - other: { nearest: { to: cities, where: population >= 6 } }\n");
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES
                                "measure:\n  - nearest: { to: cities, where: population >= 5, as: mine }\n"
                                "judge:\n  - profile: p\n  - profile: { file: q.yaml }\n" WRITE),
                     TP_OK);
    size_t n = 0;
    for (size_t i = 0; i < b->plan->n_steps; i++) {
        n += strcmp(b->plan->steps[i]->stage->name, "nearest") == 0;
    }
    assert_int_equal(n, 3); /* the configuration's own, and two that profiles imply */
    const tp_criterion *criteria = b->plan->profiles[0]->criteria;
    assert_string_equal(criteria[0].parts[0].measure_name, "p/a/1");
    assert_string_equal(criteria[1].parts[0].measure_name, "p/a/1");
    assert_string_equal(criteria[1].also[0].measure_name, "p/a/1");
    assert_string_equal(criteria[1].also[1].measure_name, "p/b/other");
    assert_string_equal(b->plan->profiles[1]->criteria[0].parts[0].measure_name, "p/a/1");
    const tp_head *sites = tp_schema_find(&b->plan->schema, "sites");
    assert_non_null(tp_head_field(sites, "mine_minutes")); /* implied ones add no columns */
    for (size_t i = 0; i < sites->n_fields; i++) {
        assert_null(strchr(sites->fields[i].name, '/'));
    }
}

static void profiles_that_are_not_there(void **state) {
    bench *b = *state;
    write_text(b, "p.yaml",
               PROFILE_HEAD CRITERION("c") "    measure: { nearest: { to: cities } }\n    at_most: 30 min\n");
    assert_int_equal(plan_of(b, "read:\n" READ_SITES READ_CITIES "judge:\n  - profile: nobody\n  - profile: p\n"
                                "  - profile: ./p.yaml\n" WRITE),
                     TP_E_CONFIG);
    assert_true(said(b, "c.yaml:5:14", "there is no profile 'nobody'"));
    assert_true(said(b, "c.yaml:7:14", "the profile 'p' is named twice"));
    assert_int_equal(plan_of(b, "read:\n" READ_CITIES JUDGE WRITE), TP_E_CONFIG);
    assert_true(said(b, "c.yaml:1:1", "judges the layer 'sites', which is not read"));
}

/* ---- from files to verdicts ---- */

static double minutes_between(double lon1, double lat1, double lon2, double lat2) {
    struct geod_geodesic grs80;
    double distance_m;
    geod_init(&grs80, 6378137.0, 1 / 298.257222101);
    geod_inverse(&grs80, lat1, lon1, lat2, lon2, &distance_m, NULL, NULL);
    return distance_m / 1000 * 1.3 / 40 * 60;
}

static void a_run_without_writing(void **state) {
    bench *b = *state;
    b->request.without_write = true;
    assert_int_equal(
        plan_profile(b, READ_CITIES,
                     CRITERION("city") "    measure: { nearest: { to: cities, where: population >= 200000 } }\n"
                                       "    at_most: 30 min\n" CRITERION(
                                           "plant") "    measure: { nearest: { to: plants } }\n    at_most: 30 min\n"),
        TP_OK);
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    assert_int_equal(tp_plan_run(b->plan, &dataset, &error), TP_OK);
    assert_int_equal(dataset->n_results, 2);
    const tp_result *city = dataset->results[0], *plant = dataset->results[1];
    double near = minutes_between(130.7, 32.8, 130.75, 32.8), far = minutes_between(135.5, 34.7, 130.75, 32.8);
    assert_int_equal(city->verdict[0], TP_MET);
    assert_int_equal(city->verdict[1], TP_NOT_MET);
    assert_true(fabs(city->value[0] - near) <= 1e-9 && fabs(city->margin[0] - (30 - near)) <= 1e-9);
    assert_true(fabs(city->value[1] - far) <= 1e-9 && fabs(city->margin[1] - (30 - far)) <= 1e-9);
    for (int row = 0; row < 2; row++) {
        assert_int_equal(plant->verdict[row], TP_UNKNOWN); /* the layer is not read */
        assert_int_equal(plant->known[row], 0);
    }
    assert_int_equal(dataset->site_verdict[0], TP_UNKNOWN);
    assert_int_equal(dataset->site_verdict[1], TP_NOT_MET);
    bool found = false;
    for (size_t i = 0; i < dataset->n_parameters; i++) {
        const tp_parameter *parameter = &dataset->parameters[i];
        assert_string_not_equal(parameter->key, "threads"); /* the result does not depend on it */
        found = found || (strcmp(parameter->step, "p/city/1") == 0 && strcmp(parameter->key, "to") == 0 &&
                          strcmp(parameter->value, "cities") == 0 && strcmp(parameter->origin, "profile") == 0);
    }
    assert_true(found);
    tp_dataset_free(dataset);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(steps_in_the_order_of_the_phases),
        TEST(only_read_and_write_are_needed),
        TEST(words_that_are_not_known),
        TEST(names_that_are_taken_or_wrong),
        TEST(columns_that_are_there_already),
        TEST(layers_that_are_not_read),
        TEST(columns_that_are_missing_are_faults_of_data),
        TEST(empty_and_wrong_settings_are_survived),
        TEST(six_mistakes_at_once),
        TEST(the_smallest_code_wins),
        TEST(files_that_are_no_configuration),
        TEST(a_measure_and_the_prefecture_of_sites),
        TEST(sets_and_output),
        TEST(one_ad_hoc_site),
        TEST(layers_that_profiles_name),
        TEST(layers_beside_the_required_ones),
        TEST(measures_and_thresholds_that_do_not_fit),
        TEST(the_first_part_that_is_read),
        TEST(an_optional_part),
        TEST(equal_measures_are_measured_once),
        TEST(profiles_that_are_not_there),
        TEST(a_run_without_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
