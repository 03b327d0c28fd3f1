/* Texts, numbers and columns as JSON that may stand inside a script element: see page_json.h. */
#include "5_write/page_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_literal(tp_text *json, const char *text) {
    tp_text_add_bytes(json, text, strlen(text));
}

/* U+2028 and U+2029 end a line in old JavaScript. */
static bool is_line_separator(const char *c) {
    return (unsigned char)c[0] == 0xE2 && (unsigned char)c[1] == 0x80 && ((unsigned char)c[2] & 0xFE) == 0xA8;
}

void tp_json_text(tp_text *json, const char *text) {
    bool utf8 = tp_text_is_utf8(text, strlen(text));
    add_literal(json, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') {
            tp_text_add(json, "\\%c", byte);
        } else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&' || byte == 0x7F) {
            tp_text_add(json, "\\u%04x", byte);
        } else if (byte >= 0x80 && !utf8) {
            add_literal(json, "\\ufffd");
        } else if (byte == 0xE2 && is_line_separator(c)) {
            tp_text_add(json, "\\u20%02x", (unsigned char)c[2] - 0x80);
            c += 2;
        } else {
            tp_text_add_bytes(json, c, 1);
        }
    }
    add_literal(json, "\"");
}

void tp_json_number(tp_text *json, double value, int digits) {
    char text[40];
    int most = digits > 0 ? digits : 17;
    if (!isfinite(value)) {
        add_literal(json, "null");
        return;
    }
    for (int precision = most < 6 ? most : 6; precision <= most; precision++) {
        (void)snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    add_literal(json, text);
}

/* Rows sorted by text, then by number: equal texts stand together, the first row of them first. */
static int by_text(const void *a, const void *b, void *user) {
    const tp_column *column = user;
    int64_t i = *(const int64_t *)a, k = *(const int64_t *)b;
    const char *one = tp_column_text(column, i), *other = tp_column_text(column, k);
    int order = one == NULL || other == NULL ? (one == NULL) - (other == NULL) : strcmp(one, other);
    return order != 0 ? order : (i > k) - (i < k);
}

/* first[row]: the first row with the same text, -1 where it is missing. Returns how many are different; -1: no memory. */
static int64_t find_first(const tp_column *column, int64_t n, int64_t *first) {
    int64_t *order = malloc(((size_t)n + 1) * sizeof *order);
    if (order == NULL) {
        return -1;
    }
    for (int64_t i = 0; i < n; i++) {
        order[i] = i;
    }
    qsort_r(order, (size_t)n, sizeof *order, by_text, (void *)(uintptr_t)column);
    int64_t different = 0, leader = -1;
    for (int64_t i = 0; i < n; i++) {
        const char *text = tp_column_text(column, order[i]);
        if (text != NULL && (leader < 0 || strcmp(tp_column_text(column, leader), text) != 0)) {
            leader = order[i];
            different++;
        }
        first[order[i]] = text == NULL ? -1 : leader;
    }
    free(order);
    return different;
}

/* The different texts in the order of their first rows, then each row's number among them. */
static void add_dictionary(tp_text *json, const tp_column *column, int64_t n, int64_t *first) {
    int64_t number = 0;
    add_literal(json, "{\"t\":[");
    for (int64_t row = 0; row < n; row++) {
        if (first[row] == row) {
            add_literal(json, number == 0 ? "" : ",");
            tp_json_text(json, tp_column_text(column, row));
            number++;
        }
    }
    add_literal(json, "],\"i\":[");
    number = 0;
    for (int64_t row = 0; row < n; row++) {
        /* A leader stands before its followers: its place in `first` can hold its number, made negative, from then on. */
        if (first[row] == row) {
            first[row] = -2 - number++;
        } else if (first[row] >= 0) {
            first[row] = first[first[row]];
        }
        tp_text_add(json, "%s%lld", row == 0 ? "" : ",", (long long)(first[row] == -1 ? -1 : -2 - first[row]));
    }
    add_literal(json, "]}");
}

static tp_code add_texts(tp_text *json, const tp_column *column, int64_t n, tp_error *error) {
    int64_t *first = malloc(((size_t)n + 1) * sizeof *first);
    int64_t different = first == NULL ? -1 : find_first(column, n, first);
    if (different < 0) {
        free(first);
        return tp_error_memory(error);
    }
    if (2 * different < n) {
        add_dictionary(json, column, n, first);
    } else {
        add_literal(json, "[");
        for (int64_t row = 0; row < n; row++) {
            add_literal(json, row == 0 ? "" : ",");
            const char *text = tp_column_text(column, row);
            if (text == NULL) {
                add_literal(json, "null");
            } else {
                tp_json_text(json, text);
            }
        }
        add_literal(json, "]");
    }
    free(first);
    return TP_OK;
}

tp_code tp_json_column(tp_text *json, const tp_column *column, int64_t n, int digits, tp_error *error) {
    if (column->type == TP_TYPE_TEXT) {
        return add_texts(json, column, n, error);
    }
    add_literal(json, "[");
    for (int64_t row = 0; row < n; row++) {
        add_literal(json, row == 0 ? "" : ",");
        if (column->type == TP_TYPE_VERDICT) {
            tp_json_text(json, tp_verdict_text((tp_verdict)column->verdict[row]));
        } else if (column->valid[row] == 0) {
            add_literal(json, "null");
        } else if (column->type == TP_TYPE_INT64) {
            tp_text_add(json, "%lld", (long long)column->i64[row]);
        } else {
            tp_json_number(json, column->f64[row], digits);
        }
    }
    add_literal(json, "]");
    return TP_OK;
}

/* A text and how often it occurs. */
typedef struct frequent {
    const char *text;
    int64_t n;
} frequent;

static int by_frequency(const void *a, const void *b) {
    const frequent *one = a, *other = b;
    return one->n != other->n ? (one->n < other->n) - (one->n > other->n) : strcmp(one->text, other->text);
}

tp_code tp_json_frequent(tp_text *json, const tp_column *column, int64_t most, tp_error *error) {
    int64_t n = column->n_rows, n_texts = 0;
    int64_t *first = malloc(((size_t)n + 1) * sizeof *first);
    frequent *texts = calloc((size_t)n + 1, sizeof *texts);
    tp_code code = TP_OK;
    if (first == NULL || texts == NULL || find_first(column, n, first) < 0) {
        code = tp_error_memory(error);
        n = 0;
    }
    for (int64_t row = 0; row < n; row++) {
        if (first[row] >= 0) {
            texts[first[row]].text = tp_column_text(column, first[row]);
            texts[first[row]].n++;
        }
    }
    for (int64_t row = 0; row < n; row++) {
        if (texts[row].n > 0) {
            texts[n_texts++] = texts[row];
        }
    }
    if (n_texts > 0) {
        qsort(texts, (size_t)n_texts, sizeof *texts, by_frequency);
    }
    add_literal(json, "[");
    for (int64_t i = 0; i < n_texts && i < most; i++) {
        add_literal(json, i == 0 ? "[" : ",[");
        tp_json_text(json, texts[i].text);
        tp_text_add(json, ",%lld]", (long long)texts[i].n);
    }
    add_literal(json, "]");
    free(first);
    free(texts);
    return code;
}
