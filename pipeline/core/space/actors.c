/* Actors and how many stand together: see actors.h. */
#include "core/space/actors.h"

#include "technopolis/point_index.h"

#include <stdlib.h>
#include <string.h>

void tp_actors_reset(tp_actors *actors) {
    free(actors->lon_deg);
    free(actors->lat_deg);
    free(actors->layer);
    free(actors->row);
    free(actors->kind);
    free(actors->n_kinds);
    free(actors->n_near);
    *actors = (tp_actors){0};
}

tp_code tp_actors_gather(const tp_layer *const *layers, size_t n_layers, tp_actors *actors, tp_error *error) {
    size_t n = 1;
    for (size_t i = 0; i < n_layers; i++) {
        n += (size_t)layers[i]->n_rows;
    }
    actors->lon_deg = malloc(n * sizeof *actors->lon_deg);
    actors->lat_deg = malloc(n * sizeof *actors->lat_deg);
    actors->layer = malloc(n * sizeof(const tp_layer *));
    actors->row = malloc(n * sizeof *actors->row);
    actors->kind = malloc(n);
    actors->n_kinds = calloc(n, sizeof *actors->n_kinds);
    actors->n_near = calloc(n, sizeof *actors->n_near);
    if (actors->lon_deg == NULL || actors->lat_deg == NULL || actors->layer == NULL || actors->row == NULL ||
        actors->kind == NULL || actors->n_kinds == NULL || actors->n_near == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < n_layers; i++) {
        for (int64_t row = 0; row < layers[i]->n_rows; row++) {
            int64_t at = actors->n++;
            actors->lon_deg[at] = layers[i]->lon_deg[row];
            actors->lat_deg[at] = layers[i]->lat_deg[row];
            actors->layer[at] = layers[i];
            actors->row[at] = row;
            actors->kind[at] = (uint8_t)i;
        }
    }
    return TP_OK;
}

static void score_one(const tp_point_index *index, double walk_m, tp_actors *actors, int64_t i, int64_t *near,
                      double *near_m) {
    uint64_t kinds = 0;
    actors->n_near[i] =
        tp_point_index_within(index, actors->lon_deg[i], actors->lat_deg[i], walk_m, near, near_m, actors->n);
    for (int64_t k = 0; k < actors->n_near[i]; k++) {
        kinds |= (uint64_t)1 << actors->kind[near[k]];
    }
    for (actors->n_kinds[i] = 0; kinds != 0; kinds &= kinds - 1) {
        actors->n_kinds[i]++;
    }
}

tp_code tp_actors_score(const tp_ellipsoid *ellipsoid, double walk_m, tp_actors *actors, tp_error *error) {
    tp_point_index *index = NULL;
    tp_code code = tp_point_index_new(ellipsoid, actors->lon_deg, actors->lat_deg, NULL, actors->n, &index, error);
    if (code != TP_OK) {
        return code;
    }
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        int64_t *near = malloc(sizeof *near * ((size_t)actors->n + 1));
        double *near_m = malloc(sizeof *near_m * ((size_t)actors->n + 1));
        lost = near == NULL || near_m == NULL;
#pragma omp for schedule(dynamic, 64)
        for (int64_t i = 0; i < actors->n; i++) {
            if (!lost) {
                score_one(index, walk_m, actors, i, near, near_m);
            }
        }
        free(near);
        free(near_m);
    }
    tp_point_index_free(index);
    return lost ? tp_error_memory(error) : TP_OK;
}

bool tp_actors_before(const tp_actors *actors, int64_t a, int64_t b) {
    if (b < 0 || actors->n_kinds[a] != actors->n_kinds[b]) {
        return b < 0 || actors->n_kinds[a] > actors->n_kinds[b];
    }
    if (actors->n_near[a] != actors->n_near[b]) {
        return actors->n_near[a] > actors->n_near[b];
    }
    int order = strcmp(tp_layer_id(actors->layer[a], actors->row[a]), tp_layer_id(actors->layer[b], actors->row[b]));
    return order != 0 ? order < 0 : a < b;
}
