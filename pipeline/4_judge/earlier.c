/* The verdicts of an earlier run: see earlier.h. */
#include "earlier.h"

#include "technopolis/table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const TEXTS[] = {"profile", "site_id", "criterion_id", "verdict"};
static const char *const NUMBERS[] = {"value", "threshold", "margin"};
enum { N_TEXTS = sizeof TEXTS / sizeof TEXTS[0], N_NUMBERS = sizeof NUMBERS / sizeof NUMBERS[0] };

static tp_code not_ours(const char *shown, const char *what, tp_error *error) {
    return tp_error_set(error, TP_E_DATA, "%s: is no result of technopolis (%s)", shown, what);
}

/* The value of a key of `run_info`, or NULL. */
static const char *info(const tp_layer *run_info, const char *key) {
    const tp_column *keys = tp_layer_column(run_info, "key"), *values = tp_layer_column(run_info, "value");
    for (int64_t row = 0; keys != NULL && values != NULL && row < run_info->n_rows; row++) {
        const char *text = tp_column_text(keys, row);
        if (text != NULL && strcmp(text, key) == 0) {
            return tp_column_text(values, row);
        }
    }
    return NULL;
}

static bool columns_are_ours(const tp_layer *verdicts) {
    for (size_t i = 0; i < N_TEXTS; i++) {
        const tp_column *column = tp_layer_column(verdicts, TEXTS[i]);
        if (column == NULL || column->type != TP_TYPE_TEXT) {
            return false;
        }
    }
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const tp_column *column = tp_layer_column(verdicts, NUMBERS[i]);
        if (column == NULL || column->type == TP_TYPE_TEXT) {
            return false;
        }
    }
    return true;
}

/* Reads the verdicts that meet `where` (NULL: all) and the year of the run. */
static tp_code read_tables(const char *path, const char *shown, const char *where, tp_layer **verdicts, int64_t *year,
                           tp_error *error) {
    tp_layer *run_info = NULL;
    *verdicts = NULL;
    *year = 0;
    if (access(path, R_OK) != 0) {
        return tp_error_set(error, TP_E_DATA,
                            errno == ENOENT ? "%s: no such file (run the configuration that writes it first)"
                                            : "%s: cannot be read",
                            shown);
    }
    tp_code code = tp_read_table(path, "run_info", NULL, &run_info, error);
    if (code == TP_OK && info(run_info, "technopolis") != NULL) {
        const char *text = info(run_info, "year");
        *year = text == NULL ? 0 : strtoll(text, NULL, 10);
        code = tp_read_table(path, "verdicts", where, verdicts, error);
        code = code == TP_E_DATA ? not_ours(shown, "it has no table verdicts: nothing was judged", error) : code;
    } else if (code == TP_OK || code == TP_E_DATA) {
        code = not_ours(shown, "it has no table run_info of ours", error);
    }
    if (code == TP_OK && !columns_are_ours(*verdicts)) {
        code = not_ours(shown, "its table verdicts has other columns", error);
    }
    tp_layer_free(run_info);
    if (code != TP_OK) {
        tp_layer_free(*verdicts);
        *verdicts = NULL;
    }
    return code;
}

tp_code tp_earlier_check(const char *path, const char *shown, tp_error *error) {
    tp_layer *none = NULL;
    int64_t year;
    tp_code code = read_tables(path, shown, "1 = 0", &none, &year, error);
    tp_layer_free(none);
    return code;
}

static int compare_keys(const void *a, const void *b) {
    const tp_earlier_key *x = a, *y = b;
    int order = strcmp(x->site, y->site);
    order = order != 0 ? order : strcmp(x->profile, y->profile);
    return order != 0 ? order : strcmp(x->criterion, y->criterion);
}

/* A row with all three names; others, which we never write, are passed over. */
static bool key_of(const tp_layer *verdicts, int64_t row, tp_earlier_key *key) {
    key->profile = tp_column_text(tp_layer_column(verdicts, "profile"), row);
    key->site = tp_column_text(tp_layer_column(verdicts, "site_id"), row);
    key->criterion = tp_column_text(tp_layer_column(verdicts, "criterion_id"), row);
    key->row = row;
    return key->profile != NULL && key->site != NULL && key->criterion != NULL;
}

tp_code tp_earlier_read(const char *path, const char *shown, tp_earlier *earlier, tp_error *error) {
    *earlier = (tp_earlier){0};
    tp_code code = read_tables(path, shown, NULL, &earlier->verdicts, &earlier->year, error);
    if (code != TP_OK) {
        return code;
    }
    const tp_layer *verdicts = earlier->verdicts;
    earlier->verdict = tp_layer_column(verdicts, "verdict");
    earlier->value = tp_layer_column(verdicts, "value");
    earlier->margin = tp_layer_column(verdicts, "margin");
    earlier->threshold = tp_layer_column(verdicts, "threshold");
    earlier->keys = malloc(sizeof *earlier->keys * (size_t)(verdicts->n_rows + 1));
    if (earlier->keys == NULL) {
        tp_earlier_reset(earlier);
        return tp_error_memory(error);
    }
    for (int64_t row = 0; row < verdicts->n_rows; row++) {
        earlier->n += key_of(verdicts, row, &earlier->keys[earlier->n]);
    }
    qsort(earlier->keys, (size_t)earlier->n, sizeof *earlier->keys, compare_keys);
    return TP_OK;
}

void tp_earlier_reset(tp_earlier *earlier) {
    tp_layer_free(earlier->verdicts);
    free(earlier->keys);
    *earlier = (tp_earlier){0};
}

int64_t tp_earlier_find(const tp_earlier *earlier, const char *site, const char *profile, const char *criterion) {
    tp_earlier_key key = {.site = site, .profile = profile, .criterion = criterion};
    const tp_earlier_key *found = bsearch(&key, earlier->keys, (size_t)earlier->n, sizeof *earlier->keys, compare_keys);
    return found == NULL ? -1 : found->row;
}

bool tp_earlier_has(const tp_earlier *earlier, const char *site, const char *profile) {
    tp_earlier_key key = {.site = site, .profile = profile == NULL ? "" : profile, .criterion = ""};
    int64_t low = 0, high = earlier->n;
    while (low < high) { /* the first key that is not smaller */
        int64_t middle = low + (high - low) / 2;
        if (compare_keys(&earlier->keys[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const tp_earlier_key *found = low < earlier->n ? &earlier->keys[low] : NULL;
    return found != NULL && strcmp(found->site, site) == 0 && (profile == NULL || strcmp(found->profile, profile) == 0);
}
