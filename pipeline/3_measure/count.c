/*
 * count: how many facilities lie within a travel time, how many different ones (`distinct`), or the sum of a column.
 *
 * Cumulative opportunities with an inclusive limit: A_i = sum of O_j over the facilities with c_ij <= T. A facility of
 * which a cell that decides is missing, and a layer that is a sample, make the truth at least what was found. The times
 * of `also_within` are counted in the same pass and become columns; travel.h says which row goes how. Of a polygon,
 * what lies inside is in reach at 0 minutes, and times are those from its core.
 */
#include "apart.h"
#include "count_detail.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct count_options {
    const char *of, *where, *distinct, *sum, *as;
    tp_texts to;
    tp_quantity within, speed;
    tp_quantities also_within;
    double detour;
    int by, direction;
} count_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points, or polygons with a core, are measured",
     .offset = offsetof(count_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layer (or layers) whose points are counted",
     .offset = offsetof(count_options, to)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which features count",
     .offset = offsetof(count_options, where)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 100000,
     .help = "the travel time up to which a feature counts, inclusive",
     .offset = offsetof(count_options, within)},
    {.key = "also_within",
     .kind = TP_SETTING_QUANTITIES,
     .dimension = TP_DIMENSION_TIME,
     .min = 0,
     .max = 100000,
     .help = "further travel times, in whole seconds; each gives a column such as {as}_15min (or {as}_90s)",
     .offset = offsetof(count_options, also_within)},
    {.key = "distinct",
     .kind = TP_SETTING_COLUMN,
     .help = "count the different values of this column instead of the features",
     .offset = offsetof(count_options, distinct)},
    {.key = "sum",
     .kind = TP_SETTING_COLUMN,
     .help = "add up this column (no negative values) instead of counting",
     .offset = offsetof(count_options, sum)},
    TP_TRAVEL_SETTINGS(count_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(count_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
    {.layer = "{to}", .name = "{distinct}", .type = TP_TYPE_TEXT, .help = "whose different values are counted"},
    {.layer = "{to}", .name = "{sum}", .type = TP_TYPE_DOUBLE, .help = "which is added up"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "", "how many were found, or their sum"},
    {"{of}", "{as}_{to}", TP_TYPE_INT64, "", "how many features of this layer were found"},
};

/* The column of a further time; NULL when it is not of whole seconds, or memory is out. */
static char *also_column(const char *name, double minutes) {
    double seconds = rint(minutes * 60);
    if (fabs(minutes * 60 - seconds) > 1e-6) {
        return NULL;
    }
    bool whole = fmod(seconds, 60) == 0;
    return tp_text_format("%s_%.0f%s", name, whole ? seconds / 60 : seconds, whole ? "min" : "s");
}

static void check_also(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const count_options *options = step->options.values;
    for (size_t i = 0; i < options->also_within.n; i++) {
        char *column = also_column(step->name, options->also_within.items[i].value);
        if (column == NULL) {
            tp_faults_add_at(faults, options->also_within.places[i], "also_within: expected a time of whole seconds");
        } else if (step->implied_by == NULL) {
            tp_plan_add_field(plan, step, options->of, column, TP_TYPE_DOUBLE, "", "the same within this time", faults);
        }
        free(column);
    }
}

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const count_options *options = step->options.values;
    tp_travel_check(step, plan, options->by, faults);
    check_also(step, plan, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
        tp_plan_check_condition(plan, step, "where", options->to.items[i], faults);
    }
    if (options->distinct != NULL && options->sum != NULL) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "sum", step->place),
                         "'distinct' and 'sum' exclude each other");
    }
}

static void free_detail(void *detail) {
    tp_count_detail *mine = detail;
    if (mine != NULL) {
        tp_nearby_reset(&mine->nearby);
        tp_count_values_reset(&mine->values);
        tp_facilities_reset(&mine->facilities);
        tp_travel_reset(&mine->travel);
        free(mine->distinct);
        free(mine->sum);
        free(mine->found);
    }
    free(mine);
}

/* The nearest that are counted, each value of `distinct` once. */
static int find_links(const tp_measure *measure, int64_t row, tp_link *links) {
    const tp_count_detail *detail = measure->detail;
    if (detail->found[row] == 0) {
        return 0;
    }
    tp_nearby_room room = {0};
    int64_t *seen = calloc(2 * (size_t)detail->values.n_classes + 1, sizeof *seen);
    int n_links = -1;
    if (seen != NULL && tp_nearby_room_new(&room, &detail->nearby)) {
        tp_tally tally = {0, 0};
        int64_t n = tp_nearby_of(&detail->nearby, &room, row);
        n_links = 0;
        for (int64_t i = 0; i < n && n_links < TP_LINKS_MAX && room.near[i].minutes <= measure->within_min; i++) {
            int64_t facility = room.near[i].facility;
            bool maybe = detail->facilities.maybe[facility];
            if (tp_count_values_add(&detail->values, facility, maybe, row, seen, &tally)) {
                links[n_links++] = tp_near_link(&detail->facilities, &room.near[i]);
            }
        }
    }
    tp_nearby_room_reset(&room);
    free(seen);
    return n_links;
}

static const tp_measure_kind KIND = {
    .name = "count", .dimension = TP_DIMENSION_COUNT, .evidence = tp_count_write_evidence, .links = find_links};

/* ---- the measure ---- */

/* One of the times up to which is counted. */
typedef struct count_limit {
    double minutes;
    double within_m; /* the longest straight line that is within it */
    int64_t also;    /* number in also_within; -1: `within` */
} count_limit;

typedef struct count_work {
    const tp_apart *apart;
    tp_measure *measure;
    tp_count_detail *detail;
    int64_t *by_layer;   /* n_to a row; NULL: not wanted */
    count_limit *limits; /* n_also + 1, ascending */
    double *also;        /* n_also a row */
    int64_t n_also;
} count_work;

/* What one thread brings along: room for all facilities found, and when each class was last seen. */
typedef struct count_scratch {
    tp_nearby_room room;
    int64_t *seen; /* 2 n_classes: see tp_count_values_add */
} count_scratch;

/* What is sure within a time is known once the next facility is farther, or none is left. */
static void keep_tally(const count_work *work, int64_t row, const count_limit *limit, const tp_tally *tally) {
    tp_measure *measure = work->measure;
    const tp_travel *travel = &work->detail->travel;
    double more = tally->more;
    if (work->apart->n > 0 && tp_travel_there(travel, row) == TP_THERE_NETWORK) {
        double n = (double)tp_apart_count(work->apart, measure->of, row, limit->within_m);
        more += work->detail->values.amount != NULL && n > 0 ? INFINITY : n; /* off the network: each may count */
    }
    double high = measure->sample ? INFINITY : tally->sure + more;
    /* Nothing found where there may be something is no value: it must not be read as zero. */
    double told = tally->sure > 0 || high <= 0 ? tally->sure : NAN;
    if (limit->also >= 0) {
        work->also[row * work->n_also + limit->also] = told;
        return;
    }
    tp_measure_set_interval(measure, row, told, tally->sure, high, tp_travel_method(travel, row));
}

/* A facility within the measure's own limit. */
static void note_found(const count_work *work, int64_t row, int64_t facility) {
    const tp_facilities *facilities = &work->detail->facilities;
    if (!facilities->maybe[facility]) {
        work->detail->found[row]++;
        if (work->by_layer != NULL) {
            work->by_layer[row * (int64_t)work->measure->n_to + facilities->layer[facility]]++;
        }
    }
}

/* One limit: the order of the facilities does not matter. */
static void count_all(const count_work *work, count_scratch *scratch, int64_t row) {
    const tp_count_detail *detail = work->detail;
    tp_tally tally = {0, 0};
    int64_t n = tp_nearby_all(&detail->nearby, &scratch->room, row);
    for (int64_t i = 0; i < n; i++) {
        int64_t facility = scratch->room.found[i];
        bool maybe = detail->facilities.maybe[facility];
        (void)tp_count_values_add(&detail->values, facility, maybe, row, scratch->seen, &tally);
        note_found(work, row, facility);
    }
    keep_tally(work, row, &work->limits[0], &tally);
}

/* Several: from the nearest on, a tally at each of them. */
static void count_in_order(const count_work *work, count_scratch *scratch, int64_t row) {
    const tp_count_detail *detail = work->detail;
    tp_tally tally = {0, 0};
    int64_t n = tp_nearby_of(&detail->nearby, &scratch->room, row), next = 0;
    for (int64_t i = 0; i < n; i++) {
        const tp_near *near = &scratch->room.near[i];
        while (near->minutes > work->limits[next].minutes) {
            keep_tally(work, row, &work->limits[next++], &tally);
        }
        bool maybe = detail->facilities.maybe[near->facility];
        (void)tp_count_values_add(&detail->values, near->facility, maybe, row, scratch->seen, &tally);
        if (near->minutes <= work->measure->within_min) {
            note_found(work, row, near->facility);
        }
    }
    for (; next <= work->n_also; next++) {
        keep_tally(work, row, &work->limits[next], &tally);
    }
}

/* Inside its polygon a zone that cannot travel may yet hold some. */
static bool reaches_nothing(const count_work *work, int64_t row) {
    const tp_nearby *nearby = &work->detail->nearby;
    bool holds = nearby->inside.first != NULL && nearby->inside.first[row] < nearby->inside.first[row + 1];
    return !holds && tp_travel_there(nearby->travel, row) == TP_THERE_NOT;
}

static void measure_row(const count_work *work, count_scratch *scratch, int64_t row) {
    if (reaches_nothing(work, row)) {
        tp_measure_set_interval(work->measure, row, NAN, 0, 0, tp_travel_method(&work->detail->travel, row));
        for (int64_t i = 0; i < work->n_also; i++) {
            work->also[row * work->n_also + i] = NAN;
        }
    } else if (work->n_also == 0) {
        count_all(work, scratch, row);
    } else {
        count_in_order(work, scratch, row);
    }
}

static bool scratch_init(count_scratch *scratch, const count_work *work) {
    scratch->seen = calloc(2 * (size_t)work->detail->values.n_classes + 1, sizeof *scratch->seen);
    return tp_nearby_room_new(&scratch->room, &work->detail->nearby) && scratch->seen != NULL;
}

static void scratch_reset(count_scratch *scratch) {
    tp_nearby_room_reset(&scratch->room);
    free(scratch->seen);
}

static tp_code measure_rows(const count_work *work, tp_error *error) {
    int64_t n = work->measure->of->n_rows;
    bool lost = false;
#pragma omp parallel reduction(|| : lost)
    {
        count_scratch scratch = {0};
        lost = !scratch_init(&scratch, work);
#pragma omp for schedule(dynamic, 256)
        for (int64_t row = 0; row < n; row++) {
            if (!lost) {
                measure_row(work, &scratch, row);
            }
        }
        scratch_reset(&scratch);
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

/* ---- the columns of a user's own measure ---- */

/* Values that are not finite, and where `known` (NULL: all are) is 0, are missing. */
static tp_code publish_number(tp_layer *of, const uint8_t *known, const char *name, const double *values,
                              int64_t stride, tp_error *error) {
    tp_column *column = NULL;
    tp_code code = name == NULL ? tp_error_memory(error)
                                : tp_layer_add_column(of, name, TP_TYPE_DOUBLE, "", "count", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (known == NULL || known[row]) {
            tp_column_set_double(column, row, values[row * stride]);
        }
    }
    return code;
}

static tp_code publish_layer(tp_layer *of, const count_work *work, const char *name, size_t to, tp_error *error) {
    tp_column *column = NULL;
    int64_t n_to = (int64_t)work->measure->n_to;
    tp_code code = name == NULL ? tp_error_memory(error)
                                : tp_layer_add_column(of, name, TP_TYPE_INT64, "", "count", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (work->measure->known[row]) {
            tp_column_set_int64(column, row, work->by_layer[row * n_to + (int64_t)to]);
        }
    }
    return code;
}

static tp_code publish(const tp_step *step, const count_work *work, tp_layer *of, tp_error *error) {
    const tp_measure *measure = work->measure;
    const count_options *options = step->options.values;
    tp_code code = publish_number(of, measure->known, step->name, measure->value, 1, error);
    for (size_t i = 0; i < options->also_within.n && code == TP_OK; i++) {
        char *name = also_column(step->name, options->also_within.items[i].value);
        code = publish_number(of, NULL, name, work->also + i, work->n_also, error);
        free(name);
    }
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        char *name = tp_text_format("%s_%s", step->name, measure->to[i]->name);
        code = publish_layer(of, work, name, i, error);
        free(name);
    }
    return code;
}

/* ---- the stage ---- */

static tp_code make_detail(const count_options *options, tp_measure *measure, tp_error *error) {
    tp_count_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    tp_travel_set(&detail->travel, options->by, options->direction, options->speed.value, options->detour);
    detail->distinct = options->distinct == NULL ? NULL : tp_text_copy(options->distinct);
    detail->sum = options->sum == NULL ? NULL : tp_text_copy(options->sum);
    detail->found = calloc((size_t)measure->of->n_rows + 1, sizeof *detail->found);
    bool lost = detail->found == NULL || (options->distinct != NULL && detail->distinct == NULL) ||
                (options->sum != NULL && detail->sum == NULL);
    return lost ? tp_error_memory(error) : TP_OK;
}

static int compare_limits(const void *a, const void *b) {
    const count_limit *x = a, *y = b;
    return x->minutes != y->minutes ? (x->minutes < y->minutes ? -1 : 1) : (x->also > y->also) - (x->also < y->also);
}

static tp_code make_work(const count_options *options, bool by_layer, count_work *work, tp_error *error) {
    size_t rows = (size_t)work->measure->of->n_rows + 1, n_also = options->also_within.n;
    work->n_also = (int64_t)n_also;
    work->by_layer = by_layer ? calloc(rows * work->measure->n_to, sizeof *work->by_layer) : NULL;
    work->limits = malloc((n_also + 1) * sizeof *work->limits);
    work->also = calloc(rows * n_also + 1, sizeof *work->also);
    if ((by_layer && work->by_layer == NULL) || work->limits == NULL || work->also == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < n_also; i++) {
        work->limits[i] = (count_limit){.minutes = options->also_within.items[i].value, .also = (int64_t)i};
    }
    work->limits[n_also] = (count_limit){.minutes = options->within.value, .also = -1};
    for (size_t i = 0; i <= n_also; i++) {
        work->limits[i].within_m = tp_reach_longest_m(&work->detail->travel.reach, work->limits[i].minutes);
    }
    qsort(work->limits, n_also + 1, sizeof *work->limits, compare_limits);
    return TP_OK;
}

static void reset_work(count_work *work) {
    free(work->by_layer);
    free(work->limits);
    free(work->also);
}

static tp_code find_counts(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                           tp_error *error) {
    const count_options *options = step->options.values;
    tp_count_detail *detail = measure->detail;
    const tp_facilities *facilities = &detail->facilities;
    tp_apart apart = {0};
    count_work work = {.apart = &apart, .measure = measure, .detail = detail};
    tp_code code = make_work(options, step->implied_by == NULL, &work, error);
    if (code == TP_OK && options->distinct != NULL) {
        code = tp_count_values_classify(measure, facilities, options->distinct, &detail->values, error);
    }
    if (code == TP_OK && options->sum != NULL) {
        code = tp_count_values_weigh(measure, facilities, options->sum, &detail->values, error);
    }
    if (code == TP_OK) {
        code = tp_travel_open(&detail->travel, dataset, measure, facilities, error);
    }
    if (code == TP_OK) {
        code = tp_nearby_new(&detail->nearby, dataset, &detail->travel, measure, facilities,
                             work.limits[work.n_also].minutes, error);
    }
    if (code == TP_OK) {
        code = tp_nearby_count_inside(&detail->nearby, error);
    }
    if (code == TP_OK) {
        code = tp_apart_open(&apart, &detail->travel, facilities, &dataset->ellipsoid, error);
    }
    if (code == TP_OK) {
        code = measure_rows(&work, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, &work, of, error);
    }
    reset_work(&work);
    tp_apart_reset(&apart);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const count_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->within_min = options->within.value;
    code = make_detail(options, measure, error);
    if (code == TP_OK) {
        tp_count_detail *detail = measure->detail;
        code = tp_facilities_gather(dataset, &options->to, options->where, measure, &detail->facilities, error);
    }
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = find_counts(step, dataset, of, measure, error);
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_count = {
    .name = "count",
    .phase = TP_MEASURE,
    .purpose = "how many features of a layer lie within a travel time, how many kinds, or the sum of a column",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(count_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .measures = true,
    .dimension = TP_DIMENSION_COUNT,
    .check = check,
    .run = run,
};
