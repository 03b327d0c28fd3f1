/**
 * The parts of the stage `isochrones`: which stretches of road are reached from a place within a time, and the polygon
 * around them.
 */
#ifndef TP_MEASURE_ISOCHRONE_H
#define TP_MEASURE_ISOCHRONE_H

#include "technopolis/geodesic.h"
#include "technopolis/search.h"

/* ---- what is reached: isochrone_reach.c ---- */

/** A part of a way between two fractions of its length; both equal where only a point of it is reached. */
typedef struct tp_stretch {
    int64_t way;
    double begin, end;
} tp_stretch;

/** What of the roads is reached. Initialise with `= {0}`; may be filled again and again. */
typedef struct tp_reached_roads {
    tp_stretch *items; /**< by way, then from its beginning; no two touch */
    int64_t n, capacity;
    uint32_t *alone; /**< nodes reached at which no stretch begins: at the very limit, or without a way on */
    int64_t n_alone, alone_capacity;
    int64_t n_nodes; /**< reached in all */
    double length_km;
} tp_reached_roads;

void tp_reached_roads_reset(tp_reached_roads *reached);

/** Roads that end where they begin: the searches have no edges for them, but they can be driven on. */
typedef struct tp_loops {
    int64_t n;
    uint32_t *node; /**< ascending */
    int64_t *way;
} tp_loops;

TP_NODISCARD tp_code tp_loops_find(const tp_network *network, tp_loops *loops, tp_error *error);
void tp_loops_reset(tp_loops *loops);

/**
 * After a run of `search` from (or to) the one place `origin` with at least this limit: what is reached within it. A
 * stretch is a part of a road, along which time is spent evenly; of the last edges the part that the time allows, and of
 * an edge reached from both ends both parts. Ferries carry on to the other shore but are no stretch themselves, and the
 * way between the origin and its road is none either. O(n log n) for n edges at the nodes reached.
 */
TP_NODISCARD tp_code tp_reached_roads_find(const tp_network *network, tp_search *search, tp_direction direction,
                                           const tp_join *origin, const tp_loops *loops, uint32_t limit_ms,
                                           tp_reached_roads *reached, tp_error *error);

/**
 * The vertices of a stretch, its ends included, as longitudes and latitudes; appended to arrays with room for the
 * vertices of its way and one more. Returns how many (1 for a point).
 */
int64_t tp_stretch_vertices(const tp_ways *ways, const tp_stretch *stretch, double *lon_deg, double *lat_deg);

/* ---- the polygon: isochrone_polygon.c ---- */

/**
 * Adds one row to `shapes`: the polygon around what is reached, valid, holes kept. It contains every stretch and every
 * node alone, and no point of it is farther than `tolerance_m` (at least 1) from one of them, in true metres. A row
 * without parts where nothing is reached. Uses GEOS with a context of its own: thread-safe.
 *
 * Stretches are drawn on a plane on which nothing is shorter than in truth: metres a degree of longitude as at the
 * latitude nearest to the equator, of latitude as at the one farthest from it. A distance on the plane is then never
 * below the true one, however far the isochrone extends, and since the plane is longitude and latitude stretched, what
 * is straight and valid on it stays so. Each stretch is thinned by up to a tenth of the tolerance and widened by eight
 * tenths; rounding to millimetres and drawing circles with corners stay far within what is left on both sides.
 */
TP_NODISCARD tp_code tp_isochrone_polygon(const tp_ways *ways, const tp_ellipsoid *ellipsoid,
                                          const tp_reached_roads *reached, double tolerance_m, tp_shapes *shapes,
                                          tp_error *error);

#endif
