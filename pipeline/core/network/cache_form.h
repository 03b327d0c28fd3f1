/** The form of a cache file, for the file that reads and writes it and for its tests. */
#ifndef TECHNOPOLIS_CORE_NETWORK_CACHE_FORM_H
#define TECHNOPOLIS_CORE_NETWORK_CACHE_FORM_H

#include "technopolis/network.h"

enum {
    TP_CACHE_VERSION = 1,
    TP_CACHE_BYTE_ORDER = 0x01020304,
    TP_CACHE_HEX = TP_DIGEST_SIZE - 1,
    TP_CACHE_SECTIONS = 14
};

/** What stands before the arrays; without padding. */
typedef struct tp_cache_head {
    char magic[8]; /**< "tpnetwrk" */
    uint32_t version, byte_order;
    uint64_t n_nodes, n_ways, n_vertices;
    char inputs[TP_CACHE_HEX];
    char section[TP_CACHE_SECTIONS][TP_CACHE_HEX]; /**< SHA-256 of each array */
    char checksum[TP_CACHE_HEX];                   /**< of all that stands before it */
} tp_cache_head;

/** One array of the file and where it is in memory. */
typedef struct tp_cache_section {
    void *data;
    size_t n, size;
} tp_cache_section;

/** The arrays in the order of the file. Of vertex_first only the last n_ways are kept: the first is 0. */
void tp_cache_sections(const tp_ways *ways, uint32_t *node_of, tp_cache_section sections[TP_CACHE_SECTIONS]);

/** The digest of an array, and of the head's part before its checksum. */
TP_NODISCARD tp_code tp_cache_digest(const tp_cache_section *section, char hex[TP_CACHE_HEX], tp_error *error);
TP_NODISCARD tp_code tp_cache_digest_head(tp_cache_head *head, char hex[TP_CACHE_HEX], tp_error *error);

#endif
