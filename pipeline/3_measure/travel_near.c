/* What is in reach of each row, by the network or by the straight line: see travel.h. */
#include "travel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- who is near ---- */

/* The facilities in the order of their ranks, so that ties go to the smaller id. */
static tp_code search_network(tp_nearby *nearby, tp_error *error) {
    const tp_travel *travel = nearby->travel;
    const tp_facilities *facilities = nearby->facilities;
    size_t size = (size_t)facilities->n + 1;
    tp_join *joins = malloc(size * sizeof *joins);
    nearby->facility_of = malloc(size * sizeof *nearby->facility_of);
    tp_code code = joins == NULL || nearby->facility_of == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) {
        nearby->facility_of[facilities->rank[i]] = i;
        joins[facilities->rank[i]] = travel->to_joins[facilities->layer[i]][facilities->row[i]];
    }
    if (code == TP_OK) {
        tp_service_request request = {.network = travel->transport->network,
                                      .rule = tp_travel_rule(travel, tp_travel_limit_ms(nearby->within_min)),
                                      .places = travel->joins,
                                      .n_places = nearby->of->n_rows,
                                      .facilities = joins,
                                      .n_facilities = facilities->n};
        code = tp_service_new(&request, &nearby->service, error);
    }
    free(joins);
    return code;
}

tp_code tp_nearby_new(tp_nearby *nearby, const tp_dataset *dataset, const tp_travel *travel, const tp_measure *measure,
                      const tp_facilities *facilities, double within_min, tp_error *error) {
    *nearby = (tp_nearby){.travel = travel,
                          .facilities = facilities,
                          .of = measure->of,
                          .within_min = within_min,
                          .within_m = tp_reach_longest_m(&travel->reach, within_min)};
    tp_code code = tp_facility_index_new(&dataset->ellipsoid, facilities, TP_ALL, &nearby->index, error);
    if (code == TP_OK && travel->transport != NULL) {
        code = search_network(nearby, error);
    }
    return code;
}

void tp_nearby_reset(tp_nearby *nearby) {
    tp_facility_index_reset(&nearby->index);
    tp_service_free(nearby->service);
    free(nearby->facility_of);
    tp_held_reset(&nearby->inside);
    free(nearby->by_rank);
    *nearby = (tp_nearby){0};
}

tp_code tp_nearby_count_inside(tp_nearby *nearby, tp_error *error) {
    const tp_facilities *facilities = nearby->facilities;
    if (nearby->of->geometry != TP_GEOMETRY_POLYGON) {
        return TP_OK;
    }
    size_t size = (size_t)facilities->n + 1;
    double *lon_deg = malloc(2 * size * sizeof *lon_deg), *lat_deg = lon_deg + size;
    if (lon_deg == NULL) {
        return tp_error_memory(error);
    }
    nearby->by_rank = malloc(size * sizeof *nearby->by_rank);
    tp_code code = nearby->by_rank == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t i = 0; i < facilities->n && code == TP_OK; i++) { /* numbered by rank, so that ties go by id */
        nearby->by_rank[facilities->rank[i]] = i;
        lon_deg[facilities->rank[i]] = facilities->lon_deg[i];
        lat_deg[facilities->rank[i]] = facilities->lat_deg[i];
    }
    if (code == TP_OK) {
        code = tp_held_find(nearby->of, lon_deg, lat_deg, facilities->n, &nearby->inside, error);
    }
    free(lon_deg);
    return code;
}

bool tp_nearby_room_new(tp_nearby_room *room, const tp_nearby *nearby) {
    size_t n = (size_t)nearby->facilities->n + 1;
    size_t n_words = nearby->service != NULL ? (size_t)tp_service_words(nearby->service) : 0;
    size_t size = n * (sizeof *room->near + sizeof *room->found + sizeof *room->item + sizeof *room->distance_m +
                       sizeof *room->inside_of) +
                  n_words * sizeof *room->seen + n * sizeof *room->served;
    room->memory = malloc(size);
    if (room->memory == NULL) {
        return false;
    }
    room->near = room->memory;
    room->found = (int64_t *)(room->near + n);
    room->item = room->found + n;
    room->distance_m = (double *)(room->item + n);
    room->inside_of = (int64_t *)(room->distance_m + n);
    room->seen = (uint64_t *)(room->inside_of + n);
    room->served = (int32_t *)(room->seen + n_words);
    if (nearby->inside.first != NULL) {
        memset(room->inside_of, 0, n * sizeof *room->inside_of);
    }
    return true;
}

void tp_nearby_room_reset(tp_nearby_room *room) {
    free(room->memory);
    *room = (tp_nearby_room){0};
}

/* ---- in order ---- */

/* What is inside the row's polygon goes first; what was found there is not found again on the way. */
static int64_t add_inside(const tp_nearby *nearby, tp_nearby_room *room, int64_t row) {
    int64_t n = 0;
    for (int64_t i = nearby->inside.first[row]; i < nearby->inside.first[row + 1]; i++) {
        int64_t facility = nearby->by_rank[nearby->inside.point[i]];
        room->inside_of[facility] = row + 1;
        room->near[n++] = (tp_near){.facility = facility, .distance_m = (double)NAN, .inside = true};
    }
    return n;
}

static bool found_inside(const tp_nearby *nearby, const tp_nearby_room *room, int64_t row, int64_t facility) {
    return nearby->inside.first != NULL && room->inside_of[facility] == row + 1;
}

static int64_t add_by_line(const tp_nearby *nearby, tp_nearby_room *room, int64_t row, int64_t n) {
    const tp_layer *of = nearby->of;
    int64_t n_found = tp_point_index_within(nearby->index.points, of->lon_deg[row], of->lat_deg[row], nearby->within_m,
                                            room->item, room->distance_m, nearby->facilities->n);
    for (int64_t i = 0; i < n_found; i++) {
        int64_t facility = nearby->index.facility[room->item[i]];
        if (!found_inside(nearby, room, row, facility)) {
            double distance_m = room->distance_m[i];
            room->near[n++] =
                (tp_near){facility, tp_reach_minutes(&nearby->travel->reach, distance_m), distance_m, false};
        }
    }
    return n;
}

static int64_t add_by_network(const tp_nearby *nearby, tp_nearby_room *room, int64_t row, int64_t n) {
    tp_service_walk walk;
    tp_served served;
    tp_service_begin(&walk, nearby->service, &nearby->travel->joins[row], room->seen);
    while (tp_service_next(&walk, &served)) {
        int64_t facility = nearby->facility_of[served.facility];
        if (!found_inside(nearby, room, row, facility)) {
            room->near[n++] = (tp_near){facility, tp_travel_minutes(served.time_ms), served.length_m, false};
        }
    }
    return n;
}

int64_t tp_nearby_of(const tp_nearby *nearby, tp_nearby_room *room, int64_t row) {
    int64_t n = nearby->inside.first != NULL ? add_inside(nearby, room, row) : 0;
    switch (tp_travel_there(nearby->travel, row)) {
    case TP_THERE_STRAIGHT:
        return add_by_line(nearby, room, row, n);
    case TP_THERE_NETWORK:
        return add_by_network(nearby, room, row, n);
    case TP_THERE_NOT:
        break;
    }
    return n;
}

/* ---- in any order ---- */

static int64_t all_by_line(const tp_nearby *nearby, tp_nearby_room *room, int64_t row) {
    const tp_layer *of = nearby->of;
    int64_t n = tp_point_index_inside(nearby->index.points, of->lon_deg[row], of->lat_deg[row], nearby->within_m,
                                      room->found, nearby->facilities->n);
    for (int64_t i = 0; i < n; i++) {
        room->found[i] = nearby->index.facility[room->found[i]];
    }
    return n;
}

static int64_t all_by_network(const tp_nearby *nearby, tp_nearby_room *room, int64_t row) {
    int64_t n = tp_service_all(nearby->service, &nearby->travel->joins[row], room->seen, room->served);
    for (int64_t i = 0; i < n; i++) {
        room->found[i] = nearby->facility_of[room->served[i]];
    }
    return n;
}

int64_t tp_nearby_all(const tp_nearby *nearby, tp_nearby_room *room, int64_t row) {
    if (nearby->inside.first != NULL) {
        int64_t n = tp_nearby_of(nearby, room, row);
        for (int64_t i = 0; i < n; i++) {
            room->found[i] = room->near[i].facility;
        }
        return n;
    }
    switch (tp_travel_there(nearby->travel, row)) {
    case TP_THERE_STRAIGHT:
        return all_by_line(nearby, room, row);
    case TP_THERE_NETWORK:
        return all_by_network(nearby, room, row);
    case TP_THERE_NOT:
        break;
    }
    return 0;
}

tp_link tp_near_link(const tp_facilities *facilities, const tp_near *near) {
    return (tp_link){.layer = facilities->layer[near->facility],
                     .note = near->inside ? TP_LINK_INSIDE : -1,
                     .row = facilities->row[near->facility],
                     .minutes = near->minutes,
                     .distance_m = near->distance_m};
}
