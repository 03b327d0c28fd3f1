/* Passwords made unreadable. See mask.h. */
#include "technopolis/mask.h"

#include "technopolis/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where the value of a password begins, when one is set at `at`; else NULL. */
static const char *value_of(const char *at) {
    static const char key[] = "password";
    if (strncasecmp(at, key, sizeof key - 1) != 0) {
        return NULL;
    }
    const char *c = at + sizeof key - 1;
    c += strspn(c, " \t");
    if (*c != '=') {
        return NULL;
    }
    return c + 1 + strspn(c + 1, " \t");
}

/* The end of a value: of a quoted one behind its quote, of a bare one at what ends a word of a connection. */
static const char *end_of(const char *value) {
    const char *c = value;
    if (*c == '\\' && (c[1] == '\'' || c[1] == '"')) {
        c++;
    }
    char quote = *c == '\'' || *c == '"' ? *c++ : '\0';
    for (; *c != '\0' && *c != '\n'; c++) {
        if (*c == '\\' && c[1] != '\0') {
            c++;
        } else if (quote != '\0' ? *c == quote : strchr(" \t'\"&,}", *c) != NULL || (c[0] == ':' && c[1] == ' ')) {
            return quote != '\0' ? c + 1 : c;
        }
    }
    return c;
}

/* The password of an address that begins at `at` (behind "://"), and its end; NULL: it has none. */
static const char *of_address(const char *at, const char **end) {
    size_t size = strcspn(at, " \t\n\"'");
    const char *slash = memchr(at, '/', size), *colon = NULL, *sign = NULL;
    const char *last = at + size;
    for (const char *c = at; c < last; c++) {
        sign = *c == '@' ? c : sign;
    }
    for (const char *c = at; sign != NULL && c < sign && colon == NULL; c++) {
        colon = *c == ':' ? c : NULL;
    }
    *end = sign;
    return colon == NULL || (slash != NULL && slash < colon) ? NULL : colon + 1;
}

char *tp_masked(const char *text) {
    static const char mask[] = "***";
    tp_text out = {0};
    const char *from = text;
    for (const char *at = text; *at != '\0';) {
        const char *end = NULL, *value = value_of(at);
        if (value != NULL) {
            end = end_of(value);
        } else if (strncmp(at, "://", 3) == 0) {
            value = of_address(at + 3, &end);
        }
        if (value == NULL || end == value) {
            at++;
            continue;
        }
        tp_text_add_bytes(&out, from, (size_t)(value - from));
        tp_text_add(&out, "%s", mask);
        from = at = end;
    }
    tp_text_add(&out, "%s", from);
    char *result = out.lost ? NULL : tp_text_copy(tp_text_get(&out));
    tp_text_reset(&out);
    return result;
}

void tp_mask(char *text, size_t size) {
    if (strcasestr(text, "password") == NULL && strstr(text, "://") == NULL) {
        return;
    }
    char *masked = tp_masked(text);
    (void)snprintf(text, size, "%s", masked == NULL ? "out of memory" : masked);
    free(masked);
}
