/** Candidate zones: squares of a screened grid that hang together, and what is known of each zone. */
#ifndef TP_JUDGE_CANDIDATES_H
#define TP_JUDGE_CANDIDATES_H

#include "technopolis/dataset.h"
#include "technopolis/mesh.h"

/** What the squares of a zone are: all met, or met or unknown (not one of them not met). */
typedef enum tp_candidate_kind { TP_CANDIDATE_MET, TP_CANDIDATE_POSSIBLE, TP_CANDIDATE_KINDS } tp_candidate_kind;

/** "met", "met_or_unknown". */
const char *tp_candidate_kind_text(tp_candidate_kind kind);

/** What is known of one criterion in a zone. Margins are in the criterion's unit; relative ones are shares of the threshold. */
typedef struct tp_candidate_criterion {
    int64_t n_known, n_unknown; /**< squares with a margin; squares whose verdict is unknown */
    double least, sum;          /**< of the margins */
    int64_t n_relative;         /**< squares whose margin can be compared with the threshold */
    double relative_sum;
} tp_candidate_criterion;

typedef struct tp_candidate {
    tp_candidate_kind kind;
    int64_t rank;                    /**< within its kind, from 1 */
    int64_t first_square, n_squares; /**< in the squares of its kind */
    int64_t n_met;
    double area_km2;
    bool within_limit;
    double unknown_share; /**< mean number of required criteria that are unknown in a square */
    int64_t weakest;      /**< required criterion of the smallest mean relative margin; -1 none is known */
    double weakest_share; /**< that mean; -infinity where none is known */
    int64_t best_row;     /**< of the sites: the square with the most slack */
    double west_deg, south_deg, east_deg, north_deg;
    const tp_layer *mother_layer; /**< the mother city of most squares; NULL: none */
    int64_t mother_row;
    tp_candidate_criterion *criteria; /**< one a criterion of the profile; owned */
} tp_candidate;

/** The squares of a kind, zone after zone. */
typedef struct tp_candidate_squares {
    int64_t n;
    tp_mesh_cell *cells; /**< in order within a zone */
    int64_t *rows;       /**< of the sites */
} tp_candidate_squares;

typedef struct tp_candidates {
    tp_mesh_level level;
    tp_candidate_squares squares[TP_CANDIDATE_KINDS];
    tp_candidate *items; /**< kind by kind, in the order of their ranks */
    int64_t n;
} tp_candidates;

typedef struct tp_candidate_rule {
    tp_mesh_level level;
    size_t profile;   /**< number of the profile in the dataset */
    bool corners;     /**< squares that touch at a corner only hang together too */
    bool possible;    /**< zones of squares that are met or unknown, too */
    int64_t minimum;  /**< squares that a zone has at least */
    double limit_km2; /**< zones up to this area go first */
} tp_candidate_rule;

/**
 * Finds the zones and ranks them within their kind: up to the limit of area first; then the fewest unknown required
 * criteria a square; then the largest mean relative margin of the weakest required criterion; then more squares; then
 * the one that begins further south, there further west. `codes` is the column of square codes of the sites. TP_E_DATA
 * for a code that is not of the level and for a square that comes twice. To be reset in any case. O(squares (log
 * squares + criteria)).
 */
TP_NODISCARD tp_code tp_candidates_find(const tp_dataset *dataset, const tp_layer *sites, const tp_column *codes,
                                        const tp_candidate_rule *rule, tp_candidates *candidates, tp_error *error);
void tp_candidates_reset(tp_candidates *candidates);

#endif
