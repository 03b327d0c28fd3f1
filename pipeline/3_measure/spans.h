/** Which prefecture and municipality each point of a layer lies in, and what is most frequent among some of them. */
#ifndef TP_MEASURE_SPANS_H
#define TP_MEASURE_SPANS_H

#include "technopolis/dataset.h"

/**
 * For each row of `of` the row of `polygons` (NULL: none are read) in which it lies and the text by which that is known:
 * what `column` states (an id of `polygons`, whose name is then told, or the code itself), else the polygon that holds the
 * point, or the nearest within `limit_m`. NULL where neither is known. `column` NULL: the first of `defaults` (ended by
 * NULL) that is a text column of the layer. Texts are borrowed from the layers. Freed by the caller. O(rows log rows).
 */
TP_NODISCARD tp_code tp_spans_find(const tp_dataset *dataset, const tp_layer *of, const tp_layer *polygons,
                                   const char *column, const char *const *defaults, double limit_m, const char ***names,
                                   tp_error *error);

/**
 * The same as rows of `polygons`, which must be there: -1 where none is known, and where the column states a code that is
 * none of its ids.
 */
TP_NODISCARD tp_code tp_spans_rows(const tp_dataset *dataset, const tp_layer *of, const tp_layer *polygons,
                                   const char *column, const char *const *defaults, double limit_m, int64_t **rows,
                                   tp_error *error);

/** A line in `rejects` for a row of which no prefecture is known; `stage` is the one that does not count it. */
TP_NODISCARD tp_code tp_spans_reject(tp_dataset *dataset, const tp_layer *of, int64_t row, const tp_layer *polygons,
                                     const char *stage, tp_error *error);

/** A text and how often it stands in a list. */
typedef struct tp_frequency {
    const char *text;
    int64_t n;
} tp_frequency;

/**
 * Counts the texts of a list (NULL ones are left out; the list is sorted in place): most frequent first, ties bytewise.
 * `frequencies` has room for n. Returns how many there are. O(n log n).
 */
int64_t tp_frequencies_of(const char **texts, int64_t n, tp_frequency *frequencies);

/** "Tokyo (3); Kanagawa (1)"; NULL when there is none or memory is out. Freed by the caller. */
char *tp_frequencies_text(const tp_frequency *frequencies, int64_t n);

#endif
