/*
 * count against brute force over all pairs with geod_inverse: features, different values, sums; missing cells, samples
 * and coverage conditions as intervals; the limit to the last bit; ties; threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_stage.h"

#include "road_fixture.h"
#include "technopolis/plan.h"

#include <omp.h>

enum { N_SITES = 300, N_FIRST = 180, N_SECOND = 90, N_CLASSES = 7 };

/* What a facility was made of, kept beside the layers. */
typedef struct thing {
    double lon, lat, people;
    int kind, class; /* -1: missing */
    bool has_people;
} thing;

typedef struct world {
    tp_dataset *dataset;
    thing things[N_FIRST + N_SECOND];
    char ids[N_FIRST + N_SECOND][16];
} world;

static void fill_facilities(tp_layer *layer, const thing *things) {
    tp_column *kind = tp_test_column(layer, "kind", TP_TYPE_INT64);
    tp_column *people = tp_test_column(layer, "people", TP_TYPE_DOUBLE);
    tp_column *industry = tp_test_column(layer, "industry", TP_TYPE_TEXT);
    for (int64_t row = 0; row < layer->n_rows; row++) {
        char name[16];
        (void)snprintf(name, sizeof name, "class %d", things[row].class);
        if (things[row].kind >= 0) {
            tp_column_set_int64(kind, row, things[row].kind);
        }
        if (things[row].has_people) {
            tp_column_set_double(people, row, things[row].people);
        }
        put(industry, row, things[row].class < 0 ? NULL : name);
    }
}

static void make_world(world *made, uint64_t seed) {
    tp_test_point sites[N_SITES], points[N_FIRST + N_SECOND];
    for (int i = 0; i < N_SITES; i++) {
        sites[i] = (tp_test_point){"s", 130 + 3 * next_random(&seed), 32 + 2 * next_random(&seed)};
    }
    for (int i = 0; i < N_FIRST + N_SECOND; i++) {
        thing *one = &made->things[i];
        *one = (thing){.lon = 130 + 3 * next_random(&seed),
                       .lat = 32 + 2 * next_random(&seed),
                       .people = floor(1e6 * next_random(&seed)),
                       .kind = (int)(6 * next_random(&seed)) - 1,
                       .class = (int)((N_CLASSES + 1) * next_random(&seed)) - 1,
                       .has_people = next_random(&seed) < 0.95};
        (void)snprintf(made->ids[i], sizeof made->ids[i], "f%d", (i * 7919) % 1000);
        points[i] = (tp_test_point){made->ids[i], one->lon, one->lat};
    }
    made->dataset = new_dataset();
    (void)add_points(made->dataset, "sites", sites, N_SITES);
    fill_facilities(add_points(made->dataset, "first", points, N_FIRST), made->things);
    fill_facilities(add_points(made->dataset, "second", points + N_FIRST, N_SECOND), made->things + N_FIRST);
}

/* What a site must hold: each unknown (a cell of `where`, of the class, of the sum) may go either way. */
typedef struct expected {
    double low, high;
    int64_t sure_found;
} expected;

typedef enum how { FEATURES, DIFFERENT, SUM } how;

static expected by_brute_force(const world *made, int64_t site, int n, double within_min, int least_kind, how how) {
    const tp_layer *sites = tp_dataset_layer(made->dataset, "sites");
    expected result = {0, 0, 0};
    bool seen[N_CLASSES] = {false}, possible[N_CLASSES] = {false};
    double more = 0;
    for (int i = 0; i < n; i++) {
        const thing *one = &made->things[i];
        double minutes = oracle_min(oracle_m(sites->lon_deg[site], sites->lat_deg[site], one->lon, one->lat), 40, 1.3);
        assert_true(fabs(minutes - within_min) > 1e-9); /* the seed must not make a borderline case */
        if (minutes > within_min || (least_kind > 0 && one->kind >= 0 && one->kind < least_kind)) {
            continue;
        }
        bool sure = least_kind == 0 || one->kind >= 0;
        result.sure_found += sure;
        if (how == SUM && !one->has_people) {
            more = INFINITY;
        } else if (how == SUM) {
            *(sure ? &result.low : &more) += one->people;
        } else if (how == DIFFERENT && sure && one->class >= 0) {
            result.low += !seen[one->class];
            seen[one->class] = true;
        } else if (how == DIFFERENT && one->class >= 0) {
            possible[one->class] = true;
        } else if (how == DIFFERENT || !sure) {
            more += 1;
        } else {
            result.low += 1;
        }
    }
    for (int class = 0; class < N_CLASSES; class ++) {
        more += possible[class] && !seen[class];
    }
    result.high = result.low + more;
    return result;
}

static void check_all(const world *made, const tp_measure *measure, int n, double within_min, int least_kind, how how) {
    int64_t unlike_zero = 0, intervals = 0;
    for (int64_t site = 0; site < N_SITES; site++) {
        expected wanted = by_brute_force(made, site, n, within_min, least_kind, how);
        assert_int_equal(measure->known[site],
                         wanted.low > 0 || wanted.high <= 0); /* a possible something is no zero */
        assert_true(measure->value[site] == wanted.low);
        assert_true(measure->low[site] == wanted.low);
        assert_true(measure->high[site] == wanted.high);
        assert_int_equal(measure->method[site], TP_METHOD_STRAIGHT_LINE);
        int64_t links = measure->link_first[site + 1] - measure->link_first[site];
        int64_t listed = how == DIFFERENT ? (int64_t)wanted.low : wanted.sure_found;
        assert_int_equal(links, listed < TP_LINKS_MAX ? listed : TP_LINKS_MAX);
        unlike_zero += wanted.low > 0;
        intervals += wanted.high > wanted.low;
    }
    assert_true(unlike_zero > N_SITES / 10); /* else the world is too empty to say anything */
    assert_true(intervals > 0 || (least_kind == 0 && how == FEATURES));
    assert_false(measure->sample);
}

static void features_values_and_sums(void **state) {
    (void)state;
    world made;
    make_world(&made, 11);
    tp_dataset *d = made.dataset;
    const int all = N_FIRST + N_SECOND;
    check_all(&made, measured(d, "count", "a", "{to: [first, second], within: 30 min}"), all, 30, 0, FEATURES);
    check_all(&made, measured(d, "count", "b", "{to: first, within: 45 min}"), N_FIRST, 45, 0, FEATURES);
    check_all(&made, measured(d, "count", "c", "{to: [first, second], within: 1 h, where: kind >= 2}"), all, 60, 2,
              FEATURES);
    check_all(&made, measured(d, "count", "d", "{to: [first, second], within: 1 h, distinct: industry}"), all, 60, 0,
              DIFFERENT);
    check_all(&made,
              measured(d, "count", "e", "{to: [first, second], within: 1 h, distinct: industry, where: kind >= 2}"),
              all, 60, 2, DIFFERENT);
    check_all(&made, measured(d, "count", "f", "{to: [first, second], within: 1 h, sum: people}"), all, 60, 0, SUM);
    check_all(&made, measured(d, "count", "g", "{to: first, within: 1 h, sum: people, where: kind >= 2}"), N_FIRST, 60,
              2, SUM);
    tp_dataset_free(d);
}

static void links_are_the_nearest(void **state) {
    (void)state;
    world made;
    make_world(&made, 5);
    const tp_layer *sites = tp_dataset_layer(made.dataset, "sites");
    const tp_measure *measure = measured(made.dataset, "count", "a", "{to: [first, second], within: 90 min}");
    int64_t full = 0;
    for (int64_t site = 0; site < N_SITES; site++) {
        double before = 0;
        for (int64_t i = measure->link_first[site]; i < measure->link_first[site + 1]; i++) {
            const tp_link *link = &measure->links[i];
            const thing *one = &made.things[link->row + (link->layer == 1 ? N_FIRST : 0)];
            double distance_m = oracle_m(sites->lon_deg[site], sites->lat_deg[site], one->lon, one->lat);
            assert_true(near(link->distance_m, distance_m, 1e-6));
            assert_true(near(link->minutes, oracle_min(distance_m, 40, 1.3), 1e-9));
            assert_true(link->distance_m >= before);
            before = link->distance_m;
        }
        full += measure->link_first[site + 1] - measure->link_first[site] == TP_LINKS_MAX;
        int64_t nearer = 0; /* none that is not listed lies nearer than the last one listed */
        for (int i = 0; i < N_FIRST + N_SECOND; i++) {
            nearer += oracle_m(sites->lon_deg[site], sites->lat_deg[site], made.things[i].lon, made.things[i].lat) <
                      before - 1e-6;
        }
        assert_true(nearer < TP_LINKS_MAX);
    }
    assert_true(full > 0);
    tp_dataset_free(made.dataset);
}

static void the_limit_is_inclusive_to_the_last_bit(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}}, facility[] = {{"f", 130.9, 32.7}};
    for (int turn = 0; turn < 20; turn++) {
        tp_dataset *dataset = new_dataset();
        (void)add_points(dataset, "sites", site, 1);
        tp_layer *to = add_points(dataset, "to", facility, 1);
        to->lon_deg[0] += 0.001 * turn;
        double at = measured(dataset, "count", "far", "{to: to, within: 500 min}")->links[0].minutes;
        const double limits[] = {nextafter(at, 0), at, nextafter(at, 1000)};
        for (int i = 0; i < 3; i++) {
            char yaml[100], name[] = {(char)('a' + i), '\0'};
            (void)snprintf(yaml, sizeof yaml, "{to: to, within: %.17g min}", limits[i]);
            const tp_measure *measure = measured(dataset, "count", name, yaml);
            assert_true(measure->within_min == limits[i]);
            assert_true(measure->value[0] == (i == 0 ? 0 : 1));
        }
        tp_dataset_free(dataset);
    }
}

static void speed_and_detour(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}}, facility[] = {{"f", 130.9, 32.7}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", site, 1);
    (void)add_points(dataset, "to", facility, 1);
    const tp_measure *measure =
        measured(dataset, "count", "a", "{to: to, within: 500 min, speed: 4 km/h, detour: 1.5}");
    double distance_m = oracle_m(130.7, 32.8, 130.9, 32.7);
    assert_true(near(measure->links[0].minutes, oracle_min(distance_m, 4, 1.5), 1e-9));
    tp_dataset_free(dataset);
}

/* Points in one place: links in the bytewise order of ids, over the borders of layers. */
static void ties_in_the_order_of_ids(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}};
    const tp_test_point first[] = {{"b", 130.9, 32.7}, {"é", 130.9, 32.7}, {"a10", 130.9, 32.7}};
    const tp_test_point second[] = {{"B", 130.9, 32.7}, {"a9", 130.9, 32.7}, {"near", 130.8, 32.8}};
    static const char *const order[] = {"near", "B", "a10", "a9", "b", "é"};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", site, 1);
    (void)add_points(dataset, "first", first, 3);
    (void)add_points(dataset, "second", second, 3);
    const tp_measure *measure = measured(dataset, "count", "a", "{to: [first, second], within: 2 h}");
    assert_int_equal(measure->link_first[1], 6);
    for (int i = 0; i < 6; i++) {
        const tp_link *link = &measure->links[i];
        assert_string_equal(tp_layer_id(measure->to[link->layer], link->row), order[i]);
    }
    tp_dataset_free(dataset);
}

/* A facility beyond the limit, one within: what coverage makes of each. */
static void samples_and_coverage_conditions(void **state) {
    (void)state;
    static const struct {
        tp_coverage coverage;
        const char *condition, *settings;
        bool complete;
    } cases[] = {
        {TP_COVERAGE_COMPLETE, NULL, "{to: to, within: 30 min}", true},
        {TP_COVERAGE_SAMPLE, NULL, "{to: to, within: 30 min}", false},
        {TP_COVERAGE_SAMPLE, NULL, "{to: [other, to], within: 30 min}", false},
        {TP_COVERAGE_CONDITION, "people >= 100", "{to: to, within: 30 min}", false},
        {TP_COVERAGE_CONDITION, "people >= 100", "{to: to, within: 30 min, where: people >= 100}", true},
        {TP_COVERAGE_CONDITION, "people >= 100", "{to: to, within: 30 min, where: people >= 99}", false},
        {TP_COVERAGE_CONDITION, "people >= 100", "{to: to, within: 30 min, where: people > 100}", true},
    };
    const tp_test_point site[] = {{"s", 130.7, 32.8}}, facilities[] = {{"f", 130.75, 32.8}, {"g", 135, 35}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tp_dataset *dataset = new_dataset();
        (void)add_points(dataset, "sites", site, 1);
        tp_layer *to = add_points(dataset, "to", facilities, 2);
        (void)add_points(dataset, "other", facilities + 1, 1);
        tp_column *people = tp_test_column(to, "people", TP_TYPE_INT64);
        tp_column_set_int64(people, 0, 500);
        tp_column_set_int64(people, 1, 500);
        cover(to, cases[i].coverage, cases[i].condition);
        const tp_measure *measure = measured(dataset, "count", "a", cases[i].settings);
        assert_true(measure->value[0] == 1 && measure->low[0] == 1);
        assert_true(measure->high[0] == (cases[i].complete ? 1 : INFINITY));
        assert_int_equal(measure->sample, !cases[i].complete);
        char *evidence = evidence_of(measure, 0);
        assert_int_equal(strstr(evidence, "sample") != NULL, !cases[i].complete);
        free(evidence);
        tp_dataset_free(dataset);
    }
}

static void a_layer_that_is_not_read(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}, {"t", 131, 33}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", site, 2);
    const tp_measure *measure = measured(dataset, "count", "a", "{to: [sites, plants], within: 30 min}");
    assert_string_equal(measure->missing_layer, "plants");
    for (int row = 0; row < 2; row++) {
        assert_int_equal(measure->known[row], 0);
        assert_int_equal(measure->method[row], TP_METHOD_NONE);
        assert_true(measure->low[row] == -INFINITY && measure->high[row] == INFINITY);
    }
    tp_dataset_free(dataset);
}

static void a_negative_amount_is_a_fault_of_data(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}}, facility[] = {{"f7", 140, 40}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", site, 1);
    tp_column *people = tp_test_column(add_points(dataset, "to", facility, 1), "people", TP_TYPE_DOUBLE);
    tp_error error = {0};
    tp_column_set_double(people, 0, -1);
    assert_int_equal(run_stage(dataset, "count", "a", "{to: to, within: 1 min, sum: people}", true, 0, &error),
                     TP_E_DATA);
    assert_non_null(strstr(error.message, "f7"));
    assert_null(tp_dataset_measure(dataset, "a"));
    tp_column_set_double(people, 0, 0);
    assert_int_equal(run_stage(dataset, "count", "a", "{to: to, within: 1 min, sum: people}", true, 0, &error), TP_OK);
    tp_dataset_free(dataset);
}

/* Numbers are told apart as numbers, and an empty text is no value. */
static void different_numbers_and_empty_texts(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}};
    const tp_test_point facilities[] = {{"a", 130.7, 32.8}, {"b", 130.7, 32.8}, {"c", 130.7, 32.8}, {"d", 130.7, 32.8}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", site, 1);
    tp_layer *to = add_points(dataset, "to", facilities, 4);
    tp_column *code = tp_test_column(to, "code", TP_TYPE_INT64), *text = tp_test_column(to, "text", TP_TYPE_TEXT);
    const int64_t codes[] = {1, 2, 1, 3};
    static const char *const texts[] = {"x", "", "X", "x"};
    for (int row = 0; row < 4; row++) {
        tp_column_set_int64(code, row, codes[row]);
        put(text, row, texts[row]);
    }
    const tp_measure *numbers = measured(dataset, "count", "n", "{to: to, within: 1 min, distinct: code}");
    const tp_measure *words = measured(dataset, "count", "w", "{to: to, within: 1 min, distinct: text}");
    assert_true(numbers->value[0] == 3 && numbers->high[0] == 3);
    assert_true(words->value[0] == 2 && words->high[0] == 3);
    tp_dataset_free(dataset);
}

static void columns_are_added_to_the_layer(void **state) {
    (void)state;
    world made;
    make_world(&made, 8);
    tp_layer *sites = tp_dataset_layer(made.dataset, "sites");
    size_t before = sites->n_columns;
    assert_int_equal(run_stage(made.dataset, "count", "implied", "{to: first, within: 1 h}", true, 0, NULL), TP_OK);
    assert_int_equal(sites->n_columns, before);
    assert_int_equal(run_stage(made.dataset, "count", "r", "{to: [first, second], within: 1 h}", false, 0, NULL),
                     TP_OK);
    assert_int_equal(sites->n_columns, before + 3);
    const tp_column *all = tp_layer_column(sites, "r"), *first = tp_layer_column(sites, "r_first");
    const tp_column *second = tp_layer_column(sites, "r_second");
    for (int64_t site = 0; site < N_SITES; site++) {
        expected both = by_brute_force(&made, site, N_FIRST + N_SECOND, 60, 0, FEATURES);
        expected one = by_brute_force(&made, site, N_FIRST, 60, 0, FEATURES);
        assert_true(all->valid[site] && all->f64[site] == both.low);
        assert_true((double)first->i64[site] == one.low);
        assert_true((double)second->i64[site] == both.low - one.low);
    }
    tp_dataset_free(made.dataset);
}

static void nothing_to_count_or_nobody_to_ask(void **state) {
    (void)state;
    const tp_test_point site[] = {{"s", 130.7, 32.8}};
    for (int turn = 0; turn < 4; turn++) {
        tp_dataset *dataset = new_dataset();
        (void)add_points(dataset, "sites", site, turn % 2);
        tp_layer *to = add_points(dataset, "to", site, turn / 2);
        (void)tp_test_column(to, "industry", TP_TYPE_TEXT);
        const tp_measure *measure = measured(dataset, "count", "a", "{to: to, within: 1 min, distinct: industry}");
        assert_true(turn % 2 == 0 || (measure->known[0] == (turn / 2 == 0) && measure->value[0] == 0));
        assert_true(turn % 2 == 0 || measure->high[0] == turn / 2);
        tp_dataset_free(dataset);
    }
}

static void the_same_at_any_number_of_threads(void **state) {
    (void)state;
    world made;
    make_world(&made, 2);
    const tp_measure *one = NULL;
    int before = omp_get_max_threads();
    for (int threads = 1; threads <= 4; threads *= 2) {
        char name[16];
        (void)snprintf(name, sizeof name, "t%d", threads);
        omp_set_num_threads(threads);
        const tp_measure *measure = measured(
            made.dataset, "count", name, "{to: [first, second], within: 50 min, distinct: industry, where: kind > 0}");
        one = one == NULL ? measure : one;
        assert_true(same_bytes(one, measure));
    }
    omp_set_num_threads(before);
    tp_dataset_free(made.dataset);
}

/* Three facilities on one road at 10, 30 and 30 minutes and one off the road; a site on the road and one off it. */
static tp_dataset *make_road(void) {
    static const tp_test_point sites[] = {{"on", 130, 32}, {"off", 130, 33}};
    static const tp_test_point to[] = {{"c", 130.3, 32}, {"b", 130.3, 32}, {"near", 130.1, 32}, {"off", 130.1, 32.1}};
    tp_dataset *dataset = new_dataset();
    (void)add_points(dataset, "sites", sites, 2);
    tp_layer *layer = add_points(dataset, "to", to, 4);
    tp_column *people = tp_test_column(layer, "people", TP_TYPE_DOUBLE);
    for (int64_t row = 0; row < 4; row++) {
        tp_column_set_double(people, row, 10);
    }
    tp_ways ways = {0};
    int64_t west = road_node(&ways, 130, 32), middle = road_node(&ways, 130.1, 32), east = road_node(&ways, 130.3, 32);
    road_way(&ways, west, middle, 600000, 600000, 9000, TP_MODE_ROAD);
    road_way(&ways, middle, east, 1200000, 1200000, 18000, TP_MODE_FERRY); /* which no place joins itself */
    road_way(&ways, east, road_node(&ways, 130.31, 32), 60000, 60000, 900, TP_MODE_ROAD);
    set_roads(dataset, &ways, TP_METHOD_ROAD_MODEL);
    return dataset;
}

static void expect_evidence(const tp_measure *measure, int64_t row, const char *expected) {
    char *got = evidence_of(measure, row);
    assert_string_equal(got, expected);
    free(got);
}

static void the_limit_by_road_is_inclusive(void **state) {
    (void)state;
    tp_dataset *dataset = make_road();
    const tp_measure *measure = measured(dataset, "count", "m", "{to: to, within: 30 min}");
    assert_true(measure->value[0] == 3 && measure->method[0] == TP_METHOD_ROAD_MODEL);
    expect_evidence(
        measure, 0,
        "3 to within 30 min: near (10 min, 9 km), b (30 min, 27 km), c (30 min, 27 km) (by the road model); up to 4, "
        "since what decides is missing for some, or they do not join the network");
    measure = measured(dataset, "count", "less", "{to: to, within: 1799999 ms}");
    assert_true(measure->value[0] == 1);
    measure = measured(dataset, "count", "none", "{to: to, within: 599999 ms, sum: people}");
    assert_true(measure->known[0] && measure->value[0] == 0 && measure->high[0] == 0);
    expect_evidence(measure, 0,
                    "people of to within 10 min: none found (by the road model); 1 of the features does not join the "
                    "network and is left out (no road of the network within 2 km)");
    tp_dataset_free(dataset);
}

static void places_off_the_road(void **state) {
    (void)state;
    tp_dataset *dataset = make_road();
    const tp_measure *best = measured(dataset, "count", "best", "{to: to, within: 300 min}");
    assert_int_equal(best->method[1], TP_METHOD_STRAIGHT_LINE);
    assert_true(best->value[0] == 3 && best->value[1] == 4);
    char *said = evidence_of(best, 1);
    assert_non_null(
        strstr(said, "(straight line x 1.3 at 40 km/h); by the straight line, since the place does not join"));
    free(said);
    tp_dataset_layer(dataset, "to")->coverage = TP_COVERAGE_SAMPLE;
    assert_int_equal(
        run_stage(dataset, "count", "road", "{to: to, within: 5 h, also_within: 1 h, by: road}", false, 0, NULL),
        TP_OK);
    const tp_measure *road = tp_dataset_measure(dataset, "road");
    assert_true(!road->known[1] && road->low[1] == 0 && road->high[1] == 0);
    assert_true(road->known[0] && isinf(road->high[0]));
    expect_evidence(
        road, 1,
        "to within 300 min: none reached, since the place does not join the network (no road of the network "
        "within 2 km)");
    static const char *const columns[] = {"road", "road_60min", "road_to"};
    for (size_t i = 0; i < 3; i++) {
        const tp_column *column = tp_layer_column(tp_dataset_layer(dataset, "sites"), columns[i]);
        assert_non_null(column);
        assert_true(column->valid[0] && !column->valid[1]);
    }
    tp_dataset_free(dataset);
}

/* The columns that `also_within` adds are known to the plan; odd times and columns named twice are faults. */
static void further_times_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *times, *said;
        size_t n_faults;
    } cases[] = {{"[10 min, 90 s]", NULL, 0},
                 {"[10 min, 600 s]", "would add a column 'm_10min'", 1},
                 {"[1500 ms]", "expected a time of whole seconds", 1}};
    const tp_stage *stage = tp_stage_find(TP_MEASURE, "count");
    for (size_t i = 0; i < 3; i++) {
        char yaml[128], name[] = "m";
        tp_plan plan = {0};
        tp_faults faults = {0};
        tp_node *node = NULL;
        tp_head *head = NULL;
        (void)snprintf(yaml, sizeof yaml, "{to: to, within: 30 min, also_within: %s}", cases[i].times);
        assert_int_equal(tp_node_parse(yaml, strlen(yaml), "test", &node, &faults), TP_OK);
        tp_step step = {.stage = stage, .name = name, .place = {"test", 1, 1}};
        assert_int_equal(tp_schema_add(&plan.schema, "sites", TP_GEOMETRY_POINT, step.place, &head, NULL), TP_OK);
        assert_int_equal(tp_options_fill(stage->settings, stage->n_settings, stage->options_size, NULL, node,
                                         step.place, TP_ORIGIN_CONFIGURATION, &step.options, &faults),
                         TP_OK);
        stage->check(&step, &plan, &faults);
        assert_int_equal(faults.n, cases[i].n_faults);
        assert_true(cases[i].said == NULL || strstr(faults.items[0].message, cases[i].said) != NULL);
        assert_int_equal(tp_head_field(head, "m_90s") != NULL, i == 0);
        tp_options_reset(&step.options);
        tp_node_free(node);
        tp_faults_reset(&faults);
        tp_schema_reset(&plan.schema);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_values_and_sums),
        cmocka_unit_test(links_are_the_nearest),
        cmocka_unit_test(the_limit_is_inclusive_to_the_last_bit),
        cmocka_unit_test(speed_and_detour),
        cmocka_unit_test(ties_in_the_order_of_ids),
        cmocka_unit_test(samples_and_coverage_conditions),
        cmocka_unit_test(a_layer_that_is_not_read),
        cmocka_unit_test(a_negative_amount_is_a_fault_of_data),
        cmocka_unit_test(different_numbers_and_empty_texts),
        cmocka_unit_test(columns_are_added_to_the_layer),
        cmocka_unit_test(nothing_to_count_or_nobody_to_ask),
        cmocka_unit_test(the_limit_by_road_is_inclusive),
        cmocka_unit_test(places_off_the_road),
        cmocka_unit_test(further_times_are_checked),
        cmocka_unit_test(the_same_at_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
