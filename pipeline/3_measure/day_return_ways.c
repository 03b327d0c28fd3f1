/* The ways of a place to the metros and back: see day_return.h. */
#include "day_return.h"

#include <math.h>

bool tp_day_by_network(const tp_measure *measure, int64_t row) {
    const tp_day *day = measure->detail;
    return day->travel.transport != NULL && day->travel.joins[row].way >= 0;
}

/* The metros that are there (finite totals), the smallest total first; the order of the metros breaks ties. */
static int order_metros(const double total[TP_METROS], int most, int order[TP_METROS]) {
    bool told[TP_METROS] = {false};
    int n = 0;
    while (n < most) {
        int next = -1;
        for (int metro = 0; metro < TP_METROS; metro++) {
            if (!told[metro] && isfinite(total[metro]) && (next < 0 || total[metro] < total[next])) {
                next = metro;
            }
        }
        if (next < 0) {
            break;
        }
        told[next] = true;
        order[n++] = next;
    }
    return n;
}

/* ---- by the network ---- */

/* The number of a layer among those measured to. */
static int32_t number_of(const tp_measure *measure, const tp_layer *layer) {
    size_t i = 0;
    while (i < measure->n_to && measure->to[i] != layer) {
        i++;
    }
    return (int32_t)i;
}

static int ways_by_network(const tp_measure *measure, int64_t row, int most, tp_day_way ways[TP_METROS]) {
    const tp_day *day = measure->detail;
    tp_journey journeys[TP_METROS];
    double total_ms[TP_METROS];
    int order[TP_METROS];
    tp_journeys_of(&day->journeys, &day->travel.joins[row], journeys);
    for (int metro = 0; metro < TP_METROS; metro++) {
        const tp_journey *journey = &journeys[metro];
        bool there = journey->out != NULL && journey->back != NULL;
        total_ms[metro] = there ? (double)journey->out_ms + journey->back_ms : INFINITY;
    }
    int n = order_metros(total_ms, most, order);
    for (int i = 0; i < n; i++) {
        const tp_journey *journey = &journeys[order[i]];
        ways[i] = (tp_day_way){.metro = order[i],
                               .layer = number_of(measure, journey->out->layer),
                               .row = journey->out->row,
                               .minutes = tp_travel_minutes(journey->out_ms - journey->out->rest_ms),
                               .distance_m = (double)NAN,
                               .out_min = tp_travel_minutes(journey->out_ms),
                               .back_min = tp_travel_minutes(journey->back_ms),
                               .out = journey->out,
                               .back = journey->back};
    }
    return n;
}

/* ---- by the tables ---- */

/* A place that looks for hubs, with those about as far along their axis as it is. */
typedef struct look {
    const tp_day *day;
    double lon_deg, lat_deg, xyz_m[3];
    double per_m;        /* minutes a metre */
    double far_m, far_2; /* no chord to a hub within reach is longer; its square */
    double bend;         /* 1 / (18 r^2), see most_minutes */
    size_t first;
} look;

static look look_round(const tp_measure *measure, int64_t row) {
    const tp_day *day = measure->detail;
    double r_m = day->ellipsoid.a_m * (1 - day->ellipsoid.f) * (1 - day->ellipsoid.f);
    look l = {.day = day, .lon_deg = measure->of->lon_deg[row], .lat_deg = measure->of->lat_deg[row]};
    tp_geocentric(&day->ellipsoid, l.lon_deg, l.lat_deg, l.xyz_m);
    l.per_m = tp_reach_minutes(&day->travel.reach, 1);
    l.far_m = tp_reach_limit_m(&day->travel.reach, day->access_min) * (1 + 1e-9) + 1e-3;
    l.far_2 = l.far_m * l.far_m;
    l.bend = 1 / (18 * r_m * r_m);
    size_t end = day->hubs.n_places;
    int axis = day->hubs.axis;
    while (l.first < end) { /* the first that is not too far back */
        size_t middle = l.first + (end - l.first) / 2;
        if (day->hubs.places[middle].xyz_m[axis] < l.xyz_m[axis] - l.far_m) {
            l.first = middle + 1;
        } else {
            end = middle;
        }
    }
    return l;
}

/* The next hub whose chord is not too long, from place *at on; NULL: no more. */
static inline const tp_hub_place *next_hub(const look *l, size_t *at, double *chord_m) {
    const tp_hubs *hubs = &l->day->hubs;
    const tp_hub_place *end = hubs->places + hubs->n_places;
    int axis = hubs->axis;
    double last_m = l->xyz_m[axis] + l->far_m;
    for (const tp_hub_place *place = hubs->places + *at; place < end && place->xyz_m[axis] <= last_m; place++) {
        double dx = place->xyz_m[0] - l->xyz_m[0], dy = place->xyz_m[1] - l->xyz_m[1];
        double dz = place->xyz_m[2] - l->xyz_m[2], square = dx * dx + dy * dy + dz * dz;
        if (square <= l->far_2) {
            *chord_m = sqrt(square);
            *at = (size_t)(place - hubs->places) + 1;
            return place;
        }
    }
    return NULL;
}

/* Minutes that the way over a chord takes at least, since no geodesic is shorter; a hair less, for all that is rounded. */
static inline double least_minutes(const look *l, double chord_m) {
    return (chord_m * (1 - 1e-9) - 1e-6) * l->per_m;
}

/*
 * Minutes that it takes at most. A geodesic bends in space nowhere more than the ellipsoid does, which is 1 / r with
 * r = a (1 - f)^2 along the meridian at the equator, and of all curves that bend no more the arc of a circle has the
 * shortest chord (A. Schur, Mathematische Annalen 83, 1921): so with x = chord / 2 r it is no longer than
 * 2 r asin x <= chord (1 + x^2 / 6 (1 - x^2)), which up to x = 1/2 is no more than chord (1 + 2 x^2 / 9).
 */
static inline double most_minutes(const look *l, double chord_m) {
    double more = l->bend * chord_m * chord_m;
    return more > 1.0 / 18 ? (double)INFINITY : (chord_m * (1 + more) * (1 + 1e-9) + 1e-6) * l->per_m;
}

/* The one hub that can be the best of all, where chords tell so; else NULL. */
static const tp_hub *only_hub(const look *l) {
    const tp_hub_place *nearest = NULL;
    double least_min = INFINITY, second_min = INFINITY, bound_min = INFINITY, chord_m;
    size_t at = l->first;
    for (const tp_hub_place *place; (place = next_hub(l, &at, &chord_m)) != NULL;) {
        double least = least_minutes(l, chord_m) + place->fixed_min, most = most_minutes(l, chord_m);
        if (least < least_min) {
            second_min = least_min;
            least_min = least;
            nearest = place;
        } else if (least < second_min) {
            second_min = least;
        }
        if (most <= l->day->access_min && most + place->fixed_min < bound_min) {
            bound_min = most + place->fixed_min;
        }
    }
    return second_min > bound_min ? &l->day->hubs.items[nearest->hub] : NULL;
}

/* For each metro a total that its best hub does not exceed; for the best of all, when only that is asked for. */
static void bound_totals(const look *l, int most, double bound_min[TP_METROS]) {
    double chord_m, least_min = INFINITY;
    size_t at = l->first;
    for (int metro = 0; metro < TP_METROS; metro++) {
        bound_min[metro] = INFINITY;
    }
    for (const tp_hub_place *place; (place = next_hub(l, &at, &chord_m)) != NULL;) {
        const tp_hub *hub = &l->day->hubs.items[place->hub];
        double minutes = most_minutes(l, chord_m);
        for (int metro = 0; metro < TP_METROS && minutes <= l->day->access_min; metro++) {
            bound_min[metro] = fmin(bound_min[metro], minutes + hub->fixed_min[metro]);
            least_min = fmin(least_min, bound_min[metro]);
        }
    }
    for (int metro = 0; metro < TP_METROS && most == 1; metro++) {
        bound_min[metro] = least_min;
    }
}

static bool may_be_best(const tp_hub *hub, double least_min, const double bound_min[TP_METROS]) {
    bool may = false;
    for (int metro = 0; metro < TP_METROS; metro++) {
        may = may || (isfinite(hub->fixed_min[metro]) && least_min + hub->fixed_min[metro] <= bound_min[metro]);
    }
    return may;
}

/* Reckons a hub exactly and keeps it for the metros to which it is the best so far, ties to the smaller id. */
static void try_hub(const look *l, const tp_hub *hub, tp_day_way best[TP_METROS]) {
    const tp_day *day = l->day;
    double distance_m = tp_geodesic_distance_m(&day->ellipsoid, l->lon_deg, l->lat_deg, hub->lon_deg, hub->lat_deg);
    double minutes = tp_reach_minutes(&day->travel.reach, distance_m);
    for (int metro = 0; metro < TP_METROS && minutes <= day->access_min; metro++) {
        double total_min = minutes + hub->fixed_min[metro];
        bool better = total_min < best[metro].out_min || (total_min == best[metro].out_min && hub < best[metro].hub);
        if (isfinite(total_min) && better) {
            best[metro] = (tp_day_way){.metro = metro,
                                       .layer = hub->layer,
                                       .row = hub->row,
                                       .minutes = minutes,
                                       .distance_m = distance_m,
                                       .out_min = total_min,
                                       .back_min = total_min,
                                       .hub = hub};
        }
    }
}

/* The best hub to each metro, or the best of all. Chords decide which hubs matter: a geodesic is asked for those. */
static void best_hubs(const look *l, int most, tp_day_way best[TP_METROS]) {
    const tp_hub *only = most == 1 ? only_hub(l) : NULL;
    double bound_min[TP_METROS], chord_m;
    size_t at = l->first;
    if (only != NULL) {
        try_hub(l, only, best);
        return;
    }
    bound_totals(l, most, bound_min);
    for (const tp_hub_place *place; (place = next_hub(l, &at, &chord_m)) != NULL;) {
        const tp_hub *hub = &l->day->hubs.items[place->hub];
        if (may_be_best(hub, least_minutes(l, chord_m), bound_min)) {
            try_hub(l, hub, best);
        }
    }
}

static int ways_by_tables(const tp_measure *measure, int64_t row, int most, tp_day_way ways[TP_METROS]) {
    const tp_day *day = measure->detail;
    tp_day_way best[TP_METROS];
    double total_min[TP_METROS];
    int order[TP_METROS];
    if (day->hubs.n_places == 0) {
        return 0;
    }
    for (int metro = 0; metro < TP_METROS; metro++) {
        best[metro].out_min = INFINITY;
    }
    look l = look_round(measure, row);
    best_hubs(&l, most, best);
    for (int metro = 0; metro < TP_METROS; metro++) {
        total_min[metro] = best[metro].out_min;
    }
    int n = order_metros(total_min, most, order);
    for (int i = 0; i < n; i++) {
        ways[i] = best[order[i]];
    }
    return n;
}

int tp_day_ways(const tp_measure *measure, int64_t row, int most, tp_day_way *ways) {
    return tp_day_by_network(measure, row) ? ways_by_network(measure, row, most, ways)
                                           : ways_by_tables(measure, row, most, ways);
}

int tp_day_links(const tp_measure *measure, int64_t row, tp_link *links) {
    const tp_day *day = measure->detail;
    tp_day_way ways[TP_METROS];
    int n = tp_day_ways(measure, row, TP_METROS, ways);
    for (int i = 0; i < n; i++) {
        double distance_m = ways[i].distance_m;
        if (ways[i].hub == NULL &&
            tp_journeys_length(&day->journeys, &day->travel.joins[row], ways[i].metro, &distance_m) != TP_OK) {
            return -1;
        }
        links[i] = (tp_link){.layer = ways[i].layer,
                             .note = ways[i].metro,
                             .row = ways[i].row,
                             .minutes = ways[i].minutes,
                             .distance_m = distance_m};
    }
    return n;
}
