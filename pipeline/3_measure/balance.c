/*
 * balance: how evenly industry, academia and housing are in reach, from 0 to 100 %.
 *
 *     score of a part = n / (n + wanted)       half at what is wanted, nearing 1 with plenty
 *     balance         = least score / greatest score
 *
 * n is the number of plants, of universities and institutes, and of persons within the time. The list of demands of 1982
 * asks for all three parts together and names no index: this one is the program's own, chosen so that it depends on the
 * place alone and plenty of one part cannot make up for the lack of another. Where a layer does not hold everything a
 * score is a lower bound, and the balance is not known, whatever was found.
 */
#include "in_reach.h"
#include "technopolis/plan.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { INDUSTRY, ACADEMIA, HOUSING, N_PARTS };
static const char *const PART_NAMES[N_PARTS] = {"industry", "academia", "housing"};

typedef struct balance_options {
    const char *of, *people, *as;
    tp_texts part[N_PARTS];
    tp_quantity wanted[N_PARTS];
    tp_quantity within, speed;
    double detour;
    int by, direction;
} balance_options;

#define PART(number, key_text, default_text, help_text)                                                                \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_LAYERS, .fallback = default_text, .help = help_text,                       \
        .offset = offsetof(balance_options, part) + (number) * sizeof(tp_texts)                                        \
    }
#define WANTED(number, key_text, default_text)                                                                         \
    {                                                                                                                  \
        .key = key_text, .kind = TP_SETTING_QUANTITY, .dimension = TP_DIMENSION_COUNT, .fallback = default_text,       \
        .min = 1, .max = 1e9, .help = "how much of it is wanted: gives half a score",                                  \
        .offset = offsetof(balance_options, wanted) + (number) * sizeof(tp_quantity)                                   \
    }

static const tp_setting SETTINGS[] = {
    {.key = "of",
     .kind = TP_SETTING_LAYER,
     .fallback = "sites",
     .help = "the layer whose points are measured",
     .offset = offsetof(balance_options, of)},
    PART(INDUSTRY, "industry", "plants", "the layer whose points are industry"),
    {.key = "academia",
     .kind = TP_SETTING_LAYERS,
     .required = true,
     .help = "the layers whose points are academia, such as universities and institutes",
     .offset = offsetof(balance_options, part) + ACADEMIA * sizeof(tp_texts)},
    PART(HOUSING, "housing", "cities", "the layer whose points are housing"),
    {.key = "people",
     .kind = TP_SETTING_COLUMN,
     .fallback = "population",
     .help = "the column of `housing` that is added up",
     .offset = offsetof(balance_options, people)},
    WANTED(INDUSTRY, "plants_wanted", "2 plants"),
    WANTED(ACADEMIA, "academia_wanted", "3 institutions"),
    WANTED(HOUSING, "people_wanted", "10000 persons"),
    {.key = "within",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_TIME,
     .required = true,
     .min = 0,
     .max = 100000,
     .help = "the travel time up to which a feature counts, inclusive",
     .offset = offsetof(balance_options, within)},
    TP_TRAVEL_SETTINGS(balance_options),
    {.key = "as",
     .kind = TP_SETTING_TEXT,
     .help = "the name of the new column",
     .offset = offsetof(balance_options, as)},
};

static const tp_stage_column NEEDS[] = {
    {.layer = "{of}"},
    {.layer = "{industry}"},
    {.layer = "{academia}"},
    {.layer = "{housing}", .name = "{people}", .type = TP_TYPE_DOUBLE, .help = "which is added up"},
};

static const tp_stage_column ADDS[] = {
    {"{of}", "{as}", TP_TYPE_DOUBLE, "%", "how evenly industry, academia and housing are in reach"},
};

static void check(const tp_step *step, tp_plan *plan, tp_faults *faults) {
    const balance_options *options = step->options.values;
    tp_travel_check(step, plan, options->by, faults);
    tp_reach_check_points(step, plan, options->of, "of", faults);
    for (int part = 0; part < N_PARTS; part++) {
        for (size_t i = 0; i < options->part[part].n; i++) {
            tp_reach_check_points(step, plan, options->part[part].items[i], PART_NAMES[part], faults);
        }
    }
}

typedef struct balance_detail {
    double *amount[N_PARTS]; /* a row: what is surely in reach */
    uint8_t *open[N_PARTS];  /* a row: there may be more */
    double wanted[N_PARTS];
    double within_min;
} balance_detail;

static void free_detail(void *detail) {
    balance_detail *mine = detail;
    for (int part = 0; mine != NULL && part < N_PARTS; part++) {
        free(mine->amount[part]);
        free(mine->open[part]);
    }
    free(mine);
}

static double score_of(const balance_detail *detail, int part, int64_t row) {
    double n = detail->amount[part][row];
    return n / (n + detail->wanted[part]);
}

static void write_evidence(const tp_measure *measure, int64_t row, tp_text *text) {
    static const char *const nouns[N_PARTS] = {"plants", "universities and institutes", "persons"};
    const balance_detail *detail = measure->detail;
    tp_text_add(text, "balance ");
    if (measure->known[row]) {
        tp_text_add_number(text, measure->value[row], 0);
        tp_text_add(text, " %%%s within ", measure->low[row] < measure->high[row] ? " by what is known" : "");
    } else {
        tp_text_add(text, "not known within ");
    }
    tp_text_add_number(text, detail->within_min, 1);
    tp_text_add(text, " min (");
    for (int part = 0; part < N_PARTS; part++) {
        tp_text_add(text, "%s%s ", part > 0 ? ", " : "", PART_NAMES[part]);
        tp_text_add_number(text, score_of(detail, part, row), 2);
        tp_text_add(text, " by %s", detail->open[part][row] ? "at least " : "");
        tp_text_add_number(text, detail->amount[part][row], 0);
        tp_text_add(text, " %s", nouns[part]);
    }
    tp_text_add(text, "; a score is half at ");
    tp_text_add_number(text, detail->wanted[INDUSTRY], 0);
    tp_text_add(text, ", ");
    tp_text_add_number(text, detail->wanted[ACADEMIA], 0);
    tp_text_add(text, " and ");
    tp_text_add_number(text, detail->wanted[HOUSING], 0);
    tp_text_add(text, ")");
}

static const tp_measure_kind KIND = {.name = "balance", .dimension = TP_DIMENSION_NONE, .evidence = write_evidence};

/* ---- one part ---- */

typedef struct part_work {
    const tp_measure *measure;
    const tp_facilities *facilities;
    const char *people; /* NULL: features are counted */
    double *amount;
    uint8_t *open;
} part_work;

static void add_up(void *user, const tp_in_reach *reach) {
    const part_work *work = user;
    bool open = work->measure->sample || reach->n_apart > 0;
    double amount = 0;
    for (int64_t i = 0; i < reach->n; i++) {
        int64_t facility = reach->found[i];
        double number = 1;
        if (work->people != NULL) {
            const tp_layer *layer = work->measure->to[work->facilities->layer[facility]];
            const tp_column *column = tp_layer_column(layer, work->people);
            if (column == NULL || !tp_column_number(column, work->facilities->row[facility], &number) || number < 0) {
                open = true;
                continue;
            }
        }
        amount += number;
    }
    work->amount[reach->row] = amount;
    work->open[reach->row] = open;
}

/* A measure of its own that never joins the dataset: it only says what the facilities are of. */
static tp_code measure_part(const balance_options *options, tp_dataset *dataset, int part, tp_measure *whole,
                            tp_error *error) {
    balance_detail *detail = whole->detail;
    tp_measure *measure = NULL;
    tp_facilities facilities = {0};
    tp_travel travel = {0};
    tp_nearby nearby = {0};
    tp_code code = tp_measure_new(PART_NAMES[part], &KIND, whole->of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    tp_travel_set(&travel, options->by, options->direction, options->speed.value, options->detour);
    measure->within_min = options->within.value;
    part_work work = {.measure = measure,
                      .facilities = &facilities,
                      .people = part == HOUSING ? options->people : NULL,
                      .amount = detail->amount[part],
                      .open = detail->open[part]};
    code = tp_facilities_gather(dataset, &options->part[part], NULL, measure, &facilities, error);
    if (code == TP_OK && measure->missing_layer != NULL && whole->missing_layer == NULL) {
        whole->missing_layer = tp_text_copy(measure->missing_layer);
        code = whole->missing_layer == NULL ? tp_error_memory(error) : TP_OK;
    } else if (code == TP_OK && measure->missing_layer == NULL) {
        code = tp_in_reach_measure(dataset, measure, &facilities, &travel, &nearby, add_up, &work, error);
        memcpy(whole->method, measure->method, (size_t)whole->of->n_rows);
    }
    tp_nearby_reset(&nearby);
    tp_travel_reset(&travel);
    tp_facilities_reset(&facilities);
    tp_measure_free(measure);
    return code;
}

/* ---- the whole ---- */

static void balance_rows(tp_measure *measure) {
    const balance_detail *detail = measure->detail;
    for (int64_t row = 0; row < measure->of->n_rows; row++) {
        double least = 1, most = 0;
        bool open = false;
        for (int part = 0; part < N_PARTS; part++) {
            least = fmin(least, score_of(detail, part, row));
            most = fmax(most, score_of(detail, part, row));
            open = open || detail->open[part][row];
        }
        double percent = most > 0 ? 100 * least / most : 0;
        bool told = !open || percent > 0;
        tp_measure_set_interval(measure, row, told ? percent : (double)NAN, open ? 0 : percent, open ? 100 : percent,
                                (tp_method)measure->method[row]);
    }
}

static tp_code publish(const tp_step *step, const tp_measure *measure, tp_layer *of, tp_error *error) {
    tp_column *column = NULL;
    tp_code code = tp_layer_add_column(of, step->name, TP_TYPE_DOUBLE, "%", "balance", &column, error);
    for (int64_t row = 0; row < of->n_rows && code == TP_OK; row++) {
        if (measure->known[row]) {
            tp_column_set_double(column, row, measure->value[row]);
        }
    }
    return code;
}

static tp_code make_detail(const balance_options *options, tp_measure *measure, tp_error *error) {
    size_t rows = (size_t)measure->of->n_rows + 1;
    balance_detail *detail = calloc(1, sizeof *detail);
    char *unit = tp_text_copy("%");
    bool lost = detail == NULL || unit == NULL;
    measure->detail = detail;
    measure->free_detail = free_detail;
    free(measure->unit);
    measure->unit = unit;
    for (int part = 0; part < N_PARTS && !lost; part++) {
        detail->amount[part] = calloc(rows, sizeof *detail->amount[part]);
        detail->open[part] = calloc(rows, 1);
        detail->wanted[part] = options->wanted[part].value;
        lost = detail->amount[part] == NULL || detail->open[part] == NULL;
    }
    if (!lost) {
        detail->within_min = options->within.value;
    }
    return lost ? tp_error_memory(error) : TP_OK;
}

static tp_code run(const tp_step *step, const tp_run *run_settings, tp_dataset *dataset, tp_error *error) {
    (void)run_settings;
    const balance_options *options = step->options.values;
    tp_layer *of = tp_dataset_layer(dataset, options->of);
    tp_measure *measure = NULL;
    tp_code code = tp_measure_new(step->name, &KIND, of, &measure, error);
    if (code != TP_OK) {
        return code;
    }
    code = make_detail(options, measure, error);
    for (int part = 0; part < N_PARTS && code == TP_OK; part++) {
        code = measure_part(options, dataset, part, measure, error);
    }
    if (code == TP_OK && measure->missing_layer == NULL) {
        balance_rows(measure);
    }
    if (code == TP_OK && step->implied_by == NULL) {
        code = publish(step, measure, of, error);
    }
    if (code != TP_OK) {
        tp_measure_free(measure);
        return code;
    }
    return tp_dataset_add_measure(dataset, measure, error);
}

const tp_stage tp_stage_balance = {
    .name = "balance",
    .phase = TP_MEASURE,
    .purpose = "how evenly industry, academia and housing are in reach, in percent",
    .settings = SETTINGS,
    .n_settings = sizeof SETTINGS / sizeof SETTINGS[0],
    .options_size = sizeof(balance_options),
    .as_key = "as",
    .needs = NEEDS,
    .n_needs = sizeof NEEDS / sizeof NEEDS[0],
    .adds = ADDS,
    .n_adds = sizeof ADDS / sizeof ADDS[0],
    .measures = true,
    .dimension = TP_DIMENSION_NONE,
    .check = check,
    .run = run,
};
