/*
 * members: of the features inside each polygon, the share that lies within a travel time of the polygon's core.
 *
 * In percent. A feature whose filter is not known, or whose time is not (it does not join the network and the straight
 * line puts it within the limit), widens the interval; with a sample nothing is known but what was found, so the share
 * may be anything. A polygon without members has no share.
 */
#include "core/space/inside.h"
#include "technopolis/plan.h"
#include "travel.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct members_options {
    const char *of, *where, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
    int by, direction;
} members_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer of polygons with a core",
     .offset = offsetof(members_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) of points whose features are members",
     .offset = offsetof(members_options, to)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which features are members",
     .offset = offsetof(members_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .fallback = "30 min",
     .min = 0,
     .max = 100000,
     .help = "the travel time between core and member, inclusive",
     .offset = offsetof(members_options, within)},
    TP_TRAVEL_SETTINGS(members_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(members_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}_percent", TP_TYPE_DOUBLE, "%", "share of the members inside that are within the time of the core"},
    {"{of}", "{as}_inside", TP_TYPE_INT64, "", "members inside"},
    {"{of}", "{as}_reached", TP_TYPE_INT64, "", "of them, within the time of the core"},
};
enum { N_ADDS = sizeof ADDS / sizeof ADDS[0] };

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const members_options *options = step->options.values;
    const tp_head *of = tp_schema_find(&plan->schema, options->of);
    tp_travel_check(step, plan, options->by, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
    if (of != NULL && of->geometry != TP_GEOMETRY_POLYGON && step->implied_by == NULL) {
        tp_faults_warn(faults, "members: %s is a %s layer, so nothing lies inside its rows", options->of,
                       tp_geometry_text(of->geometry));
    }
}

typedef struct members_detail {
    tp_travel travel;
    int64_t *inside, *reached; /* a row */
} members_detail;

static void free_detail(void *detail) {
    members_detail *mine = detail;
    if (mine != NULL) {
        tp_travel_reset(&mine->travel);
        free(mine->inside);
        free(mine->reached);
    }
    free(mine);
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const members_detail *detail = measure->detail;
    if (measure->of->geometry != TP_GEOMETRY_POLYGON) {
        return; /* a point holds nothing, and nothing is to be said */
    }
    if (detail->inside[row] == 0) {
        tp_text_add(text, "none of the ");
        tp_reach_write_wanted(measure, text);
        tp_text_add(text, " lies inside the zone");
    } else {
        tp_text_add(text, "of %lld ", (long long)detail->inside[row]);
        tp_reach_write_wanted(measure, text);
        tp_text_add(text, " inside the zone %lld (", (long long)detail->reached[row]);
        tp_text_add_number(text, 100.0 * (double)detail->reached[row] / (double)detail->inside[row], 1);
        tp_text_add(text, " %%) within ");
        tp_text_add_number(text, measure->within_min, 1);
        tp_text_add(text, " min of the core ");
        tp_travel_write_method(&detail->travel, row, text);
    }
    if (measure->sample) {
        tp_text_add(text, "; %s, so the true share is not known", tp_reach_sample_text(measure));
    } else if (measure->high[row] > measure->low[row] && isfinite(measure->high[row])) {
        tp_text_add(text, "; the share is between ");
        tp_text_add_number(text, measure->low[row], 1);
        tp_text_add(text, " and ");
        tp_text_add_number(text, measure->high[row], 1);
        tp_text_add(text, " %%, since what decides is missing for some, or they do not join the network");
    }
}

static const tp_measure_kind KIND = {.name = "members", .dimension = TP_DIMENSION_COUNT, .evidence = write_evidence};

typedef struct members_work {
    const tp_ellipsoid *ellipsoid;
    const tp_facilities *facilities;
    const tp_travel *travel;
    tp_nearby nearby;
    tp_held held;
    tp_measure *measure;
    members_detail *detail;
} members_work;

/* Whether the time of a member that was not found on the network may yet be within the limit. */
static bool may_be_reached(const members_work *work, int64_t row, int64_t facility) {
    const tp_travel *travel = work->travel;
    const tp_facilities *all = work->facilities;
    if (travel->by != TP_BY_BEST || tp_travel_there(travel, row) != TP_THERE_NETWORK ||
        travel->to_joins[all->layer[facility]][all->row[facility]].way >= 0) {
        return false;
    }
    const tp_layer *of = work->measure->of;
    double distance_m = tp_geodesic_distance_m(work->ellipsoid, of->lon_deg[row], of->lat_deg[row],
                                               all->lon_deg[facility], all->lat_deg[facility]);
    return tp_reach_minutes(&travel->reach, distance_m) <= work->measure->within_min;
}

/*
 * The least and the largest share that what is not known allows, in percent. Of `sure` and `maybe` members those not
 * reached and those reached; `open`: how many of either that are not reached may yet be.
 */
static void set_share(const members_work *work, int64_t row, const int64_t sure[2], const int64_t maybe[2],
                      const int64_t open[2]) {
    tp_measure *measure = work->measure;
    int64_t inside = sure[0] + sure[1], low_of = inside + maybe[0];
    int64_t more = maybe[1] + open[1], high_of = inside + more;
    double value = inside > 0 ? 100.0 * (double)sure[1] / (double)inside : NAN;
    double low = low_of > 0 ? 100.0 * (double)sure[1] / (double)low_of : 0;
    double high = high_of > 0 ? 100.0 * (double)(sure[1] + open[0] + more) / (double)high_of : 100;
    if (measure->sample || (inside == 0 && maybe[0] + maybe[1] > 0)) {
        low = 0;
        high = 100;
    } else if (inside == 0) {
        low = -INFINITY; /* no members, no share: neither met nor failed */
        high = INFINITY;
    }
    work->detail->inside[row] = inside;
    work->detail->reached[row] = sure[1];
    tp_measure_set_interval(measure, row, value, low, high, tp_travel_method(work->travel, row));
}

static void measure_row(const members_work *work, tp_nearby_room *room, int64_t *reached_of, int64_t row) {
    int64_t n = tp_nearby_all(&work->nearby, room, row);
    int64_t sure[2] = {0}, maybe[2] = {0}, open[2] = {0};
    for (int64_t i = 0; i < n; i++) {
        reached_of[room->found[i]] = row + 1;
    }
    for (int64_t i = work->held.first[row]; i < work->held.first[row + 1]; i++) {
        int64_t facility = work->held.point[i];
        bool reached = reached_of[facility] == row + 1;
        bool is_maybe = work->facilities->maybe[facility];
        (is_maybe ? maybe : sure)[reached]++;
        open[is_maybe] += !reached && may_be_reached(work, row, facility);
    }
    set_share(work, row, sure, maybe, open);
}

static tp_code measure_rows(members_work *work, tp_error *error) {
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        tp_nearby_room room = {0};
        int64_t *reached_of = calloc((size_t)work->facilities->n + 1, sizeof *reached_of);
        lost = !tp_nearby_room_new(&room, &work->nearby) || reached_of == NULL;
#pragma omp for schedule(dynamic, 16)
        for (int64_t row = 0; row < work->measure->of->n_rows; row++) {
            if (!lost) {
                measure_row(work, &room, reached_of, row);
            }
        }
        tp_nearby_room_reset(&room);
        free(reached_of);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code publish(const tp_step *step, const members_work *work, tp_layer *of, tp_error *error) {
    tp_column *columns[N_ADDS];
    tp_code code = TP_OK;
    for (size_t i = 0; i < N_ADDS && code == TP_OK; i++) {
        char *name = tp_text_format("%s%s", step->name, ADDS[i].name + strlen("{as}"));
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(of, name, ADDS[i].type, ADDS[i].unit, "members", &columns[i], error);
        free(name);
    }
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (work->measure->known[row]) {
            tp_column_set_double(columns[0], row, work->measure->value[row]);
        }
        tp_column_set_int64(columns[1], row, work->detail->inside[row]);
        tp_column_set_int64(columns[2], row, work->detail->reached[row]);
    }
    return code;
}

static tp_code measure_all(const tp_step *step, tp_dataset *dataset, tp_layer *of, members_work *work,
                           tp_error *error) {
    tp_measure *measure = work->measure;
    tp_code code = tp_travel_open(&work->detail->travel, dataset, measure, work->facilities, error);
    if (code == TP_OK) {
        code =
            tp_nearby_new(&work->nearby, dataset, work->travel, measure, work->facilities, measure->within_min, error);
    }
    if (code == TP_OK) {
        code = tp_held_find(of, work->facilities->lon_deg, work->facilities->lat_deg, work->facilities->n, &work->held,
                            error);
    }
    if (code == TP_OK) {
        code = measure_rows(work, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, work, of, error);
    }
    tp_nearby_reset(&work->nearby);
    tp_held_reset(&work->held);
    return code;
}

static tp_code make_detail(const members_options *options, tp_measure *measure, tp_error *error) {
    members_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    tp_travel_set(&detail->travel, options->by, options->direction, options->speed.value, options->detour);
    detail->inside = calloc((size_t)measure->of->n_rows + 1, sizeof *detail->inside);
    detail->reached = calloc((size_t)measure->of->n_rows + 1, sizeof *detail->reached);
    return detail->inside == NULL || detail->reached == NULL ? tp_error_memory(error) : TP_OK;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const members_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_facilities facilities = {0};
    members_work work = {.ellipsoid = &dataset->ellipsoid, .facilities = &facilities};
    tp_code code = tp_measure_new(step->name, &KIND, of, &work.measure, error);
    if (code != TP_OK) {
        return code;
    }
    work.measure->within_min = options->within.value;
    code = make_detail(options, work.measure, error);
    if (code == TP_OK) {
        code = tp_facilities_gather(dataset, &options->to, options->where, work.measure, &facilities, error);
    }
    if (code == TP_OK) {
        work.detail = work.measure->detail;
        work.travel = &work.detail->travel;
    }
    if (code == TP_OK && work.measure->missing_layer == NULL && of->geometry == TP_GEOMETRY_POLYGON) {
        code = measure_all(step, dataset, of, &work, error);
    }
    tp_facilities_reset(&facilities);
    if (code != TP_OK) {
        tp_measure_free(work.measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, work.measure, error);
}

const tp_stage tp_stage_members = {
    .name = "members",
    .phase = TP_MEASURE,
    .purpose = "the share of what lies inside each polygon that is within a travel time of its core",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(members_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = N_ADDS,
    .measures = true,
    .dimension = TP_DIMENSION_COUNT,
    .check = check,
    .run = run,
};
