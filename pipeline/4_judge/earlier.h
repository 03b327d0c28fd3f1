/** The verdicts of an earlier run, as its GeoPackage holds them. */
#ifndef TP_JUDGE_EARLIER_H
#define TP_JUDGE_EARLIER_H

#include "technopolis/layer.h"

/** One verdict of the earlier run, found by its three names. */
typedef struct tp_earlier_key {
    const char *site, *profile, *criterion;
    int64_t row; /**< of `verdicts` */
} tp_earlier_key;

typedef struct tp_earlier {
    tp_layer *verdicts;
    const tp_column *verdict, *value, *margin, *threshold; /**< borrowed from it */
    tp_earlier_key *keys;                                  /**< ordered; a row each */
    int64_t n;
    int64_t year; /**< of the earlier run; 0: it had none */
} tp_earlier;

/**
 * Whether a file is a result of ours that holds verdicts: TP_E_DATA and why not, the file called `shown`. Reads only its
 * small tables.
 */
TP_NODISCARD tp_code tp_earlier_check(const char *path, const char *shown, tp_error *error);

/** Reads it. O(n log n). */
TP_NODISCARD tp_code tp_earlier_read(const char *path, const char *shown, tp_earlier *earlier, tp_error *error);
void tp_earlier_reset(tp_earlier *earlier);

/** The row of a verdict, or -1. O(log n). */
int64_t tp_earlier_find(const tp_earlier *earlier, const char *site, const char *profile, const char *criterion);

/** True when the earlier run judged the site by any profile, or by that profile where `profile` is not NULL. O(log n). */
bool tp_earlier_has(const tp_earlier *earlier, const char *site, const char *profile);

#endif
