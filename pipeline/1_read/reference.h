/** The points of another layer that stand for features: airports' reference points beside their outlines. */
#ifndef TP_READ_REFERENCE_H
#define TP_READ_REFERENCE_H

#include "1_read/ogr_file.h"

/** Points by what names them, sorted. Initialise with `= {0}`. */
typedef struct tp_reference {
    struct tp_reference_point *points;
    int64_t n, capacity;
} tp_reference;

void tp_reference_reset(tp_reference *reference);

/** Reads the points of a file by its field `key`. TP_E_DATA when it cannot be read or has no such field. */
TP_NODISCARD tp_code tp_reference_load(const char *path, const char *shown, const char *key, tp_reference *reference,
                                       tp_error *error);

/** The point of a name, a leading # left aside; false where there is none. O(log n). */
bool tp_reference_find(const tp_reference *reference, const char *name, double *x, double *y);

#endif
