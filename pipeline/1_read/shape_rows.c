/* Rows of a shapefile straight from its files: see shape_rows.h. */
#include "1_read/shape_rows.h"

#include "1_read/dbf.h"
#include "1_read/files.h"
#include "core/config/number.h"

#include <cpl_port.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHP_HEADER = 100, SHX_RECORD = 8, RECORD_HEADER = 8, MOST_DIGITS = 19, MOST_INTEGER = 18 };
enum { LEAST_WORDS = 10, MOST_WORDS = 18 }; /* of 16 bits, in a point without and with everything */
enum { SHAPE_POINT = 1, SHAPE_POINT_Z = 11, SHAPE_POINT_M = 21 };

/* A cell of a column of numbers. */
typedef struct number {
    bool there;
    int64_t integer;
    double real;
} number;

typedef struct shape_rows {
    tp_reader *reader;
    OGRLayerH layer;
    tp_dbf table;
    tp_window index, shapes; /* .shx and .shp; not open where there are no geometries */
    number *numbers;         /* of the row at hand, of each of the head's fields */
} shape_rows;

/* ---- numbers ---- */

/* Whole numbers in decimal digits that fit the field's type; what else GDAL makes of a text is left to it. */
static bool read_integer(const char *text, size_t size, OGRFieldType type, int64_t *value) {
    size_t at = text[0] == '-' || text[0] == '+';
    int64_t sum = 0;
    if (at == size || size - at > MOST_INTEGER) {
        return false;
    }
    for (; at < size; at++) {
        unsigned digit = (unsigned)(unsigned char)text[at] - '0';
        if (digit > 9) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = text[0] == '-' ? -sum : sum;
    return type != OFTInteger || (*value <= INT32_MAX && *value >= INT32_MIN);
}

static bool read_any_real(const char *text, size_t size, double *value) {
    char copy[UINT8_MAX + 1]; /* the width of a field is one byte */
    if (size >= sizeof copy) {
        return false;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return tp_number_read(copy, value);
}

/*
 * sum / 10^decimals as the nearest double. Up to 15 digits one division of doubles is exact, since both are. Up to 19
 * digits both are exact as numbers of 64 bits, and the quotient of these is rounded once more: which is right unless it
 * lies in the middle between two doubles, where the digits that were lost decide. False there, and on machines whose long
 * double is another.
 */
static bool divide(uint64_t sum, size_t digits, size_t decimals, double *value) {
    static const double powers[MOST_DIGITS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};
    if (digits <= DBL_DIG) {
        *value = (double)sum / powers[decimals];
        return true;
    }
#if LDBL_MANT_DIG == 64 && (defined(__x86_64__) || defined(__i386__))
    enum { LOST_BITS = 0x7FF, MIDDLE = 0x400 };
    long double quotient = (long double)sum / powers[decimals];
    uint64_t bits;
    memcpy(&bits, &quotient, sizeof bits); /* the 64 bits stand first, those beyond a double's 53 last */
    *value = (double)quotient;
    return (bits & LOST_BITS) != MIDDLE;
#else
    return false;
#endif
}

static bool read_real(const char *text, size_t size, double *value) {
    size_t at = text[0] == '-' || text[0] == '+', digits = 0, decimals = 0, seen = 0;
    uint64_t sum = 0;
    bool point = false;
    size_t whole = size;
    if (memchr(text, '.', size) != NULL) { /* GDAL writes fifteen decimals, most of them zeros */
        while (size > 1 && text[size - 1] == '0') {
            size--;
        }
    }
    for (; at < size && digits <= MOST_DIGITS; at++) {
        unsigned digit = (unsigned)(unsigned char)text[at] - '0';
        if (digit > 9 && (point || text[at] != '.')) {
            break;
        }
        point = point || digit > 9;
        if (digit <= 9) {
            sum = sum * 10 + digit;
            digits += digits > 0 || digit > 0; /* zeros in front are none; the sum of 20 digits may be 0 again */
            decimals += point;
            seen++;
        }
    }
    double size_of_it = 0;
    if (at < size || seen == 0 || digits > MOST_DIGITS || decimals > MOST_DIGITS ||
        !divide(sum, digits, decimals, &size_of_it)) {
        return read_any_real(text, whole, value);
    }
    *value = text[0] == '-' ? -size_of_it : size_of_it;
    return true;
}

/* The numbers of a record; false where one is not plain. */
static bool read_numbers(shape_rows *s, const char *record) {
    const tp_read_head *head = s->reader->task->head;
    for (size_t i = 0; i < head->head.n_fields; i++) {
        OGRFieldType type = s->reader->types[i];
        if (type == OFTString) {
            continue;
        }
        number *n = &s->numbers[i];
        size_t size = 0;
        const char *cell = tp_dbf_cell(&s->table, record, head->field[i], &size);
        n->there = size > 0;
        bool plain = !n->there ||
                     (type == OFTReal ? read_real(cell, size, &n->real) : read_integer(cell, size, type, &n->integer));
        if (!plain) {
            return false;
        }
    }
    return true;
}

/* ---- points ---- */

static uint32_t big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little_endian(const unsigned char *b) {
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static double read_double(const unsigned char *bytes) {
    double value;
    memcpy(&value, bytes, sizeof value);
    CPL_LSBPTR64(&value);
    return value;
}

/* Whether so many bytes are a point: alone, with a measure, with a height, or with both. GDAL says what others are. */
static bool is_point_of(uint32_t type, uint32_t size) {
    return (type == SHAPE_POINT && size == 20) || (type == SHAPE_POINT_M && size == 28) ||
           (type == SHAPE_POINT_Z && (size == 28 || size == 36));
}

/* True when the record is a whole, finite point. */
static bool read_point(shape_rows *s, int64_t record, double *x, double *y) {
    const unsigned char *entry = tp_window_at(&s->index, SHP_HEADER + record * SHX_RECORD, SHX_RECORD);
    if (entry == NULL) {
        return false;
    }
    int64_t at = 2 * (int64_t)big_endian(entry);
    uint32_t words = big_endian(entry + 4);
    if (words > MOST_WORDS || words < LEAST_WORDS) {
        return false;
    }
    const unsigned char *shape = tp_window_at(&s->shapes, at, RECORD_HEADER + 2 * words);
    if (shape == NULL || big_endian(shape + 4) != words) {
        return false;
    }
    const unsigned char *type = shape + RECORD_HEADER;
    bool is_point = is_point_of(little_endian(type), 2 * words);
    *x = read_double(type + 4);
    *y = read_double(type + 12);
    return is_point && isfinite(*x) && isfinite(*y);
}

/* ---- rows ---- */

static tp_code ask_gdal(shape_rows *s, int64_t record, tp_error *error) {
    OGRFeatureH feature = OGR_L_GetFeature(s->layer, record);
    tp_code code = feature == NULL ? TP_OK : tp_row_read_feature(s->reader, feature, error);
    OGR_F_Destroy(feature);
    return code;
}

static tp_code set_value(shape_rows *s, size_t i, const char *record, tp_error *error) {
    const number *n = &s->numbers[i];
    OGRFieldType type = s->reader->types[i];
    if (type == OFTString) {
        size_t size = 0;
        const char *cell = tp_dbf_cell(&s->table, record, s->reader->task->head->field[i], &size);
        return size == 0 ? TP_OK : tp_row_set_text(s->reader, i, cell, size, error);
    }
    if (!n->there) {
        return TP_OK;
    }
    return type == OFTReal ? tp_row_set_real(s->reader, i, n->real, error)
                           : tp_row_set_integer(s->reader, i, n->integer, error);
}

static tp_code read_record(shape_rows *s, int64_t number, tp_error *error) {
    tp_read_task *task = s->reader->task;
    const char *record = tp_dbf_record(&s->table, number);
    double x = 0, y = 0;
    if (record != NULL && tp_dbf_is_deleted(record)) {
        return TP_OK;
    }
    bool places = s->shapes.file != NULL;
    if (record == NULL || !read_numbers(s, record) || (places && !read_point(s, number, &x, &y))) {
        return ask_gdal(s, number, error);
    }
    tp_code code = tp_row_begin(s->reader, number, error);
    for (size_t i = 0; i < task->head->head.n_fields && code == TP_OK; i++) {
        code = set_value(s, i, record, error);
    }
    if (code == TP_OK) {
        code = tp_row_end(s->reader, error);
    }
    if (code == TP_OK && places) {
        task->layer->lon_deg[task->n_rows] = x;
        task->layer->lat_deg[task->n_rows] = y;
    }
    task->n_rows++;
    return code;
}

/* ---- opening ---- */

static bool open_shapes(shape_rows *s, const char *path) {
    char *index = tp_files_side(path, "shx"), *shapes = tp_files_side(path, "shp");
    bool opened = tp_window_open(index, &s->index) && tp_window_open(shapes, &s->shapes);
    free(index);
    free(shapes);
    const unsigned char *header = opened ? tp_window_at(&s->shapes, 0, SHP_HEADER) : NULL;
    unsigned type = header == NULL ? 0 : header[32];
    return type == SHAPE_POINT || type == SHAPE_POINT_Z || type == SHAPE_POINT_M;
}

static bool can_open(shape_rows *s) {
    const tp_read_head *head = s->reader->task->head;
    tp_geometry geometry = s->reader->task->layer->geometry;
    bool is_shape = tp_files_ends(head->path, "shp"), is_table = tp_files_ends(head->path, "dbf");
    bool plain = strcmp(head->driver, "ESRI Shapefile") == 0 && s->reader->task->filter == NULL && head->skip == 0 &&
                 head->product == NULL && head->lon_field < 0 && head->mesh < 0 && head->reference == NULL;
    bool wanted = (is_shape && geometry == TP_GEOMETRY_POINT) || (is_table && geometry == TP_GEOMETRY_NONE);
    return plain && wanted && head->head.geometry == geometry &&
           tp_dbf_open(head->path, OGR_L_GetLayerDefn(s->layer), &s->table) && (is_table || open_shapes(s, head->path));
}

static void close_all(shape_rows *s) {
    tp_dbf_close(&s->table);
    tp_window_close(&s->index);
    tp_window_close(&s->shapes);
    free(s->numbers);
}

tp_code tp_shape_rows_read(tp_reader *reader, OGRLayerH layer, bool *done, tp_error *error) {
    shape_rows s = {.reader = reader, .layer = layer};
    tp_code code = TP_OK;
    *done = false;
    if (can_open(&s)) {
        *done = true;
        s.numbers = calloc(reader->task->head->head.n_fields + 1, sizeof *s.numbers);
        code = s.numbers == NULL ? tp_error_memory(error) : TP_OK;
        for (int64_t record = 0; record < s.table.n_records && code == TP_OK; record++) {
            code = read_record(&s, record, error);
            tp_row_tell(reader);
        }
    }
    close_all(&s);
    return code;
}
