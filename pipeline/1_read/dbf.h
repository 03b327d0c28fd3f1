/**
 * The records of a .dbf as they stand in the file (dBase III; the form that GDAL writes and Japanese downloads have).
 *
 * For what is plain in it this is several times as fast as a feature of GDAL's for every record. Whatever is not plain
 * is left to GDAL: opening is refused, and the caller takes GDAL's way.
 */
#ifndef TP_READ_DBF_H
#define TP_READ_DBF_H

#include "1_read/encoding.h"
#include "1_read/window.h"

#include <ogr_api.h>

typedef struct tp_dbf_field {
    size_t at, width; /* in the record */
} tp_dbf_field;

/** Initialise with `= {0}`. */
typedef struct tp_dbf {
    tp_window file;
    int64_t n_records, header_size;
    size_t record_size;
    tp_dbf_field *fields; /**< one a field of GDAL's definition, in the same order */
    int n_fields;
} tp_dbf;

/**
 * Opens the .dbf of a shapefile or the .dbf itself. False when it holds other types than texts (C) and numbers (N, F),
 * or its fields are not those of `definition`. To be closed in any case.
 */
bool tp_dbf_open(const char *path, OGRFeatureDefnH definition, tp_dbf *dbf);
void tp_dbf_close(tp_dbf *dbf);

/** Record `record` (from 0), valid until the next call, or NULL when it cannot be read. Its first byte is its mark. */
static inline const char *tp_dbf_record(tp_dbf *dbf, int64_t record) {
    return (const char *)tp_window_at(&dbf->file, dbf->header_size + record * (int64_t)dbf->record_size,
                                      dbf->record_size);
}

/** GDAL passes over such records. */
static inline bool tp_dbf_is_deleted(const char *record) {
    return record[0] == '*';
}

/** The bytes of a cell without the blanks around them, not NUL-terminated; they end where a NUL stands, as in GDAL. */
const char *tp_dbf_cell(const tp_dbf *dbf, const char *record, int field, size_t *size);

/**
 * Looks at all texts of a .dbf, as far as they go beyond ASCII; false where tp_dbf_open is refused or a record cannot be
 * read, after which the evidence holds some of them.
 */
bool tp_dbf_look(const char *path, OGRFeatureDefnH definition, tp_encoding_evidence *evidence);

#endif
