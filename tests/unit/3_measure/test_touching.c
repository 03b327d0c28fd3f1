/* touching: own and touching municipalities of a city, what is not known, and what is said about it. */
#include "measure_fixture.h"

#include <gdal.h>
#include <ogr_api.h>
#include <omp.h>
#include <unistd.h>

extern const tp_stage tp_stage_touching;

#define SETTINGS "{ to: cities, where: population >= 200000, polygons: municipalities }"

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *cities, *polygons;
} state;

enum { KOSHI, CHUO, KITA, FAR, CORNER, SEA };

/*
 *   +--------+
 *   | Corner |
 *   +--------+-------+------+------+           +-----+
 *            | Koshi | Chuo | Kita |           | Far |      Kumamoto is given as the wards Chuo and Kita
 *            +-------+------+------+           +-----+
 */
static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->cities = new_layer(s->dataset, "cities", TP_GEOMETRY_POINT);
    s->polygons = new_layer(s->dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(s->cities, "population", TP_TYPE_DOUBLE, "persons");
    add_box(s->polygons, "43216", "Koshi", 130, 32, 130.1, 32.1);
    add_box(s->polygons, "43101", "Chuo", 130.1, 32, 130.2, 32.1);
    add_box(s->polygons, "43102", "Kita", 130.2, 32, 130.3, 32.1);
    add_box(s->polygons, "43203", "Far", 131, 32, 131.1, 32.1);
    add_box(s->polygons, "43300", "Corner", 129.9, 32.1, 130, 32.2);
    add_point(s->sites, "koshi", "Koshi", 130.05, 32.05);
    add_point(s->sites, "chuo", "Chuo", 130.15, 32.02);
    add_point(s->sites, "kita", "Kita", 130.25, 32.05);
    add_point(s->sites, "far", "Far", 131.05, 32.05);
    add_point(s->sites, "corner", "Corner", 129.95, 32.15);
    add_point(s->sites, "sea", "Sea", 128, 30);
    *out = s;
    return 0;
}

static int tear_down(void **out) {
    state *s = *out;
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

static void add_kumamoto(state *s, double population) {
    add_city(s->cities, "43100", "Kumamoto", 130.15, 32.05, "population", population);
}

static void test_own_touching_and_far(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 61772);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    for (int64_t row = KOSHI; row <= KITA; row++) {
        assert_exact(measure, row, 0);
        assert_string_equal(linked_id(measure, row), "43100");
        assert_int_equal(measure->method[row], TP_METHOD_POLYGON);
        const tp_link *link = only_link(measure, row);
        double distance_m = tp_geodesic_distance_m(&s->dataset->ellipsoid, s->sites->lon_deg[row],
                                                   s->sites->lat_deg[row], 130.15, 32.05);
        assert_true(link->distance_m == distance_m);
        assert_true(link->minutes == 0);
    }
    for (int64_t row = FAR; row <= CORNER; row++) {
        assert_int_equal(measure->known[row], 0);
        assert_interval(measure, row, INFINITY, INFINITY);
        assert_int_equal(measure->method[row], TP_METHOD_POLYGON);
    }
    assert_int_equal(measure->known[SEA], 0);
    assert_interval(measure, SEA, 0, INFINITY);
    assert_string_equal(measure->unit, "min");
    assert_evidence(measure, KOSHI, "own municipality Koshi touches Chuo of Kumamoto (738,744 persons)", true);
    assert_evidence(measure, CHUO, "own municipality Chuo of Kumamoto (738,744 persons)", true);
    assert_evidence(measure, FAR, "own municipality Far, which touches none, belongs to none of the cities", false);
    assert_evidence(measure, CORNER, "own municipality Corner and the 1 that touch it belong to none of the cities",
                    false);
    assert_evidence(measure, SEA, "the point lies in none of the polygons of municipalities", true);
}

/* A common corner is a touch, and the threshold is inclusive: 199,999 persons are too few. */
static void test_corner_and_threshold(void **out) {
    state *s = *out;
    int64_t koshi = add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 199999);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "below", SETTINGS);
    assert_interval(measure, CORNER, INFINITY, INFINITY);
    tp_column_set_double(tp_layer_column(s->cities, "population"), koshi, 200000);
    measure = measured(s->dataset, &tp_stage_touching, "at", SETTINGS);
    assert_exact(measure, CORNER, 0);
    assert_exact(measure, CHUO, 0);
    assert_interval(measure, KITA, INFINITY, INFINITY);
    assert_evidence(measure, CORNER, "own municipality Corner touches Koshi (200,000 persons)", true);
}

static void test_missing_population_is_unknown(void **out) {
    state *s = *out;
    add_kumamoto(s, NAN);
    add_city(s->cities, "43203", "Far", 131.05, 32.05, "population", 60000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_interval(measure, KOSHI, 0, INFINITY);
    assert_interval(measure, CHUO, 0, INFINITY);
    assert_interval(measure, FAR, INFINITY, INFINITY);
    assert_int_equal(measure->known[KOSHI], 0);
    assert_evidence(measure, KOSHI, "; Kumamoto may count: what the condition asks of it is not known", false);
}

/* What is found counts though another city is not known. */
static void test_sure_beats_unknown(void **out) {
    state *s = *out;
    add_kumamoto(s, NAN);
    add_city(s->cities, "43300", "Corner", 129.95, 32.15, "population", 300000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_exact(measure, KOSHI, 0);
    assert_string_equal(linked_id(measure, KOSHI), "43300");
}

static void test_samples(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    set_coverage(s->cities, "population >= 300000");
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "cities", SETTINGS);
    assert_exact(measure, KOSHI, 0);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_evidence(measure, FAR, "; a sample, so a city may be missing", false);
    measure = measured(s->dataset, &tp_stage_touching, "covered",
                       "{ to: cities, where: population >= 300000, polygons: municipalities }");
    assert_interval(measure, FAR, INFINITY, INFINITY);
    set_coverage(s->polygons, NULL);
    measure = measured(s->dataset, &tp_stage_touching, "polygons",
                       "{ to: cities, where: population >= 300000, polygons: municipalities }");
    assert_exact(measure, KOSHI, 0);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_evidence(measure, FAR, "; municipalities is a sample, so a municipality may be missing from it", false);
}

static void test_city_without_its_polygon_is_unknown(void **out) {
    state *s = *out;
    add_city(s->cities, "43999", "Renumbered", 131.05, 32.05, "population", 300000);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_interval(measure, FAR, 0, INFINITY);
    assert_interval(measure, KOSHI, INFINITY, INFINITY);
    assert_evidence(measure, FAR, "; Renumbered may have Far: no polygon bears its code", false);
}

/* The own city first, whatever its id; else the smallest id; of one city the polygon with the smallest id. */
static void test_choice_is_by_id(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    add_city(s->cities, "43216", "Koshi", 130.06, 32.05, "population", 300000);
    add_box(s->polygons, "43005", "South", 130.0, 31.9, 130.3, 32);
    add_point(s->sites, "south", "South", 130.12, 31.95);
    const tp_measure *measure = measured(s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_string_equal(linked_id(measure, KOSHI), "43216");
    assert_string_equal(linked_id(measure, CHUO), "43100");
    int64_t south = s->sites->n_rows - 1;
    assert_string_equal(linked_id(measure, south), "43100");
    assert_int_equal(only_link(measure, south)->note, CHUO);
}

static void test_layers_that_are_not_read(void **out) {
    state *s = *out;
    const tp_measure *measure =
        measured(s->dataset, &tp_stage_touching, "m", "{ to: cities, where: population >= 200000, polygons: nowhere }");
    assert_string_equal(measure->missing_layer, "nowhere");
    assert_interval(measure, KOSHI, -INFINITY, INFINITY);
    assert_int_equal(measure->method[KOSHI], TP_METHOD_NONE);
    measure = measured(s->dataset, &tp_stage_touching, "n", "{ to: towns, polygons: municipalities }");
    assert_string_equal(measure->missing_layer, "towns");
    assert_evidence(measure, KOSHI, "", true);
}

static void test_columns_of_a_users_own_measure(void **out) {
    state *s = *out;
    add_kumamoto(s, 738744);
    assert_ok(run_stage(s->dataset, &tp_stage_touching, "near", SETTINGS, false, error));
    const tp_column *verdict = tp_layer_column(s->sites, "near_verdict");
    const tp_column *id = tp_layer_column(s->sites, "near_id"), *name = tp_layer_column(s->sites, "near_name");
    assert_non_null(verdict);
    assert_non_null(id);
    assert_non_null(name);
    assert_int_equal(verdict->verdict[KOSHI], TP_MET);
    assert_int_equal(verdict->verdict[FAR], TP_NOT_MET);
    assert_int_equal(verdict->verdict[SEA], TP_UNKNOWN);
    assert_string_equal(tp_column_text(id, KOSHI), "43100");
    assert_string_equal(tp_column_text(name, KOSHI), "Kumamoto");
    assert_null(tp_column_text(id, FAR));
}

static void test_check(void **out) {
    state *s = *out;
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, s->dataset, &tp_stage_touching, "m", SETTINGS);
    assert_int_equal(fixture.faults.n, 0);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    check_stage(&fixture, &plan, s->dataset, &tp_stage_touching, "m",
                "{ of: municipalities, to: cities, where: people > 1, polygons: cities }");
    assert_fault(&fixture, "'touching' needs a layer of points, but municipalities is a polygon layer");
    assert_fault(&fixture, "'touching' needs a layer of polygons, but cities is a point layer");
    assert_fault(&fixture, "layer cities has no column 'people'");
    assert_int_equal(fixture.faults.n, 3);
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

/* A chessboard of municipalities and thousands of points, against a direct reading of rows and columns. */
static void test_grid_with_any_number_of_threads(void **out) {
    state *s = *out;
    enum { SIDE = 20, POINTS = 5000 };
    static const int threads[] = {1, 2, 5};
    bool is_city[SIDE][SIDE];
    srand(7);
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    tp_layer *cities = new_layer(dataset, "cities", TP_GEOMETRY_POINT);
    tp_layer *polygons = new_layer(dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(cities, "population", TP_TYPE_DOUBLE, "");
    for (int i = 0; i < SIDE * SIDE; i++) {
        int x = i % SIDE, y = i / SIDE;
        char id[16];
        snprintf(id, sizeof id, "c%03d", i);
        add_box(polygons, id, id, 130 + x * 0.25, 30 + y * 0.25, 130 + (x + 1) * 0.25, 30 + (y + 1) * 0.25);
        is_city[x][y] = rand() % 12 == 0;
        add_city(cities, id, id, 130.1 + x * 0.25, 30.1 + y * 0.25, "population", is_city[x][y] ? 200000 : 199999);
    }
    int *cell = malloc(sizeof *cell * POINTS);
    assert_non_null(cell);
    for (int i = 0; i < POINTS; i++) {
        cell[i] = rand() % (SIDE * SIDE);
        double east = 0.01 + 0.23 * rand() / RAND_MAX, north = 0.01 + 0.23 * rand() / RAND_MAX;
        add_point(sites, "p", "p", 130 + cell[i] % SIDE * 0.25 + east, 30 + cell[i] / SIDE * 0.25 + north);
    }
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        char name[16];
        snprintf(name, sizeof name, "m%zu", t);
        omp_set_num_threads(threads[t]);
        const tp_measure *measure = measured(dataset, &tp_stage_touching, name, SETTINGS);
        for (int i = 0; i < POINTS; i++) {
            int x = cell[i] % SIDE, y = cell[i] / SIDE, expected = -1;
            for (int k = 0; k < SIDE * SIDE; k++) {
                bool touches = abs(k % SIDE - x) <= 1 && abs(k / SIDE - y) <= 1;
                if (touches && is_city[k % SIDE][k / SIDE] && (expected < 0 || k == cell[i])) {
                    expected = k;
                }
            }
            if (expected < 0) {
                assert_interval(measure, i, INFINITY, INFINITY);
            } else {
                assert_exact(measure, i, 0);
                assert_int_equal(only_link(measure, i)->row, expected);
            }
        }
    }
    free(cell);
    tp_dataset_free(dataset);
    (void)s;
}

/* ---- the municipalities of Kanagawa, where they are there ---- */

#define SHARED TP_TEST_DATA "/../../../shared/data/"
#define KANAGAWA SHARED "ksj/N03-190101_14_GML/"
#define CENSUS SHARED "cities/municipalities_census2020.csv"

enum { MOST = 100 };

typedef struct kanagawa {
    int n;
    char code[MOST][8];
    OGRGeometryH geometry[MOST]; /* multipolygons: all parts of a code */
} kanagawa;

static void read_kanagawa(const char *path, kanagawa *k) {
    GDALAllRegister();
    GDALDatasetH file = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(file);
    OGRLayerH layer = GDALDatasetGetLayer(file, 0);
    for (OGRFeatureH feature = OGR_L_GetNextFeature(layer); feature != NULL; feature = OGR_L_GetNextFeature(layer)) {
        const char *code = OGR_F_GetFieldAsString(feature, OGR_F_GetFieldIndex(feature, "N03_007"));
        int i = 0;
        while (i < k->n && strcmp(k->code[i], code) != 0) {
            i++;
        }
        if (i == k->n && code[0] != '\0') {
            assert_true(k->n < MOST && strlen(code) == 5);
            snprintf(k->code[i], sizeof k->code[i], "%s", code);
            k->geometry[i] = OGR_G_CreateGeometry(wkbMultiPolygon);
            k->n++;
        }
        if (code[0] != '\0') {
            OGRGeometryH parts = OGR_G_ForceToMultiPolygon(OGR_F_StealGeometry(feature));
            for (int part = 0; part < OGR_G_GetGeometryCount(parts); part++) {
                OGR_G_AddGeometry(k->geometry[i], OGR_G_GetGeometryRef(parts, part));
            }
            OGR_G_DestroyGeometry(parts);
        }
        OGR_F_Destroy(feature);
    }
    GDALClose(file);
}

static void add_kanagawa_polygons(const kanagawa *k, tp_layer *polygons) {
    for (int i = 0; i < k->n; i++) {
        add_row(polygons, k->code[i], k->code[i]);
        assert_ok(tp_shapes_add_row(&polygons->shapes, error));
        for (int part = 0; part < OGR_G_GetGeometryCount(k->geometry[i]); part++) {
            OGRGeometryH polygon = OGR_G_GetGeometryRef(k->geometry[i], part);
            assert_ok(tp_shapes_add_part(&polygons->shapes, error));
            for (int ring = 0; ring < OGR_G_GetGeometryCount(polygon); ring++) {
                OGRGeometryH line = OGR_G_GetGeometryRef(polygon, ring);
                int n = OGR_G_GetPointCount(line);
                double *xy = malloc(sizeof *xy * 2 * (size_t)n);
                assert_non_null(xy);
                OGR_G_GetPoints(line, xy, sizeof *xy, xy + n, sizeof *xy, NULL, 0);
                assert_ok(tp_shapes_add_ring(&polygons->shapes, xy, xy + n, n, error));
                free(xy);
            }
        }
    }
}

/* Cities, not wards, of the prefecture, with the census of 2020; the list has no quotes. */
static void add_census_cities(tp_layer *cities) {
    FILE *file = fopen(CENSUS, "r");
    char line[512], code[8], kind[32];
    double population, lat_deg, lon_deg;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        int n = sscanf(line, "%7[0-9],%*[^,],%*[^,],%31[^,],%lf,%lf,%lf", code, kind, &population, &lat_deg, &lon_deg);
        if (n == 5 && strncmp(code, "14", 2) == 0 && strcmp(kind, "city") == 0) {
            add_city(cities, code, code, lon_deg, lat_deg, "population", population);
        }
    }
    fclose(file);
}

/* The wards of Kanagawa's three designated cities as the law numbers them, typed here and not computed. */
static const char *city_of(const char *code) {
    static const struct {
        const char *first, *last, *city;
    } wards[] = {{"14101", "14118", "14100"}, {"14131", "14137", "14130"}, {"14151", "14153", "14150"}};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(code, wards[i].first) >= 0 && strcmp(code, wards[i].last) <= 0) {
            return wards[i].city;
        }
    }
    return code;
}

static bool is_large(const tp_layer *cities, const char *id) {
    for (int64_t row = 0; row < cities->n_rows; row++) {
        if (strcmp(tp_layer_id(cities, row), id) == 0) {
            return tp_layer_column(cities, "population")->f64[row] >= 200000;
        }
    }
    return false;
}

/*
 * Adjacency by GEOS and the wards' numbers as typed above are the oracle. The first file has wards everywhere, the
 * second gives Yokohama and Sagamihara as one polygon each.
 */
static void compare_kanagawa(const char *path, int n_codes) {
    kanagawa k = {0};
    read_kanagawa(path, &k);
    assert_int_equal(k.n, n_codes);
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *sites = new_layer(dataset, "sites", TP_GEOMETRY_POINT);
    tp_layer *cities = new_layer(dataset, "cities", TP_GEOMETRY_POINT);
    tp_layer *polygons = new_layer(dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(cities, "population", TP_TYPE_DOUBLE, "persons");
    add_kanagawa_polygons(&k, polygons);
    add_census_cities(cities);
    for (int i = 0; i < k.n; i++) {
        OGRGeometryH inside = OGR_G_PointOnSurface(k.geometry[i]);
        assert_non_null(inside);
        add_point(sites, k.code[i], k.code[i], OGR_G_GetX(inside, 0), OGR_G_GetY(inside, 0));
        OGR_G_DestroyGeometry(inside);
    }
    const tp_measure *measure = measured(dataset, &tp_stage_touching, "m", SETTINGS);
    int n_near = 0;
    for (int i = 0; i < k.n; i++) {
        const char *expected = is_large(cities, city_of(k.code[i])) ? city_of(k.code[i]) : NULL;
        bool own = expected != NULL;
        for (int j = 0; j < k.n && !own; j++) {
            const char *city = city_of(k.code[j]);
            bool better = expected == NULL || strcmp(city, expected) < 0;
            if (j != i && better && is_large(cities, city) && OGR_G_Intersects(k.geometry[i], k.geometry[j])) {
                expected = city;
            }
        }
        if (expected == NULL) {
            assert_interval(measure, i, INFINITY, INFINITY);
        } else {
            assert_exact(measure, i, 0);
            assert_string_equal(linked_id(measure, i), expected);
            n_near++;
        }
    }
    print_message("%d of %d municipalities of Kanagawa are or touch a city of 200,000\n", n_near, k.n);
    tp_dataset_free(dataset);
    for (int i = 0; i < k.n; i++) {
        OGR_G_DestroyGeometry(k.geometry[i]);
    }
}

static void test_kanagawa(void **out) {
    (void)out;
    if (access(KANAGAWA, R_OK) != 0 || access(CENSUS, R_OK) != 0) {
        skip();
    }
    compare_kanagawa(KANAGAWA "N03-19_14_190101.shp", 58);
    compare_kanagawa(KANAGAWA "N03-19_14_190101_2.shp", 39);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_own_touching_and_far),
        TEST(test_corner_and_threshold),
        TEST(test_missing_population_is_unknown),
        TEST(test_sure_beats_unknown),
        TEST(test_samples),
        TEST(test_city_without_its_polygon_is_unknown),
        TEST(test_choice_is_by_id),
        TEST(test_layers_that_are_not_read),
        TEST(test_columns_of_a_users_own_measure),
        TEST(test_check),
        TEST(test_grid_with_any_number_of_threads),
        cmocka_unit_test(test_kanagawa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
