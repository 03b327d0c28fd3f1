/* The dataset: ownership, names that are taken, rejects, sources and parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"
#include "technopolis/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const tp_measure_kind KIND = {.name = "nearest", .dimension = TP_DIMENSION_TIME, .evidence = NULL};

static tp_dataset *made(void) {
    tp_dataset *dataset = NULL;
    assert_int_equal(tp_dataset_new(&dataset, NULL), TP_OK);
    return dataset;
}

static void layers_and_measures_by_name(void **state) {
    (void)state;
    tp_dataset *dataset = made();
    const tp_test_point point[] = {{"a", 139, 35}};
    tp_layer *sites = tp_test_points("sites", point, 1), *again = tp_test_points("sites", point, 1);
    tp_measure *measure = NULL, *twice = NULL;
    assert_int_equal(tp_dataset_add_layer(dataset, sites, NULL), TP_OK);
    assert_ptr_equal(tp_dataset_layer(dataset, "sites"), sites);
    assert_null(tp_dataset_layer(dataset, "site"));
    tp_error error = {0};
    assert_int_equal(tp_dataset_add_layer(dataset, again, &error), TP_E_INTERNAL); /* `again` is freed */
    assert_int_equal(dataset->n_layers, 1);
    assert_int_equal(tp_measure_new("m", &KIND, sites, &measure, NULL), TP_OK);
    assert_int_equal(tp_measure_new("m", &KIND, sites, &twice, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_measure(dataset, measure, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_measure(dataset, twice, &error), TP_E_INTERNAL);
    assert_ptr_equal(tp_dataset_measure(dataset, "m"), measure);
    assert_null(tp_dataset_measure(dataset, "n"));
    assert_int_equal(dataset->n_measures, 1);
    tp_dataset_free(dataset);
    tp_dataset_free(NULL);
}

static void the_ellipsoid_is_set(void **state) {
    (void)state;
    tp_dataset *dataset = made();
    assert_true(dataset->ellipsoid.a_m == 6378137.0);
    assert_true(fabs(1 / dataset->ellipsoid.f - 298.257222101) <= 1e-9);
    tp_dataset_free(dataset);
}

static void many_rejects(void **state) {
    (void)state;
    tp_dataset *dataset = made();
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(tp_dataset_reject(dataset, "cities", i % 3, i, "id missing", NULL, "value %d of %s", i, "x"),
                         TP_OK);
    }
    assert_int_equal(dataset->n_rejects, 1000);
    assert_string_equal(dataset->rejects[999].detail, "value 999 of x");
    assert_string_equal(dataset->rejects[999].layer, "cities");
    assert_string_equal(dataset->rejects[0].reason, "id missing");
    assert_int_equal(dataset->rejects[998].source, 998 % 3);
    assert_int_equal(dataset->rejects[998].source_fid, 998);
    tp_dataset_free(dataset);
}

static void details_may_be_long(void **state) {
    (void)state;
    tp_dataset *dataset = made();
    char *bytes = malloc(20001);
    assert_non_null(bytes);
    memset(bytes, 'f', 20000);
    bytes[20000] = '\0';
    assert_int_equal(tp_dataset_reject(dataset, "x", -1, -1, "reason", NULL, "%s", bytes), TP_OK);
    assert_string_equal(dataset->rejects[0].detail, bytes);
    free(bytes);
    tp_dataset_free(dataset);
}

static void sources_and_parameters(void **state) {
    (void)state;
    tp_dataset *dataset = made();
    for (int i = 0; i < 3; i++) {
        int32_t source = -1;
        assert_int_equal(tp_dataset_add_source(dataset, "cities", i == 0 ? "a.shp" : "b.shp", &source, NULL), TP_OK);
        assert_int_equal(source, i);
    }
    const tp_source *first = &dataset->sources[0];
    assert_string_equal(first->file, "a.shp");
    assert_true(isnan(first->accuracy_m));
    assert_null(first->crs);
    assert_int_equal(first->features_read, 0);
    assert_int_equal(tp_dataset_add_parameter(dataset, "run", "year", "1984", "configuration", NULL), TP_OK);
    assert_int_equal(tp_dataset_add_parameter(dataset, "run", "seed", "1", "default", NULL), TP_OK);
    assert_int_equal(dataset->n_parameters, 2);
    assert_string_equal(dataset->parameters[0].value, "1984");
    assert_string_equal(dataset->parameters[1].origin, "default");
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_and_measures_by_name),
        cmocka_unit_test(the_ellipsoid_is_set),
        cmocka_unit_test(many_rejects),
        cmocka_unit_test(details_may_be_long),
        cmocka_unit_test(sources_and_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
