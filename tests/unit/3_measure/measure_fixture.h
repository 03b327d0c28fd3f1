/* What the tests of measure stages share: layers built in memory, a stage run with settings written as YAML. */
#ifndef TP_TEST_MEASURE_FIXTURE_H
#define TP_TEST_MEASURE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support.h"
#include "technopolis/condition.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define FIXTURE __attribute__((unused)) static
#else
#define FIXTURE static
#endif

/* Fails with the error's own words. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        tp_error fixture_error = {0};                                                                                  \
        tp_error *error = &fixture_error;                                                                              \
        if ((call) != TP_OK) {                                                                                         \
            fail_msg("%s: %s", #call, fixture_error.message);                                                          \
        }                                                                                                              \
    } while (0)

#define assert_close(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

FIXTURE void set_text(tp_layer *layer, const char *column, int64_t row, const char *text) {
    if (text != NULL) {
        assert_ok(tp_column_set_text(tp_layer_column(layer, column), row, text, strlen(text), error));
    }
}

/* A layer with an id and a name, added to the dataset. */
FIXTURE tp_layer *new_layer(tp_dataset *dataset, const char *name, tp_geometry geometry) {
    tp_layer *layer = NULL;
    assert_ok(tp_layer_new(name, geometry, &layer, error));
    assert_ok(tp_layer_add_column(layer, "code", TP_TYPE_TEXT, "", "file", &layer->id, error));
    assert_ok(tp_layer_add_column(layer, "label", TP_TYPE_TEXT, "", "file", &layer->label, error));
    assert_ok(tp_dataset_add_layer(dataset, layer, error));
    return layer;
}

FIXTURE void add_column(tp_layer *layer, const char *name, tp_type type, const char *unit) {
    tp_column *column = NULL;
    assert_ok(tp_layer_add_column(layer, name, type, unit, "file", &column, error));
}

FIXTURE int64_t add_row(tp_layer *layer, const char *id, const char *label) {
    int64_t row = layer->n_rows;
    assert_ok(tp_layer_add_rows(layer, 1, error));
    set_text(layer, "code", row, id);
    set_text(layer, "label", row, label);
    return row;
}

FIXTURE int64_t add_point(tp_layer *layer, const char *id, const char *label, double lon_deg, double lat_deg) {
    int64_t row = add_row(layer, id, label);
    layer->lon_deg[row] = lon_deg;
    layer->lat_deg[row] = lat_deg;
    return row;
}

/* A point with a number in `column`; NaN leaves the cell missing. */
FIXTURE int64_t add_city(tp_layer *layer, const char *id, const char *label, double lon_deg, double lat_deg,
                         const char *column, double number) {
    int64_t row = add_point(layer, id, label, lon_deg, lat_deg);
    if (!isnan(number)) {
        tp_column_set_double(tp_layer_column(layer, column), row, number);
    }
    return row;
}

FIXTURE void add_ring(tp_layer *layer, double west, double south, double east, double north) {
    double x[] = {west, east, east, west, west}, y[] = {south, south, north, north, south};
    assert_ok(tp_shapes_add_ring(&layer->shapes, x, y, 5, error));
}

/* A rectangle of edges along meridians and parallels. */
FIXTURE int64_t add_box(tp_layer *layer, const char *id, const char *label, double west, double south, double east,
                        double north) {
    int64_t row = add_row(layer, id, label);
    assert_ok(tp_shapes_add_row(&layer->shapes, error));
    assert_ok(tp_shapes_add_part(&layer->shapes, error));
    add_ring(layer, west, south, east, north);
    return row;
}

/* `coverage: sample`, or of a condition. */
FIXTURE void set_coverage(tp_layer *layer, const char *condition) {
    layer->coverage = condition == NULL ? TP_COVERAGE_SAMPLE : TP_COVERAGE_CONDITION;
    if (condition != NULL) {
        assert_ok(tp_condition_parse(condition, &layer->coverage_condition, error));
    }
}

/* A step with settings as a configuration writes them; reports faults through `faults`. */
typedef struct fixture_step {
    tp_step step;
    tp_node *root;
    tp_faults faults;
} fixture_step;

FIXTURE void open_step(fixture_step *fixture, const tp_stage *stage, const char *name, const char *settings) {
    *fixture = (fixture_step){0};
    tp_node *root = NULL;
    if (tp_node_parse(settings, strlen(settings), "test.yaml", &root, &fixture->faults) != TP_OK) {
        fail_msg("settings: %s", fixture->faults.items[0].message);
    }
    fixture->root = root;
    fixture->step = (tp_step){.stage = stage, .name = (char *)(uintptr_t)name, .place = {"test.yaml", 1, 1}};
    if (tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, root,
                        fixture->step.place, TP_ORIGIN_CONFIGURATION, &fixture->step.options,
                        &fixture->faults) != TP_OK) {
        fail_msg("settings: %s", fixture->faults.items[0].message);
    }
}

FIXTURE void close_step(fixture_step *fixture) {
    tp_options_reset(&fixture->step.options);
    tp_node_free(fixture->root);
    tp_faults_reset(&fixture->faults);
}

/* Runs a stage as a criterion implies it (`implied`), or as a user asks for it. */
FIXTURE tp_code run_stage(tp_dataset *dataset, const tp_stage *stage, const char *name, const char *settings,
                          bool implied, tp_error *error) {
    fixture_step fixture;
    char by[] = "profile/criterion";
    open_step(&fixture, stage, name, settings);
    fixture.step.implied_by = implied ? by : NULL;
    tp_run run = {.base = ""};
    tp_code code = stage->run(&fixture.step, &run, dataset, error);
    for (size_t i = 0; code == TP_OK && i < dataset->n_measures; i++) {
        code = tp_test_store_links(dataset->measures[i]) ? TP_OK : TP_E_MACHINE;
    }
    close_step(&fixture);
    return code;
}

/* The measure that an implied step makes. */
FIXTURE const tp_measure *measured(tp_dataset *dataset, const tp_stage *stage, const char *name, const char *settings) {
    assert_ok(run_stage(dataset, stage, name, settings, true, error));
    const tp_measure *measure = tp_dataset_measure(dataset, name);
    assert_non_null(measure);
    return measure;
}

/* The evidence equals, or holds, a text. */
FIXTURE void assert_evidence(const tp_measure *measure, int64_t row, const char *expected, bool whole) {
    tp_text text = {0};
    measure->kind->evidence(measure, row, &text);
    assert_false(text.lost);
    bool right = whole ? strcmp(tp_text_get(&text), expected) == 0 : strstr(tp_text_get(&text), expected) != NULL;
    if (!right) {
        char got[2048];
        snprintf(got, sizeof got, "%s", tp_text_get(&text));
        tp_text_reset(&text);
        fail_msg("evidence is '%s', not '%s'", got, expected);
    }
    tp_text_reset(&text);
}

FIXTURE const tp_link *only_link(const tp_measure *measure, int64_t row) {
    assert_int_equal(measure->link_first[row + 1] - measure->link_first[row], 1);
    return &measure->links[measure->link_first[row]];
}

FIXTURE const char *linked_id(const tp_measure *measure, int64_t row) {
    const tp_link *link = only_link(measure, row);
    return tp_layer_id(measure->to[link->layer], link->row);
}

/* Known exactly. */
FIXTURE void assert_exact(const tp_measure *measure, int64_t row, double value) {
    assert_int_equal(measure->known[row], 1);
    assert_true(measure->value[row] == value && measure->low[row] == value && measure->high[row] == value);
}

FIXTURE void assert_interval(const tp_measure *measure, int64_t row, double low, double high) {
    assert_true(measure->low[row] == low);
    assert_true(measure->high[row] == high);
}

/* Nothing found within a limit: it lies beyond, wherever that is. */
FIXTURE void assert_beyond(const tp_measure *measure, int64_t row, double within) {
    assert_int_equal(measure->known[row], 0);
    assert_interval(measure, row, nextafter(within, INFINITY), INFINITY);
}

/* A schema with one head a layer of the dataset, as `validate` has it. */
FIXTURE void fill_schema(tp_schema *schema, const tp_dataset *dataset) {
    for (size_t i = 0; i < dataset->n_layers; i++) {
        const tp_layer *layer = dataset->layers[i];
        tp_head *head = NULL;
        tp_place place = {"test.yaml", 1, 1};
        assert_ok(tp_schema_add(schema, layer->name, layer->geometry, place, &head, error));
        for (size_t k = 0; k < layer->n_columns; k++) {
            const tp_column *column = layer->columns[k];
            assert_ok(tp_head_add_field(head, column->name, column->type, column->unit, "", error));
        }
    }
}

/* What a stage's check says about the dataset's layers: faults in `fixture`, columns added in `plan->schema`. */
FIXTURE void check_stage(fixture_step *fixture, tp_plan *plan, const tp_dataset *dataset, const tp_stage *stage,
                         const char *name, const char *settings) {
    open_step(fixture, stage, name, settings);
    *plan = (tp_plan){0};
    fill_schema(&plan->schema, dataset);
    stage->check(&fixture->step, plan, &fixture->faults);
}

FIXTURE void assert_fault(const fixture_step *fixture, const char *part) {
    for (size_t i = 0; i < fixture->faults.n; i++) {
        if (strstr(fixture->faults.items[i].message, part) != NULL) {
            return;
        }
    }
    fail_msg("no fault says '%s' (the first of %zu: %s)", part, fixture->faults.n,
             fixture->faults.n > 0 ? fixture->faults.items[0].message : "");
}

#endif
