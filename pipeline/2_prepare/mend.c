/*
 * The stage that makes polygons valid: GEOS says which are not and why, and mends them. What is left of a mended row is
 * its polygons; a row of which no area is left is left out. Lines lose parts of a single point.
 */
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "core/space/geos_polygons.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *layer;
} options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer whose geometries are made valid",
     .offset = offsetof(options, layer)},
};

enum { DETAIL_SIZE = 200 };

/* What became of a row that is not valid as it stands. */
typedef struct outcome {
    tp_shapes shapes; /* its one row, when it could be mended */
    bool mended;
    char detail[DETAIL_SIZE];
} outcome;

/* Of each row NULL (valid) or an outcome. */
typedef struct findings {
    outcome **rows;
    tp_code code; /* the first thing that went wrong with the machine or with us */
    tp_error error;
} findings;

static const char SHORT_RING[] = "a ring of fewer than 4 points";
static const char SHORT_LINE[] = "a line of a single point";

static bool has_short_ring(const tp_shapes *shapes, int64_t row, int64_t least) {
    int64_t end = shapes->part_first[shapes->row_first[row + 1]];
    for (int64_t ring = shapes->part_first[shapes->row_first[row]]; ring < end; ring++) {
        if (shapes->ring_first[ring + 1] - shapes->ring_first[ring] < least) {
            return true;
        }
    }
    return false;
}

/* Mends what GEOS made of the row; false: it could not. */
static bool mend_polygon(tp_geos *geos, const GEOSGeometry *polygon, bool valid, outcome *out, tp_error *error,
                         tp_code *code) {
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(geos->context);
    GEOSGeometry *made = NULL;
    if (how != NULL && !valid) {
        /* the structure of shells and holes counts: overlapping parts stay filled */
        GEOSMakeValidParams_setMethod_r(geos->context, how, GEOS_MAKE_VALID_STRUCTURE);
        GEOSMakeValidParams_setKeepCollapsed_r(geos->context, how, 0);
        made = GEOSMakeValidWithParams_r(geos->context, polygon, how);
    }
    if (how != NULL) {
        GEOSMakeValidParams_destroy_r(geos->context, how);
    }
    if (valid || made != NULL) {
        *code = tp_shapes_add_row(&out->shapes, error);
        if (*code == TP_OK) {
            *code = tp_geos_add_polygons(geos, valid ? polygon : made, &out->shapes, error);
        }
    }
    if (made != NULL) {
        GEOSGeom_destroy_r(geos->context, made);
    }
    return *code == TP_OK && out->shapes.n_parts > 0;
}

/* GEOS's reason without its place, which is told in our own form. */
static void set_reason(const char *reason, outcome *out) {
    size_t n = strcspn(reason, "[");
    double x, y;
    if (sscanf(reason + n, "[%lf %lf]", &x, &y) == 2) {
        snprintf(out->detail, sizeof out->detail, "%.*s at %.9g, %.9g", (int)(n < 100 ? n : 100), reason, x, y);
    } else {
        snprintf(out->detail, sizeof out->detail, "%s", reason);
    }
}

/* NULL when the row is valid. Else an outcome, or an error in *code. */
static outcome *look_at_polygon(tp_geos *geos, const tp_shapes *shapes, int64_t row, tp_code *code, tp_error *error) {
    bool short_ring = has_short_ring(shapes, row, TP_RING_POINTS_MIN);
    geos->message[0] = '\0';
    tp_geos_parts parts = {0};
    GEOSGeometry *polygon = NULL;
    if (tp_geos_parts_make(geos, shapes, &row, 1, &parts)) {
        polygon = tp_geos_parts_collect(geos, &parts);
    }
    tp_geos_parts_reset(geos, &parts);
    char *reason = polygon == NULL ? NULL : GEOSisValidReason_r(geos->context, polygon);
    bool valid = reason != NULL && strcmp(reason, "Valid Geometry") == 0;
    outcome *out = NULL;
    if (!valid || short_ring) {
        out = calloc(1, sizeof *out);
        *code = out == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (out != NULL) {
        set_reason(short_ring && valid ? SHORT_RING : reason != NULL ? reason : geos->message, out);
        out->mended = polygon != NULL && mend_polygon(geos, polygon, valid, out, error, code);
    }
    if (reason != NULL) {
        GEOSFree_r(geos->context, reason);
    }
    if (polygon != NULL) {
        GEOSGeom_destroy_r(geos->context, polygon);
    }
    return out;
}

static outcome *look_at_line(const tp_shapes *shapes, int64_t row, tp_code *code, tp_error *error) {
    if (!has_short_ring(shapes, row, 2)) {
        return NULL;
    }
    outcome *out = calloc(1, sizeof *out);
    *code = out == NULL ? tp_error_memory(error) : tp_shapes_add_row(&out->shapes, error);
    if (out == NULL) {
        return NULL;
    }
    snprintf(out->detail, sizeof out->detail, "%s", SHORT_LINE);
    for (int64_t part = shapes->row_first[row]; part < shapes->row_first[row + 1] && *code == TP_OK; part++) {
        int64_t first = shapes->ring_first[shapes->part_first[part]],
                end = shapes->ring_first[shapes->part_first[part + 1]];
        if (end - first >= 2) {
            *code = tp_shapes_add_part(&out->shapes, error);
            if (*code == TP_OK) {
                *code = tp_shapes_add_ring(&out->shapes, shapes->x + first, shapes->y + first, end - first, error);
            }
        }
    }
    out->mended = out->shapes.n_parts > 0;
    return out;
}

/* Looks at all rows, each on its own; the outcome does not depend on the number of threads. */
static void look_at_rows(const tp_layer *layer, int threads, findings *found) {
    bool polygons = layer->geometry == TP_GEOMETRY_POLYGON;
#pragma omp parallel num_threads(threads)
    {
        tp_geos geos;
        bool begun = tp_geos_begin(&geos);
#pragma omp for schedule(dynamic, 1)
        for (int64_t row = 0; row < layer->n_rows; row++) {
            tp_code code = TP_OK;
            tp_error error = {0};
            if (!begun) {
                code = tp_error_memory(&error);
            } else if (polygons) {
                found->rows[row] = look_at_polygon(&geos, &layer->shapes, row, &code, &error);
            } else {
                found->rows[row] = look_at_line(&layer->shapes, row, &code, &error);
            }
            if (code != TP_OK) {
#pragma omp critical
                {
                    found->code = code;
                    found->error = error;
                }
            }
        }
        tp_geos_end(&geos);
    }
}

/* Lists what was found; true in *changed when a row stays with another geometry. */
static tp_code list_outcomes(tp_rows *rows, const findings *found, bool *changed, tp_error *error) {
    tp_code code = TP_OK;
    *changed = false;
    for (int64_t row = 0; row < rows->layer->n_rows && code == TP_OK; row++) {
        const outcome *out = found->rows[row];
        if (out != NULL && out->mended) {
            *changed = true;
            code = tp_rows_note(rows, row, TP_REJECT_MENDED, out->detail, error);
        } else if (out != NULL) {
            code = tp_rows_lose(rows, row, TP_REJECT_INVALID, out->detail, error);
        }
    }
    return code;
}

/* Puts the mended rows in place of the old ones. */
static tp_code replace(tp_layer *layer, const findings *found, tp_error *error) {
    tp_shapes shapes = {0};
    tp_code code = TP_OK;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        const outcome *out = found->rows[row];
        bool mended = out != NULL && out->mended;
        code = tp_shapes_copy_row(&shapes, mended ? &out->shapes : &layer->shapes, mended ? 0 : row, error);
    }
    if (code != TP_OK) {
        tp_shapes_reset(&shapes);
        return code;
    }
    tp_shapes_reset(&layer->shapes);
    layer->shapes = shapes;
    return TP_OK;
}

static tp_code mend(tp_rows *rows, int threads, tp_error *error) {
    int64_t n = rows->layer->n_rows;
    findings found = {.rows = calloc((size_t)n + 1, sizeof(outcome *))};
    if (found.rows == NULL) {
        return tp_error_memory(error);
    }
    look_at_rows(rows->layer, threads, &found);
    tp_code code = found.code;
    bool changed = false;
    if (code != TP_OK && error != NULL) {
        *error = found.error;
    }
    if (code == TP_OK) {
        code = list_outcomes(rows, &found, &changed, error);
    }
    if (code == TP_OK && changed) {
        code = replace(rows->layer, &found, error);
    }
    if (code == TP_OK) {
        code = tp_rows_apply(rows, error);
    }
    for (int64_t row = 0; row < n; row++) {
        if (found.rows[row] != NULL) {
            tp_shapes_reset(&found.rows[row]->shapes);
            free(found.rows[row]);
        }
    }
    free(found.rows);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const options *wanted = step->options.values;
    tp_rows rows = {0};
    tp_code code = tp_rows_begin(dataset, wanted->layer, &rows, error);
    if (code == TP_OK && (rows.layer->geometry == TP_GEOMETRY_POLYGON || rows.layer->geometry == TP_GEOMETRY_LINE)) {
        code = mend(&rows, tp_prepare_threads(run->threads), error);
    }
    tp_rows_end(&rows);
    return code;
}

const tp_stage tp_stage_mend = {
    .name = "mend",
    .phase = TP_PREPARE,
    .purpose = "makes polygons valid, and leaves out those of which no area is left",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(options),
    .main_key = "layer",
    .as_key = "layer",
    .for_every_layer = true,
    .run = run,
};
