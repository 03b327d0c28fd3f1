/*
 * Times DBSCAN on made-up plants (2 km, 10 points), one thread and two, at several sizes, and writes what other programs
 * need to do the same (peers_dbscan.sh). Usage: bench_dbscan [N [XYZ_FILE]]
 * XYZ_FILE gets n x 3 geocentric coordinates in metres, doubles of this machine.
 */
#include "../support/made_plants.h"
#include "technopolis/cluster.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 7 };

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void stop(const char *what) {
    fprintf(stderr, "bench_dbscan: %s\n", what);
    exit(1);
}

static void time_size(const tp_ellipsoid *grs80, const double *lon, const double *lat, int64_t n, tp_metric metric) {
    for (int threads = 1; threads <= 2; threads++) {
        double s[REPEATS];
        tp_clustering found = {0};
        omp_set_num_threads(threads);
        for (int k = 0; k < REPEATS; k++) {
            double start_s = omp_get_wtime();
            if (tp_dbscan(grs80, lon, lat, NULL, n, 2000, 10, metric, &found, NULL) != TP_OK) {
                stop("out of memory");
            }
            s[k] = omp_get_wtime() - start_s;
            if (k < REPEATS - 1) {
                tp_clustering_reset(&found);
            }
        }
        int64_t n_core = 0, n_noise = 0;
        for (int64_t i = 0; i < n; i++) {
            n_core += found.core[i];
            n_noise += found.cluster[i] == TP_NOISE;
        }
        qsort(s, REPEATS, sizeof *s, compare_doubles);
        printf("%8lld points, %s, %d thread(s): %.4f s (%lld clusters, %lld core, %lld noise)\n", (long long)n,
               metric == TP_METRIC_CHORD ? "chord" : "geodesic", threads, s[REPEATS / 2], (long long)found.n_clusters,
               (long long)n_core, (long long)n_noise);
        tp_clustering_reset(&found);
    }
}

int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 300000;
    double *lon = malloc(sizeof *lon * (size_t)(4 * n)), *lat = malloc(sizeof *lat * (size_t)(4 * n));
    tp_ellipsoid grs80;
    tp_ellipsoid_init_grs80(&grs80);
    if (n < 1 || lon == NULL || lat == NULL) {
        fprintf(stderr, "usage: bench_dbscan [N [XYZ_FILE]]\n");
        return 2;
    }
    if (argc > 2) {
        FILE *file = fopen(argv[2], "wb");
        made_plants(1, n, lon, lat);
        for (int64_t i = 0; i < n && file != NULL; i++) {
            double xyz_m[3];
            tp_geocentric(&grs80, lon[i], lat[i], xyz_m);
            if (fwrite(xyz_m, sizeof xyz_m, 1, file) != 1) {
                stop("the file cannot be written");
            }
        }
        if (file == NULL || fclose(file) != 0) {
            stop("the file cannot be written");
        }
        time_size(&grs80, lon, lat, n, TP_METRIC_CHORD);
    }
    for (int64_t size = n / 4; size <= 4 * n; size *= argc > 2 ? 1000 : 4) {
        int64_t of = argc > 2 ? n : size;
        made_plants(1, of, lon, lat);
        time_size(&grs80, lon, lat, of, TP_METRIC_GEODESIC);
    }
    free(lon);
    free(lat);
    return 0;
}
