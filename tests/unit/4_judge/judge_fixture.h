/** Sites, measures with chosen intervals, and criteria over them, made in memory. */
#ifndef TP_TEST_JUDGE_FIXTURE_H
#define TP_TEST_JUDGE_FIXTURE_H

#include "support.h"
#include "technopolis/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const tp_measure_kind TEST_KIND = {.name = "nearest", .dimension = TP_DIMENSION_TIME, .evidence = NULL};

/** A dataset whose layer `sites` has n rows. */
static inline tp_dataset *dataset_of_sites(int64_t n) {
    tp_dataset *dataset = NULL;
    tp_test_point *points = calloc((size_t)n + 1, sizeof *points);
    assert_non_null(points);
    for (int64_t i = 0; i < n; i++) {
        points[i] = (tp_test_point){"s", 139, 35};
    }
    assert_int_equal(tp_dataset_new(&dataset, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_layer(dataset, tp_test_points("sites", points, n), NULL), TP_OK);
    free(points);
    return dataset;
}

static inline tp_measure *add_measure(tp_dataset *dataset, const char *name) {
    tp_measure *measure = NULL;
    assert_int_equal(tp_measure_new(name, &TEST_KIND, tp_dataset_layer(dataset, "sites"), &measure, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_measure(dataset, measure, NULL), TP_OK);
    return measure;
}

/** Gives a row the verdict against "at least 10": a value of 10 + excess, which must be >= 0 exactly when it is met. */
static inline void set_verdict(tp_measure *measure, int64_t row, tp_verdict verdict, double excess) {
    if (verdict == TP_UNKNOWN) {
        tp_measure_set_interval(measure, row, 10 + excess, -INFINITY, INFINITY, TP_METHOD_TABLE);
    } else {
        tp_measure_set(measure, row, 10 + excess, TP_METHOD_TABLE);
    }
}

static inline tp_part part_over(char *measure_name) {
    return (tp_part){.kind = "nearest",
                     .comparison = TP_AT_LEAST,
                     .threshold = {10, TP_DIMENSION_TIME, "min"},
                     .measure_name = measure_name};
}

#endif
