/** The parts of the stage `overlap`: designated areas, the points in them, and how far detected clusters agree. */
#ifndef TP_MEASURE_OVERLAP_H
#define TP_MEASURE_OVERLAP_H

#include "technopolis/stage.h"

typedef struct tp_overlap_options {
    const char *of, *clusters, *members, *designated, *of_where, *where, *codes, *codes_where, *municipalities, *as;
    tp_quantity radius;
    double match;
} tp_overlap_options;

typedef enum tp_area_method { TP_AREA_POLYGON, TP_AREA_MEMBERS, TP_AREA_DISC } tp_area_method;

/** A designated area. */
typedef struct tp_designated {
    int64_t row; /**< of the layer */
    tp_area_method method;
    tp_shapes shape; /**< one row; none for a disc */
    double area_km2; /**< NaN for a disc */
    int64_t n;       /**< points of `of` in it */
    int64_t *point;  /**< n rows of `of`, ascending */
    bool met;        /**< shares a point with a cluster */
} tp_designated;

typedef struct tp_overlap {
    const tp_overlap_options *options;
    const tp_step *step;
    tp_dataset *dataset;
    const tp_layer *of, *clusters, *designated;
    bool sample;       /**< the points are: there may be more clusters than were found */
    bool some_areas;   /**< the areas are: there may be more than are read */
    int64_t n_unknown; /**< rows of designated of which `where` is not known */
    uint8_t *counts;   /**< a row of `of`: 1 where it is one of the points that were clustered */
    int64_t n_counts;  /**< how many those are */
    tp_designated *areas;
    int64_t n_areas;
    int32_t *cluster_of;   /**< a row of `of`: the row of clusters, or -1 */
    int64_t *n_of;         /**< a cluster: its members among `of` */
    int32_t *nearest_area; /**< a row of `of`: of the areas that hold it the one whose place is nearest, or -1 */
} tp_overlap;

/** The areas and the points in them: overlap_areas.c. */
TP_NODISCARD tp_code tp_overlap_find_areas(tp_overlap *overlap, tp_error *error);

/** The area in km2 that a designated polygon shares with the hull of a cluster; NaN where either has none. */
TP_NODISCARD tp_code tp_overlap_common_km2(const tp_overlap *overlap, const tp_designated *area, int64_t cluster,
                                           double *common_km2, tp_error *error);

/** The table and the findings: overlap_table.c. */
TP_NODISCARD tp_code tp_overlap_publish(tp_overlap *overlap, tp_error *error);

#endif
