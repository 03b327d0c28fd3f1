/**
 * What goes into the output file: one function a layer or table, one file a group of them. All write to any sink, row
 * by row, and change nothing in the dataset.
 */
#ifndef TP_WRITE_CONTENTS_H
#define TP_WRITE_CONTENTS_H

#include "5_write/record.h"
#include "5_write/words.h"
#include "5_write/written.h"
#include "technopolis/stage.h"

/** Of which sites the evidence is written, in words and as links: that of a screened country is for nobody to read. */
typedef enum tp_evidence_of { TP_EVIDENCE_ALL, TP_EVIDENCE_MET_OR_UNKNOWN, TP_EVIDENCE_NONE } tp_evidence_of;

/** What all writers are given. */
typedef struct tp_output {
    tp_sink *sink;
    tp_sink_part *part; /**< where rows go; NULL: straight into the sink */
    const tp_run *run;
    const tp_dataset *dataset;
    tp_evidence_of evidence;
    const char *step;      /**< for progress */
    const tp_words *words; /**< titles of columns; NULL: none are told */
    tp_written *written;   /**< what was written so far is put down here; NULL: nowhere */
    tp_record *verdicts;   /**< the fields of the table `verdicts`, while contents are written */
} tp_output;

/** contents.c: whether the evidence of a site is written, by its verdict in a profile (a number of the dataset). */
bool tp_output_has_evidence(const tp_output *output, size_t profile, int64_t row);

/** contents.c: tells who watches the run how far a table of n rows has come; cheap enough for every row. */
void tp_output_progress(const tp_output *output, const char *table, int64_t row, int64_t n);

/**
 * A table made site by site (or by other items): how rows are made of one, for rows.c. What `shared` points to is read
 * by all threads, what `start` makes is one thread's own.
 */
typedef struct tp_row_maker {
    const char *table; /**< for progress */
    const void *shared;
    /** `output` is the thread's and lives as long as the worker; on failure nothing is left. */
    tp_code (*start)(const void *shared, const tp_output *output, void **worker, tp_error *error);
    /** Writes the item's rows, none to many, through tp_output_row of the worker's output. */
    tp_code (*make)(void *worker, int64_t item, tp_error *error);
    void (*stop)(void *worker);
    /** NULL, or told of items first to end - 1 before they are made: the time to call their data near (near.h). */
    void (*fetch)(const void *shared, int64_t first, int64_t end);
} tp_row_maker;

/**
 * rows.c: the rows of items 0 to n - 1 in this order, made in parallel by stretches where the sink has parts. The same
 * bytes at any number of threads. The layer has been begun. O(n), in memory a few stretches.
 */
TP_NODISCARD tp_code tp_output_items(const tp_output *output, const tp_row_maker *maker, int64_t n, tp_error *error);

/** contents.c: all of the below, in the order in which a reader of the file finds them. */
TP_NODISCARD tp_code tp_write_contents(const tp_output *output, tp_error *error);

/**
 * sites.c: every site with the first profile's verdicts, values and evidence; with them the first profile's rows of
 * `verdicts`, where tp_verdicts_beside says so: that table is then begun. Nothing where no `sites` are read.
 */
TP_NODISCARD tp_code tp_write_sites(const tp_output *output, tp_error *error);

/**
 * verdicts.c: each criterion of every profile for each site (of the first only what was not written with the sites); what
 * the criteria ask. Nothing where nothing was judged.
 */
TP_NODISCARD tp_code tp_write_verdicts(const tp_output *output, tp_error *error);
TP_NODISCARD tp_code tp_write_criteria(const tp_output *output, tp_error *error);

/** evidence_links.c: lines from sites to the features that decide the first profile's criteria. */
TP_NODISCARD tp_code tp_write_evidence_links(const tp_output *output, tp_error *error);

/** layers.c: `prefectures`, then every other layer but `sites`, with all their columns. */
TP_NODISCARD tp_code tp_write_layers(const tp_output *output, tp_error *error);

/** tables.c: where it all comes from. */
TP_NODISCARD tp_code tp_write_findings(const tp_output *output, tp_error *error);
TP_NODISCARD tp_code tp_write_rejects(const tp_output *output, tp_error *error);
TP_NODISCARD tp_code tp_write_run_info(const tp_output *output, tp_error *error);
TP_NODISCARD tp_code tp_write_sources(const tp_output *output, tp_error *error);
TP_NODISCARD tp_code tp_write_parameters(const tp_output *output, tp_error *error);

/** titles.c: begins a layer with the title and description of that name in the run's language, else its own name. */
TP_NODISCARD tp_code tp_output_begin(const tp_output *output, const char *name, tp_geometry geometry,
                                     const tp_record *record, tp_error *error);
/** Hands the record's current row to the sink; `shape` may be NULL. */
TP_NODISCARD tp_code tp_output_row(const tp_output *output, const tp_record *record, const tp_shape *shape,
                                   tp_error *error);

/** The same for a table beside the layer that was just begun, where the sink has such: see tp_sink_beside_begin. */
tp_code tp_output_begin_beside(const tp_output *output, const char *name, const tp_record *record, tp_error *error);
TP_NODISCARD tp_code tp_output_row_beside(const tp_output *output, const tp_record *record, tp_error *error);

TP_NODISCARD tp_code tp_output_end(const tp_output *output, tp_error *error);

/** titles.c: true for the tables which the program makes itself, whose names no layer may have; case is ignored. */
bool tp_output_reserves(const char *name);

/** layers.c: the geometry of a layer's row; none where the row has no shape. */
tp_shape tp_layer_shape(const tp_layer *layer, int64_t row);

/** layers.c: true when the layer was read from a file, so that its rows have a source. */
bool tp_layer_is_read(const tp_dataset *dataset, const tp_layer *layer);

/** layers.c: the file that a row was read from, or NULL; its feature's id there, false where there is none. */
const char *tp_layer_source_file(const tp_dataset *dataset, const tp_layer *layer, int64_t row);
bool tp_layer_source_fid(const tp_layer *layer, int64_t row, int64_t *fid);

/** verdicts.c: a result's row ready to be written. */
typedef struct tp_outcome {
    const char *verdict, *method; /**< method NULL: none */
    const char *unit;             /**< of the three numbers */
    double value, margin, threshold;
    bool has_value, has_margin, at_least;
} tp_outcome;
tp_outcome tp_result_outcome(const tp_result *result, int64_t row);

/** verdicts.c: true when all parts that take part share comparison, threshold and unit. */
bool tp_criterion_has_one_threshold(const tp_criterion *criterion);

/**
 * verdicts.c: the bounds between which the truth of a criterion lies in a row, infinite where there is none. Where the
 * parts share one threshold they are those of all parts together, so that comparing them with any other threshold gives
 * the verdict under it; else those of the part that is told. Both infinite and equal: unreachable.
 */
typedef struct tp_interval {
    double low, high;
} tp_interval;
tp_interval tp_result_interval(const tp_result *result, int64_t row);

/** verdicts.c: the fields of `verdicts`; initialise with `= {0}`, to be reset by tp_record_reset also after a failure. */
TP_NODISCARD tp_code tp_verdicts_declare(tp_record *record, tp_error *error);

/** verdicts.c: whether the first profile's verdicts are written with the sites, so that evidence is made once for both. */
bool tp_verdicts_beside(const tp_output *output);

/** verdicts.c: a profile's rows of `verdicts` in the making, read by all threads. */
typedef struct tp_verdict_rows {
    size_t profile;
    const tp_layer *sites;
    tp_word profile_id;
    struct tp_judged *results; /**< one a criterion, as tp_profile_results */
    size_t n_results;
} tp_verdict_rows;

/** Initialise with `= {0}`; to be reset also after a failure. */
TP_NODISCARD tp_code tp_verdict_rows_open(const tp_output *output, size_t profile, tp_verdict_rows *rows,
                                          tp_error *error);
void tp_verdict_rows_reset(tp_verdict_rows *rows);

/** Puts the row of criterion `i` for a site, with that evidence ("": none), into a record of the table's fields. */
void tp_verdict_put(const tp_verdict_rows *rows, size_t i, int64_t row, const tp_text *evidence, tp_record *record);

/** verdicts.c: the results of a profile, as a run of `*n` in the dataset; NULL where it was not judged. */
tp_result *const *tp_profile_results(const tp_dataset *dataset, size_t profile, size_t *n);

#endif
