/**
 * The years of a layer: which of its features stood in the year of the run, and of which year its rows are.
 *
 * Columns of years hold numbers, or texts that begin with a year ("1985", "1985-04-01", "1985年", "昭和60年", "S60", also
 * with full-width digits). Files of the National Land Numerical Information write words as numbers, which are understood everywhere:
 * 9999 and 999 in `to` mean "still there", in `from` "not known"; 0, -1 and other numbers below 1 mean "not known". In a
 * `from` column whose earliest year is 1950, 1950 means "1950 or before". A missing `to` means "still there", a missing
 * `from` "not known". Where the whole layer is of a year close to the run's, what stands in it stood; else a feature of
 * which the year is not known is kept, and a finding counts them; or it is left out
 * with a line in `rejects`, and "not found" then means nothing (tp_layer.n_lost).
 */
#ifndef TP_READ_YEARS_H
#define TP_READ_YEARS_H

#include "technopolis/dataset.h"
#include "technopolis/node.h"

/** What a read entry says of years, and what its columns are. Columns are borrowed from the layer. */
typedef struct tp_read_years {
    tp_layer *layer;
    int64_t run_year;              /**< 0: the run is about no year, and nothing is left out */
    const tp_column *from, *to;    /**< from when (inclusive), to when (exclusive) a feature existed; NULL: not said */
    const tp_column *about;        /**< of which year a row is; NULL: not said, or said of the whole layer */
    int64_t about_year;            /**< the same of the whole layer; 0: not said */
    bool any_year;                 /**< the layer holds for any year */
    bool from_1950_is_before;      /**< 1950 in `from` means "1950 or before" */
    int64_t n_kept, n_unknown;     /**< rows, and of these those of which `from` or `to` is not known */
    int64_t n_mute;                /**< rows kept of which `about` says no year */
    int64_t first_year, last_year; /**< of `about` over the rows kept; 0: none */
} tp_read_years;

/** The names and words of a read entry; NULL: not written. Each column with its place, for messages. */
typedef struct tp_read_period {
    int64_t year; /**< the run's; 0: none */
    const char *from, *to, *about;
    tp_place from_place, to_place, about_place;
    bool leave_out;       /**< a row of which the years are not known is left out, instead of kept */
    const tp_node *since; /**< map: a column -> the column of the year from which its value holds */
} tp_read_period;

/** What an entry's `year` says of a layer that holds for any year. */
#define TP_ANY_YEAR "any"

/** True when `text` (`about`) is a year itself and not a column's name. */
bool tp_read_is_year(const char *text, int64_t *year);

/** The year that a cell says, as it stands there (sentinels too); false when it says none. Thread-safe. */
bool tp_read_year(const tp_column *column, int64_t row, int64_t *year);

/**
 * Finds the columns and looks through the first n_rows rows once. TP_E_DATA at its place when a column of texts holds
 * not one year. O(n_rows).
 */
TP_NODISCARD tp_code tp_read_years_begin(const tp_read_period *period, tp_layer *layer, int64_t n_rows,
                                         tp_read_years *years, tp_error *error);

/** False when the row is known not to have existed in the run's year. */
bool tp_read_years_stood(const tp_read_years *years, int64_t row);

/** True when `from` or `to` does not say whether the row existed in the run's year. */
bool tp_read_years_unknown(const tp_read_years *years, int64_t row);

/** Counts a row that is kept. */
void tp_read_years_count(tp_read_years *years, int64_t row);

/**
 * To be called on the rows kept: values that hold only from a later year are taken back (`since`), the layer is told its
 * years, and findings say what the reader should know: years not known, and years far from the run's.
 */
TP_NODISCARD tp_code tp_read_years_end(const tp_read_period *period, tp_read_years *years, tp_dataset *dataset,
                                       tp_error *error);

#endif
