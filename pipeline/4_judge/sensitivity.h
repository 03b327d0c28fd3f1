/**
 * What the files of the stage `sensitivity` share: its settings as read, and the rows of its table.
 */
#ifndef TP_JUDGE_SENSITIVITY_H
#define TP_JUDGE_SENSITIVITY_H

#include "4_judge/assumption.h"
#include "4_judge/trial.h"
#include "core/plan/remeasure.h"

/** One assumption with the values that it is given in turn. */
typedef struct tp_sweep {
    tp_assumption assumption; /**< its name is owned */
    double *values;           /**< owned, n_values */
    size_t n_values;
} tp_sweep;

typedef enum tp_position_law { TP_LAW_NORMAL, TP_LAW_DISC } tp_position_law;

typedef struct tp_monte_carlo {
    int64_t draws, strata;
    double speed, thresholds;    /**< shares: 0.1 is 10 % */
    double position_error_m;     /**< for sites whose column says nothing */
    const char *position_column; /**< borrowed; NULL: none */
    int law;                     /**< tp_position_law */
    bool wanted;
} tp_monte_carlo;

/** All that a step `sensitivity` asks for. Initialise with `= {0}`. */
typedef struct tp_sensitivity {
    const tp_profile *profile;
    tp_assumptions all;
    tp_sweep *sweeps;
    size_t n_sweeps;
    double tornado; /**< share; 0: none */
    tp_monte_carlo monte_carlo;
    tp_options own; /**< holds what is borrowed */
} tp_sensitivity;

/**
 * Reads the maps `sweep` and `monte_carlo` (NULL: not written) and the share `tornado` (NULL: none) against the profile;
 * every fault with its place. Without any of the three every threshold is swept.
 */
void tp_sensitivity_read(const tp_profile *profile, const tp_node *sweep, const char *tornado, tp_place tornado_place,
                         const tp_node *monte_carlo, tp_sensitivity *sensitivity, tp_faults *faults);
void tp_sensitivity_reset(tp_sensitivity *sensitivity);

/** Writes what `monte_carlo` was told, and its defaults, to the run's parameters. */
TP_NODISCARD tp_code tp_sensitivity_record(const tp_sensitivity *sensitivity, tp_dataset *dataset, tp_error *error);

/** One row of the table. Texts are borrowed until it is written. */
typedef struct tp_sensitivity_row {
    const char *kind, *criterion, *parameter, *unit, *scope;
    double value, change_percent; /**< NaN: NULL */
    int64_t site;                 /**< row of `sites`; -1: all of them */
    tp_tally tally;
    int64_t change; /**< in the number met against the profile as it is; meaning only where has_change */
    bool has_change;
    int64_t draws; /**< 0: no probability */
} tp_sensitivity_row;

/** Initialise with `= {0}`. */
typedef struct tp_sensitivity_rows {
    tp_sensitivity_row *items;
    size_t n, capacity;
} tp_sensitivity_rows;

TP_NODISCARD tp_code tp_sensitivity_add(tp_sensitivity_rows *rows, const tp_sensitivity_row *row, tp_error *error);

/** What all kinds work with. */
typedef struct tp_sensitivity_work {
    const tp_sensitivity *of;
    const tp_step *step;
    tp_run run; /**< without progress */
    const tp_run *outer;
    tp_dataset *dataset;
    const tp_layer *sites;
    tp_trial trial;
    tp_sensitivity_rows rows;
} tp_sensitivity_work;

/** sweep.c, tornado.c, monte_carlo.c: each adds its rows and findings. */
TP_NODISCARD tp_code tp_sensitivity_sweep(tp_sensitivity_work *work, tp_error *error);
TP_NODISCARD tp_code tp_sensitivity_tornado(tp_sensitivity_work *work, tp_error *error);
TP_NODISCARD tp_code tp_sensitivity_monte_carlo(tp_sensitivity_work *work, tp_error *error);

/**
 * The verdicts of a criterion and of the whole if an assumption had another value: thresholds are compared anew, what
 * stands in a measure's settings is measured anew in `scene` under names that end with `tag`.
 */
TP_NODISCARD tp_code tp_sensitivity_judge(tp_sensitivity_work *work, tp_scene *scene, const tp_assumption *assumption,
                                          double value, const char *tag, tp_tally *criterion, tp_tally *site,
                                          tp_error *error);

#endif
