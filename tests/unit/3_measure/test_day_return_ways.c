/*
 * The ways of a place by the tables, found by chords and bounds, against every hub reckoned by its geodesic: equal to the
 * last bit, in a country, over the whole of flat and round earths, with ties, and with places that have no position.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "3_measure/day_return.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N_HUBS = 120, N_ROWS = 200 };

static double next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

/* Where hubs and places lie, and how one gets to the hubs. */
typedef struct world {
    const char *name;
    double west, south, width, height;
    double flattening, speed_kmh, access_min;
    double most_min; /* of the times beyond the hubs, in steps of a twelfth of it; 0: all equal */
    bool on_a_grid;  /* positions in steps of a degree, so that there are ties */
} world;

static const world WORLDS[] = {
    {"a country", 128, 30, 18, 16, 1 / 298.257222101, 40, 120, 400, false},
    {"a country at leisure", 128, 30, 18, 16, 1 / 298.257222101, 40, 2880, 50, false},
    {"a town", 139.6, 35.6, 0.2, 0.2, 1 / 298.257222101, 40, 20, 8, false},
    {"the earth", -180, -90, 360, 180, 1 / 298.257222101, 1000, 2880, 60, false},
    {"a sphere", -180, -90, 360, 180, 0, 1000, 2880, 60, false},
    {"a flat earth", -180, -90, 360, 180, 0.1, 1000, 900, 60, false},
    {"a flat earth, not too far", -180, -90, 360, 180, 0.1, 1000, 400, 4000, false},
    {"a line to the north", 130, 20, 1e-3, 30, 1 / 298.257222101, 40, 60, 100, false},
    {"the equator", 100, 0, 50, 1e-3, 1 / 298.257222101, 40, 60, 100, false},
    {"over the date line", 175, -5, 12, 10, 1 / 298.257222101, 60, 300, 100, false},
    {"the north", -180, 88, 360, 2, 1 / 298.257222101, 60, 300, 100, false},
    {"a grid", 130, -3, 7, 6, 1 / 298.257222101, 100, 240, 60, true},
    {"a grid of equals", 130, -3, 7, 6, 1 / 298.257222101, 100, 240, 0, true},
};

static double somewhere(double from, double width, bool on_a_grid, uint64_t *seed) {
    double x = from + width * next_random(seed);
    return on_a_grid ? floor(x) : x;
}

typedef struct made {
    char ids[N_HUBS][8];
    tp_hub hubs[N_HUBS];
    double lon_deg[N_ROWS], lat_deg[N_ROWS];
    tp_layer of;
    tp_day day;
    tp_measure measure;
} made;

static void make(made *m, const world *w, uint64_t *seed) {
    memset(m, 0, sizeof *m);
    tp_ellipsoid_init(&m->day.ellipsoid, 6378137, w->flattening);
    for (int i = 0; i < N_HUBS; i++) {
        (void)snprintf(m->ids[i], sizeof m->ids[i], "h%d", (i * 37) % N_HUBS);
        tp_hub *hub = &m->hubs[i];
        *hub = (tp_hub){.layer = i % 2, .row = i, .id = m->ids[i]};
        hub->lon_deg = somewhere(w->west, w->width, w->on_a_grid, seed);
        hub->lat_deg = somewhere(w->south, w->height, w->on_a_grid, seed);
        if (i % 40 == 7) {
            hub->lat_deg = (double)NAN;
        }
        for (int metro = 0; metro < TP_METROS; metro++) {
            double fixed_min = w->most_min / 12 * floor(13 * next_random(seed));
            hub->fixed_min[metro] = next_random(seed) < 0.4 ? (double)INFINITY : fixed_min;
        }
    }
    m->day.hubs.items = m->hubs;
    m->day.hubs.n = N_HUBS;
    tp_hubs_sort(&m->day.hubs);
    assert_int_equal(tp_hubs_locate(&m->day.hubs, &m->day.ellipsoid, NULL), TP_OK);
    for (int row = 0; row < N_ROWS; row++) {
        m->lon_deg[row] = somewhere(w->west, w->width, w->on_a_grid, seed);
        m->lat_deg[row] = somewhere(w->south, w->height, w->on_a_grid, seed);
        if (row % 10 == 3 && !isnan(m->hubs[row % N_HUBS].lat_deg)) { /* at a hub, and opposite of one */
            m->lon_deg[row] = m->hubs[row % N_HUBS].lon_deg + (row % 20 == 3 ? 0 : 180);
            m->lat_deg[row] = m->hubs[row % N_HUBS].lat_deg * (row % 20 == 3 ? 1 : -1);
        }
        m->lon_deg[row] = row % 50 == 9 ? (double)NAN : m->lon_deg[row];
    }
    m->of = (tp_layer){.n_rows = N_ROWS, .lon_deg = m->lon_deg, .lat_deg = m->lat_deg};
    m->day.travel.reach = (tp_reach){w->speed_kmh, 1.3};
    m->day.access_min = w->access_min;
    m->measure.of = &m->of;
    m->measure.detail = &m->day;
}

/* Minutes to every hub. */
static void reckon_all(const made *m, int row, double minutes[N_HUBS]) {
    for (int i = 0; i < N_HUBS; i++) {
        double distance_m = tp_geodesic_distance_m(&m->day.ellipsoid, m->lon_deg[row], m->lat_deg[row],
                                                   m->hubs[i].lon_deg, m->hubs[i].lat_deg);
        minutes[i] = tp_reach_minutes(&m->day.travel.reach, distance_m);
    }
}

/* The best hub to a metro: the first in the order of ids with the least total. NULL: none in reach. */
static const tp_hub *oracle_hub(const made *m, const double minutes[N_HUBS], int metro, double *total_min) {
    const tp_hub *best = NULL;
    *total_min = INFINITY;
    for (int i = 0; i < N_HUBS; i++) {
        const tp_hub *hub = &m->hubs[i];
        if (!isnan(hub->lat_deg) && minutes[i] <= m->day.access_min &&
            minutes[i] + hub->fixed_min[metro] < *total_min) {
            best = hub;
            *total_min = minutes[i] + hub->fixed_min[metro];
        }
    }
    return best;
}

static int check_row(const made *m, int row) {
    tp_day_way ways[TP_METROS], first;
    tp_link links[TP_LINKS_MAX];
    double minutes[N_HUBS];
    reckon_all(m, row, minutes);
    int n = tp_day_ways(&m->measure, row, TP_METROS, ways), there = 0;
    assert_int_equal(tp_day_ways(&m->measure, row, 1, &first), n > 0);
    assert_int_equal(tp_day_links(&m->measure, row, links), n);
    for (int metro = 0; metro < TP_METROS; metro++) {
        double total_min;
        const tp_hub *best = oracle_hub(m, minutes, metro, &total_min);
        there += best != NULL;
        for (int i = 0; i < n; i++) {
            if (ways[i].metro == metro) {
                assert_ptr_equal(ways[i].hub, best);
                double way_min = minutes[best - m->hubs];
                assert_true(ways[i].minutes == way_min && ways[i].out_min == total_min &&
                            ways[i].back_min == total_min);
                assert_int_equal(ways[i].row, best->row);
                assert_int_equal(ways[i].layer, best->layer);
                assert_true(links[i].minutes == way_min && links[i].distance_m == ways[i].distance_m);
                assert_int_equal(links[i].note, metro);
            }
        }
    }
    assert_int_equal(n, there);
    for (int i = 1; i < n; i++) {
        bool before = ways[i - 1].out_min < ways[i].out_min ||
                      (ways[i - 1].out_min == ways[i].out_min && ways[i - 1].metro < ways[i].metro);
        assert_true(before);
    }
    if (n > 0) {
        assert_ptr_equal(first.hub, ways[0].hub);
        assert_int_equal(first.metro, ways[0].metro);
        assert_true(first.out_min == ways[0].out_min && first.distance_m == ways[0].distance_m);
    }
    return n;
}

static void as_if_every_hub_were_reckoned(void **state) {
    (void)state;
    static made m;
    uint64_t seed = 5;
    for (size_t i = 0; i < sizeof WORLDS / sizeof WORLDS[0]; i++) {
        int reached = 0;
        for (int turn = 0; turn < 3; turn++) {
            make(&m, &WORLDS[i], &seed);
            for (int row = 0; row < N_ROWS; row++) {
                reached += check_row(&m, row);
            }
            m.day.hubs.items = NULL; /* its own */
            tp_hubs_reset(&m.day.hubs);
        }
        if (reached < 300) {
            fail_msg("%s: only %d ways", WORLDS[i].name, reached);
        }
    }
}

static void without_hubs_there_is_no_way(void **state) {
    (void)state;
    static made m;
    uint64_t seed = 6;
    tp_day_way ways[TP_METROS];
    make(&m, &WORLDS[0], &seed);
    for (size_t n = 0; n < 2; n++) { /* none at all, and one that has no position */
        m.hubs[0].lat_deg = (double)NAN;
        m.day.hubs.n = n;
        assert_int_equal(tp_hubs_locate(&m.day.hubs, &m.day.ellipsoid, NULL), TP_OK);
        assert_int_equal(m.day.hubs.n_places, 0);
        assert_int_equal(tp_day_ways(&m.measure, 0, TP_METROS, ways), 0);
        assert_int_equal(tp_day_ways(&m.measure, 0, 1, ways), 0);
    }
    m.day.hubs.items = NULL;
    tp_hubs_reset(&m.day.hubs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_if_every_hub_were_reckoned),
        cmocka_unit_test(without_hubs_there_is_no_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
