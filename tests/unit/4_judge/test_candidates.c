/* Candidate zones on small drawn grids: what hangs together, holes, corners, margins, ranking and its ties, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge_fixture.h"
#include "technopolis/mesh.h"
#include "technopolis/plan.h"
#include "technopolis/stage.h"

enum { N_CRITERIA = 3, MOST = 200 };

/* Criterion 0 and 1 are required ("at least 10"), 2 is not; 0 is called mother_city. */
static char MEASURES[N_CRITERIA][4] = {"m0", "m1", "m2"};
static const char *const CRITERIA[N_CRITERIA] = {"mother_city", "base", "extra"};

typedef struct made {
    tp_dataset *dataset;
    tp_profile profile;
    tp_criterion criteria[N_CRITERIA];
    tp_part parts[N_CRITERIA];
    tp_layer *cities;
    tp_mesh_cell origin;
} made;

static void add_text_column(tp_layer *layer, const char *name, tp_column **column) {
    assert_int_equal(tp_layer_add_column(layer, name, TP_TYPE_TEXT, "", "test", column, NULL), TP_OK);
}

static void put(tp_column *column, int64_t row, const char *text) {
    assert_int_equal(tp_column_set_text(column, row, text, strlen(text), NULL), TP_OK);
}

static void make_profile(made *m) {
    m->profile = (tp_profile){.id = "p", .criteria = m->criteria, .n_criteria = N_CRITERIA};
    for (int i = 0; i < N_CRITERIA; i++) {
        m->parts[i] = part_over(MEASURES[i]);
        m->criteria[i] = (tp_criterion){.id = CRITERIA[i], .required = i < 2, .parts = &m->parts[i], .n_parts = 1};
    }
    m->dataset->profiles = calloc(1, sizeof(const tp_profile *));
    assert_non_null(m->dataset->profiles);
    m->dataset->profiles[0] = &m->profile;
    m->dataset->n_profiles = 1;
}

/*
 * A grid of 1 km squares from a drawing, the last line being the south: 0 to 9 is met with that margin in every
 * criterion, `?` is unknown in `base` (else margin 4), x fails by 1, a space is no square. Squares west of column
 * `border` lie in prefecture 43, the others in 44; the nearest city of a square with an even margin is the first one.
 */
static void draw(made *m, const char *const *lines, int n_lines, int border) {
    *m = (made){0};
    assert_int_equal(tp_dataset_new(&m->dataset, NULL), TP_OK);
    tp_ellipsoid_init_grs80(&m->dataset->ellipsoid);
    assert_true(tp_mesh_cell_at(TP_MESH_1KM, 130.7, 32.8, &m->origin));
    tp_test_point points[MOST];
    char signs[MOST], codes[MOST][TP_MESH_TEXT_SIZE];
    int columns[MOST];
    int64_t n = 0;
    for (int row = 0; row < n_lines; row++) {
        const char *line = lines[n_lines - 1 - row];
        for (int column = 0; line[column] != '\0'; column++) {
            if (line[column] != ' ') {
                tp_mesh_cell cell = {m->origin.row + row, m->origin.column + column};
                tp_mesh_text(TP_MESH_1KM, cell, codes[n]);
                points[n] = (tp_test_point){.id = codes[n]};
                tp_mesh_centre(TP_MESH_1KM, cell, &points[n].lon_deg, &points[n].lat_deg);
                columns[n] = column;
                signs[n++] = line[column];
            }
        }
    }
    tp_layer *sites = tp_test_points("sites", points, n);
    tp_column *code = NULL, *prefecture = NULL, *name = NULL;
    assert_int_equal(tp_dataset_add_layer(m->dataset, sites, NULL), TP_OK);
    const tp_test_point cities[] = {{"b", 130.7, 32.8}, {"a", 130.8, 32.8}};
    m->cities = tp_test_points("cities", cities, 2);
    assert_int_equal(tp_dataset_add_layer(m->dataset, m->cities, NULL), TP_OK);
    add_text_column(sites, "mesh_code", &code);
    add_text_column(sites, "prefecture_code", &prefecture);
    add_text_column(sites, "prefecture_name", &name);
    for (int k = 0; k < N_CRITERIA; k++) {
        tp_measure *measure = add_measure(m->dataset, MEASURES[k]);
        measure->links = calloc((size_t)n + 1, sizeof *measure->links);
        assert_non_null(measure->links);
        assert_int_equal(tp_measure_add_to(measure, m->cities, NULL), TP_OK);
        for (int64_t row = 0; row < n; row++) {
            bool unknown = signs[row] == '?' && k == 1;
            double excess = signs[row] == '?' ? 4 : signs[row] == 'x' ? -1 : signs[row] - '0';
            set_verdict(measure, row, unknown ? TP_UNKNOWN : excess >= 0 ? TP_MET : TP_NOT_MET, excess);
            measure->links[row] = (tp_link){.row = (int)excess % 2 != 0, .note = -1};
            measure->link_first[row + 1] = row + 1;
            put(code, row, points[row].id);
            put(prefecture, row, columns[row] < border ? "43" : "44");
            put(name, row, columns[row] < border ? "Kumamoto" : "Oita");
        }
    }
    make_profile(m);
}

static tp_code run_judge(made *m, const char *kind, const char *yaml, tp_error *error) {
    const tp_stage *stage = tp_stage_find(TP_JUDGE, kind);
    assert_non_null(stage);
    tp_node *node = NULL;
    tp_faults faults = {0};
    char name[] = "candidates";
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "test", &node, &faults), TP_OK);
    tp_step step = {.stage = stage, .name = name, .node = node};
    assert_int_equal(tp_options_fill(stage->settings, stage->n_settings, stage->options_size, stage->main_key, node,
                                     (tp_place){"test", 1, 1}, TP_ORIGIN_CONFIGURATION, &step.options, &faults),
                     TP_OK);
    tp_run run = {.base = ""};
    tp_code code = stage->run(&step, &run, m->dataset, error);
    tp_options_reset(&step.options);
    tp_node_free(node);
    tp_faults_reset(&faults);
    return code;
}

static const tp_layer *find(made *m, const char *yaml) {
    tp_error error = {0};
    assert_int_equal(run_judge(m, "profile", "p", &error), TP_OK);
    if (run_judge(m, "candidates", yaml, &error) != TP_OK) {
        fail_msg("%s", error.message);
    }
    return tp_dataset_layer(m->dataset, "candidates");
}

static double number(const tp_layer *layer, const char *column, int64_t row) {
    double value = NAN;
    const tp_column *found = tp_layer_column(layer, column);
    assert_non_null(found);
    return tp_column_number(found, row, &value) ? value : NAN;
}

static const char *text(const tp_layer *layer, const char *column, int64_t row) {
    const tp_column *found = tp_layer_column(layer, column);
    assert_non_null(found);
    return tp_column_text(found, row);
}

/* The polygon's area is that of the squares, as the edges of both are the same. */
static void assert_areas(const made *m, const tp_layer *layer) {
    for (int64_t row = 0; row < layer->n_rows; row++) {
        double km2 = tp_geodesic_area_km2(&m->dataset->ellipsoid, &layer->shapes, row);
        assert_true(fabs(km2 - number(layer, "area_km2", row)) < 1e-7 * km2);
        assert_true(fabs(km2 / number(layer, "cells", row) - 1.08) < 0.01);
    }
}

static void two_zones_with_margins(void **state) {
    (void)state;
    static const char *const lines[] = {"444x22", "4x4x22", "444xx6"};
    made m;
    draw(&m, lines, 3, 5);
    const tp_layer *layer = find(&m, "{ unknown: no }");
    assert_int_equal(layer->n_rows, 2);
    assert_string_equal(text(layer, "candidate_id", 0), "met-1");
    assert_true(number(layer, "cells", 0) == 8 && number(layer, "cells_met", 0) == 8);
    assert_int_equal(layer->shapes.ring_first[layer->shapes.part_first[1]], layer->shapes.ring_first[2]); /* a hole */
    assert_true(number(layer, "mother_city_margin_least", 0) == 4 && number(layer, "base_margin_mean", 0) == 4);
    assert_true(fabs(number(layer, "weakest_margin_percent", 0) - 40) < 1e-9);
    assert_string_equal(text(layer, "weakest_criterion", 0), "mother_city"); /* the first of equals */
    assert_true(number(layer, "cells", 1) == 5);
    assert_true(number(layer, "base_margin_least", 1) == 2 && fabs(number(layer, "base_margin_mean", 1) - 2.8) < 1e-12);
    assert_true(fabs(number(layer, "weakest_margin_percent", 1) - 28) < 1e-9);
    assert_string_equal(text(layer, "prefecture_names", 0), "Kumamoto");
    assert_string_equal(text(layer, "prefecture_names", 1), "Kumamoto, Oita");
    assert_true(number(layer, "prefectures", 1) == 2);
    assert_string_equal(text(layer, "mother_city", 0), "b");
    tp_mesh_cell best = {m.origin.row, m.origin.column + 5};
    char digits[TP_MESH_TEXT_SIZE];
    double lon, lat;
    tp_mesh_text(TP_MESH_1KM, best, digits);
    tp_mesh_centre(TP_MESH_1KM, best, &lon, &lat);
    assert_string_equal(text(layer, "best_site", 1), digits); /* the one with 6 */
    assert_true(number(layer, "best_lon", 1) == lon && number(layer, "best_lat", 1) == lat);
    assert_null(text(layer, "unknown_criteria", 0));
    assert_areas(&m, layer);
    assert_int_equal(m.dataset->n_findings, 3);
    assert_non_null(strstr(m.dataset->findings[0].text, "2 zones of 13 squares"));
    tp_dataset_free(m.dataset);
}

static void corners(void **state) {
    (void)state;
    static const char *const lines[] = {"xx1", "1 x", " 1x"};
    made m;
    draw(&m, lines, 3, 9);
    assert_int_equal(find(&m, "{ unknown: no }")->n_rows, 3);
    tp_dataset_free(m.dataset);
    draw(&m, lines, 3, 9);
    const tp_layer *layer = find(&m, "{ unknown: no, neighbours: corners }");
    assert_int_equal(layer->n_rows, 2);
    assert_true(number(layer, "cells", 0) == 2);
    assert_int_equal(layer->shapes.row_first[1], 2); /* two parts that touch */
    assert_areas(&m, layer);
    tp_dataset_free(m.dataset);
    draw(&m, lines, 3, 9);
    assert_int_equal(find(&m, "{ unknown: no, neighbours: corners, minimum: 2 }")->n_rows, 1);
    tp_dataset_free(m.dataset);
}

static void unknown_squares(void **state) {
    (void)state;
    static const char *const lines[] = {"22??x?", "22??x?"};
    made m;
    draw(&m, lines, 2, 9);
    const tp_layer *layer = find(&m, "{}");
    assert_int_equal(layer->n_rows, 3);
    assert_string_equal(text(layer, "candidate_id", 0), "met-1");
    assert_string_equal(text(layer, "candidate_id", 1), "met_or_unknown-1");
    assert_string_equal(text(layer, "kind", 1), "met_or_unknown");
    assert_true(number(layer, "cells", 1) == 8 && number(layer, "cells_met", 1) == 4);
    assert_string_equal(text(layer, "unknown_criteria", 1), "base (4)");
    assert_true(number(layer, "base_margin_mean", 1) == 2); /* of the squares where it is known */
    assert_true(number(layer, "mother_city_margin_mean", 1) == 3);
    assert_true(number(layer, "cells", 2) == 2 && isnan(number(layer, "base_margin_mean", 2)));
    assert_string_equal(text(layer, "weakest_criterion", 2), "mother_city"); /* all that is known */
    assert_areas(&m, layer);
    tp_dataset_free(m.dataset);
}

/* Zones above the limit go last; then the larger weakest margin, more squares, and the one further south-west. */
static void ranking(void **state) {
    (void)state;
    static const char *const lines[] = {"9999x3x33", "9999xxxxx", "xxxx3x3x5"};
    made m;
    draw(&m, lines, 3, 99);
    const tp_layer *layer = find(&m, "{ unknown: no, limit: 5 km2 }");
    assert_int_equal(layer->n_rows, 6);
    static const double cells[] = {1, 2, 1, 1, 1, 8}, percents[] = {50, 30, 30, 30, 30, 90};
    static const double columns[] = {8, 7.5, 4, 6, 5, 1.5}; /* of the centres of the boxes around them */
    for (int i = 0; i < 6; i++) {
        double lon, lat;
        tp_mesh_corner(TP_MESH_1KM, m.origin, &lon, &lat);
        assert_true(number(layer, "rank", i) == i + 1 && number(layer, "cells", i) == cells[i]);
        assert_true(fabs(number(layer, "weakest_margin_percent", i) - percents[i]) < 1e-9);
        assert_true(fabs((number(layer, "centre_lon", i) - lon) * 80 - columns[i] - 0.5) < 1e-9);
        assert_true(number(layer, "within_limit", i) == (i < 5));
    }
    tp_dataset_free(m.dataset);
}

/* As many squares near the one city as near the other: the smaller id, "a", which stands second in the layer. */
static void mother_cities(void **state) {
    (void)state;
    static const char *const lines[] = {"2233x2333"};
    made m;
    draw(&m, lines, 1, 99);
    const tp_layer *layer = find(&m, "{ unknown: no }");
    assert_int_equal(layer->n_rows, 2);
    assert_string_equal(text(layer, "mother_city", 0), "a");
    assert_string_equal(text(layer, "mother_city", 1), "a");
    tp_dataset_free(m.dataset);
}

static void nothing_and_bad_codes(void **state) {
    (void)state;
    static const char *const lines[] = {"xxx"}, *const two[] = {"11"};
    made m;
    draw(&m, lines, 1, 99);
    assert_int_equal(find(&m, "{}")->n_rows, 0);
    assert_int_equal(m.dataset->n_findings, 2);
    tp_dataset_free(m.dataset);
    tp_error error = {0};
    draw(&m, two, 1, 99);
    assert_int_equal(run_judge(&m, "profile", "p", &error), TP_OK);
    put(tp_layer_column(tp_dataset_layer(m.dataset, "sites"), "mesh_code"), 1, "493");
    assert_int_equal(run_judge(&m, "candidates", "{}", &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "'493' is no code of a square of 1 km (expected 8 digits)"));
    const char *first = tp_column_text(tp_layer_column(tp_dataset_layer(m.dataset, "sites"), "mesh_code"), 0);
    char same[16];
    snprintf(same, sizeof same, "%s", first);
    put(tp_layer_column(tp_dataset_layer(m.dataset, "sites"), "mesh_code"), 1, same);
    assert_int_equal(run_judge(&m, "candidates", "{}", &error), TP_E_DATA);
    assert_non_null(strstr(error.message, "are the same"));
    tp_dataset_free(m.dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_zones_with_margins), cmocka_unit_test(corners),
        cmocka_unit_test(unknown_squares),        cmocka_unit_test(ranking),
        cmocka_unit_test(mother_cities),          cmocka_unit_test(nothing_and_bad_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
