/* Reading who serves a place off the table: see technopolis/service.h. How it is made: service_build.c. */
#include "service_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void tp_service_free(tp_service *service) {
    if (service != NULL) {
        free(service->first);
        free(service->pair);
        free(service->length_m);
        free(service->on_way);
        free(service->way_served);
    }
    free(service);
}

int64_t tp_service_words(const tp_service *service) {
    return service->nearest ? 0 : service->n_groups / 64 + 1;
}

static bool leaves_places(const tp_service *service) {
    return service->rule.direction == TP_TO_FACILITY;
}

static bool was_seen(const uint64_t *seen, int32_t facility) {
    return seen[facility >> 6] >> (facility & 63) & 1;
}

static void mark_seen(uint64_t *seen, int32_t facility) {
    seen[facility >> 6] |= (uint64_t)1 << (facility & 63);
}

/* ---- the facilities on the place's own way ---- */

/* Those of its way are on_way[*first] to on_way[*end - 1]. */
static void find_on_way(const tp_service *service, int64_t way, int64_t *first, int64_t *end) {
    *first = *end = 0;
    if (way < 0 || !service->way_served[way]) {
        return;
    }
    int64_t low = 0, high = service->n_on_way;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (service->on_way[middle].join.way < way) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *first = low;
    while (low < service->n_on_way && service->on_way[low].join.way == way) {
        low++;
    }
    *end = low;
}

static uint32_t direct_ms(const tp_service *service, const tp_join *place, const tp_join *facility) {
    return leaves_places(service) ? tp_join_direct_ms(service->network, place, facility)
                                  : tp_join_direct_ms(service->network, facility, place);
}

/* The nearest along the way that was not seen yet; TP_BLANK when there is none. */
static uint64_t next_on_way(const tp_service_walk *walk, int64_t *found) {
    const tp_service *service = walk->service;
    uint64_t best = TP_BLANK;
    for (int64_t i = walk->way_first; i < walk->way_end; i++) {
        const tp_on_way *on_way = &service->on_way[i];
        if (walk->seen == NULL || !was_seen(walk->seen, on_way->group)) {
            uint32_t time_ms = direct_ms(service, walk->place, &on_way->join);
            uint64_t label = tp_label(time_ms, (uint32_t)on_way->group);
            if (time_ms <= service->rule.limit_ms && label < best) {
                best = label;
                *found = i;
            }
        }
    }
    return best;
}

/* ---- walking ---- */

/* Of the stretch between a place and the node next to it, off the road included. */
static double end_length_m(const tp_network *network, const tp_join *place, const tp_join_end *end, bool leaving) {
    double at_node = end->forward == leaving ? 1 : 0;
    return place->distance_m + network->ways.length_m[place->way] * fabs(place->fraction - at_node);
}

void tp_service_begin(tp_service_walk *walk, const tp_service *service, const tp_join *place, uint64_t *seen) {
    *walk = (tp_service_walk){.service = service, .place = place, .seen = service->nearest ? NULL : seen};
    if (walk->seen != NULL) {
        memset(seen, 0, (size_t)tp_service_words(service) * sizeof *seen);
    }
    tp_join_end ends[2];
    bool leaving = leaves_places(service);
    walk->n_ends = tp_join_ends(service->network, place, leaving, ends);
    for (int i = 0; i < walk->n_ends; i++) {
        walk->at[i] = service->first[ends[i].node];
        walk->end[i] = service->first[ends[i].node + 1];
        walk->offset_ms[i] = (uint64_t)place->off_road_ms + ends[i].time_ms;
        walk->offset_m[i] = end_length_m(service->network, place, &ends[i], leaving);
    }
    find_on_way(service, place->way, &walk->way_first, &walk->way_end);
}

/* The next that was not seen of the list of one node; TP_BLANK at its end, or where it passes the limit. */
static uint64_t next_of_node(tp_service_walk *walk, int i) {
    const tp_service *service = walk->service;
    while (walk->at[i] < walk->end[i]) {
        const tp_pair *pair = &service->pair[walk->at[i]];
        uint64_t time_ms = pair->time_ms + walk->offset_ms[i];
        if (time_ms > service->rule.limit_ms) {
            walk->at[i] = walk->end[i];
            break;
        }
        if (walk->seen == NULL || !was_seen(walk->seen, pair->facility)) {
            return time_ms << 32 | (uint32_t)pair->facility;
        }
        walk->at[i]++;
    }
    return TP_BLANK;
}

bool tp_service_next(tp_service_walk *walk, tp_served *served) {
    const tp_service *service = walk->service;
    int64_t on_way = -1;
    uint64_t best = walk->way_first < walk->way_end ? next_on_way(walk, &on_way) : TP_BLANK;
    int by = -1;
    for (int i = 0; i < walk->n_ends; i++) {
        uint64_t label = next_of_node(walk, i);
        if (label < best) {
            best = label;
            by = i;
        }
    }
    if (best == TP_BLANK) {
        return false;
    }
    *served = (tp_served){.facility = (int32_t)(best & UINT32_MAX), .time_ms = tp_label_ms(best)};
    if (by >= 0) {
        served->length_m = walk->offset_m[by] + service->length_m[walk->at[by]++];
    } else {
        const tp_join *place = walk->place, *facility = &service->on_way[on_way].join;
        served->length_m = place->distance_m + facility->distance_m +
                           service->network->ways.length_m[place->way] * fabs(place->fraction - facility->fraction);
    }
    if (walk->seen != NULL) {
        mark_seen(walk->seen, served->facility);
    } else { /* the nearest was it */
        walk->n_ends = 0;
        walk->way_end = walk->way_first;
    }
    return true;
}

int64_t tp_service_all(const tp_service *service, const tp_join *place, uint64_t *seen, int32_t *facilities) {
    tp_join_end ends[2];
    int n_ends = tp_join_ends(service->network, place, leaves_places(service), ends);
    int64_t n = 0, first, end;
    memset(seen, 0, (size_t)tp_service_words(service) * sizeof *seen);
    for (int i = 0; i < n_ends; i++) {
        uint64_t offset_ms = (uint64_t)place->off_road_ms + ends[i].time_ms, limit_ms = service->rule.limit_ms;
        uint64_t left_ms = offset_ms <= limit_ms ? limit_ms - offset_ms : 0;
        const tp_pair *pair = service->pair + service->first[ends[i].node];
        const tp_pair *last = offset_ms <= limit_ms ? service->pair + service->first[ends[i].node + 1] : pair;
        for (; pair < last && pair->time_ms <= left_ms; pair++) {
            facilities[n] = pair->facility; /* kept only where it is new */
            n += !was_seen(seen, pair->facility);
            mark_seen(seen, pair->facility);
        }
    }
    find_on_way(service, place->way, &first, &end);
    for (; first < end; first++) {
        const tp_on_way *on_way = &service->on_way[first];
        if (!was_seen(seen, on_way->group) && direct_ms(service, place, &on_way->join) <= service->rule.limit_ms) {
            facilities[n++] = on_way->group;
            mark_seen(seen, on_way->group);
        }
    }
    return n;
}
