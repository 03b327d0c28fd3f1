/**
 * A record: the fields of a table being written and the cells of its current row. Fields are declared once, then each
 * row is filled in the order of declaration and handed to the sink; nothing is allocated for a row.
 */
#ifndef TP_WRITE_RECORD_H
#define TP_WRITE_RECORD_H

#include "5_write/sink.h"

#include <assert.h>
#include <string.h>

/** Initialise with `= {0}`. */
typedef struct tp_record {
    tp_field *fields;
    tp_cell *cells;
    size_t n, capacity;
    size_t next;  /**< the field that the next put fills */
    bool borrows; /**< the fields belong to the record that it was forked from */
} tp_record;

void tp_record_reset(tp_record *record);

/** True when a field of this name exists; as in SQLite, A–Z and a–z are the same. */
bool tp_record_has(const tp_record *record, const char *name);

/**
 * Declares a field. Where the name is taken, or is `fid` or `geom` (the feature id and the geometry of a GeoPackage),
 * `_2`, `_3` … is put behind it. `unit` and `help` may be NULL.
 */
TP_NODISCARD tp_code tp_record_add(tp_record *record, const char *name, tp_type type, const char *unit,
                                   const char *help, tp_error *error);

/**
 * Declares a field for a layer's column. Where the name is taken, or is `fid`, `geom`, `source_file` or `source_fid`,
 * which the program's own fields are called, `_input` is put behind that of a file's column, `_measured` behind that of
 * a measure's.
 */
TP_NODISCARD tp_code tp_record_add_column(tp_record *record, const tp_column *column, tp_error *error);

/** A field declared in a table of constants. */
typedef struct tp_record_field {
    const char *name;
    tp_type type;
    const char *unit, *help;
} tp_record_field;
TP_NODISCARD tp_code tp_record_add_all(tp_record *record, const tp_record_field *fields, size_t n, tp_error *error);

/** A record of the same fields, which it borrows, with cells of its own: for another thread. Initialise with `= {0}`. */
TP_NODISCARD tp_code tp_record_fork(const tp_record *from, tp_record *record, tp_error *error);

/** A text of known length, such as a word that many rows repeat. */
typedef struct tp_word {
    const char *text; /**< NULL: missing */
    uint32_t size;    /**< 0: not known, as of a text of 4 GB and more */
} tp_word;

static inline tp_word tp_word_of(const char *text) {
    size_t size = text != NULL ? strlen(text) : 0;
    return (tp_word){text, size <= UINT32_MAX ? (uint32_t)size : 0};
}

/**
 * Begins a row. Then one put a field, in order: NULL text and unknown numbers are missing. Texts are borrowed. Inline,
 * since a run may put a billion cells.
 */
static inline void tp_record_start(tp_record *record) {
    record->next = 0;
}

static inline tp_cell *tp_record_next(tp_record *record) {
    assert(record->next < record->n);
    return &record->cells[record->next++];
}

static inline void tp_put_word(tp_record *record, tp_word word) {
    *tp_record_next(record) = (tp_cell){.missing = word.text == NULL, .size = word.size, .text = word.text};
}

static inline void tp_put_text(tp_record *record, const char *text) {
    tp_put_word(record, tp_word_of(text));
}

static inline void tp_put_double(tp_record *record, double value, bool known) {
    *tp_record_next(record) = (tp_cell){.missing = !known, .f64 = value};
}

static inline void tp_put_int64(tp_record *record, int64_t value, bool known) {
    *tp_record_next(record) = (tp_cell){.missing = !known, .i64 = value};
}

static inline void tp_put_verdict(tp_record *record, tp_verdict verdict) {
    static const tp_word words[] = {
        [TP_UNKNOWN] = {"unknown", 7}, [TP_NOT_MET] = {"not_met", 7}, [TP_MET] = {"met", 3}};
    tp_put_word(record, words[verdict]);
}

/** A row of a column; a NULL column is missing. */
static inline void tp_put_column(tp_record *record, const tp_column *column, int64_t row) {
    if (column != NULL && column->type == TP_TYPE_VERDICT) {
        tp_put_verdict(record, (tp_verdict)column->verdict[row]);
    } else if (column == NULL || column->valid[row] == 0) {
        *tp_record_next(record) = (tp_cell){.missing = true};
    } else if (column->type == TP_TYPE_DOUBLE) {
        tp_put_double(record, column->f64[row], true);
    } else if (column->type == TP_TYPE_INT64) {
        tp_put_int64(record, column->i64[row], true);
    } else {
        tp_put_text(record, tp_column_text(column, row));
    }
}

#endif
