/*
 * day_return on the network: by hand, with its words; there and back by different ways; places that do not join; and over
 * random countries of roads, railways and flights against all pairs by Floyd and Warshall.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rail_oracle.h"
#include "road_fixture.h"

#include <omp.h>

typedef struct flight {
    const char *iata;
    int metro; /* 1 Tokyo, 2 Osaka, 3 Nagoya */
    double minutes;
} flight;

static void add_flights(tp_dataset *dataset, const flight *flights, int64_t n) {
    tp_layer *layer = add_table(dataset, "flights", TP_GEOMETRY_NONE, n);
    tp_column *iata = tp_test_column(layer, "iata", TP_TYPE_TEXT);
    tp_column *metro = tp_test_column(layer, "metro", TP_TYPE_TEXT);
    tp_column *minutes = tp_test_column(layer, "minutes", TP_TYPE_DOUBLE);
    for (int64_t row = 0; row < n; row++) {
        put(layer->id, row, "flight");
        put(iata, row, flights[row].iata);
        put(metro, row, METRO_TEXTS[flights[row].metro]);
        tp_column_set_double(minutes, row, flights[row].minutes);
    }
}

/* A straight road; one way when asked for. */
typedef struct road {
    double lon1, lat1, lon2, lat2;
    bool one_way;
} road;

static void add_roads(tp_dataset *dataset, const road *roads, int64_t n) {
    tp_layer *layer = add_table(dataset, "roads", TP_GEOMETRY_LINE, n);
    tp_column *oneway = tp_test_column(layer, "oneway", TP_TYPE_TEXT);
    for (int64_t row = 0; row < n; row++) {
        const double x[] = {roads[row].lon1, roads[row].lon2}, y[] = {roads[row].lat1, roads[row].lat2};
        put(layer->id, row, "road");
        put(oneway, row, roads[row].one_way ? "yes" : "no");
        assert_int_equal(tp_shapes_add_row(&layer->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_part(&layer->shapes, NULL), TP_OK);
        assert_int_equal(tp_shapes_add_ring(&layer->shapes, x, y, 2, NULL), TP_OK);
    }
}

/* Works the stage `network` of the prepare phase; rows that it leaves out come from no file. */
static void make_network(tp_dataset *dataset, const char *yaml) {
    for (size_t i = 0; i < dataset->n_layers; i++) {
        for (int64_t row = 0; row < dataset->layers[i]->n_rows; row++) {
            dataset->layers[i]->source[row] = -1;
        }
    }
    const tp_stage *stage = tp_stage_find(TP_PREPARE, "network");
    tp_faults faults = {0};
    tp_node *node = NULL;
    tp_error error = {0};
    char name[] = "network";
    assert_non_null(stage);
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "test", &node, &faults), TP_OK);
    tp_step step = {.stage = stage, .name = name, .node = node};
    assert_int_equal(tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, node,
                                     (tp_place){"test", 1, 1}, TP_ORIGIN_CONFIGURATION, &step.options, &faults),
                     TP_OK);
    tp_run run = {.base = "", .title = ""};
    if (stage->run(&step, &run, dataset, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    tp_options_reset(&step.options);
    tp_node_free(node);
    tp_faults_reset(&faults);
}

#define ALL_LAYERS                                                                                                     \
    "roads: roads, oneway: oneway, default_speed: 60 km/h, airports: airports, flights: flights, stations: stations, " \
    "rail: rail"

/* ---- by hand ---- */

static const tp_test_point SITES[] = {{"home", 130.7, 32.8}};
static const tp_test_point AIRPORTS[] = {{"KMJ", 130.86, 32.8}, {"FUK", 130.45, 33.58}};
static const flight FLIGHTS[] = {{"KMJ", 1, 103}, {"FUK", 3, 80}};
static const road ROADS[] = {{130.7, 32.8, 130.75, 32.8, false}, {130.75, 32.8, 130.86, 32.8, false}};
static const railway_case RAILS = {
    .n_stations = 3,
    .n_segments = 2,
    .metro = {2, 0, 0},
    .stations = {{"Osaka", 135.5, 34.7}, {"Hakata", 130.42, 33.59}, {"Kumamoto", 130.75, 32.8}},
    .segments = {{2, 1, 3, 33, 0, 0}, {1, 0, 2, 152, 0, 0}},
};

static tp_dataset *by_hand(const tp_test_point *sites, int64_t n, const road *roads, int64_t n_roads,
                           const char *yaml) {
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", sites, n);
    (void)add_points(dataset, "airports", AIRPORTS, 2);
    add_flights(dataset, FLIGHTS, 2);
    add_railway(dataset, &RAILS);
    add_roads(dataset, roads, n_roads);
    make_network(dataset, yaml);
    return dataset;
}

static double by_road_min(double lon1, double lat1, double lon2, double lat2) {
    return oracle_m(lon1, lat1, lon2, lat2) / 1000; /* at 60 km/h */
}

static void assert_says(const char *evidence, const char *words) {
    if (strstr(evidence, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, evidence);
    }
}

static void a_day_by_hand(void **state) {
    (void)state;
    for (int model = 0; model < 2; model++) {
        tp_dataset *dataset = by_hand(SITES, 1, ROADS, 2, model ? "{" ALL_LAYERS ", model: yes}" : "{" ALL_LAYERS "}");
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        double tokyo = by_road_min(130.7, 32.8, 130.86, 32.8) + 45 + 103 + 40;
        double station = by_road_min(130.7, 32.8, 130.75, 32.8), osaka = station + 15 + 33 + 10 + 152 + 10;
        assert_int_equal(measure->known[0], 1);
        assert_true(near(measure->value[0], 1080 - 2 * tokyo, 1e-3));
        assert_true(measure->low[0] == measure->value[0] && measure->high[0] == measure->value[0]);
        assert_int_equal(measure->method[0], model ? TP_METHOD_ROAD_MODEL : TP_METHOD_ROAD);
        assert_true(measure->by_network);
        assert_int_equal(measure->link_first[1], 2); /* nothing leads to Nagoya: no road to Fukuoka's airport */
        const tp_link *links = measure->links;
        assert_string_equal(tp_layer_id(measure->to[links[0].layer], links[0].row), "KMJ");
        assert_string_equal(tp_layer_id(measure->to[links[1].layer], links[1].row), "Kumamoto");
        assert_true(near(links[0].minutes, tokyo - 45 - 103 - 40, 1e-3) && near(links[1].minutes, station, 1e-3));
        assert_true(near(links[0].distance_m, oracle_m(130.7, 32.8, 130.86, 32.8), 0.5));
        assert_true(near(links[1].distance_m, oracle_m(130.7, 32.8, 130.75, 32.8), 0.5));
        char *evidence = evidence_of(measure, 0), words[300];
        (void)snprintf(
            words, sizeof words,
            "Tokyo: site -> KMJ 15 min %s + 45 check-in + 103 flight + 40 into Tokyo = 203 min, back 203 min",
            model ? "by the road model" : "by road");
        assert_says(evidence, words);
        (void)snprintf(words, sizeof words,
                       "; Osaka: site -> Kumamoto 4.7 min %s + 15 wait + 33 train to Hakata (Kyushu) + 10 change + 152 "
                       "train to Osaka (Sanyo) + 10 into Osaka = 224.7 min, back 224.7 min, stay 631 min",
                       model ? "by the road model" : "by road");
        assert_says(evidence, words);
        assert_says(evidence,
                    "stay 674 min (leaving at 06:00, home by 24:00); literal 24 h with a stay of 240 min: yes");
        assert_null(strstr(evidence, "better way"));
        free(evidence);
        (void)osaka;
        tp_dataset_free(dataset);
    }
}

/* There along one road, back along another that is longer; and by another station where that is nearer. */
static void another_way_back(void **state) {
    (void)state;
    static const road roads[] = {{130.7, 32.8, 130.75, 32.8, true},
                                 {130.75, 32.8, 130.75, 32.9, true},
                                 {130.75, 32.9, 130.7, 32.8, true},
                                 {130.75, 32.8, 130.86, 32.8, true},
                                 {130.86, 32.8, 130.75, 32.9, true}};
    tp_dataset *dataset = by_hand(SITES, 1, roads, 5, "{" ALL_LAYERS "}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    double there = by_road_min(130.7, 32.8, 130.86, 32.8) + 45 + 103 + 40;
    double back = by_road_min(130.86, 32.8, 130.75, 32.9) + by_road_min(130.75, 32.9, 130.7, 32.8) + 40 + 45 + 103;
    assert_true(near(measure->value[0], 1080 - there - back, 1e-3));
    assert_int_equal(run_stage(dataset, "day_return", "day", "{}", false, 0, NULL), TP_OK);
    const tp_layer *sites = tp_dataset_layer(dataset, "sites");
    double value;
    assert_true(tp_column_number(tp_layer_column(sites, "day_stay_min"), 0, &value) && value == measure->value[0]);
    assert_true(tp_column_number(tp_layer_column(sites, "day_out_min"), 0, &value) && near(value, there, 1e-3));
    assert_true(tp_column_number(tp_layer_column(sites, "day_back_min"), 0, &value) && near(value, back, 1e-3));
    assert_string_equal(tp_column_text(tp_layer_column(sites, "day_metro"), 0), "Tokyo");
    assert_string_equal(tp_column_text(tp_layer_column(sites, "day_hub"), 0), "KMJ");
    assert_string_equal(tp_column_text(tp_layer_column(sites, "day_method"), 0), "road");
    tp_dataset_free(dataset);
}

static void back_by_another_station(void **state) {
    (void)state;
    /* Out from Kumamoto; its road back is one way, so one comes home by Hakata, which a long road joins to the site. */
    static const road roads[] = {{130.7, 32.8, 130.75, 32.8, true}, {130.42, 33.59, 130.7, 32.8, true}};
    tp_dataset *dataset = by_hand(SITES, 1, roads, 2, "{" ALL_LAYERS ", components: any}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    double there = by_road_min(130.7, 32.8, 130.75, 32.8) + 15 + 33 + 10 + 152 + 10;
    double back = 10 + 15 + 152 + by_road_min(130.42, 33.59, 130.7, 32.8);
    assert_int_equal(measure->known[0], 1);
    assert_true(near(measure->value[0], 1080 - there - back, 1e-2));
    char *evidence = evidence_of(measure, 0);
    assert_says(evidence, " min by Hakata, stay");
    free(evidence);
    tp_dataset_free(dataset);
}

/* A place that does not join goes by the tables, as it would without a network, and says so. */
static void a_place_that_does_not_join(void **state) {
    (void)state;
    const tp_test_point sites[] = {{"home", 130.7, 32.8}, {"hills", 130.8, 32.9}};
    tp_dataset *dataset = by_hand(sites, 2, ROADS, 2, "{" ALL_LAYERS "}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    assert_int_equal(measure->method[0], TP_METHOD_ROAD);
    assert_int_equal(measure->method[1], TP_METHOD_TABLE);
    tp_transport_free(dataset->network);
    dataset->network = NULL;
    tp_dataset *plain = new_dataset();
    (void)add_points(plain, "sites", sites, 2);
    (void)add_points(plain, "airports", AIRPORTS, 2);
    add_flights(plain, FLIGHTS, 2);
    add_railway(plain, &RAILS);
    const tp_measure *by_tables = measured(plain, "day_return", "d", "{}");
    assert_true(measure->value[1] == by_tables->value[1]);
    assert_int_equal(by_tables->method[1], TP_METHOD_TABLE);
    assert_int_equal(measure->link_first[2] - measure->link_first[1],
                     by_tables->link_first[2] - by_tables->link_first[1]);
    tp_dataset_free(plain);
    tp_dataset_free(dataset);
}

static void it_says_how_a_place_joins(void **state) {
    (void)state;
    const tp_test_point sites[] = {{"hills", 130.8, 32.9}, {"near", 130.72, 32.81}};
    tp_dataset *dataset = by_hand(sites, 2, ROADS, 2, "{" ALL_LAYERS "}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    char *evidence = evidence_of(measure, 0);
    assert_says(evidence, "by the straight line, since the place does not join the network");
    assert_says(evidence, "KMJ + 45 check-in + 103 flight + 40 into Tokyo");
    free(evidence);
    evidence = evidence_of(measure, 1);
    assert_says(evidence, "the place is 1.1 km off the road");
    free(evidence);
    tp_dataset_free(dataset);
}

static void no_way_at_all(void **state) {
    (void)state;
    static const road roads[] = {{130.7, 32.8, 130.75, 32.8, false}, {140, 40, 140.01, 40, false}};
    const tp_test_point sites[] = {{"island", 140, 40}};
    for (int sample = 0; sample < 2; sample++) {
        tp_dataset *dataset = by_hand(sites, 1, roads, 2, "{" ALL_LAYERS "}");
        cover(tp_dataset_layer(dataset, "rail"), sample ? TP_COVERAGE_SAMPLE : TP_COVERAGE_COMPLETE, NULL);
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        assert_int_equal(measure->known[0], 0);
        assert_true(measure->low[0] == -INFINITY && measure->high[0] == (sample ? 1080 : -INFINITY));
        assert_int_equal(measure->link_first[1], 0);
        assert_int_equal(measure->method[0], TP_METHOD_ROAD);
        char *evidence = evidence_of(measure, 0);
        assert_says(evidence, "no way to Tokyo, Osaka or Nagoya and back by road, rail and air");
        assert_says(evidence, "outside the largest connected part");
        assert_int_equal(strstr(evidence, "sample") != NULL, sample);
        free(evidence);
        tp_dataset_free(dataset);
    }
}

/* By road to the metro's own core station, and from there into the centre. */
static void by_road_into_the_core(void **state) {
    (void)state;
    static const road roads[] = {{135.4, 34.7, 135.5, 34.7, false}};
    const tp_test_point sites[] = {{"suburb", 135.4, 34.7}};
    tp_dataset *dataset = by_hand(sites, 1, roads, 1, "{" ALL_LAYERS "}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    assert_true(near(measure->value[0], 1080 - 2 * (by_road_min(135.4, 34.7, 135.5, 34.7) + 10), 1e-3));
    char *evidence = evidence_of(measure, 0);
    assert_says(evidence, "Osaka: site -> Osaka 9.2 min by road + 10 into Osaka = 19.2 min");
    free(evidence);
    tp_dataset_free(dataset);
}

/* A network without metros is none for this measure. */
static void a_network_of_roads_alone(void **state) {
    (void)state;
    tp_dataset *dataset = by_hand(SITES, 1, ROADS, 2, "{roads: roads, default_speed: 60 km/h}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    assert_int_equal(measure->method[0], TP_METHOD_TABLE);
    assert_false(measure->by_network);
    tp_dataset_free(dataset);
}

static void trains_alone(void **state) {
    (void)state;
    tp_dataset *dataset =
        by_hand(SITES, 1, ROADS, 2, "{roads: roads, default_speed: 60 km/h, stations: stations, rail: rail}");
    const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
    assert_int_equal(measure->method[0], TP_METHOD_ROAD);
    assert_true(measure->high[0] == 1080); /* a flight might be better */
    assert_int_equal(measure->link_first[1], 1);
    char *evidence = evidence_of(measure, 0);
    assert_says(evidence, "the network has no flights, so there may be a better way");
    free(evidence);
    tp_dataset_free(dataset);
}

/* ---- random countries ---- */

enum { N_SITES = 40, N_AIRPORTS = 6, N_FLIGHTS = 9, GRID = 7 };

typedef struct country {
    tp_test_point sites[N_SITES], airports[N_AIRPORTS];
    char codes[N_AIRPORTS][8];
    flight flights[N_FLIGHTS];
    railway_case rails;
    road roads[4 * GRID * GRID];
    int n_roads;
} country;

static tp_dataset *random_country(country *made, uint64_t seed) {
    double x[GRID * GRID], y[GRID * GRID];
    made->n_roads = 0;
    for (int i = 0; i < GRID * GRID; i++) {
        x[i] = 130 + 0.3 * (i % GRID + 0.7 * next_random(&seed));
        y[i] = 32 + 0.3 * (i / GRID + 0.7 * next_random(&seed));
    }
    for (int i = 0; i < GRID * GRID; i++) {
        for (int k = 0; k < 2; k++) {
            bool fits = k == 0 ? i % GRID + 1 < GRID : i / GRID + 1 < GRID;
            int to = i + (k == 0 ? 1 : GRID);
            if (fits && next_random(&seed) < 0.85) {
                bool turn = next_random(&seed) < 0.5;
                made->roads[made->n_roads++] = (road){x[turn ? to : i], y[turn ? to : i], x[turn ? i : to],
                                                      y[turn ? i : to], next_random(&seed) < 0.3};
            }
        }
    }
    for (int i = 0; i < N_SITES; i++) {
        made->sites[i] = (tp_test_point){"s", 130 + 2.1 * next_random(&seed), 32 + 2.1 * next_random(&seed)};
    }
    for (int i = 0; i < N_AIRPORTS; i++) {
        (void)snprintf(made->codes[i], sizeof made->codes[i], "A%d", (i * 5 + 3) % 8);
        made->airports[i] =
            (tp_test_point){made->codes[i], 130 + 2.1 * next_random(&seed), 32 + 2.1 * next_random(&seed)};
    }
    for (int i = 0; i < N_FLIGHTS; i++) {
        made->flights[i] = (flight){made->codes[(int)(N_AIRPORTS * next_random(&seed))],
                                    1 + (int)(3 * next_random(&seed)), 30 + floor(100 * next_random(&seed))};
    }
    random_railway(&made->rails, 130, 32, &seed);
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", made->sites, N_SITES);
    (void)add_points(dataset, "airports", made->airports, N_AIRPORTS);
    add_flights(dataset, made->flights, N_FLIGHTS);
    add_railway(dataset, &made->rails);
    add_roads(dataset, made->roads, made->n_roads);
    make_network(dataset, "{" ALL_LAYERS ", snap: 20 km, off_road: 30 km/h, transfer: 0 min}");
    return dataset;
}

/* Milliseconds from node to node by some modes. */
static uint64_t *all_pairs(const tp_network *network, uint32_t modes) {
    size_t n = network->n_nodes;
    uint64_t *d = malloc((n * n + 1) * sizeof *d);
    assert_non_null(d);
    for (size_t i = 0; i < n * n; i++) {
        d[i] = i % (n + 1) == 0 ? 0 : UINT64_MAX / 4;
    }
    const tp_ways *ways = &network->ways;
    for (int64_t w = 0; w < ways->n_ways; w++) {
        if ((modes >> ways->mode[w] & 1) == 0) {
            continue;
        }
        uint64_t *there = &d[(size_t)ways->from[w] * n + (size_t)ways->to[w]];
        uint64_t *back = &d[(size_t)ways->to[w] * n + (size_t)ways->from[w]];
        *there = ways->forward_ms[w] != TP_NO_TIME && ways->forward_ms[w] < *there ? ways->forward_ms[w] : *there;
        *back = ways->backward_ms[w] != TP_NO_TIME && ways->backward_ms[w] < *back ? ways->backward_ms[w] : *back;
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                d[i * n + j] = d[i * n + k] + d[k * n + j] < d[i * n + j] ? d[i * n + k] + d[k * n + j] : d[i * n + j];
            }
        }
    }
    return d;
}

/* First by one matrix, then by the other: one drives before the first train and after the last, not in between. */
static uint64_t *chained(const uint64_t *first, const uint64_t *then, size_t n) {
    uint64_t *d = malloc((n * n + 1) * sizeof *d);
    assert_non_null(d);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            uint64_t best = UINT64_MAX / 4;
            for (size_t k = 0; k < n; k++) {
                best = first[i * n + k] + then[k * n + j] < best ? first[i * n + k] + then[k * n + j] : best;
            }
            d[i * n + j] = best;
        }
    }
    return d;
}

/* Between a joined place and a node. */
static uint64_t place_ms(const tp_network *network, const uint64_t *d, const tp_join *join, uint32_t node,
                         bool leaving) {
    uint64_t best = UINT64_MAX / 4;
    for (int end = 0; end < 2; end++) {
        road_time time = road_end(network, join, end == 1, leaving);
        size_t at = (size_t)(end == 1 ? network->ways.to[join->way] : network->ways.from[join->way]);
        uint64_t rest = d[leaving ? at * network->n_nodes + node : node * (size_t)network->n_nodes + at];
        best = time.ms != UINT64_MAX && time.ms + rest < best ? time.ms + rest : best;
    }
    return best;
}

static void random_countries(void **state) {
    (void)state;
    int64_t n_known = 0, n_links = 0;
    for (int turn = 0; turn < 25; turn++) {
        country made;
        tp_dataset *dataset = random_country(&made, 300 + (uint64_t)turn);
        const tp_measure *measure = measured(dataset, "day_return", "d", "{}");
        tp_transport *transport = dataset->network;
        const tp_network *network = transport->network;
        const tp_join *joins = NULL;
        assert_int_equal(tp_transport_joins(transport, &dataset->ellipsoid, measure->of, &joins, NULL), TP_OK);
        uint64_t *road = all_pairs(network, TP_MODES_BY_ROAD);
        uint64_t *line = all_pairs(network, TP_MODES_ALL & ~(uint32_t)TP_MODES_BY_ROAD);
        uint64_t *d = chained(road, line, network->n_nodes), *home = chained(line, road, network->n_nodes);
        for (int64_t row = 0; row < N_SITES; row++) {
            double best = -INFINITY;
            int there = 0;
            if (joins[row].way < 0) {
                assert_int_equal(measure->method[row], TP_METHOD_TABLE);
                continue;
            }
            for (int metro = 1; metro <= 3; metro++) {
                const tp_metro *m = tp_transport_metro(transport, METRO_TEXTS[metro]);
                uint64_t out = m == NULL ? UINT64_MAX / 4 : place_ms(network, d, &joins[row], m->in, true);
                uint64_t back = m == NULL ? UINT64_MAX / 4 : place_ms(network, home, &joins[row], m->out, false);
                if (out < UINT64_MAX / 8 && back < UINT64_MAX / 8) {
                    best = fmax(best, 1080 - ((double)out / 60000 + (double)back / 60000));
                    there++;
                }
            }
            assert_int_equal(measure->link_first[row + 1] - measure->link_first[row], there);
            assert_int_equal(measure->known[row], there > 0);
            assert_true(there == 0 || near(measure->value[row], best, 1e-9));
            n_known += there > 0;
            for (int64_t i = measure->link_first[row]; i < measure->link_first[row + 1]; i++) {
                /* The hub: by road alone to it, then on to the metro, makes up the shortest way. */
                const tp_link *link = &measure->links[i];
                const tp_layer *layer = measure->to[link->layer];
                tp_stop_kind kind = strcmp(layer->name, "airports") == 0 ? TP_STOP_AIRPORT : TP_STOP_STATION;
                uint32_t node = 0;
                assert_true(tp_transport_node_of(transport, kind, link->row, &node));
                const tp_metro *m = tp_transport_metro(transport, METRO_TEXTS[link->note % 3 + 1]);
                uint64_t whole = place_ms(network, d, &joins[row], m->in, true);
                double rest = (double)line[node * (size_t)network->n_nodes + m->in] / 60000;
                assert_true(near(link->minutes + rest, (double)whole / 60000, 1e-9));
                assert_true(link->minutes >= 0 && link->distance_m >= joins[row].distance_m);
                n_links++;
            }
            char *evidence = evidence_of(measure, row);
            free(evidence);
        }
        free(d);
        free(home);
        free(road);
        free(line);
        tp_dataset_free(dataset);
    }
    assert_true(n_known > 200 && n_links > 300);
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    country made;
    int before = omp_get_max_threads();
    tp_dataset *dataset = random_country(&made, 301);
    omp_set_num_threads(1);
    const tp_measure *one = measured(dataset, "day_return", "one", "{}");
    omp_set_num_threads(4);
    const tp_measure *four = measured(dataset, "day_return", "four", "{}");
    omp_set_num_threads(before);
    assert_true(same_bytes(one, four));
    for (int64_t row = 0; row < N_SITES; row++) {
        char *a = evidence_of(one, row), *b = evidence_of(four, row);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    tp_dataset_free(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_by_hand),
        cmocka_unit_test(another_way_back),
        cmocka_unit_test(back_by_another_station),
        cmocka_unit_test(a_place_that_does_not_join),
        cmocka_unit_test(it_says_how_a_place_joins),
        cmocka_unit_test(no_way_at_all),
        cmocka_unit_test(by_road_into_the_core),
        cmocka_unit_test(a_network_of_roads_alone),
        cmocka_unit_test(trains_alone),
        cmocka_unit_test(random_countries),
        cmocka_unit_test(the_same_at_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
