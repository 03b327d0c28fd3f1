/* What is in reach of each row, handed to the measure that wants to know: see in_reach.h. */
#include "in_reach.h"

#include "apart.h"

#include <math.h>
#include <stdlib.h>

typedef struct in_reach_work {
    tp_measure *measure;
    const tp_travel *travel;
    tp_nearby nearby;
    tp_apart apart;
    tp_in_reach_row row;
    void *user;
    tp_link *links; /* TP_LINKS_MAX a row */
    uint8_t *n_links;
} in_reach_work;

static void measure_row(const in_reach_work *work, tp_nearby_room *room, int64_t row) {
    tp_measure *measure = work->measure;
    tp_way_there there = tp_travel_there(work->travel, row);
    if (there == TP_THERE_NOT) {
        tp_measure_set_interval(measure, row, NAN, 0, 0, tp_travel_method(work->travel, row));
        return;
    }
    tp_in_reach reach = {.row = row, .n = tp_nearby_of(&work->nearby, room, row), .near = room->near};
    if (there == TP_THERE_NETWORK) {
        reach.n_apart = tp_apart_count(&work->apart, work->travel, measure->of, row, measure->within_min);
    }
    tp_link *links = work->links == NULL ? NULL : work->links + row * TP_LINKS_MAX;
    int n_links = work->row(work->user, &reach, links);
    if (links != NULL) {
        work->n_links[row] = (uint8_t)n_links;
    }
}

static tp_code measure_rows(const in_reach_work *work, tp_error *error) {
    int64_t n = work->measure->of->n_rows;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_nearby_room room = {0};
        lost = !tp_nearby_room_new(&room, &work->nearby);
#pragma omp for schedule(dynamic, 256)
        for (int64_t row = 0; row < n; row++) {
            if (!lost) {
                measure_row(work, &room, row);
            }
        }
        tp_nearby_room_reset(&room);
    }
    if (lost || work->links == NULL) {
        return lost ? tp_error_memory(error) : TP_OK;
    }
    tp_code code = tp_measure_pack_links(work->measure, work->n_links, work->links, error);
    return code == TP_OK ? tp_travel_fill_lengths(work->travel, work->measure, error) : code;
}

tp_code tp_in_reach_measure(tp_dataset *dataset, tp_measure *measure, const tp_facilities *facilities,
                            tp_travel *travel, bool with_links, tp_in_reach_row row, void *user, tp_error *error) {
    size_t rows = with_links ? (size_t)measure->of->n_rows + 1 : 0;
    in_reach_work work = {.measure = measure,
                          .travel = travel,
                          .row = row,
                          .user = user,
                          .links = with_links ? malloc(sizeof(tp_link) * TP_LINKS_MAX * rows) : NULL,
                          .n_links = with_links ? calloc(rows, 1) : NULL};
    tp_code code = with_links && (work.links == NULL || work.n_links == NULL) ? tp_error_memory(error) : TP_OK;
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
    free(work.links);
    free(work.n_links);
    return code;
}
