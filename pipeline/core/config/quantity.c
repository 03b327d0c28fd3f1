/* Quantities: a number and its unit, turned into the base unit of its dimension. */
#include "technopolis/quantity.h"

#include "core/config/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* value in the base unit = number * times / over: one of the two is 1, so that 30 s is exactly half a minute. */
typedef struct unit {
    const char *name;
    tp_dimension dimension;
    double times, over;
} unit;

static const unit units[] = {
    {"ms", TP_DIMENSION_TIME, 1.0, 60000.0},  {"s", TP_DIMENSION_TIME, 1.0, 60.0},
    {"min", TP_DIMENSION_TIME, 1.0, 1.0},     {"minute", TP_DIMENSION_TIME, 1.0, 1.0},
    {"minutes", TP_DIMENSION_TIME, 1.0, 1.0}, {"h", TP_DIMENSION_TIME, 60.0, 1.0},
    {"hour", TP_DIMENSION_TIME, 60.0, 1.0},   {"hours", TP_DIMENSION_TIME, 60.0, 1.0},
    {"m", TP_DIMENSION_LENGTH, 1.0, 1.0},     {"km", TP_DIMENSION_LENGTH, 1000.0, 1.0},
    {"km2", TP_DIMENSION_AREA, 1.0, 1.0},     {"km²", TP_DIMENSION_AREA, 1.0, 1.0},
    {"ha", TP_DIMENSION_AREA, 1.0, 100.0},    {"km/h", TP_DIMENSION_SPEED, 1.0, 1.0},
    {"kmh", TP_DIMENSION_SPEED, 1.0, 1.0},    {"m/s", TP_DIMENSION_SPEED, 3.6, 1.0},
};

enum { DIGITS_SIZE = 400 };

const char *tp_dimension_example(tp_dimension dimension) {
    switch (dimension) {
    case TP_DIMENSION_TIME:
        return "a time such as `30 min`";
    case TP_DIMENSION_LENGTH:
        return "a length such as `25 km`";
    case TP_DIMENSION_AREA:
        return "an area such as `1,300 km2`";
    case TP_DIMENSION_SPEED:
        return "a speed such as `40 km/h`";
    case TP_DIMENSION_COUNT:
        return "a count such as `200000 persons`";
    case TP_DIMENSION_NONE:
        break;
    }
    return "a number";
}

const char *tp_dimension_unit(tp_dimension dimension) {
    switch (dimension) {
    case TP_DIMENSION_TIME:
        return "min";
    case TP_DIMENSION_LENGTH:
        return "m";
    case TP_DIMENSION_AREA:
        return "km2";
    case TP_DIMENSION_SPEED:
        return "km/h";
    case TP_DIMENSION_COUNT:
    case TP_DIMENSION_NONE:
        break;
    }
    return "";
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A noun: letters of any script, with hyphens or underscores between them. Bytes above 127 are letters here. */
static bool is_noun(const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        bool joint = (c == '-' || c == '_') && i > 0 && i + 1 < n;
        if (!letter && !joint) {
            return false;
        }
    }
    return n > 0;
}

/* True when the commas among n digits, commas and points stand before groups of three digits, and none after a point. */
static bool groups_are_right(const char *text, size_t n) {
    size_t run = 0;
    bool grouped = false;
    for (size_t i = 0; i <= n; i++) {
        char c = i < n ? text[i] : '\0';
        if (c >= '0' && c <= '9') {
            run++;
        } else if (grouped ? run != 3 : c == ',' && (run == 0 || run > 3)) {
            return false;
        } else if (c == ',') {
            grouped = true;
            run = 0;
        } else {
            return i == n || memchr(text + i, ',', n - i) == NULL;
        }
    }
    return true;
}

/* Reads the number that `text` begins with; *end is what follows it. */
static tp_code read_number(const char *text, double *value, const char **end, tp_error *error) {
    char digits[DIGITS_SIZE];
    size_t span = strspn(text, "+-.,0123456789"), sign = text[0] == '-', n = 0;
    if (span >= sizeof digits) {
        return tp_error_set(error, TP_E_CONFIG, "'%.40s…' has too many digits", text);
    }
    for (size_t i = 0; i < span; i++) {
        if (text[i] != ',') {
            digits[n++] = text[i];
        }
    }
    digits[n] = '\0';
    if (text[0] == '+' || !tp_number_read(digits, value)) {
        return tp_error_set(error, TP_E_CONFIG,
                            "'%s' does not begin with a number (expected a number and its unit, such as `30 min`)",
                            text);
    }
    if (!groups_are_right(text + sign, span - sign)) {
        return tp_error_set(
            error, TP_E_CONFIG,
            "'%s': commas in a number stand before groups of three digits (the decimal sign is a point)", text);
    }
    *end = text + span;
    return TP_OK;
}

/* Finds the unit of n bytes at `text` and converts. */
static tp_code read_unit(const char *whole, const char *text, size_t n, double number, tp_quantity *quantity,
                         tp_error *error) {
    tp_quantity found = {.value = number, .dimension = TP_DIMENSION_COUNT};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == n && memcmp(units[i].name, text, n) == 0) {
            found.dimension = units[i].dimension;
            found.value = number * units[i].times / units[i].over;
        }
    }
    if (found.dimension != TP_DIMENSION_COUNT) {
        (void)snprintf(found.unit, sizeof found.unit, "%s", tp_dimension_unit(found.dimension));
    } else if (n >= sizeof found.unit) {
        return tp_error_set(error, TP_E_CONFIG, "the unit in '%s' is longer than %d bytes", whole, TP_UNIT_SIZE - 1);
    } else if (!is_noun(text, n)) {
        return tp_error_set(error, TP_E_CONFIG,
                            "'%s': '%.*s' is not a unit (expected one such as min, h, m, km, km2, ha, km/h, "
                            "or a noun such as persons)",
                            whole, (int)n, text);
    } else {
        memcpy(found.unit, text, n);
    }
    if (!isfinite(found.value)) {
        return tp_error_set(error, TP_E_CONFIG, "'%s' is too large a number", whole);
    }
    *quantity = found;
    return TP_OK;
}

tp_code tp_quantity_parse(const char *text, tp_quantity *quantity, tp_error *error) {
    const char *p = text;
    double number = 0.0;
    while (is_space(*p)) {
        p++;
    }
    if (*p == '\0') {
        return tp_error_set(error, TP_E_CONFIG,
                            "nothing is written (expected a number and its unit, such as `30 min`)");
    }
    tp_code code = read_number(p, &number, &p, error);
    if (code != TP_OK) {
        return code;
    }
    while (is_space(*p)) {
        p++;
    }
    size_t n = 0;
    while (p[n] != '\0' && !is_space(p[n])) {
        n++;
    }
    if (n == 0) {
        return tp_error_set(error, TP_E_CONFIG,
                            "'%s' has no unit (expected one after the number, such as `30 min` or `25 km`)", text);
    }
    const char *rest = p + n;
    while (is_space(*rest)) {
        rest++;
    }
    if (*rest != '\0') {
        return tp_error_set(error, TP_E_CONFIG,
                            "'%s': '%s' follows the unit (expected only a number and its unit, such as `30 min`)", text,
                            rest);
    }
    return read_unit(text, p, n, number, quantity, error);
}
