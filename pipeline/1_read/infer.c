/* Types of columns that hold only text: see infer.h. */
#include "1_read/infer.h"

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

void tp_infer_look(tp_inference *inference, const char *text, size_t size) {
    if (size == 0 || inference->seen_text) {
        return;
    }
    bool fraction = false;
    if (tp_infer_is_not_finite(text, size)) {
        inference->seen_not_finite = true;
    } else if (!is_number(text, size, &fraction)) {
        inference->seen_text = true;
    } else {
        int64_t integer;
        double value;
        bool fits = fraction ? tp_number_read(text, &value) && isfinite(value) : tp_integer_read(text, &integer);
        inference->seen_number = true;
        inference->seen_fraction |= fraction;
        inference->seen_text |= !fits; /* more digits than a number can hold: it must be a code */
    }
}

tp_type tp_infer_type(const tp_inference *inference) {
    if (inference->seen_text || !inference->seen_number) {
        return TP_TYPE_TEXT;
    }
    return inference->seen_fraction || inference->seen_not_finite ? TP_TYPE_DOUBLE : TP_TYPE_INT64;
}
