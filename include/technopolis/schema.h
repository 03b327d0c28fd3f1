/**
 * The schema: what the dataset will hold at each point of a plan, known before any row is read. `validate` and `run`
 * build it from the heads of the inputs and from what each stage says it adds, so that a wrong column is found at once.
 */
#ifndef TECHNOPOLIS_SCHEMA_H
#define TECHNOPOLIS_SCHEMA_H

#include "technopolis/condition.h"
#include "technopolis/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tp_field {
    char *name;
    tp_type type;
    char *unit;
    char *help; /**< one line for a reader of the file, "" where nothing is known */
} tp_field;

/** The head of a layer. */
typedef struct tp_head {
    char *name;
    tp_geometry geometry;
    tp_field *fields;
    size_t n_fields;
    tp_coverage coverage;
    tp_condition *coverage_condition, *where; /**< owned */
    int64_t n_features;                       /**< as the files' heads say; -1 unknown */
    bool has_core;                            /**< polygons that a step before gives a core: see tp_layer.lon_deg */
    tp_place place;                           /**< where the configuration names it */
} tp_head;

typedef struct tp_schema {
    tp_head *heads;
    size_t n_heads;
} tp_schema;

void tp_schema_reset(tp_schema *schema);

/** Frees what a head holds; for heads that stand outside a schema. */
void tp_head_reset(tp_head *head);

/** Adds a head without fields; TP_E_INTERNAL when the name is taken. The pointer is valid until the next add. */
TP_NODISCARD tp_code tp_schema_add(tp_schema *schema, const char *name, tp_geometry geometry, tp_place place,
                                   tp_head **head, tp_error *error);
TP_NODISCARD tp_code tp_head_add_field(tp_head *head, const char *name, tp_type type, const char *unit,
                                       const char *help, tp_error *error);

/** By name, or NULL; the name may be NULL (a setting that was wrong leaves none). */
tp_head *tp_schema_find(const tp_schema *schema, const char *name);
const tp_field *tp_head_field(const tp_head *head, const char *name);

/**
 * Checks a condition (NULL: nothing to check) against a head: its columns are there (else TP_E_DATA) and hold what they
 * are compared with (else TP_E_CONFIG). Faults at `place`.
 */
void tp_head_check_condition(const tp_head *head, const tp_condition *condition, tp_place place, tp_faults *faults);

/** True for the layer names that the contract calls standard: profiles may rely on them even when they are not read. */
bool tp_schema_is_standard(const char *name);

/**
 * Checks that a layer holds everything for which `filter` (NULL: everything) is met: what it was read with (`where`) is
 * implied by the filter, and its coverage is complete or a condition that the filter and `where` imply. A layer read
 * with `where: population >= 500000` is no complete layer for a question about 200,000.
 */
bool tp_coverage_holds(tp_coverage coverage, const tp_condition *coverage_condition, const tp_condition *where,
                       const tp_condition *filter);

/** The same of a layer that was read, of which moreover nothing was lost (tp_layer.n_lost). */
bool tp_layer_holds(const tp_layer *layer, const tp_condition *filter);

#ifdef __cplusplus
}
#endif

#endif
