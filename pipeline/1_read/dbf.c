/* The records of a .dbf: see dbf.h. */
#include "1_read/dbf.h"

#include "1_read/files.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 32, DESCRIPTION = 32, END_OF_FIELDS = 0x0D };

static bool fits(const unsigned char *description, OGRFieldDefnH field) {
    size_t width = description[16];
    switch (OGR_Fld_GetType(field)) {
    case OFTString:
        return description[11] == 'C' && (size_t)OGR_Fld_GetWidth(field) == width;
    case OFTInteger:
    case OFTInteger64:
    case OFTReal:
        return description[11] == 'N' || description[11] == 'F';
    default:
        return false;
    }
}

/* The fields stand where GDAL finds them, and there are no more of them. */
static bool read_fields(tp_dbf *dbf, OGRFeatureDefnH definition) {
    dbf->n_fields = OGR_FD_GetFieldCount(definition);
    dbf->fields = calloc((size_t)dbf->n_fields + 1, sizeof *dbf->fields);
    const unsigned char *header = tp_window_at(&dbf->file, 0, (size_t)dbf->header_size);
    if (dbf->fields == NULL || header == NULL || dbf->header_size < HEADER + (int64_t)dbf->n_fields * DESCRIPTION) {
        return false;
    }
    size_t at = 1;
    for (int i = 0; i < dbf->n_fields; i++) {
        const unsigned char *description = header + HEADER + (size_t)i * DESCRIPTION;
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, i);
        if (description[0] == END_OF_FIELDS || !fits(description, field) || OGR_Fld_GetSubType(field) != OFSTNone) {
            return false;
        }
        dbf->fields[i] = (tp_dbf_field){at, description[16]};
        at += description[16];
    }
    int64_t end = HEADER + (int64_t)dbf->n_fields * DESCRIPTION;
    bool no_more = end + DESCRIPTION > dbf->header_size || header[end] == END_OF_FIELDS;
    return no_more && at <= dbf->record_size;
}

bool tp_dbf_open(const char *path, OGRFeatureDefnH definition, tp_dbf *dbf) {
    *dbf = (tp_dbf){0};
    char *side = tp_files_side(path, "dbf");
    bool opened = tp_window_open(side, &dbf->file);
    free(side);
    const unsigned char *h = opened ? tp_window_at(&dbf->file, 0, HEADER) : NULL;
    if (h == NULL) {
        return false;
    }
    dbf->n_records = (int64_t)h[4] | (int64_t)h[5] << 8 | (int64_t)h[6] << 16 | (int64_t)h[7] << 24;
    dbf->header_size = (int64_t)h[8] | (int64_t)h[9] << 8;
    dbf->record_size = (size_t)h[10] | (size_t)h[11] << 8;
    return read_fields(dbf, definition);
}

void tp_dbf_close(tp_dbf *dbf) {
    tp_window_close(&dbf->file);
    free(dbf->fields);
    *dbf = (tp_dbf){0};
}

const char *tp_dbf_cell(const tp_dbf *dbf, const char *record, int field, size_t *size) {
    const char *begin = record + dbf->fields[field].at;
    size_t n = dbf->fields[field].width;
    const char *end = memchr(begin, '\0', n);
    end = end == NULL ? begin + n : end;
    while (begin < end && *begin == ' ') {
        begin++;
    }
    static const char blanks[8] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
    while (end - begin >= 8 && memcmp(end - 8, blanks, 8) == 0) { /* most of a text field is blanks behind the text */
        end -= 8;
    }
    while (end > begin && end[-1] == ' ') {
        end--;
    }
    *size = (size_t)(end - begin);
    return begin;
}

static void look_at_record(const tp_dbf *dbf, OGRFeatureDefnH definition, int64_t number, const char *record,
                           tp_encoding_evidence *evidence) {
    for (int i = 0; i < dbf->n_fields; i++) {
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, i);
        if (OGR_Fld_GetType(field) == OFTString) {
            size_t size = 0;
            const char *cell = tp_dbf_cell(dbf, record, i, &size);
            tp_encoding_look(evidence, OGR_Fld_GetNameRef(field), number, cell, size, dbf->fields[i].width);
        }
    }
}

bool tp_dbf_look(const char *path, OGRFeatureDefnH definition, tp_encoding_evidence *evidence) {
    tp_dbf dbf = {0};
    bool read = tp_dbf_open(path, definition, &dbf);
    for (int64_t number = 0; read && number < dbf.n_records; number++) {
        const char *record = tp_dbf_record(&dbf, number);
        read = record != NULL;
        if (read && !tp_dbf_is_deleted(record) && !tp_is_ascii(record, dbf.record_size)) {
            look_at_record(&dbf, definition, number, record, evidence);
        }
    }
    tp_dbf_close(&dbf);
    return read;
}
