/** What several unit tests share: layers built in memory. */
#ifndef TP_TEST_SUPPORT_H
#define TP_TEST_SUPPORT_H

#include "technopolis/measure.h"

typedef struct tp_test_point {
    const char *id;
    double lon_deg, lat_deg;
} tp_test_point;

/** A point layer with columns `id` and `name` (equal); NULL when memory is out. */
tp_layer *tp_test_points(const char *name, const tp_test_point *points, int64_t n);

/** Adds a column; NULL when it is there already. */
tp_column *tp_test_column(tp_layer *layer, const char *name, tp_type type);

/** Gives a measure links: `count[row]` at `links[row * TP_LINKS_MAX]`. False when memory is out. */
bool tp_test_give_links(tp_measure *measure, const uint8_t *count, const tp_link *links);

/** Stores what tp_measure_links finds of each row, to be looked at in `links`. False when memory is out. */
bool tp_test_store_links(tp_measure *measure);

#endif
