/* What the command line changes in a configuration's tree: --set and --output, and what they may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/plan_parts.h"
#include "told.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const char CONFIG[] = "run: { year: 1984 }\n"
                             "read:\n"
                             "  - cities: { file: cities.shp, id: code }\n"
                             "  - sites: sites.shp\n"
                             "measure:\n"
                             "  - nearest: { to: airports, as: airport }\n"
                             "  - nearest: { to: cities, as: city }\n"
                             "  - count: { to: cities, within: 30 min }\n"
                             "write:\n"
                             "  - geopackage: ../out/japan.gpkg\n";

typedef struct tree {
    tp_node *root;
    tp_faults faults;
} tree;

static tree parsed(const char *text) {
    tree made = {0};
    assert_int_equal(tp_node_parse(text, strlen(text), "c.yaml", &made.root, &made.faults), TP_OK);
    return made;
}

static void forget(tree *made) {
    tp_node_free(made->root);
    tp_faults_reset(&made->faults);
}

static tree with_set(const char *set) {
    tree made = parsed(CONFIG);
    tp_plan_apply_sets(made.root, &set, 1, &made.faults);
    return made;
}

/* Follows keys and numbers of entries: "measure", "1", "nearest", "within". */
static const tp_node *node_at(const tp_node *node, const char *const path[]) {
    for (size_t i = 0; path[i] != NULL && node != NULL; i++) {
        bool number = path[i][0] >= '0' && path[i][0] <= '9';
        node = number ? tp_node_at(node, (size_t)atoi(path[i])) : tp_node_find(node, path[i]);
    }
    return node;
}

#define PATH(...) ((const char *const[]){__VA_ARGS__, NULL})

static void text_is(const tree *made, const char *const path[], const char *text) {
    const tp_node *node = node_at(made->root, path);
    assert_non_null(node);
    assert_non_null(tp_node_text(node));
    assert_string_equal(tp_node_text(node), text);
}

static void values_are_set_and_say_where_from(void **state) {
    (void)state;
    tree made = with_set("run.year=2020");
    text_is(&made, PATH("run", "year"), "2020");
    assert_string_equal(tp_node_place(node_at(made.root, PATH("run", "year"))).file, "--set");
    forget(&made);
    made = with_set("run.seed=7"); /* a key that was not there */
    text_is(&made, PATH("run", "seed"), "7");
    text_is(&made, PATH("run", "year"), "1984");
    forget(&made);
    made = with_set("measure.city.within=20 min"); /* by its `as`, not the first nearest */
    text_is(&made, PATH("measure", "1", "nearest", "within"), "20 min");
    assert_null(node_at(made.root, PATH("measure", "0", "nearest", "within")));
    forget(&made);
    made = with_set("measure.count.within=20min"); /* by the stage's name */
    text_is(&made, PATH("measure", "2", "count", "within"), "20min");
    forget(&made);
    made = with_set("read.cities.where=population >= 200000 and kind = a.b"); /* = and . in the value */
    text_is(&made, PATH("read", "0", "cities", "where"), "population >= 200000 and kind = a.b");
    forget(&made);
    made = with_set("read.sites=other.shp"); /* the bare value of an entry */
    text_is(&made, PATH("read", "1", "sites"), "other.shp");
    forget(&made);
    made = with_set("measure.count.to=[cities, airports]");
    const tp_node *list = node_at(made.root, PATH("measure", "2", "count", "to"));
    assert_int_equal(tp_node_get_kind(list), TP_NODE_LIST);
    assert_int_equal(tp_node_count(list), 2);
    forget(&made);
    made = with_set("run.year="); /* nothing: an empty text, which the settings' table will judge */
    text_is(&made, PATH("run", "year"), "");
    forget(&made);
}

static void a_run_section_is_made(void **state) {
    (void)state;
    static const char *const configs[] = {"read:\n  - a: b\n", "run:\nread:\n  - a: b\n"};
    const char *const sets[] = {"run.year=2020", "run.seed=3"};
    for (size_t i = 0; i < 2; i++) {
        tree made = parsed(configs[i]);
        tp_plan_apply_sets(made.root, sets, 2, &made.faults);
        assert_int_equal(made.faults.n, 0);
        text_is(&made, PATH("run", "year"), "2020");
        text_is(&made, PATH("run", "seed"), "3");
        forget(&made);
    }
}

static void later_sets_win(void **state) {
    (void)state;
    tree made = parsed(CONFIG);
    const char *const sets[] = {"run.year=2020", "run.year=2021"};
    tp_plan_apply_sets(made.root, sets, 2, &made.faults);
    text_is(&made, PATH("run", "year"), "2021");
    forget(&made);
}

static void sets_that_are_wrong(void **state) {
    (void)state;
    static const struct {
        const char *set, *said;
    } wrong[] = {
        {"", "expected PHASE.ENTRY.KEY=VALUE"},
        {"year=2020", "expected PHASE.ENTRY.KEY=VALUE"},
        {"run.year", "expected PHASE.ENTRY.KEY=VALUE"},
        {"=run.year", "expected PHASE.ENTRY.KEY=VALUE"},
        {".=", "no section ''"},
        {"judge.profile=law1983", "no section 'judge'"},
        {"measure.airports.within=20 min", "no entry named 'airports'"},
        {"measure..within=20 min", "no entry named ''"},
        {"run.=5", "no settings of its own"},
        {"measure.city.=5", "no settings of its own"},
        {"read.sites.id=code", "no settings of its own"},
        {"run.year=[1, 2", "--set"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tree made = with_set(wrong[i].set);
        assert_int_equal(tp_faults_code(&made.faults), TP_E_CONFIG);
        assert_true(told(&made.faults, wrong[i].said));
        assert_true(told(&made.faults, "--set"));
        forget(&made);
    }
}

/* ---- --output ---- */

static void output_is(const char *write, const char *output, const char *first, const char *second) {
    tree made = parsed(write);
    tp_plan_apply_output(made.root, output, &made.faults);
    assert_int_equal(made.faults.n, 0);
    const char *const files[] = {first, second};
    const tp_node *list = tp_node_find(made.root, "write");
    for (size_t i = 0; i < tp_node_count(list); i++) {
        const tp_node *value = tp_node_at(tp_node_at(list, i), 0);
        const tp_node *file = tp_node_get_kind(value) == TP_NODE_MAP ? tp_node_find(value, "file") : value;
        assert_string_equal(tp_node_text(file), files[i]);
    }
    forget(&made);
}

static void the_first_geopackage_and_the_stem_of_others(void **state) {
    (void)state;
    output_is("write:\n  - geopackage: a.gpkg\n", "/tmp/x.gpkg", "/tmp/x.gpkg", NULL);
    output_is("write:\n  - geopackage: { file: a.gpkg }\n", "/tmp/x.gpkg", "/tmp/x.gpkg", NULL);
    output_is("write:\n  - geopackage: a.gpkg\n  - report: { file: a.html }\n", "/tmp/x.gpkg", "/tmp/x.gpkg",
              "/tmp/x.html");
    output_is("write:\n  - report: b.html\n  - geopackage: a.gpkg\n", "/tmp/v1.2/x", "/tmp/v1.2/x.html", "/tmp/v1.2/x");
    output_is("write:\n  - geopackage: a.gpkg\n  - report: sub.d/a\n", "/tmp/x.y.gpkg", "/tmp/x.y.gpkg", "/tmp/x.y");
}

/* Names that mean something in YAML stay names. */
static void strange_names(void **state) {
    (void)state;
    static const char *const names[] = {"/tmp/{a}.gpkg", "/tmp/a: b.gpkg", "/tmp/\"q\".gpkg", "/tmp/back\\slash.gpkg",
                                        "/tmp/# a.gpkg", "/tmp/日本.gpkg", "/tmp/'.gpkg"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        output_is("write:\n  - geopackage: a.gpkg\n", names[i], names[i], NULL);
    }
}

/* A path of the command line starts where the command is given, not at the configuration. */
static void a_relative_output(void **state) {
    (void)state;
    char folder[PATH_MAX], expected[PATH_MAX + 20];
    assert_non_null(getcwd(folder, sizeof folder));
    (void)snprintf(expected, sizeof expected, "%s/out/x.gpkg", folder);
    output_is("write:\n  - geopackage: a.gpkg\n", "out/x.gpkg", expected, NULL);
}

static void without_a_geopackage(void **state) {
    (void)state;
    static const char *const configs[] = {"read: []\n", "write: []\n", "write:\n  - report: a.html\n", "write: text\n"};
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        tree made = parsed(configs[i]);
        tp_plan_apply_output(made.root, "/tmp/x.gpkg", &made.faults);
        assert_int_equal(tp_faults_code(&made.faults), TP_E_CONFIG);
        assert_true(told(&made.faults, "writes no geopackage"));
        forget(&made);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_set_and_say_where_from),
        cmocka_unit_test(a_run_section_is_made),
        cmocka_unit_test(later_sets_win),
        cmocka_unit_test(sets_that_are_wrong),
        cmocka_unit_test(the_first_geopackage_and_the_stem_of_others),
        cmocka_unit_test(strange_names),
        cmocka_unit_test(a_relative_output),
        cmocka_unit_test(without_a_geopackage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
