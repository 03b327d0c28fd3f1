/*
 * Fuzzing target: a shapefile of points or a .dbf alone whose fields, records and shapes the bytes describe, with some
 * bytes of its files changed afterwards. Reading it straight from its files must give what GDAL's features give; so must
 * looking at its texts for their encoding.
 */
#include "../support/both_ways.h"

#include "1_read/shapefile.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 1 << 15, MOST_FIELDS = 4, MOST_RECORDS = 40, MOST_CHANGES = 7, DBF_HEAD = 32, SHP_HEAD = 100 };
enum { DBF, SHP, SHX, CPG, N_PARTS };
static const char *const PATHS[N_PARTS] = {"/vsimem/fuzz.dbf", "/vsimem/fuzz.shp", "/vsimem/fuzz.shx",
                                           "/vsimem/fuzz.cpg"};

/* The input, from which as much is taken as is there; zeros behind its end. */
typedef struct input {
    const uint8_t *at, *end;
} input;

static unsigned take(input *in) {
    return in->at < in->end ? *in->at++ : 0;
}

static void put(uint8_t *at, uint64_t value, int n, bool big_endian) {
    for (int i = 0; i < n; i++) {
        at[big_endian ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
    }
}

typedef struct file {
    uint8_t bytes[ROOM];
    size_t size;
} file;

static file parts[N_PARTS];

/* Fields and records; gives how many records there are. */
static uint32_t make_table(input *in) {
    static const char types[] = "CCNNNFCNLDM";
    file *f = &parts[DBF];
    unsigned n_fields = 1 + take(in) % MOST_FIELDS, record = 1;
    memset(f->bytes, 0, DBF_HEAD + DBF_HEAD * MOST_FIELDS);
    for (unsigned i = 0; i < n_fields; i++) {
        uint8_t *field = f->bytes + DBF_HEAD * (i + 1);
        unsigned width = take(in);
        field[0] = (uint8_t)('a' + i);
        field[11] = (uint8_t)types[take(in) % (sizeof types - 1)];
        field[16] = (uint8_t)(width < 0xF0 ? width % 26 : width);
        field[17] = (uint8_t)(take(in) % 20);
        record += field[16];
    }
    f->size = DBF_HEAD * (n_fields + 1) + 1;
    f->bytes[f->size - 1] = 0x0D;
    f->bytes[0] = 3;
    f->bytes[1] = 84;
    f->bytes[2] = f->bytes[3] = 1;
    unsigned n = take(in) % MOST_RECORDS;
    put(f->bytes + 4, n, 4, false);
    put(f->bytes + 8, f->size, 2, false);
    put(f->bytes + 10, record, 2, false);
    f->bytes[29] = (uint8_t)(take(in) < 0xF0 ? 0 : take(in));
    for (unsigned i = 0; i < n && f->size + record <= ROOM; i++) {
        f->bytes[f->size] = take(in) == '*' ? '*' : ' ';
        for (unsigned k = 1; k < record; k++) {
            f->bytes[f->size + k] = (uint8_t)take(in);
        }
        f->size += record;
    }
    return n;
}

static void make_head(file *f, unsigned type) {
    memset(f->bytes, 0, SHP_HEAD);
    put(f->bytes, 9994, 4, true);
    put(f->bytes + 24, f->size / 2, 4, true);
    put(f->bytes + 28, 1000, 4, false);
    put(f->bytes + 32, type, 4, false);
}

/* Points, a few without one, with two measured coordinates more than they need or less. */
static void make_shapes(input *in, uint32_t n) {
    static const unsigned types[] = {1, 1, 1, 11, 21, 0, 8, 5};
    static const double places[] = {135.5, -0.0, 0, 1e-300, 180, 36.25, 1e39, -1e38};
    unsigned type = types[take(in) % 5];
    file *shapes = &parts[SHP], *index = &parts[SHX];
    shapes->size = index->size = SHP_HEAD;
    for (uint32_t i = 0; i < n; i++) {
        unsigned kind = take(in);
        unsigned own = kind < 0xE0 ? type : types[kind % 8], words = own == 0    ? 2
                                                                     : own == 11 ? 18
                                                                     : own == 21 ? 14
                                                                                 : 10;
        words = kind > 0xF8 ? take(in) % 20 : words;
        uint8_t *at = shapes->bytes + shapes->size;
        memset(at, 0, 8 + 2 * 20);
        put(at, i + 1, 4, true);
        put(at + 4, words, 4, true);
        put(at + 8, own, 4, false);
        for (int k = 0; k < 2; k++) {
            memcpy(at + 12 + 8 * k, &places[take(in) % 8], 8); /* our own machines are little-endian */
        }
        put(index->bytes + index->size, shapes->size / 2, 4, true);
        put(index->bytes + index->size + 4, words, 4, true);
        shapes->size += 8 + 2 * (size_t)words;
        index->size += 8;
    }
    make_head(shapes, type);
    make_head(index, type);
}

static void change_bytes(input *in) {
    for (unsigned i = take(in) % (MOST_CHANGES + 1); i > 0; i--) {
        file *f = &parts[take(in) % 3];
        size_t at = take(in) << 8 | take(in);
        uint8_t value = (uint8_t)take(in);
        if (f->size > 0) {
            f->bytes[at % f->size] = value;
        }
    }
    unsigned cut = take(in);
    if (cut > 0xF0) {
        file *f = &parts[cut % 3];
        f->size -= f->size < cut - 0xF0 ? f->size : cut - 0xF0;
    }
}

/* What the features' texts speak for, where nothing states the encoding. */
static const char *decide_by_features(const char *path, const char **origin) {
    tp_encoding_evidence evidence;
    tp_ogr_file opened;
    if (tp_encoding_begin(&evidence, NULL) != TP_OK) {
        abort();
    }
    tp_ogr_open(path, &opened);
    OGRLayerH layer = GDALDatasetGetLayer(opened.dataset, 0);
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(layer);
    for (int i = 0; i < OGR_FD_GetFieldCount(definition); i++) {
        const char *name = OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i));
        tp_encoding_look(&evidence, name, -1, name, strlen(name), 0);
    }
    for (OGRFeatureH feature; (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        for (int i = 0; i < OGR_FD_GetFieldCount(definition); i++) {
            OGRFieldDefnH field = OGR_FD_GetFieldDefn(definition, i);
            if (OGR_Fld_GetType(field) == OFTString && OGR_F_IsFieldSetAndNotNull(feature, i)) {
                const char *text = OGR_F_GetFieldAsString(feature, i);
                tp_encoding_look(&evidence, "", 0, text, strlen(text), (size_t)OGR_Fld_GetWidth(field));
            }
        }
        OGR_F_Destroy(feature);
    }
    const char *encoding = tp_encoding_decide(&evidence, origin);
    tp_ogr_close(&opened);
    tp_encoding_end(&evidence);
    return encoding;
}

static void compare(const char *path, const char *encoding, bool has_id) {
    static reading quick, plain;
    const char *origin = "";
    both_read(path, "fuzz", has_id ? "a" : NULL, encoding, false, &quick);
    both_read(path, "fuzz", has_id ? "a" : NULL, encoding, true, &plain);
    const char *differs = both_differ(&quick, &plain);
    bool found = quick.opened && (strcmp(quick.head.encoding_origin, "utf-8") == 0 ||
                                  strcmp(quick.head.encoding_origin, "detected") == 0);
    if (differs == NULL && found) {
        const char *by_features = decide_by_features(path, &origin);
        bool same = by_features != NULL && strcmp(by_features, quick.head.encoding) == 0;
        differs = same ? NULL : "the encoding found";
    }
    if (differs != NULL) {
        fprintf(stderr, "%s: %s\n%d '%s'\n%d '%s'\n", path, differs, quick.code, quick.message, plain.code,
                plain.message);
        abort();
    }
    both_end(&quick);
    both_end(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const encodings[] = {NULL, NULL, "UTF-8", "CP932", "ISO-8859-1"};
    input in = {data, data + size};
    unsigned kind = take(&in);
    bool table = (kind & 1) != 0;
    memset(parts, 0, sizeof parts);
    input changes = in;
    in.at += size > 32 ? 31 : in.end - in.at; /* 1 + 7 x 4 + 1, taken last */
    uint32_t n = make_table(&in);
    if (!table) {
        make_shapes(&in, n);
    }
    change_bytes(&changes);
    CPLPushErrorHandler(CPLQuietErrorHandler);
    for (int i = 0; i < (table ? 1 : N_PARTS - 1); i++) {
        VSILFILE *made = VSIFileFromMemBuffer(PATHS[i], parts[i].bytes, parts[i].size, FALSE);
        if (made == NULL || VSIFCloseL(made) != 0) {
            abort();
        }
    }
    compare(PATHS[table ? DBF : SHP], encodings[(kind >> 1) % 5], (kind & 0x40) != 0);
    CPLPopErrorHandler();
    for (int i = 0; i < N_PARTS; i++) {
        (void)VSIUnlink(PATHS[i]);
    }
    return 0;
}
