/** What several unit tests share: layers built in memory. */
#ifndef TP_TEST_SUPPORT_H
#define TP_TEST_SUPPORT_H

#include "technopolis/layer.h"

typedef struct tp_test_point {
    const char *id;
    double lon_deg, lat_deg;
} tp_test_point;

/** A point layer with columns `id` and `name` (equal); NULL when memory is out. */
tp_layer *tp_test_points(const char *name, const tp_test_point *points, int64_t n);

/** Adds a column; NULL when it is there already. */
tp_column *tp_test_column(tp_layer *layer, const char *name, tp_type type);

#endif
