/* Designated cities and their wards: see wards.h. */
#include "1_read/wards.h"

#include "core/config/number.h"
#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CITY[] = "\xE5\xB8\x82" /* 市 */, WARD[] = "\xE5\x8C\xBA" /* 区 */;

/* A designated city of one prefecture. */
typedef struct city {
    char *name;
    char prefecture[3];
    int64_t least_code;
    int64_t *codes; /* of its wards, each once */
    int64_t n_codes;
} city;

typedef struct work {
    tp_column *code, *city, *name, *ward, *city_code, *wards;
    city *cities;
    size_t n_cities;
    size_t *city_of; /* of each row: its number from 1, 0 for none */
} work;

static bool ends_with(const char *text, const char *end) {
    size_t size = strlen(text), n = strlen(end);
    return size >= n && strcmp(text + size - n, end) == 0;
}

static tp_code set(tp_column *column, int64_t row, const char *text, tp_error *error) {
    if (text == NULL) {
        tp_column_set_missing(column, row);
        return TP_OK;
    }
    return tp_column_set_text(column, row, text, strlen(text), error);
}

/* The row's designated city and ward ("" where the row is the whole city), both owned; NULL where it is of none. */
static bool split(const work *w, int64_t row, char **city_name, char **ward) {
    const char *above = tp_column_text(w->city, row), *name = tp_column_text(w->name, row);
    const char *own_ward = tp_column_text(w->ward, row);
    *city_name = *ward = NULL;
    if (name == NULL) {
        return true;
    }
    if (own_ward != NULL && own_ward[0] != '\0' && ends_with(name, CITY)) {
        *city_name = tp_text_copy(name);
        *ward = tp_text_copy(own_ward);
    } else if (above != NULL && ends_with(above, CITY) && strcmp(above, name) == 0) {
        *city_name = tp_text_copy(name);
        *ward = tp_text_copy("");
    } else if (above != NULL && ends_with(above, CITY) && ends_with(name, WARD)) {
        bool full = strncmp(name, above, strlen(above)) == 0;
        *city_name = tp_text_copy(above);
        *ward = tp_text_copy(full ? name + strlen(above) : name);
    } else {
        return true;
    }
    return *city_name != NULL && *ward != NULL;
}

static tp_code find_city(work *w, const char *name, const char *code, size_t *number, tp_error *error) {
    char prefecture[3] = {code[0], code[0] == '\0' ? '\0' : code[1], '\0'};
    for (*number = 0; *number < w->n_cities; (*number)++) {
        if (strcmp(w->cities[*number].name, name) == 0 && strcmp(w->cities[*number].prefecture, prefecture) == 0) {
            return TP_OK;
        }
    }
    city *cities = realloc(w->cities, sizeof *cities * (w->n_cities + 1));
    char *copy = tp_text_copy(name);
    if (cities != NULL) {
        w->cities = cities;
    }
    if (cities == NULL || copy == NULL) {
        free(copy);
        return tp_error_memory(error);
    }
    w->cities[w->n_cities] = (city){.name = copy, .least_code = INT64_MAX};
    memcpy(w->cities[w->n_cities++].prefecture, prefecture, sizeof prefecture);
    return TP_OK;
}

static tp_code add_code(city *its, int64_t code, bool is_ward, tp_error *error) {
    its->least_code = code < its->least_code ? code : its->least_code;
    for (int64_t i = 0; i < its->n_codes; i++) {
        if (its->codes[i] == code) {
            return TP_OK;
        }
    }
    int64_t *codes = is_ward ? realloc(its->codes, sizeof *codes * (size_t)(its->n_codes + 1)) : its->codes;
    if (is_ward && codes == NULL) {
        return tp_error_memory(error);
    }
    if (is_ward) {
        its->codes = codes;
        its->codes[its->n_codes++] = code;
    }
    return TP_OK;
}

/* First pass: every row's city and ward. */
static tp_code look_at_row(work *w, int64_t row, tp_error *error) {
    char *city_name = NULL, *ward = NULL;
    const char *code = tp_column_text(w->code, row);
    int64_t number = 0;
    tp_code result = split(w, row, &city_name, &ward) ? TP_OK : tp_error_memory(error);
    bool usable = result == TP_OK && city_name != NULL && code != NULL && tp_integer_read(code, &number);
    size_t at = 0;
    if (usable) {
        result = find_city(w, city_name, code, &at, error);
    }
    if (usable && result == TP_OK) {
        result = add_code(&w->cities[at], number, ward[0] != '\0', error);
    }
    if (usable && result == TP_OK) {
        w->city_of[row] = at + 1;
        result = set(w->ward, row, ward[0] == '\0' ? NULL : ward, error);
    }
    free(city_name);
    free(ward);
    return result;
}

/* Second pass, when the cities' codes are known. */
static tp_code write_row(const work *w, int64_t row, tp_product_wards wards, tp_error *error) {
    if (w->city_of[row] == 0) {
        tp_column_set_missing(w->city, row);
        return TP_OK;
    }
    const city *its = &w->cities[w->city_of[row] - 1];
    const char *ward = tp_column_text(w->ward, row);
    char code[32];
    snprintf(code, sizeof code, "%05lld", (long long)(its->least_code - its->least_code % 10));
    char *name = tp_text_format("%s%s", its->name, wards == TP_WARDS_KEEP && ward != NULL ? ward : "");
    tp_code result = name == NULL ? tp_error_memory(error) : set(w->name, row, name, error);
    free(name);
    if (result == TP_OK) {
        result = set(w->city, row, its->name, error);
    }
    if (result == TP_OK) {
        result = set(w->city_code, row, code, error);
    }
    if (result == TP_OK && wards == TP_WARDS_SUM) {
        tp_column_set_missing(w->ward, row);
        tp_column_set_int64(w->wards, row, its->n_codes);
        if (its->n_codes == 0) {
            tp_column_set_missing(w->wards, row); /* the file has the city as one already */
        }
        result = set(w->code, row, code, error);
    }
    return result;
}

tp_code tp_read_wards(tp_layer *layer, int64_t n_rows, tp_product_wards wards, tp_error *error) {
    work w = {.code = tp_layer_column(layer, "code"),
              .city = tp_layer_column(layer, "city"),
              .name = tp_layer_column(layer, "name"),
              .ward = tp_layer_column(layer, "ward"),
              .city_code = tp_layer_column(layer, "city_code"),
              .wards = tp_layer_column(layer, "wards"),
              .city_of = calloc((size_t)n_rows + 1, sizeof(size_t))};
    tp_code code = w.city_of == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t row = 0; row < n_rows && code == TP_OK; row++) {
        code = look_at_row(&w, row, error);
    }
    for (int64_t row = 0; row < n_rows && code == TP_OK; row++) {
        code = write_row(&w, row, wards, error);
    }
    for (size_t i = 0; i < w.n_cities; i++) {
        free(w.cities[i].name);
        free(w.cities[i].codes);
    }
    free(w.cities);
    free(w.city_of);
    return code;
}
