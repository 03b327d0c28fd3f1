/** Actors of several kinds, and how many of them stand together: the best place for a "ba", on foot. */
#ifndef TP_SPACE_ACTORS_H
#define TP_SPACE_ACTORS_H

#include "technopolis/geodesic.h"

/** The points of some layers, layer after layer; each layer is a kind. Initialise with `= {0}`. */
typedef struct tp_actors {
    int64_t n;
    double *lon_deg, *lat_deg;
    const tp_layer **layer;    /**< borrowed */
    int64_t *row;              /**< of its layer */
    uint8_t *kind;             /**< the number of the layer */
    int64_t *n_kinds, *n_near; /**< 0 until tp_actors_score: kinds and actors within the walk, itself counted */
} tp_actors;

/** Gathers the points of up to 64 layers. O(points). */
TP_NODISCARD tp_code tp_actors_gather(const tp_layer *const *layers, size_t n_layers, tp_actors *actors,
                                      tp_error *error);
void tp_actors_reset(tp_actors *actors);

/** Counts what is within `walk_m` (geodesic, inclusive) of each. In parallel; O(n log n + pairs). */
TP_NODISCARD tp_code tp_actors_score(const tp_ellipsoid *ellipsoid, double walk_m, tp_actors *actors, tp_error *error);

/** Whether a goes before b, b = -1 being none: more kinds, then more actors, then the bytewise smaller id. */
bool tp_actors_before(const tp_actors *actors, int64_t a, int64_t b);

#endif
