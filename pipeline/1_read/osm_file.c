/*
 * The .osm.pbf as a file: known by its first bytes, whole or cut short, opened under a name that libreadosm takes.
 *
 * A file is a row of blocks: 4 bytes with the size of a BlobHeader (most significant first), the BlobHeader (a protocol
 * buffer: 1 type, 2 indexdata, 3 datasize), and datasize bytes (wiki.openstreetmap.org, "PBF Format").
 */
#include "1_read/files.h"
#include "1_read/osm.h"
#include "technopolis/text.h"

#include <cpl_vsi.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The format's own bounds. */
enum { HEADER_SIZE_MAX = 64 * 1024, BLOB_SIZE_MAX = 32 * 1024 * 1024, SIZE_BYTES = 4, TYPE_MAX = 32 };

typedef struct blob_header {
    char type[TYPE_MAX];
    uint64_t datasize;
    bool has_datasize;
} blob_header;

/* A number in groups of 7 bits; false at the end of the bytes. */
static bool read_varint(const uint8_t *bytes, size_t size, size_t *at, uint64_t *value) {
    *value = 0;
    for (int shift = 0; *at < size && shift < 64; shift += 7) {
        uint8_t byte = bytes[(*at)++];
        *value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool read_header(const uint8_t *bytes, size_t size, blob_header *header) {
    *header = (blob_header){0};
    for (size_t at = 0; at < size;) {
        uint64_t key, value;
        if (!read_varint(bytes, size, &at, &key) || !read_varint(bytes, size, &at, &value)) {
            return false;
        }
        if ((key & 7) == 2) { /* bytes, `value` of them */
            if (value > size - at) {
                return false;
            }
            if (key >> 3 == 1) {
                size_t n = value < TYPE_MAX - 1 ? (size_t)value : TYPE_MAX - 1;
                memcpy(header->type, bytes + at, n);
                header->type[n] = '\0';
            }
            at += (size_t)value;
        } else if (key == (3 << 3)) {
            header->datasize = value;
            header->has_datasize = true;
        } else if ((key & 7) != 0) {
            return false;
        }
    }
    return header->type[0] != '\0' && header->has_datasize;
}

/* The size in front of a block: of a BlobHeader; 0 when it cannot be one. */
static size_t header_size(const uint8_t bytes[SIZE_BYTES]) {
    size_t size = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    return size <= HEADER_SIZE_MAX ? size : 0;
}

bool tp_osm_is_wanted(const char *path, const char *layer) {
    uint8_t bytes[SIZE_BYTES + TYPE_MAX];
    static const uint8_t type[] = {0x0A, 9, 'O', 'S', 'M', 'H', 'e', 'a', 'd', 'e', 'r'};
    if (layer != NULL && strcmp(layer, TP_OSM_LAYER) != 0) {
        return false;
    }
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t n = VSIFReadL(bytes, 1, SIZE_BYTES + sizeof type, file);
    VSIFCloseL(file);
    return n == SIZE_BYTES + sizeof type && header_size(bytes) > 0 &&
           memcmp(bytes + SIZE_BYTES, type, sizeof type) == 0;
}

/* One block: true when it is whole; `*end` when there is none. */
static bool check_block(VSILFILE *file, vsi_l_offset file_size, uint8_t *bytes, bool *end) {
    blob_header header;
    size_t n = VSIFReadL(bytes, 1, SIZE_BYTES, file);
    *end = n == 0;
    if (n < SIZE_BYTES) {
        return n == 0;
    }
    size_t size = header_size(bytes);
    if (size == 0 || VSIFReadL(bytes, 1, size, file) != size || !read_header(bytes, size, &header) ||
        header.datasize > BLOB_SIZE_MAX) {
        return false;
    }
    vsi_l_offset at = VSIFTellL(file);
    return header.datasize <= file_size - at && VSIFSeekL(file, at + header.datasize, SEEK_SET) == 0;
}

tp_code tp_osm_check(const char *path, const char *shown, tp_error *error) {
    VSILFILE *file = VSIFOpenL(path, "rb");
    uint8_t *bytes = malloc(HEADER_SIZE_MAX);
    tp_code code = TP_OK;
    if (bytes == NULL || file == NULL) {
        code = file == NULL ? tp_error_set(error, TP_E_DATA, "%s: cannot be read", shown) : tp_error_memory(error);
        goto done;
    }
    VSIFSeekL(file, 0, SEEK_END);
    vsi_l_offset size = VSIFTellL(file);
    VSIFSeekL(file, 0, SEEK_SET);
    int64_t n_blocks = 0;
    for (bool end = false; !end && code == TP_OK; n_blocks++) {
        vsi_l_offset at = VSIFTellL(file);
        if (!check_block(file, size, bytes, &end)) {
            code = tp_error_set(error, TP_E_DATA,
                                "%s: is cut short or damaged: block %lld, at byte %llu of %llu, is not whole", shown,
                                (long long)n_blocks + 1, (unsigned long long)at, (unsigned long long)size);
        }
    }
done:
    if (file != NULL) {
        VSIFCloseL(file);
    }
    free(bytes);
    return code;
}

/* ---- another name ---- */

static bool copy_file(const char *from, const char *to) {
    enum { CHUNK = 1 << 20 };
    VSILFILE *in = VSIFOpenL(from, "rb"), *out = VSIFOpenL(to, "wb");
    char *chunk = malloc(CHUNK);
    bool copied = in != NULL && out != NULL && chunk != NULL;
    for (size_t n; copied && (n = VSIFReadL(chunk, 1, CHUNK, in)) > 0;) {
        copied = VSIFWriteL(chunk, 1, n, out) == n;
    }
    if (in != NULL) {
        VSIFCloseL(in);
    }
    if (out != NULL && VSIFCloseL(out) != 0) {
        copied = false;
    }
    free(chunk);
    return copied;
}

/* The file under a name of ours: a link where it lies on the disk, a copy where it lies in an archive. */
static bool place_file(const char *path, const char *to) {
    if (strncmp(path, "/vsi", 4) == 0) {
        return copy_file(path, to);
    }
    char *whole = realpath(path, NULL);
    bool linked = whole != NULL && symlink(whole, to) == 0;
    free(whole);
    return linked;
}

tp_code tp_osm_alias_begin(const char *path, const char *shown, tp_osm_alias *alias, tp_error *error) {
    size_t size = strlen(path);
    *alias = (tp_osm_alias){0};
    if (strncmp(path, "/vsi", 4) != 0 && size > 4 && strcmp(path + size - 4, ".pbf") == 0) {
        alias->path = tp_text_copy(path);
        return alias->path == NULL ? tp_error_memory(error) : TP_OK;
    }
    const char *parent = getenv("TMPDIR");
    alias->folder = tp_text_format("%s/technopolis_XXXXXX", parent == NULL || parent[0] == '\0' ? "/tmp" : parent);
    if (alias->folder == NULL) {
        return tp_error_memory(error);
    }
    if (mkdtemp(alias->folder) == NULL) {
        tp_code code = tp_error_set(error, TP_E_MACHINE, "%s: no folder can be made for reading it: %s (%s)", shown,
                                    strerror(errno), alias->folder);
        free(alias->folder);
        alias->folder = NULL;
        return code;
    }
    alias->path = tp_text_format("%s/roads.osm.pbf", alias->folder);
    if (alias->path == NULL) {
        return tp_error_memory(error);
    }
    return place_file(path, alias->path)
               ? TP_OK
               : tp_error_set(error, TP_E_MACHINE, "%s: cannot be made readable in %s", shown, alias->folder);
}

void tp_osm_alias_end(tp_osm_alias *alias) {
    if (alias->folder != NULL) {
        if (alias->path != NULL) {
            unlink(alias->path);
        }
        rmdir(alias->folder);
    }
    free(alias->path);
    free(alias->folder);
    *alias = (tp_osm_alias){0};
}
