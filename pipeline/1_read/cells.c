/* Cells of a product's columns: see cells.h. */
#include "1_read/cells.h"

#include "core/config/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 64 };

static const int64_t LARGEST = 9000000000000000; /* of whole numbers: a real one holds it, and sums of them fit */

void tp_cell_rules_free(tp_cell_rule *rules, size_t n) {
    for (size_t i = 0; rules != NULL && i < n; i++) {
        free(rules[i].fields);
    }
    free(rules);
}

static const char *const BLANKS[] = {" ", "\t", "\r", "\n", "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
enum { N_BLANKS = sizeof BLANKS / sizeof BLANKS[0] };

static size_t blank_at_start(const char *text, size_t size) {
    for (size_t i = 0; i < N_BLANKS; i++) {
        size_t n = strlen(BLANKS[i]);
        if (size >= n && memcmp(text, BLANKS[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

static size_t blank_at_end(const char *text, size_t size) {
    for (size_t i = 0; i < N_BLANKS; i++) {
        size_t n = strlen(BLANKS[i]);
        if (size >= n && memcmp(text + size - n, BLANKS[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

const char *tp_cell_trim(const char *text, size_t *size) {
    for (size_t n; (n = blank_at_start(text, *size)) > 0;) {
        text += n;
        *size -= n;
    }
    for (size_t n; (n = blank_at_end(text, *size)) > 0;) {
        *size -= n;
    }
    return text;
}

size_t tp_cell_to_ascii(char *text, size_t size) {
    size_t to = 0;
    for (size_t at = 0; at < size;) {
        const unsigned char *c = (const unsigned char *)text + at;
        bool three = at + 2 < size;
        unsigned code = three ? ((unsigned)(c[0] & 0x0F) << 12) | ((unsigned)(c[1] & 0x3F) << 6) | (c[2] & 0x3F) : 0;
        if (three && (c[0] & 0xF0) == 0xE0 && code >= 0xFF01 && code <= 0xFF5E) {
            text[to++] = (char)(code - 0xFEE0);
            at += 3;
        } else if (three && (c[0] & 0xF0) == 0xE0 && code == 0x3000) {
            text[to++] = ' ';
            at += 3;
        } else {
            text[to++] = text[at++];
        }
    }
    return to;
}

static bool is_missing(const tp_product_column *column, const char *text) {
    double value = 0, sentinel = 0;
    bool is_number = column->missing.n > 0 && tp_number_read(text, &value);
    for (size_t i = 0; i < column->missing.n; i++) {
        const char *item = column->missing.items[i];
        if (strcmp(item, text) == 0 || (is_number && tp_number_read(item, &sentinel) && value == sentinel)) {
            return true;
        }
    }
    return false;
}

/* "1,234,567" without its commas; anything else as it is. False where it has not the form of a number at all. */
static bool without_separators(const char *text, char number[NUMBER_SIZE]) {
    size_t size = strlen(text), n = 0;
    const char *comma = strchr(text, ',');
    if (size >= NUMBER_SIZE) {
        return false;
    }
    if (comma != NULL) {
        const char *first = text[0] == '-' || text[0] == '+' ? text + 1 : text;
        if (comma == first || comma - first > 3) {
            return false;
        }
        for (const char *at = comma; *at == ','; at += 4) {
            if (strspn(at + 1, "0123456789") < 3 || (at[4] != ',' && at[4] != '.' && at[4] != '\0')) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] != ',') {
            number[n++] = text[i];
        }
    }
    number[n] = '\0';
    return true;
}

static tp_cell_result set_number(const tp_product_column *column, const char *text, tp_column *to, int64_t row) {
    char number[NUMBER_SIZE];
    double value = 0;
    int64_t integer = 0;
    if (!without_separators(text, number)) {
        return TP_CELL_NOT_NUMBER;
    }
    if (to->type == TP_TYPE_INT64 && tp_integer_read(number, &integer) && integer <= LARGEST && integer >= -LARGEST) {
        tp_column_set_int64(to, row, integer + column->add);
        return TP_CELL_SET;
    }
    if (!tp_number_read(number, &value) || !isfinite(value)) {
        return TP_CELL_NOT_NUMBER;
    }
    if (to->type == TP_TYPE_DOUBLE) {
        tp_column_set_double(to, row, value + (double)column->add);
        return TP_CELL_SET;
    }
    if (value != floor(value) || fabs(value) > (double)LARGEST) {
        return TP_CELL_NOT_NUMBER;
    }
    tp_column_set_int64(to, row, (int64_t)value + column->add); /* "1984.0", as a table of reals writes it */
    return TP_CELL_SET;
}

/* The word of a code, else the text itself; codes that are numbers compare as numbers ("1" and "1.0", "07" and "7"). */
static const char *word_of(const tp_product_column *column, const char *text, bool *known) {
    double value = 0, code = 0;
    bool is_number = tp_number_read(text, &value);
    const char *word = NULL;
    *known = true;
    for (size_t i = 0; column->codes != NULL && i < tp_node_count(column->codes); i++) {
        const char *key = tp_node_key(column->codes, i);
        if (strcmp(key, text) == 0) {
            return tp_node_text(tp_node_at(column->codes, i));
        }
        if (word == NULL && is_number && tp_number_read(key, &code) && code == value) {
            word = tp_node_text(tp_node_at(column->codes, i));
        }
    }
    *known = word != NULL || column->codes == NULL;
    return word == NULL ? text : word;
}

/* Whether a code is one digit short, as "01101" is once it was kept as the number 1101. */
static bool lacks_zero(const tp_product_column *column, const char *text) {
    size_t size = strlen(text);
    return column->width > 1 && size + 1 == (size_t)column->width && strspn(text, "0123456789") == size;
}

tp_code tp_cell_set(const tp_product_column *column, tp_text *text, tp_column *to, int64_t row, tp_cell_result *result,
                    tp_error *error) {
    *result = TP_CELL_MISSING;
    if (text->lost) {
        return tp_error_memory(error);
    }
    size_t size = text->size;
    if (size > 0 && (to->type != TP_TYPE_TEXT || column->ascii_digits || column->codes != NULL)) {
        size = tp_cell_to_ascii(text->data, size);
    }
    const char *trimmed = size == 0 ? "" : tp_cell_trim(text->data, &size);
    if (size == 0) {
        return TP_OK;
    }
    text->data[(size_t)(trimmed - text->data) + size] = '\0';
    if (is_missing(column, trimmed)) {
        return TP_OK;
    }
    bool known = true;
    const char *word = word_of(column, trimmed, &known);
    if (!known && column->others_missing) {
        return TP_OK;
    }
    *result = known ? TP_CELL_SET : TP_CELL_UNKNOWN_CODE;
    if (!known && to->type != TP_TYPE_TEXT) {
        return TP_OK; /* 9 is neither the 1 nor the 0 that codes mean */
    }
    if (to->type == TP_TYPE_TEXT && lacks_zero(column, word)) {
        char padded[NUMBER_SIZE];
        int size = snprintf(padded, sizeof padded, "0%.*s", NUMBER_SIZE - 2, word);
        return tp_column_set_text(to, row, padded, (size_t)size, error);
    }
    if (to->type == TP_TYPE_TEXT) {
        return tp_column_set_text(to, row, word, strlen(word), error);
    }
    tp_cell_result number = set_number(column, word, to, row);
    *result = number == TP_CELL_SET ? *result : number;
    return TP_OK;
}
