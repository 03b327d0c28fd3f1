/**
 * The plan: a configuration turned into checked steps, before anything is worked on.
 *
 * tp_plan_new reads the configuration, the profiles that it names and the heads of all inputs, and reports every fault.
 * tp_plan_run carries the steps out, phase by phase. Both are what `technopolis run` and `validate` do.
 */
#ifndef TECHNOPOLIS_PLAN_H
#define TECHNOPOLIS_PLAN_H

#include "technopolis/digest.h"
#include "technopolis/product.h"
#include "technopolis/stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What the command line says beside the configuration. Zero is "nothing". */
typedef struct tp_plan_request {
    const char *config_path;
    const char *output;      /**< replaces the first geopackage's file; other outputs take its stem */
    const char *const *sets; /**< KEY=VALUE texts */
    size_t n_sets;
    int64_t threads;            /**< 0: as configured */
    bool without_write;         /**< leave the write phase out */
    const char *profile_folder; /**< where bare profile names are looked up; NULL: tp_data_folder()/profiles */
    /** One ad-hoc site instead of the layer `sites`, when `site_id` is not NULL. */
    const char *site_id, *site_name;
    double site_lon_deg, site_lat_deg;
} tp_plan_request;

struct tp_plan {
    tp_node *root;
    char *config_name; /**< the path as the user gave it, for messages */
    char *base;
    char config_sha256[TP_DIGEST_SIZE];
    tp_run run;
    tp_options run_options;
    tp_step **steps; /**< in the order of work */
    size_t n_steps;
    tp_profile **profiles;
    size_t n_profiles;
    tp_product **products; /**< those that read entries name, each once */
    size_t n_products;
    tp_schema schema; /**< as after the last step */
    tp_plan_request request;
};

/**
 * Builds and checks. `*plan` is NULL when there are faults (then the code of the list is returned). Warnings are left in
 * `faults` in both cases. Reads no rows. The request's texts are borrowed until tp_plan_free.
 */
TP_NODISCARD tp_code tp_plan_new(const tp_plan_request *request, tp_plan **plan, tp_faults *faults);
void tp_plan_free(tp_plan *plan);

/**
 * Works all steps and gives the dataset (owned by the caller; also needed for the summary). On an error nothing is left
 * half-written, and `*dataset` is NULL. Uses plan->run.threads threads; the result does not depend on how many. The
 * dataset borrows profiles and texts from the plan: free it first. Two plans may not run at once in one process, since
 * GDAL's drivers and OpenMP's number of threads are global.
 */
TP_NODISCARD tp_code tp_plan_run(tp_plan *plan, tp_dataset **dataset, tp_error *error);

/**
 * For a stage's `complete`: the product of a name (of tp_data_folder()/products, or a path relative to the
 * configuration when it ends with .yaml), loaded once and owned by the plan; NULL after a fault at `place` or in it.
 */
const tp_product *tp_plan_product(tp_plan *plan, const char *name, tp_place place, tp_faults *faults);

/** The settings of the `run` section, for `list`. */
const tp_setting *tp_run_settings(size_t *n);

/**
 * For a stage's check: that the condition in setting `key` of `step` (nothing to do when it is not set) parses and that
 * its columns are columns of `layer`, faults at the setting's place. A layer that is not in the schema is not checked.
 */
void tp_plan_check_condition(const tp_plan *plan, const tp_step *step, const char *key, const char *layer,
                             tp_faults *faults);

/** For a stage's check: whether a layer of that name is read or made by `prepare`. */
bool tp_plan_reads(const tp_plan *plan, const char *layer);

/** For a stage's check: whether the configuration has a step of this stage. */
bool tp_plan_has(const tp_plan *plan, tp_phase phase, const char *stage);

/** For a stage's check: adds a column to a layer of the schema, or a fault at the step's place when it is taken. */
void tp_plan_add_field(tp_plan *plan, const tp_step *step, const char *layer, const char *name, tp_type type,
                       const char *unit, const char *help, tp_faults *faults);

/** A path of the configuration made usable: absolute paths and /vsi… stay, others are put behind `base`. Caller frees. */
char *tp_plan_path(const char *base, const char *path);

/**
 * The folder that holds `profiles/` and `products/`: what the environment's TECHNOPOLIS_DATA says; else the first that
 * holds profiles of `../share/technopolis` beside the program's own folder, the checkout that it was built in, where it
 * was to be installed; else the sources it was built from. NULL: no memory. Caller frees.
 */
char *tp_data_folder(void);

#ifdef __cplusplus
}
#endif

#endif
