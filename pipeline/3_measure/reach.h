/** What measures over straight lines share: minutes from metres, and the facilities that a measure looks for. */
#ifndef TP_MEASURE_REACH_H
#define TP_MEASURE_REACH_H

#include "technopolis/condition.h"
#include "technopolis/point_index.h"
#include "technopolis/stage.h"

/**
 * The straight-line estimate of travel time: geodesic distance x detour / speed, nothing else. It knows no roads, rivers
 * or sea, and every result of it is labelled `straight_line`.
 */
typedef struct tp_reach {
    double speed_kmh;
    double detour;
} tp_reach;

double tp_reach_minutes(const tp_reach *reach, double distance_m);

/** A distance that no place within `minutes` exceeds (a hair longer than exact: the minutes decide). */
double tp_reach_limit_m(const tp_reach *reach, double minutes);

/** The longest distance whose minutes do not exceed `minutes` (>= 0 or infinite): inclusive to the last bit. */
double tp_reach_longest_m(const tp_reach *reach, double minutes);

/** The two settings `speed` and `detour` of a stage whose options hold a tp_quantity and a double. */
#define TP_REACH_SETTINGS(struct_type)                                                                                 \
    {.key = "speed",                                                                                                   \
     .kind = TP_SETTING_QUANTITY,                                                                                      \
     .dimension = TP_DIMENSION_SPEED,                                                                                  \
     .fallback = "40 km/h",                                                                                            \
     .min = 1,                                                                                                         \
     .max = 1000,                                                                                                      \
     .help = "speed of the straight-line estimate",                                                                    \
     .offset = offsetof(struct_type, speed)},                                                                          \
    {                                                                                                                  \
        .key = "detour", .kind = TP_SETTING_NUMBER, .fallback = "1.3", .min = 1, .max = 10,                            \
        .help = "how much longer the way is than the straight line", .offset = offsetof(struct_type, detour)           \
    }

/** The features of one or several layers that a filter lets through, as points in flat arrays. */
typedef struct tp_facilities {
    int64_t n;
    double *lon_deg, *lat_deg;
    int32_t *layer; /**< index into the measure's `to` */
    int64_t *row;
    uint8_t *maybe; /**< 1: a cell that the filter asks for is missing, so the feature may or may not count */
    int64_t *rank;  /**< place in the bytewise order of ids; ties of distance go to the smallest */
    int64_t n_maybe;
} tp_facilities;

/**
 * Gathers the facilities of `to` under `where` (text, may be NULL) and fills what the measure says about them: `to`,
 * `where`, `sample`. When a layer is not in the dataset `measure->missing_layer` is set and nothing is gathered.
 * O(rows log rows).
 */
TP_NODISCARD tp_code tp_facilities_gather(const tp_dataset *dataset, const tp_texts *to, const char *where,
                                          tp_measure *measure, tp_facilities *facilities, tp_error *error);
void tp_facilities_reset(tp_facilities *facilities);

/** The place of each of n ids in their bytewise order; equal ones in the order given. O(n log n). */
TP_NODISCARD tp_code tp_rank_ids(const char *const *ids, int64_t n, int64_t *rank, tp_error *error);

/** An index over those that surely count (maybe = 0) or those that may (maybe = 1). Points are numbers in the choice. */
typedef struct tp_facility_index {
    tp_point_index *points;
    int64_t *facility; /**< number in the index -> number in the facilities */
} tp_facility_index;

enum { TP_SURE = 0, TP_MAYBE = 1, TP_ALL = 2 };
TP_NODISCARD tp_code tp_facility_index_new(const tp_ellipsoid *ellipsoid, const tp_facilities *facilities, int which,
                                           tp_facility_index *index, tp_error *error);
void tp_facility_index_reset(tp_facility_index *index);

/** For checks: that a layer is one of points, or (of `of`) polygons with a core, from which they are measured. */
void tp_reach_check_points(const tp_step *step, const tp_plan *plan, const char *layer, const char *key,
                           tp_faults *faults);

/** "Kumamoto Airport (19.6 min, 15.1 km)" */
void tp_reach_write_link(const tp_measure *measure, const tp_link *link, tp_text *text);

/** Why a measure's layers do not hold everything: "a sample", or that features of them were left out (see rejects). */
const char *tp_reach_sample_text(const tp_measure *measure);

/** "cities (population >= 200000)" */
void tp_reach_write_wanted(const tp_measure *measure, tp_text *text);

#endif
