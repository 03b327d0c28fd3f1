/*
 * colocated: how many facilities in reach stand beside one of another layer, such as institutes beside a university.
 *
 * The NISTEP slides of 2004 praise universities and institutes in one building. By the geodesic distance from each
 * facility to the nearest one of the other layer there are three classes: the same site, walkable, drivable; those up
 * to `apart` count. Where the other layer is a sample, a facility without a known neighbour may have one all the same.
 */
#include "in_reach.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

typedef struct colocated_options {
    const char *of, *to, *with, *where, *as;
    tp_quantity within, apart, same_site, speed;
    double detour;
    int by, direction;
} colocated_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(colocated_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer whose points are counted",
     .offset = offsetof(colocated_options, to)},
    {.key = "with",
     .kind = TP_SETTING_LAYER,
     .required = true,
     .help = "the layer beside whose points they should stand",
     .offset = offsetof(colocated_options, with)},
    {.key = "where",
     .kind = TP_SETTING_CONDITION,
     .help = "which features of `to` count",
     .offset = offsetof(colocated_options, where)},
    {.key = "apart",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "1 km",
     .min = 0,
     .max = 1000000,
     .help = "how far from one another the two may be, inclusive: walkable",
     .offset = offsetof(colocated_options, apart)},
    {.key = "same_site",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "250 m",
     .min = 0,
     .max = 1000000,
     .help = "up to which distance they are told as on the same site, inclusive",
     .offset = offsetof(colocated_options, same_site)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 100000,
     .help = "the travel time up to which a feature counts, inclusive",
     .offset = offsetof(colocated_options, within)},
    TP_TRAVEL_SETTINGS(colocated_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(colocated_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
    {.layer = "{with}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "", "how many in reach stand beside one of the other layer"},
    {"{of}", "{as}_percent", TP_TYPE_DOUBLE, "%", "their share of those in reach"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const colocated_options *options = step->options.values;
    tp_travel_check(step, plan, options->by, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    tp_reach_check_points(step, plan, options->to, "to", faults);
    tp_reach_check_points(step, plan, options->with, "with", faults);
    tp_plan_check_condition(plan, step, "where", options->to, faults);
    if (options->same_site.value > options->apart.value) {
        tp_faults_add_at(faults, tp_options_place(&step->options, SETTINGS, "same_site", step->place),
                         "same_site is more than apart (expected at most as much)");
    }
}

/* What is in reach of a row. */
typedef struct found {
    int64_t all, same_site, walkable; /* walkable: the same site among them */
} found;

/* What the evidence needs beyond the measure itself; links are found when they are asked for. */
typedef struct colocated_detail {
    tp_travel travel;
    tp_facilities facilities;
    tp_nearby nearby;
    const tp_layer *with;
    double apart_m, same_site_m;
    bool with_sample;
    int64_t *partner;   /* a row of `to`: the nearest of `with`, -1 none */
    double *distance_m; /* to it */
    found *found;       /* a row of `of` */
} colocated_detail;

static void free_detail(void *detail) {
    colocated_detail *mine = detail;
    if (mine != NULL) {
        tp_nearby_reset(&mine->nearby);
        tp_facilities_reset(&mine->facilities);
        tp_travel_reset(&mine->travel);
        free(mine->partner);
        free(mine->distance_m);
        free(mine->found);
    }
    free(mine);
}

/* The nearest that surely count and stand beside one of `with`. */
static int find_links(const tp_measure *measure, int64_t row, tp_link *links) {
    const colocated_detail *detail = measure->detail;
    const tp_facilities *facilities = &detail->facilities;
    tp_nearby_room room = {0};
    if (detail->found[row].walkable == 0) {
        return 0;
    }
    if (!tp_nearby_room_new(&room, &detail->nearby)) {
        return -1;
    }
    int64_t n = tp_nearby_of(&detail->nearby, &room, row);
    int n_links = 0;
    for (int64_t i = 0; i < n && n_links < TP_LINKS_MAX; i++) {
        int64_t facility = room.near[i].facility;
        if (!facilities->maybe[facility] && detail->distance_m[facilities->row[facility]] <= detail->apart_m) {
            links[n_links++] = tp_near_link(facilities, &room.near[i]);
        }
    }
    tp_nearby_room_reset(&room);
    return n_links;
}

/* ---- the evidence ---- */

static void write_m(double distance_m, tp_text *text) {
    bool km = distance_m >= 1000;
    tp_text_add_number(text, km ? distance_m / 1000 : distance_m, km ? 2 : 0);
    tp_text_add(text, km ? " km" : " m");
}

static void write_pairs(const tp_measure *measure, int64_t row, const colocated_detail *detail, tp_text *text) {
    tp_link links[TP_LINKS_MAX];
    int listed = tp_measure_links(measure, row, links);
    text->lost = text->lost || listed < 0;
    for (int i = 0; i < listed; i++) {
        const tp_link *link = &links[i];
        tp_text_add(text, "%s", i > 0 ? ", " : ": ");
        tp_travel_write_link(&detail->travel, measure, row, link, text);
        tp_text_add(text, " beside %s, ", tp_layer_label(detail->with, detail->partner[link->row]));
        write_m(detail->distance_m[link->row], text);
        tp_text_add(text, detail->distance_m[link->row] <= detail->same_site_m ? " (same site)" : "");
    }
    if (detail->found[row].walkable > listed) {
        tp_text_add(text, " and %lld more", (long long)(detail->found[row].walkable - listed));
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const colocated_detail *detail = measure->detail;
    const found *found = &detail->found[row];
    tp_text_add(text, "of %lld ", (long long)found->all);
    tp_reach_write_wanted(measure, text);
    tp_text_add(text, " within ");
    tp_text_add_number(text, measure->within_min, 1);
    tp_text_add(text, " min ");
    tp_travel_write_method(&detail->travel, row, text);
    tp_text_add(text, " %lld stand%s within ", (long long)found->walkable, found->walkable == 1 ? "s" : "");
    write_m(detail->apart_m, text);
    tp_text_add(text, " of one of %s, %lld of them on the same site (within ", detail->with->name,
                (long long)found->same_site);
    write_m(detail->same_site_m, text);
    tp_text_add(text, ")");
    if (found->all > 0) {
        tp_text_add(text, ", a share of ");
        tp_text_add_number(text, 100.0 * (double)found->walkable / (double)found->all, 0);
        tp_text_add(text, " %%");
    }
    write_pairs(measure, row, detail, text);
    tp_travel_write_place(&detail->travel, row, text);
    if (measure->sample) {
        tp_text_add(text, "; %s is %s, so there may be more", measure->to[0]->name, tp_reach_sample_text(measure));
    } else if (measure->high[row] > measure->low[row]) {
        tp_text_add(text, "; up to ");
        tp_text_add_number(text, measure->high[row], 0);
        tp_text_add(text, ", since %s", detail->with_sample ? detail->with->name : "what decides");
        tp_text_add(text, "%s", detail->with_sample ? " does not hold everything" : " is missing for some");
    }
}

static const tp_measure_kind KIND = {
    .name = "colocated", .dimension = TP_DIMENSION_COUNT, .evidence = write_evidence, .links = find_links};

/* ---- the measure ---- */

static void measure_row(void *user, const tp_in_reach *reach) {
    tp_measure *measure = user;
    const colocated_detail *detail = measure->detail;
    found *found = &detail->found[reach->row];
    int64_t maybe = reach->n_apart;
    for (int64_t i = 0; i < reach->n; i++) {
        int64_t facility = reach->found[i], row = detail->facilities.row[facility];
        bool beside = detail->distance_m[row] <= detail->apart_m;
        if (detail->facilities.maybe[facility]) {
            maybe += beside || detail->with_sample;
            continue;
        }
        found->all++;
        found->walkable += beside;
        found->same_site += detail->distance_m[row] <= detail->same_site_m;
        maybe += !beside && detail->with_sample;
    }
    double value = (double)found->walkable;
    double high = measure->sample ? INFINITY : value + (double)maybe;
    tp_measure_set_interval(measure, reach->row, value > 0 || high <= 0 ? value : (double)NAN, value, high,
                            tp_travel_method(&detail->travel, reach->row));
}

/* An index of a layer's points in which ties go to the smallest id. */
static tp_code index_by_id(const tp_ellipsoid *ellipsoid, const tp_layer *layer, tp_point_index **index,
                           tp_error *error) {
    size_t n = (size_t)layer->n_rows + 1;
    const char **ids = malloc(n * sizeof *ids);
    int64_t *rank = malloc(n * sizeof *rank);
    tp_code code = ids == NULL || rank == NULL ? tp_error_memory(error) : TP_OK;
    for (int64_t row = 0; row < layer->n_rows && code == TP_OK; row++) {
        ids[row] = tp_layer_id(layer, row);
    }
    if (code == TP_OK) {
        code = tp_rank_ids(ids, layer->n_rows, rank, error);
    }
    if (code == TP_OK) {
        code = tp_point_index_new(ellipsoid, layer->lon_deg, layer->lat_deg, rank, layer->n_rows, index, error);
    }
    free(ids);
    free(rank);
    return code;
}

/* The nearest of `with` to each row of `to`, however far. */
static tp_code find_partners(const tp_ellipsoid *ellipsoid, const tp_layer *to, colocated_detail *detail,
                             tp_error *error) {
    tp_point_index *index = NULL;
    tp_code code = index_by_id(ellipsoid, detail->with, &index, error);
    if (code != TP_OK) {
        return code;
    }
#pragma omp parallel for schedule(static, 256)
    for (int64_t row = 0; row < to->n_rows; row++) {
        detail->distance_m[row] = INFINITY;
        detail->partner[row] =
            tp_point_index_nearest(index, to->lon_deg[row], to->lat_deg[row], INFINITY, &detail->distance_m[row]);
    }
    tp_point_index_free(index);
    return TP_OK;
}

/* How many of the whole layer stand together: what is known of the country, not of one site. */
static tp_code tell_share(const tp_step *step, tp_dataset *dataset, const tp_facilities *facilities,
                          const tp_measure *measure, tp_error *error) {
    const colocated_detail *detail = measure->detail;
    int64_t same_site = 0, walkable = 0, all = 0;
    for (int64_t i = 0; i < facilities->n; i++) {
        if (!facilities->maybe[i]) {
            all++;
            same_site += detail->distance_m[facilities->row[i]] <= detail->same_site_m;
            walkable += detail->distance_m[facilities->row[i]] <= detail->apart_m;
        }
    }
    if (all == 0) {
        return TP_OK;
    }
    double percent = 100 / (double)all;
    return tp_dataset_add_finding(
        dataset, step->name, "colocation", false, error,
        "of %lld %s %lld (%.0f %%) stand within %g m of one of %s, %lld more (%.0f %%) within %g m, %lld (%.0f %%) "
        "farther%s",
        (long long)all, measure->to[0]->name, (long long)same_site, (double)same_site * percent, detail->same_site_m,
        detail->with->name, (long long)(walkable - same_site), (double)(walkable - same_site) * percent,
        detail->apart_m, (long long)(all - walkable), (double)(all - walkable) * percent,
        measure->sample || detail->with_sample ? " (of what the layers hold: not everything)" : "");
}

/* The columns that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    const colocated_detail *detail = measure->detail;
    tp_column *number = NULL, *percent = NULL;
    char *name = tp_text_format("%s_percent", step->name);
    tp_code code = name == NULL ? tp_error_memory(error)
                                : tp_layer_add_column(of, step->name, TP_TYPE_DOUBLE, "", "colocated", &number, error);
    if (code == TP_OK) {
        code = tp_layer_add_column(of, name, TP_TYPE_DOUBLE, "%", "colocated", &percent, error);
    }
    free(name);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        const found *found = &detail->found[row];
        if (measure->known[row]) {
            tp_column_set_double(number, row, measure->value[row]);
        }
        if (measure->known[row] && found->all > 0) {
            tp_column_set_double(percent, row, 100.0 * (double)found->walkable / (double)found->all);
        }
    }
    return code;
}

static tp_code make_detail(const colocated_options *options, const tp_layer *to, const tp_layer *with,
                           tp_measure *measure, tp_error *error) {
    colocated_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    tp_travel_set(&detail->travel, options->by, options->direction, options->speed.value, options->detour);
    detail->with = with;
    detail->with_sample = !tp_layer_holds(with, NULL);
    detail->apart_m = options->apart.value;
    detail->same_site_m = options->same_site.value;
    detail->partner = malloc(((size_t)to->n_rows + 1) * sizeof *detail->partner);
    detail->distance_m = malloc(((size_t)to->n_rows + 1) * sizeof *detail->distance_m);
    detail->found = calloc((size_t)measure->of->n_rows + 1, sizeof *detail->found);
    bool lost = detail->partner == NULL || detail->distance_m == NULL || detail->found == NULL;
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code find_colocated(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                              tp_error *error) {
    const colocated_options *options = step->options.values;
    const tp_layer *to = tp_dataset_layer(dataset, options->to), *with = tp_dataset_layer(dataset, options->with);
    const char *names[] = {options->to};
    tp_texts list = {.n = 1, .items = names};
    tp_code code = make_detail(options, to, with, measure, error);
    colocated_detail *detail = measure->detail;
    if (code == TP_OK) {
        code = find_partners(&dataset->ellipsoid, to, detail, error);
    }
    if (code == TP_OK) {
        code = tp_facilities_gather(dataset, &list, options->where, measure, &detail->facilities, error);
    }
    if (code == TP_OK) {
        code = tp_in_reach_measure(dataset, measure, &detail->facilities, &detail->travel, &detail->nearby, measure_row,
                                   measure, error);
    }
    if (code == TP_OK) {
        code = tell_share(step, dataset, &detail->facilities, measure, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, measure, of, error);
    }
    return code;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const colocated_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    const char *missing = tp_dataset_layer(dataset, options->to) == NULL     ? options->to
                          : tp_dataset_layer(dataset, options->with) == NULL ? options->with
                                                                             : NULL;
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->within_min = options->within.value;
    if (missing != NULL) {
        measure->missing_layer = tp_text_copy(missing);
        code = measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    } else {
        code = find_colocated(step, dataset, of, measure, error);
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_colocated = {
    .name = "colocated",
    .phase = TP_MEASURE,
    .purpose = "how many features in reach stand beside one of another layer, such as institutes beside a university",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(colocated_options),
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
