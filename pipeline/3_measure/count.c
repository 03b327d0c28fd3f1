/*
 * count: how many facilities lie within a travel time, how many different ones (`distinct`), or the sum of a column.
 *
 * Cumulative opportunities with an inclusive limit: A_i = sum of O_j over the facilities with c_ij <= T. A facility of
 * which a cell that decides is missing, and a layer that is a sample, make the truth at least what was found.
 */
#include "reach.h"
#include "technopolis/plan.h"

#include <math.h>
#include <omp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct count_options {
    const char *of, *where, *distinct, *sum, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
} count_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
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
    {.key = "distinct",
     .kind = TP_SETTING_COLUMN,
     .help = "count the different values of this column instead of the features",
     .offset = offsetof(count_options, distinct)},
    {.key = "sum",
     .kind = TP_SETTING_COLUMN,
     .help = "add up this column (no negative values) instead of counting",
     .offset = offsetof(count_options, sum)},
    TP_REACH_SETTINGS(count_options),
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

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const count_options *options = step->options.values;
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

/* What the evidence needs beyond the measure itself. */
typedef struct count_detail {
    tp_reach reach;
    char *distinct, *sum; /* column names or NULL */
    int64_t *found;       /* of->n_rows: features within the limit, before distinct and sum */
} count_detail;

static void free_detail(void *detail) {
    count_detail *mine = detail;
    if (mine != NULL) {
        free(mine->distinct);
        free(mine->sum);
        free(mine->found);
    }
    free(mine);
}

static void write_listed(const tp_measure *measure, int64_t row, const count_detail *detail, tp_text *text) {
    for (int64_t i = measure->link_first[row]; i < measure->link_first[row + 1]; i++) {
        const tp_link *link = &measure->links[i];
        tp_text_add(text, "%s", i > measure->link_first[row] ? ", " : detail->sum != NULL ? ", " : ": ");
        if (detail->distinct != NULL) {
            const tp_column *column = tp_layer_column(measure->to[link->layer], detail->distinct);
            const char *value = tp_column_text(column, link->row);
            tp_text_add(text, "%s - ", value == NULL ? "?" : value);
        }
        tp_reach_write_link(measure, link, text);
    }
    int64_t listed = measure->link_first[row + 1] - measure->link_first[row];
    int64_t all = detail->distinct != NULL ? (int64_t)measure->value[row] : detail->found[row];
    if (all > listed) {
        tp_text_add(text, " and %lld more", (long long)(all - listed));
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const count_detail *detail = measure->detail;
    if (detail->sum != NULL) {
        tp_text_add(text, "%s of ", detail->sum);
    } else {
        tp_text_add_number(text, measure->value[row], 0);
        tp_text_add(text, " ");
        if (detail->distinct != NULL) {
            tp_text_add(text, "different values of %s among ", detail->distinct);
            tp_text_add_number(text, (double)detail->found[row], 0);
            tp_text_add(text, " ");
        }
    }
    tp_reach_write_wanted(measure, text);
    tp_text_add(text, " within ");
    tp_text_add_number(text, measure->within_min, 1);
    tp_text_add(text, " min");
    if (detail->sum != NULL) {
        tp_text_add(text, ": ");
        tp_text_add_number(text, measure->value[row], 0);
        tp_text_add(text, " in all");
    }
    write_listed(measure, row, detail, text);
    tp_text_add(text, " (straight line x ");
    tp_text_add_number(text, detail->reach.detour, 2);
    tp_text_add(text, " at ");
    tp_text_add_number(text, detail->reach.speed_kmh, 1);
    tp_text_add(text, " km/h)");
    if (measure->sample) {
        tp_text_add(text, "; a sample, so there may be more");
    } else if (isinf(measure->high[row])) {
        tp_text_add(text, "; at least, since a value is missing");
    } else if (measure->high[row] > measure->low[row]) {
        tp_text_add(text, "; up to ");
        tp_text_add_number(text, measure->high[row], 0);
        tp_text_add(text, ", since what decides is missing for some");
    }
}

static const tp_measure_kind KIND = {"count", TP_DIMENSION_COUNT, write_evidence};

/* A facility's weight for `sum`, its class for `distinct`; -1 and NaN where the cell is missing. */
typedef struct count_values {
    int64_t n_classes;
    int64_t *class_of;
    double *amount;
} count_values;

typedef struct count_work {
    const tp_facilities *facilities;
    const tp_facility_index *index;
    const count_values *values;
    const tp_reach *reach;
    tp_measure *measure;
    count_detail *detail;
    tp_link *links; /* TP_LINKS_MAX a row */
    uint8_t *n_links;
    int64_t *by_layer; /* n_to a row, or NULL */
} count_work;

/* What one thread brings along: room for all facilities found, and when each class was last seen. */
typedef struct count_scratch {
    int64_t *found;
    double *distance_m;
    int64_t *seen; /* n_classes: row + 1 of the last sighting */
} count_scratch;

typedef struct value_ref {
    const char *text;
    int64_t facility;
} value_ref;

static int compare_values(const void *a, const void *b) {
    return strcmp(((const value_ref *)a)->text, ((const value_ref *)b)->text);
}

/* Numbers the different values of the column by sorting; cells that hold numbers were read as text columns or not. */
static tp_code classify(const tp_measure *measure, const tp_facilities *facilities, const char *name,
                        count_values *values, tp_error *error) {
    size_t size = (size_t)(facilities->n > 0 ? facilities->n : 1);
    value_ref *refs = malloc(sizeof *refs * size);
    char(*numbers)[32] = malloc(sizeof *numbers * size);
    values->class_of = malloc(sizeof *values->class_of * size);
    if (refs == NULL || numbers == NULL || values->class_of == NULL) {
        free(refs);
        free(numbers);
        return tp_error_memory(error);
    }
    int64_t n = 0;
    for (int64_t i = 0; i < facilities->n; i++) {
        const tp_column *column = tp_layer_column(measure->to[facilities->layer[i]], name);
        int64_t row = facilities->row[i];
        values->class_of[i] = -1;
        double number;
        const char *text = column == NULL ? NULL : tp_column_text(column, row);
        if (text == NULL && column != NULL && tp_column_number(column, row, &number)) {
            snprintf(numbers[i], sizeof numbers[i], "%.17g", number);
            text = numbers[i];
        }
        if (text != NULL && text[0] != '\0') {
            refs[n++] = (value_ref){text, i};
        }
    }
    qsort(refs, (size_t)n, sizeof *refs, compare_values);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(refs[i].text, refs[i - 1].text) != 0) {
            values->n_classes++;
        }
        values->class_of[refs[i].facility] = values->n_classes - 1;
    }
    free(refs);
    free(numbers);
    return TP_OK;
}

static tp_code weigh(const tp_measure *measure, const tp_facilities *facilities, const char *name, count_values *values,
                     tp_error *error) {
    values->amount = malloc(sizeof *values->amount * (size_t)(facilities->n > 0 ? facilities->n : 1));
    if (values->amount == NULL) {
        return tp_error_memory(error);
    }
    for (int64_t i = 0; i < facilities->n; i++) {
        const tp_layer *layer = measure->to[facilities->layer[i]];
        const tp_column *column = tp_layer_column(layer, name);
        if (column == NULL || !tp_column_number(column, facilities->row[i], &values->amount[i])) {
            values->amount[i] = NAN;
        } else if (values->amount[i] < 0) {
            return tp_error_set(error, TP_E_DATA, "layer %s, %s: %s is negative (%g), which cannot be added up",
                                layer->name, tp_layer_id(layer, facilities->row[i]), name, values->amount[i]);
        }
    }
    return TP_OK;
}

/* What was found of one row: sure value, and how much more there may be. */
typedef struct tally {
    double sure, more;
} tally;

static void add_found(const count_work *work, count_scratch *scratch, int64_t row, int64_t facility,
                      bool *first_of_kind, tally *tally) {
    const count_values *values = work->values;
    bool maybe = work->facilities->maybe[facility];
    *first_of_kind = !maybe;
    if (values->amount != NULL) {
        double amount = values->amount[facility];
        if (isnan(amount)) {
            tally->more = INFINITY;
        } else {
            *(maybe ? &tally->more : &tally->sure) += amount;
        }
        return;
    }
    if (values->class_of != NULL) {
        int64_t class = values->class_of[facility];
        if (class < 0) {
            tally->more += 1;
            *first_of_kind = false;
            return;
        }
        if (maybe) {
            tally->more += 1; /* possibly of a class seen elsewhere too: an upper bound all the same */
            return;
        }
        *first_of_kind = scratch->seen[class] != row + 1;
        scratch->seen[class] = row + 1;
        tally->sure += *first_of_kind;
        return;
    }
    *(maybe ? &tally->more : &tally->sure) += 1;
}

static void measure_row(const count_work *work, count_scratch *scratch, int64_t row) {
    tp_measure *measure = work->measure;
    const tp_facilities *facilities = work->facilities;
    double limit_m = tp_reach_limit_m(work->reach, measure->within_min);
    int64_t n = tp_point_index_within(work->index->points, measure->of->lon_deg[row], measure->of->lat_deg[row],
                                      limit_m, scratch->found, scratch->distance_m, facilities->n);
    tally tally = {0, 0};
    for (int64_t i = 0; i < n; i++) {
        int64_t facility = work->index->facility[scratch->found[i]];
        double minutes = tp_reach_minutes(work->reach, scratch->distance_m[i]);
        if (minutes > measure->within_min) {
            continue;
        }
        bool listed = false;
        add_found(work, scratch, row, facility, &listed, &tally);
        work->detail->found[row] += !facilities->maybe[facility];
        if (work->by_layer != NULL && !facilities->maybe[facility]) {
            work->by_layer[row * (int64_t)measure->n_to + facilities->layer[facility]]++;
        }
        if (listed && work->n_links[row] < TP_LINKS_MAX) {
            work->links[row * TP_LINKS_MAX + work->n_links[row]++] = (tp_link){.layer = facilities->layer[facility],
                                                                               .note = -1,
                                                                               .row = facilities->row[facility],
                                                                               .minutes = minutes,
                                                                               .distance_m = scratch->distance_m[i]};
        }
    }
    double high = measure->sample ? INFINITY : tally.sure + tally.more;
    tp_measure_set_interval(measure, row, tally.sure, tally.sure, high, TP_METHOD_STRAIGHT_LINE);
}

static bool scratch_init(count_scratch *scratch, const count_work *work) {
    size_t n = (size_t)(work->facilities->n > 0 ? work->facilities->n : 1);
    size_t classes = (size_t)(work->values->n_classes > 0 ? work->values->n_classes : 1);
    scratch->found = malloc(sizeof *scratch->found * n);
    scratch->distance_m = malloc(sizeof *scratch->distance_m * n);
    scratch->seen = calloc(classes, sizeof *scratch->seen);
    return scratch->found != NULL && scratch->distance_m != NULL && scratch->seen != NULL;
}

static void scratch_reset(count_scratch *scratch) {
    free(scratch->found);
    free(scratch->distance_m);
    free(scratch->seen);
}

static tp_code measure_rows(count_work *work, tp_error *error) {
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
    return lost ? tp_error_memory(error) : tp_measure_pack_links(work->measure, work->n_links, work->links, error);
}

static tp_code publish(const tp_step *step, const count_work *work, tp_layer *of, tp_error *error) {
    const tp_measure *measure = work->measure;
    tp_column *column = NULL;
    tp_code code = tp_layer_add_column(of, step->name, TP_TYPE_DOUBLE, "", "count", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        tp_column_set_double(column, row, measure->value[row]);
    }
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        char *name = tp_text_format("%s_%s", step->name, measure->to[i]->name);
        code = name == NULL ? tp_error_memory(error)
                            : tp_layer_add_column(of, name, TP_TYPE_INT64, "", "count", &column, error);
        free(name);
        for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
            tp_column_set_int64(column, row, work->by_layer[row * (int64_t)measure->n_to + (int64_t)i]);
        }
    }
    return code;
}

static tp_code make_detail(const count_options *options, tp_measure *measure, tp_error *error) {
    count_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    detail->reach = (tp_reach){options->speed.value, options->detour};
    detail->distinct = options->distinct == NULL ? NULL : tp_text_copy(options->distinct);
    detail->sum = options->sum == NULL ? NULL : tp_text_copy(options->sum);
    detail->found = calloc((size_t)(measure->of->n_rows > 0 ? measure->of->n_rows : 1), sizeof *detail->found);
    bool lost = detail->found == NULL || (options->distinct != NULL && detail->distinct == NULL) ||
                (options->sum != NULL && detail->sum == NULL);
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code count_all(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                         tp_facilities *facilities, tp_error *error) {
    const count_options *options = step->options.values;
    tp_facility_index index = {0};
    count_values values = {0};
    size_t rows = (size_t)(of->n_rows > 0 ? of->n_rows : 1);
    count_detail *detail = measure->detail;
    count_work work = {.facilities = facilities,
                       .index = &index,
                       .values = &values,
                       .reach = &detail->reach,
                       .measure = measure,
                       .detail = detail,
                       .links = malloc(sizeof(tp_link) * TP_LINKS_MAX * rows),
                       .n_links = calloc(rows, 1),
                       .by_layer = calloc(rows * measure->n_to, sizeof(int64_t))};
    tp_code code = work.links == NULL || work.n_links == NULL || work.by_layer == NULL ? tp_error_memory(error) : TP_OK;
    if (code == TP_OK && options->distinct != NULL) {
        code = classify(measure, facilities, options->distinct, &values, error);
    }
    if (code == TP_OK && options->sum != NULL) {
        code = weigh(measure, facilities, options->sum, &values, error);
    }
    if (code == TP_OK) {
        code = tp_facility_index_new(&dataset->ellipsoid, facilities, TP_ALL, &index, error);
    }
    if (code == TP_OK) {
        code = measure_rows(&work, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, &work, of, error);
    }
    free(work.links);
    free(work.n_links);
    free(work.by_layer);
    free(values.class_of);
    free(values.amount);
    tp_facility_index_reset(&index);
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const count_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_facilities facilities = {0};
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->within_min = options->within.value;
    code = make_detail(options, measure, error);
    if (code == TP_OK) {
        code = tp_facilities_gather(dataset, &options->to, options->where, measure, &facilities, error);
    }
    if (code == TP_OK && measure->missing_layer == NULL) {
        code = count_all(step, dataset, of, measure, &facilities, error);
    }
    tp_facilities_reset(&facilities);
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
