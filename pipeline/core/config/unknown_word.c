/* Saying that a word is not known, with the nearest one that is. */
#include "core/config/unknown_word.h"

#include "technopolis/text.h"

#include <string.h>

enum { WORD_MAX = 63 };

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/*
 * The number of letters to add, remove, change or swap with their neighbour (optimal string alignment). Words too long
 * to be keys of ours are simply far.
 */
static size_t word_distance(const char *a, const char *b) {
    size_t rows[3][WORD_MAX + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > WORD_MAX || m > WORD_MAX) {
        return n + m;
    }
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y) {
                row[j] = least(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[n % 3][m];
}

const char *tp_nearest_word(const char *word, const char *const *known, size_t n) {
    const char *nearest = NULL;
    size_t smallest = 0;
    for (size_t i = 0; i < n; i++) {
        size_t distance = word_distance(word, known[i]);
        if ((distance <= 1 || distance * 3 <= strlen(known[i])) && (nearest == NULL || distance < smallest)) {
            nearest = known[i];
            smallest = distance;
        }
    }
    return nearest;
}

void tp_unknown_word(tp_faults *faults, tp_place place, const char *what, const char *word, const char *const *known,
                     size_t n) {
    const char *nearest = tp_nearest_word(word, known, n);
    tp_text list = {0};
    for (size_t i = 0; i < n; i++) {
        tp_text_add(&list, "%s%s", i == 0 ? "" : ", ", known[i]);
    }
    if (nearest != NULL) {
        tp_faults_add_at(faults, place, "unknown %s '%s' (did you mean '%s'? known: %s)", what, word, nearest,
                         tp_text_get(&list));
    } else if (n > 0) {
        tp_faults_add_at(faults, place, "unknown %s '%s' (known: %s)", what, word, tp_text_get(&list));
    } else {
        tp_faults_add_at(faults, place, "unknown %s '%s' (none is expected here)", what, word);
    }
    tp_text_reset(&list);
}
