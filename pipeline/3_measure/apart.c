/* Facilities that do not join the network: see apart.h. */
#include "apart.h"

#include <math.h>
#include <stdlib.h>

tp_code tp_apart_open(tp_apart *apart, const tp_travel *travel, const tp_facilities *facilities,
                      const tp_ellipsoid *ellipsoid, tp_error *error) {
    if (travel->transport == NULL || travel->by != TP_BY_BEST || travel->n_left_out == 0) {
        return TP_OK;
    }
    uint8_t *off = calloc((size_t)facilities->n + 1, 1);
    if (off == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < facilities->n; i++) {
        off[i] = travel->to_joins[facilities->layer[i]][facilities->row[i]].way < 0;
        apart->n += off[i];
    }
    tp_facilities marked = *facilities; /* the same facilities, chosen by another mark */
    marked.maybe = off;
    tp_code code = tp_facility_index_new(ellipsoid, &marked, TP_MAYBE, &apart->index, error);
    free(off);
    return code;
}

void tp_apart_reset(tp_apart *apart) {
    tp_facility_index_reset(&apart->index);
    apart->n = 0;
}

double tp_apart_nearest_min(const tp_apart *apart, const tp_travel *travel, const tp_layer *of, int64_t row,
                            double within_min) {
    double distance_m = INFINITY;
    if (apart->n == 0 || tp_point_index_nearest(apart->index.points, of->lon_deg[row], of->lat_deg[row],
                                                tp_reach_limit_m(&travel->reach, within_min), &distance_m) < 0) {
        return INFINITY;
    }
    double minutes = tp_reach_minutes(&travel->reach, distance_m);
    return minutes <= within_min ? minutes : INFINITY;
}

int64_t tp_apart_count(const tp_apart *apart, const tp_layer *of, int64_t row, double within_m) {
    return apart->n == 0
               ? 0
               : tp_point_index_inside(apart->index.points, of->lon_deg[row], of->lat_deg[row], within_m, NULL, 0);
}
