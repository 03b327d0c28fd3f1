/**
 * Hot spots: whether high values lie together. Getis and Ord's Gi*, Anselin's local Moran and Moran's I, with binary
 * weights (a neighbour counts 1), conditional permutations and the correction for many tests.
 *
 * Everything here works on `n` units in an order that the caller keeps canonical (cells by row and column, others by id):
 * sums are made in that order, so that the bytes of the results depend neither on threads nor on the order of a file.
 * NaN stands for "not defined" in results; it never reaches a column.
 *
 * Sources: J. K. Ord and A. Getis, "Local spatial autocorrelation statistics: distributional issues and an application",
 * Geographical Analysis 27, 1995, doi 10.1111/j.1538-4632.1995.tb00912.x (Gi*, as a standard deviate); L. Anselin, "Local
 * indicators of spatial association", Geographical Analysis 27, 1995, doi 10.1111/j.1538-4632.1995.tb00338.x; R. R. Sokal,
 * N. L. Oden and B. A. Thomson, "Local spatial autocorrelation in a biological model", Geographical Analysis 30, 1998
 * (its conditional variance); A. D. Cliff and J. K. Ord, "Spatial Processes", 1981 (variance of Moran's I under
 * randomisation); Y. Benjamini and Y. Hochberg, JRSS B 57, 1995; Y. Benjamini and D. Yekutieli, Annals of Statistics 29,
 * 2001; B. V. North, D. Curtis and P. C. Sham, AJHG 71, 2002 (p = (r + 1) / (R + 1)).
 */
#ifndef TECHNOPOLIS_HOTSPOT_H
#define TECHNOPOLIS_HOTSPOT_H

#include "technopolis/error.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- who is whose neighbour ---- */

/**
 * Who counts as near on a grid: in each grid row from -reach to +reach around a cell's own those whose column differs by
 * at most half_width(user, row, rows_away); -1: none of that row. The answer for (row, d) and (row + d, -d) must agree.
 */
typedef struct tp_span_rule {
    int32_t reach;
    int32_t (*half_width)(const void *user, int32_t row, int32_t rows_away);
    const void *user;
} tp_span_rule;

/** Edges and corners; edges alone; within `radius` cells of the centre (radius as double in `user`), the grid's index
 * being the measure. `radius` is borrowed. */
tp_span_rule tp_span_queen(void);
tp_span_rule tp_span_rook(void);
tp_span_rule tp_span_disc(const double *radius);

/** Neighbours of n units, none its own. Initialise with `= {0}`. How many each has: tp_neighbours_count. */
typedef struct tp_neighbours {
    int64_t n, n_islands;
    int64_t n_links;      /**< pairs (i, j) with j a neighbour of i */
    int32_t *count;       /* n; of a rectangle only the rows that differ, */
    int64_t *count_first; /* that of row r beginning at count_first[r] */
    /* lists: of unit i those at to[first[i]] .. to[first[i + 1] - 1], ascending */
    int64_t *first, *to;
    /* or a grid: the cells' columns (of a rectangle only how many), the rows in which any lies, where each begins, and the
     * half-widths of each */
    const int32_t *column;
    int32_t n_columns, n_rows, reach;
    int32_t *row, *half_width; /**< n_rows; n_rows x (2 reach + 1) */
    int64_t *row_first;        /**< n_rows + 1 */
} tp_neighbours;

/** How many neighbours unit i has, 0 .. n - 1. */
static inline int32_t tp_neighbours_count(const tp_neighbours *neighbours, int64_t i) {
    return neighbours->n_columns == 0
               ? neighbours->count[i]
               : neighbours->count[neighbours->count_first[i / neighbours->n_columns] + i % neighbours->n_columns];
}

/**
 * Neighbours among n cells, given strictly ascending by row and then column (borrowed: they must outlive the result);
 * TP_E_DATA when they are not. No lists are made: sums run along the rows. Cells that fill a rectangle are treated as
 * one (below). O(n x rows of the band).
 */
TP_NODISCARD tp_code tp_neighbours_of_grid(const int32_t *row, const int32_t *column, int64_t n,
                                           const tp_span_rule *rule, tp_neighbours *neighbours, tp_error *error);

/**
 * Neighbours among all cells of a rectangle of n_rows x n_columns, by row and then column; first_row is what the rule is
 * asked with for the first of them. Neither of a cell's place nor of its neighbours anything is stored: memory grows with
 * the rows, and with the cells only in so far as the rule changes from row to row. O(n_rows x rows of the band), and
 * O(n_columns x rows of the band) more for each row at which the rule changes.
 */
TP_NODISCARD tp_code tp_neighbours_of_rectangle(int32_t first_row, int32_t n_rows, int32_t n_columns,
                                                const tp_span_rule *rule, tp_neighbours *neighbours, tp_error *error);

/** Neighbours by lists; takes `first` (n + 1) and `to` over, also on failure, and sorts each list. */
TP_NODISCARD tp_code tp_neighbours_of_lists(int64_t n, int64_t *first, int64_t *to, tp_neighbours *neighbours,
                                            tp_error *error);
void tp_neighbours_reset(tp_neighbours *neighbours);

/** For each unit the sum of `value` over its neighbours, itself left out. In parallel. */
TP_NODISCARD tp_code tp_neighbours_sum(const tp_neighbours *neighbours, const double *value, double *sum,
                                       tp_error *error);

/* ---- statistics ---- */

/** Moran's I over all units; those without a neighbour count in the mean but not in n, as in R's spdep. */
typedef struct tp_moran {
    double i, expected, variance, z; /**< NaN where not defined; variance under randomisation */
    double p;                        /**< two-sided, by the normal distribution */
} tp_moran;

/** Results a unit, arrays of n owned by the struct; initialise with `= {0}`. */
typedef struct tp_local_statistics {
    int64_t n;
    double mean, deviation; /**< of the values, divided by n and not n - 1 */
    bool constant;          /**< all values equal: nothing is defined */
    double *sum;            /**< of the neighbours' values, or NULL where not asked for */
    double *gi_z;           /**< Gi* as a standard deviate; the unit itself counts as its neighbour */
    double *moran;          /**< local Moran I, or NULL where not asked for */
    double *moran_z;        /**< standardised by its conditional expectation and variance, or NULL */
    tp_moran global;
} tp_local_statistics;

/** What is wanted beside Gi* and Moran's I over all; any of them together. */
enum {
    TP_LOCAL_SUMS = 1, /**< the neighbours' sums, which permutations need */
    TP_LOCAL_MORAN = 2 /**< local Moran and its standard deviate */
};

/**
 * Gi* and Moran's I, and what else is `wanted` (0: nothing else). Not defined (NaN) for units without a neighbour, for
 * those of which every other unit is a neighbour, and for all when the values are equal. `value`: n finite numbers. Goes
 * through the values three times, the third time in parallel, and keeps one number a unit for each result and no more.
 * O(n x rows of the band), or O(links).
 */
TP_NODISCARD tp_code tp_local_statistics_of(const tp_neighbours *neighbours, const double *value, unsigned wanted,
                                            tp_local_statistics *statistics, tp_error *error);
void tp_local_statistics_reset(tp_local_statistics *statistics);

/* ---- permutations ---- */

typedef enum tp_side {
    TP_SIDE_TWO, /**< as far from its expectation as what was observed, on either side */
    TP_SIDE_HIGH,
    TP_SIDE_LOW
} tp_side;

/**
 * Conditional permutation: the unit keeps its value, its k neighbours get k of the other n - 1 values, drawn without
 * replacement, `permutations` times; p = (r + 1) / (permutations + 1), where r of them give a sum of the neighbours at
 * least as extreme. Since Gi* and local Moran both rise (or fall) with that sum, the two-sided p is that of both. Unit i
 * draws from the random sequence of (seed, stream[i]) and from the values in ascending order, so that p depends neither
 * on threads nor on the order of units. The statistics must hold TP_LOCAL_SUMS. NaN where they are not defined. n < 2^32. O(n x permutations x k).
 */
TP_NODISCARD tp_code tp_permutation_p(const tp_neighbours *neighbours, const double *value,
                                      const tp_local_statistics *statistics, const uint64_t *stream, uint64_t seed,
                                      int64_t permutations, tp_side side, double *p, tp_error *error);

/** Two-sided, high or low p of a standard deviate by the normal distribution; NaN of NaN. */
double tp_normal_p(double z, tp_side side);

/* ---- many tests ---- */

typedef enum tp_correction { TP_CORRECTION_BH, TP_CORRECTION_BY } tp_correction;

/**
 * q-values: the smallest rate of false discoveries at which a test would be rejected, after Benjamini and Hochberg, or
 * Benjamini and Yekutieli (any dependence). NaN among p are no tests and stay NaN. O(n log n). As R's p.adjust.
 */
TP_NODISCARD tp_code tp_q_values(const double *p, int64_t n, tp_correction correction, double *q, tp_error *error);

/**
 * How many of n tests must reach the smallest possible p, 1 / (permutations + 1), before any of them can be rejected at
 * q <= rate: 1 where permutations suffice. May exceed n: then none can.
 */
int64_t tp_attainable(int64_t n, int64_t permutations, tp_correction correction, double rate);

#ifdef __cplusplus
}
#endif

#endif
