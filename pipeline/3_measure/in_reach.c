/* What is in reach of each row, handed to the measure that wants to know: see in_reach.h. */
#include "in_reach.h"

#include "apart.h"

#include <math.h>

typedef struct in_reach_work {
    tp_measure *measure;
    const tp_nearby *nearby;
    tp_apart apart;
    tp_in_reach_row row;
    void *user;
} in_reach_work;

static void measure_row(const in_reach_work *work, tp_nearby_room *room, int64_t row) {
    tp_measure *measure = work->measure;
    const tp_travel *travel = work->nearby->travel;
    tp_way_there there = tp_travel_there(travel, row);
    if (there == TP_THERE_NOT) {
        tp_measure_set_interval(measure, row, NAN, 0, 0, tp_travel_method(travel, row));
        return;
    }
    tp_in_reach reach = {.row = row, .n = tp_nearby_all(work->nearby, room, row), .found = room->found};
    if (there == TP_THERE_NETWORK) {
        reach.n_apart = tp_apart_count(&work->apart, measure->of, row, work->nearby->within_m);
    }
    work->row(work->user, &reach);
}

static tp_code measure_rows(const in_reach_work *work, tp_error *error) {
    int64_t n = work->measure->of->n_rows;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_nearby_room room = {0};
        lost = !tp_nearby_room_new(&room, work->nearby);
#pragma omp for schedule(dynamic, 256)
        for (int64_t row = 0; row < n; row++) {
            if (!lost) {
                measure_row(work, &room, row);
            }
        }
        tp_nearby_room_reset(&room);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

tp_code tp_in_reach_measure(tp_dataset *dataset, tp_measure *measure, const tp_facilities *facilities,
                            tp_travel *travel, tp_nearby *nearby, tp_in_reach_row row, void *user, tp_error *error) {
    in_reach_work work = {.measure = measure, .nearby = nearby, .row = row, .user = user};
    tp_code code = tp_travel_open(travel, dataset, measure, facilities, error);
    if (code == TP_OK) {
        code = tp_nearby_new(nearby, dataset, travel, measure, facilities, measure->within_min, error);
    }
    if (code == TP_OK) {
        code = tp_apart_open(&work.apart, travel, facilities, &dataset->ellipsoid, error);
    }
    if (code == TP_OK) {
        code = measure_rows(&work, error);
    }
    tp_apart_reset(&work.apart);
    return code;
}
