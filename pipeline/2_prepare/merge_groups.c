/* Which rows are one place: see merge.h. */
#include "2_prepare/merge.h"

#include "1_read/cells.h"
#include "2_prepare/groups.h"
#include "technopolis/text.h"

#include <stdlib.h>
#include <string.h>

void tp_groups_of_rows_reset(tp_groups_of_rows *groups) {
    free(groups->start);
    free(groups->member);
    *groups = (tp_groups_of_rows){0};
}

typedef struct keyed_row {
    char *key; /* NULL: alone */
    int64_t row;
    bool near; /* rows of this key must be near each other */
} keyed_row;

static int by_key(const void *a, const void *b) {
    const keyed_row *left = a, *right = b;
    int order = left->key == NULL || right->key == NULL ? (left->key == NULL) - (right->key == NULL)
                                                        : strcmp(left->key, right->key);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* Characters that are written in two ways in names; the second stands for both. All have three bytes. */
static const char VARIANTS[][2][4] = {{"髙", "高"}, {"﨑", "崎"}, {"塚", "塚"}, {"ヶ", "ケ"},
                                      {"濵", "浜"}, {"濱", "浜"}, {"邊", "辺"}, {"邉", "辺"},
                                      {"齋", "斎"}, {"舘", "館"}, {"曾", "曽"}, {"萬", "万"}};

/* Adds a name in the form in which names are compared. */
static void add_folded(tp_text *key, const char *name) {
    size_t begin = key->size;
    tp_text_add(key, "%s", name);
    if (key->lost) {
        return;
    }
    char *text = key->data + begin;
    size_t size = tp_cell_to_ascii(text, key->size - begin), to = 0;
    for (size_t at = 0; at < size;) {
        size_t v = 0, n = sizeof VARIANTS / sizeof VARIANTS[0];
        while (v < n && (at + 3 > size || memcmp(text + at, VARIANTS[v][0], 3) != 0)) {
            v++;
        }
        if (v < n) {
            memcpy(text + to, VARIANTS[v][1], 3);
            to += 3;
            at += 3;
        } else if (text[at] == ' ' || text[at] == '\t') {
            at++;
        } else {
            text[to++] = text[at++];
        }
    }
    text[to] = '\0';
    key->size = begin + to;
}

/* The values of some columns as one text; false where one is missing, or none is asked for. */
static bool write_key(const tp_layer *layer, const tp_texts *columns, int64_t row, tp_text *key) {
    tp_text_clear(key);
    for (size_t i = 0; i < columns->n; i++) {
        char buffer[TP_CELL_TEXT_SIZE];
        const tp_column *column = tp_layer_column(layer, columns->items[i]);
        const char *cell = column == NULL ? NULL : tp_column_cell(column, row, buffer);
        if (cell == NULL || cell[0] == '\0') {
            return false;
        }
        add_folded(key, cell);
        tp_text_add(key, "\x1F");
    }
    return columns->n > 0;
}

static tp_code make_keys(const tp_layer *layer, const tp_merge_options *options, keyed_row *keys, tp_error *error) {
    tp_text key = {0};
    tp_code code = TP_OK;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        keys[row].row = row;
        bool has = write_key(layer, &options->by, row, &key), second = false;
        if (!has) {
            second = write_key(layer, &options->or_by, row, &key);
        }
        if (has || second) {
            keys[row].near = options->within.unit[0] != '\0' && (second || options->or_by.n == 0);
            keys[row].key = key.lost ? NULL : tp_text_format("%c%s", has ? 'a' : 'b', tp_text_get(&key));
            code = keys[row].key == NULL ? tp_error_memory(error) : TP_OK;
        }
    }
    tp_text_reset(&key);
    return code;
}

static int64_t root_of(int64_t *parent, int64_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Links rows i and k of the sorted keys; the smaller number is the root. */
static void link_rows(int64_t *parent, int64_t i, int64_t k) {
    int64_t a = root_of(parent, i), b = root_of(parent, k);
    if (a != b) {
        parent[a < b ? b : a] = a < b ? a : b;
    }
}

/* Links the rows of one key: keys[first .. first + n). */
static void link_key(const tp_layer *layer, const keyed_row *keys, int64_t first, int64_t n, double within_m,
                     const tp_ellipsoid *ellipsoid, int64_t *parent) {
    for (int64_t i = first + 1; i < first + n; i++) {
        if (!keys[first].near) {
            link_rows(parent, keys[first].row, keys[i].row);
            continue;
        }
        double lon = 0, lat = 0;
        tp_merge_point(layer, keys[i].row, &lon, &lat);
        for (int64_t k = first; k < i; k++) {
            double other_lon = 0, other_lat = 0;
            tp_merge_point(layer, keys[k].row, &other_lon, &other_lat);
            if (tp_geodesic_distance_m(ellipsoid, lon, lat, other_lon, other_lat) <= within_m) {
                link_rows(parent, keys[i].row, keys[k].row);
            }
        }
    }
}

/* From each row's root to the rows of each group. */
static tp_code gather(int64_t *parent, int64_t n, tp_groups_of_rows *groups, tp_error *error) {
    int64_t *number = malloc(sizeof *number * (size_t)(n + 1));
    groups->start = calloc((size_t)n + 2, sizeof *groups->start);
    groups->member = malloc(sizeof *groups->member * (size_t)(n + 1));
    if (number == NULL || groups->start == NULL || groups->member == NULL) {
        free(number);
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < n; row++) {
        int64_t root = root_of(parent, row);
        number[row] = root == row ? groups->n++ : number[root];
        groups->start[number[row] + 2]++;
    }
    for (int64_t g = 2; g <= groups->n; g++) {
        groups->start[g] += groups->start[g - 1];
    }
    for (int64_t row = 0; row < n; row++) { /* start[g + 1] moves on to where the next group begins */
        groups->member[groups->start[number[row] + 1]++] = row;
    }
    free(number);
    return TP_OK;
}

tp_code tp_merge_groups(const tp_layer *layer, const tp_merge_options *options, const tp_ellipsoid *ellipsoid,
                        tp_groups_of_rows *groups, tp_error *error) {
    int64_t n = layer->n_rows;
    keyed_row *keys = calloc((size_t)n + 1, sizeof *keys);
    int64_t *parent = malloc(sizeof *parent * (size_t)(n + 1));
    tp_code code = keys == NULL || parent == NULL ? tp_error_memory(error) : make_keys(layer, options, keys, error);
    int64_t *first_of_id = NULL;
    if (code == TP_OK) {
        code = tp_groups_find(layer, &first_of_id, error);
    }
    if (code == TP_OK) {
        for (int64_t row = 0; row < n; row++) {
            parent[row] = row;
        }
        for (int64_t row = 0; row < n; row++) {
            link_rows(parent, row, first_of_id[row]);
        }
        qsort(keys, (size_t)n, sizeof *keys, by_key);
        for (int64_t first = 0, next; first < n && keys[first].key != NULL; first = next) {
            next = first + 1;
            while (next < n && keys[next].key != NULL && strcmp(keys[next].key, keys[first].key) == 0) {
                next++;
            }
            link_key(layer, keys, first, next - first, options->within.value, ellipsoid, parent);
        }
        code = gather(parent, n, groups, error);
    }
    for (int64_t row = 0; keys != NULL && row < n; row++) {
        free(keys[row].key);
    }
    free(keys);
    free(first_of_id);
    free(parent);
    return code;
}
