/** Whole plans from small folders, run without a write phase: stages of judging with real measures behind them. */
#ifndef TP_TEST_PLAN_RUN_H
#define TP_TEST_PLAN_RUN_H

#include "../core/plan_fixture.h"

#include <math.h>

/*
 * Sites on the equator of a plain world: towns and an institute to the east. Straight lines at 60 km/h without a detour, so
 * that a minute is a kilometre: s1 has the city c1 at 20 km, c2 (bigger) at 40 km; s2 lies a little less than 10 km further west.
 */
static inline double east_deg(double km) { /* a degree of the equator is pi / 180 x 6378.137 km */
    return 10 + km / 111.3194907932736;
}

static inline void write_line_world(bench *b) {
    char text[800];
    open_bench(b);
    (void)snprintf(text, sizeof text, "id,name,lon,lat\ns1,One,10,0\ns2,Two,%.12f,0\n", east_deg(-9.995));
    write_text(b, "sites.csv", text);
    (void)snprintf(text, sizeof text, "id,name,lon,lat,population\nc1,Near,%.12f,0,100000\nc2,Far,%.12f,0,300000\n",
                   east_deg(20), east_deg(40));
    write_text(b, "cities.csv", text);
    (void)snprintf(text, sizeof text, "id,name,lon,lat,kind\ni1,First,%.12f,0,a\ni2,Second,%.12f,0,b\n", east_deg(25),
                   east_deg(35));
    write_text(b, "institutes.csv", text);
}

#define LINE "speed: 60 km/h, detour: 1"
#define LINE_PROFILE                                                                                                   \
    "id: p\ntitle: { en: P, ja: P }\ncriteria:\n"                                                                      \
    "  - id: town\n    title: { en: T, ja: T }\n    source: somebody\n    required: yes\n"                             \
    "    measure: { nearest: { to: cities, where: population >= 50000, " LINE " } }\n    at_most: 25 min\n"            \
    "  - id: research\n    title: { en: R, ja: R }\n    source: somebody\n    required: yes\n    all:\n"               \
    "      - { measure: { count: { to: institutes, within: 30 min, " LINE " } }, at_least: 1 institutes }\n"           \
    "      - { measure: { count: { to: cities, sum: population, within: 30 min, " LINE                                 \
    " } }, at_least: 1000 persons }\n"                                                                                 \
    "  - id: far\n    title: { en: F, ja: F }\n    source: somebody\n    required: no\n"                               \
    "    measure: { nearest: { to: institutes, " LINE " } }\n    at_most: 10 min\n"

#define LINE_LAYER(name) "  - " name ": { file: " name ".csv, id: id, name: name, crs: 'EPSG:4326' }\n"
#define LINE_READ "read:\n" LINE_LAYER("sites") LINE_LAYER("cities") LINE_LAYER("institutes")

/** Plans and runs `judge` (entries after the profile) over the line world; asserts success. */
static inline tp_dataset *run_judged(bench *b, const char *judge, int threads) {
    char yaml[4000];
    tp_dataset *dataset = NULL;
    tp_error error = {0};
    write_text(b, "p.yaml", LINE_PROFILE);
    (void)snprintf(yaml, sizeof yaml, "run: { seed: 7, threads: %d }\n" LINE_READ "judge:\n  - profile: p\n%s" WRITE,
                   threads, judge);
    b->request.without_write = true;
    tp_code code = plan_of(b, yaml);
    for (size_t i = 0; code != TP_OK && i < b->faults.n; i++) {
        print_error("%s\n", b->faults.items[i].message);
    }
    assert_int_equal(code, TP_OK);
    code = tp_plan_run(b->plan, &dataset, &error);
    if (code != TP_OK) {
        print_error("%s\n", error.message);
    }
    assert_int_equal(code, TP_OK);
    return dataset;
}

/** The same, expecting faults. */
static inline tp_code plan_judged(bench *b, const char *judge) {
    char yaml[4000];
    write_text(b, "p.yaml", LINE_PROFILE);
    (void)snprintf(yaml, sizeof yaml, LINE_READ "judge:\n  - profile: p\n%s" WRITE, judge);
    return plan_of(b, yaml);
}

/* Lines before the first entry after the profile: read, three layers, judge, profile. */
enum { FIRST_LINE = 7 };

static inline const char *cell_text(const tp_layer *table, const char *column, int64_t row) {
    const tp_column *of = tp_layer_column(table, column);
    assert_non_null(of);
    const char *text = tp_column_text(of, row);
    return text == NULL ? "" : text;
}

static inline double cell(const tp_layer *table, const char *column, int64_t row) {
    double value = NAN;
    const tp_column *of = tp_layer_column(table, column);
    assert_non_null(of);
    return tp_column_number(of, row, &value) ? value : NAN;
}

static inline bool is_near(double a, double b) {
    if (!(fabs(a - b) <= 1e-6 * (1 + fabs(b)))) {
        print_error("%.12g instead of %.12g\n", a, b);
        return false;
    }
    return true;
}

#endif
