/*
 * mesh: codes known from the standard and from published data, every edge, corner and centre of the 1 km squares between
 * 20 and 46 degrees north and 122 and 154 east, a million random positions against long integer arithmetic written
 * another way, all levels both ways, and areas against geodesic polygons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/mesh.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static const char *text_at(tp_mesh_level level, double lon_deg, double lat_deg) {
    static char text[TP_MESH_TEXT_SIZE];
    tp_mesh_cell cell;
    assert_true(tp_mesh_cell_at(level, lon_deg, lat_deg, &cell));
    tp_mesh_text(level, cell, text);
    return text;
}

/* The Diet building at every level, worked out by hand; Tokyo station, whose square 53394611 every manual shows. */
static void known_codes(void **state) {
    (void)state;
    static const char *const wanted[TP_MESH_LEVELS] = {
        "5339", "533945", "5339452", "533945085", "53394519", "533945192", "5339451921", "53394519211", "5339451915"};
    for (int level = 0; level < TP_MESH_LEVELS; level++) {
        assert_string_equal(text_at((tp_mesh_level)level, 139.7449, 35.6759), wanted[level]);
    }
    assert_string_equal(text_at(TP_MESH_1KM, 139.767, 35.681), "53394611");
    assert_string_equal(text_at(TP_MESH_1KM, 139.0, 35.0 + 1.0 / 3), "53390000");
    assert_string_equal(text_at(TP_MESH_2KM, 139.75, 35.675), "533946005");
    assert_string_equal(text_at(TP_MESH_1KM, 122.0375, 24.5), "36226003"); /* where floating point errs */
}

/* The edges as the doubles nearest to k/120 and 100 + k/80 degrees: what a file holds that was made with care. */
static void every_corner_edge_and_centre(void **state) {
    (void)state;
    for (int row = 20 * 120; row < 46 * 120; row++) {
        for (int column = 22 * 80; column < 54 * 80; column++) {
            tp_mesh_cell cell = {row, column}, found = {-1, -1};
            double lon = (8000 + column) / 80.0, lat = row / 120.0;
            assert_true(tp_mesh_cell_at(TP_MESH_1KM, lon, lat, &found));
            assert_int_equal(found.row, row);
            assert_int_equal(found.column, column);
            assert_true(tp_mesh_cell_at(TP_MESH_1KM, lon + 0.5 / 80, lat, &found)); /* southern edge */
            assert_true(found.row == row && found.column == column);
            assert_true(tp_mesh_cell_at(TP_MESH_1KM, lon, lat + 0.5 / 120, &found)); /* western edge */
            assert_true(found.row == row && found.column == column);
            double centre[2], corner[2];
            tp_mesh_centre(TP_MESH_1KM, cell, &centre[0], &centre[1]);
            assert_true(tp_mesh_cell_at(TP_MESH_1KM, centre[0], centre[1], &found));
            assert_true(found.row == row && found.column == column);
            tp_mesh_corner(TP_MESH_1KM, cell, &corner[0], &corner[1]);
            assert_true(corner[0] == lon && corner[1] == lat);
            int64_t code = tp_mesh_code(TP_MESH_1KM, cell);
            assert_true(tp_mesh_cell_of_code(TP_MESH_1KM, code, &found));
            assert_true(found.row == row && found.column == column);
        }
    }
}

/* A position 0.01" to the west or south of an edge is in the cell before. */
static void half_open(void **state) {
    (void)state;
    for (int level = 0; level < TP_MESH_LEVELS; level++) {
        double height = (double)tp_mesh_height_uas((tp_mesh_level)level) / 3.6e9;
        double width = (double)tp_mesh_width_uas((tp_mesh_level)level) / 3.6e9, step = 0.01 / 3600;
        for (int i = 1; i < 40; i++) {
            tp_mesh_cell at, below, above;
            assert_true(tp_mesh_cell_at((tp_mesh_level)level, 100 + i * width, i * height, &at));
            assert_true(tp_mesh_cell_at((tp_mesh_level)level, 100 + i * width - step, i * height - step, &below));
            assert_true(tp_mesh_cell_at((tp_mesh_level)level, 100 + i * width + step, i * height + step, &above));
            assert_true(at.row == i && at.column == i && above.row == i && above.column == i);
            assert_true(below.row == i - 1 && below.column == i - 1);
        }
    }
}

/* The code by the standard's own words, digit by digit from what remains, in tenths of micro-seconds. */
static void by_the_book(int64_t lon, int64_t lat, char text[64]) {
    const int64_t minute = 60 * (int64_t)10000000;
    int64_t p = lat / (40 * minute), a = lat % (40 * minute), u = lon / (60 * minute) - 100, f = lon % (60 * minute);
    int64_t q = a / (5 * minute), b = a % (5 * minute), v = f * 2 / (15 * minute), g = f - v * (15 * minute) / 2;
    int64_t r = b / (minute / 2), c = b % (minute / 2), w = g * 4 / (3 * minute), h = g - w * (3 * minute) / 4;
    int64_t s = c * 4 / minute, d = c - s * minute / 4, x = h * 8 / (3 * minute), i = h - x * (3 * minute) / 8;
    int64_t t = d * 8 / minute, y = i * 16 / (3 * minute);
    (void)snprintf(text, 64, "%02d%02d%d%d%d%d%d%d", (int)p, (int)u, (int)q, (int)v, (int)r, (int)w,
                   (int)(1 + 2 * s + x), (int)(1 + 2 * t + y));
}

static void a_million_random_positions(void **state) {
    (void)state;
    uint64_t seed = 410;
    for (int i = 0; i < 1000000; i++) {
        double lon = 122 + 32 * next_random(&seed), lat = 20 + 26 * next_random(&seed);
        char wanted[64], text[TP_MESH_TEXT_SIZE];
        by_the_book(llround(lon * 3.6e9) * 10, llround(lat * 3.6e9) * 10, wanted);
        for (tp_mesh_level level = TP_MESH_80KM; level < TP_MESH_LEVELS; level++) {
            tp_mesh_cell cell, again, parent;
            assert_true(tp_mesh_cell_at(level, lon, lat, &cell));
            tp_mesh_text(level, cell, text);
            if (level == TP_MESH_250M) {
                assert_string_equal(text, wanted);
            }
            assert_true(tp_mesh_cell_of_text(level, text, &again));
            assert_true(again.row == cell.row && again.column == cell.column);
            double box[4];
            tp_mesh_box(level, cell, box);
            assert_true(box[0] <= lon + 1e-9 && lon < box[2] && box[1] <= lat + 1e-9 && lat < box[3]);
            assert_true(tp_mesh_parent(level, cell, TP_MESH_80KM, &parent));
            assert_memory_equal(text, wanted, 4);
            char primary[TP_MESH_TEXT_SIZE];
            tp_mesh_text(TP_MESH_80KM, parent, primary);
            assert_memory_equal(primary, wanted, 4);
        }
    }
}

static void what_is_no_code(void **state) {
    (void)state;
    static const struct {
        tp_mesh_level level;
        const char *text;
    } wrong[] = {
        {TP_MESH_80KM, "533"},
        {TP_MESH_80KM, "53390"},
        {TP_MESH_80KM, "5380"},
        {TP_MESH_10KM, "533980"},
        {TP_MESH_10KM, "533908"},
        {TP_MESH_5KM, "5339450"},
        {TP_MESH_5KM, "5339455"},
        {TP_MESH_2KM, "533945105"},
        {TP_MESH_2KM, "533945015"},
        {TP_MESH_2KM, "533945004"},
        {TP_MESH_1KM, "5339451"},
        {TP_MESH_1KM, " 53394511"},
        {TP_MESH_1KM, "5339451x"},
        {TP_MESH_1KM, ""},
        {TP_MESH_500M, "533945115"},
        {TP_MESH_500M, "533945110"},
        {TP_MESH_250M, "5339451150"},
        {TP_MESH_125M, "53394511115"},
        {TP_MESH_100M, "533945110"},
        {TP_MESH_100M, "53398511000"},
        {TP_MESH_125M, "533945111111111111111"},
    };
    tp_mesh_cell cell = {7, 7};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(tp_mesh_cell_of_text(wrong[i].level, wrong[i].text, &cell));
    }
    assert_true(cell.row == 7 && cell.column == 7);
    assert_false(tp_mesh_cell_of_code(TP_MESH_1KM, -53394511, &cell));
    assert_false(tp_mesh_cell_of_code(TP_MESH_1KM, INT64_MAX, &cell));
}

static void levels_of_texts(void **state) {
    (void)state;
    static const char *const codes[] = {"5339",     "533945",    "5339452",    "533945085",
                                        "53394509", "533945091", "5339450914", "53394509142"};
    tp_mesh_level level;
    for (int i = 0; i < 8; i++) {
        assert_true(tp_mesh_level_of_text(codes[i], &level));
        assert_int_equal(level, i);
        assert_int_equal(strlen(codes[i]), tp_mesh_digits((tp_mesh_level)i));
    }
    assert_false(tp_mesh_level_of_text("5339450935", &level)); /* 100 m, which must be told */
    assert_false(tp_mesh_level_of_text("none", &level));
    for (int i = 0; i < TP_MESH_LEVELS; i++) {
        assert_true(tp_mesh_level_find(tp_mesh_level_text((tp_mesh_level)i), &level));
        assert_int_equal(level, i);
    }
    assert_false(tp_mesh_level_find("3 km", &level));
}

static void outside(void **state) {
    (void)state;
    const double places[][2] = {{99.999, 35}, {180, 35},      {139, -0.001},    {139, 66.667}, {NAN, 35},
                                {139, NAN},   {INFINITY, 35}, {139, -INFINITY}, {-140, 35},    {1e300, 1e300}};
    tp_mesh_cell cell = {7, 7}, next;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_false(tp_mesh_cell_at(TP_MESH_1KM, places[i][0], places[i][1], &cell));
    }
    assert_true(cell.row == 7 && cell.column == 7);
    assert_true(tp_mesh_neighbour(TP_MESH_1KM, cell, -7, -7, &next));
    assert_true(next.row == 0 && next.column == 0);
    assert_false(tp_mesh_neighbour(TP_MESH_1KM, cell, -8, 0, &next));
    assert_false(tp_mesh_neighbour(TP_MESH_1KM, cell, 0, INT32_MAX, &next));
    assert_int_equal(tp_mesh_code(TP_MESH_1KM, (tp_mesh_cell){-1, 0}), -1);
    char text[TP_MESH_TEXT_SIZE];
    tp_mesh_text(TP_MESH_1KM, (tp_mesh_cell){0, 6400}, text);
    assert_string_equal(text, "");
    assert_false(tp_mesh_parent(TP_MESH_2KM, cell, TP_MESH_5KM, &next));
    assert_true(tp_mesh_parent(TP_MESH_100M, (tp_mesh_cell){19, 39}, TP_MESH_500M, &next));
    assert_true(next.row == 3 && next.column == 7);
}

static void japan(void **state) {
    (void)state;
    int n = 0;
    for (int row = 0; row < 100; row++) {
        for (int column = 0; column < 80; column++) {
            n += tp_mesh_in_japan(TP_MESH_80KM, (tp_mesh_cell){row, column});
        }
    }
    assert_int_equal(n, 176);
    tp_mesh_cell cell;
    assert_true(tp_mesh_cell_at(TP_MESH_250M, 126.978, 37.5665, &cell)); /* Seoul */
    assert_false(tp_mesh_in_japan(TP_MESH_250M, cell));
    assert_true(tp_mesh_cell_at(TP_MESH_250M, 153.98, 24.28, &cell)); /* Minamitorishima */
    assert_true(tp_mesh_in_japan(TP_MESH_250M, cell));
    assert_false(tp_mesh_in_japan(TP_MESH_80KM, (tp_mesh_cell){-1, 39}));
}

/* ---- areas ---- */

/* A cell as a geodesic polygon whose edges along the parallels are cut into n pieces. */
static double polygon_km2(const tp_ellipsoid *ellipsoid, const double box[4], int n) {
    struct geod_polygon polygon;
    double area;
    geod_polygon_init(&polygon, 0);
    for (int i = 0; i <= n; i++) {
        geod_polygon_addpoint(&ellipsoid->g, &polygon, box[1], box[0] + (box[2] - box[0]) * i / n);
    }
    for (int i = 0; i <= n; i++) {
        geod_polygon_addpoint(&ellipsoid->g, &polygon, box[3], box[2] - (box[2] - box[0]) * i / n);
    }
    geod_polygon_compute(&ellipsoid->g, &polygon, 0, 1, &area, NULL);
    return fabs(area) / 1e6;
}

static void areas(void **state) {
    (void)state;
    const double stated[TP_MESH_LEVELS] = {2e-5, 3e-7, 7e-8, 2e-8, 3e-9, 7e-10, 2e-10, 5e-11, 5e-11};
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    for (tp_mesh_level level = TP_MESH_80KM; level < TP_MESH_LEVELS; level++) {
        for (double lat = 20.1; lat < 46; lat += 1.3) {
            tp_mesh_cell cell;
            double box[4];
            assert_true(tp_mesh_cell_at(level, 139.7, lat, &cell));
            tp_mesh_box(level, cell, box);
            double area = tp_mesh_area_km2(&grs80, level, cell.row), polygon = polygon_km2(&grs80, box, 1);
            assert_true(fabs(area / polygon - 1) < stated[level]);
            if (level <= TP_MESH_1KM) { /* parallels cut fine: the polygon becomes the cell */
                assert_true(fabs(area / polygon_km2(&grs80, box, 400) - 1) < stated[level] / 1000 + 1e-11);
            }
        }
    }
    /* The whole ellipsoid by its authalic radius, 6371007.1809 m on GRS80 (Moritz 2000); and a sphere of radius 1 km. */
    assert_true(fabs(tp_mesh_box_area_km2(&grs80, -180, -90, 180, 90) - 4 * M_PI * 6371.0071809 * 6371.0071809) < 0.01);
    tp_ellipsoid ball;
    tp_ellipsoid_init(&ball, 1000, 0);
    assert_true(fabs(tp_mesh_box_area_km2(&ball, 0, 0, 360, 90) - 2 * M_PI) < 1e-12);
}

/* The parts of a cell make up the cell: nothing cancels even in the smallest. */
static void areas_add_up(void **state) {
    (void)state;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    double sum = 0;
    int parts = (int)(tp_mesh_height_uas(TP_MESH_80KM) / tp_mesh_height_uas(TP_MESH_125M));
    for (int row = 0; row < parts; row++) {
        sum += parts * tp_mesh_area_km2(&grs80, TP_MESH_125M, 53 * parts + row);
    }
    assert_true(fabs(sum / tp_mesh_area_km2(&grs80, TP_MESH_80KM, 53) - 1) < 1e-13);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_codes),     cmocka_unit_test(every_corner_edge_and_centre),
        cmocka_unit_test(half_open),       cmocka_unit_test(a_million_random_positions),
        cmocka_unit_test(what_is_no_code), cmocka_unit_test(levels_of_texts),
        cmocka_unit_test(outside),         cmocka_unit_test(japan),
        cmocka_unit_test(areas),           cmocka_unit_test(areas_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
