/*
 * matrix: over random networks, against all pairs by Floyd and Warshall: the same pairs, the same times, the same
 * lengths, in the same order. Limits to the millisecond, what does not join, filters, layers, how much is too much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

#include "road_fixture.h"

#include <omp.h>

static double number(const tp_layer *layer, const char *name, int64_t row) {
    double value = NAN;
    assert_true(tp_column_number(tp_layer_column(layer, name), row, &value));
    return value;
}

static const char *text(const tp_layer *layer, const char *name, int64_t row) {
    const char *value = tp_column_text(tp_layer_column(layer, name), row);
    assert_non_null(value);
    return value;
}

static tp_layer *matrix(tp_dataset *dataset, const char *name, const char *yaml) {
    tp_error error = {0};
    if (run_stage(dataset, "matrix", name, yaml, false, 0, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    return tp_dataset_layer(dataset, name);
}

/* Four nodes in a row, a minute apart and 934 m; the last edge one way only. */
static tp_dataset *street(void) {
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    for (int i = 0; i < 4; i++) {
        (void)road_node(&ways, 130 + 0.01 * i, 33);
    }
    for (int i = 0; i < 3; i++) {
        road_way(&ways, i, i + 1, 60000, i == 2 ? TP_NO_TIME : 60000, 934, TP_MODE_ROAD);
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD_MODEL);
    dataset->network->join.component = TP_JOIN_ANY;
    return dataset;
}

static const tp_test_point SITES[] = {{"s2", 130.02, 33}, {"s1", 130, 33}, {"lost", 140, 40}};
static const tp_test_point SHOPS[] = {{"z", 130.01, 33}, {"b", 130.03, 33}, {"a", 130.01, 33}, {"off", 131, 35}};

static void pairs_by_hand(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    (void)add_points(dataset, "sites", SITES, 3);
    (void)add_points(dataset, "shops", SHOPS, 4);
    tp_layer *table = matrix(dataset, "matrix", "{to: shops, within: 3 min}");
    static const struct {
        const char *of, *to;
        double minutes;
    } wanted[] = {{"s2", "a", 1}, {"s2", "b", 1}, {"s2", "z", 1}, {"s1", "a", 1}, {"s1", "z", 1}, {"s1", "b", 3}};
    assert_int_equal(table->n_rows, 6);
    assert_int_equal(table->geometry, TP_GEOMETRY_NONE);
    for (int64_t row = 0; row < 6; row++) {
        assert_string_equal(text(table, "of_id", row), wanted[row].of);
        assert_string_equal(text(table, "to_layer", row), "shops");
        assert_string_equal(text(table, "to_id", row), wanted[row].to);
        assert_string_equal(text(table, "method", row), "road_model");
        assert_true(near(number(table, "minutes", row), wanted[row].minutes, 1e-12));
        assert_true(near(number(table, "km", row), 0.934 * wanted[row].minutes, 1e-6));
        assert_int_equal(table->source[row], -1);
    }
    assert_int_equal(dataset->n_rejects, 2); /* a site and a shop that do not join */
    assert_string_equal(dataset->rejects[0].reason, "does not join the network");
    assert_string_equal(dataset->rejects[0].layer, "sites");
    assert_string_equal(dataset->rejects[1].layer, "shops");
    assert_int_equal(dataset->rejects[1].source_fid, 3);
    tp_dataset_free(dataset);
}

static void the_limit_is_inclusive_to_the_millisecond(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    (void)add_points(dataset, "sites", SITES + 1, 1);
    (void)add_points(dataset, "shops", SHOPS, 2);
    assert_int_equal(matrix(dataset, "at", "{to: shops, within: 3 min}")->n_rows, 2);
    assert_int_equal(matrix(dataset, "above", "{to: shops, within: 180.001 s}")->n_rows, 2);
    assert_int_equal(matrix(dataset, "below", "{to: shops, within: 179.999 s}")->n_rows, 1);
    assert_int_equal(matrix(dataset, "none", "{to: shops, within: 0 min}")->n_rows, 0);
    tp_dataset_free(dataset);
}

static void from_the_shop_the_last_edge_is_closed(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    (void)add_points(dataset, "sites", SITES + 1, 1);
    (void)add_points(dataset, "shops", SHOPS, 2);
    tp_layer *table = matrix(dataset, "matrix", "{to: shops, within: 10 min, direction: from}");
    assert_int_equal(table->n_rows, 1);
    assert_string_equal(text(table, "to_id", 0), "z");
    tp_dataset_free(dataset);
}

static void several_layers_and_a_filter(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    (void)add_points(dataset, "sites", SITES, 1);
    tp_layer *shops = add_points(dataset, "shops", SHOPS, 3), *labs = add_points(dataset, "labs", SHOPS, 2);
    for (int i = 0; i < 2; i++) {
        tp_column *size = tp_test_column(i == 0 ? shops : labs, "size", TP_TYPE_DOUBLE);
        tp_column_set_double(size, 0, 5);
        tp_column_set_double(size, 1, 7); /* that of the third shop is missing: not sure to count */
    }
    tp_layer *table = matrix(dataset, "both", "{to: [shops, labs], within: 10 min, where: size >= 5}");
    assert_int_equal(table->n_rows, 4);
    table = matrix(dataset, "large", "{to: [shops, labs], within: 10 min, where: size > 5}");
    assert_int_equal(table->n_rows, 2);
    assert_string_equal(text(table, "to_id", 0), "b");
    assert_string_not_equal(text(table, "to_layer", 0), text(table, "to_layer", 1));
    tp_dataset_free(dataset);
}

static void empty_layers(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    (void)add_points(dataset, "sites", SITES, 1);
    (void)add_points(dataset, "none", NULL, 0);
    assert_int_equal(matrix(dataset, "a", "{to: none, within: 10 min}")->n_rows, 0);
    assert_int_equal(matrix(dataset, "b", "{of: none, to: sites, within: 10 min}")->n_rows, 0);
    assert_non_null(tp_layer_column(tp_dataset_layer(dataset, "b"), "km"));
    tp_dataset_free(dataset);
}

static void without_a_network_it_fails(void **state) {
    (void)state;
    tp_dataset *dataset = new_dataset();
    tp_error error = {0};
    (void)add_points(dataset, "sites", SITES, 1);
    (void)add_points(dataset, "shops", SHOPS, 1);
    assert_int_equal(run_stage(dataset, "matrix", "m", "{to: shops, within: 1 min}", false, 0, &error), TP_E_CONFIG);
    tp_dataset_free(dataset);
}

/* ---- random networks ---- */

enum { N_NODES = 60, N_WAYS = 150, N_SITES = 40, N_SHOPS = 25 };

static void random_points(tp_dataset *dataset, const char *name, int n, uint64_t *seed) {
    tp_test_point points[N_SITES];
    char ids[N_SITES][8];
    for (int i = 0; i < n; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "%c%d", name[0], (i * 17 + 5) % 100);
        points[i] = (tp_test_point){ids[i], 130 + 0.2 * next_random(seed), 33 + 0.2 * next_random(seed)};
    }
    (void)add_points(dataset, name, points, n);
}

static tp_dataset *random_town(uint64_t seed) {
    tp_dataset *dataset = new_dataset();
    tp_ways ways = {0};
    for (int i = 0; i < N_NODES; i++) {
        (void)road_node(&ways, 130 + 0.2 * next_random(&seed), 33 + 0.2 * next_random(&seed));
    }
    for (int i = 0; i < N_WAYS; i++) {
        int64_t from = (int64_t)(N_NODES * next_random(&seed)), to = (int64_t)(N_NODES * next_random(&seed));
        uint32_t forward = 1 + (uint32_t)(600000 * next_random(&seed));
        uint32_t backward = next_random(&seed) < 0.2 ? TP_NO_TIME : 1 + (uint32_t)(600000 * next_random(&seed));
        road_way(&ways, from, to, forward, backward, 1 + 5000 * next_random(&seed), TP_MODE_ROAD);
    }
    set_roads(dataset, &ways, TP_METHOD_ROAD);
    random_points(dataset, "sites", N_SITES, &seed);
    random_points(dataset, "shops", N_SHOPS, &seed);
    return dataset;
}

static int64_t row_of(const tp_layer *layer, const char *id) {
    int64_t row = 0;
    while (strcmp(tp_layer_id(layer, row), id) != 0) {
        row++;
    }
    return row;
}

static void random_networks(void **state) {
    (void)state;
    int64_t n_pairs = 0;
    for (int turn = 0; turn < 30; turn++) {
        tp_dataset *dataset = random_town(1000 + (uint64_t)turn);
        bool from = turn % 2 == 1;
        tp_layer *table =
            matrix(dataset, "matrix",
                   from ? "{to: shops, within: 9 min, direction: from}" : "{to: shops, within: 9 min, direction: to}");
        const tp_layer *sites = tp_dataset_layer(dataset, "sites"), *shops = tp_dataset_layer(dataset, "shops");
        const tp_join *a = NULL, *b = NULL;
        assert_int_equal(tp_transport_joins(dataset->network, &dataset->ellipsoid, sites, &a, NULL), TP_OK);
        assert_int_equal(tp_transport_joins(dataset->network, &dataset->ellipsoid, shops, &b, NULL), TP_OK);
        const tp_network *network = dataset->network->network;
        road_time *all = road_matrix(network);
        int64_t wanted = 0;
        for (int64_t i = 0; i < N_SITES; i++) {
            for (int64_t k = 0; k < N_SHOPS; k++) {
                road_time time = road_between(network, all, from ? &b[k] : &a[i], from ? &a[i] : &b[k]);
                wanted += time.ms <= 540000;
            }
        }
        assert_int_equal(table->n_rows, wanted);
        for (int64_t row = 0; row < table->n_rows; row++) {
            int64_t i = row_of(sites, text(table, "of_id", row)), k = row_of(shops, text(table, "to_id", row));
            road_time time = road_between(network, all, from ? &b[k] : &a[i], from ? &a[i] : &b[k]);
            assert_true(number(table, "minutes", row) == (double)time.ms / 60000.0);
            assert_true(near(number(table, "km", row), time.length_m / 1000, 1e-6 * time.length_m));
            int64_t before = row == 0 ? -1 : row_of(sites, text(table, "of_id", row - 1));
            double last = row == 0 ? 0 : number(table, "minutes", row - 1);
            bool later = number(table, "minutes", row) > last ||
                         (number(table, "minutes", row) == last && row > 0 &&
                          strcmp(text(table, "to_id", row - 1), text(table, "to_id", row)) < 0);
            assert_true(i > before || (i == before && later));
        }
        n_pairs += wanted;
        free(all);
        tp_dataset_free(dataset);
    }
    assert_true(n_pairs > 5000);
}

/* However many pairs there are, each has the length of its path: here along one street. */
static void very_many_pairs(void **state) {
    (void)state;
    tp_dataset *dataset = street();
    enum { N = 320 };
    tp_test_point *points = calloc(N, sizeof *points);
    assert_non_null(points);
    for (int i = 0; i < N; i++) {
        points[i] = (tp_test_point){"p", 130 + 0.02 * i / N, 33};
    }
    (void)add_points(dataset, "sites", points, N);
    (void)add_points(dataset, "shops", points, N);
    tp_layer *table = matrix(dataset, "matrix", "{to: shops, within: 10 min}");
    assert_int_equal(table->n_rows, N * N);
    assert_true(number(table, "minutes", 5) < 10);
    assert_true(number(table, "km", 0) == 0 && number(table, "km", 5) > 0 && number(table, "km", 5) < 0.04);
    free(points);
    tp_dataset_free(dataset);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    int before = omp_get_max_threads();
    tp_dataset *datasets[2];
    const tp_layer *tables[2];
    for (int i = 0; i < 2; i++) {
        omp_set_num_threads(i == 0 ? 1 : 4);
        datasets[i] = random_town(5);
        tables[i] = matrix(datasets[i], "matrix", "{to: shops, within: 20 min}");
    }
    omp_set_num_threads(before);
    assert_int_equal(tables[0]->n_rows, tables[1]->n_rows);
    assert_true(tables[0]->n_rows > 100);
    size_t size = (size_t)tables[0]->n_rows * sizeof(double);
    assert_memory_equal(tp_layer_column(tables[0], "minutes")->f64, tp_layer_column(tables[1], "minutes")->f64, size);
    assert_memory_equal(tp_layer_column(tables[0], "km")->f64, tp_layer_column(tables[1], "km")->f64, size);
    for (int64_t row = 0; row < tables[0]->n_rows; row++) {
        assert_string_equal(text(tables[0], "to_id", row), text(tables[1], "to_id", row));
    }
    tp_dataset_free(datasets[0]);
    tp_dataset_free(datasets[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_by_hand),
        cmocka_unit_test(the_limit_is_inclusive_to_the_millisecond),
        cmocka_unit_test(from_the_shop_the_last_edge_is_closed),
        cmocka_unit_test(several_layers_and_a_filter),
        cmocka_unit_test(empty_layers),
        cmocka_unit_test(without_a_network_it_fails),
        cmocka_unit_test(random_networks),
        cmocka_unit_test(very_many_pairs),
        cmocka_unit_test(the_same_at_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
