/**
 * Putting values of a file into the columns of the row that is being read; and the notes on those that cannot be. What
 * the ways of reading rows (features.c, shape_rows.c, stream_rows.c) share, so that they give the same columns and notes.
 *
 * A row: tp_row_begin, its values, tp_row_end, its position, then ++task->n_rows.
 */
#ifndef TP_READ_ROW_VALUES_H
#define TP_READ_ROW_VALUES_H

#include "1_read/ogr_file.h"
#include "1_read/product_rows.h"

typedef struct tp_reader {
    tp_read_task *task;
    tp_column **columns; /**< of each of the head's fields */
    OGRFieldType *types; /**< of the same, in the file */
    tp_decoder *decoder;
    tp_geometry_reader geometry;
    int64_t decoded, not_decoded; /**< texts beyond ASCII */
    char first_lost[120];         /**< where the first that could not be decoded stands */
    tp_product_rows product;      /**< unused without a product */
    int64_t first;                /**< the number of the file's first row */
} tp_reader;

/** Makes room for the next row and sets its source; `fid`: the feature's id in its file. */
TP_NODISCARD tp_code tp_row_begin(tp_reader *reader, int64_t fid, tp_error *error);

/** The value of field i of the head. A text is bytes in the file's encoding, NUL-terminated where types are inferred. */
TP_NODISCARD tp_code tp_row_set_text(tp_reader *reader, size_t i, const char *bytes, size_t size, tp_error *error);
TP_NODISCARD tp_code tp_row_set_integer(tp_reader *reader, size_t i, int64_t value, tp_error *error);
TP_NODISCARD tp_code tp_row_set_real(tp_reader *reader, size_t i, double value, tp_error *error);

/** Makes the id of a row that brings none, or notes that one is missing. */
TP_NODISCARD tp_code tp_row_end(tp_reader *reader, tp_error *error);

/** Notes why the row has no position; nothing where `reason` is NULL. */
TP_NODISCARD tp_code tp_row_note_position(tp_reader *reader, const char *reason, const char *detail, tp_error *error);

/** Tells how many rows there are, now and then. */
void tp_row_tell(const tp_reader *reader);

/** A whole row from a feature (borrowed): the way of every format. */
TP_NODISCARD tp_code tp_row_read_feature(tp_reader *reader, OGRFeatureH feature, tp_error *error);

/** All features of a layer but the head's first `skip`. */
TP_NODISCARD tp_code tp_row_read_features(tp_reader *reader, OGRLayerH layer, tp_error *error);

#endif
