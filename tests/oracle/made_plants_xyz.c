/*
 * Writes 300,000 made-up plants (made_plants.h, seed 1) as geocentric coordinates in metres, n x 3 doubles of this machine,
 * for programs that cluster in straight chords. Usage: made_plants_xyz FILE
 */
#include "made_plants.h"
#include "technopolis/geodesic.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 300000 };

int main(int argc, char **argv) {
    double *lon_deg = malloc(N * sizeof *lon_deg), *lat_deg = malloc(N * sizeof *lat_deg);
    FILE *file = argc == 2 ? fopen(argv[1], "wb") : NULL;
    tp_ellipsoid grs80;
    if (lon_deg == NULL || lat_deg == NULL || file == NULL) {
        fprintf(stderr, "usage: made_plants_xyz FILE\n");
        return 2;
    }
    tp_ellipsoid_init_grs80(&grs80);
    made_plants(1, N, lon_deg, lat_deg);
    size_t written = 0;
    for (int i = 0; i < N; i++) {
        double xyz_m[3];
        tp_geocentric(&grs80, lon_deg[i], lat_deg[i], xyz_m);
        written += fwrite(xyz_m, sizeof xyz_m, 1, file);
    }
    free(lon_deg);
    free(lat_deg);
    return fclose(file) == 0 && written == N ? 0 : 1;
}
