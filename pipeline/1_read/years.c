/* The years of a layer: see years.h. */
#include "1_read/years.h"

#include "1_read/digits.h"
#include "technopolis/text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_YEAR = 9998, KSJ_FIRST_YEAR = 1950 };

/* "still there" in a column of ends, "not known" in one of beginnings. */
static bool is_open(int64_t year) {
    return year == 999 || year > LAST_YEAR;
}

static bool is_known(int64_t year) {
    return year >= 1 && !is_open(year);
}

/* "昭和58年", "S58", "平成元年": a year of an era. The first one begins in the year after `before`. */
static bool read_era(const char *text, int64_t *year) {
    static const struct {
        const char *name;
        int64_t before;
    } eras[] = {{"明治", 1867}, {"大正", 1911}, {"昭和", 1925}, {"平成", 1988}, {"令和", 2018},
                {"M", 1867},    {"T", 1911},    {"S", 1925},    {"H", 1988},    {"R", 2018}};
    for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++) {
        size_t size = strlen(eras[i].name);
        if (strncmp(text, eras[i].name, size) != 0) {
            continue;
        }
        const char *number = text + size;
        size_t n = strspn(number, "0123456789");
        bool first = size > 1 && strncmp(number, "元", strlen("元")) == 0;
        *year = eras[i].before + (first ? 1 : strtol(number, NULL, 10));
        return first || (n >= 1 && n <= 2);
    }
    return false;
}

/* A year at the beginning of a text: up to four digits, then the end or something else than a digit; or of an era. */
static bool read_text(const char *text, int64_t *year) {
    char folded[TP_FOLDED_SIZE];
    text = tp_digits_fold(text, strlen(text), folded) ? folded : text;
    text += strspn(text, " ");
    if (read_era(text, year)) {
        return true;
    }
    bool negative = text[0] == '-';
    text += negative;
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 4) {
        return false;
    }
    *year = strtol(text, NULL, 10);
    *year = negative ? -*year : *year;
    return true;
}

bool tp_read_is_year(const char *text, int64_t *year) {
    return text != NULL && strlen(text) == 4 && strspn(text, "0123456789") == 4 && read_text(text, year);
}

bool tp_read_year(const tp_column *column, int64_t row, int64_t *year) {
    const char *text = tp_column_text(column, row);
    if (text != NULL) {
        return read_text(text, year);
    }
    double number;
    if (!tp_column_number(column, row, &number) || fabs(number) > 1e6) {
        return false;
    }
    *year = (int64_t)floor(number);
    return true;
}

/* Looks whether a column holds years at all, and finds the earliest; 0: none. */
static tp_code look_through(const tp_column *column, int64_t n_rows, tp_place place, int64_t *earliest,
                            tp_error *error) {
    int64_t n_there = 0, n_years = 0;
    *earliest = 0;
    for (int64_t row = 0; column != NULL && row < n_rows; row++) {
        int64_t year;
        const char *text = tp_column_text(column, row);
        n_there += text == NULL ? column->valid[row] : text[0] != '\0';
        if (tp_read_year(column, row, &year)) {
            n_years++;
            *earliest = is_known(year) && (*earliest == 0 || year < *earliest) ? year : *earliest;
        }
    }
    if (n_there == 0 || n_years > 0) {
        return TP_OK;
    }
    tp_error_at(error, place, "column '%s' holds no years (expected texts that begin with a year, such as 1985)",
                column->name);
    if (error != NULL) {
        error->code = TP_E_DATA;
    }
    return TP_E_DATA;
}

static const tp_column *find(const tp_layer *layer, const char *name) {
    return name == NULL ? NULL : tp_layer_column(layer, name);
}

tp_code tp_read_years_begin(const tp_read_period *period, tp_layer *layer, int64_t n_rows, tp_read_years *years,
                            tp_error *error) {
    *years = (tp_read_years){.layer = layer, .run_year = period->year};
    years->from = find(layer, period->from);
    years->to = find(layer, period->to);
    years->any_year = period->about != NULL && strcmp(period->about, TP_ANY_YEAR) == 0;
    if (!years->any_year && !tp_read_is_year(period->about, &years->about_year)) {
        years->about = find(layer, period->about != NULL ? period->about : "pop_year");
    }
    int64_t earliest = 0, ignored;
    tp_code code = look_through(years->from, n_rows, period->from_place, &earliest, error);
    years->from_1950_is_before = earliest == KSJ_FIRST_YEAR;
    if (code == TP_OK) {
        code = look_through(years->to, n_rows, period->to_place, &ignored, error);
    }
    if (code == TP_OK) {
        code = look_through(years->about, n_rows, period->about_place, &ignored, error);
    }
    if (period->year == 0) {
        years->from = years->to = NULL;
    }
    return code;
}

/* The year from which a row existed; false when it is not known. */
static bool known_from(const tp_read_years *years, int64_t row, int64_t *year) {
    return tp_read_year(years->from, row, year) && is_known(*year) &&
           !(years->from_1950_is_before && *year == KSJ_FIRST_YEAR && years->run_year < KSJ_FIRST_YEAR);
}

bool tp_read_years_stood(const tp_read_years *years, int64_t row) {
    int64_t year;
    if (years->from != NULL && known_from(years, row, &year) && year > years->run_year) {
        return false;
    }
    return !(years->to != NULL && tp_read_year(years->to, row, &year) && is_known(year) && year <= years->run_year);
}

bool tp_read_years_unknown(const tp_read_years *years, int64_t row) {
    int64_t year;
    if (years->about_year != 0 && llabs(years->about_year - years->run_year) <= TP_YEARS_CLOSE) {
        return false; /* the file is of that time, so what stands in it stood */
    }
    return (years->from != NULL && !known_from(years, row, &year)) ||
           (years->to != NULL && tp_read_year(years->to, row, &year) && !is_known(year) && !is_open(year));
}

void tp_read_years_count(tp_read_years *years, int64_t row) {
    int64_t year;
    years->n_unknown += tp_read_years_unknown(years, row);
    years->n_kept++;
    if (years->about == NULL) {
        return;
    }
    if (!tp_read_year(years->about, row, &year) || !is_known(year)) {
        years->n_mute++;
        return;
    }
    years->first_year = years->first_year == 0 || year < years->first_year ? year : years->first_year;
    years->last_year = year > years->last_year ? year : years->last_year;
}

/* A value that held only from a later year: a number becomes 0 ("not yet"), a text is not known. */
static tp_code take_back(tp_read_years *years, const char *name, const char *since, tp_dataset *dataset,
                         tp_error *error) {
    tp_column *column = tp_layer_column(years->layer, name);
    const tp_column *begun = tp_layer_column(years->layer, since);
    int64_t n = 0, year;
    for (int64_t row = 0; column != NULL && begun != NULL && row < years->layer->n_rows; row++) {
        if (!column->valid[row] || !tp_read_year(begun, row, &year) || !is_known(year) || year <= years->run_year) {
            continue;
        }
        n++;
        if (column->type == TP_TYPE_INT64) {
            tp_column_set_int64(column, row, 0);
        } else if (column->type == TP_TYPE_DOUBLE) {
            tp_column_set_double(column, row, 0);
        } else {
            tp_column_set_missing(column, row);
        }
    }
    return n == 0 ? TP_OK
                  : tp_dataset_add_finding(dataset, "read", "Years", false, error,
                                           "%s: '%s' holds from '%s' on: not yet in %lld for %lld rows, where it is %s",
                                           years->layer->name, name, since, (long long)years->run_year, (long long)n,
                                           column->type == TP_TYPE_TEXT ? "unknown" : "0");
}

/* "2020", "1975 to 2020" */
static char *years_text(int64_t first, int64_t last) {
    return first == last ? tp_text_format("%lld", (long long)first)
                         : tp_text_format("%lld to %lld", (long long)first, (long long)last);
}

/* The layer's own years, and a warning where they are far from the run's. */
static tp_code tell_distance(const tp_read_years *years, tp_dataset *dataset, tp_error *error) {
    tp_layer *layer = years->layer;
    layer->first_year = years->about_year != 0 ? years->about_year : years->first_year;
    layer->last_year = years->about_year != 0 ? years->about_year : years->last_year;
    if (years->run_year == 0 || layer->first_year == 0) {
        return TP_OK;
    }
    int64_t before = layer->first_year - years->run_year, after = layer->last_year - years->run_year;
    int64_t apart = llabs(before) > llabs(after) ? before : after;
    layer->years_apart = llabs(apart) > TP_YEARS_CLOSE ? apart : 0;
    if (layer->years_apart == 0) {
        return TP_OK;
    }
    char *text = years_text(layer->first_year, layer->last_year);
    tp_code code = text == NULL
                       ? tp_error_memory(error)
                       : tp_dataset_add_finding(dataset, "read", "Years", true, error,
                                                "%s: of %s, %s%lld years %s the run's year %lld", layer->name, text,
                                                layer->first_year == layer->last_year ? "" : "up to ", llabs(apart),
                                                apart > 0 ? "after" : "before", (long long)years->run_year);
    free(text);
    return code;
}

/* What is not known: of rows, of the whole layer. The sites are places of the question, not of a year. */
static tp_code tell_unknown(const tp_read_period *period, const tp_read_years *years, tp_dataset *dataset,
                            tp_error *error) {
    const char *name = years->layer->name;
    tp_code code = TP_OK;
    if (years->n_unknown > 0) {
        bool both = period->from != NULL && period->to != NULL;
        code = tp_dataset_add_finding(
            dataset, "read", "Years", true, error,
            "%s: of %lld of %lld rows it is not known whether they stood in %lld ('%s'%s%s%s says no year): kept", name,
            (long long)years->n_unknown, (long long)years->n_kept, (long long)years->run_year,
            period->from != NULL ? period->from : period->to, both ? " or '" : "", both ? period->to : "",
            both ? "'" : "");
    }
    if (code == TP_OK && years->n_mute > 0 && years->run_year != 0) {
        code =
            tp_dataset_add_finding(dataset, "read", "Years", true, error, "%s: '%s' says no year for %lld of %lld rows",
                                   name, years->about->name, (long long)years->n_mute, (long long)years->n_kept);
    }
    bool mute =
        years->from == NULL && years->to == NULL && years->about == NULL && years->about_year == 0 && !years->any_year;
    if (code == TP_OK && years->run_year != 0 && mute && strcmp(name, "sites") != 0) {
        code = tp_dataset_add_finding(
            dataset, "read", "Years", true, error,
            "%s: nothing says of which year it is (expected 'year', such as year: 2020 or year: any; "
            "or 'from' and 'to')",
            name);
    }
    return code;
}

tp_code tp_read_years_end(const tp_read_period *period, tp_read_years *years, tp_dataset *dataset, tp_error *error) {
    tp_code code = tell_distance(years, dataset, error);
    for (size_t i = 0;
         code == TP_OK && years->run_year != 0 && period->since != NULL && i < tp_node_count(period->since); i++) {
        code =
            take_back(years, tp_node_key(period->since, i), tp_node_text(tp_node_at(period->since, i)), dataset, error);
    }
    return code == TP_OK ? tell_unknown(period, years, dataset, error) : code;
}
