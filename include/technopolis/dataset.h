/**
 * The dataset: the one thing that stages hand each other. Layers by name, measures by name, judged criteria, rejects,
 * sources and parameters. Stages only add to it; the runner owns it.
 */
#ifndef TECHNOPOLIS_DATASET_H
#define TECHNOPOLIS_DATASET_H

#include "technopolis/geodesic.h"
#include "technopolis/layer.h"
#include "technopolis/measure.h"
#include "technopolis/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One input feature that was left out or mended. */
typedef struct tp_reject {
    char *layer;
    int32_t source;     /**< index into sources, -1 none */
    int64_t source_fid; /**< -1: the whole file */
    const char *reason; /**< one of the fixed reason words, static: see rejects.h of the phase that says it */
    char *detail;       /**< "" or what was found: a value, bytes in hexadecimal, coordinates */
} tp_reject;

/** One file read. */
typedef struct tp_source {
    char *layer;
    char *file;   /**< relative to the configuration, as written there */
    char *sha256; /**< 64 hexadecimal digits; of a many-file format the main file's and its side files' together */
    char *driver;
    int64_t features_read, features_kept, features_filtered; /**< filtered: by the entry's `where` or the year */
    char *encoding, *encoding_origin; /**< "CP932", "option|cpg|ldid|utf-8|detected|format|product" */
    char *crs, *crs_origin;           /**< "EPSG:4612 JGD2000", "file|option|product" */
    char *crs_definition;             /**< the same as AUTHORITY:CODE or WKT2, for `prepare`; not written */
    char *operation;                  /**< PROJ's name of the transformation used, "none" when none was needed */
    double accuracy_m;                /**< of the operation; NaN unknown (written as NULL) */
    char *coverage;                   /**< "complete", "sample" or the condition */
    char *schema;                     /**< "col:type,…" as found */
    char *product;                    /**< the id of the product that it was read as, or NULL */
    char *edition;                    /**< the product's edition, or NULL */
    char *decided;                    /**< on what grounds, and what was assumed, or NULL */
} tp_source;

/** One setting's value in force. */
typedef struct tp_parameter {
    char *step; /**< "run", "measure/airport", "profile/list1982" */
    char *key;
    char *value;
    const char *origin; /**< "default", "configuration", "command line", "profile" */
} tp_parameter;

/** One sentence that a stage has to tell the reader: the summary prints it, the table `findings` keeps it. */
typedef struct tp_finding {
    char *step;    /**< the step's name */
    char *subject; /**< a word or two that groups findings, such as "densest places"; never NULL */
    char *text;    /**< one sentence with its numbers and units, without a full stop */
    bool warning;  /**< the reader should be careful: something was assumed, is old, or is only a sample */
} tp_finding;

/** A judged criterion over the rows of `sites`. Rows side by side in flat arrays. */
typedef struct tp_result {
    const tp_profile *profile;
    const tp_criterion *criterion;
    const tp_measure **measures; /**< one a part of the criterion; NULL where an optional part was left out */
    const tp_measure **also;     /**< one an `also` entry */
    uint8_t *verdict;            /**< tp_verdict a row */
    uint8_t *part;               /**< the part whose value, threshold and margin are told */
    uint8_t *known;              /**< bit 0: value is known, bit 1: margin is known */
    double *value, *margin;
} tp_result;

struct tp_transport;

typedef struct tp_dataset {
    tp_layer **layers;
    size_t n_layers;
    struct tp_transport *network; /**< owned: see transport.h; NULL where `prepare` makes none */
    tp_measure **measures;
    size_t n_measures;
    tp_result **results; /**< profile by profile, criterion by criterion, in the order of the profile */
    size_t n_results;
    uint8_t *site_verdict; /**< n_profiles x sites rows of tp_verdict, profile-major; NULL before judging */
    const tp_profile **profiles;
    size_t n_profiles;
    tp_reject *rejects;
    size_t n_rejects, rejects_capacity;
    tp_source *sources;
    size_t n_sources;
    tp_parameter *parameters;
    size_t n_parameters;
    tp_finding *findings; /**< in the order in which they were added */
    size_t n_findings;
    char *geographic_crs;   /**< of all coordinates once prepared: the geographic base of the run's CRS */
    tp_ellipsoid ellipsoid; /**< of that CRS */
} tp_dataset;

TP_NODISCARD tp_code tp_dataset_new(tp_dataset **dataset, tp_error *error);
void tp_dataset_free(tp_dataset *dataset);

/** Frees a result that no dataset owns yet; NULL is allowed. */
void tp_result_free(tp_result *result);

/** Takes ownership of the layer / measure / result (also on failure). TP_E_INTERNAL when the name is taken. */
TP_NODISCARD tp_code tp_dataset_add_layer(tp_dataset *dataset, tp_layer *layer, tp_error *error);
TP_NODISCARD tp_code tp_dataset_add_measure(tp_dataset *dataset, tp_measure *measure, tp_error *error);
TP_NODISCARD tp_code tp_dataset_add_result(tp_dataset *dataset, tp_result *result, tp_error *error);

/** By name, or NULL. O(n). */
tp_layer *tp_dataset_layer(const tp_dataset *dataset, const char *name);
tp_measure *tp_dataset_measure(const tp_dataset *dataset, const char *name);

/** Writes a line in `rejects`. `reason` must be a static text. Not thread-safe. */
TP_NODISCARD tp_code tp_dataset_reject(tp_dataset *dataset, const char *layer, int32_t source, int64_t source_fid,
                                       const char *reason, tp_error *error, const char *detail_format, ...)
    TP_PRINTF(7, 8);

/** A password in `file` or, below, in `value` is masked (see mask.h). Adds an empty source (all texts NULL, counts 0, accuracy NaN) and gives its index. */
TP_NODISCARD tp_code tp_dataset_add_source(tp_dataset *dataset, const char *layer, const char *file, int32_t *source,
                                           tp_error *error);

/** Adds a finding; the sentence is formatted. Not thread-safe. O(findings). */
TP_NODISCARD tp_code tp_dataset_add_finding(tp_dataset *dataset, const char *step, const char *subject, bool warning,
                                            tp_error *error, const char *format, ...) TP_PRINTF(6, 7);

TP_NODISCARD tp_code tp_dataset_add_parameter(tp_dataset *dataset, const char *step, const char *key, const char *value,
                                              const char *origin, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
