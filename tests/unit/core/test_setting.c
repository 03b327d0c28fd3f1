/* Settings: every kind, every fault with its place, origins and defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/setting.h"
#include "told.h"

#include <math.h>
#include <stdlib.h>

typedef struct options {
    const char *text, *layer, *column, *path, *where;
    tp_texts to, files;
    tp_quantity within, area, count;
    tp_quantities times;
    int64_t year;
    double power;
    bool dissolve;
    int by;
    const tp_node *columns;
} options;

#define AT(member) offsetof(options, member)
static const tp_setting table[] = {
    {.key = "text", .kind = TP_SETTING_TEXT, .offset = AT(text)},
    {.key = "layer", .kind = TP_SETTING_LAYER, .required = true, .help = "what is measured", .offset = AT(layer)},
    {.key = "column", .kind = TP_SETTING_COLUMN, .offset = AT(column)},
    {.key = "path", .kind = TP_SETTING_PATH, .offset = AT(path)},
    {.key = "where", .kind = TP_SETTING_CONDITION, .offset = AT(where)},
    {.key = "to", .kind = TP_SETTING_LAYERS, .offset = AT(to)},
    {.key = "files", .kind = TP_SETTING_PATHS, .fallback = "x.shp", .offset = AT(files)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .fallback = "30 min",
     .min = 1.0,
     .max = 1440.0,
     .offset = AT(within)},
    {.key = "area", .kind = TP_SETTING_QUANTITY, .dimension = TP_DIMENSION_AREA, .offset = AT(area)},
    {.key = "count",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_COUNT,
     .min = 1.0,
     .max = INFINITY,
     .offset = AT(count)},
    {.key = "year", .kind = TP_SETTING_INTEGER, .min = 1900, .max = 2100, .fallback = "2020", .offset = AT(year)},
    {.key = "power", .kind = TP_SETTING_NUMBER, .min = 0.0, .max = INFINITY, .offset = AT(power)},
    {.key = "dissolve", .kind = TP_SETTING_YES_NO, .fallback = "yes", .offset = AT(dissolve)},
    {.key = "by", .kind = TP_SETTING_CHOICE, .choices = "line|road|both", .fallback = "road", .offset = AT(by)},
    {.key = "times",
     .kind = TP_SETTING_QUANTITIES,
     .dimension = TP_DIMENSION_TIME,
     .min = 0,
     .max = 60,
     .offset = AT(times)},
    {.key = "columns", .kind = TP_SETTING_MAP, .offset = AT(columns)},
};
enum { N = sizeof table / sizeof table[0] };

static const tp_place ENTRY = {.file = "c.yaml", .line = 77, .column = 5};

/* A filling and everything it borrows. */
typedef struct filled {
    tp_node *root;
    tp_options options;
    tp_faults faults;
    tp_code code;
    const options *values;
} filled;

static filled fill(const char *yaml, const char *main_key) {
    filled f = {0};
    if (yaml != NULL) {
        assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &f.root, &f.faults), TP_OK);
    }
    f.code = tp_options_fill(table, N, sizeof(options), main_key, f.root, ENTRY, TP_ORIGIN_CONFIGURATION, &f.options,
                             &f.faults);
    f.values = f.options.values;
    return f;
}

static void reset(filled *f) {
    tp_options_reset(&f->options);
    tp_faults_reset(&f->faults);
    tp_node_free(f->root);
}

/* Expects one fault. */
static void refuse(const char *yaml, const char *said) {
    filled f = fill(yaml, NULL);
    assert_int_equal(f.code, TP_E_CONFIG);
    assert_true(told(&f.faults, said));
    if (f.faults.n != 1) {
        told(&f.faults, "one fault only");
    }
    assert_int_equal(f.faults.n, 1);
    reset(&f);
}

static size_t at(const char *key) {
    size_t i = 0;
    while (strcmp(table[i].key, key) != 0) {
        i++;
    }
    return i;
}

static void every_kind_is_read(void **state) {
    (void)state;
    filled f = fill("{ text: '', layer: sites, column: population, path: a.shp, where: population >= 200000,\n"
                    "  to: [universities, institutes], files: [a.shp, b.shp], within: 1 h, area: 10 ha,\n"
                    "  count: 2 kinds, year: 1984, power: 1e-1, dissolve: No, by: both, columns: { a: b },\n"
                    "  times: [90 s, 1 h] }",
                    NULL);
    assert_int_equal(f.code, TP_OK);
    const options *o = f.values;
    assert_string_equal(o->text, "");
    assert_string_equal(o->layer, "sites");
    assert_string_equal(o->column, "population");
    assert_string_equal(o->path, "a.shp");
    assert_string_equal(o->where, "population >= 200000");
    assert_int_equal(o->to.n, 2);
    assert_string_equal(o->to.items[1], "institutes");
    assert_int_equal(o->to.places[1].line, 2);
    assert_int_equal(o->to.places[1].column, 22);
    assert_int_equal(o->files.n, 2);
    assert_true(o->within.value == 60.0 && o->area.value == 0.1 && o->count.value == 2.0);
    assert_string_equal(o->count.unit, "kinds");
    assert_int_equal(o->year, 1984);
    assert_true(o->power == 0.1);
    assert_false(o->dissolve);
    assert_int_equal(o->by, 2);
    assert_string_equal(tp_node_text(tp_node_find(o->columns, "a")), "b");
    assert_int_equal(o->times.n, 2);
    assert_true(o->times.items[0].value == 1.5 && o->times.items[1].value == 60);
    assert_int_equal(o->times.places[1].line, 4);
    assert_string_equal(f.options.texts[at("times")], "[90 s, 1 h]");
    assert_string_equal(f.options.texts[at("within")], "1 h");
    assert_string_equal(f.options.texts[at("to")], "[universities, institutes]");
    assert_string_equal(f.options.texts[at("columns")], "{a: b}");
    assert_int_equal(f.options.origins[at("within")], TP_ORIGIN_CONFIGURATION);
    assert_int_equal(f.options.places[at("within")].line, 2);
    reset(&f);
}

static void defaults_are_filled(void **state) {
    (void)state;
    filled f = fill("{ layer: sites }", NULL);
    assert_int_equal(f.code, TP_OK);
    assert_int_equal(f.options.n_settings, N);
    assert_true(f.values->within.value == 30.0);
    assert_int_equal(f.values->year, 2020);
    assert_true(f.values->dissolve);
    assert_int_equal(f.values->by, 1);
    assert_int_equal(f.values->files.n, 1);
    assert_string_equal(f.values->files.items[0], "x.shp");
    assert_int_equal(f.options.places[at("within")].line, 0);
    assert_int_equal(f.options.origins[at("within")], TP_ORIGIN_DEFAULT);
    assert_string_equal(f.options.texts[at("within")], "30 min");
    assert_null(f.values->text);
    assert_null(f.options.texts[at("text")]);
    assert_int_equal(f.values->to.n, 0);
    assert_true(f.values->area.value == 0.0 && f.values->area.dimension == TP_DIMENSION_NONE);
    tp_place place = tp_options_place(&f.options, table, "layer", ENTRY);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.column, 10);
    assert_int_equal(tp_options_place(&f.options, table, "within", ENTRY).line, 77);
    assert_int_equal(tp_options_place(&f.options, table, "no such key", ENTRY).line, 77);
    reset(&f);
}

static void a_bare_value_fills_the_main_key(void **state) {
    (void)state;
    filled f = fill("sites", "layer");
    assert_int_equal(f.code, TP_OK);
    assert_string_equal(f.values->layer, "sites");
    assert_int_equal(f.options.origins[at("layer")], TP_ORIGIN_CONFIGURATION);
    reset(&f);
    f = fill("[a, b]", "to");
    assert_int_equal(f.values->to.n, 2);
    assert_int_equal(f.faults.n, 1); /* only that layer is missing */
    reset(&f);
    f = fill("[a, b]", "layer");
    assert_true(told(&f.faults, "c.yaml:1:1: expected settings such as { key: value }, found a list"));
    assert_int_equal(f.faults.n, 1);
    reset(&f);
    f = fill("sites", NULL);
    assert_true(told(&f.faults, "c.yaml:1:1: expected settings such as { key: value }, found 'sites'"));
    assert_int_equal(f.faults.n, 1);
    reset(&f);
}

static void what_is_required_is_missed(void **state) {
    (void)state;
    filled f = fill(NULL, NULL);
    assert_int_equal(f.code, TP_E_CONFIG);
    assert_true(told(&f.faults, "c.yaml:77:5: key 'layer' is missing (expected layer: what is measured)"));
    assert_int_equal(f.faults.n, 1);
    reset(&f);
    f = fill("''", "layer");
    assert_true(told(&f.faults, "c.yaml:77:5: key 'layer' is missing"));
    reset(&f);
    refuse("{ text: a }", "c.yaml:77:5: key 'layer' is missing");
}

static void unknown_keys_are_told(void **state) {
    (void)state;
    refuse("{ layer: x, wihin: 3 min }",
           "c.yaml:1:13: unknown key 'wihin' (did you mean 'within'? known: text, layer, column, path, where, to,");
    refuse("{ layer: x, Within: 3 min }", "did you mean 'within'?");
    refuse("{ layer: x, ot: a }", "did you mean 'to'?");
    refuse("{ layer: x, zzz: 3 }", "c.yaml:1:13: unknown key 'zzz' (known: text, layer");
}

static void wrong_values_are_told(void **state) {
    (void)state;
    refuse("{ layer: '' }", "c.yaml:1:10: layer: nothing is written (expected the name of a layer)");
    refuse("{ layer: [a] }", "c.yaml:1:10: layer: expected the name of a layer, found a list");
    refuse("{ layer: x, within: 30 }", "c.yaml:1:21: within: '30' has no unit");
    refuse("{ layer: x, within: '' }", "within: nothing is written (expected a time such as `30 min`)");
    refuse("{ layer: x, within: 30 km }", "c.yaml:1:21: within: expected a time such as `30 min`, found '30 km'");
    refuse("{ layer: x, within: { a: b } }", "within: expected a time such as `30 min`, found a map");
    refuse("{ layer: x, area: 5 persons }", "area: expected an area such as `1,300 km2`, found '5 persons'");
    refuse("{ layer: x, where: population > }", "c.yaml:1:20: where: 'population >': character 13: expected a value");
    refuse("{ layer: x, where: '' }", "where: nothing is written (expected a condition");
    refuse("{ layer: x, to: [] }", "to: expected the name of a layer or a list of names, found nothing");
    refuse("{ layer: x, to: [a, b, a] }", "c.yaml:1:24: to: 'a' is named twice");
    refuse("{ layer: x, to: [a, [b]] }", "c.yaml:1:21: to: entry 2 is not a name");
    refuse("{ layer: x, to: { a: b } }", "to: expected the name of a layer or a list of names, found a map");
    refuse("{ layer: x, year: 19.5 }", "year: expected a whole number, found '19.5'");
    refuse("{ layer: x, year: 99999999999999999999 }", "year: expected a whole number");
    refuse("{ layer: x, power: nan }", "power: expected a number, found 'nan'");
    refuse("{ layer: x, power: 1e999 }", "power: expected a number");
    refuse("{ layer: x, dissolve: maybe }", "dissolve: expected yes or no, found 'maybe'");
    refuse("{ layer: x, by: roads }", "by: expected line|road|both, found 'roads'");
    refuse("{ layer: x, by: lin }", "by: expected line|road|both, found 'lin'");
    refuse("{ layer: x, columns: a }", "columns: expected a map, found 'a'");
    refuse("{ layer: x, times: [] }", "times: expected a time such as `30 min`, found nothing");
    refuse("{ layer: x, times: [5 min, 3] }", "c.yaml:1:28: times: '3' has no unit");
    refuse("{ layer: x, times: [5 min, 3 km] }", "c.yaml:1:28: times: expected a time such as `30 min`, found '3 km'");
    refuse("{ layer: x, times: [5 min, [3 min]] }",
           "c.yaml:1:28: times: expected a time such as `30 min`, found a list");
    refuse("{ layer: x, times: 61 min }", "times: '61 min' is out of bounds (expected between 0 and 60 min)");
}

static void bounds_are_inclusive(void **state) {
    (void)state;
    const char *right[] = {"{ layer: x, within: 1 min }", "{ layer: x, within: 24 h }", "{ layer: x, year: 1900 }",
                           "{ layer: x, year: 2100 }",    "{ layer: x, power: 0 }",     "{ layer: x, count: 1 kind }"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        filled f = fill(right[i], NULL);
        assert_int_equal(f.code, TP_OK);
        reset(&f);
    }
    refuse("{ layer: x, within: 59 s }", "within: '59 s' is out of bounds (expected between 1 and 1440 min)");
    refuse("{ layer: x, within: 1441 min }", "is out of bounds");
    refuse("{ layer: x, year: 1899 }", "year: '1899' is out of bounds (expected between 1900 and 2100)");
    refuse("{ layer: x, year: 2101 }", "is out of bounds");
    refuse("{ layer: x, power: -0.1 }", "power: '-0.1' is out of bounds (expected at least 0)");
    refuse("{ layer: x, count: 0 kinds }", "count: '0 kinds' is out of bounds (expected at least 1 kinds)");
}

static void all_faults_are_told_at_once(void **state) {
    (void)state;
    filled f = fill("{ wihin: 3, within: 30, year: x, by: z }", NULL);
    assert_int_equal(f.code, TP_E_CONFIG);
    assert_int_equal(f.faults.n, 5);
    assert_true(told(&f.faults, "unknown key 'wihin'"));
    assert_true(told(&f.faults, "within: '30'"));
    assert_true(told(&f.faults, "year:"));
    assert_true(told(&f.faults, "by:"));
    assert_true(told(&f.faults, "key 'layer' is missing"));
    reset(&f);
}

static void earlier_faults_do_not_count(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_options filled_options = {0};
    tp_faults_add(&faults, TP_E_CONFIG, "an earlier one");
    tp_code code = tp_options_fill(NULL, 0, 0, NULL, NULL, ENTRY, TP_ORIGIN_PROFILE, &filled_options, &faults);
    assert_int_equal(code, TP_OK);
    assert_int_equal(faults.n, 1);
    tp_options_reset(&filled_options);
    tp_faults_reset(&faults);
}

static void the_command_line_is_an_origin(void **state) {
    (void)state;
    tp_faults faults = {0};
    tp_node *root = NULL;
    tp_options filled_options = {0};
    const char *yaml = "{ layer: x, within: 30 min }";
    assert_int_equal(tp_node_parse(yaml, strlen(yaml), "c.yaml", &root, &faults), TP_OK);
    tp_place place = {.file = "--set"};
    assert_int_equal(tp_node_set(root, root, "within", "20 min", place, &faults), TP_OK);
    assert_int_equal(tp_node_set(root, root, "year", "twelve", place, &faults), TP_OK);
    tp_code code =
        tp_options_fill(table, N, sizeof(options), NULL, root, ENTRY, TP_ORIGIN_PROFILE, &filled_options, &faults);
    assert_int_equal(code, TP_E_CONFIG);
    assert_true(told(&faults, "--set: year: expected a whole number, found 'twelve'"));
    assert_int_equal(filled_options.origins[at("within")], TP_ORIGIN_COMMAND_LINE);
    assert_int_equal(filled_options.origins[at("layer")], TP_ORIGIN_PROFILE);
    assert_string_equal(tp_options_place(&filled_options, table, "within", ENTRY).file, "--set");
    assert_true(((const options *)filled_options.values)->within.value == 20.0);
    tp_options_reset(&filled_options);
    tp_faults_reset(&faults);
    tp_node_free(root);
}

static void kinds_and_origins_have_names(void **state) {
    (void)state;
    assert_string_equal(tp_setting_kind_text(&table[at("within")]), "time such as 30 min");
    assert_string_equal(tp_setting_kind_text(&table[at("by")]), "line|road|both");
    assert_string_equal(tp_setting_kind_text(&table[at("to")]), "layer or [layers]");
    assert_string_equal(tp_setting_kind_text(&table[at("times")]), "[15 min, 30 min]");
    assert_string_equal(tp_origin_text(TP_ORIGIN_COMMAND_LINE), "command line");
    assert_string_equal(tp_origin_text(TP_ORIGIN_PROFILE), "profile");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(defaults_are_filled),
        cmocka_unit_test(a_bare_value_fills_the_main_key),
        cmocka_unit_test(what_is_required_is_missed),
        cmocka_unit_test(unknown_keys_are_told),
        cmocka_unit_test(wrong_values_are_told),
        cmocka_unit_test(bounds_are_inclusive),
        cmocka_unit_test(all_faults_are_told_at_once),
        cmocka_unit_test(earlier_faults_do_not_count),
        cmocka_unit_test(the_command_line_is_an_origin),
        cmocka_unit_test(kinds_and_origins_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
