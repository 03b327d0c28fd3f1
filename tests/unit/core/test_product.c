/* Products: what is read, every fault at once, `like`, and that every product of the program loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "technopolis/product.h"
#include "technopolis/text.h"
#include "told.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define HEAD                                                                                                           \
    "id: mine\ntitle: { en: M, ja: 私 }\nsource: me\nlicence: none\ntested: made\nlayer: things\nmembers: a*.shp\n"
#define COLUMNS                                                                                                        \
    "columns:\n  name: { help: { en: n, ja: 名 } }\n"                                                                 \
    "  n: { type: integer, unit: persons, add: 1, missing: [\"-1\", x], help: { en: n, ja: 数 } }\n"                  \
    "  kind: { digits: ascii, codes: { 1: one, 2: two }, join: \"-\", help: { en: k, ja: 種 } }\n"

static tp_product *parse(const char *text) {
    tp_faults faults = {0};
    tp_product *product = NULL;
    tp_code code = tp_product_parse(text, strlen(text), "p.yaml", &product, &faults);
    for (size_t i = 0; i < faults.n; i++) {
        print_message("%s\n", faults.items[i].message);
    }
    assert_int_equal(code, TP_OK);
    tp_faults_reset(&faults);
    return product;
}

static void refuse(const char *text, const char *const *said, size_t n) {
    tp_faults faults = {0};
    tp_product *product = (tp_product *)&faults;
    assert_int_equal(tp_product_parse(text, strlen(text), "p.yaml", &product, &faults), TP_E_CONFIG);
    assert_null(product);
    for (size_t i = 0; i < n; i++) {
        assert_true(told(&faults, said[i]));
    }
    if (faults.n != n) {
        told(&faults, "as many faults as expected");
    }
    assert_int_equal(faults.n, n);
    tp_faults_reset(&faults);
}

static void a_product_is_read(void **state) {
    (void)state;
    tp_product *p = parse(HEAD COLUMNS "needs: name\nnever: n = 3 and kind != one\ndefaults: { id: name }\neditions:\n"
                                       "  - { id: old, verified: no, fields: 3, skip: 2, crs: EPSG:4301, lacks: [Z],\n"
                                       "      values: { A: \"^[0-9]+$\" },\n"
                                       "      columns: { name: A, n: \"B?\", kind: [C, D] } }\n"
                                       "  - { id: new, verified: yes, fields: 4 to 9,\n"
                                       "      columns: { name: { first_of: [A, B] }, n: { value: 7 },\n"
                                       "      kind: { field: C, if: D, is: [\"1\", \"2\"] } } }\n");
    assert_int_equal(p->n_columns, 3);
    assert_int_equal(p->n_editions, 2);
    assert_false(p->original);
    assert_int_equal(p->columns[1].type, TP_TYPE_INT64);
    assert_int_equal(p->columns[1].add, 1);
    assert_int_equal(p->columns[1].missing.n, 2);
    assert_true(p->columns[2].ascii_digits);
    assert_string_equal(p->columns[2].join, "-");
    assert_int_equal(tp_product_find(p, "kind"), 2);
    assert_int_equal(tp_product_find(p, "none"), 3);
    const tp_product_edition *old = &p->editions[0], *new = &p->editions[1];
    assert_false(old->verified);
    assert_int_equal(old->skip, 2);
    assert_true(old->fields_min == 3 && old->fields_max == 3 && new->fields_min == 4 && new->fields_max == 9);
    assert_string_equal(old->crs, "EPSG:4301");
    assert_string_equal(old->value_patterns.items[0], "^[0-9]+$");
    assert_false(old->from[0].optional[0]);
    assert_true(old->from[1].optional[0]);
    assert_int_equal(old->from[2].fill, TP_FILL_JOIN);
    assert_int_equal(old->from[2].fields.n, 2);
    assert_int_equal(new->from[0].fill, TP_FILL_FIRST_OF);
    assert_int_equal(new->from[1].fill, TP_FILL_VALUE);
    assert_string_equal(new->from[2].if_field, "D");
    assert_int_equal(new->from[2].is.n, 2);
    tp_product_free(p);
}

static void every_fault_at_once(void **state) {
    (void)state;
    static const char *const said[] = {
        "p.yaml:1:5: id: 'Mine' is not an id",
        "p.yaml:2:8: key 'ja' is missing",
        "p.yaml:5:9: tested: expected original or made, found 'yes'",
        "p.yaml:7:1: unknown key 'membres' (did you mean 'members'",
        "p.yaml:8:8: wards: expected keep or sum, found 'all'",
        "p.yaml:10:14: type: expected text, integer or number, found 'int'",
        "p.yaml:10:6: key 'help' is missing",
        "p.yaml:11:3: 'B' is no name for a column",
        "p.yaml:12:8: needs: the product has no column 'code'",
        "p.yaml:13:8: never: ",
        "key 'verified' is missing",
        "fields: expected a number or two",
        "values: '[' is no regular expression",
        "the product has no column 'z'",
        "a: expected FIELD, [FIELDS]",
    };
    const char *text =
        "id: Mine\ntitle: { en: M }\nsource: me\nlicence: none\ntested: yes\nlayer: things\nmembres: a\n"
        "wards: all\ncolumns:\n  a: { type: int }\n  B: { help: { en: b, ja: b } }\n"
        "needs: code\nnever: a == 1\n"
        "editions:\n  - { id: x, fields: many, values: { F: \"[\" }, columns: { z: F, a: { odd: F } } }\n";
    refuse(text, said, 15);
}

static void a_reference_and_places_have_a_form(void **state) {
    (void)state;
    static const char *const said[] = {"key 'from' is missing", "key 'members' is missing", "unknown key 'keys'",
                                       "places: expected a list of tags", "key 'key' is missing"};
    refuse(HEAD COLUMNS "reference: { keys: A }\nplaces: { station: [railway] }\neditions:\n"
                        "  - { id: all, verified: yes, columns: { name: A } }\n",
           said, 5);
}

static void what_another_product_says_is_taken_over(void **state) {
    (void)state;
    char folder[] = "/tmp/tp_test_product_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *base = tp_text_format("%s/base.yaml", folder), *own = tp_text_format("%s/own.yaml", folder);
    FILE *file = fopen(base, "w");
    fputs(HEAD COLUMNS "defaults: { id: name }\neditions:\n  - { id: all, verified: yes, columns: { name: A } }\n",
          file);
    fclose(file);
    file = fopen(own, "w");
    fputs("id: own\nlike: base\ntitle: { en: O, ja: お }\ndefaults: { id: n }\n", file);
    fclose(file);
    tp_product *product = NULL;
    tp_faults faults = {0};
    assert_int_equal(tp_product_load(own, "own.yaml", &product, &faults), TP_OK);
    assert_string_equal(product->id, "own");
    assert_string_equal(product->layer, "things");
    assert_string_equal(tp_node_text(tp_node_find(product->defaults, "id")), "n");
    assert_int_equal(product->n_editions, 1);
    tp_product_free(product);
    file = fopen(own, "w");
    fputs("id: own\nlike: nowhere\ntitle: { en: O, ja: お }\n", file);
    fclose(file);
    assert_int_equal(tp_product_load(own, "own.yaml", &product, &faults), TP_E_CONFIG);
    assert_true(told(&faults, "nowhere.yaml"));
    assert_null(product);
    tp_faults_reset(&faults);
    unlink(base);
    unlink(own);
    rmdir(folder);
    free(base);
    free(own);
}

static void every_product_of_the_program_loads(void **state) {
    (void)state;
    DIR *folder = opendir(TP_PROJECT "/configs/products");
    int n = 0;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t size = strlen(entry->d_name);
        if (size < 6 || strcmp(entry->d_name + size - 5, ".yaml") != 0) {
            continue;
        }
        char *path = tp_text_format("%s/configs/products/%s", TP_PROJECT, entry->d_name);
        tp_product *product = NULL;
        tp_faults faults = {0};
        if (tp_product_load(path, entry->d_name, &product, &faults) != TP_OK) {
            told(&faults, "no fault");
            fail();
        }
        assert_int_equal(strlen(product->id), size - 5);
        assert_memory_equal(product->id, entry->d_name, size - 5);
        assert_true(product->members.n > 0);
        tp_product_free(product);
        tp_faults_reset(&faults);
        free(path);
        n++;
    }
    closedir(folder);
    assert_true(n >= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_is_read),
        cmocka_unit_test(every_fault_at_once),
        cmocka_unit_test(a_reference_and_places_have_a_form),
        cmocka_unit_test(what_another_product_says_is_taken_over),
        cmocka_unit_test(every_product_of_the_program_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
