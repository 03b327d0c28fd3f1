/**
 * The format .osm.pbf (wiki.openstreetmap.org, "PBF Format"): a row of blocks, each 4 bytes with the size of a
 * BlobHeader (most significant first), the BlobHeader (type, datasize) and the Blob; a Blob holds, mostly packed by
 * zlib, a HeaderBlock or a PrimitiveBlock with nodes and ways. All are protocol buffers. Every length and number is
 * checked: a damaged or hostile file is refused.
 */
#ifndef TP_READ_OSM_PBF_H
#define TP_READ_OSM_PBF_H

#include "technopolis/error.h"

#include <stdint.h>

/** A text of a block, not terminated. */
typedef struct tp_pbf_text {
    const char *bytes;
    size_t size;
} tp_pbf_text;

/** A way; everything is valid only during the call. Tag i is keys[i] = values[i]. */
typedef struct tp_pbf_way {
    int64_t id;
    const int64_t *refs;
    int64_t n_refs;
    const tp_pbf_text *keys, *values;
    int64_t n_tags;
} tp_pbf_way;

/** Who is told of nodes (either may be NULL) and ways; what is returned other than TP_OK ends the reading. */
typedef struct tp_pbf_visitor {
    void *user;
    tp_code (*node)(void *user, int64_t id, double lon_deg, double lat_deg, tp_error *error);
    tp_code (*way)(void *user, const tp_pbf_way *way, tp_error *error);
} tp_pbf_visitor;

/** True for a file that begins with a block of type OSMHeader. */
bool tp_pbf_is(const char *path);

/** Walks over the blocks without unpacking them: TP_E_DATA when the last one is not whole. */
TP_NODISCARD tp_code tp_pbf_check(const char *path, const char *shown, tp_error *error);

/** Reads all of a file, in its order. Messages begin with `shown`. */
TP_NODISCARD tp_code tp_pbf_read(const char *path, const char *shown, const tp_pbf_visitor *visitor, tp_error *error);

#endif
