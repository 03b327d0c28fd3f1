/*
 * isochrones: what they promise, for hundreds of random places on a random network and on real roads, against plain
 * reckoning: every reached node and every point of a reached stretch lies within; nothing of the polygon, and so no node
 * that is not reached, is farther from a reached stretch than the tolerance; all are valid. Then the cases at the edge.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reach_oracle.h"

#include "technopolis/polygon_index.h"

#include <gdal.h>
#include <geos_c.h>
#include <ogr_api.h>
#include <omp.h>
#include <unistd.h>

/* Stretches are looked at every sixteenth of the tolerance: the polygon keeps a tenth of it in hand, so that no point is
 * farther from the nearest one looked at than the tolerance either. */
static double step_m(double tolerance_m) {
    return tolerance_m / 16;
}

/* ---- networks ---- */

enum { SIDE = 14 };
static const double SPACING_DEG = 0.006;

/* A crooked road between two nodes. */
static void add_crooked(tp_ways *ways, int64_t from, int64_t to, uint64_t *seed) {
    double lon[5], lat[5], length_m = 0;
    int n = 2 + (int)(4 * next_random(seed));
    for (int i = 0; i < n; i++) {
        double part = (double)i / (n - 1), off = i == 0 || i == n - 1 ? 0 : 0.2 * SPACING_DEG;
        lon[i] = ways->lon_deg[from] + part * (ways->lon_deg[to] - ways->lon_deg[from]) + off * next_random(seed);
        lat[i] = ways->lat_deg[from] + part * (ways->lat_deg[to] - ways->lat_deg[from]) + off * next_random(seed);
        length_m += i == 0 ? 0 : oracle_m(lon[i - 1], lat[i - 1], lon[i], lat[i]);
    }
    uint32_t time_ms = (uint32_t)(length_m * 3600 / (10 + 60 * next_random(seed)) + 1);
    double kind = next_random(seed);
    tp_way way = {.from = from,
                  .to = to,
                  .forward_ms = kind < 0.12 ? TP_NO_TIME : time_ms,
                  .backward_ms = kind > 0.88  ? TP_NO_TIME
                                 : kind > 0.7 ? 2 * time_ms
                                              : time_ms,
                  .length_m = length_m,
                  .mode = kind > 0.5 && kind < 0.53 ? TP_MODE_FERRY : TP_MODE_ROAD,
                  .through_only = kind > 0.6 && kind < 0.65,
                  .source_row = -1,
                  .lon_deg = lon,
                  .lat_deg = lat,
                  .n_vertices = n};
    assert_int_equal(tp_ways_add(ways, &way, NULL), TP_OK);
}

/* A small round road from a node back to it. */
static void add_loop(tp_ways *ways, int64_t node, double size_deg, uint32_t forward_ms, uint32_t backward_ms) {
    const double x[] = {0, 1, 1, 0, 0}, y[] = {0, 0, 1, 1, 0};
    double lon[5], lat[5], length_m = 0;
    for (int i = 0; i < 5; i++) {
        lon[i] = ways->lon_deg[node] + size_deg * x[i];
        lat[i] = ways->lat_deg[node] + size_deg * y[i];
        length_m += i == 0 ? 0 : oracle_m(lon[i - 1], lat[i - 1], lon[i], lat[i]);
    }
    tp_way way = {.from = node,
                  .to = node,
                  .forward_ms = forward_ms,
                  .backward_ms = backward_ms,
                  .length_m = length_m,
                  .source_row = -1,
                  .lon_deg = lon,
                  .lat_deg = lat,
                  .n_vertices = 5};
    assert_int_equal(tp_ways_add(ways, &way, NULL), TP_OK);
}

/* A grid with gaps, so that there are islands, holes and dead ends. */
static void random_roads(tp_dataset *dataset, uint64_t seed) {
    tp_ways ways = {0};
    for (int i = 0; i < SIDE * SIDE; i++) {
        (void)road_node(&ways, 130.6 + SPACING_DEG * (i % SIDE + 0.6 * next_random(&seed)),
                        32.7 + SPACING_DEG * (i / SIDE + 0.6 * next_random(&seed)));
    }
    for (int i = 0; i < SIDE * SIDE; i++) {
        if (i % SIDE + 1 < SIDE && next_random(&seed) < 0.75) {
            add_crooked(&ways, i, i + 1, &seed);
        }
        if (i / SIDE + 1 < SIDE && next_random(&seed) < 0.75) {
            add_crooked(&ways, i, i + SIDE, &seed);
        }
        if (next_random(&seed) < 0.06) {
            add_loop(&ways, i, 0.002 * next_random(&seed), 1 + (uint32_t)(60000 * next_random(&seed)), 30000);
        }
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    dataset->network->join.component = TP_JOIN_ANY;
}

typedef struct end_point {
    double lon_deg, lat_deg;
    int64_t end;
} end_point;

static int compare_ends(const void *a, const void *b) {
    const end_point *x = a, *y = b;
    if (x->lon_deg != y->lon_deg) {
        return x->lon_deg < y->lon_deg ? -1 : 1;
    }
    if (x->lat_deg != y->lat_deg) {
        return x->lat_deg < y->lat_deg ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* Lines of a file whose equal ends are nodes, at 40 km/h. False: no such file. */
static bool real_roads(tp_dataset *dataset, const char *path) {
    GDALDatasetH file = NULL;
    if (access(path, R_OK) == 0) {
        GDALAllRegister();
        file = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    }
    if (file == NULL) {
        return false;
    }
    OGRLayerH layer = GDALDatasetGetLayer(file, 0);
    size_t most = (size_t)OGR_L_GetFeatureCount(layer, 1), n = 0;
    OGRFeatureH *features = calloc(most + 1, sizeof *features);
    end_point *ends = calloc(2 * most + 1, sizeof *ends);
    int64_t *node_of = calloc(2 * most + 1, sizeof *node_of);
    assert_true(features != NULL && ends != NULL && node_of != NULL);
    tp_ways ways = {0};
    for (OGRFeatureH feature; n < most && (feature = OGR_L_GetNextFeature(layer)) != NULL; n++) {
        OGRGeometryH line = OGR_F_GetGeometryRef(feature);
        int last = OGR_G_GetPointCount(line) - 1;
        features[n] = feature;
        ends[2 * n] = (end_point){OGR_G_GetX(line, 0), OGR_G_GetY(line, 0), (int64_t)(2 * n)};
        ends[2 * n + 1] = (end_point){OGR_G_GetX(line, last), OGR_G_GetY(line, last), (int64_t)(2 * n + 1)};
    }
    qsort(ends, 2 * n, sizeof *ends, compare_ends);
    for (size_t i = 0; i < 2 * n; i++) {
        bool same = i > 0 && ends[i].lon_deg == ends[i - 1].lon_deg && ends[i].lat_deg == ends[i - 1].lat_deg;
        node_of[ends[i].end] = same ? node_of[ends[i - 1].end] : road_node(&ways, ends[i].lon_deg, ends[i].lat_deg);
    }
    for (size_t i = 0; i < n; i++) {
        OGRGeometryH line = OGR_F_GetGeometryRef(features[i]);
        int count = OGR_G_GetPointCount(line);
        double *lon = malloc(sizeof *lon * 2 * (size_t)count), *lat = lon + count, length_m = 0;
        assert_non_null(lon);
        for (int k = 0; k < count; k++) {
            lon[k] = OGR_G_GetX(line, k);
            lat[k] = OGR_G_GetY(line, k);
            length_m += k == 0 ? 0 : oracle_m(lon[k - 1], lat[k - 1], lon[k], lat[k]);
        }
        uint32_t time_ms = (uint32_t)(length_m * 3600 / 40 + 1);
        tp_way way = {.from = node_of[2 * i],
                      .to = node_of[2 * i + 1],
                      .forward_ms = time_ms,
                      .backward_ms = time_ms,
                      .length_m = length_m,
                      .source_row = -1,
                      .lon_deg = lon,
                      .lat_deg = lat,
                      .n_vertices = count};
        assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
        free(lon);
        OGR_F_Destroy(features[i]);
    }
    free(features);
    free(ends);
    free(node_of);
    GDALClose(file);
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    return true;
}

/* ---- the promise ---- */

static bool is_valid(const tp_shapes *shapes, int64_t row) {
    GEOSContextHandle_t geos = GEOS_init_r();
    bool valid = true;
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1]; part++) {
        int64_t first = shapes->part_first[part], n = shapes->part_first[part + 1] - first;
        GEOSGeometry **rings = malloc(sizeof(GEOSGeometry *) * (size_t)n);
        assert_non_null(rings);
        for (int64_t i = 0; i < n; i++) {
            int64_t at = shapes->ring_first[first + i], size = shapes->ring_first[first + i + 1] - at;
            rings[i] = GEOSGeom_createLinearRing_r(
                geos, GEOSCoordSeq_copyFromArrays_r(geos, shapes->x + at, shapes->y + at, NULL, NULL, (unsigned)size));
        }
        GEOSGeometry *polygon = GEOSGeom_createPolygon_r(geos, rings[0], rings + 1, (unsigned)(n - 1));
        valid = valid && polygon != NULL && GEOSisValid_r(geos, polygon) == 1;
        GEOSGeom_destroy_r(geos, polygon);
        free(rings);
    }
    GEOS_finish_r(geos);
    return valid;
}

typedef struct promise {
    int64_t n_points, n_nodes, n_outside_near, n_holes;
    double farthest_m;
} promise;

/* Holds row `row` of the layer to what is reached; adds what was looked at to `looked`. */
static void hold(const tp_layer *layer, const tp_polygon_index *polygons, int64_t row, const oracle_reach *o,
                 double tolerance_m, promise *looked) {
    const tp_shapes *shapes = &layer->shapes;
    const tp_network *network = o->network;
    tp_ellipsoid grs80;
    tp_point_index *reached = NULL;
    tp_ellipsoid_init_grs80(&grs80);
    assert_true(o->n > 0);
    assert_int_equal(tp_point_index_new(&grs80, o->lon_deg, o->lat_deg, NULL, o->n, &reached, NULL), TP_OK);
    for (int64_t i = 0; i < o->n; i++) {
        if (!tp_polygon_index_holds(polygons, row, o->lon_deg[i], o->lat_deg[i])) {
            fail_msg("row %lld: the reached point %.9f %.9f is outside", (long long)row, o->lon_deg[i], o->lat_deg[i]);
        }
    }
    looked->n_points += o->n;
    for (uint32_t v = 0; v < network->n_nodes; v++) {
        double lon_deg = network->ways.lon_deg[v], lat_deg = network->ways.lat_deg[v], distance_m;
        if (o->node_ms[v] == UINT64_MAX && tp_polygon_index_holds(polygons, row, lon_deg, lat_deg)) {
            (void)tp_point_index_nearest(reached, lon_deg, lat_deg, INFINITY, &distance_m);
            assert_true(distance_m <= tolerance_m);
            looked->n_outside_near++;
        }
    }
    int64_t first = shapes->part_first[shapes->row_first[row]], last = shapes->part_first[shapes->row_first[row + 1]];
    for (int64_t v = shapes->ring_first[first]; v < shapes->ring_first[last]; v++) {
        double distance_m;
        (void)tp_point_index_nearest(reached, shapes->x[v], shapes->y[v], INFINITY, &distance_m);
        looked->farthest_m = fmax(looked->farthest_m, distance_m);
        if (distance_m > tolerance_m) {
            fail_msg("row %lld: the corner %.9f %.9f is %g m from the road", (long long)row, shapes->x[v], shapes->y[v],
                     distance_m);
        }
    }
    looked->n_holes += last - first - (shapes->row_first[row + 1] - shapes->row_first[row]);
    looked->n_nodes += o->n_nodes;
    assert_true(is_valid(shapes, row));
    tp_point_index_free(reached);
}

static double number(const tp_layer *layer, const char *name, int64_t row) {
    double value = NAN;
    assert_true(tp_column_number(tp_layer_column(layer, name), row, &value));
    return value;
}

/* Works the stage over `n` random places and holds every isochrone to the plain reckoning. */
static promise hold_many(tp_dataset *dataset, int n, const double box[4], const char *direction, double minutes,
                         double tolerance_m, uint64_t seed) {
    tp_test_point *points = calloc((size_t)n, sizeof *points);
    char(*ids)[16] = calloc((size_t)n, sizeof *ids);
    assert_true(points != NULL && ids != NULL);
    for (int i = 0; i < n; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "p%04d", i);
        points[i] = (tp_test_point){ids[i], box[0] + (box[2] - box[0]) * next_random(&seed),
                                    box[1] + (box[3] - box[1]) * next_random(&seed)};
    }
    tp_layer *sites = add_points(dataset, "sites", points, n);
    char yaml[160];
    (void)snprintf(yaml, sizeof yaml, "{of: sites, within: [%.17g min, %.17g min], direction: %s, tolerance: %.17g m}",
                   minutes, minutes / 3, direction, tolerance_m);
    tp_error error = {0};
    if (run_stage(dataset, "isochrones", "isochrones", yaml, false, 0, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    tp_layer *layer = tp_dataset_layer(dataset, "isochrones");
    tp_polygon_index *polygons = NULL;
    const tp_join *joins = NULL;
    assert_int_equal(tp_polygon_index_new(layer, &polygons, NULL), TP_OK);
    assert_int_equal(tp_transport_joins(dataset->network, &dataset->ellipsoid, sites, &joins, NULL), TP_OK);
    promise looked = {0};
    int64_t row = 0;
    for (int i = 0; i < n; i++) {
        for (int time = 0; time < 2; time++) {
            uint32_t limit_ms = (uint32_t)floor((time == 0 ? minutes : minutes / 3) * 60000 + 1e-6);
            if (joins[i].way < 0 || joins[i].off_road_ms > limit_ms) {
                continue;
            }
            assert_true(row < layer->n_rows);
            assert_string_equal(tp_column_text(tp_layer_column(layer, "of_id"), row), ids[i]);
            oracle_reach o = oracle_reached(dataset->network->network, &joins[i], direction[0] == 'f', limit_ms,
                                            step_m(tolerance_m));
            hold(layer, polygons, row, &o, tolerance_m, &looked);
            assert_true(number(layer, "reached_nodes", row) == (double)o.n_nodes);
            assert_true(near(number(layer, "reached_km", row), o.length_km, 0.002 * o.length_km + 0.05));
            oracle_reset(&o);
            row++;
        }
    }
    assert_int_equal(row, layer->n_rows);
    tp_polygon_index_free(polygons);
    free(points);
    free(ids);
    return looked;
}

static void random_places_on_a_random_network(void **state) {
    (void)state;
    const double box[] = {130.59, 32.69, 130.6 + SIDE * SPACING_DEG, 32.7 + SIDE * SPACING_DEG};
    promise all = {0};
    for (int i = 0; i < 4; i++) {
        tp_dataset *dataset = new_dataset();
        random_roads(dataset, 17 + (uint64_t)i);
        promise one =
            hold_many(dataset, 125, box, i % 2 == 0 ? "to" : "from", 3 + 2 * i, i == 3 ? 20 : 50, 99 + (uint64_t)i);
        all.n_points += one.n_points;
        all.n_nodes += one.n_nodes;
        all.n_holes += one.n_holes;
        all.n_outside_near += one.n_outside_near;
        all.farthest_m = fmax(all.farthest_m, one.farthest_m);
        tp_dataset_free(dataset);
    }
    print_message("%lld points, %lld nodes, %lld unreached nodes within, %lld holes, farthest %.1f m\n",
                  (long long)all.n_points, (long long)all.n_nodes, (long long)all.n_outside_near,
                  (long long)all.n_holes, all.farthest_m);
    assert_true(all.n_holes > 100 && all.n_nodes > 1000);
    assert_true(all.farthest_m > 35); /* the polygon is no thinner than it need be */
}

static void random_places_on_real_roads(void **state) {
    (void)state;
    const char *folder = getenv("TP_SHARED_DATA");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/roads/kumamoto_roads.gpkg", folder == NULL ? "." : folder);
    tp_dataset *dataset = new_dataset();
    if (!real_roads(dataset, path)) {
        tp_dataset_free(dataset);
        skip();
    }
    const double box[] = {130.62, 32.70, 130.85, 32.90};
    promise looked = hold_many(dataset, 500, box, "to", 3, 50, 5);
    print_message("%lld points, %lld nodes, %lld unreached nodes within, %lld holes, farthest %.1f m\n",
                  (long long)looked.n_points, (long long)looked.n_nodes, (long long)looked.n_outside_near,
                  (long long)looked.n_holes, looked.farthest_m);
    tp_dataset_free(dataset);
}

/* ---- cases at the edge ---- */

static tp_layer *isochrones(tp_dataset *dataset, const tp_test_point *points, int64_t n, const char *yaml) {
    tp_error error = {0};
    if (n > 0) {
        (void)add_points(dataset, "sites", points, n);
    }
    if (run_stage(dataset, "isochrones", "isochrones", yaml, false, 0, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    return tp_dataset_layer(dataset, "isochrones");
}

/* Three nodes in a row, 60 s and 60 s apart; 0.01 degree is about 930 m. */
static tp_dataset *straight_road(uint32_t backward_ms) {
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    for (int i = 0; i < 3; i++) {
        (void)road_node(&ways, 130 + 0.01 * i, 33);
    }
    for (int i = 0; i < 2; i++) {
        road_way(&ways, i, i + 1, 60000, backward_ms, 934, TP_MODE_ROAD);
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD_MODEL);
    dataset->network->join.component = TP_JOIN_ANY;
    return dataset;
}

static const tp_test_point AT_BEGIN[] = {{"a", 130, 33}};

static void a_node_exactly_at_the_limit_is_reached(void **state) {
    (void)state;
    const char *const yamls[] = {"{within: 1 min, direction: from}", "{within: 0.99998 min, direction: from}",
                                 "{within: 1.00002 min, direction: from}"};
    const int nodes[] = {2, 1, 2};
    for (int i = 0; i < 3; i++) {
        tp_dataset *dataset = straight_road(60000);
        tp_layer *layer = isochrones(dataset, AT_BEGIN, 1, yamls[i]);
        assert_int_equal(layer->n_rows, 1);
        assert_true(number(layer, "reached_nodes", 0) == nodes[i]);
        assert_true(near(number(layer, "reached_km", 0), 0.934, 0.001));
        tp_polygon_index *index = NULL;
        assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
        assert_true(tp_polygon_index_holds(index, 0, 130, 33));
        assert_true(tp_polygon_index_holds(index, 0, 130.00998, 33));
        assert_int_equal(tp_polygon_index_holds(index, 0, 130.01, 33), 1);
        assert_false(tp_polygon_index_holds(index, 0, 130.011, 33));
        tp_polygon_index_free(index);
        tp_dataset_free(dataset);
    }
}

static void rows_are_in_order(void **state) {
    (void)state;
    tp_dataset *dataset = straight_road(60000);
    const tp_test_point shops[] = {{"in", 130.002, 33.0001}, {"off", 130.005, 33.001}, {"far", 135, 35}};
    (void)add_points(dataset, "shops", shops, 3);
    const tp_test_point points[] = {{"b", 130.02, 33.001}, {"a", 130, 33}, {"nowhere", 140, 40}};
    tp_layer *layer =
        isochrones(dataset, points, 3, "{within: [2 min, 20 s], direction: from, tolerance: 40 m, count: shops}");
    assert_int_equal(layer->n_rows, 3);
    static const char *const ids[] = {"b_2", "a_2", "a_0.333333"};
    static const int64_t inside[] = {0, 1, 1};
    for (int64_t row = 0; row < 3; row++) {
        assert_string_equal(tp_layer_id(layer, row), ids[row]);
        assert_string_equal(tp_column_text(tp_layer_column(layer, "of_layer"), row), "sites");
        assert_string_equal(tp_column_text(tp_layer_column(layer, "name"), row), row == 0 ? "b" : "a");
        assert_string_equal(tp_column_text(tp_layer_column(layer, "direction"), row), "from");
        assert_string_equal(tp_column_text(tp_layer_column(layer, "method"), row), "road_model");
        assert_true(number(layer, "tolerance_m", row) == 40);
        assert_true(near(number(layer, "minutes", row), row == 2 ? 1.0 / 3 : 2, 1e-12));
        assert_true(number(layer, "n_shops", row) == (double)inside[row]);
        assert_true(number(layer, "area_km2", row) == tp_geodesic_area_km2(&dataset->ellipsoid, &layer->shapes, row));
    }
    assert_true(near(number(layer, "off_road_m", 0), 110.9, 0.5) && number(layer, "off_road_m", 1) == 0);
    /* A strip of 2 x 32 m along 1,868 m, with round ends. */
    assert_true(near(number(layer, "area_km2", 1), 1.868 * 0.064 + 3.1416 * 0.032 * 0.032, 0.002));
    /* b at 20 s is still off the road; nowhere has none. */
    assert_int_equal(dataset->n_rejects, 2);
    assert_string_equal(dataset->rejects[0].reason, "reaches no road within the time");
    assert_string_equal(dataset->rejects[1].reason, "does not join the network");
    assert_string_equal(dataset->rejects[1].layer, "sites");
    assert_int_equal(dataset->rejects[1].source_fid, 2);
    assert_non_null(strstr(dataset->rejects[1].detail, "nowhere"));
    tp_dataset_free(dataset);
}

static void the_direction_matters_on_one_way_roads(void **state) {
    (void)state;
    for (int from = 0; from < 2; from++) {
        tp_dataset *dataset = straight_road(TP_NO_TIME);
        const tp_test_point middle[] = {{"m", 130.01, 33}};
        tp_layer *layer = isochrones(dataset, middle, 1,
                                     from ? "{within: 2 min, direction: from}" : "{within: 2 min, direction: to}");
        tp_polygon_index *index = NULL;
        assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
        assert_int_equal(tp_polygon_index_holds(index, 0, 130.015, 33), from);
        assert_int_equal(tp_polygon_index_holds(index, 0, 130.005, 33), !from);
        tp_polygon_index_free(index);
        tp_dataset_free(dataset);
    }
}

/* An edge too long for either side: the middle of it is not reached. */
static void an_edge_reached_from_both_ends_in_part(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    (void)road_node(&ways, 130, 33);
    (void)road_node(&ways, 130.02, 33);
    (void)road_node(&ways, 130.01, 33.01);
    road_way(&ways, 0, 2, 10000, 10000, 1444, TP_MODE_ROAD);
    road_way(&ways, 2, 1, 10000, 10000, 1444, TP_MODE_ROAD);
    road_way(&ways, 0, 1, 1000000, 1000000, 1868, TP_MODE_ROAD);
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    const tp_test_point top[] = {{"t", 130.01, 33.01}};
    tp_layer *layer = isochrones(dataset, top, 1, "{within: 110 s, direction: to}"); /* 100 s into the long one */
    tp_polygon_index *index = NULL;
    assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
    const double reached[] = {0.0001, 0.0019, 0.0181, 0.0199}, not_reached[] = {0.0026, 0.01, 0.0174};
    for (int i = 0; i < 4; i++) {
        assert_true(tp_polygon_index_holds(index, 0, 130 + reached[i], 33));
    }
    for (int i = 0; i < 3; i++) {
        assert_false(tp_polygon_index_holds(index, 0, 130 + not_reached[i], 33));
    }
    tp_polygon_index_free(index);
    tp_dataset_free(dataset);
}

static void nothing_but_the_point_itself(void **state) {
    (void)state;
    tp_dataset *dataset = straight_road(60000);
    tp_layer *layer = isochrones(dataset, AT_BEGIN, 1, "{within: 0 min}");
    assert_int_equal(layer->n_rows, 1);
    assert_true(number(layer, "reached_nodes", 0) == 1 && number(layer, "reached_km", 0) == 0);
    assert_true(near(number(layer, "area_km2", 0), 3.14159 * 0.04 * 0.04, 0.0003)); /* a disc */
    assert_true(is_valid(&layer->shapes, 0));
    tp_dataset_free(dataset);
}

/* A node that only a road round to itself leads to. */
static void an_island_of_one_node(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    int64_t island = road_node(&ways, 130, 33);
    add_loop(&ways, island, 0.01, 60000, TP_NO_TIME);
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    dataset->network->join.component = TP_JOIN_ANY;
    tp_layer *layer = isochrones(dataset, AT_BEGIN, 1, "{within: [0 s, 30 s, 2 min], direction: from}");
    assert_int_equal(layer->n_rows, 3);
    assert_true(near(number(layer, "area_km2", 0), 0.005, 0.0003));
    assert_true(near(number(layer, "reached_km", 1), number(layer, "reached_km", 2) / 2, 0.001));
    tp_polygon_index *index = NULL;
    assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
    assert_true(tp_polygon_index_holds(index, 1, 130.005, 33)); /* the loop begins along the south */
    assert_false(tp_polygon_index_holds(index, 1, 130, 33.005));
    assert_true(tp_polygon_index_holds(index, 2, 130, 33.005));
    assert_false(tp_polygon_index_holds(index, 2, 130.005, 33.005)); /* the hole is kept */
    tp_polygon_index_free(index);
    tp_dataset_free(dataset);
}

/* A ferry carries on, but is no road. */
static void a_ferry_is_no_stretch(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    for (int i = 0; i < 4; i++) {
        (void)road_node(&ways, 130 + 0.01 * i, 33);
    }
    road_way(&ways, 0, 1, 60000, 60000, 934, TP_MODE_ROAD);
    road_way(&ways, 1, 2, 60000, 60000, 934, TP_MODE_FERRY);
    road_way(&ways, 2, 3, 60000, 60000, 934, TP_MODE_ROAD);
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    tp_layer *layer = isochrones(dataset, AT_BEGIN, 1, "{within: [90 s, 2 min, 150 s], direction: from}");
    tp_polygon_index *index = NULL;
    assert_int_equal(tp_polygon_index_new(layer, &index, NULL), TP_OK);
    for (int64_t row = 0; row < 3; row++) {
        assert_true(tp_polygon_index_holds(index, row, 130.01, 33));
        assert_false(tp_polygon_index_holds(index, row, 130.015, 33));
        assert_int_equal(tp_polygon_index_holds(index, row, 130.02, 33),
                         row > 0); /* exactly at 2 min: the pier alone */
        assert_int_equal(tp_polygon_index_holds(index, row, 130.022, 33), row == 2);
    }
    tp_polygon_index_free(index);
    tp_dataset_free(dataset);
}

/* Over hundreds of kilometres and near the pole the plane is far from true; the promise holds all the same. */
static void far_and_north(void **state) {
    (void)state;
    static const double places[][2] = {{0, 0.5}, {20, 64}, {15, 78}, {-70, -54}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        tp_dataset *dataset = new_dataset();
        tp_ways ways = {0};
        double lon = places[i][0], lat = places[i][1];
        (void)road_node(&ways, lon, lat);
        const double x[] = {4, 0.3, -3, 1}, y[] = {0.2, 3, 1, -3};
        for (int k = 0; k < 4; k++) {
            (void)road_node(&ways, lon + x[k], lat + y[k]);
            road_way(&ways, 0, k + 1, 3600000, 3600000, oracle_m(lon, lat, lon + x[k], lat + y[k]), TP_MODE_ROAD);
        }
        set_roads(dataset, &ways, TP_METHOD_ROAD);
        const tp_test_point centre[] = {{"c", lon, lat}};
        tp_layer *layer = isochrones(dataset, centre, 1, "{within: [60 min, 7 min]}");
        tp_polygon_index *polygons = NULL;
        const tp_join *joins = NULL;
        promise looked = {0};
        assert_int_equal(tp_polygon_index_new(layer, &polygons, NULL), TP_OK);
        assert_int_equal(
            tp_transport_joins(dataset->network, &dataset->ellipsoid, tp_dataset_layer(dataset, "sites"), &joins, NULL),
            TP_OK);
        for (int64_t row = 0; row < 2; row++) {
            oracle_reach o =
                oracle_reached(dataset->network->network, joins, false, row == 0 ? 3600000 : 420000, step_m(50));
            hold(layer, polygons, row, &o, 50, &looked);
            oracle_reset(&o);
        }
        tp_polygon_index_free(polygons);
        tp_dataset_free(dataset);
    }
}

static void only_where(void **state) {
    (void)state;
    tp_dataset *dataset = straight_road(60000);
    const tp_test_point points[] = {{"a", 130, 33}, {"b", 130.01, 33}, {"c", 130.02, 33}};
    tp_layer *sites = add_points(dataset, "sites", points, 3);
    tp_column *size = tp_test_column(sites, "size", TP_TYPE_DOUBLE);
    tp_column_set_double(size, 0, 1);
    tp_column_set_double(size, 1, 2); /* c's is missing */
    tp_layer *layer = isochrones(dataset, NULL, 0, "{within: 1 min, where: size >= 2}");
    assert_int_equal(layer->n_rows, 1);
    assert_string_equal(tp_layer_id(layer, 0), "b_1");
    tp_dataset_free(dataset);
}

static void no_points_at_all(void **state) {
    (void)state;
    tp_dataset *dataset = straight_road(60000);
    (void)add_points(dataset, "sites", NULL, 0);
    tp_layer *layer = isochrones(dataset, NULL, 0, "{within: 1 min}");
    assert_int_equal(layer->n_rows, 0);
    assert_non_null(tp_layer_column(layer, "area_km2"));
    tp_dataset_free(dataset);
}

static void without_a_network_it_fails(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_error error = {0};
    (void)add_points(dataset, "sites", AT_BEGIN, 1);
    assert_int_equal(run_stage(dataset, "isochrones", "isochrones", "{within: 1 min}", false, 0, &error), TP_E_CONFIG);
    assert_non_null(strstr(error.message, "network"));
    tp_dataset_free(dataset);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    tp_layer *layers[2];
    tp_dataset *datasets[2];
    int before = omp_get_max_threads();
    for (int i = 0; i < 2; i++) {
        tp_test_point points[20];
        uint64_t seed = 3;
        for (int k = 0; k < 20; k++) {
            points[k] = (tp_test_point){"p", 130.6 + 0.08 * next_random(&seed), 32.7 + 0.08 * next_random(&seed)};
        }
        omp_set_num_threads(i == 0 ? 1 : 4);
        datasets[i] = new_dataset();
        random_roads(datasets[i], 77);
        layers[i] = isochrones(datasets[i], points, 20, "{within: [2 min, 5 min]}");
    }
    omp_set_num_threads(before);
    const tp_shapes *a = &layers[0]->shapes, *b = &layers[1]->shapes;
    assert_int_equal(layers[0]->n_rows, layers[1]->n_rows);
    assert_int_equal(a->n_vertices, b->n_vertices);
    assert_memory_equal(a->x, b->x, (size_t)a->n_vertices * sizeof *a->x);
    assert_memory_equal(a->y, b->y, (size_t)a->n_vertices * sizeof *a->y);
    assert_memory_equal(a->row_first, b->row_first, (size_t)(a->n_rows + 1) * sizeof *a->row_first);
    tp_dataset_free(datasets[0]);
    tp_dataset_free(datasets[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_exactly_at_the_limit_is_reached),
        cmocka_unit_test(rows_are_in_order),
        cmocka_unit_test(the_direction_matters_on_one_way_roads),
        cmocka_unit_test(an_edge_reached_from_both_ends_in_part),
        cmocka_unit_test(nothing_but_the_point_itself),
        cmocka_unit_test(an_island_of_one_node),
        cmocka_unit_test(a_ferry_is_no_stretch),
        cmocka_unit_test(far_and_north),
        cmocka_unit_test(only_where),
        cmocka_unit_test(no_points_at_all),
        cmocka_unit_test(without_a_network_it_fails),
        cmocka_unit_test(the_same_at_any_number_of_threads),
        cmocka_unit_test(random_places_on_a_random_network),
        cmocka_unit_test(random_places_on_real_roads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
