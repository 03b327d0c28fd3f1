/* What is in reach of each row, handed to the measure that wants to know: see in_reach.h. */
#include "in_reach.h"

#include "apart.h"
#include "link_rows.h"

#include <math.h>
#include <stdlib.h>

typedef struct in_reach_work {
    tp_measure *measure;
    const tp_travel *travel;
    tp_nearby nearby;
    tp_apart apart;
    tp_in_reach_row row;
    void *user;
    bool with_links;
    tp_link_rows links;
} in_reach_work;

/* False when there is no memory. */
static bool measure_row(in_reach_work *work, tp_nearby_room *room, int64_t row) {
    tp_measure *measure = work->measure;
    tp_way_there there = tp_travel_there(work->travel, row);
    if (there == TP_THERE_NOT) {
        tp_measure_set_interval(measure, row, NAN, 0, 0, tp_travel_method(work->travel, row));
        return true;
    }
    tp_in_reach reach = {.row = row};
    if (work->with_links) {
        reach.n = tp_nearby_of(&work->nearby, room, row);
        reach.near = room->near;
    } else {
        reach.n = tp_nearby_all(&work->nearby, room, row);
        reach.found = room->found;
    }
    if (there == TP_THERE_NETWORK) {
        reach.n_apart = tp_apart_count(&work->apart, measure->of, row, work->nearby.within_m);
    }
    tp_link *links = work->with_links ? tp_link_rows_room(&work->links) : NULL;
    if (work->with_links && links == NULL) {
        return false;
    }
    int n_links = work->row(work->user, &reach, links);
    if (links != NULL) {
        tp_link_rows_keep(&work->links, row, n_links);
    }
    return true;
}

static tp_code measure_rows(in_reach_work *work, tp_error *error) {
    int64_t n = work->measure->of->n_rows;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_nearby_room room = {0};
        lost = !tp_nearby_room_new(&room, &work->nearby);
#pragma omp for schedule(dynamic, 256)
        for (int64_t row = 0; row < n; row++) {
            lost = lost || !measure_row(work, &room, row);
        }
        tp_nearby_room_reset(&room);
    }
    if (lost || !work->with_links) {
        return lost ? tp_error_memory(error) : TP_OK;
    }
    tp_code code = tp_link_rows_pack(&work->links, error);
    tp_link_rows_reset(&work->links);
    return code;
}

tp_code tp_in_reach_measure(tp_dataset *dataset, tp_measure *measure, const tp_facilities *facilities,
                            tp_travel *travel, bool with_links, tp_in_reach_row row, void *user, tp_error *error) {
    in_reach_work work = {.measure = measure, .travel = travel, .row = row, .user = user, .with_links = with_links};
    tp_code code = with_links ? tp_link_rows_new(measure, &work.links, error) : TP_OK;
    if (code == TP_OK) {
        code = tp_travel_open(travel, dataset, measure, facilities, error);
    }
    if (code == TP_OK) {
        code = tp_nearby_new(&work.nearby, dataset, travel, measure, facilities, measure->within_min, error);
    }
    if (code == TP_OK) {
        code = tp_apart_open(&work.apart, travel, facilities, &dataset->ellipsoid, error);
    }
    if (code == TP_OK) {
        code = measure_rows(&work, error);
    }
    tp_nearby_reset(&work.nearby);
    tp_apart_reset(&work.apart);
    tp_link_rows_reset(&work.links);
    return code;
}
