/* Coordinate reference systems: known cities, the Tokyo datum, spellings of .prj files, axis order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/crs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEGREE "PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]"
#define ESRI_JGD2011                                                                                                   \
    "GEOGCS[\"GCS_JGD_2011\",DATUM[\"D_JGD_2011\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]]," DEGREE
#define ESRI_JGD2000                                                                                                   \
    "GEOGCS[\"GCS_JGD_2000\",DATUM[\"D_JGD_2000\",SPHEROID[\"GRS_1980\",6378137.0,298.257222101]]," DEGREE
#define ESRI_TOKYO "GEOGCS[\"GCS_Tokyo\",DATUM[\"D_Tokyo\",SPHEROID[\"Bessel_1841\",6377397.155,299.1528128]]," DEGREE
#define ESRI_PLANE_6                                                                                                   \
    "PROJCS[\"JGD2000_Japan_Plane_Rectangular_CS_VI\"," ESRI_JGD2000                                                   \
    ",PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",36],PARAMETER[\"central_meridian\",136],"   \
    "PARAMETER[\"scale_factor\",0.9999],PARAMETER[\"false_easting\",0],PARAMETER[\"false_northing\",0],"               \
    "UNIT[\"Meter\",1]]"

static const double JAPAN[4] = {122, 20, 154, 46};

static void titled(const char *crs, const char *expected) {
    char *title = NULL;
    assert_int_equal(tp_crs_title(crs, &title, NULL), TP_OK);
    assert_string_equal(title, expected);
    free(title);
}

static void titles(void **state) {
    (void)state;
    titled("EPSG:6668", "EPSG:6668 JGD2011");
    titled(ESRI_JGD2011, "EPSG:6668 JGD2011");
    titled(ESRI_JGD2000, "EPSG:4612 JGD2000");
    titled(ESRI_TOKYO, "EPSG:4301 Tokyo");
    titled(ESRI_PLANE_6, "EPSG:2448 JGD2000 / Japan Plane Rectangular CS VI");
    titled("EPSG:6697", "EPSG:6697 JGD2011 + JGD2011 (vertical) height");
    titled("+proj=longlat +ellps=bessel +type=crs", "unknown");
    static const char *const wrong[] = {"", "rubbish", "EPSG:999999", "EPSG:", "EPSG:9122", "+proj=longlat"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *title = NULL;
        tp_error error = {0};
        assert_int_equal(tp_crs_title(wrong[i], &title, &error), TP_E_CONFIG);
        assert_null(title);
        assert_non_null(strstr(error.message, wrong[i]));
    }
}

static void based(const char *crs, const char *expected, double a_m, double inverse_f) {
    char *geographic = NULL;
    tp_ellipsoid ellipsoid;
    assert_int_equal(tp_crs_geographic(crs, &geographic, &ellipsoid, NULL), TP_OK);
    if (expected != NULL) {
        assert_string_equal(geographic, expected);
    }
    assert_true(ellipsoid.a_m == a_m);
    assert_true(fabs(1 / ellipsoid.f - inverse_f) <= 1e-9);
    /* Whatever is handed out can be handed in, and means the same. */
    tp_transform *transform = NULL;
    assert_int_equal(tp_transform_new(geographic, geographic, NULL, &transform, NULL), TP_OK);
    assert_string_equal(tp_transform_operation(transform), "none");
    tp_transform_free(transform);
    free(geographic);
}

static void geographic_bases(void **state) {
    (void)state;
    based("EPSG:6668", "EPSG:6668", 6378137, 298.257222101);
    based("EPSG:6675", "EPSG:6668", 6378137, 298.257222101);
    based("EPSG:2443", "EPSG:4612", 6378137, 298.257222101);
    based("EPSG:30169", "EPSG:4301", 6377397.155, 299.1528128);
    based("EPSG:4326", "EPSG:4326", 6378137, 298.257223563);
    based("EPSG:3857", "EPSG:4326", 6378137, 298.257223563);
    based("EPSG:6697", "EPSG:6668", 6378137, 298.257222101); /* compound */
    based("EPSG:6667", "EPSG:6668", 6378137, 298.257222101); /* three dimensions */
    based(ESRI_PLANE_6, "EPSG:4612", 6378137, 298.257222101);
    based("+proj=longlat +ellps=bessel +type=crs", NULL, 6377397.155, 299.1528128);
    based("+proj=longlat +ellps=bessel +towgs84=-146,507,680 +type=crs", NULL, 6377397.155, 299.1528128);
    based("EPSG:4807", NULL, 6378249.2, 293.466021293627); /* grads and the meridian of Paris */
    static const char *const wrong[] = {"EPSG:4978", "EPSG:5773", "EPSG:6695", "rubbish"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char *geographic = NULL;
        tp_ellipsoid ellipsoid;
        tp_error error = {0};
        assert_int_equal(tp_crs_geographic(wrong[i], &geographic, &ellipsoid, &error), TP_E_CONFIG);
        assert_null(geographic);
        assert_non_null(strstr(error.message, wrong[i]));
    }
}

static void areas_of_use(void **state) {
    (void)state;
    double w = 0, s = 0, e = 0, n = 0;
    assert_true(tp_crs_area("EPSG:6668", &w, &s, &e, &n));
    assert_true(w > 122 && w < 123 && s > 17 && s < 21 && e > 157 && e < 158 && n > 46 && n < 47);
    assert_true(tp_crs_area(ESRI_PLANE_6, &w, &s, &e, &n)); /* known by its code only */
    assert_true(w > 134 && e < 138);
    assert_true(tp_crs_area("EPSG:3832", &w, &s, &e, &n)); /* across 180 degrees */
    assert_true(w > 0 && e < 0);
    assert_false(tp_crs_area("+proj=longlat +ellps=bessel +type=crs", &w, &s, &e, &n));
    assert_false(tp_crs_area("rubbish", &w, &s, &e, &n));
}

static tp_transform *transform_of(const char *from, const char *to, const double *extent_deg) {
    tp_transform *transform = NULL;
    tp_error error = {0};
    tp_code code = tp_transform_new(from, to, extent_deg, &transform, &error);
    if (code != TP_OK) {
        fail_msg("%s", error.message);
    }
    return transform;
}

/* One point there, and back by the opposite transformation. */
static void goes(const char *from, const char *to, double x, double y, double to_x, double to_y, double tolerance) {
    tp_transform *there = transform_of(from, to, JAPAN), *back = transform_of(to, from, JAPAN);
    double px = x, py = y;
    uint8_t failed = 7;
    assert_int_equal(tp_transform_points(there, &px, &py, 1, &failed), 0);
    assert_int_equal(failed, 0);
    assert_true(fabs(px - to_x) <= tolerance && fabs(py - to_y) <= tolerance);
    assert_int_equal(tp_transform_points(back, &px, &py, 1, &failed), 0);
    assert_true(fabs(px - x) <= 1e-7 && fabs(py - y) <= 1e-7);
    tp_transform_free(there);
    tp_transform_free(back);
}

/* x is east or longitude, whatever the authority says: EPSG has 4326 and 4612 as latitude first, 6677 as north first. */
static void axis_order(void **state) {
    (void)state;
    /* Tokyo's prefectural office in plane rectangular system IX: west and south of (139.8333 E, 36 N). */
    goes("EPSG:6668", "EPSG:6677", 139.6917, 35.6895, -12818.777, -34439.189, 0.001);
    goes(ESRI_JGD2011, "EPSG:6677", 139.6917, 35.6895, -12818.777, -34439.189, 0.001);
    goes("EPSG:4326", "EPSG:6677", 139.6917, 35.6895, -12818.777, -34439.189, 2);
    goes("EPSG:4612", "EPSG:6668", 139.6917, 35.6895, 139.6917, 35.6895, 1e-5);
    goes("EPSG:4326", "EPSG:6668", 139.6917, 35.6895, 139.6917, 35.6895, 1e-5);
    goes("EPSG:4612", "EPSG:4326", 139.6917, 35.6895, 139.6917, 35.6895, 1e-5);
    goes(ESRI_PLANE_6, "EPSG:6668", 0, 0, 136, 36, 1e-9);
    goes("EPSG:2448", "EPSG:6668", 1000, 0, 136.0110920, 35.9999995, 1e-7);
    goes("EPSG:3857", "EPSG:4326", 15550408.91, 4257980.73, 139.6917, 35.6895, 1e-6);
    goes("EPSG:3100", "EPSG:4612", 500000, 3900000, 141, 35.2430777, 1e-6);
}

/* models.md's trap: the Tokyo datum without Japan's grids goes through JGD2000, 10 m, never ballpark. */
static void tokyo_datum(void **state) {
    (void)state;
    static const char *const spellings[] = {"EPSG:4301", ESRI_TOKYO};
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    for (int i = 0; i < 4; i++) {
        tp_transform *transform = transform_of(spellings[i % 2], "EPSG:6668", i < 2 ? JAPAN : NULL);
        double x = 139.7414, y = 35.6581;
        uint8_t failed;
        assert_int_equal(tp_transform_points(transform, &x, &y, 1, &failed), 0);
        assert_null(strstr(tp_transform_operation(transform), "allpark"));
        if (strcmp(tp_transform_operation(transform), "Tokyo to JGD2000 (1) + JGD2000 to JGD2011 (2)") == 0) {
            assert_true(tp_transform_accuracy_m(transform) == 10);
            assert_true(fabs(x - 139.7381691) <= 1e-7 && fabs(y - 35.6613408) <= 1e-7);
        } else { /* where the grids are installed */
            assert_true(tp_transform_accuracy_m(transform) < 10);
        }
        double shift_m = tp_geodesic_distance_m(&grs80, 139.7414, 35.6581, x, y);
        assert_true(fabs(shift_m - 463) <= 10);
        tp_transform_free(transform);
    }
}

static void described(const char *from, const char *to, const char *operation, double accuracy_m) {
    tp_transform *transform = transform_of(from, to, JAPAN);
    assert_string_equal(tp_transform_operation(transform), operation);
    double stated_m = tp_transform_accuracy_m(transform);
    assert_true(stated_m == accuracy_m || (isnan(stated_m) && isnan(accuracy_m)));
    tp_transform_free(transform);
}

static void operations(void **state) {
    (void)state;
    described("EPSG:6668", "EPSG:6668", "none", 0);
    described(ESRI_JGD2011, "EPSG:6668", "none", 0);
    described(ESRI_PLANE_6, "EPSG:2448", "none", 0);
    described("EPSG:4326", "OGC:CRS84", "none", 0); /* the same but for the axes */
    described("EPSG:6697", "EPSG:6668", "none", 0); /* heights are not ours */
    described("EPSG:4612", "EPSG:6668", "JGD2000 to JGD2011 (2)", 1);
    described("EPSG:6668", "EPSG:6677", "Japan Plane Rectangular CS zone IX", 0);
    described("+proj=longlat +ellps=bessel +towgs84=-146.414,507.337,680.507 +type=crs", "EPSG:4326",
              "Transformation from unknown to WGS84", NAN);
}

static void refused(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        tp_code code;
    } cases[] = {
        {"EPSG:6668", "EPSG:4267", TP_E_DATA},                             /* only ballpark */
        {"+proj=longlat +ellps=bessel +type=crs", "EPSG:6668", TP_E_DATA}, /* no datum */
        {"EPSG:4807", "EPSG:6668", TP_E_DATA},                             /* France is not in Japan */
        {"EPSG:4978", "EPSG:6668", TP_E_CONFIG},
        {"rubbish", "EPSG:6668", TP_E_CONFIG},
        {"EPSG:6668", "rubbish", TP_E_CONFIG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tp_transform *transform = NULL;
        tp_error error = {0};
        assert_int_equal(tp_transform_new(cases[i].from, cases[i].to, JAPAN, &transform, &error), cases[i].code);
        assert_int_equal(error.code, cases[i].code);
        assert_null(transform);
    }
}

/* What cannot be transformed is marked and left as it was; the rest goes on, across blocks. */
static void failing_points(void **state) {
    (void)state;
    enum { N = 1500 };
    static double x[N], y[N];
    static uint8_t failed[N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 7 == 3 ? NAN : 139.6917;
        y[i] = i % 7 == 5 ? 95 : 35.6895;
    }
    tp_transform *transform = transform_of("EPSG:6668", "EPSG:6677", NULL);
    assert_int_equal(tp_transform_points(transform, x, y, N, failed), 428);
    for (int i = 0; i < N; i++) {
        assert_int_equal(failed[i], i % 7 == 3 || i % 7 == 5);
        if (i % 7 == 3) {
            assert_true(isnan(x[i]) && y[i] == 35.6895);
        } else if (i % 7 == 5) {
            assert_true(x[i] == 139.6917 && y[i] == 95);
        } else {
            assert_true(fabs(x[i] + 12818.777) <= 0.001 && fabs(y[i] + 34439.189) <= 0.001);
        }
    }
    tp_transform_free(transform);
    transform = transform_of("EPSG:6668", "EPSG:6668", NULL);
    double nowhere = NAN, there = 1;
    uint8_t bad = 0;
    assert_int_equal(tp_transform_points(transform, &nowhere, &there, 1, &bad), 1);
    assert_int_equal(bad, 1);
    assert_int_equal(tp_transform_points(transform, NULL, NULL, 0, NULL), 0);
    tp_transform_free(transform);
    tp_transform_free(NULL);
    static const double swapped[4] = {20, 122, 46, 154}; /* an extent that makes no sense is as none */
    tp_transform_free(transform_of("EPSG:4301", "EPSG:6668", swapped));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles),     cmocka_unit_test(geographic_bases), cmocka_unit_test(areas_of_use),
        cmocka_unit_test(axis_order), cmocka_unit_test(tokyo_datum),      cmocka_unit_test(operations),
        cmocka_unit_test(refused),    cmocka_unit_test(failing_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
