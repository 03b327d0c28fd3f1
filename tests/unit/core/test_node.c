/* The tree of a configuration: places, faults all at once, and hostile files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/node.h"
#include "told.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static tp_node *parse(const char *text) {
    tp_faults faults = {0};
    tp_node *root = NULL;
    tp_code code = tp_node_parse(text, strlen(text), "c.yaml", &root, &faults);
    if (code != TP_OK) {
        told(&faults, "no fault");
    }
    assert_int_equal(code, TP_OK);
    assert_int_equal(faults.n, 0);
    tp_faults_reset(&faults);
    return root;
}

/* Expects faults that hold each of n texts, and no other faults. */
static void refuse_bytes(const char *text, size_t size, const char *const *said, size_t n) {
    tp_faults faults = {0};
    tp_node *root = (tp_node *)&faults;
    assert_int_equal(tp_node_parse(text, size, "c.yaml", &root, &faults), TP_E_CONFIG);
    assert_null(root);
    for (size_t i = 0; i < n; i++) {
        assert_true(told(&faults, said[i]));
    }
    if (faults.n != n) {
        told(&faults, "fewer faults");
    }
    assert_int_equal(faults.n, n);
    tp_faults_reset(&faults);
}

static void refuse(const char *text, const char *said) {
    refuse_bytes(text, strlen(text), &said, 1);
}

static void assert_place(tp_place place, int line, int column) {
    assert_string_equal(place.file, "c.yaml");
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void maps_lists_and_texts_have_places(void **state) {
    (void)state;
    const char *text = "title: 日本 x\n"
                       "read:\n"
                       "  - cities: { file: a.shp, 'id': \"code\" }\n"
                       "  - [ 1, two ]\n"
                       "empty:\n";
    tp_node *root = parse(text);
    assert_int_equal(tp_node_get_kind(root), TP_NODE_MAP);
    assert_int_equal(tp_node_count(root), 3);
    assert_place(tp_node_place(root), 1, 1);
    assert_string_equal(tp_node_text(tp_node_find(root, "title")), "日本 x");
    assert_place(tp_node_place(tp_node_find(root, "title")), 1, 8);
    assert_string_equal(tp_node_key(root, 1), "read");
    assert_place(tp_node_key_place(root, 1), 2, 1);
    const tp_node *read = tp_node_at(root, 1);
    assert_int_equal(tp_node_get_kind(read), TP_NODE_LIST);
    assert_null(tp_node_text(read));
    const tp_node *cities = tp_node_find(tp_node_at(read, 0), "cities");
    assert_place(tp_node_place(cities), 3, 13);
    assert_place(tp_node_key_place(cities, 1), 3, 28);
    assert_string_equal(tp_node_text(tp_node_find(cities, "id")), "code");
    assert_string_equal(tp_node_text(tp_node_at(tp_node_at(read, 1), 1)), "two");
    assert_string_equal(tp_node_text(tp_node_find(root, "empty")), "");
    assert_int_equal(tp_node_count(tp_node_find(root, "empty")), 0);
    assert_null(tp_node_find(root, "none"));
    assert_null(tp_node_find(read, "cities"));
    size_t size = 0;
    assert_string_equal(tp_node_source(root, &size), text);
    assert_int_equal(size, strlen(text));
    tp_node_free(root);
    tp_node_free(NULL);
}

static void every_fault_is_told(void **state) {
    (void)state;
    const char *said[] = {"c.yaml:2:1: key 'a' is written twice (first in line 1)",
                          "c.yaml:3:4: anchor '&x'",
                          "c.yaml:4:4: alias '*x'",
                          "c.yaml:5:4: tag 'tag:yaml.org,2002:int'",
                          "c.yaml:6:1: a list stands where a key should",
                          "c.yaml:7:12: key 'q' is written twice",
                          "c.yaml:8:1: an empty key",
                          "c.yaml:9:4: control character U+0000"};
    const char *text = "a: 1\na: 2\nb: &x 3\nc: *x\nd: !!int 4\n[k]: 5\ne: { q: 1, q: 2 }\n'': 7\nf: \"x\\0y\"\n";
    refuse_bytes(text, strlen(text), said, 8);
}

static void yaml_faults_have_places(void **state) {
    (void)state;
    refuse("a: [1, 2\nb: 3\n", "c.yaml:2:2: not valid YAML");
    refuse("a: 1\n b: 2\n", "c.yaml:2:3: not valid YAML: mapping values are not allowed");
    refuse("a:\n\t- x\n", "c.yaml:2:1: not valid YAML: found character that cannot start any token");
    refuse("a: 1\n---\nb: 2\n", "c.yaml:2:1: a second document");
    refuse("", "c.yaml: nothing is written");
    refuse("# only a comment\n", "c.yaml: nothing is written");
    refuse("a: \x01\n", "c.yaml:1:4: not valid YAML: control characters are not allowed");
}

static void invalid_utf8_has_a_place(void **state) {
    (void)state;
    const char *said[] = {"c.yaml:2:5: byte 0x83 is not UTF-8", "c.yaml:3:4: byte 0xFF is not UTF-8"};
    const char *text = "a: 1\nb: 日\x83\x65\nc: \xFF\xFE\n";
    refuse_bytes(text, strlen(text), said, 2);
    refuse("a: \xED\xA0\x80\n", "c.yaml:1:4: byte 0xED"); /* a surrogate */
    refuse("a: \xC0\xAF\n", "c.yaml:1:4: byte 0xC0");     /* overlong */
    refuse("a: \xE6\x97", "c.yaml:1:4: byte 0xE6");       /* cut off */
    const char utf16[] = "\xFF\xFE"
                         "a\0:\0 \0b\0";
    const char *utf16_said[] = {"c.yaml:1:1: byte 0xFF"};
    refuse_bytes(utf16, sizeof utf16 - 1, utf16_said, 1);
}

static void a_byte_order_mark_shifts_nothing(void **state) {
    (void)state;
    tp_node *root = parse("\xEF\xBB\xBF"
                          "a: b\n");
    assert_string_equal(tp_node_key(root, 0), "a");
    assert_place(tp_node_place(tp_node_at(root, 0)), 1, 4);
    tp_node_free(root);
}

static char *repeated(const char *unit, size_t n) {
    size_t size = strlen(unit);
    char *text = malloc(n * size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++) {
        memcpy(text + i * size, unit, size);
    }
    text[n * size] = '\0';
    return text;
}

static void hostile_files_fail_fast(void **state) {
    (void)state;
    static const struct {
        const char *unit;
        size_t n;
        const char *said;
    } files[] = {{"[", 50000, "c.yaml:1:33: nested deeper than 32"},
                 {"{", 50000, "c.yaml:1:33: nested deeper than 32"},
                 {"- ", 50000, "nested deeper than 32"},
                 {"? ", 50000, "nested deeper than 32"},
                 {"{a: ", 50000, "nested deeper than 32"},
                 {"[\n", 50000, "c.yaml:33:1: nested deeper than 32"},
                 {"- x\n", 1000000, "more than 50000 values"},
                 {"a: b\n", 800000, "more than 50000 values"},
                 {"a: b\n", 20000, "too many faults"},
                 {"\xFF\n", 1000000, "too many faults"},
                 {"x", 4 * 1024 * 1024 + 1, "larger than 4 MiB"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *text = repeated(files[i].unit, files[i].n);
        tp_faults faults = {0};
        tp_node *root = NULL;
        clock_t start = clock();
        assert_int_equal(tp_node_parse(text, strlen(text), "c.yaml", &root, &faults), TP_E_CONFIG);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        assert_null(root);
        assert_true(told(&faults, files[i].said));
        assert_true(faults.n <= 50);
        assert_true(seconds < 3.0);
        tp_faults_reset(&faults);
        free(text);
    }
}

static void nesting_up_to_the_limit_is_read(void **state) {
    (void)state;
    char text[65] = {0};
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    tp_node *root = parse(text);
    tp_node_free(root);
}

static void files_are_read(void **state) {
    (void)state;
    char path[] = "/tmp/tp_test_node_XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, "a: b\n", 5), 5);
    close(handle);
    tp_faults faults = {0};
    tp_node *root = NULL;
    assert_int_equal(tp_node_load(path, "shown.yaml", &root, &faults), TP_OK);
    assert_string_equal(tp_node_place(root).file, "shown.yaml");
    tp_node_free(root);
    unlink(path);
    assert_int_equal(tp_node_load(path, "shown.yaml", &root, &faults), TP_E_CONFIG);
    assert_null(root);
    assert_true(told(&faults, "shown.yaml: cannot be read: No such file or directory"));
    assert_int_equal(tp_node_load("/tmp", "folder", &root, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "folder: cannot be read: Is a directory"));
    assert_int_equal(tp_node_load("/dev/zero", "zero", &root, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "zero: larger than 4 MiB"));
    tp_faults_reset(&faults);
}

static void values_are_set(void **state) {
    (void)state;
    tp_node *root = parse("run: { year: 2020 }\nread: [ a ]\n");
    tp_faults faults = {0};
    char name[] = "--set";
    tp_place place = {.file = name};
    tp_node *run = tp_node_find_mutable(root, "run");
    assert_int_equal(tp_node_set(root, run, "year", "1984", place, &faults), TP_OK);
    assert_int_equal(tp_node_set(root, run, "year", "1985", place, &faults), TP_OK);
    assert_int_equal(tp_node_set(root, run, "to", "[x, { y: z }]", place, &faults), TP_OK);
    assert_int_equal(tp_node_set(root, run, "none", "", place, &faults), TP_OK);
    name[0] = '!'; /* the tree has its own copy */
    assert_int_equal(tp_node_count(run), 3);
    assert_string_equal(tp_node_text(tp_node_find(run, "year")), "1985");
    assert_string_equal(tp_node_text(tp_node_find(run, "none")), "");
    assert_string_equal(tp_node_place(tp_node_find(run, "year")).file, "--set");
    assert_int_equal(tp_node_place(tp_node_find(run, "year")).line, 0);
    assert_place(tp_node_key_place(run, 0), 1, 8); /* the key stands where it stood */
    const tp_node *to = tp_node_find(run, "to");
    assert_int_equal(tp_node_count(to), 2);
    assert_int_equal(tp_node_place(tp_node_find(tp_node_at(to, 1), "y")).line, 0);
    assert_string_equal(tp_node_key_place(tp_node_at(to, 1), 0).file, "--set");

    assert_int_equal(tp_node_set(root, run, "to", "[x", place, &faults), TP_E_CONFIG);
    assert_int_equal(tp_node_count(tp_node_find(run, "to")), 2); /* as before */
    assert_int_equal(tp_node_set(root, tp_node_find_mutable(root, "read"), "k", "v", place, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "expected a map"));
    tp_faults_reset(&faults);
    tp_node_free(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_lists_and_texts_have_places),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(yaml_faults_have_places),
        cmocka_unit_test(invalid_utf8_has_a_place),
        cmocka_unit_test(a_byte_order_mark_shifts_nothing),
        cmocka_unit_test(hostile_files_fail_fast),
        cmocka_unit_test(nesting_up_to_the_limit_is_read),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(values_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
