/** What the tests of lists of faults share. */
#ifndef TP_TEST_TOLD_H
#define TP_TEST_TOLD_H

#include "technopolis/error.h"

#include <stdio.h>
#include <string.h>

/** True when some fault holds `text`; prints the list when none does. */
static inline bool told(const tp_faults *faults, const char *text) {
    for (size_t i = 0; i < faults->n; i++) {
        if (strstr(faults->items[i].message, text) != NULL) {
            return true;
        }
    }
    fprintf(stderr, "nothing said '%s' among %zu faults:\n", text, faults->n);
    for (size_t i = 0; i < faults->n; i++) {
        fprintf(stderr, "  %s\n", faults->items[i].message);
    }
    return false;
}

#endif
