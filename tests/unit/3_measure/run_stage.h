/** Running one stage of measuring over layers made in memory: settings as YAML, everything freed at the end. */
#ifndef TP_TEST_RUN_STAGE_H
#define TP_TEST_RUN_STAGE_H

#include "support.h"
#include "technopolis/condition.h"
#include "technopolis/dataset.h"
#include "technopolis/stage.h"

#include <geodesic.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * Works the stage `kind` with settings such as "{to: a, within: 30 min}" as the step `name`; a step with `implied` adds
 * no columns. Asserts that the settings are right; the code is that of the run.
 */
static inline tp_code run_stage(tp_dataset *dataset, const char *kind, const char *name, const char *yaml, bool implied,
                                int64_t year, tp_error *error) {
    const tp_stage *stage = tp_stage_find(TP_MEASURE, kind);
    assert_non_null(stage);
    tp_faults faults = {0};
    tp_node *node = NULL;
    char step_name[64], by[] = "profile/criterion";
    (void)snprintf(step_name, sizeof step_name, "%s", name);
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "test", &node, &faults), TP_OK);
    tp_step step = {.stage = stage, .name = step_name, .implied_by = implied ? by : NULL, .node = node};
    tp_code code = tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, node,
                                   (tp_place){"test", 1, 1}, TP_ORIGIN_CONFIGURATION, &step.options, &faults);
    for (size_t i = 0; i < faults.n; i++) {
        print_error("%s\n", faults.items[i].message);
    }
    assert_int_equal(code, TP_OK);
    tp_run run = {.base = "", .title = "", .year = year};
    code = stage->run(&step, &run, dataset, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_measures; i++) {
        code = tp_test_store_links(dataset->measures[i]) ? TP_OK : TP_E_MACHINE;
    }
    tp_options_reset(&step.options);
    tp_node_free(node);
    tp_faults_reset(&faults);
    return code;
}

/** The same for a stage that must succeed: its measure. */
static inline const tp_measure *measured(tp_dataset *dataset, const char *kind, const char *name, const char *yaml) {
    tp_error error = {0};
    tp_code code = run_stage(dataset, kind, name, yaml, true, 0, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return tp_dataset_measure(dataset, name);
}

static inline tp_dataset *new_dataset(void) {
    tp_dataset *dataset = NULL;
    assert_int_equal(tp_dataset_new(&dataset, NULL), TP_OK);
    return dataset;
}

static inline tp_layer *add_points(tp_dataset *dataset, const char *name, const tp_test_point *points, int64_t n) {
    tp_layer *layer = tp_test_points(name, points, n);
    assert_non_null(layer);
    assert_int_equal(tp_dataset_add_layer(dataset, layer, NULL), TP_OK);
    return layer;
}

static inline void put(tp_column *column, int64_t row, const char *text) {
    if (text != NULL) {
        assert_int_equal(tp_column_set_text(column, row, text, strlen(text), NULL), TP_OK);
    }
}

/** A table with an id column and n rows. */
static inline tp_layer *add_table(tp_dataset *dataset, const char *name, tp_geometry geometry, int64_t n) {
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new(name, geometry, &layer, NULL), TP_OK);
    assert_int_equal(tp_layer_add_rows(layer, n, NULL), TP_OK);
    layer->id = tp_test_column(layer, "id", TP_TYPE_TEXT);
    assert_int_equal(tp_dataset_add_layer(dataset, layer, NULL), TP_OK);
    return layer;
}

static inline void cover(tp_layer *layer, tp_coverage coverage, const char *condition) {
    layer->coverage = coverage;
    if (condition != NULL) {
        assert_int_equal(tp_condition_parse(condition, &layer->coverage_condition, NULL), TP_OK);
    }
}

/** Metres on GRS80, to the last bit as limits are compared, and held to PROJ's own geodesics. */
static inline double oracle_m(double lon1, double lat1, double lon2, double lat2) {
    tp_ellipsoid grs80;
    double proj_m;
    tp_ellipsoid_init_grs80(&grs80);
    geod_inverse(&grs80.g, lat1, lon1, lat2, lon2, &proj_m, NULL, NULL);
    double distance_m = tp_geodesic_distance_m(&grs80, lon1, lat1, lon2, lat2);
    assert_true(fabs(distance_m - proj_m) <= 5e-8);
    return distance_m;
}

/** Minutes of the straight-line estimate. */
static inline double oracle_min(double distance_m, double speed_kmh, double detour) {
    return distance_m / 1000 * detour / speed_kmh * 60;
}

static inline bool near(double a, double b, double tolerance) {
    return a == b || fabs(a - b) <= tolerance;
}

/** The next of a sequence of numbers in [0, 1). */
static inline double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/** True when two measures of one layer are the same to the last bit. */
static inline bool same_bytes(const tp_measure *a, const tp_measure *b) {
    size_t n = (size_t)a->of->n_rows;
    bool same = memcmp(a->value, b->value, n * sizeof(double)) == 0 && memcmp(a->known, b->known, n) == 0 &&
                memcmp(a->low, b->low, n * sizeof(double)) == 0 && memcmp(a->high, b->high, n * sizeof(double)) == 0 &&
                memcmp(a->method, b->method, n) == 0 &&
                memcmp(a->link_first, b->link_first, (n + 1) * sizeof(int64_t)) == 0;
    for (int64_t i = 0; same && i < a->link_first[n]; i++) {
        const tp_link *x = &a->links[i], *y = &b->links[i];
        same = x->layer == y->layer && x->note == y->note && x->row == y->row && x->minutes == y->minutes &&
               x->distance_m == y->distance_m;
    }
    return same;
}

/** The evidence of a row; freed by the caller. */
static inline char *evidence_of(const tp_measure *measure, int64_t row) {
    tp_text text = {0};
    measure->kind->evidence(measure, row, &text);
    assert_false(text.lost);
    assert_true(text.size > 0);
    return text.data;
}

#endif
