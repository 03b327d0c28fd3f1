/* What the tests of the GeoPackage sinks share: a layer of four columns, and a sink that writes it in a folder of its own. */
#ifndef TP_TEST_SINK_FIXTURE_H
#define TP_TEST_SINK_FIXTURE_H

#include "write_fixture.h"

#include "5_write/sink.h"

static char NAME[] = "name", COUNT[] = "count", VALUE[] = "value", VERDICT[] = "verdict", NONE[] = "";
static const tp_field FIELDS[] = {
    {.name = NAME, .type = TP_TYPE_TEXT, .unit = NONE, .help = NONE},
    {.name = COUNT, .type = TP_TYPE_INT64, .unit = NONE, .help = NONE},
    {.name = VALUE, .type = TP_TYPE_DOUBLE, .unit = NONE, .help = NONE},
    {.name = VERDICT, .type = TP_TYPE_VERDICT, .unit = NONE, .help = NONE},
};
enum { N_FIELDS = 4 };

/* The sink under test; each group of tests sets it. */
static tp_code (*new_sink)(const char *path, const char *geographic_crs, const char *output_crs, tp_sink **sink,
                           tp_error *error);

UNUSED static tp_sink_layer layer_of(const char *name, tp_geometry geometry) {
    return (tp_sink_layer){.name = name,
                           .title = name,
                           .description = "what it is",
                           .geometry = geometry,
                           .fields = FIELDS,
                           .n_fields = N_FIELDS};
}

UNUSED static tp_shape point(double lon_deg, double lat_deg) {
    return (tp_shape){.geometry = TP_GEOMETRY_POINT, .lon_deg = lon_deg, .lat_deg = lat_deg};
}

UNUSED static tp_code write_points(tp_sink *sink, const char *name, int64_t n, tp_error *error) {
    tp_sink_layer layer = layer_of(name, TP_GEOMETRY_POINT);
    tp_code code = tp_sink_begin_layer(sink, &layer, error);
    for (int64_t i = 0; code == TP_OK && i < n; i++) {
        tp_cell cells[N_FIELDS] = {
            {.text = "熊本 ①㈱髙﨑～"}, {.i64 = INT64_MAX - i}, {.f64 = 0.1 * (double)i}, {.text = "met"}};
        cells[0].missing = i % 3 == 1;
        cells[1].missing = i % 3 == 1;
        cells[2].missing = i % 3 == 1;
        tp_shape shape = i % 5 == 4 ? (tp_shape){.geometry = TP_GEOMETRY_NONE}
                                    : point(130 + 0.001 * (double)(i % 1000), 33.25 + 0.001 * (double)(i / 1000));
        code = tp_sink_row(sink, cells, &shape, error);
    }
    return code == TP_OK ? tp_sink_end_layer(sink, error) : code;
}

typedef struct fixture {
    char *folder, *path;
    tp_sink *sink;
    tp_error error;
} fixture;

UNUSED static fixture start(const char *crs) {
    fixture fixture = {.folder = make_folder()};
    fixture.path = tp_text_format("%s/out.gpkg", fixture.folder);
    assert_int_equal(new_sink(fixture.path, "EPSG:6668", crs, &fixture.sink, &fixture.error), TP_OK);
    return fixture;
}

UNUSED static void commit(fixture *fixture) {
    tp_code code = tp_sink_commit(fixture->sink, &fixture->error);
    assert_string_equal(fixture->error.message, "");
    assert_int_equal(code, TP_OK);
    tp_sink_free(fixture->sink);
    fixture->sink = NULL;
}

UNUSED static void stop(fixture *fixture) {
    tp_sink_free(fixture->sink);
    free(fixture->path);
    remove_folder(fixture->folder);
}

#endif
