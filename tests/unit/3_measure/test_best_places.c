/* best_places: a town by hand, ties, areas, and the best of random actors against trying each. */
#include "measure_fixture.h"

#include <geodesic.h>

extern const tp_stage tp_stage_best_places;

static double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static const char *text_at(const tp_layer *layer, const char *column, int64_t row) {
    return tp_column_text(tp_layer_column(layer, column), row);
}

static int64_t number_at(const tp_layer *layer, const char *column, int64_t row) {
    double number = -1;
    assert_true(tp_column_number(tp_layer_column(layer, column), row, &number));
    return (int64_t)number;
}

static const tp_layer *found(tp_dataset *dataset, const char *settings) {
    assert_ok(run_stage(dataset, &tp_stage_best_places, "best", settings, false, error));
    const tp_layer *layer = tp_dataset_layer(dataset, "best");
    assert_non_null(layer);
    return layer;
}

/* Two campuses 20 km apart; in the east one kind more, in the west one actor more. */
static tp_dataset *two_campuses(void) {
    tp_dataset *dataset = NULL;
    assert_ok(tp_dataset_new(&dataset, error));
    tp_layer *universities = new_layer(dataset, "universities", TP_GEOMETRY_POINT);
    (void)add_point(universities, "u2", "West B", 139, 35);
    (void)add_point(universities, "u1", "West A", 139.001, 35);
    (void)add_point(universities, "u3", "East", 139.2, 35);
    tp_layer *institutes = new_layer(dataset, "institutes", TP_GEOMETRY_POINT);
    (void)add_point(institutes, "i1", "West Lab", 139.002, 35);
    (void)add_point(institutes, "i2", "West Works", 139.003, 35);
    (void)add_point(institutes, "i3", "East Lab", 139.201, 35);
    (void)add_point(new_layer(dataset, "plants", TP_GEOMETRY_POINT), "p", "East Plant", 139.202, 35);
    tp_layer *areas = new_layer(dataset, "areas", TP_GEOMETRY_POLYGON);
    (void)add_box(areas, "w", "West side", 138.9, 34.9, 139.1, 35.1);
    (void)add_box(areas, "e", "East side", 139.1, 34.9, 139.3, 35.1);
    (void)add_box(areas, "n", "Empty", 139.1, 36, 139.3, 36.1);
    return dataset;
}

#define ALL_KINDS "to: [universities, institutes, plants]"

static void more_kinds_then_more_actors_then_the_smaller_id(void **state) {
    (void)state;
    tp_dataset *dataset = two_campuses();
    const tp_layer *best = found(dataset, "{" ALL_KINDS "}");
    assert_int_equal(best->n_rows, 2); /* all within a walk of these are struck out */
    assert_string_equal(tp_layer_id(best, 0), "all-001");
    assert_int_equal(number_at(best, "kinds", 0), 3);
    assert_int_equal(number_at(best, "actors", 0), 3);
    assert_string_equal(text_at(best, "actor_id", 0), "i3"); /* of three equal places */
    assert_string_equal(text_at(best, "holds", 0), "1 universities, 1 institutes, 1 plants");
    assert_int_equal(number_at(best, "actors", 1), 4);
    assert_string_equal(text_at(best, "actor_id", 1), "i1"); /* in reach of all four, as u1 and i2 and u2 are */
    assert_null(text_at(best, "area_id", 0));
    assert_true(best->lon_deg[0] == 139.201 && best->lat_deg[0] == 35);
    assert_string_equal(
        dataset->findings[0].text,
        "East Lab: 3 of 3 kinds and 3 actors within 400 m (1 universities, 1 institutes, 1 plants); tried "
        "at the actors' own positions");
    tp_dataset_free(dataset);
}

static void each_area_has_its_own(void **state) {
    (void)state;
    tp_dataset *dataset = two_campuses();
    const tp_layer *best = found(dataset, "{" ALL_KINDS ", in: areas, top: 1}");
    assert_int_equal(best->n_rows, 2);
    assert_string_equal(tp_layer_id(best, 0), "w-001");
    assert_string_equal(text_at(best, "area_name", 0), "West side");
    assert_string_equal(tp_layer_id(best, 1), "e-001");
    tp_dataset_free(dataset);
    dataset = two_campuses();
    set_coverage(tp_dataset_layer(dataset, "plants"), NULL);
    best = found(dataset, "{" ALL_KINDS ", in: areas, where: code = n}");
    assert_int_equal(best->n_rows, 0);
    assert_true(dataset->findings[0].warning);
    tp_dataset_free(dataset);
}

static double between_m(const tp_layer *a, int64_t i, const tp_layer *b, int64_t k) {
    struct geod_geodesic grs80;
    double distance_m;
    geod_init(&grs80, 6378137.0, 1 / 298.257222101);
    geod_inverse(&grs80, a->lat_deg[i], a->lon_deg[i], b->lat_deg[k], b->lon_deg[k], &distance_m, NULL, NULL);
    return distance_m;
}

/* Kinds x 1000 + actors within 400 m of a point. */
static int64_t score(tp_layer *const *layers, const tp_layer *of, int64_t row) {
    int64_t kinds = 0, actors = 0;
    for (int k = 0; k < 3; k++) {
        int64_t before = actors;
        for (int64_t i = 0; i < layers[k]->n_rows; i++) {
            actors += between_m(of, row, layers[k], i) <= 400;
        }
        kinds += actors > before;
    }
    return 1000 * kinds + actors;
}

static void the_best_of_random_actors(void **state) {
    (void)state;
    static const char *const names[] = {"universities", "institutes", "plants"};
    for (uint64_t turn = 1; turn <= 10; turn++) {
        uint64_t seed = turn;
        tp_dataset *dataset = NULL;
        tp_layer *layers[3];
        assert_ok(tp_dataset_new(&dataset, error));
        for (int k = 0; k < 3; k++) {
            layers[k] = new_layer(dataset, names[k], TP_GEOMETRY_POINT);
            for (int i = 0; i < 40; i++) {
                char id[16];
                snprintf(id, sizeof id, "%c%02d", "uip"[k], i);
                (void)add_point(layers[k], id, id, 139 + 0.05 * next_random(&seed), 35 + 0.05 * next_random(&seed));
            }
        }
        int64_t most = 0;
        for (int k = 0; k < 3; k++) {
            for (int64_t i = 0; i < 40; i++) {
                int64_t here = score(layers, layers[k], i);
                most = here > most ? here : most;
            }
        }
        const tp_layer *best = found(dataset, "{" ALL_KINDS ", top: 1000}");
        assert_int_equal(1000 * number_at(best, "kinds", 0) + number_at(best, "actors", 0), most);
        int64_t before = most;
        for (int64_t row = 0; row < best->n_rows; row++) { /* falling, and a walk apart from one another */
            int64_t here = 1000 * number_at(best, "kinds", row) + number_at(best, "actors", row);
            assert_true(here <= before && here == score(layers, best, row));
            before = here;
            for (int64_t other = 0; other < row; other++) {
                assert_true(between_m(best, row, best, other) > 400);
            }
        }
        tp_dataset_free(dataset);
    }
}

static void mistakes_are_told(void **state) {
    (void)state;
    tp_dataset *dataset = two_campuses();
    fixture_step fixture;
    tp_plan plan;
    check_stage(&fixture, &plan, dataset, &tp_stage_best_places, "areas", "{to: [areas], where: code = n}");
    assert_fault(&fixture, "'best_places' needs a layer of points, but areas is a polygon layer");
    assert_fault(&fixture, "'where' chooses areas, but there is no 'in'");
    assert_fault(&fixture, "would add a layer 'areas', which is there already");
    tp_schema_reset(&plan.schema);
    close_step(&fixture);
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_kinds_then_more_actors_then_the_smaller_id),
        cmocka_unit_test(each_area_has_its_own),
        cmocka_unit_test(the_best_of_random_actors),
        cmocka_unit_test(mistakes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
