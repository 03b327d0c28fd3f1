/** What the tests of mesh_density, hotspots and kernel_density share. */
#ifndef TP_TEST_GRID_FIXTURE_H
#define TP_TEST_GRID_FIXTURE_H

#include "run_stage.h"

static inline tp_layer *work_layer(tp_dataset *dataset, const char *stage, const char *name, const char *yaml) {
    tp_error error = {0};
    if (run_stage(dataset, stage, name, yaml, false, 0, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    return tp_dataset_layer(dataset, name);
}

static inline double number_of(const tp_layer *layer, const char *name, int64_t row) {
    double value = NAN;
    assert_non_null(tp_layer_column(layer, name));
    return tp_column_number(tp_layer_column(layer, name), row, &value) ? value : NAN;
}

static inline const char *text_of(const tp_layer *layer, const char *name, int64_t row) {
    assert_non_null(tp_layer_column(layer, name));
    const char *text = tp_column_text(tp_layer_column(layer, name), row);
    return text == NULL ? "" : text;
}

/** n points in a box, some of them in a bunch; ids p0000…; n at most 4,000. */
static inline tp_layer *add_town(tp_dataset *dataset, const char *name, int64_t n, uint64_t seed) {
    static tp_test_point points[4000];
    static char ids[4000][8];
    for (int64_t i = 0; i < n; i++) {
        bool bunch = next_random(&seed) < 0.3;
        (void)snprintf(ids[i], sizeof ids[i], "p%04d", (int)i);
        points[i] = (tp_test_point){ids[i], 139 + (bunch ? 0.1 : 1) * next_random(&seed),
                                    35 + (bunch ? 0.1 : 1) * next_random(&seed)};
    }
    return add_points(dataset, name, points, n);
}

/** The findings whose text holds `words`. */
static inline int findings_with(const tp_dataset *dataset, const char *words) {
    int n = 0;
    for (size_t i = 0; i < dataset->n_findings; i++) {
        n += strstr(dataset->findings[i].text, words) != NULL;
    }
    return n;
}

static inline void show_findings(const tp_dataset *dataset) {
    for (size_t i = 0; i < dataset->n_findings; i++) {
        print_message("%s: %s\n", dataset->findings[i].subject, dataset->findings[i].text);
    }
}

#endif
