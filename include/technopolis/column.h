/**
 * A typed column: contiguous values, one validity byte a row, a unit, and where it came from.
 *
 * Missing is validity 0, never a value: readers look at `valid[row]` first. Validity is a byte and not a bit so that
 * threads can write neighbouring rows without a race. The arrays are public because inner loops read them directly;
 * they are changed only through the functions below, except that the stage that made a column may fill
 * `f64`/`i64`/`verdict` and `valid` itself, row by row, from several threads.
 */
#ifndef TECHNOPOLIS_COLUMN_H
#define TECHNOPOLIS_COLUMN_H

#include "technopolis/error.h"
#include "technopolis/verdict.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tp_type { TP_TYPE_DOUBLE, TP_TYPE_INT64, TP_TYPE_TEXT, TP_TYPE_VERDICT } tp_type;

/** "double", "int64", "text", "verdict". */
const char *tp_type_text(tp_type type);

typedef struct tp_column {
    char *name;
    char *unit;   /**< "" where it has none */
    char *origin; /**< "file" or the stage that added it, for `parameters` and titles */
    tp_type type;
    int64_t n_rows;
    uint8_t *valid;   /**< n_rows; 0 = missing */
    double *f64;      /**< n_rows when type is double; finite wherever valid */
    int64_t *i64;     /**< n_rows when type is int64 */
    uint8_t *verdict; /**< n_rows of tp_verdict when type is verdict; always valid: missing is TP_UNKNOWN */
    uint32_t *place;  /**< n_rows when type is text: where the row's text stands; see tp_column_store_text */
    char *bytes;      /**< the texts, one behind the other, each with its NUL; what is repeated stands there once */
    size_t n_bytes, bytes_capacity;
    uint32_t *recent; /**< places of texts that were set lately, to find one that is set again */
} tp_column;

/** A column of n_rows missing values. `unit` and `origin` may be NULL (""). O(n_rows). */
TP_NODISCARD tp_code tp_column_new(const char *name, tp_type type, const char *unit, const char *origin, int64_t n_rows,
                                   tp_column **column, tp_error *error);
void tp_column_free(tp_column *column);

/** Sets the number of rows; new ones are missing. O(rows) when memory moves: grow in large steps. */
TP_NODISCARD tp_code tp_column_resize(tp_column *column, int64_t n_rows, tp_error *error);

/**
 * Sets a text (copied; any length; `size` bytes, not necessarily NUL-terminated; none of the column's own, which move). A
 * text that was set lately is not stored again, so that a column of few words costs 4 bytes a row. Not for use by several
 * threads. TP_E_MACHINE: no memory, or more than 16 GB of texts in one column; the row is as it was. O(size).
 */
TP_NODISCARD tp_code tp_column_set_text(tp_column *column, int64_t row, const char *text, size_t size, tp_error *error);

/**
 * Stores a text without setting a row, and gives its place for tp_column_set_stored: where several threads set the same
 * few texts, these are stored before. As tp_column_set_text otherwise.
 */
TP_NODISCARD tp_code tp_column_store_text(tp_column *column, const char *text, size_t size, uint32_t *place,
                                          tp_error *error);

/** Sets a text that is stored. Thread-safe for different rows. */
void tp_column_set_stored(tp_column *column, int64_t row, uint32_t place);

/** Rows first, first + 1 … become the texts (or missing) of all rows of another text column. O(rows + bytes). */
TP_NODISCARD tp_code tp_column_copy_texts(tp_column *column, int64_t first, const tp_column *from, tp_error *error);

/** Sets a number; a value that is not finite makes the row missing. Thread-safe for different rows. */
void tp_column_set_double(tp_column *column, int64_t row, double value);
void tp_column_set_int64(tp_column *column, int64_t row, int64_t value);
void tp_column_set_verdict(tp_column *column, int64_t row, tp_verdict value);
void tp_column_set_missing(tp_column *column, int64_t row);

/** The text of a row of a text column, or NULL when it is missing. Valid until the column is next changed. */
const char *tp_column_text(const tp_column *column, int64_t row);

/** The value of a numeric column as a double; false when it is missing or the column holds text. */
bool tp_column_number(const tp_column *column, int64_t row, double *value);

/** Any cell as text: a text as it is, a number written into `buffer`; NULL when it is missing or a verdict. */
enum { TP_CELL_TEXT_SIZE = 32 };
const char *tp_column_cell(const tp_column *column, int64_t row, char buffer[TP_CELL_TEXT_SIZE]);

/** Keeps only the rows listed in `rows` (ascending, n of them). O(n_rows). */
TP_NODISCARD tp_code tp_column_keep(tp_column *column, const int64_t *rows, int64_t n, tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
