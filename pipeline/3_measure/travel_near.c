/* What is in reach of each row, by the network or by the straight line, and how long the ways there are: see travel.h. */
#include "travel.h"

#include <math.h>
#include <stdlib.h>

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
        tp_search_rule rule = tp_travel_rule(travel, tp_travel_limit_ms(nearby->within_min));
        code = tp_matrix_of(travel->transport->network, &rule, travel->joins, nearby->of->n_rows, joins, facilities->n,
                            0, &nearby->matrix, error);
    }
    free(joins);
    return code;
}

tp_code tp_nearby_new(tp_nearby *nearby, const tp_dataset *dataset, const tp_travel *travel, const tp_measure *measure,
                      const tp_facilities *facilities, double within_min, tp_error *error) {
    *nearby = (tp_nearby){.travel = travel, .facilities = facilities, .of = measure->of, .within_min = within_min};
    tp_code code = tp_facility_index_new(&dataset->ellipsoid, facilities, TP_ALL, &nearby->index, error);
    if (code == TP_OK && travel->transport != NULL) {
        code = search_network(nearby, error);
    }
    return code;
}

void tp_nearby_reset(tp_nearby *nearby) {
    tp_facility_index_reset(&nearby->index);
    tp_matrix_reset(&nearby->matrix);
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
    size_t size = (size_t)nearby->facilities->n + 1;
    room->found = malloc(size * sizeof *room->found);
    room->distance_m = malloc(size * sizeof *room->distance_m);
    room->near = malloc(size * sizeof *room->near);
    room->inside_of = calloc(size, sizeof *room->inside_of);
    return room->found != NULL && room->distance_m != NULL && room->near != NULL && room->inside_of != NULL;
}

void tp_nearby_room_reset(tp_nearby_room *room) {
    free(room->found);
    free(room->distance_m);
    free(room->near);
    free(room->inside_of);
    *room = (tp_nearby_room){0};
}

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

static int64_t add_near(tp_nearby_room *room, int64_t row, int64_t n, tp_near near) {
    if (room->inside_of[near.facility] != row + 1) {
        room->near[n++] = near;
    }
    return n;
}

static int64_t add_by_line(const tp_nearby *nearby, tp_nearby_room *room, int64_t row, int64_t n) {
    const tp_reach *reach = &nearby->travel->reach;
    const tp_layer *of = nearby->of;
    int64_t n_found = tp_point_index_within(nearby->index.points, of->lon_deg[row], of->lat_deg[row],
                                            tp_reach_limit_m(reach, nearby->within_min), room->found, room->distance_m,
                                            nearby->facilities->n);
    for (int64_t i = 0; i < n_found; i++) {
        double minutes = tp_reach_minutes(reach, room->distance_m[i]);
        if (minutes <= nearby->within_min) {
            tp_near near = {nearby->index.facility[room->found[i]], minutes, room->distance_m[i], false};
            n = add_near(room, row, n, near);
        }
    }
    return n;
}

static int64_t add_by_network(const tp_nearby *nearby, tp_nearby_room *room, int64_t row, int64_t n) {
    const tp_matrix *matrix = &nearby->matrix;
    for (int64_t i = matrix->first[row]; i < matrix->first[row + 1]; i++) {
        const tp_pair *pair = &matrix->pair[i];
        tp_near near = {nearby->facility_of[pair->facility], tp_travel_minutes(pair->time_ms), (double)NAN, false};
        n = add_near(room, row, n, near);
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

tp_link tp_near_link(const tp_facilities *facilities, const tp_near *near) {
    return (tp_link){.layer = facilities->layer[near->facility],
                     .note = near->inside ? TP_LINK_INSIDE : -1,
                     .row = facilities->row[near->facility],
                     .minutes = near->minutes,
                     .distance_m = near->distance_m};
}

/* ---- how long the way is ---- */

/* A link whose length is wanted, with the place that it belongs to. */
typedef struct wanted {
    tp_link *link;
    int64_t row;
} wanted;

/* One facility's links: the paths of their places to it, or from it. */
static tp_code fill_facility(const tp_travel *travel, tp_search *search, tp_path *path, const wanted *list, int64_t n,
                             tp_error *error) {
    double farthest_min = 0;
    for (int64_t i = 0; i < n; i++) {
        farthest_min = fmax(farthest_min, list[i].link->minutes);
    }
    tp_search_rule rule = tp_travel_rule(travel, tp_travel_limit_ms(farthest_min));
    const tp_join *facility = &travel->to_joins[list[0].link->layer][list[0].link->row];
    tp_code code = tp_search_run_places(search, &rule, facility, 1, error);
    for (int64_t i = 0; i < n && code == TP_OK; i++) {
        bool reached = false;
        code = tp_search_place_path(search, &travel->joins[list[i].row], path, &reached, error);
        if (code == TP_OK && !reached) {
            code = tp_error_set(error, TP_E_INTERNAL, "a place that was reached has no path");
        }
        list[i].link->distance_m = path->length_m;
    }
    return code;
}

static tp_code fill_all(const tp_travel *travel, const wanted *list, const int64_t *first, int64_t n, tp_error *error) {
    tp_code code = TP_OK;
#pragma omp parallel
    {
        tp_error fault = {0};
        tp_search *search = NULL;
        tp_path path = {0};
        tp_code mine = tp_search_new(travel->transport->network, &search, &fault);
#pragma omp for schedule(dynamic, 1)
        for (int64_t i = 0; i < n; i++) {
            if (mine == TP_OK && first[i + 1] > first[i]) {
                mine = fill_facility(travel, search, &path, list + first[i], first[i + 1] - first[i], &fault);
            }
        }
        if (mine != TP_OK) {
#pragma omp critical(tp_travel_fault)
            code = tp_error_set(error, fault.code, "%s", fault.message);
        }
        tp_path_reset(&path);
        tp_search_free(search);
    }
    return code;
}

static bool wants_length(const tp_travel *travel, const tp_link *link, int64_t row) {
    return isnan(link->distance_m) && link->note != TP_LINK_INSIDE && tp_travel_there(travel, row) == TP_THERE_NETWORK;
}

/* Where the facilities of each layer begin, when those of all layers are numbered on; the number of all is returned. */
static int64_t number_facilities(const tp_measure *measure, int64_t *base) {
    int64_t n = 0;
    for (size_t i = 0; i < measure->n_to; i++) {
        base[i] = n;
        n += measure->to[i]->n_rows;
    }
    return n;
}

/* Files the links that want a length by their facilities: those of number f are list[first[f]] to list[first[f + 1]],
 * in the order of rows. `first` has n + 1 zeros. */
static tp_code file_wanted(const tp_travel *travel, tp_measure *measure, const int64_t *base, int64_t *first, int64_t n,
                           wanted **list, tp_error *error) {
    const int64_t n_rows = measure->of->n_rows;
    for (int64_t row = 0; row < n_rows; row++) {
        for (int64_t i = measure->link_first[row]; i < measure->link_first[row + 1]; i++) {
            const tp_link *link = &measure->links[i];
            first[base[link->layer] + link->row] += wants_length(travel, link, row);
        }
    }
    for (int64_t f = 0; f < n; f++) {
        first[f + 1] += first[f];
    }
    *list = malloc(((size_t)first[n] + 1) * sizeof **list);
    if (*list == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t row = n_rows - 1; row >= 0; row--) { /* backwards, so that each ends where it begins */
        for (int64_t i = measure->link_first[row + 1] - 1; i >= measure->link_first[row]; i--) {
            tp_link *link = &measure->links[i];
            if (wants_length(travel, link, row)) {
                (*list)[--first[base[link->layer] + link->row]] = (wanted){link, row};
            }
        }
    }
    return TP_OK;
}

tp_code tp_travel_fill_lengths(const tp_travel *travel, tp_measure *measure, tp_error *error) {
    if (travel->transport == NULL) {
        return TP_OK;
    }
    int64_t *base = malloc((measure->n_to + 1) * sizeof *base), *first = NULL;
    wanted *list = NULL;
    tp_code code = base == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK) {
        int64_t n = number_facilities(measure, base);
        first = calloc((size_t)n + 1, sizeof *first);
        code = first == NULL ? tp_error_memory(error) : file_wanted(travel, measure, base, first, n, &list, error);
        code = code != TP_OK || first[n] == 0 ? code : fill_all(travel, list, first, n, error);
    }
    free(base);
    free(first);
    free(list);
    return code;
}
