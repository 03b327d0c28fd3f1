/*
 * What is in reach by the network, as nearest, count, largest and balance see it, against one search a facility: places
 * that share ways and positions with facilities, one-way streets, dead ends, expressways, ferries; points and polygons
 * with a core; both directions; and of every row the ten links, one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

#include "3_measure/travel.h"
#include "road_fixture.h"

#include <omp.h>

enum { ROWS = 300, FACILITIES = 60, HALF = FACILITIES / 2, NODES = 120, WAYS = 210, CLASSES = 5 };

typedef struct spot {
    double lon_deg, lat_deg;
} spot;

typedef struct world {
    tp_dataset *dataset;
    tp_layer *of;
    const tp_layer *to[2];
    bool from_there, zones;
    char ids[ROWS + FACILITIES][16];
    uint32_t time_ms[ROWS][FACILITIES]; /* TP_NO_TIME: none */
    double length_m[ROWS][FACILITIES];
} world;

/* ---- making ---- */

/* Two nodes a little apart as often as two anywhere; nodes from 100 on are dead ends, hung on one way each. */
static void make_network(world *made, uint64_t *seed, spot *on_way) {
    tp_ways ways = {0};
    spot node[NODES];
    for (int i = 0; i < NODES; i++) {
        node[i] = (spot){130 + 0.5 * next_random(seed), 32 + 0.5 * next_random(seed)};
        (void)road_node(&ways, node[i].lon_deg, node[i].lat_deg);
    }
    for (int i = 0; i < WAYS; i++) {
        int to = i < NODES - 100 ? 100 + i : (int)(100 * next_random(seed)), from = (int)(100 * next_random(seed));
        double kind = next_random(seed), part = next_random(seed);
        tp_way way = {.from = from,
                      .to = to,
                      .forward_ms = 1 + (uint32_t)(next_random(seed) * 600000),
                      .backward_ms = 1 + (uint32_t)(next_random(seed) * 600000),
                      .length_m = 100 + 20000 * next_random(seed),
                      .mode = kind < 0.05   ? TP_MODE_RAIL
                              : kind < 0.15 ? TP_MODE_FERRY
                                            : TP_MODE_ROAD,
                      .through_only = kind > 0.15 && kind < 0.25,
                      .source_row = -1};
        if (kind > 0.75) {
            *(kind > 0.875 ? &way.forward_ms : &way.backward_ms) = TP_NO_TIME;
        }
        assert_int_equal(tp_ways_add(&ways, &way, NULL), TP_OK);
        on_way[i] = (spot){node[from].lon_deg + part * (node[to].lon_deg - node[from].lon_deg),
                           node[from].lat_deg + part * (node[to].lat_deg - node[from].lat_deg)};
        on_way[i] = i % 7 == 0 ? node[to] : on_way[i];
    }
    set_roads(made->dataset, &ways, TP_METHOD_ROAD);
}

/* On a way or beside it, at a node, anywhere, or where another one stands. */
static spot some_spot(const spot *on_way, const spot *before, int n, uint64_t *seed) {
    double kind = next_random(seed);
    spot at = on_way[(int)(WAYS * next_random(seed))];
    if (n > 0 && kind < 0.2) {
        return before[(int)(n * next_random(seed))];
    }
    if (kind > 0.9) {
        return (spot){129.9 + 0.7 * next_random(seed), 31.9 + 0.7 * next_random(seed)};
    }
    at.lat_deg += kind > 0.6 ? 0.01 * (next_random(seed) - 0.5) : 0;
    return at;
}

static void fill_columns(tp_layer *layer, uint64_t *seed) {
    tp_column *kind = tp_test_column(layer, "kind", TP_TYPE_INT64);
    tp_column *people = tp_test_column(layer, "people", TP_TYPE_DOUBLE);
    tp_column *industry = tp_test_column(layer, "industry", TP_TYPE_INT64);
    for (int64_t row = 0; row < layer->n_rows; row++) {
        if (next_random(seed) < 0.85) {
            tp_column_set_int64(kind, row, (int64_t)(2 * next_random(seed)));
        }
        tp_column_set_double(people, row, floor(20 * next_random(seed)));
        tp_column_set_int64(industry, row, (int64_t)(CLASSES * next_random(seed)));
    }
}

/* Zones are boxes whose core is the spot: in their middle, at a corner, or outside. */
static tp_layer *add_zones(world *made, const tp_test_point *points, uint64_t *seed) {
    tp_layer *zones = add_table(made->dataset, "sites", TP_GEOMETRY_POLYGON, 0);
    assert_int_equal(tp_layer_add_rows(zones, ROWS, NULL), TP_OK);
    zones->lon_deg = malloc(ROWS * sizeof(double));
    zones->lat_deg = malloc(ROWS * sizeof(double));
    assert_true(zones->lon_deg != NULL && zones->lat_deg != NULL);
    for (int64_t row = 0; row < ROWS; row++) {
        double west = points[row].lon_deg - 0.1 * next_random(seed) * (double)(row % 2);
        double south = points[row].lat_deg + (row % 10 == 0 ? 0.01 : -0.05 * next_random(seed));
        double x[] = {west, west + 0.1, west + 0.1, west, west}, y[] = {south, south, south + 0.1, south + 0.1, south};
        put(zones->id, row, points[row].id);
        zones->lon_deg[row] = points[row].lon_deg;
        zones->lat_deg[row] = points[row].lat_deg;
        assert_int_equal(tp_shapes_add_row(&zones->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_part(&zones->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&zones->shapes, x, y, 5, NULL), TP_OK);
    }
    return zones;
}

static const tp_join *joins_of(const world *made, const tp_layer *layer) {
    const tp_join *joins = NULL;
    assert_int_equal(tp_transport_joins(made->dataset->network, &made->dataset->ellipsoid, layer, &joins, NULL), TP_OK);
    return joins;
}

static const tp_join *facility_join(const world *made, int f) {
    return &joins_of(made, made->to[f / HALF])[f % HALF];
}

/* A search a facility, and the path of each row. */
static void search_each(world *made) {
    const tp_join *places = joins_of(made, made->of);
    tp_search_rule rule = {made->from_there ? TP_FROM_FACILITY : TP_TO_FACILITY, TP_MODES_BY_ROAD, TP_NO_TIME};
    tp_search *search = NULL;
    tp_path path = {0};
    bool reached;
    assert_int_equal(tp_search_new(made->dataset->network->network, &search, NULL), TP_OK);
    for (int f = 0; f < FACILITIES; f++) {
        assert_int_equal(tp_search_run_places(search, &rule, facility_join(made, f), 1, NULL), TP_OK);
        for (int64_t row = 0; row < ROWS; row++) {
            made->time_ms[row][f] = tp_search_place_ms(search, &places[row]);
            assert_int_equal(tp_search_place_path(search, &places[row], &path, &reached, NULL), TP_OK);
            made->length_m[row][f] = path.length_m;
        }
    }
    tp_path_reset(&path);
    tp_search_free(search);
}

static void make_world(world *made, uint64_t seed, bool zones, bool from_there) {
    spot on_way[WAYS], spots[ROWS + FACILITIES];
    tp_test_point points[ROWS + FACILITIES];
    *made = (world){.dataset = new_dataset(), .zones = zones, .from_there = from_there};
    make_network(made, &seed, on_way);
    for (int i = 0; i < ROWS + FACILITIES; i++) {
        spots[i] = some_spot(on_way, spots, i, &seed);
        (void)snprintf(made->ids[i], sizeof made->ids[i], "p%d", i * 7919 % 1009);
        points[i] = (tp_test_point){made->ids[i], spots[i].lon_deg, spots[i].lat_deg};
    }
    made->of = zones ? add_zones(made, points, &seed) : add_points(made->dataset, "sites", points, ROWS);
    for (int i = 0; i < 2; i++) {
        tp_layer *layer = add_points(made->dataset, i == 0 ? "first" : "second", points + ROWS + i * HALF, HALF);
        fill_columns(layer, &seed);
        made->to[i] = layer;
    }
    search_each(made);
}

/* ---- plain answers ---- */

static double number_of(const world *made, int f, const char *column) {
    double number;
    bool there = tp_column_number(tp_layer_column(made->to[f / HALF], column), f % HALF, &number);
    return there ? number : (double)NAN;
}

/* By `where: kind = 1`: 1 counts, 2 may count, 0 does not. */
static int counts(const world *made, int f) {
    double kind = number_of(made, f, "kind");
    return isnan(kind) ? 2 : kind == 1;
}

static bool holds(const world *made, int64_t row, int f) {
    if (!made->zones) {
        return false;
    }
    const double *x = made->of->shapes.x + 5 * row, *y = made->of->shapes.y + 5 * row; /* a box has five vertices */
    double lon_deg = made->to[f / HALF]->lon_deg[f % HALF], lat_deg = made->to[f / HALF]->lat_deg[f % HALF];
    return x[0] <= lon_deg && lon_deg <= x[1] && y[0] <= lat_deg && lat_deg <= y[2];
}

typedef struct reached {
    int f;
    double minutes, distance_m;
    bool inside;
    const char *id;
} reached;

static double line_m(const world *made, int64_t row, int f) {
    const tp_layer *to = made->to[f / HALF];
    return oracle_m(made->of->lon_deg[row], made->of->lat_deg[row], to->lon_deg[f % HALF], to->lat_deg[f % HALF]);
}

static int compare_reached(const void *a, const void *b) {
    const reached *x = a, *y = b;
    if (x->inside != y->inside) {
        return x->inside ? -1 : 1;
    }
    return x->minutes != y->minutes ? (x->minutes < y->minutes ? -1 : 1) : strcmp(x->id, y->id);
}

/* All within the time, in order; `inside`: what a zone holds is in reach. */
static int list_reached(const world *made, int64_t row, double within_min, bool inside, reached *list) {
    bool by_line = joins_of(made, made->of)[row].way < 0;
    int n = 0;
    for (int f = 0; f < FACILITIES; f++) {
        reached one = {.f = f, .id = made->ids[ROWS + f], .inside = inside && holds(made, row, f)};
        one.distance_m = by_line ? line_m(made, row, f) : made->length_m[row][f];
        one.minutes = one.inside                            ? 0
                      : by_line                             ? oracle_min(one.distance_m, 40, 1.3)
                      : made->time_ms[row][f] == TP_NO_TIME ? (double)INFINITY
                                                            : made->time_ms[row][f] / 60000.0;
        if (one.minutes <= within_min && isfinite(one.minutes)) {
            list[n++] = one;
        }
    }
    qsort(list, (size_t)n, sizeof *list, compare_reached);
    return n;
}

/* Facilities off the network that the straight line puts within the time of a row on it. */
static bool is_apart(const world *made, int64_t row, int f, double within_min) {
    return joins_of(made, made->of)[row].way >= 0 && facility_join(made, f)->way < 0 &&
           oracle_min(line_m(made, row, f), 40, 1.3) <= within_min;
}

static void check_link(const world *made, const tp_measure *measure, const tp_link *link, const reached *one) {
    assert_ptr_equal(measure->to[link->layer], made->to[one->f / HALF]);
    assert_int_equal(link->row, one->f % HALF);
    assert_true(near(link->minutes, one->minutes, 1e-8));
    assert_true(one->inside ? isnan(link->distance_m) : near(link->distance_m, one->distance_m, 1e-5));
}

/* ---- the measures ---- */

static const char *settings_of(const world *made, const char *format, char room[256]) {
    (void)snprintf(room, 256, format, made->from_there ? "direction: from" : "direction: to");
    return room;
}

static void check_nearest(const world *made, const char *name, const char *format, bool by_road) {
    char room[256];
    reached list[FACILITIES];
    const tp_measure *measure = measured(made->dataset, "nearest", name, settings_of(made, format, room));
    for (int64_t row = 0; row < ROWS; row++) {
        tp_link links[TP_LINKS_MAX];
        int n = list_reached(made, row, INFINITY, false, list), first = 0;
        while (first < n && counts(made, list[first].f) != 1) {
            first++;
        }
        bool there = first < n && !(by_road && joins_of(made, made->of)[row].way < 0);
        assert_int_equal(tp_measure_links(measure, row, links), there);
        assert_int_equal(measure->known[row], there);
        if (there) {
            check_link(made, measure, &links[0], &list[first]);
            assert_true(measure->value[row] == links[0].minutes && measure->high[row] == measure->value[row]);
        }
    }
}

enum how { FEATURES, DIFFERENT, SUM };

typedef struct tally {
    double sure, more, found;
    int n_links, links[TP_LINKS_MAX]; /* numbers in the list */
} tally;

static tally tally_of(const world *made, int64_t row, double within_min, enum how how, const reached *list, int n) {
    tally t = {0};
    bool sure[CLASSES] = {false}, possible[CLASSES] = {false};
    for (int i = 0; i < n && list[i].minutes <= within_min; i++) {
        int f = list[i].f, class = (int)number_of(made, f, "industry"), kind = counts(made, f);
        double amount = how == SUM ? number_of(made, f, "people") : 1;
        if (kind == 1) {
            bool first = how != DIFFERENT || !sure[class];
            t.found++;
            t.sure += first ? amount : 0;
            sure[class] = true;
            if (first && t.n_links < TP_LINKS_MAX) {
                t.links[t.n_links++] = i;
            }
        } else if (kind == 2) {
            t.more += how == DIFFERENT ? 0 : amount;
            possible[class] = true;
        }
    }
    for (int class = 0; class < CLASSES && how == DIFFERENT; class ++) {
        t.more += possible[class] && !sure[class];
    }
    for (int f = 0; f < FACILITIES; f++) {
        bool apart = counts(made, f) != 0 && is_apart(made, row, f, within_min);
        t.more += apart ? (how == SUM ? (double)INFINITY : 1) : 0;
    }
    return t;
}

static void check_count(const world *made, const char *name, const char *format, enum how how) {
    static const struct {
        const char *suffix;
        double minutes;
    } also[] = {{"_8min", 8}, {"_90s", 1.5}, {"_30min", 30}};
    char room[256], column_name[32];
    reached list[FACILITIES];
    assert_int_equal(run_stage(made->dataset, "count", name, settings_of(made, format, room), false, 0, NULL), TP_OK);
    const tp_measure *measure = tp_dataset_measure(made->dataset, name);
    for (int64_t row = 0; row < ROWS; row++) {
        tp_link links[TP_LINKS_MAX];
        int n = list_reached(made, row, 30, true, list);
        tally t = tally_of(made, row, 15, how, list, n);
        assert_true(measure->low[row] == t.sure && measure->high[row] == t.sure + t.more);
        assert_int_equal(measure->known[row], t.sure > 0 || t.more <= 0);
        assert_int_equal(tp_measure_links(measure, row, links), t.n_links);
        for (int i = 0; i < t.n_links; i++) {
            check_link(made, measure, &links[i], &list[t.links[i]]);
            assert_int_equal(links[i].note, list[t.links[i]].inside ? TP_LINK_INSIDE : -1);
        }
        for (size_t i = 0; strstr(format, "also") != NULL && i < 3; i++) {
            (void)snprintf(column_name, sizeof column_name, "%s%s", name, also[i].suffix);
            const tp_column *column = tp_layer_column(made->of, column_name);
            tally then = tally_of(made, row, also[i].minutes, how, list, n);
            assert_int_equal(column->valid[row], then.sure > 0 || then.more <= 0);
            assert_true(!column->valid[row] || column->f64[row] == then.sure);
        }
    }
}

static void check_largest(const world *made, const char *name, const char *format) {
    char room[256];
    reached list[FACILITIES];
    const tp_measure *measure = measured(made->dataset, "largest", name, settings_of(made, format, room));
    for (int64_t row = 0; row < ROWS; row++) {
        tp_link links[TP_LINKS_MAX];
        int n = list_reached(made, row, 15, false, list), best = -1;
        double high = -INFINITY;
        for (int i = 0; i < n; i++) {
            double number = number_of(made, list[i].f, "people"), most = -1;
            most = best < 0 ? most : number_of(made, list[best].f, "people");
            high = counts(made, list[i].f) != 0 ? fmax(high, number) : high;
            bool larger = number > most || (number == most && strcmp(list[i].id, list[best].id) < 0);
            best = counts(made, list[i].f) == 1 && larger ? i : best;
        }
        assert_int_equal(tp_measure_links(measure, row, links), best >= 0);
        assert_true(measure->high[row] == high);
        if (best >= 0) {
            check_link(made, measure, &links[0], &list[best]);
            assert_true(measure->value[row] == number_of(made, list[best].f, "people"));
        }
    }
}

static void check_balance(const world *made, const char *name, const char *format) {
    char room[256];
    reached list[FACILITIES];
    const tp_measure *measure = measured(made->dataset, "balance", name, settings_of(made, format, room));
    for (int64_t row = 0; row < ROWS; row++) {
        double amount[3] = {0}, wanted[3] = {2, 3, 40}, least = 1, most = 0;
        bool open = false;
        int n = list_reached(made, row, 15, false, list);
        for (int i = 0; i < n; i++) {
            amount[0] += list[i].f < HALF;
            amount[1] += 1;
            amount[2] += list[i].f < HALF ? 0 : number_of(made, list[i].f, "people");
        }
        for (int f = 0; f < FACILITIES; f++) {
            open = open || is_apart(made, row, f, 15);
        }
        for (int part = 0; part < 3; part++) {
            double score = amount[part] / (amount[part] + wanted[part]);
            least = fmin(least, score);
            most = fmax(most, score);
        }
        double percent = most > 0 ? 100 * least / most : 0;
        assert_int_equal(measure->known[row], !open || percent > 0);
        assert_true(!measure->known[row] || near(measure->value[row], percent, 1e-9));
        assert_true(near(measure->low[row], open ? 0 : percent, 1e-9));
        assert_true(near(measure->high[row], open ? 100 : percent, 1e-9));
    }
}

static void against_a_search_a_facility(void **state) {
    (void)state;
    static world made;
    int before = omp_get_max_threads();
    for (uint64_t seed = 1; seed <= 8; seed++) {
        omp_set_num_threads(1 + (int)seed % 3);
        make_world(&made, seed * 1000003, seed % 2 == 0, seed % 4 > 1);
        check_nearest(&made, "near", "{to: [first, second], where: kind = 1, %s}", false);
        check_nearest(&made, "road", "{to: [first, second], where: kind = 1, by: road, %s}", true);
        check_count(&made, "n", "{to: [first, second], where: kind = 1, within: 15 min, %s}", FEATURES);
        check_count(&made, "kinds", "{to: [first, second], where: kind = 1, within: 15 min, distinct: industry, %s}",
                    DIFFERENT);
        check_count(&made, "sum",
                    "{to: [first, second], where: kind = 1, within: 15 min, sum: people, "
                    "also_within: [30 min, 90 s, 8 min], %s}",
                    SUM);
        check_count(&made, "sweep",
                    "{to: [first, second], where: kind = 1, within: 15 min, also_within: [8 min, 30 min, 90 s], "
                    "distinct: industry, %s}",
                    DIFFERENT);
        check_largest(&made, "largest", "{to: [first, second], where: kind = 1, column: people, within: 15 min, %s}");
        check_balance(&made, "balance",
                      "{industry: first, academia: [first, second], housing: second, people: people, within: 15 min, "
                      "people_wanted: 40 persons, %s}");
        tp_dataset_free(made.dataset);
    }
    omp_set_num_threads(before);
}

/* A facility off the network may count exactly up to the time that the straight line takes, and not a bit above it. */
static void off_the_network_up_to_the_limit(void **state) {
    (void)state;
    static const char settings[] = "{to: first, within: %.17g min}";
    const tp_test_point site[] = {{"site", 130.01, 32}}, far[] = {{"far", 130.01, 32.05}};
    for (int again = 0; again < 40; again++) {
        tp_dataset *dataset = new_dataset();
        tp_ways ways = {0};
        char text[96];
        int64_t a = road_node(&ways, 130, 32), b = road_node(&ways, 130.02 + 0.001 * again, 32);
        road_way(&ways, a, b, 60000, 60000, 1900, TP_MODE_ROAD);
        set_roads(dataset, &ways, TP_METHOD_ROAD);
        tp_layer *sites = add_points(dataset, "sites", site, 1), *to = add_points(dataset, "first", far, 1);
        sites->lon_deg[0] += 1e-4 * again;
        tp_reach reach = {40, 1.3};
        double minutes =
            tp_reach_minutes(&reach, tp_geodesic_distance_m(&dataset->ellipsoid, sites->lon_deg[0], sites->lat_deg[0],
                                                            *to->lon_deg, *to->lat_deg));
        (void)snprintf(text, sizeof text, settings, minutes);
        const tp_measure *at = measured(dataset, "count", "at", text);
        (void)snprintf(text, sizeof text, settings, nextafter(minutes, 0));
        const tp_measure *below = measured(dataset, "count", "below", text);
        assert_int_equal(at->method[0], TP_METHOD_ROAD);
        assert_true(at->low[0] == 0 && at->high[0] == 1);
        assert_true(below->low[0] == 0 && below->high[0] == 0);
        tp_dataset_free(dataset);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_a_search_a_facility),
                                       cmocka_unit_test(off_the_network_up_to_the_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
