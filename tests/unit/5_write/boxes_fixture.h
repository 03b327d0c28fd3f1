/*
 * Rows whose boxes are known, for the tests of the spatial index: written by a sink, looked for by filters through the index
 * of the file, and found again by a look at every box.
 */
#ifndef TP_TEST_BOXES_FIXTURE_H
#define TP_TEST_BOXES_FIXTURE_H

#include "sink_fixture.h"

enum { X0, Y0, X1, Y1 };

/* What a row must hold. */
typedef struct boxed_row {
    int64_t fid, count;
    bool gone;      /* deleted */
    bool has_shape; /* in the index: neither without geometry nor with an empty one */
    double box[4];
} boxed_row;

typedef struct boxed_layer {
    char name[16];
    tp_geometry geometry;
    int64_t n, capacity;
    boxed_row *rows;
} boxed_layer;

UNUSED static boxed_row *add_row(boxed_layer *layer) {
    if (layer->n == layer->capacity) {
        layer->capacity = layer->capacity == 0 ? 64 : 2 * layer->capacity;
        layer->rows = realloc(layer->rows, sizeof *layer->rows * (size_t)layer->capacity);
        assert_non_null(layer->rows);
    }
    boxed_row *row = &layer->rows[layer->n++];
    *row = (boxed_row){.fid = layer->n};
    return row;
}

/* In [0, 1). */
UNUSED static double uniform(uint64_t *seed) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (double)(*seed >> 40) / (1 << 24);
}

UNUSED static int64_t below(uint64_t *seed, int64_t n) {
    return (int64_t)(uniform(seed) * (double)n);
}

/* In two clumps and alone; some of them points, where the geometry allows it. */
UNUSED static void make_box(tp_geometry geometry, uint64_t *seed, double *box) {
    bool flat = geometry == TP_GEOMETRY_POINT || (geometry == TP_GEOMETRY_LINE && below(seed, 7) == 0);
    double y = uniform(seed);
    box[X0] = (below(seed, 2) == 0 ? 130 : 140) + uniform(seed);
    box[Y0] = 33 + 10 * y * y;
    box[X1] = box[X0] + (flat ? 0 : 0.001 + 0.1 * uniform(seed));
    box[Y1] = box[Y0] + (flat ? 0 : 0.001 + 0.1 * uniform(seed));
}

/* The row's geometry: a point, a line across the box, or the box itself; without one, by turns none at all or no part. */
UNUSED static void write_boxed(tp_sink *sink, tp_geometry geometry, const boxed_row *row) {
    const double *b = row->box, x[] = {b[X0], b[X1], b[X1], b[X0], b[X0]}, y[] = {b[Y0], b[Y0], b[Y1], b[Y1], b[Y0]};
    const double across_x[] = {b[X0], b[X1]}, across_y[] = {b[Y0], b[Y1]};
    bool line = geometry == TP_GEOMETRY_LINE, point = geometry == TP_GEOMETRY_POINT;
    tp_shapes shapes = {0};
    assert_int_equal(tp_shapes_add_row(&shapes, NULL), TP_OK);
    if (row->has_shape && !point) {
        assert_int_equal(tp_shapes_add_part(&shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&shapes, line ? across_x : x, line ? across_y : y, line ? 2 : 5, NULL),
                         TP_OK);
    }
    tp_cell cells[N_FIELDS] = {{.missing = true}, {.i64 = row->count}, {.f64 = 0.5}, {.text = "met"}};
    tp_shape shape = {.geometry = geometry, .lon_deg = b[X0], .lat_deg = b[Y0], .shapes = point ? NULL : &shapes};
    if (!row->has_shape && (point || row->fid % 2 == 0)) {
        shape = (tp_shape){.geometry = TP_GEOMETRY_NONE};
    }
    tp_error error = {0};
    assert_int_equal(tp_sink_row(sink, cells, &shape, &error), TP_OK);
    tp_shapes_reset(&shapes);
}

/* n rows with a box; `gaps`: before each but the first, and after the last, one without. */
UNUSED static void write_boxes(fixture *fixture, int64_t n, bool gaps, boxed_layer *layer) {
    tp_sink_layer words = layer_of(layer->name, layer->geometry);
    assert_int_equal(tp_sink_begin_layer(fixture->sink, &words, &fixture->error), TP_OK);
    uint64_t seed = 12345;
    for (int64_t i = 0; i < n + (gaps ? n : 0); i++) {
        boxed_row *row = add_row(layer);
        row->has_shape = !gaps || i % 2 == 0;
        row->count = row->fid;
        make_box(layer->geometry, &seed, row->box);
        write_boxed(fixture->sink, layer->geometry, row);
    }
    assert_int_equal(tp_sink_end_layer(fixture->sink, &fixture->error), TP_OK);
}

typedef struct found_rows {
    int64_t n, sum_of_fids;
} found_rows;

UNUSED static found_rows find_by_looking(const boxed_layer *layer, const double *window) {
    found_rows found = {0};
    for (int64_t i = 0; i < layer->n; i++) {
        const boxed_row *row = &layer->rows[i];
        if (row->box[X0] <= window[X1] && row->box[X1] >= window[X0] && row->box[Y0] <= window[Y1] &&
            row->box[Y1] >= window[Y0] && row->has_shape && !row->gone) {
            found.n++;
            found.sum_of_fids += row->fid;
        }
    }
    return found;
}

/* The index gives candidates, whose boxes it holds rounded outwards; the geometries decide. */
UNUSED static found_rows find_by_index(GDALDatasetH dataset, const char *name, const double *w) {
    char sql[700];
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*), coalesce(sum(fid), 0) FROM %s l JOIN rtree_%s_geom r ON r.id = l.fid WHERE "
                   "r.minx <= %.17g AND r.maxx >= %.17g AND r.miny <= %.17g AND r.maxy >= %.17g AND "
                   "ST_MinX(geom) <= %.17g AND ST_MaxX(geom) >= %.17g AND ST_MinY(geom) <= %.17g AND "
                   "ST_MaxY(geom) >= %.17g",
                   name, name, w[X1], w[X0], w[Y1], w[Y0], w[X1], w[X0], w[Y1], w[Y0]);
    OGRLayerH answer = GDALDatasetExecuteSQL(dataset, sql, NULL, NULL);
    assert_non_null(answer);
    OGRFeatureH row = OGR_L_GetNextFeature(answer);
    found_rows found = {OGR_F_GetFieldAsInteger64(row, 0), OGR_F_GetFieldAsInteger64(row, 1)};
    OGR_F_Destroy(row);
    GDALDatasetReleaseResultSet(dataset, answer);
    return found;
}

/* A rectangle anywhere, of any size; every fourth touches a row's box in one corner only. */
UNUSED static void make_window(const boxed_layer *layer, uint64_t *seed, double *window) {
    double side = uniform(seed);
    window[X0] = 129 + 13 * uniform(seed);
    window[Y0] = 32 + 12 * uniform(seed);
    if (layer->n > 0 && below(seed, 4) == 0) {
        const double *box = layer->rows[below(seed, layer->n)].box;
        window[X0] = box[X1];
        window[Y0] = box[Y1];
    }
    window[X1] = window[X0] + side * side;
    window[Y1] = window[Y0] + side * side;
}

/* Filters through the index of the file find what a look at every box finds; returns how many rows they found in all. */
UNUSED static int64_t check_windows(const char *path, const boxed_layer *layer, int n_windows) {
    GDALDatasetH dataset = open_file(path);
    uint64_t seed = 777;
    int64_t n = 0;
    for (int i = 0; i < n_windows; i++) {
        double window[4];
        make_window(layer, &seed, window);
        found_rows expected = find_by_looking(layer, window), found = find_by_index(dataset, layer->name, window);
        assert_int_equal(found.n, expected.n);
        assert_int_equal(found.sum_of_fids, expected.sum_of_fids);
        n += found.n;
    }
    GDALClose(dataset);
    return n;
}

UNUSED static found_rows find_by_ogr(OGRLayerH layer, const double *window) {
    found_rows found = {0};
    OGR_L_SetSpatialFilterRect(layer, window[X0], window[Y0], window[X1], window[Y1]);
    OGR_L_ResetReading(layer);
    for (OGRFeatureH row = OGR_L_GetNextFeature(layer); row != NULL; row = OGR_L_GetNextFeature(layer)) {
        found.n++;
        found.sum_of_fids += OGR_F_GetFID(row);
        OGR_F_Destroy(row);
    }
    return found;
}

/* OGR's own spatial filter finds in the file what it finds in a copy in memory, which has no index. */
UNUSED static void check_spatial_filters(const char *path, const boxed_layer *layer, int n_windows) {
    GDALDatasetH file = open_file(path);
    GDALDatasetH memory = GDALCreate(GDALGetDriverByName("Memory"), "", 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH source = GDALDatasetGetLayerByName(file, layer->name);
    OGRLayerH copy = GDALDatasetCreateLayer(memory, "copy", OGR_L_GetSpatialRef(source), wkbUnknown, NULL);
    for (OGRFeatureH row = OGR_L_GetNextFeature(source); row != NULL; row = OGR_L_GetNextFeature(source)) {
        OGRFeatureH twin = OGR_F_Create(OGR_L_GetLayerDefn(copy));
        assert_int_equal(OGR_F_SetGeometry(twin, OGR_F_GetGeometryRef(row)), OGRERR_NONE);
        assert_int_equal(OGR_F_SetFID(twin, OGR_F_GetFID(row)), OGRERR_NONE);
        assert_int_equal(OGR_L_CreateFeature(copy, twin), OGRERR_NONE);
        OGR_F_Destroy(twin);
        OGR_F_Destroy(row);
    }
    uint64_t seed = 999;
    for (int i = 0; i < n_windows; i++) {
        double window[4];
        make_window(layer, &seed, window);
        found_rows expected = find_by_ogr(copy, window), found = find_by_ogr(source, window);
        assert_int_equal(found.n, expected.n);
        assert_int_equal(found.sum_of_fids, expected.sum_of_fids);
    }
    GDALClose(memory);
    GDALClose(file);
}

/* What SQLite itself says of the file and of the layer's index. */
UNUSED static void check_soundness(const char *path, const boxed_layer *layer) {
    char sql[100];
    assert_string_equal(ask(path, "PRAGMA integrity_check"), "ok");
    assert_string_equal(ask(path, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
    (void)snprintf(sql, sizeof sql, "SELECT rtreecheck('rtree_%s_geom')", layer->name);
    assert_string_equal(ask(path, sql), "ok");
}

/* The rows of the file are those of the layer, each with its number and its box, and the index has one entry a box. */
UNUSED static void check_rows(const char *path, const boxed_layer *layer) {
    GDALDatasetH dataset = open_file(path);
    OGRLayerH source = GDALDatasetGetLayerByName(dataset, layer->name);
    OGRFeatureH row = OGR_L_GetNextFeature(source);
    int64_t n = 0, n_boxes = 0;
    for (int64_t i = 0; i < layer->n; i++) {
        const boxed_row *expected = &layer->rows[i];
        if (expected->gone) {
            continue;
        }
        assert_non_null(row);
        assert_int_equal(OGR_F_GetFID(row), expected->fid);
        assert_int_equal(OGR_F_GetFieldAsInteger64(row, 1), expected->count);
        OGRGeometryH geometry = OGR_F_GetGeometryRef(row);
        assert_int_equal(geometry != NULL && !OGR_G_IsEmpty(geometry), expected->has_shape);
        if (expected->has_shape) {
            OGREnvelope e;
            OGR_G_GetEnvelope(geometry, &e);
            const double found[4] = {e.MinX, e.MinY, e.MaxX, e.MaxY};
            assert_memory_equal(found, expected->box, sizeof found);
        }
        n++;
        n_boxes += expected->has_shape;
        OGR_F_Destroy(row);
        row = OGR_L_GetNextFeature(source);
    }
    assert_null(row);
    assert_int_equal(OGR_L_GetFeatureCount(source, TRUE), n);
    GDALClose(dataset);
    char sql[100], expected[60];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM rtree_%s_geom", layer->name);
    (void)snprintf(expected, sizeof expected, "%lld", (long long)n_boxes);
    assert_string_equal(ask(path, sql), expected);
}

#endif
