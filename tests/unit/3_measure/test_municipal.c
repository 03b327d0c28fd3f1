/* Municipalities as polygons: which polygon holds a point, which ones touch it, which cities they belong to. */
#include "measure_fixture.h"

#include "3_measure/municipal.h"

typedef struct state {
    tp_dataset *dataset;
    tp_layer *sites, *cities, *polygons;
    tp_measure *measure;
    tp_facilities facilities;
    tp_municipal *municipal;
} state;

static const tp_measure_kind KIND = {.name = "test", .dimension = TP_DIMENSION_TIME, .evidence = NULL};

static int set_up(void **out) {
    state *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_ok(tp_dataset_new(&s->dataset, error));
    s->sites = new_layer(s->dataset, "sites", TP_GEOMETRY_POINT);
    s->cities = new_layer(s->dataset, "cities", TP_GEOMETRY_POINT);
    s->polygons = new_layer(s->dataset, "municipalities", TP_GEOMETRY_POLYGON);
    add_column(s->cities, "population", TP_TYPE_DOUBLE, "persons");
    *out = s;
    return 0;
}

static void forget(state *s) {
    tp_municipal_free(s->municipal);
    tp_facilities_reset(&s->facilities);
    tp_measure_free(s->measure);
    s->municipal = NULL;
    s->measure = NULL;
}

static int tear_down(void **out) {
    state *s = *out;
    forget(s);
    tp_dataset_free(s->dataset);
    free(s);
    return 0;
}

static void find(state *s, const char *where) {
    const char *names[] = {"cities"};
    tp_texts to = {1, names, NULL};
    assert_ok(tp_measure_new("test", &KIND, s->sites, &s->measure, error));
    assert_ok(tp_facilities_gather(s->dataset, &to, where, s->measure, &s->facilities, error));
    assert_ok(tp_municipal_new(s->polygons, s->measure, &s->facilities, &s->municipal, error));
}

/* "14130 14131?" : the ids of the cities that polygon `id` belongs to, with ? for unproven. */
static void assert_cities(const state *s, const char *id, const char *expected) {
    tp_text text = {0};
    for (int64_t row = 0; row < s->polygons->n_rows; row++) {
        if (strcmp(tp_layer_id(s->polygons, row), id) != 0) {
            continue;
        }
        for (int64_t i = s->municipal->city_first[row]; i < s->municipal->city_first[row + 1]; i++) {
            const tp_municipal_city *city = &s->municipal->city[i];
            tp_text_add(&text, "%s%s%s", text.size > 0 ? " " : "",
                        tp_layer_id(s->cities, s->facilities.row[city->facility]), city->unproven ? "?" : "");
        }
    }
    assert_string_equal(tp_text_get(&text), expected);
    tp_text_reset(&text);
}

/* Unit boxes in a row from longitude 139 on, a tenth of a degree wide, in the order given. */
static void add_boxes(state *s, const char *const *ids, int n) {
    for (int i = 0; i < n; i++) {
        add_box(s->polygons, ids[i], ids[i], 139 + i, 35, 139.5 + i, 35.5);
    }
}

static double middle_of(int i) {
    return 139.25 + i;
}

static void test_wards_belong_to_the_city_before_them(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14151", "14131", "14101", "14118", "14137", "13101",
                                      "13123", "22101", "14201", "14301", "14100x"};
    add_boxes(s, ids, 11);
    add_city(s->cities, "14130", "Kawasaki", middle_of(1), 35.2, "population", 1539081);
    add_city(s->cities, "14100", "Yokohama", middle_of(3), 35.2, "population", 3778318);
    add_city(s->cities, "14150", "Sagamihara", middle_of(0), 35.2, "population", 725302);
    add_city(s->cities, "13100", "Tokyo", middle_of(6), 35.2, "population", 9744534);
    add_city(s->cities, "14201", "Yokosuka", middle_of(8), 35.2, "population", 388197);
    find(s, NULL);
    assert_cities(s, "14101", "14100");
    assert_cities(s, "14118", "14100");
    assert_cities(s, "14131", "14130");
    assert_cities(s, "14137", "14130");
    assert_cities(s, "14151", "14150");
    assert_cities(s, "13101", "13100");
    assert_cities(s, "13123", "13100");
    assert_cities(s, "22101", ""); /* no such city in its prefecture */
    assert_cities(s, "14201", "14201");
    assert_cities(s, "14301", "");
    assert_cities(s, "14100x", "");
}

/* The filter leaves Kawasaki out: its wards do not fall to Yokohama. */
static void test_bounds_do_not_depend_on_the_filter(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14101", "14131"};
    add_boxes(s, ids, 2);
    add_city(s->cities, "14100", "Yokohama", middle_of(0), 35.2, "population", 3778318);
    add_city(s->cities, "14130", "Kawasaki", middle_of(1), 35.2, "population", 1539081);
    find(s, "population >= 2000000");
    assert_cities(s, "14101", "14100");
    assert_cities(s, "14131", "");
}

/* A list that holds the wards beside their city: a ward is itself and a part of the city. */
static void test_wards_listed_beside_their_city(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14131", "14132", "14133"};
    add_boxes(s, ids, 3);
    add_city(s->cities, "14132", "Saiwai-ku", middle_of(1), 35.2, "population", 171188);
    add_city(s->cities, "14131", "Kawasaki-ku", middle_of(0), 35.2, "population", 233228);
    add_city(s->cities, "14130", "Kawasaki", middle_of(0), 35.3, "population", 1539081);
    find(s, "population >= 200000");
    assert_cities(s, "14131", "14130 14131");
    assert_cities(s, "14132", "14130");
    assert_cities(s, "14133", "14130");
}

/* As the boundaries of Kanagawa come: Yokohama and Sagamihara as one polygon each, Kawasaki as wards. */
static void test_wards_beside_whole_cities(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14100", "14131", "14137", "14150", "14201"};
    static const char *const listed[] = {"14150", "14100", "14130", "14110", "14117", "14151", "14131"};
    static const int hall[] = {3, 0, 1, 0, 0, 3, 1};
    add_boxes(s, ids, 5);
    for (int n = 0; n < 7; n++) { /* the cities, then wards beside them */
        add_city(s->cities, listed[n], listed[n], middle_of(hall[n]), 35.2, "population", 300000);
        if (n < 2) {
            continue;
        }
        find(s, NULL);
        assert_cities(s, "14131", n < 6 ? "14130" : "14130 14131");
        assert_cities(s, "14137", "14130");
        assert_cities(s, "14201", "");
        assert_cities(s, "14150", n < 5 ? "14150" : "14150 14151?");
        assert_cities(s, "14100", n < 3 ? "14100" : n < 4 ? "14100 14110?" : "14100 14110? 14117?");
        forget(s);
    }
}

/* Sagamihara is one polygon and no row: still not Kawasaki's. 14110 and 13120 are full tens, and wards. */
static void test_full_tens(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14109", "14110", "14111", "14131", "14150", "13119", "13120"};
    add_boxes(s, ids, 7);
    add_city(s->cities, "14100", "Yokohama", middle_of(1), 35.2, "population", 3778318);
    add_city(s->cities, "14130", "Kawasaki", middle_of(3), 35.2, "population", 1539081);
    add_city(s->cities, "13100", "Tokyo", middle_of(5), 35.2, "population", 9744534);
    add_city(s->cities, "13120", "Nerima", middle_of(6), 35.2, "population", 752608);
    find(s, NULL);
    assert_cities(s, "14109", "14100");
    assert_cities(s, "14110", "14100");
    assert_cities(s, "14111", "14100");
    assert_cities(s, "14131", "14130");
    assert_cities(s, "14150", "");
    assert_cities(s, "13119", "13100");
    assert_cities(s, "13120", "13100 13120");
}

static void test_hall_outside_the_wards_proves_nothing(void **out) {
    state *s = *out;
    static const char *const ids[] = {"14131", "14132", "14203", "14204"};
    add_boxes(s, ids, 4);
    add_city(s->cities, "14130", "Kawasaki", middle_of(2), 35.2, "population", 1539081);
    add_city(s->cities, "14999", "Merged", middle_of(3), 35.2, "population", 250000);
    add_city(s->cities, "14998", "At sea", 130, 30, "population", 250000);
    find(s, NULL);
    assert_cities(s, "14131", "14130?");
    assert_cities(s, "14132", "14130?");
    assert_cities(s, "14203", "14130?");
    assert_cities(s, "14204", "14999?");
}

/* Text that only looks like a code. */
static void test_codes_are_five_digits(void **out) {
    state *s = *out;
    static const char *const ids[] = {"141311", "1413", "1413A", "14131"};
    add_boxes(s, ids, 4);
    add_city(s->cities, "14130", "Kawasaki", middle_of(3), 35.2, "population", 1539081);
    find(s, NULL);
    assert_cities(s, "141311", "");
    assert_cities(s, "1413", "");
    assert_cities(s, "1413A", "");
    assert_cities(s, "14131", "14130");
}

static void test_own_polygon_and_border(void **out) {
    state *s = *out;
    add_box(s->polygons, "2", "East", 140, 35, 141, 36);
    add_box(s->polygons, "1", "West", 139, 35, 140, 36);
    add_point(s->sites, "a", "inside", 140.5, 35.5);
    add_point(s->sites, "b", "on the border of both", 140, 35.5);
    add_point(s->sites, "c", "outside", 142, 35.5);
    find(s, NULL);
    assert_int_equal(s->municipal->own[0], 0);
    assert_int_equal(s->municipal->own[1], 1); /* the smaller id */
    assert_int_equal(s->municipal->own[2], -1);
    assert_true(s->municipal->complete);
}

/* More neighbours than are guessed at first; polygons that hold no point have none listed. */
static void test_many_neighbours(void **out) {
    state *s = *out;
    enum { N = 45 };
    for (int i = 0; i < N; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%02d", i);
        add_box(s->polygons, id, id, 139 + i * 0.01, 35.1, 139 + (i + 1) * 0.01, 35.2);
    }
    int64_t wide = add_box(s->polygons, "wide", "wide", 139, 35, 140, 35.1);
    int64_t few = add_box(s->polygons, "few", "few", 140, 34.9, 140.1, 35);
    add_point(s->sites, "a", "a", 139.5, 35.05);
    add_point(s->sites, "b", "b", 140.05, 34.95);
    find(s, NULL);
    for (int k = 0; k < N; k++) {
        assert_int_equal(tp_municipal_around(s->municipal, wide, k + 1), k);
    }
    assert_int_equal(tp_municipal_around(s->municipal, wide, 0), wide);
    assert_int_equal(tp_municipal_around(s->municipal, wide, N + 1), few); /* by a corner */
    assert_int_equal(tp_municipal_around(s->municipal, wide, N + 2), -1);
    assert_int_equal(tp_municipal_around(s->municipal, few, 1), wide);
    assert_int_equal(tp_municipal_around(s->municipal, few, 2), -1);
    assert_int_equal(tp_municipal_around(s->municipal, 0, 1), -1); /* not asked for */
}

static void test_nothing_there(void **out) {
    state *s = *out;
    add_point(s->sites, "a", "a", 139.5, 35.05);
    find(s, NULL);
    assert_int_equal(s->municipal->own[0], -1);
}

static void test_sample_is_not_complete(void **out) {
    state *s = *out;
    set_coverage(s->polygons, NULL);
    find(s, NULL);
    assert_false(s->municipal->complete);
}

static void test_names(void **out) {
    state *s = *out;
    add_box(s->polygons, "14131", "Kawasaki-ku", 139, 35, 140, 36);
    add_box(s->polygons, "14201", "Yokosuka-shi", 141, 35, 142, 36);
    add_box(s->polygons, "14203", "Hiratsuka", 143, 35, 144, 36);
    add_city(s->cities, "14130", "Kawasaki", 139.5, 35.5, "population", 1);
    add_city(s->cities, "14201", "Yokosuka", 141.5, 35.5, "population", 1);
    add_city(s->cities, "14203", "Hiratsuka", 143.5, 35.5, "population", 1);
    find(s, NULL);
    static const char *const expected[] = {"Kawasaki-ku of Kawasaki", "Yokosuka-shi, that is Yokosuka", "Hiratsuka"};
    for (int64_t i = 0; i < 3; i++) {
        tp_text text = {0};
        tp_municipal_write_polygon(s->municipal, i, s->cities, i, &text);
        assert_string_equal(tp_text_get(&text), expected[i]);
        tp_text_reset(&text);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_wards_belong_to_the_city_before_them),
        TEST(test_bounds_do_not_depend_on_the_filter),
        TEST(test_wards_listed_beside_their_city),
        TEST(test_wards_beside_whole_cities),
        TEST(test_full_tens),
        TEST(test_hall_outside_the_wards_proves_nothing),
        TEST(test_codes_are_five_digits),
        TEST(test_own_polygon_and_border),
        TEST(test_many_neighbours),
        TEST(test_nothing_there),
        TEST(test_sample_is_not_complete),
        TEST(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
