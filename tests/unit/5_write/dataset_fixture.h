/* A small judged dataset built by hand: three sites, two profiles, fake measure kinds. */
#ifndef TP_TEST_DATASET_FIXTURE_H
#define TP_TEST_DATASET_FIXTURE_H

#include "write_fixture.h"

#include "support.h"
#include "technopolis/dataset.h"
#include "technopolis/node.h"

#include <math.h>

#define OK(call) assert_int_equal((call), TP_OK)

static void say_name(const tp_measure *measure, int64_t row, tp_text *text) {
    tp_text_add(text, "%s found %d", measure->name, (int)row);
}

/* Says something of row 0 only. */
static void say_little(const tp_measure *measure, int64_t row, tp_text *text) {
    if (row == 0) {
        tp_text_add(text, "%s", measure->name);
    }
}

static const tp_measure_kind NEAREST = {.name = "nearest", .dimension = TP_DIMENSION_TIME, .evidence = say_name};
static const tp_measure_kind COUNT = {.name = "count", .dimension = TP_DIMENSION_COUNT, .evidence = say_name};
static const tp_measure_kind LARGEST = {.name = "largest", .dimension = TP_DIMENSION_COUNT, .evidence = say_little};

static tp_part PARTS_HUB[] = {
    {.kind = "nearest", .comparison = TP_AT_MOST, .threshold = {30, TP_DIMENSION_TIME, "min"}},
    {.kind = "nearest", .comparison = TP_AT_MOST, .threshold = {25, TP_DIMENSION_TIME, "min"}},
};
static tp_part PARTS_INDUSTRY[] = {
    {.kind = "count", .comparison = TP_AT_LEAST, .threshold = {2, TP_DIMENSION_COUNT, "industries"}},
};
static tp_part PARTS_CITY[] = {
    {.kind = "nearest", .comparison = TP_AT_MOST, .threshold = {30, TP_DIMENSION_TIME, "min"}},
    {.kind = "touching",
     .comparison = TP_AT_MOST,
     .threshold = {0, TP_DIMENSION_TIME, "min"},
     .optional = true,
     .left_out = true},
};
static tp_also ALSO_CITY[] = {{.name = "population", .kind = "largest"}};
static tp_criterion CRITERIA[] = {
    {.id = "transport_hub",
     .title_en = "Transport",
     .title_ja = "交通",
     .source = "MITI 1982",
     .required = true,
     .combine = TP_COMBINE_ANY,
     .parts = PARTS_HUB,
     .n_parts = 2},
    {.id = "leading_industries",
     .title_en = "Industries",
     .title_ja = "産業",
     .source = "MITI 1982",
     .required = true,
     .combine = TP_COMBINE_ALL,
     .parts = PARTS_INDUSTRY,
     .n_parts = 1},
    {.id = "mother_city",
     .title_en = "Mother city",
     .title_ja = "母都市",
     .source = "MITI 1982",
     .required = false,
     .combine = TP_COMBINE_FIRST,
     .parts = PARTS_CITY,
     .n_parts = 2,
     .also = ALSO_CITY,
     .n_also = 1},
};
static tp_profile PROFILES[] = {
    {.id = "list1982", .criteria = CRITERIA, .n_criteria = 3},
    {.id = "law1983", .criteria = CRITERIA + 1, .n_criteria = 1},
};

static void set_text(tp_layer *layer, const char *name, const char *origin, const char *const *texts) {
    tp_column *column = NULL;
    OK(tp_layer_add_column(layer, name, TP_TYPE_TEXT, NULL, origin, &column, NULL));
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (texts[row] != NULL) {
            OK(tp_column_set_text(column, row, texts[row], strlen(texts[row]), NULL));
        }
    }
}

static tp_layer *add_layer(tp_dataset *dataset, const char *name, tp_geometry geometry, int64_t n_rows,
                           const char *file) {
    tp_layer *layer = NULL;
    OK(tp_layer_new(name, geometry, &layer, NULL));
    OK(tp_layer_add_rows(layer, n_rows, NULL));
    int32_t source = -1;
    if (file != NULL) {
        OK(tp_dataset_add_source(dataset, name, file, &source, NULL));
        dataset->sources[source].features_read = n_rows + 1;
        dataset->sources[source].features_kept = n_rows;
        dataset->sources[source].encoding = tp_text_copy("CP932");
    }
    for (int64_t row = 0; row < n_rows; row++) {
        layer->source[row] = source;
        layer->source_fid[row] = source < 0 ? -1 : 10 * row;
    }
    OK(tp_dataset_add_layer(dataset, layer, NULL));
    return layer;
}

static void add_sites(tp_dataset *dataset) {
    tp_layer *sites = add_layer(dataset, "sites", TP_GEOMETRY_POINT, 3, "../geodata/sites.shp");
    const double lon_deg[] = {130.7417, 139.7671, 141.3545}, lat_deg[] = {32.7898, 35.6812, 43.0621};
    memcpy(sites->lon_deg, lon_deg, sizeof lon_deg);
    memcpy(sites->lat_deg, lat_deg, sizeof lat_deg);
    set_text(sites, "site_id", "file", (const char *[]){"technopolis-23", "capital-13", "capital-01"});
    set_text(sites, "name_en", "file", (const char *[]){"Kumamoto", "Tokyo", NULL});
    set_text(sites, "Name_JA", "file", (const char *[]){"x", "y", "z"});
    set_text(sites, "name_ja", "file", (const char *[]){"熊本", "東京", NULL});
    set_text(sites, "Verdict", "file", (const char *[]){"good", "bad", NULL});
    set_text(sites, "prefecture_code", "locate", (const char *[]){"43", "13", NULL});
    set_text(sites, "prefecture_name", "locate", (const char *[]){"Kumamoto", "Tokyo", NULL});
    set_text(sites, "prefecture_method", "locate", (const char *[]){"polygon", "stated", NULL});
    tp_column *minutes = NULL;
    OK(tp_layer_add_column(sites, "airport_minutes", TP_TYPE_DOUBLE, "min", "nearest", &minutes, NULL));
    tp_column_set_double(minutes, 0, 12.5);
    sites->id = tp_layer_column(sites, "site_id");
    sites->label = tp_layer_column(sites, "name_en");
}

static void add_airports(tp_dataset *dataset) {
    tp_layer *airports = add_layer(dataset, "airports", TP_GEOMETRY_POINT, 2, "../geodata/airports.shp");
    airports->lon_deg[0] = 130.8551;
    airports->lat_deg[0] = 32.8373;
    airports->lon_deg[1] = 139.7671; /* exactly at a site */
    airports->lat_deg[1] = 35.6812;
    set_text(airports, "iata", "file", (const char *[]){"KMJ", "HND"});
    set_text(airports, "source_file", "file", (const char *[]){"own column", NULL});
    airports->id = tp_layer_column(airports, "iata");
}

static void add_prefectures(tp_dataset *dataset) {
    tp_layer *prefectures = add_layer(dataset, "prefectures", TP_GEOMETRY_POLYGON, 1, "../geodata/prefectures.shp");
    const double x[] = {130, 132, 132, 130, 130}, y[] = {32, 32, 34, 34, 32};
    OK(tp_shapes_add_row(&prefectures->shapes, NULL));
    OK(tp_shapes_add_part(&prefectures->shapes, NULL));
    OK(tp_shapes_add_ring(&prefectures->shapes, x, y, 5, NULL));
    set_text(prefectures, "code", "file", (const char *[]){"43"});
    prefectures->id = tp_layer_column(prefectures, "code");
}

static void add_flights(tp_dataset *dataset) {
    tp_layer *flights = add_layer(dataset, "flights", TP_GEOMETRY_NONE, 1, "../geodata/flights.csv");
    set_text(flights, "flight_id", "file", (const char *[]){"KMJ-TYO"});
    flights->id = tp_layer_column(flights, "flight_id");
}

static tp_measure *add_measure(tp_dataset *dataset, const char *name, const tp_measure_kind *kind, const tp_layer *to) {
    tp_measure *measure = NULL;
    OK(tp_measure_new(name, kind, tp_dataset_layer(dataset, "sites"), &measure, NULL));
    OK(tp_dataset_add_measure(dataset, measure, NULL));
    if (to != NULL) {
        OK(tp_measure_add_to(measure, to, NULL));
    }
    return measure;
}

static tp_result *add_result(tp_dataset *dataset, const tp_profile *profile, const tp_criterion *criterion) {
    int64_t n = tp_dataset_layer(dataset, "sites")->n_rows;
    tp_result *result = calloc(1, sizeof *result);
    assert_non_null(result);
    result->profile = profile;
    result->criterion = criterion;
    result->measures = calloc(criterion->n_parts, sizeof *result->measures);
    result->also = calloc(criterion->n_also + 1, sizeof *result->also);
    result->verdict = calloc((size_t)n, 1);
    result->part = calloc((size_t)n, 1);
    result->known = calloc((size_t)n, 1);
    result->value = calloc((size_t)n, sizeof *result->value);
    result->margin = calloc((size_t)n, sizeof *result->margin);
    OK(tp_dataset_add_result(dataset, result, NULL));
    return result;
}

static void set_result(tp_result *result, int64_t row, tp_verdict verdict, uint8_t part, double value, double margin) {
    result->verdict[row] = (uint8_t)verdict;
    result->part[row] = part;
    result->known[row] = 3;
    result->value[row] = value;
    result->margin[row] = margin;
}

/* transport_hub: airports by minutes with links, and a second part over the flights. */
static void add_hub(tp_dataset *dataset) {
    tp_measure *near = add_measure(dataset, "hub/1", &NEAREST, tp_dataset_layer(dataset, "airports"));
    tp_measure *table = add_measure(dataset, "hub/2", &NEAREST, tp_dataset_layer(dataset, "flights"));
    tp_measure_set(near, 0, 20, TP_METHOD_STRAIGHT_LINE);
    tp_measure_set(near, 1, 0, TP_METHOD_STRAIGHT_LINE);
    tp_measure_set(table, 0, 22, TP_METHOD_TABLE);
    tp_link links[3 * TP_LINKS_MAX] = {0};
    links[0] = (tp_link){.layer = 0, .note = -1, .row = 0, .minutes = 20, .distance_m = 11855};
    links[TP_LINKS_MAX] = (tp_link){.layer = 0, .note = -1, .row = 1, .minutes = 0, .distance_m = 0};
    links[TP_LINKS_MAX + 1] = (tp_link){.layer = 0, .note = -1, .row = 1, .minutes = 1, .distance_m = 1};
    assert_true(tp_test_give_links(near, (const uint8_t[]){1, 2, 0}, links));
    links[0] = (tp_link){.layer = 0, .note = -1, .row = 0, .minutes = 22, .distance_m = NAN};
    assert_true(tp_test_give_links(table, (const uint8_t[]){1, 0, 0}, links));
    tp_result *result = add_result(dataset, &PROFILES[0], &CRITERIA[0]);
    result->measures[0] = near;
    result->measures[1] = table;
    set_result(result, 0, TP_MET, 1, 22, 3);
    set_result(result, 1, TP_MET, 0, 0, 30);
    result->verdict[2] = TP_NOT_MET; /* unreachable: no value, no margin */
}

static void add_industries(tp_dataset *dataset, const tp_profile *profile) {
    char *name = tp_text_format("%s/industries", profile->id);
    tp_measure *count = add_measure(dataset, name, &COUNT, NULL);
    free(name);
    count->missing_layer = tp_text_copy("plants");
    tp_result *result = add_result(dataset, profile, &CRITERIA[1]);
    result->measures[0] = count;
    for (int64_t row = 0; row < 3; row++) {
        result->verdict[row] = TP_UNKNOWN;
    }
}

static void add_city(tp_dataset *dataset) {
    tp_measure *near = add_measure(dataset, "city/1", &NEAREST, NULL);
    tp_measure *also = add_measure(dataset, "city/population", &LARGEST, NULL);
    tp_measure_set(near, 0, 30, TP_METHOD_STRAIGHT_LINE);
    tp_measure_set(also, 0, 740822, TP_METHOD_STRAIGHT_LINE);
    tp_result *result = add_result(dataset, &PROFILES[0], &CRITERIA[2]);
    result->measures[0] = near;
    result->also[0] = also;
    set_result(result, 0, TP_MET, 0, 30, 0);
    set_result(result, 1, TP_NOT_MET, 0, 31, -1);
    set_result(result, 2, TP_NOT_MET, 0, 45, -15);
}

static tp_dataset *make_dataset(void) {
    tp_dataset *dataset = NULL;
    OK(tp_dataset_new(&dataset, NULL));
    dataset->geographic_crs = tp_text_copy("EPSG:6668");
    add_airports(dataset);
    add_flights(dataset);
    add_sites(dataset);
    add_prefectures(dataset);
    tp_layer *stations = add_layer(dataset, "stations", TP_GEOMETRY_POINT, 0, "../geodata/stations.shp");
    set_text(stations, "station_id", "file", NULL);
    stations->id = tp_layer_column(stations, "station_id");
    tp_layer *made = add_layer(dataset, "grid", TP_GEOMETRY_POINT, 1, NULL);
    set_text(made, "cell", "grid", (const char *[]){"1"});
    made->id = tp_layer_column(made, "cell");
    dataset->profiles = malloc(2 * sizeof *dataset->profiles);
    assert_non_null(dataset->profiles);
    dataset->profiles[0] = &PROFILES[0];
    dataset->profiles[1] = &PROFILES[1];
    dataset->n_profiles = 2;
    add_hub(dataset);
    add_industries(dataset, &PROFILES[0]);
    add_city(dataset);
    add_industries(dataset, &PROFILES[1]);
    dataset->site_verdict = malloc(6);
    assert_non_null(dataset->site_verdict);
    memcpy(dataset->site_verdict,
           (const uint8_t[]){TP_UNKNOWN, TP_UNKNOWN, TP_NOT_MET, TP_UNKNOWN, TP_UNKNOWN, TP_UNKNOWN}, 6);
    OK(tp_dataset_reject(dataset, "airports", 0, 7, "null_geometry", NULL, "%s", "no point"));
    OK(tp_dataset_reject(dataset, "plants", -1, -1, "unreadable", NULL, "%s", ""));
    OK(tp_dataset_add_parameter(dataset, "measure/airport", "within", "30 min", "configuration", NULL));
    return dataset;
}

#endif
