/* The .prj spellings that Japanese files come with: each is known for what it is, and leads to JGD2011 without ballpark. */
#include "made_files.h"

#include "technopolis/crs.h"

#include <math.h>
#include <proj.h>

#define DEGREE "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"
#define GRS80 "SPHEROID[\"GRS_1980\",6378137.0,298.257222101]"
#define BESSEL "SPHEROID[\"Bessel_1841\",6377397.155,299.1528128]"
#define GCS_TOKYO "GEOGCS[\"GCS_Tokyo\",DATUM[\"D_Tokyo\"," BESSEL "]," DEGREE
#define GCS_JGD2000 "GEOGCS[\"GCS_JGD_2000\",DATUM[\"D_JGD_2000\"," GRS80 "]," DEGREE
#define GCS_JGD2011 "GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\"," GRS80 "]," DEGREE
#define GCS_WGS84 "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]]," DEGREE

/* One point, to which each test gives its .prj. */
static int make_point(void **state) {
    int failed = make_folder(state);
    VSIUnlink(made("p.shp"));
    made_layer m = begin_layer("ESRI Shapefile", "p.shp", "p", 6668, wkbPoint);
    add_column(m, "code", OFTString, 5);
    add_feature(m, "POINT (1 1)", 1, "a");
    end_layer(m);
    return failed;
}

/* Reads a point with this .prj; gives the layer's CRS, which the caller frees, or NULL with what the check said. */
static char *crs_of(const char *prj, char *said, size_t size) {
    write_text("p.prj", prj);
    tp_read_options options = {0};
    tp_read_places places = {0};
    tp_read_head head = {0};
    tp_faults faults = {0};
    char *crs = NULL;
    if (tp_read_head_open(made("p.shp"), "p.shp", &options, &places, 0, &head, &faults) == TP_OK) {
        crs = tp_text_copy(head.crs);
    }
    snprintf(said, size, "%s", faults.n == 0 ? "" : faults.items[0].message);
    tp_read_head_reset(&head);
    tp_faults_reset(&faults);
    return crs;
}

/* It is this CRS, by its code. */
static void is_known_as(const char *prj, int epsg) {
    char said[1024], expected[24];
    char *crs = crs_of(prj, said, sizeof said);
    snprintf(expected, sizeof expected, "EPSG:%d", epsg);
    if (crs == NULL || strcmp(crs, expected) != 0) {
        print_message("%.90s: %s instead of %s %s\n", prj, crs == NULL ? "none" : crs, expected, said);
    }
    assert_non_null(crs);
    assert_string_equal(crs, expected);
    free(crs);
}

/* And there is a way to JGD2011 that is worth something. */
static void known_as(const char *prj, int epsg) {
    is_known_as(prj, epsg);
    char crs[24];
    snprintf(crs, sizeof crs, "EPSG:%d", epsg);
    tp_transform *transform = NULL;
    assert_int_equal(tp_transform_new(crs, "EPSG:6668", NULL, &transform, NULL), TP_OK);
    assert_null(strstr(tp_transform_operation(transform), "Ballpark"));
    assert_true(tp_transform_accuracy_m(transform) <= 15 || strcmp(tp_transform_operation(transform), "none") == 0);
    tp_transform_free(transform);
}

static void geographic(void **state) {
    (void)state;
    known_as(GCS_TOKYO, 4301);
    known_as("GEOGCS[\"Tokyo\",DATUM[\"D_Tokyo\"," BESSEL "]," DEGREE, 4301);
    known_as("GEOGCS[\"Tokyo\",DATUM[\"Tokyo\",SPHEROID[\"Bessel 1841\",6377397.155,299.1528128]]," DEGREE, 4301);
    known_as(GCS_JGD2000, 4612);
    known_as("GEOGCS[\"JGD2000\",DATUM[\"D_JGD_2000\"," GRS80 "]," DEGREE, 4612);
    known_as("GEOGCS[\"JGD2000\",DATUM[\"Japanese_Geodetic_Datum_2000\",SPHEROID[\"GRS 1980\",6378137,298.257222101]],"
             "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]",
             4612);
    known_as("GEOGCS[\"JGD2000\",DATUM[\"Japanese_Geodetic_Datum_2000\",SPHEROID[\"GRS 1980\",6378137,298.257222101,"
             "AUTHORITY[\"EPSG\",\"7019\"]],AUTHORITY[\"EPSG\",\"6612\"]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\","
             "0.01745329251994328],AUTHORITY[\"EPSG\",\"4612\"]]",
             4612);
    known_as(GCS_JGD2011, 6668);
    known_as("GEOGCS[\"JGD2011\",DATUM[\"D_JGD_2011\"," GRS80 "]," DEGREE, 6668);
    known_as("GEOGCS[\"JGD2011\",DATUM[\"Japanese_Geodetic_Datum_2011\",SPHEROID[\"GRS 1980\",6378137,298.257222101]],"
             "PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]",
             6668);
    known_as(GCS_WGS84, 4326);
    known_as("GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],PRIMEM[\"Greenwich\",0],"
             "UNIT[\"degree\",0.0174532925199433]]",
             4326);
}

/* Origins of the plane rectangular zones I to XIX: latitude, longitude in degrees and minutes (notice of 2002). */
static const struct {
    double latitude, degrees, minutes;
} ZONES[] = {{33, 129, 30}, {33, 131, 0},  {36, 132, 10}, {33, 133, 30}, {36, 134, 20}, {36, 136, 0},  {36, 137, 10},
             {36, 138, 30}, {36, 139, 50}, {40, 140, 50}, {44, 140, 15}, {44, 142, 15}, {44, 144, 15}, {26, 142, 0},
             {26, 127, 30}, {26, 124, 0},  {26, 131, 0},  {20, 136, 0},  {26, 154, 0}};

static void zone(const char *name, const char *gcs, int number, int digits, int epsg) {
    char prj[1200];
    snprintf(
        prj, sizeof prj,
        "PROJCS[\"%s\",%s,PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",0.0],"
        "PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",%.*g],PARAMETER[\"Scale_Factor\",0.9999],"
        "PARAMETER[\"Latitude_Of_Origin\",%.1f],UNIT[\"Meter\",1.0]]",
        name, gcs, digits, ZONES[number - 1].degrees + ZONES[number - 1].minutes / 60, ZONES[number - 1].latitude);
    if (number == 9) {
        known_as(prj, epsg);
    } else {
        is_known_as(prj, epsg);
    }
}

static void plane_rectangular_zones(void **state) {
    (void)state;
    static const char *const roman[] = {"I",  "II",  "III",  "IV",  "V",  "VI",  "VII",  "VIII",  "IX", "X",
                                        "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX"};
    static const struct {
        const char *zone, *plane, *gcs;
        int first;
    } datums[] = {{"Japan_Zone_%d", "Tokyo_Japan_Plane_Rectangular_CS_%s", GCS_TOKYO, 30161},
                  {"JGD_2000_Japan_Zone_%d", "JGD2000_Japan_Plane_Rectangular_CS_%s", GCS_JGD2000, 2443},
                  {"JGD_2011_Japan_Zone_%d", "JGD2011_Japan_Plane_Rectangular_CS_%s", GCS_JGD2011, 6669}};
    for (size_t d = 0; d < sizeof datums / sizeof datums[0]; d++) {
        for (int n = 1; n <= 19; n++) {
            char name[100];
            snprintf(name, sizeof name, datums[d].zone, n);
            zone(name, datums[d].gcs, n, 15, datums[d].first + n - 1);
            snprintf(name, sizeof name, datums[d].plane, roman[n - 1]);
            if (n % 3 == 0) { /* each takes PROJ a tenth of a second */
                zone(name, datums[d].gcs, n, 13, datums[d].first + n - 1);
            }
        }
    }
}

/* A datum that carries a shift of its own is used with that shift. */
static void a_shift_in_the_file(void **state) {
    (void)state;
    char said[1024];
    char *crs =
        crs_of("GEOGCS[\"Tokyo\",DATUM[\"Tokyo\",SPHEROID[\"Bessel 1841\",6377397.155,299.1528128],TOWGS84[-146."
               "414,507.337,680.507,0,0,0,0]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]]",
               said, sizeof said);
    assert_non_null(crs);
    tp_transform *transform = NULL;
    assert_int_equal(tp_transform_new(crs, "EPSG:6668", NULL, &transform, NULL), TP_OK);
    double lon = 139.7414, lat = 35.6581;
    uint8_t failed = 0;
    assert_int_equal(tp_transform_points(transform, &lon, &lat, 1, &failed), 0);
    assert_true(fabs(lon - 139.7381691) < 2e-6 && fabs(lat - 35.6613408) < 2e-6); /* as by EPSG:15483 */
    tp_transform_free(transform);
    free(crs);
}

/* The first step from Tokyo datum, by the name that `sources` tells, is the operation of that number. */
static void the_operation_is_epsg_15483(void **state) {
    (void)state;
    PJ_CONTEXT *context = proj_context_create();
    PJ *operation = proj_create_from_database(context, "EPSG", "15483", PJ_CATEGORY_COORDINATE_OPERATION, 0, NULL);
    assert_non_null(operation);
    assert_string_equal(proj_get_name(operation), "Tokyo to JGD2000 (1)");
    proj_destroy(operation);
    proj_context_destroy(context);
    tp_transform *transform = NULL;
    assert_int_equal(tp_transform_new("EPSG:4301", "EPSG:6668", NULL, &transform, NULL), TP_OK);
    const char *name = tp_transform_operation(transform);
    if (strcmp(name, "Tokyo to JGD2000 (1) + JGD2000 to JGD2011 (2)") == 0) {
        assert_true(tp_transform_accuracy_m(transform) == 10);
    } else { /* a grid of Japan is installed: better than that */
        assert_true(tp_transform_accuracy_m(transform) < 10);
    }
    tp_transform_free(transform);
}

static void what_is_none(void **state) {
    (void)state;
    char said[1024];
    assert_null(crs_of("", said, sizeof said));
    assert_non_null(strstr(said, "p.shp: has no CRS (no usable .prj file)"));
    assert_null(crs_of("nonsense", said, sizeof said));
    assert_non_null(strstr(said, "p.shp: has no CRS (no usable .prj file)"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(geographic),          cmocka_unit_test(plane_rectangular_zones),
        cmocka_unit_test(a_shift_in_the_file), cmocka_unit_test(the_operation_is_epsg_15483),
        cmocka_unit_test(what_is_none),
    };
    return cmocka_run_group_tests(tests, make_point, remove_folder);
}
