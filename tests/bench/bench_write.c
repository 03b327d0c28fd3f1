/*
 * Writing a GeoPackage: 1,000,000 points with 12 columns, 300,000 lines of 10 vertices, 100,000 polygons of 20, with
 * the spatial index, by our sink and through GDAL's driver (fast: no), each in a process of its own so that memory can
 * be told. A peer that reads the same rows and writes them is ogr2ogr: see tests/bench/README.md.
 *
 *     bench_write FOLDER [points lines polygons [ours]]     ours: without GDAL's driver
 */
#include "5_write/sink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { N_FIELDS = 12, LINE = 10, RING = 20 };

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void give_up(const char *what, const tp_error *error) {
    fprintf(stderr, "bench_write: %s: %s\n", what, error->message);
    exit(1);
}

static uint64_t next(uint64_t *seed) {
    *seed += 0x9e3779b97f4a7c15U;
    uint64_t z = (*seed ^ (*seed >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *seed) {
    return (double)(next(seed) >> 11) / 9007199254740992.0;
}

static void make_fields(tp_field *fields) {
    static char names[N_FIELDS][8], none[] = "";
    for (int i = 0; i < N_FIELDS; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%d", i);
        fields[i] = (tp_field){.name = names[i], .unit = none, .help = none};
        fields[i].type = i < 4 ? TP_TYPE_TEXT : i < 8 ? TP_TYPE_INT64 : TP_TYPE_DOUBLE;
    }
}

static tp_code write_rows(tp_sink *sink, tp_geometry geometry, int64_t n, tp_error *error) {
    tp_field fields[N_FIELDS];
    make_fields(fields);
    const char *name = tp_geometry_text(geometry);
    tp_sink_layer layer = {
        .name = name, .title = name, .description = "", .geometry = geometry, .fields = fields, .n_fields = N_FIELDS};
    tp_shapes shapes = {0};
    double x[RING], y[RING];
    int n_vertices = geometry == TP_GEOMETRY_LINE ? LINE : RING;
    tp_code code = tp_sink_begin_layer(sink, &layer, error);
    if (code == TP_OK && geometry != TP_GEOMETRY_POINT) {
        code = tp_shapes_add_row(&shapes, error);
        code = code == TP_OK ? tp_shapes_add_part(&shapes, error) : code;
        memset(x, 0, sizeof x);
        memset(y, 0, sizeof y);
        code = code == TP_OK ? tp_shapes_add_ring(&shapes, x, y, n_vertices, error) : code;
    }
    uint64_t seed = 1;
    for (int64_t row = 0; code == TP_OK && row < n; row++) {
        char text[4][32];
        tp_cell cells[N_FIELDS] = {{0}};
        for (int i = 0; i < N_FIELDS; i++) {
            if (i < 4) {
                (void)snprintf(text[i], sizeof text[i], "place %lld of %d", (long long)row, i);
                cells[i].text = text[i];
            } else if (fields[i].type == TP_TYPE_INT64) {
                cells[i].i64 = row * i;
            } else {
                cells[i].f64 = (double)row * 0.1 * i;
            }
        }
        tp_shape shape = {.geometry = geometry,
                          .lon_deg = 129 + 16 * uniform(&seed),
                          .lat_deg = 31 + 14 * uniform(&seed),
                          .shapes = &shapes};
        for (int k = 0; geometry != TP_GEOMETRY_POINT && k < n_vertices; k++) {
            double turn = 2 * M_PI * (k % (RING - 1)) / (RING - 1);
            shapes.x[k] = shape.lon_deg + 0.01 * cos(turn);
            shapes.y[k] = shape.lat_deg + 0.01 * sin(turn);
        }
        code = tp_sink_row(sink, cells, &shape, error);
    }
    tp_shapes_reset(&shapes);
    return code == TP_OK ? tp_sink_end_layer(sink, error) : code;
}

/* One file in a process of its own: seconds and memory on standard output. */
static double run(bool fast, const char *path, tp_geometry geometry, int64_t n, double *memory_mb) {
    int ends[2];
    if (pipe(ends) != 0) {
        exit(1);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        tp_error error = {0};
        tp_sink *sink = NULL;
        double start = now_s();
        tp_code code = fast ? tp_sink_new_gpkg(path, "EPSG:6668", "EPSG:6668", &sink, &error)
                            : tp_sink_new_ogr(path, "EPSG:6668", "EPSG:6668", &sink, &error);
        code = code == TP_OK ? write_rows(sink, geometry, n, &error) : code;
        code = code == TP_OK ? tp_sink_commit(sink, &error) : code;
        if (code != TP_OK) {
            give_up(path, &error);
        }
        double seconds = now_s() - start;
        tp_sink_free(sink);
        if (write(ends[1], &seconds, sizeof seconds) != sizeof seconds) {
            exit(1);
        }
        exit(0);
    }
    double seconds = 0;
    struct rusage usage;
    int status;
    if (read(ends[0], &seconds, sizeof seconds) != sizeof seconds || wait4(child, &status, 0, &usage) != child) {
        exit(1);
    }
    close(ends[0]);
    close(ends[1]);
    *memory_mb = (double)usage.ru_maxrss / 1024;
    return seconds;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: bench_write FOLDER [points lines polygons [ours]]\n");
        return 2;
    }
    static const tp_geometry kinds[] = {TP_GEOMETRY_POINT, TP_GEOMETRY_LINE, TP_GEOMETRY_POLYGON};
    int64_t sizes[] = {1000000, 300000, 100000};
    printf("%-8s %9s  %8s %7s  %8s %7s  %5s\n", "rows of", "n", "ours s", "MB", "GDAL s", "MB", "ratio");
    for (int i = 0; i < 3; i++) {
        int64_t n = argc > 2 + i ? atoll(argv[2 + i]) : sizes[i];
        char path[2][1000];
        double seconds[2] = {0}, memory_mb[2] = {0};
        for (int fast = 1; fast >= (argc > 5); fast--) {
            (void)snprintf(path[fast], sizeof path[fast], "%s/%s_%s.gpkg", argv[1], tp_geometry_text(kinds[i]),
                           fast ? "ours" : "gdal");
            seconds[fast] = run(fast == 1, path[fast], kinds[i], n, &memory_mb[fast]);
        }
        printf("%-8s %9lld  %8.3f %7.0f  %8.3f %7.0f  %5.1f\n", tp_geometry_text(kinds[i]), (long long)n, seconds[1],
               memory_mb[1], seconds[0], memory_mb[0], seconds[0] / seconds[1]);
    }
    return 0;
}
