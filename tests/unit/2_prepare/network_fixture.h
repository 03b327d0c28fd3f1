/* What the tests of the network share: layers built in memory, the stage run on them, and times reckoned over its ways
 * by the plainest of methods. Everything is static: each test program includes it once. */
#ifndef TP_TEST_NETWORK_FIXTURE_H
#define TP_TEST_NETWORK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "2_prepare/network.h"
#include "2_prepare/rejects.h"
#include "technopolis/plan.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIXTURE __attribute__((unused)) static

extern const tp_stage tp_stage_network;

typedef struct town {
    tp_dataset *dataset;
    tp_layer *roads;
    tp_error error;
    tp_faults faults;
} town;

/* The settings that make every road 36 km/h: 10 m a second. */
#define AT_36 "roads: roads, default_speed: 36 km/h"

FIXTURE tp_layer *add_layer(tp_dataset *dataset, const char *name, tp_geometry geometry) {
    tp_layer *layer = NULL;
    assert_int_equal(tp_layer_new(name, geometry, &layer, NULL), TP_OK);
    assert_int_equal(tp_layer_add_column(layer, "id", TP_TYPE_TEXT, NULL, "file", &layer->id, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_layer(dataset, layer, NULL), TP_OK);
    return layer;
}

FIXTURE town begin_town(void) {
    town t = {0};
    assert_int_equal(tp_dataset_new(&t.dataset, NULL), TP_OK);
    t.roads = add_layer(t.dataset, "roads", TP_GEOMETRY_LINE);
    return t;
}

FIXTURE void end_town(town *t) {
    tp_faults_reset(&t->faults);
    tp_dataset_free(t->dataset);
}

FIXTURE tp_column *column_of(tp_layer *layer, const char *name, tp_type type) {
    tp_column *column = tp_layer_column(layer, name);
    if (column == NULL) {
        assert_int_equal(tp_layer_add_column(layer, name, type, NULL, "file", &column, NULL), TP_OK);
    }
    return column;
}

FIXTURE int64_t add_row(tp_layer *layer, const char *id) {
    int64_t row = layer->n_rows;
    assert_int_equal(tp_layer_add_rows(layer, 1, NULL), TP_OK);
    assert_int_equal(tp_column_set_text(layer->id, row, id, strlen(id), NULL), TP_OK);
    layer->source[row] = -1;
    layer->source_fid[row] = 100 + row;
    return row;
}

/* Adds a line from "x y, x y, …"; parts are divided by '|'. */
FIXTURE int64_t add_road(town *t, const char *id, const char *line) {
    int64_t row = add_row(t->roads, id);
    assert_int_equal(tp_shapes_add_row(&t->roads->shapes, NULL), TP_OK);
    while (*line != '\0') {
        double x[64], y[64];
        int64_t n = 0;
        for (int used; sscanf(line, "%lf %lf%n", &x[n], &y[n], &used) == 2; n++) {
            line += used;
            line += strspn(line, ", ");
        }
        line += strspn(line, "| ");
        assert_int_equal(tp_shapes_add_part(&t->roads->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&t->roads->shapes, x, y, n, NULL), TP_OK);
    }
    return row;
}

FIXTURE void set_text(tp_layer *layer, int64_t row, const char *name, const char *text) {
    assert_int_equal(tp_column_set_text(column_of(layer, name, TP_TYPE_TEXT), row, text, strlen(text), NULL), TP_OK);
}

FIXTURE void set_number(tp_layer *layer, int64_t row, const char *name, double value) {
    tp_column_set_double(column_of(layer, name, TP_TYPE_DOUBLE), row, value);
}

FIXTURE void set_integer(tp_layer *layer, int64_t row, const char *name, int64_t value) {
    tp_column_set_int64(column_of(layer, name, TP_TYPE_INT64), row, value);
}

FIXTURE int64_t add_place(tp_layer *layer, const char *id, double lon_deg, double lat_deg) {
    int64_t row = add_row(layer, id);
    layer->lon_deg[row] = lon_deg;
    layer->lat_deg[row] = lat_deg;
    return row;
}

/* Runs the stage with settings as YAML, without checking them. */
FIXTURE tp_code build_with(town *t, const char *settings, int64_t year, int threads) {
    const tp_stage *stage = &tp_stage_network;
    tp_node *root = NULL;
    tp_faults faults = {0};
    char *yaml = tp_text_format("{ %s }", settings);
    if (tp_node_parse(yaml, strlen(yaml), "c.yaml", &root, &faults) != TP_OK) {
        fail_msg("%s", faults.items[0].message);
    }
    tp_step step = {.stage = stage, .name = (char *)(uintptr_t)stage->name};
    if (tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, root,
                        (tp_place){"c.yaml", 1, 1}, TP_ORIGIN_CONFIGURATION, &step.options, &faults) != TP_OK) {
        fail_msg("%s", faults.items[0].message);
    }
    tp_run run = {.base = "", .year = year, .threads = threads};
    t->error = (tp_error){0};
    tp_code code = stage->run(&step, &run, t->dataset, &t->error);
    tp_options_reset(&step.options);
    tp_node_free(root);
    tp_faults_reset(&faults);
    free(yaml);
    return code;
}

FIXTURE void build(town *t, const char *settings) {
    if (build_with(t, settings, 2020, 2) != TP_OK) {
        fail_msg("%s", t->error.message);
    }
}

FIXTURE const tp_network *network_of(const town *t) {
    assert_non_null(t->dataset->network);
    return t->dataset->network->network;
}

FIXTURE int64_t count_of(const town *t, tp_network_count count) {
    return t->dataset->network->count[count];
}

/* The node at a position (within a billionth of a degree), -1 when there is none; of several the one with most ways. */
FIXTURE int64_t node_at(const town *t, double lon_deg, double lat_deg) {
    const tp_network *network = network_of(t);
    int64_t best = -1, best_ways = -1;
    for (int64_t node = 0; node < network->ways.n_nodes; node++) {
        if (fabs(network->ways.lon_deg[node] - lon_deg) > 1e-9 || fabs(network->ways.lat_deg[node] - lat_deg) > 1e-9) {
            continue;
        }
        int64_t n = 0;
        for (int64_t way = 0; way < network->ways.n_ways; way++) {
            n += network->ways.from[way] == node;
            n += network->ways.to[way] == node;
        }
        if (n > best_ways) {
            best = node;
            best_ways = n;
        }
    }
    return best;
}

/* The shortest time between two nodes by relaxing all ways until nothing changes; TP_NO_TIME when there is no way. */
FIXTURE uint32_t ms_between(const town *t, int64_t from, int64_t to) {
    const tp_ways *ways = &network_of(t)->ways;
    assert_true(from >= 0 && to >= 0);
    uint64_t *time = malloc(sizeof *time * (size_t)ways->n_nodes);
    for (int64_t node = 0; node < ways->n_nodes; node++) {
        time[node] = node == from ? 0 : UINT64_MAX / 2;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int64_t way = 0; way < ways->n_ways; way++) {
            const int64_t ends[] = {ways->from[way], ways->to[way]};
            const uint32_t times[] = {ways->forward_ms[way], ways->backward_ms[way]};
            for (int side = 0; side < 2; side++) {
                if (times[side] != TP_NO_TIME && time[ends[side]] + times[side] < time[ends[1 - side]]) {
                    time[ends[1 - side]] = time[ends[side]] + times[side];
                    changed = true;
                }
            }
        }
    }
    uint32_t result = time[to] >= UINT64_MAX / 2 ? TP_NO_TIME : (uint32_t)time[to];
    free(time);
    return result;
}

FIXTURE uint32_t ms_from_to(const town *t, double lon1, double lat1, double lon2, double lat2) {
    return ms_between(t, node_at(t, lon1, lat1), node_at(t, lon2, lat2));
}

/* What a straight stretch must take, rounded half up. */
FIXTURE uint32_t expected_ms(const town *t, double lon1, double lat1, double lon2, double lat2, double km_h) {
    double length_m = tp_geodesic_distance_m(&t->dataset->ellipsoid, lon1, lat1, lon2, lat2);
    return (uint32_t)floor(length_m * 3600 / km_h + 0.5);
}

FIXTURE int64_t count_rejects(const town *t, const char *reason) {
    int64_t n = 0;
    for (size_t i = 0; i < t->dataset->n_rejects; i++) {
        n += strcmp(t->dataset->rejects[i].reason, reason) == 0;
    }
    return n;
}

/* The one reject of a feature has this reason and detail. */
FIXTURE void assert_reject(const town *t, int64_t fid, const char *reason, const char *detail) {
    for (size_t i = 0; i < t->dataset->n_rejects; i++) {
        const tp_reject *reject = &t->dataset->rejects[i];
        if (reject->source_fid == fid && strcmp(reject->reason, reason) == 0) {
            assert_string_equal(reject->detail, detail);
            return;
        }
    }
    fail_msg("feature %lld was not rejected as '%s'", (long long)fid, reason);
}

/* What the stage's check says of the dataset's layers. */
FIXTURE void check_with(town *t, const char *settings) {
    const tp_stage *stage = &tp_stage_network;
    tp_node *root = NULL;
    char *yaml = tp_text_format("{ %s }", settings);
    tp_plan plan = {0};
    tp_faults_reset(&t->faults);
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &root, &t->faults), TP_OK);
    for (size_t i = 0; i < t->dataset->n_layers; i++) {
        const tp_layer *layer = t->dataset->layers[i];
        tp_head *head = NULL;
        assert_int_equal(tp_schema_add(&plan.schema, layer->name, layer->geometry, (tp_place){0}, &head, NULL), TP_OK);
        for (size_t k = 0; k < layer->n_columns; k++) {
            const tp_column *column = layer->columns[k];
            assert_int_equal(tp_head_add_field(head, column->name, column->type, NULL, NULL, NULL), TP_OK);
        }
    }
    tp_step step = {.stage = stage, .name = (char *)(uintptr_t)stage->name, .place = {"c.yaml", 1, 1}};
    if (tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, root, step.place,
                        TP_ORIGIN_CONFIGURATION, &step.options, &t->faults) == TP_OK) {
        stage->check(&step, &plan, &t->faults);
    }
    tp_options_reset(&step.options);
    tp_schema_reset(&plan.schema);
    tp_node_free(root);
    free(yaml);
}

FIXTURE void assert_fault(const town *t, tp_code code, const char *part) {
    for (size_t i = 0; i < t->faults.n; i++) {
        if (strstr(t->faults.items[i].message, part) != NULL) {
            assert_int_equal(t->faults.items[i].code, code);
            return;
        }
    }
    fail_msg("no fault says '%s' (the first of %zu: %s)", part, t->faults.n,
             t->faults.n > 0 ? t->faults.items[0].message : "");
}

#endif
