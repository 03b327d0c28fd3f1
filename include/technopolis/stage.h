/**
 * A stage: one file, one object, one line in `pipeline/core/plan/stages.def`. It says what it may be told, what it
 * needs and what it adds; `check` looks at its settings against the schema, `run` works on the dataset.
 *
 * Life of a stage: options are filled from the configuration -> check (may open the heads of files, reports all faults,
 * adds to the schema) -> run (once; adds to the dataset). Nothing is kept between calls but the options.
 */
#ifndef TECHNOPOLIS_STAGE_H
#define TECHNOPOLIS_STAGE_H

#include "technopolis/dataset.h"
#include "technopolis/schema.h"
#include "technopolis/setting.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_phase { TP_READ, TP_PREPARE, TP_MEASURE, TP_JUDGE, TP_WRITE, TP_PHASES } tp_phase;

/** "read", "prepare", "measure", "judge", "write": the sections of a configuration and the folders of pipeline/. */
const char *tp_phase_text(tp_phase phase);

typedef enum tp_on_error { TP_STOP, TP_SKIP } tp_on_error;

/** What the whole run is told: the `run` section and the command line. */
typedef struct tp_run {
    const char *title;
    const char *base;        /**< the configuration's folder: relative paths start here; "" or ends with '/' */
    const char *config_name; /**< the configuration's file name without folder */
    const char *config_text; /**< its text as read, config_size bytes, and its SHA-256 in hexadecimal digits */
    size_t config_size;
    const char *config_sha256;
    int64_t year; /**< 0: none given */
    int64_t seed;
    const char *crs; /**< of the output, "EPSG:4326" by default */
    int language;    /**< 0 en, 1 ja */
    int on_error;    /**< tp_on_error */
    int64_t threads; /**< 0: as many as OpenMP gives */
    double finest_m; /**< the finest distance that a criterion or measure of the plan uses; 0: none */
    /** Called between units of work; NULL allowed. `total` 0: not known. */
    void (*progress)(void *user, tp_phase phase, const char *step, int64_t done, int64_t total);
    void *progress_user;
} tp_run;

typedef struct tp_stage tp_stage;

/** One stage with its settings, as a configuration or a profile asks for it. */
typedef struct tp_step {
    const tp_stage *stage;
    char *name;       /**< its `as`, the layer's name, or the stage's name */
    char *implied_by; /**< the profile and criterion that needs it, or NULL */
    tp_options options;
    tp_place place; /**< of the entry */
    const tp_node *node;
    tp_node *owned_node; /**< the node of an implied step, which no file holds */
} tp_step;

typedef struct tp_plan tp_plan;

/**
 * A column that a stage needs of a layer or adds to one. `layer` and `name` may hold {key}, replaced by that setting's
 * text; where {key} is a list, one line stands for each of its items. A line whose {key} was not written is left out.
 */
typedef struct tp_stage_column {
    const char *layer;
    const char *name;
    tp_type type; /**< of a needed column: TP_TYPE_DOUBLE stands for any number */
    const char *unit;
    const char *help;
} tp_stage_column;

struct tp_stage {
    const char *name;
    tp_phase phase;
    const char *purpose; /**< one line for `list stages` */
    const tp_setting *settings;
    size_t n_settings;
    size_t options_size;
    const char *main_key; /**< the setting that a bare value fills, or NULL */
    const char *as_key;   /**< the setting that names the step, or NULL: the stage's name */
    const tp_stage_column *needs;
    size_t n_needs;
    const tp_stage_column *adds;
    size_t n_adds;
    bool measures;          /**< a profile may use it as a measure */
    tp_dimension dimension; /**< of what it measures */
    /**
     * When the plan adds the stage by itself, unless the configuration has an entry of its own for the same layers:
     * for every layer read (its setting `layer` names it) before all other stages of its phase, with `when` only where
     * the layer's read entry says yes to that setting (or gives a map, whose keys then are the step's settings); or, with
     * `implied` (its settings as YAML), once where all the layers that these name are read.
     */
    bool for_every_layer;
    const char *when;
    const char *implied;
    /** Of a step that the plan has added by itself: whether there is anything to do, asked when the schema of the steps
     * before is known; without it the step is dropped. NULL: always. */
    bool (*wanted)(const tp_step *step, const tp_plan *plan);
    bool of_all_sites; /**< tells of the sites together: left out where one ad-hoc place is judged in their stead */
    bool makes_layer;  /**< adds a layer of the step's name, which then counts as read */
    /**
     * Called once its options are filled, before anything follows from them: may fill what the configuration leaves open
     * (what a product says) and replace patterns of files by files. NULL where there is nothing of the kind.
     */
    void (*complete)(tp_step *step, tp_plan *plan, tp_faults *faults);
    /** Beyond settings, needs and adds; NULL where nothing is left to check. */
    void (*check)(const tp_step *step, tp_plan *plan, tp_faults *faults);
    TP_NODISCARD tp_code (*run)(const tp_step *step, const tp_run *run, tp_dataset *dataset, tp_error *error);
};

/** The list of stages in the order of the phases. */
const tp_stage *const *tp_stages(size_t *n);

/** The stage of a name in a phase, or NULL. */
const tp_stage *tp_stage_find(tp_phase phase, const char *name);

#ifdef __cplusplus
}
#endif

#endif
