/** The parts of the stage `regions`: schemes, what lies in each prefecture, and the layer and tables made of both. */
#ifndef TP_MEASURE_REGIONS_H
#define TP_MEASURE_REGIONS_H

#include "technopolis/stage.h"

typedef struct tp_regions_options {
    tp_texts of;
    const char *weight, *industry, *base, *base_weight, *prefectures, *schemes, *code, *scheme, *region, *region_name;
    const char *as, *industries, *concentration, *ranks;
} tp_regions_options;

/** One way to group the prefectures. Texts are borrowed from the lookup; "prefectures" is a scheme too: the first. */
typedef struct tp_scheme {
    const char *name;
    int32_t n;          /**< regions */
    const char **id;    /**< n, bytewise ascending */
    const char **label; /**< n */
    int32_t *region_of; /**< a row of prefectures */
} tp_scheme;

/** A layer counted. */
typedef struct tp_region_item {
    const tp_layer *layer;
    const tp_column *weight, *industry; /**< NULL where the layer has none */
    bool sample;
    int64_t *order;             /**< its rows by their ids: sums do not depend on the order of a file */
    int64_t *prefecture;        /**< a row: the row of prefectures, or -1 */
    int64_t n, n_nowhere;       /**< rows in a prefecture, and in none */
    int64_t n_unweighted;       /**< rows without a weight */
    double *count, *value;      /**< a prefecture: rows, and the sum of their weights (the count where there is none) */
    double squares;             /**< sum of the squared weights of the rows counted */
    const char **industry_name; /**< n_industries, bytewise ascending */
    int64_t n_industries;
    int32_t *industry_of; /**< a row: its industry, or -1 */
} tp_region_item;

typedef struct tp_regions {
    const tp_regions_options *options;
    const tp_step *step;
    tp_dataset *dataset;
    tp_layer *prefectures;
    double *area_km2; /**< a prefecture */
    tp_scheme *schemes;
    size_t n_schemes;
    tp_region_item *items; /**< one a layer of `of`, then the base where there is one */
    size_t n_items;
    const tp_region_item *base; /**< NULL none */
} tp_regions;

/** Reads the lookup: every prefecture exactly once in every scheme, else TP_E_DATA naming all that is wrong.
 * regions_schemes.c */
TP_NODISCARD tp_code tp_regions_read_schemes(tp_regions *regions, tp_error *error);

/** Counts the layers by prefecture: regions_items.c. */
TP_NODISCARD tp_code tp_regions_count(tp_regions *regions, tp_error *error);
void tp_regions_reset(tp_regions *regions);

/** Sums by region of a value by prefecture, into `sums` of scheme->n. */
void tp_regions_sum(const tp_regions *regions, const tp_scheme *scheme, const double *by_prefecture, double *sums);

/** What a region's density, share and quotient are made of. */
typedef struct tp_region_numbers {
    double count, value, area_km2, share, density, lq, lq_low, lq_high;
    int64_t rank; /**< by density, 1 the densest; equal ones share a rank */
} tp_region_numbers;

/** For all regions of a scheme; `numbers` has scheme->n. regions_items.c */
TP_NODISCARD tp_code tp_regions_numbers(const tp_regions *regions, const tp_region_item *item, const tp_scheme *scheme,
                                        tp_region_numbers *numbers, tp_error *error);

/** The layer `regions` and the columns of `prefectures`: regions_layers.c. */
TP_NODISCARD tp_code tp_regions_publish_layers(tp_regions *regions, tp_error *error);

/** The tables of industries, concentration and ranks: regions_tables.c. The findings: regions_findings.c. */
TP_NODISCARD tp_code tp_regions_publish_tables(tp_regions *regions, tp_error *error);
TP_NODISCARD tp_code tp_regions_tell(tp_regions *regions, tp_error *error);

#endif
