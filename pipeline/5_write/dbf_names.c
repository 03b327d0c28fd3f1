/* Names and texts of a .dbf file. See dbf_names.h. */
#include "5_write/dbf_names.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* At most `most` bytes, back to where a character of UTF-8 begins. */
static size_t cut(const char *text, size_t most) {
    size_t size = strnlen(text, most + 1);
    if (size <= most) {
        return size;
    }
    size = most;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80) {
        size--;
    }
    return size;
}

size_t tp_dbf_cut(const char *text) {
    return cut(text, TP_DBF_TEXT_BYTES);
}

static bool is_taken(const char (*names)[TP_DBF_NAME_SIZE], size_t n, const char *name) {
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void tp_dbf_name(const tp_field *fields, size_t i, const char (*names)[TP_DBF_NAME_SIZE], char name[TP_DBF_NAME_SIZE]) {
    const char *whole = fields[i].name;
    (void)snprintf(name, TP_DBF_NAME_SIZE, "%.*s", (int)cut(whole, TP_DBF_NAME_SIZE - 1), whole);
    for (unsigned k = 1; is_taken(names, i, name); k++) {
        char end[12];
        int size = snprintf(end, sizeof end, "_%u", k % 100000);
        size_t kept = cut(whole, TP_DBF_NAME_SIZE - 1 - (size_t)size);
        memcpy(name, whole, kept);
        memcpy(name + kept, end, (size_t)size + 1);
    }
}
