/* The core of each polygon: linked, given, the best place of actors, or a point on the surface; ties, and what is said. */
#include "../3_measure/measure_fixture.h"

#include "technopolis/polygon_index.h"

extern const tp_stage tp_stage_core;

static int set_up(void **out) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_ellipsoid_init_grs80(&dataset->ellipsoid);
    *out = dataset;
    return 0;
}

static int tear_down(void **out) {
    tp_dataset_free(*out);
    return 0;
}

/* Two zones side by side, 0.1 degrees wide. */
static tp_layer *two_zones(tp_dataset *dataset) {
    tp_layer *zones = new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    add_box(zones, "west", "West", 130, 32, 130.1, 32.1);
    add_box(zones, "east", "East", 130.1, 32, 130.2, 32.1);
    return zones;
}

static void assert_core(const tp_layer *zones, int64_t row, const char *rule, const char *name, double lon,
                        double lat) {
    assert_string_equal(tp_column_text(tp_layer_column(zones, "core_rule"), row), rule);
    const char *found = tp_column_text(tp_layer_column(zones, "core_name"), row);
    if (name == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, name);
    }
    assert_true(zones->lon_deg[row] == lon && zones->lat_deg[row] == lat);
    double cell = 0;
    assert_true(tp_column_number(tp_layer_column(zones, "core_lon"), row, &cell) && cell == lon);
    assert_true(tp_column_number(tp_layer_column(zones, "core_lat"), row, &cell) && cell == lat);
}

static void test_given_inside(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = two_zones(dataset), *cores = new_layer(dataset, "cores", TP_GEOMETRY_POINT);
    tp_layer *plants = new_layer(dataset, "plants", TP_GEOMETRY_POINT);
    add_point(cores, "c9", "Nine", 130.02, 32.05);
    add_point(cores, "c10", "Ten", 130.03, 32.05); /* "c10" < "c9" bytewise */
    add_point(cores, "c0", "Far", 140, 40);
    add_point(plants, "p", "Plant", 130.15, 32.05);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{}", true, error));
    assert_core(zones, 0, "given", "Ten", 130.03, 32.05);
    assert_core(zones, 1, "best_place", "Plant", 130.15, 32.05);
    assert_int_equal(dataset->n_findings, 1);
    assert_string_equal(
        dataset->findings[0].text,
        "sites: of 2 polygons the core is linked for 0, given inside for 1, the best place of actors for "
        "1, a point on the surface for 0");
}

static void test_linked_by_id(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = two_zones(dataset), *centres = new_layer(dataset, "centres", TP_GEOMETRY_POINT);
    add_column(centres, "zone", TP_TYPE_TEXT, "");
    set_text(centres, "zone", add_point(centres, "a", "Inside", 130.05, 32.05), "elsewhere");
    set_text(centres, "zone", add_point(centres, "b", "Outside", 135, 35), "west");
    add_point(centres, "c", "No zone", 130.06, 32.05);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{ cores: centres, link: zone }", false, error));
    assert_core(zones, 0, "linked", "Outside", 135, 35);
    assert_string_equal(tp_column_text(tp_layer_column(zones, "core_rule"), 1), "surface");
}

/* Metres east of a place, by the parallel: enough to be clearly within or beyond 400 m. */
static double east_of(double lon_deg, double metres) {
    return lon_deg + metres / (111320 * cos(32.05 * M_PI / 180));
}

static void test_most_kinds_then_most_actors(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = two_zones(dataset);
    tp_layer *plants = new_layer(dataset, "plants", TP_GEOMETRY_POINT);
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    tp_layer *universities = new_layer(dataset, "universities", TP_GEOMETRY_POINT);
    for (int i = 0; i < 5; i++) { /* five of one kind */
        char id[8];
        snprintf(id, sizeof id, "p%d", i);
        add_point(plants, id, id, 130.02, 32.05);
    }
    add_point(plants, "q", "q", 130.06, 32.05); /* two kinds, three actors, from its neighbour in the middle */
    add_point(institutes, "i1", "Middle", east_of(130.06, 390), 32.05);
    add_point(institutes, "i2", "i2", east_of(130.06, 780), 32.05);
    /* in the east: two places as good as each other; the smaller id counts */
    add_point(universities, "u2", "Two", 130.12, 32.05);
    add_point(universities, "u1", "One", 130.18, 32.05);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{}", true, error));
    assert_core(zones, 0, "best_place", "Middle", institutes->lon_deg[0], 32.05);
    assert_core(zones, 1, "best_place", "One", 130.18, 32.05);
}

/* At 410 m apart the two kinds are no place together any more, and the five plants win; with 500 m they are. */
static void test_the_walk(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = two_zones(dataset);
    tp_layer *plants = new_layer(dataset, "plants", TP_GEOMETRY_POINT);
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    add_point(plants, "p1", "p1", 130.02, 32.05);
    add_point(plants, "p2", "p2", 130.02, 32.05);
    add_point(plants, "q", "q", 130.06, 32.05);
    add_point(institutes, "i", "i", east_of(130.06, 410), 32.05);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{}", true, error));
    assert_core(zones, 0, "best_place", "p1", 130.02, 32.05);
    tp_layer *again = new_layer(dataset, "zones", TP_GEOMETRY_POLYGON);
    add_box(again, "west", "West", 130, 32, 130.1, 32.1);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{ layer: zones, walk: 500 m }", false, error));
    assert_core(again, 0, "best_place", "i", institutes->lon_deg[0], 32.05);
    tp_layer *third = new_layer(dataset, "third", TP_GEOMETRY_POLYGON);
    add_box(third, "west", "West", 130, 32, 130.1, 32.1);
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{ layer: third, actors: institutes }", false, error));
    assert_core(third, 0, "best_place", "i", institutes->lon_deg[0], 32.05);
}

static void test_the_surface(void **out) {
    tp_dataset *dataset = *out;
    tp_layer *zones = new_layer(dataset, "sites", TP_GEOMETRY_POLYGON);
    add_box(zones, "ring", "Ring", 130, 32, 130.3, 32.3);
    add_ring(zones, 130.1, 32.1, 130.2, 32.2);
    add_row(zones, "none", "Empty");
    assert_ok(tp_shapes_add_row(&zones->shapes, error));
    assert_ok(run_stage(dataset, &tp_stage_core, "core", "{}", true, error));
    tp_polygon_index *index = NULL;
    assert_ok(tp_polygon_index_new(zones, &index, error));
    assert_true(tp_polygon_index_holds(index, 0, zones->lon_deg[0], zones->lat_deg[0]));
    tp_polygon_index_free(index);
    assert_string_equal(tp_column_text(tp_layer_column(zones, "core_rule"), 0), "surface");
    assert_true(isnan(zones->lon_deg[1]) && tp_column_text(tp_layer_column(zones, "core_rule"), 1) == NULL);
}

static void test_check(void **out) {
    tp_dataset *dataset = *out;
    two_zones(dataset);
    new_layer(dataset, "points", TP_GEOMETRY_POINT);
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_core, "core", "{}");
    assert_int_equal(fixture.faults.n, 0);
    assert_true(tp_schema_find(&plan.schema, "sites")->has_core);
    assert_non_null(tp_head_field(tp_schema_find(&plan.schema, "sites"), "core_rule"));
    assert_true(tp_stage_core.wanted(&fixture.step, &plan));
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    check_stage(&fixture, &plan, dataset, &tp_stage_core, "core", "{ layer: points, cores: sites, actors: sites }");
    assert_fault(&fixture, "core needs a layer of polygons, but points is a point layer");
    assert_fault(&fixture, "core needs a layer of points as 'cores', but sites is a polygon layer");
    assert_fault(&fixture, "core needs a layer of points as 'actors', but sites is a polygon layer");
    assert_false(tp_stage_core.wanted(&fixture.step, &plan));
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
    check_stage(&fixture, &plan, dataset, &tp_stage_core, "core", "{ link: zone }");
    assert_fault(&fixture, "'link' is a column of 'cores', which is not given");
    close_step(&fixture);
    tp_schema_reset(&plan.schema);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_given_inside), TEST(test_linked_by_id), TEST(test_most_kinds_then_most_actors),
        TEST(test_the_walk),     TEST(test_the_surface),  TEST(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
