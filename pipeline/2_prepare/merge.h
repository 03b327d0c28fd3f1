/** The parts of the stage `merge`: only for merge*.c. */
#ifndef TP_PREPARE_MERGE_H
#define TP_PREPARE_MERGE_H

#include "technopolis/stage.h"

typedef enum tp_point_choice { TP_POINT_KEEP, TP_POINT_MIDDLE, TP_POINT_CENTRE } tp_point_choice;

typedef struct tp_merge_options {
    const char *layer;
    int point; /**< tp_point_choice */
    tp_texts by, or_by, collect, sum, largest;
    tp_quantity within; /**< unit NULL: not written */
} tp_merge_options;

/** Group g has the rows member[start[g]] .. member[start[g + 1] - 1], ascending; groups by their first rows. */
typedef struct tp_groups_of_rows {
    int64_t n;
    int64_t *start, *member;
} tp_groups_of_rows;

void tp_groups_of_rows_reset(tp_groups_of_rows *groups);

/**
 * Groups the rows as the options say, and those of one id in any case; names compare without regard to width, blanks
 * and common variants of characters
 * (髙 and 高, 﨑 and 崎, ヶ and ケ). O(n log n), and O(k²) among k rows of one name where `within` is given.
 */
TP_NODISCARD tp_code tp_merge_groups(const tp_layer *layer, const tp_merge_options *options,
                                     const tp_ellipsoid *ellipsoid, tp_groups_of_rows *groups, tp_error *error);

/** Keeps the groups' first rows, with the geometries of all rows put together. */
TP_NODISCARD tp_code tp_merge_shapes(tp_layer *layer, const tp_merge_options *options, const tp_groups_of_rows *groups,
                                     tp_error *error);

/** A point of row `row`: its own, half-way along its longest part, or the centre of its shells' area. */
void tp_merge_point(const tp_layer *layer, int64_t row, double *lon_deg, double *lat_deg);

#endif
