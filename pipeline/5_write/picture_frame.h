/** From longitude and latitude to pixels of a picture: a map projection and a scale. */
#ifndef TP_WRITE_PICTURE_FRAME_H
#define TP_WRITE_PICTURE_FRAME_H

#include "technopolis/crs.h"

typedef struct tp_box {
    double left, top, right, bottom;
} tp_box;

/** Do they share more than an edge? */
bool tp_box_overlaps(const tp_box *a, const tp_box *b);

/** Initialise with `= {0}`. For one thread. */
typedef struct tp_frame {
    double extent_deg[4];       /**< west, south, east, north */
    tp_box map;                 /**< of the page, pixels */
    double x0, y0, scale;       /**< projected west and north edge of the map, pixels a projected metre */
    double metres_per_pixel;    /**< on the ground, at the middle of the map */
    void *context, *projection; /**< PROJ's, owned */
    tp_transform *transform;    /**< owned; used instead where the run's CRS is projected */
} tp_frame;

/**
 * Opens the projection: the run's CRS where that is a projected one, else Lambert's azimuthal equal-area projection
 * about the extent's middle (Snyder 1987, Map projections: a working manual, USGS PP 1395, ch. 24). TP_E_DATA where the
 * run's CRS cannot express the extent.
 */
TP_NODISCARD tp_code tp_frame_open(tp_frame *frame, const char *geographic_crs, const tp_ellipsoid *ellipsoid,
                                   const char *run_crs, const double extent_deg[4], tp_error *error);

/** Fits the extent into a box of the page, in its middle. May be called again. TP_E_DATA as above. */
TP_NODISCARD tp_code tp_frame_fit(tp_frame *frame, const tp_ellipsoid *ellipsoid, tp_box map, tp_error *error);

/** n positions in place, degrees to pixels; NaN where one cannot be expressed. */
void tp_frame_points(tp_frame *frame, double *x, double *y, int64_t n);

void tp_frame_reset(tp_frame *frame);

#endif
