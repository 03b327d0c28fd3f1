/* Sites at other places: see moved_sites.h. */
#include "4_judge/moved_sites.h"

#include "technopolis/random.h"
#include "technopolis/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

tp_code tp_position_errors(const tp_layer *sites, const tp_monte_carlo *of, double **error_m, bool *any,
                           tp_error *error) {
    const char *name = of->position_column != NULL ? of->position_column : "position_error_m";
    const tp_column *column = tp_layer_column(sites, name);
    *any = false;
    *error_m = malloc(((size_t)sites->n_rows + 1) * sizeof **error_m);
    if (*error_m == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < sites->n_rows; row++) {
        double value;
        bool said = column != NULL && tp_column_number(column, row, &value);
        (*error_m)[row] = said ? fmax(value, 0) : of->position_error_m;
        *any = *any || (*error_m)[row] > 0;
    }
    *any = *any && sites->geometry == TP_GEOMETRY_POINT;
    return TP_OK;
}

static tp_code copy_column(const tp_column *from, int64_t copies, tp_column *to, tp_error *error) {
    tp_code code = TP_OK;
    for (int64_t row = 0; row < from->n_rows && code == TP_OK; row++) {
        for (int64_t at = row * copies; at < (row + 1) * copies && code == TP_OK; at++) {
            if (from->type == TP_TYPE_VERDICT) {
                tp_column_set_verdict(to, at, (tp_verdict)from->verdict[row]);
            } else if (!from->valid[row]) {
                tp_column_set_missing(to, at);
            } else if (from->type == TP_TYPE_TEXT) {
                const char *text = tp_column_text(from, row);
                code = tp_column_set_text(to, at, text, strlen(text), error);
            } else if (from->type == TP_TYPE_DOUBLE) {
                tp_column_set_double(to, at, from->f64[row]);
            } else {
                tp_column_set_int64(to, at, from->i64[row]);
            }
        }
    }
    return code;
}

static tp_code copy_rows(const tp_layer *sites, int64_t copies, tp_layer *made, tp_error *error) {
    tp_code code = tp_layer_add_rows(made, sites->n_rows * copies, error);
    for (size_t i = 0; i < sites->n_columns && code == TP_OK; i++) {
        const tp_column *from = sites->columns[i];
        tp_column *to = NULL;
        code = tp_layer_add_column(made, from->name, from->type, from->unit, from->origin, &to, error);
        if (code == TP_OK) {
            code = copy_column(from, copies, to, error);
        }
        made->id = from == sites->id ? to : made->id;
        made->label = from == sites->label ? to : made->label;
    }
    bool shapes = sites->geometry == TP_GEOMETRY_LINE || sites->geometry == TP_GEOMETRY_POLYGON;
    for (int64_t row = 0; row < sites->n_rows && code == TP_OK; row++) {
        for (int64_t at = row * copies; at < (row + 1) * copies && code == TP_OK; at++) {
            made->source[at] = sites->source[row];
            made->source_fid[at] = sites->source_fid[row];
            code = shapes ? tp_shapes_copy_row(&made->shapes, &sites->shapes, row, error) : TP_OK;
        }
    }
    return code;
}

/* Normal along both axes: the distance is Rayleigh's; a disc: even over its area. */
static double distance_of(tp_random *random, double error_m, int law) {
    double u = tp_random_uniform(random);
    return error_m * (law == TP_LAW_DISC ? sqrt(u) : sqrt(-2 * log(1 - u)));
}

static void move(const tp_layer *sites, const tp_ellipsoid *ellipsoid, const double *error_m, int law, uint64_t seed,
                 const int64_t *draws, int64_t n_draws, tp_layer *made) {
#pragma omp parallel for schedule(static, 16)
    for (int64_t row = 0; row < sites->n_rows; row++) {
        uint64_t stream = tp_random_stream(tp_layer_id(sites, row));
        for (int64_t k = 0; k < n_draws; k++) {
            int64_t at = row * n_draws + k;
            made->lon_deg[at] = sites->lon_deg[row];
            made->lat_deg[at] = sites->lat_deg[row];
            if (error_m[row] > 0) {
                tp_random random = tp_random_of(seed, stream, (uint32_t)draws[k]);
                double azimuth_deg = 360 * tp_random_uniform(&random);
                geod_direct(&ellipsoid->g, sites->lat_deg[row], sites->lon_deg[row], azimuth_deg,
                            distance_of(&random, error_m[row], law), &made->lat_deg[at], &made->lon_deg[at], NULL);
            }
        }
    }
}

tp_code tp_sites_moved(const tp_layer *sites, const tp_ellipsoid *ellipsoid, const double *error_m, int law,
                       uint64_t seed, const int64_t *draws, int64_t n_draws, tp_layer **moved, tp_error *error) {
    tp_layer *made = NULL;
    tp_code code = tp_layer_new(sites->name, sites->geometry, &made, error);
    if (code == TP_OK) {
        code = copy_rows(sites, n_draws, made, error);
    }
    if (code == TP_OK && sites->crs != NULL) {
        made->crs = tp_text_copy(sites->crs);
        code = made->crs == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (code != TP_OK) {
        tp_layer_free(made);
        return code;
    }
    made->coverage = sites->coverage == TP_COVERAGE_CONDITION ? TP_COVERAGE_SAMPLE : sites->coverage;
    if (sites->geometry == TP_GEOMETRY_POINT) {
        move(sites, ellipsoid, error_m, law, seed, draws, n_draws, made);
    }
    *moved = made;
    return TP_OK;
}
