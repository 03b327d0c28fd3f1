/**
 * A profile: a list of criteria as data. A criterion says what it measures (a stage of the measure phase with its
 * settings), how the value compares with a threshold, and whether it is required or informative.
 *
 *     id: list1982
 *     title: { en: …, ja: … }
 *     criteria:
 *       - id: research_base
 *         title: { en: …, ja: … }
 *         source: who asks for it
 *         required: yes
 *         all:                                   # or any:, first:, first_read:; one part may stand without a list
 *           - { measure: { count: { to: universities, distinct: univ, within: 30 min } }, at_least: 1 universities }
 *           - { measure: { count: { to: institutes, within: 30 min } }, at_least: 2 institutes }
 *         also:                                  # measured for the evidence and a column CRITERION_NAME of sites
 *           - population: { largest: { to: cities, column: population, within: 30 min } }
 *
 * all: every part is needed; value, threshold and margin are those of the part with the smallest margin.
 * any: one part is enough; those of the part with the largest margin.
 * first: one part is enough; those of the first part whose verdict is that of the whole.
 * first_read: the first part whose layers are all read stands alone (decided before the run).
 * A part with `optional: yes` is left out, and said to be, where its layers are not read.
 * A part with both at_least and at_most is a band: met within it, both bounds included; threshold and margin are those
 * of the bound that the value is nearer to failing.
 */
#ifndef TECHNOPOLIS_PROFILE_H
#define TECHNOPOLIS_PROFILE_H

#include "technopolis/node.h"
#include "technopolis/quantity.h"
#include "technopolis/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_combine { TP_COMBINE_ALL, TP_COMBINE_ANY, TP_COMBINE_FIRST } tp_combine;

typedef struct tp_part {
    const char *kind;        /**< the measure stage's name */
    const tp_node *settings; /**< its settings, without `of` and `as` */
    tp_place place;
    tp_comparison comparison; /**< of a band TP_AT_LEAST */
    tp_quantity threshold;    /**< of a band the lower bound */
    tp_place threshold_place; /**< line 0: none was given, a fault */
    bool banded;              /**< both at_least and at_most stand there */
    tp_quantity upper;        /**< of a band the upper bound, of the same dimension */
    bool optional;
    bool left_out;      /**< set by the plan: optional, and its layers are not read */
    char *measure_name; /**< set by the plan: the implied measure in the dataset */
} tp_part;

typedef struct tp_also {
    const char *name;
    const char *kind;
    const tp_node *settings;
    tp_place place;
    char *measure_name;
} tp_also;

typedef struct tp_criterion {
    const char *id, *title_en, *title_ja, *source;
    bool required;
    tp_combine combine;
    bool first_read; /**< written as first_read; after planning n_parts is 1 */
    tp_part *parts;
    size_t n_parts;
    tp_also *also;
    size_t n_also;
    tp_place place;
} tp_criterion;

typedef struct tp_profile {
    const char *id, *title_en, *title_ja;
    tp_criterion *criteria;
    size_t n_criteria;
    tp_node *root; /**< owned; all texts above are borrowed from it */
    char *file;    /**< as found */
} tp_profile;

/**
 * Reads a profile file and checks its form: keys, ids (lower-case, unique), thresholds with units. Whether the measures
 * and layers exist is the plan's business. All faults at once. O(size).
 */
TP_NODISCARD tp_code tp_profile_load(const char *path, const char *name, tp_profile **profile, tp_faults *faults);

/**
 * The same, but gives the profile also where its form has faults, so that what is right of it can be checked further and
 * no fault hides another. Then texts and kinds that are wrong are NULL and thresholds may have no place. `*profile` is
 * NULL only where the file is no YAML or memory is out.
 */
TP_NODISCARD tp_code tp_profile_read(const char *path, const char *name, tp_profile **profile, tp_faults *faults);
void tp_profile_free(tp_profile *profile);

/**
 * Judges an interval [low, high] against `threshold`, which stands for the part's own (the same, or one that is tried
 * out), and against the upper bound of its band.
 */
tp_verdict tp_part_compare(const tp_part *part, double threshold, double low, double high);

/** The margin of a value, and the bound that it is told of: of a band the one with the smaller margin. Both may be NULL. */
double tp_part_margin(const tp_part *part, double threshold, double value, tp_comparison *comparison, double *bound);

#ifdef __cplusplus
}
#endif

#endif
