/** Rows of polygons to and from GEOS, through its reentrant interface; one tp_geos a thread. */
#ifndef TP_CORE_GEOS_POLYGONS_H
#define TP_CORE_GEOS_POLYGONS_H

#include "technopolis/layer.h"

#ifndef GEOS_USE_ONLY_R_API
#ifndef GEOS_USE_ONLY_R_API
#define GEOS_USE_ONLY_R_API
#endif
#endif
#include <geos_c.h>

typedef struct tp_geos {
    GEOSContextHandle_t context;
    char message[200]; /**< the last error */
} tp_geos;

/** False when memory is out. */
bool tp_geos_begin(tp_geos *geos);
void tp_geos_end(tp_geos *geos);

/** Rings with fewer points are no rings; GEOS refuses them. The first is repeated at the end. */
enum { TP_RING_POINTS_MIN = 4 };

/** The polygons of some rows, each part one; those with a shell too short for GEOS, and such holes, are left out. */
typedef struct tp_geos_parts {
    GEOSGeometry **items; /**< an item becomes NULL when something else takes it over */
    int64_t n;
} tp_geos_parts;

/** Of rows[0..n). False: see geos->message. To be reset in any case. */
bool tp_geos_parts_make(tp_geos *geos, const tp_shapes *shapes, const int64_t *rows, int64_t n, tp_geos_parts *parts);
void tp_geos_parts_reset(tp_geos *geos, tp_geos_parts *parts);

/** All parts as one multipolygon, which takes them over. NULL: see geos->message. */
GEOSGeometry *tp_geos_parts_collect(tp_geos *geos, tp_geos_parts *parts);

/** Adds the polygons found in a geometry of any kind to the last row of `shapes`. */
TP_NODISCARD tp_code tp_geos_add_polygons(tp_geos *geos, const GEOSGeometry *geometry, tp_shapes *shapes,
                                          tp_error *error);

#endif
