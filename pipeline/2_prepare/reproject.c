/*
 * The stage that brings a layer's coordinates into longitude and latitude of the run's geographic CRS.
 *
 * It comes first, since whether longitude and latitude are swapped shows only in the CRS that the file is in: a row
 * outside the CRS's area of use is looked at the other way round, then left out. Both ways are judged before the datum
 * changes, in degrees of the file's CRS and, where it is projected, by the way back: a projection takes any number to
 * some longitude, but only one within its area to one that leads back to it.
 */
#include "2_prepare/rejects.h"
#include "2_prepare/rows.h"
#include "technopolis/crs.h"
#include "technopolis/stage.h"
#include "technopolis/text.h"

#include <math.h>
#include <omp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    const char *layer;
    bool swap;
} options;

static const tp_setting SETTINGS[] = {
    {.key = "layer",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer to bring into the run's geographic CRS",
     .offset = offsetof(options, layer)},
    {.key = "swap",
     .kind = TP_SETTING_YES_NO,
     .fallback = "yes",
     .help = "swap longitude and latitude of a row that lies in the CRS's area only that way; it is listed in rejects",
     .offset = offsetof(options, swap)},
};

/* EPSG gives areas of use to a hundredth of a degree. Projected data is in use somewhat beyond its zone. */
static const double GEOGRAPHIC_MARGIN_DEG = 0.01;
static const double PROJECTED_MARGIN_DEG = 1.0;

/* How far, in units of a projected CRS (nearly always metres), a point may be off after the way there and back. */
static const double MOST_ASTRAY = 1.0;

/* Below this many points it does not pay to start threads. */
enum { PARALLEL_POINTS = 20000, DETAIL_SIZE = 120 };

/* The rows of one source: their coordinates lie one after another. */
typedef struct batch {
    int64_t first_row, end_row;
    int64_t first_point, n_points;
    const char *crs;
    char *base; /* the geographic base of crs */
    bool geographic;
    double area[4];    /* west, south, east, north in degrees, with the margin */
    double narrow[4];  /* the same with the small margin: to be taken for swapped a row must not lie beyond its zone */
    double *lon, *lat; /* of a projected CRS: the points in degrees of its base */
    uint8_t *failed;   /* of each point: has no place in the CRS; later: cannot be transformed */
} batch;

/* From a projected CRS to its base and back. */
typedef struct way {
    tp_transform *there, *back;
} way;

typedef struct job {
    tp_rows rows;
    bool swap;
    int threads;
    double finest_m; /* the finest distance that the plan asks for; 0: none */
    double *x, *y;   /* of the layer */
} job;

/* The points of a row: [*first, *end). */
static void row_points(const tp_layer *layer, int64_t row, int64_t *first, int64_t *end) {
    if (layer->geometry == TP_GEOMETRY_POINT) {
        *first = row;
        *end = row + 1;
        return;
    }
    const tp_shapes *s = &layer->shapes;
    *first = s->ring_first[s->part_first[s->row_first[row]]];
    *end = s->ring_first[s->part_first[s->row_first[row + 1]]];
}

static bool inside(const double area[4], double lon_deg, double lat_deg) {
    if (lat_deg < area[1] || lat_deg > area[3]) {
        return false;
    }
    bool crosses = area[0] > area[2]; /* the 180th meridian */
    return crosses ? lon_deg >= area[0] || lon_deg <= area[2] : lon_deg >= area[0] && lon_deg <= area[2];
}

/*
 * Whether n points of a row can be what the file means: every point has a place in the world, a point is in the area. Of
 * a line or polygon some point must be in the area: the islands of a country reach beyond what EPSG draws around it.
 */
static bool fits(const double area[4], const double *lon, const double *lat, const uint8_t *failed, int64_t n) {
    bool found = false;
    for (int64_t i = 0; i < n; i++) {
        if (failed[i] || !(fabs(lon[i]) <= 180 && fabs(lat[i]) <= 90)) {
            return false;
        }
        found = found || inside(area, lon[i], lat[i]);
    }
    return found;
}

static void find_area(const char *crs, double margin, double area[4]) {
    double west, south, east, north;
    if (!tp_crs_area(crs, &west, &south, &east, &north)) {
        west = -180, south = -90, east = 180, north = 90;
    }
    area[0] = west - margin;
    area[1] = fmax(south - margin, -90);
    area[2] = east + margin;
    area[3] = fmin(north + margin, 90);
    if (west <= -180 && east >= 180) {
        area[0] = -180, area[2] = 180;
    } else if (area[0] < -180) { /* the margin reaches over the 180th meridian */
        area[0] += 360;
    } else if (area[2] > 180) {
        area[2] -= 360;
    }
}

/* The base of the CRS. Is it its own geographic base? Then nothing has to be done between the two. */
static tp_code find_kind(batch *b, tp_error *error) {
    tp_ellipsoid ellipsoid;
    tp_transform *transform = NULL;
    tp_code code = tp_crs_geographic(b->crs, &b->base, &ellipsoid, error);
    if (code == TP_OK) {
        code = tp_transform_new(b->crs, b->base, NULL, &transform, error);
    }
    b->geographic = code == TP_OK && strcmp(tp_transform_operation(transform), "none") == 0;
    tp_transform_free(transform);
    return code;
}

static void way_end(way *w) {
    tp_transform_free(w->there);
    tp_transform_free(w->back);
    *w = (way){0};
}

static tp_code way_begin(const batch *b, way *w, tp_error *error) {
    tp_code code = tp_transform_new(b->crs, b->base, NULL, &w->there, error);
    return code == TP_OK ? tp_transform_new(b->base, b->crs, NULL, &w->back, error) : code;
}

/* The points x, y in degrees, from `at` in lon, lat and failed of the batch on. */
static void find_degrees(const way *w, const batch *b, const double *x, const double *y, int64_t at, int64_t n) {
    enum { BLOCK = 512 };
    double back_x[BLOCK], back_y[BLOCK];
    uint8_t lost[BLOCK];
    for (int64_t first = 0; first < n; first += BLOCK) {
        int64_t size = n - first < BLOCK ? n - first : BLOCK;
        double *lon = b->lon + at + first, *lat = b->lat + at + first;
        uint8_t *failed = b->failed + at + first;
        memcpy(lon, x + first, sizeof *lon * (size_t)size);
        memcpy(lat, y + first, sizeof *lat * (size_t)size);
        tp_transform_points(w->there, lon, lat, size, failed);
        memcpy(back_x, lon, sizeof *lon * (size_t)size);
        memcpy(back_y, lat, sizeof *lat * (size_t)size);
        tp_transform_points(w->back, back_x, back_y, size, lost);
        for (int64_t i = 0; i < size; i++) {
            bool leads_back =
                fabs(back_x[i] - x[first + i]) <= MOST_ASTRAY && fabs(back_y[i] - y[first + i]) <= MOST_ASTRAY;
            failed[i] = failed[i] || lost[i] || !leads_back;
        }
    }
}

/* All points of a projected batch, in pieces, one a thread. */
static tp_code find_all_degrees(const job *j, const batch *b, tp_error *error) {
    int threads = b->n_points < PARALLEL_POINTS ? 1 : j->threads;
    tp_code worst = TP_OK;
#pragma omp parallel num_threads(threads)
    {
        way w = {0};
        tp_error own = {0};
        int64_t n = b->n_points, t = omp_get_thread_num(), all = omp_get_num_threads();
        int64_t first = n * t / all, end = n * (t + 1) / all;
        tp_code code = way_begin(b, &w, &own);
        if (code == TP_OK) {
            find_degrees(&w, b, j->x + b->first_point + first, j->y + b->first_point + first, first, end - first);
        } else {
#pragma omp critical
            {
                worst = code;
                if (error != NULL) {
                    *error = own;
                }
            }
        }
        way_end(&w);
    }
    return worst;
}

static void describe_row(const tp_layer *layer, const double *x, const double *y, int64_t row, char *detail) {
    int64_t first, end;
    row_points(layer, row, &first, &end);
    snprintf(detail, DETAIL_SIZE, "%s%.10g, %.10g", end - first > 1 ? "begins at " : "", x[first], y[first]);
}

static void swap_points(double *x, double *y, int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i++) {
        double kept = x[i];
        x[i] = y[i];
        y[i] = kept;
    }
}

static bool fits_as_it_is(const job *j, const batch *b, int64_t first, int64_t n) {
    int64_t at = first - b->first_point;
    return b->geographic ? fits(b->area, j->x + first, j->y + first, b->failed + at, n)
                         : fits(b->area, b->lon + at, b->lat + at, b->failed + at, n);
}

/* The same the other way round. `w` is begun when the first projected row needs it. */
static tp_code fits_swapped(const job *j, const batch *b, way *w, int64_t first, int64_t n, bool *does,
                            tp_error *error) {
    int64_t at = first - b->first_point;
    if (b->geographic) {
        *does = fits(b->narrow, j->y + first, j->x + first, b->failed + at, n);
        return TP_OK;
    }
    tp_code code = w->there == NULL ? way_begin(b, w, error) : TP_OK;
    if (code == TP_OK) {
        find_degrees(w, b, j->y + first, j->x + first, at, n);
        *does = fits(b->narrow, b->lon + at, b->lat + at, b->failed + at, n);
    }
    return code;
}

/* Before transforming: rows outside the area of the file's CRS are swapped or left out. */
static tp_code check_area(job *j, const batch *b, tp_error *error) {
    tp_layer *layer = j->rows.layer;
    way w = {0};
    tp_code code = TP_OK;
    for (int64_t row = b->first_row; row < b->end_row && code == TP_OK; row++) {
        int64_t first, end;
        row_points(layer, row, &first, &end);
        if (fits_as_it_is(j, b, first, end - first)) {
            continue;
        }
        char detail[DETAIL_SIZE];
        describe_row(layer, j->x, j->y, row, detail);
        bool swapped = false;
        if (j->swap) {
            code = fits_swapped(j, b, &w, first, end - first, &swapped, error);
        }
        if (code == TP_OK && swapped) {
            swap_points(j->x, j->y, first, end);
            code = tp_rows_note(&j->rows, row, TP_REJECT_SWAPPED, detail, error);
        } else if (code == TP_OK) {
            code = tp_rows_lose(&j->rows, row, TP_REJECT_OUTSIDE, detail, error);
        }
    }
    way_end(&w);
    return code;
}

/*
 * The box of the rows that are still in, for choosing the operation; false when there are none. It is never flat: of a
 * box without area PROJ finds no operation's area to hold it, and takes another.
 */
static bool find_extent(const job *j, const batch *b, double extent[4]) {
    extent[0] = extent[1] = INFINITY;
    extent[2] = extent[3] = -INFINITY;
    for (int64_t row = b->first_row; row < b->end_row; row++) {
        int64_t first, end;
        row_points(j->rows.layer, row, &first, &end);
        for (int64_t i = first; i < end && !j->rows.left_out[row]; i++) {
            extent[0] = fmin(extent[0], j->x[i]);
            extent[1] = fmin(extent[1], j->y[i]);
            extent[2] = fmax(extent[2], j->x[i]);
            extent[3] = fmax(extent[3], j->y[i]);
        }
    }
    if (extent[0] > extent[2]) {
        return false;
    }
    extent[0] = fmax(extent[0] - GEOGRAPHIC_MARGIN_DEG, -180);
    extent[1] = fmax(extent[1] - GEOGRAPHIC_MARGIN_DEG, -90);
    extent[2] = fmin(extent[2] + GEOGRAPHIC_MARGIN_DEG, 180);
    extent[3] = fmin(extent[3] + GEOGRAPHIC_MARGIN_DEG, 90);
    return true;
}

/* Transforms the points in pieces, one a thread; each point's result does not depend on the others. */
static tp_code transform_points(job *j, const batch *b, const char *to, const double extent[4], tp_error *error) {
    int threads = b->n_points < PARALLEL_POINTS ? 1 : j->threads;
    tp_code worst = TP_OK;
#pragma omp parallel num_threads(threads)
    {
        tp_transform *transform = NULL;
        tp_error own = {0};
        int64_t n = b->n_points, t = omp_get_thread_num(), all = omp_get_num_threads();
        int64_t first = n * t / all, end = n * (t + 1) / all;
        tp_code code = tp_transform_new(b->crs, to, extent, &transform, &own);
        if (code == TP_OK) {
            tp_transform_points(transform, j->x + b->first_point + first, j->y + b->first_point + first, end - first,
                                b->failed + first);
        } else {
#pragma omp critical
            {
                worst = code;
                if (error != NULL) {
                    *error = own;
                }
            }
        }
        tp_transform_free(transform);
    }
    return worst;
}

static bool any_failed(const batch *b, int64_t first, int64_t end) {
    return memchr(b->failed + (first - b->first_point), 1, (size_t)(end - first)) != NULL;
}

/* After transforming: rows that could not be. They have kept their coordinates. */
static tp_code check_transformed(job *j, const batch *b, tp_error *error) {
    const tp_layer *layer = j->rows.layer;
    tp_code code = TP_OK;
    for (int64_t row = b->first_row; row < b->end_row && code == TP_OK; row++) {
        int64_t first, end;
        row_points(layer, row, &first, &end);
        if (!j->rows.left_out[row] && any_failed(b, first, end)) {
            char detail[DETAIL_SIZE];
            describe_row(layer, j->x, j->y, row, detail);
            code = tp_rows_lose(&j->rows, row, TP_REJECT_NOT_TRANSFORMED, detail, error);
        }
    }
    return code;
}

/* Coordinates that are too coarse for the distances asked for, said with the operation that makes them so. */
static tp_code warn_if_coarse(const job *j, const tp_source *source, tp_error *error) {
    if (strcmp(source->operation, "none") == 0 || !tp_transform_is_coarse(source->accuracy_m, j->finest_m)) {
        return TP_OK;
    }
    char accuracy[40] = "an accuracy that is not stated";
    if (!isnan(source->accuracy_m)) {
        (void)snprintf(accuracy, sizeof accuracy, "%g m", source->accuracy_m);
    }
    return tp_dataset_add_finding(
        j->rows.dataset, "reproject", "Coordinates", true, error,
        "%s: the coordinates of %s are moved by \"%s\", good to %s, which is worse than a quarter of %g m, the "
        "finest distance asked for",
        j->rows.layer->name, source->file, source->operation, accuracy, j->finest_m);
}

/* Writes down in the source which operation was used. */
static tp_code record(const job *j, tp_source *source, const char *crs, const char *to, const double *extent,
                      tp_error *error) {
    tp_transform *transform = NULL;
    tp_code code = tp_transform_new(crs, to, extent, &transform, error);
    if (code == TP_OK) {
        free(source->operation);
        source->operation = tp_text_copy(tp_transform_operation(transform));
        source->accuracy_m = tp_transform_accuracy_m(transform);
        code = source->operation == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (code == TP_OK) {
        code = warn_if_coarse(j, source, error);
    }
    tp_transform_free(transform);
    return code;
}

static bool reserve(batch *b) {
    size_t n = (size_t)b->n_points + 1;
    b->failed = calloc(n, 1);
    if (!b->geographic) {
        b->lon = malloc(sizeof(double) * n);
        b->lat = malloc(sizeof(double) * n);
    }
    return b->failed != NULL && (b->geographic || (b->lon != NULL && b->lat != NULL));
}

/* All rows of one source. */
static tp_code reproject_batch(job *j, batch *b, tp_source *source, tp_error *error) {
    const char *to = j->rows.dataset->geographic_crs;
    double extent[4];
    const double *box = NULL; /* of the points; NULL: not known */
    tp_code code = find_kind(b, error);
    if (code != TP_OK) {
        goto done;
    }
    find_area(b->crs, b->geographic ? GEOGRAPHIC_MARGIN_DEG : PROJECTED_MARGIN_DEG, b->area);
    find_area(b->crs, GEOGRAPHIC_MARGIN_DEG, b->narrow);
    if (!reserve(b)) {
        code = tp_error_memory(error);
        goto done;
    }
    if (!b->geographic) {
        code = find_all_degrees(j, b, error);
    }
    if (code == TP_OK) {
        code = check_area(j, b, error);
    }
    bool known =
        b->geographic ? find_extent(j, b, extent) : tp_crs_area(b->crs, &extent[0], &extent[1], &extent[2], &extent[3]);
    box = known ? extent : NULL;
    if (code == TP_OK && source != NULL) {
        code = record(j, source, b->crs, to, box, error);
    }
    bool same = source != NULL && source->operation != NULL && strcmp(source->operation, "none") == 0;
    if (code == TP_OK && !same) {
        code = transform_points(j, b, to, box, error);
    }
    if (code == TP_OK && !same) {
        code = check_transformed(j, b, error);
    }
done:
    free(b->base);
    free(b->failed);
    free(b->lon);
    free(b->lat);
    return code;
}

/* The rows of a layer stand in the order of its sources; each may have a CRS of its own. */
static tp_code reproject_layer(job *j, tp_error *error) {
    tp_layer *layer = j->rows.layer;
    tp_code code = TP_OK;
    bool points = layer->geometry == TP_GEOMETRY_POINT;
    j->x = points ? layer->lon_deg : layer->shapes.x;
    j->y = points ? layer->lat_deg : layer->shapes.y;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK;) {
        int32_t number = layer->source[row];
        tp_source *source = number < 0 ? NULL : &j->rows.dataset->sources[number];
        batch b = {.first_row = row, .crs = layer->crs};
        if (source != NULL && source->crs_definition != NULL) {
            b.crs = source->crs_definition;
        }
        while (row < layer->n_rows && layer->source[row] == number) {
            row++;
        }
        b.end_row = row;
        int64_t first, end, ignored;
        row_points(layer, b.first_row, &first, &ignored);
        row_points(layer, b.end_row - 1, &ignored, &end);
        b.first_point = first;
        b.n_points = end - first;
        code = b.crs == NULL ? tp_error_set(error, TP_E_INTERNAL, "layer %s has no CRS", layer->name)
                             : reproject_batch(j, &b, source, error);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error) {
    const options *wanted = step->options.values;
    job j = {.swap = wanted->swap, .threads = tp_prepare_threads(run->threads), .finest_m = run->finest_m};
    tp_code code = tp_rows_begin(dataset, wanted->layer, &j.rows, error);
    if (code == TP_OK && j.rows.layer->geometry == TP_GEOMETRY_NONE) {
        goto done;
    }
    if (code == TP_OK && dataset->geographic_crs == NULL) {
        code = tp_error_set(error, TP_E_INTERNAL, "the run has no geographic CRS");
    }
    if (code == TP_OK) {
        code = reproject_layer(&j, error);
    }
    if (code == TP_OK) {
        code = tp_rows_apply(&j.rows, error);
    }
    if (code == TP_OK) {
        free(j.rows.layer->crs);
        j.rows.layer->crs = tp_text_copy(dataset->geographic_crs);
        code = j.rows.layer->crs == NULL ? tp_error_memory(error) : TP_OK;
    }
done:
    tp_rows_end(&j.rows);
    return code;
}

const tp_stage tp_stage_reproject = {
    .name = "reproject",
    .phase = TP_PREPARE,
    .purpose = "brings a layer into longitude and latitude of the run's geographic CRS; mends swapped ones",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(options),
    .main_key = "layer",
    .as_key = "layer",
    .for_every_layer = true,
    .run = run,
};
