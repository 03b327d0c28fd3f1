/*
 * Times kernel density on 250 m cells over made-up Japanese plants. Usage: bench_kde [POINTS [BANDWIDTH_M [THREADS]]]
 * Prints, for both kernels, seconds, cells, and how much of the mass the cells hold.
 */
#include "technopolis/kernel.h"
#include "technopolis/random.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void scatter(int64_t n, double *lon_deg, double *lat_deg, double *weight) {
    for (int64_t i = 0; i < n; i++) {
        tp_random random = tp_random_of(1, 1, (uint32_t)i);
        double along = tp_random_uniform(&random), u = tp_random_uniform(&random);
        tp_random town = tp_random_of(1, 2, (uint32_t)(6000 * u));
        double at = i % 3 == 0 ? along : tp_random_uniform(&town), wide = i % 3 == 0 ? 0.6 : 0.05;
        double across = i % 3 == 0 ? 0 : 1.2 * (tp_random_uniform(&town) - 0.5);
        lon_deg[i] = 130.5 + 12 * at + wide * tp_random_normal(&random) + across;
        lat_deg[i] = 32 + 11 * at * at + wide * tp_random_normal(&random) + across / 2;
        weight[i] = 1;
    }
}

static int smooth(const tp_grid *grid, const double (*fraction)[2], const double *weight, int64_t n, tp_kernel kernel,
                  double bandwidth_m) {
    tp_surface surface = {0};
    tp_error error = {0};
    double start_s = omp_get_wtime(), mass = 0;
    if (tp_kernel_surface(grid, fraction, weight, n, kernel, bandwidth_m, &surface, &error) != TP_OK) {
        (void)fprintf(stderr, "bench_kde: %s\n", error.message);
        return 1;
    }
    double seconds = omp_get_wtime() - start_s;
    for (int64_t i = 0; i < surface.n; i++) {
        mass += surface.density[i] * tp_grid_area_km2(grid, surface.cell[i].row);
    }
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("%s %.0f m: %.3f s, %lld cells of 250 m, mass %.6f of 1, %ld MB\n",
           kernel == TP_KERNEL_QUARTIC ? "quartic" : "Gaussian", bandwidth_m, seconds, (long long)surface.n,
           mass / (double)n, usage.ru_maxrss / 1024);
    tp_surface_reset(&surface);
    return 0;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 300000;
    double bandwidth_m = argc > 2 ? atof(argv[2]) : 5000;
    tp_ellipsoid grs80;
    tp_grid *grid = NULL;
    omp_set_num_threads(argc > 3 ? atoi(argv[3]) : omp_get_max_threads());
    size_t size = (size_t)n * sizeof(double);
    double *lon = malloc(size), *lat = malloc(size), *weight = malloc(size), (*fraction)[2] = malloc(2 * size);
    tp_mesh_cell *cell = malloc((size_t)n * sizeof *cell);
    uint8_t *inside = malloc((size_t)n);
    int code = 1;
    tp_ellipsoid_init_grs80(&grs80);
    if (lon != NULL && lat != NULL && weight != NULL && fraction != NULL && cell != NULL && inside != NULL &&
        tp_grid_new_mesh(TP_MESH_250M, &grs80, &grid, NULL) == TP_OK) {
        scatter(n, lon, lat, weight);
        if (tp_grid_locate(grid, lon, lat, n, cell, fraction, inside, NULL) == TP_OK) {
            code = smooth(grid, (const double(*)[2])fraction, weight, n, TP_KERNEL_QUARTIC, bandwidth_m) +
                   smooth(grid, (const double(*)[2])fraction, weight, n, TP_KERNEL_GAUSSIAN, bandwidth_m / 2.5);
        }
    }
    tp_grid_free(grid);
    free(lon);
    free(lat);
    free(weight);
    free(fraction);
    free(cell);
    free(inside);
    return code;
}
