/* Designated areas as polygons or discs, and the points in them: see overlap.h. */
#include "overlap.h"

#include "core/space/geos_union.h"
#include "technopolis/point_index.h"
#include "technopolis/polygon_index.h"
#include "technopolis/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- shapes ---- */

/* Rows of the municipalities that a list of codes such as "01213;01224" names; false where one is not found. */
static bool find_members(const tp_layer *municipalities, const char *codes, int64_t *rows, int64_t *n) {
    *n = 0;
    while (*codes != '\0') {
        size_t size = strcspn(codes, ";");
        int64_t found = -1;
        for (int64_t row = 0; row < municipalities->n_rows && found < 0; row++) {
            const char *id = tp_layer_id(municipalities, row);
            found = strlen(id) == size && memcmp(id, codes, size) == 0 ? row : -1;
        }
        if (size > 0 && (found < 0 || *n == municipalities->n_rows)) {
            return false;
        }
        if (size > 0) {
            rows[(*n)++] = found;
        }
        codes += size + (codes[size] == ';');
    }
    return *n > 0;
}

static tp_code unite_members(tp_overlap *o, const tp_layer *municipalities, const char *codes, tp_geos *geos,
                             tp_designated *area, tp_error *error) {
    int64_t n = 0, *rows = malloc(((size_t)municipalities->n_rows + 1) * sizeof *rows);
    tp_code code = rows == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && find_members(municipalities, codes, rows, &n)) {
        area->method = TP_AREA_MEMBERS;
        code = tp_shapes_add_row(&area->shape, error);
        if (code == TP_OK) {
            code = tp_geos_union(geos, &municipalities->shapes, rows, n, &area->shape, error);
        }
        area->area_km2 = code == TP_OK ? tp_geodesic_area_km2(&o->dataset->ellipsoid, &area->shape, 0) : NAN;
    }
    free(rows);
    return code;
}

static tp_code shape_area(tp_overlap *o, const tp_layer *municipalities, const tp_column *codes,
                          const tp_filter *trusted, tp_geos *geos, tp_designated *area, tp_error *error) {
    area->method = TP_AREA_DISC;
    area->area_km2 = NAN;
    if (o->designated->geometry == TP_GEOMETRY_POLYGON) {
        area->method = TP_AREA_POLYGON;
        area->area_km2 = tp_geodesic_area_km2(&o->dataset->ellipsoid, &o->designated->shapes, area->row);
        return tp_shapes_copy_row(&area->shape, &o->designated->shapes, area->row, error);
    }
    const char *text = codes == NULL || municipalities == NULL ? NULL : tp_column_text(codes, area->row);
    if (text == NULL || tp_filter_test(trusted, area->row) != TP_MET) {
        return TP_OK;
    }
    return unite_members(o, municipalities, text, geos, area, error);
}

/* ---- points ---- */

/* The points that a shape holds, through a layer of one row: the index knows no other form. */
static tp_code points_in_shape(const tp_overlap *o, const tp_shapes *shape, int64_t *found, int64_t *n,
                               tp_error *error) {
    tp_layer *one = NULL;
    tp_polygon_index *index = NULL;
    tp_code code = tp_layer_new("area", TP_GEOMETRY_POLYGON, &one, error);
    if (code == TP_OK) {
        code = tp_layer_add_rows(one, 1, error);
    }
    if (code == TP_OK) {
        code = tp_layer_add_column(one, "id", TP_TYPE_TEXT, "", "overlap", &one->id, error);
    }
    if (code == TP_OK) {
        code = tp_column_set_text(one->id, 0, "1", 1, error);
    }
    if (code == TP_OK) {
        code = tp_shapes_copy_row(&one->shapes, shape, 0, error);
    }
    if (code == TP_OK) {
        code = tp_polygon_index_new(one, &index, error);
    }
    for (int64_t row = 0; row < o->of->n_rows && code == TP_OK; row++) {
        if (tp_polygon_index_holds(index, 0, o->of->lon_deg[row], o->of->lat_deg[row])) {
            found[(*n)++] = row;
        }
    }
    tp_polygon_index_free(index);
    tp_layer_free(one);
    return code;
}

static int compare_rows(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static tp_code find_points(const tp_overlap *o, const tp_point_index *index, tp_designated *area, int64_t *found,
                           double *distance_m, tp_error *error) {
    tp_code code = TP_OK;
    if (area->method == TP_AREA_DISC) {
        area->n = tp_point_index_within(index, o->designated->lon_deg[area->row], o->designated->lat_deg[area->row],
                                        o->options->radius.value, found, distance_m, o->of->n_rows);
        qsort(found, (size_t)area->n, sizeof *found, compare_rows);
    } else {
        code = points_in_shape(o, &area->shape, found, &area->n, error);
    }
    int64_t n = 0;
    for (int64_t i = 0; i < area->n && code == TP_OK; i++) {
        if (o->counts[found[i]]) {
            found[n++] = found[i];
        }
    }
    area->n = n;
    if (code == TP_OK) {
        area->point = malloc(((size_t)area->n + 1) * sizeof *area->point);
        code = area->point == NULL ? tp_error_memory(error) : TP_OK;
    }
    for (int64_t i = 0; i < area->n && code == TP_OK; i++) {
        area->point[i] = found[i];
    }
    return code;
}

/* Where areas overlap a point counts in each; for a partition it goes to the nearest place, or to the first polygon. */
static void set_nearest(tp_overlap *o, double *least_m) {
    for (int64_t row = 0; row < o->of->n_rows; row++) {
        o->nearest_area[row] = -1;
        least_m[row] = INFINITY;
    }
    for (int64_t a = 0; a < o->n_areas; a++) {
        const tp_designated *area = &o->areas[a];
        for (int64_t i = 0; i < area->n; i++) {
            int64_t row = area->point[i];
            double d = o->designated->lon_deg == NULL
                           ? 0
                           : tp_geodesic_distance_m(&o->dataset->ellipsoid, o->designated->lon_deg[area->row],
                                                    o->designated->lat_deg[area->row], o->of->lon_deg[row],
                                                    o->of->lat_deg[row]);
            if (d < least_m[row]) {
                least_m[row] = d;
                o->nearest_area[row] = (int32_t)a;
            }
        }
    }
}

static tp_code fill_areas(tp_overlap *o, const tp_filter *trusted, tp_error *error) {
    tp_geos geos;
    tp_point_index *index = NULL;
    const tp_layer *municipalities = tp_dataset_layer(o->dataset, o->options->municipalities);
    const tp_column *codes = o->options->codes == NULL ? NULL : tp_layer_column(o->designated, o->options->codes);
    int64_t *found = malloc(((size_t)o->of->n_rows + 1) * sizeof *found);
    double *distance_m = malloc(((size_t)o->of->n_rows + 1) * sizeof *distance_m);
    if (found == NULL || distance_m == NULL || !tp_geos_begin(&geos)) {
        free(found);
        free(distance_m);
        return tp_error_memory(error);
    }
    codes = codes != NULL && codes->type != TP_TYPE_TEXT ? NULL : codes;
    municipalities = municipalities != NULL && municipalities->geometry != TP_GEOMETRY_POLYGON ? NULL : municipalities;
    tp_code code =
        tp_point_index_new(&o->dataset->ellipsoid, o->of->lon_deg, o->of->lat_deg, NULL, o->of->n_rows, &index, error);
    for (int64_t i = 0; i < o->n_areas && code == TP_OK; i++) {
        code = shape_area(o, municipalities, codes, trusted, &geos, &o->areas[i], error);
        if (code == TP_OK) {
            code = find_points(o, index, &o->areas[i], found, distance_m, error);
        }
    }
    if (code == TP_OK) {
        set_nearest(o, distance_m);
    }
    tp_point_index_free(index);
    tp_geos_end(&geos);
    free(found);
    free(distance_m);
    return code;
}

static tp_code open_filter(const char *text, const tp_layer *layer, tp_condition **condition, tp_filter **filter,
                           tp_error *error) {
    tp_code code = text == NULL ? TP_OK : tp_condition_parse(text, condition, error);
    return code == TP_OK && text != NULL ? tp_filter_new(*condition, layer, filter, error) : code;
}

tp_code tp_overlap_find_areas(tp_overlap *o, tp_error *error) {
    tp_condition *conditions[2] = {NULL, NULL};
    tp_filter *chosen = NULL, *trusted = NULL;
    o->areas = calloc((size_t)o->designated->n_rows + 1, sizeof *o->areas);
    o->nearest_area = malloc(((size_t)o->of->n_rows + 1) * sizeof *o->nearest_area);
    tp_code code = o->areas == NULL || o->nearest_area == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        code = open_filter(o->options->where, o->designated, &conditions[0], &chosen, error);
    }
    if (code == TP_OK) {
        code = open_filter(o->options->codes_where, o->designated, &conditions[1], &trusted, error);
    }
    for (int64_t row = 0; row < o->designated->n_rows && code == TP_OK; row++) {
        tp_verdict met = tp_filter_test(chosen, row);
        o->n_unknown += met == TP_UNKNOWN;
        if (met == TP_MET) {
            o->areas[o->n_areas++].row = row;
        }
    }
    o->some_areas = o->n_unknown > 0 ||
                    !tp_layer_holds(o->designated, conditions[0] == NULL ? o->designated->where : conditions[0]);
    if (code == TP_OK) {
        code = fill_areas(o, trusted, error);
    }
    tp_filter_free(chosen);
    tp_filter_free(trusted);
    tp_condition_free(conditions[0]);
    tp_condition_free(conditions[1]);
    return code;
}

/* ---- common area ---- */

/* GEOS intersects in longitude and latitude; what comes out is measured on the ellipsoid. */
static tp_code intersect(tp_geos *geos, const tp_shapes *a, int64_t row_a, const tp_shapes *b, int64_t row_b,
                         tp_shapes *common, tp_error *error) {
    tp_geos_parts parts_a = {0}, parts_b = {0};
    GEOSGeometry *all_a = NULL, *all_b = NULL, *both = NULL;
    tp_code code = tp_shapes_add_row(common, error);
    if (code == TP_OK && tp_geos_parts_make(geos, a, &row_a, 1, &parts_a) &&
        tp_geos_parts_make(geos, b, &row_b, 1, &parts_b)) {
        all_a = tp_geos_parts_collect(geos, &parts_a);
        all_b = tp_geos_parts_collect(geos, &parts_b);
        both = all_a == NULL || all_b == NULL ? NULL : GEOSIntersection_r(geos->context, all_a, all_b);
    }
    if (code == TP_OK) {
        code = both == NULL ? tp_error_set(error, TP_E_INTERNAL, "GEOS: %s", geos->message)
                            : tp_geos_add_polygons(geos, both, common, error);
    }
    GEOSGeom_destroy_r(geos->context, both);
    GEOSGeom_destroy_r(geos->context, all_a);
    GEOSGeom_destroy_r(geos->context, all_b);
    tp_geos_parts_reset(geos, &parts_a);
    tp_geos_parts_reset(geos, &parts_b);
    return code;
}

tp_code tp_overlap_common_km2(const tp_overlap *o, const tp_designated *area, int64_t cluster, double *common_km2,
                              tp_error *error) {
    const tp_shapes *hulls = &o->clusters->shapes;
    *common_km2 = NAN;
    if (area->method == TP_AREA_DISC || hulls->row_first[cluster] == hulls->row_first[cluster + 1]) {
        return TP_OK;
    }
    tp_geos geos;
    tp_shapes common = {0};
    if (!tp_geos_begin(&geos)) {
        return tp_error_memory(error);
    }
    tp_code code = intersect(&geos, &area->shape, 0, hulls, cluster, &common, error);
    if (code == TP_OK) {
        *common_km2 = tp_geodesic_area_km2(&o->dataset->ellipsoid, &common, 0);
    }
    tp_shapes_reset(&common);
    tp_geos_end(&geos);
    return code;
}
