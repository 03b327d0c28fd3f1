/* The blocks of a .osm.pbf, found, unpacked, and handed to osm_block.c: see osm_pbf.h. */
#include "1_read/osm_pbf.h"

#include "1_read/osm_block.h"
#include "1_read/osm_bytes.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>

/* The format's own bounds. */
enum { HEADER_SIZE_MAX = 64 * 1024, BLOB_SIZE_MAX = 32 * 1024 * 1024, SIZE_BYTES = 4, TYPE_MAX = 32 };

static const uint8_t BEGINNING[] = {0x0A, 9, 'O', 'S', 'M', 'H', 'e', 'a', 'd', 'e', 'r'};

typedef struct pbf_file {
    VSILFILE *file;
    vsi_l_offset size;
    const char *shown;
    int64_t block; /* which one is being read, from 1 */
    uint8_t *header, *packed, *unpacked;
    size_t packed_capacity, unpacked_capacity;
} pbf_file;

typedef struct blob_header {
    char type[TYPE_MAX];
    uint64_t datasize;
    bool has_datasize;
} blob_header;

/* The size in front of a block: of a BlobHeader; 0 when it cannot be one. */
static size_t header_size(const uint8_t bytes[SIZE_BYTES]) {
    size_t size = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    return size <= HEADER_SIZE_MAX ? size : 0;
}

bool tp_pbf_is(const char *path) {
    uint8_t bytes[SIZE_BYTES + sizeof BEGINNING];
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t n = VSIFReadL(bytes, 1, sizeof bytes, file);
    VSIFCloseL(file);
    return n == sizeof bytes && header_size(bytes) > 0 && memcmp(bytes + SIZE_BYTES, BEGINNING, sizeof BEGINNING) == 0;
}

static bool read_header(tp_bytes message, blob_header *header) {
    *header = (blob_header){0};
    for (tp_pbf_field field; tp_bytes_field(&message, &field);) {
        if (field.number == 1 && field.is_bytes) {
            size_t n = field.value < TYPE_MAX - 1 ? (size_t)field.value : TYPE_MAX - 1;
            memcpy(header->type, field.bytes.at, n);
            header->type[n] = '\0';
        } else if (field.number == 3 && !field.is_bytes) {
            header->datasize = field.value;
            header->has_datasize = true;
        }
        if (message.bad) {
            return false;
        }
    }
    return !message.bad && header->has_datasize;
}

static tp_code damaged(const pbf_file *f, const char *what, tp_error *error) {
    return tp_error_set(error, TP_E_DATA, "%s: is cut short or damaged: block %lld %s", f->shown, (long long)f->block,
                        what);
}

static tp_code open_file(const char *path, const char *shown, pbf_file *f, tp_error *error) {
    *f = (pbf_file){.shown = shown, .file = VSIFOpenL(path, "rb"), .header = malloc(HEADER_SIZE_MAX)};
    if (f->header == NULL) {
        return tp_error_memory(error);
    }
    if (f->file == NULL || VSIFSeekL(f->file, 0, SEEK_END) != 0) {
        return tp_error_set(error, TP_E_DATA, "%s: cannot be read", shown);
    }
    f->size = VSIFTellL(f->file);
    return VSIFSeekL(f->file, 0, SEEK_SET) == 0 ? TP_OK : tp_error_set(error, TP_E_DATA, "%s: cannot be read", shown);
}

static void close_file(pbf_file *f) {
    if (f->file != NULL) {
        VSIFCloseL(f->file);
    }
    free(f->header);
    free(f->packed);
    free(f->unpacked);
}

static bool reserve(uint8_t **bytes, size_t *capacity, size_t size) {
    if (size <= *capacity) {
        return true;
    }
    free(*bytes);
    *capacity = size + size / 4;
    *bytes = malloc(*capacity);
    *capacity = *bytes == NULL ? 0 : *capacity;
    return *bytes != NULL;
}

/* Reads up to the next Blob; *end when there is none. */
static tp_code next_blob(pbf_file *f, blob_header *header, bool *end, tp_error *error) {
    uint8_t bytes[SIZE_BYTES];
    size_t n = VSIFReadL(bytes, 1, SIZE_BYTES, f->file);
    *end = n == 0;
    f->block++;
    if (n == 0) {
        return TP_OK;
    }
    size_t size = n == SIZE_BYTES ? header_size(bytes) : 0;
    if (size == 0 || VSIFReadL(f->header, 1, size, f->file) != size) {
        return damaged(f, "is not whole", error);
    }
    if (!read_header((tp_bytes){.at = f->header, .end = f->header + size}, header) ||
        header->datasize > BLOB_SIZE_MAX) {
        return damaged(f, "has no proper header", error);
    }
    return header->datasize <= f->size - VSIFTellL(f->file) ? TP_OK : damaged(f, "is not whole", error);
}

tp_code tp_pbf_check(const char *path, const char *shown, tp_error *error) {
    pbf_file f;
    tp_code code = open_file(path, shown, &f, error);
    for (bool end = false; code == TP_OK && !end;) {
        blob_header header = {0};
        code = next_blob(&f, &header, &end, error);
        if (code == TP_OK && !end && VSIFSeekL(f.file, VSIFTellL(f.file) + header.datasize, SEEK_SET) != 0) {
            code = damaged(&f, "is not whole", error);
        }
    }
    close_file(&f);
    return code;
}

/* ---- what is in a Blob ---- */

/* The content of a Blob, in memory of the file's own. */
static tp_code unpack(pbf_file *f, tp_bytes blob, tp_bytes *content, tp_error *error) {
    tp_pbf_field packed = {0};
    uint64_t raw_size = 0;
    for (tp_pbf_field field; tp_bytes_field(&blob, &field);) {
        if (field.number == 2 && !field.is_bytes) {
            raw_size = field.value;
        } else if (field.is_bytes) {
            packed = field;
        }
    }
    if (blob.bad || packed.bytes.at == NULL || raw_size > BLOB_SIZE_MAX) {
        return damaged(f, "has no content", error);
    }
    if (packed.number == 1) {
        *content = packed.bytes;
        return TP_OK;
    }
    if (packed.number != 3) {
        return tp_error_set(error, TP_E_DATA, "%s: block %lld is packed in a way that is not known (expected zlib)",
                            f->shown, (long long)f->block);
    }
    size_t size = 0;
    if (!reserve(&f->unpacked, &f->unpacked_capacity, (size_t)raw_size + 1)) {
        return tp_error_memory(error);
    }
    if (CPLZLibInflate(packed.bytes.at, (size_t)(packed.bytes.end - packed.bytes.at), f->unpacked, (size_t)raw_size,
                       &size) == NULL ||
        size != raw_size) {
        return damaged(f, "cannot be unpacked", error);
    }
    *content = (tp_bytes){.at = f->unpacked, .end = f->unpacked + size};
    return TP_OK;
}

/* What a file asks of its reader. */
static tp_code check_features(const pbf_file *f, tp_bytes message, tp_error *error) {
    static const char *const known[] = {"OsmSchema-V0.6", "DenseNodes"};
    for (tp_pbf_field field; tp_bytes_field(&message, &field);) {
        if (field.number != 4 || !field.is_bytes) {
            continue;
        }
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            found = found || (field.value == strlen(known[i]) && memcmp(field.bytes.at, known[i], field.value) == 0);
        }
        if (!found) {
            return tp_error_set(error, TP_E_DATA, "%s: needs a reader that knows '%.*s'", f->shown,
                                field.value < 60 ? (int)field.value : 60, (const char *)field.bytes.at);
        }
    }
    return message.bad ? damaged(f, "is no proper header", error) : TP_OK;
}

static tp_code read_blob(pbf_file *f, const blob_header *header, tp_pbf_block *block, const tp_pbf_visitor *visitor,
                         tp_error *error) {
    tp_bytes content = {0};
    if (!reserve(&f->packed, &f->packed_capacity, (size_t)header->datasize + 1)) {
        return tp_error_memory(error);
    }
    if (VSIFReadL(f->packed, 1, (size_t)header->datasize, f->file) != header->datasize) {
        return damaged(f, "is not whole", error);
    }
    bool data = strcmp(header->type, "OSMData") == 0;
    if (!data && strcmp(header->type, "OSMHeader") != 0) {
        return TP_OK; /* blocks of other types are to be passed over */
    }
    tp_code code = unpack(f, (tp_bytes){.at = f->packed, .end = f->packed + header->datasize}, &content, error);
    if (code != TP_OK || !data) {
        return code == TP_OK ? check_features(f, content, error) : code;
    }
    bool bad = false;
    code = tp_pbf_block_read(block, content, visitor, &bad, error);
    return code == TP_OK && bad ? damaged(f, "is not as it should be", error) : code;
}

tp_code tp_pbf_read(const char *path, const char *shown, const tp_pbf_visitor *visitor, tp_error *error) {
    pbf_file f;
    tp_pbf_block block = {0};
    tp_code code = open_file(path, shown, &f, error);
    for (bool end = false; code == TP_OK && !end;) {
        blob_header header = {0};
        code = next_blob(&f, &header, &end, error);
        if (code == TP_OK && !end) {
            code = read_blob(&f, &header, &block, visitor, error);
        }
    }
    tp_pbf_block_reset(&block);
    close_file(&f);
    return code;
}
