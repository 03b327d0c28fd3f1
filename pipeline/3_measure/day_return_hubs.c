/* Hubs of a day return, and airports with their flights; stations are in day_return_rail.c. See day_return.h. */
#include "day_return.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const TP_METRO_NAMES[TP_METROS] = {"Tokyo", "Osaka", "Nagoya"};

void tp_hubs_reset(tp_hubs *hubs) {
    free(hubs->items);
    free(hubs->places);
    *hubs = (tp_hubs){0};
}

static int compare_hubs(const void *a, const void *b) {
    const tp_hub *left = a, *right = b;
    int order = strcmp(left->id, right->id);
    return order != 0 ? order : left->layer - right->layer;
}

void tp_hubs_sort(tp_hubs *hubs) {
    qsort(hubs->items, hubs->n, sizeof *hubs->items, compare_hubs);
}

/* Sorts the places along the geocentric axis along which their squared distances from the middle are largest. */
static int compare_along(const tp_hub_place *a, const tp_hub_place *b, int axis) {
    if (a->xyz_m[axis] != b->xyz_m[axis]) {
        return a->xyz_m[axis] < b->xyz_m[axis] ? -1 : 1;
    }
    return (a->hub > b->hub) - (a->hub < b->hub);
}

static int compare_x(const void *a, const void *b) {
    return compare_along(a, b, 0);
}

static int compare_y(const void *a, const void *b) {
    return compare_along(a, b, 1);
}

static int compare_z(const void *a, const void *b) {
    return compare_along(a, b, 2);
}

static void sort_places(tp_hubs *hubs) {
    static int (*const along[3])(const void *, const void *) = {compare_x, compare_y, compare_z};
    double most = -1;
    for (int axis = 0; axis < 3; axis++) {
        double middle = 0, spread = 0;
        for (size_t i = 0; i < hubs->n_places; i++) {
            middle += hubs->places[i].xyz_m[axis] / (double)hubs->n_places;
        }
        for (size_t i = 0; i < hubs->n_places; i++) {
            double away = hubs->places[i].xyz_m[axis] - middle;
            spread += away * away;
        }
        if (spread > most) {
            most = spread;
            hubs->axis = axis;
        }
    }
    qsort(hubs->places, hubs->n_places, sizeof *hubs->places, along[hubs->axis]);
}

tp_code tp_hubs_locate(tp_hubs *hubs, const tp_ellipsoid *ellipsoid, tp_error *error) {
    tp_hub_place *places = malloc((hubs->n + 1) * sizeof *places);
    if (places == NULL) {
        return tp_error_memory(error);
    }
    free(hubs->places);
    hubs->places = places;
    hubs->n_places = 0;
    for (size_t i = 0; i < hubs->n; i++) {
        const tp_hub *hub = &hubs->items[i];
        tp_hub_place *place = &places[hubs->n_places];
        *place = (tp_hub_place){.hub = i, .fixed_min = INFINITY};
        for (int metro = 0; metro < TP_METROS; metro++) {
            place->fixed_min = fmin(place->fixed_min, hub->fixed_min[metro]);
        }
        tp_geocentric(ellipsoid, hub->lon_deg, hub->lat_deg, place->xyz_m);
        hubs->n_places += isfinite(place->xyz_m[0]) && isfinite(place->xyz_m[1]) && isfinite(place->xyz_m[2]);
    }
    sort_places(hubs);
    return TP_OK;
}

int tp_metro_number(const char *name) {
    for (int metro = 0; name != NULL && metro < TP_METROS; metro++) {
        if (strcmp(name, TP_METRO_NAMES[metro]) == 0) {
            return metro;
        }
    }
    return -1;
}

bool tp_hubs_reserve(tp_hubs *hubs, int64_t more) {
    tp_hub *items = realloc(hubs->items, sizeof *items * (hubs->n + (size_t)more + 1));
    if (items != NULL) {
        hubs->items = items;
    }
    return items != NULL;
}

tp_hub tp_hub_at(const tp_layer *layer, int32_t number, int64_t row) {
    tp_hub hub = {.layer = number,
                  .row = row,
                  .id = tp_layer_id(layer, row),
                  .lon_deg = layer->lon_deg[row],
                  .lat_deg = layer->lat_deg[row]};
    for (int metro = 0; metro < TP_METROS; metro++) {
        hub.haul_min[metro] = hub.fixed_min[metro] = INFINITY;
    }
    return hub;
}

tp_code tp_hubs_add_air(tp_hubs *hubs, const tp_layer *airports, int32_t number, const tp_layer *flights,
                        const tp_journey_costs *costs, tp_error *error) {
    const tp_column *iata = tp_layer_column(flights, "iata"), *metro_column = tp_layer_column(flights, "metro");
    const tp_column *minutes = tp_layer_column(flights, "minutes");
    if (!tp_hubs_reserve(hubs, airports->n_rows)) {
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < airports->n_rows; row++) {
        tp_hub hub = tp_hub_at(airports, number, row);
        hub.air = true;
        bool any = false;
        for (int64_t flight = 0; flight < flights->n_rows; flight++) {
            const char *from = tp_column_text(iata, flight);
            int metro = tp_metro_number(tp_column_text(metro_column, flight));
            double haul;
            if (from == NULL || strcmp(from, hub.id) != 0 || metro < 0 || !tp_column_number(minutes, flight, &haul) ||
                haul < 0) {
                continue;
            }
            any = true;
            hub.haul_min[metro] = fmin(hub.haul_min[metro], haul);
            hub.fixed_min[metro] = costs->check_in_min + hub.haul_min[metro] + costs->air_egress_min;
        }
        if (any) {
            hubs->items[hubs->n++] = hub;
        }
    }
    return TP_OK;
}
