/*
 * kinds: how many different kinds of facility are in reach, one kind a layer.
 *
 * What the NISTEP slides of 2004 ask of a "ba" is that as many kinds of actor as possible are within five minutes. On
 * foot is a straight line at 80 metres a minute, the rate at which Japanese property notices count walking. A kind
 * of which nothing was found may be there all the same where its layer is a sample, or is not read: such kinds widen
 * the interval, each by one.
 */
#include "in_reach.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

enum { WALK, BEST, ROAD, STRAIGHT_LINE }; /* the choices of `by` */
enum { KINDS_MAX = 64 };                  /* bits of a word */
static const double WALK_KMH = 4.8;

typedef struct kinds_options {
    const char *of, *as;
    tp_texts to;
    tp_quantity within, speed;
    double detour;
    int by, direction;
} kinds_options;

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(kinds_options, of)},
    {.key = "to",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers, each of them one kind",
     .offset = offsetof(kinds_options, to)},
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 100000,
     .help = "the travel time up to which a kind counts, inclusive",
     .offset = offsetof(kinds_options, within)},
    {.key = "by",
     .kind = TP_SETTING_CHOICE,
     .choices = "walk|best|road|straight_line",
     .fallback = "walk",
     .help = "walk: the straight line at 80 m a minute; best: by the network where there is one, else by the straight "
             "line with speed and detour",
     .offset = offsetof(kinds_options, by)},
    {.key = "direction",
     .kind = TP_SETTING_CHOICE,
     .choices = "to|from",
     .fallback = "to",
     .help = "on the network: to the feature, or from it",
     .offset = offsetof(kinds_options, direction)},
    TP_REACH_SETTINGS(kinds_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "what the new columns begin with",
     .offset = offsetof(kinds_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{to}"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "", "how many kinds were found"},
    {"{of}", "{as}_{to}", TP_TYPE_INT64, "", "how many features of this kind were found"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const kinds_options *options = step->options.values;
    if (options->by == ROAD) {
        tp_travel_check(step, plan, TP_BY_ROAD, faults);
    }
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (size_t i = 0; i < options->to.n; i++) {
        tp_reach_check_points(step, plan, options->to.items[i], "to", faults);
    }
    if (options->to.n > KINDS_MAX) {
        tp_faults_add_at(faults, step->place, "kinds: %zu layers (at most %d)", options->to.n, KINDS_MAX);
    }
}

/* What the evidence needs beyond the measure itself; links are found when they are asked for. */
typedef struct kinds_detail {
    tp_travel travel;
    tp_facilities facilities;
    tp_nearby nearby;
    bool walk;
    char *unread;        /* the layers that are not read, with commas; NULL: none */
    int64_t n_unread;    /* how many they are */
    uint64_t incomplete; /* kinds whose layers do not hold everything */
    int64_t *count;      /* n_to a row: features of each kind */
} kinds_detail;

static void free_detail(void *detail) {
    kinds_detail *mine = detail;
    if (mine != NULL) {
        tp_nearby_reset(&mine->nearby);
        tp_facilities_reset(&mine->facilities);
        tp_travel_reset(&mine->travel);
        free(mine->unread);
        free(mine->count);
    }
    free(mine);
}

/* The nearest of each kind. */
static int find_links(const tp_measure *measure, int64_t row, tp_link *links) {
    const kinds_detail *detail = measure->detail;
    tp_nearby_room room = {0};
    if (measure->low[row] <= 0) { /* none was found */
        return 0;
    }
    if (!tp_nearby_room_new(&room, &detail->nearby)) {
        return -1;
    }
    int64_t n = tp_nearby_of(&detail->nearby, &room, row);
    uint64_t found = 0;
    int n_links = 0;
    for (int64_t i = 0; i < n && n_links < TP_LINKS_MAX; i++) {
        uint64_t kind = (uint64_t)1 << detail->facilities.layer[room.near[i].facility];
        if ((found & kind) == 0) {
            links[n_links++] = tp_near_link(&detail->facilities, &room.near[i]);
        }
        found |= kind;
    }
    tp_nearby_room_reset(&room);
    return n_links;
}

/* ---- the evidence ---- */

static void write_kinds(const tp_measure *measure, int64_t row, const kinds_detail *detail, tp_text *text) {
    const int64_t *count = detail->count + row * (int64_t)measure->n_to;
    tp_link links[TP_LINKS_MAX];
    int n = tp_measure_links(measure, row, links);
    bool any = false;
    text->lost = text->lost || n < 0;
    for (int k = 0; k < n; k++) {
        const tp_link *link = &links[k];
        tp_text_add(text, "%s%lld in %s, ", any ? "; " : ": ", (long long)count[link->layer],
                    measure->to[link->layer]->name);
        tp_travel_write_link(&detail->travel, measure, row, link, text);
        any = true;
    }
    const char *begin = any ? "; none in " : ": none in ";
    for (size_t i = 0; i < measure->n_to; i++) {
        if (count[i] == 0) {
            bool open = detail->incomplete >> i & 1;
            tp_text_add(text, "%s%s%s", begin, measure->to[i]->name, open ? " (which does not hold everything)" : "");
            begin = ", ";
        }
    }
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    const kinds_detail *detail = measure->detail;
    int64_t found = 0;
    for (size_t i = 0; i < measure->n_to; i++) {
        found += detail->count[row * (int64_t)measure->n_to + (int64_t)i] > 0;
    }
    tp_text_add(text, "%lld of %lld kinds within ", (long long)found, (long long)measure->n_to + detail->n_unread);
    tp_text_add_number(text, measure->within_min, 1);
    tp_text_add(text, " min");
    if (tp_travel_there(&detail->travel, row) == TP_THERE_NOT) {
        tp_text_add(text, ": none reached, since ");
        tp_travel_write_not_joined(&detail->travel, text);
        return;
    }
    if (detail->walk) {
        tp_text_add(text, " on foot (80 m a minute, straight line)");
    }
    write_kinds(measure, row, detail, text);
    if (!detail->walk) {
        tp_text_add(text, " ");
        tp_travel_write_method(&detail->travel, row, text);
    }
    tp_travel_write_place(&detail->travel, row, text);
    if (detail->unread != NULL) {
        tp_text_add(text, "; not read: %s", detail->unread);
    }
}

static const tp_measure_kind KIND = {
    .name = "kinds", .dimension = TP_DIMENSION_COUNT, .evidence = write_evidence, .links = find_links};

/* ---- the measure ---- */

static int bits(uint64_t word) {
    int n = 0;
    for (; word != 0; word &= word - 1) {
        n++;
    }
    return n;
}

static void measure_row(void *user, const tp_in_reach *reach) {
    tp_measure *measure = user;
    kinds_detail *detail = measure->detail;
    int64_t *count = detail->count + reach->row * (int64_t)measure->n_to;
    uint64_t found = 0;
    for (int64_t i = 0; i < reach->n; i++) {
        int32_t layer = detail->facilities.layer[reach->found[i]];
        count[layer]++;
        found |= (uint64_t)1 << layer;
    }
    uint64_t all = measure->n_to == KINDS_MAX ? UINT64_MAX : ((uint64_t)1 << measure->n_to) - 1;
    uint64_t open = reach->n_apart > 0 ? all : detail->incomplete;
    int64_t more = bits(open & ~found) + detail->n_unread;
    double value = bits(found);
    double told = value > 0 || more == 0 ? value : (double)NAN; /* nothing found is not "none" where some may be */
    tp_measure_set_interval(measure, reach->row, told, value, value + (double)more,
                            tp_travel_method(&detail->travel, reach->row));
}

/* The layers that are there; the others are remembered by name. */
static tp_code split_layers(const tp_dataset *dataset, const tp_texts *to, kinds_detail *detail, tp_texts *there,
                            tp_error *error) {
    tp_text unread = {0};
    there->items = malloc((to->n + 1) * sizeof *there->items);
    if (there->items == NULL) {
        return tp_error_memory(error);
    }
    for (size_t i = 0; i < to->n; i++) {
        if (tp_dataset_layer(dataset, to->items[i]) != NULL) {
            there->items[there->n++] = to->items[i];
        } else {
            tp_text_add(&unread, "%s%s", detail->n_unread++ > 0 ? ", " : "", to->items[i]);
        }
    }
    if (detail->n_unread > 0 && !unread.lost) {
        detail->unread = tp_text_copy(tp_text_get(&unread));
    }
    bool lost = unread.lost || (detail->n_unread > 0 && detail->unread == NULL);
    tp_text_reset(&unread);
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code publish_number(tp_layer *of, const char *name, tp_type type, const tp_measure *measure,
                              const int64_t *count, tp_error *error) {
    tp_column *column = NULL;
    tp_code code =
        name == NULL ? tp_error_memory(error) : tp_layer_add_column(of, name, type, "", "kinds", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (measure->known[row] && count == NULL) {
            tp_column_set_double(column, row, measure->value[row]);
        } else if (measure->known[row]) {
            tp_column_set_int64(column, row, count[row * (int64_t)measure->n_to]);
        }
    }
    return code;
}

/* The columns that a user's own measure adds to its layer. */
static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    const kinds_detail *detail = measure->detail;
    tp_code code = publish_number(of, step->name, TP_TYPE_DOUBLE, measure, NULL, error);
    for (size_t i = 0; i < measure->n_to && code == TP_OK; i++) {
        char *name = tp_text_format("%s_%s", step->name, measure->to[i]->name);
        code = publish_number(of, name, TP_TYPE_INT64, measure, detail->count + i, error);
        free(name);
    }
    return code;
}

static void note_incomplete(const tp_measure *measure, kinds_detail *detail) {
    for (size_t i = 0; i < measure->n_to; i++) {
        if (!tp_layer_holds(measure->to[i], NULL)) {
            detail->incomplete |= (uint64_t)1 << i;
        }
    }
}

static tp_code find_kinds(const tp_step *step, tp_dataset *dataset, tp_layer *of, tp_measure *measure,
                          const tp_texts *there, tp_error *error) {
    kinds_detail *detail = measure->detail;
    tp_code code = tp_facilities_gather(dataset, there, NULL, measure, &detail->facilities, error);
    if (code == TP_OK) {
        note_incomplete(measure, detail);
        detail->count = calloc(((size_t)of->n_rows + 1) * measure->n_to, sizeof *detail->count);
        code = detail->count == NULL ? tp_error_memory(error) : TP_OK;
    }
    if (code == TP_OK) {
        code = tp_in_reach_measure(dataset, measure, &detail->facilities, &detail->travel, &detail->nearby, measure_row,
                                   measure, error);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, measure, of, error);
    }
    return code;
}

static tp_code make_detail(const kinds_options *options, tp_measure *measure, tp_error *error) {
    kinds_detail *detail = calloc(1, sizeof *detail);
    if (detail == NULL) {
        return tp_error_memory(error);
    }
    measure->detail = detail;
    measure->free_detail = free_detail;
    detail->walk = options->by == WALK;
    if (detail->walk) {
        tp_travel_set(&detail->travel, TP_BY_STRAIGHT_LINE, options->direction, WALK_KMH, 1);
    } else {
        int by = options->by == ROAD ? TP_BY_ROAD : options->by == BEST ? TP_BY_BEST : TP_BY_STRAIGHT_LINE;
        tp_travel_set(&detail->travel, by, options->direction, options->speed.value, options->detour);
    }
    return TP_OK;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const kinds_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_texts there = {0};
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    measure->within_min = options->within.value;
    code = make_detail(options, measure, error);
    if (code == TP_OK) {
        code = split_layers(dataset, &options->to, measure->detail, &there, error);
    }
    if (code == TP_OK && there.n == 0) {
        measure->missing_layer = tp_text_copy(((const kinds_detail *)measure->detail)->unread);
        code = measure->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    } else if (code == TP_OK) {
        code = find_kinds(step, dataset, of, measure, &there, error);
    }
    free(there.items);
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_kinds = {
    .name = "kinds",
    .phase = TP_MEASURE,
    .purpose = "how many kinds of facility, one a layer, are in reach; on foot if not said otherwise",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(kinds_options),
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
