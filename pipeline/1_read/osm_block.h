/** One unpacked PrimitiveBlock of a .osm.pbf; only for osm_pbf.c. */
#ifndef TP_READ_OSM_BLOCK_H
#define TP_READ_OSM_BLOCK_H

#include "1_read/osm_bytes.h"
#include "1_read/osm_pbf.h"

/** Numbers, as they come. */
typedef struct tp_pbf_numbers {
    int64_t *items;
    int64_t n, capacity;
} tp_pbf_numbers;

/** Room that is used for one block after the other. Initialise with `= {0}`. */
typedef struct tp_pbf_block {
    tp_pbf_text *strings, *tags; /* the table; keys and then values of a way */
    int64_t n_strings, string_capacity, tag_capacity;
    tp_pbf_numbers a, b, c; /* ids, latitudes, longitudes; or references, keys, values */
    int64_t granularity, lon_offset, lat_offset;
} tp_pbf_block;

void tp_pbf_block_reset(tp_pbf_block *block);

/** Tells the visitor of all nodes and ways. `*bad` when the content is not what the format says. */
TP_NODISCARD tp_code tp_pbf_block_read(tp_pbf_block *block, tp_bytes content, const tp_pbf_visitor *visitor, bool *bad,
                                       tp_error *error);

#endif
