/* The columns and the editions of a product: see product.h. */
#include "core/config/number.h"
#include "core/config/product_form.h"
#include "core/config/profile_form.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { MOST_COLUMNS = 500, MOST_EDITIONS = 100 };

/* A whole number of an optional key; `fallback` where it is not written or wrong (a fault). */
static int64_t read_integer(const tp_node *map, const char *key, int64_t fallback, tp_faults *faults) {
    const tp_node *node = tp_node_find(map, key);
    const char *text = node == NULL ? NULL : tp_node_text(node);
    int64_t value = fallback;
    if (node != NULL && (text == NULL || !tp_integer_read(text, &value) || value < -1000000 || value > 1000000)) {
        tp_faults_add_at(faults, tp_node_place(node), "%s: expected a whole number", key);
        return fallback;
    }
    return value;
}

/* ---------------------------------------------------------------- columns */

static void read_type(const tp_node *map, tp_product_column *column, tp_faults *faults) {
    const char *type = tp_product_optional(map, "type", faults);
    column->type = TP_TYPE_TEXT;
    if (type != NULL && strcmp(type, "integer") == 0) {
        column->type = TP_TYPE_INT64;
    } else if (type != NULL && strcmp(type, "number") == 0) {
        column->type = TP_TYPE_DOUBLE;
    } else if (type != NULL && strcmp(type, "text") != 0) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(map, "type")),
                         "type: expected text, integer or number, found '%s'", type);
    }
}

static void read_codes(const tp_node *map, tp_product_column *column, tp_faults *faults) {
    const tp_node *codes = tp_node_find(map, "codes");
    if (codes == NULL || !tp_form_is_map(codes, "codes", faults)) {
        return;
    }
    column->codes = codes;
    for (size_t i = 0; i < tp_node_count(codes); i++) {
        const char *word = tp_node_text(tp_node_at(codes, i));
        double number;
        if (word == NULL || word[0] == '\0') {
            tp_faults_add_at(faults, tp_node_key_place(codes, i), "codes: expected a word for '%s'",
                             tp_node_key(codes, i));
        } else if (column->type != TP_TYPE_TEXT && !tp_number_read(word, &number)) {
            tp_faults_add_at(faults, tp_node_place(tp_node_at(codes, i)),
                             "codes: the column holds numbers, and '%s' is none", word);
        }
    }
}

static void read_column(const tp_node *node, tp_product_column *column, tp_faults *faults) {
    static const char *const known[] = {"type", "unit", "help",   "codes",  "missing",
                                        "join", "add",  "digits", "others", "width"};
    static const char *const languages[] = {"en", "ja"};
    if (!tp_form_is_map(node, column->name, faults)) {
        return;
    }
    tp_form_keys(node, known, COUNT(known), faults);
    read_type(node, column, faults);
    read_codes(node, column, faults);
    column->unit = tp_product_optional(node, "unit", faults);
    column->join = tp_node_find(node, "join") == NULL ? NULL : tp_node_text(tp_node_find(node, "join"));
    column->add = read_integer(node, "add", 0, faults);
    column->width = read_integer(node, "width", 0, faults);
    const char *digits = tp_product_optional(node, "digits", faults);
    column->ascii_digits = digits != NULL;
    if (digits != NULL && strcmp(digits, "ascii") != 0) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(node, "digits")), "digits: expected ascii");
    }
    const char *others = tp_product_optional(node, "others", faults);
    column->others_missing = others != NULL;
    if (others != NULL && strcmp(others, "missing") != 0) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(node, "others")), "others: expected missing");
    }
    const tp_node *help = tp_node_find(node, "help"), *missing = tp_node_find(node, "missing");
    if (help == NULL) {
        tp_faults_add_at(faults, tp_node_place(node), "key 'help' is missing (expected { en: …, ja: … })");
    } else if (tp_form_is_map(help, "help", faults)) {
        tp_form_keys(help, languages, COUNT(languages), faults);
        column->help_en = tp_form_text(help, "en", faults);
        column->help_ja = tp_form_text(help, "ja", faults);
    }
    if (missing != NULL) {
        (void)tp_product_read_texts(missing, "missing", &column->missing, faults);
    }
}

bool tp_product_read_columns(tp_product *product, tp_faults *faults) {
    const tp_node *map = tp_product_key(product, "columns");
    size_t n = map == NULL ? 0 : tp_node_count(map);
    if (map == NULL || tp_node_get_kind(map) != TP_NODE_MAP || n == 0 || n > MOST_COLUMNS) {
        tp_faults_add_at(faults, tp_node_place(map == NULL ? product->root : map),
                         "columns: expected a map of 1 to %d columns", MOST_COLUMNS);
        return false;
    }
    product->columns = calloc(n, sizeof *product->columns);
    if (product->columns == NULL) {
        tp_form_memory(faults);
        return false;
    }
    product->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        product->columns[i].name = tp_node_key(map, i);
        if (!tp_form_is_id(tp_node_key(map, i))) {
            tp_faults_add_at(faults, tp_node_key_place(map, i),
                             "'%s' is no name for a column (expected lower-case letters, digits and _)",
                             tp_node_key(map, i));
        }
        read_column(tp_node_at(map, i), &product->columns[i], faults);
    }
    return true;
}

/* ---------------------------------------------------------------- editions */

/* "FIELD?" becomes FIELD and optional; the node's own text cannot be cut, so the length is compared where it is used. */
static bool mark_optional(tp_product_from *from, tp_faults *faults) {
    from->optional = calloc(from->fields.n, sizeof *from->optional);
    if (from->optional == NULL) {
        tp_form_memory(faults);
        return false;
    }
    for (size_t i = 0; i < from->fields.n; i++) {
        const char *text = from->fields.items[i];
        size_t size = text == NULL ? 0 : strlen(text);
        from->optional[i] = size > 1 && text[size - 1] == '?';
    }
    return true;
}

/* { field: A, if: B, is: [...] } */
static bool read_if(const tp_node *map, const char *column, tp_product_from *from, tp_faults *faults) {
    static const char *const known[] = {"field", "if", "is"};
    const tp_node *field = tp_node_find(map, "field"), *is = tp_node_find(map, "is");
    tp_form_keys(map, known, COUNT(known), faults);
    from->if_field = tp_form_text(map, "if", faults);
    if (field == NULL || is == NULL || tp_node_text(field) == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "%s: expected { field: FIELD, if: FIELD, is: [VALUES] }", column);
        return true;
    }
    (void)tp_product_read_texts(is, "is", &from->is, faults);
    return !tp_product_read_texts(field, column, &from->fields, faults) || mark_optional(from, faults);
}

/* A field, a list of them, { first_of: [...] } or { value: ... }. */
static bool read_from(const tp_node *node, const char *column, tp_product_from *from, tp_faults *faults) {
    const tp_node *fields = node;
    from->fill = TP_FILL_JOIN;
    if (tp_node_find(node, "field") != NULL) {
        return read_if(node, column, from, faults);
    }
    if (tp_node_get_kind(node) == TP_NODE_MAP) {
        const char *key = tp_node_count(node) == 1 ? tp_node_key(node, 0) : "";
        from->fill = strcmp(key, "first_of") == 0 ? TP_FILL_FIRST_OF
                     : strcmp(key, "value") == 0  ? TP_FILL_VALUE
                                                  : TP_FILL_NONE;
        if (from->fill == TP_FILL_NONE) {
            tp_faults_add_at(faults, tp_node_place(node),
                             "%s: expected FIELD, [FIELDS], { first_of: [FIELDS] } or { value: TEXT }", column);
            return true;
        }
        fields = tp_node_at(node, 0);
    }
    if (!tp_product_read_texts(fields, column, &from->fields, faults)) {
        return from->fields.items != NULL || !faults->lost;
    }
    return mark_optional(from, faults);
}

static bool read_fills(const tp_product *product, const tp_node *map, tp_product_edition *edition, tp_faults *faults) {
    edition->from = calloc(product->n_columns, sizeof *edition->from);
    if (edition->from == NULL) {
        tp_form_memory(faults);
        return false;
    }
    const tp_node *columns = tp_node_find(map, "columns");
    if (columns == NULL) {
        tp_faults_add_at(faults, tp_node_place(map), "key 'columns' is missing (expected { COLUMN: FIELD })");
        return true;
    }
    if (!tp_form_is_map(columns, "columns", faults)) {
        return true;
    }
    for (size_t i = 0; i < tp_node_count(columns); i++) {
        size_t column = tp_product_find(product, tp_node_key(columns, i));
        if (column == product->n_columns) {
            tp_faults_add_at(faults, tp_node_key_place(columns, i), "the product has no column '%s'",
                             tp_node_key(columns, i));
        } else if (!read_from(tp_node_at(columns, i), tp_node_key(columns, i), &edition->from[column], faults)) {
            return false;
        }
    }
    return true;
}

static bool read_values(const tp_node *map, tp_product_edition *edition, tp_faults *faults) {
    const tp_node *values = tp_node_find(map, "values");
    if (values == NULL || !tp_form_is_map(values, "values", faults)) {
        return true;
    }
    size_t n = tp_node_count(values);
    edition->value_fields.items = calloc(n + 1, sizeof(char *));
    edition->value_patterns.items = calloc(n + 1, sizeof(char *));
    if (edition->value_fields.items == NULL || edition->value_patterns.items == NULL) {
        tp_form_memory(faults);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        regex_t pattern;
        const char *text = tp_node_text(tp_node_at(values, i));
        int wrong = text == NULL ? -1 : regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB);
        if (wrong != 0) {
            tp_faults_add_at(faults, tp_node_place(tp_node_at(values, i)), "values: '%s' is no regular expression",
                             text == NULL ? "" : text);
            continue;
        }
        regfree(&pattern);
        edition->value_fields.items[edition->value_fields.n++] = tp_node_key(values, i);
        edition->value_patterns.items[edition->value_patterns.n++] = text;
    }
    return true;
}

/* "7" or "7 to 9". */
static void read_number_of_fields(const tp_node *map, tp_product_edition *edition, tp_faults *faults) {
    const char *text = tp_product_optional(map, "fields", faults);
    int least = 0, most = 0, size = 0;
    if (text == NULL) {
        return;
    }
    bool one = sscanf(text, "%5d%n", &least, &size) == 1 && text[size] == '\0';
    bool two = !one && sscanf(text, "%5d to %5d%n", &least, &most, &size) == 2 && text[size] == '\0';
    most = one ? least : most;
    if ((!one && !two) || least < 1 || most < least) {
        tp_faults_add_at(faults, tp_node_place(tp_node_find(map, "fields")),
                         "fields: expected a number or two (`7` or `7 to 9`), found '%s'", text);
        return;
    }
    edition->fields_min = least;
    edition->fields_max = most;
}

static bool read_edition(const tp_product *product, const tp_node *node, tp_product_edition *edition,
                         tp_faults *faults) {
    static const char *const known[] = {"id", "verified", "fields", "lacks", "values", "columns", "skip", "crs"};
    edition->place = tp_node_place(node);
    if (!tp_form_is_map(node, "an edition", faults)) {
        return true;
    }
    tp_form_keys(node, known, COUNT(known), faults);
    edition->id = tp_form_text(node, "id", faults);
    edition->verified = tp_form_yes_no(node, "verified", true, false, faults);
    edition->crs = tp_product_optional(node, "crs", faults);
    edition->skip = read_integer(node, "skip", 0, faults);
    read_number_of_fields(node, edition, faults);
    const tp_node *lacks = tp_node_find(node, "lacks");
    if (lacks != NULL) {
        (void)tp_product_read_texts(lacks, "lacks", &edition->lacks, faults);
    }
    return read_values(node, edition, faults) && read_fills(product, node, edition, faults);
}

bool tp_product_read_editions(tp_product *product, tp_faults *faults) {
    const tp_node *list = tp_product_key(product, "editions");
    size_t n = list == NULL ? 0 : tp_node_count(list);
    if (list == NULL || tp_node_get_kind(list) != TP_NODE_LIST || n == 0 || n > MOST_EDITIONS) {
        tp_faults_add_at(faults, tp_node_place(list == NULL ? product->root : list),
                         "editions: expected a list of 1 to %d editions", MOST_EDITIONS);
        return true;
    }
    product->editions = calloc(n, sizeof *product->editions);
    if (product->editions == NULL) {
        tp_form_memory(faults);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        product->n_editions++;
        if (!read_edition(product, tp_node_at(list, i), &product->editions[i], faults)) {
            return false;
        }
    }
    return true;
}
