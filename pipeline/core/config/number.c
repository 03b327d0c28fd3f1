/* Numbers in text: the form is checked here, the conversion is the C library's in the "C" locale. */
#include "core/config/number.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t exponent_length(const char *text) {
    size_t i = 1;
    if (text[0] != 'e' && text[0] != 'E') {
        return 0;
    }
    if (text[i] == '+' || text[i] == '-') {
        i++;
    }
    if (!is_digit(text[i])) {
        return 0;
    }
    while (is_digit(text[i])) {
        i++;
    }
    return i;
}

size_t tp_number_length(const char *text, bool exponent) {
    size_t i = text[0] == '-' || text[0] == '+';
    size_t digits = 0;
    for (; is_digit(text[i]); i++) {
        digits++;
    }
    if (text[i] == '.' && (digits > 0 || is_digit(text[i + 1]))) {
        for (i++; is_digit(text[i]); i++) {
            digits++;
        }
    }
    if (digits == 0) {
        return 0;
    }
    return exponent ? i + exponent_length(text + i) : i;
}

bool tp_number_read(const char *text, double *value) {
    size_t n = tp_number_length(text, true);
    if (n == 0 || text[n] != '\0') {
        return false;
    }
    /* For all categories of "C" the GNU library hands out a constant object: nothing is allocated. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0) {
        return false;
    }
    *value = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return true;
}

bool tp_integer_read(const char *text, int64_t *value) {
    size_t i = text[0] == '-' || text[0] == '+';
    if (!is_digit(text[i])) {
        return false;
    }
    while (is_digit(text[i])) {
        i++;
    }
    if (text[i] != '\0') {
        return false;
    }
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno != 0) {
        return false;
    }
    *value = number;
    return true;
}

void tp_number_write(double value, char text[TP_NUMBER_TEXT_SIZE]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, TP_NUMBER_TEXT_SIZE, "%.*g", digits, value);
        double again = 0;
        if (tp_number_read(text, &again) && again == value) {
            return;
        }
    }
}
