/* Layers in memory and the running of one prepare stage on them. */
#ifndef TP_TEST_PREPARED_LAYER_H
#define TP_TEST_PREPARED_LAYER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "2_prepare/rejects.h"
#include "technopolis/crs.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A dataset of one layer `places` with one source and a column of ids. */
typedef struct prepared {
    tp_dataset *dataset;
    tp_layer *layer;
} prepared;

__attribute__((unused)) static prepared begin(tp_geometry geometry, const char *crs, const char *run_crs) {
    prepared p = {0};
    int32_t source = -1;
    assert_int_equal(tp_dataset_new(&p.dataset, NULL), TP_OK);
    assert_int_equal(tp_crs_geographic(run_crs, &p.dataset->geographic_crs, &p.dataset->ellipsoid, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_source(p.dataset, "places", "places.shp", &source, NULL), TP_OK);
    p.dataset->sources[0].crs_definition = crs == NULL ? NULL : tp_text_copy(crs);
    assert_int_equal(tp_layer_new("places", geometry, &p.layer, NULL), TP_OK);
    p.layer->crs = crs == NULL ? NULL : tp_text_copy(crs);
    assert_int_equal(tp_layer_add_column(p.layer, "id", TP_TYPE_TEXT, NULL, "file", &p.layer->id, NULL), TP_OK);
    assert_int_equal(tp_dataset_add_layer(p.dataset, p.layer, NULL), TP_OK);
    return p;
}

__attribute__((unused)) static int64_t add_row(prepared *p, const char *id) {
    int64_t row = p->layer->n_rows;
    assert_int_equal(tp_layer_add_rows(p->layer, 1, NULL), TP_OK);
    assert_int_equal(tp_column_set_text(p->layer->id, row, id, strlen(id), NULL), TP_OK);
    p->layer->source_fid[row] = 100 + row;
    p->dataset->sources[0].features_kept++;
    if (p->layer->geometry != TP_GEOMETRY_POINT) {
        assert_int_equal(tp_shapes_add_row(&p->layer->shapes, NULL), TP_OK);
    }
    return row;
}

__attribute__((unused)) static void add_point(prepared *p, const char *id, double x, double y) {
    int64_t row = add_row(p, id);
    p->layer->lon_deg[row] = x;
    p->layer->lat_deg[row] = y;
}

/* Adds a ring or line from "x y, x y, …" to the last row, as a part of its own or to its last part. */
__attribute__((unused)) static void add_ring(prepared *p, bool new_part, const char *text) {
    double x[64], y[64];
    int64_t n = 0;
    for (int used; sscanf(text, "%lf %lf%n", &x[n], &y[n], &used) == 2; n++) {
        text += used;
        text += strspn(text, ", ");
    }
    if (new_part) {
        assert_int_equal(tp_shapes_add_part(&p->layer->shapes, NULL), TP_OK);
    }
    assert_int_equal(tp_shapes_add_ring(&p->layer->shapes, x, y, n, NULL), TP_OK);
}

/* Runs a stage with settings as YAML. */
__attribute__((unused)) static tp_code run_stage(prepared *p, const tp_stage *stage, const char *yaml, int threads) {
    tp_node *root = NULL;
    tp_faults faults = {0};
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &root, &faults), TP_OK);
    tp_step step = {.stage = stage, .name = (char *)stage->name};
    assert_int_equal(tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, root,
                                     (tp_place){"c.yaml", 1, 1}, TP_ORIGIN_CONFIGURATION, &step.options, &faults),
                     TP_OK);
    tp_run run = {.threads = threads, .crs = "EPSG:4326"};
    tp_error error = {0};
    tp_code code = stage->run(&step, &run, p->dataset, &error);
    if (code != TP_OK) {
        print_message("%s\n", error.message);
    }
    tp_options_reset(&step.options);
    tp_node_free(root);
    tp_faults_reset(&faults);
    return code;
}

__attribute__((unused)) static void end(prepared *p) {
    tp_dataset_free(p->dataset);
}

__attribute__((unused)) static void assert_reject(const prepared *p, size_t i, int64_t fid, const char *reason) {
    assert_true(i < p->dataset->n_rejects);
    assert_int_equal(p->dataset->rejects[i].source_fid, fid);
    assert_string_equal(p->dataset->rejects[i].reason, reason);
    assert_string_equal(p->dataset->rejects[i].layer, "places");
}

/* The area of a row in the plane, holes subtracted. */
__attribute__((unused)) static double plane_area(const tp_shapes *s, int64_t row) {
    double area = 0;
    for (int64_t part = s->row_first[row]; part < s->row_first[row + 1]; part++) {
        for (int64_t ring = s->part_first[part]; ring < s->part_first[part + 1]; ring++) {
            double twice = 0;
            for (int64_t i = s->ring_first[ring]; i + 1 < s->ring_first[ring + 1]; i++) {
                twice += s->x[i] * s->y[i + 1] - s->x[i + 1] * s->y[i];
            }
            area += (ring == s->part_first[part] ? 0.5 : -0.5) * fabs(twice);
        }
    }
    return area;
}

#endif
