/* The settings of `sensitivity` that are maps or shares: see sensitivity.h. */
#include "4_judge/sensitivity.h"

#include "core/config/number.h"
#include "technopolis/text.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct monte_carlo_options {
    int64_t draws, strata;
    const char *speed, *thresholds, *position_column;
    tp_quantity position_error;
    int law;
} monte_carlo_options;

static const tp_setting MONTE_CARLO[] = {
    {.key = "draws",
     .kind = TP_SETTING_INTEGER,
     .fallback = "1000",
     .min = 1,
     .max = 1000000,
     .help = "how many times every site is judged",
     .offset = offsetof(monte_carlo_options, draws)},
    {.key = "speed",
     .kind = TP_SETTING_TEXT,
     .fallback = "10 %",
     .help = "standard deviation of the speed on roads and straight lines, one factor a draw for all sites",
     .offset = offsetof(monte_carlo_options, speed)},
    {.key = "thresholds",
     .kind = TP_SETTING_TEXT,
     .fallback = "0 %",
     .help = "standard deviation of each threshold, one factor a threshold and draw",
     .offset = offsetof(monte_carlo_options, thresholds)},
    {.key = "position_error",
     .kind = TP_SETTING_QUANTITY,
     .dimension = TP_DIMENSION_LENGTH,
     .fallback = "0 m",
     .min = 0,
     .max = 1000000,
     .help = "of sites of which position_column says nothing",
     .offset = offsetof(monte_carlo_options, position_error)},
    {.key = "position_column",
     .kind = TP_SETTING_COLUMN,
     .help = "column of sites with the error in metres (default: position_error_m where there is one)",
     .offset = offsetof(monte_carlo_options, position_column)},
    {.key = "position_law",
     .kind = TP_SETTING_CHOICE,
     .choices = "normal|disc",
     .fallback = "normal",
     .help = "normal: the error is the standard deviation along each axis; disc: the radius of an even disc",
     .offset = offsetof(monte_carlo_options, law)},
    {.key = "strata",
     .kind = TP_SETTING_INTEGER,
     .fallback = "32",
     .min = 1,
     .max = 100000,
     .help = "how many equally likely speed factors the draws share",
     .offset = offsetof(monte_carlo_options, strata)},
};
enum { N_MONTE_CARLO = sizeof MONTE_CARLO / sizeof MONTE_CARLO[0] };

void tp_sensitivity_reset(tp_sensitivity *sensitivity) {
    for (size_t i = 0; i < sensitivity->n_sweeps; i++) {
        free(sensitivity->sweeps[i].assumption.name);
        free(sensitivity->sweeps[i].values);
    }
    free(sensitivity->sweeps);
    tp_assumptions_reset(&sensitivity->all);
    tp_options_reset(&sensitivity->own);
    *sensitivity = (tp_sensitivity){0};
}

/* "20 %", "20%" or "0.2" as 0.2. */
static bool read_share(const char *key, const char *text, tp_place place, double *share, tp_faults *faults) {
    char number[64] = "";
    size_t size = strlen(text);
    bool percent = size > 0 && text[size - 1] == '%';
    size -= percent ? 1 : 0;
    while (size > 0 && text[size - 1] == ' ') {
        size--;
    }
    memcpy(number, text, size < sizeof number ? size : sizeof number - 1);
    bool right = size < sizeof number && tp_number_read(number, share);
    *share = percent ? *share / 100 : *share;
    if (!right || !(*share >= 0 && *share < 1)) {
        tp_faults_add_at(faults, place,
                         "%s: expected a share from 0 %% up to, but not, 100 %%, such as `10 %%`; found '%s'", key,
                         text);
        return false;
    }
    return true;
}

static void read_monte_carlo(const tp_node *node, tp_sensitivity *sensitivity, tp_faults *faults) {
    tp_monte_carlo *made = &sensitivity->monte_carlo;
    if (tp_options_fill(MONTE_CARLO, N_MONTE_CARLO, sizeof(monte_carlo_options), NULL, node, tp_node_place(node),
                        TP_ORIGIN_CONFIGURATION, &sensitivity->own, faults) != TP_OK ||
        sensitivity->own.values == NULL) {
        return;
    }
    const monte_carlo_options *options = sensitivity->own.values;
    tp_place whole = tp_node_place(node);
    *made = (tp_monte_carlo){.draws = options->draws,
                             .strata = options->strata,
                             .position_error_m = options->position_error.value,
                             .position_column = options->position_column,
                             .law = options->law};
    bool speed = read_share("speed", options->speed, tp_options_place(&sensitivity->own, MONTE_CARLO, "speed", whole),
                            &made->speed, faults);
    bool thresholds =
        read_share("thresholds", options->thresholds,
                   tp_options_place(&sensitivity->own, MONTE_CARLO, "thresholds", whole), &made->thresholds, faults);
    made->wanted = speed && thresholds;
}

static tp_sweep *add_sweep(tp_sensitivity *sensitivity, size_t n_values, tp_faults *faults) {
    tp_sweep *sweeps = realloc(sensitivity->sweeps, (sensitivity->n_sweeps + 1) * sizeof *sweeps);
    double *values = calloc(n_values + 1, sizeof *values);
    if (sweeps != NULL) {
        sensitivity->sweeps = sweeps;
    }
    if (sweeps == NULL || values == NULL) {
        free(values);
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
        return NULL;
    }
    sweeps[sensitivity->n_sweeps] = (tp_sweep){.values = values};
    return &sweeps[sensitivity->n_sweeps++];
}

/* One entry of `sweep`: an address and its values, one or a list. */
static void read_sweep(const char *address, tp_place place, const tp_node *list, tp_sensitivity *sensitivity,
                       tp_faults *faults) {
    bool one = tp_node_get_kind(list) == TP_NODE_TEXT;
    size_t n = one ? tp_node_text(list)[0] != '\0' : tp_node_count(list);
    if (tp_node_get_kind(list) == TP_NODE_MAP || n == 0) {
        tp_faults_add_at(faults, tp_node_place(list),
                         "sweep: '%s' has no values (expected a list such as [20 min, 40 min])", address);
        return;
    }
    const tp_node *first = one ? list : tp_node_at(list, 0);
    tp_assumption found = {0};
    const char *text = tp_node_text(first) == NULL ? "" : tp_node_text(first);
    if (!tp_assumption_address(sensitivity->profile, &sensitivity->all, address, place, text, tp_node_place(first),
                               &found, faults)) {
        return;
    }
    tp_sweep *sweep = add_sweep(sensitivity, n, faults);
    if (sweep == NULL) {
        free(found.name);
        return;
    }
    sweep->assumption = found;
    for (size_t i = 0; i < n; i++) {
        const tp_node *item = one ? list : tp_node_at(list, i);
        text = tp_node_text(item) == NULL ? "" : tp_node_text(item);
        if (tp_assumption_read(sensitivity->profile, &found, text, tp_node_place(item), &sweep->values[sweep->n_values],
                               faults)) {
            sweep->n_values++;
        }
    }
}

/* Half to one and a half times the threshold; a small count goes through the whole numbers. */
static void sweep_around(const tp_assumption *threshold, tp_sensitivity *sensitivity, tp_faults *faults) {
    static const double factors[] = {0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5};
    enum { N_FACTORS = sizeof factors / sizeof factors[0], SMALL = 20 };
    bool small = threshold->dimension == TP_DIMENSION_COUNT && threshold->value <= SMALL;
    double low = fmin(floor(threshold->value * 0.5), threshold->value - 1);
    double high = fmax(ceil(threshold->value * 1.5), threshold->value + 1);
    low = fmax(low, 0);
    tp_sweep *sweep = add_sweep(sensitivity, small ? (size_t)(high - low) + 1 : N_FACTORS, faults);
    if (sweep == NULL) {
        return;
    }
    sweep->assumption = *threshold;
    sweep->assumption.name = tp_text_copy(threshold->name);
    if (sweep->assumption.name == NULL) {
        tp_faults_add(faults, TP_E_MACHINE, "out of memory");
    }
    for (double value = low; small && value <= high; value++) {
        sweep->values[sweep->n_values++] = value;
    }
    for (size_t i = 0; !small && i < N_FACTORS; i++) {
        sweep->values[sweep->n_values++] = threshold->value * factors[i];
    }
}

void tp_sensitivity_read(const tp_profile *profile, const tp_node *sweep, const char *tornado, tp_place tornado_place,
                         const tp_node *monte_carlo, tp_sensitivity *sensitivity, tp_faults *faults) {
    tp_error error = {0};
    *sensitivity = (tp_sensitivity){.profile = profile};
    if (tp_assumptions_find(profile, &sensitivity->all, &error) != TP_OK) {
        tp_faults_add_error(faults, &error);
        return;
    }
    for (size_t i = 0; sweep != NULL && i < tp_node_count(sweep); i++) {
        read_sweep(tp_node_key(sweep, i), tp_node_key_place(sweep, i), tp_node_at(sweep, i), sensitivity, faults);
    }
    if (sweep != NULL && tp_node_count(sweep) == 0) {
        tp_faults_add_at(faults, tp_node_place(sweep), "sweep: nothing is named (expected `CRITERION: [values]`)");
    }
    if (tornado != NULL) {
        (void)read_share("tornado", tornado, tornado_place, &sensitivity->tornado, faults);
    }
    if (monte_carlo != NULL) {
        read_monte_carlo(monte_carlo, sensitivity, faults);
    }
    for (size_t i = 0; sweep == NULL && tornado == NULL && monte_carlo == NULL && i < sensitivity->all.n; i++) {
        if (sensitivity->all.items[i].kind == TP_ASSUMED_THRESHOLD) {
            sweep_around(&sensitivity->all.items[i], sensitivity, faults);
        }
    }
}

tp_code tp_sensitivity_record(const tp_sensitivity *sensitivity, tp_dataset *dataset, tp_error *error) {
    tp_code code = TP_OK;
    for (size_t i = 0; sensitivity->monte_carlo.wanted && i < N_MONTE_CARLO && code == TP_OK; i++) {
        if (sensitivity->own.texts[i] != NULL) {
            code =
                tp_dataset_add_parameter(dataset, "judge/sensitivity/monte_carlo", MONTE_CARLO[i].key,
                                         sensitivity->own.texts[i], tp_origin_text(sensitivity->own.origins[i]), error);
        }
    }
    return code;
}
