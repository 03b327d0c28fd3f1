/**
 * How a measure travels: on the run's network where there is one and the place joins it, else by the straight line.
 *
 *     setting `by`        best          the network, or the straight-line estimate for a place that does not join it
 *                         road          the network only: a place that does not join it is not reached
 *                         straight_line the estimate of reach.h only
 *     setting `direction` to | from     from the place to the facility, or the other way round
 *
 * By road means by roads and ferries; trains and planes are for day_return. A facility that does not join the network is
 * left out of its searches (and counted). Minutes are the network's milliseconds over 60,000.
 */
#ifndef TP_MEASURE_TRAVEL_H
#define TP_MEASURE_TRAVEL_H

#include "core/space/inside.h"
#include "reach.h"
#include "technopolis/service.h"
#include "technopolis/transport.h"

typedef enum tp_by { TP_BY_BEST, TP_BY_ROAD, TP_BY_STRAIGHT_LINE } tp_by;

/** The settings `by` and `direction`, then those of reach.h. The options struct has them as int. */
#define TP_TRAVEL_SETTINGS(struct_type)                                                                                \
    {.key = "by",                                                                                                      \
     .kind = TP_SETTING_CHOICE,                                                                                        \
     .choices = "best|road|straight_line",                                                                             \
     .fallback = "best",                                                                                               \
     .help = "best: by the network where there is one and the place joins it, else by the straight line",              \
     .offset = offsetof(struct_type, by)},                                                                             \
        {.key = "direction",                                                                                           \
         .kind = TP_SETTING_CHOICE,                                                                                    \
         .choices = "to|from",                                                                                         \
         .fallback = "to",                                                                                             \
         .help = "on the network: to the feature, or from it",                                                         \
         .offset = offsetof(struct_type, direction)},                                                                  \
        TP_REACH_SETTINGS(struct_type)

/** For a stage's check: `by: road` needs a network. */
void tp_travel_check(const tp_step *step, const tp_plan *plan, int by, tp_faults *faults);

/** For a stage's check of one that works by road only: that the run has a network. */
void tp_travel_check_network(const tp_step *step, const tp_plan *plan, tp_faults *faults);

/** A row of `layer` that does not join the network, as a line in `rejects`; `what` is what it has therefore not. */
TP_NODISCARD tp_code tp_travel_reject_not_joined(tp_dataset *dataset, const tp_layer *layer, int64_t row,
                                                 const char *what, tp_error *error);

/** How one row travels. */
typedef enum tp_way_there {
    TP_THERE_STRAIGHT, /**< by the estimate */
    TP_THERE_NETWORK,
    TP_THERE_NOT /**< by: road, and the place does not join the network */
} tp_way_there;

/** Part of a measure's detail, since its evidence reads it. Initialise with `= {0}`. */
typedef struct tp_travel {
    tp_reach reach;
    tp_by by;
    tp_direction direction;
    const tp_transport *transport; /**< NULL: straight lines only */
    const tp_join *joins;          /**< of the rows of the measure's layer */
    const tp_join **to_joins;      /**< of each layer measured to */
    int64_t n_left_out;            /**< facilities that do not join the network */
} tp_travel;

/** What the settings say; then, once the facilities are gathered, how the measure's places and they join. */
void tp_travel_set(tp_travel *travel, int by, int direction, double speed_kmh, double detour);
TP_NODISCARD tp_code tp_travel_open(tp_travel *travel, tp_dataset *dataset, tp_measure *measure,
                                    const tp_facilities *facilities, tp_error *error);
void tp_travel_reset(tp_travel *travel);

tp_way_there tp_travel_there(const tp_travel *travel, int64_t row);

/** The method of a row, also of one that reaches nothing. */
tp_method tp_travel_method(const tp_travel *travel, int64_t row);

/** The longest time, in whole ms, whose minutes do not exceed `minutes` (>= 0 or infinite). */
uint32_t tp_travel_limit_ms(double minutes);

static inline double tp_travel_minutes(uint32_t time_ms) {
    return time_ms / 60000.0;
}

/** The rule of a search by road up to a limit, in the measure's direction. */
tp_search_rule tp_travel_rule(const tp_travel *travel, uint32_t limit_ms);

/* ---- what is near: travel_near.c ---- */

/** A facility in reach of a row. */
typedef struct tp_near {
    int64_t facility;
    double minutes;
    double distance_m; /**< geodesic by the straight line, along the path by the network */
    bool inside;       /**< in the row's polygon, so that there is no way to it: 0 minutes, distance NaN */
} tp_near;

/** The note of a link to what lies inside the row's polygon; notes of 0 and above belong to the measures. */
enum { TP_LINK_INSIDE = -2 };

/** The facilities in reach of every row, found when a row is asked for. Initialise with `= {0}`. */
typedef struct tp_nearby {
    const tp_travel *travel;
    const tp_facilities *facilities;
    const tp_layer *of;
    double within_min;
    double within_m; /**< the longest straight line that is within it */
    tp_facility_index index;
    tp_service *service;  /**< NULL without a network */
    int64_t *facility_of; /**< number in the service -> facility */
    tp_held inside;       /**< the facilities in each row's polygon; `first` NULL: they are not looked at */
    int64_t *by_rank;     /**< rank -> facility: what `inside` is numbered by */
} tp_nearby;

/** `travel` and `facilities` are borrowed, and so is the layer of the measure. */
TP_NODISCARD tp_code tp_nearby_new(tp_nearby *nearby, const tp_dataset *dataset, const tp_travel *travel,
                                   const tp_measure *measure, const tp_facilities *facilities, double within_min,
                                   tp_error *error);
void tp_nearby_reset(tp_nearby *nearby);

/**
 * Of a layer of polygons: from now on what lies inside a row's polygon is in reach of it at 0 minutes, wherever its core
 * is. Nothing for points. Borders belong to the polygon.
 */
TP_NODISCARD tp_code tp_nearby_count_inside(tp_nearby *nearby, tp_error *error);

/** What a thread needs to ask: one piece of memory, some 60 bytes a facility. */
typedef struct tp_nearby_room {
    int64_t *found; /**< the answer of tp_nearby_all */
    tp_near *near;  /**< the answer of tp_nearby_of */
    int64_t *item;
    double *distance_m;
    int64_t *inside_of; /**< a facility: row + 1 of the last row whose polygon held it */
    uint64_t *seen;
    int32_t *served;
    void *memory;
} tp_nearby_room;

TP_NODISCARD bool tp_nearby_room_new(tp_nearby_room *room, const tp_nearby *nearby);
void tp_nearby_room_reset(tp_nearby_room *room);

/** Writes what is in reach of a row into `room->near`, nearest first, ties by rank, and returns how many. */
int64_t tp_nearby_of(const tp_nearby *nearby, tp_nearby_room *room, int64_t row);

/** The same facilities, in no order that matters, into `room->found`: faster, since nothing is measured or sorted. */
int64_t tp_nearby_all(const tp_nearby *nearby, tp_nearby_room *room, int64_t row);

/** A link to what was found. */
tp_link tp_near_link(const tp_facilities *facilities, const tp_near *near);

/* ---- evidence: travel_text.c ---- */

/** "by road", "by the road model", with " from there" where times are from the facility. */
void tp_travel_write_by(const tp_travel *travel, tp_text *text);

/** "(by road)" or "(straight line x 1.3 at 40 km/h)", for what was said of a row. */
void tp_travel_write_method(const tp_travel *travel, int64_t row, tp_text *text);

/** "Kumamoto Airport (19.6 min, 15.1 km)", with ", 0.6 km of it off the road" where the facility is far from it. */
void tp_travel_write_link(const tp_travel *travel, const tp_measure *measure, int64_t row, const tp_link *link,
                          tp_text *text);

/**
 * What is unusual about how a place, or the facility of a link, joins the network, each after "; ", or nothing: that it
 * does not (so the minutes are by the straight line), is more than 200 m from its road, or is outside the largest part.
 */
void tp_travel_write_place(const tp_travel *travel, int64_t row, tp_text *text);
void tp_travel_write_facility(const tp_travel *travel, const tp_measure *measure, int64_t row, const tp_link *link,
                              tp_text *text);

/** "the place does not join the network (no road of the network within 2 km)" */
void tp_travel_write_not_joined(const tp_travel *travel, tp_text *text);

/** After "; ", how many features are left out since they do not join the network; nothing where none is. */
void tp_travel_write_left_out(const tp_travel *travel, int64_t row, tp_text *text);

#endif
