/* Types of columns that hold only text: see infer.h. */
#include "1_read/infer.h"

#include "1_read/digits.h"
#include "core/config/number.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static size_t digits(const char *text, size_t size, size_t from) {
    size_t n = 0;
    while (from + n < size && text[from + n] >= '0' && text[from + n] <= '9') {
        n++;
    }
    return n;
}

/* True for the text of a number; `fraction`: it has a point or an exponent. */
static bool is_number(const char *text, size_t size, bool *fraction) {
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    size_t whole = digits(text, size, at);
    bool leading_zero = whole > 1 && text[at] == '0';
    at += whole;
    size_t decimals = 0;
    *fraction = false;
    if (at < size && text[at] == '.') {
        *fraction = true;
        decimals = digits(text, size, at + 1);
        at += 1 + decimals;
        if (decimals == 0) {
            return false;
        }
    }
    if (whole + decimals == 0 || leading_zero) {
        return false;
    }
    if (at < size && (text[at] == 'e' || text[at] == 'E')) {
        *fraction = true;
        at++;
        at += at < size && (text[at] == '+' || text[at] == '-');
        size_t exponent = digits(text, size, at);
        at += exponent;
        return exponent > 0 && at == size;
    }
    return at == size;
}

bool tp_infer_is_not_finite(const char *text, size_t size) {
    if (size > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        size--;
    }
    return (size == 3 && (strncasecmp(text, "nan", 3) == 0 || strncasecmp(text, "inf", 3) == 0)) ||
           (size == 8 && strncasecmp(text, "infinity", 8) == 0);
}

/* Digits only, but not as a program writes a number: a code. */
static bool is_code(const char *text, size_t size) {
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    int64_t integer;
    return size > at && digits(text, size, at) == size - at &&
           ((size - at > 1 && text[at] == '0') || !tp_integer_read(text, &integer));
}

void tp_infer_look(tp_inference *inference, const char *text, size_t size) {
    if (size == 0 || inference->seen_code) {
        return;
    }
    bool fraction = false;
    double value;
    char folded[TP_FOLDED_SIZE];
    if (tp_number_fold_raw(text, size, folded)) {
        text = folded;
        size = strlen(folded);
    }
    if (is_code(text, size)) {
        inference->seen_code = true;
    } else if (tp_infer_is_not_finite(text, size)) {
        inference->seen_not_finite = true;
        inference->n_numbers++;
    } else if (is_number(text, size, &fraction) && tp_number_read(text, &value) && isfinite(value)) {
        inference->seen_number = true;
        inference->seen_fraction |= fraction;
        inference->n_numbers++;
    } else {
        inference->n_odd++;
    }
}

tp_type tp_infer_type(const tp_inference *inference) {
    bool mostly_numbers = inference->n_numbers >= 9 * inference->n_odd;
    if (inference->seen_code || !inference->seen_number || !mostly_numbers) {
        return TP_TYPE_TEXT;
    }
    return inference->seen_fraction || inference->seen_not_finite ? TP_TYPE_DOUBLE : TP_TYPE_INT64;
}
