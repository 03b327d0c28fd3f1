/*
 * Times the nearest-point index: a given number of random places against random points over Japan, one thread and two,
 * beside the bare cost of one geodesic a place. Usage: bench_nearest [PLACES [POINTS [ANSWERS]]]
 * ANSWERS gets the number of each place's nearest point: 32-bit integers of this machine.
 */
#include "technopolis/point_index.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static void scatter(uint64_t seed, int64_t n, double *lon_deg, double *lat_deg) {
    for (int64_t i = 0; i < n; i++) {
        lon_deg[i] = 129 + 17 * ((double)(next_random(&seed) >> 11) * 0x1p-53);
        lat_deg[i] = 30 + 15 * ((double)(next_random(&seed) >> 11) * 0x1p-53);
    }
}

static double time_nearest(const tp_point_index *index, int64_t n, const double *lon_deg, const double *lat_deg,
                           int threads, double *sum_m) {
    double start_s = omp_get_wtime(), sum = 0;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1024) reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) {
        double distance_m;
        if (tp_point_index_nearest(index, lon_deg[i], lat_deg[i], INFINITY, &distance_m) >= 0) {
            sum += distance_m;
        }
    }
    *sum_m = sum;
    return omp_get_wtime() - start_s;
}

static double time_within(const tp_point_index *index, int64_t n, const double *lon_deg, const double *lat_deg,
                          double limit_m, double *mean_count) {
    double start_s = omp_get_wtime();
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t points[10];
        double distances_m[10];
        total += tp_point_index_within(index, lon_deg[i], lat_deg[i], limit_m, points, distances_m, 10);
    }
    *mean_count = (double)total / (double)n;
    return omp_get_wtime() - start_s;
}

static int write_answers(const tp_point_index *index, int64_t n, const double *lon_deg, const double *lat_deg,
                         const char *path) {
    FILE *file = fopen(path, "wb");
    bool written = file != NULL;
    for (int64_t i = 0; written && i < n; i++) {
        double distance_m;
        int32_t point = (int32_t)tp_point_index_nearest(index, lon_deg[i], lat_deg[i], INFINITY, &distance_m);
        written = fwrite(&point, sizeof point, 1, file) == 1;
    }
    if (file == NULL || fclose(file) != 0 || !written) {
        fprintf(stderr, "%s cannot be written\n", path);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 1000000, n_points = argc > 2 ? atoll(argv[2]) : 2000;
    double *lon = malloc(sizeof *lon * (size_t)(n + n_points)), *lat = malloc(sizeof *lat * (size_t)(n + n_points));
    tp_ellipsoid grs80;
    tp_point_index *index = NULL;
    tp_error error = {0};
    if (n < 1 || n_points < 1 || lon == NULL || lat == NULL) {
        fprintf(stderr, "usage: bench_nearest [PLACES [POINTS [ANSWERS]]]\n");
        return 2;
    }
    tp_ellipsoid_init_grs80(&grs80);
    scatter(1, n, lon, lat);
    scatter(2, n_points, lon + n, lat + n);
    double start_s = omp_get_wtime();
    if (tp_point_index_new(&grs80, lon + n, lat + n, NULL, n_points, &index, &error) != TP_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("build: %lld points in %.3f s\n", (long long)n_points, omp_get_wtime() - start_s);
    double sum_m = 0, mean_count = 0;
    start_s = omp_get_wtime();
    for (int64_t i = 0; i < n; i++) {
        sum_m += tp_geodesic_distance_m(&grs80, lon[i], lat[i], lon[n + i % n_points], lat[n + i % n_points]);
    }
    double bare_s = omp_get_wtime() - start_s;
    printf("one geodesic a place: %.3f s (%.0f ns)\n", bare_s, bare_s / (double)n * 1e9);
    for (int threads = 1; threads <= 2; threads++) {
        double s = time_nearest(index, n, lon, lat, threads, &sum_m);
        printf("nearest, %d thread(s): %.3f s for %lld places, %.2f times the bare geodesics, mean %.3f km\n", threads,
               s, (long long)n, s / bare_s, sum_m / (double)n / 1e3);
    }
    for (double limit_m = 20e3; limit_m <= 200e3; limit_m *= 10) {
        double s = time_within(index, n / 10, lon, lat, limit_m, &mean_count);
        printf("within %.0f km, 10 kept, 1 thread: %.3f s for %lld places, %.1f found on average\n", limit_m / 1e3, s,
               (long long)(n / 10), mean_count);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory: %.1f MB\n", (double)usage.ru_maxrss / 1024);
    int code = argc > 3 ? write_answers(index, n, lon, lat, argv[3]) : 0;
    tp_point_index_free(index);
    free(lon);
    free(lat);
    return code;
}
