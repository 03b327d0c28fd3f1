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

/* A place that looks for hubs, with those about as far north as it is. */
typedef struct look {
    const tp_day *day;
    double lon_deg, lat_deg, xyz_m[3];
    double far_m; /* no chord to a hub within reach is longer */
    size_t first;
} look;

static look look_round(const tp_measure *measure, int64_t row) {
    const tp_day *day = measure->detail;
    look l = {.day = day, .lon_deg = measure->of->lon_deg[row], .lat_deg = measure->of->lat_deg[row]};
    tp_geocentric(&day->ellipsoid, l.lon_deg, l.lat_deg, l.xyz_m);
    l.far_m = tp_reach_limit_m(&day->travel.reach, day->access_min) * (1 + 1e-9) + 1e-3;
    size_t end = day->hubs.n_places;
    while (l.first < end) { /* the first that is not too far south */
        size_t middle = l.first + (end - l.first) / 2;
        if (day->hubs.places[middle].xyz_m[2] < l.xyz_m[2] - l.far_m) {
            l.first = middle + 1;
        } else {
            end = middle;
        }
    }
    return l;
}

/* The next hub whose chord is not too long, from place *at on; NULL: no more. */
static const tp_hub *next_hub(const look *l, size_t *at, double *chord_m) {
    const tp_hubs *hubs = &l->day->hubs;
    for (; *at < hubs->n_places && hubs->places[*at].xyz_m[2] <= l->xyz_m[2] + l->far_m; ++*at) {
        const double *xyz_m = hubs->places[*at].xyz_m;
        double dx = xyz_m[0] - l->xyz_m[0], dy = xyz_m[1] - l->xyz_m[1], dz = xyz_m[2] - l->xyz_m[2];
        double square = dx * dx + dy * dy + dz * dz;
        if (square <= l->far_m * l->far_m) {
            *chord_m = sqrt(square);
            return &hubs->items[hubs->places[(*at)++].hub];
        }
    }
    return NULL;
}

/* Minutes that the way over this chord takes at least: no geodesic is shorter than its chord. */
static double least_minutes(const tp_day *day, double chord_m) {
    return tp_reach_minutes(&day->travel.reach, chord_m * (1 - 1e-12) - 1e-6);
}

/*
 * Minutes that it takes at most. A geodesic bends in space nowhere more than the ellipsoid does, which is 1 / r with
 * r = a (1 - f)^2 along the meridian at the equator, and of all curves that bend no more the arc of a circle has the
 * shortest chord: so it is no longer than 2 r asin(chord / 2 r). The series of asin is cut, and its rest replaced by more.
 */
static double most_minutes(const tp_day *day, double chord_m) {
    double r_m = day->ellipsoid.a_m * (1 - day->ellipsoid.f) * (1 - day->ellipsoid.f), x = chord_m / (2 * r_m);
    double arc_m = x > 0.5 ? (double)INFINITY : 2 * r_m * (x + x * x * x / (6 * (1 - x * x)));
    return tp_reach_minutes(&day->travel.reach, arc_m * (1 + 1e-12) + 1e-6);
}

/* For each metro a total that its best hub does not exceed; for the best of all, when only that is asked for. */
static void bound_totals(const look *l, int most, double bound_min[TP_METROS]) {
    double chord_m, least_min = INFINITY;
    size_t at = l->first;
    for (int metro = 0; metro < TP_METROS; metro++) {
        bound_min[metro] = INFINITY;
    }
    for (const tp_hub *hub; (hub = next_hub(l, &at, &chord_m)) != NULL;) {
        double minutes = most_minutes(l->day, chord_m);
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

/* The best hub to each metro, ties to the smaller id. Chords decide which hubs matter: a geodesic is asked for those. */
static void best_hubs(const look *l, int most, tp_day_way best[TP_METROS]) {
    const tp_day *day = l->day;
    double bound_min[TP_METROS], chord_m;
    size_t at = l->first;
    bound_totals(l, most, bound_min);
    for (const tp_hub *hub; (hub = next_hub(l, &at, &chord_m)) != NULL;) {
        if (!may_be_best(hub, least_minutes(day, chord_m), bound_min)) {
            continue;
        }
        double distance_m = tp_geodesic_distance_m(&day->ellipsoid, l->lon_deg, l->lat_deg, hub->lon_deg, hub->lat_deg);
        double minutes = tp_reach_minutes(&day->travel.reach, distance_m);
        for (int metro = 0; metro < TP_METROS && minutes <= day->access_min; metro++) {
            double total_min = minutes + hub->fixed_min[metro];
            bool better =
                total_min < best[metro].out_min || (total_min == best[metro].out_min && hub < best[metro].hub);
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

int tp_day_links(const tp_measure *measure, int64_t row, tp_link links[TP_LINKS_MAX]) {
    const tp_day *day = measure->detail;
    tp_day_way ways[TP_METROS];
    int n = tp_day_ways(measure, row, TP_METROS, ways);
    for (int i = 0; i < n; i++) {
        bool by_network = ways[i].hub == NULL;
        links[i] = (tp_link){
            .layer = ways[i].layer,
            .note = ways[i].metro,
            .row = ways[i].row,
            .minutes = ways[i].minutes,
            .distance_m = by_network ? tp_journeys_length_m(&day->journeys, &day->travel.joins[row], ways[i].metro)
                                     : ways[i].distance_m};
    }
    return n;
}
