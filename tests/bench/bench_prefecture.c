/*
 * Times the polygon index on real weight: the polygon of each point of a CSV file, agreement with the polygon's name
 * that the file states, and every disagreement listed; then which polygons touch.
 *
 * Usage: bench_prefecture POLYGONS ID_COLUMN NAMES ID_COLUMN NAME_COLUMN POINTS STATED_COLUMN LON_COLUMN LAT_COLUMN
 *        [LIST_FILE [LIMIT_KM]]
 * LIMIT_KM (20): how far off a polygon a point may lie. Any files that GDAL opens (/vsizip/…, /vsigzip/…). Polygons of one id that follow each other are joined. NAMES gives
 * the name of each id, for instance geodata/prefectures.shp.
 */
#include "technopolis/polygon_index.h"
#include "technopolis/text.h"

#include <gdal.h>
#include <inttypes.h>
#include <math.h>
#include <ogr_api.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void stop(const char *what) {
    fprintf(stderr, "bench_prefecture: %s\n", what);
    exit(1);
}

static void check(tp_code code, const tp_error *error) {
    if (code != TP_OK) {
        stop(error->message);
    }
}

static double peak_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static OGRLayerH open_layer(const char *path, GDALDatasetH *file) {
    *file = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    if (*file == NULL) {
        stop(path);
    }
    return GDALDatasetGetLayer(*file, 0);
}

static int field_of(OGRLayerH layer, const char *name) {
    int field = OGR_L_FindFieldIndex(layer, name, TRUE);
    if (field < 0) {
        stop(name);
    }
    return field;
}

static void add_polygon(tp_shapes *shapes, OGRGeometryH polygon, tp_error *error) {
    check(tp_shapes_add_part(shapes, error), error);
    for (int r = 0; r < OGR_G_GetGeometryCount(polygon); r++) {
        OGRGeometryH ring = OGR_G_GetGeometryRef(polygon, r);
        int n = OGR_G_GetPointCount(ring);
        double *xy = malloc(sizeof *xy * 2 * (size_t)(n > 0 ? n : 1));
        if (xy == NULL) {
            stop("out of memory");
        }
        OGR_G_GetPoints(ring, xy, sizeof *xy, xy + n, sizeof *xy, NULL, 0);
        check(tp_shapes_add_ring(shapes, xy, xy + n, n, error), error);
        free(xy);
    }
}

static void add_geometry(tp_shapes *shapes, OGRGeometryH geometry, tp_error *error) {
    if (OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) == wkbPolygon) {
        add_polygon(shapes, geometry, error);
        return;
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(geometry); i++) {
        add_geometry(shapes, OGR_G_GetGeometryRef(geometry, i), error);
    }
}

/* All polygons, features with one id following each other joined in one row. */
static tp_layer *read_polygons(const char *path, const char *id_name) {
    tp_error error = {0};
    tp_layer *layer = NULL;
    GDALDatasetH file;
    OGRLayerH source = open_layer(path, &file);
    int id_field = field_of(source, id_name);
    check(tp_layer_new("polygons", TP_GEOMETRY_POLYGON, &layer, &error), &error);
    check(tp_layer_add_column(layer, "id", TP_TYPE_TEXT, "", "file", &layer->id, &error), &error);
    check(tp_layer_add_column(layer, "label", TP_TYPE_TEXT, "", "file", &layer->label, &error), &error);
    for (OGRFeatureH f = OGR_L_GetNextFeature(source); f != NULL; f = OGR_L_GetNextFeature(source)) {
        const char *id = OGR_F_GetFieldAsString(f, id_field);
        OGRGeometryH geometry = OGR_F_GetGeometryRef(f);
        if (layer->n_rows == 0 || strcmp(tp_layer_id(layer, layer->n_rows - 1), id) != 0) {
            check(tp_layer_add_rows(layer, 1, &error), &error);
            check(tp_column_set_text(layer->id, layer->n_rows - 1, id, strlen(id), &error), &error);
            check(tp_shapes_add_row(&layer->shapes, &error), &error);
        }
        if (geometry != NULL) {
            add_geometry(&layer->shapes, geometry, &error);
        }
        OGR_F_Destroy(f);
    }
    GDALClose(file);
    return layer;
}

/* Labels each row with the name that another file gives its id. */
static void read_names(const char *path, const char *id_name, const char *label_name, tp_layer *layer) {
    tp_error error = {0};
    GDALDatasetH file;
    OGRLayerH source = open_layer(path, &file);
    int id_field = field_of(source, id_name), label_field = field_of(source, label_name);
    for (OGRFeatureH f = OGR_L_GetNextFeature(source); f != NULL; f = OGR_L_GetNextFeature(source)) {
        const char *id = OGR_F_GetFieldAsString(f, id_field), *label = OGR_F_GetFieldAsString(f, label_field);
        for (int64_t row = 0; row < layer->n_rows; row++) {
            if (strcmp(tp_layer_id(layer, row), id) == 0) {
                check(tp_column_set_text(layer->label, row, label, strlen(label), &error), &error);
            }
        }
        OGR_F_Destroy(f);
    }
    GDALClose(file);
}

typedef struct places {
    int64_t n, capacity;
    double *lon, *lat;
    char **stated;
    int64_t *row;
} places;

static void read_places(const char *path, const char *stated, const char *lon, const char *lat, places *p) {
    GDALDatasetH file;
    OGRLayerH source = open_layer(path, &file);
    int f_stated = field_of(source, stated), f_lon = field_of(source, lon), f_lat = field_of(source, lat);
    for (OGRFeatureH f = OGR_L_GetNextFeature(source); f != NULL; f = OGR_L_GetNextFeature(source)) {
        if (p->n == p->capacity) {
            p->capacity = p->capacity == 0 ? 1024 : p->capacity * 2;
            p->lon = realloc(p->lon, sizeof *p->lon * (size_t)p->capacity);
            p->lat = realloc(p->lat, sizeof *p->lat * (size_t)p->capacity);
            p->stated = realloc(p->stated, sizeof *p->stated * (size_t)p->capacity);
            if (p->lon == NULL || p->lat == NULL || p->stated == NULL) {
                stop("out of memory");
            }
        }
        p->lon[p->n] = OGR_F_GetFieldAsDouble(f, f_lon);
        p->lat[p->n] = OGR_F_GetFieldAsDouble(f, f_lat);
        p->stated[p->n++] = tp_text_copy(OGR_F_GetFieldAsString(f, f_stated));
        OGR_F_Destroy(f);
    }
    GDALClose(file);
    p->row = malloc(sizeof *p->row * (size_t)(p->n > 0 ? p->n : 1));
    if (p->row == NULL) {
        stop("out of memory");
    }
}

static void list_disagreements(const tp_layer *layer, const tp_polygon_index *index, const places *p, double limit_m,
                               FILE *list) {
    int64_t agree = 0, differ = 0, outside = 0, found = 0;
    double worst_m = 0;
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    if (list != NULL) {
        fprintf(list, "line,lon,lat,stated,polygon,nearest,distance_m\n");
    }
    double start_s = omp_get_wtime();
    for (int64_t i = 0; i < p->n; i++) {
        if (p->row[i] >= 0 && strcmp(p->stated[i], tp_layer_label(layer, p->row[i])) == 0) {
            agree++;
            continue;
        }
        double distance_m = 0;
        int64_t nearest = -1;
        if (p->row[i] < 0) {
            nearest = tp_polygon_index_nearest(index, &grs80, p->lon[i], p->lat[i], limit_m, &distance_m);
            distance_m = nearest < 0 ? 0 : distance_m;
            found += nearest >= 0;
            worst_m = fmax(worst_m, distance_m);
            outside++;
        } else {
            differ++;
        }
        if (list != NULL) {
            fprintf(list, "%" PRId64 ",%.8f,%.8f,%s,%s,%s,%.3f\n", i + 2, p->lon[i], p->lat[i], p->stated[i],
                    p->row[i] >= 0 ? tp_layer_label(layer, p->row[i]) : "",
                    nearest >= 0 ? tp_layer_label(layer, nearest) : "", distance_m);
        }
    }
    printf("agree %" PRId64 ", another polygon %" PRId64 ", outside all %" PRId64 "; of these %" PRId64
           " have a polygon within %.0f km, at most %.1f m off (%.3f s)\n",
           agree, differ, outside, found, limit_m / 1e3, worst_m, omp_get_wtime() - start_s);
}

static uint64_t sum_rows(const places *p) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < p->n; i++) {
        sum = sum * 31 + (uint64_t)(p->row[i] + 1);
    }
    return sum;
}

static void find_all(const tp_polygon_index *index, places *p) {
    for (int threads = 1; threads <= 2; threads++) {
        double start_s = omp_get_wtime();
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1024)
        for (int64_t i = 0; i < p->n; i++) {
            p->row[i] = tp_polygon_index_find(index, p->lon[i], p->lat[i]);
        }
        printf("find, %d thread(s): %.3f s for %" PRId64 " points\n", threads, omp_get_wtime() - start_s, p->n);
    }
}

static void touch_all(const tp_layer *layer, const tp_polygon_index *index) {
    double start_s = omp_get_wtime();
    int64_t pairs = 0, capacity = layer->n_rows, *rows = malloc(sizeof *rows * (size_t)(capacity > 0 ? capacity : 1));
    if (rows == NULL) {
        stop("out of memory");
    }
    for (int64_t row = 0; row < layer->n_rows; row++) {
        pairs += tp_polygon_index_touching(index, row, rows, capacity);
    }
    printf("touching: %" PRId64 " pairs in %.3f s\n", pairs / 2, omp_get_wtime() - start_s);
    free(rows);
}

int main(int argc, char **argv) {
    if (argc < 10) {
        fprintf(stderr, "usage: bench_prefecture POLYGONS ID_COLUMN NAMES ID_COLUMN NAME_COLUMN POINTS STATED_COLUMN "
                        "LON_COLUMN LAT_COLUMN [LIST_FILE [LIMIT_KM]]\n");
        return 2;
    }
    GDALAllRegister();
    tp_error error = {0};
    places p = {0};
    double start_s = omp_get_wtime();
    tp_layer *layer = read_polygons(argv[1], argv[2]);
    const tp_shapes *s = &layer->shapes;
    printf("read: %" PRId64 " rows, %" PRId64 " parts, %" PRId64 " rings, %" PRId64 " vertices in %.3f s\n", s->n_rows,
           s->n_parts, s->n_rings, s->n_vertices, omp_get_wtime() - start_s);
    read_names(argv[3], argv[4], argv[5], layer);
    read_places(argv[6], argv[7], argv[8], argv[9], &p);
    double before_mb = peak_mb();
    tp_polygon_index *index = NULL;
    start_s = omp_get_wtime();
    check(tp_polygon_index_new(layer, &index, &error), &error);
    printf("build: %.3f s, peak memory %.0f MB before, %.0f MB after\n", omp_get_wtime() - start_s, before_mb,
           peak_mb());
    find_all(index, &p);
    uint64_t sum = sum_rows(&p);
    start_s = omp_get_wtime();
    check(tp_polygon_index_prepare(index, p.n, &error), &error);
    printf("prepare for %" PRId64 " points: %.3f s, peak memory %.0f MB\n", p.n, omp_get_wtime() - start_s, peak_mb());
    find_all(index, &p);
    if (sum != sum_rows(&p)) {
        stop("prepared, the index answers otherwise");
    }
    FILE *list = argc > 10 ? fopen(argv[10], "w") : NULL;
    list_disagreements(layer, index, &p, argc > 11 ? atof(argv[11]) * 1e3 : 20e3, list);
    if (list != NULL) {
        fclose(list);
    }
    touch_all(layer, index);
    printf("peak memory: %.0f MB\n", peak_mb());
    tp_polygon_index_free(index);
    tp_layer_free(layer);
    for (int64_t i = 0; i < p.n; i++) {
        free(p.stated[i]);
    }
    free(p.stated);
    free(p.lon);
    free(p.lat);
    free(p.row);
    return 0;
}
