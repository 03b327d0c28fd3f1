/*
 * Times Gi* on the non-empty cells of a made-up Japan, on its full grid, and conditional permutations.
 *
 *   bench_hotspots make FOLDER             writes FOLDER/cells.csv (row, column, n) and FOLDER/full.bin (doubles)
 *   bench_hotspots cells FOLDER THREADS    reads cells.csv: neighbours, Gi* and Moran's I over all with its variance
 *   bench_hotspots full FOLDER THREADS     maps full.bin: the same on every cell
 *   bench_hotspots permute FOLDER THREADS [PERMUTATIONS]      of the cells
 *   bench_hotspots permute_full FOLDER THREADS [PERMUTATIONS] of the full grid
 *
 * The last four print seconds of work without reading, and a sum by which results can be compared.
 */
#include "technopolis/hotspot.h"
#include "technopolis/random.h"

#include <fcntl.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROWS = 1600, COLUMNS = 1420, N_TOWNS = 900, N_POINTS = 160000 };

typedef struct cells {
    int64_t n;
    int32_t *row, *column; /* NULL: every cell of the grid */
    double *x;
} cells;

static int fail(const char *what) {
    (void)fprintf(stderr, "bench_hotspots: %s\n", what);
    exit(1);
}

static void *make_room(size_t n, size_t size) {
    void *memory = calloc(n, size);
    return memory != NULL ? memory : (fail("out of memory"), NULL);
}

static FILE *open_in(const char *folder, const char *name, const char *mode) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    return file != NULL ? file : (fail(path), NULL);
}

/* A third of the points anywhere, the others around towns of all sizes. */
static void make(const char *folder) {
    double *grid = make_room((size_t)ROWS * COLUMNS, sizeof *grid);
    for (uint32_t i = 0; i < N_POINTS; i++) {
        tp_random random = tp_random_of(1, 1, i);
        bool anywhere = tp_random_below(&random, 3) == 0;
        double u = tp_random_uniform(&random), row = ROWS * tp_random_uniform(&random);
        double column = COLUMNS * tp_random_uniform(&random);
        if (!anywhere) {
            tp_random town = tp_random_of(1, 2, (uint32_t)(N_TOWNS * u));
            row = ROWS * tp_random_uniform(&town) + 6 * tp_random_normal(&random);
            column = COLUMNS * tp_random_uniform(&town) + 6 * tp_random_normal(&random);
        }
        if (row >= 0 && row < ROWS && column >= 0 && column < COLUMNS) {
            grid[(int64_t)row * COLUMNS + (int64_t)column]++;
        }
    }
    FILE *full = open_in(folder, "full.bin", "wb"), *some = open_in(folder, "cells.csv", "w");
    (void)fwrite(grid, sizeof *grid, (size_t)ROWS * COLUMNS, full);
    (void)fprintf(some, "row,column,n\n");
    int64_t n = 0;
    for (int64_t i = 0; i < (int64_t)ROWS * COLUMNS; i++) {
        if (grid[i] > 0) {
            (void)fprintf(some, "%d,%d,%.0f\n", (int)(i / COLUMNS), (int)(i % COLUMNS), grid[i]);
            n++;
        }
    }
    (void)fclose(full);
    (void)fclose(some);
    printf("%lld cells, full grid %d x %d = %d\n", (long long)n, ROWS, COLUMNS, ROWS * COLUMNS);
    free(grid);
}

static cells read_cells(const char *folder) {
    cells c = {0, make_room(N_POINTS, sizeof(int32_t)), make_room(N_POINTS, sizeof(int32_t)),
               make_room(N_POINTS, sizeof(double))};
    char line[128];
    FILE *file = open_in(folder, "cells.csv", "r");
    (void)fgets(line, sizeof line, file);
    while (fgets(line, sizeof line, file) != NULL &&
           sscanf(line, "%d,%d,%lf", &c.row[c.n], &c.column[c.n], &c.x[c.n]) == 3) {
        c.n++;
    }
    (void)fclose(file);
    return c;
}

static const size_t FULL_SIZE = sizeof(double) * ROWS * COLUMNS;

static cells map_full(const char *folder) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/full.bin", folder);
    int file = open(path, O_RDONLY);
    if (file < 0 || lseek(file, 0, SEEK_END) != (off_t)FULL_SIZE) {
        fail(path);
    }
    void *x = mmap(NULL, FULL_SIZE, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    (void)close(file);
    return x != MAP_FAILED ? (cells){(int64_t)ROWS * COLUMNS, NULL, NULL, x} : (fail(path), (cells){0});
}

static void work(const cells *c, int64_t permutations) {
    tp_neighbours neighbours = {0};
    tp_local_statistics statistics = {0};
    tp_span_rule queen = tp_span_queen();
    unsigned wanted = permutations > 0 ? TP_LOCAL_SUMS : 0;
    double start_s = omp_get_wtime(), sum = 0;
    tp_code code = c->row == NULL ? tp_neighbours_of_rectangle(0, ROWS, COLUMNS, &queen, &neighbours, NULL)
                                  : tp_neighbours_of_grid(c->row, c->column, c->n, &queen, &neighbours, NULL);
    if (code != TP_OK || tp_local_statistics_of(&neighbours, c->x, wanted, &statistics, NULL) != TP_OK) {
        fail("no statistics");
    }
    double mid_s = omp_get_wtime();
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (int64_t i = 0; i < c->n; i++) {
        sum += isnan(statistics.gi_z[i]) ? 0 : fabs(statistics.gi_z[i]);
    }
    printf("%.4f s, %lld cells, sum of |z| %.9g, Moran's I %.9g\n", mid_s - start_s, (long long)c->n, sum,
           statistics.global.i);
    if (permutations > 0) {
        double *p = make_room((size_t)c->n, sizeof *p);
        uint64_t *stream = make_room((size_t)c->n, sizeof *stream);
        for (int64_t i = 0; i < c->n; i++) {
            stream[i] = (uint64_t)i;
        }
        start_s = omp_get_wtime();
        if (tp_permutation_p(&neighbours, c->x, &statistics, stream, 1, permutations, TP_SIDE_TWO, p, NULL) != TP_OK) {
            fail("no permutations");
        }
        printf("%.2f s for %lld permutations, p[1000] %.6f\n", omp_get_wtime() - start_s, (long long)permutations,
               p[1000]);
        free(p);
        free(stream);
    }
    tp_local_statistics_reset(&statistics);
    tp_neighbours_reset(&neighbours);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        return fail("expected make|cells|full|permute|permute_full FOLDER [THREADS [PERMUTATIONS]]");
    }
    if (argc > 3) {
        omp_set_num_threads(atoi(argv[3]));
    }
    if (strcmp(argv[1], "make") == 0) {
        make(argv[2]);
        return 0;
    }
    bool full = strcmp(argv[1], "full") == 0 || strcmp(argv[1], "permute_full") == 0;
    cells c = full ? map_full(argv[2]) : read_cells(argv[2]);
    work(&c, strncmp(argv[1], "permute", 7) == 0 ? (argc > 4 ? atoll(argv[4]) : 999) : 0);
    free(c.row);
    free(c.column);
    if (full) {
        (void)munmap(c.x, FULL_SIZE);
    } else {
        free(c.x);
    }
    return 0;
}
